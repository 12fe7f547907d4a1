/*
 * contract_test.c
 *		Models of contracts: the recursion of the paper, sums, and simulated contracts.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "kinds.h"
#include "core/contract.h"
#include "core/simulate.h"

/* P(1) = alpha/(alpha + beta), P(t) = P(t - 1) (beta + t - 2)/(alpha + beta + t - 1) */
static void
test_recursion(void)
{
	for (int i = 0; i < 2000; i++)
	{
		rt_contract m = {pow(10, (double) random_between(-4000, 4000) / 1000),
		pow(10, (double) random_between(-4000, 4000) / 1000), 1};
		double		leaves = m.alpha / (m.alpha + m.beta);
		double		left = 1;

		CHECK(rt_contract_log_survival(&m, 0) == 0);
		for (int t = 1; t <= 50; t++)
		{
			double		retention = (m.beta + t - 1) / (m.alpha + m.beta + t - 1);

			if (t > 1)
				leaves *= (m.beta + t - 2) / (m.alpha + m.beta + t - 1);
			left -= leaves;
			CHECK(fabs(rt_contract_log_retention(&m, t) - log(retention)) <=
				  1e-12 * (1 + fabs(log(retention))));
			if (left > 1e-6)
				CHECK(fabs(exp(rt_contract_log_survival(&m, t)) - left) <= 1e-9 * left);
		}
	}
}

/* Any power: falls from 1 on, retention is the ratio of survivals */
static void
test_power(void)
{
	for (int i = 0; i < 2000; i++)
	{
		rt_contract m = {pow(10, (double) random_between(-3000, 3000) / 1000),
			pow(10, (double) random_between(-3000, 3000) / 1000),
		pow(10, (double) random_between(-1000, 500) / 1000)};
		double		before = 0;

		for (int t = 1; t <= 100; t++)
		{
			double		survival = rt_contract_log_survival(&m, t);

			CHECK(survival <= before && isfinite(survival));
			CHECK(fabs(rt_contract_log_retention(&m, t) - (survival - before)) <=
				  1e-9 * (1 + fabs(survival)));
			before = survival;
		}
	}
	CHECK(isnan(rt_contract_log_survival(&(rt_contract) {1, 1, 1}, -1)) &&
		  isnan(rt_contract_log_retention(&(rt_contract) {1, 1, 1}, 0)));
}

#define CONTRACTS 3000

static double
log_likelihood(const rt_contract *m, const rt_customers *contracts)
{
	double		sum = 0;

	for (size_t i = 0; i < contracts->row_count; i++)
	{
		double		t = contracts->rows[i].term.tenure;

		sum += contracts->rows[i].term.refused == 0 ? rt_contract_log_survival(m, t) :
			log(exp(rt_contract_log_survival(m, t - 1)) - exp(rt_contract_log_survival(m, t)));
	}
	return sum;
}

static void
test_fit(void)
{
	static const rt_contract truths[] = {{0.7, 1.2, 1}, {2, 8, 1}, {0.5, 2, 1.5}, {1, 3, 0.8}};
	static rt_fit_row rows[CONTRACTS];
	rt_random	random;

	rt_random_start(&random, 1, 1);
	for (int i = 0; i < 4; i++)
	{
		double		z_sum[3] = {0},
					z_square[3] = {0};
		int			count = truths[i].c == 1 ? 2 : 3;
		int			replications = 40,
					converged = 0;

		for (int replication = 0; replication < replications; replication++)
		{
			rt_customers contracts = {rows, CONTRACTS, 0, 1};
			rt_contract found = {0, 0, 1};
			rt_fit		fit;

			for (int j = 0; j < CONTRACTS; j++)
			{
				double		u = rt_random_uniform(&random);
				int			asked = 3 + j % 10;
				int			t = 1;

				/* who is left after t has a share of S(t) */
				while (t <= asked && log(u) < rt_contract_log_survival(&truths[i], t))
					t++;
				rows[j].term.tenure = t <= asked ? t : asked;
				rows[j].term.refused = t <= asked;
				rows[j].term.unused = 0;
				rows[j].weight = 1;
			}
			rt_sbg_kind.fit(count == 3 ? &rt_bdw_kind : &rt_sbg_kind, 0, &contracts, NULL, &fit);
			found.alpha = fit.parameters[0];
			found.beta = fit.parameters[1];
			if (count == 3)
				found.c = fit.parameters[2];
			CHECK(fabs(fit.log_likelihood - log_likelihood(&found, &contracts)) <=
				  1e-7 * fabs(fit.log_likelihood));
			CHECK(fit.log_likelihood >= log_likelihood(&truths[i], &contracts) - 1e-6);
			if (!fit.converged)
				continue;
			converged++;
			for (int j = 0; j < count; j++)
			{
				double		z = log(fit.parameters[j] / (&truths[i].alpha)[j]) /
					(sqrt(fit.covariance[j * (RT_PARAMETERS_MAX + 1)]) / fit.parameters[j]);

				z_sum[j] += z;
				z_square[j] += z * z;
			}
		}
		CHECK(converged >= replications - 1);
		for (int j = 0; j < count; j++)
		{
			CHECK(fabs(z_sum[j] / converged) < 4 / sqrt(converged));
			CHECK(z_square[j] / converged > 0.4 && z_square[j] / converged < 2);
		}
	}
}

/*
 * Powers that overflow: what is left then is (1 - 1/t)^(alpha c), and of the first of them
 * Gamma(alpha + beta + 1) / Gamma(beta + 1) 2^(-alpha c).  Any parameter gives shares that fall,
 * and sums of them that are those of their terms, at once.
 */
static void
test_limits(void)
{
	static const double values[] = {1e-6, 1e-3, 0.7, 30, 1e3, 1e6};
	static const double times[] = {0, 1, 2, 3, 119, 120, 1e3, 1e6, 2147483647};
	rt_contract m = {0.7, 1.3, 149};

	CHECK(fabs(rt_contract_log_retention(&m, 120) / (0.7 * 149 * log1p(-1.0 / 120)) - 1) < 1e-12);
	CHECK(fabs(rt_contract_log_survival(&m, 120) -
			   (lgamma(2.0) - lgamma(1.3) - 0.7 * 149 * log(120))) < 1e-9);
	m.c = 1e5;
	CHECK(fabs(rt_contract_log_retention(&m, 2) -
			   (lgamma(3.0) - lgamma(2.3) - 0.7 * 1e5 * log(2))) < 1e-6);
	for (int a = 0; a < 6; a++)
		for (int b = 0; b < 6; b++)
			for (int c = 0; c < 6; c++)
				for (int t = 0; t < 9; t++)
				{
					double		survival,
								retention,
								renewals,
								discounted;

					m = (rt_contract) {values[a], values[b], values[c]};
					survival = rt_contract_log_survival(&m, times[t]);
					CHECK(survival <= 0 && !isnan(survival));
					CHECK(times[t] == 0 ||
						  survival <= rt_contract_log_survival(&m, times[t] - 1) * (1 - 1e-9));
					renewals = rt_contract_expected_renewals(&m, times[t], 2147483647, 0);
					discounted = rt_contract_expected_renewals(&m, times[t], INFINITY, 1e-4);
					CHECK(renewals >= 0 && renewals <= 2147483647);
					CHECK(discounted >= 0 && discounted <= 10001 * (1 + 1e-9));
					if (times[t] == 0)
						continue;
					retention = rt_contract_log_retention(&m, times[t]);
					CHECK(retention <= 0 && !isnan(retention));
				}

	/* a long sum, term by term */
	for (int i = 0; i < 20; i++)
	{
		double		sum = 0,
					discount = i % 2 == 0 ? 0 : 1e-4,
					left = 1;

		m = (rt_contract) {pow(10, (double) random_between(-2000, 6000) / 1000),
							  pow(10, (double) random_between(-1000, 6000) / 1000),
							  pow(10, (double) random_between(-500, 300) / 1000)};
		for (int t = 1; t <= 20000; t++)
		{
			left *= exp(rt_contract_log_retention(&m, 5 + t));
			sum += left * pow(1 + discount, 1 - t);
		}
		CHECK(fabs(rt_contract_expected_renewals(&m, 5, 20000, discount) - sum) <= 1e-9 * sum);
	}
}

static const check_case contract_cases[] = {
	{"contract: the recursion", test_recursion},
	{"contract: any power", test_power},
	{"contract: known parameters are found", test_fit},
	{"contract: limits", test_limits},
	{NULL, NULL}
};

CHECK_CASES(contract);
