/*
 * cycle.h
 *		What the functions on a customer's purchase dates share.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_CYCLE_H
#define RETENTION_CYCLE_H

#include "pg/compat.h"

#include "core/calendar_cycle.h"
#include "core/model.h"
#include "pg/clock.h"
#include "pg/history.h"

/* Customers with up to this many purchase days need no memory of the server's */
#define DATES_ON_STACK 128

typedef struct PurchaseDates
{
	int32	   *dates;
	size_t		count;
	int32		as_of;
	int32		on_stack[DATES_ON_STACK];
	double	   *workspace;		/* room for count doubles */
	double		workspace_on_stack[DATES_ON_STACK];
} PurchaseDates;

/* The purchase dates of argument 0 up to the date of argument 1 */
extern void get_purchase_dates(FunctionCallInfo fcinfo, PurchaseDates *result);

/* Of a customer, by an interpurchase model; false when nothing was bought by as_of */
extern bool silence_probability(Datum history, DateADT as_of, const rt_model *model,
								double *probability);

/*
 * The first day behind their last purchase up to as_of, and not behind as_of, at whose end
 * a silence as long had at most this probability; false when there is none
 */
extern bool silence_day(Datum history, DateADT as_of, const rt_model *model, double probability,
						DateADT *day);

#endif							/* RETENTION_CYCLE_H */
