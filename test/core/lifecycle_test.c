/*
 * lifecycle_test.c
 *		Who came, stayed, fell silent and came back, against the definitions; when a silence is
 *		over.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <string.h>

#include "check.h"
#include "core/calendar.h"
#include "core/lifecycle.h"
#include "core/lost.h"

#define PERIODS 12

/* All ways to buy in some of twelve periods */
static void
test_steps(void)
{
	for (int bought = 1; bought < 1 << PERIODS; bought++)
	{
		rt_lifecycle_walk walk = {false};
		int			dormant = 0;

		for (int period = 0; period < PERIODS; period++)
		{
			bool		before = (bought & ((1 << period) - 1)) != 0;
			bool		just_before = period > 0 && (bought >> (period - 1) & 1);
			int32_t		last = walk.last;
			bool		fell_silent;

			if (!(bought >> period & 1))
				continue;
			CHECK(rt_lifecycle_step(&walk, period, &fell_silent) ==
				  (!before ? RT_ARRIVAL_NEW :
				   just_before ? RT_ARRIVAL_RETAINED :
				   RT_ARRIVAL_RESURRECTED));
			CHECK(fell_silent == (before && !just_before));
			if (fell_silent)
			{
				dormant++;
				CHECK((bought >> last & 1) && !(bought >> (last + 1) & 1));
			}
		}

		/* each run of periods but the last ends in one that is dormant */
		for (int period = 0; period + 1 < PERIODS; period++)
		{
			if ((bought >> period & 1) && !(bought >> (period + 1) & 1) &&
				bought >> (period + 1) != 0)
				dormant--;
		}
		CHECK(dormant == 0);
	}
}

/* Of one customer after the other: who is there in a period, and what it began with */
static void
test_rows(void)
{
	rt_lifecycle_events events[3] = {
		{.period = 10, .new_customers = 5, .lost = 1},
		{.period = 12, .new_customers = 2, .retained = 1, .resurrected = 3, .recovered = 1},
		{.period = 13, .retained = 4, .lost = 2}
	};
	rt_lifecycle_row rows[6];

	CHECK(rt_lifecycle_rows(events, 3, 15, NULL) == 6);
	CHECK(rt_lifecycle_rows(events, 3, 15, rows) == 6);
	CHECK(rows[0].active == 5 && rows[0].active_before == 0 && rows[0].customers == 4 &&
		  rows[0].customers_before == 0);
	CHECK(rows[1].events.period == 11 && rows[1].active == 0 && rows[1].active_before == 5 &&
		  rows[1].customers == 4);
	CHECK(rows[2].active == 6 && rows[2].active_before == 0 && rows[2].customers == 7 &&
		  rows[2].customers_before == 4);
	CHECK(rows[3].active == 4 && rows[3].active_before == 6 && rows[3].customers == 5);
	CHECK(rows[5].events.period == 15 && rows[5].customers == 5);
	CHECK(rt_lifecycle_rows(events, 3, 9, NULL) == 0 &&
		  rt_lifecycle_rows(events, 0, 15, NULL) == 0);
}

/* As date + interval has it: months first, a day that the month does not have is its last one */
static void
test_silence_over(void)
{
	int32_t		january,
				day;

	CHECK(rt_date_from_ymd(2024, 1, 31, &january) && rt_date_from_ymd(2024, 2, 29, &day));
	CHECK(rt_silence_over(january, 1, 0, 0) == day);
	CHECK(rt_silence_over(january, 1, 2, 0) == day + 2);
	CHECK(rt_silence_over(january, 0, 2, 1) == january + 3 &&
		  rt_silence_over(january, 0, 2, INT64_C(86400000000)) == january + 3);
	CHECK(rt_silence_over(RT_DATE_MAX, 1, 0, 0) == INT64_MAX);
}

/* More likely gone than not; of a rhythm, a silence that hardly anybody keeps */
static void
test_default_score(void)
{
	const rt_kind *kind;

	for (int i = 0; (kind = rt_kind_at(i)) != NULL; i++)
	{
		rt_model	model = {.id = (uint8_t) kind->id};

		CHECK(rt_default_lost_score(&model) == (kind == &rt_interpurchase_kind ? 0.99 : 0.5));
	}
}

static const check_case lifecycle_cases[] = {
	{"lifecycle: steps", test_steps},
	{"lifecycle: rows", test_rows},
	{"lifecycle: the end of a silence", test_silence_over},
	{"lifecycle: from which score on a customer is lost", test_default_score},
	{NULL, NULL}
};

CHECK_CASES(lifecycle);
