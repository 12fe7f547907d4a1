/*
 * special.h
 *		Special functions of the customer-base models.
 *
 * Accurate to 1e-10 relative or better over the domain stated at each (test/data
 * holds golden values from an arbitrary-precision tool).  Outside of it they
 * return NaN, never a plausible wrong number.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SPECIAL_H
#define RT_SPECIAL_H

#include <math.h>

/* ln(2 pi) / 2 */
#define RT_HALF_LOG_TWO_PI 0.91893853320467274178
#define RT_SQRT_TWO_PI 2.50662827463100050242

/* ln(exp(a) + exp(b)), not both minus infinity */
static inline double
rt_log_sum(double a, double b)
{
	return fmax(a, b) + log1p(exp(-fabs(a - b)));
}

/* psi'(x), x from 1e-8 to 1e12 */
extern double rt_trigamma(double x);

/*
 * ln(x) - psi(x), without the cancellation of the two: positive, about 1/(2x).
 * x from 1e-8 to 1e12.
 */
extern double rt_log_minus_digamma(double x);

/* The first, and the second beside it, of the same x: half the work of both */
extern double rt_log_minus_digamma_trigamma(double x, double *trigamma);

/* ln Gamma(x) minus Stirling's (x - 1/2) ln x - x + ln(2 pi)/2, x from 1e-8 to 1e12 */
extern double rt_stirling_error(double x);

/*
 * ln Gamma(x + n) - ln Gamma(x) and psi(x + n) - psi(x), without the cancellation
 * where x is large: x from 1e-8 to 1e12, n from 0 to 1e9
 */
extern double rt_log_gamma_ratio(double x, double n);
extern double rt_digamma_difference(double x, double n);

/*
 * ln of the negative binomial probability of n: Gamma(shape + n) / (n! Gamma(shape)) odds^n / (1 +
 * odds)^(n + shape)
 */
extern double rt_log_negative_binomial(double n, double shape, double odds);

/*
 * ln of (x + c)_n / (x)_n with the rising factorial (.)_n, which is the same with c and n
 * exchanged: 0 or more, and exact in proportion to itself where that is above 1e-6; x from 1e-8 on,
 * c and n from 0 on
 */
extern double rt_log_rising_ratio(double x, double c, double n);

/*
 * ln of the probability of x successes and n failures when that of a success is Beta(alpha, beta):
 * the beta-binomial distribution.  x and n need not be whole.
 */
extern double rt_log_beta_binomial(double x, double n, double alpha, double beta);

/*
 * Regularized incomplete beta function, in logarithms, so that no tail is too
 * small: *log_lower is ln I_x(a, b), *log_upper is ln(1 - I_x(a, b)).  y is
 * 1 - x, given apart because callers know it without cancellation.  a and b
 * from 1e-4 to 1e8.
 */
extern void rt_log_incomplete_beta(double a, double b, double x, double y, double *log_lower,
								   double *log_upper);

/* The same by rt_log_beta_constant(a, b) */
extern void rt_log_incomplete_beta_by(double a, double b, double constant, double x, double y,
									  double *log_lower, double *log_upper);

/*
 * ln of x^a y^b / B(a, b), the derivative of I_x(a, b) by ln(x/y), is the sum of these two; y is
 * 1 - x.  Nothing cancels, however large a and b.
 */
extern double rt_log_beta_constant(double a, double b);
extern double rt_log_beta_exponent(double a, double b, double x, double y);

/*
 * The odds x/y at which I_x(a, b) = lower; upper is 1 - lower, given apart so
 * that either may be tiny.  Odds, because times are odds of the predictive
 * distributions and x itself may round to 1.  a and b from 1e-2 to 1e8.
 */
extern double rt_incomplete_beta_inverse_odds(double a, double b, double lower, double upper);

/* The same by rt_log_beta_constant(a, b), looked for from some odds on, above 0 */
extern double rt_incomplete_beta_inverse_odds_by(double a, double b, double constant, double from,
												 double lower, double upper);

/* The x that a standard normal variable exceeds with probability upper: from 1e-300 to 0.5 */
extern double rt_normal_quantile(double upper);

/*
 * The probability that a chi-squared variable of a whole number of degrees of freedom, from 1 on,
 * exceeds x, and that a standard normal variable lies at least as far from 0, up or down, as x
 */
extern double rt_chi_square_tail(int degrees, double x);
extern double rt_normal_two_sided(double x);

/*
 * ln I_0(x) - x and I_1(x) / I_0(x), x from 0 on: modified Bessel functions of the
 * first kind
 */
extern double rt_log_bessel_i0_scaled(double x);
extern double rt_bessel_ratio(double x);

/*
 * ln of the probability that n unit vectors of random directions (n from 3 on)
 * add up to a vector of this length or longer, by a saddle point: within 9 percent
 * of the probability for three, 5 percent for more.  0 for length 0, minus infinity for n.
 */
extern double rt_log_resultant_tail(double n, double length);

#endif							/* RT_SPECIAL_H */
