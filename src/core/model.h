/*
 * model.h
 *		What a fitted model is.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_MODEL_H
#define RT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/covariates.h"
#include "core/kind.h"
#include "core/season.h"

#define RT_COVARIANCES_MAX (RT_PARAMETERS_MAX * (RT_PARAMETERS_MAX + 1) / 2)

/* messages of rt_model_check name it */
#define RT_K_DEVIATION_MAX 10	/* of ln k across customers */

/*
 * A model, in memory: of equal ones all bytes but the pointers are equal, so that what does not
 * apply is zero, and there is one zero and one NaN.  The covariance matrix is its lower triangle,
 * row by row: element (i, j) with j <= i is covariance[i * (i + 1) / 2 + j]; NaN where it is not
 * known.
 */
#define RT_MODEL_FITTED		0x01	/* log_likelihood, observations, covariance are set */
#define RT_MODEL_CONVERGED	0x02
#define RT_MODEL_DATED		0x04	/* fitted_as_of is set */

typedef struct rt_model
{
	uint8_t		id;
	uint8_t		flags;
	uint16_t	unused;
	int32_t		fitted_as_of;	/* the date up to which histories were seen */
	double		time_unit;		/* days */
	double		log_likelihood; /* NaN: not known, of a model of one of many customers */
	double		observations;	/* customers the likelihood is a sum over */
	double		recency_weight; /* of an interval against the next one; 1: all alike */
	double		k_median;		/* of k across customers, and the deviation of ln k; both 0: one k
								 * for all */
	double		k_deviation;
	double		left_out;		/* of gamma-gamma: repeat customers without a mean order value
								 * above 0; of gamma-gamma-all: days without such an amount */
	double		frequency_correlation;	/* of x and the mean order value; NaN: not known */
	double		parameters[RT_PARAMETERS_MAX];
	double		covariance[RT_COVARIANCES_MAX];
	const rt_season *season;	/* not its own; NULL: none */
	const rt_covariates *covariates;	/* the same */
} rt_model;

/* Of a kind, in days, without parameters */
extern void rt_model_init(rt_model *model, const rt_kind *kind);

/* How many numbers its covariances are: none of a model that was not fitted */
extern int	rt_model_covariance_count(const rt_model *model);

/*
 * A standard error of the logarithm of a parameter from which on nothing is known of it: it may be
 * 20,000 times larger or smaller within one
 */
#define RT_UNKNOWN_ERROR 10.0

/* The variance of a parameter; NaN where it is not known */
extern double rt_model_variance(const rt_model *model, int parameter);

/* Did it converge, and are all parameters known to some extent? */
extern bool rt_model_is_sure(const rt_model *model);

/* NULL, or what is wrong with a parameter: sums and quotients of a few of them are numbers, too */
#define RT_PARAMETER_MIN	1e-300
#define RT_PARAMETER_MAX	1e300
extern const char *rt_model_parameter_check(double parameter);

/* Do customers of this kind buy at any time, and more of them in December than in February? */
extern bool rt_kind_takes_season(const rt_kind *kind);

/* How many parameters of the model, its season and covariates included, a fit found */
extern int	rt_model_parameters(const rt_model *model);

/* Is every field what a model can have?  NULL, or what is wrong */
extern const char *rt_model_check(const rt_model *model);

#endif							/* RT_MODEL_H */
