/*
 * calendar_cycle.c
 *		Rhythms of the calendar: calendar_cycle(history, as_of [, period_days]).
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "utils/builtins.h"

#include "pg/composite.h"
#include "pg/cycle.h"

PG_FUNCTION_INFO_V1(calendar_cycle);
PG_FUNCTION_INFO_V1(calendar_cycle_of_days);

/* In the order of the type calendar_cycle */
enum
{
	CALENDAR_PERIOD, CALENDAR_DAYS, CALENDAR_PHASE, CALENDAR_STRENGTH,
	CALENDAR_P_VALUE, CALENDAR_NEXT_PEAK, CALENDAR_COLUMNS
};

static Datum
calendar_cycle_row(FunctionCallInfo fcinfo, const rt_calendar_cycle *cycle, int32 as_of)
{
	Datum		values[CALENDAR_COLUMNS];
	bool		nulls[CALENDAR_COLUMNS] = {false};
	DateADT		next;

	values[CALENDAR_PERIOD] = CStringGetTextDatum(rt_period_name(cycle->period));
	values[CALENDAR_DAYS] = Float8GetDatum(cycle->days);
	values[CALENDAR_PHASE] = Float8GetDatum(cycle->phase);
	values[CALENDAR_STRENGTH] = Float8GetDatum(cycle->strength);
	values[CALENDAR_P_VALUE] = Float8GetDatum(exp(cycle->log_p));
	if (rt_calendar_cycle_next(cycle, as_of, &next))
		values[CALENDAR_NEXT_PEAK] = DateADTGetDatum(next);
	else
		nulls[CALENDAR_NEXT_PEAK] = true;
	return composite_row(fcinfo, CALENDAR_COLUMNS, values, nulls);
}

Datum
calendar_cycle(PG_FUNCTION_ARGS)
{
	PurchaseDates dates;
	rt_calendar_cycle cycle;

	get_purchase_dates(fcinfo, &dates);
	if (!rt_calendar_cycle_find(dates.dates, dates.count, &cycle))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(calendar_cycle_row(fcinfo, &cycle, dates.as_of));
}

Datum
calendar_cycle_of_days(PG_FUNCTION_ARGS)
{
	PurchaseDates dates;
	rt_calendar_cycle cycle;
	double		days = PG_GETARG_FLOAT8(2);

	if (!(days >= 2 && days <= 100000))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a period of %g days cannot be tested", days),
				 errhint("Give a period from 2 to 100000 days.")));
	get_purchase_dates(fcinfo, &dates);
	if (!rt_calendar_cycle_of_days(dates.dates, dates.count, days, &cycle))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(calendar_cycle_row(fcinfo, &cycle, dates.as_of));
}
