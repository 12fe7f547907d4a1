/*
 * cycle.c
 *		The purchase cycle of one customer, from their own intervals.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/cycle.h"
#include "core/special.h"
#include "core/poll.h"

/*
 * Most intervals are short, and the logarithm of each is the greater part of
 * the work: products of a few are exact in a double and need one logarithm.
 */
#define EXACT_PRODUCT_MAX 4194304.0 /* times a date difference stays below 2^53 */

void
rt_intervals_from_dates(const int32_t *dates, size_t count, rt_intervals *intervals)
{
	double		product = 1;
	double		square = 0;
	double		mean;

	intervals->count = count > 0 ? (int64_t) count - 1 : 0;
	intervals->sum = 0;
	intervals->sum_log = 0;
	intervals->mean = intervals->stddev = NAN;
	if (count < 2)
		return;
	intervals->sum = (double) dates[count - 1] - (double) dates[0];
	mean = intervals->sum / (double) (count - 1);
	for (size_t i = 1; i < count; i++)
	{
		double		interval = (double) dates[i] - (double) dates[i - 1];
		double		deviation = interval - mean;

		rt_poll_each(i);
		square += deviation * deviation;
		if (product > EXACT_PRODUCT_MAX || interval > EXACT_PRODUCT_MAX)
		{
			intervals->sum_log += log(product);
			product = 1;
		}
		product *= interval;
	}
	intervals->sum_log += log(product);
	intervals->mean = mean;
	if (count > 2)
		intervals->stddev = sqrt(square / (double) (count - 2));
}

void
rt_weighted_intervals(const int32_t *dates, size_t count, double weight, double *intervals,
					  double *sum)
{
	double		factor = 1;

	*intervals = (double) count - 1;
	*sum = (double) dates[count - 1] - (double) dates[0];
	if (weight == 1)
		return;
	*intervals = *sum = 0;

	/* what is left counts nothing any more when the factor is far below 2^-53 = 1.1e-16 */
	for (size_t i = count - 1; i > 0 && factor > 1e-18; i--)
	{
		rt_poll_each(i);
		*intervals += factor;
		*sum += factor * ((double) dates[i] - (double) dates[i - 1]);
		factor *= weight;
	}
}

/* The smallest n + 1 values come first, the largest of them at place n (Hoare 1961) */
static void
select_nth(double *values, size_t count, size_t n)
{
	size_t		low = 0;
	size_t		high = count - 1;

	while (low < high)
	{
		double		pivot = values[low + (high - low) / 2];
		size_t		i = low;
		size_t		j = high;

		for (size_t swaps = 1;; swaps++)
		{
			double		swap;

			rt_poll_each(swaps);
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i >= j)
				break;
			swap = values[i];
			values[i++] = values[j];
			values[j--] = swap;
		}

		/* with the worst of values this takes as many turns as there are values */
		rt_poll_each(high - low < 4096 ? 1 : 0);

		/* all up to j are at most the pivot, all from j + 1 on at least */
		if (n <= j)
			high = j;
		else
			low = j + 1;
	}
}

static double
cycle_median(double *values, size_t count)
{
	size_t		middle = count / 2;
	double		upper,
				lower;

	select_nth(values, count, middle);
	upper = values[middle];
	if (count % 2 == 1)
		return upper;
	lower = values[0];
	for (size_t i = 1; i < middle; i++)
	{
		rt_poll_each(i);
		if (values[i] > lower)
			lower = values[i];
	}
	return (lower + upper) / 2;
}

double
rt_interval_median(const int32_t *dates, size_t count, double *workspace)
{
	if (count < 2)
		return NAN;
	for (size_t i = 1; i < count; i++)
	{
		rt_poll_each(i);
		workspace[i - 1] = (double) dates[i] - (double) dates[i - 1];
	}
	return cycle_median(workspace, count - 1);
}

/*
 * The likelihood equation is ln k - psi(k) = s, with s the logarithm of the mean
 * less the mean of the logarithms.  Newton's method on ln k starts from
 * Minka's approximation, which is within 2 percent.
 */
double
rt_gamma_shape(int64_t count, double sum, double sum_log)
{
	double		s,
				k;

	if (count < 2)
		return NAN;
	s = log(sum / (double) count) - sum_log / (double) count;
	if (!(s > 0.5 / RT_REGULARITY_MAX))
		return RT_REGULARITY_MAX;
	k = (3 - s + sqrt((s - 3) * (s - 3) + 24 * s)) / (12 * s);
	for (int i = 0; i < 50; i++)
	{
		double		step = (rt_log_minus_digamma(k) - s) / (1 - k * rt_trigamma(k));

		k *= exp(-step);
		/* quadratic: the next step would be rounding */
		if (fabs(step) < 1e-14)
			break;
	}
	return k < RT_REGULARITY_MAX ? k : RT_REGULARITY_MAX;
}

/*
 * The derivative of the restricted log-likelihood by x = ln k is
 * n k ((ln k - psi(k)) - (ln nk - psi(nk)) - s), that of the prior is
 * (ln prior_shape - x) / prior_deviation^2; their sum falls with x.  Returns the
 * root; variance is the inverse of the slope there, at most that of the prior.
 */
static double
shrunk_log_shape(const rt_intervals *intervals, double prior_shape, double prior_deviation,
				 double *variance)
{
	double		n = (double) intervals->count;
	double		precision = 1 / (prior_deviation * prior_deviation);
	double		center = log(prior_shape);
	double		low = log(1e-4);	/* far below any shape that intervals of whole days have */
	double		high = log(2 * RT_REGULARITY_MAX);
	double		s,
				x;

	*variance = prior_deviation * prior_deviation;
	if (intervals->count < 2)
		return center;
	s = fmax(log(intervals->mean) - intervals->sum_log / n, 0);
	x = fmin(fmax(center, low), high);
	for (int i = 0; i < 100; i++)
	{
		double		k = exp(x);
		double		misfit = k * n * (rt_log_minus_digamma(k) - rt_log_minus_digamma(n * k) - s);
		double		excess = misfit - (x - center) * precision;
		double		slope,
					next;

		if (excess > 0)
			low = x;
		else
			high = x;
		slope = misfit + k * n * (n * k * rt_trigamma(n * k) - k * rt_trigamma(k)) - precision;
		*variance = slope < -precision ? -1 / slope : 1 / precision;
		next = slope < 0 ? x - excess / slope : (low + high) / 2;
		if (!(next > low && next < high))
			next = (low + high) / 2;
		/* ln k: no printed digit */
		if (fabs(next - x) < 1e-10)
			break;
		x = next;
	}
	return x;
}

double
rt_gamma_shape_shrunk(const rt_intervals *intervals, double prior_shape, double prior_deviation)
{
	double		variance;

	if (intervals->count < 2)
		return prior_shape;
	return fmin(exp(shrunk_log_shape(intervals, prior_shape, prior_deviation, &variance)),
				RT_REGULARITY_MAX);
}

void
rt_gamma_shapes(const rt_intervals *intervals, double prior_shape, double prior_deviation,
				rt_shapes *shapes)
{
	double		variance;
	double		center = shrunk_log_shape(intervals, prior_shape, prior_deviation, &variance);
	double		step = sqrt(3 * variance);

	for (int i = 0; i < RT_SHAPES; i++)
	{
		shapes->k[i] = fmin(exp(center + (i - 1) * step), RT_REGULARITY_MAX);
		shapes->weight[i] = i == 1 ? 2.0 / 3 : 1.0 / 6;
	}
}

double
rt_interval_trend(const int32_t *dates, size_t count, double *workspace)
{
	size_t		intervals = count > 0 ? count - 1 : 0;
	size_t		pairs = intervals / 2;
	size_t		apart = intervals - pairs;

	if (intervals < 4)
		return NAN;
	for (size_t i = 0; i < pairs; i++)
	{
		double		earlier = (double) dates[i + 1] - (double) dates[i];
		double		later = (double) dates[i + apart + 1] - (double) dates[i + apart];

		rt_poll_each(i + 1);
		workspace[i] = log(later / earlier) / (double) apart;
	}
	return expm1(cycle_median(workspace, pairs));
}
