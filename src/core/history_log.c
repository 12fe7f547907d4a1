/*
 * history_log.c
 *		A history while it is being built: the state of the aggregates.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <string.h>

#include "core/assert.h"
#include "core/history_days.h"
#include "core/history_log.h"
#include "core/history_reader.h"
#include "core/history_record.h"
#include "core/poll.h"

#define RT_FORMAT_EMPTY_LOG (RT_FORMAT_VERSION | RT_FORMAT_LOG | RT_FORMAT_UNPRICED)

void
rt_log_init(rt_log *log)
{
	memset(log, 0, sizeof(rt_log));
	log->format = RT_FORMAT_EMPTY_LOG;
	log->head = log->used = sizeof(rt_log);
}

uint8_t
rt_log_format_with_row(uint8_t format, const rt_day *row)
{
	if (row->unknown != row->orders || row->money != 0)
		format &= (uint8_t) ~RT_FORMAT_UNPRICED;
	if (row->money % 100 != 0)
		format |= RT_FORMAT_FINE;
	return format;
}

uint8_t
rt_log_format_with(uint8_t format, uint8_t other)
{
	if (!(other & RT_FORMAT_UNPRICED))
		format &= (uint8_t) ~RT_FORMAT_UNPRICED;
	return format | (other & RT_FORMAT_FINE);
}

const char *
rt_log_check(const rt_log *log, size_t capacity)
{
	rt_reader	reader;
	rt_day		day;
	uint8_t		format = RT_FORMAT_EMPTY_LOG;
	uint8_t		order = 0;
	int32_t		last = 0;
	bool		first = true;

	if (!rt_log_valid(log, capacity))
		return "head, used and capacity are not in order";
	if (log->unused != 0 ||
		(log->order & ~(RT_LOG_UNSORTED | RT_LOG_SPECIAL | RT_LOG_MOVED)) != 0 ||
		(log->format & ~(RT_FORMAT_FINE | RT_FORMAT_UNPRICED)) !=
		(RT_FORMAT_VERSION | RT_FORMAT_LOG))
		return "unknown flags";
	if (rt_reader_init(&reader, (const uint8_t *) log, log->used) != RT_OK)
		return "no log";
	for (;;)
	{
		const uint8_t *record = reader.next;

		if (!rt_reader_next(&reader, &day))
			break;
		if (!rt_day_valid(&day))
			return "impossible day";
		if (!first && day.date <= last)
			order |= RT_LOG_UNSORTED;
		if (record[0] & 1)
			order |= RT_LOG_SPECIAL;
		format = rt_log_format_with_row(format, &day);
		last = day.date;
		first = false;
	}
	if (reader.malformed != NULL)
		return reader.malformed;
	if (!first && last != log->last_date)
		return "the last date is another one";
	if ((order & ~log->order) != 0)
		return "the order is not what the flags say";
	if (!first && format != log->format && !(log->order & RT_LOG_MOVED))
		return "the format is wider than its rows";
	return NULL;
}

/* The records move to the front of the block once half of it lies before the head */
static void
log_reclaim_head(rt_log *log)
{
	size_t		length = log->used - log->head;

	rt_copy(log->records, (uint8_t *) log + log->head, length);
	log->head = sizeof(rt_log);
	log->used = (uint32_t) (sizeof(rt_log) + length);
}

rt_status
rt_log_append(rt_log *log, size_t capacity, const rt_day *row)
{
	uint8_t		spare[RT_RECORD_MAX];
	uint8_t    *record;
	uint8_t		format = rt_log_format_with_row(log->format, row);
	int64_t		step = 0;
	size_t		length;
	bool		direct;

	RT_ASSERT(rt_log_valid(log, capacity) && rt_day_valid(row));
	if (rt_log_empty(log))
	{
		log->format = format;
		log->head_date = row->date;
	}
	else
	{
		if (format != log->format)
			return RT_NO_SPACE;
		step = (int64_t) row->date - log->last_date;
	}

	/* near the end of the block the record is written aside first */
	direct = capacity - log->used >= RT_RECORD_MAX;
	record = direct ? (uint8_t *) log + log->used : spare;
	length = (size_t) (rt_put_record(record, row, step, false, format) - record);
	if (!direct && length > capacity - log->used)
	{
		if (log->head - sizeof(rt_log) < (log->used - sizeof(rt_log)) / 2 + length)
			return RT_NO_SPACE;
		log_reclaim_head(log);
	}
	if (step <= 0 && !rt_log_empty(log))
		log->order |= RT_LOG_UNSORTED;
	if (record[0] & 1)
		log->order |= RT_LOG_SPECIAL;
	if (!direct)
		memcpy((uint8_t *) log + log->used, record, length);
	log->used += (uint32_t) length;
	log->last_date = row->date;
	RT_ASSERT(rt_log_valid(log, capacity));
	return RT_OK;
}

/* What was written behind the old end does not count; the head may have moved */
static void
log_undo_append(rt_log *log, const rt_log *before)
{
	uint32_t	moved = before->head - log->head;

	*log = *before;
	log->head -= moved;
	log->used -= moved;
}

/*
 * A log of the same format: only its first record counts from another date, the
 * others are copied.  This is what combining partial states is made of.
 */
static rt_status
log_append_log(rt_log *log, size_t capacity, const uint8_t *bytes, rt_reader *reader)
{
	rt_log		before = *log;
	rt_log		other;
	rt_day		day;
	size_t		rest;
	rt_status	status;

	memcpy(&other, bytes, sizeof(rt_log));
	if (rt_log_empty(log))
		log->format = other.format;
	if (!rt_reader_next(reader, &day))
		return reader->malformed ? RT_MALFORMED : RT_OK;
	rest = (size_t) (reader->end - reader->next);
	status = rt_log_append(log, capacity, &day);
	if (status != RT_OK || rest > capacity - log->used)
	{
		log_undo_append(log, &before);
		return RT_NO_SPACE;
	}
	rt_copy((uint8_t *) log + log->used, reader->next, rest);
	log->used += (uint32_t) rest;
	log->last_date = other.last_date;
	log->order |= other.order & (RT_LOG_UNSORTED | RT_LOG_SPECIAL | RT_LOG_MOVED);
	RT_ASSERT(rt_log_valid(log, capacity));
	return RT_OK;
}

rt_status
rt_log_append_all(rt_log *log, size_t capacity, const uint8_t *bytes, size_t size)
{
	rt_log		before = *log;
	rt_reader	reader;
	rt_day		day;
	rt_status	status = rt_reader_init(&reader, bytes, size);

	RT_ASSERT(rt_log_valid(log, capacity));
	if (status != RT_OK)
		return status;
	if ((bytes[0] & RT_FORMAT_LOG) && (bytes[0] == log->format || rt_log_empty(log)))
		return log_append_log(log, capacity, bytes, &reader);
	if (rt_log_empty(log))
		log->format = rt_log_format_with(log->format, bytes[0]);
	else if (rt_log_format_with(log->format, bytes[0]) != log->format)
		return RT_NO_SPACE;
	while (rt_reader_next(&reader, &day))
	{
		status = rt_log_append(log, capacity, &day);
		if (status != RT_OK)
			break;
	}
	if (reader.malformed)
		status = RT_MALFORMED;

	if (status != RT_OK)
		log_undo_append(log, &before);
	else if (bytes[0] & RT_FORMAT_LOG)
		log->order |= bytes[offsetof(rt_log, order)] & RT_LOG_MOVED;
	RT_ASSERT(rt_log_valid(log, capacity));
	return status;
}

rt_status
rt_log_copy(rt_log *to, size_t capacity, const rt_log *from, uint8_t format)
{
	rt_reader	reader;
	rt_day		day;
	int64_t		previous;
	uint8_t    *p = to->records;
	const uint8_t *end = (const uint8_t *) to + capacity;

	RT_ASSERT(rt_log_valid(from, from->used));
	if (format == from->format)
	{
		size_t		length = from->used - from->head;

		if (length > capacity - sizeof(rt_log))
			return RT_NO_SPACE;
		*to = *from;
		to->head = sizeof(rt_log);
		to->used = (uint32_t) (sizeof(rt_log) + length);
		rt_copy(to->records, (const uint8_t *) from + from->head, length);
		return RT_OK;
	}
	if (rt_reader_init(&reader, (const uint8_t *) from, from->used) != RT_OK)
		return RT_MALFORMED;
	*to = *from;
	to->format = format;
	to->head = sizeof(rt_log);
	previous = from->head_date;
	while (rt_reader_next(&reader, &day))
	{
		uint8_t		record[RT_RECORD_MAX];
		size_t		length =
			(size_t) (rt_put_record(record, &day, day.date - previous, false, format) - record);

		if (length > (size_t) (end - p))
			return RT_NO_SPACE;
		if (record[0] & 1)
			to->order |= RT_LOG_SPECIAL;
		memcpy(p, record, length);
		p += length;
		previous = day.date;
	}
	to->used = (uint32_t) (p - (uint8_t *) to);
	RT_ASSERT(rt_log_valid(to, capacity));
	return reader.malformed ? RT_MALFORMED : RT_OK;
}

rt_status
rt_log_remove(rt_log *log, const rt_day *row)
{
	rt_reader	reader;
	rt_day		day;

	if (rt_reader_init(&reader, (const uint8_t *) log, log->used) != RT_OK)
		return RT_MALFORMED;
	if (!rt_reader_next(&reader, &day) || rt_day_compare(&day, row) != 0)
		return RT_NOT_CONTAINED;
	log->head = (uint32_t) (reader.next - (const uint8_t *) log);
	log->head_date = day.date;
	log->order |= RT_LOG_MOVED;
	if (rt_log_empty(log))
		rt_log_init(log);
	RT_ASSERT(rt_log_valid(log, log->used));
	return RT_OK;
}

rt_status
rt_log_remove_all(rt_log *log, const uint8_t *bytes, size_t size)
{
	rt_log		before = *log;
	rt_reader	reader;
	rt_day		day;
	rt_status	status = rt_reader_init(&reader, bytes, size);

	while (status == RT_OK && rt_reader_next(&reader, &day))
		status = rt_log_remove(log, &day);
	if (status == RT_OK && reader.malformed)
		status = RT_MALFORMED;
	if (status != RT_OK)
		*log = before;
	return status;
}

/*
 * Bytes can be copied when the days are already in their final order and the
 * format is the one that these days would get.  A format only ever widens, so
 * it can be too wide when rows were taken away since, and only then.
 */
size_t
rt_log_finish(const rt_log *log, uint8_t *bytes)
{
	rt_reader	reader;
	rt_day		day;
	uint8_t    *p;
	size_t		rest;

	if (log->order & RT_LOG_UNSORTED)
		return 0;
	if ((log->order & RT_LOG_MOVED) &&
		((log->order & RT_LOG_SPECIAL) || (log->format & RT_FORMAT_FINE)))
		return 0;
	if (rt_reader_init(&reader, (const uint8_t *) log, log->used) != RT_OK ||
		!rt_reader_next(&reader, &day))
		return 0;
	bytes[0] = log->format & (uint8_t) ~RT_FORMAT_LOG;
	p = rt_put_record(bytes + 1, &day, day.date, true, bytes[0]);
	rest = (size_t) ((const uint8_t *) log + log->used - reader.next);
	rt_copy(p, reader.next, rest);
	return (size_t) (p + rest - bytes);
}
