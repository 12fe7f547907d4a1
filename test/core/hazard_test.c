/*
 * hazard_test.c
 *		Proportional hazards against R's package survival (test/data/survival.csv), and what R gets
 *		wrong.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/hazard.h"
#include "survival_data.h"

static survival_customer customers[SURVIVAL_CUSTOMERS_MAX];
static survival_value values[SURVIVAL_VALUES_MAX];

static int
by_time(const void *a, const void *b)
{
	return rt_hazard_row_compare(a, b, 2);
}

/* Customers of a dataset */
static void
fit_dataset(const char *name, size_t customer_count, rt_hazard_ties ties, rt_hazard_fit *fit)
{
	static rt_hazard_row rows[1000];
	static double x[2000];
	rt_hazard_room *room = malloc(rt_hazard_room_size());
	size_t		n = 0;

	for (size_t i = 0; i < customer_count; i++)
		if (strcmp(customers[i].dataset, name) == 0)
		{
			rows[n].time = customers[i].duration;
			rows[n].events = customers[i].churned;
			rows[n].censored = 1 - customers[i].churned;
			rows[n].x = &x[2 * n];
			memcpy(rows[n].x, customers[i].x, sizeof(customers[i].x));
			n++;
		}
	qsort(rows, n, sizeof(rt_hazard_row), by_time);
	rt_hazard_tie_rows(rows, n);
	qsort(rows, n, sizeof(rt_hazard_row), by_time);
	n = rt_hazard_merge_rows(rows, n, 2);
	rt_fit_hazard(rows, n, 2, ties, NULL, room, fit);
	free(room);
}

static void
test_against_r(void)
{
	size_t		customer_count = read_survival_customers(customers);
	size_t		value_count = read_survival_values(values);
	int			compared = 0;

	for (size_t i = 0; i < value_count; i++)
	{
		const survival_value *v = &values[i];
		bool		efron = strncmp(v->quantity, "efron_", 6) == 0;
		const char *quantity = v->quantity + (efron ? 6 : 8);
		static rt_hazard_fit fit;
		double		found;

		if (!efron && strncmp(v->quantity, "breslow_", 8) != 0)
			continue;
		if (strcmp(quantity, "coefficient") == 0 && v->place == 1)
			fit_dataset(v->dataset, customer_count, efron ? RT_TIES_EFRON : RT_TIES_BRESLOW, &fit);
		CHECK(fit.converged && fit.used == 2);
		if (strcmp(quantity, "coefficient") == 0)
			found = fit.coefficients[(int) v->place - 1];
		else if (strcmp(quantity, "std_error") == 0)
			found = fit.std_errors[(int) v->place - 1];
		else if (strcmp(quantity, "null_log_likelihood") == 0)
			found = fit.null_log_likelihood;
		else
			found = fit.log_likelihood;
		if (!(fabs(found - v->value) <= 1e-8 * fabs(v->value)))
			printf("# %s %s %g: expected %.17g, found %.17g\n", v->dataset, v->quantity, v->place,
				   v->value, found);
		CHECK(fabs(found - v->value) <= 1e-8 * fabs(v->value));
		compared++;
	}
	CHECK(compared == 9 * 2 * 6);
}

typedef struct made_rows
{
	double		time;
	int			churned;
	double		x[3];
} made_rows;

static int
by_time_3(const void *a, const void *b)
{
	return rt_hazard_row_compare(a, b, 3);
}

static void
fit_made(const made_rows *from, size_t count, int repeat, rt_hazard_fit *fit)
{
	rt_hazard_room *room = malloc(rt_hazard_room_size());
	rt_hazard_row *rows = calloc(count, sizeof(rt_hazard_row));
	double	   *x = malloc(count * 3 * sizeof(double));

	for (size_t i = 0; i < count; i++)
	{
		rows[i].time = from[i].time;
		rows[i].events = from[i].churned ? repeat : 0;
		rows[i].censored = from[i].churned ? 0 : repeat;
		rows[i].x = x + 3 * i;
		memcpy(rows[i].x, from[i].x, sizeof(from[i].x));
	}
	qsort(rows, count, sizeof(rt_hazard_row), by_time_3);
	rt_fit_hazard(rows, count, 3, RT_TIES_EFRON, NULL, room, fit);
	free(x);
	free(rows);
	free(room);
}

/*
 * A covariate that orders the departures; one that only those who stay have; the others are found
 * all the same
 */
static void
test_without_end(void)
{
	made_rows	rows[60];
	rt_hazard_fit fit;

	for (int i = 0; i < 60; i++)
	{
		double		noise = (double) random_between(-1000, 1000) / 1000;

		rows[i] =
			(made_rows) {(double) random_between(1, 12), random_between(0, 2) > 0, {0, noise, 0}};
		rows[i].x[0] = rows[i].churned ? 0 : (double) random_between(0, 1);
		rows[i].x[2] = 5;
	}
	fit_made(rows, 60, 1, &fit);
	CHECK(!fit.converged && fit.used == 2);
	CHECK(fit.status[0] == RT_COEFFICIENT_INFINITE && fit.coefficients[0] < 0);
	CHECK(fit.status[1] == RT_COEFFICIENT_KNOWN && fit.std_errors[1] > 0 &&
		  fabs(fit.coefficients[1]) < 2);
	CHECK(fit.status[2] == RT_COEFFICIENT_REDUNDANT && isnan(fit.coefficients[2]));
	CHECK(fit.log_likelihood > fit.null_log_likelihood);
	for (int i = 0; i < 60; i++)
	{
		rows[i].time = i + 1;
		rows[i].churned = 1;
		rows[i].x[0] = -i;
	}
	fit_made(rows, 60, 1, &fit);
	CHECK(!fit.converged);
	CHECK(fit.status[0] == RT_COEFFICIENT_INFINITE && fit.coefficients[0] > 0);
	CHECK(fit.log_likelihood <= 0 && fit.log_likelihood > -1e-6);
}

/* Sums and copies of others say nothing; what is left is found as without them */
static void
test_redundant(void)
{
	made_rows	rows[100];
	rt_hazard_fit fit,
				without;

	for (int i = 0; i < 100; i++)
	{
		rows[i] = (made_rows) {(double) random_between(1, 30),
								  random_between(0, 3) > 0,
								  {(double) random_between(0, 1), (double) random_between(-5, 5),
									 1e9}};
		rows[i].time -= rows[i].x[0] * (rows[i].time > 10 ? 5 : 0);
	}
	fit_made(rows, 100, 1, &without);
	CHECK(without.converged && without.used == 2 && without.status[2] == RT_COEFFICIENT_REDUNDANT);

	/* all but the same: a digit behind the last that means something */
	for (int i = 0; i < 100; i++)
		rows[i].x[2] = i % 3 == 0 ? nextafter(1e9, 2e9) : 1e9;
	fit_made(rows, 100, 1, &fit);
	CHECK(fit.converged && fit.used == 2 && fit.status[2] == RT_COEFFICIENT_REDUNDANT);
	for (int i = 0; i < 100; i++)
		rows[i].x[2] = 3 * rows[i].x[0] - 7 * rows[i].x[1] + 2;
	fit_made(rows, 100, 1, &fit);
	CHECK(fit.converged && fit.used == 2 && fit.status[2] == RT_COEFFICIENT_REDUNDANT);
	CHECK(fabs(fit.coefficients[0] - without.coefficients[0]) < 1e-12 &&
		  fabs(fit.coefficients[1] - without.coefficients[1]) < 1e-12);
	CHECK(fabs(fit.std_errors[0] - without.std_errors[0]) < 1e-12);
}

/* Other units and origins of a covariate: the coefficient changes with the unit, nothing else */
static void
test_units(void)
{
	made_rows	rows[200];
	rt_hazard_fit fit,
				scaled;

	for (int i = 0; i < 200; i++)
		rows[i] = (made_rows) {(double) random_between(1, 30),
								  random_between(0, 3) > 0,
								  {(double) random_between(0, 1), (double) random_between(-5, 5),
									 (double) random_between(0, 1000) / 7}};
	fit_made(rows, 200, 1, &fit);
	for (int i = 0; i < 200; i++)
	{
		rows[i].x[0] = rows[i].x[0] * 1e-6 + 3;
		rows[i].x[1] = rows[i].x[1] * 1e8 - 1e9;
	}
	fit_made(rows, 200, 1, &scaled);
	CHECK(fit.converged && scaled.converged);
	CHECK(fabs(scaled.coefficients[0] * 1e-6 - fit.coefficients[0]) <
		  1e-7 * fabs(fit.coefficients[0]));
	CHECK(fabs(scaled.coefficients[1] * 1e8 - fit.coefficients[1]) <
		  1e-9 * fabs(fit.coefficients[1]));
	CHECK(fabs(scaled.coefficients[2] - fit.coefficients[2]) < 1e-7 * fabs(fit.coefficients[2]));
	CHECK(fabs(scaled.log_likelihood - fit.log_likelihood) < 1e-7);
}

/*
 * Many customers in one row are as many rows: Breslow's likelihood of 50 times the customers has
 * the same maximum
 */
static void
test_large_counts(void)
{
	made_rows	rows[30];
	rt_hazard_fit fit;

	for (int i = 0; i < 30; i++)
		rows[i] = (made_rows) {i + 1,
								  i % 3 != 0,
								  {(double) random_between(0, 1), (double) random_between(-5, 5),
									 0}};
	fit_made(rows, 30, 100000, &fit);
	CHECK(fit.converged && isfinite(fit.log_likelihood) && fit.std_errors[1] > 0 &&
		  fit.std_errors[1] < 0.001);
}

/* The likelihood of one covariate that some of those who leave at once have, tie by tie */
static double
plain_likelihood(double beta, double ties_with, double ties, double with, double all)
{
	long double weight = expl(beta);
	long double leaving = ties_with * weight + (ties - ties_with);
	long double at_risk = with * weight + (all - with);
	long double value = ties_with * beta;

	for (double k = 0; k < ties; k++)
		value -= logl(at_risk - k / ties * leaving);
	return (double) value;
}

/* Of 100,000 and more who leave at once: as if each was added up, and in no time */
static void
test_many_ties(void)
{
	/* ties with the covariate, ties, customers with it, customers; in the last one all leave */
	static const int64_t cases[][4] = {{40000, 100000, 100000, 300000},
	{5000, 8193, 5000, 8193},
	{300000, 1000000, 300100, 1000100},
	{1, 20000, 50000, 100000}};
	rt_hazard_room *room = malloc(rt_hazard_room_size());

	for (int i = 0; i < (int) (sizeof(cases) / sizeof(cases[0])); i++)
	{
		int64_t		ties_with = cases[i][0],
					ties = cases[i][1],
					with = cases[i][2],
					all = cases[i][3];
		double		x[2][2] = {{0, 0}, {1, 0}};
		rt_hazard_row rows[2] = {{5, ties - ties_with, all - with - (ties - ties_with), x[0], 0, 0},
		{5, ties_with, with - ties_with, x[1], 0, 0}};
		rt_hazard_fit fit;
		double		beta,
					h = 1e-3,
					slope,
					curvature;

		rt_fit_hazard(rows, 2, 1, RT_TIES_EFRON, NULL, room, &fit);
		beta = fit.coefficients[0];
		CHECK(fabs(fit.null_log_likelihood -
				   (lgamma((double) (all - ties) + 1) - lgamma((double) all + 1))) <
			  1e-12 * fabs(fit.null_log_likelihood));
		/* all leave at once: nothing tells */
		if (ties == all)
			continue;
		CHECK(fit.converged);
		CHECK(fabs(fit.log_likelihood - plain_likelihood(beta, (double) ties_with, (double) ties,
														 (double) with, (double) all)) <
			  1e-12 * fabs(fit.log_likelihood));
		slope = (plain_likelihood(beta + h, (double) ties_with, (double) ties, (double) with,
								  (double) all) -
				 plain_likelihood(beta - h, (double) ties_with, (double) ties, (double) with,
								  (double) all)) /
			(2 * h);
		curvature = -1 / (fit.std_errors[0] * fit.std_errors[0]);
		CHECK(fabs(slope / curvature) < 2e-6);
		CHECK(fabs((plain_likelihood(beta + h, (double) ties_with, (double) ties, (double) with,
									 (double) all) +
					plain_likelihood(beta - h, (double) ties_with, (double) ties, (double) with,
									 (double) all) -
					2 * fit.log_likelihood) /
				   (h * h) / curvature -
				   1) < 1e-4);
	}
	{
		double		x[2][2] = {{0, 0}, {1, 0}};
		rt_hazard_row rows[2] = {{5, INT64_C(1) << 40, 3, x[0], 0, 0},
		{5, INT64_C(1) << 39, 10, x[1], 0, 0}};
		rt_hazard_fit fit;

		rt_fit_hazard(rows, 2, 1, RT_TIES_EFRON, NULL, room, &fit);
		CHECK(isfinite(fit.log_likelihood));
	}
	free(room);
}

static const check_case hazard_cases[] = {
	{"hazard: coefficients, errors and likelihoods agree with R to 1e-8, ties by Efron and Breslow",
	test_against_r},
	{"hazard: a likelihood without end is found out, the other covariates are fitted",
	test_without_end},
	{"hazard: redundant covariates are left out", test_redundant},
	{"hazard: units and origins change nothing", test_units},
	{"hazard: millions of customers in thirty rows", test_large_counts},
	{"hazard: more ties than can be added up one by one", test_many_ties},
	{NULL, NULL}
};

CHECK_CASES(hazard);
