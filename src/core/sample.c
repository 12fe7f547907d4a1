/*
 * sample.c
 *		A few customers of many.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/poll.h"
#include "core/sample.h"

/* Below that all starts are tried on all rows */
#define LARGE 2000

bool
rt_sample_pays(const rt_customers *customers)
{
	return customers->row_count > LARGE;
}

rt_customers
rt_sample_of(const rt_customers *customers, rt_fit_row rows[RT_SAMPLE])
{
	double		total = 0;
	double		seen = 0;
	size_t		count = 0;
	int			taken = 0;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		rt_poll_each(i);
		total += customers->rows[i].weight;
	}
	for (size_t i = 0; i < customers->row_count; i++)
	{
		int			before = taken;

		rt_poll_each(i);
		seen += customers->rows[i].weight;
		while (taken < RT_SAMPLE && seen >= total * ((taken + 0.5) / RT_SAMPLE))
			taken++;
		if (taken == before)
			continue;
		rows[count] = customers->rows[i];
		rows[count++].weight = taken - before;
	}
	return (rt_customers) {.rows = rows, .row_count = count, .time_unit = customers->time_unit};
}
