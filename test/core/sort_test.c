/*
 * sort_test.c
 *		Sorting against qsort, in n log n steps, and left in the middle.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/poll.h"
#include "core/sort.h"

#define COUNT 20000

/* Of all sizes: the key is at the beginning */
#define SIZE_MAX_TESTED 41

static unsigned char elements[COUNT * SIZE_MAX_TESTED];
static unsigned char expected[COUNT * SIZE_MAX_TESTED];
static size_t comparisons;
static const void *argument_seen;

static int
by_key_and_rest(const void *a, const void *b, size_t size)
{
	uint32_t	left;
	uint32_t	right;

	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	if (left != right)
		return left < right ? -1 : 1;
	return memcmp(a, b, size);
}

static size_t tested_size;

static int
for_qsort(const void *a, const void *b)
{
	return by_key_and_rest(a, b, tested_size);
}

static int
for_sort(const void *a, const void *b, const void *size)
{
	comparisons++;
	argument_seen = size;
	return by_key_and_rest(a, b, *(const size_t *) size);
}

/* Keys of some pattern, and bytes behind them that must travel with them */
static void
fill(int pattern, size_t count, size_t size)
{
	for (size_t i = 0; i < count; i++)
	{
		uint32_t	key = (uint32_t) random_bits();

		switch (pattern)
		{
			case 0:
				break;
			case 1:
				key %= 3;
				break;
			case 2:
				key = (uint32_t) i;
				break;
			case 3:
				key = (uint32_t) (count - i);
				break;
			case 4:
				key = (uint32_t) (i < count / 2 ? i : count - i);	/* up and down */
				break;
			case 5:
				key = 7;
				break;
			case 6:
				key = (uint32_t) (i % 17 * 1000 + i);	/* a saw */
				break;
			default:
				key = i + 1 < count ? (uint32_t) i + 1 : 0; /* in order but for the last one */
		}
		memcpy(elements + i * size, &key, sizeof(key));
		for (size_t byte = sizeof(key); byte < size; byte++)
			elements[i * size + byte] = (unsigned char) random_bits();
	}
}

#define PATTERNS 8

static void
sorts_as_qsort(void)
{
	static const size_t sizes[] = {4, 5, 8, 12, 16, 24, 32, 40, 41};
	static const size_t counts[] = {0, 1, 2, 3, 7, 8, 9, 40, 41, 100, 1000, COUNT};

	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
	{
		for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++)
		{
			for (int pattern = 0; pattern < PATTERNS; pattern++)
			{
				size_t		size = sizes[s];
				size_t		count = counts[c];

				tested_size = size;
				fill(pattern, count, size);
				memcpy(expected, elements, count * size);
				qsort(expected, count, size, for_qsort);
				rt_sort(elements, count, size, for_sort, &size);
				CHECK(memcmp(elements, expected, count * size) == 0);
			}
		}
	}
}

/*
 * What is the worst for a quicksort: answers that make the pivot the smallest of what is left,
 * whatever it is (McIlroy 1999, "A killer adversary for quicksort").
 */
static int	killer_values[COUNT];
static int	killer_solid;
static int	killer_candidate;

static int
killer(const void *a, const void *b, const void *unused)
{
	int			left = *(const int *) a;
	int			right = *(const int *) b;

	(void) unused;
	comparisons++;
	if (killer_values[left] == COUNT && killer_values[right] == COUNT)
		killer_values[left == killer_candidate ? left : right] = killer_solid++;
	if (killer_values[left] == COUNT)
		killer_candidate = left;
	else if (killer_values[right] == COUNT)
		killer_candidate = right;
	return (killer_values[left] > killer_values[right]) -
		(killer_values[left] < killer_values[right]);
}

static void
worst_case(void)
{
	static int	numbers[COUNT];

	killer_solid = 0;
	killer_candidate = 0;
	for (int i = 0; i < COUNT; i++)
	{
		numbers[i] = i;
		killer_values[i] = COUNT;
	}
	/* above all that is not known yet: or they would be in order from the start */
	killer_values[0] = COUNT + 1;
	comparisons = 0;
	rt_sort(numbers, COUNT, sizeof(int), killer, NULL);
	for (int i = 1; i < COUNT; i++)
		CHECK(killer_values[numbers[i - 1]] <= killer_values[numbers[i]]);
	/* 20,000 times log2 of it is 286,000; squared it would be 400 million */
	CHECK(comparisons < 2000000);
}

static jmp_buf left_here;
static int	questions;
static int	leave_at;

static void
ask(void)
{
	if (++questions == leave_at)
		longjmp(left_here, 1);
}

static void
polls(void)
{
	static const size_t size = 8;

	fill(0, COUNT, size);
	comparisons = 0;
	questions = 0;
	leave_at = 0;
	rt_poll_hook = ask;
	rt_sort(elements, COUNT, size, for_sort, &size);
	CHECK(argument_seen == &size);
	CHECK(questions > 50 && (size_t) questions >= comparisons / 4096);

	/* left in the middle, every element is still there */
	fill(0, COUNT, size);
	memcpy(expected, elements, COUNT * size);
	questions = 0;
	leave_at = 40;
	if (setjmp(left_here) == 0)
		rt_sort(elements, COUNT, size, for_sort, &size);
	rt_poll_hook = NULL;
	CHECK(questions == 40);
	tested_size = size;
	qsort(expected, COUNT, size, for_qsort);
	qsort(elements, COUNT, size, for_qsort);
	CHECK(memcmp(expected, elements, COUNT * size) == 0);
}

static int
by_number(const void *a, const void *b, const void *unused)
{
	int			left = *(const int *) a;
	int			right = *(const int *) b;

	(void) unused;
	comparisons++;
	return (left > right) - (left < right);
}

/* The adversary's numbers once more, all of them known now: they lead into heapsort, too */
static void
worst_numbers(void)
{
	static int	numbers[COUNT];
	static int	seen[COUNT + 2];

	worst_case();
	memcpy(numbers, killer_values, sizeof(numbers));
	comparisons = 0;
	rt_sort(numbers, COUNT, sizeof(int), by_number, NULL);
	CHECK(comparisons < 2000000);
	memset(seen, 0, sizeof(seen));
	for (int i = 0; i < COUNT; i++)
	{
		CHECK(i == 0 || numbers[i - 1] <= numbers[i]);
		seen[killer_values[i]]++;
		seen[numbers[i]]--;
	}
	for (int i = 0; i <= COUNT + 1; i++)
		CHECK(seen[i] == 0);
}

static const check_case sort_cases[] = {
	{"sort: elements of all sizes, in all orders, as qsort does", sorts_as_qsort},
	{"sort: n log n steps against an adversary", worst_case},
	{"sort: asks whether to go on, and leaves all elements when it is left", polls},
	{"sort: n log n steps for numbers that an adversary left", worst_numbers},
	{NULL, NULL}
};

CHECK_CASES(sort);
