/*
 * season_fit_likelihood.c
 *		The likelihood of mbg/nbd in operational time, and its gradient by the season.
 *
 * With m = r + x, tau the operational time from the first purchase on and gone the probability that
 * they have left (see bg_nbd.c),
 *
 *		d ln L / d tau(age) = -(1 - gone) m / (alpha + tau(age))
 *		d ln L / d tau(t_x) = -gone m / (alpha + tau(t_x))
 *
 * Each is a weight on every day behind the first purchase up to as_of or the last purchase.  They
 * are put where these days begin and end, and summed up once for all customers; the weight of a day
 * times its factor, added up over a month, is by what the likelihood falls with the logarithm of
 * the month's factor: what was to be expected of the month of whom the model knows by now.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/season_fit_likelihood.h"

#include <math.h>
#include <string.h>

#include "core/optimize.h"
#include "core/poll.h"
#include "core/special.h"

typedef struct likelihood_sums
{
	double		log_alpha;
	double		r;
	double		alpha;
	double		a;
	double		b;
	double		value;
	double		by_r;
	double		by_alpha;
	double		by_a;
	double		by_b;
} likelihood_sums;

/* What depends on x alone */
typedef struct likelihood_run
{
	double		n;
	double		m;				/* r + x */
	double		term;
	double		digamma_term;
	double		both;			/* psi(a + b + x + 1) - psi(a + b) */
	double		beta_b;
	double		log_leave;
	double		by_leave;		/* by b */
} likelihood_run;

static likelihood_run
likelihood_run_of(const likelihood_sums *s, double n)
{
	likelihood_run run = {.n = n, .m = s->r + n};

	run.term = rt_log_gamma_ratio(s->r, n) + rt_log_gamma_ratio(s->b, n + 1) -
		rt_log_gamma_ratio(s->a + s->b, n + 1) - n * s->log_alpha;
	run.digamma_term = rt_digamma_difference(s->r, n);
	run.both = rt_digamma_difference(s->a + s->b, n + 1);
	run.beta_b = rt_digamma_difference(s->b, n + 1) - run.both;
	run.log_leave = log(s->a / (s->b + n));
	run.by_leave = -1 / (s->b + n);
	return run;
}

static inline void
likelihood_add_row(const rt_season_likelihood *l, const rt_fit_row *row, const likelihood_run *run,
				   likelihood_sums *s)
{
	int			first = l->days - (int) row->customer.age;
	int			last = first + (int) row->customer.t_x;
	double		weight = row->weight;
	double		until_last = s->alpha + (l->time[last] - l->time[first]);
	double		until_now = s->alpha + (l->time[l->days] - l->time[first]);
	double		log_growth = l->growth[first];
	double		log_ratio = last == first ? log_growth :
		log1p((until_now - until_last) / until_last);
	double		gone = 1 / (1 + exp(-run->log_leave - run->m * log_ratio));
	double		both_states = gone > 0.5 ? run->log_leave + run->m * log_ratio - log(gone) :
		-log1p(-gone);
	double		left = weight * gone * run->m / until_last;
	double		here = weight * (1 - gone) * run->m / until_now;

	s->value += weight * (run->term - run->m * log_growth + both_states);
	s->by_r += weight * (run->digamma_term - log_growth + gone * log_ratio);
	s->by_alpha += weight * s->r / s->alpha - here - left;
	s->by_a += weight * (gone / s->a - run->both);
	s->by_b += weight * (run->beta_b + gone * run->by_leave);
	l->weight[first] += here + left;
	l->weight[last] -= left;
}

static void
likelihood_set_days(const rt_season_likelihood *l, const double *cells, const double *weekdays,
					double alpha)
{
	double		cell[RT_SEASON_CELLS_MAX];
	double		of_weekday[7];

	for (int i = 0; i < l->cells; i++)
		cell[i] = exp(cells[i]);
	for (int i = 0; i < 7; i++)
		of_weekday[i] = exp(weekdays[i]);
	l->time[0] = 0;
	for (int day = 1; day <= l->days; day++)
		l->time[day] = l->time[day - 1] + cell[l->cell_of_day[day]] *
			of_weekday[(l->weekday + day) % 7] *
			(l->event_of_day != NULL ? l->event_of_day[day] : 1);
	for (int day = 0; day <= l->days; day++)
	{
		rt_poll_each((size_t) day);
		l->growth[day] = log1p((l->time[l->days] - l->time[day]) / alpha);
		l->weight[day] = 0;
	}
}

static void
likelihood_expect(const rt_season_likelihood *l, double *expected)
{
	double		weight = 0;

	memset(expected, 0, (size_t) l->cells * 7 * sizeof(double));
	for (int day = 1; day <= l->days; day++)
	{
		weight += l->weight[day - 1];
		expected[l->cell_of_day[day] * 7 + (l->weekday + day) % 7] +=
			weight * (l->time[day] - l->time[day - 1]);
	}
}

void
rt_season_likelihood_at(const rt_season_likelihood *l, const double *x, const double *cells,
						const double *weekdays, rt_season_score *score)
{
	likelihood_sums s = {
		.log_alpha = x[0] + x[1], .r = exp(x[0]), .alpha = exp(x[0] + x[1]), .a = exp(x[2]),
		.b = exp(x[2] + x[3])
	};
	size_t		i = 0;

	likelihood_set_days(l, cells, weekdays, s.alpha);
	while (i < l->row_count)
	{
		double		n = l->rows[i].customer.x;
		const likelihood_run run = likelihood_run_of(&s, n);

		for (; i < l->row_count && l->rows[i].customer.x == n; i++)
		{
			rt_poll_each(i);
			likelihood_add_row(l, &l->rows[i], &run, &s);
		}
	}
	likelihood_expect(l, score->expected);
	score->value = s.value;
	rt_pair_gradient(s.by_r, s.r, s.by_alpha, s.alpha, score->by_x);
	rt_pair_gradient(s.by_a, s.a, s.by_b, s.b, score->by_x + 2);
}
