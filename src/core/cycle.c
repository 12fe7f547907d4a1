/*
 * cycle.c
 *		The purchase cycle of one customer, from their own intervals.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdbool.h>

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
	intervals->known_to = 1;
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
 * What dates hide: purchases at any time of their days, two uniform ones between -1/2 and 1/2 from
 * noon, add 2/12 to the variance of an interval in days.  And how well anybody keeps time is a
 * choice: to a day in all, of four weeks and more, and of shorter intervals in proportion.  But who
 * buys each day does so to a fifth of one.
 */
#define DAY_VARIANCE (1.0 / 6)
#define KEPT_TO_A_DAY 28.0
#define DAY_PART_MAX 0.2

double
rt_intervals_evenness(const rt_intervals *intervals)
{
	double		kept = fmin(intervals->mean / KEPT_TO_A_DAY, 1);
	double		variance = intervals->known_to * intervals->known_to *
		(DAY_VARIANCE + (1 - DAY_VARIANCE) * kept * kept);
	double		square = fmin(variance / (intervals->mean * intervals->mean),
							  DAY_PART_MAX * DAY_PART_MAX);

	/* a deviation that is small against the mean adds half the square of its part */
	return fmax(log(intervals->mean) - intervals->sum_log / (double) intervals->count, 0) +
		square / 2;
}

/* A part of the posterior of x = ln k, taken as normal */
typedef struct shape_peak
{
	double		center;
	double		variance;
} shape_peak;

/* A prior of ln k: normal, or where its precision is 0 even from low on */
typedef struct shape_prior
{
	double		center;
	double		precision;
	double		low;
} shape_prior;

/* Even from the floor's lowest shape on */
static const shape_prior floor_prior = {RT_FLOOR_LOG_SHAPE, 0, RT_FLOOR_LOG_SHAPE};

/* The restricted log-likelihood, lnGamma(nk) - n lnGamma(k) - nk ln n - nks, but for a constant */
static double
log_restricted(double n, double s, double k)
{
	return (n - 1) / 2 * log(k) + rt_stirling_error(n * k) - n * rt_stirling_error(k) - n * k * s;
}

/* ln of all of it, but for a constant */
static double
log_mass(double n, double s, const shape_prior *prior, const shape_peak *peak)
{
	double		distance = peak->center - prior->center;

	return log_restricted(n, s, exp(peak->center)) - distance * distance * prior->precision / 2 +
		log(peak->variance) / 2;
}

/*
 * Close to the peak: Minka's approximation of the likeliest k, with the s that it would have if no
 * interval were taken away, and the prior's center, each by what it knows: the former from n - 1 of
 * a clumpy to half of that of a regular customer.
 */
static double
guess_peak(double n, double s, const shape_prior *prior)
{
	double		k,
				known;

	s *= n / (n - 1);
	k = (3 - s + sqrt((s - 3) * (s - 3) + 24 * s)) / (12 * s);
	known = (n - 1) * (k + 1) / (2 * k + 1);
	return (known * log(k) + prior->precision * prior->center) / (known + prior->precision);
}

/*
 * The derivative of the restricted log-likelihood by x is n k ((ln k - psi(k)) - (ln nk - psi(nk))
 * - s), that of the prior is (center - x) precision; their sum falls with x.  The peak is its root,
 * the variance the inverse of the slope there, at most that of the prior.
 */
static void
find_peak(double n, double s, const shape_prior *prior, shape_peak *peak)
{
	const double highest = log(2 * RT_REGULARITY_MAX);
	double		low = prior->low;
	double		high = highest;
	double		x = fmin(fmax(guess_peak(n, s, prior), low), high);
	double		x_before = NAN,
				slope_before = NAN;

	for (int i = 0; i < 100; i++)
	{
		double		k = exp(x);
		double		one,
					all;		/* trigamma of k and nk */
		double		misfit = k * n * (rt_log_minus_digamma_trigamma(k, &one) -
									  rt_log_minus_digamma_trigamma(n * k, &all) - s);
		double		excess = misfit - (x - prior->center) * prior->precision;
		double		slope = misfit + k * n * (n * k * all - k * one) - prior->precision;
		double		step = slope < 0 ? -excess / slope : (low + high) / 2 - x;
		double		next = x + step;

		/* Newton's method, quadratic: the next step would be the square of such a one */
		if (fabs(step) < 1e-8 && i > 0)
		{
			slope += (slope - slope_before) * step / (x - x_before);
			x = next;
		}
		peak->center = x;
		peak->variance = slope < -prior->precision ? -1 / slope : 1 / prior->precision;

		/* or it falls from the lowest one on, or rises to the highest */
		if (x == next || (x == prior->low && excess <= 0) || (x == highest && excess > 0))
			return;
		x_before = x;
		slope_before = slope;

		/* both of which are looked at before anything between */
		if (excess > 0)
			x = next >= high && high == highest ? highest : fmin(next, high);
		else
			x = next <= low && low == prior->low ? low : fmax(next, low);
		*(excess > 0 ? &low : &high) = x_before;
		if (!(x > low && x < high) && x != prior->low && x != highest)
			x = (low + high) / 2;
	}
}

/* The values of one part with their weights, of which all add up to share */
static void
add_shapes(const shape_peak *peak, double share, rt_shapes *shapes)
{
	double		step = sqrt(3 * peak->variance);

	/* so narrow that one value stands for all: the others are within a seventh of it */
	if (step < 0.15)
	{
		shapes->k[shapes->count] = fmin(exp(peak->center), RT_REGULARITY_MAX);
		shapes->weight[shapes->count++] = share;
		return;
	}
	for (int i = -1; i <= 1; i++)
	{
		shapes->k[shapes->count] = fmin(exp(peak->center + i * step), RT_REGULARITY_MAX);
		shapes->weight[shapes->count++] = share * (i == 0 ? 2.0 / 3 : 1.0 / 6);
	}
}

/*
 * The floor's part of the posterior beside another one of so much mass, whose prior has this
 * deviation
 */
static double
floor_share(double n, double s, double other_mass, double deviation, shape_peak *even)
{
	double		odds;

	find_peak(n, s, &floor_prior, even);

	/* densities: that of the other one has 1 / (deviation sqrt(2 pi)) before it */
	odds = RT_FLOOR / (1 - RT_FLOOR) * deviation * RT_SQRT_TWO_PI /
		log(RT_REGULARITY_MAX / RT_FLOOR_SHAPE) *
		exp(log_mass(n, s, &floor_prior, even) - other_mass);
	return isfinite(odds) ? odds / (1 + odds) : 1;
}

/* k is about (n - 1) / 2ns: where that is far below the floor's shapes, it counts nothing */
static bool
floor_counts(double n, double s)
{
	return (n - 1) / (2 * n * s) > RT_FLOOR_SHAPE / 2;
}

void
rt_gamma_shapes(const rt_intervals *intervals, double prior_shape, double prior_deviation,
				rt_shapes *shapes)
{
	shape_prior prior = {log(prior_shape), 1 / (prior_deviation * prior_deviation), log(1e-4)};
	shape_peak	peak = {prior.center, prior_deviation * prior_deviation},
				even;
	double		n = (double) intervals->count;
	double		share = 0;

	if (intervals->count >= 2)
	{
		double		s = rt_intervals_evenness(intervals);

		if (prior_deviation > 0)
		{
			find_peak(n, s, &prior, &peak);
			if (floor_counts(n, s))
				share = floor_share(n, s, log_mass(n, s, &prior, &peak), prior_deviation, &even);
		}
		else if (floor_counts(n, s))
			share = floor_share(n, s, log_restricted(n, s, prior_shape), 1, &even);
	}
	shapes->count = 0;
	shapes->regularity = fmin(exp(share > 0.5 ? even.center : peak.center), RT_REGULARITY_MAX);

	/* less than that changes no date; who is said to be like all is that until it is improbable */
	if (share < (prior_deviation > 0 ? 1e-3 : 0.5))
		share = 0;
	if (share > 1 - 1e-6)
		share = 1;
	if (share < 1)
		add_shapes(&peak, 1 - share, shapes);
	if (share > 0)
		add_shapes(&even, share, shapes);
	if (prior_deviation == 0 && share < 1)
		shapes->k[0] = prior_shape;
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
