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

/* A step this small, of the linear predictor, is rounding */
#define STEP_SMALL		1e-9

/*
 * A likelihood with a maximum is reached within ten steps, the last of them ever smaller.  One
 * that rises without end takes equal steps for ever.
 */
#define STEP_LARGE		1e-2
#define GAIN_SMALL		1e-9

static int
newton_factorize(rt_newton *newton, double smallest)
{
	return rt_cholesky(newton->information, newton->n, newton->n, smallest, newton->factor);
}

int
rt_newton_factorize(rt_newton *newton)
{
	return newton_factorize(newton, RT_NEWTON_PIVOT);
}

/* Of the largest information, tenfold until it is enough */
#define RIDGE_FIRST		1e-9

/*
 * The same, and RT_NEWTON_PIVOT, on the way of steps that are held back: some are told all but
 * exactly, and a direction of which only they say something has next to no information, but an end
 */
#define RIDGE_HELD		1e-14

/*
 * Far out in some direction there is next to no information: a little more all round keeps the
 * steps upward
 */
static bool
newton_factorize_ridge(rt_newton *newton)
{
	int			n = newton->n;
	double		largest = 0;
	double		ridge = newton->reach == NULL ? RIDGE_FIRST : RIDGE_HELD;
	double		smallest = newton->reach == NULL ? RT_NEWTON_PIVOT : RIDGE_HELD;

	for (int j = 0; j < n; j++)
		largest = fmax(largest, newton->information[j * n + j]);
	for (; newton_factorize(newton, smallest) < n; ridge *= 10)
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

/*
 * No predictor moves farther in the first step, and by so much more in each that follows: from
 * where an outcome is rare a parabola points far beyond the maximum, to where there is no
 * information.  Eight is from one in 3,000 to even odds.
 */
#define MOVEMENT_FIRST	8.0

/*
 * Part of what a step's slope promises that it must gain: of a parabola's top a step reaches half
 * (Nocedal and Wright 2006, "Numerical optimization", section 3.1).  Without it steps may go to and
 * fro between two slopes.
 */
#define GAIN_PART		0.1

/* The step to take, how far it moves a predictor, and what it promises */
static void
newton_find_step(rt_newton *newton)
{
	double		most = MOVEMENT_FIRST * (1 + newton->iterations);

	rt_newton_solve(newton, newton->gradient, newton->step);
	newton->largest = 0;
	for (int j = 0; j < newton->n; j++)
		newton->largest = fmax(newton->largest, fabs(newton->step[j]) *
							   (newton->reach == NULL ? 1 : newton->reach[j]));
	newton->promise = 0;
	if (newton->reach == NULL)
		return;
	for (int j = 0; j < newton->n; j++)
	{
		newton->step[j] *= fmin(most / newton->largest, 1);
		newton->promise += newton->step[j] * newton->gradient[j];
	}
	newton->largest = fmin(newton->largest, most);
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
		if (next - value >= GAIN_PART * newton->promise - LOSS_SMALL * (1 + fabs(value)) ||
			halvings == HALVINGS_MAX)
			break;
		newton->promise /= 2;
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
	return (newton->iterations >= newton->enough && newton->largest > STEP_LARGE &&
			gain < GAIN_SMALL) ||
		newton->iterations >= newton->most;
}

double
rt_newton_climb(rt_newton *newton, double value)
{
	double		gain = INFINITY;

	newton->converged = true;
	newton->largest = 0;
	for (; newton->n > 0; newton->iterations++)
	{
		double		next;

		newton_find_step(newton);
		if (newton->largest < STEP_SMALL ||
			newton->promise < newton->negligible * (1 + fabs(value)))
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
