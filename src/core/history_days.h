/*
 * history_days.h
 *		The days of a history: in order, of any order merged, one set less another.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_HISTORY_DAYS_H
#define RT_HISTORY_DAYS_H

#include "core/history_format.h"
#include "core/status.h"

/*
 * Below, equal to or above 0: by date, then orders, unknown ones, money; 0 only where all are equal
 */
extern int	rt_day_compare(const rt_day *left, const rt_day *right);

/*
 * Sorts, makes one day of equal dates and drops what adds up to nothing; workspace has room for
 * count days; *count is changed. RT_OUT_OF_RANGE names the date in *bad_date.
 */
extern rt_status rt_days_normalize(rt_day *days, size_t *count, rt_day *workspace,
								   int32_t *bad_date);

/* left minus right, in place; RT_NOT_CONTAINED names the date in *bad_date */
extern rt_status rt_days_subtract(rt_day *left, size_t *left_count,
								  const rt_day *right, size_t right_count, int32_t *bad_date);

/*
 * Encodes valid days in strictly ascending order, at least one; size at most 1 + count *
 * RT_RECORD_MAX
 */
extern size_t rt_days_encode(const rt_day *days, size_t count, uint8_t *bytes);

#endif							/* RT_HISTORY_DAYS_H */
