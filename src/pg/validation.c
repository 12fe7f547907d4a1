/*
 * validation.c
 *		The aggregates roc_auc, brier_score, calibration_table and lift_table.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "core/exact_sum.h"
#include "core/proportion.h"
#include "core/special.h"
#include "core/validation.h"
#include "core/poll.h"
#include "pg/composite.h"
#include "pg/fixed_state.h"
#include "pg/tally_state.h"

PG_FUNCTION_INFO_V1(scored_outcomes_add);
PG_FUNCTION_INFO_V1(scored_outcomes_combine);
PG_FUNCTION_INFO_V1(roc_auc_final);
PG_FUNCTION_INFO_V1(calibration_table_add);
PG_FUNCTION_INFO_V1(calibration_table_final);
PG_FUNCTION_INFO_V1(lift_table_final);
PG_FUNCTION_INFO_V1(brier_score_add);
PG_FUNCTION_INFO_V1(brier_score_combine);
PG_FUNCTION_INFO_V1(brier_score_final);

#define DEFAULT_BINS	10
#define BINS_MAX		10000

static bool
bins_valid(const TallyState *state)
{
	return state->constants[0] >= 1 && state->constants[0] <= BINS_MAX;
}

static bool
score_valid(const TallyState *state, const void *key, Size key_size)
{
	return tally_key_number(key, key_size);
}

/* Of each score: customers with the outcome, and without */
static const TallyKind scored_outcomes = {"roc_auc, calibration_table and lift_table",
	0x20001,
	2,
	false,
	"the number of bins",
	bins_valid,
score_valid};

typedef struct BrierState
{
	FixedState	head;
	int64		customers;
	rt_exact_sum squares;
} BrierState;

/* Each square is at most 1 */
static bool
brier_valid(const void *bytes)
{
	const BrierState *state = bytes;
	double		value;

	if (state->customers < 0 || state->customers > TALLY_ROWS_MAX ||
		!rt_exact_sum_valid(&state->squares))
		return false;
	value = rt_exact_sum_value(&state->squares);
	return value >= 0 && value <= (double) state->customers;
}

static const FixedKind brier_kind = {"brier_score", 0x10003, sizeof(BrierState), brier_valid};

static double
get_probability(FunctionCallInfo fcinfo, const char *aggregate)
{
	double		score = PG_GETARG_FLOAT8(1);

	if (!(score >= 0 && score <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("score %g of %s is no probability between 0 and 1", score, aggregate)));
	return score;
}

static int
get_bins(FunctionCallInfo fcinfo)
{
	int			bins = DEFAULT_BINS;

	if (PG_NARGS() > 3)
	{
		if (PG_ARGISNULL(3))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("the number of bins must not be null")));
		bins = PG_GETARG_INT32(3);
	}
	if (bins < 1 || bins > BINS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d is no number of bins between 1 and %d", bins, BINS_MAX)));
	return bins;
}

static Datum
add_scored(FunctionCallInfo fcinfo, int64 bins)
{
	int64		constants[TALLY_CONSTANTS] = {bins};
	TallyState *state = tally_state_to_add_to(fcinfo, &scored_outcomes, constants);
	double		score;

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		score = PG_GETARG_FLOAT8(1) + 0;	/* minus zero is zero */
		if (isnan(score))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("score NaN is no score")));
		tally_state_count(&state, &scored_outcomes, &score, sizeof(score),
						  PG_GETARG_BOOL(2) ? 0 : 1);
	}
	return state_result(fcinfo, state);
}

/* Of score, outcome and perhaps the number of bins */
Datum
scored_outcomes_add(PG_FUNCTION_ARGS)
{
	return add_scored(fcinfo, get_bins(fcinfo));
}

Datum
calibration_table_add(PG_FUNCTION_ARGS)
{
	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
		get_probability(fcinfo, "calibration_table");
	return add_scored(fcinfo, get_bins(fcinfo));
}

Datum
scored_outcomes_combine(PG_FUNCTION_ARGS)
{
	return tally_state_combine(fcinfo, &scored_outcomes);
}

static rt_scored *
sorted_scores(FunctionCallInfo fcinfo, size_t *count, int *bins)
{
	rt_tally_entry *entries;
	const TallyState *state = tally_state_final(fcinfo, &scored_outcomes, &entries);
	rt_scored  *scored = palloc_array(rt_scored, Max(state->tally.keys, 1));

	*bins = (int) state->constants[0];
	*count = state->tally.keys;
	for (size_t i = 0; i < *count; i++)
	{
		rt_poll_each(i);
		memcpy(&scored[i].score, entries[i].key, sizeof(double));
		scored[i].outcomes = entries[i].counts[0];
		scored[i].others = entries[i].counts[1];
	}
	rt_scored_sort(scored, *count);
	for (size_t i = 1; i < *count; i++)
		if (scored[i].score == scored[i - 1].score)
			tally_state_corrupt(&scored_outcomes);
	return scored;
}

Datum
roc_auc_final(PG_FUNCTION_ARGS)
{
	size_t		count;
	int			bins;
	rt_scored  *scored = sorted_scores(fcinfo, &count, &bins);

	PG_RETURN_FLOAT8_OR_NULL(rt_roc_auc(scored, count));
}

static rt_score_bin *
score_bins(FunctionCallInfo fcinfo, bool from_highest, size_t *used)
{
	size_t		count;
	int			bin_count;
	rt_scored  *scored = sorted_scores(fcinfo, &count, &bin_count);
	rt_score_bin *bins = palloc_array(rt_score_bin, bin_count);

	*used = rt_score_bins(scored, count, bin_count, from_highest, bins);
	return bins;
}

/* In the order of the type calibration_bin */
enum
{
	CALIBRATION_BIN,
	CALIBRATION_LOWEST,
	CALIBRATION_HIGHEST,
	CALIBRATION_CUSTOMERS,
	CALIBRATION_EXPECTED_RATE,
	CALIBRATION_ACTUAL_RATE,
	CALIBRATION_LOWER,
	CALIBRATION_UPPER,
	CALIBRATION_COLUMNS
};

Datum
calibration_table_final(PG_FUNCTION_ARGS)
{
	size_t		count;
	rt_score_bin *bins = score_bins(fcinfo, false, &count);
	double		z = rt_normal_quantile(0.025);
	CompositeArray result;

	if (count == 0)
		PG_RETURN_NULL();
	/* roc_auc and lift_table take other scores, too */
	if (bins[0].lowest < 0 || bins[count - 1].highest > 1)
		tally_state_corrupt(&scored_outcomes);
	composite_array_begin(fcinfo, &result, CALIBRATION_COLUMNS);
	for (size_t i = 0; i < count; i++)
	{
		Datum		values[CALIBRATION_COLUMNS];
		bool		nulls[CALIBRATION_COLUMNS] = {false};
		double		lower;
		double		upper;

		rt_wilson_interval(bins[i].outcomes, bins[i].customers, z, &lower, &upper);
		values[CALIBRATION_BIN] = Int32GetDatum(bins[i].number);
		values[CALIBRATION_LOWEST] = Float8GetDatum(bins[i].lowest);
		values[CALIBRATION_HIGHEST] = Float8GetDatum(bins[i].highest);
		values[CALIBRATION_CUSTOMERS] = Int64GetDatum(bins[i].customers);
		values[CALIBRATION_EXPECTED_RATE] = Float8GetDatum(bins[i].mean);
		values[CALIBRATION_ACTUAL_RATE] =
			Float8GetDatum((double) bins[i].outcomes / (double) bins[i].customers);
		values[CALIBRATION_LOWER] = Float8GetDatum(lower);
		values[CALIBRATION_UPPER] = Float8GetDatum(upper);
		composite_array_add(&result, values, nulls);
	}
	return composite_array_finish(&result);
}

/* In the order of the type lift_bin */
enum
{
	LIFT_BIN, LIFT_LOWEST, LIFT_HIGHEST, LIFT_CUSTOMERS, LIFT_OUTCOMES, LIFT_RATE, LIFT_LIFT,
	LIFT_CUMULATIVE_CUSTOMERS, LIFT_CUMULATIVE_OUTCOMES, LIFT_CUMULATIVE_LIFT, LIFT_COLUMNS
};

Datum
lift_table_final(PG_FUNCTION_ARGS)
{
	size_t		count;
	rt_score_bin *bins = score_bins(fcinfo, true, &count);
	double		all_customers = 0;
	double		all_outcomes = 0;
	double		customers = 0;
	double		outcomes = 0;
	CompositeArray result;

	if (count == 0)
		PG_RETURN_NULL();
	for (size_t i = 0; i < count; i++)
	{
		all_customers += (double) bins[i].customers;
		all_outcomes += (double) bins[i].outcomes;
	}
	composite_array_begin(fcinfo, &result, LIFT_COLUMNS);
	for (size_t i = 0; i < count; i++)
	{
		Datum		values[LIFT_COLUMNS];
		bool		nulls[LIFT_COLUMNS] = {false};
		double		rate = (double) bins[i].outcomes / (double) bins[i].customers;

		customers += (double) bins[i].customers;
		outcomes += (double) bins[i].outcomes;
		values[LIFT_BIN] = Int32GetDatum(bins[i].number);
		values[LIFT_LOWEST] = Float8GetDatum(bins[i].lowest);
		values[LIFT_HIGHEST] = Float8GetDatum(bins[i].highest);
		values[LIFT_CUSTOMERS] = Int64GetDatum(bins[i].customers);
		values[LIFT_OUTCOMES] = Int64GetDatum(bins[i].outcomes);
		values[LIFT_RATE] = Float8GetDatum(rate);
		values[LIFT_LIFT] = Float8GetDatum(rate * all_customers / all_outcomes);
		values[LIFT_CUMULATIVE_CUSTOMERS] = Float8GetDatum(customers / all_customers);
		values[LIFT_CUMULATIVE_OUTCOMES] = Float8GetDatum(outcomes / all_outcomes);
		values[LIFT_CUMULATIVE_LIFT] =
			Float8GetDatum(outcomes / customers * all_customers / all_outcomes);
		nulls[LIFT_LIFT] = nulls[LIFT_CUMULATIVE_OUTCOMES] = nulls[LIFT_CUMULATIVE_LIFT] =
			all_outcomes == 0;
		composite_array_add(&result, values, nulls);
	}
	return composite_array_finish(&result);
}

/* ------------------------------------------------------------ brier_score */

Datum
brier_score_add(PG_FUNCTION_ARGS)
{
	BrierState *state = fixed_state_to_add_to(fcinfo, &brier_kind);
	double		difference;

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		difference = get_probability(fcinfo, "brier_score") - (PG_GETARG_BOOL(2) ? 1 : 0);
		rt_exact_sum_add(&state->squares, difference * difference);
		if (pg_add_s64_overflow(state->customers, 1, &state->customers))
			fixed_state_corrupt(&brier_kind);
	}
	PG_RETURN_POINTER(state);
}

Datum
brier_score_combine(PG_FUNCTION_ARGS)
{
	void	   *first;
	void	   *second;

	if (fixed_states(fcinfo, &brier_kind, &first, &second))
	{
		rt_exact_sum_combine(&((BrierState *) first)->squares, &((BrierState *) second)->squares);
		((BrierState *) first)->customers += ((BrierState *) second)->customers;
	}
	if (first == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(first);
}

Datum
brier_score_final(PG_FUNCTION_ARGS)
{
	const BrierState *state = fixed_state_final(fcinfo, &brier_kind);

	if (state->customers == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rt_exact_sum_value(&state->squares) / (double) state->customers);
}
