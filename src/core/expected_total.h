/*
 * expected_total.h
 *		How many purchases to expect of a whole base, and how sure that is.
 *
 * With the parameters given customers do not depend on each other: what is expected of all is the
 * sum of what is expected of each, and its variance the sum of theirs, that of
 *
 *		alive E[n (n - 1) | alive] + E - E^2,		E = alive E[n | alive],
 *
 * where alive is the probability that they are still a customer.  What the fit does not know of
 * the parameters moves all customers at once: by the delta rule it adds g' C g, with the covariance
 * C of the logarithms of the parameters and the derivatives g of the sum by these, which are sums,
 * too.  All sums are exact, so that neither order nor grouping matters.
 *
 * Limits are those of the count with this mean and variance whose rate is gamma distributed: the
 * negative binomial; where there is less variance than by chance alone the binomial one.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_EXPECTED_TOTAL_H
#define RT_EXPECTED_TOTAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/customer_base.h"
#include "core/exact_sum.h"
#include "core/prediction.h"

/* All zero is the sum over nobody */
typedef struct rt_total
{
	int64_t		customers;
	rt_exact_sum expected;
	rt_exact_sum variance;
	rt_exact_sum by[RT_PARAMETERS_MAX]; /* expected by the logarithm of each parameter */
} rt_total;

/* By what model, and until when */
typedef struct rt_total_question
{
	uint64_t	number;			/* tells it from others, from 1 on */
	rt_base		base;
	double		t;				/* from now on, in the model's unit, finite */
	bool		with_spread;	/* is it known how sure the fit is? else there are no derivatives */
} rt_total_question;

/* What one customer adds */
typedef struct rt_total_terms
{
	uint64_t	question;
	rt_customer customer;
	double		expected;
	double		variance;
	double		by[RT_PARAMETERS_MAX];
} rt_total_terms;

/* What they will do if they are still a customer, and in this phase */
typedef struct rt_total_future
{
	uint64_t	question;
	double		x;
	double		age;
	int			phase;
	rt_outlook	outlook;
} rt_total_future;

/* What is remembered, all zero at first: so many that few of the usual ones are computed twice */
#define RT_TOTAL_CUSTOMERS 8192
#define RT_TOTAL_FUTURES 8192

typedef struct rt_total_memory
{
	rt_total_terms customers[RT_TOTAL_CUSTOMERS];
	rt_total_future futures[RT_TOTAL_FUTURES];
} rt_total_memory;

/* False, and nothing added, where a number is beyond doubles */
extern bool rt_total_add(rt_total *total, const rt_total_question *question,
						 rt_total_memory *memory, const rt_customer *customer);
extern void rt_total_combine(rt_total *total, const rt_total *other);

/* May it have come from customers? */
extern bool rt_total_valid(const rt_total *total);

/* The variance of the sum: of chance, and of what the fit does not know */
extern double rt_total_variance(const rt_total *total, const rt_spread *spread);

/*
 * The whole numbers below the first and above the second of which the total is with a probability
 * of at most (1 - level) / 2
 */
extern void rt_total_limits(double expected, double variance, double level, double *lower,
							double *upper);

#endif							/* RT_EXPECTED_TOTAL_H */
