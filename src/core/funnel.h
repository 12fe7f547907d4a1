/*
 * funnel.h
 *		How far a customer went: conditions met one after the other within a window of time.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_FUNNEL_H
#define RT_FUNNEL_H

#include <stddef.h>
#include <stdint.h>

#define RT_CONDITIONS_MAX 32

/* What is true at a time: the lowest bit is the first condition */
typedef struct rt_funnel_event
{
	int64_t		ts;
	uint32_t	conditions;
	uint32_t	unused;
} rt_funnel_event;

/* Sorts by time and makes one event of those of the same time; returns how many are left */
extern size_t rt_funnel_collapse(rt_funnel_event *events, size_t count);

/*
 * The most steps that some chain of collapsed events has: one that meets the first condition, then,
 * at the same time or later, one that meets the second, and so on, none of them more than window
 * after the first one. One event may be several steps.  times, unless NULL, gets the time of each
 * step: of the chain of so many steps that ends first, of those the one that begins last, and
 * between them each step as soon as it can be.
 */
extern int	rt_funnel(const rt_funnel_event *events, size_t count, int steps, uint64_t window,
					  int64_t *times);

#endif							/* RT_FUNNEL_H */
