/*
 * interpurchase.c
 *		The population of purchase cycles.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdint.h>

#include "core/customer_base.h"
#include "core/interpurchase.h"
#include "core/optimize.h"
#include "core/poll.h"
#include "core/special.h"

/*
 * The likelihood and its gradient by ln k, ln r and ln(alpha / r).  The last is
 * the logarithm of the mean of 1/lambda, nearly, which data tell apart from r
 * where they tell r and alpha only together.  What depends on
 * the number of intervals alone is computed once for a run of rows; a row costs
 * one logarithm and one division.
 */
static double
interpurchase_objective(const double *x, double *gradient, void *argument)
{
	const rt_customers *data = argument;
	double		k = exp(x[0]);
	double		r = exp(x[1]);
	double		alpha = exp(x[1] + x[2]);
	double		log_minus_digamma_r = rt_log_minus_digamma(r);
	double		stirling_r = rt_stirling_error(r);
	double		intervals = 0;
	double		by_k = 0,
				by_r = 0,
				by_alpha = 0,
				value = 0;
	size_t		i = 0;

	while (i < data->row_count)
	{
		double		n = data->rows[i].rhythm.count;
		double		shape = r + k * n;
		double		growth = log1p(k * n / r);	/* ln(shape / r) */
		double		gamma_term,
					digamma_term;

		/*
		 * lnGamma(shape) - lnGamma(r) and psi(shape) - psi(r), less what cancels against the
		 * logarithms below
		 */
		gamma_term = (shape - 0.5) * growth - k * n + rt_stirling_error(shape) - stirling_r;
		digamma_term = growth - rt_log_minus_digamma(shape) + log_minus_digamma_r;
		for (; i < data->row_count && data->rows[i].rhythm.count == n; i++)
		{
			double		weight = data->rows[i].weight;
			double		sum = data->rows[i].rhythm.sum / data->time_unit;
			double		scale = alpha + k * sum;
			double		ratio = shape / scale;
			double		log_ratio = log1p(k * sum / alpha); /* ln(scale / alpha) */

			rt_poll_each(i);
			value += weight * (gamma_term - shape * log_ratio);
			by_r += weight * (digamma_term - log_ratio);
			by_alpha += weight * (r / alpha - ratio);
			by_k += weight * (n * (digamma_term - log_ratio) - ratio * sum);
			intervals += weight * n;
		}
	}

	/*
	 * lnGamma(r + kn) - (r + kn) ln(alpha + kS) was taken against r and alpha: ln(r / alpha) is
	 * left, kn times
	 */
	value -= intervals * k * x[2];
	by_k -= intervals * (x[2] + log_minus_digamma_r);
	value += intervals * (k * x[0] - lgamma(k)) +
		(k - 1) * (data->sum_log - intervals * log(data->time_unit));
	by_k += intervals * (1 + rt_log_minus_digamma(k)) + data->sum_log -
		intervals * log(data->time_unit);
	gradient[0] = by_k * k;
	gradient[1] = by_r * r + by_alpha * alpha;
	gradient[2] = by_alpha * alpha;
	return value;
}

double
rt_interpurchase_log_likelihood(const rt_interpurchase *model, const rt_customers *data)
{
	double		x[3] = {log(model->k), log(model->r), log(model->alpha / model->r)};
	double		gradient[3];

	return interpurchase_objective(x, gradient, (void *) data);
}

/* Choices, as of the others: a hundred times clumpier and evener than any log's */
#define INTERPURCHASE_K_LOWEST log(1e-3)
#define INTERPURCHASE_K_HIGHEST log(1e4)

static void
interpurchase_fit(const rt_kind *kind, int k, const rt_customers *data, void *workspace,
				  rt_fit *fit)
{
	static const double logarithms[9] = {
		1, 0, 0,
		0, 1, 0,
		0, 1, 1					/* ln alpha is the sum of the last two coordinates */
	};
	double		lower[3],
				upper[3];
	double		intervals = 0,
				sum = 0;
	rt_optimum	optimum;

	for (size_t i = 0; i < data->row_count; i++)
	{
		rt_poll_each(i);
		intervals += data->rows[i].weight * data->rows[i].rhythm.count;
		sum += data->rows[i].weight * (data->rows[i].rhythm.sum / data->time_unit);
	}

	/* from random buyers with the mean interval of all, as different as exponential ones */
	optimum.x[0] = 0;
	optimum.x[1] = log(2);
	optimum.x[2] = log(sum / intervals);

	lower[0] = INTERPURCHASE_K_LOWEST;
	upper[0] = INTERPURCHASE_K_HIGHEST;
	lower[1] = RT_SHAPE_LOWEST;
	upper[1] = RT_SHAPE_HIGHEST;
	lower[2] = optimum.x[2] + log(1e-8);
	upper[2] = optimum.x[2] + log(1e8);
	rt_maximize(interpurchase_objective, (void *) data, 3, lower, upper, intervals, &optimum);
	optimum.at_bound |= optimum.x[1] > RT_ALIKE;
	rt_fit_from_optimum(interpurchase_objective, (void *) data, 3, logarithms, &optimum, fit);
}

/* Beyond that intervals are all alike to the last digit, and products stay numbers */
#define ALIKE 1e100

/*
 * P(interval > t) = 1 - I_z(k, r + kn), z = kt / (kt + alpha + kS): the odds of z
 * are kt over alpha + kS.
 */
double
rt_interpurchase_log_silence_by(const rt_interpurchase *model, double constant, double n,
								double sum, double elapsed)
{
	double		k = fmin(model->k, ALIKE);
	double		scale = model->alpha + k * sum;
	double		reach = k * elapsed;
	double		log_lower,
				log_upper;

	if (!(n >= 0 && sum >= 0 && elapsed >= 0))
		return NAN;
	rt_log_incomplete_beta_by(k, model->r + k * n, constant, reach / (reach + scale),
							  scale / (reach + scale), &log_lower, &log_upper);
	return log_upper;
}

double
rt_interpurchase_silence_constant(const rt_interpurchase *model, double n)
{
	double		k = fmin(model->k, ALIKE);

	return rt_log_beta_constant(k, model->r + k * n);
}

double
rt_interpurchase_log_silence(const rt_interpurchase *model, double n, double sum, double elapsed)
{
	return rt_interpurchase_log_silence_by(model, rt_interpurchase_silence_constant(model, n), n,
										   sum, elapsed);
}

double
rt_interpurchase_silence(const rt_interpurchase *model, double n, double sum, double elapsed)
{
	return exp(rt_interpurchase_log_silence(model, n, sum, elapsed));
}

/*
 * Of a silence so improbable that only its logarithm is known: where that has fallen by ln(1 - p)
 */
static double
quantile_of_log(const rt_interpurchase *model, double n, double sum, double elapsed, double p)
{
	double		target = rt_interpurchase_log_silence(model, n, sum, elapsed) + log1p(-p);
	double		low = 0,
				high = 1e-6;	/* ln of the time over elapsed */

	while (high < 1e3 && rt_interpurchase_log_silence(model, n, sum, elapsed * exp(high)) > target)
	{
		low = high;
		high *= 2;
	}
	/* to the twelfth digit of a quantile, which is a date in the end */
	for (int i = 0; i < 60 && high - low > 1e-12 * high; i++)
	{
		double		middle = (low + high) / 2;

		if (rt_interpurchase_log_silence(model, n, sum, elapsed * exp(middle)) > target)
			low = middle;
		else
			high = middle;
	}
	return elapsed * exp(high);
}

double
rt_interpurchase_quantile(const rt_interpurchase *model, double n, double sum,
						  double elapsed, double silence, double p)
{
	return rt_interpurchase_quantile_by(model, rt_interpurchase_silence_constant(model, n), n, sum,
										elapsed, silence, p);
}

double
rt_interpurchase_quantile_by(const rt_interpurchase *model, double constant, double n, double sum,
							 double elapsed, double silence, double p)
{
	double		scale = model->alpha + model->k * sum;
	double		shape = model->r + model->k * n;
	double		left = (1 - p) * silence;

	if (!(p > 0 && p < 1) || !(silence >= 0 && silence <= 1))
		return NAN;
	/* where (1 - p) silence would come near the smallest double, 2e-308 */
	if (silence < 1e-290)
		return quantile_of_log(model, n, sum, elapsed, p);

	/* from the mean on, or from where the silence is already */
	return fmax(elapsed,
				rt_incomplete_beta_inverse_odds_by(model->k, shape, constant,
												   fmax(model->k / shape,
														model->k * elapsed / scale),
												   1 - left, left) * scale / model->k);
}

/* -------------------------------------------------------------- the limits */

static bool
interpurchase_intervals_alike(const rt_base *base)
{
	return log(base->parameters[0]) > INTERPURCHASE_K_HIGHEST - RT_NEAR_BOUND;
}

static bool
interpurchase_intervals_differ(const rt_base *base)
{
	return log(base->parameters[0]) < INTERPURCHASE_K_LOWEST + RT_NEAR_BOUND;
}

static bool
interpurchase_rates_alike(const rt_base *base)
{
	return rt_shape_alike(base->parameters[1]);
}

static bool
interpurchase_rates_differ(const rt_base *base)
{
	return rt_shape_lowest(base->parameters[1]);
}

static const rt_limit interpurchase_limits[] = {
	{"intervals of a customer alike", false, interpurchase_intervals_alike},
	{"intervals of a customer as different as can be", false, interpurchase_intervals_differ},
	{"purchase rates alike", false, interpurchase_rates_alike},
	{"purchase rates as different as can be", false, interpurchase_rates_differ},
	{NULL, false, NULL}
};

/* ---------------------------------------------------------------- the kind */

/* What its numbers stay below: days between any two dates */
#define DAYS_MAX UINT32_MAX

static bool
interpurchase_row_valid(const rt_fit_row *row)
{
	if (row->rhythm.is_evenness == 1)
		return row->rhythm.count >= 2 && row->rhythm.count < INT32_MAX &&
			row->rhythm.sum <= RT_EVENNESS_MAX;
	return row->rhythm.count >= 1 && row->rhythm.count < INT32_MAX &&
		row->rhythm.sum >= row->rhythm.count && row->rhythm.sum < DAYS_MAX &&
		row->rhythm.is_evenness == 0;
}

const rt_kind rt_interpurchase_kind = {
	.id = 1,
	.name = "interpurchase",
	.parameter_count = 3,
	.parameters = {"k", "r", "alpha"},
	.input = RT_INPUT_INTERVALS,
	.customers = "buys by a rhythm of their own",
	.meaning =
	"the intervals of a customer are gamma distributed with shape k and rate k "
	"lambda, lambda across customers with shape r and rate alpha; beside them, "
	"outside of the likelihood, k_median and k_deviation: the lognormal distribution "
	"of k across customers, by the restricted likelihood of each; of fewer than 30 with "
	"three purchases k and 1",
	.needs_intervals = true,
	.row_valid = interpurchase_row_valid,
	.fit = interpurchase_fit,
	.limits = interpurchase_limits
};
