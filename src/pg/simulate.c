/*
 * simulate.c
 *		simulate_customers(model, ...): orders of customers that live as a model says.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/tuplestore.h"

#include "core/calendar.h"
#include "core/opportunity.h"
#include "core/seasonal.h"
#include "core/simulate.h"
#include "pg/model.h"

PG_FUNCTION_INFO_V1(simulate_customers);

#define PURCHASES_MAX 10000000	/* of a customer: more are a mistake in the unit */

static const char *
date_text(DateADT date)
{
	return DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(date)));
}

static void
simulate_check(const rt_model *model, int32 customers, DateADT first_from, DateADT first_until,
			   DateADT until)
{
	if (rt_kind_by_id(model->id)->base == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("customers cannot be simulated by a model of kind \"%s\"",
						rt_kind_by_id(model->id)->name),
				 errhint("They need a model of who leaves when, such as one of kind \"bg/nbd\".")));
	if (customers < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d is no number of customers", customers)));
	if (DATE_NOT_FINITE(first_from) || DATE_NOT_FINITE(first_until) || DATE_NOT_FINITE(until))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("dates of simulated customers must be finite")));
	if (first_until < first_from || until < first_until)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("first purchases must lie in a range of dates, and the last day not before "
						"it"),
				 errdetail("First purchases are from %s to %s, the last day is %s.",
						   date_text(first_from), date_text(first_until), date_text(until))));
}

/* The purchases of one customer, whose first one is known, until the end of a day */
static void
simulate_purchases(ReturnSetInfo *result, const rt_model *model, const rt_base *base,
				   int32 customer, DateADT first, DateADT until, rt_random *random)
{
	double		time_unit = model->time_unit;
	Datum		values[2] = {Int32GetDatum(customer), DateADTGetDatum(first)};
	bool		nulls[2] = {false, false};
	rt_life		life;
	double		end;
	int			purchases = 0;

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	rt_life_start(base, random, &life);
	end = life.opportunities ? rt_opportunities_over(first, until, time_unit) :
		(rt_season_days(model->season, first, until) + 0.5) / time_unit;
	while (rt_life_next(&life, random, end))
	{
		DateADT		date;

		CHECK_FOR_INTERRUPTS();
		if (++purchases > PURCHASES_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("customer %d makes more than %d purchases", customer, PURCHASES_MAX),
					 errhint("A unit of the model's time is %g days.", time_unit)));
		date = life.opportunities ? rt_opportunity_end(first, life.time, time_unit) :
			rt_seasonal_date(model, first, life.time, until);
		values[1] = DateADTGetDatum(date);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

Datum
simulate_customers(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));
	int32		customers = PG_GETARG_INT32(1);
	DateADT		first_from = PG_GETARG_DATEADT(2);
	DateADT		first_until = PG_GETARG_DATEADT(3);
	DateADT		until = PG_GETARG_DATEADT(4);
	int64		seed = PG_GETARG_INT64(5);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	rt_base		base;

	simulate_check(model, customers, first_from, first_until, until);
	rt_base_from_model(model, &base);
	InitMaterializedSRF(fcinfo, 0);
	for (int32 i = 1; i <= customers; i++)
	{
		rt_random	random;
		double		first;

		CHECK_FOR_INTERRUPTS();
		rt_random_start(&random, seed, (uint64) i);
		first = (double) first_from + floor(rt_random_uniform(&random) *
											((double) first_until - (double) first_from + 1));
		simulate_purchases(result, model, &base, i, (DateADT) first, until, &random);
	}
	return (Datum) 0;
}
