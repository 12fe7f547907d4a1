/*
 * cycle_test.c
 *		Intervals, median, shape and trend against their definitions.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "core/cycle.h"
#include "core/special.h"

#define MOST 5001

static int
ascending(const void *a, const void *b)
{
	double		left = *(const double *) a,
				right = *(const double *) b;

	return (left > right) - (left < right);
}

static size_t
random_dates(int32_t *dates, size_t most)
{
	size_t		count = (size_t) random_between(1, (int64_t) most);
	int64_t		longest = random_between(0, 3) == 0 ? 3 : random_between(1, 400);

	dates[0] = 8000;
	for (size_t i = 1; i < count; i++)
		dates[i] = dates[i - 1] + (int32_t) random_between(1, longest);
	return count;
}

static void
test_statistics(void)
{
	static int32_t dates[MOST];
	static double gaps[MOST],
				workspace[MOST];

	for (int i = 0; i < 5000; i++)
	{
		size_t		count = random_dates(dates, i % 100 == 0 ? MOST : 30);
		size_t		n = count - 1;
		rt_intervals intervals;
		long double sum_log = 0,
					square = 0;
		double		mean,
					middle,
					found;

		rt_intervals_from_dates(dates, count, &intervals);
		CHECK(intervals.count == (int64_t) n);
		found = rt_interval_median(dates, count, workspace);
		if (n == 0)
		{
			CHECK(isnan(intervals.mean) && isnan(intervals.stddev) && isnan(found));
			continue;
		}
		mean = (double) (dates[n] - dates[0]) / (double) n;
		for (size_t j = 0; j < n; j++)
		{
			gaps[j] = dates[j + 1] - dates[j];
			sum_log += logl((long double) gaps[j]);
			square += ((long double) gaps[j] - mean) * ((long double) gaps[j] - mean);
		}
		qsort(gaps, n, sizeof(double), ascending);
		middle = n % 2 ? gaps[n / 2] : (gaps[n / 2 - 1] + gaps[n / 2]) / 2;
		CHECK(found == middle);
		CHECK(intervals.mean == mean);
		CHECK(fabs(intervals.sum_log - (double) sum_log) <= 1e-12 * (double) (1 + sum_log));
		if (n > 1)
			CHECK(fabs(intervals.stddev - sqrt((double) square / (double) (n - 1))) <=
				  1e-12 * (1 + intervals.stddev));
		else
			CHECK(isnan(intervals.stddev));
	}
}

/* The estimate solves the likelihood equation, and no neighbour is more likely */
static double
log_likelihood(double k, double n, double sum, double sum_log)
{
	return n * k * log(k * n / sum) - n * lgamma(k) + (k - 1) * sum_log - k * n;
}

static void
test_shape(void)
{
	static int32_t dates[MOST];

	for (int i = 0; i < 5000; i++)
	{
		size_t		count = random_dates(dates, 60);
		rt_intervals v;
		double		k,
					best;

		rt_intervals_from_dates(dates, count, &v);
		k = rt_gamma_shape(v.count, v.sum, v.sum_log);
		if (v.count < 2)
		{
			CHECK(isnan(k));
			continue;
		}
		CHECK(k > 0 && k <= RT_REGULARITY_MAX);
		if (k == RT_REGULARITY_MAX)
			continue;
		CHECK(fabs(rt_log_minus_digamma(k) * (double) v.count -
				   ((double) v.count * log(v.mean) - v.sum_log)) <= 1e-9 * (double) v.count);
		best = log_likelihood(k, (double) v.count, v.sum, v.sum_log);
		CHECK(best >=
			  log_likelihood(k * 1.01, (double) v.count, v.sum, v.sum_log) - 1e-9 * fabs(best));
		CHECK(best >=
			  log_likelihood(k / 1.01, (double) v.count, v.sum, v.sum_log) - 1e-9 * fabs(best));
	}

	/* equal intervals, one interval, the longest there can be */
	for (int interval = 1; interval < 1000; interval++)
	{
		rt_intervals v;

		for (int j = 0; j < 50; j++)
			dates[j] = 8000 + j * interval;
		rt_intervals_from_dates(dates, 50, &v);
		CHECK(rt_gamma_shape(v.count, v.sum, v.sum_log) == RT_REGULARITY_MAX);
		CHECK(v.stddev == 0);
	}
	CHECK(isnan(rt_gamma_shape(0, 0, 0)) && isnan(rt_gamma_shape(1, 5, log(5))));
	dates[0] = -2451545;
	dates[1] = dates[0] + 1;
	dates[2] = 2145031948;
	{
		rt_intervals v;
		double		k;

		rt_intervals_from_dates(dates, 3, &v);
		k = rt_gamma_shape(v.count, v.sum, v.sum_log);
		CHECK(k > 0.01 && k < 1);
		CHECK(isfinite(v.stddev));
	}
}

/* The restricted likelihood of intervals that a day's deviation was added to */
static double
log_restricted(double log_k, const rt_intervals *v)
{
	double		n = (double) v->count;
	double		k = exp(log_k);

	return lgamma(n * k) - n * lgamma(k) - n * k * (log(n) + rt_intervals_evenness(v));
}

/* The posterior's mean of ln k, and how much of it is above ln 16, by adding up a fine grid */
static void
brute_posterior(const rt_intervals *v, double median, double deviation, double *mean, double *above)
{
	double		sum = 0,
				highest = -INFINITY;

	*mean = *above = 0;
	for (int pass = 0; pass < 2; pass++)
		for (double x = -6; x < log(RT_REGULARITY_MAX); x += 0.01)
		{
			double		z = (x - log(median)) / deviation;
			double		prior = (1 - RT_FLOOR) * exp(-z * z / 2) / deviation / sqrt(2 * M_PI) +
				(x > log(RT_FLOOR_SHAPE) ? RT_FLOOR / log(RT_REGULARITY_MAX / RT_FLOOR_SHAPE) : 0);
			double		value = log_restricted(x, v) + log(prior);

			if (pass == 0)
				highest = fmax(highest, value);
			else
			{
				value = exp(value - highest);
				sum += value;
				*mean += value * x;
				*above += value * (x > log(16));
			}
		}
	*mean /= sum;
	*above /= sum;
}

/*
 * Against the posterior itself.  A normal distribution for each part is near to it, not more, where
 * intervals are few
 */
static void
test_posterior(void)
{
	static int32_t dates[MOST];
	double		worst = 0,
				worst_above = 0;

	for (int i = 0; i < 1500; i++)
	{
		int			count = (int) random_between(3, 40);
		double		median = exp((double) random_between(-500, 1500) / 1000);
		double		deviation = (double) random_between(200, 1000) / 1000;
		int			spread = (int[]) {0, 1, 4, 25}[i % 4];
		rt_intervals v;
		rt_shapes	shapes;
		double		mean,
					above,
					sum = 0,
					found = 0,
					found_above = 0;

		dates[0] = 0;
		for (int j = 1; j < count; j++)
			dates[j] = dates[j - 1] + 28 + (int32_t) random_between(-spread, spread);
		rt_intervals_from_dates(dates, (size_t) count, &v);
		rt_gamma_shapes(&v, median, deviation, &shapes);
		brute_posterior(&v, median, deviation, &mean, &above);
		for (int j = 0; j < shapes.count; j++)
		{
			sum += shapes.weight[j];
			found += shapes.weight[j] * log(shapes.k[j]);
			found_above += shapes.weight[j] * (shapes.k[j] > 16);
			CHECK(shapes.k[j] > 0 && shapes.k[j] <= RT_REGULARITY_MAX && shapes.weight[j] > 0);
		}
		CHECK(fabs(sum - 1) < 1e-12);
		if (count >= 8)
		{
			worst = fmax(worst, fabs(found - mean));
			if (spread != 4)
				worst_above = fmax(worst_above, fabs(found_above - above));
		}
	}
	printf("# k of a customer, from seven intervals on: mean of ln k within %.2f, share of the "
		   "regular within %.2f\n", worst, worst_above);
	CHECK(worst < 0.35 && worst_above < 0.25);
}

/* Two equal intervals say little, 25 outweigh a shop where nearly all are irregular */
static void
test_floor(void)
{
	int32_t		dates[60];
	rt_intervals v;
	rt_shapes	shapes;

	for (int i = 0; i < 60; i++)
		dates[i] = 28 * i;
	rt_intervals_from_dates(dates, 3, &v);
	rt_gamma_shapes(&v, 1.5, 0.3, &shapes);
	CHECK(shapes.regularity < 3);
	for (int count = 8; count <= 60; count++)
	{
		rt_intervals_from_dates(dates, (size_t) count, &v);
		rt_gamma_shapes(&v, 1.5, 0.3, &shapes);
		CHECK(shapes.regularity > 500 && shapes.regularity < 28 * 28);
		rt_gamma_shapes(&v, 1.5, 0, &shapes);
		CHECK(shapes.regularity > 500 && shapes.regularity < 28 * 28);
	}

	/* without a sign of that all have the k that is said */
	for (int i = 0; i < 60; i++)
		dates[i] = i * (20 + i % 7) + i / 3;
	rt_intervals_from_dates(dates, 2, &v);
	rt_gamma_shapes(&v, 1.7, 0, &shapes);
	CHECK(shapes.count == 1 && shapes.k[0] == 1.7 && shapes.weight[0] == 1);
	dates[1] = 3;
	dates[2] = 60;
	dates[3] = 70;
	rt_intervals_from_dates(dates, 4, &v);
	rt_gamma_shapes(&v, 1.7, 0, &shapes);
	CHECK(shapes.count == 1 && shapes.k[0] == 1.7 && shapes.regularity == 1.7);

	/* weekly: what dates hide, 1/6, and what is not kept to in four weeks, 5/6, of a quarter */
	for (int i = 0; i < 60; i++)
		dates[i] = 7 * i;
	rt_intervals_from_dates(dates, 51, &v);
	rt_gamma_shapes(&v, 2, 1, &shapes);
	CHECK(shapes.regularity > 180 && shapes.regularity < 49 / (1.0 / 6 + 5.0 / 96));
	CHECK(fabs(rt_intervals_evenness(&v) - (1.0 / 6 + 5.0 / 96) / 98) < 1e-12);

	/* each day: to a fifth */
	for (int i = 0; i < 60; i++)
		dates[i] = i;
	rt_intervals_from_dates(dates, 51, &v);
	CHECK(fabs(rt_intervals_evenness(&v) - 0.02) < 1e-12);

	/* and times that are exact are taken for that */
	v.known_to = 0;
	rt_gamma_shapes(&v, 2, 1, &shapes);
	CHECK(shapes.regularity == RT_REGULARITY_MAX);
}

static void
test_trend(void)
{
	static int32_t dates[MOST];
	static double workspace[MOST];
	double		length = 10;

	/* each interval a tenth longer, with one odd one in between */
	dates[0] = 0;
	for (int i = 1; i < 40; i++, length *= 1.1)
		dates[i] = dates[i - 1] + (int32_t) lround(i == 20 ? length * 30 : length);
	CHECK(fabs(rt_interval_trend(dates, 40, workspace) - 0.1) < 0.005);

	/* clockwork has none, and too little says nothing */
	for (int i = 0; i < 40; i++)
		dates[i] = i * 7;
	CHECK(rt_interval_trend(dates, 40, workspace) == 0);
	CHECK(rt_interval_trend(dates, 5, workspace) == 0);
	for (size_t count = 0; count < 5; count++)
		CHECK(isnan(rt_interval_trend(dates, count, workspace)));
	for (int i = 0; i < 2000; i++)
	{
		size_t		count = random_dates(dates, 300);
		double		trend = rt_interval_trend(dates, count, workspace);

		CHECK(count < 5 ? isnan(trend) : trend > -1 && isfinite(trend));
	}
}

/* Of an odd number of intervals the middle one is of no pair */
static void
test_trend_of_five(void)
{
	static const int32_t dates[] = {0, 10, 20, 60, 80, 100};	/* 10, 10, 40, 20, 20 */
	double		workspace[8];

	/* twice as long three intervals later */
	CHECK(fabs(rt_interval_trend(dates, 6, workspace) - (cbrt(2) - 1)) < 1e-12);
	CHECK(isnan(rt_interval_trend(dates, 4, workspace)));
	CHECK(!isnan(rt_interval_trend(dates, 5, workspace)));
}

/* As even as two intervals can be told apart from equal ones */
static void
test_regularity_limit(void)
{
	double		least = 0.5 / RT_REGULARITY_MAX;
	double		beyond = least + 1 / (24.0 * RT_REGULARITY_MAX * RT_REGULARITY_MAX);

	CHECK(rt_gamma_shape(2, 2, 0) == RT_REGULARITY_MAX);
	CHECK(rt_gamma_shape(2, 2, -2 * beyond) == RT_REGULARITY_MAX);
	CHECK(rt_gamma_shape(2, 2, -4 * least) < RT_REGULARITY_MAX);
	CHECK(isnan(rt_gamma_shape(1, 2, 0)));
}

/* The three have the moments of the normal distribution that they stand for, up to the fifth */
static void
test_shapes(void)
{
	static const int32_t dates[] = {0, 2, 31, 33, 90, 95};
	rt_intervals intervals;
	rt_shapes	shapes;
	double		moments[6] = {0};
	double		center;

	rt_intervals_from_dates(dates, 6, &intervals);
	rt_gamma_shapes(&intervals, 2, 0.5, &shapes);
	center = log(shapes.k[1]);
	CHECK(shapes.count == 3);
	for (int i = 0; i < shapes.count; i++)
		for (int j = 0; j < 6; j++)
			moments[j] += shapes.weight[i] * pow(log(shapes.k[i]) - center, j);
	CHECK(fabs(moments[0] - 1) < 1e-14);
	CHECK(fabs(moments[1]) < 1e-14 && fabs(moments[3]) < 1e-14 && fabs(moments[5]) < 1e-14);
	CHECK(moments[2] > 0.01 && moments[2] < 0.25);
	CHECK(fabs(moments[4] / moments[2] / moments[2] - 3) < 1e-12);
}

static const check_case cycle_cases[] = {
	{"cycle: mean, median, deviation, logarithms", test_statistics},
	{"cycle: the shape is the most likely one", test_shape},
	{"cycle: the posterior of k", test_posterior},
	{"cycle: subscribers among any customers", test_floor},
	{"cycle: trend", test_trend},
	{"cycle: the trend of five intervals", test_trend_of_five},
	{"cycle: where regularity ends", test_regularity_limit},
	{"cycle: three customers stand for all", test_shapes},
	{NULL, NULL}
};

CHECK_CASES(cycle);
