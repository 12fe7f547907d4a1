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

bool
rt_running_cycle_add(rt_running_cycle *cycle, int64_t time, double ticks_per_day, bool logarithms,
					 double weight)
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
	}
	cycle->purchases++;
	cycle->previous = cycle->last;
	cycle->last = time;
	if (logarithms)
	{
		cycle->sum_log_before = cycle->sum_log;
		cycle->sum_log += log(running_span(cycle->previous, time) / ticks_per_day);
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

double
rt_running_churn_score_by(const rt_running_cycle *cycle, const rt_model *model,
						  double ticks_per_day)
{
	double		ticks = ticks_per_day * model->time_unit;
	rt_customer customer;
	rt_base		base;

	if (cycle->purchases < 2)
		return NAN;
	if (rt_kind_by_id(model->id)->input == RT_INPUT_INTERVALS)
	{
		const rt_interpurchase interpurchase = {model->parameters[0], model->parameters[1],
		model->parameters[2]};
		double		elapsed = running_span(cycle->previous, cycle->last) / ticks;
		double		sum = cycle->weighted_days / model->time_unit;
		double		before = (double) (cycle->purchases - 2);
		double		days = running_span(cycle->first, cycle->previous) / ticks_per_day;
		rt_intervals theirs = {cycle->purchases - 2, days, cycle->sum_log_before,
		before > 0 ? days / before : NAN, NAN, ticks_per_day == 1 ? 1 : 0};
		double		log_silence[RT_SHAPES];
		rt_shapes	shapes;

		rt_gamma_shapes(&theirs, model->k_deviation > 0 ? model->k_median : model->parameters[0],
						model->k_deviation, &shapes);
		return 1 - rt_interpurchase_silence_of_shapes(&interpurchase, &shapes,
													  cycle->weighted_intervals, sum, elapsed,
													  log_silence);
	}
	if (!rt_base_from_model(model, &base) || base.kind->input == RT_INPUT_OPPORTUNITIES)
		return NAN;
	customer.x = (double) (cycle->purchases - 2);
	customer.t_x = running_span(cycle->first, cycle->previous) / ticks;
	customer.age = running_span(cycle->first, cycle->last) / ticks;
	return rt_base_p_gone(&base, &customer);
}
