/*
 * gamma_gamma_all.h
 *		What customers spend each time, from the amounts of all their days.
 *
 * The same customers as those of gamma_gamma.h: the amount of each day is Gamma(p, rate nu), and nu
 * is Gamma(q, rate gamma) across customers.  But what is seen of them is each amount z, that of the
 * first day included, and not their mean alone.  With n days, S = sum z and L = sum ln z the
 * log-likelihood is
 *
 *		ln Gamma(p n + q) - n ln Gamma(p) - ln Gamma(q) + q ln gamma + (p - 1) L
 *			- (p n + q) ln(gamma + S)
 *
 * So p is told by how much the orders of one customer vary, and not by how much means of few and of
 * many orders do, which is the same for large p and for small ones.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_GAMMA_GAMMA_ALL_H
#define RT_GAMMA_GAMMA_ALL_H

#include "core/gamma_gamma.h"

/* Of amounts that are valid as a row of a fit */
extern double rt_gamma_gamma_all_log_likelihood(const rt_gamma_gamma *spend,
												const rt_amounts *amounts);

/*
 * The amount to expect of the next day of a customer with n days of this mean; n = 0 is one of
 * whom no amount is known.  For q above 1 it is that of gamma_gamma.h,
 *
 *		p (gamma + n mean) / (p n + q - 1)
 *
 * For q up to 1 the mean across customers is infinite, and that of one customer may be as large as
 * one likes.  Then it is their own mean and the median of the base, weighted with p n and q: as
 * above, but for q in the place of q - 1 and the median in that of the mean.  NaN where the median
 * is beyond a double, or p or q below 1e-4.
 */
extern double rt_gamma_gamma_all_expected_value(const rt_gamma_gamma *spend, double n, double mean);

/* Of the amounts of all days of the base: half of them are below; NaN as above */
extern double rt_gamma_gamma_median(const rt_gamma_gamma *spend);

/*
 * Makes orders, with log_mean, of rows of amounts, and returns what their sums do not tell: the sum
 * of unevenness, which is the sum_log of these customers
 */
extern double rt_gamma_gamma_all_orders(rt_fit_row *rows, size_t row_count);

#endif							/* RT_GAMMA_GAMMA_ALL_H */
