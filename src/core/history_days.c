/*
 * history_days.c
 *		The days of a history: in order, of any order merged, one set less another.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/history_days.h"
#include "core/history_record.h"
#include "core/money.h"
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

/* Up to this many days, moving them one by one beats merging runs */
#define INSERTION_SORT_MAX 24

static void
days_insertion_sort(rt_day *days, size_t count)
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

/* Where the ascending run that begins at a day ends */
static size_t
days_run_end(const rt_day *days, size_t begin, size_t count)
{
	size_t		end = begin + 1;

	for (; end < count && days[end - 1].date <= days[end].date; end++)
		rt_poll_each(end);
	return end;
}

/* Merges the runs from left to middle and from there to end; of equal dates left ones come first */
static void
days_merge_runs(const rt_day *from, size_t left, size_t middle, size_t end, rt_day *to)
{
	size_t		right = middle;
	size_t		out = left;

	for (; left < middle && right < end; out++)
	{
		rt_poll_each(out);
		to[out] = from[right].date < from[left].date ? from[right++] : from[left++];
	}
	rt_copy(&to[out], &from[left], (middle - left) * sizeof(rt_day));
	out += middle - left;
	rt_copy(&to[out], &from[right], (end - right) * sizeof(rt_day));
}

/*
 * Sorts by date with a natural merge sort: rows come as a few ascending runs,
 * one for each worker or load, and sorted input costs one comparison a day.
 */
static void
days_sort(rt_day *days, size_t count, rt_day *workspace)
{
	rt_day	   *from = days;
	rt_day	   *to = workspace;
	rt_day	   *swap;

	if (count <= INSERTION_SORT_MAX)
	{
		days_insertion_sort(days, count);
		return;
	}
	for (;;)
	{
		size_t		end = days_run_end(from, 0, count);
		size_t		runs = 0;

		if (end == count)
			break;
		for (size_t begin = 0; begin < count; begin = end, runs++)
		{
			size_t		middle = begin == 0 ? end : days_run_end(from, begin, count);

			end = middle < count ? days_run_end(from, middle, count) : middle;
			days_merge_runs(from, begin, middle, end, to);
		}
		swap = from;
		from = to;
		to = swap;
		if (runs == 1)
			break;
	}
	if (from != days)
		rt_copy(days, from, count * sizeof(rt_day));
}

rt_status
rt_days_normalize(rt_day *days, size_t *count, rt_day *workspace, int32_t *bad_date)
{
	size_t		out = 0;

	days_sort(days, *count, workspace);
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
