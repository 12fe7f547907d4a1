/*
 * errors.c
 *		Core statuses as PostgreSQL errors.
 *
 * The only place that knows which SQLSTATE a status is.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/errors.h"

#include "core/calendar.h"

/* The SQLSTATE of a status */
static int
status_sqlstate(rt_status status)
{
	switch (status)
	{
		case RT_OK:
			return ERRCODE_SUCCESSFUL_COMPLETION;
		case RT_MALFORMED:
			return ERRCODE_DATA_CORRUPTED;
		case RT_OUT_OF_RANGE:
			return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
		case RT_NO_SPACE:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case RT_NOT_CONTAINED:
			return ERRCODE_INVALID_PARAMETER_VALUE;
	}
	return ERRCODE_INTERNAL_ERROR;
}

void
check_history_status(rt_status status, int32 date)
{
	char		date_text[RT_DATE_TEXT_MAX + 1];

	if (likely(status == RT_OK))
		return;
	date_text[rt_date_print(date, date_text)] = '\0';

	switch (status)
	{
		case RT_OUT_OF_RANGE:
			ereport(ERROR, (errcode(status_sqlstate(status)),
							errmsg("purchases of %s are out of range for type purchase_history",
								   date_text),
							errdetail("A day holds at most 2147483647 orders and money from "
									  "-922337203685477.5808 to 922337203685477.5807.")));
			break;
		case RT_NOT_CONTAINED:
			ereport(ERROR,
					(errcode(status_sqlstate(status)),
					 errmsg("purchases to take out are not in the purchase history"),
					 errdetail("On %s the history has fewer orders, or another amount, than is to "
							   "be taken out.",
							   date_text)));
			break;
		case RT_NO_SPACE:
			ereport(ERROR,
					(errcode(status_sqlstate(status)),
					 errmsg("purchase history is too large")));
			break;
		default:
			ereport(ERROR,
					(errcode(status_sqlstate(status)),
					 errmsg("purchase history is corrupt")));
	}
}

int
check_aggregate_call(FunctionCallInfo fcinfo, const char *function, const char *use)
{
	int			context = AggCheckCallContext(fcinfo, NULL);

	if (unlikely(context == 0))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s called outside an aggregate", function),
				 errhint("Use %s.", use)));
	return context;
}
