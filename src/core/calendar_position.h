/*
 * calendar_position.h
 *		Where a day is within its period of the calendar.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_CALENDAR_POSITION_H
#define RT_CALENDAR_POSITION_H

#include <math.h>

#include "core/calendar.h"
#include "core/calendar_cycle.h"

/* Months of each period, and its mean days: 400 years have 146,097 */
static const int period_months[] = {0, 1, 2, 3, 6, 12};
static const double period_days[] = {7, 30.436875, 60.87375, 91.310625, 182.62125, 365.2425};

static const int month_starts[2][13] = {
	{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365},
	{0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366}
};

typedef struct calendar_day
{
	int32_t		date;
	int32_t		year;
	int			month;
	int			day_of_year;
	int			leap;
} calendar_day;

static inline calendar_day
calendar_day_of(int32_t date)
{
	calendar_day result;
	int			day;

	result.date = date;
	rt_date_to_ymd(date, &result.year, &result.month, &day);
	result.leap = (result.year % 4 == 0 && result.year % 100 != 0) || result.year % 400 == 0;
	result.day_of_year = month_starts[result.leap][result.month - 1] + day - 1;
	return result;
}

/* Where a date is at noon: in which period, and at which phase of it */
typedef struct period_position
{
	double		whole;
	double		phase;
} period_position;

static inline period_position
position_of_day(rt_period period, double days, const calendar_day *day)
{
	period_position result;

	if (period == RT_WEEKLY)
	{
		int			weekday = rt_weekday(day->date);

		result.whole = (double) (((int64_t) day->date - RT_FIRST_MONDAY - weekday) / 7);
		result.phase = (weekday + 0.5) / 7;
	}
	else if (period == RT_FREE)
	{
		double		place = (day->date + 0.5) / days;

		result.whole = floor(place);
		result.phase = place - result.whole;
	}
	else
	{
		/* months count the same, so that the first of each is at the same phase in any year */
		int			months = period_months[period];
		int			index = (day->month - 1) / months;
		int			start = month_starts[day->leap][day->month - 1];
		int			end = month_starts[day->leap][day->month];

		result.whole = (double) day->year * (12 / months) + index;
		result.phase = (day->month - 1 - index * months +
						(day->day_of_year - start + 0.5) / (end - start)) / months;
	}
	return result;
}

static inline period_position
position_of_date(const rt_calendar_cycle *cycle, int32_t date)
{
	calendar_day day = calendar_day_of(date);

	return position_of_day(cycle->period, cycle->days, &day);
}

#endif							/* RT_CALENDAR_POSITION_H */
