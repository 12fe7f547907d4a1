/*
 * prediction_test.c
 *		What customers turn out to be worth, whose lives are known to the end: the mean is
 *		the one predicted, and as many as promised are within the limits.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "kinds.h"
#include "core/prediction.h"
#include "core/simulate.h"

static rt_random generator = {20260701};

static const rt_model models[] = {
	{.id = ID_BG_NBD, .parameters = {0.9, 8, 0.8, 2.5}},
	{.id = ID_MBG_NBD, .parameters = {1.2, 6, 0.5, 1.5}},
	{.id = ID_BG_CNBD_K, .parameters = {2, 1.5, 5, 0.7, 2}},
	{.id = ID_MBG_CNBD_K, .parameters = {4, 2, 3, 1, 3}},
	{.id = ID_PARETO_NBD, .parameters = {0.8, 5, 0.6, 8}},
	{.id = ID_PARETO_NBD, .parameters = {1.5, 10, 1.6, 30}},
	{.id = ID_GGOMPERTZ_NBD, .parameters = {0.9, 5, 0.08, 0.7, 1.2}},
	{.id = ID_GGOMPERTZ_NBD, .parameters = {1.2, 4, 0.06, 1.5, 15}},
	{.id = ID_BG_BB, .parameters = {1.2, 0.75, 0.66, 2.8}}
};

#define MODELS ((int) (sizeof(models) / sizeof(models[0])))

static const rt_model spend_model = {.id = ID_GAMMA_GAMMA, .parameters = {4, 6, 50}};

typedef struct drawn_outcome
{
	rt_customer customer;		/* as seen at age */
	double		mean;			/* of their repeat orders until then */
	double		within;			/* discounted value of what comes within t after that */
	double		for_ever;
	int			purchases;		/* within t */
} drawn_outcome;

static drawn_outcome
live(const rt_base *base, double age, double t, double rate)
{
	drawn_outcome result = {{0, 0, age}, 0, 0, 0, 0};
	const double *p = spend_model.parameters;
	double		level = rt_random_gamma(&generator, p[1]) / p[2];
	rt_life		life;

	rt_life_start(base, &generator, &life);
	while (rt_life_next(&life, &generator, age + 45 / rate))
	{
		double		value = rt_random_gamma(&generator, p[0]) / level;

		if (life.time <= age)
		{
			result.customer.x++;
			result.customer.t_x = life.time;
			result.mean += value;
			continue;
		}
		value *= exp(-rate * (life.time - age));
		result.for_ever += value;
		if (life.time <= age + t)
		{
			result.within += value;
			result.purchases++;
		}
	}
	if (result.customer.x > 0)
		result.mean /= result.customer.x;
	return result;
}

/* A mean of differences, no farther from 0 than four standard errors */
typedef struct balance
{
	double		count,
				sum,
				square;
} balance;

static void
add(balance *b, double difference)
{
	b->count++;
	b->sum += difference;
	b->square += difference * difference;
}

static bool
in_balance(const balance *b)
{
	double		mean = b->sum / b->count;

	return fabs(mean) <= 4 * sqrt((b->square / b->count - mean * mean) / b->count) + 1e-12;
}

/*
 * Predicted from what was seen, against what came: in all, and of those who had bought no, few and
 * many times
 */
static void
test_brute_force(void)
{
	const double age = 25,
				t = 30,
				rate = 0.03;
	rt_gamma_gamma spend;

	rt_gamma_gamma_from_model(&spend_model, &spend);
	for (int i = 0; i < MODELS; i++)
	{
		balance		within[3],
					for_ever[3];
		double		predicted = 0,
					came = 0;
		rt_base		base;

		rt_base_from_model(&models[i], &base);
		memset(within, 0, sizeof(within));
		memset(for_ever, 0, sizeof(for_ever));
		for (int run = 0; run < 20000; run++)
		{
			drawn_outcome o = live(&base, age, t, rate);
			double		value = rt_gamma_gamma_expected_value(&spend, o.customer.x, o.mean);
			int			class = o.customer.x == 0 ? 0 : o.customer.x <= 3 ? 1 : 2;

			predicted += value * rt_base_discounted_purchases(&base, &o.customer, INFINITY, rate);
			came += o.for_ever;
			add(&within[class],
				value * rt_base_discounted_purchases(&base, &o.customer, t, rate) - o.within);
			add(&for_ever[class],
				value * rt_base_discounted_purchases(&base, &o.customer, INFINITY, rate) -
				o.for_ever);
		}
		printf("# %s: value for ever of 20000 customers, predicted %.2f, came %.2f\n",
			   rt_kind_by_id(models[i].id)->name, predicted / 20000, came / 20000);
		for (int class = 0; class < 3; class++)
		{
			CHECK(within[class].count > 1000);
			CHECK(in_balance(&within[class]));
			CHECK(in_balance(&for_ever[class]));
		}
	}
}

/* The future of one who is still a customer */
static void
test_go_on(void)
{
	static const rt_customer customers[] = {{0, 0, 12}, {3, 9, 11}, {8, 20, 33}};

	for (int i = 0; i < MODELS; i++)
	{
		rt_base		base;

		rt_base_from_model(&models[i], &base);
		for (int j = 0; j < 3; j++)
		{
			double		expected = rt_base_discounted_if_alive(&base, &customers[j], 20, 0.05);
			balance		b = {0, 0, 0};

			for (int run = 0; run < 20000; run++)
			{
				double		sum = 0;
				rt_life		life;

				rt_life_go_on(&base, &customers[j], &generator, &life);
				while (rt_life_next(&life, &generator, 20))
					sum += exp(-0.05 * life.time);
				add(&b, expected - sum);
			}
			CHECK(in_balance(&b));
		}
	}
}

/* Below which share of the draws what came lies; anywhere among those that are the same */
static double
place_among(const double *draws, double value)
{
	int			below = 0,
				same = 0;

	for (int i = 0; i < RT_PREDICTION_DRAWS; i++)
	{
		below += draws[i] < value;
		same += draws[i] == value;
	}
	return fmin(0.9999, (below + rt_random_uniform(&generator) * same) / RT_PREDICTION_DRAWS);
}

/* Places are even, and as many as promised are within the limits */
static void
test_coverage(void)
{
	const double age = 25,
				t = 30,
				rate = 0.03;
	static double draws[RT_PREDICTION_DRAWS];
	int			tenths[2][10] = {{0}};
	int			within = 0,
				above = 0,
				runs = 0;

	for (int i = 0; i < MODELS; i++)
	{
		rt_base		base;

		rt_base_from_model(&models[i], &base);
		for (int run = 0; run < 250; run++)
		{
			drawn_outcome o = live(&base, age, t, rate);
			double		lower,
						upper;

			rt_predict(&models[i], &o.customer, t, NULL, draws);
			tenths[0][(int) (10 * place_among(draws, o.purchases))]++;
			rt_predict(&models[i], &o.customer, t,
					   &(rt_worth) {&spend_model, o.customer.x, o.mean, rate, NULL}, draws);
			tenths[1][(int) (10 * place_among(draws, o.within))]++;
			rt_prediction_limits(draws, 0.8, &lower, &upper);
			within += o.within >= lower && o.within <= upper;
			above += o.within > upper;
			runs++;
		}
	}
	for (int kind = 0; kind < 2; kind++)
	{
		for (int i = 0; i < 10; i++)
			CHECK(fabs(tenths[kind][i] - runs / 10.0) < 4 * sqrt(runs * 0.09));
	}
	printf("# of %d customers %.1f %% are within the limits of 80 %%, %.1f %% above\n", runs,
		   100.0 * within / runs, 100.0 * above / runs);
	CHECK(within > runs * 0.8 - 4 * sqrt(runs * 0.16));
	CHECK(above < runs * 0.1 + 4 * sqrt(runs * 0.09));
}

/*
 * Who all buy and nobody leaves, at a rate that is known to a factor of exp(0.5): so are their
 * purchases
 */
static void
test_parameters(void)
{
	rt_model	model = {.id = ID_BG_NBD,
		.flags = RT_MODEL_FITTED | RT_MODEL_CONVERGED,
	.parameters = {1000, 1000, 1e-4, 1e4}};
	rt_customer customer = {0, 0, 0};
	static double draws[RT_PREDICTION_DRAWS],
				again[RT_PREDICTION_DRAWS];
	double		lower,
				upper;

	model.covariance[0] = 0.25 * 1000 * 1000;
	rt_predict(&model, &customer, 500, NULL, draws);
	rt_prediction_limits(draws, 0.8, &lower, &upper);

	/* 100 draws of the parameter: a tenth is known to 1.7 standard errors of 0.085 */
	CHECK(fabs(log(upper / 500) / (0.5 * 1.2816) - 1) < 0.35 &&
		  fabs(log(lower / 500) / (0.5 * 1.2816) + 1) < 0.35);
	rt_predict(&model, &customer, 500, NULL, again);
	CHECK(memcmp(draws, again, sizeof(draws)) == 0);

	/* nothing of one that did not converge, or with a parameter of which nothing is known */
	model.flags = RT_MODEL_FITTED;
	CHECK(!rt_predict(&model, &customer, 500, NULL, draws));
	model.flags = RT_MODEL_FITTED | RT_MODEL_CONVERGED;
	model.covariance[0] = 101 * 1000 * 1000.0;
	CHECK(!rt_predict(&model, &customer, 500, NULL, draws));
	model.covariance[0] = NAN;
	CHECK(!rt_predict(&model, &customer, 500, NULL, draws));

	/* of one that was typed in, only chance */
	model.flags = 0;
	rt_predict(&model, &customer, 500, NULL, draws);
	rt_prediction_limits(draws, 0.8, &lower, &upper);
	CHECK(lower > 450 && upper < 550);
	rt_prediction_limits(draws, 0.999999, &lower, &upper);
	CHECK(lower == draws[0] && upper == draws[RT_PREDICTION_DRAWS - 1]);

	/* a tenth of the draws, although 1 - 0.8 is a digit less than 0.2 */
	for (int i = 0; i < RT_PREDICTION_DRAWS; i++)
		draws[i] = i;
	rt_prediction_limits(draws, 0.8, &lower, &upper);
	CHECK(lower == RT_PREDICTION_DRAWS / 10 && upper == RT_PREDICTION_DRAWS - 1 - lower);
}

/*
 * A billion purchases are not drawn one by one; the mean and the spread of their number and value
 * are right
 */
static void
test_many(void)
{
	static const rt_model many[] = {
		{.id = ID_PARETO_NBD, .parameters = {1e12, 1e4, 1e-9, 1e9}},
		{.id = ID_BG_BB, .parameters = {1e12, 1e12, 1e-9, 1e12}},
		{.id = ID_BG_CNBD_K, .parameters = {2, 1e12, 1e4, 1e-12, 1e6}}
	};
	static double draws[RT_PREDICTION_DRAWS];
	rt_customer customer = {0, 0, 0};

	for (int i = 0; i < 3; i++)
	{
		double		t = 1e9;
		double		rate = i == 0 ? 1e8 : i == 1 ? 0.5 : 0.5e8;
		double		spread = sqrt(t * rate * (i == 0 ? 1 : 0.5));
		double		sum = 0,
					square = 0;

		CHECK(rt_predict(&many[i], &customer, t, NULL, draws));
		for (int j = 0; j < RT_PREDICTION_DRAWS; j++)
		{
			sum += draws[j] - t * rate;
			square += (draws[j] - t * rate) * (draws[j] - t * rate);
		}
		/* of the rate itself there is a millionth */
		spread = hypot(spread, i == 1 ? t * rate * 0.7e-6 : t * rate * 1e-6);
		CHECK(fabs(sum / RT_PREDICTION_DRAWS) < 4 * spread / sqrt(RT_PREDICTION_DRAWS));
		CHECK(fabs(sqrt(square / RT_PREDICTION_DRAWS) / spread - 1) < 0.1);
		CHECK(rt_predict(&many[i], &customer, t, &(rt_worth) {&spend_model, 3, 40, 1e-9, NULL},
						 draws));
		CHECK(draws[0] > 0 && isfinite(draws[RT_PREDICTION_DRAWS - 1]));
	}
}

/* Twenty purchases are drawn one by one: their number is of Poisson, and leans as that does */
static void
test_few(void)
{
	rt_model	model = {.id = ID_PARETO_NBD, .parameters = {1e12, 5e11, 1e-9, 1e9}};
	static double draws[RT_PREDICTION_DRAWS];
	rt_customer customer = {0, 0, 0};
	double		cubes = 0;

	CHECK(rt_predict(&model, &customer, 10, NULL, draws));
	for (int j = 0; j < RT_PREDICTION_DRAWS; j++)
		cubes += pow((draws[j] - 20) / sqrt(20), 3);

	/* the standard error of a skewness is sqrt(6 / n) */
	CHECK(fabs(cubes / RT_PREDICTION_DRAWS - 1 / sqrt(20)) < 0.12);
}

static const check_case prediction_cases[] = {
	{"prediction: the mean of what customers turn out to be worth", test_brute_force},
	{"prediction: the future of who is still here", test_go_on},
	{"prediction: as many as promised are within the limits", test_coverage},
	{"prediction: parameters that are not known well", test_parameters},
	{"prediction: a billion purchases", test_many},
	{"prediction: twenty purchases", test_few},
	{NULL, NULL}
};

CHECK_CASES(prediction);
