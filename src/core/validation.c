/*
 * validation.c
 *		Did a score tell who would, and who would not?
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/validation.h"

#include <math.h>

#include "core/sort.h"
#include "core/poll.h"

static int
by_score(const void *a, const void *b, const void *unused)
{
	double		left = ((const rt_scored *) a)->score;
	double		right = ((const rt_scored *) b)->score;

	(void) unused;
	return (left > right) - (left < right);
}

void
rt_scored_sort(rt_scored *scored, size_t count)
{
	rt_sort(scored, count, sizeof(rt_scored), by_score, NULL);
}

double
rt_roc_auc(const rt_scored *scored, size_t count)
{
	uint64_t	twice_won = 0;	/* pairs, a tie counting one */
	double		about = 0;		/* the same, where that is too many to count */
	uint64_t	below = 0;
	uint64_t	outcomes = 0;

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		twice_won += (uint64_t) scored[i].outcomes * (2 * below + (uint64_t) scored[i].others);
		about += (double) scored[i].outcomes * (double) (2 * below + (uint64_t) scored[i].others);
		below += (uint64_t) scored[i].others;
		outcomes += (uint64_t) scored[i].outcomes;
	}
	if (outcomes == 0 || below == 0)
		return NAN;
	if (outcomes + below > UINT32_MAX)
		return fmin(about / 2 / ((double) outcomes * (double) below), 1);
	return (double) twice_won / 2 / ((double) outcomes * (double) below);
}

size_t
rt_score_bins(const rt_scored *scored, size_t count, int bin_count, int from_highest,
			  rt_score_bin *bins)
{
	uint64_t	customers = 0;
	uint64_t	before = 0;
	size_t		used = 0;

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		customers += (uint64_t) (scored[i].outcomes + scored[i].others);
	}
	for (size_t i = 0; i < count; i++)
	{
		const rt_scored *row = &scored[from_highest ? count - 1 - i : i];
		int64_t		n = row->outcomes + row->others;
		int			number;

		rt_poll_each(i);
		if (n == 0)
			continue;
		/* the middle one of n customers, of whom before come first, counted in halves */
		number =
			1 + (int) ((2 * before + (uint64_t) n - 1) * (uint64_t) bin_count / (2 * customers));
		if (used == 0 || bins[used - 1].number != number)
		{
			rt_score_bin *bin = &bins[used++];

			bin->number = number;
			bin->lowest = bin->highest = row->score;
			bin->mean = 0;
			bin->customers = bin->outcomes = 0;
		}
		bins[used - 1].lowest = fmin(bins[used - 1].lowest, row->score);
		bins[used - 1].highest = fmax(bins[used - 1].highest, row->score);
		bins[used - 1].customers += n;
		bins[used - 1].outcomes += row->outcomes;
		/* a mean that is moved on stays between the scores */
		bins[used - 1].mean +=
			(row->score - bins[used - 1].mean) * ((double) n / (double) bins[used - 1].customers);
		before += (uint64_t) n;
	}
	return used;
}
