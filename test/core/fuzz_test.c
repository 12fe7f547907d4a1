/*
 * fuzz_test.c
 *		100,000 damaged inputs each for the binary and the text form, seeded.
 *
 * An input is accepted only if it is exactly what output would have written
 * (binary) or if it means the same after being written out and read again
 * (text).  Each lies in a block of exactly its size, so that ASan sees a read
 * beyond its end.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "histories.h"
#include "core/history_log.h"
#include "core/history_questions.h"
#include "core/history_text.h"

#define INPUTS 100000

static void
damage(uint8_t *bytes, size_t *size, size_t room)
{
	for (int64_t n = random_between(1, 4); n > 0; n--)
	{
		size_t		at = *size > 0 ? (size_t) random_between(0, (int64_t) *size - 1) : 0;

		switch (random_between(0, 6))
		{
			case 0:				/* flip a bit */
				if (*size > 0)
					bytes[at] ^= (uint8_t) (1 << random_between(0, 7));
				break;
			case 1:				/* any byte */
				if (*size > 0)
					bytes[at] = (uint8_t) random_bits();
				break;
			case 2:				/* cut short */
				*size = at;
				break;
			case 3:				/* insert */
				if (*size < room)
				{
					memmove(bytes + at + 1, bytes + at, *size - at);
					bytes[at] = (uint8_t) random_bits();
					(*size)++;
				}
				break;
			case 4:				/* delete */
				if (*size > 0)
				{
					memmove(bytes + at, bytes + at + 1, *size - at - 1);
					(*size)--;
				}
				break;
			case 5:				/* append noise */
				while (*size < room && random_between(0, 3) > 0)
					bytes[(*size)++] = (uint8_t) random_bits();
				break;
			default:			/* long varints */
				if (*size > 0)
					bytes[at] |= 0x80;
		}
	}
}

/* Reads of every kind; what they return does not matter, only that they stay inside */
static void
read_all(const uint8_t *bytes, size_t size)
{
	rt_day		days[MAX_ROWS];
	size_t		count = MAX_ROWS;
	rt_summary	summary;
	rt_rfm		rfm;
	rt_day_amounts amounts;
	bool		found;

	(void) rt_history_count(bytes, size);
	(void) rt_history_days(bytes, size, days, &count);
	(void) rt_history_summary(bytes, size, &summary, &found);
	(void) rt_history_rfm(bytes, size, 9000, &rfm, &found);
	(void) rt_history_recency(bytes, size, 9000, &rfm, &found);
	(void) rt_history_amounts(bytes, size, 9000, &amounts, &found);
}

static void
test_binary(void)
{
	static byte_string start,
				again;
	rt_day		rows[MAX_ROWS],
				days[MAX_ROWS];
	int			accepted = 0,
				rejected = 0;

	for (int i = 0; i < INPUTS; i++)
	{
		size_t		where,
					count = MAX_ROWS;
		const char *error;
		uint8_t    *bytes;

		do
		{
			count = random_rows(rows, 8, (row_style) (i % ROW_STYLES));
		} while (!encode_rows(rows, count, &start) || start.size == 0);
		if (i % 10 != 0)
			damage(start.bytes, &start.size, MAX_ROWS);
		bytes = malloc(start.size > 0 ? start.size : 1);
		memcpy(bytes, start.bytes, start.size);
		read_all(bytes, start.size);
		error = rt_history_check(bytes, start.size, &where);
		CHECK(where <= start.size);
		if (error == NULL)
		{
			accepted++;
			count = MAX_ROWS;
			CHECK(rt_history_days(bytes, start.size, days, &count) == RT_OK);
			again.size = rt_days_encode(days, count, again.bytes);
			CHECK(same_bytes(&start, &again));
		}
		else
		{
			rejected++;
			CHECK(i % 10 != 0);
		}
		free(bytes);
	}

	/* the fuzzer would show nothing if it found only one kind */
	CHECK(accepted > INPUTS / 10 && rejected > INPUTS / 10);
	printf("# binary: %d accepted, %d rejected\n", accepted, rejected);
}

static void
test_log_bytes(void)
{
	rt_day		rows[MAX_ROWS];

	for (int i = 0; i < INPUTS; i++)
	{
		size_t		count = random_rows(rows, 8, (row_style) (i % ROW_STYLES));
		rt_log	   *log = malloc(4096);
		size_t		size;
		uint8_t    *bytes;

		rt_log_init(log);
		for (size_t j = 0; j < count; j++)
			(void) rt_log_append(log, 4096, &rows[j]);
		size = log->used;
		damage((uint8_t *) log, &size, 4000);
		bytes = malloc(size > 0 ? size : 1);
		memcpy(bytes, log, size);
		read_all(bytes, size);
		free(bytes);
		free(log);
	}
}

static size_t
print_days(const rt_day *days, size_t count, char *text)
{
	size_t		length = 0;

	text[length++] = '{';
	for (size_t i = 0; i < count; i++)
	{
		if (i > 0)
			text[length++] = ',';
		length += rt_day_print(&days[i], text + length);
	}
	text[length++] = '}';
	return length;
}

static void
test_text(void)
{
	rt_day		rows[MAX_ROWS],
				days[MAX_ROWS];
	static uint8_t start[MAX_ROWS * RT_DAY_TEXT_MAX];
	char		again[20 * RT_DAY_TEXT_MAX];
	int			accepted = 0,
				rejected = 0;

	for (int i = 0; i < INPUTS; i++)
	{
		size_t		count = random_rows(rows, 6, (row_style) (i % ROW_STYLES));
		size_t		day_count,
					where,
					length;
		char	   *text;

		if (!add_up(rows, count, days, &day_count) || day_count == 0)
		{
			i--;
			continue;
		}
		length = print_days(days, day_count, (char *) start);
		if (i % 10 != 0)
			damage(start, &length, sizeof(start));
		text = malloc(length > 0 ? length : 1);
		memcpy(text, start, length);
		if (rt_history_parse(text, length, days, 16, &count, &where) == NULL)
		{
			static byte_string first,
						second;
			size_t		written = print_days(days, count, again);

			accepted++;
			first.size = rt_days_encode(days, count, first.bytes);
			CHECK(rt_history_check(first.bytes, first.size, &where) == NULL);
			CHECK(rt_history_parse(again, written, days, 16, &count, &where) == NULL);
			second.size = rt_days_encode(days, count, second.bytes);
			CHECK(same_bytes(&first, &second));
		}
		else
		{
			rejected++;
			CHECK(where <= length);
			CHECK(i % 10 != 0);
		}
		free(text);
	}
	CHECK(accepted > INPUTS / 10 && rejected > INPUTS / 10);
	printf("# text: %d accepted, %d rejected\n", accepted, rejected);
}

static const check_case fuzz_cases[] = {
	{"fuzz: 100,000 binary inputs", test_binary},
	{"fuzz: 100,000 aggregate states", test_log_bytes},
	{"fuzz: 100,000 text inputs", test_text},
	{NULL, NULL}
};

CHECK_CASES(fuzz);
