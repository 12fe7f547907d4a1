/*
 * customer_base_test.c
 *		Models of customers who may leave: against simulated customers, sums that
 *		must come out, finite differences, and the far ends of the parameter space.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "kinds.h"
#include "core/customer_base.h"
#include "core/simulate.h"

static rt_random generator = {20260630};

static double
uniform(void)
{
	return rt_random_uniform(&generator);
}

typedef struct seen_row
{
	rt_customer customer;		/* as seen at age */
	double		sum_log;
	int			later;			/* purchases within t after that */
	bool		alive;
	bool		alive_later;
} seen_row;

/* Whether they leave by then; at opportunities, before them */
static bool
stays_until(const rt_life *life, double t)
{
	return life->opportunities ? life->end >= t : life->end > t;
}

/* A customer from the first purchase until age + t, in the order in which it happens */
static seen_row
live(const rt_base *model, double age, double t)
{
	seen_row	result = {{0, 0, age}, 0, 0, true, true};
	rt_life		life;

	rt_life_start(model, &generator, &life);
	result.alive = life.here && stays_until(&life, age);
	while (life.here)
	{
		double		before = life.time;

		result.alive_later = life.here;
		if (!rt_life_next(&life, &generator, age + t))
			break;
		result.alive_later = life.here;
		if (life.time <= age)
		{
			result.customer.x++;
			result.customer.t_x = life.time;
			result.sum_log += log(life.time - before);
			result.alive = life.here && stays_until(&life, age);
		}
		else
			result.later++;
	}
	result.alive_later = result.alive_later && result.alive && stays_until(&life, age + t);
	return result;
}

static const rt_base models[] = {
	{&rt_bg_nbd_kind, {0.9, 8, 0.8, 2.5}},
	{&rt_mbg_nbd_kind, {1.2, 6, 0.5, 1.5}},
	{&rt_bg_cnbd_k_kind, {2, 1.5, 5, 0.7, 2}},
	{&rt_mbg_cnbd_k_kind, {2, 1.3, 2.8, 0.42, 0.8}},
	{&rt_mbg_cnbd_k_kind, {4, 2, 3, 1, 3}},
	{&rt_bg_cnbd_k_kind, {3, 0.6, 2, 0.2, 1.1}},
	{&rt_pareto_nbd_kind, {0.8, 5, 0.6, 8}},
	{&rt_pareto_nbd_kind, {1.5, 10, 1.6, 30}},
	{&rt_ggompertz_nbd_kind, {0.9, 5, 0.08, 0.7, 1.2}},
	{&rt_ggompertz_nbd_kind, {1.4, 6, 0.15, 0.5, 0.4}},
	{&rt_ggompertz_nbd_kind, {1.2, 4, 0.06, 1.5, 15}},
	{&rt_bg_bb_kind, {1.2, 0.75, 0.66, 2.8}},
	{&rt_bg_bb_kind, {0.8, 3, 1.5, 40}},
	{&rt_zibg_nbd_kind, {1.3, 5, 0.7, 2.5, 0.6}},
	{&rt_zibg_cnbd_k_kind, {2, 1.6, 3, 0.5, 2, 0.3}}
};

#define MODELS ((int) (sizeof(models) / sizeof(models[0])))

/*
 * Sums of what was predicted less what happened, and of its square: zero within four standard
 * errors
 */
typedef struct balance
{
	double		count;
	double		sum;
	double		square;
	double		least;			/* of the square, as it is expected of what happens seldom */
} balance;

static void
add(balance *b, double predicted, double happened)
{
	double		difference = predicted - happened;

	b->count++;
	b->sum += difference;
	b->square += difference * difference;
	b->least += predicted * fmax(0, 1 - predicted);
}

static bool
in_balance(const balance *b)
{
	double		mean = b->sum / b->count;
	double		error =
		sqrt(fmax(fmax(b->square / b->count - mean * mean, b->least / b->count), 1e-12) / b->count);

	return b->count < 200 || fabs(mean) <= 4 * error;
}

/*
 * What was expected of customers with 0, 1, 2, 3, and more purchases is what comes, of short and of
 * long silence
 */
static void
test_prediction(void)
{
	for (int m = 0; m < MODELS; m++)
	{
		const rt_base *model = &models[m];
		balance		purchases[10] = {{0}},
					alive[10] = {{0}},
					later[10] = {{0}},
					again[10] = {{0}},
					twice[10] = {{0}};

		for (int i = 0; i < 20000; i++)
		{
			seen_row	l = live(model, 30, 20);
			const rt_customer *c = &l.customer;
			int			class = (int) fmin(c->x, 4) * 2 + (c->age - c->t_x > 10);

			add(&purchases[class], rt_base_expected_purchases(model, c, 20), l.later);
			add(&alive[class], rt_base_p_alive(model, c), l.alive);
			add(&later[class], rt_base_p_alive_after(model, c, 20), l.alive_later);
			add(&again[class], rt_base_purchase_probability(model, c, 20), l.later > 0);
			add(&twice[class], rt_base_purchase_pmf(model, c, 2, 20), l.later == 2);
		}
		for (int class = 0; class < 10; class++)
		{
			CHECK(in_balance(&purchases[class]));
			CHECK(in_balance(&alive[class]));
			CHECK(in_balance(&later[class]));
			CHECK(in_balance(&again[class]));
			CHECK(in_balance(&twice[class]));
		}
	}
}

/* Probabilities add up to 1, numbers to the expectation, at least one is not none */
static void
test_sums(void)
{
	static const rt_customer customers[] = {{0, 0, 0}, {0, 0, 20}, {3, 12, 15}, {8, 15, 15}};

	for (int m = 0; m < MODELS; m++)
	{
		bool		whole = models[m].kind == &rt_bg_bb_kind;

		for (int c = 0; c < 4; c++)
		{
			for (double t = whole ? 1 : 0.01; t < 100; t *= 10)
			{
				double		sum = 0,
							mean = 0;

				for (int n = 0; n < 3000; n++)
				{
					double		p = rt_base_purchase_pmf(&models[m], &customers[c], n, t);

					CHECK(p >= 0);
					sum += p;
					mean += n * p;
				}
				CHECK(fabs(sum - 1) < 1e-9);
				CHECK(fabs(mean / rt_base_expected_purchases(&models[m], &customers[c], t) - 1) <
					  1e-8);
				CHECK(fabs(rt_base_purchase_probability(&models[m], &customers[c], t) +
						   rt_base_purchase_pmf(&models[m], &customers[c], 0, t) - 1) < 1e-12);
				CHECK(fabs(rt_base_p_alive(&models[m], &customers[c]) +
						   rt_base_p_gone(&models[m], &customers[c]) - 1) < 1e-15);
				CHECK(fabs(rt_base_p_alive_after(&models[m], &customers[c], t * 1e-12) -
						   rt_base_p_alive(&models[m], &customers[c])) < 1e-9);
			}
		}
	}
}

/* The time as a customer is the integral of the chance to be one, here by Simpson's rule */
static void
test_lifetime(void)
{
	static const rt_customer customers[] = {{0, 0, 0}, {0, 0, 20}, {3, 12, 15}, {8, 15, 15}};

	for (int m = 0; m < MODELS; m++)
	{
		for (int c = 0; c < 4; c++)
		{
			const rt_base *model = &models[m];
			double		sum = 0;
			double		mean = rt_base_expected_lifetime(model, &customers[c], INFINITY);
			double		last = 0;

			if (model->kind == &rt_bg_bb_kind)
			{
				for (int i = 1; i <= 40; i++)
					sum += rt_base_p_alive_after(model, &customers[c], i);
			}
			else
			{
				for (int i = 0; i <= 4000; i++)
					sum += 0.01 / 3 *
						(i == 0 || i == 4000 ? 1 :
						 i % 2 == 1 ? 4 :
						 2) *
						rt_base_p_alive_after(model, &customers[c], 0.01 * i);
			}
			CHECK(fabs(rt_base_expected_lifetime(model, &customers[c], 40) / sum - 1) < 1e-9);

			/* toward the mean, where there is one */
			for (double t = 10; t < 1e7; t *= 10)
			{
				double		now = rt_base_expected_lifetime(model, &customers[c], t);

				CHECK(now >= last * (1 - 1e-12) && now <= mean * (1 + 1e-9));
				last = now;
			}
			if (model->kind == &rt_ggompertz_nbd_kind)
				CHECK(fabs(last / mean - 1) < 1e-9);
		}
	}

	/* the rest of a power: between 10^6 and infinity there is a known part of it */
	{
		rt_base		bg = {&rt_bg_nbd_kind, {2.5, 8, 2.8, 3}};
		rt_base		cnbd = {&rt_mbg_cnbd_k_kind, {3, 2.5, 8, 2.8, 3}};
		rt_base		bb = {&rt_bg_bb_kind, {1, 1, 2.5, 30}};
		rt_customer c = {2, 9, 12};

		for (int i = 0; i < 3; i++)
		{
			const rt_base *model = i == 0 ? &bg : i == 1 ? &cnbd : &bb;
			double		mean = rt_base_expected_lifetime(model, &c, INFINITY);

			CHECK(isfinite(mean));
			CHECK(fabs(rt_base_expected_lifetime(model, &c, 3e5) / mean - 1) < 1e-4);
		}
	}
}

/* Money later is worth less: the sum over short times of the purchases in them, each discounted */
static void
test_discounted(void)
{
	static const rt_customer customers[] = {{0, 0, 0}, {0, 0, 20}, {3, 12, 15}, {8, 15, 15}};

	for (int m = 0; m < MODELS; m++)
	{
		for (int c = 0; c < 4; c++)
		{
			const rt_base *model = &models[m];
			bool		whole = model->kind == &rt_bg_bb_kind;

			for (double rate = 0.001; rate < 2; rate *= 20)
			{
				double		step = whole ? 1 : 0.02;
				double		sum = 0;
				double		last = 0;
				double		now,
							for_ever;

				for (int i = 1; i * step <= 40.001; i++)
				{
					double		until = rt_base_expected_purchases(model, &customers[c], i * step);

					/* in the middle of the step, or with the opportunity */
					sum += (until - last) * exp(-rate * (whole ? i : (i - 0.5) * step));
					last = until;
				}
				now = rt_base_discounted_purchases(model, &customers[c], 40, rate);
				CHECK(fabs(now / sum - 1) < (whole ? 1e-12 : rate * rate * step * step + 2e-7));
				for_ever = rt_base_discounted_purchases(model, &customers[c], INFINITY, rate);
				CHECK(for_ever >= now * (1 - 1e-8) && for_ever <= now + exp(-40 * rate) * 1e4);
				CHECK(fabs(rt_base_discounted_purchases(model, &customers[c], 60 / rate, rate) /
						   for_ever -
						   1) < 1e-7);
			}
			CHECK(fabs(rt_base_discounted_purchases(model, &customers[c], 40, 1e-12) /
					   rt_base_expected_purchases(model, &customers[c], 40) -
					   1) < 1e-9);
		}
	}
}

/* An end of life that does not age is that of Pareto/NBD */
static void
test_without_ageing(void)
{
	for (int i = 0; i < 300; i++)
	{
		double		r = pow(10, 2 * uniform() - 1),
					alpha = pow(10, 3 * uniform() - 1),
					s = pow(10, 2 * uniform() - 1),
					beta = pow(10, 3 * uniform() - 1);
		rt_base		pareto = {&rt_pareto_nbd_kind, {r, alpha, s, beta}};
		rt_base		gompertz = {&rt_ggompertz_nbd_kind, {r, alpha, 1e-9, s, beta * 1e-9}};
		rt_customer c = {floor(20 * uniform()), 0, 10 + 100 * uniform()};

		if (c.x > 0)
			c.t_x = c.age * uniform();
		CHECK(fabs(rt_base_log_likelihood(&pareto, &c, 0) /
				   rt_base_log_likelihood(&gompertz, &c, 0) - 1) < 1e-6);
		CHECK(fabs(rt_base_p_alive(&pareto, &c) / rt_base_p_alive(&gompertz, &c) - 1) < 1e-5);
		CHECK(fabs(rt_base_expected_purchases(&pareto, &c, 30) /
				   rt_base_expected_purchases(&gompertz, &c, 30) -
				   1) < 1e-5);
		CHECK(fabs(rt_base_purchase_probability(&pareto, &c, 30) /
				   rt_base_purchase_probability(&gompertz, &c, 30) -
				   1) < 1e-5);
		CHECK(fabs(rt_base_purchase_pmf(&pareto, &c, 2, 30) /
				   rt_base_purchase_pmf(&gompertz, &c, 2, 30) -
				   1) < 1e-5);
	}
}

/*
 * Sums over purchases and integrals over p are two ways to the same: they meet where one takes over
 */
static void
test_two_ways(void)
{
	for (int i = 0; i < 500; i++)
	{
		int			k = 1 + i % 3;
		double		shapes[4] = {pow(10, 2 * uniform() - 1), pow(10, 2 * uniform() - 1),
		pow(10, 3 * uniform() - 1.5), pow(10, 3 * uniform() - 1.5)};
		rt_base		model = bg_nbd(k, i % 2 == 0, shapes[0], shapes[1], shapes[2], shapes[3]);
		rt_customer customer = {floor(20 * uniform()), 0, 10};
		double		low = 1,
					high = 1e9;
		double		purchases[2],
					alive[2];

		if (customer.x > 0)
			customer.t_x = 10 * uniform();

		/*
		 * a step of 1e-7 moves both by as little, at most k times as much while the first interval
		 * runs
		 */
		for (double t = low; t < high; t *= 3)
		{
			purchases[0] = rt_base_expected_purchases(&model, &customer, t);
			purchases[1] = rt_base_expected_purchases(&model, &customer, t * (1 + 1e-7));
			alive[0] = rt_base_p_alive_after(&model, &customer, t);
			alive[1] = rt_base_p_alive_after(&model, &customer, t * (1 + 1e-7));
			CHECK(purchases[1] >= purchases[0] * (1 - 1e-12) &&
				  purchases[1] <= purchases[0] * (1 + (k + 0.1) * 1e-7));
			CHECK(alive[1] <= alive[0] * (1 + 1e-12) && alive[1] >= alive[0] * (1 - 1e-4));
		}
	}
}

/*
 * Who comes once is a share of all, the others are as bg/nbd and bg/cnbd-k have them: the
 * likelihood is that of the mixture, and by Bayes' rule who has come once is one of these or of
 * those
 */
static void
test_inflated(void)
{
	for (int i = 0; i < 500; i++)
	{
		int			k = 1 + i % 3;
		double		odds = pow(10, 3 * uniform() - 1.5);
		double		share = odds / (1 + odds);
		double		shapes[4] = {pow(10, 2 * uniform() - 1), pow(10, 2 * uniform() - 1),
		pow(10, 3 * uniform() - 1.5), pow(10, 3 * uniform() - 1.5)};
		rt_base		others = bg_nbd(k, false, shapes[0], shapes[1], shapes[2], shapes[3]);
		rt_base		base = others;
		rt_customer c = {i % 2 == 0 ? 0 : floor(20 * uniform()), 0, 30 * uniform()};
		double		t = 50 * uniform();
		double		comes_again;
		double		slopes[RT_PARAMETERS_MAX];
		rt_base		more;
		double		of_others;

		base.kind = k == 1 ? &rt_zibg_nbd_kind : &rt_zibg_cnbd_k_kind;
		base.parameters[base.kind->parameter_count - 1] = odds;
		if (c.x > 0)
			c.t_x = c.age * uniform();
		of_others = exp(rt_base_log_likelihood(&others, &c, 0));
		CHECK(fabs(exp(rt_base_log_likelihood(&base, &c, 0)) /
				   ((c.x == 0 ? share : 0) + (1 - share) * of_others) - 1) < 1e-9);
		comes_again = c.x > 0 ? 1 : (1 - share) * of_others / (share + (1 - share) * of_others);
		CHECK(fabs(rt_base_p_alive(&base, &c) / (comes_again * rt_base_p_alive(&others, &c)) - 1) <
			  1e-9);
		CHECK(fabs(rt_base_expected_purchases(&base, &c, t) /
				   (comes_again * rt_base_expected_purchases(&others, &c, t)) - 1) < 1e-9);
		CHECK(fabs(rt_base_purchase_pmf(&base, &c, 0, t) -
				   (1 - comes_again * (1 - rt_base_purchase_pmf(&others, &c, 0, t)))) < 1e-9);
		CHECK(rt_base_leaving(&base) == rt_base_leaving(&others));

		/* the more come once the more have left */
		rt_base_p_alive_slopes(&base, &c, slopes);
		more = rt_base_moved(&base, base.kind->parameter_count - 1, 1);
		CHECK(fabs((rt_base_p_alive(&more, &c) - rt_base_p_alive(&base, &c)) / RT_SLOPE_STEP -
				   slopes[base.kind->parameter_count - 1]) < 1e-3);
	}
}

/* Nothing that is not a number, nothing below 0, no probability above 1 */
static void
test_extremes(void)
{
	static const int ids[] = {ID_BG_NBD, ID_MBG_NBD, ID_BG_CNBD_K, ID_MBG_CNBD_K,
	ID_PARETO_NBD, ID_GGOMPERTZ_NBD, ID_BG_BB, ID_ZIBG_NBD, ID_ZIBG_CNBD_K};

	for (int i = 0; i < 10000; i++)
	{
		rt_base		model;
		rt_model	stored;
		rt_customer c;
		double		t = pow(10, 12 * uniform() - 6);
		double		alive,
					rate,
					within,
					value;
		int			p = 0;

		memset(&stored, 0, sizeof(stored));
		stored.id = (uint8_t) ids[i % 9];
		if (rt_kind_by_id(stored.id)->has_whole_k)
			stored.parameters[p++] = 1 + floor(12 * uniform());
		while (p < rt_kind_by_id(stored.id)->parameter_count)
			stored.parameters[p++] = pow(10, 12 * uniform() - 6);
		CHECK(rt_base_from_model(&stored, &model));
		c.x = i % 3 == 0 ? 0 : floor(pow(10, 4 * uniform()));
		c.age = pow(10, 8 * uniform() - 3);
		c.t_x = c.x == 0 ? 0 : i % 11 == 0 ? c.age : c.age * uniform();
		if (model.kind == &rt_bg_bb_kind)
		{
			c.age = ceil(c.age);
			c.x = fmin(c.x, c.age);
			c.t_x = c.x == 0 ? 0 : fmax(c.x, floor(c.t_x));
		}
		alive = rt_base_p_alive(&model, &c);
		CHECK(alive >= 0 && alive <= 1);
		CHECK(isfinite(rt_base_log_likelihood(&model, &c, 0)));
		value = rt_base_p_alive_after(&model, &c, t);
		CHECK(value >= 0 && value <= alive * (1 + 1e-9));
		value = rt_base_expected_purchases(&model, &c, t);
		CHECK(isfinite(value) && value >= 0);
		value = rt_base_expected_lifetime(&model, &c, t);
		CHECK(value >= 0 && value <= alive * t * (1 + 1e-9));
		CHECK(rt_base_expected_lifetime(&model, &c, INFINITY) >= value * (1 - 1e-7));
		value = rt_base_purchase_probability(&model, &c, t);
		CHECK(value >= 0 && value <= 1);
		value = rt_base_purchase_pmf(&model, &c, (int) (i % 6), t);
		CHECK(value >= 0 && value <= 1 + 1e-9);

		/* later ones count less; those within a time are no more than those for ever */
		if (i % 4 > 0)
			continue;
		rate = pow(10, 8 * uniform() - 6);
		value = rt_base_discounted_if_alive(&model, &c, INFINITY, rate);
		CHECK(isfinite(value) && value >= 0);
		within = rt_base_discounted_if_alive(&model, &c, fmin(t, 100 / rate), rate);
		CHECK(within >= 0 && within <= value * (1 + 1e-5) + 1e-300);
	}
}

static int
by_x(const void *a, const void *b)
{
	const rt_fit_row *left = a,
			   *right = b;

	return (left->customer.x > right->customer.x) - (left->customer.x < right->customer.x);
}

#define CUSTOMERS 4000

static void *
new_workspace(const rt_kind *kind, size_t row_count)
{
	return kind->fit_workspace == NULL ? NULL : malloc(kind->fit_workspace(row_count) + 1);
}

static double
total_log_likelihood(const rt_base *model, const rt_customers *customers)
{
	double		sum = 0;
	double		purchases = 0;

	for (size_t i = 0; i < customers->row_count; i++)
	{
		const rt_fit_row *row = &customers->rows[i];
		rt_customer c = {row->customer.x, row->customer.t_x / customers->time_unit,
		row->customer.age / customers->time_unit};

		sum += row->weight * rt_base_log_likelihood(model, &c, 0);
		purchases += row->weight * row->customer.x;
	}
	return sum + (model->kind->needs_intervals ? model->parameters[0] - 1 : 0) *
		(customers->sum_log - purchases * log(customers->time_unit));
}

/* Known parameters come back, k exactly, the others as far off as their standard errors say */
static void
test_fit(void)
{
	static rt_fit_row rows[CUSTOMERS];

	for (int m = 0; m < MODELS; m++)
	{
		const rt_base *truth = &models[m];
		bool		has_k = truth->kind->has_whole_k;
		const double *parameters = truth->parameters + has_k;
		bool		of_bg_nbd = truth->kind->base == rt_bg_nbd_kind.base;
		bool		any_k = of_bg_nbd && (m % 2 == 1 || has_k);
		const rt_kind *kind = !of_bg_nbd || any_k == has_k ? truth->kind :
			truth->kind == &rt_zibg_nbd_kind ? &rt_zibg_cnbd_k_kind :
			truth->kind == &rt_mbg_nbd_kind ? &rt_mbg_cnbd_k_kind : &rt_bg_cnbd_k_kind;
		double		unit = truth->kind == &rt_bg_bb_kind ? 1 : 7;
		int			count = truth->kind->parameter_count - has_k;
		double		z_sum[5] = {0},
					z_square[5] = {0};

		/*
		 * of five parameters some sets are nearly the same to data like these, so that only their
		 * likelihood is looked at
		 */
		bool		is_ridge = truth->kind == &rt_ggompertz_nbd_kind;
		double		gain = 0;
		int			converged = 0,
					replications = is_ridge ? 6 : 15;

		for (int replication = 0; replication < replications; replication++)
		{
			rt_customers customers = {rows, CUSTOMERS, 0, unit};
			const double *p;
			void	   *workspace;
			rt_fit		fit;
			rt_model	stored;
			rt_base		found;
			int			first = any_k ? 1 : 0;

			for (int i = 0; i < CUSTOMERS; i++)
			{
				double		age = 20 + 20 * uniform();
				seen_row	l = live(truth, truth->kind == &rt_bg_bb_kind ? floor(age) : age, 0);

				rows[i].customer.x = l.customer.x;
				rows[i].customer.t_x = l.customer.t_x * unit;
				rows[i].customer.age = l.customer.age * unit;
				rows[i].weight = 1;
				customers.sum_log += l.sum_log + l.customer.x * log(unit);
			}
			qsort(rows, CUSTOMERS, sizeof(rows[0]), by_x);
			workspace = new_workspace(kind, CUSTOMERS);
			kind->fit(kind, 0, &customers, workspace, &fit);
			free(workspace);
			p = fit.parameters + first;
			if (any_k)
				CHECK(fit.parameters[0] == (has_k ? truth->parameters[0] : 1) &&
					  isnan(fit.covariance[0]));
			memset(&stored, 0, sizeof(stored));
			stored.id = (uint8_t) kind->id;
			memcpy(stored.parameters, fit.parameters, sizeof(stored.parameters));
			CHECK(rt_base_from_model(&stored, &found));
			CHECK(fabs(fit.log_likelihood / total_log_likelihood(&found, &customers) - 1) < 1e-11);
			CHECK(fit.log_likelihood >= total_log_likelihood(truth, &customers));
			gain += 2 * (fit.log_likelihood - total_log_likelihood(truth, &customers));
			if (!fit.converged)
				continue;
			converged++;

			/* in logarithms, where the errors are nearer to normal */
			for (int i = 0; i < count; i++)
			{
				double		variance =
					fit.covariance[(i + first) * (RT_PARAMETERS_MAX + 1)] / (p[i] * p[i]);
				double		z = log(p[i] / parameters[i]) / sqrt(variance);

				CHECK(variance > 0);
				z_sum[i] += z;
				z_square[i] += z * z;
			}
		}
		CHECK(is_ridge || converged >= replications - 1);

		/* twice the gain over the truth is chi-squared: mean count, variance twice that */
		CHECK(fabs(gain / replications - count) < 4 * sqrt(2.0 * count / replications));
		for (int i = 0; i < count && !is_ridge; i++)
		{
			/* mean 0, variance 1: about four standard errors of either */
			CHECK(fabs(z_sum[i] / converged) < 4 / sqrt(converged));
			CHECK(z_square[i] / converged > 0.2 && z_square[i] / converged < 2.5);
		}
	}
}

/* The likelihood of a fit, its parameters moved on the scale of logarithms */
static double
log_likelihood_at(const rt_kind *kind, const rt_fit *fit, const rt_customers *customers, int first,
				  int i, double by_i, int j, double by_j)
{
	rt_model	stored;
	rt_base		base;

	memset(&stored, 0, sizeof(stored));
	stored.id = (uint8_t) kind->id;
	memcpy(stored.parameters, fit->parameters, sizeof(stored.parameters));
	stored.parameters[first + i] *= exp(by_i);
	stored.parameters[first + j] *= exp(by_j);
	CHECK(rt_base_from_model(&stored, &base));
	return total_log_likelihood(&base, customers);
}

/*
 * The fit goes by its gradient: where that vanishes the likelihood itself has no slope, and its
 * curvature, by differences of the likelihood, is the inverse of the covariance.
 */
static void
test_gradient(void)
{
	static rt_fit_row rows[1000];
	static const rt_base cases[] = {
		{&rt_bg_nbd_kind, {0.9, 8, 0.8, 2.5}},
		{&rt_mbg_cnbd_k_kind, {2, 1.3, 2.8, 0.42, 0.8}},
		{&rt_pareto_nbd_kind, {0.8, 5, 0.6, 8}},
		/* far from the ridge beta = 1, on which 1,000 customers do not tell b from s */
		{&rt_ggompertz_nbd_kind, {2, 5, 0.3, 0.5, 8}},
		{&rt_bg_bb_kind, {1.2, 0.75, 0.66, 2.8}},
		{&rt_zibg_cnbd_k_kind, {2, 1.6, 3, 0.5, 2, 0.5}}
	};

	for (int c = 0; c < 6; c++)
	{
		rt_customers customers = {rows, 1000, 0, 1};
		int			first = cases[c].kind->has_whole_k;
		int			count = cases[c].kind->parameter_count - first;
		void	   *workspace = new_workspace(cases[c].kind, 1000);
		double		step = 1e-3;
		rt_fit		fit;

		for (int i = 0; i < 1000; i++)
		{
			seen_row	l = live(&cases[c], 20 + i % 20, 0);

			rows[i].customer.x = l.customer.x;
			rows[i].customer.t_x = l.customer.t_x;
			rows[i].customer.age = l.customer.age;
			rows[i].weight = 1 + i % 3;
			customers.sum_log += rows[i].weight * l.sum_log;
		}
		qsort(rows, 1000, sizeof(rows[0]), by_x);
		cases[c].kind->fit(cases[c].kind, 0, &customers, workspace, &fit);
		free(workspace);
		CHECK(fit.converged);
		for (int i = 0; i < count; i++)
		{
			double		here = fit.log_likelihood;
			double		slope =
				(log_likelihood_at(cases[c].kind, &fit, &customers, first, i, step, i, 0) -
				 log_likelihood_at(cases[c].kind, &fit, &customers, first, i, -step, i, 0)) /
				(2 * step);

			/* of 2,000 customers; a thousandth of what one of them could change */
			CHECK(fabs(slope) < 2e-3 * sqrt(2000));
			for (int j = 0; j < count; j++)
			{
				double		sum = 0;

				/* the row i of curvature times covariance is one of the identity */
				for (int l = 0; l < count; l++)
				{
					double		curvature = l == i ?
						(2 * here -
						 log_likelihood_at(cases[c].kind, &fit, &customers, first, i, step, i, 0) -
						 log_likelihood_at(cases[c].kind, &fit, &customers, first, i, -step, i,
										   0)) /
						(step * step) :
						(log_likelihood_at(cases[c].kind, &fit, &customers,
										   first, i, step, l, -step) +
						 log_likelihood_at(cases[c].kind, &fit, &customers,
										   first, i, -step, l, step) -
						 log_likelihood_at(cases[c].kind, &fit, &customers,
										   first, i, step, l, step) -
						 log_likelihood_at(cases[c].kind, &fit, &customers,
										   first, i, -step, l, -step)) /
						(4 * step * step);

					sum += curvature * fit.covariance[(l + first) * RT_PARAMETERS_MAX + j + first] /
						(fit.parameters[l + first] * fit.parameters[j + first]);
				}
				CHECK(fabs(sum - (i == j)) < 0.02);
			}
		}
	}
}

/* Against values from mpmath, by other formulas (test/data/bgnbd.csv) */
static void
test_golden(void)
{
	FILE	   *file = fopen("test/data/bgnbd.csv", "r");
	char		line[1000];
	int			rows = 0;

	CHECK(file != NULL);
	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL)
	{
		double		field[19];
		char	   *p = line;
		rt_base		model;
		rt_customer c;
		double		t;
		double		found[8];

		if (line[0] == 'k')
			continue;
		for (int i = 0; i < 19; i++)
		{
			field[i] = *p == ',' || *p == '\n' ? NAN : strtod(p, &p);
			p++;
		}
		model = bg_nbd((int) field[0], field[1] > 0, field[2], field[3], field[4], field[5]);
		c = (rt_customer) {field[6], field[7], field[8]};
		t = field[9];
		found[0] = rt_base_log_likelihood(&model, &c, 0);
		found[1] = rt_base_p_alive(&model, &c);
		found[2] = rt_base_p_alive_after(&model, &c, t);
		found[3] = rt_base_expected_lifetime(&model, &c, t);
		found[4] = rt_base_expected_purchases(&model, &c, t);
		found[5] = isnan(field[10]) ?
			NAN :
			found[1] * rt_base_discounted_if_alive(&model, &c, t, field[10]);
		found[6] = rt_base_purchase_probability(&model, &c, t);
		found[7] = rt_base_purchase_pmf(&model, &c, 2, t);
		for (int i = 0; i < 8; i++)
		{
			double		expected = field[11 + i];

			if (i == 5)
				CHECK(isnan(found[i]) == isnan(expected));
			if (i == 0)
				CHECK(fabs(found[i] - expected) <= 1e-12 * fmax(1, fabs(expected)));
			else if (!isnan(expected))
				CHECK(fabs(found[i] - expected) <= (i == 5 ? 1e-7 : 1e-9) * expected);
		}
		rows++;
	}
	fclose(file);
	CHECK(rows >= 80);
}

/*
 * What the arguments of these functions may be, any double: an answer that is one, in bounded time
 */
static void
test_any_argument(void)
{
	static const int ks[] = {1, 2, 3, 7, 20, 54, 100};

	for (int i = 0; i < 400; i++)
	{
		double		range = i % 3 == 0 ? 300 : 6;
		double		v[8];
		rt_base		model;
		rt_customer c = {0, 0, 0};
		double		t,
					rate,
					alive,
					value;

		for (int j = 0; j < 8; j++)
			v[j] = pow(10, range * (2 * uniform() - 1));
		model = bg_nbd(ks[i % 7], i % 2 == 0, v[0], v[1], i % 5 == 0 ? 1 : v[2], v[3]);
		c.age = i % 4 == 0 ? 0 : v[4];
		if (i % 3 > 0)
			c.x = floor(pow(10, 9 * uniform()));
		if (c.x > 0)
			c.t_x = i % 11 == 0 ? c.age : c.age * uniform();
		t = i % 13 == 0 ? 1e300 : v[5];
		rate = v[6];
		alive = rt_base_p_alive(&model, &c);
		CHECK(alive >= 0 && alive <= 1);
		CHECK(isfinite(rt_base_log_likelihood(&model, &c, 0)));
		value = rt_base_p_alive_after(&model, &c, t);
		CHECK(value >= 0 && value <= alive);
		value = rt_base_expected_lifetime(&model, &c, t);
		CHECK(value >= 0 && value <= alive * t * (1 + 1e-12));
		CHECK(rt_base_expected_lifetime(&model, &c, INFINITY) >= value * (1 - 1e-9));
		value = rt_base_purchase_probability(&model, &c, t);
		CHECK(value >= 0 && value <= 1);
		CHECK(rt_base_expected_purchases(&model, &c, t) >= value * (1 - 1e-9) - 1e-290);
		CHECK(isfinite(rt_base_expected_purchases(&model, &c, t)));
		value =
			rt_base_purchase_pmf(&model, &c, i % 2 == 0 ? i % 5 : (int) pow(10, 9 * uniform()), t);
		CHECK(value >= 0 && value <= 1);
		value = rt_base_discounted_if_alive(&model, &c, i % 2 == 0 ? t : INFINITY, rate);
		CHECK(isfinite(value) && value >= 0);
	}

	/* so fast, and for so long, that the product is no double */
	{
		rt_base		fast = bg_nbd(100, true, 24.5, 1.8e-5, 9.9, 0.1);
		rt_customer c = {3431, 0, 0};
		double		ever = rt_base_discounted_if_alive(&fast, &c, INFINITY, 0.5);

		CHECK(fabs(rt_base_discounted_if_alive(&fast, &c, 1e300, 0.5) / ever - 1) < 1e-9);
	}

	/* a time that is none beside alpha, and a chance to stay that is none beside 1 */
	{
		rt_base		slow = bg_nbd(2, true, 2, 1e257, 1, 2);
		rt_base		stays = bg_nbd(54, false, 1e7, 1, 1e-79, 1e-35);
		rt_customer c = {0, 0, 0};
		double		next = exp(-54 * log1p(1e-7));	/* a rate of 1e7, and nobody leaves */

		CHECK(rt_base_discounted_if_alive(&slow, &c, 1e-189, 1e101) == 0);
		CHECK(fabs(rt_base_discounted_if_alive(&stays, &c, INFINITY, 1) * (1 - next) / next - 1) <
			  1e-3);
	}
}

/*
 * 100 customers whose likelihood has two modes: the better one, which the usual start does not find
 */
static void
test_other_mode(void)
{
	static const rt_base truth = {&rt_mbg_nbd_kind, {0.525, 6.183, 0.891, 1.614}};
	int			far = 0;

	for (int i = 0; i < 60; i++)
	{
		rt_fit_row	rows[100];
		rt_customers customers = {rows, 100, 0, 1};
		rt_fit		fit;

		for (int j = 0; j < 100; j++)
		{
			seen_row	l = live(&truth, 25 + 25 * uniform(), 0);

			rows[j] = (rt_fit_row) {.customer = {l.customer.x, l.customer.t_x, l.customer.age},
									   .weight = 1};
		}
		qsort(rows, 100, sizeof(rows[0]), by_x);
		rt_mbg_nbd_kind.fit(&rt_mbg_nbd_kind, 0, &customers, NULL, &fit);
		CHECK(!fit.converged || fit.covariance[0] > 0);
		if (fit.parameters[3] < 0.5)
			far++;

		/* nothing better at the other mode, whose parameters differ widely */
		for (int j = 0; j < 2000; j++)
		{
			rt_base		other = {&rt_mbg_nbd_kind, {0, 0, 0, 0}};
			double		by = log(truth.parameters[1] / truth.parameters[0]);

			other.parameters[0] = exp(4 * uniform() - 1.5);
			other.parameters[1] = other.parameters[0] * exp(by + 2 * uniform() - 0.7);
			other.parameters[2] = exp(4 * uniform() - 3);
			other.parameters[3] = exp(6 * uniform() - 4);
			CHECK(total_log_likelihood(&other, &customers) <= fit.log_likelihood);
		}
	}
	CHECK(far > 0);
}

static const check_case customer_base_cases[] = {
	{"customer base: predictions come true", test_prediction},
	{"customer base: sums", test_sums},
	{"customer base: the time as a customer", test_lifetime},
	{"customer base: money later is worth less", test_discounted},
	{"customer base: ageing or not", test_without_ageing},
	{"customer base: two ways to the same", test_two_ways},
	{"customer base: some come once", test_inflated},
	{"customer base: extremes", test_extremes},
	{"customer base: known parameters are found", test_fit},
	{"customer base: gradients are those of the likelihood", test_gradient},
	{"customer base: golden values", test_golden},
	{"customer base: any argument", test_any_argument},
	{"customer base: the other mode", test_other_mode},
	{NULL, NULL}
};

CHECK_CASES(customer_base);
