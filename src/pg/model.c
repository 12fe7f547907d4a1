/*
 * model.c
 *		The type retention_model: a fitted or typed-in model as one value, and questions to it.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"

#include "core/limit.h"
#include "core/model_bytes.h"
#include "core/special.h"
#include "pg/arguments.h"
#include "pg/composite.h"
#include "pg/model.h"

PG_FUNCTION_INFO_V1(retention_model_eq);
PG_FUNCTION_INFO_V1(retention_model_ne);
PG_FUNCTION_INFO_V1(retention_model_hash);
PG_FUNCTION_INFO_V1(retention_model_hash_extended);
PG_FUNCTION_INFO_V1(model_kinds);
PG_FUNCTION_INFO_V1(retention_model_kind);
PG_FUNCTION_INFO_V1(retention_model_parameter);
PG_FUNCTION_INFO_V1(retention_model_time_unit);
PG_FUNCTION_INFO_V1(retention_model_log_likelihood);
PG_FUNCTION_INFO_V1(retention_model_aic);
PG_FUNCTION_INFO_V1(retention_model_bic);
PG_FUNCTION_INFO_V1(retention_model_observations);
PG_FUNCTION_INFO_V1(retention_model_converged);
PG_FUNCTION_INFO_V1(retention_model_limit);
PG_FUNCTION_INFO_V1(retention_model_fitted_as_of);
PG_FUNCTION_INFO_V1(retention_model_left_out);
PG_FUNCTION_INFO_V1(retention_model_frequency_correlation);
PG_FUNCTION_INFO_V1(retention_model_standard_error);
PG_FUNCTION_INFO_V1(retention_model_confidence_interval);
PG_FUNCTION_INFO_V1(retention_model_with_recency_weight);

/* ---------------------------------------------------------------- values */

/*
 * The last ones that were read: mostly a query asks one model, or one, another of the cycle and
 * one of what is spent, about many customers.  What a model points to stays here: twice as many
 * of them as a function has among its arguments.
 */
static struct
{
	Size		size;			/* 0: none */
	uint8		bytes[RT_MODEL_BYTES_MAX];
	rt_model	model;
	rt_model_room room;
}			recent_models[6];
static int	oldest_model = 0;

/* Is it one of them? */
static bool
read_again(const uint8 *bytes, Size size, rt_model *model)
{
	for (int i = 0; i < lengthof(recent_models); i++)
	{
		if (recent_models[i].size == size && memcmp(recent_models[i].bytes, bytes, size) == 0)
		{
			*model = recent_models[i].model;
			return true;
		}
	}
	return false;
}

static void
read_model(const uint8 *bytes, Size size, rt_model *model)
{
	const char *problem;

	recent_models[oldest_model].size = 0;
	problem = rt_model_decode(bytes, size, model, &recent_models[oldest_model].room);
	if (problem == rt_model_is_later)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("retention model can't be read: %s", problem),
						errhint("Install that version of the extension's library.")));
	if (problem != NULL)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("retention model is corrupt: %s", problem)));
	recent_models[oldest_model].size = size;
	memcpy(recent_models[oldest_model].bytes, bytes, size);
	recent_models[oldest_model].model = *model;
	oldest_model = (oldest_model + 1) % lengthof(recent_models);
}

const rt_model *
model_of_any_from_datum(Datum value)
{
	struct varlena *stored = PG_DETOAST_DATUM_PACKED(value);
	const uint8 *bytes = (const uint8 *) VARDATA_ANY(stored);
	Size		size = VARSIZE_ANY_EXHDR(stored);
	rt_model   *model = palloc(sizeof(rt_model));

	if (!read_again(bytes, size, model))
		read_model(bytes, size, model);
	if ((Pointer) stored != DatumGetPointer(value))
		pfree(stored);
	return model;
}

const rt_model *
model_from_datum(Datum value)
{
	const rt_model *model = model_of_any_from_datum(value);

	if (model->covariates != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model has covariates, and answers for a customer whose covariates are "
						"known"),
				 errhint("Use with_covariates(model, ARRAY[...]) in its place: the model of such a "
						 "customer. It has %d: %s.", model->covariates->count,
						 list_covariates(model->covariates))));
	return model;
}

Datum
model_to_datum(const rt_model *model)
{
	struct varlena *stored = palloc(VARHDRSZ + rt_model_size(model));

	SET_VARSIZE(stored, VARHDRSZ + rt_model_encode(model, (uint8 *) VARDATA(stored)));
	return PointerGetDatum(stored);
}

char *
list_kinds(void)
{
	StringInfoData list;
	const rt_kind *kind;

	initStringInfo(&list);
	for (int i = 0; (kind = rt_kind_at(i)) != NULL; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", kind->name);
	return list.data;
}

char *
list_parameters(const rt_kind *kind)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < kind->parameter_count; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", kind->parameters[i]);
	return list.data;
}

char *
list_covariates(const rt_covariates *covariates)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < covariates->count; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", covariate_label(covariates, i));
	return list.data;
}

char *
covariate_label(const rt_covariates *covariates, int i)
{
	return covariates->named ? pstrdup(covariates->names[i]) : psprintf("%d", i + 1);
}

const rt_kind *
model_kind_to_fit(const text *name, int *k)
{
	const rt_kind *kind = rt_kind_to_fit(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), k);

	if (kind == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no kind of model \"%s\"", clip_text(name)),
				 errhint("The kinds are: %s.", list_kinds())));
	return kind;
}

rt_input
model_input(const rt_model *model)
{
	return rt_kind_by_id(model->id)->input;
}

static bool
is_fitted_to(const rt_kind *kind, rt_input input)
{
	return kind->input == input;
}

static bool
knows_spend(const rt_kind *kind, rt_input unused)
{
	return kind->spend != NULL;
}

/* "interpurchase", or "sbg" or "bdw" */
static char *
kinds_that(bool (*accepted) (const rt_kind *kind, rt_input input), rt_input input)
{
	StringInfoData list;
	const rt_kind *kind;

	initStringInfo(&list);
	for (int i = 0; (kind = rt_kind_at(i)) != NULL; i++)
	{
		if (accepted(kind, input))
			appendStringInfo(&list, "%s\"%s\"", list.len > 0 ? " or " : "", kind->name);
	}
	return list.data;
}

static void
check_model(const rt_model *model, bool (*accepted) (const rt_kind *kind, rt_input input),
			rt_input input, const char *function)
{
	const rt_kind *kind = rt_kind_by_id(model->id);

	if (!accepted(kind, input))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s needs a model of kind %s, not \"%s\"", function,
						kinds_that(accepted, input), kind->name)));
}

void
check_model_input(const rt_model *model, rt_input input, const char *function)
{
	check_model(model, is_fitted_to, input, function);
}

void
check_spend_model(const rt_model *model, const char *function)
{
	check_model(model, knows_spend, RT_INPUT_SPEND, function);
}

/* -------------------------------------------------------------- operators */

/* Not of the values' bytes, which may be those of different versions */
static bool
models_equal(FunctionCallInfo fcinfo)
{
	const rt_model *one = model_of_any_from_datum(PG_GETARG_DATUM(0));
	const rt_model *other = model_of_any_from_datum(PG_GETARG_DATUM(1));
	uint8	   *bytes = palloc(rt_model_size(one));
	uint8	   *other_bytes = palloc(rt_model_size(other));
	Size		size = rt_model_encode(one, bytes);

	return rt_model_encode(other, other_bytes) == size && memcmp(bytes, other_bytes, size) == 0;
}

Datum
retention_model_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(models_equal(fcinfo));
}

Datum
retention_model_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!models_equal(fcinfo));
}

uint64
model_hash(const rt_model *model, uint64 seed)
{
	uint8	   *bytes = palloc(rt_model_size(model));
	uint64		hash = hash_bytes_extended(bytes, (int) rt_model_encode(model, bytes), seed);

	pfree(bytes);
	return hash;
}

Datum
retention_model_hash(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));
	uint8	   *bytes = palloc(rt_model_size(model));

	return hash_any(bytes, (int) rt_model_encode(model, bytes));
}

Datum
retention_model_hash_extended(PG_FUNCTION_ARGS)
{
	return UInt64GetDatum(model_hash(model_of_any_from_datum(PG_GETARG_DATUM(0)),
									 (uint64) PG_GETARG_INT64(1)));
}

/* -------------------------------------------------------------- questions */

/* The parameter of that name, or an error that lists those there are */
static int
parameter_index(const rt_model *model, const text *name)
{
	const rt_kind *kind = rt_kind_by_id(model->id);
	int			index = rt_kind_parameter_index(kind, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (index < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a model of kind \"%s\" has no parameter \"%s\"", kind->name,
							   clip_text(name)),
						errhint("Its parameters are: %s.", list_parameters(kind))));
	return index;
}

/* All kinds: kind, fitted_to, parameters, customers, leaves and meaning */
Datum
model_kinds(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const rt_kind *kind;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; (kind = rt_kind_at(i)) != NULL; i++)
	{
		Datum		names[RT_PARAMETERS_MAX];
		Datum		values[6];
		bool		nulls[6] = {false};

		for (int j = 0; j < kind->parameter_count; j++)
			names[j] = CStringGetTextDatum(kind->parameters[j]);
		values[0] = CStringGetTextDatum(kind->name);
		values[1] = CStringGetTextDatum(rt_input_name(kind->input));
		values[2] = PointerGetDatum(construct_array(names, kind->parameter_count,
													TEXTOID, -1, false, TYPALIGN_INT));
		values[3] = CStringGetTextDatum(kind->customers);
		nulls[4] = kind->leaves == NULL;
		if (!nulls[4])
			values[4] = CStringGetTextDatum(kind->leaves);
		values[5] = CStringGetTextDatum(kind->meaning);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

Datum
retention_model_kind(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));

	PG_RETURN_TEXT_P(cstring_to_text(rt_kind_by_id(model->id)->name));
}

Datum
retention_model_parameter(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));

	PG_RETURN_FLOAT8(model->parameters[parameter_index(model, PG_GETARG_TEXT_PP(1))]);
}

Datum
retention_model_time_unit(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(model_of_any_from_datum(PG_GETARG_DATUM(0))->time_unit);
}

Datum
retention_model_log_likelihood(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));

	if (!(model->flags & RT_MODEL_FITTED) || isnan(model->log_likelihood))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(model->log_likelihood);
}

double
model_aic(const rt_model *model)
{
	return 2 * rt_model_parameters(model) - 2 * model->log_likelihood;
}

Datum
retention_model_aic(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));

	if (!(model->flags & RT_MODEL_FITTED) || isnan(model->log_likelihood))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(model_aic(model));
}

Datum
retention_model_bic(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));

	if (!(model->flags & RT_MODEL_FITTED) || isnan(model->log_likelihood) ||
		model->observations < 1)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rt_model_parameters(model) * log(model->observations) -
					 2 * model->log_likelihood);
}

Datum
retention_model_observations(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));

	if (!(model->flags & RT_MODEL_FITTED))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(model->observations);
}

/* Of a fitted model of what orders are worth; NULL of any other */
static bool
is_fitted_spend(const rt_model *model)
{
	return rt_kind_by_id(model->id)->spend != NULL && (model->flags & RT_MODEL_FITTED);
}

Datum
retention_model_fitted_as_of(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));

	if (!(model->flags & RT_MODEL_DATED))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(model->fitted_as_of);
}

Datum
retention_model_left_out(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));

	if (!is_fitted_spend(model))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(model->left_out);
}

Datum
retention_model_frequency_correlation(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));

	if (!is_fitted_spend(model) || isnan(model->frequency_correlation))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(model->frequency_correlation);
}

Datum
retention_model_converged(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));

	if (!(model->flags & RT_MODEL_FITTED))
		PG_RETURN_NULL();
	PG_RETURN_BOOL((model->flags & RT_MODEL_CONVERGED) != 0);
}

char *
model_limit(const rt_model *model)
{
	const char *names[RT_LIMITS_MAX];
	int			count = rt_model_limits(model, names);
	StringInfoData list;

	if (count == 0)
		return NULL;
	initStringInfo(&list);
	for (int i = 0; i < count; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", names[i]);
	return list.data;
}

Datum
retention_model_limit(PG_FUNCTION_ARGS)
{
	char	   *limit = model_limit(model_of_any_from_datum(PG_GETARG_DATUM(0)));

	if (limit == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(limit));
}

Datum
retention_model_standard_error(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));
	double		variance =
		rt_model_variance(model, parameter_index(model, PG_GETARG_TEXT_PP(1)));

	if (isnan(variance))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(sqrt(variance));
}

double
check_time_unit(double days)
{
	if (!(days > 0) || isinf(days))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time unit of %g days is not above 0 and finite", days)));
	return days;
}

void
check_confidence_level(double level)
{
	if (!(level > 0 && level < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a confidence level of %g is not between 0 and 1", level)));
}

/* Symmetric for the logarithm, whose estimate is nearer to normal, and so never below 0 */
Datum
retention_model_confidence_interval(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));
	int			i = parameter_index(model, PG_GETARG_TEXT_PP(1));
	double		level = PG_GETARG_FLOAT8(2);
	double		variance = rt_model_variance(model, i);
	double		parameter = model->parameters[i];
	double		width;
	Datum		values[2];
	bool		nulls[2] = {false, false};

	check_confidence_level(level);
	if (isnan(variance))
		PG_RETURN_NULL();
	width = rt_normal_quantile((1 - level) / 2) * sqrt(variance) / parameter;
	values[0] = Float8GetDatum(parameter * exp(-width));
	values[1] = Float8GetDatum(parameter * exp(width));
	return composite_row(fcinfo, 2, values, nulls);
}

Datum
retention_model_with_recency_weight(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));
	double		weight = PG_GETARG_FLOAT8(1);
	rt_model	result;

	if (!(weight > 0 && weight <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("recency weight %g is not above 0 and at most 1", weight)));
	check_model_input(model, RT_INPUT_INTERVALS, "with_recency_weight");
	result = *model;
	result.recency_weight = weight;
	PG_RETURN_DATUM(model_to_datum(&result));
}
