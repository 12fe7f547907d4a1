/*
 * model.c
 *		The type retention_model: a fitted or typed-in model as one value.
 *
 * Its text form is JSON, so that a published model can be typed in.  Numbers
 * are written in the fewest digits that give the same double again.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "common/shortest_dec.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "core/special.h"
#include "pg/arguments.h"
#include "pg/composite.h"
#include "pg/model.h"

PG_FUNCTION_INFO_V1(retention_model_in);
PG_FUNCTION_INFO_V1(retention_model_out);
PG_FUNCTION_INFO_V1(retention_model_recv);
PG_FUNCTION_INFO_V1(retention_model_send);
PG_FUNCTION_INFO_V1(retention_model_eq);
PG_FUNCTION_INFO_V1(retention_model_ne);
PG_FUNCTION_INFO_V1(retention_model_hash);
PG_FUNCTION_INFO_V1(retention_model_hash_extended);
PG_FUNCTION_INFO_V1(model_kinds);
PG_FUNCTION_INFO_V1(retention_model_kind);
PG_FUNCTION_INFO_V1(retention_model_parameter);
PG_FUNCTION_INFO_V1(retention_model_parameters);
PG_FUNCTION_INFO_V1(retention_model_time_unit);
PG_FUNCTION_INFO_V1(retention_model_log_likelihood);
PG_FUNCTION_INFO_V1(retention_model_aic);
PG_FUNCTION_INFO_V1(retention_model_bic);
PG_FUNCTION_INFO_V1(retention_model_observations);
PG_FUNCTION_INFO_V1(retention_model_converged);
PG_FUNCTION_INFO_V1(retention_model_left_out);
PG_FUNCTION_INFO_V1(retention_model_frequency_correlation);
PG_FUNCTION_INFO_V1(retention_model_standard_error);
PG_FUNCTION_INFO_V1(retention_model_confidence_interval);
PG_FUNCTION_INFO_V1(retention_model_with_recency_weight);

/* ---------------------------------------------------------------- values */

const rt_model *
model_from_datum(Datum value)
{
	StoredModel *stored = (StoredModel *) PG_DETOAST_DATUM(value);

	if (VARSIZE(stored) != sizeof(StoredModel) || rt_model_check(&stored->model) != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("retention model is corrupt")));
	return &stored->model;
}

StoredModel *
new_model(const rt_kind *kind)
{
	StoredModel *result = (StoredModel *) palloc0(sizeof(StoredModel));

	SET_VARSIZE(result, sizeof(StoredModel));
	result->model.version = RT_MODEL_VERSION;
	result->model.id = (uint8) kind->id;
	result->model.time_unit = 1;
	result->model.recency_weight = 1;
	return result;
}

static char *
list_kinds(void)
{
	StringInfoData list;
	const rt_kind *kind;

	initStringInfo(&list);
	for (int i = 0; (kind = rt_kind_at(i)) != NULL; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", kind->name);
	return list.data;
}

static char *
list_parameters(const rt_kind *kind)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < kind->parameter_count; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", kind->parameters[i]);
	return list.data;
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

/* "interpurchase", or "sbg" or "bdw" */
static char *
kinds_fitted_to(rt_input input)
{
	StringInfoData list;
	const rt_kind *kind;

	initStringInfo(&list);
	for (int i = 0; (kind = rt_kind_at(i)) != NULL; i++)
	{
		if (kind->input == input)
			appendStringInfo(&list, "%s\"%s\"", list.len > 0 ? " or " : "", kind->name);
	}
	return list.data;
}

void
check_model_input(const rt_model *model, rt_input input, const char *function)
{
	if (model_input(model) != input)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s needs a model of kind %s, not \"%s\"", function,
						kinds_fitted_to(input), rt_kind_by_id(model->id)->name)));
}

/* ------------------------------------------------------ input and output */

static void
append_double(StringInfo text, double value)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	if (isfinite(value))
	{
		double_to_shortest_decimal_buf(value, digits);
		appendStringInfoString(text, digits);
	}
	else
		appendStringInfoString(text, "null");
}

Datum
retention_model_out(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));
	const rt_kind *kind = rt_kind_by_id(model->id);
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "{\"model\": \"%s\"", kind->name);
	for (int i = 0; i < kind->parameter_count; i++)
	{
		appendStringInfo(&text, ", \"%s\": ", kind->parameters[i]);
		append_double(&text, model->parameters[i]);
	}
	appendStringInfoString(&text, ", \"time_unit_days\": ");
	append_double(&text, model->time_unit);
	if (model->recency_weight != 1)
	{
		appendStringInfoString(&text, ", \"recency_weight\": ");
		append_double(&text, model->recency_weight);
	}
	if (model->k_deviation != 0)
	{
		appendStringInfoString(&text, ", \"k_median\": ");
		append_double(&text, model->k_median);
		appendStringInfoString(&text, ", \"k_deviation\": ");
		append_double(&text, model->k_deviation);
	}
	if (model_input(model) == RT_INPUT_SPEND && ((model->flags & RT_MODEL_FITTED) || model->left_out != 0 || model->frequency_correlation != 0))
	{
		appendStringInfoString(&text, ", \"left_out\": ");
		append_double(&text, model->left_out);
		appendStringInfoString(&text, ", \"frequency_correlation\": ");
		append_double(&text, model->frequency_correlation);
	}
	if (model->flags & RT_MODEL_FITTED)
	{
		appendStringInfoString(&text, ", \"log_likelihood\": ");
		append_double(&text, model->log_likelihood);
		appendStringInfoString(&text, ", \"observations\": ");
		append_double(&text, model->observations);
		appendStringInfo(&text, ", \"converged\": %s", model->flags & RT_MODEL_CONVERGED ? "true" : "false");
		appendStringInfoString(&text, ", \"covariance\": [");
		for (int i = 0; i < kind->parameter_count * (kind->parameter_count + 1) / 2; i++)
		{
			if (i > 0)
				appendStringInfoString(&text, ", ");
			append_double(&text, model->covariance[i]);
		}
		appendStringInfoChar(&text, ']');
	}
	appendStringInfoChar(&text, '}');
	PG_RETURN_CSTRING(text.data);
}

/* Infinite when it is beyond a double, for the checks to find */
static double
jsonb_double(const JsonbValue *value)
{
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
}

static JsonbValue *
find_key(Jsonb *json, const char *key)
{
	JsonbValue	name;

	name.type = jbvString;
	name.val.string.val = unconstify(char *, key);
	name.val.string.len = (int) strlen(key);
	return findJsonbValueFromContainer(&json->root, JB_FOBJECT, &name);
}

/* NULL, or what a model has that its text form does not say */
static const char *
beyond_text(const rt_model *model, const rt_kind *kind)
{
	int			covariances = model->flags & RT_MODEL_FITTED ? kind->parameter_count * (kind->parameter_count + 1) / 2 : 0;

	if (!(model->flags & RT_MODEL_FITTED) && (model->flags != 0 || model->log_likelihood != 0 || model->observations != 0))
		return "only a fitted model has a log-likelihood";
	if (isinf(model->observations))
		return "the number of observations must be finite";
	for (int i = covariances; i < RT_COVARIANCES_MAX; i++)
		if (model->covariance[i] != 0)
			return psprintf("a model of this kind has %d covariances", covariances);
	return NULL;
}

/* Fills the model from the object; NULL, or what is wrong with it */
static const char *
model_from_jsonb(Jsonb *json, const rt_kind *kind, rt_model *model)
{
	JsonbIterator *iterator = JsonbIteratorInit(&json->root);
	JsonbIteratorToken token;
	JsonbValue	value;
	int			covariances = kind->parameter_count * (kind->parameter_count + 1) / 2;
	bool		has_covariance = false;
	const char *problem;

	for (int i = 0; i < covariances; i++)
		model->covariance[i] = NAN;
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		char	   *key;
		int			index;

		if (token != WJB_KEY)
			continue;
		key = pnstrdup(value.val.string.val, value.val.string.len);
		JsonbIteratorNext(&iterator, &value, true);
		index = rt_kind_parameter_index(kind, key, strlen(key));
		if (strcmp(key, "model") == 0)
			continue;
		if (strcmp(key, "converged") == 0)
		{
			if (value.type != jbvBool)
				return "\"converged\" must be true or false";
			if (value.val.boolean)
				model->flags |= RT_MODEL_CONVERGED;
			continue;
		}
		if (strcmp(key, "covariance") == 0)
		{
			if (value.type != jbvBinary || !JsonContainerIsArray(value.val.binary.data) ||
				(int) JsonContainerSize(value.val.binary.data) != covariances)
				return psprintf("\"covariance\" must be an array of %d numbers", covariances);
			has_covariance = true;
			for (int i = 0; i < covariances; i++)
			{
				JsonbValue *element = getIthJsonbValueFromContainer(value.val.binary.data, (uint32) i);

				if (element->type == jbvNumeric)
					model->covariance[i] = jsonb_double(element);
				else if (element->type != jbvNull)
					return psprintf("\"covariance\" must be an array of %d numbers", covariances);
			}
			continue;
		}
		if (strcmp(key, "frequency_correlation") == 0 && value.type == jbvNull)
		{
			model->frequency_correlation = NAN;
			continue;
		}
		if (value.type != jbvNumeric)
			return psprintf("\"%s\" must be a number", clip_string(key));
		if (index >= 0)
		{
			const char *wrong;

			model->parameters[index] = jsonb_double(&value);
			wrong = rt_model_parameter_check(model->parameters[index]);
			if (wrong != NULL)
				return psprintf("\"%s\" %s", key, wrong);
		}
		else if (strcmp(key, "time_unit_days") == 0)
			model->time_unit = jsonb_double(&value);
		else if (strcmp(key, "recency_weight") == 0)
			model->recency_weight = jsonb_double(&value);
		else if (strcmp(key, "left_out") == 0)
			model->left_out = jsonb_double(&value);
		else if (strcmp(key, "frequency_correlation") == 0)
			model->frequency_correlation = jsonb_double(&value);
		else if (strcmp(key, "k_median") == 0)
			model->k_median = jsonb_double(&value);
		else if (strcmp(key, "k_deviation") == 0)
			model->k_deviation = jsonb_double(&value);
		else if (strcmp(key, "log_likelihood") == 0)
		{
			model->log_likelihood = jsonb_double(&value);
			model->flags |= RT_MODEL_FITTED;
		}
		else if (strcmp(key, "observations") == 0)
			model->observations = jsonb_double(&value);
		else
			return psprintf("unexpected key \"%s\"; the parameters of \"%s\" are: %s", clip_string(key), kind->name, list_parameters(kind));
	}
	if (model->k_deviation == 0 && model->k_median != 0)
		return "\"k_deviation\" is missing";
	if (model->k_deviation != 0 && model->k_median == 0 && kind->input == RT_INPUT_INTERVALS)
		model->k_median = model->parameters[0];
	for (int i = 0; i < kind->parameter_count; i++)
	{
		if (model->parameters[i] == 0)
			return psprintf("\"%s\" is missing", kind->parameters[i]);
	}
	if (!(model->flags & RT_MODEL_FITTED))
	{
		if (has_covariance || model->observations != 0 || model->flags != 0)
			return "\"log_likelihood\" is missing";
		memset(model->covariance, 0, sizeof(model->covariance));
	}
	problem = rt_model_check(model);
	return problem != NULL ? problem : beyond_text(model, kind);
}

/* A hint for who gave a text, such as the name of a kind, where a model is wanted */
static int
how_to_make_model(const char *text)
{
	int			k;
	const rt_kind *kind = rt_kind_to_fit(text, strlen(text), &k);

	if (kind == NULL)
		return errhint("A model is made by the aggregate fit_model(kind, ...), or typed in as JSON: '{\"model\": \"bg/nbd\", \"r\": 0.24, ...}'.");
	return errhint("\"%s\" is a kind of model. A model of it is made by the aggregate fit_model('%s', ...), or typed in as JSON: '{\"model\": \"%s\", \"%s\": ...}'.",
				   clip_string(text), clip_string(text), kind->name, kind->parameters[0]);
}

Datum
retention_model_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	Datum		parsed;
	Jsonb	   *json;
	JsonbValue *name;
	const rt_kind *kind = NULL;
	StoredModel *result;
	const char *error = NULL;

	text += strspn(text, " \t\r\n");
	if (*text != '{' && *text != '[')
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s: \"%s\" is no JSON object", "retention_model", clip_string(text)),
				 how_to_make_model(text)));
	if (!DirectInputFunctionCallSafe(jsonb_in, text, InvalidOid, -1, fcinfo->context, &parsed))
		PG_RETURN_NULL();
	json = DatumGetJsonbP(parsed);
	if (!JB_ROOT_IS_OBJECT(json))
		error = "expected a JSON object";
	else if ((name = find_key(json, "model")) == NULL || name->type != jbvString)
		error = "\"model\" must name the kind of model";
	else if ((kind = rt_kind_by_name(name->val.string.val, (size_t) name->val.string.len)) == NULL)
		error = psprintf("there is no kind of model \"%s\"; the kinds are: %s",
						 clip_bytes(name->val.string.val, (Size) name->val.string.len), list_kinds());
	if (error == NULL)
	{
		result = new_model(kind);
		error = model_from_jsonb(json, kind, &result->model);
		if (error == NULL)
			PG_RETURN_POINTER(result);
	}
	ereturn(fcinfo->context, (Datum) 0,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input for type %s: %s", "retention_model", error)));
}

Datum
retention_model_send(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbyte(&message, model->version);
	pq_sendbyte(&message, model->id);
	pq_sendbyte(&message, model->flags);
	pq_sendfloat8(&message, model->time_unit);
	pq_sendfloat8(&message, model->recency_weight);
	pq_sendfloat8(&message, model->k_median);
	pq_sendfloat8(&message, model->k_deviation);
	pq_sendfloat8(&message, model->left_out);
	pq_sendfloat8(&message, model->frequency_correlation);
	pq_sendfloat8(&message, model->log_likelihood);
	pq_sendfloat8(&message, model->observations);
	for (int i = 0; i < rt_kind_by_id(model->id)->parameter_count; i++)
		pq_sendfloat8(&message, model->parameters[i]);
	for (int i = 0; i < RT_COVARIANCES_MAX; i++)
		pq_sendfloat8(&message, model->covariance[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* Of zeros only the positive one has a text form, of those that are not a number there is one */
static double
receive_double(StringInfo message)
{
	double		value = pq_getmsgfloat8(message);

	return isnan(value) ? NAN : value + 0;
}

Datum
retention_model_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	StoredModel *result;
	rt_model   *model;
	const rt_kind *kind;
	int			version = pq_getmsgbyte(message);
	const char *error;

	kind = rt_kind_by_id(pq_getmsgbyte(message));
	if (version != RT_MODEL_VERSION || kind == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary form of type %s: %s", "retention_model",
						kind == NULL ? "unknown kind of model" : "unknown version")));
	result = new_model(kind);
	model = &result->model;
	model->flags = (uint8) pq_getmsgbyte(message);
	model->time_unit = receive_double(message);
	model->recency_weight = receive_double(message);
	model->k_median = receive_double(message);
	model->k_deviation = receive_double(message);
	model->left_out = receive_double(message);
	model->frequency_correlation = receive_double(message);
	model->log_likelihood = receive_double(message);
	model->observations = receive_double(message);
	for (int i = 0; i < kind->parameter_count; i++)
		model->parameters[i] = receive_double(message);
	for (int i = 0; i < RT_COVARIANCES_MAX; i++)
	{
		double		value = receive_double(message);

		model->covariance[i] = isfinite(value) ? value : NAN;
	}
	error = rt_model_check(model);
	if (error == NULL)
		error = beyond_text(model, kind);
	if (error != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary form of type %s: %s", "retention_model", error)));
	PG_RETURN_POINTER(result);
}

/* -------------------------------------------------------------- operators */

static bool
models_equal(FunctionCallInfo fcinfo)
{
	return memcmp(model_from_datum(PG_GETARG_DATUM(0)), model_from_datum(PG_GETARG_DATUM(1)), sizeof(rt_model)) == 0;
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

Datum
retention_model_hash(PG_FUNCTION_ARGS)
{
	return hash_any((const unsigned char *) model_from_datum(PG_GETARG_DATUM(0)), sizeof(rt_model));
}

Datum
retention_model_hash_extended(PG_FUNCTION_ARGS)
{
	return hash_any_extended((const unsigned char *) model_from_datum(PG_GETARG_DATUM(0)), sizeof(rt_model),
							 (uint64) PG_GETARG_INT64(1));
}

/* -------------------------------------------------------------- questions */

/* The parameter of that name, or an error that lists those there are */
static int
parameter_index(const rt_model *model, const text *name)
{
	const rt_kind *kind = rt_kind_by_id(model->id);
	int			index = rt_kind_parameter_index(kind, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (index < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a model of kind \"%s\" has no parameter \"%s\"", kind->name, clip_text(name)),
				 errhint("Its parameters are: %s.", list_parameters(kind))));
	return index;
}

/* All kinds: kind, fitted_to and parameters */
Datum
model_kinds(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const rt_kind *kind;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; (kind = rt_kind_at(i)) != NULL; i++)
	{
		Datum		names[RT_PARAMETERS_MAX];
		Datum		values[3];
		bool		nulls[3] = {false};

		for (int j = 0; j < kind->parameter_count; j++)
			names[j] = CStringGetTextDatum(kind->parameters[j]);
		values[0] = CStringGetTextDatum(kind->name);
		values[1] = CStringGetTextDatum(rt_input_name(kind->input));
		values[2] = PointerGetDatum(construct_array(names, kind->parameter_count,
													TEXTOID, -1, false, TYPALIGN_INT));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

Datum
retention_model_kind(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));

	PG_RETURN_TEXT_P(cstring_to_text(rt_kind_by_id(model->id)->name));
}

Datum
retention_model_parameter(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));

	PG_RETURN_FLOAT8(model->parameters[parameter_index(model, PG_GETARG_TEXT_PP(1))]);
}

Datum
retention_model_parameters(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));
	const rt_kind *kind = rt_kind_by_id(model->id);
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < kind->parameter_count; i++)
	{
		appendStringInfo(&text, "%s\"%s\": ", i > 0 ? ", " : "{", kind->parameters[i]);
		append_double(&text, model->parameters[i]);
	}
	appendStringInfoChar(&text, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data));
}

Datum
retention_model_time_unit(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(model_from_datum(PG_GETARG_DATUM(0))->time_unit);
}

Datum
retention_model_log_likelihood(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));

	if (!(model->flags & RT_MODEL_FITTED))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(model->log_likelihood);
}

Datum
retention_model_aic(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));

	if (!(model->flags & RT_MODEL_FITTED))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(2 * rt_kind_by_id(model->id)->parameter_count - 2 * model->log_likelihood);
}

Datum
retention_model_bic(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));

	if (!(model->flags & RT_MODEL_FITTED) || model->observations < 1)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rt_kind_by_id(model->id)->parameter_count * log(model->observations) -
					 2 * model->log_likelihood);
}

Datum
retention_model_observations(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));

	if (!(model->flags & RT_MODEL_FITTED))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(model->observations);
}

/* Of a fitted gamma-gamma model; NULL of any other */
static bool
is_fitted_spend(const rt_model *model)
{
	return model_input(model) == RT_INPUT_SPEND && (model->flags & RT_MODEL_FITTED);
}

Datum
retention_model_left_out(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));

	if (!is_fitted_spend(model))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(model->left_out);
}

Datum
retention_model_frequency_correlation(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));

	if (!is_fitted_spend(model) || isnan(model->frequency_correlation))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(model->frequency_correlation);
}

Datum
retention_model_converged(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));

	if (!(model->flags & RT_MODEL_FITTED))
		PG_RETURN_NULL();
	PG_RETURN_BOOL((model->flags & RT_MODEL_CONVERGED) != 0);
}

Datum
retention_model_standard_error(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));
	int			i = parameter_index(model, PG_GETARG_TEXT_PP(1));
	double		variance = model->covariance[i * (i + 1) / 2 + i];

	if (!(model->flags & RT_MODEL_FITTED) || !(variance >= 0))
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
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));
	int			i = parameter_index(model, PG_GETARG_TEXT_PP(1));
	double		level = PG_GETARG_FLOAT8(2);
	double		variance = model->covariance[i * (i + 1) / 2 + i];
	double		parameter = model->parameters[i];
	double		width;
	Datum		values[2];
	bool		nulls[2] = {false, false};

	check_confidence_level(level);
	if (!(model->flags & RT_MODEL_FITTED) || !(variance >= 0))
		PG_RETURN_NULL();
	width = rt_normal_quantile((1 - level) / 2) * sqrt(variance) / parameter;
	values[0] = Float8GetDatum(parameter * exp(-width));
	values[1] = Float8GetDatum(parameter * exp(width));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(composite_result(fcinfo, 2), values, nulls)));
}

Datum
retention_model_with_recency_weight(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));
	double		weight = PG_GETARG_FLOAT8(1);
	StoredModel *result;

	if (!(weight > 0 && weight <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("recency weight %g is not above 0 and at most 1", weight)));
	check_model_input(model, RT_INPUT_INTERVALS, "with_recency_weight");
	result = new_model(rt_kind_by_id(model->id));
	result->model = *model;
	result->model.recency_weight = weight;
	PG_RETURN_POINTER(result);
}
