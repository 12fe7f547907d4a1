/*
 * seasonal_test.c
 *		Real time by a season: against sums over single days.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/lost.h"
#include "core/prediction.h"
#include "core/seasonal.h"

#include "check.h"
#include "kinds.h"

/* 2026-02-15 */
#define AS_OF 9542

#define YEAR 365.25

static const double december[12] = {.7, .8, .9, 1, 1, 1, .8, .7, 1, 1.1, 1.3, 3};
static const double steep[12] = {.05, 5, .05, 5, .05, 5, .05, 5, .05, 5, .05, 5};
static const double even[12] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static const double weekdays[7] = {1.1, 1.2, 1, 1.1, 1.3, 1.2, .1};

static void
set(rt_season *season)
{
	double		mean;

	CHECK(rt_season_set(season, &mean) == NULL);
}

static void
season_of(rt_season *season, const double *months)
{
	memset(season, 0, sizeof(*season));
	memcpy(season->months, months, sizeof(season->months));
	set(season);
}

static void
add_event(rt_season *season, int32_t from, int32_t until, double factor)
{
	season->events[season->event_count++] = (rt_season_event) {from, until, factor};
	set(season);
}

static void
add_weekdays(rt_season *season)
{
	season->flags |= RT_SEASON_WEEKDAYS;
	memcpy(season->weekdays, weekdays, sizeof(season->weekdays));
	set(season);
}

/* Months; events of a day and of weeks, that overlap; one that is years ahead, one of more years */
#define SEASONS 6

static void
season_number(int number, rt_season *season)
{
	season_of(season, number == 0 ? december : number == 1 ? steep : even);
	switch (number)
	{
		case 2:
			add_event(season, AS_OF + 5, AS_OF + 65, .05);
			add_event(season, AS_OF + 20, AS_OF + 20, 20);
			add_event(season, AS_OF + 100, AS_OF + 100, .05);
			add_event(season, AS_OF - 50, AS_OF - 10, 3);
			break;
		case 3:
			add_event(season, AS_OF + 2000, AS_OF + 2090, 20);
			break;
		case 4:
			add_event(season, AS_OF + 400, AS_OF + 1500, .05);
			break;
		case 5:
			add_event(season, AS_OF + 40, AS_OF + 400, 20);
			break;
	}
}

static rt_model
model_of(const rt_base *base, double unit, const rt_season *season)
{
	rt_model	model;

	rt_model_init(&model, base->kind);
	memcpy(model.parameters, base->parameters, sizeof(model.parameters));
	model.time_unit = unit;
	model.season = season;
	return model;
}

/* In days */
static const rt_base bases[] = {
	{&rt_mbg_nbd_kind, {0.525, 43.3, 0.891, 1.614}},
	{&rt_bg_nbd_kind, {0.243, 30.9, 0.793, 2.426}},
	{&rt_mbg_nbd_kind, {0.9, 2, 2.5, 10}},
	{&rt_pareto_nbd_kind, {0.553, 74, 0.606, 82}},
	{&rt_pareto_nbd_kind, {1.5, 20, 1.6, 60}},
	{&rt_ggompertz_nbd_kind, {0.9, 50, 0.008, 0.7, 1.2}},
	{&rt_ggompertz_nbd_kind, {0.9, 50, 0.03, 0.7, 20000}},
	{&rt_zibg_nbd_kind, {1.3, 50, 0.7, 2.5, 0.6}},
	{&rt_mbg_cnbd_k_kind, {3, 1.3, 10, 0.42, 0.8}}
};

#define BASES ((int) (sizeof(bases) / sizeof(bases[0])))

static const rt_customer customers[] = {
	{0, 0, 0}, {0, 0, 200}, {1, 100, 150}, {6, 300, 330}, {50, 380, 400}
};

#define CUSTOMERS ((int) (sizeof(customers) / sizeof(customers[0])))

static bool
is_near(double a, double b, double relative)
{
	return a == b || fabs(a - b) <= relative * fmax(fabs(a), fabs(b));
}

/* --------------------------------------------------------------- the lines */

static void
check_lines(const rt_model *model, int32_t as_of, double days, bool exact)
{
	rt_ahead	ahead;
	double		worst = 0;

	rt_ahead_of(model, as_of, days, &ahead);
	CHECK(ahead.count >= 0 && ahead.count <= RT_AHEAD_LINES_MAX);
	for (int i = 0; i <= ahead.count; i++)
	{
		double		end = ahead.ends[i] * model->time_unit;
		double		time = rt_season_days_ahead(model->season, as_of, end) / model->time_unit;

		/* by rounding the time of a day may be that of a little less */
		CHECK(is_near(ahead.times[i], time, 1e-9) || fabs(ahead.times[i] - time) < 1e-9);
		CHECK(i == 0 || (ahead.ends[i] > ahead.ends[i - 1] && ahead.times[i] > ahead.times[i - 1]));
	}
	for (int day = 0; day < 4000; day += 7)
	{
		double		time = rt_model_time(model, as_of, day);
		double		real = rt_ahead_real(&ahead, time) * model->time_unit;

		if (time <= ahead.times[ahead.count])
			worst = fmax(worst, fabs(real - day));
	}
	/* within a week it is not told how its days differ, least of all where that is cut by a line */
	CHECK(worst < (exact ? 1e-6 : 7));
	CHECK(days > 1e5 || ahead.time < 0.1 ||
		  is_near(ahead.time, rt_model_time(model, as_of, days), 1e-9));
}

static void
test_lines(void)
{
	static const double lengths[] = {
		0.25, 1, 10, 45.5, 365.25, 1095.75, 1500, 4000, 1e6, INFINITY
	};

	for (int number = 0; number < 2 * SEASONS; number++)
	{
		rt_season	season;
		rt_model	model;

		season_number(number / 2, &season);
		if (number % 2 == 1)
			add_weekdays(&season);
		model = model_of(&bases[0], number % 3 == 0 ? 7 : 1, &season);
		for (int i = 0; i < 10; i++)
		{
			check_lines(&model, AS_OF, lengths[i], number % 2 == 0);
			check_lines(&model, AS_OF + 13, lengths[i], number % 2 == 0);
		}
	}
}

/* Events of single days that come and go: as many lines as there can be */
static void
test_most_lines(void)
{
	rt_season	season;
	rt_model	model;

	season_of(&season, december);
	for (int i = 0; i < RT_SEASON_EVENTS_MAX; i++)
		add_event(&season, AS_OF + 10 + 36 * i, AS_OF + 10 + 36 * i, 3);
	model = model_of(&bases[0], 1, &season);
	check_lines(&model, AS_OF, 4000, true);
	check_lines(&model, AS_OF, INFINITY, true);
}

static void
test_mean_discount(void)
{
	for (int number = 0; number < SEASONS; number++)
	{
		rt_season	season;
		rt_model	model;
		rt_ahead	ahead;

		season_number(number, &season);
		model = model_of(&bases[0], 7, &season);
		rt_ahead_of(&model, AS_OF, 2000, &ahead);
		for (int i = 1; i < 20; i++)
		{
			double		time = ahead.time * i / 19;
			double		sum = 0;

			for (int j = 0; j < 20000; j++)
				sum += exp(-0.01 * rt_ahead_real(&ahead, time * (j + 0.5) / 20000));
			CHECK(is_near(rt_ahead_mean_discount(&ahead, 0.01, time), sum / 20000, 1e-6));
		}
	}
}

/* ----------------------------------------------------------- single days */

#define DAYS 1800

/* N and S at the end of each day */
typedef struct daily
{
	double		expected[DAYS + 1];
	double		staying[DAYS + 1];
} daily;

static double
expected_at(const rt_base *base, const rt_customer *customer, double time)
{
	return rt_base_discounted_if_alive(base, customer, time, 0);
}

static double
staying_at(const rt_base *base, const rt_customer *customer, double time)
{
	return rt_base_p_alive_after(base, customer, time) / rt_base_p_alive(base, customer);
}

static void
set_daily(const rt_model *model, const rt_base *base, const rt_customer *customer, daily *days)
{
	for (int day = 0; day <= DAYS; day++)
	{
		double		time = rt_model_time(model, AS_OF, day);

		days->expected[day] = expected_at(base, customer, time);
		days->staying[day] = staying_at(base, customer, time);
	}
}

/* Within whole days and a part of one */
static double
discounted_by_day(const daily *d, const rt_model *model, const rt_base *base,
				  const rt_customer *customer, double horizon, double rate)
{
	int			whole = (int) horizon;
	double		sum = 0;

	for (int day = 1; day <= whole; day++)
		sum += (d->expected[day] - d->expected[day - 1]) * exp(-rate * (day - 0.5));
	if (horizon > whole)
		sum += exp(-rate * (whole + horizon) / 2) *
			(expected_at(base, customer, rt_model_time(model, AS_OF, horizon)) -
			 d->expected[whole]);
	return sum;
}

/* Simpson's rule over days: who is there in the middle of each, too */
static double
lifetime_by_day(const daily *d, const rt_model *model, const rt_base *base,
				const rt_customer *customer, double horizon)
{
	double		sum = 0;

	for (int day = 1; day < horizon + 1; day++)
	{
		double		end = fmin(day, horizon);

		sum += (end - (day - 1)) / 6 *
			(d->staying[day - 1] +
			 4 * staying_at(base, customer, rt_model_time(model, AS_OF, (day - 1 + end) / 2)) +
			 staying_at(base, customer, rt_model_time(model, AS_OF, end)));
	}
	return sum;
}

static const double horizons[] = {10, 45.5, YEAR, 500, 3 * YEAR, 1700};

#define HORIZONS ((int) (sizeof(horizons) / sizeof(horizons[0])))

static const double rates[] = {0.01, 0.1, 1};

/*
 * A day in which a customer who just came buys most is not one in which purchases are even: 1e-4 of
 * a day's interest where it has the factor 20
 */
static void
check_days(const rt_base *base, int number, bool with_weekdays, double tolerance)
{
	static daily days;
	rt_season	season;
	rt_model	model;

	season_number(number, &season);
	if (with_weekdays)
		add_weekdays(&season);
	model = model_of(base, 1, &season);
	for (int i = 0; i < CUSTOMERS; i++)
	{
		const rt_customer *c = &customers[i];
		double		alive = rt_base_p_alive(base, c);

		set_daily(&model, base, c, &days);
		for (int h = 0; h < HORIZONS; h++)
		{
			CHECK(is_near(rt_seasonal_lifetime(&model, base, c, AS_OF, horizons[h]),
						  alive * lifetime_by_day(&days, &model, base, c, horizons[h]), tolerance));
			for (int r = 0; r < 3; r++)
			{
				double		rate = log1p(rates[r]) / YEAR;
				double		value =
					rt_seasonal_discounted_if_alive(&model, base, c, AS_OF, horizons[h], rate);

				CHECK(is_near(value, discounted_by_day(&days, &model, base, c, horizons[h], rate),
							  tolerance));
				CHECK(is_near(rt_seasonal_discounted(&model, base, c, AS_OF, horizons[h], rate),
							  alive * value, 1e-12));
			}
		}
	}
}

/* A first interval of k events bends more within a day */
static double
tolerance_of(const rt_base *base)
{
	return base->kind->has_whole_k ? 2e-4 : 4e-5;
}

static void
test_months(void)
{
	for (int i = 0; i < BASES; i++)
		for (int number = 0; number < 2; number++)
			check_days(&bases[i], number, false, tolerance_of(&bases[i]));
}

static void
test_events(void)
{
	for (int i = 0; i < BASES; i += 2)
		for (int number = 2; number < (i < BASES - 1 ? SEASONS : 3); number++)
			check_days(&bases[i], number, false, 2 * tolerance_of(&bases[i]));
}

/* By rhythm, and soon gone: what is expected bends at each of few purchases */
static void
test_rhythm(void)
{
	static const rt_base leaving = {&rt_mbg_cnbd_k_kind, {3, 100, 1000, 5, 1}};

	for (int number = 0; number < 2; number++)
		check_days(&leaving, number, false, tolerance_of(&leaving));
}

static void
test_weekdays(void)
{
	for (int i = 0; i < BASES; i += 4)
		check_days(&bases[i], i / 4 * 2, true, 1.5e-3);
}

/* For ever: day by day, and by five days from the sixth year on, for 40 years */
#define FAR_DAYS 14610

static void
test_for_ever(void)
{
	for (int i = 0; i < BASES; i++)
	{
		for (int number = i % 2; number < (i < BASES - 1 ? SEASONS : 2); number += 2)
		{
			rt_season	season;
			rt_model	model;
			const rt_customer *c = &customers[2 + i % 3];
			double		before = 0;
			double		sum[2] = {0, 0};

			season_number(number, &season);
			model = model_of(&bases[i], 1, &season);
			for (int day = 0, next; day < FAR_DAYS; day = next)
			{
				double		expected;

				next = day < DAYS ? day + 1 : day + 5;
				expected = expected_at(&bases[i], c, rt_model_time(&model, AS_OF, next));
				for (int r = 0; r < 2; r++)
					sum[r] += (expected - before) *
						pow(1 + rates[r + 1], -(day + next) / 2.0 / YEAR);
				before = expected;
			}
			for (int r = 0; r < 2; r++)
			{
				double		rate = log1p(rates[r + 1]) / YEAR;
				double		value = rt_seasonal_discounted_if_alive(&model, &bases[i], c, AS_OF,
																	INFINITY, rate);
				double		rest = pow(1 + rates[r + 1], -FAR_DAYS / YEAR) *
					(rt_base_discounted_if_alive(&bases[i], c, INFINITY, rate) + 1);

				/* what there is behind 40 years: at 10 % a fiftieth of what they do now */
				CHECK(value >= sum[r] * (1 - 4e-4) && value <= (sum[r] + rest) * (1 + 4e-4));
				CHECK(is_near(value, rt_seasonal_discounted_if_alive(&model, &bases[i], c, AS_OF,
																	 1e6 * YEAR, rate), 1e-5));
			}
		}
	}
}

/* Models that lose everybody: the mean is that of a horizon long enough */
static void
test_all_days(void)
{
	static const rt_base leaving[] = {
		{&rt_mbg_nbd_kind, {2.5, 10, 30, 40}},
		{&rt_pareto_nbd_kind, {1.5, 20, 12, 900}},
		{&rt_ggompertz_nbd_kind, {0.9, 50, 0.008, 0.7, 1.2}},
		{&rt_mbg_cnbd_k_kind, {2, 3, 10, 30, 40}}
	};

	for (int i = 0; i < 4; i++)
	{
		for (int number = 0; number < SEASONS; number++)
		{
			rt_season	season;
			rt_model	model;
			rt_customer c = {2, 20, 60};
			double		sum = 0;

			season_number(number, &season);
			model = model_of(&leaving[i], 1, &season);
			for (int day = 0; day < 20000; day++)
				sum += rt_base_p_alive_after(&leaving[i], &c,
											 rt_model_time(&model, AS_OF, day + 0.5));
			CHECK(is_near(rt_seasonal_lifetime(&model, &leaving[i], &c, AS_OF, INFINITY), sum,
						  1e-3));
			CHECK(is_near(rt_seasonal_lifetime(&model, &leaving[i], &c, AS_OF, 2e4), sum, 1e-3));
		}
	}
	for (int i = 0; i < BASES; i++)
	{
		rt_season	season;
		rt_model	model;

		season_number(0, &season);
		model = model_of(&bases[i], 1, &season);
		CHECK(isinf(rt_seasonal_lifetime(&model, &bases[i], &customers[2], AS_OF, INFINITY)) ==
			  isinf(rt_base_expected_lifetime(&bases[i], &customers[2], INFINITY)));
	}
}

/* Factors that are nearly 1 make what no season makes */
static void
test_nearly_flat(void)
{
	for (int i = 0; i < BASES; i++)
	{
		rt_season	season;
		rt_model	model;

		season_of(&season, even);
		add_event(&season, AS_OF + 30, AS_OF + 60, 1 + 1e-9);
		CHECK(!season.clock.flat);
		model = model_of(&bases[i], 1, &season);
		for (int j = 0; j < CUSTOMERS; j++)
		{
			const rt_customer *c = &customers[j];

			for (int h = 0; h < HORIZONS; h++)
			{
				double		rate = log1p(0.1) / YEAR;

				CHECK(is_near(rt_seasonal_lifetime(&model, &bases[i], c, AS_OF, horizons[h]),
							  rt_base_expected_lifetime(&bases[i], c, horizons[h]), 1e-5));
				CHECK(is_near(rt_seasonal_discounted_if_alive(&model, &bases[i], c, AS_OF,
															  horizons[h], rate),
							  rt_base_discounted_if_alive(&bases[i], c, horizons[h], rate),
							  bases[i].kind->has_whole_k ? 4e-5 : 1e-5));
				CHECK(is_near(rt_seasonal_discounted_if_alive(&model, &bases[i], c, AS_OF,
															  horizons[h], 0),
							  expected_at(&bases[i], c, horizons[h]), 1e-8));
			}
		}
	}
}

/* The same base in days and in weeks */
static void
test_units(void)
{
	static const rt_base pairs[][2] = {
		{{&rt_mbg_nbd_kind, {0.9, 42, 0.9, 2}}, {&rt_mbg_nbd_kind, {0.9, 6, 0.9, 2}}},
		{{&rt_pareto_nbd_kind, {0.9, 42, 0.7, 70}}, {&rt_pareto_nbd_kind, {0.9, 6, 0.7, 10}}},
		{{&rt_ggompertz_nbd_kind, {0.9, 42, 0.01, 0.7, 2}},
		{&rt_ggompertz_nbd_kind, {0.9, 6, 0.07, 0.7, 2}}},
		{{&rt_mbg_cnbd_k_kind, {2, 1.3, 21, 0.4, 0.8}},
		{&rt_mbg_cnbd_k_kind, {2, 1.3, 3, 0.4, 0.8}}}
	};

	for (int i = 0; i < 4; i++)
	{
		for (int number = 0; number < SEASONS; number++)
		{
			rt_season	season;
			rt_model	days,
						weeks;
			rt_customer c,
						w;

			season_number(number, &season);
			if (i % 2 == 1)
				add_weekdays(&season);
			days = model_of(&pairs[i][0], 1, &season);
			weeks = model_of(&pairs[i][1], 7, &season);
			c = rt_model_customer(&days, 3, AS_OF - 400, AS_OF - 90, AS_OF);
			w = rt_model_customer(&weeks, 3, AS_OF - 400, AS_OF - 90, AS_OF);
			for (int h = 0; h <= HORIZONS; h++)
			{
				double		horizon = h < HORIZONS ? horizons[h] : INFINITY;
				double		life =
					rt_seasonal_lifetime(&days, &pairs[i][0], &c, AS_OF, horizon);

				CHECK(is_near(rt_seasonal_lifetime(&weeks, &pairs[i][1], &w, AS_OF, horizon) * 7,
							  life, 1e-9));
				CHECK(is_near(rt_seasonal_discounted(&days, &pairs[i][0], &c, AS_OF, horizon,
													 3e-4),
							  rt_seasonal_discounted(&weeks, &pairs[i][1], &w, AS_OF, horizon,
													 21e-4), 1e-9));
			}
		}
	}
}

/* ------------------------------------------------------------------- ends */

static const rt_base far_bases[] = {
	{&rt_mbg_nbd_kind, {1e-6, 1e-6, 1e6, 1e-6}},
	{&rt_bg_nbd_kind, {1e6, 1e6, 1e-6, 1e6}},
	{&rt_pareto_nbd_kind, {1e6, 1e-6, 1e-6, 1e-6}},
	{&rt_pareto_nbd_kind, {1, 1e6, 1e6, 1}},
	{&rt_ggompertz_nbd_kind, {0.9, 50, 1e6, 1e-6, 1e6}},
	{&rt_ggompertz_nbd_kind, {1e-6, 1e6, 1e-6, 1e6, 1e-6}},
	{&rt_mbg_cnbd_k_kind, {5, 1e3, 1e-3, 1e-3, 1e3}}
};

static void
check_ends(const rt_base *base, const rt_model *model, int32_t as_of)
{
	static const double lengths[] = {0, 1e-9, 0.5, 1, 400, 2000, 1e6, 5e9, 1e300, INFINITY};
	rt_customer c = {3, 200, 250};
	double		life_before = 0;
	double		value_before = 0;

	for (int i = 0; i < 10; i++)
	{
		double		life =
			rt_seasonal_lifetime(model, base, &c, as_of, lengths[i]) * model->time_unit;
		double		value = rt_seasonal_discounted(model, base, &c, as_of, lengths[i], 3e-4);

		CHECK(life >= 0 && life <= lengths[i] * (1 + 1e-6));
		CHECK(life >= life_before * (1 - 1e-3));
		CHECK(value >= 0 && value >= value_before * (1 - 2e-3));
		CHECK(isfinite(value) || base->parameters[0] == 1e6);
		life_before = life;
		value_before = value;
		if (isfinite(lengths[i]))
			CHECK(!isnan(rt_seasonal_discounted(model, base, &c, as_of, lengths[i], 0)));
	}
}

static void
test_ends(void)
{
	static const int32_t days[] = {RT_DATE_MIN, 0, RT_DATE_MAX - 400, RT_DATE_MAX - 1, RT_DATE_MAX};

	for (int i = 0; i < 7 + BASES; i++)
	{
		const rt_base *base = i < 7 ? &far_bases[i] : &bases[i - 7];

		for (int number = 0; number < 4; number++)
		{
			rt_season	season;
			rt_model	model;

			season_of(&season, number % 2 == 0 ? december : even);
			if (number >= 2)
				add_event(&season, number == 2 ? RT_DATE_MIN : AS_OF, RT_DATE_MAX,
						  number == 2 ? 0.001 : 1000);
			else
				add_event(&season, RT_DATE_MAX, RT_DATE_MAX, 7);
			model = model_of(base, number == 1 ? 1e-3 : 1, &season);
			for (int j = 0; j < 5; j++)
				check_ends(base, &model, days[j]);
		}
	}
}

/* --------------------------------------------------------------- the rest */

/* What futures that are drawn are worth is on average what is expected, in real time */
static void
test_draws(void)
{
	rt_model	spend;
	int			compared = 0;

	rt_model_init(&spend, &rt_gamma_gamma_kind);
	spend.parameters[0] = 6;
	spend.parameters[1] = 4;
	spend.parameters[2] = 15;
	for (int i = 0; i < BASES; i++)
	{
		rt_season	season;
		rt_model	model;
		rt_ahead	ahead;
		double		off = 0,
					variance = 0;

		season_number(i % 2, &season);
		model = model_of(&bases[i], 1, &season);
		rt_ahead_of(&model, AS_OF, 2000, &ahead);
		for (int run = 0; run < 40; run++)
		{
			double		x = run % 5 + 1;
			rt_customer c = rt_model_customer(&model, x, AS_OF - 300 - run, AS_OF - 40, AS_OF);
			rt_worth	worth = {&spend, x, 20, 2e-3, &ahead};
			double		draws[RT_PREDICTION_DRAWS];
			double		sum = 0,
						square = 0;
			double		mean = 6 * (15 + x * 20) / (6 * x + 3) *
				rt_seasonal_discounted(&model, &bases[i], &c, AS_OF, 2000, 2e-3);

			CHECK(rt_predict(&model, &c, ahead.time, &worth, draws));
			for (int j = 0; j < RT_PREDICTION_DRAWS; j++)
			{
				sum += draws[j] - mean;
				square += (draws[j] - mean) * (draws[j] - mean);
			}
			off += sum;
			variance += square;
		}
		CHECK(fabs(off) < 4 * sqrt(variance));
		compared++;
	}
	CHECK(compared == BASES);
}

/* What is asked at once is what is asked one by one */
static void
test_at_once(void)
{
	double		times[RT_BASE_TIMES_MAX],
				values[RT_BASE_TIMES_MAX];

	for (int run = 0; run < 3000; run++)
	{
		rt_base		base = bases[random_between(0, BASES - 1)];
		rt_customer c = {(double) random_between(0, 40), 0, (double) random_between(0, 2000)};
		int			count = (int) random_between(1, RT_BASE_TIMES_MAX);

		for (int i = base.kind->has_whole_k ? 1 : 0; i < base.kind->parameter_count; i++)
			base.parameters[i] *= exp((double) random_between(-20, 20) / 10);
		if (base.kind == &rt_zibg_nbd_kind)
			base.parameters[4] = fmin(base.parameters[4], 0.9);
		c.t_x = c.x == 0 ? 0 : (double) random_between(0, (int64_t) c.age);
		if (rt_base_p_alive(&base, &c) < 1e-100)
			continue;
		for (int i = 0; i < count; i++)
			times[i] = (i > 0 ? times[i - 1] : 0) + exp((double) random_between(-40, 80) / 10);
		base.kind->base->staying(&base, &c, times, count, values);
		for (int i = 0; i < count; i++)
			CHECK(is_near(values[i], staying_at(&base, &c, times[i]), 1e-8) || values[i] < 1e-15);
		if (base.kind->base->buying == NULL)
			base.kind->base->purchases(&base, &c, times, count, values);
		for (int i = 0; i < count; i++)
		{
			double		expected = base.kind->base->buying == NULL ? values[i] :
				base.kind->base->buying(&base, &c) *
				rt_base_expected_lifetime(&base, &c, times[i]) / rt_base_p_alive(&base, &c);

			CHECK(is_near(expected, expected_at(&base, &c, times[i]), 1e-8));
		}
	}
}

/* A day has the share of operational time that its factor gives it */
static void
test_dates(void)
{
	rt_season	season;
	rt_model	model;
	int			counts[100] = {0};
	double		all;

	season_number(2, &season);
	add_weekdays(&season);
	model = model_of(&bases[0], 7, &season);
	all = rt_season_days(&season, AS_OF, AS_OF + 99);
	for (int i = 0; i < 1000000; i++)
	{
		double		time = (0.5 + all * (i + 0.5) / 1e6) / 7;
		int32_t		date = rt_seasonal_date(&model, AS_OF, time, AS_OF + 99);

		CHECK(date > AS_OF && date <= AS_OF + 99);
		counts[date - AS_OF]++;
	}
	for (int day = 1; day < 100; day++)
		CHECK(fabs(counts[day] - 1e6 * rt_season_factor(&season, AS_OF + day) / all) <= 2);
	CHECK(rt_seasonal_date(&model, AS_OF, 0.4 / 7, AS_OF + 99) == AS_OF);
	CHECK(rt_seasonal_date(&model, AS_OF, 1e9, AS_OF + 99) == AS_OF + 99);
	CHECK(rt_seasonal_date(&model, RT_DATE_MAX - 3, 1e9, RT_DATE_MAX) == RT_DATE_MAX);

	/* without a season to the nearest day */
	model.season = NULL;
	for (int i = 0; i < 1000; i++)
		CHECK(rt_seasonal_date(&model, AS_OF, i / 100.0, AS_OF + 60) ==
			  (int32_t) fmin(AS_OF + rint(i / 100.0 * 7), AS_OF + 60));
}

/* The first day on which the score is reached, day by day */
static void
test_lost(void)
{
	int			found = 0;

	for (int run = 0; run < 400; run++)
	{
		const rt_base *base = &bases[run % BASES];
		rt_season	season;
		rt_model	model;
		int32_t		last = AS_OF + (int32_t) random_between(0, 300);
		int32_t		as_of = last + (int32_t) random_between(0, 700);
		double		x = (double) random_between(1, 12);
		double		score = (double) random_between(1, 19) / 20;
		rt_customer c;
		int32_t		day = last + 1;
		double		age;

		season_number(run % 3, &season);
		model = model_of(base, run % 2 == 0 ? 1 : 7, &season);
		c = rt_model_customer(&model, x, AS_OF, last, as_of);
		while (day <= as_of)
		{
			rt_customer then = rt_model_customer(&model, x, AS_OF, last, day);

			if (rt_base_p_gone(base, &then) >= score)
				break;
			day++;
		}
		age = rt_lost_age(&model, base, &c, AS_OF, last - AS_OF, as_of - AS_OF, score);
		CHECK(day > as_of ? age == -1 : age == day - AS_OF);
		found += day <= as_of;
	}
	CHECK(found > 100);
}

static void
test_sum_log(void)
{
	static const int32_t dates[] = {AS_OF, AS_OF + 3, AS_OF + 100, AS_OF + 101};
	rt_season	season;
	rt_model	model;
	double		sum = 0;

	season_number(0, &season);
	model = model_of(&bases[0], 7, &season);
	for (int i = 1; i < 4; i++)
	{
		double		interval = 0;

		for (int32_t day = dates[i - 1] + 1; day <= dates[i]; day++)
			interval += rt_season_factor(&season, day) / 7;
		sum += log(interval);
	}
	CHECK(is_near(rt_model_sum_log(&model, dates, 4), sum, 1e-9));
	CHECK(rt_model_sum_log(&model, dates, 1) == 0);
}

static const check_case seasonal_cases[] = {
	{"seasonal: lines of operational time", test_lines},
	{"seasonal: as many events as there can be", test_most_lines},
	{"seasonal: a mean discount", test_mean_discount},
	{"seasonal: months, day by day", test_months},
	{"seasonal: events, day by day", test_events},
	{"seasonal: a rhythm, day by day", test_rhythm},
	{"seasonal: weekdays, day by day", test_weekdays},
	{"seasonal: for ever", test_for_ever},
	{"seasonal: all days of who leaves", test_all_days},
	{"seasonal: nearly no season", test_nearly_flat},
	{"seasonal: days and weeks", test_units},
	{"seasonal: far ends", test_ends},
	{"seasonal: draws in real time", test_draws},
	{"seasonal: many times at once", test_at_once},
	{"seasonal: dates of simulated purchases", test_dates},
	{"seasonal: lost on the day of the score", test_lost},
	{"seasonal: sums of logarithms", test_sum_log},
	{NULL, NULL}
};

CHECK_CASES(seasonal);
