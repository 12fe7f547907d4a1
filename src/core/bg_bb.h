/*
 * bg_bb.h
 *		Customers with an opportunity now and then, who may leave before any of
 *		them: BG/BB, for the yearly donation, the cruise, the fair.
 *
 * At each opportunity customers leave for good with probability theta; if they do not
 * they buy with probability p.  p is Beta(alpha, beta), theta is Beta(gamma, delta) across
 * customers.  In the terms of rt_customer x of n = age opportunities were taken, the last
 * of them the t_x-th: whole numbers, x <= t_x <= age.  The likelihood is
 *
 *		B(alpha + x, beta + n - x) / B(alpha, beta) B(gamma, delta + n) / B(gamma, delta)
 *			+ sum over j from t_x to n - 1 of B(alpha + x, beta + j - x) / B(alpha, beta)
 *				B(gamma + 1, delta + j) / B(gamma, delta)
 *
 * of the order in which they were taken.  The first term are those who are still here:
 * alive at the n-th opportunity.  What is known of them is alpha + x, beta + n - x, gamma,
 * delta + n in the place of the parameters.  Times t are numbers of opportunities, of
 * which parts do not count.
 *
 * Source: Fader, Hardie, Shang (2010), "Customer-base analysis in a discrete-time
 * noncontractual setting".
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_BG_BB_H
#define RT_BG_BB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/customers.h"
#include "core/model.h"

typedef struct rt_bg_bb
{
	double		alpha;
	double		beta;
	double		gamma;
	double		delta;
} rt_bg_bb;

/*
 * Opportunities follow one another from the first purchase on.  A time unit that is a year of the
 * calendar, or some of them, or a half, a quarter or a twelfth of one, is counted in months: the
 * i-th opportunity is over with the day so many months after the first purchase, the last one of a month
 * that has no such day.  A unit is that if its years have 365 to 366 days.  Any other is counted in
 * days: the i-th is over with the day that is i of them after the first purchase, to the nearest day.
 */

/* Months of the calendar in a time unit, 0 for one that is counted in days */
extern int	rt_bg_bb_unit_months(double time_unit);

/*
 * What count dates in strictly ascending order, at least one of them, are in opportunities.  One that
 * is not over at the end of the day as_of does not count, nor do purchases in it; several in one count once.
 */
extern void rt_bg_bb_opportunities(const int32_t *dates, size_t count, int32_t as_of, double time_unit, rt_customer *customer);

/* Whole opportunities that are over at the end of a date, not before the first purchase; the last day of the number-th */
extern double rt_bg_bb_opportunities_over(int32_t first, int32_t date, double time_unit);
extern int32_t rt_bg_bb_opportunity_end(int32_t first, double number, double time_unit);

/* Opportunities in so many days from now on: of months of the calendar whole ones, to the nearest day */
extern double rt_bg_bb_opportunities_within(double days, double time_unit);

/* Can it be a customer of this model?  Whole numbers, x <= t_x <= age */
extern bool rt_bg_bb_is_customer(const rt_customer *customer);

/* As in bg_nbd.h */
extern double rt_bg_bb_log_likelihood(const rt_bg_bb *model, const rt_customer *customer);
extern double rt_bg_bb_p_alive(const rt_bg_bb *model, const rt_customer *customer);
extern double rt_bg_bb_p_gone(const rt_bg_bb *model, const rt_customer *customer);
extern double rt_bg_bb_p_alive_after(const rt_bg_bb *model, const rt_customer *customer, double t);
extern double rt_bg_bb_expected_purchases(const rt_bg_bb *model, const rt_customer *customer, double t);
extern double rt_bg_bb_expected_lifetime(const rt_bg_bb *model, const rt_customer *customer, double t);
extern double rt_bg_bb_discounted_if_alive(const rt_bg_bb *model, const rt_customer *customer, double t, double rate);
extern double rt_bg_bb_purchase_probability(const rt_bg_bb *model, const rt_customer *customer, double t);
extern double rt_bg_bb_purchase_pmf(const rt_bg_bb *model, const rt_customer *customer, int n, double t);
extern void rt_bg_bb_fit_model(const rt_customers *customers, rt_fit *fit);

#endif							/* RT_BG_BB_H */
