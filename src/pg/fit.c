/*
 * fit.c
 *		The aggregate fit_model(kind, history, as_of).
 *
 * The state is a bytea of rows (number of intervals, their sum, customers),
 * changed in place as history_agg.c does, with equal rows collapsed whenever it
 * is full.  Sums of logarithms are kept as integers, so that no order of rows
 * and no parallel plan changes the last digit of a fit.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "common/int.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"

#include "core/cycle.h"
#include "core/interpurchase.h"
#include "pg/clock.h"
#include "pg/errors.h"
#include "pg/history.h"
#include "pg/model.h"

PG_FUNCTION_INFO_V1(fit_model_add);
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
	uint16		unused;
	int32		as_of;
	uint32		row_count;
	uint32		capacity;		/* rows */
	uint32		unused2;
	double		time_unit;
	int64		customers;		/* who had bought by as_of */
	int64		sum_log;		/* in 1/LOG_UNIT */
	rt_interpurchase_row rows[FLEXIBLE_ARRAY_MEMBER];
} FitState;

static Size
state_size(uint32 capacity)
{
	return offsetof(FitState, rows) + (Size) capacity * sizeof(rt_interpurchase_row);
}

static FitState *
new_state(uint32 capacity)
{
	FitState   *state;

	if (state_size(capacity) > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many different customers for one fit"),
				 errhint("Fit a sample, or a model for each segment.")));
	state = (FitState *) palloc0(state_size(capacity));
	SET_VARSIZE(state, state_size(capacity));
	state->version = STATE_VERSION;
	state->capacity = capacity;
	return state;
}

/* Whatever a user's own aggregate may start from, nothing beyond its end is touched */
static void
check_state(const FitState *state)
{
	if (VARSIZE(state) < state_size(0) || state->version != STATE_VERSION ||
		rt_model_kind_by_id(state->kind) == NULL ||
		state->capacity < STATE_FIRST_ROWS || state->row_count > state->capacity ||
		VARSIZE(state) != state_size(state->capacity) ||
		!(state->time_unit > 0) || isinf(state->time_unit))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("state of fit_model is corrupt")));
}

/* The state that is changed in place */
static FitState *
own_state(Datum value)
{
	FitState   *state = (FitState *) PG_DETOAST_DATUM(value);

	check_state(state);
	return state;
}

/* A copy, aligned whatever the value was */
static FitState *
copy_state(Datum value)
{
	struct varlena *bytes = PG_DETOAST_DATUM_PACKED(value);
	Size		size = VARSIZE_ANY_EXHDR(bytes) + VARHDRSZ;
	FitState   *state = (FitState *) palloc0(Max(size, state_size(0)));

	memcpy((char *) state + VARHDRSZ, VARDATA_ANY(bytes), size - VARHDRSZ);
	SET_VARSIZE(state, size);
	check_state(state);
	return state;
}

static int
compare_rows(const void *a, const void *b)
{
	const rt_interpurchase_row *left = (const rt_interpurchase_row *) a;
	const rt_interpurchase_row *right = (const rt_interpurchase_row *) b;

	if (left->count != right->count)
		return left->count < right->count ? -1 : 1;
	return (left->sum > right->sum) - (left->sum < right->sum);
}

/* Sorts and collapses equal rows; returns how many are left */
static uint32
collapse_rows(rt_interpurchase_row *rows, uint32 count)
{
	uint32		out = 0;

	qsort(rows, count, sizeof(rt_interpurchase_row), compare_rows);
	for (uint32 i = 0; i < count; i++)
	{
		if (out > 0 && compare_rows(&rows[out - 1], &rows[i]) == 0 &&
			rows[out - 1].customers <= PG_INT32_MAX - rows[i].customers)
			rows[out - 1].customers += rows[i].customers;
		else
			rows[out++] = rows[i];
	}
	return out;
}

/* Room for more rows: collapsing first, a larger state when that gives little */
static FitState *
make_room(FitState *state, uint32 more)
{
	FitState   *larger;
	uint64		capacity = state->capacity;

	if (state->row_count + (uint64) more <= state->capacity)
		return state;
	state->row_count = collapse_rows(state->rows, state->row_count);
	while (state->row_count + (uint64) more > capacity - capacity / 4)
		capacity *= 2;
	if (capacity == state->capacity)
		return state;
	if (capacity > PG_UINT32_MAX / 2)
		capacity = PG_UINT32_MAX / 2;
	larger = new_state((uint32) capacity);
	memcpy((char *) larger + VARHDRSZ, (char *) state + VARHDRSZ, state_size(state->row_count) - VARHDRSZ);
	larger->capacity = (uint32) capacity;
	return larger;
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

Datum
fit_model_add(PG_FUNCTION_ARGS)
{
	const rt_model_kind *kind;
	double		time_unit = 1;
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
	kind = model_kind_from_text(PG_GETARG_TEXT_PP(1));
	as_of = as_of_date(PG_GETARG_DATEADT(3));
	if (PG_NARGS() > 4)
		time_unit = PG_GETARG_FLOAT8(4);
	if (!(time_unit > 0) || isinf(time_unit))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time unit of %g days is not above 0 and finite", time_unit)));

	if (PG_ARGISNULL(0))
	{
		state = new_state(STATE_FIRST_ROWS);
		state->kind = (uint8) kind->id;
		state->as_of = as_of;
		state->time_unit = time_unit;
	}
	else
	{
		state = own_state(PG_GETARG_DATUM(0));
		check_constant(state->kind == (uint8) kind->id, "the kind of model");
		check_constant(state->as_of == as_of, "as_of");
		check_constant(state->time_unit == time_unit, "the time unit");
	}

	dates = history_dates(history_bytes(PG_GETARG_DATUM(2)), as_of, on_stack, lengthof(on_stack), &count);
	if (count == 0)
		PG_RETURN_POINTER(state);
	state->customers++;
	rt_intervals_from_dates(dates, count, &intervals);
	if (intervals.count > 0)
	{
		state = make_room(state, 1);
		state->rows[state->row_count].sum = (int64) intervals.sum;
		state->rows[state->row_count].count = (int32) intervals.count;
		state->rows[state->row_count].customers = 1;
		state->row_count++;
		add_sum_log(state, llround(intervals.sum_log * LOG_UNIT));
	}
	PG_RETURN_POINTER(state);
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
	other = copy_state(PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(other);
	state = own_state(PG_GETARG_DATUM(0));
	check_constant(state->kind == other->kind, "the kind of model");
	check_constant(state->as_of == other->as_of, "as_of");
	check_constant(state->time_unit == other->time_unit, "the time unit");
	other->row_count = collapse_rows(other->rows, other->row_count);
	state = make_room(state, other->row_count);
	memcpy(state->rows + state->row_count, other->rows, other->row_count * sizeof(rt_interpurchase_row));
	state->row_count += other->row_count;
	state->customers += other->customers;
	add_sum_log(state, other->sum_log);
	PG_RETURN_POINTER(state);
}

static bool
interrupts_pending(void)
{
	/* one that can't be processed now would only start the fit over and over */
	return INTERRUPTS_PENDING_CONDITION() && INTERRUPTS_CAN_BE_PROCESSED();
}

Datum
fit_model_final(PG_FUNCTION_ARGS)
{
	FitState   *state;
	const rt_model_kind *kind;
	rt_interpurchase_data data;
	rt_interpurchase_fit fit;
	StoredModel *result;
	int64		intervals = 0;
	int64		repeat_customers = 0;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = copy_state(PG_GETARG_DATUM(0));
	kind = rt_model_kind_by_id(state->kind);
	state->row_count = collapse_rows(state->rows, state->row_count);
	for (uint32 i = 0; i < state->row_count; i++)
	{
		if (state->rows[i].count < 1 || state->rows[i].customers < 1 || state->rows[i].sum < state->rows[i].count)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("state of fit_model is corrupt")));
		intervals += (int64) state->rows[i].customers * state->rows[i].count;
		repeat_customers += state->rows[i].customers;
	}
	if (intervals < INTERVALS_MIN || repeat_customers < CUSTOMERS_MIN)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("too little data to fit a model of kind \"%s\"", kind->name),
				 errdetail("Of %lld customers %lld bought again, with %lld intervals in all.",
						   (long long) state->customers, (long long) repeat_customers, (long long) intervals),
				 errhint("At least %d customers with %d intervals are needed; take a later as_of or a larger group.",
						 CUSTOMERS_MIN, INTERVALS_MIN)));

	data.rows = state->rows;
	data.row_count = state->row_count;
	data.sum_log = (double) state->sum_log / LOG_UNIT;
	data.time_unit = state->time_unit;
	do
	{
		CHECK_FOR_INTERRUPTS();
		rt_interpurchase_fit_model(&data, interrupts_pending, &fit);
	} while (fit.interrupted);

	result = new_model(kind);
	result->model.flags = RT_MODEL_FITTED | (fit.converged ? RT_MODEL_CONVERGED : 0);
	result->model.time_unit = state->time_unit;
	result->model.log_likelihood = fit.log_likelihood;
	result->model.observations = (double) repeat_customers;
	result->model.parameters[0] = fit.model.k;
	result->model.parameters[1] = fit.model.r;
	result->model.parameters[2] = fit.model.alpha;
	for (int i = 0; i < 3; i++)
	{
		for (int j = 0; j <= i; j++)
			result->model.covariance[i * (i + 1) / 2 + j] = isfinite(fit.covariance[i * 3 + j]) ? fit.covariance[i * 3 + j] : NAN;
	}
	if (!fit.converged)
		ereport(WARNING,
				(errmsg("the fit of model \"%s\" did not converge", kind->name),
				 errdetail("The likelihood rises toward the boundary: k = %g, r = %g, alpha = %g.",
						   fit.model.k, fit.model.r, fit.model.alpha)));
	PG_RETURN_POINTER(result);
}
