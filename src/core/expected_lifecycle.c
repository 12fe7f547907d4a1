/*
 * expected_lifecycle.c
 *		How many customers there are, came and were lost, period by period, as expectations.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/expected_lifecycle.h"
#include "core/poll.h"

void
rt_expected_begin(rt_expected_walk *walk, const rt_gone_models *models, const int32_t *dates,
				  size_t count, rt_calendar_unit unit, int32_t last_period)
{
	walk->models = models;
	walk->dates = dates;
	walk->count = count;
	walk->known = 0;
	walk->unit = unit;
	walk->next = rt_unit_number(unit, dates[0]);
	walk->last = last_period;
	rt_calendar_sums_begin(&walk->sums);
}

/* The last day of a period that a date lies in */
static int32_t
expected_period_end(rt_calendar_unit unit, int32_t period)
{
	return rt_unit_has(unit, (int64_t) period + 1) ? rt_unit_start(unit, (int64_t) period + 1) - 1 :
		RT_DATE_MAX;
}

bool
rt_expected_next(rt_expected_walk *walk, rt_expected_period *period)
{
	while (walk->next <= walk->last)
	{
		int32_t		end = expected_period_end(walk->unit, walk->next);
		size_t		before = walk->known;

		rt_poll();
		while (walk->known < walk->count && walk->dates[walk->known] <= end)
			rt_calendar_sums_add(&walk->sums, walk->dates[walk->known++]);
		if (walk->known > before)
			rt_gone_from_dates(walk->models, walk->dates, walk->known, end, &walk->sums,
							   &walk->gone);
		else
			rt_gone_until(&walk->gone, end);
		period->period = walk->next;
		period->new_customers = before == 0 ? 1 : 0;
		period->parts =
			(int64_t) rint(rt_still_here_probability(&walk->gone) * (double) RT_CUSTOMER_PARTS);

		/* who has nothing left has nothing until they buy again */
		if (period->parts > 0)
			walk->next++;
		else if (walk->known < walk->count)
			walk->next = rt_unit_number(walk->unit, walk->dates[walk->known]);
		else
			walk->next = walk->last + 1;
		if (period->parts > 0 || period->new_customers > 0)
			return true;
	}
	return false;
}

int
rt_expected_compare(const void *left, const void *right, const void *unused)
{
	int32_t		a = ((const rt_expected_period *) left)->period;
	int32_t		b = ((const rt_expected_period *) right)->period;

	(void) unused;
	return (a > b) - (a < b);
}

size_t
rt_expected_rows(const rt_expected_period *periods, size_t count, int32_t last_period,
				 rt_expected_row *rows)
{
	size_t		row_count;
	size_t		next = 0;
	int64_t		came = 0;
	int64_t		parts = 0;

	if (count == 0 || periods[0].period > last_period)
		return 0;
	row_count = (size_t) ((int64_t) last_period - periods[0].period + 1);
	for (size_t i = 0; rows != NULL && i < row_count; i++)
	{
		rt_expected_row *row = &rows[i];

		rt_poll_each(i);
		*row = (rt_expected_row) {
									 .period = (int32_t) (periods[0].period + (int64_t) i),
									 .customers_before = (double) parts / (double) RT_CUSTOMER_PARTS
			};
		parts = 0;
		if (next < count && periods[next].period == row->period)
		{
			row->new_customers = periods[next].new_customers;
			parts = periods[next++].parts;
		}
		came += row->new_customers;
		row->came = came;
		row->customers = (double) parts / (double) RT_CUSTOMER_PARTS;
		row->lost = row->customers_before + (double) row->new_customers - row->customers;
	}
	return row_count;
}
