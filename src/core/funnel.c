/*
 * funnel.c
 *		How far a customer went.
 *
 * Of all chains that have come to a step only the one that began last matters: whatever can follow
 * another one in time can follow it.  So one time a step is all there is to remember.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/funnel.h"

#include <stdbool.h>

#include "core/assert.h"
#include "core/sort.h"
#include "core/poll.h"

static int
funnel_by_time(const void *a, const void *b, const void *unused)
{
	int64_t		left = ((const rt_funnel_event *) a)->ts;
	int64_t		right = ((const rt_funnel_event *) b)->ts;

	(void) unused;
	return (left > right) - (left < right);
}

size_t
rt_funnel_collapse(rt_funnel_event *events, size_t count)
{
	size_t		out = 0;
	bool		sorted = true;

	for (size_t i = 1; i < count && sorted; i++)
	{
		rt_poll_each(i);
		sorted = events[i - 1].ts <= events[i].ts;
	}
	if (!sorted)
		rt_sort(events, count, sizeof(rt_funnel_event), funnel_by_time, NULL);
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i + 1);
		if (out > 0 && events[out - 1].ts == events[i].ts)
			events[out - 1].conditions |= events[i].conditions;
		else
			events[out++] = events[i];
	}
	return out;
}

int
rt_funnel(const rt_funnel_event *events, size_t count, int steps, uint64_t window, int64_t *times)
{
	int64_t		began[RT_CONDITIONS_MAX];	/* of the chain that has come to this step and began
											 * last */
	int			reached = 0;
	int64_t		start = 0;
	size_t		next;

	for (size_t i = 0; i < count; i++)
	{
		uint32_t	conditions = events[i].conditions;

		rt_poll_each(i + 1);
		if (conditions & 1)
		{
			began[0] = events[i].ts;
			if (reached == 0)
			{
				reached = 1;
				start = events[i].ts;
			}
		}
		for (int step = 1; step < steps && step <= reached; step++)
		{
			if (!(conditions & (UINT32_C(1) << step)) ||
				(uint64_t) events[i].ts - (uint64_t) began[step - 1] > window)
				continue;
			if (step == reached)
			{
				reached = step + 1;
				start = began[step - 1];
				began[step] = start;
			}
			else if (began[step - 1] > began[step])
				began[step] = began[step - 1];
		}
	}
#ifdef RT_ASSERTIONS
	/* a chain that has come further did not begin later */
	for (int step = 1; step < reached; step++)
		RT_ASSERT(began[step] <= began[step - 1]);
#endif
	if (times == NULL || reached == 0)
		return reached;

	for (next = 0; events[next].ts < start; next++)
		rt_poll_each(next + 1);
	for (int step = 0; step < reached; step++)
	{
		for (; !(events[next].conditions & (UINT32_C(1) << step)); next++)
			rt_poll_each(next + 1);
		times[step] = events[next].ts;
	}
	RT_ASSERT((uint64_t) times[reached - 1] - (uint64_t) times[0] <= window);
	return reached;
}
