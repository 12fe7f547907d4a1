/*
 * gamma_gamma_all_test.c
 *		What customers spend, from the amounts of all days: the likelihood and the value to expect
 *		against integrals over a customer's own level, recovery of known parameters, orders that
 *		means alone do not understand.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "kinds.h"
#include "core/gamma_gamma_all.h"
#include "core/simulate.h"
#include "core/special.h"

#define DAYS_MAX 12

static rt_random generator = {20261126};

static double
power_of_ten(double low, double high)
{
	return pow(10, low + (high - low) * rt_random_uniform(&generator));
}

/* Days of amounts as a row, however they are made */
static rt_amounts
amounts_of(const double *z, int n)
{
	rt_amounts	amounts = {n, 0, 0};
	double		logs = 0;

	for (int i = 0; i < n; i++)
	{
		amounts.sum += z[i];
		logs += log(z[i]);
	}
	amounts.unevenness = n > 1 ? fmax(0, n * log(amounts.sum / n) - logs) : 0;
	return amounts;
}

/* The amounts of a customer of this model, and the one behind them */
static double
spend_some(const rt_gamma_gamma *m, double *z, int n)
{
	double		rate = rt_random_gamma(&generator, m->q) / m->gamma;

	for (int i = 0; i < n; i++)
		z[i] = rt_random_gamma(&generator, m->p) / rate;
	return rt_random_gamma(&generator, m->p) / rate;
}

/*
 * By what the model says, and nothing else: the density of these amounts of a customer with the
 * rate nu times that of nu, over all nu.  In ln nu the trapezoidal rule is exact to all digits.
 */
static void
integrate(const rt_gamma_gamma *m, const double *z, int n, double *log_density,
		  double *expected_next)
{
	double		width = 1 / sqrt(m->p * n + m->q);
	double		step = fmin(0.02, width / 8);
	double		sum_z = 0,
				highest = -INFINITY,
				middle;
	double		density = 0,
				next = 0;

	for (int i = 0; i < n; i++)
		sum_z += z[i];
	middle = log((m->p * n + m->q) / (m->gamma + sum_z));
	for (int pass = 0; pass < 2; pass++)
	{
		for (double u = middle - 60 / fmin(1, m->p * n + m->q - 1) - 20 * width;
			 u < middle + 8 + 20 * width; u += step)
		{
			double		nu = exp(u);
			double		log_value = m->q * log(m->gamma) - lgamma(m->q) + m->q * u - m->gamma * nu;

			for (int i = 0; i < n; i++)
				log_value += m->p * u - lgamma(m->p) + (m->p - 1) * log(z[i]) - nu * z[i];
			if (pass == 0)
				highest = fmax(highest, log_value);
			else
			{
				density += exp(log_value - highest) * step;
				next += exp(log_value - highest) * step * m->p / nu;
			}
		}
	}
	*log_density = highest + log(density);
	*expected_next = next / density;
}

static void
test_integrals(void)
{
	double		z[DAYS_MAX];

	for (int i = 0; i < 300; i++)
	{
		rt_gamma_gamma m = {power_of_ten(-0.3, 1.5), 1 + power_of_ten(-0.5, 1),
		power_of_ten(-1, 3)};
		int			n = 1 + i % DAYS_MAX;
		rt_amounts	amounts;
		double		log_density,
					expected_next,
					found;

		spend_some(&m, z, n);
		amounts = amounts_of(z, n);
		integrate(&m, z, n, &log_density, &expected_next);
		found = rt_gamma_gamma_all_log_likelihood(&m, &amounts);
		CHECK(fabs(found - log_density) < 1e-9 * (1 + fabs(log_density)));
		found = rt_gamma_gamma_all_expected_value(&m, n, amounts.sum / n);
		CHECK(fabs(found / expected_next - 1) < 1e-9);
	}
}

/* One day of a customer is what gamma-gamma says of one order */
static void
test_one_day(void)
{
	for (int i = 0; i < 1000; i++)
	{
		rt_gamma_gamma m = {power_of_ten(-2, 4), power_of_ten(-2, 4), power_of_ten(-3, 3)};
		rt_amounts	amounts = {1, power_of_ten(-3, 5), 0};

		CHECK(rt_gamma_gamma_all_log_likelihood(&m, &amounts) ==
			  rt_gamma_gamma_log_likelihood(&m, 1, amounts.sum));
	}
}

/* Where nothing may be infinite or not a number */
static void
test_far_out(void)
{
	for (int i = 0; i < 5000; i++)
	{
		rt_gamma_gamma m = {power_of_ten(-4, 6), power_of_ten(-4, 6), power_of_ten(-6, 6)};
		rt_amounts	amounts = {floor(power_of_ten(0, 4)), power_of_ten(-8, 12), 0};
		double		value;

		if (amounts.days > 1)
			amounts.unevenness = power_of_ten(-12, 4);
		CHECK(isfinite(rt_gamma_gamma_all_log_likelihood(&m, &amounts)));
		value = rt_gamma_gamma_all_expected_value(&m, i % 3 == 0 ? 0 : amounts.days,
												  i % 5 == 0 ? -1 : amounts.sum);
		/* a median may be beyond a double, where money differs between customers by 1e300 */
		CHECK(value >= 0 ? isfinite(value) : m.q < 0.01);
	}
}

/* ----------------------------------------------------------------- fits */

static int
by_days(const void *a, const void *b)
{
	const rt_fit_row *left = a,
			   *right = b;

	return (left->amounts.days > right->amounts.days) - (left->amounts.days < right->amounts.days);
}

static rt_fit
fit_rows(rt_fit_row *rows, size_t count)
{
	rt_customers customers = {rows, count, 0, 1};
	rt_fit		fit;

	qsort(rows, count, sizeof(rows[0]), by_days);
	customers.sum_log = rt_gamma_gamma_all_orders(rows, count);
	rt_gamma_gamma_all_kind.fit(&rt_gamma_gamma_all_kind, 0, &customers, NULL, &fit);
	return fit;
}

static rt_gamma_gamma
found_by(const rt_fit *fit)
{
	return (rt_gamma_gamma) {fit->parameters[0], fit->parameters[1], fit->parameters[2]};
}

/* A base of this model, fitted, and the log-likelihood of its amounts at two places */
static rt_fit
fit_simulated(const rt_gamma_gamma *truth, double *at_truth, double *at_fit)
{
	static rt_fit_row rows[300];
	static rt_amounts amounts[300];
	rt_gamma_gamma found;
	rt_fit		fit;

	for (int j = 0; j < 300; j++)
	{
		double		z[DAYS_MAX];
		int			n = 1 + j % 5 * (j % 3);

		spend_some(truth, z, n);
		amounts[j] = amounts_of(z, n);
		rows[j] = (rt_fit_row) {.amounts = amounts[j], .weight = 1};
	}
	fit = fit_rows(rows, 300);
	found = found_by(&fit);
	*at_truth = *at_fit = 0;
	for (int j = 0; j < 300; j++)
	{
		*at_truth += rt_gamma_gamma_all_log_likelihood(truth, &amounts[j]);
		*at_fit += rt_gamma_gamma_all_log_likelihood(&found, &amounts[j]);
	}
	return fit;
}

/*
 * Known parameters come back as far off as their standard errors say: of 1,000 bases, on average
 * and one by one
 */
static void
test_recovery(void)
{
	static const rt_gamma_gamma truths[] = {{6.25, 3.74, 15.44}, {2, 6.5, 580}, {0.8, 2.5, 40},
	{7, 0.7, 12}};
	const int	replications = 250;
	int			far = 0;

	for (int t = 0; t < 4; t++)
	{
		const double *truth = &truths[t].p;
		double		z_sum[3] = {0, 0, 0},
					z_square[3] = {0, 0, 0};
		double		gain = 0;

		for (int i = 0; i < replications; i++)
		{
			double		at_truth,
						at_fit;
			rt_fit		fit = fit_simulated(&truths[t], &at_truth, &at_fit);

			CHECK(fit.converged);
			CHECK(fabs(fit.log_likelihood - at_fit) < 1e-8 * fabs(at_fit));
			CHECK(at_fit >= at_truth);
			gain += 2 * (at_fit - at_truth);
			for (int j = 0; j < 3; j++)
			{
				double		z = log(fit.parameters[j] / truth[j]) * fit.parameters[j] /
					sqrt(fit.covariance[j * (RT_PARAMETERS_MAX + 1)]);

				far += fabs(z) > 4;
				z_sum[j] += z;
				z_square[j] += z * z;
			}
		}

		/* twice the gain is chi-squared with 3 degrees of freedom: a variance of 6 */
		CHECK(fabs(gain / replications - 3) < 4 * sqrt(6.0 / replications));
		for (int j = 0; j < 3; j++)
		{
			CHECK(fabs(z_sum[j] / replications) < 4 / sqrt(replications));
			CHECK(fabs(z_square[j] / replications - 1) < 4 * sqrt(2.0 / replications));
		}
	}

	/* of 3,000 the normal distribution leaves 0.2 beyond */
	CHECK(far <= 3);
}

/* No point around the fit is better, by a likelihood that was added up anew for each */
static void
test_best(void)
{
	static rt_fit_row rows[200];
	static rt_amounts amounts[200];
	rt_gamma_gamma m = {3, 2, 60};
	rt_fit		fit;

	for (int j = 0; j < 200; j++)
	{
		double		z[DAYS_MAX];

		spend_some(&m, z, 1 + j % 6);
		amounts[j] = amounts_of(z, 1 + j % 6);
		rows[j] = (rt_fit_row) {.amounts = amounts[j], .weight = 1 + j % 2};
	}
	fit = fit_rows(rows, 200);
	for (int i = 0; i < 27; i++)
	{
		rt_gamma_gamma near = {fit.parameters[0] * (1 + 0.003 * (i % 3 - 1)),
			fit.parameters[1] * (1 + 0.003 * (i / 3 % 3 - 1)),
		fit.parameters[2] * (1 + 0.003 * (i / 9 - 1))};
		double		sum = 0;

		for (int j = 0; j < 200; j++)
			sum += (1 + j % 2) * rt_gamma_gamma_all_log_likelihood(&near, &amounts[j]);
		CHECK(i == 13 ? fabs(sum - fit.log_likelihood) < 1e-8 * fabs(sum) :
			  sum < fit.log_likelihood);
	}
}

/*
 * A shop whose customers differ by far more than their orders do: levels whose ln deviates by 2,
 * orders around them that are no gamma variables, with coefficients of variation of .36 to .53,
 * which for gamma variables are p of 7.7 to 3.6.  Means alone take what customers differ by for
 * what orders do.
 */
static void
test_skewed(void)
{
	static rt_fit_row rows[180],
				means[180];
	const int	shops = 40;
	double		p = 0;
	int			misled = 0,
				too_high = 0,
				without_mean = 0;

	for (int shop = 0; shop < shops; shop++)
	{
		rt_customers customers = {means, 0, 0, 1};
		rt_fit		fit,
					of_means;
		rt_gamma_gamma found;
		double		value;

		for (int j = 0; j < 180; j++)
		{
			double		z[DAYS_MAX];
			int			n = 1 + (int) (10 * pow(rt_random_uniform(&generator), 2));
			double		level = 100 * exp(2 * rt_random_normal(&generator));
			double		cv = 0.36 + 0.17 * rt_random_uniform(&generator);
			double		deviation = sqrt(log1p(cv * cv));
			double		sum = 0;

			for (int i = 0; i < n; i++)
			{
				z[i] = level * exp(deviation * rt_random_normal(&generator) -
								   deviation * deviation / 2);
				sum += i > 0 ? z[i] : 0;
			}
			rows[j] = (rt_fit_row) {.amounts = amounts_of(z, n), .weight = 1};
			if (n > 1)
			{
				rt_fit_row *row = &means[customers.row_count++];

				*row = (rt_fit_row) {.weight = 1};
				row->orders.x = n - 1;
				row->orders.mean = sum / (n - 1);
				row->orders.log_mean = log(sum / (n - 1));
			}
		}
		qsort(means, customers.row_count, sizeof(means[0]), by_days);
		rt_gamma_gamma_kind.fit(&rt_gamma_gamma_kind, 0, &customers, NULL, &of_means);
		found = found_by(&of_means);
		value = rt_gamma_gamma_expected_value(&found, 3, 100);
		misled += found.p < 0.5;
		too_high += value > 200;
		without_mean += isnan(rt_gamma_gamma_expected_value(&found, 0, 0));

		fit = fit_rows(rows, 180);
		found = found_by(&fit);
		CHECK(fit.converged && found.p > 4 && found.p < 8);
		p += found.p / shops;

		/* three orders of 100 */
		CHECK(fabs(rt_gamma_gamma_all_expected_value(&found, 3, 100) - 100) < 5);
		CHECK(fabs(log(rt_gamma_gamma_all_expected_value(&found, 0, 0) / 100)) < 1.5);
	}
	CHECK(p > 5 && p < 8);
	CHECK(misled > shops / 3 && too_high > shops / 4 && without_mean > shops / 3);
}

/* All orders of a customer are the same: p has no end, and they are worth what they were */
static void
test_price_list(void)
{
	static rt_fit_row rows[300];
	rt_fit		fit;
	rt_gamma_gamma found;

	for (int j = 0; j < 300; j++)
		rows[j] = (rt_fit_row) {.amounts = {1 + j % 5, (1 + j % 5) * (j % 3 == 0 ? 199 : 49), 0},
								   .weight = 1};
	fit = fit_rows(rows, 300);
	CHECK(!fit.converged && isnan(fit.covariance[0]) && isfinite(fit.log_likelihood));
	found = found_by(&fit);
	CHECK(fabs(rt_gamma_gamma_all_expected_value(&found, 2, 199) - 199) < 0.01);
	CHECK(fabs(rt_gamma_gamma_all_expected_value(&found, 2, 49) - 49) < 0.01);
}

/* -------------------------------------------------------------- the median */

static void
test_median(void)
{
	for (int i = 0; i < 2000; i++)
	{
		double		gamma = power_of_ten(-3, 6);
		double		shape = power_of_ten(-1.5, 3);
		rt_gamma_gamma same = {shape, shape, gamma};
		rt_gamma_gamma first = {1, shape, gamma};
		rt_gamma_gamma second = {shape, 1, gamma};

		/* 1 / ((1 + z / gamma)^q) is 1/2, (1 + gamma / z)^-p is */
		CHECK(fabs(rt_gamma_gamma_median(&same) / gamma - 1) < 1e-9);
		CHECK(fabs(rt_gamma_gamma_median(&first) / (gamma * expm1(log(2) / shape)) - 1) < 1e-9);
		CHECK(fabs(rt_gamma_gamma_median(&second) * expm1(log(2) / shape) / gamma - 1) < 1e-9);
	}
	for (int i = 0; i < 2000; i++)
	{
		rt_gamma_gamma m = {power_of_ten(-4, 8), power_of_ten(-4, 8), 1};
		double		median = rt_gamma_gamma_median(&m);
		double		log_lower,
					log_upper;

		if (!(median > 1e-300))
		{
			CHECK(fmin(m.p, m.q) < 0.01);
			continue;
		}
		rt_log_incomplete_beta(m.p, m.q, median / (1 + median), 1 / (1 + median), &log_lower,
							   &log_upper);
		CHECK(fabs(log_lower + log(2)) < 1e-7 && fabs(log_upper + log(2)) < 1e-7);
	}
}

/* With larger shapes only what does not vary is left */
static void
test_median_limits(void)
{
	rt_gamma_gamma alike = {1e250, 1e250, 70};
	rt_gamma_gamma orders_alike = {1e250, 1, 1e-250};

	CHECK(fabs(rt_gamma_gamma_median(&alike) / 70 - 1) < 1e-3);

	/* one over an exponential variable */
	CHECK(fabs(rt_gamma_gamma_median(&orders_alike) * log(2) - 1) < 1e-6);

	/* where the search ends, the median of nearly the same shapes is still a number */
	CHECK(isfinite(rt_gamma_gamma_median(&(rt_gamma_gamma) {1e-4, 1e-4, 1})));
	CHECK(isnan(rt_gamma_gamma_median(&(rt_gamma_gamma) {1e-4, 0.9999e-4, 1})));
	CHECK(isnan(rt_gamma_gamma_median(&(rt_gamma_gamma) {0.9999e-4, 1e-4, 1})));
}

/* ---------------------------------------------------- the value to expect */

/*
 * Above 1 it is the mean: of simulated customers with about the same mean of their days the next
 * one is worth what is expected, on average
 */
static void
test_expectation(void)
{
	static const rt_gamma_gamma m = {3, 5, 60};
	double		sums[3][4] = {{0}},
				squares[3][4] = {{0}},
				counts[3][4] = {{0}};

	for (int i = 0; i < 200000; i++)
	{
		int			n = i % 3;
		double		z[DAYS_MAX];
		double		next = spend_some(&m, z, n);
		rt_amounts	amounts = amounts_of(z, n);
		double		mean = n == 0 ? 0 : amounts.sum / n;
		int			class = mean < 25 ? 0 : mean < 40 ? 1 : mean < 70 ? 2 : 3;
		double		error = next - rt_gamma_gamma_all_expected_value(&m, n, mean);

		sums[n][class] += error;
		squares[n][class] += error * error;
		counts[n][class]++;
	}
	for (int n = 0; n < 3; n++)
	{
		for (int class = 0; class < (n == 0 ? 1 : 4); class++)
		{
			double		count = counts[n][class];

			CHECK(count > 1000);
			CHECK(fabs(sums[n][class] / count) < 4 * sqrt(squares[n][class]) / count);
		}
	}
}

/* Up to 1 it lies between their own mean and the median, nearer to their own the more there is */
static void
test_without_mean(void)
{
	for (int i = 0; i < 2000; i++)
	{
		rt_gamma_gamma m = {power_of_ten(-1, 2), power_of_ten(-1, 0), power_of_ten(0, 3)};
		double		median = rt_gamma_gamma_median(&m);
		double		mean = power_of_ten(-1, 4);
		double		last = median;

		CHECK(rt_gamma_gamma_all_expected_value(&m, 0, mean) == median);
		for (int n = 1; n < 1000; n *= 2)
		{
			double		value = rt_gamma_gamma_all_expected_value(&m, n, mean);
			double		direct = (m.p * n * mean + m.q * median) / (m.p * n + m.q);

			CHECK(fabs(value / direct - 1) < 1e-12);
			CHECK(fabs(value - mean) <= fabs(last - mean));
			last = value;
		}
		CHECK(rt_gamma_gamma_all_expected_value(&m, 2, -mean) ==
			  rt_gamma_gamma_all_expected_value(&m, 2, 0));
	}
	/* exactly 1 is no mean either */
	CHECK(fabs(rt_gamma_gamma_all_expected_value(&(rt_gamma_gamma) {1, 1, 10}, 0, 0) / 10 - 1) <
		  1e-9);
	CHECK(fabs(rt_gamma_gamma_all_expected_value(&(rt_gamma_gamma) {1, 1 + 1e-6, 10}, 0, 0) / 1e7 -
			   1) < 1e-9);
}

static const check_case gamma_gamma_all_cases[] = {
	{"gamma-gamma-all: likelihood and mean are integrals over the customers' levels",
	test_integrals},
	{"gamma-gamma-all: one day is one order of gamma-gamma", test_one_day},
	{"gamma-gamma-all: far out all is a number", test_far_out},
	{"gamma-gamma-all: fits recover p, q, gamma and their errors", test_recovery},
	{"gamma-gamma-all: nothing beside a fit is better", test_best},
	{"gamma-gamma-all: customers who differ more than their orders", test_skewed},
	{"gamma-gamma-all: a price list", test_price_list},
	{"gamma-gamma-all: the median of all amounts", test_median},
	{"gamma-gamma-all: that of shapes without end", test_median_limits},
	{"gamma-gamma-all: orders are worth what is expected", test_expectation},
	{"gamma-gamma-all: without a mean between their own and the median", test_without_mean},
	{NULL, NULL}
};

CHECK_CASES(gamma_gamma_all);
