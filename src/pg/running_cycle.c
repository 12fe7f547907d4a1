/*
 * running_cycle.c
 *		The purchase cycle as it was at each row: window functions.
 *
 * The state of a partition is a rt_running_cycle; rows of the same time are one purchase and
 * all get the same answer.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "core/customer_base.h"
#include "core/running_cycle.h"
#include "pg/composite.h"
#include "pg/model.h"
#include "pg/window.h"

PG_FUNCTION_INFO_V1(running_days_since_previous);
PG_FUNCTION_INFO_V1(running_mean_interval);
PG_FUNCTION_INFO_V1(running_expected_next);
PG_FUNCTION_INFO_V1(running_lateness);
PG_FUNCTION_INFO_V1(running_churn_score_before);
PG_FUNCTION_INFO_V1(running_churn_score_before_by_model);
PG_FUNCTION_INFO_V1(running_cycle);

/* In the order of the types running_cycle_date and so on */
enum
{
	RUNNING_NUMBER, RUNNING_DAYS, RUNNING_LATENESS, RUNNING_MEAN, RUNNING_REGULARITY,
	RUNNING_EXPECTED_NEXT, RUNNING_COLUMNS
};

/* NULL for a row without a time */
static const rt_running_cycle *
next_purchase(FunctionCallInfo fcinfo, bool logarithms, double weight, const rt_season *season,
			  RowTime *time)
{
	WindowObject window = PG_WINDOW_OBJECT();
	rt_running_cycle *cycle;

	if (!window_row_time(fcinfo, window, time))
		return NULL;
	cycle = (rt_running_cycle *) WinGetPartitionLocalMemory(window, sizeof(rt_running_cycle));
	if (!rt_running_cycle_add(cycle, time->ticks, time->ticks_per_day, logarithms, weight,
							  season))
		window_order_error(time, cycle->last);
	Assert(rt_running_cycle_valid(cycle));
	return cycle;
}

Datum
running_days_since_previous(PG_FUNCTION_ARGS)
{
	RowTime		time;
	const rt_running_cycle *cycle = next_purchase(fcinfo, false, 1, NULL, &time);

	PG_RETURN_FLOAT8_OR_NULL(cycle == NULL ? NAN : rt_running_interval(cycle, time.ticks_per_day));
}

Datum
running_mean_interval(PG_FUNCTION_ARGS)
{
	RowTime		time;
	const rt_running_cycle *cycle = next_purchase(fcinfo, false, 1, NULL, &time);

	PG_RETURN_FLOAT8_OR_NULL(cycle == NULL ? NAN : rt_running_mean(cycle, time.ticks_per_day));
}

Datum
running_lateness(PG_FUNCTION_ARGS)
{
	RowTime		time;
	const rt_running_cycle *cycle = next_purchase(fcinfo, false, 1, NULL, &time);

	PG_RETURN_FLOAT8_OR_NULL(cycle == NULL ? NAN : rt_running_lateness(cycle));
}

Datum
running_churn_score_before(PG_FUNCTION_ARGS)
{
	RowTime		time;
	const rt_running_cycle *cycle = next_purchase(fcinfo, false, 1, NULL, &time);

	PG_RETURN_FLOAT8_OR_NULL(cycle == NULL ? NAN : rt_running_churn_score(cycle));
}

Datum
running_churn_score_before_by_model(PG_FUNCTION_ARGS)
{
	const rt_running_cycle *cycle;
	const rt_model *model;
	rt_base		base;
	RowTime		time;
	bool		isnull;
	Datum		value = WinGetFuncArgCurrent(PG_WINDOW_OBJECT(), 1, &isnull);

	/* the state goes on without a model, too */
	model = isnull ? NULL : model_from_datum(value);
	if (model != NULL && model_input(model) != RT_INPUT_INTERVALS &&
		(!rt_base_from_model(model, &base) || base.kind->input == RT_INPUT_OPPORTUNITIES))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("churn_score_before does not know models of kind \"%s\"",
						rt_kind_by_id(model->id)->name),
				 errhint("Such as fit_model('interpurchase', ...) or fit_model('bg/nbd', ...).")));
	if (model != NULL && model_input(model) == RT_INPUT_INTERVALS)
		cycle = next_purchase(fcinfo, true, model->recency_weight, model->season, &time);
	else
		cycle = next_purchase(fcinfo, false, 1, NULL, &time);
	PG_RETURN_FLOAT8_OR_NULL(cycle == NULL || model == NULL ?
							 NAN :
							 rt_running_churn_score_by(cycle, model, time.ticks_per_day));
}

static Datum
expected_next(const rt_running_cycle *cycle, const RowTime *time)
{
	return window_time_datum(time,
							 (double) cycle->last +
							 rt_running_mean(cycle, time->ticks_per_day) * time->ticks_per_day);
}

Datum
running_expected_next(PG_FUNCTION_ARGS)
{
	RowTime		time;
	const rt_running_cycle *cycle = next_purchase(fcinfo, false, 1, NULL, &time);

	if (cycle == NULL || cycle->purchases < 2)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(expected_next(cycle, &time));
}

static void
set_column(Datum *values, bool *nulls, int column, double value)
{
	values[column] = Float8GetDatum(value);
	nulls[column] = isnan(value);
}

Datum
running_cycle(PG_FUNCTION_ARGS)
{
	RowTime		time;
	const rt_running_cycle *cycle = next_purchase(fcinfo, true, 1, NULL, &time);
	Datum		values[RUNNING_COLUMNS];
	bool		nulls[RUNNING_COLUMNS] = {false};

	if (cycle == NULL)
		PG_RETURN_NULL();
	values[RUNNING_NUMBER] = Int64GetDatum(cycle->purchases);
	set_column(values, nulls, RUNNING_DAYS, rt_running_interval(cycle, time.ticks_per_day));
	set_column(values, nulls, RUNNING_LATENESS, rt_running_lateness(cycle));
	set_column(values, nulls, RUNNING_MEAN, rt_running_mean(cycle, time.ticks_per_day));
	set_column(values, nulls, RUNNING_REGULARITY, rt_running_regularity(cycle, time.ticks_per_day));
	nulls[RUNNING_EXPECTED_NEXT] = cycle->purchases < 2;
	if (cycle->purchases > 1)
		values[RUNNING_EXPECTED_NEXT] = expected_next(cycle, &time);
	return composite_row(fcinfo, RUNNING_COLUMNS, values, nulls);
}
