/*
 * exact_sum_test.c
 *		Sums that are known exactly, in any order.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "core/exact_sum.h"

static double
sum_of(const double *terms, int count)
{
	rt_exact_sum sum;

	memset(&sum, 0, sizeof(sum));
	for (int i = 0; i < count; i++)
		rt_exact_sum_add(&sum, terms[i]);
	return rt_exact_sum_value(&sum);
}

static void
test_known(void)
{
	CHECK(sum_of(NULL, 0) == 0);
	CHECK(sum_of((double[]) {1e308, 1, -1e308}, 3) == 1);
	CHECK(sum_of((double[]) {0.1, 0.2, -0.3}, 3) == ldexp(1, -55));
	CHECK(sum_of((double[]) {5e-324, 5e-324, 1, -1}, 4) == 1e-323);
	CHECK(sum_of((double[]) {-5e-324}, 1) == -5e-324);
	CHECK(sum_of((double[]) {DBL_MIN, -DBL_MIN / 4}, 2) == DBL_MIN * 0.75);
	CHECK(sum_of((double[]) {DBL_MAX, DBL_MAX, -DBL_MAX}, 3) == DBL_MAX);
	CHECK(isinf(sum_of((double[]) {DBL_MAX, DBL_MAX}, 2)));
	CHECK(sum_of((double[]) {0, -0.0}, 2) == 0);
}

/* Whole numbers times powers of two, whose sum 64 bits hold; forward, backward and in two parts */
static void
test_order(void)
{
	for (int run = 0; run < 2000; run++)
	{
		double		terms[200];
		int			count = (int) random_between(1, 200);
		int			exponent = (int) random_between(-1050, 950);
		int64_t		exact = 0;
		rt_exact_sum forward,
					backward,
					other;

		memset(&forward, 0, sizeof(forward));
		memset(&backward, 0, sizeof(backward));
		memset(&other, 0, sizeof(other));
		for (int i = 0; i < count; i++)
		{
			int64_t		whole = random_between(-(INT64_C(1) << 40), INT64_C(1) << 40);

			exact += whole;
			terms[i] = ldexp((double) whole, exponent);
			rt_exact_sum_add(&forward, terms[i]);
		}
		for (int i = count - 1; i >= 0; i--)
			rt_exact_sum_add(i % 3 == 0 ? &other : &backward, terms[i]);
		rt_exact_sum_combine(&backward, &other);
		CHECK(rt_exact_sum_value(&forward) == ldexp((double) exact, exponent));
		CHECK(rt_exact_sum_value(&backward) == rt_exact_sum_value(&forward));
	}
}

/* As many terms as go into a sum without carrying on are too many to add: what that leads to */
static void
test_carries(void)
{
	rt_exact_sum sum,
				other;
	double		before;

	memset(&sum, 0, sizeof(sum));
	rt_exact_sum_add(&sum, 5);
	for (int i = 0; i < RT_EXACT_LIMBS - 1; i++)
		sum.limbs[i] += INT64_C(1) << 60;
	sum.terms = (INT64_C(1) << 28) - 2;
	other = sum;
	before = rt_exact_sum_value(&sum);
	for (int i = 0; i < 3; i++)
	{
		rt_exact_sum_add(&sum, 0.25);
		CHECK(rt_exact_sum_valid(&sum));
	}
	CHECK(sum.terms <= 3);
	CHECK(rt_exact_sum_value(&sum) == before);

	/* two of them are more than one holds, and are added up all the same */
	sum = other;
	rt_exact_sum_combine(&sum, &other);
	CHECK(sum.terms < 3 && rt_exact_sum_valid(&sum));
	CHECK(rt_exact_sum_value(&sum) == 2 * before);
	rt_exact_sum_combine(&sum, &other);
	CHECK(sum.terms > other.terms || sum.terms < 3);
	CHECK(rt_exact_sum_valid(&sum));
}

static const check_case exact_sum_cases[] = {
	{"exact sum: known sums", test_known},
	{"exact sum: in any order and in parts", test_order},
	{"exact sum: carries are moved on", test_carries},
	{NULL, NULL}
};

CHECK_CASES(exact_sum);
