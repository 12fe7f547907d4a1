/*
 * comparison.c
 *		How right probabilities of a purchase were, and what a plain rule would have said.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/comparison.h"

#include <math.h>

#include "core/poll.h"

double
rt_log_loss(double probability, bool bought)
{
	double		of_outcome = bought ? probability : 1 - probability;

	/* log1p keeps what is left of a probability near 1 */
	return of_outcome < 0.5 ? -log(fmax(of_outcome, RT_PROBABILITY_KNOWN)) :
		-log1p(-fmax(bought ? 1 - probability : probability, RT_PROBABILITY_KNOWN));
}

void
rt_judge(rt_judgement *judgement, double weight, double probability, double expected,
		 double actual)
{
	bool		bought = actual > 0;
	double		error = probability - bought;

	judgement->customers += weight;
	judgement->bought += bought ? weight : 0;
	judgement->log_loss += weight * rt_log_loss(probability, bought);
	judgement->squares += weight * error * error;
	judgement->expected += weight * expected;
	judgement->actual += weight * actual;
	judgement->errors += weight * fabs(expected - actual);
}

bool
rt_judgement_tells(const rt_judgement *judgement)
{
	return judgement->bought > 0 && judgement->bought < judgement->customers;
}

size_t
rt_scored_merge(rt_scored *scored, size_t count)
{
	size_t		merged = 0;

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		if (merged > 0 && scored[merged - 1].score == scored[i].score)
		{
			scored[merged - 1].outcomes += scored[i].outcomes;
			scored[merged - 1].others += scored[i].others;
		}
		else
			scored[merged++] = scored[i];
	}
	return merged;
}

/* --------------------------------------------------------------------- rule */

/* The numbers are taken from their mean, in units of their deviation */
typedef struct RuleScale
{
	double		customers;
	double		outcomes;
	double		mean;
	double		deviation;
} RuleScale;

static RuleScale
rule_scale(const rt_scored *rows, size_t count)
{
	RuleScale	scale = {0, 0, 0, 0};
	double		squares = 0;

	for (size_t i = 0; i < count; i++)
	{
		double		customers = (double) rows[i].outcomes + (double) rows[i].others;
		double		distance = rows[i].score - scale.mean;

		rt_poll_each(i);
		if (customers == 0)
			continue;
		scale.customers += customers;
		scale.outcomes += (double) rows[i].outcomes;

		/* Youngs and Cramer (1971), with weights */
		scale.mean += distance * (customers / scale.customers);
		squares += customers * distance * (rows[i].score - scale.mean);
	}
	scale.deviation = scale.customers > 0 ? sqrt(squares / scale.customers) : 0;
	return scale;
}

/*
 * Does a number part those with the outcome from the others?  The likelihood has a maximum unless
 * one does (Albert, Anderson 1984).
 */
static bool
rule_parted(const rt_scored *rows, size_t count)
{
	size_t		first[2] = {count, count};
	size_t		last[2] = {0, 0};

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		for (int outcome = 0; outcome <= 1; outcome++)
		{
			if ((outcome ? rows[i].outcomes : rows[i].others) == 0)
				continue;
			if (first[outcome] == count)
				first[outcome] = i;
			last[outcome] = i;
		}
	}
	return last[0] <= first[1] || last[1] <= first[0];
}

/* The log-likelihood at a rule for scaled numbers, its gradient and its curvature */
typedef struct RuleValue
{
	double		log_likelihood;
	double		gradient[2];
	double		curvature[3];	/* of the intercept, of both, of the slope */
} RuleValue;

static double
rule_number(const RuleScale *scale, double number)
{
	return (number - scale->mean) / scale->deviation;
}

static RuleValue
rule_value(const rt_scored *rows, size_t count, const RuleScale *scale, const rt_rule *rule)
{
	RuleValue	value = {0, {0, 0}, {0, 0, 0}};

	for (size_t i = 0; i < count; i++)
	{
		double		number = rule_number(scale, rows[i].score);
		double		logit = rule->intercept + rule->slope * number;
		double		yes = 1 / (1 + exp(-logit));
		double		no = 1 / (1 + exp(logit));
		double		outcomes = (double) rows[i].outcomes;
		double		others = (double) rows[i].others;
		double		error = outcomes * no - others * yes;
		double		weight = (outcomes + others) * yes * no;

		rt_poll_each(i);

		/* ln(1 + exp(-|logit|)) is what both terms have; the rest is the logit against them */
		value.log_likelihood -= (outcomes + others) * log1p(exp(-fabs(logit))) +
			(logit < 0 ? -logit * outcomes : logit * others);
		value.gradient[0] += error;
		value.gradient[1] += error * number;
		value.curvature[0] += weight;
		value.curvature[1] += weight * number;
		value.curvature[2] += weight * number * number;
	}
	return value;
}

/*
 * Newton's method, with shorter steps where one does not lead up: the log-likelihood is concave.
 * Once no logit moves by more than a tenth, weights change by as little and each step all but
 * squares the error: then it is not asked whether a step leads up, which rounding would decide, and
 * the one below 1e-9 is the last.  100 steps are beyond any that are needed.
 */
#define RULE_STEPS		100
#define RULE_CLOSE		0.1
#define RULE_LAST		1e-9
#define RULE_HALVINGS	60

static bool
rule_step(const RuleValue *value, rt_rule *step)
{
	const double *h = value->curvature;
	double		determinant = h[0] * h[2] - h[1] * h[1];

	if (!(determinant > 0))
		return false;
	step->intercept = (h[2] * value->gradient[0] - h[1] * value->gradient[1]) / determinant;
	step->slope = (h[0] * value->gradient[1] - h[1] * value->gradient[0]) / determinant;
	return isfinite(step->intercept) && isfinite(step->slope);
}

static rt_rule
rule_moved(const rt_rule *rule, const rt_rule *step, double share)
{
	return (rt_rule) {rule->intercept + share * step->intercept, rule->slope + share * step->slope};
}

/* By how much a step moves the logit of the lowest or the highest number */
static double
rule_largest_move(const rt_scored *rows, size_t count, const RuleScale *scale, const rt_rule *step)
{
	double		lowest = rule_number(scale, rows[0].score);
	double		highest = rule_number(scale, rows[count - 1].score);

	return fmax(fabs(step->intercept + step->slope * lowest),
				fabs(step->intercept + step->slope * highest));
}

static void
rule_maximize(const rt_scored *rows, size_t count, const RuleScale *scale, rt_rule *rule)
{
	RuleValue	value = rule_value(rows, count, scale, rule);
	rt_rule		step;

	for (int i = 0; i < RULE_STEPS && rule_step(&value, &step); i++)
	{
		double		move = rule_largest_move(rows, count, scale, &step);
		rt_rule		next = rule_moved(rule, &step, 1);
		RuleValue	there = rule_value(rows, count, scale, &next);

		for (int halvings = 1; move > RULE_CLOSE && halvings <= RULE_HALVINGS &&
			 !(there.log_likelihood >= value.log_likelihood); halvings++)
		{
			next = rule_moved(rule, &step, ldexp(1, -halvings));
			there = rule_value(rows, count, scale, &next);
		}
		*rule = next;
		value = there;
		if (move < RULE_LAST)
			return;
	}
}

bool
rt_rule_fit(const rt_scored *rows, size_t count, rt_rule *rule)
{
	RuleScale	scale = rule_scale(rows, count);

	rule->intercept = log(scale.outcomes) - log(scale.customers - scale.outcomes);
	rule->slope = 0;
	if (!isfinite(rule->intercept))
		return false;
	if (scale.deviation == 0)
		return true;
	if (rule_parted(rows, count))
		return false;
	rule_maximize(rows, count, &scale, rule);
	rule->slope /= scale.deviation;
	rule->intercept -= rule->slope * scale.mean;
	return true;
}

double
rt_rule_probability(const rt_rule *rule, double number)
{
	return 1 / (1 + exp(-(rule->intercept + rule->slope * number)));
}
