/*
 * interpurchase_shapes.h
 *		The population of purchase cycles, customers differing in k.
 *
 * One k for all is not what customers are: heavy buyers are often more regular than
 * light ones, and have most of the intervals, so that their k would be everyone's.  So beside it k
 * may be lognormal across customers, with a median and a deviation of ln k that come from how
 * even the intervals of each customer are.  Their next interval is then a mixture over what their
 * k may be, their own intervals known.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_INTERPURCHASE_SHAPES_H
#define RT_INTERPURCHASE_SHAPES_H

#include "core/cycle.h"
#include "core/interpurchase.h"

/*
 * How even intervals are, in steps of about one percent of s, the logarithm of their mean less
 * the mean of their logarithms; at least two intervals.  From 0 to RT_EVENNESS_MAX.
 */
extern int	rt_evenness(const rt_intervals *intervals);

/* Rows that tell evenness, in ascending order of their counts */
typedef struct rt_evenness_rows
{
	const rt_fit_row *rows;
	size_t		row_count;
} rt_evenness_rows;

/*
 * How far regularities of customers lie apart, as a standard deviation of ln k, where no base
 * tells: two of three are within a factor of e of the base's.
 */
#define RT_REGULARITY_DEVIATION 1.0

/*
 * The lognormal distribution of k across customers that is the most likely one by the restricted
 * likelihood of each customer, in which their rate does not appear.  The floor of rt_gamma_shapes
 * is not in it: with it the deviation is less (1.1 becomes 0.9 in a grocery log), and late
 * purchases of new customers come too often (doc/backtest.md).  The deviation is from 0.05, where
 * customers do not differ, to 3.  Where fewer than 30 customers tell of it, median is left as it
 * was and the deviation is RT_REGULARITY_DEVIATION.
 */
extern void rt_interpurchase_fit_shapes(const rt_evenness_rows *data, double *median,
										double *deviation);

/*
 * How much of a silence may be a purchase left out by somebody who goes on as before, after n
 * intervals of their own: from 0 of an irregular to 1 of a regular customer
 */
extern double rt_interpurchase_regular_share(double k, double n);

/*
 * The silence, to 0.002, of somebody whose k this is, who may leave purchases out where it is that
 * of a regular customer; of_one is what it would be if they never did
 */
extern double rt_interpurchase_silence_about(const rt_interpurchase *model, double n, double sum,
											 double elapsed, double *of_one);

/*
 * The silence of a customer whose k is one of these, and its logarithm for each
 * of them; model->k is not looked at
 */
extern double rt_interpurchase_silence_of_shapes(const rt_interpurchase *model,
												 const rt_shapes *shapes, double n, double sum,
												 double elapsed, double *log_silence);

/* The same by what does not change while they are silent */
extern void rt_interpurchase_shape_constants(const rt_interpurchase *model, const rt_shapes *shapes,
											 double n, double *constants);
extern double rt_interpurchase_silence_by_constants(const rt_interpurchase *model,
													const rt_shapes *shapes,
													const double *constants, double n, double sum,
													double elapsed, double *log_silence);

/*
 * One k in the place of all of them, after a silence that is likelier for some of them than
 * for others: with the same variance of the logarithm of an interval.
 */
extern double rt_interpurchase_shape_after(const rt_shapes *shapes, const double *log_silence);

#endif							/* RT_INTERPURCHASE_SHAPES_H */
