/*
 * spell.c
 *		Spells of purchases, sessions of any events: a longer silence opens the next one.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "catalog/pg_type.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/window.h"

PG_FUNCTION_INFO_V1(purchase_spell);
PG_FUNCTION_INFO_V1(is_reactivation);

typedef struct Spell
{
	int64		number;			/* 0: no row with a time yet */
	int64		last;
	bool		opens;			/* the last row's time, after an earlier one, opened this spell */
	bool		first;			/* no earlier time than the last row's */
} Spell;

/*
 * Does one time lie further behind the other than the interval?  A day is 24 hours, months are by
 * the calendar
 */
static bool
is_longer(const RowTime *time, int64 from, Interval *interval)
{
	double		ticks = (double) ((uint64) time->ticks - (uint64) from);
	Timestamp	end;

	if (interval->month == 0)
		return ticks >
			(interval->day + (double) interval->time / USECS_PER_DAY) * time->ticks_per_day;
	if (time->type != DATEOID)
		end = DatumGetTimestamp(DirectFunctionCall2(timestamp_pl_interval, TimestampGetDatum(from),
													IntervalPGetDatum(interval)));
	else
		end =
			DatumGetTimestamp(DirectFunctionCall2(date_pl_interval, DateADTGetDatum((DateADT) from),
												  IntervalPGetDatum(interval)));
	return time->type == DATEOID ? time->ticks > date_from_timestamp(end) : time->ticks > end;
}

/* NULL for a row without a time or interval */
static const Spell *
next_row(FunctionCallInfo fcinfo)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Spell	   *spell;
	Interval   *gap;
	RowTime		time;
	bool		isnull;

	if (!window_row_time(fcinfo, window, &time))
		return NULL;
	gap = DatumGetIntervalP(WinGetFuncArgCurrent(window, 1, &isnull));
	if (isnull)
		return NULL;
	if (INTERVAL_NOT_FINITE(gap) || gap->month < 0 || gap->day < 0 || gap->time < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a gap of \"%s\" is negative or not finite", interval_text(gap))));
	if (time.type == DATEOID)
		check_not_below_day(gap, "a gap");
	spell = (Spell *) WinGetPartitionLocalMemory(window, sizeof(Spell));
	if (spell->number == 0)
	{
		spell->number = 1;
		spell->last = time.ticks;
		spell->first = true;
		return spell;
	}
	if (time.ticks < spell->last)
		window_order_error(&time, spell->last);
	if (time.ticks > spell->last)
	{
		spell->opens = is_longer(&time, spell->last, gap);
		spell->number += spell->opens;
		spell->first = false;
		spell->last = time.ticks;
	}
	return spell;
}

Datum
purchase_spell(PG_FUNCTION_ARGS)
{
	const Spell *spell = next_row(fcinfo);

	if (spell == NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT64(spell->number);
}

Datum
is_reactivation(PG_FUNCTION_ARGS)
{
	const Spell *spell = next_row(fcinfo);

	if (spell == NULL || spell->first)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(spell->opens);
}
