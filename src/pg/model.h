/*
 * model.h
 *		The type retention_model inside PostgreSQL.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_MODEL_H
#define RETENTION_MODEL_H

#include "pg/compat.h"

#include "core/model.h"

/*
 * The value: a varlena of the bytes of core/model_bytes.h, at any address, in any form that
 * PostgreSQL stores values in.
 */

/*
 * Checked; in the current memory context.  What it points to stays as it is until as many other
 * models were read as a function has among its arguments.
 */
extern const rt_model *model_of_any_from_datum(Datum value);

/* The same to ask about customers: a model with covariates is an error */
extern const rt_model *model_from_datum(Datum value);

/* For messages and results: the name of a covariate, or its number from 1 on; those of all */
extern char *covariate_label(const rt_covariates *covariates, int i);
extern char *list_covariates(const rt_covariates *covariates);

/* The value of a valid model; in the current memory context */
extern Datum model_to_datum(const rt_model *model);

extern uint64 model_hash(const rt_model *model, uint64 seed);

/* The names of all kinds, and those of the parameters of one, for a message */
extern char *list_kinds(void);
extern char *list_parameters(const rt_kind *kind);

/* The kind, or an error that lists all */
extern const rt_kind *model_kind_to_fit(const text *name, int *k);

/* An error that names the function unless the model is of a kind that is fitted to this */
extern void check_model_input(const rt_model *model, rt_input input, const char *function);

/* The same unless it is of one that knows what orders are worth */
extern void check_spend_model(const rt_model *model, const char *function);

/* What the model is fitted to */
extern rt_input model_input(const rt_model *model);

/* Akaike's information criterion of one that was fitted */
extern double model_aic(const rt_model *model);

/* The limits at which it ended, a comma between them; NULL inside the parameter space */
extern char *model_limit(const rt_model *model);

/* The same days, or an error unless they are above 0 and finite */
extern double check_time_unit(double days);

/* An error unless it is between 0 and 1 */
extern void check_confidence_level(double level);

#endif							/* RETENTION_MODEL_H */
