/*
 * own_time.c
 *		On which weekdays and in which months a customer buys.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "core/assert.h"
#include "core/calendar.h"
#include "core/own_time.h"
#include "core/poll.h"
#include "core/special.h"

#define LOG_200 5.29831736654803667 /* a hundred times, by one of two ways to differ */
#define LOG_100 4.60517018598809137

#define FIRST_MONDAY 2			/* from 2000-01-01 on */
#define TWO_YEARS 730
#define CENTURY 36525			/* over so long a time theirs passes as any other, */
#define TEN_YEARS 3653			/* and weekdays of their own as those of the season */

static const double month_days[12] = {31, 28.2425, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static int
weekday_of(int32_t date)
{
	return (int) ((((int64_t) date - FIRST_MONDAY) % 7 + 7) % 7);
}

/*
 * Against days that are all alike: by Dirichlet(1/7, ...), and working days and weekends by
 * Beta(5/7, 2/7), each worth one purchase that is known beforehand.
 */
static bool
weekdays_of(const int32_t *dates, size_t count, rt_own_time *time)
{
	double		counts[7] = {0};
	double		n = (double) count;
	double		squares = 0;
	double		each = n * log(7) - lgamma(n + 1);
	double		both,
				weekend;

	if (count < 4)
		return false;
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i + 1);
		counts[weekday_of(dates[i])]++;
	}
	weekend = counts[5] + counts[6];
	for (int i = 0; i < 7; i++)
		squares += counts[i] * counts[i];

	/* most customers can be seen to have no such days: chi square, and a tenth of the weekends */
	if (7 * squares / n - n < 12 && weekend > 0.15 * n && n - weekend > 0.3 * n)
		return false;
	for (int i = 0; i < 7; i++)
		if (counts[i] > 0)
			each += rt_log_gamma_ratio(1.0 / 7, counts[i]);
	both = rt_log_gamma_ratio(5.0 / 7, n - weekend) + rt_log_gamma_ratio(2.0 / 7, weekend) -
		lgamma(n + 1) - (n - weekend) * log(5.0 / 7) - weekend * log(2.0 / 7);
	if (fmax(each, both) < LOG_200)
		return false;
	for (int i = 0; i < 7; i++)
	{
		if (each >= both)
			time->weekday[i] = 7 * (counts[i] + 1.0 / 7) / (n + 1);
		else
			time->weekday[i] = i < 5 ?
				(n - weekend + 5.0 / 7) / (n + 1) * 7 / 5 :
				(weekend + 2.0 / 7) / (n + 1) * 7 / 2;
	}
	return true;
}

/* ln of B(came + 1/2, missed + 1/2) / B(1/2, 1/2) */
static double
log_attended(double came, double missed)
{
	return lgamma(came + 0.5) + lgamma(missed + 0.5) - lgamma(came + missed + 1) -
		1.14472988584940017;	/* ln pi */
}

/*
 * In how many years they bought in a month, each month by a probability of its own, against one
 * probability for all of them: so that a busy spring counts once.
 */
static bool
months_of(const int32_t *dates, size_t count, rt_own_time *time)
{
	double		counts[12] = {0},
				years[12] = {0},
				all[12] = {0};
	double		came = 0,
				missed = 0,
				own = 0,
				mean = 0;
	int32_t		year,
				first_year;
	int			month,
				day,
				first_month,
				never = 0;
	int64_t		last = -1;

	if (count < 6 || (double) dates[count - 1] - (double) dates[0] <= TWO_YEARS)
		return false;
	rt_date_to_ymd(dates[0], &first_year, &first_month, &day);
	for (size_t i = 0; i < count; i++)
	{
		int64_t		number;

		rt_poll_each(i + 1);
		rt_date_to_ymd(dates[i], &year, &month, &day);
		number = (int64_t) year * 12 + month - 1;
		counts[month - 1]++;
		years[month - 1] += number != last;
		last = number;
	}
	last -= (int64_t) first_year * 12 + first_month - 1;
	for (int i = 0; i < 12; i++)
	{
		all[(first_month - 1 + i) % 12] = (double) (last / 12 + (i <= last % 12 ? 1 : 0));
		never += years[i] == 0;
	}

	/* a season is what leaves out a quarter of the year */
	if (never < 3)
		return false;
	for (int i = 0; i < 12; i++)
	{
		own += log_attended(years[i], all[i] - years[i]);
		came += years[i];
		missed += all[i] - years[i];
	}
	if (own - log_attended(came, missed) < LOG_100)
		return false;

	/* one purchase more, spread over the months */
	for (int i = 0; i < 12; i++)
	{
		time->month[i] = (counts[i] + 1.0 / 12) / (all[i] * month_days[i]);
		mean += time->month[i] * month_days[i] / 365.2425;
	}
	for (int i = 0; i < 12; i++)
		time->month[i] /= mean;
	return true;
}

bool
rt_own_time_of(const int32_t *dates, size_t count, rt_own_time *time)
{
	time->by_weekday = weekdays_of(dates, count, time);
	time->before[0] = 0;
	for (int i = 0; time->by_weekday && i < 7; i++)
		time->before[i + 1] = time->before[i] + time->weekday[i];
	time->by_month = months_of(dates, count, time);
	time->season = NULL;
	return time->by_weekday || time->by_month;
}

/* Of the days from one on and before another, what their weekdays count */
static double
weekday_days(const rt_own_time *time, int64_t from, int64_t to)
{
	int64_t		days = to - from;
	int			rest,
				first,
				end;

	if (!time->by_weekday)
		return (double) days;
	rest = (int) (days % 7);
	first = weekday_of((int32_t) from);
	end = first + rest;
	return (double) (days - rest) - time->before[first] +
		(end <= 7 ? time->before[end] : time->before[7] + time->before[end - 7]);
}

void
rt_own_time_set_season(rt_own_time *time, const rt_season *season)
{
	RT_ASSERT(!time->by_month);
	time->season = season;
	if (season != NULL)
		memcpy(time->month, season->months, sizeof(time->month));
}

/* Are months, theirs or those of the season, not all alike? */
static inline bool
own_time_has_months(const rt_own_time *time)
{
	return time->by_month || time->season != NULL;
}

/* The factor of the events of the season on a day, which lasts until the day before next */
static double
own_time_events(const rt_own_time *time, int32_t date, int64_t *next)
{
	const rt_season_clock *clock;
	int			span = 0;

	*next = INT64_MAX;
	if (time->season == NULL)
		return 1;
	clock = &time->season->clock;
	while (span < clock->span_count && clock->spans[span].from <= date)
		span++;
	if (span < clock->span_count)
		*next = clock->spans[span].from;
	return span > 0 ? clock->spans[span - 1].factor : 1;
}

/* How much a day counts whatever its weekday */
static double
own_time_month(const rt_own_time *time, int32_t date)
{
	int32_t		year;
	int			month,
				day;
	int64_t		next;

	if (!own_time_has_months(time))
		return 1;
	rt_date_to_ymd(date, &year, &month, &day);
	return time->month[month - 1] * own_time_events(time, date, &next);
}

static double
day_of_own_time(const rt_own_time *time, int32_t date)
{
	return (time->by_weekday ? time->weekday[weekday_of(date)] : 1) * own_time_month(time, date);
}

double
rt_own_time_half_day(const rt_own_time *time, int32_t date)
{
	return time->season == NULL ? 0.5 : own_time_month(time, date) / 2;
}

/* Of the days from one on and before another, with their months */
static double
own_time_days(const rt_own_time *time, int32_t from, int32_t to)
{
	double		days = 0;
	int64_t		at = from;
	int32_t		year;
	int			month,
				day;

	rt_date_to_ymd(from, &year, &month, &day);
	while (at < to)
	{
		int64_t		end = to;
		int64_t		events_end;
		int32_t		next = INT32_MAX;
		double		factor = time->month[month - 1] *
			own_time_events(time, (int32_t) at, &events_end);
		int32_t		next_year = month == 12 ? year + 1 : year;

		if (rt_date_from_ymd(next_year, month % 12 + 1, 1, &next) && next < to)
			end = next;
		if (events_end < end)
			end = events_end;
		days += factor * weekday_days(time, at, end);
		at = end;
		if (at == next)
		{
			year = next_year;
			month = month % 12 + 1;
		}
	}
	return days;
}

/* By the season alone, but for the first ten years */
static double
own_time_by_season(const rt_own_time *time, int32_t from, int32_t to)
{
	return own_time_days(time, from, from + TEN_YEARS) - day_of_own_time(time, from) / 2 +
		rt_season_days(time->season, from + TEN_YEARS - 1, to);
}

double
rt_own_time_between(const rt_own_time *time, int32_t from, int32_t to)
{
	double		ends = (day_of_own_time(time, to) - day_of_own_time(time, from)) / 2;

	if (!own_time_has_months(time))
		return weekday_days(time, from, to) + ends;
	if (time->season != NULL && (int64_t) to - from > TEN_YEARS)
		return own_time_by_season(time, from, to) - rt_season_factor(time->season, to) / 2;
	if ((int64_t) to - from > CENTURY)
		return (double) to - (double) from;
	return own_time_days(time, from, to) + ends;
}

double
rt_own_time_until_end(const rt_own_time *time, int32_t from, int32_t to)
{
	if (time->season != NULL && (int64_t) to - from > TEN_YEARS)
		return own_time_by_season(time, from, to);
	return rt_own_time_between(time, from, to) + day_of_own_time(time, to) / 2;
}

bool
rt_own_time_day(const rt_own_time *time, int32_t from, double days, int32_t *day)
{
	int64_t		low = from;
	int64_t		high,
				step;

	if (!((double) from + days < RT_DATE_MAX))
		return false;

	/* without months each week counts seven days, and half a day is at most 3.5 of them */
	if (!own_time_has_months(time) && days > 14)
		low += ((int64_t) (days - 3.5) / 7 - 1) * 7;
	step = own_time_has_months(time) ? (int64_t) fmax(days, 0) / 2 + 1 : 7;
	for (;;)
	{
		high = low + step;
		if (high > RT_DATE_MAX)
			return false;
		if (rt_own_time_until_end(time, from, (int32_t) high) >= days)
			break;
		low = high;
		step *= 2;
		rt_poll();
	}
	while (high - low > 1)
	{
		int64_t		middle = low + (high - low) / 2;

		if (rt_own_time_until_end(time, from, (int32_t) middle) >= days)
			high = middle;
		else
			low = middle;
	}
	*day = (int32_t) high;
	return true;
}

/* Of a weekday, against the mean: less than one purchase in 49 falls on it */
#define RARE (1.0 / 7)

bool
rt_own_time_usual_day(const rt_own_time *time, int32_t *day)
{
	while (time->by_weekday && time->weekday[weekday_of(*day)] < RARE)
	{
		if (*day == RT_DATE_MAX)
			return false;
		(*day)++;
	}
	return true;
}

void
rt_own_time_pace(const rt_own_time *time, const int32_t *dates, size_t count, double weight,
				   rt_pace *pace)
{
	rt_intervals *intervals = &pace->intervals;

	*pace = (rt_pace) {{(int64_t) count - 1, 0, 0, NAN, NAN, 1}, 0, 0, 0};
	for (size_t i = 1; i < count; i++)
	{
		double		interval = rt_own_time_between(time, dates[i - 1], dates[i]);

		rt_poll_each(i);
		intervals->sum += interval;
		intervals->sum_log += log(interval);
		pace->weighted = pace->weighted * weight + 1;
		pace->weighted_sum = pace->weighted_sum * weight + interval;
		pace->log_speed += log(day_of_own_time(time, dates[i]));
	}
	if (count > 1)
		intervals->mean = intervals->sum / (double) intervals->count;
}
