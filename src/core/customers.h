/*
 * customers.h
 *		A customer as models of a customer base see them, a base of them, and what
 *		fitting a model to it gives.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_CUSTOMERS_H
#define RT_CUSTOMERS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/kind.h"

/* 2^53: whole numbers up to it are doubles */
#define RT_WHOLE_MAX 9007199254740992.0

/*
 * x repeat purchases, the last of them t_x after the first purchase, seen until
 * age after it: 0 <= t_x <= age, and t_x = 0 where x = 0.  In the model's unit.
 */
typedef struct rt_customer
{
	double		x;
	double		t_x;
	double		age;
} rt_customer;

/* x orders after the first one, of this mean value above 0 */
typedef struct rt_orders
{
	double		x;
	double		mean;
	double		log_mean;		/* set for the fit, which asks for it all the time */
} rt_orders;

/* Days on which they spent something, the sum of that, and how much it varies between the days */
typedef struct rt_amounts
{
	double		days;
	double		sum;
	double		unevenness;		/* days ln(sum / days) less the sum of the logarithms: 0 or more */
} rt_amounts;

/* Asked to renew so many times; refused is 1 if they did not at the last of these, else 0 */
typedef struct rt_term
{
	double		tenure;
	double		refused;
	double		unused;			/* 0 */
} rt_term;

#define RT_EVENNESS_MAX 1536	/* see rt_evenness */

/*
 * The intervals between the purchases of customers; or, of at least two intervals, how even they
 * are
 */
typedef struct rt_rhythm
{
	double		count;
	double		sum;			/* or evenness, as rt_evenness gives it */
	double		is_evenness;	/* 0 or 1 */
} rt_rhythm;

/*
 * Customers that are the same to a fit, in the form of its input; a weight need not be a whole
 * number
 */
typedef struct rt_fit_row
{
	union
	{
		rt_customer customer;	/* recency, opportunities */
		rt_orders	orders;
		rt_amounts	amounts;
		rt_term		term;
		rt_rhythm	rhythm;
		double		numbers[3]; /* of any of them, finite and not below 0 */
	};
	double		weight;
} rt_fit_row;

/*
 * The rows in ascending order of their numbers; times are in units of which
 * time_unit make one of the model's
 */
typedef struct rt_customers
{
	const rt_fit_row *rows;
	size_t		row_count;
	double		sum_log;		/* sum of the logarithms of all intervals, in the same unit; of
								 * amounts what rt_gamma_gamma_all_orders gives */
	double		time_unit;
} rt_customers;

/*
 * parameters in the order of the kind; covariance[i * RT_PARAMETERS_MAX + j] is NaN
 * where it is not known: of a fit that did not converge, and of a whole number.
 */
typedef struct rt_fit
{
	double		parameters[RT_PARAMETERS_MAX];
	double		covariance[RT_PARAMETERS_MAX * RT_PARAMETERS_MAX];
	double		log_likelihood;
	bool		converged;		/* inside the parameter space, with a covariance */
	int			evaluations;
} rt_fit;

/* Of rows of recency, in the model's unit */
typedef struct rt_customers_totals
{
	double		customers;
	double		purchases;
	double		time;			/* up to the last purchase; of who has none all they were seen */
	double		age;
} rt_customers_totals;

extern rt_customers_totals rt_customers_total(const rt_customers *customers);

/* May these be x, t_x and age? */
extern bool rt_recency_row_valid(const rt_fit_row *row);

#endif							/* RT_CUSTOMERS_H */
