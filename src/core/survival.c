/*
 * survival.c
 *		How long customers stay.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/survival.h"

#include <math.h>
#include <string.h>

#include "core/assert.h"
#include "core/cholesky.h"
#include "core/poll.h"
#include "core/special.h"

/*
 * Times that differ by no more than this, or by no more of their mean, are one: sqrt(DBL_EPSILON),
 * as timefix of R's survival has it
 */
#define TIED 1.4901161193847656e-8

void
rt_tie_durations(double *times, size_t count, ptrdiff_t step)
{
	double		mean = 0;
	double		distinct = 0;
	double		before = NAN;
	double		first = 0;
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
		*time = first;
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
		point->survival = survival;
		point->std_error = greenwood == 0 ? 0 : NAN;
		point->lower = point->upper = NAN;
		if (greenwood > 0 && survival > 0)
		{
			double		log_survival = log(survival);
			double		width = z * sqrt(greenwood) / -log_survival;

			point->std_error = survival * sqrt(greenwood);
			point->lower = exp(log_survival * exp(width));
			point->upper = exp(log_survival * exp(-width));
		}
		at_risk = left - times[i].censored;
		RT_ASSERT(left >= 0 && at_risk >= 0 && survival >= 0 && survival <= 1);
		RT_ASSERT(i == 0 || (times[i].time > times[i - 1].time && survival <= point[-1].survival));
	}
}

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
	/* backward: an event weighs with the area under the curve behind it */
	for (size_t i = used; i-- > 0;)
	{
		const rt_survival_point *point = &points[i];
		int64_t		left = point->at_risk - point->events;

		rt_poll_each(i);
		area += point->survival * (until - point->time);
		if (point->events > 0 && left > 0)
			variance += ldexp(area, -unit) * ldexp(area, -unit) *
				((double) point->events / ((double) point->at_risk * (double) left));
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

/* Of the groups used the last one follows from the rest */
static void
log_rank_compare(log_rank_state *s, int used, rt_log_rank *test)
{
	test->degrees = used > 1 ? used - 1 : 0;
	test->chi_square = test->p_value = NAN;
	if (used < 2)
		return;
	if (rt_cholesky(s->variance, used - 1, s->group_count, PIVOT_SMALL, s->variance) < used - 1)
	{
		/* nothing was left to chance: at each time all left, or only one group was there */
		test->degrees = 0;
		return;
	}
	rt_cholesky_forward(s->variance, used - 1, s->group_count, s->above);
	test->chi_square = 0;
	for (int j = 0; j < used - 1; j++)
		test->chi_square += s->above[j] * s->above[j];
	test->p_value = rt_chi_square_tail(test->degrees, test->chi_square);
}

void
rt_log_rank_test(const rt_group_duration *rows, size_t count, int group_count,
				 double *room, rt_log_rank_group *groups, rt_log_rank *test)
{
	log_rank_state s = {
		.group_count = group_count, .at_risk = room, .above = room + group_count,
		.variance = room + 2 * group_count, .groups = groups
	};

	memset(room, 0, RT_LOG_RANK_ROOM(group_count) * sizeof(double));
	memset(groups, 0, (size_t) group_count * sizeof(rt_log_rank_group));
	for (size_t i = 0; i < count; i++)
	{
		int64_t		n = rows[i].events + rows[i].censored;

		rt_poll_each(i);
		groups[rows[i].group].customers += n;
		groups[rows[i].group].events += rows[i].events;
		s.at_risk[rows[i].group] += (double) n;
		s.all += (double) n;
	}
	for (size_t begin = 0, end; begin < count; begin = end)
	{
		double		events = 0;

		/* many times of many groups take long */
		rt_poll();
		for (end = begin; end < count && rows[end].time == rows[begin].time; end++)
			events += (double) rows[end].events;
		if (events > 0)
			log_rank_add_events(&s, events);
		for (size_t i = begin; i < end; i++)
		{
			s.at_risk[rows[i].group] -= (double) (rows[i].events + rows[i].censored);
			s.all -= (double) (rows[i].events + rows[i].censored);
		}
	}
	log_rank_compare(&s, log_rank_groups_used(&s), test);
}
