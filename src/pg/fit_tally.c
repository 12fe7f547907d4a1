/*
 * fit_tally.c
 *		A state of fit_model of many rows: a tally in an expanded object.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/fit_tally.h"

#include "common/int.h"
#include "utils/memutils.h"

#include "core/poll.h"
#include "core/sort.h"

#define PLACES_MIN		64
#define ENTRY_WORDS		3		/* of whole numbers: a head, a word, a count */

void
fit_tally_corrupt(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("state of fit_model is corrupt")));
}

void
fit_tally_too_large(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("too many different customers for one fit"),
			 errhint("Fit a sample, or a model for each segment.")));
}

static Size
fit_tally_flat_size(ExpandedObjectHeader *object)
{
	FitTally   *tally = (FitTally *) object;

	if (tally->flat == NULL)
		tally->flat = fit_tally_bytes(tally, object->eoh_context, true);
	return VARSIZE(tally->flat);
}

static void
fit_tally_flatten(ExpandedObjectHeader *object, void *result, Size size)
{
	rt_copy(result, ((FitTally *) object)->flat, size);
}

static const ExpandedObjectMethods fit_tally_methods = {fit_tally_flat_size, fit_tally_flatten};

FitTally *
fit_tally_of(Datum value)
{
	ExpandedObjectHeader *object;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(value)))
		return NULL;
	object = DatumGetEOHP(value);
	return object->eoh_methods == &fit_tally_methods ? (FitTally *) object : NULL;
}

void
fit_tally_touch(FitTally *tally)
{
	if (tally->flat != NULL)
		pfree(tally->flat);
	tally->flat = NULL;
}

bool
fit_tally_row_valid(const FitHead *head, const rt_fit_row *row)
{
	const rt_kind *kind = rt_kind_by_id(head->kind);

	return head->version >= FIT_STATE_SEASON ?
		rt_seasonal_row_valid(kind, row, head->as_of) : kind->row_valid(row);
}

#ifdef USE_ASSERT_CHECKING
/* Each entry is found where it is, may be one, and is not there twice */
static void
fit_tally_assert(const FitTally *tally)
{
	rt_tally   *counts = tally->counts;
	rt_tally_entry counted;
	uint32		word = 0;
	uint32		keys = 0;

	Assert(rt_tally_valid(counts, rt_tally_size(counts->place_count, counts->room), 1));
	while (rt_tally_next(counts, &word, &counted))
	{
		rt_fit_entry entry;
		rt_fit_key	key;

		Assert(rt_fit_from_key(&counted, &entry));
		Assert(entry.count > 0 && entry.row.weight >= 0);
		Assert(fit_tally_row_valid(&tally->head, &entry.row));
		Assert(rt_fit_key_of(&entry, &key) == counted.key_size);
		Assert(rt_tally_counts(counts, &key, counted.key_size) == counted.counts);
		keys++;
	}
	Assert(keys == counts->keys && word == counts->used);
}

/* The same entries, and a coder that goes on behind them */
static void
fit_tally_assert_bytes(const FitBytes *bytes, const rt_fit_entry *entries, size_t count)
{
	rt_fit_coder coder = {0};
	const uint8 *p = bytes->rows;
	const uint8 *end = p + bytes->coder.used;

	memcpy(coder.units, bytes->coder.units, sizeof(coder.units));
	for (size_t i = 0; i < count; i++)
	{
		rt_fit_entry entry;

		p = rt_fit_get(&coder, p, end, &entry);
		Assert(p != NULL && memcmp(&entry, &entries[i], sizeof(entry)) == 0);
	}
	Assert(p == end);
	coder.used = bytes->coder.used;
	Assert(memcmp(&coder, &bytes->coder, sizeof(coder)) == 0);
}
#else
#define fit_tally_assert(tally) ((void) true)
#define fit_tally_assert_bytes(bytes, entries, count) ((void) true)
#endif

static rt_tally *
fit_tally_counts(MemoryContext context, Size places, Size room)
{
	rt_tally   *counts;

	if (places * sizeof(uint32) > MaxAllocSize || room * sizeof(uint64) > MaxAllocSize ||
		rt_tally_size((uint32) places, (uint32) room) > MaxAllocSize)
		fit_tally_too_large();
	counts = MemoryContextAlloc(context, rt_tally_size((uint32) places, (uint32) room));
	rt_tally_init(counts, 1, (uint32) places, (uint32) room);
	return counts;
}

FitTally *
fit_tally_new(const FitHead *head, Size keys)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "retention: fit",
												  ALLOCSET_SMALL_SIZES);
	FitTally   *tally = MemoryContextAllocZero(context, sizeof(FitTally));
	Size		places = PLACES_MIN;

	while (places / 2 < keys)
		places *= 2;
	EOH_init_header(&tally->object, &fit_tally_methods, context);
	tally->head = *head;
	tally->counts = fit_tally_counts(context, places, places / 2 * ENTRY_WORDS);
	return tally;
}

void
fit_tally_free(FitTally *tally)
{
	MemoryContextDelete(tally->object.eoh_context);
}

/* Room for one more key: half as many words again, where they are if that is possible */
static void
fit_tally_grow(FitTally *tally, Size key_size)
{
	rt_tally   *old = tally->counts;
	Size		room = old->room;
	Size		size;

	if (old->used + 2 + key_size / sizeof(uint64) > room)
		room += room / 2;
	if (old->keys >= old->place_count / 2)
	{
		tally->counts =
			fit_tally_counts(tally->object.eoh_context, (Size) old->place_count * 2, room);
		if (!rt_tally_add_all(tally->counts, old))
			fit_tally_corrupt();
		pfree(old);
		return;
	}
	size = rt_tally_size(old->place_count, (uint32) room);
	if (size > MaxAllocSize)
		fit_tally_too_large();
	tally->counts = repalloc(old, size);
	tally->counts->room = (uint32) room;
}

void
fit_tally_add(FitTally *tally, const rt_fit_entry *entry)
{
	rt_fit_key	key;
	size_t		size = rt_fit_key_of(entry, &key);
	int64	   *count;

	while ((count = rt_tally_counts(tally->counts, &key, size)) == NULL)
		fit_tally_grow(tally, size);
	if (unlikely(pg_add_s64_overflow(*count, entry->count, count)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the customers of a fit add up to more than a number holds")));
}

bool
fit_tally_next(const FitTally *tally, uint32 *word, rt_fit_entry *entry)
{
	rt_tally_entry counted;

	if (!rt_tally_next(tally->counts, word, &counted))
		return false;
	if (!rt_fit_from_key(&counted, entry))
		fit_tally_corrupt();
	return true;
}

/* Room for one more row at the end */
static FitBytes *
fit_tally_bytes_room(FitBytes *bytes, Size *room)
{
	if (FIT_BYTES_SIZE(bytes->coder.used) + RT_FIT_ENTRY_MAX <= *room)
		return bytes;
	*room += *room / 2 + RT_FIT_ENTRY_MAX;
	if (*room > MaxAllocSize)
		fit_tally_too_large();
	return repalloc(bytes, *room);
}

/* The same with what comes behind the rows */
static FitBytes *
fit_tally_bytes_seasonal(const FitTally *tally, FitBytes *bytes)
{
	Size		used = VARSIZE(bytes);
	Size		size = used + fit_seasonal_size(tally->seasonal);

	if (size > MaxAllocSize)
		fit_tally_too_large();
	bytes = repalloc(bytes, size);
	fit_seasonal_write(tally->seasonal, (uint8 *) bytes + used);
	SET_VARSIZE(bytes, size);
	return bytes;
}

FitBytes *
fit_tally_bytes(const FitTally *tally, MemoryContext context, bool sorted)
{
	size_t		count = tally->counts->keys;

	/* not the caller's context: who sorts flattens in one that nothing can be freed in (17 on) */
	rt_fit_entry *entries =
		MemoryContextAllocHuge(context, Max(1, count) * sizeof(rt_fit_entry));

	/* most often rows take fewer bytes */
	Size		room = Min(FIT_BYTES_SIZE(count * 8), MaxAllocSize);
	FitBytes   *bytes = MemoryContextAlloc(context, room);
	uint32		word = 0;

	fit_tally_assert(tally);
	for (size_t i = 0; i < count && fit_tally_next(tally, &word, &entries[i]); i++)
		rt_poll_each(i);
	if (sorted)
		rt_sort(entries, count, sizeof(rt_fit_entry), rt_fit_compare_rows, NULL);
	bytes->head = tally->head;
	memset(&bytes->coder, 0, sizeof(bytes->coder));
	rt_fit_units(entries, count, bytes->coder.units);
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		bytes = fit_tally_bytes_room(bytes, &room);
		bytes->coder.used += (uint32) rt_fit_put(&bytes->coder, &entries[i],
												 bytes->rows + bytes->coder.used);
	}
	fit_tally_assert_bytes(bytes, entries, count);
	pfree(entries);
	SET_VARSIZE(bytes, FIT_BYTES_SIZE(bytes->coder.used));
	return tally->seasonal == NULL ? bytes : fit_tally_bytes_seasonal(tally, bytes);
}
