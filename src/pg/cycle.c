/*
 * cycle.c
 *		The purchase cycle of one customer, from her own intervals.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "core/cycle.h"
#include "core/interpurchase.h"
#include "pg/clock.h"
#include "pg/errors.h"
#include "pg/history.h"
#include "pg/model.h"

PG_FUNCTION_INFO_V1(purchase_cycle_mean_interval);
PG_FUNCTION_INFO_V1(purchase_cycle_median_interval);
PG_FUNCTION_INFO_V1(purchase_cycle_stddev_interval);
PG_FUNCTION_INFO_V1(purchase_cycle_regularity);
PG_FUNCTION_INFO_V1(purchase_cycle_interval_trend);
PG_FUNCTION_INFO_V1(purchase_cycle_overdue_ratio);
PG_FUNCTION_INFO_V1(purchase_cycle_silence_probability);
PG_FUNCTION_INFO_V1(purchase_cycle_expected_next_purchase);
PG_FUNCTION_INFO_V1(purchase_cycle_contact_window);

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

/* What an interpurchase model needs to know of a customer, in the model's unit */
typedef struct Silence
{
	rt_interpurchase model;
	double		unit;			/* days */
	double		intervals;
	double		sum;
	double		elapsed;
	int32		last;			/* purchase date */
} Silence;

/* Of arguments history, as_of, model; false when nothing was bought by then */
static bool
get_silence(FunctionCallInfo fcinfo, const char *function, Silence *silence)
{
	PurchaseDates dates;
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(2));

	check_model_kind(model, RT_MODEL_INTERPURCHASE, function);
	get_dates(fcinfo, &dates);
	if (dates.count == 0)
		return false;
	silence->model.k = model->parameters[0];
	silence->model.r = model->parameters[1];
	silence->model.alpha = model->parameters[2];
	silence->unit = model->time_unit;
	silence->last = dates.dates[dates.count - 1];
	silence->intervals = (double) dates.count - 1;
	silence->sum = ((double) silence->last - (double) dates.dates[0]) / silence->unit;
	silence->elapsed = ((double) dates.as_of - (double) silence->last) / silence->unit;
	return true;
}

Datum
purchase_cycle_silence_probability(PG_FUNCTION_ARGS)
{
	Silence		s;

	if (!get_silence(fcinfo, "silence_probability", &s))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rt_interpurchase_silence(&s.model, s.intervals, s.sum, s.elapsed));
}

/*
 * The day by which the silence will have ended with probability p, the day
 * after as_of at the earliest; false when that is beyond the calendar.
 */
static bool
purchase_day(const Silence *s, double p, DateADT *day)
{
	double		time = rt_interpurchase_quantile(&s->model, s->intervals, s->sum, s->elapsed, p);
	double		days = Max(rint(time * s->unit), rint(s->elapsed * s->unit) + 1);

	if (!((double) s->last + days <= RT_DATE_MAX))
		return false;
	*day = (DateADT) ((double) s->last + days);
	return true;
}

Datum
purchase_cycle_expected_next_purchase(PG_FUNCTION_ARGS)
{
	Silence		s;
	DateADT		day;

	if (!get_silence(fcinfo, "expected_next_purchase", &s) || !purchase_day(&s, 0.5, &day))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(day);
}

Datum
purchase_cycle_contact_window(PG_FUNCTION_ARGS)
{
	Silence		s;
	double		lower = PG_GETARG_FLOAT8(3);
	double		upper = PG_GETARG_FLOAT8(4);
	RangeBound	from,
				until;
	DateADT		day;
	TypeCacheEntry *type;

	if (!(lower > 0 && lower < upper && upper < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("contact window from %g to %g is no range of probabilities", lower, upper),
				 errhint("Give two probabilities between 0 and 1, the lower one first.")));
	if (!get_silence(fcinfo, "contact_window", &s) || !purchase_day(&s, lower, &day))
		PG_RETURN_NULL();
	from.val = DateADTGetDatum(day);
	from.infinite = false;
	from.inclusive = from.lower = true;
	until.infinite = !purchase_day(&s, upper, &day);
	until.val = DateADTGetDatum(day);
	until.inclusive = true;
	until.lower = false;
	type = range_get_typcache(fcinfo, DATERANGEOID);
	PG_RETURN_RANGE_P(compat_make_range(type, &from, &until));
}
