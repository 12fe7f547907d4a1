/*
 * fixed_state.c
 *		States of aggregates that are a struct of fixed size.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/fixed_state.h"

void *
fixed_state_new(FunctionCallInfo fcinfo, Size size, int32 version)
{
	MemoryContext context;
	FixedState *state;

	if (!AggCheckCallContext(fcinfo, &context))
		context = CurrentMemoryContext;
	state = (FixedState *) MemoryContextAllocZero(context, size);
	SET_VARSIZE(state, size);
	state->version = version;
	return state;
}

struct varlena *
state_argument(FunctionCallInfo fcinfo, int argument, Size size)
{
	struct varlena *value = PG_DETOAST_DATUM(PG_GETARG_DATUM(argument));
	struct varlena *copy;

	if (AggCheckCallContext(fcinfo, NULL) && (uintptr_t) value % MAXIMUM_ALIGNOF == 0 && VARSIZE(value) >= size)
		return value;
	copy = (struct varlena *) palloc0(Max(VARSIZE(value), size));
	memcpy(copy, value, VARSIZE(value));
	return copy;
}

void *
fixed_state(FunctionCallInfo fcinfo, int argument, Size size, int32 version, const char *aggregate)
{
	FixedState *state = (FixedState *) state_argument(fcinfo, argument, size);

	if (VARSIZE(state) != size || state->version != version)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("state of %s is corrupt", aggregate)));
	return state;
}

bool
fixed_states(FunctionCallInfo fcinfo, Size size, int32 version, const char *aggregate, void **state, void **other)
{
	*state = *other = NULL;
	if (!PG_ARGISNULL(1))
		*other = fixed_state(fcinfo, 1, size, version, aggregate);
	if (!PG_ARGISNULL(0))
		*state = fixed_state(fcinfo, 0, size, version, aggregate);
	if (*state != NULL && *other != NULL)
		return true;
	if (*other != NULL)
	{
		*state = fixed_state_new(fcinfo, size, version);
		memcpy(*state, *other, size);
	}
	return false;
}
