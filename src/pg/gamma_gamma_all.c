/*
 * gamma_gamma_all.c
 *		What customers spend, from the amounts of all their days.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "core/history_questions.h"
#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/errors.h"
#include "pg/gamma_gamma_all.h"

/* Of sums as PostgreSQL makes them, in any order */
#define LOG_TOLERANCE 1e-9

bool
get_amounts(FunctionCallInfo fcinfo, int first, rt_amounts *amounts)
{
	double		days = PG_GETARG_FLOAT8(first);
	double		sum = PG_GETARG_FLOAT8(first + 1);
	double		sum_log = PG_GETARG_FLOAT8(first + 2);
	double		most,
				tolerance;

	if (!(days >= 0) || isinf(days) || days != floor(days))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%g is no number of days with an amount above 0", days)));
	if (days == 0)
		return false;
	if (!(sum > 0) || isinf(sum))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("amounts above 0 do not add up to %g", sum)));
	most = days * log(sum / days);
	tolerance = LOG_TOLERANCE * (days + fabs(most));
	if (!(sum_log <= most + tolerance) || isinf(sum_log) ||
		(days == 1 && sum_log < most - tolerance))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 days == 1 ? errmsg("the logarithm of an amount of %g is not %g", sum, sum_log) :
				 errmsg("logarithms of %.15g amounts that add up to %g do not add up to %g", days,
						sum, sum_log),
				 days == 1 ? errdetail("It is %g.", most) :
				 errdetail("They add up to %g at most, where all amounts are the same.", most),
				 errhint("Give the number of days with an amount above 0, the sum of the amounts, "
						 "and the sum of ln(amount).")));
	*amounts = (rt_amounts) {days, sum, days == 1 ? 0 : fmax(most - sum_log, 0)};
	return true;
}

bool
amounts_of_history(HistoryBytes history, DateADT as_of, rt_amounts *amounts, int64 *left_out,
				   bool *bought)
{
	rt_day_amounts days = {0};

	*bought = false;
	if (history.size > 0)
		check_history_status(rt_history_amounts(history.bytes, history.size, as_of, &days, bought),
							 0);
	*amounts = (rt_amounts) {(double) days.days, days.sum, days.unevenness};
	*left_out = days.left_out;
	return days.days > 0;
}

Datum
amounts_log_likelihood(FunctionCallInfo fcinfo, const rt_model *model)
{
	rt_gamma_gamma spend;
	rt_amounts	amounts;
	int64		left_out;
	bool		bought;

	rt_gamma_gamma_from_model(model, &spend);
	if (PG_NARGS() == 3 ?
		!amounts_of_history(history_bytes(PG_GETARG_DATUM(1)), as_of_date(PG_GETARG_DATEADT(2)),
							&amounts, &left_out, &bought) :
		!get_amounts(fcinfo, 1, &amounts))
		PG_RETURN_NULL();
	return model_number(rt_gamma_gamma_all_log_likelihood(&spend, &amounts));
}
