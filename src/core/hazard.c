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

#include "core/cholesky.h"
#include "core/gauss_legendre.h"
#include "core/poll.h"
#include "core/survival.h"

#define ITERATIONS_MAX	100

/* A step this small, in standard deviations, is rounding */
#define STEP_SMALL		1e-9

/*
 * A likelihood with a maximum is reached within ten steps, the last of them ever smaller.  One
 * that rises without end takes equal steps for ever.
 */
#define ITERATIONS_ENOUGH 25
#define STEP_LARGE		1e-2
#define GAIN_SMALL		1e-9

/* Part of a column's variance that those before it must leave */
#define PIVOT_SMALL		1e-11

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
	double		mean[RT_COVARIATES_MAX];
	double		scale[RT_COVARIATES_MAX];
	double		beta[RT_COVARIATES_MAX];
	double		tried[RT_COVARIATES_MAX];
	double		step[RT_COVARIATES_MAX];
	double		gradient[RT_COVARIATES_MAX];
	double		information[RT_COVARIATES_MAX * RT_COVARIATES_MAX];
	double		factor[RT_COVARIATES_MAX * RT_COVARIATES_MAX];
	int			column[RT_COVARIATES_MAX];	/* the covariate of each one used */
};

typedef struct hazard_problem
{
	const rt_hazard_row *rows;
	size_t		count;
	int			used;			/* columns, moved to the front of each row's x */
	rt_hazard_ties ties;
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
linear(const double *beta, const double *x, int n)
{
	double		eta = 0;

	for (int i = 0; i < n; i++)
		eta += beta[i] * x[i];
	return eta;
}

static void
add_moments(hazard_moments *m, const double *x, int n, double weight)
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
clear_moments(hazard_moments *m, int n)
{
	m->sum = 0;
	memset(m->first, 0, (size_t) n * sizeof(double));
	memset(m->second, 0, (size_t) (n * n) * sizeof(double));
}

static void
scale_moments(hazard_moments *m, int n, double factor)
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
typedef struct tie_sums
{
	double		log_d;
	double		inverse;		/* 1/d */
	double		inverse_f;		/* f/d */
	double		inverse_2;		/* 1/d^2 */
	double		inverse_2f;
	double		inverse_2ff;
} tie_sums;

static void
add_tie(tie_sums *sums, double at_risk, double leaving, double f, double weight)
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
add_slope(tie_sums *sums, double at_risk, double leaving, double events, double f, double weight)
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
static tie_sums
sum_ties(double at_risk, double leaving, double events)
{
	tie_sums	sums = {0, 0, 0, 0, 0, 0};
	double		first = events > TIES_ONE_BY_ONE ? events - TIES_LAST : 0;

	for (double k = first; k < events; k++)
		add_tie(&sums, at_risk, leaving, k / events, 1);
	if (first == 0)
		return sums;
	for (double upper = first - 0.5, lower; upper > -0.5; upper = lower)
	{
		double		half;

		lower = fmax(upper - (events - upper), -0.5);
		half = (upper - lower) / 2;
		for (int i = 0; i < RT_GAUSS_POINTS; i++)
			add_tie(&sums, at_risk, leaving, (lower + half * (1 + rt_gauss_nodes[i])) / events,
					half * rt_gauss_weights[i]);
	}
	add_slope(&sums, at_risk, leaving, events, (first - 0.5) / events, -1.0 / 24);
	add_slope(&sums, at_risk, leaving, events, -0.5 / events, 1.0 / 24);
	return sums;
}

/* The log-likelihood at beta; room->gradient and, in the lower triangle, room->information */
static double
evaluate(const hazard_problem *p, const double *beta, rt_hazard_room *room)
{
	hazard_moments *at_risk = &room->at_risk;
	hazard_moments *leaving = &room->leaving;
	int			n = p->used;
	double		highest = -INFINITY;	/* eta so far, to which weights are relative */
	double		value = 0;

	clear_moments(at_risk, n);
	memset(room->gradient, 0, sizeof(room->gradient));
	memset(room->information, 0, (size_t) (n * n) * sizeof(double));
	for (size_t begin = 0, end; begin < p->count; begin = end)
	{
		double		events = 0;
		tie_sums	sums = {0, 0, 0, 0, 0, 0};

		clear_moments(leaving, n);
		for (end = begin; end < p->count && p->rows[end].time == p->rows[begin].time; end++)
		{
			const rt_hazard_row *row = &p->rows[end];
			double		eta = linear(beta, row->x, n);
			double		weight;

			rt_poll_each(end);
			if (eta > highest)
			{
				scale_moments(at_risk, n, exp(highest - eta));
				scale_moments(leaving, n, exp(highest - eta));
				highest = eta;
			}
			weight = exp(eta - highest);
			add_moments(at_risk, row->x, n, weight * (double) (row->events + row->censored));
			if (row->events == 0)
				continue;
			events += (double) row->events;
			value += (double) row->events * eta;
			for (int i = 0; i < n; i++)
				room->gradient[i] += (double) row->events * row->x[i];
			if (p->ties == RT_TIES_EFRON)
				add_moments(leaving, row->x, n, weight * (double) row->events);
		}
		if (events == 0)
			continue;
		if (p->ties == RT_TIES_BRESLOW || events == 1)
		{
			sums.log_d = events * log(at_risk->sum);
			sums.inverse = events / at_risk->sum;
			sums.inverse_2 = sums.inverse / at_risk->sum;
		}
		else
			sums = sum_ties(at_risk->sum, leaving->sum, events);
		value -= events * highest + sums.log_d;
		for (int i = 0; i < n; i++)
		{
			room->gradient[i] -=
				at_risk->first[i] * sums.inverse - leaving->first[i] * sums.inverse_f;
			for (int j = 0; j <= i; j++)
				room->information[i * n + j] +=
					at_risk->second[i * n + j] * sums.inverse -
					leaving->second[i * n + j] * sums.inverse_f -
					at_risk->first[i] * at_risk->first[j] * sums.inverse_2 +
					(at_risk->first[i] * leaving->first[j] +
					 leaving->first[i] * at_risk->first[j]) *
					sums.inverse_2f -
					leaving->first[i] * leaving->first[j] * sums.inverse_2ff;
		}
	}
	return value;
}

/* The factor of room->information in room->factor; the first column that is redundant, or n */
static int
factorize(rt_hazard_room *room, int n)
{
	return rt_cholesky(room->information, n, n, PIVOT_SMALL, room->factor);
}

/*
 * Far out in some direction there is next to no information: a little more all round keeps the
 * steps upward
 */
static bool
factorize_ridge(rt_hazard_room *room, int n)
{
	double		largest = 0;

	for (int j = 0; j < n; j++)
		largest = fmax(largest, room->information[j * n + j]);
	for (double ridge = 1e-9; factorize(room, n) < n; ridge *= 10)
	{
		if (ridge > 1 || !(largest > 0))
			return false;
		for (int j = 0; j < n; j++)
			room->information[j * n + j] += ridge * largest;
	}
	return true;
}

static void
solve(const rt_hazard_room *room, int n, const double *right, double *x)
{
	memcpy(x, right, (size_t) n * sizeof(double));
	rt_cholesky_forward(room->factor, n, n, x);
	rt_cholesky_backward(room->factor, n, n, x);
}

/* Standardizes x; what is the same for everybody has scale 0 */
static void
standardize(rt_hazard_row *rows, size_t count, int covariates, rt_hazard_room *room)
{
	for (int j = 0; j < covariates; j++)
	{
		double		weights = 0;
		double		mean = 0;
		double		squares = 0;
		double		largest = 0;

		for (size_t i = 0; i < count; i++)
		{
			rt_poll_each(i);
			largest = fmax(largest, fabs(rows[i].x[j]));
		}
		for (size_t i = 0; i < count && largest > 0; i++)
		{
			double		weight = (double) (rows[i].events + rows[i].censored);

			rt_poll_each(i);
			weights += weight;
			mean += (rows[i].x[j] / largest - mean) * (weight / weights);
		}
		for (size_t i = 0; i < count && largest > 0; i++)
		{
			double		away = rows[i].x[j] / largest - mean;

			rt_poll_each(i);
			squares += away * away * (double) (rows[i].events + rows[i].censored);
		}
		room->mean[j] = mean * largest;
		room->scale[j] = largest > 0 && squares > 0 ? sqrt(squares / weights) * largest : 0;
		/* the differences are rounding when the values are all but the same */
		if (room->scale[j] < 1e-13 * largest)
			room->scale[j] = 0;
		if (room->scale[j] > 0)
			for (size_t i = 0; i < count; i++)
			{
				rt_poll_each(i);
				rows[i].x[j] = (rows[i].x[j] - room->mean[j]) / room->scale[j];
			}
	}
}

/* Takes column j of those used out of all rows */
static void
drop_column(hazard_problem *p, rt_hazard_row *rows, rt_hazard_room *room, int j)
{
	for (size_t i = 0; i < p->count; i++)
	{
		rt_poll_each(i);
		memmove(&rows[i].x[j], &rows[i].x[j + 1], (size_t) (p->used - 1 - j) * sizeof(double));
	}
	memmove(&room->column[j], &room->column[j + 1], (size_t) (p->used - 1 - j) * sizeof(int));
	p->used--;
}

/*
 * The columns that the last step still moved are infinite; the others have the information that is
 * left when those stay where they are.
 */
static void
fix_infinite(hazard_problem *p, rt_hazard_room *room, double largest, rt_hazard_fit *fit)
{
	int			from[RT_COVARIATES_MAX];
	int			n = 0;

	for (int j = 0; j < p->used; j++)
		if (fabs(room->step[j]) > STEP_LARGE * largest)
		{
			fit->status[room->column[j]] = RT_COEFFICIENT_INFINITE;
			fit->coefficients[room->column[j]] = room->beta[j];
		}
		else
			from[n++] = j;
	for (int i = 0; i < n; i++)
	{
		room->beta[i] = room->beta[from[i]];
		room->column[i] = room->column[from[i]];
		for (int j = 0; j <= i; j++)
			room->information[i * n + j] = room->information[from[i] * p->used + from[j]];
	}
	/* nothing is left to tell the others apart: they are as good as redundant */
	p->used = factorize(room, n) == n ? n : 0;
}

void
rt_fit_hazard(rt_hazard_row *rows, size_t count, int covariates, rt_hazard_ties ties,
			  rt_hazard_room *room, rt_hazard_fit *fit)
{
	hazard_problem p = {rows, count, covariates, ties};
	double		value;
	double		largest = 0;
	double		gain = INFINITY;
	int			broken;

	memset(fit, 0, sizeof(*fit));
	fit->covariates = covariates;
	standardize(rows, count, covariates, room);
	for (int j = 0; j < covariates; j++)
	{
		room->column[j] = j;
		fit->status[j] = RT_COEFFICIENT_REDUNDANT;
		fit->coefficients[j] = fit->std_errors[j] = NAN;
	}
	for (int j = covariates; j-- > 0;)
		if (room->scale[j] == 0)
			drop_column(&p, rows, room, j);

	/* at 0 it is seen which columns say nothing new */
	memset(room->beta, 0, sizeof(room->beta));
	for (;;)
	{
		value = evaluate(&p, room->beta, room);
		broken = factorize(room, p.used);
		if (broken == p.used)
			break;
		drop_column(&p, rows, room, broken);
	}
	fit->used = p.used;
	fit->null_log_likelihood = fit->log_likelihood = value;
	fit->converged = true;
	for (int iteration = 0; p.used > 0; iteration++)
	{
		double		next;
		int			halvings = 0;

		solve(room, p.used, room->gradient, room->step);
		largest = 0;
		for (int j = 0; j < p.used; j++)
			largest = fmax(largest, fabs(room->step[j]));
		if (largest < STEP_SMALL)
		{
			/* one more step makes it exact; the information is that of this point */
			for (int j = 0; j < p.used; j++)
				room->beta[j] += room->step[j];
			break;
		}
		fit->converged =
			!(iteration >= ITERATIONS_ENOUGH && largest > STEP_LARGE && gain < GAIN_SMALL) &&
			iteration < ITERATIONS_MAX;
		if (!fit->converged)
			break;
		for (;;)
		{
			for (int j = 0; j < p.used; j++)
				room->tried[j] = room->beta[j] + room->step[j];
			next = evaluate(&p, room->tried, room);
			if (next >= value - 1e-12 * (1 + fabs(value)) || halvings++ == 40)
				break;
			for (int j = 0; j < p.used; j++)
				room->step[j] /= 2;
		}
		memcpy(room->beta, room->tried, sizeof(room->beta));
		gain = next - value;
		value = next;
		if (!factorize_ridge(room, p.used))
		{
			fit->converged = false;
			break;
		}
	}
	fit->log_likelihood = value;

	if (!fit->converged)
		fix_infinite(&p, room, largest, fit);
	for (int j = 0; j < p.used; j++)
	{
		int			covariate = room->column[j];
		double		scale = room->scale[covariate];

		memset(room->tried, 0, sizeof(room->tried));
		room->tried[j] = 1;
		solve(room, p.used, room->tried, room->step);
		fit->status[covariate] = RT_COEFFICIENT_KNOWN;
		fit->coefficients[covariate] = room->beta[j] / scale;
		fit->std_errors[covariate] = sqrt(room->step[j]) / scale;
	}
}
