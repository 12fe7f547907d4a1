/*
 * customer_base.h
 *		Any model of who is still a customer.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_CUSTOMER_BASE_H
#define RT_CUSTOMER_BASE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/customers.h"
#include "core/model.h"

/* A model of a kind that has these functions; a test may make one of its kind and parameters */
typedef struct rt_base
{
	const rt_kind *kind;
	double		parameters[RT_PARAMETERS_MAX];
} rt_base;

/* False for a model that does not know who is still a customer */
extern bool rt_base_from_model(const rt_model *model, rt_base *base);

/*
 * Who bought x times again, from one day to another, as a model of recency sees them at the end of
 * as_of: in its unit, by its season.  And so many days from then on, which may be infinite.
 */
extern rt_customer rt_model_customer(const rt_model *model, double x, int32_t first, int32_t last,
									 int32_t as_of);
extern double rt_model_time(const rt_model *model, int32_t as_of, double days);

/* Does the likelihood depend on each interval, not only on x, t_x and age? */
extern bool rt_base_needs_intervals(const rt_base *base);

/*
 * All of these are finite for every valid customer (0 <= t_x <= age, x >= 0, and x = 0
 * only with t_x = 0) and every time t >= 0 from now on, whatever the parameters, and take
 * milliseconds at most (tens of them where t is some 1e300).  Relative errors are below 1e-9,
 * of probabilities below 1e-15 larger.  Times are in the model's unit.
 */
extern double rt_base_log_likelihood(const rt_base *base, const rt_customer *customer,
									 double sum_log);
extern double rt_base_p_alive(const rt_base *base, const rt_customer *customer);

/* 1 - p_alive, without rounding to 0 */
extern double rt_base_p_gone(const rt_base *base, const rt_customer *customer);

/*
 * ln of the odds that they left, at the last purchase or since, times the probability of their
 * silence if they did not: the odds before anything is made of how long it is.  A silence of
 * probability S of whoever is still here makes odds / S of them; S by the model itself those of
 * p_gone, which is what log_silence is set to, the logarithm of it.  Minus infinity where they
 * can't have left.
 */
extern double rt_base_log_odds_left(const rt_base *base, const rt_customer *customer,
									double *log_silence);

/*
 * The chance that a new customer leaves within so many purchases, or within the time in which so
 * many are made on average: near 0 where nobody leaves
 */
#define RT_BASE_PURCHASES 100
extern double rt_base_leaving(const rt_base *base);

/*
 * How often customers buy: one over the mean interval of each is Gamma(shape, rate) across them.
 * False where purchases have opportunities, and no rates.
 */
extern bool rt_base_rates(const rt_base *base, double *shape, double *rate);

/* They are still a customer after t more */
extern double rt_base_p_alive_after(const rt_base *base, const rt_customer *customer, double t);

/* How much of t, which may be infinite, they are still a customer: infinite where the mean is */
extern double rt_base_expected_lifetime(const rt_base *base, const rt_customer *customer, double t);

/* Purchases within t; a new customer, just after the first purchase, is x = t_x = age = 0 */
extern double rt_base_expected_purchases(const rt_base *base, const rt_customer *customer,
										 double t);

/*
 * Purchases within t, which may be infinite for a rate above 0, one at the time u from now
 * counting exp(-rate u), of a customer who is still one; of any one; to 1e-7 relative
 */
extern double rt_base_discounted_if_alive(const rt_base *base, const rt_customer *customer,
										  double t, double rate);
extern double rt_base_discounted_purchases(const rt_base *base, const rt_customer *customer,
										   double t, double rate);

/*
 * What a customer who is still one will do depends on the phase they are in: of regular buyers how
 * many of the k events of the interval that runs have happened, each with a probability; of others
 * there is one.  Returns how many there are.  slopes are their derivatives by the logarithm of each
 * parameter that is no whole number, where it is not NULL.
 */
extern int	rt_base_phases(const rt_base *base, const rt_customer *customer,
						   double phases[RT_K_MAX], double slopes[][RT_K_MAX]);

/*
 * Of a customer who is still one and in this phase, whose last purchase tells no more then: the
 * means of the number n of purchases within t, finite, and of n (n - 1), for its variance, to 1e-7
 * relative; and the derivatives of the former, where they are asked for, to 1e-5 of it
 */
typedef struct rt_outlook
{
	double		expected;
	double		pairs;
	double		slopes[RT_PARAMETERS_MAX];
} rt_outlook;

extern void rt_base_outlook(const rt_base *base, const rt_customer *customer, int phase, double t,
							bool with_slopes, rt_outlook *outlook);

/* The derivatives of p_alive */
extern void rt_base_p_alive_slopes(const rt_base *base, const rt_customer *customer,
								   double *slopes);

/*
 * Of the logarithm of a parameter, for differences to both sides: they are then wrong by a sixth of
 * its square times the third derivative, 2e-7 of that, and by the rounding of what is compared,
 * 1e-9 at most, over it
 */
#define RT_SLOPE_STEP 1e-3

/* The same model with a parameter so many steps of its logarithm away */
extern rt_base rt_base_moved(const rt_base *base, int parameter, double steps);

/* At least one purchase within t; exactly n */
extern double rt_base_purchase_probability(const rt_base *base, const rt_customer *customer,
										   double t);
extern double rt_base_purchase_pmf(const rt_base *base, const rt_customer *customer, int n,
								   double t);

#endif							/* RT_CUSTOMER_BASE_H */
