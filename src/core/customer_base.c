/*
 * customer_base.c
 *		Any model of who is still a customer.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/customer_base.h"
#include "core/places.h"

bool
rt_base_from_model(const rt_model *model, rt_base *base)
{
	const double *p = model->parameters;

	switch (model->id)
	{
		case RT_MODEL_PARETO_NBD:
			base->family = RT_FAMILY_PARETO_NBD;
			base->pareto_nbd = (rt_pareto_nbd) {p[0], p[1], p[2], p[3]};
			return true;
		case RT_MODEL_GGOMPERTZ_NBD:
			base->family = RT_FAMILY_GGOMPERTZ_NBD;
			base->ggompertz_nbd = (rt_ggompertz_nbd) {p[0], p[1], p[2], p[3], p[4]};
			return true;
		case RT_MODEL_BG_BB:
			base->family = RT_FAMILY_BG_BB;
			base->bg_bb = (rt_bg_bb) {p[0], p[1], p[2], p[3]};
			return true;
		default:
			base->family = RT_FAMILY_BG_NBD;
			return rt_bg_nbd_from_model(model, &base->bg_nbd);
	}
}

bool
rt_base_needs_intervals(const rt_base *base)
{
	return base->family == RT_FAMILY_BG_NBD && base->bg_nbd.k > 1;
}

bool
rt_base_fit_needs_intervals(rt_model_id id)
{
	return id == RT_MODEL_INTERPURCHASE || id == RT_MODEL_BG_CNBD_K || id == RT_MODEL_MBG_CNBD_K;
}

double
rt_base_log_likelihood(const rt_base *base, const rt_customer *customer, double sum_log)
{
	switch (base->family)
	{
		case RT_FAMILY_BG_NBD:
			return rt_bg_nbd_log_likelihood(&base->bg_nbd, customer, sum_log);
		case RT_FAMILY_PARETO_NBD:
			return rt_pareto_nbd_log_likelihood(&base->pareto_nbd, customer);
		case RT_FAMILY_GGOMPERTZ_NBD:
			return rt_ggompertz_nbd_log_likelihood(&base->ggompertz_nbd, customer);
		case RT_FAMILY_BG_BB:
			return rt_bg_bb_log_likelihood(&base->bg_bb, customer);
	}
	return NAN;
}

double
rt_base_p_alive(const rt_base *base, const rt_customer *customer)
{
	switch (base->family)
	{
		case RT_FAMILY_BG_NBD:
			return rt_bg_nbd_p_alive(&base->bg_nbd, customer);
		case RT_FAMILY_PARETO_NBD:
			return rt_pareto_nbd_p_alive(&base->pareto_nbd, customer);
		case RT_FAMILY_GGOMPERTZ_NBD:
			return rt_ggompertz_nbd_p_alive(&base->ggompertz_nbd, customer);
		case RT_FAMILY_BG_BB:
			return rt_bg_bb_p_alive(&base->bg_bb, customer);
	}
	return NAN;
}

double
rt_base_p_gone(const rt_base *base, const rt_customer *customer)
{
	switch (base->family)
	{
		case RT_FAMILY_BG_NBD:
			return rt_bg_nbd_p_gone(&base->bg_nbd, customer);
		case RT_FAMILY_PARETO_NBD:
			return rt_pareto_nbd_p_gone(&base->pareto_nbd, customer);
		case RT_FAMILY_GGOMPERTZ_NBD:
			return rt_ggompertz_nbd_p_gone(&base->ggompertz_nbd, customer);
		case RT_FAMILY_BG_BB:
			return rt_bg_bb_p_gone(&base->bg_bb, customer);
	}
	return NAN;
}

double
rt_base_p_alive_after(const rt_base *base, const rt_customer *customer, double t)
{
	switch (base->family)
	{
		case RT_FAMILY_BG_NBD:
			return rt_bg_nbd_p_alive_after(&base->bg_nbd, customer, t);
		case RT_FAMILY_PARETO_NBD:
			return rt_pareto_nbd_p_alive_after(&base->pareto_nbd, customer, t);
		case RT_FAMILY_GGOMPERTZ_NBD:
			return rt_ggompertz_nbd_p_alive_after(&base->ggompertz_nbd, customer, t);
		case RT_FAMILY_BG_BB:
			return rt_bg_bb_p_alive_after(&base->bg_bb, customer, t);
	}
	return NAN;
}

double
rt_base_expected_lifetime(const rt_base *base, const rt_customer *customer, double t)
{
	switch (base->family)
	{
		case RT_FAMILY_BG_NBD:
			return rt_bg_nbd_expected_lifetime(&base->bg_nbd, customer, t);
		case RT_FAMILY_PARETO_NBD:
			return rt_pareto_nbd_expected_lifetime(&base->pareto_nbd, customer, t);
		case RT_FAMILY_GGOMPERTZ_NBD:
			return rt_ggompertz_nbd_expected_lifetime(&base->ggompertz_nbd, customer, t);
		case RT_FAMILY_BG_BB:
			return rt_bg_bb_expected_lifetime(&base->bg_bb, customer, t);
	}
	return NAN;
}

double
rt_base_expected_purchases(const rt_base *base, const rt_customer *customer, double t)
{
	switch (base->family)
	{
		case RT_FAMILY_BG_NBD:
			return rt_bg_nbd_expected_purchases(&base->bg_nbd, customer, t);
		case RT_FAMILY_PARETO_NBD:
			return rt_pareto_nbd_expected_purchases(&base->pareto_nbd, customer, t);
		case RT_FAMILY_GGOMPERTZ_NBD:
			return rt_ggompertz_nbd_expected_purchases(&base->ggompertz_nbd, customer, t);
		case RT_FAMILY_BG_BB:
			return rt_bg_bb_expected_purchases(&base->bg_bb, customer, t);
	}
	return NAN;
}

double
rt_base_discounted_if_alive(const rt_base *base, const rt_customer *customer, double t, double rate)
{
	switch (base->family)
	{
		case RT_FAMILY_BG_NBD:
			return rt_bg_nbd_discounted_if_alive(&base->bg_nbd, customer, t, rate);
		case RT_FAMILY_PARETO_NBD:
			return rt_pareto_nbd_discounted_if_alive(&base->pareto_nbd, customer, t, rate);
		case RT_FAMILY_GGOMPERTZ_NBD:
			return rt_ggompertz_nbd_discounted_if_alive(&base->ggompertz_nbd, customer, t, rate);
		case RT_FAMILY_BG_BB:
			return rt_bg_bb_discounted_if_alive(&base->bg_bb, customer, t, rate);
	}
	return NAN;
}

double
rt_base_discounted_purchases(const rt_base *base, const rt_customer *customer, double t, double rate)
{
	double		alive = rt_base_p_alive(base, customer);

	/* what nobody is there for may be beyond doubles */
	return alive == 0 ? 0 : alive * rt_base_discounted_if_alive(base, customer, t, rate);
}

double
rt_base_purchase_probability(const rt_base *base, const rt_customer *customer, double t)
{
	switch (base->family)
	{
		case RT_FAMILY_BG_NBD:
			return rt_bg_nbd_purchase_probability(&base->bg_nbd, customer, t);
		case RT_FAMILY_PARETO_NBD:
			return rt_pareto_nbd_purchase_probability(&base->pareto_nbd, customer, t);
		case RT_FAMILY_GGOMPERTZ_NBD:
			return rt_ggompertz_nbd_purchase_probability(&base->ggompertz_nbd, customer, t);
		case RT_FAMILY_BG_BB:
			return rt_bg_bb_purchase_probability(&base->bg_bb, customer, t);
	}
	return NAN;
}

double
rt_base_purchase_pmf(const rt_base *base, const rt_customer *customer, int n, double t)
{
	switch (base->family)
	{
		case RT_FAMILY_BG_NBD:
			return rt_bg_nbd_purchase_pmf(&base->bg_nbd, customer, n, t);
		case RT_FAMILY_PARETO_NBD:
			return rt_pareto_nbd_purchase_pmf(&base->pareto_nbd, customer, n, t);
		case RT_FAMILY_GGOMPERTZ_NBD:
			return rt_ggompertz_nbd_purchase_pmf(&base->ggompertz_nbd, customer, n, t);
		case RT_FAMILY_BG_BB:
			return rt_bg_bb_purchase_pmf(&base->bg_bb, customer, n, t);
	}
	return NAN;
}

size_t
rt_base_fit_workspace(rt_model_id id, size_t row_count)
{
	return id == RT_MODEL_PARETO_NBD || id == RT_MODEL_GGOMPERTZ_NBD ? rt_places_workspace(row_count) : 0;
}

void
rt_base_fit_model(rt_model_id id, int k, const rt_customers *customers, void *workspace, rt_fit *fit)
{
	if (id == RT_MODEL_PARETO_NBD)
		rt_pareto_nbd_fit_model(customers, workspace, fit);
	else if (id == RT_MODEL_GGOMPERTZ_NBD)
		rt_ggompertz_nbd_fit_model(customers, workspace, fit);
	else if (id == RT_MODEL_BG_BB)
		rt_bg_bb_fit_model(customers, fit);
	else
		rt_bg_nbd_fit_model(id, k, customers, fit);
}
