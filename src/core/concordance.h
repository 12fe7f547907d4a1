/*
 * concordance.h
 *		Does a score tell who leaves sooner, when some are still there?
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_CONCORDANCE_H
#define RT_CONCORDANCE_H

#include <stddef.h>
#include <stdint.h>

#include "core/survival.h"

/*
 * Customers that are alike: their score, from when on (-INFINITY: from the beginning) and how long
 * they were seen, and how many of them left then
 */
typedef struct rt_concordance_row
{
	double		score;
	double		entry;
	double		time;
	int64_t		events;
	int64_t		censored;
	size_t		rank;			/* of the score, from 1 on: found here */
} rt_concordance_row;

/* What is needed besides: of so many rows twice as many moments, as many numbers, one more count */
typedef struct rt_concordance_room
{
	rt_moment  *moments;
	size_t	   *by_entry;
	int64_t    *counts;
} rt_concordance_room;

/*
 * Of all pairs of which is known who left sooner, the share in which they had the higher score,
 * equal scores counting half (Harrell and others 1982).  It is known of one who left and one who
 * was at risk then and stayed longer: seen longer, or as long without leaving.  Exact for less than
 * 2^32 customers; the rows become those of equal durations.  NaN when there is no such pair, or
 * where rounding alone parts an entry from its time: then *broken is such a row, else count.
 */
extern double rt_concordance_index(rt_concordance_row *rows, size_t count,
								   const rt_concordance_room *room, size_t *broken);

#endif							/* RT_CONCORDANCE_H */
