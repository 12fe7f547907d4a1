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

static TupleDesc
composite_result(FunctionCallInfo fcinfo)
{
	TupleDesc	tupdesc = (TupleDesc) fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (likely(tupdesc != NULL))
		return tupdesc;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	tupdesc = BlessTupleDesc(CreateTupleDescCopy(tupdesc));
	fcinfo->flinfo->fn_extra = tupdesc;
	MemoryContextSwitchTo(old);
	return tupdesc;
}

/* Of a type that may have more columns than the values, or fewer, or some that were dropped */
static HeapTuple
form_row(TupleDesc tupdesc, int columns, Datum *values, bool *nulls)
{
	Datum	   *all_values = values;
	bool	   *all_nulls = nulls;

	if (unlikely(tupdesc->natts > columns))
	{
		all_values = palloc0(tupdesc->natts * sizeof(Datum));
		all_nulls = palloc(tupdesc->natts * sizeof(bool));
		memset(all_nulls, true, tupdesc->natts * sizeof(bool));
		memcpy(all_values, values, columns * sizeof(Datum));
		memcpy(all_nulls, nulls, columns * sizeof(bool));
	}
	for (int i = 0; i < tupdesc->natts; i++)
	{
		if (unlikely(TupleDescAttr(tupdesc, i)->attisdropped))
			all_nulls[i] = true;
	}
	return heap_form_tuple(tupdesc, all_values, all_nulls);
}

Datum
composite_row(FunctionCallInfo fcinfo, int columns, Datum *values, bool *nulls)
{
	return HeapTupleGetDatum(form_row(composite_result(fcinfo), columns, values, nulls));
}

Oid
composite_column_type(FunctionCallInfo fcinfo, int column)
{
	TupleDesc	tupdesc = composite_result(fcinfo);

	return column < tupdesc->natts ? TupleDescAttr(tupdesc, column)->atttypid : InvalidOid;
}

void
composite_array_begin(FunctionCallInfo fcinfo, CompositeArray *array, int columns)
{
	/* not of the call's expression, which there is none of when a cluster calls a final function */
	composite_array_begin_type(get_func_rettype(fcinfo->flinfo->fn_oid), array, columns);
}

/* The row type is looked up once a call: final functions are called once a group */
void
composite_array_begin_type(Oid type, CompositeArray *array, int columns)
{
	array->element_type = get_element_type(type);
	if (!OidIsValid(array->element_type) || !type_is_rowtype(array->element_type))
		elog(ERROR, "return type must be an array of rows");
	array->tupdesc = lookup_rowtype_tupdesc_copy(array->element_type, -1);
	array->columns = columns;
	array->count = 0;
	array->used = ARR_OVERHEAD_NONULLS(1);
	array->allocated = 1024;
	array->array = palloc0(array->allocated);
}

void
composite_array_add(CompositeArray *array, Datum *values, bool *nulls)
{
	/* as a value, too: nothing in it is toasted */
	HeapTuple	row = form_row(array->tupdesc, array->columns, values, nulls);
	Size		size = HeapTupleHeaderGetDatumLength(row->t_data);
	Size		aligned = MAXALIGN(size);

	CHECK_FOR_INTERRUPTS();
	if (array->used + aligned > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows for one result"),
				 errdetail("%d rows take 1 GB.", array->count)));
	if (array->used + aligned > array->allocated)
	{
		array->allocated = Min(Max(2 * array->allocated, array->used + aligned), MaxAllocSize);
		array->array = repalloc(array->array, array->allocated);
	}
	memcpy((char *) array->array + array->used, row->t_data, size);
	memset((char *) array->array + array->used + size, 0, aligned - size);
	array->used += aligned;
	array->count++;
	heap_freetuple(row);
}

Datum
composite_array_finish(CompositeArray *array)
{
	ArrayType  *result = array->array;

	if (array->count == 0)
		return PointerGetDatum(construct_empty_array(array->element_type));
	SET_VARSIZE(result, array->used);
	result->ndim = 1;
	result->dataoffset = 0;		/* no nulls */
	result->elemtype = array->element_type;
	ARR_DIMS(result)[0] = array->count;
	ARR_LBOUND(result)[0] = 1;
	return PointerGetDatum(result);
}
