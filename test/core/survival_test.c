/*
 * survival_test.c
 *		Survival curves and the log-rank test against R's package survival (test/data/survival.csv).
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/special.h"
#include "core/survival.h"
#include "survival_data.h"

#define TOLERANCE 1e-9

static survival_customer customers[SURVIVAL_CUSTOMERS_MAX];
static survival_value values[SURVIVAL_VALUES_MAX];

static int
by_time(const void *a, const void *b)
{
	double		left = ((const rt_duration *) a)->time;
	double		right = ((const rt_duration *) b)->time;

	return (left > right) - (left < right);
}

static int
by_group_time(const void *a, const void *b)
{
	double		left = ((const rt_group_duration *) a)->time;
	double		right = ((const rt_group_duration *) b)->time;

	return (left > right) - (left < right);
}

static void
check_near(const survival_value *expected, double found)
{
	if (isnan(expected->value) ?
		isnan(found) :
		fabs(found - expected->value) <= TOLERANCE * fmax(1, fabs(expected->value)))
		return;
	printf("# %s %s %g: expected %.17g, found %.17g\n", expected->dataset, expected->quantity,
		   expected->place, expected->value, found);
	CHECK(false);
}

typedef struct dataset
{
	rt_survival_point points[1000];
	size_t		count;
	rt_log_rank_group groups[26];
	rt_log_rank test;
} dataset;

static void
compute(const char *name, size_t customer_count, dataset *result)
{
	static rt_duration times[1000];
	static rt_group_duration rows[1000];
	static double room[RT_LOG_RANK_ROOM(26)];
	size_t		n = 0;
	size_t		distinct = 0;
	int			groups = 0;

	for (size_t i = 0; i < customer_count; i++)
		if (strcmp(customers[i].dataset, name) == 0)
		{
			times[n].time = rows[n].time = customers[i].duration;
			times[n].events = rows[n].events = customers[i].churned;
			times[n].censored = rows[n].censored = 1 - customers[i].churned;
			rows[n].group = customers[i].group;
			groups = customers[i].group >= groups ? customers[i].group + 1 : groups;
			n++;
		}
	qsort(times, n, sizeof(rt_duration), by_time);
	for (size_t i = 0; i < n; i++)
		if (distinct > 0 && times[distinct - 1].time == times[i].time)
		{
			times[distinct - 1].events += times[i].events;
			times[distinct - 1].censored += times[i].censored;
		}
		else
			times[distinct++] = times[i];
	distinct = rt_durations_tied(times, distinct);
	rt_survival_curve(times, distinct, rt_normal_quantile(0.025), result->points);
	result->count = distinct;
	qsort(rows, n, sizeof(rt_group_duration), by_group_time);
	rt_tie_durations(&rows[0].time, n, sizeof(rows[0]));
	rt_log_rank_test(rows, n, NULL, groups, room, result->groups, &result->test);
}

static void
test_against_r(void)
{
	static dataset d;
	size_t		customer_count = read_survival_customers(customers);
	size_t		value_count = read_survival_values(values);
	int			compared = 0;

	CHECK(customer_count > 1500 && value_count > 1500);
	for (size_t i = 0; i < value_count; i++)
	{
		const survival_value *v = &values[i];
		size_t		place = (size_t) v->place - 1;
		double		std_error;

		if (i == 0 || strcmp(v->dataset, values[i - 1].dataset) != 0)
			compute(v->dataset, customer_count, &d);
		if (strstr(v->quantity, "efron") != NULL || strstr(v->quantity, "breslow") != NULL)
			continue;
		compared++;
		if (strcmp(v->quantity, "time") == 0)
			check_near(v, d.points[place].time);
		else if (strcmp(v->quantity, "at_risk") == 0)
			check_near(v, (double) d.points[place].at_risk);
		else if (strcmp(v->quantity, "events") == 0)
			check_near(v, (double) d.points[place].events);
		else if (strcmp(v->quantity, "survival") == 0)
			check_near(v, d.points[place].survival);
		else if (strcmp(v->quantity, "std_error") == 0)
			check_near(v, d.points[place].std_error);
		else if (strcmp(v->quantity, "lower") == 0)
			check_near(v, d.points[place].lower);
		else if (strcmp(v->quantity, "upper") == 0)
			check_near(v, d.points[place].upper);
		else if (strcmp(v->quantity, "median") == 0)
			check_near(v, rt_survival_median(d.points, d.count));
		else if (strcmp(v->quantity, "survival_at") == 0)
			check_near(v, rt_survival_at(d.points, d.count, v->place));
		else if (strcmp(v->quantity, "restricted_mean") == 0)
			check_near(v, rt_survival_restricted_mean(d.points, d.count, v->place, &std_error));
		else if (strcmp(v->quantity, "restricted_mean_std_error") == 0)
		{
			rt_survival_restricted_mean(d.points, d.count, v->place, &std_error);
			check_near(v, std_error);
		}
		else if (strcmp(v->quantity, "log_rank_chi_square") == 0)
			check_near(v, d.test.chi_square);
		else if (strcmp(v->quantity, "log_rank_p_value") == 0)
			check_near(v, d.test.p_value);
		else if (strcmp(v->quantity, "log_rank_observed") == 0)
			check_near(v, (double) d.groups[place].events);
		else if (strcmp(v->quantity, "log_rank_expected") == 0)
			check_near(v, d.groups[place].expected);
		else
			CHECK(!"a quantity that is not compared");
	}
	CHECK(compared > 1400);
}

/* What a curve does not know */
static void
test_ends(void)
{
	rt_duration kept[] = {{2, 1, 0}, {5, 0, 3}};
	rt_duration gone[] = {{2, 1, 0}, {5, 3, 0}};
	rt_survival_point points[2];
	double		std_error;

	rt_survival_curve(kept, 2, 1.96, points);
	CHECK(rt_survival_at(points, 2, 0) == 1);
	CHECK(rt_survival_at(points, 2, 1.999) == 1);
	CHECK(rt_survival_at(points, 2, 2) == 0.75);
	CHECK(rt_survival_at(points, 2, 5) == 0.75);
	CHECK(isnan(rt_survival_at(points, 2, 5.001)));
	CHECK(isnan(rt_survival_median(points, 2)));
	CHECK(isnan(rt_survival_restricted_mean(points, 2, 6, &std_error)) && isnan(std_error));
	CHECK(rt_survival_restricted_mean(points, 2, 0, &std_error) == 0 && std_error == 0);
	rt_survival_curve(gone, 2, 1.96, points);
	CHECK(rt_survival_at(points, 2, 100) == 0);
	CHECK(isnan(points[1].lower));
	CHECK(fabs(rt_survival_restricted_mean(points, 2, 100, &std_error) - 4.25) < 1e-12);
	CHECK(rt_survival_median(points, 2) == 5);
	CHECK(isnan(rt_survival_at(points, 0, 1)));
}

/* Nothing to compare: one group, nobody leaves, all leave at once */
static void
test_log_rank_without_answer(void)
{
	rt_group_duration one[] = {{1, 0, 0, 1, 0}, {2, 0, 0, 1, 1}};
	rt_group_duration nobody[] = {{1, 0, 0, 0, 3}, {2, 1, 0, 0, 4}};
	rt_group_duration at_once[] = {{1, 0, 0, 3, 0}, {1, 1, 0, 2, 0}};
	double		room[RT_LOG_RANK_ROOM(2)];
	rt_log_rank_group groups[2];
	rt_log_rank test;

	rt_log_rank_test(one, 2, NULL, 1, room, groups, &test);
	CHECK(test.degrees == 0 && isnan(test.p_value));
	rt_log_rank_test(nobody, 2, NULL, 2, room, groups, &test);
	CHECK(test.degrees == 0 && isnan(test.p_value));
	rt_log_rank_test(at_once, 2, NULL, 2, room, groups, &test);
	CHECK(test.degrees == 0 && isnan(test.p_value));
	CHECK(groups[0].expected == 3 && groups[1].expected == 2);
}

static const check_case survival_cases[] = {
	{"survival: curves and log-rank tests agree with R to 1e-9", test_against_r},
	{"survival: behind the end of a curve nothing is known", test_ends},
	{"survival: nothing to compare has no p-value", test_log_rank_without_answer},
	{NULL, NULL}
};

CHECK_CASES(survival);
