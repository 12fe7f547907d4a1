/*
 * logistic.h
 *		What makes an outcome likely: logistic regression.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_LOGISTIC_H
#define RT_LOGISTIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/design.h"

/* Customers of the same covariates: of how many the outcome was true, of how many not */
typedef struct rt_logistic_row
{
	uint64_t	hash;			/* rt_logistic_hash */
	int64_t		yes;
	int64_t		no;
	double	   *x;
} rt_logistic_row;

/* Of each coefficient, the intercept being the first */
typedef struct rt_logistic_fit
{
	int			covariates;
	int			used;			/* covariates that are not redundant */
	double		coefficients[1 + RT_COVARIATES_MAX];
	double		std_errors[1 + RT_COVARIATES_MAX];	/* NaN unless known, or with a penalty */
	double		z[1 + RT_COVARIATES_MAX];	/* coefficient by error; NaN as that is */
	rt_coefficient_status status[1 + RT_COVARIATES_MAX];
	double		log_likelihood; /* without the penalty */
	double		null_log_likelihood;	/* of no covariates */
	int			iterations;
	bool		converged;		/* every coefficient is finite */
} rt_logistic_fit;

/* What a fit needs besides: about 100 kB */
typedef struct rt_logistic_room rt_logistic_room;
extern size_t rt_logistic_room_size(void);

/*
 * The same for the same numbers.  Rows are ordered by it, as the sums over them must not depend on
 * how they came: most are told apart by that alone, even where covariates are 0 or 1.
 */
extern uint64_t rt_logistic_hash(const double *x, int covariates);
extern int	rt_logistic_row_compare(const rt_logistic_row *left, const rt_logistic_row *right,
									int covariates);

/*
 * The fit of greatest likelihood less penalty / 2 times the sum of the squares of the coefficients
 * that standardized covariates would have, but for the intercept.  Rows of both outcomes; they and
 * their x are changed.  Covariates are finite, 1 to RT_COVARIATES_MAX of them.
 */
extern void rt_fit_logistic(rt_logistic_row *rows, size_t count, int covariates, double penalty,
							rt_logistic_room *room, rt_logistic_fit *fit);

/* The probability at this logarithm of the odds */
extern double rt_logistic(double eta);

#endif							/* RT_LOGISTIC_H */
