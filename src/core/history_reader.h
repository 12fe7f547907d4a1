/*
 * history_reader.h
 *		Reads the records of a history one by one, of a finished one or of a log.
 *
 * All that looks into a history's bytes does it through here, and stops at bytes that are no
 * history with what is wrong in malformed, never having read beyond them.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_HISTORY_READER_H
#define RT_HISTORY_READER_H

#include "core/history_format.h"
#include "core/history_record.h"
#include "core/poll.h"
#include "core/status.h"

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

/* So many bytes are read between two questions whether to go on; short histories ask nothing */
#define RT_BYTES_PER_POLL	65536

static inline const uint8_t *
rt_reader_next_poll(const uint8_t *p, const uint8_t *end)
{
	return end - p > RT_BYTES_PER_POLL ? p + RT_BYTES_PER_POLL : end;
}

/* RT_MALFORMED when the bytes can be seen to be no history, or log, before the first record */
extern rt_status rt_reader_init(rt_reader *reader, const uint8_t *bytes, size_t size);

/* The next day; false at the end and when malformed */
extern bool rt_reader_next(rt_reader *reader, rt_day *day);

/*
 * The same for the questions that go through all of a history and are asked of millions: where the
 * reader's address goes to nobody else, it lives in registers.
 */
static RT_ALWAYS_INLINE void
rt_reader_start(rt_reader *reader, const uint8_t *next, const uint8_t *end, uint8_t format)
{
	reader->next = next;
	reader->end = end;
	reader->poll = rt_reader_next_poll(next, end);
	reader->date = 0;
	reader->format = format;
	reader->first = true;
	reader->malformed = NULL;
}

/* Of a finished history; a log is malformed here */
static RT_ALWAYS_INLINE rt_status
rt_reader_init_finished(rt_reader *reader, const uint8_t *bytes, size_t size)
{
	if (size < 1 || (bytes[0] & RT_FORMAT_VERSION_MASK) != RT_FORMAT_VERSION ||
		(bytes[0] & RT_FORMAT_LOG))
		return RT_MALFORMED;
	rt_reader_start(reader, bytes + 1, bytes + size, bytes[0]);
	return RT_OK;
}

/* The next record, of reader->date; without with_amount amounts are skipped unread, and 0 */
static RT_ALWAYS_INLINE bool
rt_reader_next_record(rt_reader *reader, bool with_amount, rt_record *record)
{
	const uint8_t *next;

	if (reader->next >= reader->end)
		return false;
	if (reader->next > reader->poll)
	{
		rt_poll();
		reader->poll = rt_reader_next_poll(reader->next, reader->end);
	}
	next = rt_get_record(reader->next, reader->end, reader->format, reader->first, with_amount,
						 &reader->date, record, &reader->malformed);
	if (next == NULL)
	{
		reader->next = reader->end;
		return false;
	}
	reader->next = next;
	reader->first = false;
	return true;
}

#endif							/* RT_HISTORY_READER_H */
