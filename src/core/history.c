/*
 * history.c
 *		The purchase history of one customer: its bytes and what they say.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <string.h>

#include "core/history.h"
#include "core/history_log.h"
#include "core/history_record.h"
#include "core/poll.h"

int
rt_day_compare(const rt_day *left, const rt_day *right)
{
	if (left->date != right->date)
		return left->date < right->date ? -1 : 1;
	if (left->orders != right->orders)
		return left->orders < right->orders ? -1 : 1;
	if (left->unknown != right->unknown)
		return left->unknown < right->unknown ? -1 : 1;
	return (left->money > right->money) - (left->money < right->money);
}

rt_status
rt_reader_init(rt_reader *reader, const uint8_t *bytes, size_t size)
{
	if (size < 1 || (bytes[0] & RT_FORMAT_VERSION_MASK) != RT_FORMAT_VERSION)
		return RT_MALFORMED;
	if (bytes[0] & RT_FORMAT_LOG)
		return rt_log_reader_init(reader, bytes, size);
	reader->next = bytes + 1;
	reader->end = bytes + size;
	reader->poll = rt_next_poll(reader->next, reader->end);
	reader->date = 0;
	reader->format = bytes[0];
	reader->first = true;
	reader->malformed = NULL;
	return RT_OK;
}

bool
rt_reader_next(rt_reader *reader, rt_day *day)
{
	const uint8_t *next;
	rt_record	record;

	if (reader->next >= reader->end)
		return false;
	next = rt_get_record(reader->next, reader->end, reader->format, reader->first, true,
						 &reader->date, &record, &reader->malformed);
	if (next == NULL)
	{
		reader->next = reader->end;
		return false;
	}
	reader->next = next;
	reader->first = false;
	day->date = (int32_t) reader->date;
	day->orders = (int32_t) record.orders;
	day->unknown = (int32_t) record.unknown;
	day->money = record.amount * rt_format_unit(reader->format);
	if (next > reader->poll)
	{
		rt_poll();
		reader->poll = rt_next_poll(next, reader->end);
	}
	return true;
}

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

/* Up to this many days, moving them one by one beats merging runs */
#define INSERTION_SORT_MAX 24

static void
history_insertion_sort(rt_day *days, size_t count)
{
	for (size_t i = 1; i < count; i++)
	{
		rt_day		day = days[i];
		size_t		j = i;

		for (; j > 0 && days[j - 1].date > day.date; j--)
			days[j] = days[j - 1];
		days[j] = day;
	}
}

/*
 * Sorts by date with a natural merge sort: rows come as a few ascending runs,
 * one for each worker or load, and sorted input costs one comparison a day.
 */
static void
sort_days(rt_day *days, size_t count, rt_day *workspace)
{
	rt_day	   *from = days;
	rt_day	   *to = workspace;

	if (count <= INSERTION_SORT_MAX)
	{
		history_insertion_sort(days, count);
		return;
	}
	for (;;)
	{
		size_t		done = 0;
		size_t		runs = 0;

		while (done < count)
		{
			size_t		left = done;
			size_t		middle,
						right,
						out = done,
						end;

			for (middle = left + 1; middle < count && from[middle - 1].date <= from[middle].date;
				 middle++)
				rt_poll_each(middle);
			if (left == 0 && middle == count)
			{
				if (from != days)
					rt_copy(days, from, count * sizeof(rt_day));
				return;
			}
			right = middle;
			end = middle;
			if (end < count)
			{
				for (end = middle + 1; end < count && from[end - 1].date <= from[end].date; end++)
					rt_poll_each(end);
			}
			for (; left < middle && right < end; out++)
			{
				rt_poll_each(out);
				to[out] = from[right].date < from[left].date ? from[right++] : from[left++];
			}
			rt_copy(&to[out], &from[left], (middle - left) * sizeof(rt_day));
			out += middle - left;
			rt_copy(&to[out], &from[right], (end - right) * sizeof(rt_day));
			done = end;
			runs++;
		}
		if (runs == 1)
		{
			if (to != days)
				rt_copy(days, to, count * sizeof(rt_day));
			return;
		}
		from = to;
		to = from == days ? workspace : days;
	}
}

rt_status
rt_days_normalize(rt_day *days, size_t *count, rt_day *workspace, int32_t *bad_date)
{
	size_t		out = 0;

	sort_days(days, *count, workspace);
	for (size_t i = 0; i < *count;)
	{
		rt_money_sum money = {0, 0};
		int64_t		orders = 0;
		int64_t		unknown = 0;
		rt_day		day = days[i];

		for (; i < *count && days[i].date == day.date; i++)
		{
			rt_poll_each(i);
			rt_money_sum_add(&money, days[i].money);
			orders += days[i].orders;
			unknown += days[i].unknown;
		}
		*bad_date = day.date;
		if (orders > INT32_MAX || !rt_money_sum_fits(&money, &day.money))
			return RT_OUT_OF_RANGE;
		day.orders = (int32_t) orders;
		day.unknown = (int32_t) unknown;
		if (day.orders != 0 || day.money != 0)
			days[out++] = day;
	}
	*count = out;
	return RT_OK;
}

size_t
rt_days_encode(const rt_day *days, size_t count, uint8_t *bytes)
{
	uint8_t		format = RT_FORMAT_VERSION | RT_FORMAT_UNPRICED;
	uint8_t    *p = bytes + 1;
	int64_t		previous = 0;

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		if (days[i].unknown != days[i].orders || days[i].money != 0)
			format &= (uint8_t) ~RT_FORMAT_UNPRICED;
		if (days[i].money % 100 != 0)
			format |= RT_FORMAT_FINE;
	}
	bytes[0] = format;
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		p = rt_put_record(p, &days[i], days[i].date - previous, i == 0, format);
		previous = days[i].date;
	}
	return (size_t) (p - bytes);
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

rt_status
rt_days_subtract(rt_day *left, size_t *left_count,
				 const rt_day *right, size_t right_count, int32_t *bad_date)
{
	size_t		l = 0;
	size_t		out = 0;

	for (size_t r = 0; r < right_count; r++)
	{
		rt_day		day;

		*bad_date = right[r].date;
		rt_poll_each(r);
		for (; l < *left_count && left[l].date < right[r].date; l++)
		{
			rt_poll_each(l);
			left[out++] = left[l];
		}
		if (l == *left_count || left[l].date != right[r].date)
			return RT_NOT_CONTAINED;
		day = left[l++];
		if (day.orders - day.unknown < right[r].orders - right[r].unknown)
			return RT_NOT_CONTAINED;
		day.orders -= right[r].orders;
		day.unknown -= right[r].unknown;
		if (right[r].money > 0 ? day.money < INT64_MIN + right[r].money :
			day.money > INT64_MAX + right[r].money)
			return RT_OUT_OF_RANGE;
		day.money -= right[r].money;
		if (day.orders == 0 && day.unknown == 0 && day.money == 0)
			continue;
		if (!rt_day_valid(&day))
			return RT_NOT_CONTAINED;
		left[out++] = day;
	}
	for (; l < *left_count; l++)
	{
		rt_poll_each(l);
		left[out++] = left[l];
	}
	*left_count = out;
	return RT_OK;
}

rt_status
rt_history_summary(const uint8_t *bytes, size_t size, rt_summary *summary, bool *found)
{
	rt_reader	reader;
	rt_day		day;

	memset(summary, 0, sizeof(*summary));
	if (rt_reader_init(&reader, bytes, size) != RT_OK)
		return RT_MALFORMED;
	while (rt_reader_next(&reader, &day))
	{
		rt_money_sum_add(&summary->spend, day.money);
		if (day.orders == 0)
			continue;
		if (summary->days == 0)
			summary->first = day.date;
		summary->last = day.date;
		summary->days++;
		summary->orders += day.orders;
		summary->known += day.orders - day.unknown;
	}
	*found = summary->days > 0;
	return reader.malformed ? RT_MALFORMED : RT_OK;
}

/* Reading a finished history without building days */
typedef struct history_scan
{
	const uint8_t *next;
	const uint8_t *end;
	int64_t		date;			/* of the record read last */
	uint8_t		format;
	bool		first;
} history_scan;

static RT_ALWAYS_INLINE rt_status
scan_start(history_scan *s, const uint8_t *bytes, size_t size)
{
	if (size < 1 || (bytes[0] & RT_FORMAT_VERSION_MASK) != RT_FORMAT_VERSION ||
		(bytes[0] & RT_FORMAT_LOG))
		return RT_MALFORMED;
	s->next = bytes + 1;
	s->end = bytes + size;
	s->date = 0;
	s->format = bytes[0];
	s->first = true;
	return RT_OK;
}

/* Reads one record; false when malformed */
static RT_ALWAYS_INLINE bool
scan_next(history_scan *s, bool with_amount, rt_record *record)
{
	const char *problem;

	s->next = rt_get_record(s->next, s->end, s->format, s->first, with_amount, &s->date, record,
							&problem);
	s->first = false;
	return s->next != NULL;
}

static RT_ALWAYS_INLINE rt_status
scan_rfm(const uint8_t *bytes, size_t size, int32_t as_of, bool with_money, rt_rfm *rfm,
		 bool *found)
{
	history_scan s;
	rt_money_sum money = {0, 0};
	int64_t		days = 0;
	int64_t		known_days = 0;
	int64_t		first = 0;
	int64_t		last = 0;

	if (scan_start(&s, bytes, size) != RT_OK)
		return RT_MALFORMED;
	for (const uint8_t *poll = rt_next_poll(s.next, s.end); s.next < s.end;)
	{
		rt_record	record;

		if (s.next > poll)
		{
			rt_poll();
			poll = rt_next_poll(s.next, s.end);
		}
		if (!scan_next(&s, with_money, &record))
			return RT_MALFORMED;
		if (s.date > as_of)
			break;
		if (record.orders == 0)
			continue;
		last = s.date;
		if (days++ == 0)
			first = s.date;
		else if (with_money && record.unknown < record.orders)
		{
			known_days++;
			rt_money_sum_add(&money, record.amount);
		}
	}
	*found = days > 0;
	rfm->frequency = (double) (days - 1);
	rfm->recency = (double) (last - first);
	rfm->customer_age = (double) (as_of - first);
	rfm->has_value = known_days > 0 || days == 1;
	rfm->monetary_value = 0;
	if (known_days > 0)
		rfm->monetary_value =
			rt_money_sum_double(&money, rt_format_unit(s.format)) / (double) known_days;
	return RT_OK;
}

rt_status
rt_history_rfm(const uint8_t *bytes, size_t size, int32_t as_of, rt_rfm *rfm, bool *found)
{
	return scan_rfm(bytes, size, as_of, true, rfm, found);
}

rt_status
rt_history_recency(const uint8_t *bytes, size_t size, int32_t as_of, rt_rfm *rfm, bool *found)
{
	return scan_rfm(bytes, size, as_of, false, rfm, found);
}

rt_status
rt_history_dates(const uint8_t *bytes, size_t size, int32_t as_of, int32_t *dates, size_t *count)
{
	history_scan s;
	size_t		room = *count;

	*count = 0;
	if (scan_start(&s, bytes, size) != RT_OK)
		return RT_MALFORMED;
	for (const uint8_t *poll = rt_next_poll(s.next, s.end); s.next < s.end;)
	{
		rt_record	record;

		if (s.next > poll)
		{
			rt_poll();
			poll = rt_next_poll(s.next, s.end);
		}
		if (!scan_next(&s, false, &record))
			return RT_MALFORMED;
		if (s.date > as_of)
			break;
		if (record.orders == 0)
			continue;
		if (*count == room)
			return RT_NO_SPACE;
		dates[(*count)++] = (int32_t) s.date;
	}
	return RT_OK;
}

rt_status
rt_history_periods(const uint8_t *bytes, size_t size, int32_t as_of, rt_calendar_unit unit,
				   rt_period_purchases *periods, size_t *count)
{
	history_scan s;
	size_t		room = *count;
	int64_t		behind = INT64_MIN; /* the first day that is not in the last period */
	int64_t		money_unit;
	rt_period_purchases *last = NULL;

	*count = 0;
	if (scan_start(&s, bytes, size) != RT_OK)
		return RT_MALFORMED;
	money_unit = rt_format_unit(s.format);
	for (const uint8_t *poll = rt_next_poll(s.next, s.end); s.next < s.end;)
	{
		rt_record	record;

		if (s.next > poll)
		{
			rt_poll();
			poll = rt_next_poll(s.next, s.end);
		}
		if (!scan_next(&s, true, &record))
			return RT_MALFORMED;
		if (s.date > as_of)
			break;
		if (s.date >= behind)
		{
			if (*count == room)
				return RT_NO_SPACE;
			last = &periods[(*count)++];
			last->period = rt_unit_number(unit, (int32_t) s.date);
			last->orders = last->known = 0;
			last->spend.high = last->spend.low = 0;
			behind = rt_unit_start(unit, (int64_t) last->period + 1);
			/* the last period there is never ends */
			if (!rt_unit_has(unit, (int64_t) last->period + 1))
				behind = INT64_MAX;
		}
		last->orders += record.orders;
		last->known += record.orders - record.unknown;
		rt_money_sum_add(&last->spend, record.amount * money_unit);
	}
	return RT_OK;
}
