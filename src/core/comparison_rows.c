/*
 * comparison_rows.c
 *		What a comparison of models knows of customers, while it comes together.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/comparison_rows.h"

#include <string.h>

#include "core/history_record.h"
#include "core/opportunity.h"
#include "core/poll.h"

/* How many of the dates, in ascending order, are not behind a day */
static size_t
comparison_until(const int32_t *dates, size_t count, int64_t day)
{
	size_t		low = 0;

	while (low < count)
	{
		size_t		middle = low + (count - low) / 2;

		if (dates[middle] <= day)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

void
rt_compared_see(const int32_t *dates, size_t count, int32_t as_of, int32_t days, rt_seen *seen)
{
	int64_t		begin = (int64_t) as_of - days;
	size_t		known = comparison_until(dates, count, begin);
	size_t		earlier = comparison_until(dates, known, begin - days);
	size_t		earliest = comparison_until(dates, earlier, begin - 2 * (int64_t) days);

	memset(seen, 0, sizeof(rt_seen));
	seen->known = known;
	if (known == 0)
		return;
	seen->row.x = (int32_t) (known - 1);
	seen->row.t_x = (int32_t) ((int64_t) dates[known - 1] - dates[0]);
	seen->row.age = (int32_t) (begin - dates[0]);
	seen->row.before = (int32_t) (known - earlier);
	seen->row.after = (int32_t) (count - known);
	seen->row.customers = 1;
	seen->has_past = earlier > 0;
	if (!seen->has_past)
		return;
	seen->past.count = (int32_t) (earlier - earliest);
	seen->past.silence = (int32_t) (begin - days - dates[earlier - 1]);
	seen->past.bought = known > earlier;
	seen->past.customers = 1;
}

/* ------------------------------------------------------------------- checks */

bool
rt_compared_valid(const rt_compared *row, int32_t days)
{
	const rt_customer *opportunities = &row->opportunities;

	/* purchases lie on different days, and the last one tells whether there are any before */
	return row->x >= 0 && row->x <= row->t_x && (row->x > 0) == (row->t_x > 0) &&
		row->t_x <= row->age && row->before >= 0 && row->before - 1 <= row->x &&
		row->before <= days && (row->before > 0) == (row->age - row->t_x < days) &&
		row->after >= 0 && row->after <= days && row->customers > 0 &&
		rt_opportunities_valid(opportunities) && opportunities->t_x <= opportunities->age &&
		(opportunities->x > 0 || opportunities->t_x == 0);
}

bool
rt_past_valid(const rt_past *past, int32_t days)
{
	return past->count >= 0 && past->count <= days && past->silence >= 0 &&
		(past->count > 0) == (past->silence < days) && (past->bought == 0 || past->bought == 1) &&
		past->customers > 0;
}

/* -------------------------------------------------------------------- order */

#define BY(left, right) \
	do { \
		if ((left) != (right)) \
			return (left) < (right) ? -1 : 1; \
	} while (0)

int
rt_compared_order(const void *a, const void *b, const void *argument)
{
	const rt_compared *left = a;
	const rt_compared *right = b;

	(void) argument;
	BY(left->x, right->x);
	BY(left->t_x, right->t_x);
	BY(left->age, right->age);
	BY(left->before, right->before);
	BY(left->after, right->after);
	BY(left->opportunities.x, right->opportunities.x);
	BY(left->opportunities.t_x, right->opportunities.t_x);
	BY(left->opportunities.age, right->opportunities.age);
	return 0;
}

int
rt_compared_order_opportunities(const void *a, const void *b, const void *argument)
{
	const rt_customer *left = &((const rt_compared *) a)->opportunities;
	const rt_customer *right = &((const rt_compared *) b)->opportunities;

	BY(left->x, right->x);
	BY(left->t_x, right->t_x);
	BY(left->age, right->age);
	return rt_compared_order(a, b, argument);
}

int
rt_past_order(const void *a, const void *b, const void *argument)
{
	const rt_past *left = a;
	const rt_past *right = b;

	(void) argument;
	BY(left->count, right->count);
	BY(left->silence, right->silence);
	BY(left->bought, right->bought);
	return 0;
}

/* -------------------------------------------------------------------- level */

/* The finalizer of splitmix64: Steele, Lea, Flood (2014), "Fast splittable pseudorandom numbers" */
static uint64_t
comparison_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) + UINT64_C(0x9e3779b97f4a7c15);
	hash = (hash ^ (hash >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	hash = (hash ^ (hash >> 27)) * UINT64_C(0x94d049bb133111eb);
	return hash ^ (hash >> 31);
}

int
rt_compared_level(const rt_compared *row)
{
	uint64_t	hash = comparison_mix(0, (uint64_t) row->x << 32 | (uint64_t) row->t_x);
	int			level = 0;

	hash = comparison_mix(hash, (uint64_t) row->age << 32 | (uint64_t) row->before);
	hash = comparison_mix(hash, (uint64_t) row->after);
	while (level < RT_LEVEL_MAX && (hash >> level & 1) == 0)
		level++;
	return level;
}

/* ------------------------------------------------------------------ numbers */

void
rt_compared_to_numbers(const rt_compared *row, bool opportunities, rt_counted *counted)
{
	counted->columns = opportunities ? RT_COMPARED_ALL_NUMBERS : RT_COMPARED_NUMBERS;
	counted->customers = row->customers;
	counted->numbers[0] = (uint64_t) row->x;
	counted->numbers[1] = (uint64_t) row->t_x;
	counted->numbers[2] = (uint64_t) row->age;
	counted->numbers[3] = (uint64_t) row->before;
	counted->numbers[4] = (uint64_t) row->after;
	if (!opportunities)
		return;
	counted->numbers[5] = (uint64_t) row->opportunities.x;
	counted->numbers[6] = (uint64_t) row->opportunities.t_x;
	counted->numbers[7] = (uint64_t) row->opportunities.age;
}

void
rt_past_to_numbers(const rt_past *past, rt_counted *counted)
{
	counted->columns = RT_PAST_NUMBERS;
	counted->customers = past->customers;
	counted->numbers[0] = (uint64_t) past->count;
	counted->numbers[1] = (uint64_t) past->silence;
	counted->numbers[2] = (uint64_t) past->bought;
}

/* The first ones as numbers of days or purchases */
static bool
comparison_small(const rt_counted *counted, int columns, int32_t *numbers)
{
	for (int i = 0; i < columns; i++)
	{
		if (counted->numbers[i] > INT32_MAX)
			return false;
		numbers[i] = (int32_t) counted->numbers[i];
	}
	return true;
}

bool
rt_compared_from_numbers(const rt_counted *counted, rt_compared *row)
{
	int32_t		numbers[RT_COMPARED_NUMBERS];

	if (!comparison_small(counted, RT_COMPARED_NUMBERS, numbers))
		return false;
	memset(row, 0, sizeof(rt_compared));
	row->x = numbers[0];
	row->t_x = numbers[1];
	row->age = numbers[2];
	row->before = numbers[3];
	row->after = numbers[4];
	row->customers = counted->customers;
	if (counted->columns == RT_COMPARED_ALL_NUMBERS)
	{
		row->opportunities.x = (double) counted->numbers[5];
		row->opportunities.t_x = (double) counted->numbers[6];
		row->opportunities.age = (double) counted->numbers[7];
	}
	return counted->columns == RT_COMPARED_NUMBERS ||
		counted->columns == RT_COMPARED_ALL_NUMBERS;
}

bool
rt_past_from_numbers(const rt_counted *counted, rt_past *past)
{
	int32_t		numbers[RT_PAST_NUMBERS];

	if (counted->columns != RT_PAST_NUMBERS ||
		!comparison_small(counted, RT_PAST_NUMBERS, numbers))
		return false;
	*past = (rt_past) {numbers[0], numbers[1], numbers[2], counted->customers};
	return true;
}

size_t
rt_counted_key_of(const rt_counted *counted, rt_counted_key *key)
{
	uint8_t    *begin = (uint8_t *) key->words;
	uint8_t    *p = begin;

	for (int i = 0; i < counted->columns; i++)
		p = rt_put_varint(p, counted->numbers[i]);
	return (size_t) (p - begin);
}

bool
rt_counted_from_key(const void *key, size_t size, rt_counted *counted)
{
	const uint8_t *p = key;
	const uint8_t *end = p + size;

	counted->columns = 0;
	while (p < end)
	{
		if (counted->columns == RT_COMPARED_ALL_NUMBERS ||
			(p = rt_get_varint(p, end, &counted->numbers[counted->columns++])) == NULL)
			return false;
	}
	return true;
}

size_t
rt_counted_put(const rt_counted *before, const rt_counted *counted, uint8_t *bytes)
{
	uint8_t    *p = bytes;

	for (int i = 0; i < counted->columns; i++)
		p = rt_put_varint(p, rt_zigzag((int64_t) (counted->numbers[i] - before->numbers[i])));
	p = rt_put_varint(p, (uint64_t) counted->customers);
	return (size_t) (p - bytes);
}

const uint8_t *
rt_counted_get(const rt_counted *before, int columns, const uint8_t *bytes, const uint8_t *end,
			   rt_counted *counted)
{
	const uint8_t *p = bytes;
	uint64_t	number;

	memset(counted, 0, sizeof(rt_counted));
	counted->columns = columns;
	for (int i = 0; i < columns; i++)
	{
		if ((p = rt_get_varint(p, end, &number)) == NULL)
			return NULL;
		counted->numbers[i] = before->numbers[i] + (uint64_t) rt_unzigzag(number);
	}
	if ((p = rt_get_varint(p, end, &number)) == NULL || number > INT64_MAX)
		return NULL;
	counted->customers = (int64_t) number;
	return p;
}
