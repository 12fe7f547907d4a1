/*
 * gamma_gamma_test.c
 *		What customers spend: the likelihood, recovery of known parameters, the value to
 *		expect against simulated orders.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "kinds.h"
#include "core/gamma_gamma.h"
#include "core/simulate.h"

#define CUSTOMERS 2000

static rt_random generator = {20261122};

static int
by_x(const void *a, const void *b)
{
	const rt_fit_row *left = a,
			   *right = b;

	return (left->orders.x > right->orders.x) - (left->orders.x < right->orders.x);
}

/* The mean of x orders of a customer, and the next one */
static double
spend_some(const rt_gamma_gamma *m, int x, double *next)
{
	double		rate = rt_random_gamma(&generator, m->q) / m->gamma;
	double		sum = 0;

	for (int i = 0; i < x; i++)
		sum += rt_random_gamma(&generator, m->p) / rate;
	*next = rt_random_gamma(&generator, m->p) / rate;
	return sum / x;
}

/* As the paper writes it */
static double
direct_log_likelihood(const rt_gamma_gamma *m, double x, double z)
{
	return lgamma(m->p * x + m->q) - lgamma(m->p * x) - lgamma(m->q) + m->q * log(m->gamma) +
		(m->p * x - 1) * log(z) + m->p * x * log(x) - (m->p * x + m->q) * log(m->gamma + x * z);
}

static void
test_likelihood(void)
{
	for (int i = 0; i < 2000; i++)
	{
		rt_gamma_gamma m = {pow(10, 3 * rt_random_uniform(&generator) - 1),
			pow(10, 3 * rt_random_uniform(&generator) - 1),
		pow(10, 4 * rt_random_uniform(&generator) - 1)};
		double		x = floor(pow(10, 3 * rt_random_uniform(&generator)));
		double		z = pow(10, 5 * rt_random_uniform(&generator) - 2);
		double		expected = direct_log_likelihood(&m, x, z);

		CHECK(fabs(rt_gamma_gamma_log_likelihood(&m, x, z) - expected) <
			  1e-9 * (1 + fabs(expected)));
	}

	/* where nothing may be infinite or not a number */
	for (int i = 0; i < 2000; i++)
	{
		rt_gamma_gamma m = {pow(10, 12 * rt_random_uniform(&generator) - 6),
			pow(10, 12 * rt_random_uniform(&generator) - 6),
		pow(10, 12 * rt_random_uniform(&generator) - 6)};
		double		x = floor(pow(10, 4 * rt_random_uniform(&generator)));
		double		z = pow(10, 16 * rt_random_uniform(&generator) - 8);
		double		value = rt_gamma_gamma_expected_value(&m, x, i % 3 == 0 ? -z : z);

		CHECK(isfinite(rt_gamma_gamma_log_likelihood(&m, x, z)));
		CHECK(m.p * x + m.q > 1 ? value >= 0 && isfinite(value) : isnan(value));
	}
}

/*
 * Known parameters come back as far off as their standard errors say, and next orders are worth
 * what was expected
 */
static void
test_fit(void)
{
	static const rt_gamma_gamma truths[] = {{6.25, 3.74, 15.44}, {2, 6.5, 580}, {0.8, 2.5, 40}};
	static rt_fit_row rows[CUSTOMERS];

	for (int t = 0; t < 3; t++)
	{
		const double *truth = &truths[t].p;
		double		z_sum[3] = {0, 0, 0},
					z_square[3] = {0, 0, 0};
		double		gain = 0;
		int			replications = 100;

		for (int i = 0; i < replications; i++)
		{
			rt_customers customers = {rows, CUSTOMERS, 0, 1};
			double		at_truth = 0,
						at_fit = 0;
			rt_gamma_gamma found;
			rt_fit		fit;

			for (int j = 0; j < CUSTOMERS; j++)
			{
				double		next;

				rows[j] = (rt_fit_row) {.orders = {1 + j % 5 * (j % 3), 0, 0}, .weight = 1};
				rows[j].orders.mean = spend_some(&truths[t], (int) rows[j].orders.x, &next);
				rows[j].orders.log_mean = log(rows[j].orders.mean);
			}
			qsort(rows, CUSTOMERS, sizeof(rows[0]), by_x);
			rt_gamma_gamma_kind.fit(&rt_gamma_gamma_kind, 0, &customers, NULL, &fit);
			CHECK(fit.converged);
			found = (rt_gamma_gamma) {fit.parameters[0], fit.parameters[1], fit.parameters[2]};
			for (int j = 0; j < CUSTOMERS; j++)
			{
				at_truth += rt_gamma_gamma_log_likelihood(&truths[t], rows[j].orders.x,
														  rows[j].orders.mean);
				at_fit +=
					rt_gamma_gamma_log_likelihood(&found, rows[j].orders.x, rows[j].orders.mean);
			}
			CHECK(fabs(fit.log_likelihood - at_fit) < 1e-8 * fabs(at_fit));
			CHECK(at_fit >= at_truth);
			gain += 2 * (at_fit - at_truth);
			for (int j = 0; j < 3; j++)
			{
				double		z = log(fit.parameters[j] / truth[j]) * fit.parameters[j] /
					sqrt(fit.covariance[j * (RT_PARAMETERS_MAX + 1)]);

				z_sum[j] += z;
				z_square[j] += z * z;
			}
			CHECK(fabs(rt_gamma_gamma_correlation(&customers)) < 5 / sqrt(CUSTOMERS));
		}
		CHECK(fabs(gain / replications - 3) < 4 * sqrt(6.0 / replications));
		for (int j = 0; j < 3; j++)
		{
			CHECK(fabs(z_sum[j] / replications) < 5 / sqrt(replications));
			CHECK(z_square[j] / replications > 0.6 && z_square[j] / replications < 1.6);
		}
	}
}

/*
 * Of customers with the same number and about the same mean the next order is worth what is
 * expected, on average
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
		int			x = 1 + i % 3;
		double		next;
		double		mean = spend_some(&m, x, &next);
		int			class = mean < 25 ? 0 : mean < 40 ? 1 : mean < 70 ? 2 : 3;
		double		error = next - rt_gamma_gamma_expected_value(&m, x, mean);

		sums[x - 1][class] += error;
		squares[x - 1][class] += error * error;
		counts[x - 1][class]++;
	}
	for (int x = 0; x < 3; x++)
	{
		for (int class = 0; class < 4; class++)
		{
			double		mean = sums[x][class] / counts[x][class];
			double		error = sqrt(squares[x][class] / counts[x][class] / counts[x][class]);

			CHECK(counts[x][class] > 1000);
			CHECK(fabs(mean) < 4 * error);
		}
	}
}

/* What a customer spends is a number where products of parameters are none */
static void
test_beyond_products(void)
{
	const rt_gamma_gamma m = {1e200, 3, 1e200};

	CHECK(fabs(rt_gamma_gamma_expected_value(&m, 1, 5e200) / 6e200 - 1) < 1e-12);
	CHECK(fabs(rt_gamma_gamma_expected_value(&m, 4, 5e200) / 5.25e200 - 1) < 1e-12);
}

static const check_case gamma_gamma_cases[] = {
	{"gamma-gamma: the likelihood is the one of the formula", test_likelihood},
	{"gamma-gamma: fits recover p, q, gamma and their errors", test_fit},
	{"gamma-gamma: orders are worth what is expected", test_expectation},
	{"gamma-gamma: beyond products of parameters", test_beyond_products},
	{NULL, NULL}
};

CHECK_CASES(gamma_gamma);
