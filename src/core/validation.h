/*
 * validation.h
 *		Did a score tell who would, and who would not?
 *
 * Scores that are equal belong together: they are one row here, and no table takes them apart,
 * so that nothing depends on the order of customers.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_VALIDATION_H
#define RT_VALIDATION_H

#include <stddef.h>
#include <stdint.h>

/* Customers of one score: those with the outcome, and the others */
typedef struct rt_scored
{
	double		score;
	int64_t		outcomes;
	int64_t		others;
} rt_scored;

/* A bin: neighbouring scores */
typedef struct rt_score_bin
{
	int			number;			/* from 1 on */
	double		lowest;			/* score */
	double		highest;
	double		mean;
	int64_t		customers;
	int64_t		outcomes;
} rt_score_bin;

/* By score, lowest first */
extern void rt_scored_sort(rt_scored *scored, size_t count);

/*
 * The probability that a customer with the outcome has a higher score than one without, ties
 * counting half: exact for up to 2^32 customers, and of up to 2^41 in all.  NaN when there are none
 * of one kind.  Of sorted rows, as below.
 */
extern double rt_roc_auc(const rt_scored *scored, size_t count);

/*
 * Bins of as equal numbers of customers as equal scores permit: a score belongs to the bin in
 * which the middle of its customers lies.  Bin 1 has the lowest scores, or the highest
 * ones if from_highest.  There are up to 2^41 customers and 10,000 bins.  bins has room for that
 * many; bins without customers are left out; returns how many there are.
 */
extern size_t rt_score_bins(const rt_scored *scored, size_t count, int bin_count, int from_highest,
							rt_score_bin *bins);

#endif							/* RT_VALIDATION_H */
