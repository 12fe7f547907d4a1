/*
 * season_fit_years.h
 *		What the months of the calendar say of a season: how well it is known, whether it is one.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SEASON_FIT_YEARS_H
#define RT_SEASON_FIT_YEARS_H

#include <stddef.h>

#include "core/season_fit_search.h"

/* What the months of the calendar say of the season: see season_fit_years.c */
typedef struct rt_season_years
{
	double		covariance[RT_SEASON_ALL * RT_SEASON_ALL];	/* of coordinates: of chance */
	double		by_years[12 * 12];	/* of months: times v to be added */
	double		variation;
	double		variation_of_t; /* what it adds to errors, as little as is known of it */
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

#endif							/* RT_SEASON_FIT_YEARS_H */
