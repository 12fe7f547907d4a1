/*
 * history.c
 *		The purchase history of one customer as a whole: its days, and whether it is one.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <string.h>

#include "core/history.h"

size_t
rt_history_count(const uint8_t *bytes, size_t size)
{
	rt_reader	reader;
	rt_day		day;
	size_t		count = 0;

	if (rt_reader_init(&reader, bytes, size) != RT_OK)
		return 0;
	while (rt_reader_next(&reader, &day))
		count++;
	return count;
}

rt_status
rt_history_days(const uint8_t *bytes, size_t size, rt_day *days, size_t *count)
{
	rt_reader	reader;
	rt_day		day;
	size_t		room = *count;
	rt_status	status = rt_reader_init(&reader, bytes, size);

	*count = 0;
	if (status != RT_OK)
		return status;
	while (rt_reader_next(&reader, &day))
	{
		if (*count == room)
			return RT_NO_SPACE;
		days[(*count)++] = day;
	}
	return reader.malformed ? RT_MALFORMED : RT_OK;
}

/*
 * Decodes record by record, encodes each again with the format byte found, and
 * compares: whatever rt_put_record would write differently is not accepted.
 */
const char *
rt_history_check(const uint8_t *bytes, size_t size, size_t *where)
{
	rt_reader	reader;
	rt_day		day;
	uint8_t		expected[RT_RECORD_MAX];
	int64_t		previous = 0;
	bool		first = true;
	bool		unpriced = true;
	bool		fine = false;

	*where = 0;
	if (size < 1)
		return "no format byte";
	if ((bytes[0] & RT_FORMAT_VERSION_MASK) != RT_FORMAT_VERSION)
		return "unknown format version";
	if (bytes[0] & ~(RT_FORMAT_VERSION_MASK | RT_FORMAT_FINE | RT_FORMAT_UNPRICED))
		return "unknown format flag";
	rt_reader_init(&reader, bytes, size);
	for (;;)
	{
		const uint8_t *record = reader.next;
		size_t		length;

		*where = (size_t) (record - bytes);
		if (!rt_reader_next(&reader, &day))
			break;
		length = (size_t) (rt_put_record(expected, &day, day.date - previous, first, bytes[0]) -
						   expected);
		if (length != (size_t) (reader.next - record) || memcmp(expected, record, length) != 0)
			return "record is not in its shortest form";
		if (day.unknown != day.orders || day.money != 0)
			unpriced = false;
		if (day.money % 100 != 0)
			fine = true;
		previous = day.date;
		first = false;
	}
	if (reader.malformed)
		return reader.malformed;
	if (first)
		return "no purchase day";
	*where = 0;
	if (unpriced != ((bytes[0] & RT_FORMAT_UNPRICED) != 0) ||
		fine != ((bytes[0] & RT_FORMAT_FINE) != 0))
		return "format flags do not fit the days";
	return NULL;
}
