/*
 * silence.c
 *		How long a customer has been silent, and how probable that is.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/calendar.h"
#include "core/poll.h"
#include "core/silence.h"

/*
 * Regular where they are that more likely than not.  Of the others one k stands for all, which is
 * wider than the mixture, and nearer to what came (doc/backtest.md, grocery).
 */
#define REGULAR_SHARE_MIN 0.5

/* Who is this regular, and not by the days they buy on, may have a period of their own */
#define REGULAR_MIN 16.0

/* A mean interval of more days than this is none of weeks */
#define WEEKLY_MAX 10.5

static double
silence_of_model(rt_silence *silence, int32_t as_of)
{
	silence->one_known = false;
	if (silence->by_own_time)
		silence->elapsed =
			fmax(rt_own_time_until_end(&silence->time, silence->last, as_of) -
				 rt_own_time_half_day(&silence->time, silence->last), 0) / silence->unit;
	else
		silence->elapsed = rt_season_days(silence->season, silence->last, as_of) / silence->unit;
	return rt_interpurchase_silence_by_constants(&silence->model, &silence->shapes,
												 silence->constants, silence->intervals,
												 silence->sum, silence->elapsed,
												 silence->log_silence);
}

void
rt_silence_until(rt_silence *silence, int32_t as_of)
{
	silence->as_of = as_of;
	if (silence->by_calendar)
	{
		silence->probability = rt_calendar_cycle_silence(&silence->calendar, silence->last, as_of);
		return;
	}
	silence->probability = silence_of_model(silence, as_of);

	/* who has come to the end of a season is waited for at the beginning of the next one */
	if (silence->by_season && as_of > silence->season_end)
		silence->probability =
			fmax(silence->probability,
				 fmin(silence->at_season_end,
					  rt_calendar_cycle_silence(&silence->calendar, silence->last, as_of)));
}

/* By a model, with their intervals */
static void
silence_by_model(const rt_pace *pace, const rt_model *model, rt_silence *silence)
{
	double		share = 0;

	silence->model.k = model->parameters[0];
	silence->model.r = model->parameters[1];
	silence->model.alpha = model->parameters[2];
	silence->unit = model->time_unit;
	silence->intervals = pace->weighted;
	silence->sum = pace->weighted_sum / silence->unit;
	rt_gamma_shapes(&pace->intervals,
					model->k_deviation > 0 ? model->k_median : model->parameters[0],
					model->k_deviation, &silence->shapes);
	silence->regularity = silence->shapes.regularity;
	for (int i = 0; i < silence->shapes.count; i++)
		share += silence->shapes.weight[i] *
			rt_interpurchase_regular_share(silence->shapes.k[i], silence->intervals);
	silence->regular = share > REGULAR_SHARE_MIN;
}

/* Who has months of their own: is there a season of each year in which they buy again and again? */
static bool
silence_has_season(const int32_t *dates, size_t count, rt_calendar_cycle *season)
{
	rt_calendar_cycle_season(dates, count, season);
	return season->seasons >= 3 && (double) count > 1.5 * season->seasons;
}

/* Do days of their own make their purchases likelier than the others do? */
static bool
silence_fits_own_time(const rt_own_time *time, const int32_t *dates, size_t count, double weight,
					  const rt_pace *others, rt_pace *pace)
{
	rt_own_time_pace(time, dates, count, weight, pace);
	return rt_pace_log_likelihood(pace) > rt_pace_log_likelihood(others);
}

/* Who has neither a calendar nor months of their own: by the season and weekdays of their own */
static void
silence_in_time(const int32_t *dates, size_t count, bool by_weekday, const rt_pace *in_days,
				const rt_model *model, rt_silence *silence)
{
	const rt_season *season = rt_cycle_season(model->season);
	double		weight = model->recency_weight;
	rt_pace		in_season,
				in_own;

	if (season != NULL)
	{
		rt_cycle_season_pace(season, dates, count, weight, &in_season);
		if (!rt_cycle_season_holds(in_days, &in_season))
			season = NULL;
	}
	if (by_weekday)
	{
		rt_own_time_set_season(&silence->time, season);
		silence->by_own_time =
			silence_fits_own_time(&silence->time, dates, count, weight,
								  season == NULL ? in_days : &in_season, &in_own);
	}
	if (silence->by_own_time)
		silence_by_model(&in_own, model, silence);
	else if (season != NULL)
	{
		silence->season = season;
		silence_by_model(&in_season, model, silence);
	}
}

void
rt_silence_from_dates(const int32_t *dates, size_t count, int32_t as_of,
					  const rt_intervals *intervals, const rt_calendar_sums *sums,
					  const rt_model *model, rt_silence *silence)
{
	rt_pace		in_days = {.log_speed = 0};
	rt_pace		in_own;
	rt_calendar_cycle season;
	bool		own_time,
				own_months;

	if (intervals != NULL)
		in_days.intervals = *intervals;
	else
		rt_intervals_from_dates(dates, count, &in_days.intervals);
	rt_weighted_intervals(dates, count, model->recency_weight, &in_days.weighted,
						  &in_days.weighted_sum);
	silence->last = dates[count - 1];
	silence->by_own_time = silence->by_season = false;
	silence->season = NULL;
	silence->by_calendar = sums != NULL ?
		rt_calendar_cycle_theirs_by(sums, dates, count, &silence->calendar) :
		rt_calendar_cycle_theirs(dates, count, &silence->calendar);
	silence_by_model(&in_days, model, silence);
	own_time = rt_own_time_of(dates, count, &silence->time);
	own_months = own_time && silence->time.by_month &&
		silence_fits_own_time(&silence->time, dates, count, model->recency_weight, &in_days,
							  &in_own);

	/* who buys again and again in a season has a rhythm within it; other periods come first */
	if (own_months && (!silence->by_calendar || silence->calendar.days > 180) &&
		silence_has_season(dates, count, &season))
	{
		silence->by_calendar = false;
		silence->by_season = true;
		silence->calendar = season;
	}
	else if (!silence->by_calendar && silence->regularity >= REGULAR_MIN)
		silence->by_calendar = rt_calendar_cycle_regular(dates, count, &silence->calendar);
	if (own_months && !silence->by_calendar)
	{
		silence->by_own_time = true;
		silence_by_model(&in_own, model, silence);
	}
	else if (!silence->by_calendar)
		silence_in_time(dates, count, own_time && !silence->time.by_month, &in_days, model,
						silence);
	if (!silence->by_calendar)
		rt_interpurchase_shape_constants(&silence->model, &silence->shapes, silence->intervals,
										 silence->constants);
	if (silence->by_season)
	{
		silence->season_end = rt_calendar_cycle_season_end(&silence->calendar, dates, count);
		silence->at_season_end = silence_of_model(silence, silence->season_end);
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

/*
 * After so much time, about; kept is how probable it would be of the regular ones of what they may
 * be if they never left a purchase out
 */
static double
silence_about(const rt_silence *s, double elapsed, double *kept)
{
	double		silence = 0,
				regular = 0;

	*kept = 0;
	for (int i = 0; i < s->shapes.count; i++)
	{
		rt_interpurchase one = {s->shapes.k[i], s->model.r, s->model.alpha};
		double		share = s->shapes.weight[i] *
			rt_interpurchase_regular_share(one.k, s->intervals);
		double		of_one;

		silence += s->shapes.weight[i] *
			rt_interpurchase_silence_about(&one, s->intervals, s->sum, elapsed, &of_one);
		*kept += share * of_one;
		regular += share;
	}
	*kept /= regular;
	return silence;
}

/* The time after which the silence will have ended with probability p, in the model's unit */
static double
silence_time(const rt_silence *s, double p)
{
	double		kept;
	double		target = (1 - p) * silence_about(s, s->elapsed, &kept);
	double		low = s->elapsed;
	double		high = s->elapsed + (s->model.alpha + s->sum) / (s->model.r + s->intervals);
	double		digits = 0.02 / s->unit;	/* of a day */

	while (silence_about(s, high, &kept) > target && isfinite(high))
	{
		rt_poll();
		low = high;
		high += high;
	}
	while (high - low > digits && high - low > 1e-9 * high)
	{
		double		middle = low + (high - low) / 2;

		if (silence_about(s, middle, &kept) > target)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* The first day on which it has at most so much of the probability that it has now */
static bool
silence_day_after(const rt_silence *s, double share, int32_t *day)
{
	rt_silence	then = *s;
	double		target = share * s->probability;
	int64_t		low = s->as_of;
	int64_t		high = low;

	for (int64_t step = 32;; step *= 2)
	{
		high = low + step;
		if (high > RT_DATE_MAX)
			return false;
		rt_silence_until(&then, (int32_t) high);
		if (then.probability <= target)
			break;
		low = high;
		rt_poll();
	}
	while (high - low > 1)
	{
		int64_t		middle = low + (high - low) / 2;

		rt_silence_until(&then, (int32_t) middle);
		if (then.probability <= target)
			high = middle;
		else
			low = middle;
	}
	*day = (int32_t) high;
	return true;
}

/* One k in the place of all of them, for as long as the silence is the same */
static void
silence_find_one(rt_silence *s)
{
	s->one_known = true;
	s->one = s->model;
	s->one.k = rt_interpurchase_shape_after(&s->shapes, s->log_silence);
	if (s->shapes.count == 1 && rt_interpurchase_regular_share(s->one.k, s->intervals) == 0)
	{
		s->constant_of_one = s->constants[0];
		s->of_one = exp(s->log_silence[0]);
		return;
	}
	s->constant_of_one = rt_interpurchase_silence_constant(&s->one, s->intervals);
	s->of_one = exp(rt_interpurchase_log_silence_by(&s->one, s->constant_of_one, s->intervals,
													s->sum, s->elapsed));
}

bool
rt_silence_end(rt_silence *s, double p, int32_t *day)
{
	double		time,
				days;

	if (s->by_season)
		return silence_day_after(s, 1 - p, day);

	if (s->by_calendar)
	{
		if (s->probability > 0)
			return rt_calendar_cycle_quantile(&s->calendar, s->last, s->as_of,
											  (1 - p) * s->probability, day);
		time = 0;
	}
	else if (s->regular)
		time = silence_time(s, p);
	else
	{
		if (!s->one_known)
			silence_find_one(s);
		time = rt_interpurchase_quantile_by(&s->one, s->constant_of_one, s->intervals, s->sum,
											s->elapsed, s->of_one, p);
	}
	if (s->by_own_time && time > s->elapsed)
	{
		if (!rt_own_time_day(&s->time, s->last, time * s->unit, day))
			return false;
		if (*day <= s->as_of)
			*day = s->as_of + 1;

		/* on days on which they never bought there is a little probability, too */
		return *day <= RT_DATE_MAX && rt_own_time_usual_day(&s->time, day);
	}
	if (s->season != NULL)
	{
		/* from noon on, as a purchase lies in its day on average */
		if (!rt_season_day(s->season, s->last,
						   time * s->unit - rt_season_factor(s->season, s->last) / 2, day))
			return false;
		if (*day <= s->as_of)
			*day = s->as_of + 1;
		return *day <= RT_DATE_MAX;
	}
	days = fmax(rint(time * s->unit), (double) s->as_of - (double) s->last + 1);
	if (!((double) s->last + days <= RT_DATE_MAX))
		return false;
	*day = (int32_t) ((double) s->last + days);
	return !s->by_own_time || rt_own_time_usual_day(&s->time, day);
}

/* Is somebody regular behind the time they were expected at? */
static bool
silence_missed(const rt_silence *s)
{
	double		kept;

	if (s->by_calendar || s->by_season)
		return rt_calendar_cycle_missed(&s->calendar, s->last, s->as_of);
	if (!s->regular || s->regularity < REGULAR_MIN)
		return false;
	silence_about(s, s->elapsed, &kept);
	return kept < 0.025;
}

bool
rt_silence_contact_from(rt_silence *silence, double lower, int32_t *day)
{
	if (!silence_missed(silence))
		return rt_silence_end(silence, lower, day);
	*day = silence->as_of + 1;
	return silence->as_of < RT_DATE_MAX;
}

bool
rt_silence_contact_until(rt_silence *silence, double lower, double upper, int32_t *day)
{
	rt_silence	before;
	int32_t		from,
				until;

	if (!silence_missed(silence))
		return rt_silence_end(silence, upper, day);
	before = *silence;
	rt_silence_until(&before, before.by_season ?
					 before.season_end :
					 before.last);
	if (!rt_silence_end(&before, lower, &from) || !rt_silence_end(&before, upper, &until) ||
		(int64_t) silence->as_of + 1 + until - from > RT_DATE_MAX)
		return false;
	*day = silence->as_of + 1 + (until - from);
	return true;
}

double
rt_silence_regular_share(const rt_silence *silence)
{
	return silence->by_calendar ? 1 :
		rt_interpurchase_regular_share(silence->regularity, silence->intervals);
}

const char *
rt_silence_period(const rt_silence *silence)
{
	if (silence->by_calendar)
		return rt_period_name(silence->calendar.period);
	if (!silence->by_own_time)
		return NULL;
	if (silence->time.by_month)
		return rt_period_name(RT_YEARLY);
	return silence->sum * silence->unit <= WEEKLY_MAX * silence->intervals ?
		rt_period_name(RT_WEEKLY) :
		NULL;
}

void
rt_silence_own_model(const rt_intervals *intervals, rt_model *model)
{
	rt_shapes	shapes;

	rt_gamma_shapes(intervals, 1, RT_REGULARITY_DEVIATION, &shapes);
	rt_model_init(model, &rt_interpurchase_kind);
	model->parameters[0] = model->parameters[1] = shapes.regularity;
	model->parameters[2] = shapes.regularity * intervals->mean;
}
