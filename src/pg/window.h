/*
 * window.h
 *		Times of rows in order, for window functions.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_WINDOW_H
#define RETENTION_WINDOW_H

#include "pg/compat.h"

#include "windowapi.h"

/* Of a date, timestamp or timestamptz argument */
typedef struct RowTime
{
	Oid			type;
	int64		ticks;			/* days or microseconds since 2000-01-01 */
	double		ticks_per_day;
} RowTime;

/*
 * Argument 0 of the current row, of which nothing before is needed any more; false when it is NULL.
 * Error 22008 for an infinite time.
 */
extern bool window_row_time(FunctionCallInfo fcinfo, WindowObject window, RowTime *time);

/* The error for a row that comes after one of a later time */
pg_noreturn extern void window_order_error(const RowTime *time, int64 last);

/* A number of ticks as the type of the argument; 22008 when it does not fit */
extern Datum window_time_datum(const RowTime *time, double ticks);

#endif							/* RETENTION_WINDOW_H */
