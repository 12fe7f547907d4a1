/*
 * customer_base.h
 *		Customers as models of a customer base see them, from SQL arguments.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_CUSTOMER_BASE_H
#define RETENTION_CUSTOMER_BASE_H

#include "pg/compat.h"

#include "core/customers.h"

/* From three float8 arguments x, t_x, T; an error that names the value unless they are a customer */
extern rt_customer get_customer(FunctionCallInfo fcinfo, int first);

#endif							/* RETENTION_CUSTOMER_BASE_H */
