/*
 * hazard.c
 *		What makes customers leave sooner: the proportional hazards model of Cox.
 *
 * The partial likelihood of Cox (1972), with ties as Efron (1977) or Breslow (1974) has them.
 * Stratum by stratum rows come with the longest durations first, so that the sums over all who are
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
#include "core/sort.h"

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
	hazard_moments present;		/* of entries: those at risk, and what rounding took from it */
	hazard_moments lost;
	double		gradient[RT_COVARIATES_MAX];
	double		squares[RT_COVARIATES_MAX]; /* of which information is what the means leave */
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
	const size_t *by_entry;		/* NULL: all are at risk from the beginning */
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
	if (left->stratum != right->stratum)
		return left->stratum < right->stratum ? -1 : 1;
	if (left->time != right->time)
		return left->time > right->time ? -1 : 1;
	for (int i = 0; i < covariates; i++)
		if (left->x[i] != right->x[i])
			return left->x[i] < right->x[i] ? -1 : 1;
	return (left->entry > right->entry) - (left->entry < right->entry);
}

bool
rt_hazard_tie_rows(rt_hazard_row *rows, size_t count)
{
	return count > 0 &&
		rt_tie_durations(&rows[count - 1].time, count, -(ptrdiff_t) sizeof(rows[0]));
}

size_t
rt_hazard_tie_moments(rt_hazard_row *rows, size_t count, bool entries, rt_moment *moments)
{
	size_t		used = 0;

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		moments[used++] = (rt_moment) {rows[i].time, &rows[i].time};
		if (entries)
			moments[used++] = (rt_moment) {rows[i].entry, &rows[i].entry};
	}
	rt_tie_moments(moments, used);
	for (size_t i = 0; i < count && entries; i++)
	{
		rt_poll_each(i);
		if (!(rows[i].entry < rows[i].time))
			return i;
	}
	return count;
}

static int
hazard_compare_entries(const void *a, const void *b, const void *rows)
{
	const rt_hazard_row *left = (const rt_hazard_row *) rows + *(const size_t *) a;
	const rt_hazard_row *right = (const rt_hazard_row *) rows + *(const size_t *) b;

	if (left->stratum != right->stratum)
		return left->stratum < right->stratum ? -1 : 1;
	if (left->entry != right->entry)
		return left->entry > right->entry ? -1 : 1;
	return (left > right) - (left < right);
}

void
rt_hazard_order_entries(const rt_hazard_row *rows, size_t count, size_t *by_entry)
{
	for (size_t i = 0; i < count; i++)
		by_entry[i] = i;
	rt_sort(by_entry, count, sizeof(size_t), hazard_compare_entries, rows);
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
		room->squares[i] += at_risk->second[i * n + i] * sums.inverse;
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

/* Those of time are at risk from the beginning: of each stratum the sums grow as time goes back */
static void
hazard_walk_back(const hazard_problem *p, const double *beta, rt_hazard_room *room,
				 hazard_walk *walk)
{
	const rt_hazard_row *rows = p->rows;
	int			n = p->used;

	for (size_t begin = 0, end; begin < p->count; begin = end)
	{
		if (begin == 0 || rows[begin].stratum != rows[begin - 1].stratum)
		{
			hazard_clear_moments(&room->at_risk, n);
			walk->highest = -INFINITY;
		}
		walk->events = 0;
		hazard_clear_moments(&room->leaving, n);
		for (end = begin; end < p->count && rows[end].time == rows[begin].time &&
			 rows[end].stratum == rows[begin].stratum; end++)
		{
			rt_poll_each(end);
			hazard_add_row(p, beta, &rows[end], room, walk);
		}
		if (walk->events > 0)
			hazard_add_time(p, room, walk);
	}
}

/* ------------------------------------------------------------ entries */

/*
 * As time goes back customers come into the sums at their duration and go out at their entry.
 * What is taken out of a sum may have been nearly all of it.  So the sums are kept in twice the
 * digits: beside each what rounding took from it (Neumaier 1974).  A weight is a number and a power
 * of two, to which the sums are relative, so that what goes out is to the last digit what had come
 * in.
 */
typedef struct hazard_entered
{
	const double *beta;
	size_t		begin;			/* rows of the stratum */
	size_t		end;
	size_t		next;			/* to come in */
	size_t		next_out;		/* of those by entry */
	int			exponent;
	size_t		at_risk;		/* rows */
	double		peak;			/* of the sum of weights, since it was added up anew */
	double		before;			/* the event time that was looked at before */
} hazard_entered;

/*
 * Where a sum has fallen below so little of its peak it is added up anew: of the 106 digits 76 are
 * left, and 2^-23 of those for squares that are larger for those who went than for who stays.  With
 * covariates that are standardized no more than one row in 400 is so far out, some 20 standard
 * deviations, that it can bring that about by itself, as long as coefficients are about 1.
 */
#define PEAK_SMALL 0x1p-30

/* exp(eta) is this number by a power of two */
static double
hazard_power(double eta, int *exponent)
{
	double		power = fmax(fmin(floor(eta / M_LN2), 1e9), -1e9);

	*exponent = (int) power;
	return exp(eta - power * M_LN2);
}

static inline void
hazard_add_term(double *sum, double *lost, double term)
{
	double		more = *sum + term;
	double		added = more - *sum;

	*lost += (*sum - (more - added)) + (term - added);
	*sum = more;
}

static void
hazard_add_present(rt_hazard_room *room, const double *x, int n, double weight)
{
	hazard_add_term(&room->present.sum, &room->lost.sum, weight);
	for (int i = 0; i < n; i++)
	{
		double		weighted = weight * x[i];

		hazard_add_term(&room->present.first[i], &room->lost.first[i], weighted);
		for (int j = 0; j <= i; j++)
			hazard_add_term(&room->present.second[i * n + j], &room->lost.second[i * n + j],
							weighted * x[j]);
	}
}

static void
hazard_forget_present(rt_hazard_room *room, int n, hazard_entered *w)
{
	hazard_clear_moments(&room->present, n);
	hazard_clear_moments(&room->lost, n);
	w->at_risk = 0;
	w->peak = 0;
}

/* Another power of two that sums are relative to, which changes no digit */
static void
hazard_move_exponent(rt_hazard_room *room, int n, int exponent, hazard_entered *w)
{
	double		factor = w->at_risk == 0 ? 0 : ldexp(1, w->exponent - exponent);

	if (w->at_risk > 0)
	{
		hazard_scale_moments(&room->present, n, factor);
		hazard_scale_moments(&room->lost, n, factor);
		hazard_scale_moments(&room->leaving, n, factor);
		w->peak *= factor;
	}
	w->exponent = exponent;
}

static void
hazard_come(const hazard_problem *p, const rt_hazard_row *row, rt_hazard_room *room,
			hazard_entered *w)
{
	int			exponent;
	double		power = hazard_power(hazard_linear(w->beta, row->x, p->used), &exponent);

	if (w->at_risk == 0 || exponent > w->exponent)
		hazard_move_exponent(room, p->used, exponent, w);
	w->at_risk++;
	hazard_add_present(room, row->x, p->used,
					   ldexp(power * (double) (row->events + row->censored),
							 exponent - w->exponent));
	w->peak = fmax(w->peak, room->present.sum);
}

static void
hazard_go(const hazard_problem *p, const rt_hazard_row *row, rt_hazard_room *room,
		  hazard_entered *w)
{
	int			exponent;
	double		power = hazard_power(hazard_linear(w->beta, row->x, p->used), &exponent);

	w->at_risk--;
	hazard_add_present(room, row->x, p->used,
					   -ldexp(power * (double) (row->events + row->censored),
							  exponent - w->exponent));
}

/* Takes out who is not at risk at time; who was there only between events had not come in */
static void
hazard_take_out(const hazard_problem *p, double time, rt_hazard_room *room, hazard_entered *w)
{
	for (; w->next_out < w->end; w->next_out++)
	{
		const rt_hazard_row *row = &p->rows[p->by_entry[w->next_out]];

		rt_poll_each(w->next_out);
		if (row->entry < time)
			break;
		if (row->time >= w->before)
			hazard_go(p, row, room, w);
	}
	if (w->at_risk == 0)
		hazard_forget_present(room, p->used, w);
	else if (!(room->present.sum + room->lost.sum > PEAK_SMALL * w->peak))
	{
		hazard_forget_present(room, p->used, w);
		for (size_t i = w->begin; i < w->next; i++)
		{
			rt_poll_each(i);
			if (p->rows[i].entry < time)
				hazard_come(p, &p->rows[i], room, w);
		}
	}
}

/* All who are at risk at time, which is that of events */
static void
hazard_take_in(const hazard_problem *p, double time, rt_hazard_room *room, hazard_entered *w,
			   hazard_walk *walk)
{
	int			n = p->used;

	for (; w->next < w->end && p->rows[w->next].time >= time; w->next++)
	{
		const rt_hazard_row *row = &p->rows[w->next];
		double		eta;
		int			exponent;

		rt_poll_each(w->next);
		if (!(row->entry < time))
			continue;
		hazard_come(p, row, room, w);
		if (row->events == 0)
			continue;
		eta = hazard_linear(w->beta, row->x, n);
		walk->events += (double) row->events;
		walk->value += (double) row->events * eta;
		for (int i = 0; i < n; i++)
			room->gradient[i] += (double) row->events * row->x[i];
		if (p->ties == RT_TIES_EFRON)
		{
			double		power = hazard_power(eta, &exponent);

			hazard_add_moments(&room->leaving, row->x, n,
							   ldexp(power * (double) row->events, exponent - w->exponent));
		}
	}
}

/* The sums as they are at an event time */
static void
hazard_round_present(rt_hazard_room *room, int n)
{
	const hazard_moments *present = &room->present;
	const hazard_moments *lost = &room->lost;

	room->at_risk.sum = present->sum + lost->sum;
	for (int i = 0; i < n; i++)
	{
		room->at_risk.first[i] = present->first[i] + lost->first[i];
		for (int j = 0; j <= i; j++)
			room->at_risk.second[i * n + j] = present->second[i * n + j] + lost->second[i * n + j];
	}
}

static void
hazard_walk_stratum(const hazard_problem *p, rt_hazard_room *room, hazard_entered *w,
					hazard_walk *walk)
{
	hazard_forget_present(room, p->used, w);
	w->before = INFINITY;
	for (;;)
	{
		size_t		event = w->next;

		for (; event < w->end && p->rows[event].events == 0; event++)
			rt_poll_each(event);
		if (event == w->end)
			break;
		walk->events = 0;
		hazard_clear_moments(&room->leaving, p->used);
		hazard_take_out(p, p->rows[event].time, room, w);
		hazard_take_in(p, p->rows[event].time, room, w, walk);
		hazard_round_present(room, p->used);
		walk->highest = w->exponent * M_LN2;
		hazard_add_time(p, room, walk);
		w->before = p->rows[event].time;
	}
}

/* Customers come in, and go out at their entry */
static void
hazard_walk_entered(const hazard_problem *p, const double *beta, rt_hazard_room *room,
					hazard_walk *walk)
{
	for (size_t begin = 0, end; begin < p->count; begin = end)
	{
		hazard_entered w = {.beta = beta, .begin = begin, .next = begin, .next_out = begin};

		for (end = begin; end < p->count && p->rows[end].stratum == p->rows[begin].stratum; end++)
			rt_poll_each(end);
		w.end = end;
		hazard_walk_stratum(p, room, &w, walk);
	}
}

/*
 * At 0, where no weight tells customers apart: no information is left of a covariate that is the
 * same for all who are compared at a time, though not for all
 */
static void
hazard_forget_rounding(rt_hazard_room *room, const double *beta, int n)
{
	for (int i = 0; i < n; i++)
		if (beta[i] != 0)
			return;
	for (int i = 0; i < n; i++)
		if (!(room->information[i * n + i] > RT_NEWTON_PIVOT * room->squares[i]))
		{
			for (int j = 0; j <= i; j++)
				room->information[i * n + j] = 0;
			for (int j = i; j < n; j++)
				room->information[j * n + i] = 0;
		}
}

/* The log-likelihood at beta; room->gradient and, in the lower triangle, room->information */
static double
hazard_evaluate(const hazard_problem *p, const double *beta, rt_hazard_room *room)
{
	hazard_walk walk = {.highest = -INFINITY};

	memset(room->gradient, 0, sizeof(room->gradient));
	memset(room->squares, 0, sizeof(room->squares));
	memset(room->information, 0, (size_t) (p->used * p->used) * sizeof(double));
	if (p->by_entry == NULL)
		hazard_walk_back(p, beta, room, &walk);
	else
		hazard_walk_entered(p, beta, room, &walk);
	hazard_forget_rounding(room, beta, p->used);
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
 * Takes the mean of a stratum from column j, as customers are compared within it only.  What is
 * left of a value that is the same for all of them is nothing.
 */
static void
hazard_center_stratum(rt_hazard_row *rows, size_t count, int j)
{
	double		weights = 0;
	double		mean = 0;
	double		largest = 0;
	double		away = 0;

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
		rt_poll_each(i);
		rows[i].x[j] = (rows[i].x[j] / largest - mean) * largest;
		away = fmax(away, fabs(rows[i].x[j]));
	}
	for (size_t i = 0; i < count && away < RT_DESIGN_SCALE * largest; i++)
	{
		rt_poll_each(i);
		rows[i].x[j] = 0;
	}
}

static void
hazard_center_strata(rt_hazard_row *rows, size_t count, int covariates)
{
	if (count == 0 || rows[0].stratum == rows[count - 1].stratum)
		return;
	for (size_t begin = 0, end; begin < count; begin = end)
	{
		for (end = begin; end < count && rows[end].stratum == rows[begin].stratum; end++)
			rt_poll_each(end);
		for (int j = 0; j < covariates; j++)
			hazard_center_stratum(rows + begin, end - begin, j);
	}
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
			  const size_t *by_entry, rt_hazard_room *room, rt_hazard_fit *fit)
{
	hazard_problem p = {rows, count, covariates, ties, by_entry, room};
	rt_newton  *newton = &room->newton;

	RT_ASSERT(covariates >= 1 && covariates <= RT_COVARIATES_MAX);
#ifdef RT_ASSERTIONS
	for (size_t i = 1; i < count; i++)
		RT_ASSERT(rows[i - 1].stratum < rows[i].stratum ||
				  (rows[i - 1].stratum == rows[i].stratum && rows[i - 1].time >= rows[i].time));
#endif
	memset(fit, 0, sizeof(*fit));
	fit->covariates = covariates;
	hazard_center_strata(rows, count, covariates);
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
