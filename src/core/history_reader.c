/*
 * history_reader.c
 *		Reads the records of a history one by one, of a finished one or of a log.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <string.h>

#include "core/history_reader.h"

rt_status
rt_reader_init(rt_reader *reader, const uint8_t *bytes, size_t size)
{
	rt_log		log;

	if (size < 1 || (bytes[0] & RT_FORMAT_VERSION_MASK) != RT_FORMAT_VERSION)
		return RT_MALFORMED;
	if (!(bytes[0] & RT_FORMAT_LOG))
		return rt_reader_init_finished(reader, bytes, size);

	/* a copy, as bytes need no alignment */
	if (size < sizeof(rt_log))
		return RT_MALFORMED;
	memcpy(&log, bytes, sizeof(rt_log));
	if (!rt_log_valid(&log, size))
		return RT_MALFORMED;
	rt_reader_start(reader, bytes + log.head, bytes + log.used, log.format);
	reader->date = log.head_date;
	reader->first = false;
	return RT_OK;
}

bool
rt_reader_next(rt_reader *reader, rt_day *day)
{
	rt_record	record;

	if (!rt_reader_next_record(reader, true, &record))
		return false;
	day->date = (int32_t) reader->date;
	day->orders = (int32_t) record.orders;
	day->unknown = (int32_t) record.unknown;
	day->money = record.amount * rt_format_unit(reader->format);
	return true;
}
