/*
 * tally_state.h
 *		States of aggregates that count by key: a core/tally.h in a bytea that grows.
 *
 * The constants of a call (a date, a number of bins) are kept in the state and are the same
 * for all its rows; sums are added up beside the counts.
 *
 * Anybody can call support functions with a state of their own, and make an aggregate of them
 * that starts from one.  A transition function looks at a state's head only, and goes on safely
 * whatever lies behind it; what comes from another state, or goes into a result, is checked
 * entry by entry.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_TALLY_STATE_H
#define RETENTION_TALLY_STATE_H

#include "pg/compat.h"

#include "common/int.h"

#include "core/history_questions.h"
#include "core/tally.h"
#include "pg/state.h"

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

/* No table has more rows: 2^32 pages of at most 291 */
#define TALLY_ROWS_MAX (INT64CONST(1) << 41)

/*
 * The last counts of a key where there is money: orders, those of known amount, and what was spent,
 * a rt_money_sum
 */
#define TALLY_MONEY_COUNTS 4

/* What an aggregate keeps */
typedef struct TallyKind
{
	const char *aggregate;
	int32		version;
	uint32		counts_per_key; /* of customers, but for TALLY_MONEY_COUNTS, and what is below */
	bool		has_money;
	const char *constants;		/* their names, for the error when they change within a group */
	bool		(*constants_valid) (const TallyState *state);	/* and sums; NULL: all are zero */
	bool		(*key_valid) (const TallyState *state, const void *key, Size key_size);
	uint32		part_counts;	/* the last counts of a key, where there is no money, that are
								 * parts of customers */
} TallyKind;

/*
 * Argument 0, or a new state where that is NULL; constants, as many as TALLY_CONSTANTS, or NULL:
 * all zero
 */
extern TallyState *tally_state_to_add_to(FunctionCallInfo fcinfo, const TallyKind *kind,
										 const int64 *constants);

/* The counts of a key; *state may become another one */
extern int64 *tally_state_counts(TallyState **state, const TallyKind *kind, const void *key,
								 Size key_size);

pg_noreturn extern void tally_state_corrupt(const TallyKind *kind);

/* One more of the counts of a key */
extern void tally_state_count(TallyState **state, const TallyKind *kind, const void *key,
							  Size key_size, int count);

/* *count is one of a state that may be anybody's */
static inline void
tally_state_add(const TallyKind *kind, int64 *count, int64 more)
{
	if (unlikely(pg_add_s64_overflow(*count, more, count)))
		tally_state_corrupt(kind);
}

/* The whole of a combine function */
extern Datum tally_state_combine(FunctionCallInfo fcinfo, const TallyKind *kind);

/* Adds to the TALLY_MONEY_COUNTS of a key */
static inline void
tally_state_add_period(const TallyKind *kind, int64 *counts, const rt_period_purchases *period)
{
	tally_state_add(kind, &counts[0], period->orders);
	tally_state_add(kind, &counts[1], period->known);
	tally_state_add(kind, &counts[2], period->spend.high);
	tally_state_add(kind, &counts[3], period->spend.low);
}

/*
 * An argument that is not NULL, of which only the head is checked; to be changed only within an
 * aggregate
 */
extern TallyState *tally_state_argument(FunctionCallInfo fcinfo, int argument,
										const TallyKind *kind);

/*
 * Argument 0 of a final function, checked, and its entries in palloc'd memory: each once but for
 * keys that are equal bytes
 */
extern const TallyState *tally_state_final(FunctionCallInfo fcinfo, const TallyKind *kind,
										   rt_tally_entry **entries);

/*
 * Which of so many kinds an argument's state is, by its version; the first one where it is none of
 * them, so that whoever looks at it refuses it
 */
extern const TallyKind *tally_state_kind(FunctionCallInfo fcinfo, int argument,
										 const TallyKind *kinds, int count);

/* The whole of a combine function of several kinds, of which both states are the same */
extern Datum tally_state_combine_kinds(FunctionCallInfo fcinfo, const TallyKind *kinds, int count);

/* A key of one number that is not NaN, and not minus zero */
extern bool tally_key_number(const void *key, Size key_size);

/* Is the first constant a confidence level? */
extern bool tally_level_valid(const TallyState *state);

/* Are these bytes text of the database? */
extern bool tally_text_valid(const char *bytes, Size size);

#endif							/* RETENTION_TALLY_STATE_H */
