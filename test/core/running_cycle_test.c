/*
 * running_cycle_test.c
 *		The running cycle against the whole history up to each purchase.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "check.h"
#include "kinds.h"
#include "core/customer_base.h"
#include "core/cycle.h"
#include "core/interpurchase_shapes.h"
#include "core/running_cycle.h"

#define PURCHASES 60

static bool
same(double a, double b)
{
	return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-9 * (1 + fabs(b));
}

static void
test_histories(void)
{
	const rt_model weighted = {
	.id = ID_INTERPURCHASE, .time_unit = 7, .recency_weight = 0.85, .parameters = {1.7, 2, 6}};
	const rt_model differing = {.id = ID_INTERPURCHASE,
		.time_unit = 1,
		.recency_weight = 1,
		.k_median = 1.3,
		.k_deviation = 0.6,
	.parameters = {1.7, 2, 40}};
	const rt_model pareto = {
	.id = ID_PARETO_NBD, .time_unit = 7, .parameters = {0.55, 10.6, 0.6, 11.7}};
	const rt_model bg_bb = {.id = ID_BG_BB, .time_unit = 7, .parameters = {1, 1, 1, 1}};

	for (int run = 0; run < 300; run++)
	{
		int32_t		dates[PURCHASES];
		rt_running_cycle plain,
					by_weight;
		double		ticks = run % 2 == 0 ? 1 : 86400e6;

		memset(&plain, 0, sizeof(plain));
		memset(&by_weight, 0, sizeof(by_weight));
		for (int i = 0; i < PURCHASES; i++)
		{
			int64_t		time;
			rt_intervals all,
						before;

			dates[i] = i == 0 ? (int32_t) random_between(-9000, 9000) :
				dates[i - 1] + (int32_t) random_between(1, 1 << (run % 9));
			time = dates[i] * (int64_t) ticks;
			CHECK(rt_running_cycle_add(&plain, time, ticks, true, 1, NULL));
			CHECK(rt_running_cycle_add(&by_weight, time, ticks, true, weighted.recency_weight,
									   NULL));

			/* the same time again is no purchase, an earlier one is refused and changes nothing */
			CHECK(rt_running_cycle_add(&plain, time, ticks, true, 1, NULL));
			CHECK(!rt_running_cycle_add(&plain, time - 1, ticks, true, 1, NULL));
			CHECK(plain.purchases == i + 1);
			rt_intervals_from_dates(dates, (size_t) i + 1, &all);
			rt_intervals_from_dates(dates, (size_t) i, &before);
			CHECK(same(rt_running_mean(&plain, ticks), all.mean));
			CHECK(same(rt_running_interval(&plain, ticks), i < 1 ? NAN : dates[i] - dates[i - 1]));
			CHECK(same(rt_running_lateness(&plain),
					   i < 2 ? NAN : (dates[i] - dates[i - 1]) / before.mean));
			CHECK(same(rt_running_regularity(&plain, ticks),
					   i < 2 ? NAN : rt_gamma_shape(all.count, all.sum, all.sum_log)));
			CHECK(same(rt_running_churn_score(&plain),
					   i < 2 ? NAN :
					   1 - pow(1 + (dates[i] - dates[i - 1]) / before.sum,
							   -(double) before.count)));
			if (i > 0)
			{
				const rt_interpurchase model = {1.7, 2, 6},
							model_of_days = {1.7, 2, 40};
				double		n,
							sum,
							log_silence[RT_SHAPES];
				rt_shapes	shapes;
				rt_base		base;
				rt_customer customer = {i - 1, (dates[i - 1] - dates[0]) / 7.0,
				(dates[i] - dates[0]) / 7.0};

				rt_weighted_intervals(dates, (size_t) i, weighted.recency_weight, &n, &sum);
				/* dates are known to a day, times are exact */
				before.known_to = ticks == 1 ? 1 : 0;
				rt_gamma_shapes(&before, model.k, 0, &shapes);
				CHECK(same(rt_running_churn_score_by(&by_weight, &weighted, ticks),
						   1 - rt_interpurchase_silence_of_shapes(&model, &shapes, n, sum / 7,
																  (dates[i] - dates[i - 1]) / 7.0,
																  log_silence)));
				rt_gamma_shapes(&before, differing.k_median, differing.k_deviation, &shapes);
				CHECK(same(rt_running_churn_score_by(&plain, &differing, ticks),
						   1 - rt_interpurchase_silence_of_shapes(&model_of_days, &shapes,
																  (double) before.count, before.sum,
																  dates[i] - dates[i - 1],
																  log_silence)));
				rt_base_from_model(&pareto, &base);
				CHECK(same(rt_running_churn_score_by(&plain, &pareto, ticks),
						   rt_base_p_gone(&base, &customer)));
			}
			else
				CHECK(isnan(rt_running_churn_score_by(&plain, &pareto, ticks)));
			CHECK(isnan(rt_running_churn_score_by(&plain, &bg_bb, ticks)));
		}
	}
}

/* From the first to the last microsecond that a timestamp can be */
static void
test_all_ages(void)
{
	rt_running_cycle cycle;

	memset(&cycle, 0, sizeof(cycle));
	CHECK(rt_running_cycle_add(&cycle, INT64_C(-211813488000000000), 86400e6, true, 1, NULL));
	CHECK(rt_running_cycle_add(&cycle, INT64_C(-211813488000000000) + 1, 86400e6, true, 1, NULL));
	CHECK(rt_running_cycle_add(&cycle, INT64_C(9223371331199999999), 86400e6, true, 1, NULL));
	CHECK(fabs(rt_running_interval(&cycle, 86400e6) / 109203528.0 - 1) < 1e-9);
	CHECK(rt_running_lateness(&cycle) > 9e18 && isfinite(rt_running_regularity(&cycle, 86400e6)));
	CHECK(rt_running_churn_score(&cycle) > 0.999 && rt_running_churn_score(&cycle) <= 1);
}

static const check_case running_cycle_cases[] = {
	{"running cycle: the history up to each purchase", test_histories},
	{"running cycle: from the beginning to the end of time", test_all_ages},
	{NULL, NULL}
};

CHECK_CASES(running_cycle);
