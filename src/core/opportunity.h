/*
 * opportunity.h
 *		Time counted in opportunities to buy: the yearly donation, the cruise, the fair.
 *
 * Opportunities follow one another from the first purchase on.  A time unit that is a year of the
 * calendar, or some of them, or a half, a quarter or a twelfth of one, is counted in months: the
 * i-th opportunity is over with the day so many months after the first purchase, the last one of a
 * month that has no such day.  A unit is that if its years have 365 to 366 days.  Any other is
 * counted in days: the i-th is over with the day that is i of them after the first purchase, to the
 * nearest day.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_OPPORTUNITY_H
#define RT_OPPORTUNITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/customers.h"

/* Months of the calendar in a time unit, 0 for one that is counted in days */
extern int	rt_opportunity_months(double time_unit);

/*
 * What count dates in strictly ascending order, at least one of them, are in opportunities.  One
 * that is not over at the end of the day as_of does not count, nor do purchases in it; several in
 * one count once.
 */
extern void rt_opportunities(const int32_t *dates, size_t count, int32_t as_of, double time_unit,
							 rt_customer *customer);

/*
 * Whole opportunities that are over at the end of a date, not before the first purchase; the last
 * day of the number-th
 */
extern double rt_opportunities_over(int32_t first, int32_t date, double time_unit);
extern int32_t rt_opportunity_end(int32_t first, double number, double time_unit);

/*
 * Opportunities in so many days from now on: of months of the calendar whole ones, to the nearest
 * day
 */
extern double rt_opportunities_within(double days, double time_unit);

/* Are these numbers of opportunities?  Whole ones up to 2^53, x <= t_x <= age */
extern bool rt_opportunities_valid(const rt_customer *customer);
extern bool rt_opportunities_row_valid(const rt_fit_row *row);

#endif							/* RT_OPPORTUNITY_H */
