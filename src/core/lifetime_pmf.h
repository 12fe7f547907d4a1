/*
 * lifetime_pmf.h
 *		How many purchases a customer makes before they leave.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_LIFETIME_PMF_H
#define RT_LIFETIME_PMF_H

#include "core/lifetime.h"

/*
 * The probability of exactly n purchases by t, or until they leave before that; a and m as those of
 * rt_lifetime_integral
 */
extern double rt_lifetime_purchase_pmf(const rt_lifetime *life, double a, double m, int n,
									   double t);

#endif							/* RT_LIFETIME_PMF_H */
