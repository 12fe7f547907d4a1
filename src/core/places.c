/*
 * places.c
 *		Integrals that customers share while a model is fitted.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/assert.h"
#include "core/places.h"
#include "core/sample.h"
#include "core/sort.h"
#include "core/poll.h"

size_t
rt_places_size(size_t row_count)
{
	return 2 * row_count * (sizeof(rt_place) + sizeof(uint32_t));
}

size_t
rt_places_workspace(size_t row_count)
{
	return rt_places_size(row_count) + rt_places_size(RT_SAMPLE);
}

static int
places_compare(const void *a, const void *b, const void *unused)
{
	const rt_place *left = a,
			   *right = b;

	(void) unused;
	if (left->x != right->x)
		return left->x < right->x ? -1 : 1;
	return (left->t > right->t) - (left->t < right->t);
}

static uint32_t
places_find(const rt_places *places, double x, double t)
{
	rt_place	wanted = {.x = x, .t = t};
	size_t		low = 0;
	size_t		high = places->count - 1;

	while (low < high)
	{
		size_t		middle = (low + high) / 2;

		if (places_compare(&places->places[middle], &wanted, NULL) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint32_t) low;
}

/* In order, each once, and where the rows are told that they are */
static void
places_assert(const rt_customers *customers, const rt_places *places)
{
#ifdef RT_ASSERTIONS
	for (size_t i = 1; i < places->count; i++)
		RT_ASSERT(places_compare(&places->places[i - 1], &places->places[i], NULL) < 0);
	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_customer *c = &customers->rows[i].customer;

		if (c->x < 1)
			continue;
		RT_ASSERT(places->places[places->indexes[2 * i]].x == c->x &&
				  places->places[places->indexes[2 * i]].t == c->t_x &&
				  places->places[places->indexes[2 * i + 1]].x == c->x &&
				  places->places[places->indexes[2 * i + 1]].t == c->age);
	}
#endif
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
	rt_sort(places->places, count, sizeof(rt_place), places_compare, NULL);
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		if (places->count == 0 ||
			places_compare(&places->places[places->count - 1], &places->places[i], NULL) != 0)
			places->places[places->count++] = places->places[i];
	}
	for (size_t i = 0; i < customers->row_count; i++)
	{
		rt_poll_each(i);
		if (customers->rows[i].customer.x < 1)
			continue;
		places->indexes[2 * i] =
			places_find(places, customers->rows[i].customer.x, customers->rows[i].customer.t_x);
		places->indexes[2 * i + 1] =
			places_find(places, customers->rows[i].customer.x, customers->rows[i].customer.age);
	}
	places_assert(customers, places);
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
