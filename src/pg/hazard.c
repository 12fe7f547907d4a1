/*
 * hazard.c
 *		The aggregate fit_hazard(duration, churned, covariates), with entries and strata.
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
#include "pg/text_number.h"

PG_FUNCTION_INFO_V1(fit_hazard_add);
PG_FUNCTION_INFO_V1(fit_hazard_add_entry);
PG_FUNCTION_INFO_V1(fit_hazard_add_stratum);
PG_FUNCTION_INFO_V1(fit_hazard_add_entry_stratum);
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

/* What may be known besides: bits of the number of a kind of state */
#define HAZARD_ENTRY 1
#define HAZARD_STRATUM 2
#define HAZARD_KINDS 4

/* The numbers of a key: the duration, the entry if there is one, and the covariates */
static int
hazard_first_covariate(int has)
{
	return has & HAZARD_ENTRY ? 2 : 1;
}

static bool
hazard_check_key(const TallyState *state, const void *key, Size key_size, int has)
{
	const double *numbers = key;
	int			count = hazard_first_covariate(has) + (int) state->sums[COVARIATES];
	Size		size = count * sizeof(double);

	if (has & HAZARD_STRATUM ? key_size < size : key_size != size)
		return false;
	if (!(has & HAZARD_ENTRY ? key_entry_valid(numbers) : key_duration_valid(numbers)))
		return false;
	for (int i = 0; i < count; i++)
		if (!tally_key_number(&numbers[i], sizeof(double)) || isinf(numbers[i]))
			return false;
	return tally_text_valid((const char *) key + size, key_size - size);
}

static bool
hazard_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return hazard_check_key(state, key, key_size, 0);
}

static bool
hazard_entry_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return hazard_check_key(state, key, key_size, HAZARD_ENTRY);
}

static bool
hazard_stratum_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return hazard_check_key(state, key, key_size, HAZARD_STRATUM);
}

static bool
hazard_entry_stratum_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return hazard_check_key(state, key, key_size, HAZARD_ENTRY | HAZARD_STRATUM);
}

/*
 * Of each duration, the entry if there is one, the covariates, and the stratum if there is one, one
 * behind the other: who left, and who was still there
 */
static const TallyKind hazard_kinds[HAZARD_KINDS] = {
	{"fit_hazard", 0x20004, 2, false, "the treatment of ties", hazard_constants_valid,
	hazard_key_valid},
	{"fit_hazard", 0x20017, 2, false, "the treatment of ties", hazard_constants_valid,
	hazard_entry_key_valid},
	{"fit_hazard", 0x20018, 2, false, "the treatment of ties", hazard_constants_valid,
	hazard_stratum_key_valid},
	{"fit_hazard", 0x20019, 2, false, "the treatment of ties", hazard_constants_valid,
	hazard_entry_stratum_key_valid}
};

static rt_hazard_ties
get_ties(FunctionCallInfo fcinfo, int argument)
{
	char	   *name;

	if (PG_NARGS() <= argument)
		return RT_TIES_EFRON;
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the treatment of ties must not be null")));
	name = text_to_cstring(PG_GETARG_TEXT_PP(argument));
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

/*
 * A key, of which duration is the number of that argument; NULL when some covariate is not known
 */
static double *
hazard_get_key(FunctionCallInfo fcinfo, int has, int duration, int *count, Size *size)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(duration + 2);
	text	   *stratum = has & HAZARD_STRATUM ? PG_GETARG_TEXT_PP(duration + 4) : NULL;
	Size		stratum_size = stratum == NULL ? 0 : VARSIZE_ANY_EXHDR(stratum);
	int			first = hazard_first_covariate(has);
	double	   *key;
	double	   *values = (double *) ARR_DATA_PTR(array);

	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (ARR_NDIM(array) > 1 || *count < 1 || *count > RT_COVARIATES_MAX)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("covariates must be an array of one dimension with 1 to %d elements",
							   RT_COVARIATES_MAX)));
	if (array_contains_nulls(array))
		return NULL;
	*size = (first + *count) * sizeof(double) + stratum_size;
	key = palloc(*size);
	key[0] = get_duration(fcinfo, duration);
	if (has & HAZARD_ENTRY)
		key[1] = get_entry(fcinfo, 1, key[0]);
	for (int i = 0; i < *count; i++)
	{
		key[first + i] = values[i] + 0; /* minus zero is zero */
		if (!isfinite(values[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("covariate %d is %g, which is not finite", i + 1, values[i])));
	}
	if (stratum != NULL)
		memcpy(key + first + *count, VARDATA_ANY(stratum), stratum_size);
	return key;
}

/*
 * Of entry if there is one, duration, churned, covariates, perhaps the treatment of ties, and a
 * stratum behind it if there is one
 */
static Datum
hazard_add(FunctionCallInfo fcinfo, int has)
{
	const TallyKind *kind = &hazard_kinds[has];
	int			duration = has & HAZARD_ENTRY ? 2 : 1;
	int64		constants[TALLY_CONSTANTS] = {get_ties(fcinfo, duration + 3)};
	TallyState *state = tally_state_to_add_to(fcinfo, kind, constants);
	double	   *key = NULL;
	int			count;
	Size		size;

	if (!PG_ARGISNULL(duration + 2) && !(has & HAZARD_STRATUM && PG_ARGISNULL(duration + 4)) &&
		!PG_ARGISNULL(1) && !PG_ARGISNULL(duration) && !PG_ARGISNULL(duration + 1))
		key = hazard_get_key(fcinfo, has, duration, &count, &size);
	if (key == NULL)
	{
		tally_state_add(kind, &state->sums[LEFT_OUT], 1);
		return state_result(fcinfo, state);
	}
	if (state->tally.keys == 0)
		state->sums[COVARIATES] = count;
	check_covariate_count(count, state->sums[COVARIATES]);
	tally_state_count(&state, kind, key, size, PG_GETARG_BOOL(duration + 1) ? 0 : 1);
	pfree(key);
	return state_result(fcinfo, state);
}

Datum
fit_hazard_add(PG_FUNCTION_ARGS)
{
	return hazard_add(fcinfo, 0);
}

Datum
fit_hazard_add_entry(PG_FUNCTION_ARGS)
{
	return hazard_add(fcinfo, HAZARD_ENTRY);
}

Datum
fit_hazard_add_stratum(PG_FUNCTION_ARGS)
{
	return hazard_add(fcinfo, HAZARD_STRATUM);
}

Datum
fit_hazard_add_entry_stratum(PG_FUNCTION_ARGS)
{
	return hazard_add(fcinfo, HAZARD_ENTRY | HAZARD_STRATUM);
}

Datum
fit_hazard_combine(PG_FUNCTION_ARGS)
{
	if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1))
	{
		const TallyKind *kind = tally_state_kind(fcinfo, 0, hazard_kinds, HAZARD_KINDS);
		TallyState *state = tally_state_argument(fcinfo, 0, kind);
		TallyState *other = tally_state_argument(fcinfo, 1, kind);
		int64		count = Max(state->sums[COVARIATES], other->sums[COVARIATES]);
		Datum		result;

		if (state->tally.keys > 0 && other->tally.keys > 0)
			check_covariate_count(other->sums[COVARIATES], state->sums[COVARIATES]);
		result = tally_state_combine(fcinfo, kind);
		((TallyState *) state_block(result))->sums[COVARIATES] = count;
		return result;
	}
	return tally_state_combine_kinds(fcinfo, hazard_kinds, HAZARD_KINDS);
}

/* The rows as the core wants them; covariates that are the caller's to change */
static rt_hazard_row *
get_rows(const rt_tally_entry *entries, size_t count, int has, int covariates)
{
	int			first = hazard_first_covariate(has);
	rt_hazard_row *rows = palloc_extended(Max(count, 1) * sizeof(rt_hazard_row), MCXT_ALLOC_HUGE);
	double	   *x = palloc_extended(Max(count, 1) * covariates * sizeof(double), MCXT_ALLOC_HUGE);

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		rows[i].time = ((const double *) entries[i].key)[0];
		rows[i].entry = has & HAZARD_ENTRY ? ((const double *) entries[i].key)[1] : 0;
		rows[i].stratum = 0;
		rows[i].events = entries[i].counts[0];
		rows[i].censored = entries[i].counts[1];
		rows[i].x = x + i * covariates;
		memcpy(rows[i].x, (const double *) entries[i].key + first, covariates * sizeof(double));
	}
	return rows;
}

/* The strata by number: rows are in the order of the entries */
static void
hazard_number_strata(const rt_tally_entry *entries, size_t count, Size numbers,
					 rt_hazard_row *rows)
{
	NumberedText *texts = palloc_extended(Max(count, 1) * sizeof(NumberedText), MCXT_ALLOC_HUGE);

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		texts[i] = (NumberedText) {(const char *) entries[i].key + numbers,
			(uint32) (entries[i].key_size - numbers), 0, i};
	}
	number_texts(texts, count);
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		rows[texts[i].place].stratum = texts[i].number;
	}
	pfree(texts);
}

static void
hazard_tie(rt_hazard_row *rows, size_t count, int has)
{
	rt_moment  *moments = palloc_extended(Max(count, 1) * 2 * sizeof(rt_moment), MCXT_ALLOC_HUGE);
	size_t		broken = rt_hazard_tie_moments(rows, count, has & HAZARD_ENTRY, moments);

	if (broken < count)
		report_no_time_between(rows[broken].time);
	pfree(moments);
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

/* The fit to the entries of a state; how many customers there are, and how many left */
static void
hazard_fit_state(const TallyState *state, const rt_tally_entry *entries, int has,
				 rt_hazard_fit *fit, int64 *customers, int64 *churned)
{
	size_t		count = state->tally.keys;
	int			covariates = (int) state->sums[COVARIATES];
	rt_hazard_room *room = palloc(rt_hazard_room_size());
	rt_hazard_row *rows = get_rows(entries, count, has, covariates);
	size_t	   *by_entry = NULL;

	*customers = *churned = 0;
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		*customers += rows[i].events + rows[i].censored;
		*churned += rows[i].events;
	}
	if (*churned == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("too little to fit: of " INT64_FORMAT " customers none has left",
						*customers),
				 errhint("Duration, churned and covariates must be known of customers of whom some "
						 "have left.")));
	if (has & HAZARD_STRATUM)
		hazard_number_strata(entries, count,
							 (hazard_first_covariate(has) + covariates) * sizeof(double), rows);
	if (has != 0)
		hazard_tie(rows, count, has);
	rt_sort(rows, count, sizeof(rt_hazard_row), hazard_compare_rows, &covariates);
	if (has == 0 && rt_hazard_tie_rows(rows, count))
		rt_sort(rows, count, sizeof(rt_hazard_row), hazard_compare_rows, &covariates);
	count = rt_hazard_merge_rows(rows, count, covariates);
	if (has & HAZARD_ENTRY)
	{
		by_entry = palloc_extended(count * sizeof(size_t), MCXT_ALLOC_HUGE);
		rt_hazard_order_entries(rows, count, by_entry);
	}
	rt_fit_hazard(rows, count, covariates, (rt_hazard_ties) state->constants[TIES_CONSTANT],
				  by_entry, room, fit);
}

Datum
fit_hazard_final(PG_FUNCTION_ARGS)
{
	const TallyKind *kind = tally_state_kind(fcinfo, 0, hazard_kinds, HAZARD_KINDS);
	rt_tally_entry *entries;
	const TallyState *state = tally_state_final(fcinfo, kind, &entries);
	rt_hazard_fit fit;
	double		gain;
	int64		customers;
	int64		churned;
	Datum		values[FIT_COLUMNS];
	bool		nulls[FIT_COLUMNS] = {false};

	hazard_fit_state(state, entries, (int) (kind - hazard_kinds), &fit, &customers, &churned);
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
