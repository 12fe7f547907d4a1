/*
 * bases.h
 *		Simulated customer bases, and fits to them, for tests of fits.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef TEST_BASES_H
#define TEST_BASES_H

#include "core/customer_base.h"

/*
 * So many customers of a base whose ages lie between two, as rows in the order that a fit wants,
 * for which there is room, and no two alike
 */
extern rt_customers simulate_base(const rt_base *truth, int customers, double youngest,
								  double oldest, int64_t seed, rt_fit_row *rows);

extern rt_fit fit_base(const rt_kind *kind, int k, const rt_customers *customers);

/* What is stored of a fit */
extern rt_model fitted_model(const rt_kind *kind, const rt_fit *fit);

/* The log-likelihood of all, by the functions that answer questions of one customer */
extern double base_log_likelihood(const rt_base *base, const rt_customers *customers);

#endif							/* TEST_BASES_H */
