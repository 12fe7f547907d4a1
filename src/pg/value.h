/*
 * value.h
 *		What customers spend, from SQL arguments, and money as SQL has it.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_VALUE_H
#define RETENTION_VALUE_H

#include "pg/compat.h"

#include "utils/date.h"

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
	double		x;				/* orders as the spend model counts them, of known value */
	double		mean;			/* of their values */
	double		value;			/* of an order to expect */
	double		margin;
	DateADT		as_of;
	double		days;			/* of the horizon; infinite without one */
	double		horizon;		/* the same in the model's unit, by its season */
	double		rate;			/* in the model's unit, continuous, of real time */
} ClvArguments;

/*
 * False when nothing was bought by as_of or the spend model has no mean; an error with the
 * function's name
 */
extern bool get_clv_arguments(FunctionCallInfo fcinfo, int first, const char *function,
							  ClvArguments *arguments);

/*
 * The purchases within the horizon, discounted in real time; those of a customer who is still one,
 * which may be beyond doubles where nobody is
 */
extern double clv_purchases(const ClvArguments *arguments);
extern double clv_purchases_if_alive(const ClvArguments *arguments);

#define DAYS_PER_YEAR 365.25

/* A numeric with all digits that a double has */
extern Datum money_datum(double value);

/* An error that names the value unless x is not negative and both are finite */
extern void check_orders(double x, double mean);

#endif							/* RETENTION_VALUE_H */
