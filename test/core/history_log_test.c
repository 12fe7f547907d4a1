/*
 * history_log_test.c
 *		Aggregate states: partial states, moving frames, blocks that fill up.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "histories.h"
#include "core/history_log.h"

/* A log in a block of its own, as small as it can be, so that ASan sees overruns */
typedef struct log_block
{
	rt_log	   *log;
	size_t		capacity;
} log_block;

static log_block
new_block(size_t capacity)
{
	log_block	b;

	b.capacity = capacity;
	b.log = malloc(capacity);
	rt_log_init(b.log);
	return b;
}

static void
grow(log_block *b, uint8_t format)
{
	size_t		capacity = b->capacity;
	log_block	larger;

	do
	{
		capacity += (size_t) random_between(1, 64);
		larger = new_block(capacity);
		if (rt_log_copy(larger.log, larger.capacity, b->log, format) == RT_OK)
			break;
		free(larger.log);
	} while (true);
	free(b->log);
	*b = larger;
}

static void
append(log_block *b, const rt_day *row)
{
	while (rt_log_append(b->log, b->capacity, row) == RT_NO_SPACE)
		grow(b, rt_log_format_with_row(b->log->format, row));
	CHECK(rt_log_check(b->log, b->capacity) == NULL);
}

static void
append_all(log_block *b, const uint8_t *bytes, size_t size)
{
	while (rt_log_append_all(b->log, b->capacity, bytes, size) == RT_NO_SPACE)
		grow(b, rt_log_format_with(b->log->format, bytes[0]));
	CHECK(rt_log_check(b->log, b->capacity) == NULL);
}

static bool
finish(const log_block *b, byte_string *out)
{
	rt_day		days[MAX_ROWS],
				workspace[MAX_ROWS];
	size_t		count = MAX_ROWS;
	int32_t		bad_date;

	out->size = rt_log_finish(b->log, out->bytes);
	if (out->size > 0)
		return true;
	if (rt_history_days((const uint8_t *) b->log, b->log->used, days, &count) != RT_OK ||
		rt_days_normalize(days, &count, workspace, &bad_date) != RT_OK)
		return false;
	out->size = count == 0 ? 0 : rt_days_encode(days, count, out->bytes);
	return true;
}

static int
by_date(const void *a, const void *b)
{
	const rt_day *left = a,
			   *right = b;

	return (left->date > right->date) - (left->date < right->date);
}

static void
test_one_state(void)
{
	static byte_string expected,
				found;
	rt_day		rows[MAX_ROWS];

	for (int i = 0; i < 3000; i++)
	{
		size_t		most = i % 10 == 0 ? MAX_ROWS : 40;
		size_t		count = random_rows(rows, most, (row_style) (i % ROW_STYLES));
		log_block	b = new_block(sizeof(rt_log));
		bool		fits = encode_rows(rows, count, &expected);

		if (i % 2 == 0)
			qsort(rows, count, sizeof(rt_day), by_date);
		for (size_t j = 0; j < count; j++)
			append(&b, &rows[j]);
		CHECK(finish(&b, &found) == fits);
		if (fits)
			CHECK(same_bytes(&expected, &found));
		free(b.log);
	}
}

/*
 * Any split into partial states, some of them finished on the way (as when
 * they travel as text), merged in any order
 */
static void
test_partial_states(void)
{
	static byte_string expected,
				found,
				part;
	rt_day		rows[MAX_ROWS];

	for (int i = 0; i < 3000; i++)
	{
		size_t		count = random_rows(rows, 60, (row_style) (i % EXTREME));
		log_block	parts[6];
		log_block	merged = new_block(sizeof(rt_log) + (size_t) random_between(0, 100));
		bool		done[6] = {false};

		CHECK(encode_rows(rows, count, &expected));
		if (i % 3 == 0)
			qsort(rows, count, sizeof(rt_day), by_date);
		for (int j = 0; j < 6; j++)
			parts[j] = new_block(sizeof(rt_log) + 8);
		for (size_t j = 0; j < count; j++)
			append(&parts[random_between(0, 5)], &rows[j]);
		for (int j = 0; j < 6;)
		{
			int64_t		k = random_between(0, 5);

			if (done[k])
				continue;
			done[k] = true;
			j++;
			if (random_between(0, 2) == 0)
			{
				CHECK(finish(&parts[k], &part));
				if (part.size > 0)
					append_all(&merged, part.bytes, part.size);
			}
			else
				append_all(&merged, (const uint8_t *) parts[k].log, parts[k].log->used);
			free(parts[k].log);
		}
		CHECK(finish(&merged, &found));
		CHECK(same_bytes(&expected, &found));
		free(merged.log);
	}
}

/* Every frame of a moving window equals the frame computed from scratch */
static void
test_moving_frames(void)
{
	static byte_string expected,
				found;
	rt_day		rows[MAX_ROWS];

	for (int i = 0; i < 400; i++)
	{
		size_t		count = random_rows(rows, 120, (row_style) (i % EXTREME));
		log_block	b = new_block(sizeof(rt_log));
		size_t		from = 0;
		size_t		most = (size_t) random_between(1, 30);

		if (i % 4 != 0)
			qsort(rows, count, sizeof(rt_day), by_date);
		for (size_t until = 1; until <= count; until++)
		{
			append(&b, &rows[until - 1]);
			while (until - from > most)
			{
				CHECK(rt_log_remove(b.log, &rows[from]) == RT_OK);
				CHECK(rt_log_check(b.log, b.capacity) == NULL);
				from++;
			}
			CHECK(encode_rows(rows + from, until - from, &expected));
			CHECK(finish(&b, &found));
			CHECK(same_bytes(&expected, &found));
		}

		/* a block does not grow with the rows that passed through it */
		CHECK(b.capacity <= sizeof(rt_log) + (most + 2) * RT_RECORD_MAX * 3 + 64);
		while (from < count)
			CHECK(rt_log_remove(b.log, &rows[from++]) == RT_OK);
		CHECK(rt_log_empty(b.log));
		CHECK(rt_log_remove(b.log, &rows[0]) == RT_NOT_CONTAINED);
		free(b.log);
	}
}

static void
test_moving_histories(void)
{
	static byte_string parts[20],
				expected,
				found;
	rt_day		rows[20][20],
				frame[MAX_ROWS];
	size_t		counts[20];

	for (int i = 0; i < 500; i++)
	{
		log_block	b = new_block(sizeof(rt_log));

		for (int j = 0; j < 20; j++)
		{
			counts[j] = random_rows(rows[j], 20, (row_style) (i % EXTREME));
			CHECK(encode_rows(rows[j], counts[j], &parts[j]));
			if (parts[j].size > 0)
				append_all(&b, parts[j].bytes, parts[j].size);
			if (j >= 5 && parts[j - 5].size > 0)
				CHECK(rt_log_remove_all(b.log, parts[j - 5].bytes, parts[j - 5].size) == RT_OK);
			if (j >= 5)
			{
				size_t		count = 0;

				for (int k = j - 4; k <= j; k++)
				{
					memcpy(frame + count, rows[k], counts[k] * sizeof(rt_day));
					count += counts[k];
				}
				CHECK(encode_rows(frame, count, &expected));
				CHECK(finish(&b, &found));
				CHECK(same_bytes(&expected, &found));
			}
		}
		free(b.log);
	}
}

/* A log that has no room says so and stays as it was */
static void
test_full_block(void)
{
	rt_day		rows[MAX_ROWS];

	for (int i = 0; i < 2000; i++)
	{
		size_t		count = random_rows(rows, 60, (row_style) (i % ROW_STYLES));
		log_block	b = new_block(sizeof(rt_log) + (size_t) random_between(0, 200));
		static byte_string more;
		size_t		done = 0;

		while (done < count && rt_log_append(b.log, b.capacity, &rows[done]) == RT_OK)
			done++;
		if (done < count)
		{
			rt_log		before = *b.log;
			rt_day		two[2];

			CHECK(rt_log_append(b.log, b.capacity, &rows[done]) == RT_NO_SPACE);
			CHECK(memcmp(&before, b.log, sizeof(rt_log)) == 0);
			two[0] = rows[done];
			two[1] = rows[done];
			two[0].date = 5000;
			two[1].date = 5001;
			more.size = rt_days_encode(two, 2, more.bytes);
			if (!rt_log_empty(b.log) &&
				rt_log_append_all(b.log, b.capacity, more.bytes, more.size) == RT_NO_SPACE)
				CHECK(memcmp(&before, b.log, sizeof(rt_log)) == 0);
		}
		free(b.log);
	}
}

/* The checker sees each flag and each number that is not what the records say */
static void
test_checker(void)
{
	rt_day		rows[2] = {{-501, 20, 0, 0}, {2000, 10, 1, 0}};
	log_block	b = new_block(200);
	rt_log		log;

	append(&b, &rows[0]);
	append(&b, &rows[1]);
	log = *b.log;
	CHECK(log.order == (RT_LOG_UNSORTED | RT_LOG_SPECIAL) && log.last_date == 10);
	b.log->order = RT_LOG_SPECIAL;
	CHECK(rt_log_check(b.log, b.capacity) != NULL);
	b.log->order = RT_LOG_UNSORTED;
	CHECK(rt_log_check(b.log, b.capacity) != NULL);
	*b.log = log;
	b.log->last_date = 20;
	CHECK(rt_log_check(b.log, b.capacity) != NULL);
	*b.log = log;
	b.log->used--;
	CHECK(rt_log_check(b.log, b.capacity) != NULL);
	*b.log = log;
	b.log->format |= RT_FORMAT_UNPRICED;
	CHECK(rt_log_check(b.log, b.capacity) != NULL);
	*b.log = log;
	CHECK(rt_log_check(b.log, b.capacity) == NULL);
	CHECK(rt_log_check(b.log, b.log->used - 1) != NULL);
	b.log->head = b.log->used + 1;
	CHECK(rt_log_check(b.log, b.capacity) != NULL);
	*b.log = log;

	/* without the row that needed it the format is too wide: only a row taken away explains that */
	CHECK(rt_log_remove(b.log, &rows[0]) == RT_OK && rt_log_check(b.log, b.capacity) == NULL);
	b.log->order &= (uint8_t) ~RT_LOG_MOVED;
	CHECK(rt_log_check(b.log, b.capacity) != NULL);
	free(b.log);
}

/* What needed a wider format is gone: the bytes are those of what is left, in another log, too */
static void
test_moved_and_merged(void)
{
	static byte_string expected,
				found;
	const rt_day rows[2][3] = {
		{{.date = 1, .orders = 1, .money = 12345}, {.date = 2, .orders = 1, .money = 500},
		{.date = 3, .orders = 1, .money = 600}},
		{{.date = 1, .orders = 1, .money = 500}, {.date = 2, .orders = 1, .unknown = 1},
	{.date = 3, .orders = 1, .unknown = 1}}};

	for (int kind = 0; kind < 2; kind++)
	{
		log_block	moved = new_block(sizeof(rt_log));
		log_block	merged = new_block(sizeof(rt_log));

		for (int i = 0; i < 3; i++)
			append(&moved, &rows[kind][i]);
		CHECK(rt_log_remove(moved.log, &rows[kind][0]) == RT_OK);
		append_all(&merged, (const uint8_t *) moved.log, moved.log->used);
		CHECK(encode_rows(rows[kind] + 1, 2, &expected));
		CHECK(finish(&moved, &found) && same_bytes(&expected, &found));
		CHECK(finish(&merged, &found) && same_bytes(&expected, &found));
		free(moved.log);
		free(merged.log);
	}
}

static const check_case history_log_cases[] = {
	{"log: rows one by one, blocks of any size", test_one_state},
	{"log: any split into partial states, merged in any order", test_partial_states},
	{"log: moving frames equal frames from scratch", test_moving_frames},
	{"log: moving frames of histories", test_moving_histories},
	{"log: a full block stays as it was", test_full_block},
	{"log: the checker finds what does not hold", test_checker},
	{"log: rows taken away, then merged", test_moved_and_merged},
	{NULL, NULL}
};

CHECK_CASES(history_log);
