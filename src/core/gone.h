/*
 * gone.h
 *		Has a customer left?  By their own rhythm and by a model of the base together.
 *
 * A model of a customer base says how probable it is that somebody leaves, and takes their
 * purchases for random ones; a model of the cycle says how probable their silence is with their own
 * rhythm, and knows nobody who leaves.  By Bayes' rule, with what each of them knows,
 *
 *		odds(gone) = odds_base(gone) S_base / S_own
 *
 * odds_base are the odds that they left at the last purchase or since, S the probability of no
 * purchase since then of who did not: by the base model, and by the cycle.  A silence that is
 * likelier with their rhythm than the base model has it makes them less probably gone, one that is
 * less likely more.
 *
 * - The cycle tells how regular they are.  How often customers buy is what the base has found: a
 *	 cycle is fitted to the intervals that have ended, which are the more and the shorter the more
 *	 often somebody buys.  Of who is known to buy at random all is as the base has it.
 * - Customers do not follow their rhythm always, of which the silence knows only if they are
 *	 regular (rt_silence_regular_share).  So of the evidence against the others that their rhythm
 *	 alone sees a part counts: S_own is S_base (S_own / S_base)^RT_RHYTHM_WEIGHT where it is below
 *	 S_base.  (A likelihood to a power below 1 is what Bayes' rule makes of a model that is known to
 *	 be somewhat wrong: Gruenwald, van Ommen 2017, "Inconsistency of Bayesian inference for
 *	 misspecified linear models, and a proposal for repairing it".)
 * - Of who has bought once there is no rhythm but the base's, and its word is all.
 * - A model of a base in which nobody leaves (see RT_LEAVING_MIN), or none, knows nothing of
 *	 leaving; then the silence is all: odds(gone) = 0.01 / S_own, as if one in a hundred left after
 *	 each purchase, so that half are gone where the silence is as improbable as that, the limit of
 *	 the stage lapsed.
 *
 * Each of the models measures the silence by its own season.  From one purchase to the next it
 * rises from day to day.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_GONE_H
#define RT_GONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/customer_base.h"
#include "core/silence.h"

/*
 * Where fewer new customers leave within a hundred purchases (rt_base_leaving) nobody leaves.  A
 * choice: fits that end at the limit where nobody leaves have 1e-3 or less, customers who make ten
 * thousand purchases on average, daily ones for 27 years, 0.01.
 */
#define RT_LEAVING_MIN 0.01

/*
 * How much of the evidence counts that only the rhythm of who is not regular sees.  A choice: on
 * the log in which the cycle is the more regular one and forecasts the worse (doc/backtest.md,
 * grocery) with all of it p_gone ranks customers by up to .009 of AUC worse than the base, with 0.7
 * by .006, with a half by .005.
 */
#define RT_RHYTHM_WEIGHT 0.5

/* The odds to have left after a purchase where no model knows them */
#define RT_ODDS_LEFT 0.01

/* The models, which outlive this */
typedef struct rt_gone_models
{
	const rt_model *cycle;
	rt_model	rhythm;			/* the cycle, with the rates of the base where that has any; its
								 * season is that of the cycle */
	const rt_model *base_model; /* NULL: none */
	rt_base		base;
	bool		silence_alone;	/* the base counts for nothing */
	bool		rates_of_base;	/* the rhythm is not just the cycle */
} rt_gone_models;

/* base may be NULL: there is none.  False where it does not know who is still a customer. */
extern bool rt_gone_models_set(rt_gone_models *models, const rt_model *cycle, const rt_model *base);

typedef struct rt_gone
{
	const rt_gone_models *models;
	const int32_t *dates;		/* of the purchases, ascending */
	size_t		count;
	int32_t		as_of;
	bool		base_alone;		/* silence is not set */
	rt_silence	silence;		/* by the rhythm */
	rt_customer customer;		/* as the base sees them */
	double		log_odds;		/* not of the base alone */
} rt_gone;

/* After at least one purchase, all of them up to as_of; sums of them if the caller has them */
extern void rt_gone_from_dates(const rt_gone_models *models, const int32_t *dates, size_t count,
							   int32_t as_of, const rt_calendar_sums *sums, rt_gone *gone);

/* As of another day, from the last purchase on, the purchases being the same */
extern void rt_gone_until(rt_gone *gone, int32_t as_of);

/* That they have left, and that they have not: each exact where it is small */
extern double rt_gone_probability(const rt_gone *gone);
extern double rt_still_here_probability(const rt_gone *gone);

/*
 * The first day behind the last purchase, and not behind as_of, on which they had left with at
 * least this probability; false when there is none.  Leaves it as of some day.
 */
extern bool rt_gone_day(rt_gone *gone, double probability, int32_t *day);

/*
 * The stage in the cycle that this means: lapsed from such a probability on, but not on the day of
 * a purchase, at risk from such a one on who is overdue; due and overdue by their silence, new who
 * has bought once.
 */
extern const char *rt_gone_stage(const rt_gone *gone, double at_risk, double lapsed);

#endif							/* RT_GONE_H */
