/*
 * spend_trend.c
 *		Has the average order value changed: spend_trend(history, as_of, recent), and of all.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "core/spend_trend.h"
#include "core/poll.h"
#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/composite.h"
#include "pg/fixed_state.h"
#include "pg/history.h"
#include "pg/money.h"
#include "pg/value.h"

PG_FUNCTION_INFO_V1(spend_trend);
PG_FUNCTION_INFO_V1(overall_spend_trend_add);
PG_FUNCTION_INFO_V1(overall_spend_trend_combine);
PG_FUNCTION_INFO_V1(overall_spend_trend_final);

/* In the order of the type spend_trend */
enum
{
	TREND_RECENT_ORDERS, TREND_RECENT_AVERAGE, TREND_EARLIER_ORDERS, TREND_EARLIER_AVERAGE,
	TREND_CHANGE, TREND_SLOPE, TREND_P_VALUE, TREND_COLUMNS
};

typedef struct TrendState
{
	FixedState	head;
	DateADT		as_of;
	DateADT		behind;
	rt_spend_total total;
} TrendState;

static bool
spend_trend_state_valid(const void *bytes)
{
	const TrendState *state = bytes;

	return state->as_of >= RT_DATE_MIN && state->as_of <= RT_DATE_MAX &&
		state->behind >= RT_DATE_MIN && state->behind < state->as_of &&
		rt_spend_total_valid(&state->total);
}

static const FixedKind trend_kind = {"overall_spend_trend", 0x10001, sizeof(TrendState),
spend_trend_state_valid};

/* The last day that is not recent */
static DateADT
day_before_recent(DateADT as_of, Interval *recent)
{
	Datum		time = DirectFunctionCall2(date_mi_interval, DateADTGetDatum(as_of),
										   IntervalPGetDatum(recent));
	DateADT		day = date_from_timestamp(DatumGetTimestamp(time));

	if (day >= as_of)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("recent of \"%s\" holds no day", interval_text(recent)),
				 errhint("Give an interval of a day or more, such as '3 months'.")));
	check_not_below_day(recent, "recent");
	return day;
}

static HistoryDays
days_until(Datum history, DateADT as_of)
{
	HistoryDays days = history_days(history_bytes(history));

	for (; days.count > 0 && days.days[days.count - 1].date > as_of; days.count--)
		rt_poll_each(days.count);
	return days;
}

static Datum
average(const rt_spend *spend)
{
	return DirectFunctionCall2(numeric_div,
							   NumericGetDatum(money_sum_to_numeric(&spend->money)),
							   NumericGetDatum(int64_to_numeric(spend->orders)));
}

static double
average_order(const rt_spend *spend)
{
	return rt_money_sum_double(&spend->money, 1) / (double) spend->orders;
}

static Datum
trend_row(FunctionCallInfo fcinfo, const rt_spend_trend *trend)
{
	Datum		values[TREND_COLUMNS];
	bool		nulls[TREND_COLUMNS] = {false};
	double		recent = average_order(&trend->recent);
	double		earlier = average_order(&trend->earlier);

	nulls[TREND_RECENT_AVERAGE] = trend->recent.orders == 0;
	nulls[TREND_EARLIER_AVERAGE] = trend->earlier.orders == 0;
	nulls[TREND_CHANGE] =
		nulls[TREND_RECENT_AVERAGE] || nulls[TREND_EARLIER_AVERAGE] || !(earlier > 0);
	nulls[TREND_SLOPE] = isnan(trend->slope);
	nulls[TREND_P_VALUE] = isnan(trend->p_value);
	values[TREND_RECENT_ORDERS] = Int64GetDatum(trend->recent.orders);
	values[TREND_EARLIER_ORDERS] = Int64GetDatum(trend->earlier.orders);
	if (!nulls[TREND_RECENT_AVERAGE])
		values[TREND_RECENT_AVERAGE] = average(&trend->recent);
	if (!nulls[TREND_EARLIER_AVERAGE])
		values[TREND_EARLIER_AVERAGE] = average(&trend->earlier);
	values[TREND_CHANGE] = Float8GetDatum(recent / earlier - 1);
	if (!nulls[TREND_SLOPE])
		values[TREND_SLOPE] = money_datum(trend->slope * DAYS_PER_YEAR);
	values[TREND_P_VALUE] = Float8GetDatum(trend->p_value);
	return composite_row(fcinfo, TREND_COLUMNS, values, nulls);
}

Datum
spend_trend(PG_FUNCTION_ARGS)
{
	DateADT		as_of = as_of_date(PG_GETARG_DATEADT(1));
	DateADT		behind = day_before_recent(as_of, PG_GETARG_INTERVAL_P(2));
	HistoryDays days = days_until(PG_GETARG_DATUM(0), as_of);
	rt_ranked  *room;
	rt_spend_trend trend;
	bool		bought = false;

	for (size_t i = 0; i < days.count && !bought; i++)
	{
		rt_poll_each(i + 1);
		bought = days.days[i].orders > 0;
	}
	if (!bought)
		PG_RETURN_NULL();
	room = palloc_array(rt_ranked, days.count);
	rt_spend_trend_of(days.days, days.count, behind, room, &trend);
	PG_RETURN_DATUM(trend_row(fcinfo, &trend));
}

/* ------------------------------------------------------------ of all customers */

static void
check_same(bool same)
{
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("as_of and recent must be the same for all rows of overall_spend_trend"),
				 errhint("Use GROUP BY for several trends.")));
}

Datum
overall_spend_trend_add(PG_FUNCTION_ARGS)
{
	TrendState *state;
	DateADT		as_of;
	DateADT		behind;
	HistoryDays days;

	if (PG_ARGISNULL(2) || PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("as_of and recent of overall_spend_trend must not be NULL")));
	as_of = as_of_date(PG_GETARG_DATEADT(2));
	behind = day_before_recent(as_of, PG_GETARG_INTERVAL_P(3));
	state = fixed_state_to_add_to(fcinfo, &trend_kind);
	if (PG_ARGISNULL(0))
	{
		state->as_of = as_of;
		state->behind = behind;
	}
	check_same(state->as_of == as_of && state->behind == behind);
	if (!PG_ARGISNULL(1))
	{
		days = days_until(PG_GETARG_DATUM(1), as_of);
		if (!rt_spend_total_add(&state->total, days.days, days.count, behind, as_of))
			fixed_state_corrupt(&trend_kind);
	}
	PG_RETURN_POINTER(state);
}

Datum
overall_spend_trend_combine(PG_FUNCTION_ARGS)
{
	void	   *first;
	void	   *second;

	if (fixed_states(fcinfo, &trend_kind, &first, &second))
	{
		TrendState *state = first;
		const TrendState *other = second;

		check_same(state->as_of == other->as_of && state->behind == other->behind);
		rt_spend_total_combine(&state->total, &other->total);
	}
	if (first == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(first);
}

Datum
overall_spend_trend_final(PG_FUNCTION_ARGS)
{
	const TrendState *state = fixed_state_final(fcinfo, &trend_kind);
	rt_spend_trend trend;

	if (state->total.customers == 0)
		PG_RETURN_NULL();
	rt_spend_total_trend(&state->total, &trend);
	PG_RETURN_DATUM(trend_row(fcinfo, &trend));
}
