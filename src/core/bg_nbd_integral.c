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
bend(double p, double y)
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
fall(double a, double b, double y)
{
	return a <= b ? (a + b) * bend(a / (a + b), y) : (a + b) * bend(b / (a + b), -y);
}

/* How far it falls to nothing, to the side */
static double
bg_nbd_integral_reach(double a, double b, double side)
{
	double		inner = 0,
				outer = side * 1e-12;

	while (fall(a, b, outer) < NOTHING)
		outer *= 4;
	for (int i = 0; i < 12; i++)
	{
		double		middle = (inner + outer) / 2;

		if (fall(a, b, middle) < NOTHING)
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
step_for(const rt_bg_nbd_future *f, rt_bg_nbd_what what)
{
	return what == RT_BG_NBD_STILL_ALIVE ? rt_within(0.6 / sqrt(f->a), 0.05, 0.25) : 0.25;
}

/* For a quotient */
#define STEP_FAR 0.375

/*
 * The trapezoidal rule in ln(p / (1 - p)) converges exponentially.  Left of all p that matter to as
 * many purchases as most, and right of all 1 - p that do, only a power of p or 1 - p is left, and
 * the rest is a geometric series.
 */
static void
leaving_of(const rt_bg_nbd_future *f, double most, double step, leaving_points *l)
{
	double		a = f->a;
	double		b = f->b;
	double		center = log(a) - log(b);
	double		deviation = sqrt(1 / a + 1 / b);
	double		highest = -a * log1p(b / a) - b * log1p(a / b);
	double		from = 0,
				to = 0;
	double		sum = 0;
	bool		left_power = false,
				right_power = false;

	l->count = 1;
	if (deviation > 1e-9)
	{
		double		floor_p = fmax(-NOTHING / (1 + a) - 2 - log1p(most) - log1p(b), -650) - center;
		double		ceiling_p = NOTHING + log1p(a) - center;

		from = bg_nbd_integral_reach(a, b, -1);
		to = bg_nbd_integral_reach(a, b, 1);
		if (from < floor_p && floor_p < to)
		{
			left_power = true;
			from = floor_p;
		}
		if (to > ceiling_p && ceiling_p > from)
		{
			right_power = true;
			to = ceiling_p;
		}
		step = fmax(fmin(step, 0.6 * deviation), (to - from) / (NODES - 1));
		l->count = (int) ceil((to - from) / step * (1 - 1e-12)) + 1;
		step = (to - from) / (l->count - 1);
	}
	for (int i = 0; i < l->count; i++)
	{
		double		y = from + i * step;
		double		u = center + y;
		double		odds = exp(-fabs(u));
		double		log_larger = -log1p(odds);	/* of p and 1 - p */
		double		weight;

		l->log_q[i] = u > 0 ? log_larger - u : log_larger;
		l->p[i] = (u > 0 ? 1 : odds) / (1 + odds);
		l->away[i] = f->k == 1 ? l->p[i] : -expm1(l->log_q[i] / f->k);
		weight = exp(a + b > 1e4 ?
					 -fall(a, b, y) :
					 a * (u > 0 ? log_larger : log_larger + u) + b * l->log_q[i] - highest);
		if (i == 0 && left_power)
			weight += weight / expm1(a * step);
		if (i == l->count - 1 && right_power)
			weight += weight / expm1(b * step);
		l->weight[i] = weight;
		sum += weight;
	}
	l->purchases[l->count] = 0;
	for (int i = l->count - 1; i >= 0; i--)
	{
		l->weight[i] /= sum;
		l->purchases[i] = l->purchases[i + 1] + l->weight[i] / l->p[i];
	}
	for (int i = 0; i < l->count; i++)
		l->up_to[i] = l->weight[i] + (i > 0 ? l->up_to[i - 1] : 0);
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

	leaving_of(f, odds * (1 + f->shape), step_for(f, what), &l);
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
		else
		{
			power = -f->shape * growth;
			sum +=
				l.weight[i] * (what == RT_BG_NBD_STILL_ALIVE ? exp(power) : -expm1(power) / l.p[i]);
		}
	}
	return sum;
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
density(const rt_bg_nbd_future *f, double y, double *lambda, double *phases)
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
	phases[0] = 1;
	if (f->k == 1 || !(silent > 0))
	{
		for (int j = 1; j < f->k; j++)
			phases[j] = 0;
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

/*
 * A sum over the number of events until t, Poisson with this mean, which falls to nothing on both
 * sides: an event counts rate / (lambda + rate) less than the one before.
 */
static double
add_up_events(const integral_question *q, double lambda, const double *phases)
{
	int			k = q->f->k;
	double		mean = (lambda + q->rate) * q->t;
	double		wide = 8.5 * sqrt(mean);
	int			first = k * (int) fmax(0, (mean - wide - 20) / k);	/* up to here all happen */
	int			last = k * ((int) fmax(mean + wide + 50, k + 30) / k + 1);
	int			middle = (int) fmax(mean, first);
	int			most_phase = k - 1;
	double		chance[AROUND]; /* of so many events */
	double		at_least[AROUND];	/* of more of them */
	double		sum = 0;

	while (most_phase > 0 && phases[most_phase] == 0)
		most_phase--;
	chance[middle - first] = middle == 0 ?
		exp(-mean) :
		exp(middle - mean - middle * log1p((middle - mean) / mean) -
			rt_stirling_error(middle)) /
		sqrt(TWO_PI * middle);
	for (int i = middle; i > first; i--)
		chance[i - 1 - first] = chance[i - first] * (i / mean);
	for (int i = middle + 1; i <= last; i++)
		chance[i - first] = chance[i - 1 - first] * (mean / i);
	at_least[last - first] = 0;
	for (int i = last - first; i > 0; i--)
		at_least[i - 1] = at_least[i] + chance[i];
	if (q->what == RT_BG_NBD_PURCHASES)
	{
		double		log_ratio = -log1p(q->rate / lambda);
		double		power = exp(k * log_ratio);
		double		counts[RT_K_MAX];
		double		first_counts = 0;

		/* the n-th purchase is the event n k - j */
		for (int j = 0; j <= most_phase; j++)
			first_counts += counts[j] = phases[j] * (q->rate == 0 ? 1 : exp((k - j) * log_ratio));
		for (int n = last / k; n > 0; n--)
		{
			double		by = 0;

			if (n * k <= first)
				by = first_counts;
			else
			{
				const double *then = &at_least[n * k - 1 - first];

				for (int j = 0; j <= most_phase; j++)
					by += counts[j] * then[-j];
			}
			sum = sum * power + q->stays[n - 1] * by;
		}
		return sum;
	}
	for (int n = first / k; n < last / k; n++)
	{
		const double *now = (q->what == RT_BG_NBD_STILL_ALIVE ? chance : at_least) + n * k - first;
		double		stays = q->stays[n];
		double		less = stays - q->stays[n + 1];

		/* of those who are k - i events or more into an interval the i-th ends it */
		stays -= less;
		for (int i = k - 1, j = 0; i >= 0; i--, j++)
		{
			if (j <= most_phase)
				stays += less * phases[j];
			sum += stays * now[i];
		}
	}
	if (q->what == RT_BG_NBD_TIME_ALIVE)
	{
		double		phase = 0;

		for (int j = 1; j <= most_phase; j++)
			phase += j * phases[j];
		sum = (sum + k * q->stays_sum[first / k] - phase * (1 - q->stays[first / k])) / lambda;
	}
	return sum;
}

/*
 * Where so many events happen that purchases are as good as evenly spread over time.  Of the k
 * roots w of 1 - p, by which whole intervals are told from single events, only the one near 1
 * counts at t: (1 - p)^purchases is the mean over all of w^(j + events) (1 + 1/w + ... + 1/w^(k -
 * 1)), and w^events has the expectation exp(-lambda t (1 - w)).  What comes by t is what comes for
 * ever less what comes after; where hardly anybody leaves, or is discounted, by then the difference
 * is taken before it cancels.
 */
static double
spread_events(const integral_question *q, double lambda, const double *phases)
{
	const leaving_points *l = &q->leaving;
	int			k = q->f->k;
	int			most_phase = k - 1;
	double		log_ratio = -log1p(q->rate / lambda);
	double		again = exp(k * log_ratio);
	double		never = -expm1(k * log_ratio);
	double		gone = q->what == RT_BG_NBD_STILL_ALIVE ? 700 : 60;
	double		for_ever = 0;	/* of the first interval, the sum of ratio^(k - j) */
	double		phase = 0,
				square = 0;		/* the means of j / k and of its square */
	double		sum = 0;
	int			start = 0;

	while (most_phase > 0 && phases[most_phase] == 0)
		most_phase--;
	for (int j = 0; j <= most_phase; j++)
	{
		double		share = (double) j / k;

		for_ever += phases[j] * exp((k - j) * log_ratio);
		phase += phases[j] * share;
		square += phases[j] * share * share;
	}
	/* from the first p on that matters */
	for (int low = 0, high = l->count; high - low > 1;)
	{
		start = (low + high) / 2;
		if (l->p[start] * lambda * fmin(q->t, 1 / q->rate) < 1e-14)
			low = start;
		else
			high = start;
		start = low;
	}
	for (int i = start; i < l->count; i++)
	{
		double		p = l->p[i];
		double		weight = i == start ? l->up_to[i] : l->weight[i];
		double		leaves = never + p * again; /* or is discounted, by the next purchase */
		double		away,
					falls,
					decay,
					small,
					now = 0;	/* what comes from now on by the root near 1: after t that times
								 * decay */
		double		value;

		away = l->away[i];
		falls = q->rate * q->t + lambda * q->t * away;
		decay = falls + l->log_q[i] < gone ? exp(-falls - l->log_q[i]) : 0;
		if (decay == 0 && q->rate == 0 && leaves > 1e-5)
		{
			/* nobody is left with this p or a greater one */
			if (q->what == RT_BG_NBD_PURCHASES)
				sum += l->purchases[i];
			else if (q->what == RT_BG_NBD_TIME_ALIVE)
				sum += k / lambda * (l->purchases[i] - phase * (1 - l->up_to[i] + l->weight[i]));
			break;
		}
		if (leaves <= 1e-5 || decay > 0)
		{
			double		root = 1 - away;

			for (int j = most_phase; j >= 0; j--)
				now = now * root + phases[j];
			now *= root;
		}
		small = -l->log_q[i] - k * log_ratio;
		if (q->what == RT_BG_NBD_STILL_ALIVE)
			value = now * decay * p / (k * away);
		else if (q->what == RT_BG_NBD_TIME_ALIVE)
		{
			now *= p / away / (k * away) / lambda;
			if (leaves <= 1e-5)
				value =
					now * exp(-l->log_q[i]) * -expm1(-falls) +
					small / k / lambda * (k * k * (1.0 / 6 + square / 2 - phase / 2) - 1.0 / 12);
			else
				value = k / lambda * (1 / p - phase) - now * decay;
		}
		else
		{
			now /= k * (q->rate / lambda + away);
			if (leaves <= 1e-5)
			{
				double		middle = 0.5 - 0.5 / k;

				value = now * exp(-l->log_q[i]) * -expm1(-falls) + phase - middle -
					l->log_q[i] * (phase - middle - square + middle * phase) +
					small / 2 * (square - phase + 1.0 / 6 - 1.0 / (6.0 * k * k));
			}
			else
				value = for_ever / leaves - now * decay;
		}
		sum += weight * value;
	}
	return sum;
}

/* What comes after t counts nothing, not even beside a first purchase that takes k events */
static bool
is_far(int k, double t, double rate)
{
	return rate * t > 90 + 3 * k;
}

/*
 * For ever.  With lambda given they purchase first, and again if they stay, each time after an
 * interval that counts rho = (lambda / (lambda + rate))^k: rho^((k - j) / k) / (1 - rho + p rho)
 * purchases when j events of the first interval have happened.
 */
static double
for_ever(const integral_question *q, double lambda, const double *phases)
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
swing(int k, double events)
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
at_lambda(integral_question *q, double y, double width)
{
	const rt_bg_nbd_future *f = q->f;
	double		phases[RT_K_MAX];
	double		lambda;
	double		weight = width * density(f, y, &lambda, phases);

	if (weight < 1e-300)
		return 0;
	if (!q->far && (lambda + q->rate) * q->t <= q->few)
		return weight * add_up_events(q, lambda, phases);
	if (!q->has_leaving)
	{
		leaving_of(f, q->most, q->far ? STEP_FAR : step_for(f, q->what), &q->leaving);
		q->has_leaving = true;
	}
	return weight * (q->far ? for_ever(q, lambda, phases) : spread_events(q, lambda, phases));
}

/*
 * Below this y there is nothing of the density, times the chance of a first purchase within the
 * time, which takes k events
 */
static double
lowest(const rt_bg_nbd_future *f, double from, double to, double time)
{
	double		few =
		fmin(to, log(f->k / f->shape) + log(f->alpha) - log(fmin(time + f->silence, DBL_MAX))) - 1;
	double		above = fmin(0, to);

	from = fmax(from, few - log(f->k * expm1(NOTHING / f->k)));
	for (int i = 0; i < 8 && from < above; i++)
	{
		double		y = (from + above) / 2;

		if (f->shape * (expm1(y) - y) + f->k * log1p(exp(few - y) / f->k) > NOTHING)
			from = y;
		else
			above = y;
	}
	return from;
}

/* More steps than these take longer than panels */
#define STEPS 200

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
				y,
				step;
	double		sum = 0;

	q.f = f;
	q.what = what;
	q.t = t;
	q.rate = rate;
	q.far = rate > 0 && is_far(f->k, t, rate);
	q.few = fmax(FADED / (1 - cos(TWO_PI / f->k)), 4000) + 100;
	if (f->k == 1)
		q.few = 500;
	q.has_leaving = false;
	q.stays[0] = 1;
	q.stays_sum[0] = 0;
	for (int i = 1; i < (q.far ? 0 : (int) (q.few + 9 * sqrt(q.few) + 100) / f->k + 3); i++)
	{
		q.stays[i] = q.stays[i - 1] * ((f->b + (i - 1)) / (f->a + f->b + (i - 1)));
		q.stays_sum[i] = q.stays_sum[i - 1] + q.stays[i - 1];
	}

	/* up to where even with k more purchases than expected the density is nothing */
	to = log1p((2 * f->k + 9.2 * sqrt(top) + 60) / f->shape);
	from = -sqrt(2 * NOTHING / f->shape) - NOTHING / f->shape;
	if (what == RT_BG_NBD_PURCHASES)
		from = lowest(f, from, to, time);
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
		for (y = from; y < to + step / 2; y += step)
			sum += at_lambda(&q, y, step);
		return sum;
	}
	for (y = from; y < to;)
	{
		double		mean = f->shape * exp(y);

		/* far below what lambda may be, and above what happens one by one, all is powers */
		double		width = mean < 1e-3 && mean / f->alpha * time > 1e6 ? 8 : q.far ? 3 : 2;
		double		half;

		/* the density narrows with lambda */
		while (width > 5.5 / sqrt(fmax(f->shape, mean * exp(width / 2))))
			width *= 0.9;

		if (isfinite(t))
		{
			double		events = mean / f->alpha * t;

			width = fmin(width, SWING / swing(f->k, events));
			width = fmin(width, SWING / swing(f->k, events * exp(width)));
		}
		width = fmin(width, to - y);
		half = width / 2;
		rt_poll();
		for (int i = 0; i < RT_GAUSS_POINTS; i++)
			sum += at_lambda(&q, y + half * (1 + rt_gauss_nodes[i]), rt_gauss_weights[i] * half);
		y += width;
	}
	return sum;
}
