/*
 * seasonal_rows_test.c
 *		Customers in operational time against sums over days; rows that there are and that there are
 *		not.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "core/calendar.h"
#include "core/fit_rows.h"
#include "core/seasonal_rows.h"

#include "check.h"

/* 2026-01-01 */
#define NEW_YEAR 9497

#define ROWS 3000
static rt_fit_row rows[ROWS];
static rt_fit_row expected[ROWS];

/* Weekdays and two events where they are asked for */
static void
season_make(rt_season *season, bool all)
{
	static const double months[12] = {.7, .8, .9, 1, 1, 1, .8, .7, 1, 1.1, 1.3, 3};
	static const double weekdays[7] = {1.1, 1.2, 1, 1.1, 1.3, 1.2, .05};
	double		mean;

	memset(season, 0, sizeof(*season));
	memcpy(season->months, months, sizeof(season->months));
	if (all)
	{
		season->flags = RT_SEASON_WEEKDAYS;
		memcpy(season->weekdays, weekdays, sizeof(season->weekdays));
		season->events[0] = (rt_season_event) {NEW_YEAR - 300, NEW_YEAR - 200, 0.3};
		season->events[1] = (rt_season_event) {NEW_YEAR - 220, NEW_YEAR - 90, 2};
		season->event_count = 2;
	}
	CHECK(rt_season_set(season, &mean) == NULL);
}

static size_t
make_dates(int32_t *dates, size_t room)
{
	size_t		count = (size_t) random_between(1, (int64_t) room);

	dates[0] = NEW_YEAR - (int32_t) random_between(1, 1500);
	for (size_t i = 1; i < count; i++)
		dates[i] = dates[i - 1] + (int32_t) random_between(1, 60);
	return count;
}

static double
days_between(const rt_season *season, int32_t from, int32_t until)
{
	double		sum = 0;

	for (int32_t day = from + 1; day <= until; day++)
		sum += rt_season_factor(season, day);
	return sum;
}

static bool
near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * (1 + fabs(b));
}

static void
test_logs(void)
{
	rt_season	season;
	int32_t		dates[40];

	random_seed(1);
	for (int all = 0; all < 2; all++)
	{
		rt_seasonal_logs logs = {{{0}}};

		season_make(&season, all);
		for (int turn = 0; turn < 500; turn++)
		{
			size_t		count = make_dates(dates, 40);
			double		sum = 0;

			for (size_t i = 0; i < count; i++)
				sum += log(rt_season_factor(&season, dates[i]));
			CHECK(rt_seasonal_sum_log(&season, &logs, dates, count) == sum);
			CHECK(rt_season_sum_log(&season, dates, count) == sum);
		}
	}
	rt_season_init(&season);
	CHECK(rt_seasonal_sum_log(&season, &(rt_seasonal_logs) {{{0}}}, dates, 1) == 0);
}

static void
test_intervals(void)
{
	rt_season	season;
	int32_t		dates[40];
	rt_intervals intervals,
				of_days;

	random_seed(2);
	for (int turn = 0; turn < 500; turn++)
	{
		size_t		count = make_dates(dates, 40);
		double		sum_log = 0;

		season_make(&season, turn % 2);
		for (size_t i = 1; i < count; i++)
			sum_log += log(days_between(&season, dates[i - 1], dates[i]));
		rt_seasonal_intervals(&season, dates, count, &intervals);
		CHECK(intervals.count == (int64_t) count - 1);
		CHECK(near(intervals.sum, days_between(&season, dates[0], dates[count - 1])));
		CHECK(near(intervals.sum_log, sum_log));
		CHECK(count == 1 || near(intervals.mean, intervals.sum / (double) (count - 1)));

		/* where every day is one they are those of days, to the last bit */
		rt_season_init(&season);
		rt_seasonal_intervals(&season, dates, count, &intervals);
		rt_intervals_from_dates(dates, count, &of_days);
		CHECK(intervals.sum == of_days.sum && intervals.sum_log == of_days.sum_log);
	}
}

static void
test_tiny_days(void)
{
	rt_season	season;
	double		mean;
	int32_t		dates[2] = {RT_DATE_MAX - 11, RT_DATE_MAX - 10};
	rt_intervals intervals;

	/* the last days of all are far less than the rounding of operational time until then */
	rt_season_init(&season);
	season.events[0] = (rt_season_event) {RT_DATE_MIN, RT_DATE_MAX, 0.001};
	season.event_count = 1;
	for (int i = 0; i < 12; i++)
		season.months[i] = i < 11 ? 1 : 0.002;
	CHECK(rt_season_set(&season, &mean) == NULL);
	rt_seasonal_intervals(&season, dates, 2, &intervals);
	CHECK(intervals.sum >= RT_SEASON_DAY_MIN && isfinite(intervals.sum_log));
	CHECK(fabs(intervals.sum_log) < RT_SEASONAL_LOG_INTERVAL_MAX);
}

/* ------------------------------------------------------------------- rows */

static void
make_row(rt_input input, rt_fit_row *row)
{
	double		x = (double) random_between(0, 5);
	double		t_x = x == 0 ? 0 : x + (double) random_between(0, 400);
	double		silence = (double) random_between(0, 400);

	memset(row, 0, sizeof(*row));
	row->weight = (double) random_between(1, 5);
	if (input == RT_INPUT_RECENCY)
		row->customer = (rt_customer) {x, t_x, t_x + silence};
	else
		row->rhythm = (rt_rhythm) {x + 1, x + 1 + t_x, RT_SEASONAL_SILENCE + silence};
}

/* What it should become, day by day */
static rt_fit_row
by_days(const rt_season *season, rt_input input, const rt_fit_row *row)
{
	rt_fit_row	result = *row;
	int32_t		last = NEW_YEAR - (int32_t) (input == RT_INPUT_RECENCY ?
											 row->customer.age - row->customer.t_x :
											 row->rhythm.is_evenness - RT_SEASONAL_SILENCE);

	if (input == RT_INPUT_RECENCY)
	{
		int32_t		first = last - (int32_t) row->customer.t_x;

		result.customer.t_x = days_between(season, first, last);
		result.customer.age = days_between(season, first, NEW_YEAR);
		return result;
	}
	result.rhythm.sum = days_between(season, last - (int32_t) row->rhythm.sum, last);
	result.rhythm.is_evenness = 0;
	return result;
}

static void
check_rows(const rt_season *season, const rt_kind *kind)
{
	size_t		count;
	double		weights = 0;
	double		left = 0;

	for (size_t i = 0; i < ROWS; i++)
	{
		make_row(kind->input, &rows[i]);
		CHECK(rt_seasonal_row_valid(kind, &rows[i], NEW_YEAR));
		expected[i] = by_days(season, kind->input, &rows[i]);
		weights += rows[i].weight;
	}
	count = rt_seasonal_rows(season, kind->input, NEW_YEAR, rows, ROWS);
	CHECK(count > 0 && count < ROWS);
	for (size_t i = 0; i < count; i++)
	{
		double		weight = 0;

		/* operational days may be fewer than purchases */
		CHECK(kind->input != RT_INPUT_RECENCY || kind->row_valid(&rows[i]));
		CHECK(i == 0 || rt_fit_compare_rows(&rows[i - 1], &rows[i], NULL) < 0);
		for (size_t j = 0; j < ROWS; j++)
		{
			if (near(expected[j].numbers[0], rows[i].numbers[0]) &&
				near(expected[j].numbers[1], rows[i].numbers[1]) &&
				near(expected[j].numbers[2], rows[i].numbers[2]))
				weight += expected[j].weight;
		}
		CHECK(weight >= rows[i].weight);
		left += rows[i].weight;
	}
	CHECK(left == weights);
}

static void
test_rows(void)
{
	rt_season	season;

	random_seed(3);
	for (int all = 0; all < 2; all++)
	{
		season_make(&season, all);
		check_rows(&season, &rt_mbg_nbd_kind);
		check_rows(&season, &rt_interpurchase_kind);
	}
	/* the same customers of different days are one where every day is one */
	rt_season_init(&season);
	rows[0] = (rt_fit_row) {.rhythm = {2, 30, RT_SEASONAL_SILENCE}, .weight = 3};
	rows[1] = (rt_fit_row) {.rhythm = {2, 30, RT_SEASONAL_SILENCE + 9}, .weight = 4};
	CHECK(rt_seasonal_rows(&season, RT_INPUT_INTERVALS, NEW_YEAR, rows, 2) == 1);
	CHECK(rows[0].weight == 7 && rows[0].rhythm.is_evenness == 0);
}

static bool
valid(const rt_kind *kind, double a, double b, double c)
{
	return rt_seasonal_row_valid(kind, &(rt_fit_row) {.numbers = {a, b, c}, .weight = 1},
								 NEW_YEAR);
}

static void
test_refused(void)
{
	double		oldest = (double) NEW_YEAR - RT_DATE_MIN;

	CHECK(valid(&rt_mbg_nbd_kind, 2, 30, 50));
	CHECK(valid(&rt_mbg_nbd_kind, 0, 0, oldest));
	CHECK(!valid(&rt_mbg_nbd_kind, 0, 0, oldest + 1));
	CHECK(!valid(&rt_mbg_nbd_kind, 2.5, 30, 50));
	CHECK(!valid(&rt_mbg_nbd_kind, 2, 30.5, 50));
	CHECK(!valid(&rt_mbg_nbd_kind, 2, 30, 50.5));
	CHECK(!valid(&rt_mbg_nbd_kind, 2, 1, 50));
	CHECK(!valid(&rt_mbg_nbd_kind, 2, 51, 50));
	CHECK(!valid(&rt_mbg_nbd_kind, 0, 1, 50));
	CHECK(valid(&rt_interpurchase_kind, 2, 30, 2));
	CHECK(valid(&rt_interpurchase_kind, 2, oldest - 5, 7));
	CHECK(!valid(&rt_interpurchase_kind, 2, oldest - 5, 8));
	CHECK(!valid(&rt_interpurchase_kind, 2, 30, 0));
	CHECK(!valid(&rt_interpurchase_kind, 0, 30, 2));
	CHECK(!valid(&rt_interpurchase_kind, 31, 30, 2));
	CHECK(!valid(&rt_interpurchase_kind, 2, 30, 2.5));
	CHECK(valid(&rt_interpurchase_kind, 2, 30, 1));
	CHECK(!valid(&rt_interpurchase_kind, 2, RT_EVENNESS_MAX + 1, 1));
	CHECK(!valid(&rt_bg_bb_kind, 2, 30, 50));
}

static const check_case seasonal_rows_cases[] = {
	{"seasonal rows: logarithms of factors", test_logs},
	{"seasonal rows: intervals are sums over days", test_intervals},
	{"seasonal rows: days of nearly nothing", test_tiny_days},
	{"seasonal rows: rows day by day", test_rows},
	{"seasonal rows: rows that there are not", test_refused},
	{NULL, NULL}
};

CHECK_CASES(seasonal_rows);
