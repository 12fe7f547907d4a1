/*
 * fit_covariates.c
 *		The aggregate fit_model with covariates.
 *
 * Its state counts customers that are alike: keys are the numbers of a row of a fit and the
 * covariates behind them; in days, where there is a season.  What is the same for all rows and is
 * no number, the season and the names, is a key, too, which begins with a tag that no number of a
 * row is, counted as often as there are customers.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "core/covariate_fit.h"
#include "core/gamma_gamma_all.h"
#include "core/poll.h"
#include "core/seasonal_rows.h"
#include "core/sort.h"
#include "pg/clock.h"
#include "pg/covariates.h"
#include "pg/errors.h"
#include "pg/fit.h"
#include "pg/fit_history.h"
#include "pg/history.h"
#include "pg/model.h"
#include "pg/tally_state.h"

PG_FUNCTION_INFO_V1(fit_covariates_add);
PG_FUNCTION_INFO_V1(fit_covariates_combine);
PG_FUNCTION_INFO_V1(fit_covariates_final);

enum
{
	KIND,
	AS_OF,
	TIME_UNIT,					/* the bits of a double */
	SHAPE						/* how many covariates; and the two below */
};								/* constants */

#define WITH_SEASON	0x100
#define WITH_NAMES	0x200

enum
{
	CUSTOMERS,					/* who had bought by as_of */
	LEFT_OUT,					/* as FitHead has it */
	LOG_FACTORS					/* of repeat purchase days, in 1/FIT_LOG_UNIT */
};								/* sums */

#define NUMBERS 3				/* of a row */

/* NaN, which no number of a row is; their words differ from the one NaN there is */
#define TAG_SEASON	UINT64CONST(0x7ff8000000000001)
#define TAG_NAMES	UINT64CONST(0x7ff8000000000002)

static int
state_covariates(const TallyState *state)
{
	return (int) (state->constants[SHAPE] & 0xff);
}

static double
state_time_unit(const TallyState *state)
{
	double		time_unit;

	memcpy(&time_unit, &state->constants[TIME_UNIT], sizeof(time_unit));
	return time_unit;
}

static bool
fit_covariates_constants_valid(const TallyState *state)
{
	const int64 *constants = state->constants;
	const rt_kind *kind = constants[KIND] < 0 || constants[KIND] > PG_UINT8_MAX ? NULL :
		rt_kind_by_id((int) constants[KIND]);
	double		time_unit = state_time_unit(state);

	return kind != NULL && rt_kind_process_count(kind) > 0 && constants[AS_OF] >= RT_DATE_MIN &&
		constants[AS_OF] <= RT_DATE_MAX && time_unit > 0 && !isinf(time_unit) &&
		(constants[SHAPE] & ~(int64) (0xff | WITH_SEASON | WITH_NAMES)) == 0 &&
		state_covariates(state) <= RT_MODEL_COVARIATES_MAX &&
		(!(constants[SHAPE] & WITH_SEASON) || rt_kind_takes_season(kind)) &&
		state->sums[CUSTOMERS] >= 0 && state->sums[CUSTOMERS] <= TALLY_ROWS_MAX &&
		state->sums[LEFT_OUT] >= 0;
}

static uint64
key_tag(const void *key, Size key_size)
{
	uint64		tag = 0;

	if (key_size >= sizeof(tag))
		memcpy(&tag, key, sizeof(tag));
	return tag;
}

/* Each behind the one before, with a zero between them */
static bool
names_valid(const char *bytes, const char *end)
{
	while (bytes < end)
	{
		Size		length = strnlen(bytes, (Size) (end - bytes));

		if (length == 0 || length > RT_COVARIATE_NAME_MAX || !tally_text_valid(bytes, length))
			return false;
		bytes += length + 1;
	}
	return bytes == end + 1;
}

static bool
fit_covariates_key_valid(const TallyState *state, const void *key, Size key_size)
{
	const rt_kind *kind = rt_kind_by_id((int) state->constants[KIND]);
	uint64		tag = key_tag(key, key_size);
	Size		expected = (NUMBERS + (Size) state_covariates(state)) * sizeof(double);
	rt_fit_row	row = {.weight = 1};

	if (tag == TAG_SEASON)
		return (state->constants[SHAPE] & WITH_SEASON) != 0;
	if (tag == TAG_NAMES)
		return (state->constants[SHAPE] & WITH_NAMES) != 0 &&
			names_valid((const char *) key + sizeof(tag), (const char *) key + key_size);
	if (key_size != expected)
		return false;
	for (Size i = 0; i < key_size; i += sizeof(double))
	{
		double		number;

		memcpy(&number, (const char *) key + i, sizeof(number));
		if (!tally_key_number(&number, sizeof(number)) || isinf(number) ||
			(i < NUMBERS * sizeof(double) && number < 0))
			return false;
	}
	memcpy(row.numbers, key, sizeof(row.numbers));
	return state->constants[SHAPE] & WITH_SEASON ?
		rt_seasonal_row_valid(kind, &row, (int32) state->constants[AS_OF]) :
		kind->row_valid(&row);
}

/* How many customers are alike */
static const TallyKind fit_covariates_kind = {
	"fit_model", 0x20010, 1, false,
	"the kind of model, as_of, the time unit, the season and the number of covariates",
fit_covariates_constants_valid, fit_covariates_key_valid};

/* ------------------------------------------------------------ transition */

/* Logarithms of the factors of days, which are the same for all customers */
static rt_seasonal_logs recent_logs;

/* By season rows are in days, of recency */
static FitHistory
history_in_days(HistoryBytes history, DateADT as_of, SeasonBytes season, int64 *log_factors)
{
	FitHistory	found = {.row = {.weight = 1}};
	int32		on_stack[128];
	size_t		count;
	int32	   *dates = history_dates(history, as_of, on_stack, lengthof(on_stack), &count);
	double		sum;

	if (count == 0)
		return found;
	found.bought = found.tells = true;
	found.row.customer = (rt_customer) {(double) count - 1,
										   (double) dates[count - 1] - (double) dates[0],
										   (double) as_of - (double) dates[0]};
	sum = rt_seasonal_sum_log(season_from_bytes(season), &recent_logs, dates + 1, count - 1);
	*log_factors = llround(sum * FIT_LOG_UNIT);
	if (dates != on_stack)
		pfree(dates);
	return found;
}

/* Counts a customer under what is the same for all of them */
static void
count_common(TallyState **state, uint64 tag, const void *bytes, Size size)
{
	uint64	   *key = palloc(sizeof(tag) + size);

	key[0] = tag;
	memcpy(key + 1, bytes, size);
	tally_state_count(state, &fit_covariates_kind, key, sizeof(tag) + size, 0);
	pfree(key);
}

static void
count_names(TallyState **state, const rt_covariates *names)
{
	char	   *bytes = palloc((Size) names->count * sizeof(names->names[0]));
	Size		size = 0;

	for (int i = 0; i < names->count; i++)
	{
		strcpy(bytes + size, names->names[i]);
		size += strlen(names->names[i]) + 1;
	}
	count_common(state, TAG_NAMES, bytes, size - 1);
	pfree(bytes);
}

static void
count_customer(TallyState **state, const FitHistory *found, const double *z, int count)
{
	double		key[NUMBERS + RT_MODEL_COVARIATES_MAX];

	for (int i = 0; i < NUMBERS; i++)
		key[i] = found->row.numbers[i] + 0;
	memcpy(key + NUMBERS, z, (Size) count * sizeof(double));
	tally_state_count(state, &fit_covariates_kind, key, (NUMBERS + (Size) count) * sizeof(double),
					  0);
}

/*
 * The names that were read last, which most often are the next ones, too: an array as it came, and
 * what it says
 */
#define NAMES_REMEMBERED 4096

static struct
{
	Size		size;			/* 0: none */
	char		array[NAMES_REMEMBERED];
	rt_covariates names;
}			recent_names;

static const rt_covariates *
names_of_array(ArrayType *array, int count)
{
	Size		size = VARSIZE_ANY(array);

	if (recent_names.size == size && recent_names.names.count == count &&
		memcmp(recent_names.array, array, size) == 0)
		return &recent_names.names;
	recent_names.size = 0;
	recent_names.names.count = count;
	covariate_names_of_array(array, &recent_names.names);
	if (size <= NAMES_REMEMBERED)
	{
		memcpy(recent_names.array, array, size);
		recent_names.size = size;
	}
	return &recent_names.names;
}

/* The arguments behind the history that must be there, and covariates of who has bought */
static const rt_kind *
check_arguments(FunctionCallInfo fcinfo)
{
	const rt_kind *kind;
	int			k;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the kind of model, as_of and the time unit of a fit must not be null")));
	if (PG_NARGS() > 7 && PG_ARGISNULL(7))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the names of covariates must not be null")));
	kind = model_kind_to_fit(PG_GETARG_TEXT_PP(1), &k);
	check_takes_covariates(kind);
	return kind;
}

/* The covariates, into z, and their names; NULL where there are none */
static const rt_covariates *
get_covariates(FunctionCallInfo fcinfo, double *z, int *count)
{
	const rt_covariates *names = NULL;
	ArrayType  *array;
	int			items;

	if (PG_ARGISNULL(6))
		covariates_are_null();
	array = PG_GETARG_ARRAYTYPE_P(6);
	items = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (PG_NARGS() > 7 && items > 0 && items <= RT_MODEL_COVARIATES_MAX)
		names = names_of_array(PG_GETARG_ARRAYTYPE_P(7), items);
	*count = covariates_of_array(array, RT_MODEL_COVARIATES_MAX, names, z);
	return names;
}

/* Who has bought, under all keys */
static void
add_customer(TallyState **state, const FitHistory *found, SeasonBytes season, int64 log_factors,
			 const rt_covariates *names, const double *z, int count)
{
	tally_state_add(&fit_covariates_kind, &(*state)->sums[CUSTOMERS], 1);
	tally_state_add(&fit_covariates_kind, &(*state)->sums[LEFT_OUT], found->left_out);
	tally_state_add(&fit_covariates_kind, &(*state)->sums[LOG_FACTORS], log_factors);
	if (season.size > 0)
		count_common(state, TAG_SEASON, season.bytes, season.size);
	if (names != NULL)
		count_names(state, names);
	if (found->tells)
		count_customer(state, found, z, count);
}

/* kind, history, as_of, time_unit, season, covariates, names */
Datum
fit_covariates_add(PG_FUNCTION_ARGS)
{
	int64		constants[TALLY_CONSTANTS] = {0};
	const rt_covariates *names;
	const rt_kind *kind;
	SeasonBytes season;
	FitHistory	found;
	TallyState *state;
	HistoryBytes history;
	DateADT		as_of;
	double		time_unit;
	double		z[RT_MODEL_COVARIATES_MAX];
	int			count;
	int64		log_factors = 0;

	check_aggregate_call(fcinfo, "fit_covariates_add", "the aggregate fit_model(...)");
	kind = check_arguments(fcinfo);
	if (PG_ARGISNULL(2))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	as_of = as_of_date(PG_GETARG_DATEADT(3));
	time_unit = check_time_unit(PG_GETARG_FLOAT8(4));
	season = season_argument(fcinfo, 5);
	if (season.size > 0)
		check_takes_season(kind);
	names = get_covariates(fcinfo, z, &count);

	constants[KIND] = kind->id;
	constants[AS_OF] = as_of;
	memcpy(&constants[TIME_UNIT], &time_unit, sizeof(time_unit));
	constants[SHAPE] = count | (season.size > 0 ? WITH_SEASON : 0) |
		(names != NULL ? WITH_NAMES : 0);
	state = tally_state_to_add_to(fcinfo, &fit_covariates_kind, constants);
	history = history_bytes(PG_GETARG_DATUM(2));
	found = season.size > 0 ? history_in_days(history, as_of, season, &log_factors) :
		fit_history_of(kind, history, as_of);
	if (found.bought)
		add_customer(&state, &found, season, log_factors, names, z, count);
	return state_result(fcinfo, state);
}

Datum
fit_covariates_combine(PG_FUNCTION_ARGS)
{
	return tally_state_combine(fcinfo, &fit_covariates_kind);
}

/* ------------------------------------------------------------ final */

/* The state as the core wants it */
typedef struct CovariateData
{
	const TallyState *state;
	FitHead		head;
	const rt_kind *kind;
	const rt_season *season;
	rt_covariates *covariates;	/* the names */
	rt_fit_row *rows;
	rt_covariate_groups groups;
} CovariateData;

static void
check_same_for_all(bool same, const char *what)
{
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be the same for all rows of a fit", what),
				 errhint("Use GROUP BY to fit several models.")));
}

static void
take_names(CovariateData *data, const char *bytes, Size size)
{
	rt_covariates *covariates = data->covariates;
	const char *end = bytes + size;
	int			i = 0;

	for (; i < covariates->count && bytes < end; i++)
	{
		Size		length = strnlen(bytes, (Size) (end - bytes));

		memcpy(covariates->names[i], bytes, length);
		bytes += length + 1;
	}
	covariates->named = true;
	if (i < covariates->count || bytes <= end)
		tally_state_corrupt(&fit_covariates_kind);
}

/* Takes the season and the names out of the entries: how many are left */
static size_t
take_common(CovariateData *data, rt_tally_entry *entries, size_t count)
{
	int64		customers = data->state->sums[CUSTOMERS];
	size_t		left = 0;

	for (size_t i = 0; i < count; i++)
	{
		const rt_tally_entry *entry = &entries[i];
		uint64		tag = key_tag(entry->key, entry->key_size);
		const uint8 *bytes = (const uint8 *) entry->key + sizeof(tag);
		Size		size = entry->key_size - sizeof(tag);

		rt_poll_each(i);
		if (tag == TAG_SEASON)
		{
			check_same_for_all(entry->counts[0] == customers, "the season");
			data->season = season_from_bytes(season_copy((SeasonBytes) {bytes, size},
														 CurrentMemoryContext));
		}
		else if (tag == TAG_NAMES)
		{
			check_same_for_all(entry->counts[0] == customers, "names of covariates");
			take_names(data, (const char *) bytes, size);
		}
		else
			entries[left++] = *entry;
	}
	if (customers > 0 &&
		((data->season == NULL) != !(data->state->constants[SHAPE] & WITH_SEASON) ||
		 data->covariates->named != ((data->state->constants[SHAPE] & WITH_NAMES) != 0)))
		tally_state_corrupt(&fit_covariates_kind);
	return left;
}

/* By covariates, then by the numbers of the row */
static int
compare_entries(const void *a, const void *b, const void *covariates)
{
	const double *left = ((const rt_tally_entry *) a)->key;
	const double *right = ((const rt_tally_entry *) b)->key;
	int			count = *(const int *) covariates;

	for (int i = NUMBERS; i < NUMBERS + count; i++)
	{
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	}
	for (int i = 0; i < NUMBERS; i++)
	{
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	}
	return 0;
}

/* Rows that are behind each other become a group, right behind the one before */
static void
close_group(CovariateData *data, rt_fit_row *rows, size_t count)
{
	rt_covariate_group *group = &data->groups.groups[data->groups.count++];

	if (data->season != NULL)
	{
		/* by season there may be fewer */
		count = rt_seasonal_rows(data->season, data->kind->input, data->head.as_of, rows, count);
		memmove(data->rows + data->groups.row_count, rows, count * sizeof(rt_fit_row));
		rows = data->rows + data->groups.row_count;
	}
	group->rows = rows;
	group->row_count = count;
	if (data->kind->input == RT_INPUT_AMOUNTS)
		group->sum_log = rt_gamma_gamma_all_orders(rows, count);
	for (size_t i = 0; data->kind->input == RT_INPUT_SPEND && i < count; i++)
	{
		rt_poll_each(i);
		rows[i].orders.log_mean = log(rows[i].orders.mean);
	}
	data->groups.row_count += count;
}

static void
make_rows(CovariateData *data, const rt_tally_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		memcpy(data->rows[i].numbers, entries[i].key, sizeof(data->rows[i].numbers));
		data->rows[i].weight = (double) entries[i].counts[0];
	}
}

static void
make_groups(CovariateData *data, const rt_tally_entry *entries, size_t count)
{
	int			covariates = data->groups.covariates;
	Size		size = (Size) covariates * sizeof(double);
	size_t		first = 0;
	size_t		group_count = 0;
	double	   *z;

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		if (i == 0 || memcmp((const double *) entries[i].key + NUMBERS,
							 (const double *) entries[i - 1].key + NUMBERS, size) != 0)
			group_count++;
	}
	data->groups.groups = palloc_extended(Max(1, group_count) * sizeof(rt_covariate_group),
										  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	z = palloc_extended(Max(1, group_count * size), MCXT_ALLOC_HUGE);
	for (size_t i = 0; i < count; i++)
	{
		const double *here = (const double *) entries[i].key + NUMBERS;

		rt_poll_each(i);
		if (i + 1 < count &&
			memcmp(here, (const double *) entries[i + 1].key + NUMBERS, size) == 0)
			continue;
		data->groups.groups[data->groups.count].z = z;
		memcpy(z, here, size);
		z += covariates;
		close_group(data, data->rows + first, i + 1 - first);
		first = i + 1;
	}
}

static CovariateData
get_data(FunctionCallInfo fcinfo)
{
	rt_tally_entry *entries;
	const TallyState *state = tally_state_final(fcinfo, &fit_covariates_kind, &entries);
	size_t		count = state->tally.keys;
	CovariateData data = {
		.state = state, .kind = rt_kind_by_id((int) state->constants[KIND]),
		.head = {
			.kind = (uint8) state->constants[KIND], .as_of = (int32) state->constants[AS_OF],
			.left_out = (uint32) Min(state->sums[LEFT_OUT], PG_UINT32_MAX),
			.time_unit = state_time_unit(state), .customers = state->sums[CUSTOMERS]
		},
		.covariates = palloc0(sizeof(rt_covariates))
	};

	data.covariates->count = data.groups.covariates = state_covariates(state);
	data.groups.time_unit = data.head.time_unit;
	count = take_common(&data, entries, count);
	rt_sort(entries, count, sizeof(rt_tally_entry), compare_entries, &data.groups.covariates);
	for (size_t i = 1; i < count; i++)
	{
		rt_poll_each(i);
		if (compare_entries(&entries[i - 1], &entries[i], &data.groups.covariates) == 0)
			tally_state_corrupt(&fit_covariates_kind);
	}
	data.rows = palloc_extended(Max(1, count) * sizeof(rt_fit_row), MCXT_ALLOC_HUGE);
	make_rows(&data, entries, count);
	make_groups(&data, entries, count);
	return data;
}

/* How many customers there are rows of; an error where sums cannot be theirs */
static double
check_sums(const CovariateData *data, double log_factors)
{
	double		customers = 0;
	double		purchases = 0;

	for (size_t i = 0; i < data->groups.row_count; i++)
	{
		rt_poll_each(i);
		customers += data->rows[i].weight;
		purchases += data->rows[i].weight * data->rows[i].numbers[0];
	}
	if (customers > (double) data->head.customers ||
		fabs(log_factors) > purchases * RT_SEASONAL_LOG_MAX)
		tally_state_corrupt(&fit_covariates_kind);
	return customers;
}

/* ------------------------------------------------------------ messages */

/* Peduzzi, Concato, Kemper, Holford, Feinstein (1996): fewer a coefficient make errors too small */
#define OUTCOMES_ENOUGH 10

static void
notice_few(const CovariateData *data, const rt_covariate_fit *fit, double repeat_customers)
{
	if (fit->used == 0 || repeat_customers >= OUTCOMES_ENOUGH * fit->used)
		return;
	ereport(NOTICE,
			(errmsg("few customers for so many covariates: %.15g bought again, %d covariates say "
					"something", repeat_customers, fit->used),
			 errdetail("With fewer than %d a covariate coefficients are too large and their limits "
					   "too narrow.", OUTCOMES_ENOUGH)));
}

/* The name of a covariate for a message, behind its number */
static const char *
name_of(const CovariateData *data, int covariate)
{
	return !data->covariates->named ? "" :
		psprintf(" (%s)", data->covariates->names[covariate]);
}

static void
report_redundant(const CovariateData *data, const rt_covariate_fit *fit)
{
	for (int i = 0; i < data->covariates->count; i++)
	{
		if (fit->status[data->kind->parameter_count + i] == RT_EFFECT_REDUNDANT)
			ereport(NOTICE,
					(errmsg("covariate %d%s has no coefficient", i + 1, name_of(data, i)),
					 errdetail("It is the same for all customers, or a combination of the "
							   "covariates before it.")));
	}
}

/* Of one process: coefficients without end, and those that the data do not tell */
static void
report_unknown(const CovariateData *data, const rt_covariate_fit *fit, int process)
{
	const char *name = data->kind->processes[process].name;
	int			count = data->covariates->count;
	StringInfoData unknown;

	initStringInfo(&unknown);
	for (int i = 0; i < count; i++)
	{
		int			at = data->kind->parameter_count + process * count + i;

		if (fit->status[at] == RT_EFFECT_INFINITE)
			ereport(WARNING,
					(errmsg("the likelihood rises without end with the coefficient of covariate "
							"%d%s, process \"%s\"", i + 1, name_of(data, i), name),
					 errdetail("It tells customers apart who do this always, or never: the search "
							   "ended at %g.", fit->effects[at]),
					 errhint("Leave it out, or take together values of which all customers are "
							 "alike.")));
		if (fit->status[at] == RT_EFFECT_UNKNOWN)
			appendStringInfo(&unknown, "%s%d%s", unknown.len > 0 ? ", " : "", i + 1,
							 name_of(data, i));
	}
	if (unknown.len > 0)
		ereport(WARNING,
				(errmsg("the data do not tell what covariates do to the process \"%s\": %s", name,
						unknown.data)));
}

/* ------------------------------------------------------------ model */

static void
set_covariates(const CovariateData *data, const rt_covariate_fit *fit, rt_model *model)
{
	rt_covariates *covariates = data->covariates;
	int			n = data->kind->parameter_count;
	int			at = 0;

	if (covariates->count == 0)
		return;
	for (int i = n; i < fit->count; i++)
	{
		covariates->coefficients[i - n] = fit->effects[i] + 0;
		for (int j = 0; j <= i; j++)
		{
			double		covariance = fit->covariance[i * fit->count + j];

			covariates->covariance[at++] = isfinite(covariance) ? covariance + 0 : NAN;
		}
	}
	model->covariates = covariates;
}

Datum
fit_covariates_final(PG_FUNCTION_ARGS)
{
	CovariateData data;
	rt_covariate_fit *found;
	rt_fit		fit;
	rt_model	model;
	rt_customers customers;
	double		repeat_customers;
	double		log_factors;
	double		observations;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	data = get_data(fcinfo);
	log_factors = (double) data.state->sums[LOG_FACTORS] / FIT_LOG_UNIT;
	observations = check_sums(&data, log_factors);
	customers = (rt_customers) {.rows = data.rows, .row_count = data.groups.row_count};
	repeat_customers = fit_check_enough(&data.head, data.rows, data.groups.row_count);
	found = palloc(sizeof(rt_covariate_fit));
	rt_fit_covariates(data.kind, &data.groups,
					  MemoryContextAllocHuge(CurrentMemoryContext,
											 rt_covariate_fit_workspace(data.kind, &data.groups)),
					  found);
	notice_few(&data, found, repeat_customers);
	report_redundant(&data, found);
	for (int i = 0; i < rt_kind_process_count(data.kind) && data.covariates->count > 0; i++)
		report_unknown(&data, found, i);
	fit = (rt_fit) {.log_likelihood = found->log_likelihood, .converged = found->converged};
	for (int i = 0; i < data.kind->parameter_count; i++)
	{
		fit.parameters[i] = found->effects[i];
		for (int j = 0; j < data.kind->parameter_count; j++)
			fit.covariance[i * RT_PARAMETERS_MAX + j] = found->covariance[i * found->count + j];
	}
	fit_fill_model(&data.head, data.season, log_factors, &customers, &fit, observations, &model);
	set_covariates(&data, found, &model);
	fit_check_model(&model);
	fit_report(&model);
	PG_RETURN_DATUM(model_to_datum(&model));
}
