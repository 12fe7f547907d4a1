/*
 * calendar.h
 *		Days and calendar dates.
 *
 * A day is the number of days since 2000-01-01 in the proleptic Gregorian
 * calendar, the same number that PostgreSQL's date holds.  Years are
 * astronomical: year 0 is 1 BC.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_CALENDAR_H
#define RT_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* PostgreSQL's range of finite dates: 4714-11-24 BC to 5874897-12-31 */
#define RT_DATE_MIN (-2451545)
#define RT_DATE_MAX 2145031948

/* Of the mean year of 365.25 days */
#define RT_DAYS_PER_MONTH (365.25 / 12)

/* longest printed date, "5874897-12-31" or "4714-11-24 BC" */
#define RT_DATE_TEXT_MAX 16

/* 2000-01-03: 2000-01-01 was a Saturday */
#define RT_FIRST_MONDAY 2

/* From Monday, 0, on */
static inline int
rt_weekday(int64_t date)
{
	return (int) (((date - RT_FIRST_MONDAY) % 7 + 7) % 7);
}

/* Of a month from 1 to 12 */
extern int	rt_month_days(int64_t year, int month);

extern bool rt_date_from_ymd(int64_t year, int month, int day, int32_t *date);
extern void rt_date_to_ymd(int32_t date, int32_t *year, int *month, int *day);

/*
 * The same day so many months later, from 0 on, or the last day of a month that has no such day;
 * false when that is behind the last date
 */
extern bool rt_date_months_later(int32_t date, int64_t months, int32_t *later);

/*
 * Periods by the calendar, a week from Monday on; each has a number, the next one the next number
 */
typedef enum rt_calendar_unit
{
	RT_UNIT_DAY,
	RT_UNIT_WEEK,
	RT_UNIT_MONTH,
	RT_UNIT_QUARTER,
	RT_UNIT_YEAR
} rt_calendar_unit;

#define RT_CALENDAR_UNITS 5

extern int32_t rt_unit_number(rt_calendar_unit unit, int32_t date);

/* Is this the number of a period in which a date lies? */
extern bool rt_unit_has(rt_calendar_unit unit, int64_t number);

/*
 * The first day of a period; of one that begins before the first date or behind the last one, that
 * date
 */
extern int32_t rt_unit_start(rt_calendar_unit unit, int64_t number);

/*
 * ISO text.  Printing returns the length (no terminating NUL).  Parsing reads
 * from *text on, at most to end, moves *text behind what it read and returns
 * NULL, or says what is wrong and leaves *text at the place.
 */
extern size_t rt_date_print(int32_t date, char *text);
extern const char *rt_date_parse(const char **text, const char *end, int32_t *date);

#endif							/* RT_CALENDAR_H */
