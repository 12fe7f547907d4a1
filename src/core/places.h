/*
 * places.h
 *		Integrals that customers share while a model is fitted.
 *
 * A customer who may leave at any time has done so between their last purchase and now: an
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

#include <math.h>
#include <stdbool.h>
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
extern size_t rt_places_size(size_t row_count);
extern void rt_places_make(const rt_customers *customers, void *workspace, rt_places *places);

/* Room for those of all rows, and behind it for those of a sample: see core/sample.h */
extern size_t rt_places_workspace(size_t row_count);

/*
 * The place after this one with the same x, which comes next in time; NULL when there is none.
 * The integral from a place on is the one to the next place and the one from there on.
 */
extern const rt_place *rt_places_next(const rt_places *places, size_t i);

/* Of operational times, of which there are many; whole days are as far apart as that */
static inline bool
rt_places_is_step(const rt_place *place, const rt_place *next)
{
	return next != NULL && next->t - place->t < 1;
}

/*
 * The terms that the likelihood of a row is a sum of, each over its largest: who is still here, who
 * left after t_x, less who left after age.  Where they bought something again from and to are the
 * places of t_x and age, the weight of the former in terms of who is still here.
 */
typedef struct rt_place_terms
{
	rt_place	from;
	rt_place	to;
	double		log_largest;
	double		here;
	double		left;
	double		later;
	double		sum;
} rt_place_terms;

static inline void
rt_place_terms_scale(rt_place_terms *terms, bool bought)
{
	terms->log_largest = fmax(terms->from.log_weight, 0);
	terms->here = exp(-terms->log_largest);
	terms->left = exp(terms->from.log_weight - terms->log_largest);
	terms->later = bought ? exp(terms->to.log_weight - terms->log_largest) : 0;
	terms->sum = terms->here + terms->left - terms->later;
}

/* What the i-th mean adds up to, here being that of who is still here */
static inline double
rt_place_terms_add(const rt_place_terms *terms, double here, int i)
{
	return here + terms->left * terms->from.means[i] - terms->later * terms->to.means[i];
}

/* The same, taken away */
static inline double
rt_place_terms_subtract(const rt_place_terms *terms, double here, int i)
{
	return here - terms->left * terms->from.means[i] + terms->later * terms->to.means[i];
}

/*
 * Adds the integral from the next place on; log_ratio is ln of who is still here then over who is
 * here now
 */
extern void rt_place_add_next(rt_place *place, const rt_place *next, double log_ratio);

#endif							/* RT_PLACES_H */
