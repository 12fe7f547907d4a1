/*
 * season_fit_test.c
 *		A season that is known comes back from its log, with what is not known of it; none is found
 *		where none is.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/season_fit.h"
#include "core/season_fit_likelihood.h"
#include "core/season_fit_shrink.h"
#include "core/season_fit_years.h"
#include "core/simulate.h"

#include "check.h"
#include "shops.h"

/* 2020-03-05 */
#define OPENED 7369

static const double flat[12] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static const double mild[12] = {.9, .8, .95, 1, 1.1, 1.1, .9, .85, 1, 1.1, 1.15, 1.2};
static const double december[12] = {.8, .8, .9, .9, .9, .9, .8, .8, .9, 1, 1.3, 3};
static const double summer[12] = {1.1, 1.1, 1.1, 1.1, 1.1, 1, .3, .3, 1, 1.1, 1.2, 1.2};
static const double sunday[7] = {1.1, 1.1, 1, 1, 1.2, 1.6, .0012};

static const rt_base slow_buyers = {&rt_mbg_nbd_kind, {.8, 300, 1, 4}};

/* Of years, that opens in March and gains customers in a season of its own */
static shop_plan
shop_of(const rt_base *truth, const rt_season *season, const rt_season *arrivals, int customers,
		int days, int64_t seed)
{
	shop_plan	plan;

	memset(&plan, 0, sizeof(plan));
	plan.truth = truth;

	plan.season = season;
	plan.arrivals = arrivals;
	plan.customers = customers;
	plan.first_day = OPENED;
	plan.last_day = OPENED + days - 5;
	plan.as_of = OPENED + days;
	plan.seed = seed;
	return plan;
}

/* ---------------------------------------------------------------- the likelihood */

/* As its definition says, by the functions that answer questions of one customer */
static double
joint_log_likelihood(const rt_season_data *data, const rt_season *season, const double *parameters)
{
	rt_base		base = {&rt_mbg_nbd_kind, {parameters[0], parameters[1], parameters[2],
	parameters[3]}};
	double		sum = 0;

	for (size_t i = 0; i < data->row_count; i++)
	{
		const rt_fit_row *row = &data->rows[i];
		int32_t		first = data->as_of - (int32_t) row->customer.age;
		rt_customer customer = {
			row->customer.x,
			rt_season_days(season, first, first + (int32_t) row->customer.t_x),
			rt_season_days(season, first, data->as_of)
		};

		sum += row->weight * rt_base_log_likelihood(&base, &customer, 0);
	}
	for (int month = 0; month < data->month_count; month++)
	{
		for (int weekday = 0; weekday < 7; weekday++)
		{
			double		count = data->purchases[month * 7 + weekday];

			sum += count * log(season->months[(data->first_month + month) % 12]);
			if (season->flags & RT_SEASON_WEEKDAYS)
				sum += count * log(season->weekdays[weekday]);
		}
	}
	return sum;
}

/* The same at coordinates, with half a purchase more of each month: see season_fit.c */
static double
joint_objective(const rt_season_data *data, const double *z)
{
	rt_season	season = {.flags = 0};
	double		parameters[4] = {exp(z[0]), exp(z[0] + z[1]), exp(z[2]), exp(z[2] + z[3])};
	double		mean;
	double		sum = 0;

	for (int i = 0; i < 12; i++)
		season.months[i] = exp(z[4 + i]);
	CHECK(rt_season_set(&season, &mean) == NULL);
	for (int i = 0; i < 12; i++)
		sum += log(season.months[i]) / 2;
	return sum + joint_log_likelihood(data, &season, parameters);
}

static void
coordinates_of(const rt_season_details *details, double *z)
{
	z[0] = log(details->parameters[0]);
	z[1] = log(details->parameters[1] / details->parameters[0]);
	z[2] = log(details->parameters[2]);
	z[3] = log(details->parameters[3] / details->parameters[2]);
	memcpy(z + 4, details->log_months, sizeof(details->log_months));
}

/* Up one coordinate after the other, by parabolas, until no round gains anything */
static double
climb(const rt_season_data *data, double *z)
{
	double		best = joint_objective(data, z);

	for (int round = 0; round < 60; round++)
	{
		double		before = best;

		for (int i = 0; i < 16; i++)
		{
			double		h = 0.02;
			double		up,
						down,
						step;
			double		at = z[i];

			z[i] = at + h;
			up = joint_objective(data, z);
			z[i] = at - h;
			down = joint_objective(data, z);
			step = h * (up - down) / 2 / fmax(2 * best - up - down, 1e-9);
			z[i] = at + fmin(fmax(step, -1), 1);
			if (joint_objective(data, z) > best)
				best = joint_objective(data, z);
			else
				z[i] = at;
		}
		if (best - before < 1e-7)
			break;
	}
	return best;
}

static void
test_maximum(void)
{
	rt_season	season,
				arrivals,
				found,
				likely = {.flags = 0};
	rt_season_details details;
	rt_season_data data;
	double		z[16],
				from_flat[16] = {0, log(200), 0, log(4)};
	double		top,
				mean;
	shop_plan	s;

	season_from(&season, december, NULL);
	season_from(&arrivals, summer, NULL);
	s = shop_of(&slow_buyers, &season, &arrivals, 400, 700, 5);
	data = shop_open(&s);
	CHECK(shop_estimate(&data, &found, &details) == RT_SEASON_ESTIMATED);
	CHECK(details.evaluations <= 9);

	/* by another way to the same place */
	coordinates_of(&details, z);
	top = joint_objective(&data, z);
	CHECK(fabs(climb(&data, from_flat) - top) < 1e-3);
	for (int i = 0; i < 12; i++)
	{
		double		error = sqrt(details.covariance[i * 13]);

		CHECK(fabs(from_flat[4 + i] - z[4 + i] - (from_flat[15] - z[15])) < 0.05 * error);
		likely.months[i] = exp(z[4 + i]);
	}

	/* nowhere near it is higher */
	for (int i = 0; i < 300; i++)
	{
		double		near[16];

		for (int j = 0; j < 16; j++)
			near[j] = z[j] + 1e-2 * (double) random_between(-100, 100) / 100;
		CHECK(joint_objective(&data, near) < top);
	}
	CHECK(rt_season_set(&likely, &mean) == NULL && fabs(mean - 1) < 1e-9);
	CHECK(fabs(joint_log_likelihood(&data, &likely, details.parameters) - details.log_season) <
		  1e-6);
	CHECK(found.log_likelihood == details.log_season);
	shop_close(&data);
}

/* Each part of the gradient against differences of the value */
static void
test_gradient(void)
{
	rt_season	season;
	rt_season_data data;
	rt_season_likelihood l = {.days = 900};
	rt_season_score score;
	double		x[4] = {.1, 5, -.2, 1.3};
	double		cells[6],
				weekdays[7];
	uint8_t		cell_of_day[901];
	double		event_of_day[901],
				time[901],
				growth[901],
				weight[901];
	shop_plan	s;

	season_from(&season, mild, NULL);
	s = shop_of(&slow_buyers, &season, NULL, 300, 900, 6);
	data = shop_open(&s);
	l.rows = data.rows;
	l.row_count = data.row_count;
	l.weekday = 3;
	l.cells = 6;
	l.cell_of_day = cell_of_day;
	l.event_of_day = event_of_day;
	l.time = time;
	l.growth = growth;
	l.weight = weight;
	for (int day = 0; day <= l.days; day++)
	{
		cell_of_day[day] = (uint8_t) (day / 40 % 6);
		event_of_day[day] = day > 300 && day < 333 ? .4 : 1;
	}
	for (int i = 0; i < 6; i++)
		cells[i] = .2 * i - .5;
	for (int i = 0; i < 7; i++)
		weekdays[i] = .3 - .1 * i;
	rt_season_likelihood_at(&l, x, cells, weekdays, &score);
	for (int i = 0; i < 4 + 6 + 7; i++)
	{
		double	   *moved = i < 4 ? &x[i] : i < 10 ? &cells[i - 4] : &weekdays[i - 10];
		double		gradient = i < 4 ? score.by_x[i] : 0;
		double		before = *moved;
		rt_season_score above,
					below;

		for (int j = 0; i >= 4 && j < 7; j++)
			gradient -= i < 10 ? score.expected[(i - 4) * 7 + j] : 0;
		for (int j = 0; i >= 10 && j < 6; j++)
			gradient -= score.expected[j * 7 + i - 10];
		*moved = before + 1e-5;
		rt_season_likelihood_at(&l, x, cells, weekdays, &above);
		*moved = before - 1e-5;
		rt_season_likelihood_at(&l, x, cells, weekdays, &below);
		*moved = before;
		CHECK(fabs((above.value - below.value) / 2e-5 - gradient) < 1e-5 * (1 + fabs(gradient)));
	}
	shop_close(&data);
}

/* ------------------------------------------------------------------ what comes back */

/* How often limits of 95 percent hold, and how far off the worst is, in errors */
typedef struct limits_held
{
	int			all;
	int			within;
	double		farthest;
} limits_held;

static void
limits_held_add(limits_held *t, double off)
{
	t->all++;
	t->within += fabs(off) < 1.959964;
	t->farthest = fmax(t->farthest, fabs(off));
}

static void
test_recovery(void)
{
	static const double *const seasons[] = {flat, mild, december, summer};
	limits_held all = {0};

	for (int i = 0; i < 4 * 3 * 5; i++)
	{
		rt_season	season,
					arrivals,
					found;
		rt_season_details details;
		rt_season_data data;
		shop_plan	s;

		season_from(&season, seasons[i % 4], NULL);
		season_from(&arrivals, seasons[(i + 1) % 4], NULL);
		s = shop_of(&slow_buyers, &season, &arrivals, i % 2 == 0 ? 1000 : 4000,
					(int[]) {731, 1100, 1827}[i / 4 % 3], 100 + i);
		data = shop_open(&s);
		CHECK(shop_estimate(&data, &found, &details) == RT_SEASON_ESTIMATED);
		for (int month = 0; month < 12; month++)
			limits_held_add(&all, (details.log_months[month] - log(season.months[month])) /
							sqrt(details.covariance[month * 13]));
		CHECK(found.customers == (i % 2 == 0 ? 1000 : 4000) && found.fitted_as_of == s.as_of);
		CHECK(rt_season_parameters(&found) == 11 && details.variation_seen);
		if (seasons[i % 4] == december || seasons[i % 4] == summer)
			CHECK(found.p_value < 1e-3);
		shop_close(&data);
	}
	/* of 720: by 3 standard errors of such a share */
	CHECK(all.farthest < 4.2);
	CHECK(all.within >= 0.93 * all.all && all.within <= 0.985 * all.all);
}

/* Shrunk ones, over shops whose factors differ by more or less: what limits say holds on average */
static void
test_shrunk(void)
{
	static const double spreads[] = {.03, .1, .2, .4};
	limits_held all = {0};
	double		likely = 0,
				shrunk = 0;

	for (int i = 0; i < 40; i++)
	{
		rt_random	random;
		rt_season	season,
					found;
		rt_season_details details;
		rt_season_data data;
		double		months[12];
		shop_plan	s;

		rt_random_start(&random, 17, (uint64_t) i);
		for (int month = 0; month < 12; month++)
			months[month] = exp(spreads[i % 4] * rt_random_normal(&random));
		season_from(&season, months, NULL);
		s = shop_of(&slow_buyers, &season, NULL, 1500, 900, 300 + i);
		s.between_years = .05;
		data = shop_open(&s);
		CHECK(shop_estimate(&data, &found, &details) == RT_SEASON_ESTIMATED);
		for (int month = 0; month < 12; month++)
		{
			double		off = found.months[month] - season.months[month];

			limits_held_add(&all, off / found.errors[month]);
			shrunk += off * off;
			off = exp(details.log_months[month]) - season.months[month];
			likely += off * off;
		}
		shop_close(&data);
	}
	CHECK(all.within >= 0.92 * all.all && all.within <= 0.985 * all.all);
	CHECK(shrunk < 0.9 * likely);
}

/*
 * A shop that sells half as much again each year than the year before, of which nothing is told: a
 * trend, of which neither months nor what years vary by have any; and without it the model is the
 * one with the months that were found
 */
static void
test_trend(void)
{
	rt_season	season,
				found,
				likely = {.flags = 0};
	rt_season_details details;
	rt_season_data data;
	double		mean;
	shop_plan	s;

	season_from(&season, mild, NULL);
	for (int quarter = 0; quarter < 12; quarter++)
		season.events[season.event_count++] = (rt_season_event)
	{
		OPENED + 91 * quarter, OPENED + 91 * quarter + 90, pow(1.5, quarter / 4.0)
	};
	CHECK(rt_season_set(&season, &mean) == NULL);
	s = shop_of(&slow_buyers, &season, NULL, 6000, 900, 55);
	data = shop_open(&s);
	CHECK(shop_estimate(&data, &found, &details) == RT_SEASON_ESTIMATED);
	CHECK(fabs(details.trend - log(1.5)) < .05);
	CHECK(details.variation < .003);
	for (int i = 0; i < 12; i++)
	{
		CHECK(fabs(details.log_months[i] - log(season.months[i])) <
			  4 * sqrt(details.covariance[i * 13]));
		likely.months[i] = exp(details.log_months[i]);
	}
	CHECK(rt_season_set(&likely, &mean) == NULL);
	CHECK(fabs(joint_log_likelihood(&data, &likely, details.parameters) -
			   found.log_likelihood) < 1e-6);
	shop_close(&data);
}

/* v, where years differ by it */
static void
test_variation(void)
{
	limits_held all = {0};
	double		sum = 0;

	for (int i = 0; i < 100; i++)
	{
		rt_season	season,
					found;
		rt_season_details details;
		rt_season_data data;
		shop_plan	s;

		season_from(&season, mild, NULL);
		s = shop_of(&slow_buyers, &season, NULL, 3000, i % 2 == 0 ? 800 : 1500, 400 + i);
		s.between_years = .15;
		data = shop_open(&s);
		CHECK(shop_estimate(&data, &found, &details) == RT_SEASON_ESTIMATED);
		sum += details.variation / 100;
		for (int month = 0; month < 12; month++)
			limits_held_add(&all, (details.log_months[month] - log(season.months[month])) /
							sqrt(details.covariance[month * 13]));
		shop_close(&data);
	}
	CHECK(fabs(sum - .0225) < .005);
	CHECK(all.within >= 0.92 * all.all && all.within <= 0.985 * all.all);
}

/*
 * Months alike, buyers clumpy, regular, or leaving whatever they buy: no season at p < .05 but for
 * one shop in 20
 */
static void
test_false_alarms(void)
{
	static const rt_base bases[] = {
		{&rt_mbg_nbd_kind, {.8, 100, 1, 4}},
		{&rt_mbg_nbd_kind, {.8, 100, 1, 4}},
		{&rt_mbg_cnbd_k_kind, {3, .8, 33, 1, 4}},
		{&rt_pareto_nbd_kind, {.8, 100, .6, 300}}
	};
	rt_season	none,
				arrivals;

	season_from(&none, flat, NULL);
	season_from(&arrivals, mild, NULL);
	for (int i = 0; i < 4; i++)
	{
		int			alarms = 0;

		for (int j = 0; j < 60; j++)
		{
			rt_season	found;
			rt_season_data data;
			shop_plan	s = shop_of(&bases[i], &none, &arrivals, 1000, 760, 1000 * i + j);

			s.clumps = i == 1 ? .5 : 0;
			data = shop_open(&s);
			CHECK(shop_estimate(&data, &found, NULL) == RT_SEASON_ESTIMATED);
			CHECK(found.p_value >= 0 && found.p_value <= 1);
			CHECK(!(found.flags & RT_SEASON_WEEKDAYS));
			alarms += found.p_value < .05;
			shop_close(&data);
		}
		CHECK(alarms <= 7);		/* 3 on average; 1 of 40 runs of such a test has more */
	}
}

/* ------------------------------------------------------------------- what else there is */

static void
test_weekdays(void)
{
	rt_season	season,
				found;
	rt_season_details details;
	rt_season_data data;
	shop_plan	s;
	double		weekdays[7];

	for (int turn = 0; turn < 2; turn++)
	{
		memcpy(weekdays, sunday, sizeof(weekdays));
		weekdays[6] = turn == 0 ? .1 : .0012;
		season_from(&season, mild, weekdays);
		s = shop_of(&slow_buyers, &season, NULL, 6000, 900, 20 + turn);
		data = shop_open(&s);
		CHECK(shop_estimate(&data, &found, &details) == RT_SEASON_ESTIMATED);
		CHECK((found.flags & RT_SEASON_WEEKDAYS) && details.weekdays_p < 1e-10);
		CHECK(rt_season_parameters(&found) == 17);
		for (int i = 0; i < 7; i++)
		{
			double		error = sqrt(details.weekday_covariance[i * 8]);

			CHECK(i == 6 && turn == 1 ? found.weekdays[6] < .02 :
				  fabs(details.log_weekdays[i] - log(season.weekdays[i])) < 4 * error);
			CHECK(i == 6 || fabs(found.weekdays[i] / exp(details.log_weekdays[i]) - 1) < .05);
		}
		CHECK(found.weekdays[6] >= RT_SEASON_FACTOR_MIN / 7);
		for (int i = 0; i < 12; i++)
			CHECK(fabs(found.months[i] - season.months[i]) < 4 * found.errors[i]);
		shop_close(&data);
	}
}

/* Closed in August: its factor is as small as one may be, and the other months are not moved */
static void
test_closed_month(void)
{
	double		closed[12];
	rt_season	season,
				found;
	rt_season_details details;
	rt_season_data data;
	shop_plan	s;

	memcpy(closed, mild, sizeof(closed));
	closed[7] = .001;
	season_from(&season, closed, NULL);
	s = shop_of(&slow_buyers, &season, NULL, 6000, 900, 23);
	data = shop_open(&s);
	CHECK(shop_estimate(&data, &found, &details) == RT_SEASON_ESTIMATED);
	CHECK(found.months[7] < .05 && isfinite(details.log_months[7]));
	for (int i = 0; i < 12; i++)
		CHECK(isfinite(found.errors[i]) &&
			  (i == 7 || fabs(found.months[i] - season.months[i]) < 4 * found.errors[i]));
	shop_close(&data);
}

/* A shock of three months, told, leaves the season what it is; not told, it does not */
static void
test_events(void)
{
	rt_season	season,
				events,
				found;
	rt_season_details details;
	rt_season_data data;
	double		farthest = 0;
	double		mean,
				without;
	shop_plan	s;

	season_from(&season, mild, NULL);
	rt_season_init(&events);
	events.event_count = season.event_count = 1;
	events.events[0] = season.events[0] =
		(rt_season_event) {OPENED + 380, OPENED + 470, .3};
	CHECK(rt_season_set(&events, &mean) == NULL && rt_season_set(&season, &mean) == NULL);
	s = shop_of(&slow_buyers, &season, NULL, 6000, 900, 24);
	data = shop_open(&s);
	for (int told = 0; told < 2; told++)
	{
		data.events = told ? &events : NULL;
		CHECK(shop_estimate(&data, &found, &details) == RT_SEASON_ESTIMATED);
		for (int i = 0; i < 12; i++)
		{
			double		off = details.log_months[i] - log(season.months[i]);

			if (told)
				CHECK(fabs(off) < 4 * sqrt(details.covariance[i * 13]));
			else
				farthest = fmax(farthest, fabs(off));
		}
		CHECK(found.event_count == told);
		CHECK(told ? details.variation < .01 : details.variation > .02);
	}
	CHECK(farthest > .2);
	CHECK(rt_season_factor(&found, OPENED + 400) < .5);

	/* a constant that is told, too */
	mean = details.log_season;
	without = found.log_likelihood;
	data.events_log = -1000;
	CHECK(shop_estimate(&data, &found, &details) == RT_SEASON_ESTIMATED);
	CHECK(details.log_season == mean - 1000 && found.log_likelihood == without - 1000);
	shop_close(&data);
}

/* Less than two years say nothing of years; more than 20 are not all told apart */
static void
test_short_and_long(void)
{
	static const rt_base seldom = {&rt_mbg_nbd_kind, {.8, 600, 1, 6}};
	rt_season	season,
				found;
	rt_season_details details;
	rt_season_data data;
	shop_plan	s;

	season_from(&season, december, NULL);
	for (int turn = 0; turn < 3; turn++)
	{
		s = shop_of(&seldom, &season, NULL, 3000, (int[]) {365, 729, 30 * 365}[turn], 26 + turn);
		data = shop_open(&s);
		CHECK(shop_estimate(&data, &found, &details) == RT_SEASON_ESTIMATED);
		CHECK(isnan(found.p_value) == (turn < 2));
		CHECK(details.variation_seen == (turn == 2));
		CHECK(turn == 2 || details.variation == .15 * .15);
		for (int i = 0; i < 12; i++)
			CHECK(fabs(found.months[i] - season.months[i]) < 4 * found.errors[i]);
		CHECK(fabs(found.years * 365.25 - (s.as_of - s.first_day)) < 1e-6);
		shop_close(&data);
	}
}

/* Nothing but the data decides, to the last bit */
static void
test_same_bytes(void)
{
	rt_season	season,
				one,
				other;
	rt_season_data data;
	char	   *workspace;
	size_t		size;
	shop_plan	s;

	season_from(&season, mild, sunday);
	s = shop_of(&slow_buyers, &season, NULL, 30000, 800, 30);
	data = shop_open(&s);
	size = rt_season_workspace(&data);
	workspace = malloc(size + 16);
	memset(workspace, 0, size);
	CHECK(rt_season_estimate(&data, workspace, &one, NULL) == RT_SEASON_ESTIMATED);
	memset(workspace, 0xff, size + 16);
	CHECK(rt_season_estimate(&data, workspace, &other, NULL) == RT_SEASON_ESTIMATED);
	CHECK(memcmp(&one, &other, sizeof(one)) == 0);
	for (int i = 0; i < 16; i++)
		CHECK(workspace[size + (size_t) i] == (char) 0xff);
	free(workspace);
	shop_close(&data);
}

/* The curvature of a sample is not the one of all, which decide where the maximum is */
static void
test_sample(void)
{
	rt_season	season,
				found;
	rt_season_details details;
	rt_season_data data;
	rt_season	likely = {.flags = 0};
	double		z[16];
	double		top,
				mean;
	shop_plan	s;

	season_from(&season, summer, NULL);
	s = shop_of(&slow_buyers, &season, NULL, 60000, 1500, 31);
	data = shop_open(&s);
	CHECK(data.row_count > 20000);
	CHECK(shop_estimate(&data, &found, &details) == RT_SEASON_ESTIMATED);
	CHECK(details.evaluations < 20);
	coordinates_of(&details, z);
	top = joint_objective(&data, z);
	for (int i = 0; i < 16; i++)
	{
		for (int sign = -1; sign <= 1; sign += 2)
		{
			z[i] += sign * 1e-3;
			CHECK(joint_objective(&data, z) < top + 1e-6);
			z[i] -= sign * 1e-3;
		}
	}
	for (int i = 0; i < 12; i++)
	{
		CHECK(fabs(details.log_months[i] - log(season.months[i])) <
			  4 * sqrt(details.covariance[i * 13]));
		likely.months[i] = exp(details.log_months[i]);
	}
	CHECK(rt_season_set(&likely, &mean) == NULL && fabs(mean - 1) < 1e-9);
	shop_close(&data);
}

static void
test_refused(void)
{
	rt_season	season,
				found;
	rt_season_data data,
				broken;
	rt_fit_row	rows[3];
	double		purchases[7 * 40];
	shop_plan	s;

	season_from(&season, mild, NULL);
	s = shop_of(&slow_buyers, &season, NULL, 500, 364, 40);
	data = shop_open(&s);
	CHECK(shop_estimate(&data, &found, NULL) == RT_SEASON_SHORT);
	CHECK(found.flags == 0 && found.months[3] == 1);
	shop_close(&data);

	s = shop_of(&slow_buyers, &season, NULL, 3, 800, 41);
	data = shop_open(&s);
	CHECK(shop_estimate(&data, &found, NULL) == RT_SEASON_FEW);
	shop_close(&data);

	s = shop_of(&slow_buyers, &season, NULL, 500, 800, 42);
	data = shop_open(&s);
	CHECK(data.month_count < 40);
	memset(purchases, 0, sizeof(purchases));
	memcpy(purchases, data.purchases, (size_t) data.month_count * 7 * sizeof(double));
	broken = data;
	broken.purchases = purchases;
	CHECK(shop_estimate(&broken, &found, NULL) == RT_SEASON_ESTIMATED);
	broken.first_month--;		/* before anybody was a customer */
	purchases[0] = 1;
	purchases[7]--;
	CHECK(shop_estimate(&broken, &found, NULL) == RT_SEASON_MALFORMED);
	broken = data;
	broken.month_count = 0;
	CHECK(shop_estimate(&broken, &found, NULL) == RT_SEASON_MALFORMED);
	broken = data;
	broken.as_of = RT_DATE_MIN + 10;
	CHECK(shop_estimate(&broken, &found, NULL) == RT_SEASON_MALFORMED);

	broken = data;
	memcpy(rows, data.rows, sizeof(rows));
	broken.rows = rows;
	broken.row_count = 3;
	rows[2].customer.age = 400.5;
	CHECK(shop_estimate(&broken, &found, NULL) == RT_SEASON_MALFORMED);
	rows[2].customer.age = NAN;
	CHECK(shop_estimate(&broken, &found, NULL) == RT_SEASON_MALFORMED);
	rows[2].customer.age = 36526;
	CHECK(shop_estimate(&broken, &found, NULL) == RT_SEASON_LONG);
	rows[2] = rows[1];
	rows[1].customer.x = 2;
	CHECK(shop_estimate(&broken, &found, NULL) == RT_SEASON_MALFORMED);
	shop_close(&data);
	for (int status = 0; status <= RT_SEASON_NO_MAXIMUM; status++)
		CHECK(rt_season_status_text((rt_season_status) status) != NULL);
}

/* ----------------------------------------------------------------------- parts of it */

/* Where all are known as well as each other: w^2 / (w^2 + c) of each, over w, one by one */
static void
test_shrink(void)
{
	double		logarithms[12],
				chance[12 * 12] = {0},
				other[12 * 12] = {0},
				means[12],
				posterior[12 * 12];
	double		squares = 0,
				sum = 0,
				weights = 0,
				part = 0,
				spread = 0;
	double		c = .01;

	for (int i = 0; i < 12; i++)
	{
		logarithms[i] = .12 * sin(1.7 * i + .3);
		sum += logarithms[i];
		chance[i * 13] = .6 * c;
		other[i * 13] = .4 * c;
	}
	for (int i = 0; i < 12; i++)
		squares += (logarithms[i] - sum / 12) * (logarithms[i] - sum / 12);
	for (double w = 5e-4; w < 3; w += 1e-3)
	{
		double		weight = exp(-11. / 2 * log(w * w + c) - squares / 2 / (w * w + c));

		weights += weight;
		spread += weight * w;
		part += weight * w * w / (w * w + c);
	}
	CHECK(fabs(rt_season_shrink(12, logarithms, chance, other, means, posterior) -
			   spread / weights) < .001);
	for (int i = 0; i < 12; i++)
		CHECK(fabs(means[i] - part / weights * (logarithms[i] - sum / 12)) < 1e-3);

	/* a common factor of all does not matter */
	for (int i = 0; i < 12 * 12; i++)
		other[i] += 100;
	(void) rt_season_shrink(12, logarithms, chance, other, means, posterior);
	for (int i = 0; i < 12; i++)
		CHECK(fabs(means[i] - part / weights * (logarithms[i] - sum / 12)) < 1e-3);
}

/* A closed weekday of a clumpy shop: no chance that it is open as often as others are */
static void
test_shrink_closed(void)
{
	double		logarithms[7] = {.2, .3, .3, .4, .2, -8, .1};
	double		chance[7 * 7] = {0};
	double		other[7 * 7] = {0};
	double		means[7],
				posterior[7 * 7];

	for (int i = 0; i < 7; i++)
		chance[i * 8] = i == 5 ? 20 : .005;
	(void) rt_season_shrink(7, logarithms, chance, other, means, posterior);
	for (int i = 0; i < 7; i++)
		CHECK(i == 5 ? means[5] - means[0] < -5 :
			  fabs(means[i] - means[0] - logarithms[i] + logarithms[0]) < .05);
}

/* mpmath's betainc */
static void
test_f_tail(void)
{
	CHECK(fabs(rt_season_f_tail(2.31, 11, 20) - 0.0499992439365854) < 1e-12);
	CHECK(fabs(rt_season_f_tail(1.5, 11, 12.7) - 0.243020495301102) < 1e-12);
	CHECK(fabs(rt_season_f_tail(8.2, 6, 42) - 6.74564624869176e-6) < 1e-15);
	CHECK(fabs(rt_season_f_tail(.4, 11, 24.6) - 0.942646229621573) < 1e-12);
	CHECK(rt_season_f_tail(0, 11, 24.6) == 1);
	CHECK(isnan(rt_season_f_tail(NAN, 11, 24.6)));
}

static const check_case season_fit_cases[] = {
	{"season fit: the gradient", test_gradient},
	{"season fit: the maximum", test_maximum},
	{"season fit: the maximum of many rows", test_sample},
	{"season fit: known seasons come back", test_recovery},
	{"season fit: what is drawn toward one", test_shrunk},
	{"season fit: a trend is no season", test_trend},
	{"season fit: what years vary by", test_variation},
	{"season fit: no season where none is", test_false_alarms},
	{"season fit: weekdays", test_weekdays},
	{"season fit: a closed month", test_closed_month},
	{"season fit: events that are told", test_events},
	{"season fit: short and long logs", test_short_and_long},
	{"season fit: the same bytes again", test_same_bytes},
	{"season fit: what is refused", test_refused},
	{"season fit: drawn as far as it is not known", test_shrink},
	{"season fit: a closed weekday stays one", test_shrink_closed},
	{"season fit: the tail of F", test_f_tail},
	{NULL, NULL}
};

CHECK_CASES(season_fit);
