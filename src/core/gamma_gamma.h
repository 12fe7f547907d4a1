/*
 * gamma_gamma.h
 *		What customers spend each time: the Gamma-Gamma model.
 *
 * The orders of a customer are Gamma(p, rate nu) around a level of their own, p / nu; nu is
 * Gamma(q, rate gamma) across customers, and does not depend on how often they buy.  Of a
 * customer with x orders of the mean value z the log-likelihood is
 *
 *		ln Gamma(p x + q) - ln Gamma(p x) - ln Gamma(q) + q ln gamma + (p x - 1) ln z
 *			+ p x ln x - (p x + q) ln(gamma + x z)
 *
 * and their next order is expected to be worth p (gamma + x z) / (p x + q - 1).
 *
 * Source: Fader, Hardie, Lee (2005), "RFM and CLV: Using iso-value curves for customer base
 * analysis"; Fader, Hardie (2013), "The Gamma-Gamma model of monetary value".
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_GAMMA_GAMMA_H
#define RT_GAMMA_GAMMA_H

#include <stdbool.h>

#include "core/customers.h"
#include "core/model.h"
#include "core/optimize.h"

typedef struct rt_gamma_gamma
{
	double		p;
	double		q;
	double		gamma;
} rt_gamma_gamma;

/* Of either of the kinds that know what orders are worth; false for a model of another one */
extern bool rt_gamma_gamma_from_model(const rt_model *model, rt_gamma_gamma *spend);

/* x and mean above 0 */
extern double rt_gamma_gamma_log_likelihood(const rt_gamma_gamma *spend, double x, double mean);

/*
 * The value to expect of an order; x = 0 is a customer of whom no order is known.  What they
 * were given back counts as nothing spent: a mean below 0 is 0.  NaN where there is no mean,
 * for p x + q up to 1.
 */
extern double rt_gamma_gamma_expected_value(const rt_gamma_gamma *spend, double x, double mean);

/* Of x and the mean value across customers: Pearson's; NaN where either does not vary */
extern double rt_gamma_gamma_correlation(const rt_customers *customers);

/* As a kind's slopes, of customers with log_mean */
typedef double rt_gamma_gamma_slopes_of (const rt_customers *customers, const double *parameters,
										 void *unused, double *slopes);
extern rt_gamma_gamma_slopes_of rt_gamma_gamma_slopes;

/* The same by ln p, ln q and ln(p gamma / q); the best of an objective by these, from this p on */
extern const double rt_gamma_gamma_logarithms[9];
extern double rt_gamma_gamma_by_level(rt_gamma_gamma_slopes_of *slopes_of, const double *x,
									  double *gradient, const rt_customers *customers);
extern void rt_gamma_gamma_maximize(rt_objective objective, const rt_customers *customers, double p,
									rt_fit *fit);

/* Of both kinds: the scale, since the mean of orders is p gamma / (q - 1) */
#define RT_GAMMA_GAMMA_PROCESSES {{"spend", 2, 1}}

/* Of both kinds: see core/limit.h */
extern const rt_limit rt_gamma_gamma_limits[];

#endif							/* RT_GAMMA_GAMMA_H */
