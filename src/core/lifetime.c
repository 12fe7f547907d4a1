/*
 * lifetime.c
 *		Integrals over the time for which somebody stays a customer.
 *
 * A first panel from 0 to where the integrand begins to bend, then panels of ln u: all that bends
 * it, u against a, against the scale and against 1/b, is then half a circle away from the line, and
 * the range of doubles is 1,400 wide.  Each panel is so short that neither is near to it, nor does
 * the integrand fall by more than PANEL_FALL.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/gauss_legendre.h"
#include "core/lifetime_integrand.h"
#include "core/special.h"

/* Of the logarithm of the integrand, within a panel: see RT_LIFETIME_PANEL_MAX */
#define PANEL_FALL 12.0

/* The sum is divided by exp of this when a term nears it: a panel more is still a double */
#define RESCALE 400.0

rt_lifetime
rt_lifetime_pareto(double s, double scale)
{
	rt_lifetime life = {.s = s, .c = fmin(scale, DBL_MAX)};

	life.log_s = log(s);
	life.log_c = life.log_scale = log(life.c);
	return life;
}

rt_lifetime
rt_lifetime_gompertz(double b, double s, double beta, double age)
{
	rt_lifetime life = {.ages = true, .b = b, .s = s};

	life.c = beta * exp(-b * age) - expm1(-b * age);
	life.log_b = log(b);
	life.log_s = log(s);
	life.log_c = log(life.c);
	life.log_scale = life.log_c - life.log_b;
	return life;
}

/* ln of the integrand by u, over that at 0 */
static inline double
lifetime_log_integrand(const rt_lifetime_integrand *q, const rt_lifetime_point *p)
{
	double		staying = -q->life->s * p->left;

	switch (q->what)
	{
		case RT_LIFETIME_LEAVES:
			return staying - q->m * p->log_growth + rt_lifetime_log_hazard(q->life, p);
		case RT_LIFETIME_BUYS:
			return staying - (q->m + 1) * p->log_growth;
		case RT_LIFETIME_STAYS:
		case RT_LIFETIME_STAYS_SQUARED:
			return staying - p->paid;
	}
	return NAN;
}

static inline bool
lifetime_is_time(rt_lifetime_event what)
{
	return what == RT_LIFETIME_STAYS || what == RT_LIFETIME_STAYS_SQUARED;
}

/* -------------------------------------------------------------- the integral */

typedef struct lifetime_sum
{
	rt_lifetime_integrand q;
	double		age;			/* from which u counts */
	double		decay_before;	/* exp(-b age), where it ages */
	double		first;			/* the end of the first panel */
	double		log_first;
	double		log_at_0;		/* of the integrand at 0 times first */
	double		from;			/* ln(u / first) */
	double		end;
	double		moment;			/* of the time, whose power less one is in the integrand; else 1 */
	double		scaled;			/* a logarithm that value was divided by */
	double		value;
	bool		with_means;
	double		sums[RT_PLACE_MEANS];
} lifetime_sum;

/* The first panel ends where something bends, or falls */
static void
lifetime_sum_start(lifetime_sum *s, double t)
{
	const rt_lifetime_integrand *q = &s->q;
	const rt_lifetime *life = q->life;
	double		log_t = log(t);
	double		bends = fmin(q->m > 0 ? q->log_a : INFINITY,
							 fmin(life->log_scale, life->ages ? -life->log_b : INFINITY));
	double		falls = life->log_s - life->log_scale;

	if (q->m > 0)
		falls = fmax(falls, log(q->m) - q->log_a);
	if (q->discount > 0)
		falls = fmax(falls, q->log_discount);
	s->log_first = fmin(log_t, fmin(bends + M_LN2, log(PANEL_FALL / 2) - falls));
	s->first = exp(s->log_first);
	s->moment = q->what == RT_LIFETIME_STAYS_SQUARED ? 2 : 1;
	s->log_at_0 = q->what == RT_LIFETIME_STAYS ? s->log_first :
		q->what == RT_LIFETIME_STAYS_SQUARED ? M_LN2 + 2 * s->log_first :
		q->what == RT_LIFETIME_LEAVES ? life->log_s + (s->log_first - life->log_scale) :
		log(q->m) + (s->log_first - q->log_a);
	s->end = log_t - s->log_first;
}

static void
lifetime_add_means(lifetime_sum *s, const rt_lifetime_point *p, double u, double term)
{
	const rt_lifetime *life = s->q.life;

	s->sums[RT_LIFETIME_LOG_ALPHA] += term * p->log_growth;
	s->sums[RT_LIFETIME_INVERSE_ALPHA] += term / (s->q.a + u);
	s->sums[RT_LIFETIME_LEFT] += term * p->left;
	if (life->ages)
	{
		double		decay = exp(-p->y);
		double		c = life->c * decay - expm1(-p->y);

		s->sums[RT_LIFETIME_INVERSE_BETA] += term * s->decay_before * decay / c;
		s->sums[RT_LIFETIME_BY_B] += term * (s->age + u) * (1 - (life->s + 1) / c);
	}
	else
		s->sums[RT_LIFETIME_INVERSE_BETA] += term / (life->c + u);
}

/* place is ln(u / first); u need not be known where all is far; du is first exp(log_width) */
static inline void
lifetime_add_point(lifetime_sum *s, double u, double place, double weight, double log_width)
{
	rt_lifetime_point p;
	double		term;

	rt_lifetime_look(&s->q, u, s->log_first + place, &p);
	term = weight * exp(lifetime_log_integrand(&s->q, &p) + (s->moment - 1) * place + log_width -
						s->scaled);
	s->value += term;
	if (s->with_means)
		lifetime_add_means(s, &p, s->q.far ? exp(s->log_first + place) : u, term);
}

/*
 * How short a step is: by the derivative of order 2n, which is (m + 2n - 1)! / (m - 1)! of a power
 * m, n points are wrong by these to the power of 2n over 4320, 2e6, 2.5e12, which is below 4e-16:
 * Abramowitz and Stegun 25.4.30
 */
#define STEP_OF_TWO 1e-3
#define STEP_OF_THREE 0.03
#define STEP_OF_FIVE 0.5

/* The first panel is all there is, and so short */
static void
lifetime_add_step(lifetime_sum *s, double t, double shortness)
{
	int			points = shortness <= STEP_OF_TWO ? 2 :
		shortness <= STEP_OF_THREE ? 3 : RT_FEW_POINTS;
	const double *nodes = points == 2 ? rt_two_nodes : points == 3 ? rt_three_nodes : rt_few_nodes;
	const double *weights =
		points == 2 ? rt_two_weights : points == 3 ? rt_three_weights : rt_few_weights;

	s->first = t;
	s->moment = 1;
	for (int i = 0; i < points; i++)
		lifetime_add_point(s, t * (0.5 * (1 + nodes[i])), 0, weights[i] * 0.5, 0);
}

static void
lifetime_add_first(lifetime_sum *s)
{
	for (int i = 0; i < RT_GAUSS_POINTS; i++)
	{
		double		share = 0.5 * (1 + rt_gauss_nodes[i]);

		lifetime_add_point(s, s->first * share, s->q.far || s->moment > 1 ? log(share) : 0,
						   rt_gauss_weights[i] * 0.5, 0);
	}
}

/*
 * What is left from p on, at most: no more than all who are still here can leave or buy; they stay
 * no longer than with the least hazard to come
 */
static double
lifetime_log_rest(const lifetime_sum *s, const rt_lifetime_point *p, double reach)
{
	const rt_lifetime *life = s->q.life;
	double		log_u = s->log_first + s->from;
	double		left = s->end - s->from;
	double		log_rest = -life->s * p->left - s->q.m * p->log_growth - p->paid - s->scaled;
	double		log_least,
				log_most;

	if (!lifetime_is_time(s->q.what))
		return log_rest - s->log_at_0;
	log_least =
		life->ages ? life->log_s + fmin(log_u - life->log_scale + rt_lifetime_log_hazard(life, p),
										log_u + life->log_b) :
		log(fmax(life->s * reach + p->paid - s->moment, p->paid));

	/* of a time with that hazard for ever u / h + 1 / h^2 is left of half the square */
	log_most = -fmax(log_least, log(p->paid));
	if (life->ages && s->moment > 1)
		log_most += rt_lifetime_log1p_exp(log_most);
	left *= s->moment;
	return log_rest +
		(s->moment * s->from +
		 fmin((left < RT_LIFETIME_LOG_MAX ? log(expm1(left)) : left) - log(s->moment), log_most));
}

/* Is the integrand a power of u from here on? */
static bool
lifetime_is_power(const lifetime_sum *s)
{
	const rt_lifetime_integrand *q = &s->q;

	return !q->life->ages && !s->with_means && !lifetime_is_time(q->what) &&
		s->log_first + s->from > fmax(q->log_a, q->life->log_scale) + RT_LIFETIME_ALL_OVER;
}

static double
lifetime_step(const lifetime_sum *s, const rt_lifetime_point *p, double reach)
{
	const rt_lifetime *life = s->q.life;
	double		fall = life->s * reach + s->q.m * rt_lifetime_share(p->x) + p->paid;
	double		step = fmin(RT_LIFETIME_PANEL_MAX, log1p(PANEL_FALL / fall));

	if (rt_lifetime_still_ages(life, p->y))
		step = fmin(step, log1p(rt_lifetime_ageing_step(life, p->y) / p->y));
	return fmin(step, s->end - s->from);
}

static void
lifetime_rescale(lifetime_sum *s)
{
	double		factor = exp(-RESCALE);

	s->scaled += RESCALE;
	s->value *= factor;
	for (int i = 0; i < RT_PLACE_MEANS; i++)
		s->sums[i] *= factor;
}

/* The next panel; false when nothing is left */
static bool
lifetime_add_next(lifetime_sum *s)
{
	const rt_lifetime_integrand *q = &s->q;
	rt_lifetime_point p;
	double		reach;
	double		log_rest;
	double		step;
	double		half,
				middle;

	rt_lifetime_look(q, s->first * exp(s->from), s->log_first + s->from, &p);
	reach = rt_lifetime_reach(q->life, s->log_first + s->from, &p);
	log_rest = lifetime_log_rest(s, &p, reach);
	if (exp(log_rest) <= DBL_EPSILON / 100 * s->value)
		return false;
	if (lifetime_is_power(s))
	{
		s->value += exp(log_rest) * (q->what == RT_LIFETIME_LEAVES ? q->life->s : q->m) /
			(q->life->s + q->m) * -expm1(-(q->life->s + q->m) * (s->end - s->from));
		return false;
	}
	step = lifetime_step(s, &p, reach);
	if (!(s->from + step > s->from))
		return false;
	if (lifetime_log_integrand(q, &p) + s->moment * s->from - s->scaled > RESCALE)
		lifetime_rescale(s);
	half = step / 2;
	middle = s->from + half;
	for (int i = 0; i < RT_GAUSS_POINTS; i++)
	{
		double		place = middle + half * rt_gauss_nodes[i];

		lifetime_add_point(s, q->far ? 0 : s->first * exp(place), place,
						   rt_gauss_weights[i] * half, place);
	}
	s->from += step;
	return true;
}

double
rt_lifetime_integral(const rt_lifetime *life, double a, double m, rt_lifetime_event what,
					 double discount, double t, double age, double *means)
{
	lifetime_sum s = {
		.q = rt_lifetime_integrand_of(life, a, m, what, discount, t), .age = age,
		.with_means = means != NULL
	};

	if (t == 0)
		return -INFINITY;
	if (means != NULL && life->ages)
		s.decay_before = exp(-life->b * age);
	lifetime_sum_start(&s, t);
	lifetime_add_first(&s);
	for (int panel = 1; panel < RT_LIFETIME_PANELS_MAX && !(s.from >= s.end); panel++)
		if (!lifetime_add_next(&s))
			break;
	for (int i = 0; means != NULL && i < RT_PLACE_MEANS; i++)
		means[i] = s.sums[i] / s.value;
	return s.log_at_0 + s.scaled + log(s.value);
}

double
rt_lifetime_integral_of_step(const rt_lifetime *life, double a, double m, double t, double age,
							 double *means)
{
	lifetime_sum s = {.age = age, .with_means = true};
	double		hazard = life->ages ? life->b / life->c : 1 / life->c;
	double		shortness = t * ((m + 10) / a + (life->s + 11) * hazard + 10 * life->b);

	if (!(shortness <= STEP_OF_FIVE))
		return rt_lifetime_integral(life, a, m, RT_LIFETIME_LEAVES, 0, t, age, means);
	s.q = rt_lifetime_integrand_of(life, a, m, RT_LIFETIME_LEAVES, 0, t);
	if (s.q.far)
		return rt_lifetime_integral(life, a, m, RT_LIFETIME_LEAVES, 0, t, age, means);
	if (life->ages)
		s.decay_before = exp(-life->b * age);
	lifetime_add_step(&s, t, shortness);
	for (int i = 0; i < RT_PLACE_MEANS; i++)
		means[i] = s.sums[i] / s.value;
	return life->log_s - life->log_scale + log(t * s.value);
}

/* ---------------------------------------------------- what is made of them */

double
rt_lifetime_log_odds_left(const rt_lifetime *life, double a, double m, double t)
{
	if (t == 0)
		return -INFINITY;
	return rt_lifetime_integral(life, a, m, RT_LIFETIME_LEAVES, 0, t, 0, NULL) +
		life->s * rt_lifetime_left(life, t);
}

double
rt_lifetime_log_odds_gone(const rt_lifetime *life, double a, double m, double t)
{
	return rt_lifetime_log_odds_left(life, a, m, t) + m * rt_log_growth(t, a);
}

double
rt_lifetime_here_and_gone(const rt_lifetime *life, double a, double m, double t, double age,
						  double *means)
{
	double		log_odds;

	if (t == 0)
		return 0;
	log_odds = rt_lifetime_integral(life, a, m, RT_LIFETIME_LEAVES, 0, t, age, means) +
		life->s * rt_lifetime_left(life, t) + m * rt_log_growth(t, a);
	return 1 / (1 + exp(log_odds)) / (1 + exp(-log_odds));
}

/* From the last purchase on: what it takes to be at that is in the sum only once */
double
rt_lifetime_log_likelihood(const rt_lifetime *start, const rt_lifetime *life, double alpha,
						   double r, const rt_customer *customer)
{
	double		a = fmin(alpha + customer->t_x, DBL_MAX);
	double		m = fmin(r + customer->x, DBL_MAX);
	double		silence = customer->age - customer->t_x;
	double		here = -m * rt_log_growth(silence, a) - life->s * rt_lifetime_left(life, silence);
	double		gone = rt_lifetime_integral(life, a, m, RT_LIFETIME_LEAVES, 0, silence, 0, NULL);

	return rt_log_gamma_ratio(r, customer->x) - customer->x * log(a) -
		r * rt_log_growth(customer->t_x, alpha) -
		life->s * rt_lifetime_left(start, customer->t_x) + rt_log_sum(here, gone);
}

double
rt_lifetime_pairs(const rt_lifetime *life, double a, double m, double t)
{
	if (t == 0)
		return 0;
	return exp(rt_lifetime_integral(life, 1, 0, RT_LIFETIME_STAYS_SQUARED, 0, t, 0, NULL) +
			   log(m) + log1p(m) - 2 * log(a));
}

double
rt_lifetime_purchases(double m, double a, double time)
{
	double		rate = m / a;

	if (time == 0 || (isfinite(rate) && rate > 0))
		return time == 0 ? 0 : rate * time;
	return exp(log(m) - log(a) + log(time));
}
