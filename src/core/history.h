/*
 * history.h
 *		The purchase history of one customer: its bytes and what they say.
 *
 * A history is a sorted set of days.  Each day holds the number of orders, how
 * many of them are of unknown amount, and the money of the day; days on which
 * only refunds were booked have money but no orders.  The same set always has
 * the same bytes, so that histories can be compared and hashed as bytes:
 *
 *		format	1 byte: version in the high half, flags in the low half
 *		record	one a day, in ascending order
 *
 * and a record is
 *
 *		step	varint: days since the previous record, times 2, plus 1 if the
 *				record is special (first record: zigzag of days since 2000-01-01)
 *		amount	varint: money of a plain record, in the history's money unit
 *
 * A plain record is one order of known amount, not negative; in a history
 * without amounts (RT_FORMAT_UNPRICED) it is one order of unknown amount and
 * has no amount field.  Everything else is special and reads
 *
 *		step	as above
 *		kind	varint: orders times 4, plus 2 if some are of unknown amount,
 *				plus 1 if the step goes back (in a log only)
 *		unknown	varint, if kind says so
 *		amount	varint: zigzag of the money
 *
 * The money unit is 1/100 of the currency unit, or 1/10,000 where some day
 * needs it (RT_FORMAT_FINE).  A typical purchase takes four bytes: one or two
 * for the step, two or three for the amount.
 *
 * RT_FORMAT_LOG marks the state of an aggregate instead of a finished history,
 * see history_log.h.
 *
 * All functions allocate nothing and keep nothing.  Those that read bytes stop
 * with RT_MALFORMED when these are no history, and never read beyond them.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_HISTORY_H
#define RT_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/calendar.h"
#include "core/money.h"
#include "core/status.h"

#define RT_FORMAT_VERSION	0x10
#define RT_FORMAT_VERSION_MASK 0xf0
#define RT_FORMAT_FINE		0x01
#define RT_FORMAT_UNPRICED	0x02
#define RT_FORMAT_LOG		0x04

/* most bytes of a record: step, kind, unknown, amount */
#define RT_RECORD_MAX		(5 + 5 + 5 + 10)

/*
 * One day.  Invariants: 0 <= unknown <= orders; money above 0 needs an order
 * of known amount; a day without orders has money below 0.
 */
typedef struct rt_day
{
	int64_t		money;			/* 1/10,000 of the currency unit */
	int32_t		date;			/* days since 2000-01-01 */
	int32_t		orders;
	int32_t		unknown;		/* orders of unknown amount */
} rt_day;

/* Reads records one by one; works on finished histories and on logs */
typedef struct rt_reader
{
	const uint8_t *next;
	const uint8_t *end;
	const uint8_t *poll;		/* behind this it asks whether to go on */
	int64_t		date;			/* of the record read last */
	uint8_t		format;
	bool		first;			/* the next record's step is a zigzag */
	const char *malformed;		/* what is wrong, or NULL */
} rt_reader;

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
} rt_rfm;

static inline bool
rt_day_valid(const rt_day *day)
{
	return day->date >= RT_DATE_MIN && day->date <= RT_DATE_MAX &&
		day->unknown >= 0 && day->unknown <= day->orders &&
		(day->money <= 0 || day->orders > day->unknown) &&
		(day->orders > 0 || day->money < 0);
}

/*
 * Below, equal to or above 0: by date, then orders, unknown ones, money; 0 only where all are equal
 */
extern int	rt_day_compare(const rt_day *left, const rt_day *right);

/* Reading: rt_reader_next gives false at the end and when malformed */
extern rt_status rt_reader_init(rt_reader *reader, const uint8_t *bytes, size_t size);
extern bool rt_reader_next(rt_reader *reader, rt_day *day);

/*
 * Days.  Decoding takes room for *count of them and sets it to how many there
 * are; RT_NO_SPACE when there are more.  Normalizing sorts, makes one day of equal dates and drops
 * what adds up to nothing; workspace has room for count days; *count is changed. RT_OUT_OF_RANGE
 * names the date in *bad_date.
 */
extern size_t rt_history_count(const uint8_t *bytes, size_t size);
extern rt_status rt_history_days(const uint8_t *bytes, size_t size, rt_day *days, size_t *count);
extern rt_status rt_days_normalize(rt_day *days, size_t *count, rt_day *workspace,
								   int32_t *bad_date);

/*
 * Encodes valid days in strictly ascending order, at least one; size at most 1 + count *
 * RT_RECORD_MAX
 */
extern size_t rt_days_encode(const rt_day *days, size_t count, uint8_t *bytes);

/* Is this exactly what rt_days_encode makes?  Says what is wrong, and where. */
extern const char *rt_history_check(const uint8_t *bytes, size_t size, size_t *where);

/* left minus right, in place; RT_NOT_CONTAINED names the date in *bad_date */
extern rt_status rt_days_subtract(rt_day *left, size_t *left_count,
								  const rt_day *right, size_t right_count, int32_t *bad_date);

/*
 * Questions to a finished history.  Nothing bought by then: *found is false, the
 * rest undefined.
 */
extern rt_status rt_history_summary(const uint8_t *bytes, size_t size, rt_summary *summary,
									bool *found);
extern rt_status rt_history_rfm(const uint8_t *bytes, size_t size, int32_t as_of, rt_rfm *rfm,
								bool *found);

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

#endif							/* RT_HISTORY_H */
