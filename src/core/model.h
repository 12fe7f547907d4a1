/*
 * model.h
 *		What a fitted model is, and the table of all kinds of models.
 *
 * A new kind is a file of its own and one row in rt_model_kinds (model.c).
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_MODEL_H
#define RT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RT_PARAMETERS_MAX 6
#define RT_COVARIANCES_MAX (RT_PARAMETERS_MAX * (RT_PARAMETERS_MAX + 1) / 2)

/* messages of rt_model_check name them */
#define RT_K_MAX 100			/* most regular intervals */
#define RT_K_DEVIATION_MAX 10	/* of ln k across customers */

/* Numbers are stored and never change */
typedef enum rt_model_id
{
	RT_MODEL_INTERPURCHASE = 1,
	RT_MODEL_BG_NBD = 2,
	RT_MODEL_MBG_NBD = 3,
	RT_MODEL_BG_CNBD_K = 4,
	RT_MODEL_MBG_CNBD_K = 5,
	RT_MODEL_PARETO_NBD = 6,
	RT_MODEL_SBG = 7,
	RT_MODEL_BDW = 8,
	RT_MODEL_GGOMPERTZ_NBD = 9,
	RT_MODEL_BG_BB = 10,
	RT_MODEL_GAMMA_GAMMA = 11
} rt_model_id;

typedef struct rt_model_kind
{
	rt_model_id id;
	const char *name;
	int			parameter_count;
	const char *parameter_names[RT_PARAMETERS_MAX]; /* all are above 0 */
	bool		has_whole_k;	/* the first one is k, a whole number up to RT_K_MAX */
} rt_model_kind;

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
	double		k_median;		/* of k across customers, and the deviation of ln k; both 0: one k for all */
	double		k_deviation;
	double		left_out;		/* of gamma-gamma: repeat customers without a mean order value above 0 */
	double		frequency_correlation;	/* of gamma-gamma, of x and the mean order value; NaN: not known */
	double		parameters[RT_PARAMETERS_MAX];
	double		covariance[RT_COVARIANCES_MAX];
} rt_model;

/* NULL when there is no such kind */
extern const rt_model_kind *rt_model_kind_by_id(int id);
extern const rt_model_kind *rt_model_kind_by_name(const char *name, size_t length);

/* The same, or such a kind with a number in the place of its k, as in bg/cnbd-2; k is 0 when none is given */
extern const rt_model_kind *rt_model_kind_to_fit(const char *name, size_t length, int *k);

/* All kinds, for messages: i from 0 on, NULL at the end */
extern const rt_model_kind *rt_model_kind_at(int i);

/* Its place among the parameters; -1 when there is no such parameter */
extern int	rt_model_parameter_index(const rt_model_kind *kind, const char *name, size_t length);

/* NULL, or what is wrong with a parameter: sums and quotients of a few of them are numbers, too */
#define RT_PARAMETER_MIN	1e-300
#define RT_PARAMETER_MAX	1e300
extern const char *rt_model_parameter_check(double parameter);

/* Is every field what a model can have?  NULL, or what is wrong */
extern const char *rt_model_check(const rt_model *model);

#endif							/* RT_MODEL_H */
