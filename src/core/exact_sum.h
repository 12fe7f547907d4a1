/*
 * exact_sum.h
 *		Sums of doubles that do not depend on the order of their terms.
 *
 * A sum is a whole number of the smallest double, in limbs of 32 bits: nothing is rounded
 * until it is asked for.  Two of them add up limb by limb.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_EXACT_SUM_H
#define RT_EXACT_SUM_H

#include <stdbool.h>
#include <stdint.h>

/* 2^-1074 up to 2^1024, and room for carries */
#define RT_EXACT_LIMBS 67

/* All zero is the sum of nothing */
typedef struct rt_exact_sum
{
	int64_t		limbs[RT_EXACT_LIMBS];
	int64_t		terms;			/* since carries were moved on */
} rt_exact_sum;

/* May it have come from terms?  Of two that may, sums and values do not overflow. */
extern bool rt_exact_sum_valid(const rt_exact_sum *sum);

/* A finite term; to a sum that is not valid it does no harm */
extern void rt_exact_sum_add(rt_exact_sum *sum, double term);
extern void rt_exact_sum_combine(rt_exact_sum *sum, const rt_exact_sum *other);

/* Divides by 2^32 so many times; what lies below the smallest double then is left out */
extern void rt_exact_sum_move_down(rt_exact_sum *sum, uint64_t limbs);

/* To the last digit but one; infinite when it does not fit into a double */
extern double rt_exact_sum_value(const rt_exact_sum *sum);

#endif							/* RT_EXACT_SUM_H */
