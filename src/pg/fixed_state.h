/*
 * fixed_state.h
 *		States of aggregates that are a struct of fixed size, kept as a bytea.
 *
 * Such a struct begins with a FixedState.  Within an aggregate the state is changed in
 * place; anybody else's is copied.  There a transition function does not
 * look at the whole of it, whatever it is, and must do no harm; everybody else checks it.
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

/* What an aggregate keeps */
typedef struct FixedKind
{
	const char *aggregate;
	int32		version;
	Size		size;
	bool		(*valid) (const void *state);	/* may this struct come from rows? */
} FixedKind;

/*
 * Argument 0 of a transition function, or where that is NULL a state that is all zero and as long-
 * lived as the aggregate
 */
extern void *fixed_state_to_add_to(FunctionCallInfo fcinfo, const FixedKind *kind);

/* Argument 0 of a final function */
extern const void *fixed_state_final(FunctionCallInfo fcinfo, const FixedKind *kind);

/*
 * Arguments 0 and 1 of a combine function.  True when there are both; else state is the one
 * there is, to be returned as it is, or NULL.
 */
extern bool fixed_states(FunctionCallInfo fcinfo, const FixedKind *kind, void **state,
						 void **other);

pg_noreturn extern void fixed_state_corrupt(const FixedKind *kind);

#endif							/* RETENTION_FIXED_STATE_H */
