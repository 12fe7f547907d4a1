/*
 * bg_nbd.c
 *		Customers who may leave after any purchase: BG/NBD, MBG/NBD and, for
 *		regular buyers, BG/CNBD-k and MBG/CNBD-k; and, where many buy once only,
 *		zero-inflated ones, ZIBG/NBD and ZIBG/CNBD-k.
 *
 * While they are a customer, intervals between purchases are Erlang(k, lambda): the
 * k-th event of a Poisson process is a purchase (k = 1: each one).  After a purchase
 * they leave with probability p; in the models with first_may_be_last also after
 * the first one.  lambda is Gamma(r, rate alpha), p is Beta(a, b) across customers.
 *
 * A customer is x repeat purchases, the last of them t_x after the first purchase,
 * seen until age after it.  With d = 1 if first_may_be_last, else 0, m = r + k x and
 * sum_log the sum of the logarithms of their intervals the log-likelihood is
 *
 *		(k - 1) sum_log - x ln (k - 1)! + ln B(a, b + x + d) - ln B(a, b)
 *			+ ln Gamma(m) - ln Gamma(r) + r ln alpha - m ln(alpha + age) + ln(gone + here)
 *		gone = a / (b + x + d - 1) ((alpha + age) / (alpha + t_x))^m, 0 if x + d = 0
 *		here = sum over j < k of (m)_j / j! ((age - t_x) / (alpha + age))^j
 *
 * and they are still a customer with probability here / (gone + here).  Times are in
 * the model's unit.
 *
 * In the zero-inflated models d = 0, and a share odds / (1 + odds) of all customers leaves
 * after the first purchase, whatever their lambda and p: for x = 0 then
 * gone = odds ((alpha + age) / alpha)^r, and the log-likelihood of all is less by
 * ln(1 + odds).  Without that share many who buy once are explained by a small r, as very
 * slow buyers who are still there.
 *
 * Sources: Fader, Hardie, Lee (2005), "Counting your customers the easy way";
 * Batislam, Denizel, Filiztekin (2007); Hoppe, Wagner (2007); Reutterer, Platzer,
 * Schroeder (2020), "Leveraging purchase regularity for predicting customer behavior
 * the easy way"; Lambert (1992), "Zero-inflated Poisson regression", for the share.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/bg_nbd.h"
#include "core/lifetime.h"
#include "core/optimize.h"
#include "core/simulate.h"
#include "core/special.h"

bool
rt_bg_nbd_first_may_be_last(const rt_kind *kind)
{
	return kind == &rt_mbg_nbd_kind || kind == &rt_mbg_cnbd_k_kind;
}

bool
rt_bg_nbd_inflated(const rt_kind *kind)
{
	return kind == &rt_zibg_nbd_kind || kind == &rt_zibg_cnbd_k_kind;
}

static rt_bg_nbd
bg_nbd_of(const rt_base *base)
{
	const double *p = base->parameters + (base->kind->has_whole_k ? 1 : 0);
	rt_bg_nbd	m = {base->kind->has_whole_k ? (int) base->parameters[0] : 1,
	rt_bg_nbd_first_may_be_last(base->kind), p[0], p[1], p[2], p[3], 0};

	if (rt_bg_nbd_inflated(base->kind))
		m.odds = p[4];
	return m;
}

rt_bg_nbd
rt_bg_nbd_within(const rt_base *base)
{
	rt_bg_nbd	m = bg_nbd_of(base);

	m.r = rt_within(m.r, RT_BG_NBD_SMALLEST, RT_BG_NBD_LARGEST);
	m.alpha = rt_within(m.alpha, RT_BG_NBD_SMALLEST * RT_BG_NBD_SMALLEST, RT_BG_NBD_LARGEST_TIME);
	m.a = rt_within(m.a, RT_BG_NBD_SMALLEST, RT_BG_NBD_LARGEST);
	m.b = rt_within(m.b, RT_BG_NBD_SMALLEST, RT_BG_NBD_LARGEST);
	if (m.odds > 0)
		m.odds = rt_within(m.odds, RT_BG_NBD_SMALLEST, RT_BG_NBD_LARGEST);
	return m;
}

rt_customer
rt_bg_nbd_customer_within(const rt_customer *customer)
{
	rt_customer c = {
		fmin(customer->x, RT_BG_NBD_LARGEST),
		fmin(customer->t_x, RT_BG_NBD_LARGEST_TIME),
		fmin(customer->age, RT_BG_NBD_LARGEST_TIME)
	};

	return c;
}

/*
 * How many of the k events of the interval that runs have happened, given that they are a customer:
 * j with a probability proportional to (m)_j / j! ratio^j.  Followed from the most likely one on,
 * since the first may be below any double.  Gives the logarithm of the sum.
 */
double
rt_bg_nbd_phases_of(const rt_bg_nbd *model, const rt_customer *customer, double *phases)
{
	double		shape = model->r + model->k * customer->x;
	double		silence = customer->age - customer->t_x;
	double		since = model->alpha + customer->t_x;
	double		ratio = silence / (model->alpha + customer->age);
	int			mode = silence == 0 ? 0 :
		(int) fmin(fmax(0, (shape - 1) * silence / since), model->k - 1);
	double		sum = 1;

	for (int j = 0; j < model->k; j++)
		phases[j] = 0;
	phases[mode] = 1;
	for (int j = mode; j > 0; j--)
		sum += phases[j - 1] = phases[j] * j / ((shape + j - 1) * ratio);
	for (int j = mode + 1; j < model->k; j++)
		sum += phases[j] = phases[j - 1] * (shape + j - 1) * ratio / j;
	for (int j = 0; j < model->k; j++)
		phases[j] /= sum;
	return log(sum) +
		(mode == 0 ? 0 :
		 rt_log_gamma_ratio(shape, mode) - lgamma(mode + 1.0) + mode * log(ratio));
}

/* Of the two states: their logarithms, up to the same factor */
typedef struct bg_nbd_states
{
	double		log_gone;		/* minus infinity when they can't be */
	double		log_here;
} bg_nbd_states;

/* ln of the odds that they left after their last purchase, having stayed after those before */
static double
bg_nbd_log_leaves(const rt_bg_nbd *model, const rt_customer *customer)
{
	/* -1: they had no occasion to leave but the first purchase, if that is one */
	double		left = customer->x + (model->first_may_be_last ? 1 : 0) - 1;

	return left < 0 ? log(model->odds) : log(model->a) - log(model->b + left);
}

static bg_nbd_states
bg_nbd_customer_states(const rt_bg_nbd *model, const rt_customer *customer)
{
	double		m = model->r + model->k * customer->x;
	double		phases[RT_K_MAX];
	bg_nbd_states result;

	result.log_gone = bg_nbd_log_leaves(model, customer) +
		m * rt_log_growth(customer->age - customer->t_x, model->alpha + customer->t_x);
	result.log_here = model->k == 1 ? 0 : rt_bg_nbd_phases_of(model, customer, phases);
	return result;
}

static double
bg_nbd_log_likelihood(const rt_base *base, const rt_customer *customer, double sum_log)
{
	rt_bg_nbd	m = rt_bg_nbd_within(base);
	rt_customer c = rt_bg_nbd_customer_within(customer);
	double		events = m.k * c.x;
	double		stays = c.x + (m.first_may_be_last ? 1 : 0);
	bg_nbd_states s = bg_nbd_customer_states(&m, &c);

	return (m.k - 1) * sum_log - (m.k > 1 ? c.x * lgamma(m.k) : 0) +
		rt_log_gamma_ratio(m.b, stays) - rt_log_gamma_ratio(m.a + m.b, stays) - log1p(m.odds) +
		rt_log_gamma_ratio(m.r, events) - m.r * rt_log_growth(c.age, m.alpha) -
		events * log(m.alpha + c.age) + rt_log_sum(s.log_gone, s.log_here);
}

static double
bg_nbd_state_odds(const rt_base *base, const rt_customer *customer)
{
	rt_bg_nbd	m = rt_bg_nbd_within(base);
	rt_customer c = rt_bg_nbd_customer_within(customer);
	bg_nbd_states s = bg_nbd_customer_states(&m, &c);

	return exp(s.log_gone - s.log_here);
}

double
rt_bg_nbd_p_alive(const rt_base *base, const rt_customer *customer)
{
	return 1 / (1 + bg_nbd_state_odds(base, customer));
}

double
rt_bg_nbd_p_gone(const rt_base *base, const rt_customer *customer)
{
	return 1 / (1 + 1 / bg_nbd_state_odds(base, customer));
}

/* gone over here, times the chance of the silence, is the odds to leave after a purchase */
static double
bg_nbd_log_odds_left(const rt_base *base, const rt_customer *customer, double *log_silence)
{
	rt_bg_nbd	m = rt_bg_nbd_within(base);
	rt_customer c = rt_bg_nbd_customer_within(customer);
	double		growth = (m.r + m.k * c.x) * rt_log_growth(c.age - c.t_x, m.alpha + c.t_x);
	double		phases[RT_K_MAX];

	*log_silence = (m.k == 1 ? 0 : rt_bg_nbd_phases_of(&m, &c, phases)) - growth;
	return bg_nbd_log_leaves(&m, &c);
}

/* Of who comes again, where some come once: what is to be known is whether these ever leave */
static double
bg_nbd_leaving(const rt_base *base)
{
	rt_bg_nbd	m = rt_bg_nbd_within(base);

	return -expm1(-rt_log_rising_ratio(m.b, m.a, RT_BASE_PURCHASES));
}

static void
bg_nbd_rates(const rt_base *base, double *shape, double *rate)
{
	rt_bg_nbd	m = rt_bg_nbd_within(base);

	*shape = m.r;
	*rate = m.k * m.alpha;		/* k events make a purchase */
}

/* -------------------------------------------------------------- simulation */

static void
bg_nbd_live(const rt_bg_nbd *m, rt_random *random, rt_life *life)
{
	double		leaves = rt_random_gamma(random, m->a);
	double		stays = rt_random_gamma(random, m->b);

	life->k = m->k;
	life->lambda = rt_random_gamma(random, m->r) / m->alpha;
	life->p = leaves > 0 || stays > 0 ? leaves / (leaves + stays) : m->a / (m->a + m->b);
	life->here = !(m->first_may_be_last && rt_random_uniform(random) < life->p) &&
		!(m->odds > 0 && rt_random_uniform(random) * (1 + m->odds) < m->odds);
}

static void
bg_nbd_start_life(const rt_base *base, rt_random *random, rt_life *life)
{
	const rt_bg_nbd m = bg_nbd_of(base);

	bg_nbd_live(&m, random, life);
}

static void
bg_nbd_go_on(const rt_base *base, const rt_customer *customer, rt_random *random, rt_life *life)
{
	rt_bg_nbd	m = bg_nbd_of(base);
	double		phases[RT_K_MAX];
	int			passed = 0;

	/* so many events have happened of the interval that runs */
	if (m.k > 1)
	{
		rt_bg_nbd	within = rt_bg_nbd_within(base);
		rt_customer c = rt_bg_nbd_customer_within(customer);
		double		u = rt_random_uniform(random);

		rt_bg_nbd_phases_of(&within, &c, phases);
		while (passed < m.k - 1 && u >= phases[passed])
			u -= phases[passed++];
	}
	m.b += customer->x + (m.first_may_be_last ? 1 : 0);
	m.r += m.k * customer->x + passed;
	m.alpha += customer->age;

	m.first_may_be_last = false;
	m.odds = 0;
	bg_nbd_live(&m, random, life);
	life->passed = passed;
}

/* -------------------------------------------------------------- the limits */

static bool
bg_nbd_rates_alike(const rt_base *base)
{
	return rt_shape_alike(bg_nbd_of(base).r);
}

static bool
bg_nbd_rates_differ(const rt_base *base)
{
	return rt_shape_lowest(bg_nbd_of(base).r);
}

static bool
bg_nbd_dropout_alike(const rt_base *base)
{
	return rt_shape_alike(bg_nbd_of(base).a);
}

/* Fewer than one in a thousand stay after the first occasion to leave */
static bool
bg_nbd_all_leave(const rt_base *base)
{
	rt_bg_nbd	m = bg_nbd_of(base);

	return m.b < 1e-3 * m.a;
}

/* Of those who stay then fewer than one in a thousand ever leave */
static bool
bg_nbd_leave_or_never(const rt_base *base)
{
	rt_bg_nbd	m = bg_nbd_of(base);

	return m.a + m.b < 1e-3 && !bg_nbd_all_leave(base);
}

static bool
bg_nbd_k_at_end(const rt_base *base)
{
	return bg_nbd_of(base).k >= RT_K_MAX;
}

/* One in a million of customers */
static bool
zibg_nbd_nobody_once(const rt_base *base)
{
	return log(bg_nbd_of(base).odds) < RT_LEAVING_LOWEST + RT_NEAR_BOUND;
}

static bool
zibg_nbd_all_once(const rt_base *base)
{
	return log(bg_nbd_of(base).odds) > RT_LEVEL_RANGE - RT_NEAR_BOUND;
}

#define ZIBG_NBD_LIMITS \
	{"nobody comes once", true, zibg_nbd_nobody_once}, \
	{"all come once", true, zibg_nbd_all_once}

#define BG_NBD_LIMITS \
	{"purchase rates alike", false, bg_nbd_rates_alike}, \
	{"purchase rates as different as can be", false, bg_nbd_rates_differ}, \
	{"dropout probabilities alike", true, bg_nbd_dropout_alike}, \
	{"all leave at once", true, bg_nbd_all_leave}, \
	{"some leave at once and the others never", true, bg_nbd_leave_or_never}

#define TEXT(number) #number
#define K_LIMIT(k) "k = " TEXT(k)

static const rt_limit bg_nbd_limits[] = {BG_NBD_LIMITS, {NULL, false, NULL}};
static const rt_limit bg_cnbd_limits[] = {
	{K_LIMIT(RT_K_MAX), false, bg_nbd_k_at_end}, BG_NBD_LIMITS, {NULL, false, NULL}
};
static const rt_limit zibg_nbd_limits[] = {ZIBG_NBD_LIMITS, BG_NBD_LIMITS, {NULL, false, NULL}};
static const rt_limit zibg_cnbd_limits[] = {
	ZIBG_NBD_LIMITS, {K_LIMIT(RT_K_MAX), false, bg_nbd_k_at_end}, BG_NBD_LIMITS,
	{NULL, false, NULL}
};

/* ------------------------------------------------------------ the covariates */

static double
bg_nbd_slopes(const rt_customers *customers, const double *parameters, void *unused, double *slopes)
{
	return rt_bg_nbd_slopes(&rt_bg_nbd_kind, customers, parameters, slopes);
}

static double
mbg_nbd_slopes(const rt_customers *customers, const double *parameters, void *unused,
			   double *slopes)
{
	return rt_bg_nbd_slopes(&rt_mbg_nbd_kind, customers, parameters, slopes);
}

/*
 * The odds to leave after a purchase: a alone, since a and b alike would leave their mean where it
 * is
 */
#define BG_NBD_PROCESSES {{"purchase", 1, -1}, {"dropout", 2, 1}}

/* --------------------------------------------------------------- the kinds */

static const rt_base_functions bg_nbd_base = {
	.log_likelihood = bg_nbd_log_likelihood,
	.p_alive = rt_bg_nbd_p_alive,
	.p_gone = rt_bg_nbd_p_gone,
	.log_odds_left = bg_nbd_log_odds_left,
	.leaving = bg_nbd_leaving,
	.rates = bg_nbd_rates,
	.p_alive_after = rt_bg_nbd_p_alive_after,
	.staying = rt_bg_nbd_staying,
	.purchases = rt_bg_nbd_purchases,
	.expected_lifetime = rt_bg_nbd_expected_lifetime,
	.expected_purchases = rt_bg_nbd_expected_purchases,
	.discounted_if_alive = rt_bg_nbd_discounted_if_alive,
	.p_alive_slopes = rt_bg_nbd_p_alive_slopes,
	.phases = rt_bg_nbd_phases,
	.outlook = rt_bg_nbd_outlook,
	.purchase_probability = rt_bg_nbd_purchase_probability,
	.purchase_pmf = rt_bg_nbd_purchase_pmf,
	.start_life = bg_nbd_start_life,
	.go_on = bg_nbd_go_on
};

const rt_kind rt_bg_nbd_kind = {
	.id = 2,
	.name = "bg/nbd",
	.parameter_count = 4,
	.parameters = {"r", "alpha", "a", "b"},
	.input = RT_INPUT_RECENCY,
	.customers = "buys at random, at a rate of their own (Fader, Hardie, Lee 2005)",
	.leaves = "each repeat purchase: who has bought once is always alive",
	.meaning =
	"customers buy with a rate lambda of their own, gamma distributed with shape r "
	"and rate alpha; after a repeat purchase they leave with a probability that is "
	"Beta(a, b)",
	.row_valid = rt_recency_row_valid,
	.fit = rt_bg_nbd_fit,
	.processes = BG_NBD_PROCESSES,
	.logarithms = rt_pairs_logarithms,
	.slopes = bg_nbd_slopes,
	.limits = bg_nbd_limits,
	.base = &bg_nbd_base
};

const rt_kind rt_mbg_nbd_kind = {
	.id = 3,
	.name = "mbg/nbd",
	.parameter_count = 4,
	.parameters = {"r", "alpha", "a", "b"},
	.input = RT_INPUT_RECENCY,
	.customers = "buys at random, at a rate of their own (Batislam, Denizel, Filiztekin 2007)",
	.leaves = "each, the first one included",
	.meaning = "as of bg/nbd, but they may leave after the first purchase, too",
	.row_valid = rt_recency_row_valid,
	.fit = rt_bg_nbd_fit,
	.processes = BG_NBD_PROCESSES,
	.logarithms = rt_pairs_logarithms,
	.slopes = mbg_nbd_slopes,
	.limits = bg_nbd_limits,
	.base = &bg_nbd_base
};

const rt_kind rt_bg_cnbd_k_kind = {
	.id = 4,
	.name = "bg/cnbd-k",
	.parameter_count = 5,
	.parameters = {"k", "r", "alpha", "a", "b"},
	.input = RT_INPUT_RECENCY,
	.customers =
	"buys regularly, k times as regularly as at random; k is found (Reutterer, "
	"Platzer, Schroeder 2020)",
	.leaves = "as with bg/nbd",
	.meaning =
	"as of bg/nbd with Erlang(k) intervals, the best k from 1 to 100; with a number "
	"in its place, as in bg/cnbd-2, k is that",
	.has_whole_k = true,
	.needs_intervals = true,
	.row_valid = rt_recency_row_valid,
	.fit = rt_bg_nbd_fit,
	.limits = bg_cnbd_limits,
	.base = &bg_nbd_base
};

const rt_kind rt_mbg_cnbd_k_kind = {
	.id = 5,
	.name = "mbg/cnbd-k",
	.parameter_count = 5,
	.parameters = {"k", "r", "alpha", "a", "b"},
	.input = RT_INPUT_RECENCY,
	.customers = "buys regularly, as with bg/cnbd-k",
	.leaves = "as with mbg/nbd",
	.meaning = "as of mbg/nbd with Erlang(k) intervals, as of bg/cnbd-k",
	.has_whole_k = true,
	.needs_intervals = true,
	.row_valid = rt_recency_row_valid,
	.fit = rt_bg_nbd_fit,
	.limits = bg_cnbd_limits,
	.base = &bg_nbd_base
};

const rt_kind rt_zibg_nbd_kind = {
	.id = 13,
	.name = "zibg/nbd",
	.parameter_count = 5,
	.parameters = {"r", "alpha", "a", "b", "odds"},
	.input = RT_INPUT_RECENCY,
	.customers = "comes once, or buys at random as with bg/nbd (zero-inflated: Lambert 1992)",
	.leaves = "each repeat purchase; a share of customers leaves after the first one",
	.meaning =
	"as of bg/nbd, of those who come again; the odds of coming once: 0.5 is one customer in "
	"three, whatever their rate",
	.row_valid = rt_recency_row_valid,
	.fit = rt_bg_nbd_fit,
	.limits = zibg_nbd_limits,
	.base = &bg_nbd_base
};

const rt_kind rt_zibg_cnbd_k_kind = {
	.id = 14,
	.name = "zibg/cnbd-k",
	.parameter_count = 6,
	.parameters = {"k", "r", "alpha", "a", "b", "odds"},
	.input = RT_INPUT_RECENCY,
	.customers = "comes once, or buys regularly as with bg/cnbd-k",
	.leaves = "as with zibg/nbd",
	.meaning = "as of zibg/nbd with Erlang(k) intervals, as of bg/cnbd-k",
	.has_whole_k = true,
	.needs_intervals = true,
	.row_valid = rt_recency_row_valid,
	.fit = rt_bg_nbd_fit,
	.limits = zibg_cnbd_limits,
	.base = &bg_nbd_base
};
