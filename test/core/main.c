/*
 * main.c
 *		Runs the tests of the core, or those whose name contains the argument; the last line
 *		is "N passed, N failed".
 *
 * Copyright (c) 2026, retention contributors
 */
#include <string.h>

#include "check.h"

int			check_failures;

static check_list *lists;
static int	passed;
static int	failed;
static uint64_t random_state;

void
check_failed(const char *file, int line, const char *condition)
{
	/* a broken property fails thousands of times: show the first few */
	if (check_failures++ < 5)
		printf("# %s:%d: %s\n", file, line, condition);
}

/* In the order of linking, which is that of the files' names */
void
check_register(check_list *list)
{
	check_list **end = &lists;

	while (*end != NULL)
		end = &(*end)->next;
	*end = list;
}

static void
run_cases(const check_case *cases, const char *pattern)
{
	for (; cases->name != NULL; cases++)
	{
		if (strstr(cases->name, pattern) == NULL)
			continue;
		check_failures = 0;
		random_seed(20260630);
		cases->run();
		printf("%s - %s\n", check_failures == 0 ? "ok" : "not ok", cases->name);
		fflush(stdout);
		if (check_failures == 0)
			passed++;
		else
			failed++;
	}
}

void
random_seed(uint64_t seed)
{
	random_state = seed;
}

uint64_t
random_bits(void)
{
	uint64_t	z = (random_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

int64_t
random_between(int64_t low, int64_t high)
{
	return low + (int64_t) (random_bits() % (uint64_t) (high - low + 1));
}

int
main(int count, char **arguments)
{
	for (const check_list *list = lists; list != NULL; list = list->next)
		run_cases(list->cases, count > 1 ? arguments[1] : "");
	printf("%d passed, %d failed\n", passed, failed);
	return failed > 0;
}
