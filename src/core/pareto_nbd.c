/*
 * pareto_nbd.c
 *		Customers who may leave at any time: Pareto/NBD.
 *
 * While they are a customer they buy at random with a rate lambda, and leave with a rate
 * mu; lambda is Gamma(r, rate alpha), mu is Gamma(s, rate beta) across customers.  With
 * m = r + x the log-likelihood of a customer is
 *
 *		ln Gamma(m) - ln Gamma(r) + r ln alpha + s ln beta
 *			+ ln{ (alpha + age)^-m (beta + age)^-s
 *				  + s int_{t_x}^{age} (alpha + u)^-m (beta + u)^-(s + 1) du }
 *
 * where the integral is what the papers write as a difference of two hypergeometric
 * functions; it is computed as it stands, of positive terms.  Times are in the model's
 * unit.
 *
 * Sources: Schmittlein, Morrison, Colombo (1987), "Counting your customers"; Fader,
 * Hardie (2005), "A note on deriving the Pareto/NBD model".
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/customer_base.h"
#include "core/lifetime.h"
#include "core/optimize.h"
#include "core/places.h"
#include "core/poll.h"
#include "core/simulate.h"
#include "core/special.h"

/* Its parameters in their order */
enum
{
	R, ALPHA, S, BETA
};

#define ALL 40.0				/* but for exp(-40) */

/* From an age on */
static rt_lifetime
pareto_nbd_lifetime_at(const rt_base *base, double age)
{
	return rt_lifetime_pareto(base->parameters[S], base->parameters[BETA] + age);
}

/* What is known of their rate of buying is Gamma(shape, scale) at an age */
static double
pareto_nbd_shape(const rt_base *base, const rt_customer *customer)
{
	return fmin(base->parameters[R] + customer->x, DBL_MAX);
}

static double
pareto_nbd_scale(const rt_base *base, double age)
{
	return fmin(base->parameters[ALPHA] + age, DBL_MAX);
}

static double
pareto_nbd_log_odds_gone(const rt_base *base, const rt_customer *customer)
{
	rt_lifetime life = pareto_nbd_lifetime_at(base, customer->t_x);

	return rt_lifetime_log_odds_gone(&life, pareto_nbd_scale(base, customer->t_x),
									 pareto_nbd_shape(base, customer),
									 customer->age - customer->t_x);
}

static double
pareto_nbd_log_likelihood(const rt_base *base, const rt_customer *customer, double sum_log)
{
	rt_lifetime start = pareto_nbd_lifetime_at(base, 0);
	rt_lifetime life = pareto_nbd_lifetime_at(base, customer->t_x);

	return rt_lifetime_log_likelihood(&start, &life, base->parameters[ALPHA], base->parameters[R],
									  customer);
}

static double
pareto_nbd_p_alive(const rt_base *base, const rt_customer *customer)
{
	return 1 / (1 + exp(pareto_nbd_log_odds_gone(base, customer)));
}

static double
pareto_nbd_p_gone(const rt_base *base, const rt_customer *customer)
{
	return 1 / (1 + exp(-pareto_nbd_log_odds_gone(base, customer)));
}

static double
pareto_nbd_p_alive_after(const rt_base *base, const rt_customer *customer, double t)
{
	rt_lifetime life = pareto_nbd_lifetime_at(base, customer->age);

	if (!(t >= 0))
		return NAN;
	return pareto_nbd_p_alive(base, customer) *
		exp(-base->parameters[S] * rt_lifetime_left(&life, t));
}

/*
 * Of who is still here: the integral of (1 + u/beta)^-s; s = 1 is no exception of it, only of the
 * usual formula
 */
static double
pareto_nbd_lifetime_if_alive(const rt_base *base, const rt_customer *customer, double t)
{
	rt_lifetime life = pareto_nbd_lifetime_at(base, customer->age);
	double		growth,
				power;

	if (isinf(t))
		return base->parameters[S] > 1 ? life.c / (base->parameters[S] - 1) : INFINITY;
	growth = rt_lifetime_left(&life, t);
	if ((1 + base->parameters[S]) * growth < 1e-9)
		return t * (1 - base->parameters[S] * growth / 2);
	power = (base->parameters[S] - 1) * growth;
	if (power < -ALL)
		return exp(life.log_c - power - log1p(-base->parameters[S]));
	return life.c * growth * (fabs(power) < 1e-12 ? 1 - power / 2 : -expm1(-power) / power);
}

static double
pareto_nbd_expected_lifetime(const rt_base *base, const rt_customer *customer, double t)
{
	double		alive = pareto_nbd_p_alive(base, customer);

	if (!(t >= 0))
		return NAN;
	return alive == 0 ? 0 : alive * pareto_nbd_lifetime_if_alive(base, customer, t);
}

/* Whoever is here buys (r + x)/(alpha + age) times in a unit of time */
static double
pareto_nbd_purchases_in(const rt_base *base, const rt_customer *customer, double time)
{
	return rt_lifetime_purchases(pareto_nbd_shape(base, customer),
								 pareto_nbd_scale(base, customer->age), time);
}

static double
pareto_nbd_expected_purchases(const rt_base *base, const rt_customer *customer, double t)
{
	if (!(t >= 0) || isinf(t))
		return NAN;
	return pareto_nbd_purchases_in(base, customer, pareto_nbd_expected_lifetime(base, customer, t));
}

static double
pareto_nbd_discounted_if_alive(const rt_base *base, const rt_customer *customer, double t,
							   double rate)
{
	rt_lifetime life = pareto_nbd_lifetime_at(base, customer->age);

	if (!(t >= 0 && rate >= 0) || (isinf(t) && rate == 0))
		return NAN;
	return pareto_nbd_purchases_in(
								   base, customer,
								   rate == 0 ? pareto_nbd_lifetime_if_alive(base, customer, t) :
								   exp(rt_lifetime_integral(&life, 1, 0, RT_LIFETIME_STAYS, rate,
															t, 0, NULL)));
}

static double
pareto_nbd_purchase_probability(const rt_base *base, const rt_customer *customer, double t)
{
	rt_lifetime life = pareto_nbd_lifetime_at(base, customer->age);

	if (!(t >= 0))
		return NAN;
	return pareto_nbd_p_alive(base, customer) *
		fmin(1, exp(rt_lifetime_integral(&life, pareto_nbd_scale(base, customer->age),
										 pareto_nbd_shape(base, customer), RT_LIFETIME_BUYS, 0,
										 t, 0, NULL)));
}

static double
pareto_nbd_purchase_pmf(const rt_base *base, const rt_customer *customer, int n, double t)
{
	rt_lifetime life = pareto_nbd_lifetime_at(base, customer->age);

	if (!(t >= 0) || n < 0)
		return NAN;
	return rt_lifetime_purchase_pmf(&life, pareto_nbd_scale(base, customer->age),
									pareto_nbd_shape(base, customer), n, t) *
		pareto_nbd_p_alive(base, customer) +
		(n == 0 ? pareto_nbd_p_gone(base, customer) : 0);
}

/* -------------------------------------------------------------- simulation */

static void
pareto_nbd_start_life(const rt_base *base, rt_random *random, rt_life *life)
{
	life->lambda = rt_random_gamma(random, base->parameters[R]) / base->parameters[ALPHA];
	life->end = -log(rt_random_uniform(random)) /
		(rt_random_gamma(random, base->parameters[S]) / base->parameters[BETA]);
}

static void
pareto_nbd_go_on(const rt_base *base, const rt_customer *customer, rt_random *random, rt_life *life)
{
	rt_base		now = *base;

	now.parameters[R] += customer->x;
	now.parameters[ALPHA] += customer->age;
	now.parameters[BETA] += customer->age;

	pareto_nbd_start_life(&now, random, life);
}

/* ----------------------------------------------------------------- fitting */

typedef struct fit_data
{
	const rt_customers *customers;
	rt_places	places;
} fit_data;

/*
 * Who left from t_x on, until later or ever: in the terms of a place, with means from the beginning
 * on
 */
static void
pareto_nbd_who_left(double r, double alpha, double s, double beta, double x, double t_x,
					double until, double *log_weight, double *means)
{
	rt_lifetime life = rt_lifetime_pareto(s, beta + t_x);

	*log_weight = rt_lifetime_integral(&life, alpha + t_x, r + x, RT_LIFETIME_LEAVES, 0, until,
									   t_x, means);
	means[RT_LIFETIME_LOG_ALPHA] += log1p(t_x / alpha);
	means[RT_LIFETIME_LEFT] += log1p(t_x / beta);
}

/*
 * The likelihood and its gradient by ln r, ln(alpha / r), ln s and ln(beta / s), as in
 * bg_nbd.c.
 */
static double
pareto_nbd_objective(const double *x, double *gradient, void *argument)
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

		rt_poll_each(j);
		pareto_nbd_who_left(r, alpha, s, beta, p->x, t, until, &p->log_weight, p->means);
		if (next != NULL)
			rt_place_add_next(
							  p, next, -(r + p->x) * log1p(until / (alpha + t)) - s *
							  log1p(until / (beta + t)));
	}
	while (i < customers->row_count)
	{
		double		n = customers->rows[i].customer.x;
		double		m = r + n;
		double		gamma_term = rt_log_gamma_ratio(r, n);
		double		digamma_term = rt_digamma_difference(r, n);

		for (; i < customers->row_count && customers->rows[i].customer.x == n; i++)
		{
			double		weight = customers->rows[i].weight;
			double		t_x = customers->rows[i].customer.t_x / customers->time_unit;
			double		age = customers->rows[i].customer.age / customers->time_unit;
			double		log_alpha = log1p(age / alpha);
			double		log_beta = log1p(age / beta);

			/* the terms of the sum, each over its largest: who is still here; */
			double		here,
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
				from.log_weight +=
					m * log1p((age - t_x) / (alpha + t_x)) + s * log1p((age - t_x) / (beta + t_x));
			}
			else if (age > t_x)
			{
				pareto_nbd_who_left(r, alpha, s, beta, n, t_x, age - t_x, &from.log_weight,
									from.means);
				from.log_weight +=
					m * log1p((age - t_x) / (alpha + t_x)) + s * log1p((age - t_x) / (beta + t_x));
			}
			else
				from.log_weight = -INFINITY;
			log_largest = fmax(from.log_weight, 0);
			here = exp(-log_largest);
			left = exp(from.log_weight - log_largest);
			if (n >= 1)
				later = exp(to.log_weight - log_largest);
			sum = here + left - later;
			value += weight * (gamma_term - r * log_alpha - n * (log_alpha + x[0] + x[1]) -
							   s * log_beta + log_largest + log(sum));
			by_r += weight *
				(digamma_term - (here * log_alpha + left * from.means[RT_LIFETIME_LOG_ALPHA] -
								 later * to.means[RT_LIFETIME_LOG_ALPHA]) /
				 sum);
			by_alpha += weight * (r / alpha - m *
								  (here / (alpha + age) +
								   left * from.means[RT_LIFETIME_INVERSE_ALPHA] -
								   later * to.means[RT_LIFETIME_INVERSE_ALPHA]) /
								  sum);
			by_s += weight *
				((left - later) / s - here * log_beta - left * from.means[RT_LIFETIME_LEFT] +
				 later * to.means[RT_LIFETIME_LEFT]) /
				sum;
			by_beta +=
				weight * (s / beta - (here * s / (beta + age) +
									  (s + 1) * (left * from.means[RT_LIFETIME_INVERSE_BETA] -
												 later * to.means[RT_LIFETIME_INVERSE_BETA])) /
						  sum);
		}
	}
	gradient[0] = by_r * r + by_alpha * alpha;
	gradient[1] = by_alpha * alpha;
	gradient[2] = by_s * s + by_beta * beta;
	gradient[3] = by_beta * beta;
	return value;
}

static bool
pareto_nbd_all_alike(const double *x, const void *data)
{
	(void) data;
	return x[0] > RT_ALIKE || x[2] > RT_ALIKE;
}

static void
pareto_nbd_fit(const rt_kind *kind, int k, const rt_customers *customers, void *workspace,
			   rt_fit *fit)
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
		const rt_fit_row *row = &customers->rows[i];

		total += row->weight;
		purchases += row->weight * row->customer.x;
		time += row->weight * ((row->customer.x > 0 ? row->customer.t_x : row->customer.age) /
							   customers->time_unit);
		age += row->weight * (row->customer.age / customers->time_unit);
	}
	data.customers = customers;
	rt_places_make(customers, workspace, &data.places);
	rate = log(time / purchases);
	age = log(age / total);
	{
		double		lower[4] = {log(1e-4), rate - log(1e6), log(1e-6), age - log(1e7)};
		double		upper[4] = {log(1e6), rate + log(1e6), log(1e6), age + log(1e7)};
		double		start[4] = {0, rate, log(0.5), age + log(2)};

		rt_maximize_from(pareto_nbd_objective, &data, 4, lower, upper, pareto_nbd_all_alike, total,
						 start, moves, 3, &best);
	}
	rt_fit_from_optimum(pareto_nbd_objective, &data, 4, logarithms, &best, fit);
}

/* ---------------------------------------------------------------- the kind */

static const rt_base_functions pareto_nbd_base = {
	.log_likelihood = pareto_nbd_log_likelihood,
	.p_alive = pareto_nbd_p_alive,
	.p_gone = pareto_nbd_p_gone,
	.p_alive_after = pareto_nbd_p_alive_after,
	.expected_lifetime = pareto_nbd_expected_lifetime,
	.expected_purchases = pareto_nbd_expected_purchases,
	.discounted_if_alive = pareto_nbd_discounted_if_alive,
	.purchase_probability = pareto_nbd_purchase_probability,
	.purchase_pmf = pareto_nbd_purchase_pmf,
	.start_life = pareto_nbd_start_life,
	.go_on = pareto_nbd_go_on
};

const rt_kind rt_pareto_nbd_kind = {
	.id = 6,
	.name = "pareto/nbd",
	.parameter_count = 4,
	.parameters = {"r", "alpha", "s", "beta"},
	.input = RT_INPUT_RECENCY,
	.row_valid = rt_recency_row_valid,
	.fit_workspace = rt_places_workspace,
	.fit = pareto_nbd_fit,
	.base = &pareto_nbd_base
};
