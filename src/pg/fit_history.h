/*
 * fit_history.h
 *		What a customer's history is as a row of a fit.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_FIT_HISTORY_H
#define RETENTION_FIT_HISTORY_H

#include "pg/compat.h"

#include "utils/date.h"

#include "core/customers.h"
#include "pg/history.h"

typedef struct FitHistory
{
	bool		bought;			/* by as_of; else all is zero */
	bool		tells;			/* there is a row */
	rt_fit_row	row;
	int64		left_out;		/* as FitHead has it */
} FitHistory;

/* Of kinds of recency, in days, of spend and of amounts */
extern FitHistory fit_history_of(const rt_kind *kind, HistoryBytes history, DateADT as_of);

#endif							/* RETENTION_FIT_HISTORY_H */
