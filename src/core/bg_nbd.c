/*
 * bg_nbd.c
 *		Customers who may leave after any purchase.
 *
 * What happens within a time t from now on: given that she is a customer, j of the
 * k events of the interval that runs have happened with a probability proportional
 * to (m)_j / j! ((age - t_x) / (alpha + age))^j, lambda is then
 * Gamma(m + j, rate alpha + age), and the number of events within t, if she stays, is
 * negative binomial.  She stays through i purchases with probability
 * (b')_i / (a + b')_i, b' = b + x + d.  All sums below are of such terms, so that
 * nothing cancels.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <complex.h>
#include <float.h>
#include <math.h>

#include "core/bg_nbd.h"
#include "core/gauss_legendre.h"
#include "core/optimize.h"
#include "core/poll.h"
#include "core/special.h"

/* More terms than these take longer than the integral over p */
#define TERMS_MAX 4000.0

/* Sums are moved back into the range of double by this much */
#define RESCALE 1e200

/* Ages whose logarithms are remembered while a likelihood is added up */
#define AGES 1024

#define TWO_PI 6.28318530717958647693

bool
rt_bg_nbd_from_model(const rt_model *model, rt_bg_nbd *bg_nbd)
{
	const double *p = model->parameters;

	switch (model->id)
	{
		case RT_MODEL_BG_NBD:
		case RT_MODEL_MBG_NBD:
			bg_nbd->k = 1;
			break;
		case RT_MODEL_BG_CNBD_K:
		case RT_MODEL_MBG_CNBD_K:
			bg_nbd->k = (int) *p++;
			break;
		default:
			return false;
	}
	bg_nbd->first_may_be_last = model->id == RT_MODEL_MBG_NBD || model->id == RT_MODEL_MBG_CNBD_K;
	bg_nbd->r = p[0];
	bg_nbd->alpha = p[1];
	bg_nbd->a = p[2];
	bg_nbd->b = p[3];
	return true;
}

/* Of the two states: their logarithms, up to the same factor */
typedef struct states
{
	double		log_gone;		/* minus infinity when she can't be */
	double		log_here;
} states;

static states
customer_states(const rt_bg_nbd *model, const rt_customer *customer)
{
	double		m = model->r + model->k * customer->x;
	double		left = customer->x + (model->first_may_be_last ? 1 : 0) - 1; /* -1: she had no occasion to leave */
	double		ratio = (customer->age - customer->t_x) / (model->alpha + customer->age);
	double		term = 1;
	double		here = 1;
	double		shift = 0;
	states		result;

	if (left < 0)
		result.log_gone = -INFINITY;
	else
		result.log_gone = log(model->a) - log(model->b + left) +
			m * log1p((customer->age - customer->t_x) / (model->alpha + customer->t_x));
	for (int j = 1; j < model->k; j++)
	{
		term *= (m + j - 1) * ratio / j;
		here += term;
		if (here > RESCALE)
		{
			here /= RESCALE;
			term /= RESCALE;
			shift += log(RESCALE);
		}
	}
	result.log_here = shift + log(here);
	return result;
}

/* ln(exp(a) + exp(b)) */
static double
log_sum(double a, double b)
{
	return fmax(a, b) + log1p(exp(-fabs(a - b)));
}

double
rt_bg_nbd_log_likelihood(const rt_bg_nbd *model, const rt_customer *customer, double sum_log)
{
	double		events = model->k * customer->x;
	double		stays = customer->x + (model->first_may_be_last ? 1 : 0);
	states		s = customer_states(model, customer);

	return (model->k - 1) * sum_log - (model->k > 1 ? customer->x * lgamma(model->k) : 0) +
		rt_log_gamma_ratio(model->b, stays) - rt_log_gamma_ratio(model->a + model->b, stays) +
		rt_log_gamma_ratio(model->r, events) - model->r * log1p(customer->age / model->alpha) -
		events * log(model->alpha + customer->age) + log_sum(s.log_gone, s.log_here);
}

double
rt_bg_nbd_p_alive(const rt_bg_nbd *model, const rt_customer *customer)
{
	states		s = customer_states(model, customer);

	return 1 / (1 + exp(s.log_gone - s.log_here));
}

double
rt_bg_nbd_p_gone(const rt_bg_nbd *model, const rt_customer *customer)
{
	states		s = customer_states(model, customer);

	return 1 / (1 + exp(s.log_here - s.log_gone));
}

/* What a sum over the future of who is a customer is made of */
typedef struct future
{
	double		p_alive;
	double		shape;			/* m, of j = 0 */
	double		odds;			/* t / (alpha + age) */
	double		a;
	double		b;				/* b' */
	double		phases[RT_K_MAX];	/* probability of j events of the interval so far */
} future;

void
rt_bg_nbd_phases(const rt_bg_nbd *model, const rt_customer *customer, double *phases)
{
	double		shape = model->r + model->k * customer->x;
	double		ratio = (customer->age - customer->t_x) / (model->alpha + customer->age);
	double		sum = 1;

	phases[0] = 1;
	for (int j = 1; j < model->k; j++)
	{
		phases[j] = phases[j - 1] * (shape + j - 1) * ratio / j;
		sum += phases[j];
		if (sum > RESCALE)
		{
			for (int i = 0; i <= j; i++)
				phases[i] /= RESCALE;
			sum /= RESCALE;
		}
	}
	for (int j = 0; j < model->k; j++)
		phases[j] /= sum;
}

static void
future_of(const rt_bg_nbd *model, const rt_customer *customer, double t, future *f)
{
	f->p_alive = rt_bg_nbd_p_alive(model, customer);
	f->shape = model->r + model->k * customer->x;
	f->odds = t / (model->alpha + customer->age);
	f->a = model->a;
	f->b = model->b + customer->x + (model->first_may_be_last ? 1 : 0);
	rt_bg_nbd_phases(model, customer, f->phases);
}

typedef enum what
{
	EXPECTED_PURCHASES,			/* sum of the chances that she stays for the i-th, i up to the number */
	STILL_ALIVE,				/* the chance that she stays through all */
	TIME_ALIVE					/* the share of the time that she stays; only for k = 1, and only over p */
} what;

/*
 * The expectation over the number of events, negative binomial with this shape, from
 * phase j on.  Terms of the distribution are followed in a scale of their own, since
 * the first ones may be below any double.
 */
static double
sum_over_events(const future *f, int k, int j, what what)
{
	double		shape = f->shape + j;
	double		z = f->odds / (1 + f->odds);
	double		log_scale = -shape * log1p(f->odds);
	double		term = 1;		/* probability of so many events, times exp(-log_scale) */
	double		stays = 1;		/* chance to stay through the purchases so far */
	double		purchases = 0;
	double		expected = 0;	/* of the purchases so far */
	double		sum = 0;
	double		mode = (shape - 1) * f->odds;
	int			phase = j;

	for (double n = 0;; n++)
	{
		double		value;
		double		next;

		value = what == STILL_ALIVE ? stays : expected;
		sum += term * value;
		next = term * z * (shape + n) / (n + 1);

		/* behind the mode terms fall at least as fast as from this one to the next; the value grows no faster than n */
		if (n > mode && (term == 0 ||
						 next * (what == STILL_ALIVE ? value : value + n + 1 + 1 / (1 - z)) <= DBL_EPSILON / 8 * sum * (1 - fmin(1 - 1e-9, z * (shape + n) / (n + 1)))))
			break;
		term = next;
		if (++phase == k)
		{
			phase = 0;
			expected += stays;
			stays *= (f->b + purchases) / (f->a + f->b + purchases);
			purchases++;
		}
		if (term > RESCALE || sum > RESCALE)
		{
			term /= RESCALE;
			sum /= RESCALE;
			log_scale += log(RESCALE);
		}
	}
	return sum == 0 ? 0 : exp(log(sum) + log_scale);
}

/*
 * Purchases are the whole part of (j + events) / k.  With w = (1 - p)^(1/k) times a
 * k-th root of unity each, (1 - p)^purchases is the mean over all w of w^(j + events)
 * (1 + 1/w + ... + 1/w^(k - 1)), and w^events has the expectation
 * (1 + odds (1 - w))^-shape.
 */
static double
stays_through(const future *f, int k, double log_q)
{
	double		sum = 0;

	if (k == 1)
		return exp(-f->shape * log1p(-expm1(log_q) * f->odds));

	/* who nearly always leaves: the roots are too small to divide by, but few purchases matter */
	if (log_q < -2)
	{
		for (int j = 0; j < k; j++)
		{
			double		shape = f->shape + j;
			double		term = exp(-shape * log1p(f->odds));

			for (int n = 0; term > 0 && (j + n) / k * log_q > -45; n++)
			{
				sum += f->phases[j] * term * exp((j + n) / k * log_q);
				term *= f->odds / (1 + f->odds) * (shape + n) / (n + 1);
			}
		}
		return sum;
	}
	for (int l = 0; l <= k / 2; l++)
	{
		double complex root = cexp(log_q / k + TWO_PI * I * l / k);
		double complex base = 1 + f->odds * (l == 0 ? -expm1(log_q / k) : 1 - root);
		double complex phases = 0;
		double complex factor = 0;

		for (int j = k - 1; j >= 0; j--)
		{
			phases = phases * root / base + f->phases[j];
			factor = (factor + 1) / (j > 0 ? root : 1);
		}
		/* the root and its conjugate */
		sum += creal(phases * factor * cexp(-f->shape * clog(base))) * (l == 0 || 2 * l == k ? 1 : 2);
	}
	return sum / k;
}

/*
 * 1 - stays_through, and not rounded to 0 where she hardly ever leaves: of the root that goes to 1 the
 * differences from 1, of the others what the sum of its powers is, (1 - 1/q) / (1 - 1/w).
 */
static double
leaves_within(const future *f, int k, double log_q)
{
	double		leave = -expm1(log_q / k);
	double		log_base = log1p(f->odds * leave);
	double		sum;
	double		phases_short = 0;	/* of 1 */
	double		factor_over = 0;
	double		power_short = -expm1(-f->shape * log_base);

	if (k == 1)
		return power_short;
	if (log_q < -2)
		return 1 - stays_through(f, k, log_q);
	for (int j = 1; j < k; j++)
	{
		phases_short -= f->phases[j] * expm1(j * (log_q / k - log_base));
		factor_over += expm1(-j * log_q / k) / k;
	}

	/* 1 - (1 - phases_short) (1 + factor_over) (1 - power_short) */
	sum = power_short + (1 - power_short) * (phases_short - factor_over * (1 - phases_short));
	for (int l = 1; l <= k / 2; l++)
	{
		double complex root = cexp(log_q / k + TWO_PI * I * l / k);
		double complex base = 1 + f->odds * (1 - root);
		double complex phases = 0;
		double complex factor = -expm1(-log_q) / (1 - 1 / root);

		for (int j = k - 1; j >= 0; j--)
			phases = phases * root / base + f->phases[j];
		sum -= creal(phases * factor * cexp(-f->shape * clog(base))) * (2 * l == k ? 1 : 2) / k;
	}
	return sum;
}

/* The number of purchases if she never leaves */
static double
purchases_for_ever(const future *f, int k)
{
	double		sum = 0;
	double		last = 0;		/* events of the interval that runs then: the mean of 0 .. k - 1, but for what is not evenly distributed */

	for (int j = 0; j < k; j++)
		sum += f->phases[j] * (j + (f->shape + j) * f->odds);
	for (int i = 1; i < k; i++)
	{
		double		probability = 1;

		for (int l = 1; l < k; l++)
		{
			double complex root = cexp(TWO_PI * I * l / k);
			double complex base = 1 + f->odds * (1 - root);
			double complex phases = 0;

			for (int j = k - 1; j >= 0; j--)
				phases = phases * root / base + f->phases[j];
			probability += creal(phases * cexp(-TWO_PI * I * l * i / k) * cexp(-f->shape * clog(base)));
		}
		last += i * probability / k;
	}
	return (sum - last) / k;
}

/*
 * The same as an integral over the chance p to leave, by the trapezoidal rule in
 * ln(p / (1 - p)), which converges exponentially: she makes (1 - stays) / p purchases
 * where she stays with the chance stays.  Where p is so small that this is constant
 * only the power p^(a - 1) is left, and what is to the left a geometric series.
 */
static double
integrate_over_p(const future *f, int k, what what)
{
	double		deviation = sqrt(1 / f->a + 1 / f->b);
	double		center = log(f->a) - log(f->b);
	double		step = fmin(0.2, 0.6 * deviation);
	double		log_beta = lgamma(f->a) - rt_log_gamma_ratio(f->b, f->a);
	double		for_ever = purchases_for_ever(f, k);
	double		spread = for_ever * (1 + k / f->shape);
	double		low,
				sum = 0;

	low = fmin(log(1e-17) - log1p(spread), log(1e-17) - log1p(f->b));
	low = fmax(low, center - 40 * deviation - 40 / f->a);
	for (double u = low; u < 800; u += step)
	{
		double		log_q = -(u > 0 ? u + log1p(exp(-u)) : log1p(exp(u)));
		double		log_p = u + log_q;
		double		p = exp(log_p);
		double		value;
		double		term;

		if (what == STILL_ALIVE)
			value = stays_through(f, k, log_q);
		else if (what == TIME_ALIVE)
		{
			/* the mean of (1 + p u odds)^-shape for u from 0 to 1 */
			double		growth = log1p(p * f->odds);
			double		power = (f->shape - 1) * growth;

			value = (p * f->odds > 0 ? growth / (p * f->odds) : 1) * (fabs(power) < 1e-12 ? 1 - power / 2 : -expm1(-power) / power);
		}
		else if (k > 1 && p * spread < 1e-8)
			value = for_ever;
		else
			value = leaves_within(f, k, log_q) / p;
		term = exp(f->a * log_p + f->b * log_q - log_beta) * value * step;
		if (u == low)
			sum += term / expm1(f->a * step);
		sum += term;
		if (u > center && u > -log1p(spread) && term <= DBL_EPSILON / 100 * sum)
			break;
	}
	return sum;
}

static double
over_known_future(const rt_bg_nbd *model, const future *f, what what)
{
	double		events;
	double		sum = 0;

	if (f->odds == 0)
		return what == STILL_ALIVE ? f->p_alive : 0;
	if (f->p_alive == 0)
		return 0;

	/* the mean, ten deviations, and the geometric end of the distribution */
	events = (f->shape + model->k) * f->odds;
	if (events + 10 * sqrt(events * (1 + f->odds)) + 40 * (1 + f->odds) > TERMS_MAX * model->k)
		return f->p_alive * integrate_over_p(f, model->k, what);
	for (int j = 0; j < model->k; j++)
	{
		if (f->phases[j] > 0)
			sum += f->phases[j] * sum_over_events(f, model->k, j, what);
	}
	return f->p_alive * sum;
}

static double
over_future(const rt_bg_nbd *model, const rt_customer *customer, double t, what what)
{
	future		f;

	if (!(t >= 0))
		return NAN;
	future_of(model, customer, t, &f);
	return over_known_future(model, &f, what);
}

double
rt_bg_nbd_expected_purchases(const rt_bg_nbd *model, const rt_customer *customer, double t)
{
	return over_future(model, customer, t, EXPECTED_PURCHASES);
}

double
rt_bg_nbd_p_alive_after(const rt_bg_nbd *model, const rt_customer *customer, double t)
{
	return over_future(model, customer, t, STILL_ALIVE);
}

/* ln of the negative binomial probability of n events */
static double
log_events(double shape, double odds, double n)
{
	return rt_log_gamma_ratio(shape, n) - lgamma(n + 1) - shape * log1p(odds) + n * (log(odds) - log1p(odds));
}

/* The probability of fewer than n events */
static double
fewer_events(double shape, double odds, int n)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += exp(log_events(shape, odds, i));
	return fmin(1, sum);
}

/* The probability of n events or more */
static double
at_least_events(double shape, double odds, int n)
{
	double		log_lower,
				log_upper;

	if (n <= 0)
		return 1;
	if (n == 1)
		return -expm1(-shape * log1p(odds));

	/* I_z(n, shape) */
	rt_log_incomplete_beta(n, shape, odds / (1 + odds), 1 / (1 + odds), &log_lower, &log_upper);
	return exp(log_lower);
}

/* Gauss-Legendre with 5 points, for a function that is smooth and counts little */
#define FEW 5
static const double few_nodes[FEW] = {-0.90617984593866399280, -0.53846931010568309104, 0, 0.53846931010568309104, 0.90617984593866399280};
static const double few_weights[FEW] = {0.23692688505618908751, 0.47862867049936646804, 0.56888888888888888889, 0.47862867049936646804, 0.23692688505618908751};

/*
 * The purchases expected by several times, the last one the latest: as sum_over_events, but
 * term by term for all of them, since what differs is only the odds.
 */
static void
expected_by_times(const rt_bg_nbd *model, const future *f, const double *odds, double *expected)
{
	double		latest = odds[FEW];
	double		events = (f->shape + model->k) * latest;

	/* where the first terms are below any double, or many */
	if ((f->shape + model->k) * log1p(latest) > 600 || events + 10 * sqrt(events * (1 + latest)) > TERMS_MAX)
	{
		future		g = *f;

		for (int i = 0; i <= FEW; i++)
		{
			g.odds = odds[i];
			expected[i] = over_known_future(model, &g, EXPECTED_PURCHASES);
		}
		return;
	}
	for (int i = 0; i <= FEW; i++)
		expected[i] = 0;
	for (int j = 0; j < model->k; j++)
	{
		double		shape = f->shape + j;
		double		mode = (shape - 1) * latest;
		double		z[FEW + 1],
					term[FEW + 1];
		double		stays = 1;
		double		purchases = 0;
		double		value = 0;
		int			phase = j;

		if (!(f->phases[j] > 0))
			continue;
		for (int i = 0; i <= FEW; i++)
		{
			z[i] = odds[i] / (1 + odds[i]);
			term[i] = f->phases[j] * exp(-shape * log1p(odds[i]));
		}
		for (double n = 0;; n++)
		{
			double		factor = (shape + n) / (n + 1);

			for (int i = 0; i <= FEW; i++)
			{
				expected[i] += term[i] * value;
				term[i] *= z[i] * factor;
			}
			if (n > mode && term[FEW] * (value + n + 1 + 1 / (1 - z[FEW])) <= DBL_EPSILON / 8 * expected[FEW] * (1 - fmin(1 - 1e-9, z[FEW] * factor)))
				break;
			if (++phase == model->k)
			{
				phase = 0;
				value += stays;
				stays *= (f->b + purchases) / (f->a + f->b + purchases);
				purchases++;
			}
		}
	}
}

/* Nodes of the trapezoidal rule for one of two variables, no more than this */
#define NODES 400

/*
 * For ever.  With lambda given she buys first, and again if she stays, each time after
 * the interval that counts rho = (lambda / (lambda + rate))^k:
 *
 *		rho^((k - j) / k) / (1 - rho + p rho)
 *
 * purchases when j events of the first interval have happened; the mean over lambda and p,
 * by the trapezoidal rule in ln lambda and ln(p / (1 - p)), converges exponentially.  To
 * the left and right of all p that matter only a power of p or 1 - p is left.
 */
static double
discounted_for_ever(const rt_bg_nbd *model, const rt_customer *customer, const future *f, double rate)
{
	double		alpha = model->alpha + customer->age;
	double		deviation = sqrt(1 / f->a + 1 / f->b);
	double		center = log(f->a) - log(f->b);
	double		log_beta = lgamma(f->a) - rt_log_gamma_ratio(f->b, f->a);
	double		never[NODES],	/* 1 - rho */
				again[NODES],	/* rho */
				weight[NODES];
	double		most = 0;
	double		from,
				to,
				step;
	double		sum = 0;
	int			count;

	/* lambda, from the chance of 1e-13 to be below on, or where she hardly buys before it counts nothing */
	step = fmin(0.25, 0.45 / sqrt(f->shape + model->k));
	from = log(f->shape) - log(alpha) - fmin(30 / f->shape + 5, 9 / sqrt(f->shape) + 30 / (f->shape + 1));
	from = fmax(from, fmin(-log(alpha), log(rate)) - 60);
	to = log(f->shape + model->k + 9 * sqrt(f->shape + model->k) + 30) - log(alpha);
	step = fmax(step, (to - from) / (NODES - 1));
	count = (int) ((to - from) / step) + 1;
	for (int i = 0; i < count; i++)
	{
		double		log_lambda = from + i * step;
		double		events = exp(log_lambda) * alpha;
		double		log_ratio = -log1p(rate / exp(log_lambda));	/* ln(lambda / (lambda + rate)) */
		double		term = f->shape * (log_lambda + log(alpha)) - events - lgamma(f->shape) + model->k * log_ratio;

		/* over what has happened of the interval that runs */
		weight[i] = 0;
		for (int j = 0; j < model->k; j++)
		{
			weight[i] += step * f->phases[j] * exp(term);
			term += log(events / (f->shape + j)) - log_ratio;
		}
		never[i] = -expm1(model->k * log_ratio);
		again[i] = exp(model->k * log_ratio);
		most = fmax(most, again[i] / never[i]);
	}

	/* p */
	step = fmin(0.5, 0.5 * deviation);
	from = fmax(-28 - log1p(most) - log1p(f->b), center - 14 * deviation - 30 / f->a);
	to = fmin(28 + log1p(f->a), center + 14 * deviation + 30 / f->b);
	for (double u = from;; u += step)
	{
		double		log_q = -(u > 0 ? u + log1p(exp(-u)) : log1p(exp(u)));
		double		p = exp(u + log_q);
		double		term = step * exp(f->a * (u + log_q) + f->b * log_q - log_beta);
		double		value = 0;

		for (int i = 0; i < count; i++)
			value += weight[i] / (never[i] + p * again[i]);
		if (u == from)
			term += term / expm1(f->a * step);
		if (u >= to)
		{
			term += term / expm1(f->b * step);
			return sum + term * value;
		}
		sum += term * value;
	}
}

/*
 * By parts: exp(-rate t) E(t) + rate int_0^t exp(-rate u) E(u) du, E the purchases expected
 * up to u, in panels that double from the time of a few purchases on.
 */
double
rt_bg_nbd_discounted_if_alive(const rt_bg_nbd *model, const rt_customer *customer, double t, double rate)
{
	double		alpha = model->alpha + customer->age;
	double		first;
	double		from = 0;
	double		sum = 0;
	double		last = 0;
	future		f;

	if (!(t >= 0 && rate >= 0) || (isinf(t) && rate == 0))
		return NAN;
	future_of(model, customer, t, &f);
	f.p_alive = 1;
	if (rate == 0)
		return over_known_future(model, &f, EXPECTED_PURCHASES);
	if (isinf(t))
		return discounted_for_ever(model, customer, &f, rate);
	first = 2 * alpha / (f.shape + model->k);
	while (from < t)
	{
		double		to = fmin(t, from + fmin(fmax(from, first), 0.5 / rate));
		double		half = (to - from) / 2;
		double		odds[FEW + 1];
		double		expected[FEW + 1];

		for (int i = 0; i < FEW; i++)
			odds[i] = (from + half * (1 + few_nodes[i])) / alpha;
		odds[FEW] = to / alpha;
		expected_by_times(model, &f, odds, expected);
		for (int i = 0; i < FEW; i++)
			sum += few_weights[i] * half * rate * exp(-rate * alpha * odds[i]) * expected[i];
		last = expected[FEW];
		from = to;

		/* no more than as if she never left, from here on */
		if (exp(-rate * from) * (2 * last + f.shape / alpha / rate) <= 1e-12 * sum)
			return sum;
	}
	return sum + exp(-rate * t) * last;
}

/* The mean of her remaining lifetime, which she leaves at a purchase: N more of them, geometric with 1/p on average */
static double
mean_lifetime(const rt_bg_nbd *model, const rt_customer *customer)
{
	double		sum = 0;
	double		purchases;
	future		f;

	future_of(model, customer, 0, &f);
	if (f.p_alive == 0)
		return 0;
	if (f.a <= 1)
		return INFINITY;
	purchases = (f.a + f.b - 1) / (f.a - 1);
	for (int j = 0; j < model->k; j++)
	{
		if (f.shape + j <= 1)
			return INFINITY;
		sum += f.phases[j] * (model->alpha + customer->age) / (f.shape + j - 1) * (model->k * purchases - j);
	}
	return f.p_alive * sum;
}

double
rt_bg_nbd_expected_lifetime(const rt_bg_nbd *model, const rt_customer *customer, double t)
{
	future		f;
	double		from = 0;
	double		sum = 0;

	if (!(t >= 0))
		return NAN;
	if (isinf(t))
		return mean_lifetime(model, customer);
	future_of(model, customer, t, &f);
	if (t == 0 || f.p_alive == 0)
		return 0;
	if (model->k == 1)
		return f.p_alive * t * fmin(1, integrate_over_p(&f, 1, TIME_ALIVE));

	/* for regular buyers over time, in panels that double from half a typical interval on */
	while (from < t)
	{
		double		to = fmin(t, fmax(2 * from, (model->alpha + customer->age) * model->k / (f.shape + model->k) / 2));
		double		half = (to - from) / 2;

		for (int i = 0; i < RT_GAUSS_POINTS; i++)
			sum += rt_gauss_weights[i] * half *
				over_future(model, customer, from + half * (1 + rt_gauss_nodes[i]), STILL_ALIVE);
		from = to;
	}
	return sum;
}

double
rt_bg_nbd_purchase_probability(const rt_bg_nbd *model, const rt_customer *customer, double t)
{
	future		f;
	double		sum = 0;

	if (!(t >= 0))
		return NAN;
	if (t == 0)
		return 0;
	future_of(model, customer, t, &f);
	for (int j = 0; j < model->k; j++)
	{
		if (f.phases[j] > 0)
			sum += f.phases[j] * at_least_events(f.shape + j, f.odds, model->k - j);
	}
	return f.p_alive * fmin(1, sum);
}

/*
 * n purchases: that many and she stayed through all but perhaps the last, after which
 * nothing is seen of her whether she left or not; or more would have been, but she
 * left after the n-th.
 */
double
rt_bg_nbd_purchase_pmf(const rt_bg_nbd *model, const rt_customer *customer, int n, double t)
{
	future		f;
	double		sum = 0;
	double		stays;

	if (!(t >= 0) || n < 0)
		return NAN;
	if (t == 0)
		return n == 0 ? 1 : 0;
	future_of(model, customer, t, &f);
	if (n == 0)
	{
		for (int j = 0; j < model->k; j++)
		{
			if (f.phases[j] > 0)
				sum += f.phases[j] * fewer_events(f.shape + j, f.odds, model->k - j);
		}
		return rt_bg_nbd_p_gone(model, customer) + f.p_alive * fmin(1, sum);
	}
	stays = exp(rt_log_gamma_ratio(f.b, n) - rt_log_gamma_ratio(f.a + f.b, n));
	for (int j = 0; j < model->k; j++)
	{
		double		exactly = 0;
		double		leaves = stays * f.a / (f.b + n - 1);	/* stays for the n-th, and then does not */

		if (!(f.phases[j] > 0))
			continue;
		for (int i = 0; i < model->k; i++)
			exactly += exp(log_events(f.shape + j, f.odds, (double) n * model->k - j + i));
		sum += f.phases[j] * (stays * exactly + leaves * at_least_events(f.shape + j, f.odds, n * model->k - j));
	}
	return f.p_alive * sum;
}

/* ----------------------------------------------------------------- fitting */

typedef struct fit_data
{
	const rt_customers *customers;
	int			k;
	bool		first_may_be_last;
} fit_data;

/*
 * The likelihood and its gradient by ln r, ln(alpha / r), ln a and ln(b / a):
 * toward the limit of customers who are all alike r and alpha, a and b go to infinity
 * together, and only these differences stay.  What depends on x
 * alone is computed once for a run of rows.
 */
static double
objective(const double *x, double *gradient, void *argument)
{
	const fit_data *data = argument;
	const rt_customers *customers = data->customers;
	double		r = exp(x[0]);
	double		alpha = exp(x[0] + x[1]);
	double		a = exp(x[2]);
	double		b = exp(x[2] + x[3]);
	double		log_a = x[2];
	int			k = data->k;
	double		by_r = 0,
				by_alpha = 0,
				by_a = 0,
				by_b = 0,
				value = 0,
				purchases = 0;
	double		last_t_x = NAN,
				log_growth_t_x = 0;
	struct
	{
		double		age;
		double		log_growth;
	}			ages[AGES];
	size_t		i = 0;

	for (int place = 0; place < AGES; place++)
		ages[place].age = NAN;
	while (i < customers->row_count)
	{
		double		n = customers->rows[i].x;
		double		m = r + k * n;
		double		stays = n + (data->first_may_be_last ? 1 : 0);
		double		gamma_term = rt_log_gamma_ratio(r, k * n);
		double		digamma_term = rt_digamma_difference(r, k * n);
		double		beta_term = rt_log_gamma_ratio(b, stays) - rt_log_gamma_ratio(a + b, stays);
		double		both = rt_digamma_difference(a + b, stays);
		double		beta_b = rt_digamma_difference(b, stays) - both;
		double		log_leave = stays > 0 ? log_a - log(b + stays - 1) : -INFINITY;
		double		by_leave = stays > 0 ? -1 / (b + stays - 1) : 0;

		for (; i < customers->row_count && customers->rows[i].x == n; i++)
		{
			double		weight = customers->rows[i].weight;
			double		t_x = customers->rows[i].t_x / customers->time_unit;
			double		age = customers->rows[i].age / customers->time_unit;
			size_t		place = (size_t) fabs(customers->rows[i].age) % AGES;
			double		log_growth,
						log_ratio;
			double		here = 1,
						here_r = 0,
						here_alpha = 0,
						log_here = 0;
			double		gone,
						both_states;

			rt_poll_each(i);
			/* logarithms are most of the work, and there are few ages */
			if (ages[place].age != age)
			{
				ages[place].age = age;
				ages[place].log_growth = log1p(age / alpha);
			}
			log_growth = ages[place].log_growth;
			if (t_x != last_t_x)
			{
				last_t_x = t_x;
				log_growth_t_x = log1p(t_x / alpha);
			}
			log_ratio = log_growth - log_growth_t_x;
			if (k > 1)
			{
				double		y = (age - t_x) / (alpha + age);
				double		term = 1;
				double		steps = 0;

				for (int j = 1; j < k; j++)
				{
					term *= (m + j - 1) * y / j;
					steps += 1 / (m + j - 1);
					here += term;
					here_r += term * steps;
					here_alpha += term * j;
				}
				here_r /= here;
				here_alpha /= -here * (alpha + age);
				log_here = log(here);
			}

			/* the share of gone in gone + here */
			both_states = log_here;
			gone = 0;
			if (stays > 0)
			{
				gone = 1 / (1 + exp(log_here - log_leave - m * log_ratio));
				both_states = gone > 0.5 ? log_leave + m * log_ratio - log(gone) : log_here - log(1 - gone);
			}
			value += weight * (gamma_term - k * n * (log_growth + x[0] + x[1]) - r * log_growth + beta_term + both_states);
			by_r += weight * (digamma_term - log_growth + gone * log_ratio + (1 - gone) * here_r);
			by_alpha += weight * (r / alpha - m / (alpha + age) +
								  gone * m * (t_x - age) / ((alpha + age) * (alpha + t_x)) + (1 - gone) * here_alpha);
			by_a += weight * (gone / a - both);
			by_b += weight * (beta_b + gone * by_leave);
			purchases += weight * n;
		}
	}
	if (k > 1)
		value += (k - 1) * (customers->sum_log - purchases * log(customers->time_unit)) - purchases * lgamma(k);
	gradient[0] = by_r * r + by_alpha * alpha;
	gradient[1] = by_alpha * alpha;
	gradient[2] = by_a * a + by_b * b;
	gradient[3] = by_b * b;
	return value;
}

static bool
all_alike(const double *x, const void *data)
{
	(void) data;
	return x[0] > RT_ALIKE || x[2] > RT_ALIKE;
}

static void
fit_with_k(const fit_data *data, double customers, double rate, const double *start, rt_optimum *best)
{
	static const double moves[4 * 4] = {
		0, 0, 0, 0,
		-1, 0, -1.5, 0,
		1, 0, -3, 1,
		0, 0.7, 0.7, -1
	};
	double		middle = -log(rate * data->k);
	double		lower[4] = {log(1e-4), middle - log(1e6), log(1e-6), log(1e-6)};
	double		upper[4] = {log(1e6), middle + log(1e6), log(1e6), log(1e6)};

	rt_maximize_from(objective, (void *) data, 4, lower, upper, all_alike, customers, start, moves, 4, best);
}

void
rt_bg_nbd_fit_model(rt_model_id id, int k, const rt_customers *customers, rt_fit *fit)
{
	static const double logarithms[16] = {
		1, 0, 0, 0,
		1, 1, 0, 0,
		0, 0, 1, 0,
		0, 0, 1, 1
	};
	bool		has_k = id == RT_MODEL_BG_CNBD_K || id == RT_MODEL_MBG_CNBD_K;
	fit_data	data = {customers, k > 0 ? k : 1, id == RT_MODEL_MBG_NBD || id == RT_MODEL_MBG_CNBD_K};
	double		start[4];
	double		total = 0,
				purchases = 0,
				time = 0;
	rt_optimum	best,
				next;
	rt_fit		found;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_customer_row *row = &customers->rows[i];

		total += row->weight;
		purchases += row->weight * row->x;
		time += row->weight * ((row->x > 0 ? row->t_x : row->age) / customers->time_unit);
	}

	/* one repeat purchase in the time they were seen buying; one in five leaves each time */
	start[0] = 0;
	start[1] = log(time / purchases / data.k);
	start[2] = 0;
	start[3] = log(4);
	fit_with_k(&data, total, purchases / time, start, &best);

	/* more regular, from where the last one ended, until two in a row are worse */
	for (int next_k = 2, worse = 0; has_k && k == 0 && next_k <= RT_K_MAX && worse < 2; next_k++)
	{
		fit_data	trial = {customers, next_k, data.first_may_be_last};

		for (int i = 0; i < 4; i++)
			start[i] = best.x[i];
		start[1] += log((double) data.k / next_k);
		fit_with_k(&trial, total, purchases / time, start, &next);
		if (next.value > best.value)
		{
			best = next;
			data.k = next_k;
			worse = 0;
		}
		else
			worse++;
	}
	rt_fit_from_optimum(objective, &data, 4, logarithms, &best, &found);
	*fit = found;
	if (!has_k)
		return;

	/* k comes first, and is a whole number */
	fit->parameters[0] = data.k;
	for (int i = 0; i < RT_PARAMETERS_MAX; i++)
		fit->covariance[i] = fit->covariance[i * RT_PARAMETERS_MAX] = NAN;
	for (int i = 0; i < 4; i++)
	{
		fit->parameters[i + 1] = found.parameters[i];
		for (int j = 0; j < 4; j++)
			fit->covariance[(i + 1) * RT_PARAMETERS_MAX + j + 1] = found.covariance[i * RT_PARAMETERS_MAX + j];
	}
}
