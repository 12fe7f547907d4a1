/*
 * newton.h
 *		The maximum of a concave likelihood by Newton's method, and whether there is one.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_NEWTON_H
#define RT_NEWTON_H

#include <stdbool.h>

#include "core/design.h"

/* Parameters: a coefficient for each covariate, and the intercept */
#define RT_NEWTON_MAX (RT_COVARIATES_MAX + 1)

/*
 * Part of a column's variance that those before it must leave: what a combination of them leaves is
 * rounding, 2^-53 for each of the terms it is a sum of
 */
#define RT_NEWTON_PIVOT		1e-11

/* A maximum is found within ten, as a rule; one that is far away takes steps of one each */
#define RT_NEWTON_ENOUGH 25
#define RT_NEWTON_MOST	100

typedef struct rt_newton
{
	/*
	 * The logarithm of the likelihood at n parameters; its gradient and information, the negative
	 * matrix of second derivatives, go to where the next two point: of the matrix the lower
	 * triangle, in rows of n
	 */
	double		(*evaluate) (void *problem, int n, const double *beta);
	void	   *problem;
	double	   *gradient;
	double	   *information;
	const double *reach;		/* how far each parameter moves a linear predictor at most when it
								 * grows by one; NULL: by 1, and steps are not held back */
	int			enough;			/* iterations after which a likelihood with a maximum is there, */
	int			most;			/* and after which it ends in any case */
	double		negligible;		/* part of the likelihood, beside 1, that is not worth a step */
	int			n;
	double		beta[RT_NEWTON_MAX];	/* where it is */
	double		tried[RT_NEWTON_MAX];
	double		step[RT_NEWTON_MAX];	/* the last one */
	double		promise;		/* what its slope says that it gains */
	double		factor[RT_NEWTON_MAX * RT_NEWTON_MAX];

	/* of a climb */
	double		largest;		/* movement of a linear predictor in the last step */
	int			iterations;		/* zero before the first one */
	bool		converged;
} rt_newton;

/* The factor of the information; the first parameter that is redundant, or n */
extern int	rt_newton_factorize(rt_newton *newton);

/* The solution of information * x = right, by that factor */
extern void rt_newton_solve(const rt_newton *newton, const double *right, double *x);

/*
 * From beta on, of which the value, the gradient, the information and its factor are known, to the
 * maximum: the value there.  Where the likelihood rises without end, converged is false and step
 * the one that it still would take.
 */
extern double rt_newton_climb(rt_newton *newton, double value);

#endif							/* RT_NEWTON_H */
