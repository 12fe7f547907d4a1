/*
 * customer_base_test.c
 *		Models of customers who may leave: against simulated customers, sums that
 *		must come out, finite differences, and the far ends of the parameter space.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/customer_base.h"
#include "core/simulate.h"

static rt_random generator = {20260630};

static double
uniform(void)
{
	return rt_random_uniform(&generator);
}

typedef struct seen
{
	rt_customer customer;		/* as seen at age */
	double		sum_log;
	int			later;			/* purchases within t after that */
	bool		alive;
	bool		alive_later;
} seen;

/* A customer from her first purchase until age + t, in the order in which it happens */
static seen
live(const rt_base *model, double age, double t)
{
	seen		result = {{0, 0, age}, 0, 0, true, true};
	rt_life		life;

	rt_life_start(model, &generator, &life);
	result.alive = life.here && life.end > age;
	while (life.here)
	{
		double		before = life.time;

		result.alive_later = life.here;
		if (!rt_life_next(&life, &generator, age + t))
			break;
		result.alive_later = life.here;
		if (life.time <= age)
		{
			result.customer.x++;
			result.customer.t_x = life.time;
			result.sum_log += log(life.time - before);
			result.alive = life.here && life.end > age;
		}
		else
			result.later++;
	}
	result.alive_later = result.alive_later && result.alive && life.end > age + t;
	return result;
}

static const rt_base models[] = {
	{.bg_nbd = {1, false, 0.9, 8, 0.8, 2.5}},
	{.bg_nbd = {1, true, 1.2, 6, 0.5, 1.5}},
	{.bg_nbd = {2, false, 1.5, 5, 0.7, 2}},
	{.bg_nbd = {2, true, 1.3, 2.8, 0.42, 0.8}},
	{.bg_nbd = {4, true, 2, 3, 1, 3}},
	{.bg_nbd = {3, false, 0.6, 2, 0.2, 1.1}},
	{.is_pareto = true, .pareto_nbd = {0.8, 5, 0.6, 8}},
	{.is_pareto = true, .pareto_nbd = {1.5, 10, 1.6, 30}}
};

#define MODELS ((int) (sizeof(models) / sizeof(models[0])))

/* Sums of what was predicted less what happened, and of its square: zero within four standard errors */
typedef struct balance
{
	double		count;
	double		sum;
	double		square;
} balance;

static void
add(balance *b, double predicted, double happened)
{
	double		difference = predicted - happened;

	b->count++;
	b->sum += difference;
	b->square += difference * difference;
}

static bool
in_balance(const balance *b)
{
	double		mean = b->sum / b->count;
	double		error = sqrt(fmax(b->square / b->count - mean * mean, 1e-12) / b->count);

	return b->count < 200 || fabs(mean) <= 4 * error;
}

/* What was expected of customers with 0, 1, 2, 3, and more purchases is what comes, of short and of long silence */
static void
test_prediction(void)
{
	for (int m = 0; m < MODELS; m++)
	{
		const rt_base *model = &models[m];
		balance		purchases[10] = {{0}},
					alive[10] = {{0}},
					later[10] = {{0}},
					again[10] = {{0}},
					twice[10] = {{0}};

		for (int i = 0; i < 20000; i++)
		{
			seen		l = live(model, 30, 20);
			const rt_customer *c = &l.customer;
			int			class = (int) fmin(c->x, 4) * 2 + (c->age - c->t_x > 10);

			add(&purchases[class], rt_base_expected_purchases(model, c, 20), l.later);
			add(&alive[class], rt_base_p_alive(model, c), l.alive);
			add(&later[class], rt_base_p_alive_after(model, c, 20), l.alive_later);
			add(&again[class], rt_base_purchase_probability(model, c, 20), l.later > 0);
			add(&twice[class], rt_base_purchase_pmf(model, c, 2, 20), l.later == 2);
		}
		for (int class = 0; class < 10; class++)
		{
			CHECK(in_balance(&purchases[class]));
			CHECK(in_balance(&alive[class]));
			CHECK(in_balance(&later[class]));
			CHECK(in_balance(&again[class]));
			CHECK(in_balance(&twice[class]));
		}
	}
}

/* Probabilities add up to 1, numbers to the expectation, at least one is not none */
static void
test_sums(void)
{
	static const rt_customer customers[] = {{0, 0, 0}, {0, 0, 20}, {3, 12.5, 15}, {8, 15, 15}};

	for (int m = 0; m < MODELS; m++)
	{
		for (int c = 0; c < 4; c++)
		{
			for (double t = 0.01; t < 100; t *= 10)
			{
				double		sum = 0,
							mean = 0;

				for (int n = 0; n < 3000; n++)
				{
					double		p = rt_base_purchase_pmf(&models[m], &customers[c], n, t);

					CHECK(p >= 0);
					sum += p;
					mean += n * p;
				}
				CHECK(fabs(sum - 1) < 1e-9);
				CHECK(fabs(mean / rt_base_expected_purchases(&models[m], &customers[c], t) - 1) < 1e-8);
				CHECK(fabs(rt_base_purchase_probability(&models[m], &customers[c], t) + rt_base_purchase_pmf(&models[m], &customers[c], 0, t) - 1) < 1e-12);
				CHECK(fabs(rt_base_p_alive(&models[m], &customers[c]) + rt_base_p_gone(&models[m], &customers[c]) - 1) < 1e-15);
				CHECK(fabs(rt_base_p_alive_after(&models[m], &customers[c], t * 1e-12) - rt_base_p_alive(&models[m], &customers[c])) < 1e-9);
			}
		}
	}
}

/* Sums over purchases and integrals over p are two ways to the same: they meet where one takes over */
static void
test_two_ways(void)
{
	for (int i = 0; i < 500; i++)
	{
		rt_bg_nbd	model = {1 + i % 3, i % 2 == 0, pow(10, 2 * uniform() - 1), pow(10, 2 * uniform() - 1),
		pow(10, 3 * uniform() - 1.5), pow(10, 3 * uniform() - 1.5)};
		rt_customer customer = {floor(20 * uniform()), 0, 10};
		double		low = 1,
					high = 1e9;
		double		purchases[2],
					alive[2];

		if (customer.x > 0)
			customer.t_x = 10 * uniform();

		/* a step of 1e-7 moves both by as little, at most k times as much while the first interval runs */
		for (double t = low; t < high; t *= 3)
		{
			purchases[0] = rt_bg_nbd_expected_purchases(&model, &customer, t);
			purchases[1] = rt_bg_nbd_expected_purchases(&model, &customer, t * (1 + 1e-7));
			alive[0] = rt_bg_nbd_p_alive_after(&model, &customer, t);
			alive[1] = rt_bg_nbd_p_alive_after(&model, &customer, t * (1 + 1e-7));
			CHECK(purchases[1] >= purchases[0] * (1 - 1e-12) && purchases[1] <= purchases[0] * (1 + (model.k + 0.1) * 1e-7));
			CHECK(alive[1] <= alive[0] * (1 + 1e-12) && alive[1] >= alive[0] * (1 - 1e-4));
		}
	}
}

/* Nothing that is not a number, nothing below 0, no probability above 1 */
static void
test_extremes(void)
{
	static const rt_model_id ids[] = {RT_MODEL_BG_NBD, RT_MODEL_MBG_NBD, RT_MODEL_BG_CNBD_K, RT_MODEL_MBG_CNBD_K, RT_MODEL_PARETO_NBD};

	for (int i = 0; i < 8000; i++)
	{
		rt_base		model;
		rt_model	stored;
		rt_customer c;
		double		t = pow(10, 12 * uniform() - 6);
		double		alive,
					value;
		int			p = 0;

		memset(&stored, 0, sizeof(stored));
		stored.id = (uint8_t) ids[i % 5];
		if (i % 5 == 2 || i % 5 == 3)
			stored.parameters[p++] = 1 + floor(12 * uniform());
		for (int j = 0; j < 4; j++)
			stored.parameters[p++] = pow(10, 12 * uniform() - 6);
		CHECK(rt_base_from_model(&stored, &model));
		c.x = i % 3 == 0 ? 0 : floor(pow(10, 4 * uniform()));
		c.age = pow(10, 8 * uniform() - 3);
		c.t_x = c.x == 0 ? 0 : i % 7 == 0 ? c.age : c.age * uniform();
		alive = rt_base_p_alive(&model, &c);
		CHECK(alive >= 0 && alive <= 1);
		CHECK(isfinite(rt_base_log_likelihood(&model, &c, 0)));
		value = rt_base_p_alive_after(&model, &c, t);
		CHECK(value >= 0 && value <= alive * (1 + 1e-9));
		value = rt_base_expected_purchases(&model, &c, t);
		CHECK(isfinite(value) && value >= 0);
		value = rt_base_purchase_probability(&model, &c, t);
		CHECK(value >= 0 && value <= 1);
		value = rt_base_purchase_pmf(&model, &c, (int) (i % 7), t);
		CHECK(value >= 0 && value <= 1 + 1e-9);
	}
}

static int
by_x(const void *a, const void *b)
{
	const rt_customer_row *left = a,
			   *right = b;

	return (left->x > right->x) - (left->x < right->x);
}

#define CUSTOMERS 4000

static double
total_log_likelihood(const rt_base *model, const rt_customers *customers)
{
	double		sum = 0;
	double		purchases = 0;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_customer_row *row = &customers->rows[i];
		rt_customer c = {row->x, row->t_x / customers->time_unit, row->age / customers->time_unit};

		sum += row->weight * rt_base_log_likelihood(model, &c, 0);
		purchases += row->weight * row->x;
	}
	return sum + (model->is_pareto ? 0 : model->bg_nbd.k - 1) * (customers->sum_log - purchases * log(customers->time_unit));
}

/* Known parameters come back, k exactly, the others as far off as their standard errors say */
static void
test_fit(void)
{
	static rt_customer_row rows[CUSTOMERS];
	static const rt_model_id ids[2][2] = {{RT_MODEL_BG_NBD, RT_MODEL_BG_CNBD_K}, {RT_MODEL_MBG_NBD, RT_MODEL_MBG_CNBD_K}};

	for (int m = 0; m < MODELS; m++)
	{
		const rt_base *truth = &models[m];
		const double *parameters = truth->is_pareto ? &truth->pareto_nbd.r : &truth->bg_nbd.r;
		bool		any_k = !truth->is_pareto && (m % 2 == 1 || truth->bg_nbd.k > 1);
		rt_model_id id = truth->is_pareto ? RT_MODEL_PARETO_NBD : ids[truth->bg_nbd.first_may_be_last][any_k];
		double		z_sum[4] = {0},
					z_square[4] = {0};
		int			converged = 0,
					replications = 15;

		for (int replication = 0; replication < replications; replication++)
		{
			rt_customers customers = {rows, CUSTOMERS, 0, 7};
			const double *p;
			void	   *workspace;
			rt_fit		fit;
			rt_model	stored;
			rt_base		found;
			int			first = any_k ? 1 : 0;

			fit.interrupted = false;
			for (int i = 0; i < CUSTOMERS; i++)
			{
				seen		l = live(truth, 20 + 20 * uniform(), 0);

				rows[i].x = l.customer.x;
				rows[i].t_x = l.customer.t_x * 7;
				rows[i].age = l.customer.age * 7;
				rows[i].weight = 1;
				customers.sum_log += l.sum_log + l.customer.x * log(7);
			}
			qsort(rows, CUSTOMERS, sizeof(rows[0]), by_x);
			workspace = malloc(rt_base_fit_workspace(id, CUSTOMERS) + 1);
			rt_base_fit_model(id, &customers, workspace, NULL, &fit);
			free(workspace);
			CHECK(!fit.interrupted);
			p = fit.parameters + first;
			if (any_k)
				CHECK(fit.parameters[0] == truth->bg_nbd.k && isnan(fit.covariance[0]));
			memset(&stored, 0, sizeof(stored));
			stored.id = (uint8_t) id;
			memcpy(stored.parameters, fit.parameters, sizeof(stored.parameters));
			CHECK(rt_base_from_model(&stored, &found));
			CHECK(fabs(fit.log_likelihood / total_log_likelihood(&found, &customers) - 1) < 1e-11);
			CHECK(fit.log_likelihood >= total_log_likelihood(truth, &customers));
			if (!fit.converged)
				continue;
			converged++;

			/* in logarithms, where the errors are nearer to normal */
			for (int i = 0; i < 4; i++)
			{
				double		variance = fit.covariance[(i + first) * (RT_PARAMETERS_MAX + 1)] / (p[i] * p[i]);
				double		z = log(p[i] / parameters[i]) / sqrt(variance);

				CHECK(variance > 0);
				z_sum[i] += z;
				z_square[i] += z * z;
			}
		}
		CHECK(converged >= replications - 1);
		for (int i = 0; i < 4; i++)
		{
			/* mean 0, variance 1: about four standard errors of either */
			CHECK(fabs(z_sum[i] / converged) < 4 / sqrt(converged));
			CHECK(z_square[i] / converged > 0.2 && z_square[i] / converged < 2.5);
		}
	}
}

const check_case customer_base_cases[] = {
	{"customer base: predictions come true", test_prediction},
	{"customer base: sums", test_sums},
	{"customer base: two ways to the same", test_two_ways},
	{"customer base: extremes", test_extremes},
	{"customer base: known parameters are found", test_fit},
	{NULL, NULL}
};
