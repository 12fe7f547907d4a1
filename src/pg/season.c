/*
 * season.c
 *		The type retention_season: its forms, and questions to it.
 *
 * The text form is JSON, so that a season that is known can be typed in.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "common/hashfn.h"
#include "common/shortest_dec.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "core/calendar.h"
#include "core/season_bytes.h"
#include "core/special.h"
#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/model.h"
#include "pg/season.h"

PG_FUNCTION_INFO_V1(retention_season_in);
PG_FUNCTION_INFO_V1(retention_season_out);
PG_FUNCTION_INFO_V1(retention_season_recv);
PG_FUNCTION_INFO_V1(retention_season_send);
PG_FUNCTION_INFO_V1(retention_season_eq);
PG_FUNCTION_INFO_V1(retention_season_ne);
PG_FUNCTION_INFO_V1(retention_season_hash);
PG_FUNCTION_INFO_V1(retention_season_hash_extended);
PG_FUNCTION_INFO_V1(season_factor);
PG_FUNCTION_INFO_V1(season_operational_days);
PG_FUNCTION_INFO_V1(season_months);
PG_FUNCTION_INFO_V1(season_log_likelihood);
PG_FUNCTION_INFO_V1(season_p_value);
PG_FUNCTION_INFO_V1(season_years);
PG_FUNCTION_INFO_V1(season_of_model);
PG_FUNCTION_INFO_V1(model_with_season);

/* ---------------------------------------------------------------- values */

/* The last ones that were read, in turn: no function has more of them among its arguments */
static struct
{
	Size		size;			/* 0: none */
	uint8		bytes[RT_SEASON_BYTES_MAX];
	rt_season	season;
}			recent_seasons[4];
static int	oldest_season = 0;

static const rt_season *
read_season(const uint8 *bytes, Size size)
{
	rt_season  *season = &recent_seasons[oldest_season].season;
	const char *problem;

	recent_seasons[oldest_season].size = 0;
	problem = rt_season_decode(bytes, size, season);
	if (problem == rt_season_is_later)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("retention season can't be read: %s", problem),
						errhint("Install that version of the extension's library.")));
	if (problem != NULL)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("retention season is corrupt: %s", problem)));
	memcpy(recent_seasons[oldest_season].bytes, bytes, size);
	recent_seasons[oldest_season].size = size;
	oldest_season = (oldest_season + 1) % lengthof(recent_seasons);
	return season;
}

const rt_season *
season_from_bytes(SeasonBytes season)
{
	for (int i = 0; i < lengthof(recent_seasons); i++)
	{
		if (season.size > 0 && recent_seasons[i].size == season.size &&
			memcmp(recent_seasons[i].bytes, season.bytes, season.size) == 0)
			return &recent_seasons[i].season;
	}
	return season.size == 0 ? NULL : read_season(season.bytes, season.size);
}

const rt_season *
season_from_datum(Datum value)
{
	struct varlena *stored = PG_DETOAST_DATUM_PACKED(value);
	SeasonBytes bytes = {(const uint8 *) VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored)};
	const rt_season *season = season_from_bytes(bytes);

	if (season == NULL)
		season = read_season(bytes.bytes, 0);	/* which is none */
	if ((Pointer) stored != DatumGetPointer(value))
		pfree(stored);
	return season;
}

SeasonBytes
season_argument(FunctionCallInfo fcinfo, int argument)
{
	struct varlena *stored;
	SeasonBytes season = {NULL, 0};

	if (argument >= PG_NARGS() || PG_ARGISNULL(argument))
		return season;
	stored = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(argument));
	season.bytes = (const uint8 *) VARDATA_ANY(stored);
	season.size = VARSIZE_ANY_EXHDR(stored);
	if (season.size == 0)
		read_season(season.bytes, 0);	/* which is none */
	return season;
}

SeasonBytes
season_copy(SeasonBytes season, MemoryContext context)
{
	uint8	   *bytes;

	if (season.size == 0)
		return season;
	bytes = MemoryContextAlloc(context, season.size);
	memcpy(bytes, season.bytes, season.size);
	return (SeasonBytes) {bytes, season.size};
}

bool
season_same(SeasonBytes a, SeasonBytes b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.bytes, b.bytes, a.size) == 0);
}

Datum
season_to_datum(const rt_season *season)
{
	struct varlena *stored = palloc(VARHDRSZ + RT_SEASON_BYTES_MAX);

	SET_VARSIZE(stored, VARHDRSZ + rt_season_encode(season, (uint8 *) VARDATA(stored)));
	return PointerGetDatum(stored);
}

/* ----------------------------------------------------------------- output */

void
append_number(StringInfo text, double value)
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

void
append_date(StringInfo text, int32 date)
{
	char		printed[RT_DATE_TEXT_MAX];
	size_t		length = rt_date_print(date, printed);

	appendStringInfo(text, "\"%.*s\"", (int) length, printed);
}

static void
append_numbers(StringInfo text, const char *key, const double *values, int count)
{
	appendStringInfo(text, "\"%s\": [", key);
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoString(text, ", ");
		append_number(text, values[i]);
	}
	appendStringInfoChar(text, ']');
}

static void
append_events(StringInfo text, const rt_season *season)
{
	appendStringInfoString(text, ", \"events\": [");
	for (int i = 0; i < season->event_count; i++)
	{
		appendStringInfoString(text, i > 0 ? ", {\"from\": " : "{\"from\": ");
		append_date(text, season->events[i].from);
		appendStringInfoString(text, ", \"until\": ");
		append_date(text, season->events[i].until);
		appendStringInfoString(text, ", \"factor\": ");
		append_number(text, season->events[i].factor);
		appendStringInfoChar(text, '}');
	}
	appendStringInfoChar(text, ']');
}

void
season_append(StringInfo text, const rt_season *season)
{
	appendStringInfoChar(text, '{');
	append_numbers(text, "months", season->months, 12);
	if (season->flags & RT_SEASON_WEEKDAYS)
	{
		appendStringInfoString(text, ", ");
		append_numbers(text, "weekdays", season->weekdays, 7);
	}
	if (season->event_count > 0)
		append_events(text, season);
	if (season->flags & RT_SEASON_FITTED)
	{
		appendStringInfoString(text, ", ");
		append_numbers(text, "standard_errors", season->errors, 12);
		appendStringInfoString(text, ", \"years\": ");
		append_number(text, season->years);
		appendStringInfoString(text, ", \"log_likelihood\": ");
		append_number(text, season->log_likelihood);
		appendStringInfoString(text, ", \"customers\": ");
		append_number(text, season->customers);
		appendStringInfoString(text, ", \"p_value\": ");
		append_number(text, season->p_value);
		if (season->flags & RT_SEASON_DATED)
		{
			appendStringInfoString(text, ", \"fitted_as_of\": ");
			append_date(text, season->fitted_as_of);
		}
	}
	appendStringInfoChar(text, '}');
}

Datum
retention_season_out(PG_FUNCTION_ARGS)
{
	StringInfoData text;

	initStringInfo(&text);
	season_append(&text, season_from_datum(PG_GETARG_DATUM(0)));
	PG_RETURN_CSTRING(text.data);
}

/* ------------------------------------------------------------------ input */

double
json_double(const JsonbValue *value)
{
	Datum		number = NumericGetDatum(value->val.numeric);

	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, number));
}

bool
json_date(const JsonbValue *value, int32 *date)
{
	const char *start;
	const char *end;

	if (value->type != jbvString)
		return false;
	start = value->val.string.val;
	end = start + value->val.string.len;
	return rt_date_parse(&start, end, date) == NULL && start == end;
}

/* These read a value of the text form: NULL, or what is wrong with it */
static const char *
read_numbers(const char *key, const JsonbValue *value, int count, double *numbers)
{
	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data) ||
		(int) JsonContainerSize(value->val.binary.data) != count)
		return psprintf("\"%s\" must be an array of %d numbers", key, count);
	for (int i = 0; i < count; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(value->val.binary.data, (uint32) i);

		if (element->type != jbvNumeric)
			return psprintf("\"%s\" must be an array of %d numbers", key, count);
		numbers[i] = json_double(element);
	}
	return NULL;
}

static const char *
read_event_date(const char *key, const JsonbValue *value, int32 *date)
{
	if (value == NULL)
		return psprintf("an event needs \"%s\", the date of its %s day", key,
						strcmp(key, "from") == 0 ? "first" : "last");
	if (!json_date(value, date))
		return psprintf("\"%s\" of an event must be a date, such as \"2026-12-31\"%s%s%s", key,
						value->type == jbvString ? ", not \"" : "",
						value->type == jbvString ?
						clip_bytes(value->val.string.val, (Size) value->val.string.len) : "",
						value->type == jbvString ? "\"" : "");
	return NULL;
}

static const char *
read_event(JsonbContainer *json, rt_season_event *event)
{
	const char *problem;
	JsonbValue *factor = getKeyJsonValueFromContainer(json, "factor", 6, NULL);

	if (JsonContainerSize(json) != 3)
		return "an event must have \"from\", \"until\" and \"factor\", and nothing else";
	problem = read_event_date("from", getKeyJsonValueFromContainer(json, "from", 4, NULL),
							  &event->from);
	if (problem == NULL)
		problem = read_event_date("until", getKeyJsonValueFromContainer(json, "until", 5, NULL),
								  &event->until);
	if (problem != NULL)
		return problem;
	if (factor == NULL || factor->type != jbvNumeric)
		return "an event needs a number as its \"factor\"";
	event->factor = json_double(factor);
	return NULL;
}

static const char *
read_events(const JsonbValue *value, rt_season *season)
{
	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		return "\"events\" must be an array of events: {\"from\": \"2026-03-16\", \"until\": "
			"\"2026-05-10\", \"factor\": 0.3}";
	if (JsonContainerSize(value->val.binary.data) > RT_SEASON_EVENTS_MAX)
		return psprintf("a season has at most %d events", RT_SEASON_EVENTS_MAX);
	season->event_count = (int) JsonContainerSize(value->val.binary.data);
	for (int i = 0; i < season->event_count; i++)
	{
		JsonbValue *event = getIthJsonbValueFromContainer(value->val.binary.data, (uint32) i);
		const char *problem;

		if (event->type != jbvBinary || !JsonContainerIsObject(event->val.binary.data))
			return "an event must be an object: {\"from\": \"2026-03-16\", \"until\": "
				"\"2026-05-10\", \"factor\": 0.3}";
		problem = read_event(event->val.binary.data, &season->events[i]);
		if (problem != NULL)
			return problem;
	}
	return NULL;
}

/* Numbers of a fitted season */
static const struct
{
	const char *key;
	size_t		offset;
}			season_numbers[] = {
	{"years", offsetof(rt_season, years)},
	{"log_likelihood", offsetof(rt_season, log_likelihood)},
	{"customers", offsetof(rt_season, customers)},
	{"p_value", offsetof(rt_season, p_value)}
};

static const char *
read_season_number(const char *key, const JsonbValue *value, rt_season *season)
{
	for (int i = 0; i < lengthof(season_numbers); i++)
	{
		double	   *number = (double *) ((char *) season + season_numbers[i].offset);

		if (strcmp(key, season_numbers[i].key) != 0)
			continue;
		season->flags |= RT_SEASON_FITTED;
		if (value->type == jbvNull && strcmp(key, "p_value") == 0)
			*number = NAN;
		else if (value->type == jbvNumeric)
			*number = json_double(value);
		else
			return psprintf("\"%s\" must be a number", key);
		return NULL;
	}
	return psprintf("unexpected key \"%s\"; a season has \"months\", and may have \"weekdays\" and "
					"\"events\"", clip_string(key));
}

static const char *
read_season_value(const char *key, const JsonbValue *value, rt_season *season)
{
	if (strcmp(key, "months") == 0)
		return read_numbers(key, value, 12, season->months);
	if (strcmp(key, "events") == 0)
		return read_events(value, season);
	if (strcmp(key, "weekdays") == 0)
	{
		season->flags |= RT_SEASON_WEEKDAYS;
		return read_numbers(key, value, 7, season->weekdays);
	}
	if (strcmp(key, "standard_errors") == 0)
	{
		season->flags |= RT_SEASON_FITTED;
		return read_numbers(key, value, 12, season->errors);
	}
	if (strcmp(key, "fitted_as_of") == 0)
	{
		season->flags |= RT_SEASON_FITTED | RT_SEASON_DATED;
		return json_date(value, &season->fitted_as_of) ? NULL :
			"\"fitted_as_of\" must be a date, such as \"2026-12-31\"";
	}
	return read_season_number(key, value, season);
}

static const char *
season_check_keys(JsonbContainer *json, const rt_season *season)
{
	static const char *const fitted[] = {
		"standard_errors", "years", "log_likelihood", "customers", "p_value"
	};

	for (int i = 0; season->flags & RT_SEASON_FITTED && i < lengthof(fitted); i++)
	{
		if (getKeyJsonValueFromContainer(json, fitted[i], (int) strlen(fitted[i]), NULL) == NULL)
			return psprintf("\"%s\" is missing, which a fitted season has", fitted[i]);
	}
	return NULL;
}

const char *
season_from_json(JsonbContainer *json, rt_season *season)
{
	JsonbIterator *iterator = JsonbIteratorInit(json);
	JsonbIteratorToken token;
	JsonbValue	value;
	const char *problem;
	double		mean;

	rt_season_init(season);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		char	   *key;

		if (token != WJB_KEY)
			continue;
		key = pnstrdup(value.val.string.val, value.val.string.len);
		JsonbIteratorNext(&iterator, &value, true);
		problem = read_season_value(key, &value, season);
		if (problem != NULL)
			return problem;
	}
	problem = season_check_keys(json, season);
	if (problem == NULL)
		problem = rt_season_set(season, &mean);
	if (problem == NULL && fabs(mean - 1) > 0.01)
		ereport(NOTICE,
				(errmsg("the months of a season have the mean %.3g, and were divided by it", mean),
				 errdetail("A year is a year: by the days of the months the mean of their factors "
						   "is 1.")));
	return problem;
}

Datum
retention_season_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	const char *problem = "expected a JSON object";
	Datum		parsed;
	Jsonb	   *json;
	rt_season	season;

	text	  +=strspn(text, " \t\r\n");

	if (*text !='{' && *text !='[')
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s: \"%s\" is no JSON object", "retention_season",
						clip_string(text)),
				 errhint("A season is made by the aggregate fit_season(history, as_of), or typed "
						 "in as JSON: '{\"months\": [0.8, 0.8, ...]}', twelve of them, or "
						 "'{\"events\": [{\"from\": \"2026-03-16\", \"until\": \"2026-05-10\", "
						 "\"factor\": 0.3}]}'.")));
	if (!DirectInputFunctionCallSafe(jsonb_in, unconstify(char *, text), InvalidOid, -1,
									 fcinfo->context, &parsed))
		PG_RETURN_NULL();
	json = DatumGetJsonbP(parsed);
	if (JB_ROOT_IS_OBJECT(json))
		problem = season_from_json(&json->root, &season);
	if (problem == NULL)
		PG_RETURN_DATUM(season_to_datum(&season));
	ereturn(fcinfo->context, (Datum) 0,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input for type %s: %s", "retention_season", problem)));
}

/* ------------------------------------------------------------ binary form */

Datum
retention_season_send(PG_FUNCTION_ARGS)
{
	uint8		bytes[RT_SEASON_BYTES_MAX];
	size_t		size = rt_season_encode(season_from_datum(PG_GETARG_DATUM(0)), bytes);
	StringInfoData message;

	pq_begintypsend(&message);
	for (size_t i = 0; i < RT_SEASON_BYTES_HEAD; i++)
		pq_sendbyte(&message, bytes[i]);
	for (size_t i = RT_SEASON_BYTES_HEAD; i < size; i += sizeof(uint64))
	{
		uint64		word;

		memcpy(&word, bytes + i, sizeof(word));
		pq_sendint64(&message, word);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

Datum
retention_season_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	uint8		bytes[RT_SEASON_BYTES_MAX];
	size_t		size = RT_SEASON_BYTES_HEAD;
	rt_season	season;
	const char *problem = NULL;

	for (size_t i = 0; i < RT_SEASON_BYTES_HEAD; i++)
		bytes[i] = (uint8) pq_getmsgbyte(message);
	while (problem == NULL && message->cursor < message->len)
	{
		uint64		word = (uint64) pq_getmsgint64(message);

		if (size + sizeof(word) > sizeof(bytes))
			problem = "it is too long";
		else
			memcpy(bytes + size, &word, sizeof(word));
		size += sizeof(word);
	}
	if (problem == NULL)
		problem = rt_season_decode(bytes, size, &season);
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary form of type %s: %s", "retention_season", problem)));
	PG_RETURN_DATUM(season_to_datum(&season));
}

/* -------------------------------------------------------------- operators */

static bool
seasons_equal(FunctionCallInfo fcinfo)
{
	return memcmp(season_from_datum(PG_GETARG_DATUM(0)), season_from_datum(PG_GETARG_DATUM(1)),
				  sizeof(rt_season)) == 0;
}

Datum
retention_season_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(seasons_equal(fcinfo));
}

Datum
retention_season_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!seasons_equal(fcinfo));
}

Datum
retention_season_hash(PG_FUNCTION_ARGS)
{
	uint8		bytes[RT_SEASON_BYTES_MAX];

	return hash_any(bytes, (int) rt_season_encode(season_from_datum(PG_GETARG_DATUM(0)), bytes));
}

Datum
retention_season_hash_extended(PG_FUNCTION_ARGS)
{
	uint8		bytes[RT_SEASON_BYTES_MAX];

	return hash_any_extended(bytes,
							 (int) rt_season_encode(season_from_datum(PG_GETARG_DATUM(0)), bytes),
							 (uint64) PG_GETARG_INT64(1));
}

/* -------------------------------------------------------------- questions */

Datum
season_factor(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(rt_season_factor(season_from_datum(PG_GETARG_DATUM(0)),
									  finite_date(PG_GETARG_DATEADT(1), "day")));
}

/* Both days included; 0 where the last one lies before the first one */
Datum
season_operational_days(PG_FUNCTION_ARGS)
{
	const rt_season *season = season_from_datum(PG_GETARG_DATUM(0));
	DateADT		first = finite_date(PG_GETARG_DATEADT(1), "first_day");
	DateADT		last = finite_date(PG_GETARG_DATEADT(2), "last_day");

	if (last < first)
		PG_RETURN_FLOAT8(0);
	PG_RETURN_FLOAT8(rt_season_is_flat(season) ? (double) last - (double) first + 1 :
					 rt_season_days(season, first, last) + rt_season_factor(season, first));
}

/* With a level: month, factor, standard_error, lower, upper */
Datum
season_months(PG_FUNCTION_ARGS)
{
	const rt_season *season = season_from_datum(PG_GETARG_DATUM(0));
	double		level = PG_GETARG_FLOAT8(1);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		fitted = (season->flags & RT_SEASON_FITTED) != 0;

	check_confidence_level(level);
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < 12; i++)
	{
		double		factor = season->months[i];
		double		width = rt_normal_quantile((1 - level) / 2) * season->errors[i] / factor;
		Datum		values[5] = {
			Int32GetDatum(i + 1), Float8GetDatum(factor), Float8GetDatum(season->errors[i]),
			Float8GetDatum(factor * exp(-width)), Float8GetDatum(factor * exp(width))
		};
		bool		nulls[5] = {false, false, !fitted, !fitted, !fitted};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* Of a fitted one */
static Datum
season_number(FunctionCallInfo fcinfo, double (*number) (const rt_season *season))
{
	const rt_season *season = season_from_datum(PG_GETARG_DATUM(0));
	double		value = number(season);

	if (!(season->flags & RT_SEASON_FITTED) || isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

static double
log_likelihood_of(const rt_season *season)
{
	return season->log_likelihood;
}

static double
p_value_of(const rt_season *season)
{
	return season->p_value;
}

static double
years_of(const rt_season *season)
{
	return season->years;
}

Datum
season_log_likelihood(PG_FUNCTION_ARGS)
{
	return season_number(fcinfo, log_likelihood_of);
}

Datum
season_p_value(PG_FUNCTION_ARGS)
{
	return season_number(fcinfo, p_value_of);
}

Datum
season_years(PG_FUNCTION_ARGS)
{
	return season_number(fcinfo, years_of);
}

/* ----------------------------------------------------- the one of a model */

Datum
season_of_model(PG_FUNCTION_ARGS)
{
	const rt_model *model = model_of_any_from_datum(PG_GETARG_DATUM(0));

	if (model->season == NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(season_to_datum(model->season));
}

void
check_takes_season(const rt_kind *kind)
{
	if (!rt_kind_takes_season(kind))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a model of kind \"%s\" has no season", kind->name),
				 errhint("A season belongs to kinds whose customers buy at any time, such as "
						 "\"mbg/nbd\".")));
}

Datum
model_with_season(PG_FUNCTION_ARGS)
{
	rt_model	model = *model_of_any_from_datum(PG_GETARG_DATUM(0));

	check_takes_season(rt_kind_by_id(model.id));
	model.season = season_from_datum(PG_GETARG_DATUM(1));
	PG_RETURN_DATUM(model_to_datum(&model));
}
