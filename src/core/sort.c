/*
 * sort.c
 *		Sorting that asks whether to go on.
 *
 * Quicksort with three parts, smaller, equal and larger (Bentley, McIlroy 1993, "Engineering a
 * sort function"), which turns to heapsort where the parts come out too uneven for long (Musser
 * 1997, "Introspective sorting and selection algorithms").
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/sort.h"

#include <stdint.h>
#include <string.h>

#include "core/poll.h"

/* Both as Bentley and McIlroy found them */
#define INSERTION_MAX	7
#define NINTHER_MIN		40

/* A comparison takes some ten nanoseconds, or a hundred where memory is slow */
#define COMPARISONS_PER_POLL	2048

typedef struct Sort
{
	size_t		size;
	rt_sort_compare compare;
	const void *argument;
	int			left;			/* comparisons until the next question */
} Sort;

static inline int
sort_compare(Sort *sort, const char *a, const char *b)
{
	if (--sort->left == 0)
	{
		sort->left = COMPARISONS_PER_POLL;
		rt_poll();
	}
	return sort->compare(a, b, sort->argument);
}

/* Elements are most often of whole words */
static inline void
sort_swap(const Sort *sort, char *a, char *b)
{
	size_t		i = 0;

	for (; i + sizeof(uint64_t) <= sort->size; i += sizeof(uint64_t))
	{
		uint64_t	left;
		uint64_t	right;

		memcpy(&left, a + i, sizeof(left));
		memcpy(&right, b + i, sizeof(right));
		memcpy(a + i, &right, sizeof(right));
		memcpy(b + i, &left, sizeof(left));
	}
	for (; i < sort->size; i++)
	{
		char		byte = a[i];

		a[i] = b[i];
		b[i] = byte;
	}
}

/* n elements from a on with the n from b on */
static inline void
sort_swap_many(const Sort *sort, char *a, char *b, size_t n)
{
	for (; n > 0; n--, a += sort->size, b += sort->size)
		sort_swap(sort, a, b);
}

static char *
sort_median(Sort *sort, char *a, char *b, char *c)
{
	if (sort_compare(sort, a, b) < 0)
		return sort_compare(sort, b, c) < 0 ? b : sort_compare(sort, a, c) < 0 ? c : a;
	return sort_compare(sort, b, c) > 0 ? b : sort_compare(sort, a, c) > 0 ? c : a;
}

static char *
sort_pivot(Sort *sort, char *base, size_t count)
{
	char	   *low = base;
	char	   *middle = base + count / 2 * sort->size;
	char	   *high = base + (count - 1) * sort->size;

	if (count > NINTHER_MIN)
	{
		size_t		step = count / 8 * sort->size;

		low = sort_median(sort, low, low + step, low + 2 * step);
		middle = sort_median(sort, middle - step, middle, middle + step);
		high = sort_median(sort, high - 2 * step, high - step, high);
	}
	return sort_median(sort, low, middle, high);
}

static void
sort_insertion(Sort *sort, char *base, size_t count)
{
	for (size_t i = 1; i < count; i++)
	{
		for (char *at = base + i * sort->size; at > base &&
			 sort_compare(sort, at - sort->size, at) > 0;
			 at -= sort->size)
			sort_swap(sort, at - sort->size, at);
	}
}

/* Makes a heap, the largest on top, of the elements from root on, whose children are heaps */
static void
sort_sift_down(Sort *sort, char *base, size_t root, size_t count)
{
	while (2 * root + 1 < count)
	{
		size_t		child = 2 * root + 1;

		if (child + 1 < count &&
			sort_compare(sort, base + child * sort->size, base + (child + 1) * sort->size) < 0)
			child++;
		if (sort_compare(sort, base + root * sort->size, base + child * sort->size) >= 0)
			return;
		sort_swap(sort, base + root * sort->size, base + child * sort->size);
		root = child;
	}
}

static void
sort_heap(Sort *sort, char *base, size_t count)
{
	for (size_t root = count / 2; root > 0; root--)
		sort_sift_down(sort, base, root - 1, count);
	for (size_t end = count - 1; end > 0; end--)
	{
		sort_swap(sort, base, base + end * sort->size);
		sort_sift_down(sort, base, 0, end);
	}
}

/* How many elements a part has */
typedef struct sort_parts
{
	size_t		smaller;
	size_t		larger;
} sort_parts;

/* Smaller ones than the first, then those equal to it, then larger ones */
static sort_parts
sort_partition(Sort *sort, char *base, size_t count)
{
	size_t		size = sort->size;
	char	   *end = base + count * size;
	char	   *equal_left = base + size;	/* equal ones are gathered at both ends */
	char	   *left = base + size;
	char	   *right = end - size;
	char	   *equal_right = end - size;
	sort_parts	parts;
	size_t		n;
	int			order;

	for (;;)
	{
		for (; left <= right && (order = sort_compare(sort, left, base)) <= 0; left += size)
		{
			if (order == 0)
			{
				sort_swap(sort, equal_left, left);
				equal_left += size;
			}
		}
		for (; left <= right && (order = sort_compare(sort, right, base)) >= 0; right -= size)
		{
			if (order == 0)
			{
				sort_swap(sort, right, equal_right);
				equal_right -= size;
			}
		}
		if (left > right)
			break;
		sort_swap(sort, left, right);
		left += size;
		right -= size;
	}
	parts.smaller = (size_t) (left - equal_left) / size;
	parts.larger = (size_t) (equal_right - right) / size;
	n = (size_t) (equal_left - base) / size;
	n = n < parts.smaller ? n : parts.smaller;
	sort_swap_many(sort, base, left - n * size, n);
	n = (size_t) (end - equal_right) / size - 1;
	n = n < parts.larger ? n : parts.larger;
	sort_swap_many(sort, left, end - n * size, n);
	return parts;
}

static void
sort_quick(Sort *sort, char *base, size_t count, int depth)
{
	while (count > INSERTION_MAX)
	{
		sort_parts	parts;
		char	   *larger;

		if (depth-- == 0)
		{
			sort_heap(sort, base, count);
			return;
		}
		sort_swap(sort, base, sort_pivot(sort, base, count));
		parts = sort_partition(sort, base, count);
		larger = base + (count - parts.larger) * sort->size;

		/* the smaller part at once, the larger one in the next turn: the stack stays low */
		if (parts.smaller < parts.larger)
		{
			sort_quick(sort, base, parts.smaller, depth);
			base = larger;
			count = parts.larger;
		}
		else
		{
			sort_quick(sort, larger, parts.larger, depth);
			count = parts.smaller;
		}
	}
	sort_insertion(sort, base, count);
}

void
rt_sort(void *base, size_t count, size_t size, rt_sort_compare compare_elements,
		const void *argument)
{
	Sort		sort = {size, compare_elements, argument, COMPARISONS_PER_POLL};
	char	   *elements = base;
	size_t		in_order = 1;
	int			depth = 0;

	while (in_order < count &&
		   sort_compare(&sort, elements + (in_order - 1) * size, elements + in_order * size) <= 0)
		in_order++;
	if (in_order >= count)
		return;
	for (size_t n = count; n > 1; n /= 2)
		depth += 2;
	sort_quick(&sort, elements, count, depth);
}
