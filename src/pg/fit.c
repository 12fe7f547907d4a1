/*
 * fit.c
 *		The aggregate fit_model(kind, history, as_of), and from plain numbers.
 *
 * The state is a bytea of different rows and a hash table of their places
 * behind them.  Weights that are no whole numbers are not added up, so that their order can't
 * matter.  Sums of logarithms are kept as integers, so that no order of rows and no parallel plan
 * changes the last digit of a fit.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "common/hashfn.h"
#include "common/int.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"

#include "core/contract.h"
#include "core/customer_base.h"
#include "core/gamma_gamma.h"
#include "core/cycle.h"
#include "core/interpurchase.h"
#include "core/poll.h"
#include "core/sort.h"
#include "pg/clock.h"
#include "pg/errors.h"
#include "pg/history.h"
#include "pg/customer_base.h"
#include "pg/model.h"
#include "pg/state.h"
#include "pg/value.h"

PG_FUNCTION_INFO_V1(fit_model_add);
PG_FUNCTION_INFO_V1(fit_model_add_numbers);
PG_FUNCTION_INFO_V1(fit_model_add_contracts);
PG_FUNCTION_INFO_V1(fit_model_add_spend);
PG_FUNCTION_INFO_V1(fit_model_combine);
PG_FUNCTION_INFO_V1(fit_model_final);

#define STATE_VERSION		1
#define STATE_FIRST_ROWS	30
#define LOG_UNIT			268435456.0 /* 2^28 to the unit */

/* Fewer than these tell nothing about three parameters */
#define INTERVALS_MIN		10
#define CUSTOMERS_MIN		5

typedef struct FitState
{
	int32		vl_len_;
	uint8		version;
	uint8		kind;
	uint8		from_numbers;	/* not from histories: there is no as_of, nor sum_log */
	uint8		k;				/* 0: the best one is to be found */
	int32		as_of;
	uint32		row_count;
	uint32		capacity;		/* rows */
	uint32		left_out;		/* of gamma-gamma: repeat customers without a mean value above 0 */
	double		time_unit;
	int64		customers;		/* who had bought by as_of */
	int64		sum_log;		/* in 1/LOG_UNIT */
	rt_fit_row	rows[FLEXIBLE_ARRAY_MEMBER];
} FitState;

/* Places in the hash table */
static uint32
slot_count(uint32 capacity)
{
	return capacity + capacity / 2;
}

static Size
state_size(uint32 capacity)
{
	return offsetof(FitState, rows) + (Size) capacity * sizeof(rt_fit_row) +
		(Size) slot_count(capacity) * sizeof(uint32);
}

/* Behind the rows: the number of a row, from 1 on, or 0 */
static uint32 *
state_slots(FitState *state)
{
	return (uint32 *) (state->rows + state->capacity);
}

static FitState *
fit_new_state(uint32 capacity)
{
	FitState   *state;

	if (state_size(capacity) > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many different customers for one fit"),
				 errhint("Fit a sample, or a model for each segment.")));
	state = (FitState *) state_allocate(state_size(capacity));
	state->version = STATE_VERSION;
	state->capacity = capacity;
	return state;
}

pg_noreturn static void
corrupt_state(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("state of fit_model is corrupt")));
}

/* Whatever a user's own aggregate may start from, nothing beyond its end is touched */
static void
fit_check_state(const FitState *state)
{
	if (VARSIZE(state) < state_size(0) || state->version != STATE_VERSION ||
		state->capacity < STATE_FIRST_ROWS || state->row_count > state->capacity ||
		VARSIZE(state) != state_size(state->capacity))
		corrupt_state();
}

/* Does a row say how even the intervals of a customer are? */
static bool
is_evenness(const rt_kind *kind, const rt_fit_row *row)
{
	return kind->input == RT_INPUT_INTERVALS && row->rhythm.is_evenness == 1;
}

/* May this be a row of a fit of this kind? */
static bool
row_valid(const rt_kind *kind, const rt_fit_row *row)
{
	for (int i = 0; i < lengthof(row->numbers); i++)
	{
		if (!(row->numbers[i] >= 0) || isinf(row->numbers[i]))
			return false;
	}
	return row->weight > 0 && !isinf(row->weight) && kind->row_valid(row);
}

/* The logarithm of the longest interval that dates leave room for is below 22 */
#define LOG_INTERVAL_MAX 22

/* All of a state that goes into another one or into a result */
static void
check_contents(const FitState *state)
{
	const rt_kind *kind = rt_kind_by_id(state->kind);
	double		intervals = 0;

	if (kind == NULL || state->k > (kind->has_whole_k ? RT_K_MAX : 0) || state->from_numbers > 1 ||
		state->as_of < (state->from_numbers ? 0 : RT_DATE_MIN) ||
		state->as_of > (state->from_numbers ? 0 : RT_DATE_MAX) || !(state->time_unit > 0) ||
		isinf(state->time_unit) || state->customers < 0 || state->customers >= INT64CONST(1) << 62)
		corrupt_state();
	for (uint32 i = 0; i < state->row_count; i++)
	{
		const rt_fit_row *row = &state->rows[i];

		rt_poll_each(i);
		if (!row_valid(kind, row))
			corrupt_state();
		if (!is_evenness(kind, row))
			intervals += row->weight * row->numbers[0];
	}
	if (state->sum_log < 0 || (double) state->sum_log > intervals * LOG_INTERVAL_MAX * LOG_UNIT)
		corrupt_state();
}

static FitState *
fit_get_state(FunctionCallInfo fcinfo, int argument)
{
	FitState   *state = (FitState *) state_argument(fcinfo, argument, state_size(0));

	fit_check_state(state);
	return state;
}

/* Of a state that may be finished again, or go on */
static FitState *
copy_state(const FitState *state)
{
	FitState   *copy = (FitState *) palloc(VARSIZE(state));

	rt_copy(copy, state, VARSIZE(state));
	return copy;
}

static int
compare_customers(const rt_fit_row *left, const rt_fit_row *right)
{
	for (int i = 0; i < lengthof(left->numbers); i++)
	{
		if (left->numbers[i] != right->numbers[i])
			return left->numbers[i] < right->numbers[i] ? -1 : 1;
	}
	return 0;
}

static int
fit_compare_rows(const void *a, const void *b, const void *unused)
{
	const rt_fit_row *left = (const rt_fit_row *) a;
	const rt_fit_row *right = (const rt_fit_row *) b;
	int			order = compare_customers(left, right);

	return order != 0 ? order : (left->weight > right->weight) - (left->weight < right->weight);
}

/* Their sum is exact */
static bool
are_whole(double a, double b)
{
	return a == floor(a) && b == floor(b) && a + b < RT_WHOLE_MAX;
}

/* Sorts and collapses equal rows; returns how many are left */
static uint32
collapse_rows(rt_fit_row *rows, uint32 count)
{
	uint32		out = 0;

	rt_sort(rows, count, sizeof(rt_fit_row), fit_compare_rows, NULL);
	for (uint32 i = 0; i < count; i++)
	{
		rt_poll_each(i);
		if (out > 0 && compare_customers(&rows[out - 1], &rows[i]) == 0 &&
			are_whole(rows[out - 1].weight, rows[i].weight))
			rows[out - 1].weight += rows[i].weight;
		else
			rows[out++] = rows[i];
	}
	return out;
}

/* A place for this row, or where an equal one is; NULL when the table is no table */
static uint32 *
find_slot(FitState *state, const rt_fit_row *row)
{
	uint32	   *slots = state_slots(state);
	uint32		count = slot_count(state->capacity);
	uint64		hash =
		hash_bytes_extended((const unsigned char *) row->numbers, sizeof(row->numbers), 0);
	uint32		place = (uint32) (((hash >> 32) * count) >> 32);

	for (uint32 i = 0; i < count; i++)
	{
		uint32		number = slots[place];

		rt_poll_each(i + 1);
		if (number == 0)
			return &slots[place];
		if (number > state->row_count)
			return NULL;
		if (compare_customers(&state->rows[number - 1], row) == 0)
			return &slots[place];
		if (++place == count)
			place = 0;
	}
	return NULL;
}

static FitState *append_row(FitState *state, const rt_fit_row *row);

/* One half larger, which keeps a row below 64 bytes */
static FitState *
fit_larger_state(const FitState *state)
{
	uint64		capacity = (uint64) state->capacity + state->capacity / 2;
	FitState   *larger = fit_new_state((uint32) Min(capacity, PG_UINT32_MAX / 2));
	uint32		new_capacity = larger->capacity;

	memcpy((char *) larger + VARHDRSZ, (const char *) state + VARHDRSZ,
		   offsetof(FitState, rows) - VARHDRSZ);
	larger->capacity = new_capacity;
	larger->row_count = 0;
	for (uint32 i = 0; i < state->row_count; i++)
	{
		rt_poll_each(i);
		larger = append_row(larger, &state->rows[i]);
	}
	return larger;
}

/* A row that is not there yet, or whose weight can't be added up */
static FitState *
append_row(FitState *state, const rt_fit_row *row)
{
	if (state->row_count >= state->capacity)
		state = fit_larger_state(state);
	if (row->weight == floor(row->weight))
	{
		uint32	   *slot = find_slot(state, row);

		if (slot == NULL)
			corrupt_state();
		if (*slot == 0)
			*slot = state->row_count + 1;
	}
	state->rows[state->row_count++] = *row;
	return state;
}

static FitState *
fit_add_row(FitState *state, rt_fit_row row)
{
	/* minus zero is zero */
	for (int i = 0; i < lengthof(row.numbers); i++)
		row.numbers[i] += 0;
	if (row.weight == floor(row.weight))
	{
		uint32	   *slot = find_slot(state, &row);

		if (slot != NULL && *slot != 0 && are_whole(state->rows[*slot - 1].weight, row.weight))
		{
			state->rows[*slot - 1].weight += row.weight;
			return state;
		}
	}
	return append_row(state, &row);
}

static void
count_customers(FitState *state, int64 customers)
{
	if (pg_add_s64_overflow(state->customers, customers, &state->customers))
		corrupt_state();
}

static void
add_sum_log(FitState *state, int64 sum_log)
{
	if (pg_add_s64_overflow(state->sum_log, sum_log, &state->sum_log))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many intervals for one fit")));
}

static void
check_constant(bool same, const char *name)
{
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be the same for all rows of a fit", name),
				 errhint("Use GROUP BY to fit several models.")));
}

/*
 * The state to add to: a new one for the first row, else one that was made with the same constants
 */
static FitState *
state_to_add_to(FunctionCallInfo fcinfo, const rt_kind *kind, int k, bool from_numbers, int32 as_of,
				double time_unit)
{
	FitState   *state;

	check_time_unit(time_unit);
	if (PG_ARGISNULL(0))
	{
		state = fit_new_state(STATE_FIRST_ROWS);
		state->kind = (uint8) kind->id;
		state->k = (uint8) k;
		state->from_numbers = from_numbers;
		state->as_of = as_of;
		state->time_unit = time_unit;
		return state;
	}
	state = fit_get_state(fcinfo, 0);
	check_constant(state->kind == (uint8) kind->id && state->k == (uint8) k, "the kind of model");
	check_constant(state->from_numbers == (uint8) from_numbers, "the form of the customers");
	check_constant(state->as_of == as_of, "as_of");
	check_constant(state->time_unit == time_unit, "the time unit");
	return state;
}

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

/* A customer with x repeat orders of this mean value */
static FitState *
fit_add_spend(FitState *state, double x, double mean)
{
	count_customers(state, 1);
	if (x == 0)
		return state;
	if (mean > 0)
		return fit_add_row(state, (rt_fit_row) {.orders = {x, mean}, .weight = 1});
	if (state->left_out < PG_UINT32_MAX)
		state->left_out++;
	return state;
}

Datum
fit_model_add(PG_FUNCTION_ARGS)
{
	const rt_kind *kind;
	int			k;
	DateADT		as_of;
	FitState   *state;
	int32		on_stack[128];
	int32	   *dates;
	size_t		count;
	rt_intervals intervals;

	check_aggregate_call(fcinfo, "fit_model_add", "the aggregate fit_model(...)");
	if (PG_ARGISNULL(1) || PG_ARGISNULL(3) || (PG_NARGS() > 4 && PG_ARGISNULL(4)))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the kind of model, as_of and the time unit of a fit must not be null")));
	if (PG_ARGISNULL(2))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	kind = model_kind_to_fit(PG_GETARG_TEXT_PP(1), &k);
	if (kind->input == RT_INPUT_CONTRACTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a model of kind \"%s\" is not fitted to purchases", kind->name),
				 fit_hint(kind)));
	as_of = as_of_date(PG_GETARG_DATEADT(3));
	state =
		state_to_add_to(fcinfo, kind, k, false, as_of, PG_NARGS() > 4 ? PG_GETARG_FLOAT8(4) : 1);

	if (kind->input == RT_INPUT_SPEND)
	{
		HistoryBytes history = history_bytes(PG_GETARG_DATUM(2));
		rt_rfm		rfm;
		bool		found = false;

		if (history.size > 0)
			check_history_status(rt_history_rfm(history.bytes, history.size, as_of, &rfm, &found),
								 0);
		if (!found)
			return state_result(fcinfo, state);
		return state_result(fcinfo, fit_add_spend(state, rfm.frequency,
												  rfm.has_value ? rfm.monetary_value : 0));
	}
	if (kind->input == RT_INPUT_OPPORTUNITIES)
	{
		rt_customer customer;

		if (!opportunities_of_history(history_bytes(PG_GETARG_DATUM(2)), as_of, state->time_unit,
									  &customer))
			return state_result(fcinfo, state);
		count_customers(state, 1);
		return state_result(fcinfo,
							fit_add_row(state, (rt_fit_row) {.customer = customer, .weight = 1}));
	}

	/* of most kinds the intervals themselves are not needed */
	if (!kind->needs_intervals)
	{
		HistoryBytes history = history_bytes(PG_GETARG_DATUM(2));
		rt_rfm		rfm;
		bool		found = false;

		if (history.size > 0)
			check_history_status(rt_history_recency(history.bytes, history.size, as_of, &rfm,
													&found),
								 0);
		if (!found)
			return state_result(fcinfo, state);
		count_customers(state, 1);
		return state_result(fcinfo,
							fit_add_row(state, (rt_fit_row) {.customer = {rfm.frequency, rfm.recency,
																			   rfm.customer_age},
																.weight = 1}));
	}

	dates = history_dates(history_bytes(PG_GETARG_DATUM(2)), as_of, on_stack, lengthof(on_stack),
						  &count);
	if (count == 0)
		return state_result(fcinfo, state);
	count_customers(state, 1);
	rt_intervals_from_dates(dates, count, &intervals);
	if (intervals.count > 0)
		add_sum_log(state, llround(intervals.sum_log * LOG_UNIT));
	if (kind->input != RT_INPUT_INTERVALS)
		state =
			fit_add_row(state, (rt_fit_row) {.customer = {(double) intervals.count, intervals.sum,
															   (double) as_of - (double) dates[0]},
												.weight = 1});
	else if (intervals.count > 0)
	{
		state = fit_add_row(state, (rt_fit_row) {.rhythm = {(double) intervals.count, intervals.sum},
													.weight = 1});
		if (intervals.count > 1)
			state = fit_add_row(state, (rt_fit_row) {.rhythm = {(double) intervals.count,
																	 rt_evenness(&intervals), 1},
														.weight = 1});
	}
	return state_result(fcinfo, state);
}

Datum
fit_model_add_numbers(PG_FUNCTION_ARGS)
{
	const rt_kind *kind;
	int			k;
	FitState   *state;
	rt_customer customer;
	double		weight = 1;

	check_aggregate_call(fcinfo, "fit_model_add", "the aggregate fit_model(...)");
	if (PG_ARGISNULL(1) || (PG_NARGS() > 6 && PG_ARGISNULL(6)))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the kind of model and the time unit of a fit must not be null")));
	if (PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(4) ||
		(PG_NARGS() > 5 && PG_ARGISNULL(5)))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	kind = model_kind_to_fit(PG_GETARG_TEXT_PP(1), &k);
	if (kind->needs_intervals || kind->input == RT_INPUT_CONTRACTS || kind->input == RT_INPUT_SPEND)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a model of kind \"%s\" cannot be fitted to x, t_x and T alone",
							   kind->name),
						fit_hint(kind)));
	customer = get_customer(fcinfo, 2);
	if (kind->input == RT_INPUT_OPPORTUNITIES)
		check_whole_opportunities(&customer);
	if (PG_NARGS() > 5)
		weight = check_weight(PG_GETARG_FLOAT8(5));
	state = state_to_add_to(fcinfo, kind, k, true, 0, PG_NARGS() > 6 ? PG_GETARG_FLOAT8(6) : 1);
	if (weight > 0)
	{
		count_customers(state, 1);
		state = fit_add_row(state, (rt_fit_row) {.customer = customer, .weight = weight});
	}
	return state_result(fcinfo, state);
}

/* kind, x, mean_value */
Datum
fit_model_add_spend(PG_FUNCTION_ARGS)
{
	const rt_kind *kind;
	int			k;
	double		x;
	double		mean;

	check_aggregate_call(fcinfo, "fit_model_add", "the aggregate fit_model(...)");
	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the kind of model of a fit must not be null")));
	if (PG_ARGISNULL(2))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	kind = model_kind_to_fit(PG_GETARG_TEXT_PP(1), &k);
	if (kind->input != RT_INPUT_SPEND)
		ereport(
				ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a model of kind \"%s\" is not fitted to two numbers, orders and their "
						"mean value",
						kind->name),
				 fit_hint(kind)));
	x = PG_GETARG_FLOAT8(2);
	mean = PG_ARGISNULL(3) ? 0 : PG_GETARG_FLOAT8(3);
	check_orders(x, mean);
	return state_result(fcinfo,
						fit_add_spend(state_to_add_to(fcinfo, kind, k, true, 0, 1), x, mean));
}

/* kind, tenure, churned, weight, time_unit */
Datum
fit_model_add_contracts(PG_FUNCTION_ARGS)
{
	const rt_kind *kind;
	int			k;
	FitState   *state;
	int32		tenure;
	bool		churned;
	double		weight;

	check_aggregate_call(fcinfo, "fit_model_add", "the aggregate fit_model(...)");
	if (PG_ARGISNULL(1) || (PG_NARGS() > 5 && PG_ARGISNULL(5)))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the kind of model and the time unit of a fit must not be null")));
	if (PG_ARGISNULL(2) || PG_ARGISNULL(3) || (PG_NARGS() > 4 && PG_ARGISNULL(4)))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	kind = model_kind_to_fit(PG_GETARG_TEXT_PP(1), &k);
	if (kind->input != RT_INPUT_CONTRACTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a model of kind \"%s\" is not fitted to contracts", kind->name),
				 fit_hint(kind)));
	tenure = PG_GETARG_INT32(2);
	churned = PG_GETARG_BOOL(3);
	if (tenure < (churned ? 1 : 0))
		ereport(
				ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a contract with a tenure of %d periods cannot have %s", tenure,
						churned ? "churned" : "lasted"),
				 errhint("A tenure is the number of renewals that have come up; who churned did "
						 "not renew "
						 "at the last of them.")));
	weight = PG_NARGS() > 4 ? check_weight(PG_GETARG_FLOAT8(4)) : 1;
	state = state_to_add_to(fcinfo, kind, k, true, 0, PG_NARGS() > 5 ? PG_GETARG_FLOAT8(5) : 1);
	if (weight > 0)
	{
		count_customers(state, 1);
		state =
			fit_add_row(state, (rt_fit_row) {.term = {tenure, churned ? 1 : 0}, .weight = weight});
	}
	return state_result(fcinfo, state);
}

Datum
fit_model_combine(PG_FUNCTION_ARGS)
{
	FitState   *state;
	FitState   *other;

	check_aggregate_call(fcinfo, "fit_model_combine", "the aggregate fit_model(...)");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = fit_get_state(fcinfo, 1);
	check_contents(other);
	if (PG_ARGISNULL(0))
		return state_other(fcinfo, other);
	state = fit_get_state(fcinfo, 0);
	check_constant(state->kind == other->kind && state->k == other->k, "the kind of model");
	check_constant(state->from_numbers == other->from_numbers, "the form of the customers");
	check_constant(state->as_of == other->as_of, "as_of");
	check_constant(state->time_unit == other->time_unit, "the time unit");
	for (uint32 i = 0; i < other->row_count; i++)
	{
		rt_poll_each(i);
		state = fit_add_row(state, other->rows[i]);
	}
	count_customers(state, other->customers);
	state->left_out = (uint32) Min((uint64) state->left_out + other->left_out, PG_UINT32_MAX);
	add_sum_log(state, other->sum_log);
	return state_result(fcinfo, state);
}

/* The parameters, for a message */
static char *
parameters_text(const rt_kind *kind, const double *parameters)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < kind->parameter_count; i++)
		appendStringInfo(&text, "%s%s = %g", i > 0 ? ", " : "", kind->parameters[i], parameters[i]);
	return text.data;
}

/*
 * A weight that all rows have, and that is not 1, is more likely meant for the time unit behind it.
 * Of rows that were added up only their sum is known: each is then as many times the weight as
 * there were rows.
 */
static void
notice_same_weight(const FitState *state, const rt_kind *kind)
{
	double		weights = 0,
				weight,
				customers = 0;

	if (!state->from_numbers || kind->input == RT_INPUT_SPEND || state->customers < 2)
		return;
	for (uint32 i = 0; i < state->row_count; i++)
		weights += state->rows[i].weight;
	weight = state->customers == state->row_count ? state->rows[0].weight :
		weights / (double) state->customers;
	if (weight == 1)
		return;
	for (uint32 i = 0; i < state->row_count; i++)
	{
		double		rows = state->rows[i].weight / weight;

		if (rows != floor(rows))
			return;
		customers += rows;
	}
	if (customers != (double) state->customers)
		return;
	ereport(
			NOTICE,
			(errmsg("all rows of the fit have the same weight, %g", weight),
			 kind->input == RT_INPUT_CONTRACTS ?
			 errdetail("The argument after churned is a weight: each row counts as so many "
					   "contracts.") :
			 errdetail("The argument after T is a weight: each row counts as so many customers."),
			 kind->input == RT_INPUT_CONTRACTS ?
			 errhint("A time unit comes after the weight: fit_model('%s', tenure, churned, 1, %g).",
					 kind->name, weight) :
			 errhint("A time unit comes after the weight: fit_model('%s', x, t_x, T, 1, %g).",
					 kind->name, weight)));
}

/* Takes the rows that say how even intervals are out of the others */
static rt_evenness_rows
take_evenness_rows(FitState *state)
{
	rt_fit_row *rows =
		MemoryContextAllocHuge(CurrentMemoryContext, Max(1, state->row_count) * sizeof(rt_fit_row));
	rt_evenness_rows evenness = {rows, 0};
	uint32		left = 0;

	for (uint32 i = 0; i < state->row_count; i++)
	{
		const rt_fit_row *row = &state->rows[i];

		rt_poll_each(i);
		if (row->rhythm.is_evenness == 1)
			rows[evenness.row_count++] = *row;
		else
			state->rows[left++] = *row;
	}
	state->row_count = left;
	return evenness;
}

/* Over all rows, times their weights */
typedef struct Sums
{
	double		weights;
	double		numbers[3];
	double		repeat_customers;	/* whose first number is above 0 */
} Sums;

static Sums
sum_rows(const FitState *state)
{
	Sums		sums = {0};

	for (uint32 i = 0; i < state->row_count; i++)
	{
		const rt_fit_row *row = &state->rows[i];

		rt_poll_each(i);
		sums.weights += row->weight;
		for (int j = 0; j < lengthof(sums.numbers); j++)
			sums.numbers[j] += row->weight * row->numbers[j];
		if (row->numbers[0] > 0)
			sums.repeat_customers += row->weight;
	}
	if (isinf(sums.weights) || isinf(sums.numbers[0]) || isinf(sums.numbers[1]) ||
		isinf(sums.numbers[2]))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the customers of a fit add up to more than a number holds")));
	return sums;
}

static void
check_enough(const rt_kind *kind, const Sums *sums, int64 customers)
{
	if (kind->input == RT_INPUT_CONTRACTS)
	{
		if (sums->numbers[1] < CUSTOMERS_MIN || sums->numbers[0] - sums->numbers[1] < CUSTOMERS_MIN)
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
							errmsg("too little data to fit a model of kind \"%s\"", kind->name),
							errdetail("Of %.15g renewals %.15g were refused.", sums->numbers[0],
									  sums->numbers[1]),
							errhint("At least %d of each are needed.", CUSTOMERS_MIN)));
	}
	else if (kind->input == RT_INPUT_SPEND &&
			 (sums->numbers[0] < INTERVALS_MIN || sums->repeat_customers < CUSTOMERS_MIN))
		ereport(
				ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("too little data to fit a model of kind \"%s\"", kind->name),
				 errdetail("Of %lld customers %.15g have repeat orders of a mean value above 0, "
						   "%.15g orders "
						   "in all.",
						   (long long) customers, sums->repeat_customers, sums->numbers[0]),
				 errhint("At least %d customers with %d repeat orders are needed.", CUSTOMERS_MIN,
						 INTERVALS_MIN)));
	else if (sums->numbers[0] < INTERVALS_MIN || sums->repeat_customers < CUSTOMERS_MIN)
		ereport(
				ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("too little data to fit a model of kind \"%s\"", kind->name),
				 errdetail("Of %lld customers %.15g bought again, with %.15g intervals in all.",
						   (long long) customers, sums->repeat_customers, sums->numbers[0]),
				 errhint("At least %d customers with %d intervals are needed; take a later as_of "
						 "or a "
						 "larger group.",
						 CUSTOMERS_MIN, INTERVALS_MIN)));
}

Datum
fit_model_final(PG_FUNCTION_ARGS)
{
	FitState   *state;
	const rt_kind *kind;
	rt_customers customers;
	rt_evenness_rows evenness = {NULL, 0};
	double		k_median = 0,
				k_deviation = 0;
	rt_fit		fit;
	void	   *workspace;
	rt_model	model;
	Sums		sums;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = copy_state(fit_get_state(fcinfo, 0));
	check_contents(state);
	kind = rt_kind_by_id(state->kind);
	state->row_count = collapse_rows(state->rows, state->row_count);
	if (kind->input == RT_INPUT_INTERVALS)
		evenness = take_evenness_rows(state);
	sums = sum_rows(state);
	notice_same_weight(state, kind);
	check_enough(kind, &sums, state->customers);
	if (kind->input == RT_INPUT_SPEND)
	{
		for (uint32 i = 0; i < state->row_count; i++)
		{
			rt_poll_each(i);
			state->rows[i].orders.log_mean = log(state->rows[i].orders.mean);
		}
	}

	/* numbers are in the model's unit already */
	customers.rows = state->rows;
	customers.row_count = state->row_count;
	customers.sum_log = (double) state->sum_log / LOG_UNIT;
	customers.time_unit =
		state->from_numbers || kind->input == RT_INPUT_OPPORTUNITIES ? 1 : state->time_unit;
	workspace = kind->fit_workspace == NULL ?
		NULL :
		MemoryContextAllocHuge(CurrentMemoryContext,
							   Max(1, kind->fit_workspace(customers.row_count)));
	kind->fit(kind, state->k, &customers, workspace, &fit);
	if (kind->input == RT_INPUT_INTERVALS)
		rt_interpurchase_fit_shapes(&evenness, &k_median, &k_deviation);

	rt_model_init(&model, kind);
	model.flags = RT_MODEL_FITTED | (fit.converged ? RT_MODEL_CONVERGED : 0);
	if (!state->from_numbers)
	{
		model.flags |= RT_MODEL_DATED;
		model.fitted_as_of = state->as_of;
	}
	model.time_unit = state->time_unit;
	model.log_likelihood = fit.log_likelihood;
	model.observations = sums.weights;
	if (kind->input == RT_INPUT_SPEND)
	{
		model.left_out = state->left_out;
		model.frequency_correlation = rt_gamma_gamma_correlation(&customers);
	}
	model.k_median = k_median;
	model.k_deviation = k_deviation;
	for (int i = 0; i < kind->parameter_count; i++)
	{
		model.parameters[i] = fit.parameters[i];
		for (int j = 0; j <= i; j++)
		{
			double		covariance = fit.covariance[i * RT_PARAMETERS_MAX + j];

			model.covariance[i * (i + 1) / 2 + j] =
				isfinite(covariance) ? covariance + 0 : NAN;
		}
	}
	if (rt_model_check(&model) != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the fit of model \"%s\" is out of range", kind->name),
				 errdetail("Of its result %s; the parameters are %s.",
						   rt_model_check(&model), parameters_text(kind, fit.parameters))));
	if (!fit.converged)
		ereport(WARNING, (errmsg("the fit of model \"%s\" did not converge", kind->name),
						  errdetail("The likelihood rises toward the boundary: %s.",
									parameters_text(kind, fit.parameters))));
	PG_RETURN_DATUM(model_to_datum(&model));
}
