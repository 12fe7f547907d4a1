/*
 * covariates.h
 *		Covariates in models inside PostgreSQL.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_COVARIATES_H
#define RETENTION_COVARIATES_H

#include "pg/compat.h"

#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/jsonb.h"

#include "core/covariates.h"

/*
 * The numbers of an array of covariates, each finite and minus zero as zero, and how many there
 * are, up to most.  Of one of another form, and of a NULL, an error that names the place; by these
 * names, or by its number where they are NULL.
 */
extern int	covariates_of_array(ArrayType *array, int most, const rt_covariates *names, double *z);

/* An error for a NULL in the place of such an array */
pg_noreturn extern void covariates_are_null(void);

/* Names from an array of text, into covariates: as many as there are, which is the count */
extern void covariate_names_of_array(ArrayType *array, rt_covariates *covariates);

/* An error unless models of this kind may have them */
extern void check_takes_covariates(const rt_kind *kind);

/* As JSON; and from it: NULL, or what is wrong with it */
extern void covariates_append(StringInfo text, const rt_kind *kind,
							  const rt_covariates *covariates, bool fitted);
extern const char *covariates_from_json(JsonbContainer *json, const rt_kind *kind,
										rt_covariates *covariates);

#endif							/* RETENTION_COVARIATES_H */
