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

#include "core/kind.h"

#define RT_COVARIANCES_MAX (RT_PARAMETERS_MAX * (RT_PARAMETERS_MAX + 1) / 2)

/* messages of rt_model_check name it */
#define RT_K_DEVIATION_MAX 10	/* of ln k across customers */

/*
 * A model.  Stored as it is, so fields that do not apply are zero.  The
 * covariance matrix is its lower triangle, row by row: element (i, j) with
 * j <= i is covariance[i * (i + 1) / 2 + j]; NaN where it is not known.
 */
#define RT_MODEL_VERSION	1
#define RT_MODEL_FITTED		0x01	/* log_likelihood, observations, covariance are set */
#define RT_MODEL_CONVERGED	0x02

typedef struct rt_model
{
	uint8_t		version;
	uint8_t		id;
	uint8_t		flags;
	uint8_t		unused;
	double		time_unit;		/* days */
	double		log_likelihood;
	double		observations;	/* customers the likelihood is a sum over */
	double		recency_weight; /* of an interval against the next one; 1: all alike */
	double		k_median;		/* of k across customers, and the deviation of ln k; both 0: one k
								 * for all */
	double		k_deviation;
	double		left_out;		/* of gamma-gamma: repeat customers without a mean order value
								 * above 0 */
	double		frequency_correlation;	/* of gamma-gamma, of x and the mean order value; NaN: not
										 * known */
	double		parameters[RT_PARAMETERS_MAX];
	double		covariance[RT_COVARIANCES_MAX];
} rt_model;

/* NULL, or what is wrong with a parameter: sums and quotients of a few of them are numbers, too */
#define RT_PARAMETER_MIN	1e-300
#define RT_PARAMETER_MAX	1e300
extern const char *rt_model_parameter_check(double parameter);

/* Is every field what a model can have?  NULL, or what is wrong */
extern const char *rt_model_check(const rt_model *model);

#endif							/* RT_MODEL_H */
