/*
 * special.c
 *		Special functions of the customer-base models.
 *
 * Sources: the asymptotic series are Abramowitz and Stegun 6.1.41, 6.3.18 and
 * 6.4.12; the continued fraction is theirs 26.5.8 (DLMF 8.17.22), evaluated as
 * Lentz (1976); the saddle-point form of its prefactor, which does not cancel
 * however large the arguments, is Loader (2000), "Fast and accurate
 * computation of binomial probabilities".  Bessel functions: 9.6.10 and 9.7.1
 * of the former.  The tail of a resultant is the saddle-point density
 * of a sum of vectors (Daniels 1954; Mardia and Jupp 2000, section 4.8, use the
 * same tilt) integrated to first order.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "core/special.h"

/* Differences of so few steps are added up, by the recurrences of both functions */
#define STEPS_MAX 12

#define HALF_LOG_TWO_PI 0.91893853320467274178

/* From here on the asymptotic series below are exact to double precision */
#define ASYMPTOTIC_MIN 12.0

double
rt_log_minus_digamma(double x)
{
	double		shift = 0;
	double		start = x;
	double		inverse,
				square,
				series;

	if (!(x > 0) || isinf(x))
		return NAN;

	/* psi(x) = psi(x + 1) - 1/x */
	while (x < ASYMPTOTIC_MIN)
	{
		shift += 1 / x;
		x += 1;
	}
	inverse = 1 / x;
	square = inverse * inverse;
	series =
		square *
		(1.0 / 12 -
		 square * (1.0 / 120 -
				   square * (1.0 / 252 -
							 square * (1.0 / 240 -
									   square * (1.0 / 132 - square * (691.0 / 32760 -
																	   square * (1.0 / 12)))))));
	return inverse / 2 + series + shift + (x == start ? 0 : log(start / x));
}

double
rt_trigamma(double x)
{
	double		sum = 0;
	double		inverse,
				square;

	if (!(x > 0) || isinf(x))
		return NAN;
	while (x < ASYMPTOTIC_MIN)
	{
		sum += 1 / (x * x);
		x += 1;
	}
	inverse = 1 / x;
	square = inverse * inverse;
	return sum + inverse + square / 2 +
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
rt_log_gamma_ratio(double x, double n)
{
	if (!(x > 0 && n >= 0) || isinf(x) || isinf(n))
		return NAN;
	if (n <= STEPS_MAX && n == floor(n) && x < 1e50)
	{
		double		product = 1;
		double		sum = 0;

		for (double i = 0; i < n; i++)
		{
			product *= x + i;
			if (product > 1e200 || product < 1e-200)
			{
				sum += log(product);
				product = 1;
			}
		}
		return sum + log(product);
	}
	if (x < ASYMPTOTIC_MIN && x + n < 1e3)
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

	/* so short a way that the difference would cancel: the slope in its middle */
	if (n < 1e-5 * x)
		return n * rt_trigamma(x + n / 2);
	return log1p(n / x) + rt_log_minus_digamma(x) - rt_log_minus_digamma(x + n);
}

double
rt_stirling_error(double x)
{
	double		inverse,
				square;

	if (!(x > 0) || isinf(x))
		return NAN;
	if (x < ASYMPTOTIC_MIN)
		return lgamma(x) - ((x - 0.5) * log(x) - x + HALF_LOG_TWO_PI);
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

/* x ln(x/m) + m - x, which is 0 where x = m, without cancellation around there */
static double
deviance(double x, double m)
{
	double		difference = x - m;

	if (fabs(difference) < 0.1 * (x + m))
	{
		double		v = difference / (x + m);
		double		square = v * v;
		double		term = 2 * x * v;
		double		sum = difference * v;

		for (int j = 3; j < 1000; j += 2)
		{
			double		next;

			term *= square;
			next = sum + term / j;
			if (next == sum)
				return sum;
			sum = next;
		}
		return sum;
	}
	return x * (x / m > 0 ? log(x / m) : log(x) - log(m)) - difference;
}

double
rt_log_negative_binomial(double n, double shape, double odds)
{
	double		both = n + shape;

	if (!(n >= 0 && shape > 0 && odds > 0) || isinf(both) || isinf(odds))
		return NAN;
	if (n == 0)
		return -shape * log1p(odds);
	return 0.5 * (log(shape) - log(n) - log(both)) - HALF_LOG_TWO_PI +
		rt_stirling_error(both) - rt_stirling_error(n) - rt_stirling_error(shape) -
		deviance(n, both * (odds / (1 + odds))) - deviance(shape, both / (1 + odds));
}

/* The part of ln(x^a y^b / B(a, b)) that x does not change; the same for (b, a) */
static double
log_prefactor_constant(double a, double b)
{
	return 0.5 * (log(a) - log(a + b) + log(b)) - HALF_LOG_TWO_PI +
		rt_stirling_error(a + b) - rt_stirling_error(a) - rt_stirling_error(b);
}

/* ln of x^a y^b / B(a, b) */
static double
log_prefactor(double a, double b, double x, double y, double constant)
{
	double		n = a + b;

	return constant - deviance(a, n * x) - deviance(b, n * y);
}

double
rt_log_beta_constant(double a, double b)
{
	return log_prefactor_constant(a, b);
}

/* deviance(x, x + difference) */
static double
deviance_by(double x, double difference)
{
	double		v = difference / x;

	if (fabs(v) > 1e-3)
		return deviance(x, x + difference);
	return difference * v *
		(1.0 / 2 - v * (1.0 / 3 - v * (1.0 / 4 - v * (1.0 / 5 - v * (1.0 / 6 - v / 7)))));
}

/*
 * n x is known to its last digit only, which of the greater one is too much: it misses what the
 * other one exceeds
 */
double
rt_log_beta_exponent(double a, double b, double x, double y)
{
	double		n = a + b;

	if (x < y)
		return -deviance(a, n * x) - deviance_by(b, a - n * x);
	return -deviance(b, n * y) - deviance_by(a, b - n * y);
}

/* The continued fraction of I_x(a, b) over the prefactor; converges fast for x below the mean */
static double
continued_fraction(double a, double b, double x)
{
	/* numerators and denominators of the last two convergents */
	double		above = 0,
				above_next = 1;
	double		below = 1,
				below_next = 1;

	for (int m = 0; m < 1000000; m++)
	{
		double		place = a + 2 * m;
		double		inverse = 1 / (place * (place + 1));
		double		odd = -(a + m) * (a + b + m) * x * inverse;
		double		even = (m + 1) * (b - m - 1) * x / ((place + 1) * (place + 2));

		above = above_next + odd * above;
		below = below_next + odd * below;
		above_next = above + even * above_next;
		below_next = below + even * below_next;

		/* the last two agree when no digit is left between them */
		if (fabs(above * below_next - above_next * below) <=
			2 * DBL_EPSILON * fabs(above_next * below))
			return above_next / below_next / a;
		if (fabs(below_next) > 1e100 || fabs(below_next) < 1e-100)
		{
			double		scale = 1 / below_next;

			above *= scale;
			below *= scale;
			above_next *= scale;
			below_next = 1;
		}
	}
	return NAN;
}

/* The logarithm of the smaller tail, and which one that is; the prefactor besides */
static double
log_small_tail(double a, double b, double x, double y, double constant,
			   bool *is_lower, double *prefactor)
{
	*prefactor = log_prefactor(a, b, x, y, constant);
	*is_lower = x * (a + b + 2) < a + 1;
	return *prefactor + log(*is_lower ? continued_fraction(a, b, x) : continued_fraction(b, a, y));
}

static bool
valid_beta(double a, double b, double x, double y)
{
	return a > 0 && b > 0 && x >= 0 && y >= 0 && isfinite(a) && isfinite(b) &&
		fabs(x + y - 1) < 1e-12;
}

void
rt_log_incomplete_beta(double a, double b, double x, double y, double *log_lower, double *log_upper)
{
	bool		is_lower;
	double		small,
				prefactor;

	if (!valid_beta(a, b, x, y))
	{
		*log_lower = *log_upper = NAN;
		return;
	}
	if (x == 0 || y == 0)
	{
		*log_lower = x == 0 ? -INFINITY : 0;
		*log_upper = x == 0 ? 0 : -INFINITY;
		return;
	}
	small = log_small_tail(a, b, x, y, log_prefactor_constant(a, b), &is_lower, &prefactor);
	*(is_lower ? log_lower : log_upper) = small;
	*(is_lower ? log_upper : log_lower) = log1p(-exp(small));
}

/*
 * Solves for the log-odds w = ln(x/y), on which the lower tail rises from 0 to
 * 1 over the whole line and its derivative is the prefactor: Halley's method
 * on the logarithm of the smaller target tail, kept inside a bracket.
 */
double
rt_incomplete_beta_inverse_odds(double a, double b, double lower, double upper)
{
	bool		by_lower = lower <= upper;
	double		target = log(by_lower ? lower : upper);
	double		low = -1e5;
	double		high = 1e5;
	double		w = log(a / b);
	double		constant;

	if (!(lower > 0 && upper > 0 && fabs(lower + upper - 1) < 1e-12) ||
		!(a > 0 && b > 0) || isinf(a) || isinf(b))
		return NAN;
	constant = log_prefactor_constant(a, b);
	for (int i = 0; i < 400; i++)
	{
		double		odds = exp(-fabs(w));
		double		small = odds / (1 + odds);
		double		large = 1 / (1 + odds);
		double		x = w < 0 ? small : large;
		double		y = w < 0 ? large : small;
		bool		is_lower;
		bool		last = false;
		double		prefactor,
					tail,
					excess,
					slope,
					next;

		if (x == 0 || y == 0)
			tail = (x == 0) == by_lower ? -INFINITY : 0;
		else
		{
			tail = log_small_tail(a, b, x, y, constant, &is_lower, &prefactor);
			if (is_lower != by_lower)
				tail = log1p(-exp(tail));
		}
		excess = by_lower ? tail - target : target - tail;
		if (isnan(excess))
			return NAN;
		if (excess == 0)
			break;
		if (excess > 0)
			high = w;
		else
			low = w;

		/* d ln(tail) / dw */
		slope = isfinite(tail) && tail < 0 ? exp(prefactor - tail) : 0;
		next = NAN;
		if (slope > 0)
		{
			/*
			 * Halley's method: of the logarithm of the tail t the second derivative is t' (p'/p -
			 * t'), p the prefactor
			 */
			double		direction = by_lower ? 1 : -1;
			double		newton = excess / slope;
			double		bend = (a * y - b * x) - direction * slope;

			next = w - newton / fmax(0.5, 1 - newton * bend / 2);
			/* what is left is of third order */
			last = fabs(excess) <= 1e-5 && fabs(newton) <= 1e-4 && fabs(newton * bend) <= 1e-5;
		}
		if (!(next > low && next < high))
		{
			last = false;
			next = isfinite(tail) && high - low > 1e4 ? w + (excess > 0 ? -2 : 2) * (1 + fabs(w)) :
				(low + high) / 2;
			if (!(next > low && next < high))
				next = (low + high) / 2;
		}
		if (last || fabs(next - w) <= 1e-13 * (1 + fabs(w)))
		{
			w = next;
			break;
		}
		w = next;
	}
	return exp(w);
}

double
rt_normal_quantile(double upper)
{
	double		x;

	if (!(upper > 0 && upper <= 0.5))
		return NAN;
	x = sqrt(-2 * log(2 * upper));

	/* Newton's method on the logarithm of the tail, which is nearly a parabola */
	for (int i = 0; i < 50; i++)
	{
		double		tail = erfc(x / sqrt(2)) / 2;
		double		density = exp(-x * x / 2 - HALF_LOG_TWO_PI);
		double		change = log(tail / upper) * tail / density;

		x += change;
		if (fabs(change) <= 1e-15 * (1 + fabs(x)))
			break;
	}
	return x;
}

/* The power series needs as many terms as x, the asymptotic one too few from here on */
#define BESSEL_ASYMPTOTIC_MIN 20.0

/* I_order(x) exp(-x) times sqrt(2 pi x) for large x */
static double
bessel_asymptotic(double order, double x)
{
	double		mu = 4 * order * order;
	double		term = 1;
	double		sum = 1;

	for (int k = 1; k < 40 && fabs(term) > DBL_EPSILON / 4; k++)
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
	return log(bessel_asymptotic(0, x)) - log(x) / 2 - HALF_LOG_TWO_PI;
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
	if (mean < 1e-8)
		return 0;

	/*
	 * start: Best and Fisher (1981), "The bias of the maximum likelihood estimators of the von
	 * Mises-Fisher concentration parameters"
	 */
	if (mean < 0.53)
		tilt = mean * (2 + mean * mean * (1 + mean * mean * 5 / 6));
	else if (mean < 0.85)
		tilt = -0.4 + 1.39 * mean + 0.43 / (1 - mean);
	else
		tilt = 1 / (mean * (1 - mean) * (3 - mean));
	for (int i = 0;; i++)
	{
		double		change;

		ratio = rt_bessel_ratio(tilt);
		/* I_1/I_0 has this derivative; for large arguments it cancels */
		slope = tilt < 1e4 ? 1 - ratio / tilt - ratio * ratio : (1 + 1 / tilt) / (2 * tilt * tilt);
		if (i == 20)
			break;
		change = (mean - ratio) / slope;
		tilt = fmax(tilt / 2, tilt + change);
		if (fabs(change) <= 1e-10 * tilt)
			break;
	}
	return fmin(0, n * (rt_log_bessel_i0_scaled(tilt) + tilt) - tilt * length +
				log(ratio / tilt / slope) / 2);
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

double
rt_normal_two_sided(double x)
{
	return erfc(fabs(x) * M_SQRT1_2);
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

			excess += ratio + excess * ratio;
			if (excess > 1e150)
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

		if (ratio > 1e150)
			sum += log(part) + log(n) - log(x);
		else
			excess += ratio + excess * ratio;
		if (excess > 1e150)
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

/*
 * As Loader (2000) has it for the binomial: what remains of the leading terms of Stirling's formula
 * are four deviances of a table with rows x, alpha and n, beta from the one with the same sums
 */
double
rt_log_beta_binomial(double x, double n, double alpha, double beta)
{
	double		both = alpha + beta;
	double		all = x + n;
	double		taken = alpha + x;
	double		refused = beta + n;
	double		total = both + all;

	if (!(x >= 0 && n >= 0 && alpha > 0 && beta > 0) || isinf(total))
		return NAN;
	if (x == 0)
		return -rt_log_rising_ratio(beta, alpha, n);
	if (n == 0)
		return -rt_log_rising_ratio(alpha, beta, x);
	return 0.5 * log(alpha / taken * (beta / refused) * (total / both) * (all / x) / n) -
		HALF_LOG_TWO_PI - deviance(alpha, both * (taken / total)) -
		deviance(x, all * (taken / total)) - deviance(beta, both * (refused / total)) -
		deviance(n, all * (refused / total)) + rt_stirling_error(taken) -
		rt_stirling_error(alpha) - rt_stirling_error(x) + rt_stirling_error(refused) -
		rt_stirling_error(beta) - rt_stirling_error(n) - rt_stirling_error(total) +
		rt_stirling_error(both) + rt_stirling_error(all);
}
