/*
 * history_agg.c
 *		The aggregate purchase_history(...) and its moving frames.
 *
 * The state type is purchase_history itself, holding a log (core/history_log.h)
 * instead of finished days.  A real type, unlike internal, can be sent from
 * one node of a cluster to another by its text form, and costs nothing more as
 * long as it is changed in place: the transition function returns the pointer
 * it was given, and the executor copies nothing.  When the block is full, a
 * larger one is built and returned, which the executor copies or takes over
 * (state.h), freeing the old one; that is why VARSIZE is always the whole
 * block, room included.
 *
 * Nothing is kept between calls: everything a step needs is in its arguments.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "access/htup_details.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_type.h"
#include "nodes/execnodes.h"
#include "nodes/nodeFuncs.h"
#include "nodes/plannodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "core/history_log.h"
#include "core/poll.h"
#include "pg/clock.h"
#include "pg/errors.h"
#include "pg/history.h"
#include "pg/money.h"
#include "pg/state.h"

#define USE_INSTEAD			"the aggregate purchase_history(...), or the operators || and -"

#define LOG_FIRST_SIZE		64	/* varlena header and room included */
#define LOG_COMPACT_SIZE	1024	/* from this size on, merging is tried before growing */

/* What the date and the amount of a row are passed as */
typedef enum DateSource
{
	FROM_DATE,
	FROM_TIMESTAMP,
	FROM_TIMESTAMPTZ,
	FROM_TIMESTAMPTZ_AT_ZONE	/* the zone is the last argument */
} DateSource;

typedef enum AmountSource
{
	NO_AMOUNT,
	FROM_NUMERIC,
	FROM_FLOAT8
} AmountSource;

#define LOG_OF(state)		((rt_log *) VARDATA(state))
#define LOG_CAPACITY(state) (VARSIZE(state) - VARHDRSZ)

static struct varlena *
allocate_log(Size size)
{
	struct varlena *state;

	if (size > MaxAllocSize)
		check_history_status(RT_NO_SPACE, 0);
	state = state_allocate(size);
	rt_log_init(LOG_OF(state));
	return state;
}

/* So that nothing is written beyond its end, whatever it is */
static inline void
check_log(struct varlena *state)
{
	if (unlikely(!rt_log_valid(LOG_OF(state), LOG_CAPACITY(state))))
		check_history_status(RT_MALFORMED, 0);
}

/*
 * The state as a log that can be changed.  A value that is no log (a user's own
 * aggregate may start from one) or is packed becomes a new one.
 */
static inline struct varlena *
log_from_datum(Datum value)
{
	struct varlena *state = (struct varlena *) DatumGetPointer(value);
	Size		size = LOG_FIRST_SIZE;
	struct varlena *copy;
	const uint8 *bytes;
	Size		length;
	rt_status	status;

	if (likely(VARATT_IS_4B_U(state) && VARSIZE(state) >= LOG_FIRST_SIZE &&
			   (*(const uint8 *) VARDATA(state) & RT_FORMAT_LOG)))
	{
		check_log(state);
		return state;
	}

	/* one of allocate_log */
	state = state_large(value);
	if (state != NULL)
	{
		check_log(state);
		return state;
	}
	state = PG_DETOAST_DATUM_PACKED(value);
	bytes = (const uint8 *) VARDATA_ANY(state);
	length = VARSIZE_ANY_EXHDR(state);
	for (;;)
	{
		copy = allocate_log(size);
		status = rt_log_append_all(LOG_OF(copy), LOG_CAPACITY(copy), bytes, length);
		if (status != RT_NO_SPACE)
			break;
		state_free(copy);
		size *= 2;
	}
	check_history_status(status, 0);
	return copy;
}

/*
 * Sorts and merges the rows of a log into a block of the same size; NULL when
 * that leaves it more than half full, or when a day is out of range as yet:
 * rows to come may bring it back, and the result must not depend on their order.
 * Not for moving frames, which take rows away as they came.
 */
static struct varlena *
compact_log(struct varlena *state)
{
	HistoryBytes bytes = {(const uint8 *) LOG_OF(state), LOG_OF(state)->used};
	HistoryDays days = history_days(bytes);
	struct varlena *finished = NULL;
	struct varlena *result = NULL;
	int32		bad_date;

	if (history_days_normalize_status(&days, &bad_date) == RT_OK)
		finished = history_from_days(&days);
	if (finished != NULL && VARSIZE(finished) < VARSIZE(state) / 2)
	{
		result = allocate_log(VARSIZE(state));
		check_history_status(rt_log_append_all(LOG_OF(result), LOG_CAPACITY(result),
											   (const uint8 *) VARDATA(finished),
											   VARSIZE(finished) - VARHDRSZ), 0);
	}
	if (days.days != NULL)
		pfree(days.days);
	if (finished != NULL)
		pfree(finished);
	return result;
}

/* A log with the rows of this one, that takes what format says, and with more room */
static struct varlena *
enlarge_log(struct varlena *state, uint8 format, bool moving)
{
	Size		size = VARSIZE(state);
	struct varlena *result;
	rt_status	status;

	if (!moving && size >= LOG_COMPACT_SIZE && format == LOG_OF(state)->format &&
		(LOG_OF(state)->order & RT_LOG_UNSORTED))
	{
		result = compact_log(state);
		if (result != NULL)
			return result;
	}

	/*
	 * A change of format alone tries the same size first: a moving frame may change it over and
	 * over, and must not grow with each.
	 */
	if (format != LOG_OF(state)->format)
		size /= 2;
	do
	{
		/* the last doubling stops at the largest block there is */
		size = size < MaxAllocSize && size * 2 > MaxAllocSize ? MaxAllocSize : size * 2;
		result = allocate_log(size);
		status = rt_log_copy(LOG_OF(result), LOG_CAPACITY(result), LOG_OF(state), format);
		if (status == RT_NO_SPACE)
			state_free(result);
	} while (status == RT_NO_SPACE);
	check_history_status(status, 0);
	return result;
}

/* Is this expression a date or timestamp that the server silently made a point in time? */
static void
check_point_in_time(const Node *time)
{
	Oid			type;

	if (!IsA(time, FuncExpr) || ((const FuncExpr *) time)->funcformat != COERCE_IMPLICIT_CAST)
		return;
	type = exprType(linitial(((const FuncExpr *) time)->args));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a time zone is given, but the purchases are of type %s", format_type_be(type)),
			 errdetail("Only points in time, of type timestamp with time zone, have a day that "
					   "depends on the zone."),
			 getBaseType(type) == DATEOID ?
			 errhint("Leave the zone out.") :
			 errhint("Leave the zone out; or make them points in time, such as ordered_at AT TIME "
					 "ZONE 'UTC' where they were written in UTC.")));
}

/*
 * With a zone the time must be a timestamptz as it was given: the implicit cast of a date or
 * timestamp takes it for one of the session's zone, and another zone then has another day.  An
 * overload for them would take calls with untyped literals away from the ones there are, so the
 * call is looked at.
 */
static void
check_points_in_time(FunctionCallInfo fcinfo)
{
	Aggref	   *aggregate = AggGetAggref(fcinfo);
	ListCell   *cell;

	if (aggregate != NULL)
	{
		const Node *time = (const Node *) linitial_node(TargetEntry, aggregate->args)->expr;
		const		Plan *plan = IsA(fcinfo->context, AggState) ?
			((AggState *) fcinfo->context)->ss.ps.plan->lefttree :
			NULL;

		/* with DISTINCT or an order it is computed further down, where rows are sorted by it */
		while (plan != NULL && IsA(time, Var) && ((const Var *) time)->varno == OUTER_VAR)
		{
			time = (const Node *) list_nth_node(TargetEntry, plan->targetlist,
												((const Var *) time)->varattno - 1)
				->expr;
			plan = plan->lefttree;
		}
		check_point_in_time(time);
	}
	else if (fcinfo->context != NULL && IsA(fcinfo->context, WindowAggState))
	{
		/* which of these calls this is nobody tells */
		foreach(cell, ((WindowAggState *) fcinfo->context)->funcs)
		{
			WindowFunc *call = lfirst_node(WindowFuncExprState, cell)->wfunc;
			HeapTuple	tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(call->winfnoid));

			if (!HeapTupleIsValid(tuple))
				continue;
			if (((Form_pg_aggregate) GETSTRUCT(tuple))->aggtransfn == fcinfo->flinfo->fn_oid)
				check_point_in_time((const Node *) linitial(call->args));
			ReleaseSysCache(tuple);
		}
	}
}

/*
 * The row's day; false when it adds nothing: without a date, or a refund that
 * rounds to zero.
 */
static pg_attribute_always_inline bool
read_row(FunctionCallInfo fcinfo, DateSource date_source, AmountSource amount_source, rt_day *row)
{
	int			sign = 1;

	if (PG_ARGISNULL(1))
		return false;
	switch (date_source)
	{
		case FROM_DATE:
			row->date = date_from_date(PG_GETARG_DATEADT(1));
			break;
		case FROM_TIMESTAMP:
			row->date = date_from_timestamp(PG_GETARG_TIMESTAMP(1));
			break;
		case FROM_TIMESTAMPTZ:
			row->date = date_from_timestamptz(PG_GETARG_TIMESTAMPTZ(1), session_timezone);
			break;
		case FROM_TIMESTAMPTZ_AT_ZONE:
			{
				int			zone = amount_source == NO_AMOUNT ? 2 : 3;

				if (PG_ARGISNULL(zone))
					ereport(ERROR,
							(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							 errmsg("time zone must not be null")));
				row->date =
					date_from_timestamptz_at(PG_GETARG_TIMESTAMPTZ(1), PG_GETARG_TEXT_PP(zone));
				if (PG_ARGISNULL(0))
					check_points_in_time(fcinfo);
				break;
			}
	}
	row->orders = 1;
	row->unknown = 0;
	row->money = 0;
	if (amount_source == NO_AMOUNT || PG_ARGISNULL(2))
	{
		row->unknown = 1;
		return true;
	}
	if (amount_source == FROM_NUMERIC)
		sign = money_from_numeric(PG_GETARG_DATUM(2), &row->money);
	else
		sign = money_from_float8(PG_GETARG_FLOAT8(2), &row->money);
	if (sign < 0)
	{
		row->orders = 0;
		return row->money != 0;
	}
	return true;
}

/* Moving frames must not start from NULL, other aggregates may */
static Datum
unchanged_state(FunctionCallInfo fcinfo, int context)
{
	if (!PG_ARGISNULL(0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	if (context == AGG_CONTEXT_WINDOW)
		PG_RETURN_POINTER(allocate_log(LOG_FIRST_SIZE));
	PG_RETURN_NULL();
}

static pg_attribute_always_inline Datum
history_agg_add_row(FunctionCallInfo fcinfo, DateSource date_source, AmountSource amount_source)
{
	int			context = check_aggregate_call(fcinfo, "purchase_history_add", USE_INSTEAD);
	struct varlena *state;
	rt_day		row;

	if (unlikely(!read_row(fcinfo, date_source, amount_source, &row)))
		return unchanged_state(fcinfo, context);
	state = PG_ARGISNULL(0) ? allocate_log(LOG_FIRST_SIZE) : log_from_datum(PG_GETARG_DATUM(0));
	while (unlikely(rt_log_append(LOG_OF(state), LOG_CAPACITY(state), &row) != RT_OK))
		state = enlarge_log(state, rt_log_format_with_row(LOG_OF(state)->format, &row),
							context == AGG_CONTEXT_WINDOW);
	Assert(rt_log_valid(LOG_OF(state), LOG_CAPACITY(state)));
	return state_result(fcinfo, state);
}

/* NULL makes the executor compute the frame afresh */
static pg_attribute_always_inline Datum
history_agg_remove_row(FunctionCallInfo fcinfo, DateSource date_source, AmountSource amount_source)
{
	struct varlena *state;
	rt_day		row;

	check_aggregate_call(fcinfo, "purchase_history_remove", USE_INSTEAD);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (!read_row(fcinfo, date_source, amount_source, &row))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	state = log_from_datum(PG_GETARG_DATUM(0));
	if (rt_log_remove(LOG_OF(state), &row) != RT_OK)
		PG_RETURN_NULL();
	Assert(rt_log_valid(LOG_OF(state), LOG_CAPACITY(state)));
	return state_result(fcinfo, state);
}

#define ROW_FUNCTIONS(name, date_source, amount_source) \
	PG_FUNCTION_INFO_V1(purchase_history_add_##name); \
	PG_FUNCTION_INFO_V1(purchase_history_remove_##name); \
	Datum \
	purchase_history_add_##name(PG_FUNCTION_ARGS) \
	{ \
		return history_agg_add_row(fcinfo, date_source, amount_source); \
	} \
	Datum \
	purchase_history_remove_##name(PG_FUNCTION_ARGS) \
	{ \
		return history_agg_remove_row(fcinfo, date_source, amount_source); \
	}

ROW_FUNCTIONS(date, FROM_DATE, NO_AMOUNT)
ROW_FUNCTIONS(date_numeric, FROM_DATE, FROM_NUMERIC)
ROW_FUNCTIONS(date_float8, FROM_DATE, FROM_FLOAT8)
ROW_FUNCTIONS(timestamp, FROM_TIMESTAMP, NO_AMOUNT)
ROW_FUNCTIONS(timestamp_numeric, FROM_TIMESTAMP, FROM_NUMERIC)
ROW_FUNCTIONS(timestamp_float8, FROM_TIMESTAMP, FROM_FLOAT8)
ROW_FUNCTIONS(timestamptz, FROM_TIMESTAMPTZ, NO_AMOUNT)
ROW_FUNCTIONS(timestamptz_numeric, FROM_TIMESTAMPTZ, FROM_NUMERIC)
ROW_FUNCTIONS(timestamptz_float8, FROM_TIMESTAMPTZ, FROM_FLOAT8)
ROW_FUNCTIONS(timestamptz_zone, FROM_TIMESTAMPTZ_AT_ZONE, NO_AMOUNT)
ROW_FUNCTIONS(timestamptz_numeric_zone, FROM_TIMESTAMPTZ_AT_ZONE, FROM_NUMERIC)
ROW_FUNCTIONS(timestamptz_float8_zone, FROM_TIMESTAMPTZ_AT_ZONE, FROM_FLOAT8)

PG_FUNCTION_INFO_V1(purchase_history_add_history);
PG_FUNCTION_INFO_V1(purchase_history_remove_history);
PG_FUNCTION_INFO_V1(purchase_history_final);

/*
 * Adds all purchases of a history or of another state: the aggregate over
 * histories, and the combine function of all.  The second argument lives in a
 * context that is reset with the next row, so it is copied from, never kept.
 */
Datum
purchase_history_add_history(PG_FUNCTION_ARGS)
{
	int			context = check_aggregate_call(fcinfo, "purchase_history_add", USE_INSTEAD);
	struct varlena *state;
	struct varlena *other;
	const uint8 *bytes;
	rt_status	status;

	if (PG_ARGISNULL(1))
		return unchanged_state(fcinfo, context);
	other = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));
	bytes = (const uint8 *) VARDATA_ANY(other);
	if (PG_ARGISNULL(0))
		state = allocate_log(LOG_FIRST_SIZE);
	else
		state = log_from_datum(PG_GETARG_DATUM(0));
	while ((status = rt_log_append_all(LOG_OF(state), LOG_CAPACITY(state), bytes,
									   VARSIZE_ANY_EXHDR(other))) == RT_NO_SPACE)
		state = enlarge_log(state, rt_log_format_with(LOG_OF(state)->format, bytes[0]),
							context == AGG_CONTEXT_WINDOW);
	check_history_status(status, 0);
	Assert(rt_log_valid(LOG_OF(state), LOG_CAPACITY(state)));
	return state_result(fcinfo, state);
}

Datum
purchase_history_remove_history(PG_FUNCTION_ARGS)
{
	struct varlena *state;
	struct varlena *other;

	check_aggregate_call(fcinfo, "purchase_history_remove", USE_INSTEAD);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	state = log_from_datum(PG_GETARG_DATUM(0));
	other = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));
	if (rt_log_remove_all(LOG_OF(state), (const uint8 *) VARDATA_ANY(other),
						  VARSIZE_ANY_EXHDR(other)) != RT_OK)
		PG_RETURN_NULL();
	Assert(rt_log_valid(LOG_OF(state), LOG_CAPACITY(state)));
	return state_result(fcinfo, state);
}

/* Leaves the state as it is: it may be finished again, or go on */
Datum
purchase_history_final(PG_FUNCTION_ARGS)
{
	struct varlena *state;
	const rt_log *log;
	struct varlena *result;
	HistoryBytes finished;
	size_t		size;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = state_large(PG_GETARG_DATUM(0));
	if (state == NULL)
		state = (struct varlena *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	if (VARSIZE(state) >= LOG_FIRST_SIZE && (*(const uint8 *) VARDATA(state) & RT_FORMAT_LOG))
	{
		check_log(state);
		log = LOG_OF(state);
		result = (struct varlena *) palloc(VARHDRSZ + 1 + RT_RECORD_MAX + (log->used - log->head));
		size = rt_log_finish(log, (uint8 *) VARDATA(result));
		if (size > 0)
		{
			SET_VARSIZE(result, VARHDRSZ + size);
			PG_RETURN_POINTER(result);
		}
		pfree(result);
	}
	finished = history_bytes(PointerGetDatum(state));
	result = history_from_bytes(finished);
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(result);
}
