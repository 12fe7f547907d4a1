/*
 * covariates.h
 *		What a model knows of what is known of customers: coefficients of covariates.
 *
 * A parameter of a customer is the one of the model, which is that of a customer whose covariates
 * are all 0, times exp(sign (c1 z1 + c2 z2 + ...)), with the coefficients c of a process of the
 * model's kind.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_COVARIATES_H
#define RT_COVARIATES_H

#include "core/kind.h"
#include "core/words.h"

#define RT_COVARIATE_NAME_MAX 63	/* bytes, as of PostgreSQL's names; messages name it */

#define RT_COEFFICIENTS_MAX (RT_PROCESSES_MAX * RT_MODEL_COVARIATES_MAX)

/* The rows of a lower triangle that come behind those of the parameters */
#define RT_COEFFICIENT_COVARIANCES_MAX \
	((RT_PARAMETERS_MAX + RT_COEFFICIENTS_MAX) * (RT_PARAMETERS_MAX + RT_COEFFICIENTS_MAX + 1) / 2)

/* In memory; of equal ones all bytes are equal, so that what does not apply is zero */
typedef struct rt_covariates
{
	int			count;			/* 1 to RT_MODEL_COVARIATES_MAX */
	bool		named;

	/* of bytes of the database's encoding, behind the end all zero; none is empty where named */
	char		names[RT_MODEL_COVARIATES_MAX][RT_COVARIATE_NAME_MAX + 1];

	/* count of a process behind those of the one before; NaN: it says nothing, and counts as 0 */
	double		coefficients[RT_COEFFICIENTS_MAX];

	/*
	 * Of a fitted model, with the parameters and coefficients before it and with itself: a row a
	 * coefficient; NaN where it is not known
	 */
	double		covariance[RT_COEFFICIENT_COVARIANCES_MAX];
} rt_covariates;

struct rt_model;

/* How many coefficients a model of this kind has, and covariances where it was fitted */
extern int	rt_coefficient_count(const rt_kind *kind, const rt_covariates *covariates);
extern int	rt_coefficient_covariance_count(const rt_kind *kind, const rt_covariates *covariates);

/* How many of the coefficients a fit found */
extern int	rt_coefficients_found(const rt_kind *kind, const rt_covariates *covariates);

/* Covariance of the i-th of the parameters and coefficients with the j-th, of a fitted model */
extern double rt_effect_covariance(const struct rt_model *model, int i, int j);

/* Is every field what it can be, whose numbers may be any ones?  NULL, or what is wrong */
extern const char *rt_covariates_check(const rt_kind *kind, const rt_covariates *covariates,
									   bool fitted);

/*
 * The model of a customer with these covariates, as many as the model has, finite: without
 * covariates, its covariance by the delta rule.  Its parameters may be out of range, and its
 * likelihood is not known, as the one of the fit is that of all customers.
 */
extern void rt_model_with_covariates(const struct rt_model *model, const double *z,
									 struct rt_model *result);

/* As words; put returns where the next one goes, take NULL or what is wrong with them */
#define RT_COVARIATES_WORDS_MAX \
	(1 + RT_MODEL_COVARIATES_MAX * ((RT_COVARIATE_NAME_MAX + 1) / 8) + RT_COEFFICIENTS_MAX + \
	 RT_COEFFICIENT_COVARIANCES_MAX)

extern size_t rt_covariates_words(const rt_kind *kind, const rt_covariates *covariates,
								  bool fitted);
extern uint8_t *rt_covariates_put(const rt_kind *kind, const rt_covariates *covariates,
								  bool fitted, uint8_t *bytes);
extern const char *rt_covariates_take(const rt_kind *kind, bool fitted, rt_words *words,
									  rt_covariates *covariates);

#endif							/* RT_COVARIATES_H */
