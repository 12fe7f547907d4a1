/*
 * calendar_slots.c
 *		The dates of a rhythm of the calendar: when it is expected next, and what it means to be
 *		silent.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/calendar_position.h"
#include "core/poll.h"

/*
 * What is known of a cycle before anything is: who has one leaves out one purchase in ten, and
 * keeps to the day (two purchases with a deviation of one day).  Choices.
 */
#define LEFT_OUT 0.5
#define KEPT 4.5
#define DAYS_KNOWN 2.0

#define LOG_TWO_PI 1.83787706640934548

const char *
rt_period_name(rt_period period)
{
	static const char *const names[RT_PERIODS] = {"weekly", "monthly", "two-monthly", "quarterly",
	"half-yearly", "yearly", "free"};

	return names[period];
}

/* ------------------------------------------- the third Tuesday of a month */

/* Which one of its month a day is of its weekday, from 1 on, and how many follow */
static void
weekday_places(const calendar_day *day, int *from_start, int *follow)
{
	int			start = month_starts[day->leap][day->month - 1];
	int			end = month_starts[day->leap][day->month];

	*from_start = (day->day_of_year - start) / 7 + 1;
	*follow = (end - 1 - day->day_of_year) / 7;
}

/* The day of a month that is the ordinal's weekday of it; true unless beyond the calendar */
static bool
weekday_of_month(int64_t year, int month, int ordinal, int weekday, int64_t *date)
{
	int32_t		first,
				next;

	if (!rt_date_from_ymd(year, month, 1, &first))
		return false;
	if (ordinal > 0)
	{
		*date = first + (weekday - rt_weekday(first) + 7) % 7 + 7 * (ordinal - 1);
		return true;
	}
	if (!rt_date_from_ymd(month == 12 ? year + 1 : year, month % 12 + 1, 1, &next))
		return false;
	*date = next - 1 - (rt_weekday(next - 1) - weekday + 7) % 7;
	return true;
}

static int
largest_of(const int *counts, int count)
{
	int			best = 0;

	for (int i = 1; i < count; i++)
		if (counts[i] > counts[best])
			best = i;
	return best;
}

/*
 * The time of a phase of a period of months that begins with a year's month, 0 to 11: in days, that
 * of a date's noon is date + 1/2; INFINITY beyond the calendar
 */
static double
period_time(rt_period period, int64_t year, int start, double phase)
{
	double		place = phase * period_months[period];
	double		whole = fmin(floor(place), period_months[period] - 1);
	int			month = start + (int) whole;
	calendar_day begin;
	int32_t		first;

	if (!rt_date_from_ymd(year, month + 1, 1, &first))
		return INFINITY;
	begin = calendar_day_of(first);
	return (double) first +
		(place - whole) * (month_starts[begin.leap][month + 1] - month_starts[begin.leap][month]);
}

/* The time of the purchase that is expected in the period of a number */
static double
slot_time(const rt_calendar_cycle *cycle, double number)
{
	int			months,
				start;
	double		year;
	int64_t		day;

	if (cycle->period == RT_FREE)
		return (number + cycle->season_phase) * cycle->days;
	if (cycle->period == RT_WEEKLY)
		return RT_FIRST_MONDAY + (number + cycle->season_phase) * 7;
	months = period_months[cycle->period];
	year = floor(number * months / 12);
	start = (int) (number * months - year * 12);
	if (cycle->ordinal != 0)
		return weekday_of_month((int64_t) year, start + cycle->month + 1, cycle->ordinal,
								cycle->weekday, &day) ? (double) day + 0.5 : INFINITY;
	return period_time(cycle->period, (int64_t) year, start, cycle->season_phase);
}

/* Of the purchase that is expected nearest to a date */
static double
slot_number(const rt_calendar_cycle *cycle, int32_t date)
{
	period_position place = position_of_date(cycle, date);

	return place.whole + floor(place.phase - cycle->season_phase + 0.5);
}

void
rt_calendar_cycle_find_weekday(const int32_t *dates, size_t count, rt_calendar_cycle *cycle)
{
	int			weekdays[7] = {0},
				ordinals[6] = {0},	/* the last one at 0 */
				months[12] = {0};
	double		least = 0.9 * (double) count;
	double		squares = 0;
	int			ordinal;

	if (count < 4 || cycle->period == RT_WEEKLY || cycle->period == RT_FREE)
		return;
	for (size_t i = 0; i < count; i++)
	{
		calendar_day day = calendar_day_of(dates[i]);
		int			from_start,
					follow;

		rt_poll_each(i + 1);
		weekday_places(&day, &from_start, &follow);
		weekdays[rt_weekday(dates[i])]++;
		ordinals[from_start]++;
		ordinals[0] += follow == 0;
		months[(day.month - 1) % period_months[cycle->period]]++;
	}
	ordinal = largest_of(ordinals, 5);
	cycle->weekday = largest_of(weekdays, 7);
	cycle->month = largest_of(months, 12);
	if (weekdays[cycle->weekday] < least || ordinals[ordinal] < least ||
		months[cycle->month] < least)
		return;
	cycle->ordinal = ordinal == 0 ? -1 : ordinal;
	for (size_t i = 0; i < count; i++)
	{
		double		distance = (double) dates[i] + 0.5 -
			slot_time(cycle, slot_number(cycle, dates[i]));

		rt_poll_each(i + 1);
		squares += distance * distance;
	}
	squares = squares * ((double) count + 1) / ((double) count * ((double) count - 1)) + 1.0 / 12;
	if (isfinite(squares) && squares < cycle->deviation * cycle->deviation * cycle->days *
		cycle->days)
		cycle->deviation = sqrt(squares) / cycle->days;
	else
		cycle->ordinal = 0;
}

/* In days */
static double
slot_deviation(const rt_calendar_cycle *cycle)
{
	return sqrt(cycle->deviation * cycle->deviation * cycle->days * cycle->days +
				DAYS_KNOWN / cycle->seasons);
}

double
rt_calendar_cycle_log_likelihood(const rt_calendar_cycle *cycle, size_t purchases)
{
	double		came = cycle->seasons - 1;
	double		missed = fmax(cycle->periods - came, 0);

	return lgamma(came + KEPT) + lgamma(missed + LEFT_OUT) - lgamma(came + missed + KEPT +
																	LEFT_OUT) -
		came * (log(slot_deviation(cycle)) + (1 + LOG_TWO_PI) / 2) -
		((double) purchases - cycle->seasons) * log(cycle->days);
}

/* ----------------------------------------------------------- the next peak */

/* The peak in the period that the date is in */
static int64_t
peak_date(const rt_calendar_cycle *cycle, int64_t date)
{
	calendar_day day;
	double		time;
	int			months;

	if (cycle->period == RT_FREE)
		return (int64_t) floor((floor(((double) date + 0.5) / cycle->days) + cycle->phase) *
							   cycle->days);
	if (cycle->period == RT_WEEKLY)
		return (int64_t) floor(((double) date - RT_FIRST_MONDAY + 0.5) / 7) * 7 + RT_FIRST_MONDAY +
			(int64_t) (cycle->phase * 7);
	if (date > RT_DATE_MAX)
		return (int64_t) RT_DATE_MAX + 1;
	if (cycle->ordinal != 0)
		time = slot_time(cycle, position_of_date(cycle, (int32_t) date).whole);
	else
	{
		day = calendar_day_of((int32_t) date);
		months = period_months[cycle->period];
		time = period_time(cycle->period, day.year, (day.month - 1) / months * months,
						   cycle->phase);
	}
	return isfinite(time) ? (int64_t) floor(time) : (int64_t) RT_DATE_MAX + 1;
}

bool
rt_calendar_cycle_next(const rt_calendar_cycle *cycle, int32_t after, int32_t *date)
{
	int64_t		peak = peak_date(cycle, after);

	/* half a period on is in this period or in the next one */
	for (int halves = 1; peak <= after && halves <= 3; halves++)
		peak = peak_date(cycle, (int64_t) after + (int64_t) ceil(halves * cycle->days / 2));
	if (peak > RT_DATE_MAX)
		return false;
	*date = (int32_t) peak;
	return true;
}

/* ------------------------------------------------------------- the silence */

static double
normal_below(double x)
{
	return erfc(-x / sqrt(2)) / 2;
}

/* How many purchases were expected by the end of date, and how sure it is that the last one was */
static double
slots_passed(const rt_calendar_cycle *cycle, int32_t last, int32_t date, double *sure)
{
	double		number = slot_number(cycle, date);
	double		deviation = slot_deviation(cycle);
	double		edge = normal_below(-cycle->days / 2 / deviation);
	double		distance = (double) date + 1 - slot_time(cycle, number);

	/* one that is expected half a period before or after is another one */
	*sure = fmin(fmax((normal_below(distance / deviation) - edge) / (1 - 2 * edge), 0), 1);
	return number - slot_number(cycle, last);
}

double
rt_calendar_cycle_silence(const rt_calendar_cycle *cycle, int32_t last, int32_t date)
{
	double		kept = cycle->seasons - 1 + KEPT;
	double		left_out = cycle->periods - (cycle->seasons - 1) + LEFT_OUT;
	double		sure;
	double		slots = slots_passed(cycle, last, date, &sure);
	double		before = 1;
	double		after;

	if (slots < 1)
		return 1;

	/* all but the last one have been left out altogether */
	if (slots < 100)
	{
		for (double i = 0; i < slots - 1; i++)
			before *= (left_out + i) / (kept + left_out + i);
	}
	else
		before = exp(lgamma(left_out + slots - 1) - lgamma(left_out) + lgamma(kept + left_out) -
					 lgamma(kept + left_out + slots - 1));
	after = before * ((left_out + slots - 1) / (kept + left_out + slots - 1));
	return sure < 1 ? fmax(before - (before - after) * sure, after) : after;
}

bool
rt_calendar_cycle_missed(const rt_calendar_cycle *cycle, int32_t last, int32_t date)
{
	double		sure;
	double		slots = slots_passed(cycle, last, date, &sure);

	/* nine of ten come by then, of those who come */
	return slots >= 2 || (slots >= 1 && sure >= 0.9);
}

int32_t
rt_calendar_cycle_season_end(const rt_calendar_cycle *cycle, const int32_t *dates, size_t count)
{
	double		sum = 0,
				seasons = 0;
	double		number = slot_number(cycle, dates[0]);
	double		time;

	for (size_t i = 1; i < count; i++)
	{
		double		next = slot_number(cycle, dates[i]);

		rt_poll_each(i);
		if (next != number)
		{
			sum += (double) dates[i - 1] - slot_time(cycle, number);
			seasons++;
		}
		number = next;
	}
	time = slot_time(cycle, number) + (seasons > 0 ? sum / seasons : 0);
	return time < RT_DATE_MAX ? (int32_t) fmax(rint(time), dates[count - 1]) : RT_DATE_MAX;
}

bool
rt_calendar_cycle_quantile(const rt_calendar_cycle *cycle, int32_t last, int32_t after,
						   double silence, int32_t *date)
{
	int64_t		low = after;	/* above silence */
	int64_t		high;
	int64_t		step = (int64_t) ceil(cycle->days / 2);

	for (;;)
	{
		high = low + step;
		if (high > RT_DATE_MAX)
			return false;
		if (rt_calendar_cycle_silence(cycle, last, (int32_t) high) <= silence)
			break;
		low = high;
		step *= 2;
	}
	while (high - low > 1)
	{
		int64_t		middle = low + (high - low) / 2;

		if (rt_calendar_cycle_silence(cycle, last, (int32_t) middle) <= silence)
			high = middle;
		else
			low = middle;
	}
	*date = (int32_t) high;
	return true;
}
