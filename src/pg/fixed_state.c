/*
 * fixed_state.c
 *		States of aggregates that are a struct of fixed size.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/fixed_state.h"

#include "pg/state.h"

/* Under assertions each row finds the whole state as rows can make it */
#ifdef RT_ASSERTIONS
#define CHECK_EACH_ROW true
#else
#define CHECK_EACH_ROW false
#endif

void
fixed_state_corrupt(const FixedKind *kind)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("state of %s is corrupt", kind->aggregate)));
}

static void *
fixed_state_new_state(FunctionCallInfo fcinfo, const FixedKind *kind)
{
	MemoryContext context;
	FixedState *state;

	if (!AggCheckCallContext(fcinfo, &context))
		context = CurrentMemoryContext;
	state = (FixedState *) MemoryContextAllocZero(context, kind->size);
	SET_VARSIZE(state, kind->size);
	state->version = kind->version;
	return state;
}

/* An argument that is not NULL */
static void *
fixed_state_get_state(FunctionCallInfo fcinfo, int argument, const FixedKind *kind, bool check)
{
	FixedState *state = (FixedState *) state_argument(fcinfo, argument, kind->size);

	if (VARSIZE(state) != kind->size || state->version != kind->version ||
		(check && !kind->valid(state)))
		fixed_state_corrupt(kind);
	return state;
}

void *
fixed_state_to_add_to(FunctionCallInfo fcinfo, const FixedKind *kind)
{
	if (PG_ARGISNULL(0))
		return fixed_state_new_state(fcinfo, kind);
	return fixed_state_get_state(fcinfo, 0, kind,
								 CHECK_EACH_ROW || !AggCheckCallContext(fcinfo, NULL));
}

const void *
fixed_state_final(FunctionCallInfo fcinfo, const FixedKind *kind)
{
	return fixed_state_get_state(fcinfo, 0, kind, true);
}

bool
fixed_states(FunctionCallInfo fcinfo, const FixedKind *kind, void **state, void **other)
{
	*state = *other = NULL;
	if (!PG_ARGISNULL(1))
		*other = fixed_state_get_state(fcinfo, 1, kind, true);
	if (!PG_ARGISNULL(0))
		*state = fixed_state_get_state(fcinfo, 0, kind, true);
	if (*state != NULL && *other != NULL)
		return true;
	if (*other != NULL)
	{
		*state = fixed_state_new_state(fcinfo, kind);
		memcpy(*state, *other, kind->size);
	}
	return false;
}
