/*
 * pareto_nbd.c
 *		Customers who may leave at any time.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/optimize.h"
#include "core/pareto_nbd.h"
#include "core/special.h"

/* Gauss-Legendre, 16 points: the positive ones */
#define POINTS 8
static const double nodes[POINTS] = {
	0.095012509837637440185, 0.28160355077925891323, 0.45801677765722738634, 0.61787624440264374845,
	0.7554044083550030339, 0.86563120238783174388, 0.94457502307323257608, 0.9894009349916499326
};
static const double weights[POINTS] = {
	0.18945061045506849629, 0.18260341504492358887, 0.16915651939500253819, 0.14959598881657673208,
	0.12462897125553387205, 0.09515851168249278481, 0.062253523938647892863, 0.027152459411754094852
};

/*
 * The integral from 0 to t of (1 + u/a)^-p (1 + u/b)^-(q + 1) du, and the means under it
 * of what its derivatives take.  b, a above 0; p, q not negative.
 */
typedef struct integral
{
	double		value;
	double		log_a;			/* mean of ln(1 + u/a) */
	double		log_b;
	double		inverse_a;		/* mean of 1/(a + u) */
	double		inverse_b;
} integral;

/*
 * t may be infinite when p is 1 or more.
 *
 * In v = ln(1 + u/b), in panels that double from where the integrand begins to fall.
 * While u is not yet large against a, its exponent may grow by a factor e for each unit
 * of v: none is longer.
 */
static void
integrate(double a, double p, double b, double q, double t, bool means, integral *result)
{
	double		end = log1p(t / b);
	double		rate = q + p * b / a;
	double		from = 0;
	double		to = fmin(end, rate > 1 ? 1 / rate : 1);
	double		value = 0,
				log_a = 0,
				log_b = 0,
				inverse_a = 0,
				inverse_b = 0;

	while (from < end)
	{
		double		middle = (from + to) / 2;
		double		half = (to - from) / 2;

		for (int i = 0; i < 2 * POINTS; i++)
		{
			double		v = middle + (i < POINTS ? -half : half) * nodes[i % POINTS];
			double		growth = expm1(v);
			double		u = b * growth;
			double		ln_a = log1p(u / a);
			double		term = weights[i % POINTS] * half * exp(-q * v - p * ln_a);

			value += term;
			if (means)
			{
				log_a += term * ln_a;
				log_b += term * v;
				inverse_a += term / (a + u);
				inverse_b += term / (b + u);
			}
		}

		/* what is left falls at least as fast as here, or, where a is the smaller one, as at the end */
		from = to;
		if (from < end)
		{
			double		far = b * exp(from) / (a + b * expm1(from));

			if (exp(-q * from - p * log1p(b * expm1(from) / a)) * fmin(end - from, 1 / (q + p * fmin(far, 1))) <= DBL_EPSILON / 100 * value)
				break;
		}
		to = fmin(end, b * expm1(from) > 100 * a ? 2 * from : fmin(2 * from, from + 1));
	}

	/* du = b exp(v) dv; exp(v) was taken against one power of 1 + u/b */
	result->value = value * b;
	result->log_a = log_a / value;
	result->log_b = log_b / value;
	result->inverse_a = inverse_a / value;
	result->inverse_b = inverse_b / value;
}

/* ln of the odds that she has gone: s int ... against (alpha + age)^-m (beta + age)^-s */
static double
log_odds_gone(const rt_pareto_nbd *model, const rt_customer *customer)
{
	double		m = model->r + customer->x;
	double		a = model->alpha + customer->t_x;
	double		b = model->beta + customer->t_x;
	double		silence = customer->age - customer->t_x;
	integral	gone;

	if (silence == 0)
		return -INFINITY;
	integrate(a, m, b, model->s, silence, false, &gone);
	return log(model->s) + log(gone.value / b) + m * log1p(silence / a) + model->s * log1p(silence / b);
}

double
rt_pareto_nbd_log_likelihood(const rt_pareto_nbd *model, const rt_customer *customer)
{
	double		odds = log_odds_gone(model, customer);

	return rt_log_gamma_ratio(model->r, customer->x) - model->r * log1p(customer->age / model->alpha) -
		customer->x * log(model->alpha + customer->age) - model->s * log1p(customer->age / model->beta) +
		fmax(odds, 0) + log1p(exp(-fabs(odds)));
}

double
rt_pareto_nbd_p_alive(const rt_pareto_nbd *model, const rt_customer *customer)
{
	return 1 / (1 + exp(log_odds_gone(model, customer)));
}

double
rt_pareto_nbd_p_gone(const rt_pareto_nbd *model, const rt_customer *customer)
{
	return 1 / (1 + exp(-log_odds_gone(model, customer)));
}

double
rt_pareto_nbd_p_alive_after(const rt_pareto_nbd *model, const rt_customer *customer, double t)
{
	if (!(t >= 0))
		return NAN;
	return rt_pareto_nbd_p_alive(model, customer) * exp(-model->s * log1p(t / (model->beta + customer->age)));
}

/* While she is alive she buys (r + x)/(alpha + age) times in a unit of time, and she is with a chance that falls as a power */
double
rt_pareto_nbd_expected_purchases(const rt_pareto_nbd *model, const rt_customer *customer, double t)
{
	double		beta = model->beta + customer->age;
	double		growth = log1p(t / beta);
	double		power = (model->s - 1) * growth;
	double		time;

	if (!(t >= 0))
		return NAN;

	/* the integral of (1 + u/beta)^-s: s = 1 is no exception of it, only of the usual formula */
	time = beta * growth * (fabs(power) < 1e-12 ? 1 - power / 2 : -expm1(-power) / power);
	return rt_pareto_nbd_p_alive(model, customer) * (model->r + customer->x) / (model->alpha + customer->age) * time;
}

/* She buys before she leaves and before t */
double
rt_pareto_nbd_purchase_probability(const rt_pareto_nbd *model, const rt_customer *customer, double t)
{
	double		m = model->r + customer->x;
	double		alpha = model->alpha + customer->age;
	integral	first;

	if (!(t >= 0))
		return NAN;
	if (t == 0)
		return 0;
	integrate(model->beta + customer->age, model->s, alpha, m, t, false, &first);
	return fmin(1, m / alpha * first.value) * rt_pareto_nbd_p_alive(model, customer);
}

/*
 * n purchases by t, and she is still there then; or by the time u at which she left,
 * in panels that double from the shorter of the two scales on.
 */
double
rt_pareto_nbd_purchase_pmf(const rt_pareto_nbd *model, const rt_customer *customer, int n, double t)
{
	double		m = model->r + customer->x;
	double		alpha = model->alpha + customer->age;
	double		beta = model->beta + customer->age;
	double		log_factor = rt_log_gamma_ratio(m, n) - lgamma(n + 1.0);
	double		step = fmin(alpha / (m + n), beta / (model->s + 1));
	double		from = 0;
	double		sum;

	if (!(t >= 0) || n < 0)
		return NAN;
	if (t == 0)
		return n == 0 ? 1 : 0;
	sum = exp(log_factor - m * log1p(t / alpha) + n * (log(t) - log(alpha + t)) - model->s * log1p(t / beta));
	while (from < t)
	{
		double		to = fmin(t, from + step);
		double		middle = (from + to) / 2;
		double		half = (to - from) / 2;

		for (int i = 0; i < 2 * POINTS; i++)
		{
			double		u = middle + (i < POINTS ? -half : half) * nodes[i % POINTS];

			sum += weights[i % POINTS] * half * model->s / (beta + u) *
				exp(log_factor - m * log1p(u / alpha) + n * (log(u) - log(alpha + u)) - model->s * log1p(u / beta));
		}
		from = to;
		step *= 1.5;
	}
	return sum * rt_pareto_nbd_p_alive(model, customer) + (n == 0 ? rt_pareto_nbd_p_gone(model, customer) : 0);
}

/* ----------------------------------------------------------------- fitting */

/*
 * The integral from t_x to age is that from t_x on less that from age on, and the
 * different (x, t) of these are far fewer than the different customers.  Nothing is lost
 * in the difference: what is subtracted is never more than the term of
 * those who are still here.  Only for x >= 1: for x = 0 the integrals to
 * infinity converge too slowly, and there are few such customers.
 */
typedef struct place
{
	double		x;
	double		t;				/* in the unit of the rows */
	double		log_weight;		/* ln of s times the integral from t on over (alpha + t)^-m (beta + t)^-s */
	double		log_alpha;		/* mean of ln((alpha + u)/alpha) under it */
	double		log_beta;
	double		inverse_alpha;
	double		inverse_beta;
} place;

typedef struct fit_data
{
	const rt_customers *customers;
	place	   *places;
	size_t		place_count;
	uint32_t   *indexes;		/* of t_x and of age of each row */
} fit_data;

size_t
rt_pareto_nbd_workspace(size_t row_count)
{
	return 2 * row_count * (sizeof(place) + sizeof(uint32_t));
}

static int
compare_places(const void *a, const void *b)
{
	const place *left = a,
			   *right = b;

	if (left->x != right->x)
		return left->x < right->x ? -1 : 1;
	return (left->t > right->t) - (left->t < right->t);
}

static uint32_t
find_place(const fit_data *data, double x, double t)
{
	place		wanted = {.x = x, .t = t};
	size_t		low = 0;
	size_t		high = data->place_count - 1;

	while (low < high)
	{
		size_t		middle = (low + high) / 2;

		if (compare_places(&data->places[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint32_t) low;
}

static void
make_places(const rt_customers *customers, void *workspace, fit_data *data)
{
	size_t		count = 0;

	data->customers = customers;
	data->places = workspace;
	data->indexes = (uint32_t *) (data->places + 2 * customers->row_count);
	data->place_count = 0;
	for (size_t i = 0; i < customers->row_count; i++)
	{
		if (customers->rows[i].x < 1)
			continue;
		data->places[count].x = data->places[count + 1].x = customers->rows[i].x;
		data->places[count++].t = customers->rows[i].t_x;
		data->places[count++].t = customers->rows[i].age;
	}
	qsort(data->places, count, sizeof(place), compare_places);
	for (size_t i = 0; i < count; i++)
	{
		if (data->place_count == 0 || compare_places(&data->places[data->place_count - 1], &data->places[i]) != 0)
			data->places[data->place_count++] = data->places[i];
	}
	for (size_t i = 0; i < customers->row_count; i++)
	{
		if (customers->rows[i].x < 1)
			continue;
		data->indexes[2 * i] = find_place(data, customers->rows[i].x, customers->rows[i].t_x);
		data->indexes[2 * i + 1] = find_place(data, customers->rows[i].x, customers->rows[i].age);
	}
}

/*
 * The likelihood and its gradient by ln r, ln(alpha / r), ln s and ln(beta / s), as in
 * bg_nbd.c.
 */
static double
objective(const double *x, double *gradient, void *argument)
{
	const fit_data *data = argument;
	const rt_customers *customers = data->customers;
	double		r = exp(x[0]);
	double		alpha = exp(x[0] + x[1]);
	double		s = exp(x[2]);
	double		beta = exp(x[2] + x[3]);
	double		by_r = 0,
				by_alpha = 0,
				by_s = 0,
				by_beta = 0,
				value = 0;
	size_t		i = 0;

	for (size_t j = 0; j < data->place_count; j++)
	{
		place	   *p = &data->places[j];
		double		t = p->t / customers->time_unit;
		double		b = beta + t;
		integral	rest;

		integrate(alpha + t, r + p->x, b, s, INFINITY, true, &rest);
		p->log_weight = x[2] + log(rest.value / b);
		p->log_alpha = rest.log_a + log1p(t / alpha);
		p->log_beta = rest.log_b + log1p(t / beta);
		p->inverse_alpha = rest.inverse_a;
		p->inverse_beta = rest.inverse_b;
	}
	while (i < customers->row_count)
	{
		double		n = customers->rows[i].x;
		double		m = r + n;
		double		gamma_term = rt_log_gamma_ratio(r, n);
		double		digamma_term = rt_digamma_difference(r, n);

		for (; i < customers->row_count && customers->rows[i].x == n; i++)
		{
			double		weight = customers->rows[i].weight;
			double		t_x = customers->rows[i].t_x / customers->time_unit;
			double		age = customers->rows[i].age / customers->time_unit;
			double		log_alpha = log1p(age / alpha);
			double		log_beta = log1p(age / beta);
			double		here,	/* the terms of the sum, each over its largest: who is still here; */
						left,	/* who left after t_x; */
						later = 0;	/* less who left after age */
			double		log_largest;
			double		sum;
			place		from = {0},
						to = {0};

			if (n >= 1)
			{
				from = data->places[data->indexes[2 * i]];
				to = data->places[data->indexes[2 * i + 1]];
				from.log_weight += m * log1p((age - t_x) / (alpha + t_x)) + s * log1p((age - t_x) / (beta + t_x));
			}
			else if (age > t_x)
			{
				integral	all;

				integrate(alpha + t_x, m, beta + t_x, s, age - t_x, true, &all);
				from.log_weight = x[2] + log(all.value / (beta + t_x)) +
					m * log1p((age - t_x) / (alpha + t_x)) + s * log1p((age - t_x) / (beta + t_x));
				from.log_alpha = all.log_a + log1p(t_x / alpha);
				from.log_beta = all.log_b + log1p(t_x / beta);
				from.inverse_alpha = all.inverse_a;
				from.inverse_beta = all.inverse_b;
			}
			else
				from.log_weight = -INFINITY;
			log_largest = fmax(from.log_weight, 0);
			here = exp(-log_largest);
			left = exp(from.log_weight - log_largest);
			if (n >= 1)
				later = exp(to.log_weight - log_largest);
			sum = here + left - later;
			value += weight * (gamma_term - r * log_alpha - n * (log_alpha + x[0] + x[1]) - s * log_beta + log_largest + log(sum));
			by_r += weight * (digamma_term - (here * log_alpha + left * from.log_alpha - later * to.log_alpha) / sum);
			by_alpha += weight * (r / alpha - m * (here / (alpha + age) + left * from.inverse_alpha - later * to.inverse_alpha) / sum);
			by_s += weight * ((left - later) / s - here * log_beta - left * from.log_beta + later * to.log_beta) / sum;
			by_beta += weight * (s / beta - (here * s / (beta + age) + (s + 1) * (left * from.inverse_beta - later * to.inverse_beta)) / sum);
		}
	}
	gradient[0] = by_r * r + by_alpha * alpha;
	gradient[1] = by_alpha * alpha;
	gradient[2] = by_s * s + by_beta * beta;
	gradient[3] = by_beta * beta;
	return value;
}

void
rt_pareto_nbd_fit_model(const rt_customers *customers, void *workspace, bool (*interrupted) (void), rt_fit *fit)
{
	static const double logarithms[16] = {
		1, 0, 0, 0,
		1, 1, 0, 0,
		0, 0, 1, 0,
		0, 0, 1, 1
	};
	static const double moves[][4] = {{0, 0, 0, 0}, {-1, 0, -2, 2}, {1, 0, 1, 0}};
	double		total = 0,
				purchases = 0,
				time = 0,
				age = 0;
	double		rate;
	fit_data	data;
	rt_optimum	best;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_customer_row *row = &customers->rows[i];

		total += row->weight;
		purchases += row->weight * row->x;
		time += row->weight * ((row->x > 0 ? row->t_x : row->age) / customers->time_unit);
		age += row->weight * (row->age / customers->time_unit);
	}
	make_places(customers, workspace, &data);
	rate = log(time / purchases);
	age = log(age / total);
	for (int i = 0; i < (int) (sizeof(moves) / sizeof(moves[0])); i++)
	{
		double		lower[4] = {log(1e-4), rate - log(1e6), log(1e-6), age - log(1e7)};
		double		upper[4] = {log(1e6), rate + log(1e6), log(1e6), age + log(1e7)};
		double		start[4] = {0, rate, log(0.5), age + log(2)};
		rt_optimum	next;

		for (int j = 0; j < 4; j++)
			next.x[j] = start[j] + moves[i][j];
		rt_maximize(objective, &data, 4, lower, upper, total, interrupted, &next);
		next.at_bound |= next.x[0] > RT_ALIKE || next.x[2] > RT_ALIKE;
		if (i == 0 || next.interrupted || next.value > best.value)
			best = next;
		if (best.interrupted || (best.converged && !best.at_bound))
			break;
	}
	if (best.interrupted)
	{
		fit->interrupted = true;
		return;
	}
	rt_fit_from_optimum(objective, &data, 4, logarithms, &best, fit);
}
