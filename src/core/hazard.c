/*
 * hazard.c
 *		What makes customers leave sooner: the proportional hazards model of Cox.
 *
 * The partial likelihood of Cox (1972), with ties as Efron (1977) or Breslow (1974) has them.
 * Rows come with the longest durations first, so that the sums over all who are
 * at risk grow as time goes back.  Covariates are standardized inside: the likelihood knows no
 * origin, and steps, pivots and what counts as large then mean the same for each.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/hazard.h"

#include <math.h>
#include <string.h>

#include "core/assert.h"
#include "core/gauss_legendre.h"
#include "core/newton.h"
#include "core/poll.h"
#include "core/survival.h"

/* As of the parts of a step that still move, when there is no end */
#define STEP_LARGE		1e-2

typedef struct hazard_moments
{
	double		sum;			/* of the weights exp(eta) */
	double		first[RT_COVARIATES_MAX];
	double		second[RT_COVARIATES_MAX * RT_COVARIATES_MAX];	/* lower triangle */
} hazard_moments;

struct rt_hazard_room
{
	hazard_moments at_risk;
	hazard_moments leaving;		/* at the time that is looked at */
	double		gradient[RT_COVARIATES_MAX];
	double		information[RT_COVARIATES_MAX * RT_COVARIATES_MAX];
	rt_design	design;
	rt_newton	newton;
};

typedef struct hazard_problem
{
	const rt_hazard_row *rows;
	size_t		count;
	int			used;			/* columns of the design */
	rt_hazard_ties ties;
	rt_hazard_room *room;
} hazard_problem;

size_t
rt_hazard_room_size(void)
{
	return sizeof(rt_hazard_room);
}

int
rt_hazard_row_compare(const rt_hazard_row *left, const rt_hazard_row *right, int covariates)
{
	if (left->time != right->time)
		return left->time > right->time ? -1 : 1;
	for (int i = 0; i < covariates; i++)
		if (left->x[i] != right->x[i])
			return left->x[i] < right->x[i] ? -1 : 1;
	return 0;
}

void
rt_hazard_tie_rows(rt_hazard_row *rows, size_t count)
{
	if (count > 0)
		rt_tie_durations(&rows[count - 1].time, count, -(ptrdiff_t) sizeof(rows[0]));
}

size_t
rt_hazard_merge_rows(rt_hazard_row *rows, size_t count, int covariates)
{
	size_t		left = 0;

	if (count == 0)
		return 0;
	for (size_t i = 1; i < count; i++)
	{
		rt_poll_each(i);
		if (rt_hazard_row_compare(&rows[left], &rows[i], covariates) != 0)
			rows[++left] = rows[i];
		else
		{
			rows[left].events += rows[i].events;
			rows[left].censored += rows[i].censored;
		}
	}
	return left + 1;
}

static double
hazard_linear(const double *beta, const double *x, int n)
{
	double		eta = 0;

	for (int i = 0; i < n; i++)
		eta += beta[i] * x[i];
	return eta;
}

static void
hazard_add_moments(hazard_moments *m, const double *x, int n, double weight)
{
	m->sum += weight;
	for (int i = 0; i < n; i++)
	{
		double		weighted = weight * x[i];

		m->first[i] += weighted;
		for (int j = 0; j <= i; j++)
			m->second[i * n + j] += weighted * x[j];
	}
}

static void
hazard_clear_moments(hazard_moments *m, int n)
{
	m->sum = 0;
	memset(m->first, 0, (size_t) n * sizeof(double));
	memset(m->second, 0, (size_t) (n * n) * sizeof(double));
}

static void
hazard_scale_moments(hazard_moments *m, int n, double factor)
{
	m->sum *= factor;
	for (int i = 0; i < n; i++)
		m->first[i] *= factor;
	for (int i = 0; i < n * n; i++)
		m->second[i] *= factor;
}

/*
 * Of ties by Efron: sums over the ties of the logarithm and of powers of 1/d, d = at_risk - f
 * leaving their denominators, f the share of the ties that is taken off.
 */
typedef struct hazard_tie_sums
{
	double		log_d;
	double		inverse;		/* 1/d */
	double		inverse_f;		/* f/d */
	double		inverse_2;		/* 1/d^2 */
	double		inverse_2f;
	double		inverse_2ff;
} hazard_tie_sums;

static void
hazard_add_tie(hazard_tie_sums *sums, double at_risk, double leaving, double f, double weight)
{
	double		d = at_risk - f * leaving;

	sums->log_d += weight * log(d);
	sums->inverse += weight / d;
	sums->inverse_f += weight * f / d;
	sums->inverse_2 += weight / (d * d);
	sums->inverse_2f += weight * f / (d * d);
	sums->inverse_2ff += weight * f * f / (d * d);
}

/* The same of the terms' derivatives by the number of the tie */
static void
hazard_add_slope(hazard_tie_sums *sums, double at_risk, double leaving, double events,
				 double f, double weight)
{
	double		d = at_risk - f * leaving;
	double		step = leaving / events;

	weight /= d;
	sums->log_d -= weight * step;
	sums->inverse += weight * step / d;
	sums->inverse_f += weight * (1 / events + f * step / d);
	sums->inverse_2 += weight * 2 * step / (d * d);
	sums->inverse_2f += weight * (1 / events + 2 * f * step / d) / d;
	sums->inverse_2ff += weight * 2 * f * (1 / events + f * step / d) / d;
}

/*
 * So many ties are added up one by one, of more the last ones, where denominators may become small
 */
#define TIES_ONE_BY_ONE 8192
#define TIES_LAST		1024

/*
 * Where there are more, the sum of the others is an integral from half a tie before the first to
 * half a tie behind the last of them, less a 24th of the difference of the slopes there (Euler and
 * Maclaurin); the next term is below 1e-15.  The denominators fall to zero behind the last tie at
 * the earliest, so that each piece of the integral that is as long as its distance from there takes
 * one rule of Gauss and Legendre.
 */
static hazard_tie_sums
hazard_sum_ties(double at_risk, double leaving, double events)
{
	hazard_tie_sums sums = {0, 0, 0, 0, 0, 0};
	double		first = events > TIES_ONE_BY_ONE ? events - TIES_LAST : 0;

	for (double k = first; k < events; k++)
		hazard_add_tie(&sums, at_risk, leaving, k / events, 1);
	if (first == 0)
		return sums;
	for (double upper = first - 0.5, lower; upper > -0.5; upper = lower)
	{
		double		half;

		lower = fmax(upper - (events - upper), -0.5);
		half = (upper - lower) / 2;
		for (int i = 0; i < RT_GAUSS_POINTS; i++)
			hazard_add_tie(&sums, at_risk, leaving,
						   (lower + half * (1 + rt_gauss_nodes[i])) / events,
						   half * rt_gauss_weights[i]);
	}
	hazard_add_slope(&sums, at_risk, leaving, events, (first - 0.5) / events, -1.0 / 24);
	hazard_add_slope(&sums, at_risk, leaving, events, -0.5 / events, 1.0 / 24);
	return sums;
}

/* What is added up while time goes back */
typedef struct hazard_walk
{
	double		highest;		/* eta so far, to which weights are relative */
	double		value;
	double		events;			/* at the time that is looked at */
} hazard_walk;

static void
hazard_add_row(const hazard_problem *p, const double *beta, const rt_hazard_row *row,
			   rt_hazard_room *room, hazard_walk *walk)
{
	int			n = p->used;
	double		eta = hazard_linear(beta, row->x, n);
	double		weight;

	if (eta > walk->highest)
	{
		hazard_scale_moments(&room->at_risk, n, exp(walk->highest - eta));
		hazard_scale_moments(&room->leaving, n, exp(walk->highest - eta));
		walk->highest = eta;
	}
	weight = exp(eta - walk->highest);
	hazard_add_moments(&room->at_risk, row->x, n,
					   weight * (double) (row->events + row->censored));
	if (row->events == 0)
		return;
	walk->events += (double) row->events;
	walk->value += (double) row->events * eta;
	for (int i = 0; i < n; i++)
		room->gradient[i] += (double) row->events * row->x[i];
	if (p->ties == RT_TIES_EFRON)
		hazard_add_moments(&room->leaving, row->x, n, weight * (double) row->events);
}

/* The events of a time, when all rows of it are added */
static void
hazard_add_time(const hazard_problem *p, rt_hazard_room *room, hazard_walk *walk)
{
	const hazard_moments *at_risk = &room->at_risk;
	const hazard_moments *leaving = &room->leaving;
	double		events = walk->events;
	int			n = p->used;
	hazard_tie_sums sums = {0, 0, 0, 0, 0, 0};

	if (p->ties == RT_TIES_BRESLOW || events == 1)
	{
		sums.log_d = events * log(at_risk->sum);
		sums.inverse = events / at_risk->sum;
		sums.inverse_2 = sums.inverse / at_risk->sum;
	}
	else
		sums = hazard_sum_ties(at_risk->sum, leaving->sum, events);
	walk->value -= events * walk->highest + sums.log_d;
	for (int i = 0; i < n; i++)
	{
		room->gradient[i] -=
			at_risk->first[i] * sums.inverse - leaving->first[i] * sums.inverse_f;
		for (int j = 0; j <= i; j++)
			room->information[i * n + j] +=
				at_risk->second[i * n + j] * sums.inverse -
				leaving->second[i * n + j] * sums.inverse_f -
				at_risk->first[i] * at_risk->first[j] * sums.inverse_2 +
				(at_risk->first[i] * leaving->first[j] + leaving->first[i] * at_risk->first[j]) *
				sums.inverse_2f -
				leaving->first[i] * leaving->first[j] * sums.inverse_2ff;
	}
}

/* The log-likelihood at beta; room->gradient and, in the lower triangle, room->information */
static double
hazard_evaluate(const hazard_problem *p, const double *beta, rt_hazard_room *room)
{
	hazard_walk walk = {.highest = -INFINITY};
	int			n = p->used;

	hazard_clear_moments(&room->at_risk, n);
	memset(room->gradient, 0, sizeof(room->gradient));
	memset(room->information, 0, (size_t) (n * n) * sizeof(double));
	for (size_t begin = 0, end; begin < p->count; begin = end)
	{
		walk.events = 0;
		hazard_clear_moments(&room->leaving, n);
		for (end = begin; end < p->count && p->rows[end].time == p->rows[begin].time; end++)
		{
			rt_poll_each(end);
			hazard_add_row(p, beta, &p->rows[end], room, &walk);
		}
		if (walk.events > 0)
			hazard_add_time(p, room, &walk);
	}
	return walk.value;
}

static double
hazard_evaluate_newton(void *problem, int n, const double *beta)
{
	hazard_problem *p = problem;

	p->used = n;
	return hazard_evaluate(p, beta, p->room);
}

static rt_design_row
hazard_design_row(void *rows, size_t i)
{
	const rt_hazard_row *row = (const rt_hazard_row *) rows + i;

	return (rt_design_row) {row->x, (double) (row->events + row->censored)};
}

/*
 * The columns that the last step still moved are infinite; the others have the information that is
 * left when those stay where they are.
 */
static void
hazard_fix_infinite(hazard_problem *p, rt_hazard_room *room, rt_hazard_fit *fit)
{
	rt_newton  *newton = &room->newton;
	int		   *column = room->design.column;
	int			from[RT_COVARIATES_MAX];
	int			n = 0;

	for (int j = 0; j < p->used; j++)
		if (fabs(newton->step[j]) > STEP_LARGE * newton->largest)
		{
			fit->status[column[j]] = RT_COEFFICIENT_INFINITE;
			fit->coefficients[column[j]] = newton->beta[j];
		}
		else
			from[n++] = j;
	for (int i = 0; i < n; i++)
	{
		newton->beta[i] = newton->beta[from[i]];
		column[i] = column[from[i]];
		for (int j = 0; j <= i; j++)
			room->information[i * n + j] = room->information[from[i] * p->used + from[j]];
	}
	/* nothing is left to tell the others apart: they are as good as redundant */
	newton->n = n;
	p->used = rt_newton_factorize(newton) == n ? n : 0;
}

/* Leaves out what says nothing: the same for all, or, as is seen at 0, nothing new */
static double
hazard_leave_out(hazard_problem *p, rt_hazard_room *room)
{
	rt_newton  *newton = &room->newton;

	rt_design_drop_constant(&room->design);
	memset(newton->beta, 0, sizeof(newton->beta));
	for (;;)
	{
		double		value;
		int			broken;

		newton->n = room->design.used;
		value = newton->evaluate(p, newton->n, newton->beta);
		broken = rt_newton_factorize(newton);
		if (broken == newton->n)
			return value;
		rt_design_drop(&room->design, broken);
	}
}

/* Of the columns whose information is known, in the units of the covariates */
static void
hazard_set_coefficients(const hazard_problem *p, rt_hazard_room *room, rt_hazard_fit *fit)
{
	rt_newton  *newton = &room->newton;

	newton->n = p->used;
	for (int j = 0; j < p->used; j++)
	{
		int			covariate = room->design.column[j];
		double		scale = room->design.scale[covariate];

		memset(newton->tried, 0, sizeof(newton->tried));
		newton->tried[j] = 1;
		rt_newton_solve(newton, newton->tried, newton->step);
		fit->status[covariate] = RT_COEFFICIENT_KNOWN;
		fit->coefficients[covariate] = newton->beta[j] / scale;
		fit->std_errors[covariate] = sqrt(newton->step[j]) / scale;
	}
}

void
rt_fit_hazard(rt_hazard_row *rows, size_t count, int covariates, rt_hazard_ties ties,
			  rt_hazard_room *room, rt_hazard_fit *fit)
{
	hazard_problem p = {rows, count, covariates, ties, room};
	rt_newton  *newton = &room->newton;

	RT_ASSERT(covariates >= 1 && covariates <= RT_COVARIATES_MAX);
#ifdef RT_ASSERTIONS
	for (size_t i = 1; i < count; i++)
		RT_ASSERT(rows[i - 1].time >= rows[i].time);
#endif
	memset(fit, 0, sizeof(*fit));
	fit->covariates = covariates;
	room->design = (rt_design) {.rows = rows, .count = count, .row = hazard_design_row};
	*newton = (rt_newton) {
		.evaluate = hazard_evaluate_newton, .problem = &p, .gradient = room->gradient,
		.information = room->information, .enough = RT_NEWTON_ENOUGH, .most = RT_NEWTON_MOST
	};
	rt_design_standardize(&room->design, covariates);
	for (int j = 0; j < covariates; j++)
	{
		fit->status[j] = RT_COEFFICIENT_REDUNDANT;
		fit->coefficients[j] = fit->std_errors[j] = NAN;
	}
	fit->null_log_likelihood = hazard_leave_out(&p, room);
	fit->used = p.used;
	fit->log_likelihood = rt_newton_climb(newton, fit->null_log_likelihood);
	fit->converged = newton->converged;
	if (!fit->converged)
		hazard_fix_infinite(&p, room, fit);
	RT_ASSERT(p.used <= fit->used && fit->used <= covariates);
	hazard_set_coefficients(&p, room, fit);
}
