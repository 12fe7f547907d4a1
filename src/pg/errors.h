/*
 * errors.h
 *		Core statuses as PostgreSQL errors.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_ERRORS_H
#define RETENTION_ERRORS_H

#include "pg/compat.h"

#include "core/status.h"

/* Does nothing when status is RT_OK; date is the day to name */
extern void check_history_status(rt_status status, int32 date);

/*
 * For support functions that make sense in an aggregate only; use says what to
 * call instead.  Returns AGG_CONTEXT_*.
 */
extern int	check_aggregate_call(FunctionCallInfo fcinfo, const char *function, const char *use);

#endif							/* RETENTION_ERRORS_H */
