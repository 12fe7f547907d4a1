/*
 * concordance.c
 *		Does a score tell who leaves sooner, when some are still there?
 *
 * As time goes back, those who are at risk are counted by the rank of their score in a tree of sums
 * (Fenwick 1994), which tells how many have a lower one in as many steps as the number of ranks has
 * binary digits.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/concordance.h"

#include <math.h>
#include <stdbool.h>

#include "core/assert.h"
#include "core/poll.h"
#include "core/sort.h"

static int
concordance_score_compare(const void *a, const void *b, const void *unused)
{
	double		left = ((const rt_concordance_row *) a)->score;
	double		right = ((const rt_concordance_row *) b)->score;

	(void) unused;
	return (left > right) - (left < right);
}

/* The longest durations first */
static int
concordance_time_compare(const void *a, const void *b, const void *unused)
{
	double		left = ((const rt_concordance_row *) a)->time;
	double		right = ((const rt_concordance_row *) b)->time;

	(void) unused;
	return (left < right) - (left > right);
}

/* The latest entries first */
static int
concordance_entry_compare(const void *a, const void *b, const void *argument)
{
	const rt_concordance_row *rows = (const rt_concordance_row *) argument;
	double		left = rows[*(const size_t *) a].entry;
	double		right = rows[*(const size_t *) b].entry;

	return (left < right) - (left > right);
}

/* False where some entry is no longer before its time: *broken is such a row */
static bool
concordance_tie(rt_concordance_row *rows, size_t count, rt_moment *moments, size_t *broken)
{
	size_t		used = 0;

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		moments[used++] = (rt_moment) {rows[i].time, &rows[i].time};
		if (rows[i].entry > -INFINITY)
			moments[used++] = (rt_moment) {rows[i].entry, &rows[i].entry};
	}
	rt_tie_moments(moments, used);
	for (*broken = 0; *broken < count; (*broken)++)
	{
		rt_poll_each(*broken);
		if (!(rows[*broken].entry < rows[*broken].time))
			return false;
	}
	return true;
}

/* How many customers of each rank there are, in a tree of ranks 1 to size */
typedef struct concordance_tree
{
	int64_t    *counts;
	size_t		size;
	int64_t		all;
} concordance_tree;

static void
concordance_count(concordance_tree *tree, size_t rank, int64_t customers)
{
	if (customers == 0)
		return;
	tree->all += customers;
	for (; rank <= tree->size; rank += rank & -rank)
		tree->counts[rank] += customers;
}

/* Customers of ranks up to this one */
static int64_t
concordance_up_to(const concordance_tree *tree, size_t rank)
{
	int64_t		sum = 0;

	for (; rank > 0; rank -= rank & -rank)
		sum += tree->counts[rank];
	return sum;
}

/* Pairs, those that are won counting two, and those that are tied one; and where that overflows */
typedef struct concordance_pairs
{
	uint64_t	twice_won;
	uint64_t	pairs;
	double		about_won;
	double		about_pairs;
} concordance_pairs;

/* Those who left at a time against those in the tree */
static void
concordance_compare(const concordance_tree *tree, const rt_concordance_row *row,
					concordance_pairs *pairs)
{
	uint64_t	won;

	if (row->events == 0)
		return;
	won = (uint64_t) (concordance_up_to(tree, row->rank - 1) +
					  concordance_up_to(tree, row->rank));
	pairs->twice_won += (uint64_t) row->events * won;
	pairs->pairs += (uint64_t) row->events * (uint64_t) tree->all;
	pairs->about_won += (double) row->events * (double) won;
	pairs->about_pairs += (double) row->events * (double) tree->all;
}

/* Sorts the rows and finds the ranks: how many ranks there are; all counts are zero then */
static size_t
concordance_prepare(rt_concordance_row *rows, size_t count, const rt_concordance_room *room)
{
	size_t		ranks = 0;

	rt_sort(rows, count, sizeof(rt_concordance_row), concordance_score_compare, NULL);
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		rows[i].rank = i > 0 && rows[i].score == rows[i - 1].score ? ranks : ++ranks;
	}
	rt_sort(rows, count, sizeof(rt_concordance_row), concordance_time_compare, NULL);
	for (size_t i = 0; i < count; i++)
		room->by_entry[i] = i;
	rt_sort(room->by_entry, count, sizeof(size_t), concordance_entry_compare, rows);
	rt_clear(room->counts, (ranks + 1) * sizeof(int64_t));
	return ranks;
}

double
rt_concordance_index(rt_concordance_row *rows, size_t count, const rt_concordance_room *room,
					 size_t *broken)
{
	concordance_tree tree = {.counts = room->counts};
	concordance_pairs pairs = {0};
	size_t		out = 0;
	int64_t		customers = 0;

	if (!concordance_tie(rows, count, room->moments, broken))
		return NAN;
	tree.size = concordance_prepare(rows, count, room);
	for (size_t begin = 0, end; begin < count; begin = end)
	{
		for (; out < count && rows[room->by_entry[out]].entry >= rows[begin].time; out++)
		{
			const rt_concordance_row *row = &rows[room->by_entry[out]];

			/* they are seen longer than until their entry, and so are in */
			rt_poll_each(out);
			concordance_count(&tree, row->rank, -(row->events + row->censored));
		}
		for (end = begin; end < count && rows[end].time == rows[begin].time; end++)
		{
			rt_poll_each(end);
			concordance_count(&tree, rows[end].rank, rows[end].censored);
		}
		for (size_t i = begin; i < end; i++)
		{
			rt_poll_each(i);
			concordance_compare(&tree, &rows[i], &pairs);
		}
		for (size_t i = begin; i < end; i++)
		{
			rt_poll_each(i);
			concordance_count(&tree, rows[i].rank, rows[i].events);
			customers += rows[i].events + rows[i].censored;
		}
		RT_ASSERT(tree.all >= 0 && tree.all <= customers);
	}
	if (!(pairs.about_pairs > 0))
		return NAN;
	if (customers > UINT32_MAX)
		return fmin(pairs.about_won / 2 / pairs.about_pairs, 1);
	return (double) pairs.twice_won / 2 / (double) pairs.pairs;
}
