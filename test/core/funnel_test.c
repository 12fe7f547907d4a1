/*
 * funnel_test.c
 *		Funnels against all chains there are, for thousands of small cases.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/funnel.h"

#define EVENTS_MAX 9
#define STEPS_MAX 5

/*
 * The best chain so far: most steps, then the earliest end, the latest begin, and each step between
 * as early as it can be
 */
typedef struct chain
{
	int			steps;
	int64_t		times[STEPS_MAX];
} chain;

static bool
is_better(const chain *a, const chain *b)
{
	if (a->steps != b->steps)
		return a->steps > b->steps;
	if (a->times[a->steps - 1] != b->times[a->steps - 1])
		return a->times[a->steps - 1] < b->times[a->steps - 1];
	if (a->times[0] != b->times[0])
		return a->times[0] > b->times[0];
	for (int i = 1; i < a->steps; i++)
		if (a->times[i] != b->times[i])
			return a->times[i] < b->times[i];
	return false;
}

/* Every way to go on from here, straight from the definition */
static void
search(const rt_funnel_event *events, int count, int steps, int64_t window, chain *now, chain *best)
{
	if (now->steps > 0 && (best->steps == 0 || is_better(now, best)))
		*best = *now;
	if (now->steps == steps)
		return;
	for (int i = 0; i < count; i++)
	{
		if (!(events[i].conditions & (UINT32_C(1) << now->steps)))
			continue;
		if (now->steps > 0 &&
			(events[i].ts < now->times[now->steps - 1] || events[i].ts - now->times[0] > window))
			continue;
		now->times[now->steps++] = events[i].ts;
		search(events, count, steps, window, now, best);
		now->steps--;
	}
}

static void
test_all_chains(void)
{
	int			reached[STEPS_MAX + 1] = {0};

	for (int run = 0; run < 20000; run++)
	{
		rt_funnel_event events[EVENTS_MAX];
		rt_funnel_event shuffled[EVENTS_MAX];
		int			count = (int) random_between(0, EVENTS_MAX);
		int			steps = (int) random_between(1, STEPS_MAX);
		int64_t		window = random_between(0, 12);
		int			span = (int) random_between(1, 15);
		chain		now = {0, {0}};
		chain		best = {0, {0}};
		int64_t		times[STEPS_MAX];
		size_t		collapsed;
		int			found;

		for (int i = 0; i < count; i++)
		{
			events[i].ts = random_between(-span, span);
			events[i].conditions =
				(uint32_t) (random_between(0, 1) ? random_between(0, (1 << steps) - 1) :
							1 << random_between(0, steps - 1));
			events[i].unused = 0;
			shuffled[i] = events[i];
		}
		search(events, count, steps, window, &now, &best);
		collapsed = rt_funnel_collapse(shuffled, (size_t) count);
		for (size_t i = 1; i < collapsed; i++)
			CHECK(shuffled[i - 1].ts < shuffled[i].ts);
		found = rt_funnel(shuffled, collapsed, steps, (uint64_t) window, times);
		CHECK(found == best.steps);
		CHECK(found == rt_funnel(shuffled, collapsed, steps, (uint64_t) window, NULL));
		if (found == best.steps)
			CHECK(memcmp(times, best.times, (size_t) found * sizeof(int64_t)) == 0);
		reached[found]++;
	}
	for (int i = 0; i <= STEPS_MAX; i++)
		CHECK(reached[i] > 200);
}

/* A search that takes the first start, or the first next step, misses these */
static void
test_not_greedy(void)
{
	rt_funnel_event late_start[] = {{0, 1, 0}, {8, 1, 0}, {9, 2, 0}, {12, 4, 0}};
	rt_funnel_event same_time[] = {{5, 7, 0}};
	rt_funnel_event at_the_end[] = {{0, 1, 0}, {10, 2, 0}};
	int64_t		times[3];

	CHECK(rt_funnel(late_start, 4, 3, 10, times) == 3 && times[0] == 8 && times[2] == 12);
	CHECK(rt_funnel(same_time, 1, 3, 0, times) == 3 && times[2] == 5);
	CHECK(rt_funnel(at_the_end, 2, 2, 10, NULL) == 2);
	CHECK(rt_funnel(at_the_end, 2, 2, 9, NULL) == 1);
	CHECK(rt_funnel(NULL, 0, 2, 9, NULL) == 0);
}

static void
test_far_times(void)
{
	rt_funnel_event events[] = {{INT64_MIN, 1, 0}, {INT64_MAX, 2, 0}};

	CHECK(rt_funnel(events, 2, 2, INT64_MAX, NULL) == 1);
	CHECK(rt_funnel(events, 2, 2, UINT64_MAX, NULL) == 2);
}

static const check_case funnel_cases[] = {
	{"funnel: of all chains the best one, 20,000 random cases", test_all_chains},
	{"funnel: a later start may go further, the end of the window counts", test_not_greedy},
	{"funnel: the ends of time", test_far_times},
	{NULL, NULL}
};

CHECK_CASES(funnel);
