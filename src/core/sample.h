/*
 * sample.h
 *		A few customers of many, to find out where the maxima of a likelihood are.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SAMPLE_H
#define RT_SAMPLE_H

#include "core/customers.h"

/* Its likelihood has the modes that the one of all has, and costs a hundredth of a large base's */
#define RT_SAMPLE 500

/* Is a base so large that looking around in a sample saves time? */
extern bool rt_sample_pays(const rt_customers *customers);

/*
 * So many customers, at equal distances in the order of the rows, as rows of the same order: a
 * row that stands for many is taken as often.  Without the logarithms of intervals.
 */
extern rt_customers rt_sample_of(const rt_customers *customers, rt_fit_row rows[RT_SAMPLE]);

#endif							/* RT_SAMPLE_H */
