/*
 * cohort.c
 *		How many come back.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <string.h>

#include "core/assert.h"
#include "core/cohort.h"
#include "core/poll.h"

bool
rt_cohort_periods(const rt_period_purchases **periods, size_t *count, size_t *last)
{
	while (*count > 0 && (*periods)->orders == 0)
	{
		rt_poll_each(*count);
		(*periods)++;
		(*count)--;
	}
	if (*count == 0)
		return false;
	for (*last = *count - 1; (*periods)[*last].orders == 0; (*last)--)
		rt_poll_each(*last);
	return true;
}

int32_t
rt_cohort_cell_period(int32_t cohort, int32_t period, int32_t limit)
{
	int64_t		since = (int64_t) period - cohort;

	return since > limit ? limit + 1 : (int32_t) since;
}

int
rt_cohort_cell_compare(const void *left, const void *right, const void *unused)
{
	const rt_cohort_cell *a = left;
	const rt_cohort_cell *b = right;

	(void) unused;
	if (a->cohort != b->cohort)
		return a->cohort < b->cohort ? -1 : 1;
	return (a->period > b->period) - (a->period < b->period);
}

/* Each cell once, in order, and each cohort begins with its first period */
static bool
cohort_cells_valid(const rt_cohort_cell *cells, size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		bool		begins = i == 0 || cells[i].cohort != cells[i - 1].cohort;

		if (begins != (cells[i].period == 0) ||
			(i > 0 && rt_cohort_cell_compare(&cells[i - 1], &cells[i], NULL) >= 0))
			return false;
	}
	return true;
}

size_t
rt_cohort_rows(const rt_cohort_cell *cells, size_t count, int32_t last_period, int32_t limit,
			   rt_cohort_row *rows)
{
	size_t		made = 0;

	RT_ASSERT(cohort_cells_valid(cells, count));
	for (size_t begin = 0, end; begin < count; begin = end)
	{
		int32_t		cohort = cells[begin].cohort;
		int64_t		periods = (int64_t) last_period - cohort + 1;
		int64_t		since = 0;
		size_t		cell;

		rt_poll();
		for (end = begin; end < count && cells[end].cohort == cohort; end++)
			rt_poll_each(end);
		if (periods <= 0)
			continue;
		if (periods > (int64_t) limit + 1)
			periods = (int64_t) limit + 1;
		made += (size_t) periods;
		if (rows == NULL)
			continue;
		/* backward, so that who bought later has been counted */
		for (cell = end; cell > begin && cells[cell - 1].period >= periods; cell--)
		{
			rt_poll_each(cell);
			since += cells[cell - 1].last;
		}
		for (int64_t period = periods - 1; period >= 0; period--)
		{
			rt_cohort_row *row = &rows[made - (size_t) (periods - period)];

			rt_poll_each((size_t) period);
			memset(row, 0, sizeof(*row));
			row->cohort = cohort;
			row->period = (int32_t) period;
			row->cohorts = 1;
			row->eligible = cells[begin].active;
			if (cell > begin && cells[cell - 1].period == period)
			{
				cell--;
				since += cells[cell].last;
				row->active = cells[cell].active;
				row->orders = cells[cell].orders;
				row->known = cells[cell].known;
				row->spend = cells[cell].spend;
			}
			row->active_since = since;
		}
	}
	return made;
}

size_t
rt_cohort_curve(const rt_cohort_row *rows, size_t count, rt_cohort_row *curve)
{
	size_t		periods = 0;

	for (size_t i = 0; i < count; i++)
	{
		rt_cohort_row *sum = &curve[rows[i].period];

		rt_poll_each(i);
		while (periods <= (size_t) rows[i].period)
		{
			rt_poll_each(periods);
			memset(&curve[periods], 0, sizeof(*curve));
			curve[periods].period = (int32_t) periods;
			periods++;
		}
		sum->cohorts += rows[i].cohorts;
		sum->eligible += rows[i].eligible;
		sum->active += rows[i].active;
		sum->active_since += rows[i].active_since;
		sum->orders += rows[i].orders;
		sum->known += rows[i].known;
		sum->spend.high += rows[i].spend.high;
		sum->spend.low += rows[i].spend.low;
	}
	return periods;
}
