/*
 * gamma_gamma.c
 *		What customers spend each time.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/customer_base.h"
#include "core/gamma_gamma.h"
#include "core/optimize.h"
#include "core/poll.h"
#include "core/sample.h"
#include "core/special.h"

bool
rt_gamma_gamma_from_model(const rt_model *model, rt_gamma_gamma *spend)
{
	spend->p = model->parameters[0];
	spend->q = model->parameters[1];
	spend->gamma = model->parameters[2];
	return rt_kind_by_id(model->id)->spend != NULL;
}

/*
 * With s = x z / gamma: ln B(p x, q)^-1 - ln z + p x ln(s / (1 + s)) - q ln(1 + s), in
 * which nothing large cancels
 */
double
rt_gamma_gamma_log_likelihood(const rt_gamma_gamma *m, double x, double mean)
{
	double		shape = m->p * x;
	double		share = x * mean / m->gamma;

	return rt_log_gamma_ratio(shape, m->q) - lgamma(m->q) - log(mean) - shape * log1p(1 / share) -
		m->q * log1p(share);
}

double
rt_gamma_gamma_expected_value(const rt_gamma_gamma *m, double x, double mean)
{
	double		excess = m->p * x + (m->q - 1);
	double		value;

	if (!(excess > 0))
		return NAN;
	value = m->p * (m->gamma + x * fmax(mean, 0)) / excess;
	/* the same, where the products are too large for a double */
	if (!isfinite(value) && x > 0)
		value = (m->gamma / x + fmax(mean, 0)) / (1 + (m->q - 1) / m->p / x);
	return value;
}

double
rt_gamma_gamma_slopes(const rt_customers *customers, const double *parameters, void *unused,
					  double *slopes)
{
	rt_gamma_gamma m = {parameters[0], parameters[1], parameters[2]};
	double		log_gamma_q = lgamma(m.q);
	double		log_gamma = log(m.gamma);
	double		by_p = 0,
				by_q = 0,
				by_gamma = 0,
				value = 0;
	size_t		i = 0;

	while (i < customers->row_count)
	{
		double		n = customers->rows[i].orders.x;
		double		shape = m.p * n;
		double		gamma_term = rt_log_gamma_ratio(shape, m.q) - log_gamma_q;
		double		digamma_p = rt_digamma_difference(shape, m.q);
		double		digamma_q = rt_digamma_difference(m.q, shape);
		double		log_factor = log(n) - log_gamma;

		for (; i < customers->row_count && customers->rows[i].orders.x == n; i++)
		{
			double		weight = customers->rows[i].weight;
			double		log_mean = customers->rows[i].orders.log_mean;
			double		share = n * customers->rows[i].orders.mean / m.gamma;
			double		log_share = log1p(share);
			double		log_rest = log_share - log_mean - log_factor;	/* ln(1 + 1/share) */

			rt_poll_each(i);
			value += weight * (gamma_term - log_mean - shape * log_rest - m.q * log_share);
			by_p += weight * n * (digamma_p - log_rest);
			by_q += weight * (digamma_q - log_share);
			by_gamma += weight * (m.q * share - shape) / (1 + share);
		}
	}
	slopes[0] += by_p * m.p;
	slopes[1] += by_q * m.q;
	slopes[2] += by_gamma;
	return value;
}

/*
 * By ln p, ln q and ln(p gamma / q), the level of spending, which stays where p or q go to infinity
 */
const double rt_gamma_gamma_logarithms[9] = {
	1, 0, 0,
	0, 1, 0,
	-1, 1, 1
};

double
rt_gamma_gamma_by_level(rt_gamma_gamma_slopes_of *slopes_of, const double *x, double *gradient,
						const rt_customers *customers)
{
	double		parameters[3] = {exp(x[0]), exp(x[1]), exp(x[2] + x[1] - x[0])};
	double		slopes[3] = {0};
	double		value = slopes_of(customers, parameters, NULL, slopes);

	gradient[0] = slopes[0] - slopes[2];
	gradient[1] = slopes[1] + slopes[2];
	gradient[2] = slopes[2];
	return value;
}

static double
gamma_gamma_objective(const double *x, double *gradient, void *customers)
{
	return rt_gamma_gamma_by_level(rt_gamma_gamma_slopes, x, gradient, customers);
}

static bool
gamma_gamma_all_alike(const double *x, const void *data)
{
	(void) data;
	return x[0] > RT_ALIKE || x[1] > RT_ALIKE;
}

void
rt_gamma_gamma_maximize(rt_objective objective, const rt_customers *customers, double p,
						rt_fit *fit)
{
	static const double moves[2 * 3] = {
		2, 1, 0,
		-2, -1, 0
	};
	double		total = 0,
				sum = 0;
	rt_optimum	best;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		rt_poll_each(i);
		total += customers->rows[i].weight;
		sum += customers->rows[i].weight * customers->rows[i].orders.log_mean;
	}
	{
		double		level = sum / total;
		double		lower[3] = {RT_SHAPE_LOWEST, RT_SHAPE_LOWEST, level - RT_LEVEL_RANGE};
		double		upper[3] = {RT_SHAPE_HIGHEST, RT_SHAPE_HIGHEST, level + RT_LEVEL_RANGE};
		double		start[3] = {log(p), log(3), level};

		rt_fit_row	rows[RT_SAMPLE];
		rt_customers few = rt_sample_of(customers, rows);
		rt_problem	problem = {
			.objective = objective, .data = (void *) customers, .count = 3, .lower = lower,
			.upper = upper, .nearly = gamma_gamma_all_alike, .scale = total
		};
		rt_problem	sample = problem;

		few.sum_log = customers->sum_log * RT_SAMPLE / total;
		sample.data = &few;
		sample.scale = RT_SAMPLE;
		rt_maximize_from(&problem, rt_sample_pays(customers) ? &sample : NULL, start, start, moves,
						 2, &best);
	}
	rt_fit_from_optimum(objective, (void *) customers, 3, rt_gamma_gamma_logarithms,
						&best, fit);
}

static void
gamma_gamma_fit(const rt_kind *kind, int k, const rt_customers *customers, void *workspace,
				rt_fit *fit)
{
	rt_gamma_gamma_maximize(gamma_gamma_objective, customers, 2, fit);
}

double
rt_gamma_gamma_correlation(const rt_customers *customers)
{
	double		total = 0,
				mean_x = 0,
				mean_z = 0,
				xx = 0,
				zz = 0,
				xz = 0;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_fit_row *row = &customers->rows[i];

		rt_poll_each(i);
		total += row->weight;
		mean_x += row->weight * row->orders.x;
		mean_z += row->weight * row->orders.mean;
	}
	mean_x /= total;
	mean_z /= total;
	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_fit_row *row = &customers->rows[i];

		rt_poll_each(i);
		xx += row->weight * (row->orders.x - mean_x) * (row->orders.x - mean_x);
		zz += row->weight * (row->orders.mean - mean_z) * (row->orders.mean - mean_z);
		xz += row->weight * (row->orders.x - mean_x) * (row->orders.mean - mean_z);
	}
	return xx > 0 && zz > 0 ? fmax(-1, fmin(1, xz / sqrt(xx) / sqrt(zz))) : NAN;
}

/* -------------------------------------------------------------- the limits */

static bool
gamma_gamma_orders_alike(const rt_base *base)
{
	return rt_shape_alike(base->parameters[0]);
}

static bool
gamma_gamma_orders_differ(const rt_base *base)
{
	return rt_shape_lowest(base->parameters[0]);
}

static bool
gamma_gamma_means_alike(const rt_base *base)
{
	return rt_shape_alike(base->parameters[1]);
}

static bool
gamma_gamma_means_differ(const rt_base *base)
{
	return rt_shape_lowest(base->parameters[1]);
}

const rt_limit rt_gamma_gamma_limits[] = {
	{"orders of a customer alike", false, gamma_gamma_orders_alike},
	{"orders of a customer as different as can be", false, gamma_gamma_orders_differ},
	{"mean order values alike", false, gamma_gamma_means_alike},
	{"mean order values as different as can be", false, gamma_gamma_means_differ},
	{NULL, false, NULL}
};

/* ---------------------------------------------------------------- the kind */

static bool
gamma_gamma_row_valid(const rt_fit_row *row)
{
	return row->orders.x > 0 && row->orders.mean > 0 && row->orders.log_mean == 0;
}

static const rt_spend_functions gamma_gamma_spend = {
	.expected_value = rt_gamma_gamma_expected_value
};

const rt_kind rt_gamma_gamma_kind = {
	.id = 11,
	.name = "gamma-gamma",
	.parameter_count = 3,
	.parameters = {"p", "q", "gamma"},
	.input = RT_INPUT_SPEND,
	.customers = "spends around a mean of their own (Fader, Hardie, Lee 2005)",
	.meaning =
	"the values of a customer's orders are gamma distributed with shape p and a rate "
	"nu of their own, which is gamma distributed with shape q and rate gamma; fitted "
	"to the mean value of the repeat orders, see left_out and frequency_correlation",
	.row_valid = gamma_gamma_row_valid,
	.fit = gamma_gamma_fit,
	.processes = RT_GAMMA_GAMMA_PROCESSES,
	.logarithms = rt_gamma_gamma_logarithms,
	.slopes = rt_gamma_gamma_slopes,
	.limits = rt_gamma_gamma_limits,
	.spend = &gamma_gamma_spend
};
