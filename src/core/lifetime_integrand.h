/*
 * lifetime_integrand.h
 *		Between the parts of lifetime.c: what is integrated over the time as a customer.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_LIFETIME_INTEGRAND_H
#define RT_LIFETIME_INTEGRAND_H

#include <math.h>

#include "core/lifetime.h"

/*
 * Of ln u: a and the scale are half a circle away from the line, which a panel may be as wide as.
 * With panels of a third of this, of PANEL_FALL and of the ageing steps below, of 3,000 random
 * models each the integrals of Pareto/NBD change by less than 2e-13 in proportion, those of GG/NBD
 * by less than 1e-10 but for one in a hundred, the worst of all by 3e-6: where it ages all at once
 */
#define RT_LIFETIME_PANEL_MAX 3.0

/* None was seen to need a tenth of them */
#define RT_LIFETIME_PANELS_MAX 10000

/* What falls by so much is nothing: exp(-40) is 4e-18 */
#define RT_LIFETIME_ALL_OVER 40.0

typedef struct rt_lifetime_integrand
{
	const rt_lifetime *life;
	rt_lifetime_event what;
	double		a;
	double		log_a;
	double		m;
	double		discount;
	double		log_discount;
	bool		far;			/* some argument is so large or small that only its logarithm is
								 * safe */
} rt_lifetime_integrand;

extern rt_lifetime_integrand rt_lifetime_integrand_of(const rt_lifetime *life, double a, double m,
													  rt_lifetime_event what, double discount,
													  double t);

/* rt_lifetime_left by the logarithm of u, y = b u */
extern double rt_lifetime_left_by_log(const rt_lifetime *life, double log_u, double y);

/* Beyond it exp(b u) nears the end of doubles, and of c only the logarithm matters */
#define RT_LIFETIME_EXP_MAX 500.0

/* Beyond it, 1 is nothing beside x, and x + 1 is still a double */
#define RT_LIFETIME_RATIO_MAX 1e300

/* Beyond it exp(x) nears the end of doubles, and 1 is nothing beside it */
#define RT_LIFETIME_LOG_MAX 700.0

static inline double
rt_lifetime_log1p_exp(double x)
{
	return x < RT_LIFETIME_LOG_MAX ? log1p(exp(x)) : x;
}

/* What an integral needs at u */
typedef struct rt_lifetime_point
{
	double		x;				/* u/a */
	double		log_growth;		/* ln(1 + x) */
	double		y;				/* b u, 0 where it does not age */
	double		left;
	double		paid;			/* discount u */
} rt_lifetime_point;

static inline void
rt_lifetime_look(const rt_lifetime_integrand *q, double u, double log_u, rt_lifetime_point *p)
{
	const rt_lifetime *life = q->life;

	if (!q->far)
	{
		p->x = u / q->a;
		p->log_growth = q->m > 0 ? log1p(p->x) : 0;
		p->y = life->b * u;
		p->left = !life->ages ? log1p(u / life->c) :
			p->y < RT_LIFETIME_EXP_MAX ? log1p(expm1(p->y) / life->c) :
			p->y - life->log_c;
		p->paid = q->discount * u;
		return;
	}
	p->x = exp(log_u - q->log_a);
	p->log_growth = q->m == 0 ? 0 : p->x < RT_LIFETIME_RATIO_MAX ? log1p(p->x) : log_u - q->log_a;
	p->y = life->ages ? exp(log_u + life->log_b) : 0;
	p->left = rt_lifetime_left_by_log(life, log_u, p->y);
	p->paid = q->discount > 0 ? exp(log_u + q->log_discount) : 0;
}

/* ln of the hazard over that at 0: that left() gains b more than itself */
static inline double
rt_lifetime_log_hazard(const rt_lifetime *life, const rt_lifetime_point *p)
{
	return life->ages && p->y > fmax(life->log_c, 0) + RT_LIFETIME_ALL_OVER ?
		life->log_c : p->y - p->left;
}

/* u times the hazard */
static inline double
rt_lifetime_reach(const rt_lifetime *life, double log_u, const rt_lifetime_point *p)
{
	return exp(log_u - life->log_scale + rt_lifetime_log_hazard(life, p));
}

static inline double
rt_lifetime_share(double x)
{
	return x < RT_LIFETIME_RATIO_MAX ? x / (1 + x) : 1;
}

/*
 * Of b u: left() bends at ln(c - 1), half a circle from the line, which a panel may be as wide as,
 * and wider away from there
 */
#define RT_LIFETIME_AGEING_MIN 4.0
#define RT_LIFETIME_AGEING_MAX 12.0

/* How far in b u a panel may reach from there */
static inline double
rt_lifetime_ageing_step(const rt_lifetime *life, double y)
{
	return fmin(RT_LIFETIME_AGEING_MAX, fmax(RT_LIFETIME_AGEING_MIN, fabs(y - life->log_c) / 2));
}

static inline bool
rt_lifetime_still_ages(const rt_lifetime *life, double y)
{
	return life->ages && y < fmax(life->log_c, 0) + RT_LIFETIME_ALL_OVER;
}

#endif							/* RT_LIFETIME_INTEGRAND_H */
