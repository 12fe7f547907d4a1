/*
 * calendar_test.c
 *		Dates against counting day by day.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <string.h>

#include "check.h"
#include "core/calendar.h"

static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static int
days_in_month(int year, int month)
{
	if (month == 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0))
		return 29;
	return month_days[month - 1];
}

static void
test_day_by_day(void)
{
	int			year = 2000,
				month = 1,
				day = 1;

	for (int32_t date = 0; date < 500000; date++)
	{
		int32_t		y,
					back;
		int			m,
					d;

		rt_date_to_ymd(date, &y, &m, &d);
		CHECK(y == year && m == month && d == day);
		CHECK(rt_date_from_ymd(year, month, day, &back) && back == date);
		if (++day > days_in_month(year, month))
		{
			day = 1;
			if (++month > 12)
			{
				month = 1;
				year++;
			}
		}
	}
	year = 2000;
	month = 1;
	day = 1;
	for (int32_t date = 0; date >= RT_DATE_MIN; date--)
	{
		int32_t		y,
					back;
		int			m,
					d;

		rt_date_to_ymd(date, &y, &m, &d);
		CHECK(y == year && m == month && d == day);
		CHECK(rt_date_from_ymd(year, month, day, &back) && back == date);
		if (--day == 0)
		{
			if (--month == 0)
			{
				month = 12;
				year--;
			}
			day = days_in_month(year, month);
		}
	}
}

static bool
prints(int32_t date, const char *expected)
{
	char		text[RT_DATE_TEXT_MAX];
	size_t		length = rt_date_print(date, text);
	const char *p = text;
	int32_t		back;

	return length == strlen(expected) && memcmp(text, expected, length) == 0 &&
		rt_date_parse(&p, text + length, &back) == NULL && back == date && p == text + length;
}

static void
test_ends_of_range(void)
{
	CHECK(prints(RT_DATE_MIN, "4714-11-24 BC"));
	CHECK(prints(RT_DATE_MAX, "5874897-12-31"));
	CHECK(prints(0, "2000-01-01"));
	CHECK(prints(-1, "1999-12-31"));
	CHECK(prints(59, "2000-02-29"));
	CHECK(prints(-730485, "0001-01-01 BC"));
	CHECK(prints(-730119, "0001-01-01"));
	CHECK(prints(2921940, "10000-01-01"));
}

static void
test_rejected_text(void)
{
	static const char *const bad[] = {"",
		"2026",
		"2026-",
		"2026-1-01",
		"2026-01-1",
		"2026-13-01",
		"2026-00-01",
		"2026-01-00",
		"2026-02-30",
		"2025-02-29",
		"1900-02-29",
		"0000-01-01",
		"4714-11-23 BC",
		"5874898-01-01",
		"99999999-01-01",
		"-2026-01-01",
		"+2026-01-01",
		"2026/01/01",
		"026-01-01",
		"infinity",
		"2026-01-001",
	" 2026-01-01"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		const char *p = bad[i];
		int32_t		date;

		CHECK(rt_date_parse(&p, p + strlen(p), &date) != NULL);
		CHECK(p == bad[i]);
	}
}

/* The same day of another month, or its last one; nothing behind the last date */
static void
test_months_later(void)
{
	int32_t		later;

	for (int year = 2023; year <= 2025; year++)
		for (int month = 1; month <= 12; month++)
			for (int day = 1; day <= days_in_month(year, month); day++)
				for (int months = 0; months <= 30; months++)
				{
					int			number = year * 12 + month - 1 + months;
					int			last = days_in_month(number / 12, number % 12 + 1);
					int32_t		date,
								expected;

					CHECK(rt_date_from_ymd(year, month, day, &date));
					CHECK(rt_date_from_ymd(number / 12, number % 12 + 1, day < last ? day : last,
										   &expected));
					CHECK(rt_date_months_later(date, months, &later) && later == expected);
				}
	CHECK(rt_date_months_later(RT_DATE_MAX, 0, &later) && later == RT_DATE_MAX);
	CHECK(rt_date_months_later(RT_DATE_MAX - 31, 1, &later) && later == RT_DATE_MAX - 1);
	CHECK(!rt_date_months_later(RT_DATE_MAX, 1, &later));
	CHECK(!rt_date_months_later(0, INT64_MAX, &later));
}

/* Does a period begin with this day?  2000-01-03, two days after day 0, was a Monday */
static bool
begins_with(rt_calendar_unit unit, int32_t date)
{
	int32_t		year;
	int			month,
				day;

	rt_date_to_ymd(date, &year, &month, &day);
	return unit == RT_UNIT_DAY ||
		(unit == RT_UNIT_WEEK && (date - 2) % 7 == 0) ||
		(unit == RT_UNIT_MONTH && day == 1) ||
		(unit == RT_UNIT_QUARTER && day == 1 && month % 3 == 1) ||
		(unit == RT_UNIT_YEAR && day == 1 && month == 1);
}

static void
check_unit(rt_calendar_unit unit, int32_t from, int32_t to)
{
	int32_t		number = rt_unit_number(unit, from);

	for (int32_t date = from; date < to; date++)
	{
		if (date > from && begins_with(unit, date))
			number++;
		CHECK(rt_unit_number(unit, date) == number && rt_unit_has(unit, number));
		if (begins_with(unit, date))
			CHECK(rt_unit_start(unit, number) == date);
	}
}

static void
test_units(void)
{
	for (int i = 0; i < RT_CALENDAR_UNITS; i++)
	{
		rt_calendar_unit unit = (rt_calendar_unit) i;
		int64_t		first = rt_unit_number(unit, RT_DATE_MIN);
		int64_t		last = rt_unit_number(unit, RT_DATE_MAX);

		check_unit(unit, RT_DATE_MIN, RT_DATE_MIN + 2000);
		check_unit(unit, -2000, 2000);
		check_unit(unit, RT_DATE_MAX - 2000, RT_DATE_MAX);
		CHECK(rt_unit_number(unit, 2) == (unit == RT_UNIT_DAY ? 2 : unit == RT_UNIT_WEEK ? 0 :
										  unit == RT_UNIT_MONTH ? 24000 :
										  unit == RT_UNIT_QUARTER ? 8000 :
										  2000));
		CHECK(rt_unit_has(unit, first) && !rt_unit_has(unit, first - 1));
		CHECK(rt_unit_has(unit, last) && !rt_unit_has(unit, last + 1));

		/* what lies beyond begins with the end */
		CHECK(rt_unit_start(unit, first - 1) == RT_DATE_MIN);
		CHECK(rt_unit_start(unit, last + 1) == RT_DATE_MAX);
	}
}

static const check_case calendar_cases[] = {
	{"calendar: day by day from 4714 BC to 3368", test_day_by_day},
	{"calendar: the ends of the range", test_ends_of_range},
	{"calendar: text that is no date", test_rejected_text},
	{"calendar: months later", test_months_later},
	{"calendar: periods, up to the ends of the range", test_units},
	{NULL, NULL}
};

CHECK_CASES(calendar);
