/*
 * model.c
 *		What a fitted model is.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/model.h"

const char *
rt_model_parameter_check(double parameter)
{
	if (!(parameter > 0) || isinf(parameter))
		return "must be above 0 and finite";
	if (parameter < RT_PARAMETER_MIN || parameter > RT_PARAMETER_MAX)
		return "must be between 1e-300 and 1e300";
	return NULL;
}

const char *
rt_model_check(const rt_model *model)
{
	const rt_kind *kind = rt_kind_by_id(model->id);

	if (model->version != RT_MODEL_VERSION)
		return "unknown version";
	if (kind == NULL)
		return "unknown kind of model";
	if (model->flags & ~(RT_MODEL_FITTED | RT_MODEL_CONVERGED))
		return "unknown flag";
	if (!(model->time_unit > 0) || isinf(model->time_unit))
		return "the time unit must be above 0 and finite";
	if (!(model->recency_weight > 0 && model->recency_weight <= 1))
		return "the recency weight must be above 0 and at most 1";
	if (model->k_deviation != 0 || model->k_median != 0)
	{
		if (kind->input != RT_INPUT_INTERVALS)
			return "a deviation of k belongs to the kind interpurchase only";
		if (!(model->k_deviation > 0 && model->k_deviation <= RT_K_DEVIATION_MAX))
			return "the deviation of k must be above 0 and at most 10";
		if (!(model->k_median > 0) || isinf(model->k_median))
			return "the median of k must be above 0 and finite";
	}
	if (!(model->left_out >= 0) || isinf(model->left_out) || fabs(model->frequency_correlation) > 1)
		return "customers left out must not be negative, and a correlation lies between -1 and 1";
	if (kind->input != RT_INPUT_SPEND &&
		(model->left_out != 0 || model->frequency_correlation != 0))
		return "customers left out and the correlation of frequency belong to the kind gamma-gamma "
			"only";
	for (int i = 0; i < kind->parameter_count; i++)
	{
		if (rt_model_parameter_check(model->parameters[i]) != NULL)
			return "parameters must be between 1e-300 and 1e300";
	}
	if (kind->has_whole_k &&
		(model->parameters[0] != floor(model->parameters[0]) || model->parameters[0] > RT_K_MAX))
		return "k must be a whole number of at most 100";
	if ((model->flags & RT_MODEL_FITTED) &&
		(!isfinite(model->log_likelihood) || !(model->observations >= 0)))
		return "the log-likelihood must be finite, the number of observations not negative";
	return NULL;
}
