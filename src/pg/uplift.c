/*
 * uplift.c
 *		The aggregate retention_uplift(treated, retained).
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/builtins.h"

#include "core/proportion.h"
#include "core/sort.h"
#include "core/special.h"
#include "core/poll.h"
#include "pg/composite.h"
#include "pg/errors.h"
#include "pg/model.h"
#include "pg/tally_state.h"

PG_FUNCTION_INFO_V1(retention_uplift_add);
PG_FUNCTION_INFO_V1(retention_uplift_combine);
PG_FUNCTION_INFO_V1(retention_uplift_final);

#define DEFAULT_LEVEL 0.95

static bool
stratum_valid(const TallyState *state, const void *key, Size key_size)
{
	return key_size == 0 || *(const char *) key == 1;
}

/*
 * Of each stratum: treated who stayed and who did not, others who stayed and who did not; the
 * constant is the confidence level
 */
static const TallyKind uplift_kind = {
	"retention_uplift", 0x20008, 4, false, "the confidence level",
tally_level_valid, stratum_valid};

/* Of treated, retained, and perhaps the stratum and the confidence level */
Datum
retention_uplift_add(PG_FUNCTION_ARGS)
{
	int64		constants[TALLY_CONSTANTS] = {0};
	double		level = DEFAULT_LEVEL;
	TallyState *state;
	const char *key = "";
	size_t		key_size = 0;	/* no stratum, or NULL, is one of its own */

	if (PG_NARGS() > 4)
	{
		if (PG_ARGISNULL(4))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("the confidence level must not be null")));
		level = PG_GETARG_FLOAT8(4);
	}
	check_confidence_level(level);
	memcpy(constants, &level, sizeof(level));
	state = tally_state_to_add_to(fcinfo, &uplift_kind, constants);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return state_result(fcinfo, state);
	if (PG_NARGS() > 3 && !PG_ARGISNULL(3))
	{
		text	   *stratum = PG_GETARG_TEXT_PP(3);
		char	   *bytes = palloc(VARSIZE_ANY_EXHDR(stratum) + 1);

		bytes[0] = 1;
		memcpy(bytes + 1, VARDATA_ANY(stratum), VARSIZE_ANY_EXHDR(stratum));
		key = bytes;
		key_size = VARSIZE_ANY_EXHDR(stratum) + 1;
	}
	tally_state_count(&state, &uplift_kind, key, key_size,
					  (PG_GETARG_BOOL(1) ? 0 : 2) + (PG_GETARG_BOOL(2) ? 0 : 1));
	return state_result(fcinfo, state);
}

Datum
retention_uplift_combine(PG_FUNCTION_ARGS)
{
	return tally_state_combine(fcinfo, &uplift_kind);
}

/* Sums of doubles over strata must not depend on the order in which those came */
static int
compare_strata(const void *a, const void *b, const void *unused)
{
	return memcmp(a, b, sizeof(rt_two_groups));
}

/* In the order of the type retention_uplift */
enum
{
	UPLIFT_TREATED,
	UPLIFT_TREATED_RETAINED,
	UPLIFT_TREATED_RATE,
	UPLIFT_CONTROL,
	UPLIFT_CONTROL_RETAINED,
	UPLIFT_CONTROL_RATE,
	UPLIFT_DIFFERENCE,
	UPLIFT_DIFFERENCE_LOWER,
	UPLIFT_DIFFERENCE_UPPER,
	UPLIFT_RATIO,
	UPLIFT_RATIO_LOWER,
	UPLIFT_RATIO_UPPER,
	UPLIFT_P_VALUE,
	UPLIFT_LEFT_OUT,
	UPLIFT_COLUMNS
};

Datum
retention_uplift_final(PG_FUNCTION_ARGS)
{
	rt_tally_entry *entries;
	const TallyState *state = tally_state_final(fcinfo, &uplift_kind, &entries);
	size_t		count = state->tally.keys;
	rt_two_groups *strata = palloc0_array(rt_two_groups, Max(count, 1));
	rt_two_groups all = {0, 0, 0, 0};
	int64		left_out = 0;
	rt_uplift	uplift;
	double		level;
	TupleDesc	tupdesc;
	Datum		values[UPLIFT_COLUMNS];
	bool		nulls[UPLIFT_COLUMNS] = {false};

	if (count == 0)
		PG_RETURN_NULL();
	memcpy(&level, state->constants, sizeof(level));
	for (size_t i = 0; i < count; i++)
	{
		const int64 *counts = entries[i].counts;

		rt_poll_each(i);
		strata[i].hits = counts[0];
		strata[i].n = counts[0] + counts[1];
		strata[i].other_hits = counts[2];
		strata[i].other_n = counts[2] + counts[3];
		if (strata[i].n == 0 || strata[i].other_n == 0)
			left_out += strata[i].n + strata[i].other_n;
		all.hits += strata[i].hits;
		all.n += strata[i].n;
		all.other_hits += strata[i].other_hits;
		all.other_n += strata[i].other_n;
	}
	rt_sort(strata, count, sizeof(rt_two_groups), compare_strata, NULL);
	rt_uplift_of(strata, count, rt_normal_quantile((1 - level) / 2), &uplift);

	values[UPLIFT_TREATED] = Int64GetDatum(all.n);
	values[UPLIFT_TREATED_RETAINED] = Int64GetDatum(all.hits);
	values[UPLIFT_TREATED_RATE] = Float8GetDatum((double) all.hits / (double) all.n);
	nulls[UPLIFT_TREATED_RATE] = all.n == 0;
	values[UPLIFT_CONTROL] = Int64GetDatum(all.other_n);
	values[UPLIFT_CONTROL_RETAINED] = Int64GetDatum(all.other_hits);
	values[UPLIFT_CONTROL_RATE] = Float8GetDatum((double) all.other_hits / (double) all.other_n);
	nulls[UPLIFT_CONTROL_RATE] = all.other_n == 0;
	values[UPLIFT_DIFFERENCE] = Float8GetDatum(uplift.difference);
	values[UPLIFT_DIFFERENCE_LOWER] = Float8GetDatum(uplift.difference_lower);
	values[UPLIFT_DIFFERENCE_UPPER] = Float8GetDatum(uplift.difference_upper);
	values[UPLIFT_RATIO] = Float8GetDatum(uplift.ratio);
	values[UPLIFT_RATIO_LOWER] = Float8GetDatum(uplift.ratio_lower);
	values[UPLIFT_RATIO_UPPER] = Float8GetDatum(uplift.ratio_upper);
	values[UPLIFT_P_VALUE] = Float8GetDatum(uplift.p_value);
	nulls[UPLIFT_DIFFERENCE] = nulls[UPLIFT_DIFFERENCE_LOWER] = nulls[UPLIFT_DIFFERENCE_UPPER] =
		nulls[UPLIFT_P_VALUE] = isnan(uplift.difference);
	nulls[UPLIFT_RATIO] = isnan(uplift.ratio);
	nulls[UPLIFT_RATIO_LOWER] = nulls[UPLIFT_RATIO_UPPER] = isnan(uplift.ratio_lower);
	values[UPLIFT_LEFT_OUT] = Int64GetDatum(left_out);
	tupdesc = composite_result(fcinfo, UPLIFT_COLUMNS);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls)));
}
