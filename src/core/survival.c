/*
 * survival.c
 *		How long customers stay.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/survival.h"

#include <math.h>
#include <string.h>

#include "core/cholesky.h"
#include "core/poll.h"
#include "core/special.h"

/* sqrt(DBL_EPSILON) */
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
	}
}

/* As far as ties are told apart */
static bool
is_later(double time, double other)
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
	if (is_later(time, points[count - 1].time) && points[count - 1].survival > 0)
		return NAN;
	/* the last point that is not behind time is low - 1 */
	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (!is_later(points[middle].time, time))
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? 1 : points[low - 1].survival;
}

/* Products of shares are half up to rounding */
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
	if (count == 0 || (is_later(horizon, points[count - 1].time) && points[count - 1].survival > 0))
		return NAN;
	for (; used < count && !is_later(points[used].time, horizon); used++)
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

/* Part of a group's variance that the groups before it must leave */
#define PIVOT_SMALL 1e-13

void
rt_log_rank_test(const rt_group_duration *rows, size_t count, int group_count,
				 double *room, rt_log_rank_group *groups, rt_log_rank *test)
{
	double	   *at_risk = room;
	double	   *above = at_risk + group_count;
	double	   *variance = above + group_count;
	double		all = 0;
	int			used = 0;

	memset(room, 0, RT_LOG_RANK_ROOM(group_count) * sizeof(double));
	memset(groups, 0, (size_t) group_count * sizeof(rt_log_rank_group));
	for (size_t i = 0; i < count; i++)
	{
		int64_t		n = rows[i].events + rows[i].censored;

		rt_poll_each(i);
		groups[rows[i].group].customers += n;
		groups[rows[i].group].events += rows[i].events;
		at_risk[rows[i].group] += (double) n;
		all += (double) n;
	}
	for (size_t begin = 0, end; begin < count; begin = end)
	{
		double		events = 0;

		/* many times of many groups take long */
		rt_poll();
		for (end = begin; end < count && rows[end].time == rows[begin].time; end++)
			events += (double) rows[end].events;
		if (events > 0)
		{
			double		scale = all > 1 ? events * (all - events) / (all - 1) : 0;

			for (int j = 0; j < group_count; j++)
			{
				double		share = at_risk[j] / all;

				if (at_risk[j] == 0)
					continue;
				groups[j].expected += events * share;
				variance[j * group_count + j] += scale * share;
				for (int k = 0; k <= j; k++)
					variance[j * group_count + k] -= scale * share * at_risk[k] / all;
			}
		}
		for (size_t i = begin; i < end; i++)
		{
			at_risk[rows[i].group] -= (double) (rows[i].events + rows[i].censored);
			all -= (double) (rows[i].events + rows[i].censored);
		}
	}

	/*
	 * groups that could not lose anybody tell nothing; of the others the last one follows from the
	 * rest
	 */
	for (int j = 0; j < group_count; j++)
	{
		if (!(groups[j].expected > 0))
			continue;
		above[used] = (double) groups[j].events - groups[j].expected;
		for (int k = 0, column = 0; k <= j; k++)
			if (groups[k].expected > 0)
				variance[used * group_count + column++] = variance[j * group_count + k];
		used++;
	}
	test->degrees = used > 1 ? used - 1 : 0;
	test->chi_square = test->p_value = NAN;
	if (used < 2)
		return;
	if (rt_cholesky(variance, used - 1, group_count, PIVOT_SMALL, variance) < used - 1)
	{
		/* nothing was left to chance: at each time all left, or only one group was there */
		test->degrees = 0;
		return;
	}
	rt_cholesky_forward(variance, used - 1, group_count, above);
	test->chi_square = 0;
	for (int j = 0; j < used - 1; j++)
		test->chi_square += above[j] * above[j];
	test->p_value = rt_chi_square_tail(test->degrees, test->chi_square);
}
