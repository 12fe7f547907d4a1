/*
 * history_record.h
 *		Varints and records: what history.c and history_log.c share.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_HISTORY_RECORD_H
#define RT_HISTORY_RECORD_H

#include "core/history.h"

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

#endif							/* RT_HISTORY_RECORD_H */
