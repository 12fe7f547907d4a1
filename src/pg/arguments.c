/*
 * arguments.c
 *		What the arguments of many functions must be, and how messages show them.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/arguments.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "utils/fmgrprotos.h"

#include "core/calendar.h"

#define SHOWN_BYTES			64

/* ---------------------------------------------------------------- messages */

char *
clip_bytes(const char *bytes, Size length)
{
	int			shown = (int) Min(length, SHOWN_BYTES);

	if (length <= SHOWN_BYTES)
		return pnstrdup(bytes, length);
	shown =
		pg_mbcliplen(bytes, (int) Min(length, SHOWN_BYTES + MAX_MULTIBYTE_CHAR_LEN), SHOWN_BYTES);
	return psprintf("%.*s...", shown, bytes);
}

char *
clip_string(const char *value)
{
	return clip_bytes(value, strlen(value));
}

char *
clip_text(const text *value)
{
	return clip_bytes(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

char *
interval_text(const Interval *interval)
{
	Datum		value = IntervalPGetDatum(unconstify(Interval *, interval));

	return DatumGetCString(DirectFunctionCall1(interval_out, value));
}

/* ------------------------------------------------------------------- times */

static double
interval_days(const Interval *interval)
{
	return interval->month * RT_DAYS_PER_MONTH + interval->day +
		(double) interval->time / USECS_PER_DAY;
}

void
check_not_below_day(const Interval *interval, const char *name)
{
	double		days = interval_days(interval);

	if (days > 0 && days < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of \"%s\" is shorter than a day", name, interval_text(interval)),
				 errhint("A number without a unit is seconds: write '90 days'.")));
}

double
get_time(FunctionCallInfo fcinfo, int argument)
{
	double		time = PG_GETARG_FLOAT8(argument);

	if (!(time >= 0) || isinf(time))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a time of %g from now is negative or not finite", time)));
	return time;
}

double
get_interval_days(FunctionCallInfo fcinfo, int argument)
{
	Interval   *interval = PG_GETARG_INTERVAL_P(argument);
	double		days = interval_days(interval);

	if (INTERVAL_NOT_FINITE(interval) || !(days >= 0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a time of %s from now is negative or not finite",
							   interval_text(interval))));
	check_not_below_day(interval, "a time from now");
	return days;
}

/* ----------------------------------------------------------------- results */

Datum
model_number(double value)
{
	if (!isfinite(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a model with these parameters and this customer or time is out of range"),
				 errdetail("A number among them is too large, or too close to 0, to "
						   "compute with.")));
	return Float8GetDatum(value);
}

/* ------------------------------------------------------------------ shares */

double
check_share(double share, const char *name)
{
	if (!(share >= 0 && share <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of %g is not between 0 and 1", name, share),
				 share > 1 ? errhint("Write 0.3 for 30 percent.") : 0));
	return share;
}

double
check_margin(double margin)
{
	return check_share(margin, "a margin");
}

double
check_discount_rate(double rate)
{
	return check_share(rate, "a discount rate");
}
