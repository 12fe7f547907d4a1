/*
 * interpurchase_test.c
 *		The interpurchase model: likelihood, gradient, recovery of known
 *		parameters, standard errors, predictive distribution.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "kinds.h"
#include "core/interpurchase_shapes.h"

/* finer than days, so that rounding to whole ones does not count */
#define UNIT 1e6
#define CUSTOMERS 500
#define REPLICATIONS 1000

static double
uniform(void)
{
	return ((double) (random_bits() >> 11) + 0.5) / 9007199254740992.0;
}

static double
normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
}

/* Marsaglia and Tsang (2000) */
static double
gamma_variate(double shape)
{
	double		d,
				c;

	if (shape < 1)
		return gamma_variate(shape + 1) * pow(uniform(), 1 / shape);
	d = shape - 1.0 / 3;
	c = 1 / sqrt(9 * d);
	for (;;)
	{
		double		x = normal();
		double		v = 1 + c * x;

		v = v * v * v;
		if (v > 0 && log(uniform()) < x * x / 2 + d - d * v + d * log(v))
			return d * v;
	}
}

static int
by_count(const void *a, const void *b)
{
	const rt_fit_row *left = a,
			   *right = b;

	if (left->rhythm.count != right->rhythm.count)
		return left->rhythm.count < right->rhythm.count ? -1 : 1;
	return (left->rhythm.sum > right->rhythm.sum) - (left->rhythm.sum < right->rhythm.sum);
}

/* CUSTOMERS customers with 1 to 8 intervals each */
static void
simulate(const rt_interpurchase *truth, rt_fit_row *rows, rt_customers *data)
{
	data->rows = rows;
	data->row_count = CUSTOMERS;
	data->sum_log = 0;
	data->time_unit = UNIT;
	for (int i = 0; i < CUSTOMERS; i++)
	{
		double		lambda = gamma_variate(truth->r) / truth->alpha;

		rows[i].weight = 1;
		rows[i].rhythm.count = 1 + i % 8;
		rows[i].rhythm.sum = 0;
		for (int j = 0; j < rows[i].rhythm.count; j++)
		{
			int64_t		interval =
				llround(fmin(gamma_variate(truth->k) / (truth->k * lambda) *UNIT, 1e15));

			if (interval < 1)
				interval = 1;
			rows[i].rhythm.sum += interval;
			data->sum_log += log((double) interval);
		}
	}
	qsort(rows, CUSTOMERS, sizeof(rt_fit_row), by_count);
}

/* The likelihood as the papers write it */
static double
direct_log_likelihood(const rt_interpurchase *m, const rt_customers *data)
{
	double		value = 0,
				intervals = 0;

	for (size_t i = 0; i < data->row_count; i++)
	{
		double		n = data->rows[i].rhythm.count;
		double		sum = (double) data->rows[i].rhythm.sum / data->time_unit;

		value += data->rows[i].weight *
			(n * m->k * log(m->k) - n * lgamma(m->k) + lgamma(m->r + m->k * n) - lgamma(m->r) +
			 m->r * log(m->alpha) - (m->r + m->k * n) * log(m->alpha + m->k * sum));
		intervals += data->rows[i].weight * n;
	}
	return value + (m->k - 1) * (data->sum_log - intervals * log(data->time_unit));
}

static void
test_likelihood(void)
{
	static rt_fit_row rows[CUSTOMERS];

	for (int i = 0; i < 200; i++)
	{
		rt_interpurchase truth = {exp(normal()), exp(normal()), exp(3 + normal())};
		rt_interpurchase at = {exp(normal()), exp(normal()), exp(3 + normal())};
		rt_customers data;
		double		found,
					expected;

		simulate(&truth, rows, &data);
		rows[i % CUSTOMERS].weight = 3;
		found = rt_interpurchase_log_likelihood(&at, &data);
		expected = direct_log_likelihood(&at, &data);
		CHECK(fabs(found - expected) <= 1e-10 * fabs(expected) + 1e-8);
	}
}

static void
test_recovery(void)
{
	static const rt_interpurchase truths[] = {{1.0, 2.0, 30.0}, {4.0, 1.5, 20.0}, {0.6, 3.0, 90.0}};
	static rt_fit_row rows[CUSTOMERS];

	for (int t = 0; t < 3; t++)
	{
		const double *truth = &truths[t].k;
		double		sum[3] = {0, 0, 0},
					square[3] = {0, 0, 0},
					variance[3] = {0, 0, 0};

		for (int i = 0; i < REPLICATIONS; i++)
		{
			rt_customers data;
			rt_fit		fit;
			const double *found = fit.parameters;

			simulate(&truths[t], rows, &data);
			rt_interpurchase_kind.fit(&rt_interpurchase_kind, 0, &data, NULL, &fit);
			CHECK(fit.converged);
			CHECK(fit.log_likelihood >= rt_interpurchase_log_likelihood(&truths[t], &data));
			for (int j = 0; j < 3; j++)
			{
				/* on the scale of logarithms estimates are nearly normal */
				double		log_error = log(found[j] / truth[j]);

				sum[j] += log_error;
				square[j] += log_error * log_error;
				variance[j] += fit.covariance[j * (RT_PARAMETERS_MAX + 1)] / (found[j] * found[j]);
			}
		}
		for (int j = 0; j < 3; j++)
		{
			double		mean = sum[j] / REPLICATIONS;
			double		spread = sqrt(square[j] / REPLICATIONS - mean * mean);
			double		stated = sqrt(variance[j] / REPLICATIONS);

			/*
			 * the error of the mean is 0.03 of the spread, the bias of maximum likelihood another
			 * tenth or so
			 */
			CHECK(fabs(mean) < 0.25 * spread);
			/* the error of a standard deviation of 1,000 values is 2.2 percent */
			CHECK(fabs(stated / spread - 1) < 0.08);
		}
	}
}

/* Draws of the next interval against the predictive distribution: Kolmogorov and Smirnov */
static int
ascending(const void *a, const void *b)
{
	double		left = *(const double *) a,
				right = *(const double *) b;

	return (left > right) - (left < right);
}

static void
test_predictive(void)
{
	static double draws[20000];
	const rt_interpurchase model = {2.5, 1.8, 25.0};
	const double n = 4,
				sum = 70;
	double		largest = 0;

	for (int i = 0; i < 20000; i++)
		draws[i] = gamma_variate(model.k) /
			(model.k * gamma_variate(model.r + model.k * n) / (model.alpha + model.k * sum));
	qsort(draws, 20000, sizeof(double), ascending);
	for (int i = 0; i < 20000; i++)
		largest = fmax(largest, fabs(1 - rt_interpurchase_silence(&model, n, sum, draws[i]) -
									 (i + 0.5) / 20000));
	CHECK(largest < 1.63 / sqrt(20000));	/* 1 percent */

	for (int i = 0; i < 5000; i++)
	{
		rt_interpurchase m = {exp(2 * normal()), exp(2 * normal()), exp(3 + 2 * normal())};
		double		count = (double) random_between(0, 50);
		double		total = count * exp(3 + normal());
		double		elapsed = random_between(0, 2) == 0 ? 0 : exp(2 + normal());
		double		p = uniform();
		double		silent = rt_interpurchase_silence(&m, count, total, elapsed);
		double		quantile = rt_interpurchase_quantile(&m, count, total, elapsed, silent, p);

		CHECK(quantile >= elapsed);
		CHECK(silent >= 0 && silent <= 1);
		if (isfinite(quantile) && silent > 1e-10 && quantile < 1e200 && quantile > 1e-200)
			CHECK(fabs(rt_interpurchase_silence(&m, count, total, quantile) - (1 - p) * silent) <=
				  1e-8 * silent);
	}
	CHECK(rt_interpurchase_silence(&model, 0, 0, 0) == 1);
	CHECK(isnan(rt_interpurchase_silence(&model, -1, 0, 5)));

	/* the tail of 5,000 clockwork purchases lies beyond double, its logarithm does not */
	{
		const rt_interpurchase clock = {5000, 2, 14};

		CHECK(rt_interpurchase_silence(&clock, 5000, 35000, 700) == 0);
		CHECK(rt_interpurchase_log_silence(&clock, 5000, 35000, 700) < -1000);
	}
}

/* Populations on the edge: everyone alike, intervals all equal */
static void
test_bounds(void)
{
	static rt_fit_row rows[CUSTOMERS];
	rt_customers data = {rows, CUSTOMERS, 0, 1};
	rt_fit		fit;

	for (int i = 0; i < CUSTOMERS; i++)
	{
		rows[i].rhythm.count = 5;
		rows[i].rhythm.sum = 35;
		rows[i].weight = 1;
	}
	data.sum_log = CUSTOMERS * 5 * log(7);
	rt_interpurchase_kind.fit(&rt_interpurchase_kind, 0, &data, NULL, &fit);
	CHECK(!fit.converged && isnan(fit.covariance[0]));
	CHECK(isfinite(fit.log_likelihood) && fit.parameters[0] > 100 && fit.parameters[0] <= 10001);
}

/* How even the intervals of customers are, k lognormal across them: rows in ascending order */
static int
simulate_evenness(double median, double deviation, rt_fit_row *rows, int customers)
{
	for (int i = 0; i < customers; i++)
	{
		int32_t		dates[16] = {0};
		size_t		count = 3 + i % 12;
		double		k = median * exp(deviation * normal());
		double		mean = 1e5 * exp(normal());
		rt_intervals intervals;

		for (size_t j = 1; j < count; j++)
			dates[j] = dates[j - 1] + 1 + (int32_t) (gamma_variate(k) / k * mean);
		rt_intervals_from_dates(dates, count, &intervals);
		rows[i].rhythm.count = (double) intervals.count;
		rows[i].rhythm.sum = rt_evenness(&intervals);
		rows[i].weight = 1;
	}
	qsort(rows, (size_t) customers, sizeof(rt_fit_row), by_count);
	return customers;
}

static void
test_shapes_across_customers(void)
{
	static rt_fit_row rows[2000];
	static const double truths[][2] = {{2, 0.8}, {1, 0.4}, {5, 1.5}};
	double		median,
				deviation;

	for (int t = 0; t < 3; t++)
	{
		double		sum[2] = {0, 0},
					square[2] = {0, 0};

		for (int i = 0; i < 50; i++)
		{
			rt_evenness_rows data = {rows, 0};
			double		errors[2];

			data.row_count = (size_t) simulate_evenness(truths[t][0], truths[t][1], rows, 2000);
			rt_interpurchase_fit_shapes(&data, &median, &deviation);
			errors[0] = log(median / truths[t][0]);
			errors[1] = log(deviation / truths[t][1]);
			for (int j = 0; j < 2; j++)
			{
				sum[j] += errors[j];
				square[j] += errors[j] * errors[j];
			}
		}
		for (int j = 0; j < 2; j++)
		{
			double		mean = sum[j] / 50;
			double		spread = sqrt(square[j] / 50 - mean * mean);

			/* four errors of the mean of fifty, and what whole days do to short intervals */
			CHECK(fabs(mean) < 0.57 * spread + 0.015);
			CHECK(spread < 0.1);
		}
	}

	/* all alike: no deviation, or one that makes no difference */
	for (int i = 0; i < 20; i++)
	{
		rt_evenness_rows data = {rows, 0};

		data.row_count = (size_t) simulate_evenness(2, 0, rows, 2000);
		rt_interpurchase_fit_shapes(&data, &median, &deviation);
		CHECK(deviation < 0.25);
		CHECK(fabs(median - 2) < 0.2);
	}

	/* thirty tell a deviation, fewer do not */
	{
		rt_evenness_rows data = {rows, 30};
		int			all = simulate_evenness(2, 1, rows, 2000);

		for (int i = 0; i < 30; i++)
			rows[i] = rows[i * (all / 30)];
		rt_interpurchase_fit_shapes(&data, &median, &deviation);
		CHECK(deviation > 0.5 && deviation < 2 && deviation != RT_REGULARITY_DEVIATION);
		data.row_count = 29;
		median = 7;
		rt_interpurchase_fit_shapes(&data, &median, &deviation);
		CHECK(deviation == RT_REGULARITY_DEVIATION && median == 7);
	}

	/* too few to tell, and a base of clockwork: finite, whatever it is */
	{
		rt_evenness_rows data = {rows, 10};

		median = 7;
		rt_interpurchase_fit_shapes(&data, &median, &deviation);
		CHECK(deviation == RT_REGULARITY_DEVIATION && median == 7);
		for (int i = 0; i < 2000; i++)
		{
			rows[i].rhythm.count = 5;
			rows[i].rhythm.sum = 0;
		}
		data.row_count = 2000;
		rt_interpurchase_fit_shapes(&data, &median, &deviation);
		CHECK(deviation >= 0 && isfinite(deviation) && isfinite(median));
	}
}

/*
 * Exact subscribers among irregular buyers: the more there are, the more customers differ, and none
 * is taken for irregular
 */
static void
test_subscribers(void)
{
	static rt_fit_row rows[1200];
	double		before = 0;

	for (int n = 60; n <= 140; n += 20)
	{
		rt_evenness_rows data = {rows, 0};
		int32_t		dates[13] = {0};
		rt_intervals intervals;
		rt_shapes	shapes;
		double		median,
					deviation;

		random_seed(7);
		data.row_count = (size_t) simulate_evenness(1, 0.01, rows, 1000);
		for (int j = 1; j < 13; j++)
			dates[j] = 28 * j;
		rt_intervals_from_dates(dates, 13, &intervals);
		for (int i = 0; i < n; i++)
			rows[data.row_count++] =
				(rt_fit_row) {.rhythm = {12, rt_evenness(&intervals), 0}, .weight = 1};
		qsort(rows, data.row_count, sizeof(rt_fit_row), by_count);
		rt_interpurchase_fit_shapes(&data, &median, &deviation);
		CHECK(deviation > 1.5 && median > before);
		before = median;
		rt_gamma_shapes(&intervals, median, deviation, &shapes);
		CHECK(shapes.regularity > 500);
		for (int i = 0; i < shapes.count; i++)
			CHECK(shapes.k[i] > 25 || shapes.weight[i] < 1e-3);
	}
}

/* A silence whose probability is no double ends, too: its tail is nearly a power of the time */
static void
test_beyond_doubles(void)
{
	const rt_interpurchase clock = {5000, 2, 14};
	double		median = rt_interpurchase_quantile(&clock, 5000, 35000, 700, 0, 0.5);

	CHECK(median > 700 && median < 701);
	CHECK(fabs(rt_interpurchase_log_silence(&clock, 5000, 35000, median) -
			   rt_interpurchase_log_silence(&clock, 5000, 35000, 700) + M_LN2) < 1e-3);
}

/* The posterior of ln k by brute force */
static void
posterior_moments(const rt_intervals *intervals, double median, double deviation, double *mean,
				  double *spread)
{
	double		n = (double) intervals->count;
	double		s = rt_intervals_evenness(intervals);
	double		sums[3] = {0, 0, 0};
	double		highest = -INFINITY;

	for (int pass = 0; pass < 2; pass++)
	{
		for (double x = -6; x < 11; x += 0.001)
		{
			double		k = exp(x);
			double		z = (x - log(median)) / deviation;
			double		density = lgamma(n * k) - n * lgamma(k) - n * k * (log(n) + s) - z * z / 2;

			if (pass == 0)
				highest = fmax(highest, density);
			else
			{
				double		mass = exp(density - highest);

				sums[0] += mass;
				sums[1] += mass * x;
				sums[2] += mass * x * x;
			}
		}
	}
	*mean = sums[1] / sums[0];
	*spread = sqrt(sums[2] / sums[0] - *mean * *mean);
}

static void
test_shapes_of_a_customer(void)
{
	for (int i = 0; i < 200; i++)
	{
		int32_t		dates[40] = {0};
		size_t		count = (size_t) random_between(3, 40);
		double		k = exp(normal());
		rt_interpurchase model = {1, exp(normal()), exp(3 + normal())};
		rt_intervals intervals;
		rt_shapes	shapes;
		double		mean,
					spread,
					silences[RT_SHAPES],
					total = 0,
					silent = 1,
					after = INFINITY;

		for (size_t j = 1; j < count; j++)
			dates[j] = dates[j - 1] + 1 + (int32_t) (gamma_variate(k) / k * 50);
		rt_intervals_from_dates(dates, count, &intervals);
		rt_gamma_shapes(&intervals, 1.5, 0.8, &shapes);
		posterior_moments(&intervals, 1.5, 0.8, &mean, &spread);
		/* a normal distribution in its place: within a quarter of the spread */
		CHECK(fabs(log(shapes.k[1]) - mean) < 0.25 * spread);
		CHECK(fabs((log(shapes.k[2] / shapes.k[0]) / (2 * sqrt(3))) / spread - 1) < 0.25);
		for (int j = 0; j < shapes.count; j++)
			total += shapes.weight[j];
		CHECK(fabs(total - 1) < 1e-15);
		for (double elapsed = 0; elapsed < 2000; elapsed = 1.5 * elapsed + 1)
		{
			double		now =
				rt_interpurchase_silence_of_shapes(&model, &shapes, (double) intervals.count,
												   intervals.sum, elapsed, silences);
			double		shape = rt_interpurchase_shape_after(&shapes, silences);

			CHECK(now <= silent && now >= 0);
			CHECK(shape > 0 && shape <= shapes.k[shapes.count - 1] * (1 + 1e-9));
			/* who is silent for long is the less regular for it, but for one left out */
			if (elapsed > 4 * intervals.mean && shapes.k[shapes.count - 1] < 4)
			{
				CHECK(shape <= after * (1 + 1e-9));
				after = shape;
			}
			silent = now;
		}
	}

	/*
	 * nothing to tell them apart by: the three points of the base itself, and where they are one,
	 * that
	 */
	{
		double		even[RT_SHAPES] = {-1, -2, -3};
		double		gone[RT_SHAPES] = {-INFINITY, -INFINITY, -INFINITY};
		rt_intervals one = {1, 20, log(20), 20, NAN, 1};
		rt_shapes	shapes;
		rt_shapes	same = {3, {2.5, 2.5, 2.5}, {1.0 / 6, 2.0 / 3, 1.0 / 6}, 2.5};

		rt_gamma_shapes(&one, 2, 0.7, &shapes);
		CHECK(fabs(log(shapes.k[0] / 2) + 0.7 * sqrt(3)) < 1e-12 &&
			  fabs(log(shapes.k[2] / 2) - 0.7 * sqrt(3)) < 1e-12);
		CHECK(fabs(rt_interpurchase_shape_after(&same, even) - 2.5) < 1e-10);
		CHECK(rt_interpurchase_shape_after(&shapes, gone) > 0);
	}
}

static const check_case interpurchase_cases[] = {
	{"interpurchase: the likelihood is the one of the formula", test_likelihood},
	{"interpurchase: 1,000 fits recover k, r, alpha and their errors", test_recovery},
	{"interpurchase: the predictive distribution", test_predictive},
	{"interpurchase: populations on the edge", test_bounds},
	{"interpurchase: the distribution of k across customers", test_shapes_across_customers},
	{"interpurchase: subscribers among others", test_subscribers},
	{"interpurchase: silences beyond doubles", test_beyond_doubles},
	{"interpurchase: what the k of a customer may be", test_shapes_of_a_customer},
	{NULL, NULL}
};

CHECK_CASES(interpurchase);
