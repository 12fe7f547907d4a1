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

#include "core/assert.h"
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
	double		gain;			/* less is not worth another step */
	int			most_iterations;
	const rt_optimum *known;	/* the search is over where it comes to this one; may be NULL */
	double		least;			/* ... or will hardly get so high */
	bool		came_to_known;
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

/* Coordinates are logarithms: no other maximum is as near as that */
#define SAME 0.1

static bool
same_place(const double *a, const double *b, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (!(fabs(a[i] - b[i]) < SAME))
			return false;
	}
	return true;
}

/*
 * What is left to gain is half the slope where the curvature is known; so many times as much is
 * what a search is trusted to gain.
 */
#define TRUST 20

/* Is there nothing to find that is not known? */
static bool
search_is_over(optimize_search *s, const rt_optimum *optimum, double slope)
{
	if (s->known == NULL || s->fresh)
		return false;
	if (same_place(optimum->x, s->known->x, s->count) &&
		optimum->value <= s->known->value + GAIN_TOLERANCE)
		s->came_to_known = true;
	if (optimum->value + TRUST * slope < s->least)
		s->came_to_known = true;
	return s->came_to_known;
}

static void
search(optimize_search *s, double scale, rt_optimum *optimum)
{
	int			count = s->count;

	optimum->converged = optimum->at_bound = false;
	optimum->evaluations = 1;
	optimum->value = s->objective(optimum->x, s->gradient, s->data);
	for (int iteration = 0; iteration < s->most_iterations && isfinite(optimum->value); iteration++)
	{
		double		gradient[RT_OPTIMIZE_MAX];
		double		direction[RT_OPTIMIZE_MAX];
		double		step[RT_OPTIMIZE_MAX];
		double		change[RT_OPTIMIZE_MAX];
		double		next_gradient[RT_OPTIMIZE_MAX];
		rt_optimum	next;
		double		largest = free_gradient(s, optimum->x, gradient);
		double		slope;

		if (largest <= GRADIENT_TOLERANCE * scale)
		{
			optimum->converged = true;
			break;
		}
		slope = uphill(s, gradient, direction);
		if (search_is_over(s, optimum, slope))
			break;

		/* nothing that the sum of so many could tell, either */
		if (!s->fresh && slope <= fmax(s->gain, 4 * DBL_EPSILON * fabs(optimum->value)))
		{
			optimum->converged = true;
			break;
		}
		if (!step_uphill(s, direction, slope, optimum, &next, next_gradient))
		{
			/* rounding hides what is left to gain */
			if (s->fresh)
			{
				optimum->converged = largest <= 1e4 * GRADIENT_TOLERANCE * scale;
				break;
			}
			forget_curvature(s);
			continue;
		}
		for (int i = 0; i < count; i++)
		{
			step[i] = next.x[i] - optimum->x[i];
			change[i] = s->gradient[i] - next_gradient[i];
		}
		learn_curvature(s, step, change);
		memcpy(optimum->x, next.x, (size_t) count * sizeof(double));
		memcpy(s->gradient, next_gradient, (size_t) count * sizeof(double));
		optimum->value = next.value;
	}
	/* where a likelihood is flat toward a bound the search may end just before it */
	for (int i = 0; i < count; i++)
	{
		if (optimum->x[i] <= s->lower[i] + RT_NEAR_BOUND ||
			optimum->x[i] >= s->upper[i] - RT_NEAR_BOUND)
			optimum->at_bound = true;
	}
}

void
rt_maximize(rt_objective objective, void *data, int count,
			const double *lower, const double *upper, double scale, rt_optimum *optimum)
{
	optimize_search s = {
		.objective = objective, .data = data, .count = count, .lower = lower, .upper = upper,
		.gain = GAIN_TOLERANCE, .most_iterations = MAX_ITERATIONS
	};

	forget_curvature(&s);
	search(&s, scale, optimum);
}

void
rt_maximize_near(const rt_problem *problem, const double *inverse, rt_optimum *optimum)
{
	int			count = problem->count;
	optimize_search s = {
		.objective = problem->objective, .data = problem->data, .count = count,
		.lower = problem->lower, .upper = problem->upper, .gain = GAIN_TOLERANCE,
		.most_iterations = MAX_ITERATIONS
	};

	memcpy(s.inverse, inverse, (size_t) (count * count) * sizeof(double));
	search(&s, problem->scale, optimum);
}

/* ------------------------------------------------------------- several starts */

/* Of a sample: what tells one maximum from another, and how long it may take to get near one */
#define SAMPLE_GAIN 1e-2
#define SAMPLE_ITERATIONS 40

/*
 * Maxima that are lower by more than this in a sample are so among all: so many times more probable
 * is the other one (exp(10)) by the sample alone
 */
#define SAMPLE_MARGIN 10

/* One that is higher by less is none: it is what searches of one maximum differ by */
#define WORTH 1e-6

#define STARTS_MAX 8

/* From a place on; false where that comes to what is known */
static bool
search_from(const rt_problem *p, bool in_sample, const double *x, const rt_optimum *known,
			double least, rt_optimum *found)
{
	optimize_search s = {
		.objective = p->objective, .data = p->data, .count = p->count, .lower = p->lower,
		.upper = p->upper, .gain = in_sample ? SAMPLE_GAIN : GAIN_TOLERANCE,
		.most_iterations = in_sample ? SAMPLE_ITERATIONS : MAX_ITERATIONS, .known = known,
		.least = least
	};

	for (int i = 0; i < p->count; i++)
		found->x[i] = fmin(fmax(x[i], p->lower[i]), p->upper[i]);
	forget_curvature(&s);
	search(&s, p->scale, found);
	found->at_bound |= p->nearly(found->x, p->data);
	return !s.came_to_known;
}

static void
moved_by(const double *origin, const double *move, int count, double *x)
{
	for (int i = 0; i < count; i++)
		x[i] = origin[i] + move[i];
}

/* The higher one; of two that are as high the one inside the box */
static void
keep_higher(rt_optimum *best, const rt_optimum *found)
{
	int			evaluations = best->evaluations + found->evaluations;

	if (found->value > best->value + WORTH ||
		(found->value > best->value - WORTH && found->converged && !found->at_bound &&
		 (best->at_bound || !best->converged)) || !isfinite(best->value))
		*best = *found;
	best->evaluations = evaluations;
}

/* Places in the sample that have been looked at */
typedef struct optimize_places
{
	rt_optimum	places[STARTS_MAX + 1];
	int			count;
} optimize_places;

/* Where no valley parts two places they are ends of searches along one ridge */
#define VALLEY 0.05

static bool
one_hill(const rt_problem *p, const rt_optimum *a, const rt_optimum *b)
{
	double		gradient[RT_OPTIMIZE_MAX];

	if (same_place(a->x, b->x, p->count))
		return true;
	for (int part = 1; part <= 3; part++)
	{
		double		x[RT_OPTIMIZE_MAX];

		rt_poll();
		for (int i = 0; i < p->count; i++)
			x[i] = a->x[i] + (b->x[i] - a->x[i]) * part / 4;
		if (!(p->objective(x, gradient, p->data) > fmin(a->value, b->value) - VALLEY))
			return false;
	}
	return true;
}

static bool
known_place(const rt_problem *p, const optimize_places *places, const rt_optimum *found)
{
	for (int i = 0; i < places->count; i++)
	{
		if (one_hill(p, &places->places[i], found))
			return true;
	}
	return false;
}

static void
search_sample(const rt_problem *problem, const rt_problem *sample, const double *origin,
			  const double *moves, int move_count, rt_optimum *best)
{
	optimize_places seen = {.count = 1};
	rt_optimum *here = &seen.places[0];
	rt_optimum	first = *best;

	search_from(sample, true, best->x, NULL, -INFINITY, here);
	for (int i = 0; i < move_count; i++)
	{
		double		x[RT_OPTIMIZE_MAX];
		rt_optimum	found;
		rt_optimum	of_all;

		moved_by(origin, moves + i * sample->count, sample->count, x);
		if (!search_from(sample, true, x, here, here->value - SAMPLE_MARGIN, &found) ||
			!(found.value > here->value - SAMPLE_MARGIN))
			continue;

		/* toward a bound a hill may be so flat that a search stays there, off its top */
		if (known_place(sample, &seen, &found) && (found.at_bound || !best->at_bound))
			continue;
		RT_ASSERT(seen.count <= STARTS_MAX);
		seen.places[seen.count++] = found;

		/* what the sample is off by here it is off by there, more or less */
		for (int j = 0; j < sample->count; j++)
			x[j] = found.x[j] + (first.x[j] - here->x[j]);
		if (search_from(problem, false, x, best, best->value, &of_all))
			keep_higher(best, &of_all);
	}
}

void
rt_maximize_from(const rt_problem *problem, const rt_problem *sample, const double *start,
				 const double *origin, const double *moves, int move_count, rt_optimum *best)
{
	search_from(problem, false, start, NULL, -INFINITY, best);
	if (sample != NULL)
	{
		search_sample(problem, sample, origin, moves, move_count, best);
		return;
	}
	for (int i = 0; i < move_count; i++)
	{
		double		x[RT_OPTIMIZE_MAX];
		rt_optimum	found;

		moved_by(origin, moves + i * problem->count, problem->count, x);
		if (search_from(problem, false, x, best, -INFINITY, &found))
			keep_higher(best, &found);
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

bool
rt_invert(double *matrix, int count)
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
	return rt_invert(covariance, count);
}

/* A step of one standard error in the direction in which it is largest: by the power method */
#define POWERS 1000

static void
least_known(const double *covariance, int count, double *step)
{
	double		variance = 0;

	for (int i = 0; i < count; i++)
		step[i] = 1 + 0.1 * i;	/* across no direction that is likely */
	for (int power = 0; power < POWERS; power++)
	{
		double		next[RT_OPTIMIZE_MAX];

		for (int i = 0; i < count; i++)
			next[i] = dot(covariance + i * count, step, count);
		variance = sqrt(dot(next, next, count));
		for (int i = 0; i < count; i++)
			step[i] = next[i] / variance;
	}
	for (int i = 0; i < count; i++)
		step[i] *= sqrt(variance);
}

bool
rt_is_quadratic(rt_objective objective, void *data, int count, const rt_optimum *optimum)
{
	double		covariance[RT_OPTIMIZE_MAX * RT_OPTIMIZE_MAX];
	double		step[RT_OPTIMIZE_MAX];

	if (!rt_covariance(objective, data, count, optimum->x, covariance))
		return false;
	least_known(covariance, count, step);
	for (int sign = -1; sign <= 1; sign += 2)
	{
		double		x[RT_OPTIMIZE_MAX];
		double		gradient[RT_OPTIMIZE_MAX];
		double		fall;

		rt_poll();
		for (int i = 0; i < count; i++)
			x[i] = optimum->x[i] + sign * 2 * step[i];
		fall = optimum->value - objective(x, gradient, data);
		if (!(fall >= 0.5 && fall <= 8))
			return false;
	}
	return true;
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
