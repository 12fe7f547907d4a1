/*
 * logistic.c
 *		What makes an outcome likely: logistic regression.
 *
 * The likelihood of McCullagh and Nelder (1989, chapter 4), its maximum by Newton's method, which
 * is their iteratively reweighted least squares; the penalty of le Cessie and van Houwelingen
 * (1992).  Covariates are standardized inside.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/logistic.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/assert.h"
#include "core/cholesky.h"
#include "core/newton.h"
#include "core/poll.h"

/*
 * Toward a maximum that is far away steps are equal, of one each: the logarithm of a double is 745
 * at most
 */
#define ITERATIONS_FAR	1000

struct rt_logistic_room
{
	rt_design	design;
	rt_newton	newton;
	double		gradient[RT_NEWTON_MAX];
	double		information[RT_NEWTON_MAX * RT_NEWTON_MAX];
	double		reach[RT_NEWTON_MAX];
	double		origin[RT_COVARIATES_MAX];	/* x = origin + unit * column, of each covariate */
	double		unit[RT_COVARIATES_MAX];
	int			covariate[RT_COVARIATES_MAX];	/* of each column used */
};

typedef struct logistic_problem
{
	rt_logistic_row *rows;
	size_t		count;
	double		penalty;
	rt_logistic_room *room;
} logistic_problem;

size_t
rt_logistic_room_size(void)
{
	return sizeof(rt_logistic_room);
}

double
rt_logistic(double eta)
{
	double		e = exp(-fabs(eta));

	return (eta >= 0 ? 1 : e) / (1 + e);
}

uint64_t
rt_logistic_hash(const double *x, int covariates)
{
	uint64_t	hash = 0;

	for (int i = 0; i < covariates; i++)
	{
		uint64_t	word;

		/* multiplied by 2^64 divided by the golden ratio (Knuth, volume 3, section 6.4) */
		memcpy(&word, &x[i], sizeof(word));
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	return hash;
}

int
rt_logistic_row_compare(const rt_logistic_row *left, const rt_logistic_row *right, int covariates)
{
	if (left->hash != right->hash)
		return left->hash < right->hash ? -1 : 1;
	for (int i = 0; i < covariates; i++)
		if (left->x[i] != right->x[i])
			return left->x[i] < right->x[i] ? -1 : 1;
	return 0;
}

/* The row and n - 1 columns behind a one, in the lower triangle */
static inline void
logistic_add_row(rt_logistic_room *room, int n, const double *x, double residual, double weight)
{
	room->gradient[0] += residual;
	room->information[0] += weight;
	for (int i = 1; i < n; i++)
	{
		double		weighted = weight * x[i - 1];
		double	   *information = &room->information[i * n];

		room->gradient[i] += residual * x[i - 1];
		information[0] += weighted;
		for (int j = 1; j <= i; j++)
			information[j] += weighted * x[j - 1];
	}
}

/* The penalized log-likelihood of the intercept and the coefficients of n - 1 columns */
static double
logistic_evaluate(void *problem, int n, const double *beta)
{
	const logistic_problem *p = problem;
	rt_logistic_room *room = p->room;
	double		value = 0;

	memset(room->gradient, 0, sizeof(room->gradient));
	memset(room->information, 0, (size_t) (n * n) * sizeof(double));
	for (size_t i = 0; i < p->count; i++)
	{
		const rt_logistic_row *row = &p->rows[i];
		double		yes = (double) row->yes;
		double		no = (double) row->no;
		double		eta = beta[0];
		double		e,
					likely,
					unlikely;

		rt_poll_each(i);
		for (int j = 1; j < n; j++)
			eta += beta[j] * row->x[j - 1];
		/* of what the sign of eta makes likely, and of the other */
		e = exp(-fabs(eta));
		likely = 1 / (1 + e);
		unlikely = e * likely;
		value -= (yes + no) * log1p(e) + (eta >= 0 ? no : yes) * fabs(eta);
		logistic_add_row(room, n, row->x,
						 eta >= 0 ? yes * unlikely - no * likely : yes * likely - no * unlikely,
						 (yes + no) * likely * unlikely);
	}
	for (int j = 1; j < n; j++)
	{
		value -= p->penalty / 2 * beta[j] * beta[j];
		room->gradient[j] -= p->penalty * beta[j];
		room->information[j * n + j] += p->penalty;
	}
	return value;
}

static rt_design_row
logistic_design_row(void *rows, size_t i)
{
	const rt_logistic_row *row = (const rt_logistic_row *) rows + i;

	return (rt_design_row) {row->x, (double) row->yes + (double) row->no};
}

/*
 * Standardizes the columns that are used, of covariates that may have been standardized already for
 * other rows
 */
static void
logistic_standardize(logistic_problem *p, int columns)
{
	rt_logistic_room *room = p->room;
	rt_design  *design = &room->design;

	*design = (rt_design) {.rows = p->rows, .count = p->count, .row = logistic_design_row};
	rt_design_standardize(design, columns);
	for (int j = 0; j < columns; j++)
	{
		int			covariate = room->covariate[j];

		room->origin[covariate] += room->unit[covariate] * design->mean[j];
		if (design->scale[j] > 0)
			room->unit[covariate] *= design->scale[j];
	}
	rt_design_drop_constant(design);
}

/* Takes out what follows from columns before it: the value without any effect */
static double
logistic_leave_out(logistic_problem *p)
{
	rt_logistic_room *room = p->room;
	rt_newton  *newton = &room->newton;
	double		yes = 0;
	double		no = 0;

	for (size_t i = 0; i < p->count; i++)
	{
		rt_poll_each(i);
		yes += (double) p->rows[i].yes;
		no += (double) p->rows[i].no;
	}
	memset(newton->beta, 0, sizeof(newton->beta));
	newton->beta[0] = log(yes / no);
	for (;;)
	{
		double		value;
		int			broken;

		newton->n = 1 + room->design.used;
		value = logistic_evaluate(p, newton->n, newton->beta);
		broken = rt_newton_factorize(newton);
		if (broken == newton->n)
			return value;
		RT_ASSERT(broken > 0);
		rt_design_drop(&room->design, broken - 1);
	}
}

static void
logistic_find_reach(logistic_problem *p)
{
	rt_logistic_room *room = p->room;
	int			used = room->design.used;

	room->reach[0] = 1;
	for (int j = 1; j <= used; j++)
		room->reach[j] = 0;
	for (size_t i = 0; i < p->count; i++)
	{
		rt_poll_each(i);
		for (int j = 1; j <= used; j++)
			room->reach[j] = fmax(room->reach[j], fabs(p->rows[i].x[j - 1]));
	}
}

/* The fit to the rows there are, of columns in the order of room->covariate: the value */
static double
logistic_climb(logistic_problem *p, int columns, rt_logistic_fit *fit, double *null_value)
{
	rt_logistic_room *room = p->room;
	int			covariate[RT_COVARIATES_MAX];
	double		value;

	logistic_standardize(p, columns);
	*null_value = logistic_leave_out(p);
	memcpy(covariate, room->covariate, sizeof(covariate));
	for (int j = 0; j < room->design.used; j++)
		room->covariate[j] = covariate[room->design.column[j]];
	logistic_find_reach(p);
	room->newton.iterations = 0;
	room->newton.enough = p->penalty > 0 ? ITERATIONS_FAR : RT_NEWTON_ENOUGH;
	room->newton.most = p->penalty > 0 ? ITERATIONS_FAR : RT_NEWTON_MOST;
	room->newton.negligible = 0;
	value = rt_newton_climb(&room->newton, *null_value);
	fit->iterations += room->newton.iterations;
	return value;
}

/*
 * In the units of the covariates, the intercept being that where all are 0: c'beta and the square
 * root of c'Vc, V being the inverse of the information.
 */
static void
logistic_set_coefficients(const logistic_problem *p, rt_logistic_fit *fit)
{
	rt_logistic_room *room = p->room;
	rt_newton  *newton = &room->newton;
	int			n = 1 + room->design.used;

	for (int i = 0; i < n; i++)
	{
		int			place = i == 0 ? 0 : 1 + room->covariate[i - 1];
		double		unit = i == 0 ? 1 : room->unit[place - 1];
		double		value = 0;
		double		square = 0;
		double		c[RT_NEWTON_MAX];

		if (fit->status[place] == RT_COEFFICIENT_INFINITE)
			continue;
		memset(c, 0, sizeof(c));
		c[i] = 1;
		for (int j = 1; j < n && i == 0; j++)
			c[j] = -room->origin[room->covariate[j - 1]] / room->unit[room->covariate[j - 1]];
		for (int j = 0; j < n; j++)
			value += c[j] * newton->beta[j];
		fit->status[place] = RT_COEFFICIENT_KNOWN;
		fit->coefficients[place] = value / unit;
		if (p->penalty > 0)
			continue;
		rt_cholesky_forward(newton->factor, n, n, c);
		for (int j = 0; j < n; j++)
			square += c[j] * c[j];
		fit->std_errors[place] = sqrt(square) / unit;
		fit->z[place] = value / sqrt(square);
	}
}

/*
 * Where the likelihood rises without end, the logarithm of the odds of those who are told exactly
 * goes on by 1 or more each step, as the rest of their likelihood falls by e: that of the others
 * rests.
 */
#define MOVES			1e-2
#define MOVES_PART		1e-3	/* of the largest movement, should that be small */

/*
 * So little may remain of an intercept's movements, beside 1 or their sum: rounding, and what a
 * step is off where a likelihood gains 1e-9 at most
 */
#define SUM_SMALL		1e-7

/* Marks the coefficients that a step moved, in the direction in which it did */
static void
logistic_mark_infinite(const logistic_problem *p, const double *direction, double moves,
					   rt_logistic_fit *fit)
{
	const rt_logistic_room *room = p->room;
	double		intercept = direction[0];
	double		terms = fmax(1, fabs(intercept));

	for (int j = 1; j <= room->design.used; j++)
	{
		int			covariate = room->covariate[j - 1];
		double		step = direction[j];
		double		at_zero = step * (room->origin[covariate] / room->unit[covariate]);

		if (fabs(step) * room->reach[j] <= moves)
			continue;
		fit->status[1 + covariate] = RT_COEFFICIENT_INFINITE;
		fit->coefficients[1 + covariate] = copysign(INFINITY, step);
		intercept -= at_zero;
		terms += fabs(at_zero);
	}
	if (fabs(intercept) > SUM_SMALL * terms)
	{
		fit->status[0] = RT_COEFFICIENT_INFINITE;
		fit->coefficients[0] = copysign(INFINITY, intercept);
	}
}

static double
logistic_movement(const logistic_problem *p, const double *direction, const rt_logistic_row *row)
{
	double		movement = direction[0];

	for (int j = 1; j < p->room->newton.n; j++)
		movement += direction[j] * row->x[j - 1];
	return movement;
}

/*
 * Takes out the rows that are told exactly, those that a step moves.  False, and all stay, if it
 * moves one the wrong way: then that is not a direction in which there is no end.
 */
static bool
logistic_take_out(logistic_problem *p, const double *direction, double moves)
{
	size_t		left = 0;

	/* first whether it is so, then which */
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < p->count; i++)
		{
			const rt_logistic_row *row = &p->rows[i];
			double		movement = logistic_movement(p, direction, row);

			rt_poll_each(i);
			if (pass == 1 && fabs(movement) <= moves)
				p->rows[left++] = *row;
			if (pass == 0 && fabs(movement) > moves && (movement > 0 ? row->no : row->yes) > 0)
				return false;
		}
	if (left == p->count)
		return false;
	p->count = left;
	return true;
}

/* Columns of infinite coefficients behind the others, which come first where both tell the same */
static void
logistic_move_infinite(logistic_problem *p, const rt_logistic_fit *fit)
{
	rt_logistic_room *room = p->room;
	int			used = room->design.used;
	int			from[RT_COVARIATES_MAX];
	int			covariate[RT_COVARIATES_MAX];
	int			n = 0;

	for (int infinite = 0; infinite < 2; infinite++)
		for (int j = 0; j < used; j++)
			if ((fit->status[1 + room->covariate[j]] == RT_COEFFICIENT_INFINITE) == infinite)
				from[n++] = j;
	memcpy(covariate, room->covariate, sizeof(covariate));
	for (int j = 0; j < used; j++)
		room->covariate[j] = covariate[from[j]];
	for (size_t i = 0; i < p->count; i++)
	{
		double		x[RT_COVARIATES_MAX];

		rt_poll_each(i);
		memcpy(x, p->rows[i].x, (size_t) used * sizeof(double));
		for (int j = 0; j < used; j++)
			p->rows[i].x[j] = x[from[j]];
	}
}

static bool
logistic_has_both(const logistic_problem *p)
{
	bool		yes = false;
	bool		no = false;

	for (size_t i = 0; i < p->count && !(yes && no); i++)
	{
		rt_poll_each(i);
		yes = yes || p->rows[i].yes > 0;
		no = no || p->rows[i].no > 0;
	}
	return yes && no;
}

/* Steps until it is asked again whether some are told exactly: the tails are e^8 lower then */
#define ITERATIONS_MORE 8

/*
 * Who is told exactly is not seen yet, or nobody is: goes on, to the maximum, or to where nothing
 * more is gained
 */
static void
logistic_climb_on(logistic_problem *p, rt_logistic_fit *fit)
{
	rt_newton  *newton = &p->room->newton;
	int			before = newton->iterations;

	newton->enough = before + ITERATIONS_MORE;
	if (newton->enough >= newton->most)
	{
		newton->enough = newton->most = ITERATIONS_FAR;
		newton->negligible = DBL_EPSILON;
	}
	fit->log_likelihood = rt_newton_climb(newton, fit->log_likelihood);
	fit->iterations += newton->iterations - before;
}

/*
 * The limit of what rises without end (Geyer 2009, "Likelihood inference in exponential families
 * and directions of recession"): some are told exactly, and the others have a likelihood of their
 * own, whose maximum it is.  That may rise without end, too.
 */
static void
logistic_fit_limit(logistic_problem *p, rt_logistic_fit *fit)
{
	rt_newton  *newton = &p->room->newton;
	double		null_value;

	while (!newton->converged && newton->iterations < ITERATIONS_FAR)
	{
		double		moves = fmin(MOVES, MOVES_PART * newton->largest);
		const double *direction = newton->step;

		/* where all are told exactly, that is seen before steps are equal */
		if (!logistic_take_out(p, direction, moves))
		{
			direction = newton->beta;
			if (!logistic_take_out(p, direction, 0))
			{
				logistic_climb_on(p, fit);
				continue;
			}
		}
		fit->converged = false;
		logistic_mark_infinite(p, direction, moves, fit);
		if (!logistic_has_both(p))
		{
			/* all are told exactly, and nothing tells more */
			fit->log_likelihood = 0;
			return;
		}
		logistic_move_infinite(p, fit);
		fit->log_likelihood = logistic_climb(p, p->room->design.used, fit, &null_value);
	}
	if (!newton->converged)
		fit->converged = false;
	logistic_set_coefficients(p, fit);
}

void
rt_fit_logistic(rt_logistic_row *rows, size_t count, int covariates, double penalty,
				rt_logistic_room *room, rt_logistic_fit *fit)
{
	logistic_problem p = {rows, count, penalty, room};

	RT_ASSERT(covariates >= 1 && covariates <= RT_COVARIATES_MAX && penalty >= 0);
	memset(fit, 0, sizeof(*fit));
	fit->covariates = covariates;
	for (int j = 0; j <= covariates; j++)
	{
		fit->status[j] = RT_COEFFICIENT_REDUNDANT;
		fit->coefficients[j] = fit->std_errors[j] = fit->z[j] = NAN;
	}
	for (int j = 0; j < covariates; j++)
	{
		room->covariate[j] = j;
		room->origin[j] = 0;
		room->unit[j] = 1;
	}
	room->newton = (rt_newton) {
		.evaluate = logistic_evaluate, .problem = &p, .gradient = room->gradient,
		.information = room->information, .reach = room->reach
	};
	fit->log_likelihood = logistic_climb(&p, covariates, fit, &fit->null_log_likelihood);
	fit->used = room->design.used;
	fit->converged = room->newton.converged || penalty == 0;
	logistic_fit_limit(&p, fit);
	for (int j = 1; j <= fit->used && penalty > 0; j++)
		fit->log_likelihood += penalty / 2 * room->newton.beta[j] * room->newton.beta[j];
}
