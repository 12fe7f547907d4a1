/*
 * expected_lifecycle.h
 *		How many customers there are, came and were lost, period by period, as expectations.
 *
 * To count somebody as lost from the day on which they are more likely gone than not is a guess
 * about each, and guesses do not add up: of those whose chance to be gone is just above one half
 * nearly half are counted and still there.  Probabilities do: the customers at the end of a period
 * are the sum, over all who ever came, of the probability that they have not left, as known at that
 * end, and the lost are those before and the new ones less those after.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_EXPECTED_LIFECYCLE_H
#define RT_EXPECTED_LIFECYCLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/calendar.h"
#include "core/gone.h"

/* Probabilities are added up as whole numbers of such parts, so that sums have no order */
#define RT_CUSTOMER_PARTS (INT64_C(1) << 30)

typedef struct rt_expected_period
{
	int32_t		period;			/* rt_unit_number */
	int64_t		new_customers;
	int64_t		parts;			/* of customers at its end */
} rt_expected_period;

/* The periods of one customer, from that of their first purchase to last_period */
typedef struct rt_expected_walk
{
	const rt_gone_models *models;
	const int32_t *dates;
	size_t		count;
	size_t		known;			/* of them, by the end of the period before */
	rt_calendar_unit unit;
	int32_t		next;
	int32_t		last;
	rt_calendar_sums sums;		/* of those known */
	rt_gone		gone;
} rt_expected_walk;

/* At least one date; some may lie behind last_period */
extern void rt_expected_begin(rt_expected_walk *walk, const rt_gone_models *models,
							  const int32_t *dates, size_t count, rt_calendar_unit unit,
							  int32_t last_period);

/* The next period that has anything of them; false when there is none */
extern bool rt_expected_next(rt_expected_walk *walk, rt_expected_period *period);

extern int	rt_expected_compare(const void *left, const void *right, const void *unused);

typedef struct rt_expected_row
{
	int32_t		period;
	int64_t		new_customers;
	int64_t		came;			/* ever, up to its end */
	double		customers;		/* at its end */
	double		customers_before;
	double		lost;			/* may be below 0: more came back than had been expected to */
} rt_expected_row;

/*
 * All periods from the first one to last_period; periods are sorted; rows may be NULL, to ask how
 * many
 */
extern size_t rt_expected_rows(const rt_expected_period *periods, size_t count,
							   int32_t last_period, rt_expected_row *rows);

#endif							/* RT_EXPECTED_LIFECYCLE_H */
