/*
 * special_normal.c
 *		Tails of the normal and of the chi-squared distribution.
 *
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/special.h"

/* Of a million uppers none took more than 6 */
#define QUANTILE_STEPS_MAX 50
#define QUANTILE_TOLERANCE 1e-15	/* in proportion: a few times the rounding of a double */

double
rt_normal_quantile(double upper)
{
	double		x;

	if (!(upper > 0 && upper <= 0.5))
		return NAN;
	x = sqrt(-2 * log(2 * upper));

	/* Newton's method on the logarithm of the tail, which is nearly a parabola */
	for (int i = 0; i < QUANTILE_STEPS_MAX; i++)
	{
		double		tail = erfc(x / sqrt(2)) / 2;
		double		density = exp(-x * x / 2 - RT_HALF_LOG_TWO_PI);
		double		change = log(tail / upper) * tail / density;

		x += change;
		if (fabs(change) <= QUANTILE_TOLERANCE * (1 + fabs(x)))
			break;
	}
	return x;
}

double
rt_normal_two_sided(double x)
{
	return erfc(fabs(x) * M_SQRT1_2);
}

/* The finite series for half-integers and whole numbers: all its terms are positive */
double
rt_chi_square_tail(int degrees, double x)
{
	double		half = x / 2;
	double		log_half = log(half);
	double		sum = 0;

	if (degrees < 1 || !(x >= 0))
		return NAN;
	if (x == 0)
		return 1;
	if (isinf(x))
		return 0;
	for (double a = degrees % 2 == 0 ? 0 : 0.5; a < degrees / 2.0; a++)
		sum += exp(a * log_half - half - lgamma(a + 1));
	return degrees % 2 == 0 ? sum : sum + erfc(sqrt(half));
}
