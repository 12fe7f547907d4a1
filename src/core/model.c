/*
 * model.c
 *		What a fitted model is, and the table of all kinds of models.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "core/model.h"

static const rt_model_kind rt_model_kinds[] = {
	{RT_MODEL_INTERPURCHASE, "interpurchase", 3, {"k", "r", "alpha"}, false},
	{RT_MODEL_BG_NBD, "bg/nbd", 4, {"r", "alpha", "a", "b"}, false},
	{RT_MODEL_MBG_NBD, "mbg/nbd", 4, {"r", "alpha", "a", "b"}, false},
	{RT_MODEL_BG_CNBD_K, "bg/cnbd-k", 5, {"k", "r", "alpha", "a", "b"}, true},
	{RT_MODEL_MBG_CNBD_K, "mbg/cnbd-k", 5, {"k", "r", "alpha", "a", "b"}, true},
	{RT_MODEL_PARETO_NBD, "pareto/nbd", 4, {"r", "alpha", "s", "beta"}, false},
	{RT_MODEL_GGOMPERTZ_NBD, "ggompertz/nbd", 5, {"r", "alpha", "b", "s", "beta"}, false},
	{RT_MODEL_BG_BB, "bg/bb", 4, {"alpha", "beta", "gamma", "delta"}, false},
	{RT_MODEL_GAMMA_GAMMA, "gamma-gamma", 3, {"p", "q", "gamma"}, false},
	{RT_MODEL_SBG, "sbg", 2, {"alpha", "beta"}, false},
	{RT_MODEL_BDW, "bdw", 3, {"alpha", "beta", "c"}, false},
};

#define KINDS ((int) (sizeof(rt_model_kinds) / sizeof(rt_model_kinds[0])))

const rt_model_kind *
rt_model_kind_at(int i)
{
	return i < KINDS ? &rt_model_kinds[i] : NULL;
}

const rt_model_kind *
rt_model_kind_by_id(int id)
{
	for (int i = 0; i < KINDS; i++)
	{
		if ((int) rt_model_kinds[i].id == id)
			return &rt_model_kinds[i];
	}
	return NULL;
}

static bool
same_name(const char *known, const char *name, size_t length)
{
	return strlen(known) == length && memcmp(known, name, length) == 0;
}

const rt_model_kind *
rt_model_kind_by_name(const char *name, size_t length)
{
	for (int i = 0; i < KINDS; i++)
	{
		if (same_name(rt_model_kinds[i].name, name, length))
			return &rt_model_kinds[i];
	}
	return NULL;
}

const rt_model_kind *
rt_model_kind_to_fit(const char *name, size_t length, int *k)
{
	size_t		stem = length;

	*k = 0;
	while (stem > 0 && name[stem - 1] >= '0' && name[stem - 1] <= '9')
		stem--;
	if (stem == length || length - stem > 3 || name[stem] == '0')
		return rt_model_kind_by_name(name, length);
	for (size_t i = stem; i < length; i++)
		*k = *k * 10 + (name[i] - '0');
	for (int i = 0; i < KINDS && *k <= RT_K_MAX; i++)
	{
		const rt_model_kind *kind = &rt_model_kinds[i];

		if (kind->has_whole_k && strlen(kind->name) == stem + 1 && memcmp(kind->name, name, stem) == 0)
			return kind;
	}
	return NULL;
}

int
rt_model_parameter_index(const rt_model_kind *kind, const char *name, size_t length)
{
	for (int i = 0; i < kind->parameter_count; i++)
	{
		if (same_name(kind->parameter_names[i], name, length))
			return i;
	}
	return -1;
}

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
	const rt_model_kind *kind = rt_model_kind_by_id(model->id);

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
		if (kind->id != RT_MODEL_INTERPURCHASE)
			return "a deviation of k belongs to the kind interpurchase only";
		if (!(model->k_deviation > 0 && model->k_deviation <= RT_K_DEVIATION_MAX))
			return "the deviation of k must be above 0 and at most 10";
		if (!(model->k_median > 0) || isinf(model->k_median))
			return "the median of k must be above 0 and finite";
	}
	if (!(model->left_out >= 0) || isinf(model->left_out) || fabs(model->frequency_correlation) > 1)
		return "customers left out must not be negative, and a correlation lies between -1 and 1";
	if (kind->id != RT_MODEL_GAMMA_GAMMA && (model->left_out != 0 || model->frequency_correlation != 0))
		return "customers left out and the correlation of frequency belong to the kind gamma-gamma only";
	for (int i = 0; i < kind->parameter_count; i++)
	{
		if (rt_model_parameter_check(model->parameters[i]) != NULL)
			return "parameters must be between 1e-300 and 1e300";
	}
	if (kind->has_whole_k && (model->parameters[0] != floor(model->parameters[0]) || model->parameters[0] > RT_K_MAX))
		return "k must be a whole number of at most 100";
	if ((model->flags & RT_MODEL_FITTED) && (!isfinite(model->log_likelihood) || !(model->observations >= 0)))
		return "the log-likelihood must be finite, the number of observations not negative";
	return NULL;
}
