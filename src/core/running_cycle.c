/*
 * running_cycle.c
 *		The purchase cycle of a customer as it was at each of their purchases.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/assert.h"
#include "core/customer_base.h"
#include "core/cycle.h"
#include "core/cycle_season.h"
#include "core/interpurchase_shapes.h"
#include "core/running_cycle.h"

/* Times of all ages of the world differ by less than 2^64 microseconds */
static double
running_span(int64_t from, int64_t to)
{
	return (double) ((uint64_t) to - (uint64_t) from);
}

bool
rt_running_cycle_valid(const rt_running_cycle *cycle)
{
	int64_t		purchases = cycle->purchases;

	if (purchases < 0 || cycle->first > cycle->previous || cycle->previous > cycle->last)
		return false;

	/* the first two times are one time until there are three purchases, all until there are two */
	if ((cycle->first < cycle->previous) != (purchases > 2) ||
		(cycle->previous < cycle->last) != (purchases > 1))
		return false;

	/* each interval before the last one has counted at most once, and longer than nothing */
	return cycle->weighted_intervals >= 0 &&
		cycle->weighted_intervals <= (purchases > 2 ? (double) (purchases - 2) : 0) &&
		(cycle->weighted_days > 0) == (cycle->weighted_intervals > 0);
}

/* The day of a time, and how much of it has passed */
static int32_t
running_day(int64_t time, double ticks_per_day, double *passed)
{
	int64_t		ticks = (int64_t) ticks_per_day;
	int64_t		day = time / ticks - (time % ticks < 0 ? 1 : 0);

	*passed = (double) (time - day * ticks) / ticks_per_day;
	return (int32_t) day;
}

double
rt_running_season_days(const rt_season *season, int64_t from, int64_t to, double ticks_per_day)
{
	double		before,
				passed;
	int32_t		first,
				last;

	if (rt_season_is_flat(season))
		return running_span(from, to) / ticks_per_day;
	if (ticks_per_day == 1)
		return from == to ? 0 :
			fmax(rt_season_days(season, (int32_t) from, (int32_t) to), RT_SEASON_DAY_MIN);
	first = running_day(from, ticks_per_day, &before);
	last = running_day(to, ticks_per_day, &passed);
	if (first == last)
		return (double) (to - from) / ticks_per_day * rt_season_factor(season, first);
	return (1 - before) * rt_season_factor(season, first) +
		rt_season_days(season, first, last - 1) + passed * rt_season_factor(season, last);
}

static double
running_season_factor(const rt_season *season, int64_t time, double ticks_per_day)
{
	double		passed;

	return rt_season_factor(season, running_day(time, ticks_per_day, &passed));
}

bool
rt_running_cycle_add(rt_running_cycle *cycle, int64_t time, double ticks_per_day, bool logarithms,
					 double weight, const rt_season *season)
{
	RT_ASSERT(rt_running_cycle_valid(cycle));
	if (cycle->purchases == 0)
	{
		cycle->purchases = 1;
		cycle->first = cycle->previous = cycle->last = time;
		return true;
	}
	if (time <= cycle->last)
		return time == cycle->last;
	if (cycle->purchases > 1)
	{
		/* what was the last interval is one of those before */
		cycle->weighted_intervals = cycle->weighted_intervals * weight + 1;
		cycle->weighted_days =
			cycle->weighted_days * weight +
			running_span(cycle->previous, cycle->last) / ticks_per_day;
		if (!rt_season_is_flat(season))
			cycle->season_weighted_days =
				cycle->season_weighted_days * weight +
				rt_running_season_days(season, cycle->previous, cycle->last, ticks_per_day);
	}
	cycle->purchases++;
	cycle->previous = cycle->last;
	cycle->last = time;
	if (logarithms)
	{
		cycle->sum_log_before = cycle->sum_log;
		cycle->sum_log += log(running_span(cycle->previous, time) / ticks_per_day);
	}
	if (logarithms && !rt_season_is_flat(season))
	{
		cycle->season_sum_log_before = cycle->season_sum_log;
		cycle->season_sum_log +=
			log(rt_running_season_days(season, cycle->previous, time, ticks_per_day));
		cycle->log_factors_before = cycle->log_factors;
		cycle->log_factors += log(running_season_factor(season, time, ticks_per_day));
	}
	RT_ASSERT(rt_running_cycle_valid(cycle));
	return true;
}

double
rt_running_interval(const rt_running_cycle *cycle, double ticks_per_day)
{
	return cycle->purchases < 2 ? NAN : running_span(cycle->previous, cycle->last) / ticks_per_day;
}

double
rt_running_mean(const rt_running_cycle *cycle, double ticks_per_day)
{
	return cycle->purchases < 2 ?
		NAN :
		running_span(cycle->first, cycle->last) / ticks_per_day / (double) (cycle->purchases - 1);
}

double
rt_running_lateness(const rt_running_cycle *cycle)
{
	return cycle->purchases < 3 ?
		NAN :
		running_span(cycle->previous, cycle->last) * (double) (cycle->purchases - 2) /
		running_span(cycle->first, cycle->previous);
}

double
rt_running_regularity(const rt_running_cycle *cycle, double ticks_per_day)
{
	return cycle->purchases < 3 ?
		NAN :
		rt_gamma_shape(cycle->purchases - 1,
					   running_span(cycle->first, cycle->last) / ticks_per_day,
					   cycle->sum_log);
}

double
rt_running_churn_score(const rt_running_cycle *cycle)
{
	return cycle->purchases < 3 ? NAN :
		-expm1(-(double) (cycle->purchases - 2) *
			   log1p(running_span(cycle->previous, cycle->last) /
					 running_span(cycle->first, cycle->previous)));
}

/* The purchases before the last one, in days or in operational ones of a season */
static void
running_pace_before(const rt_running_cycle *cycle, const rt_season *season, double ticks_per_day,
					rt_pace *pace)
{
	double		days = rt_running_season_days(season, cycle->first, cycle->previous,
											  ticks_per_day);
	int64_t		count = cycle->purchases - 2;
	double		mean = count > 0 ? days / (double) count : NAN;

	pace->intervals = (rt_intervals) {count, days, cycle->sum_log_before, mean, NAN,
										 ticks_per_day == 1 ? 1 : 0};
	pace->weighted = cycle->weighted_intervals;
	pace->weighted_sum = cycle->weighted_days;
	pace->log_speed = 0;
	if (season == NULL)
		return;
	pace->intervals.sum_log = cycle->season_sum_log_before;
	pace->weighted_sum = cycle->season_weighted_days;
	pace->log_speed = cycle->log_factors_before;
}

static double
running_churn_score_by_rhythm(const rt_running_cycle *cycle, const rt_model *model,
							  double ticks_per_day)
{
	const rt_interpurchase interpurchase = {model->parameters[0], model->parameters[1],
	model->parameters[2]};
	const rt_season *season = rt_cycle_season(model->season);
	double		elapsed = running_span(cycle->previous, cycle->last) /
		(ticks_per_day * model->time_unit);
	double		log_silence[RT_SHAPES];
	rt_shapes	shapes;
	rt_pace		pace,
				in_season;

	running_pace_before(cycle, NULL, ticks_per_day, &pace);
	if (season != NULL)
		running_pace_before(cycle, season, ticks_per_day, &in_season);
	if (season != NULL && rt_cycle_season_holds(&pace, &in_season))
	{
		pace = in_season;
		elapsed = rt_running_season_days(season, cycle->previous, cycle->last, ticks_per_day) /
			model->time_unit;
	}
	rt_gamma_shapes(&pace.intervals,
					model->k_deviation > 0 ? model->k_median : model->parameters[0],
					model->k_deviation, &shapes);
	return 1 - rt_interpurchase_silence_of_shapes(&interpurchase, &shapes, pace.weighted,
												  pace.weighted_sum / model->time_unit, elapsed,
												  log_silence);
}

/* As the base saw them at the last purchase, before it */
static rt_customer
running_customer(const rt_running_cycle *cycle, const rt_model *model, double ticks_per_day)
{
	const rt_season *season = rt_cycle_season(model->season);
	double		ticks = ticks_per_day * model->time_unit;
	double		x = (double) (cycle->purchases - 2);
	double		t_x;

	if (season == NULL)
		return (rt_customer) {x, running_span(cycle->first, cycle->previous) / ticks,
								 running_span(cycle->first, cycle->last) / ticks};
	t_x = rt_running_season_days(season, cycle->first, cycle->previous, ticks_per_day) /
		model->time_unit;

	/* whatever sums are rounded to */
	return (rt_customer) {x, t_x,
							 fmax(rt_running_season_days(season, cycle->first, cycle->last,
														 ticks_per_day) / model->time_unit, t_x)};
}

double
rt_running_churn_score_by(const rt_running_cycle *cycle, const rt_model *model,
						  double ticks_per_day)
{
	rt_customer customer;
	rt_base		base;

	if (cycle->purchases < 2)
		return NAN;
	if (rt_kind_by_id(model->id)->input == RT_INPUT_INTERVALS)
		return running_churn_score_by_rhythm(cycle, model, ticks_per_day);
	if (!rt_base_from_model(model, &base) || base.kind->input == RT_INPUT_OPPORTUNITIES)
		return NAN;
	customer = running_customer(cycle, model, ticks_per_day);
	return rt_base_p_gone(&base, &customer);
}
