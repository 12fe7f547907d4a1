/*
 * survival.c
 *		How long customers stay.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/survival.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/assert.h"
#include "core/exact_sum.h"
#include "core/poll.h"
#include "core/sort.h"
#include "core/special.h"

/*
 * Times that differ by no more than this, or by no more of their mean, are one: sqrt(DBL_EPSILON),
 * as timefix of R's survival has it
 */
#define TIED 1.4901161193847656e-8

bool
rt_tie_durations(double *times, size_t count, ptrdiff_t step)
{
	double		mean = 0;
	double		distinct = 0;
	double		before = NAN;
	double		first = 0;
	bool		changed = false;
	char	   *place = (char *) times;

	for (size_t i = 0; i < count; i++, place += step)
	{
		double		time = *(double *) place;

		rt_poll_each(i);
		if (time != before)
			mean += (time - mean) / ++distinct;
		before = time;
	}
	place = (char *) times;
	for (size_t i = 0; i < count; i++, place += step)
	{
		double	   *time = (double *) place;
		double		change = *time - before;

		rt_poll_each(i);
		if (i == 0 || !(change <= TIED || change / mean <= TIED))
			first = *time;
		before = *time;
		changed = changed || first != before;
		*time = first;
	}
	return changed;
}

static int
survival_moment_compare(const void *a, const void *b, const void *unused)
{
	double		left = ((const rt_moment *) a)->time;
	double		right = ((const rt_moment *) b)->time;

	(void) unused;
	return (left > right) - (left < right);
}

void
rt_tie_moments(rt_moment *moments, size_t count)
{
	rt_sort(moments, count, sizeof(rt_moment), survival_moment_compare, NULL);
	if (count > 0)
		rt_tie_durations(&moments[0].time, count, sizeof(moments[0]));
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		*moments[i].place = moments[i].time;
	}
}

size_t
rt_durations_tied(rt_duration *times, size_t count)
{
	size_t		left = 0;

	if (count == 0)
		return 0;
	rt_tie_durations(&times[0].time, count, sizeof(times[0]));
	for (size_t i = 1; i < count; i++)
	{
		if (times[i].time != times[left].time)
			times[++left] = times[i];
		else
		{
			times[left].events += times[i].events;
			times[left].censored += times[i].censored;
		}
	}
	return left + 1;
}

/* What follows from the share and Greenwood's sum up to a time */
static inline void
survival_set_share(rt_survival_point *point, double survival, double greenwood, double z)
{
	point->survival = survival;
	point->std_error = greenwood == 0 ? 0 : NAN;
	point->lower = point->upper = NAN;
	if (greenwood > 0 && survival > 0)
		point->std_error = survival * sqrt(greenwood);
	/* those who left may weigh nothing beside the others */
	if (greenwood > 0 && survival > 0 && survival < 1)
	{
		double		log_survival = log(survival);
		double		width = z * sqrt(greenwood) / -log_survival;

		point->lower = exp(log_survival * exp(width));
		point->upper = exp(log_survival * exp(-width));
	}
}

void
rt_survival_curve(const rt_duration *times, size_t count, double z, rt_survival_point *points)
{
	int64_t		at_risk = 0;
	double		survival = 1;
	double		greenwood = 0;

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		at_risk += times[i].events + times[i].censored;
	}
	for (size_t i = 0; i < count; i++)
	{
		rt_survival_point *point = &points[i];
		int64_t		left = at_risk - times[i].events;

		rt_poll_each(i);
		survival *= (double) left / (double) at_risk;
		if (times[i].events > 0)
			greenwood += (double) times[i].events / ((double) at_risk * (double) left);
		point->time = times[i].time;
		point->at_risk = at_risk;
		point->events = times[i].events;
		point->censored = times[i].censored;
		survival_set_share(point, survival, greenwood, z);
		at_risk = left - times[i].censored;
		RT_ASSERT(left >= 0 && at_risk >= 0 && survival >= 0 && survival <= 1);
		RT_ASSERT(i == 0 || (times[i].time > times[i - 1].time && survival <= point[-1].survival));
	}
}

/* ------------------------------------------------------------ entries and weights */

static int
survival_row_compare(const void *a, const void *b, const void *unused)
{
	const rt_survival_row *left = (const rt_survival_row *) a;
	const rt_survival_row *right = (const rt_survival_row *) b;

	(void) unused;
	return (left->time > right->time) - (left->time < right->time);
}

static int
survival_entry_compare(const void *a, const void *b, const void *argument)
{
	const rt_survival_row *rows = (const rt_survival_row *) argument;
	double		left = rows[*(const size_t *) a].entry;
	double		right = rows[*(const size_t *) b].entry;

	return (left > right) - (left < right);
}

/* False where some entry is no longer before its time: *broken is such a row */
static bool
survival_tie_rows(rt_survival_row *rows, size_t count, rt_moment *moments, size_t *broken)
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

/* Who is at risk: weights are added up without rounding, as who comes late may weigh much more */
typedef struct survival_walk
{
	int			unit;			/* weights are relative to this power of two */
	rt_exact_sum weights;
	int64_t		customers;
} survival_walk;

/* The smallest number above 0 */
#define WEIGHT_SMALLEST 4.9406564584124654e-324

/*
 * So many come, or go, who weigh alike.  None weighs nothing beside one of 2^1074 times the weight:
 * when that one has gone, there is still somebody.
 */
static void
survival_change(survival_walk *walk, double weight, int64_t customers)
{
	if (customers == 0)
		return;
	rt_exact_sum_add(&walk->weights,
					 fmax(ldexp(weight, -walk->unit), WEIGHT_SMALLEST) * (double) customers);
	walk->customers += customers;
}

/* An even power of two near the largest weight: its root is one, too */
static int
survival_unit(const rt_survival_row *rows, size_t count)
{
	double		largest = 0;
	int			unit;

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		largest = fmax(largest, rows[i].weight);
	}
	frexp(largest, &unit);
	return unit / 2 * 2;
}

size_t
rt_survival_curve_of_rows(rt_survival_row *rows, size_t count, double z, rt_moment *moments,
						  size_t *by_entry, rt_survival_point *points, size_t *broken)
{
	survival_walk walk = {.unit = survival_unit(rows, count)};
	double		survival = 1;
	double		greenwood = 0;
	size_t		entered = 0;
	size_t		used = 0;

	if (!survival_tie_rows(rows, count, moments, broken))
		return 0;
	rt_sort(rows, count, sizeof(rt_survival_row), survival_row_compare, NULL);
	for (size_t i = 0; i < count; i++)
		by_entry[i] = i;
	rt_sort(by_entry, count, sizeof(size_t), survival_entry_compare, rows);
	for (size_t begin = 0, end; begin < count; begin = end)
	{
		rt_survival_point *point = &points[used++];
		survival_walk leaving = {.unit = walk.unit};
		double		at_risk;

		rt_poll_each(begin);
		for (; entered < count && rows[by_entry[entered]].entry < rows[begin].time; entered++)
		{
			const rt_survival_row *row = &rows[by_entry[entered]];

			rt_poll_each(entered);
			survival_change(&walk, row->weight, row->events);
			survival_change(&walk, row->weight, row->censored);
		}
		*point = (rt_survival_point) {.time = rows[begin].time, .at_risk = walk.customers};
		at_risk = rt_exact_sum_value(&walk.weights);
		for (end = begin; end < count && rows[end].time == rows[begin].time; end++)
		{
			rt_poll_each(end);
			survival_change(&leaving, rows[end].weight, rows[end].events);
			survival_change(&walk, rows[end].weight, -rows[end].events);
			point->censored += rows[end].censored;
		}
		point->events = leaving.customers;
		if (point->events > 0)
		{
			double		left = rt_exact_sum_value(&walk.weights);

			survival *= left / at_risk;
			greenwood +=
				ldexp(rt_exact_sum_value(&leaving.weights) / at_risk / left, -walk.unit);
		}
		survival_set_share(point, survival, greenwood, z);
		for (size_t i = begin; i < end; i++)
			survival_change(&walk, rows[i].weight, -rows[i].censored);
		RT_ASSERT(walk.customers >= 0 && survival >= 0 && survival <= 1);
	}
	return used;
}

/* ------------------------------------------------------------ questions to a curve */

/* As far as ties are told apart */
static bool
survival_is_later(double time, double other)
{
	return time - other > TIED * fmax(1, other);
}

double
rt_survival_at(const rt_survival_point *points, size_t count, double time)
{
	size_t		low = 0;
	size_t		high = count;

	if (count == 0)
		return NAN;
	if (survival_is_later(time, points[count - 1].time) && points[count - 1].survival > 0)
		return NAN;
	/* the last point that is not behind time is low - 1 */
	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (!survival_is_later(points[middle].time, time))
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? 1 : points[low - 1].survival;
}

/* Products of shares are half up to rounding: 2^-53 for each of up to some million factors */
#define HALF_UP_TO 1e-9

double
rt_survival_median(const rt_survival_point *points, size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		if (points[i].survival > 0.5 + HALF_UP_TO)
			continue;
		if (points[i].survival > 0.5 - HALF_UP_TO)
			for (size_t j = i + 1; j < count; j++)
			{
				rt_poll_each(j);
				if (points[j].survival < 0.5 - HALF_UP_TO)
					return (points[i].time + points[j].time) / 2;
			}
		return points[i].time;
	}
	return NAN;
}

double
rt_survival_restricted_mean(const rt_survival_point *points, size_t count, double horizon,
							double *std_error)
{
	double		area = 0;
	double		variance = 0;
	double		until = horizon;
	size_t		used = 0;
	int			unit;			/* squares of areas are no numbers where those are large */

	*std_error = NAN;
	frexp(horizon, &unit);
	if (count == 0 || (survival_is_later(horizon, points[count - 1].time) &&
					   points[count - 1].survival > 0))
		return NAN;
	for (; used < count && !survival_is_later(points[used].time, horizon); used++)
		rt_poll_each(used);

	/*
	 * Backward: an event weighs with the square of the area under the curve behind it.  What
	 * Greenwood's sum grows by at an event is nowhere but in the standard errors, where customers
	 * have weights: so the squares' differences are weighed with the sum.
	 */
	for (size_t i = used; i-- > 0;)
	{
		const rt_survival_point *point = &points[i];
		double		piece = point->survival * (until - point->time);
		double		error = point->std_error / point->survival;

		rt_poll_each(i);
		if (point->survival > 0)
			variance += error * error * ldexp(piece, -unit) * ldexp(2 * area + piece, -unit);
		area += piece;
		until = point->time;
	}
	*std_error = ldexp(sqrt(variance), unit);
	return area + until;
}

/* ------------------------------------------------------------ do groups differ */

/*
 * Part of a group's variance that the groups before it must leave: what rounding leaves of nothing
 * is some 2^-52 for each of the terms that it was taken from
 */
#define PIVOT_SMALL 1e-13

/* Who comes and goes, as time goes on */
typedef struct log_rank_state
{
	int			group_count;
	double	   *at_risk;		/* of each group */
	double		all;
	double	   *above;			/* events over those expected, of the groups that count */
	double	   *variance;
	rt_log_rank_group *groups;
} log_rank_state;

/* The events at a time: what was to be expected of each group, and how much that varies */
static void
log_rank_add_events(log_rank_state *s, double events)
{
	double		scale = s->all > 1 ? events * (s->all - events) / (s->all - 1) : 0;

	for (int j = 0; j < s->group_count; j++)
	{
		double		share = s->at_risk[j] / s->all;
		double	   *variance = s->variance + j * s->group_count;

		if (s->at_risk[j] == 0)
			continue;
		s->groups[j].expected += events * share;
		variance[j] += scale * share;
		for (int k = 0; k <= j; k++)
			variance[k] -= scale * share * s->at_risk[k] / s->all;
	}
}

/*
 * Groups that could not lose anybody tell nothing: the others are moved together.  How many they
 * are
 */
static int
log_rank_groups_used(log_rank_state *s)
{
	int			used = 0;

	for (int j = 0; j < s->group_count; j++)
	{
		if (!(s->groups[j].expected > 0))
			continue;
		s->above[used] = (double) s->groups[j].events - s->groups[j].expected;
		for (int k = 0, column = 0; k <= j; k++)
			if (s->groups[k].expected > 0)
				s->variance[used * s->group_count + column++] =
					s->variance[j * s->group_count + k];
		used++;
	}
	return used;
}

/*
 * Of the groups used the last one follows from the rest; so does another one wherever groups are
 * not compared with each other, being of other strata or times, and all of them where nothing was
 * left to chance.  The factor of the variance leaves those out, and takes its place.
 */
static void
log_rank_compare(log_rank_state *s, int used, rt_log_rank *test)
{
	test->degrees = 0;
	test->chi_square = 0;
	for (int j = 0; j < used - 1; j++)
	{
		double	   *row = s->variance + j * s->group_count;
		double		pivot = row[j];
		double		above = s->above[j];

		rt_poll();				/* a thousand rows take long */
		for (int k = 0; k < j; k++)
		{
			const double *before = s->variance + k * s->group_count;

			for (int i = 0; i < k; i++)
				row[k] -= row[i] * before[i];
			row[k] = before[k] > 0 ? row[k] / before[k] : 0;
			pivot -= row[k] * row[k];
			above -= row[k] * s->above[k];
		}
		if (!(pivot > PIVOT_SMALL * row[j] && pivot > DBL_MIN))
		{
			row[j] = s->above[j] = 0;
			continue;
		}
		row[j] = sqrt(pivot);
		s->above[j] = above / row[j];
		test->chi_square += s->above[j] * s->above[j];
		test->degrees++;
	}
	test->p_value = rt_chi_square_tail(test->degrees, test->chi_square);
	if (test->degrees == 0)
		test->chi_square = test->p_value = NAN;
}

static void
log_rank_change(log_rank_state *s, int group, double customers)
{
	s->at_risk[group] += customers;
	s->all += customers;
}

/* Of one stratum, in which nobody is left in the end; how many entries there were */
static size_t
log_rank_add_stratum(log_rank_state *s, const rt_group_duration *rows, size_t count,
					 const rt_group_entry *entries)
{
	size_t		entered = 0;
	int64_t		waiting = 0;

	for (size_t i = 0; i < count; i++)
	{
		int64_t		n = rows[i].events + rows[i].censored;

		rt_poll_each(i);
		s->groups[rows[i].group].customers += n;
		s->groups[rows[i].group].events += rows[i].events;
		if (entries == NULL)
			log_rank_change(s, rows[i].group, (double) n);
		else
			waiting += n;
	}
	for (size_t begin = 0, end; begin < count; begin = end)
	{
		double		events = 0;

		/* many times of many groups take long */
		rt_poll();
		for (; waiting > 0 && entries[entered].time < rows[begin].time; entered++)
		{
			log_rank_change(s, entries[entered].group, (double) entries[entered].customers);
			waiting -= entries[entered].customers;
		}
		for (end = begin; end < count && rows[end].time == rows[begin].time; end++)
			events += (double) rows[end].events;
		if (events > 0)
			log_rank_add_events(s, events);
		for (size_t i = begin; i < end; i++)
			log_rank_change(s, rows[i].group, -(double) (rows[i].events + rows[i].censored));
	}
	RT_ASSERT(waiting == 0 && s->all == 0);
	return entered;
}

void
rt_log_rank_test(const rt_group_duration *rows, size_t count, const rt_group_entry *entries,
				 int group_count, double *room, rt_log_rank_group *groups, rt_log_rank *test)
{
	log_rank_state s = {
		.group_count = group_count, .at_risk = room, .above = room + group_count,
		.variance = room + 2 * group_count, .groups = groups
	};

	memset(room, 0, RT_LOG_RANK_ROOM(group_count) * sizeof(double));
	memset(groups, 0, (size_t) group_count * sizeof(rt_log_rank_group));
	for (size_t begin = 0, end; begin < count; begin = end)
	{
		size_t		entered;

		for (end = begin; end < count && rows[end].stratum == rows[begin].stratum; end++)
			rt_poll_each(end);
		entered = log_rank_add_stratum(&s, rows + begin, end - begin, entries);
		if (entries != NULL)
			entries += entered;
	}
	log_rank_compare(&s, log_rank_groups_used(&s), test);
}
