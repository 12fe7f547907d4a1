/*
 * window.c
 *		Times of rows in order, for window functions.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/window.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "pg/clock.h"

bool
window_row_time(FunctionCallInfo fcinfo, WindowObject window, RowTime *time)
{
	bool		isnull;
	Datum		value;

	/*
	 * a row without a time counts for nothing as it is: as for row_number(), IGNORE NULLS is an
	 * error
	 */
	WinCheckAndInitializeNullTreatment(window, false, fcinfo);
	value = WinGetFuncArgCurrent(window, 0, &isnull);
	/* so that the server forgets the rows before: all that is needed of them is in the state */
	WinSetMarkPosition(window, WinGetCurrentPosition(window));
	if (isnull)
		return false;
	time->type = get_fn_expr_argtype(fcinfo->flinfo, 0);
	if (time->type == DATEOID)
	{
		time->ticks = date_from_date(DatumGetDateADT(value));
		time->ticks_per_day = 1;
	}
	else
	{
		time->ticks = DatumGetTimestamp(value);
		time->ticks_per_day = USECS_PER_DAY;
		if (unlikely(TIMESTAMP_NOT_FINITE(time->ticks)))
			date_from_timestamp(time->ticks);
	}
	return true;
}

static Datum
ticks_datum(const RowTime *time, int64 ticks)
{
	return time->type == DATEOID ? DateADTGetDatum((DateADT) ticks) : TimestampGetDatum(ticks);
}

static char *
time_text(const RowTime *time, int64 ticks)
{
	PGFunction	out = time->type == DATEOID ? date_out :
		time->type == TIMESTAMPOID ? timestamp_out :
		timestamptz_out;

	return DatumGetCString(DirectFunctionCall1(out, ticks_datum(time, ticks)));
}

void
window_order_error(const RowTime *time, int64 last)
{
	ereport(ERROR,
			(errcode(ERRCODE_WINDOWING_ERROR), errmsg("rows are not in ascending order of time"),
			 errdetail("\"%s\" comes after \"%s\".", time_text(time, time->ticks),
					   time_text(time, last)),
			 errhint("Write OVER (PARTITION BY customer_id ORDER BY ordered_at), with the columns "
					 "of the customer and of this time.")));
}

Datum
window_time_datum(const RowTime *time, double ticks)
{
	double		rounded = rint(ticks);

	if (time->type == DATEOID ?
		!(rounded >= DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE &&
		  rounded < DATE_END_JULIAN - POSTGRES_EPOCH_JDATE) :
		!(rounded >= (double) MIN_TIMESTAMP && rounded < (double) END_TIMESTAMP))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("a time behind \"%s\" is out of range", time_text(time, time->ticks))));
	return ticks_datum(time, (int64) rounded);
}
