/*
 * prediction.c
 *		How sure is a prediction: limits of purchases and of what a customer is worth.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "miscadmin.h"
#include "utils/date.h"

#include "core/prediction.h"
#include "pg/arguments.h"
#include "pg/composite.h"
#include "pg/customer_base.h"
#include "pg/errors.h"
#include "pg/model.h"
#include "pg/value.h"

PG_FUNCTION_INFO_V1(purchases_interval);
PG_FUNCTION_INFO_V1(clv_interval);

/* The limits of what rt_predict draws; false where nothing can be said */
static bool
predict(const rt_model *model, const rt_customer *customer, double t, const rt_worth *worth,
		double level, double *lower, double *upper)
{
	double		draws[RT_PREDICTION_DRAWS];

	check_confidence_level(level);
	if (!rt_predict(model, customer, t, worth, draws))
		return false;
	rt_prediction_limits(draws, level, lower, upper);
	return true;
}

/* model, history, as_of, horizon, level */
Datum
purchases_interval(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));
	double		t;
	bool		nulls[2] = {false, false};
	Datum		values[2];
	rt_base		base;
	rt_customer customer;
	double		lower,
				upper;

	check_customer_base(model, "purchases_interval", &base);
	t = get_horizon(fcinfo, 3, model, &base, PG_GETARG_DATEADT(2));
	if (!customer_of_history(PG_GETARG_DATUM(1), PG_GETARG_DATEADT(2), model, &base, &customer))
		PG_RETURN_NULL();
	if (!predict(model, &customer, t, NULL, PG_GETARG_FLOAT8(4), &lower, &upper))
		PG_RETURN_NULL();
	values[0] = Float8GetDatum(lower);
	values[1] = Float8GetDatum(upper);
	return composite_row(fcinfo, 2, values, nulls);
}

/* model, spend, history, as_of, horizon, discount_rate, margin, level */
Datum
clv_interval(PG_FUNCTION_ARGS)
{
	bool		nulls[2] = {false, false};
	Datum		values[2];
	ClvArguments a;
	rt_worth	worth;
	rt_ahead	ahead;
	double		lower,
				upper;

	if (!get_clv_arguments(fcinfo, 0, "clv_interval", &a))
		PG_RETURN_NULL();
	worth = (rt_worth) {.spend = a.spend_model, .x = a.x, .mean = a.mean, .rate = a.rate};
	if (rt_model_is_seasonal(a.model))
	{
		rt_ahead_of(a.model, a.as_of, a.days, &ahead);
		worth.ahead = &ahead;
	}
	if (!predict(a.model, &a.customer, a.horizon, &worth, PG_GETARG_FLOAT8(7), &lower, &upper))
		PG_RETURN_NULL();
	values[0] = money_datum(a.margin * lower);
	values[1] = money_datum(a.margin * upper);
	return composite_row(fcinfo, 2, values, nulls);
}
