/*
 * lost.h
 *		From when on a customer counts as lost, by a model.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_LOST_H
#define RT_LOST_H

#include <stdint.h>

#include "core/customer_base.h"

/*
 * From which churn score on, where none is given: more likely gone than not; a silence that their
 * rhythm can't explain
 */
extern double rt_default_lost_score(const rt_model *model);

/*
 * The first age in days, above recency and not above age, at which the churn score of a customer
 * was at least this; -1 when there is none.  base is the model; the customer, of this first
 * purchase, recency and age in days, is seen in its unit, by its season.
 */
extern double rt_lost_age(const rt_model *model, const rt_base *base, const rt_customer *seen,
						  int32_t first, double recency, double age, double score);

/*
 * The first day on which the silence after a purchase is as long as so many months, days and
 * microseconds, as date + interval has it; INT64_MAX behind the last date.
 */
extern int64_t rt_silence_over(int32_t purchase, int32_t months, int32_t days,
							   int64_t microseconds);

#endif							/* RT_LOST_H */
