/*
 * seasonal_rows.h
 *		Customers in operational time, while a model is fitted to them.
 *
 * As all are seen as of one day, whole numbers of days tell where in the year they lie: rows are
 * kept in days, of which many are alike, and brought to operational time in the end.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SEASONAL_ROWS_H
#define RT_SEASONAL_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/customers.h"
#include "core/cycle.h"
#include "core/season.h"

/*
 * A factor is a product of those of a month, a weekday and events, each of which is between 0.001
 * and 1000: |ln| is below 21, and no day is less than 1e-9 operational ones, but for rounding.  A
 * longest interval, of 2^31 days, has a logarithm below 21.5 beside that.
 */
#define RT_SEASONAL_LOG_MAX 21.0
#define RT_SEASONAL_LOG_INTERVAL_MAX 43.0

/* Logarithms of factors, which are few and come millions of times; all zero before the first one */
#define RT_SEASONAL_LOGS 128

typedef struct rt_seasonal_logs
{
	struct
	{
		double		factor;
		double		log;
	}			places[RT_SEASONAL_LOGS];
} rt_seasonal_logs;

/* rt_season_sum_log, the same number */
extern double rt_seasonal_sum_log(const rt_season *season, rt_seasonal_logs *logs,
								  const int32_t *days, size_t count);

/* From count dates in strictly ascending order: of an interval count, sum, sum_log and mean */
extern void rt_seasonal_intervals(const rt_season *season, const int32_t *dates, size_t count,
								  rt_intervals *intervals);

/*
 * In days, rows of recency are as they are.  Rows of rhythm say so many days before as_of the last
 * purchase was, by is_evenness, and t_x by sum; those of evenness are in operational time already.
 */
#define RT_SEASONAL_SILENCE 2.0 /* is_evenness of a row whose last purchase was as_of */

/* May this be such a row?  Numbers are not below 0 */
extern bool rt_seasonal_row_valid(const rt_kind *kind, const rt_fit_row *row, int32_t as_of);

/* Valid rows of the kind, but of evenness, as fits take them; returns how many are left */
extern size_t rt_seasonal_rows(const rt_season *season, rt_input input, int32_t as_of,
							   rt_fit_row *rows, size_t count);

/* A customer of recency */
extern rt_customer rt_seasonal_customer(const rt_season *season, const rt_customer *in_days,
										int32_t as_of);

#endif							/* RT_SEASONAL_ROWS_H */
