/*
 * bg_bb_sum.c
 *		Sums over opportunities to buy.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/bg_bb.h"
#include "core/gauss_legendre.h"
#include "core/poll.h"
#include "core/special.h"

/*
 * The correction of a sum that begins with f(0): of the differences f(0) - f(-1), f(1) - f(-2),
 * f(2) - f(-3).  The coefficients are those of d, d^3 and d^5 in 1/(2 asinh(d/2)) - 1/d, d the
 * central difference in the middle between two terms: what an integral is more than the sum.
 */
#define ENCKE_1 (1.0 / 24)
#define ENCKE_3 (-17.0 / 5760)
#define ENCKE_5 (367.0 / 967680)
static const double encke[3] = {ENCKE_1 - 3 * ENCKE_3 + 10 * ENCKE_5, ENCKE_3 - 5 * ENCKE_5,
ENCKE_5};

void
rt_bg_bb_correct_end(rt_bg_bb_terms function, const void *what, double first,
					 double sign, double *sum)
{
	for (int i = 0; i < 3; i++)
	{
		function(what, first + i, sign * encke[i], sum);
		function(what, first - 1 - i, -sign * encke[i], sum);
	}
}

void
rt_bg_bb_add_panel(rt_bg_bb_terms function, const void *what, double from, double to, double *sum)
{
	double		half = (to - from) / 2;

	for (int i = 0; i < RT_GAUSS_POINTS; i++)
		function(what, from + half * (1 + rt_gauss_nodes[i]), rt_gauss_weights[i] * half, sum);
}

static void
bg_bb_series_terms(const void *what, double k, double weight, double *sum)
{
	const rt_bg_bb_series *s = what;
	double		log_term = -s->rate * k;

	for (int i = 0; i < 2; i++)
		log_term -= rt_log_rising_ratio(s->a[i], s->c[i], k);
	weight *= exp(log_term);
	sum[0] += weight;
	for (int i = 0; s->derivatives && i < 2; i++)
	{
		double		by_c = -rt_digamma_difference(s->a[i] + s->c[i], k);

		sum[2 * i + 1] += weight * (rt_digamma_difference(s->a[i], k) + by_c);
		sum[2 * i + 2] += weight * by_c;
	}
}

/*
 * All terms from the k-th on are at most so many times the k-th, as of a series of one pair or the
 * rate alone
 */
static double
bg_bb_terms_left(const rt_bg_bb_series *s, double k)
{
	double		left = s->rate > 0 ? 1 / -expm1(-s->rate) : INFINITY;

	for (int i = 0; i < 2; i++)
	{
		if (s->c[i] > 1)
			left = fmin(left, (s->a[i] + k + (s->c[i] - 1)) / (s->c[i] - 1));
	}
	return left;
}

/*
 * The first terms, as long as they change fast or there are few: how many, and all where the others
 * are nothing
 */
static double
bg_bb_first_terms(const rt_bg_bb_series *s, double count, double *sum)
{
	double		discount = exp(-s->rate);
	double		term = 1;
	double		ratio = 1;
	double		by[4] = {0, 0, 0, 0};	/* of ln term */
	double		k;

	for (k = 0; k < count && (k < RT_BG_BB_FIRST_TERMS || ratio < RT_BG_BB_SLOW ||
							  count - k <= RT_BG_BB_FIRST_TERMS); k++)
	{
		sum[0] += term;
		ratio = discount;
		for (int i = 0; i < 2; i++)
		{
			double		above = s->a[i] + k;
			double		below = above + s->c[i];

			ratio *= above / below;
			if (s->derivatives)
			{
				sum[2 * i + 1] += term * by[2 * i];
				sum[2 * i + 2] += term * by[2 * i + 1];
				by[2 * i] += 1 / above - 1 / below;
				by[2 * i + 1] -= 1 / below;
			}
		}
		term *= ratio;
		if (!(term > RT_BG_BB_NOTHING * sum[0]) &&
			!(term * fmin(count - k, bg_bb_terms_left(s, k)) > RT_BG_BB_NOTHING * sum[0]))
			return count;
	}
	return k;
}

/* How wide a panel may be: by the slope there, and by the distance from the nearest pole */
static double
bg_bb_panel_width(const rt_bg_bb_series *s, double from)
{
	double		slope = s->rate;
	double		nearest = from + fmin(s->a[0], s->a[1]);

	for (int i = 0; i < 2; i++)
		slope += log1p(s->c[i] / (s->a[i] + from));
	return 1 / (slope / RT_BG_BB_PANEL_FALL + 0.5 / nearest);
}

void
rt_bg_bb_add_series(const rt_bg_bb_series *s, double count, double *sum)
{
	double		k;
	double		from,
				end;

	for (int i = 0; i < RT_BG_BB_SUMS; i++)
		sum[i] = 0;
	k = bg_bb_first_terms(s, count, sum);
	if (k == count)
		return;

	rt_bg_bb_correct_end(bg_bb_series_terms, s, k, 1, sum);
	end = count - 0.5;
	for (from = k - 0.5; from < end;)
	{
		double		to = fmin(end, from + bg_bb_panel_width(s, from));
		double		last[RT_BG_BB_SUMS] = {0};

		if (to == from)
			return;
		rt_poll();
		rt_bg_bb_add_panel(bg_bb_series_terms, s, from, to, sum);
		from = to;
		bg_bb_series_terms(s, from, 1, last);
		if (from < end &&
			!(last[0] * fmin(end - from, bg_bb_terms_left(s, from)) > RT_BG_BB_NOTHING * sum[0]))
			return;
	}
	rt_bg_bb_correct_end(bg_bb_series_terms, s, count, -1, sum);
}
