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
pareto_nbd_log_odds_left(const rt_base *base, const rt_customer *customer, double *log_silence)
{
	rt_lifetime life = pareto_nbd_lifetime_at(base, customer->t_x);
	double		scale = pareto_nbd_scale(base, customer->t_x);
	double		shape = pareto_nbd_shape(base, customer);
	double		silent = customer->age - customer->t_x;

	*log_silence = -shape * rt_log_growth(silent, scale);
	return rt_lifetime_log_odds_left(&life, scale, shape, silent);
}

/* In the time in which who buys as often as the mean of them does so many times */
static double
pareto_nbd_leaving(const rt_base *base)
{
	rt_lifetime life = pareto_nbd_lifetime_at(base, 0);
	double		time =
		fmin(DBL_MAX, RT_BASE_PURCHASES * (base->parameters[ALPHA] / base->parameters[R]));

	return -expm1(-life.s * rt_lifetime_left(&life, time));
}

static void
pareto_nbd_rates(const rt_base *base, double *shape, double *rate)
{
	*shape = base->parameters[R];
	*rate = base->parameters[ALPHA];
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

/* By ln r, ln alpha, ln s, ln beta: of a probability that of ln of the odds, times both */
static void
pareto_nbd_p_alive_slopes(const rt_base *base, const rt_customer *customer, double *slopes)
{
	double		silence = customer->age - customer->t_x;
	rt_lifetime life = pareto_nbd_lifetime_at(base, customer->t_x);
	double		alpha = pareto_nbd_scale(base, customer->t_x);
	double		m = pareto_nbd_shape(base, customer);
	double		means[RT_PLACE_MEANS];
	double		both = rt_lifetime_here_and_gone(&life, alpha, m, silence, customer->t_x, means);

	for (int i = 0; i < 4; i++)
		slopes[i] = 0;
	if (both == 0)
		return;
	slopes[R] = log1p(silence / alpha) - means[RT_LIFETIME_LOG_ALPHA];
	slopes[ALPHA] = m * (1 / (alpha + silence) - means[RT_LIFETIME_INVERSE_ALPHA]);
	slopes[S] = 1 / life.s + rt_lifetime_left(&life, silence) - means[RT_LIFETIME_LEFT];
	slopes[BETA] = life.s / (life.c + silence) -
		(life.s + 1) * means[RT_LIFETIME_INVERSE_BETA];
	for (int i = 0; i < 4; i++)
		slopes[i] *= -both * base->parameters[i];
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

static void
pareto_nbd_staying(const rt_base *base, const rt_customer *customer, const double *times, int count,
				   double *chances)
{
	rt_lifetime life = pareto_nbd_lifetime_at(base, customer->age);

	for (int i = 0; i < count; i++)
		chances[i] = exp(-life.s * rt_lifetime_left(&life, times[i]));
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
	/* what is left out is less than the square of that, beyond the last digit */
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
pareto_nbd_buying(const rt_base *base, const rt_customer *customer)
{
	return rt_lifetime_purchases(pareto_nbd_shape(base, customer),
								 pareto_nbd_scale(base, customer->age), 1);
}

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
pareto_nbd_pairs_if_alive(const rt_base *base, const rt_customer *customer, double t)
{
	rt_lifetime life = pareto_nbd_lifetime_at(base, customer->age);

	if (!(t >= 0) || isinf(t))
		return NAN;
	return rt_lifetime_pairs(&life, pareto_nbd_scale(base, customer->age),
							 pareto_nbd_shape(base, customer), t);
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

typedef struct pareto_nbd_fit_data
{
	const rt_customers *customers;
	rt_places	places;			/* none where each row is integrated alone */
} pareto_nbd_fit_data;

/*
 * Who left from t_x on, until later or ever: in the terms of a place, with means from the beginning
 * on.  A step is one of less than a day, or whatever the rows have.
 */
static void
pareto_nbd_who_left(double r, double alpha, double s, double beta, double x, double t_x,
					double until, bool is_step, double *log_weight, double *means)
{
	rt_lifetime life = rt_lifetime_pareto(s, beta + t_x);

	*log_weight = is_step ?
		rt_lifetime_integral_of_step(&life, alpha + t_x, r + x, until, t_x, means) :
		rt_lifetime_integral(&life, alpha + t_x, r + x, RT_LIFETIME_LEAVES, 0, until, t_x, means);
	means[RT_LIFETIME_LOG_ALPHA] += log1p(t_x / alpha);
	means[RT_LIFETIME_LEFT] += log1p(t_x / beta);
}

/* Parameters, and the likelihood and its derivatives by them as it is added up over customers */
typedef struct pareto_nbd_sums
{
	double		r;
	double		alpha;
	double		log_alpha;
	double		s;
	double		beta;
	double		value;
	double		by_r;
	double		by_alpha;
	double		by_s;
	double		by_beta;
} pareto_nbd_sums;

static void
pareto_nbd_set_places(const pareto_nbd_fit_data *data, const pareto_nbd_sums *m)
{
	for (size_t j = data->places.count; j-- > 0;)
	{
		rt_place   *p = &data->places.places[j];
		const rt_place *next = rt_places_next(&data->places, j);
		double		unit = data->customers->time_unit;
		double		t = p->t / unit;
		double		until = next != NULL ? (next->t - p->t) / unit : INFINITY;

		rt_poll_each(j);
		pareto_nbd_who_left(m->r, m->alpha, m->s, m->beta, p->x, t, until,
							rt_places_is_step(p, next), &p->log_weight, p->means);
		if (next != NULL)
			rt_place_add_next(p, next,
							  -(m->r + p->x) * log1p(until / (m->alpha + t)) -
							  m->s * log1p(until / (m->beta + t)));
	}
}

static inline void
pareto_nbd_set_terms(const pareto_nbd_fit_data *data, const pareto_nbd_sums *m, size_t i,
					 double t_x, double age, rt_place_terms *terms)
{
	double		n = data->customers->rows[i].customer.x;
	bool		shared = n >= 1 && data->places.count > 0;

	*terms = (rt_place_terms) {.from = {.log_weight = -INFINITY}};
	if (shared)
	{
		terms->from = data->places.places[data->places.indexes[2 * i]];
		terms->to = data->places.places[data->places.indexes[2 * i + 1]];
	}
	else if (age > t_x)
		pareto_nbd_who_left(m->r, m->alpha, m->s, m->beta, n, t_x, age - t_x, false,
							&terms->from.log_weight, terms->from.means);
	terms->from.log_weight += (m->r + n) * log1p((age - t_x) / (m->alpha + t_x)) +
		m->s * log1p((age - t_x) / (m->beta + t_x));
	rt_place_terms_scale(terms, shared);
}

/* The terms with gamma functions are those of all rows with the same x */
static inline void
pareto_nbd_add_row(const pareto_nbd_fit_data *data, size_t i, double gamma_term,
				   double digamma_term, pareto_nbd_sums *m)
{
	const rt_fit_row *row = &data->customers->rows[i];
	double		n = row->customer.x;
	double		weight = row->weight;
	double		t_x = row->customer.t_x / data->customers->time_unit;
	double		age = row->customer.age / data->customers->time_unit;
	double		log_alpha = log1p(age / m->alpha);
	double		log_beta = log1p(age / m->beta);
	rt_place_terms t;

	pareto_nbd_set_terms(data, m, i, t_x, age, &t);
	m->value += weight *
		(gamma_term - m->r * log_alpha - n * (log_alpha + m->log_alpha) - m->s * log_beta +
		 t.log_largest + log(t.sum));
	m->by_r += weight *
		(digamma_term -
		 rt_place_terms_add(&t, t.here * log_alpha, RT_LIFETIME_LOG_ALPHA) / t.sum);
	m->by_alpha += weight *
		(m->r / m->alpha -
		 (m->r + n) *
		 rt_place_terms_add(&t, t.here / (m->alpha + age), RT_LIFETIME_INVERSE_ALPHA) / t.sum);
	m->by_s += weight *
		rt_place_terms_subtract(&t, (t.left - t.later) / m->s - t.here * log_beta,
								RT_LIFETIME_LEFT) /
		t.sum;
	m->by_beta += weight *
		(m->s / m->beta -
		 (t.here * m->s / (m->beta + age) +
		  (m->s + 1) * rt_place_terms_add(&t, 0, RT_LIFETIME_INVERSE_BETA)) /
		 t.sum);
}

/* All rows, by the parameters in m */
static void
pareto_nbd_add_rows(const pareto_nbd_fit_data *data, pareto_nbd_sums *m)
{
	const rt_customers *customers = data->customers;
	size_t		i = 0;

	pareto_nbd_set_places(data, m);
	while (i < customers->row_count)
	{
		double		n = customers->rows[i].customer.x;
		double		gamma_term = rt_log_gamma_ratio(m->r, n);
		double		digamma_term = rt_digamma_difference(m->r, n);

		for (; i < customers->row_count && customers->rows[i].customer.x == n; i++)
		{
			rt_poll_each(i);
			pareto_nbd_add_row(data, i, gamma_term, digamma_term, m);
		}
	}
}

/* The likelihood and its gradient by the pairs r and alpha, s and beta, as in bg_nbd_fit.c */
static double
pareto_nbd_objective(const double *x, double *gradient, void *argument)
{
	pareto_nbd_sums m = {
		.r = exp(x[0]), .alpha = exp(x[0] + x[1]), .log_alpha = x[0] + x[1], .s = exp(x[2]),
		.beta = exp(x[2] + x[3])
	};

	pareto_nbd_add_rows(argument, &m);
	rt_pair_gradient(m.by_r, m.r, m.by_alpha, m.alpha, gradient);
	rt_pair_gradient(m.by_s, m.s, m.by_beta, m.beta, gradient + 2);
	return m.value;
}

/*
 * A few dozen customers may be at any limit: some leave at once, all leave alike, or buy alike.  Of
 * starts on a grid of 36 these find what all of them find.
 */
#define PARETO_NBD_MOVES 4
static const double pareto_nbd_moves[PARETO_NBD_MOVES * 4] = {
	2, 0, 0, -2,
	-1.5, 0, 0, -2,
	2, 0, -4, 0,
	-1.5, 0, 3, -2
};

static void
pareto_nbd_fit(const rt_kind *kind, int k, const rt_customers *customers, void *workspace,
			   rt_fit *fit)
{
	rt_customers_totals all = rt_customers_total(customers);
	double		rate = log(all.time / all.purchases);
	double		age = log(all.age / all.customers);
	double		lower[4] = {RT_SHAPE_LOWEST, rate - RT_LEVEL_RANGE, RT_LEAVING_LOWEST,
	age - RT_AGE_RANGE};
	double		upper[4] = {RT_SHAPE_HIGHEST, rate + RT_LEVEL_RANGE, RT_SHAPE_HIGHEST,
	age + RT_AGE_RANGE};
	double		start[4] = {0, rate, log(0.5), age + log(2)};
	rt_fit_row	rows[RT_SAMPLE];
	rt_customers few = rt_sample_of(customers, rows);
	pareto_nbd_fit_data data = {.customers = customers};
	pareto_nbd_fit_data sample_data = {.customers = &few};
	rt_problem	problem = {
		.objective = pareto_nbd_objective, .data = &data, .count = 4, .lower = lower,
		.upper = upper, .nearly = rt_pairs_alike, .scale = all.customers
	};
	rt_problem	sample = problem;
	rt_optimum	best;

	sample.data = &sample_data;
	sample.scale = RT_SAMPLE;
	rt_places_make(customers, workspace, &data.places);
	rt_places_make(&few, (char *) workspace + rt_places_size(customers->row_count),
				   &sample_data.places);
	rt_maximize_from(&problem, rt_sample_pays(customers) ? &sample : NULL, start, start,
					 pareto_nbd_moves, PARETO_NBD_MOVES, &best);
	rt_fit_from_optimum(pareto_nbd_objective, &data, 4, rt_pairs_logarithms, &best, fit);
}

/* ------------------------------------------------------------ the covariates */

/* Of fewer rows hardly any have an integral in common */
#define PARETO_NBD_SHARED 64

static size_t
pareto_nbd_slopes_workspace(size_t row_count)
{
	return row_count < PARETO_NBD_SHARED ? 0 : sizeof(rt_places) + rt_places_size(row_count);
}

static void
pareto_nbd_slopes_prepare(const rt_customers *customers, void *workspace)
{
	rt_places  *places = workspace;

	if (customers->row_count >= PARETO_NBD_SHARED)
		rt_places_make(customers, places + 1, places);
}

static double
pareto_nbd_slopes(const rt_customers *customers, const double *parameters, void *workspace,
				  double *slopes)
{
	pareto_nbd_fit_data data = {.customers = customers};
	pareto_nbd_sums m = {
		.r = parameters[R], .alpha = parameters[ALPHA], .log_alpha = log(parameters[ALPHA]),
		.s = parameters[S], .beta = parameters[BETA]
	};

	if (customers->row_count >= PARETO_NBD_SHARED)
		data.places = *(const rt_places *) workspace;
	pareto_nbd_add_rows(&data, &m);
	slopes[R] += m.by_r * m.r;
	slopes[ALPHA] += m.by_alpha * m.alpha;
	slopes[S] += m.by_s * m.s;
	slopes[BETA] += m.by_beta * m.beta;
	return m.value;
}

/* -------------------------------------------------------------- the limits */

static bool
pareto_nbd_rates_alike(const rt_base *base)
{
	return rt_shape_alike(base->parameters[R]);
}

static bool
pareto_nbd_rates_differ(const rt_base *base)
{
	return rt_shape_lowest(base->parameters[R]);
}

static bool
pareto_nbd_dropout_alike(const rt_base *base)
{
	return rt_shape_alike(base->parameters[S]);
}

/* As soon as a ten thousandth of the mean time between purchases */
static bool
pareto_nbd_leave_at_once(const rt_base *base)
{
	const double *p = base->parameters;

	return p[BETA] / p[S] < 1e-4 * (p[ALPHA] / p[R]);
}

static const rt_limit pareto_nbd_limits[] = {
	{"purchase rates alike", false, pareto_nbd_rates_alike},
	{"purchase rates as different as can be", false, pareto_nbd_rates_differ},
	{"dropout rates alike", true, pareto_nbd_dropout_alike},
	{"some leave at once", true, pareto_nbd_leave_at_once},
	{NULL, false, NULL}
};

/* ---------------------------------------------------------------- the kind */

static const rt_base_functions pareto_nbd_base = {
	.log_likelihood = pareto_nbd_log_likelihood,
	.p_alive = pareto_nbd_p_alive,
	.p_gone = pareto_nbd_p_gone,
	.log_odds_left = pareto_nbd_log_odds_left,
	.leaving = pareto_nbd_leaving,
	.rates = pareto_nbd_rates,
	.p_alive_after = pareto_nbd_p_alive_after,
	.staying = pareto_nbd_staying,
	.buying = pareto_nbd_buying,
	.expected_lifetime = pareto_nbd_expected_lifetime,
	.expected_purchases = pareto_nbd_expected_purchases,
	.discounted_if_alive = pareto_nbd_discounted_if_alive,
	.pairs_if_alive = pareto_nbd_pairs_if_alive,
	.p_alive_slopes = pareto_nbd_p_alive_slopes,
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
	.customers = "buys at random (Schmittlein, Morrison, Colombo 1987)",
	.leaves = "at any time, whether they buy or not",
	.meaning =
	"customers buy with a rate lambda of their own, gamma distributed with shape r "
	"and rate alpha; they leave with a rate that is gamma distributed with shape s "
	"and rate beta",
	.row_valid = rt_recency_row_valid,
	.fit_workspace = rt_places_workspace,
	.fit = pareto_nbd_fit,
	.processes = {{"purchase", ALPHA, -1}, {"dropout", BETA, -1}},
	.logarithms = rt_pairs_logarithms,
	.slopes = pareto_nbd_slopes,
	.slopes_workspace = pareto_nbd_slopes_workspace,
	.slopes_prepare = pareto_nbd_slopes_prepare,
	.limits = pareto_nbd_limits,
	.base = &pareto_nbd_base
};
