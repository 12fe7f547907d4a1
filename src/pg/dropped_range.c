/*
 * dropped_range.c
 *		Who still buys, but has stopped buying one range: dropped_range(range_history, history,
 *		as_of).
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "core/dropped_range.h"
#include "pg/clock.h"
#include "pg/composite.h"
#include "pg/history.h"

PG_FUNCTION_INFO_V1(dropped_range);

#define DATES_ROOM 128

/* In the order of the type dropped_range */
enum
{
	DROPPED_LAST,
	DROPPED_RANGE_PURCHASES,
	DROPPED_SHARE,
	DROPPED_SINCE,
	DROPPED_PROBABILITY,
	DROPPED_COLUMNS
};

Datum
dropped_range(PG_FUNCTION_ARGS)
{
	DateADT		as_of = as_of_date(PG_GETARG_DATEADT(2));
	int32		range_room[DATES_ROOM];
	int32		all_room[DATES_ROOM];
	size_t		range_count;
	size_t		all_count;
	HistoryBytes range_history = history_bytes(PG_GETARG_DATUM(0));
	HistoryBytes all_history = history_bytes(PG_GETARG_DATUM(1));
	int32	   *range = history_dates(range_history, as_of, range_room, DATES_ROOM, &range_count);
	int32	   *all = history_dates(all_history, as_of, all_room, DATES_ROOM, &all_count);
	rt_dropped_range result;
	int32		bad_date;
	Datum		values[DROPPED_COLUMNS];
	bool		nulls[DROPPED_COLUMNS] = {false};

	if (range_count == 0)
		PG_RETURN_NULL();
	if (rt_dropped_range_of(range, range_count, all, all_count, &result, &bad_date) != RT_OK)
	{
		char		date[RT_DATE_TEXT_MAX + 1];

		date[rt_date_print(bad_date, date)] = '\0';
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("purchase of %s in the range is none of the customer", date),
				 errhint("The first history is that of the customer's purchases in the range, the "
						 "second one that of all their purchases.")));
	}
	values[DROPPED_LAST] = DateADTGetDatum(result.last);
	values[DROPPED_RANGE_PURCHASES] = Int32GetDatum((int32) result.with_range);
	values[DROPPED_SHARE] = Float8GetDatum((double) result.with_range / (double) result.until_last);
	values[DROPPED_SINCE] = Int32GetDatum((int32) result.since);
	values[DROPPED_PROBABILITY] = Float8GetDatum(result.probability);
	return composite_row(fcinfo, DROPPED_COLUMNS, values, nulls);
}
