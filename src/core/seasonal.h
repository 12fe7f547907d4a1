/*
 * seasonal.h
 *		What a model with a season says of real time: how long somebody stays, what is discounted.
 *
 * From one month, or event, to the next operational time is a straight line of real time, but for
 * the days of the week, which are averaged out.  Such lines lead over some years, and to a year
 * behind the last event that lies ahead; behind them every year is like the last one of these.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SEASONAL_H
#define RT_SEASONAL_H

#include <math.h>

#include "core/customer_base.h"

/* Is operational time another one than real time? */
static inline bool
rt_model_is_seasonal(const rt_model *model)
{
	return !rt_season_is_flat(model->season);
}

/*
 * Years of lines, at least, and with those behind events at most; a horizon has less than one
 * more, so that whole years are left.  Years that are averages make discounted purchases wrong by
 * about the square of what a year's shift of them is discounted, a thousandth at a rate of 1.
 */
#define RT_AHEAD_YEARS 3
#define RT_AHEAD_YEARS_MAX 10
#define RT_AHEAD_LINES_MAX (12 * (RT_AHEAD_YEARS_MAX + 1) + 2 + RT_SEASON_SPANS_MAX + 2)

/* What lies ahead of the end of a day, in the model's unit */
typedef struct rt_ahead
{
	double		real;			/* the horizon, which may be infinite */
	double		time;			/* the same in operational time */
	int			count;			/* of lines */
	double		ends[RT_AHEAD_LINES_MAX + 1];	/* where they end, in real time; the first is 0 */
	double		times[RT_AHEAD_LINES_MAX + 1];	/* the same in operational time */
	double		slope;			/* behind them: operational time by real time */
	double		year;			/* of 365.25 days */
} rt_ahead;

extern void rt_ahead_of(const rt_model *model, int32_t as_of, double days, rt_ahead *ahead);

/* The real time of an operational one */
extern double rt_ahead_real(const rt_ahead *ahead, double time);

/* What is left of 1 at this rate of real time, a mean over operational time up to some above 0 */
extern double rt_ahead_mean_discount(const rt_ahead *ahead, double rate, double time);

/*
 * For a model with a season, of a customer at the end of as_of: how much of so many days, which may
 * be infinite, they are still a customer; and the purchases within these, one that is the time u
 * away counting exp(-rate u), of a customer who is still one, and of any.  In the model's unit of
 * real time, by rt_base_expected_lifetime and rt_base_discounted_if_alive, to 1e-5 relative with
 * months alone.
 */
extern double rt_seasonal_lifetime(const rt_model *model, const rt_base *base,
								   const rt_customer *customer, int32_t as_of, double days);
extern double rt_seasonal_discounted_if_alive(const rt_model *model, const rt_base *base,
											  const rt_customer *customer, int32_t as_of,
											  double days, double rate);
extern double rt_seasonal_discounted(const rt_model *model, const rt_base *base,
									 const rt_customer *customer, int32_t as_of, double days,
									 double rate);

/* The sum of the logarithms of the intervals between dates, in the model's unit, by its season */
extern double rt_model_sum_log(const rt_model *model, const int32_t *dates, size_t count);

/*
 * The date of a purchase at this time after the first one, in the model's unit, of a simulated
 * customer: the day in which that lies, of days as long as their factors, the first of which begins
 * half a mean day after it; so that each has the purchases that its factor gives it.  Not behind
 * until.
 */
extern int32_t rt_seasonal_date(const rt_model *model, int32_t first, double time, int32_t until);

#endif							/* RT_SEASONAL_H */
