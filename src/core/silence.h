/*
 * silence.h
 *		How long a customer has been silent, and how probable that is.
 *
 * By the calendar, where that is their cycle, else by a model of kind interpurchase.
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
#include "core/interpurchase.h"
#include "core/model.h"

/* Times are in the unit of the model */
typedef struct rt_silence
{
	bool		by_calendar;
	rt_calendar_cycle calendar;
	rt_interpurchase model;
	bool		shapes_differ;	/* k is one of shapes, not that of the model */
	rt_shapes	shapes;
	double		log_silence[RT_SHAPES];
	double		unit;			/* days */
	double		intervals;
	double		sum;
	double		elapsed;
	double		probability;	/* of a silence that long or longer */
	double		probability_of_model;	/* the same, for model, which days are taken from */
	int32_t		last;			/* purchase date */
	int32_t		as_of;
} rt_silence;

/*
 * After at least one purchase up to as_of; intervals, if the caller has them, are those between the
 * dates
 */
extern void rt_silence_from_dates(const int32_t *dates, size_t count, int32_t as_of,
								  const rt_intervals *intervals, const rt_model *model,
								  rt_silence *silence);

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
 * earliest; false when that is beyond the calendar.  The silence is not the same afterwards.
 */
extern bool rt_silence_end(rt_silence *silence, double p, int32_t *day);

/*
 * How far regularities of customers lie apart, as a standard deviation of ln k:
 * two of three are within a factor of e of the base's.
 */
#define RT_REGULARITY_DEVIATION 1.0

/*
 * The model for one customer alone, when there is none of a population: their own
 * regularity, shrunk toward random, and their mean interval as if it had been
 * seen once more.
 */
extern void rt_silence_own_model(const rt_intervals *intervals, rt_model *model);

#endif							/* RT_SILENCE_H */
