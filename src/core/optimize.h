/*
 * optimize.h
 *		Maximizing a log-likelihood with a known gradient.
 *
 * Quasi-Newton (BFGS, Nocedal and Wright 2006, chapter 6) with a backtracking
 * line search, inside a box: a coordinate at a bound whose gradient points
 * outward stays there.  A point is only ever left for a better one.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_OPTIMIZE_H
#define RT_OPTIMIZE_H

#include <math.h>
#include <stdbool.h>

#include "core/customers.h"

/* Most coordinates: all parameters of a model, and what covariates add */
#define RT_OPTIMIZE_MAX (RT_PARAMETERS_MAX + RT_PROCESSES_MAX * RT_MODEL_COVARIATES_MAX)

/*
 * ln of a shape of a gamma or beta distribution across customers from which on they are all
 * alike but for one percent: as good as a bound
 */
#define RT_ALIKE 9.21034037197618274	/* ln 10,000: the deviation is a hundredth of the mean */

/*
 * Where searches end, in logarithms.  Choices: a shape of 1e-4 lets customers differ by a hundred
 * times their mean, one of 1e6 by a thousandth of it, and levels end a million times, ages ten
 * million times from where the data lie.  What is beyond is a limit of the model, not a customer
 * base, and a fit that ends there says that it did not converge.
 */
#define RT_SHAPE_LOWEST log(1e-4)
#define RT_SHAPE_HIGHEST log(1e6)
#define RT_LEVEL_RANGE log(1e6)
#define RT_AGE_RANGE log(1e7)

/* The lowest where one that is near 0 has a meaning: hardly anybody ever leaves */
#define RT_LEAVING_LOWEST log(1e-6)

/* Coordinates are logarithms: a search that ends within a percent of a bound ended at it */
#define RT_NEAR_BOUND 0.01

/* Of a shape: are customers all alike, or do they differ as much as a search allows? */
static inline bool
rt_shape_alike(double shape)
{
	return log(shape) > RT_ALIKE;
}

static inline bool
rt_shape_lowest(double shape)
{
	return log(shape) < RT_SHAPE_LOWEST + RT_NEAR_BOUND;
}

/*
 * The value and the gradient at x; a value that is not finite marks a point
 * that is not allowed.
 */
typedef double (*rt_objective) (const double *x, double *gradient, void *data);

typedef struct rt_optimum
{
	double		x[RT_OPTIMIZE_MAX];
	double		value;
	bool		converged;		/* the gradient vanished inside the box */
	bool		at_bound;
	int			evaluations;
} rt_optimum;

/*
 * Maximizes from optimum->x on.  scale is the size of the problem
 * (the number of observations): gradients are small when small against it.
 */
extern void rt_maximize(rt_objective objective, void *data, int count, const double *lower,
						const double *upper, double scale, rt_optimum *optimum);

/* What is maximized, and within which box */
typedef struct rt_problem
{
	rt_objective objective;
	void	   *data;
	int			count;
	const double *lower;
	const double *upper;
	bool		(*nearly) (const double *x, const void *data);	/* at_bound there, besides */
	double		scale;
} rt_problem;

/*
 * As rt_maximize, from near a maximum on: the inverse of the negative Hessian is about that, count
 * numbers a row
 */
extern void rt_maximize_near(const rt_problem *problem, const double *inverse, rt_optimum *optimum);

/*
 * The highest of the maxima that searches from several starts end in: from start on, and from
 * origin + each of the moves, move_count rows of count, all moved into the box.  A search that
 * comes to a maximum that is known is over.  With a sample, the same problem of fewer customers,
 * it is found out there which starts lead elsewhere, and from that place on all are searched.
 */
extern void rt_maximize_from(const rt_problem *problem, const rt_problem *sample,
							 const double *start, const double *origin, const double *moves,
							 int move_count, rt_optimum *best);

/*
 * Coordinates of a pair of parameters p and q: ln p and ln(q / p).  Toward the limit of customers
 * who are all alike both go to infinity together, and only the second coordinate stays.
 */
static inline void
rt_pair_gradient(double by_p, double p, double by_q, double q, double *gradient)
{
	gradient[0] = by_p * p + by_q * q;
	gradient[1] = by_q * q;
}

/* Of two pairs: for rt_fit_from_optimum, and for nearly of rt_maximize_from */
extern const double rt_pairs_logarithms[4 * 4];
extern bool rt_pairs_alike(const double *x, const void *data);

/* Inverts a positive definite matrix of up to RT_OPTIMIZE_MAX in place; false where it is none */
extern bool rt_invert(double *matrix, int count);

/*
 * The inverse of the negative Hessian at x by differences of the gradient:
 * covariance[i * count + j].  False when it is not positive definite.
 */
extern bool rt_covariance(rt_objective objective, void *data, int count, const double *x,
						  double *covariance);

/*
 * Is a log-likelihood as good as quadratic as far as intervals reach?  In the direction that is
 * known least, two standard errors to both sides, it falls by 2 then; a quarter of that to four
 * times as much will do.  On a curved ridge, or one that ends in a plain, the curvature at the top
 * says nothing of how far it goes.  False where there is no covariance.
 */
extern bool rt_is_quadratic(rt_objective objective, void *data, int count,
							const rt_optimum *optimum);

/*
 * The fit that an optimum means, when the logarithm of parameter i is the sum over
 * j of logarithms[i * count + j] times coordinate j: parameters and, where it
 * converged inside the box and all of them are known to some extent (RT_UNKNOWN_ERROR), their
 * covariance; else it did not converge.
 */
extern void rt_fit_from_optimum(rt_objective objective, void *data, int count,
								const double *logarithms, const rt_optimum *optimum, rt_fit *fit);

#endif							/* RT_OPTIMIZE_H */
