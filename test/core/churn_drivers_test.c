/*
 * churn_drivers_test.c
 *		Reasons that were planted are found, and no others.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "core/churn_drivers.h"
#include "core/proportion.h"

#define Z95 1.959963984540054

static bool
chance(double p)
{
	return (double) (random_bits() >> 11) / 9007199254740992.0 < p;
}

/* 5,000 customers with an attribute of 500 values; value 0 has another churn rate */
static void
draw(rt_driver *drivers, int values, int customers, double rate_of_first)
{
	for (int i = 0; i < values; i++)
		drivers[i] = (rt_driver) {0, i, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	for (int i = 0; i < customers; i++)
	{
		int			value = i < values ? i : (int) random_between(0, values - 1);

		if (chance(value == 0 ? rate_of_first : 0.2))
			drivers[value].churned++;
		else
			drivers[value].kept++;
	}
}

static void
test_no_effect(void)
{
	static rt_driver drivers[500];
	int			reported = 0;

	for (int run = 0; run < 400; run++)
	{
		draw(drivers, 500, 5000, 0.2);
		rt_churn_drivers(drivers, 500, Z95);
		reported += drivers[0].p_value < 0.05;

		/*
		 * the information value alone would mislead: it is large for any attribute of many values
		 */
		CHECK(drivers[0].information_value > 0.3);
	}
	CHECK(reported <= 0.05 * 400);
}

static void
test_effect(void)
{
	static rt_driver drivers[20];
	int			first = 0;

	for (int run = 0; run < 100; run++)
	{
		draw(drivers, 20, 5000, 0.4);
		rt_churn_drivers(drivers, 20, Z95);
		first +=
			drivers[0].value == 0 && drivers[0].p_value < 0.05 && drivers[0].weight_of_evidence > 0;
	}
	CHECK(first == 100);
}

/* Every column by its definition, of two attributes */
static void
test_definitions(void)
{
	rt_driver	d[] = {{0, 0, 30, 70, 0, 0, 0, 0, 0, 0, 0},
	{0, 1, 20, 180, 0, 0, 0, 0, 0, 0, 0},
	{0, 2, 0, 5, 0, 0, 0, 0, 0, 0, 0},
	{1, 3, 25, 125, 0, 0, 0, 0, 0, 0, 0},
	{1, 4, 25, 130, 0, 0, 0, 0, 0, 0, 0}};
	double		raw[5];
	double		information[2] = {0, 0};

	raw[0] = rt_fisher_exact(30, 100, 20, 205);
	raw[1] = rt_fisher_exact(20, 200, 30, 105);
	raw[2] = rt_fisher_exact(0, 5, 50, 300);
	raw[3] = raw[4] = rt_fisher_exact(25, 150, 25, 155);
	information[0] = (30 / 50.0 - 70 / 255.0) * log(30 / 50.0 / (70 / 255.0)) +
		(20 / 50.0 - 180 / 255.0) * log(20 / 50.0 / (180 / 255.0)) +
		(0 - 5 / 255.0) * log(0.5 / 50 / (5.5 / 255));
	information[1] = (25 / 50.0 - 125 / 255.0) * log(25 / 50.0 / (125 / 255.0)) +
		(25 / 50.0 - 130 / 255.0) * log(25 / 50.0 / (130 / 255.0));
	rt_churn_drivers(d, 5, Z95);
	for (int i = 0; i < 5; i++)
	{
		CHECK(fabs(d[i].churn_rate - (double) d[i].churned / (double) (d[i].churned + d[i].kept)) <
			  1e-15);
		CHECK(fabs(d[i].lift - d[i].churn_rate / (50.0 / 305)) < 1e-12);
		CHECK(fabs(d[i].information_value - information[d[i].attribute]) < 1e-12);
		CHECK(i == 0 || d[i].p_value >= d[i - 1].p_value);
	}
	CHECK(d[0].value == 0 && d[1].value == 1);
	/* R: p.adjust(c(0.3, 0.01, 0.02), "holm") is 0.3, 0.03, 0.04 */
	CHECK(fabs(d[0].p_value - fmin(raw[0], raw[1]) * 5) < 1e-15);
	CHECK(d[0].p_value <= d[1].p_value && d[1].p_value <= 4 * fmax(raw[0], raw[1]) + 1e-15);
	CHECK(d[4].p_value == 1);
}

/* Nobody left, or everybody: no weights, no reasons */
static void
test_one_kind(void)
{
	rt_driver	nobody[] = {{0, 0, 0, 70, 0, 0, 0, 0, 0, 0, 0}, {0, 1, 0, 20, 0, 0, 0, 0, 0, 0, 0}};
	rt_driver	all[] = {{0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0}, {0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0}};

	rt_churn_drivers(nobody, 2, Z95);
	CHECK(nobody[0].p_value == 1 && isnan(nobody[0].lift) && isnan(nobody[0].weight_of_evidence) &&
		  isnan(nobody[1].information_value));
	rt_churn_drivers(all, 2, Z95);
	CHECK(all[0].p_value == 1 && all[0].lift == 1 && isnan(all[0].weight_of_evidence));
}

static const check_case churn_drivers_cases[] = {
	{"churn_drivers: 500 values without effect are no reason", test_no_effect},
	{"churn_drivers: a planted reason comes first", test_effect},
	{"churn_drivers: each number is what its definition says", test_definitions},
	{"churn_drivers: nobody left, or everybody", test_one_kind},
	{NULL, NULL}
};

CHECK_CASES(churn_drivers);
