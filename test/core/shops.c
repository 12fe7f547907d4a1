/*
 * shops.c
 *		Simulated logs of shops that have a season, for tests of its estimation.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/fit_rows.h"
#include "core/simulate.h"

#include "check.h"
#include "shops.h"

void
season_from(rt_season *season, const double *months, const double *weekdays)
{
	double		mean;

	memset(season, 0, sizeof(*season));
	memcpy(season->months, months, sizeof(season->months));
	if (weekdays != NULL)
	{
		season->flags = RT_SEASON_WEEKDAYS;
		memcpy(season->weekdays, weekdays, sizeof(season->weekdays));
	}
	CHECK(rt_season_set(season, &mean) == NULL);
}

static int
compare_shop_rows(const void *a, const void *b)
{
	return rt_fit_compare_rows(a, b, NULL);
}

/* Operational time up to the end of each day from the first one on: a search goes through it */
typedef struct shop_clock
{
	int			days;
	double	   *time;
	double	   *arrivals;
} shop_clock;

static shop_clock
shop_clock_of(const shop_plan *s)
{
	shop_clock	clock = {.days = s->as_of - s->first_day};
	rt_random	random;
	double		noise = 1;
	int32_t		month = INT32_MIN;

	rt_random_start(&random, s->seed, UINT64_MAX);
	clock.time = malloc(((size_t) clock.days + 1) * sizeof(double));
	clock.arrivals = malloc(((size_t) clock.days + 1) * sizeof(double));
	for (int day = 0; day <= clock.days; day++)
	{
		int32_t		date = s->first_day + day;
		double		arrival = date > s->last_day ? 0 :
			s->arrivals == NULL ? 1 : rt_season_factor(s->arrivals, date);

		if (rt_unit_number(RT_UNIT_MONTH, date) != month && s->between_years > 0)
			noise = exp(s->between_years * rt_random_normal(&random));
		month = rt_unit_number(RT_UNIT_MONTH, date);
		clock.time[day] = day == 0 ? 0 :
			clock.time[day - 1] + noise * rt_season_factor(s->season, date);
		clock.arrivals[day] = (day == 0 ? 0 : clock.arrivals[day - 1]) + arrival;
	}
	return clock;
}

/* The first day, from one on, by whose end a sum has come to this */
static int
shop_day(const double *sums, int from, int days, double value)
{
	int			low = from - 1;
	int			high = days;

	while (high - low > 1)
	{
		int			middle = (low + high) / 2;

		if (sums[middle] >= value)
			high = middle;
		else
			low = middle;
	}
	return high;
}

/* As rt_life_next, with intervals of the same mean and any shape */
static bool
shop_next(const shop_plan *s, rt_life *life, rt_random *random, double until)
{
	if (s->clumps == 0)
		return rt_life_next(life, random, until);
	if (!life->here)
		return false;
	life->time += rt_random_gamma(random, s->clumps) / s->clumps / life->lambda;
	if (!(life->time <= until))
		return false;
	life->here = rt_random_uniform(random) >= life->p;
	return true;
}

static rt_fit_row
shop_customer(const shop_plan *s, const shop_clock *clock, int i, int32_t first_month,
			  double *purchases)
{
	rt_random	random;
	rt_life		life;
	int			first,
				last;
	double		x = 0;

	rt_random_start(&random, s->seed, (uint64_t) i);
	first = i == 0 ? 0 :
		shop_day(clock->arrivals, 0, clock->days,
				 clock->arrivals[clock->days] * rt_random_uniform(&random));
	last = first;
	rt_life_start(s->truth, &random, &life);
	while (shop_next(s, &life, &random, clock->time[clock->days] - clock->time[first]))
	{
		int			day = shop_day(clock->time, last, clock->days,
								   clock->time[first] + life.time);
		int32_t		date = s->first_day + day;

		/* a purchase is a day with purchases */
		if (day == last)
			continue;
		last = day;
		x++;
		purchases[(rt_unit_number(RT_UNIT_MONTH, date) - first_month) * 7 +
				  rt_weekday(date)]++;
	}
	return (rt_fit_row) {.customer = {x, last - first, clock->days - first}, .weight = 1};
}

rt_season_data
shop_open(const shop_plan *s)
{
	shop_clock	clock = shop_clock_of(s);
	int32_t		first_month = rt_unit_number(RT_UNIT_MONTH, s->first_day);
	int			months = rt_unit_number(RT_UNIT_MONTH, s->as_of) - first_month + 1;
	rt_fit_row *rows = malloc((size_t) s->customers * sizeof(rt_fit_row));
	double	   *purchases = calloc((size_t) months * 7, sizeof(double));
	size_t		count = 0;
	rt_season_data data;

	for (int i = 0; i < s->customers; i++)
		rows[i] = shop_customer(s, &clock, i, first_month, purchases);
	qsort(rows, (size_t) s->customers, sizeof(rows[0]), compare_shop_rows);
	for (int i = 0; i < s->customers; i++)
	{
		if (count > 0 && memcmp(rows[count - 1].numbers, rows[i].numbers,
								sizeof(rows[i].numbers)) == 0)
			rows[count - 1].weight++;
		else
			rows[count++] = rows[i];
	}
	free(clock.time);
	free(clock.arrivals);
	memset(&data, 0, sizeof(data));
	data.rows = rows;
	data.row_count = count;
	data.as_of = s->as_of;
	data.first_month = first_month;
	data.month_count = months;
	data.purchases = purchases;
	return data;
}

void
shop_close(rt_season_data *data)
{
	free((void *) data->rows);
	free((void *) data->purchases);
}

rt_season_status
shop_estimate(const rt_season_data *data, rt_season *season, rt_season_details *details)
{
	void	   *workspace = malloc(rt_season_workspace(data) + 1);
	rt_season_status status = rt_season_estimate(data, workspace, season, details);

	free(workspace);
	return status;
}
