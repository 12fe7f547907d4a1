/*
 * cycle_season.c
 *		The intervals of one customer in operational time.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/cycle_season.h"

#include <math.h>

#include "core/poll.h"

#define LOG_100 4.60517018598809137

const rt_season *
rt_cycle_season(const rt_season *season)
{
	return rt_season_is_flat(season) ? NULL : season;
}

void
rt_cycle_season_pace(const rt_season *season, const int32_t *dates, size_t count, double weight,
					 rt_pace *pace)
{
	rt_log_product intervals = {1, 0};
	rt_log_product factors = {1, 0};
	double		first = rt_season_time(season, dates[0]);
	double		before = first;

	*pace = (rt_pace) {{(int64_t) count - 1, 0, 0, NAN, NAN, 1}, 0, 0, 0};
	for (size_t i = 1; i < count; i++)
	{
		double		time = rt_season_time(season, dates[i]);
		double		interval = fmax(time - before, RT_SEASON_DAY_MIN);

		rt_poll_each(i);
		rt_log_product_add(&intervals, interval);
		rt_log_product_add(&factors, rt_season_factor(season, dates[i]));
		pace->weighted = pace->weighted * weight + 1;
		pace->weighted_sum = pace->weighted_sum * weight + interval;
		before = time;
	}
	if (count < 2)
		return;
	pace->intervals.sum = fmax(before - first, RT_SEASON_DAY_MIN * (double) (count - 1));
	pace->intervals.sum_log = rt_log_product_sum(&intervals);
	pace->intervals.mean = pace->intervals.sum / (double) (count - 1);
	pace->log_speed = rt_log_product_sum(&factors);
}

/* Exact times may be as even as they like; a sum of doubles knows no more than this */
#define EVENNESS_MIN 1e-12

/* With k by Minka's approximation */
double
rt_pace_log_likelihood(const rt_pace *pace)
{
	const rt_intervals *intervals = &pace->intervals;
	double		s = fmax(rt_intervals_evenness(intervals), EVENNESS_MIN);
	double		k = (3 - s + sqrt((s - 3) * (s - 3) + 24 * s)) / (12 * s);

	return (double) intervals->count *
		(k * log(k) - k - lgamma(k) - log(intervals->mean) - (k - 1) * s) + pace->log_speed;
}

bool
rt_cycle_season_holds(const rt_pace *in_days, const rt_pace *in_season)
{
	return in_days->intervals.count < 2 ||
		rt_intervals_evenness(&in_days->intervals) >=
		rt_intervals_evenness(&in_season->intervals) ||
		rt_pace_log_likelihood(in_days) < rt_pace_log_likelihood(in_season) + LOG_100;
}
