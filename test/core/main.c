/*
 * main.c
 *		Runs the tests of the core; the last line is "N passed, N failed".
 *
 * Copyright (c) 2026, retention contributors
 */
#include "check.h"

int			check_failures;

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

void
check_run(const check_case *cases)
{
	for (; cases->name != NULL; cases++)
	{
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
main(void)
{
	check_run(sort_cases);
	check_run(calendar_cases);
	check_run(money_cases);
	check_run(special_cases);
	check_run(history_cases);
	check_run(cycle_cases);
	check_run(calendar_cycle_cases);
	check_run(interpurchase_cases);
	check_run(lifetime_cases);
	check_run(customer_base_cases);
	check_run(bg_bb_cases);
	check_run(contract_cases);
	check_run(exact_sum_cases);
	check_run(spend_trend_cases);
	check_run(prediction_cases);
	check_run(decayed_sum_cases);
	check_run(running_cycle_cases);
	check_run(gamma_gamma_cases);
	check_run(tally_cases);
	check_run(proportion_cases);
	check_run(validation_cases);
	check_run(survival_cases);
	check_run(hazard_cases);
	check_run(cohort_cases);
	check_run(churn_drivers_cases);
	check_run(funnel_cases);
	check_run(dropped_range_cases);
	check_run(history_log_cases);
	check_run(fuzz_cases);
	printf("%d passed, %d failed\n", passed, failed);
	return failed > 0;
}
