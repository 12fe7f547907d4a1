/*
 * histories.c
 *		Random orders, and a history the slow and obvious way to compare with.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <string.h>

#include "check.h"
#include "histories.h"

size_t
random_rows(rt_day *rows, size_t most, row_style style)
{
	size_t		count = (size_t) random_between(1, (int64_t) most);
	int32_t		span = (int32_t) random_between(1, 3000);

	for (size_t i = 0; i < count; i++)
	{
		rt_day	   *row = &rows[i];

		row->date = 8000 + (int32_t) random_between(0, span);
		row->orders = 1;
		row->unknown = 0;
		row->money = random_between(0, 100000) * 100;
		if (style == UNPRICED)
		{
			row->unknown = 1;
			row->money = 0;
		}
		else if (style != CENTS)
		{
			int64_t		kind = random_between(0, 9);

			if (style == EXTREME && kind < 3)
				row->date = kind == 0 ? RT_DATE_MIN :
					kind == 1 ? RT_DATE_MAX :
					(int32_t) random_between(RT_DATE_MIN, RT_DATE_MAX);
			kind = random_between(0, 9);
			if (kind == 0)
			{
				row->unknown = 1;
				row->money = 0;
			}
			else if (kind == 1)
			{
				row->orders = 0;
				row->money = -random_between(1, 100000);
			}
			else if (kind == 2)
				row->money = random_between(0, 10000000);
			else if (kind == 3 && style == EXTREME)
				row->money = (int64_t) (random_bits() >> 1);
			else if (kind == 4 && style == EXTREME)
			{
				row->orders = 0;
				row->money = INT64_MIN + (int64_t) (random_bits() >> 2);
			}
			else if (kind == 5)
			{
				row->orders = (int32_t) random_between(1, style == EXTREME ? INT32_MAX : 5);
				row->unknown = (int32_t) random_between(0, row->orders - 1);
			}
		}
	}
	return count;
}

void
shuffle_rows(rt_day *rows, size_t count)
{
	for (size_t i = count; i > 1; i--)
	{
		size_t		j = (size_t) random_between(0, (int64_t) i - 1);
		rt_day		row = rows[i - 1];

		rows[i - 1] = rows[j];
		rows[j] = row;
	}
}

bool
add_up(const rt_day *rows, size_t count, rt_day *days, size_t *day_count)
{
	int64_t		last = INT64_MIN;

	*day_count = 0;
	for (;;)
	{
		int64_t		date = INT64_MAX;
		__int128	money = 0;
		int64_t		orders = 0;
		int64_t		unknown = 0;

		for (size_t i = 0; i < count; i++)
		{
			if (rows[i].date > last && rows[i].date < date)
				date = rows[i].date;
		}
		if (date == INT64_MAX)
			return true;
		for (size_t i = 0; i < count; i++)
		{
			if (rows[i].date == date)
			{
				money += rows[i].money;
				orders += rows[i].orders;
				unknown += rows[i].unknown;
			}
		}
		if (orders > INT32_MAX || money > INT64_MAX || money < INT64_MIN)
			return false;
		if (orders != 0 || money != 0)
		{
			rt_day	   *day = &days[(*day_count)++];

			day->date = (int32_t) date;
			day->orders = (int32_t) orders;
			day->unknown = (int32_t) unknown;
			day->money = (int64_t) money;
		}
		last = date;
	}
}

bool
encode_rows(const rt_day *rows, size_t count, byte_string *out)
{
	rt_day		days[MAX_ROWS];
	size_t		day_count;

	if (!add_up(rows, count, days, &day_count))
		return false;
	out->size = day_count == 0 ? 0 : rt_days_encode(days, day_count, out->bytes);
	return true;
}

bool
normalize_rows(const rt_day *rows, size_t count, byte_string *out)
{
	rt_day		days[MAX_ROWS];
	rt_day		workspace[MAX_ROWS];
	int32_t		bad_date;

	memcpy(days, rows, count * sizeof(rt_day));
	if (rt_days_normalize(days, &count, workspace, &bad_date) != RT_OK)
		return false;
	out->size = count == 0 ? 0 : rt_days_encode(days, count, out->bytes);
	return true;
}

bool
same_bytes(const byte_string *a, const byte_string *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}
