/*
 * prediction.c
 *		How sure is a prediction.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "core/prediction.h"
#include "core/poll.h"
#include "core/simulate.h"
#include "core/sort.h"

/* Parameters are drawn so often, and of each draw of them so many futures */
#define PARAMETER_DRAWS 100
#define FUTURES (RT_PREDICTION_DRAWS / PARAMETER_DRAWS)

/* More are not drawn one by one: how many they are is normal, with a deviation below 0.3 percent */
#define MANY_PURCHASES 1e5

bool
rt_spread_of(const rt_model *model, rt_spread *s)
{
	const rt_kind *kind = rt_kind_by_id(model->id);
	int			first = kind->has_whole_k ? 1 : 0;

	memset(s, 0, sizeof(*s));
	s->count = kind->parameter_count;
	if (!(model->flags & RT_MODEL_FITTED))
		return true;
	if (!rt_model_is_sure(model))
		return false;
	for (int i = first; i < s->count; i++)
	{
		for (int j = first; j <= i; j++)
		{
			double		rest = model->covariance[i * (i + 1) / 2 + j] / model->parameters[i] /
				model->parameters[j];

			if (!isfinite(rest))
				return false;
			for (int l = first; l < j; l++)
				rest -= s->root[i][l] * s->root[j][l];
			if (i == j)
				s->root[i][i] = sqrt(fmax(rest, 0));
			else
				s->root[i][j] = s->root[j][j] > 0 ? rest / s->root[j][j] : 0;
		}
	}
	return true;
}

static void
prediction_draw_parameters(const rt_model *model, const rt_spread *s, rt_random *random,
						   rt_model *drawn)
{
	double		z[RT_PARAMETERS_MAX];

	*drawn = *model;
	for (int i = 0; i < s->count; i++)
	{
		double		shift = 0;

		z[i] = rt_random_normal(random);
		for (int j = 0; j <= i; j++)
			shift += s->root[i][j] * z[j];
		drawn->parameters[i] *= exp(shift);
	}
}

static int
prediction_compare(const void *a, const void *b, const void *unused)
{
	double		left = *(const double *) a;
	double		right = *(const double *) b;

	(void) unused;
	return (left > right) - (left < right);
}

/* A seed of their own */
static int64_t
prediction_seed(const rt_customer *customer, double x, double mean)
{
	double		facts[] = {customer->x, customer->t_x, customer->age, x, mean};
	uint64_t	seed = 0;

	for (int i = 0; i < (int) (sizeof(facts) / sizeof(facts[0])); i++)
	{
		uint64_t	bits;

		facts[i] += 0;			/* minus zero is zero */
		memcpy(&bits, &facts[i], sizeof(bits));
		seed = (seed ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
		seed ^= seed >> 32;
	}
	return (int64_t) seed;
}

/* What is asked of each future, with the parameters that were drawn for it */
typedef struct prediction_question
{
	const rt_customer *customer;
	double		t;
	const rt_worth *worth;		/* NULL: the number of purchases */
	rt_base		base;
	double		alive;
	rt_gamma_gamma values;
} prediction_question;

/* What counts of a purchase at this time; of as many up to it, on average */
static double
prediction_discount(const rt_worth *worth, double time)
{
	return exp(-worth->rate * (worth->ahead != NULL ? rt_ahead_real(worth->ahead, time) : time));
}

static double
prediction_mean_discount(const rt_worth *worth, double until)
{
	double		fall = worth->rate * until;

	if (worth->ahead != NULL)
		return rt_ahead_mean_discount(worth->ahead, worth->rate, until);
	return fall > 0 ? -expm1(-fall) / fall : 1;
}

/* Purchases, or what they are worth, in one future */
static double
prediction_draw_future(const prediction_question *q, rt_random *random, size_t *purchases)
{
	const rt_gamma_gamma *values = &q->values;
	const rt_worth *worth = q->worth;
	rt_life		life;
	double		level = 1;
	double		sum = 0;

	if (rt_random_uniform(random) >= q->alive)
		return 0;

	/* what an order of theirs is worth is Gamma(p) divided by this */
	if (worth != NULL)
		level = rt_random_gamma(random, values->p * worth->x + values->q) /
			(values->gamma + worth->x * fmax(worth->mean, 0));
	rt_life_go_on(&q->base, q->customer, random, &life);
	if (rt_life_expected(&life, q->t) > MANY_PURCHASES)
	{
		double		until = fmin(q->t, life.end);

		sum = rt_life_count(&life, random, q->t);

		/* spread evenly */
		if (worth != NULL)
			sum = rt_random_gamma(random, sum * values->p) / level *
				prediction_mean_discount(worth, until);
	}
	while (rt_life_next(&life, random, q->t))
	{
		sum += worth == NULL ?
			1 :
			rt_random_gamma(random, values->p) / level * prediction_discount(worth, life.time);
		rt_poll_each(++*purchases);
	}
	return sum;
}

bool
rt_predict(const rt_model *model, const rt_customer *customer, double t, const rt_worth *worth,
		   double *draws)
{
	rt_spread	model_spread,
				spend_spread;
	prediction_question q = {.customer = customer, .t = t, .worth = worth};
	int64_t		seed = prediction_seed(customer, worth == NULL ? 0 : worth->x,
									   worth == NULL ? 0 : worth->mean);
	size_t		purchases = 0;

	if (!rt_spread_of(model, &model_spread) ||
		(worth != NULL && !rt_spread_of(worth->spend, &spend_spread)))
		return false;
	for (int i = 0; i < PARAMETER_DRAWS; i++)
	{
		rt_random	random;
		rt_model	drawn;

		/* futures without purchases take their time, too */
		rt_poll();
		rt_random_start(&random, seed, (uint64_t) i);
		prediction_draw_parameters(model, &model_spread, &random, &drawn);
		rt_base_from_model(&drawn, &q.base);
		q.alive = rt_base_p_alive(&q.base, customer);
		if (worth != NULL)
		{
			prediction_draw_parameters(worth->spend, &spend_spread, &random, &drawn);
			rt_gamma_gamma_from_model(&drawn, &q.values);
		}
		for (int j = 0; j < FUTURES; j++)
		{
			double		sum = prediction_draw_future(&q, &random, &purchases);

			if (!isfinite(sum))
				return false;
			draws[i * FUTURES + j] = sum;
		}
	}
	rt_sort(draws, RT_PREDICTION_DRAWS, sizeof(double), prediction_compare, NULL);
	return true;
}

void
rt_prediction_limits(const double *draws, double level, double *lower, double *upper)
{
	int			left_out = (int) floor(RT_PREDICTION_DRAWS * (1 - level) / 2 * (1 + 1e-12));

	*lower = draws[left_out];
	*upper = draws[RT_PREDICTION_DRAWS - 1 - left_out];
}
