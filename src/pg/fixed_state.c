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

void *
fixed_state(FunctionCallInfo fcinfo, int argument, Size size, int32 version, const char *aggregate)
{
	Datum		value = PG_GETARG_DATUM(argument);
	FixedState *state = (FixedState *) (AggCheckCallContext(fcinfo, NULL) ? PG_DETOAST_DATUM(value) : PG_DETOAST_DATUM_COPY(value));

	/* what comes from another process may lie anywhere */
	if ((uintptr_t) state % MAXIMUM_ALIGNOF != 0)
		state = (FixedState *) PG_DETOAST_DATUM_COPY(PointerGetDatum(state));

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
