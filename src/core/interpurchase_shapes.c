/*
 * interpurchase_shapes.c
 *		The population of purchase cycles, customers differing in k.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/interpurchase_shapes.h"
#include "core/optimize.h"
#include "core/poll.h"
#include "core/special.h"

#define EVENNESS_STEPS 64.0		/* to a doubling of s */
#define EVENNESS_SHIFT 1280.0	/* from s = 2^-20 on */

int
rt_evenness(const rt_intervals *intervals)
{
	double		s = log(intervals->mean) - intervals->sum_log / (double) intervals->count;

	return (int) fmin(fmax(floor(EVENNESS_STEPS * log2(fmax(s, 1e-300)) + EVENNESS_SHIFT), 0),
					  RT_EVENNESS_MAX);
}

/* The middle of the step */
static double
evenness_value(double step)
{
	return exp2((step + 0.5 - EVENNESS_SHIFT) / EVENNESS_STEPS);
}

/* ln k in steps that are small against what can be told of any customer's */
#define SHAPE_NODES 133
#define SHAPE_STEP	0.1
#define SHAPE_FIRST (-4.0)

#define DEVIATION_MIN 0.05		/* customers who differ less are all alike */
#define DEVIATION_MAX 3.0
#define EVEN_CUSTOMERS_MIN 30	/* fewer don't tell a deviation */

/*
 * By the mean and the logarithm of the deviation of ln k.  The restricted log-likelihood
 * of k is lnGamma(nk) - n lnGamma(k) - nk ln n - nks, written without what cancels.
 */
static double
shapes_objective(const double *x, double *gradient, void *argument)
{
	const rt_evenness_rows *data = argument;
	double		precision = exp(-2 * x[1]);
	double		k[SHAPE_NODES],
				by_n[SHAPE_NODES],
				exponent[SHAPE_NODES];
	double		value = 0;
	size_t		i = 0;

	gradient[0] = gradient[1] = 0;
	for (int g = 0; g < SHAPE_NODES; g++)
		k[g] = exp(SHAPE_FIRST + SHAPE_STEP * g);
	while (i < data->row_count)
	{
		double		n = data->rows[i].rhythm.count;

		for (int g = 0; g < SHAPE_NODES; g++)
		{
			double		distance = SHAPE_FIRST + SHAPE_STEP * g - x[0];

			by_n[g] = (n - 1) / 2 * log(k[g]) + rt_stirling_error(n * k[g]) -
				n * rt_stirling_error(k[g]) - distance * distance * precision / 2;
		}
		for (; i < data->row_count && data->rows[i].rhythm.count == n; i++)
		{
			double		slope = n * evenness_value(data->rows[i].rhythm.sum);
			double		highest = -INFINITY;
			double		sum = 0,
						first = 0,
						second = 0;

			rt_poll();
			for (int g = 0; g < SHAPE_NODES; g++)
			{
				exponent[g] = by_n[g] - slope * k[g];
				highest = fmax(highest, exponent[g]);
			}
			for (int g = 0; g < SHAPE_NODES; g++)
			{
				double		distance = SHAPE_FIRST + SHAPE_STEP * g - x[0];
				double		mass;

				if (exponent[g] < highest - 40)
					continue;
				mass = exp(exponent[g] - highest);
				sum += mass;
				first += mass * distance;
				second += mass * distance * distance;
			}
			value += data->rows[i].weight * (highest + log(sum) - x[1]);
			gradient[0] += data->rows[i].weight * (first / sum * precision);
			gradient[1] += data->rows[i].weight * (second / sum * precision - 1);
		}
	}
	return value;
}

void
rt_interpurchase_fit_shapes(const rt_evenness_rows *data, double *median, double *deviation)
{
	double		lower[2] = {log(0.05), log(DEVIATION_MIN)};
	double		upper[2] = {log(5000), log(DEVIATION_MAX)};
	double		customers = 0;
	rt_optimum	optimum;

	*deviation = RT_REGULARITY_DEVIATION;
	for (size_t i = 0; i < data->row_count; i++)
	{
		rt_poll_each(i);
		customers += data->rows[i].weight;
	}
	if (customers < EVEN_CUSTOMERS_MIN)
		return;
	optimum.x[0] = log(1.5);
	optimum.x[1] = log(0.5);
	rt_maximize(shapes_objective, (void *) data, 2, lower, upper, customers, &optimum);

	/*
	 * at the lower bound of the deviation they are alike; at its upper one they differ more than a
	 * lognormal distribution can say
	 */
	*median = exp(optimum.x[0]);
	*deviation = exp(optimum.x[1]);
}

/*
 * Who is regular may leave out a purchase, or be late, and go on as before.  That they have never
 * done so in n intervals says as much as Beta(1/2, 9/2 + n): of all regular customers one purchase
 * in ten (a choice), of one with 24 intervals one in 58.  Below a k of 8 the distribution itself
 * has such intervals (one percent are twice the mean), from 25 on (4 in 100,000) it has none.
 */
#define LEFT_OUT 0.5
#define KEPT 4.5
#define REGULAR_FROM 8.0
#define REGULAR 25.0

double
rt_interpurchase_regular_share(double k, double n)
{
	if (!(k > REGULAR_FROM) || n < 1)
		return 0;
	return k < REGULAR ? log(k / REGULAR_FROM) / log(REGULAR / REGULAR_FROM) : 1;
}

/*
 * As rt_interpurchase_silence, of several intervals on end: 1 - I_z(intervals k, r + k n).  That is
 * the tail of an F distribution, by Paulson's approximation (1942, "An approximate normalization of
 * the analysis of variance distribution"): within 0.002 for k from 2 and r + k n from 4 on.
 */
static double
silence_of_several(const rt_interpurchase *model, double intervals, double n, double sum,
				   double elapsed)
{
	double		shape = model->r + model->k * n;
	double		ratio = elapsed * shape / (intervals * (model->alpha + model->k * sum));
	double		above = 1 / (9 * intervals * model->k);
	double		below = 1 / (9 * shape);
	double		root = cbrt(ratio);

	return erfc(((1 - below) * root - (1 - above)) / sqrt(2 * (below * root * root + above))) / 2;
}

double
rt_interpurchase_silence_about(const rt_interpurchase *model, double n, double sum, double elapsed,
							   double *of_one)
{
	double		share = rt_interpurchase_regular_share(model->k, n);
	double		skipped = share * (LEFT_OUT / (LEFT_OUT + KEPT + n));
	double		again = (LEFT_OUT + 1) / (LEFT_OUT + KEPT + n + 1);
	double		one;

	if (model->k >= 2 && model->r + model->k * n >= 4)
		one = silence_of_several(model, 1, n, sum, elapsed);
	else
		one = rt_interpurchase_silence(model, n, sum, elapsed);
	*of_one = one;
	if (share == 0)
		return one;
	return (1 - skipped) * one +
		skipped * ((1 - again) * silence_of_several(model, 2, n, sum, elapsed) +
				   again * silence_of_several(model, 3, n, sum, elapsed));
}

void
rt_interpurchase_shape_constants(const rt_interpurchase *model, const rt_shapes *shapes, double n,
								 double *constants)
{
	for (int i = 0; i < shapes->count; i++)
	{
		rt_interpurchase one = {shapes->k[i], model->r, model->alpha};

		constants[i] = rt_interpurchase_regular_share(one.k, n) > 0 ? 0 :
			rt_interpurchase_silence_constant(&one, n);
	}
}

double
rt_interpurchase_silence_by_constants(const rt_interpurchase *model, const rt_shapes *shapes,
									  const double *constants, double n, double sum, double elapsed,
									  double *log_silence)
{
	double		silence = 0;

	for (int i = 0; i < shapes->count; i++)
	{
		rt_interpurchase one = {shapes->k[i], model->r, model->alpha};
		double		of_one;

		log_silence[i] = rt_interpurchase_regular_share(one.k, n) > 0 ?
			log(rt_interpurchase_silence_about(&one, n, sum, elapsed, &of_one)) :
			rt_interpurchase_log_silence_by(&one, constants[i], n, sum, elapsed);
		silence += shapes->weight[i] * exp(log_silence[i]);
	}
	return fmin(silence, 1);
}

double
rt_interpurchase_silence_of_shapes(const rt_interpurchase *model, const rt_shapes *shapes,
								   double n, double sum, double elapsed, double *log_silence)
{
	double		constants[RT_SHAPES];

	rt_interpurchase_shape_constants(model, shapes, n, constants);
	return rt_interpurchase_silence_by_constants(model, shapes, constants, n, sum, elapsed,
												 log_silence);
}

/* trigamma(x) = value, by x dtrigamma/dx = -(x + 1) / (x + 1/2) trigamma, which is nearly so */
static double
trigamma_inverse(double value)
{
	double		x = (1 + sqrt(1 + 2 * value)) / (2 * value);

	for (int i = 0; i < 100; i++)
	{
		double		step = log(rt_trigamma(x) / value) * (x + 0.5) / (x + 1);

		x *= exp(step);
		/* nearly quadratic: what is left is less than a hundredth of it */
		if (fabs(step) < 1e-10)
			break;
	}
	return x;
}

double
rt_interpurchase_shape_after(const rt_shapes *shapes, const double *log_silence)
{
	double		highest = -INFINITY;
	double		weights = 0,
				within = 0,
				mean = 0,
				square = 0;

	for (int i = 0; i < shapes->count; i++)
		highest = fmax(highest, log_silence[i]);
	if (!(highest > -INFINITY) || shapes->count == 1)
		return shapes->k[0];
	for (int i = 0; i < shapes->count; i++)
	{
		double		weight = shapes->weight[i] * exp(log_silence[i] - highest);
		double		variance;	/* of the logarithm of an interval, for a mean of 1 */
		double		log_mean = -rt_log_minus_digamma_trigamma(shapes->k[i], &variance);

		weights += weight;
		within += weight * variance;
		mean += weight * log_mean;
		square += weight * log_mean * log_mean;
	}
	mean /= weights;
	return trigamma_inverse(within / weights + fmax(square / weights - mean * mean, 0));
}
