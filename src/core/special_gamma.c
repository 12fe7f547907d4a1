/*
 * special_gamma.c
 *		The gamma function and its derivatives, without what cancels.
 *
 * The asymptotic series are Abramowitz and Stegun 6.1.41, 6.3.18 and 6.4.12.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/special.h"

/*
 * From here on the asymptotic series below are exact to double precision: the first term that
 * each of them leaves out is at most 3e-16 of the sum
 */
#define ASYMPTOTIC_MIN 12.0

/*
 * Differences of so few steps are added up, by the recurrences of both functions: no more than it
 * takes from 0 to where the series begin
 */
#define STEPS_MAX 12

/* Products are added up by their logarithms before one factor more could leave the doubles */
#define PRODUCT_MAX 1e200
#define PRODUCT_MIN 1e-200
#define FACTOR_MAX 1e50

/* The same where factors are as large as the product may be */
#define EXCESS_MAX 1e150

/* Above it the logarithm of the gamma function is in the thousands: a difference loses as much */
#define LGAMMA_MAX 1e3

/*
 * A way this short against x is taken at the slope in its middle, which is wrong by a twelfth of
 * the square of this, 1e-11; a longer one loses no more to cancellation, 2^-53 over this
 */
#define SHORT_WAY 1e-5

/* ln(x) - psi(x) - 1/(2x), by the square of 1/x, from ASYMPTOTIC_MIN on */
static inline double
digamma_series(double square)
{
	return square *
		(1.0 / 12 -
		 square * (1.0 / 120 -
				   square * (1.0 / 252 -
							 square * (1.0 / 240 -
									   square * (1.0 / 132 - square * (691.0 / 32760 -
																	   square * (1.0 / 12)))))));
}

/* psi'(x) from there on */
static inline double
trigamma_series(double inverse, double square)
{
	return inverse + square / 2 +
		inverse * square *
		(1.0 / 6 -
		 square *
		 (1.0 / 30 -
		  square * (1.0 / 42 -
					square * (1.0 / 30 -
							  square * (5.0 / 66 - square * (691.0 / 2730 -
															 square * (7.0 / 6)))))));
}

double
rt_log_minus_digamma(double x)
{
	double		shift = 0;
	double		start = x;
	double		inverse;

	if (!(x > 0) || isinf(x))
		return NAN;

	/* psi(x) = psi(x + 1) - 1/x */
	while (x < ASYMPTOTIC_MIN)
	{
		shift += 1 / x;
		x += 1;
	}
	inverse = 1 / x;
	return inverse / 2 + digamma_series(inverse * inverse) + shift +
		(x == start ? 0 : log(start / x));
}

double
rt_trigamma(double x)
{
	double		sum = 0;
	double		inverse;

	if (!(x > 0) || isinf(x))
		return NAN;
	while (x < ASYMPTOTIC_MIN)
	{
		sum += 1 / (x * x);
		x += 1;
	}
	inverse = 1 / x;
	return sum + trigamma_series(inverse, inverse * inverse);
}

double
rt_log_minus_digamma_trigamma(double x, double *trigamma)
{
	double		shift = 0,
				sum = 0;
	double		start = x;
	double		inverse,
				square;

	if (!(x > 0) || isinf(x))
		return *trigamma = NAN;
	while (x < ASYMPTOTIC_MIN)
	{
		inverse = 1 / x;
		shift += inverse;
		sum += inverse * inverse;
		x += 1;
	}
	inverse = 1 / x;
	square = inverse * inverse;
	*trigamma = sum + trigamma_series(inverse, square);
	return inverse / 2 + digamma_series(square) + shift + (x == start ? 0 : log(start / x));
}

double
rt_stirling_error(double x)
{
	double		inverse,
				square;

	if (!(x > 0) || isinf(x))
		return NAN;
	if (x < ASYMPTOTIC_MIN)
		return lgamma(x) - ((x - 0.5) * log(x) - x + RT_HALF_LOG_TWO_PI);
	inverse = 1 / x;
	square = inverse * inverse;
	return inverse *
		(1.0 / 12 -
		 square * (1.0 / 360 -
				   square * (1.0 / 1260 -
							 square * (1.0 / 1680 -
									   square * (1.0 / 1188 -
												 square * (691.0 / 360360 - square / 156))))));
}

double
rt_log_gamma_ratio(double x, double n)
{
	if (!(x > 0 && n >= 0) || isinf(x) || isinf(n))
		return NAN;
	if (n <= STEPS_MAX && n == floor(n) && x < FACTOR_MAX)
	{
		double		product = 1;
		double		sum = 0;

		for (double i = 0; i < n; i++)
		{
			product *= x + i;
			if (product > PRODUCT_MAX || product < PRODUCT_MIN)
			{
				sum += log(product);
				product = 1;
			}
		}
		return sum + log(product);
	}
	if (x < ASYMPTOTIC_MIN && x + n < LGAMMA_MAX)
		return lgamma(x + n) - lgamma(x);

	/* Stirling's formula for both, the leading terms subtracted first */
	return (x - 0.5) * (x > 1e-200 ? log1p(n / x) : log(x + n) - log(x)) + n * (log(x + n) - 1) +
		rt_stirling_error(x + n) - rt_stirling_error(x);
}

double
rt_digamma_difference(double x, double n)
{
	if (!(x > 0 && n >= 0) || isinf(x) || isinf(n))
		return NAN;
	if (n <= STEPS_MAX && n == floor(n))
	{
		double		sum = 0;

		for (double i = n - 1; i >= 0; i--)
			sum += 1 / (x + i);
		return sum;
	}

	/* the difference would cancel */
	if (n < SHORT_WAY * x)
		return n * rt_trigamma(x + n / 2);
	return log1p(n / x) + rt_log_minus_digamma(x) - rt_log_minus_digamma(x + n);
}

/*
 * By Stirling's formula for all four gamma functions, in which the leading terms are put together
 * so that what is left is as large as they are; the recurrence before that
 */
double
rt_log_rising_ratio(double x, double c, double n)
{
	double		excess = 0;		/* a product minus 1 */
	double		sum = 0;
	double		share;

	if (!(x > 0 && c >= 0 && n >= 0) || isinf(x) || isinf(c) || isinf(n))
		return NAN;
	if (c == 0 || n == 0)
		return 0;
	if (isinf(x + c + n))
		return 4 * rt_log_rising_ratio(x / 4, c / 4, n / 4);
	if (n <= STEPS_MAX && n == floor(n))
	{
		for (double i = 0; i < n; i++)
		{
			double		ratio = c / (x + i);

			if (ratio > EXCESS_MAX)
			{
				sum += log(c) - log(x + i);
				continue;
			}
			excess += ratio + excess * ratio;
			if (excess > EXCESS_MAX)
			{
				sum += log(excess);
				excess = 0;
			}
		}
		return sum + log1p(excess);
	}
	while (x < ASYMPTOTIC_MIN)
	{
		double		part = c / (x + c + n);
		double		ratio = part * n / x;

		if (ratio > EXCESS_MAX)
			sum += log(part) + log(n) - log(x);
		else
			excess += ratio + excess * ratio;
		if (excess > EXCESS_MAX)
		{
			sum += log(excess);
			excess = 0;
		}
		x++;
	}

	/* (x + c + n) x / ((x + c) (x + n)) is 1 minus this */
	share = n / (x + n) * (c / (x + c));
	return fmax(0,
				sum + log1p(excess) +
				(x - 0.5) *
				(share < 0.5 ? log1p(-share) : log(x / (x + n) * ((x + c + n) / (x + c)))) +
				n * log1p(c / (x + n)) + c * log1p(n / (x + c)) + rt_stirling_error(x + c + n) +
				rt_stirling_error(x) - rt_stirling_error(x + c) - rt_stirling_error(x + n));
}
