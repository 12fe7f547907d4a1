/*
 * decayed_sum.c
 *		Sums in which older values count less.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/assert.h"
#include "core/decayed_sum.h"

#define LIMB_BITS 32

/* More are not counted */
#define TERMS_MAX (INT64_C(1) << 62)

static int64_t
decayed_sum_floor_div(int64_t value, int64_t divisor)
{
	int64_t		result = value / divisor;

	return value % divisor < 0 ? result - 1 : result;
}

static int64_t
decayed_sum_floor_remainder(int64_t value, int64_t divisor)
{
	int64_t		result = value % divisor;

	return result < 0 ? result + divisor : result;
}

/*
 * t / half_life as limbs, bits less than these (-32 to -1, so that no value overflows) and a
 * fraction of a bit
 */
static void
decayed_sum_split(int64_t time, int64_t half_life, int64_t *limbs, int *bits, double *fraction)
{
	int64_t		whole = decayed_sum_floor_div(time, half_life);

	*fraction = (double) decayed_sum_floor_remainder(time, half_life) / (double) half_life;
	*limbs = decayed_sum_floor_div(whole, LIMB_BITS) + 1;
	*bits = (int) decayed_sum_floor_remainder(whole, LIMB_BITS) - LIMB_BITS;
}

/* How far the higher one of two bases lies above the lower one */
static uint64_t
decayed_sum_limbs_above(int64_t higher, int64_t lower)
{
	return (uint64_t) higher - (uint64_t) lower;
}

static void
decayed_sum_move_base(rt_decayed_sum *sum, int64_t base)
{
	if (sum->terms == 0)
		sum->base = base;
	else if (base > sum->base)
	{
		rt_exact_sum_move_down(&sum->sum, decayed_sum_limbs_above(base, sum->base));
		sum->base = base;
	}
}

bool
rt_decayed_sum_valid(const rt_decayed_sum *sum)
{
	int64_t		limbs;
	int			bits;
	double		fraction;

	if (sum->half_life <= 0 || sum->terms < 0 || sum->terms > TERMS_MAX ||
		!rt_exact_sum_valid(&sum->sum))
		return false;
	decayed_sum_split(sum->latest, sum->half_life, &limbs, &bits, &fraction);
	return sum->terms == 0 ? sum->sum.terms == 0 && rt_exact_sum_value(&sum->sum) == 0 :
		sum->base == limbs;
}

/* What was valid stays so: is that to be asserted? */
static bool
decayed_sum_asserted(const rt_decayed_sum *sum)
{
#ifdef RT_ASSERTIONS
	return rt_decayed_sum_valid(sum);
#else
	return false;
#endif
}

/* The base is that of the latest time */
static void
decayed_sum_assert_base(const rt_decayed_sum *sum)
{
#ifdef RT_ASSERTIONS
	int64_t		limbs;
	int			bits;
	double		fraction;

	decayed_sum_split(sum->latest, sum->half_life, &limbs, &bits, &fraction);
	RT_ASSERT(sum->terms == 0 || sum->base == limbs);
	RT_ASSERT(bits >= -LIMB_BITS && bits < 0 && fraction >= 0 && fraction <= 1);
#endif
}

void
rt_decayed_sum_add(rt_decayed_sum *sum, double value, int64_t time)
{
	int64_t		limbs;
	uint64_t	below;
	int			bits;
	double		fraction;
	bool		was_valid = decayed_sum_asserted(sum);

	decayed_sum_split(time, sum->half_life, &limbs, &bits, &fraction);
	decayed_sum_move_base(sum, limbs);
	if (sum->terms == 0 || time > sum->latest)
		sum->latest = time;
	if (sum->terms < TERMS_MAX)
		sum->terms++;
	if (was_valid)
		decayed_sum_assert_base(sum);
	below = decayed_sum_limbs_above(sum->base, limbs);
	if (below < RT_EXACT_LIMBS)
		rt_exact_sum_add(&sum->sum, ldexp(value, bits - (int) below * LIMB_BITS) * exp2(fraction));
}

void
rt_decayed_sum_combine(rt_decayed_sum *sum, const rt_decayed_sum *other)
{
	rt_decayed_sum copy = *other;
	bool		were_valid = decayed_sum_asserted(sum) && decayed_sum_asserted(other);

	if (other->terms == 0)
		return;
	decayed_sum_move_base(sum, other->base);
	if (sum->base > copy.base)
		rt_exact_sum_move_down(&copy.sum, decayed_sum_limbs_above(sum->base, copy.base));
	rt_exact_sum_combine(&sum->sum, &copy.sum);
	if (sum->terms == 0 || other->latest > sum->latest)
		sum->latest = other->latest;
	sum->terms = sum->terms < TERMS_MAX - other->terms ? sum->terms + other->terms : TERMS_MAX;
	if (were_valid)
		decayed_sum_assert_base(sum);
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
	decayed_sum_split(sum->latest, sum->half_life, &limbs, &bits, &fraction);
	return ldexp(rt_exact_sum_value(&sum->sum), -bits) / exp2(fraction);
}
