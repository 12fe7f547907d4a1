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
	/* not of the call's expression, which there is none of when a cluster calls a final function */
	composite_array_begin_type(get_func_rettype(fcinfo->flinfo->fn_oid), array, columns, room);
}

/* The row type is looked up once a call: final functions are called once a group */
void
composite_array_begin_type(Oid type, CompositeArray *array, int columns, int64 room)
{
	array->element_type = get_element_type(type);
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
	array->size = ARR_OVERHEAD_NONULLS(1);
	array->elements = palloc(Max(room, 1) * sizeof(Datum));
}

void
composite_array_add(CompositeArray *array, Datum *values, bool *nulls)
{
	Datum		row = HeapTupleGetDatum(heap_form_tuple(array->tupdesc, values, nulls));

	CHECK_FOR_INTERRUPTS();
	Assert(array->count < array->room);
	array->elements[array->count++] = row;
	array->size += MAXALIGN(VARSIZE(DatumGetPointer(row)));
	if (array->size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows for one result")));
}

/* As construct_array has it, which asks nothing while it copies up to 1 GB */
Datum
composite_array_finish(CompositeArray *array)
{
	ArrayType  *result;
	char	   *place;

	if (array->count == 0)
		return PointerGetDatum(construct_empty_array(array->element_type));
	result = palloc(array->size);
	SET_VARSIZE(result, array->size);
	result->ndim = 1;
	result->dataoffset = 0;
	result->elemtype = array->element_type;
	ARR_DIMS(result)[0] = array->count;
	ARR_LBOUND(result)[0] = 1;
	place = ARR_DATA_PTR(result);
	for (int i = 0; i < array->count; i++)
	{
		Pointer		row = DatumGetPointer(array->elements[i]);
		Size		size = VARSIZE(row);

		CHECK_FOR_INTERRUPTS();
		memcpy(place, row, size);
		memset(place + size, 0, MAXALIGN(size) - size);
		place += MAXALIGN(size);
	}
	return PointerGetDatum(result);
}
