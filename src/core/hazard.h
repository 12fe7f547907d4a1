/*
 * hazard.h
 *		What makes customers leave sooner: the proportional hazards model of Cox.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_HAZARD_H
#define RT_HAZARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/design.h"
#include "core/survival.h"

/*
 * Customers that are alike: how long they were seen, how many of them left then, and their
 * covariates; of one stratum, in which they are compared; at risk behind entry, where that is asked
 * for
 */
typedef struct rt_hazard_row
{
	double		time;
	int64_t		events;
	int64_t		censored;
	double	   *x;
	double		entry;
	uint32_t	stratum;
} rt_hazard_row;

typedef enum rt_hazard_ties
{
	RT_TIES_EFRON,
	RT_TIES_BRESLOW
} rt_hazard_ties;

typedef struct rt_hazard_fit
{
	int			covariates;
	int			used;			/* those not redundant */
	double		coefficients[RT_COVARIATES_MAX];
	double		std_errors[RT_COVARIATES_MAX];	/* NaN unless known */
	rt_coefficient_status status[RT_COVARIATES_MAX];
	double		log_likelihood;
	double		null_log_likelihood;	/* of no covariates */
	bool		converged;		/* no coefficient is infinite */
} rt_hazard_fit;

/* What a fit needs besides: several hundred kB */
typedef struct rt_hazard_room rt_hazard_room;
extern size_t rt_hazard_room_size(void);

/* In the order that rt_fit_hazard wants; covariates is the same for all rows */
extern int	rt_hazard_row_compare(const rt_hazard_row *left, const rt_hazard_row *right,
								  int covariates);

/*
 * Of rows of one stratum in that order: those whose times differ by rounding alone are of one time,
 * as of rt_tie_durations.  Is the order then perhaps another one?
 */
extern bool rt_hazard_tie_rows(rt_hazard_row *rows, size_t count);

/*
 * The same of rows in any order, of strata or not, with entries if any are asked for: moments has
 * room for two of each row.  The first row whose entry is then no longer before its time, or count.
 */
extern size_t rt_hazard_tie_moments(rt_hazard_row *rows, size_t count, bool entries,
									rt_moment *moments);

/* Puts rows together that are alike: how many are left */
extern size_t rt_hazard_merge_rows(rt_hazard_row *rows, size_t count, int covariates);

/* The numbers of the rows of each stratum, the latest entry first */
extern void rt_hazard_order_entries(const rt_hazard_row *rows, size_t count, size_t *by_entry);

/*
 * The fit of greatest partial likelihood by Newton's method.  Rows are sorted, some with events,
 * and no two alike; x is changed.  Covariates are finite, 1 to RT_COVARIATES_MAX of them.  by_entry
 * is their order by entry, NULL where all are at risk from the beginning.
 */
extern void rt_fit_hazard(rt_hazard_row *rows, size_t count, int covariates, rt_hazard_ties ties,
						  const size_t *by_entry, rt_hazard_room *room, rt_hazard_fit *fit);

#endif							/* RT_HAZARD_H */
