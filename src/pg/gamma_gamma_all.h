/*
 * gamma_gamma_all.h
 *		Amounts of single days from SQL arguments.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_GAMMA_GAMMA_ALL_H
#define RETENTION_GAMMA_GAMMA_ALL_H

#include "pg/compat.h"

#include "utils/date.h"

#include "core/gamma_gamma_all.h"
#include "pg/history.h"

/*
 * From three float8 arguments, a number of days, the sum of their amounts and that of the
 * logarithms of these; false for no days, an error that names the values unless there are such
 * amounts
 */
extern bool get_amounts(FunctionCallInfo fcinfo, int first, rt_amounts *amounts);

/* Of the days up to as_of with an amount above 0; false when there are none */
extern bool amounts_of_history(HistoryBytes history, DateADT as_of, rt_amounts *amounts,
							   int64 *left_out, bool *bought);

/* log_likelihood of a model of single amounts: of a history up to a date, or of three numbers */
extern Datum amounts_log_likelihood(FunctionCallInfo fcinfo, const rt_model *model);

#endif							/* RETENTION_GAMMA_GAMMA_ALL_H */
