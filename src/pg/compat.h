/*
 * compat.h
 *		Differences between PostgreSQL 15, 16, 17, 18 and 19.
 *
 * The only place that looks at PG_VERSION_NUM.  The code is written for the
 * newest API; older servers get stand-ins here.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_COMPAT_H
#define RETENTION_COMPAT_H

#include "postgres.h"

#include "fmgr.h"

#if PG_VERSION_NUM < 150000
#error "retention needs PostgreSQL 15 or later"
#endif

#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#else
/* no soft errors before 16 */
#define ereturn(context, dummy_value, ...) \
	do { \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)

static inline bool
DirectInputFunctionCallSafe(PGFunction function, char *text, Oid typioparam, int32 typmod,
							void *escontext, Datum *result)
{
	(void) escontext;
	*result = DirectFunctionCall3(function, CStringGetDatum(text),
								  ObjectIdGetDatum(typioparam), Int32GetDatum(typmod));
	return true;
}
#endif

/* from 16 on make_range takes a context for soft errors */
#if PG_VERSION_NUM >= 160000
#define compat_make_range(type, lower, upper) make_range(type, lower, upper, false, NULL)
#else
#define compat_make_range(type, lower, upper) make_range(type, lower, upper, false)
#endif

/* from 16 on there is one function for the rights on any object */
#if PG_VERSION_NUM >= 160000
#define compat_namespace_aclcheck(namespace, role, mode)                                           \
	object_aclcheck(NamespaceRelationId, namespace, role, mode)
#else
#define compat_namespace_aclcheck(namespace, role, mode)                                           \
	pg_namespace_aclcheck(namespace, role, mode)
#endif

#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* Before 17 no interval is infinite */
#include "datatype/timestamp.h"
#ifndef INTERVAL_NOT_FINITE
#define INTERVAL_NOT_FINITE(i) false
#endif

/* Before 19 there is no IGNORE NULLS, and the value in the making is returned, not in the state */
#if PG_VERSION_NUM < 190000
#include "utils/jsonb.h"

#define WinCheckAndInitializeNullTreatment(window, allowed, fcinfo) ((void) 0)

typedef struct JsonbInState
{
	JsonbValue *result;
	JsonbParseState *stack;
} JsonbInState;

#define pushJsonbValue(state, token, value) \
	((void) ((state)->result = pushJsonbValue(&(state)->stack, token, value)))
#endif

#endif							/* RETENTION_COMPAT_H */
