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
 * times: as R's package survival has it.  Did any become another one?
 */
extern bool rt_tie_durations(double *times, size_t count, ptrdiff_t step);

/* The same, and put together: how many are left */
extern size_t rt_durations_tied(rt_duration *times, size_t count);

/* A time, and where it belongs */
typedef struct rt_moment
{
	double		time;
	double	   *place;
} rt_moment;

/* As rt_tie_durations of times in any order: what becomes of each is put in its place */
extern void rt_tie_moments(rt_moment *moments, size_t count);

/* Of times in ascending order, each once; z is the normal quantile of the confidence level */
extern void rt_survival_curve(const rt_duration *times, size_t count, double z,
							  rt_survival_point *points);

/*
 * Customers that are alike: they are at risk behind entry (-INFINITY: from the beginning) and up to
 * time, and each counts as much as weight, finite and above 0
 */
typedef struct rt_survival_row
{
	double		entry;
	double		time;
	double		weight;
	int64_t		events;
	int64_t		censored;
} rt_survival_row;

/* Room for so many rows */
#define RT_SURVIVAL_MOMENTS(count) (2 * (count))

/*
 * The curve of rows in any order, which become those of equal durations, sorted; points has room
 * for count.  Counts are of customers, survival and errors go by weights (Greenwood's formula of
 * the weights at risk and of those who leave).  Returns how many points there are; 0 where rounding
 * alone parts an entry from its time: then *broken is such a row.
 */
extern size_t rt_survival_curve_of_rows(rt_survival_row *rows, size_t count, double z,
										rt_moment *moments, size_t *by_entry,
										rt_survival_point *points, size_t *broken);

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
	uint32_t	stratum;		/* customers are compared with those of their stratum */
	int64_t		events;
	int64_t		censored;
} rt_group_duration;

/* Of one group: customers who are at risk behind one time */
typedef struct rt_group_entry
{
	double		time;
	int			group;
	uint32_t	stratum;
	int64_t		customers;
} rt_group_entry;

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
	int			degrees;		/* groups with expected events, less one for each set of groups
								 * that are compared with each other */
} rt_log_rank;

/* Room for group_count * (group_count + 2) numbers */
#define RT_LOG_RANK_ROOM(group_count) ((size_t) (group_count) * ((size_t) (group_count) + 2))

/*
 * Of rows in ascending order of stratum and time, and the entries of the same customers in the same
 * order, or NULL where all were there from the beginning; groups has room for all of them
 */
extern void rt_log_rank_test(const rt_group_duration *rows, size_t count,
							 const rt_group_entry *entries, int group_count, double *room,
							 rt_log_rank_group *groups, rt_log_rank *test);

#endif							/* RT_SURVIVAL_H */
