/*
 * composite.h
 *		Rows, and numbers that may be missing, as results.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_COMPOSITE_H
#define RETENTION_COMPOSITE_H

#include "pg/compat.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/array.h"

/* NaN is NULL */
#define PG_RETURN_FLOAT8_OR_NULL(x) \
	do { \
		double		value_ = (x); \
		if (isnan(value_)) \
			PG_RETURN_NULL(); \
		PG_RETURN_FLOAT8(value_); \
	} while (0)

/*
 * Rows of the type that the calling function returns, which is looked up once a call site.  The
 * catalogue may be older than the library, or the type may have got another attribute: columns that
 * it has not are not filled, and others are NULL.
 */
extern Datum composite_row(FunctionCallInfo fcinfo, int columns, Datum *values, bool *nulls);

/* The type of one of them; InvalidOid where there is none */
extern Oid	composite_column_type(FunctionCallInfo fcinfo, int column);

/*
 * An array of rows as a result, which unnest makes a table.  It grows row by row, so that one that
 * is too large for a value is found out then, and no step takes long.
 */
typedef struct CompositeArray
{
	TupleDesc	tupdesc;
	Oid			element_type;
	int			columns;		/* that rows come with */
	ArrayType  *array;			/* its head is filled in at the end */
	Size		used;			/* bytes */
	Size		allocated;
	int			count;
} CompositeArray;

/* The most rows of so many columns of 8 bytes that fit into an array */
#define COMPOSITE_ROWS_MAX(columns)                                                                \
	((MaxAllocSize - 1024) / (((Size) (columns) + 1) * 8 + MAXALIGN(SizeofHeapTupleHeader)))

/* The calling function returns an array of rows, which come with so many columns */
extern void composite_array_begin(FunctionCallInfo fcinfo, CompositeArray *array, int columns);
extern void composite_array_begin_type(Oid type, CompositeArray *array, int columns);
extern void composite_array_add(CompositeArray *array, Datum *values, bool *nulls);
extern Datum composite_array_finish(CompositeArray *array);

#endif							/* RETENTION_COMPOSITE_H */
