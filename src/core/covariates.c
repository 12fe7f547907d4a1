/*
 * covariates.c
 *		What a model knows of what is known of customers: coefficients of covariates.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/covariates.h"

#include <math.h>
#include <string.h>

#include "core/model.h"

int
rt_coefficient_count(const rt_kind *kind, const rt_covariates *covariates)
{
	return rt_kind_process_count(kind) * covariates->count;
}

int
rt_coefficient_covariance_count(const rt_kind *kind, const rt_covariates *covariates)
{
	int			n = kind->parameter_count;
	int			all = n + rt_coefficient_count(kind, covariates);

	return all * (all + 1) / 2 - n * (n + 1) / 2;
}

int
rt_coefficients_found(const rt_kind *kind, const rt_covariates *covariates)
{
	int			found = 0;

	for (int i = 0; i < rt_coefficient_count(kind, covariates); i++)
		found += !isnan(covariates->coefficients[i]);
	return found;
}

double
rt_effect_covariance(const rt_model *model, int i, int j)
{
	int			n = rt_kind_by_id(model->id)->parameter_count;
	int			low = i < j ? i : j;
	int			high = i < j ? j : i;
	int			at = high * (high + 1) / 2 + low;

	return high < n ? model->covariance[at] : model->covariates->covariance[at - n * (n + 1) / 2];
}

static const char *
covariates_names_check(const rt_covariates *covariates)
{
	for (int i = 0; i < covariates->count; i++)
	{
		const char *name = covariates->names[i];
		size_t		length = strnlen(name, RT_COVARIATE_NAME_MAX + 1);

		if (length == 0 || length > RT_COVARIATE_NAME_MAX)
			return "names of covariates must have 1 to 63 bytes";
		for (size_t at = length; at <= RT_COVARIATE_NAME_MAX; at++)
		{
			if (name[at] != 0)
				return "there is something behind the name of a covariate";
		}
		for (int j = 0; j < i; j++)
		{
			if (strcmp(name, covariates->names[j]) == 0)
				return "two covariates have the same name";
		}
	}
	return NULL;
}

const char *
rt_covariates_check(const rt_kind *kind, const rt_covariates *covariates, bool fitted)
{
	const char *problem;

	if (rt_kind_process_count(kind) == 0)
		return "models of its kind have no covariates";
	if (covariates->count < 1 || covariates->count > RT_MODEL_COVARIATES_MAX)
		return "it must have 1 to 32 covariates";
	problem = covariates->named ? covariates_names_check(covariates) : NULL;
	if (problem != NULL)
		return problem;
	for (int i = 0; i < rt_coefficient_count(kind, covariates); i++)
	{
		if (isinf(covariates->coefficients[i]))
			return "coefficients of covariates must be finite";
	}
	for (int i = 0; fitted && i < rt_coefficient_covariance_count(kind, covariates); i++)
	{
		if (isinf(covariates->covariance[i]))
			return "covariances of coefficients must be finite";
	}
	return NULL;
}

/* -------------------------------------------------- the model of a customer */

/* How much ln of each parameter is more than that of the model */
static void
covariates_moves(const rt_kind *kind, const rt_covariates *covariates, const double *z,
				 double *moves)
{
	for (int i = 0; i < kind->parameter_count; i++)
		moves[i] = 0;
	for (int i = 0; i < rt_kind_process_count(kind); i++)
	{
		const rt_process *process = &kind->processes[i];

		for (int j = 0; j < covariates->count; j++)
		{
			double		coefficient = covariates->coefficients[i * covariates->count + j];

			if (!isnan(coefficient))
				moves[process->parameter] += process->sign * coefficient * z[j];
		}
	}
}

/* The derivatives of a parameter of the customer by the parameters and coefficients */
static void
covariates_slopes(const rt_kind *kind, const rt_covariates *covariates, const double *z,
				  const double *moves, int parameter, double value, double *slopes)
{
	int			n = kind->parameter_count;

	for (int i = 0; i < n + rt_coefficient_count(kind, covariates); i++)
		slopes[i] = 0;
	slopes[parameter] = exp(moves[parameter]);
	for (int i = 0; i < rt_kind_process_count(kind); i++)
	{
		if (kind->processes[i].parameter != parameter)
			continue;
		for (int j = 0; j < covariates->count; j++)
		{
			int			at = i * covariates->count + j;

			if (!isnan(covariates->coefficients[at]))
				slopes[n + at] = kind->processes[i].sign * z[j] * value;
		}
	}
}

/* What has no slope need not be known */
static double
covariates_delta(const rt_model *model, int count, const double *slopes, const double *others)
{
	double		sum = 0;

	for (int i = 0; i < count; i++)
	{
		for (int j = 0; j < count && slopes[i] != 0; j++)
		{
			if (others[j] != 0)
				sum += slopes[i] * others[j] * rt_effect_covariance(model, i, j);
		}
	}
	return isfinite(sum) ? sum : NAN;
}

void
rt_model_with_covariates(const rt_model *model, const double *z, rt_model *result)
{
	const rt_kind *kind = rt_kind_by_id(model->id);
	const rt_covariates *covariates = model->covariates;
	int			count = kind->parameter_count + rt_coefficient_count(kind, covariates);
	double		moves[RT_PARAMETERS_MAX];
	double		slopes[RT_PARAMETERS_MAX][RT_PARAMETERS_MAX + RT_COEFFICIENTS_MAX];

	*result = *model;
	result->covariates = NULL;
	covariates_moves(kind, covariates, z, moves);
	for (int i = 0; i < kind->parameter_count; i++)
		result->parameters[i] = model->parameters[i] * exp(moves[i]);
	if (!(model->flags & RT_MODEL_FITTED))
		return;
	result->log_likelihood = NAN;
	for (int i = 0; i < kind->parameter_count; i++)
	{
		covariates_slopes(kind, covariates, z, moves, i, result->parameters[i], slopes[i]);
		for (int j = 0; j <= i; j++)
			result->covariance[i * (i + 1) / 2 + j] =
				covariates_delta(model, count, slopes[i], slopes[j]);
	}
}

/* ------------------------------------------------------------------- words */

#define NAME_WORDS ((RT_COVARIATE_NAME_MAX + 1) / 8)
#define NAMED ((uint64_t) 1 << 32)

size_t
rt_covariates_words(const rt_kind *kind, const rt_covariates *covariates, bool fitted)
{
	return (size_t) (1 + (covariates->named ? NAME_WORDS * covariates->count : 0) +
					 rt_coefficient_count(kind, covariates) +
					 (fitted ? rt_coefficient_covariance_count(kind, covariates) : 0));
}

uint8_t *
rt_covariates_put(const rt_kind *kind, const rt_covariates *covariates, bool fitted,
				  uint8_t *bytes)
{
	uint64_t	head = (uint64_t) covariates->count | (covariates->named ? NAMED : 0);

	bytes = rt_put_word(bytes, &head);
	for (int i = 0; covariates->named && i < covariates->count; i++)
	{
		memcpy(bytes, covariates->names[i], sizeof(covariates->names[i]));
		bytes += sizeof(covariates->names[i]);
	}
	bytes = rt_put_doubles(bytes, covariates->coefficients,
						   rt_coefficient_count(kind, covariates));
	return !fitted ? bytes :
		rt_put_doubles(bytes, covariates->covariance,
					   rt_coefficient_covariance_count(kind, covariates));
}

/* One zero, one NaN */
static bool
take_numbers(rt_words *words, double *values, int count)
{
	if (!rt_take_doubles(words, values, count))
		return false;
	for (int i = 0; i < count; i++)
		values[i] = isnan(values[i]) ? NAN : values[i] + 0;
	return true;
}

const char *
rt_covariates_take(const rt_kind *kind, bool fitted, rt_words *words, rt_covariates *covariates)
{
	uint64_t	head;

	memset(covariates, 0, sizeof(*covariates));
	if (!rt_take_word(words, &head) || (head & ~NAMED) < 1 ||
		(head & ~NAMED) > RT_MODEL_COVARIATES_MAX)
		return "it must have 1 to 32 covariates";
	covariates->count = (int) (head & ~NAMED);
	covariates->named = (head & NAMED) != 0;
	for (int i = 0; covariates->named && i < covariates->count; i++)
	{
		for (int word = 0; word < NAME_WORDS; word++)
		{
			if (!rt_take_word(words, covariates->names[i] + 8 * word))
				return "names of covariates are missing";
		}
	}
	if (!take_numbers(words, covariates->coefficients, rt_coefficient_count(kind, covariates)) ||
		(fitted && !take_numbers(words, covariates->covariance,
								 rt_coefficient_covariance_count(kind, covariates))) ||
		words->count > 0)
		return "it has too few or too many coefficients";
	return rt_covariates_check(kind, covariates, fitted);
}
