/*
 * model.c
 *		What a fitted model is.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "core/calendar.h"
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

void
rt_model_init(rt_model *model, const rt_kind *kind)
{
	memset(model, 0, sizeof(*model));
	model->id = (uint8_t) kind->id;
	model->time_unit = 1;
	model->recency_weight = 1;
}

int
rt_model_covariance_count(const rt_model *model)
{
	int			n = rt_kind_by_id(model->id)->parameter_count;

	return model->flags & RT_MODEL_FITTED ? n * (n + 1) / 2 : 0;
}

double
rt_model_variance(const rt_model *model, int parameter)
{
	double		variance = model->covariance[parameter * (parameter + 1) / 2 + parameter];
	double		most = RT_UNKNOWN_ERROR * model->parameters[parameter];

	if (!(model->flags & RT_MODEL_FITTED) || !(variance >= 0) || sqrt(variance) > most)
		return NAN;
	return variance;
}

bool
rt_model_is_sure(const rt_model *model)
{
	const rt_kind *kind = rt_kind_by_id(model->id);

	if (!(model->flags & RT_MODEL_CONVERGED))
		return false;
	for (int i = kind->has_whole_k ? 1 : 0; i < kind->parameter_count; i++)
	{
		if (isnan(rt_model_variance(model, i)))
			return false;
	}
	return true;
}

bool
rt_kind_takes_season(const rt_kind *kind)
{
	return kind->input == RT_INPUT_INTERVALS || kind->input == RT_INPUT_RECENCY;
}

int
rt_model_parameters(const rt_model *model)
{
	const rt_kind *kind = rt_kind_by_id(model->id);

	return kind->parameter_count +
		(model->season == NULL ? 0 : rt_season_parameters(model->season)) +
		(model->covariates == NULL ? 0 : rt_coefficients_found(kind, model->covariates));
}

const char *
rt_model_check(const rt_model *model)
{
	const rt_kind *kind = rt_kind_by_id(model->id);

	if (kind == NULL)
		return "unknown kind of model";
	if (model->flags & ~(RT_MODEL_FITTED | RT_MODEL_CONVERGED | RT_MODEL_DATED))
		return "unknown flag";
	if (!(model->flags & RT_MODEL_FITTED) &&
		(model->flags != 0 || model->log_likelihood != 0 || model->observations != 0))
		return "only a fitted model has a log-likelihood, or was fitted as of a date";
	if (model->flags & RT_MODEL_DATED ?
		model->fitted_as_of < RT_DATE_MIN || model->fitted_as_of > RT_DATE_MAX :
		model->fitted_as_of != 0)
		return "the date of the fit is out of range";
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
		return "what was left out must not be negative, and a correlation lies between -1 and 1";
	if (kind->spend == NULL && (model->left_out != 0 || model->frequency_correlation != 0))
		return "what was left out and the correlation of frequency belong to the kinds gamma-gamma "
			"and gamma-gamma-all only";
	for (int i = 0; i < kind->parameter_count; i++)
	{
		if (rt_model_parameter_check(model->parameters[i]) != NULL)
			return "parameters must be between 1e-300 and 1e300";
	}
	if (kind->has_whole_k &&
		(model->parameters[0] != floor(model->parameters[0]) || model->parameters[0] > RT_K_MAX))
		return "k must be a whole number of at most 100";
	if ((model->flags & RT_MODEL_FITTED) &&
		(isinf(model->log_likelihood) || !(model->observations >= 0) ||
		 isinf(model->observations)))
		return "the log-likelihood must be finite, the number of observations finite and not "
			"negative";
	for (int i = rt_model_covariance_count(model); i < RT_COVARIANCES_MAX; i++)
	{
		if (model->covariance[i] != 0)
			return "it has more covariances than its kind and fit have";
	}
	if (model->season != NULL && !rt_kind_takes_season(kind))
		return "a season belongs to kinds only whose customers buy at any time";
	if (model->covariates != NULL)
		return rt_covariates_check(kind, model->covariates,
								   (model->flags & RT_MODEL_FITTED) != 0);
	return NULL;
}
