/*
 * funnel.c
 *		The aggregates retention(conditions) and window_funnel(within, ts, conditions).
 *
 * The state of a funnel is a bytea of times at which some condition was met, in the order in which
 * they came, changed in place as history_agg.c does.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "core/calendar.h"
#include "core/funnel.h"
#include "core/poll.h"
#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/state.h"

PG_FUNCTION_INFO_V1(retention_add);
PG_FUNCTION_INFO_V1(retention_combine);
PG_FUNCTION_INFO_V1(retention_final);
PG_FUNCTION_INFO_V1(window_funnel_add_date);
PG_FUNCTION_INFO_V1(window_funnel_add_timestamp);
PG_FUNCTION_INFO_V1(window_funnel_combine);
PG_FUNCTION_INFO_V1(window_funnel_final);
PG_FUNCTION_INFO_V1(window_funnel_times_final);

/* Which conditions are true; NULL is not met */
static uint32
get_conditions(FunctionCallInfo fcinfo, int argument, int *count)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argument);
	const bool *values = (const bool *) ARR_DATA_PTR(array);
	const uint8 *bitmap = ARR_NULLBITMAP(array);
	uint32		conditions = 0;

	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (*count < 1 || *count > RT_CONDITIONS_MAX)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%d is no number of conditions between 1 and %d", *count,
							   RT_CONDITIONS_MAX)));
	for (int i = 0; i < *count; i++)
	{
		if (bitmap != NULL && !(bitmap[i / 8] & (1 << (i % 8))))
			continue;
		if (*values++)
			conditions |= UINT32_C(1) << i;
	}
	return conditions;
}

static void
check_condition_count(int count, int expected)
{
	if (count != expected)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a row has %d conditions, another one has %d", count, expected)));
}

/* ------------------------------------------------------------ retention */

/* The state: which conditions were met, in the lower half, and how many there are */
#define CONDITIONS_OF(state)	((uint32) (state))
#define COUNT_OF(state)			((int) ((state) >> 32))

static int64
retention_state(int count, uint32 conditions)
{
	return (int64) count << 32 | conditions;
}

/* An argument that is not NULL */
static int64
retention_argument(FunctionCallInfo fcinfo, int argument)
{
	int64		state = PG_GETARG_INT64(argument);

	if (COUNT_OF(state) < 1 || COUNT_OF(state) > RT_CONDITIONS_MAX ||
		(uint64) CONDITIONS_OF(state) >> COUNT_OF(state) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("state of retention is corrupt")));
	return state;
}

Datum
retention_add(PG_FUNCTION_ARGS)
{
	uint32		conditions;
	int			count;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_INT64(PG_GETARG_INT64(0));
	}
	conditions = get_conditions(fcinfo, 1, &count);
	if (!PG_ARGISNULL(0))
	{
		int64		state = retention_argument(fcinfo, 0);

		check_condition_count(count, COUNT_OF(state));
		conditions |= CONDITIONS_OF(state);
	}
	PG_RETURN_INT64(retention_state(count, conditions));
}

Datum
retention_combine(PG_FUNCTION_ARGS)
{
	int64		state = retention_argument(fcinfo, 0);
	int64		other = retention_argument(fcinfo, 1);

	check_condition_count(COUNT_OF(other), COUNT_OF(state));
	PG_RETURN_INT64(state | other);
}

Datum
retention_final(PG_FUNCTION_ARGS)
{
	int64		state = retention_argument(fcinfo, 0);
	int			count = COUNT_OF(state);
	Datum		met[RT_CONDITIONS_MAX];

	for (int i = 0; i < count; i++)
		met[i] =
			BoolGetDatum((CONDITIONS_OF(state) & 1) && (CONDITIONS_OF(state) & (UINT32_C(1) << i)));
	PG_RETURN_ARRAYTYPE_P(construct_array(met, count, BOOLOID, sizeof(bool), true, TYPALIGN_CHAR));
}

/* ------------------------------------------------------------ window_funnel */

#define STATE_VERSION		0x30001
#define STATE_FIRST_EVENTS	4

typedef struct FunnelState
{
	int32		vl_len_;
	int32		version;
	int64		window;			/* in the unit of the times: days or microseconds */
	int32		steps;
	uint32		count;
	rt_funnel_event events[FLEXIBLE_ARRAY_MEMBER];
} FunnelState;

#define STATE_SIZE(capacity)                                                                       \
	(offsetof(FunnelState, events) + (Size) (capacity) * sizeof(rt_funnel_event))
#define STATE_CAPACITY(state)                                                                      \
	((VARSIZE(state) - offsetof(FunnelState, events)) / sizeof(rt_funnel_event))

static FunnelState *
funnel_allocate_state(Size capacity, const FunnelState *like)
{
	FunnelState *state;

	if (STATE_SIZE(capacity) > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many events for one window_funnel"),
				 errhint("Use GROUP BY, or leave out rows that meet no condition.")));
	state = (FunnelState *) state_allocate(STATE_SIZE(capacity));
	*state = *like;
	SET_VARSIZE(state, STATE_SIZE(capacity));
	return state;
}

pg_noreturn static void
corrupt_funnel(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("state of window_funnel is corrupt")));
}

/* Its head only: nothing that is wrong with its events does harm before they are counted */
static FunnelState *
funnel_argument(FunctionCallInfo fcinfo, int argument)
{
	FunnelState *state = (FunnelState *) state_argument(fcinfo, argument, sizeof(FunnelState));

	if (VARSIZE(state) < STATE_SIZE(1) || state->version != STATE_VERSION || state->steps < 1 ||
		state->steps > RT_CONDITIONS_MAX || state->window < 0 ||
		state->count > STATE_CAPACITY(state))
		corrupt_funnel();
	return state;
}

/* Each event meets some condition that there is */
static void
check_event(const FunnelState *state, const rt_funnel_event *event)
{
	if (event->conditions == 0 || (uint64) event->conditions >> state->steps != 0)
		corrupt_funnel();
}

static FunnelState *
add_event(FunnelState *state, const rt_funnel_event *event)
{
	if (state->count == STATE_CAPACITY(state))
	{
		FunnelState *larger;

		/* events of the same time take one place; only if that does not help, more room */
		if (state->count > STATE_FIRST_EVENTS)
			state->count = (uint32) rt_funnel_collapse(state->events, state->count);
		if (state->count > STATE_CAPACITY(state) / 2)
		{
			larger = funnel_allocate_state((Size) state->count * 2, state);
			rt_copy(larger->events, state->events, state->count * sizeof(rt_funnel_event));
			state = larger;
		}
	}
	state->events[state->count++] = *event;
	return state;
}

/* Argument 1: how long a chain may take, in microseconds or, rounded down, in days */
static int64
get_window(FunctionCallInfo fcinfo, bool in_days)
{
	Interval   *interval;
	int64		window;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the window of window_funnel must not be null")));
	interval = PG_GETARG_INTERVAL_P(1);
	if (interval->month != 0 || INTERVAL_NOT_FINITE(interval))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("window \"%s\" has no fixed length", interval_text(interval)),
				 errhint("Months differ: give days or hours, such as '30 days'.")));
	window = interval->day + interval->time / USECS_PER_DAY - (interval->time % USECS_PER_DAY < 0);
	if (window < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("window \"%s\" is negative", interval_text(interval))));
	if (in_days)
		check_not_below_day(interval, "a window");

	/* longer than there is time is no limit */
	if (!in_days && (pg_mul_s64_overflow(interval->day, USECS_PER_DAY, &window) ||
					 pg_add_s64_overflow(window, interval->time, &window)))
		window = PG_INT64_MAX;
	return window;
}

static Datum
funnel_add_row(FunctionCallInfo fcinfo, int64 window, int64 ts)
{
	FunnelState start = {0};
	FunnelState *state;
	rt_funnel_event event = {ts, 0, 0};
	int			steps;

	event.conditions = get_conditions(fcinfo, 3, &steps);
	if (PG_ARGISNULL(0))
	{
		start.version = STATE_VERSION;
		start.window = window;
		start.steps = steps;
		state = funnel_allocate_state(STATE_FIRST_EVENTS, &start);
	}
	else
		state = funnel_argument(fcinfo, 0);
	check_condition_count(steps, state->steps);
	if (state->window != window)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the window must be the same for all rows of window_funnel"),
				 errhint("Use GROUP BY for several results.")));
	if (event.conditions != 0)
		state = add_event(state, &event);
	return state_result(fcinfo, state);
}

/* A row without a time or conditions says nothing */
static bool
says_nothing(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(2) || PG_ARGISNULL(3);
}

static Datum
unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* Of an interval, a time and conditions */
Datum
window_funnel_add_date(PG_FUNCTION_ARGS)
{
	int64		window = get_window(fcinfo, true);

	if (says_nothing(fcinfo))
		return unchanged(fcinfo);
	return funnel_add_row(fcinfo, window, date_from_date(PG_GETARG_DATEADT(2)));
}

Datum
window_funnel_add_timestamp(PG_FUNCTION_ARGS)
{
	int64		window = get_window(fcinfo, false);

	if (says_nothing(fcinfo))
		return unchanged(fcinfo);
	date_from_timestamp(PG_GETARG_TIMESTAMP(2));	/* an error when it is infinite */
	return funnel_add_row(fcinfo, window, PG_GETARG_TIMESTAMP(2));
}

Datum
window_funnel_combine(PG_FUNCTION_ARGS)
{
	FunnelState *state;
	FunnelState *other;

	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	other = funnel_argument(fcinfo, 1);
	if (PG_ARGISNULL(0))
		return state_other(fcinfo, other);
	state = funnel_argument(fcinfo, 0);
	check_condition_count(other->steps, state->steps);
	if (state->window != other->window)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the window must be the same for all rows of window_funnel"),
				 errhint("Use GROUP BY for several results.")));
	for (uint32 i = 0; i < other->count; i++)
	{
		rt_poll_each(i);
		check_event(other, &other->events[i]);
		state = add_event(state, &other->events[i]);
	}
	return state_result(fcinfo, state);
}

static int
compute_funnel(const FunnelState *state, int64 *times)
{
	rt_funnel_event *events =
		palloc_extended(Max(state->count, 1) * sizeof(rt_funnel_event), MCXT_ALLOC_HUGE);
	size_t		count;
	int			reached;

	for (uint32 i = 0; i < state->count; i++)
	{
		rt_poll_each(i);
		check_event(state, &state->events[i]);
		events[i] = state->events[i];
	}
	count = rt_funnel_collapse(events, state->count);
	reached = rt_funnel(events, count, state->steps, (uint64) state->window, times);
	pfree(events);
	return reached;
}

Datum
window_funnel_final(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_INT32(0);
	PG_RETURN_INT32(compute_funnel(funnel_argument(fcinfo, 0), NULL));
}

Datum
window_funnel_times_final(PG_FUNCTION_ARGS)
{
	Oid			type = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));
	int64		times[RT_CONDITIONS_MAX];
	Datum		values[RT_CONDITIONS_MAX];
	int			count = PG_ARGISNULL(0) ? 0 : compute_funnel(funnel_argument(fcinfo, 0), times);
	ArrayType  *result;

	for (int i = 0; i < count; i++)
		if (type == DATEOID ? times[i] < RT_DATE_MIN || times[i] > RT_DATE_MAX :
			!IS_VALID_TIMESTAMP(times[i]))
			corrupt_funnel();
	for (int i = 0; i < count; i++)
		values[i] =
			type == DATEOID ? DateADTGetDatum((DateADT) times[i]) : TimestampGetDatum(times[i]);
	if (type == DATEOID)
		result = construct_array(values, count, type, sizeof(DateADT), true, TYPALIGN_INT);
	else
		result = construct_array(values, count, type, sizeof(Timestamp), FLOAT8PASSBYVAL,
								 TYPALIGN_DOUBLE);
	PG_RETURN_ARRAYTYPE_P(result);
}
