/*
 * lost.c
 *		From when on a customer counts as lost, by a model.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/calendar.h"
#include "core/lost.h"
#include "core/opportunity.h"

#define MICROSECONDS_PER_DAY INT64_C(86400000000)

/* See rt_default_lost_score; the one of a rhythm is one less the limit of the stage lapsed, 0.01 */
#define LOST_SCORE 0.5
#define LOST_SCORE_OF_RHYTHM 0.99

double
rt_default_lost_score(const rt_model *model)
{
	return rt_kind_by_id(model->id)->input == RT_INPUT_INTERVALS ? LOST_SCORE_OF_RHYTHM :
		LOST_SCORE;
}

double
rt_lost_age(const rt_model *model, const rt_base *base, const rt_customer *seen, int32_t first,
			double recency, double age, double score)
{
	rt_customer customer = *seen;
	double		low = recency;
	double		high = age;

	if (recency == age || rt_base_p_gone(base, &customer) < score)
		return -1;

	/* whoever buys at the end of low is not lost then; at the end of high they are */
	while (high - low > 1)
	{
		double		middle = floor(low + (high - low) / 2);
		int32_t		day = (int32_t) ((double) first + middle);

		customer.age =
			base->kind->input != RT_INPUT_OPPORTUNITIES ?
			rt_season_days(model->season, first, day) / model->time_unit :
			fmax(customer.t_x, rt_opportunities_over(first, day, model->time_unit));

		if (rt_base_p_gone(base, &customer) >= score)
			high = middle;
		else
			low = middle;
	}
	return high;
}

int64_t
rt_silence_over(int32_t purchase, int32_t months, int32_t days, int64_t microseconds)
{
	int32_t		day;

	if (!rt_date_months_later(purchase, months, &day))
		return INT64_MAX;
	return (int64_t) day + days + microseconds / MICROSECONDS_PER_DAY +
		(microseconds % MICROSECONDS_PER_DAY > 0 ? 1 : 0);
}
