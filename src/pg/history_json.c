/*
 * history_json.c
 *		purchase_history from jsonb and to it.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "pg/arguments.h"
#include "pg/history.h"
#include "pg/money.h"

PG_FUNCTION_INFO_V1(purchase_history_to_jsonb);
PG_FUNCTION_INFO_V1(purchase_history_from_jsonb);

static void
history_json_push_key(JsonbInState *state, const char *key)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = unconstify(char *, key);
	value.val.string.len = (int) strlen(key);
	pushJsonbValue(state, WJB_KEY, &value);
}

static void
history_json_push_number(JsonbInState *state, Numeric number)
{
	JsonbValue	value;

	value.type = jbvNumeric;
	value.val.numeric = number;
	pushJsonbValue(state, WJB_VALUE, &value);
}

static void
history_json_push_day(JsonbInState *state, const rt_day *day)
{
	char		date[RT_DATE_TEXT_MAX];
	JsonbValue	value;

	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	history_json_push_key(state, "date");
	value.type = jbvString;
	value.val.string.len = (int) rt_date_print(day->date, date);
	value.val.string.val = pnstrdup(date, value.val.string.len);
	pushJsonbValue(state, WJB_VALUE, &value);
	history_json_push_key(state, "orders");
	history_json_push_number(state, int64_to_numeric(day->orders));
	history_json_push_key(state, "amount");
	if (history_amount_known(day))
		history_json_push_number(state, money_to_numeric(day->money));
	else
	{
		value.type = jbvNull;
		pushJsonbValue(state, WJB_VALUE, &value);
	}
	if (day->unknown != 0 && history_amount_known(day))
	{
		history_json_push_key(state, "unknown");
		history_json_push_number(state, int64_to_numeric(day->unknown));
	}
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

Datum
purchase_history_to_jsonb(PG_FUNCTION_ARGS)
{
	HistoryDays days = history_days(history_bytes(PG_GETARG_DATUM(0)));
	JsonbInState state = {0};

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (size_t i = 0; i < days.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		history_json_push_day(&state, &days.days[i]);
	}
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(state.result));
}

pg_noreturn static void
history_json_error(int element, const char *message)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 element > 0 ? errmsg("invalid jsonb for type %s in element %d: %s", "purchase_history",
								  element, message) :
			 errmsg("invalid jsonb for type %s: %s", "purchase_history", message),
			 errhint("Give an array of objects such as {\"date\": \"2026-01-03\", \"orders\": 1, "
					 "\"amount\": 29.99}.")));
}

static int32
history_json_count(const JsonbValue *value, int element, const char *key)
{
	int64		amount = -1;

	if (value->type == jbvNumeric)
		money_from_numeric(NumericGetDatum(value->val.numeric), &amount);
	if (amount < 0 || amount % RT_MONEY_PER_UNIT != 0 || amount / RT_MONEY_PER_UNIT > PG_INT32_MAX)
		history_json_error(element,
						   psprintf("\"%s\" must be a whole number that is not negative", key));
	return (int32) (amount / RT_MONEY_PER_UNIT);
}

static int32
history_json_date(const JsonbValue *value, int element)
{
	const char *date;
	const char *end;
	const char *error;
	int32		result;

	if (value->type != jbvString)
		history_json_error(element, "\"date\" must be a string");
	date = value->val.string.val;
	end = date + value->val.string.len;
	error = rt_date_parse(&date, end, &result);
	if (error != NULL || date != end)
		history_json_error(element, error ? psprintf("\"date\": %s", error) :
						   "\"date\": expected a date as YYYY-MM-DD");
	return result;
}

/* False where it is unknown, null */
static bool
history_json_amount(const JsonbValue *value, int element, int64 *money)
{
	if (value->type == jbvNull)
		return false;
	if (value->type != jbvNumeric)
		history_json_error(element, "\"amount\" must be a number or null");
	money_from_numeric(NumericGetDatum(value->val.numeric), money);
	return true;
}

static rt_day
history_json_day(JsonbContainer *object, int element)
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
			day.date = history_json_date(&value, element);
			has_date = true;
		}
		else if (strcmp(key, "orders") == 0)
			day.orders = history_json_count(&value, element, "orders");
		else if (strcmp(key, "amount") == 0)
			has_amount = history_json_amount(&value, element, &day.money);
		else if (strcmp(key, "unknown") == 0)
		{
			day.unknown = history_json_count(&value, element, "unknown");
			has_unknown = true;
		}
		else
			history_json_error(element, psprintf("unexpected key \"%s\"", clip_string(key)));
	}
	if (!has_date)
		history_json_error(element, "\"date\" is missing");
	if (!has_amount && !has_unknown)
		day.unknown = day.orders;
	if (!rt_day_valid(&day))
		history_json_error(element,
						   "no such day: a day without orders needs an amount below zero, an "
						   "amount above zero an order of known amount");
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
		history_json_error(0, "expected an array");
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
			history_json_error((int) days.count + 1, "expected an object");
		days.days[days.count] = history_json_day(value.val.binary.data, (int) days.count + 1);
		days.count++;
	}
	if (days.count == 0)
		history_json_error(0, "no purchase day");
	history_days_normalize(&days);
	PG_RETURN_HISTORY_OR_NULL(history_from_days(&days));
}
