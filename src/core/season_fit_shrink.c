/*
 * season_fit_shrink.c
 *		Factors drawn toward 1 by as much as is not known of them.
 *
 * Logarithms of factors are Normal(0, w^2) among each other, and the ones found are off by a
 * covariance that is known, but for a common factor: what is looked at is orthogonal contrasts
 * (Helmert's), of which all of that holds.  w is not known, either; each counts by its marginal
 * likelihood, from the same for all of them on (Gelman 2006, "Prior distributions for variance
 * parameters in hierarchical models"): the one most likely would be 0 for every other shop whose
 * months hardly differ, with no error at all.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "core/cholesky.h"
#include "core/season_fit_likelihood.h"

#define CONTRASTS_MAX 11

/* w from a thousandth on, where nothing differs, in steps of a seventh; beyond 7 months do by e^7 */
#define SPREADS 66
#define SPREAD_MIN 1e-3
#define SPREAD_STEP 1.145

/* The k-th contrast of the k + 1 first ones */
static double
shrink_contrast(int k, int i)
{
	double		length = sqrt((k + 1.0) * (k + 2.0));

	return i <= k ? 1 / length : i == k + 1 ? -(k + 1.0) / length : 0;
}

/* Of count - 1 contrasts */
typedef struct shrink_data
{
	int			count;
	double		y[CONTRASTS_MAX];
	double		covariance[CONTRASTS_MAX * CONTRASTS_MAX];
} shrink_data;

static void
shrink_to_contrasts(int count, const double *logarithms, const double *covariance,
					shrink_data *data)
{
	data->count = count - 1;
	for (int k = 0; k < count - 1; k++)
	{
		data->y[k] = 0;
		for (int i = 0; i < count; i++)
			data->y[k] += shrink_contrast(k, i) * logarithms[i];
		for (int l = 0; l < count - 1; l++)
		{
			double		sum = 0;

			for (int i = 0; i < count; i++)
			{
				for (int j = 0; j < count; j++)
					sum += shrink_contrast(k, i) * covariance[i * count + j] * shrink_contrast(l, j);
			}
			data->covariance[k * (count - 1) + l] = sum;
		}
	}
}

/* With one w: means and their covariance, and ln of the marginal likelihood */
static double
shrink_with(const shrink_data *data, double w, double *means, double *posterior)
{
	double		sum[CONTRASTS_MAX * CONTRASTS_MAX];
	double		l[CONTRASTS_MAX * CONTRASTS_MAX];
	double		y[CONTRASTS_MAX];
	double		log_likelihood = 0;
	int			n = data->count;

	memcpy(sum, data->covariance, sizeof(sum));
	for (int i = 0; i < n; i++)
		sum[i * n + i] += w * w;
	if (!rt_season_factor_of(sum, n, l))
		return -INFINITY;
	memcpy(y, data->y, sizeof(y));
	rt_cholesky_forward(l, n, n, y);
	for (int i = 0; i < n; i++)
		log_likelihood -= log(l[i * n + i]) + y[i] * y[i] / 2;
	rt_cholesky_backward(l, n, n, y);
	for (int i = 0; i < n; i++)
		means[i] = w * w * y[i];
	for (int column = 0; column < n; column++)
	{
		double		x[CONTRASTS_MAX] = {0};

		x[column] = 1;
		rt_cholesky_forward(l, n, n, x);
		rt_cholesky_backward(l, n, n, x);
		for (int i = 0; i < n; i++)
			posterior[i * n + column] = (i == column ? w * w : 0) - w * w * w * w * x[i];
	}
	return log_likelihood;
}

/* Averages over w, each weighted by its likelihood and the width it stands for */
static double
shrink_contrasts(const shrink_data *data, double *means, double *posterior)
{
	double		one_means[CONTRASTS_MAX];
	double		one_posterior[CONTRASTS_MAX * CONTRASTS_MAX];
	double		best = -INFINITY;
	double		weights = 0;
	double		spread = 0;
	int			n = data->count;

	memset(means, 0, (size_t) n * sizeof(double));
	memset(posterior, 0, (size_t) (n * n) * sizeof(double));
	for (int turn = 0; turn < 2; turn++)
	{
		double		w = SPREAD_MIN;

		for (int step = 0; step < SPREADS; step++, w *= SPREAD_STEP)
		{
			double		log_likelihood = shrink_with(data, w, one_means, one_posterior);
			double		weight = turn == 1 ? w * exp(log_likelihood - best) : 0;

			best = turn == 0 ? fmax(best, log_likelihood) : best;
			weights += weight;
			spread += weight * w;
			for (int i = 0; weight > 0 && i < n; i++)
			{
				means[i] += weight * one_means[i];
				for (int j = 0; j < n; j++)
					posterior[i * n + j] += weight *
						(one_posterior[i * n + j] + one_means[i] * one_means[j]);
			}
		}
	}
	for (int i = 0; i < n; i++)
		means[i] /= weights;
	for (int i = 0; i < n; i++)
	{
		for (int j = 0; j < n; j++)
			posterior[i * n + j] = posterior[i * n + j] / weights - means[i] * means[j];
	}
	return spread / weights;
}

double
rt_season_shrink(int count, const double *logarithms, const double *covariance, double *means,
				 double *posterior)
{
	shrink_data data;
	double		of_contrasts[CONTRASTS_MAX];
	double		covariances[CONTRASTS_MAX * CONTRASTS_MAX];
	double		spread;

	shrink_to_contrasts(count, logarithms, covariance, &data);
	spread = shrink_contrasts(&data, of_contrasts, covariances);
	for (int i = 0; i < count; i++)
	{
		means[i] = 0;
		for (int k = 0; k < count - 1; k++)
			means[i] += shrink_contrast(k, i) * of_contrasts[k];
		for (int j = 0; j < count; j++)
		{
			double		sum = 0;

			for (int k = 0; k < count - 1; k++)
			{
				for (int l = 0; l < count - 1; l++)
					sum += shrink_contrast(k, i) * covariances[k * (count - 1) + l] *
						shrink_contrast(l, j);
			}
			posterior[i * count + j] = sum;
		}
	}
	return spread;
}

void
rt_season_to_mean(const double *shares, int count, const double *covariance, double *result)
{
	double		with_mean[12];
	double		of_mean = 0;

	for (int i = 0; i < count; i++)
	{
		with_mean[i] = 0;
		for (int j = 0; j < count; j++)
			with_mean[i] += covariance[i * count + j] * shares[j];
	}
	for (int i = 0; i < count; i++)
		of_mean += shares[i] * with_mean[i];
	for (int i = 0; i < count; i++)
	{
		for (int j = 0; j < count; j++)
			result[i * count + j] = covariance[i * count + j] - with_mean[i] - with_mean[j] +
				of_mean;
	}
}
