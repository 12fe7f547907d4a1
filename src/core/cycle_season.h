/*
 * cycle_season.h
 *		The intervals of one customer in operational time, by the season of all of them.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_CYCLE_SEASON_H
#define RT_CYCLE_SEASON_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cycle.h"
#include "core/season.h"

/* Intervals as they are counted in one way to measure time */
typedef struct rt_pace
{
	rt_intervals intervals;
	double		weighted;		/* see rt_weighted_intervals */
	double		weighted_sum;
	double		log_speed;		/* the sum of ln of how fast that time passes on the days of the
								 * purchases but for the first one; 0 of days */
} rt_pace;

/*
 * A sum of logarithms with one of them for many numbers, each between 1e-19 and 1e19: a product has
 * an error of 1e-16 for each
 */
typedef struct rt_log_product
{
	double		product;
	double		sum;
} rt_log_product;

static inline void
rt_log_product_add(rt_log_product *logs, double number)
{
	logs->product *= number;
	if (!(logs->product > 1e-250 && logs->product < 1e250))
	{
		logs->sum += log(logs->product);
		logs->product = 1;
	}
}

static inline double
rt_log_product_sum(const rt_log_product *logs)
{
	return logs->sum + log(logs->product);
}

/* NULL in the place of a season in which operational days are days */
extern const rt_season *rt_cycle_season(const rt_season *season);

/* In operational days of a season that is none of those; at least one date */
extern void rt_cycle_season_pace(const rt_season *season, const int32_t *dates, size_t count,
								 double weight, rt_pace *pace);

/*
 * The highest log-likelihood of the purchases, in days, with gamma distributed intervals in that
 * time; at least one
 */
extern double rt_pace_log_likelihood(const rt_pace *pace);

/*
 * Do they buy by the season?  Who has a subscription does not: in days they are more regular, and
 * their purchases a hundred times as likely.
 */
extern bool rt_cycle_season_holds(const rt_pace *in_days, const rt_pace *in_season);

#endif							/* RT_CYCLE_SEASON_H */
