/*
 * ggompertz_nbd.h
 *		Customers who may leave at any time, and the likelier the longer they are customers:
 *		GG/NBD.
 *
 * While she is a customer she buys at random with a rate lambda; she leaves with a hazard
 * eta b exp(b u) at the age u, a Gompertz lifetime.  lambda is Gamma(r, rate alpha), eta is
 * Gamma(s, rate beta) across customers.  With g(u) = (beta - 1 + exp(b u)) / beta, to the
 * power -s the chance to be still here at the age u, and m = r + x the log-likelihood of
 * a customer is
 *
 *		ln Gamma(m) - ln Gamma(r) + r ln alpha
 *			+ ln{ (alpha + age)^-m g(age)^-s
 *				  + s int_{t_x}^{age} (alpha + u)^-m g(u)^-(s + 1) g'(u) du }
 *
 * For b to 0 with beta / b fixed it is Pareto/NBD with beta / b for beta.  Times are in the
 * model's unit.
 *
 * Source: Bemmaor, Glady (2012), "Modeling purchasing behavior with sudden death: a
 * flexible customer lifetime model".
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_GGOMPERTZ_NBD_H
#define RT_GGOMPERTZ_NBD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/customers.h"
#include "core/model.h"

typedef struct rt_ggompertz_nbd
{
	double		r;
	double		alpha;
	double		b;
	double		s;
	double		beta;
} rt_ggompertz_nbd;

/* As in bg_nbd.h */
extern double rt_ggompertz_nbd_log_likelihood(const rt_ggompertz_nbd *model, const rt_customer *customer);
extern double rt_ggompertz_nbd_p_alive(const rt_ggompertz_nbd *model, const rt_customer *customer);
extern double rt_ggompertz_nbd_p_gone(const rt_ggompertz_nbd *model, const rt_customer *customer);
extern double rt_ggompertz_nbd_p_alive_after(const rt_ggompertz_nbd *model, const rt_customer *customer, double t);
extern double rt_ggompertz_nbd_expected_purchases(const rt_ggompertz_nbd *model, const rt_customer *customer, double t);
extern double rt_ggompertz_nbd_expected_lifetime(const rt_ggompertz_nbd *model, const rt_customer *customer, double t);
extern double rt_ggompertz_nbd_discounted_if_alive(const rt_ggompertz_nbd *model, const rt_customer *customer, double t, double rate);
extern double rt_ggompertz_nbd_purchase_probability(const rt_ggompertz_nbd *model, const rt_customer *customer, double t);
extern double rt_ggompertz_nbd_purchase_pmf(const rt_ggompertz_nbd *model, const rt_customer *customer, int n, double t);

/* workspace as in places.h */
extern void rt_ggompertz_nbd_fit_model(const rt_customers *customers, void *workspace, rt_fit *fit);

#endif							/* RT_GGOMPERTZ_NBD_H */
