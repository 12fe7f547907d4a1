/*
 * spend_trend.h
 *		Has the average order value changed: of one customer, and of all.
 *
 * The days behind a date are recent, those up to it earlier.  Of one customer the order
 * values of both (the money of a day for each order of known amount) are compared by the
 * Wilcoxon-Mann-Whitney test, which asks nothing of how they are distributed: exactly where
 * there are few, ties included, else by the normal distribution.  Of all customers the two
 * averages are ratios of sums over customers, who are independent of each other while the
 * orders of one are not: Student's t with as many degrees of freedom as customers but one, by
 * the linearized ratios.
 *
 * Sources: Mann, Whitney (1947); Lehmann (1975), "Nonparametrics", 1.4 (ties); Cochran (1977),
 * "Sampling techniques", 6.4 (ratios).
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SPEND_TREND_H
#define RT_SPEND_TREND_H

#include <stdbool.h>
#include <stddef.h>

#include "core/exact_sum.h"
#include "core/history_format.h"
#include "core/money.h"

/* What was spent, refunds taken off, and the orders of known amount */
typedef struct rt_spend
{
	rt_money_sum money;
	int64_t		orders;
} rt_spend;

typedef struct rt_spend_trend
{
	rt_spend	recent;
	rt_spend	earlier;
	double

	/*
	 * of the order value by time, least squares, in currency units a day; NaN for less than two
	 * days
	 */
				slope;
	double		p_value;		/* two-sided, that both are alike; NaN unless there are both */
} rt_spend_trend;

/* Where a value stands in the order of all */
typedef struct rt_ranked
{
	double		value;
	bool		recent;
} rt_ranked;

/* days in ascending order, with room for as many ranked values */
extern void rt_spend_trend_of(const rt_day *days, size_t count, int32_t behind, rt_ranked *room,
							  rt_spend_trend *trend);

/*
 * All customers, in any order; all zero is none.  What is added up of each: of times (days
 * before the end, not negative), orders and money.
 */
typedef enum rt_spend_product
{
	RT_TIME, RT_TIME_TIME, RT_MONEY, RT_TIME_MONEY, /* over orders */
	RT_RECENT_MONEY_MONEY, RT_RECENT_MONEY_ORDERS, RT_RECENT_ORDERS_ORDERS, /* over customers */
	RT_EARLIER_MONEY_MONEY, RT_EARLIER_MONEY_ORDERS, RT_EARLIER_ORDERS_ORDERS,
	RT_BOTH_MONEY_MONEY, RT_BOTH_MONEY_ORDERS, RT_BOTH_ORDERS_MONEY, RT_BOTH_ORDERS_ORDERS,
	RT_SPEND_PRODUCTS
} rt_spend_product;

typedef struct rt_spend_total
{
	rt_spend	recent;
	rt_spend	earlier;
	int64_t		customers;		/* with an order of known amount */
	rt_exact_sum products[RT_SPEND_PRODUCTS];
} rt_spend_total;

/* May it have come from customers? */
extern bool rt_spend_total_valid(const rt_spend_total *total);

/* False, and nothing is added, when the counts are none; products that are none come to no harm */
extern bool rt_spend_total_add(rt_spend_total *total, const rt_day *days, size_t count,
							   int32_t behind, int32_t end);
extern void rt_spend_total_combine(rt_spend_total *total, const rt_spend_total *other);
extern void rt_spend_total_trend(const rt_spend_total *total, rt_spend_trend *trend);

/* The test of one customer, for any values: sorts them; NaN unless there are both */
extern double rt_rank_sum_p(rt_ranked *values, size_t count);

#endif							/* RT_SPEND_TREND_H */
