/*
 * contract.h
 *		Contracts that are renewed or not: sBG and BdW.
 *
 * At each renewal a customer leaves with a probability of their own, Beta(alpha, beta)
 * across customers (shifted beta-geometric); it may fall or rise with the number of renewals, by
 * the power c (beta-discrete-Weibull; c = 1 is the former).  After t renewals as many are left as
 *
 *		S(t) = B(alpha, beta + t^c) / B(alpha, beta)
 *
 * Sources: Fader, Hardie (2007), "How to project customer retention"; Fader, Hardie, Liu,
 * Davin, Steenburgh (2018), "How to project customer retention" revisited; Fader, Hardie (2010),
 * "Customer-base valuation in a contractual setting: the perils of ignoring heterogeneity".
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_CONTRACT_H
#define RT_CONTRACT_H

#include <stdbool.h>

#include "core/customers.h"
#include "core/model.h"

typedef struct rt_contract
{
	double		alpha;
	double		beta;
	double		c;
} rt_contract;

/* False for a model of another kind */
extern bool rt_contract_from_model(const rt_model *model, rt_contract *contract);

/* ln S(t), t from 0 on, and ln(S(t) / S(t - 1)), t from 1 on */
extern double rt_contract_log_survival(const rt_contract *contract, double t);
extern double rt_contract_log_retention(const rt_contract *contract, double t);

/*
 * The next horizon renewals after tenure of them that they are expected to make, the next one due
 * now and each later one counting 1 / (1 + discount) of the one before; both horizon and
 * discount may be the limit (infinite, 0), but not both.  To 1e-9 relative.
 */
extern double rt_contract_expected_renewals(const rt_contract *contract, double tenure,
											double horizon, double discount);

#endif							/* RT_CONTRACT_H */
