/*
 * clock.h
 *		The calendar day of a point in time.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_CLOCK_H
#define RETENTION_CLOCK_H

#include "pg/compat.h"

#include "pgtime.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "core/calendar.h"

/* An infinite date or time is an error that names it */
extern DateADT date_from_date(DateADT date);
extern DateADT date_from_timestamp(Timestamp time);
extern DateADT date_from_timestamptz(TimestampTz time, pg_tz *zone);

/* The same for a date that is an argument of this name */
extern DateADT finite_date(DateADT date, const char *name);

/* And for the one from which a customer is seen: no age is finite then */
extern DateADT as_of_date(DateADT as_of);

/* As AT TIME ZONE would have it, abbreviations included */
extern DateADT date_from_timestamptz_at(TimestampTz time, text *zone);

/* 'day', 'week', 'month', 'quarter' or 'year', however written; anything else is an error */
extern rt_calendar_unit calendar_unit_from_text(const text *name);

/* The last period that is over at the end of as_of */
extern int32 calendar_unit_over(rt_calendar_unit unit, DateADT as_of);

#endif							/* RETENTION_CLOCK_H */
