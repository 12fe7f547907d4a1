/*
 * calendar_cycle.h
 *		Does a customer buy at the same point of the week, month, quarter, half-year
 *		or year, or of a period of their own?
 *
 * Each purchase day has a phase, its place within the period from 0 to 1; the
 * test is Rayleigh's: are the phases too much alike for chance?  Chance is a
 * random buyer, whose purchases are a Poisson process of any rate.  Their phases
 * are uniform only over many periods, so at most one purchase each half period
 * is tested: the phases of such purchases are never more alike than uniform ones
 * (the intervals left are half a period plus an exponential time, and with x
 * purchases expected a period their density at whole periods is
 * (x/2)/sinh(x/2) <= 1 of the uniform one, whatever the rate).
 *
 * A short sequence with exactly one purchase in each period says more than its
 * phases: under any rate the probability of that is at most 0.385 for each
 * interval (the maximum of exp(-x/2) (1 - exp(-x)): none in the half period
 * after a purchase, then one before the period is over).
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_CALENDAR_CYCLE_H
#define RT_CALENDAR_CYCLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum rt_period
{
	RT_WEEKLY,
	RT_MONTHLY,
	RT_TWO_MONTHLY,
	RT_QUARTERLY,
	RT_HALF_YEARLY,
	RT_YEARLY,
	RT_FREE						/* a period of days that is none of these */
} rt_period;

#define RT_PERIODS 7

/* What it is called: weekly, monthly, two-monthly, ..., free */
extern const char *rt_period_name(rt_period period);

typedef struct rt_calendar_cycle
{
	rt_period	period;
	double		days;			/* its mean length */
	double		phase;			/* mean phase: 0 at the start of the period, below 1 */
	double		strength;		/* mean resultant length of all purchase days: 1 when all have the
								 * same phase */
	double		log_p;			/* ln of the probability of such phases by chance; 0 at most */
	int			seasons;		/* purchases tested: at most one each half period */
	int			periods;		/* from the first of them to the last */
	double		season_phase;	/* mean phase of these */
	double		deviation;		/* standard deviation of one of them from it, in periods */
	double		step;			/* root mean square of the change of phase from one to the next */
	int			ordinal;		/* 1 to 4, or -1: they come on the first, the last, ... */
	int			weekday;		/* of this, from Monday, 0, on, */
	int			month;			/* in this month of the period, from 0 on; else ordinal is 0 */
} rt_calendar_cycle;

/*
 * The period of all that tells most, log_p corrected for their number: of those that are
 * significant at 1 percent the one by which the purchases are the likeliest, when they came and
 * when they did not, since who buys every last Friday does not buy every Friday; where none is,
 * that with the smallest log_p.  False
 * with fewer than three purchase days, or less than one and a half periods of
 * any length.  The free period is looked for in the last 64 purchase days.
 */
extern bool rt_calendar_cycle_find(const int32_t *dates, size_t count, rt_calendar_cycle *cycle);

/* One period of so many days, from 2 on, not corrected; phase 0 is 2000-01-01.  False as above */
extern bool rt_calendar_cycle_of_days(const int32_t *dates, size_t count, double days,
									  rt_calendar_cycle *cycle);

/* The first date behind after at the mean phase; false when it is beyond the calendar */
extern bool rt_calendar_cycle_next(const rt_calendar_cycle *cycle, int32_t after, int32_t *date);

/* What dates say of a period as they pass */
typedef struct rt_phase_sums
{
	double		cosines,		/* of all purchases */
				sines;
	double		season_cosines, /* of at most one each half period */
				season_sines;
	double		last;			/* position of the last one of these, in months or in periods */
	double		steps;			/* sum of squared changes of phase from one to the next */
	int			seasons;
	int			periods;
} rt_phase_sums;

/*
 * Is a month, two, a quarter, half-year or year their cycle?  Significant at 1 percent, they
 * came in at least half of the periods, and the phases come back to their mean
 * (the variance is half that of the steps between them; of phases that drift,
 * as with every 30th day taken for a month, it is more): then their silence is to be
 * measured in periods, not in days.  One pass over the dates, and another of those who have one.
 */
extern bool rt_calendar_cycle_theirs(const int32_t *dates, size_t count, rt_calendar_cycle *cycle);

/* The same of dates that come one after the other, each of which has been added to the sums */
typedef struct rt_calendar_sums
{
	rt_phase_sums of_period[RT_FREE];
} rt_calendar_sums;

extern void rt_calendar_sums_begin(rt_calendar_sums *sums);
extern void rt_calendar_sums_add(rt_calendar_sums *sums, int32_t date);
extern bool rt_calendar_cycle_theirs_by(const rt_calendar_sums *sums, const int32_t *dates,
										size_t count, rt_calendar_cycle *cycle);

/*
 * The same of a period of days of their own, of somebody whose intervals are regular (a coefficient
 * of variation of at most a fifth, purchases left out aside) and at least five; log_p is not known
 */
extern bool rt_calendar_cycle_regular(const int32_t *dates, size_t count, rt_calendar_cycle *cycle);

/*
 * Of somebody who buys in a season of each year: when it begins, from purchases half a year after
 * the one before
 */
extern void rt_calendar_cycle_season(const int32_t *dates, size_t count, rt_calendar_cycle *cycle);

/*
 * Finds out on which weekday of a month they come, at least nine of ten times of at least four, of
 * a cycle of months, which keeps its deviation from those days then
 */
extern void rt_calendar_cycle_find_weekday(const int32_t *dates, size_t count,
										   rt_calendar_cycle *cycle);

/*
 * ln of how likely it is that they came in these periods and not in others, and at these distances
 * in days from the mean, and that those of the purchases that are not tested came at any time; to
 * compare cycles of the same purchases by
 */
extern double rt_calendar_cycle_log_likelihood(const rt_calendar_cycle *cycle, size_t purchases);

/*
 * The probability that who keeps such a cycle, last purchase on the date last,
 * has not come again by the end of date.  It is 1 until the next period's
 * purchase is near, whatever else they buy in a season; then they come with a
 * probability that is Beta(seasons + 7/2, 1/2 + periods missed), at a
 * normally distributed distance from season_phase.  It never rises from one date to the next.
 */
extern double rt_calendar_cycle_silence(const rt_calendar_cycle *cycle, int32_t last, int32_t date);

/*
 * When the season of the last purchase, which is the last one of some in a season, usually ends: as
 * long after the first one is expected as those before did in the mean, that purchase at the
 * earliest, RT_DATE_MAX at the latest
 */
extern int32_t rt_calendar_cycle_season_end(const rt_calendar_cycle *cycle, const int32_t *dates,
											size_t count);

/* By the end of the date, is the time of a purchase that was expected since last over? */
extern bool rt_calendar_cycle_missed(const rt_calendar_cycle *cycle, int32_t last, int32_t date);

/*
 * The first date behind after at which the silence has fallen to this one (above 0) or
 * below; false when it is beyond the calendar
 */
extern bool rt_calendar_cycle_quantile(const rt_calendar_cycle *cycle, int32_t last, int32_t after,
									   double silence, int32_t *date);

#endif							/* RT_CALENDAR_CYCLE_H */
