/*
 * interpurchase.h
 *		The population of purchase cycles.
 *
 * The intervals of a customer are Gamma(k, rate k lambda), so that 1/lambda is
 * her mean interval; lambda is Gamma(r, rate alpha) across customers.  With n
 * intervals that add up to S and whose logarithms add up to L, what is known of
 * her is Gamma(r + k n, alpha + k S), and her log-likelihood is
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
#include <stddef.h>
#include <stdint.h>

#include "core/optimize.h"

typedef struct rt_interpurchase
{
	double		k;
	double		r;
	double		alpha;
} rt_interpurchase;

/* Customers with the same number of intervals and the same sum, in days */
typedef struct rt_interpurchase_row
{
	int64_t		sum;
	int32_t		count;			/* of intervals, at least 1 */
	int32_t		customers;
} rt_interpurchase_row;

/* The rows in ascending order of count, then sum; time_unit in days */
typedef struct rt_interpurchase_data
{
	const rt_interpurchase_row *rows;
	size_t		row_count;
	double		sum_log;		/* of all intervals, in days */
	double		time_unit;
} rt_interpurchase_data;

extern double rt_interpurchase_log_likelihood(const rt_interpurchase *model, const rt_interpurchase_data *data);

/*
 * The most likely model.  covariance, 3 by 3 in the order k, r, alpha, is NaN
 * when the optimum lies on a bound.
 */
typedef struct rt_interpurchase_fit
{
	rt_interpurchase model;
	double		log_likelihood;
	double		covariance[9];
	bool		converged;		/* inside the parameter space */
	bool		interrupted;
	int			evaluations;
} rt_interpurchase_fit;

extern void rt_interpurchase_fit_model(const rt_interpurchase_data *data,
									   bool (*interrupted) (void), rt_interpurchase_fit *fit);

/* The distribution of a customer's next interval, her n intervals known; NaN where the arguments are invalid */
extern double rt_interpurchase_silence(const rt_interpurchase *model, double n, double sum, double elapsed);
extern double rt_interpurchase_log_silence(const rt_interpurchase *model, double n, double sum, double elapsed);

/*
 * The time since the last purchase at which a silence that has lasted elapsed
 * so far, which has the probability silence, will have ended with probability p
 */
extern double rt_interpurchase_quantile(const rt_interpurchase *model, double n, double sum,
										double elapsed, double silence, double p);

#endif							/* RT_INTERPURCHASE_H */
