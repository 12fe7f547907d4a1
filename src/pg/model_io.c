/*
 * model_io.c
 *		The forms in which a retention_model comes and goes: JSON and binary.
 *
 * The text form is JSON, so that a published model can be typed in.  Numbers are written in the
 * fewest digits that give the same double again.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

#include "core/calendar.h"
#include "core/model_bytes.h"
#include "pg/arguments.h"
#include "pg/covariates.h"
#include "pg/model.h"
#include "pg/season.h"

PG_FUNCTION_INFO_V1(retention_model_in);
PG_FUNCTION_INFO_V1(retention_model_out);
PG_FUNCTION_INFO_V1(retention_model_recv);
PG_FUNCTION_INFO_V1(retention_model_send);
PG_FUNCTION_INFO_V1(retention_model_parameters);

/* Numbers of the text form that are fields of the same meaning */
static const struct
{
	const char *key;
	size_t		offset;
}			model_numbers[] = {
	{"time_unit_days", offsetof(rt_model, time_unit)},
	{"recency_weight", offsetof(rt_model, recency_weight)},
	{"k_median", offsetof(rt_model, k_median)},
	{"k_deviation", offsetof(rt_model, k_deviation)},
	{"left_out", offsetof(rt_model, left_out)},
	{"frequency_correlation", offsetof(rt_model, frequency_correlation)},
	{"log_likelihood", offsetof(rt_model, log_likelihood)},
	{"observations", offsetof(rt_model, observations)}
};

/* ----------------------------------------------------------------- output */

static void
append_key(StringInfo text, const char *key, double value)
{
	appendStringInfo(text, ", \"%s\": ", key);
	append_number(text, value);
}

/* What only a fitted model has */
static void
append_fit(StringInfo text, const rt_model *model)
{
	append_key(text, "log_likelihood", model->log_likelihood);
	append_key(text, "observations", model->observations);
	if (model->flags & RT_MODEL_DATED)
	{
		appendStringInfoString(text, ", \"fitted_as_of\": ");
		append_date(text, model->fitted_as_of);
	}
	appendStringInfo(text, ", \"converged\": %s, \"covariance\": [",
					 model->flags & RT_MODEL_CONVERGED ? "true" : "false");
	for (int i = 0; i < rt_model_covariance_count(model); i++)
	{
		if (i > 0)
			appendStringInfoString(text, ", ");
		append_number(text, model->covariance[i]);
	}
	appendStringInfoChar(text, ']');
}

Datum
retention_model_out(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));
	const rt_kind *kind = rt_kind_by_id(model->id);
	bool		fitted = (model->flags & RT_MODEL_FITTED) != 0;
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "{\"model\": \"%s\"", kind->name);
	for (int i = 0; i < kind->parameter_count; i++)
		append_key(&text, kind->parameters[i], model->parameters[i]);
	append_key(&text, "time_unit_days", model->time_unit);
	if (model->recency_weight != 1)
		append_key(&text, "recency_weight", model->recency_weight);
	if (model->k_deviation != 0)
	{
		append_key(&text, "k_median", model->k_median);
		append_key(&text, "k_deviation", model->k_deviation);
	}
	if (kind->spend != NULL &&
		(fitted || model->left_out != 0 || model->frequency_correlation != 0))
	{
		append_key(&text, "left_out", model->left_out);
		append_key(&text, "frequency_correlation", model->frequency_correlation);
	}
	if (fitted)
		append_fit(&text, model);
	if (model->season != NULL)
	{
		appendStringInfoString(&text, ", \"season\": ");
		season_append(&text, model->season);
	}
	if (model->covariates != NULL)
	{
		appendStringInfoString(&text, ", \"covariates\": ");
		covariates_append(&text, kind, model->covariates, fitted);
	}
	appendStringInfoChar(&text, '}');
	PG_RETURN_CSTRING(text.data);
}

Datum
retention_model_parameters(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));
	const rt_kind *kind = rt_kind_by_id(model->id);
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < kind->parameter_count; i++)
	{
		appendStringInfo(&text, "%s\"%s\": ", i > 0 ? ", " : "{", kind->parameters[i]);
		append_number(&text, model->parameters[i]);
	}
	appendStringInfoChar(&text, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data));
}

/* ------------------------------------------------------------------ input */

static JsonbValue *
find_key(Jsonb *json, const char *key)
{
	JsonbValue	name;

	name.type = jbvString;
	name.val.string.val = unconstify(char *, key);
	name.val.string.len = (int) strlen(key);
	return findJsonbValueFromContainer(&json->root, JB_FOBJECT, &name);
}

/* The functions that read a value of the text form: NULL, or what is wrong with it */
static const char *
read_covariance(const JsonbValue *value, const rt_kind *kind, rt_model *model)
{
	int			covariances = kind->parameter_count * (kind->parameter_count + 1) / 2;

	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data) ||
		(int) JsonContainerSize(value->val.binary.data) != covariances)
		return psprintf("\"covariance\" must be an array of %d numbers", covariances);
	for (int i = 0; i < covariances; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(value->val.binary.data, (uint32) i);

		if (element->type == jbvNumeric)
			model->covariance[i] = json_double(element);
		else if (element->type == jbvNull)
			model->covariance[i] = NAN;
		else
			return psprintf("\"covariance\" must be an array of %d numbers", covariances);
	}
	return NULL;
}

static const char *
read_date(const JsonbValue *value, rt_model *model)
{
	if (!json_date(value, &model->fitted_as_of))
		return value->type != jbvString ?
			"\"fitted_as_of\" must be a date, such as \"2026-12-31\"" :
			psprintf("\"fitted_as_of\" must be a date, such as \"2026-12-31\", not \"%s\"",
					 clip_bytes(value->val.string.val, (Size) value->val.string.len));
	model->flags |= RT_MODEL_DATED;
	return NULL;
}

static const char *
read_season(const JsonbValue *value, rt_model *model)
{
	rt_season  *season = palloc(sizeof(rt_season));
	const char *problem;

	if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
		return "\"season\" must be an object: {\"months\": [0.8, 0.8, ...]}";
	problem = season_from_json(value->val.binary.data, season);
	model->season = season;
	return problem == NULL ? NULL : psprintf("of its season, %s", problem);
}

static const char *
read_covariates(const JsonbValue *value, const rt_kind *kind, rt_model *model)
{
	rt_covariates *covariates = palloc0(sizeof(rt_covariates));
	const char *problem;

	if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
		return "\"covariates\" must be an object: {\"purchase\": [0.5, 0.1], ...}";
	problem = covariates_from_json(value->val.binary.data, kind, covariates);
	model->covariates = covariates;
	return problem == NULL ? NULL : psprintf("of its covariates, %s", problem);
}

static const char *
read_number(const char *key, const JsonbValue *value, const rt_kind *kind, rt_model *model)
{
	int			index = rt_kind_parameter_index(kind, key, strlen(key));

	if (value->type != jbvNumeric)
		return psprintf("\"%s\" must be a number", clip_string(key));
	if (index >= 0)
	{
		const char *wrong;

		model->parameters[index] = json_double(value);
		wrong = rt_model_parameter_check(model->parameters[index]);
		return wrong == NULL ? NULL : psprintf("\"%s\" %s", key, wrong);
	}
	for (int i = 0; i < lengthof(model_numbers); i++)
	{
		if (strcmp(key, model_numbers[i].key) != 0)
			continue;
		*(double *) ((char *) model + model_numbers[i].offset) = json_double(value);
		return NULL;
	}
	return psprintf("unexpected key \"%s\"; the parameters of \"%s\" are: %s", clip_string(key),
					kind->name, list_parameters(kind));
}

static const char *
read_value(const char *key, const JsonbValue *value, const rt_kind *kind, rt_model *model)
{
	if (strcmp(key, "model") == 0)
		return NULL;
	if (strcmp(key, "converged") == 0)
	{
		if (value->type != jbvBool)
			return "\"converged\" must be true or false";
		if (value->val.boolean)
			model->flags |= RT_MODEL_CONVERGED;
		return NULL;
	}
	if (strcmp(key, "covariance") == 0)
		return read_covariance(value, kind, model);
	if (strcmp(key, "fitted_as_of") == 0)
		return read_date(value, model);
	if (strcmp(key, "season") == 0)
		return read_season(value, model);
	if (strcmp(key, "covariates") == 0)
		return read_covariates(value, kind, model);
	if (strcmp(key, "log_likelihood") == 0 && value->type == jbvNull)
	{
		model->log_likelihood = NAN;
		return NULL;
	}
	if (strcmp(key, "frequency_correlation") == 0 && value->type == jbvNull)
	{
		model->frequency_correlation = NAN;
		return NULL;
	}
	return read_number(key, value, kind, model);
}

static bool
has_coefficient_covariance(const rt_kind *kind, const rt_covariates *covariates)
{
	for (int i = 0; i < rt_coefficient_covariance_count(kind, covariates); i++)
	{
		if (!isnan(covariates->covariance[i]))
			return true;
	}
	return false;
}

/* What the object must have, and what follows where it does not say so */
static const char *
complete_model(Jsonb *json, const rt_kind *kind, rt_model *model)
{
	bool		has_covariance = find_key(json, "covariance") != NULL;

	if (model->k_deviation == 0 && model->k_median != 0)
		return "\"k_deviation\" is missing";
	if (model->k_deviation != 0 && model->k_median == 0 && kind->input == RT_INPUT_INTERVALS)
		model->k_median = model->parameters[0];
	for (int i = 0; i < kind->parameter_count; i++)
	{
		if (model->parameters[i] == 0)
			return psprintf("\"%s\" is missing", kind->parameters[i]);
	}
	if (find_key(json, "log_likelihood") != NULL)
	{
		model->flags |= RT_MODEL_FITTED;
		for (int i = 0; !has_covariance && i < rt_model_covariance_count(model); i++)
			model->covariance[i] = NAN;
	}
	else if (has_covariance || model->observations != 0 || model->flags != 0)
		return "\"log_likelihood\" is missing";
	if (!(model->flags & RT_MODEL_FITTED) && model->covariates != NULL &&
		has_coefficient_covariance(kind, model->covariates))
		return "\"log_likelihood\" is missing";
	return rt_model_check(model);
}

/* Fills the model from the object; NULL, or what is wrong with it */
static const char *
model_from_jsonb(Jsonb *json, const rt_kind *kind, rt_model *model)
{
	JsonbIterator *iterator = JsonbIteratorInit(&json->root);
	JsonbIteratorToken token;
	JsonbValue	value;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		const char *problem;
		char	   *key;

		if (token != WJB_KEY)
			continue;
		key = pnstrdup(value.val.string.val, value.val.string.len);
		JsonbIteratorNext(&iterator, &value, true);
		problem = read_value(key, &value, kind, model);
		if (problem != NULL)
			return problem;
	}
	return complete_model(json, kind, model);
}

/* A hint for who gave a text, such as the name of a kind, where a model is wanted */
static int
how_to_make_model(const char *text)
{
	int			k;
	const rt_kind *kind = rt_kind_to_fit(text, strlen(text), &k);

	if (kind == NULL)
		return errhint("A model is made by the aggregate fit_model(kind, ...), or typed in as "
					   "JSON: '{\"model\": \"bg/nbd\", \"r\": 0.24, ...}'.");
	return errhint("\"%s\" is a kind of model. A model of it is made by the aggregate "
				   "fit_model('%s', ...), or typed in as JSON: '{\"model\": \"%s\", \"%s\": ...}'.",
				   clip_string(text), clip_string(text), kind->name, kind->parameters[0]);
}

Datum
retention_model_in(PG_FUNCTION_ARGS)
{
	const char *json_text = PG_GETARG_CSTRING(0);
	Datum		parsed;
	Jsonb	   *json;
	JsonbValue *name;
	const rt_kind *kind = NULL;
	rt_model	model;
	const char *error = NULL;

	json_text += strspn(json_text, " \t\r\n");
	if (*json_text != '{' && *json_text != '[')
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s: \"%s\" is no JSON object", "retention_model",
						clip_string(json_text)),
				 how_to_make_model(json_text)));
	if (!DirectInputFunctionCallSafe(jsonb_in, unconstify(char *, json_text), InvalidOid, -1,
									 fcinfo->context, &parsed))
		PG_RETURN_NULL();
	json = DatumGetJsonbP(parsed);
	if (!JB_ROOT_IS_OBJECT(json))
		error = "expected a JSON object";
	else if ((name = find_key(json, "model")) == NULL || name->type != jbvString)
		error = "\"model\" must name the kind of model";
	else if ((kind = rt_kind_by_name(name->val.string.val, (size_t) name->val.string.len)) == NULL)
		error =
			psprintf("there is no kind of model \"%s\"; the kinds are: %s",
					 clip_bytes(name->val.string.val, (Size) name->val.string.len), list_kinds());
	if (error == NULL)
	{
		rt_model_init(&model, kind);
		error = model_from_jsonb(json, kind, &model);
		if (error == NULL)
			PG_RETURN_DATUM(model_to_datum(&model));
	}
	ereturn(fcinfo->context, (Datum) 0,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input for type %s: %s", "retention_model", error)));
}

/* ------------------------------------------------------------ binary form */

/* As it is stored, but that words have the network's order of bytes */
Datum
retention_model_send(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));
	uint8	   *bytes = palloc(rt_model_size(model));
	size_t		size = rt_model_encode(model, bytes);
	StringInfoData message;

	pq_begintypsend(&message);
	for (size_t i = 0; i < RT_MODEL_BYTES_HEAD; i++)
		pq_sendbyte(&message, bytes[i]);
	for (size_t i = RT_MODEL_BYTES_HEAD; i < size; i += sizeof(uint64))
	{
		uint64		word;

		memcpy(&word, bytes + i, sizeof(word));
		pq_sendint64(&message, word);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

static const char *
receive_version_2(StringInfo message, rt_model *model)
{
	uint8	   *bytes = palloc(RT_MODEL_BYTES_MAX);
	size_t		size = RT_MODEL_BYTES_HEAD;

	bytes[0] = RT_MODEL_BYTES_VERSION;
	for (size_t i = 1; i < RT_MODEL_BYTES_HEAD; i++)
		bytes[i] = (uint8) pq_getmsgbyte(message);
	while (message->cursor < message->len)
	{
		uint64		word = (uint64) pq_getmsgint64(message);

		if (size + sizeof(word) > RT_MODEL_BYTES_MAX)
			return "it is too long";
		memcpy(bytes + size, &word, sizeof(word));
		size += sizeof(word);
	}
	return rt_model_decode(bytes, size, model, palloc(sizeof(rt_model_room)));
}

/* Of zeros only the positive one has a text form, of those that are not a number there is one */
static double
receive_double(StringInfo message)
{
	double		value = pq_getmsgfloat8(message);

	return isnan(value) ? NAN : value + 0;
}

/* As release 0.1.0 sent them */
static const char *
receive_version_1(StringInfo message, rt_model *model)
{
	const rt_kind *kind = rt_kind_by_id(pq_getmsgbyte(message));

	if (kind == NULL)
		return "unknown kind of model";
	rt_model_init(model, kind);
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
	return rt_model_check(model);
}

Datum
retention_model_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	rt_model	model;
	int			version = pq_getmsgbyte(message);
	const char *error;

	if (version == RT_MODEL_BYTES_VERSION)
		error = receive_version_2(message, &model);
	else if (version == 1)
		error = receive_version_1(message, &model);
	else
		error = version > RT_MODEL_BYTES_VERSION ? rt_model_is_later : "unknown version";
	if (error != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary form of type %s: %s", "retention_model", error)));
	PG_RETURN_DATUM(model_to_datum(&model));
}
