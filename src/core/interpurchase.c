/*
 * interpurchase.c
 *		The population of purchase cycles.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdint.h>

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

	/* choices, as of the others: k a hundred times clumpier and evener than any log's */
	lower[0] = log(1e-3);
	upper[0] = log(1e4);
	lower[1] = RT_SHAPE_LOWEST;
	upper[1] = RT_SHAPE_HIGHEST;
	lower[2] = optimum.x[2] + log(1e-8);
	upper[2] = optimum.x[2] + log(1e8);
	rt_maximize(interpurchase_objective, (void *) data, 3, lower, upper, intervals, &optimum);
	rt_fit_from_optimum(interpurchase_objective, (void *) data, 3, logarithms, &optimum, fit);
}

/*
 * P(interval > t) = 1 - I_z(k, r + kn), z = kt / (kt + alpha + kS): the odds of z
 * are kt over alpha + kS.
 */
double
rt_interpurchase_log_silence(const rt_interpurchase *model, double n, double sum, double elapsed)
{
	/* beyond that intervals are all alike to the last digit, and products stay numbers */
	double		k = fmin(model->k, 1e100);
	double		scale = model->alpha + k * sum;
	double		reach = k * elapsed;
	double		log_lower,
				log_upper;

	if (!(n >= 0 && sum >= 0 && elapsed >= 0))
		return NAN;
	rt_log_incomplete_beta(k, model->r + k * n, reach / (reach + scale), scale / (reach + scale),
						   &log_lower, &log_upper);
	return log_upper;
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
	double		scale = model->alpha + model->k * sum;
	double		left = (1 - p) * silence;

	if (!(p > 0 && p < 1) || !(silence >= 0 && silence <= 1))
		return NAN;
	/* where (1 - p) silence would come near the smallest double, 2e-308 */
	if (silence < 1e-290)
		return quantile_of_log(model, n, sum, elapsed, p);
	return fmax(elapsed,
				rt_incomplete_beta_inverse_odds(model->k, model->r + model->k * n, 1 - left, left) *
				scale / model->k);
}

/* ---------------------------------------------- customers of different k */

#define EVENNESS_STEPS 64.0		/* to a doubling of s */
#define EVENNESS_SHIFT 1280.0	/* from s = 2^-20 on */

int
rt_evenness(const rt_intervals *intervals)
{
	double		s = log(intervals->mean) - intervals->sum_log / (double) intervals->count;

	return (int) fmin(fmax(floor(EVENNESS_STEPS * log2(fmax(s, 1e-300)) + EVENNESS_SHIFT), 0),
					  RT_EVENNESS_MAX);
}

/* The middle of the step */
static double
evenness_value(double step)
{
	return exp2((step + 0.5 - EVENNESS_SHIFT) / EVENNESS_STEPS);
}

/* ln k in steps that are small against what can be told of any customer's */
#define SHAPE_NODES 133
#define SHAPE_STEP	0.1
#define SHAPE_FIRST (-4.0)

#define DEVIATION_MIN 0.05		/* customers who differ less are all alike */
#define DEVIATION_MAX 3.0
#define EVEN_CUSTOMERS_MIN 30	/* fewer don't tell a deviation */

/*
 * By the mean and the logarithm of the deviation of ln k.  The restricted log-likelihood
 * of k is lnGamma(nk) - n lnGamma(k) - nk ln n - nks, written without what cancels.
 */
static double
shapes_objective(const double *x, double *gradient, void *argument)
{
	const rt_evenness_rows *data = argument;
	double		precision = exp(-2 * x[1]);
	double		k[SHAPE_NODES],
				by_n[SHAPE_NODES],
				exponent[SHAPE_NODES];
	double		value = 0;
	size_t		i = 0;

	gradient[0] = gradient[1] = 0;
	for (int g = 0; g < SHAPE_NODES; g++)
		k[g] = exp(SHAPE_FIRST + SHAPE_STEP * g);
	while (i < data->row_count)
	{
		double		n = data->rows[i].rhythm.count;

		for (int g = 0; g < SHAPE_NODES; g++)
		{
			double		distance = SHAPE_FIRST + SHAPE_STEP * g - x[0];

			by_n[g] = (n - 1) / 2 * log(k[g]) + rt_stirling_error(n * k[g]) -
				n * rt_stirling_error(k[g]) - distance * distance * precision / 2;
		}
		for (; i < data->row_count && data->rows[i].rhythm.count == n; i++)
		{
			double		slope = n * evenness_value(data->rows[i].rhythm.sum);
			double		highest = -INFINITY;
			double		sum = 0,
						first = 0,
						second = 0;

			rt_poll();
			for (int g = 0; g < SHAPE_NODES; g++)
			{
				exponent[g] = by_n[g] - slope * k[g];
				highest = fmax(highest, exponent[g]);
			}
			for (int g = 0; g < SHAPE_NODES; g++)
			{
				double		distance = SHAPE_FIRST + SHAPE_STEP * g - x[0];
				double		mass;

				if (exponent[g] < highest - 40)
					continue;
				mass = exp(exponent[g] - highest);
				sum += mass;
				first += mass * distance;
				second += mass * distance * distance;
			}
			value += data->rows[i].weight * (highest + log(sum) - x[1]);
			gradient[0] += data->rows[i].weight * (first / sum * precision);
			gradient[1] += data->rows[i].weight * (second / sum * precision - 1);
		}
	}
	return value;
}

void
rt_interpurchase_fit_shapes(const rt_evenness_rows *data, double *median, double *deviation)
{
	double		lower[2] = {log(0.05), log(DEVIATION_MIN)};
	double		upper[2] = {log(5000), log(DEVIATION_MAX)};
	double		customers = 0;
	rt_optimum	optimum;

	*median = *deviation = 0;
	for (size_t i = 0; i < data->row_count; i++)
	{
		rt_poll_each(i);
		customers += data->rows[i].weight;
	}
	if (customers < EVEN_CUSTOMERS_MIN)
		return;
	optimum.x[0] = log(1.5);
	optimum.x[1] = log(0.5);
	rt_maximize(shapes_objective, (void *) data, 2, lower, upper, customers, &optimum);

	/*
	 * at its lower bound they are alike; at its upper one they differ more than a lognormal
	 * distribution can say
	 */
	if (optimum.x[1] > lower[1] + 0.01)
	{
		*median = exp(optimum.x[0]);
		*deviation = exp(optimum.x[1]);
	}
}

double
rt_interpurchase_silence_of_shapes(const rt_interpurchase *model, const rt_shapes *shapes,
								   double n, double sum, double elapsed, double *log_silence)
{
	double		silence = 0;

	for (int i = 0; i < RT_SHAPES; i++)
	{
		rt_interpurchase one = {shapes->k[i], model->r, model->alpha};

		log_silence[i] = rt_interpurchase_log_silence(&one, n, sum, elapsed);
		silence += shapes->weight[i] * exp(log_silence[i]);
	}
	return fmin(silence, 1);
}

/* trigamma(x) = value, by x dtrigamma/dx = -(x + 1) / (x + 1/2) trigamma, which is nearly so */
static double
trigamma_inverse(double value)
{
	double		x = (1 + sqrt(1 + 2 * value)) / (2 * value);

	for (int i = 0; i < 100; i++)
	{
		double		step = log(rt_trigamma(x) / value) * (x + 0.5) / (x + 1);

		x *= exp(step);
		/* nearly quadratic: what is left is rounding */
		if (fabs(step) < 1e-12)
			break;
	}
	return x;
}

double
rt_interpurchase_shape_after(const rt_shapes *shapes, const double *log_silence)
{
	double		highest = -INFINITY;
	double		weights = 0,
				within = 0,
				mean = 0,
				square = 0;

	for (int i = 0; i < RT_SHAPES; i++)
		highest = fmax(highest, log_silence[i]);
	if (!(highest > -INFINITY))
		return shapes->k[0];
	for (int i = 0; i < RT_SHAPES; i++)
	{
		double		weight = shapes->weight[i] * exp(log_silence[i] - highest);
		double		log_mean = -rt_log_minus_digamma(shapes->k[i]); /* of an interval, for a mean
																	 * of 1 */

		weights += weight;
		within += weight * rt_trigamma(shapes->k[i]);
		mean += weight * log_mean;
		square += weight * log_mean * log_mean;
	}
	mean /= weights;
	return trigamma_inverse(within / weights + fmax(square / weights - mean * mean, 0));
}

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
	"of k across customers, by the restricted likelihood of each, where they differ "
	"and at least 30 have three purchases",
	.needs_intervals = true,
	.row_valid = interpurchase_row_valid,
	.fit = interpurchase_fit
};
