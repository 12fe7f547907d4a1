/*
 * survival.h
 *		From when on and how long a customer was seen, as arguments and in keys of states.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_SURVIVAL_H
#define RETENTION_SURVIVAL_H

#include "pg/compat.h"

/* Not negative and finite, or error 22023 */
extern double get_duration(FunctionCallInfo fcinfo, int argument);

/* From 0 on, and before that duration, or error 22023 */
extern double get_entry(FunctionCallInfo fcinfo, int argument, double duration);

/* Is a number of a key such a duration; are two of them a duration and an entry? */
extern bool key_duration_valid(const double *key);
extern bool key_entry_valid(const double *key);

/* Durations and entries were tied, which left nothing between them */
pg_noreturn extern void report_no_time_between(double duration);

#endif							/* RETENTION_SURVIVAL_H */
