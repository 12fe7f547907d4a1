/*
 * survival_entry_test.c
 *		Curves and log-rank tests of customers who enter late, have weights and belong to strata:
 *		against R's package survival (test/data/at_risk.csv) and their definitions.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "at_risk_data.h"
#include "check.h"
#include "core/special.h"
#include "core/survival.h"

#define ROWS_MAX 1000
#define TOLERANCE 1e-9

static at_risk_customer customers[AT_RISK_CUSTOMERS_MAX];
static at_risk_value values[AT_RISK_VALUES_MAX];

static size_t
curve_of(rt_survival_row *rows, size_t count, rt_survival_point *points, size_t *broken)
{
	static rt_moment moments[RT_SURVIVAL_MOMENTS(ROWS_MAX)];
	static size_t by_entry[ROWS_MAX];

	return rt_survival_curve_of_rows(rows, count, rt_normal_quantile(0.025), moments, by_entry,
									 points, broken);
}

typedef struct test_customer
{
	double		entry;
	double		time;
	int			churned;
	int			group;
	int			stratum;
} test_customer;

static int
by_stratum_time(const void *a, const void *b)
{
	const rt_group_duration *left = a,
			   *right = b;

	if (left->stratum != right->stratum)
		return left->stratum < right->stratum ? -1 : 1;
	return (left->time > right->time) - (left->time < right->time);
}

static int
by_stratum_entry(const void *a, const void *b)
{
	const rt_group_entry *left = a,
			   *right = b;

	if (left->stratum != right->stratum)
		return left->stratum < right->stratum ? -1 : 1;
	return (left->time > right->time) - (left->time < right->time);
}

static void
log_rank_of(const test_customer *from, size_t count, bool entry, int group_count,
			rt_log_rank_group *groups, rt_log_rank *test)
{
	static rt_group_duration rows[ROWS_MAX];
	static rt_group_entry entries[ROWS_MAX];
	static rt_moment moments[2 * ROWS_MAX];
	static double room[RT_LOG_RANK_ROOM(26)];
	size_t		used = 0;

	for (size_t i = 0; i < count; i++)
	{
		rows[i] = (rt_group_duration) {from[i].time, from[i].group, (uint32_t) from[i].stratum,
			from[i].churned, 1 - from[i].churned};
		entries[i] = (rt_group_entry) {from[i].entry, from[i].group, (uint32_t) from[i].stratum, 1};
		moments[used++] = (rt_moment) {rows[i].time, &rows[i].time};
		if (entry)
			moments[used++] = (rt_moment) {entries[i].time, &entries[i].time};
	}
	rt_tie_moments(moments, used);
	qsort(rows, count, sizeof(rows[0]), by_stratum_time);
	qsort(entries, count, sizeof(entries[0]), by_stratum_entry);
	rt_log_rank_test(rows, count, entry ? entries : NULL, group_count, room, groups, test);
}

/* What was found of a dataset */
typedef struct dataset
{
	rt_survival_point points[3][ROWS_MAX];	/* by entry, weight, both */
	size_t		count[3];
	rt_log_rank_group groups[26];
	rt_log_rank stratum;
	rt_log_rank entry;
	rt_log_rank both;
} dataset;

static void
compute(const char *name, size_t customer_count, dataset *d)
{
	static test_customer chosen[ROWS_MAX];
	static rt_log_rank_group unused[26];
	size_t		n = 0;
	size_t		broken;
	int			groups = 0;

	for (int kind = 0; kind < 3; kind++)
	{
		static rt_survival_row rows[ROWS_MAX];

		n = 0;
		for (size_t i = 0; i < customer_count; i++)
			if (strcmp(customers[i].dataset, name) == 0)
			{
				const at_risk_customer *c = &customers[i];

				rows[n] = (rt_survival_row) {kind == 1 ? -INFINITY : c->entry, c->duration,
					kind == 0 ? 1 : c->weight, c->churned, 1 - c->churned};
				chosen[n] =
					(test_customer) {c->entry, c->duration, c->churned, c->group, c->stratum};
				groups = c->group >= groups ? c->group + 1 : groups;
				n++;
			}
		d->count[kind] = curve_of(rows, n, d->points[kind], &broken);
	}
	log_rank_of(chosen, n, false, groups, d->groups, &d->stratum);
	log_rank_of(chosen, n, true, groups, unused, &d->both);
	for (size_t i = 0; i < n; i++)
		chosen[i].stratum = 0;
	log_rank_of(chosen, n, true, groups, unused, &d->entry);
}

/* The quantity of a curve; NaN where it has another name */
static double
of_curve(const rt_survival_point *points, size_t count, const char *quantity, double place)
{
	const rt_survival_point *point = &points[(size_t) place - 1];
	double		std_error;
	double		mean;

	if (strcmp(quantity, "time") == 0)
		return point->time;
	if (strcmp(quantity, "at_risk") == 0)
		return (double) point->at_risk;
	if (strcmp(quantity, "events") == 0)
		return (double) point->events;
	if (strcmp(quantity, "survival") == 0)
		return point->survival;
	if (strcmp(quantity, "std_error") == 0)
		return point->std_error;
	if (strcmp(quantity, "lower") == 0)
		return point->lower;
	if (strcmp(quantity, "upper") == 0)
		return point->upper;
	mean = rt_survival_restricted_mean(points, count, place, &std_error);
	if (strcmp(quantity, "mean") == 0)
		return mean;
	return strcmp(quantity, "mean_std_error") == 0 ? std_error : NAN;
}

static double
find(const dataset *d, const at_risk_value *v)
{
	static const char *const kinds[3] = {"entry_", "weight_", "both_"};

	if (strcmp(v->quantity, "stratum_chi_square") == 0)
		return d->stratum.chi_square;
	if (strcmp(v->quantity, "entry_chi_square") == 0)
		return d->entry.chi_square;
	if (strcmp(v->quantity, "both_chi_square") == 0)
		return d->both.chi_square;
	if (strcmp(v->quantity, "stratum_observed") == 0)
		return (double) d->groups[(int) v->place - 1].events;
	if (strcmp(v->quantity, "stratum_expected") == 0)
		return d->groups[(int) v->place - 1].expected;
	for (int kind = 0; kind < 3; kind++)
		if (strncmp(v->quantity, kinds[kind], strlen(kinds[kind])) == 0)
			return of_curve(d->points[kind], d->count[kind], v->quantity + strlen(kinds[kind]),
							v->place);
	return NAN;
}

static void
test_against_r(void)
{
	static dataset d;
	size_t		customer_count = read_at_risk_customers(customers);
	size_t		value_count = read_at_risk_values(values);
	int			compared = 0;

	CHECK(customer_count > 800 && value_count > 2900);
	for (size_t i = 0; i < value_count; i++)
	{
		const at_risk_value *v = &values[i];

		if (i == 0 || strcmp(v->dataset, values[i - 1].dataset) != 0)
			compute(v->dataset, customer_count, &d);
		/* R divides by nobody who is left */
		if (strncmp(v->quantity, "efron", 5) == 0 || strncmp(v->quantity, "breslow", 7) == 0 ||
			strncmp(v->quantity, "concordance", 11) == 0 || isnan(v->value))
			continue;
		compared++;
		CHECK(at_risk_near(v, find(&d, v), TOLERANCE));
	}
	CHECK(compared > 2500);
}

/* Each customer by themselves: who is at risk at each duration, from the definition */
static void
check_curve(const rt_survival_row *rows, size_t count, const rt_survival_point *points,
			size_t point_count)
{
	long double survival = 1;
	long double greenwood = 0;
	double		time = -1;

	for (size_t place = 0; place < point_count; place++)
	{
		double		next = INFINITY;
		long double staying = 0,
					leaving = 0;
		int64_t		customers_at_risk = 0,
					events = 0,
					censored = 0;

		for (size_t i = 0; i < count; i++)
			if (rows[i].time > time)
				next = fmin(next, rows[i].time);
		time = next;
		for (size_t i = 0; i < count; i++)
			if (rows[i].entry < time && rows[i].time >= time)
			{
				int64_t		n = rows[i].events + rows[i].censored;

				customers_at_risk += n;
				if (rows[i].time > time)
				{
					staying += (long double) n * rows[i].weight;
					continue;
				}
				events += rows[i].events;
				censored += rows[i].censored;
				leaving += (long double) rows[i].events * rows[i].weight;
				staying += (long double) rows[i].censored * rows[i].weight;
			}
		CHECK(points[place].time == time && points[place].at_risk == customers_at_risk &&
			  points[place].events == events && points[place].censored == censored);
		survival *= staying / (staying + leaving);
		CHECK(fabsl(points[place].survival - survival) <= 1e-12 * survival);
		if (events > 0)
			greenwood += leaving / (staying + leaving) / staying;
		if (survival > 0)
			CHECK(fabsl(points[place].std_error - survival * sqrtl(greenwood)) <=
				  1e-12 * points[place].std_error);
		else
			CHECK(isnan(points[place].std_error) && points[place].survival == 0);
	}
	for (size_t i = 0; i < count; i++)
		CHECK(rows[i].time <= time);
}

static void
test_curves_by_definition(void)
{
	for (int run = 0; run < 3000; run++)
	{
		rt_survival_row rows[30];
		rt_survival_row shuffled[30];
		rt_survival_point points[30];
		rt_survival_point others[30];
		size_t		count = (size_t) random_between(1, 30);
		int64_t		times = random_between(1, 20);
		int64_t		digits = run % 4 == 0 ? 0 : random_between(0, 5);
		size_t		point_count;
		size_t		broken;

		for (size_t i = 0; i < count; i++)
		{
			rows[i] = (rt_survival_row) {-INFINITY, (double) random_between(1, times), 1,
				random_between(0, 2), random_between(0, 2)};
			rows[i].events += rows[i].events + rows[i].censored == 0;
			if (run % 3 > 0)
				rows[i].entry = (double) random_between(0, (int64_t) rows[i].time - 1);
			if (digits > 0)
				rows[i].weight = (double) random_between(1, 1000) *
					pow(10, (double) random_between(-digits, digits));
		}
		for (size_t i = 0; i < count; i++)
			shuffled[i] = rows[count - 1 - i];
		point_count = curve_of(rows, count, points, &broken);
		CHECK(point_count > 0);
		check_curve(rows, count, points, point_count);
		CHECK(curve_of(shuffled, count, others, &broken) == point_count &&
			  memcmp(points, others, point_count * sizeof(points[0])) == 0);
	}
}

/*
 * Who comes late may weigh so much that a sum of doubles forgets the others, and goes again; all
 * weights may be near the largest number, or the smallest; what is equal but for rounding is equal
 */
static void
test_extreme_weights(void)
{
	rt_survival_row rows[4] = {{0, 1, 1, 1, 0}, {0, 5, 1, 1, 1}, {2, 3, 1e300, 0, 1},
	{0, 9, 1, 1, 0}};
	rt_survival_row large[2] = {{-INFINITY, 1, 1.7e308, 1, 0}, {-INFINITY, 2, 1.7e308, 1, 1}};
	rt_survival_row small[2] = {{-INFINITY, 1, 4.9e-324, 1, 0}, {-INFINITY, 2, 1.7e308, 1, 1}};
	rt_survival_row light[2] = {{-INFINITY, 1, 1e-20, 1, 0}, {-INFINITY, 2, 1, 1, 1}};
	rt_survival_row left[2] = {{-INFINITY, 2, 4.9e-324, 1, 1}, {-INFINITY, 1, 1.7e308, 0, 1}};
	rt_survival_row near[2] = {{0, 0.3, 1, 1, 0}, {0.1 + 0.2, 1, 1, 1, 0}};
	rt_survival_row empty[2] = {{0, 1, 1, 1, 0}, {0.3, 0.1 + 0.2, 1, 1, 0}};
	rt_survival_point points[4];
	size_t		broken;

	CHECK(curve_of(rows, 4, points, &broken) == 4);
	CHECK(points[0].survival == 0.75 && points[1].survival == 0.75 && points[1].at_risk == 4);
	CHECK(points[2].survival == 0.75 * 2 / 3 && points[3].survival == 0);
	CHECK(fabs(points[2].std_error - 0.5 * sqrt(1.0 / 12 + 1.0 / 6)) < 1e-15);
	CHECK(curve_of(large, 2, points, &broken) == 2);
	CHECK(fabs(points[0].survival - 2.0 / 3) < 1e-15 && fabs(points[1].survival - 1.0 / 3) < 1e-15);
	CHECK(points[1].std_error > 0 && points[1].std_error < 1e-150);
	CHECK(curve_of(small, 2, points, &broken) == 2);
	CHECK(points[0].survival == 1 && points[1].survival == 0.5);
	CHECK(curve_of(light, 2, points, &broken) == 2);
	CHECK(points[0].survival == 1 && points[0].std_error > 0 && points[0].std_error < 1e-9);
	CHECK(isnan(points[0].lower) && isnan(points[0].upper));
	CHECK(points[1].lower < 0.5 && points[1].upper > 0.5);
	CHECK(curve_of(left, 2, points, &broken) == 2);
	CHECK(points[0].survival == 1 && points[1].survival == 0.5);
	CHECK(curve_of(near, 2, points, &broken) == 2 && points[0].at_risk == 1);
	CHECK(points[0].survival == 0 && points[1].survival == 0);
	CHECK(curve_of(empty, 2, points, &broken) == 0 && broken == 1);
}

/* The statistic of two groups, and of more the sums, from the definition */
static void
check_log_rank(const test_customer *c, size_t count, int group_count,
			   const rt_log_rank_group *groups, const rt_log_rank *test)
{
	double		expected[4] = {0};
	double		variance = 0;
	double		above = 0;

	for (int stratum = 0; stratum < 4; stratum++)
		for (int time = 0; time <= 20; time++)
		{
			double		n[4] = {0},
						all = 0,
						events = 0;

			for (size_t i = 0; i < count; i++)
				if (c[i].stratum == stratum && c[i].entry < time && c[i].time >= time)
				{
					n[c[i].group]++;
					all++;
					events += c[i].time == time && c[i].churned;
				}
			for (int g = 0; g < group_count && events > 0; g++)
				expected[g] += events * n[g] / all;
			if (events > 0 && all > 1)
				variance += events * (n[0] / all) * (1 - n[0] / all) * (all - events) / (all - 1);
		}
	for (int g = 0; g < group_count; g++)
		CHECK(fabs(groups[g].expected - expected[g]) < 1e-12);
	if (group_count != 2)
		return;
	above = (double) groups[0].events - expected[0];
	if (variance > 1e-9)
		CHECK(test->degrees == 1 && fabs(test->chi_square - above * above / variance) <
			  1e-10 * (1 + test->chi_square));
	else
		CHECK(test->degrees == 0 && isnan(test->p_value));
}

static void
test_log_rank_by_definition(void)
{
	for (int run = 0; run < 3000; run++)
	{
		test_customer c[40];
		rt_log_rank_group groups[4];
		rt_log_rank test;
		size_t		count = (size_t) random_between(2, 40);
		int			group_count = run % 2 ? 2 : (int) random_between(2, 4);
		bool		entry = random_between(0, 1);
		int64_t		strata = random_between(1, 4);
		int64_t		times = random_between(1, 20);

		for (size_t i = 0; i < count; i++)
		{
			c[i] = (test_customer) {-1, (double) random_between(1, times),
				(int) random_between(0, 1), (int) random_between(0, group_count - 1),
				(int) random_between(0, strata - 1)};
			if (entry)
				c[i].entry = (double) random_between(0, (int64_t) c[i].time - 1);
		}
		log_rank_of(c, count, entry, group_count, groups, &test);
		check_log_rank(c, count, group_count, groups, &test);
	}
}

/* Groups that are never compared with each other: each set of them has a group less */
static void
test_apart(void)
{
	test_customer c[32];
	test_customer first[16];
	rt_log_rank_group groups[4];
	rt_log_rank test,
				part[2];

	for (int i = 0; i < 32; i++)
		c[i] = (test_customer) {i < 16 ? 0 : 100, 1 + i * 7 % 16 + (i < 16 ? 0 : 100), i % 3 > 0,
			i % 2 + (i < 16 ? 0 : 2), 0};
	log_rank_of(c, 32, true, 4, groups, &test);
	for (int half = 0; half < 2; half++)
	{
		for (int i = 0; i < 16; i++)
		{
			first[i] = c[16 * half + i];
			first[i].group -= 2 * half;
		}
		log_rank_of(first, 16, true, 2, groups, &part[half]);
	}
	CHECK(test.degrees == 2);
	CHECK(fabs(test.chi_square - part[0].chi_square - part[1].chi_square) < 1e-12);
	for (int i = 0; i < 32; i++)
	{
		c[i].stratum = i / 16;
		c[i].entry = 0;
	}
	log_rank_of(c, 32, false, 4, groups, &test);
	CHECK(test.degrees == 2);
	CHECK(fabs(test.chi_square - part[0].chi_square - part[1].chi_square) < 1e-12);
}

static const check_case survival_entry_cases[] = {
	{"survival entry: curves and log-rank tests agree with R to 1e-9", test_against_r},
	{"survival entry: curves are as defined, whatever the order", test_curves_by_definition},
	{"survival entry: no weight is lost beside a large one", test_extreme_weights},
	{"survival entry: log-rank tests are as defined", test_log_rank_by_definition},
	{"survival entry: groups that are not compared with each other", test_apart},
	{NULL, NULL}
};

CHECK_CASES(survival_entry);
