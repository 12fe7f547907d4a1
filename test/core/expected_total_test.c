/*
 * expected_total_test.c
 *		How much all of them buy: the spread of each one's purchases against sums and drawn
 *		lives, that of the total and its limits against what came of simulated bases.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "kinds.h"
#include "core/bg_nbd.h"
#include "core/expected_total.h"
#include "core/fit_rows.h"
#include "core/lifetime.h"
#include "core/simulate.h"
#include "core/sort.h"

static rt_random generator = {20261126};

/* Refits of the test of coverage, of each kind */
#ifndef COVERAGE_BASES
#define COVERAGE_BASES 100
#endif

static const rt_model models[] = {
	{.id = ID_BG_NBD, .parameters = {0.9, 8, 0.8, 2.5}},
	{.id = ID_MBG_NBD, .parameters = {1.2, 6, 0.5, 1.5}},
	{.id = ID_BG_CNBD_K, .parameters = {2, 1.5, 5, 0.7, 2}},
	{.id = ID_MBG_CNBD_K, .parameters = {4, 2, 3, 1, 3}},
	{.id = ID_PARETO_NBD, .parameters = {0.8, 5, 0.6, 8}},
	{.id = ID_PARETO_NBD, .parameters = {1.5, 10, 1.6, 30}},
	{.id = ID_GGOMPERTZ_NBD, .parameters = {0.9, 5, 0.08, 0.7, 1.2}},
	{.id = ID_GGOMPERTZ_NBD, .parameters = {1.2, 4, 0.06, 1.5, 15}},
	{.id = ID_BG_BB, .parameters = {1.2, 0.75, 0.66, 2.8}}
};

#define MODELS ((int) (sizeof(models) / sizeof(models[0])))

static const rt_customer customers[] = {{0, 0, 0}, {0, 0, 12}, {3, 9, 11}, {8, 20, 33}};

#define CUSTOMERS ((int) (sizeof(customers) / sizeof(customers[0])))

static double
relative(double value, double right)
{
	return fabs(value - right) / (fabs(right) + 1e-300);
}

/* ------------------------------------------------------- the spread of each */

/* In whatever phase; and what is expected is the same with phases and without */
static double
pairs_if_alive(const rt_base *base, const rt_customer *customer, double t)
{
	double		phases[RT_K_MAX];
	int			count = rt_base_phases(base, customer, phases, NULL);
	double		expected = 0,
				pairs = 0;

	for (int j = 0; j < count; j++)
	{
		rt_outlook	outlook;

		if (phases[j] == 0)
			continue;
		rt_base_outlook(base, customer, j, t, false, &outlook);
		expected += phases[j] * outlook.expected;
		pairs += phases[j] * outlook.pairs;
	}
	CHECK(!(relative(expected, rt_base_discounted_if_alive(base, customer, t, 0)) > 1e-8));
	return pairs;
}

/* The mean, and that of n (n - 1), by the probabilities of each number */
static void
test_by_probabilities(void)
{
	for (int i = 0; i < MODELS; i++)
	{
		rt_base		base;
		double		worst = 0;

		rt_base_from_model(&models[i], &base);
		for (int c = 0; c < CUSTOMERS; c++)
		{
			for (double t = 1; t < 100; t *= 4)
			{
				double		alive = rt_base_p_alive(&base, &customers[c]);
				double		mean = 0,
							pairs = 0;

				for (int n = 1; n < 4000; n++)
				{
					double		probability = rt_base_purchase_pmf(&base, &customers[c], n, t);

					mean += n * probability;
					pairs += n * (n - 1.0) * probability;
					if (n > 2 * mean + 20 && n * (double) n * probability < 1e-14 * pairs)
						break;
				}
				CHECK(relative(alive * rt_base_discounted_if_alive(&base, &customers[c], t, 0),
							   mean) < 1e-9);
				worst = fmax(worst, relative(alive * pairs_if_alive(&base, &customers[c],
																	t),
											 pairs));
			}
		}
		printf("# %s: worst error %.1e\n", base.kind->name, worst);
		CHECK(worst < 1e-8);
	}
}

/* The variance of what who is still here was seen to buy */
static void
test_by_lives(void)
{
	enum
	{
		RUNS = 20000
	};
	static double counts[RUNS];

	for (int i = 0; i < MODELS; i++)
	{
		rt_base		base;

		rt_base_from_model(&models[i], &base);
		for (int c = 1; c < CUSTOMERS; c++)
		{
			double		mean = rt_base_discounted_if_alive(&base, &customers[c], 20, 0);
			double		variance = pairs_if_alive(&base, &customers[c], 20) + mean -
				mean * mean;
			double		sum = 0,
						squares = 0;

			for (int run = 0; run < RUNS; run++)
			{
				rt_life		life;
				double		square;

				counts[run] = 0;
				rt_life_go_on(&base, &customers[c], &generator, &life);
				while (rt_life_next(&life, &generator, 20))
					counts[run]++;
				square = (counts[run] - mean) * (counts[run] - mean);
				sum += square;
				squares += square * square;
			}
			sum /= RUNS;
			CHECK(fabs(sum - variance) < 4 * sqrt((squares / RUNS - sum * sum) / RUNS));
		}
	}
}

/*
 * The mean of n (n - 1) of the models that count events, one by one: P(n purchases or more) is the
 * chance to stay through n - 1 times that of n k - j events or more, j of them before now
 */
static double
count_pairs(const rt_bg_nbd *m, const rt_customer *c, double t, int events)
{
	double		phases[RT_K_MAX];
	long double stays = 1;
	long double pairs = 0;
	long double *at_least = malloc((events + 2) * sizeof(long double));
	long double odds = (long double) t / (m->alpha + c->age);
	double		b = m->b + c->x + (m->first_may_be_last ? 1 : 0);

	rt_bg_nbd_phases_of(m, c, phases);
	for (int j = 0; j < m->k; j++)
	{
		long double shape = (long double) m->r + m->k * c->x + j;
		long double log_chance = -shape * log1pl(odds);
		long double log_share = logl(odds) - log1pl(odds);

		/* the chances, then from the last one on their sums */
		for (int n = 0; n <= events; n++)
		{
			at_least[n] = expl(log_chance);
			log_chance += log_share + logl((shape + n) / (n + 1));
		}
		at_least[events + 1] = 0;
		for (int n = events; n >= 0; n--)
			at_least[n] += at_least[n + 1];
		stays = 1;
		for (int n = 1; n * m->k - j <= events; n++)
		{
			pairs += phases[j] * 2 * (n - 1) * stays * at_least[n * m->k - j];
			stays *= (b + (n - 1)) / (m->a + b + (n - 1));
		}
	}
	free(at_least);
	return (double) pairs;
}

/* Few events, and so many that integrals take their place */
static void
test_many_events(void)
{
	static const struct
	{
		int			k;
		double		r;
		double		alpha;
		double		a;
		double		b;
		rt_customer customer;
		double		t;
	}			cases[] = {
		{1, 0.9, 8, 0.8, 2.5, {3, 9, 11}, 40},
		{1, 0.9, 8, 0.8, 2.5, {3, 9, 11}, 20000},
		{1, 2, 1, 0.5, 3, {0, 0, 0}, 9000},
		{1, 30, 1, 1e-3, 10, {0, 0, 5}, 3000},
		{1, 0.05, 1, 3, 0.5, {0, 0, 0}, 20000},
		{1, 400, 2, 5, 1e6, {10, 3, 4}, 200},
		{2, 1.5, 5, 0.7, 2, {8, 20, 33}, 60},
		{2, 1.5, 0.1, 0.7, 2, {0, 0, 0}, 3000},
		{3, 40, 2, 0.4, 50, {1, 1, 2}, 5000},
		{3, 40, 2, 1e-9, 50, {1, 1, 2}, 5000},
		{3, 40, 2, 1e-3, 500, {1, 1, 2}, 5000},
		{12, 6, 1, 0.2, 9, {2, 4, 5}, 20000},
		{12, 6, 1, 1e-4, 9, {2, 4, 5}, 20000}
	};

	for (int i = 0; i < (int) (sizeof(cases) / sizeof(cases[0])); i++)
	{
		rt_base		base = bg_nbd(cases[i].k, true, cases[i].r, cases[i].alpha, cases[i].a,
								  cases[i].b);
		rt_bg_nbd	m = rt_bg_nbd_within(&base);
		double		right = count_pairs(&m, &cases[i].customer, cases[i].t, 1000000);
		double		pairs = pairs_if_alive(&base, &cases[i].customer, cases[i].t);

		printf("# k = %d, t = %g: %.12g, error %.1e\n", cases[i].k, cases[i].t, right,
			   relative(pairs, right));
		CHECK(relative(pairs, right) < 1e-7);
	}
}

/* Opportunities, one by one */
static void
test_opportunities(void)
{
	static const double parameters[][4] = {
		{1.2, 0.75, 0.66, 2.8}, {1, 1, 1, 1}, {3, 2, 2, 5}, {0.5, 5, 40, 3}, {2, 3, 1e-3, 2},
		{2, 3, 2.5, 300}, {2, 3, 900, 1e5}, {1e-6, 1, 1e-6, 1e-6}
	};
	static const double times[] = {1, 2, 3, 10, 64, 65, 66, 130, 1000, 200000};

	for (int i = 0; i < (int) (sizeof(parameters) / sizeof(parameters[0])); i++)
	{
		const double *p = parameters[i];
		rt_base		base = {&rt_bg_bb_kind, {p[0], p[1], p[2], p[3]}};

		for (int j = 0; j < (int) (sizeof(times) / sizeof(times[0])); j++)
		{
			long double here = 1;
			long double sum = 0;

			for (int k = 1; k <= times[j]; k++)
			{
				here *= (p[3] + (k - 1)) / (p[2] + p[3] + (k - 1));
				sum += 2 * (k - 1) * here;
			}
			sum *= p[0] * (p[0] + 1) / (p[0] + p[1]) / (p[0] + p[1] + 1);
			CHECK(relative(pairs_if_alive(&base, &customers[0], times[j]),
						   (double) sum) < 1e-10);
		}
	}
}

/* The square of the time as a customer, by a sum over short times */
static void
test_time_squared(void)
{
	static const struct
	{
		double		b;			/* 0: it does not age */
		double		s;
		double		beta;
		double		age;
		double		t;
	}			cases[] = {
		{0, 0.6, 8, 0, 30}, {0, 3, 10, 5, 1e4}, {0, 1, 2, 0, 1}, {0, 2, 50, 1, 400},
		{0, 30, 5, 0, 7}, {0.08, 0.7, 1.2, 0, 30}, {0.06, 1.5, 15, 12, 100},
		{0.5, 0.2, 1e3, 3, 60}, {2, 5, 0.1, 0, 9}
	};

	for (int i = 0; i < (int) (sizeof(cases) / sizeof(cases[0])); i++)
	{
		double		s = cases[i].s;
		rt_lifetime life = cases[i].b == 0 ?
			rt_lifetime_pareto(s, cases[i].beta + cases[i].age) :
			rt_lifetime_gompertz(cases[i].b, s, cases[i].beta, cases[i].age);
		long double born = cases[i].beta - 1 + expl(cases[i].b * (long double) cases[i].age);
		long double sum = 0;
		int			steps = 100000;

		/* Simpson's rule by ln(1 + u) */
		for (int j = 0; j <= steps; j++)
		{
			long double width = log1pl(cases[i].t) / steps;
			long double u = expm1l(width * j);
			long double stays = cases[i].b == 0 ?
				powl(1 + u / (cases[i].beta + cases[i].age), -s) :
				powl((cases[i].beta - 1 + expl(cases[i].b * (cases[i].age + u))) / born, -s);

			sum += width / 3 * (j == 0 || j == steps ? 1 : j % 2 == 1 ? 4 : 2) * 2 * u * stays *
				(1 + u);
		}
		/* lambda is Gamma(2, rate 4): its square has the mean 6/16 */
		CHECK(relative(rt_lifetime_pairs(&life, 4, 2, cases[i].t), (double) (sum * 6 / 16)) <
			  1e-10);
		CHECK(rt_lifetime_pairs(&life, 4, 2, 0) == 0);
	}
}

/* By the logarithm of a parameter: a difference of the fourth order */
typedef double (*model_function) (const rt_base *base, const rt_customer *customer, int phase,
								  double t);

static double
slope(model_function function, const rt_base *base, const rt_customer *customer, int parameter,
	  int phase, double t)
{
	static const double places[] = {-2, -1, 1, 2};
	static const double weights[] = {1, -8, 8, -1};
	double		sum = 0;

	for (int i = 0; i < 4; i++)
	{
		rt_base		moved = *base;

		moved.parameters[parameter] *= exp(0.004 * places[i]);
		sum += weights[i] / 12 / 0.004 * function(&moved, customer, phase, t);
	}
	return sum;
}

static double
p_alive_of(const rt_base *base, const rt_customer *customer, int phase, double t)
{
	return rt_base_p_alive(base, customer);
}

static double
phase_of(const rt_base *base, const rt_customer *customer, int phase, double t)
{
	double		phases[RT_K_MAX];

	rt_base_phases(base, customer, phases, NULL);
	return phases[phase];
}

static double
expected_of(const rt_base *base, const rt_customer *customer, int phase, double t)
{
	rt_outlook	outlook;

	rt_base_outlook(base, customer, phase, t, false, &outlook);
	return outlook.expected;
}

/* Of few events and of many, of those who have been silent for long and not at all */
static void
test_slopes(void)
{
	static const double times[] = {0.5, 15, 3000};
	static const rt_customer more[] = {{0, 0, 12}, {3, 9, 11}, {8, 20, 33}, {2, 7, 7}, {0, 0, 0},
	{40, 100, 160}, {5, 5, 90}};
	enum
	{
		MORE = sizeof(more) / sizeof(more[0])
	};

	for (int i = 0; i < MODELS; i++)
	{
		rt_base		base;
		int			first;

		rt_base_from_model(&models[i], &base);
		first = base.kind->has_whole_k ? 1 : 0;
		for (int c = 0; c < MORE; c++)
		{
			double		phases[RT_K_MAX];
			double		phase_slopes[RT_PARAMETERS_MAX][RT_K_MAX];
			double		slopes[RT_PARAMETERS_MAX];
			int			count = rt_base_phases(&base, &more[c], phases, phase_slopes);

			CHECK(count == (first == 0 ? 1 : (int) base.parameters[0]));
			rt_base_p_alive_slopes(&base, &more[c], slopes);
			for (int p = first; p < base.kind->parameter_count; p++)
			{
				CHECK(fabs(slopes[p] - slope(p_alive_of, &base, &more[c], p, 0, 0)) < 3e-7);
				for (int j = 0; j < count; j++)
					CHECK(fabs(phase_slopes[p][j] - slope(phase_of, &base, &more[c], p, j, 0)) <
						  1e-8);
			}
			for (int j = 0; j < count; j++)
			{
				for (int k = 0; k < 3; k++)
				{
					rt_outlook	outlook;

					rt_base_outlook(&base, &more[c], j, times[k], true, &outlook);
					for (int p = first; p < base.kind->parameter_count; p++)
						CHECK(fabs(outlook.slopes[p] -
								   slope(expected_of, &base, &more[c], p, j, times[k])) <=
							  5e-6 * outlook.expected);
				}
			}
		}
	}
}

/* No less than 0, and numbers but where the ends of doubles are near */
static void
test_extremes(void)
{
	static const double sizes[] = {1e-300, 1e-6, 1e-2, 1, 1e2, 1e6, 1e300};
	static const rt_customer some[] = {{0, 0, 0}, {0, 0, 1e5}, {1, 1e-3, 1e4}, {1e4, 1e4, 1e4},
	{1e4, 1, 15000}};
	enum
	{
		SIZES = sizeof(sizes) / sizeof(sizes[0])
	};

	for (int i = 0; i < MODELS; i++)
	{
		for (int j = 0; j < 200; j++)
		{
			rt_base		base;
			rt_customer customer = some[j % 5];
			double		t = sizes[1 + random_between(0, SIZES - 3)];
			double		mean,
						pairs;
			bool		far = false;

			rt_base_from_model(&models[i], &base);
			for (int p = base.kind->has_whole_k ? 1 : 0; p < base.kind->parameter_count; p++)
			{
				int			size = (int) random_between(0, SIZES - 1);

				base.parameters[p] = sizes[size];
				far |= size == 0 || size == SIZES - 1;
			}
			if (base.kind->input == RT_INPUT_OPPORTUNITIES)
				customer = (rt_customer) {0, 0, floor(customer.age)};
			mean = rt_base_discounted_if_alive(&base, &customer, t, 0);
			pairs = pairs_if_alive(&base, &customer, t);
			CHECK(!(pairs < 0));
			if (!far)
				CHECK(isfinite(pairs) &&
					  pairs + mean - mean * mean >= -1e-6 * (mean + mean * mean));
		}
	}
}

/* ------------------------------------------------------------------ the sum */

static rt_total_memory memory;
static uint64_t questions = 0;

static rt_total_question
ask(const rt_model *model, double t)
{
	rt_total_question q = {.number = ++questions, .t = t,
	.with_spread = (model->flags & RT_MODEL_FITTED) != 0};

	rt_base_from_model(model, &q.base);
	return q;
}

/* A fitted model whose parameters are known to a tenth, each for itself */
static rt_model
fitted(const rt_model *typed)
{
	rt_model	model = *typed;

	model.flags = RT_MODEL_FITTED | RT_MODEL_CONVERGED;
	for (int i = 0; i < rt_kind_by_id(model.id)->parameter_count; i++)
		model.covariance[i * (i + 1) / 2 + i] = 0.01 * model.parameters[i] * model.parameters[i];
	return model;
}

static double
expected_in_all(const rt_base *base, const rt_customer *customer, int phase, double t)
{
	return rt_base_expected_purchases(base, customer, t);
}

/* What one customer adds, and what was remembered of them */
static void
test_terms(void)
{
	for (int i = 0; i < MODELS; i++)
	{
		rt_model	model = fitted(&models[i]);
		rt_total_question q = ask(&model, 15);
		rt_base    *base = &q.base;

		for (int c = 0; c < CUSTOMERS; c++)
		{
			rt_total	total = {0};
			double		mean = rt_base_expected_purchases(base, &customers[c], 15);
			double		square = 0;
			double		variance;
			rt_spread	spread;

			CHECK(rt_spread_of(&model, &spread));
			for (int n = 1; n < 2000; n++)
				square += n * (double) n * rt_base_purchase_pmf(base, &customers[c], n, 15);
			for (int turn = 1; turn <= 3; turn++)
			{
				CHECK(rt_total_add(&total, &q, &memory, &customers[c]));
				CHECK(total.customers == turn);
				CHECK(relative(rt_exact_sum_value(&total.expected), turn * mean) < 1e-9);
				CHECK(relative(rt_exact_sum_value(&total.variance),
							   turn * (square - mean * mean)) < 1e-7);
			}
			variance = rt_exact_sum_value(&total.variance);
			for (int p = base->kind->has_whole_k ? 1 : 0; p < base->kind->parameter_count; p++)
			{
				double		by = slope(expected_in_all, base, &customers[c], p, 0, 15);

				CHECK(fabs(rt_exact_sum_value(&total.by[p]) - 3 * by) < 1e-5 * (3 * mean));
				variance += 0.01 * 9 * by * by;
			}
			CHECK(relative(rt_total_variance(&total, &spread), variance) < 1e-5);
		}
	}
}

/* The same bytes in any order and grouping, of two questions that share a memory */
static void
test_order(void)
{
	static rt_total sums[2][4];
	rt_model	model[2] = {fitted(&models[1]), fitted(&models[4])};
	rt_total_question q[2] = {ask(&model[0], 15), ask(&model[1], 40)};

	for (int turn = 0; turn < 2; turn++)
	{
		for (int i = 0; i < 600; i++)
		{
			int			number = turn == 0 ? i : 599 - i;
			int			x = number % 7;
			double		age = 10 + number % 31;
			rt_customer customer = {x, x == 0 ? 0 : age * (number % 5 + 1) / 6, age};

			for (int j = 0; j < 2; j++)
				CHECK(rt_total_add(&sums[turn][turn == 0 ? j : j + 2 * (number % 2)], &q[j],
								   &memory, &customer));
		}
	}
	for (int j = 0; j < 2; j++)
	{
		rt_spread	spread;

		rt_total_combine(&sums[1][j], &sums[1][j + 2]);
		rt_spread_of(&model[j], &spread);
		CHECK(rt_total_valid(&sums[0][j]) && rt_total_valid(&sums[1][j]));
		CHECK(sums[0][j].customers == 600 && sums[1][j].customers == 600);
		CHECK(rt_exact_sum_value(&sums[0][j].expected) ==
			  rt_exact_sum_value(&sums[1][j].expected));
		CHECK(rt_total_variance(&sums[0][j], &spread) == rt_total_variance(&sums[1][j], &spread));
	}
}

/* Nothing of what is beyond doubles */
static void
test_beyond(void)
{
	rt_model	model = {.id = ID_PARETO_NBD, .parameters = {1e300, 1e-300, 1e-300, 1e300}};
	rt_total_question q = ask(&model, 1e9);
	rt_total	total = {0};

	CHECK(!rt_total_add(&total, &q, &memory, &customers[0]));
	CHECK(total.customers == 0 && rt_total_valid(&total));
	total.customers = -1;
	CHECK(!rt_total_valid(&total));
	total.customers = 1;
	rt_exact_sum_add(&total.variance, -1);
	CHECK(!rt_total_valid(&total));
}

/* --------------------------------------------------------------- the limits */

/* By the probabilities of each number: negative binomial, or binomial of that many trials */
static void
count_limits(double mean, double variance, double tail, double *lower, double *upper)
{
	double		size = mean * mean / fabs(variance - mean);
	long double chance = variance > mean ?
		expl(-size * log1pl(mean / size)) :
		expl(size * logl(variance / mean));
	long double below = 0;

	*lower = *upper = -1;
	for (int n = 0; *upper < 0; n++)
	{
		if (*lower < 0 && below + chance > tail)
			*lower = n;
		below += chance;
		if (1 - below <= tail)
			*upper = n;
		chance *= variance > mean ?
			(size + n) / (n + 1) * (mean / (size + mean)) :
			(size - n) / (n + 1) * ((mean - variance) / variance);
	}
}

static void
test_limits(void)
{
	static const double cases[][2] = {{0.3, 0.5}, {2, 2.5}, {2, 40}, {17, 30}, {400, 1000},
	{5000, 90000}, {3, 2}, {20, 5}, {600, 400}, {0.4, 0.24}};
	static const double levels[] = {0.5, 0.8, 0.95, 0.999};
	double		lower,
				upper,
				other_lower,
				other_upper;

	for (int i = 0; i < (int) (sizeof(cases) / sizeof(cases[0])); i++)
	{
		for (int j = 0; j < 4; j++)
		{
			rt_total_limits(cases[i][0], cases[i][1], levels[j], &lower, &upper);
			count_limits(cases[i][0], cases[i][1], (1 - levels[j]) / 2, &other_lower,
						 &other_upper);
			CHECK(lower == other_lower && upper == other_upper);
		}
	}

	/* as by chance alone: those of Poisson, whose table has these */
	rt_total_limits(10, 10, 0.95, &lower, &upper);
	CHECK(lower == 4 && upper == 17);
	rt_total_limits(0, 0, 0.95, &lower, &upper);
	CHECK(lower == 0 && upper == 0);
	rt_total_limits(5, 0, 0.95, &lower, &upper);
	CHECK(lower == 5 && upper == 5);
	rt_total_limits(1e-300, 1e-300, 0.95, &lower, &upper);
	CHECK(lower == 0 && upper == 0);
	rt_total_limits(1e-3, 1e6, 0.95, &lower, &upper);
	CHECK(lower == 0 && upper == 0);
	rt_total_limits(50, 1e5, 0.95, &lower, &upper);
	CHECK(lower == 0 && upper > 100 && upper < 1e4);

	/* of many hardly a number between */
	for (double share = 1e-4; share < 1; share *= 3)
	{
		rt_total_limits(999999, pow(share * 1e6, 2), 0.9, &lower, &upper);
		rt_total_limits(1000001, pow(share * 1e6, 2), 0.9, &other_lower, &other_upper);
		CHECK(fabs(lower - other_lower) < 0.01 * share * 1e6 + 3);
		CHECK(fabs(upper - other_upper) < 0.01 * share * 1e6 + 3);
	}
	rt_total_limits(1e12, 1e20, 0.95, &lower, &upper);
	CHECK(fabs(upper - 1e12 - 1.96e10) < 1e8 && fabs(1e12 - lower - 1.96e10) < 2e8);
	CHECK(lower == floor(lower) && upper == floor(upper));
}

/* ----------------------------------------------------------- what comes true */

#define BASE 500

typedef struct simulated_base
{
	rt_fit_row	rows[BASE];
	double		came;			/* purchases within the time after */
} simulated_base;

/*
 * Customers who came one after the other within the first half of the time until now, seen from
 * their own first purchase on
 */
static void
simulate_base(const rt_base *base, double now, double t, simulated_base *result)
{
	result->came = 0;
	for (int i = 0; i < BASE; i++)
	{
		rt_fit_row *row = &result->rows[i];
		double		age = now * (1 - 0.5 * i / BASE);
		rt_life		life;

		*row = (rt_fit_row) {.customer = {0, 0, age}, .weight = 1};
		rt_life_start(base, &generator, &life);
		while (rt_life_next(&life, &generator, age + t))
		{
			if (life.time > age)
				result->came++;
			else
			{
				row->customer.x++;
				row->customer.t_x = life.time;
			}
		}
	}
	rt_sort(result->rows, BASE, sizeof(rt_fit_row), rt_fit_compare_rows, NULL);
}

/* False where the fit did not converge */
static bool
refit(const rt_kind *kind, const simulated_base *base, rt_model *model)
{
	rt_customers all = {base->rows, BASE, 0, 1};
	void	   *workspace = kind->fit_workspace == NULL ? NULL : malloc(kind->fit_workspace(BASE));
	rt_fit		fit;

	kind->fit(kind, 0, &all, workspace, &fit);
	free(workspace);
	rt_model_init(model, kind);
	model->flags = RT_MODEL_FITTED | (fit.converged ? RT_MODEL_CONVERGED : 0);
	memcpy(model->parameters, fit.parameters, sizeof(model->parameters));
	for (int i = 0; i < kind->parameter_count; i++)
		for (int j = 0; j <= i; j++)
			model->covariance[i * (i + 1) / 2 + j] = fit.covariance[i * RT_PARAMETERS_MAX + j];
	return fit.converged;
}

/* No farther from what was promised than four of its standard errors */
static void
check_share(int within, int bases, double level)
{
	CHECK(fabs(within - bases * level) < 4 * sqrt(bases * level * (1 - level)));
}

/* Of bases that are simulated, and fitted, each for itself: as many as promised */
static void
test_coverage(void)
{
	static const rt_model truths[] = {
		{.id = ID_BG_NBD, .parameters = {0.9, 8, 0.8, 2.5}},
		{.id = ID_MBG_NBD, .parameters = {1.2, 6, 0.5, 1.5}},
		{.id = ID_PARETO_NBD, .parameters = {0.8, 5, 0.6, 8}}
	};
	static const double levels[] = {0.8, 0.95};
	static simulated_base base;
	int			all_within[2] = {0, 0},
				all_bases = 0;
	double		all_squares = 0;

	for (int i = 0; i < 3; i++)
	{
		rt_base truth;
		int			within[2] = {0, 0},
					below[2] = {0, 0},
					bases = 0,
					unknown = 0;
		double		squares = 0,
					chance = 0;

		rt_base_from_model(&truths[i], &truth);
		for (int run = 0; run < COVERAGE_BASES; run++)
		{
			rt_model	model;
			rt_total	total = {0};
			rt_total_question q;
			rt_spread	spread;
			double		expected,
						variance;

			simulate_base(&truth, 52, 26, &base);
			if (!refit(truth.kind, &base, &model) || !rt_spread_of(&model, &spread))
			{
				unknown++;
				continue;
			}
			q = ask(&model, 26);
			for (int c = 0; c < BASE; c++)
				CHECK(rt_total_add(&total, &q, &memory, &base.rows[c].customer));
			expected = rt_exact_sum_value(&total.expected);
			variance = rt_total_variance(&total, &spread);
			bases++;
			squares += (base.came - expected) * (base.came - expected) / variance;
			chance += rt_exact_sum_value(&total.variance) / variance;
			for (int l = 0; l < 2; l++)
			{
				double		lower,
							upper;

				rt_total_limits(expected, variance, levels[l], &lower, &upper);
				within[l] += base.came >= lower && base.came <= upper;
				below[l] += base.came < lower;
			}
		}
		printf("# %s: of %d bases, %d not known, %.1f %% are within 80 %% (%.1f below), %.1f %% "
			   "within 95 %% (%.1f below); deviation %.3f of what is said, of its square %.0f %% "
			   "by chance\n", truth.kind->name, bases, unknown, 100.0 * within[0] / bases,
			   100.0 * below[0] / bases, 100.0 * within[1] / bases, 100.0 * below[1] / bases,
			   sqrt(squares / bases), 100 * chance / bases);
		for (int l = 0; l < 2; l++)
		{
			check_share(within[l], bases, levels[l]);
			all_within[l] += within[l];
		}
		all_bases += bases;
		all_squares += squares;
	}
	for (int l = 0; l < 2; l++)
		check_share(all_within[l], all_bases, levels[l]);

	/* what came lies as far from what was expected as is said: a mean of squares of normal ones */
	CHECK(fabs(all_squares / all_bases - 1) < 4 * sqrt(2.0 / all_bases));
}

static const check_case expected_total_cases[] = {
	{"expected total: the spread of each by probabilities", test_by_probabilities},
	{"expected total: the spread of each by drawn lives", test_by_lives},
	{"expected total: the spread of each of many events", test_many_events},
	{"expected total: the spread of each at opportunities", test_opportunities},
	{"expected total: the time as a customer, squared", test_time_squared},
	{"expected total: how what is expected changes with the parameters", test_slopes},
	{"expected total: numbers for whatever is asked", test_extremes},
	{"expected total: what one customer adds", test_terms},
	{"expected total: any order and grouping", test_order},
	{"expected total: what is beyond doubles", test_beyond},
	{"expected total: limits of a count", test_limits},
	{"expected total: as many as promised are within the limits", test_coverage},
	{NULL, NULL}
};

CHECK_CASES(expected_total);
