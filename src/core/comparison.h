/*
 * comparison.h
 *		How right probabilities of a purchase were, and what a plain rule would have said.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_COMPARISON_H
#define RT_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>

#include "core/validation.h"

/*
 * A probability counts as at least this, and at most 1 less this, in a log loss: what a model gives
 * is not known to be smaller, as that is how far it is computed (core/customer_base.h).  Who buys
 * against all odds costs 34.5 then, not infinity.
 */
#define RT_PROBABILITY_KNOWN 1e-15

/* Minus the logarithm of the probability of what came */
extern double rt_log_loss(double probability, bool bought);

/* Sums over customers, each of some weight above 0; all zero before the first one */
typedef struct rt_judgement
{
	double		customers;
	double		bought;			/* customers who did */
	double		log_loss;
	double		squares;		/* of the error of the probability */
	double		expected;		/* purchases */
	double		actual;
	double		errors;			/* absolute ones of the purchases expected */
} rt_judgement;

extern void rt_judge(rt_judgement *judgement, double weight, double probability, double expected,
					 double actual);

/* Were there some who bought, and some who did not? */
extern bool rt_judgement_tells(const rt_judgement *judgement);

/* Rows of one score become one; returns how many are left.  Of sorted rows. */
extern size_t rt_scored_merge(rt_scored *scored, size_t count);

/*
 * A probability that depends on one number: ln(p / (1 - p)) = intercept + slope * number.
 */
typedef struct rt_rule
{
	double		intercept;
	double		slope;
} rt_rule;

/*
 * The most likely one, by the outcomes of customers with these numbers, which are finite.  Where
 * all are the same the slope is 0.  False where there is none: all customers have the outcome, or
 * none has, or a number parts those who have it from those who have not.  Of sorted and merged
 * rows.
 */
extern bool rt_rule_fit(const rt_scored *rows, size_t count, rt_rule *rule);
extern double rt_rule_probability(const rt_rule *rule, double number);

#endif							/* RT_COMPARISON_H */
