/*
 * calendar.c
 *		Days and calendar dates.
 *
 * The conversions count in years that begin in March and in eras of 400 years
 * (146,097 days), so that leap days fall at the end and no table is needed.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/calendar.h"

#define DAYS_PER_ERA 146097
#define DAYS_0000_03_01_TO_2000_01_01 730425

static int64_t
floor_division(int64_t a, int64_t b)
{
	return (a >= 0 ? a : a - (b - 1)) / b;
}

int
rt_month_days(int64_t year, int month)
{
	static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month_days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool
rt_date_from_ymd(int64_t year, int month, int day, int32_t *date)
{
	int64_t		y,
				era,
				year_of_era,
				day_of_year,
				result;

	if (month < 1 || month > 12 || day < 1 ||
		year < -10000 || year > INT64_C(10000000))
		return false;
	if (day > rt_month_days(year, month))
		return false;

	y = month <= 2 ? year - 1 : year;
	era = (y >= 0 ? y : y - 399) / 400;
	year_of_era = y - era * 400;
	day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	result = era * DAYS_PER_ERA +
		year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
		DAYS_0000_03_01_TO_2000_01_01;
	if (result < RT_DATE_MIN || result > RT_DATE_MAX)
		return false;
	*date = (int32_t) result;
	return true;
}

void
rt_date_to_ymd(int32_t date, int32_t *year, int *month, int *day)
{
	int64_t		z = (int64_t) date + DAYS_0000_03_01_TO_2000_01_01;
	int64_t		era = (z >= 0 ? z : z - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
	int64_t		day_of_era = z - era * DAYS_PER_ERA;
	int64_t		year_of_era;
	int64_t		day_of_year;
	int			m;

	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
				   day_of_era / 146096) / 365;
	day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	m = (int) ((5 * day_of_year + 2) / 153);
	*day = (int) (day_of_year - (153 * m + 2) / 5 + 1);
	*month = m < 10 ? m + 3 : m - 9;
	*year = (int32_t) (year_of_era + era * 400 + (*month <= 2 ? 1 : 0));
}

bool
rt_date_months_later(int32_t date, int64_t months, int32_t *later)
{
	int32_t		year;
	int			month,
				day;
	int64_t		number;

	if (months > RT_DATE_MAX)
		return false;
	rt_date_to_ymd(date, &year, &month, &day);
	number = (int64_t) year * 12 + month - 1 + months;
	year = (int32_t) floor_division(number, 12);
	month = (int) (number - (int64_t) year * 12) + 1;
	while (day > 28 && !rt_date_from_ymd(year, month, day, later))
		day--;
	return rt_date_from_ymd(year, month, day, later);
}

int32_t
rt_unit_number(rt_calendar_unit unit, int32_t date)
{
	int32_t		year;
	int			month,
				day;

	switch (unit)
	{
		case RT_UNIT_DAY:
			return date;
		case RT_UNIT_WEEK:
			return (int32_t) floor_division((int64_t) date - RT_FIRST_MONDAY, 7);
		case RT_UNIT_MONTH:
			rt_date_to_ymd(date, &year, &month, &day);
			return year * 12 + month - 1;
		case RT_UNIT_QUARTER:
			rt_date_to_ymd(date, &year, &month, &day);
			return year * 4 + (month - 1) / 3;
		case RT_UNIT_YEAR:
			rt_date_to_ymd(date, &year, &month, &day);
			return year;
	}
	return 0;
}

bool
rt_unit_has(rt_calendar_unit unit, int64_t number)
{
	return number >= rt_unit_number(unit, RT_DATE_MIN) &&
		number <= rt_unit_number(unit, RT_DATE_MAX);
}

int32_t
rt_unit_start(rt_calendar_unit unit, int64_t number)
{
	int64_t		months = number;
	int64_t		days = unit == RT_UNIT_WEEK ? number * 7 + RT_FIRST_MONDAY : number;
	int32_t		date;

	switch (unit)
	{
		case RT_UNIT_DAY:
		case RT_UNIT_WEEK:
			return (int32_t) (days < RT_DATE_MIN ? RT_DATE_MIN :
							  days > RT_DATE_MAX ? RT_DATE_MAX :
							  days);
		case RT_UNIT_QUARTER:
			months = number * 3;
			break;
		case RT_UNIT_YEAR:
			months = number * 12;
			break;
		case RT_UNIT_MONTH:
			break;
	}
	if (rt_date_from_ymd(floor_division(months, 12),
						 (int) (months - floor_division(months, 12) * 12) + 1, 1, &date))
		return date;
	return months < 0 ? RT_DATE_MIN : RT_DATE_MAX;
}

static char *
print_padded(char *p, uint32_t value, int width)
{
	char		digits[10];
	int			n = 0;

	do
	{
		digits[n++] = (char) ('0' + value % 10);
		value /= 10;
	} while (value > 0);
	for (int i = n; i < width; i++)
		*p++ = '0';
	while (n > 0)
		*p++ = digits[--n];
	return p;
}

size_t
rt_date_print(int32_t date, char *text)
{
	char	   *p = text;
	int32_t		year;
	int			month,
				day;

	rt_date_to_ymd(date, &year, &month, &day);
	p = print_padded(p, (uint32_t) (year > 0 ? year : 1 - year), 4);
	*p++ = '-';
	p = print_padded(p, (uint32_t) month, 2);
	*p++ = '-';
	p = print_padded(p, (uint32_t) day, 2);
	if (year <= 0)
	{
		*p++ = ' ';
		*p++ = 'B';
		*p++ = 'C';
	}
	return (size_t) (p - text);
}

/* Reads min to max digits; returns how many, 0 when there are too few or too many */
static int
parse_digits(const char **text, const char *end, int min, int max, int *value)
{
	const char *p = *text;
	int			n = 0;

	*value = 0;
	while (p < end && *p >= '0' && *p <= '9' && n <= max)
	{
		*value = *value * 10 + (*p - '0');
		p++;
		n++;
	}
	if (n < min || n > max)
		return 0;
	*text = p;
	return n;
}

const char *
rt_date_parse(const char **text, const char *end, int32_t *date)
{
	const char *start = *text;
	const char *p = start;
	int			year,
				month,
				day;
	bool		bc = false;

	if (!parse_digits(&p, end, 4, 7, &year) ||
		p >= end || *p++ != '-' ||
		!parse_digits(&p, end, 2, 2, &month) ||
		p >= end || *p++ != '-' ||
		!parse_digits(&p, end, 2, 2, &day))
		return "expected a date as YYYY-MM-DD";
	if (end - p >= 3 && p[0] == ' ' && p[1] == 'B' && p[2] == 'C')
	{
		bc = true;
		p += 3;
	}
	if (year == 0)
		return "there is no year 0";
	if (!rt_date_from_ymd(bc ? 1 - year : year, month, day, date))
		return "there is no such date";
	*text = p;
	return NULL;
}
