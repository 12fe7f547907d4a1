/*
 * bg_bb.c
 *		Customers with an opportunity now and then, who may leave before any of them.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/bg_bb.h"
#include "core/gauss_legendre.h"
#include "core/optimize.h"
#include "core/poll.h"
#include "core/special.h"

#define RESCALE 1e250
#define TERMS_MAX 20000			/* added up one by one */

/* Parts of an opportunity do not count, but for what rounding took away */
static double
whole(double t)
{
	return floor(t * (1 + 4 * DBL_EPSILON) + 1e-9);
}

double
rt_bg_bb_opportunities_over(double days, double time_unit)
{
	return ceil((days + 0.5) / time_unit) - 1;
}

void
rt_bg_bb_opportunities(const int32_t *dates, size_t count, int32_t as_of, double time_unit, rt_customer *customer)
{
	customer->x = customer->t_x = 0;
	customer->age = rt_bg_bb_opportunities_over((double) as_of - (double) dates[0], time_unit);
	for (size_t i = 1; i < count; i++)
	{
		double		opportunity = fmax(1, ceil((((double) dates[i] - (double) dates[0]) - 0.5) / time_unit));

		if (opportunity > customer->age)
			break;
		if (opportunity > customer->t_x)
			customer->x++;
		customer->t_x = opportunity;
	}
}

bool
rt_bg_bb_is_customer(const rt_customer *customer)
{
	return customer->x == floor(customer->x) && customer->t_x == floor(customer->t_x) && customer->age == floor(customer->age) &&
		customer->x <= customer->t_x;
}

/* Those who left against those who are here: the sum of the likelihood over its first term */
typedef struct states
{
	double		gone;			/* both over exp(log_scale) */
	double		here;
	double		log_scale;
	double		by[4];			/* derivatives of gone by the parameters, in the same scale */
} states;

static void
customer_states(const rt_bg_bb *m, double x, double t_x, double n, states *s)
{
	double		both = m->alpha + m->beta;
	double		leaves = m->gamma + m->delta;
	double		term;
	double		by[4];			/* of ln term */

	s->gone = s->log_scale = 0;
	s->here = 1;
	for (int i = 0; i < 4; i++)
		s->by[i] = 0;
	if (n <= t_x)
		return;

	/* from who left before the n-th back to who left after the last purchase */
	term = (both + n - 1) / (m->beta + n - 1 - x) * m->gamma / (m->delta + n - 1);
	by[0] = 1 / (both + n - 1);
	by[1] = by[0] - 1 / (m->beta + n - 1 - x);
	by[2] = 1 / m->gamma;
	by[3] = -1 / (m->delta + n - 1);
	for (double j = n - 1;;)
	{
		s->gone += term;
		for (int i = 0; i < 4; i++)
			s->by[i] += term * by[i];
		if (j <= t_x)
			break;
		term *= (leaves + j) / (m->delta + j - 1);
		by[2] += 1 / (leaves + j);
		by[3] += 1 / (leaves + j) - 1 / (m->delta + j - 1);
		j--;
		term *= (both + j) / (m->beta + j - x);
		by[0] += 1 / (both + j);
		by[1] += 1 / (both + j) - 1 / (m->beta + j - x);
		if (s->gone > RESCALE || term > RESCALE)
		{
			term /= RESCALE;
			s->gone /= RESCALE;
			s->here /= RESCALE;
			s->log_scale += log(RESCALE);
			for (int i = 0; i < 4; i++)
				s->by[i] /= RESCALE;
		}
	}
}

/* ln of the first term of the likelihood */
static double
log_here(const rt_bg_bb *m, double x, double n)
{
	return rt_log_gamma_ratio(m->alpha, x) + rt_log_gamma_ratio(m->beta, n - x) - rt_log_gamma_ratio(m->alpha + m->beta, n) +
		rt_log_gamma_ratio(m->delta, n) - rt_log_gamma_ratio(m->gamma + m->delta, n);
}

double
rt_bg_bb_log_likelihood(const rt_bg_bb *model, const rt_customer *customer)
{
	states		s;

	customer_states(model, customer->x, customer->t_x, customer->age, &s);
	return log_here(model, customer->x, customer->age) + s.log_scale + log(s.here + s.gone);
}

double
rt_bg_bb_p_alive(const rt_bg_bb *model, const rt_customer *customer)
{
	states		s;

	customer_states(model, customer->x, customer->t_x, customer->age, &s);
	return s.here / (s.here + s.gone);
}

double
rt_bg_bb_p_gone(const rt_bg_bb *model, const rt_customer *customer)
{
	states		s;

	customer_states(model, customer->x, customer->t_x, customer->age, &s);
	return s.gone / (s.here + s.gone);
}

/* The model of those who are still here */
static rt_bg_bb
model_of_alive(const rt_bg_bb *model, const rt_customer *customer)
{
	rt_bg_bb	result = {model->alpha + customer->x, model->beta + customer->age - customer->x,
	model->gamma, model->delta + customer->age};

	return result;
}

double
rt_bg_bb_p_alive_after(const rt_bg_bb *model, const rt_customer *customer, double t)
{
	rt_bg_bb	m = model_of_alive(model, customer);

	if (!(t >= 0))
		return NAN;
	t = whole(t);
	return rt_bg_bb_p_alive(model, customer) * exp(rt_log_gamma_ratio(m.delta, t) - rt_log_gamma_ratio(m.gamma + m.delta, t));
}

/*
 * The number of opportunities out of t at which she is still here: the sum over j from 1 to t of
 * (delta)_j / (gamma + delta)_j, with (.)_j the rising factorial.  It has a closed form,
 * delta / (gamma - 1) (1 - (delta + 1)_t / (gamma + delta)_t), which vanishes over itself at gamma = 1.
 */
static double
opportunities_alive(const rt_bg_bb *m, double t)
{
	double		excess = m->gamma - 1;
	double		term = 1;
	double		sum = 0;

	if (isinf(t))
		return excess > 0 ? m->delta / excess : INFINITY;
	if (t > TERMS_MAX)
	{
		double		log_ratio;

		if (fabs(excess) > 1e-3)
			return -m->delta / excess *
				expm1(rt_log_gamma_ratio(m->delta + 1, t) - rt_log_gamma_ratio(m->gamma + m->delta, t));
		log_ratio = -excess * rt_digamma_difference(m->delta + 1 + excess / 2, t);
		return m->delta * rt_digamma_difference(m->delta + 1 + excess / 2, t) * (log_ratio == 0 ? 1 : expm1(log_ratio) / log_ratio);
	}
	for (double j = 0; j < t && term * (t - j) > DBL_EPSILON / 8 * sum; j++)
	{
		term *= (m->delta + j) / (m->gamma + m->delta + j);
		sum += term;
	}
	return sum;
}

double
rt_bg_bb_expected_lifetime(const rt_bg_bb *model, const rt_customer *customer, double t)
{
	rt_bg_bb	m = model_of_alive(model, customer);
	double		alive = rt_bg_bb_p_alive(model, customer);

	if (!(t >= 0))
		return NAN;
	return alive > 0 ? alive * opportunities_alive(&m, whole(t)) : 0;
}

double
rt_bg_bb_expected_purchases(const rt_bg_bb *model, const rt_customer *customer, double t)
{
	rt_bg_bb	m = model_of_alive(model, customer);

	if (!(t >= 0) || isinf(t))
		return NAN;
	return rt_bg_bb_p_alive(model, customer) * m.alpha / (m.alpha + m.beta) * opportunities_alive(&m, whole(t));
}

/*
 * Opportunities at which she is still here, the j-th counting exp(-rate j): one by one, and
 * beyond those many by an integral over j from one half on, where terms change slowly
 */
static double
discounted_opportunities(const rt_bg_bb *m, double t, double rate)
{
	double		discount = exp(-rate);
	double		term = 1;
	double		sum = 0;
	double		j = 0;

	while (j < t && j < TERMS_MAX)
	{
		term *= (m->delta + j) / (m->gamma + m->delta + j) * discount;
		sum += term;
		j++;
		if (term * fmin(t - j, discount / (1 - discount)) <= DBL_EPSILON / 8 * sum)
			return sum;
	}
	for (double from = j + 0.5; from < t + 0.5;)
	{
		double		step = 1 / (rate / 6 + (m->gamma / 6 + 1) / from);
		double		to = fmin(t + 0.5, from + step);
		double		half = (to - from) / 2;

		for (int i = 0; i < RT_GAUSS_POINTS; i++)
		{
			double		u = from + half * (1 + rt_gauss_nodes[i]);

			sum += rt_gauss_weights[i] * half *
				exp(rt_log_gamma_ratio(m->delta, u) - rt_log_gamma_ratio(m->gamma + m->delta, u) - rate * u);
		}
		from = to;
		if (exp(rt_log_gamma_ratio(m->delta, from) - rt_log_gamma_ratio(m->gamma + m->delta, from) - rate * from) * fmin(t + 0.5 - from, 1 / rate) <= DBL_EPSILON * sum)
			break;
	}
	return sum;
}

double
rt_bg_bb_discounted_if_alive(const rt_bg_bb *model, const rt_customer *customer, double t, double rate)
{
	rt_bg_bb	m = model_of_alive(model, customer);

	if (!(t >= 0 && rate >= 0) || (isinf(t) && rate == 0))
		return NAN;
	if (rate == 0)
		return m.alpha / (m.alpha + m.beta) * opportunities_alive(&m, whole(t));
	return m.alpha / (m.alpha + m.beta) * discounted_opportunities(&m, isinf(t) ? t : whole(t), rate);
}

/* She is still here at the j-th opportunity, and takes it as the first one */
double
rt_bg_bb_purchase_probability(const rt_bg_bb *model, const rt_customer *customer, double t)
{
	rt_bg_bb	m = model_of_alive(model, customer);
	double		both = m.alpha + m.beta;
	double		leaves = m.gamma + m.delta;
	double		term = m.alpha / both * m.delta / leaves;
	double		sum = 0;

	if (!(t >= 0) || isinf(t))
		return NAN;
	t = whole(t);
	for (double j = 1; j <= t && term * (t - j + 1) > DBL_EPSILON / 8 * sum; j++)
	{
		sum += term;
		term *= (m.beta + j - 1) / (both + j) * (m.delta + j) / (leaves + j);
	}
	return fmin(1, sum) * rt_bg_bb_p_alive(model, customer);
}

/* n of t opportunities, and she is still here at the last; or n of the first i, and then she leaves */
double
rt_bg_bb_purchase_pmf(const rt_bg_bb *model, const rt_customer *customer, int n, double t)
{
	rt_bg_bb	m = model_of_alive(model, customer);
	double		both = m.alpha + m.beta;
	double		leaves = m.gamma + m.delta;
	double		log_scale;
	double		term;
	double		sum;
	double		none = 0;

	if (!(t >= 0) || isinf(t) || n < 0)
		return NAN;
	t = whole(t);
	if (n == 0)
		none = rt_bg_bb_p_gone(model, customer);
	if (n > t)
		return 0;
	log_scale = lgamma(t + 1) - lgamma(n + 1.0) - lgamma(t - n + 1) + log_here(&m, n, t);
	sum = exp(log_scale);

	/* both factors of the terms are known at i = n, and go on from there */
	log_scale = rt_log_gamma_ratio(m.alpha, n) - rt_log_gamma_ratio(both, n) +
		rt_log_gamma_ratio(m.delta, n) - rt_log_gamma_ratio(leaves, n + 1.0) + log(m.gamma);
	term = 1;
	for (double i = n; i < t; i++)
	{
		if (term > RESCALE)
		{
			term /= RESCALE;
			log_scale += log(RESCALE);
		}
		sum += term * exp(log_scale);
		term *= (i + 1) / (i + 1 - n) * (m.beta + i - n) / (both + i) * (m.delta + i) / (leaves + i + 1);
	}
	return none + fmin(1, sum) * rt_bg_bb_p_alive(model, customer);
}

/* ----------------------------------------------------------------- fitting */

/* By ln alpha, ln(beta / alpha), ln gamma and ln(delta / gamma) */
static double
objective(const double *x, double *gradient, void *argument)
{
	const rt_customers *customers = argument;
	rt_bg_bb	m = {exp(x[0]), exp(x[0] + x[1]), exp(x[2]), exp(x[2] + x[3])};
	double		by[4] = {0, 0, 0, 0};
	double		value = 0;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_customer_row *row = &customers->rows[i];
		double		both = rt_digamma_difference(m.alpha + m.beta, row->age);
		double		leaves = rt_digamma_difference(m.gamma + m.delta, row->age);
		double		here[4] = {
			rt_digamma_difference(m.alpha, row->x) - both,
			rt_digamma_difference(m.beta, row->age - row->x) - both,
			-leaves,
			rt_digamma_difference(m.delta, row->age) - leaves
		};
		states		s;

		rt_poll();
		customer_states(&m, row->x, row->t_x, row->age, &s);
		value += row->weight * (log_here(&m, row->x, row->age) + s.log_scale + log(s.here + s.gone));
		for (int j = 0; j < 4; j++)
			by[j] += row->weight * (here[j] + s.by[j] / (s.here + s.gone));
	}
	gradient[0] = by[0] * m.alpha + by[1] * m.beta;
	gradient[1] = by[1] * m.beta;
	gradient[2] = by[2] * m.gamma + by[3] * m.delta;
	gradient[3] = by[3] * m.delta;
	return value;
}

static bool
all_alike(const double *x, const void *data)
{
	(void) data;
	return x[0] > RT_ALIKE || x[2] > RT_ALIKE;
}

void
rt_bg_bb_fit_model(const rt_customers *customers, rt_fit *fit)
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
				taken = 0,
				asked = 0,
				age = 0;
	double		odds;
	rt_optimum	best;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_customer_row *row = &customers->rows[i];

		total += row->weight;
		taken += row->weight * row->x;
		asked += row->weight * (row->x > 0 ? row->t_x : row->age);
		age += row->weight * row->age;
	}
	odds = log(fmax(asked - taken, 0.01 * taken) / taken);
	{
		double		lower[4] = {log(1e-4), odds - log(1e6), log(1e-6), -log(1e7)};
		double		upper[4] = {log(1e6), odds + log(1e6), log(1e6), log(1e9)};
		double		start[4] = {0, odds, log(0.5), log(2 * fmax(age / total, 1))};

		rt_maximize_from(objective, (void *) customers, 4, lower, upper, all_alike, total, start, moves, 3, &best);
	}
	rt_fit_from_optimum(objective, (void *) customers, 4, logarithms, &best, fit);
}
