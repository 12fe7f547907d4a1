/*
 * bg_bb.c
 *		Customers with an opportunity now and then, who may leave before any of
 *		them: BG/BB, for the yearly donation, the cruise, the fair.
 *
 * At each opportunity customers leave for good with probability theta; if they do not
 * they buy with probability p.  p is Beta(alpha, beta), theta is Beta(gamma, delta) across
 * customers.  In the terms of rt_customer x of n = age opportunities were taken, the last
 * of them the t_x-th: whole numbers, x <= t_x <= age.  The likelihood is
 *
 *		B(alpha + x, beta + n - x) / B(alpha, beta) B(gamma, delta + n) / B(gamma, delta)
 *			+ sum over j from t_x to n - 1 of B(alpha + x, beta + j - x) / B(alpha, beta)
 *				B(gamma + 1, delta + j) / B(gamma, delta)
 *
 * of the order in which they were taken.  The first term are those who are still here:
 * alive at the n-th opportunity.  What is known of them is alpha + x, beta + n - x, gamma,
 * delta + n in the place of the parameters.  Times t are numbers of opportunities, of
 * which parts do not count.
 *
 * Source: Fader, Hardie, Shang (2010), "Customer-base analysis in a discrete-time
 * noncontractual setting".
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/customer_base.h"
#include "core/gauss_legendre.h"
#include "core/optimize.h"
#include "core/opportunity.h"
#include "core/poll.h"
#include "core/simulate.h"
#include "core/special.h"

/* Parts of an opportunity do not count, but for what rounding took away */
static double
whole(double t)
{
	return t < RT_WHOLE_MAX ? floor(t * (1 + 4 * DBL_EPSILON) + 1e-9) : t;
}

/* The parameters, and what becomes of them as a customer is observed */
typedef struct bg_bb
{
	double		alpha;
	double		beta;
	double		gamma;
	double		delta;
} bg_bb;

/* ------------------------------------------------------------- sums of terms */

/*
 * All that is asked for are sums over opportunities of products of rising factorials.  Terms that
 * change fast are added up one by one, which is soon over: either they vanish, or they come to
 * change slowly.  From there on a sum is the integral between the middles, with what Gauss and
 * Encke correct it by at both ends, and the integral goes in panels that grow with the distance
 * from the first term: as many as the logarithm of the number of terms.
 *
 * A function of the number of the term adds itself, so many times, to a sum.
 */
typedef void (*add_terms) (const void *what, double k, double weight, double *sum);

/*
 * Of slow terms each is at least so much of its neighbour, and so many of the first are none of
 * them
 */
#define SLOW 0.9
#define FIRST_TERMS 64

/*
 * The correction of a sum that begins with f(0): of the differences f(0) - f(-1), f(1) - f(-2),
 * f(2) - f(-3)
 */
#define ENCKE_1 (1.0 / 24)
#define ENCKE_3 (-17.0 / 5760)
#define ENCKE_5 (367.0 / 967680)
static const double encke[3] = {ENCKE_1 - 3 * ENCKE_3 + 10 * ENCKE_5, ENCKE_3 - 5 * ENCKE_5,
ENCKE_5};

static void
correct_end(add_terms function, const void *what, double first, double sign, double *sum)
{
	for (int i = 0; i < 3; i++)
	{
		function(what, first + i, sign * encke[i], sum);
		function(what, first - 1 - i, -sign * encke[i], sum);
	}
}

static void
add_panel(add_terms function, const void *what, double from, double to, double *sum)
{
	double		half = (to - from) / 2;

	for (int i = 0; i < RT_GAUSS_POINTS; i++)
		function(what, from + half * (1 + rt_gauss_nodes[i]), rt_gauss_weights[i] * half, sum);
}

/*
 * Terms that fall from 1 on: (a)_k / (a + c)_k for two pairs, times exp(-rate k); (.)_k is the
 * rising factorial
 */
typedef struct bg_bb_series
{
	double		a[2];
	double		c[2];
	double		rate;
	bool		derivatives;
} bg_bb_series;

/* Derivatives by a[0], c[0], a[1], c[1] are in sum[1] to sum[4], where asked for */
#define SERIES_SUMS 5

static void
series_terms(const void *what, double k, double weight, double *sum)
{
	const bg_bb_series *s = what;
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
terms_left(const bg_bb_series *s, double k)
{
	double		left = s->rate > 0 ? 1 / -expm1(-s->rate) : INFINITY;

	for (int i = 0; i < 2; i++)
	{
		if (s->c[i] > 1)
			left = fmin(left, (s->a[i] + k + (s->c[i] - 1)) / (s->c[i] - 1));
	}
	return left;
}

/* The first count terms, which may be infinite with a rate above 0 */
static void
add_series(const bg_bb_series *s, double count, double *sum)
{
	double		discount = exp(-s->rate);
	double		term = 1;
	double		ratio = 1;
	double		by[4] = {0, 0, 0, 0};	/* of ln term */
	double		k;
	double		from,
				end;

	for (int i = 0; i < SERIES_SUMS; i++)
		sum[i] = 0;
	for (k = 0; k < count && (k < FIRST_TERMS || ratio < SLOW || count - k <= FIRST_TERMS); k++)
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
		if (!(term > DBL_EPSILON / 8 * sum[0]) &&
			!(term * fmin(count - k, terms_left(s, k)) > DBL_EPSILON / 8 * sum[0]))
			return;
	}
	if (k == count)
		return;

	correct_end(series_terms, s, k, 1, sum);
	end = count - 0.5;
	for (from = k - 0.5; from < end;)
	{
		double		slope = s->rate;
		double		nearest = from + fmin(s->a[0], s->a[1]);
		double		to;
		double		last[SERIES_SUMS] = {0};

		for (int i = 0; i < 2; i++)
			slope += log1p(s->c[i] / (s->a[i] + from));
		to = fmin(end, from + 1 / (slope / 6 + 0.5 / nearest));
		if (to == from)
			return;
		rt_poll();
		add_panel(series_terms, s, from, to, sum);
		from = to;
		series_terms(s, from, 1, last);
		if (from < end &&
			!(last[0] * fmin(end - from, terms_left(s, from)) > DBL_EPSILON / 8 * sum[0]))
			return;
	}
	correct_end(series_terms, s, count, -1, sum);
}

static double
sum_of_series(double a0, double c0, double a1, double c1, double rate, double count)
{
	bg_bb_series s = {{a0, a1}, {c0, c1}, rate, false};
	double		sum[SERIES_SUMS];

	add_series(&s, count, sum);
	return sum[0];
}

/* ------------------------------------------------------------ who is still here */

static bg_bb
bg_bb_of(const rt_base *base)
{
	const double *p = base->parameters;
	bg_bb		m = {p[0], p[1], p[2], p[3]};

	return m;
}

/*
 * The likelihood in the part that those who are still here have in it, and the one of those who
 * left
 */
typedef struct bg_bb_states
{
	double		log_sum;
	double		p_alive;
	double		p_gone;
	double		by[4];			/* derivatives of log_sum, where asked for */
} bg_bb_states;

static void
bg_bb_customer_states(const bg_bb *m, const rt_customer *customer, bool derivatives,
					  bg_bb_states *s)
{
	double		x = customer->x;
	double		t_x = customer->t_x;
	double		silent = customer->age - t_x;
	double		taken = m->alpha + x;
	double		refused = m->beta + (t_x - x);
	double		stayed = m->delta + t_x;
	double		leaves = m->gamma + stayed;
	bg_bb_series gone = {{refused, stayed}, {taken, m->gamma + 1}, 0, derivatives};
	double		sum[SERIES_SUMS];
	double		log_here,
				log_gone,
				odds;

	add_series(&gone, silent, sum);
	log_here = -rt_log_rising_ratio(refused, taken, silent) -
		rt_log_rising_ratio(stayed, m->gamma, silent);
	log_gone = log(m->gamma) - log(leaves) + log(sum[0]);
	odds = exp(log_gone - log_here);
	s->p_alive = 1 / (1 + odds);
	s->p_gone = 1 / (1 + exp(log_here - log_gone));
	s->log_sum =
		fmin(0, odds < 1 ? log_here + log1p(odds) : log_gone + log1p(exp(log_here - log_gone))) -
		rt_log_rising_ratio(m->beta, m->alpha, t_x - x) -
		rt_log_rising_ratio(m->alpha, refused, x) - rt_log_rising_ratio(m->delta, m->gamma, t_x);
	if (!derivatives)
		return;

	/* of the sequence up to the last purchase, then of the two parts */
	s->by[0] = rt_digamma_difference(m->alpha, x) - rt_digamma_difference(m->alpha + m->beta, t_x);
	s->by[1] =
		rt_digamma_difference(m->beta, t_x - x) - rt_digamma_difference(m->alpha + m->beta, t_x);
	s->by[2] = -rt_digamma_difference(m->gamma + m->delta, t_x);
	s->by[3] = rt_digamma_difference(m->delta, t_x) + s->by[2];
	if (s->p_alive > 0)
	{
		double		by_both = -rt_digamma_difference(taken + refused, silent);
		double		by_leaves = -rt_digamma_difference(leaves, silent);

		s->by[0] += s->p_alive * by_both;
		s->by[1] += s->p_alive * (by_both + rt_digamma_difference(refused, silent));
		s->by[2] += s->p_alive * by_leaves;
		s->by[3] += s->p_alive * (by_leaves + rt_digamma_difference(stayed, silent));
	}
	if (s->p_gone > 0)
	{
		s->by[0] += s->p_gone * (sum[2] / sum[0]);
		s->by[1] += s->p_gone * (sum[1] / sum[0]);
		s->by[2] += s->p_gone * (sum[4] / sum[0] + 1 / m->gamma - 1 / leaves);
		s->by[3] += s->p_gone * (sum[3] / sum[0] - 1 / leaves);
	}
}

static double
bg_bb_log_likelihood(const rt_base *base, const rt_customer *customer, double sum_log)
{
	const bg_bb m = bg_bb_of(base);
	bg_bb_states s;

	bg_bb_customer_states(&m, customer, false, &s);
	return s.log_sum;
}

static double
bg_bb_p_alive(const rt_base *base, const rt_customer *customer)
{
	const bg_bb m = bg_bb_of(base);
	bg_bb_states s;

	bg_bb_customer_states(&m, customer, false, &s);
	return s.p_alive;
}

static double
bg_bb_p_gone(const rt_base *base, const rt_customer *customer)
{
	const bg_bb m = bg_bb_of(base);
	bg_bb_states s;

	bg_bb_customer_states(&m, customer, false, &s);
	return s.p_gone;
}

/* The model of those who are still here */
static bg_bb
bg_bb_of_alive(const rt_base *base, const rt_customer *customer)
{
	const double *p = base->parameters;
	bg_bb		m = {p[0] + customer->x, p[1] + (customer->age - customer->x), p[2],
	p[3] + customer->age};

	return m;
}

static double
bg_bb_p_alive_after(const rt_base *base, const rt_customer *customer, double t)
{
	bg_bb		m = bg_bb_of_alive(base, customer);

	if (!(t >= 0))
		return NAN;
	t = whole(t);
	return bg_bb_p_alive(base, customer) * exp(-rt_log_rising_ratio(m.delta, m.gamma, t));
}

/*
 * The number of opportunities out of t at which they are still here: the sum over j from 1 to t of
 * (delta)_j / (gamma + delta)_j, the j-th counting exp(-rate j)
 */
static double
opportunities_alive(const bg_bb *m, double t, double rate)
{
	if (isinf(t) && rate == 0)
		return m->gamma > 1 ? m->delta / (m->gamma - 1) : INFINITY;
	return m->delta / (m->gamma + m->delta) * exp(-rate) *
		sum_of_series(m->delta + 1, m->gamma, m->delta + 1, 0, rate, t);
}

static double
bg_bb_expected_lifetime(const rt_base *base, const rt_customer *customer, double t)
{
	bg_bb		m = bg_bb_of_alive(base, customer);
	double		alive = bg_bb_p_alive(base, customer);

	if (!(t >= 0))
		return NAN;
	return alive > 0 ? alive * opportunities_alive(&m, whole(t), 0) : 0;
}

static double
bg_bb_expected_purchases(const rt_base *base, const rt_customer *customer, double t)
{
	bg_bb		m = bg_bb_of_alive(base, customer);

	if (!(t >= 0) || isinf(t))
		return NAN;
	return bg_bb_p_alive(base, customer) * m.alpha / (m.alpha + m.beta) *
		opportunities_alive(&m, whole(t), 0);
}

static double
bg_bb_discounted_if_alive(const rt_base *base, const rt_customer *customer, double t, double rate)
{
	bg_bb		m = bg_bb_of_alive(base, customer);

	if (!(t >= 0 && rate >= 0) || (isinf(t) && rate == 0))
		return NAN;
	return m.alpha / (m.alpha + m.beta) * opportunities_alive(&m, whole(t), rate);
}

/* They are still here at the j-th opportunity, and take it as the first one */
static double
bg_bb_purchase_probability(const rt_base *base, const rt_customer *customer, double t)
{
	bg_bb		m = bg_bb_of_alive(base, customer);
	double		first = m.alpha / (m.alpha + m.beta) * (m.delta / (m.gamma + m.delta));

	if (!(t >= 0) || isinf(t))
		return NAN;
	return fmin(1, first * sum_of_series(m.beta, m.alpha + 1, m.delta + 1, m.gamma, 0, whole(t))) *
		bg_bb_p_alive(base, customer);
}

/* n of the first n + k opportunities, and then they leave */
typedef struct bg_bb_leaving
{
	bg_bb		model;
	double		n;
} bg_bb_leaving;

static void
leaving_terms(const void *what, double k, double weight, double *sum)
{
	const bg_bb_leaving *l = what;
	const bg_bb *m = &l->model;
	double		i = l->n + k;

	*sum += weight * (m->gamma / (m->gamma + m->delta + i)) *
		exp(rt_log_beta_binomial(l->n, k, m->alpha, m->beta) -
			rt_log_rising_ratio(m->delta, m->gamma, i));
}

/* By how much the logarithm of a term grows with k, and what this itself grows by */
static double
leaving_slope(const bg_bb_leaving *l, double k, double *curvature)
{
	const bg_bb *m = &l->model;
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
add_leaving(const bg_bb_leaving *l, double from, double to, double *sum)
{
	while (from != to)
	{
		double		curvature;
		double		slope = fabs(leaving_slope(l, from, &curvature));
		double		step = 1 / (slope / 6 + sqrt(fabs(curvature)) / 3 +
								(to > from ? 0.5 : 2) / from);
		double		next = to > from ? fmin(to, from + step) : fmax(to, from - step);
		double		last = 0;

		if (next == from)
			return;
		rt_poll();
		add_panel(leaving_terms, l, fmin(from, next), fmax(from, next), sum);
		from = next;
		leaving_terms(l, from, 1, &last);
		if (!(last * fabs(to - from) > DBL_EPSILON / 8 * *sum))
			return;
	}
}

/*
 * The sum over k from 0 to count - 1: at most twice the terms change between growing and shrinking
 */
static double
leaving_sum(const bg_bb_leaving *l, double count)
{
	const bg_bb *m = &l->model;
	double		n = l->n;
	double		sum = 0;
	size_t		steps = 0;
	double		begin = 0;
	double		end = count;
	double		valley,
				peak;
	double		curvature;

	while (begin < end && (begin < FIRST_TERMS || leaving_slope(l, begin, &curvature) < log(SLOW)))
	{
		double		last = sum;

		rt_poll_each(++steps);
		leaving_terms(l, begin++, 1, &sum);
		if (begin >= FIRST_TERMS && !((sum - last) * (end - begin) > DBL_EPSILON / 8 * sum) &&
			!(leaving_slope(l, begin, &curvature) > 0))
			break;
	}
	while (begin < end &&
		   (end - begin < FIRST_TERMS || leaving_slope(l, end, &curvature) > -log(SLOW)))
	{
		double		last = sum;

		rt_poll_each(++steps);
		leaving_terms(l, --end, 1, &sum);
		if (!((sum - last) * (end - begin) > DBL_EPSILON / 8 * sum) &&
			!(leaving_slope(l, end, &curvature) < 0))
			break;
	}
	if (begin == end)
		return sum;

	/* where a term equals the next one: the roots of - (alpha + gamma + 1) k^2 + 2 half k + rest */
	{
		double		square = m->alpha + m->gamma + 1;
		double		above = (n + 1) * m->beta + (n + 1) * (m->delta + n) + m->beta * (m->delta + n);
		double		both = m->alpha + m->beta + n;
		double		leaves = m->gamma + m->delta + 1 + n;
		double		half = (above - both - leaves - both * leaves) / 2;
		double		rest = (n + 1) * m->beta * (m->delta + n) - both * leaves;
		double		root = half * half + square * rest;

		root = root > 0 ? sqrt(root) : 0;
		peak = (half + root) / square;
		valley = (half - root) / square;
	}
	begin -= 0.5;
	end -= 0.5;
	peak = fmin(fmax(floor(peak) + 0.5, begin), end);
	valley = fmin(fmax(floor(valley) + 0.5, begin), peak);
	correct_end(leaving_terms, l, begin + 0.5, 1, &sum);
	correct_end(leaving_terms, l, end + 0.5, -1, &sum);
	add_leaving(l, peak, end, &sum);
	add_leaving(l, peak, valley, &sum);
	add_leaving(l, begin, valley, &sum);
	return sum;
}

/*
 * n of t opportunities, and they are still here at the last; or n of the first i, and then they
 * leave
 */
static double
bg_bb_purchase_pmf(const rt_base *base, const rt_customer *customer, int n, double t)
{
	bg_bb_leaving l = {bg_bb_of_alive(base, customer), n};
	const bg_bb *m = &l.model;
	double		alive = bg_bb_p_alive(base, customer);
	double		here;

	if (!(t >= 0) || isinf(t) || n < 0)
		return NAN;
	t = whole(t);
	if (n > t)
		return 0;
	here = exp(rt_log_beta_binomial(n, t - n, m->alpha, m->beta) -
			   rt_log_rising_ratio(m->delta, m->gamma, t));
	if (n > 0)
		return alive * fmin(1, here + leaving_sum(&l, t - n));
	return bg_bb_p_gone(base, customer) +
		alive *
		fmin(1, here + m->gamma / (m->gamma + m->delta) *
			 sum_of_series(m->beta, m->alpha, m->delta, m->gamma + 1, 0, t));
}

/* -------------------------------------------------------------- simulation */

static void
bg_bb_live(const bg_bb *m, rt_random *random, rt_life *life)
{
	life->opportunities = true;
	life->lambda = rt_random_beta(random, m->alpha, m->beta);
	life->p = rt_random_beta(random, m->gamma, m->delta);
	/* alive at the opportunities before this one */
	life->end = rt_random_missed(random, life->p);
}

static void
bg_bb_start_life(const rt_base *base, rt_random *random, rt_life *life)
{
	const bg_bb m = bg_bb_of(base);

	bg_bb_live(&m, random, life);
}

static void
bg_bb_go_on(const rt_base *base, const rt_customer *customer, rt_random *random, rt_life *life)
{
	const bg_bb m = bg_bb_of_alive(base, customer);

	bg_bb_live(&m, random, life);
}

/* ----------------------------------------------------------------- fitting */

/* By ln alpha, ln(beta / alpha), ln gamma and ln(delta / gamma) */
static double
bg_bb_objective(const double *x, double *gradient, void *argument)
{
	const rt_customers *customers = argument;
	bg_bb		m = {exp(x[0]), exp(x[0] + x[1]), exp(x[2]), exp(x[2] + x[3])};
	double		by[4] = {0, 0, 0, 0};
	double		value = 0;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_fit_row *row = &customers->rows[i];
		bg_bb_states s;

		rt_poll();
		bg_bb_customer_states(&m, &row->customer, true, &s);
		value += row->weight * s.log_sum;
		for (int j = 0; j < 4; j++)
			by[j] += row->weight * s.by[j];
	}
	gradient[0] = by[0] * m.alpha + by[1] * m.beta;
	gradient[1] = by[1] * m.beta;
	gradient[2] = by[2] * m.gamma + by[3] * m.delta;
	gradient[3] = by[3] * m.delta;
	return value;
}

static bool
bg_bb_all_alike(const double *x, const void *data)
{
	(void) data;
	return x[0] > RT_ALIKE || x[2] > RT_ALIKE;
}

static void
bg_bb_fit(const rt_kind *kind, int k, const rt_customers *customers, void *workspace, rt_fit *fit)
{
	static const double logarithms[16] = {
		1, 0, 0, 0,
		1, 1, 0, 0,
		0, 0, 1, 0,
		0, 0, 1, 1
	};
	static const double moves[3 * 4] = {
		0, 0, 0, 0,
		-1, 0, -2, 2,
		1, 0, 1, 0
	};
	double		total = 0,
				taken = 0,
				asked = 0,
				age = 0;
	double		odds;
	rt_optimum	best;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_fit_row *row = &customers->rows[i];

		total += row->weight;
		taken += row->weight * row->customer.x;
		asked += row->weight * (row->customer.x > 0 ? row->customer.t_x : row->customer.age);
		age += row->weight * row->customer.age;
	}
	odds = log(fmax(asked - taken, 0.01 * taken) / taken);
	{
		double		lower[4] = {log(1e-4), odds - log(1e6), log(1e-6), -log(1e7)};
		double		upper[4] = {log(1e6), odds + log(1e6), log(1e6), log(1e9)};
		double		start[4] = {0, odds, log(0.5), log(2 * fmax(age / total, 1))};

		rt_maximize_from(bg_bb_objective, (void *) customers, 4, lower, upper, bg_bb_all_alike,
						 total, start, moves, 3, &best);
	}
	rt_fit_from_optimum(bg_bb_objective, (void *) customers, 4, logarithms, &best, fit);
}

/* ---------------------------------------------------------------- the kind */

static const rt_base_functions bg_bb_base = {
	.log_likelihood = bg_bb_log_likelihood,
	.p_alive = bg_bb_p_alive,
	.p_gone = bg_bb_p_gone,
	.p_alive_after = bg_bb_p_alive_after,
	.expected_lifetime = bg_bb_expected_lifetime,
	.expected_purchases = bg_bb_expected_purchases,
	.discounted_if_alive = bg_bb_discounted_if_alive,
	.purchase_probability = bg_bb_purchase_probability,
	.purchase_pmf = bg_bb_purchase_pmf,
	.start_life = bg_bb_start_life,
	.go_on = bg_bb_go_on
};

const rt_kind rt_bg_bb_kind = {
	.id = 10,
	.name = "bg/bb",
	.parameter_count = 4,
	.parameters = {"alpha", "beta", "gamma", "delta"},
	.input = RT_INPUT_OPPORTUNITIES,
	.row_valid = rt_opportunities_row_valid,
	.fit = bg_bb_fit,
	.base = &bg_bb_base
};
