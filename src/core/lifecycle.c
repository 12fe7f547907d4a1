/*
 * lifecycle.c
 *		Who came, stayed, fell silent, came back and was lost, period by period.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <string.h>

#include "core/assert.h"
#include "core/lifecycle.h"
#include "core/poll.h"

rt_arrival
rt_lifecycle_step(rt_lifecycle_walk *walk, int32_t period, bool *fell_silent)
{
	int64_t		next = (int64_t) walk->last + 1;
	rt_arrival	arrival = !walk->seen ? RT_ARRIVAL_NEW :
		period == next ? RT_ARRIVAL_RETAINED :
		RT_ARRIVAL_RESURRECTED;

	/* the periods of a history ascend */
	RT_ASSERT(!walk->seen || period >= next);
	*fell_silent = walk->seen && period > next;
	walk->seen = true;
	walk->last = period;
	return arrival;
}

int
rt_lifecycle_compare(const void *left, const void *right, const void *unused)
{
	int32_t		a = ((const rt_lifecycle_events *) left)->period;
	int32_t		b = ((const rt_lifecycle_events *) right)->period;

	(void) unused;
	return (a > b) - (a < b);
}

/* Each period once, in order */
static bool
lifecycle_events_valid(const rt_lifecycle_events *events, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (events[i].period <= events[i - 1].period)
			return false;
	return true;
}

size_t
rt_lifecycle_rows(const rt_lifecycle_events *events, size_t count, int32_t last_period,
				  rt_lifecycle_row *rows)
{
	size_t		row_count;
	size_t		next = 0;
	int64_t		active = 0;
	int64_t		customers = 0;

	RT_ASSERT(lifecycle_events_valid(events, count));
	if (count == 0 || events[0].period > last_period)
		return 0;
	row_count = (size_t) ((int64_t) last_period - events[0].period + 1);
	for (size_t i = 0; rows != NULL && i < row_count; i++)
	{
		rt_lifecycle_row *row = &rows[i];

		rt_poll_each(i);
		memset(row, 0, sizeof(*row));
		row->events.period = (int32_t) (events[0].period + (int64_t) i);
		if (next < count && events[next].period == row->events.period)
			row->events = events[next++];
		row->active_before = active;
		row->customers_before = customers;
		active = row->events.new_customers + row->events.retained + row->events.resurrected;
		customers += row->events.new_customers + row->events.recovered - row->events.lost;
		row->active = active;
		row->customers = customers;
	}
	return row_count;
}
