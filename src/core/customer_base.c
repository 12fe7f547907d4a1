/*
 * customer_base.c
 *		Any model of who is still a customer.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "core/customer_base.h"
#include "core/poll.h"

bool
rt_base_from_model(const rt_model *model, rt_base *base)
{
	base->kind = rt_kind_by_id(model->id);
	memcpy(base->parameters, model->parameters, sizeof(base->parameters));
	return base->kind->base != NULL;
}

rt_customer
rt_model_customer(const rt_model *model, double x, int32_t first, int32_t last, int32_t as_of)
{
	return (rt_customer) {x, rt_season_days(model->season, first, last) / model->time_unit,
							 rt_season_days(model->season, first, as_of) / model->time_unit};
}

double
rt_model_time(const rt_model *model, int32_t as_of, double days)
{
	return rt_season_days_ahead(model->season, as_of, days) / model->time_unit;
}

bool
rt_base_needs_intervals(const rt_base *base)
{
	return base->kind->needs_intervals && base->parameters[0] > 1;
}

bool
rt_recency_row_valid(const rt_fit_row *row)
{
	return row->customer.t_x <= row->customer.age &&
		(row->customer.x > 0 || row->customer.t_x == 0);
}

rt_customers_totals
rt_customers_total(const rt_customers *customers)
{
	rt_customers_totals totals = {0, 0, 0, 0};

	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_fit_row *row = &customers->rows[i];

		rt_poll_each(i);
		totals.customers += row->weight;
		totals.purchases += row->weight * row->customer.x;
		totals.time +=
			row->weight * ((row->customer.x > 0 ? row->customer.t_x : row->customer.age) /
						   customers->time_unit);
		totals.age += row->weight * (row->customer.age / customers->time_unit);
	}
	return totals;
}

double
rt_base_log_likelihood(const rt_base *base, const rt_customer *customer, double sum_log)
{
	return base->kind->base->log_likelihood(base, customer, sum_log);
}

double
rt_base_p_alive(const rt_base *base, const rt_customer *customer)
{
	return base->kind->base->p_alive(base, customer);
}

double
rt_base_p_gone(const rt_base *base, const rt_customer *customer)
{
	return base->kind->base->p_gone(base, customer);
}

double
rt_base_log_odds_left(const rt_base *base, const rt_customer *customer, double *log_silence)
{
	return base->kind->base->log_odds_left(base, customer, log_silence);
}

double
rt_base_leaving(const rt_base *base)
{
	return base->kind->base->leaving(base);
}

bool
rt_base_rates(const rt_base *base, double *shape, double *rate)
{
	if (base->kind->base->rates == NULL)
		return false;
	base->kind->base->rates(base, shape, rate);
	return true;
}

double
rt_base_p_alive_after(const rt_base *base, const rt_customer *customer, double t)
{
	return base->kind->base->p_alive_after(base, customer, t);
}

double
rt_base_expected_lifetime(const rt_base *base, const rt_customer *customer, double t)
{
	return base->kind->base->expected_lifetime(base, customer, t);
}

double
rt_base_expected_purchases(const rt_base *base, const rt_customer *customer, double t)
{
	return base->kind->base->expected_purchases(base, customer, t);
}

double
rt_base_discounted_if_alive(const rt_base *base, const rt_customer *customer, double t, double rate)
{
	return base->kind->base->discounted_if_alive(base, customer, t, rate);
}

double
rt_base_discounted_purchases(const rt_base *base, const rt_customer *customer, double t,
							 double rate)
{
	double		alive = rt_base_p_alive(base, customer);

	/* what nobody is there for may be beyond doubles */
	return alive == 0 ? 0 : alive * rt_base_discounted_if_alive(base, customer, t, rate);
}

rt_base
rt_base_moved(const rt_base *base, int parameter, double steps)
{
	rt_base		moved = *base;

	moved.parameters[parameter] *= exp(steps * RT_SLOPE_STEP);
	return moved;
}

/* Of a function of the model by the logarithm of each parameter that is no whole number */
static void
base_slopes(double (*function) (const rt_base *base, const rt_customer *customer, double t),
			const rt_base *base, const rt_customer *customer, double t, double *slopes)
{
	for (int i = base->kind->has_whole_k ? 1 : 0; i < base->kind->parameter_count; i++)
	{
		rt_base		above = rt_base_moved(base, i, 1);
		rt_base		below = rt_base_moved(base, i, -1);

		rt_poll();
		slopes[i] = (function(&above, customer, t) - function(&below, customer, t)) /
			(2 * RT_SLOPE_STEP);
	}
}

static double
base_p_alive(const rt_base *base, const rt_customer *customer, double t)
{
	return rt_base_p_alive(base, customer);
}

static double
base_expected_if_alive(const rt_base *base, const rt_customer *customer, double t)
{
	return rt_base_discounted_if_alive(base, customer, t, 0);
}

void
rt_base_p_alive_slopes(const rt_base *base, const rt_customer *customer, double *slopes)
{
	if (base->kind->base->p_alive_slopes != NULL)
		base->kind->base->p_alive_slopes(base, customer, slopes);
	else
		base_slopes(base_p_alive, base, customer, 0, slopes);
}

int
rt_base_phases(const rt_base *base, const rt_customer *customer, double phases[RT_K_MAX],
			   double slopes[][RT_K_MAX])
{
	if (base->kind->base->phases != NULL && base->kind->has_whole_k)
	{
		base->kind->base->phases(base, customer, phases, slopes);
		return (int) base->parameters[0];
	}
	phases[0] = 1;
	for (int i = 0; slopes != NULL && i < RT_PARAMETERS_MAX; i++)
		slopes[i][0] = 0;
	return 1;
}

void
rt_base_outlook(const rt_base *base, const rt_customer *customer, int phase, double t,
				bool with_slopes, rt_outlook *outlook)
{
	if (base->kind->base->outlook != NULL)
	{
		base->kind->base->outlook(base, customer, phase, t, with_slopes, outlook);
		return;
	}
	outlook->expected = base_expected_if_alive(base, customer, t);
	outlook->pairs = base->kind->base->pairs_if_alive(base, customer, t);
	if (with_slopes)
		base_slopes(base_expected_if_alive, base, customer, t, outlook->slopes);
}

double
rt_base_purchase_probability(const rt_base *base, const rt_customer *customer, double t)
{
	return base->kind->base->purchase_probability(base, customer, t);
}

double
rt_base_purchase_pmf(const rt_base *base, const rt_customer *customer, int n, double t)
{
	return base->kind->base->purchase_pmf(base, customer, n, t);
}
