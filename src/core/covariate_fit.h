/*
 * covariate_fit.h
 *		A model fitted with what is known of each customer: covariates.
 *
 * Each process of the kind has coefficients of its own: a customer's parameter is that of a
 * customer whose covariates are all 0, times exp(sign (c1 z1 + c2 z2 + ...)).  Customers with the
 * same covariates make a group, whose likelihood is the kind's by the parameters of the group.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_COVARIATE_FIT_H
#define RT_COVARIATE_FIT_H

#include "core/customers.h"
#include "core/optimize.h"

/* Customers with the same covariates: rows as rt_customers has them */
typedef struct rt_covariate_group
{
	const rt_fit_row *rows;
	size_t		row_count;
	double		sum_log;
	double	   *z;				/* finite; standardized by the fit, and those left out are gone */

	/* set by the fit */
	double		weight;			/* of all its rows */
	void	   *workspace;
} rt_covariate_group;

/* In ascending order of covariates: sums are the same whatever the order of customers was */
typedef struct rt_covariate_groups
{
	rt_covariate_group *groups;
	size_t		count;
	size_t		row_count;		/* of all */
	double		time_unit;
	int			covariates;		/* 1 to RT_MODEL_COVARIATES_MAX */
} rt_covariate_groups;

/* Parameters, then the coefficients of each process, in the order of the kind */
#define RT_EFFECTS_MAX RT_OPTIMIZE_MAX

typedef enum rt_effect_status
{
	RT_EFFECT_KNOWN,
	RT_EFFECT_REDUNDANT,		/* of a covariate that is the same for all, or a combination of
								 * those before it: there is no coefficient */
	RT_EFFECT_UNKNOWN,			/* the data do not tell it: it is where the search ended */
	RT_EFFECT_INFINITE			/* the same, where the likelihood rises without end */
} rt_effect_status;

typedef struct rt_covariate_fit
{
	int			count;			/* parameters and coefficients */
	int			used;			/* covariates that are not redundant */
	double		effects[RT_EFFECTS_MAX];	/* NaN where redundant */
	rt_effect_status status[RT_EFFECTS_MAX];
	double		covariance[RT_EFFECTS_MAX * RT_EFFECTS_MAX];	/* count numbers a row; NaN where
																 * it is not known */
	double		log_likelihood;
	bool		converged;		/* inside the parameter space, all of them known to some extent */
	int			evaluations;	/* of all customers */
} rt_covariate_fit;

/* workspace: so many bytes, aligned for doubles */
extern size_t rt_covariate_fit_workspace(const rt_kind *kind, const rt_covariate_groups *groups);

/*
 * The most likely model.  All covariates may be redundant, then it is that of the kind's own fit.
 * Of a kind with processes and slopes.
 */
extern void rt_fit_covariates(const rt_kind *kind, const rt_covariate_groups *groups,
							  void *workspace, rt_covariate_fit *fit);

#endif							/* RT_COVARIATE_FIT_H */
