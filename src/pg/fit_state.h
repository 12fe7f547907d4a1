/*
 * fit_state.h
 *		The state of the aggregate fit_model.
 *
 * A state of few rows is a bytea, the form in which a state is also stored and sent: a head, and
 * the rows as core/fit_rows.h writes them, in the order in which they came.  Its end is room for
 * more; when that is full, equal rows are added up.  What is too large then is a tally in an
 * expanded object, which becomes that bytea again, in order and without room, where it leaves the
 * aggregate.
 *
 * A state by season, or of fit_season, is a tally from the first row on.  Its rows are in whole
 * days, as core/seasonal.h has them, and in its bytes behind them is what fit_seasonal.h says.
 *
 * A bytea may come from anybody.  What is added to it is written within its bounds, whatever it
 * is; its rows are checked when they are read, so that a tally holds valid ones only.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_FIT_STATE_H
#define RETENTION_FIT_STATE_H

#include "pg/compat.h"

#include "core/customers.h"
#include "core/fit_rows.h"
#include "pg/fit_seasonal.h"

#define FIT_STATE_VERSION	2
#define FIT_STATE_SEASON	3	/* of a model with a season */
#define FIT_STATE_MONTHS	4	/* of the aggregate fit_season */

/* Of version 1 only kind, from_numbers, k and as_of are at the same places */
typedef struct FitHead
{
	int32		vl_len_;
	uint8		version;
	uint8		kind;
	uint8		from_numbers;	/* not from histories: there is no as_of, nor sum_log */
	uint8		k;				/* 0: the best one is to be found */
	int32		as_of;
	uint32		left_out;		/* of gamma-gamma: repeat customers without a mean value above 0;
								 * of gamma-gamma-all: days without such an amount */
	double		time_unit;
	int64		customers;		/* who had bought by as_of */
	int64		sum_log;		/* of intervals, in 1/FIT_LOG_UNIT; by season of operational ones */
} FitHead;

/* The bytea */
typedef struct FitBytes
{
	FitHead		head;
	rt_fit_coder coder;			/* goes on where the rows end */
	uint8		rows[FLEXIBLE_ARRAY_MEMBER];
} FitBytes;

#define FIT_BYTES_SIZE(used) (offsetof(FitBytes, rows) + (Size) (used))

/* Either of the forms; the other one is NULL */
typedef struct FitState
{
	FitHead    *head;
	FitBytes   *bytes;
	struct FitTally *tally;
} FitState;

/* NULL in a state without a season */
extern FitSeasonal *fit_state_seasonal(const FitState *state);

/* A new one with the version, kind, k, from_numbers, as_of and time_unit of constants */
extern FitState fit_state_new(const FitHead *constants, SeasonBytes season);

/* An argument that is not NULL, its head checked; to be changed only within an aggregate */
extern FitState fit_state_argument(FunctionCallInfo fcinfo, int argument);

/* An error unless it is a state of fit_season, or is one of fit_model */
extern void fit_state_check_months(const FitState *state, bool with_months);

/* What a support function returns: argument 0, or a new state */
extern Datum fit_state_result(FunctionCallInfo fcinfo, const FitState *state);

extern void fit_state_add(FitState *state, const rt_fit_row *row);
extern void fit_state_count(FitState *state, int64 customers);
extern void fit_state_leave_out(FitState *state, uint32 count);
extern void fit_state_add_sum_log(FitState *state, int64 sum_log);

/* An error unless both were made with the same constants */
extern void fit_state_check_constants(const FitState *state, const FitHead *constants,
									  SeasonBytes season);

/* The rows, no two alike but for weights that are not whole, in ascending order; palloc'd */
extern rt_fit_row *fit_state_rows(const FitState *state, size_t *count);

#endif							/* RETENTION_FIT_STATE_H */
