/*
 * poll.c
 *		Asking the surroundings whether to go on.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/poll.h"

#include <string.h>

#define BYTES_PER_POLL	((size_t) 1 << 20)

void		(*rt_poll_hook) (void) = NULL;

void
rt_copy(void *to, const void *from, size_t size)
{
	for (size_t done = 0, part; done < size; done += part)
	{
		part = size - done < BYTES_PER_POLL ? size - done : BYTES_PER_POLL;
		memmove((char *) to + done, (const char *) from + done, part);
		if (part == BYTES_PER_POLL)
			rt_poll();
	}
}

void
rt_clear(void *bytes, size_t size)
{
	for (size_t done = 0, part; done < size; done += part)
	{
		part = size - done < BYTES_PER_POLL ? size - done : BYTES_PER_POLL;
		memset((char *) bytes + done, 0, part);
		if (part == BYTES_PER_POLL)
			rt_poll();
	}
}
