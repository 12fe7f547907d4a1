/*
 * validation_test.c
 *		The area under the curve and bins of scores against their definitions, customer by customer.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "core/validation.h"

typedef struct customer
{
	double		score;
	int			outcome;
}			customer;

static size_t
collapse(const customer * customers, int n, rt_scored *scored)
{
	size_t		count = 0;

	for (int i = 0; i < n; i++)
	{
		size_t		j = 0;

		while (j < count && scored[j].score != customers[i].score)
			j++;
		if (j == count)
			scored[count++] = (rt_scored) {customers[i].score, 0, 0};
		if (customers[i].outcome)
			scored[j].outcomes++;
		else
			scored[j].others++;
	}
	rt_scored_sort(scored, count);
	return count;
}

static void
test_by_definition(void)
{
	for (int run = 0; run < 3000; run++)
	{
		customer	customers[60];
		rt_scored	scored[60];
		rt_score_bin bins[20];
		int			n = (int) random_between(1, 60);
		int			bin_count = (int) random_between(1, 20);
		int			different = (int) random_between(1, 40);
		size_t		count;
		int64_t		twice = 0;
		int64_t		pairs = 0;
		double		auc;

		for (int i = 0; i < n; i++)
			customers[i] =
				(customer) {(double) random_between(1, different) / 64, (int) random_between(0, 1)};
		count = collapse(customers, n, scored);
		for (int i = 0; i < n; i++)
			for (int j = 0; j < n; j++)
				if (customers[i].outcome && !customers[j].outcome)
				{
					pairs++;
					twice += (customers[i].score > customers[j].score) +
						(customers[i].score >= customers[j].score);
				}
		auc = rt_roc_auc(scored, count);
		CHECK(pairs == 0 ? isnan(auc) : auc == (double) twice / 2 / (double) pairs);

		for (int from_highest = 0; from_highest <= 1; from_highest++)
		{
			size_t		used = rt_score_bins(scored, count, bin_count, from_highest, bins);
			int			seen = 0;

			for (size_t b = 0; b < used; b++)
			{
				double		sum = 0;
				int			members = 0;
				int			outcomes = 0;
				double		lowest = INFINITY;
				double		highest = -INFINITY;

				for (int i = 0; i < n; i++)
				{
					int			before = 0;
					int			same = 0;

					for (int j = 0; j < n; j++)
					{
						before += from_highest ? customers[j].score > customers[i].score :
							customers[j].score < customers[i].score;
						same += customers[j].score == customers[i].score;
					}
					if (1 + (2 * before + same - 1) * bin_count / (2 * n) != bins[b].number)
						continue;
					members++;
					outcomes += customers[i].outcome;
					sum += customers[i].score;
					lowest = fmin(lowest, customers[i].score);
					highest = fmax(highest, customers[i].score);
				}
				CHECK(members > 0 && members == bins[b].customers && outcomes == bins[b].outcomes);
				CHECK(lowest == bins[b].lowest && highest == bins[b].highest);
				CHECK(fabs(bins[b].mean - sum / members) < 1e-12);
				CHECK(b == 0 || bins[b].number > bins[b - 1].number);
				seen += members;
			}
			CHECK(seen == n);
		}
	}
}

/* Without ties bins differ by one customer at most */
static void
test_even_bins(void)
{
	static rt_scored scored[1000];
	rt_score_bin bins[10];

	for (int n = 10; n <= 1000; n += 33)
	{
		for (int i = 0; i < n; i++)
			scored[i] = (rt_scored) {i * 0.001, i % 2, 1 - i % 2};
		CHECK(rt_score_bins(scored, (size_t) n, 10, 0, bins) == 10);
		for (int b = 0; b < 10; b++)
			CHECK(bins[b].customers == n / 10 || bins[b].customers == n / 10 + 1);
	}
}

/* Thousands of millions, and infinite scores */
static void
test_large(void)
{
	rt_scored	scored[] = {{-INFINITY, INT64_C(1000000000), INT64_C(2000000000)},
	{INFINITY, INT64_C(1000000000), 0}};
	rt_score_bin bins[3];

	CHECK(rt_roc_auc(scored, 2) == 0.75);
	CHECK(rt_score_bins(scored, 2, 3, 0, bins) == 2);
	CHECK(bins[0].customers == INT64_C(3000000000));

	/* more pairs than 64 bits count */
	for (int i = 0; i < 2; i++)
		scored[i].outcomes = scored[i].others = INT64_C(10000000000);
	CHECK(fabs(rt_roc_auc(scored, 2) - 0.5) < 1e-15);
	scored[0].outcomes = scored[1].others = 0;
	CHECK(rt_roc_auc(scored, 2) == 1);
}

static const check_case validation_cases[] = {
	{"validation: the area and the bins are what their definitions say", test_by_definition},
	{"validation: bins without ties are even", test_even_bins},
	{"validation: thousands of millions of customers", test_large},
	{NULL, NULL}
};

CHECK_CASES(validation);
