/*
 * survival.h
 *		How long customers stay: the curve of Kaplan and Meier, and whether groups differ.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SURVIVAL_H
#define RT_SURVIVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Customers of one duration: those who left then, and those seen so long who had not left */
typedef struct rt_duration
{
	double		time;
	int64_t		events;
	int64_t		censored;
} rt_duration;

/*
 * The curve from this time until the next one.  NaN are the standard error and the limits where
 * nobody is left, and the limits as long as nobody has left.
 */
typedef struct rt_survival_point
{
	double		time;
	int64_t		at_risk;		/* just before */
	int64_t		events;
	int64_t		censored;
	double		survival;
	double		std_error;		/* Greenwood */
	double		lower;			/* symmetrical for ln(-ln(survival)), so within 0 and 1 */
	double		upper;
} rt_survival_point;

/*
 * Makes equal what differs by rounding alone: of count times in ascending order, each so many bytes
 * behind the one before, those of a run in which each is as good as the one before it become the
 * first of the run.  As good is within sqrt(DBL_EPSILON), of itself or of the mean of the distinct
 * times: as R's package survival has it.
 */
extern void rt_tie_durations(double *times, size_t count, ptrdiff_t step);

/* The same, and put together: how many are left */
extern size_t rt_durations_tied(rt_duration *times, size_t count);

/* Of times in ascending order, each once; z is the normal quantile of the confidence level */
extern void rt_survival_curve(const rt_duration *times, size_t count, double z,
							  rt_survival_point *points);

/* The share that stays longer than time; NaN behind the last time, unless nobody is left */
extern double rt_survival_at(const rt_survival_point *points, size_t count, double time);

/*
 * The time by which half have left; the middle between two times where it is exactly half
 * between them.  NaN when more than half stay.
 */
extern double rt_survival_median(const rt_survival_point *points, size_t count);

/*
 * The mean time until horizon, and its standard error; NaN when the curve ends before, unless
 * nobody is left
 */
extern double rt_survival_restricted_mean(const rt_survival_point *points, size_t count,
										  double horizon, double *std_error);

/* Of one group: customers of one duration */
typedef struct rt_group_duration
{
	double		time;
	int			group;			/* from 0 on */
	int64_t		events;
	int64_t		censored;
} rt_group_duration;

typedef struct rt_log_rank_group
{
	int64_t		customers;
	int64_t		events;
	double		expected;		/* events, if all groups left alike */
} rt_log_rank_group;

typedef struct rt_log_rank
{
	double		chi_square;		/* NaN, as p_value, where degrees is 0 */
	double		p_value;
	int			degrees;		/* groups with expected events, less one */
} rt_log_rank;

/* Room for group_count * (group_count + 2) numbers */
#define RT_LOG_RANK_ROOM(group_count) ((size_t) (group_count) * ((size_t) (group_count) + 2))

/* Of rows in ascending order of time; groups has room for all of them */
extern void rt_log_rank_test(const rt_group_duration *rows, size_t count, int group_count,
							 double *room, rt_log_rank_group *groups, rt_log_rank *test);

#endif							/* RT_SURVIVAL_H */
