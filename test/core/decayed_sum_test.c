/*
 * decayed_sum_test.c
 *		Decayed sums: against the sum of the definition, and the same in every order.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "check.h"
#include "core/decayed_sum.h"

#define TERMS 100

static void
test_definition(void)
{
	for (int run = 0; run < 3000; run++)
	{
		double		values[TERMS];
		int64_t		times[TERMS];
		int			count = (int) random_between(1, TERMS);
		int64_t		half_life = random_between(1, 1) << random_between(0, 40);
		int64_t		spread = half_life * random_between(1, run % 2 == 0 ? 60 : 5000);
		int64_t		start = random_between(-(INT64_C(1) << 50), INT64_C(1) << 50);
		int64_t		latest = INT64_MIN;
		double		exact = 0,
					size = 0;
		rt_decayed_sum forward,
					backward,
					part;

		memset(&forward, 0, sizeof(forward));
		forward.half_life = half_life;
		backward = part = forward;
		CHECK(rt_decayed_sum_value(&forward) == 0);
		for (int i = 0; i < count; i++)
		{
			values[i] = (double) random_between(-100000, 1000000) / 64;
			times[i] = start + random_between(0, spread);
			if (times[i] > latest)
				latest = times[i];
			rt_decayed_sum_add(&forward, values[i], times[i]);
		}
		for (int i = count - 1; i >= 0; i--)
		{
			double		term = values[i] * exp2(-(double) (latest - times[i]) / (double) half_life);

			rt_decayed_sum_add(i % 3 == 0 ? &part : &backward, values[i], times[i]);
			exact += term;
			size += fabs(term);
		}
		rt_decayed_sum_combine(&backward, &part);
		CHECK(fabs(rt_decayed_sum_value(&forward) - exact) <= 1e-13 * size);
		CHECK(rt_decayed_sum_value(&backward) == rt_decayed_sum_value(&forward));
	}
}

/* Far apart, far out, far below */
static void
test_extremes(void)
{
	rt_decayed_sum sum;

	memset(&sum, 0, sizeof(sum));
	sum.half_life = 1;
	rt_decayed_sum_add(&sum, 1e300, -1000000000000);
	CHECK(rt_decayed_sum_value(&sum) == 1e300);
	rt_decayed_sum_add(&sum, 3, 5);
	CHECK(rt_decayed_sum_value(&sum) == 3);
	rt_decayed_sum_add(&sum, 8, 2);
	CHECK(rt_decayed_sum_value(&sum) == 4);
	rt_decayed_sum_add(&sum, -1e300, -5000);
	CHECK(fabs(rt_decayed_sum_value(&sum) - 4) < 1e-15);
	rt_decayed_sum_add(&sum, 1.7e308, 6);
	CHECK(rt_decayed_sum_value(&sum) == 1.7e308);
	rt_decayed_sum_add(&sum, 1.7e308, 6);
	CHECK(isinf(rt_decayed_sum_value(&sum)));
	memset(&sum, 0, sizeof(sum));
	sum.half_life = INT64_MAX / 2;
	rt_decayed_sum_add(&sum, 2, -100);
	rt_decayed_sum_add(&sum, 2, 100);
	CHECK(fabs(rt_decayed_sum_value(&sum) - 4) < 1e-14);
}

static const check_case decayed_sum_cases[] = {
	{"decayed sum: the definition, in any order and in parts", test_definition},
	{"decayed sum: far apart", test_extremes},
	{NULL, NULL}
};

CHECK_CASES(decayed_sum);
