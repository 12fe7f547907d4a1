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

CHECK_CASES(calendar) =
{
	{
		"calendar: day by day from 4714 BC to 3368", test_day_by_day
	},
	{
		"calendar: the ends of the range", test_ends_of_range
	},
	{
		"calendar: text that is no date", test_rejected_text
	},
	{
		NULL, NULL
	}
};
