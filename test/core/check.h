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

/* Runs the cases up to the one without a name */
extern void check_run(const check_case *cases);

/* The same numbers on every machine: splitmix64 */
extern void random_seed(uint64_t seed);
extern uint64_t random_bits(void);
extern int64_t random_between(int64_t low, int64_t high);

extern const check_case sort_cases[];
extern const check_case calendar_cases[];
extern const check_case money_cases[];
extern const check_case special_cases[];
extern const check_case history_cases[];
extern const check_case cycle_cases[];
extern const check_case calendar_cycle_cases[];
extern const check_case interpurchase_cases[];
extern const check_case lifetime_cases[];
extern const check_case customer_base_cases[];
extern const check_case bg_bb_cases[];
extern const check_case contract_cases[];
extern const check_case exact_sum_cases[];
extern const check_case spend_trend_cases[];
extern const check_case prediction_cases[];
extern const check_case decayed_sum_cases[];
extern const check_case running_cycle_cases[];
extern const check_case gamma_gamma_cases[];
extern const check_case tally_cases[];
extern const check_case proportion_cases[];
extern const check_case validation_cases[];
extern const check_case survival_cases[];
extern const check_case hazard_cases[];
extern const check_case cohort_cases[];
extern const check_case churn_drivers_cases[];
extern const check_case funnel_cases[];
extern const check_case dropped_range_cases[];
extern const check_case history_log_cases[];
extern const check_case fuzz_cases[];

#endif							/* CHECK_H */
