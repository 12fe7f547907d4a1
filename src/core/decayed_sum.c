/*
 * decayed_sum.c
 *		Sums in which older values count less.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/decayed_sum.h"

#define LIMB_BITS 32

static int64_t
floor_div(int64_t value, int64_t divisor)
{
	int64_t		result = value / divisor;

	return value % divisor < 0 ? result - 1 : result;
}

/* t / half_life as limbs, bits less than these (-32 to -1, so that no value overflows) and a fraction of a bit */
static void
split(int64_t time, int64_t half_life, int64_t *limbs, int *bits, double *fraction)
{
	int64_t		whole = floor_div(time, half_life);

	*fraction = (double) (time - whole * half_life) / (double) half_life;
	*limbs = floor_div(whole, LIMB_BITS) + 1;
	*bits = (int) (whole - *limbs * LIMB_BITS);
}

static void
move_base(rt_decayed_sum *sum, int64_t base)
{
	if (sum->terms == 0)
		sum->base = base;
	else if (base > sum->base)
	{
		rt_exact_sum_move_down(&sum->sum, base - sum->base);
		sum->base = base;
	}
}

void
rt_decayed_sum_add(rt_decayed_sum *sum, double value, int64_t time)
{
	int64_t		limbs,
				below;
	int			bits;
	double		fraction;

	split(time, sum->half_life, &limbs, &bits, &fraction);
	move_base(sum, limbs);
	if (sum->terms == 0 || time > sum->latest)
		sum->latest = time;
	sum->terms++;
	below = sum->base - limbs;
	if (below < RT_EXACT_LIMBS)
		rt_exact_sum_add(&sum->sum, ldexp(value, bits - (int) below * LIMB_BITS) * exp2(fraction));
}

void
rt_decayed_sum_combine(rt_decayed_sum *sum, const rt_decayed_sum *other)
{
	rt_decayed_sum copy = *other;

	if (other->terms == 0)
		return;
	move_base(sum, other->base);
	if (sum->base > copy.base)
		rt_exact_sum_move_down(&copy.sum, sum->base - copy.base);
	rt_exact_sum_combine(&sum->sum, &copy.sum);
	if (sum->terms == 0 || other->latest > sum->latest)
		sum->latest = other->latest;
	sum->terms += other->terms;
}

double
rt_decayed_sum_value(const rt_decayed_sum *sum)
{
	int64_t		limbs;
	int			bits;
	double		fraction;

	if (sum->terms == 0)
		return 0;

	/* the latest time is that of the highest base */
	split(sum->latest, sum->half_life, &limbs, &bits, &fraction);
	return ldexp(rt_exact_sum_value(&sum->sum), -bits) / exp2(fraction);
}
