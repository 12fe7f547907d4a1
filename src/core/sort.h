/*
 * sort.h
 *		Sorting that asks whether to go on.
 *
 * qsort does not, and that of the C library may allocate.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SORT_H
#define RT_SORT_H

#include <stddef.h>

/* Below 0 when a comes before b, 0 when it does not matter, above 0 when a comes behind b */
typedef int (*rt_sort_compare) (const void *a, const void *b, const void *argument);

/* In place, in n log n steps whatever the order was; polls, and leaves whole elements then, too */
extern void rt_sort(void *base, size_t count, size_t size, rt_sort_compare compare,
					const void *argument);

#endif							/* RT_SORT_H */
