/*
 * season_fit_years.c
 *		What the months of the calendar say of the season: how well it is known, and whether it is
 *		one.
 *
 * Let each month of the calendar have a factor of its own, ln s + e, with e of variance v.  J is the
 * curvature of the likelihood by the model and all of these months, X says which factor of the
 * season each has, and B = X' J X is the curvature of the fit.  At the most likely season the
 * purchases of months are off by residuals, bought less expected, whose covariance is
 *
 *		R + v R^2,	R = J - J X B^-1 X' J, of the months
 *
 * so that Pearson's sum of their squares, over expected ones, is tr(W R) + v tr(W R^2) on average,
 * where W are its weights, and v is where it is what was seen (Paule and Mandel 1982, "Consensus
 * values and weighting factors"; DerSimonian and Laird 1986).  The season found is off by
 * B^-1 X' J e, which adds v B^-1 X' J J X B^-1 to its covariance.
 *
 * Where years do not differ the sum of squares over tr(W R) is the dispersion, by which clumpy
 * purchases, or customers who leave otherwise than the model says, exceed chance (McCullagh and
 * Nelder 1989, chapter 9).
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "core/cholesky.h"
#include "core/poll.h"
#include "core/season_fit_likelihood.h"
#include "core/special.h"

/*
 * v where the log has not seen two years: 0.15 squared, which is what logs of shops were found to
 * have (see the methods)
 */
#define USUAL_VARIATION (0.15 * 0.15)

/* More is no season: within one deviation a month has half or twice as much */
#define VARIATION_MAX 0.5

/* What is expected of a cell counts as if it were so much more: Cochran's rule, of no fewer than 5 */
#define EXPECTED_FEW 5

#define DIFFERENCE 1e-5			/* of logarithms */

typedef struct years_matrices
{
	int			cells;
	int			n;				/* coordinates of the fit */
	int			size;			/* of the model, cells, and weekdays where they are fitted */
	double	   *j;				/* size in square */
	double	   *jx;				/* size rows of RT_SEASON_ALL */
	double	   *r;				/* cells in square */
	double	   *here;			/* size */
	double	   *there;
	double		l[RT_SEASON_ALL * RT_SEASON_ALL];	/* the factor of B */
} years_matrices;

static size_t
years_size(int cells)
{
	return (size_t) (RT_SEASON_MODEL + cells + 7);
}

size_t
rt_season_years_workspace(int cells)
{
	size_t		size = years_size(cells);

	return (size * size + size * RT_SEASON_ALL + (size_t) cells * (size_t) cells + 2 * size) *
		sizeof(double);
}

static void
years_set_room(const rt_season_search *s, void *workspace, years_matrices *m)
{
	m->cells = s->all.cells;
	m->n = s->count;
	m->size = RT_SEASON_MODEL + m->cells + (s->count > RT_SEASON_MONTHS ? 7 : 0);
	m->j = workspace;
	m->jx = m->j + (size_t) m->size * (size_t) m->size;
	m->r = m->jx + (size_t) m->size * RT_SEASON_ALL;
	m->here = m->r + (size_t) m->cells * (size_t) m->cells;
	m->there = m->here + m->size;
}

/* Which coordinate of the fit it is a part of */
static int
years_coordinate(const rt_season_search *s, const years_matrices *m, int i)
{
	if (i < RT_SEASON_MODEL)
		return i;
	i -= RT_SEASON_MODEL;
	return i < m->cells ? RT_SEASON_MODEL + s->month_of_cell[i] : RT_SEASON_MONTHS + i - m->cells;
}

/* ---------------------------------------------------------------- the curvature */

/* The gradient of the sample by all of it, but for purchases, which are the same everywhere */
static void
years_gradient(const rt_season_search *s, const years_matrices *m, const double *x,
			   const double *cells, const double *weekdays, double *gradient)
{
	rt_season_score score;

	rt_season_likelihood_at(&s->sample, x, cells, weekdays, &score);
	memset(gradient, 0, (size_t) m->size * sizeof(double));
	memcpy(gradient, score.by_x, sizeof(score.by_x));
	for (int cell = 0; cell < m->cells; cell++)
	{
		for (int weekday = 0; weekday < 7; weekday++)
		{
			double		expected = score.expected[cell * 7 + weekday];

			gradient[RT_SEASON_MODEL + cell] -= expected;
			if (m->n > RT_SEASON_MONTHS)
				gradient[RT_SEASON_MODEL + m->cells + weekday] -= expected;
		}
	}
}

static void
years_set_curvature(const rt_season_search *s, years_matrices *m)
{
	double		cells[RT_SEASON_CELLS_MAX];
	double		z[RT_SEASON_ALL];
	int			size = m->size;

	memcpy(z, s->z, sizeof(z));
	rt_season_cells(s, z + RT_SEASON_MODEL, cells);
	years_gradient(s, m, z, cells, z + RT_SEASON_MONTHS, m->here);
	for (int i = 0; i < size; i++)
	{
		double	   *moved = i < RT_SEASON_MODEL ? &z[i] :
			i < RT_SEASON_MODEL + m->cells ? &cells[i - RT_SEASON_MODEL] :
			&z[RT_SEASON_MONTHS + i - RT_SEASON_MODEL - m->cells];
		double		before = *moved;

		rt_poll();
		*moved += DIFFERENCE;
		years_gradient(s, m, z, cells, z + RT_SEASON_MONTHS, m->there);
		*moved = before;
		for (int j = 0; j < size; j++)
			m->j[i * size + j] = i < RT_SEASON_MODEL && rt_season_held(s, i) ? 0 :
				(m->here[j] - m->there[j]) / DIFFERENCE;
	}
	for (int i = 0; i < size; i++)
	{
		for (int j = 0; j < i; j++)
		{
			double		both = (m->j[i * size + j] + m->j[j * size + i]) / 2;

			if (j < RT_SEASON_MODEL && rt_season_held(s, j))
				both = 0;
			m->j[i * size + j] = m->j[j * size + i] = both;
		}
	}
}

/* J X, and the factor of B */
static bool
years_set_fit(const rt_season_search *s, years_matrices *m)
{
	double		b[RT_SEASON_ALL * RT_SEASON_ALL];
	int			n = m->n;

	memset(b, 0, sizeof(b));
	memset(m->jx, 0, (size_t) m->size * RT_SEASON_ALL * sizeof(double));
	for (int i = 0; i < m->size; i++)
	{
		double	   *row = m->jx + i * RT_SEASON_ALL;
		int			coordinate = years_coordinate(s, m, i);

		for (int j = 0; j < m->size; j++)
			row[years_coordinate(s, m, j)] += m->j[i * m->size + j];
		for (int j = 0; j < n; j++)
			b[coordinate * n + j] += row[j];
	}
	rt_season_gauge(s, b);
	return rt_season_factor_of(b, n, m->l);
}

static void
years_solve(const years_matrices *m, double *x)
{
	rt_cholesky_forward(m->l, m->n, m->n, x);
	rt_cholesky_backward(m->l, m->n, m->n, x);
}

static void
years_set_covariance(const years_matrices *m, double *covariance)
{
	int			n = m->n;

	for (int column = 0; column < n; column++)
	{
		double		solution[RT_SEASON_ALL] = {0};

		solution[column] = 1;
		years_solve(m, solution);
		for (int i = 0; i < n; i++)
			covariance[i * n + column] = solution[i];
	}
}

/* B^-1 X' J J X B^-1 of the months, over cells */
static void
years_set_by_years(const years_matrices *m, double *by_years)
{
	memset(by_years, 0, 12 * 12 * sizeof(double));
	for (int cell = 0; cell < m->cells; cell++)
	{
		double		moved[RT_SEASON_ALL];

		memcpy(moved, m->jx + (RT_SEASON_MODEL + cell) * RT_SEASON_ALL, sizeof(moved));
		years_solve(m, moved);
		for (int i = 0; i < 12; i++)
		{
			for (int j = 0; j < 12; j++)
				by_years[i * 12 + j] += moved[RT_SEASON_MODEL + i] * moved[RT_SEASON_MODEL + j];
		}
	}
}

/* R: J less the products of what the forward solutions of the rows of J X are */
static void
years_set_residuals(years_matrices *m)
{
	for (int cell = 0; cell < m->cells; cell++)
		rt_cholesky_forward(m->l, m->n, m->n, m->jx + (RT_SEASON_MODEL + cell) * RT_SEASON_ALL);
	for (int i = 0; i < m->cells; i++)
	{
		const double *left = m->jx + (RT_SEASON_MODEL + i) * RT_SEASON_ALL;

		rt_poll();
		for (int j = 0; j < m->cells; j++)
		{
			const double *right = m->jx + (RT_SEASON_MODEL + j) * RT_SEASON_ALL;
			double		r = m->j[(RT_SEASON_MODEL + i) * m->size + RT_SEASON_MODEL + j];

			for (int k = 0; k < m->n; k++)
				r -= left[k] * right[k];
			m->r[i * m->cells + j] = r;
		}
	}
}

/* ---------------------------------------------------------------- the variation */

/* Of a cell of the calendar */
typedef struct years_cell
{
	double		expected;
	double		residual;
	double		r;				/* the diagonal of R, and of its square */
	double		r_square;
} years_cell;

static void
years_set_cells(const rt_season_search *s, const years_matrices *m, years_cell *cells)
{
	for (int i = 0; i < m->cells; i++)
	{
		years_cell	cell = {0, 0, fmax(m->r[i * m->cells + i], 0), 0};

		for (int weekday = 0; weekday < 7; weekday++)
		{
			cell.expected += s->score.expected[i * 7 + weekday];
			cell.residual += s->counts[i * 7 + weekday] - s->score.expected[i * 7 + weekday];
		}
		for (int j = 0; j < m->cells; j++)
			cell.r_square += m->r[i * m->cells + j] * m->r[i * m->cells + j];
		cells[i] = cell;
	}
}

static double
years_weight(const years_cell *cell, double v)
{
	double		expected = cell->expected + EXPECTED_FEW;

	return 1 / (expected + v * expected * expected);
}

/* Pearson's sum of squares less what it is on average where years vary by v */
static double
years_excess(const years_cell *cells, int count, double v)
{
	double		sum = 0;

	for (int i = 0; i < count; i++)
		sum += years_weight(&cells[i], v) *
			(cells[i].residual * cells[i].residual - cells[i].r - v * cells[i].r_square);
	return sum;
}

static double
years_variation(const years_cell *cells, int count)
{
	double		low = 0;
	double		high = VARIATION_MAX;

	if (!(years_excess(cells, count, 0) > 0))
		return 0;
	for (int halving = 0; halving < 50; halving++)
	{
		double		middle = (low + high) / 2;

		if (years_excess(cells, count, middle) > 0)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

/*
 * Degrees of freedom as those of the chi-squared variable with the same mean and variance
 * (Satterthwaite 1946); false where nothing is left to be seen
 */
static bool
years_dispersion(const years_matrices *m, const years_cell *cells, double *dispersion,
				 double *degrees)
{
	double		mean = 0;
	double		sum = 0;
	double		squares = 0;

	for (int i = 0; i < m->cells; i++)
	{
		double		weight = years_weight(&cells[i], 0);

		sum += weight * cells[i].residual * cells[i].residual;
		mean += weight * cells[i].r;
		for (int j = 0; j < m->cells; j++)
			squares += weight * years_weight(&cells[j], 0) *
				m->r[i * m->cells + j] * m->r[i * m->cells + j];
	}
	*dispersion = sum / mean;
	*degrees = mean * mean / squares;
	return *degrees >= 1 && isfinite(*dispersion);
}

/*
 * By how much a likelihood ratio of months exceeds chance where years vary by v: the mean of
 * v tr(C^-1 D), where C is the covariance of the season by chance, D what v adds to it, both of
 * what months differ by.  Where the shop grows the season is that of the last year, which is as
 * often off as two years differ: residuals, of one great and one small year, show less of it.
 */
static double
years_of_season(const rt_season_search *s, const rt_season_years *years)
{
	double		c[11 * 11];
	double		l[11 * 11];
	double		trace = 0;
	const double *covariance = years->covariance + RT_SEASON_MODEL * s->count + RT_SEASON_MODEL;
	int			n = s->count;

	/* of the differences to December */
	for (int i = 0; i < 11; i++)
	{
		for (int j = 0; j < 11; j++)
			c[i * 11 + j] = covariance[i * n + j] - covariance[11 * n + j] -
				covariance[i * n + 11] + covariance[11 * n + 11];
	}
	if (!rt_season_factor_of(c, 11, l))
		return 0;
	for (int column = 0; column < 11; column++)
	{
		const double *d = years->by_years;
		double		x[11];

		for (int i = 0; i < 11; i++)
			x[i] = d[i * 12 + column] - d[11 * 12 + column] - d[i * 12 + 11] + d[11 * 12 + 11];
		rt_cholesky_forward(l, 11, 11, x);
		rt_cholesky_backward(l, 11, 11, x);
		trace += x[column];
	}
	return trace / 11;
}

void
rt_season_years_of(rt_season_search *s, bool two_years, void *workspace, rt_season_years *years)
{
	years_matrices m;
	years_cell	cells[RT_SEASON_CELLS_MAX];

	memset(years, 0, sizeof(*years));
	years->variation = USUAL_VARIATION;
	years->dispersion = years->degrees = years->season_dispersion = NAN;
	years_set_room(s, workspace, &m);
	years_set_curvature(s, &m);
	if (!years_set_fit(s, &m))
		return;
	years_set_covariance(&m, years->covariance);
	years_set_by_years(&m, years->by_years);
	years_set_residuals(&m);
	years_set_cells(s, &m, cells);
	if (!two_years || !years_dispersion(&m, cells, &years->dispersion, &years->degrees))
		return;
	years->variation_seen = true;
	years->variation = years_variation(cells, m.cells);
	years->season_dispersion = years->variation == 0 ? years->dispersion :
		fmax(years->dispersion, 1 + years->variation * years_of_season(s, years));
}

double
rt_season_f_tail(double f, double degrees, double other_degrees)
{
	double		lower,
				upper;
	double		odds = degrees * f / other_degrees;

	if (!(odds >= 0) || isinf(odds))
		return NAN;
	if (odds == 0)
		return 1;
	rt_log_incomplete_beta(degrees / 2, other_degrees / 2, odds / (1 + odds), 1 / (1 + odds),
						   &lower, &upper);
	return exp(upper);
}

/* ----------------------------------------------------------------- weekdays */

/* By quarters, and later ones together with those before that have too few */
typedef struct years_table
{
	int			rows;
	double		counts[RT_SEASON_CELLS_MAX][7];
	double		expected[RT_SEASON_CELLS_MAX][7];
} years_table;

static double
years_row_sum(const double *row)
{
	double		sum = 0;

	for (int i = 0; i < 7; i++)
		sum += row[i];
	return sum;
}

static void
years_set_table(const rt_season_search *s, years_table *table)
{
	int			quarter = -1;

	table->rows = 0;
	for (int cell = 0; cell < s->all.cells; cell++)
	{
		int			row = table->rows - 1;

		if (row < 0 || (s->quarter_of_cell[cell] != quarter &&
						years_row_sum(table->expected[row]) >= 7 * EXPECTED_FEW))
		{
			row = table->rows++;
			memset(table->counts[row], 0, sizeof(table->counts[row]));
			memset(table->expected[row], 0, sizeof(table->expected[row]));
		}
		quarter = s->quarter_of_cell[cell];
		for (int i = 0; i < 7; i++)
		{
			table->counts[row][i] += s->counts[cell * 7 + i];
			table->expected[row][i] += s->score.expected[cell * 7 + i];
		}
	}
	/* the last one may be too short */
	if (table->rows > 1 && years_row_sum(table->expected[table->rows - 1]) < 7 * EXPECTED_FEW)
	{
		int			last = --table->rows;

		for (int i = 0; i < 7; i++)
		{
			table->counts[last - 1][i] += table->counts[last][i];
			table->expected[last - 1][i] += table->expected[last][i];
		}
	}
}

/* Pearson's sum of squares of quarters by weekdays, where weekdays have these factors */
static double
years_table_dispersion(const years_table *table, const double *factors, int weekdays)
{
	double		sum = 0;
	double		mean = 0;

	for (int row = 0; row < table->rows; row++)
	{
		double		all = 0;

		for (int i = 0; i < 7; i++)
			all += factors[i] * table->expected[row][i];
		for (int i = 0; i < 7; i++)
		{
			double		expected = all > 0 ? factors[i] * table->expected[row][i] *
				years_row_sum(table->counts[row]) / all : 0;
			double		residual = table->counts[row][i] - expected;

			sum += residual * residual / (expected + EXPECTED_FEW);
			mean += expected / (expected + EXPECTED_FEW);
		}
	}
	/* what the margins take of it */
	mean *= (1 - 1.0 / table->rows) * (1 - 1.0 / weekdays);
	return sum / mean;
}

bool
rt_season_weekdays_test(const rt_season_search *s, double *p, double *dispersion)
{
	years_table table;
	double		factors[7];
	double		deviance = 0;
	int			weekdays = 0;

	*p = NAN;
	*dispersion = NAN;
	years_set_table(s, &table);
	for (int i = 0; i < 7; i++)
	{
		double		expected = 0;
		double		count = s->weekday_counts[i];

		for (int row = 0; row < table.rows; row++)
			expected += table.expected[row][i];
		factors[i] = count / expected;
		deviance += 2 * (count > 0 ? count * log(factors[i]) : 0) - 2 * (count - expected);
		weekdays += count > 0 ? 1 : 0;
	}
	if (table.rows < 2 || weekdays < 2)
		return false;
	*dispersion = years_table_dispersion(&table, factors, weekdays);
	if (!(*dispersion > 0))
		return false;
	*p = rt_season_f_tail(fmax(0, deviance) / 6 / *dispersion, 6,
						  (table.rows - 1.0) * (weekdays - 1.0));
	return !isnan(*p);
}
