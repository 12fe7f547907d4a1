/*
 * check.h
 *		The least a test of the core needs: named cases, checks, a seeded generator.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

extern int	check_failures;		/* within the case that runs */

#define CHECK(condition) \
	do { \
		if (!(condition)) \
			check_failed(__FILE__, __LINE__, #condition); \
	} while (0)

extern void check_failed(const char *file, int line, const char *condition);

typedef struct check_case
{
	const char *name;
	void		(*run) (void);
} check_case;

/* CHECK_CASES(some); behind the array some_cases: main runs them without knowing of them */
typedef struct check_list
{
	const check_case *cases;
	struct check_list *next;
} check_list;

extern void check_register(check_list *list);

#define CHECK_CASES(name) \
	static void __attribute__((constructor)) name##_register(void) \
	{ \
		static check_list list = {name##_cases, NULL}; \
		check_register(&list); \
	} \
	extern int	check_failures

/* The same numbers on every machine: splitmix64 */
extern void random_seed(uint64_t seed);
extern uint64_t random_bits(void);
extern int64_t random_between(int64_t low, int64_t high);

#endif							/* CHECK_H */
