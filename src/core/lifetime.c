/*
 * lifetime.c
 *		Integrals over the time for which somebody stays a customer.
 *
 * A first panel from 0 to where the integrand begins to bend, then panels of ln u: all that bends
 * it, u against a, against the scale and against 1/b, is then half a circle away from the line, and
 * the range of doubles is 1,400 wide.  Each panel is so short that neither is near to it, nor does
 * the integrand fall by more than PANEL_FALL, in which 16 points have twelve digits.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/gauss_legendre.h"
#include "core/lifetime.h"
#include "core/special.h"

#define PANEL_MAX 3.0			/* of ln u */
#define PANEL_FALL 12.0			/* of the logarithm of the integrand */
#define AGEING_MIN 4.0			/* of b u: left() bends at ln(c - 1), half a circle from the line */
#define AGEING_MAX 12.0

#define EXP_MAX 500.0			/* beyond it exp(b u) nears the end of doubles, and of c only the
								 * logarithm matters */
#define FAR 100.0				/* logarithms of arguments from which on only logarithms are safe */
#define ALL_OVER 40.0			/* what falls by so much is nothing */
#define RESCALE 400.0
#define PANELS_MAX 10000		/* none was seen to need a tenth of them */
#define LOG_MIN (-745.0)		/* of the least double */

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

double
rt_log_growth(double u, double a)
{
	double		ratio = u / a;

	return ratio < 1e300 ? log1p(ratio) : log(u) - log(a);
}

static double
log1p_exp(double x)
{
	return x < 700 ? log1p(exp(x)) : x;
}

/* By the logarithm of u */
static double
left_by_log(const rt_lifetime *life, double log_u, double y)
{
	double		grown = log_u - life->log_scale + y / 2 + y * y / 24;	/* ln(exp(left) - 1) */

	if (life->ages && y > 1e-5)
		grown = (y < EXP_MAX ? log(expm1(y)) : y) - life->log_c;
	return log1p_exp(grown);
}

double
rt_lifetime_left(const rt_lifetime *life, double u)
{
	double		y = life->b * u;
	double		grown = (life->ages ? expm1(y) : u) / life->c;

	if (u == 0)
		return 0;
	return grown < 1e200 && y < EXP_MAX ? log1p(grown) : left_by_log(life, log(u), y);
}

typedef struct integrand
{
	const rt_lifetime *life;
	rt_lifetime_event what;
	double		a;
	double		log_a;
	double		m;
	double		discount;
	double		log_discount;
	bool		far;
} integrand;

static integrand
integrand_of(const rt_lifetime *life, double a, double m, rt_lifetime_event what, double discount,
			 double t)
{
	integrand	q = {life, what, a, log(a), m, discount, log(discount), false};

	q.far = fabs(q.log_a) > FAR || fabs(life->log_c) > FAR || fabs(life->log_s) > FAR ||
		fabs(life->log_scale) > FAR || (m > 0 && fabs(log(m)) > FAR) ||
		(discount > 0 && fabs(q.log_discount) > FAR) || (!isinf(t) && fabs(log(t)) > FAR);
	return q;
}

/* What an integral needs at u */
typedef struct lifetime_point
{
	double		x;				/* u/a */
	double		log_growth;		/* ln(1 + x) */
	double		y;				/* b u, 0 where it does not age */
	double		left;
	double		paid;			/* discount u */
} lifetime_point;

static inline void
look(const integrand *q, double u, double log_u, lifetime_point *p)
{
	const rt_lifetime *life = q->life;

	if (!q->far)
	{
		p->x = u / q->a;
		p->log_growth = q->m > 0 ? log1p(p->x) : 0;
		p->y = life->b * u;
		p->left = !life->ages ? log1p(u / life->c) :
			p->y < EXP_MAX ? log1p(expm1(p->y) / life->c) :
			p->y - life->log_c;
		p->paid = q->discount * u;
		return;
	}
	p->x = exp(log_u - q->log_a);
	p->log_growth = q->m == 0 ? 0 : p->x < 1e300 ? log1p(p->x) : log_u - q->log_a;
	p->y = life->ages ? exp(log_u + life->log_b) : 0;
	p->left = left_by_log(life, log_u, p->y);
	p->paid = q->discount > 0 ? exp(log_u + q->log_discount) : 0;
}

/* ln of the hazard over that at 0: that left() gains b more than itself */
static inline double
log_hazard(const rt_lifetime *life, const lifetime_point *p)
{
	return life->ages && p->y > fmax(life->log_c, 0) + ALL_OVER ? life->log_c : p->y - p->left;
}

/* u times the hazard */
static double
lifetime_reach(const rt_lifetime *life, double log_u, const lifetime_point *p)
{
	return exp(log_u - life->log_scale + log_hazard(life, p));
}

static double
lifetime_share(double x)
{
	return x < 1e300 ? x / (1 + x) : 1;
}

/* ln of the integrand by u, over that at 0 */
static inline double
log_integrand(const integrand *q, const lifetime_point *p)
{
	double		staying = -q->life->s * p->left;

	switch (q->what)
	{
		case RT_LIFETIME_LEAVES:
			return staying - q->m * p->log_growth + log_hazard(q->life, p);
		case RT_LIFETIME_BUYS:
			return staying - (q->m + 1) * p->log_growth;
		case RT_LIFETIME_STAYS:
			return staying - p->paid;
	}
	return NAN;
}

/* How far in b u a panel may reach from there */
static double
ageing_step(const rt_lifetime *life, double y)
{
	return fmin(AGEING_MAX, fmax(AGEING_MIN, fabs(y - life->log_c) / 2));
}

static bool
still_ages(const rt_lifetime *life, double y)
{
	return life->ages && y < fmax(life->log_c, 0) + ALL_OVER;
}

double
rt_lifetime_integral(const rt_lifetime *life, double a, double m, rt_lifetime_event what,
					 double discount, double t, double age, double *means)
{
	integrand	q = integrand_of(life, a, m, what, discount, t);
	double		log_t = log(t);
	double		log_first,
				first;
	double		log_at_0;		/* of the integrand at 0 times first */
	double		scaled = 0;		/* a logarithm that value was divided by */
	double		value = 0;
	double		sums[RT_PLACE_MEANS] = {0, 0, 0, 0, 0};
	double		decay_before = means != NULL && life->ages ? exp(-life->b * age) : 0;
	double		from = 0;		/* ln(u / first) */
	double		end;

	if (t == 0)
		return -INFINITY;

	/* to where something bends, or falls */
	{
		double		bends = fmin(m > 0 ? q.log_a : INFINITY,
								 fmin(life->log_scale, life->ages ? -life->log_b : INFINITY));
		double		falls = life->log_s - life->log_scale;

		if (m > 0)
			falls = fmax(falls, log(m) - q.log_a);
		if (discount > 0)
			falls = fmax(falls, q.log_discount);
		log_first = fmin(log_t, fmin(bends + M_LN2, log(PANEL_FALL / 2) - falls));
		first = exp(log_first);
	}
	log_at_0 = what == RT_LIFETIME_STAYS ? log_first :
		what == RT_LIFETIME_LEAVES ? life->log_s + (log_first - life->log_scale) :
		log(m) + (log_first - q.log_a);
	end = log_t - log_first;
	for (int panel = 0; panel < PANELS_MAX; panel++)
	{
		lifetime_point p;
		double		half = 0.5;
		double		middle = 0;
		double		log_rest;
		double		step = 0;

		if (panel > 0)
		{
			double		gone;
			double		fall;

			look(&q, first * exp(from), log_first + from, &p);
			gone = lifetime_reach(life, log_first + from, &p);

			/*
			 * no more than all who are still here can leave or buy; they stay no longer than with
			 * the least hazard to come
			 */
			log_rest = -life->s * p.left - m * p.log_growth - p.paid - scaled;
			if (what == RT_LIFETIME_STAYS)
			{
				double		log_u = log_first + from;
				double		log_least =
					life->ages ? life->log_s + fmin(log_u - life->log_scale + log_hazard(life, &p),
													log_u + life->log_b) :
					log(fmax(life->s * gone + p.paid - 1, p.paid));

				log_rest += from + fmin(end - from < 700 ? log(expm1(end - from)) : end - from,
										-fmax(log_least, log(p.paid)));
			}
			else
				log_rest -= log_at_0;
			if (exp(log_rest) <= DBL_EPSILON / 100 * value)
				break;

			/* a power of u from here on */
			if (!life->ages && means == NULL && what != RT_LIFETIME_STAYS &&
				log_first + from > fmax(q.log_a, life->log_scale) + ALL_OVER)
			{
				value += exp(log_rest) * (what == RT_LIFETIME_LEAVES ? life->s : m) /
					(life->s + m) * -expm1(-(life->s + m) * (end - from));
				break;
			}
			fall = life->s * gone + m * lifetime_share(p.x) + p.paid;
			step = fmin(PANEL_MAX, log1p(PANEL_FALL / fall));
			if (still_ages(life, p.y))
				step = fmin(step, log1p(ageing_step(life, p.y) / p.y));
			step = fmin(step, end - from);
			if (!(from + step > from))
				break;
			half = step / 2;
			middle = from + half;
			if (log_integrand(&q, &p) + from - scaled > RESCALE)
			{
				double		factor = exp(-RESCALE);

				scaled += RESCALE;
				value *= factor;
				for (int i = 0; i < RT_PLACE_MEANS; i++)
					sums[i] *= factor;
			}
		}
		for (int i = 0; i < RT_GAUSS_POINTS; i++)
		{
			double		growth = panel == 0 ? half * (1 + rt_gauss_nodes[i]) : 0;
			double		place =
				panel == 0 ? (q.far ? log(growth) : 0) : middle + half * rt_gauss_nodes[i];
			double		u = first * (panel == 0 ? growth : q.far ? 1 : exp(place));
			double		term;

			look(&q, u, log_first + place, &p);
			term = rt_gauss_weights[i] * half *
				exp(log_integrand(&q, &p) + (panel == 0 ? 0 : place) - scaled);
			value += term;
			if (means != NULL)
			{
				if (q.far)
					u = exp(log_first + place);
				sums[RT_LIFETIME_LOG_ALPHA] += term * p.log_growth;
				sums[RT_LIFETIME_INVERSE_ALPHA] += term / (a + u);
				sums[RT_LIFETIME_LEFT] += term * p.left;
				if (life->ages)
				{
					double		decay = exp(-p.y);
					double		c = life->c * decay - expm1(-p.y);

					sums[RT_LIFETIME_INVERSE_BETA] += term * decay_before * decay / c;
					sums[RT_LIFETIME_BY_B] += term * (age + u) * (1 - (life->s + 1) / c);
				}
				else
					sums[RT_LIFETIME_INVERSE_BETA] += term / (life->c + u);
			}
		}
		from += step;
		if (from >= end)
			break;
	}
	for (int i = 0; means != NULL && i < RT_PLACE_MEANS; i++)
		means[i] = sums[i] / value;
	return log_at_0 + scaled + log(value);
}

double
rt_lifetime_log_odds_gone(const rt_lifetime *life, double a, double m, double t)
{
	if (t == 0)
		return -INFINITY;
	return rt_lifetime_integral(life, a, m, RT_LIFETIME_LEAVES, 0, t, 0, NULL) +
		m * rt_log_growth(t, a) + life->s * rt_lifetime_left(life, t);
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
rt_lifetime_purchases(double m, double a, double time)
{
	double		rate = m / a;

	if (time == 0 || (isfinite(rate) && rate > 0))
		return time == 0 ? 0 : rate * time;
	return exp(log(m) - log(a) + log(time));
}

/* --------------------------------------------------- exactly n purchases */

#define SHAPE_MAX 1e250
#define COUNT_FALL 8.0			/* of a panel: these integrands bend where they are highest */

typedef struct lifetime_count
{
	double		m;
	double		n;
	bool		large;			/* terms that cancel would take digits with them */
	double		constant;
} lifetime_count;

static lifetime_count
count_of(double m, double n)
{
	lifetime_count c = {m, n, m + n > 1e3, 0};

	c.constant =
		c.large ? rt_log_beta_constant(m, n) - log(n) : rt_log_gamma_ratio(m, n) - lgamma(n + 1);
	return c;
}

/*
 * ln of the negative binomial probability of n purchases by x = u/a; the ends of the line are
 * powers of x
 */
static double
log_count_probability(const lifetime_count *c, double log_x, double log_growth)
{
	double		inside = fmin(fmax(log_x, -650), 650);
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
log_leaves_after(const integrand *q, const lifetime_count *c, double log_u, const lifetime_point *p)
{
	return q->life->log_s + (log_u - q->life->log_scale) + log_hazard(q->life, p) -
		q->life->s * p->left + log_count_probability(c, log_u - q->log_a, p->log_growth);
}

static lifetime_course
course_at(const integrand *q, const lifetime_count *c, double log_u, double log_t)
{
	const rt_lifetime *life = q->life;
	lifetime_course result;
	lifetime_point p;
	double		gone,
				bought,
				rises,
				likeliest;

	look(q, exp(log_u), log_u, &p);
	gone = lifetime_reach(life, log_u, &p);
	bought = lifetime_share(p.x);
	result.value = log_leaves_after(q, c, log_u, &p);

	/* rises is d ln hazard / d ln u */
	rises = life->ages && !still_ages(life, p.y) ? 0 : p.y - gone;
	result.slope = c->n + 1 + rises - life->s * gone - (c->m + c->n) * bought;
	result.bend = (c->m + c->n) * bought / (1 + p.x) + life->s * gone * fabs(1 + rises) +
		(rises == 0 ? 0 : p.y + gone * fabs(1 + rises));

	/* who is still here, times the probability where it is highest behind this */
	likeliest = fmin(fmax(log_u - q->log_a, log(c->n / c->m)), log_t - q->log_a);
	result.log_rest = log_count_probability(c, likeliest, log1p_exp(likeliest)) - life->s * p.left;
	return result;
}

/* ln of both falls of the integrand together over n, up to where it rises */
static double
log_falls(const integrand *q, const lifetime_count *c, double log_u)
{
	lifetime_point p;

	look(q, exp(log_u), log_u, &p);
	return log(
			   (q->life->s * lifetime_reach(q->life, log_u, &p) + (c->m + c->n) *
				lifetime_share(p.x)) /
			   c->n);
}

/*
 * Below this, at most log_t, the integrand rises, and not much more behind it: secants of a rising
 * function in a bracket
 */
static double
rises_until(const integrand *q, const lifetime_count *c, double log_t)
{
	double		high = log_t;
	double		above = log_falls(q, c, high);
	double		low = high;
	double		below = above;
	double		enough = 1 / sqrt(c->n);

	for (double step = fmin(fmax(above, 1), 700); below > 0 && low > -3000; step *= 2)
	{
		high = low;
		above = below;
		low -= step;
		below = log_falls(q, c, low);
	}
	for (int i = 0; i < 200 && below < -enough && high - low > 1e-12 * fabs(low); i++)
	{
		double		part = isinf(above) || isinf(below) || i % 3 == 2 ? 0.5 :
			below / (below - above);
		double		middle = low + (high - low) * fmin(fmax(part, 0.01), 0.99);
		double		value = log_falls(q, c, middle);

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

double
rt_lifetime_purchase_pmf(const rt_lifetime *life, double a, double m, int n, double t)
{
	integrand	q;
	double		log_t = log(t);
	lifetime_count c;
	double		start;
	double		highest = -INFINITY;
	double		value = 0;
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
	q = integrand_of(life, a, m, RT_LIFETIME_LEAVES, 0, t);
	c = count_of(m, n);

	/* from where it rises no more to t, then from there down to nothing */
	start = rises_until(&q, &c, log_t);
	for (int direction = 1; direction >= -1; direction -= 2)
	{
		double		from = start;

		while ((direction < 0 || from < log_t) && panels++ < PANELS_MAX)
		{
			lifetime_course here = course_at(&q, &c, from, log_t);
			double		y = life->ages ? exp(from + life->log_b) : 0;
			double		slope = fabs(here.slope);
			double		step;

			if (here.value > highest)
			{
				value *= exp(highest - here.value);
				highest = here.value;
			}
			if (direction < 0)
				here.log_rest = here.value - log(fmax(slope, 0.5));
			if (exp(here.log_rest - highest) <= DBL_EPSILON / 100 * value ||
				here.log_rest < LOG_MIN)
				break;
			step = fmin(PANEL_MAX, 2 * COUNT_FALL /
						(slope + sqrt(slope * slope + 4 * COUNT_FALL * here.bend)));
			if (still_ages(life, y))
				step = fmin(step, log1p(ageing_step(life, y) / y));
			if (direction > 0)
				step = fmin(step, log_t - from);
			if (from + direction * step == from)
				break;
			for (int i = 0; i < RT_GAUSS_POINTS; i++)
			{
				double		log_u = from + direction * step / 2 * (1 + rt_gauss_nodes[i]);
				lifetime_point p;

				look(&q, q.far ? 0 : exp(log_u), log_u, &p);
				value += rt_gauss_weights[i] * step / 2 *
					exp(log_leaves_after(&q, &c, log_u, &p) - highest);
			}
			from += direction * step;
		}
	}
	return fmin(1, exp(log_count_probability(&c, log_t - q.log_a, rt_log_growth(t, a)) -
					   life->s * rt_lifetime_left(life, t)) +
				(value > 0 ? value * exp(highest) : 0));
}
