/*
 * gone.c
 *		Has a customer left?  By their own rhythm and by a model of the base together.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/assert.h"
#include "core/gone.h"
#include "core/opportunity.h"

/* Below which probability of their silence a customer is due and overdue, as in cycle_stage */
#define DUE 0.75
#define OVERDUE 0.25

bool
rt_gone_models_set(rt_gone_models *models, const rt_model *cycle, const rt_model *base)
{
	double		shape,
				rate;

	models->cycle = cycle;
	models->rhythm = *cycle;
	models->base_model = base;
	models->silence_alone = true;
	models->rates_of_base = false;
	if (base == NULL)
		return true;
	if (!rt_base_from_model(base, &models->base))
		return false;
	models->silence_alone = !(rt_base_leaving(&models->base) >= RT_LEAVING_MIN);
	models->rates_of_base = !models->silence_alone &&
		rt_base_rates(&models->base, &shape, &rate);
	if (models->rates_of_base)
	{
		models->rhythm.parameters[1] = shape;
		models->rhythm.parameters[2] = fmin(fmax(rate * (base->time_unit / cycle->time_unit),
												 RT_PARAMETER_MIN), RT_PARAMETER_MAX);
	}
	return true;
}

/*
 * In the time of the base's season; a model of opportunities has none, and of these those that are
 * over count: who bought at a later one is still here, which is the same as no silence
 */
static rt_customer
gone_customer(const rt_gone *gone)
{
	const rt_model *model = gone->models->base_model;
	double		unit = model->time_unit;
	int32_t		first = gone->dates[0];
	int32_t		last = gone->dates[gone->count - 1];
	rt_customer customer;

	if (gone->models->base.kind->input != RT_INPUT_OPPORTUNITIES)
		return rt_model_customer(model, (double) (gone->count - 1), first, last, gone->as_of);
	rt_opportunities(gone->dates, gone->count, gone->as_of, unit, &customer);
	if (rt_opportunities_over(first, last, unit) >= customer.age)
		customer.age = customer.t_x;
	return customer;
}

/* By the rhythm and by the base */
static double
gone_log_odds(const rt_gone *gone)
{
	double		own = log(gone->silence.probability);
	double		of_base;
	double		log_left;

	if (gone->models->silence_alone)
		return log(RT_ODDS_LEFT) - own;
	log_left = rt_base_log_odds_left(&gone->models->base, &gone->customer, &of_base);

	/* who can't have left is here, however improbable the silence */
	if (isinf(log_left))
		return log_left;
	if (own < of_base)
	{
		double		weight = RT_RHYTHM_WEIGHT +
			(1 - RT_RHYTHM_WEIGHT) * rt_silence_regular_share(&gone->silence);

		own = weight * own + (1 - weight) * of_base;
	}
	return log_left - own;
}

void
rt_gone_until(rt_gone *gone, int32_t as_of)
{
	RT_ASSERT(as_of >= gone->dates[gone->count - 1]);
	gone->as_of = as_of;
	if (!gone->models->silence_alone)
		gone->customer = gone_customer(gone);
	if (gone->base_alone)
		return;
	if (gone->silence.as_of != as_of)
		rt_silence_until(&gone->silence, as_of);
	gone->log_odds = gone_log_odds(gone);
}

void
rt_gone_from_dates(const rt_gone_models *models, const int32_t *dates, size_t count, int32_t as_of,
				   const rt_calendar_sums *sums, rt_gone *gone)
{
	gone->models = models;
	gone->dates = dates;
	gone->count = count;
	gone->base_alone = count == 1 && !models->silence_alone;
	if (!gone->base_alone)
		rt_silence_from_dates(dates, count, as_of, NULL, sums, &models->rhythm, &gone->silence);
	rt_gone_until(gone, as_of);
}

double
rt_gone_probability(const rt_gone *gone)
{
	return gone->base_alone ? rt_base_p_gone(&gone->models->base, &gone->customer) :
		1 / (1 + exp(-gone->log_odds));
}

double
rt_still_here_probability(const rt_gone *gone)
{
	return gone->base_alone ? rt_base_p_alive(&gone->models->base, &gone->customer) :
		1 / (1 + exp(gone->log_odds));
}

bool
rt_gone_day(rt_gone *gone, double probability, int32_t *day)
{
	int64_t		low = gone->dates[gone->count - 1];
	int64_t		high = gone->as_of;

	if (low == high || rt_gone_probability(gone) < probability)
		return false;

	/* it rises from day to day */
	while (high - low > 1)
	{
		int64_t		middle = low + (high - low) / 2;

		rt_gone_until(gone, (int32_t) middle);
		if (rt_gone_probability(gone) >= probability)
			high = middle;
		else
			low = middle;
	}
	*day = (int32_t) high;
	return true;
}

const char *
rt_gone_stage(const rt_gone *gone, double at_risk, double lapsed)
{
	double		probability = rt_gone_probability(gone);
	double		silent;

	if (probability >= lapsed && gone->as_of > gone->dates[gone->count - 1])
		return "lapsed";
	if (gone->count == 1)
		return "new";

	silent = gone->silence.probability;
	if (gone->models->rates_of_base)
	{
		rt_silence	of_cycle;

		rt_silence_from_dates(gone->dates, gone->count, gone->as_of, NULL, NULL,
							  gone->models->cycle, &of_cycle);
		silent = of_cycle.probability;
	}
	if (silent < OVERDUE)
		return probability >= at_risk ? "at_risk" : "overdue";
	return silent < DUE ? "due" : "active";
}
