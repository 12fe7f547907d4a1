/*
 * covariate_fit_test.c
 *		Tests of fits with covariates: simulated bases with known effects.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bases.h"
#include "check.h"
#include "core/covariate_fit.h"
#include "core/gamma_gamma_all.h"
#include "core/simulate.h"
#include "core/special.h"

#define CUSTOMERS_MAX 100000
#define COVARIATES_MAX 4

/* A kind, its parameters where all covariates are 0, and the coefficients of its processes */
typedef struct covariate_plan
{
	const rt_kind *kind;
	double		parameters[4];
	int			covariates;
	double		coefficients[RT_PROCESSES_MAX][COVARIATES_MAX];
	bool		continuous;		/* each customer has covariates of their own; else there are six
								 * kinds of customers */
	int			customers;
} covariate_plan;

typedef struct base_data
{
	rt_covariate_groups groups;
	rt_fit_row *rows;
	double	   *z;
	double	   *z_before;		/* as the fit found it */
	void	   *workspace;
} base_data;

static void
group_truth(const covariate_plan *p, const double *z, double *parameters)
{
	memcpy(parameters, p->parameters, sizeof(p->parameters));
	for (int i = 0; i < rt_kind_process_count(p->kind); i++)
	{
		const rt_process *process = &p->kind->processes[i];
		double		eta = 0;

		for (int j = 0; j < p->covariates; j++)
			eta += p->coefficients[i][j] * z[j];
		parameters[process->parameter] *= exp(process->sign * eta);
	}
}

/* The amounts of so many days, as gamma-gamma-all has them, or their mean */
static rt_fit_row
spend_of(const covariate_plan *p, const double *parameters, rt_random *random)
{
	double		nu = rt_random_gamma(random, parameters[1]) / parameters[2];
	int			n = 1 + (int) (6 * rt_random_uniform(random));
	double		sum = 0;
	double		logs = 0;

	for (int i = 0; i < n; i++)
	{
		double		amount = rt_random_gamma(random, parameters[0]) / nu;

		sum += amount;
		logs += log(amount);
	}
	if (p->kind == &rt_gamma_gamma_kind)
		return (rt_fit_row) {.orders = {n, sum / n, log(sum / n)}, .weight = 1};
	return (rt_fit_row) {
							.amounts = {n, sum, n == 1 ? 0 : fmax(0, n * log(sum / n) - logs)},
							.weight = 1
		};
}

static size_t
simulate_group(const covariate_plan *p, const double *z, int customers, int64_t seed,
			   rt_fit_row *rows, double *sum_log)
{
	rt_base truth = {.kind = p->kind};
	rt_random	random;

	group_truth(p, z, truth.parameters);
	*sum_log = 0;
	if (p->kind->spend == NULL)
		return simulate_base(&truth, customers, 40, 104, seed, rows).row_count;
	rt_random_start(&random, seed, 1);
	for (int i = 0; i < customers; i++)
		rows[i] = spend_of(p, truth.parameters, &random);
	if (p->kind == &rt_gamma_gamma_all_kind)
		*sum_log = rt_gamma_gamma_all_orders(rows, (size_t) customers);
	return (size_t) customers;
}

static base_data
base_open(const covariate_plan *p, int64_t seed)
{
	base_data	data = {.groups = {.time_unit = 1, .covariates = p->covariates}};
	int			groups = p->continuous ? p->customers : 6;
	size_t		rows = 0;
	rt_random	random;

	data.rows = malloc((size_t) p->customers * sizeof(rt_fit_row));
	data.z = calloc((size_t) groups, COVARIATES_MAX * sizeof(double));
	data.groups.groups = calloc((size_t) groups, sizeof(rt_covariate_group));
	rt_random_start(&random, seed, 0);
	for (int g = 0; g < groups; g++)
	{
		double	   *z = data.z + g * COVARIATES_MAX;
		rt_covariate_group *group = &data.groups.groups[data.groups.count];
		int			customers = (int) ((int64_t) p->customers * (g + 1) / groups -
									   (int64_t) p->customers * g / groups);

		for (int j = 0; j < p->covariates; j++)
			z[j] = p->continuous ? rt_random_normal(&random) :
				j == 0 ? g % 2 : j == 1 ? g / 2 - 0.5 : rt_random_normal(&random);
		group->z = z;
		group->rows = data.rows + rows;
		group->row_count = simulate_group(p, z, customers, seed * 100003 + g, data.rows + rows,
										  &group->sum_log);
		rows += group->row_count;
		data.groups.count++;
	}
	data.groups.row_count = rows;
	data.z_before = malloc((size_t) groups * COVARIATES_MAX * sizeof(double));
	memcpy(data.z_before, data.z, (size_t) groups * COVARIATES_MAX * sizeof(double));
	data.workspace = malloc(rt_covariate_fit_workspace(p->kind, &data.groups) + 1);
	return data;
}

static void
base_close(base_data *data)
{
	free(data->rows);
	free(data->z);
	free(data->z_before);
	free(data->groups.groups);
	free(data->workspace);
}

/* By the functions that answer questions of one customer */
static double
log_likelihood_of(const covariate_plan *p, const base_data *data)
{
	double		sum = 0;

	for (size_t g = 0; g < data->groups.count; g++)
	{
		const rt_covariate_group *group = &data->groups.groups[g];
		rt_base		base = {.kind = p->kind};

		group_truth(p, data->z_before + (group->z - data->z), base.parameters);
		for (size_t i = 0; i < group->row_count; i++)
		{
			const rt_fit_row *row = &group->rows[i];
			rt_gamma_gamma spend = {base.parameters[0], base.parameters[1], base.parameters[2]};

			sum += row->weight *
				(p->kind->spend == NULL ? rt_base_log_likelihood(&base, &row->customer, 0) :
				 rt_gamma_gamma_log_likelihood(&spend, row->orders.x, row->orders.mean));
		}
	}
	return sum;
}

/* The plan whose truth is what was found */
static covariate_plan
plan_found(const covariate_plan *p, const rt_covariate_fit *fit)
{
	covariate_plan found = *p;

	for (int i = 0; i < p->kind->parameter_count; i++)
		found.parameters[i] = fit->effects[i];
	for (int i = 0; i < rt_kind_process_count(p->kind); i++)
	{
		for (int j = 0; j < p->covariates; j++)
		{
			double		effect =
				fit->effects[p->kind->parameter_count + i * p->covariates + j];

			found.coefficients[i][j] = isnan(effect) ? 0 : effect;
		}
	}
	return found;
}

static double *
plan_effect(covariate_plan *p, int i)
{
	int			n = p->kind->parameter_count;

	return i < n ? &p->parameters[i] :
		&p->coefficients[(i - n) / p->covariates][(i - n) % p->covariates];
}

#define PLANS 5
static const covariate_plan plans[PLANS] = {
	{&rt_bg_nbd_kind, {0.8, 12, 0.9, 2.5}, 2, {{0.4, -0.3}, {-0.5, 0.4}}, false, 3000},
	{&rt_mbg_nbd_kind, {0.8, 12, 0.5, 2.5}, 2, {{0.4, -0.3}, {0.5, -0.4}}, false, 3000},
	{&rt_pareto_nbd_kind, {0.9, 10, 0.7, 15}, 2, {{0.4, -0.3}, {0.5, 0.3}}, false, 1200},
	{&rt_gamma_gamma_kind, {5, 4, 60}, 2, {{0.4, -0.2}}, false, 2000},
	{&rt_gamma_gamma_all_kind, {5, 4, 60}, 2, {{0.4, -0.2}}, false, 2000}
};

/* The value is that of all customers, nothing near it is higher, and errors are by the curvature */
static void
test_maximum(void)
{
	for (int i = 0; i < 2 * PLANS; i++)
	{
		covariate_plan p = plans[i % PLANS];
		covariate_plan found;
		base_data	data;
		rt_covariate_fit *fit = malloc(sizeof(*fit));
		double		value;

		p.continuous = i >= PLANS;
		p.customers = 1500;
		data = base_open(&p, 17 + i);
		rt_fit_covariates(p.kind, &data.groups, data.workspace, fit);
		CHECK(fit->converged && fit->used == 2);
		found = plan_found(&p, fit);
		value = log_likelihood_of(&found, &data);
		if (p.kind != &rt_gamma_gamma_all_kind)
			CHECK(fabs(fit->log_likelihood - value) < 1e-9 * fabs(value));
		CHECK(fit->log_likelihood > log_likelihood_of(&p, &data) ||
			  p.kind == &rt_gamma_gamma_all_kind);
		for (int e = 0; e < fit->count && p.kind != &rt_gamma_gamma_all_kind; e++)
		{
			double		error = sqrt(fit->covariance[e * fit->count + e]);
			double	   *effect = plan_effect(&found, e);
			double		before = *effect;
			double		step = 1e-2 * error;
			double		above,
						below;

			*effect = before + step;
			above = log_likelihood_of(&found, &data);
			*effect = before - step;
			below = log_likelihood_of(&found, &data);
			*effect = before;
			/* the slope is 0, beside a fall of (step / error)^2 / 2 at least */
			CHECK(fabs(above - below) / (2 * 1e-2) < 2e-3);
			CHECK(value - (above + below) / 2 > 0.9e-4 / 2);
		}
		free(fit);
		base_close(&data);
	}
}

typedef struct coverage
{
	int			inside;
	int			effects;
	int			beyond;			/* four standard errors */
	int			bases;
	int			sure;
} coverage;

/* Are coefficients, or all effects, within their limits as often as they should be? */
static coverage
coverage_of(const covariate_plan *p, int bases)
{
	coverage	result = {.bases = bases};
	double		z = rt_normal_quantile(0.025);
	rt_covariate_fit *fit = malloc(sizeof(*fit));

	for (int b = 0; b < bases; b++)
	{
		covariate_plan truth = *p;
		base_data	data = base_open(p, 1000 + b);

		rt_fit_covariates(p->kind, &data.groups, data.workspace, fit);
		if (fit->converged)
			result.sure++;
		for (int e = p->kind->parameter_count; fit->converged && e < fit->count; e++)
		{
			double		away = fabs(fit->effects[e] - *plan_effect(&truth, e)) /
				sqrt(fit->covariance[e * fit->count + e]);

			result.effects++;
			result.inside += away < fabs(z);
			result.beyond += away > 4;
		}
		base_close(&data);
	}
	free(fit);
	return result;
}

static void
test_coverage(void)
{
	for (int i = 0; i < PLANS; i++)
	{
		int			bases = plans[i].kind == &rt_pareto_nbd_kind ? 120 : 250;
		coverage	c = coverage_of(&plans[i], bases);

		printf("# %s: %d of %d inside (%.1f %%), %d beyond four errors, %d of %d bases sure\n",
			   plans[i].kind->name, c.inside, c.effects, 100.0 * c.inside / c.effects, c.beyond,
			   c.sure, c.bases);
		CHECK(c.sure >= c.bases * 95 / 100);
		CHECK(c.beyond == 0);
		CHECK(c.inside >= 0.93 * c.effects && c.inside <= 0.97 * c.effects);
	}
}

/* A covariate that says nothing seems to say something in one base in twenty */
static void
test_noise(void)
{
	covariate_plan p = {&rt_bg_nbd_kind, {0.8, 12, 0.9, 2.5}, 1, {{0}}, true, 400};
	int			alarms[2] = {0};
	int			effects = 0;
	double		z = fabs(rt_normal_quantile(0.025));
	rt_covariate_fit *fit = malloc(sizeof(*fit));

	for (int b = 0; b < 1000; b++)
	{
		base_data	data = base_open(&p, b);

		rt_fit_covariates(p.kind, &data.groups, data.workspace, fit);
		for (int i = 0; fit->converged && i < 2; i++)
			alarms[i] += fabs(fit->effects[4 + i]) > z * sqrt(fit->covariance[(4 + i) * 7]);
		effects += fit->converged;
		base_close(&data);
	}
	printf("# of noise %d purchase, %d dropout alarms of %d\n", alarms[0], alarms[1], effects);
	CHECK(effects > 900);
	for (int i = 0; i < 2; i++)
		CHECK(alarms[i] > 0.03 * effects && alarms[i] < 0.07 * effects);
	free(fit);
}

/* Many customers are searched from where a sample leads: to the same maximum */
static void
test_many(void)
{
	covariate_plan p = plans[0];
	rt_covariate_fit *fit = malloc(sizeof(*fit));
	base_data	data;
	covariate_plan found;
	double		value;

	p.customers = CUSTOMERS_MAX;
	for (int continuous = 0; continuous < 2; continuous++)
	{
		p.continuous = continuous;
		data = base_open(&p, 5);
		rt_fit_covariates(p.kind, &data.groups, data.workspace, fit);
		CHECK(fit->converged);
		printf("# %d evaluations of all\n", fit->evaluations);
		CHECK(fit->evaluations < 15);
		found = plan_found(&p, fit);
		value = log_likelihood_of(&found, &data);
		CHECK(fabs(fit->log_likelihood - value) < 1e-9 * fabs(value));
		for (int e = 0; e < fit->count; e++)
		{
			double		error = sqrt(fit->covariance[e * fit->count + e]);
			double	   *effect = plan_effect(&found, e);
			covariate_plan truth = p;
			double		before = *effect;

			CHECK(fabs(*effect - *plan_effect(&truth, e)) < 4 * error);
			*effect = before + 0.01 * error;
			CHECK(log_likelihood_of(&found, &data) < value);
			*effect = before - 0.01 * error;
			CHECK(log_likelihood_of(&found, &data) < value);
			*effect = before;
		}
		base_close(&data);
	}
	free(fit);
}

/* The same for all, a combination, and a name for what the first one says */
static void
test_redundant(void)
{
	rt_covariate_fit *fit = malloc(sizeof(*fit));
	rt_covariate_fit *alone = malloc(sizeof(*alone));

	for (int i = 0; i < PLANS; i++)
	{
		covariate_plan p = plans[i];
		covariate_plan one = plans[i];
		base_data	data = base_open(&p, 3);
		base_data	data_alone = base_open(&p, 3);
		int			n = p.kind->parameter_count;

		data.groups.covariates = 4;
		data_alone.groups.covariates = one.covariates = 1;
		for (size_t g = 0; g < data.groups.count; g++)
		{
			double	   *z = data.groups.groups[g].z;

			z[1] = 1e9;
			z[2] = 3 - 2 * z[0];
			z[3] = z[0] + 1e-14 * (double) g;
		}
		free(data.workspace);
		data.workspace = malloc(rt_covariate_fit_workspace(p.kind, &data.groups) + 1);
		rt_fit_covariates(p.kind, &data.groups, data.workspace, fit);
		rt_fit_covariates(p.kind, &data_alone.groups, data_alone.workspace, alone);
		CHECK(fit->converged && fit->used == 1 && alone->used == 1);
		CHECK(fabs(fit->log_likelihood - alone->log_likelihood) < 1e-9);
		for (int process = 0; process < rt_kind_process_count(p.kind); process++)
		{
			int			at = n + 4 * process;

			CHECK(fabs(fit->effects[at] - alone->effects[n + process]) < 1e-9);
			for (int j = 1; j < 4; j++)
				CHECK(fit->status[at + j] == RT_EFFECT_REDUNDANT && isnan(fit->effects[at + j]) &&
					  isnan(fit->covariance[(at + j) * fit->count + at + j]));
		}
		base_close(&data);
		base_close(&data_alone);
	}
	free(fit);
	free(alone);
}

/* No covariate says anything: today's fit, to the last digit */
static void
test_plain(void)
{
	rt_covariate_fit *fit = malloc(sizeof(*fit));

	for (int i = 0; i < 3; i++)
	{
		covariate_plan p = plans[i];
		rt_base truth = {.kind = p.kind};
		rt_fit_row *rows = malloc(2000 * sizeof(rt_fit_row));
		rt_customers customers;
		rt_fit		plain;
		void	   *workspace;
		double		z = 7;
		rt_covariate_group group = {.z = &z};
		rt_covariate_groups groups = {.groups = &group, .count = 1, .time_unit = 1,
		.covariates = 1};

		memcpy(truth.parameters, p.parameters, sizeof(p.parameters));
		customers = simulate_base(&truth, 2000, 40, 104, 5, rows);
		plain = fit_base(p.kind, 0, &customers);
		group.rows = rows;
		group.row_count = groups.row_count = customers.row_count;
		workspace = malloc(rt_covariate_fit_workspace(p.kind, &groups));
		rt_fit_covariates(p.kind, &groups, workspace, fit);
		free(workspace);
		CHECK(fit->used == 0 && fit->status[4] == RT_EFFECT_REDUNDANT && fit->count == 6);
		CHECK(fit->log_likelihood == plain.log_likelihood);
		for (int j = 0; j < 4; j++)
		{
			CHECK(fit->effects[j] == plain.parameters[j]);
			CHECK(fit->covariance[j * 6 + j] == plain.covariance[j * RT_PARAMETERS_MAX + j]);
		}
		free(rows);
	}
	free(fit);
}

/* Nobody of some customers ever came again: how seldom they come has no end; the rest is known */
static void
test_separating(void)
{
	rt_covariate_fit *fit = malloc(sizeof(*fit));

	for (int i = 0; i < 3; i++)
	{
		covariate_plan p = plans[i];
		base_data	data = base_open(&p, 3);

		for (size_t g = 0; g < data.groups.count; g++)
		{
			rt_covariate_group *group = &data.groups.groups[g];
			rt_fit_row *rows = data.rows + (group->rows - data.rows);

			group->z[2] = g == 2;
			for (size_t j = 0; g == 2 && j < group->row_count; j++)
				rows[j].customer.x = rows[j].customer.t_x = 0;
		}
		data.groups.covariates = 3;
		free(data.workspace);
		data.workspace = malloc(rt_covariate_fit_workspace(p.kind, &data.groups) + 1);
		rt_fit_covariates(p.kind, &data.groups, data.workspace, fit);
		CHECK(!fit->converged && isfinite(fit->log_likelihood));
		/* they never come, or leave at once */
		CHECK(fit->effects[4 + 2] < -3 || fit->effects[4 + 5] > 3);
		for (int e = 0; e < fit->count; e++)
			CHECK(isfinite(fit->effects[e]));
		for (int j = 0; j < 2; j++)
		{
			CHECK(fabs(fit->effects[4 + j] - p.coefficients[0][j]) <
				  4 * sqrt(fit->covariance[(4 + j) * fit->count + 4 + j]));
		}
		base_close(&data);
	}
	free(fit);
}

/* Covariates in any unit, far from 0: effects are in that unit */
static void
test_units(void)
{
	static const double units[][2] = {{1e-6, 0}, {1e6, 0}, {1, 500}, {1e-3, -20}};
	rt_covariate_fit *fit = malloc(sizeof(*fit));
	rt_covariate_fit *other = malloc(sizeof(*other));
	covariate_plan p = plans[1];
	base_data	data = base_open(&p, 3);

	rt_fit_covariates(p.kind, &data.groups, data.workspace, fit);
	base_close(&data);
	for (int i = 0; i < 4; i++)
	{
		data = base_open(&p, 3);
		for (size_t g = 0; g < data.groups.count; g++)
			data.groups.groups[g].z[0] = data.groups.groups[g].z[0] * units[i][0] + units[i][1];
		rt_fit_covariates(p.kind, &data.groups, data.workspace, other);
		CHECK(other->converged && fabs(other->log_likelihood - fit->log_likelihood) < 1e-6);
		for (int e = 4; e < 8; e++)
		{
			double		unit = e % 2 ? 1 : units[i][0];

			CHECK(fabs(other->effects[e] * unit - fit->effects[e]) < 1e-5);
			CHECK(fabs(other->covariance[e * 9] * unit * unit / fit->covariance[e * 9] - 1) < 1e-4);
		}
		base_close(&data);
	}
	free(fit);
	free(other);
}

static const check_case covariate_fit_cases[] = {
	{"covariate fit: the maximum, and the curvature there", test_maximum},
	{"covariate fit: many customers", test_many},
	{"covariate fit: what says nothing is left out", test_redundant},
	{"covariate fit: without effects today's fit", test_plain},
	{"covariate fit: who never comes again", test_separating},
	{"covariate fit: in any unit", test_units},
	{"covariate fit: limits hold what is true", test_coverage},
	{"covariate fit: noise is taken for noise", test_noise},
	{NULL, NULL}
};

CHECK_CASES(covariate_fit);
