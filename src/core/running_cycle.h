/*
 * running_cycle.h
 *		The purchase cycle of a customer as it was at each of their purchases, in one pass.
 *
 * Times are ticks (days or microseconds), in ascending order; those that are the same are one
 * purchase, so that it does not matter in which order they come.  Nothing is added up that can
 * be had from the first, the last and the last but one, so that no error grows.  A season says what
 * a day counts for a model; days begin when those of the ticks do, at midnight UTC.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_RUNNING_CYCLE_H
#define RT_RUNNING_CYCLE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/model.h"

/* All zero is no purchase yet */
typedef struct rt_running_cycle
{
	int64_t		purchases;
	int64_t		first;
	int64_t		previous;		/* the one before the last */
	int64_t		last;
	double		sum_log_before; /* of the intervals in days but for the last, and with it */
	double		sum_log;
	double		weighted_intervals; /* as rt_weighted_intervals has them, but for the last one */
	double		weighted_days;

	/* The same of a season in operational days */
	double		season_sum_log_before;
	double		season_sum_log;
	double		season_weighted_days;
	double		log_factors_before; /* sum of logarithms, of the days of all but the first one */
	double		log_factors;
} rt_running_cycle;

/* What holds of every state that rt_running_cycle_add has made, and of the one it begins with */
extern bool rt_running_cycle_valid(const rt_running_cycle *cycle);

/*
 * The next purchase; false when it lies before the last one.  Logarithms are added up only where
 * asked for; weight is that of an interval against the next one.  A season, or NULL, is that of
 * the model that will be asked, each time the same.
 */
extern bool rt_running_cycle_add(rt_running_cycle *cycle, int64_t time, double ticks_per_day,
								 bool logarithms, double weight, const rt_season *season);

/*
 * Operational days from one time to another that is not before it.  Of dates that is behind the
 * one, up to and including the other; within a day of other times it passes evenly.
 */
extern double rt_running_season_days(const rt_season *season, int64_t from, int64_t to,
									 double ticks_per_day);

/* In days; NaN where there are not enough purchases.  The interval that the last one ended: */
extern double rt_running_interval(const rt_running_cycle *cycle, double ticks_per_day);

/* the mean of all intervals, */
extern double rt_running_mean(const rt_running_cycle *cycle, double ticks_per_day);

/* the last one against the mean of those before it, */
extern double rt_running_lateness(const rt_running_cycle *cycle);

/* and how regular all of them are, as rt_gamma_shape. */
extern double rt_running_regularity(const rt_running_cycle *cycle, double ticks_per_day);

/*
 * How improbable the silence was that the last purchase ended, by what was known before it, from 0
 * to 1: of who buys at random at a rate that their earlier intervals tell, a Lomax distribution; by
 * an interpurchase model; or that they had gone, by a model of a customer base but for one of
 * opportunities.  NaN where there are not enough purchases.  By a model with a season in
 * operational time, but for who does not mind it (see rt_cycle_season_holds).
 */
extern double rt_running_churn_score(const rt_running_cycle *cycle);
extern double rt_running_churn_score_by(const rt_running_cycle *cycle, const rt_model *model,
										double ticks_per_day);

#endif							/* RT_RUNNING_CYCLE_H */
