/*
 * optimize.c
 *		Maximizing a log-likelihood with a known gradient.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/optimize.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/cholesky.h"
#include "core/model.h"
#include "core/poll.h"

#define MAX_ITERATIONS 200		/* what takes more crawls along a ridge, for less than a
								 * hundred-thousandth */
#define GRADIENT_TOLERANCE 1e-9 /* a unit of scale */
#define GAIN_TOLERANCE 1e-9		/* of a log-likelihood: nothing that data could tell */

#define SHORTEST_STEP 1e-10		/* coordinates are logarithms: less is rounding */

static double
dot(const double *a, const double *b, int count)
{
	double		sum = 0;

	for (int i = 0; i < count; i++)
		sum += a[i] * b[i];
	return sum;
}

static void
set_identity(double *matrix, int count)
{
	for (int i = 0; i < count; i++)
	{
		for (int j = 0; j < count; j++)
			matrix[i * count + j] = i == j;
	}
}

/* Where a search is: the optimum so far, its gradient, and what is known of the curvature there */
typedef struct optimize_search
{
	rt_objective objective;
	void	   *data;
	int			count;
	const double *lower;
	const double *upper;
	double		gradient[RT_OPTIMIZE_MAX];
	double		inverse[RT_OPTIMIZE_MAX * RT_OPTIMIZE_MAX];
	bool		fresh;			/* nothing is known of the curvature */
} optimize_search;

static void
forget_curvature(optimize_search *s)
{
	set_identity(s->inverse, s->count);
	s->fresh = true;
}

/* The gradient in the directions in which no bound is in the way; its largest part */
static double
free_gradient(const optimize_search *s, const double *x, double *gradient)
{
	double		largest = 0;

	for (int i = 0; i < s->count; i++)
	{
		bool		held = (x[i] <= s->lower[i] && s->gradient[i] < 0) ||
			(x[i] >= s->upper[i] && s->gradient[i] > 0);

		gradient[i] = held ? 0 : s->gradient[i];
		largest = fmax(largest, fabs(gradient[i]));
	}
	return largest;
}

/* The direction of the next step, and how steep it is there */
static double
uphill(optimize_search *s, const double *gradient, double *direction)
{
	double		slope;

	for (int i = 0; i < s->count; i++)
		direction[i] = gradient[i] == 0 ? 0 : dot(s->inverse + i * s->count, gradient, s->count);
	slope = dot(direction, gradient, s->count);
	if (slope > 0)
		return slope;
	forget_curvature(s);
	memcpy(direction, gradient, (size_t) s->count * sizeof(double));
	return dot(direction, gradient, s->count);
}

/* A step that gains what its slope promises (Armijo 1966), to next; false when none does */
static bool
step_uphill(const optimize_search *s, const double *direction, double slope, rt_optimum *optimum,
			rt_optimum *next, double *gradient)
{
	double		farthest = 0;
	double		length;

	/* coordinates are logarithms: no step multiplies a parameter by more than e^2 */
	for (int i = 0; i < s->count; i++)
		farthest = fmax(farthest, fabs(direction[i]));
	length = fmin(1, 2 / fmax(farthest, 1e-300));
	for (int halving = 0; halving < 60 && length * farthest > SHORTEST_STEP; halving++)
	{
		rt_poll();
		for (int i = 0; i < s->count; i++)
			next->x[i] =
				fmin(fmax(optimum->x[i] + length * direction[i], s->lower[i]), s->upper[i]);
		next->value = s->objective(next->x, gradient, s->data);
		optimum->evaluations++;
		if (isfinite(next->value) && next->value >= optimum->value + 1e-4 * length * slope)
			return true;
		length /= halving < 3 ? 2 : 5;
	}
	return false;
}

/* What a step and the change of the gradient along it say of the curvature: BFGS, in the inverse */
static void
learn_curvature(optimize_search *s, const double *step, const double *change)
{
	int			count = s->count;
	double		curvature = dot(step, change, count);
	double		product[RT_OPTIMIZE_MAX];
	double		quadratic;

	if (!(curvature > 1e-12 * sqrt(dot(step, step, count) * dot(change, change, count))))
		return;
	if (s->fresh)
	{
		for (int i = 0; i < count * count; i++)
			s->inverse[i] *= curvature / dot(change, change, count);
		s->fresh = false;
	}
	for (int i = 0; i < count; i++)
		product[i] = dot(s->inverse + i * count, change, count);
	quadratic = dot(change, product, count);
	for (int i = 0; i < count; i++)
	{
		for (int j = 0; j < count; j++)
			s->inverse[i * count + j] +=
				(1 + quadratic / curvature) * step[i] * step[j] / curvature -
				(product[i] * step[j] + step[i] * product[j]) / curvature;
	}
}

void
rt_maximize(rt_objective objective, void *data, int count,
			const double *lower, const double *upper, double scale, rt_optimum *optimum)
{
	optimize_search s = {
	.objective = objective, .data = data, .count = count, .lower = lower, .upper = upper};

	optimum->converged = optimum->at_bound = false;
	optimum->evaluations = 1;
	optimum->value = objective(optimum->x, s.gradient, data);
	forget_curvature(&s);
	for (int iteration = 0; iteration < MAX_ITERATIONS && isfinite(optimum->value); iteration++)
	{
		double		gradient[RT_OPTIMIZE_MAX];
		double		direction[RT_OPTIMIZE_MAX];
		double		step[RT_OPTIMIZE_MAX];
		double		change[RT_OPTIMIZE_MAX];
		double		next_gradient[RT_OPTIMIZE_MAX];
		rt_optimum	next;
		double		largest = free_gradient(&s, optimum->x, gradient);
		double		slope;

		if (largest <= GRADIENT_TOLERANCE * scale)
		{
			optimum->converged = true;
			break;
		}
		slope = uphill(&s, gradient, direction);

		/* nothing that the sum of so many could tell, either */
		if (!s.fresh && slope <= fmax(GAIN_TOLERANCE, 4 * DBL_EPSILON * fabs(optimum->value)))
		{
			optimum->converged = true;
			break;
		}
		if (!step_uphill(&s, direction, slope, optimum, &next, next_gradient))
		{
			/* rounding hides what is left to gain */
			if (s.fresh)
			{
				optimum->converged = largest <= 1e4 * GRADIENT_TOLERANCE * scale;
				break;
			}
			forget_curvature(&s);
			continue;
		}
		for (int i = 0; i < count; i++)
		{
			step[i] = next.x[i] - optimum->x[i];
			change[i] = s.gradient[i] - next_gradient[i];
		}
		learn_curvature(&s, step, change);
		memcpy(optimum->x, next.x, (size_t) count * sizeof(double));
		memcpy(s.gradient, next_gradient, (size_t) count * sizeof(double));
		optimum->value = next.value;
	}
	/* where a likelihood is flat toward a bound the search may end just before it */
	for (int i = 0; i < count; i++)
	{
		if (optimum->x[i] <= lower[i] + RT_NEAR_BOUND || optimum->x[i] >= upper[i] - RT_NEAR_BOUND)
			optimum->at_bound = true;
	}
}

void
rt_maximize_from(rt_objective objective, void *data, int count, const double *lower,
				 const double *upper, bool (*nearly) (const double *x, const void *data),
				 double scale, const double *start, const double *moves, int move_count,
				 rt_optimum *best)
{
	for (int i = 0; i < move_count; i++)
	{
		rt_optimum	next;

		for (int j = 0; j < count; j++)
			next.x[j] = fmin(fmax(start[j] + moves[i * count + j], lower[j]), upper[j]);
		rt_maximize(objective, data, count, lower, upper, scale, &next);
		next.at_bound |= nearly(next.x, data);
		if (i == 0 || next.value > best->value)
			*best = next;
		if (best->converged && !best->at_bound)
			return;
	}
}

const double rt_pairs_logarithms[4 * 4] = {
	1, 0, 0, 0,
	1, 1, 0, 0,
	0, 0, 1, 0,
	0, 0, 1, 1
};

bool
rt_pairs_alike(const double *x, const void *data)
{
	(void) data;
	return x[0] > RT_ALIKE || x[2] > RT_ALIKE;
}

/* Inverts a positive definite matrix in place */
static bool
invert(double *matrix, int count)
{
	double		factor[RT_OPTIMIZE_MAX * RT_OPTIMIZE_MAX];

	if (rt_cholesky(matrix, count, count, 0, factor) < count)
		return false;
	for (int column = 0; column < count; column++)
	{
		double		solution[RT_OPTIMIZE_MAX] = {0};

		solution[column] = 1;
		rt_cholesky_forward(factor, count, count, solution);
		rt_cholesky_backward(factor, count, count, solution);
		for (int i = 0; i < count; i++)
			matrix[i * count + column] = solution[i];
	}
	return true;
}

bool
rt_covariance(rt_objective objective, void *data, int count, const double *x, double *covariance)
{
	double		above[RT_OPTIMIZE_MAX],
				below[RT_OPTIMIZE_MAX],
				moved[RT_OPTIMIZE_MAX];

	memcpy(moved, x, (size_t) count * sizeof(double));
	for (int i = 0; i < count; i++)
	{
		double		h = 1e-4;

		moved[i] = x[i] + h;
		if (!isfinite(objective(moved, above, data)))
			return false;
		moved[i] = x[i] - h;
		if (!isfinite(objective(moved, below, data)))
			return false;
		moved[i] = x[i];
		for (int j = 0; j < count; j++)
			covariance[i * count + j] = (below[j] - above[j]) / (2 * h);
	}
	for (int i = 0; i < count; i++)
	{
		for (int j = 0; j < i; j++)
			covariance[i * count + j] = covariance[j * count + i] =
				(covariance[i * count + j] + covariance[j * count + i]) / 2;
	}
	return invert(covariance, count);
}

/* Of the logarithms of parameters, from that of the coordinates */
static void
logarithms_covariance(int count, const double *logarithms, const double *covariance,
					   double *result)
{
	for (int i = 0; i < count; i++)
	{
		for (int j = 0; j < count; j++)
		{
			double		sum = 0;

			for (int m = 0; m < count; m++)
				sum += logarithms[i * count + m] *
					dot(covariance + m * count, logarithms + j * count, count);
			result[i * count + j] = sum;
		}
	}
}

/* On a ridge a search ends anywhere, and where it is nearly flat nothing is known */
static bool
fit_covariance(rt_objective objective, void *data, int count, const double *logarithms,
			   const double *x, double *result)
{
	double		covariance[RT_OPTIMIZE_MAX * RT_OPTIMIZE_MAX];

	if (!rt_covariance(objective, data, count, x, covariance))
		return false;
	logarithms_covariance(count, logarithms, covariance, result);
	for (int i = 0; i < count; i++)
	{
		if (!(result[i * count + i] <= RT_UNKNOWN_ERROR * RT_UNKNOWN_ERROR))
			return false;
	}
	return true;
}

void
rt_fit_from_optimum(rt_objective objective, void *data, int count, const double *logarithms,
					const rt_optimum *optimum, rt_fit *fit)
{
	double		covariance[RT_OPTIMIZE_MAX * RT_OPTIMIZE_MAX];

	fit->log_likelihood = optimum->value;
	fit->evaluations = optimum->evaluations;
	for (int i = 0; i < RT_PARAMETERS_MAX * RT_PARAMETERS_MAX; i++)
		fit->covariance[i] = NAN;
	for (int i = 0; i < count; i++)
		fit->parameters[i] = exp(dot(logarithms + i * count, optimum->x, count));
	fit->converged = optimum->converged && !optimum->at_bound &&
		fit_covariance(objective, data, count, logarithms, optimum->x, covariance);
	for (int i = 0; fit->converged && i < count; i++)
	{
		for (int j = 0; j < count; j++)
			fit->covariance[i * RT_PARAMETERS_MAX + j] =
				covariance[i * count + j] * fit->parameters[i] * fit->parameters[j];
	}
}
