/*
 * limit.h
 *		At which limit of its parameters did a model end?
 *
 * A likelihood may rise toward the edge of the parameter space: customers who are all alike, whom
 * nobody tells apart from each other, or of whom nobody ever leaves.  There the model is a simpler
 * one, and that is what the data say.  It is told by the parameters alone, so that it is known of
 * any model that is stored.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_LIMIT_H
#define RT_LIMIT_H

#include "core/model.h"

#define RT_LIMITS_MAX 8

/*
 * The names of the limits of a model, of which there may be several: how many.  None inside the
 * parameter space, where a fit converged.
 */
extern int	rt_model_limits(const rt_model *model, const char *names[RT_LIMITS_MAX]);

#endif							/* RT_LIMIT_H */
