/*
 * season.h
 *		The type retention_season inside PostgreSQL.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_SEASON_H
#define RETENTION_SEASON_H

#include "pg/compat.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "core/kind.h"
#include "core/season.h"

/*
 * The value: a varlena of the bytes of core/season_bytes.h.
 *
 * Checked; it stays as it is until as many other seasons were read as a function has arguments.
 */
extern const rt_season *season_from_datum(Datum value);

/*
 * The same as bytes, within a state: equal seasons are equal bytes.  None has the size 0.
 */
typedef struct SeasonBytes
{
	const uint8 *bytes;
	Size		size;
} SeasonBytes;

/* Of an argument, which stays where it is; NULL is none, and what there is is a season */
extern SeasonBytes season_argument(FunctionCallInfo fcinfo, int argument);

/* A copy in this context */
extern SeasonBytes season_copy(SeasonBytes season, MemoryContext context);
extern bool season_same(SeasonBytes a, SeasonBytes b);

/* As season_from_datum; NULL where there is none */
extern const rt_season *season_from_bytes(SeasonBytes season);

/* The value of a valid season; in the current memory context */
extern Datum season_to_datum(const rt_season *season);

/* As JSON; and from it: NULL, or what is wrong with it */
extern void season_append(StringInfo text, const rt_season *season);
extern const char *season_from_json(JsonbContainer *json, rt_season *season);

/* An error unless models of this kind may have one */
extern void check_takes_season(const rt_kind *kind);

/* A number, in the fewest digits that give it again; null when it is not finite */
extern void append_number(StringInfo text, double value);

/* A number of JSON: infinite when it is beyond a double */
extern double json_double(const JsonbValue *value);

/* The date that a JSON value is; false when it is none */
extern bool json_date(const JsonbValue *value, int32 *date);

extern void append_date(StringInfo text, int32 date);

#endif							/* RETENTION_SEASON_H */
