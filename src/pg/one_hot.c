/*
 * one_hot.c
 *		one_hot(value, levels): a value as numbers for a regression.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "core/poll.h"
#include "core/sort.h"
#include "pg/arguments.h"

PG_FUNCTION_INFO_V1(one_hot);

typedef struct OneHotLevel
{
	const char *bytes;
	Size		length;
} OneHotLevel;

/* The levels, checked: the same for all rows of most calls */
typedef struct OneHotCache
{
	MemoryContext context;
	ArrayType  *array;			/* NULL as long as there is none */
	OneHotLevel *levels;
	int			count;
} OneHotCache;

static int
compare_levels(const void *a, const void *b, const void *unused)
{
	const OneHotLevel *left = a;
	const OneHotLevel *right = b;

	if (left->length != right->length)
		return left->length < right->length ? -1 : 1;
	return memcmp(left->bytes, right->bytes, left->length);
}

static void
check_different(const OneHotCache *cache)
{
	OneHotLevel *sorted = palloc_extended(cache->count * sizeof(OneHotLevel), MCXT_ALLOC_HUGE);

	rt_copy(sorted, cache->levels, cache->count * sizeof(OneHotLevel));
	rt_sort(sorted, cache->count, sizeof(OneHotLevel), compare_levels, NULL);
	for (int i = 1; i < cache->count; i++)
	{
		rt_poll_each(i);
		if (compare_levels(&sorted[i - 1], &sorted[i], NULL) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("level \"%s\" is there more than once",
							clip_bytes(sorted[i].bytes, sorted[i].length))));
	}
	pfree(sorted);
}

static void
read_levels(OneHotCache *cache, ArrayType *array)
{
	MemoryContext old = MemoryContextSwitchTo(cache->context);
	int			count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	const char *at;

	if (ARR_NDIM(array) > 1 || count < 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("levels must be an array of one dimension with 2 elements or more"),
				 errhint("The first one is left out: the others are compared with it.")));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a level must not be null"),
				 errhint("Use one_hot(coalesce(value, 'unknown'), ...) with a level 'unknown'.")));
	cache->array = palloc(VARSIZE(array));
	rt_copy(cache->array, array, VARSIZE(array));
	cache->levels = palloc_extended(count * sizeof(OneHotLevel), MCXT_ALLOC_HUGE);
	cache->count = count;
	at = ARR_DATA_PTR(cache->array);
	for (int i = 0; i < count; i++)
	{
		rt_poll_each(i);
		/* short ones are not aligned, and begin with no zero */
		if (!VARATT_NOT_PAD_BYTE(at))
			at = (const char *) TYPEALIGN(ALIGNOF_INT, at);
		cache->levels[i].bytes = VARDATA_ANY(at);
		cache->levels[i].length = VARSIZE_ANY_EXHDR(at);
		at += VARSIZE_ANY(at);
	}
	check_different(cache);
	MemoryContextSwitchTo(old);
}

static const OneHotCache *
get_levels(FunctionCallInfo fcinfo, ArrayType *array)
{
	OneHotCache *cache = fcinfo->flinfo->fn_extra;
	ArrayType  *kept;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(OneHotCache));
		cache->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "retention: levels",
											   ALLOCSET_SMALL_SIZES);
		fcinfo->flinfo->fn_extra = cache;
	}
	kept = cache->array;
	if (kept != NULL && VARSIZE(kept) == VARSIZE(array) &&
		memcmp(kept, array, VARSIZE(array)) == 0)
		return cache;
	cache->array = NULL;
	MemoryContextReset(cache->context);
	read_levels(cache, array);
	return cache;
}

Datum
one_hot(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	const OneHotCache *cache = get_levels(fcinfo, PG_GETARG_ARRAYTYPE_P(1));
	int			count = cache->count - 1;
	Size		size = ARR_OVERHEAD_NONULLS(1) + (Size) count * sizeof(double);
	Size		length = VARSIZE_ANY_EXHDR(value);
	ArrayType  *result;

	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("there are too many levels")));
	result = palloc(size);
	rt_clear(result, size);
	SET_VARSIZE(result, size);
	result->ndim = 1;
	result->elemtype = FLOAT8OID;
	ARR_DIMS(result)[0] = count;
	ARR_LBOUND(result)[0] = 1;
	for (int i = 1; i <= count; i++)
	{
		rt_poll_each(i);
		if (cache->levels[i].length == length &&
			memcmp(cache->levels[i].bytes, VARDATA_ANY(value), length) == 0)
		{
			((double *) ARR_DATA_PTR(result))[i - 1] = 1;
			break;
		}
	}
	PG_RETURN_POINTER(result);
}
