/*
 * ggompertz_nbd.c
 *		Customers who may leave at any time, and the likelier the longer they are customers:
 *		GG/NBD.
 *
 * While they are a customer they buy at random with a rate lambda; they leave with a hazard
 * eta b exp(b u) at the age u, a Gompertz lifetime.  lambda is Gamma(r, rate alpha), eta is
 * Gamma(s, rate beta) across customers.  With g(u) = (beta - 1 + exp(b u)) / beta, to the
 * power -s the chance to be still here at the age u, and m = r + x the log-likelihood of
 * a customer is
 *
 *		ln Gamma(m) - ln Gamma(r) + r ln alpha
 *			+ ln{ (alpha + age)^-m g(age)^-s
 *				  + s int_{t_x}^{age} (alpha + u)^-m g(u)^-(s + 1) g'(u) du }
 *
 * For b to 0 with beta / b fixed it is Pareto/NBD with beta / b for beta.  Times are in the
 * model's unit.
 *
 * Source: Bemmaor, Glady (2012), "Modeling purchasing behavior with sudden death: a
 * flexible customer lifetime model".
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
	R, ALPHA, B, S, BETA
};

/* From an age on */
static rt_lifetime
ggompertz_nbd_lifetime_at(const double *parameters, double age)
{
	return rt_lifetime_gompertz(parameters[B], parameters[S], parameters[BETA], age);
}

/* What is known of their rate of buying is Gamma(shape, scale) at an age */
static double
ggompertz_nbd_shape(const rt_base *base, const rt_customer *customer)
{
	return fmin(base->parameters[R] + customer->x, DBL_MAX);
}

static double
ggompertz_nbd_scale(const rt_base *base, double age)
{
	return fmin(base->parameters[ALPHA] + age, DBL_MAX);
}

static double
ggompertz_nbd_log_odds_gone(const rt_base *base, const rt_customer *customer)
{
	rt_lifetime life = ggompertz_nbd_lifetime_at(base->parameters, customer->t_x);

	return rt_lifetime_log_odds_gone(&life, ggompertz_nbd_scale(base, customer->t_x),
									 ggompertz_nbd_shape(base, customer),
									 customer->age - customer->t_x);
}

static double
ggompertz_nbd_log_likelihood(const rt_base *base, const rt_customer *customer, double sum_log)
{
	rt_lifetime start = ggompertz_nbd_lifetime_at(base->parameters, 0);
	rt_lifetime life = ggompertz_nbd_lifetime_at(base->parameters, customer->t_x);

	return rt_lifetime_log_likelihood(&start, &life, base->parameters[ALPHA], base->parameters[R],
									  customer);
}

static double
ggompertz_nbd_p_alive(const rt_base *base, const rt_customer *customer)
{
	return 1 / (1 + exp(ggompertz_nbd_log_odds_gone(base, customer)));
}

static double
ggompertz_nbd_p_gone(const rt_base *base, const rt_customer *customer)
{
	return 1 / (1 + exp(-ggompertz_nbd_log_odds_gone(base, customer)));
}

static double
ggompertz_nbd_p_alive_after(const rt_base *base, const rt_customer *customer, double t)
{
	rt_lifetime life = ggompertz_nbd_lifetime_at(base->parameters, customer->age);

	if (!(t >= 0))
		return NAN;
	return ggompertz_nbd_p_alive(base, customer) * exp(-life.s * rt_lifetime_left(&life, t));
}

/* The time until t that who is here now will be, each u counting exp(-discount u) */
static double
ggompertz_nbd_lifetime_if_alive(const rt_base *base, const rt_customer *customer, double t,
								double discount)
{
	rt_lifetime life = ggompertz_nbd_lifetime_at(base->parameters, customer->age);

	return exp(rt_lifetime_integral(&life, 1, 0, RT_LIFETIME_STAYS, discount, t, 0, NULL));
}

static double
ggompertz_nbd_expected_lifetime(const rt_base *base, const rt_customer *customer, double t)
{
	double		alive = ggompertz_nbd_p_alive(base, customer);

	if (!(t >= 0))
		return NAN;
	return alive == 0 ? 0 : alive * ggompertz_nbd_lifetime_if_alive(base, customer, t, 0);
}

/* Whoever is here buys (r + x)/(alpha + age) times in a unit of time */
static double
ggompertz_nbd_purchases_in(const rt_base *base, const rt_customer *customer, double time)
{
	return rt_lifetime_purchases(ggompertz_nbd_shape(base, customer),
								 ggompertz_nbd_scale(base, customer->age), time);
}

static double
ggompertz_nbd_expected_purchases(const rt_base *base, const rt_customer *customer, double t)
{
	if (!(t >= 0) || isinf(t))
		return NAN;
	return ggompertz_nbd_purchases_in(base, customer,
									  ggompertz_nbd_expected_lifetime(base, customer, t));
}

static double
ggompertz_nbd_discounted_if_alive(const rt_base *base, const rt_customer *customer, double t,
								  double rate)
{
	if (!(t >= 0 && rate >= 0))
		return NAN;
	return ggompertz_nbd_purchases_in(base, customer,
									  ggompertz_nbd_lifetime_if_alive(base, customer, t, rate));
}

static double
ggompertz_nbd_purchase_probability(const rt_base *base, const rt_customer *customer, double t)
{
	rt_lifetime life = ggompertz_nbd_lifetime_at(base->parameters, customer->age);

	if (!(t >= 0))
		return NAN;
	return ggompertz_nbd_p_alive(base, customer) *
		fmin(1, exp(rt_lifetime_integral(&life, ggompertz_nbd_scale(base, customer->age),
										 ggompertz_nbd_shape(base, customer), RT_LIFETIME_BUYS,
										 0, t, 0, NULL)));
}

static double
ggompertz_nbd_purchase_pmf(const rt_base *base, const rt_customer *customer, int n, double t)
{
	rt_lifetime life = ggompertz_nbd_lifetime_at(base->parameters, customer->age);

	if (!(t >= 0) || n < 0)
		return NAN;
	return rt_lifetime_purchase_pmf(&life, ggompertz_nbd_scale(base, customer->age),
									ggompertz_nbd_shape(base, customer), n, t) *
		ggompertz_nbd_p_alive(base, customer) +
		(n == 0 ? ggompertz_nbd_p_gone(base, customer) : 0);
}

/* -------------------------------------------------------------- simulation */

static void
ggompertz_nbd_start_life(const rt_base *base, rt_random *random, rt_life *life)
{
	const double *p = base->parameters;

	life->lambda = rt_random_gamma(random, p[R]) / p[ALPHA];
	life->end =
		log1p(-log(rt_random_uniform(random)) / (rt_random_gamma(random, p[S]) / p[BETA])) / p[B];
}

/* eta exp(b age) is their rate now: its distribution has the scale of beta exp(-b age) */
static void
ggompertz_nbd_go_on(const rt_base *base, const rt_customer *customer, rt_random *random,
					rt_life *life)
{
	rt_base		now = *base;
	double		b = base->parameters[B];

	now.parameters[R] += customer->x;
	now.parameters[ALPHA] += customer->age;

	now.parameters[BETA] =
		(base->parameters[BETA] + expm1(b * customer->age)) * exp(-b * customer->age);
	ggompertz_nbd_start_life(&now, random, life);
}

/* ----------------------------------------------------------------- fitting */

typedef struct fit_data
{
	const rt_customers *customers;
	rt_places	places;
	double		mean_age;
} fit_data;

/*
 * Who left from t_x on, until later or ever: in the terms of a place, with means from the beginning
 * on
 */
static void
ggompertz_nbd_who_left(const double *m, double x, double t_x, double until, double *log_weight,
					   double *means)
{
	rt_lifetime start = ggompertz_nbd_lifetime_at(m, 0);
	rt_lifetime life = ggompertz_nbd_lifetime_at(m, t_x);

	*log_weight = rt_lifetime_integral(&life, m[ALPHA] + t_x, m[R] + x, RT_LIFETIME_LEAVES, 0,
									   until, t_x, means);
	means[RT_LIFETIME_LOG_ALPHA] += log1p(t_x / m[ALPHA]);
	means[RT_LIFETIME_LEFT] += rt_lifetime_left(&start, t_x);
}

/*
 * The likelihood and its gradient by ln r, ln(alpha / r), ln b, ln s and ln(beta / (b s)): the
 * last is the logarithm of a lifetime, which stays where b goes to 0 or s to infinity.
 */
static double
ggompertz_nbd_objective(const double *x, double *gradient, void *argument)
{
	fit_data   *data = argument;
	const rt_customers *customers = data->customers;
	const double m[] = {exp(x[0]), exp(x[0] + x[1]), exp(x[2]), exp(x[3]), exp(x[2] + x[3] + x[4])};
	rt_lifetime start = ggompertz_nbd_lifetime_at(m, 0);
	double		by_r = 0,
				by_alpha = 0,
				by_b = 0,
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

		rt_poll();
		ggompertz_nbd_who_left(m, p->x, t, until, &p->log_weight, p->means);
		if (next != NULL)
		{
			rt_lifetime life = ggompertz_nbd_lifetime_at(m, t);

			rt_place_add_next(p, next,
							  -(m[R] + p->x) * log1p(until / (m[ALPHA] + t)) -
							  m[S] * rt_lifetime_left(&life, until));
		}
	}
	while (i < customers->row_count)
	{
		double		n = customers->rows[i].customer.x;
		double		shape = m[R] + n;
		double		gamma_term = rt_log_gamma_ratio(m[R], n);
		double		digamma_term = rt_digamma_difference(m[R], n);

		for (; i < customers->row_count && customers->rows[i].customer.x == n; i++)
		{
			double		weight = customers->rows[i].weight;
			double		t_x = customers->rows[i].customer.t_x / customers->time_unit;
			double		age = customers->rows[i].customer.age / customers->time_unit;
			double		log_alpha = log1p(age / m[ALPHA]);
			double		log_left = rt_lifetime_left(&start, age);
			double		inverse_c = 1 / (m[BETA] * exp(-m[B] * age) - expm1(-m[B] * age));
			double		inverse_beta = exp(-m[B] * age) * inverse_c;

			/* the terms of the sum, each over its largest: who is still here; */
			double		here,
						gone,	/* who left after t_x; */
						later = 0;	/* less who left after age */
			double		log_largest;
			double		sum;
			rt_place	from = {0},
						to = {0};

			rt_poll();
			if (n >= 1)
			{
				from = data->places.places[data->places.indexes[2 * i]];
				to = data->places.places[data->places.indexes[2 * i + 1]];
			}
			else if (age > t_x)
				ggompertz_nbd_who_left(m, n, t_x, age - t_x, &from.log_weight, from.means);
			else
				from.log_weight = -INFINITY;
			from.log_weight += shape * log1p((age - t_x) / (m[ALPHA] + t_x)) +
				m[S] * (log_left - rt_lifetime_left(&start, t_x));
			log_largest = fmax(from.log_weight, 0);
			here = exp(-log_largest);
			gone = exp(from.log_weight - log_largest);
			if (n >= 1)
				later = exp(to.log_weight - log_largest);
			sum = here + gone - later;
			value += weight * (gamma_term - m[R] * log_alpha - n * (log_alpha + x[0] + x[1]) -
							   m[S] * log_left + log_largest + log(sum));
			by_r += weight *
				(digamma_term - (here * log_alpha + gone * from.means[RT_LIFETIME_LOG_ALPHA] -
								 later * to.means[RT_LIFETIME_LOG_ALPHA]) /
				 sum);
			by_alpha +=
				weight * (m[R] / m[ALPHA] - shape *
						  (here / (m[ALPHA] + age) +
						   gone * from.means[RT_LIFETIME_INVERSE_ALPHA] -
						   later * to.means[RT_LIFETIME_INVERSE_ALPHA]) /
						  sum);
			by_b += weight *
				((gone - later) / m[B] + gone * from.means[RT_LIFETIME_BY_B] -
				 later * to.means[RT_LIFETIME_BY_B] - here * m[S] * age * inverse_c) /
				sum;
			by_s += weight *
				((gone - later) / m[S] - here * log_left - gone * from.means[RT_LIFETIME_LEFT] +
				 later * to.means[RT_LIFETIME_LEFT]) /
				sum;
			by_beta += weight * (m[S] / m[BETA] -
								 (here * m[S] * inverse_beta +
								  (m[S] + 1) * (gone * from.means[RT_LIFETIME_INVERSE_BETA] -
												later * to.means[RT_LIFETIME_INVERSE_BETA])) /
								 sum);
		}
	}
	gradient[0] = by_r * m[R] + by_alpha * m[ALPHA];
	gradient[1] = by_alpha * m[ALPHA];
	gradient[2] = by_b * m[B] + by_beta * m[BETA];
	gradient[3] = by_s * m[S] + by_beta * m[BETA];
	gradient[4] = by_beta * m[BETA];
	return value;
}

/* A lifetime without ageing is that of Pareto/NBD: ln b as good as at its bound */
static bool
ggompertz_nbd_all_alike(const double *x, const void *data)
{
	return x[0] > RT_ALIKE || x[3] > RT_ALIKE ||
		x[2] < -log(((const fit_data *) data)->mean_age) - RT_ALIKE;
}

#define STARTS 5
#define FEW_ROWS 2000
#define WORTH 1e-6				/* of a log-likelihood: less is no other mode */

static void
ggompertz_nbd_fit(const rt_kind *kind, int k, const rt_customers *customers, void *workspace,
				  rt_fit *fit)
{
	static const double logarithms[25] = {
		1, 0, 0, 0, 0,
		1, 1, 0, 0, 0,
		0, 0, 1, 0, 0,
		0, 0, 0, 1, 0,
		0, 0, 1, 1, 1
	};

	/*
	 * from beta = 1, without ageing, and from both sides of it: of s b only the product counts
	 * there, a ridge that parts two modes
	 */
	static const double moves[STARTS * 5] = {
		0, 0, 0, 0, 0,
		0, 0, -3, 0, 0,
		0, 0, 0, 0, 2,
		0, 0, 1, 0, -2,
		-1, 0, 1, 1, 1
	};
	double		total = 0,
				purchases = 0,
				time = 0,
				age = 0;
	double		rate;
	fit_data	data = {.customers = customers};
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
	rt_places_make(customers, workspace, &data.places);
	rate = log(time / purchases);
	data.mean_age = age / total;
	age = log(data.mean_age);
	{
		double		lower[5] = {log(1e-4), rate - log(1e6), -age - log(1e6), log(1e-6), age -
		log(1e7)};
		double		upper[5] = {log(1e6), rate + log(1e6), -age + log(1e3), log(1e6), age +
		log(1e7)};
		double		start[5] = {0, rate, -age, log(0.5), age + log(2)};

		/* few customers leave several modes */
		if (customers->row_count <= FEW_ROWS)
		{
			for (int i = 0; i < STARTS; i++)
			{
				rt_optimum	next;

				rt_maximize_from(ggompertz_nbd_objective, &data, 5, lower, upper,
								 ggompertz_nbd_all_alike, total, start, moves + 5 * i, 1, &next);
				if (i == 0 || next.value > best.value + WORTH ||
					(next.value > best.value - WORTH && next.at_bound < best.at_bound))
					best = next;
			}
		}
		else
			rt_maximize_from(ggompertz_nbd_objective, &data, 5, lower, upper,
							 ggompertz_nbd_all_alike, total, start, moves, STARTS, &best);
	}
	rt_fit_from_optimum(ggompertz_nbd_objective, &data, 5, logarithms, &best, fit);
}

/* ---------------------------------------------------------------- the kind */

static const rt_base_functions ggompertz_nbd_base = {
	.log_likelihood = ggompertz_nbd_log_likelihood,
	.p_alive = ggompertz_nbd_p_alive,
	.p_gone = ggompertz_nbd_p_gone,
	.p_alive_after = ggompertz_nbd_p_alive_after,
	.expected_lifetime = ggompertz_nbd_expected_lifetime,
	.expected_purchases = ggompertz_nbd_expected_purchases,
	.discounted_if_alive = ggompertz_nbd_discounted_if_alive,
	.purchase_probability = ggompertz_nbd_purchase_probability,
	.purchase_pmf = ggompertz_nbd_purchase_pmf,
	.start_life = ggompertz_nbd_start_life,
	.go_on = ggompertz_nbd_go_on
};

const rt_kind rt_ggompertz_nbd_kind = {
	.id = 9,
	.name = "ggompertz/nbd",
	.parameter_count = 5,
	.parameters = {"r", "alpha", "b", "s", "beta"},
	.input = RT_INPUT_RECENCY,
	.row_valid = rt_recency_row_valid,
	.fit_workspace = rt_places_workspace,
	.fit = ggompertz_nbd_fit,
	.base = &ggompertz_nbd_base
};
