/*
 * hazard_entry_test.c
 *		Proportional hazards of customers who enter late and belong to strata: against R's package
 *		survival (test/data/at_risk.csv), and the sums over all who are at risk, one by one.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "at_risk_data.h"
#include "check.h"
#include "core/hazard.h"

#define ROWS_MAX 1000
#define COVARIATES 2

static at_risk_customer customers[AT_RISK_CUSTOMERS_MAX];
static at_risk_value values[AT_RISK_VALUES_MAX];

static int
compare_rows(const void *a, const void *b)
{
	return rt_hazard_row_compare(a, b, COVARIATES);
}

/* Of rows in any order, whose times are tied, and x point to covariates that are left alone */
static void
fit_rows(rt_hazard_row *from, size_t count, bool entry, rt_hazard_ties ties,
		 rt_hazard_fit *fit)
{
	static rt_hazard_row rows[ROWS_MAX];
	static double x[ROWS_MAX * COVARIATES];
	static rt_moment moments[2 * ROWS_MAX];
	static size_t by_entry[ROWS_MAX];
	rt_hazard_room *room = malloc(rt_hazard_room_size());

	CHECK(rt_hazard_tie_moments(from, count, entry, moments) == count);
	memcpy(rows, from, count * sizeof(rows[0]));
	for (size_t i = 0; i < count; i++)
	{
		rows[i].x = x + i * COVARIATES;
		memcpy(rows[i].x, from[i].x, COVARIATES * sizeof(double));
	}
	qsort(rows, count, sizeof(rows[0]), compare_rows);
	count = rt_hazard_merge_rows(rows, count, COVARIATES);
	rt_hazard_order_entries(rows, count, by_entry);
	rt_fit_hazard(rows, count, COVARIATES, ties, entry ? by_entry : NULL, room, fit);
	free(room);
}

static void
fit_dataset(const char *name, size_t customer_count, bool entry, bool stratum, rt_hazard_ties ties,
			rt_hazard_fit *fit)
{
	static rt_hazard_row rows[ROWS_MAX];
	size_t		n = 0;

	for (size_t i = 0; i < customer_count; i++)
		if (strcmp(customers[i].dataset, name) == 0)
			rows[n++] = (rt_hazard_row) {customers[i].duration, customers[i].churned,
				1 - customers[i].churned, customers[i].x, entry ? customers[i].entry : 0,
				stratum ? (uint32_t) customers[i].stratum : 0};
	fit_rows(rows, n, entry, ties, fit);
}

static void
test_against_r(void)
{
	static rt_hazard_fit fit;
	size_t		customer_count = read_at_risk_customers(customers);
	size_t		value_count = read_at_risk_values(values);
	int			compared = 0;

	for (size_t i = 0; i < value_count; i++)
	{
		const at_risk_value *v = &values[i];
		char		ties[8],
					kind[8],
					quantity[12];
		double		found;

		if (sscanf(v->quantity, "%7[a-z]_%7[a-z]_%11s", ties, kind, quantity) != 3 ||
			(strcmp(ties, "efron") != 0 && strcmp(ties, "breslow") != 0))
			continue;
		if (strcmp(quantity, "coefficient") == 0 && v->place == 1)
			fit_dataset(v->dataset, customer_count, strcmp(kind, "stratum") != 0,
						strcmp(kind, "entry") != 0,
						ties[0] == 'e' ? RT_TIES_EFRON : RT_TIES_BRESLOW, &fit);
		CHECK(fit.converged && fit.used == 2);
		if (strcmp(quantity, "coefficient") == 0)
			found = fit.coefficients[(int) v->place - 1];
		else if (strcmp(quantity, "std_error") == 0)
			found = fit.std_errors[(int) v->place - 1];
		else if (strcmp(quantity, "null") == 0)
			found = fit.null_log_likelihood;
		else
			found = fit.log_likelihood;
		CHECK(fabs(found - v->value) <= 1e-8 * fabs(v->value) || !at_risk_near(v, found, 0));
		compared++;
	}
	CHECK(compared == 7 * 2 * 3 * 6);
}

typedef struct cox_sums
{
	long double value;
	long double gradient[COVARIATES];
	long double information[COVARIATES][COVARIATES];
} cox_sums;

/* The sums over those of a stratum who are at risk, or leave, at a time; relative to highest */
static void
add_weights(const rt_hazard_row *rows, size_t count, const rt_hazard_row *at, bool leaving,
			bool entry, const double *beta, long double highest, cox_sums *s)
{
	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < count; i++)
	{
		const rt_hazard_row *row = &rows[i];
		long double n = (long double) (leaving ? row->events : row->events + row->censored);
		long double weight;

		if (row->stratum != at->stratum || row->time < at->time ||
			(entry && row->entry >= at->time) || (leaving && row->time != at->time))
			continue;
		weight = n * expl((long double) beta[0] * row->x[0] + (long double) beta[1] * row->x[1] -
						  highest);
		s->value += weight;
		for (int j = 0; j < COVARIATES; j++)
		{
			s->gradient[j] += weight * row->x[j];
			for (int k = 0; k < COVARIATES; k++)
				s->information[j][k] += weight * row->x[j] * row->x[k];
		}
	}
}

/* The events at the time of a row, which is the first one of that time and stratum */
static void
add_time(const rt_hazard_row *rows, size_t count, const rt_hazard_row *at, bool entry,
		 rt_hazard_ties ties, const double *beta, cox_sums *all)
{
	long double highest = -INFINITY;
	int64_t		events = 0;
	cox_sums	risk,
				leaving;

	for (size_t i = 0; i < count; i++)
		if (rows[i].stratum == at->stratum && rows[i].time >= at->time &&
			!(entry && rows[i].entry >= at->time))
		{
			long double eta = (long double) beta[0] * rows[i].x[0] +
				(long double) beta[1] * rows[i].x[1];

			highest = fmaxl(highest, eta);
			if (rows[i].time > at->time)
				continue;
			events += rows[i].events;
			all->value += (long double) rows[i].events * eta;
			for (int j = 0; j < COVARIATES; j++)
				all->gradient[j] += (long double) rows[i].events * rows[i].x[j];
		}
	add_weights(rows, count, at, false, entry, beta, highest, &risk);
	add_weights(rows, count, at, true, entry, beta, highest, &leaving);
	for (int64_t tie = 0; tie < events; tie++)
	{
		long double f = ties == RT_TIES_EFRON ? (long double) tie / (long double) events : 0;
		long double d = risk.value - f * leaving.value;
		long double mean[COVARIATES];

		all->value -= logl(d) + highest;
		for (int j = 0; j < COVARIATES; j++)
		{
			mean[j] = (risk.gradient[j] - f * leaving.gradient[j]) / d;
			all->gradient[j] -= mean[j];
		}
		for (int j = 0; j < COVARIATES; j++)
			for (int k = 0; k < COVARIATES; k++)
				all->information[j][k] +=
					(risk.information[j][k] - f * leaving.information[j][k]) / d -
					mean[j] * mean[k];
	}
}

/* The likelihood from its definition */
static cox_sums
plain_sums(const rt_hazard_row *rows, size_t count, bool entry, rt_hazard_ties ties,
		   const double *beta)
{
	cox_sums	all;

	memset(&all, 0, sizeof(all));
	for (size_t i = 0; i < count; i++)
	{
		bool		first = true;

		for (size_t j = 0; j < i; j++)
			first = first && (rows[j].time != rows[i].time || rows[j].stratum != rows[i].stratum);
		if (first)
			add_time(rows, count, &rows[i], entry, ties, beta, &all);
	}
	return all;
}

/* A fit of two known coefficients has the greatest likelihood there is, and errors by its slope */
static void
check_fit(const rt_hazard_row *rows, size_t count, bool entry, rt_hazard_ties ties,
		  const rt_hazard_fit *fit, double tolerance)
{
	static const double zero[COVARIATES] = {0, 0};
	cox_sums	null = plain_sums(rows, count, entry, ties, zero);
	cox_sums	s = plain_sums(rows, count, entry, ties, fit->coefficients);
	long double a = s.information[0][0],
				b = s.information[0][1],
				c = s.information[1][1];
	long double determinant = a * c - b * b;

	CHECK(fabsl(fit->null_log_likelihood - null.value) <= 1e-12 * (1 + fabsl(null.value)));
	CHECK(fabsl(fit->log_likelihood - s.value) <= 1e-12 * (1 + fabsl(s.value)));
	/* the next step of Newton's method, in standard errors */
	CHECK(fabsl((c * s.gradient[0] - b * s.gradient[1]) / determinant) <=
		  tolerance * fit->std_errors[0]);
	CHECK(fabsl((a * s.gradient[1] - b * s.gradient[0]) / determinant) <=
		  tolerance * fit->std_errors[1]);
	CHECK(fabsl(fit->std_errors[0] / sqrtl(c / determinant) - 1) <= tolerance);
	CHECK(fabsl(fit->std_errors[1] / sqrtl(a / determinant) - 1) <= tolerance);
}

static void
test_by_definition(void)
{
	int			fitted = 0;

	for (int run = 0; run < 1500; run++)
	{
		rt_hazard_row rows[50];
		double		x[50][COVARIATES];
		size_t		count = (size_t) random_between(5, 50);
		int64_t		times = random_between(2, 25);
		int64_t		strata = random_between(1, 4);
		bool		entry = run % 3 > 0;
		rt_hazard_ties ties = run % 2 ? RT_TIES_EFRON : RT_TIES_BRESLOW;
		rt_hazard_fit fit;
		bool		some = false;

		for (size_t i = 0; i < count; i++)
		{
			x[i][0] = (double) random_between(0, 1);
			x[i][1] = (double) random_between(-300, 300) / 100;
			rows[i] = (rt_hazard_row) {(double) random_between(1, times), random_between(0, 2),
				random_between(0, 2), x[i], 0, (uint32_t) random_between(0, strata - 1)};
			rows[i].entry = (double) random_between(0, (int64_t) rows[i].time - 1);
			rows[i].censored += rows[i].events + rows[i].censored == 0;
			some = some || rows[i].events > 0;
		}
		if (!some)
			continue;
		fit_rows(rows, count, entry, ties, &fit);
		CHECK(isfinite(fit.log_likelihood) &&
			  fit.log_likelihood >= fit.null_log_likelihood - 1e-9);
		if (!fit.converged || fit.used < COVARIATES)
			continue;
		check_fit(rows, count, entry, ties, &fit, 1e-7);
		fitted++;
	}
	CHECK(fitted > 1000);
}

/*
 * Some come who leave at once, with a risk that is e^12 to e^97 times that of the others: of
 * those some digits, or nothing, is left in a sum of doubles
 */
static void
test_far_away(void)
{
	for (int run = 0; run < 20; run++)
	{
		rt_hazard_row rows[440];
		double		x[440][COVARIATES];
		rt_hazard_fit fit;

		for (int i = 0; i < 440; i++)
		{
			bool		far = i % 11 == 0;
			double		draw = (double) random_between(1, 1000000) / 1000001;

			x[i][0] = far ? 4 + 1.5 * run + (double) (i % 5) / 10 : (double) random_between(-1, 1);
			x[i][1] = (double) random_between(-300, 300) / 100;
			rows[i] = (rt_hazard_row) {0, 1, 0, x[i], (double) random_between(1, 1000000) / 1e6, 0};
			rows[i].time = rows[i].entry +
				(far ? 1e-5 * (1 + draw) : -log(draw) * exp(-3 * x[i][0] + 0.5 * x[i][1]));
			/* one in between, who was there shortly before and leaves shortly behind */
			if (i % 11 == 1)
			{
				x[i][0] = x[i - 1][0] / 2;
				rows[i].entry = rows[i - 1].entry - 1e-6;
				rows[i].time = rows[i - 1].time + 1e-5;
			}
		}
		fit_rows(rows, 440, true, RT_TIES_EFRON, &fit);
		CHECK(fit.converged && fit.used == 2 && fit.coefficients[0] > 1);
		check_fit(rows, 440, true, RT_TIES_EFRON, &fit, 1e-7);
	}
}

/* Of a stratum of its own each customer says nothing; one that is twice there changes nothing */
static void
test_strata(void)
{
	rt_hazard_row rows[60];
	double		x[60][COVARIATES];
	rt_hazard_fit fit,
				more;

	for (int i = 0; i < 60; i++)
	{
		x[i][0] = (double) random_between(0, 1);
		x[i][1] = (double) random_between(-5, 5);
		rows[i] = (rt_hazard_row) {(double) random_between(1, 20), i % 3 > 0, i % 3 == 0, x[i],
			0.5, i < 40 ? 0 : (uint32_t) i};
	}
	fit_rows(rows, 40, false, RT_TIES_EFRON, &fit);
	fit_rows(rows, 60, false, RT_TIES_EFRON, &more);
	CHECK(fit.converged && more.converged);
	for (int j = 0; j < COVARIATES; j++)
		CHECK(fabs(fit.coefficients[j] - more.coefficients[j]) < 1e-12);
	CHECK(fabs(fit.log_likelihood - more.log_likelihood) < 1e-10);
	/* all entries before the first event: as without any */
	fit_rows(rows, 60, true, RT_TIES_EFRON, &fit);
	for (int j = 0; j < COVARIATES; j++)
		CHECK(fabs(fit.coefficients[j] - more.coefficients[j]) < 1e-12);
	for (int i = 0; i < 60; i++)
		rows[i].stratum = (uint32_t) i;
	fit_rows(rows, 60, true, RT_TIES_EFRON, &fit);
	CHECK(fit.used == 0 && fit.log_likelihood == 0);
}

static void
test_rounding(void)
{
	double		x[COVARIATES] = {0, 1};
	rt_hazard_row rows[3] = {{0.3, 1, 0, x, 0, 0},
	{1, 1, 0, x, 0.1 + 0.2, 0},
	{0.1 + 0.2, 1, 0, x, 0.3, 0}};
	rt_moment	moments[6];

	CHECK(rt_hazard_tie_moments(rows, 2, true, moments) == 2 && rows[1].entry == 0.3);
	CHECK(rt_hazard_tie_moments(rows, 3, true, moments) == 2);
	CHECK(rt_hazard_tie_moments(rows, 3, false, moments) == 3);
}

static const check_case hazard_entry_cases[] = {
	{"hazard entry: coefficients, errors and likelihoods agree with R to 1e-8", test_against_r},
	{"hazard entry: fits have the greatest likelihood there is, by its definition",
	test_by_definition},
	{"hazard entry: who comes and goes with a risk far beyond that of others leaves nothing behind",
	test_far_away},
	{"hazard entry: customers are compared within their stratum only", test_strata},
	{"hazard entry: times that differ by rounding are one", test_rounding},
	{NULL, NULL}
};

CHECK_CASES(hazard_entry);
