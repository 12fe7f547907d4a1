/*
 * places.c
 *		Integrals that customers share while a model is fitted.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/places.h"
#include "core/sort.h"
#include "core/poll.h"

size_t
rt_places_workspace(size_t row_count)
{
	return 2 * row_count * (sizeof(rt_place) + sizeof(uint32_t));
}

static int
compare_places(const void *a, const void *b, const void *unused)
{
	const rt_place *left = a,
			   *right = b;

	(void) unused;
	if (left->x != right->x)
		return left->x < right->x ? -1 : 1;
	return (left->t > right->t) - (left->t < right->t);
}

static uint32_t
find_place(const rt_places *places, double x, double t)
{
	rt_place	wanted = {.x = x, .t = t};
	size_t		low = 0;
	size_t		high = places->count - 1;

	while (low < high)
	{
		size_t		middle = (low + high) / 2;

		if (compare_places(&places->places[middle], &wanted, NULL) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint32_t) low;
}

void
rt_places_make(const rt_customers *customers, void *workspace, rt_places *places)
{
	size_t		count = 0;

	places->places = workspace;
	places->indexes = (uint32_t *) (places->places + 2 * customers->row_count);
	places->count = 0;
	for (size_t i = 0; i < customers->row_count; i++)
	{
		rt_poll_each(i);
		if (customers->rows[i].customer.x < 1)
			continue;
		places->places[count].x = places->places[count + 1].x = customers->rows[i].customer.x;
		places->places[count++].t = customers->rows[i].customer.t_x;
		places->places[count++].t = customers->rows[i].customer.age;
	}
	rt_sort(places->places, count, sizeof(rt_place), compare_places, NULL);
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		if (places->count == 0 ||
			compare_places(&places->places[places->count - 1], &places->places[i], NULL) != 0)
			places->places[places->count++] = places->places[i];
	}
	for (size_t i = 0; i < customers->row_count; i++)
	{
		rt_poll_each(i);
		if (customers->rows[i].customer.x < 1)
			continue;
		places->indexes[2 * i] =
			find_place(places, customers->rows[i].customer.x, customers->rows[i].customer.t_x);
		places->indexes[2 * i + 1] =
			find_place(places, customers->rows[i].customer.x, customers->rows[i].customer.age);
	}
}

const rt_place *
rt_places_next(const rt_places *places, size_t i)
{
	return i + 1 < places->count && places->places[i + 1].x == places->places[i].x ?
		&places->places[i + 1] :
		NULL;
}

void
rt_place_add_next(rt_place *place, const rt_place *next, double log_ratio)
{
	double		log_rest = next->log_weight + log_ratio;
	double		highest = fmax(place->log_weight, log_rest);
	double		first = exp(place->log_weight - highest);
	double		rest = exp(log_rest - highest);

	for (int i = 0; i < RT_PLACE_MEANS; i++)
		place->means[i] = (first * place->means[i] + rest * next->means[i]) / (first + rest);
	place->log_weight = highest + log(first + rest);
}
