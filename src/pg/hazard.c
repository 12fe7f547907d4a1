/*
 * hazard.c
 *		The aggregate fit_hazard(duration, churned, covariates).
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "core/hazard.h"
#include "core/sort.h"
#include "core/special.h"
#include "core/poll.h"
#include "pg/arguments.h"
#include "pg/composite.h"
#include "pg/errors.h"
#include "pg/survival.h"
#include "pg/tally_state.h"

PG_FUNCTION_INFO_V1(fit_hazard_add);
PG_FUNCTION_INFO_V1(fit_hazard_combine);
PG_FUNCTION_INFO_V1(fit_hazard_final);

enum
{
	TIES_CONSTANT
};								/* constants */
enum
{
	LEFT_OUT,
	COVARIATES					/* the same number in all states, and not added up */
};

static bool
hazard_constants_valid(const TallyState *state)
{
	int64		ties = state->constants[TIES_CONSTANT];
	int64		covariates = state->sums[COVARIATES];

	return (ties == RT_TIES_EFRON || ties == RT_TIES_BRESLOW) && state->sums[LEFT_OUT] >= 0 &&
		state->sums[LEFT_OUT] <= TALLY_ROWS_MAX &&
		(state->tally.keys == 0 ? covariates == 0 :
		 covariates >= 1 && covariates <= RT_COVARIATES_MAX);
}

static bool
hazard_key_valid(const TallyState *state, const void *key, Size key_size)
{
	const double *numbers = key;

	if (key_size != (1 + state->sums[COVARIATES]) * sizeof(double) || !(numbers[0] >= 0))
		return false;
	for (int i = 0; i <= state->sums[COVARIATES]; i++)
		if (!tally_key_number(&numbers[i], sizeof(double)) || isinf(numbers[i]))
			return false;
	return true;
}

/* Of each duration and the covariates behind it: who left, and who was still there */
static const TallyKind hazard_kind = {
	"fit_hazard", 0x20004, 2, false, "the treatment of ties",
hazard_constants_valid, hazard_key_valid};

static rt_hazard_ties
get_ties(FunctionCallInfo fcinfo)
{
	char	   *name;

	if (PG_NARGS() < 5)
		return RT_TIES_EFRON;
	if (PG_ARGISNULL(4))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the treatment of ties must not be null")));
	name = text_to_cstring(PG_GETARG_TEXT_PP(4));
	if (strcmp(name, "efron") == 0)
		return RT_TIES_EFRON;
	if (strcmp(name, "breslow") == 0)
		return RT_TIES_BRESLOW;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" is no treatment of ties", clip_string(name)),
			 errhint("Use 'efron' or 'breslow'.")));
}

static void
check_covariate_count(int64 count, int64 expected)
{
	if (count != expected)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("a customer has " INT64_FORMAT " covariates, another one has " INT64_FORMAT,
						count, expected)));
}

/* A key of duration and covariates; NULL when some covariate is not known */
static double *
hazard_get_key(FunctionCallInfo fcinfo, int *count)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(3);
	double	   *key;
	double	   *values = (double *) ARR_DATA_PTR(array);

	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (ARR_NDIM(array) > 1 || *count < 1 || *count > RT_COVARIATES_MAX)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("covariates must be an array of one dimension with 1 to %d elements",
							   RT_COVARIATES_MAX)));
	if (array_contains_nulls(array))
		return NULL;
	key = palloc((1 + *count) * sizeof(double));
	key[0] = get_duration(fcinfo, 1);
	for (int i = 0; i < *count; i++)
	{
		key[1 + i] = values[i] + 0; /* minus zero is zero */
		if (!isfinite(values[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("covariate %d is %g, which is not finite", i + 1, values[i])));
	}
	return key;
}

/* Of duration, churned, covariates and perhaps the treatment of ties */
Datum
fit_hazard_add(PG_FUNCTION_ARGS)
{
	int64		constants[TALLY_CONSTANTS] = {get_ties(fcinfo)};
	TallyState *state = tally_state_to_add_to(fcinfo, &hazard_kind, constants);
	double	   *key = NULL;
	int			count;

	if (!PG_ARGISNULL(3))
		key = hazard_get_key(fcinfo, &count);
	if (key == NULL || PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		tally_state_add(&hazard_kind, &state->sums[LEFT_OUT], 1);
		return state_result(fcinfo, state);
	}
	if (state->tally.keys == 0)
		state->sums[COVARIATES] = count;
	check_covariate_count(count, state->sums[COVARIATES]);
	tally_state_count(&state, &hazard_kind, key, (1 + count) * sizeof(double),
					  PG_GETARG_BOOL(2) ? 0 : 1);
	pfree(key);
	return state_result(fcinfo, state);
}

Datum
fit_hazard_combine(PG_FUNCTION_ARGS)
{
	if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1))
	{
		TallyState *state = tally_state_argument(fcinfo, 0, &hazard_kind);
		TallyState *other = tally_state_argument(fcinfo, 1, &hazard_kind);
		int64		count = Max(state->sums[COVARIATES], other->sums[COVARIATES]);
		Datum		result;

		if (state->tally.keys > 0 && other->tally.keys > 0)
			check_covariate_count(other->sums[COVARIATES], state->sums[COVARIATES]);
		result = tally_state_combine(fcinfo, &hazard_kind);
		((TallyState *) state_block(result))->sums[COVARIATES] = count;
		return result;
	}
	return tally_state_combine(fcinfo, &hazard_kind);
}

/* The rows as the core wants them; covariates that are the caller's to change */
static rt_hazard_row *
get_rows(const rt_tally_entry *entries, size_t count, int covariates)
{
	rt_hazard_row *rows = palloc_extended(Max(count, 1) * sizeof(rt_hazard_row), MCXT_ALLOC_HUGE);
	double	   *x = palloc_extended(Max(count, 1) * covariates * sizeof(double), MCXT_ALLOC_HUGE);

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		memcpy(&rows[i].time, entries[i].key, sizeof(double));
		rows[i].events = entries[i].counts[0];
		rows[i].censored = entries[i].counts[1];
		rows[i].x = x + i * covariates;
		memcpy(rows[i].x, (const double *) entries[i].key + 1, covariates * sizeof(double));
	}
	return rows;
}

static int
hazard_compare_rows(const void *a, const void *b, const void *covariates)
{
	return rt_hazard_row_compare(a, b, *(const int *) covariates);
}

/* In the order of the type hazard_coefficient */
enum
{
	COEFFICIENT_COVARIATE,
	COEFFICIENT_COEFFICIENT,
	COEFFICIENT_STD_ERROR,
	COEFFICIENT_RATIO,
	COEFFICIENT_LOWER,
	COEFFICIENT_UPPER,
	COEFFICIENT_Z,
	COEFFICIENT_P_VALUE,
	COEFFICIENT_COLUMNS
};

static Datum
coefficient_rows(const rt_hazard_fit *fit, Oid array_type)
{
	CompositeArray result;
	double		z = rt_normal_quantile(0.025);

	composite_array_begin_type(array_type, &result, COEFFICIENT_COLUMNS);
	for (int i = 0; i < fit->covariates; i++)
	{
		double		coefficient = fit->coefficients[i];
		double		std_error = fit->std_errors[i];
		Datum		values[COEFFICIENT_COLUMNS];
		bool		nulls[COEFFICIENT_COLUMNS] = {false};

		if (fit->status[i] == RT_COEFFICIENT_INFINITE)
			coefficient = copysign(INFINITY, coefficient);
		nulls[COEFFICIENT_COEFFICIENT] = nulls[COEFFICIENT_RATIO] =
			fit->status[i] == RT_COEFFICIENT_REDUNDANT;
		nulls[COEFFICIENT_STD_ERROR] = nulls[COEFFICIENT_LOWER] = nulls[COEFFICIENT_UPPER] =
			nulls[COEFFICIENT_Z] = nulls[COEFFICIENT_P_VALUE] =
			fit->status[i] != RT_COEFFICIENT_KNOWN || isnan(std_error);
		values[COEFFICIENT_COVARIATE] = Int32GetDatum(i + 1);
		values[COEFFICIENT_COEFFICIENT] = Float8GetDatum(coefficient);
		values[COEFFICIENT_STD_ERROR] = Float8GetDatum(std_error);
		values[COEFFICIENT_RATIO] = Float8GetDatum(exp(coefficient));
		values[COEFFICIENT_LOWER] = Float8GetDatum(exp(coefficient - z * std_error));
		values[COEFFICIENT_UPPER] = Float8GetDatum(exp(coefficient + z * std_error));
		values[COEFFICIENT_Z] = Float8GetDatum(coefficient / std_error);
		values[COEFFICIENT_P_VALUE] = Float8GetDatum(rt_normal_two_sided(coefficient / std_error));
		composite_array_add(&result, values, nulls);
	}
	return composite_array_finish(&result);
}

/* In the order of the type hazard_fit */
enum
{
	FIT_CUSTOMERS,
	FIT_CHURNED,
	FIT_LEFT_OUT,
	FIT_LOG_LIKELIHOOD,
	FIT_NULL_LOG_LIKELIHOOD,
	FIT_P_VALUE,
	FIT_CONVERGED,
	FIT_COEFFICIENTS,
	FIT_COLUMNS
};

static void
warn_of_infinite(const rt_hazard_fit *fit)
{
	for (int i = 0; i < fit->covariates; i++)
		if (fit->status[i] == RT_COEFFICIENT_INFINITE)
			ereport(WARNING,
					(errmsg("the likelihood rises without end with the coefficient of covariate %d",
							i + 1),
					 errdetail("It tells exactly who leaves sooner: its coefficient is infinite."),
					 errhint("Leave it out, or take together values that have no churned, or only "
							 "churned, customers.")));
}

Datum
fit_hazard_final(PG_FUNCTION_ARGS)
{
	rt_tally_entry *entries;
	const TallyState *state = tally_state_final(fcinfo, &hazard_kind, &entries);
	size_t		count = state->tally.keys;
	int			covariates = (int) state->sums[COVARIATES];
	rt_hazard_room *room = palloc(rt_hazard_room_size());
	rt_hazard_row *rows;
	rt_hazard_fit fit;
	double		gain;
	int64		customers = 0;
	int64		churned = 0;
	Datum		values[FIT_COLUMNS];
	bool		nulls[FIT_COLUMNS] = {false};

	rows = get_rows(entries, count, covariates);
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		customers += rows[i].events + rows[i].censored;
		churned += rows[i].events;
	}
	if (churned == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("too little to fit: of " INT64_FORMAT " customers none has left",
						customers),
				 errhint("Duration, churned and covariates must be known of customers of whom some "
						 "have left.")));
	rt_sort(rows, count, sizeof(rt_hazard_row), hazard_compare_rows, &covariates);
	rt_hazard_tie_rows(rows, count);
	rt_sort(rows, count, sizeof(rt_hazard_row), hazard_compare_rows, &covariates);
	count = rt_hazard_merge_rows(rows, count, covariates);
	rt_fit_hazard(rows, count, covariates, (rt_hazard_ties) state->constants[TIES_CONSTANT], room,
				  &fit);
	warn_of_infinite(&fit);

	values[FIT_CUSTOMERS] = Int64GetDatum(customers);
	values[FIT_CHURNED] = Int64GetDatum(churned);
	values[FIT_LEFT_OUT] = Int64GetDatum(state->sums[LEFT_OUT]);
	values[FIT_LOG_LIKELIHOOD] = Float8GetDatum(fit.log_likelihood);
	values[FIT_NULL_LOG_LIKELIHOOD] = Float8GetDatum(fit.null_log_likelihood);
	nulls[FIT_P_VALUE] = fit.used == 0;
	gain = Max(2 * (fit.log_likelihood - fit.null_log_likelihood), 0);
	values[FIT_P_VALUE] = Float8GetDatum(rt_chi_square_tail(fit.used, gain));
	values[FIT_CONVERGED] = BoolGetDatum(fit.converged);
	values[FIT_COEFFICIENTS] =
		coefficient_rows(&fit, composite_column_type(fcinfo, FIT_COEFFICIENTS));
	return composite_row(fcinfo, FIT_COLUMNS, values, nulls);
}
