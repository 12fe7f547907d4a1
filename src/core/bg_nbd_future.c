/*
 * bg_nbd_future.c
 *		What customers who may leave after any purchase will do.
 *
 * What happens within a time t from now on, given that they are a customer: j of the k events of
 * the interval that runs have happened with a probability proportional to
 * (m)_j / j! ((age - t_x) / (alpha + age))^j, lambda is then Gamma(m + j, rate alpha + age), and
 * the number of events within t, if they stay, is Poisson with lambda, negative binomial over all
 * lambda.  They stay through i purchases with probability (b')_i / (a + b')_i, b' = b + x + d, the
 * mean of (1 - p)^i.
 *
 * Where few events are likely they are counted here, else all is an integral (bg_nbd_integral.c).
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/bg_nbd.h"
#include "core/gauss_legendre.h"
#include "core/poll.h"
#include "core/special.h"

/* More terms than these take longer than the integrals, over lambda, over p: measured */
#define TERMS_MAX 60000.0
#define TERMS_MAX_SINGLE 4000.0

#define FEW RT_FEW_POINTS

/* Of them and of RT_BASE_TIMES_MAX */
#define TIMES_MAX 10

/* Sums are moved back into the range of double by this much */
#define RESCALE 1e200

rt_bg_nbd_future
rt_bg_nbd_future_of(const rt_base *base, const rt_customer *customer)
{
	rt_bg_nbd	m = rt_bg_nbd_within(base);
	rt_customer c = rt_bg_nbd_customer_within(customer);
	rt_bg_nbd_future f;

	f.k = m.k;
	f.passed = 0;
	f.p_alive = rt_bg_nbd_p_alive(base, customer);
	f.shape = m.r + m.k * c.x;
	f.alpha = m.alpha + c.age;
	f.silence = c.age - c.t_x;
	f.log_peak = (log(f.shape) - log(TWO_PI)) / 2 - rt_stirling_error(f.shape) -
		rt_bg_nbd_phases_of(&m, &c, f.phases);
	f.a = m.a;
	f.b = m.b + c.x + (m.first_may_be_last ? 1 : 0);
	return f;
}

/*
 * The expectation over the number of events, negative binomial with this shape, from
 * phase j on.  Terms of the distribution are followed in a scale of their own, since
 * the first ones may be below any double.
 */
static double
sum_over_events(const rt_bg_nbd_future *f, double odds, int j, rt_bg_nbd_what what)
{
	double		shape = f->shape + (j - f->passed);
	double		z = odds / (1 + odds);
	double		log_scale = -shape * log1p(odds);
	double		term = 1;		/* probability of so many events, times exp(-log_scale) */
	double		stays = 1;		/* chance to stay through the purchases so far */
	double		purchases = 0;
	double		expected = 0;	/* of the purchases so far */
	double		sum = 0;
	double		mode = (shape - 1) * odds;
	int			phase = j;

	for (double n = 0;; n++)
	{
		double		value = what == RT_BG_NBD_STILL_ALIVE ? stays : expected;
		double		next;

		sum += term * value;
		next = term * z * (shape + n) / (n + 1);

		/*
		 * behind the mode terms fall at least as fast as from this one to the next; the value
		 * grows no faster than n
		 */
		if (n > mode &&
			(term == 0 ||
			 next * (what == RT_BG_NBD_STILL_ALIVE ? value : value + n + 1 + 1 / (1 - z)) <=
			 DBL_EPSILON / 8 * sum * (1 - fmin(1 - 1e-9, z * (shape + n) / (n + 1)))))
			break;
		term = next;
		if (++phase == f->k)
		{
			phase = 0;
			expected += stays;
			stays *= (f->b + purchases) / (f->a + f->b + purchases);
			purchases++;
		}
		if (term > RESCALE || sum > RESCALE)
		{
			term /= RESCALE;
			sum /= RESCALE;
			log_scale += log(RESCALE);
		}
	}
	return sum == 0 ? 0 : exp(log(sum) + log_scale);
}

/*
 * How many terms sum_over_events takes for all phases: the mean, ten deviations, and the geometric
 * end of the distribution
 */
static double
terms_likely(const rt_bg_nbd_future *f, double odds)
{
	double		events = (f->shape + f->k) * odds;
	int			phases = 0;

	for (int j = 0; j < f->k; j++)
		phases += f->phases[j] > 0;
	return phases * (events + 10 * sqrt(events * (1 + odds)) + 40 * (1 + odds));
}

bool
rt_bg_nbd_few(const rt_bg_nbd_future *f, double odds)
{
	return terms_likely(f, odds) <= (f->k == 1 ? TERMS_MAX_SINGLE : TERMS_MAX);
}

/* What comes of a customer who is one, and of any */
double
rt_bg_nbd_if_alive(const rt_bg_nbd_future *f, rt_bg_nbd_what what, double t)
{
	double		odds = rt_bg_nbd_odds_of(f, t);
	double		most = what == RT_BG_NBD_STILL_ALIVE ? 1 : t;
	double		sum = 0;

	if (odds == 0)
		return what == RT_BG_NBD_STILL_ALIVE ? 1 : what == RT_BG_NBD_TIME_ALIVE ? t : 0;
	if (what != RT_BG_NBD_TIME_ALIVE && what != RT_BG_NBD_PAIRS && rt_bg_nbd_few(f, odds))
	{
		for (int j = 0; j < f->k; j++)
		{
			if (f->phases[j] > 0)
				sum += f->phases[j] * sum_over_events(f, odds, j, what);
		}
	}
	else if (f->k == 1)
		sum =
			rt_bg_nbd_over_p(f, odds, what) * (what == RT_BG_NBD_TIME_ALIVE ? odds * f->alpha : 1);
	else
		sum = rt_bg_nbd_over_lambda(f, what, odds * f->alpha, 0);
	return what == RT_BG_NBD_PURCHASES || what == RT_BG_NBD_PAIRS ? sum : fmin(sum, most);
}

static double
over_future(const rt_base *base, const rt_customer *customer, double t, rt_bg_nbd_what what)
{
	rt_bg_nbd_future f;

	if (!(t >= 0))
		return NAN;
	f = rt_bg_nbd_future_of(base, customer);
	return f.p_alive == 0 ?
		0 :
		f.p_alive * rt_bg_nbd_if_alive(&f, what, fmin(t, RT_BG_NBD_LARGEST_TIME));
}

double
rt_bg_nbd_expected_purchases(const rt_base *base, const rt_customer *customer, double t)
{
	return over_future(base, customer, t, RT_BG_NBD_PURCHASES);
}

double
rt_bg_nbd_p_alive_after(const rt_base *base, const rt_customer *customer, double t)
{
	return over_future(base, customer, t, RT_BG_NBD_STILL_ALIVE);
}

/* Behind the mode: is all that follows from the next term on less than half of the last digit? */
static inline bool
sum_is_over(double term, double z, double factor, double sum, double n, double value,
			rt_bg_nbd_what what)
{
	return term * (what == RT_BG_NBD_STILL_ALIVE ? value : value + n + 1 + 1 / (1 - z)) <=
		DBL_EPSILON / 8 * sum * (1 - fmin(1 - 1e-9, z * factor));
}

/*
 * Of as many times whether the earlier ones are through is asked once in so many terms; of few it
 * does not pay
 */
#define EARLIER_COUNT 7
#define EARLIER_MASK 7

/*
 * By several times, the last one the latest: as sum_over_events, but term by term for all of them,
 * since what differs is only the odds.
 */
static inline void
sums_by_times(const rt_bg_nbd_future *f, const double *odds, int count, rt_bg_nbd_what what,
			  double *sums)
{
	for (int i = 0; i < count; i++)
		sums[i] = 0;
	for (int j = 0; j < f->k; j++)
	{
		double		shape = f->shape + j;
		int			last = count - 1;
		double		mode = (shape - 1) * odds[last];
		int			first = 0;	/* that is not through */
		double		z[TIMES_MAX],
					term[TIMES_MAX];
		double		stays = 1;
		double		purchases = 0;
		double		value = what == RT_BG_NBD_STILL_ALIVE ? 1 : 0;
		int			phase = j;

		if (!(f->phases[j] > 0))
			continue;
		for (int i = 0; i < count; i++)
		{
			z[i] = odds[i] / (1 + odds[i]);
			term[i] = f->phases[j] * exp(-shape * log1p(odds[i]));
		}
		for (double n = 0;; n++)
		{
			double		factor = (shape + n) / (n + 1);

			for (int i = count >= EARLIER_COUNT ? first : 0; i < count; i++)
			{
				sums[i] += term[i] * value;
				term[i] *= z[i] * factor;
			}
			if (n > mode &&
				sum_is_over(term[last], z[last], factor, sums[last], n, value, what))
				break;
			if (count >= EARLIER_COUNT && ((int) n & EARLIER_MASK) == EARLIER_MASK)
			{
				while (first < last && n > (shape - 1) * odds[first] &&
					   sum_is_over(term[first], z[first], factor, sums[first], n, value, what))
					first++;
			}
			if (++phase == f->k)
			{
				phase = 0;
				value += stays;
				stays *= (f->b + purchases) / (f->a + f->b + purchases);
				if (what == RT_BG_NBD_STILL_ALIVE)
					value = stays;
				purchases++;
			}
		}
	}
}

/* Is that what sum_over_events gives, which a scale of its own keeps from underflow? */
static bool
sums_by_times_hold(const rt_bg_nbd_future *f, double odds)
{
	return (f->shape + f->k) * log1p(odds) < 600;
}

/* Of who is one, as rt_bg_nbd_if_alive */
static void
if_alive_by_times(const rt_base *base, const rt_customer *customer, const double *times, int count,
				  rt_bg_nbd_what what, double *sums)
{
	rt_bg_nbd_future f = rt_bg_nbd_future_of(base, customer);
	double		odds[RT_BASE_TIMES_MAX];

	for (int i = 0; i < count; i++)
		odds[i] = rt_bg_nbd_odds_of(&f, times[i]);
	if (odds[0] > 0 && rt_bg_nbd_few(&f, odds[count - 1]) &&
		sums_by_times_hold(&f, odds[count - 1]))
		sums_by_times(&f, odds, count, what, sums);
	else if (odds[0] > 0 && f.k == 1)
		rt_bg_nbd_over_p_by_times(&f, odds, count, what, sums);
	else
	{
		for (int i = 0; i < count; i++)
			sums[i] = rt_bg_nbd_if_alive(&f, what, fmin(times[i], RT_BG_NBD_LARGEST_TIME));
	}
}

void
rt_bg_nbd_staying(const rt_base *base, const rt_customer *customer, const double *times, int count,
				  double *chances)
{
	if_alive_by_times(base, customer, times, count, RT_BG_NBD_STILL_ALIVE, chances);
	for (int i = 0; i < count; i++)
		chances[i] = fmin(1, chances[i]);
}

void
rt_bg_nbd_purchases(const rt_base *base, const rt_customer *customer, const double *times,
					int count, double *expected)
{
	if_alive_by_times(base, customer, times, count, RT_BG_NBD_PURCHASES, expected);
}

/* Above this k what is expected rises in steps that the panels miss */
#define BY_PARTS_K 5

/*
 * Where few events are likely by parts: exp(-rate t) E(t) + rate int_0^t exp(-rate u) E(u) du, E
 * the purchases expected up to u, in panels that double from the time of a few purchases on.
 */
static double
discount_by_parts(const rt_bg_nbd_future *f, double t, double rate)
{
	double		first = 2 * f->alpha / (f->shape + f->k);
	double		from = 0;
	double		sum = 0;
	double		last = 0;

	while (from < t)
	{
		double		to = fmin(t, from + fmin(fmax(from, first), 0.5 / rate));
		double		half = (to - from) / 2;
		double		odds[FEW + 1];
		double		expected[FEW + 1];

		rt_poll();
		for (int i = 0; i < FEW; i++)
			odds[i] = (from + half * (1 + rt_few_nodes[i])) / f->alpha;
		odds[FEW] = to / f->alpha;
		sums_by_times(f, odds, FEW + 1, RT_BG_NBD_PURCHASES, expected);
		for (int i = 0; i < FEW; i++)
			sum += rt_few_weights[i] * half * rate * exp(-rate * f->alpha * odds[i]) * expected[i];
		last = expected[FEW];
		from = to;

		/* no more than as if they never left, from here on; money has fewer digits */
		if (exp(-rate * from) * (2 * last + f->shape / f->alpha / rate) <= 1e-12 * sum)
			return sum;
	}
	return sum + exp(-rate * t) * last;
}

double
rt_bg_nbd_discounted_if_alive(const rt_base *base, const rt_customer *customer, double t,
							  double rate)
{
	rt_bg_nbd_future f;
	double		odds;

	if (!(t >= 0 && rate >= 0) || (isinf(t) && rate == 0))
		return NAN;
	f = rt_bg_nbd_future_of(base, customer);
	if (t == 0)
		return 0;
	if (rate == 0)
		return rt_bg_nbd_if_alive(&f, RT_BG_NBD_PURCHASES, fmin(t, RT_BG_NBD_LARGEST_TIME));
	if (rt_bg_nbd_is_regular(&f) && t > 1e-100 && rate < 1e100)
		return rt_bg_nbd_discounted_regular(&f, t, rate);
	odds = rt_bg_nbd_odds_of(&f, t);
	if (odds == 0)
		return 0;
	if (f.k <= BY_PARTS_K && rate * t < 10 &&
		terms_likely(&f, odds) <= (f.k == 1 ? TERMS_MAX_SINGLE / 2 : TERMS_MAX / 4) &&
		sums_by_times_hold(&f, odds))
		return discount_by_parts(&f, t, rate);
	return rt_bg_nbd_over_lambda(&f, RT_BG_NBD_PURCHASES, isinf(t) ? t : odds * f.alpha, rate);
}

/*
 * The mean of the remaining lifetime, which ends at a purchase: N more of them, geometric with 1/p
 * on average
 */
static double
mean_lifetime(const rt_base *base, const rt_customer *customer)
{
	double		sum = 0;
	double		purchases;
	rt_bg_nbd_future f = rt_bg_nbd_future_of(base, customer);

	if (f.p_alive == 0)
		return 0;
	if (f.a <= 1)
		return INFINITY;
	purchases = (f.a + f.b - 1) / (f.a - 1);
	for (int j = 0; j < f.k; j++)
	{
		if (f.shape + j <= 1)
			return INFINITY;
		sum += f.phases[j] * f.alpha / (f.shape + j - 1) * (f.k * purchases - j);
	}
	return f.p_alive * sum;
}

double
rt_bg_nbd_expected_lifetime(const rt_base *base, const rt_customer *customer, double t)
{
	return isinf(t) ? mean_lifetime(base, customer) :
		over_future(base, customer, t, RT_BG_NBD_TIME_ALIVE);
}

/* The probability of j of k events so far and l in all, with all the j */
static double
exactly_events(const rt_bg_nbd_future *f, double odds, double l)
{
	double		most_likely = (f->silence * l - odds * f->alpha) / (f->silence + odds * f->alpha) +
		1;
	int			mode = (int) rt_within(most_likely, 0, fmin(l, f->k - 1));
	double		ratio = f->silence / f->alpha / odds;
	double		sum,
				term;

	term = sum = f->phases[mode] * exp(rt_log_negative_binomial(l - mode, f->shape + mode, odds));
	for (int j = mode; j > 0 && term > 0; j--)
		sum += term *= j / (ratio * (l - j + 1));
	term = f->phases[mode] * exp(rt_log_negative_binomial(l - mode, f->shape + mode, odds));
	for (int j = mode + 1; j < f->k && j <= l && term > 0; j++)
		sum += term *= ratio * (l - j + 1) / j;
	return sum;
}

/* The probability of n purchases or more, n from 1 on, if they never leave */
static double
at_least_purchases(const rt_bg_nbd_future *f, double odds, double n)
{
	double		events = n * f->k;
	double		log_odds = log(odds);
	double		log_at_least,
				log_upper;
	double		log_step = 0;
	double		sum;

	if (events == 1)
		return -expm1(-f->shape * log1p(odds));

	/*
	 * nearly nobody buys at all, and a second time 1e-4 as often: as what is expected of those who
	 * always leave at the first
	 */
	if (n == 1 && f->shape < 1e-4)
	{
		rt_bg_nbd_future once = *f;

		once.a = RT_BG_NBD_LARGEST;
		once.b = RT_BG_NBD_SMALLEST;
		return fmin(1, rt_bg_nbd_if_alive(&once, RT_BG_NBD_PURCHASES, odds * f->alpha));
	}

	/* ln I_z(n k - j, m + j) for j = 0, and what is more of it for the next */
	rt_log_incomplete_beta(events, f->shape, odds / (1 + odds), 1 / (1 + odds), &log_at_least,
						   &log_upper);
	sum = f->phases[0] * exp(log_at_least);
	for (int j = 1; j < f->k; j++)
	{
		if (j == 1)
			log_step = rt_log_negative_binomial(events - 1, f->shape + 1, odds) + log1p(odds);
		else
			log_step += log((events - j + 1) / (f->shape + j - 1)) - log_odds;
		log_at_least = rt_log_sum(log_at_least, log_step);
		sum += f->phases[j] * exp(log_at_least);
	}
	return fmin(1, sum);
}

/* The probability of no purchase if they never leave */
static double
no_purchase(const rt_bg_nbd_future *f, double odds)
{
	double		sum = 0;

	for (int l = 0; l < f->k; l++)
		sum += exactly_events(f, odds, l);
	return fmin(1, sum);
}

double
rt_bg_nbd_purchase_probability(const rt_base *base, const rt_customer *customer, double t)
{
	rt_bg_nbd_future f;
	double		odds;
	double		none;

	if (!(t >= 0))
		return NAN;
	f = rt_bg_nbd_future_of(base, customer);
	odds = rt_bg_nbd_odds_of(&f, t);
	if (odds == 0)
		return 0;
	none = no_purchase(&f, odds);
	return f.p_alive * (none < 0.5 ? 1 - none : at_least_purchases(&f, odds, 1));
}

/*
 * n purchases: that many and they stayed through all but perhaps the last, after which
 * nothing is seen of them whether they left or not; or more would have been, but they
 * left after the n-th.
 */
double
rt_bg_nbd_purchase_pmf(const rt_base *base, const rt_customer *customer, int n, double t)
{
	rt_bg_nbd_future f;
	double		odds;
	double		stays;
	double		exactly = 0;

	if (!(t >= 0) || n < 0)
		return NAN;
	f = rt_bg_nbd_future_of(base, customer);
	odds = rt_bg_nbd_odds_of(&f, t);
	if (odds == 0)
		return n == 0 ? 1 : 0;
	if (n == 0)
		return fmin(1, rt_bg_nbd_p_gone(base, customer) + f.p_alive * no_purchase(&f, odds));
	stays = exp(rt_log_gamma_ratio(f.b, n) - rt_log_gamma_ratio(f.a + f.b, n));
	for (int i = 0; i < f.k; i++)
		exactly += exactly_events(&f, odds, (double) n * f.k + i);

	/* stays for the n-th, and then does not */
	return fmin(1, f.p_alive * stays *
				(exactly + f.a / (f.b + (n - 1)) * at_least_purchases(&f, odds, n)));
}
