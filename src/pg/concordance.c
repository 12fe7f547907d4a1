/*
 * concordance.c
 *		The aggregate concordance_index(score, duration, churned), with entries.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "core/concordance.h"
#include "core/poll.h"
#include "pg/composite.h"
#include "pg/survival.h"
#include "pg/tally_state.h"

PG_FUNCTION_INFO_V1(concordance_index_add);
PG_FUNCTION_INFO_V1(concordance_index_add_entry);
PG_FUNCTION_INFO_V1(concordance_index_combine);
PG_FUNCTION_INFO_V1(concordance_index_final);

#define CONCORDANCE_KINDS 2

static bool
concordance_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return key_size == 2 * sizeof(double) && tally_key_number(key, sizeof(double)) &&
		key_duration_valid((const double *) key + 1);
}

static bool
concordance_entry_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return key_size == 3 * sizeof(double) && tally_key_number(key, sizeof(double)) &&
		key_entry_valid((const double *) key + 1);
}

/*
 * Of each score and duration, and entry where there is one: who left, and who was still there.  The
 * second kind has entries.
 */
static const TallyKind concordance_kinds[CONCORDANCE_KINDS] = {
	{"concordance_index", 0x2001a, 2, false, "nothing", NULL, concordance_key_valid},
	{"concordance_index", 0x2001b, 2, false, "nothing", NULL, concordance_entry_key_valid}
};

/* Of score, entry if there is one, duration and churned */
static Datum
concordance_add(FunctionCallInfo fcinfo, bool has_entry)
{
	const TallyKind *kind = &concordance_kinds[has_entry];
	TallyState *state = tally_state_to_add_to(fcinfo, kind, NULL);
	int			duration = has_entry ? 3 : 2;
	double		key[3];

	for (int i = 1; i < PG_NARGS(); i++)
		if (PG_ARGISNULL(i))
			return state_result(fcinfo, state);
	key[0] = PG_GETARG_FLOAT8(1) + 0;	/* minus zero is zero */
	if (isnan(key[0]))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("score NaN is no score")));
	key[1] = get_duration(fcinfo, duration);
	if (has_entry)
		key[2] = get_entry(fcinfo, 2, key[1]);
	tally_state_count(&state, kind, key, (has_entry ? 3 : 2) * sizeof(double),
					  PG_GETARG_BOOL(duration + 1) ? 0 : 1);
	return state_result(fcinfo, state);
}

Datum
concordance_index_add(PG_FUNCTION_ARGS)
{
	return concordance_add(fcinfo, false);
}

Datum
concordance_index_add_entry(PG_FUNCTION_ARGS)
{
	return concordance_add(fcinfo, true);
}

Datum
concordance_index_combine(PG_FUNCTION_ARGS)
{
	return tally_state_combine_kinds(fcinfo, concordance_kinds, CONCORDANCE_KINDS);
}

Datum
concordance_index_final(PG_FUNCTION_ARGS)
{
	const TallyKind *kind = tally_state_kind(fcinfo, 0, concordance_kinds, CONCORDANCE_KINDS);
	rt_tally_entry *entries;
	const TallyState *state = tally_state_final(fcinfo, kind, &entries);
	size_t		count = state->tally.keys;
	bool		has_entry = kind != concordance_kinds;
	rt_concordance_row *rows =
		palloc_extended(Max(count, 1) * sizeof(rt_concordance_row), MCXT_ALLOC_HUGE);
	rt_concordance_room room;
	size_t		broken;
	double		index;

	room.moments = palloc_extended(Max(count, 1) * 2 * sizeof(rt_moment), MCXT_ALLOC_HUGE);
	room.by_entry = palloc_extended(Max(count, 1) * sizeof(size_t), MCXT_ALLOC_HUGE);
	room.counts = palloc_extended((count + 1) * sizeof(int64), MCXT_ALLOC_HUGE);
	for (size_t i = 0; i < count; i++)
	{
		const double *key = entries[i].key;

		rt_poll_each(i);
		rows[i] = (rt_concordance_row) {.score = key[0], .time = key[1],
			.entry = has_entry ? key[2] : -INFINITY, .events = entries[i].counts[0],
			.censored = entries[i].counts[1]};
	}
	index = rt_concordance_index(rows, count, &room, &broken);
	if (broken < count)
		report_no_time_between(rows[broken].time);
	PG_RETURN_FLOAT8_OR_NULL(index);
}
