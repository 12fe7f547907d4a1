/*
 * own_time_test.c
 *		Days of one's own: added up one by one, found where they are and not where they are not.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "check.h"
#include "core/calendar.h"
#include "core/own_time.h"

static double
uniform(void)
{
	return (double) (random_bits() >> 11) / 9007199254740992.0;
}

static int
weekday(int32_t date)
{
	return (int) (((date - 2) % 7 + 7) % 7);
}

static int
month_of(int32_t date)
{
	int32_t		year;
	int			month,
				day;

	rt_date_to_ymd(date, &year, &month, &day);
	return month;
}

/* Random buyers on the days that keep() allows */
static size_t
buyers_dates(int32_t *dates, size_t most, double interval, bool (*keep) (int32_t date))
{
	size_t		count = 0;
	int32_t		date = 8000 + (int32_t) random_between(0, 400);

	while (count < most)
	{
		date += 1 + (int32_t) (-interval * log(1 - uniform()));
		if (keep(date))
			dates[count++] = date;
	}
	return count;
}

static bool
any_day(int32_t date)
{
	return true;
}

static bool
working_day(int32_t date)
{
	return weekday(date) < 5;
}

static bool
spring(int32_t date)
{
	return month_of(date) >= 3 && month_of(date) <= 6;
}

static void
test_sums(void)
{
	for (int run = 0; run < 2000; run++)
	{
		rt_own_time time = {run % 2 == 0, run % 3 != 0, {0}, {0}, {0}, NULL};
		int32_t		from = (int32_t) random_between(-800, 9000);
		int32_t		to = from + (int32_t) random_between(0, 900);
		double		sum = 0;

		for (int i = 0; i < 7; i++)
			time.weekday[i] = 0.01 + uniform();
		for (int i = 0; i < 7; i++)
			sum += time.weekday[i];
		for (int i = 0; i < 7; i++)
		{
			time.weekday[i] *= 7 / sum;
			time.before[i + 1] = time.before[i] + time.weekday[i];
		}
		for (int i = 0; i < 12; i++)
			time.month[i] = 0.02 + uniform();
		sum = 0;
		for (int32_t date = from; date <= to; date++)
		{
			double		factor = (time.by_weekday ? time.weekday[weekday(date)] : 1) *
				(time.by_month ? time.month[month_of(date) - 1] : 1);

			/* from noon to noon */
			sum += date == from || date == to ? factor / 2 : factor;
		}
		CHECK(fabs(rt_own_time_between(&time, from, to) - (from == to ? 0 : sum)) <
			  1e-9 * (1 + sum));
	}
}

/* The first day by whose end the time has passed */
static void
test_days(void)
{
	static int32_t dates[60];
	rt_own_time time;
	size_t		count = buyers_dates(dates, 60, 3, working_day);

	CHECK(rt_own_time_of(dates, count, &time) && time.by_weekday);
	for (int run = 0; run < 2000; run++)
	{
		int32_t		from = (int32_t) random_between(0, 20000);
		double		days = (double) random_between(0, 400000) / 1000;
		int32_t		day;

		CHECK(rt_own_time_day(&time, from, days, &day));
		CHECK(day > from && rt_own_time_until_end(&time, from, day) >= days);
		CHECK(day == from + 1 || rt_own_time_until_end(&time, from, day - 1) < days);
	}
	{
		int32_t		day;

		CHECK(!rt_own_time_day(&time, RT_DATE_MAX - 5, 30, &day));
		CHECK(!rt_own_time_day(&time, 0, 1e300, &day));
		CHECK(!rt_own_time_day(&time, 0, NAN, &day));
	}
}

static void
test_false_alarms(void)
{
	static int32_t dates[400];
	int			alarms = 0,
				all = 0;

	for (int count = 4; count <= 400; count *= 2)
		for (int run = 0; run < 2000; run++)
		{
			double		interval = exp(uniform() * 4);
			rt_own_time time;

			buyers_dates(dates, (size_t) count, interval, any_day);
			alarms += rt_own_time_of(dates, (size_t) count, &time);
			all++;
		}
	printf("# own time: %.2f %% of random buyers are said to have one\n", 100.0 * alarms / all);
	CHECK(alarms <= all * 0.01);
}

static void
test_found(void)
{
	static int32_t dates[400];
	int			weekdays = 0,
				months = 0;

	for (int run = 0; run < 500; run++)
	{
		rt_own_time time;

		buyers_dates(dates, 25, 4, working_day);
		weekdays += rt_own_time_of(dates, 25, &time) && time.by_weekday &&
			time.weekday[5] < 0.3 && time.weekday[6] < 0.3 && time.weekday[0] > 0.5;

		/* three years of about fifteen orders each, between March and June */
		buyers_dates(dates, 45, 7, spring);
		if (dates[44] - dates[0] < 740)
			buyers_dates(dates, 60, 7, spring);
		if (rt_own_time_of(dates, 45, &time) && time.by_month)
		{
			months++;
			CHECK(time.month[10] < 0.1 && time.month[3] > 0.8);
			CHECK(rt_own_time_between(&time, dates[44], dates[44] + 366) > 330 &&
				  rt_own_time_between(&time, dates[44], dates[44] + 366) < 400);
		}
	}
	printf("# own time found: of 500 with weekdays %d, with a spring %d\n", weekdays, months);
	CHECK(weekdays >= 475 && months >= 425);

	/* the same weekday four times is enough, three times is not */
	{
		int32_t		fridays[] = {6, 13, 41, 55};
		rt_own_time time;

		CHECK(!rt_own_time_of(fridays, 3, &time));
		CHECK(!rt_own_time_of(fridays, 4, &time) || time.by_weekday);
		CHECK(!rt_own_time_of(fridays, 0, &time) && !rt_own_time_of(fridays, 1, &time));
	}
}

/* Months and events of a season, and weekdays of their own in the place of the season's */
static void
season_of_shop(rt_season *season)
{
	static const double months[12] = {.3, .3, 1, 1, 1, 1, 1, 1, 1, 1, 1.2, 2.9};
	double		mean;

	memset(season, 0, sizeof(*season));
	season->flags = RT_SEASON_WEEKDAYS;
	for (int i = 0; i < 7; i++)
		season->weekdays[i] = i < 6 ? 1.1 : 0.4;
	memcpy(season->months, months, sizeof(months));
	season->events[season->event_count++] = (rt_season_event) {7400, 7460, 0.05};
	season->events[season->event_count++] = (rt_season_event) {7460, 7480, 3};
	season->events[season->event_count++] = (rt_season_event) {8000, 8000, 20};
	CHECK(rt_season_set(season, &mean) == NULL);
}

/* By the month and the events of a day, as anybody would */
static double
factor_of(const rt_own_time *time, const rt_season *season, int32_t date)
{
	double		factor = time->weekday[weekday(date)] * season->months[month_of(date) - 1];

	for (int i = 0; i < season->event_count; i++)
		if (season->events[i].from <= date && date <= season->events[i].until)
			factor *= season->events[i].factor;
	return factor;
}

static void
test_season(void)
{
	static int32_t dates[60];
	size_t		count = buyers_dates(dates, 60, 3, working_day);
	rt_season	season;
	rt_own_time time;
	rt_pace		pace;
	double		sum = 0,
				weighted = 0,
				sum_log = 0,
				log_speed = 0;

	season_of_shop(&season);
	CHECK(rt_own_time_of(dates, count, &time) && time.by_weekday && !time.by_month);
	rt_own_time_set_season(&time, &season);
	for (int32_t from = 7000; from < 8100; from += 37)
	{
		double		days = -factor_of(&time, &season, from) / 2;
		double		before = 0;

		for (int32_t to = from; to < from + 4100; to++)
		{
			double		factor = factor_of(&time, &season, to);
			double		end = rt_own_time_until_end(&time, from, to);
			int32_t		day;

			days += factor;
			CHECK(end > before);

			/* after ten years by the weekdays of the season, which come to the same in weeks */
			CHECK(fabs(end - days) < (to - from < 3653 ? 1e-9 * days : 15));
			CHECK(fabs(rt_own_time_between(&time, from, to) - (end - factor / 2)) <
				  (to - from < 3653 ? 1e-9 * days : 3));
			CHECK(rt_own_time_day(&time, from, end - 1e-6, &day) &&
				  day == (to == from ? from + 1 : to));
			before = end;
		}
	}
	for (size_t i = 1; i < count; i++)
	{
		double		interval = rt_own_time_between(&time, dates[i - 1], dates[i]);

		sum += interval;
		weighted = 0.9 * weighted + interval;
		sum_log += log(interval);
		log_speed += log(factor_of(&time, &season, dates[i]));
	}
	rt_own_time_pace(&time, dates, count, 0.9, &pace);
	CHECK(fabs(pace.intervals.sum - sum) < 1e-9 && fabs(pace.weighted_sum - weighted) < 1e-9);
	CHECK(fabs(pace.intervals.sum_log - sum_log) < 1e-9 && fabs(pace.log_speed - log_speed) < 1e-9);
	{
		int32_t		day;

		CHECK(!rt_own_time_day(&time, 0, 1e300, &day) && !rt_own_time_day(&time, 0, NAN, &day));
		CHECK(!rt_own_time_day(&time, RT_DATE_MAX - 5, 300, &day));
		CHECK(!rt_own_time_day(&time, RT_DATE_MAX - 5000, 9000, &day));
		CHECK(!rt_own_time_day(&time, RT_DATE_MAX, 0, &day));
		CHECK(rt_own_time_day(&time, RT_DATE_MAX - 1, -1, &day) && day == RT_DATE_MAX);
		CHECK(rt_own_time_day(&time, 0, 1e6, &day) &&
			  fabs(rt_own_time_until_end(&time, 0, day) - 1e6) < 10);
	}
}

/* Where every day counts as one they are what they are without */
static void
test_intervals(void)
{
	static int32_t dates[50];
	rt_own_time time = {
		true, true, {1, 1, 1, 1, 1, 1, 1}, {0, 1, 2, 3, 4, 5, 6, 7},
		{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, NULL
	};
	rt_intervals plain;
	rt_pace		own;
	double		n,
				sum;

	buyers_dates(dates, 50, 12, any_day);
	rt_intervals_from_dates(dates, 50, &plain);
	rt_weighted_intervals(dates, 50, 0.9, &n, &sum);
	rt_own_time_pace(&time, dates, 50, 0.9, &own);
	CHECK(own.intervals.count == 49 && fabs(own.intervals.sum - plain.sum) < 1e-9);
	CHECK(fabs(own.intervals.sum_log - plain.sum_log) < 1e-9 &&
		  fabs(own.intervals.mean - plain.mean) < 1e-9 && own.intervals.known_to == 1);
	CHECK(fabs(own.weighted - n) < 1e-9 && fabs(own.weighted_sum - sum) < 1e-9);
	CHECK(own.log_speed == 0);
}

static const check_case own_time_cases[] = {
	{"own time: added up day by day", test_sums},
	{"own time: the day when it has passed", test_days},
	{"own time: random buyers have none", test_false_alarms},
	{"own time: found where it is", test_found},
	{"own time: with the months of a season", test_season},
	{"own time: intervals", test_intervals},
	{NULL, NULL}
};

CHECK_CASES(own_time);
