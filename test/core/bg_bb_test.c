/*
 * bg_bb_test.c
 *		Customers with an opportunity now and then: golden values, sums term by term, the calendar.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "kinds.h"
#include "core/calendar.h"
#include "core/opportunity.h"
#include "core/simulate.h"

/* Its parameters in their order */
enum
{
	ALPHA, BETA, GAMMA, DELTA
};

static double
uniform(void)
{
	return (double) (random_bits() >> 11) / 9007199254740992.0;
}

static double
log_uniform(double low, double high)
{
	return pow(10, low + (high - low) * uniform());
}

static bool
close_to(double value, double expected, double tolerance)
{
	return fabs(value - expected) <= tolerance * fabs(expected) || fabs(value - expected) <= 1e-290;
}

/* Columns of bgbb.csv behind the arguments */
enum
{
	LOG_LIKELIHOOD, P_ALIVE, P_GONE, EXPECTED, PROBABILITY, PMF, DISCOUNTED, ANSWERS
};

static void
test_golden(void)
{
	static const rt_customer nobody = {0, 0, 0};
	FILE	   *file = fopen("test/data/bgbb.csv", "r");
	char		line[1000];
	int			rows = 0;

	CHECK(file != NULL);
	if (file == NULL)
		return;
	CHECK(fgets(line, sizeof(line), file) != NULL);
	while (fgets(line, sizeof(line), file) != NULL)
	{
		rt_base		m = {&rt_bg_bb_kind, {0}};
		rt_customer c;
		double		horizon,
					rate;
		int			number;
		double		expected[ANSWERS];
		double		value[ANSWERS];

		CHECK(sscanf(line, "%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%d,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf",
					 &m.parameters[ALPHA], &m.parameters[BETA], &m.parameters[GAMMA],
					 &m.parameters[DELTA], &c.x, &c.t_x, &c.age, &horizon, &number, &rate,
					 &expected[0], &expected[1], &expected[2], &expected[3], &expected[4],
					 &expected[5], &expected[6]) == 17);
		value[LOG_LIKELIHOOD] = rt_base_log_likelihood(&m, &c, 0);
		value[P_ALIVE] = rt_base_p_alive(&m, &c);
		value[P_GONE] = rt_base_p_gone(&m, &c);
		value[EXPECTED] = rt_base_expected_purchases(&m, &c, horizon);
		value[PROBABILITY] = rt_base_purchase_probability(&m, &c, horizon);
		value[PMF] = rt_base_purchase_pmf(&m, &nobody, number, horizon);
		value[DISCOUNTED] = rt_base_discounted_if_alive(&m, &c, horizon, rate) * value[P_ALIVE];
		for (int i = 0; i < ANSWERS; i++)
		{
			/* of a logarithm below 1 the absolute error is the relative one of the likelihood */
			bool		close = close_to(value[i], expected[i], 1e-10) ||
				(i == LOG_LIKELIHOOD && fabs(value[i] - expected[i]) <= 1e-10);

			if (!close)
				printf("# row %d, column %d: %.17g instead of %.17g\n", rows + 1, i, value[i],
					   expected[i]);
			CHECK(close);
		}
		rows++;
	}
	fclose(file);
	CHECK(rows > 100);
}

/* The sums of the paper, one term after the other */
static void
test_terms(void)
{
	for (int i = 0; i < 3000; i++)
	{
		double		low = i % 2 == 0 ? -1 : -6;
		double		high = i % 2 == 0 ? 2 : 6;
		rt_base		m = {&rt_bg_bb_kind,
			{log_uniform(low, high), log_uniform(low, high), log_uniform(low, high),
		log_uniform(low, high)}};
		double		n = floor(log_uniform(0, i % 3 == 0 ? 4 : 2));
		double		t_x = floor(n * uniform());
		double		x = t_x == 0 ? 0 : fmax(1, floor(t_x * uniform()));
		rt_customer c = {x, t_x, n};
		double		t = floor(log_uniform(0, i % 3 == 0 ? 4 : 2));
		int			number = (int) floor(uniform() * fmin(t, 50));
		long double term = 1,
					gone = 0,
					here;
		long double alive,
					first,
					again = 0,
					stay = 1,
					stays = 0;

		for (double j = t_x; j < n; j++)
		{
			gone += term;
			term *= (m.parameters[BETA] + (j - x)) /
				(m.parameters[ALPHA] + m.parameters[BETA] + j) * (m.parameters[DELTA] + j) /
				(m.parameters[GAMMA] + m.parameters[DELTA] + 1 + j);
		}
		here = term * (m.parameters[GAMMA] + m.parameters[DELTA] + n) / m.parameters[GAMMA];
		alive = here / (here + gone);
		CHECK(close_to(rt_base_p_alive(&m, &c), (double) alive, 1e-11));
		CHECK(close_to(rt_base_p_gone(&m, &c), (double) (gone / (here + gone)), 1e-11));

		/* of those who are here */
		first = (m.parameters[ALPHA] + x) / (m.parameters[ALPHA] + m.parameters[BETA] + n);
		for (double j = 0; j < t; j++)
		{
			stay *=
				(m.parameters[DELTA] + n + j) / (m.parameters[GAMMA] + m.parameters[DELTA] + n + j);
			stays += stay;
			again += first * stay;
			first *= (m.parameters[BETA] + (n - x + j)) /
				(m.parameters[ALPHA] + m.parameters[BETA] + n + j + 1);
		}
		CHECK(close_to(rt_base_purchase_probability(&m, &c, t), (double) (alive * again), 1e-11));
		CHECK(close_to(rt_base_expected_purchases(&m, &c, t),
					   (double) (alive * (m.parameters[ALPHA] + x) /
								 (m.parameters[ALPHA] + m.parameters[BETA] + n) * stays),
					   1e-11));

		/* of a new customer */
		{
			rt_customer nobody = {0, 0, 0};
			long double sum = 0;
			long double taken = 1;

			stay = 1;
			for (int j = 0; j < number; j++)
				taken *= (m.parameters[ALPHA] + j) / (m.parameters[ALPHA] + m.parameters[BETA] + j);
			for (double j = 0; j <= t; j++)
			{
				if (j >= number)
					sum += j < t ? taken * stay *
						(m.parameters[GAMMA] /
						 (m.parameters[GAMMA] + m.parameters[DELTA] + j)) :
						taken * stay;
				if (j >= number)
					taken *= (m.parameters[BETA] + (j - number)) /
						(m.parameters[ALPHA] + m.parameters[BETA] + j) *
						((j + 1) / (j + 1 - number));
				stay *= (m.parameters[DELTA] + j) / (m.parameters[GAMMA] + m.parameters[DELTA] + j);
			}
			CHECK(close_to(rt_base_purchase_pmf(&m, &nobody, number, t), (double) sum, 1e-10));
		}
	}
}

/* What no calendar holds is answered at once, in its limits, and probabilities add up */
static void
test_far(void)
{
	static const double sizes[] = {0, 1, 2, 63, 64, 65, 128, 129,
	200, 1e3, 1e6, 1e9, 1e15, 1e17, 1e100, 1e300};
	static const double values[] = {1e-6, 1e-3, 1, 30, 1e6};

	for (int i = 0; i < 1500; i++)
	{
		rt_base		m = {&rt_bg_bb_kind,
			{values[random_between(0, 4)], values[random_between(0, 4)],
		values[random_between(0, 4)], values[random_between(0, 4)]}};
		double		n = sizes[random_between(0, 15)];
		double		t_x = fmin(n, sizes[random_between(0, 15)]);
		double		x = t_x == 0 ? 0 : fmin(t_x, fmax(1, sizes[random_between(0, 15)]));
		double		t = sizes[random_between(0, 15)];
		rt_customer c = {x, t_x, n};
		rt_customer nobody = {0, 0, 0};
		double		alive = rt_base_p_alive(&m, &c);
		double		none = rt_base_purchase_pmf(&m, &c, 0, t);
		double		again = rt_base_purchase_probability(&m, &c, t);
		int			number = (int) fmin(1e7, sizes[random_between(0, 12)]);
		double		some = rt_base_purchase_pmf(&m, &nobody, number, t);

		CHECK(alive >= 0 && alive <= 1);
		CHECK(fabs(alive + rt_base_p_gone(&m, &c) - 1) <= 1e-12);
		CHECK(isfinite(rt_base_log_likelihood(&m, &c, 0)) &&
			  rt_base_log_likelihood(&m, &c, 0) <= 0);
		CHECK(again >= 0 && again <= alive);
		CHECK(fabs(again + none - 1) <= 1e-9);
		CHECK(some >= 0 && some <= 1);
		CHECK(rt_base_expected_purchases(&m, &c, t) >= again * (1 - 1e-12) - 1e-290 &&
			  rt_base_expected_purchases(&m, &c, t) <= t * (1 + 1e-12));
		CHECK(rt_base_expected_lifetime(&m, &c, t) <= t * (1 + 1e-12));
		CHECK(rt_base_p_alive_after(&m, &c, t) <= alive && rt_base_p_alive_after(&m, &c, t) >= 0);
		CHECK(isfinite(rt_base_discounted_if_alive(&m, &c, INFINITY, 1e-4)));
	}

	/* all numbers of purchases together */
	for (int i = 0; i < 40; i++)
	{
		rt_base		m = {
			&rt_bg_bb_kind,
		{log_uniform(-2, 3), log_uniform(-2, 3), log_uniform(-2, 2), log_uniform(-1, 4)}};
		rt_customer nobody = {0, 0, 0};
		int			t = (int) random_between(1, 1500);
		double		sum = 0;

		for (int number = 0; number <= t; number++)
			sum += rt_base_purchase_pmf(&m, &nobody, number, t);
		CHECK(fabs(sum - 1) < 1e-9);
	}
}

/* At the optimum of customers with many opportunities the likelihood has no slope */
static void
test_fit(void)
{
	static rt_fit_row rows[400];
	static const rt_base model = {&rt_bg_bb_kind, {0.8, 2e6, 0.7, 3e7}};
	rt_customers customers = {rows, 400, 0, 1};
	rt_random	generator;
	rt_fit		fit;

	rt_random_start(&generator, 20261126, 0);
	for (int i = 0; i < 400; i++)
	{
		rt_life		life;

		rows[i] = (rt_fit_row) {.customer = {0, 0, floor(31536000 * (1 + uniform()))}, .weight = 1};
		rt_life_start(&model, &generator, &life);
		while (rt_life_next(&life, &generator, rows[i].customer.age))
		{
			rows[i].customer.x++;
			rows[i].customer.t_x = life.time;
		}
	}
	rt_bg_bb_kind.fit(&rt_bg_bb_kind, 0, &customers, NULL, &fit);
	CHECK(fit.converged);
	CHECK(fabs(log(fit.parameters[0] / 0.8)) < 0.5 && fabs(log(fit.parameters[2] / 0.7)) < 0.7);
	for (int parameter = 0; parameter < 4; parameter++)
	{
		double		at[2] = {0, 0};
		double		step = 1e-4;

		for (int side = 0; side < 2; side++)
		{
			double		p[4];
			rt_base		m;

			memcpy(p, fit.parameters, sizeof(p));
			p[parameter] *= exp(side == 0 ? -step : step);
			m = (rt_base) {&rt_bg_bb_kind, {p[0], p[1], p[2], p[3]}};
			for (int i = 0; i < 400; i++)
				at[side] += rt_base_log_likelihood(&m, &rows[i].customer, 0);
		}
		CHECK(fabs(at[1] - at[0]) / (2 * step) < 1e-2);
	}
}

/* From days to opportunities: yearly ones, daily ones, and those not over */
static void
test_opportunities(void)
{
	/* January 1st of 1995, 1996, 1998, 2001 and a day in June 1998, as days after the first */
	static const int32_t dates[] = {0, 365, 1096, 1250, 2192};
	rt_customer c;

	/* two purchases take one opportunity */
	rt_opportunities((int32_t[]) {0, 100, 200, 400}, 4, 1000, 365.25, &c);
	CHECK(c.age == 2 && c.x == 2 && c.t_x == 2);
	rt_opportunities(dates, 5, 2192, 365.25, &c);
	CHECK(c.age == 6 && c.x == 4 && c.t_x == 6);
	rt_opportunities(dates, 5, 2191, 365.25, &c);
	CHECK(c.age == 5 && c.x == 3 && c.t_x == 4);
	rt_opportunities(dates, 5, 365 * 8, 365.25, &c);
	CHECK(c.age == 7 && c.x == 4 && c.t_x == 6);
	rt_opportunities(dates, 1, 0, 365.25, &c);
	CHECK(c.age == 0 && c.x == 0 && c.t_x == 0);
	rt_opportunities(dates, 3, 1100, 1, &c);
	CHECK(c.age == 1100 && c.x == 2 && c.t_x == 1096);

	/* the last day of each period belongs to it, the next one to the next, whatever the length */
	for (int i = 0; i < 2000; i++)
	{
		double		unit = 1 + 363 * uniform();
		int32_t		day[2] = {0, (int32_t) random_between(1, 5000)};
		int			period;

		if (rt_opportunity_months(unit) > 0)
			continue;
		rt_opportunities(day, 2, 100000, unit, &c);
		CHECK(c.x == 1 && c.t_x >= 1);
		period = (int) c.t_x;
		CHECK(rt_opportunities_over(0, day[1] - 1, unit) < period);
		CHECK(day[1] - 0.5 <= period * unit && day[1] - 0.5 > (period - 1) * unit);
	}
}

/* The same day so many months later, or the last one of a shorter month */
static int32_t
months_later(int32_t date, int months)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int32_t		year;
	int			month,
				day,
				length;
	int32_t		later = 0;

	rt_date_to_ymd(date, &year, &month, &day);
	for (int i = 0; i < months; i++)
	{
		if (++month > 12)
		{
			month = 1;
			year++;
		}
	}
	length =
		lengths[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
	CHECK(rt_date_from_ymd(year, month, day > length ? length : day, &later));
	return later;
}

/* Who buys on each anniversary has missed none, on whatever day it began */
static void
test_anniversaries(void)
{
	static const struct
	{
		double		unit;
		int			months;
	}			units[] = {{365.25, 12}, {365, 12}, {366, 12}, {365.2425, 12}, {730.5, 24},
	{1461, 48}, {182.625, 6}, {182.5, 6}, {91.3125, 3}, {91.25, 3},
	{30.4375, 1}, {365.0 / 12, 1}, {30.436875, 1}};

	for (int u = 0; u < (int) (sizeof(units) / sizeof(units[0])); u++)
	{
		CHECK(rt_opportunity_months(units[u].unit) == units[u].months);
		for (int start = 0; start < 1461; start++)
		{
			int32_t		dates[26];
			rt_customer c;

			for (int i = 0; i < 26; i++)
			{
				dates[i] = months_later(5479 + start, i * units[u].months);
				CHECK(rt_opportunity_end(dates[0], i, units[u].unit) == dates[i]);
			}
			for (int i = 0; i < 26; i++)
			{
				rt_opportunities(dates, 26, dates[i], units[u].unit, &c);
				CHECK(c.x == i && c.t_x == i && c.age == i);
				if (i == 0)
					continue;
				rt_opportunities(dates, 26, dates[i] - 1, units[u].unit, &c);
				CHECK(c.x == i - 1 && c.t_x == i - 1 && c.age == i - 1);

				/* only those at one end and the other */
				dates[1] = dates[i];
				rt_opportunities(dates, 2, dates[25] + 1, units[u].unit, &c);
				CHECK(c.x == 1 && c.t_x == i && c.age == 25);
				dates[1] = months_later(dates[0], units[u].months);
			}
		}
	}

	/* these are days */
	for (int days = 1; days <= 364; days++)
		CHECK((rt_opportunity_months(days) != 0) == (days == 183));
	CHECK(rt_opportunity_months(100 * 365.25) == 1200 &&
		  rt_opportunity_months(101 * 365.25) == 0);
	CHECK(rt_opportunity_months(1000) == 0 && rt_opportunity_months(0.5) == 0 &&
		  rt_opportunity_months(1e9) == 0 && rt_opportunity_months(7) == 0);

	/* the first and the last date there are */
	CHECK(rt_opportunities_over(RT_DATE_MIN, RT_DATE_MAX, 365.25) == 5874897 + 4713);
	CHECK(rt_opportunities_over(RT_DATE_MIN, RT_DATE_MAX, 1) == (double) RT_DATE_MAX - RT_DATE_MIN);
	CHECK(rt_opportunity_end(RT_DATE_MAX - 5, 1, 365.25) == RT_DATE_MAX &&
		  rt_opportunity_end(0, 1e300, 365.25) == RT_DATE_MAX);
	CHECK(isfinite(rt_opportunities_over(RT_DATE_MIN, RT_DATE_MAX, 5e-324)));

	/* an interval is as many of them as it is said to be */
	for (int i = 0; i <= 100; i++)
	{
		CHECK(rt_opportunities_within(i * 12 * RT_DAYS_PER_MONTH, 365) == i);
		CHECK(rt_opportunities_within(i * 12 * RT_DAYS_PER_MONTH, 366) == i);
		CHECK(rt_opportunities_within(i * 3 * RT_DAYS_PER_MONTH, 91.3125) == i);
		CHECK(rt_opportunities_within(i * RT_DAYS_PER_MONTH, 30.4375) == i);
		CHECK(fabs(rt_opportunities_within(i * 7, 7) - i) < 1e-9);
	}
	CHECK(rt_opportunities_within(365, 365.25) == 1 && rt_opportunities_within(364, 365.25) == 0);
}

/*
 * Sums of numbers may be more than a number holds: no call goes on for ever, whatever it says then
 */
static void
test_overflow(void)
{
	static const double sizes[] = {
		DBL_MIN, 1e-300, 1e-100, 0.5, 7, 1e6, 9007199254740992.0,
	1e154, 1e300, 4.4e307, 8.9e307, 1.2e308, DBL_MAX};

	for (int i = 0; i < 4000; i++)
	{
		rt_base		m = {&rt_bg_bb_kind,
			{sizes[random_between(0, 12)], sizes[random_between(0, 12)],
		sizes[random_between(0, 12)], sizes[random_between(0, 12)]}};
		double		n = floor(fmin(9007199254740992.0, sizes[random_between(0, 12)]));
		double		t_x = floor(fmin(n, sizes[random_between(0, 12)]));
		double		x = t_x == 0 ? 0 : fmin(t_x, fmax(1, floor(sizes[random_between(0, 12)])));
		double		t = sizes[random_between(0, 12)];
		rt_customer c = {x, t_x, n};
		double		shares[] = {
			rt_base_p_alive(&m, &c), rt_base_p_alive_after(&m, &c, t),
			rt_base_purchase_probability(&m, &c, t),
		rt_base_purchase_pmf(&m, &c, (int) fmin(1e7, sizes[random_between(3, 12)]), t)};

		for (int j = 0; j < 4; j++)
			CHECK(isnan(shares[j]) || (shares[j] >= 0 && shares[j] <= 1));
		CHECK(!(rt_base_log_likelihood(&m, &c, 0) > 0));
		CHECK(!(rt_base_expected_purchases(&m, &c, t) < 0) &&
			  !(rt_base_expected_lifetime(&m, &c, t) < 0));
		CHECK(!(rt_base_discounted_if_alive(&m, &c, t, 0.01) < 0) &&
			  !(rt_base_discounted_if_alive(&m, &c, INFINITY, 1e-4) < 0));
	}

	/* more opportunities than whole numbers are told apart */
	CHECK(rt_opportunities_valid(&(rt_customer) {1, 1, 9007199254740992.0}) &&
		  !rt_opportunities_valid(&(rt_customer) {1, 1, 18014398509481984.0}));
}

static const check_case bg_bb_cases[] = {
	{"bg/bb: golden values", test_golden},
	{"bg/bb: sums term by term", test_terms},
	{"bg/bb: as far as numbers go", test_far},
	{"bg/bb: sums beyond all numbers", test_overflow},
	{"bg/bb: a fit of many opportunities", test_fit},
	{"bg/bb: opportunities", test_opportunities},
	{"bg/bb: anniversaries", test_anniversaries},
	{NULL, NULL}
};

CHECK_CASES(bg_bb);
