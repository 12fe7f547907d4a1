/*
 * dropped_range_test.c
 *		Ranges that were dropped stand out, others rarely do.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "check.h"
#include "core/dropped_range.h"

/*
 * The probability of so many misses by the definition: the integral over all shares, as a product
 */
static double
by_product(double hits, double misses, int since)
{
	double		result = 1;

	for (int i = 0; i < since; i++)
		result *= (misses + 1 + i) / (hits - 1 + 1 + misses + 1 + i);
	return result;
}

static void
test_definition(void)
{
	int32_t		all[60];
	int32_t		range[60];

	for (int run = 0; run < 2000; run++)
	{
		size_t		n = (size_t) random_between(1, 60);
		size_t		x = 0;
		size_t		first = 0;
		size_t		last = 0;
		rt_dropped_range d;
		int32_t		bad = 0;

		for (size_t i = 0; i < n; i++)
		{
			all[i] = (int32_t) (10 * i);
			if (random_between(0, 2) > 0)
				continue;
			first = x == 0 ? i : first;
			last = i;
			range[x++] = all[i];
		}
		if (x == 0)
			continue;
		CHECK(rt_dropped_range_of(range, x, all, n, &d, &bad) == RT_OK);
		CHECK(d.with_range == x && d.until_last == last - first + 1 && d.since == n - 1 - last &&
			  d.last == all[last]);
		CHECK(fabs(d.probability -
				   by_product((double) x, (double) (d.until_last - x), (int) d.since)) < 1e-12);
		range[x - 1]++;
		CHECK(rt_dropped_range_of(range, x, all, n, &d, &bad) == RT_NOT_CONTAINED &&
			  bad == range[x - 1]);
	}
}

/*
 * Customers who buy a range with any fixed share, seen at a random time: few seem to have dropped
 * it
 */
static void
test_false_alarms(void)
{
	static const double shares[] = {0.1, 0.3, 0.5, 0.8, 0.95};

	for (int s = 0; s < 5; s++)
	{
		int			alarms = 0;
		int			customers = 0;

		for (int run = 0; run < 20000; run++)
		{
			int32_t		all[100];
			int32_t		range[100];
			size_t		n = (size_t) random_between(5, 100);
			size_t		x = 0;
			rt_dropped_range d;
			int32_t		bad;

			for (size_t i = 0; i < n; i++)
			{
				all[i] = (int32_t) i;
				if ((double) (random_bits() >> 11) / 9007199254740992.0 < shares[s])
					range[x++] = (int32_t) i;
			}
			if (x == 0)
				continue;
			customers++;
			rt_dropped_range_of(range, x, all, n, &d, &bad);
			alarms += d.probability < 0.01;
		}
		CHECK(alarms < 0.02 * customers);
	}
}

static const check_case dropped_range_cases[] = {
	{"dropped_range: the probability is that of its definition", test_definition},
	{"dropped_range: who has not changed seldom stands out", test_false_alarms},
	{NULL, NULL}
};

CHECK_CASES(dropped_range);
