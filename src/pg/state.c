/*
 * state.c
 *		States of aggregates.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/state.h"

#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "core/poll.h"

typedef struct LargeState
{
	ExpandedObjectHeader head;
	double		block[FLEXIBLE_ARRAY_MEMBER];	/* aligned for any state */
} LargeState;

#define LARGE_OF(state)		((LargeState *) ((char *) (state) - offsetof(LargeState, block)))

static Size
flat_size(ExpandedObjectHeader *object)
{
	return VARSIZE(((LargeState *) object)->block);
}

static void
flatten(ExpandedObjectHeader *object, void *result, Size size)
{
	rt_copy(result, ((LargeState *) object)->block, size);
}

static const ExpandedObjectMethods methods = {flat_size, flatten};

struct varlena *
state_allocate(Size size)
{
	struct varlena *state;

	if (size <= LARGE_STATE)
		state = (struct varlena *) palloc(size);
	else
	{
		MemoryContext context =
			AllocSetContextCreate(CurrentMemoryContext, "retention: large state",
								  ALLOCSET_SMALL_SIZES);
		LargeState *object =
			(LargeState *) MemoryContextAllocHuge(context, offsetof(LargeState, block) + size);

		EOH_init_header(&object->head, &methods, context);
		state = (struct varlena *) object->block;
	}
	rt_clear(state, size);
	SET_VARSIZE(state, size);
	return state;
}

void
state_free(struct varlena *state)
{
	if (VARSIZE(state) <= LARGE_STATE)
		pfree(state);
	else
		MemoryContextDelete(LARGE_OF(state)->head.eoh_context);
}

struct varlena *
state_large(Datum value)
{
	ExpandedObjectHeader *object;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(value)))
		return NULL;
	object = DatumGetEOHP(value);
	return object->eoh_methods == &methods ? (struct varlena *) ((LargeState *) object)->block :
		NULL;
}

struct varlena *
state_argument(FunctionCallInfo fcinfo, int argument, Size size)
{
	Datum		datum = PG_GETARG_DATUM(argument);
	bool		within = AggCheckCallContext(fcinfo, NULL) != 0;
	struct varlena *value = within ? state_large(datum) : NULL;
	struct varlena *copy;
	Size		length;

	if (value != NULL)
		return value;
	value = PG_DETOAST_DATUM(datum);
	length = VARSIZE(value);
	if (within && (Pointer) value == DatumGetPointer(datum) &&
		(uintptr_t) value % MAXIMUM_ALIGNOF == 0 && length >= size)
		return value;
	copy = state_allocate(Max(length, size));
	rt_copy((char *) copy + VARHDRSZ, (char *) value + VARHDRSZ, length - VARHDRSZ);
	if (length < size)
		SET_VARSIZE(copy, length);
	return copy;
}

Datum
state_result_new(FunctionCallInfo fcinfo, void *state)
{
	MemoryContext context;
	LargeState *object = LARGE_OF(state);

	if (VARSIZE(state) <= LARGE_STATE || !AggCheckCallContext(fcinfo, &context))
		PG_RETURN_POINTER(state);
	if (!PG_ARGISNULL(0) && state == (void *) state_large(PG_GETARG_DATUM(0)))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	MemoryContextSetParent(object->head.eoh_context, context);
	return EOHPGetRWDatum(&object->head);
}

Datum
state_other(FunctionCallInfo fcinfo, void *state)
{
	struct varlena *copy;

	if (VARSIZE(state) <= LARGE_STATE)
		PG_RETURN_POINTER(state);
	copy = state_allocate(VARSIZE(state));
	rt_copy(copy, state, VARSIZE(state));
	return state_result_new(fcinfo, copy);
}
