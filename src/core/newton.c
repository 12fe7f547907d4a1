/*
 * newton.c
 *		The maximum of a concave likelihood by Newton's method, and whether there is one.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/newton.h"

#include <math.h>
#include <string.h>

#include "core/cholesky.h"
#include "core/poll.h"

#define ITERATIONS_MAX	100

/* A step this small, of the linear predictor, is rounding */
#define STEP_SMALL		1e-9

/*
 * A likelihood with a maximum is reached within ten steps, the last of them ever smaller.  One
 * that rises without end takes equal steps for ever.
 */
#define ITERATIONS_ENOUGH 25
#define STEP_LARGE		1e-2
#define GAIN_SMALL		1e-9

/*
 * Toward a maximum that is far away, too, steps are equal, of one each: the logarithm of a double
 * is 745 at most
 */
#define ITERATIONS_FAR	1000

/*
 * Part of a column's variance that those before it must leave: what a combination of them leaves is
 * rounding, 2^-53 for each of the terms it is a sum of
 */
#define PIVOT_SMALL		1e-11

int
rt_newton_factorize(rt_newton *newton)
{
	return rt_cholesky(newton->information, newton->n, newton->n, PIVOT_SMALL, newton->factor);
}

/* Of the largest information, tenfold until it is enough */
#define RIDGE_FIRST		1e-9

/*
 * Far out in some direction there is next to no information: a little more all round keeps the
 * steps upward
 */
static bool
newton_factorize_ridge(rt_newton *newton)
{
	int			n = newton->n;
	double		largest = 0;

	for (int j = 0; j < n; j++)
		largest = fmax(largest, newton->information[j * n + j]);
	for (double ridge = RIDGE_FIRST; rt_newton_factorize(newton) < n; ridge *= 10)
	{
		if (ridge > 1 || !(largest > 0))
			return false;
		for (int j = 0; j < n; j++)
			newton->information[j * n + j] += ridge * largest;
	}
	return true;
}

void
rt_newton_solve(const rt_newton *newton, const double *right, double *x)
{
	memcpy(x, right, (size_t) newton->n * sizeof(double));
	rt_cholesky_forward(newton->factor, newton->n, newton->n, x);
	rt_cholesky_backward(newton->factor, newton->n, newton->n, x);
}

/* A step is halved so often, to 1e-12 of it, before a likelihood that it lowers is rounding */
#define HALVINGS_MAX	40
#define LOSS_SMALL		1e-12	/* in proportion, beside 1 */

/* Takes step from beta, or as much of it as does not lower the value: the new one */
static double
newton_step(rt_newton *newton, double value)
{
	double		next;

	for (int halvings = 0;; halvings++)
	{
		for (int j = 0; j < newton->n; j++)
			newton->tried[j] = newton->beta[j] + newton->step[j];
		next = newton->evaluate(newton->problem, newton->n, newton->tried);
		if (next >= value - LOSS_SMALL * (1 + fabs(value)) || halvings == HALVINGS_MAX)
			break;
		for (int j = 0; j < newton->n; j++)
			newton->step[j] /= 2;
	}
	memcpy(newton->beta, newton->tried, sizeof(newton->beta));
	return next;
}

/* After so many iterations, one of which gained so much: is there no end? */
static bool
newton_is_endless(const rt_newton *newton, double gain)
{
	if (newton->has_maximum)
		return newton->iterations >= ITERATIONS_FAR;
	return (newton->iterations >= ITERATIONS_ENOUGH && newton->largest > STEP_LARGE &&
			gain < GAIN_SMALL) ||
		newton->iterations >= ITERATIONS_MAX;
}

double
rt_newton_climb(rt_newton *newton, double value)
{
	double		gain = INFINITY;

	newton->converged = true;
	newton->largest = 0;
	for (newton->iterations = 0; newton->n > 0; newton->iterations++)
	{
		double		next;

		rt_newton_solve(newton, newton->gradient, newton->step);
		newton->largest = 0;
		for (int j = 0; j < newton->n; j++)
			newton->largest = fmax(newton->largest, fabs(newton->step[j]) *
								   (newton->reach == NULL ? 1 : newton->reach[j]));
		if (newton->largest < STEP_SMALL)
		{
			/* one more step makes it exact; the information is that of this point */
			for (int j = 0; j < newton->n; j++)
				newton->beta[j] += newton->step[j];
			break;
		}
		newton->converged = !newton_is_endless(newton, gain);
		if (!newton->converged)
			break;
		next = newton_step(newton, value);
		gain = next - value;
		value = next;
		if (!newton_factorize_ridge(newton))
		{
			newton->converged = false;
			break;
		}
	}
	return value;
}
