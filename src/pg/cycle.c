/*
 * cycle.c
 *		The purchase cycle of one customer, from their own intervals.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "core/calendar_cycle.h"
#include "core/cycle.h"
#include "core/silence.h"
#include "pg/arguments.h"
#include "pg/composite.h"
#include "pg/cycle.h"
#include "pg/errors.h"
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
PG_FUNCTION_INFO_V1(purchase_cycle_regularity_shrunk);
PG_FUNCTION_INFO_V1(purchase_cycle_stage);
PG_FUNCTION_INFO_V1(purchase_cycle);

static void
purchase_dates(Datum history, DateADT as_of, PurchaseDates *result)
{
	result->as_of = as_of_date(as_of);
	result->dates = history_dates(history_bytes(history), result->as_of,
								  result->on_stack, DATES_ON_STACK, &result->count);
	result->workspace = result->workspace_on_stack;
	if (result->count > DATES_ON_STACK)
		result->workspace =
			(double *) MemoryContextAllocHuge(CurrentMemoryContext, result->count * sizeof(double));
}

void
get_purchase_dates(FunctionCallInfo fcinfo, PurchaseDates *result)
{
	purchase_dates(PG_GETARG_DATUM(0), PG_GETARG_DATEADT(1), result);
}

/* At least two dates */
static double
mean_interval(const PurchaseDates *dates)
{
	return ((double) dates->dates[dates->count - 1] - (double) dates->dates[0]) /
		(double) (dates->count - 1);
}

/* At least one date */
static double
elapsed_days(const PurchaseDates *dates)
{
	return (double) dates->as_of - (double) dates->dates[dates->count - 1];
}

Datum
purchase_cycle_mean_interval(PG_FUNCTION_ARGS)
{
	PurchaseDates dates;

	get_purchase_dates(fcinfo, &dates);
	if (dates.count < 2)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(mean_interval(&dates));
}

Datum
purchase_cycle_median_interval(PG_FUNCTION_ARGS)
{
	PurchaseDates dates;

	get_purchase_dates(fcinfo, &dates);
	PG_RETURN_FLOAT8_OR_NULL(rt_interval_median(dates.dates, dates.count, dates.workspace));
}

Datum
purchase_cycle_stddev_interval(PG_FUNCTION_ARGS)
{
	PurchaseDates dates;
	rt_intervals intervals;

	get_purchase_dates(fcinfo, &dates);
	rt_intervals_from_dates(dates.dates, dates.count, &intervals);
	PG_RETURN_FLOAT8_OR_NULL(intervals.stddev);
}

Datum
purchase_cycle_regularity(PG_FUNCTION_ARGS)
{
	PurchaseDates dates;
	rt_intervals intervals;

	get_purchase_dates(fcinfo, &dates);
	rt_intervals_from_dates(dates.dates, dates.count, &intervals);
	PG_RETURN_FLOAT8_OR_NULL(rt_gamma_shape(intervals.count, intervals.sum, intervals.sum_log));
}

Datum
purchase_cycle_interval_trend(PG_FUNCTION_ARGS)
{
	PurchaseDates dates;

	get_purchase_dates(fcinfo, &dates);
	PG_RETURN_FLOAT8_OR_NULL(rt_interval_trend(dates.dates, dates.count, dates.workspace));
}

Datum
purchase_cycle_overdue_ratio(PG_FUNCTION_ARGS)
{
	PurchaseDates dates;

	get_purchase_dates(fcinfo, &dates);
	if (dates.count < 2)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(elapsed_days(&dates) / mean_interval(&dates));
}

static void
silence_from_dates(const PurchaseDates *dates, const rt_intervals *intervals, const rt_model *model,
				   rt_silence *silence)
{
	rt_silence_from_dates(dates->dates, dates->count, dates->as_of, intervals, NULL, model,
						  silence);
}

bool
silence_probability(Datum history, DateADT as_of, const rt_model *model, double *probability)
{
	PurchaseDates dates;
	rt_silence	silence;

	purchase_dates(history, as_of, &dates);
	if (dates.count == 0)
		return false;
	silence_from_dates(&dates, NULL, model, &silence);
	*probability = silence.probability;
	return true;
}

bool
silence_day(Datum history, DateADT as_of, const rt_model *model, double probability, DateADT *day)
{
	PurchaseDates dates;
	rt_silence	silence;

	purchase_dates(history, as_of, &dates);
	if (dates.count == 0)
		return false;
	silence_from_dates(&dates, NULL, model, &silence);
	return rt_silence_day(&silence, probability, day);
}

/* Of arguments history, as_of, model; false when nothing was bought by then */
static bool
get_silence(FunctionCallInfo fcinfo, const char *function, rt_silence *silence)
{
	PurchaseDates dates;
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(2));

	check_model_input(model, RT_INPUT_INTERVALS, function);
	get_purchase_dates(fcinfo, &dates);
	if (dates.count == 0)
		return false;
	silence_from_dates(&dates, NULL, model, silence);
	return true;
}

Datum
purchase_cycle_silence_probability(PG_FUNCTION_ARGS)
{
	rt_silence	s;

	if (!get_silence(fcinfo, "silence_probability", &s))
		PG_RETURN_NULL();
	return model_number(s.probability);
}

Datum
purchase_cycle_expected_next_purchase(PG_FUNCTION_ARGS)
{
	rt_silence	s;
	DateADT		day;

	if (!get_silence(fcinfo, "expected_next_purchase", &s) || !rt_silence_end(&s, 0.5, &day))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(day);
}

Datum
purchase_cycle_contact_window(PG_FUNCTION_ARGS)
{
	rt_silence	s;
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
	if (!get_silence(fcinfo, "contact_window", &s) || !rt_silence_contact_from(&s, lower, &day))
		PG_RETURN_NULL();
	from.val = DateADTGetDatum(day);
	from.infinite = false;
	from.inclusive = from.lower = true;
	until.infinite = !rt_silence_contact_until(&s, lower, upper, &day);
	until.val = DateADTGetDatum(day);
	until.inclusive = true;
	until.lower = false;
	type = range_get_typcache(fcinfo, DATERANGEOID);
	PG_RETURN_RANGE_P(compat_make_range(type, &from, &until));
}

Datum
purchase_cycle_regularity_shrunk(PG_FUNCTION_ARGS)
{
	rt_silence	s;

	if (!get_silence(fcinfo, "regularity", &s))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(s.regularity);
}

/* The names of regularity, a choice: a coefficient of variation of 0.2, 0.7, 1.3 between them */
static const char *
cycle_pattern_name(double regularity)
{
	if (regularity >= 25)
		return "clockwork";
	if (regularity >= 2)
		return "regular";
	if (regularity >= 0.6)
		return "random";
	return "clumpy";
}

/*
 * Below which probability of their silence a customer is in a stage.  The usual ones are choices:
 * the quartiles of the interval, between which the window of contact lies, then one in ten and one
 * in a hundred, of which as many are false alarms among who will come as they always did.
 */
typedef struct StageLimits
{
	double		due;
	double		overdue;
	double		at_risk;
	double		lapsed;
} StageLimits;

static const StageLimits usual_limits = {0.75, 0.25, 0.10, 0.01};

/* Of the enum type cycle_stage */
static Datum
cycle_stage_datum(double silence, bool bought_again, const StageLimits *limits, Oid type)
{
	const char *name =
		silence < limits->lapsed ? "lapsed" :
		silence < limits->at_risk ? "at_risk" :
		silence < limits->overdue ? "overdue" :
		!bought_again ? "new" :
		silence < limits->due ? "due" : "active";

	return DirectFunctionCall2(enum_in, CStringGetDatum(name), ObjectIdGetDatum(type));
}

/* Of arguments history, as_of, model, due, overdue, at_risk and lapsed */
Datum
purchase_cycle_stage(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(2));
	const char *name = "a probability of silence";
	StageLimits limits;
	PurchaseDates dates;
	rt_silence	silence;

	limits.due = check_share(PG_GETARG_FLOAT8(3), name);
	limits.overdue = check_share(PG_GETARG_FLOAT8(4), name);
	limits.at_risk = check_share(PG_GETARG_FLOAT8(5), name);
	limits.lapsed = check_share(PG_GETARG_FLOAT8(6), name);
	check_model_input(model, RT_INPUT_INTERVALS, "cycle_stage");
	get_purchase_dates(fcinfo, &dates);
	if (dates.count == 0)
		PG_RETURN_NULL();
	silence_from_dates(&dates, NULL, model, &silence);
	PG_RETURN_DATUM(cycle_stage_datum(silence.probability, dates.count > 1, &limits,
									  get_func_rettype(fcinfo->flinfo->fn_oid)));
}

/* In the order of the type purchase_cycle */
enum
{
	CYCLE_INTERVALS, CYCLE_MEAN, CYCLE_MEDIAN, CYCLE_STDDEV, CYCLE_VARIATION,
	CYCLE_REGULARITY, CYCLE_PATTERN, CYCLE_TREND, CYCLE_EXPECTED_NEXT,
	CYCLE_CONTACT_FROM, CYCLE_CONTACT_UNTIL, CYCLE_ELAPSED, CYCLE_OVERDUE,
	CYCLE_SILENCE, CYCLE_STAGE, CYCLE_CALENDAR, CYCLE_COLUMNS
};

/* A row of that type, NULL where nothing is set */
typedef struct CycleRow
{
	Oid			stage_type;
	Datum		values[CYCLE_COLUMNS];
	bool		nulls[CYCLE_COLUMNS];
} CycleRow;

static void
cycle_set(CycleRow *row, int column, Datum value)
{
	row->values[column] = value;
	row->nulls[column] = false;
}

/* NaN is NULL */
static void
cycle_set_number(CycleRow *row, int column, double number)
{
	if (!isnan(number))
		cycle_set(row, column, Float8GetDatum(number));
}

static void
cycle_set_silence(CycleRow *row, rt_silence *silence, bool bought_again)
{
	const char *period = rt_silence_period(silence);
	DateADT		day;

	cycle_set_number(row, CYCLE_REGULARITY, silence->regularity);
	cycle_set(row, CYCLE_PATTERN, CStringGetTextDatum(cycle_pattern_name(silence->regularity)));
	cycle_set_number(row, CYCLE_SILENCE, silence->probability);
	cycle_set(row, CYCLE_STAGE,
			  cycle_stage_datum(silence->probability, bought_again, &usual_limits,
								row->stage_type));
	if (period != NULL)
		cycle_set(row, CYCLE_CALENDAR, CStringGetTextDatum(period));
	if (rt_silence_end(silence, 0.5, &day))
		cycle_set(row, CYCLE_EXPECTED_NEXT, DateADTGetDatum(day));
	if (rt_silence_contact_from(silence, 0.25, &day))
		cycle_set(row, CYCLE_CONTACT_FROM, DateADTGetDatum(day));
	if (rt_silence_contact_until(silence, 0.25, 0.75, &day))
		cycle_set(row, CYCLE_CONTACT_UNTIL, DateADTGetDatum(day));
}

Datum
purchase_cycle(PG_FUNCTION_ARGS)
{
	PurchaseDates dates;
	rt_intervals intervals;
	rt_model	own_model;
	const rt_model *model = NULL;
	CycleRow	row;

	if (PG_NARGS() > 2)
	{
		model = model_from_datum(PG_GETARG_DATUM(2));
		check_model_input(model, RT_INPUT_INTERVALS, "purchase_cycle");
	}
	get_purchase_dates(fcinfo, &dates);
	if (dates.count == 0)
		PG_RETURN_NULL();
	row.stage_type = composite_column_type(fcinfo, CYCLE_STAGE);
	memset(row.values, 0, sizeof(row.values));
	memset(row.nulls, true, sizeof(row.nulls));
	rt_intervals_from_dates(dates.dates, dates.count, &intervals);
	if (model == NULL && intervals.count > 0)
	{
		rt_silence_own_model(&intervals, &own_model);
		model = &own_model;
	}
	cycle_set(&row, CYCLE_INTERVALS, Int32GetDatum((int32) intervals.count));
	cycle_set(&row, CYCLE_ELAPSED, Int32GetDatum(dates.as_of - dates.dates[dates.count - 1]));
	cycle_set_number(&row, CYCLE_MEAN, intervals.mean);
	cycle_set_number(&row, CYCLE_MEDIAN,
					 rt_interval_median(dates.dates, dates.count, dates.workspace));
	cycle_set_number(&row, CYCLE_STDDEV, intervals.stddev);
	cycle_set_number(&row, CYCLE_VARIATION, intervals.stddev / intervals.mean);
	cycle_set_number(&row, CYCLE_TREND,
					 rt_interval_trend(dates.dates, dates.count, dates.workspace));
	cycle_set_number(&row, CYCLE_OVERDUE, elapsed_days(&dates) / intervals.mean);
	if (model != NULL)
	{
		rt_silence	silence;

		silence_from_dates(&dates, &intervals, model, &silence);
		cycle_set_silence(&row, &silence, intervals.count > 0);
	}
	return composite_row(fcinfo, CYCLE_COLUMNS, row.values, row.nulls);
}
