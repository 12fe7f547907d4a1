/*
 * lifetime_pmf.c
 *		The probability of exactly n purchases of somebody who may leave at any time.
 *
 * The integral over when they leave, in panels of ln u from where its integrand is highest to both
 * sides.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/gauss_legendre.h"
#include "core/lifetime_integrand.h"
#include "core/lifetime_pmf.h"
#include "core/special.h"

/* ln of the least double: what is below is nothing */
#define LOG_MIN (-745.0)

/* A rate that is known so well is known; its powers of the square root are doubles */
#define SHAPE_MAX 1e250

/*
 * Of the logarithm of the integrand, in a panel: these integrands bend where they are highest, so
 * less than in lifetime.c.  Panels of a third of that and of those in lifetime_integrand.h change
 * one probability of 3,000 random ones by 2e-9 in proportion, the next worst by 1e-11.
 */
#define COUNT_FALL 8.0

/* Above it, terms that cancel would take three digits with them */
#define COUNT_LARGE 1e3

typedef struct lifetime_count
{
	double		m;
	double		n;
	bool		large;			/* terms would cancel */
	double		constant;
} lifetime_count;

static lifetime_count
lifetime_count_of(double m, double n)
{
	lifetime_count c = {m, n, m + n > COUNT_LARGE, 0};

	c.constant =
		c.large ? rt_log_beta_constant(m, n) - log(n) : rt_log_gamma_ratio(m, n) - lgamma(n + 1);
	return c;
}

/* Of ln x: x, 1/x and what is made of them are doubles */
#define LOG_X_MAX 650.0

/*
 * ln of the negative binomial probability of n purchases by x = u/a; the ends of the line are
 * powers of x
 */
static double
count_log_probability(const lifetime_count *c, double log_x, double log_growth)
{
	double		inside = fmin(fmax(log_x, -LOG_X_MAX), LOG_X_MAX);
	double		x;

	if (!c->large)
		return c->constant - c->m * log_growth + c->n * (log_x - log_growth);
	x = exp(inside);
	return c->constant + rt_log_beta_exponent(c->m, c->n, 1 / (1 + x), x / (1 + x)) +
		(log_x < inside ? c->n * (log_x - inside) : -c->m * (log_x - inside));
}

/*
 * Of the integrand by ln u: its logarithm, how that rises and, at most, how the rise changes; what
 * is left from there on
 */
typedef struct lifetime_course
{
	double		value;
	double		slope;
	double		bend;
	double		log_rest;
} lifetime_course;

static double
count_log_integrand(const rt_lifetime_integrand *q, const lifetime_count *c,
					double log_u, const rt_lifetime_point *p)
{
	return q->life->log_s + (log_u - q->life->log_scale) + rt_lifetime_log_hazard(q->life, p) -
		q->life->s * p->left + count_log_probability(c, log_u - q->log_a, p->log_growth);
}

static lifetime_course
count_course_at(const rt_lifetime_integrand *q, const lifetime_count *c, double log_u, double log_t)
{
	const rt_lifetime *life = q->life;
	lifetime_course result;
	rt_lifetime_point p;
	double		gone,
				bought,
				rises,
				likeliest;

	rt_lifetime_look(q, exp(log_u), log_u, &p);
	gone = rt_lifetime_reach(life, log_u, &p);
	bought = rt_lifetime_share(p.x);
	result.value = count_log_integrand(q, c, log_u, &p);

	/* rises is d ln hazard / d ln u */
	rises = life->ages && !rt_lifetime_still_ages(life, p.y) ? 0 : p.y - gone;
	result.slope = c->n + 1 + rises - life->s * gone - (c->m + c->n) * bought;
	result.bend = (c->m + c->n) * bought / (1 + p.x) + life->s * gone * fabs(1 + rises) +
		(rises == 0 ? 0 : p.y + gone * fabs(1 + rises));

	/* who is still here, times the probability where it is highest behind this */
	likeliest = fmin(fmax(log_u - q->log_a, log(c->n / c->m)), log_t - q->log_a);
	result.log_rest =
		count_log_probability(c, likeliest, rt_lifetime_log1p_exp(likeliest)) - life->s * p.left;
	return result;
}

/* ln of both falls of the integrand together over n, up to where it rises */
static double
count_log_falls(const rt_lifetime_integrand *q, const lifetime_count *c, double log_u)
{
	rt_lifetime_point p;

	rt_lifetime_look(q, exp(log_u), log_u, &p);
	return log(
			   (q->life->s * rt_lifetime_reach(q->life, log_u, &p) + (c->m + c->n) *
				rt_lifetime_share(p.x)) /
			   c->n);
}

/*
 * ln u is looked for by secants: where a bracket is wanted first, twice as far as any quotient of
 * doubles is from any other; within it a secant may not come nearer than a hundredth to either end,
 * and each third one halves, so that the bracket is sure to shrink.  Of 3,000 random searches none
 * took more than 17.
 */
#define BRACKET_STEP_MAX 700.0
#define BRACKET_LOW (-3000.0)
#define SECANTS_MAX 200
#define SECANT_LEAST 0.01
#define BRACKET_SMALL 1e-12		/* in proportion: only rounding is left */

/*
 * Below this, at most log_t, the integrand rises, and not much more behind it: secants of a rising
 * function in a bracket
 */
static double
count_rises_until(const rt_lifetime_integrand *q, const lifetime_count *c, double log_t)
{
	double		high = log_t;
	double		above = count_log_falls(q, c, high);
	double		low = high;
	double		below = above;
	double		enough = 1 / sqrt(c->n);

	for (double step = fmin(fmax(above, 1), BRACKET_STEP_MAX); below > 0 && low > BRACKET_LOW;
		 step *= 2)
	{
		high = low;
		above = below;
		low -= step;
		below = count_log_falls(q, c, low);
	}
	for (int i = 0; i < SECANTS_MAX && below < -enough && high - low > BRACKET_SMALL * fabs(low);
		 i++)
	{
		double		part = isinf(above) || isinf(below) || i % 3 == 2 ? 0.5 :
			below / (below - above);
		double		middle = low + (high - low) * fmin(fmax(part, SECANT_LEAST), 1 - SECANT_LEAST);
		double		value = count_log_falls(q, c, middle);

		if (value > 0)
		{
			high = middle;
			above = value;
		}
		else
		{
			low = middle;
			below = value;
		}
	}
	return low;
}

/* The integral as it is added up: value times exp(highest) */
typedef struct lifetime_count_sum
{
	rt_lifetime_integrand q;
	lifetime_count c;
	double		log_t;
	double		highest;
	double		value;
} lifetime_count_sum;

/* A panel of ln u from there on to a side, 1 or -1: how wide, 0 when nothing is left there */
static double
count_add_panel(lifetime_count_sum *s, double from, int side)
{
	const rt_lifetime *life = s->q.life;
	lifetime_course here = count_course_at(&s->q, &s->c, from, s->log_t);
	double		y = life->ages ? exp(from + life->log_b) : 0;
	double		slope = fabs(here.slope);
	double		step;

	if (here.value > s->highest)
	{
		s->value *= exp(s->highest - here.value);
		s->highest = here.value;
	}
	if (side < 0)
		here.log_rest = here.value - log(fmax(slope, 0.5));
	if (exp(here.log_rest - s->highest) <= DBL_EPSILON / 100 * s->value || here.log_rest < LOG_MIN)
		return 0;
	step = fmin(RT_LIFETIME_PANEL_MAX,
				2 * COUNT_FALL / (slope + sqrt(slope * slope + 4 * COUNT_FALL * here.bend)));
	if (rt_lifetime_still_ages(life, y))
		step = fmin(step, log1p(rt_lifetime_ageing_step(life, y) / y));
	if (side > 0)
		step = fmin(step, s->log_t - from);
	if (from + side * step == from)
		return 0;
	for (int i = 0; i < RT_GAUSS_POINTS; i++)
	{
		double		log_u = from + side * step / 2 * (1 + rt_gauss_nodes[i]);
		rt_lifetime_point p;

		rt_lifetime_look(&s->q, s->q.far ? 0 : exp(log_u), log_u, &p);
		s->value += rt_gauss_weights[i] * step / 2 *
			exp(count_log_integrand(&s->q, &s->c, log_u, &p) - s->highest);
	}
	return step;
}

double
rt_lifetime_purchase_pmf(const rt_lifetime *life, double a, double m, int n, double t)
{
	lifetime_count_sum s = {.log_t = log(t), .highest = -INFINITY};
	double		start;
	int			panels = 0;

	if (t == 0)
		return n == 0 ? 1 : 0;
	if (n == 0)
		return fmin(1, exp(-m * rt_log_growth(t, a) - life->s * rt_lifetime_left(life, t)) +
					exp(rt_lifetime_integral(life, a, m, RT_LIFETIME_LEAVES, 0, t, 0, NULL)));

	/* whose rate is that well known, only m/a counts */
	if (m > SHAPE_MAX)
	{
		a = fmax(a * (SHAPE_MAX / m), DBL_MIN);
		m = SHAPE_MAX;
	}
	s.q = rt_lifetime_integrand_of(life, a, m, RT_LIFETIME_LEAVES, 0, t);
	s.c = lifetime_count_of(m, n);

	/* from where it rises no more to t, then from there down to nothing */
	start = count_rises_until(&s.q, &s.c, s.log_t);
	for (int side = 1; side >= -1; side -= 2)
	{
		double		from = start;
		double		step = INFINITY;

		while (step != 0 && (side < 0 || from < s.log_t) && panels++ < RT_LIFETIME_PANELS_MAX)
		{
			step = count_add_panel(&s, from, side);
			from += side * step;
		}
	}
	return fmin(1, exp(count_log_probability(&s.c, s.log_t - s.q.log_a, rt_log_growth(t, a)) -
					   life->s * rt_lifetime_left(life, t)) +
				(s.value > 0 ? s.value * exp(s.highest) : 0));
}
