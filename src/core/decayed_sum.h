/*
 * decayed_sum.h
 *		Sums in which a value counts half as much for each half-life that it is older than the last
 *		one.
 *
 * A term at the time t is value 2^(t / half_life): the whole part of the exponent moves it by
 * limbs and bits of an exact sum, whose lowest limb moves up with the latest time.  What falls
 * below that is 2^-1000 of the latest, so that the sum is the same in every order of its terms.
 * Times are ticks of any length.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_DECAYED_SUM_H
#define RT_DECAYED_SUM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/exact_sum.h"

/* All zero but for the half-life, above 0, is the sum of nothing */
typedef struct rt_decayed_sum
{
	int64_t		half_life;
	int64_t		terms;
	int64_t		latest;
	int64_t		base;			/* limbs by which the sum is moved up */
	rt_exact_sum sum;
} rt_decayed_sum;

/* May it have come from values? */
extern bool rt_decayed_sum_valid(const rt_decayed_sum *sum);

/* A finite value; to a sum that is not valid it does no harm, given a half-life above 0 */
extern void rt_decayed_sum_add(rt_decayed_sum *sum, double value, int64_t time);

/* Of the same half-life */
extern void rt_decayed_sum_combine(rt_decayed_sum *sum, const rt_decayed_sum *other);

/* As it counts at the latest time; 0 for nothing, infinite where it does not fit */
extern double rt_decayed_sum_value(const rt_decayed_sum *sum);

#endif							/* RT_DECAYED_SUM_H */
