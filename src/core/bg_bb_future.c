/*
 * bg_bb_future.c
 *		What customers with an opportunity now and then will do.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/bg_bb.h"
#include "core/poll.h"
#include "core/special.h"

/* Of a number of opportunities that was a product or a quotient, in proportion and beside 1 */
#define WHOLE_ROUNDING (4 * DBL_EPSILON)
#define WHOLE_NEARLY 1e-9

/* Parts of an opportunity do not count, but for what rounding took away */
static double
bg_bb_whole(double t)
{
	return t < RT_WHOLE_MAX ? floor(t * (1 + WHOLE_ROUNDING) + WHOLE_NEARLY) : t;
}

static double
bg_bb_sum_of_series(double a0, double c0, double a1, double c1, double rate, double count)
{
	rt_bg_bb_series s = {{a0, a1}, {c0, c1}, rate, false};
	double		sum[RT_BG_BB_SUMS];

	rt_bg_bb_add_series(&s, count, sum);
	return sum[0];
}

double
rt_bg_bb_p_alive_after(const rt_base *base, const rt_customer *customer, double t)
{
	rt_bg_bb	m = rt_bg_bb_of_alive(base, customer);

	if (!(t >= 0))
		return NAN;
	t = bg_bb_whole(t);
	return rt_bg_bb_p_alive(base, customer) * exp(-rt_log_rising_ratio(m.delta, m.gamma, t));
}

/*
 * The number of opportunities out of t at which they are still here: the sum over j from 1 to t of
 * (delta)_j / (gamma + delta)_j, the j-th counting exp(-rate j)
 */
static double
bg_bb_opportunities_alive(const rt_bg_bb *m, double t, double rate)
{
	if (isinf(t) && rate == 0)
		return m->gamma > 1 ? m->delta / (m->gamma - 1) : INFINITY;
	return m->delta / (m->gamma + m->delta) * exp(-rate) *
		bg_bb_sum_of_series(m->delta + 1, m->gamma, m->delta + 1, 0, rate, t);
}

double
rt_bg_bb_expected_lifetime(const rt_base *base, const rt_customer *customer, double t)
{
	rt_bg_bb	m = rt_bg_bb_of_alive(base, customer);
	double		alive = rt_bg_bb_p_alive(base, customer);

	if (!(t >= 0))
		return NAN;
	return alive > 0 ? alive * bg_bb_opportunities_alive(&m, bg_bb_whole(t), 0) : 0;
}

double
rt_bg_bb_expected_purchases(const rt_base *base, const rt_customer *customer, double t)
{
	rt_bg_bb	m = rt_bg_bb_of_alive(base, customer);

	if (!(t >= 0) || isinf(t))
		return NAN;
	return rt_bg_bb_p_alive(base, customer) * m.alpha / (m.alpha + m.beta) *
		bg_bb_opportunities_alive(&m, bg_bb_whole(t), 0);
}

double
rt_bg_bb_discounted_if_alive(const rt_base *base, const rt_customer *customer,
							 double t, double rate)
{
	rt_bg_bb	m = rt_bg_bb_of_alive(base, customer);

	if (!(t >= 0 && rate >= 0) || (isinf(t) && rate == 0))
		return NAN;
	return m.alpha / (m.alpha + m.beta) * bg_bb_opportunities_alive(&m, bg_bb_whole(t), rate);
}

/* Terms (k + 1) (delta)_k / (gamma + delta)_k: here at an opportunity, with k + 1 before it */
typedef struct bg_bb_pairs
{
	double		gamma;
	double		delta;
} bg_bb_pairs;

static void
bg_bb_pairs_terms(const void *what, double k, double weight, double *sum)
{
	const bg_bb_pairs *s = what;

	*sum += weight * (k + 1) * exp(-rt_log_rising_ratio(s->delta, s->gamma, k));
}

/*
 * All terms from the k-th on are at most so many times the k-th: (delta + k) / (k + 1) of them is a
 * series of delta + 1 and gamma - 1, which ends as that has it
 */
static double
bg_bb_pairs_left(const bg_bb_pairs *s, double k)
{
	return s->gamma > 2 ?
		fmax(1, (s->delta + k) / (k + 1)) * ((s->delta + k + (s->gamma - 1)) / (s->gamma - 2)) :
		INFINITY;
}

/* The first count terms: one by one as long as they change fast or there are few, then panels */
static double
bg_bb_pairs_sum(const bg_bb_pairs *s, double count)
{
	double		sum = 0;
	double		share = 1;
	double		ratio = 1;
	double		k;

	for (k = 0; k < count && (k < RT_BG_BB_FIRST_TERMS || ratio < RT_BG_BB_SLOW ||
							  count - k <= RT_BG_BB_FIRST_TERMS); k++)
	{
		double		term = (k + 1) * share;

		rt_poll_each((size_t) k + 1);
		sum += term;
		ratio = (s->delta + k) / (s->gamma + s->delta + k);
		share *= ratio;
		if (!(term * fmin(count * (count / (k + 1)), bg_bb_pairs_left(s, k)) >
			  RT_BG_BB_NOTHING * sum))
			return sum;
	}
	if (k == count)
		return sum;
	rt_bg_bb_correct_end(bg_bb_pairs_terms, s, k, 1, &sum);
	for (double from = k - 0.5, to, end = count - 0.5; from < end; from = to)
	{
		double		slope = log1p(s->gamma / (s->delta + from)) + 1 / (from + 1);
		double		last = 0;

		to = fmin(end,
				  from + 1 / (slope / RT_BG_BB_PANEL_FALL + 0.5 / (from + fmin(s->delta, 1))));
		if (to == from)
			return sum;
		rt_poll();
		rt_bg_bb_add_panel(bg_bb_pairs_terms, s, from, to, &sum);
		bg_bb_pairs_terms(s, to, 1, &last);
		if (to < end && !(last * fmin(end * (end / to), bg_bb_pairs_left(s, to)) >
						  RT_BG_BB_NOTHING * sum))
			return sum;
	}
	rt_bg_bb_correct_end(bg_bb_pairs_terms, s, count, -1, &sum);
	return sum;
}

/* At the j-th opportunity with a purchase, and one of the j - 1 before: each pair counts twice */
double
rt_bg_bb_pairs_if_alive(const rt_base *base, const rt_customer *customer, double t)
{
	rt_bg_bb	m = rt_bg_bb_of_alive(base, customer);
	double		both = m.alpha / (m.alpha + m.beta) * ((m.alpha + 1) / (m.alpha + m.beta + 1));
	double		here = m.delta / (m.gamma + m.delta) * ((m.delta + 1) / (m.gamma + m.delta + 1));
	bg_bb_pairs terms = {m.gamma, m.delta + 2};

	if (!(t >= 0) || isinf(t))
		return NAN;
	t = bg_bb_whole(t);
	return t < 2 ? 0 : 2 * both * here * bg_bb_pairs_sum(&terms, t - 1);
}

/* They are still here at the j-th opportunity, and take it as the first one */
double
rt_bg_bb_purchase_probability(const rt_base *base, const rt_customer *customer, double t)
{
	rt_bg_bb	m = rt_bg_bb_of_alive(base, customer);
	double		first = m.alpha / (m.alpha + m.beta) * (m.delta / (m.gamma + m.delta));

	if (!(t >= 0) || isinf(t))
		return NAN;
	first *= bg_bb_sum_of_series(m.beta, m.alpha + 1, m.delta + 1, m.gamma, 0, bg_bb_whole(t));
	return fmin(1, first) *
		rt_bg_bb_p_alive(base, customer);
}

/* n of the first n + k opportunities, and then they leave */
typedef struct bg_bb_leaving
{
	rt_bg_bb	model;
	double		n;
} bg_bb_leaving;

static void
bg_bb_leaving_terms(const void *what, double k, double weight, double *sum)
{
	const bg_bb_leaving *l = what;
	const rt_bg_bb *m = &l->model;
	double		i = l->n + k;

	*sum += weight * (m->gamma / (m->gamma + m->delta + i)) *
		exp(rt_log_beta_binomial(l->n, k, m->alpha, m->beta) -
			rt_log_rising_ratio(m->delta, m->gamma, i));
}

/* By how much the logarithm of a term grows with k, and what this itself grows by */
static double
bg_bb_leaving_slope(const bg_bb_leaving *l, double k, double *curvature)
{
	const rt_bg_bb *m = &l->model;
	double		above[3] = {l->n + 1 + k, m->beta + k, m->delta + l->n + k};
	double		below[3] = {1 + k, m->alpha + m->beta + l->n + k, m->gamma + m->delta + 1 + l->n +
	k};
	double		difference[3] = {l->n, -(m->alpha + l->n), -(m->gamma + 1)};
	double		slope = 0;

	*curvature = 0;
	for (int i = 0; i < 3; i++)
	{
		double		share = difference[i] / below[i];

		slope += share > -0.5 ? log1p(share) : log(above[i] / below[i]);
		*curvature -= share / above[i];
	}
	return slope;
}

/*
 * From a place to another where terms are nowhere larger than there; a panel is no wider than the
 * slope, the width of a peak and the distance from the first term allow
 */
static void
bg_bb_add_leaving(const bg_bb_leaving *l, double from, double to, double *sum)
{
	while (from != to)
	{
		double		curvature;
		double		slope = fabs(bg_bb_leaving_slope(l, from, &curvature));
		double		step = 1 / (slope / RT_BG_BB_PANEL_FALL + sqrt(fabs(curvature)) / 3 +
								(to > from ? 0.5 : 2) / from);
		double		next = to > from ? fmin(to, from + step) : fmax(to, from - step);
		double		last = 0;

		if (next == from)
			return;
		rt_poll();
		rt_bg_bb_add_panel(bg_bb_leaving_terms, l, fmin(from, next), fmax(from, next), sum);
		from = next;
		bg_bb_leaving_terms(l, from, 1, &last);
		if (!(last * fabs(to - from) > RT_BG_BB_NOTHING * *sum))
			return;
	}
}

/*
 * Where a term equals the next one: the roots of - (alpha + gamma + 1) k^2 + 2 half k + rest; from
 * the valley on terms grow, from the peak on they shrink
 */
static void
bg_bb_leaving_turns(const bg_bb_leaving *l, double *valley, double *peak)
{
	const rt_bg_bb *m = &l->model;
	double		n = l->n;
	double		square = m->alpha + m->gamma + 1;
	double		above = (n + 1) * m->beta + (n + 1) * (m->delta + n) + m->beta * (m->delta + n);
	double		both = m->alpha + m->beta + n;
	double		leaves = m->gamma + m->delta + 1 + n;
	double		half = (above - both - leaves - both * leaves) / 2;
	double		rest = (n + 1) * m->beta * (m->delta + n) - both * leaves;
	double		root = half * half + square * rest;

	root = root > 0 ? sqrt(root) : 0;
	*peak = (half + root) / square;
	*valley = (half - root) / square;
}

/*
 * The sum over k from 0 to count - 1: at most twice the terms change between growing and shrinking
 */
static double
bg_bb_leaving_sum(const bg_bb_leaving *l, double count)
{
	double		sum = 0;
	size_t		steps = 0;
	double		begin = 0;
	double		end = count;
	double		valley,
				peak;
	double		curvature;

	while (begin < end && (begin < RT_BG_BB_FIRST_TERMS ||
						   bg_bb_leaving_slope(l, begin, &curvature) < log(RT_BG_BB_SLOW)))
	{
		double		last = sum;

		rt_poll_each(++steps);
		bg_bb_leaving_terms(l, begin++, 1, &sum);
		if (begin >= RT_BG_BB_FIRST_TERMS &&
			!((sum - last) * (end - begin) > RT_BG_BB_NOTHING * sum) &&
			!(bg_bb_leaving_slope(l, begin, &curvature) > 0))
			break;
	}
	while (begin < end &&
		   (end - begin < RT_BG_BB_FIRST_TERMS ||
			bg_bb_leaving_slope(l, end, &curvature) > -log(RT_BG_BB_SLOW)))
	{
		double		last = sum;

		rt_poll_each(++steps);
		bg_bb_leaving_terms(l, --end, 1, &sum);
		if (!((sum - last) * (end - begin) > RT_BG_BB_NOTHING * sum) &&
			!(bg_bb_leaving_slope(l, end, &curvature) < 0))
			break;
	}
	if (begin == end)
		return sum;

	bg_bb_leaving_turns(l, &valley, &peak);
	begin -= 0.5;
	end -= 0.5;
	peak = fmin(fmax(floor(peak) + 0.5, begin), end);
	valley = fmin(fmax(floor(valley) + 0.5, begin), peak);
	rt_bg_bb_correct_end(bg_bb_leaving_terms, l, begin + 0.5, 1, &sum);
	rt_bg_bb_correct_end(bg_bb_leaving_terms, l, end + 0.5, -1, &sum);
	bg_bb_add_leaving(l, peak, end, &sum);
	bg_bb_add_leaving(l, peak, valley, &sum);
	bg_bb_add_leaving(l, begin, valley, &sum);
	return sum;
}

/*
 * n of t opportunities, and they are still here at the last; or n of the first i, and then they
 * leave
 */
double
rt_bg_bb_purchase_pmf(const rt_base *base, const rt_customer *customer, int n, double t)
{
	bg_bb_leaving l = {rt_bg_bb_of_alive(base, customer), n};
	const rt_bg_bb *m = &l.model;
	double		alive = rt_bg_bb_p_alive(base, customer);
	double		here;

	if (!(t >= 0) || isinf(t) || n < 0)
		return NAN;
	t = bg_bb_whole(t);
	if (n > t)
		return 0;
	here = exp(rt_log_beta_binomial(n, t - n, m->alpha, m->beta) -
			   rt_log_rising_ratio(m->delta, m->gamma, t));
	if (n > 0)
		return alive * fmin(1, here + bg_bb_leaving_sum(&l, t - n));
	return rt_bg_bb_p_gone(base, customer) +
		alive *
		fmin(1, here + m->gamma / (m->gamma + m->delta) *
			 bg_bb_sum_of_series(m->beta, m->alpha, m->delta, m->gamma + 1, 0, t));
}
