/*
 * state.h
 *		States of aggregates: a block of bytes, seen as a bytea or another variable-length type.
 *
 * Within an aggregate a state is changed in place.  One that has grown is a new block, which the
 * executor copies into the aggregate's memory: of a large one that takes up to seconds, that no
 * cancel ends.  So a block above LARGE_STATE is made in a memory context of its own, within an
 * expanded object, which the executor takes over as it is.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_STATE_H
#define RETENTION_STATE_H

#include "pg/compat.h"

#define LARGE_STATE 65536

/* Of zeros but for its size, in the current context or below it */
extern struct varlena *state_allocate(Size size);

/* Of a state from state_allocate that was not returned */
extern void state_free(struct varlena *state);

/* The block of a large state, NULL where the value is none of ours */
extern struct varlena *state_large(Datum value);

/* The block of what state_result returned */
static inline struct varlena *
state_block(Datum value)
{
	return VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(value)) ?
		state_large(value) :
		(struct varlena *) DatumGetPointer(value);
}

/*
 * An argument that is not NULL as bytes that may be changed and are aligned as a struct: within an
 * aggregate the state itself, unless it came from another process and may lie anywhere; else a
 * copy.  Readable up to size, whatever its own size is, which is for the caller to check.
 */
extern struct varlena *state_argument(FunctionCallInfo fcinfo, int argument, Size size);

extern Datum state_result_new(FunctionCallInfo fcinfo, void *state);

/*
 * What a support function returns of a state: argument 0, or one from state_allocate or
 * state_argument
 */
static inline Datum
state_result(FunctionCallInfo fcinfo, void *state)
{
	if (likely(!PG_ARGISNULL(0) && (void *) PG_GETARG_POINTER(0) == state))
		PG_RETURN_POINTER(state);
	return state_result_new(fcinfo, state);
}

/* Argument 1, whose block this is, where argument 0 is NULL */
extern Datum state_other(FunctionCallInfo fcinfo, void *state);

#endif							/* RETENTION_STATE_H */
