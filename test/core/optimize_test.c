/*
 * optimize_test.c
 *		Maxima that are known: inside the box, on its edge, beyond it, behind a plateau.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "check.h"
#include "core/optimize.h"

/* Rosenbrock's valley, upside down: 0 at (1, 1) */
static double
valley(const double *x, double *gradient, void *data)
{
	double		across = x[1] - x[0] * x[0];

	gradient[0] = 2 * (1 - x[0]) + 400 * x[0] * across;
	gradient[1] = -200 * across;
	return -(1 - x[0]) * (1 - x[0]) - 100 * across * across;
}

/* The highest place is *data, in each coordinate */
static double
hill(const double *x, double *gradient, void *data)
{
	double		top = *(const double *) data;

	gradient[0] = -2 * (x[0] - top);
	gradient[1] = -8 * (x[1] - top);
	return -(x[0] - top) * (x[0] - top) - 4 * (x[1] - top) * (x[1] - top);
}

/* The log-likelihood of one event at a rate of e^x, in two coordinates that are tied together */
static double
poisson(const double *x, double *gradient, void *data)
{
	double		rate = exp(x[0]),
				other = exp(x[0] + x[1]);

	gradient[0] = 1 - rate + 2 - other;
	gradient[1] = 2 - other;
	return x[0] - rate + 2 * (x[0] + x[1]) - other;
}

/* ln x - x, which is nowhere allowed below 0: the highest place is 1 */
static double
half_line(const double *x, double *gradient, void *data)
{
	gradient[0] = 1 / x[0] - 1;
	return x[0] > 0 ? log(x[0]) - x[0] : NAN;
}

/* A small hill at -2, and a higher one at 4 that is not felt from there */
static double
two_hills(const double *x, double *gradient, void *data)
{
	double		low = exp(-(x[0] + 2) * (x[0] + 2) * 4),
				high = 3 * exp(-(x[0] - 4) * (x[0] - 4) * 4);

	gradient[0] = -8 * (x[0] + 2) * low - 8 * (x[0] - 4) * high;
	return low + high;
}

static bool
never(const double *x, const void *data)
{
	return false;
}

static bool
left_of_nothing(const double *x, const void *data)
{
	return x[0] < 0;
}

static void
test_inside(void)
{
	const double lower[] = {-5, -5},
				upper[] = {5, 5};

	for (int run = 0; run < 200; run++)
	{
		rt_optimum	optimum = {.x = {(double) random_between(-300, 300) / 100,
		(double) random_between(-300, 300) / 100}};

		rt_maximize(valley, NULL, 2, lower, upper, 1, &optimum);
		CHECK(optimum.converged && !optimum.at_bound);
		CHECK(optimum.value > -1e-8 && fabs(optimum.x[0] - 1) < 1e-3);
	}
}

static void
test_bounds(void)
{
	const double lower[] = {-1, -1},
				upper[] = {1, 1};
	double		top = 3;
	rt_optimum	optimum = {.x = {0.5, -0.5}};

	rt_maximize(hill, &top, 2, lower, upper, 1, &optimum);
	CHECK(optimum.at_bound && optimum.x[0] == 1 && optimum.x[1] == 1);
	top = -7;
	rt_maximize(hill, &top, 2, lower, upper, 1, &optimum);
	CHECK(optimum.at_bound && optimum.x[0] == -1 && optimum.x[1] == -1);

	/* coordinates are logarithms: within a percent of a bound is at it, two percent off is not */
	for (int sign = -1; sign <= 1; sign += 2)
	{
		top = sign * 0.995;
		optimum = (rt_optimum) {.x = {0, 0}};
		rt_maximize(hill, &top, 2, lower, upper, 1, &optimum);
		CHECK(optimum.at_bound && fabs(optimum.x[0] - top) < 1e-6);
		top = sign * 0.98;
		optimum = (rt_optimum) {.x = {0, 0}};
		rt_maximize(hill, &top, 2, lower, upper, 1, &optimum);
		CHECK(!optimum.at_bound && optimum.converged && fabs(optimum.x[1] - top) < 1e-6);
	}
}

static void
test_not_allowed(void)
{
	const double lower[] = {-10},
				upper[] = {10};

	for (int i = 1; i <= 40; i++)
	{
		rt_optimum	optimum = {.x = {i * 0.2}};

		rt_maximize(half_line, NULL, 1, lower, upper, 1, &optimum);
		CHECK(optimum.converged && fabs(optimum.x[0] - 1) < 1e-4);
	}
}

static void
test_moves(void)
{
	const double lower[] = {-10},
				upper[] = {10},
				start[] = {-2.1},
				moves[] = {0.2, 6};
	int			few = 0;
	rt_problem	problem = {
		.objective = two_hills, .data = &few, .count = 1, .lower = lower, .upper = upper,
		.nearly = never, .scale = 1
	};
	rt_problem	sample = problem;
	rt_optimum	best;

	/* the highest of all, wherever the first one ends */
	rt_maximize_from(&problem, NULL, start, start, moves, 1, &best);
	CHECK(best.converged && fabs(best.x[0] + 2) < 1e-4);
	rt_maximize_from(&problem, NULL, start, start, moves, 2, &best);
	CHECK(best.converged && fabs(best.x[0] - 4) < 1e-4);

	/* moves are from the origin */
	rt_maximize_from(&problem, NULL, start, (const double[]) {-8}, moves, 2, &best);
	CHECK(best.converged && fabs(best.x[0] + 2) < 1e-4);

	/* at the highest, inside the box or not */
	problem.nearly = left_of_nothing;
	rt_maximize_from(&problem, NULL, start, start, moves, 2, &best);
	CHECK(best.converged && !best.at_bound && fabs(best.x[0] - 4) < 1e-4);
	rt_maximize_from(&problem, NULL, start, start, moves, 1, &best);
	CHECK(best.at_bound && fabs(best.x[0] + 2) < 1e-4);

	/* a sample leads there, and what it leads to is judged by all */
	sample.data = NULL;
	rt_maximize_from(&problem, &sample, start, start, moves, 2, &best);
	CHECK(best.converged && fabs(best.x[0] - 4) < 1e-4);
	rt_maximize_from(&problem, &sample, (const double[]) {3.9}, start, moves, 1, &best);
	CHECK(best.converged && fabs(best.x[0] - 4) < 1e-4);
}

static void
test_covariance(void)
{
	const double top[] = {0, 0.69314718055994531};	/* rates of 1 and 2 */
	const double ridge[] = {1, 1};
	double		covariance[4];

	/*
	 * The rates of one and of two events: logarithms of variance 1 and 1/2, of which the second
	 * coordinate is the difference
	 */
	CHECK(rt_covariance(poisson, NULL, 2, top, covariance));
	CHECK(fabs(covariance[0] - 1) < 1e-7 && fabs(covariance[3] - 1.5) < 1e-7);
	CHECK(fabs(covariance[1] + 1) < 1e-7 && fabs(covariance[1] - covariance[2]) < 1e-12);

	/* the inverse of a Hessian of Rosenbrock's: ((0.5, 1), (1, 2.005)) */
	CHECK(rt_covariance(valley, NULL, 2, ridge, covariance));
	CHECK(fabs(covariance[0] - 0.5) < 1e-4 && fabs(covariance[1] - 1) < 2e-4 &&
		  fabs(covariance[3] - 2.005) < 4e-4);

	/* where the valley's sides bend up there is none */
	CHECK(!rt_covariance(valley, NULL, 2, (const double[]) {0, 1}, covariance));
}

/* The logarithm of a sum of so many exponential times, and, around 1, of a rate that has a floor */
static double
gamma_log(const double *x, double *gradient, void *data)
{
	double		shape = *(const double *) data;

	gradient[0] = shape - shape * exp(x[0]);
	return shape * x[0] - shape * exp(x[0]);
}

static void
test_quadratic(void)
{
	rt_optimum	top = {.x = {0}};
	double		gradient[2];

	/* of 100 events two standard errors are a factor of 1.22: 2 within a seventh; of one 7.4 */
	for (int events = 1; events <= 100; events += 99)
	{
		double		shape = events;

		top.value = gamma_log(top.x, gradient, &shape);
		CHECK(rt_is_quadratic(gamma_log, &shape, 1, &top) == (events == 100 || exp(2) - 3 <= 8));
	}

	/* of a quarter of an event it rises by 4 standard deviations to the left, by exp(4) right */
	{
		double		shape = 0.25;

		top.value = gamma_log(top.x, gradient, &shape);
		CHECK(!rt_is_quadratic(gamma_log, &shape, 1, &top));
	}

	/* a curved ridge: two standard errors along its tangent, on both sides of it, are far off it */
	top = (rt_optimum) {.x = {1, 1}, .value = 0};
	CHECK(!rt_is_quadratic(valley, NULL, 2, &top));
	{
		double		place = 0.3;

		top = (rt_optimum) {.x = {0.3, 0.3}, .value = 0};
		CHECK(rt_is_quadratic(hill, &place, 2, &top));
		/* where it is no top at all */
		CHECK(!rt_is_quadratic(valley, NULL, 2, &(rt_optimum) {.x = {0, 1}, .value = -101}));
	}
}

static const check_case optimize_cases[] = {
	{"optimize: a curved ridge", test_inside},
	{"optimize: bounds", test_bounds},
	{"optimize: points that are not allowed", test_not_allowed},
	{"optimize: several searches", test_moves},
	{"optimize: covariance", test_covariance},
	{"optimize: is it quadratic?", test_quadratic},
	{NULL, NULL}
};

CHECK_CASES(optimize);
