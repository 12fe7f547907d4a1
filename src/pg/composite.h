/*
 * composite.h
 *		Rows as results.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_COMPOSITE_H
#define RETENTION_COMPOSITE_H

#include "pg/compat.h"

#include "access/htup_details.h"
#include "funcapi.h"

/*
 * The row type that the calling function returns, looked up once a call site;
 * it has this many columns.
 */
extern TupleDesc composite_result(FunctionCallInfo fcinfo, int columns);

#endif							/* RETENTION_COMPOSITE_H */
