/*
 * season_test.c
 *		Operational time against a sum over days, and its inverse.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "core/calendar.h"
#include "core/season.h"

#include "check.h"

/* 2026-01-01 */
#define NEW_YEAR 9497

static const double december[12] = {.7, .8, .9, 1, 1, 1, .8, .7, 1, 1.1, 1.3, 3};
static const double weekdays[7] = {1.1, 1.2, 1, 1.1, 1.3, 1.2, .05};
static const double steep[12] = {.05, 5, .05, 5, .05, 5, .05, 5, .05, 5, .05, 5};

static void
season_of(rt_season *season, const double *months, const double *of_weekdays)
{
	double		mean;

	memset(season, 0, sizeof(*season));
	memcpy(season->months, months, sizeof(season->months));
	if (of_weekdays != NULL)
	{
		season->flags = RT_SEASON_WEEKDAYS;
		memcpy(season->weekdays, of_weekdays, sizeof(season->weekdays));
	}
	CHECK(rt_season_set(season, &mean) == NULL);
}

static void
add_event(rt_season *season, int32_t from, int32_t until, double factor)
{
	double		mean;

	season->events[season->event_count++] = (rt_season_event) {from, until, factor};
	CHECK(rt_season_set(season, &mean) == NULL);
}

/* By the month and the weekday of the day, as anybody would */
static double
factor_of(const rt_season *season, int32_t day)
{
	int32_t		year;
	int			month,
				day_of_month;
	double		factor;

	rt_date_to_ymd(day, &year, &month, &day_of_month);
	factor = season->months[month - 1];
	if (season->flags & RT_SEASON_WEEKDAYS)
		factor *= season->weekdays[rt_weekday(day)];
	for (int i = 0; i < season->event_count; i++)
	{
		if (season->events[i].from <= day && day <= season->events[i].until)
			factor *= season->events[i].factor;
	}
	return factor;
}

/* All of these seasons, with events that overlap, of one day, and to the end of the calendar */
#define SEASONS 6

static void
season_number(int number, rt_season *season)
{
	season_of(season, number / 2 == 0 ? december : number / 2 == 1 ? steep :
			  (const double[12]) {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
			  number % 2 == 1 ? weekdays : NULL);
	if (number < 3)
		return;
	add_event(season, NEW_YEAR + 100, NEW_YEAR + 170, .05);
	add_event(season, NEW_YEAR + 150, NEW_YEAR + 150, 20);
	add_event(season, NEW_YEAR + 160, NEW_YEAR + 300, 2);
	add_event(season, NEW_YEAR - 5000, NEW_YEAR - 5000, 20);
	add_event(season, RT_DATE_MIN, RT_DATE_MIN, 3);
	add_event(season, RT_DATE_MAX - 300, RT_DATE_MAX, .05);
}

static void
test_sum_of_days(void)
{
	rt_season	season;

	for (int number = 0; number < SEASONS; number++)
	{
		double		sum = 0;
		int32_t		from = NEW_YEAR - 400 * 366;

		season_number(number, &season);
		for (int32_t day = from + 1; day < NEW_YEAR + 2000; day++)
		{
			double		factor = factor_of(&season, day);

			sum += factor;
			CHECK(fabs(rt_season_factor(&season, day) - factor) <= 1e-12 * factor);
			CHECK(fabs(rt_season_days(&season, from, day) - sum) < 1e-6);
			CHECK(fabs(rt_season_days(&season, day - 1, day) - factor) < 1e-8);
		}
	}
}

static void
test_inverse(void)
{
	static const int32_t around[] = {
		RT_DATE_MIN + 1, RT_DATE_MIN + 800, -730000, 0, NEW_YEAR - 5000, NEW_YEAR + 150,
		RT_DATE_MAX / 2, RT_DATE_MAX - 800, RT_DATE_MAX - 1
	};
	rt_season	season;

	for (int number = 0; number < SEASONS; number++)
	{
		season_number(number, &season);
		for (int i = 0; i < (int) (sizeof(around) / sizeof(around[0])); i++)
		{
			for (int64_t day = (int64_t) around[i] - 500; day <= (int64_t) around[i] + 500; day++)
			{
				int32_t		from = RT_DATE_MIN + (int32_t) (i % 2) * (around[i] - RT_DATE_MIN - 1);
				int32_t		back;
				double		time;

				if (day <= from || day > RT_DATE_MAX)
					continue;
				time = rt_season_days(&season, from, (int32_t) day);
				CHECK(time > rt_season_days(&season, from, (int32_t) day - 1));
				CHECK(rt_season_day(&season, from, time, &back) && back == day);
				/* a sum of 2e9 days has steps of 5e-7 of them, and one of .0025 may be a day */
				CHECK(fabs(rt_season_real_days(&season, from, time) - (double) (day - from)) <
					  (i > 0 && i < 6 ? 1e-3 : 1e-2));
				CHECK(fabs(rt_season_days_ahead(&season, from, (double) (day - from)) - time) <=
					  1e-9 * time);
			}
		}
		CHECK(!rt_season_day(&season, RT_DATE_MAX, 0, &(int32_t) {0}));
		CHECK(!rt_season_day(&season, 0, 1e10, &(int32_t) {0}));
	}
}

static void
test_parts_of_days(void)
{
	rt_season	season;

	season_number(5, &season);
	for (int i = 0; i < 5000; i++)
	{
		double		days = i * .173;
		double		time = rt_season_days_ahead(&season, NEW_YEAR, days);

		CHECK(fabs(rt_season_real_days(&season, NEW_YEAR, time) - days) < 1e-8);
	}
	CHECK(isinf(rt_season_days_ahead(&season, 0, INFINITY)));
	CHECK(isinf(rt_season_real_days(&season, 0, INFINITY)));
	CHECK(fabs(rt_season_days_ahead(&season, RT_DATE_MAX, 1e12) - 1e12) < 1);
	CHECK(fabs(rt_season_real_days(&season, RT_DATE_MAX, 1e12) - 1e12) < 1);
}

/* Every day counts as one, whatever says so: to the last digit */
static void
test_flat(void)
{
	rt_season	season;
	int32_t		day;

	season_number(4, &season);
	season.event_count = 0;
	add_event(&season, 5, 6, 1);
	CHECK(season.clock.flat);
	CHECK(rt_season_days(&season, 17, 100) == 83);
	CHECK(rt_season_days(NULL, RT_DATE_MIN, RT_DATE_MAX) == 2147483493.0);
	CHECK(rt_season_days_ahead(&season, 17, .3) == .3);
	CHECK(rt_season_real_days(NULL, 17, .3) == .3);
	CHECK(rt_season_day(&season, 17, 2.5, &day) && day == 20);
	CHECK(rt_season_sum_log(NULL, &day, 1) == 0);
}

/* A year is a year, whatever months are typed in */
static void
test_mean(void)
{
	rt_season	season;
	double		mean;

	for (int number = 0; number < 4; number++)
	{
		season_of(&season, number / 2 == 0 ? december : steep, number % 2 == 1 ? weekdays : NULL);
		CHECK(fabs(rt_season_days(&season, 0, 146097) / 146097 - 1) < (number % 2 ? 1e-3 : 1e-12));
	}

	/* a mean of 1 is left as it is */
	season_of(&season, december, weekdays);
	for (int i = 0; i < 5; i++)
	{
		rt_season	again = season;

		CHECK(rt_season_set(&again, &mean) == NULL && fabs(mean - 1) < 1e-12);
		CHECK(memcmp(again.months, season.months, sizeof(season.months)) == 0);
		CHECK(memcmp(again.weekdays, season.weekdays, sizeof(season.weekdays)) == 0);
	}
}

static void
test_order_of_events(void)
{
	rt_season	one,
				other;

	season_of(&one, december, NULL);
	season_of(&other, december, NULL);
	add_event(&one, 10, 20, 2);
	add_event(&one, 5, 30, .5);
	add_event(&one, 10, 12, 3);
	add_event(&other, 10, 12, 3);
	add_event(&other, 10, 20, 2);
	add_event(&other, 5, 30, .5);
	CHECK(memcmp(&one, &other, sizeof(one)) == 0);
	CHECK(rt_season_factor(&one, 12) == one.months[0] * .5 * 2 * 3);
}

static void
test_refused(void)
{
	rt_season	season;
	double		mean;

	season_of(&season, december, NULL);
	season.months[3] = 0;
	CHECK(rt_season_set(&season, &mean) != NULL);
	season.months[3] = NAN;
	CHECK(rt_season_set(&season, &mean) != NULL);
	season.months[3] = 1e308;
	CHECK(rt_season_set(&season, &mean) != NULL);
	season.months[3] = 2000;
	season.months[4] = .01;
	CHECK(rt_season_set(&season, &mean) != NULL);
	season_of(&season, december, NULL);
	season.events[0] = (rt_season_event) {5, 4, 1};
	season.event_count = 1;
	CHECK(rt_season_set(&season, &mean) != NULL);
	season.events[0] = (rt_season_event) {5, 5, 0};
	CHECK(rt_season_set(&season, &mean) != NULL);
	season.events[0] = (rt_season_event) {5, 7, 100};
	season.events[1] = (rt_season_event) {7, 8, 100};
	season.event_count = 2;
	CHECK(rt_season_set(&season, &mean) != NULL);
	season.events[1].from = 8;
	CHECK(rt_season_set(&season, &mean) == NULL);
	season.flags = RT_SEASON_FITTED;
	season.errors[11] = -1;
	CHECK(rt_season_set(&season, &mean) != NULL);
}

static const check_case season_cases[] = {
	{"season: operational time is a sum over days", test_sum_of_days},
	{"season: dates come back from operational time", test_inverse},
	{"season: parts of days", test_parts_of_days},
	{"season: every day as one", test_flat},
	{"season: a year is a year", test_mean},
	{"season: events in any order", test_order_of_events},
	{"season: what is refused", test_refused},
	{NULL, NULL}
};

CHECK_CASES(season);
