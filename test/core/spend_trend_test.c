/*
 * spend_trend_test.c
 *		Changes of order values: every way to draw the recent ones, and simulated customers.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "check.h"
#include "core/simulate.h"
#include "core/spend_trend.h"

#define ORDERS_MAX 600

/* The share of all sets of as many values whose ranks are as far from their mean */
static double
brute_force(const rt_ranked *values, int count)
{
	double		rank[16];
	double		observed = 0,
				mean = 0;
	int			size = 0;
	int			all = 0,
				far = 0;

	for (int i = 0; i < count; i++)
	{
		rank[i] = 0.5;
		for (int j = 0; j < count; j++)
			rank[i] += values[j].value < values[i].value ? 1 :
				values[j].value == values[i].value ? 0.5 :
				0;
		size += values[i].recent;
		observed += values[i].recent ? rank[i] : 0;
	}
	mean = size * (count + 1) / 2.0;
	for (int set = 0; set < 1 << count; set++)
	{
		double		sum = 0;

		if (__builtin_popcount((unsigned) set) != size)
			continue;
		for (int i = 0; i < count; i++)
			sum += set >> i & 1 ? rank[i] : 0;
		all++;
		far += fabs(sum - mean) >= fabs(observed - mean) - 1e-9;
	}
	return (double) far / all;
}

static void
test_all_sets(void)
{
	CHECK(isnan(rt_rank_sum_p(NULL, 0)));
	for (int run = 0; run < 2000; run++)
	{
		rt_ranked	values[12];
		int			count = (int) random_between(2, 12);
		int			different = (int) random_between(1, 15);
		double		expected;
		bool		both[2] = {false, false};

		for (int i = 0; i < count; i++)
		{
			values[i] =
				(rt_ranked) {(double) random_between(1, different), random_between(0, 2) == 0};
			both[values[i].recent] = true;
		}
		if (!both[0] || !both[1])
		{
			CHECK(isnan(rt_rank_sum_p(values, (size_t) count)));
			continue;
		}
		expected = brute_force(values, count);
		CHECK(fabs(rt_rank_sum_p(values, (size_t) count) - expected) < 1e-12);
	}
}

/*
 * R 4.2.2, wilcox.test: exact without ties; by the normal distribution, with ties, corrected for
 * continuity
 */
static void
test_known(void)
{
	rt_ranked	small[] = {{1.1, true}, {2.3, true}, {2.9, true}, {1.7, false},
	{3.1, false}, {4.5, false}, {5.2, false}, {6.0, false}};
	rt_ranked	large[120];

	CHECK(fabs(rt_rank_sum_p(small, 8) - 0.14285714285714285) < 1e-12);
	for (int i = 0; i < 120; i++)
		large[i] = (rt_ranked) {(i * 37) % 50 + (i < 40 ? 6 : 0), i < 40};
	CHECK(fabs(rt_rank_sum_p(large, 120) - 0.016652418742639185) < 1e-12);
}

typedef struct simulated
{
	rt_day		days[ORDERS_MAX];
	size_t		count;
} simulated;

/* Orders of a gamma distributed value, every week, the last recent ones factor times as much */
static void
simulate(rt_random *random, simulated *customer, int earlier, int recent, double shape,
		 double level, double factor)
{
	customer->count = (size_t) (earlier + recent);
	for (int i = 0; i < earlier + recent; i++)
	{
		double		value =
			rt_random_gamma(random, shape) / shape * level * (i < earlier ? 1 : factor);

		customer->days[i] =
			(rt_day) {(int64_t) (value * RT_MONEY_PER_UNIT) + 1, 7 * (i - earlier) + 1, 1, 0};
	}
}

/*
 * One customer: false alarms of who spends as before, at most 5 percent and close to it where
 * orders are many
 */
static void
test_one(void)
{
	static const int sizes[][2] = {{1, 5}, {3, 3}, {3, 12}, {6, 20},
	{13, 40}, {5, 150}, {100, 400}};
	static const double shapes[] = {0.7, 4, 25};
	rt_random	random;
	rt_ranked	room[ORDERS_MAX];
	int			runs = 4000;

	rt_random_start(&random, 11, 1);
	for (int i = 0; i < 7; i++)
	{
		for (int j = 0; j < 3; j++)
		{
			int			alarms = 0,
						found = 0;

			for (int run = 0; run < runs; run++)
			{
				simulated	customer;
				rt_spend_trend trend;

				simulate(&random, &customer, sizes[i][1], sizes[i][0], shapes[j], 60, 1);
				rt_spend_trend_of(customer.days, customer.count, 0, room, &trend);
				alarms += trend.p_value < 0.05;
				simulate(&random, &customer, sizes[i][1], sizes[i][0], shapes[j], 60, 0.7);
				rt_spend_trend_of(customer.days, customer.count, 0, room, &trend);
				found += trend.p_value < 0.05;
			}
			printf(
				   "# %d recent and %d earlier orders, coefficient of variation %.2f: false alarms "
				   "%.1f %%, 30 %% less found in %.0f %%\n",
				   sizes[i][0], sizes[i][1], 1 / sqrt(shapes[j]), 100.0 * alarms / runs,
				   100.0 * found / runs);
			CHECK(alarms <= runs * 0.05 + 4 * sqrt(runs * 0.05 * 0.95));
			if (i >= 3)
				CHECK(alarms >= runs * 0.043 - 4 * sqrt(runs * 0.05 * 0.95));
			if (i >= 4 && shapes[j] >= 4)
				CHECK(found > runs * (i == 5 ? 0.25 : 0.5));
			CHECK(found >= alarms - 40);
		}
	}
}

/*
 * All customers, who differ in level and number of orders: alarms are 5 percent, and 12 percent
 * less is found
 */
static void
test_all(void)
{
	rt_random	random;
	int			runs = 2000;

	rt_random_start(&random, 12, 1);
	for (int customers = 30; customers <= 300; customers *= 10)
	{
		int			alarms = 0,
					found = 0;

		for (int run = 0; run < runs; run++)
		{
			static rt_spend_total total[2];

			memset(total, 0, sizeof(total));
			for (int i = 0; i < customers; i++)
			{
				double		level = rt_random_gamma(&random, 3) * 20;
				int			earlier = (int) (rt_random_gamma(&random, 1) * 8);
				int			recent = (int) (rt_random_gamma(&random, 1) * 3);
				simulated	customer;

				if (earlier + recent > ORDERS_MAX)
					continue;
				for (int j = 0; j < 2; j++)
				{
					simulate(&random, &customer, earlier, recent, 4, level, j == 0 ? 1 : 0.88);
					rt_spend_total_add(&total[j], customer.days, customer.count, 0, 100000);
				}
			}
			for (int j = 0; j < 2; j++)
			{
				rt_spend_trend trend;

				rt_spend_total_trend(&total[j], &trend);
				*(j == 0 ? &alarms : &found) += trend.p_value < 0.05;
			}
		}
		printf("# %d customers: false alarms %.1f %%, 12 %% less found in %.0f %%\n", customers,
			   100.0 * alarms / runs, 100.0 * found / runs);
		CHECK(fabs(alarms - runs * 0.05) <=
			  (customers < 100 ? 1.6 : 1) * 4 * sqrt(runs * 0.05 * 0.95));
		CHECK(found > (customers < 100 ? 0.08 : 0.4) * runs);
	}
}

/* One customer with many is the least squares of the definition, whole and added up */
static void
test_slope(void)
{
	for (int run = 0; run < 500; run++)
	{
		rt_day		days[50];
		rt_ranked	room[50];
		int			count = (int) random_between(2, 50);
		int32_t		date = (int32_t) random_between(-5000, 5000);
		double		n = 0,
					mean_t = 0,
					mean_v = 0,
					tt = 0,
					tv = 0;
		rt_spend_trend trend;
		static rt_spend_total total,
					whole;

		for (int i = 0; i < count; i++)
		{
			date += (int32_t) random_between(1, 60);
			days[i].money = random_between(0, 1000000);
			days[i].date = date;
			days[i].orders = (int32_t) random_between(1, 3);
			days[i].unknown = 0;
			n += days[i].orders;
			mean_t += (double) days[i].orders * date;
			mean_v += (double) days[i].money / 10000;
		}
		mean_t /= n;
		mean_v /= n;
		for (int i = 0; i < count; i++)
		{
			tt += days[i].orders * (days[i].date - mean_t) * (days[i].date - mean_t);
			tv += (days[i].date - mean_t) *
				((double) days[i].money / 10000 - days[i].orders * mean_v);
		}
		rt_spend_trend_of(days, (size_t) count, date - 100, room, &trend);
		CHECK(fabs(trend.slope - tv / tt) <= 1e-8 * (1 + fabs(tv / tt)));
		memset(&total, 0, sizeof(total));
		memset(&whole, 0, sizeof(whole));
		rt_spend_total_add(&whole, days, (size_t) count, date - 100, date);
		rt_spend_total_trend(&whole, &trend);
		CHECK(fabs(trend.slope - tv / tt) <= 1e-8 * (1 + fabs(tv / tt)) && isnan(trend.p_value));

		/* as two customers: the same money and orders, and the same in either order */
		rt_spend_total_add(&total, days, (size_t) count / 2, date - 100, date);
		memset(&whole, 0, sizeof(whole));
		rt_spend_total_add(&whole, days + count / 2, (size_t) (count - count / 2), date - 100,
						   date);
		rt_spend_total_combine(&whole, &total);
		rt_spend_total_add(&total, days + count / 2, (size_t) (count - count / 2), date - 100,
						   date);
		rt_spend_total_trend(&whole, &trend);
		CHECK(fabs(trend.slope - tv / tt) <= 1e-8 * (1 + fabs(tv / tt)));
		{
			rt_spend_trend again;

			rt_spend_total_trend(&total, &again);
			CHECK(again.slope == trend.slope &&
				  (again.p_value == trend.p_value ||
				   (isnan(again.p_value) && isnan(trend.p_value))));
			CHECK(again.recent.orders == trend.recent.orders &&
				  again.earlier.orders == trend.earlier.orders);
		}
	}
}

/*
 * Three customers with an order before and one after: Student's t of the paired differences 2, -2
 * and 10 is 10 / sqrt(112), and with two degrees of freedom p = 1 - |t| / sqrt(2 + t^2) = 4 / 9
 */
static void
test_by_hand(void)
{
	static const int amounts[3][2] = {{10, 12}, {20, 18}, {30, 40}};
	static rt_spend_total total,
				alike;
	rt_spend_trend trend;

	memset(&total, 0, sizeof(total));
	memset(&alike, 0, sizeof(alike));
	for (int i = 0; i < 3; i++)
	{
		rt_day		days[2] = {
			{(int64_t) amounts[i][0] * RT_MONEY_PER_UNIT, 10, 1, 0},
			{(int64_t) amounts[i][1] * RT_MONEY_PER_UNIT, 20, 1, 0}
		};

		rt_spend_total_add(&total, days, 2, 15, 20);
		days[0].orders = i + 1;
		days[1].orders = 3 - i;
		days[0].money = 333333 * days[0].orders;
		days[1].money = 333333 * days[1].orders;
		rt_spend_total_add(&alike, days, 2, 15, 20);
	}
	rt_spend_total_trend(&total, &trend);
	CHECK(fabs(trend.p_value - 4.0 / 9) < 1e-12);

	/* who all pay the same before and after have not changed */
	rt_spend_total_trend(&alike, &trend);
	CHECK(trend.p_value == 1);
}

static const check_case spend_trend_cases[] = {
	{"spend trend: every set of ranks", test_all_sets},
	{"spend trend: known values of the rank sum test", test_known},
	{"spend trend: alarms and power of one customer", test_one},
	{"spend trend: alarms and power of all", test_all},
	{"spend trend: least squares", test_slope},
	{"spend trend: by hand", test_by_hand},
	{NULL, NULL}
};

CHECK_CASES(spend_trend);
