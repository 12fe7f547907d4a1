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
#include "core/lifetime_pmf.h"
#include "core/optimize.h"
#include "core/places.h"
#include "core/poll.h"
#include "core/sample.h"
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
ggompertz_nbd_log_odds_left(const rt_base *base, const rt_customer *customer, double *log_silence)
{
	rt_lifetime life = ggompertz_nbd_lifetime_at(base->parameters, customer->t_x);
	double		scale = ggompertz_nbd_scale(base, customer->t_x);
	double		shape = ggompertz_nbd_shape(base, customer);
	double		silent = customer->age - customer->t_x;

	*log_silence = -shape * rt_log_growth(silent, scale);
	return rt_lifetime_log_odds_left(&life, scale, shape, silent);
}

/* In the time in which who buys as often as the mean of them does so many times */
static double
ggompertz_nbd_leaving(const rt_base *base)
{
	rt_lifetime life = ggompertz_nbd_lifetime_at(base->parameters, 0);
	double		time =
		fmin(DBL_MAX, RT_BASE_PURCHASES * (base->parameters[ALPHA] / base->parameters[R]));

	return -expm1(-life.s * rt_lifetime_left(&life, time));
}

static void
ggompertz_nbd_rates(const rt_base *base, double *shape, double *rate)
{
	*shape = base->parameters[R];
	*rate = base->parameters[ALPHA];
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

/* By the logarithms of all parameters: of a probability that of ln of the odds, times both */
static void
ggompertz_nbd_p_alive_slopes(const rt_base *base, const rt_customer *customer, double *slopes)
{
	const double *p = base->parameters;
	double		silence = customer->age - customer->t_x;
	rt_lifetime life = ggompertz_nbd_lifetime_at(p, customer->t_x);
	double		alpha = ggompertz_nbd_scale(base, customer->t_x);
	double		m = ggompertz_nbd_shape(base, customer);
	double		means[RT_PLACE_MEANS];
	double		both = rt_lifetime_here_and_gone(&life, alpha, m, silence, customer->t_x, means);

	/* exp(-b age), and exp(b age) / (beta - 1 + exp(b age)) */
	double		decay = exp(-p[B] * customer->age);
	double		inverse_c = 1 / (p[BETA] * decay - expm1(-p[B] * customer->age));

	for (int i = 0; i < 5; i++)
		slopes[i] = 0;
	if (both == 0)
		return;
	slopes[R] = log1p(silence / alpha) - means[RT_LIFETIME_LOG_ALPHA];
	slopes[ALPHA] = m * (1 / (alpha + silence) - means[RT_LIFETIME_INVERSE_ALPHA]);
	slopes[B] = 1 / p[B] + means[RT_LIFETIME_BY_B] + p[S] * customer->age * inverse_c;
	slopes[S] = 1 / p[S] + rt_lifetime_left(&life, silence) - means[RT_LIFETIME_LEFT];
	slopes[BETA] = p[S] * decay * inverse_c - (p[S] + 1) * means[RT_LIFETIME_INVERSE_BETA];
	for (int i = 0; i < 5; i++)
		slopes[i] *= -both * p[i];
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
ggompertz_nbd_pairs_if_alive(const rt_base *base, const rt_customer *customer, double t)
{
	rt_lifetime life = ggompertz_nbd_lifetime_at(base->parameters, customer->age);

	if (!(t >= 0) || isinf(t))
		return NAN;
	return rt_lifetime_pairs(&life, ggompertz_nbd_scale(base, customer->age),
							 ggompertz_nbd_shape(base, customer), t);
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

typedef struct ggompertz_nbd_fit_data
{
	const rt_customers *customers;
	rt_places	places;
	double		mean_age;
} ggompertz_nbd_fit_data;

/*
 * Who left from t_x on, until later or ever: in the terms of a place, with means from the beginning
 * on.  A step is one of less than a day, or whatever the rows have.
 */
static void
ggompertz_nbd_who_left(const double *m, double x, double t_x, double until, bool is_step,
					   double *log_weight, double *means)
{
	rt_lifetime start = ggompertz_nbd_lifetime_at(m, 0);
	rt_lifetime life = ggompertz_nbd_lifetime_at(m, t_x);

	*log_weight = is_step ?
		rt_lifetime_integral_of_step(&life, m[ALPHA] + t_x, m[R] + x, until, t_x, means) :
		rt_lifetime_integral(&life, m[ALPHA] + t_x, m[R] + x, RT_LIFETIME_LEAVES, 0, until, t_x,
							 means);
	means[RT_LIFETIME_LOG_ALPHA] += log1p(t_x / m[ALPHA]);
	means[RT_LIFETIME_LEFT] += rt_lifetime_left(&start, t_x);
}

/* Parameters, and the likelihood and its derivatives by them as it is added up over customers */
typedef struct ggompertz_nbd_sums
{
	const double *x;			/* the coordinates */
	double		p[5];
	rt_lifetime start;
	double		value;
	double		by[5];
} ggompertz_nbd_sums;

static void
ggompertz_nbd_set_places(const ggompertz_nbd_fit_data *data, const double *p)
{
	for (size_t j = data->places.count; j-- > 0;)
	{
		rt_place   *place = &data->places.places[j];
		const rt_place *next = rt_places_next(&data->places, j);
		double		unit = data->customers->time_unit;
		double		t = place->t / unit;
		double		until = next != NULL ? (next->t - place->t) / unit : INFINITY;

		rt_poll();
		ggompertz_nbd_who_left(p, place->x, t, until, rt_places_is_step(place, next),
							   &place->log_weight, place->means);
		if (next != NULL)
		{
			rt_lifetime life = ggompertz_nbd_lifetime_at(p, t);

			rt_place_add_next(place, next,
							  -(p[R] + place->x) * log1p(until / (p[ALPHA] + t)) -
							  p[S] * rt_lifetime_left(&life, until));
		}
	}
}

static void
ggompertz_nbd_set_terms(const ggompertz_nbd_fit_data *data, const ggompertz_nbd_sums *m, size_t i,
						double t_x, double age, double log_left, rt_place_terms *terms)
{
	const double *p = m->p;
	double		n = data->customers->rows[i].customer.x;

	*terms = (rt_place_terms) {.from = {.log_weight = -INFINITY}};
	if (n >= 1)
	{
		terms->from = data->places.places[data->places.indexes[2 * i]];
		terms->to = data->places.places[data->places.indexes[2 * i + 1]];
	}
	else if (age > t_x)
		ggompertz_nbd_who_left(p, n, t_x, age - t_x, false, &terms->from.log_weight,
							   terms->from.means);
	terms->from.log_weight += (p[R] + n) * log1p((age - t_x) / (p[ALPHA] + t_x)) +
		p[S] * (log_left - rt_lifetime_left(&m->start, t_x));
	rt_place_terms_scale(terms, n >= 1);
}

/* The terms with gamma functions are those of all rows with the same x */
static void
ggompertz_nbd_add_row(const ggompertz_nbd_fit_data *data, size_t i, double gamma_term,
					  double digamma_term, ggompertz_nbd_sums *m)
{
	const rt_fit_row *row = &data->customers->rows[i];
	const double *p = m->p;
	double		n = row->customer.x;
	double		weight = row->weight;
	double		t_x = row->customer.t_x / data->customers->time_unit;
	double		age = row->customer.age / data->customers->time_unit;
	double		log_alpha = log1p(age / p[ALPHA]);
	double		log_left = rt_lifetime_left(&m->start, age);
	double		inverse_c = 1 / (p[BETA] * exp(-p[B] * age) - expm1(-p[B] * age));
	double		inverse_beta = exp(-p[B] * age) * inverse_c;
	rt_place_terms t;

	ggompertz_nbd_set_terms(data, m, i, t_x, age, log_left, &t);
	m->value += weight *
		(gamma_term - p[R] * log_alpha - n * (log_alpha + m->x[0] + m->x[1]) - p[S] * log_left +
		 t.log_largest + log(t.sum));
	m->by[R] += weight *
		(digamma_term -
		 rt_place_terms_add(&t, t.here * log_alpha, RT_LIFETIME_LOG_ALPHA) / t.sum);
	m->by[ALPHA] += weight *
		(p[R] / p[ALPHA] -
		 (p[R] + n) *
		 rt_place_terms_add(&t, t.here / (p[ALPHA] + age), RT_LIFETIME_INVERSE_ALPHA) / t.sum);
	m->by[B] += weight *
		(rt_place_terms_add(&t, (t.left - t.later) / p[B], RT_LIFETIME_BY_B) -
		 t.here * p[S] * age * inverse_c) /
		t.sum;
	m->by[S] += weight *
		rt_place_terms_subtract(&t, (t.left - t.later) / p[S] - t.here * log_left,
								RT_LIFETIME_LEFT) /
		t.sum;
	m->by[BETA] += weight *
		(p[S] / p[BETA] -
		 (t.here * p[S] * inverse_beta +
		  (p[S] + 1) * rt_place_terms_add(&t, 0, RT_LIFETIME_INVERSE_BETA)) /
		 t.sum);
}

/*
 * The likelihood and its gradient by ln r, ln(alpha / r), ln b, ln s and ln(beta / (b s)): the
 * last is the logarithm of a lifetime, which stays where b goes to 0 or s to infinity.
 */
static double
ggompertz_nbd_objective(const double *x, double *gradient, void *argument)
{
	const ggompertz_nbd_fit_data *data = argument;
	const rt_customers *customers = data->customers;
	ggompertz_nbd_sums m = {
		.x = x,
		.p = {exp(x[0]), exp(x[0] + x[1]), exp(x[2]), exp(x[3]), exp(x[2] + x[3] + x[4])}
	};
	size_t		i = 0;

	m.start = ggompertz_nbd_lifetime_at(m.p, 0);
	ggompertz_nbd_set_places(data, m.p);
	while (i < customers->row_count)
	{
		double		n = customers->rows[i].customer.x;
		double		gamma_term = rt_log_gamma_ratio(m.p[R], n);
		double		digamma_term = rt_digamma_difference(m.p[R], n);

		for (; i < customers->row_count && customers->rows[i].customer.x == n; i++)
		{
			rt_poll();
			ggompertz_nbd_add_row(data, i, gamma_term, digamma_term, &m);
		}
	}
	rt_pair_gradient(m.by[R], m.p[R], m.by[ALPHA], m.p[ALPHA], gradient);
	gradient[4] = m.by[BETA] * m.p[BETA];
	gradient[2] = m.by[B] * m.p[B] + gradient[4];
	gradient[3] = m.by[S] * m.p[S] + gradient[4];
	return m.value;
}

/* A lifetime without ageing is that of Pareto/NBD: ln b as good as at its bound */
static bool
ggompertz_nbd_all_alike(const double *x, const void *data)
{
	return x[0] > RT_ALIKE || x[3] > RT_ALIKE ||
		x[2] < -log(((const ggompertz_nbd_fit_data *) data)->mean_age) - RT_ALIKE;
}

/*
 * From beta = 1, without ageing, and from both sides of it: of s b only the product counts there, a
 * ridge that parts two modes; and where some leave at once
 */
#define GGOMPERTZ_NBD_MOVES 5
static const double ggompertz_nbd_moves[GGOMPERTZ_NBD_MOVES * 5] = {
	0, 0, -3, 0, 0,
	0, 0, 0, 0, 2,
	0, 0, 1, 0, -2,
	-1, 0, 1, 1, 1,
	2, 0, 0, -4, -2
};

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
	rt_customers_totals all = rt_customers_total(customers);
	double		rate = log(all.time / all.purchases);
	double		age = log(all.age / all.customers);
	double		lower[5] = {RT_SHAPE_LOWEST, rate - RT_LEVEL_RANGE, -age - RT_LEVEL_RANGE,
	RT_LEAVING_LOWEST, age - RT_AGE_RANGE};
	double		upper[5] = {RT_SHAPE_HIGHEST, rate + RT_LEVEL_RANGE, -age + log(1e3),
	RT_SHAPE_HIGHEST, age + RT_AGE_RANGE};
	double		start[5] = {0, rate, -age, log(0.5), age + log(2)};
	rt_fit_row	rows[RT_SAMPLE];
	rt_customers few = rt_sample_of(customers, rows);
	ggompertz_nbd_fit_data data = {.customers = customers, .mean_age = exp(age)};
	ggompertz_nbd_fit_data sample_data = {.customers = &few, .mean_age = exp(age)};
	rt_problem	problem = {
		.objective = ggompertz_nbd_objective, .data = &data, .count = 5, .lower = lower,
		.upper = upper, .nearly = ggompertz_nbd_all_alike, .scale = all.customers
	};
	rt_problem	sample = problem;
	rt_optimum	best;

	sample.data = &sample_data;
	sample.scale = RT_SAMPLE;
	rt_places_make(customers, workspace, &data.places);
	rt_places_make(&few, (char *) workspace + rt_places_size(customers->row_count),
				   &sample_data.places);
	rt_maximize_from(&problem, rt_sample_pays(customers) ? &sample : NULL, start, start,
					 ggompertz_nbd_moves, GGOMPERTZ_NBD_MOVES, &best);

	/* intervals by the curvature at the top of the ridge hold b, s and beta in 70 of 100 bases */
	if (best.converged && !best.at_bound)
		best.converged = rt_is_quadratic(ggompertz_nbd_objective, &data, 5, &best);
	rt_fit_from_optimum(ggompertz_nbd_objective, &data, 5, logarithms, &best, fit);
}

/* -------------------------------------------------------------- the limits */

static bool
ggompertz_nbd_rates_alike(const rt_base *base)
{
	return rt_shape_alike(base->parameters[R]);
}

static bool
ggompertz_nbd_rates_differ(const rt_base *base)
{
	return rt_shape_lowest(base->parameters[R]);
}

/* Near beta = 1 all leave at the rate b s, however old they are: b and s are not told apart */
static bool
ggompertz_nbd_one_rate(const rt_base *base)
{
	return fabs(log(base->parameters[BETA])) < 0.1;
}

static bool
ggompertz_nbd_dropout_alike(const rt_base *base)
{
	return rt_shape_alike(base->parameters[S]) || ggompertz_nbd_one_rate(base);
}

/* Until half of all have left exp(b t) grows by less than a hundredth: Pareto/NBD */
static bool
ggompertz_nbd_no_ageing(const rt_base *base)
{
	const double *p = base->parameters;

	return log1p(p[BETA] * expm1(log(2) / p[S])) < 0.01 || ggompertz_nbd_one_rate(base);
}

/* As in pareto_nbd.c: at the age 0 they leave at the rate b s / beta on average */
static bool
ggompertz_nbd_leave_at_once(const rt_base *base)
{
	const double *p = base->parameters;

	return p[BETA] / p[S] < 1e-4 * (p[ALPHA] / p[R]) * p[B];
}

/*
 * Their rate rises to b s around the age of ln(beta) / b, within a time of 1 / b, and most are
 * still here then: for b to infinity a step
 */
static bool
ggompertz_nbd_step(const rt_base *base)
{
	return base->parameters[BETA] > 1e5 && base->parameters[S] < 10;
}

static const rt_limit ggompertz_nbd_limits[] = {
	{"purchase rates alike", false, ggompertz_nbd_rates_alike},
	{"purchase rates as different as can be", false, ggompertz_nbd_rates_differ},
	{"dropout rates alike", true, ggompertz_nbd_dropout_alike},
	{"no ageing", true, ggompertz_nbd_no_ageing},
	{"some leave at once", true, ggompertz_nbd_leave_at_once},
	{"nobody leaves before an age", true, ggompertz_nbd_step},
	{NULL, false, NULL}
};

/* ---------------------------------------------------------------- the kind */

static const rt_base_functions ggompertz_nbd_base = {
	.log_likelihood = ggompertz_nbd_log_likelihood,
	.p_alive = ggompertz_nbd_p_alive,
	.p_gone = ggompertz_nbd_p_gone,
	.log_odds_left = ggompertz_nbd_log_odds_left,
	.leaving = ggompertz_nbd_leaving,
	.rates = ggompertz_nbd_rates,
	.p_alive_after = ggompertz_nbd_p_alive_after,
	.expected_lifetime = ggompertz_nbd_expected_lifetime,
	.expected_purchases = ggompertz_nbd_expected_purchases,
	.discounted_if_alive = ggompertz_nbd_discounted_if_alive,
	.pairs_if_alive = ggompertz_nbd_pairs_if_alive,
	.p_alive_slopes = ggompertz_nbd_p_alive_slopes,
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
	.customers = "buys at random (Bemmaor, Glady 2012)",
	.leaves = "at any time, the likelier the longer they have been a customer",
	.meaning =
	"as of pareto/nbd, but the rate to leave grows with the time t as a customer, eta "
	"b exp(b t), eta gamma distributed with shape s and rate beta",
	.row_valid = rt_recency_row_valid,
	.fit_workspace = rt_places_workspace,
	.fit = ggompertz_nbd_fit,
	.limits = ggompertz_nbd_limits,
	.base = &ggompertz_nbd_base
};
