/*
 * money_test.c
 *		Amounts against the exact decimal expansion that printf gives.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/money.h"

/* Rounds the exact decimal expansion of a double at its fourth decimal, digit by digit */
static bool
round_by_digits(double value, int64_t *amount)
{
	char		text[1500];
	char	   *point;
	bool		negative = signbit(value);
	bool		up;
	uint64_t	result = 0;
	uint64_t	limit = negative ? (uint64_t) INT64_MAX + 1 : (uint64_t) INT64_MAX;

	snprintf(text, sizeof(text), "%.1100f", fabs(value));
	point = strchr(text, '.');
	up = point[5] >= '5';
	memmove(point, point + 1, 4);
	point[4] = '\0';
	for (char *p = text; *p; p++)
	{
		if (result > (limit - (uint64_t) (*p - '0')) / 10)
			return false;
		result = result * 10 + (uint64_t) (*p - '0');
	}
	if (up && result++ == limit)
		return false;
	*amount = negative ? (int64_t) (0 - result) : (int64_t) result;
	return true;
}

static void
check_double(double value)
{
	int64_t		expected = 0,
				amount = 0;
	bool		fits = round_by_digits(value, &expected);

	CHECK((rt_money_from_double(value, &amount) == RT_OK) == fits);
	if (fits)
		CHECK(amount == expected);
}

static void
test_double(void)
{
	int64_t		amount;

	for (int i = 0; i < 200000; i++)
	{
		double		scale = pow(10, (double) random_between(-6, 15));
		double		value = (double) random_between(-1000000000, 1000000000) / 1e9 * scale;

		check_double(value);
	}

	/* the neighbours of halves, where a careless product rounds the wrong way */
	for (int64_t i = 0; i < 100000; i++)
	{
		double		half = ((double) random_between(-100000000, 100000000) + 0.5) / 10000;

		check_double(half);
		check_double(nextafter(half, DBL_MAX));
		check_double(nextafter(half, -DBL_MAX));
	}
	check_double(922337203685477.5);
	check_double(922337203685477.625);
	check_double(922337203685477.75);
	check_double(-922337203685477.625);
	check_double(-922337203685477.75);
	check_double(922337203685478.0);
	check_double(0.00005);
	check_double(-0.00005);
	check_double(1.00005);
	check_double(DBL_MIN);
	check_double(-0.0);
	CHECK(rt_money_from_double(NAN, &amount) == RT_OUT_OF_RANGE);
	CHECK(rt_money_from_double(INFINITY, &amount) == RT_OUT_OF_RANGE);
	CHECK(rt_money_from_double(-INFINITY, &amount) == RT_OUT_OF_RANGE);
	CHECK(rt_money_from_double(DBL_MAX, &amount) == RT_OUT_OF_RANGE);
}

static bool
prints(int64_t amount, const char *expected)
{
	char		text[RT_MONEY_TEXT_MAX];
	size_t		length = rt_money_print(amount, text);
	const char *p = text;
	int64_t		back;

	return length == strlen(expected) && memcmp(text, expected, length) == 0 &&
		rt_money_parse(&p, text + length, &back) == NULL && back == amount && p == text + length;
}

static void
test_text(void)
{
	CHECK(prints(0, "0.00"));
	CHECK(prints(299900, "29.99"));
	CHECK(prints(1, "0.0001"));
	CHECK(prints(-1, "-0.0001"));
	CHECK(prints(100, "0.01"));
	CHECK(prints(-125000, "-12.50"));
	CHECK(prints(INT64_MAX, "922337203685477.5807"));
	CHECK(prints(INT64_MIN, "-922337203685477.5808"));
	for (int i = 0; i < 100000; i++)
	{
		int64_t		amount = (int64_t) random_bits() >> random_between(0, 63);
		char		text[RT_MONEY_TEXT_MAX];
		const char *p = text;
		size_t		length = rt_money_print(amount, text);
		int64_t		back;

		CHECK(rt_money_parse(&p, text + length, &back) == NULL && back == amount);
	}
}

static void
test_rejected_text(void)
{
	static const char *const bad[] = {"",
		"-",
		".",
		".5",
		"5.",
		"-.5",
		"+5",
		"1.00000",
		"1.23456",
		"922337203685477.5808",
		"-922337203685477.5809",
		"99999999999999999999",
		"922337203685478",
		"NaN",
		"infinity",
		"e5",
	"--1"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		const char *p = bad[i];
		int64_t		amount;

		CHECK(rt_money_parse(&p, p + strlen(p), &amount) != NULL);
		CHECK(p == bad[i]);
	}
}

static void
test_sum(void)
{
	rt_money_sum sum = {0, 0};
	int64_t		total;

	/* passes far beyond the range and comes back */
	for (int i = 0; i < 1000; i++)
		rt_money_sum_add(&sum, INT64_MAX);
	CHECK(!rt_money_sum_fits(&sum, &total));
	CHECK(fabs(rt_money_sum_double(&sum, 1) - 1000 * 922337203685477.5807) < 1);
	for (int i = 0; i < 1000; i++)
		rt_money_sum_add(&sum, -INT64_MAX);
	CHECK(rt_money_sum_fits(&sum, &total) && total == 0);
	rt_money_sum_add(&sum, INT64_MIN);
	CHECK(rt_money_sum_fits(&sum, &total) && total == INT64_MIN);
	rt_money_sum_add(&sum, -1);
	CHECK(!rt_money_sum_fits(&sum, &total));
	sum = (rt_money_sum) {0, 0};
	rt_money_sum_add(&sum, INT64_MAX);
	CHECK(rt_money_sum_fits(&sum, &total) && total == INT64_MAX);
	rt_money_sum_add(&sum, 1);
	CHECK(!rt_money_sum_fits(&sum, &total));

	for (int i = 0; i < 1000; i++)
	{
		int64_t		expected = 0;
		rt_money_sum random_sum = {0, 0};

		for (int j = 0; j < 50; j++)
		{
			int64_t		amount = (int64_t) random_bits() >> random_between(6, 60);

			expected += amount;
			rt_money_sum_add(&random_sum, amount);
		}
		CHECK(rt_money_sum_fits(&random_sum, &total) && total == expected);
		CHECK(rt_money_sum_double(&random_sum, 100) == (double) expected / 100);
	}
}

static const check_case money_cases[] = {
	{"money: doubles round as their exact decimals do", test_double},
	{"money: text and back", test_text},
	{"money: text that is no amount", test_rejected_text},
	{"money: sums beyond the range and back", test_sum},
	{NULL, NULL}
};

CHECK_CASES(money);
