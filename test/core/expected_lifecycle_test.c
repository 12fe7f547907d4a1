/*
 * expected_lifecycle_test.c
 *		How many were lost, against simulated customers of whom it is known who left when, and
 *		against the definition.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "check.h"
#include "kinds.h"
#include "core/expected_lifecycle.h"
#include "core/simulate.h"

#define UNIT 30.0				/* days in the models' unit: a day is little in it */
#define YEARS 10				/* about twelve units each */
#define MOST 1000

/* The days of a customer's purchases, the first one given, up to a day; when they left, in days */
static size_t
live(const rt_base *base, rt_random *random, int32_t first, int32_t until, int32_t *dates,
	 double *left)
{
	double		end = (until - first + 0.5) / UNIT;
	size_t		count = 1;
	rt_life		life;

	dates[0] = first;
	rt_life_start(base, random, &life);
	*left = life.here ? first + life.end * UNIT : first;
	while (life.here && rt_life_next(&life, random, end))
	{
		int32_t		date = first + (int32_t) rint(life.time * UNIT);

		if (date > dates[count - 1] && count < MOST)
			dates[count++] = date;
		/* after this purchase */
		if (!life.here)
			*left = first + life.time * UNIT;
	}
	return count;
}

typedef struct truth
{
	double		expected[YEARS];	/* customers at the end of each year */
	double		there[YEARS];
	double		variance[YEARS];
	double		came;
	double		crossings;		/* times that somebody became more likely gone than not */
} truth;

static void
add_customer(truth *t, const rt_gone_models *models, const int32_t *dates, size_t count,
			 double left, int32_t first_year, int32_t until)
{
	rt_expected_walk walk;
	rt_expected_period period;

	t->came++;
	rt_expected_begin(&walk, models, dates, count, RT_UNIT_YEAR, first_year + YEARS - 1);
	while (rt_expected_next(&walk, &period))
	{
		double		here = (double) period.parts / (double) RT_CUSTOMER_PARTS;

		t->expected[period.period - first_year] += here;
		t->variance[period.period - first_year] += here * (1 - here);
	}
	for (int year = rt_unit_number(RT_UNIT_YEAR, dates[0]) - first_year; year < YEARS; year++)
		t->there[year] += left > rt_unit_start(RT_UNIT_YEAR, first_year + year + 1) - 0.5;
	for (size_t i = 0; i < count; i++)
	{
		int32_t		end = i + 1 < count ? dates[i + 1] - 1 : until;
		rt_gone		gone;
		int32_t		day;

		rt_gone_from_dates(models, dates, i + 1, end, NULL, &gone);
		t->crossings += rt_gone_day(&gone, 0.5, &day);
	}
}

static const rt_base bases[] = {
	{&rt_bg_nbd_kind, {0.9, 8, 0.8, 2.5}},
	{&rt_mbg_nbd_kind, {1.2, 6, 0.5, 1.5}},
	{&rt_pareto_nbd_kind, {1.1, 14, 20, 1200}},
	{&rt_mbg_cnbd_k_kind, {2, 1.2, 3, 0.5, 1.5}},
	{&rt_ggompertz_nbd_kind, {1.1, 8, 0.02, 2, 3}},
	{&rt_zibg_nbd_kind, {1.2, 6, 0.5, 1.5, 0.6}}
};

#define BASES 6
#define SEEDS 60
#define CUSTOMERS 1000

/*
 * The model of the base and k being exactly true, as many are lost as are expected to be, within
 * one percent in the sum and four standard errors at the end of each year; and far more become
 * likelier gone than not.  The rates of the cycle are those of one that is fitted to intervals that
 * have ended: shorter ones, and alike.
 */
static void
test_truth(void)
{
	static int32_t dates[MOST];

	for (int b = 0; b < BASES; b++)
	{
		int			k = bases[b].kind->has_whole_k ? 1 : 0;
		int32_t		first_year = 2010;
		int32_t		begin = rt_unit_start(RT_UNIT_YEAR, first_year);
		int32_t		until = rt_unit_start(RT_UNIT_YEAR, first_year + YEARS) - 1;
		rt_model	cycle,
					base;
		rt_gone_models models;
		truth		t;
		double		lost,
					truly;

		memset(&t, 0, sizeof(t));
		rt_model_init(&base, bases[b].kind);
		base.time_unit = UNIT;
		memcpy(base.parameters, bases[b].parameters, sizeof(base.parameters));
		rt_model_init(&cycle, &rt_interpurchase_kind);
		cycle.time_unit = UNIT;
		cycle.parameters[0] = k == 1 ? bases[b].parameters[0] : 1;
		cycle.parameters[1] = 2.2 * bases[b].parameters[k];
		cycle.parameters[2] = 1.8 * cycle.parameters[0] * bases[b].parameters[k + 1];
		CHECK(rt_gone_models_set(&models, &cycle, &base));
		for (int seed = 0; seed < SEEDS; seed++)
		{
			for (int i = 0; i < CUSTOMERS; i++)
			{
				rt_random	random;
				int32_t		first;
				double		left;
				size_t		count;

				rt_random_start(&random, seed, (uint64_t) i);
				first = begin + (int32_t) floor(rt_random_uniform(&random) * 6 * 365);
				count = live(&bases[b], &random, first, until, dates, &left);
				add_customer(&t, &models, dates, count, left, first_year, until);
			}
		}
		lost = t.came - t.expected[YEARS - 1];
		truly = t.came - t.there[YEARS - 1];
		CHECK(fabs(lost / truly - 1) < 0.01);
		for (int year = 0; year < YEARS; year++)
			CHECK(fabs(t.expected[year] - t.there[year]) < 4 * sqrt(t.variance[year]) + 1);
		CHECK(t.crossings > 1.1 * truly);
	}
}

/* Each period as rt_gone has it for what was known at its end, whatever the unit */
static void
test_periods(void)
{
	rt_model	cycle,
				base;
	rt_gone_models models;

	rt_model_init(&base, &rt_mbg_nbd_kind);
	memcpy(base.parameters, (double[]) {1.2, 40, 0.5, 1.5}, 4 * sizeof(double));
	rt_model_init(&cycle, &rt_interpurchase_kind);
	memcpy(cycle.parameters, (double[]) {3, 3, 60}, 3 * sizeof(double));
	CHECK(rt_gone_models_set(&models, &cycle, &base));
	for (int i = 0; i < 200; i++)
	{
		rt_calendar_unit unit = (rt_calendar_unit) (i % RT_CALENDAR_UNITS);
		int32_t		dates[12];
		size_t		count = (size_t) random_between(1, 12);
		int32_t		last_period,
					next;
		rt_expected_walk walk;
		rt_expected_period period;

		dates[0] = (int32_t) random_between(8000, 8700);
		for (size_t j = 1; j < count; j++)
			dates[j] = dates[j - 1] + (int32_t) random_between(1, j % 3 == 0 ? 2000 : 60);
		last_period = rt_unit_number(unit, dates[count - 1] +
									 (int32_t) random_between(-200, 400));
		next = rt_unit_number(unit, dates[0]);
		rt_expected_begin(&walk, &models, dates, count, unit, last_period);
		while (rt_expected_next(&walk, &period))
		{
			/* nothing is left of them in periods that are passed over */
			for (; next <= period.period; next++)
			{
				int32_t		end = rt_unit_start(unit, (int64_t) next + 1) - 1;
				size_t		known = 0;
				rt_gone		gone;
				double		parts;

				while (known < count && dates[known] <= end)
					known++;
				rt_gone_from_dates(&models, dates, known, end, NULL, &gone);
				parts = rint(rt_still_here_probability(&gone) * RT_CUSTOMER_PARTS);
				CHECK((double) (next == period.period ? period.parts : 0) == parts);
			}
			CHECK(period.new_customers ==
				  (period.period == rt_unit_number(unit, dates[0]) ? 1 : 0));
			CHECK(period.period <= last_period);
		}
	}
}

/* The last period that there is, and parts that run out and come back */
static void
test_ends(void)
{
	rt_model	cycle;
	rt_gone_models models;
	rt_expected_walk walk;
	rt_expected_period period;
	int32_t		dates[3] = {8000, 8001, 9001};
	int32_t		ends[2] = {RT_DATE_MAX - 400, RT_DATE_MAX};
	int			periods = 0;

	rt_model_init(&cycle, &rt_interpurchase_kind);
	memcpy(cycle.parameters, (double[]) {1000, 1000, 10000}, 3 * sizeof(double));
	CHECK(rt_gone_models_set(&models, &cycle, NULL));
	rt_expected_begin(&walk, &models, dates, 3, RT_UNIT_DAY, 20000);
	while (rt_expected_next(&walk, &period))
	{
		CHECK(period.period < 8100 || (period.period >= 9001 && period.period < 12000));
		periods++;
	}
	CHECK(periods > 2);
	for (int unit = 0; unit < RT_CALENDAR_UNITS; unit++)
	{
		int32_t		last = rt_unit_number((rt_calendar_unit) unit, RT_DATE_MAX);

		rt_expected_begin(&walk, &models, ends, 2, (rt_calendar_unit) unit, last);
		while (rt_expected_next(&walk, &period))
			CHECK(period.period <= last);
		CHECK(walk.known == 2);
	}
}

static void
test_rows(void)
{
	const rt_expected_period periods[3] = {
		{10, 5, 4 * RT_CUSTOMER_PARTS + RT_CUSTOMER_PARTS / 2},
		{12, 2, 5 * RT_CUSTOMER_PARTS},
		{13, 0, 6 * RT_CUSTOMER_PARTS}
	};
	rt_expected_row rows[5];

	CHECK(rt_expected_rows(periods, 3, 14, NULL) == 5 &&
		  rt_expected_rows(periods, 3, 14, rows) == 5);
	CHECK(rows[0].new_customers == 5 && rows[0].customers == 4.5 && rows[0].lost == 0.5 &&
		  rows[0].customers_before == 0);
	CHECK(rows[1].period == 11 && rows[1].new_customers == 0 && rows[1].customers == 0 &&
		  rows[1].customers_before == 4.5 && rows[1].lost == 4.5);
	CHECK(rows[2].came == 7 && rows[2].customers == 5 && rows[2].lost == -3);
	CHECK(rows[3].customers == 6 && rows[3].lost == -1 && rows[3].came == 7);
	CHECK(rows[4].customers == 0 && rows[4].lost == 6);
	CHECK(rt_expected_rows(periods, 3, 9, NULL) == 0 &&
		  rt_expected_rows(periods, 0, 14, NULL) == 0);
}

static const check_case expected_lifecycle_cases[] = {
	{"expected lifecycle: against the truth", test_truth},
	{"expected lifecycle: each period as known at its end", test_periods},
	{"expected lifecycle: the ends", test_ends},
	{"expected lifecycle: rows", test_rows},
	{NULL, NULL}
};

CHECK_CASES(expected_lifecycle);
