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

#include "core/seasonal.h"
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

/*
 * Behind the point a double has at least so many digits of one unit of money: what is below is less
 * than its rounding, and a customer who is worth 1e-300 is worth nothing, not 300 zeros
 */
#define MONEY_DIGITS 16

Datum
money_datum(double value)
{
	Datum		money = DirectFunctionCall1(float8_numeric, model_number(value));

	if (DatumGetInt32(DirectFunctionCall1(numeric_scale, money)) > MONEY_DIGITS)
		money = DirectFunctionCall1(numeric_trim_scale,
									DirectFunctionCall2(numeric_round, money,
														Int32GetDatum(MONEY_DIGITS)));
	return money;
}

/* The model of argument 0 */
static const rt_kind *
get_spend(FunctionCallInfo fcinfo, const char *function, rt_gamma_gamma *spend)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));

	check_spend_model(model, function);
	rt_gamma_gamma_from_model(model, spend);
	return rt_kind_by_id(model->id);
}

/* The value of an order to expect of who has spent this; NaN where there is none */
static double
expected_value(const rt_kind *kind, const rt_gamma_gamma *spend, const rt_rfm *rfm, double *x,
			   double *mean)
{
	if (kind->spend->with_first)
	{
		*x = rfm->valued_days;
		*mean = rfm->mean_amount;
	}
	else
	{
		*x = rfm->has_value ? rfm->frequency : 0;
		*mean = rfm->monetary_value;
	}
	return kind->spend->expected_value(spend, *x, *mean);
}

Datum
value_expected_order_value(PG_FUNCTION_ARGS)
{
	HistoryBytes history = history_bytes(PG_GETARG_DATUM(1));
	rt_gamma_gamma spend;
	rt_rfm		rfm;
	bool		found = false;
	double		value,
				x,
				mean;
	const rt_kind *kind = get_spend(fcinfo, "expected_order_value", &spend);

	if (history.size > 0)
		check_history_status(rt_history_rfm(history.bytes, history.size,
											as_of_date(PG_GETARG_DATEADT(2)), &rfm, &found),
							 0);
	if (!found)
		PG_RETURN_NULL();
	value = expected_value(kind, &spend, &rfm, &x, &mean);
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
	const rt_kind *kind = get_spend(fcinfo, "expected_order_value", &spend);

	check_orders(x, mean);
	value = kind->spend->expected_value(&spend, x, mean);
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
	DateADT		as_of = PG_GETARG_DATEADT(2);
	bool		for_ever = PG_NARGS() == 4;
	double		rate;
	double		horizon = INFINITY;
	rt_base		base;
	rt_customer customer;

	check_customer_base(model, "discounted_expected_purchases", &base);
	rate = discount_in_unit(PG_GETARG_FLOAT8(3), model->time_unit, for_ever);
	if (!for_ever)
		horizon = get_horizon(fcinfo, 4, model, &base, as_of);
	if (!customer_of_history(PG_GETARG_DATUM(1), as_of, model, &base, &customer))
		PG_RETURN_NULL();
	if (rt_model_is_seasonal(model))
		return model_number(rt_seasonal_discounted(model, &base, &customer, as_of,
												   for_ever ? INFINITY :
												   get_interval_days(fcinfo, 4), rate));
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
	check_no_season(model, "discounted_expected_purchases");
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
	check_spend_model(spend, function);
	rt_gamma_gamma_from_model(spend, &a->spend);
	a->rate = discount_in_unit(PG_GETARG_FLOAT8(first + (for_ever ? 4 : 5)), model->time_unit,
							   for_ever);
	a->margin = for_ever ? 1 : check_margin(PG_GETARG_FLOAT8(first + 6));
	a->as_of = as_of;
	a->days = for_ever ? INFINITY : get_interval_days(fcinfo, first + 4);
	a->horizon = for_ever ? INFINITY : get_horizon(fcinfo, first + 4, model, &a->base, as_of);
	if (history.size > 0)
		check_history_status(rt_history_rfm(history.bytes, history.size, as_of, &rfm, &found), 0);
	if (!found)
		return false;
	if (a->base.kind->input == RT_INPUT_OPPORTUNITIES)
		opportunities_of_history(history, as_of, model->time_unit, &a->customer);
	else
		a->customer = customer_of_rfm(model, &rfm, as_of);
	a->value = expected_value(rt_kind_by_id(spend->id), &a->spend, &rfm, &a->x, &a->mean);
	return !isnan(a->value);
}

double
clv_purchases(const ClvArguments *a)
{
	return rt_model_is_seasonal(a->model) ?
		rt_seasonal_discounted(a->model, &a->base, &a->customer, a->as_of, a->days, a->rate) :
		rt_base_discounted_purchases(&a->base, &a->customer, a->horizon, a->rate);
}

double
clv_purchases_if_alive(const ClvArguments *a)
{
	return rt_model_is_seasonal(a->model) ?
		rt_seasonal_discounted_if_alive(a->model, &a->base, &a->customer, a->as_of, a->days,
										a->rate) :
		rt_base_discounted_if_alive(&a->base, &a->customer, a->horizon, a->rate);
}

Datum
value_clv(PG_FUNCTION_ARGS)
{
	ClvArguments a;

	if (!get_clv_arguments(fcinfo, 0, "clv", &a))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(money_datum(a.margin * a.value * clv_purchases(&a)));
}

/* What clv would be if they were still a customer, with the chance that they are not */
Datum
value_at_risk(PG_FUNCTION_ARGS)
{
	ClvArguments a;
	double		gone;

	if (!get_clv_arguments(fcinfo, 0, "value_at_risk", &a))
		PG_RETURN_NULL();
	gone = rt_base_p_gone(&a.base, &a.customer);
	if (gone == 0)
		PG_RETURN_DATUM(money_datum(0));
	PG_RETURN_DATUM(money_datum(a.margin * a.value * gone * clv_purchases_if_alive(&a)));
}
