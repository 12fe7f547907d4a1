/*
 * exact_sum.c
 *		Sums of doubles that do not depend on the order of their terms.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/assert.h"
#include "core/exact_sum.h"

/* The exponent of the lowest limb */
#define LOWEST (-1074)

#define LIMB_MASK UINT64_C(0xffffffff)

/* A limb holds the terms of two sums without overflow when each is below this */
#define TERMS_MAX (INT64_C(1) << 28)

/*
 * A term adds less than 2^33 to a limb, and no sum of terms that there can be gives the highest one
 * as much
 */
#define LIMB_MAX (INT64_C(1) << 62)

/* Wraps around in a sum that is not valid */
static void
exact_sum_add_to_limb(int64_t *limb, int64_t part)
{
	*limb = (int64_t) ((uint64_t) *limb + (uint64_t) part);
}

bool
rt_exact_sum_valid(const rt_exact_sum *sum)
{
	for (int i = 0; i < RT_EXACT_LIMBS; i++)
		if (sum->limbs[i] <= -LIMB_MAX || sum->limbs[i] >= LIMB_MAX)
			return false;
	return sum->terms >= 0 && sum->terms < TERMS_MAX;
}

/* Each limb but the highest is one of 32 bits, and the sum that of one term */
static void
exact_sum_assert_carried(const rt_exact_sum *sum)
{
#ifdef RT_ASSERTIONS
	for (int i = 0; i < RT_EXACT_LIMBS - 1; i++)
		RT_ASSERT(sum->limbs[i] >= 0 && (uint64_t) sum->limbs[i] <= LIMB_MASK);
	RT_ASSERT(sum->terms == 1);
#endif
}

/* Each limb but the highest to 0 .. 2^32 - 1 */
static void
exact_sum_carry_on(rt_exact_sum *sum)
{
	for (int i = 0; i < RT_EXACT_LIMBS - 1; i++)
	{
		int64_t		low = (int64_t) ((uint64_t) sum->limbs[i] & LIMB_MASK);

		exact_sum_add_to_limb(&sum->limbs[i + 1], (sum->limbs[i] - low) / (INT64_C(1) << 32));
		sum->limbs[i] = low;
	}
	sum->terms = 1;
	exact_sum_assert_carried(sum);
}

void
rt_exact_sum_add(rt_exact_sum *sum, double term)
{
	int			exponent;
	int64_t		mantissa = (int64_t) ldexp(frexp(fabs(term), &exponent), 53);
	int			place = exponent - 53 - LOWEST;
	int64_t		sign = term < 0 ? -1 : 1;
	uint64_t	low,
				high;
	int64_t    *limb;

	/* the smallest ones have zeros at their end */
	if (place < 0)
	{
		mantissa >>= -place;
		place = 0;
	}
	low = ((uint64_t) mantissa & LIMB_MASK) << place % 32;
	high = ((uint64_t) mantissa >> 32) << place % 32;
	limb = &sum->limbs[place / 32];
	exact_sum_add_to_limb(&limb[0], sign * (int64_t) (low & LIMB_MASK));
	exact_sum_add_to_limb(&limb[1], sign * (int64_t) ((low >> 32) + (high & LIMB_MASK)));
	exact_sum_add_to_limb(&limb[2], sign * (int64_t) (high >> 32));
	if (sum->terms >= TERMS_MAX - 1)
		exact_sum_carry_on(sum);
	else
		sum->terms++;
}

void
rt_exact_sum_combine(rt_exact_sum *sum, const rt_exact_sum *other)
{
	for (int i = 0; i < RT_EXACT_LIMBS; i++)
		sum->limbs[i] += other->limbs[i];
	sum->terms += other->terms;
	if (sum->terms >= TERMS_MAX)
		exact_sum_carry_on(sum);
}

void
rt_exact_sum_move_down(rt_exact_sum *sum, uint64_t limbs)
{
	exact_sum_carry_on(sum);
	for (uint64_t i = 0; i < RT_EXACT_LIMBS; i++)
		sum->limbs[i] = limbs < RT_EXACT_LIMBS - i ? sum->limbs[i + limbs] : 0;
}

double
rt_exact_sum_value(const rt_exact_sum *sum)
{
	rt_exact_sum copy = *sum;
	double		sign = 1;
	double		value = 0;

	exact_sum_carry_on(&copy);
	if (copy.limbs[RT_EXACT_LIMBS - 1] < 0)
	{
		for (int i = 0; i < RT_EXACT_LIMBS; i++)
			copy.limbs[i] = -copy.limbs[i];
		exact_sum_carry_on(&copy);
		sign = -1;
	}
	for (int i = 0; i < RT_EXACT_LIMBS; i++)
	{
		if (copy.limbs[i] != 0)
			value += ldexp((double) copy.limbs[i], 32 * i + LOWEST);
	}
	return sign * value;
}
