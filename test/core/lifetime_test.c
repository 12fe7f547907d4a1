/*
 * lifetime_test.c
 *		Pareto/NBD and GG/NBD against golden values (test/data/lifetime.csv), and at the ends of
 *		doubles.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"
#include "kinds.h"
#include "core/customer_base.h"
#include "core/lifetime.h"

#define TOLERANCE 1e-10

static double
uniform(void)
{
	return ((double) (random_bits() >> 11) + 0.5) / 9007199254740992.0;
}

static void
compare(double found, double expected, double least)
{
	/* both beyond doubles */
	if (fabs(expected) < 1e-290 && fabs(found) < 1e-280)
		return;
	CHECK(fabs(found - expected) <= TOLERANCE * fmax(fabs(expected), least));
}

static void
test_golden(void)
{
	FILE	   *file = fopen("test/data/lifetime.csv", "r");
	char		line[2000];
	int			rows = 0;

	CHECK(file != NULL);
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
	{
		static const rt_customer new_customer = {0, 0, 0};
		bool		ages = strncmp(line, "ggompertz/nbd,", 14) == 0;
		const char *place = strchr(line, ',');
		double		v[18];
		rt_model	model;
		rt_base		base;
		rt_customer c;

		if (strncmp(line, "kind,", 5) == 0)
			continue;
		for (int i = 0; i < 18 && place != NULL; i++)
		{
			v[i] = strtod(place + 1, NULL);
			place = strchr(place + 1, ',');
		}
		memset(&model, 0, sizeof(model));
		model.id = ages ? ID_GGOMPERTZ_NBD : ID_PARETO_NBD;
		memcpy(model.parameters, v, 5 * sizeof(double));
		CHECK(rt_base_from_model(&model, &base));
		c = (rt_customer) {v[5], v[6], v[7]};
		compare(rt_base_log_likelihood(&base, &c, 0), v[11], 1);
		compare(rt_base_p_alive(&base, &c), v[12], 0);
		compare(rt_base_p_gone(&base, &c), v[13], 0);
		compare(rt_base_expected_lifetime(&base, &c, v[8]), v[14], 0);
		compare(rt_base_discounted_if_alive(&base, &c, INFINITY, v[9]), v[15], 0);
		compare(rt_base_purchase_probability(&base, &c, v[8]), v[16], 0);
		compare(rt_base_purchase_pmf(&base, &new_customer, (int) v[10], v[8]), v[17], 0);
		rows++;
	}
	if (file != NULL)
		fclose(file);
	CHECK(rows == 48);
}

/* A step by few points is the integral, and its means */
static void
test_steps(void)
{
	random_seed(11);
	for (int turn = 0; turn < 20000; turn++)
	{
		double		shape = pow(10, 4 * uniform() - 2);
		double		scale = pow(10, 4 * uniform() - 1);
		double		b = pow(10, 4 * uniform() - 5);
		double		a = pow(10, 4 * uniform() - 1);
		double		m = pow(10, 4 * uniform() - 2);
		double		t = pow(10, 4 * uniform() - 4);
		double		age = 1000 * uniform();
		rt_lifetime life = turn % 2 ? rt_lifetime_pareto(shape, scale) :
			rt_lifetime_gompertz(b, shape, scale, age);
		double		means[RT_PLACE_MEANS] = {0};
		double		means_of_step[RT_PLACE_MEANS] = {0};

		compare(rt_lifetime_integral_of_step(&life, a, m, t, age, means_of_step),
				rt_lifetime_integral(&life, a, m, RT_LIFETIME_LEAVES, 0, t, age, means), 1e-3);
		for (int i = 0; i < RT_PLACE_MEANS; i++)
			compare(means_of_step[i], means[i], 1e-6);
	}
}

/* Powers of ten up to 300, and the ends themselves */
static double
extreme(int kind)
{
	static const double ends[] = {1e-300, 1e300, 1, 1e6, 1e-6, 5e-324, 1.7976931348623157e308,
	2, 0.5, 1000};

	if (kind == 3)
		return ends[random_between(0, 9)];
	return pow(10, (2 * uniform() - 1) * (kind == 0 ? 300 : kind == 1 ? 30 : 6));
}

/*
 * Nothing that is not a number, no probability that is none, no call of more than a few
 * milliseconds
 */
static void
test_ends(void)
{
	for (int i = 0; i < 3000; i++)
	{
		int			kind = i % 4;
		rt_model	model;
		rt_base		base;
		rt_customer c;
		double		t = fmin(extreme(kind), 1e308);
		double		rate = uniform() < 0.5 ? 0.002 : fmin(extreme(kind), 1e300);
		int			n = (int) (uniform() < 0.5 ? pow(10, 7 * uniform()) : 5 * uniform());
		double		probabilities[6];
		double		values[5];
		clock_t		start = clock();

		memset(&model, 0, sizeof(model));
		model.id = i / 4 % 2 ? ID_GGOMPERTZ_NBD : ID_PARETO_NBD;
		for (int j = 0; j < 5; j++)
			model.parameters[j] = extreme(uniform() < 0.7 ? kind : 2);
		CHECK(rt_base_from_model(&model, &base));
		c.age = fmin(extreme(kind), 1e308);
		c.x = uniform() < 0.3 ? 0 : floor(pow(10, 9 * uniform()));
		c.t_x = c.x == 0 ? 0 : i % 3 == 0 ? c.age : i % 3 == 1 ? c.age / 2 : c.age * uniform();
		probabilities[0] = rt_base_p_alive(&base, &c);
		probabilities[1] = rt_base_p_gone(&base, &c);
		probabilities[2] = rt_base_p_alive_after(&base, &c, t);
		probabilities[3] = rt_base_purchase_probability(&base, &c, t);
		probabilities[4] = rt_base_purchase_pmf(&base, &c, 0, t);
		probabilities[5] = rt_base_purchase_pmf(&base, &c, n, t);
		for (int j = 0; j < 6; j++)
			CHECK(probabilities[j] >= 0 && probabilities[j] <= 1 + 1e-12);
		CHECK(fabs(probabilities[0] + probabilities[1] - 1) < 1e-12);
		CHECK(probabilities[2] <= probabilities[0]);
		values[0] = rt_base_expected_lifetime(&base, &c, t);
		values[1] = rt_base_expected_lifetime(&base, &c, INFINITY);
		values[2] = rt_base_expected_purchases(&base, &c, t);
		values[3] = rt_base_discounted_purchases(&base, &c, t, rate);
		values[4] = rt_base_discounted_purchases(&base, &c, INFINITY, rate);
		for (int j = 0; j < 5; j++)
			CHECK(values[j] >= 0);
		CHECK(values[0] <= t * (1 + 1e-9) && values[0] <= values[1] * (1 + 1e-9));
		CHECK(!isnan(rt_base_log_likelihood(&base, &c, 0)));
		/* twelve of them; processor time, so that others' work does not count */
		CHECK((double) (clock() - start) / CLOCKS_PER_SEC < 1);
	}
}

/*
 * Counts of any size add up: the sum of all probabilities is 1, whose mean is the expected number
 */
static void
test_counts(void)
{
	for (int i = 0; i < 40; i++)
	{
		rt_model	model = {.id = i % 2 ? ID_GGOMPERTZ_NBD : ID_PARETO_NBD};
		static const rt_customer new_customer = {0, 0, 0};
		double		sum = 0,
					mean = 0;
		rt_base		base;

		for (int j = 0; j < 5; j++)
			model.parameters[j] = pow(10, 2 * uniform() - 1);
		model.parameters[0] += 1;
		if (i >= 30)			/* a rate that all share nearly: a narrow peak */
		{
			model.parameters[0] = 1e6;
			model.parameters[1] = 1e5;
		}
		rt_base_from_model(&model, &base);
		for (int n = 0; n < 6000; n++)
		{
			double		p = rt_base_purchase_pmf(&base, &new_customer, n, 20);

			sum += p;
			mean += n * p;
			if (n > 10 && p < 1e-14 && sum > 0.999)
				break;
		}
		CHECK(fabs(sum - 1) < 1e-6);
		CHECK(fabs(mean / rt_base_expected_purchases(&base, &new_customer, 20) - 1) < 1e-3);
	}
}

static const check_case lifetime_cases[] = {
	{"lifetime: golden values", test_golden},
	{"lifetime: steps by few points", test_steps},
	{"lifetime: the ends of doubles", test_ends},
	{"lifetime: counts add up", test_counts},
	{NULL, NULL}
};

CHECK_CASES(lifetime);
