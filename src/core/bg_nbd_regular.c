/*
 * bg_nbd_regular.c
 *		What is bought in the future by who is very regular.
 *
 * Above a k of about 20 the time T of the n-th purchase from now varies little beside what is not
 * known of the rate: it is N = k n - j events of rate lambda away, where j have happened since the
 * last one.  E[exp(-rate T); T <= t], what it is worth today if it comes by t, is the mean over
 * lambda of (lambda / (lambda + rate))^N P(T' <= t), T' of rate lambda + rate.  The first factor
 * is added up over three values of lambda; weighted with it lambda is taken for gamma distributed
 * again, which leaves the tail of an F distribution.  What remains is one sum over purchases, in
 * the place of integrals over lambda and p.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/bg_nbd.h"
#include "core/gauss_legendre.h"
#include "core/poll.h"
#include "core/special.h"

/* Purchases that are looked at by groups of phases, and then one by one */
#define BY_PHASE 2
#define GROUPS 8
#define ONE_BY_ONE 48

/* The cube root of how many times as long as it takes is surely enough */
#define CERTAIN 1e9

/* Less of a sum than this is nothing */
#define NOTHING_LEFT 1e-9

#define NODES 3

/*
 * What is known of lambda and j together: of phase j lambda is gamma distributed with shape m + j.
 * Taken for linear, j given lambda is phase + slope (lambda alpha / shape - 1), and varies besides.
 */
typedef struct regular_sum
{
	const rt_bg_nbd_future *future;
	double		t;
	double		rate;
	double		lambda[NODES];
	double		weight[NODES];
	double		log_discount[NODES];	/* of one event */
	double		later[NODES];	/* phase of each lambda */
	double		phase;
	double		slope;
	double		variance;
} regular_sum;

/*
 * Gauss' quadrature with three points for a gamma distribution: the roots of the Laguerre
 * polynomial L3 of order shape - 1, x^3 - 3 (s + 2) x^2 + 3 (s + 1) (s + 2) x - s (s + 1) (s + 2),
 * all real, and weights s (s + 1) (s + 2) / 6 / (x L2(x)^2), with L2 normed to 1 at the square
 */
static void
regular_nodes(regular_sum *sum, double phase, double variance)
{
	const rt_bg_nbd_future *f = sum->future;
	double		shape = f->shape + phase;
	double		wider = 1 + variance / shape;
	double		s = shape / wider;

	/* x = s + 2 + 2 sqrt(s + 2) cos(angle), of y^3 - 3 (s + 2) y - 2 (s + 2) */
	double		angle = acos(1 / sqrt(s + 2)) / 3;
	double		total = 0;

	sum->phase = phase;
	sum->slope = variance / wider;
	sum->variance = variance / wider;
	for (int i = 0; i < NODES; i++)
	{
		double		x = s + 2 + 2 * sqrt(s + 2) * cos(angle + i * 2 * M_PI / 3);
		double		second = x * x - 2 * (s + 1) * x + s * (s + 1);

		sum->weight[i] = x / (second * second);
		sum->lambda[i] = x * wider / f->alpha;
		sum->later[i] = phase + sum->slope * (x / s - 1);
		sum->log_discount[i] = log1p(sum->rate / sum->lambda[i]);
		total += sum->weight[i];
	}
	for (int i = 0; i < NODES; i++)
		sum->weight[i] /= total;
}

/* What the n-th purchase is worth, whole numbers or not, if they do not leave before */
static double
regular_purchase(const regular_sum *sum, double n)
{
	double		events = sum->future->k * n - sum->phase;
	double		worth = 0,
				first = 0,
				second = 0;
	double		root,
				above,
				below;

	for (int i = 0; i < NODES; i++)
	{
		double		part = sum->weight[i] *
			exp((sum->later[i] - sum->future->k * n) * sum->log_discount[i]);
		double		speed = sum->lambda[i] + sum->rate;

		worth += part;
		first += part * speed;
		second += part * speed * speed;
	}
	if (isinf(sum->t) || worth == 0)
		return worth;
	first /= worth;

	/* Paulson (1942), "An approximate normalization of the analysis of variance distribution" */
	root = cbrt(sum->t * first / events);
	/* the square of the largest time is no double */
	if (root > CERTAIN)
		return worth;
	above = (1 + sum->variance / events) / (9 * events);
	below = fmax(second / worth / (first * first) - 1, 0) / 9 *
		(1 + sum->slope / events) * (1 + sum->slope / events);
	return worth * erfc(-((1 - below) * root - (1 - above)) /
						sqrt(2 * (below * root * root + above))) / 2;
}

/* The first ones, in the mean over groups of phases, each with what it says of lambda */
static void
regular_first_purchases(const regular_sum *sum, double *worth)
{
	const rt_bg_nbd_future *f = sum->future;
	int			size = (f->k + GROUPS - 1) / GROUPS;

	for (int n = 1; n <= BY_PHASE; n++)
		worth[n] = 0;
	for (int begin = 0; begin < f->k; begin += size)
	{
		regular_sum group = *sum;
		double		share = 0,
					mean = 0,
					square = 0;

		for (int j = begin; j < begin + size && j < f->k; j++)
		{
			share += f->phases[j];
			mean += f->phases[j] * j;
			square += f->phases[j] * j * j;
		}
		if (!(share > 1e-9))
			continue;
		mean /= share;
		regular_nodes(&group, mean, fmax(square / share - mean * mean, 0));
		for (int n = 1; n <= BY_PHASE; n++)
			worth[n] += share * regular_purchase(&group, n);
	}
}

/* ln of the chance to stay through so many purchases, B(a, b + n) / B(a, b) */
static double
log_stays(const rt_bg_nbd_future *f, double n)
{
	return -rt_log_rising_ratio(f->b, f->a, n);
}

bool
rt_bg_nbd_is_regular(const rt_bg_nbd_future *f)
{
	/* beyond, the Laguerre polynomial's roots are rounding, and times are no doubles */
	return f->k > RT_BG_NBD_REGULAR && f->shape > 8 && f->shape < 1e9 &&
		f->alpha > 1e-100 && f->alpha < 1e100 && f->a > 1e-100 && f->a < 1e100 && f->b < 1e100;
}

double
rt_bg_nbd_discounted_regular(const rt_bg_nbd_future *f, double t, double rate)
{
	regular_sum s = {.future = f, .t = t, .rate = rate};
	double		stays = 1;
	double		sum = 0;
	double		phase = 0,
				square = 0;
	double		first[BY_PHASE + 1];
	double		from;

	for (int j = 0; j < f->k; j++)
	{
		phase += f->phases[j] * j;
		square += f->phases[j] * j * j;
	}
	regular_nodes(&s, phase, fmax(square - phase * phase, 0));
	regular_first_purchases(&s, first);
	for (int n = 1; n <= ONE_BY_ONE; n++)
	{
		double		term = stays * (n <= BY_PHASE ? first[n] : regular_purchase(&s, n));

		sum += term;
		if (n > BY_PHASE && term < NOTHING_LEFT * sum)
			return sum;
		stays *= (f->b + (n - 1)) / (f->a + f->b + (n - 1));
	}

	/*
	 * A sum is nearly the integral from half a purchase before to half a purchase after; panels
	 * grow with what has passed, by an eighth, over which terms change little, or by a sixteenth,
	 * where purchases behind t count no more
	 */
	for (from = ONE_BY_ONE + 0.5;;)
	{
		double		half = from / (isinf(t) ? 16 : 32);
		double		panel = 0;

		rt_poll();
		for (int i = 0; i < RT_FEW_POINTS; i++)
		{
			double		n = from + half * (1 + rt_few_nodes[i]);

			panel += rt_few_weights[i] * half * exp(log_stays(f, n - 1)) * regular_purchase(&s, n);
		}
		sum += panel;
		if (!(panel > NOTHING_LEFT * sum))
			return sum;
		from += 2 * half;
	}
}
