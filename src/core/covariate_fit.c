/*
 * covariate_fit.c
 *		A model fitted with what is known of each customer: covariates.
 *
 * The search goes by the coordinates of the kind, which are linear in the logarithms of its
 * parameters, and by the coefficients of standardized covariates.  As both are linear in the
 * logarithms of the parameters of each group, gradients and second derivatives by them are sums of
 * those by the logarithms: eight looks at all customers give the curvature by any number of
 * covariates.  Of many customers it begins where a few thousand of them lead, with the curvature
 * that these have.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/covariate_fit.h"

#include <math.h>
#include <string.h>

#include "core/assert.h"
#include "core/cholesky.h"
#include "core/customer_base.h"
#include "core/design.h"
#include "core/fit_rows.h"
#include "core/model.h"
#include "core/newton.h"
#include "core/poll.h"

/*
 * How many customers a search begins with.  Their maximum is as far off as a fit of so many is,
 * which a few steps among all mend: of 100,000 four looks at all were seen.
 */
#define SAMPLE 20000

/* More than twice as many are worth it */
#define SAMPLE_PAYS (2 * SAMPLE)

/* Of the logarithm of a parameter, for differences to both sides; as rt_covariance has it */
#define SLOPE_STEP 1e-4

typedef struct covariate_problem
{
	const rt_kind *kind;
	rt_covariate_groups groups; /* with the covariates that are used, standardized */
	int			parameters;
	int			processes;
	int			count;			/* coordinates */
	double		customers;
	int			evaluations;
} covariate_problem;

/* ------------------------------------------------------------- covariates */

static rt_design_row
group_design_row(void *groups, size_t i)
{
	const rt_covariate_group *group = (const rt_covariate_group *) groups + i;

	return (rt_design_row) {group->z, group->weight};
}

/* Leaves out what is the same for all, and what those before it say already */
static void
groups_leave_out(rt_covariate_groups *g, rt_design *design)
{
	double		products[RT_MODEL_COVARIATES_MAX * RT_MODEL_COVARIATES_MAX];
	double		factor[RT_MODEL_COVARIATES_MAX * RT_MODEL_COVARIATES_MAX];

	rt_design_drop_constant(design);
	for (;;)
	{
		int			n = design->used;
		int			broken;

		memset(products, 0, sizeof(products));
		for (size_t i = 0; i < g->count; i++)
		{
			const double *z = g->groups[i].z;

			rt_poll_each(i);
			for (int j = 0; j < n; j++)
				for (int m = 0; m <= j; m++)
					products[j * n + m] += g->groups[i].weight * z[j] * z[m];
		}
		broken = rt_cholesky(products, n, n, RT_NEWTON_PIVOT, factor);
		if (broken == n)
			break;
		rt_design_drop(design, broken);
	}
	g->covariates = design->used;
}

/* How many customers there are */
static double
groups_weigh(rt_covariate_groups *g)
{
	double		customers = 0;

	for (size_t i = 0; i < g->count; i++)
	{
		rt_covariate_group *group = &g->groups[i];

		group->weight = 0;
		for (size_t row = 0; row < group->row_count; row++)
		{
			rt_poll_each(row);
			group->weight += group->rows[row].weight;
		}
		customers += group->weight;
	}
	return customers;
}

/* ------------------------------------------------------------- likelihood */

/* The parameters of a group, from those of one whose standardized covariates are 0 */
static void
group_parameters(const covariate_problem *p, const double *x, const double *parameters,
				 const rt_covariate_group *group, double *of_group)
{
	int			n = p->groups.covariates;

	memcpy(of_group, parameters, (size_t) p->parameters * sizeof(double));
	for (int i = 0; i < p->processes; i++)
	{
		const double *coefficients = x + p->parameters + i * n;
		const rt_process *process = &p->kind->processes[i];
		double		eta = 0;

		for (int j = 0; j < n; j++)
			eta += coefficients[j] * group->z[j];
		of_group[process->parameter] *= exp(process->sign * eta);
	}
}

static void
problem_parameters(const covariate_problem *p, const double *x, double *parameters)
{
	for (int i = 0; i < p->parameters; i++)
	{
		double		sum = 0;

		for (int j = 0; j < p->parameters; j++)
			sum += p->kind->logarithms[i * p->parameters + j] * x[j];
		parameters[i] = exp(sum);
	}
}

static rt_customers
group_customers(const covariate_problem *p, const rt_covariate_group *group)
{
	return (rt_customers) {
							  .rows = group->rows, .row_count = group->row_count,
							  .sum_log = group->sum_log, .time_unit = p->groups.time_unit
		};
}

/* As rt_objective has it */
static double
covariate_objective(const double *x, double *gradient, void *argument)
{
	covariate_problem *p = argument;
	int			n = p->groups.covariates;
	double		parameters[RT_PARAMETERS_MAX];
	double		by_logarithms[RT_PARAMETERS_MAX] = {0};
	double		value = 0;

	p->evaluations++;
	problem_parameters(p, x, parameters);
	memset(gradient, 0, (size_t) p->count * sizeof(double));
	for (size_t g = 0; g < p->groups.count; g++)
	{
		const rt_covariate_group *group = &p->groups.groups[g];
		rt_customers customers = group_customers(p, group);
		double		of_group[RT_PARAMETERS_MAX];
		double		slopes[RT_PARAMETERS_MAX] = {0};

		rt_poll_each(g);
		group_parameters(p, x, parameters, group, of_group);
		value += p->kind->slopes(&customers, of_group, group->workspace, slopes);
		for (int i = 0; i < p->parameters; i++)
			by_logarithms[i] += slopes[i];
		for (int i = 0; i < p->processes; i++)
		{
			const rt_process *process = &p->kind->processes[i];
			double		by_eta = process->sign * slopes[process->parameter];

			for (int j = 0; j < n; j++)
				gradient[p->parameters + i * n + j] += by_eta * group->z[j];
		}
	}
	for (int j = 0; j < p->parameters; j++)
	{
		for (int i = 0; i < p->parameters; i++)
			gradient[j] += by_logarithms[i] * p->kind->logarithms[i * p->parameters + j];
	}
	return value;
}

/* Minus the second derivatives of a group by the logarithms of its parameters, by differences */
static void
group_curvature(const covariate_problem *p, const rt_covariate_group *group,
				const double *parameters, double curvature[][RT_PARAMETERS_MAX])
{
	rt_customers customers = group_customers(p, group);
	int			n = p->parameters;

	for (int i = 0; i < n; i++)
	{
		double		moved[RT_PARAMETERS_MAX];
		double		above[RT_PARAMETERS_MAX] = {0};
		double		below[RT_PARAMETERS_MAX] = {0};

		memcpy(moved, parameters, (size_t) n * sizeof(double));
		moved[i] = parameters[i] * exp(SLOPE_STEP);
		(void) p->kind->slopes(&customers, moved, group->workspace, above);
		moved[i] = parameters[i] * exp(-SLOPE_STEP);
		(void) p->kind->slopes(&customers, moved, group->workspace, below);
		for (int j = 0; j < n; j++)
			curvature[i][j] = (below[j] - above[j]) / (2 * SLOPE_STEP);
	}
	for (int i = 0; i < n; i++)
	{
		for (int j = 0; j < i; j++)
			curvature[i][j] = curvature[j][i] = (curvature[i][j] + curvature[j][i]) / 2;
	}
}

/*
 * Minus the second derivatives by the logarithms of the parameters and the coefficients: a
 * coefficient moves the logarithm of the parameter of its process by z
 */
static void
problem_information(const covariate_problem *p, const double *x, double *information)
{
	int			n = p->groups.covariates;
	double		parameters[RT_PARAMETERS_MAX];
	int			moves[RT_OPTIMIZE_MAX];

	for (int i = 0; i < p->count; i++)
		moves[i] = i < p->parameters ? i : p->kind->processes[(i - p->parameters) / n].parameter;
	memset(information, 0, (size_t) (p->count * p->count) * sizeof(double));
	problem_parameters(p, x, parameters);
	for (size_t g = 0; g < p->groups.count; g++)
	{
		const rt_covariate_group *group = &p->groups.groups[g];
		double		of_group[RT_PARAMETERS_MAX];
		double		curvature[RT_PARAMETERS_MAX][RT_PARAMETERS_MAX];
		double		by[RT_OPTIMIZE_MAX];

		rt_poll_each(g);
		group_parameters(p, x, parameters, group, of_group);
		group_curvature(p, group, of_group, curvature);
		for (int i = 0; i < p->count; i++)
			by[i] = i < p->parameters ? 1 :
				p->kind->processes[(i - p->parameters) / n].sign *
				group->z[(i - p->parameters) % n];
		for (int i = 0; i < p->count; i++)
		{
			for (int j = 0; j <= i; j++)
				information[i * p->count + j] += by[i] * by[j] * curvature[moves[i]][moves[j]];
		}
	}
	for (int i = 0; i < p->count; i++)
	{
		for (int j = 0; j < i; j++)
			information[j * p->count + i] = information[i * p->count + j];
	}
}

/* ----------------------------------------------------------------- search */

/* From second derivatives by logarithms and coefficients to those by coordinates */
static void
problem_by_coordinates(const covariate_problem *p, double *information)
{
	double		rows[RT_PARAMETERS_MAX];
	int			n = p->count;

	for (int side = 0; side < 2; side++)
	{
		for (int column = 0; column < n; column++)
		{
			for (int j = 0; j < p->parameters; j++)
			{
				rows[j] = 0;
				for (int i = 0; i < p->parameters; i++)
					rows[j] += p->kind->logarithms[i * p->parameters + j] *
						information[side == 0 ? i * n + column : column * n + i];
			}
			for (int j = 0; j < p->parameters; j++)
				information[side == 0 ? j * n + column : column * n + j] = rows[j];
		}
	}
}

/* The coordinates of parameters: the inverse of the kind's logarithms, by elimination */
static void
problem_coordinates(const covariate_problem *p, const double *parameters, double *x)
{
	int			n = p->parameters;
	double		a[RT_PARAMETERS_MAX][RT_PARAMETERS_MAX + 1];

	for (int i = 0; i < n; i++)
	{
		memcpy(a[i], p->kind->logarithms + i * n, (size_t) n * sizeof(double));
		a[i][n] = log(parameters[i]);
	}
	/* the diagonal is 1 in all kinds, and stays so */
	for (int i = 0; i < n; i++)
	{
		RT_ASSERT(a[i][i] == 1);
		for (int row = 0; row < n; row++)
		{
			double		factor = a[row][i];

			for (int j = i; j <= n && row != i; j++)
				a[row][j] -= factor * a[i][j];
		}
	}
	for (int i = 0; i < n; i++)
		x[i] = a[i][n];
}

/* A base with covariates has its limits where one of the mean ones without them has */
static bool
covariates_nearly(const double *x, const void *data)
{
	const covariate_problem *p = data;
	rt_base		base = {.kind = p->kind};

	problem_parameters(p, x, base.parameters);
	for (const rt_limit *limit = p->kind->limits; limit->name != NULL; limit++)
	{
		if (limit->reached(&base))
			return true;
	}
	return false;
}

typedef struct covariate_box
{
	double		lower[RT_OPTIMIZE_MAX];
	double		upper[RT_OPTIMIZE_MAX];
} covariate_box;

/* As far from where a fit without covariates ended as any search goes */
static rt_problem
problem_in_box(covariate_problem *p, const double *start, covariate_box *box)
{
	for (int i = 0; i < p->count; i++)
	{
		double		middle = i < p->parameters ? start[i] : 0;

		box->lower[i] = middle - RT_LEVEL_RANGE;
		box->upper[i] = middle + RT_LEVEL_RANGE;
	}
	return (rt_problem) {
							.objective = covariate_objective, .data = p, .count = p->count,
							.lower = box->lower, .upper = box->upper, .nearly = covariates_nearly,
							.scale = p->customers
		};
}

/* A sample of a problem's customers, and rows of all of it without covariates */
typedef struct covariate_sample
{
	rt_covariate_group *groups;
	rt_fit_row *rows;
} covariate_sample;

/* So many customers at equal distances in the order of groups and rows; all where they are few */
static covariate_problem
problem_sample(const covariate_problem *p, const covariate_sample *room, double wanted)
{
	covariate_problem sample = *p;
	double		seen = 0;
	double		taken = 0;
	size_t		rows = 0;

	sample.groups.groups = room->groups;
	sample.groups.count = 0;
	sample.customers = wanted;
	for (size_t g = 0; g < p->groups.count; g++)
	{
		const rt_covariate_group *group = &p->groups.groups[g];
		rt_covariate_group *into = &room->groups[sample.groups.count];
		size_t		before = rows;

		for (size_t i = 0; i < group->row_count; i++)
		{
			double		earlier = taken;

			rt_poll_each(i);
			seen += group->rows[i].weight;
			taken = fmax(taken, floor(wanted * (seen / p->customers) + 0.5));
			if (taken == earlier)
				continue;
			room->rows[rows] = group->rows[i];
			room->rows[rows++].weight = taken - earlier;
		}
		if (rows == before)
			continue;
		*into = *group;
		into->rows = room->rows + before;
		into->row_count = rows - before;
		into->sum_log = group->sum_log * wanted / p->customers;
		sample.groups.count++;
	}
	sample.groups.row_count = rows;
	return sample;
}

/* The kind's own fit of all rows of a problem, in rows */
static void
problem_plain_fit(const covariate_problem *p, rt_fit_row *rows, void *workspace, rt_fit *fit)
{
	size_t		count = 0;
	rt_customers customers = {.rows = rows, .time_unit = p->groups.time_unit};

	/* they are in order, as the kind's own fit has them */
	if (p->groups.count == 1)
	{
		customers = group_customers(p, &p->groups.groups[0]);
		p->kind->fit(p->kind, 0, &customers, workspace, fit);
		return;
	}
	for (size_t g = 0; g < p->groups.count; g++)
	{
		const rt_covariate_group *group = &p->groups.groups[g];

		rt_poll_each(g);
		memcpy(rows + count, group->rows, group->row_count * sizeof(rt_fit_row));
		count += group->row_count;
		customers.sum_log += group->sum_log;
	}
	customers.row_count = rt_fit_merge_rows(rows, count);
	p->kind->fit(p->kind, 0, &customers, workspace, fit);
}

static void
problem_prepare(const covariate_problem *p, char *workspace)
{
	for (size_t g = 0; g < p->groups.count; g++)
	{
		rt_covariate_group *group = &p->groups.groups[g];
		rt_customers customers = group_customers(p, group);

		rt_poll_each(g);
		group->workspace = workspace;
		if (p->kind->slopes_prepare == NULL)
			continue;
		p->kind->slopes_prepare(&customers, workspace);
		workspace += p->kind->slopes_workspace(group->row_count);
	}
}

/* ----------------------------------------------------------------- result */

/*
 * A coefficient of a standardized covariate that the data do not tell and that is beyond this, a
 * factor of 150 a deviation, has no end: where a likelihood hardly rises any more searches stop
 */
#define EFFECT_ENDLESS 5.0

/*
 * The inverse of the information of those that the data know: a parameter at a limit, or a
 * coefficient that is infinite, stays where it is.  Returns how many are known, and which.
 */
static int
effects_known(const covariate_problem *p, const double *information, double *covariance,
			  int *known)
{
	int			n = 0;

	for (int i = 0; i < p->count; i++)
		known[n++] = i;
	while (n > 0)
	{
		double		factor[RT_OPTIMIZE_MAX * RT_OPTIMIZE_MAX];
		int			worst;

		for (int i = 0; i < n; i++)
		{
			for (int j = 0; j < n; j++)
				covariance[i * n + j] = information[known[i] * p->count + known[j]];
		}
		worst = rt_cholesky(covariance, n, n, RT_NEWTON_PIVOT, factor);
		if (worst == n)
		{
			(void) rt_invert(covariance, n);
			worst = 0;
			for (int i = 1; i < n; i++)
			{
				if (covariance[i * n + i] > covariance[worst * n + worst])
					worst = i;
			}
			if (covariance[worst * n + worst] <= RT_UNKNOWN_ERROR * RT_UNKNOWN_ERROR)
				return n;
		}
		n--;
		memmove(&known[worst], &known[worst + 1], (size_t) (n - worst) * sizeof(int));
	}
	return 0;
}

/*
 * Each effect in the covariates' own units, by those of standardized ones, is linear: a row of
 * that
 */
static void
effect_row(const covariate_problem *p, const rt_design *design, int effect, double *row)
{
	int			n = p->groups.covariates;

	memset(row, 0, (size_t) p->count * sizeof(double));
	row[effect] = 1;
	if (effect >= p->parameters)
	{
		row[effect] /= design->scale[design->column[(effect - p->parameters) % n]];
		return;
	}
	for (int i = 0; i < p->processes; i++)
	{
		if (p->kind->processes[i].parameter != effect)
			continue;
		for (int j = 0; j < n; j++)
			row[p->parameters + i * n + j] = -p->kind->processes[i].sign *
				design->mean[design->column[j]] / design->scale[design->column[j]];
	}
}

static double
dot(const double *a, const double *b, int count)
{
	double		sum = 0;

	for (int i = 0; i < count; i++)
		sum += a[i] * b[i];
	return sum;
}

/* The place of a problem's effect among all: covariates left out have places, too */
static int
effect_place(const covariate_problem *p, const rt_design *design, int covariates,
			 int effect)
{
	int			n = p->groups.covariates;

	if (effect < p->parameters)
		return effect;
	effect -= p->parameters;
	return p->parameters + effect / n * covariates + design->column[effect % n];
}

/* Of known ones, from the covariance of standardized ones */
static void
set_covariance(const covariate_problem *p, const rt_design *design, int covariates,
			   const double *covariance, const int *known, int known_count, rt_covariate_fit *fit)
{
	bool		is_known[RT_OPTIMIZE_MAX] = {false};
	double		whole[RT_OPTIMIZE_MAX * RT_OPTIMIZE_MAX] = {0};
	double		row[RT_OPTIMIZE_MAX];
	double		by_all[RT_OPTIMIZE_MAX];

	for (int i = 0; i < known_count; i++)
	{
		is_known[known[i]] = true;
		for (int j = 0; j < known_count; j++)
			whole[known[i] * p->count + known[j]] = covariance[i * known_count + j];
	}
	for (int i = 0; i < p->count; i++)
	{
		int			at = effect_place(p, design, covariates, i);

		effect_row(p, design, i, row);
		for (int m = 0; m < p->count; m++)
			by_all[m] = dot(whole + m * p->count, row, p->count);
		for (int j = 0; j < p->count; j++)
		{
			int			other = effect_place(p, design, covariates, j);
			double		other_row[RT_OPTIMIZE_MAX];
			double		units = (i < p->parameters ? fit->effects[at] : 1) *
				(j < p->parameters ? fit->effects[other] : 1);

			effect_row(p, design, j, other_row);
			if (i == j && is_known[i])
				fit->status[at] = RT_EFFECT_KNOWN;
			if (is_known[i] && is_known[j])
				fit->covariance[at * fit->count + other] = dot(by_all, other_row, p->count) * units;
		}
	}
}

static void
set_effects(const covariate_problem *p, const rt_design *design, int covariates,
			const double *x, rt_covariate_fit *fit)
{
	double		parameters[RT_PARAMETERS_MAX];
	double		logarithms[RT_OPTIMIZE_MAX];
	double		row[RT_OPTIMIZE_MAX];

	problem_parameters(p, x, parameters);
	memcpy(logarithms, x, (size_t) p->count * sizeof(double));
	for (int i = 0; i < p->parameters; i++)
		logarithms[i] = log(parameters[i]);
	fit->count = p->parameters + p->processes * covariates;
	fit->used = design->used;
	for (int i = 0; i < fit->count * fit->count; i++)
		fit->covariance[i] = NAN;
	for (int i = 0; i < fit->count; i++)
	{
		fit->effects[i] = NAN;
		fit->status[i] = RT_EFFECT_REDUNDANT;
	}
	for (int i = 0; i < p->count; i++)
	{
		int			at = effect_place(p, design, covariates, i);

		effect_row(p, design, i, row);
		fit->effects[at] = dot(row, logarithms, p->count);
		if (i < p->parameters)
			fit->effects[at] = exp(fit->effects[at]);
		fit->status[at] = fabs(x[i]) > EFFECT_ENDLESS && i >= p->parameters ?
			RT_EFFECT_INFINITE : RT_EFFECT_UNKNOWN;
	}
}

/* No covariate says anything */
static void
set_plain(const covariate_problem *p, const rt_design *design, int covariates,
		  const rt_fit *plain, rt_covariate_fit *fit)
{
	double		x[RT_OPTIMIZE_MAX];

	problem_coordinates(p, plain->parameters, x);
	set_effects(p, design, covariates, x, fit);
	for (int i = 0; i < p->parameters; i++)
	{
		fit->status[i] = plain->converged ? RT_EFFECT_KNOWN : RT_EFFECT_UNKNOWN;
		fit->effects[i] = plain->parameters[i];
		for (int j = 0; j < p->parameters; j++)
			fit->covariance[i * fit->count + j] = plain->covariance[i * RT_PARAMETERS_MAX + j];
	}
	fit->log_likelihood = plain->log_likelihood;
	fit->converged = plain->converged;
	fit->evaluations = plain->evaluations;
}

/* -------------------------------------------------------------------- fit */

static size_t
sample_rows(size_t row_count)
{
	return row_count < SAMPLE ? row_count : SAMPLE;
}

/* The parts of the workspace, one behind the other */
typedef struct covariate_room
{
	char	   *of_groups;		/* what slopes remember */
	char	   *of_sample;
	rt_covariate_group *sample_groups;
	rt_fit_row *sample_rows;
	rt_fit_row *plain_rows;		/* all rows, at most */
	char	   *plain;			/* for the kind's own fit */
	size_t		size;
} covariate_room;

static size_t
aligned(size_t size)
{
	return (size + sizeof(double) - 1) / sizeof(double) * sizeof(double);
}

static char *
room_take(covariate_room *room, char *workspace, size_t size)
{
	size_t		at = room->size;

	room->size += aligned(size);
	return workspace == NULL ? NULL : workspace + at;
}

static covariate_room
room_in(const rt_kind *kind, const rt_covariate_groups *g, char *workspace)
{
	covariate_room room = {.size = 0};
	size_t		sample = sample_rows(g->row_count);
	size_t		of_groups = 0;

	for (size_t i = 0; i < g->count && kind->slopes_workspace != NULL; i++)
		of_groups += kind->slopes_workspace(g->groups[i].row_count);
	room.of_groups = room_take(&room, workspace, of_groups);

	/* no group of a sample has more rows than it has of all */
	room.of_sample = room_take(&room, workspace, of_groups);
	room.sample_groups = (rt_covariate_group *)
		room_take(&room, workspace, sample * sizeof(rt_covariate_group));
	room.sample_rows = (rt_fit_row *) room_take(&room, workspace, sample * sizeof(rt_fit_row));
	room.plain_rows = (rt_fit_row *)
		room_take(&room, workspace, g->row_count * sizeof(rt_fit_row));
	room.plain = room_take(&room, workspace,
						   kind->fit_workspace == NULL ? 0 : kind->fit_workspace(g->row_count));
	return room;
}

size_t
rt_covariate_fit_workspace(const rt_kind *kind, const rt_covariate_groups *groups)
{
	return room_in(kind, groups, NULL).size;
}

/* From the kind's own fit of a sample, and the maximum of that sample */
static void
problem_search(covariate_problem *p, const covariate_room *room, rt_optimum *best)
{
	bool		sampled = p->customers > SAMPLE_PAYS;
	covariate_problem few = *p;
	covariate_box box;
	rt_problem	problem;
	double		start[RT_OPTIMIZE_MAX] = {0};
	double		information[RT_OPTIMIZE_MAX * RT_OPTIMIZE_MAX];
	rt_fit		plain;

	if (sampled)
		few = problem_sample(p, &(covariate_sample) {room->sample_groups, room->sample_rows},
							 SAMPLE);
	problem_plain_fit(&few, room->plain_rows, room->plain, &plain);
	problem_coordinates(p, plain.parameters, start);
	memcpy(best->x, start, sizeof(best->x));
	problem = problem_in_box(&few, start, &box);
	if (sampled)
		problem_prepare(&few, room->of_sample);
	rt_maximize(problem.objective, problem.data, problem.count, problem.lower, problem.upper,
				problem.scale, best);
	if (!sampled)
	{
		p->evaluations = few.evaluations;
		return;
	}
	problem_information(&few, best->x, information);
	problem_by_coordinates(p, information);
	problem = problem_in_box(p, start, &box);
	for (int i = 0; i < p->count * p->count; i++)
		information[i] *= p->customers / few.customers;
	if (rt_invert(information, p->count))
		rt_maximize_near(&problem, information, best);
	else
		rt_maximize(problem.objective, problem.data, problem.count, problem.lower, problem.upper,
					problem.scale, best);
}

void
rt_fit_covariates(const rt_kind *kind, const rt_covariate_groups *groups, void *workspace,
				  rt_covariate_fit *fit)
{
	covariate_problem p = {
		.kind = kind, .groups = *groups, .parameters = kind->parameter_count,
		.processes = rt_kind_process_count(kind)
	};
	covariate_room room = room_in(kind, groups, workspace);
	rt_design	design = {.rows = groups->groups, .count = groups->count, .row = group_design_row};
	rt_optimum	best;
	double		information[RT_OPTIMIZE_MAX * RT_OPTIMIZE_MAX];
	double		covariance[RT_OPTIMIZE_MAX * RT_OPTIMIZE_MAX];
	int			known[RT_OPTIMIZE_MAX];
	int			known_count;

	p.customers = groups_weigh(&p.groups);
	if (groups->covariates > 0)
		rt_design_standardize(&design, groups->covariates);
	groups_leave_out(&p.groups, &design);
	p.count = p.parameters + p.processes * design.used;
	if (design.used == 0)
	{
		rt_fit		plain;

		problem_plain_fit(&p, room.plain_rows, room.plain, &plain);
		set_plain(&p, &design, groups->covariates, &plain, fit);
		return;
	}
	problem_prepare(&p, room.of_groups);
	problem_search(&p, &room, &best);
	problem_information(&p, best.x, information);
	known_count = effects_known(&p, information, covariance, known);
	set_effects(&p, &design, groups->covariates, best.x, fit);
	set_covariance(&p, &design, groups->covariates, covariance, known, known_count, fit);
	fit->log_likelihood = best.value;
	fit->converged = best.converged && !best.at_bound && known_count == p.count &&
		!covariates_nearly(best.x, &p);
	fit->evaluations = p.evaluations;
}
