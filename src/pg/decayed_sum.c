/*
 * decayed_sum.c
 *		The aggregates decayed_sum(value, ts, half_life) and decayed_count(ts, half_life).
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "core/decayed_sum.h"
#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/fixed_state.h"

PG_FUNCTION_INFO_V1(decayed_sum_add_date);
PG_FUNCTION_INFO_V1(decayed_sum_add_timestamp);
PG_FUNCTION_INFO_V1(decayed_count_add_date);
PG_FUNCTION_INFO_V1(decayed_count_add_timestamp);
PG_FUNCTION_INFO_V1(decayed_sum_combine);
PG_FUNCTION_INFO_V1(decayed_sum_final);

typedef struct DecayState
{
	FixedState	head;
	rt_decayed_sum sum;
} DecayState;

static bool
decayed_sum_state_valid(const void *state)
{
	return rt_decayed_sum_valid(&((const DecayState *) state)->sum);
}

static const FixedKind decay_kind = {"decayed_sum", 0x10002, sizeof(DecayState),
decayed_sum_state_valid};

/* In microseconds */
static int64
get_half_life(FunctionCallInfo fcinfo, int argument, bool is_date)
{
	Interval   *interval;
	double		microseconds;

	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a half-life must not be NULL")));
	interval = PG_GETARG_INTERVAL_P(argument);
	microseconds = (double) interval->day * USECS_PER_DAY + (double) interval->time;
	if (interval->month != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a half-life of \"%s\" is not always the same number of days",
							   interval_text(interval)),
						errhint("Write it in days, such as '30 days'.")));
	if (INTERVAL_NOT_FINITE(interval) || !(microseconds >= 1 && microseconds < 9e18))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a half-life of \"%s\" is not above 0", interval_text(interval))));
	if (is_date)
		check_not_below_day(interval, "a half-life");
	return (int64) interval->day * USECS_PER_DAY + interval->time;
}

static void
check_half_life(bool same)
{
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the half-life must be the same for all rows of a group")));
}

/* value is argument 1, or 1 where there is none; then the time and the half-life */
static Datum
add(FunctionCallInfo fcinfo, bool has_value, bool is_date)
{
	int			time_argument = has_value ? 2 : 1;
	int64		half_life = get_half_life(fcinfo, time_argument + 1, is_date);
	double		value = 1;
	Timestamp	time;
	DecayState *state;

	state = fixed_state_to_add_to(fcinfo, &decay_kind);
	if (PG_ARGISNULL(0))
		state->sum.half_life = half_life;
	check_half_life(state->sum.half_life == half_life);
	if (PG_ARGISNULL(time_argument) || (has_value && PG_ARGISNULL(1)))
		PG_RETURN_POINTER(state);
	if (has_value)
		value = PG_GETARG_FLOAT8(1);
	if (isnan(value) || isinf(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a value of %g cannot be added up", value)));
	if (is_date)
	{
		DateADT		date = date_from_date(PG_GETARG_DATEADT(time_argument));

		time = DatumGetTimestamp(DirectFunctionCall1(date_timestamp, DateADTGetDatum(date)));
	}
	else
		time = PG_GETARG_TIMESTAMP(time_argument);
	if (TIMESTAMP_NOT_FINITE(time))
		date_from_timestamp(time);
	rt_decayed_sum_add(&state->sum, value, time);
	PG_RETURN_POINTER(state);
}

Datum
decayed_sum_add_date(PG_FUNCTION_ARGS)
{
	return add(fcinfo, true, true);
}

Datum
decayed_sum_add_timestamp(PG_FUNCTION_ARGS)
{
	return add(fcinfo, true, false);
}

Datum
decayed_count_add_date(PG_FUNCTION_ARGS)
{
	return add(fcinfo, false, true);
}

Datum
decayed_count_add_timestamp(PG_FUNCTION_ARGS)
{
	return add(fcinfo, false, false);
}

Datum
decayed_sum_combine(PG_FUNCTION_ARGS)
{
	void	   *state;
	void	   *other;

	if (fixed_states(fcinfo, &decay_kind, &state, &other))
	{
		rt_decayed_sum *sum = &((DecayState *) state)->sum;
		const rt_decayed_sum *more = &((DecayState *) other)->sum;

		check_half_life(sum->half_life == more->half_life);
		rt_decayed_sum_combine(sum, more);
	}
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

Datum
decayed_sum_final(PG_FUNCTION_ARGS)
{
	const DecayState *state = fixed_state_final(fcinfo, &decay_kind);
	double		value;

	if (state->sum.terms == 0)
		PG_RETURN_NULL();
	value = rt_decayed_sum_value(&state->sum);
	if (isinf(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a decayed sum is out of range")));
	PG_RETURN_FLOAT8(value);
}
