/*
 * fixed_state.h
 *		States of aggregates that are a struct of fixed size, kept as a bytea.
 *
 * Such a struct begins with a FixedState.  Within an aggregate the state is changed in
 * place, as history_agg.c does; anybody else's is copied.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_FIXED_STATE_H
#define RETENTION_FIXED_STATE_H

#include "pg/compat.h"

typedef struct FixedState
{
	int32		vl_len_;
	int32		version;		/* tells the structs apart, of one aggregate and of others */
} FixedState;

/*
 * An argument that is not NULL as bytes that may be changed and are aligned as a struct: within an aggregate the
 * state itself, unless it came from another process and may lie anywhere; else a copy.  Readable up to size,
 * whatever its own size is, which is for the caller to check.
 */
extern struct varlena *state_argument(FunctionCallInfo fcinfo, int argument, Size size);

/* All zero, and as long-lived as the aggregate */
extern void *fixed_state_new(FunctionCallInfo fcinfo, Size size, int32 version);

/* An argument that is not NULL; an error with the aggregate's name when it is no such state */
extern void *fixed_state(FunctionCallInfo fcinfo, int argument, Size size, int32 version, const char *aggregate);

/*
 * Arguments 0 and 1 of a combine function.  True when there are both; else state is the one
 * there is, to be returned as it is, or NULL.
 */
extern bool fixed_states(FunctionCallInfo fcinfo, Size size, int32 version, const char *aggregate, void **state, void **other);

#endif							/* RETENTION_FIXED_STATE_H */
