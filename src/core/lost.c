/*
 * lost.c
 *		From when on a customer counts as lost, by a model.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/lost.h"
#include "core/opportunity.h"

#define LOST_SCORE 0.5
#define LOST_SCORE_OF_RHYTHM 0.99

double
rt_default_lost_score(const rt_model *model)
{
	return rt_kind_by_id(model->id)->input == RT_INPUT_INTERVALS ? LOST_SCORE_OF_RHYTHM : LOST_SCORE;
}

double
rt_lost_age(const rt_base *base, double time_unit, const rt_customer *seen, int32_t first, double recency, double age, double score)
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

		customer.age = base->kind->input != RT_INPUT_OPPORTUNITIES ? middle / time_unit :
			fmax(customer.t_x, rt_opportunities_over(first, (int32_t) ((double) first + middle), time_unit));
		if (rt_base_p_gone(base, &customer) >= score)
			high = middle;
		else
			low = middle;
	}
	return high;
}
