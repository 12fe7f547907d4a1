/*
 * customer_base.h
 *		Customers as models of a customer base see them, from SQL arguments.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_CUSTOMER_BASE_H
#define RETENTION_CUSTOMER_BASE_H

#include "pg/compat.h"

#include "utils/date.h"

#include "core/customers.h"
#include "pg/history.h"

/* From three float8 arguments x, t_x, T; an error that names the value unless they are a customer */
extern rt_customer get_customer(FunctionCallInfo fcinfo, int first);

/* For a model of opportunities: an error unless they are whole numbers, x <= t_x <= T */
extern void check_whole_opportunities(const rt_customer *customer);

/* A customer in opportunities of time_unit days; false when nothing was bought by as_of */
extern bool opportunities_of_history(HistoryBytes history, DateADT as_of, double time_unit, rt_customer *customer);

#endif							/* RETENTION_CUSTOMER_BASE_H */
