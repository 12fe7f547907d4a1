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

#include "core/bg_bb.h"
#include "core/optimize.h"
#include "core/opportunity.h"
#include "core/poll.h"
#include "core/simulate.h"
#include "core/special.h"

static rt_bg_bb
bg_bb_of(const rt_base *base)
{
	const double *p = base->parameters;
	rt_bg_bb	m = {p[0], p[1], p[2], p[3]};

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
	double		log_left;		/* see rt_base_log_odds_left */
	double		log_silence;
	double		by[4];			/* derivatives of log_sum, where asked for */
} bg_bb_states;

static void
bg_bb_customer_states(const rt_bg_bb *m, const rt_customer *customer, bool derivatives,
					  bg_bb_states *s)
{
	double		x = customer->x;
	double		t_x = customer->t_x;
	double		silent = customer->age - t_x;
	double		taken = m->alpha + x;
	double		refused = m->beta + (t_x - x);
	double		stayed = m->delta + t_x;
	double		leaves = m->gamma + stayed;
	rt_bg_bb_series gone = {{refused, stayed}, {taken, m->gamma + 1}, 0, derivatives};
	double		sum[RT_BG_BB_SUMS];
	double		log_stays,
				log_here,
				log_gone,
				odds;

	rt_bg_bb_add_series(&gone, silent, sum);
	log_stays = -rt_log_rising_ratio(stayed, m->gamma, silent);
	s->log_silence = -rt_log_rising_ratio(refused, taken, silent);
	log_here = s->log_silence + log_stays;
	log_gone = log(m->gamma) - log(leaves) + log(sum[0]);
	s->log_left = log_gone - log_stays;
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
	const rt_bg_bb m = bg_bb_of(base);
	bg_bb_states s;

	bg_bb_customer_states(&m, customer, false, &s);
	return s.log_sum;
}

double
rt_bg_bb_p_alive(const rt_base *base, const rt_customer *customer)
{
	const rt_bg_bb m = bg_bb_of(base);
	bg_bb_states s;

	bg_bb_customer_states(&m, customer, false, &s);
	return s.p_alive;
}

double
rt_bg_bb_p_gone(const rt_base *base, const rt_customer *customer)
{
	const rt_bg_bb m = bg_bb_of(base);
	bg_bb_states s;

	bg_bb_customer_states(&m, customer, false, &s);
	return s.p_gone;
}

/* How long they are silent counts in the sum only: who leaves later has been silent before */
static double
bg_bb_log_odds_left(const rt_base *base, const rt_customer *customer, double *log_silence)
{
	const rt_bg_bb m = bg_bb_of(base);
	bg_bb_states s;

	bg_bb_customer_states(&m, customer, false, &s);
	*log_silence = s.log_silence;
	return s.log_left;
}

static double
bg_bb_leaving_share(const rt_base *base)
{
	const rt_bg_bb m = bg_bb_of(base);
	double		opportunities = fmin(DBL_MAX, RT_BASE_PURCHASES * (1 + m.beta / m.alpha));

	return -expm1(-rt_log_rising_ratio(m.delta, m.gamma, opportunities));
}

rt_bg_bb
rt_bg_bb_of_alive(const rt_base *base, const rt_customer *customer)
{
	const double *p = base->parameters;
	rt_bg_bb	m = {p[0] + customer->x, p[1] + (customer->age - customer->x), p[2],
	p[3] + customer->age};

	return m;
}

/* -------------------------------------------------------------- simulation */

static void
bg_bb_live(const rt_bg_bb *m, rt_random *random, rt_life *life)
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
	const rt_bg_bb m = bg_bb_of(base);

	bg_bb_live(&m, random, life);
}

static void
bg_bb_go_on(const rt_base *base, const rt_customer *customer, rt_random *random, rt_life *life)
{
	const rt_bg_bb m = rt_bg_bb_of_alive(base, customer);

	bg_bb_live(&m, random, life);
}

/* ----------------------------------------------------------------- fitting */

/* By the pairs alpha and beta, gamma and delta */
static double
bg_bb_objective(const double *x, double *gradient, void *argument)
{
	const rt_customers *customers = argument;
	rt_bg_bb	m = {exp(x[0]), exp(x[0] + x[1]), exp(x[2]), exp(x[2] + x[3])};
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
	rt_pair_gradient(by[0], m.alpha, by[1], m.beta, gradient);
	rt_pair_gradient(by[2], m.gamma, by[3], m.delta, gradient + 2);
	return value;
}

static void
bg_bb_fit(const rt_kind *kind, int k, const rt_customers *customers, void *workspace, rt_fit *fit)
{
	static const double moves[4 * 4] = {
		-1.5, 0, -4, 0,
		-1.5, 0, -4, 2.5,
		1, 0, 1, 0,
		0, 0, 3, -2
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
		double		lower[4] = {RT_SHAPE_LOWEST, odds - RT_LEVEL_RANGE, RT_LEAVING_LOWEST,
		-RT_AGE_RANGE};
		double		upper[4] = {RT_SHAPE_HIGHEST, odds + RT_LEVEL_RANGE, RT_SHAPE_HIGHEST,
		log(1e9)};
		double		start[4] = {0, odds, log(0.5), log(2 * fmax(age / total, 1))};

		rt_problem	problem = {
			.objective = bg_bb_objective, .data = (void *) customers, .count = 4, .lower = lower,
			.upper = upper, .nearly = rt_pairs_alike, .scale = total
		};

		rt_maximize_from(&problem, NULL, start, start, moves, 4, &best);
	}
	rt_fit_from_optimum(bg_bb_objective, (void *) customers, 4, rt_pairs_logarithms, &best, fit);
}

/* -------------------------------------------------------------- the limits */

static bool
bg_bb_purchases_alike(const rt_base *base)
{
	return rt_shape_alike(bg_bb_of(base).alpha);
}

static bool
bg_bb_always_or_never(const rt_base *base)
{
	rt_bg_bb	m = bg_bb_of(base);

	return m.alpha + m.beta < 1e-3;
}

static bool
bg_bb_dropout_alike(const rt_base *base)
{
	return rt_shape_alike(bg_bb_of(base).gamma);
}

/* Fewer than one in a thousand are still here at the first opportunity */
static bool
bg_bb_all_leave(const rt_base *base)
{
	rt_bg_bb	m = bg_bb_of(base);

	return m.delta < 1e-3 * m.gamma;
}

/* Of those who are fewer than one in a thousand ever leave */
static bool
bg_bb_leave_or_never(const rt_base *base)
{
	rt_bg_bb	m = bg_bb_of(base);

	return m.gamma + m.delta < 1e-3 && !bg_bb_all_leave(base);
}

static const rt_limit bg_bb_limits[] = {
	{"purchase probabilities alike", false, bg_bb_purchases_alike},
	{"all buy always or never", false, bg_bb_always_or_never},
	{"dropout probabilities alike", true, bg_bb_dropout_alike},
	{"all leave at once", true, bg_bb_all_leave},
	{"some leave at once and the others never", true, bg_bb_leave_or_never},
	{NULL, false, NULL}
};

/* ---------------------------------------------------------------- the kind */

static const rt_base_functions bg_bb_base = {
	.log_likelihood = bg_bb_log_likelihood,
	.p_alive = rt_bg_bb_p_alive,
	.p_gone = rt_bg_bb_p_gone,
	.log_odds_left = bg_bb_log_odds_left,
	.leaving = bg_bb_leaving_share,
	.p_alive_after = rt_bg_bb_p_alive_after,
	.expected_lifetime = rt_bg_bb_expected_lifetime,
	.expected_purchases = rt_bg_bb_expected_purchases,
	.discounted_if_alive = rt_bg_bb_discounted_if_alive,
	.pairs_if_alive = rt_bg_bb_pairs_if_alive,
	.purchase_probability = rt_bg_bb_purchase_probability,
	.purchase_pmf = rt_bg_bb_purchase_pmf,
	.start_life = bg_bb_start_life,
	.go_on = bg_bb_go_on
};

const rt_kind rt_bg_bb_kind = {
	.id = 10,
	.name = "bg/bb",
	.parameter_count = 4,
	.parameters = {"alpha", "beta", "gamma", "delta"},
	.input = RT_INPUT_OPPORTUNITIES,
	.customers = "has one opportunity a year, or in each time unit (Fader, Hardie, Shang 2010)",
	.leaves = "before any opportunity",
	.meaning =
	"they take an opportunity with a probability that is Beta(alpha, beta), and leave "
	"before it with one that is Beta(gamma, delta); several purchases in a period "
	"count once, a period that is not over does not count, and 365.25, 91.3125 or "
	"30.4375 days are a year, a quarter or a month of the calendar: see opportunities",
	.row_valid = rt_opportunities_row_valid,
	.fit = bg_bb_fit,
	.limits = bg_bb_limits,
	.base = &bg_bb_base
};
