/*
 * special_bessel.c
 *		Modified Bessel functions of the first kind, and the length of a sum of directions.
 *
 * Abramowitz and Stegun 9.6.10 and 9.7.1.  The tail of a resultant is the saddle-point density
 * of a sum of vectors (Daniels 1954; Mardia and Jupp 2000, section 4.8, use the same tilt)
 * integrated to first order.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/special.h"

/*
 * Up to here the power series, of which x takes about as many terms as it is large.  From here on
 * the asymptotic one, whose smallest term, the (2 x)-th, is about exp(-2 x): 4e-18.
 */
#define BESSEL_ASYMPTOTIC_MIN 20.0
#define BESSEL_TERMS_MAX 40

/* I_order(x) exp(-x) times sqrt(2 pi x) for large x */
static double
bessel_asymptotic(double order, double x)
{
	double		mu = 4 * order * order;
	double		term = 1;
	double		sum = 1;

	for (int k = 1; k < BESSEL_TERMS_MAX && fabs(term) > DBL_EPSILON / 4; k++)
	{
		term *= -(mu - (2.0 * k - 1) * (2.0 * k - 1)) / (8.0 * k * x);
		sum += term;
	}
	return sum;
}

/* I_order(x) / (x/2)^order, order 0 or 1 */
static double
bessel_series(int order, double x)
{
	double		quarter = x * x / 4;
	double		term = 1;
	double		sum = 1;

	for (int k = 1; term > sum * (DBL_EPSILON / 4); k++)
	{
		term *= quarter / ((double) k * (k + order));
		sum += term;
	}
	return sum;
}

double
rt_log_bessel_i0_scaled(double x)
{
	if (!(x >= 0) || isinf(x))
		return NAN;
	if (x < BESSEL_ASYMPTOTIC_MIN)
		return log(bessel_series(0, x)) - x;
	return log(bessel_asymptotic(0, x)) - log(x) / 2 - RT_HALF_LOG_TWO_PI;
}

double
rt_bessel_ratio(double x)
{
	if (!(x >= 0) || isinf(x))
		return NAN;
	if (x < BESSEL_ASYMPTOTIC_MIN)
		return x / 2 * bessel_series(1, x) / bessel_series(0, x);
	return bessel_asymptotic(1, x) / bessel_asymptotic(0, x);
}

/* The tail is exp(-n mean^2) where directions are nearly balanced: 1 to the last digit */
#define MEAN_SMALL 1e-8

/* Above it the derivative of I_1/I_0 would be what is left of 1 to less than eight digits */
#define TILT_LARGE 1e4

/*
 * More digits of the tilt are nothing beside the error of the saddle point.  A million random ones
 * up to 5e4 took four steps; above 5e5 the rounding of the mean is more than this.
 */
#define TILT_STEPS_MAX 20
#define TILT_TOLERANCE 1e-10

/*
 * Best and Fisher (1981), "The bias of the maximum likelihood estimators of the von Mises-Fisher
 * concentration parameters"
 */
static double
resultant_tilt_nearly(double mean)
{
	if (mean < 0.53)
		return mean * (2 + mean * mean * (1 + mean * mean * 5 / 6));
	if (mean < 0.85)
		return -0.4 + 1.39 * mean + 0.43 / (1 - mean);
	return 1 / (mean * (1 - mean) * (3 - mean));
}

double
rt_log_resultant_tail(double n, double length)
{
	double		mean = length / n;
	double		tilt;
	double		ratio,
				slope;

	if (!(n >= 3 && length >= 0) || isinf(n))
		return NAN;
	if (mean >= 1)
		return -INFINITY;
	if (mean < MEAN_SMALL)
		return 0;

	tilt = resultant_tilt_nearly(mean);
	for (int i = 0;; i++)
	{
		double		change;

		ratio = rt_bessel_ratio(tilt);
		/* I_1/I_0 has this derivative */
		slope = tilt < TILT_LARGE ? 1 - ratio / tilt - ratio * ratio :
			(1 + 1 / tilt) / (2 * tilt * tilt);
		if (i == TILT_STEPS_MAX)
			break;
		change = (mean - ratio) / slope;
		tilt = fmax(tilt / 2, tilt + change);
		if (fabs(change) <= TILT_TOLERANCE * tilt)
			break;
	}
	return fmin(0, n * (rt_log_bessel_i0_scaled(tilt) + tilt) - tilt * length +
				log(ratio / tilt / slope) / 2);
}
