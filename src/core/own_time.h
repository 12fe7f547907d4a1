/*
 * own_time.h
 *		On which weekdays and in which months a customer buys.
 *
 * Who buys on weekdays only is not silent on a Sunday, and who buys from March to June not in
 * November.  Their own time passes as fast as they usually buy at that time: each day counts as
 * much as its weekday and its month, one day in the mean of a week and a year.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_OWN_TIME_H
#define RT_OWN_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cycle_season.h"

typedef struct rt_own_time
{
	bool		by_weekday;
	bool		by_month;
	double		weekday[7];		/* from Monday on */
	double		before[8];		/* sums of these, of a week */
	double		month[12];
	const rt_season *season;	/* whose months and events hold beside their weekdays; NULL: none */
} rt_own_time;

/*
 * False, and every day counts as one, where the dates, in strictly ascending order, tell of no
 * difference.  Weekdays differ where that is a hundred times as likely as that they do not; months
 * where it is, too, and the purchases span more than two years.
 */
extern bool rt_own_time_of(const int32_t *dates, size_t count, rt_own_time *time);

/*
 * Of who has weekdays of their own and no months: these in the place of the season's weekdays, with
 * its months and events.  NULL: none
 */
extern void rt_own_time_set_season(rt_own_time *time, const rt_season *season);

/* Days of their own, from noon to noon */
extern double rt_own_time_between(const rt_own_time *time, int32_t from, int32_t to);

/* From noon to the end of a day: half a day more, where each counts as one */
extern double rt_own_time_until_end(const rt_own_time *time, int32_t from, int32_t to);

/*
 * The first day behind from by whose end so many days of their own have passed since from's noon;
 * false when that is behind the last date
 */
extern bool rt_own_time_day(const rt_own_time *time, int32_t from, double days, int32_t *day);

/*
 * The first day from this one on of a weekday on which they do buy, other than once in 50 times or
 * never; false when that is behind the last date
 */
extern bool rt_own_time_usual_day(const rt_own_time *time, int32_t *day);

/* Half a day of the mean week on this day */
extern double rt_own_time_half_day(const rt_own_time *time, int32_t date);

/*
 * In days of their own: as rt_intervals_from_dates and rt_weighted_intervals have them.  They are
 * theirs where gamma distributed intervals of these make the purchases likelier than others do: who
 * comes every Friday or a day before or after keeps a week, but no Fridays.
 */
extern void rt_own_time_pace(const rt_own_time *time, const int32_t *dates, size_t count,
							 double weight, rt_pace *pace);

#endif							/* RT_OWN_TIME_H */
