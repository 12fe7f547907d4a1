/*
 * silence.h
 *		How long a customer has been silent, and how probable that is.
 *
 * By the calendar or a period of their own, where that is their cycle, else by a model of kind
 * interpurchase, in the days on which they buy, with what their k may be.
 *
 * A model with a season holds in operational time.  So are the days of who buys on weekdays of
 * their own, which take the place of the season's.  Who has months of their own, keeps to the
 * calendar or does not mind the season (see rt_cycle_season_holds) goes by days.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SILENCE_H
#define RT_SILENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/calendar_cycle.h"
#include "core/cycle.h"
#include "core/interpurchase_shapes.h"
#include "core/model.h"
#include "core/own_time.h"

/* Times are in the unit of the model */
typedef struct rt_silence
{
	bool		by_calendar;
	bool		by_own_time;	/* not every day counts the same */
	bool		by_season;		/* and the first purchase of a season is one of the calendar */
	bool		regular;		/* they may have left a purchase out */
	const rt_season *season;	/* in whose days times are; NULL: in days, or in those of theirs */
	rt_calendar_cycle calendar;
	rt_own_time time;
	rt_interpurchase model;
	rt_shapes	shapes;			/* what their k may be */
	double		constants[RT_SHAPES];	/* see rt_interpurchase_shape_constants */
	double		log_silence[RT_SHAPES];
	double		regularity;		/* their k */
	double		unit;			/* days */
	double		intervals;
	double		sum;
	double		elapsed;
	int32_t		season_end;		/* when theirs usually ends, and the probability by then */
	double		at_season_end;
	bool		one_known;
	rt_interpurchase one;		/* in the place of all of shapes after this silence */
	double		constant_of_one;
	double		of_one;			/* the silence by it */
	double		probability;	/* of a silence that long or longer */
	int32_t		last;			/* purchase date */
	int32_t		as_of;
} rt_silence;

/*
 * After at least one purchase up to as_of; intervals, if the caller has them, are those between the
 * dates, and sums those of the dates
 */
extern void rt_silence_from_dates(const int32_t *dates, size_t count, int32_t as_of,
								  const rt_intervals *intervals, const rt_calendar_sums *sums,
								  const rt_model *model, rt_silence *silence);

/* The silence up to another day, the purchases being the same */
extern void rt_silence_until(rt_silence *silence, int32_t as_of);

/*
 * The first day behind the last purchase, and not behind as_of, on which a silence that long or
 * longer had at most this probability; false when there is none.  Leaves the silence up to some
 * day.
 */
extern bool rt_silence_day(rt_silence *silence, double probability, int32_t *day);

/*
 * The day by which the silence will have ended with probability p, the day after as_of at the
 * earliest; false when that is beyond the calendar.
 */
extern bool rt_silence_end(rt_silence *silence, double p, int32_t *day);

/*
 * When to contact them: from the day by which the silence will have ended with probability lower to
 * that with probability upper.  Who is regular and did not come when they were expected is
 * contacted now, not the next time they are expected: from the day after as_of, for as many days as
 * the window had then.  False for a day that is beyond the calendar, which is not set.
 */
extern bool rt_silence_contact_from(rt_silence *silence, double lower, int32_t *day);
extern bool rt_silence_contact_until(rt_silence *silence, double lower, double upper,
									 int32_t *day);

/*
 * How regular they are, from 0 to 1: whether the silence allows for purchases that they leave out
 * and go on as before
 */
extern double rt_silence_regular_share(const rt_silence *silence);

/* What a cycle is called that is not just their intervals, NULL where it is */
extern const char *rt_silence_period(const rt_silence *silence);

/*
 * The model for one customer alone, when there is none of a population: their own
 * regularity, shrunk toward random, and their mean interval as if it had been
 * seen once more.
 */
extern void rt_silence_own_model(const rt_intervals *intervals, rt_model *model);

#endif							/* RT_SILENCE_H */
