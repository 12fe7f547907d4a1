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

#define TWO_YEARS 730
#define CENTURY 36525			/* over so long a time theirs passes as any other, */
#define TEN_YEARS 3653			/* and weekdays of their own as those of the season */

static const double month_days[12] = {31, 28.2425, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

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
		counts[rt_weekday(dates[i])]++;
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
	first = rt_weekday((int32_t) from);
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

/* Day by day, from some day on: what the days before at count, in stretches of one factor */
typedef struct own_walk
{
	const rt_own_time *time;
	double		days;
	int64_t		at;
	int64_t		end;			/* the first day behind that has another factor */
	int64_t		month_end;		/* the first day of the next month */
	double		factor;			/* of the month, and of events */
	int32_t		year;
	int			month;
	int			span;			/* of events, -1: before the first one */
} own_walk;

/* The month and the span of the day that it is at are known */
static void
walk_set_stretch(own_walk *walk)
{
	const rt_season *season = walk->time->season;

	walk->factor = walk->time->month[walk->month - 1];
	walk->end = walk->month_end;
	if (season == NULL)
		return;
	if (walk->span >= 0)
		walk->factor *= season->clock.spans[walk->span].factor;
	if (walk->span + 1 < season->clock.span_count &&
		season->clock.spans[walk->span + 1].from < walk->end)
		walk->end = season->clock.spans[walk->span + 1].from;
}

static void
walk_begin(own_walk *walk, const rt_own_time *time, int32_t from)
{
	const rt_season *season = time->season;
	int			day;

	walk->time = time;
	walk->days = 0;
	walk->at = from;
	walk->span = -1;
	while (season != NULL && walk->span + 1 < season->clock.span_count &&
		   season->clock.spans[walk->span + 1].from <= from)
		walk->span++;
	rt_date_to_ymd(from, &walk->year, &walk->month, &day);
	walk->month_end = (int64_t) from + 1 - day + rt_month_days(walk->year, walk->month);
	walk_set_stretch(walk);
}

/* The first day of the next stretch */
static void
walk_on(own_walk *walk)
{
	const rt_season *season = walk->time->season;

	walk->days += walk->factor * weekday_days(walk->time, walk->at, walk->end);
	walk->at = walk->end;
	if (season != NULL && walk->span + 1 < season->clock.span_count &&
		season->clock.spans[walk->span + 1].from == walk->at)
		walk->span++;
	if (walk->at == walk->month_end)
	{
		walk->year += walk->month == 12;
		walk->month = walk->month % 12 + 1;
		walk->month_end += rt_month_days(walk->year, walk->month);
	}
	walk_set_stretch(walk);
}

static void
walk_to(own_walk *walk, int32_t to)
{
	while (walk->end <= to)
		walk_on(walk);
	walk->days += walk->factor * weekday_days(walk->time, walk->at, to);
	walk->at = to;
}

/* The day that it is at */
static double
walk_day(const own_walk *walk)
{
	return walk->time->by_weekday ?
		walk->factor * walk->time->weekday[rt_weekday((int32_t) walk->at)] : walk->factor;
}

/* How much a day counts whatever its weekday */
static double
own_time_month(const rt_own_time *time, int32_t date)
{
	own_walk	walk;

	if (!own_time_has_months(time))
		return 1;
	walk_begin(&walk, time, date);
	return walk.factor;
}

static double
day_of_own_time(const rt_own_time *time, int32_t date)
{
	return (time->by_weekday ? time->weekday[rt_weekday(date)] : 1) * own_time_month(time, date);
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
	own_walk	walk;

	walk_begin(&walk, time, from);
	walk_to(&walk, to);
	return walk.days;
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
	if (time->season != NULL && (int64_t) to - from >= TEN_YEARS)
		return own_time_by_season(time, from, to) - rt_season_factor(time->season, to) / 2;
	if ((int64_t) to - from > CENTURY)
		return (double) to - (double) from;
	return own_time_days(time, from, to) + ends;
}

double
rt_own_time_until_end(const rt_own_time *time, int32_t from, int32_t to)
{
	if (time->season != NULL && (int64_t) to - from >= TEN_YEARS)
		return own_time_by_season(time, from, to);
	return rt_own_time_between(time, from, to) + day_of_own_time(time, to) / 2;
}

/* The same with the months of the season: a walk of ten years at most */
static bool
own_time_season_day(const rt_own_time *time, int32_t from, double days, int32_t *day)
{
	int64_t		limit = (int64_t) from + TEN_YEARS;
	own_walk	walk;
	double		weeks;

	if (isnan(days))
		return false;
	if (limit > (int64_t) RT_DATE_MAX + 1)
		limit = (int64_t) RT_DATE_MAX + 1;
	walk_begin(&walk, time, from);
	days += walk_day(&walk) / 2;	/* from the beginning of that day on */
	while (walk.end <= limit &&
		   walk.days + walk.factor * weekday_days(time, walk.at, walk.end) < days)
		walk_on(&walk);

	/* within that stretch, where there is one before the limit, by weeks and then days */
	weeks = floor((days - walk.days) / (7 * walk.factor)) - 1;
	weeks = fmin(weeks, (double) ((limit - walk.at) / 7));
	if (weeks > 0)
		walk_to(&walk, (int32_t) (walk.at + 7 * (int64_t) weeks));
	while (walk.at < limit && walk.days + walk_day(&walk) < days)
		walk_to(&walk, (int32_t) walk.at + 1);
	if (walk.at < limit)
	{
		*day = walk.at == from ? from + 1 : (int32_t) walk.at;
		return *day <= RT_DATE_MAX;
	}
	return limit <= RT_DATE_MAX &&
		rt_season_day(time->season, (int32_t) limit - 1, days - walk.days, day);
}

bool
rt_own_time_day(const rt_own_time *time, int32_t from, double days, int32_t *day)
{
	int64_t		low = from;
	int64_t		high,
				step;

	if (time->season != NULL)
		return own_time_season_day(time, from, days, day);
	if (!((double) from + days < RT_DATE_MAX))
		return false;

	/* without months each week counts seven days, and half a day is at most 3.5 of them */
	if (!time->by_month && days > 14)
		low += ((int64_t) (days - 3.5) / 7 - 1) * 7;
	step = time->by_month ? (int64_t) fmax(days, 0) / 2 + 1 : 7;
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
	while (time->by_weekday && time->weekday[rt_weekday(*day)] < RARE)
	{
		if (*day == RT_DATE_MAX)
			return false;
		(*day)++;
	}
	return true;
}

/* With the months of the season, in one walk */
static void
own_time_season_pace(const rt_own_time *time, const int32_t *dates, size_t count, double weight,
					 rt_pace *pace)
{
	rt_log_product intervals = {1, 0};
	rt_log_product factors = {1, 0};
	own_walk	walk;

	walk_begin(&walk, time, dates[0]);
	for (size_t i = 1; i < count; i++)
	{
		double		interval = -walk_day(&walk) / 2;

		rt_poll_each(i);
		walk.days = 0;
		if ((int64_t) dates[i] - dates[i - 1] < TEN_YEARS)
		{
			walk_to(&walk, dates[i]);
			interval += walk.days + walk_day(&walk) / 2;
		}
		else
		{
			interval = rt_own_time_between(time, dates[i - 1], dates[i]);
			walk_begin(&walk, time, dates[i]);
		}
		pace->intervals.sum += interval;
		rt_log_product_add(&intervals, interval);
		rt_log_product_add(&factors, walk_day(&walk));
		pace->weighted = pace->weighted * weight + 1;
		pace->weighted_sum = pace->weighted_sum * weight + interval;
	}
	pace->intervals.sum_log = rt_log_product_sum(&intervals);
	pace->log_speed = rt_log_product_sum(&factors);
}

void
rt_own_time_pace(const rt_own_time *time, const int32_t *dates, size_t count, double weight,
				 rt_pace *pace)
{
	rt_intervals *intervals = &pace->intervals;

	*pace = (rt_pace) {{(int64_t) count - 1, 0, 0, NAN, NAN, 1}, 0, 0, 0};
	if (time->season != NULL)
		own_time_season_pace(time, dates, count, weight, pace);
	else
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
