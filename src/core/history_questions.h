/*
 * history_questions.h
 *		What a finished history says of its customer.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_HISTORY_QUESTIONS_H
#define RT_HISTORY_QUESTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/calendar.h"
#include "core/money.h"
#include "core/status.h"

typedef struct rt_summary
{
	int64_t		orders;
	int64_t		known;			/* orders of known amount */
	int64_t		days;			/* days with an order */
	int32_t		first;			/* first and last day with an order */
	int32_t		last;
	rt_money_sum spend;			/* all money, refunds included */
} rt_summary;

/* Recency, frequency and spend as customer-base models take them, in days */
typedef struct rt_rfm
{
	double		frequency;		/* x: purchase days after the first */
	double		recency;		/* t_x: first to last purchase day */
	double		customer_age;	/* T: first purchase day to the date asked for */
	double		monetary_value; /* mean money of those x days */
	bool		has_value;		/* false: x days, but all of unknown amount */
	double		valued_days;	/* purchase days of known amount, the first included */
	double		mean_amount;	/* mean money of those */
} rt_rfm;

/*
 * Days up to a date as a model of single amounts takes them.  left_out are those whose amount is
 * not known or not above 0, and those on which something was only sent back.
 */
typedef struct rt_day_amounts
{
	int64_t		days;			/* purchase days of an amount above 0 */
	double		sum;			/* of these amounts */
	double		sum_log;		/* of their logarithms; the same in any order of the days */
	double		unevenness;		/* days ln(sum / days) - sum_log; 0 where all are the same */
	int64_t		left_out;
} rt_day_amounts;

/*
 * Questions to a finished history.  Nothing bought by then: *found is false, the
 * rest undefined.
 */
extern rt_status rt_history_summary(const uint8_t *bytes, size_t size, rt_summary *summary,
									bool *found);
extern rt_status rt_history_rfm(const uint8_t *bytes, size_t size, int32_t as_of, rt_rfm *rfm,
								bool *found);

extern rt_status rt_history_amounts(const uint8_t *bytes, size_t size, int32_t as_of,
									rt_day_amounts *amounts, bool *found);

/* Only x, t_x and T: skips the amounts */
extern rt_status rt_history_recency(const uint8_t *bytes, size_t size, int32_t as_of, rt_rfm *rfm,
									bool *found);

/*
 * The purchase dates up to as_of.  Takes room for *count, sets it to how many
 * there are; RT_NO_SPACE when there are more.  size is always enough.
 */
extern rt_status rt_history_dates(const uint8_t *bytes, size_t size, int32_t as_of, int32_t *dates,
								  size_t *count);

/* What was bought within one period of the calendar */
typedef struct rt_period_purchases
{
	int32_t		period;			/* rt_unit_number */
	int64_t		orders;			/* 0: only refunds */
	int64_t		known;			/* orders of known amount */
	rt_money_sum spend;			/* refunds taken off */
} rt_period_purchases;

/*
 * The periods up to as_of in which something was bought or sent back, in order.  Takes room for
 * *count, sets it to how many there are; RT_NO_SPACE when there are more.  size is always enough.
 */
extern rt_status rt_history_periods(const uint8_t *bytes, size_t size, int32_t as_of,
									rt_calendar_unit unit, rt_period_purchases *periods,
									size_t *count);

#endif							/* RT_HISTORY_QUESTIONS_H */
