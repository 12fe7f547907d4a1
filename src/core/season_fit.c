/*
 * season_fit.c
 *		The season of a customer base, as its log tells it.
 *
 * All parameters are found together: Newton's method, with the gradient of all rows and the
 * curvature of a sample of them, from where mbg/nbd without a season is most likely.  Only ratios
 * of factors mean something to the likelihood, as alpha takes a common one; in each step their mean
 * stays 1.
 *
 * Each month (and weekday) counts half a purchase more than it has, at the same mean: the prior of
 * Jeffreys, which keeps the logarithm of a month without purchases finite, and takes the bias of
 * the others (Firth 1993, "Bias reduction of maximum likelihood estimates").
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/season_fit.h"

#include <math.h>
#include <string.h>

#include "core/calendar.h"
#include "core/cholesky.h"
#include "core/model.h"
#include "core/optimize.h"
#include "core/poll.h"
#include "core/season_fit_likelihood.h"

/* As of any fit: see src/pg/fit.c */
#define REPEAT_CUSTOMERS_MIN 5
#define REPEAT_PURCHASES_MIN 10

#define HALF_PURCHASE 0.5

/*
 * Rows the curvature is taken from: it is known to a percent of itself then, each step leaves a
 * hundredth of the way, and it costs a fraction of what steps cost among a million rows
 */
#define SAMPLE_ROWS 20000

#define ITERATIONS 100

/* A gain of the log-likelihood that is nothing, and one that may be left where no step is better */
#define GAIN 1e-8
#define GAIN_LEFT 0.01

/* Logarithms of factors: beyond it a month is known to have hardly anything, or all */
#define FACTOR_RANGE log(1e12)

/* ------------------------------------------------------------------ the rows */

const char *
rt_season_status_text(rt_season_status status)
{
	switch (status)
	{
		case RT_SEASON_ESTIMATED:
			return "a season was estimated";
		case RT_SEASON_SHORT:
			return "the log is shorter than a year";
		case RT_SEASON_LONG:
			return "the log is longer than 100 years";
		case RT_SEASON_FEW:
			return "too few customers bought again";
		case RT_SEASON_MALFORMED:
			return "purchases by month do not belong to the customers";
		case RT_SEASON_NO_MAXIMUM:
			break;
	}
	return "the likelihood of a season has no maximum that was found";
}

/* What all rows say together */
typedef struct season_fit_totals
{
	double		customers;
	double		repeat_customers;
	double		purchases;
	double		age;			/* of the oldest one */
	double		sizes;			/* customers and purchases: what samples go by */
} season_fit_totals;

/* False when these are not rows of days in order */
static bool
season_fit_total(const rt_season_data *data, season_fit_totals *totals)
{
	double		x = 0;

	memset(totals, 0, sizeof(*totals));
	for (size_t i = 0; i < data->row_count; i++)
	{
		const rt_fit_row *row = &data->rows[i];

		rt_poll_each(i);
		if (!rt_recency_row_valid(row) || !(row->weight > 0) || isinf(row->weight) ||
			row->customer.x < x || row->customer.t_x != floor(row->customer.t_x) ||
			row->customer.age != floor(row->customer.age))
			return false;
		x = row->customer.x;
		totals->customers += row->weight;
		totals->repeat_customers += x > 0 ? row->weight : 0;
		totals->purchases += row->weight * x;
		totals->age = fmax(totals->age, row->customer.age);
	}
	totals->sizes = totals->customers + totals->purchases;
	return totals->sizes < RT_WHOLE_MAX;
}

static rt_season_status
season_fit_check(const rt_season_data *data, season_fit_totals *totals)
{
	if (!season_fit_total(data, totals))
		return RT_SEASON_MALFORMED;
	if (totals->age < RT_SEASON_DAYS_MIN)
		return RT_SEASON_SHORT;
	if (totals->age > RT_SEASON_YEARS_MAX * 365.25)
		return RT_SEASON_LONG;
	if (data->as_of < RT_DATE_MIN + totals->age || data->as_of > RT_DATE_MAX)
		return RT_SEASON_MALFORMED;
	if (totals->repeat_customers < REPEAT_CUSTOMERS_MIN ||
		totals->purchases < REPEAT_PURCHASES_MIN)
		return RT_SEASON_FEW;
	return RT_SEASON_ESTIMATED;
}

/*
 * Rows that stand for all of them: at equal distances in the order of the rows, as large as the
 * customers and purchases of each, since it is purchases that tell a season
 */
static size_t
season_fit_sample(const rt_season_data *data, const season_fit_totals *totals, rt_fit_row *rows)
{
	double		seen = 0;
	double		next = 0.5;
	size_t		count = 0;

	for (size_t i = 0; i < data->row_count; i++)
	{
		const rt_fit_row *row = &data->rows[i];
		double		hits;

		rt_poll_each(i);
		seen += row->weight * (1 + row->customer.x);
		hits = floor(seen / totals->sizes * SAMPLE_ROWS - next) + 1;
		if (!(hits >= 1) || count >= SAMPLE_ROWS)
			continue;
		rows[count] = *row;
		rows[count++].weight = hits * totals->sizes / SAMPLE_ROWS / (1 + row->customer.x);
		next += hits;
	}
	return count;
}

/* ----------------------------------------------------------------- the memory */

/* Parts of the workspace, one after the other */
typedef struct season_fit_room
{
	char	   *next;
} season_fit_room;

static size_t
season_fit_rounded(size_t size)
{
	return (size + 15) / 16 * 16;
}

static void *
season_fit_take(season_fit_room *room, size_t size)
{
	void	   *result = room->next;

	room->next += season_fit_rounded(size);
	return result;
}

static size_t
season_fit_days_size(int days)
{
	return season_fit_rounded(((size_t) days + 1) * sizeof(double));
}

size_t
rt_season_workspace(const rt_season_data *data)
{
	season_fit_totals totals;
	int			days;

	if (season_fit_check(data, &totals) != RT_SEASON_ESTIMATED)
		return 0;
	days = (int) totals.age;
	return 4 * season_fit_days_size(days) + season_fit_rounded((size_t) days + 1) +
		season_fit_rounded(SAMPLE_ROWS * sizeof(rt_fit_row)) +
		rt_season_years_workspace(RT_SEASON_CELLS_MAX);
}

/* ------------------------------------------------------------------ the cells */

static int
season_fit_months(const rt_season_data *data, int days, int32_t *first)
{
	*first = rt_unit_number(RT_UNIT_MONTH, data->as_of - days + 1);
	return rt_unit_number(RT_UNIT_MONTH, data->as_of) - *first + 1;
}

/* Of a month, which is so many behind the first one */
static int
season_fit_cell(int32_t first, int months, int month)
{
	int			apart = months - RT_SEASON_MONTHS_APART;

	if (apart <= 12)
		return month;
	return month < apart ? ((first + month) % 12 + 12) % 12 : 12 + month - apart;
}

static void
season_fit_set_days(const rt_season_data *data, int days, uint8_t *cell_of_day, double *event_of_day)
{
	rt_season	events;
	int32_t		first;
	int			months = season_fit_months(data, days, &first);
	double		mean;

	rt_season_init(&events);
	if (event_of_day != NULL)
	{
		events.event_count = data->events->event_count;
		memcpy(events.events, data->events->events, sizeof(events.events));
		(void) rt_season_set(&events, &mean);
	}
	for (int day = 1; day <= days; day++)
	{
		int32_t		date = data->as_of - days + day;

		rt_poll_each((size_t) day);
		cell_of_day[day] = (uint8_t)
			season_fit_cell(first, months, rt_unit_number(RT_UNIT_MONTH, date) - first);
		if (event_of_day != NULL)
			event_of_day[day] = rt_season_factor(&events, date);
	}
}

/* Into cells; false when they are not what the rows say, or lie where nobody could buy */
static bool
season_fit_set_counts(const rt_season_data *data, int days, rt_season_search *s)
{
	int32_t		first;
	int			months = season_fit_months(data, days, &first);
	double		sum = 0;

	s->all.cells = season_fit_cell(first, months, months - 1) + 1;
	for (int month = 0; month < months; month++)
	{
		int			cell = season_fit_cell(first, months, month);
		int32_t		number = first + month;

		s->month_of_cell[cell] = (uint8_t) ((number % 12 + 12) % 12);
		s->quarter_of_cell[cell] = (uint8_t) (month >= months - RT_SEASON_MONTHS_APART ?
											  (number - (first - (first % 3 + 3) % 3)) / 3 % 256 : 0);
	}
	for (int month = 0; month < data->month_count; month++)
	{
		int64_t		number = (int64_t) data->first_month + month - first;

		for (int weekday = 0; weekday < 7; weekday++)
		{
			double		count = data->purchases[month * 7 + weekday];

			if (!(count >= 0) || (count > 0 && (number < 0 || number >= months)))
				return false;
			if (count == 0)
				continue;
			s->counts[season_fit_cell(first, months, (int) number) * 7 + weekday] += count;
			s->month_counts[((number + first) % 12 + 12) % 12] += count;
			s->weekday_counts[weekday] += count;
			sum += count;
		}
	}
	return fabs(sum - s->purchases) <= 1e-9 * s->purchases;
}

void
rt_season_cells(const rt_season_search *s, const double *months, double *cells)
{
	for (int i = 0; i < s->all.cells; i++)
		cells[i] = months[s->month_of_cell[i]];
}

/* -------------------------------------------------------------- the objective */

static const double season_fit_weekday_days[7] = {1, 1, 1, 1, 1, 1, 1};

static const double *
season_fit_days_of(int count)
{
	return count == 7 ? season_fit_weekday_days : rt_season_month_days;
}

/* The logarithm of the mean of factors */
static double
season_fit_mean(const double *logarithms, int count)
{
	const double *days = season_fit_days_of(count);
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
	const double *days = season_fit_days_of(count);
	double		sum = 0;

	for (int i = 0; i < count; i++)
		sum += shares[i] = days[i] * exp(logarithms[i]);
	for (int i = 0; i < count; i++)
		shares[i] /= sum;
}

/* To the mean 1: time runs slower by as much, which alpha makes up for */
static void
season_fit_normalize(const rt_season_search *s, double *z)
{
	for (int part = 0; part < 2; part++)
	{
		double	   *logarithms = z + (part == 0 ? RT_SEASON_MODEL : RT_SEASON_MONTHS);
		int			count = part == 0 ? 12 : 7;
		double		mean;

		if (s->count <= (part == 0 ? RT_SEASON_MODEL : RT_SEASON_MONTHS))
			break;
		mean = season_fit_mean(logarithms, count);
		for (int i = 0; i < count; i++)
			logarithms[i] -= mean;
		z[1] -= mean;
	}
}

/* The gradient by coordinates of the first term: what was expected, with its sign */
static void
season_fit_gather(const rt_season_search *s, const rt_season_score *score, double *gradient)
{
	memset(gradient, 0, RT_SEASON_ALL * sizeof(double));
	memcpy(gradient, score->by_x, sizeof(score->by_x));
	for (int cell = 0; cell < s->all.cells; cell++)
	{
		for (int weekday = 0; weekday < 7; weekday++)
		{
			double		expected = score->expected[cell * 7 + weekday];

			gradient[RT_SEASON_MODEL + s->month_of_cell[cell]] -= expected;
			gradient[RT_SEASON_MONTHS + weekday] -= expected;
		}
	}
}

/* What purchases and half purchases of months or weekdays add; returns that of the purchases */
static double
season_fit_add_counts(const double *counts, const double *logarithms, int count, double *value,
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
	*value += purchases - HALF_PURCHASE * count * season_fit_mean(logarithms, count);
	return purchases;
}

/* At z; what it finds there becomes the place of the search when it is better, or has to */
static bool
season_fit_try(rt_season_search *s, const double *z, double least, bool always)
{
	double		cells[RT_SEASON_CELLS_MAX];
	double		gradient[RT_SEASON_ALL];
	rt_season_score score;
	double		value;
	double		purchases = 0;

	rt_season_cells(s, z + RT_SEASON_MODEL, cells);
	rt_season_likelihood_at(&s->all, z, cells, z + RT_SEASON_MONTHS, &score);
	s->evaluations++;
	value = score.value;
	season_fit_gather(s, &score, gradient);
	purchases += season_fit_add_counts(s->month_counts, z + RT_SEASON_MODEL, 12, &value,
									   gradient + RT_SEASON_MODEL);
	purchases += season_fit_add_counts(s->weekday_counts, z + RT_SEASON_MONTHS, 7, &value,
									   gradient + RT_SEASON_MONTHS);
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
	for (int i = 0; i < RT_SEASON_MODEL; i++)
		curvature[i * s->count + i] += 1 / (RT_UNKNOWN_ERROR * RT_UNKNOWN_ERROR);
	for (int part = 0; part < 2; part++)
	{
		int			from = part == 0 ? RT_SEASON_MODEL : RT_SEASON_MONTHS;
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
season_fit_curvature(rt_season_search *s, double *curvature)
{
	double		cells[RT_SEASON_CELLS_MAX];
	double		here[RT_SEASON_ALL];
	double		there[RT_SEASON_ALL];
	double		z[RT_SEASON_ALL];
	rt_season_score score;
	int			n = s->count;

	rt_season_cells(s, s->z + RT_SEASON_MODEL, cells);
	rt_season_likelihood_at(&s->sample, s->z, cells, s->z + RT_SEASON_MONTHS, &score);
	season_fit_gather(s, &score, here);
	for (int i = 0; i < n; i++)
	{
		rt_poll();
		memcpy(z, s->z, sizeof(z));
		z[i] += DIFFERENCE;
		rt_season_cells(s, z + RT_SEASON_MODEL, cells);
		rt_season_likelihood_at(&s->sample, z, cells, z + RT_SEASON_MONTHS, &score);
		season_fit_gather(s, &score, there);
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
season_fit_step(const rt_season_search *s, const double *curvature, double *step, double *gain)
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
season_fit_move(rt_season_search *s, const double *step, double gain, double *length)
{
	double		farthest = LONGEST_STEP;

	for (int i = 0; i < s->count; i++)
		farthest = fmax(farthest, fabs(step[i]));
	*length = LONGEST_STEP / farthest;
	for (int halving = 0; halving < 30; halving++)
	{
		double		z[RT_SEASON_ALL];

		memcpy(z, s->z, sizeof(z));
		for (int i = 0; i < s->count; i++)
			z[i] = fmin(fmax(z[i] + *length * step[i], s->lower[i]), s->upper[i]);
		season_fit_normalize(s, z);
		if (season_fit_try(s, z, s->value + 1e-4 * *length * gain, false))
			return true;
		*length /= 2;
	}
	return false;
}

/* From where the search is; all is set there */
static bool
season_fit_search(rt_season_search *s)
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
			season_fit_curvature(s, curvature);
		if (!season_fit_step(s, curvature, step, &gain))
			return false;
		if (iteration > 0 && (length < 1 || gain > 0.01 * last_gain) && gain > GAIN)
		{
			season_fit_curvature(s, curvature);
			if (!season_fit_step(s, curvature, step, &gain))
				return false;
		}
		if (gain <= fmax(GAIN, 1e-14 * fabs(s->value)))
			return true;
		if (!season_fit_move(s, step, gain, &length))
			return gain <= GAIN_LEFT;
		last_gain = gain;
	}
	return false;
}

/* Of the model, where it is most likely without a season; false where that is not known */
static bool
season_fit_start(const rt_season_data *data, rt_season_search *s)
{
	rt_customers customers = {.rows = data->rows, .row_count = data->row_count, .time_unit = 1};
	rt_customers_totals totals = rt_customers_total(&customers);
	double		middle = log(totals.time / totals.purchases);
	double		z[RT_SEASON_ALL] = {0};
	rt_fit		fit;

	/* as in bg_nbd.c, but for what events do to time */
	s->lower[0] = RT_SHAPE_LOWEST;
	s->upper[0] = RT_SHAPE_HIGHEST;
	s->lower[1] = middle - 2 * RT_LEVEL_RANGE;
	s->upper[1] = middle + 2 * RT_LEVEL_RANGE;
	s->lower[2] = RT_LEAVING_LOWEST;
	s->upper[2] = RT_SHAPE_HIGHEST;
	s->lower[3] = -RT_LEVEL_RANGE;
	s->upper[3] = RT_LEVEL_RANGE;
	for (int i = RT_SEASON_MODEL; i < RT_SEASON_ALL; i++)
	{
		s->lower[i] = -FACTOR_RANGE;
		s->upper[i] = FACTOR_RANGE;
	}
	rt_mbg_nbd_kind.fit(&rt_mbg_nbd_kind, 0, &customers, NULL, &fit);
	z[0] = log(fit.parameters[0]);
	z[1] = log(fit.parameters[1] / fit.parameters[0]);
	z[2] = log(fit.parameters[2]);
	z[3] = log(fit.parameters[3] / fit.parameters[2]);
	for (int i = 0; i < RT_SEASON_MODEL; i++)
		z[i] = fmin(fmax(z[i], s->lower[i]), s->upper[i]);
	s->count = RT_SEASON_MODEL;
	return season_fit_try(s, z, 0, true) && season_fit_search(s);
}

/* Factors by what was bought over what was expected, twice; then all together */
#define RATIO_STEPS 2

static bool
season_fit_factors(rt_season_search *s, int from, int count, const double *counts)
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
		season_fit_normalize(s, z);
		if (!season_fit_try(s, z, 0, true))
			return false;
	}
	return season_fit_search(s);
}

/* ------------------------------------------------------------------ the season */

static void
season_fit_set_search(const rt_season_data *data, const season_fit_totals *totals,
					  season_fit_room *room, rt_season_search *s)
{
	int			days = (int) totals->age;
	uint8_t    *cell_of_day = season_fit_take(room, (size_t) days + 1);
	double	   *event_of_day = season_fit_take(room, season_fit_days_size(days));

	if (data->events == NULL || data->events->event_count == 0)
		event_of_day = NULL;
	season_fit_set_days(data, days, cell_of_day, event_of_day);
	s->customers = totals->customers;
	s->purchases = totals->purchases;
	s->all.rows = data->rows;
	s->all.row_count = data->row_count;
	s->all.days = days;
	s->all.weekday = rt_season_weekday(data->as_of - days);
	s->all.cell_of_day = cell_of_day;
	s->all.event_of_day = event_of_day;
	s->all.time = season_fit_take(room, season_fit_days_size(days));
	s->all.growth = season_fit_take(room, season_fit_days_size(days));
	s->all.weight = season_fit_take(room, season_fit_days_size(days));
}

static void
season_fit_set_sample(const rt_season_data *data, const season_fit_totals *totals,
					  season_fit_room *room, rt_season_search *s)
{
	rt_fit_row *rows = season_fit_take(room, SAMPLE_ROWS * sizeof(rt_fit_row));

	s->sample = s->all;
	if (data->row_count <= SAMPLE_ROWS)
		return;
	s->sample.rows = rows;
	s->sample.row_count = season_fit_sample(data, totals, rows);
}

/* Logarithms that were shrunk, as factors that a season may have */
static void
season_fit_set_factors(const double *logarithms, int count, double *factors)
{
	double		mean = season_fit_mean(logarithms, count);

	for (int i = 0; i < count; i++)
		factors[i] = fmin(fmax(exp(logarithms[i] - mean), RT_SEASON_FACTOR_MIN),
						  RT_SEASON_FACTOR_MAX);
}

/* What is known of months, all in all, and their factors */
static void
season_fit_months_of(const rt_season_search *s, const rt_season_years *years,
					 rt_season *season, rt_season_details *details)
{
	double		covariance[12 * 12];
	double		posterior[12 * 12];
	double		at_mean[12 * 12];
	double		shares[12];
	double		means[12];

	for (int i = 0; i < 12; i++)
	{
		for (int j = 0; j < 12; j++)
			covariance[i * 12 + j] =
				years->covariance[(RT_SEASON_MODEL + i) * s->count + RT_SEASON_MODEL + j] +
				years->variation * years->by_years[i * 12 + j];
	}
	memcpy(details->log_months, s->z + RT_SEASON_MODEL, sizeof(details->log_months));
	rt_season_shares(details->log_months, 12, shares);
	rt_season_to_mean(shares, 12, covariance, details->covariance);
	details->spread = rt_season_shrink(12, details->log_months, covariance, means, posterior);
	season_fit_set_factors(means, 12, season->months);
	rt_season_shares(means, 12, shares);
	rt_season_to_mean(shares, 12, posterior, at_mean);
	for (int i = 0; i < 12; i++)
		season->errors[i] = season->months[i] * sqrt(fmax(at_mean[i * 12 + i], 0));
}

static void
season_fit_weekdays_of(const rt_season_search *s, const rt_season_years *years, double dispersion,
					   rt_season *season, rt_season_details *details)
{
	double		covariance[7 * 7];
	double		posterior[7 * 7];
	double		shares[7];
	double		means[7];

	for (int i = 0; i < 7; i++)
	{
		for (int j = 0; j < 7; j++)
			covariance[i * 7 + j] = fmax(1, dispersion) *
				years->covariance[(RT_SEASON_MONTHS + i) * s->count + RT_SEASON_MONTHS + j];
	}
	memcpy(details->log_weekdays, s->z + RT_SEASON_MONTHS, sizeof(details->log_weekdays));
	rt_season_shares(details->log_weekdays, 7, shares);
	rt_season_to_mean(shares, 7, covariance, details->weekday_covariance);
	(void) rt_season_shrink(7, details->log_weekdays, covariance, means, posterior);
	season->flags |= RT_SEASON_WEEKDAYS;
	season_fit_set_factors(means, 7, season->weekdays);
}

static void
season_fit_set(const rt_season_data *data, const season_fit_totals *totals,
			   const rt_season_search *s, double p_value, rt_season *season)
{
	season->flags |= RT_SEASON_FITTED | RT_SEASON_DATED;
	if (data->events != NULL)
	{
		season->event_count = data->events->event_count;
		memcpy(season->events, data->events->events,
			   (size_t) season->event_count * sizeof(season->events[0]));
	}
	season->years = totals->age / 365.25;
	season->log_likelihood = s->log_likelihood + data->events_log;
	season->customers = totals->customers;
	season->p_value = p_value;
	season->fitted_as_of = data->as_of;
}

/* The p-value of the season: what it gains, in what months of the calendar differ by anyway */
static double
season_fit_p(const rt_season_years *years, bool two_years, rt_season_details *details)
{
	double		gain = 2 * (details->log_season - details->log_flat) / 11;

	details->variation = years->variation;
	details->variation_seen = years->variation_seen;
	details->dispersion = years->dispersion;
	details->degrees = years->degrees;
	details->f = fmax(0, gain) / years->season_dispersion;
	return two_years ? rt_season_f_tail(details->f, 11, years->degrees) : NAN;
}

static rt_season_status
season_fit_estimate(const rt_season_data *data, const season_fit_totals *totals,
					void *workspace, rt_season *season, rt_season_details *details)
{
	season_fit_room room = {workspace};
	rt_season_search s;
	rt_season_years years;
	bool		two_years = totals->age >= RT_SEASON_TWO_YEARS;
	double		dispersion;
	double		p_value,
				mean;

	memset(&s, 0, sizeof(s));
	season_fit_set_search(data, totals, &room, &s);
	if (!season_fit_set_counts(data, (int) totals->age, &s))
		return RT_SEASON_MALFORMED;
	season_fit_set_sample(data, totals, &room, &s);
	if (!season_fit_start(data, &s))
		return RT_SEASON_NO_MAXIMUM;
	details->log_flat = s.log_likelihood + data->events_log;
	if (!season_fit_factors(&s, RT_SEASON_MODEL, 12, s.month_counts))
		return RT_SEASON_NO_MAXIMUM;
	details->log_season = s.log_likelihood + data->events_log;
	rt_season_years_of(&s, two_years, room.next, &years);
	p_value = season_fit_p(&years, two_years, details);
	if (rt_season_weekdays_test(&s, &details->weekdays_p, &dispersion) &&
		details->weekdays_p < RT_SEASON_WEEKDAYS_P)
	{
		if (!season_fit_factors(&s, RT_SEASON_MONTHS, 7, s.weekday_counts))
			return RT_SEASON_NO_MAXIMUM;
		rt_season_years_of(&s, two_years, room.next, &years);
		season_fit_weekdays_of(&s, &years, dispersion, season, details);
	}
	season_fit_months_of(&s, &years, season, details);
	season_fit_set(data, totals, &s, p_value, season);
	details->evaluations = s.evaluations;
	details->parameters[0] = exp(s.z[0]);
	details->parameters[1] = exp(s.z[0] + s.z[1]);
	details->parameters[2] = exp(s.z[2]);
	details->parameters[3] = exp(s.z[2] + s.z[3]);
	return rt_season_set(season, &mean) == NULL ? RT_SEASON_ESTIMATED : RT_SEASON_NO_MAXIMUM;
}

rt_season_status
rt_season_estimate(const rt_season_data *data, void *workspace, rt_season *season,
				   rt_season_details *details)
{
	season_fit_totals totals;
	rt_season_details own;
	rt_season_status status = season_fit_check(data, &totals);

	if (details == NULL)
		details = &own;
	memset(details, 0, sizeof(*details));
	rt_season_init(season);
	if (status == RT_SEASON_ESTIMATED)
		status = season_fit_estimate(data, &totals, workspace, season, details);
	if (status != RT_SEASON_ESTIMATED)
		rt_season_init(season);
	return status;
}
