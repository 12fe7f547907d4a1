/*
 * composite.c
 *		Rows as results.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/composite.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

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

void
composite_array_begin(FunctionCallInfo fcinfo, CompositeArray *array, int columns, int64 room)
{
	composite_array_begin_type(get_fn_expr_rettype(fcinfo->flinfo), array, columns, room);
}

/* The row type is looked up once a call: final functions are called once a group */
void
composite_array_begin_type(Oid type, CompositeArray *array, int columns, int64 room)
{
	array->element_type = OidIsValid(type) ? get_element_type(type) : InvalidOid;
	if (!OidIsValid(array->element_type) || !type_is_rowtype(array->element_type))
		elog(ERROR, "return type must be an array of rows");
	array->tupdesc = lookup_rowtype_tupdesc_copy(array->element_type, -1);
	if (array->tupdesc->natts != columns)
		elog(ERROR, "return type must be an array of rows of %d columns", columns);
	if (room > MaxAllocSize / sizeof(Datum))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows for one result")));
	array->room = (int) room;
	array->count = 0;
	array->elements = palloc(Max(room, 1) * sizeof(Datum));
}

void
composite_array_add(CompositeArray *array, Datum *values, bool *nulls)
{
	CHECK_FOR_INTERRUPTS();
	Assert(array->count < array->room);
	array->elements[array->count++] = HeapTupleGetDatum(heap_form_tuple(array->tupdesc, values, nulls));
}

Datum
composite_array_finish(CompositeArray *array)
{
	return PointerGetDatum(construct_array(array->elements, array->count, array->element_type, -1, false, TYPALIGN_DOUBLE));
}
