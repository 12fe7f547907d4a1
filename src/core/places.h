/*
 * places.h
 *		Integrals that customers share while a model is fitted.
 *
 * A customer who may leave at any time has done so between her last purchase and now: an
 * integral from t_x to age, which is the one from t_x on less the one from age on.  Of
 * customers with x purchases there are far fewer different times than pairs of them.
 * Nothing is lost in the difference: what is subtracted is never more than the term of
 * those who are still here.  Only for x from 1 on: for x = 0 integrals to
 * infinity may converge too slowly, and there are few different such customers.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_PLACES_H
#define RT_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "core/customers.h"

#define RT_PLACE_MEANS 5

typedef struct rt_place
{
	double		x;
	double		t;				/* in the unit of the rows */
	double		log_weight;		/* ln of the integral from t on, over the term of who is still here
								 * at t */
	/* under it, of what its derivatives by the parameters take */
	double		means[RT_PLACE_MEANS];
} rt_place;

typedef struct rt_places
{
	rt_place   *places;
	size_t		count;
	uint32_t   *indexes;		/* of t_x and of age of each row */
} rt_places;

/* workspace: so many bytes for so many rows, aligned for doubles */
extern size_t rt_places_workspace(size_t row_count);
extern void rt_places_make(const rt_customers *customers, void *workspace, rt_places *places);

/*
 * The place after this one with the same x, which comes next in time; NULL when there is none.
 * The integral from a place on is the one to the next place and the one from there on.
 */
extern const rt_place *rt_places_next(const rt_places *places, size_t i);

/*
 * Adds the integral from the next place on; log_ratio is ln of who is still here then over who is
 * here now
 */
extern void rt_place_add_next(rt_place *place, const rt_place *next, double log_ratio);

#endif							/* RT_PLACES_H */
