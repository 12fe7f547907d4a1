/*
 * bg_nbd_integral.c
 *		What customers who may leave after any purchase will do, where many events are likely.
 *
 * For k = 1 all is an integral over p, and for k > 1 one over lambda of what is expected with
 * lambda given: a sum over the events near their mean, and where that is so large that purchases
 * are as good as evenly spread over time an integral over p.  No work grows with an argument, but
 * for the width of the grids with its logarithm.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/bg_nbd.h"
#include "core/gauss_legendre.h"
#include "core/lifetime.h"
#include "core/poll.h"
#include "core/special.h"

/* exp of minus this is nothing beside 1 */
#define NOTHING 37.0

/* Nodes of the trapezoidal rule over p, no more than this: where that is few the step grows */
#define NODES 2048

/*
 * The chance p to leave: its distribution as that of as many points, equidistant in ln(p / (1 - p))
 * but for both ends
 */
typedef struct leaving_points
{
	int			count;
	double		p[NODES];
	double		log_q[NODES];	/* ln(1 - p) */
	double		away[NODES];	/* 1 - (1 - p)^(1/k) */
	double		weight[NODES];
	double		up_to[NODES];	/* the sum of weights */
	double		purchases[NODES + 1];	/* of weight / p from there on */
} leaving_points;

/* ln(1 + p (exp(y) - 1)) - p y, above 0 but for y = 0, for p up to 1/2 */
static double
leaving_bend(double p, double y)
{
	if (fabs(y) < 1e-3)
	{
		double		variance = p * (1 - p);

		return variance * y * y / 2 * (1 + y / 3 * (1 - 2 * p + y / 4 * (1 - 6 * variance)));
	}
	return (y > 30 ? y + log(p + (1 - p) * exp(-y)) : log1p(p * expm1(y))) - p * y;
}

/*
 * The logarithm of the density by ln(p / (1 - p)), y from where it is highest, is minus this:
 * nothing cancels, however large a and b.
 */
static double
leaving_fall(double a, double b, double y)
{
	return a <= b ? (a + b) * leaving_bend(a / (a + b), y) :
		(a + b) * leaving_bend(b / (a + b), -y);
}

/* How far it falls to nothing, to the side */
static double
leaving_reach(double a, double b, double side)
{
	double		inner = 0,
				outer = side * 1e-12;

	while (leaving_fall(a, b, outer) < NOTHING)
		outer *= 4;
	for (int i = 0; i < 12; i++)
	{
		double		middle = (inner + outer) / 2;

		if (leaving_fall(a, b, middle) < NOTHING)
			inner = middle;
		else
			outer = middle;
	}
	return outer;
}

/*
 * Small enough for a power or an exponential function of p; where these leave nothing but the
 * smallest p, for those, too
 */
static double
leaving_step(const rt_bg_nbd_future *f, rt_bg_nbd_what what)
{
	return what == RT_BG_NBD_STILL_ALIVE ? rt_within(0.6 / sqrt(f->a), 0.05, 0.25) : 0.25;
}

/* For a quotient */
#define STEP_FAR 0.375

/* Of ln(p / (1 - p)), from where the density is highest */
typedef struct leaving_range
{
	double		from;
	double		to;
	bool		left_power;		/* left of it only a power of p is left, right of it one of 1 - p */
	bool		right_power;
} leaving_range;

/* ln of p below which 1/p and products with it near the end of doubles */
#define LOG_P_MIN (-650.0)

static leaving_range
leaving_range_of(const rt_bg_nbd_future *f, double most)
{
	double		a = f->a;
	double		b = f->b;
	double		center = log(a) - log(b);
	double		least =
		fmax(-NOTHING / (1 + a) - 2 - log1p(most) - log1p(b), LOG_P_MIN) - center;
	double		largest = NOTHING + log1p(a) - center;
	leaving_range range = {leaving_reach(a, b, -1), leaving_reach(a, b, 1), false, false};

	if (range.from < least && least < range.to)
	{
		range.left_power = true;
		range.from = least;
	}
	if (range.to > largest && largest > range.from)
	{
		range.right_power = true;
		range.to = largest;
	}
	return range;
}

/* Above it, logarithms of the density cancel where they are written as powers of p and 1 - p */
#define POWERS_MAX 1e4

static void
leaving_set_points(const rt_bg_nbd_future *f, const leaving_range *range, double step,
				   leaving_points *l)
{
	double		a = f->a;
	double		b = f->b;
	double		center = log(a) - log(b);
	double		highest = -a * log1p(b / a) - b * log1p(a / b);
	double		sum = 0;

	for (int i = 0; i < l->count; i++)
	{
		double		y = range->from + i * step;
		double		u = center + y;
		double		odds = exp(-fabs(u));
		double		log_larger = -log1p(odds);	/* of p and 1 - p */
		double		weight;

		l->log_q[i] = u > 0 ? log_larger - u : log_larger;
		l->p[i] = (u > 0 ? 1 : odds) / (1 + odds);
		l->away[i] = f->k == 1 ? l->p[i] : -expm1(l->log_q[i] / f->k);
		weight = exp(a + b > POWERS_MAX ?
					 -leaving_fall(a, b, y) :
					 a * (u > 0 ? log_larger : log_larger + u) + b * l->log_q[i] - highest);
		if (i == 0 && range->left_power)
			weight += weight / expm1(a * step);
		if (i == l->count - 1 && range->right_power)
			weight += weight / expm1(b * step);
		l->weight[i] = weight;
		sum += weight;
	}
	for (int i = 0; i < l->count; i++)
		l->weight[i] /= sum;
}

/* A deviation of ln(p / (1 - p)) that is nothing: all leave with the same chance */
#define DEVIATION_SMALL 1e-9

/*
 * Of the deviation: for a normal density the trapezoidal rule is then wrong by
 * 2 exp(-2 (pi / 0.6)^2), 3e-24
 */
#define STEP_OF_DEVIATION 0.6

/*
 * The trapezoidal rule in ln(p / (1 - p)) converges exponentially.  Left of all p that matter to as
 * many purchases as most, and right of all 1 - p that do, only a power of p or 1 - p is left, and
 * the rest is a geometric series.
 */
static void
leaving_of(const rt_bg_nbd_future *f, double most, double step, leaving_points *l)
{
	leaving_range range = {0, 0, false, false};
	double		deviation = sqrt(1 / f->a + 1 / f->b);

	l->count = 1;
	if (deviation > DEVIATION_SMALL)
	{
		range = leaving_range_of(f, most);
		step = fmax(fmin(step, STEP_OF_DEVIATION * deviation),
					(range.to - range.from) / (NODES - 1));
		l->count = (int) ceil((range.to - range.from) / step * (1 - 1e-12)) + 1;
		step = (range.to - range.from) / (l->count - 1);
	}
	leaving_set_points(f, &range, step, l);
	l->purchases[l->count] = 0;
	for (int i = l->count - 1; i >= 0; i--)
		l->purchases[i] = l->purchases[i + 1] + l->weight[i] / l->p[i];
	for (int i = 0; i < l->count; i++)
		l->up_to[i] = l->weight[i] + (i > 0 ? l->up_to[i - 1] : 0);
}

/* Of odds below, only the square is left of what follows, and would not be a double */
#define ODDS_SMALL 1e-100

/*
 * Of n (n - 1) with p given: 2 (1 - p) / p^2 times the chance that of two events or more one lets
 * them go, 1 - (1 + u)^-m (1 + m u / (1 + u)), u = p odds; where that would cancel term by term,
 * each less than half of the one before
 */
static double
leaving_pairs(double m, double p, double odds)
{
	double		leaves = p * odds;
	double		growth = log1p(leaves);
	double		share = leaves / (1 + leaves);
	double		term,
				sum;

	if (leaves < ODDS_SMALL)
		return m * odds * (m + 1) * odds;
	if (leaves > 0.5 || m * growth > 1)
		return 2 * (-expm1(-m * growth) - exp(-m * growth) * m * share) / p / p;
	sum = term = m * (m + 1) / 2 * share * share * exp(-m * growth);
	for (int n = 2; term > DBL_EPSILON / 8 * sum; n++)
		sum += term *= (m + n) / (n + 1) * share;
	return 2 * sum / p / p;
}

/*
 * For k = 1: with p given they stay with the chance (1 + p odds)^-m, and purchase (1 - that) / p
 * times
 */
double
rt_bg_nbd_over_p(const rt_bg_nbd_future *f, double odds, rt_bg_nbd_what what)
{
	leaving_points l;
	double		sum = 0;

	leaving_of(f, odds * (1 + f->shape), leaving_step(f, what), &l);
	for (int i = 0; i < l.count; i++)
	{
		double		leaves = l.p[i] * odds;
		double		growth = log1p(leaves);
		double		power;

		if (what == RT_BG_NBD_TIME_ALIVE)
		{
			/* the mean of (1 + p u odds)^-shape for u from 0 to 1 */
			power = (f->shape - 1) * growth;
			sum += l.weight[i] * (leaves > 0 ? growth / leaves : 1) *
				(fabs(power) < 1e-12 ? 1 - power / 2 : -expm1(-power) / power);
		}
		else if (what == RT_BG_NBD_PAIRS)
			sum += l.weight[i] * exp(l.log_q[i]) * leaving_pairs(f->shape, l.p[i], odds);
		else
		{
			power = -f->shape * growth;
			sum +=
				l.weight[i] * (what == RT_BG_NBD_STILL_ALIVE ? exp(power) : -expm1(power) / l.p[i]);
		}
	}
	return sum;
}

void
rt_bg_nbd_over_p_by_times(const rt_bg_nbd_future *f, const double *odds, int count,
						  rt_bg_nbd_what what, double *sums)
{
	leaving_points l;

	leaving_of(f, odds[count - 1] * (1 + f->shape), leaving_step(f, what), &l);
	for (int i = 0; i < count; i++)
	{
		sums[i] = 0;
		for (int j = 0; j < l.count; j++)
		{
			double		power = -f->shape * log1p(l.p[j] * odds[i]);

			sums[i] +=
				l.weight[j] * (what == RT_BG_NBD_STILL_ALIVE ? exp(power) : -expm1(power) / l.p[j]);
		}
	}
}

/* ---------------------------------------------------------------- with lambda given */

/* A rhythm that has faded to exp of minus this is none */
#define FADED 23.0

/* So many purchases are looked at one by one */
#define SINGLE 4800

/* So many events around their mean */
#define AROUND 4096

/* Until a time: what is asked, and what depends on p alone */
typedef struct integral_question
{
	const rt_bg_nbd_future *f;
	rt_bg_nbd_what what;
	double		t;				/* may be infinite at a rate above 0 */
	double		rate;
	bool		far;			/* what comes after t counts nothing */
	double		most;			/* purchases */
	double		few;			/* events up to which these are added up */
	double		stays[SINGLE];	/* the chance to stay through i purchases */
	double		stays_sum[SINGLE];	/* of all before */
	bool		has_leaving;
	leaving_points leaving;
} integral_question;

/*
 * The density by y, lambda = m / (alpha + age) exp(y), of all j, and the chance of each with this
 * lambda: (lambda silence)^j / j!, j < k
 */
static double
integral_density(const rt_bg_nbd_future *f, double y, double *lambda, double *phases)
{
	double		mean = f->shape * exp(y);
	double		silent;
	double		rest = fabs(y) < 0.03 ?
		f->shape * y * y / 2 *
		(1 + y / 3 * (1 + y / 4 * (1 + y / 5 * (1 + y / 6 * (1 + y / 7))))) :
		mean - f->shape - f->shape * y;
	double		sum = 1;
	int			mode;

	*lambda = mean / f->alpha;
	silent = *lambda * f->silence;
	if (f->k == 1 || !(silent > 0))
	{
		for (int j = 0; j < f->k; j++)
			phases[j] = j == f->passed ? 1 : 0;
		return exp(f->log_peak - rest);
	}
	mode = (int) fmin(silent, f->k - 1);
	phases[mode] = 1;
	for (int j = mode; j > 0; j--)
		sum += phases[j - 1] = phases[j] * j / silent;
	for (int j = mode + 1; j < f->k; j++)
		sum += phases[j] = phases[j - 1] * silent / j;
	for (int j = 0; j < f->k; j++)
		phases[j] /= sum;
	return sum *
		exp((mode == 0 ? 0 : mode * log(silent) - lgamma(mode + 1.0)) - rest + f->log_peak);
}

/* Numbers of events until t: from first, where all happen, to last, where none */
typedef struct integral_chances
{
	int			first;			/* multiples of k */
	int			last;
	int			most_phase;
	double		chance[AROUND]; /* of so many events */
	double		at_least[AROUND];	/* of more of them */
} integral_chances;

/* Of a Poisson distribution, in its deviations: outside is 2e-17 of it, and for small means less */
#define WIDE 8.5
#define WIDE_BELOW 20
#define WIDE_ABOVE 50

static void
integral_set_chances(int k, double mean, integral_chances *c)
{
	double		wide = WIDE * sqrt(mean);
	int			first = k * (int) fmax(0, (mean - wide - WIDE_BELOW) / k);
	int			last = k * ((int) fmax(mean + wide + WIDE_ABOVE, k + 30) / k + 1);
	int			middle = (int) fmax(mean, first);

	c->first = first;
	c->last = last;
	c->chance[middle - first] = middle == 0 ?
		exp(-mean) :
		exp(middle - mean - middle * log1p((middle - mean) / mean) - rt_stirling_error(middle)) /
		sqrt(TWO_PI * middle);
	for (int i = middle; i > first; i--)
		c->chance[i - 1 - first] = c->chance[i - first] * (i / mean);
	for (int i = middle + 1; i <= last; i++)
		c->chance[i - first] = c->chance[i - 1 - first] * (mean / i);
	c->at_least[last - first] = 0;
	for (int i = last - first; i > 0; i--)
		c->at_least[i - 1] = c->at_least[i] + c->chance[i];
}

/*
 * The n-th purchase is the event n k - j; each counts rate / (lambda + rate) less than the last, or
 * for what is not discounted 2 (n - 1): that is what it adds to n (n - 1)
 */
static double
integral_add_up_purchases(const integral_question *q, double lambda, const double *phases,
						  const integral_chances *c)
{
	int			k = q->f->k;
	double		log_ratio = -log1p(q->rate / lambda);
	double		power = exp(k * log_ratio);
	double		counts[RT_K_MAX];
	double		first_counts = 0;
	double		sum = 0;

	for (int j = 0; j <= c->most_phase; j++)
		first_counts += counts[j] = phases[j] * (q->rate == 0 ? 1 : exp((k - j) * log_ratio));
	for (int n = c->last / k; n > 0; n--)
	{
		double		by = 0;

		if (n * k <= c->first)
			by = first_counts;
		else
		{
			const double *then = &c->at_least[n * k - 1 - c->first];

			for (int j = 0; j <= c->most_phase; j++)
				by += counts[j] * then[-j];
		}
		if (q->what == RT_BG_NBD_PAIRS)
			by *= 2 * (n - 1);
		sum = sum * power + q->stays[n - 1] * by;
	}
	return sum;
}

/* Of those who are k - i events or more into an interval the i-th ends it */
static double
integral_add_up_staying(const integral_question *q, const double *phases,
						const integral_chances *c)
{
	int			k = q->f->k;
	double		sum = 0;

	for (int n = c->first / k; n < c->last / k; n++)
	{
		const double *now =
			(q->what == RT_BG_NBD_STILL_ALIVE ? c->chance : c->at_least) + n * k - c->first;
		double		stays = q->stays[n];
		double		less = stays - q->stays[n + 1];

		stays -= less;
		for (int i = k - 1, j = 0; i >= 0; i--, j++)
		{
			if (j <= c->most_phase)
				stays += less * phases[j];
			sum += stays * now[i];
		}
	}
	return sum;
}

/*
 * A sum over the number of events until t, Poisson with this mean, which falls to nothing on both
 * sides
 */
static double
integral_add_up_events(const integral_question *q, double lambda, const double *phases)
{
	int			k = q->f->k;
	integral_chances c;
	double		sum;
	double		phase = 0;

	integral_set_chances(k, (lambda + q->rate) * q->t, &c);
	c.most_phase = k - 1;
	while (c.most_phase > 0 && phases[c.most_phase] == 0)
		c.most_phase--;
	if (q->what == RT_BG_NBD_PURCHASES || q->what == RT_BG_NBD_PAIRS)
		return integral_add_up_purchases(q, lambda, phases, &c);
	sum = integral_add_up_staying(q, phases, &c);
	if (q->what == RT_BG_NBD_STILL_ALIVE)
		return sum;
	for (int j = 1; j <= c.most_phase; j++)
		phase += j * phases[j];
	return (sum + k * q->stays_sum[c.first / k] - phase * (1 - q->stays[c.first / k])) / lambda;
}

/*
 * Where so many events happen that purchases are as good as evenly spread over time.  Of the k
 * roots w of 1 - p, by which whole intervals are told from single events, only the one near 1
 * counts at t: (1 - p)^purchases is the mean over all of w^(j + events) (1 + 1/w + ... + 1/w^(k -
 * 1)), and w^events has the expectation exp(-lambda t (1 - w)).  What comes by t is what comes for
 * ever less what comes after; where hardly anybody leaves, or is discounted, by then the difference
 * is taken before it cancels.
 */
typedef struct integral_spread
{
	const integral_question *q;
	double		lambda;
	const double *phases;
	int			most_phase;
	double		log_ratio;
	double		again;
	double		never;
	double		for_ever;		/* of the first interval, the sum of ratio^(k - j) */
	double		phase;			/* the means of j / k and of its square */
	double		square;
} integral_spread;

/* exp of minus this is nobody; the chance to stay through all is wanted to the end of doubles */
#define GONE 60.0
#define GONE_STAYING 700.0

/*
 * Below this chance to leave, or to be discounted away, by the next purchase, what comes for ever
 * cancels
 */
#define LEAVES_SMALL 1e-5

/* Of smaller p as many leave by t, or until it is discounted, as are nothing beside the others */
#define LEAVING_NOTHING 1e-14

static integral_spread
integral_spread_of(const integral_question *q, double lambda, const double *phases)
{
	int			k = q->f->k;
	integral_spread s = {.q = q, .lambda = lambda, .phases = phases, .most_phase = k - 1};

	s.log_ratio = -log1p(q->rate / lambda);
	s.again = exp(k * s.log_ratio);
	s.never = -expm1(k * s.log_ratio);
	while (s.most_phase > 0 && phases[s.most_phase] == 0)
		s.most_phase--;
	for (int j = 0; j <= s.most_phase; j++)
	{
		double		share = (double) j / k;

		s.for_ever += phases[j] * exp((k - j) * s.log_ratio);
		s.phase += phases[j] * share;
		s.square += phases[j] * share * share;
	}
	return s;
}

/* From the first p on that matters */
static int
integral_spread_start(const integral_question *q, double lambda)
{
	const leaving_points *l = &q->leaving;
	int			start = 0;

	for (int low = 0, high = l->count; high - low > 1;)
	{
		start = (low + high) / 2;
		if (l->p[start] * lambda * fmin(q->t, 1 / q->rate) < LEAVING_NOTHING)
			low = start;
		else
			high = start;
		start = low;
	}
	return start;
}

/* What comes until t by the series below is then known to 1e-8, and else by what cancels to 1e-7 */
#define PAIRS_FEW 1e-4

/*
 * Of n (n - 1) with the i-th p: with f(z) the mean of z^purchases were there no leaving, of which
 * only the root w near 1 of z counts, 2 q (1 - f(q) - p f'(q)) / p^2, q = 1 - p.  Where few leave
 * f is a series of its factorial moments, q (F2 - 2/3 p F3), by the cumulants of ln f at 1.
 */
static double
integral_spread_pairs(const integral_spread *s, int i, double decay)
{
	const leaving_points *l = &s->q->leaving;
	int			k = s->q->f->k;
	double		p = l->p[i];
	double		stays = exp(l->log_q[i]);
	double		away = l->away[i];
	double		root = 1 - away;
	double		events = s->lambda * s->q->t;
	double		middle = 0.5 - 0.5 / k;
	double		power = root;	/* w^(j + 1) */
	double		left = 0;

	if (p * events < PAIRS_FEW * k)
	{
		double		first = events / k - middle;
		double		second = middle * (1 - middle) + (k - 1.0) * (2.0 * k - 1) / (6.0 * k * k) -
			events * (k - 1.0) / k / k - s->phase;
		double		mean = first + s->phase;

		return stays * (first * first + 2 * first * s->phase + s->square + second -
						p * mean * (mean * mean + 3 * second) * 2 / 3);
	}
	for (int j = 0; decay > 0 && j <= s->most_phase; j++)
	{
		left += s->phases[j] * power *
			(p * ((j + 1 + events * root) / k - 1) / stays + p * root / (k * away) / stays);
		power *= root;
	}
	return 2 * stays * (1 - left * decay * p / (k * away)) / p / p;
}

/*
 * With the i-th p: leaves is the chance to leave, or to be discounted away, by the next purchase;
 * falls the logarithm by which the root near 1 falls until t, decay what is left of it then
 */
static inline double
integral_spread_at(const integral_spread *s, int i, double leaves, double falls, double decay)
{
	const integral_question *q = s->q;
	const leaving_points *l = &q->leaving;
	int			k = q->f->k;
	double		lambda = s->lambda;
	double		p = l->p[i];
	double		away = l->away[i];
	double		small = -l->log_q[i] - k * s->log_ratio;
	double		now = 0;		/* what comes from now on by the root near 1: after t that times
								 * decay */

	if (q->what == RT_BG_NBD_PAIRS)
		return integral_spread_pairs(s, i, decay);
	if (leaves <= LEAVES_SMALL || decay > 0)
	{
		double		root = 1 - away;

		for (int j = s->most_phase; j >= 0; j--)
			now = now * root + s->phases[j];
		now *= root;
	}
	if (q->what == RT_BG_NBD_STILL_ALIVE)
		return now * decay * p / (k * away);
	if (q->what == RT_BG_NBD_TIME_ALIVE)
	{
		now *= p / away / (k * away) / lambda;
		if (leaves > LEAVES_SMALL)
			return k / lambda * (1 / p - s->phase) - now * decay;
		return now * exp(-l->log_q[i]) * -expm1(-falls) +
			small / k / lambda * (k * k * (1.0 / 6 + s->square / 2 - s->phase / 2) - 1.0 / 12);
	}
	now /= k * (q->rate / lambda + away);
	if (leaves <= LEAVES_SMALL)
	{
		double		middle = 0.5 - 0.5 / k;

		return now * exp(-l->log_q[i]) * -expm1(-falls) + s->phase - middle -
			l->log_q[i] * (s->phase - middle - s->square + middle * s->phase) +
			small / 2 * (s->square - s->phase + 1.0 / 6 - 1.0 / (6.0 * k * k));
	}
	return s->for_ever / leaves - now * decay;
}

static double
integral_spread_events(const integral_question *q, double lambda, const double *phases)
{
	const leaving_points *l = &q->leaving;
	integral_spread s = integral_spread_of(q, lambda, phases);
	int			k = q->f->k;
	double		gone = q->what == RT_BG_NBD_STILL_ALIVE ? GONE_STAYING : GONE;
	int			start = integral_spread_start(q, lambda);
	double		sum = 0;

	for (int i = start; i < l->count; i++)
	{
		double		leaves = s.never + l->p[i] * s.again;
		double		falls = q->rate * q->t + lambda * q->t * l->away[i];
		double		decay = falls + l->log_q[i] < gone ? exp(-falls - l->log_q[i]) : 0;

		if (decay == 0 && q->rate == 0 && leaves > LEAVES_SMALL && q->what != RT_BG_NBD_PAIRS)
		{
			/* nobody is left with this p or a greater one */
			if (q->what == RT_BG_NBD_PURCHASES)
				sum += l->purchases[i];
			else if (q->what == RT_BG_NBD_TIME_ALIVE)
				sum += k / lambda *
					(l->purchases[i] - s.phase * (1 - l->up_to[i] + l->weight[i]));
			break;
		}
		sum += (i == start ? l->up_to[i] : l->weight[i]) *
			integral_spread_at(&s, i, leaves, falls, decay);
	}
	return sum;
}

/* What comes after t counts nothing, not even beside a first purchase that takes k events */
static bool
integral_is_far(int k, double t, double rate)
{
	return rate * t > 90 + 3 * k;
}

/*
 * For ever.  With lambda given they purchase first, and again if they stay, each time after an
 * interval that counts rho = (lambda / (lambda + rate))^k: rho^((k - j) / k) / (1 - rho + p rho)
 * purchases when j events of the first interval have happened.
 */
static double
integral_for_ever(const integral_question *q, double lambda, const double *phases)
{
	const leaving_points *l = &q->leaving;
	int			k = q->f->k;
	double		log_ratio = -log1p(q->rate / lambda);
	double		ratio = exp(log_ratio);
	double		again = exp(k * log_ratio);
	double		never = fmax(-expm1(k * log_ratio), 1e-300);	/* the sum stays a double */
	double		first = 0;
	double		sum = 0;

	for (int j = 0; j < k; j++)
		first = (first + phases[j]) * ratio;
	for (int i = 0; i < l->count; i++)
		sum += l->weight[i] / (never + l->p[i] * again);
	return first * sum;
}

/* Radians within a panel */
#define SWING 16.0

/*
 * How fast what comes until t swings as ln lambda grows, in radians: purchases by a steady rhythm
 */
static double
integral_swing(int k, double events)
{
	double		slowest = TWO_PI / k;
	double		angle = events <= FADED / 2 ? TWO_PI / 2 : acos(1 - FADED / events);

	angle = floor(angle * (1 + 1e-9) / slowest) * slowest;
	return events * sin(fmin(angle, TWO_PI / 4));
}

/*
 * With lambda = m / (alpha + age) exp(y): what is asked, times the density and the width that this
 * y stands for
 */
static double
integral_at_lambda(integral_question *q, double y, double width)
{
	const rt_bg_nbd_future *f = q->f;
	double		phases[RT_K_MAX];
	double		lambda;
	double		weight = width * integral_density(f, y, &lambda, phases);

	if (weight < 1e-300)
		return 0;
	if (!q->far && (lambda + q->rate) * q->t <= q->few)
		return weight * integral_add_up_events(q, lambda, phases);
	if (!q->has_leaving)
	{
		leaving_of(f, q->most, q->far ? STEP_FAR : leaving_step(f, q->what), &q->leaving);
		q->has_leaving = true;
	}
	return weight * (q->far ? integral_for_ever(q, lambda, phases) :
					 integral_spread_events(q, lambda, phases));
}

/*
 * Below this y there is nothing of the density, times the chance of a first purchase within the
 * time, which takes k events, but for those that have passed
 */
static double
integral_lowest(const rt_bg_nbd_future *f, double from, double to, double time)
{
	double		events = f->k - f->passed;
	double		few =
		fmin(to, log(events / f->shape) + log(f->alpha) -
			 log(fmin(time + f->silence, DBL_MAX))) - 1;
	double		above = fmin(0, to);

	from = fmax(from, few - log(events * expm1(NOTHING / events)));
	for (int i = 0; i < 8 && from < above; i++)
	{
		double		y = (from + above) / 2;

		if (f->shape * (expm1(y) - y) + events * log1p(exp(few - y) / events) > NOTHING)
			from = y;
		else
			above = y;
	}
	return from;
}

/* More steps than these take longer than panels */
#define STEPS 200

/* Events that are added up one by one even where a rhythm fades early */
#define EVENTS_MIN 4000.0
#define EVENTS_MIN_SINGLE 500.0
#define EVENTS_MORE 100

static void
integral_ask(const rt_bg_nbd_future *f, rt_bg_nbd_what what, double t, double rate,
			 integral_question *q)
{
	q->f = f;
	q->what = what;
	q->t = t;
	q->rate = rate;
	q->far = rate > 0 && integral_is_far(f->k, t, rate);
	q->few = f->k == 1 ? EVENTS_MIN_SINGLE :
		fmax(FADED / (1 - cos(TWO_PI / f->k)), EVENTS_MIN) + EVENTS_MORE;
	q->has_leaving = false;
	q->stays[0] = 1;
	q->stays_sum[0] = 0;
	for (int i = 1; i < (q->far ? 0 : (int) (q->few + 9 * sqrt(q->few) + 100) / f->k + 3); i++)
	{
		q->stays[i] = q->stays[i - 1] * ((f->b + (i - 1)) / (f->a + f->b + (i - 1)));
		q->stays_sum[i] = q->stays_sum[i - 1] + q->stays[i - 1];
	}
}

/* Of a panel of ln lambda from y on */
static double
integral_width(const integral_question *q, double y, double time)
{
	const rt_bg_nbd_future *f = q->f;
	double		mean = f->shape * exp(y);

	/* far below what lambda may be, and above what happens one by one, all is powers */
	double		width = mean < 1e-3 && mean / f->alpha * time > 1e6 ? 8 : q->far ? 3 : 2;

	/* the density narrows with lambda: 5.5 of its deviations */
	while (width > 5.5 / sqrt(fmax(f->shape, mean * exp(width / 2))))
		width *= 0.9;
	if (isfinite(q->t))
	{
		double		events = mean / f->alpha * q->t;

		width = fmin(width, SWING / integral_swing(f->k, events));
		width = fmin(width, SWING / integral_swing(f->k, events * exp(width)));
	}
	return width;
}

/*
 * The integral over lambda, for ever by the trapezoidal rule in ln lambda, which converges
 * exponentially, else, and where the range is large, in panels on which all is smooth.
 */
double
rt_bg_nbd_over_lambda(const rt_bg_nbd_future *f, rt_bg_nbd_what what, double t, double rate)
{
	integral_question q;
	double		time = fmin(t, rate > 0 ? 1 / rate : t);	/* that matters */
	double		top = f->shape + 2 * f->k;
	double		from,
				to,
				step;
	double		sum = 0;

	integral_ask(f, what, t, rate, &q);

	/* up to where even with k more purchases than expected the density is nothing */
	to = log1p((2 * f->k + 9.2 * sqrt(top) + 60) / f->shape);
	from = -sqrt(2 * NOTHING / f->shape) - NOTHING / f->shape;
	if (what == RT_BG_NBD_PURCHASES || what == RT_BG_NBD_PAIRS)
		from = integral_lowest(f, from, to, time);
	else
	{
		/* where nothing happens only a power of lambda is left */
		double		left = -log(f->shape) - 39 -
			rt_log_growth(fmin(t + f->silence, DBL_MAX), f->alpha);

		if (from < left)
		{
			from = left;
			sum = exp(f->log_peak + f->shape * (from + 1)) / f->shape *
				(what == RT_BG_NBD_TIME_ALIVE ? t : 1);
		}
	}
	q.most = f->shape * exp(to) / f->alpha / f->k * time;
	step = fmin(0.25, 0.65 / sqrt(top));
	if (q.far && (to - from) / step < STEPS)
	{
		step = (to - from) / ceil((to - from) / step);
		for (double y = from; y < to + step / 2; y += step)
			sum += integral_at_lambda(&q, y, step);
		return sum;
	}
	for (double y = from, width; y < to; y += width)
	{
		double		half;

		width = fmin(integral_width(&q, y, time), to - y);
		half = width / 2;
		rt_poll();
		for (int i = 0; i < RT_GAUSS_POINTS; i++)
			sum += integral_at_lambda(&q, y + half * (1 + rt_gauss_nodes[i]),
									  rt_gauss_weights[i] * half);
	}
	return sum;
}
