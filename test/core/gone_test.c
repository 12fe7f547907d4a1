/*
 * gone_test.c
 *		Who has left, by both models: Bayes' rule, day by day, and at the ends of it.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "kinds.h"
#include "core/calendar.h"
#include "core/gone.h"
#include "core/opportunity.h"

static double
uniform(void)
{
	return ((double) (random_bits() >> 11) + 0.5) / 9007199254740992.0;
}

static rt_model
model_of(const rt_kind *kind, double time_unit, const double *parameters)
{
	rt_model	model;

	rt_model_init(&model, kind);
	model.time_unit = time_unit;
	for (int i = 0; i < kind->parameter_count; i++)
		model.parameters[i] = parameters[i];
	return model;
}

static rt_model
cycle_of(double time_unit, double k, double r, double alpha)
{
	double		parameters[3] = {k, r, alpha};

	return model_of(&rt_interpurchase_kind, time_unit, parameters);
}

/* From 2020-01-01 on, exponential intervals rounded up to whole days */
static size_t
random_dates(int32_t *dates, size_t most, double mean)
{
	size_t		count = (size_t) random_between(1, (int64_t) most);

	dates[0] = 7305 + (int32_t) random_between(0, 400);
	for (size_t i = 1; i < count; i++)
		dates[i] = dates[i - 1] + (int32_t) ceil(-mean * log(uniform()));
	return count;
}

#define KINDS 10

static const struct
{
	const rt_kind *kind;
	double		time_unit;
	double		parameters[RT_PARAMETERS_MAX];
}			bases[KINDS] = {
	{&rt_bg_nbd_kind, 7, {0.9, 8, 0.8, 2.5}},
	{&rt_mbg_nbd_kind, 7, {1.2, 6, 0.5, 1.5}},
	{&rt_pareto_nbd_kind, 7, {0.8, 5, 0.6, 8}},
	{&rt_ggompertz_nbd_kind, 7, {0.9, 5, 0.08, 0.7, 1.2}},
	{&rt_bg_cnbd_k_kind, 7, {3, 1.6, 5, 0.7, 2}},
	{&rt_mbg_cnbd_k_kind, 7, {2, 1.3, 2.8, 0.42, 0.8}},
	{&rt_bg_bb_kind, 30.4375, {1.2, 0.75, 0.66, 2.8}},
	{&rt_bg_bb_kind, 20, {0.8, 3, 1.5, 40}},
	{&rt_zibg_nbd_kind, 7, {1.3, 5, 0.7, 2.5, 0.6}},
	{&rt_zibg_cnbd_k_kind, 7, {2, 1.6, 3, 0.5, 2, 0.3}}
};

static rt_model
base_of(int i)
{
	return model_of(bases[i].kind, bases[i].time_unit, bases[i].parameters);
}

static bool
is_near(double a, double b, double relative)
{
	return a == b || fabs(a - b) <= relative * fmax(fabs(a), fabs(b));
}

/*
 * Where k is known to be 1 the cycle has nothing to say that the base does not know, whatever rates
 * it was fitted to and in whatever unit
 */
static void
test_same_mixture(void)
{
	int32_t		dates[12];

	for (int i = 0; i < 4; i++)
	{
		const double *p = bases[i].parameters;
		rt_model	base = base_of(i);
		rt_model	cycle = cycle_of(i + 1, 1, 3 * p[0], 40 * p[1]);
		rt_gone_models models;
		int			compared = 0;

		CHECK(rt_gone_models_set(&models, &cycle, &base) && !models.silence_alone);
		for (int customer = 0; customer < 500; customer++)
		{
			size_t		count = random_dates(dates, 12, 40);
			int32_t		as_of = dates[count - 1] + (int32_t) random_between(0, 400);
			double		unit = bases[i].time_unit;
			rt_customer c = {(double) count - 1, (dates[count - 1] - dates[0]) / unit,
			(as_of - dates[0]) / unit};
			rt_gone		gone;

			rt_gone_from_dates(&models, dates, count, as_of, NULL, &gone);
			/* by chance they keep days or seasons of their own, of which the base knows nothing */
			if (!gone.base_alone && (gone.silence.by_calendar || gone.silence.by_own_time))
				continue;
			compared++;
			CHECK(is_near(rt_gone_probability(&gone), rt_base_p_gone(&models.base, &c), 1e-9));
			CHECK(is_near(rt_still_here_probability(&gone), rt_base_p_alive(&models.base, &c),
						  1e-9));
		}
		CHECK(compared > 490);
	}
}

/*
 * Of who is here at t_x, just after a purchase, the chance of nothing until age: of the kinds that
 * let them leave after purchases only what purchase_probability leaves, of the others the
 * formulas of the negative binomial and the beta-binomial distribution
 */
static double
silence_of_base(const rt_base *base, const rt_customer *c)
{
	const double *p = base->parameters;
	rt_customer then = {c->x, c->t_x, c->t_x};
	double		silent = c->age - c->t_x;

	if (base->kind == &rt_pareto_nbd_kind || base->kind == &rt_ggompertz_nbd_kind)
		return pow((p[1] + c->t_x) / (p[1] + c->age), p[0] + c->x);
	if (base->kind == &rt_bg_bb_kind)
	{
		double		a = p[0] + c->x;
		double		b = p[1] + c->t_x - c->x;

		return exp(lgamma(b + silent) - lgamma(b) + lgamma(a + b) - lgamma(a + b + silent));
	}
	return 1 -
		rt_base_purchase_probability(base, &then, silent) / rt_base_p_alive(base, &then);
}

static void
test_odds_left(void)
{
	for (int i = 0; i < KINDS; i++)
	{
		rt_base		base = {bases[i].kind, {0}};
		bool		whole = bases[i].kind == &rt_bg_bb_kind;

		memcpy(base.parameters, bases[i].parameters, sizeof(base.parameters));
		for (int customer = 0; customer < 300; customer++)
		{
			double		x = (double) random_between(1, 6);
			double		t_x = x + (whole ? (double) random_between(0, 9) : 20 * uniform());
			rt_customer c = {x, t_x, t_x + (whole ? (double) random_between(0, 6) :
											12 * uniform())};
			double		odds = rt_base_p_gone(&base, &c) / rt_base_p_alive(&base, &c);

			double		silence;

			CHECK(is_near(exp(rt_base_log_odds_left(&base, &c, &silence)),
						  odds * silence_of_base(&base, &c), 1e-8));
			CHECK(is_near(exp(silence), silence_of_base(&base, &c), 1e-8));
		}
	}

	/* who can't have left */
	{
		rt_base		bg = {&rt_bg_nbd_kind, {1, 1, 1, 1}};
		rt_base		pareto = {&rt_pareto_nbd_kind, {1, 1, 1, 1}};
		rt_base		bb = {&rt_bg_bb_kind, {1, 1, 1, 1}};

		double		silence;

		CHECK(rt_base_log_odds_left(&bg, &(rt_customer) {0, 0, 5}, &silence) == -INFINITY);
		CHECK(rt_base_log_odds_left(&pareto, &(rt_customer) {2, 5, 5}, &silence) == -INFINITY);
		CHECK(silence == 0);
		CHECK(rt_base_log_odds_left(&bb, &(rt_customer) {2, 5, 5}, &silence) == -INFINITY);
	}
}

/* By hand: of p that is uniform nobody leaves within 100 purchases with the chance 1/101 */
static void
test_leaving(void)
{
	CHECK(is_near(rt_base_leaving(&(rt_base) {&rt_bg_nbd_kind, {1, 1, 1, 1}}), 100.0 / 101, 1e-12));
	CHECK(is_near(rt_base_leaving(&(rt_base) {&rt_mbg_cnbd_k_kind, {4, 1, 1, 1, 1}}), 100.0 / 101,
				  1e-12));
	/* as often as once in 2, for 200, of a lifetime of 300 */
	CHECK(is_near(rt_base_leaving(&(rt_base) {&rt_pareto_nbd_kind, {3, 6, 1, 300}}), 0.4, 1e-12));
	CHECK(is_near(rt_base_leaving(&(rt_base) {&rt_ggompertz_nbd_kind, {3, 6, 1e-9, 1, 300e-9}}),
				  0.4, 1e-6));
	/* one opportunity of four is taken: 400 of them */
	CHECK(is_near(rt_base_leaving(&(rt_base) {&rt_bg_bb_kind, {1, 3, 1, 1}}), 400.0 / 401, 1e-12));

	/* what a search for the most likely model ends at where nobody leaves */
	CHECK(rt_base_leaving(&(rt_base) {&rt_mbg_nbd_kind, {0.5, 5, 1e-6, 1}}) < RT_LEAVING_MIN);
	CHECK(rt_base_leaving(&(rt_base) {&rt_mbg_nbd_kind, {0.5, 5, 0.114, 8833}}) < RT_LEAVING_MIN);
	CHECK(rt_base_leaving(&(rt_base) {&rt_pareto_nbd_kind, {0.5, 5, 1e-6, 1}}) < RT_LEAVING_MIN);
	CHECK(rt_base_leaving(&(rt_base) {&rt_ggompertz_nbd_kind, {0.5, 5, 0.02, 1e-6, 1}}) <
		  RT_LEAVING_MIN);
	CHECK(rt_base_leaving(&(rt_base) {&rt_bg_bb_kind, {1, 1, 1e-6, 10}}) < RT_LEAVING_MIN);

	/* who comes once says nothing of the others */
	CHECK(rt_base_leaving(&(rt_base) {&rt_zibg_nbd_kind, {0.5, 5, 1e-6, 1, 3}}) < RT_LEAVING_MIN);
	CHECK(is_near(rt_base_leaving(&(rt_base) {&rt_zibg_nbd_kind, {1, 1, 1, 1, 3}}), 100.0 / 101,
				  1e-12));

	/* and what is none: CDNOW's, and customers who leave after a thousand purchases */
	CHECK(rt_base_leaving(&(rt_base) {&rt_bg_nbd_kind, {0.243, 4.414, 0.793, 2.426}}) > 0.3);
	CHECK(rt_base_leaving(&(rt_base) {&rt_mbg_nbd_kind, {1, 7, 3, 3000}}) > RT_LEAVING_MIN);
}

/* Nobody comes back by being silent a day longer, and one day is the first one */
static void
test_days(void)
{
	int32_t		dates[20];

	for (int i = 0; i < 4 * KINDS * 20; i++)
	{
		rt_model	base = base_of(i % KINDS);
		rt_model	cycle = cycle_of(7, exp(3 * uniform()), 3, 20);
		double		probability = i % 3 == 0 ? 0.5 : uniform();
		rt_gone_models models;
		rt_gone		gone;
		size_t		count = random_dates(dates, 20, 30);
		int32_t		last = dates[count - 1];
		int32_t		first_day = 0,
					day = 0;
		bool		found = false;
		double		before = 0;

		if (i % 2 == 0)
		{
			cycle.k_median = cycle.parameters[0];
			cycle.k_deviation = 1.2;
		}
		CHECK(rt_gone_models_set(&models, &cycle, i % 5 == 0 ? NULL : &base));
		rt_gone_from_dates(&models, dates, count, last, NULL, &gone);
		for (int32_t d = last; d < last + 500; d++)
		{
			double		now,
						here;
			rt_silence	silence;
			const char *stage;

			rt_gone_until(&gone, d);
			now = rt_gone_probability(&gone);
			here = rt_still_here_probability(&gone);
			CHECK(now >= before - 1e-12 && now >= 0 && now <= 1 && fabs(now + here - 1) < 1e-12);
			if (!found && d > last && now >= probability)
			{
				found = true;
				first_day = d;
			}
			stage = rt_gone_stage(&gone, probability / 2, probability);
			CHECK((strcmp(stage, "lapsed") == 0) == found);
			rt_silence_from_dates(dates, count, d, NULL, NULL, &cycle, &silence);
			if (!found)
				CHECK(count == 1 ? strcmp(stage, "new") == 0 :
					  silence.probability >= 0.75 ? strcmp(stage, "active") == 0 :
					  silence.probability >= 0.25 ? strcmp(stage, "due") == 0 :
					  now >= probability / 2 ? strcmp(stage, "at_risk") == 0 :
					  strcmp(stage, "overdue") == 0);
			before = now;
		}
		rt_gone_from_dates(&models, dates, count, last + 499, NULL, &gone);
		CHECK(rt_gone_day(&gone, probability, &day) == found);
		CHECK(!found || day == first_day);
		rt_gone_from_dates(&models, dates, count, last, NULL, &gone);
		CHECK(!rt_gone_day(&gone, 1e-9, &day));
	}
}

/* The silence decides where no base model does, as its own limit does */
static void
test_silence_alone(void)
{
	rt_model	cycle = cycle_of(1, 2, 3, 60);
	rt_model	nobody = model_of(&rt_mbg_nbd_kind, 7, (double[]) {0.5, 5, 1e-6, 1});
	int32_t		dates[3] = {9000, 9025, 9060};

	for (size_t count = 1; count <= 3; count++)
	{
		for (int32_t as_of = dates[count - 1]; as_of < 9060 + 2000; as_of += 7)
		{
			rt_gone_models models[2];
			rt_gone		gone[2];
			rt_silence	silence;
			double		s;

			CHECK(rt_gone_models_set(&models[0], &cycle, NULL) && models[0].silence_alone);
			CHECK(rt_gone_models_set(&models[1], &cycle, &nobody) && models[1].silence_alone);
			rt_silence_from_dates(dates, count, as_of, NULL, NULL, &cycle, &silence);
			s = silence.probability;
			for (int i = 0; i < 2; i++)
			{
				rt_gone_from_dates(&models[i], dates, count, as_of, NULL, &gone[i]);
				CHECK(is_near(rt_gone_probability(&gone[i]), 0.01 / (0.01 + s), 1e-12));
				CHECK(is_near(rt_still_here_probability(&gone[i]), s / (0.01 + s), 1e-12));
				CHECK((rt_gone_probability(&gone[i]) >= 0.5) == (s <= 0.01));
			}
		}
	}
	CHECK(!rt_gone_models_set(&(rt_gone_models) {0}, &cycle, &cycle));
}

/* Who buys at an opportunity that is not over is still here */
static void
test_opportunities(void)
{
	rt_model	cycle = cycle_of(1, 2, 3, 600);
	rt_model	yearly = model_of(&rt_bg_bb_kind, 365.25, (double[]) {1.2, 0.75, 0.66, 2.8});
	rt_gone_models models;
	rt_gone		gone;
	int32_t		dates[3];

	CHECK(rt_date_from_ymd(2015, 3, 1, &dates[0]) && rt_date_from_ymd(2016, 3, 1, &dates[1]) &&
		  rt_date_from_ymd(2021, 9, 1, &dates[2]));
	CHECK(rt_gone_models_set(&models, &cycle, &yearly));

	/* five years of silence and then a gift, in the seventh year */
	rt_gone_from_dates(&models, dates, 2, dates[2] - 1, NULL, &gone);
	CHECK(rt_gone_probability(&gone) > 0.5);
	rt_gone_from_dates(&models, dates, 3, dates[2], NULL, &gone);
	CHECK(rt_gone_probability(&gone) == 0);
	rt_gone_until(&gone, dates[2] + 200);
	CHECK(gone.customer.x == 2 && gone.customer.t_x == 7 && rt_gone_probability(&gone) == 0);
	rt_gone_until(&gone, dates[2] + 600);
	CHECK(gone.customer.age == 8 && rt_gone_probability(&gone) > 0);

	/* of a silence that is as good as impossible, too */
	cycle = cycle_of(1, 1e5, 1e5, 1e5);
	CHECK(rt_gone_models_set(&models, &cycle, &yearly));
	dates[0] = dates[1] - 1;
	rt_gone_from_dates(&models, dates, 2, dates[1] + 200, NULL, &gone);
	CHECK(gone.silence.probability == 0 && rt_gone_probability(&gone) == 0);
}

/*
 * What the base takes for a usual silence is none of a subscriber's, and the other way round: who
 * buys slower than the base's rate is less alarming
 */
static void
test_own_rhythm(void)
{
	rt_model	base = model_of(&rt_mbg_nbd_kind, 7, (double[]) {0.5, 6, 0.9, 1.6});
	rt_model	cycle = cycle_of(7, 1, 0.5, 6);
	rt_gone_models models;
	rt_gone		gone;
	int32_t		dates[26];
	rt_customer c = {25, 100, 758.0 / 7};

	for (int i = 0; i < 26; i++)
		dates[i] = 8000 + 28 * i;
	cycle.k_median = 1.2;
	cycle.k_deviation = 1;
	CHECK(rt_gone_models_set(&models, &cycle, &base));
	rt_gone_from_dates(&models, dates, 26, dates[25] + 58, NULL, &gone);
	CHECK(rt_base_p_gone(&models.base, &c) < 0.2);
	CHECK(rt_gone_probability(&gone) > 0.5);
	rt_gone_until(&gone, dates[25] + 20);
	c.age = 720.0 / 7;
	CHECK(rt_gone_probability(&gone) < rt_base_p_gone(&models.base, &c));
}

/*
 * The silence of their rhythm, with the rates of the base, in the place of the base's: whole where
 * it is the likelier one or they are regular, else the geometric mean of both
 */
static void
test_rule(void)
{
	int			likelier = 0,
				less_likely = 0,
				regular = 0;

	for (int i = 0; i < 20 * KINDS; i++)
	{
		rt_model	base = base_of(i % KINDS);
		double		unit = base.time_unit;
		bool		even = i % 5 == 0;
		rt_model	cycle = cycle_of(unit / 2, even ? 60 : 0.3 + 4 * uniform(), 3, 20);
		rt_model	rhythm = cycle;
		rt_gone_models models;
		int32_t		dates[20];
		size_t		count = random_dates(dates, 20, 30);
		double		shape,
					rate;

		CHECK(rt_gone_models_set(&models, &cycle, &base));
		CHECK(rt_base_rates(&models.base, &shape, &rate) == (base.id != rt_bg_bb_kind.id));
		if (base.id != rt_bg_bb_kind.id)
		{
			int			k = models.base.kind->has_whole_k ? 1 : 0;

			CHECK(shape == base.parameters[k]);
			CHECK(rate == base.parameters[k + 1] * (k == 1 ? base.parameters[0] : 1));
			rhythm.parameters[1] = shape;
			rhythm.parameters[2] = 2 * rate;
		}
		for (int32_t silent = 0; silent < 300 && count > 1; silent += 10)
		{
			rt_silence	silence;
			rt_gone		gone;
			double		own,
						of_base,
						log_of_base,
						left;

			rt_gone_from_dates(&models, dates, count, dates[count - 1] + silent, NULL, &gone);
			rt_silence_from_dates(dates, count, gone.as_of, NULL, NULL, &rhythm, &silence);
			own = silence.probability;
			of_base = silence_of_base(&models.base, &gone.customer);
			left = exp(rt_base_log_odds_left(&models.base, &gone.customer, &log_of_base));
			CHECK(fabs(exp(log_of_base) - of_base) < 1e-9 && log_of_base <= 0);
			of_base = exp(log_of_base);
			if (own > of_base)
				likelier++;
			else if (own < of_base)
			{
				less_likely++;
				if (gone.silence.by_calendar || gone.silence.regularity >= 25)
					regular++;
				else if (gone.silence.regularity <= 8)
					own = sqrt(own * of_base);
				else
					continue;
			}
			own = left / own;
			CHECK(is_near(rt_gone_probability(&gone), own / (1 + own), 1e-8));
		}
	}
	CHECK(likelier > 500 && less_likely > 500 && regular > 200);
}

/* Each model by its own season, or none: the base's time, the rhythm's silence in the cycle's */
static void
test_seasons(void)
{
	static const double months[12] = {.3, .3, 1, 1, 1, 1, 1, 1, 1, 1, 1.2, 2.9};
	rt_season	of_cycle,
				of_base;
	double		mean;
	int			compared = 0,
				changed = 0;

	rt_season_init(&of_cycle);
	rt_season_init(&of_base);
	memcpy(of_cycle.months, months, sizeof(months));
	for (int i = 0; i < 12; i++)
		of_base.months[i] = months[11 - i];
	of_base.events[of_base.event_count++] = (rt_season_event) {8000, 8100, 0.1};
	CHECK(rt_season_set(&of_cycle, &mean) == NULL && rt_season_set(&of_base, &mean) == NULL);
	for (int i = 0; i < 30 * KINDS; i++)
	{
		rt_model	base = base_of(i % KINDS);
		rt_model	cycle = cycle_of(base.time_unit / 2, 0.3 + 4 * uniform(), 3, 20);
		rt_model	rhythm;
		rt_gone_models models;
		rt_gone		gone;
		rt_silence	silence;
		rt_customer customer;
		int32_t		dates[20];
		size_t		count = random_dates(dates, 20, 30);
		int32_t		as_of = dates[count - 1] + (int32_t) random_between(0, 300);
		double		own,
					of_base_silence,
					odds,
					without;

		if (base.id == rt_bg_bb_kind.id)
			continue;
		CHECK(rt_gone_models_set(&models, &cycle, &base));
		rt_gone_from_dates(&models, dates, count, as_of, NULL, &gone);
		without = rt_gone_probability(&gone);
		cycle.season = i % 3 == 0 ? NULL : &of_cycle;
		base.season = i % 3 == 1 ? NULL : &of_base;
		CHECK(rt_gone_models_set(&models, &cycle, &base));
		rt_gone_from_dates(&models, dates, count, as_of, NULL, &gone);
		customer.x = (double) count - 1;
		customer.t_x = rt_season_days(base.season, dates[0], dates[count - 1]) / base.time_unit;
		customer.age = rt_season_days(base.season, dates[0], as_of) / base.time_unit;
		CHECK(is_near(gone.customer.t_x, customer.t_x, 1e-12) &&
			  is_near(gone.customer.age, customer.age, 1e-12) && gone.customer.x == customer.x);
		changed += fabs(rt_gone_probability(&gone) - without) > 1e-3;
		if (count == 1)
		{
			CHECK(rt_gone_probability(&gone) == rt_base_p_gone(&models.base, &customer));
			continue;
		}
		rhythm = cycle;
		CHECK(rt_base_rates(&models.base, &rhythm.parameters[1], &rhythm.parameters[2]));
		rhythm.parameters[2] *= 2;
		rt_silence_from_dates(dates, count, as_of, NULL, NULL, &rhythm, &silence);
		if (silence.by_calendar || silence.regularity > 8)
			continue;
		compared++;
		own = silence.probability;
		odds = exp(rt_base_log_odds_left(&models.base, &customer, &of_base_silence));
		if (own < exp(of_base_silence))
			own = sqrt(own * exp(of_base_silence));
		CHECK(is_near(rt_gone_probability(&gone), odds / own / (1 + odds / own), 1e-8));
	}
	CHECK(compared > 100 && changed > 100);
}

/* Numbers at the ends of double precision: still probabilities */
static void
test_extremes(void)
{
	static const rt_kind *const kinds[] = {&rt_bg_nbd_kind, &rt_mbg_nbd_kind, &rt_bg_cnbd_k_kind,
		&rt_mbg_cnbd_k_kind, &rt_pareto_nbd_kind, &rt_ggompertz_nbd_kind, &rt_bg_bb_kind,
	&rt_zibg_nbd_kind, &rt_zibg_cnbd_k_kind};
	static int32_t dates[3000];

	for (int i = 0; i < 9000; i++)
	{
		const rt_kind *kind = kinds[i % 9];
		double		range = i % 2 == 0 ? 12 : 400;
		double		parameters[RT_PARAMETERS_MAX];
		rt_model	base;
		rt_model	cycle = cycle_of(pow(10, 6 * uniform() - 3), pow(10, 8 * uniform() - 4),
									 pow(10, 8 * uniform() - 4), pow(10, 8 * uniform() - 4));
		rt_gone_models models;
		rt_gone		gone;
		size_t		count = (size_t) random_between(1, i % 100 == 0 ? 3000 : 20);
		int32_t		as_of;
		double		p;

		for (int j = 0; j < kind->parameter_count; j++)
			parameters[j] = fmin(fmax(pow(10, range * (uniform() - 0.5)), 1e-300), 1e300);
		if (kind->has_whole_k)
			parameters[0] = (double) random_between(1, RT_K_MAX);
		base = model_of(kind, pow(10, 6 * uniform() - 3), parameters);
		dates[0] = (int32_t) random_between(-2000000, 10000);
		for (size_t j = 1; j < count; j++)
			dates[j] = dates[j - 1] + (int32_t) random_between(1, 50);
		as_of = dates[count - 1] +
			(int32_t) random_between(0, i % 3 == 0 ? 2000000000 : 1000);
		CHECK(rt_gone_models_set(&models, &cycle, &base));
		p = rt_base_leaving(&models.base);
		CHECK(p >= 0 && p <= 1);
		rt_gone_from_dates(&models, dates, count, as_of, NULL, &gone);
		p = rt_gone_probability(&gone);
		CHECK(p >= 0 && p <= 1);
		CHECK(fabs(p + rt_still_here_probability(&gone) - 1) < 1e-9);
	}
}

static const check_case gone_cases[] = {
	{"gone: the base's own mixture", test_same_mixture},
	{"gone: the odds before the silence", test_odds_left},
	{"gone: bases in which nobody leaves", test_leaving},
	{"gone: day by day, and the day", test_days},
	{"gone: by silence alone", test_silence_alone},
	{"gone: opportunities", test_opportunities},
	{"gone: a rhythm that the base does not know", test_own_rhythm},
	{"gone: the rule", test_rule},
	{"gone: each model by its own season", test_seasons},
	{"gone: extremes", test_extremes},
	{NULL, NULL}
};

CHECK_CASES(gone);
