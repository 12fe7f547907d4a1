/*
 * comparison_test.c
 *		Log losses and the like customer by customer, rules by their gradient, and rows day by day.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/calendar.h"
#include "core/comparison.h"
#include "core/comparison_rows.h"
#include "core/sort.h"

static double
random_uniform(void)
{
	return (double) (random_bits() >> 11) / 9007199254740992.0;
}

/* ------------------------------------------------------------------- judging */

static void
test_log_loss(void)
{
	for (int i = 0; i < 10000; i++)
	{
		double		p = i % 2 ? random_uniform() : exp(-40 * random_uniform());
		long double bought = -logl(fmaxl(1e-15L, p));
		long double not = -log1pl(-fmaxl(1e-15L, p));

		CHECK(fabsl(rt_log_loss(p, true) - bought) <= 4e-16L * bought + 1e-300L);
		CHECK(fabsl(rt_log_loss(p, false) - not) <= 4e-16L * not + 1e-300L);
		CHECK(rt_log_loss(1 - p, true) >= 0 && isfinite(rt_log_loss(1 - p, true)));
	}
	CHECK(rt_log_loss(0.5, true) == log(2) && rt_log_loss(0.5, false) == log(2));

	/* what was certain, and was right or wrong; nothing is worse */
	CHECK(fabs(rt_log_loss(0, true) - 15 * log(10)) < 1e-14);
	CHECK(rt_log_loss(1, false) == rt_log_loss(0, true));
	CHECK(rt_log_loss(1e-300, true) == rt_log_loss(0, true));
	CHECK(rt_log_loss(1e-14, true) < rt_log_loss(0, true));
	CHECK(fabs(rt_log_loss(0, false) / 1e-15 - 1) < 1e-14);
	CHECK(rt_log_loss(1, true) == rt_log_loss(0, false));
}

static void
test_judge(void)
{
	for (int run = 0; run < 300; run++)
	{
		rt_judgement counted = {0};
		rt_judgement each = {0};
		double		squares = 0;
		double		errors = 0;
		int			n = (int) random_between(1, 40);
		int			buyers = 0;
		int			customers = 0;

		for (int i = 0; i < n; i++)
		{
			int			alike = (int) random_between(1, 5);
			int			bought = run % 3 == 0 ? run % 2 : (int) random_between(0, 2);
			double		p = random_uniform();
			double		expected = 3 * random_uniform();

			rt_judge(&counted, alike, p, expected, bought);
			for (int j = 0; j < alike; j++)
			{
				rt_judge(&each, 1, p, expected, bought);
				squares += pow(p - (bought > 0), 2);
				errors += fabs(expected - bought);
				customers++;
				buyers += bought > 0;
			}
		}
		CHECK(counted.customers == customers && counted.bought == buyers);
		CHECK(each.customers == customers && each.bought == buyers);
		CHECK(counted.actual == each.actual);
		CHECK(fabs(counted.log_loss - each.log_loss) < 1e-11);
		CHECK(fabs(counted.squares - squares) < 1e-11 && fabs(each.squares - squares) < 1e-11);
		CHECK(fabs(counted.expected - each.expected) < 1e-11);
		CHECK(fabs(counted.errors - errors) < 1e-11);
		CHECK(rt_judgement_tells(&each) == (buyers > 0 && buyers < customers));
	}
}

/* The area under the curve of customers one by one, by their pairs */
static void
test_auc_with_ties(void)
{
	for (int run = 0; run < 2000; run++)
	{
		rt_scored	customers[60];
		rt_scored	rows[60];
		int			n = (int) random_between(2, 60);
		int			different = (int) random_between(1, 30);
		size_t		merged;
		long		twice = 0;
		long		pairs = 0;
		int64_t		before = 0;
		double		auc;

		for (int i = 0; i < n; i++)
		{
			int			outcome = (int) random_between(0, 1);

			customers[i] = rows[i] =
				(rt_scored) {(double) random_between(1, different) / 7, outcome, 1 - outcome};
		}
		rt_scored_sort(rows, (size_t) n);
		merged = rt_scored_merge(rows, (size_t) n);
		auc = rt_roc_auc(rows, merged);
		for (int i = 0; i < n; i++)
			for (int j = 0; j < n; j++)
				if (customers[i].outcomes && customers[j].others)
				{
					pairs++;
					twice += (customers[i].score > customers[j].score) +
						(customers[i].score >= customers[j].score);
				}
		CHECK(pairs == 0 ? isnan(auc) : auc == (double) twice / 2 / (double) pairs);
		for (size_t i = 0; i < merged; i++)
		{
			CHECK(i == 0 || rows[i - 1].score < rows[i].score);
			before += rows[i].outcomes + rows[i].others;
		}
		CHECK(before == n);
	}
}

/* --------------------------------------------------------------------- rules */

/* The log-likelihood, in more digits and by its definition */
static long double
log_likelihood(const rt_scored *rows, int count, long double intercept, long double slope)
{
	long double sum = 0;

	for (int i = 0; i < count; i++)
	{
		long double logit = intercept + slope * rows[i].score;

		sum -= rows[i].outcomes * log1pl(expl(-logit)) + rows[i].others * log1pl(expl(logit));
	}
	return sum;
}

/* Is there a number with those who have the outcome on one side of it, the others on the other? */
static bool
is_parted(const rt_scored *rows, int count)
{
	for (int i = 0; i < count; i++)
	{
		bool		up = true;
		bool		down = true;

		for (int j = 0; j < count; j++)
		{
			double		side = rows[j].score - rows[i].score;

			up &= !((rows[j].outcomes > 0 && side < 0) || (rows[j].others > 0 && side > 0));
			down &= !((rows[j].outcomes > 0 && side > 0) || (rows[j].others > 0 && side < 0));
		}
		if (up || down)
			return true;
	}
	return false;
}

static void
check_rule(const rt_scored *rows, int count)
{
	rt_rule		rule;
	bool		found = rt_rule_fit(rows, (size_t) count, &rule);
	int64_t		outcomes = 0;
	int64_t		others = 0;
	long double at;

	for (int i = 0; i < count; i++)
	{
		outcomes += rows[i].outcomes;
		others += rows[i].others;
	}
	CHECK(found == (outcomes > 0 && others > 0 && (count == 1 || !is_parted(rows, count))));
	if (!found)
		return;
	at = log_likelihood(rows, count, rule.intercept, rule.slope);
	for (int side = -1; side <= 1; side += 2)
	{
		/* a step of a thousandth of a standard error or so to each side leads down */
		double		step = 1e-3 / sqrt((double) (outcomes + others));
		long double middle = rows[count / 2].score;

		CHECK(log_likelihood(rows, count, rule.intercept + side * step, rule.slope) < at);
		if (count > 1)
			CHECK(log_likelihood(rows, count, rule.intercept - side * step * middle,
								 rule.slope + side * step) < at);
	}
	for (int i = 0; i < count; i++)
	{
		long double p = 1 / (1 + expl(-rule.intercept - (long double) rule.slope * rows[i].score));

		CHECK(fabsl(rt_rule_probability(&rule, rows[i].score) - p) < 1e-14L);
	}
}

static void
test_rule(void)
{
	for (int run = 0; run < 5000; run++)
	{
		rt_scored	rows[30];
		int			count = (int) random_between(1, run % 2 ? 4 : 30);
		double		unit = run % 5 == 0 ? 1000 : 1;
		double		number = (double) random_between(-3, 3) * unit;

		for (int i = 0; i < count; i++)
		{
			int			many = run % 7 == 0 ? 1000000 : 4;

			rows[i] = (rt_scored) {number, random_between(0, many), random_between(0, many)};
			if (run % 3 == 0 && random_between(0, 1))
				rows[i].outcomes = 0;
			else if (run % 3 == 1 && random_between(0, 1))
				rows[i].others = 0;
			if (rows[i].outcomes + rows[i].others == 0)
				rows[i].outcomes = 1;
			number += (double) random_between(1, 5) * unit;
		}
		check_rule(rows, count);
	}
}

/* Of two numbers it is the share of each */
static void
test_rule_of_two(void)
{
	for (int run = 0; run < 1000; run++)
	{
		rt_scored	rows[2] = {
			{(double) random_between(-20, 0), random_between(1, 500), random_between(1, 500)},
			{(double) random_between(1, 2000), random_between(1, 500), random_between(1, 500)}
		};
		rt_rule		rule;

		CHECK(rt_rule_fit(rows, 2, &rule));
		for (int i = 0; i < 2; i++)
		{
			int64_t		customers = rows[i].outcomes + rows[i].others;
			double		share = (double) rows[i].outcomes / (double) customers;

			CHECK(fabs(rt_rule_probability(&rule, rows[i].score) - share) < 1e-12);
		}
	}
}

/* One who bought among a million of many purchases that lie far behind; and the number of nobody */
static void
test_rule_extremes(void)
{
	rt_scored	rows[] = {{0, 1, 1000000}, {1, 0, 1}, {1e9, 1000000, 1}};
	rt_scored	same[] = {{5, 3, 1}};
	rt_rule		rule;

	CHECK(rt_rule_fit(rows, 3, &rule) && rule.slope > 0);
	CHECK(rt_rule_probability(&rule, 0) < 1e-5 && rt_rule_probability(&rule, 1e9) > 1 - 1e-5);
	CHECK(rt_rule_fit(same, 1, &rule) && rule.slope == 0);
	CHECK(fabs(rt_rule_probability(&rule, -1e300) - 0.75) < 1e-15);
	CHECK(!rt_rule_fit(same, 0, &rule));
}

/* ---------------------------------------------------------------------- rows */

/* Dates within some thousand days, ascending */
static size_t
random_dates(int32_t *dates, int32_t from, int count, int span)
{
	size_t		used = 0;
	int32_t		date = from;

	for (int i = 0; i < count; i++)
	{
		dates[used++] = date;
		date += (int32_t) random_between(1, span);
	}
	return used;
}

/* Purchases in (from, until] */
static int
within(const int32_t *dates, size_t count, int64_t from, int64_t until)
{
	int			found = 0;

	for (size_t i = 0; i < count; i++)
		found += dates[i] > from && dates[i] <= until;
	return found;
}

static void
test_see(void)
{
	for (int run = 0; run < 20000; run++)
	{
		int32_t		dates[30];
		size_t		count = random_dates(dates, (int32_t) random_between(-200, 100),
										 (int) random_between(1, 30),
										 run % 2 ? 10 : 60);
		int32_t		as_of = dates[count - 1] + (int32_t) random_between(0, 100);
		int32_t		days = (int32_t) random_between(1, 200);
		int64_t		begin = (int64_t) as_of - days;
		rt_seen		seen;

		rt_compared_see(dates, count, as_of, days, &seen);
		CHECK((int) seen.known == within(dates, count, INT64_MIN, begin));
		if (seen.known == 0)
			continue;
		CHECK(seen.row.x == (int) seen.known - 1 && seen.row.customers == 1);
		CHECK(seen.row.age == begin - dates[0]);
		CHECK(seen.row.t_x == dates[seen.row.x] - dates[0]);
		CHECK(seen.row.before == within(dates, count, begin - days, begin));
		CHECK(seen.row.after == within(dates, count, begin, as_of));
		CHECK(rt_compared_valid(&seen.row, days));
		CHECK(seen.has_past == (within(dates, count, INT64_MIN, begin - days) > 0));
		if (!seen.has_past)
			continue;
		CHECK(seen.past.count == within(dates, count, begin - 2 * (int64_t) days, begin - days));
		CHECK(seen.past.bought == (seen.row.before > 0) && seen.past.customers == 1);
		CHECK(within(dates, count, begin - days - seen.past.silence - 1,
					 begin - days - seen.past.silence) == 1);
		CHECK(within(dates, count, begin - days - seen.past.silence, begin - days) == 0);
		CHECK(rt_past_valid(&seen.past, days));
	}
}

/* The first and the last day there is, and a hold-out of all of them */
static void
test_see_ends(void)
{
	int32_t		dates[] = {RT_DATE_MIN, RT_DATE_MIN + 1, RT_DATE_MAX};
	rt_seen		seen;

	rt_compared_see(dates, 3, RT_DATE_MAX, RT_DATE_MAX - RT_DATE_MIN, &seen);
	CHECK(seen.known == 1 && seen.row.after == 2 && seen.row.age == 0 && !seen.has_past);
	rt_compared_see(dates, 3, RT_DATE_MAX, 1, &seen);
	CHECK(seen.known == 2 && seen.row.age == RT_DATE_MAX - 1 - RT_DATE_MIN);
	CHECK(seen.has_past && seen.past.count == 0 &&
		  seen.past.silence == RT_DATE_MAX - 2 - (RT_DATE_MIN + 1));
	CHECK(rt_compared_valid(&seen.row, 1) && rt_past_valid(&seen.past, 1));
}

static rt_compared
random_row(int days)
{
	rt_compared row = {.x = (int32_t) random_between(0, 5)};

	row.after = (int32_t) random_between(0, days);
	row.t_x = row.x == 0 ? 0 : row.x + (int32_t) random_between(0, 300);
	row.age = row.t_x + (int32_t) random_between(0, 400);
	row.before = row.age - row.t_x < days ? 1 + (row.x > 2 && days > 1) : 0;
	row.customers = random_between(1, 1000000);
	if (random_between(0, 1))
		row.opportunities = (rt_customer) {2, (double) random_between(2, 9), 10};
	return row;
}

/* Each number by itself out of what can be */
static void
test_valid(void)
{
	for (int run = 0; run < 2000; run++)
	{
		int			days = (int) random_between(1, 100);
		rt_compared row = random_row(days);
		rt_compared bad;
		rt_past		past = {days, 0, 1, 3};

		CHECK(rt_compared_valid(&row, days));
#define BAD(change) (bad = row, change, !rt_compared_valid(&bad, days))
		CHECK(BAD(bad.x = -1));
		CHECK(BAD(bad.x = bad.t_x + 1));
		CHECK(row.x == 0 || BAD(bad.x = 0));
		CHECK(BAD(bad.age = bad.t_x - 1));
		CHECK(BAD(bad.before = row.before > 0 ? 0 : 1));
		CHECK(BAD(bad.before = -1));
		CHECK(BAD(bad.before = row.x + 2));
		CHECK(BAD(bad.before = days + 1));
		CHECK(BAD(bad.after = -1));
		CHECK(BAD(bad.after = days + 1));
		CHECK(BAD(bad.customers = 0));
		CHECK(BAD(bad.opportunities.t_x = 11));
		CHECK(BAD(bad.opportunities.x = bad.opportunities.t_x + 1));
		CHECK(BAD((bad.opportunities = (rt_customer) {0, 1, 1})));
		CHECK(BAD(bad.opportunities.age = 1e300));
		CHECK(rt_past_valid(&past, days));
		past = (rt_past) {0, days, 0, 1};
		CHECK(rt_past_valid(&past, days));
		past = (rt_past) {0, days - 1, 0, 1};
		CHECK(!rt_past_valid(&past, days));
		past = (rt_past) {1, days, 0, 1};
		CHECK(!rt_past_valid(&past, days));
		past = (rt_past) {days + 1, 0, 0, 1};
		CHECK(!rt_past_valid(&past, days));
		past = (rt_past) {1, 0, 2, 1};
		CHECK(!rt_past_valid(&past, days));
		past = (rt_past) {1, 0, 0, 0};
		CHECK(!rt_past_valid(&past, days));
	}
}

static bool
same_row(const rt_compared *a, const rt_compared *b)
{
	return rt_compared_order(a, b, NULL) == 0 &&
		rt_compared_order_opportunities(a, b, NULL) == 0 && a->customers == b->customers;
}

static void
test_numbers(void)
{
	rt_counted	before = {0};
	uint8_t		bytes[RT_COUNTED_MAX];

	for (int run = 0; run < 20000; run++)
	{
		rt_compared row = random_row(50);
		rt_compared again;
		rt_past		past = {row.before, row.x, run % 2, row.customers};
		rt_past		past_again;
		rt_counted	counted;
		rt_counted	read;
		rt_counted_key key;
		size_t		size;
		bool		of_past = run % 5 == 0;

		if (run % 9 == 0)
			row.age = INT32_MAX;
		if (of_past)
			rt_past_to_numbers(&past, &counted);
		else
			rt_compared_to_numbers(&row, row.opportunities.age > 0, &counted);
		size = rt_counted_key_of(&counted, &key);
		CHECK(size <= sizeof(key) && rt_counted_from_key(&key, size, &read));
		CHECK(read.columns == counted.columns);
		read.customers = counted.customers;
		if (of_past)
		{
			CHECK(rt_past_from_numbers(&read, &past_again));
			CHECK(rt_past_order(&past, &past_again, NULL) == 0);
			CHECK(past_again.customers == past.customers);
			CHECK(!rt_compared_from_numbers(&read, &again));
		}
		else
		{
			CHECK(rt_compared_from_numbers(&read, &again) && same_row(&row, &again));
			CHECK(!rt_past_from_numbers(&read, &past_again));
		}
		CHECK(size < 2 || !rt_counted_from_key(&key, size - 1, &read) ||
			  read.columns < counted.columns);

		size = rt_counted_put(&before, &counted, bytes);
		CHECK(size <= sizeof(bytes));
		CHECK(rt_counted_get(&before, counted.columns, bytes, bytes + size, &read) ==
			  bytes + size);
		CHECK(memcmp(read.numbers, counted.numbers, counted.columns * sizeof(uint64_t)) == 0);
		CHECK(read.customers == counted.customers);
		CHECK(rt_counted_get(&before, counted.columns, bytes, bytes + size - 1, &read) == NULL);
		memset(&before, 0, sizeof(before));
		before = counted;
	}
}

/* Numbers that no row has, and keys of too many */
static void
test_no_numbers(void)
{
	rt_counted	counted = {RT_COMPARED_NUMBERS, {1, UINT64_C(1) << 31, 0, 0, 0}, 1};
	rt_compared row;
	rt_past		past;
	uint8_t		nine[9] = {0};
	uint8_t		endless[11];

	CHECK(!rt_compared_from_numbers(&counted, &row));
	counted.columns = RT_PAST_NUMBERS;
	CHECK(!rt_past_from_numbers(&counted, &past));
	CHECK(rt_counted_from_key(nine, 8, &counted) && !rt_counted_from_key(nine, 9, &counted));
	memset(endless, 0x80, sizeof(endless));
	CHECK(!rt_counted_from_key(endless, sizeof(endless), &counted));
	for (int i = 0; i < 100000; i++)
	{
		rt_counted	before = {0};
		rt_counted	read;
		uint8_t		bytes[40];

		for (size_t j = 0; j < sizeof(bytes); j++)
			bytes[j] = (uint8_t) random_bits();
		if (rt_counted_get(&before, RT_COMPARED_NUMBERS, bytes, bytes + sizeof(bytes), &read))
			CHECK(read.customers >= 0);
	}
}

/*
 * Levels part rows in half, and half again: within five deviations of a fair coin; and depend on
 * each number of a row alone.
 */
static void
test_levels(void)
{
	const int	n = 100000;
	int			at_least[RT_LEVELS] = {0};
	int			moved[RT_COMPARED_NUMBERS] = {0};

	for (int i = 0; i < n; i++)
	{
		rt_compared row = {.x = 1 + i % 3, .t_x = 3 + i % 500, .age = 600 + i / 500};
		rt_compared other = row;
		int			level = rt_compared_level(&row);
		int32_t    *numbers[] = {&other.x, &other.t_x, &other.age, &other.before, &other.after};

		CHECK(level >= 0 && level <= RT_LEVEL_MAX);
		for (int j = 0; j <= level; j++)
			at_least[j]++;
		other.customers = 7;
		other.opportunities = (rt_customer) {1, 2, 3};
		CHECK(rt_compared_level(&other) == level);
		for (int j = 0; j < RT_COMPARED_NUMBERS; j++)
		{
			++*numbers[j];
			moved[j] += rt_compared_level(&other) != level;
			--*numbers[j];
		}
	}
	for (int level = 0; level < 12; level++)
	{
		double		p = ldexp(1, -level);

		CHECK(fabs(at_least[level] - n * p) <= 5 * sqrt(n * p * (1 - p)));
	}

	/* two levels are the same by chance for one of three */
	for (int j = 0; j < RT_COMPARED_NUMBERS; j++)
		CHECK(fabs(moved[j] - n * 2.0 / 3) < 5 * sqrt(n * 2.0 / 9));
}

static void
test_order(void)
{
	static rt_compared rows[3000];
	const size_t n = sizeof(rows) / sizeof(rows[0]);

	for (size_t i = 0; i < n; i++)
		rows[i] = random_row(20);
	rt_sort(rows, n, sizeof(rt_compared), rt_compared_order, NULL);
	for (size_t i = 1; i < n; i++)
	{
		const rt_compared *a = &rows[i - 1];
		const rt_compared *b = &rows[i];

		CHECK(a->x < b->x || (a->x == b->x && a->t_x < b->t_x) ||
			  (a->x == b->x && a->t_x == b->t_x && a->age <= b->age));
	}
	rt_sort(rows, n, sizeof(rt_compared), rt_compared_order_opportunities, NULL);
	for (size_t i = 1; i < n; i++)
		CHECK(rows[i - 1].opportunities.t_x <= rows[i].opportunities.t_x);
}

static const check_case comparison_cases[] = {
	{"comparison: the log loss is what its definition says", test_log_loss},
	{"comparison: customers are judged as one by one", test_judge},
	{"comparison: the area with ties is that of all pairs", test_auc_with_ties},
	{"comparison: no rule is likelier than that of the fit", test_rule},
	{"comparison: a rule of two numbers is their shares", test_rule_of_two},
	{"comparison: rules of extreme numbers", test_rule_extremes},
	{"comparison: customers are seen as day by day", test_see},
	{"comparison: customers at the ends of the calendar", test_see_ends},
	{"comparison: rows that cannot be are not valid", test_valid},
	{"comparison: rows as keys and as bytes", test_numbers},
	{"comparison: numbers that are no rows", test_no_numbers},
	{"comparison: levels part rows in half", test_levels},
	{"comparison: rows in order", test_order},
	{NULL, NULL}
};

CHECK_CASES(comparison);
