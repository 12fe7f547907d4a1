/*
 * history_text.h
 *		The text form of a purchase history.
 *
 *		{2026-01-03: 29.99, 2026-02-01: 45.00 in 2, 2026-02-11: ?, 2026-03-01: -12.50 in 0}
 *
 * A day is a date and its money, then how many orders it was spent in unless
 * it was one; "?" is money unknown because all orders are of unknown amount,
 * and where only some are, "(1 unknown)" follows the number of orders.  A day
 * of refunds alone has money "in 0" orders.  Days ascend.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_HISTORY_TEXT_H
#define RT_HISTORY_TEXT_H

#include "core/history_format.h"

/* longest printed day, with the separator that follows it */
#define RT_DAY_TEXT_MAX 80

extern size_t rt_day_print(const rt_day *day, char *text);

/*
 * Parses a whole history into at most capacity days (one more than the text
 * has commas is enough).  Returns NULL, or what is wrong, at text + *where.
 */
extern const char *rt_history_parse(const char *text, size_t length,
									rt_day *days, size_t capacity, size_t *count, size_t *where);

#endif							/* RT_HISTORY_TEXT_H */
