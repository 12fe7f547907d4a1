/*
 * simulate.h
 *		Customers that live as a model says.
 *
 * Numbers come from a generator of its own, so that a seed gives the same customers on
 * every machine but for the last digit of its logarithms.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SIMULATE_H
#define RT_SIMULATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/customer_base.h"

/* splitmix64: Steele, Lea, Flood (2014) */
typedef struct rt_random
{
	uint64_t	state;
} rt_random;

/* The stream with this number of a seed; streams do not depend on each other */
extern void rt_random_start(rt_random *random, int64_t seed, uint64_t stream);
extern double rt_random_uniform(rt_random *random); /* above 0, below 1 */
extern double rt_random_normal(rt_random *random);
extern double rt_random_gamma(rt_random *random, double shape);
extern double rt_random_beta(rt_random *random, double a, double b);

/* How many times in a row something does not happen, which has this probability each time */
extern double rt_random_missed(rt_random *random, double probability);

/* A customer from the first purchase on, or from now on */
typedef struct rt_life
{
	bool		opportunities;	/* they can buy at times 1, 2 ... only, with probability lambda */
	int			k;
	int			passed;			/* of the k events of the interval that runs */
	double		lambda;
	double		p;				/* to leave after a purchase, or before an opportunity */
	double		end;			/* when they leave, whatever they buy; infinite where purchases
								 * decide */
	double		time;			/* of the last purchase, in the model's unit; 0 is the first one,
								 * or now */
	bool		here;
} rt_life;

extern void rt_life_start(const rt_base *base, rt_random *random, rt_life *life);

/*
 * The future of one who is still a customer, as if of a purchase now, but for what has passed of
 * the interval that runs.  Who is still here after x purchases and age has, in each kind of model,
 * levels that are distributed as before but for what they have done: shapes grow with purchases,
 * rates with time.
 */
extern void rt_life_go_on(const rt_base *base, const rt_customer *customer, rt_random *random,
						  rt_life *life);

/* Their next purchase, in life->time; false when there is none up to until */
extern bool rt_life_next(rt_life *life, rt_random *random, double until);

/*
 * How many purchases to expect up to until, were each no occasion to leave; and, where they are
 * thousands, how many come, in the place of counting them one by one: a count as large is normal.
 */
extern double rt_life_expected(const rt_life *life, double until);
extern double rt_life_count(rt_life *life, rt_random *random, double until);

#endif							/* RT_SIMULATE_H */
