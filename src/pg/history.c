/*
 * history.c
 *		The type purchase_history inside PostgreSQL: input and output,
 *		operators, and the questions it answers.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

#include "core/history_log.h"
#include "core/history_text.h"
#include "core/poll.h"
#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/composite.h"
#include "pg/errors.h"
#include "pg/history.h"
#include "pg/money.h"

PG_FUNCTION_INFO_V1(purchase_history_in);
PG_FUNCTION_INFO_V1(purchase_history_out);
PG_FUNCTION_INFO_V1(purchase_history_recv);
PG_FUNCTION_INFO_V1(purchase_history_send);
PG_FUNCTION_INFO_V1(purchase_history_eq);
PG_FUNCTION_INFO_V1(purchase_history_ne);
PG_FUNCTION_INFO_V1(purchase_history_cmp);
PG_FUNCTION_INFO_V1(purchase_history_lt);
PG_FUNCTION_INFO_V1(purchase_history_le);
PG_FUNCTION_INFO_V1(purchase_history_gt);
PG_FUNCTION_INFO_V1(purchase_history_ge);
PG_FUNCTION_INFO_V1(purchase_history_hash);
PG_FUNCTION_INFO_V1(purchase_history_hash_extended);
PG_FUNCTION_INFO_V1(purchase_history_concat);
PG_FUNCTION_INFO_V1(purchase_history_subtract);
PG_FUNCTION_INFO_V1(purchase_history_to_jsonb);
PG_FUNCTION_INFO_V1(purchase_history_from_jsonb);
PG_FUNCTION_INFO_V1(purchase_history_purchases);
PG_FUNCTION_INFO_V1(purchase_history_first_purchase);
PG_FUNCTION_INFO_V1(purchase_history_last_purchase);
PG_FUNCTION_INFO_V1(purchase_history_order_count);
PG_FUNCTION_INFO_V1(purchase_history_purchase_days);
PG_FUNCTION_INFO_V1(purchase_history_total_spend);
PG_FUNCTION_INFO_V1(purchase_history_average_order_value);
PG_FUNCTION_INFO_V1(purchase_history_purchase_intervals);
PG_FUNCTION_INFO_V1(purchase_history_as_of);
PG_FUNCTION_INFO_V1(purchase_history_slice);
PG_FUNCTION_INFO_V1(purchase_history_frequency);
PG_FUNCTION_INFO_V1(purchase_history_recency);
PG_FUNCTION_INFO_V1(purchase_history_customer_age);
PG_FUNCTION_INFO_V1(purchase_history_monetary_value);
PG_FUNCTION_INFO_V1(purchase_history_rfm);

#define PG_RETURN_HISTORY_OR_NULL(p) \
	do { \
		struct varlena *history_ = (p); \
		if (history_ == NULL) \
			PG_RETURN_NULL(); \
		PG_RETURN_POINTER(history_); \
	} while (0)

/* ---------------------------------------------------------------- values */

HistoryBytes
history_bytes(Datum value)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(value);
	HistoryBytes result;

	result.bytes = (const uint8 *) VARDATA_ANY(packed);
	result.size = VARSIZE_ANY_EXHDR(packed);
	if (unlikely(result.size < 1 ||
				 (result.bytes[0] & RT_FORMAT_VERSION_MASK) != RT_FORMAT_VERSION))
		check_history_status(RT_MALFORMED, 0);
	if (unlikely(result.bytes[0] & RT_FORMAT_LOG))
	{
		HistoryDays days = history_days(result);
		struct varlena *finished;

		history_days_normalize(&days);
		finished = history_from_days(&days);
		result.bytes = finished ? (const uint8 *) VARDATA(finished) : NULL;
		result.size = finished ? VARSIZE(finished) - VARHDRSZ : 0;
	}
	return result;
}

HistoryDays
history_days(HistoryBytes history)
{
	HistoryDays result = {NULL, 0};
	rt_status	status;

	if (history.size == 0)
		return result;

	/* most histories are short: try that before counting */
	result.count = 32;
	result.days = (rt_day *) palloc(result.count * sizeof(rt_day));
	status = rt_history_days(history.bytes, history.size, result.days, &result.count);
	if (status == RT_NO_SPACE)
	{
		pfree(result.days);
		result.count = rt_history_count(history.bytes, history.size);
		result.days = (rt_day *) MemoryContextAllocHuge(CurrentMemoryContext,
														result.count * sizeof(rt_day));
		status = rt_history_days(history.bytes, history.size, result.days, &result.count);
	}
	check_history_status(status, 0);
	return result;
}

rt_status
history_days_normalize_status(HistoryDays *days, int32 *bad_date)
{
	rt_day	   *workspace;
	bool		sorted = true;
	rt_status	status;

	for (size_t i = 1; i < days->count && sorted; i++)
	{
		rt_poll_each(i);
		sorted = days->days[i - 1].date < days->days[i].date;
	}
	if (sorted)
		return RT_OK;
	workspace = (rt_day *) MemoryContextAllocHuge(CurrentMemoryContext,
												  days->count * sizeof(rt_day));
	status = rt_days_normalize(days->days, &days->count, workspace, bad_date);
	pfree(workspace);
	return status;
}

int32 *
history_dates(HistoryBytes history, int32 as_of, int32 *room, size_t room_count, size_t *count)
{
	rt_status	status = RT_OK;
	int32	   *dates = room;

	*count = history.size == 0 ? 0 : room_count;
	if (history.size > 0)
		status = rt_history_dates(history.bytes, history.size, as_of, dates, count);
	if (status == RT_NO_SPACE)
	{
		*count = history.size;
		dates =
			(int32 *) MemoryContextAllocHuge(CurrentMemoryContext, history.size * sizeof(int32));
		status = rt_history_dates(history.bytes, history.size, as_of, dates, count);
	}
	check_history_status(status, 0);
	return dates;
}

rt_period_purchases *
history_periods(HistoryBytes history, int32 as_of, rt_calendar_unit unit,
				rt_period_purchases *room, size_t room_count, size_t *count)
{
	rt_status	status;

	*count = room_count;
	if (history.size == 0)
	{
		*count = 0;
		return room;
	}
	status = rt_history_periods(history.bytes, history.size, as_of, unit, room, count);
	if (status == RT_NO_SPACE)
	{
		*count = rt_history_count(history.bytes, history.size);
		room = palloc_array(rt_period_purchases, *count);
		status = rt_history_periods(history.bytes, history.size, as_of, unit, room, count);
	}
	check_history_status(status, 0);
	return room;
}

void
history_days_normalize(HistoryDays *days)
{
	int32		bad_date = 0;
	rt_status	status = history_days_normalize_status(days, &bad_date);

	check_history_status(status, bad_date);
}

struct varlena *
history_from_days(const HistoryDays *days)
{
	struct varlena *result;
	size_t		size;

	if (days->count == 0)
		return NULL;
	if (days->count > (MaxAllocSize - VARHDRSZ - 1) / RT_RECORD_MAX)
		check_history_status(RT_NO_SPACE, 0);
	result = (struct varlena *) palloc(VARHDRSZ + 1 + days->count * RT_RECORD_MAX);
	size = rt_days_encode(days->days, days->count, (uint8 *) VARDATA(result));
	SET_VARSIZE(result, VARHDRSZ + size);
	return result;
}

struct varlena *
history_from_bytes(HistoryBytes history)
{
	struct varlena *result;

	if (history.size == 0)
		return NULL;
	result = (struct varlena *) palloc(VARHDRSZ + history.size);
	rt_copy(VARDATA(result), history.bytes, history.size);
	SET_VARSIZE(result, VARHDRSZ + history.size);
	return result;
}

/* ------------------------------------------------------ input and output */

/* Of the character at a byte, from 1 on */
static int
character_number(const char *text, size_t where)
{
	int			number = 1;

	for (size_t i = 0; i < where; i += pg_mblen(text +i))
		rt_poll_each((size_t) number++);
	return number;
}

Datum
purchase_history_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	size_t		length = strlen(text);
	HistoryDays days;
	size_t		capacity = 1;
	size_t		where;
	const char *error;

	for (size_t i = 0; i < length; i++)
	{
		rt_poll_each(i);
		capacity += text[i] == ',';
	}
	days.days = (rt_day *) MemoryContextAllocHuge(CurrentMemoryContext, capacity * sizeof(rt_day));
	error = rt_history_parse(text, length, days.days, capacity, &days.count, &where);
	if (error != NULL)
	{
		int			shown = (int) pg_mbcliplen(text +where, (int) (length - where), 20);

		ereturn(
				fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s at character %d: %s", "purchase_history",
						character_number(text, where), error),
				 where < length ? errdetail("Near \"%.*s\".", shown, text +where) :
				 errdetail("The text ends there."),
				 errhint("Write days in ascending order, such as {2026-01-03: 29.99, 2026-02-01: "
						 "45.00 in "
						 "2, 2026-02-11: ?}.")));
	}
	PG_RETURN_POINTER(history_from_days(&days));
}

Datum
purchase_history_out(PG_FUNCTION_ARGS)
{
	HistoryBytes history = history_bytes(PG_GETARG_DATUM(0));
	StringInfoData text;
	rt_reader	reader;
	rt_day		day;
	char		separator = '{';

	initStringInfo(&text);
	if (history.size > 0)
	{
		check_history_status(rt_reader_init(&reader, history.bytes, history.size), 0);
		while (rt_reader_next(&reader, &day))
		{
			if (separator == '{')
				appendStringInfoChar(&text, '{');
			else
				appendStringInfoString(&text, ", ");
			separator = ',';
			enlargeStringInfo(&text, RT_DAY_TEXT_MAX);
			text.		len += (int) rt_day_print(&day, text.data + text.len);
		}
		if (reader.malformed)
			check_history_status(RT_MALFORMED, 0);
	}
	else
		appendStringInfoChar(&text, '{');
	appendStringInfoChar(&text, '}');
	PG_RETURN_CSTRING(text.data);
}

Datum
purchase_history_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	HistoryBytes history;
	size_t		where;
	const char *error;

	history.size = (Size) (message->len - message->cursor);
	history.bytes = (const uint8 *) pq_getmsgbytes(message, (int) history.size);
	error = rt_history_check(history.bytes, history.size, &where);
	if (error != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary form of type %s at byte %zu: %s",
						"purchase_history", where, error)));
	PG_RETURN_POINTER(history_from_bytes(history));
}

Datum
purchase_history_send(PG_FUNCTION_ARGS)
{
	HistoryBytes history = history_bytes(PG_GETARG_DATUM(0));
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbytes(&message, (const char *) history.bytes, (int) history.size);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* -------------------------------------------------------------- operators */

static bool
histories_equal(FunctionCallInfo fcinfo)
{
	HistoryBytes left = history_bytes(PG_GETARG_DATUM(0));
	HistoryBytes right = history_bytes(PG_GETARG_DATUM(1));

	return left.size == right.size &&
		(left.size == 0 || memcmp(left.bytes, right.bytes, left.size) == 0);
}

Datum
purchase_history_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(histories_equal(fcinfo));
}

Datum
purchase_history_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!histories_equal(fcinfo));
}

/*
 * By the days in order, the first difference decides: a history that ends there comes first.  0 for
 * equal bytes only, since the same days always have the same bytes.
 */
static int
compare_histories(FunctionCallInfo fcinfo)
{
	HistoryBytes left = history_bytes(PG_GETARG_DATUM(0));
	HistoryBytes right = history_bytes(PG_GETARG_DATUM(1));
	rt_reader	left_reader,
				right_reader;
	rt_day		left_day,
				right_day;
	int			order = 0;

	if (left.size == 0 || right.size == 0)
		return (left.size > 0) - (right.size > 0);
	check_history_status(rt_reader_init(&left_reader, left.bytes, left.size), 0);
	check_history_status(rt_reader_init(&right_reader, right.bytes, right.size), 0);
	for (uint32 days = 1; order == 0; days++)
	{
		bool		left_ended = !rt_reader_next(&left_reader, &left_day);
		bool		right_ended = !rt_reader_next(&right_reader, &right_day);

		if (left_reader.malformed || right_reader.malformed)
			check_history_status(RT_MALFORMED, 0);
		if (left_ended || right_ended)
			return (int) right_ended - (int) left_ended;
		order = rt_day_compare(&left_day, &right_day);
		if (days % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return order;
}

Datum
purchase_history_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_histories(fcinfo));
}

Datum
purchase_history_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_histories(fcinfo) < 0);
}

Datum
purchase_history_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_histories(fcinfo) <= 0);
}

Datum
purchase_history_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_histories(fcinfo) > 0);
}

Datum
purchase_history_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_histories(fcinfo) >= 0);
}

Datum
purchase_history_hash(PG_FUNCTION_ARGS)
{
	HistoryBytes history = history_bytes(PG_GETARG_DATUM(0));

	return hash_any(history.bytes, (int) history.size);
}

Datum
purchase_history_hash_extended(PG_FUNCTION_ARGS)
{
	HistoryBytes history = history_bytes(PG_GETARG_DATUM(0));

	return hash_any_extended(history.bytes, (int) history.size, (uint64) PG_GETARG_INT64(1));
}

/* NULL is a history without purchases, on either side */
Datum
purchase_history_concat(PG_FUNCTION_ARGS)
{
	HistoryDays left,
				right,
				both;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0))
		PG_RETURN_HISTORY_OR_NULL(history_from_bytes(history_bytes(PG_GETARG_DATUM(1))));
	if (PG_ARGISNULL(1))
		PG_RETURN_HISTORY_OR_NULL(history_from_bytes(history_bytes(PG_GETARG_DATUM(0))));
	left = history_days(history_bytes(PG_GETARG_DATUM(0)));
	right = history_days(history_bytes(PG_GETARG_DATUM(1)));
	both.count = left.count + right.count;
	both.days = (rt_day *) MemoryContextAllocHuge(CurrentMemoryContext,
												  Max(both.count, 1) * sizeof(rt_day));
	if (left.count > 0)
		rt_copy(both.days, left.days, left.count * sizeof(rt_day));
	if (right.count > 0)
		rt_copy(both.days + left.count, right.days, right.count * sizeof(rt_day));
	history_days_normalize(&both);
	PG_RETURN_HISTORY_OR_NULL(history_from_days(&both));
}

Datum
purchase_history_subtract(PG_FUNCTION_ARGS)
{
	HistoryDays left = {NULL, 0};
	HistoryDays right;
	int32		bad_date = 0;
	rt_status	status;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_HISTORY_OR_NULL(history_from_bytes(history_bytes(PG_GETARG_DATUM(0))));
	}
	if (!PG_ARGISNULL(0))
		left = history_days(history_bytes(PG_GETARG_DATUM(0)));
	right = history_days(history_bytes(PG_GETARG_DATUM(1)));
	status = rt_days_subtract(left.days, &left.count, right.days, right.count, &bad_date);
	check_history_status(status, bad_date);
	PG_RETURN_HISTORY_OR_NULL(history_from_days(&left));
}

/* ------------------------------------------------------------------ jsonb */

static void
push_key(JsonbInState *state, const char *key)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = unconstify(char *, key);
	value.val.string.len = (int) strlen(key);
	pushJsonbValue(state, WJB_KEY, &value);
}

static void
push_number(JsonbInState *state, Numeric number)
{
	JsonbValue	value;

	value.type = jbvNumeric;
	value.val.numeric = number;
	pushJsonbValue(state, WJB_VALUE, &value);
}

static inline bool
amount_known(const rt_day *day)
{
	return day->orders != day->unknown || day->money != 0;
}

Datum
purchase_history_to_jsonb(PG_FUNCTION_ARGS)
{
	HistoryDays days = history_days(history_bytes(PG_GETARG_DATUM(0)));
	JsonbInState state = {0};

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (size_t i = 0; i < days.count; i++)
	{
		const rt_day *day = &days.days[i];
		char		date[RT_DATE_TEXT_MAX];
		JsonbValue	value;

		CHECK_FOR_INTERRUPTS();
		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		push_key(&state, "date");
		value.type = jbvString;
		value.val.string.len = (int) rt_date_print(day->date, date);
		value.val.string.val = pnstrdup(date, value.val.string.len);
		pushJsonbValue(&state, WJB_VALUE, &value);
		push_key(&state, "orders");
		push_number(&state, int64_to_numeric(day->orders));
		push_key(&state, "amount");
		if (amount_known(day))
			push_number(&state, money_to_numeric(day->money));
		else
		{
			value.type = jbvNull;
			pushJsonbValue(&state, WJB_VALUE, &value);
		}
		if (day->unknown != 0 && amount_known(day))
		{
			push_key(&state, "unknown");
			push_number(&state, int64_to_numeric(day->unknown));
		}
		pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	}
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(state.result));
}

pg_noreturn static void
jsonb_error(int element, const char *message)
{
	ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 element > 0 ? errmsg("invalid jsonb for type %s in element %d: %s", "purchase_history",
								  element, message) :
			 errmsg("invalid jsonb for type %s: %s", "purchase_history", message),
			 errhint(
					 "Give an array of objects such as {\"date\": \"2026-01-03\", \"orders\": 1, "
					 "\"amount\": 29.99}.")));
}

static int32
jsonb_count(const JsonbValue *value, int element, const char *message)
{
	int64		amount;

	if (value->type != jbvNumeric)
		jsonb_error(element, message);
	money_from_numeric(NumericGetDatum(value->val.numeric), &amount);
	if (amount < 0 || amount % RT_MONEY_PER_UNIT != 0 || amount / RT_MONEY_PER_UNIT > PG_INT32_MAX)
		jsonb_error(element, message);
	return (int32) (amount / RT_MONEY_PER_UNIT);
}

static rt_day
jsonb_day(JsonbContainer *object, int element)
{
	JsonbIterator *iterator = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue	value;
	rt_day		day = {0, 0, 1, 0};
	bool		has_date = false;
	bool		has_amount = false;
	bool		has_unknown = false;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		char	   *key;

		if (token != WJB_KEY)
			continue;
		key = pnstrdup(value.val.string.val, value.val.string.len);
		JsonbIteratorNext(&iterator, &value, true);
		if (strcmp(key, "date") == 0)
		{
			const char *start;
			const char *end;
			const char *error;

			if (value.type != jbvString)
				jsonb_error(element, "\"date\" must be a string");
			start = value.val.string.val;
			end = start + value.val.string.len;
			error = rt_date_parse(&start, end, &day.date);
			if (error != NULL || start != end)
				jsonb_error(element, error ? psprintf("\"date\": %s", error) :
							"\"date\": expected a date as YYYY-MM-DD");
			has_date = true;
		}
		else if (strcmp(key, "orders") == 0)
			day.orders = jsonb_count(&value, element,
									 "\"orders\" must be a whole number that is not negative");
		else if (strcmp(key, "amount") == 0)
		{
			if (value.type == jbvNull)
				continue;
			if (value.type != jbvNumeric)
				jsonb_error(element, "\"amount\" must be a number or null");
			money_from_numeric(NumericGetDatum(value.val.numeric), &day.money);
			has_amount = true;
		}
		else if (strcmp(key, "unknown") == 0)
		{
			day.unknown = jsonb_count(&value, element,
									  "\"unknown\" must be a whole number that is not negative");
			has_unknown = true;
		}
		else
			jsonb_error(element, psprintf("unexpected key \"%s\"", clip_string(key)));
	}
	if (!has_date)
		jsonb_error(element, "\"date\" is missing");
	if (!has_amount && !has_unknown)
		day.unknown = day.orders;
	if (!rt_day_valid(&day))
		jsonb_error(
					element,
					"no such day: a day without orders needs an amount below zero, an amount above "
					"zero an "
					"order of known amount");
	return day;
}

/* Accepts days in any order, and merges equal ones: what programs write is seldom sorted */
Datum
purchase_history_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *json = PG_GETARG_JSONB_P(0);
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	HistoryDays days;

	if (!JB_ROOT_IS_ARRAY(json) || JB_ROOT_IS_SCALAR(json))
		jsonb_error(0, "expected an array");
	days.days = (rt_day *) MemoryContextAllocHuge(CurrentMemoryContext,
												  Max(JB_ROOT_COUNT(json), 1) * sizeof(rt_day));
	days.count = 0;
	iterator = JsonbIteratorInit(&json->root);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		CHECK_FOR_INTERRUPTS();
		if (value.type != jbvBinary || !JsonContainerIsObject(value.val.binary.data))
			jsonb_error((int) days.count + 1, "expected an object");
		days.days[days.count] = jsonb_day(value.val.binary.data, (int) days.count + 1);
		days.count++;
	}
	if (days.count == 0)
		jsonb_error(0, "no purchase day");
	history_days_normalize(&days);
	PG_RETURN_HISTORY_OR_NULL(history_from_days(&days));
}

/* -------------------------------------------------------------- questions */

Datum
purchase_history_purchases(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	HistoryBytes history = history_bytes(PG_GETARG_DATUM(0));
	rt_reader	reader;
	rt_day		day;

	InitMaterializedSRF(fcinfo, 0);
	if (history.size == 0)
		return (Datum) 0;
	check_history_status(rt_reader_init(&reader, history.bytes, history.size), 0);
	while (rt_reader_next(&reader, &day))
	{
		Datum		values[3];
		bool		nulls[3] = {false, false, false};

		CHECK_FOR_INTERRUPTS();
		values[0] = DateADTGetDatum(day.date);
		values[1] = Int32GetDatum(day.orders);
		nulls[2] = !amount_known(&day);
		values[2] = nulls[2] ? (Datum) 0 : NumericGetDatum(money_to_numeric(day.money));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	if (reader.malformed)
		check_history_status(RT_MALFORMED, 0);
	return (Datum) 0;
}

/* False when nothing was bought */
static bool
get_summary(FunctionCallInfo fcinfo, rt_summary *summary)
{
	HistoryBytes history = history_bytes(PG_GETARG_DATUM(0));
	bool		found = false;

	memset(summary, 0, sizeof(*summary));
	if (history.size > 0)
		check_history_status(rt_history_summary(history.bytes, history.size, summary, &found), 0);
	return found;
}

Datum
purchase_history_first_purchase(PG_FUNCTION_ARGS)
{
	rt_summary	summary;

	if (!get_summary(fcinfo, &summary))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(summary.first);
}

Datum
purchase_history_last_purchase(PG_FUNCTION_ARGS)
{
	rt_summary	summary;

	if (!get_summary(fcinfo, &summary))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(summary.last);
}

Datum
purchase_history_order_count(PG_FUNCTION_ARGS)
{
	rt_summary	summary;

	get_summary(fcinfo, &summary);
	PG_RETURN_INT64(summary.orders);
}

Datum
purchase_history_purchase_days(PG_FUNCTION_ARGS)
{
	rt_summary	summary;

	get_summary(fcinfo, &summary);
	PG_RETURN_INT32((int32) summary.days);
}

/* Money is known once an order or a refund of known amount is there */
static bool
spend_known(const rt_summary *summary)
{
	return summary->known > 0 || summary->spend.high != 0 || summary->spend.low != 0;
}

Datum
purchase_history_total_spend(PG_FUNCTION_ARGS)
{
	rt_summary	summary;

	get_summary(fcinfo, &summary);
	if (!spend_known(&summary))
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(money_sum_to_numeric(&summary.spend));
}

Datum
purchase_history_average_order_value(PG_FUNCTION_ARGS)
{
	rt_summary	summary;

	get_summary(fcinfo, &summary);
	if (summary.known == 0)
		PG_RETURN_NULL();
	return DirectFunctionCall2(numeric_div,
							   NumericGetDatum(money_sum_to_numeric(&summary.spend)),
							   NumericGetDatum(int64_to_numeric(summary.known)));
}

Datum
purchase_history_purchase_intervals(PG_FUNCTION_ARGS)
{
	HistoryDays days = history_days(history_bytes(PG_GETARG_DATUM(0)));
	Datum	   *intervals;
	int			count = 0;
	const rt_day *previous = NULL;

	intervals = (Datum *) MemoryContextAllocHuge(CurrentMemoryContext,
												 Max(days.count, 1) * sizeof(Datum));
	for (size_t i = 0; i < days.count; i++)
	{
		rt_poll_each(i);
		if (days.days[i].orders == 0)
			continue;
		if (previous != NULL)
			intervals[count++] = Int32GetDatum(days.days[i].date - previous->date);
		previous = &days.days[i];
	}
	if (previous == NULL)
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(
						  construct_array(intervals, count, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/* The days from first to last, both included */
static struct varlena *
history_between(HistoryBytes history, int64 first, int64 last)
{
	HistoryDays days = history_days(history);
	size_t		from = 0;
	size_t		until = days.count;

	for (; from < until && days.days[from].date < first; from++)
		rt_poll_each(from);
	for (; until > from && days.days[until - 1].date > last; until--)
		rt_poll_each(until);
	if (from == 0 && until == days.count)
		return history_from_bytes(history);
	days.days += from;
	days.count = until - from;
	return history_from_days(&days);
}

Datum
purchase_history_as_of(PG_FUNCTION_ARGS)
{
	PG_RETURN_HISTORY_OR_NULL(history_between(history_bytes(PG_GETARG_DATUM(0)),
											  PG_INT64_MIN, PG_GETARG_DATEADT(1)));
}

Datum
purchase_history_slice(PG_FUNCTION_ARGS)
{
	RangeType  *range = PG_GETARG_RANGE_P(1);
	TypeCacheEntry *type = range_get_typcache(fcinfo, RangeTypeGetOid(range));
	RangeBound	lower,
				upper;
	bool		empty;
	int64		first = PG_INT64_MIN;
	int64		last = PG_INT64_MAX;

	range_deserialize(type, range, &lower, &upper, &empty);
	if (empty)
		PG_RETURN_NULL();
	if (!lower.infinite)
		first = (int64) DatumGetDateADT(lower.val) + (lower.inclusive ? 0 : 1);
	if (!upper.infinite)
		last = (int64) DatumGetDateADT(upper.val) - (upper.inclusive ? 0 : 1);
	PG_RETURN_HISTORY_OR_NULL(history_between(history_bytes(PG_GETARG_DATUM(0)), first, last));
}

static bool
get_rfm(FunctionCallInfo fcinfo, bool with_money, rt_rfm *rfm)
{
	HistoryBytes history = history_bytes(PG_GETARG_DATUM(0));
	DateADT		as_of = as_of_date(PG_GETARG_DATEADT(1));
	bool		found = false;

	if (history.size > 0)
		check_history_status(with_money ?
							 rt_history_rfm(history.bytes, history.size, as_of, rfm, &found) :
							 rt_history_recency(history.bytes, history.size, as_of, rfm,
												&found),
							 0);
	return found;
}

Datum
purchase_history_frequency(PG_FUNCTION_ARGS)
{
	rt_rfm		rfm;

	if (!get_rfm(fcinfo, false, &rfm))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rfm.frequency);
}

Datum
purchase_history_recency(PG_FUNCTION_ARGS)
{
	rt_rfm		rfm;

	if (!get_rfm(fcinfo, false, &rfm))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rfm.recency);
}

Datum
purchase_history_customer_age(PG_FUNCTION_ARGS)
{
	rt_rfm		rfm;

	if (!get_rfm(fcinfo, false, &rfm))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rfm.customer_age);
}

Datum
purchase_history_monetary_value(PG_FUNCTION_ARGS)
{
	rt_rfm		rfm;

	if (!get_rfm(fcinfo, true, &rfm) || !rfm.has_value)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rfm.monetary_value);
}

Datum
purchase_history_rfm(PG_FUNCTION_ARGS)
{
	rt_rfm		rfm;
	Datum		values[4];
	bool		nulls[4] = {false, false, false, false};

	if (!get_rfm(fcinfo, true, &rfm))
		PG_RETURN_NULL();
	values[0] = Float8GetDatum(rfm.frequency);
	values[1] = Float8GetDatum(rfm.recency);
	values[2] = Float8GetDatum(rfm.customer_age);
	values[3] = Float8GetDatum(rfm.monetary_value);
	nulls[3] = !rfm.has_value;
	return composite_row(fcinfo, 4, values, nulls);
}
