/*
 * value.h
 *		What customers spend, from SQL arguments, and money as SQL has it.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_VALUE_H
#define RETENTION_VALUE_H

#include "pg/compat.h"

#include "core/customer_base.h"
#include "core/gamma_gamma.h"

/*
 * From some argument of a function on: model, spend, history, as_of, horizon, discount_rate,
 * margin, or the same without horizon and margin
 */
typedef struct ClvArguments
{
	const rt_model *model;
	const rt_model *spend_model;
	rt_base		base;
	rt_gamma_gamma spend;
	rt_customer customer;
	double		x;				/* repeat orders of known value */
	double		mean;			/* of their values */
	double		value;			/* of an order to expect */
	double		margin;
	double		horizon;		/* in the model's unit */
	double		rate;			/* the same, continuous */
} ClvArguments;

/*
 * False when nothing was bought by as_of or the spend model has no mean; an error with the
 * function's name
 */
extern bool get_clv_arguments(FunctionCallInfo fcinfo, int first, const char *function,
							  ClvArguments *arguments);

#define DAYS_PER_YEAR 365.25

/* A numeric with all digits that a double has */
extern Datum money_datum(double value);

/* An error that names the value unless x is not negative and both are finite */
extern void check_orders(double x, double mean);

#endif							/* RETENTION_VALUE_H */
