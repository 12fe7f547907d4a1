/*
 * cohort.h
 *		How many come back: customers by the period of their first purchase.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_COHORT_H
#define RT_COHORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/history_questions.h"

/* What the customers of a cohort did so many periods after the one in which they came */
typedef struct rt_cohort_cell
{
	int32_t		cohort;			/* rt_unit_number */
	int32_t		period;			/* 0 is the one in which they came */
	int64_t		active;			/* customers who bought */
	int64_t		last;			/* customers who bought then or later within the same cell, and in
								 * no later cell */
	int64_t		orders;
	int64_t		known;			/* orders of known amount */
	rt_money_sum spend;			/* refunds taken off */
} rt_cohort_cell;

/* The same, with the periods in which nobody bought, and how many might have */
typedef struct rt_cohort_row
{
	int32_t		cohort;
	int32_t		period;
	int64_t		cohorts;		/* in this row: 1, or those that the overall curve adds up */
	int64_t		eligible;
	int64_t		active;
	int64_t		active_since;	/* customers who bought then or later */
	int64_t		orders;
	int64_t		known;
	rt_money_sum spend;
} rt_cohort_row;

/*
 * Of the periods of a history those from the first purchase on: their place and number, and which
 * of them is the last with a purchase; false when there is none.  What was sent back before the
 * first purchase belongs to no period.
 */
extern bool rt_cohort_periods(const rt_period_purchases **periods, size_t *count, size_t *last);

/* The period of a cell: behind limit all share one */
extern int32_t rt_cohort_cell_period(int32_t cohort, int32_t period, int32_t limit);

extern int	rt_cohort_cell_compare(const void *left, const void *right, const void *unused);

/*
 * The rows of all cohorts up to last_period, the last one that is over, of up to limit periods
 * each; cells are sorted, behind limit each cohort has one cell at most.  rows may be NULL, to ask
 * how many there are.
 */
extern size_t rt_cohort_rows(const rt_cohort_cell *cells, size_t count, int32_t last_period,
							 int32_t limit, rt_cohort_row *rows);

/*
 * Adds up rows by period; curve has room for as many as the largest period plus one; returns how
 * many there are
 */
extern size_t rt_cohort_curve(const rt_cohort_row *rows, size_t count, rt_cohort_row *curve);

#endif							/* RT_COHORT_H */
