/*
 * dropped_range.h
 *		Who still buys, but has stopped buying one range.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_DROPPED_RANGE_H
#define RT_DROPPED_RANGE_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

typedef struct rt_dropped_range
{
	int32_t		last;			/* day on which the range was bought last */
	size_t		with_range;		/* purchase days with the range */
	size_t		until_last;		/* all purchase days from the first one with the range to the last
								 * one with it */
	size_t		since;			/* purchase days behind that */
	double		probability;	/* of so many or more of them, were the range bought as often as
								 * before */
} rt_dropped_range;

/*
 * Of the days of a range, at least one, among all purchase days, both ascending.  RT_NOT_CONTAINED
 * names in *bad_date a day that is not among them.
 *
 * From its first purchase on the range is bought on each purchase day with the same probability, of
 * which nothing is known before: uniform between 0 and 1.  Given how often it was bought until the
 * last time, the number of days without it that follow is beta-geometric.
 */
extern rt_status rt_dropped_range_of(const int32_t *range, size_t range_count, const int32_t *all,
									 size_t all_count, rt_dropped_range *result, int32_t *bad_date);

#endif							/* RT_DROPPED_RANGE_H */
