/*
 * ggompertz_nbd.c
 *		Customers who may leave at any time, and the likelier the longer they are customers.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/ggompertz_nbd.h"
#include "core/gauss_legendre.h"
#include "core/optimize.h"
#include "core/places.h"
#include "core/poll.h"
#include "core/special.h"

/*
 * Lifetimes as they look at some age: of who is alive then exp(-s left(u)) are alive u later,
 * left(u) = ln g(age + u) - ln g(age) = ln(1 + (exp(b u) - 1) / c)
 */
typedef struct lifetime
{
	double		b;
	double		s;
	double		c;				/* (beta - 1 + exp(b age)) / exp(b age): from beta at first toward 1 */
	double		log_c;
	double		discount;		/* of what is earned at u: exp(-discount u); only for STAYS */
} lifetime;

static lifetime
lifetime_at(const rt_ggompertz_nbd *model, double age)
{
	lifetime	life = {model->b, model->s, 0, 0, 0};

	life.c = model->beta * exp(-model->b * age) - expm1(-model->b * age);
	life.log_c = log(life.c);
	return life;
}

/* What an integral needs at u, by one exponential function */
typedef struct moment
{
	double		left;
	double		hazard;			/* the derivative of left() */
	double		c;				/* of the lifetime at that age */
	double		decay;			/* exp(-b u) */
} moment;

#define EXP_MAX 500.0			/* beyond it exp(b u) leaves the doubles, and of c only the logarithm matters */

static moment
moment_at(const lifetime *life, double u)
{
	double		growth = life->b * u;
	double		loss = expm1(-growth);
	moment		result;

	result.decay = growth > 1 ? exp(-growth) : 1 + loss;
	result.c = life->c * result.decay - loss;
	result.hazard = life->b / result.c;
	result.left = growth < EXP_MAX ? log1p(-loss / (result.decay * life->c)) : growth - life->log_c;
	return result;
}

static double
left(const lifetime *life, double u)
{
	return moment_at(life, u).left;
}

typedef enum what
{
	LEAVES,						/* s left'(u) (1 + u/a)^-m: gone, and nothing bought before */
	STAYS,						/* 1: time as a customer; m is 0 */
	BUYS,						/* m/(a + u) (1 + u/a)^-m: the first purchase */
	LEAVES_AFTER_N				/* s left'(u) and n purchases until then */
} what;

typedef struct integral
{
	double		value;
	double		means[RT_PLACE_MEANS];
} integral;

/* The means of a place */
enum
{
	LOG_ALPHA,					/* of ln((a + u)/a) */
	INVERSE_ALPHA,				/* of 1/(a + u) */
	LEFT,						/* of left(u) */
	INVERSE_BETA,				/* of 1/(beta - 1 + exp(b (age + u))) */
	BY_B						/* of the derivative of ln g'(u) g(u)^-(s + 1) by b, but for 1/b */
};

/*
 * The integral from 0 to t of what times exp(-s left(u)); t may be infinite for LEAVES and
 * STAYS.  With an age the means under it, too.
 *
 * In panels of the scale on which the integrand changes at their beginning: it falls with m/(a + u)
 * and s left'(u), and these change on the scales of a + u and of the hazard.
 */
static double
integrate(const lifetime *life, double a, double m, what what, int n, double log_factor, double t,
		  const double *age, integral *result)
{
	double		from = 0;
	double		value = 0;
	double		sums[RT_PLACE_MEANS] = {0, 0, 0, 0, 0};
	double		decay_before = age != NULL ? exp(-life->b * *age) : 1;
	moment		here = moment_at(life, 0);

	while (from < t)
	{
		double		steepness = here.hazard * fabs(life->c - 1) * here.decay;
		double		scale = (life->s * here.hazard + life->discount) / 6 + steepness + (what == STAYS ? 0 : m / (a + from) / 6 + 1 / (a + from));
		double		step = 1 / scale;
		double		to,
					half,
					rest;

		if (what == LEAVES_AFTER_N)
			step = fmin(step, from / 2 + a / (m + n));
		to = fmin(t, from + step);
		half = (to - from) / 2;
		for (int i = 0; i < RT_GAUSS_POINTS; i++)
		{
			double		u = from + half * (1 + rt_gauss_nodes[i]);
			moment		then = moment_at(life, u);
			double		log_ratio = what == STAYS ? 0 : log1p(u / a);
			double		term = rt_gauss_weights[i] * half;

			if (what == LEAVES_AFTER_N)
				term *= life->s * then.hazard * exp(log_factor - m * log_ratio + n * (log(u) - log(a + u)) - life->s * then.left);
			else
				term *= exp(-life->s * then.left - m * log_ratio - life->discount * u) *
					(what == LEAVES ? life->s * then.hazard : what == BUYS ? m / (a + u) : 1);
			value += term;
			if (age != NULL)
			{
				sums[LOG_ALPHA] += term * log_ratio;
				sums[INVERSE_ALPHA] += term / (a + u);
				sums[LEFT] += term * then.left;
				sums[INVERSE_BETA] += term * decay_before * then.decay / then.c;
				sums[BY_B] += term * (*age + u) * (1 - (life->s + 1) / then.c);
			}
		}

		/* no more than all who are still here can leave or buy, and they stay no longer than with the least hazard to come */
		from = to;
		here = moment_at(life, from);
		rest = exp(-life->s * here.left - life->discount * from - (what == STAYS || what == LEAVES_AFTER_N ? 0 : m * log1p(from / a)));
		if (what == LEAVES_AFTER_N && from * m > a * n) /* behind the likeliest time of n purchases */
			rest *= exp(log_factor - m * log1p(from / a) + n * (log(from) - log(a + from)));
		if (what == STAYS)
			rest *= fmin(t - from, 1 / (life->s * fmin(here.hazard, life->b) + life->discount));
		if (rest <= DBL_EPSILON / 100 * value)
			break;
	}
	if (age != NULL)
	{
		for (int i = 0; i < RT_PLACE_MEANS; i++)
			result->means[i] = sums[i] / value;
		result->value = value;
	}
	return value;
}

/* ln of the odds that she has gone */
static double
log_odds_gone(const rt_ggompertz_nbd *model, const rt_customer *customer)
{
	lifetime	life = lifetime_at(model, customer->t_x);
	double		m = model->r + customer->x;
	double		a = model->alpha + customer->t_x;
	double		silence = customer->age - customer->t_x;

	if (silence == 0)
		return -INFINITY;
	return log(integrate(&life, a, m, LEAVES, 0, 0, silence, NULL, NULL)) + m * log1p(silence / a) + life.s * left(&life, silence);
}

double
rt_ggompertz_nbd_log_likelihood(const rt_ggompertz_nbd *model, const rt_customer *customer)
{
	lifetime	life = lifetime_at(model, 0);
	double		odds = log_odds_gone(model, customer);

	return rt_log_gamma_ratio(model->r, customer->x) - model->r * log1p(customer->age / model->alpha) -
		customer->x * log(model->alpha + customer->age) - model->s * left(&life, customer->age) +
		fmax(odds, 0) + log1p(exp(-fabs(odds)));
}

double
rt_ggompertz_nbd_p_alive(const rt_ggompertz_nbd *model, const rt_customer *customer)
{
	return 1 / (1 + exp(log_odds_gone(model, customer)));
}

double
rt_ggompertz_nbd_p_gone(const rt_ggompertz_nbd *model, const rt_customer *customer)
{
	return 1 / (1 + exp(-log_odds_gone(model, customer)));
}

double
rt_ggompertz_nbd_p_alive_after(const rt_ggompertz_nbd *model, const rt_customer *customer, double t)
{
	lifetime	life = lifetime_at(model, customer->age);

	if (!(t >= 0))
		return NAN;
	return rt_ggompertz_nbd_p_alive(model, customer) * exp(-life.s * left(&life, t));
}

double
rt_ggompertz_nbd_expected_lifetime(const rt_ggompertz_nbd *model, const rt_customer *customer, double t)
{
	lifetime	life = lifetime_at(model, customer->age);

	if (!(t >= 0))
		return NAN;
	return rt_ggompertz_nbd_p_alive(model, customer) * integrate(&life, 1, 0, STAYS, 0, 0, t, NULL, NULL);
}

/* While she is alive she buys (r + x)/(alpha + age) times in a unit of time */
double
rt_ggompertz_nbd_expected_purchases(const rt_ggompertz_nbd *model, const rt_customer *customer, double t)
{
	if (!(t >= 0) || isinf(t))
		return NAN;
	return (model->r + customer->x) / (model->alpha + customer->age) * rt_ggompertz_nbd_expected_lifetime(model, customer, t);
}

double
rt_ggompertz_nbd_discounted_if_alive(const rt_ggompertz_nbd *model, const rt_customer *customer, double t, double rate)
{
	lifetime	life = lifetime_at(model, customer->age);

	if (!(t >= 0 && rate >= 0))
		return NAN;
	life.discount = rate;
	return (model->r + customer->x) / (model->alpha + customer->age) *
		integrate(&life, 1, 0, STAYS, 0, 0, t, NULL, NULL);
}

double
rt_ggompertz_nbd_purchase_probability(const rt_ggompertz_nbd *model, const rt_customer *customer, double t)
{
	lifetime	life = lifetime_at(model, customer->age);

	if (!(t >= 0) || isinf(t))
		return NAN;
	return rt_ggompertz_nbd_p_alive(model, customer) *
		fmin(1, integrate(&life, model->alpha + customer->age, model->r + customer->x, BUYS, 0, 0, t, NULL, NULL));
}

/* n purchases by t, and she is still there then; or by the time at which she left */
double
rt_ggompertz_nbd_purchase_pmf(const rt_ggompertz_nbd *model, const rt_customer *customer, int n, double t)
{
	lifetime	life = lifetime_at(model, customer->age);
	double		m = model->r + customer->x;
	double		a = model->alpha + customer->age;
	double		log_factor = rt_log_gamma_ratio(m, n) - lgamma(n + 1.0);
	double		sum;

	if (!(t >= 0) || isinf(t) || n < 0)
		return NAN;
	if (t == 0)
		return n == 0 ? 1 : 0;
	sum = exp(log_factor - m * log1p(t / a) + n * (log(t) - log(a + t)) - life.s * left(&life, t)) +
		integrate(&life, a, m, LEAVES_AFTER_N, n, log_factor, t, NULL, NULL);
	return fmin(1, sum) * rt_ggompertz_nbd_p_alive(model, customer) + (n == 0 ? rt_ggompertz_nbd_p_gone(model, customer) : 0);
}

/* ----------------------------------------------------------------- fitting */

typedef struct fit_data
{
	const rt_customers *customers;
	rt_places	places;
	double		mean_age;
} fit_data;

/* Who left from t_x on, until later or ever: in the terms of a place, with means from the beginning on */
static void
who_left(const rt_ggompertz_nbd *m, double x, double t_x, double until, double *log_weight, double *means)
{
	lifetime	start = lifetime_at(m, 0);
	lifetime	life = lifetime_at(m, t_x);
	integral	all;

	integrate(&life, m->alpha + t_x, m->r + x, LEAVES, 0, 0, until, &t_x, &all);
	*log_weight = log(all.value);
	for (int i = 0; i < RT_PLACE_MEANS; i++)
		means[i] = all.means[i];
	means[LOG_ALPHA] += log1p(t_x / m->alpha);
	means[LEFT] += left(&start, t_x);
}

/*
 * The likelihood and its gradient by ln r, ln(alpha / r), ln b, ln s and ln(beta / (b s)): the
 * last is the logarithm of a lifetime, which stays where b goes to 0 or s to infinity.
 */
static double
objective(const double *x, double *gradient, void *argument)
{
	fit_data   *data = argument;
	const rt_customers *customers = data->customers;
	rt_ggompertz_nbd m = {exp(x[0]), exp(x[0] + x[1]), exp(x[2]), exp(x[3]), exp(x[2] + x[3] + x[4])};
	lifetime	start = lifetime_at(&m, 0);
	double		by_r = 0,
				by_alpha = 0,
				by_b = 0,
				by_s = 0,
				by_beta = 0,
				value = 0;
	size_t		i = 0;

	for (size_t j = data->places.count; j-- > 0;)
	{
		rt_place   *p = &data->places.places[j];
		const rt_place *next = rt_places_next(&data->places, j);
		double		t = p->t / customers->time_unit;
		double		until = next != NULL ? (next->t - p->t) / customers->time_unit : INFINITY;

		rt_poll();
		who_left(&m, p->x, t, until, &p->log_weight, p->means);
		if (next != NULL)
		{
			lifetime	life = lifetime_at(&m, t);

			rt_place_add_next(p, next, -(m.r + p->x) * log1p(until / (m.alpha + t)) - m.s * left(&life, until));
		}
	}
	while (i < customers->row_count)
	{
		double		n = customers->rows[i].x;
		double		shape = m.r + n;
		double		gamma_term = rt_log_gamma_ratio(m.r, n);
		double		digamma_term = rt_digamma_difference(m.r, n);

		for (; i < customers->row_count && customers->rows[i].x == n; i++)
		{
			double		weight = customers->rows[i].weight;
			double		t_x = customers->rows[i].t_x / customers->time_unit;
			double		age = customers->rows[i].age / customers->time_unit;
			double		log_alpha = log1p(age / m.alpha);
			double		log_left = left(&start, age);
			double		inverse_c = 1 / (m.beta * exp(-m.b * age) - expm1(-m.b * age));
			double		inverse_beta = exp(-m.b * age) * inverse_c;
			double		here,	/* the terms of the sum, each over its largest: who is still here; */
						gone,	/* who left after t_x; */
						later = 0;	/* less who left after age */
			double		log_largest;
			double		sum;
			rt_place	from = {0},
						to = {0};

			rt_poll();
			if (n >= 1)
			{
				from = data->places.places[data->places.indexes[2 * i]];
				to = data->places.places[data->places.indexes[2 * i + 1]];
			}
			else if (age > t_x)
				who_left(&m, n, t_x, age - t_x, &from.log_weight, from.means);
			else
				from.log_weight = -INFINITY;
			from.log_weight += shape * log1p((age - t_x) / (m.alpha + t_x)) + m.s * (log_left - left(&start, t_x));
			log_largest = fmax(from.log_weight, 0);
			here = exp(-log_largest);
			gone = exp(from.log_weight - log_largest);
			if (n >= 1)
				later = exp(to.log_weight - log_largest);
			sum = here + gone - later;
			value += weight * (gamma_term - m.r * log_alpha - n * (log_alpha + x[0] + x[1]) - m.s * log_left + log_largest + log(sum));
			by_r += weight * (digamma_term - (here * log_alpha + gone * from.means[LOG_ALPHA] - later * to.means[LOG_ALPHA]) / sum);
			by_alpha += weight * (m.r / m.alpha - shape * (here / (m.alpha + age) + gone * from.means[INVERSE_ALPHA] - later * to.means[INVERSE_ALPHA]) / sum);
			by_b += weight * ((gone - later) / m.b + gone * from.means[BY_B] - later * to.means[BY_B] - here * m.s * age * inverse_c) / sum;
			by_s += weight * ((gone - later) / m.s - here * log_left - gone * from.means[LEFT] + later * to.means[LEFT]) / sum;
			by_beta += weight * (m.s / m.beta - (here * m.s * inverse_beta + (m.s + 1) * (gone * from.means[INVERSE_BETA] - later * to.means[INVERSE_BETA])) / sum);
		}
	}
	gradient[0] = by_r * m.r + by_alpha * m.alpha;
	gradient[1] = by_alpha * m.alpha;
	gradient[2] = by_b * m.b + by_beta * m.beta;
	gradient[3] = by_s * m.s + by_beta * m.beta;
	gradient[4] = by_beta * m.beta;
	return value;
}

/* A lifetime without ageing is that of Pareto/NBD: ln b as good as at its bound */
static bool
all_alike(const double *x, const void *data)
{
	return x[0] > RT_ALIKE || x[3] > RT_ALIKE || x[2] < -log(((const fit_data *) data)->mean_age) - RT_ALIKE;
}

void
rt_ggompertz_nbd_fit_model(const rt_customers *customers, void *workspace, rt_fit *fit)
{
	static const double logarithms[25] = {
		1, 0, 0, 0, 0,
		1, 1, 0, 0, 0,
		0, 0, 1, 0, 0,
		0, 0, 0, 1, 0,
		0, 0, 1, 1, 1
	};
	static const double moves[3 * 5] = {
		0, 0, 0, 0, 0,
		0, 0, -3, 0, 0,
		-1, 0, 1, 1, 1
	};
	double		total = 0,
				purchases = 0,
				time = 0,
				age = 0;
	double		rate;
	fit_data	data = {.customers = customers};
	rt_optimum	best;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_customer_row *row = &customers->rows[i];

		total += row->weight;
		purchases += row->weight * row->x;
		time += row->weight * ((row->x > 0 ? row->t_x : row->age) / customers->time_unit);
		age += row->weight * (row->age / customers->time_unit);
	}
	rt_places_make(customers, workspace, &data.places);
	rate = log(time / purchases);
	data.mean_age = age / total;
	age = log(data.mean_age);
	{
		double		lower[5] = {log(1e-4), rate - log(1e6), -age - log(1e6), log(1e-6), age - log(1e7)};
		double		upper[5] = {log(1e6), rate + log(1e6), -age + log(1e3), log(1e6), age + log(1e7)};
		double		start[5] = {0, rate, -age, log(0.5), age + log(2)};

		rt_maximize_from(objective, &data, 5, lower, upper, all_alike, total, start, moves, 3, &best);
	}
	rt_fit_from_optimum(objective, &data, 5, logarithms, &best, fit);
}
