/*
 * fit_state.c
 *		The state of the aggregate fit_model.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/fit_state.h"

#include <math.h>

#include "common/int.h"
#include "utils/memutils.h"

#include "core/history.h"
#include "core/model.h"
#include "core/poll.h"
#include "core/sort.h"
#include "pg/errors.h"
#include "pg/fit_tally.h"
#include "pg/state.h"

PG_FUNCTION_INFO_V1(fit_model_combine);
PG_FUNCTION_INFO_V1(fit_season_combine);

#define BYTES_FIRST		256		/* room for 30 customers, or so */
#define BYTES_ADDED_UP	1024	/* smaller ones get more room before equal rows are added up */
#define BYTES_MAX		16384	/* as large as a tally of 64 kB */
#define ROW_BYTES		5		/* of whole numbers of days */
#define KEYS_EXPECTED	1000000 /* no more, whatever a head says */

/* ---------------------------------------------------------------- checks */

static void
check_head(const FitHead *head)
{
	const rt_kind *kind = rt_kind_by_id(head->kind);

	/* operational intervals may be short */
	bool		sum_log_valid = head->version >= FIT_STATE_SEASON || head->sum_log >= 0;

	if (kind == NULL || head->k > (kind->has_whole_k ? RT_K_MAX : 0) || head->from_numbers > 1 ||
		head->as_of < (head->from_numbers ? 0 : RT_DATE_MIN) ||
		head->as_of > (head->from_numbers ? 0 : RT_DATE_MAX) || !(head->time_unit > 0) ||
		isinf(head->time_unit) || head->customers < 0 ||
		head->customers >= INT64CONST(1) << 62 || !sum_log_valid)
		fit_tally_corrupt();
	if (head->version >= FIT_STATE_SEASON && (head->from_numbers || !rt_kind_takes_season(kind)))
		fit_tally_corrupt();
}

/* May this be a row of a fit of this kind? */
static void
check_row(const FitHead *head, const rt_fit_row *row)
{
	for (int i = 0; i < lengthof(row->numbers); i++)
	{
		if (!(row->numbers[i] >= 0) || isinf(row->numbers[i]))
			fit_tally_corrupt();
	}
	if (!fit_tally_row_valid(head, row))
		fit_tally_corrupt();
}

static void
check_constant(bool same, const char *name)
{
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be the same for all rows of a fit", name),
				 errhint("Use GROUP BY to fit several models.")));
}

void
fit_state_check_constants(const FitState *state, const FitHead *constants, SeasonBytes season)
{
	const FitHead *head = state->head;
	const FitHead *other = constants;
	const FitSeasonal *seasonal = fit_state_seasonal(state);

	check_constant(head->kind == other->kind && head->k == other->k, "the kind of model");
	check_constant(head->from_numbers == other->from_numbers, "the form of the customers");
	check_constant(head->as_of == other->as_of, "as_of");
	check_constant(head->time_unit == other->time_unit, "the time unit");
	check_constant(head->version == other->version, "the season");
	check_constant(seasonal == NULL || season_same(seasonal->season, season), "the season");
}

/* ----------------------------------------------------------------- bytes */

/* The same with room for more rows */
static FitBytes *
fit_bytes_with_room(const FitBytes *bytes, Size size)
{
	FitBytes   *result = palloc0(size);

	memcpy(result, bytes, FIT_BYTES_SIZE(bytes->coder.used));
	SET_VARSIZE(result, size);
	return result;
}

static FitState
fit_state_of_bytes(FitBytes *bytes)
{
	return (FitState) {&bytes->head, bytes, NULL};
}

static FitState
fit_state_of_tally(FitTally *tally)
{
	return (FitState) {&tally->head, NULL, tally};
}

/* Where a reader of bytes is */
typedef struct FitReader
{
	const FitHead *head;
	rt_fit_coder coder;
	const uint8 *at;
	const uint8 *end;
	uint32		rows;
} FitReader;

static FitReader
fit_bytes_read(const FitBytes *bytes)
{
	FitReader	reader = {.head = &bytes->head, .at = bytes->rows};

	memcpy(reader.coder.units, bytes->coder.units, sizeof(reader.coder.units));
	reader.end = bytes->rows + bytes->coder.used;
	return reader;
}

/* The next row, checked; false behind the last one */
static bool
fit_bytes_next(FitReader *reader, rt_fit_entry *entry)
{
	if (reader->at == reader->end)
		return false;
	rt_poll_each(++reader->rows);
	reader->at = rt_fit_get(&reader->coder, reader->at, reader->end, entry);
	if (reader->at == NULL)
		fit_tally_corrupt();
	check_row(reader->head, &entry->row);
	return true;
}

static FitTally *
fit_bytes_tally(const FitBytes *bytes)
{
	FitTally   *tally = fit_tally_new(&bytes->head, Min(bytes->coder.used / ROW_BYTES / 2,
														KEYS_EXPECTED));
	FitReader	reader = fit_bytes_read(bytes);
	rt_fit_entry entry;

	while (fit_bytes_next(&reader, &entry))
		fit_tally_add(tally, &entry);
	return tally;
}

static bool
fit_bytes_append(FitBytes *bytes, const rt_fit_entry *entry)
{
	uint8		row[RT_FIT_ENTRY_MAX];
	rt_fit_coder coder = bytes->coder;
	size_t		size = rt_fit_put(&coder, entry, row);

	if (size == 0 || size > VARSIZE(bytes) - FIT_BYTES_SIZE(coder.used))
		return false;
	memcpy(bytes->rows + coder.used, row, size);
	coder.used += (uint32) size;
	bytes->coder = coder;
	return true;
}

/*
 * Adds a row for which there is no room, or that the units of the columns do not hold.  There is
 * half as much room again then, so that rows are not added up again too soon.
 */
static void
fit_bytes_make_room(FitState *state, const rt_fit_entry *entry)
{
	Size		size = VARSIZE(state->bytes);
	FitTally   *tally;
	FitBytes   *bytes;

	if (size < BYTES_ADDED_UP)
	{
		bytes = fit_bytes_with_room(state->bytes, Max(2 * size, BYTES_FIRST));
		if (fit_bytes_append(bytes, entry))
		{
			*state = fit_state_of_bytes(bytes);
			return;
		}
	}
	tally = fit_bytes_tally(state->bytes);
	fit_tally_add(tally, entry);
	*state = fit_state_of_tally(tally);
	if (tally->counts->keys > BYTES_MAX / 3)
		return;
	bytes = fit_tally_bytes(tally, CurrentMemoryContext, false);
	if (VARSIZE(bytes) > BYTES_MAX / 3 * 2)
		return;
	size = Max(BYTES_FIRST, MAXALIGN(VARSIZE(bytes) / 2 * 3));
	*state = fit_state_of_bytes(fit_bytes_with_room(bytes, size));
	fit_tally_free(tally);
}

/* ----------------------------------------------------- with a season */

static FitState
fit_state_of_seasonal(const FitBytes *bytes)
{
	FitTally   *tally = fit_bytes_tally(bytes);
	Size		used = FIT_BYTES_SIZE(bytes->coder.used);

	tally->seasonal = fit_seasonal_read(tally->object.eoh_context, (const uint8 *) bytes + used,
										VARSIZE(bytes) - used,
										bytes->head.version == FIT_STATE_MONTHS);
	if (tally->seasonal == NULL)
		fit_tally_corrupt();
	return fit_state_of_tally(tally);
}

/* ------------------------------------------------------------- version 1 */

/* The state of 0.1.0: rows and behind them places of a hash table, which are not needed */
typedef struct FitStateOld
{
	int32		vl_len_;
	uint8		version;
	uint8		kind;
	uint8		from_numbers;
	uint8		k;
	int32		as_of;
	uint32		row_count;
	uint32		capacity;		/* rows */
	uint32		left_out;
	double		time_unit;
	int64		customers;
	int64		sum_log;
	rt_fit_row	rows[FLEXIBLE_ARRAY_MEMBER];
} FitStateOld;

#define OLD_VERSION		1
#define OLD_PLACES(capacity) ((capacity) + (capacity) / 2)
#define OLD_SIZE(capacity) \
	(offsetof(FitStateOld, rows) + (Size) (capacity) * sizeof(rt_fit_row) + \
	 (Size) OLD_PLACES(capacity) * sizeof(uint32))

static FitState
fit_state_of_old(const FitStateOld *old)
{
	FitHead		head = {.version = FIT_STATE_VERSION, .kind = old->kind,
		.from_numbers = old->from_numbers, .k = old->k, .as_of = old->as_of,
		.left_out = old->left_out, .time_unit = old->time_unit,
		.customers = old->customers,
	.sum_log = old->sum_log};
	FitState	state;

	if (VARSIZE(old) < OLD_SIZE(0) || old->row_count > old->capacity ||
		old->capacity > PG_UINT32_MAX / 2 || VARSIZE(old) != OLD_SIZE(old->capacity))
		fit_tally_corrupt();
	check_head(&head);
	state = fit_state_new(&head, (SeasonBytes) {NULL, 0});
	state.head->left_out = head.left_out;
	state.head->customers = head.customers;
	state.head->sum_log = head.sum_log;
	for (uint32 i = 0; i < old->row_count; i++)
	{
		const rt_fit_row *row = &old->rows[i];

		rt_poll_each(i);
		check_row(&head, row);
		if (!(row->weight > 0) || isinf(row->weight))
			fit_tally_corrupt();
		fit_state_add(&state, row);
	}
	return state;
}

/* ----------------------------------------------------------------- state */

FitSeasonal *
fit_state_seasonal(const FitState *state)
{
	return state->tally == NULL ? NULL : state->tally->seasonal;
}

/* Of the constants of a head, by season, or of fit_season */
static FitState
fit_state_new_seasonal(const FitHead *constants, SeasonBytes season)
{
	FitHead		head = *constants;
	FitTally   *tally;

	head.left_out = 0;
	head.customers = head.sum_log = 0;
	tally = fit_tally_new(&head, 0);
	tally->seasonal = fit_seasonal_new(tally->object.eoh_context, season);
	return fit_state_of_tally(tally);
}

FitState
fit_state_new(const FitHead *constants, SeasonBytes season)
{
	FitBytes   *bytes;

	if (constants->version != FIT_STATE_VERSION)
		return fit_state_new_seasonal(constants, season);
	bytes = palloc0(BYTES_FIRST);
	SET_VARSIZE(bytes, BYTES_FIRST);
	bytes->head.version = FIT_STATE_VERSION;
	bytes->head.kind = constants->kind;
	bytes->head.k = constants->k;
	bytes->head.from_numbers = constants->from_numbers;
	bytes->head.as_of = constants->as_of;
	bytes->head.time_unit = constants->time_unit;
	return fit_state_of_bytes(bytes);
}

FitState
fit_state_argument(FunctionCallInfo fcinfo, int argument)
{
	FitTally   *tally = fit_tally_of(PG_GETARG_DATUM(argument));
	FitBytes   *bytes;

	if (tally != NULL)
	{
		if (argument == 0)
			fit_tally_touch(tally);
		return fit_state_of_tally(tally);
	}
	/* whatever it is, nothing beyond its end is touched */
	bytes = (FitBytes *) state_argument(fcinfo, argument, FIT_BYTES_SIZE(0));
	if (bytes->head.version == OLD_VERSION)
		return fit_state_of_old((const FitStateOld *) bytes);
	if (VARSIZE(bytes) < FIT_BYTES_SIZE(0) || bytes->head.version < FIT_STATE_VERSION ||
		bytes->head.version > FIT_STATE_MONTHS ||
		bytes->coder.used > VARSIZE(bytes) - FIT_BYTES_SIZE(0))
		fit_tally_corrupt();
	check_head(&bytes->head);
	return bytes->head.version == FIT_STATE_VERSION ? fit_state_of_bytes(bytes) :
		fit_state_of_seasonal(bytes);
}

void
fit_state_check_months(const FitState *state, bool with_months)
{
	if ((state->head->version == FIT_STATE_MONTHS) != with_months)
		fit_tally_corrupt();
}

Datum
fit_state_result(FunctionCallInfo fcinfo, const FitState *state)
{
	MemoryContext context;

	if (state->tally == NULL)
		PG_RETURN_POINTER(state->bytes);
	if (!PG_ARGISNULL(0) && fit_tally_of(PG_GETARG_DATUM(0)) == state->tally)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	if (AggCheckCallContext(fcinfo, &context))
		MemoryContextSetParent(state->tally->object.eoh_context, context);
	return EOHPGetRWDatum(&state->tally->object);
}

static inline void
fit_state_add_entry(FitState *state, const rt_fit_entry *entry)
{
	if (state->tally != NULL)
		fit_tally_add(state->tally, entry);
	else if (!fit_bytes_append(state->bytes, entry))
		fit_bytes_make_room(state, entry);
}

void
fit_state_add(FitState *state, const rt_fit_row *row)
{
	rt_fit_entry entry = rt_fit_entry_of(row);

	fit_state_add_entry(state, &entry);
}

void
fit_state_count(FitState *state, int64 customers)
{
	if (pg_add_s64_overflow(state->head->customers, customers, &state->head->customers))
		fit_tally_corrupt();
}

void
fit_state_leave_out(FitState *state, uint32 count)
{
	state->head->left_out = (uint32) Min((uint64) state->head->left_out + count, PG_UINT32_MAX);
}

void
fit_state_add_sum_log(FitState *state, int64 sum_log)
{
	if (pg_add_s64_overflow(state->head->sum_log, sum_log, &state->head->sum_log))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many intervals for one fit")));
}

/* --------------------------------------------------------------- combine */

static void
fit_state_add_all(FitState *state, const FitState *other)
{
	rt_fit_entry entry;

	if (other->tally != NULL)
	{
		uint32		word = 0;

		for (size_t i = 0; fit_tally_next(other->tally, &word, &entry); i++)
		{
			rt_poll_each(i);
			fit_state_add_entry(state, &entry);
		}
	}
	else
	{
		FitReader	reader = fit_bytes_read(other->bytes);

		while (fit_bytes_next(&reader, &entry))
			fit_state_add_entry(state, &entry);
	}
	fit_state_count(state, other->head->customers);
	fit_state_leave_out(state, other->head->left_out);
	fit_state_add_sum_log(state, other->head->sum_log);
	if (other->tally != NULL && other->tally->seasonal != NULL)
		fit_seasonal_add_all(state->tally->seasonal, state->tally->object.eoh_context,
							 other->tally->seasonal);
}

static SeasonBytes
fit_state_season(const FitState *state)
{
	const FitSeasonal *seasonal = fit_state_seasonal(state);

	return seasonal == NULL ? (SeasonBytes) {NULL, 0} : seasonal->season;
}

static Datum
fit_state_combine(FunctionCallInfo fcinfo, bool with_months)
{
	FitState	state;
	FitState	other;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = fit_state_argument(fcinfo, 1);
	fit_state_check_months(&other, with_months);
	if (!PG_ARGISNULL(0))
	{
		state = fit_state_argument(fcinfo, 0);
		fit_state_check_constants(&state, other.head, fit_state_season(&other));
		fit_state_add_all(&state, &other);
	}
	else if (other.tally != NULL && other.tally->seasonal != NULL)
	{
		state = fit_state_new(other.head, fit_state_season(&other));
		fit_state_add_all(&state, &other);
	}
	else if (other.tally != NULL)
	{
		state = fit_state_of_tally(fit_tally_new(other.head, 0));
		state.head->customers = state.head->left_out = state.head->sum_log = 0;
		fit_state_add_all(&state, &other);
	}
	else
		state = VARSIZE(other.bytes) <= BYTES_MAX ? other :
			fit_state_of_tally(fit_bytes_tally(other.bytes));
	return fit_state_result(fcinfo, &state);
}

Datum
fit_model_combine(PG_FUNCTION_ARGS)
{
	check_aggregate_call(fcinfo, "fit_model_combine", "the aggregate fit_model(...)");
	return fit_state_combine(fcinfo, false);
}

Datum
fit_season_combine(PG_FUNCTION_ARGS)
{
	check_aggregate_call(fcinfo, "fit_season_combine", "the aggregate fit_season(...)");
	return fit_state_combine(fcinfo, true);
}

/* ----------------------------------------------------------------- final */

static size_t
fit_entry_rows(const rt_fit_entry *entry)
{
	return entry->row.weight == 0 ? 1 : (size_t) entry->count;
}

rt_fit_row *
fit_state_rows(const FitState *state, size_t *count)
{
	FitTally   *tally = state->tally != NULL ? state->tally : fit_bytes_tally(state->bytes);
	rt_fit_row *rows;
	rt_fit_entry entry;
	size_t		out = 0;

	*count = 0;
	for (uint32 word = 0; fit_tally_next(tally, &word, &entry);)
	{
		rt_poll_each(out++);
		/* who is counted with a weight is a customer */
		if (entry.row.weight != 0 && entry.count > state->head->customers)
			fit_tally_corrupt();
		if (fit_entry_rows(&entry) > MaxAllocSize / sizeof(rt_fit_row) - *count)
			fit_tally_too_large();
		*count += fit_entry_rows(&entry);
	}
	rows = palloc(Max(1, *count) * sizeof(rt_fit_row));
	out = 0;
	for (uint32 word = 0; fit_tally_next(tally, &word, &entry);)
	{
		size_t		end = out + fit_entry_rows(&entry);

		if (entry.row.weight == 0)
			entry.row.weight = (double) entry.count;
		for (; out < end; out++)
		{
			rt_poll_each(out);
			rows[out] = entry.row;
		}
	}
	if (tally != state->tally)
		fit_tally_free(tally);
	rt_sort(rows, *count, sizeof(rt_fit_row), rt_fit_compare_rows, NULL);
	return rows;
}
