/*
 * pareto_nbd.h
 *		Customers who may leave at any time: Pareto/NBD.
 *
 * While she is a customer she buys at random with a rate lambda, and leaves with a rate
 * mu; lambda is Gamma(r, rate alpha), mu is Gamma(s, rate beta) across customers.  With
 * m = r + x the log-likelihood of a customer is
 *
 *		ln Gamma(m) - ln Gamma(r) + r ln alpha + s ln beta
 *			+ ln{ (alpha + age)^-m (beta + age)^-s
 *				  + s int_{t_x}^{age} (alpha + u)^-m (beta + u)^-(s + 1) du }
 *
 * where the integral is what the papers write as a difference of two hypergeometric
 * functions; it is computed as it stands, of positive terms.  Times are in the model's
 * unit.
 *
 * Sources: Schmittlein, Morrison, Colombo (1987), "Counting your customers"; Fader,
 * Hardie (2005), "A note on deriving the Pareto/NBD model".
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_PARETO_NBD_H
#define RT_PARETO_NBD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/customers.h"
#include "core/model.h"

typedef struct rt_pareto_nbd
{
	double		r;
	double		alpha;
	double		s;
	double		beta;
} rt_pareto_nbd;

/* As in bg_nbd.h */
extern double rt_pareto_nbd_log_likelihood(const rt_pareto_nbd *model, const rt_customer *customer);
extern double rt_pareto_nbd_p_alive(const rt_pareto_nbd *model, const rt_customer *customer);
extern double rt_pareto_nbd_p_gone(const rt_pareto_nbd *model, const rt_customer *customer);
extern double rt_pareto_nbd_p_alive_after(const rt_pareto_nbd *model, const rt_customer *customer, double t);
extern double rt_pareto_nbd_expected_purchases(const rt_pareto_nbd *model, const rt_customer *customer, double t);
extern double rt_pareto_nbd_expected_lifetime(const rt_pareto_nbd *model, const rt_customer *customer, double t);
extern double rt_pareto_nbd_discounted_if_alive(const rt_pareto_nbd *model, const rt_customer *customer, double t, double rate);
extern double rt_pareto_nbd_purchase_probability(const rt_pareto_nbd *model, const rt_customer *customer, double t);
extern double rt_pareto_nbd_purchase_pmf(const rt_pareto_nbd *model, const rt_customer *customer, int n, double t);

/* workspace as in places.h */
extern void rt_pareto_nbd_fit_model(const rt_customers *customers, void *workspace, rt_fit *fit);

#endif							/* RT_PARETO_NBD_H */
