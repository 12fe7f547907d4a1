/*
 * fit_history.c
 *		What a customer's history is as a row of a fit.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/fit_history.h"

#include "pg/errors.h"
#include "pg/gamma_gamma_all.h"

static FitHistory
fit_history_orders(HistoryBytes history, DateADT as_of)
{
	FitHistory	found = {.row = {.weight = 1}};
	rt_rfm		rfm;

	if (history.size > 0)
		check_history_status(rt_history_rfm(history.bytes, history.size, as_of, &rfm,
											&found.bought), 0);
	if (!found.bought || rfm.frequency == 0)
		return found;
	found.tells = rfm.has_value && rfm.monetary_value > 0;
	if (found.tells)
		found.row.orders = (rt_orders) {rfm.frequency, rfm.monetary_value};
	else
		found.left_out = 1;
	return found;
}

static FitHistory
fit_history_recency(HistoryBytes history, DateADT as_of)
{
	FitHistory	found = {.row = {.weight = 1}};
	rt_rfm		rfm;

	if (history.size > 0)
		check_history_status(rt_history_recency(history.bytes, history.size, as_of, &rfm,
												&found.bought), 0);
	found.tells = found.bought;
	if (found.bought)
		found.row.customer = (rt_customer) {rfm.frequency, rfm.recency, rfm.customer_age};
	return found;
}

FitHistory
fit_history_of(const rt_kind *kind, HistoryBytes history, DateADT as_of)
{
	FitHistory	found = {.row = {.weight = 1}};

	if (kind->input == RT_INPUT_SPEND)
		return fit_history_orders(history, as_of);
	if (kind->input == RT_INPUT_RECENCY)
		return fit_history_recency(history, as_of);
	found.tells = amounts_of_history(history, as_of, &found.row.amounts, &found.left_out,
									 &found.bought);
	return found;
}
