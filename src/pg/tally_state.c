/*
 * tally_state.c
 *		States of aggregates that count by key.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/tally_state.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "core/poll.h"
#define FIRST_PLACES	16
#define FIRST_ROOM		40		/* words */

#define STATE_HEAD		offsetof(TallyState, tally)

static TallyState *
tally_state_allocate_state(const TallyKind *kind, uint32 place_count, uint32 room)
{
	Size		size = STATE_HEAD + rt_tally_size(place_count, room);
	TallyState *state;

	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many different values for one call of %s", kind->aggregate),
				 errdetail("Its state would take more than 1 GB."),
				 errhint("Use GROUP BY, or round the values.")));
	/* all of it: whoever calls the support functions by hand sees the bytes */
	state = (TallyState *) state_allocate(size);
	state->version = kind->version;
	rt_tally_init(&state->tally, kind->counts_per_key, place_count, room);
	return state;
}

void
tally_state_corrupt(const TallyKind *kind)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("state of %s is corrupt", kind->aggregate)));
}

TallyState *
tally_state_argument(FunctionCallInfo fcinfo, int argument, const TallyKind *kind)
{
	TallyState *state = (TallyState *) state_argument(fcinfo, argument, sizeof(TallyState));

	if (VARSIZE(state) < sizeof(TallyState) || state->version != kind->version ||
		!rt_tally_valid(&state->tally, VARSIZE(state) - STATE_HEAD, kind->counts_per_key))
		tally_state_corrupt(kind);
	return state;
}

/* What was seen of a state's entries */
typedef struct Totals
{
	int64		rows;
	int64		orders;
	int64		spend_high;		/* absolute */
	int64		spend_low;
} Totals;

/* Adds up what lies between 0 and max; false where the sum does not */
static bool
add_up(int64 *total, int64 count, int64 max)
{
	if (count < 0 || count > max - *total)
		return false;
	*total += count;
	return true;
}

/* May these counts be counts, so that all of them add up? */
static bool
tally_state_counts_valid(const int64 *counts, const TallyKind *kind, Totals *totals)
{
	const int64 sums_max = INT64CONST(1) << 62;
	int			customers = (int) kind->counts_per_key - (int) kind->part_counts -
		(kind->has_money ? TALLY_MONEY_COUNTS : 0);
	int64		before = totals->rows;
	const int64 *money = counts + customers;

	for (int i = 0; i < customers; i++)
		if (!add_up(&totals->rows, counts[i], TALLY_ROWS_MAX))
			return false;
	if (kind->part_counts > 0)
	{
		bool		some = totals->rows > before;

		/* parts are of customers of other keys, too: of each there may be up to the limit */
		for (uint32 i = 0; i < kind->part_counts; i++)
		{
			if (counts[customers + i] < 0 || counts[customers + i] > sums_max)
				return false;
			some = some || counts[customers + i] > 0;
		}
		return some;
	}
	if (!kind->has_money)
		return totals->rows > before;	/* nobody is no entry */
	return add_up(&totals->orders, money[0], sums_max) && money[1] >= 0 && money[1] <= money[0] &&
		money[2] > -sums_max &&
		add_up(&totals->spend_high, money[2] < 0 ? -money[2] : money[2], sums_max) &&
		add_up(&totals->spend_low, money[3], sums_max);
}

static void
check_entry(const TallyState *state, const rt_tally_entry *entry, const TallyKind *kind,
			Totals *totals)
{
	if (!kind->key_valid(state, entry->key, entry->key_size) ||
		!tally_state_counts_valid(entry->counts, kind, totals))
		tally_state_corrupt(kind);
}

static void
check_head(const TallyState *state, const TallyKind *kind)
{
	static const int64 zero[TALLY_CONSTANTS + TALLY_SUMS] = {0};

	if (kind->constants_valid != NULL ? !kind->constants_valid(state) :
		memcmp(state->constants, zero, sizeof(zero)) != 0)
		tally_state_corrupt(kind);
}

/* The next entry, checked; false behind the last one */
static bool
next_entry(const TallyState *state, uint32 *word, rt_tally_entry *entry, uint32 *count,
		   const TallyKind *kind, Totals *totals)
{
	if (*count == state->tally.keys || !rt_tally_next(&state->tally, word, entry))
	{
		if (*count != state->tally.keys || *word != state->tally.used)
			tally_state_corrupt(kind);
		return false;
	}
	rt_poll_each((*count)++);
	check_entry(state, entry, kind, totals);
	return true;
}

static void
tally_state_check_state(const TallyState *state, const TallyKind *kind)
{
	rt_tally_entry entry;
	uint32		word = 0;
	uint32		count = 0;
	Totals		totals = {0};

	check_head(state, kind);
	while (next_entry(state, &word, &entry, &count, kind, &totals))
		;
}

/*
 * Within an aggregate a state is its own, and nothing that is wrong with it does harm before its
 * final function
 */
static void
check_foreign_state(FunctionCallInfo fcinfo, const TallyState *state, const TallyKind *kind)
{
	if (!AggCheckCallContext(fcinfo, NULL))
		tally_state_check_state(state, kind);
}

static void
check_constants(const TallyState *state, const TallyKind *kind, const int64 *constants)
{
	if (constants != NULL && memcmp(state->constants, constants, sizeof(state->constants)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be the same for all rows of %s", kind->constants, kind->aggregate),
				 errhint("Use GROUP BY for several results.")));
}

TallyState *
tally_state_to_add_to(FunctionCallInfo fcinfo, const TallyKind *kind, const int64 *constants)
{
	TallyState *state;

	if (PG_ARGISNULL(0))
	{
		state = tally_state_allocate_state(kind, FIRST_PLACES, FIRST_ROOM);
		if (constants != NULL)
			memcpy(state->constants, constants, sizeof(state->constants));
		return state;
	}
	state = tally_state_argument(fcinfo, 0, kind);
	check_foreign_state(fcinfo, state, kind);
	check_constants(state, kind, constants);
	return state;
}

static TallyState *
tally_state_larger_state(const TallyState *state, const TallyKind *kind, Size key_size)
{
	uint32		place_count;
	uint32		room;
	TallyState *larger;

	if (!rt_tally_larger(&state->tally, key_size, &place_count, &room))
		place_count = room = PG_UINT32_MAX; /* more than can be allocated */
	if (place_count == state->tally.place_count && room == state->tally.room)
		tally_state_corrupt(kind);
	larger = tally_state_allocate_state(kind, place_count, room);
	memcpy(larger->constants, state->constants, sizeof(state->constants));
	memcpy(larger->sums, state->sums, sizeof(state->sums));
	if (!rt_tally_add_all(&larger->tally, &state->tally))
		tally_state_corrupt(kind);
	return larger;
}

int64 *
tally_state_counts(TallyState **state, const TallyKind *kind, const void *key, Size key_size)
{
	int64	   *counts;

	while ((counts = rt_tally_counts(&(*state)->tally, key, key_size)) == NULL)
		*state = tally_state_larger_state(*state, kind, key_size);
	return counts;
}

void
tally_state_count(TallyState **state, const TallyKind *kind, const void *key, Size key_size,
				  int count)
{
	tally_state_add(kind, tally_state_counts(state, kind, key, key_size) + count, 1);
}

Datum
tally_state_combine(FunctionCallInfo fcinfo, const TallyKind *kind)
{
	TallyState *state;
	TallyState *other;
	rt_tally_entry entry;
	uint32		word = 0;
	uint32		count = 0;
	Totals		totals = {0};

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	other = tally_state_argument(fcinfo, 1, kind);
	if (PG_ARGISNULL(0))
	{
		tally_state_check_state(other, kind);
		return state_other(fcinfo, other);
	}
	state = tally_state_argument(fcinfo, 0, kind);
	check_head(other, kind);
	check_constants(state, kind, other->constants);
	check_foreign_state(fcinfo, state, kind);
	for (int i = 0; i < TALLY_SUMS; i++)
		tally_state_add(kind, &state->sums[i], other->sums[i]);
	while (next_entry(other, &word, &entry, &count, kind, &totals))
	{
		int64	   *counts = tally_state_counts(&state, kind, entry.key, entry.key_size);

		for (uint32 i = 0; i < kind->counts_per_key; i++)
			tally_state_add(kind, &counts[i], entry.counts[i]);
	}
	return state_result(fcinfo, state);
}

/* The version alone: a state of other bytes is copied as a whole */
static int32
tally_state_version(Datum datum)
{
	struct varlena *value = state_large(datum);
	int32		version = 0;

	if (value == NULL)
		value = PG_DETOAST_DATUM_SLICE(datum, 0, sizeof(version));
	if (VARSIZE_ANY_EXHDR(value) >= sizeof(version))
		memcpy(&version, VARDATA_ANY(value), sizeof(version));
	return version;
}

const TallyKind *
tally_state_kind(FunctionCallInfo fcinfo, int argument, const TallyKind *kinds, int count)
{
	int32		version = tally_state_version(PG_GETARG_DATUM(argument));

	for (int i = 0; i < count; i++)
		if (kinds[i].version == version)
			return &kinds[i];
	return &kinds[0];
}

Datum
tally_state_combine_kinds(FunctionCallInfo fcinfo, const TallyKind *kinds, int count)
{
	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	return tally_state_combine(fcinfo, tally_state_kind(fcinfo, PG_ARGISNULL(0) ? 1 : 0, kinds,
														count));
}

const TallyState *
tally_state_final(FunctionCallInfo fcinfo, const TallyKind *kind, rt_tally_entry **entries)
{
	const TallyState *state = tally_state_argument(fcinfo, 0, kind);
	uint32		word = 0;
	uint32		count = 0;
	Totals		totals = {0};

	check_head(state, kind);
	/* a key takes a word and its counts at least */
	if (state->tally.keys > state->tally.used)
		tally_state_corrupt(kind);
	*entries = palloc_extended(Max(state->tally.keys, 1) * sizeof(rt_tally_entry), MCXT_ALLOC_HUGE);
	while (next_entry(state, &word, *entries + count, &count, kind, &totals))
		;
	return state;
}

bool
tally_key_number(const void *key, Size key_size)
{
	double		number;

	if (key_size != sizeof(number))
		return false;
	memcpy(&number, key, sizeof(number));
	return !isnan(number) && !(number == 0 && signbit(number));
}

bool
tally_level_valid(const TallyState *state)
{
	double		level;

	memcpy(&level, state->constants, sizeof(level));
	return level > 0 && level < 1;
}

bool
tally_text_valid(const char *bytes, Size size)
{
	return pg_verify_mbstr(GetDatabaseEncoding(), bytes, (int) size, true);
}
