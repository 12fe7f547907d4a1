/*
 * lifetime_integrand.c
 *		What is integrated over the time for which somebody stays a customer.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/lifetime_integrand.h"

/* From this logarithm of an argument on only logarithms are safe: products of seven are doubles */
#define FAR 100.0

double
rt_log_growth(double u, double a)
{
	double		ratio = u / a;

	return ratio < RT_LIFETIME_RATIO_MAX ? log1p(ratio) : log(u) - log(a);
}

/* Below it, ln(expm1(y) / y) is y/2 + y^2/24 to the last digit: the next term is -y^4/2880 */
#define EXPM1_SERIES_MAX 1e-5

/* By the logarithm of u */
double
rt_lifetime_left_by_log(const rt_lifetime *life, double log_u, double y)
{
	double		grown = log_u - life->log_scale + y / 2 + y * y / 24;	/* ln(exp(left) - 1) */

	if (life->ages && y > EXPM1_SERIES_MAX)
		grown = (y < RT_LIFETIME_EXP_MAX ? log(expm1(y)) : y) - life->log_c;
	return rt_lifetime_log1p_exp(grown);
}

/* A quotient above it may have been infinite */
#define GROWN_MAX 1e200

double
rt_lifetime_left(const rt_lifetime *life, double u)
{
	double		y = life->b * u;
	double		grown = (life->ages ? expm1(y) : u) / life->c;

	if (u == 0)
		return 0;
	return grown < GROWN_MAX && y < RT_LIFETIME_EXP_MAX ? log1p(grown) :
		rt_lifetime_left_by_log(life, log(u), y);
}

rt_lifetime_integrand
rt_lifetime_integrand_of(const rt_lifetime *life, double a, double m, rt_lifetime_event what,
						 double discount,
						 double t)
{
	rt_lifetime_integrand q = {life, what, a, log(a), m, discount, log(discount), false};

	q.far = fabs(q.log_a) > FAR || fabs(life->log_c) > FAR || fabs(life->log_s) > FAR ||
		fabs(life->log_scale) > FAR || (m > 0 && fabs(log(m)) > FAR) ||
		(discount > 0 && fabs(q.log_discount) > FAR) || (!isinf(t) && fabs(log(t)) > FAR);
	return q;
}
