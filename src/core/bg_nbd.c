/*
 * bg_nbd.c
 *		Customers who may leave after any purchase.
 *
 * What happens within a time t from now on, given that they are a customer: j of the k events of
 * the interval that runs have happened with a probability proportional to
 * (m)_j / j! ((age - t_x) / (alpha + age))^j, lambda is then Gamma(m + j, rate alpha + age), and the
 * number of events within t, if they stay, is Poisson with lambda, negative binomial over all
 * lambda.  They stay through i purchases with probability (b')_i / (a + b')_i, b' = b + x + d, the
 * mean of (1 - p)^i.
 *
 * Where few events are likely they are counted.  Else, for k = 1, all is an integral over p, and for
 * k > 1 one over lambda of what is expected with lambda given: a sum over the events near their
 * mean, and where that is so large that purchases are as good as evenly spread over time an integral
 * over p.  No work grows with an argument, but for the width of the grids with its logarithm.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/bg_nbd.h"
#include "core/gauss_legendre.h"
#include "core/optimize.h"
#include "core/poll.h"
#include "core/special.h"

/* More terms than these take longer than the integrals: over lambda, over p */
#define TERMS_MAX 60000.0
#define TERMS_MAX_SINGLE 4000.0

/* Sums are moved back into the range of double by this much */
#define RESCALE 1e200

/* Ages whose logarithms are remembered while a likelihood is added up */
#define AGES 1024

/* exp of minus this is nothing beside 1 */
#define NOTHING 37.0

/*
 * Parameters below are taken as this, parameters and counts above as that, and odds: no quotient or
 * product leaves the range of double
 */
#define SMALLEST 1e-100
#define LARGEST 1e100
#define LARGEST_TIME 1e307
#define LARGEST_ODDS 1e303

#define TWO_PI 6.28318530717958647693

bool
rt_bg_nbd_from_model(const rt_model *model, rt_bg_nbd *bg_nbd)
{
	const double *p = model->parameters;

	switch (model->id)
	{
		case RT_MODEL_BG_NBD:
		case RT_MODEL_MBG_NBD:
			bg_nbd->k = 1;
			break;
		case RT_MODEL_BG_CNBD_K:
		case RT_MODEL_MBG_CNBD_K:
			bg_nbd->k = (int) *p++;
			break;
		default:
			return false;
	}
	bg_nbd->first_may_be_last = model->id == RT_MODEL_MBG_NBD || model->id == RT_MODEL_MBG_CNBD_K;
	bg_nbd->r = p[0];
	bg_nbd->alpha = p[1];
	bg_nbd->a = p[2];
	bg_nbd->b = p[3];
	return true;
}

/* ln(1 + above / below), also where the quotient is above any double */
static double
log_one_plus(double above, double below)
{
	return above / below < INFINITY ? log1p(above / below) : log(above) - log(below);
}

static double
within(double value, double low, double high)
{
	return fmin(fmax(value, low), high);
}

static rt_bg_nbd
model_within(const rt_bg_nbd *model)
{
	rt_bg_nbd	m = *model;

	m.r = within(m.r, SMALLEST, LARGEST);
	m.alpha = within(m.alpha, SMALLEST * SMALLEST, LARGEST_TIME);
	m.a = within(m.a, SMALLEST, LARGEST);
	m.b = within(m.b, SMALLEST, LARGEST);
	return m;
}

static rt_customer
customer_within(const rt_customer *customer)
{
	rt_customer c = {fmin(customer->x, LARGEST), fmin(customer->t_x, LARGEST_TIME), fmin(customer->age, LARGEST_TIME)};

	return c;
}

/*
 * How many of the k events of the interval that runs have happened, given that they are a customer:
 * j with a probability proportional to (m)_j / j! ratio^j.  Followed from the most likely one on,
 * since the first may be below any double.  Gives the logarithm of the sum.
 */
static double
phases_of(const rt_bg_nbd *model, const rt_customer *customer, double *phases)
{
	double		shape = model->r + model->k * customer->x;
	double		silence = customer->age - customer->t_x;
	double		since = model->alpha + customer->t_x;
	double		ratio = silence / (model->alpha + customer->age);
	int			mode = silence == 0 ? 0 : (int) fmin(fmax(0, (shape - 1) * silence / since), model->k - 1);
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
	return log(sum) + (mode == 0 ? 0 : rt_log_gamma_ratio(shape, mode) - lgamma(mode + 1.0) + mode * log(ratio));
}

/* Of the two states: their logarithms, up to the same factor */
typedef struct states
{
	double		log_gone;		/* minus infinity when they can't be */
	double		log_here;
} states;

static states
customer_states(const rt_bg_nbd *model, const rt_customer *customer)
{
	double		m = model->r + model->k * customer->x;
	double		left = customer->x + (model->first_may_be_last ? 1 : 0) - 1; /* -1: they had no occasion to leave */
	double		phases[RT_K_MAX];
	states		result;

	if (left < 0)
		result.log_gone = -INFINITY;
	else
		result.log_gone = log(model->a) - log(model->b + left) +
			m * log_one_plus(customer->age - customer->t_x, model->alpha + customer->t_x);
	result.log_here = model->k == 1 ? 0 : phases_of(model, customer, phases);
	return result;
}

/* ln(exp(a) + exp(b)) */
static double
log_sum(double a, double b)
{
	return fmax(a, b) + log1p(exp(-fabs(a - b)));
}

double
rt_bg_nbd_log_likelihood(const rt_bg_nbd *model, const rt_customer *customer, double sum_log)
{
	rt_bg_nbd	m = model_within(model);
	rt_customer c = customer_within(customer);
	double		events = m.k * c.x;
	double		stays = c.x + (m.first_may_be_last ? 1 : 0);
	states		s = customer_states(&m, &c);

	return (m.k - 1) * sum_log - (m.k > 1 ? c.x * lgamma(m.k) : 0) +
		rt_log_gamma_ratio(m.b, stays) - rt_log_gamma_ratio(m.a + m.b, stays) +
		rt_log_gamma_ratio(m.r, events) - m.r * log_one_plus(c.age, m.alpha) -
		events * log(m.alpha + c.age) + log_sum(s.log_gone, s.log_here);
}

static double
state_odds(const rt_bg_nbd *model, const rt_customer *customer)
{
	rt_bg_nbd	m = model_within(model);
	rt_customer c = customer_within(customer);
	states		s = customer_states(&m, &c);

	return exp(s.log_gone - s.log_here);
}

double
rt_bg_nbd_p_alive(const rt_bg_nbd *model, const rt_customer *customer)
{
	return 1 / (1 + state_odds(model, customer));
}

double
rt_bg_nbd_p_gone(const rt_bg_nbd *model, const rt_customer *customer)
{
	return 1 / (1 + 1 / state_odds(model, customer));
}

void
rt_bg_nbd_phases(const rt_bg_nbd *model, const rt_customer *customer, double *phases)
{
	rt_bg_nbd	m = model_within(model);
	rt_customer c = customer_within(customer);

	phases_of(&m, &c, phases);
}
/* What a sum over the future of who is a customer is made of */
typedef struct future
{
	int			k;
	double		p_alive;
	double		shape;			/* m, of j = 0 */
	double		alpha;			/* alpha + age */
	double		silence;		/* age - t_x */
	double		log_peak;		/* of the density of ln lambda, for j = 0 at its mode */
	double		a;
	double		b;				/* b' */
	double		phases[RT_K_MAX];	/* probability of j events of the interval so far */
} future;

static future
future_of(const rt_bg_nbd *model, const rt_customer *customer)
{
	rt_bg_nbd	m = model_within(model);
	rt_customer c = customer_within(customer);
	future		f;

	f.k = m.k;
	f.p_alive = rt_bg_nbd_p_alive(&m, &c);
	f.shape = m.r + m.k * c.x;
	f.alpha = m.alpha + c.age;
	f.silence = c.age - c.t_x;
	f.log_peak = (log(f.shape) - log(TWO_PI)) / 2 - rt_stirling_error(f.shape) - phases_of(&m, &c, f.phases);
	f.a = m.a;
	f.b = m.b + c.x + (m.first_may_be_last ? 1 : 0);
	return f;
}

static double
odds_of(const future *f, double t)
{
	double		odds = fmin(t / f->alpha, LARGEST_ODDS / (f->shape + f->k));

	/* no time at all, where not even quotients of it are doubles */
	return odds < 1e-290 ? 0 : odds;
}

typedef enum what
{
	PURCHASES,					/* discounted, at a rate above 0 */
	STILL_ALIVE,				/* the chance that they stay through all */
	TIME_ALIVE
} what;

/*
 * The expectation over the number of events, negative binomial with this shape, from
 * phase j on.  Terms of the distribution are followed in a scale of their own, since
 * the first ones may be below any double.
 */
static double
sum_over_events(const future *f, double odds, int j, what what)
{
	double		shape = f->shape + j;
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
		double		value = what == STILL_ALIVE ? stays : expected;
		double		next;

		sum += term * value;
		next = term * z * (shape + n) / (n + 1);

		/* behind the mode terms fall at least as fast as from this one to the next; the value grows no faster than n */
		if (n > mode && (term == 0 ||
						 next * (what == STILL_ALIVE ? value : value + n + 1 + 1 / (1 - z)) <= DBL_EPSILON / 8 * sum * (1 - fmin(1 - 1e-9, z * (shape + n) / (n + 1)))))
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

/* How many terms sum_over_events takes for all phases: the mean, ten deviations, and the geometric end of the distribution */
static double
terms_likely(const future *f, double odds)
{
	double		events = (f->shape + f->k) * odds;
	int			phases = 0;

	for (int j = 0; j < f->k; j++)
		phases += f->phases[j] > 0;
	return phases * (events + 10 * sqrt(events * (1 + odds)) + 40 * (1 + odds));
}

/* Nodes of the trapezoidal rule over p, no more than this: where that is few the step grows */
#define NODES 2048

/* The chance p to leave: its distribution as that of as many points, equidistant in ln(p / (1 - p)) but for both ends */
typedef struct leaving
{
	int			count;
	double		p[NODES];
	double		log_q[NODES];	/* ln(1 - p) */
	double		away[NODES];	/* 1 - (1 - p)^(1/k) */
	double		weight[NODES];
	double		up_to[NODES];	/* the sum of weights */
	double		purchases[NODES + 1];	/* of weight / p from there on */
} leaving;

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
 * The logarithm of the density by ln(p / (1 - p)), y from where it is highest, is minus this: nothing
 * cancels, however large a and b.
 */
static double
fall(double a, double b, double y)
{
	return a <= b ? (a + b) * bend(a / (a + b), y) : (a + b) * bend(b / (a + b), -y);
}

/* How far it falls to nothing, to the side */
static double
reach(double a, double b, double side)
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

/* Small enough for a power or an exponential function of p; where these leave nothing but the smallest p, for those, too */
static double
step_for(const future *f, what what)
{
	return what == STILL_ALIVE ? within(0.6 / sqrt(f->a), 0.05, 0.25) : 0.25;
}

/* For a quotient */
#define STEP_FAR 0.375

/*
 * The trapezoidal rule in ln(p / (1 - p)) converges exponentially.  Left of all p that matter to as
 * many purchases as most, and right of all 1 - p that do, only a power of p or 1 - p is left, and the
 * rest is a geometric series.
 */
static void
leaving_of(const future *f, double most, double step, leaving *l)
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

		from = reach(a, b, -1);
		to = reach(a, b, 1);
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
		weight = exp(a + b > 1e4 ? -fall(a, b, y) : a * (u > 0 ? log_larger : log_larger + u) + b * l->log_q[i] - highest);
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

/* For k = 1: with p given they stay with the chance (1 + p odds)^-m, and purchase (1 - that) / p times */
static double
integrate_over_p(const future *f, double odds, what what)
{
	leaving		l;
	double		sum = 0;

	leaving_of(f, odds * (1 + f->shape), step_for(f, what), &l);
	for (int i = 0; i < l.count; i++)
	{
		double		leaves = l.p[i] * odds;
		double		growth = log1p(leaves);
		double		power;

		if (what == TIME_ALIVE)
		{
			/* the mean of (1 + p u odds)^-shape for u from 0 to 1 */
			power = (f->shape - 1) * growth;
			sum += l.weight[i] * (leaves > 0 ? growth / leaves : 1) * (fabs(power) < 1e-12 ? 1 - power / 2 : -expm1(-power) / power);
		}
		else
		{
			power = -f->shape * growth;
			sum += l.weight[i] * (what == STILL_ALIVE ? exp(power) : -expm1(power) / l.p[i]);
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
typedef struct question
{
	const future *f;
	what		what;
	double		t;				/* may be infinite at a rate above 0 */
	double		rate;
	bool		far;			/* what comes after t counts nothing */
	double		most;			/* purchases */
	double		few;			/* events up to which these are added up */
	double		stays[SINGLE];	/* the chance to stay through i purchases */
	double		stays_sum[SINGLE];	/* of all before */
	bool		has_leaving;
	leaving		leaving;
} question;

/*
 * The density by y, lambda = m / (alpha + age) exp(y), of all j, and the chance of each with this lambda:
 * (lambda silence)^j / j!, j < k
 */
static double
density(const future *f, double y, double *lambda, double *phases)
{
	double		mean = f->shape * exp(y);
	double		silent;
	double		rest = fabs(y) < 0.03 ? f->shape * y * y / 2 * (1 + y / 3 * (1 + y / 4 * (1 + y / 5 * (1 + y / 6 * (1 + y / 7))))) :
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
	return sum * exp((mode == 0 ? 0 : mode * log(silent) - lgamma(mode + 1.0)) - rest + f->log_peak);
}

/*
 * A sum over the number of events until t, Poisson with this mean, which falls to nothing on both
 * sides: an event counts rate / (lambda + rate) less than the one before.
 */
static double
add_up_events(const question *q, double lambda, const double *phases)
{
	int			k = q->f->k;
	double		mean = (lambda + q->rate) * q->t;
	double		wide = 8.5 * sqrt(mean);
	int			first = k * (int) fmax(0, (mean - wide - 20) / k);	/* up to here all happen */
	int			last = k * ((int) fmax(mean + wide + 50, k + 30) / k + 1);
	int			middle = (int) fmax(mean, first);
	int			most_phase = k - 1;
	double		chance[AROUND];	/* of so many events */
	double		at_least[AROUND];	/* of more of them */
	double		sum = 0;

	while (most_phase > 0 && phases[most_phase] == 0)
		most_phase--;
	chance[middle - first] = middle == 0 ? exp(-mean) :
		exp(middle - mean - middle * log1p((middle - mean) / mean) - rt_stirling_error(middle)) / sqrt(TWO_PI * middle);
	for (int i = middle; i > first; i--)
		chance[i - 1 - first] = chance[i - first] * (i / mean);
	for (int i = middle + 1; i <= last; i++)
		chance[i - first] = chance[i - 1 - first] * (mean / i);
	at_least[last - first] = 0;
	for (int i = last - first; i > 0; i--)
		at_least[i - 1] = at_least[i] + chance[i];
	if (q->what == PURCHASES)
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
		const double *now = (q->what == STILL_ALIVE ? chance : at_least) + n * k - first;
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
	if (q->what == TIME_ALIVE)
	{
		double		phase = 0;

		for (int j = 1; j <= most_phase; j++)
			phase += j * phases[j];
		sum = (sum + k * q->stays_sum[first / k] - phase * (1 - q->stays[first / k])) / lambda;
	}
	return sum;
}

/*
 * Where so many events happen that purchases are as good as evenly spread over time.  Of the k roots w
 * of 1 - p, by which whole intervals are told from single events, only the one near 1 counts at t:
 * (1 - p)^purchases is the mean over all of w^(j + events) (1 + 1/w + ... + 1/w^(k - 1)), and w^events
 * has the expectation exp(-lambda t (1 - w)).  What comes by t is what comes for ever less what comes
 * after; where hardly anybody leaves, or is discounted, by then the difference is taken before it cancels.
 */
static double
spread_events(const question *q, double lambda, const double *phases)
{
	const leaving *l = &q->leaving;
	int			k = q->f->k;
	int			most_phase = k - 1;
	double		log_ratio = -log1p(q->rate / lambda);
	double		again = exp(k * log_ratio);
	double		never = -expm1(k * log_ratio);
	double		gone = q->what == STILL_ALIVE ? 700 : 60;
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
		double		leaves = never + p * again;	/* or is discounted, by the next purchase */
		double		away,
					falls,
					decay,
					small,
					now = 0;	/* what comes from now on by the root near 1: after t that times decay */
		double		value;

		away = l->away[i];
		falls = q->rate * q->t + lambda * q->t * away;
		decay = falls + l->log_q[i] < gone ? exp(-falls - l->log_q[i]) : 0;
		if (decay == 0 && q->rate == 0 && leaves > 1e-5)
		{
			/* nobody is left with this p or a greater one */
			if (q->what == PURCHASES)
				sum += l->purchases[i];
			else if (q->what == TIME_ALIVE)
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
		if (q->what == STILL_ALIVE)
			value = now * decay * p / (k * away);
		else if (q->what == TIME_ALIVE)
		{
			now *= p / away / (k * away) / lambda;
			if (leaves <= 1e-5)
				value = now * exp(-l->log_q[i]) * -expm1(-falls) + small / k / lambda * (k * k * (1.0 / 6 + square / 2 - phase / 2) - 1.0 / 12);
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
 * For ever.  With lambda given they purchase first, and again if they stay, each time after an interval
 * that counts rho = (lambda / (lambda + rate))^k: rho^((k - j) / k) / (1 - rho + p rho) purchases when
 * j events of the first interval have happened.
 */
static double
for_ever(const question *q, double lambda, const double *phases)
{
	const leaving *l = &q->leaving;
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

/* How fast what comes until t swings as ln lambda grows, in radians: purchases by a steady rhythm */
static double
swing(int k, double events)
{
	double		slowest = TWO_PI / k;
	double		angle = events <= FADED / 2 ? TWO_PI / 2 : acos(1 - FADED / events);

	angle = floor(angle * (1 + 1e-9) / slowest) * slowest;
	return events * sin(fmin(angle, TWO_PI / 4));
}

/* With lambda = m / (alpha + age) exp(y): what is asked, times the density and the width that this y stands for */
static double
at_lambda(question *q, double y, double width)
{
	const future *f = q->f;
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
 * Below this y there is nothing of the density, times the chance of a first purchase within the time,
 * which takes k events
 */
static double
lowest(const future *f, double from, double to, double time)
{
	double		few = fmin(to, log(f->k / f->shape) + log(f->alpha) - log(time + f->silence)) - 1;
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
 * The integral over lambda, for ever by the trapezoidal rule in ln lambda, which converges exponentially,
 * else, and where the range is large, in panels on which all is smooth.
 */
static double
integrate_over_lambda(const future *f, what what, double t, double rate)
{
	question	q;
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
	if (what == PURCHASES)
		from = lowest(f, from, to, time);
	else
	{
		/* where nothing happens only a power of lambda is left */
		double		left = -log(f->shape) - 39 - log_one_plus(t + f->silence, f->alpha);

		if (from < left)
		{
			from = left;
			sum = exp(f->log_peak + f->shape * (from + 1)) / f->shape * (what == TIME_ALIVE ? t : 1);
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

/* What comes of a customer who is one, and of any */
static double
over_future_if_alive(const future *f, what what, double t)
{
	double		odds = odds_of(f, t);
	double		most = what == STILL_ALIVE ? 1 : t;
	double		sum = 0;

	if (odds == 0)
		return what == STILL_ALIVE ? 1 : what == TIME_ALIVE ? t : 0;
	if (what != TIME_ALIVE && terms_likely(f, odds) <= (f->k == 1 ? TERMS_MAX_SINGLE : TERMS_MAX))
	{
		for (int j = 0; j < f->k; j++)
		{
			if (f->phases[j] > 0)
				sum += f->phases[j] * sum_over_events(f, odds, j, what);
		}
	}
	else if (f->k == 1)
		sum = integrate_over_p(f, odds, what) * (what == TIME_ALIVE ? odds * f->alpha : 1);
	else
		sum = integrate_over_lambda(f, what, odds * f->alpha, 0);
	return what == PURCHASES ? sum : fmin(sum, most);
}

static double
over_future(const rt_bg_nbd *model, const rt_customer *customer, double t, what what)
{
	future		f;

	if (!(t >= 0))
		return NAN;
	f = future_of(model, customer);
	return f.p_alive == 0 ? 0 : f.p_alive * over_future_if_alive(&f, what, fmin(t, LARGEST_TIME));
}

double
rt_bg_nbd_expected_purchases(const rt_bg_nbd *model, const rt_customer *customer, double t)
{
	return over_future(model, customer, t, PURCHASES);
}

double
rt_bg_nbd_p_alive_after(const rt_bg_nbd *model, const rt_customer *customer, double t)
{
	return over_future(model, customer, t, STILL_ALIVE);
}

/* Gauss-Legendre with 5 points, for a function that is smooth and counts little */
#define FEW 5
static const double few_nodes[FEW] = {-0.90617984593866399280, -0.53846931010568309104, 0, 0.53846931010568309104, 0.90617984593866399280};
static const double few_weights[FEW] = {0.23692688505618908751, 0.47862867049936646804, 0.56888888888888888889, 0.47862867049936646804, 0.23692688505618908751};

/*
 * The purchases expected by several times, the last one the latest: as sum_over_events, but
 * term by term for all of them, since what differs is only the odds.
 */
static void
expected_by_times(const future *f, const double *odds, double *expected)
{
	double		latest = odds[FEW];
	for (int i = 0; i <= FEW; i++)
		expected[i] = 0;
	for (int j = 0; j < f->k; j++)
	{
		double		shape = f->shape + j;
		double		mode = (shape - 1) * latest;
		double		z[FEW + 1],
					term[FEW + 1];
		double		stays = 1;
		double		purchases = 0;
		double		value = 0;
		int			phase = j;

		if (!(f->phases[j] > 0))
			continue;
		for (int i = 0; i <= FEW; i++)
		{
			z[i] = odds[i] / (1 + odds[i]);
			term[i] = f->phases[j] * exp(-shape * log1p(odds[i]));
		}
		for (double n = 0;; n++)
		{
			double		factor = (shape + n) / (n + 1);

			for (int i = 0; i <= FEW; i++)
			{
				expected[i] += term[i] * value;
				term[i] *= z[i] * factor;
			}
			if (n > mode && term[FEW] * (value + n + 1 + 1 / (1 - z[FEW])) <= DBL_EPSILON / 8 * expected[FEW] * (1 - fmin(1 - 1e-9, z[FEW] * factor)))
				break;
			if (++phase == f->k)
			{
				phase = 0;
				value += stays;
				stays *= (f->b + purchases) / (f->a + f->b + purchases);
				purchases++;
			}
		}
	}
}

/* Above this k what is expected rises in steps that the panels miss */
#define BY_PARTS_K 5

/*
 * Where few events are likely by parts: exp(-rate t) E(t) + rate int_0^t exp(-rate u) E(u) du, E the
 * purchases expected up to u, in panels that double from the time of a few purchases on.
 */
static double
discount_by_parts(const future *f, double t, double rate)
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
			odds[i] = (from + half * (1 + few_nodes[i])) / f->alpha;
		odds[FEW] = to / f->alpha;
		expected_by_times(f, odds, expected);
		for (int i = 0; i < FEW; i++)
			sum += few_weights[i] * half * rate * exp(-rate * f->alpha * odds[i]) * expected[i];
		last = expected[FEW];
		from = to;

		/* no more than as if they never left, from here on */
		if (exp(-rate * from) * (2 * last + f->shape / f->alpha / rate) <= 1e-12 * sum)
			return sum;
	}
	return sum + exp(-rate * t) * last;
}

double
rt_bg_nbd_discounted_if_alive(const rt_bg_nbd *model, const rt_customer *customer, double t, double rate)
{
	future		f;
	double		odds;

	if (!(t >= 0 && rate >= 0) || (isinf(t) && rate == 0))
		return NAN;
	f = future_of(model, customer);
	if (t == 0)
		return 0;
	if (rate == 0)
		return over_future_if_alive(&f, PURCHASES, fmin(t, LARGEST_TIME));
	odds = odds_of(&f, t);
	if (f.k <= BY_PARTS_K && rate * t < 10 && terms_likely(&f, odds) <= (f.k == 1 ? TERMS_MAX_SINGLE / 2 : TERMS_MAX / 4) &&
		(f.shape + f.k) * log1p(odds) < 600)
		return discount_by_parts(&f, t, rate);
	return integrate_over_lambda(&f, PURCHASES, isinf(t) ? t : odds * f.alpha, rate);
}

/* The mean of the remaining lifetime, which ends at a purchase: N more of them, geometric with 1/p on average */
static double
mean_lifetime(const rt_bg_nbd *model, const rt_customer *customer)
{
	double		sum = 0;
	double		purchases;
	future		f = future_of(model, customer);

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
rt_bg_nbd_expected_lifetime(const rt_bg_nbd *model, const rt_customer *customer, double t)
{
	return isinf(t) ? mean_lifetime(model, customer) : over_future(model, customer, t, TIME_ALIVE);
}

/* The probability of j of k events so far and l in all, with all the j */
static double
exactly_events(const future *f, double odds, double l)
{
	double		most_likely = (f->silence * l - odds * f->alpha) / (f->silence + odds * f->alpha) + 1;
	int			mode = (int) within(most_likely, 0, fmin(l, f->k - 1));
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
at_least_purchases(const future *f, double odds, double n)
{
	double		events = n * f->k;
	double		log_odds = log(odds);
	double		log_at_least,
				log_upper;
	double		log_step = 0;
	double		sum;

	if (events == 1)
		return -expm1(-f->shape * log1p(odds));

	/* nearly nobody buys at all: as what is expected of those who always leave at the first */
	if (n == 1 && f->shape < 1e-4)
	{
		future		once = *f;

		once.a = LARGEST;
		once.b = SMALLEST;
		return fmin(1, over_future_if_alive(&once, PURCHASES, odds * f->alpha));
	}

	/* ln I_z(n k - j, m + j) for j = 0, and what is more of it for the next */
	rt_log_incomplete_beta(events, f->shape, odds / (1 + odds), 1 / (1 + odds), &log_at_least, &log_upper);
	sum = f->phases[0] * exp(log_at_least);
	for (int j = 1; j < f->k; j++)
	{
		if (j == 1)
			log_step = rt_log_negative_binomial(events - 1, f->shape + 1, odds) + log1p(odds);
		else
			log_step += log((events - j + 1) / (f->shape + j - 1)) - log_odds;
		log_at_least = log_sum(log_at_least, log_step);
		sum += f->phases[j] * exp(log_at_least);
	}
	return fmin(1, sum);
}

/* The probability of no purchase if they never leave */
static double
no_purchase(const future *f, double odds)
{
	double		sum = 0;

	for (int l = 0; l < f->k; l++)
		sum += exactly_events(f, odds, l);
	return fmin(1, sum);
}

double
rt_bg_nbd_purchase_probability(const rt_bg_nbd *model, const rt_customer *customer, double t)
{
	future		f;
	double		odds;
	double		none;

	if (!(t >= 0))
		return NAN;
	f = future_of(model, customer);
	odds = odds_of(&f, t);
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
rt_bg_nbd_purchase_pmf(const rt_bg_nbd *model, const rt_customer *customer, int n, double t)
{
	future		f;
	double		odds;
	double		stays;
	double		exactly = 0;

	if (!(t >= 0) || n < 0)
		return NAN;
	f = future_of(model, customer);
	odds = odds_of(&f, t);
	if (odds == 0)
		return n == 0 ? 1 : 0;
	if (n == 0)
		return fmin(1, rt_bg_nbd_p_gone(model, customer) + f.p_alive * no_purchase(&f, odds));
	stays = exp(rt_log_gamma_ratio(f.b, n) - rt_log_gamma_ratio(f.a + f.b, n));
	for (int i = 0; i < f.k; i++)
		exactly += exactly_events(&f, odds, (double) n * f.k + i);

	/* stays for the n-th, and then does not */
	return fmin(1, f.p_alive * stays * (exactly + f.a / (f.b + n - 1) * at_least_purchases(&f, odds, n)));
}

/* ----------------------------------------------------------------- fitting */

typedef struct fit_data
{
	const rt_customers *customers;
	int			k;
	bool		first_may_be_last;
	size_t		step;			/* 1 for all rows, 2 for each other, ... */
} fit_data;

/* So many rows tell whether there is another mode */
#define SAMPLE 4000

/*
 * The likelihood and its gradient by ln r, ln(alpha / r), ln a and ln(b / a):
 * toward the limit of customers who are all alike r and alpha, a and b go to infinity
 * together, and only these differences stay.  What depends on x
 * alone is computed once for a run of rows.
 */
static double
objective(const double *x, double *gradient, void *argument)
{
	const fit_data *data = argument;
	const rt_customers *customers = data->customers;
	double		r = exp(x[0]);
	double		alpha = exp(x[0] + x[1]);
	double		a = exp(x[2]);
	double		b = exp(x[2] + x[3]);
	double		log_a = x[2];
	int			k = data->k;
	double		by_r = 0,
				by_alpha = 0,
				by_a = 0,
				by_b = 0,
				value = 0,
				purchases = 0;
	double		last_t_x = NAN,
				log_growth_t_x = 0;
	struct
	{
		double		age;
		double		log_growth;
	}			ages[AGES];
	size_t		i = 0;

	for (int place = 0; place < AGES; place++)
		ages[place].age = NAN;
	while (i < customers->row_count)
	{
		double		n = customers->rows[i].x;
		double		m = r + k * n;
		double		stays = n + (data->first_may_be_last ? 1 : 0);
		double		gamma_term = rt_log_gamma_ratio(r, k * n);
		double		digamma_term = rt_digamma_difference(r, k * n);
		double		beta_term = rt_log_gamma_ratio(b, stays) - rt_log_gamma_ratio(a + b, stays);
		double		both = rt_digamma_difference(a + b, stays);
		double		beta_b = rt_digamma_difference(b, stays) - both;
		double		log_leave = stays > 0 ? log_a - log(b + stays - 1) : -INFINITY;
		double		by_leave = stays > 0 ? -1 / (b + stays - 1) : 0;

		for (; i < customers->row_count && customers->rows[i].x == n; i += data->step)
		{
			double		weight = customers->rows[i].weight;
			double		t_x = customers->rows[i].t_x / customers->time_unit;
			double		age = customers->rows[i].age / customers->time_unit;
			size_t		place = (size_t) fabs(customers->rows[i].age) % AGES;
			double		log_growth,
						log_ratio;
			double		here = 1,
						here_r = 0,
						here_alpha = 0,
						log_here = 0;
			double		gone,
						both_states;

			rt_poll_each(i);
			/* logarithms are most of the work, and there are few ages */
			if (ages[place].age != age)
			{
				ages[place].age = age;
				ages[place].log_growth = log1p(age / alpha);
			}
			log_growth = ages[place].log_growth;
			if (t_x != last_t_x)
			{
				last_t_x = t_x;
				log_growth_t_x = log1p(t_x / alpha);
			}
			log_ratio = log_growth - log_growth_t_x;
			if (k > 1)
			{
				double		y = (age - t_x) / (alpha + age);
				double		term = 1;
				double		steps = 0;

				for (int j = 1; j < k; j++)
				{
					term *= (m + j - 1) * y / j;
					steps += 1 / (m + j - 1);
					here += term;
					here_r += term * steps;
					here_alpha += term * j;
				}
				here_r /= here;
				here_alpha /= -here * (alpha + age);
				log_here = log(here);
			}

			/* the share of gone in gone + here */
			both_states = log_here;
			gone = 0;
			if (stays > 0)
			{
				gone = 1 / (1 + exp(log_here - log_leave - m * log_ratio));
				both_states = gone > 0.5 ? log_leave + m * log_ratio - log(gone) : log_here - log(1 - gone);
			}
			value += weight * (gamma_term - k * n * (log_growth + x[0] + x[1]) - r * log_growth + beta_term + both_states);
			by_r += weight * (digamma_term - log_growth + gone * log_ratio + (1 - gone) * here_r);
			by_alpha += weight * (r / alpha - m / (alpha + age) +
								  gone * m * (t_x - age) / ((alpha + age) * (alpha + t_x)) + (1 - gone) * here_alpha);
			by_a += weight * (gone / a - both);
			by_b += weight * (beta_b + gone * by_leave);
			purchases += weight * n;
		}
	}
	if (k > 1)
		value += (k - 1) * (customers->sum_log - purchases * log(customers->time_unit)) - purchases * lgamma(k);
	gradient[0] = by_r * r + by_alpha * alpha;
	gradient[1] = by_alpha * alpha;
	gradient[2] = by_a * a + by_b * b;
	gradient[3] = by_b * b;
	return value;
}

static bool
all_alike(const double *x, const void *data)
{
	(void) data;
	return x[0] > RT_ALIKE || x[2] > RT_ALIKE;
}

/* One repeat purchase in the time they were seen buying; one in five leaves each time */
static void
common_start(double log_interval, double *start)
{
	start[0] = 0;
	start[1] = log_interval;
	start[2] = 0;
	start[3] = log(4);
}

/*
 * Where they may leave after the first purchase there may be a second mode: one of buyers who are rather
 * alike and leave at once or hardly ever, b far below 1, where the first explains those who bought once by
 * how seldom they buy.  Searched among a sample where there are many rows.
 */
static void
try_other_mode(const fit_data *data, const double *lower, const double *upper, double customers, const double *start, rt_optimum *best)
{
	static const double move[4] = {1, 0, -1, -2};
	fit_data	sample = *data;
	rt_optimum	here = *best;
	rt_optimum	other;

	sample.step = data->customers->row_count / SAMPLE + 1;
	for (int i = 0; i < 4; i++)
		other.x[i] = within(start[i] + move[i], lower[i], upper[i]);
	rt_maximize(objective, &sample, 4, lower, upper, customers / sample.step, &other);
	if (sample.step > 1)
	{
		rt_maximize(objective, &sample, 4, lower, upper, customers / sample.step, &here);
		if (other.value < here.value + 1e-3)
			return;
		rt_maximize(objective, (void *) data, 4, lower, upper, customers, &other);
	}
	other.at_bound |= all_alike(other.x, data);
	if (other.value > best->value + 1e-6)
		*best = other;
}

static void
fit_with_k(const fit_data *data, double customers, double rate, const double *start, rt_optimum *best)
{
	static const double moves[4 * 4] = {
		0, 0, 0, 0,
		-1, 0, -1.5, 0,
		1, 0, -3, 1,
		0, 0.7, 0.7, -1
	};
	double		middle = -log(rate * data->k);
	double		lower[4] = {log(1e-4), middle - log(1e6), log(1e-6), log(1e-6)};
	double		upper[4] = {log(1e6), middle + log(1e6), log(1e6), log(1e6)};

	rt_maximize_from(objective, (void *) data, 4, lower, upper, all_alike, customers, start, moves, 4, best);
	if (data->first_may_be_last)
	{
		double		common[4];

		common_start(middle, common);
		try_other_mode(data, lower, upper, customers, common, best);
	}
}

void
rt_bg_nbd_fit_model(rt_model_id id, int k, const rt_customers *customers, rt_fit *fit)
{
	static const double logarithms[16] = {
		1, 0, 0, 0,
		1, 1, 0, 0,
		0, 0, 1, 0,
		0, 0, 1, 1
	};
	bool		has_k = id == RT_MODEL_BG_CNBD_K || id == RT_MODEL_MBG_CNBD_K;
	fit_data	data = {customers, k > 0 ? k : 1, id == RT_MODEL_MBG_NBD || id == RT_MODEL_MBG_CNBD_K, 1};
	double		start[4];
	double		total = 0,
				purchases = 0,
				time = 0;
	rt_optimum	best,
				next;
	rt_fit		found;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_customer_row *row = &customers->rows[i];

		total += row->weight;
		purchases += row->weight * row->x;
		time += row->weight * ((row->x > 0 ? row->t_x : row->age) / customers->time_unit);
	}

	common_start(log(time / purchases / data.k), start);
	fit_with_k(&data, total, purchases / time, start, &best);

	/* more regular, from where the last one ended, until two in a row are worse */
	for (int next_k = 2, worse = 0; has_k && k == 0 && next_k <= RT_K_MAX && worse < 2; next_k++)
	{
		fit_data	trial = {customers, next_k, data.first_may_be_last, 1};

		for (int i = 0; i < 4; i++)
			start[i] = best.x[i];
		start[1] += log((double) data.k / next_k);
		fit_with_k(&trial, total, purchases / time, start, &next);
		if (next.value > best.value)
		{
			best = next;
			data.k = next_k;
			worse = 0;
		}
		else
			worse++;
	}
	rt_fit_from_optimum(objective, &data, 4, logarithms, &best, &found);
	*fit = found;
	if (!has_k)
		return;

	/* k comes first, and is a whole number */
	fit->parameters[0] = data.k;
	for (int i = 0; i < RT_PARAMETERS_MAX; i++)
		fit->covariance[i] = fit->covariance[i * RT_PARAMETERS_MAX] = NAN;
	for (int i = 0; i < 4; i++)
	{
		fit->parameters[i + 1] = found.parameters[i];
		for (int j = 0; j < 4; j++)
			fit->covariance[(i + 1) * RT_PARAMETERS_MAX + j + 1] = found.covariance[i * RT_PARAMETERS_MAX + j];
	}
}
