/*
 * season_fit.h
 *		The season of a customer base, as its log tells it.
 *
 * The model is mbg/nbd in operational time (see season.h).  First purchases are given, and as_of is
 * one day for all; so the likelihood of all purchases depends on what a fit has anyway, x, t_x and
 * age of each customer in real days, and on how many repeat purchases each month and weekday has:
 *
 *		sum over customers of ln L(x, tau(t_x), tau(age)) + sum over months of n_month ln s_month
 *			+ sum over weekdays of n_weekday ln s_weekday
 *
 * See season_fit_search.c for how it is maximized, season_fit_years.c for what years differ by, and
 * season_fit_shrink.c for what is made of both.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SEASON_FIT_H
#define RT_SEASON_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/customers.h"
#include "core/season.h"

/*
 * What is known of a base as of one day.  Rows are in ascending order, no two alike
 * (rt_fit_compare_rows), and of whole days: the first purchase is at as_of - age, the last one
 * t_x behind it.  A purchase is a day with purchases; repeat ones add up to what the rows say.
 */
typedef struct rt_season_data
{
	const rt_fit_row *rows;
	size_t		row_count;
	int32_t		as_of;
	int32_t		first_month;	/* rt_unit_number(RT_UNIT_MONTH, ...) of the first of the months */
	int			month_count;
	const double *purchases;	/* repeat ones: month_count rows of seven weekdays from Monday on */
	const rt_season *events;	/* taken as given, its months and weekdays ignored; or NULL */
	double		events_log;		/* the sum over repeat purchases of ln of the factor of the events
								 * of their day: a constant of the log-likelihood */
} rt_season_data;

typedef enum rt_season_status
{
	RT_SEASON_ESTIMATED = 0,
	RT_SEASON_SHORT,			/* less than 365 days from the first purchase of all to as_of */
	RT_SEASON_LONG,				/* more than RT_SEASON_YEARS_MAX */
	RT_SEASON_FEW,				/* fewer than 5 repeat customers or 10 repeat purchases */
	RT_SEASON_MALFORMED,		/* rows that are none, or that the purchases do not belong to */
	RT_SEASON_NO_MAXIMUM		/* none was found */
} rt_season_status;

#define RT_SEASON_DAYS_MIN 365
#define RT_SEASON_TWO_YEARS 730
#define RT_SEASON_YEARS_MAX 100

/* In words: messages have them */
extern const char *rt_season_status_text(rt_season_status status);

/* What the estimate was made of.  Logarithms are natural, of factors of the mean 1. */
typedef struct rt_season_details
{
	double		parameters[4];	/* r, alpha, a, b of mbg/nbd with the season, in days */
	double		log_flat;		/* the log-likelihood of mbg/nbd without a season, but for events */
	double		log_season;		/* of the most likely one without weekdays */
	double		log_months[12]; /* the most likely ones, not shrunk */
	double		covariance[12 * 12];	/* of them, with what years vary by */
	double		log_weekdays[7];
	double		weekday_covariance[7 * 7];
	double		trend;			/* by what logarithms of purchases grow in a year; 0: not looked
								 * for */
	double		variation;		/* v, the variance of ln s of a month between years */
	bool		variation_seen; /* else it is the usual one */
	double		spread;			/* w, the deviation of ln s between months */
	double		dispersion;		/* of months of the calendar, against chance; NaN: not known */
	double		f;				/* of the season, with 11 and so many degrees of freedom */
	double		degrees;
	double		weekdays_p;		/* NaN: not known; they are fitted below RT_SEASON_WEEKDAYS_P */
	int			evaluations;	/* of all rows, beside those of the fit without a season */
} rt_season_details;

/*
 * Weekdays cost six parameters, and most shops have some: they are fitted where chance would
 * hardly ever make as much of them, by as much as a weekday's share varies between quarters
 */
#define RT_SEASON_WEEKDAYS_P 0.001

/*
 * Estimates a season.  workspace is so many bytes as rt_season_workspace says, aligned for
 * doubles.  details may be NULL.  Of any other status than RT_SEASON_ESTIMATED season is left
 * without a season.
 *
 * Of a log of two years there is a trend besides: what a shop grows or shrinks by, with its
 * customers or beside them, is neither a season nor what months vary by between years.  It is no
 * part of the season, as nobody knows when it ends.
 *
 * log_likelihood is that of mbg/nbd with the most likely season, without a trend; months are drawn
 * toward 1 by as much as is not known of them, errors are those of what is left.
 */
extern size_t rt_season_workspace(const rt_season_data *data);
extern rt_season_status rt_season_estimate(const rt_season_data *data, void *workspace,
										   rt_season *season, rt_season_details *details);

#endif							/* RT_SEASON_FIT_H */
