/*
 * tally_state.c
 *		States of aggregates that count by key.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/tally_state.h"

#include "utils/memutils.h"

#include "pg/fixed_state.h"

#define FIRST_PLACES	16
#define FIRST_ROOM		40		/* words */

#define STATE_HEAD		offsetof(TallyState, tally)

static TallyState *
allocate_state(const TallyKind *kind, uint32 place_count, uint32 room)
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
	state = (TallyState *) palloc0(size);
	SET_VARSIZE(state, size);
	state->version = kind->version;
	rt_tally_init(&state->tally, kind->counts_per_key, place_count, room);
	return state;
}

pg_noreturn static void
corrupt_state(const TallyKind *kind)
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
		corrupt_state(kind);
	return state;
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
		state = allocate_state(kind, FIRST_PLACES, FIRST_ROOM);
		if (constants != NULL)
			memcpy(state->constants, constants, sizeof(state->constants));
		return state;
	}
	state = tally_state_argument(fcinfo, 0, kind);
	check_constants(state, kind, constants);
	return state;
}

static TallyState *
larger_state(const TallyState *state, const TallyKind *kind, Size key_size)
{
	uint32		place_count;
	uint32		room;
	TallyState *larger;

	if (!rt_tally_larger(&state->tally, key_size, &place_count, &room))
		place_count = room = PG_UINT32_MAX; /* more than can be allocated */
	if (place_count == state->tally.place_count && room == state->tally.room)
		corrupt_state(kind);
	larger = allocate_state(kind, place_count, room);
	memcpy(larger->constants, state->constants, sizeof(state->constants));
	memcpy(larger->sums, state->sums, sizeof(state->sums));
	if (!rt_tally_add_all(&larger->tally, &state->tally))
		corrupt_state(kind);
	return larger;
}

int64 *
tally_state_counts(TallyState **state, const TallyKind *kind, const void *key, Size key_size)
{
	int64	   *counts;

	while ((counts = rt_tally_counts(&(*state)->tally, key, key_size)) == NULL)
		*state = larger_state(*state, kind, key_size);
	return counts;
}

Datum
tally_state_combine(FunctionCallInfo fcinfo, const TallyKind *kind)
{
	TallyState *state;
	TallyState *other;
	rt_tally_entry entry;
	uint32		word = 0;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	other = tally_state_argument(fcinfo, 1, kind);
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(other);
	state = tally_state_argument(fcinfo, 0, kind);
	check_constants(state, kind, other->constants);
	for (int i = 0; i < TALLY_SUMS; i++)
		state->sums[i] = (int64) ((uint64) state->sums[i] + (uint64) other->sums[i]);
	while (rt_tally_next(&other->tally, &word, &entry))
	{
		int64	   *counts = tally_state_counts(&state, kind, entry.key, entry.key_size);

		for (uint32 i = 0; i < kind->counts_per_key; i++)
			counts[i] = (int64) ((uint64) counts[i] + (uint64) entry.counts[i]);
	}
	if (word != other->tally.used)
		corrupt_state(kind);
	PG_RETURN_POINTER(state);
}

rt_tally_entry *
tally_state_entries(const TallyState *state, const TallyKind *kind)
{
	rt_tally_entry *entries = palloc_array(rt_tally_entry, Max(state->tally.keys, 1));
	uint32		word = 0;
	uint32		count = 0;

	while (count < state->tally.keys && rt_tally_next(&state->tally, &word, &entries[count]))
		count++;
	if (count != state->tally.keys || word != state->tally.used)
		corrupt_state(kind);
	return entries;
}
