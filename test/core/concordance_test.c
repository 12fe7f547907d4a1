/*
 * concordance_test.c
 *		Concordance against its definition, pair by pair, and R's package survival
 *		(test/data/at_risk.csv).
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "at_risk_data.h"
#include "check.h"
#include "core/concordance.h"

#define ROWS_MAX 1000

static at_risk_customer customers[AT_RISK_CUSTOMERS_MAX];
static at_risk_value values[AT_RISK_VALUES_MAX];

static double
index_of(rt_concordance_row *rows, size_t count, size_t *broken)
{
	static rt_moment moments[2 * ROWS_MAX];
	static size_t by_entry[ROWS_MAX];
	static int64_t counts[ROWS_MAX + 1];
	rt_concordance_room room = {moments, by_entry, counts};

	return rt_concordance_index(rows, count, &room, broken);
}

static void
test_against_r(void)
{
	size_t		customer_count = read_at_risk_customers(customers);
	size_t		value_count = read_at_risk_values(values);
	int			compared = 0;

	for (size_t i = 0; i < value_count; i++)
	{
		static rt_concordance_row rows[ROWS_MAX];
		bool		entry = strcmp(values[i].quantity, "concordance_entry") == 0;
		size_t		n = 0;
		size_t		broken;

		if (!entry && strcmp(values[i].quantity, "concordance") != 0)
			continue;
		for (size_t j = 0; j < customer_count; j++)
			if (strcmp(customers[j].dataset, values[i].dataset) == 0)
				rows[n++] = (rt_concordance_row) {.score = customers[j].score,
					.entry = entry ? customers[j].entry : -INFINITY,
					.time = customers[j].duration, .events = customers[j].churned,
					.censored = 1 - customers[j].churned};
		CHECK(at_risk_near(&values[i], index_of(rows, n, &broken), 1e-12) && broken == n);
		compared++;
	}
	CHECK(compared == 14);
}

/* Of each pair: did the one leave, and was the other one at risk then and stayed longer? */
static double
plain_index(const rt_concordance_row *rows, size_t count)
{
	int64_t		pairs = 0;
	int64_t		twice = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++)
		{
			int64_t		longer = rows[j].time > rows[i].time ?
				rows[j].events + rows[j].censored :
				rows[j].time == rows[i].time ? rows[j].censored : 0;

			if (!(rows[j].entry < rows[i].time))
				continue;
			pairs += rows[i].events * longer;
			twice += rows[i].events * longer *
				((rows[i].score > rows[j].score) + (rows[i].score >= rows[j].score));
		}
	return pairs == 0 ? NAN : (double) twice / 2 / (double) pairs;
}

static void
test_by_definition(void)
{
	int			without = 0;

	for (int run = 0; run < 3000; run++)
	{
		rt_concordance_row rows[40];
		size_t		count = (size_t) random_between(1, run % 3 == 0 ? 4 : 40);
		int64_t		times = random_between(1, 30);
		int64_t		scores = random_between(1, 30);
		bool		entry = random_between(0, 1);
		size_t		broken;
		double		expected,
					found;

		for (size_t i = 0; i < count; i++)
		{
			rows[i] = (rt_concordance_row) {.score = (double) random_between(1, scores),
				.time = (double) random_between(1, times), .entry = -INFINITY,
				.events = random_between(0, 2), .censored = random_between(0, 3)};
			if (random_between(0, 20) == 0)
				rows[i].score = random_between(0, 1) ? INFINITY : -INFINITY;
			if (entry)
				rows[i].entry = (double) random_between(0, (int64_t) rows[i].time - 1);
		}
		expected = plain_index(rows, count);
		found = index_of(rows, count, &broken);
		CHECK(broken == count && (isnan(expected) ? isnan(found) : found == expected));
		without += isnan(expected);
	}
	CHECK(without > 20 && without < 1000);
}

/* More pairs than a number of 64 bits holds; an entry that is its time but for rounding */
static void
test_extremes(void)
{
	rt_concordance_row many[3] = {
		{.score = 2, .entry = -INFINITY, .time = 1, .events = INT64_C(1) << 39},
		{.score = 1, .entry = -INFINITY, .time = 2, .censored = INT64_C(1) << 39},
		{.score = 3, .entry = -INFINITY, .time = 2, .censored = INT64_C(1) << 39}};
	rt_concordance_row near[3] = {
		{.score = 2, .entry = 0, .time = 0.3, .events = 1},
		{.score = 1, .entry = 0.1 + 0.2, .time = 1, .events = 1},
		{.score = 1, .entry = 0.3, .time = 0.1 + 0.2, .events = 1}};
	size_t		broken;

	CHECK(fabs(index_of(many, 3, &broken) - 0.5) < 1e-15);
	CHECK(isnan(index_of(near, 2, &broken)) && broken == 2);
	CHECK(isnan(index_of(near, 3, &broken)) && broken == 2);
	CHECK(isnan(index_of(near, 0, &broken)));
}

static const check_case concordance_cases[] = {
	{"concordance: agrees with R, with entries and without", test_against_r},
	{"concordance: is that of all pairs, one by one", test_by_definition},
	{"concordance: too many pairs to count, and entries that are durations", test_extremes},
	{NULL, NULL}
};

CHECK_CASES(concordance);
