/*
 * customer_base.h
 *		Any model of who is still a customer: the one place that tells their kinds apart.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_CUSTOMER_BASE_H
#define RT_CUSTOMER_BASE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/bg_bb.h"
#include "core/bg_nbd.h"
#include "core/ggompertz_nbd.h"
#include "core/pareto_nbd.h"

/* Kinds that share a core file */
typedef enum rt_family
{
	RT_FAMILY_BG_NBD,			/* and MBG/NBD, BG/CNBD-k, MBG/CNBD-k */
	RT_FAMILY_PARETO_NBD,
	RT_FAMILY_GGOMPERTZ_NBD,
	RT_FAMILY_BG_BB
} rt_family;

typedef struct rt_base
{
	rt_family	family;
	union
	{
		rt_bg_nbd	bg_nbd;
		rt_pareto_nbd pareto_nbd;
		rt_ggompertz_nbd ggompertz_nbd;
		rt_bg_bb	bg_bb;
	};
} rt_base;

/* False for a model that does not know who is still a customer */
extern bool rt_base_from_model(const rt_model *model, rt_base *base);

/* Does the likelihood depend on each interval, not only on x, t_x and age? */
extern bool rt_base_needs_intervals(const rt_base *base);
extern bool rt_base_fit_needs_intervals(rt_model_id id);

/* As in bg_nbd.h */
extern double rt_base_log_likelihood(const rt_base *base, const rt_customer *customer, double sum_log);
extern double rt_base_p_alive(const rt_base *base, const rt_customer *customer);
extern double rt_base_p_gone(const rt_base *base, const rt_customer *customer);
extern double rt_base_p_alive_after(const rt_base *base, const rt_customer *customer, double t);
extern double rt_base_expected_lifetime(const rt_base *base, const rt_customer *customer, double t);
extern double rt_base_expected_purchases(const rt_base *base, const rt_customer *customer, double t);
extern double rt_base_discounted_if_alive(const rt_base *base, const rt_customer *customer, double t, double rate);
extern double rt_base_discounted_purchases(const rt_base *base, const rt_customer *customer, double t, double rate);
extern double rt_base_purchase_probability(const rt_base *base, const rt_customer *customer, double t);
extern double rt_base_purchase_pmf(const rt_base *base, const rt_customer *customer, int n, double t);

/* k of the kinds that have one, 0 for the best; workspace: so many bytes for so many rows, aligned for doubles */
extern size_t rt_base_fit_workspace(rt_model_id id, size_t row_count);
extern void rt_base_fit_model(rt_model_id id, int k, const rt_customers *customers, void *workspace, rt_fit *fit);

#endif							/* RT_CUSTOMER_BASE_H */
