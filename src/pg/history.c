/*
 * history.c
 *		The type purchase_history inside PostgreSQL: its values, input and output, operators.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "core/history_text.h"
#include "core/poll.h"
#include "pg/errors.h"
#include "pg/history.h"

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
character_number(const char *input, size_t where)
{
	int			number = 1;

	for (size_t i = 0; i < where; i += pg_mblen(input + i))
		rt_poll_each((size_t) number++);
	return number;
}

Datum
purchase_history_in(PG_FUNCTION_ARGS)
{
	char	   *input = PG_GETARG_CSTRING(0);
	size_t		length = strlen(input);
	HistoryDays days;
	size_t		capacity = 1;
	size_t		where;
	const char *error;

	for (size_t i = 0; i < length; i++)
	{
		rt_poll_each(i);
		capacity += input[i] == ',';
	}
	days.days = (rt_day *) MemoryContextAllocHuge(CurrentMemoryContext, capacity * sizeof(rt_day));
	error = rt_history_parse(input, length, days.days, capacity, &days.count, &where);
	if (error != NULL)
	{
		int			shown = (int) pg_mbcliplen(input + where, (int) (length - where), 20);

		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s at character %d: %s", "purchase_history",
						character_number(input, where), error),
				 where < length ? errdetail("Near \"%.*s\".", shown, input + where) :
				 errdetail("The text ends there."),
				 errhint("Write days in ascending order, such as {2026-01-03: 29.99, 2026-02-01: "
						 "45.00 in 2, 2026-02-11: ?}.")));
	}
	PG_RETURN_POINTER(history_from_days(&days));
}

Datum
purchase_history_out(PG_FUNCTION_ARGS)
{
	HistoryBytes history = history_bytes(PG_GETARG_DATUM(0));
	StringInfoData out;
	rt_reader	reader;
	rt_day		day;
	char		separator = '{';

	initStringInfo(&out);
	if (history.size > 0)
	{
		check_history_status(rt_reader_init(&reader, history.bytes, history.size), 0);
		while (rt_reader_next(&reader, &day))
		{
			if (separator == '{')
				appendStringInfoChar(&out, '{');
			else
				appendStringInfoString(&out, ", ");
			separator = ',';
			enlargeStringInfo(&out, RT_DAY_TEXT_MAX);
			out.len += (int) rt_day_print(&day, out.data + out.len);
		}
		if (reader.malformed)
			check_history_status(RT_MALFORMED, 0);
	}
	else
		appendStringInfoChar(&out, '{');
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
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
