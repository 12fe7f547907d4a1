/*
 * season_fit_likelihood.h
 *		The likelihood of mbg/nbd in operational time.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SEASON_FIT_LIKELIHOOD_H
#define RT_SEASON_FIT_LIKELIHOOD_H

#include <stdint.h>

#include "core/customers.h"

/*
 * Months of the calendar are told apart for so many years back: what was before is one cell for
 * each month of the year.  A choice: matrices of cells stay below a megabyte.
 */
#define RT_SEASON_MONTHS_APART 240
#define RT_SEASON_CELLS_MAX (RT_SEASON_MONTHS_APART + 12)

/* Coordinates of the model: ln r, ln(alpha / r), ln a, ln(b / a) */
#define RT_SEASON_MODEL 4

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

#endif							/* RT_SEASON_FIT_LIKELIHOOD_H */
