/*
 * season_fit_likelihood.h
 *		Between the parts of season_fit.c: the likelihood, and where the search is.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SEASON_FIT_LIKELIHOOD_H
#define RT_SEASON_FIT_LIKELIHOOD_H

#include "core/season_fit.h"

/*
 * Months of the calendar are told apart for so many years back: what was before is one cell for
 * each month of the year.  A choice: matrices of cells stay below a megabyte.
 */
#define RT_SEASON_MONTHS_APART 240
#define RT_SEASON_CELLS_MAX (RT_SEASON_MONTHS_APART + 12)

/* Coordinates: ln r, ln(alpha / r), ln a, ln(b / a), ln of 12 months, ln of 7 weekdays */
#define RT_SEASON_MODEL 4
#define RT_SEASON_MONTHS 16
#define RT_SEASON_ALL 23

typedef struct rt_season_likelihood
{
	const rt_fit_row *rows;
	size_t		row_count;
	int			days;			/* from the first purchase of all to as_of; day 0 is the first */
	int			weekday;		/* of day 0 */
	int			cells;
	const uint8_t *cell_of_day;
	const double *event_of_day; /* NULL without events */

	/* Of each day, set anew each time */
	double	   *time;			/* operational, from day 0 on */
	double	   *growth;			/* ln(1 + time from then to as_of / alpha) */
	double	   *weight;			/* of the likelihood by the time of the days behind it */
} rt_season_likelihood;

/* The first term of the likelihood, and by what it falls with the logarithm of each factor */
typedef struct rt_season_score
{
	double		value;
	double		by_x[RT_SEASON_MODEL];
	double		expected[RT_SEASON_CELLS_MAX * 7];	/* purchases, by cells and weekdays */
} rt_season_score;

/* x are the coordinates of the model, cells and weekdays logarithms of factors */
extern void rt_season_likelihood_at(const rt_season_likelihood *l, const double *x,
									const double *cells, const double *weekdays,
									rt_season_score *score);

/* A search, and the place it is at */
typedef struct rt_season_search
{
	rt_season_likelihood all;
	rt_season_likelihood sample;	/* weighted so that it stands for all */
	uint8_t		month_of_cell[RT_SEASON_CELLS_MAX];
	uint8_t		quarter_of_cell[RT_SEASON_CELLS_MAX];	/* from the first one on */
	double		counts[RT_SEASON_CELLS_MAX * 7];	/* repeat purchases */
	double		month_counts[12];
	double		weekday_counts[7];
	double		customers;
	double		purchases;
	double		lower[RT_SEASON_ALL];
	double		upper[RT_SEASON_ALL];

	int			count;			/* coordinates that are free: the first ones */
	double		z[RT_SEASON_ALL];
	double		value;			/* the log-likelihood and the half purchases */
	double		gradient[RT_SEASON_ALL];
	double		log_likelihood;
	rt_season_score score;
	int			evaluations;
} rt_season_search;

/* ln of the factors of all cells, by those of months */
extern void rt_season_cells(const rt_season_search *s, const double *months, double *cells);

/* The share of each in a year of this season: by what the mean grows with the logarithm of each */
extern void rt_season_shares(const double *logarithms, int count, double *shares);

/* Is this coordinate of the model at a bound that it would leave? */
extern bool rt_season_held(const rt_season_search *s, int coordinate);

/*
 * Adds to the curvature by the months and weekdays, which it has not got of a common factor, that
 * of their means and of the half purchases; and to that by the model hardly anything.  curvature is
 * s->count in square.
 */
extern void rt_season_gauge(const rt_season_search *s, double *curvature);

/*
 * The factor l of a matrix that is positive definite but for rounding and what a sample lacks: as
 * little as it takes is added to its diagonal
 */
extern bool rt_season_factor_of(double *matrix, int count, double *l);

/* What the months of the calendar say of the season: see season_fit_years.c */
typedef struct rt_season_years
{
	double		covariance[RT_SEASON_ALL * RT_SEASON_ALL];	/* of coordinates: of chance */
	double		by_years[12 * 12];	/* of months: times v to be added */
	double		variation;
	bool		variation_seen;
	double		dispersion;
	double		degrees;
	double		season_dispersion;	/* of the likelihood ratio of a season */
} rt_season_years;

extern size_t rt_season_years_workspace(int cells);
extern void rt_season_years_of(rt_season_search *s, bool two_years, void *workspace,
							   rt_season_years *years);

/* The p-value of weekdays where they are not fitted yet, and their dispersion; false: not known */
extern bool rt_season_weekdays_test(const rt_season_search *s, double *p, double *dispersion);

/* The probability that F exceeds this */
extern double rt_season_f_tail(double f, double degrees, double other_degrees);

/*
 * What to think of count logarithms, which have this covariance but for a common factor, and
 * are Normal(0, w^2) among each other: see season_fit_shrink.c.  Gives w.
 */
extern double rt_season_shrink(int count, const double *logarithms, const double *covariance,
							   double *means, double *posterior);

/* The covariance of logarithms brought to the mean 1, from that of others */
extern void rt_season_to_mean(const double *shares, int count, const double *covariance,
							  double *result);

#endif							/* RT_SEASON_FIT_LIKELIHOOD_H */
