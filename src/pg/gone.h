/*
 * gone.h
 *		Whether customers have left, by two models from SQL arguments.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_GONE_H
#define RETENTION_GONE_H

#include "pg/compat.h"

#include "core/gone.h"

/*
 * Both models, the second of which may be NULL; an error that names the function unless the first
 * knows a rhythm and the second who is still a customer.  In the current memory context.
 */
extern void gone_models(Datum cycle, NullableDatum base, const char *function,
						rt_gone_models *models);

/* Of a state, which is that of the same models only */
extern int64 gone_models_hash(const rt_gone_models *models);

/* An error that names the value unless it lies between 0 and 1 */
extern double check_gone_probability(double probability, const char *name);

#endif							/* RETENTION_GONE_H */
