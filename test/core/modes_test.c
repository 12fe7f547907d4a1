/*
 * modes_test.c
 *		Fits of tiny bases, whose likelihoods have several modes, against searches from many starts
 *		that know the likelihood of one customer only.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "bases.h"
#include "check.h"
#include "core/optimize.h"
#include "core/sample.h"

#define CUSTOMERS_MAX 100

/* What a search from elsewhere is about: coordinates are ln p and ln(q / p) of pairs, but for b */
typedef struct modes_data
{
	const rt_kind *kind;
	const rt_customers *customers;
} modes_data;

static double
value_at(const modes_data *data, const double *x)
{
	rt_base		base = {.kind = data->kind};

	base.parameters[0] = exp(x[0]);
	base.parameters[1] = exp(x[0] + x[1]);
	base.parameters[2] = exp(x[2]);
	base.parameters[3] = data->kind->parameter_count == 5 ? exp(x[3]) : exp(x[2] + x[3]);
	base.parameters[4] = exp(x[2] + x[3] + x[4]);
	return base_log_likelihood(&base, data->customers);
}

static double
modes_objective(const double *x, double *gradient, void *argument)
{
	const modes_data *data = argument;
	double		h = 1e-5;

	for (int i = 0; i < data->kind->parameter_count; i++)
	{
		double		moved[RT_PARAMETERS_MAX];
		double		above;

		for (int j = 0; j < data->kind->parameter_count; j++)
			moved[j] = x[j];
		moved[i] = x[i] + h;
		above = value_at(data, moved);
		moved[i] = x[i] - h;
		gradient[i] = (above - value_at(data, moved)) / (2 * h);
	}
	return value_at(data, x);
}

static double
any_between(double low, double high)
{
	return low + (high - low) * (double) random_between(0, 1 << 20) / (1 << 20);
}

/* The best of so many searches from anywhere within the box that fits have */
static double
best_of(const rt_kind *kind, const rt_customers *customers, int starts, double age)
{
	modes_data	data = {kind, customers};
	rt_customers_totals all = rt_customers_total(customers);
	bool		ages = kind->parameter_count == 5;
	double		level = kind->input == RT_INPUT_OPPORTUNITIES ? 0 : log(all.time / all.purchases);
	double		lower[5] = {log(1e-4), level - 10, ages ? -log(age) - 13 : log(1e-6),
		ages ? log(1e-6) : kind == &rt_pareto_nbd_kind ? log(age) - log(1e7) : -13,
	log(age) - 16};
	double		upper[5] = {log(1e6), level + 10, ages ? -log(age) + 6 : log(1e6),
		ages ? log(1e6) : kind == &rt_pareto_nbd_kind ? log(age) + 13 : 13,
	log(age) + 16};
	double		best = -INFINITY;

	for (int i = 0; i < starts; i++)
	{
		rt_optimum	optimum = {.x = {any_between(-2, 3), level + any_between(-1, 1),
		any_between(-4, 3), any_between(-2, 3), any_between(0, 5)}};

		if (ages)
			optimum.x[2] -= log(age);
		rt_maximize(modes_objective, &data, kind->parameter_count, lower, upper, all.customers,
					&optimum);
		best = fmax(best, optimum.value);
	}
	return best;
}

/* Enough for a fit: five who bought again, ten times in all */
static bool
is_enough(const rt_customers *customers)
{
	double		again = 0;
	double		purchases = 0;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		again += customers->rows[i].customer.x > 0 ? customers->rows[i].weight : 0;
		purchases += customers->rows[i].weight * customers->rows[i].customer.x;
	}
	return again >= 5 && purchases >= 10;
}

static const struct
{
	const rt_kind *kind;
	int			bases;
	int			starts;
	rt_base truth;
}			tiny[] = {
	{&rt_bg_nbd_kind, 20, 12, {&rt_bg_nbd_kind, {0.9, 8, 0.8, 2.5}}},
	{&rt_mbg_nbd_kind, 20, 12, {&rt_mbg_nbd_kind, {0.525, 6.183, 0.891, 1.614}}},
	{&rt_mbg_nbd_kind, 10, 12, {&rt_mbg_nbd_kind, {2, 6, 1e-9, 1}}},
	{&rt_pareto_nbd_kind, 12, 8, {&rt_pareto_nbd_kind, {0.8, 5, 0.6, 8}}},
	{&rt_pareto_nbd_kind, 6, 8, {&rt_pareto_nbd_kind, {0.8, 5, 1e-9, 8}}},
	{&rt_ggompertz_nbd_kind, 2, 4, {&rt_ggompertz_nbd_kind, {0.9, 5, 0.08, 0.7, 1.2}}},
	{&rt_bg_bb_kind, 20, 8, {&rt_bg_bb_kind, {1.2, 0.75, 0.66, 2.8}}}
};

/* A search by differences ends a little early, on a flat ridge by more: that is no other mode */
#define NOT_BETTER 0.01

static void
test_tiny(void)
{
	static rt_fit_row rows[CUSTOMERS_MAX];

	random_seed(31);
	for (size_t i = 0; i < sizeof(tiny) / sizeof(tiny[0]); i++)
	{
		for (int j = 0; j < tiny[i].bases; j++)
		{
			double		from = tiny[i].kind == &rt_bg_bb_kind ? 4 : 20;
			int			customers = (int) random_between(20, CUSTOMERS_MAX);
			rt_customers base = simulate_base(&tiny[i].truth, customers, from, 2 * from,
											  1000 * (int64_t) i + j, rows);
			double		best;
			rt_fit		fit;

			if (!is_enough(&base))
				continue;
			fit = fit_base(tiny[i].kind, 0, &base);
			best = best_of(tiny[i].kind, &base, tiny[i].starts, 1.5 * from);
			CHECK(fit.log_likelihood > best - NOT_BETTER);
			if (fit.log_likelihood <= best - NOT_BETTER)
				printf("# %s, base %d of %zu: %f, and %f elsewhere\n", tiny[i].kind->name, j, i,
					   fit.log_likelihood, best);
		}
	}
}

/* Rows at equal distances by their weights, which are then how often they were taken */
static void
test_sample(void)
{
	static rt_fit_row rows[4000];
	static rt_fit_row taken[RT_SAMPLE];
	rt_customers customers = {rows, 4000, 5, 7};
	rt_customers sample;
	double		weights = 0;
	double		ages = 0;

	for (int i = 0; i < 4000; i++)
		rows[i] = (rt_fit_row) {.customer = {1, 1, i}, .weight = 1};
	CHECK(rt_sample_pays(&customers));
	sample = rt_sample_of(&customers, taken);
	CHECK(sample.row_count == RT_SAMPLE && sample.time_unit == 7 && sample.sum_log == 0);
	for (size_t i = 0; i < sample.row_count; i++)
	{
		CHECK(i == 0 || taken[i].customer.age - taken[i - 1].customer.age == 4000 / RT_SAMPLE);
		CHECK(taken[i].weight == 1);
		ages += taken[i].customer.age;
	}
	CHECK(fabs(ages / RT_SAMPLE - 1999.5) < 4000 / RT_SAMPLE);

	/* one that stands for half of all is half of the sample */
	rows[17].weight = 3999;
	sample = rt_sample_of(&customers, taken);
	for (size_t i = 0; i < sample.row_count; i++)
	{
		weights += taken[i].weight;
		if (taken[i].customer.age == 17)
			CHECK(fabs(taken[i].weight - RT_SAMPLE / 2) <= 1);
	}
	CHECK(weights == RT_SAMPLE && sample.row_count <= RT_SAMPLE / 2 + 2);

	/* of a few each as often as it has to be */
	customers.row_count = 2;
	rows[0].weight = 0.25;
	rows[1].weight = 0.75;
	sample = rt_sample_of(&customers, taken);
	CHECK(sample.row_count == 2 && taken[0].weight == RT_SAMPLE / 4 &&
		  taken[1].weight == RT_SAMPLE - RT_SAMPLE / 4 && !rt_sample_pays(&customers));
}

static const check_case modes_cases[] = {
	{"modes: nothing better from other starts", test_tiny},
	{"modes: a sample", test_sample},
	{NULL, NULL}
};

CHECK_CASES(modes);
