/*
 * customer_base.c
 *		What a model of a customer base says of a customer.
 *
 * Each function exists for a history and a date, and for plain numbers in the
 * model's unit.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <float.h>
#include <math.h>

#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "core/calendar.h"
#include "core/customer_base.h"
#include "core/opportunity.h"
#include "core/cycle.h"
#include "core/lost.h"
#include "core/seasonal.h"
#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/composite.h"
#include "pg/customer_base.h"
#include "pg/cycle.h"
#include "pg/errors.h"
#include "pg/gamma_gamma_all.h"
#include "pg/history.h"
#include "pg/model.h"

PG_FUNCTION_INFO_V1(customer_base_p_alive);
PG_FUNCTION_INFO_V1(customer_base_p_alive_numbers);
PG_FUNCTION_INFO_V1(customer_base_p_alive_after);
PG_FUNCTION_INFO_V1(customer_base_p_alive_after_numbers);
PG_FUNCTION_INFO_V1(customer_base_churn_score);
PG_FUNCTION_INFO_V1(customer_base_churn_score_numbers);
PG_FUNCTION_INFO_V1(customer_base_expected_purchases);
PG_FUNCTION_INFO_V1(customer_base_expected_purchases_numbers);
PG_FUNCTION_INFO_V1(customer_base_expected_purchases_new);
PG_FUNCTION_INFO_V1(customer_base_expected_purchases_on);
PG_FUNCTION_INFO_V1(customer_base_expected_purchases_new_number);
PG_FUNCTION_INFO_V1(customer_base_lifetime);
PG_FUNCTION_INFO_V1(customer_base_lifetime_numbers);
PG_FUNCTION_INFO_V1(customer_base_purchase_probability);
PG_FUNCTION_INFO_V1(customer_base_purchase_probability_numbers);
PG_FUNCTION_INFO_V1(customer_base_purchase_pmf);
PG_FUNCTION_INFO_V1(customer_base_purchase_pmf_on);
PG_FUNCTION_INFO_V1(customer_base_purchase_pmf_number);
PG_FUNCTION_INFO_V1(customer_base_lost_on);
PG_FUNCTION_INFO_V1(customer_base_log_likelihood);
PG_FUNCTION_INFO_V1(customer_base_log_likelihood_numbers);
PG_FUNCTION_INFO_V1(customer_base_opportunities);

/* --------------------------------------------------------------- arguments */

static void
check_time(double value, const char *name)
{
	if (!(value >= 0) || isinf(value))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("%s of a customer must not be negative, and finite, but is %g", name,
							   value)));
}

rt_customer
get_customer(FunctionCallInfo fcinfo, int first)
{
	rt_customer customer;

	customer.x = PG_GETARG_FLOAT8(first);
	customer.t_x = PG_GETARG_FLOAT8(first + 1);
	customer.age = PG_GETARG_FLOAT8(first + 2);
	check_time(customer.x, "x");
	check_time(customer.t_x, "t_x");
	check_time(customer.age, "T");
	if (customer.t_x > customer.age)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a customer's last purchase at t_x = %g lies behind T = %g", customer.t_x,
						customer.age),
				 errhint("t_x is the time from the first purchase to the last one, T from the "
						 "first one to now.")));
	if (customer.x == 0 && customer.t_x > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a customer without a repeat purchase has t_x = %g", customer.t_x),
				 errhint("t_x is the time from the first purchase to the last one, 0 where these "
						 "are the same.")));
	return customer;
}

void
check_customer_base(const rt_model *model, const char *function, rt_base *base)
{
	if (!rt_base_from_model(model, base))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s needs a model of who is still a customer, not of kind \"%s\"", function,
						rt_kind_by_id(model->id)->name),
				 errhint("Such as fit_model('bg/nbd', ...).")));
}

void
check_opportunities(const rt_base *base, const rt_customer *customer)
{
	if (base->kind->input == RT_INPUT_OPPORTUNITIES)
		check_whole_opportunities(customer);
}

void
check_whole_opportunities(const rt_customer *customer)
{
	if (!rt_opportunities_valid(customer))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("x = %g, t_x = %g, T = %g are not numbers of opportunities", customer->x,
						customer->t_x, customer->age),
				 errhint("A model of kind \"bg/bb\" takes x purchases, the last at the t_x-th of T "
						 "opportunities: whole numbers up to 2^53, x <= t_x <= T.")));
}

/* The model of argument 0 */
static const rt_model *
get_model(FunctionCallInfo fcinfo, const char *function, rt_base *base)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));

	check_customer_base(model, function, base);
	return model;
}

bool
opportunities_of_history(HistoryBytes history, DateADT as_of, double time_unit,
						 rt_customer *customer)
{
	int32		on_stack[DATES_ON_STACK];
	size_t		count;
	int32	   *dates = history_dates(history, as_of, on_stack, DATES_ON_STACK, &count);

	if (count == 0)
		return false;
	rt_opportunities(dates, count, as_of, time_unit, customer);
	return true;
}

rt_customer
customer_of_rfm(const rt_model *model, const rt_rfm *rfm, DateADT as_of)
{
	DateADT		first = (DateADT) ((double) as_of - rfm->customer_age);

	return rt_model_customer(model, rfm->frequency, first,
							 (DateADT) ((double) first + rfm->recency), as_of);
}

bool
customer_of_history(Datum value, DateADT date, const rt_model *model, const rt_base *base,
					rt_customer *customer)
{
	HistoryBytes history = history_bytes(value);
	DateADT		as_of = as_of_date(date);
	rt_rfm		rfm;
	bool		found = false;

	if (base->kind->input == RT_INPUT_OPPORTUNITIES)
		return opportunities_of_history(history, as_of, model->time_unit, customer);
	if (history.size > 0)
		check_history_status(rt_history_recency(history.bytes, history.size, as_of, &rfm, &found),
							 0);
	if (found)
		*customer = customer_of_rfm(model, &rfm, as_of);
	return found;
}

static double
horizon_in_unit(const rt_model *model, const rt_base *base, double days, double season_days)
{
	return fmin(DBL_MAX / 4, base->kind->input == RT_INPUT_OPPORTUNITIES ?
				rt_opportunities_within(days, model->time_unit) :
				season_days / model->time_unit);
}

double
get_horizon(FunctionCallInfo fcinfo, int argument, const rt_model *model, const rt_base *base,
			DateADT as_of)
{
	double		days = get_interval_days(fcinfo, argument);

	return horizon_in_unit(model, base, days,
						   rt_season_days_ahead(model->season, as_of_date(as_of), days));
}

double
get_mean_horizon(FunctionCallInfo fcinfo, int argument, const rt_model *model, const rt_base *base)
{
	double		days = get_interval_days(fcinfo, argument);

	return horizon_in_unit(model, base, days, days);
}

void
check_no_season(const rt_model *model, const char *function)
{
	if (rt_model_is_seasonal(model))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of x, t_x and T can't tell real time by a model with a season",
						function),
				 errhint("Give the customer's history and as_of, from which it knows the "
						 "dates.")));
}

/* --------------------------------------------------------------- functions */

/* What a model says of a customer and a time from now on */
typedef double (*score_function) (const rt_base *base, const rt_customer *customer, double time);

/* Of arguments model, history, as_of and perhaps an interval */
static Datum
score_of_history(FunctionCallInfo fcinfo, const char *function, score_function score)
{
	rt_base		base;
	rt_customer customer;
	const rt_model *model = get_model(fcinfo, function, &base);
	double		time = PG_NARGS() > 3 ?
		get_horizon(fcinfo, 3, model, &base, PG_GETARG_DATEADT(2)) : 0;

	if (!customer_of_history(PG_GETARG_DATUM(1), PG_GETARG_DATEADT(2), model, &base, &customer))
		PG_RETURN_NULL();
	return model_number(score(&base, &customer, time));
}

/* Of arguments model, x, t_x, T and perhaps a time */
static Datum
score_of_numbers(FunctionCallInfo fcinfo, const char *function, score_function score)
{
	rt_base		base;
	rt_customer customer;

	get_model(fcinfo, function, &base);
	customer = get_customer(fcinfo, 1);
	check_opportunities(&base, &customer);
	return model_number(score(&base, &customer, PG_NARGS() > 4 ? get_time(fcinfo, 4) : 0));
}

static double
p_alive_now(const rt_base *base, const rt_customer *customer, double time)
{
	return rt_base_p_alive(base, customer);
}

static double
p_gone_now(const rt_base *base, const rt_customer *customer, double time)
{
	return rt_base_p_gone(base, customer);
}

Datum
customer_base_p_alive(PG_FUNCTION_ARGS)
{
	return score_of_history(fcinfo, "p_alive", p_alive_now);
}

Datum
customer_base_p_alive_numbers(PG_FUNCTION_ARGS)
{
	return score_of_numbers(fcinfo, "p_alive", p_alive_now);
}

Datum
customer_base_p_alive_after(PG_FUNCTION_ARGS)
{
	return score_of_history(fcinfo, "p_alive", rt_base_p_alive_after);
}

Datum
customer_base_p_alive_after_numbers(PG_FUNCTION_ARGS)
{
	return score_of_numbers(fcinfo, "p_alive", rt_base_p_alive_after);
}

Datum
customer_base_churn_score(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));
	double		silence;

	if (model_input(model) != RT_INPUT_INTERVALS)
		return score_of_history(fcinfo, "churn_score", p_gone_now);
	if (!silence_probability(PG_GETARG_DATUM(1), PG_GETARG_DATEADT(2), model, &silence))
		PG_RETURN_NULL();
	return model_number(1 - silence);
}

Datum
customer_base_churn_score_numbers(PG_FUNCTION_ARGS)
{
	return score_of_numbers(fcinfo, "churn_score", p_gone_now);
}

Datum
customer_base_expected_purchases(PG_FUNCTION_ARGS)
{
	return score_of_history(fcinfo, "expected_purchases", rt_base_expected_purchases);
}

Datum
customer_base_expected_purchases_numbers(PG_FUNCTION_ARGS)
{
	return score_of_numbers(fcinfo, "expected_purchases", rt_base_expected_purchases);
}

/* Only customers who hardly leave may stay for ever; with a horizon nobody does */
static Datum
lifetime_number(double value, bool for_ever)
{
	return for_ever && isinf(value) ? Float8GetDatum(value) : model_number(value);
}

/* In days; of arguments model, history, as_of and perhaps an interval */
Datum
customer_base_lifetime(PG_FUNCTION_ARGS)
{
	rt_base		base;
	rt_customer customer;
	const rt_model *model = get_model(fcinfo, "expected_remaining_lifetime", &base);
	bool		for_ever = PG_NARGS() == 3;
	DateADT		as_of = PG_GETARG_DATEADT(2);
	double		horizon = for_ever ? INFINITY : get_horizon(fcinfo, 3, model, &base, as_of);
	double		lifetime;

	if (!customer_of_history(PG_GETARG_DATUM(1), as_of, model, &base, &customer))
		PG_RETURN_NULL();
	lifetime = rt_model_is_seasonal(model) ?
		rt_seasonal_lifetime(model, &base, &customer, as_of,
							 for_ever ? INFINITY : get_interval_days(fcinfo, 3)) :
		rt_base_expected_lifetime(&base, &customer, horizon);
	PG_RETURN_FLOAT8(DatumGetFloat8(lifetime_number(lifetime, for_ever)) * model->time_unit);
}

/* Of arguments model, x, t_x, T and perhaps a time */
Datum
customer_base_lifetime_numbers(PG_FUNCTION_ARGS)
{
	rt_base		base;
	rt_customer customer;
	const rt_model *model = get_model(fcinfo, "expected_remaining_lifetime", &base);
	bool		for_ever = PG_NARGS() == 4;

	customer = get_customer(fcinfo, 1);
	check_opportunities(&base, &customer);
	check_no_season(model, "expected_remaining_lifetime");
	return lifetime_number(rt_base_expected_lifetime(&base, &customer,
													 for_ever ? INFINITY : get_time(fcinfo, 4)),
						   for_ever);
}

Datum
customer_base_purchase_probability(PG_FUNCTION_ARGS)
{
	return score_of_history(fcinfo, "purchase_probability", rt_base_purchase_probability);
}

Datum
customer_base_purchase_probability_numbers(PG_FUNCTION_ARGS)
{
	return score_of_numbers(fcinfo, "purchase_probability", rt_base_purchase_probability);
}

void
check_lost_score(double score)
{
	if (!(score > 0 && score < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a churn score of %g is not between 0 and 1", score)));
}

bool
lost_day(Datum value, DateADT as_of, const rt_model *model, double score, DateADT *day)
{
	HistoryBytes history;
	rt_base		base;
	rt_rfm		rfm;
	rt_customer customer;
	bool		found = false;
	double		first,
				age;

	if (model_input(model) == RT_INPUT_INTERVALS)
		return silence_day(value, as_of, model, 1 - score, day);
	check_customer_base(model, "lost_on", &base);
	history = history_bytes(value);
	if (history.size > 0)
		check_history_status(rt_history_recency(history.bytes, history.size, as_of, &rfm, &found),
							 0);
	if (!found)
		return false;
	first = (double) as_of - rfm.customer_age;
	if (base.kind->input == RT_INPUT_OPPORTUNITIES)
	{
		opportunities_of_history(history, as_of, model->time_unit, &customer);

		/* what they bought at the opportunity that is not over shows that they are still here */
		if (rt_opportunities_over((DateADT) first, (DateADT) (first + rfm.recency),
								  model->time_unit) >= customer.age)
			return false;
	}
	else
		customer = customer_of_rfm(model, &rfm, as_of);
	age = rt_lost_age(model, &base, &customer, (DateADT) first, rfm.recency, rfm.customer_age,
					  score);
	if (age < 0)
		return false;
	*day = (DateADT) (first + age);
	return true;
}

/* Of arguments history, as_of, model and perhaps a churn_score */
Datum
customer_base_lost_on(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(2));
	DateADT		as_of = as_of_date(PG_GETARG_DATEADT(1));
	double		score = PG_NARGS() > 3 ? PG_GETARG_FLOAT8(3) : rt_default_lost_score(model);
	DateADT		day;

	check_lost_score(score);
	if (!lost_day(PG_GETARG_DATUM(0), as_of, model, score, &day))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(day);
}

/* Just after the first purchase */
static const rt_customer new_customer = {0, 0, 0};

Datum
customer_base_expected_purchases_new(PG_FUNCTION_ARGS)
{
	rt_base		base;
	const rt_model *model = get_model(fcinfo, "expected_purchases", &base);
	double		horizon = get_mean_horizon(fcinfo, 1, model, &base);

	return model_number(rt_base_expected_purchases(&base, &new_customer, horizon));
}

/* Of arguments model, first_day and horizon */
Datum
customer_base_expected_purchases_on(PG_FUNCTION_ARGS)
{
	rt_base		base;
	const rt_model *model = get_model(fcinfo, "expected_purchases", &base);
	double		horizon =
		get_horizon(fcinfo, 2, model, &base, finite_date(PG_GETARG_DATEADT(1), "first_day"));

	return model_number(rt_base_expected_purchases(&base, &new_customer, horizon));
}

Datum
customer_base_expected_purchases_new_number(PG_FUNCTION_ARGS)
{
	rt_base		base;

	get_model(fcinfo, "expected_purchases", &base);
	return model_number(rt_base_expected_purchases(&base, &new_customer, get_time(fcinfo, 1)));
}

/* The number of purchases of argument 1 */
static int
get_number(FunctionCallInfo fcinfo)
{
	int32		n = PG_GETARG_INT32(1);

	if (n < 0 || n > 10000000)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d is no number of purchases between 0 and 10000000", n)));
	return n;
}

Datum
customer_base_purchase_pmf(PG_FUNCTION_ARGS)
{
	rt_base		base;
	const rt_model *model = get_model(fcinfo, "purchase_pmf", &base);

	return model_number(rt_base_purchase_pmf(&base, &new_customer, get_number(fcinfo),
											 get_mean_horizon(fcinfo, 2, model, &base)));
}

/* Of arguments model, n, first_day and horizon */
Datum
customer_base_purchase_pmf_on(PG_FUNCTION_ARGS)
{
	rt_base		base;
	const rt_model *model = get_model(fcinfo, "purchase_pmf", &base);
	int			n = get_number(fcinfo);
	double		horizon =
		get_horizon(fcinfo, 3, model, &base, finite_date(PG_GETARG_DATEADT(2), "first_day"));

	return model_number(rt_base_purchase_pmf(&base, &new_customer, n, horizon));
}

Datum
customer_base_purchase_pmf_number(PG_FUNCTION_ARGS)
{
	rt_base		base;

	get_model(fcinfo, "purchase_pmf", &base);
	return model_number(rt_base_purchase_pmf(&base, &new_customer, get_number(fcinfo),
											 get_time(fcinfo, 2)));
}

Datum
customer_base_log_likelihood(PG_FUNCTION_ARGS)
{
	rt_base		base;
	rt_customer customer;
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));
	double		sum_log = 0;
	double		log_factors = 0;

	if (model_input(model) == RT_INPUT_AMOUNTS)
		return amounts_log_likelihood(fcinfo, model);
	check_customer_base(model, "log_likelihood", &base);
	if (!customer_of_history(PG_GETARG_DATUM(1), PG_GETARG_DATEADT(2), model, &base, &customer))
		PG_RETURN_NULL();
	if (rt_base_needs_intervals(&base) || rt_model_is_seasonal(model))
	{
		int32		on_stack[DATES_ON_STACK];
		size_t		count;
		int32	   *dates =
			history_dates(history_bytes(PG_GETARG_DATUM(1)), as_of_date(PG_GETARG_DATEADT(2)),
						  on_stack, DATES_ON_STACK, &count);

		if (rt_model_is_seasonal(model))
		{
			sum_log = rt_model_sum_log(model, dates, count);
			log_factors = rt_season_sum_log(model->season, dates + 1, count - 1);
		}
		else
		{
			rt_intervals intervals;

			rt_intervals_from_dates(dates, count, &intervals);
			sum_log = intervals.sum_log - customer.x * log(model->time_unit);
		}
	}
	return model_number(rt_base_log_likelihood(&base, &customer, sum_log) + log_factors);
}

Datum
customer_base_log_likelihood_numbers(PG_FUNCTION_ARGS)
{
	rt_base		base;
	rt_customer customer;
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));
	double		sum_log = PG_NARGS() > 4 ? PG_GETARG_FLOAT8(4) : 0;

	if (model_input(model) == RT_INPUT_AMOUNTS && PG_NARGS() == 4)
		return amounts_log_likelihood(fcinfo, model);
	check_customer_base(model, "log_likelihood", &base);
	customer = get_customer(fcinfo, 1);
	check_opportunities(&base, &customer);
	if (!isfinite(sum_log))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%g is no sum of logarithms of intervals", sum_log)));
	if (rt_base_needs_intervals(&base) && customer.x > 0 && PG_NARGS() == 4)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the likelihood of intervals with k = %d depends on each of them",
							   (int) base.parameters[0]),
						errhint("Give the sum of their logarithms as the last argument.")));
	return model_number(rt_base_log_likelihood(&base, &customer, sum_log));
}

/* Of arguments history, as_of and the time unit; in the order of the type opportunities */
Datum
customer_base_opportunities(PG_FUNCTION_ARGS)
{
	rt_customer customer;
	Datum		values[3];
	bool		nulls[3] = {false, false, false};

	if (!opportunities_of_history(history_bytes(PG_GETARG_DATUM(0)),
								  as_of_date(PG_GETARG_DATEADT(1)),
								  check_time_unit(PG_GETARG_FLOAT8(2)), &customer))
		PG_RETURN_NULL();
	values[0] = Float8GetDatum(customer.x);
	values[1] = Float8GetDatum(customer.t_x);
	values[2] = Float8GetDatum(customer.age);
	return composite_row(fcinfo, 3, values, nulls);
}
