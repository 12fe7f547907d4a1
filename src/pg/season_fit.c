/*
 * season_fit.c
 *		The aggregate fit_season: the season of a customer base, as its log tells it.
 *
 * Its state is one of fit_model for mbg/nbd, and beside it repeat purchases by month and weekday.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "utils/date.h"
#include "utils/memutils.h"

#include "core/calendar.h"
#include "core/poll.h"
#include "core/season_fit.h"
#include "pg/clock.h"
#include "pg/errors.h"
#include "pg/fit_state.h"
#include "pg/fit_tally.h"
#include "pg/history.h"
#include "pg/season.h"

PG_FUNCTION_INFO_V1(fit_season_add);
PG_FUNCTION_INFO_V1(fit_season_final);

/* ------------------------------------------------------------- transition */

/* Months are what is fitted: who gives them has something else in mind */
static void
season_fit_check_events(const rt_season *events)
{
	for (int i = 0; i < 12 + 7; i++)
	{
		if (i < 12 ? events->months[i] == 1 :
			!(events->flags & RT_SEASON_WEEKDAYS) || events->weekdays[i - 12] == 1)
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("months and weekdays of a season to be fitted must not be given"),
				 errhint("Give events alone: '{\"events\": [{\"from\": \"2026-03-16\", \"until\": "
						 "\"2026-05-10\", \"factor\": 0.3}]}'.")));
	}
}

static FitState
season_fit_state(FunctionCallInfo fcinfo, DateADT as_of)
{
	FitHead		constants = {.version = FIT_STATE_MONTHS, .kind = (uint8) rt_mbg_nbd_kind.id,
		.as_of = as_of,
	.time_unit = 1};
	SeasonBytes events = season_argument(fcinfo, 3);
	FitState	state;

	if (PG_ARGISNULL(0))
	{
		if (events.size > 0)
			season_fit_check_events(season_from_bytes(events));
		return fit_state_new(&constants, events);
	}
	state = fit_state_argument(fcinfo, 0);
	fit_state_check_constants(&state, &constants, events);
	return state;
}

static void
season_fit_add(FitState *state, HistoryBytes history, DateADT as_of)
{
	FitSeasonal *seasonal = fit_state_seasonal(state);
	int32		on_stack[128];
	size_t		count;
	int32	   *dates = history_dates(history, as_of, on_stack, lengthof(on_stack), &count);
	rt_fit_row	row = {.weight = 1};

	if (count == 0)
		return;
	fit_state_count(state, 1);
	row.customer.x = (double) count - 1;
	row.customer.t_x = (double) dates[count - 1] - (double) dates[0];
	row.customer.age = (double) as_of - (double) dates[0];
	fit_state_add(state, &row);
	fit_seasonal_add_months(seasonal, state->tally->object.eoh_context, as_of, dates + 1,
							count - 1);
	if (seasonal->season.size > 0)
		fit_seasonal_add_logs(seasonal, dates + 1, count - 1);
}

/* history, as_of, events */
Datum
fit_season_add(PG_FUNCTION_ARGS)
{
	DateADT		as_of;
	FitState	state;

	check_aggregate_call(fcinfo, "fit_season_add", "the aggregate fit_season(...)");
	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("as_of of a season must not be null")));
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	as_of = as_of_date(PG_GETARG_DATEADT(2));
	state = season_fit_state(fcinfo, as_of);
	season_fit_add(&state, history_bytes(PG_GETARG_DATUM(1)), as_of);
	return fit_state_result(fcinfo, &state);
}

/* ------------------------------------------------------------------ final */

static rt_season_data
season_fit_data(const FitState *state)
{
	const FitSeasonal *seasonal = fit_state_seasonal(state);
	uint32		months = seasonal->month_count;
	double	   *purchases = palloc(Max(1, months) * 7 * sizeof(double));
	rt_season_data data = {.as_of = state->head->as_of, .purchases = purchases};

	data.rows = fit_state_rows(state, &data.row_count);
	data.first_month = rt_unit_number(RT_UNIT_MONTH, data.as_of) - (int32) months + 1;
	data.month_count = (int) months;
	for (uint32 i = 0; i < months; i++)
	{
		for (int day = 0; day < 7; day++)
			purchases[i * 7 + day] = (double) seasonal->purchases[months - 1 - i][day];
	}
	if (seasonal->season.size > 0)
	{
		data.events = season_from_bytes(seasonal->season);
		data.events_log = (double) seasonal->sum_log / FIT_LOG_UNIT;
	}
	return data;
}

static void
season_fit_check_sum(const rt_season_data *data)
{
	double		purchases = 0;

	for (int i = 0; i < data->month_count * 7; i++)
		purchases += data->purchases[i];
	if (!(fabs(data->events_log) <= purchases * RT_SEASONAL_LOG_MAX))
		fit_tally_corrupt();
}

/* Of any but RT_SEASON_SHORT */
pg_noreturn static void
season_fit_fail(rt_season_status status)
{
	if (status == RT_SEASON_MALFORMED)
		fit_tally_corrupt();
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("no season can be fitted: %s", rt_season_status_text(status)),
			 status == RT_SEASON_FEW ?
			 errhint("At least 5 customers with 10 repeat purchases are needed; take a later as_of "
					 "or a larger group.") :
			 status == RT_SEASON_LONG ?
			 errhint("Leave out customers whose first purchase is older.") :
			 errhint("Take a later as_of or a larger group.")));
}

Datum
fit_season_final(PG_FUNCTION_ARGS)
{
	FitState	state;
	rt_season_data data;
	rt_season_status status;
	rt_season	season;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = fit_state_argument(fcinfo, 0);
	fit_state_check_months(&state, true);
	data = season_fit_data(&state);
	season_fit_check_sum(&data);
	status = rt_season_estimate(&data, MemoryContextAllocHuge(CurrentMemoryContext,
															  Max(1, rt_season_workspace(&data))),
								&season, NULL);
	if (status == RT_SEASON_ESTIMATED)
		PG_RETURN_DATUM(season_to_datum(&season));
	if (status != RT_SEASON_SHORT)
		season_fit_fail(status);
	ereport(NOTICE,
			(errmsg("no season is known: from the first purchase to as_of it is less than %d days",
					RT_SEASON_DAYS_MIN),
			 errhint("Take a later as_of, or type a season in.")));
	PG_RETURN_NULL();
}
