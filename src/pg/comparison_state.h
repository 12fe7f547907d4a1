/*
 * comparison_state.h
 *		The state of the aggregate compare_models.
 *
 * Within an aggregate it is a tally of rows, as core/comparison_rows.h has them, in an expanded
 * object that stays the same while it grows, and that only our functions ever touch.  Where it
 * leaves the aggregate it is a bytea: a head, and the rows in order.  A bytea may come from
 * anybody, and is checked row by row when it is read.
 *
 * By season rows are the same, in days; in the bytes the season comes behind them.
 *
 * There are at most COMPARISON_ROWS_MAX different customers who have bought more than once: a row
 * more, and the level of the sample rises until half of the rows, or a quarter, ... are left.  The
 * level is the least at which all rows that ever came are no more, whatever their order was.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_COMPARISON_STATE_H
#define RETENTION_COMPARISON_STATE_H

#include "pg/compat.h"

#include "utils/expandeddatum.h"

#include "core/comparison_rows.h"
#include "core/kind.h"
#include "core/seasonal.h"
#include "core/tally.h"
#include "pg/season.h"

#define COMPARISON_STATE_VERSION 1
#define COMPARISON_STATE_SEASON 2
#define COMPARISON_KINDS_MAX 16

/*
 * Log losses of two models on so many customers differ by chance by some 1e-5, far less than any
 * difference that matters; the rows take a fifth of a state's 1 GB.
 */
#define COMPARISON_ROWS_MAX (1 << 22)

/* A kind, and its k where that is given, else 0 */
typedef struct ComparedKind
{
	uint8		id;
	uint8		k;
} ComparedKind;

typedef struct ComparisonHead
{
	int32		vl_len_;
	uint8		version;
	uint8		kind_count;
	uint8		level;			/* rows of x > 0 that are below it are left out */
	uint8		unused;
	int32		as_of;
	int32		days;			/* of the hold-out */
	double		time_unit;
	int64		customers;		/* who had bought when the hold-out began */
	int64		came;			/* who bought in it for the first time */
	int64		sum_logs[RT_LEVELS];	/* of intervals, in 1/FIT_LOG_UNIT, by the row's level; by
										 * season of operational ones */
	ComparedKind kinds[COMPARISON_KINDS_MAX];
} ComparisonHead;

/* The bytea */
typedef struct ComparisonBytes
{
	ComparisonHead head;
	uint32		past_count;
	uint32		row_count;
	uint8		rows[FLEXIBLE_ARRAY_MEMBER];	/* those of the past first */
} ComparisonBytes;

#define COMPARISON_BYTES_SIZE(used) (offsetof(ComparisonBytes, rows) + (Size) (used))

/* The season that models are fitted with */
typedef struct ComparisonSeason
{
	SeasonBytes bytes;
	int64		sum_logs[RT_LEVELS];	/* of the factors of repeat purchase days */
	rt_seasonal_logs logs;
} ComparisonSeason;

/* All of it is in its own context */
typedef struct ComparisonState
{
	ExpandedObjectHeader object;
	ComparisonHead head;
	ComparisonSeason *season;	/* NULL: none */
	rt_tally   *tally;
	uint32		repeat_rows;	/* of x > 0 */
	bool		opportunities;	/* rows have those, too */
	bool		intervals;		/* sum_logs is asked for */
	bool		kinds_read;		/* head.kinds are those of the argument that is kept in kinds */
	struct varlena *kinds;		/* NULL: there was none, and the usual ones are meant */
	ComparisonBytes *flat;		/* NULL, or the same as bytes, which is asked for twice or more */
} ComparisonState;

/* Can this be one of the kinds of a comparison, and fitted with this k? */
extern bool comparison_kind_known(const rt_kind *kind, int k, double time_unit);

/* In a context below the current one, with the constants of head and nothing else of it */
extern ComparisonState *comparison_state_new(const ComparisonHead *constants, SeasonBytes season);

/* An argument that is not NULL; to be changed only within an aggregate, and where it is 0 */
extern ComparisonState *comparison_state_argument(FunctionCallInfo fcinfo, int argument);

/* What a support function returns: argument 0, or a new state */
extern Datum comparison_state_result(FunctionCallInfo fcinfo, ComparisonState *state);

/* An error unless both were made with the same constants */
extern void comparison_state_check_constants(const ComparisonState *state,
											 const ComparisonHead *other, SeasonBytes season);

/*
 * One customer, by the sum of the logarithms of their intervals where that is asked for, and of the
 * factors of their repeat purchase days where there is a season
 */
extern void comparison_state_add(ComparisonState *state, const rt_seen *seen, double sum_log,
								 double log_factors);

/* All rows in ascending order; palloc'd */
typedef struct ComparisonRows
{
	rt_compared *rows;
	rt_past    *pasts;
	size_t		row_count;
	size_t		past_count;
} ComparisonRows;

extern ComparisonRows comparison_state_rows(const ComparisonState *state);

pg_noreturn extern void comparison_state_corrupt(void);

#endif							/* RETENTION_COMPARISON_STATE_H */
