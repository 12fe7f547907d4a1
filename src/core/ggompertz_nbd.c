/*
 * ggompertz_nbd.c
 *		Customers who may leave at any time, and the likelier the longer they are customers.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/ggompertz_nbd.h"
#include "core/lifetime.h"
#include "core/optimize.h"
#include "core/places.h"
#include "core/poll.h"
#include "core/special.h"

/* From an age on */
static rt_lifetime
ggompertz_nbd_lifetime_at(const rt_ggompertz_nbd *model, double age)
{
	return rt_lifetime_gompertz(model->b, model->s, model->beta, age);
}

/* What is known of their rate of buying is Gamma(shape, scale) at an age */
static double
ggompertz_nbd_shape(const rt_ggompertz_nbd *model, const rt_customer *customer)
{
	return fmin(model->r + customer->x, DBL_MAX);
}

static double
ggompertz_nbd_scale(const rt_ggompertz_nbd *model, double age)
{
	return fmin(model->alpha + age, DBL_MAX);
}

static double
ggompertz_nbd_log_odds_gone(const rt_ggompertz_nbd *model, const rt_customer *customer)
{
	rt_lifetime life = ggompertz_nbd_lifetime_at(model, customer->t_x);

	return rt_lifetime_log_odds_gone(&life, ggompertz_nbd_scale(model, customer->t_x), ggompertz_nbd_shape(model, customer), customer->age - customer->t_x);
}

double
rt_ggompertz_nbd_log_likelihood(const rt_ggompertz_nbd *model, const rt_customer *customer)
{
	rt_lifetime start = ggompertz_nbd_lifetime_at(model, 0);
	rt_lifetime life = ggompertz_nbd_lifetime_at(model, customer->t_x);

	return rt_lifetime_log_likelihood(&start, &life, model->alpha, model->r, customer);
}

double
rt_ggompertz_nbd_p_alive(const rt_ggompertz_nbd *model, const rt_customer *customer)
{
	return 1 / (1 + exp(ggompertz_nbd_log_odds_gone(model, customer)));
}

double
rt_ggompertz_nbd_p_gone(const rt_ggompertz_nbd *model, const rt_customer *customer)
{
	return 1 / (1 + exp(-ggompertz_nbd_log_odds_gone(model, customer)));
}

double
rt_ggompertz_nbd_p_alive_after(const rt_ggompertz_nbd *model, const rt_customer *customer, double t)
{
	rt_lifetime life = ggompertz_nbd_lifetime_at(model, customer->age);

	if (!(t >= 0))
		return NAN;
	return rt_ggompertz_nbd_p_alive(model, customer) * exp(-life.s * rt_lifetime_left(&life, t));
}

/* The time until t that who is here now will be, each u counting exp(-discount u) */
static double
ggompertz_nbd_lifetime_if_alive(const rt_ggompertz_nbd *model, const rt_customer *customer, double t, double discount)
{
	rt_lifetime life = ggompertz_nbd_lifetime_at(model, customer->age);

	return exp(rt_lifetime_integral(&life, 1, 0, RT_LIFETIME_STAYS, discount, t, 0, NULL));
}

double
rt_ggompertz_nbd_expected_lifetime(const rt_ggompertz_nbd *model, const rt_customer *customer, double t)
{
	double		alive = rt_ggompertz_nbd_p_alive(model, customer);

	if (!(t >= 0))
		return NAN;
	return alive == 0 ? 0 : alive * ggompertz_nbd_lifetime_if_alive(model, customer, t, 0);
}

/* Whoever is here buys (r + x)/(alpha + age) times in a unit of time */
static double
ggompertz_nbd_purchases_in(const rt_ggompertz_nbd *model, const rt_customer *customer, double time)
{
	return rt_lifetime_purchases(ggompertz_nbd_shape(model, customer), ggompertz_nbd_scale(model, customer->age), time);
}

double
rt_ggompertz_nbd_expected_purchases(const rt_ggompertz_nbd *model, const rt_customer *customer, double t)
{
	if (!(t >= 0) || isinf(t))
		return NAN;
	return ggompertz_nbd_purchases_in(model, customer, rt_ggompertz_nbd_expected_lifetime(model, customer, t));
}

double
rt_ggompertz_nbd_discounted_if_alive(const rt_ggompertz_nbd *model, const rt_customer *customer, double t, double rate)
{
	if (!(t >= 0 && rate >= 0))
		return NAN;
	return ggompertz_nbd_purchases_in(model, customer, ggompertz_nbd_lifetime_if_alive(model, customer, t, rate));
}

double
rt_ggompertz_nbd_purchase_probability(const rt_ggompertz_nbd *model, const rt_customer *customer, double t)
{
	rt_lifetime life = ggompertz_nbd_lifetime_at(model, customer->age);

	if (!(t >= 0))
		return NAN;
	return rt_ggompertz_nbd_p_alive(model, customer) *
		fmin(1, exp(rt_lifetime_integral(&life, ggompertz_nbd_scale(model, customer->age), ggompertz_nbd_shape(model, customer), RT_LIFETIME_BUYS, 0, t, 0, NULL)));
}

double
rt_ggompertz_nbd_purchase_pmf(const rt_ggompertz_nbd *model, const rt_customer *customer, int n, double t)
{
	rt_lifetime life = ggompertz_nbd_lifetime_at(model, customer->age);

	if (!(t >= 0) || n < 0)
		return NAN;
	return rt_lifetime_purchase_pmf(&life, ggompertz_nbd_scale(model, customer->age), ggompertz_nbd_shape(model, customer), n, t) *
		rt_ggompertz_nbd_p_alive(model, customer) + (n == 0 ? rt_ggompertz_nbd_p_gone(model, customer) : 0);
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
ggompertz_nbd_who_left(const rt_ggompertz_nbd *m, double x, double t_x, double until, double *log_weight, double *means)
{
	rt_lifetime start = ggompertz_nbd_lifetime_at(m, 0);
	rt_lifetime life = ggompertz_nbd_lifetime_at(m, t_x);

	*log_weight = rt_lifetime_integral(&life, m->alpha + t_x, m->r + x, RT_LIFETIME_LEAVES, 0, until, t_x, means);
	means[RT_LIFETIME_LOG_ALPHA] += log1p(t_x / m->alpha);
	means[RT_LIFETIME_LEFT] += rt_lifetime_left(&start, t_x);
}

/*
 * The likelihood and its gradient by ln r, ln(alpha / r), ln b, ln s and ln(beta / (b s)): the
 * last is the logarithm of a lifetime, which stays where b goes to 0 or s to infinity.
 */
static double
ggompertz_nbd_objective(const double *x, double *gradient, void *argument)
{
	fit_data   *data = argument;
	const rt_customers *customers = data->customers;
	rt_ggompertz_nbd m = {exp(x[0]), exp(x[0] + x[1]), exp(x[2]), exp(x[3]), exp(x[2] + x[3] + x[4])};
	rt_lifetime start = ggompertz_nbd_lifetime_at(&m, 0);
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
		ggompertz_nbd_who_left(&m, p->x, t, until, &p->log_weight, p->means);
		if (next != NULL)
		{
			rt_lifetime life = ggompertz_nbd_lifetime_at(&m, t);

			rt_place_add_next(p, next, -(m.r + p->x) * log1p(until / (m.alpha + t)) - m.s * rt_lifetime_left(&life, until));
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
			double		log_left = rt_lifetime_left(&start, age);
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
				ggompertz_nbd_who_left(&m, n, t_x, age - t_x, &from.log_weight, from.means);
			else
				from.log_weight = -INFINITY;
			from.log_weight += shape * log1p((age - t_x) / (m.alpha + t_x)) + m.s * (log_left - rt_lifetime_left(&start, t_x));
			log_largest = fmax(from.log_weight, 0);
			here = exp(-log_largest);
			gone = exp(from.log_weight - log_largest);
			if (n >= 1)
				later = exp(to.log_weight - log_largest);
			sum = here + gone - later;
			value += weight * (gamma_term - m.r * log_alpha - n * (log_alpha + x[0] + x[1]) - m.s * log_left + log_largest + log(sum));
			by_r += weight * (digamma_term - (here * log_alpha + gone * from.means[RT_LIFETIME_LOG_ALPHA] - later * to.means[RT_LIFETIME_LOG_ALPHA]) / sum);
			by_alpha += weight * (m.r / m.alpha - shape * (here / (m.alpha + age) + gone * from.means[RT_LIFETIME_INVERSE_ALPHA] - later * to.means[RT_LIFETIME_INVERSE_ALPHA]) / sum);
			by_b += weight * ((gone - later) / m.b + gone * from.means[RT_LIFETIME_BY_B] - later * to.means[RT_LIFETIME_BY_B] - here * m.s * age * inverse_c) / sum;
			by_s += weight * ((gone - later) / m.s - here * log_left - gone * from.means[RT_LIFETIME_LEFT] + later * to.means[RT_LIFETIME_LEFT]) / sum;
			by_beta += weight * (m.s / m.beta - (here * m.s * inverse_beta + (m.s + 1) * (gone * from.means[RT_LIFETIME_INVERSE_BETA] - later * to.means[RT_LIFETIME_INVERSE_BETA])) / sum);
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
ggompertz_nbd_all_alike(const double *x, const void *data)
{
	return x[0] > RT_ALIKE || x[3] > RT_ALIKE || x[2] < -log(((const fit_data *) data)->mean_age) - RT_ALIKE;
}

#define STARTS 5
#define FEW_ROWS 2000
#define WORTH 1e-6				/* of a log-likelihood: less is no other mode */

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
	/* from beta = 1, without ageing, and from both sides of it: of s b only the product counts there, a ridge that parts two modes */
	static const double moves[STARTS * 5] = {
		0, 0, 0, 0, 0,
		0, 0, -3, 0, 0,
		0, 0, 0, 0, 2,
		0, 0, 1, 0, -2,
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

		/* few customers leave several modes */
		if (customers->row_count <= FEW_ROWS)
		{
			for (int i = 0; i < STARTS; i++)
			{
				rt_optimum	next;

				rt_maximize_from(ggompertz_nbd_objective, &data, 5, lower, upper, ggompertz_nbd_all_alike, total, start, moves + 5 * i, 1, &next);
				if (i == 0 || next.value > best.value + WORTH || (next.value > best.value - WORTH && next.at_bound < best.at_bound))
					best = next;
			}
		}
		else
			rt_maximize_from(ggompertz_nbd_objective, &data, 5, lower, upper, ggompertz_nbd_all_alike, total, start, moves, STARTS, &best);
	}
	rt_fit_from_optimum(ggompertz_nbd_objective, &data, 5, logarithms, &best, fit);
}
