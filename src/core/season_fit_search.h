/*
 * season_fit_search.h
 *		Where the model and the season are most likely.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SEASON_FIT_SEARCH_H
#define RT_SEASON_FIT_SEARCH_H

#include <stdbool.h>

#include "core/season_fit_likelihood.h"

/*
 * Coordinates: those of the model; the trend, by what ln of all factors grows in a year; ln of 12
 * months; ln of 7 weekdays
 */
#define RT_SEASON_TREND 4
#define RT_SEASON_JANUARY 5
#define RT_SEASON_MONDAY 17
#define RT_SEASON_ALL 24

/* A search, and the place it is at */
typedef struct rt_season_search
{
	rt_season_likelihood all;
	rt_season_likelihood sample;	/* weighted so that it stands for all */
	uint8_t		month_of_cell[RT_SEASON_CELLS_MAX];
	uint8_t		quarter_of_cell[RT_SEASON_CELLS_MAX];	/* from the first one on */
	double		years_of_cell[RT_SEASON_CELLS_MAX]; /* since the middle; 0 without a trend */
	bool		with_trend;
	double		counts[RT_SEASON_CELLS_MAX * 7];	/* repeat purchases */
	double		month_counts[12];
	double		weekday_counts[7];
	double		customers;
	double		purchases;
	double		purchase_years; /* added up over them */
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

/* ln of the factors of all cells at z */
extern void rt_season_cells(const rt_season_search *s, const double *z, double *cells);

/* The share of each in a year of this season: by what the mean grows with the logarithm of each */
extern void rt_season_shares(const double *logarithms, int count, double *shares);

/* ln of their mean: 12 are months, 7 weekdays */
extern double rt_season_mean_log(const double *logarithms, int count);

/*
 * To the most likely model with the factors that z has, and all rows, days and bounds set: by its
 * first coordinates, so many of them; then with these factors as well, from coordinate from on, of
 * which so many purchases are known.  False: no maximum was found
 */
extern bool rt_season_climb(rt_season_search *s, const double *z, int count);
extern bool rt_season_climb_factors(rt_season_search *s, int from, int count,
									const double *counts);

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

#endif							/* RT_SEASON_FIT_SEARCH_H */
