/*
 * season.c
 *		The season: how much more is bought on one day than on another, by all customers alike.
 *
 * The time without events up to the end of a day is a sum over eras of 400 years, years that begin
 * in March, so that leap days are the last ones, months and days.  Weekdays are in what they are
 * more than one, which is nothing in whole weeks of a month; an era has whole weeks, and within a
 * year all follows from the weekday of March 1.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/season.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/calendar.h"
#include "core/poll.h"
#include "core/sort.h"

#define DAYS_PER_ERA 146097
#define DAYS_0000_03_01_TO_2000_01_01 730425

#define WEEKDAY_OF_ERA 2		/* 0000-03-01, and so of each era: a Wednesday */

/* Of months from March on: days of those before; February counts 28 */
static const int days_before[13] = {0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337, 365};

const double rt_season_month_days[12] = {
	12400, 11297, 12400, 12000, 12400, 12000, 12400, 12400, 12000, 12400, 12000, 12400
};

/* --------------------------------------------------------------- the clock */

/* A day, as the clock has it */
typedef struct clock_day
{
	int64_t		era;
	int			year;			/* of the era */
	int			month;			/* from March on */
	int			day;			/* of the month, from 0 on */
} clock_day;

static inline clock_day
clock_day_of(int32_t date)
{
	int64_t		z = (int64_t) date + DAYS_0000_03_01_TO_2000_01_01;
	clock_day	d = {.era = (z >= 0 ? z : z - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA};
	int32_t		day = (int32_t) (z - d.era * DAYS_PER_ERA);

	d.year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * d.year + d.year / 4 - d.year / 100;
	d.month = (5 * day + 2) / 153;
	d.day = day - days_before[d.month];
	return d;
}

static inline int
leap_days_before(int year)
{
	return year / 4 - year / 100;
}

static inline int
weekday_of_year(int year)
{
	return (WEEKDAY_OF_ERA + year + leap_days_before(year)) % 7;
}

/* What so many days from this weekday on are more than as many days */
static inline double
clock_weekdays(const rt_season_clock *clock, int weekday, int days)
{
	return clock->weekday[(weekday + days) % 7] - clock->weekday[weekday];
}

/* Without events, up to the end of the day */
static inline double
clock_time(const rt_season *season, int32_t date)
{
	const rt_season_clock *clock = &season->clock;
	clock_day	d = clock_day_of(date);
	double		time = (double) d.era * clock->era + d.year * clock->year +
		leap_days_before(d.year) * clock->month[11] + clock->before[d.month] +
		(d.day + 1) * clock->month[d.month];

	if (season->flags & RT_SEASON_WEEKDAYS)
	{
		int			first = weekday_of_year(d.year);

		time += clock->year_weekdays[d.year] + clock->month_weekdays[first][d.month] +
			clock->month[d.month] *
			clock_weekdays(clock, (first + days_before[d.month]) % 7, d.day + 1);
	}
	return time;
}

/* The last of the spans that begins at this day or before; -1 when there is none */
static inline int
clock_span(const rt_season_clock *clock, int32_t date)
{
	int			low = -1;
	int			high = clock->span_count;

	while (high - low > 1)
	{
		int			middle = (low + high) / 2;

		if (clock->spans[middle].from <= date)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The running sum of all factors, up to the end of a day */
static inline double
season_time(const rt_season *season, int32_t date)
{
	double		time = clock_time(season, date);
	int			span = clock_span(&season->clock, date);

	if (span >= 0)
	{
		const rt_season_span *s = &season->clock.spans[span];

		time += s->added + (s->factor - 1) * (time - s->time);
	}
	return time;
}

static bool
all_one(const double *factors, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (factors[i] != 1)
			return false;
	}
	return true;
}

static void
clock_set_weekdays(rt_season *season)
{
	rt_season_clock *clock = &season->clock;
	double		years = 0;

	clock->weekday[0] = 0;
	for (int i = 0; i < 7; i++)
		clock->weekday[i + 1] = clock->weekday[i] + (season->weekdays[i] - 1);
	clock->weekday[7] = 0;		/* but for rounding */
	for (int first = 0; first < 7; first++)
	{
		double		sum = 0;

		for (int month = 0; month < 12; month++)
		{
			clock->month_weekdays[first][month] = sum;
			sum += clock->month[month] *
				clock_weekdays(clock, (first + days_before[month]) % 7,
							   days_before[month + 1] - days_before[month]);
		}
	}
	for (int year = 0; year < RT_ERA_YEARS; year++)
	{
		int			first = weekday_of_year(year);
		int			february = 28 + leap_days_before(year + 1) - leap_days_before(year) +
			(year == RT_ERA_YEARS - 1 ? 1 : 0);

		clock->year_weekdays[year] = years;
		years += clock->month_weekdays[first][11] + clock->month[11] *
			clock_weekdays(clock, (first + days_before[11]) % 7, february);
	}
	clock->era += years;
}

/* The product of the factors of all events on a day */
static double
events_factor(const rt_season *season, int32_t day)
{
	double		factor = 1;

	for (int i = 0; i < season->event_count; i++)
	{
		const rt_season_event *event = &season->events[i];

		if (event->from <= day && day <= event->until)
			factor *= event->factor;
	}
	return factor;
}

static int
compare_days(const void *a, const void *b, const void *argument)
{
	const int32_t *left = a;
	const int32_t *right = b;

	return (*left > *right) - (*left < *right);
}

/* False where events together are beyond what one may be */
static bool
clock_set_spans(rt_season *season)
{
	rt_season_clock *clock = &season->clock;
	int32_t		starts[RT_SEASON_SPANS_MAX];
	int			count = 0;
	double		added = 0;

	for (int i = 0; i < season->event_count; i++)
	{
		starts[count++] = season->events[i].from;
		if (season->events[i].until < RT_DATE_MAX)
			starts[count++] = season->events[i].until + 1;
	}
	rt_sort(starts, (size_t) count, sizeof(int32_t), compare_days, NULL);
	for (int i = 0; i < count; i++)
	{
		rt_season_span *span = &clock->spans[clock->span_count];

		rt_poll_each((size_t) i);
		if (i > 0 && starts[i] == starts[i - 1])
			continue;
		span->from = starts[i];
		span->factor = events_factor(season, starts[i]);
		if (!(span->factor >= RT_SEASON_FACTOR_MIN && span->factor <= RT_SEASON_FACTOR_MAX))
			return false;
		span->time = starts[i] > RT_DATE_MIN ? clock_time(season, starts[i] - 1) :
			clock_time(season, starts[i]) - 1;
		if (clock->span_count > 0)
			added += (span[-1].factor - 1) * (span->time - span[-1].time);
		span->added = added;
		clock->span_count++;
	}
	return true;
}

static bool
clock_set(rt_season *season)
{
	rt_season_clock *clock = &season->clock;

	memset(clock, 0, sizeof(*clock));
	for (int i = 0; i < 12; i++)
	{
		clock->month[i] = season->months[(i + 2) % 12];
		clock->before[i] = i == 0 ? 0 : clock->before[i - 1] +
			(days_before[i] - days_before[i - 1]) * clock->month[i - 1];
	}
	clock->year = clock->before[11] + 28 * clock->month[11];
	clock->era = RT_ERA_YEARS * clock->year + 97 * clock->month[11];
	if (season->flags & RT_SEASON_WEEKDAYS)
		clock_set_weekdays(season);
	if (!clock_set_spans(season))
		return false;
	clock->flat = all_one(season->months, 12) &&
		(!(season->flags & RT_SEASON_WEEKDAYS) || all_one(season->weekdays, 7));
	for (int i = 0; i < clock->span_count; i++)
		clock->flat &= clock->spans[i].factor == 1;
	return true;
}

/* -------------------------------------------------------------- the values */

void
rt_season_init(rt_season *season)
{
	memset(season, 0, sizeof(*season));
	for (int i = 0; i < 12; i++)
		season->months[i] = 1;
	(void) clock_set(season);
}

static bool
factor_valid(double factor)
{
	return factor >= RT_SEASON_FACTOR_MIN && factor <= RT_SEASON_FACTOR_MAX;
}

/*
 * To a mean of 1.  What was brought to it before has it but for rounding, and is left as it is, so
 * that text goes out and in again without a loss.
 */
static const char *
set_factors(double *factors, const double *weights, int count, double *mean)
{
	double		sum = 0;
	double		all = 0;

	for (int i = 0; i < count; i++)
	{
		double		weight = weights == NULL ? 1 : weights[i];

		if (!(factors[i] > 0 && factors[i] < DBL_MAX / 1e6))
			return "the factor of a month or weekday must be above 0 and finite";
		sum += weight * factors[i];
		all += weight;
	}
	*mean = sum / all;
	for (int i = 0; i < count; i++)
	{
		if (fabs(*mean - 1) > 1e-9)
			factors[i] /= *mean;
		if (!factor_valid(factors[i]))
			return "a month or weekday has less than a thousandth of the mean factor";
	}
	return NULL;
}

static int
compare_events(const void *a, const void *b, const void *argument)
{
	const rt_season_event *left = a;
	const rt_season_event *right = b;

	if (left->from != right->from)
		return left->from < right->from ? -1 : 1;
	if (left->until != right->until)
		return left->until < right->until ? -1 : 1;
	return (left->factor > right->factor) - (left->factor < right->factor);
}

static const char *
check_events(const rt_season *season)
{
	if (season->event_count < 0 || season->event_count > RT_SEASON_EVENTS_MAX)
		return "a season has at most 100 events";
	for (int i = 0; i < season->event_count; i++)
	{
		const rt_season_event *event = &season->events[i];

		if (!factor_valid(event->factor))
			return "the factor of an event must lie between 0.001 and 1000";
		if (event->from < RT_DATE_MIN || event->until > RT_DATE_MAX)
			return "the dates of an event are out of range";
		if (event->until < event->from)
			return "an event ends before it begins";
	}
	return NULL;
}

static const char *
check_fit(const rt_season *season)
{
	for (int i = 0; i < 12; i++)
	{
		if (!(season->errors[i] >= 0) || isinf(season->errors[i]))
			return "a standard error must not be negative, and finite";
	}
	if (!(season->years >= 0) || isinf(season->years))
		return "\"years\" must not be negative, and finite";
	if (!isfinite(season->log_likelihood))
		return "\"log_likelihood\" must be finite";
	if (!(season->customers >= 0) || isinf(season->customers))
		return "\"customers\" must not be negative, and finite";
	if (!isnan(season->p_value) && !(season->p_value >= 0 && season->p_value <= 1))
		return "\"p_value\" must lie between 0 and 1";
	if ((season->flags & RT_SEASON_DATED) &&
		(season->fitted_as_of < RT_DATE_MIN || season->fitted_as_of > RT_DATE_MAX))
		return "the date of the fit is out of range";
	return NULL;
}

const char *
rt_season_set(rt_season *season, double *mean)
{
	const char *problem;
	double		mean_weekday;

	if ((problem = set_factors(season->months, rt_season_month_days, 12, mean)) != NULL ||
		((season->flags & RT_SEASON_WEEKDAYS) &&
		 (problem = set_factors(season->weekdays, NULL, 7, &mean_weekday)) != NULL))
		return problem;
	if ((problem = check_events(season)) != NULL)
		return problem;
	rt_sort(season->events, (size_t) season->event_count, sizeof(rt_season_event),
			compare_events, NULL);
	if ((season->flags & RT_SEASON_FITTED) && (problem = check_fit(season)) != NULL)
		return problem;
	if (!clock_set(season))
		return "the factors of events of the same days must have a product between 0.001 and 1000";
	return NULL;
}

int
rt_season_parameters(const rt_season *season)
{
	return !(season->flags & RT_SEASON_FITTED) ? 0 :
		season->flags & RT_SEASON_WEEKDAYS ? 17 : 11;
}

double
rt_season_factor(const rt_season *season, int32_t day)
{
	clock_day	d = clock_day_of(day);
	int			span = clock_span(&season->clock, day);
	double		factor = season->clock.month[d.month];

	if (season->flags & RT_SEASON_WEEKDAYS)
		factor *= season->weekdays[rt_weekday(day)];
	return span >= 0 ? factor * season->clock.spans[span].factor : factor;
}

double
rt_season_days(const rt_season *season, int32_t from, int32_t until)
{
	if (rt_season_is_flat(season))
		return (double) until - (double) from;
	return season_time(season, until) - season_time(season, from);
}

double
rt_season_time(const rt_season *season, int32_t day)
{
	return season_time(season, day);
}

double
rt_season_days_ahead(const rt_season *season, int32_t from, double days)
{
	double		whole = floor(days);
	double		end = (double) from + whole;
	double		time;

	if (rt_season_is_flat(season) || isinf(days))
		return days;
	if (end >= RT_DATE_MAX)
		return rt_season_days(season, from, RT_DATE_MAX) + (double) from + days - RT_DATE_MAX;
	time = rt_season_days(season, from, (int32_t) end);
	return days > whole ?
		time + (days - whole) * rt_season_factor(season, (int32_t) end + 1) : time;
}

bool
rt_season_day(const rt_season *season, int32_t from, double time, int32_t *day)
{
	int64_t		low = from;
	int64_t		high;
	int64_t		step;

	if (rt_season_is_flat(season))
	{
		double		days = fmax(1, ceil(time));

		if (!((double) from + days <= RT_DATE_MAX))
			return false;
		*day = (int32_t) ((double) from + days);
		return true;
	}
	if (from == RT_DATE_MAX || !(rt_season_days(season, from, RT_DATE_MAX) >= time))
		return false;
	step = 1 + (int64_t) fmin(fmax(time, 0), RT_DATE_MAX) / 2;
	for (;;)
	{
		high = low + step < RT_DATE_MAX ? low + step : RT_DATE_MAX;
		if (rt_season_days(season, from, (int32_t) high) >= time)
			break;
		low = high;
		step *= 2;
	}
	while (high - low > 1)
	{
		int64_t		middle = low + (high - low) / 2;

		if (rt_season_days(season, from, (int32_t) middle) >= time)
			high = middle;
		else
			low = middle;
	}
	*day = (int32_t) high;
	return true;
}

double
rt_season_real_days(const rt_season *season, int32_t from, double time)
{
	int32_t		day;
	double		before;

	if (rt_season_is_flat(season) || isinf(time))
		return time;
	if (!rt_season_day(season, from, time, &day))
		return (double) RT_DATE_MAX - (double) from +
			fmax(0, time - rt_season_days(season, from, RT_DATE_MAX));
	before = rt_season_days(season, from, day - 1);
	return (double) day - 1 - (double) from +
		fmin(1, fmax(0, (time - before) / rt_season_factor(season, day)));
}

double
rt_season_sum_log(const rt_season *season, const int32_t *days, size_t count)
{
	double		sum = 0;

	for (size_t i = 0; !rt_season_is_flat(season) && i < count; i++)
	{
		rt_poll_each(i);
		sum += log(rt_season_factor(season, days[i]));
	}
	return sum;
}
