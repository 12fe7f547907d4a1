/*
 * bases.c
 *		Simulated customer bases, and fits to them, for tests of fits.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>

#include "bases.h"
#include "core/simulate.h"

static int
compare_rows(const void *a, const void *b)
{
	const rt_fit_row *left = a;
	const rt_fit_row *right = b;

	for (int i = 0; i < 3; i++)
	{
		if (left->numbers[i] != right->numbers[i])
			return left->numbers[i] < right->numbers[i] ? -1 : 1;
	}
	return 0;
}

/* Adds the logarithms of their intervals */
static rt_customer
simulate_customer(const rt_base *truth, double age, rt_random *random, double *sum_log)
{
	rt_customer customer = {0, 0, age};
	rt_life		life;

	rt_life_start(truth, random, &life);
	while (rt_life_next(&life, random, age))
	{
		*sum_log += log(life.time - customer.t_x);
		customer.t_x = life.time;
		customer.x++;
	}
	return customer;
}

rt_customers
simulate_base(const rt_base *truth, int customers, double youngest, double oldest, int64_t seed,
			  rt_fit_row *rows)
{
	double		sum_log = 0;
	size_t		count = 0;

	for (int i = 0; i < customers; i++)
	{
		rt_random	random;
		double		age;

		rt_random_start(&random, seed, (uint64_t) i);
		age = floor(youngest + (oldest - youngest) * rt_random_uniform(&random));
		rows[i] = (rt_fit_row) {.customer = simulate_customer(truth, age, &random, &sum_log),
								   .weight = 1};
	}
	qsort(rows, (size_t) customers, sizeof(rows[0]), compare_rows);
	for (int i = 0; i < customers; i++)
	{
		if (count > 0 && compare_rows(&rows[count - 1], &rows[i]) == 0)
			rows[count - 1].weight++;
		else
			rows[count++] = rows[i];
	}
	return (rt_customers) {.rows = rows, .row_count = count, .sum_log = sum_log, .time_unit = 1};
}

rt_fit
fit_base(const rt_kind *kind, int k, const rt_customers *customers)
{
	void	   *workspace = NULL;
	rt_fit		fit;

	if (kind->fit_workspace != NULL)
		workspace = malloc(kind->fit_workspace(customers->row_count) + 1);
	kind->fit(kind, k, customers, workspace, &fit);
	free(workspace);
	return fit;
}

rt_model
fitted_model(const rt_kind *kind, const rt_fit *fit)
{
	rt_model	model;

	rt_model_init(&model, kind);
	model.flags = RT_MODEL_FITTED | (fit->converged ? RT_MODEL_CONVERGED : 0);
	model.log_likelihood = fit->log_likelihood;
	for (int i = 0; i < kind->parameter_count; i++)
	{
		model.parameters[i] = fit->parameters[i];
		for (int j = 0; j <= i; j++)
			model.covariance[i * (i + 1) / 2 + j] = fit->covariance[i * RT_PARAMETERS_MAX + j];
	}
	return model;
}

double
base_log_likelihood(const rt_base *base, const rt_customers *customers)
{
	double		sum = 0;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_fit_row *row = &customers->rows[i];

		sum += row->weight * rt_base_log_likelihood(base, &row->customer, 0);
	}
	return sum + (base->kind->needs_intervals ? (base->parameters[0] - 1) * customers->sum_log : 0);
}
