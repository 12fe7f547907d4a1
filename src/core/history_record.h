/*
 * history_record.h
 *		Varints and records: how one is written, and read.
 *
 * rt_get_record is the one place that reads a record, and refuses whatever rt_put_record does not
 * write of valid days.  history_reader.h calls it, and nothing else does.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_HISTORY_RECORD_H
#define RT_HISTORY_RECORD_H

#include "core/history_format.h"

#define RT_KIND_BACK		1
#define RT_KIND_UNKNOWN		2
#define RT_KIND_ORDERS_SHIFT 2

static inline uint64_t
rt_zigzag(int64_t value)
{
	return value < 0 ? ~((uint64_t) value << 1) : (uint64_t) value << 1;
}

static inline int64_t
rt_unzigzag(uint64_t value)
{
	return value & 1 ? (int64_t) ~(value >> 1) : (int64_t) (value >> 1);
}

static inline uint8_t *
rt_put_varint(uint8_t *p, uint64_t value)
{
	while (value >= 0x80)
	{
		*p++ = (uint8_t) (value | 0x80);
		value >>= 7;
	}
	*p++ = (uint8_t) value;
	return p;
}

/* NULL when the bytes end within the number or it exceeds 64 bits */
static inline const uint8_t *
rt_get_varint(const uint8_t *p, const uint8_t *end, uint64_t *value)
{
	uint64_t	result;

	if (p >= end)
		return NULL;
	result = *p++;
	if (result >= 0x80)
	{
		int			shift = 7;

		result &= 0x7f;
		for (;;)
		{
			uint64_t	byte;

			if (p >= end || shift > 63)
				return NULL;
			byte = *p++;
			if (shift == 63 && byte > 1)
				return NULL;
			result |= (byte & 0x7f) << shift;
			if (byte < 0x80)
				break;
			shift += 7;
		}
	}
	*value = result;
	return p;
}

static inline const uint8_t *
rt_skip_varint(const uint8_t *p, const uint8_t *end)
{
	while (p < end)
	{
		if (*p++ < 0x80)
			return p;
	}
	return NULL;
}

static inline int32_t
rt_format_unit(uint8_t format)
{
	return format & RT_FORMAT_FINE ? 1 : 100;
}

static inline bool
rt_day_plain(const rt_day *day, uint8_t format)
{
	if (format & RT_FORMAT_UNPRICED)
		return day->orders == 1 && day->unknown == 1 && day->money == 0;
	return day->orders == 1 && day->unknown == 0 && day->money >= 0;
}

/* Writes at most RT_RECORD_MAX bytes; step is in days, negative in a log only */
static inline uint8_t *
rt_put_record(uint8_t *p, const rt_day *day, int64_t step, bool first, uint8_t format)
{
	uint64_t	special = step < 0 && !first ? RT_KIND_BACK : 0;
	uint64_t	distance = first ? rt_zigzag(step) : (uint64_t) (step < 0 ? -step : step);
	int64_t		amount = format & RT_FORMAT_FINE ? day->money : day->money / 100;

	if (!special && rt_day_plain(day, format))
	{
		p = rt_put_varint(p, distance << 1);
		if (!(format & RT_FORMAT_UNPRICED))
			p = rt_put_varint(p, (uint64_t) amount);
		return p;
	}
	p = rt_put_varint(p, (distance << 1) | 1);
	p = rt_put_varint(p, ((uint64_t) day->orders << RT_KIND_ORDERS_SHIFT) |
					  (day->unknown > 0 ? RT_KIND_UNKNOWN : 0) | special);
	if (day->unknown > 0)
		p = rt_put_varint(p, (uint64_t) day->unknown);
	return rt_put_varint(p, rt_zigzag(amount));
}

/* What a record says of its day */
typedef struct rt_record
{
	int64_t		amount;			/* in the format's money unit */
	int64_t		orders;
	int64_t		unknown;		/* orders of unknown amount */
} rt_record;

/*
 * Reading all of a history is the whole cost of a score over stored ones, so this is inlined come
 * what may, for its state to live in registers and its constant arguments to vanish.
 */
#if defined(__GNUC__)
#define RT_ALWAYS_INLINE inline __attribute__((always_inline))
#else
#define RT_ALWAYS_INLINE inline
#endif

/*
 * Reads a record and moves *date on to its day; returns where it ends, or NULL with what is wrong
 * in *problem. first says that its step is a zigzag.  Without with_amount amounts are skipped
 * unread, and 0.
 */
static RT_ALWAYS_INLINE const uint8_t *
rt_get_record(const uint8_t *p, const uint8_t *end, uint8_t format, bool first, bool with_amount,
			  int64_t *date, rt_record *record, const char **problem)
{
	uint64_t	step,
				kind,
				amount = 0,
				unknown = 0;
	int64_t		distance;

	*problem = "record is cut short or out of range";
	p = rt_get_varint(p, end, &step);
	if (p == NULL || step >> 34 != 0)
		return NULL;
	distance = first ? rt_unzigzag(step >> 1) : (int64_t) (step >> 1);
	if (!(step & 1))
	{
		record->orders = 1;
		record->unknown = 1;
		record->amount = 0;
		if (!(format & RT_FORMAT_UNPRICED))
		{
			p = with_amount ? rt_get_varint(p, end, &amount) : rt_skip_varint(p, end);
			if (p == NULL || amount > INT64_MAX)
				return NULL;
			record->unknown = 0;
			record->amount = (int64_t) amount;
		}
	}
	else
	{
		p = rt_get_varint(p, end, &kind);
		if (p == NULL || kind >> RT_KIND_ORDERS_SHIFT > INT32_MAX)
			return NULL;
		if (kind & RT_KIND_BACK)
			distance = -distance;
		if (kind & RT_KIND_UNKNOWN)
			p = rt_get_varint(p, end, &unknown);
		if (p != NULL)
			p = with_amount ? rt_get_varint(p, end, &amount) : rt_skip_varint(p, end);
		if (p == NULL || unknown > kind >> RT_KIND_ORDERS_SHIFT)
			return NULL;
		record->orders = (int64_t) (kind >> RT_KIND_ORDERS_SHIFT);
		record->unknown = (int64_t) unknown;
		record->amount = rt_unzigzag(amount);
		*problem = "impossible day";
		if (with_amount && (record->amount > 0 ? record->unknown == record->orders :
							record->amount == 0 && record->orders == 0))
			return NULL;
		*problem = "format flags do not fit the days";
		if ((format & RT_FORMAT_UNPRICED) &&
			(record->unknown != record->orders || record->amount != 0))
			return NULL;
		*problem = "record is cut short or out of range";
	}
	if (with_amount && !(format & RT_FORMAT_FINE) &&
		(record->amount > INT64_MAX / 100 || record->amount < INT64_MIN / 100))
		return NULL;
	*date += distance;
	if (*date < RT_DATE_MIN || *date > RT_DATE_MAX)
		return NULL;
	*problem = "days are not in ascending order";
	if (distance <= 0 && !first && !(format & RT_FORMAT_LOG))
		return NULL;
	*problem = NULL;
	return p;
}

#endif							/* RT_HISTORY_RECORD_H */
