/*
 * simulate.c
 *		Customers that live as a model says.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/simulate.h"

static uint64_t
next_bits(rt_random *random)
{
	uint64_t	z = (random->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void
rt_random_start(rt_random *random, int64_t seed, uint64_t stream)
{
	random->state = (uint64_t) seed;
	random->state = next_bits(random) ^ (stream * UINT64_C(0xd1342543de82ef95) + 1);
	next_bits(random);
}

double
rt_random_uniform(rt_random *random)
{
	return ((double) (next_bits(random) >> 11) + 0.5) * ldexp(1, -53);
}

double
rt_random_normal(rt_random *random)
{
	return sqrt(-2 * log(rt_random_uniform(random))) *
		cos(6.28318530717958647693 * rt_random_uniform(random));
}

/* Marsaglia and Tsang (2000), "A simple method for generating gamma variables" */
double
rt_random_gamma(rt_random *random, double shape)
{
	double		boost = 1;
	double		d,
				c;

	/* as good as normal, and below, d - d v would be rounding; what is not a number stays that */
	if (!(shape < 1e15))
		return isfinite(shape) ? shape + sqrt(shape) * rt_random_normal(random) : shape;
	if (shape < 1)
	{
		boost = pow(rt_random_uniform(random), 1 / shape);
		shape += 1;
	}
	d = shape - 1.0 / 3;
	c = 1 / sqrt(9 * d);
	for (;;)
	{
		double		z = rt_random_normal(random);
		double		v = 1 + c * z;

		v = v * v * v;
		if (v > 0 && log(rt_random_uniform(random)) < z * z / 2 + d - d * v + d * log(v))
			return boost * d * v;
	}
}

double
rt_random_beta(rt_random *random, double a, double b)
{
	double		x = rt_random_gamma(random, a);
	double		y = rt_random_gamma(random, b);

	/* both may vanish when a and b are tiny: then it is one end or the other */
	if (x + y == 0)
		return rt_random_uniform(random) * (a + b) < a;
	return x / (x + y);
}

double
rt_random_missed(rt_random *random, double probability)
{
	if (probability == 0)
		return INFINITY;
	return floor(log(rt_random_uniform(random)) / log1p(-probability));
}

void
rt_life_start(const rt_base *base, rt_random *random, rt_life *life)
{
	*life = (rt_life) {.k = 1, .end = INFINITY, .here = true};
	base->kind->base->start_life(base, random, life);
}

void
rt_life_go_on(const rt_base *base, const rt_customer *customer, rt_random *random, rt_life *life)
{
	*life = (rt_life) {.k = 1, .end = INFINITY, .here = true};
	base->kind->base->go_on(base, customer, random, life);
}

bool
rt_life_next(rt_life *life, rt_random *random, double until)
{
	if (!life->here)
		return false;
	if (life->opportunities)
	{
		life->time += 1 + rt_random_missed(random, life->lambda);
		life->here = life->time <= until && life->time <= life->end;
		return life->here;
	}
	life->time += rt_random_gamma(random, life->k - life->passed) / life->lambda;
	life->passed = 0;
	if (!(life->time <= until && life->time <= life->end))
	{
		life->here = false;
		return false;
	}
	life->here = rt_random_uniform(random) >= life->p;
	return true;
}

double
rt_life_expected(const rt_life *life, double until)
{
	return life->here && life->lambda > 0 ? life->lambda / life->k * fmin(until, life->end) : 0;
}

double
rt_life_count(rt_life *life, rt_random *random, double until)
{
	double		mean = rt_life_expected(life, until);
	double		spread = life->opportunities ? 1 - life->lambda : 1.0 / life->k;
	double		count = isfinite(mean) ?
		fmax(0, rint(mean + sqrt(mean * spread) * rt_random_normal(random))) :
		mean;

	life->here = false;
	return life->opportunities ? count : fmin(count, 1 + rt_random_missed(random, life->p));
}
