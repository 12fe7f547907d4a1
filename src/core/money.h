/*
 * money.h
 *		Exact amounts of money.
 *
 * An amount is a whole number of 1/10,000 of the currency unit, so that sums
 * do not depend on the order of their terms.  Finer digits round half away
 * from zero.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_MONEY_H
#define RT_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

#define RT_MONEY_PER_UNIT 10000

/* longest printed amount, "-922337203685477.5808" */
#define RT_MONEY_TEXT_MAX 24

/*
 * A sum of any number of amounts, exact whatever the order: the low and the
 * high halves of the terms are added up apart and carry over at the end.
 * Holds 2^31 terms.
 */
typedef struct rt_money_sum
{
	int64_t		high;
	int64_t		low;
} rt_money_sum;

static inline void
rt_money_sum_add(rt_money_sum *sum, int64_t amount)
{
	sum->low += (int64_t) ((uint64_t) amount & UINT64_C(0xffffffff));
	sum->high +=
		(amount - (int64_t) ((uint64_t) amount & UINT64_C(0xffffffff))) / INT64_C(0x100000000);
}

/* May it have come from amounts?  Of two that may, the sum does not overflow. */
static inline bool
rt_money_sum_valid(const rt_money_sum *sum)
{
	const int64_t max = INT64_C(1) << 62;

	return sum->high > -max && sum->high < max && sum->low >= 0 && sum->low < max;
}

/* False when the sum does not fit into an amount */
extern bool rt_money_sum_fits(const rt_money_sum *sum, int64_t *amount);

/* In currency units, when the terms count unit 1/10,000 each */
extern double rt_money_sum_double(const rt_money_sum *sum, int64_t unit);

/* The exact value of the double, rounded; NaN, infinity: RT_OUT_OF_RANGE */
extern rt_status rt_money_from_double(double value, int64_t *amount);

/*
 * Text: two decimals, four where they are needed.  Printing returns the length
 * (no terminating NUL).  Parsing reads an optional minus sign, digits and up
 * to four decimals, moves *text behind them and returns NULL, or says what is
 * wrong and leaves *text at the place.
 */
extern size_t rt_money_print(int64_t amount, char *text);
extern const char *rt_money_parse(const char **text, const char *end, int64_t *amount);

#endif							/* RT_MONEY_H */
