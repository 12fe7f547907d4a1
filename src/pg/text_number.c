/*
 * text_number.c
 *		Numbers for texts, in the order of their bytes.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/text_number.h"

#include "core/poll.h"
#include "core/sort.h"

static int
text_number_compare(const void *a, const void *b, const void *unused)
{
	const NumberedText *left = (const NumberedText *) a;
	const NumberedText *right = (const NumberedText *) b;
	uint32		shared = Min(left->size, right->size);
	int			order;

	rt_poll_bytes(shared);
	order = memcmp(left->bytes, right->bytes, shared);
	return order != 0 ? order : (left->size > right->size) - (left->size < right->size);
}

uint32
number_texts(NumberedText *texts, size_t count)
{
	uint32		numbers = 0;

	rt_sort(texts, count, sizeof(NumberedText), text_number_compare, NULL);
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		if (i == 0 || text_number_compare(&texts[i - 1], &texts[i], NULL) != 0)
			numbers++;
		texts[i].number = numbers - 1;
	}
	return numbers;
}
