/*
 * season_fit_search.c
 *		Where the model and the season are most likely.
 *
 * Newton's method for all coordinates together, with the gradient of all rows and the curvature of
 * a sample of them.  Only ratios of factors mean something to the likelihood, as alpha takes a
 * common one; in each step their mean stays 1.
 *
 * Each month (and weekday) counts half a purchase more than it has, at the same mean: the prior of
 * Jeffreys, which keeps the logarithm of a month without purchases finite, and takes the bias of
 * the others (Firth 1993, "Bias reduction of maximum likelihood estimates").
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/season_fit_search.h"

#include <math.h>
#include <string.h>

#include "core/cholesky.h"
#include "core/model.h"
#include "core/poll.h"
#include "core/season.h"

#define HALF_PURCHASE 0.5

/*
 * A gain of the log-likelihood that is nothing, and one that may be left where no step is better,
 * or where a search crawls along a ridge of the model toward one of its limits: a tenth of a
 * standard error of a factor would be 0.005.  Most searches take four to eight steps.
 */
#define GAIN 1e-7
#define GAIN_LEFT 1e-3
#define ITERATIONS 30

/* A sum of a million terms is known to so much of itself: no step can be seen to gain less */
#define ROUNDING 1e-12

void
rt_season_cells(const rt_season_search *s, const double *z, double *cells)
{
	for (int i = 0; i < s->all.cells; i++)
		cells[i] = z[RT_SEASON_JANUARY + s->month_of_cell[i]] +
			z[RT_SEASON_TREND] * s->years_of_cell[i];
}

/* -------------------------------------------------------------- the objective */

static const double search_weekday_days[7] = {1, 1, 1, 1, 1, 1, 1};

static const double *
search_days_of(int count)
{
	return count == 7 ? search_weekday_days : rt_season_month_days;
}

/* The logarithm of the mean of factors */
double
rt_season_mean_log(const double *logarithms, int count)
{
	const double *days = search_days_of(count);
	double		sum = 0;
	double		all = 0;

	for (int i = 0; i < count; i++)
	{
		sum += days[i] * exp(logarithms[i]);
		all += days[i];
	}
	return log(sum / all);
}

void
rt_season_shares(const double *logarithms, int count, double *shares)
{
	const double *days = search_days_of(count);
	double		sum = 0;

	for (int i = 0; i < count; i++)
		sum += shares[i] = days[i] * exp(logarithms[i]);
	for (int i = 0; i < count; i++)
		shares[i] /= sum;
}

/* To the mean 1: time runs slower by as much, which alpha makes up for */
static void
search_normalize(const rt_season_search *s, double *z)
{
	for (int part = 0; part < 2; part++)
	{
		double	   *logarithms = z + (part == 0 ? RT_SEASON_JANUARY : RT_SEASON_MONDAY);
		int			count = part == 0 ? 12 : 7;
		double		mean;

		if (s->count <= (part == 0 ? RT_SEASON_JANUARY : RT_SEASON_MONDAY))
			break;
		mean = rt_season_mean_log(logarithms, count);
		for (int i = 0; i < count; i++)
			logarithms[i] -= mean;
		z[1] -= mean;
	}
}

/* The gradient by coordinates of the first term: what was expected, with its sign */
static void
search_gather(const rt_season_search *s, const rt_season_score *score, double *gradient)
{
	memset(gradient, 0, RT_SEASON_ALL * sizeof(double));
	memcpy(gradient, score->by_x, sizeof(score->by_x));
	for (int cell = 0; cell < s->all.cells; cell++)
	{
		for (int weekday = 0; weekday < 7; weekday++)
		{
			double		expected = score->expected[cell * 7 + weekday];

			gradient[RT_SEASON_TREND] -= expected * s->years_of_cell[cell];
			gradient[RT_SEASON_JANUARY + s->month_of_cell[cell]] -= expected;
			gradient[RT_SEASON_MONDAY + weekday] -= expected;
		}
	}
}

/* What purchases and half purchases of months or weekdays add; returns that of the purchases */
static double
search_add_counts(const double *counts, const double *logarithms, int count, double *value,
				  double *gradient)
{
	double		shares[12];
	double		purchases = 0;

	rt_season_shares(logarithms, count, shares);
	for (int i = 0; i < count; i++)
	{
		purchases += counts[i] > 0 ? counts[i] * logarithms[i] : 0;
		*value += HALF_PURCHASE * logarithms[i];
		gradient[i] += counts[i] + HALF_PURCHASE * (1 - count * shares[i]);
	}
	*value += purchases - HALF_PURCHASE * count * rt_season_mean_log(logarithms, count);
	return purchases;
}

/* At z; what it finds there becomes the place of the search when it is better, or has to */
static bool
search_try(rt_season_search *s, const double *z, double least, bool always)
{
	double		cells[RT_SEASON_CELLS_MAX];
	double		gradient[RT_SEASON_ALL];
	rt_season_score score;
	double		value;
	double		purchases;

	rt_season_cells(s, z, cells);
	rt_season_likelihood_at(&s->all, z, cells, z + RT_SEASON_MONDAY, &score);
	s->evaluations++;
	value = score.value;
	search_gather(s, &score, gradient);
	purchases = s->purchase_years * z[RT_SEASON_TREND];
	value += purchases;
	gradient[RT_SEASON_TREND] += s->purchase_years;
	purchases += search_add_counts(s->month_counts, z + RT_SEASON_JANUARY, 12, &value,
								   gradient + RT_SEASON_JANUARY);
	purchases += search_add_counts(s->weekday_counts, z + RT_SEASON_MONDAY, 7, &value,
								   gradient + RT_SEASON_MONDAY);
	if (!(value >= least) && !always)
		return false;
	memcpy(s->z, z, sizeof(s->z));
	memcpy(s->gradient, gradient, sizeof(s->gradient));
	s->score = score;
	s->log_likelihood = score.value + purchases;
	s->value = value;
	return isfinite(value);
}

/* -------------------------------------------------------------- the curvature */

bool
rt_season_held(const rt_season_search *s, int coordinate)
{
	return (s->z[coordinate] <= s->lower[coordinate] && s->gradient[coordinate] < 0) ||
		(s->z[coordinate] >= s->upper[coordinate] && s->gradient[coordinate] > 0);
}

void
rt_season_gauge(const rt_season_search *s, double *curvature)
{
	for (int i = 0; i < RT_SEASON_JANUARY && i < s->count; i++)
		curvature[i * s->count + i] += 1 / (RT_UNKNOWN_ERROR * RT_UNKNOWN_ERROR);
	for (int part = 0; part < 2; part++)
	{
		int			from = part == 0 ? RT_SEASON_JANUARY : RT_SEASON_MONDAY;
		int			count = part == 0 ? 12 : 7;
		double		shares[12];

		if (s->count <= from)
			break;
		rt_season_shares(s->z + from, count, shares);
		for (int i = 0; i < count; i++)
		{
			double	   *row = curvature + (from + i) * s->count + from;

			row[i] += HALF_PURCHASE * count * shares[i];
			for (int j = 0; j < count; j++)
				row[j] += (s->purchases - HALF_PURCHASE * count) * shares[i] * shares[j];
		}
	}
}

/* By differences of the gradient of the sample */
#define DIFFERENCE 1e-5

static void
search_curvature(rt_season_search *s, double *curvature)
{
	double		cells[RT_SEASON_CELLS_MAX];
	double		here[RT_SEASON_ALL];
	double		there[RT_SEASON_ALL];
	double		z[RT_SEASON_ALL];
	rt_season_score score;
	int			n = s->count;

	rt_season_cells(s, s->z, cells);
	rt_season_likelihood_at(&s->sample, s->z, cells, s->z + RT_SEASON_MONDAY, &score);
	search_gather(s, &score, here);
	for (int i = 0; i < n; i++)
	{
		rt_poll();
		memcpy(z, s->z, sizeof(z));
		z[i] += DIFFERENCE;
		rt_season_cells(s, z, cells);
		rt_season_likelihood_at(&s->sample, z, cells, z + RT_SEASON_MONDAY, &score);
		search_gather(s, &score, there);
		for (int j = 0; j < n; j++)
			curvature[i * n + j] = (here[j] - there[j]) / DIFFERENCE;
	}
	for (int i = 0; i < n; i++)
	{
		for (int j = 0; j < i; j++)
			curvature[i * n + j] = curvature[j * n + i] =
				(curvature[i * n + j] + curvature[j * n + i]) / 2;
	}
	rt_season_gauge(s, curvature);
}

bool
rt_season_factor_of(double *matrix, int count, double *l)
{
	for (double part = 1e-12; part < 1e3; part *= 10)
	{
		rt_poll();
		if (rt_cholesky(matrix, count, count, 1e-13, l) == count)
			return true;
		for (int i = 0; i < count; i++)
			matrix[i * count + i] += part * (fabs(matrix[i * count + i]) + 1);
	}
	return false;
}

/* ------------------------------------------------------------------ the search */

/* Newton's step, and what it promises */
static bool
search_step(const rt_season_search *s, const double *curvature, double *step, double *gain)
{
	double		matrix[RT_SEASON_ALL * RT_SEASON_ALL];
	double		l[RT_SEASON_ALL * RT_SEASON_ALL];
	int			n = s->count;

	memcpy(matrix, curvature, (size_t) (n * n) * sizeof(double));
	for (int i = 0; i < n; i++)
	{
		step[i] = s->gradient[i];
		if (!rt_season_held(s, i))
			continue;
		step[i] = 0;
		for (int j = 0; j < n; j++)
			matrix[i * n + j] = matrix[j * n + i] = i == j;
	}
	if (!rt_season_factor_of(matrix, n, l))
		return false;
	rt_cholesky_forward(l, n, n, step);
	rt_cholesky_backward(l, n, n, step);
	*gain = 0;
	for (int i = 0; i < n; i++)
		*gain += (rt_season_held(s, i) ? 0 : s->gradient[i]) * step[i];
	return isfinite(*gain);
}

/* Logarithms: no step multiplies anything by more than e^2 */
#define LONGEST_STEP 2

static bool
search_move(rt_season_search *s, const double *step, double gain, double *length)
{
	double		farthest = LONGEST_STEP;

	for (int i = 0; i < s->count; i++)
		farthest = fmax(farthest, fabs(step[i]));
	*length = LONGEST_STEP / farthest;
	for (int halving = 0; halving < (gain <= GAIN_LEFT ? 3 : 30); halving++)
	{
		double		z[RT_SEASON_ALL];

		memcpy(z, s->z, sizeof(z));
		for (int i = 0; i < s->count; i++)
			z[i] = fmin(fmax(z[i] + *length * step[i], s->lower[i]), s->upper[i]);
		search_normalize(s, z);
		if (search_try(s, z, s->value + 1e-4 * *length * gain, false))
			return true;
		*length /= 2;
	}
	return false;
}

/* From where the search is; all is set there */
static bool
search_on(rt_season_search *s)
{
	double		curvature[RT_SEASON_ALL * RT_SEASON_ALL];
	double		last_gain = 0;
	double		length = 0;

	for (int iteration = 0; iteration < ITERATIONS; iteration++)
	{
		double		step[RT_SEASON_ALL];
		double		gain;

		/* it is kept as long as it is good */
		if (iteration == 0)
			search_curvature(s, curvature);
		if (!search_step(s, curvature, step, &gain))
			return false;
		if (iteration > 0 && (length < 1 || gain > 0.01 * last_gain) && gain > GAIN)
		{
			search_curvature(s, curvature);
			if (!search_step(s, curvature, step, &gain))
				return false;
		}
		if (gain <= fmax(GAIN, ROUNDING * fabs(s->value)))
			return true;
		if (!search_move(s, step, gain, &length))
			return gain <= GAIN_LEFT;
		last_gain = gain;
	}
	return last_gain <= GAIN_LEFT;
}

bool
rt_season_climb(rt_season_search *s, const double *z, int count)
{
	s->count = count;
	return search_try(s, z, 0, true) && search_on(s);
}

/* Factors by what was bought over what was expected, twice; then all together */
#define RATIO_STEPS 2

bool
rt_season_climb_factors(rt_season_search *s, int from, int count, const double *counts)
{
	s->count = from + count;
	for (int turn = 0; turn < RATIO_STEPS; turn++)
	{
		double		z[RT_SEASON_ALL];

		memcpy(z, s->z, sizeof(z));
		for (int i = 0; i < count; i++)
		{
			/* the gradient is what was bought less what was expected, but for half purchases */
			double		expected = fmax(counts[i] - s->gradient[from + i], 0);

			z[from + i] += log((counts[i] + HALF_PURCHASE) / (expected + HALF_PURCHASE));
			z[from + i] = fmin(fmax(z[from + i], s->lower[from + i]), s->upper[from + i]);
		}
		search_normalize(s, z);
		if (!search_try(s, z, 0, true))
			return false;
	}
	return search_on(s);
}
