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
	return ((double) (next_bits(random) >> 11) + 0.5) * 0x1p-53;
}

double
rt_random_normal(rt_random *random)
{
	return sqrt(-2 * log(rt_random_uniform(random))) * cos(6.28318530717958647693 * rt_random_uniform(random));
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

static double
random_beta(rt_random *random, double a, double b)
{
	double		x = rt_random_gamma(random, a);
	double		y = rt_random_gamma(random, b);

	/* both may vanish when a and b are tiny: then it is one end or the other */
	if (x + y == 0)
		return rt_random_uniform(random) * (a + b) < a;
	return x / (x + y);
}

/* How many times in a row something does not happen, which has this probability each time */
static double
missed(rt_random *random, double probability)
{
	if (probability == 0)
		return INFINITY;
	return floor(log(rt_random_uniform(random)) / log1p(-probability));
}

void
rt_life_start(const rt_base *base, rt_random *random, rt_life *life)
{
	const rt_bg_nbd *model = &base->bg_nbd;
	double		leaves,
				stays;

	life->time = 0;
	life->here = true;
	life->passed = 0;
	life->opportunities = base->family == RT_FAMILY_BG_BB;
	if (base->family == RT_FAMILY_PARETO_NBD)
	{
		life->k = 1;
		life->p = 0;
		life->lambda = rt_random_gamma(random, base->pareto_nbd.r) / base->pareto_nbd.alpha;
		life->end = -log(rt_random_uniform(random)) / (rt_random_gamma(random, base->pareto_nbd.s) / base->pareto_nbd.beta);
		return;
	}
	if (base->family == RT_FAMILY_GGOMPERTZ_NBD)
	{
		const rt_ggompertz_nbd *m = &base->ggompertz_nbd;

		life->k = 1;
		life->p = 0;
		life->lambda = rt_random_gamma(random, m->r) / m->alpha;
		life->end = log1p(-log(rt_random_uniform(random)) / (rt_random_gamma(random, m->s) / m->beta)) / m->b;
		return;
	}
	if (base->family == RT_FAMILY_BG_BB)
	{
		const rt_bg_bb *m = &base->bg_bb;

		life->k = 1;
		life->lambda = random_beta(random, m->alpha, m->beta);
		life->p = random_beta(random, m->gamma, m->delta);
		/* alive at the opportunities before this one */
		life->end = missed(random, life->p);
		return;
	}
	leaves = rt_random_gamma(random, model->a);
	stays = rt_random_gamma(random, model->b);
	life->k = model->k;
	life->lambda = rt_random_gamma(random, model->r) / model->alpha;
	life->p = leaves > 0 || stays > 0 ? leaves / (leaves + stays) : model->a / (model->a + model->b);
	life->end = INFINITY;
	life->here = !(model->first_may_be_last && rt_random_uniform(random) < life->p);
}

/*
 * Who is still here after x purchases and age has, in each kind of model, levels that are
 * distributed as before but for what she has done: shapes grow with purchases, rates with time
 */
void
rt_life_go_on(const rt_base *base, const rt_customer *customer, rt_random *random, rt_life *life)
{
	double		x = customer->x;
	double		age = customer->age;
	rt_base		now = *base;
	double		phases[RT_K_MAX];
	double		u;
	int			passed = 0;

	switch (base->family)
	{
		case RT_FAMILY_BG_NBD:
			now.bg_nbd.first_may_be_last = false;
			now.bg_nbd.b += x + (base->bg_nbd.first_may_be_last ? 1 : 0);
			now.bg_nbd.r += base->bg_nbd.k * x;
			now.bg_nbd.alpha += age;
			break;
		case RT_FAMILY_PARETO_NBD:
			now.pareto_nbd.r += x;
			now.pareto_nbd.alpha += age;
			now.pareto_nbd.beta += age;
			break;
		case RT_FAMILY_GGOMPERTZ_NBD:
			/* eta exp(b age) is her rate now: its distribution has the scale of beta exp(-b age) */
			now.ggompertz_nbd.r += x;
			now.ggompertz_nbd.alpha += age;
			now.ggompertz_nbd.beta = (base->ggompertz_nbd.beta + expm1(base->ggompertz_nbd.b * age)) * exp(-base->ggompertz_nbd.b * age);
			break;
		case RT_FAMILY_BG_BB:
			now.bg_bb.alpha += x;
			now.bg_bb.beta += age - x;
			now.bg_bb.delta += age;
			break;
	}
	if (base->family != RT_FAMILY_BG_NBD || base->bg_nbd.k == 1)
	{
		rt_life_start(&now, random, life);
		return;
	}

	/* so many events have happened of the interval that runs */
	rt_bg_nbd_phases(&base->bg_nbd, customer, phases);
	u = rt_random_uniform(random);
	while (passed < base->bg_nbd.k - 1 && u >= phases[passed])
		u -= phases[passed++];
	now.bg_nbd.r += passed;
	rt_life_start(&now, random, life);
	life->passed = passed;
}

bool
rt_life_next(rt_life *life, rt_random *random, double until)
{
	if (!life->here)
		return false;
	if (life->opportunities)
	{
		life->time += 1 + missed(random, life->lambda);
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
	double		count = isfinite(mean) ? fmax(0, rint(mean + sqrt(mean * spread) * rt_random_normal(random))) : mean;

	life->here = false;
	return life->opportunities ? count : fmin(count, 1 + missed(random, life->p));
}
