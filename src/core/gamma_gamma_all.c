/*
 * gamma_gamma_all.c
 *		What customers spend each time, from the amounts of all their days.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/gamma_gamma_all.h"
#include "core/poll.h"
#include "core/special.h"

/*
 * What single amounts tell beside their mean: ln Gamma(p n) - n ln Gamma(p) - p n ln n, of which
 * nothing cancels when Stirling's formula is taken out of it; 0 for n = 1
 */
static double
gamma_gamma_all_apart(double p, double n)
{
	return (n - 1) * (log(p) / 2 - RT_HALF_LOG_TWO_PI) - log(n) / 2 + rt_stirling_error(p * n) -
		n * rt_stirling_error(p);
}

double
rt_gamma_gamma_all_log_likelihood(const rt_gamma_gamma *m, const rt_amounts *amounts)
{
	double		n = amounts->days;
	double		mean = amounts->sum / n;

	return rt_gamma_gamma_log_likelihood(m, n, mean) + gamma_gamma_all_apart(m->p, n) -
		(n - 1) * log(mean) - (m->p - 1) * amounts->unevenness;
}

/* From here on a gamma variable is its mean to the last digits of what is asked here */
#define SHAPE_LARGE 1e8

/* Where the search for the median of a beta variable ends, as that of a fit does */
#define SHAPE_SMALL 1e-4

/*
 * An amount over gamma is a quotient of variables that are Gamma(p) and Gamma(q): the odds of one
 * that is Beta(p, q)
 */
double
rt_gamma_gamma_median(const rt_gamma_gamma *m)
{
	double		p = fmin(m->p, SHAPE_LARGE);
	double		q = fmin(m->q, SHAPE_LARGE);
	double		median;

	if (p < SHAPE_SMALL || q < SHAPE_SMALL)
		return NAN;
	median = rt_incomplete_beta_inverse_odds(p, q, 0.5, 0.5) * (m->p / p) / (m->q / q) * m->gamma;
	return isfinite(median) ? median : NAN;
}

double
rt_gamma_gamma_all_expected_value(const rt_gamma_gamma *m, double n, double mean)
{
	double		others;
	double		share;

	if (m->q > 1)
		return rt_gamma_gamma_expected_value(m, n, mean);
	others = rt_gamma_gamma_median(m);
	if (!(n > 0))
		return others;
	share = 1 / (1 + m->p / m->q * n);
	return others * share + fmax(mean, 0) * (1 - share);
}

double
rt_gamma_gamma_all_orders(rt_fit_row *rows, size_t row_count)
{
	double		unevenness = 0;

	for (size_t i = 0; i < row_count; i++)
	{
		rt_amounts	amounts = rows[i].amounts;
		double		mean = amounts.sum / amounts.days;

		rt_poll_each(i);
		unevenness += rows[i].weight * amounts.unevenness;
		rows[i].orders = (rt_orders) {amounts.days, mean, log(mean)};
	}
	return unevenness;
}

/* The likelihood of the means, and that of the amounts around them */
static double
gamma_gamma_all_slopes(const rt_customers *customers, const double *parameters, void *unused,
					   double *slopes)
{
	double		p = parameters[0];
	double		value = rt_gamma_gamma_slopes(customers, parameters, unused, slopes);
	double		by_p = -customers->sum_log;
	size_t		i = 0;

	value -= (p - 1) * customers->sum_log;
	while (i < customers->row_count)
	{
		double		n = customers->rows[i].orders.x;
		double		weights = 0,
					logs = 0;

		for (; i < customers->row_count && customers->rows[i].orders.x == n; i++)
		{
			rt_poll_each(i);
			weights += customers->rows[i].weight;
			logs += customers->rows[i].weight * customers->rows[i].orders.log_mean;
		}
		value += weights * gamma_gamma_all_apart(p, n) - (n - 1) * logs;
		by_p += weights * n * (rt_log_minus_digamma(p) - rt_log_minus_digamma(p * n));
	}
	slopes[0] += by_p * p;
	return value;
}

static double
gamma_gamma_all_objective(const double *x, double *gradient, void *customers)
{
	return rt_gamma_gamma_by_level(gamma_gamma_all_slopes, x, gradient, customers);
}

/*
 * Where a search begins: the unevenness of n amounts is (n - 1) / (2 p) on average but for terms of
 * 1 / p^2 (Stirling's formula), which rounding hides from some p on
 */
#define START_LEAST 0.1
#define START_MOST 1000

static void
gamma_gamma_all_fit(const rt_kind *kind, int k, const rt_customers *customers, void *workspace,
					rt_fit *fit)
{
	double		repeats = 0;
	double		p;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		rt_poll_each(i);
		repeats += customers->rows[i].weight * (customers->rows[i].orders.x - 1);
	}
	p = repeats / (2 * customers->sum_log);
	rt_gamma_gamma_maximize(gamma_gamma_all_objective, customers,
							fmin(fmax(p, START_LEAST), START_MOST), fit);
}

/* ---------------------------------------------------------------- the kind */

static bool
gamma_gamma_all_row_valid(const rt_fit_row *row)
{
	const rt_amounts *amounts = &row->amounts;

	return amounts->days >= 1 && amounts->days == floor(amounts->days) &&
		amounts->sum / amounts->days > 0 && (amounts->days > 1 || amounts->unevenness == 0);
}

static const rt_spend_functions gamma_gamma_all_spend = {
	.with_first = true,
	.expected_value = rt_gamma_gamma_all_expected_value
};

const rt_kind rt_gamma_gamma_all_kind = {
	.id = 12,
	.name = "gamma-gamma-all",
	.parameter_count = 3,
	.parameters = {"p", "q", "gamma"},
	.input = RT_INPUT_AMOUNTS,
	.customers = "spends around a mean of their own, which the amount of each day tells",
	.meaning =
	"the amounts of a customer's days are gamma distributed with shape p and a rate nu "
	"of their own, which is gamma distributed with shape q and rate gamma; fitted to "
	"the amount above 0 of each day, the first one included, see left_out and "
	"frequency_correlation",
	.row_valid = gamma_gamma_all_row_valid,
	.fit = gamma_gamma_all_fit,
	.processes = RT_GAMMA_GAMMA_PROCESSES,
	.logarithms = rt_gamma_gamma_logarithms,
	.slopes = gamma_gamma_all_slopes,
	.limits = rt_gamma_gamma_limits,
	.spend = &gamma_gamma_all_spend
};
