/*
 * bg_nbd_outlook.c
 *		What customers who may leave after any purchase will do, how far that spreads, and how it
 *		changes with the parameters.
 *
 * Where few events are likely all of it is counted in one pass over their number, as in
 * bg_nbd_future.c; else it is made of integrals, and of their differences.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/bg_nbd.h"
#include "core/poll.h"
#include "core/special.h"

/* The places of the parameters behind k */
enum
{
	R, ALPHA, A, B, ODDS
};

static int
outlook_first(const rt_base *base)
{
	return base->kind->has_whole_k ? 1 : 0;
}

/* One more parameter than the others */
static bool
outlook_with_odds(const rt_base *base)
{
	return base->kind->parameter_count > outlook_first(base) + ODDS;
}

/* ------------------------------------------------------------------ phases */

/*
 * The phases, and the derivatives of ln of (m)_j / j! ((age - t_x) / (alpha + age))^j, to which
 * they are proportional, by ln r and ln alpha; their means are those of the logarithm of the sum
 */
typedef struct outlook_phases
{
	double		phases[RT_K_MAX];
	double		by[2][RT_K_MAX];
	double		mean[2];
} outlook_phases;

static void
outlook_phases_of(const rt_bg_nbd *m, const rt_customer *customer, outlook_phases *p)
{
	double		shape = m->r + m->k * customer->x;
	double		by_alpha = m->alpha / (m->alpha + customer->age);

	p->phases[0] = 1;
	if (m->k > 1)
		rt_bg_nbd_phases_of(m, customer, p->phases);
	p->by[R][0] = p->by[ALPHA][0] = 0;
	p->mean[R] = p->mean[ALPHA] = 0;
	for (int j = 1; j < m->k; j++)
	{
		p->by[R][j] = p->by[R][j - 1] + m->r / (shape + (j - 1));
		p->by[ALPHA][j] = -j * by_alpha;
		p->mean[R] += p->phases[j] * p->by[R][j];
		p->mean[ALPHA] += p->phases[j] * p->by[ALPHA][j];
	}
}

void
rt_bg_nbd_phases(const rt_base *base, const rt_customer *customer, double *phases,
				 double (*slopes)[RT_K_MAX])
{
	rt_bg_nbd	m = rt_bg_nbd_within(base);
	rt_customer c = rt_bg_nbd_customer_within(customer);
	int			first = outlook_first(base);
	outlook_phases p;

	outlook_phases_of(&m, &c, &p);
	for (int j = 0; j < m.k; j++)
	{
		phases[j] = p.phases[j];
		if (slopes == NULL)
			continue;
		slopes[first + R][j] = p.phases[j] * (p.by[R][j] - p.mean[R]);
		slopes[first + ALPHA][j] = p.phases[j] * (p.by[ALPHA][j] - p.mean[ALPHA]);
		slopes[first + A][j] = slopes[first + B][j] = 0;
		if (outlook_with_odds(base))
			slopes[first + ODDS][j] = 0;
	}
}

/* Of a probability that of ln of the odds, times both: the odds are those of the likelihood */
void
rt_bg_nbd_p_alive_slopes(const rt_base *base, const rt_customer *customer, double *slopes)
{
	rt_bg_nbd	m = rt_bg_nbd_within(base);
	rt_customer c = rt_bg_nbd_customer_within(customer);
	double		both = rt_bg_nbd_p_alive(base, customer) * rt_bg_nbd_p_gone(base, customer);
	double		shape = m.r + m.k * c.x;
	double		before = m.b + c.x + (m.first_may_be_last ? 1 : 0) - 1;
	double	   *by = slopes + outlook_first(base);
	outlook_phases p;

	by[R] = by[ALPHA] = by[A] = by[B] = 0;
	if (outlook_with_odds(base))
		by[ODDS] = 0;

	/* nor where they had no occasion to leave */
	if (both == 0)
		return;
	outlook_phases_of(&m, &c, &p);
	by[R] = -both * (m.r * log1p((c.age - c.t_x) / (m.alpha + c.t_x)) - p.mean[R]);
	by[ALPHA] = both * (shape * m.alpha * (c.age - c.t_x) / (m.alpha + c.t_x) /
						(m.alpha + c.age) + p.mean[ALPHA]);
	if (c.x + (m.first_may_be_last ? 1 : 0) < 1)
		by[ODDS] = -both;
	else
	{
		by[A] = -both;
		by[B] = both * m.b / before;
	}
}

/* ----------------------------------------------------------------- the pass */

/* Sums are moved back into the range of double by this much */
#define RESCALE 1e200

/* All sums over the number of events, times exp(-log_scale) */
typedef struct outlook_sums
{
	double		log_scale;
	double		expected;
	double		pairs;
	double		by_shape;
	double		by_odds;		/* by ln odds, times 1 + odds */
	double		by_a;
	double		by_b;
} outlook_sums;

/* The purchases of so many events: how many are expected, of n (n - 1), the derivatives */
typedef struct outlook_value
{
	double		purchases;
	double		stays;
	double		stays_by_a;
	double		stays_by_b;
	double		expected;
	double		pairs;
	double		by_a;
	double		by_b;
} outlook_value;

static inline void
outlook_purchase(const rt_bg_nbd_future *f, outlook_value *v)
{
	double		below = 1 / (f->a + f->b + v->purchases);
	double		again = (f->b + v->purchases) * below;

	v->expected += v->stays;
	v->pairs += 2 * v->purchases * v->stays;
	v->by_a += v->stays_by_a;
	v->by_b += v->stays_by_b;
	v->stays_by_a = (v->stays_by_a - v->stays * below) * again;
	v->stays_by_b = v->stays_by_b * again + v->stays * f->a * below * below;
	v->stays *= again;
	v->purchases++;
}

static void
outlook_rescale(outlook_sums *s, double *term)
{
	*term /= RESCALE;
	s->expected /= RESCALE;
	s->pairs /= RESCALE;
	s->by_shape /= RESCALE;
	s->by_odds /= RESCALE;
	s->by_a /= RESCALE;
	s->by_b /= RESCALE;
	s->log_scale += log(RESCALE);
}

/* As the sum of bg_nbd_future.c, where it is said what ends it */
static void
outlook_add_events(const rt_bg_nbd_future *f, double odds, outlook_sums *s)
{
	double		z = odds / (1 + odds);
	double		growth = log1p(odds);
	double		term = 1;
	double		digamma = 0;	/* psi(shape + n) - psi(shape) */
	double		mode = (f->shape - 1) * odds;
	int			phase = f->passed;
	outlook_value v = {.stays = 1};

	*s = (outlook_sums) {.log_scale = -f->shape * growth};
	for (double n = 0;; n++)
	{
		double		weight = term * v.expected;
		double		ratio = z * (f->shape + n) / (n + 1);
		double		more = n + 1 + 1 / (1 - z);

		s->expected += weight;
		s->pairs += term * v.pairs;
		s->by_shape += weight * (digamma - growth);
		s->by_odds += weight * (n - f->shape * odds);
		s->by_a += term * v.by_a;
		s->by_b += term * v.by_b;

		/* the largest of these values grows no faster than n^2 */
		if (n > mode &&
			(term == 0 ||
			 term * ratio * (v.expected + v.pairs + 2 * more * more) <=
			 DBL_EPSILON / 8 * s->expected * (1 - fmin(1 - 1e-9, ratio))))
			break;
		digamma += 1 / (f->shape + n);
		term *= ratio;
		if (++phase == f->k)
		{
			phase = 0;
			outlook_purchase(f, &v);
		}
		if (term > RESCALE || s->pairs > RESCALE || s->expected > RESCALE)
			outlook_rescale(s, &term);
	}
}

static void
outlook_by_events(const rt_base *base, const rt_customer *customer, const rt_bg_nbd_future *f,
				  double odds, rt_outlook *outlook)
{
	rt_bg_nbd	m = rt_bg_nbd_within(base);
	double	   *by = outlook->slopes + outlook_first(base);
	double		scale;
	outlook_sums s;

	outlook_add_events(f, odds, &s);

	/* their sum is below the number of events, but a factor of it may be beyond doubles */
	scale = s.expected > 0 ? exp(log(s.expected) + s.log_scale) / s.expected : 0;
	outlook->expected = s.expected * scale;
	outlook->pairs = s.pairs * scale;
	by[R] = s.by_shape * scale * m.r;
	by[ALPHA] = -s.by_odds * scale / (1 + odds) * (m.alpha / f->alpha);
	by[A] = s.by_a * scale * m.a;
	by[B] = s.by_b * scale * m.b;
}

/* ------------------------------------------------------------- the outlook */

/* Of who is a customer, where so many events of the interval have happened: as if of now */
static rt_bg_nbd_future
outlook_future(const rt_base *base, const rt_customer *customer, int phase)
{
	rt_customer now = {customer->x, customer->age, customer->age};
	rt_bg_nbd_future f = rt_bg_nbd_future_of(base, &now);

	f.passed = phase;
	f.shape += phase;
	f.log_peak = (log(f.shape) - log(TWO_PI)) / 2 - rt_stirling_error(f.shape);
	f.phases[0] = 0;
	f.phases[phase] = 1;
	return f;
}

static double
outlook_expected(const rt_base *base, const rt_customer *customer, int phase, double t)
{
	rt_bg_nbd_future f = outlook_future(base, customer, phase);

	rt_poll();
	return rt_bg_nbd_if_alive(&f, RT_BG_NBD_PURCHASES, t);
}

void
rt_bg_nbd_outlook(const rt_base *base, const rt_customer *customer, int phase, double t,
				  bool with_slopes, rt_outlook *outlook)
{
	rt_bg_nbd_future f = outlook_future(base, customer, phase);
	double		odds;
	int			first = outlook_first(base);

	t = fmin(t, RT_BG_NBD_LARGEST_TIME);
	odds = rt_bg_nbd_odds_of(&f, t);
	*outlook = (rt_outlook) {0};
	if (odds == 0)
		return;
	if (rt_bg_nbd_few(&f, odds))
	{
		outlook_by_events(base, customer, &f, odds, outlook);
		return;
	}
	outlook->expected = rt_bg_nbd_if_alive(&f, RT_BG_NBD_PURCHASES, t);
	outlook->pairs = rt_bg_nbd_if_alive(&f, RT_BG_NBD_PAIRS, t);
	for (int i = first; with_slopes && i < base->kind->parameter_count; i++)
	{
		rt_base		above = rt_base_moved(base, i, 1);
		rt_base		below = rt_base_moved(base, i, -1);

		outlook->slopes[i] = (outlook_expected(&above, customer, phase, t) -
							  outlook_expected(&below, customer, phase, t)) /
			(2 * RT_SLOPE_STEP);
	}
}
