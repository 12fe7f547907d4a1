/*
 * logistic.c
 *		The aggregate fit_logistic(outcome, covariates), and the probabilities of its fits.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "core/logistic.h"
#include "core/poll.h"
#include "core/sort.h"
#include "core/special.h"
#include "pg/arguments.h"
#include "pg/composite.h"
#include "pg/tally_state.h"

PG_FUNCTION_INFO_V1(fit_logistic_add);
PG_FUNCTION_INFO_V1(fit_logistic_add_names);
PG_FUNCTION_INFO_V1(fit_logistic_add_penalty_names);
PG_FUNCTION_INFO_V1(fit_logistic_combine);
PG_FUNCTION_INFO_V1(fit_logistic_final);
PG_FUNCTION_INFO_V1(logistic_probability);

#define NAME_BYTES_MAX 63

enum
{
	PENALTY_CONSTANT,			/* a double */
	NAMED_CONSTANT				/* are there names? */
};								/* constants */
enum
{
	LEFT_OUT,
	COVARIATES					/* the same number in all states, and not added up */
};

/* ------------------------------------------------------------------ names */

/*
 * Names are a key of their own, the first of a state: each ended by a zero, and zeros behind them
 * until the size is no multiple of that of a number, as the size of all other keys is.
 */
#define NAMES_SIZE_PART 1

static bool
is_names_key(const TallyState *state, Size key_size)
{
	return state->constants[NAMED_CONSTANT] != 0 && key_size % sizeof(double) == NAMES_SIZE_PART;
}

/* So many names from bytes, each with its end; how many there are, or -1 for what is none */
static int
read_names(const char *bytes, Size size, const char **names)
{
	Size		at = 0;
	int			count = 0;

	while (at < size && bytes[at] != '\0')
	{
		Size		length = strnlen(bytes + at, size - at);

		if (count == RT_COVARIATES_MAX || length > NAME_BYTES_MAX || at + length == size)
			return -1;
		names[count++] = bytes + at;
		at += length + 1;
	}
	if (size - at >= sizeof(double))
		return -1;
	for (; at < size; at++)
		if (bytes[at] != '\0')
			return -1;
	return count;
}

static int
find_twin(const char *const *names, int count)
{
	for (int i = 1; i < count; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(names[i], names[j]) == 0)
				return i;
	return -1;
}

static bool
names_valid(const char *bytes, Size size, int64 covariates)
{
	const char *names[RT_COVARIATES_MAX];
	int			count = read_names(bytes, size, names);

	if (count < 1 || count != covariates || find_twin(names, count) >= 0)
		return false;
	for (int i = 0; i < count; i++)
		if (!tally_text_valid(names[i], strlen(names[i])))
			return false;
	return true;
}

/* An array of names as it came, and as a key: the same for all rows of most calls */
typedef struct NamesCache
{
	Size		array_size;
	char	   *array;
	Size		key_size;
	int			count;
	char		key[RT_COVARIATES_MAX * (NAME_BYTES_MAX + 1) + sizeof(double)];
} NamesCache;

static void
fill_names(NamesCache *cache, ArrayType *array)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	const char *names[RT_COVARIATES_MAX];

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	if (ARR_NDIM(array) > 1 || count < 1 || count > RT_COVARIATES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("names must be an array of one dimension with 1 to %d elements",
						RT_COVARIATES_MAX)));
	cache->key_size = 0;
	for (int i = 0; i < count; i++)
	{
		char	   *name;

		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("name %d must not be null", i + 1)));
		name = TextDatumGetCString(elements[i]);
		if (name[0] == '\0')
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("name %d must not be empty", i + 1)));
		if (strlen(name) > NAME_BYTES_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("name %d, \"%s\", is longer than %d bytes", i + 1, clip_string(name),
							NAME_BYTES_MAX)));
		names[i] = strcpy(cache->key + cache->key_size, name);
		cache->key_size += strlen(name) + 1;
	}
	if (find_twin(names, count) >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is more than one name \"%s\"", names[find_twin(names, count)])));
	while (cache->key_size % sizeof(double) != NAMES_SIZE_PART)
		cache->key[cache->key_size++] = '\0';
	cache->count = count;
}

static const NamesCache *
get_names(FunctionCallInfo fcinfo, int argument)
{
	NamesCache *cache = fcinfo->flinfo->fn_extra;
	ArrayType  *array;

	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("names must not be null")));
	array = PG_GETARG_ARRAYTYPE_P(argument);
	if (cache == NULL)
		cache = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(NamesCache));
	if (cache->array != NULL && cache->array_size == VARSIZE(array) &&
		memcmp(cache->array, array, cache->array_size) == 0)
		return cache;
	if (cache->array != NULL)
		pfree(cache->array);
	cache->array = NULL;
	fill_names(cache, array);
	cache->array_size = VARSIZE(array);
	cache->array = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, cache->array_size);
	memcpy(cache->array, array, cache->array_size);
	return cache;
}

/* "covariate 2", and its name where there is one */
static char *
covariate_label(int i, const char *name)
{
	return name == NULL ? psprintf("covariate %d", i + 1) :
		psprintf("covariate %d, \"%s\",", i + 1, name);
}

/* ------------------------------------------------------------------ state */

static double
logistic_penalty(const TallyState *state)
{
	double		penalty;

	memcpy(&penalty, &state->constants[PENALTY_CONSTANT], sizeof(penalty));
	return penalty;
}

static bool
logistic_constants_valid(const TallyState *state)
{
	double		penalty = logistic_penalty(state);
	int64		covariates = state->sums[COVARIATES];

	return penalty >= 0 && !isinf(penalty) && !signbit(penalty) &&
		(state->constants[NAMED_CONSTANT] == 0 || state->constants[NAMED_CONSTANT] == 1) &&
		state->sums[LEFT_OUT] >= 0 && state->sums[LEFT_OUT] <= TALLY_ROWS_MAX &&
		(state->tally.keys == 0 ? covariates == 0 :
		 covariates >= 1 && covariates <= RT_COVARIATES_MAX);
}

static bool
logistic_key_valid(const TallyState *state, const void *key, Size key_size)
{
	const double *numbers = key;

	if (is_names_key(state, key_size))
		return names_valid(key, key_size, state->sums[COVARIATES]);
	if (key_size != state->sums[COVARIATES] * sizeof(double))
		return false;
	for (int i = 0; i < state->sums[COVARIATES]; i++)
		if (!tally_key_number(&numbers[i], sizeof(double)) || isinf(numbers[i]))
			return false;
	return true;
}

/* Of each customers' covariates: how many had a true outcome, how many a false one */
static const TallyKind logistic_kind = {
	"fit_logistic", 0x2000a, 2, false, "the penalty",
logistic_constants_valid, logistic_key_valid};

static void
check_same_names(const TallyState *state, const void *key, Size key_size)
{
	rt_tally_entry first;
	uint32		word = 0;

	if (state->tally.keys == 0)
		return;
	if (!rt_tally_next(&state->tally, &word, &first))
		tally_state_corrupt(&logistic_kind);
	if (first.key_size != key_size || memcmp(first.key, key, key_size) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the names must be the same for all rows of fit_logistic"),
				 errhint("Use GROUP BY for several results.")));
}

static void
check_count(int64 count, int64 expected)
{
	if (count != expected)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("a customer has " INT64_FORMAT " covariates, another one has " INT64_FORMAT,
						count, expected)));
}

/* ------------------------------------------------------------- covariates */

static void
report_null(ArrayType *array, const char *const *names)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	int			i = 0;

	deconstruct_array(array, FLOAT8OID, sizeof(double), true, TYPALIGN_DOUBLE, &elements, &nulls,
					  &count);
	while (i < count - 1 && !nulls[i])
		i++;
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("%s is null", covariate_label(i, names == NULL ? NULL : names[i])),
			 errhint("Use coalesce(number, 0) beside a covariate that says whether it is known, or "
					 "one_hot(coalesce(value, 'unknown'), ...).")));
}

/* The numbers of an array, minus zero being zero; an error that names the covariate */
static const double *
get_numbers(ArrayType *array, int *count, const char *const *names)
{
	double	   *values = (double *) ARR_DATA_PTR(array);
	bool		copied = false;

	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (ARR_NDIM(array) > 1 || *count < 1 || *count > RT_COVARIATES_MAX)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("covariates must be an array of one dimension with 1 to %d elements",
							   RT_COVARIATES_MAX)));
	if (array_contains_nulls(array))
		report_null(array, names);
	for (int i = 0; i < *count; i++)
	{
		if (!isfinite(values[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s is %g, which is not finite",
							covariate_label(i, names == NULL ? NULL : names[i]), values[i])));
		if (values[i] == 0 && signbit(values[i]))
		{
			if (!copied)
				values = memcpy(palloc(*count * sizeof(double)), values, *count * sizeof(double));
			copied = true;
			values[i] = 0;
		}
	}
	return values;
}

static double
get_penalty(FunctionCallInfo fcinfo, int argument)
{
	double		penalty;

	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the penalty must not be null")));
	penalty = PG_GETARG_FLOAT8(argument) + 0;	/* minus zero is zero */
	if (!(penalty >= 0) || isinf(penalty))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("penalty %g is negative or not finite", penalty),
				 errhint("0 is none; try 1, 10, 100.")));
	return penalty;
}

/* ------------------------------------------------------------- transition */

/* Of outcome, covariates, and penalty and names where they have an argument */
static Datum
logistic_add(FunctionCallInfo fcinfo, int penalty_argument, int names_argument)
{
	int64		constants[TALLY_CONSTANTS] = {0};
	double		penalty = penalty_argument > 0 ? get_penalty(fcinfo, penalty_argument) : 0;
	const NamesCache *cache = names_argument > 0 ? get_names(fcinfo, names_argument) : NULL;
	const char *list[RT_COVARIATES_MAX];
	const char *const *names = NULL;
	const double *key;
	TallyState *state;
	int			count;

	memcpy(&constants[PENALTY_CONSTANT], &penalty, sizeof(penalty));
	constants[NAMED_CONSTANT] = cache != NULL;
	state = tally_state_to_add_to(fcinfo, &logistic_kind, constants);
	if (cache != NULL)
	{
		check_same_names(state, cache->key, cache->key_size);
		if (state->tally.keys == 0)
			tally_state_count(&state, &logistic_kind, cache->key, cache->key_size, 0);
		state->sums[COVARIATES] = cache->count;
		read_names(cache->key, cache->key_size, list);
		names = list;
	}
	if (PG_ARGISNULL(1))
	{
		tally_state_add(&logistic_kind, &state->sums[LEFT_OUT], 1);
		return state_result(fcinfo, state);
	}
	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("covariates must not be null"),
				 errhint("Leave such rows out by FILTER or WHERE, or give numbers for them.")));
	key = get_numbers(PG_GETARG_ARRAYTYPE_P(2), &count, names);
	if (cache != NULL && cache->count != count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there are %d names for %d covariates", cache->count, count)));
	if (state->tally.keys == 0)
		state->sums[COVARIATES] = count;
	check_count(count, state->sums[COVARIATES]);
	tally_state_count(&state, &logistic_kind, key, count * sizeof(double),
					  PG_GETARG_BOOL(1) ? 0 : 1);
	return state_result(fcinfo, state);
}

/* Of outcome, covariates and perhaps the penalty */
Datum
fit_logistic_add(PG_FUNCTION_ARGS)
{
	return logistic_add(fcinfo, PG_NARGS() > 3 ? 3 : 0, 0);
}

Datum
fit_logistic_add_names(PG_FUNCTION_ARGS)
{
	return logistic_add(fcinfo, 0, 3);
}

Datum
fit_logistic_add_penalty_names(PG_FUNCTION_ARGS)
{
	return logistic_add(fcinfo, 3, 4);
}

Datum
fit_logistic_combine(PG_FUNCTION_ARGS)
{
	TallyState *state;
	TallyState *other;
	rt_tally_entry first;
	uint32		word = 0;
	int64		count;
	Datum		result;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return tally_state_combine(fcinfo, &logistic_kind);
	state = tally_state_argument(fcinfo, 0, &logistic_kind);
	other = tally_state_argument(fcinfo, 1, &logistic_kind);
	count = Max(state->sums[COVARIATES], other->sums[COVARIATES]);
	if (state->tally.keys > 0 && other->tally.keys > 0)
	{
		if (state->constants[NAMED_CONSTANT] != 0 && other->constants[NAMED_CONSTANT] != 0 &&
			rt_tally_next(&other->tally, &word, &first))
			check_same_names(state, first.key, first.key_size);
		check_count(other->sums[COVARIATES], state->sums[COVARIATES]);
	}
	result = tally_state_combine(fcinfo, &logistic_kind);
	((TallyState *) state_block(result))->sums[COVARIATES] = count;
	return result;
}

/* ------------------------------------------------------------------ final */

typedef struct LogisticData
{
	const TallyState *state;
	int			covariates;
	rt_logistic_row *rows;
	size_t		count;
	int64		yes;
	int64		no;
	const char *names[RT_COVARIATES_MAX];
	bool		named;
} LogisticData;

static int
logistic_compare_rows(const void *a, const void *b, const void *covariates)
{
	return rt_logistic_row_compare(a, b, *(const int *) covariates);
}

/* The rows in an order of their own, with covariates that are the fit's to change */
static void
get_rows(LogisticData *data, const rt_tally_entry *entries)
{
	int			covariates = data->covariates;
	size_t		keys = data->state->tally.keys;
	double	   *x;

	data->rows = palloc_extended(Max(keys, 1) * sizeof(rt_logistic_row), MCXT_ALLOC_HUGE);
	for (size_t i = 0; i < keys; i++)
	{
		rt_logistic_row *row = &data->rows[data->count];

		rt_poll_each(i);
		if (is_names_key(data->state, entries[i].key_size))
		{
			if (data->named)
				tally_state_corrupt(&logistic_kind);
			data->named = read_names(entries[i].key, entries[i].key_size, data->names) > 0;
			continue;
		}
		row->x = unconstify(void *, entries[i].key);
		row->hash = rt_logistic_hash(row->x, covariates);
		row->yes = entries[i].counts[0];
		row->no = entries[i].counts[1];
		data->yes += row->yes;
		data->no += row->no;
		data->count++;
	}
	if (keys > 0 && data->named != (data->state->constants[NAMED_CONSTANT] != 0))
		tally_state_corrupt(&logistic_kind);
	rt_sort(data->rows, data->count, sizeof(rt_logistic_row), logistic_compare_rows, &covariates);
	x = palloc_extended(Max(data->count, 1) * Max(covariates, 1) * sizeof(double),
						MCXT_ALLOC_HUGE);
	for (size_t i = 0; i < data->count; i++)
	{
		rt_poll_each(i);
		memcpy(x + i * covariates, data->rows[i].x, covariates * sizeof(double));
		data->rows[i].x = x + i * covariates;
	}
}

/* The covariates of a status, the intercept being 0, as a list; NULL where there is none */
static char *
list_of_status(const LogisticData *data, const rt_logistic_fit *fit, rt_coefficient_status status)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i <= fit->covariates; i++)
	{
		if (fit->status[i] != status)
			continue;
		if (list.len > 0)
			appendStringInfoString(&list, ", ");
		if (i == 0)
			appendStringInfoString(&list, "the intercept");
		else if (data->named)
			appendStringInfo(&list, "covariate %d (\"%s\")", i, data->names[i - 1]);
		else
			appendStringInfo(&list, "covariate %d", i);
	}
	return list.len > 0 ? list.data : NULL;
}

/* So many of the rarer outcome for each coefficient (Peduzzi and others 1996) */
#define OUTCOMES_PER_COEFFICIENT 10

static void
tell_of_fit(const LogisticData *data, const rt_logistic_fit *fit, double penalty)
{
	char	   *infinite = list_of_status(data, fit, RT_COEFFICIENT_INFINITE);
	char	   *redundant = list_of_status(data, fit, RT_COEFFICIENT_REDUNDANT);
	int64		rarer = Min(data->yes, data->no);

	if (redundant != NULL)
		ereport(NOTICE,
				(errmsg("no coefficient for %s", redundant),
				 errdetail("That is the same for all customers, or follows from what comes before "
						   "it, of those whose outcome is not told exactly.")));
	if (infinite != NULL)
		ereport(WARNING,
				(errmsg("the likelihood rises without end with the coefficients of %s", infinite),
				 errdetail("They tell the outcome of some customers exactly, and are infinite."),
				 errhint("Use a penalty, leave a covariate out, or take together values that have "
						 "only one outcome.")));
	else if (!fit->converged)
		ereport(WARNING,
				(errmsg("the maximum of the likelihood was not found in %d steps",
						fit->iterations)));
	if (penalty == 0 && fit->used > 0 && rarer < OUTCOMES_PER_COEFFICIENT * fit->used)
		ereport(NOTICE,
				(errmsg("%d coefficients are much for " INT64_FORMAT " %s outcomes", fit->used,
						rarer, data->yes <= data->no ? "true" : "false"),
				 errdetail("With fewer than %d of the rarer outcome for each, coefficients are too "
						   "large, and their intervals wrong.", OUTCOMES_PER_COEFFICIENT),
				 errhint("Use fewer covariates, or a penalty.")));
}

/* In the order of the type logistic_coefficient */
enum
{
	COEFFICIENT_COVARIATE,
	COEFFICIENT_NAME,
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
coefficient_rows(const LogisticData *data, const rt_logistic_fit *fit, Oid array_type)
{
	CompositeArray result;
	double		quantile = rt_normal_quantile(0.025);

	composite_array_begin_type(array_type, &result, COEFFICIENT_COLUMNS);
	for (int i = 0; i <= fit->covariates; i++)
	{
		double		coefficient = fit->coefficients[i];
		double		std_error = fit->std_errors[i];
		const char *name = i == 0 ? "intercept" : data->names[i - 1];
		Datum		values[COEFFICIENT_COLUMNS];
		bool		nulls[COEFFICIENT_COLUMNS] = {false};

		values[COEFFICIENT_COVARIATE] = Int32GetDatum(i);
		nulls[COEFFICIENT_NAME] = !data->named;
		values[COEFFICIENT_NAME] =
			data->named ? PointerGetDatum(cstring_to_text(name)) : (Datum) 0;
		nulls[COEFFICIENT_COEFFICIENT] = nulls[COEFFICIENT_RATIO] = isnan(coefficient);
		/* an error may be beyond the doubles where covariates are near their lower end */
		nulls[COEFFICIENT_STD_ERROR] = nulls[COEFFICIENT_LOWER] = nulls[COEFFICIENT_UPPER] =
			!isfinite(coefficient) || !isfinite(std_error);
		nulls[COEFFICIENT_Z] = nulls[COEFFICIENT_P_VALUE] = isnan(fit->z[i]);
		values[COEFFICIENT_COEFFICIENT] = Float8GetDatum(coefficient);
		values[COEFFICIENT_STD_ERROR] = Float8GetDatum(std_error);
		values[COEFFICIENT_RATIO] = Float8GetDatum(exp(coefficient));
		values[COEFFICIENT_LOWER] = Float8GetDatum(exp(coefficient - quantile * std_error));
		values[COEFFICIENT_UPPER] = Float8GetDatum(exp(coefficient + quantile * std_error));
		values[COEFFICIENT_Z] = Float8GetDatum(fit->z[i]);
		values[COEFFICIENT_P_VALUE] = Float8GetDatum(rt_normal_two_sided(fit->z[i]));
		composite_array_add(&result, values, nulls);
	}
	return composite_array_finish(&result);
}

/* In the order of the type logistic_fit */
enum
{
	FIT_CUSTOMERS,
	FIT_TRUE_OUTCOMES,
	FIT_LEFT_OUT,
	FIT_LOG_LIKELIHOOD,
	FIT_NULL_LOG_LIKELIHOOD,
	FIT_P_VALUE,
	FIT_ITERATIONS,
	FIT_CONVERGED,
	FIT_PENALTY,
	FIT_COEFFICIENTS,
	FIT_COLUMNS
};

static Datum
fit_row(FunctionCallInfo fcinfo, const LogisticData *data, const rt_logistic_fit *fit,
		double penalty)
{
	Datum		values[FIT_COLUMNS];
	bool		nulls[FIT_COLUMNS] = {false};
	double		gain = Max(2 * (fit->log_likelihood - fit->null_log_likelihood), 0);

	values[FIT_CUSTOMERS] = Int64GetDatum(data->yes + data->no);
	values[FIT_TRUE_OUTCOMES] = Int64GetDatum(data->yes);
	values[FIT_LEFT_OUT] = Int64GetDatum(data->state->sums[LEFT_OUT]);
	values[FIT_LOG_LIKELIHOOD] = Float8GetDatum(fit->log_likelihood);
	values[FIT_NULL_LOG_LIKELIHOOD] = Float8GetDatum(fit->null_log_likelihood);
	nulls[FIT_P_VALUE] = fit->used == 0 || penalty > 0;
	values[FIT_P_VALUE] =
		nulls[FIT_P_VALUE] ? (Datum) 0 : Float8GetDatum(rt_chi_square_tail(fit->used, gain));
	values[FIT_ITERATIONS] = Int32GetDatum(fit->iterations);
	values[FIT_CONVERGED] = BoolGetDatum(fit->converged);
	values[FIT_PENALTY] = Float8GetDatum(penalty);
	values[FIT_COEFFICIENTS] =
		coefficient_rows(data, fit, composite_column_type(fcinfo, FIT_COEFFICIENTS));
	return composite_row(fcinfo, FIT_COLUMNS, values, nulls);
}

Datum
fit_logistic_final(PG_FUNCTION_ARGS)
{
	rt_tally_entry *entries;
	LogisticData data = {tally_state_final(fcinfo, &logistic_kind, &entries)};
	double		penalty = logistic_penalty(data.state);
	rt_logistic_room *room = palloc(rt_logistic_room_size());
	rt_logistic_fit fit;

	data.covariates = (int) data.state->sums[COVARIATES];
	get_rows(&data, entries);
	if (data.yes == 0 || data.no == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("too little to fit: " INT64_FORMAT " outcomes are true and " INT64_FORMAT
						" false", data.yes, data.no),
				 errhint("There must be customers of both; look at the condition that makes the "
						 "outcome.")));
	rt_fit_logistic(data.rows, data.count, data.covariates, penalty, room, &fit);
	tell_of_fit(&data, &fit, penalty);
	return fit_row(fcinfo, &data, &fit, penalty);
}

/* ------------------------------------------------------------ probability */

/* What a call needs of a fit: one for all rows, as a rule */
typedef struct FitCache
{
	MemoryContext context;
	Size		size;
	char	   *bytes;			/* NULL as long as there is none */
	int			covariates;
	double		coefficients[1 + RT_COVARIATES_MAX];	/* the intercept's first; NaN: none */
	const char *names[RT_COVARIATES_MAX];
	bool		named;
} FitCache;

pg_noreturn static void
report_no_fit(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the coefficients are none of a logistic regression"),
			 errhint("Give the result of fit_logistic as it is.")));
}

static void
read_coefficient(FitCache *cache, int i, HeapTupleHeader row)
{
	bool		isnull;
	Datum		value = GetAttributeByName(row, "covariate", &isnull);

	if (isnull || DatumGetInt32(value) != i)
		report_no_fit();
	value = GetAttributeByName(row, "coefficient", &isnull);
	if (!isnull && isnan(DatumGetFloat8(value)))
		report_no_fit();
	cache->coefficients[i] = isnull ? NAN : DatumGetFloat8(value);
	if (i == 0)
		return;
	value = GetAttributeByName(row, "name", &isnull);
	cache->named = !isnull && (i == 1 || cache->named);
	cache->names[i - 1] = isnull ? NULL : TextDatumGetCString(value);
}

static void
read_fit(FitCache *cache, HeapTupleHeader fit)
{
	MemoryContext old = MemoryContextSwitchTo(cache->context);
	bool		isnull;
	Datum		value = GetAttributeByName(fit, "coefficients", &isnull);
	ArrayType  *array;
	Datum	   *rows;
	bool	   *nulls;
	int			count;

	if (isnull)
		report_no_fit();
	array = DatumGetArrayTypeP(value);
	count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (ARR_NDIM(array) != 1 || count < 2 || count > 1 + RT_COVARIATES_MAX)
		report_no_fit();
	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &rows, &nulls,
					  &count);
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			report_no_fit();
		read_coefficient(cache, i, DatumGetHeapTupleHeader(rows[i]));
	}
	cache->covariates = count - 1;
	cache->size = HeapTupleHeaderGetDatumLength(fit);
	cache->bytes = memcpy(palloc(cache->size), fit, cache->size);
	MemoryContextSwitchTo(old);
}

static const FitCache *
get_fit(FunctionCallInfo fcinfo, HeapTupleHeader fit)
{
	FitCache   *cache = fcinfo->flinfo->fn_extra;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(FitCache));
		cache->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt,
											   "retention: coefficients", ALLOCSET_SMALL_SIZES);
		fcinfo->flinfo->fn_extra = cache;
	}
	if (cache->bytes != NULL && cache->size == HeapTupleHeaderGetDatumLength(fit) &&
		memcmp(cache->bytes, fit, cache->size) == 0)
		return cache;
	cache->bytes = NULL;
	MemoryContextReset(cache->context);
	read_fit(cache, fit);
	return cache;
}

Datum
logistic_probability(PG_FUNCTION_ARGS)
{
	const FitCache *fit = get_fit(fcinfo, PG_GETARG_HEAPTUPLEHEADER(0));
	int			count;
	const double *x =
		get_numbers(PG_GETARG_ARRAYTYPE_P(1), &count, fit->named ? fit->names : NULL);
	double		eta = 0;
	bool		up = false;
	bool		down = false;

	if (count != fit->covariates)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("the fit has %d covariates, this customer has %d", fit->covariates,
						count)));
	for (int i = 0; i <= count; i++)
	{
		double		number = i == 0 ? 1 : x[i - 1];
		double		term = fit->coefficients[i] * number;

		/* left out, or infinite times nothing */
		if (isnan(fit->coefficients[i]) || number == 0)
			continue;
		if (isinf(term))
		{
			up = up || term > 0;
			down = down || term < 0;
		}
		else
			eta += term;
	}
	/* which of the two infinities is the greater is not known */
	if (up && down)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(up ? 1 : down ? 0 : rt_logistic(eta));
}
