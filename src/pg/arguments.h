/*
 * arguments.h
 *		What the arguments of many functions must be, and how messages show them.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_ARGUMENTS_H
#define RETENTION_ARGUMENTS_H

#include "pg/compat.h"

#include "utils/timestamp.h"

/* The beginning of a text that may be of any length, for a message */
extern char *clip_bytes(const char *bytes, Size length);
extern char *clip_string(const char *value);
extern char *clip_text(const text *value);

/* For a message */
extern char *interval_text(const Interval *interval);

/*
 * An error when it is above 0, but below a day: a number without a unit is seconds for PostgreSQL.
 * Name is what a message calls it, such as "a gap".
 */
extern void check_not_below_day(const Interval *interval, const char *name);

/* A time from now: a number; or an interval in days, a month being 365.25/12 of them */
extern double get_time(FunctionCallInfo fcinfo, int argument);
extern double get_interval_days(FunctionCallInfo fcinfo, int argument);

/*
 * What a model says; an error unless it is finite, which numbers near the largest there are prevent
 */
extern Datum model_number(double value);

/* Errors that name the value unless it is between 0 and 1 */
extern double check_share(double share, const char *name);
extern double check_margin(double margin);
extern double check_discount_rate(double rate);

#endif							/* RETENTION_ARGUMENTS_H */
