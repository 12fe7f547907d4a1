/*
 * season.h
 *		The season: how much more is bought on one day than on another, by all customers alike.
 *
 * Each day has a factor: of its month, times that of its weekday, times those of the events it lies
 * in.  Operational time is their running sum: in it the models of a customer base hold as they are
 * (see doc/methods.md).  An interval covers the days behind one day up to and including another.
 * Months have the mean 1 by the days of 400 years, weekdays the mean 1 of seven, so that a year
 * is a year; events, which do not come again, are not part of that.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SEASON_H
#define RT_SEASON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Choices; messages name them.  A day on which hardly anything can be bought is one of 0.001. */
#define RT_SEASON_FACTOR_MIN 0.001
#define RT_SEASON_FACTOR_MAX 1000.0
#define RT_SEASON_EVENTS_MAX 100

/*
 * The least operational time between purchases of two days: 0.001 of a month, of a weekday and of
 * events, which rounding may lose where all days before are summed up with it
 */
#define RT_SEASON_DAY_MIN 1e-9

#define RT_SEASON_WEEKDAYS	0x01	/* weekday is set; else each of them is 1 */
#define RT_SEASON_FITTED	0x02	/* deviation and what follows is set */
#define RT_SEASON_DATED		0x04	/* fitted_as_of is set */

/* Both days included */
typedef struct rt_season_event
{
	int32_t		from;
	int32_t		until;
	double		factor;
} rt_season_event;

/* Days from one on, up to the next one of these, on which all events together have this factor */
typedef struct rt_season_span
{
	int32_t		from;
	double		factor;
	double		time;			/* without events, at the end of the day before */
	double		added;			/* by events, until then */
} rt_season_span;

#define RT_SEASON_SPANS_MAX (2 * RT_SEASON_EVENTS_MAX)
#define RT_ERA_YEARS 400

/* What rt_season_set makes of the factors: months, and years, are from March on */
typedef struct rt_season_clock
{
	bool		flat;			/* every day counts as one: operational time is real time */
	double		month[12];
	double		before[12];		/* the days of the months before */
	double		year;			/* of 365 days */
	double		era;			/* 400 years */
	double		weekday[8];		/* from Monday on, sums of what each is more than one */
	double		month_weekdays[7][12];	/* by the weekday of March 1: of the months before */
	double		year_weekdays[RT_ERA_YEARS];	/* of the years before, of an era */
	int			span_count;
	rt_season_span spans[RT_SEASON_SPANS_MAX];
} rt_season_clock;

/* Fields that are not set are zero; there is one zero and one NaN */
typedef struct rt_season
{
	uint8_t		flags;
	int			event_count;
	double		months[12];		/* from January on */
	double		weekdays[7];	/* from Monday on */
	rt_season_event events[RT_SEASON_EVENTS_MAX];	/* in ascending order */

	/* Of one that was fitted */
	double		errors[12];		/* standard errors of the months */
	double		years;			/* seen */
	double		log_likelihood; /* of a model mbg/nbd with it */
	double		customers;
	double		p_value;		/* NaN: not known */
	int32_t		fitted_as_of;

	rt_season_clock clock;
} rt_season;

/* Is operational time real time? */
static inline bool
rt_season_is_flat(const rt_season *season)
{
	return season == NULL || season->clock.flat;
}

/* Every day counts as one */
extern void rt_season_init(rt_season *season);

/*
 * Brings typed-in factors to their means, and events in order; then checks all of it, and sets the
 * clock.  NULL, or what is wrong.  mean is the one that the months had, further from 1 than their
 * rounding only if they were typed in otherwise.
 */
extern const char *rt_season_set(rt_season *season, double *mean);

/* How many parameters of it were fitted */
extern int	rt_season_parameters(const rt_season *season);

/* The factor of a day */
extern double rt_season_factor(const rt_season *season, int32_t day);

/*
 * Operational days behind one day, up to and including another; a season of NULL is none.  Of days
 * in one and the same order it is never negative, and rises with the second one.
 */
extern double rt_season_days(const rt_season *season, int32_t from, int32_t until);

/*
 * The running sum of all factors, up to the end of a day: of two days its difference is their
 * operational time, for who asks for that of many days in a row
 */
extern double rt_season_time(const rt_season *season, int32_t day);

/* The same of so many days from the end of one on, which may be a part of a day, or infinite */
extern double rt_season_days_ahead(const rt_season *season, int32_t from, double days);

/* The other way round: how many days from its end on it takes until so much time has passed */
extern double rt_season_real_days(const rt_season *season, int32_t from, double time);

/* The first day behind one by whose end so much has passed; false when that is behind the last */
extern bool rt_season_day(const rt_season *season, int32_t from, double time, int32_t *day);

/* The sum of the logarithms of the factors of these days */
extern double rt_season_sum_log(const rt_season *season, const int32_t *days, size_t count);

/* How many days of 400 years are of a month, from January on */
extern const double rt_season_month_days[12];

#endif							/* RT_SEASON_H */
