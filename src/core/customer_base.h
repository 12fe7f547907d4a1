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

#include "core/bg_nbd.h"
#include "core/pareto_nbd.h"

typedef struct rt_base
{
	bool		is_pareto;
	rt_bg_nbd	bg_nbd;			/* unless is_pareto */
	rt_pareto_nbd pareto_nbd;	/* if it is */
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
extern double rt_base_expected_purchases(const rt_base *base, const rt_customer *customer, double t);
extern double rt_base_purchase_probability(const rt_base *base, const rt_customer *customer, double t);
extern double rt_base_purchase_pmf(const rt_base *base, const rt_customer *customer, int n, double t);

/* workspace: so many bytes for so many rows, aligned for doubles */
extern size_t rt_base_fit_workspace(rt_model_id id, size_t row_count);
extern void rt_base_fit_model(rt_model_id id, const rt_customers *customers, void *workspace,
							  bool (*interrupted) (void), rt_fit *fit);

#endif							/* RT_CUSTOMER_BASE_H */
