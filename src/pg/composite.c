/*
 * composite.c
 *		Rows as results.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/composite.h"

TupleDesc
composite_result(FunctionCallInfo fcinfo, int columns)
{
	TupleDesc	tupdesc = (TupleDesc) fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (likely(tupdesc != NULL))
		return tupdesc;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE || tupdesc->natts != columns)
		elog(ERROR, "return type must be a row type of %d columns", columns);
	tupdesc = BlessTupleDesc(CreateTupleDescCopy(tupdesc));
	fcinfo->flinfo->fn_extra = tupdesc;
	MemoryContextSwitchTo(old);
	return tupdesc;
}
