/*
 * bg_nbd.h
 *		Customers who may leave after any purchase: BG/NBD, MBG/NBD and, for
 *		regular buyers, BG/CNBD-k and MBG/CNBD-k.
 *
 * While they are a customer, intervals between purchases are Erlang(k, lambda): the
 * k-th event of a Poisson process is a purchase (k = 1: each one).  After a purchase
 * they leave with probability p; in the models with first_may_be_last also after
 * the first one.  lambda is Gamma(r, rate alpha), p is Beta(a, b) across customers.
 *
 * A customer is x repeat purchases, the last of them t_x after the first purchase,
 * seen until age after it.  With d = 1 if first_may_be_last, else 0, m = r + k x and
 * sum_log the sum of the logarithms of their intervals the log-likelihood is
 *
 *		(k - 1) sum_log - x ln (k - 1)! + ln B(a, b + x + d) - ln B(a, b)
 *			+ ln Gamma(m) - ln Gamma(r) + r ln alpha - m ln(alpha + age) + ln(gone + here)
 *		gone = a / (b + x + d - 1) ((alpha + age) / (alpha + t_x))^m, 0 if x + d = 0
 *		here = sum over j < k of (m)_j / j! ((age - t_x) / (alpha + age))^j
 *
 * and they are still a customer with probability here / (gone + here).  Times are in
 * the model's unit.
 *
 * Sources: Fader, Hardie, Lee (2005), "Counting your customers the easy way";
 * Batislam, Denizel, Filiztekin (2007); Hoppe, Wagner (2007); Reutterer, Platzer,
 * Schroeder (2020), "Leveraging purchase regularity for predicting customer behavior
 * the easy way".
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_BG_NBD_H
#define RT_BG_NBD_H

#include <stdbool.h>

#include "core/customers.h"
#include "core/model.h"

typedef struct rt_bg_nbd
{
	int			k;
	bool		first_may_be_last;
	double		r;
	double		alpha;
	double		a;
	double		b;
} rt_bg_nbd;

/* The model of such a kind; false for another kind */
extern bool rt_bg_nbd_from_model(const rt_model *model, rt_bg_nbd *bg_nbd);

/*
 * All of these are finite for every valid customer (0 <= t_x <= age, x >= 0, and x = 0
 * only with t_x = 0) and every time t >= 0 from now on, whatever the parameters, and take
 * milliseconds at most (tens of them where t is some 1e300).  Relative errors are below 1e-9,
 * of probabilities below 1e-15 larger.
 */
extern double rt_bg_nbd_log_likelihood(const rt_bg_nbd *model, const rt_customer *customer, double sum_log);
extern double rt_bg_nbd_p_alive(const rt_bg_nbd *model, const rt_customer *customer);
/* 1 - p_alive, without rounding to 0 */
extern double rt_bg_nbd_p_gone(const rt_bg_nbd *model, const rt_customer *customer);
/* They are still a customer after t more */
extern double rt_bg_nbd_p_alive_after(const rt_bg_nbd *model, const rt_customer *customer, double t);
/* How much of t, which may be infinite, they are still a customer: infinite where the mean is */
extern double rt_bg_nbd_expected_lifetime(const rt_bg_nbd *model, const rt_customer *customer, double t);
/* Purchases within t; a new customer, just after the first purchase, is x = t_x = age = 0 */
extern double rt_bg_nbd_expected_purchases(const rt_bg_nbd *model, const rt_customer *customer, double t);
/*
 * Purchases within t, which may be infinite for a rate above 0, one at the time u from now
 * counting exp(-rate u), of a customer who is still one: times p_alive of any; to 1e-7 relative
 */
extern double rt_bg_nbd_discounted_if_alive(const rt_bg_nbd *model, const rt_customer *customer, double t, double rate);
/* The probability that j of the k events of the interval that runs have happened, if they are a customer; room for k */
extern void rt_bg_nbd_phases(const rt_bg_nbd *model, const rt_customer *customer, double *phases);
/* At least one purchase within t; exactly n */
extern double rt_bg_nbd_purchase_probability(const rt_bg_nbd *model, const rt_customer *customer, double t);
extern double rt_bg_nbd_purchase_pmf(const rt_bg_nbd *model, const rt_customer *customer, int n, double t);

/*
 * The most likely model of the kind; for a kind with k with this one, or with 0 for k
 * the best one from 1 on.  Errors and bounds as in rt_fit.
 */
extern void rt_bg_nbd_fit_model(rt_model_id id, int k, const rt_customers *customers, rt_fit *fit);

#endif							/* RT_BG_NBD_H */
