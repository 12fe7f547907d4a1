/*
 * customer_base.c
 *		Any model of who is still a customer.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/customer_base.h"

bool
rt_base_from_model(const rt_model *model, rt_base *base)
{
	base->is_pareto = model->id == RT_MODEL_PARETO_NBD;
	if (!base->is_pareto)
		return rt_bg_nbd_from_model(model, &base->bg_nbd);
	base->pareto_nbd.r = model->parameters[0];
	base->pareto_nbd.alpha = model->parameters[1];
	base->pareto_nbd.s = model->parameters[2];
	base->pareto_nbd.beta = model->parameters[3];
	return true;
}

bool
rt_base_needs_intervals(const rt_base *base)
{
	return !base->is_pareto && base->bg_nbd.k > 1;
}

bool
rt_base_fit_needs_intervals(rt_model_id id)
{
	return id != RT_MODEL_BG_NBD && id != RT_MODEL_MBG_NBD && id != RT_MODEL_PARETO_NBD;
}

double
rt_base_log_likelihood(const rt_base *base, const rt_customer *customer, double sum_log)
{
	return base->is_pareto ? rt_pareto_nbd_log_likelihood(&base->pareto_nbd, customer) :
		rt_bg_nbd_log_likelihood(&base->bg_nbd, customer, sum_log);
}

double
rt_base_p_alive(const rt_base *base, const rt_customer *customer)
{
	return base->is_pareto ? rt_pareto_nbd_p_alive(&base->pareto_nbd, customer) :
		rt_bg_nbd_p_alive(&base->bg_nbd, customer);
}

double
rt_base_p_gone(const rt_base *base, const rt_customer *customer)
{
	return base->is_pareto ? rt_pareto_nbd_p_gone(&base->pareto_nbd, customer) :
		rt_bg_nbd_p_gone(&base->bg_nbd, customer);
}

double
rt_base_p_alive_after(const rt_base *base, const rt_customer *customer, double t)
{
	return base->is_pareto ? rt_pareto_nbd_p_alive_after(&base->pareto_nbd, customer, t) :
		rt_bg_nbd_p_alive_after(&base->bg_nbd, customer, t);
}

double
rt_base_expected_purchases(const rt_base *base, const rt_customer *customer, double t)
{
	return base->is_pareto ? rt_pareto_nbd_expected_purchases(&base->pareto_nbd, customer, t) :
		rt_bg_nbd_expected_purchases(&base->bg_nbd, customer, t);
}

double
rt_base_purchase_probability(const rt_base *base, const rt_customer *customer, double t)
{
	return base->is_pareto ? rt_pareto_nbd_purchase_probability(&base->pareto_nbd, customer, t) :
		rt_bg_nbd_purchase_probability(&base->bg_nbd, customer, t);
}

double
rt_base_purchase_pmf(const rt_base *base, const rt_customer *customer, int n, double t)
{
	return base->is_pareto ? rt_pareto_nbd_purchase_pmf(&base->pareto_nbd, customer, n, t) :
		rt_bg_nbd_purchase_pmf(&base->bg_nbd, customer, n, t);
}

size_t
rt_base_fit_workspace(rt_model_id id, size_t row_count)
{
	return id == RT_MODEL_PARETO_NBD ? rt_pareto_nbd_workspace(row_count) : 0;
}

void
rt_base_fit_model(rt_model_id id, const rt_customers *customers, void *workspace,
				  bool (*interrupted) (void), rt_fit *fit)
{
	if (id == RT_MODEL_PARETO_NBD)
		rt_pareto_nbd_fit_model(customers, workspace, interrupted, fit);
	else
		rt_bg_nbd_fit_model(id, customers, interrupted, fit);
}
