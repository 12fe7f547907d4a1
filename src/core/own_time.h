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

#include "core/cycle.h"

typedef struct rt_own_time
{
	bool		by_weekday;
	bool		by_month;
	double		weekday[7];		/* from Monday on */
	double		before[8];		/* sums of these, of a week */
	double		month[12];
} rt_own_time;

/*
 * False, and every day counts as one, where the dates, in strictly ascending order, tell of no
 * difference.  Weekdays differ where that is a hundred times as likely as that they do not; months
 * where it is, too, and the purchases span more than two years.
 */
extern bool rt_own_time_of(const int32_t *dates, size_t count, rt_own_time *time);

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

/* In days of their own: as rt_intervals_from_dates and rt_weighted_intervals have them */
extern void rt_own_time_intervals(const rt_own_time *time, const int32_t *dates, size_t count,
								  double weight, rt_intervals *intervals, double *weighted,
								  double *sum);

/*
 * Do gamma distributed intervals in days of their own make the purchases likelier than in days,
 * where these are the intervals?  Who comes every Friday or a day before or after keeps a week, but
 * no Fridays.
 */
extern bool rt_own_time_fits(const rt_own_time *time, const int32_t *dates, size_t count,
							 const rt_intervals *in_days, const rt_intervals *in_own);

#endif							/* RT_OWN_TIME_H */
