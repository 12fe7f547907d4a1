/*
 * seasonal_rows.c
 *		Customers in operational time, while a model is fitted to them.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/seasonal_rows.h"

#include <math.h>
#include <string.h>

#include "core/calendar.h"
#include "core/fit_rows.h"
#include "core/poll.h"

/* ------------------------------------------------------------- logarithms */

static inline double
seasonal_log(rt_seasonal_logs *logs, double factor)
{
	uint64_t	bits;
	size_t		place;

	memcpy(&bits, &factor, sizeof(bits));
	/* Fibonacci hashing: Knuth, The Art of Computer Programming 3, 6.4 */
	place = (size_t) ((bits * UINT64_C(0x9e3779b97f4a7c15)) >> 57);
	if (logs->places[place].factor != factor)
	{
		logs->places[place].factor = factor;
		logs->places[place].log = log(factor);
	}
	return logs->places[place].log;
}

double
rt_seasonal_sum_log(const rt_season *season, rt_seasonal_logs *logs, const int32_t *days,
					size_t count)
{
	double		sum = 0;

	if (rt_season_is_flat(season))
		return 0;
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		sum += seasonal_log(logs, rt_season_factor(season, days[i]));
	}
	return sum;
}

/* -------------------------------------------------------------- intervals */

/* So many purchase days lie in it: rounding does not make it less than they can be */
static inline double
seasonal_days(const rt_season *season, int32_t from, int32_t until, double purchases)
{
	return fmax(rt_season_days(season, from, until), purchases * RT_SEASON_DAY_MIN);
}

void
rt_seasonal_intervals(const rt_season *season, const int32_t *dates, size_t count,
					  rt_intervals *intervals)
{
	rt_intervals_from_dates(dates, rt_season_is_flat(season) || count < 2 ? count : 1, intervals);
	if (rt_season_is_flat(season) || count < 2)
		return;
	intervals->count = (int64_t) count - 1;
	intervals->sum = seasonal_days(season, dates[0], dates[count - 1], (double) count - 1);
	intervals->mean = intervals->sum / (double) (count - 1);
	for (size_t i = 1; i < count; i++)
	{
		rt_poll_each(i);
		intervals->sum_log += log(seasonal_days(season, dates[i - 1], dates[i], 1));
	}
}

/* ------------------------------------------------------------------- rows */

static bool
seasonal_whole(const rt_fit_row *row)
{
	for (int i = 0; i < 3; i++)
	{
		if (row->numbers[i] != floor(row->numbers[i]))
			return false;
	}
	return true;
}

bool
rt_seasonal_row_valid(const rt_kind *kind, const rt_fit_row *row, int32_t as_of)
{
	double		oldest = (double) as_of - RT_DATE_MIN;
	const rt_rhythm *rhythm = &row->rhythm;
	const rt_customer *customer = &row->customer;

	if (kind->input == RT_INPUT_INTERVALS && rhythm->is_evenness == 1)
		return kind->row_valid(row);
	if (!seasonal_whole(row))
		return false;
	if (kind->input == RT_INPUT_INTERVALS)
		return rhythm->is_evenness >= RT_SEASONAL_SILENCE && rhythm->count >= 1 &&
			rhythm->count <= rhythm->sum &&
			rhythm->sum + (rhythm->is_evenness - RT_SEASONAL_SILENCE) <= oldest;
	return kind->input == RT_INPUT_RECENCY && customer->x <= customer->t_x &&
		customer->t_x <= customer->age && customer->age <= oldest &&
		(customer->x > 0 || customer->t_x == 0);
}

rt_customer
rt_seasonal_customer(const rt_season *season, const rt_customer *in_days, int32_t as_of)
{
	int32_t		first = (int32_t) ((double) as_of - in_days->age);
	int32_t		last = (int32_t) ((double) first + in_days->t_x);

	return (rt_customer) {
							 .x = in_days->x,
							 .t_x = rt_season_days(season, first, last),
							 .age = rt_season_days(season, first, as_of)
		};
}

static void
seasonal_row(const rt_season *season, rt_input input, int32_t as_of, rt_fit_row *row)
{
	int32_t		last;

	if (input == RT_INPUT_RECENCY)
	{
		row->customer = rt_seasonal_customer(season, &row->customer, as_of);
		return;
	}
	last = (int32_t) ((double) as_of - (row->rhythm.is_evenness - RT_SEASONAL_SILENCE));
	row->rhythm.sum = seasonal_days(season, (int32_t) ((double) last - row->rhythm.sum), last,
									row->rhythm.count);
	row->rhythm.is_evenness = 0;
}

size_t
rt_seasonal_rows(const rt_season *season, rt_input input, int32_t as_of, rt_fit_row *rows,
				 size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		seasonal_row(season, input, as_of, &rows[i]);
	}
	return rt_fit_merge_rows(rows, count);
}
