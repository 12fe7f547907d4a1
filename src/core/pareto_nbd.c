/*
 * pareto_nbd.c
 *		Customers who may leave at any time.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/gauss_legendre.h"
#include "core/optimize.h"
#include "core/pareto_nbd.h"
#include "core/places.h"
#include "core/poll.h"
#include "core/special.h"

/*
 * The integral from 0 to t of (1 + u/a)^-p (1 + u/b)^-(q + 1) du, and the means under it
 * of what its derivatives take.  b, a above 0; p, q not negative.
 */
typedef struct integral
{
	double		value;
	double		log_a;			/* mean of ln(1 + u/a) */
	double		log_b;
	double		inverse_a;		/* mean of 1/(a + u) */
	double		inverse_b;
} integral;

/*
 * t may be infinite when p is 1 or more.
 *
 * In v = ln(1 + u/b), in panels that double from where the integrand begins to fall.
 * While u is not yet large against a, its exponent may grow by a factor e for each unit
 * of v: none is longer.
 */
static void
integrate(double a, double p, double b, double q, double t, bool means, integral *result)
{
	double		end = log1p(t / b);
	double		rate = q + p * b / a;
	double		from = 0;
	double		to = fmin(end, rate > 1 ? 1 / rate : 1);
	double		value = 0,
				log_a = 0,
				log_b = 0,
				inverse_a = 0,
				inverse_b = 0;

	while (from < end)
	{
		double		middle = (from + to) / 2;
		double		half = (to - from) / 2;

		for (int i = 0; i < RT_GAUSS_POINTS; i++)
		{
			double		v = middle + half * rt_gauss_nodes[i];
			double		growth = expm1(v);
			double		u = b * growth;
			double		ln_a = log1p(u / a);
			double		term = rt_gauss_weights[i] * half * exp(-q * v - p * ln_a);

			value += term;
			if (means)
			{
				log_a += term * ln_a;
				log_b += term * v;
				inverse_a += term / (a + u);
				inverse_b += term / (b + u);
			}
		}

		/* what is left falls at least as fast as here, or, where a is the smaller one, as at the end */
		from = to;
		if (from < end)
		{
			double		far = b * exp(from) / (a + b * expm1(from));

			if (exp(-q * from - p * log1p(b * expm1(from) / a)) * fmin(end - from, 1 / (q + p * fmin(far, 1))) <= DBL_EPSILON / 100 * value)
				break;
		}
		to = fmin(end, b * expm1(from) > 100 * a ? 2 * from : fmin(2 * from, from + 1));
	}

	/* du = b exp(v) dv; exp(v) was taken against one power of 1 + u/b */
	result->value = value * b;
	result->log_a = log_a / value;
	result->log_b = log_b / value;
	result->inverse_a = inverse_a / value;
	result->inverse_b = inverse_b / value;
}

/* ln of the odds that she has gone: s int ... against (alpha + age)^-m (beta + age)^-s */
static double
log_odds_gone(const rt_pareto_nbd *model, const rt_customer *customer)
{
	double		m = model->r + customer->x;
	double		a = model->alpha + customer->t_x;
	double		b = model->beta + customer->t_x;
	double		silence = customer->age - customer->t_x;
	integral	gone;

	if (silence == 0)
		return -INFINITY;
	integrate(a, m, b, model->s, silence, false, &gone);
	return log(model->s) + log(gone.value / b) + m * log1p(silence / a) + model->s * log1p(silence / b);
}

double
rt_pareto_nbd_log_likelihood(const rt_pareto_nbd *model, const rt_customer *customer)
{
	double		odds = log_odds_gone(model, customer);

	return rt_log_gamma_ratio(model->r, customer->x) - model->r * log1p(customer->age / model->alpha) -
		customer->x * log(model->alpha + customer->age) - model->s * log1p(customer->age / model->beta) +
		fmax(odds, 0) + log1p(exp(-fabs(odds)));
}

double
rt_pareto_nbd_p_alive(const rt_pareto_nbd *model, const rt_customer *customer)
{
	return 1 / (1 + exp(log_odds_gone(model, customer)));
}

double
rt_pareto_nbd_p_gone(const rt_pareto_nbd *model, const rt_customer *customer)
{
	return 1 / (1 + exp(-log_odds_gone(model, customer)));
}

double
rt_pareto_nbd_p_alive_after(const rt_pareto_nbd *model, const rt_customer *customer, double t)
{
	if (!(t >= 0))
		return NAN;
	return rt_pareto_nbd_p_alive(model, customer) * exp(-model->s * log1p(t / (model->beta + customer->age)));
}

/* Of who is still here: the integral of (1 + u/beta)^-s; s = 1 is no exception of it, only of the usual formula */
static double
lifetime_if_alive(const rt_pareto_nbd *model, const rt_customer *customer, double t)
{
	double		beta = model->beta + customer->age;
	double		growth = log1p(t / beta);
	double		power = (model->s - 1) * growth;

	if (isinf(t))
		return model->s > 1 ? beta / (model->s - 1) : INFINITY;
	return beta * growth * (fabs(power) < 1e-12 ? 1 - power / 2 : -expm1(-power) / power);
}

double
rt_pareto_nbd_expected_lifetime(const rt_pareto_nbd *model, const rt_customer *customer, double t)
{
	double		alive = rt_pareto_nbd_p_alive(model, customer);

	if (!(t >= 0))
		return NAN;
	return alive == 0 ? 0 : alive * lifetime_if_alive(model, customer, t);
}

/* While she is alive she buys (r + x)/(alpha + age) times in a unit of time */
double
rt_pareto_nbd_expected_purchases(const rt_pareto_nbd *model, const rt_customer *customer, double t)
{
	if (!(t >= 0) || isinf(t))
		return NAN;
	return (model->r + customer->x) / (model->alpha + customer->age) * rt_pareto_nbd_expected_lifetime(model, customer, t);
}

/* While she is alive, with (1 + u/beta)^-s, in panels of the scale on which this and the discount fall */
double
rt_pareto_nbd_discounted_if_alive(const rt_pareto_nbd *model, const rt_customer *customer, double t, double rate)
{
	double		beta = model->beta + customer->age;
	double		from = 0;
	double		sum = 0;

	if (!(t >= 0 && rate >= 0) || (isinf(t) && rate == 0))
		return NAN;
	if (rate == 0)
		return (model->r + customer->x) / (model->alpha + customer->age) * lifetime_if_alive(model, customer, t);
	while (from < t)
	{
		double		step = 1 / (rate / 6 + (model->s / 6 + 1) / (beta + from));
		double		half = (fmin(t, from + step) - from) / 2;

		for (int i = 0; i < RT_GAUSS_POINTS; i++)
		{
			double		u = from + half * (1 + rt_gauss_nodes[i]);

			sum += rt_gauss_weights[i] * half * exp(-rate * u - model->s * log1p(u / beta));
		}
		from = fmin(t, from + step);
		if (exp(-rate * from - model->s * log1p(from / beta)) * fmin(t - from, 1 / rate) <= DBL_EPSILON * sum)
			break;
	}
	return (model->r + customer->x) / (model->alpha + customer->age) * sum;
}

/* She buys before she leaves and before t */
double
rt_pareto_nbd_purchase_probability(const rt_pareto_nbd *model, const rt_customer *customer, double t)
{
	double		m = model->r + customer->x;
	double		alpha = model->alpha + customer->age;
	integral	first;

	if (!(t >= 0))
		return NAN;
	if (t == 0)
		return 0;
	integrate(model->beta + customer->age, model->s, alpha, m, t, false, &first);
	return fmin(1, m / alpha * first.value) * rt_pareto_nbd_p_alive(model, customer);
}

/*
 * n purchases by t, and she is still there then; or by the time u at which she left,
 * in panels that double from the shorter of the two scales on.
 */
double
rt_pareto_nbd_purchase_pmf(const rt_pareto_nbd *model, const rt_customer *customer, int n, double t)
{
	double		m = model->r + customer->x;
	double		alpha = model->alpha + customer->age;
	double		beta = model->beta + customer->age;
	double		log_factor = rt_log_gamma_ratio(m, n) - lgamma(n + 1.0);
	double		step = fmin(alpha / (m + n), beta / (model->s + 1));
	double		from = 0;
	double		sum;

	if (!(t >= 0) || n < 0)
		return NAN;
	if (t == 0)
		return n == 0 ? 1 : 0;
	sum = exp(log_factor - m * log1p(t / alpha) + n * (log(t) - log(alpha + t)) - model->s * log1p(t / beta));
	while (from < t)
	{
		double		to = fmin(t, from + step);
		double		middle = (from + to) / 2;
		double		half = (to - from) / 2;

		for (int i = 0; i < RT_GAUSS_POINTS; i++)
		{
			double		u = middle + half * rt_gauss_nodes[i];

			sum += rt_gauss_weights[i] * half * model->s / (beta + u) *
				exp(log_factor - m * log1p(u / alpha) + n * (log(u) - log(alpha + u)) - model->s * log1p(u / beta));
		}
		from = to;
		step *= 1.5;
	}
	return sum * rt_pareto_nbd_p_alive(model, customer) + (n == 0 ? rt_pareto_nbd_p_gone(model, customer) : 0);
}

/* ----------------------------------------------------------------- fitting */

typedef struct fit_data
{
	const rt_customers *customers;
	rt_places	places;
} fit_data;

/* The means of a place */
enum
{
	LOG_ALPHA, LOG_BETA, INVERSE_ALPHA, INVERSE_BETA	/* of ln((alpha + u)/alpha), 1/(alpha + u) and so on */
};

/*
 * The likelihood and its gradient by ln r, ln(alpha / r), ln s and ln(beta / s), as in
 * bg_nbd.c.
 */
static double
objective(const double *x, double *gradient, void *argument)
{
	const fit_data *data = argument;
	const rt_customers *customers = data->customers;
	double		r = exp(x[0]);
	double		alpha = exp(x[0] + x[1]);
	double		s = exp(x[2]);
	double		beta = exp(x[2] + x[3]);
	double		by_r = 0,
				by_alpha = 0,
				by_s = 0,
				by_beta = 0,
				value = 0;
	size_t		i = 0;

	for (size_t j = data->places.count; j-- > 0;)
	{
		rt_place   *p = &data->places.places[j];
		const rt_place *next = rt_places_next(&data->places, j);
		double		t = p->t / customers->time_unit;
		double		until = next != NULL ? (next->t - p->t) / customers->time_unit : INFINITY;
		integral	rest;

		rt_poll_each(j);
		integrate(alpha + t, r + p->x, beta + t, s, until, true, &rest);
		p->log_weight = x[2] + log(rest.value / (beta + t));
		p->means[LOG_ALPHA] = rest.log_a + log1p(t / alpha);
		p->means[LOG_BETA] = rest.log_b + log1p(t / beta);
		p->means[INVERSE_ALPHA] = rest.inverse_a;
		p->means[INVERSE_BETA] = rest.inverse_b;
		if (next != NULL)
			rt_place_add_next(p, next, -(r + p->x) * log1p(until / (alpha + t)) - s * log1p(until / (beta + t)));
	}
	while (i < customers->row_count)
	{
		double		n = customers->rows[i].x;
		double		m = r + n;
		double		gamma_term = rt_log_gamma_ratio(r, n);
		double		digamma_term = rt_digamma_difference(r, n);

		for (; i < customers->row_count && customers->rows[i].x == n; i++)
		{
			double		weight = customers->rows[i].weight;
			double		t_x = customers->rows[i].t_x / customers->time_unit;
			double		age = customers->rows[i].age / customers->time_unit;
			double		log_alpha = log1p(age / alpha);
			double		log_beta = log1p(age / beta);
			double		here,	/* the terms of the sum, each over its largest: who is still here; */
						left,	/* who left after t_x; */
						later = 0;	/* less who left after age */
			double		log_largest;
			double		sum;
			rt_place	from = {0},
						to = {0};

			rt_poll_each(i);
			if (n >= 1)
			{
				from = data->places.places[data->places.indexes[2 * i]];
				to = data->places.places[data->places.indexes[2 * i + 1]];
				from.log_weight += m * log1p((age - t_x) / (alpha + t_x)) + s * log1p((age - t_x) / (beta + t_x));
			}
			else if (age > t_x)
			{
				integral	all;

				integrate(alpha + t_x, m, beta + t_x, s, age - t_x, true, &all);
				from.log_weight = x[2] + log(all.value / (beta + t_x)) +
					m * log1p((age - t_x) / (alpha + t_x)) + s * log1p((age - t_x) / (beta + t_x));
				from.means[LOG_ALPHA] = all.log_a + log1p(t_x / alpha);
				from.means[LOG_BETA] = all.log_b + log1p(t_x / beta);
				from.means[INVERSE_ALPHA] = all.inverse_a;
				from.means[INVERSE_BETA] = all.inverse_b;
			}
			else
				from.log_weight = -INFINITY;
			log_largest = fmax(from.log_weight, 0);
			here = exp(-log_largest);
			left = exp(from.log_weight - log_largest);
			if (n >= 1)
				later = exp(to.log_weight - log_largest);
			sum = here + left - later;
			value += weight * (gamma_term - r * log_alpha - n * (log_alpha + x[0] + x[1]) - s * log_beta + log_largest + log(sum));
			by_r += weight * (digamma_term - (here * log_alpha + left * from.means[LOG_ALPHA] - later * to.means[LOG_ALPHA]) / sum);
			by_alpha += weight * (r / alpha - m * (here / (alpha + age) + left * from.means[INVERSE_ALPHA] - later * to.means[INVERSE_ALPHA]) / sum);
			by_s += weight * ((left - later) / s - here * log_beta - left * from.means[LOG_BETA] + later * to.means[LOG_BETA]) / sum;
			by_beta += weight * (s / beta - (here * s / (beta + age) + (s + 1) * (left * from.means[INVERSE_BETA] - later * to.means[INVERSE_BETA])) / sum);
		}
	}
	gradient[0] = by_r * r + by_alpha * alpha;
	gradient[1] = by_alpha * alpha;
	gradient[2] = by_s * s + by_beta * beta;
	gradient[3] = by_beta * beta;
	return value;
}

static bool
all_alike(const double *x, const void *data)
{
	(void) data;
	return x[0] > RT_ALIKE || x[2] > RT_ALIKE;
}

void
rt_pareto_nbd_fit_model(const rt_customers *customers, void *workspace, rt_fit *fit)
{
	static const double logarithms[16] = {
		1, 0, 0, 0,
		1, 1, 0, 0,
		0, 0, 1, 0,
		0, 0, 1, 1
	};
	static const double moves[3 * 4] = {
		0, 0, 0, 0,
		-1, 0, -2, 2,
		1, 0, 1, 0
	};
	double		total = 0,
				purchases = 0,
				time = 0,
				age = 0;
	double		rate;
	fit_data	data;
	rt_optimum	best;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_customer_row *row = &customers->rows[i];

		total += row->weight;
		purchases += row->weight * row->x;
		time += row->weight * ((row->x > 0 ? row->t_x : row->age) / customers->time_unit);
		age += row->weight * (row->age / customers->time_unit);
	}
	data.customers = customers;
	rt_places_make(customers, workspace, &data.places);
	rate = log(time / purchases);
	age = log(age / total);
	{
		double		lower[4] = {log(1e-4), rate - log(1e6), log(1e-6), age - log(1e7)};
		double		upper[4] = {log(1e6), rate + log(1e6), log(1e6), age + log(1e7)};
		double		start[4] = {0, rate, log(0.5), age + log(2)};

		rt_maximize_from(objective, &data, 4, lower, upper, all_alike, total, start, moves, 3, &best);
	}
	rt_fit_from_optimum(objective, &data, 4, logarithms, &best, fit);
}
