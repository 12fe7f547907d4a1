/*
 * covariates.c
 *		Covariates in models: the model of a customer, what covariates do, and the form in which
 *		they come and go.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/covariates.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "core/special.h"
#include "pg/arguments.h"
#include "pg/model.h"
#include "pg/season.h"

PG_FUNCTION_INFO_V1(with_covariates);
PG_FUNCTION_INFO_V1(model_effects);

/* ------------------------------------------------------------ arguments */

void
covariates_are_null(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("covariates must not be null"),
			 errhint("Say what an unknown value is: coalesce(value, 0), or one_hot(value, levels), "
					 "which has a number for each level but the first.")));
}

int
covariates_of_array(ArrayType *array, int most, const rt_covariates *names, double *z)
{
	int			count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	const double *values = (const double *) ARR_DATA_PTR(array);
	const		bits8 *there = ARR_NULLBITMAP(array);

	if (ARR_NDIM(array) > 1 || count > most)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("covariates must be an array of one dimension with at most %d elements",
						most)));
	for (int i = 0; i < count; i++)
	{
		const char *label = names != NULL && i < names->count ?
			psprintf(" (%s)", names->names[i]) : "";

		if (there != NULL && (there[i / 8] & (1 << (i % 8))) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("covariate %d%s is null", i + 1, label),
					 errhint("Say what an unknown value is: coalesce(value, 0), perhaps with a "
							 "covariate beside it that says that it is unknown.")));
		z[i] = *values++ + 0;	/* minus zero is zero */
		if (!isfinite(z[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("covariate %d%s is %g, which is not finite", i + 1, label, z[i])));
	}
	return count;
}

/* Into the i-th name, or what is wrong with it */
static const char *
set_name(rt_covariates *covariates, int i, const char *name, Size length)
{
	if (length == 0 || length > RT_COVARIATE_NAME_MAX)
		return psprintf("name \"%s\" of a covariate has not 1 to %d bytes",
						clip_bytes(name, length), RT_COVARIATE_NAME_MAX);
	memset(covariates->names[i], 0, sizeof(covariates->names[i]));
	memcpy(covariates->names[i], name, length);
	for (int j = 0; j < i; j++)
	{
		if (strcmp(covariates->names[j], covariates->names[i]) == 0)
			return psprintf("two covariates have the name \"%s\"", covariates->names[i]);
	}
	covariates->named = true;
	return NULL;
}

void
covariate_names_of_array(ArrayType *array, rt_covariates *covariates)
{
	Datum	   *names;
	bool	   *nulls;
	int			count;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &count);
	if (ARR_NDIM(array) > 1 || count != covariates->count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there are %d names for %d covariates", count, covariates->count)));
	for (int i = 0; i < count; i++)
	{
		const char *problem;

		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("the name of covariate %d is null", i + 1)));
		problem = set_name(covariates, i, VARDATA_ANY(DatumGetTextPP(names[i])),
						   VARSIZE_ANY_EXHDR(DatumGetTextPP(names[i])));
		if (problem != NULL)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s", problem)));
	}
}

/* "bg/nbd", "mbg/nbd" */
static char *
kinds_with_covariates(void)
{
	StringInfoData list;
	const rt_kind *kind;

	initStringInfo(&list);
	for (int i = 0; (kind = rt_kind_at(i)) != NULL; i++)
	{
		if (rt_kind_process_count(kind) > 0)
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", kind->name);
	}
	return list.data;
}

void
check_takes_covariates(const rt_kind *kind)
{
	if (rt_kind_process_count(kind) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a model of kind \"%s\" has no covariates", kind->name),
				 errhint("The kinds that may have them are: %s.", kinds_with_covariates())));
}

/* ------------------------------------------------------------ questions */

Datum
with_covariates(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));
	const rt_kind *kind = rt_kind_by_id(model->id);
	double		z[RT_MODEL_COVARIATES_MAX];
	int			count = covariates_of_array(PG_GETARG_ARRAYTYPE_P(1), RT_MODEL_COVARIATES_MAX,
											model->covariates != NULL && model->covariates->named ?
											model->covariates : NULL, z);
	rt_model	result;

	if (model->covariates == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model was not fitted with covariates"),
				 errhint("Use fit_model('%s', history, as_of, 1, NULL, covariates), or the model "
						 "as it is.", kind->name)));
	if (count != model->covariates->count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("the customer has %d covariates, the model %d", count,
						model->covariates->count),
				 errhint("Its covariates are, in this order: %s.",
						 list_covariates(model->covariates))));
	rt_model_with_covariates(model, z, &result);
	for (int i = 0; i < kind->parameter_count; i++)
	{
		const char *problem = rt_model_parameter_check(result.parameters[i]);

		if (problem != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("\"%s\" of a customer with these covariates is out of range: %g",
							kind->parameters[i], result.parameters[i]),
					 errhint("Parameters %s.", problem)));
	}
	PG_RETURN_DATUM(model_to_datum(&result));
}

/* In the order of the columns of model_effects */
enum
{
	EFFECT_PROCESS,
	EFFECT_COVARIATE,
	EFFECT_COEFFICIENT,
	EFFECT_STD_ERROR,
	EFFECT_LOWER,
	EFFECT_UPPER,
	EFFECT_P_VALUE,
	EFFECT_RATIO,
	EFFECT_COLUMNS
};

static void
put_effect(ReturnSetInfo *result, const rt_model *model, int process, int covariate)
{
	const rt_kind *kind = rt_kind_by_id(model->id);
	const rt_covariates *covariates = model->covariates;
	int			i = process * covariates->count + covariate;
	int			effect = kind->parameter_count + i;
	double		coefficient = covariates->coefficients[i];
	double		variance = model->flags & RT_MODEL_FITTED ?
		rt_effect_covariance(model, effect, effect) : NAN;
	double		error = variance >= 0 ? sqrt(variance) : NAN;
	double		width = fabs(rt_normal_quantile(0.025)) * error;
	Datum		values[EFFECT_COLUMNS];
	bool		nulls[EFFECT_COLUMNS] = {false};

	values[EFFECT_PROCESS] = CStringGetTextDatum(kind->processes[process].name);
	values[EFFECT_COVARIATE] = CStringGetTextDatum(covariate_label(covariates, covariate));
	values[EFFECT_COEFFICIENT] = Float8GetDatum(coefficient);
	values[EFFECT_STD_ERROR] = Float8GetDatum(error);
	values[EFFECT_LOWER] = Float8GetDatum(coefficient - width);
	values[EFFECT_UPPER] = Float8GetDatum(coefficient + width);
	values[EFFECT_P_VALUE] = Float8GetDatum(rt_normal_two_sided(coefficient / error));
	values[EFFECT_RATIO] = Float8GetDatum(exp(coefficient));
	nulls[EFFECT_COEFFICIENT] = nulls[EFFECT_RATIO] = isnan(coefficient);
	nulls[EFFECT_STD_ERROR] = nulls[EFFECT_LOWER] = nulls[EFFECT_UPPER] =
		nulls[EFFECT_P_VALUE] = isnan(coefficient) || !(error > 0);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
model_effects(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));
	int			processes = rt_kind_process_count(rt_kind_by_id(model->id));

	InitMaterializedSRF(fcinfo, 0);
	for (int process = 0; model->covariates != NULL && process < processes; process++)
	{
		for (int i = 0; i < model->covariates->count; i++)
			put_effect((ReturnSetInfo *) fcinfo->resultinfo, model, process, i);
	}
	return (Datum) 0;
}

/* ------------------------------------------------------------ JSON */

static void
append_numbers(StringInfo text, const char *key, const double *numbers, int count)
{
	appendStringInfo(text, "\"%s\": [", key);
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoString(text, ", ");
		append_number(text, numbers[i]);
	}
	appendStringInfoChar(text, ']');
}

void
covariates_append(StringInfo text, const rt_kind *kind, const rt_covariates *covariates,
				  bool fitted)
{
	appendStringInfoChar(text, '{');
	if (covariates->named)
	{
		appendStringInfoString(text, "\"names\": [");
		for (int i = 0; i < covariates->count; i++)
		{
			if (i > 0)
				appendStringInfoString(text, ", ");
			escape_json(text, covariates->names[i]);
		}
		appendStringInfoString(text, "], ");
	}
	for (int i = 0; i < rt_kind_process_count(kind); i++)
	{
		if (i > 0)
			appendStringInfoString(text, ", ");
		append_numbers(text, kind->processes[i].name,
					   covariates->coefficients + i * covariates->count, covariates->count);
	}
	if (fitted)
	{
		appendStringInfoString(text, ", ");
		append_numbers(text, "covariance", covariates->covariance,
					   rt_coefficient_covariance_count(kind, covariates));
	}
	appendStringInfoChar(text, '}');
}

/* An array of so many numbers, or nulls; NULL, or what is wrong */
static const char *
read_numbers(const char *key, const JsonbValue *value, int count, double *numbers)
{
	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data) ||
		(int) JsonContainerSize(value->val.binary.data) != count)
		return psprintf("\"%s\" must be an array of %d numbers", key, count);
	for (int i = 0; i < count; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(value->val.binary.data, (uint32) i);

		if (element->type != jbvNumeric && element->type != jbvNull)
			return psprintf("\"%s\" must be an array of %d numbers", key, count);
		numbers[i] = element->type == jbvNull ? NAN : json_double(element);
	}
	return NULL;
}

static const char *
read_names(const JsonbValue *value, rt_covariates *covariates)
{
	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data) ||
		(int) JsonContainerSize(value->val.binary.data) != covariates->count)
		return psprintf("\"names\" must be an array of %d texts", covariates->count);
	for (int i = 0; i < covariates->count; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(value->val.binary.data, (uint32) i);
		const char *problem;

		if (element->type != jbvString)
			return psprintf("\"names\" must be an array of %d texts", covariates->count);
		problem = set_name(covariates, i, element->val.string.val,
						   (Size) element->val.string.len);
		if (problem != NULL)
			return problem;
	}
	return NULL;
}

/* How many covariates the coefficients of the first process that is there are of; 0: of none */
static int
count_of_json(JsonbContainer *json, const rt_kind *kind)
{
	for (int i = 0; i < rt_kind_process_count(kind); i++)
	{
		const char *name = kind->processes[i].name;
		JsonbValue *value = getKeyJsonValueFromContainer(json, name, (int) strlen(name), NULL);

		if (value != NULL && value->type == jbvBinary &&
			JsonContainerIsArray(value->val.binary.data))
			return (int) Min(JsonContainerSize(value->val.binary.data),
							 RT_MODEL_COVARIATES_MAX + 1);
	}
	return 0;
}

static char *
list_processes(const rt_kind *kind)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < rt_kind_process_count(kind); i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", kind->processes[i].name);
	return list.data;
}

static const char *
read_value(const char *key, const JsonbValue *value, const rt_kind *kind,
		   rt_covariates *covariates)
{
	if (strcmp(key, "names") == 0)
		return read_names(value, covariates);
	if (strcmp(key, "covariance") == 0)
		return read_numbers(key, value, rt_coefficient_covariance_count(kind, covariates),
							covariates->covariance);
	for (int i = 0; i < rt_kind_process_count(kind); i++)
	{
		if (strcmp(key, kind->processes[i].name) == 0)
			return read_numbers(key, value, covariates->count,
								covariates->coefficients + i * covariates->count);
	}
	return psprintf("unexpected key \"%s\"; there may be: names, covariance, %s", clip_string(key),
					list_processes(kind));
}

const char *
covariates_from_json(JsonbContainer *json, const rt_kind *kind, rt_covariates *covariates)
{
	JsonbIterator *iterator = JsonbIteratorInit(json);
	JsonbIteratorToken token;
	JsonbValue	value;

	if (rt_kind_process_count(kind) == 0)
		return "models of its kind have none";
	covariates->count = count_of_json(json, kind);
	if (covariates->count < 1 || covariates->count > RT_MODEL_COVARIATES_MAX)
		return psprintf("\"%s\" must be an array of 1 to %d numbers", kind->processes[0].name,
						RT_MODEL_COVARIATES_MAX);
	for (int i = 0; i < rt_coefficient_covariance_count(kind, covariates); i++)
		covariates->covariance[i] = NAN;
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		const char *problem;
		char	   *key;

		if (token != WJB_KEY)
			continue;
		key = pnstrdup(value.val.string.val, value.val.string.len);
		JsonbIteratorNext(&iterator, &value, true);
		problem = read_value(key, &value, kind, covariates);
		if (problem != NULL)
			return problem;
	}
	return NULL;
}
