/*
 * fit_rows_test.c
 *		Rows of a fit as bytes and as keys: the same again, in few bytes; bytes that are no rows.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/fit_rows.h"
#include "core/sort.h"

#define ROWS 2000

static rt_fit_entry entries[ROWS];
static uint8_t bytes[ROWS * RT_FIT_ENTRY_MAX];

static double
random_uniform(void)
{
	return (double) (random_bits() >> 11) / 9007199254740992.0;
}

/* How numbers come about */
typedef double (*number_of) (int column);

static double
of_days(int column)
{
	return (double) random_between(0, column == 0 ? 20 : 1500);
}

static double
of_weeks(int column)
{
	return column == 0 ? of_days(0) : of_days(column) / 7;
}

/* As numeric division gives them, with 17 digits, which are at times the double beside it */
static double
of_weeks_by_numeric(int column)
{
	char		digits[40];

	snprintf(digits, sizeof(digits), "%.16Le", (long double) of_days(column) / 7);
	return column == 0 ? of_days(0) : strtod(digits, NULL);
}

static double
of_decimals(int column)
{
	return column == 0 ? of_days(0) : of_days(column) / 100;
}

static double
of_doubles(int column)
{
	return column == 0 ? of_days(0) : random_uniform() * 1500;
}

static double
of_any_size(int column)
{
	return ldexp(random_uniform(), (int) random_between(-1074, 1024));
}

static void
make_entries(number_of number, bool weights)
{
	for (int i = 0; i < ROWS; i++)
	{
		rt_fit_row	row = {.weight = 1};

		for (int j = 0; j < RT_FIT_NUMBERS; j++)
			row.numbers[j] = number(j);
		if (weights)
			row.weight = random_between(0, 1) == 0 ? 0.5 : 0.5 + random_uniform();
		entries[i] = rt_fit_entry_of(&row);
		if (random_between(0, 2) == 0)
			entries[i].count = random_between(1, INT64_MAX);
	}
}

/* Writes all and reads them again; returns the bytes */
static size_t
round_trip(void)
{
	rt_fit_coder coder = {0};
	rt_fit_coder reader = {0};
	size_t		size = 0;
	const uint8_t *p = bytes;

	rt_fit_units(entries, ROWS, coder.units);
	memcpy(reader.units, coder.units, sizeof(coder.units));
	for (int i = 0; i < ROWS; i++)
	{
		size_t		row_size = rt_fit_put(&coder, &entries[i], bytes + size);

		CHECK(row_size > 0 && row_size <= RT_FIT_ENTRY_MAX);
		size += row_size;
	}
	for (int i = 0; i < ROWS; i++)
	{
		rt_fit_entry entry;

		p = rt_fit_get(&reader, p, bytes + size, &entry);
		CHECK(p != NULL && memcmp(&entry, &entries[i], sizeof(entry)) == 0);
		if (p == NULL)
			return size;
	}
	CHECK(p == bytes + size);
	CHECK(memcmp(&reader, &coder, sizeof(coder)) == 0);
	return size;
}

static void
test_round_trip(void)
{
	static const number_of numbers[] = {
		of_days, of_weeks, of_weeks_by_numeric, of_decimals, of_doubles, of_any_size
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
	{
		make_entries(numbers[i], false);
		round_trip();
		make_entries(numbers[i], true);
		round_trip();
		rt_sort(entries, ROWS, sizeof(rt_fit_entry), rt_fit_compare_rows, NULL);
		round_trip();
	}
}

/* Customers of whole weights, in order: the most bytes for each */
static void
check_bytes(number_of number, double bytes_max)
{
	make_entries(number, false);
	for (int i = 0; i < ROWS; i++)
		entries[i].count = 1;
	rt_sort(entries, ROWS, sizeof(rt_fit_entry), rt_fit_compare_rows, NULL);
	CHECK((double) round_trip() <= ROWS * bytes_max);
}

static void
test_size(void)
{
	check_bytes(of_days, 5);
	check_bytes(of_weeks, 6);
	check_bytes(of_weeks_by_numeric, 6);
	check_bytes(of_decimals, 6);
	check_bytes(of_doubles, 17);
}

/* As a key and from it; different entries have different keys */
static void
test_keys(void)
{
	static const number_of numbers[] = {of_days, of_weeks, of_any_size};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
	{
		make_entries(numbers[i], i % 2 == 0);
		for (int j = 0; j < ROWS; j++)
		{
			rt_fit_key	key;
			rt_fit_key	other;
			rt_fit_entry entry;
			rt_tally_entry counted = {&key, rt_fit_key_of(&entries[j], &key), &entries[j].count};

			CHECK(rt_fit_from_key(&counted, &entry));
			CHECK(memcmp(&entry, &entries[j], sizeof(entry)) == 0);
			if (j > 0)
			{
				bool		same = rt_fit_compare_rows(&entries[j], &entries[j - 1], NULL) == 0;
				size_t		size = rt_fit_key_of(&entries[j - 1], &other);

				CHECK(same ==
					  (size == counted.key_size && memcmp(&key, &other, size) == 0));
			}
			counted.key_size++;
			CHECK(!rt_fit_from_key(&counted, &entry));
		}
	}
}

/* Whole weights add up, others do not; no number is minus zero */
static void
test_weights(void)
{
	static const double whole[] = {1, 2, 1e6, RT_WHOLE_MAX - 1};
	static const double others[] = {0.5, 2.25, RT_WHOLE_MAX, 1e300, 5e-324};

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
	{
		rt_fit_row	row = {.numbers = {-0.0, 1, 2}, .weight = whole[i]};
		rt_fit_entry entry = rt_fit_entry_of(&row);

		CHECK(entry.row.weight == 0 && (double) entry.count == whole[i]);
		CHECK(!signbit(entry.row.numbers[0]));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
	{
		rt_fit_row	row = {.numbers = {0, 1, 2}, .weight = others[i]};
		rt_fit_entry entry = rt_fit_entry_of(&row);

		CHECK(entry.row.weight == others[i] && entry.count == 1);
	}
}

/* Any bytes: nothing is read beyond them, and what is read may be written again */
static void
test_hostile(void)
{
	for (int run = 0; run < 20000; run++)
	{
		size_t		size = (size_t) random_between(0, 80);
		uint8_t    *block = malloc(size + 1);
		rt_fit_coder coder = {.weight = random_between(0, 1) == 0 ? NAN : 0.5};
		const uint8_t *p = block;
		rt_fit_entry entry;

		for (size_t i = 0; i < size; i++)
			block[i] = (uint8_t) random_between(random_between(0, 1) == 0 ? 0 : 100, 255);
		for (int i = 0; i < RT_FIT_NUMBERS; i++)
		{
			coder.units[i] = (uint8_t) random_between(0, random_between(0, 1) == 0 ? 14 : 255);
			coder.codes[i] = random_bits();
		}
		while ((p = rt_fit_get(&coder, p, block + size, &entry)) != NULL)
		{
			rt_fit_key	key;
			uint8_t		again[RT_FIT_ENTRY_MAX];
			rt_fit_coder writer = coder;

			CHECK(entry.count > 0 && entry.row.weight >= 0);
			for (int i = 0; i < RT_FIT_NUMBERS; i++)
			{
				if (!(entry.row.numbers[i] >= 0))
					entry.row.numbers[i] = 0;
			}
			CHECK(rt_fit_key_of(&entry, &key) <= sizeof(key));
			rt_fit_put(&writer, &entry, again);
		}
		free(block);
	}
}

static const check_case fit_rows_cases[] = {
	{"fit rows: written and read they are the same, whatever their numbers", test_round_trip},
	{"fit rows: days, weeks and decimals take few bytes", test_size},
	{"fit rows: a key is that of its row alone", test_keys},
	{"fit rows: whole weights are added up, others counted", test_weights},
	{"fit rows: no bytes make it read beyond their end", test_hostile},
	{NULL, NULL}
};

CHECK_CASES(fit_rows);
