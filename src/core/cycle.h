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
	double		known_to;		/* days: 1 between dates, 0 where they are exact */
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
 * What the shape of one customer may be: a few values and their weights.
 *
 * The likelihood is the restricted one (their mean interval is not known, which takes one interval
 * away, so that few of them are not taken for regular), of intervals between
 * dates: what they hide is added to what they show, and how well anybody keeps time, a deviation of
 * one day in all of four weeks (see rt_intervals_evenness).
 *
 * The prior of ln k is normal around ln median; but RT_FLOOR of the weight is spread evenly from
 * RT_FLOOR_SHAPE to RT_REGULARITY_MAX: among any customers there are subscribers, whom no normal
 * distribution expects.  Each part's posterior is taken as normal (Laplace's approximation), by
 * Gauss-Hermite quadrature.
 */
#define RT_SHAPES 6

typedef struct rt_shapes
{
	int			count;
	double		k[RT_SHAPES];	/* at most RT_REGULARITY_MAX */
	double		weight[RT_SHAPES];	/* they add up to 1 */
	double		regularity;		/* the most likely k of the more probable part */
} rt_shapes;

/* A choice: one customer in a hundred */
#define RT_FLOOR 0.01
#define RT_FLOOR_SHAPE 4.0
#define RT_FLOOR_LOG_SHAPE 1.38629436111989062

/* The prior's deviation is that of ln k; 0 where all have the same k, but for the floor */
extern void rt_gamma_shapes(const rt_intervals *intervals, double prior_shape,
							double prior_deviation, rt_shapes *shapes);

/* ln mean less the mean of logarithms, with what they are known to; at least one of them */
extern double rt_intervals_evenness(const rt_intervals *intervals);

/*
 * Relative change of the interval from one purchase to the next: 0.1 is ten
 * percent longer each time.  The median of paired differences of logarithms
 * (Theil 1950, the incomplete method), so that single odd intervals do not
 * matter.  NaN with fewer than four intervals; workspace as above.
 */
extern double rt_interval_trend(const int32_t *dates, size_t count, double *workspace);

#endif							/* RT_CYCLE_H */
