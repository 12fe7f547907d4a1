/*
 * cycle.h
 *		The purchase cycle of one customer, from their own intervals.
 *
 * Intervals are the days between consecutive purchase days, so whole numbers
 * from 1 on.  What needs more of them than there are is NaN.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_CYCLE_H
#define RT_CYCLE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A gamma distribution's shape goes to infinity as intervals become equal.  The
 * estimate stops here: a coefficient of variation of one percent, finer than
 * whole days can tell apart.
 */
#define RT_REGULARITY_MAX 10000.0

typedef struct rt_intervals
{
	int64_t		count;
	/* days; with count and sum_log all that a gamma distribution needs */
	double		sum;
	double		sum_log;
	double		mean;			/* NaN without an interval */
	double		stddev;			/* of a sample: NaN with fewer than two */
} rt_intervals;

/* From count dates in strictly ascending order */
extern void rt_intervals_from_dates(const int32_t *dates, size_t count, rt_intervals *intervals);

/*
 * How many intervals there are, and their sum, when each counts weight times as
 * much as the next one (the last one counts 1).  At least one date.
 */
extern void rt_weighted_intervals(const int32_t *dates, size_t count, double weight,
								  double *intervals, double *sum);

/* The median interval; workspace has room for count - 1 doubles */
extern double rt_interval_median(const int32_t *dates, size_t count, double *workspace);

/*
 * The shape k of a gamma distribution of the intervals by maximum likelihood,
 * at most RT_REGULARITY_MAX: 1 is Poisson-random, above is regular, below is
 * clumpy.  NaN with fewer than two intervals.
 */
extern double rt_gamma_shape(int64_t count, double sum, double sum_log);

/*
 * The shape of one customer, shrunk toward that of all: the maximum of their
 * restricted likelihood (their mean interval is not known, which takes one
 * interval away, so that few of them are not taken for regular) times a
 * lognormal prior around prior_shape, prior_deviation wide in ln k.  At most
 * RT_REGULARITY_MAX; with fewer than two intervals it is prior_shape.
 */
extern double rt_gamma_shape_shrunk(const rt_intervals *intervals, double prior_shape,
									double prior_deviation);

/*
 * What the shape of one customer may be, as three values and their weights: the
 * posterior of ln k that rt_gamma_shape_shrunk finds the maximum of, as a normal
 * distribution (Laplace's approximation), by Gauss-Hermite quadrature.
 */
#define RT_SHAPES 3

typedef struct rt_shapes
{
	double		k[RT_SHAPES];	/* ascending, at most RT_REGULARITY_MAX */
	double		weight[RT_SHAPES];	/* they add up to 1 */
} rt_shapes;

extern void rt_gamma_shapes(const rt_intervals *intervals, double prior_shape,
							double prior_deviation, rt_shapes *shapes);

/*
 * Relative change of the interval from one purchase to the next: 0.1 is ten
 * percent longer each time.  The median of paired differences of logarithms
 * (Theil 1950, the incomplete method), so that single odd intervals do not
 * matter.  NaN with fewer than four intervals; workspace as above.
 */
extern double rt_interval_trend(const int32_t *dates, size_t count, double *workspace);

#endif							/* RT_CYCLE_H */
