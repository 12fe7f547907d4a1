/*
 * poll.h
 *		Asking the surroundings whether to go on.
 *
 * Every loop whose length data or an argument decides asks at least each few milliseconds.  The
 * hook may not return: the core allocates nothing and holds nothing, so that a jump out of it
 * leaves nothing behind.  There is one for the whole process, set before the first call; without
 * it nothing is asked.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_POLL_H
#define RT_POLL_H

#include <stddef.h>

extern void (*rt_poll_hook) (void);

static inline void
rt_poll(void)
{
	if (rt_poll_hook != NULL)
		rt_poll_hook();
}

/* For the i-th turn of a loop that takes some hundred nanoseconds */
static inline void
rt_poll_each(size_t i)
{
	if ((i & 4095) == 0)
		rt_poll();
}

/* Before something that goes through so many bytes */
static inline void
rt_poll_bytes(size_t size)
{
	if (size >= 65536)
		rt_poll();
}

/*
 * memcpy and memset to zero that ask in between: a gigabyte takes half a second.  Bytes may be
 * moved toward the front of what they overlap.
 */
extern void rt_copy(void *to, const void *from, size_t size);
extern void rt_clear(void *bytes, size_t size);

#endif							/* RT_POLL_H */
