/*
 * cycle.c
 *		The purchase cycle of one customer, from her own intervals.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "utils/memutils.h"

#include "core/cycle.h"
#include "pg/clock.h"
#include "pg/errors.h"
#include "pg/history.h"

PG_FUNCTION_INFO_V1(purchase_cycle_mean_interval);
PG_FUNCTION_INFO_V1(purchase_cycle_median_interval);
PG_FUNCTION_INFO_V1(purchase_cycle_stddev_interval);
PG_FUNCTION_INFO_V1(purchase_cycle_regularity);
PG_FUNCTION_INFO_V1(purchase_cycle_interval_trend);
PG_FUNCTION_INFO_V1(purchase_cycle_overdue_ratio);

/* Customers with up to this many purchase days need no memory of the server's */
#define DATES_ON_STACK 128

typedef struct PurchaseDates
{
	int32	   *dates;
	size_t		count;
	int32		as_of;
	int32		on_stack[DATES_ON_STACK];
	double	   *workspace;		/* room for count doubles */
	double		workspace_on_stack[DATES_ON_STACK];
} PurchaseDates;

/* The purchase dates of argument 0 up to the date of argument 1 */
static void
get_dates(FunctionCallInfo fcinfo, PurchaseDates *result)
{
	HistoryBytes history = history_bytes(PG_GETARG_DATUM(0));
	rt_status	status = RT_OK;

	result->as_of = as_of_date(PG_GETARG_DATEADT(1));
	result->dates = result->on_stack;
	result->workspace = result->workspace_on_stack;
	result->count = DATES_ON_STACK;
	if (history.size == 0)
		result->count = 0;
	else
		status = rt_history_dates(history.bytes, history.size, result->as_of, result->dates, &result->count);
	if (status == RT_NO_SPACE)
	{
		result->count = history.size;
		result->dates = (int32 *) MemoryContextAllocHuge(CurrentMemoryContext, history.size * sizeof(int32));
		status = rt_history_dates(history.bytes, history.size, result->as_of, result->dates, &result->count);
		result->workspace = (double *) MemoryContextAllocHuge(CurrentMemoryContext, result->count * sizeof(double));
	}
	check_history_status(status, 0);
}

#define PG_RETURN_FLOAT8_OR_NULL(x) \
	do { \
		double		value_ = (x); \
		if (isnan(value_)) \
			PG_RETURN_NULL(); \
		PG_RETURN_FLOAT8(value_); \
	} while (0)

Datum
purchase_cycle_mean_interval(PG_FUNCTION_ARGS)
{
	PurchaseDates dates;

	get_dates(fcinfo, &dates);
	if (dates.count < 2)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(((double) dates.dates[dates.count - 1] - (double) dates.dates[0]) / (double) (dates.count - 1));
}

Datum
purchase_cycle_median_interval(PG_FUNCTION_ARGS)
{
	PurchaseDates dates;

	get_dates(fcinfo, &dates);
	PG_RETURN_FLOAT8_OR_NULL(rt_interval_median(dates.dates, dates.count, dates.workspace));
}

Datum
purchase_cycle_stddev_interval(PG_FUNCTION_ARGS)
{
	PurchaseDates dates;
	rt_intervals intervals;

	get_dates(fcinfo, &dates);
	rt_intervals_from_dates(dates.dates, dates.count, &intervals);
	PG_RETURN_FLOAT8_OR_NULL(intervals.stddev);
}

Datum
purchase_cycle_regularity(PG_FUNCTION_ARGS)
{
	PurchaseDates dates;
	rt_intervals intervals;

	get_dates(fcinfo, &dates);
	rt_intervals_from_dates(dates.dates, dates.count, &intervals);
	PG_RETURN_FLOAT8_OR_NULL(rt_gamma_shape(intervals.count, intervals.sum, intervals.sum_log));
}

Datum
purchase_cycle_interval_trend(PG_FUNCTION_ARGS)
{
	PurchaseDates dates;

	get_dates(fcinfo, &dates);
	PG_RETURN_FLOAT8_OR_NULL(rt_interval_trend(dates.dates, dates.count, dates.workspace));
}

Datum
purchase_cycle_overdue_ratio(PG_FUNCTION_ARGS)
{
	PurchaseDates dates;
	double		last;

	get_dates(fcinfo, &dates);
	if (dates.count < 2)
		PG_RETURN_NULL();
	last = (double) dates.dates[dates.count - 1];
	PG_RETURN_FLOAT8(((double) dates.as_of - last) * (double) (dates.count - 1) / (last - (double) dates.dates[0]));
}
