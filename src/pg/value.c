/*
 * value.c
 *		What customers are worth, in money.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "core/gamma_gamma.h"
#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/customer_base.h"
#include "pg/errors.h"
#include "pg/history.h"
#include "pg/model.h"
#include "pg/value.h"

PG_FUNCTION_INFO_V1(value_expected_order_value);
PG_FUNCTION_INFO_V1(value_expected_order_value_numbers);
PG_FUNCTION_INFO_V1(value_log_likelihood);
PG_FUNCTION_INFO_V1(value_lifetime_value);
PG_FUNCTION_INFO_V1(value_discounted_purchases);
PG_FUNCTION_INFO_V1(value_discounted_purchases_numbers);
PG_FUNCTION_INFO_V1(value_clv);
PG_FUNCTION_INFO_V1(value_at_risk);

Datum
money_datum(double value)
{
	return DirectFunctionCall1(float8_numeric, model_number(value));
}

/* The model of argument 0 */
static void
get_spend(FunctionCallInfo fcinfo, const char *function, rt_gamma_gamma *spend)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));

	check_model_input(model, RT_INPUT_SPEND, function);
	rt_gamma_gamma_from_model(model, spend);
}

Datum
value_expected_order_value(PG_FUNCTION_ARGS)
{
	HistoryBytes history = history_bytes(PG_GETARG_DATUM(1));
	rt_gamma_gamma spend;
	rt_rfm		rfm;
	bool		found = false;
	double		value;

	get_spend(fcinfo, "expected_order_value", &spend);
	if (history.size > 0)
		check_history_status(rt_history_rfm(history.bytes, history.size,
											as_of_date(PG_GETARG_DATEADT(2)), &rfm, &found),
							 0);
	if (!found)
		PG_RETURN_NULL();
	value = rt_gamma_gamma_expected_value(&spend, rfm.has_value ? rfm.frequency : 0,
										  rfm.monetary_value);
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(money_datum(value));
}

void
check_orders(double x, double mean)
{
	if (!(x >= 0) || isinf(x))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("x of a customer must not be negative, and finite, but is %g", x)));
	if (isnan(mean) || isinf(mean))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a mean order value of %g is not finite", mean)));
}

Datum
value_log_likelihood(PG_FUNCTION_ARGS)
{
	rt_gamma_gamma spend;
	double		x = PG_GETARG_FLOAT8(1);
	double		mean = PG_GETARG_FLOAT8(2);

	get_spend(fcinfo, "log_likelihood", &spend);
	check_orders(x, mean);
	if (!(x > 0 && mean > 0))
		PG_RETURN_NULL();
	return model_number(rt_gamma_gamma_log_likelihood(&spend, x, mean));
}

Datum
value_expected_order_value_numbers(PG_FUNCTION_ARGS)
{
	rt_gamma_gamma spend;
	double		x = PG_GETARG_FLOAT8(1);
	double		mean = PG_GETARG_FLOAT8(2);
	double		value;

	get_spend(fcinfo, "expected_order_value", &spend);
	check_orders(x, mean);
	value = rt_gamma_gamma_expected_value(&spend, x, mean);
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(money_datum(value));
}

/*
 * spend_per_period, periods, churn_rate, discount_rate, margin: the sum of left^i, i from 0 to
 * periods - 1
 */
Datum
value_lifetime_value(PG_FUNCTION_ARGS)
{
	double		spend;
	double		periods = INFINITY;
	double		churn;
	double		discount;
	double		margin;
	double		log_left;
	double		sum;

	for (int i = 0; i < 5; i++)
	{
		if (i != 1 && PG_ARGISNULL(i))
			PG_RETURN_NULL();
	}
	spend = DatumGetFloat8(DirectFunctionCall1(numeric_float8, PG_GETARG_DATUM(0)));
	churn = check_share(PG_GETARG_FLOAT8(2), "a churn rate");
	discount = check_discount_rate(PG_GETARG_FLOAT8(3));
	margin = check_margin(PG_GETARG_FLOAT8(4));
	if (!(spend >= 0) || isinf(spend))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a spend of %g in each period is negative or not finite", spend)));
	if (!PG_ARGISNULL(1))
	{
		int32		count = PG_GETARG_INT32(1);

		if (count < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%d is no number of periods", count)));
		periods = count;
	}
	log_left = log1p(-churn) - log1p(discount);
	if (log_left == 0)
	{
		if (isinf(periods))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a customer who never leaves is worth any amount of undiscounted "
							"money"),
					 errhint("Give a number of periods, a churn rate or a discount rate above "
							 "0.")));
		sum = periods;
	}
	else
		sum = periods == 0 ? 0 : expm1(periods * log_left) / expm1(log_left);
	PG_RETURN_DATUM(money_datum(spend * margin * sum));
}

/* ------------------------------------------------- models of both together */

/* A rate of so much a year, as a continuous one in the model's unit */
static double
discount_in_unit(double discount_rate, double time_unit, bool for_ever)
{
	if (check_discount_rate(discount_rate) == 0 && for_ever)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("without a discount rate purchases for ever may be worth any amount"),
				 errhint("Give a discount rate above 0 (0.1 is 10 percent a year), or a "
						 "horizon.")));
	return log1p(discount_rate) * time_unit / DAYS_PER_YEAR;
}

/* model, history, as_of, discount_rate and perhaps a horizon */
Datum
value_discounted_purchases(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));
	bool		for_ever = PG_NARGS() == 4;
	double		rate;
	double		horizon = INFINITY;
	rt_base		base;
	rt_customer customer;

	check_customer_base(model, "discounted_expected_purchases", &base);
	rate = discount_in_unit(PG_GETARG_FLOAT8(3), model->time_unit, for_ever);
	if (!for_ever)
		horizon = get_horizon(fcinfo, 4, &base, model->time_unit);
	if (!customer_of_history(PG_GETARG_DATUM(1), PG_GETARG_DATEADT(2), &base, model->time_unit,
							 &customer))
		PG_RETURN_NULL();
	return model_number(rt_base_discounted_purchases(&base, &customer, horizon, rate));
}

/* model, x, t_x, T, discount_rate and perhaps a horizon */
Datum
value_discounted_purchases_numbers(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));
	bool		for_ever = PG_NARGS() == 5;
	double		rate;
	rt_base		base;
	rt_customer customer = get_customer(fcinfo, 1);

	check_customer_base(model, "discounted_expected_purchases", &base);
	check_opportunities(&base, &customer);
	rate = discount_in_unit(PG_GETARG_FLOAT8(4), model->time_unit, for_ever);
	return model_number(rt_base_discounted_purchases(&base, &customer,
													 for_ever ? INFINITY : get_time(fcinfo, 5),
													 rate));
}

bool
get_clv_arguments(FunctionCallInfo fcinfo, int first, const char *function, ClvArguments *a)
{
	const rt_model *model = a->model = model_from_datum(PG_GETARG_DATUM(first));
	const rt_model *spend = a->spend_model = model_from_datum(PG_GETARG_DATUM(first + 1));
	HistoryBytes history = history_bytes(PG_GETARG_DATUM(first + 2));
	DateADT		as_of = as_of_date(PG_GETARG_DATEADT(first + 3));
	bool		for_ever = PG_NARGS() == first + 5;
	rt_rfm		rfm;
	bool		found = false;

	check_customer_base(model, function, &a->base);
	check_model_input(spend, RT_INPUT_SPEND, function);
	rt_gamma_gamma_from_model(spend, &a->spend);
	a->rate = discount_in_unit(PG_GETARG_FLOAT8(first + (for_ever ? 4 : 5)), model->time_unit,
							   for_ever);
	a->margin = for_ever ? 1 : check_margin(PG_GETARG_FLOAT8(first + 6));
	a->horizon = for_ever ? INFINITY : get_horizon(fcinfo, first + 4, &a->base, model->time_unit);
	if (history.size > 0)
		check_history_status(rt_history_rfm(history.bytes, history.size, as_of, &rfm, &found), 0);
	if (!found)
		return false;
	if (a->base.kind->input == RT_INPUT_OPPORTUNITIES)
		opportunities_of_history(history, as_of, model->time_unit, &a->customer);
	else
		a->customer = (rt_customer) {rfm.frequency, rfm.recency / model->time_unit,
										rfm.customer_age / model->time_unit};
	a->x = rfm.has_value ? rfm.frequency : 0;
	a->mean = rfm.monetary_value;
	a->value = rt_gamma_gamma_expected_value(&a->spend, a->x, a->mean);
	return !isnan(a->value);
}

Datum
value_clv(PG_FUNCTION_ARGS)
{
	ClvArguments a;
	double		purchases;

	if (!get_clv_arguments(fcinfo, 0, "clv", &a))
		PG_RETURN_NULL();
	purchases = rt_base_discounted_purchases(&a.base, &a.customer, a.horizon, a.rate);
	PG_RETURN_DATUM(money_datum(a.margin * a.value * purchases));
}

/* What clv would be if they were still a customer, with the chance that they are not */
Datum
value_at_risk(PG_FUNCTION_ARGS)
{
	ClvArguments a;
	double		gone,
				purchases;

	if (!get_clv_arguments(fcinfo, 0, "value_at_risk", &a))
		PG_RETURN_NULL();
	gone = rt_base_p_gone(&a.base, &a.customer);
	if (gone == 0)
		PG_RETURN_DATUM(money_datum(0));
	purchases = rt_base_discounted_if_alive(&a.base, &a.customer, a.horizon, a.rate);
	PG_RETURN_DATUM(money_datum(a.margin * a.value * gone * purchases));
}
