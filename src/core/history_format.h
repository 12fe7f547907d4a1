/*
 * history_format.h
 *		What the bytes of a purchase history are, finished or still being built.
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
 * A log (RT_FORMAT_LOG), the state of an aggregate, holds rows in the order in
 * which they came, as records that count each date from the row before, so that
 * appending touches the end only, and rows that come in order of time (as
 * orders tables mostly are) take no more room than they do when finished:
 *
 *		+--------+-------+------+------+-----------+-----------+---------------+------+
 *		| format | order | head | used | head_date | last_date | records       | room |
 *		+--------+-------+------+------+-----------+-----------+---------------+------+
 *		                    |      |                           ^ head          ^ used
 *
 * history_record.h writes and reads a record, history_reader.h all of them.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_HISTORY_FORMAT_H
#define RT_HISTORY_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/calendar.h"

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

static inline bool
rt_day_valid(const rt_day *day)
{
	return day->date >= RT_DATE_MIN && day->date <= RT_DATE_MAX &&
		day->unknown >= 0 && day->unknown <= day->orders &&
		(day->money <= 0 || day->orders > day->unknown) &&
		(day->orders > 0 || day->money < 0);
}

#define RT_LOG_UNSORTED		0x01	/* some date is not above the one before */
#define RT_LOG_SPECIAL		0x02	/* some record is special */
#define RT_LOG_MOVED		0x04	/* some record was taken away, so that the format may be wider
									 * than what is left needs */

typedef struct rt_log
{
	uint8_t		format;			/* as in a finished history, with RT_FORMAT_LOG */
	uint8_t		order;			/* RT_LOG_* */
	uint16_t	unused;			/* zero */
	uint32_t	head;			/* offsets from the start of the log */
	uint32_t	used;
	int32_t		head_date;		/* the first record counts from this date */
	int32_t		last_date;		/* date of the last record */
	uint8_t		records[];
} rt_log;

/* Nothing is read or written outside of a block of which this holds, whatever its records are */
static inline bool
rt_log_valid(const rt_log *log, size_t capacity)
{
	return log->head >= sizeof(rt_log) && log->head <= log->used && log->used <= capacity;
}

#endif							/* RT_HISTORY_FORMAT_H */
