/*
 * silence.c
 *		How long a customer has been silent, and how probable that is.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/calendar.h"
#include "core/silence.h"

void
rt_silence_until(rt_silence *silence, int32_t as_of)
{
	silence->as_of = as_of;
	if (silence->by_calendar)
	{
		silence->probability = rt_calendar_cycle_silence(&silence->calendar, silence->last, as_of);
		return;
	}
	silence->elapsed = ((double) as_of - (double) silence->last) / silence->unit;
	if (silence->shapes_differ)
		silence->probability =
			rt_interpurchase_silence_of_shapes(&silence->model, &silence->shapes,
											   silence->intervals, silence->sum, silence->elapsed,
											   silence->log_silence);
	else
		silence->probability = silence->probability_of_model =
			rt_interpurchase_silence(&silence->model, silence->intervals, silence->sum,
									 silence->elapsed);
}

void
rt_silence_from_dates(const int32_t *dates, size_t count, int32_t as_of,
					  const rt_intervals *intervals, const rt_model *model, rt_silence *silence)
{
	silence->last = dates[count - 1];
	silence->by_calendar = rt_calendar_cycle_theirs(dates, count, &silence->calendar);
	if (!silence->by_calendar)
	{
		silence->model.k = model->parameters[0];
		silence->model.r = model->parameters[1];
		silence->model.alpha = model->parameters[2];
		silence->unit = model->time_unit;
		rt_weighted_intervals(dates, count, model->recency_weight,
							  &silence->intervals, &silence->sum);
		silence->sum /= silence->unit;
		silence->shapes_differ = model->k_deviation > 0;
		if (silence->shapes_differ)
		{
			rt_intervals theirs;

			if (intervals == NULL)
			{
				rt_intervals_from_dates(dates, count, &theirs);
				intervals = &theirs;
			}
			rt_gamma_shapes(intervals, model->k_median, model->k_deviation, &silence->shapes);
		}
	}
	rt_silence_until(silence, as_of);
}

bool
rt_silence_day(rt_silence *silence, double probability, int32_t *day)
{
	int64_t		low = silence->last;
	int64_t		high = silence->as_of;

	if (silence->probability > probability)
		return false;

	/* it falls from day to day */
	while (high - low > 1)
	{
		int64_t		middle = low + (high - low) / 2;

		rt_silence_until(silence, (int32_t) middle);
		if (silence->probability <= probability)
			high = middle;
		else
			low = middle;
	}
	*day = (int32_t) high;
	return high > silence->last;
}

bool
rt_silence_end(rt_silence *s, double p, int32_t *day)
{
	double		time,
				days;

	if (s->by_calendar)
		return rt_calendar_cycle_quantile(&s->calendar, s->last, s->as_of, (1 - p) * s->probability,
										  day);
	if (s->shapes_differ)
	{
		s->model.k = rt_interpurchase_shape_after(&s->shapes, s->log_silence);
		s->probability_of_model =
			rt_interpurchase_silence(&s->model, s->intervals, s->sum, s->elapsed);
		s->shapes_differ = false;
	}
	time = rt_interpurchase_quantile(&s->model, s->intervals, s->sum, s->elapsed,
									 s->probability_of_model, p);
	days = fmax(rint(time * s->unit), rint(s->elapsed * s->unit) + 1);
	if (!((double) s->last + days <= RT_DATE_MAX))
		return false;
	*day = (int32_t) ((double) s->last + days);
	return true;
}

void
rt_silence_own_model(const rt_intervals *intervals, rt_model *model)
{
	rt_model_init(model, &rt_interpurchase_kind);
	model->parameters[0] = rt_gamma_shape_shrunk(intervals, 1, RT_REGULARITY_DEVIATION);
	model->parameters[1] = model->parameters[0];
	model->parameters[2] = model->parameters[0] * intervals->mean;
}
