/*
 * dropped_range.c
 *		Who still buys, but has stopped buying one range.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/dropped_range.h"

#include <math.h>

#include "core/special.h"
#include "core/poll.h"

rt_status
rt_dropped_range_of(const int32_t *range, size_t range_count, const int32_t *all, size_t all_count,
					rt_dropped_range *result, int32_t *bad_date)
{
	size_t		first = 0;
	size_t		place = 0;
	double		hits = (double) range_count;
	double		misses;

	for (size_t i = 0; i < range_count; i++)
	{
		rt_poll_each(i + 1);
		for (; place < all_count && all[place] < range[i]; place++)
			rt_poll_each(place + 1);
		if (place == all_count || all[place] != range[i])
		{
			*bad_date = range[i];
			return RT_NOT_CONTAINED;
		}
		if (i == 0)
			first = place;
	}
	result->last = range[range_count - 1];
	result->with_range = range_count;
	result->until_last = place - first + 1;
	result->since = all_count - 1 - place;

	/*
	 * the first one only says that they buy the range at all: hits - 1 are left, and one for the
	 * uniform prior
	 */
	misses = (double) result->until_last - hits + 1;
	result->probability = exp(rt_log_gamma_ratio(misses, (double) result->since) -
							  rt_log_gamma_ratio(hits + misses, (double) result->since));
	return RT_OK;
}
