/*
 * tally_state.h
 *		States of aggregates that count by key: a core/tally.h in a bytea that grows.
 *
 * The constants of a call (a date, a number of bins) are kept in the state and are the same
 * for all its rows; sums are added up beside the counts.  Within an aggregate the
 * state is changed in place; one that has grown is a new one in the current context, which
 * the executor copies, as history_agg.c has it.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_TALLY_STATE_H
#define RETENTION_TALLY_STATE_H

#include "pg/compat.h"

#include "core/tally.h"

#define TALLY_CONSTANTS 4
#define TALLY_SUMS 4

typedef struct TallyState
{
	int32		vl_len_;
	int32		version;		/* tells the aggregates' states apart */
	int64		constants[TALLY_CONSTANTS];
	int64		sums[TALLY_SUMS];
	rt_tally	tally;
} TallyState;

/* What an aggregate keeps */
typedef struct TallyKind
{
	const char *aggregate;
	int32		version;
	uint32		counts_per_key;
	const char *constants;		/* their names, for the error when they change within a group */
} TallyKind;

/* Argument 0, or a new state where that is NULL; constants, as many as TALLY_CONSTANTS, or NULL: all zero */
extern TallyState *tally_state_to_add_to(FunctionCallInfo fcinfo, const TallyKind *kind, const int64 *constants);

/* The counts of a key; *state may become another one */
extern int64 *tally_state_counts(TallyState **state, const TallyKind *kind, const void *key, Size key_size);

/* The whole of a combine function */
extern Datum tally_state_combine(FunctionCallInfo fcinfo, const TallyKind *kind);

/* An argument that is not NULL; to be changed only within an aggregate */
extern TallyState *tally_state_argument(FunctionCallInfo fcinfo, int argument, const TallyKind *kind);

/* All entries, in palloc'd memory */
extern rt_tally_entry *tally_state_entries(const TallyState *state, const TallyKind *kind);

#endif							/* RETENTION_TALLY_STATE_H */
