/*
 * contract.c
 *		Contracts that are renewed or not.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>
#include <stdint.h>

#include "core/contract.h"
#include "core/customer_base.h"
#include "core/gauss_legendre.h"
#include "core/optimize.h"
#include "core/poll.h"
#include "core/special.h"

bool
rt_contract_from_model(const rt_model *model, rt_contract *contract)
{
	const rt_kind *kind = rt_kind_by_id(model->id);

	contract->alpha = model->parameters[0];
	contract->beta = model->parameters[1];
	contract->c = kind->parameter_count > 2 ? model->parameters[2] : 1;
	return kind->input == RT_INPUT_CONTRACTS;
}

/*
 * Powers of a time overflow; before that they are so many that only the leading term of gamma
 * functions is left
 */
#define POWER_MAX 1e300
#define POWER_LARGE 1e150

/* ln S(from + more) / S(from): of B(alpha, beta + (from + more)^c) over B(alpha, beta + from^c) */
static double
log_left(const rt_contract *m, double from, double more)
{
	double		before = pow(from, m->c);
	double		after = pow(from + more, m->c);
	double		log_ratio = log1p(more / from);

	if (after <= POWER_MAX)
		return -rt_log_rising_ratio(m->beta + before, m->alpha,
									from > 0 ? before * expm1(m->c * log_ratio) : after);
	if (before >= POWER_LARGE)
		return -m->alpha * m->c * log_ratio;
	return rt_log_gamma_ratio(m->beta + before, m->alpha) - m->alpha * m->c * log(from + more);
}

double
rt_contract_log_survival(const rt_contract *contract, double t)
{
	return t >= 0 ? log_left(contract, 0, t) : NAN;
}

double
rt_contract_log_retention(const rt_contract *contract, double t)
{
	return t >= 1 ? log_left(contract, t - 1, 1) : NAN;
}

/*
 * Added up one by one.  Where terms behind them fall by s each, the next term of the formula is
 * 7/5760 s^3 exp(-2000 s) of the first, at most 2e-13 of the sum, at s = 3/2000.
 */
#define TERMS_MAX 2000

/*
 * One by one; beyond so many the Euler-Maclaurin formula of midpoints, an integral from half
 * a renewal before with the slope at its ends, where terms change slowly
 */
double
rt_contract_expected_renewals(const rt_contract *contract, double tenure, double horizon,
							  double discount)
{
	double		rate = log1p(discount);
	double		log_term = rate;
	double		term = 0;
	double		before = 0;
	double		sum = 0;
	double		i = 0;

	if (!(tenure >= 0 && horizon >= 0 && discount >= 0) || (isinf(horizon) && discount == 0))
		return NAN;
	while (i < horizon && i < TERMS_MAX)
	{
		i++;
		log_term += rt_contract_log_retention(contract, tenure + i) - rate;
		before = term;
		term = exp(log_term);
		sum += term;
		if (!(term * fmin(horizon - i, discount > 0 ? 1 / discount : INFINITY) >
			  DBL_EPSILON / 8 * sum))
			return sum;
	}
	if (i < horizon)
	{
		double		from = i + 0.5;
		double		end = horizon + 0.5;

		sum += (term - before) / 24;
		while (from < end)
		{
			double		slope = rate - log_left(contract, tenure + from, 1);
			double		to = fmin(end, from + 1 / (slope / 6 + 2 / (tenure + from)));
			double		half = (to - from) / 2;
			double		last = 0;

			for (int node = 0; node < RT_GAUSS_POINTS; node++)
			{
				double		u = from + half * (1 + rt_gauss_nodes[node]);

				last = exp(log_left(contract, tenure, u) - rate * (u - 1));
				sum += rt_gauss_weights[node] * half * last;
			}
			from = to;
			if (!(last * fmin(end - from, 1 / rate) > DBL_EPSILON * sum))
				break;
		}
	}
	return fmin(sum, horizon);
}

typedef struct fit_data
{
	const rt_customers *customers;
	int			count;			/* of parameters */
} fit_data;

/* psi(x + t^c) - psi(x) */
static double
digamma_of_power(double x, double t, double c)
{
	double		power = pow(t, c);

	return power <= POWER_MAX ? rt_digamma_difference(x, power) :
		c * log(t) - log(x) + rt_log_minus_digamma(x);
}

/* ln S(t) and its derivatives by alpha, beta and c */
static double
log_survival(const rt_contract *m, double t, double *by_alpha, double *by_beta, double *by_c)
{
	double		power = fmin(pow(t, m->c), POWER_MAX);
	double		both = digamma_of_power(m->alpha + m->beta, t, m->c);

	*by_alpha = -both;
	*by_beta = digamma_of_power(m->beta, t, m->c) - both;
	*by_c = t > 0 ? -rt_digamma_difference(m->beta + power, m->alpha) * power * log(t) : 0;
	return rt_contract_log_survival(m, t);
}

/* By ln alpha, ln(beta / alpha) and ln c */
static double
contract_objective(const double *x, double *gradient, void *argument)
{
	const fit_data *data = argument;
	rt_contract m = {exp(x[0]), exp(x[0] + x[1]), data->count > 2 ? exp(x[2]) : 1};
	double		value = 0;
	double		by[3] = {0, 0, 0};

	for (size_t i = 0; i < data->customers->row_count; i++)
	{
		const rt_fit_row *row = &data->customers->rows[i];
		double		after[3];
		double		log_after = log_survival(&m, row->term.tenure, &after[0], &after[1], &after[2]);

		rt_poll_each(i);
		if (row->term.refused == 0)
		{
			value += row->weight * log_after;
			for (int j = 0; j < 3; j++)
				by[j] += row->weight * after[j];
		}
		else
		{
			double		before[3];
			double		log_before =
				log_survival(&m, row->term.tenure - 1, &before[0], &before[1], &before[2]);
			double		log_retention = rt_contract_log_retention(&m, row->term.tenure);
			double		leaves = -expm1(log_retention);

			value += row->weight * (log_before + log(leaves));
			for (int j = 0; j < 3; j++)
				by[j] += row->weight * (before[j] - exp(log_retention) * after[j]) / leaves;
		}
	}
	gradient[0] = by[0] * m.alpha + by[1] * m.beta;
	gradient[1] = by[1] * m.beta;
	if (data->count > 2)
		gradient[2] = by[2] * m.c;
	return value;
}

/* Choices: below all churn is at the first renewal, above by the second one */
#define CONTRACT_C_LOWEST log(1e-3)
#define CONTRACT_C_HIGHEST log(1e2)

static void
contract_fit(const rt_kind *kind, int k, const rt_customers *customers, void *workspace,
			 rt_fit *fit)
{
	static const double logarithms2[4] = {
		1, 0,
		1, 1
	};
	static const double logarithms3[9] = {
		1, 0, 0,
		1, 1, 0,
		0, 0, 1
	};

	/* choices: beyond, all leave alike, never, or at once */
	double		lower[3] = {log(1e-6), log(1e-8), CONTRACT_C_LOWEST};
	double		upper[3] = {log(1e6), log(1e8), CONTRACT_C_HIGHEST};
	fit_data	data = {customers, kind->parameter_count};
	double		asked = 0,
				refused = 0;
	double		total = 0;
	rt_optimum	optimum;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		rt_poll_each(i);
		total += customers->rows[i].weight;
		asked += customers->rows[i].weight * customers->rows[i].term.tenure;
		refused += customers->rows[i].weight * customers->rows[i].term.refused;
	}

	/* from the mean share that leaves, with much difference between customers */
	optimum.x[0] = 0;
	optimum.x[1] = log((asked - refused) / refused);
	optimum.x[2] = 0;
	rt_maximize(contract_objective, &data, data.count, lower, upper, total, &optimum);
	optimum.at_bound |= optimum.x[0] > RT_ALIKE;
	rt_fit_from_optimum(contract_objective, &data, data.count,
						data.count > 2 ? logarithms3 : logarithms2, &optimum, fit);
}

/* -------------------------------------------------------------- the limits */

static bool
contract_churn_alike(const rt_base *base)
{
	return rt_shape_alike(base->parameters[0]);
}

/* Of those who renew once fewer than one in a thousand ever leave */
static bool
contract_leave_or_never(const rt_base *base)
{
	return base->parameters[0] + base->parameters[1] < 1e-3;
}

static bool
contract_renew_once_stay(const rt_base *base)
{
	return log(base->parameters[2]) < CONTRACT_C_LOWEST + RT_NEAR_BOUND;
}

static bool
contract_renew_once_only(const rt_base *base)
{
	return log(base->parameters[2]) > CONTRACT_C_HIGHEST - RT_NEAR_BOUND;
}

#define CONTRACT_LIMITS \
	{"churn probabilities alike", false, contract_churn_alike}, \
	{"some leave at once and the others never", false, contract_leave_or_never}

static const rt_limit sbg_limits[] = {CONTRACT_LIMITS, {NULL, false, NULL}};
static const rt_limit bdw_limits[] = {
	CONTRACT_LIMITS,
	{"all who renew once stay", false, contract_renew_once_stay},
	{"nobody renews twice", false, contract_renew_once_only},
	{NULL, false, NULL}
};

/* --------------------------------------------------------------- the kinds */

static bool
contract_row_valid(const rt_fit_row *row)
{
	return row->term.tenure <= INT32_MAX && row->term.tenure == floor(row->term.tenure) &&
		row->term.unused == 0 &&
		(row->term.refused == 0 || (row->term.refused == 1 && row->term.tenure >= 1));
}

const rt_kind rt_sbg_kind = {
	.id = 7,
	.name = "sbg",
	.parameter_count = 2,
	.parameters = {"alpha", "beta"},
	.input = RT_INPUT_CONTRACTS,
	.customers =
	"renews a contract, or not, with a probability of their own (Fader, Hardie 2007)",
	.meaning =
	"the probability not to renew is Beta(alpha, beta) across customers, and the same "
	"at each renewal",
	.row_valid = contract_row_valid,
	.fit = contract_fit,
	.limits = sbg_limits
};

const rt_kind rt_bdw_kind = {
	.id = 8,
	.name = "bdw",
	.parameter_count = 3,
	.parameters = {"alpha", "beta", "c"},
	.input = RT_INPUT_CONTRACTS,
	.customers =
	"renews a contract, or not, with a probability that changes (Fader, Hardie, Liu, "
	"Davin, Steenburgh 2018)",
	.meaning = "as of sbg, but it rises (c above 1) or falls (below) with the number of renewals",
	.row_valid = contract_row_valid,
	.fit = contract_fit,
	.limits = bdw_limits
};
