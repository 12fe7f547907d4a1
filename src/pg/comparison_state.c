/*
 * comparison_state.c
 *		The state of the aggregate compare_models.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/comparison_state.h"

#include <math.h>

#include "common/int.h"
#include "utils/memutils.h"

#include "core/calendar.h"
#include "core/model.h"
#include "core/poll.h"
#include "core/sort.h"
#include "pg/errors.h"
#include "pg/fit_state.h"
#include "pg/tally_state.h"

PG_FUNCTION_INFO_V1(compare_models_combine);

#define FIRST_PLACES	64
#define FIRST_ROOM		96		/* words: a head, a key of a word and a count for half of them */
#define ROW_BYTES		8		/* most often fewer */

void
comparison_state_corrupt(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("state of compare_models is corrupt")));
}

/* ------------------------------------------------------------------- object */

static ComparisonBytes *comparison_state_bytes(const ComparisonState *state,
											   MemoryContext context);

static Size
comparison_state_flat_size(ExpandedObjectHeader *object)
{
	ComparisonState *state = (ComparisonState *) object;

	if (state->flat == NULL)
		state->flat = comparison_state_bytes(state, object->eoh_context);
	return VARSIZE(state->flat);
}

static void
comparison_state_flatten(ExpandedObjectHeader *object, void *result, Size size)
{
	rt_copy(result, ((ComparisonState *) object)->flat, size);
}

static const ExpandedObjectMethods comparison_state_methods = {
	comparison_state_flat_size, comparison_state_flatten
};

/* NULL where the value is no such object */
static ComparisonState *
comparison_state_of(Datum value)
{
	ExpandedObjectHeader *object;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(value)))
		return NULL;
	object = DatumGetEOHP(value);
	return object->eoh_methods == &comparison_state_methods ? (ComparisonState *) object : NULL;
}

static rt_tally *
comparison_state_tally(MemoryContext context, uint32 places, uint32 room)
{
	Size		size = rt_tally_size(places, room);
	rt_tally   *tally;

	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many different customers for one comparison of models"),
				 errhint("Compare them on a sample, or for each segment.")));
	tally = MemoryContextAlloc(context, size);
	rt_tally_init(tally, 1, places, room);
	return tally;
}

ComparisonState *
comparison_state_new(const ComparisonHead *constants, SeasonBytes season)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "retention: comparison",
												  ALLOCSET_SMALL_SIZES);
	ComparisonState *state = MemoryContextAllocZero(context, sizeof(ComparisonState));

	EOH_init_header(&state->object, &comparison_state_methods, context);
	state->head = *constants;
	state->head.version = season.size == 0 ? COMPARISON_STATE_VERSION : COMPARISON_STATE_SEASON;
	state->head.level = 0;
	state->head.customers = state->head.came = 0;
	memset(state->head.sum_logs, 0, sizeof(state->head.sum_logs));
	for (int i = 0; i < constants->kind_count; i++)
	{
		const rt_kind *kind = rt_kind_by_id(constants->kinds[i].id);

		state->opportunities |= kind->input == RT_INPUT_OPPORTUNITIES;
		state->intervals |= kind->needs_intervals;
	}
	state->tally = comparison_state_tally(context, FIRST_PLACES, FIRST_ROOM);
	if (season.size > 0)
	{
		state->season = MemoryContextAllocZero(context, sizeof(ComparisonSeason));
		state->season->bytes = season_copy(season, context);
	}
	return state;
}

/* --------------------------------------------------------------------- rows */

/* The count of a row's key, for which room is made */
static int64 *
comparison_state_count(ComparisonState *state, const rt_counted *counted)
{
	rt_counted_key key;
	size_t		size = rt_counted_key_of(counted, &key);
	int64	   *count;

	while ((count = rt_tally_counts(state->tally, &key, size)) == NULL)
	{
		rt_tally   *old = state->tally;
		uint32		places;
		uint32		room;

		if (!rt_tally_larger(old, size, &places, &room))
			places = room = PG_UINT32_MAX;	/* more than can be allocated */
		state->tally = comparison_state_tally(state->object.eoh_context, places, room);
		if (!rt_tally_add_all(state->tally, old))
			comparison_state_corrupt();
		pfree(old);
	}
	return count;
}

/* Adds to the customers of a row; true when it is a new one */
static bool
comparison_state_add_row(ComparisonState *state, const rt_counted *counted)
{
	int64	   *count = comparison_state_count(state, counted);
	bool		is_new = *count == 0;

	if (pg_add_s64_overflow(*count, counted->customers, count))
		comparison_state_corrupt();
	return is_new;
}

/* A row of the tally: of the past where true is returned */
static bool
comparison_state_read(const rt_tally_entry *entry, rt_compared *row, rt_past *past)
{
	rt_counted	counted;

	if (!rt_counted_from_key(entry->key, entry->key_size, &counted))
		comparison_state_corrupt();
	counted.customers = entry->counts[0];
	if (rt_past_from_numbers(&counted, past))
		return true;
	if (!rt_compared_from_numbers(&counted, row))
		comparison_state_corrupt();
	return false;
}

static bool
comparison_state_left_out(const ComparisonState *state, const rt_compared *row)
{
	return row->x > 0 && rt_compared_level(row) < state->head.level;
}

/* Of so high a level, and with as few rows as that has */
static void
comparison_state_raise(ComparisonState *state, int level)
{
	rt_tally   *old = state->tally;
	rt_tally_entry entry;
	rt_compared row;
	rt_past		past;

	state->head.level = (uint8) level;
	state->repeat_rows = 0;
	state->tally = comparison_state_tally(state->object.eoh_context, old->place_count, old->room);
	for (uint32 word = 0; rt_tally_next(old, &word, &entry);)
	{
		bool		is_past = comparison_state_read(&entry, &row, &past);

		rt_poll_each(state->tally->keys);
		if (!is_past && comparison_state_left_out(state, &row))
			continue;
		*rt_tally_counts(state->tally, entry.key, entry.key_size) = entry.counts[0];
		state->repeat_rows += !is_past && row.x > 0;
	}
	pfree(old);
}

static void
comparison_state_add_compared(ComparisonState *state, const rt_compared *row)
{
	rt_counted	counted;

	if (comparison_state_left_out(state, row))
		return;
	rt_compared_to_numbers(row, state->opportunities, &counted);
	if (!comparison_state_add_row(state, &counted) || row->x == 0)
		return;
	state->repeat_rows++;
	while (state->repeat_rows > COMPARISON_ROWS_MAX && state->head.level < RT_LEVEL_MAX)
		comparison_state_raise(state, state->head.level + 1);
}

static void
comparison_state_add_past(ComparisonState *state, const rt_past *past)
{
	rt_counted	counted;

	rt_past_to_numbers(past, &counted);
	comparison_state_add_row(state, &counted);
}

static void
comparison_state_add_to(int64 *sum, int64 more)
{
	if (pg_add_s64_overflow(*sum, more, sum))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many customers or intervals for one comparison of models")));
}

void
comparison_state_add(ComparisonState *state, const rt_seen *seen, double sum_log,
					 double log_factors)
{
	if (seen->known == 0)
	{
		comparison_state_add_to(&state->head.came, 1);
		return;
	}
	comparison_state_add_to(&state->head.customers, 1);
	if (state->intervals && seen->row.x > 0)
		comparison_state_add_to(&state->head.sum_logs[rt_compared_level(&seen->row)],
								llround(sum_log * FIT_LOG_UNIT));
	if (state->season != NULL && seen->row.x > 0)
		comparison_state_add_to(&state->season->sum_logs[rt_compared_level(&seen->row)],
								llround(log_factors * FIT_LOG_UNIT));
	comparison_state_add_compared(state, &seen->row);
	if (seen->has_past)
		comparison_state_add_past(state, &seen->past);
}

#ifdef USE_ASSERT_CHECKING
/* Rows are valid and of the sample, and those that are counted are there */
static void
comparison_state_assert(const ComparisonState *state, const ComparisonRows *all)
{
	uint32		repeat_rows = 0;

	for (size_t i = 0; i < all->row_count; i++)
	{
		Assert(rt_compared_valid(&all->rows[i], state->head.days));
		Assert(!comparison_state_left_out(state, &all->rows[i]));
		repeat_rows += all->rows[i].x > 0;
	}
	for (size_t i = 0; i < all->past_count; i++)
		Assert(rt_past_valid(&all->pasts[i], state->head.days));
	Assert(repeat_rows == state->repeat_rows);
	Assert(all->row_count + all->past_count == state->tally->keys);
}
#else
#define comparison_state_assert(state, all) ((void) true)
#endif

ComparisonRows
comparison_state_rows(const ComparisonState *state)
{
	size_t		keys = Max(1, state->tally->keys);
	ComparisonRows all = {0};
	rt_tally_entry entry;

	all.rows = MemoryContextAllocHuge(CurrentMemoryContext, keys * sizeof(rt_compared));
	all.pasts = MemoryContextAllocHuge(CurrentMemoryContext, keys * sizeof(rt_past));
	for (uint32 word = 0; rt_tally_next(state->tally, &word, &entry);)
	{
		rt_poll_each(all.row_count);
		if (comparison_state_read(&entry, &all.rows[all.row_count], &all.pasts[all.past_count]))
			all.past_count++;
		else
			all.row_count++;
	}
	comparison_state_assert(state, &all);
	rt_sort(all.rows, all.row_count, sizeof(rt_compared), rt_compared_order, NULL);
	rt_sort(all.pasts, all.past_count, sizeof(rt_past), rt_past_order, NULL);
	return all;
}

/* -------------------------------------------------------------------- bytes */

/* So that the sums of all levels add up */
static bool
comparison_state_sum_valid(int64 sum)
{
	return sum >= -(PG_INT64_MAX / RT_LEVELS) && sum <= PG_INT64_MAX / RT_LEVELS;
}

/* Room for one more row at the end */
static ComparisonBytes *
comparison_state_room(ComparisonBytes *bytes, Size used, Size *room)
{
	if (COMPARISON_BYTES_SIZE(used) + RT_COUNTED_MAX <= *room)
		return bytes;
	*room += *room / 2 + RT_COUNTED_MAX;
	return repalloc(bytes, *room);
}

/* The same with the season behind the rows: its sums, and its bytes to the end */
static ComparisonBytes *
comparison_state_put_season(const ComparisonSeason *season, ComparisonBytes *bytes)
{
	Size		used = VARSIZE(bytes);
	Size		size = used + sizeof(season->sum_logs) + season->bytes.size;
	uint8	   *end;

	bytes = repalloc(bytes, size);
	end = (uint8 *) bytes + used;
	memcpy(end, season->sum_logs, sizeof(season->sum_logs));
	memcpy(end + sizeof(season->sum_logs), season->bytes.bytes, season->bytes.size);
	SET_VARSIZE(bytes, size);
	return bytes;
}

/* Reads it, which must reach to the end */
static void
comparison_state_get_season(ComparisonState *state, const uint8 *bytes, const uint8 *end)
{
	ComparisonSeason *season;
	SeasonBytes of_season;

	if (end - bytes <= sizeof(season->sum_logs))
		comparison_state_corrupt();
	of_season.bytes = bytes + sizeof(season->sum_logs);
	of_season.size = (Size) (end - of_season.bytes);
	season_from_bytes(of_season);	/* or an error that says why not */
	season = MemoryContextAllocZero(state->object.eoh_context, sizeof(ComparisonSeason));
	season->bytes = season_copy(of_season, state->object.eoh_context);
	memcpy(season->sum_logs, bytes, sizeof(season->sum_logs));
	for (int i = 0; i < RT_LEVELS; i++)
	{
		if (!comparison_state_sum_valid(season->sum_logs[i]))
			comparison_state_corrupt();
	}
	state->season = season;
}

static ComparisonBytes *
comparison_state_bytes(const ComparisonState *state, MemoryContext context)
{
	/* whoever sorts flattens in a context that nothing can be freed in (17 on) */
	MemoryContext caller = MemoryContextSwitchTo(context);
	ComparisonRows all = comparison_state_rows(state);
	Size		room = COMPARISON_BYTES_SIZE((all.row_count + all.past_count) * ROW_BYTES);
	ComparisonBytes *bytes = MemoryContextAlloc(context, room);
	Size		used = 0;
	rt_counted	counted[2] = {0};

	bytes->head = state->head;
	bytes->past_count = (uint32) all.past_count;
	bytes->row_count = (uint32) all.row_count;
	for (size_t i = 0; i < all.past_count + all.row_count; i++)
	{
		rt_poll_each(i);
		if (i < all.past_count)
			rt_past_to_numbers(&all.pasts[i], &counted[1]);
		else
			rt_compared_to_numbers(&all.rows[i - all.past_count], state->opportunities,
								   &counted[1]);
		bytes = comparison_state_room(bytes, used, &room);
		used += rt_counted_put(&counted[0], &counted[1], bytes->rows + used);
		counted[0] = counted[1];
	}
	pfree(all.rows);
	pfree(all.pasts);
	SET_VARSIZE(bytes, COMPARISON_BYTES_SIZE(used));
	if (state->season != NULL)
		bytes = comparison_state_put_season(state->season, bytes);
	MemoryContextSwitchTo(caller);
	return bytes;
}

bool
comparison_kind_known(const rt_kind *kind, int k, double time_unit)
{
	/* an opportunity is a day at least, as purchases are days */
	return kind != NULL && kind->base != NULL && k <= (kind->has_whole_k ? RT_K_MAX : 0) &&
		(kind->input == RT_INPUT_RECENCY ||
		 (kind->input == RT_INPUT_OPPORTUNITIES && time_unit >= 1));
}

static void
comparison_state_check_head(const ComparisonHead *head)
{
	bool		by_season = head->version == COMPARISON_STATE_SEASON;

	if ((head->version != COMPARISON_STATE_VERSION && !by_season) || head->kind_count < 1 ||
		head->kind_count > COMPARISON_KINDS_MAX || head->level > RT_LEVEL_MAX ||
		head->unused != 0 || head->as_of < RT_DATE_MIN || head->as_of > RT_DATE_MAX ||
		head->days < 1 || (int64) head->as_of - head->days < RT_DATE_MIN ||
		!(head->time_unit > 0) || isinf(head->time_unit) || head->customers < 0 ||
		head->customers > TALLY_ROWS_MAX || head->came < 0 || head->came > TALLY_ROWS_MAX)
		comparison_state_corrupt();
	for (int i = 0; i < head->kind_count; i++)
	{
		if (!comparison_kind_known(rt_kind_by_id(head->kinds[i].id), head->kinds[i].k,
								   head->time_unit) ||
			(by_season && !rt_kind_takes_season(rt_kind_by_id(head->kinds[i].id))))
			comparison_state_corrupt();
	}
	for (int i = 0; i < RT_LEVELS; i++)
	{
		/* of days none is negative */
		if (!comparison_state_sum_valid(head->sum_logs[i]) ||
			(head->sum_logs[i] < 0 && !by_season))
			comparison_state_corrupt();
	}
}

/* Where a reader of bytes is */
typedef struct ComparisonReader
{
	const uint8 *at;
	const uint8 *end;
	rt_counted	before;
	int64		customers;		/* of all rows there may still be */
} ComparisonReader;

static void
comparison_state_next(ComparisonReader *reader, int columns, rt_counted *counted)
{
	reader->at = rt_counted_get(&reader->before, columns, reader->at, reader->end, counted);
	if (reader->at == NULL || counted->customers < 1 || counted->customers > reader->customers)
		comparison_state_corrupt();
	reader->customers -= counted->customers;
	reader->before = *counted;
}

static ComparisonState *
comparison_state_from_bytes(const ComparisonBytes *bytes)
{
	ComparisonState *state;
	ComparisonReader reader = {bytes->rows, (const uint8 *) bytes + VARSIZE(bytes)};
	rt_counted	counted;
	rt_compared row;
	rt_past		past;

	if (VARSIZE(bytes) < COMPARISON_BYTES_SIZE(0))
		comparison_state_corrupt();
	comparison_state_check_head(&bytes->head);
	state = comparison_state_new(&bytes->head, (SeasonBytes) {NULL, 0});
	state->head = bytes->head;
	reader.customers = bytes->head.customers;
	for (uint32 i = 0; i < bytes->past_count; i++)
	{
		rt_poll_each(i);
		comparison_state_next(&reader, RT_PAST_NUMBERS, &counted);
		if (!rt_past_from_numbers(&counted, &past) || !rt_past_valid(&past, bytes->head.days))
			comparison_state_corrupt();
		comparison_state_add_past(state, &past);
	}
	reader.customers = bytes->head.customers;
	for (uint32 i = 0; i < bytes->row_count; i++)
	{
		rt_poll_each(i);
		comparison_state_next(&reader, state->opportunities ? RT_COMPARED_ALL_NUMBERS :
							  RT_COMPARED_NUMBERS, &counted);
		if (!rt_compared_from_numbers(&counted, &row) ||
			!rt_compared_valid(&row, bytes->head.days) || comparison_state_left_out(state, &row))
			comparison_state_corrupt();
		comparison_state_add_compared(state, &row);
	}
	if (bytes->head.version == COMPARISON_STATE_SEASON)
		comparison_state_get_season(state, reader.at, reader.end);
	else if (reader.at != reader.end)
		comparison_state_corrupt();
	return state;
}

/* -------------------------------------------------------------------- state */

ComparisonState *
comparison_state_argument(FunctionCallInfo fcinfo, int argument)
{
	Datum		value = PG_GETARG_DATUM(argument);
	ComparisonState *state = comparison_state_of(value);

	if (state == NULL)
		return comparison_state_from_bytes((const ComparisonBytes *)
										   state_argument(fcinfo, argument,
														  COMPARISON_BYTES_SIZE(0)));
	if (argument == 0 && state->flat != NULL)
	{
		pfree(state->flat);
		state->flat = NULL;
	}
	return state;
}

Datum
comparison_state_result(FunctionCallInfo fcinfo, ComparisonState *state)
{
	MemoryContext context;

	if (!PG_ARGISNULL(0) && comparison_state_of(PG_GETARG_DATUM(0)) == state)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	if (AggCheckCallContext(fcinfo, &context))
		MemoryContextSetParent(state->object.eoh_context, context);
	return EOHPGetRWDatum(&state->object);
}

static void
comparison_state_check_constant(bool same, const char *name)
{
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be the same for all rows of a comparison of models", name),
				 errhint("Use GROUP BY for several comparisons.")));
}

static SeasonBytes
comparison_state_season(const ComparisonState *state)
{
	return state->season == NULL ? (SeasonBytes) {NULL, 0} : state->season->bytes;
}

void
comparison_state_check_constants(const ComparisonState *state, const ComparisonHead *other,
								 SeasonBytes season)
{
	const ComparisonHead *head = &state->head;

	comparison_state_check_constant(head->as_of == other->as_of, "as_of");
	comparison_state_check_constant(head->days == other->days, "the hold-out");
	comparison_state_check_constant(head->time_unit == other->time_unit, "the time unit");
	comparison_state_check_constant(head->kind_count == other->kind_count &&
									memcmp(head->kinds, other->kinds,
										   head->kind_count * sizeof(ComparedKind)) == 0,
									"the kinds of models");
	comparison_state_check_constant(season_same(comparison_state_season(state), season),
									"the season");
}

static void
comparison_state_add_all(ComparisonState *state, const ComparisonState *other)
{
	rt_tally_entry entry;
	rt_compared row;
	rt_past		past;

	if (other->head.level > state->head.level)
		comparison_state_raise(state, other->head.level);
	for (uint32 word = 0; rt_tally_next(other->tally, &word, &entry);)
	{
		if (comparison_state_read(&entry, &row, &past))
			comparison_state_add_past(state, &past);
		else
			comparison_state_add_compared(state, &row);
	}
	comparison_state_add_to(&state->head.customers, other->head.customers);
	comparison_state_add_to(&state->head.came, other->head.came);
	for (int i = 0; i < RT_LEVELS; i++)
	{
		comparison_state_add_to(&state->head.sum_logs[i], other->head.sum_logs[i]);
		if (other->season != NULL)
			comparison_state_add_to(&state->season->sum_logs[i], other->season->sum_logs[i]);
	}
}

Datum
compare_models_combine(PG_FUNCTION_ARGS)
{
	ComparisonState *state;
	ComparisonState *other;

	check_aggregate_call(fcinfo, "compare_models_combine", "the aggregate compare_models(...)");
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = comparison_state_argument(fcinfo, 1);
	if (!PG_ARGISNULL(0))
	{
		state = comparison_state_argument(fcinfo, 0);
		comparison_state_check_constants(state, &other->head, comparison_state_season(other));
		comparison_state_add_all(state, other);
	}
	else if (comparison_state_of(PG_GETARG_DATUM(1)) == other)
	{
		state = comparison_state_new(&other->head, comparison_state_season(other));
		comparison_state_add_all(state, other);
	}
	else
		state = other;
	return comparison_state_result(fcinfo, state);
}
