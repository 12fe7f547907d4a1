/*
 * lifecycle.h
 *		Who came, stayed, fell silent, came back and was lost, period by period.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_LIFECYCLE_H
#define RT_LIFECYCLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/history_questions.h"

/* What happened within a period; all are numbers of customers but the last three */
typedef struct rt_lifecycle_events
{
	int32_t		period;			/* rt_unit_number */
	int64_t		new_customers;	/* bought for the first time */
	int64_t		retained;		/* bought, and in the period before, too */
	int64_t		resurrected;	/* bought, and before, but not in the period before */
	int64_t		dormant;		/* bought in the period before, but not in this one */
	int64_t		lost;			/* times that a silence became too long */
	int64_t		recovered;		/* purchases of customers who were lost */
	int64_t		orders;
	int64_t		known;			/* orders of known amount */
	rt_money_sum spend;			/* refunds taken off */
} rt_lifecycle_events;

/* The same of each period, with what was there before it and at its end */
typedef struct rt_lifecycle_row
{
	rt_lifecycle_events events;
	int64_t		active;
	int64_t		active_before;	/* in the period before */
	int64_t		customers;		/* at the end: who came and was not lost, or came back */
	int64_t		customers_before;
} rt_lifecycle_row;

/* What a customer who buys in a period is in it */
typedef enum rt_arrival
{
	RT_ARRIVAL_NEW, RT_ARRIVAL_RETAINED, RT_ARRIVAL_RESURRECTED
} rt_arrival;

/* The periods in which a customer bought, one after the other; begins as {false} */
typedef struct rt_lifecycle_walk
{
	bool		seen;
	int32_t		last;			/* period in which they bought */
} rt_lifecycle_walk;

/* The next one; *fell_silent: they were dormant first, in the period behind the last one */
extern rt_arrival rt_lifecycle_step(rt_lifecycle_walk *walk, int32_t period, bool *fell_silent);

extern int	rt_lifecycle_compare(const void *left, const void *right, const void *unused);

/*
 * All periods from the first one that saw an event to last_period; events are sorted; rows may be
 * NULL, to ask how many
 */
extern size_t rt_lifecycle_rows(const rt_lifecycle_events *events, size_t count,
								int32_t last_period, rt_lifecycle_row *rows);

#endif							/* RT_LIFECYCLE_H */
