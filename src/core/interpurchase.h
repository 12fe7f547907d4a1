/*
 * interpurchase.h
 *		The population of purchase cycles.
 *
 * The intervals of a customer are Gamma(k, rate k lambda), so that 1/lambda is
 * their mean interval; lambda is Gamma(r, rate alpha) across customers.  With n
 * intervals that add up to S and whose logarithms add up to L, what is known of
 * them is Gamma(r + k n, alpha + k S), and their log-likelihood is
 *
 *		n k ln k - n lnGamma(k) + (k - 1) L + lnGamma(r + k n) - lnGamma(r)
 *			+ r ln alpha - (r + k n) ln(alpha + k S)
 *
 * Times are in the model's unit.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_INTERPURCHASE_H
#define RT_INTERPURCHASE_H

#include <stdbool.h>

#include "core/customers.h"

typedef struct rt_interpurchase
{
	double		k;
	double		r;
	double		alpha;
} rt_interpurchase;

/* Of rows of at least one interval */
extern double rt_interpurchase_log_likelihood(const rt_interpurchase *model,
											  const rt_customers *customers);

/*
 * The distribution of a customer's next interval, their n intervals known; NaN where the
 * arguments are invalid
 */
extern double rt_interpurchase_silence(const rt_interpurchase *model, double n, double sum,
									   double elapsed);
extern double rt_interpurchase_log_silence(const rt_interpurchase *model, double n, double sum,
										   double elapsed);

/* The latter by what is the same for any time that has elapsed */
extern double rt_interpurchase_silence_constant(const rt_interpurchase *model, double n);
extern double rt_interpurchase_log_silence_by(const rt_interpurchase *model, double constant,
											  double n, double sum, double elapsed);

/*
 * The time since the last purchase at which a silence that has lasted elapsed
 * so far, which has the probability silence, will have ended with probability p
 */
extern double rt_interpurchase_quantile(const rt_interpurchase *model, double n, double sum,
										double elapsed, double silence, double p);
extern double rt_interpurchase_quantile_by(const rt_interpurchase *model, double constant,
										   double n, double sum, double elapsed, double silence,
										   double p);

#endif							/* RT_INTERPURCHASE_H */
