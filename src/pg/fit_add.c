/*
 * fit_add.c
 *		The transition functions of the aggregate fit_model: customers as rows of a fit.
 *
 * Sums of logarithms are kept as integers, so that no order of rows and no parallel plan
 * changes the last digit of a fit.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/date.h"

#include "core/cycle.h"
#include "core/interpurchase_shapes.h"
#include "pg/clock.h"
#include "pg/customer_base.h"
#include "pg/errors.h"
#include "pg/fit_history.h"
#include "pg/fit_state.h"
#include "pg/gamma_gamma_all.h"
#include "pg/history.h"
#include "pg/model.h"
#include "pg/value.h"

PG_FUNCTION_INFO_V1(fit_model_add);
PG_FUNCTION_INFO_V1(fit_model_add_numbers);
PG_FUNCTION_INFO_V1(fit_model_add_contracts);
PG_FUNCTION_INFO_V1(fit_model_add_spend);

static const SeasonBytes no_season = {NULL, 0};

/* What models of this kind are fitted to, for a message */
static int
fit_hint(const rt_kind *kind)
{
	if (kind->input == RT_INPUT_CONTRACTS)
		return errhint("Use fit_model('%s', tenure, churned), where churned is a boolean: churned "
					   "<> 0 makes "
					   "one of a number.",
					   kind->name);
	if (kind->input == RT_INPUT_SPEND)
		return errhint("Use fit_model('%s', x, mean_value), or fit_model('%s', history, as_of).",
					   kind->name, kind->name);
	if (kind->input == RT_INPUT_AMOUNTS)
		return errhint("Use fit_model('%s', days, sum(amount), sum(ln(amount))) of the days with "
					   "an amount above 0, or fit_model('%s', history, as_of).",
					   kind->name, kind->name);
	if (kind->needs_intervals)
		return errhint("It needs the intervals: use fit_model('%s', history, as_of).", kind->name);
	return errhint("Use fit_model('%s', x, t_x, T), or fit_model('%s', history, as_of).",
				   kind->name, kind->name);
}

static double
check_weight(double weight)
{
	if (!(weight >= 0) || isinf(weight))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weight %g of a customer is negative or not finite", weight)));
	return weight;
}

/* A row that is passed over */
static Datum
fit_add_nothing(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* Of any of these arguments that there are */
static bool
has_null(FunctionCallInfo fcinfo, int first, int last)
{
	for (int i = first; i <= last && i < PG_NARGS(); i++)
	{
		if (PG_ARGISNULL(i))
			return true;
	}
	return false;
}

/*
 * The state to add to: a new one for the first row, else one that was made with the same constants
 */
static FitState
fit_state_to_add_to(FunctionCallInfo fcinfo, const rt_kind *kind, int k, bool from_numbers,
					int32 as_of, double time_unit, SeasonBytes season)
{
	FitHead		constants = {.version = season.size == 0 ? FIT_STATE_VERSION : FIT_STATE_SEASON,
		.kind = (uint8) kind->id, .k = (uint8) k,
		.from_numbers = from_numbers, .as_of = as_of,
	.time_unit = time_unit};
	FitState	state;

	check_time_unit(time_unit);
	if (PG_ARGISNULL(0))
		return fit_state_new(&constants, season);
	state = fit_state_argument(fcinfo, 0);
	fit_state_check_constants(&state, &constants, season);
	return state;
}

/* ------------------------------------------------------------- histories */

/* A customer with x repeat orders of this mean value */
static void
fit_add_orders(FitState *state, double x, double mean)
{
	fit_state_count(state, 1);
	if (x == 0)
		return;
	if (mean > 0)
		fit_state_add(state, &(rt_fit_row) {.orders = {x, mean}, .weight = 1});
	else
		fit_state_leave_out(state, 1);
}

/* Of a kind that does not need each interval */
static void
fit_add_history(FitState *state, const rt_kind *kind, HistoryBytes history, DateADT as_of)
{
	FitHistory	found = fit_history_of(kind, history, as_of);

	if (!found.bought)
		return;
	fit_state_count(state, 1);
	fit_state_leave_out(state, (uint32) Min(found.left_out, PG_UINT32_MAX));
	if (found.tells)
		fit_state_add(state, &found.row);
}

static void
fit_add_history_opportunities(FitState *state, HistoryBytes history, DateADT as_of)
{
	rt_fit_row	row = {.weight = 1};

	if (!opportunities_of_history(history, as_of, state->head->time_unit, &row.customer))
		return;
	fit_state_count(state, 1);
	fit_state_add(state, &row);
}

/* Their sum, and how even they are where there are two at least */
static void
fit_add_rhythm(FitState *state, const rt_intervals *intervals, double sum, double silence)
{
	double		count = (double) intervals->count;

	if (intervals->count > 0)
		fit_state_add(state, &(rt_fit_row) {.rhythm = {count, sum, silence}, .weight = 1});
	if (intervals->count > 1)
	{
		double		evenness = rt_evenness(intervals);

		fit_state_add(state, &(rt_fit_row) {.rhythm = {count, evenness, 1}, .weight = 1});
	}
}

/* Of a kind that needs each interval */
static void
fit_add_history_intervals(FitState *state, const rt_kind *kind, HistoryBytes history,
						  DateADT as_of)
{
	int32		on_stack[128];
	size_t		count;
	int32	   *dates = history_dates(history, as_of, on_stack, lengthof(on_stack), &count);
	rt_intervals intervals;

	if (count == 0)
		return;
	fit_state_count(state, 1);
	rt_intervals_from_dates(dates, count, &intervals);
	if (intervals.count > 0)
		fit_state_add_sum_log(state, llround(intervals.sum_log * FIT_LOG_UNIT));
	if (kind->input == RT_INPUT_INTERVALS)
		fit_add_rhythm(state, &intervals, intervals.sum, 0);
	else
		fit_state_add(state, &(rt_fit_row) {
											   .customer = {(double) intervals.count, intervals.sum,
															  (double) as_of - (double) dates[0]},
											   .weight = 1
											   });
}

/* As the ones above, by season: rows are in days, logarithms of operational intervals */
static void
fit_add_history_by_season(FitState *state, const rt_kind *kind, HistoryBytes history,
						  DateADT as_of)
{
	FitSeasonal *seasonal = fit_state_seasonal(state);
	int32		on_stack[128];
	size_t		count;
	int32	   *dates = history_dates(history, as_of, on_stack, lengthof(on_stack), &count);
	rt_intervals intervals = {0};
	double		x = (double) count - 1;
	double		t_x;

	if (count == 0)
		return;
	t_x = (double) dates[count - 1] - (double) dates[0];
	fit_state_count(state, 1);
	fit_seasonal_add_logs(seasonal, dates + 1, count - 1);
	if (kind->needs_intervals && count > 1)
	{
		rt_seasonal_intervals(season_from_bytes(seasonal->season), dates, count, &intervals);
		fit_state_add_sum_log(state, llround(intervals.sum_log * FIT_LOG_UNIT));
	}
	if (kind->input == RT_INPUT_INTERVALS)
		fit_add_rhythm(state, &intervals, t_x,
					   RT_SEASONAL_SILENCE + (double) as_of - (double) dates[count - 1]);
	else
		fit_state_add(state, &(rt_fit_row) {
											   .customer = {x, t_x,
															  (double) as_of - (double) dates[0]},
											   .weight = 1
											   });
}

/* kind, history, as_of, time_unit, season */
Datum
fit_model_add(PG_FUNCTION_ARGS)
{
	const rt_kind *kind;
	int			k;
	DateADT		as_of;
	SeasonBytes season;
	FitState	state;
	HistoryBytes history;

	check_aggregate_call(fcinfo, "fit_model_add", "the aggregate fit_model(...)");
	if (PG_ARGISNULL(1) || has_null(fcinfo, 3, 4))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the kind of model, as_of and the time unit of a fit must not be null")));
	if (PG_ARGISNULL(2))
		return fit_add_nothing(fcinfo);
	kind = model_kind_to_fit(PG_GETARG_TEXT_PP(1), &k);
	if (kind->input == RT_INPUT_CONTRACTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a model of kind \"%s\" is not fitted to purchases", kind->name),
				 fit_hint(kind)));
	as_of = as_of_date(PG_GETARG_DATEADT(3));
	season = season_argument(fcinfo, 5);
	if (season.size > 0)
		check_takes_season(kind);
	state = fit_state_to_add_to(fcinfo, kind, k, false, as_of,
								PG_NARGS() > 4 ? PG_GETARG_FLOAT8(4) : 1, season);
	history = history_bytes(PG_GETARG_DATUM(2));
	if (season.size > 0)
		fit_add_history_by_season(&state, kind, history, as_of);
	else if (kind->input == RT_INPUT_OPPORTUNITIES)
		fit_add_history_opportunities(&state, history, as_of);
	else if (kind->needs_intervals)
		fit_add_history_intervals(&state, kind, history, as_of);
	else
		fit_add_history(&state, kind, history, as_of);
	return fit_state_result(fcinfo, &state);
}

/* --------------------------------------------------------------- numbers */

/* The three numbers of a customer; false for one who tells nothing */
static bool
get_row(FunctionCallInfo fcinfo, const rt_kind *kind, rt_fit_row *row)
{
	if (kind->input == RT_INPUT_AMOUNTS)
		return get_amounts(fcinfo, 2, &row->amounts);
	row->customer = get_customer(fcinfo, 2);
	if (kind->input == RT_INPUT_OPPORTUNITIES)
		check_whole_opportunities(&row->customer);
	return true;
}

/* kind, x, t_x, T, weight, time_unit; of a model of amounts days and two sums for x, t_x, T */
Datum
fit_model_add_numbers(PG_FUNCTION_ARGS)
{
	const rt_kind *kind;
	int			k;
	FitState	state;
	rt_fit_row	row;
	bool		tells;

	check_aggregate_call(fcinfo, "fit_model_add", "the aggregate fit_model(...)");
	if (PG_ARGISNULL(1) || has_null(fcinfo, 6, 6))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the kind of model and the time unit of a fit must not be null")));
	if (has_null(fcinfo, 2, 5))
		return fit_add_nothing(fcinfo);
	kind = model_kind_to_fit(PG_GETARG_TEXT_PP(1), &k);
	if (kind->needs_intervals || kind->input == RT_INPUT_CONTRACTS || kind->input == RT_INPUT_SPEND)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a model of kind \"%s\" cannot be fitted to x, t_x and T alone",
							   kind->name),
						fit_hint(kind)));
	tells = get_row(fcinfo, kind, &row);
	row.weight = PG_NARGS() > 5 ? check_weight(PG_GETARG_FLOAT8(5)) : 1;
	state = fit_state_to_add_to(fcinfo, kind, k, true, 0,
								PG_NARGS() > 6 ? PG_GETARG_FLOAT8(6) : 1, no_season);
	if (row.weight > 0)
	{
		fit_state_count(&state, 1);
		if (tells)
			fit_state_add(&state, &row);
	}
	return fit_state_result(fcinfo, &state);
}

/* kind, x, mean_value */
Datum
fit_model_add_spend(PG_FUNCTION_ARGS)
{
	const rt_kind *kind;
	int			k;
	FitState	state;
	double		x;
	double		mean;

	check_aggregate_call(fcinfo, "fit_model_add", "the aggregate fit_model(...)");
	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the kind of model of a fit must not be null")));
	if (PG_ARGISNULL(2))
		return fit_add_nothing(fcinfo);
	kind = model_kind_to_fit(PG_GETARG_TEXT_PP(1), &k);
	if (kind->input != RT_INPUT_SPEND)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a model of kind \"%s\" is not fitted to two numbers, orders and their "
						"mean value",
						kind->name),
				 fit_hint(kind)));
	x = PG_GETARG_FLOAT8(2);
	mean = PG_ARGISNULL(3) ? 0 : PG_GETARG_FLOAT8(3);
	check_orders(x, mean);
	state = fit_state_to_add_to(fcinfo, kind, k, true, 0, 1, no_season);
	fit_add_orders(&state, x, mean);
	return fit_state_result(fcinfo, &state);
}

/* ------------------------------------------------------------- contracts */

static rt_term
get_term(int32 tenure, bool churned)
{
	if (tenure < (churned ? 1 : 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a contract with a tenure of %d periods cannot have %s", tenure,
						churned ? "churned" : "lasted"),
				 errhint("A tenure is the number of renewals that have come up; who churned did "
						 "not renew at the last of them.")));
	return (rt_term) {tenure, churned ? 1 : 0};
}

/* kind, tenure, churned, weight, time_unit */
Datum
fit_model_add_contracts(PG_FUNCTION_ARGS)
{
	const rt_kind *kind;
	int			k;
	FitState	state;
	rt_fit_row	row;

	check_aggregate_call(fcinfo, "fit_model_add", "the aggregate fit_model(...)");
	if (PG_ARGISNULL(1) || has_null(fcinfo, 5, 5))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the kind of model and the time unit of a fit must not be null")));
	if (has_null(fcinfo, 2, 4))
		return fit_add_nothing(fcinfo);
	kind = model_kind_to_fit(PG_GETARG_TEXT_PP(1), &k);
	if (kind->input != RT_INPUT_CONTRACTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a model of kind \"%s\" is not fitted to contracts", kind->name),
				 fit_hint(kind)));
	row.term = get_term(PG_GETARG_INT32(2), PG_GETARG_BOOL(3));
	row.weight = PG_NARGS() > 4 ? check_weight(PG_GETARG_FLOAT8(4)) : 1;
	state = fit_state_to_add_to(fcinfo, kind, k, true, 0,
								PG_NARGS() > 5 ? PG_GETARG_FLOAT8(5) : 1, no_season);
	if (row.weight > 0)
	{
		fit_state_count(&state, 1);
		fit_state_add(&state, &row);
	}
	return fit_state_result(fcinfo, &state);
}
