/*
 * proportion.h
 *		How sure a share is, and whether two shares differ.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_PROPORTION_H
#define RT_PROPORTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Wilson's score interval of a share of hits in n, n from 1 on; z is the normal quantile of the
 * confidence level
 */
extern void rt_wilson_interval(int64_t hits, int64_t n, double z, double *lower, double *upper);

/*
 * Fisher's exact test: the probability of a table at least as improbable as this one,
 * given its margins.  Both are numbers of hits in n customers.
 */
extern double rt_fisher_exact(int64_t hits, int64_t n, int64_t other_hits, int64_t other_n);

/* Hits among the treated and among the others */
typedef struct rt_two_groups
{
	int64_t		hits;
	int64_t		n;
	int64_t		other_hits;
	int64_t		other_n;
} rt_two_groups;

/*
 * Their shares compared.  Where there are several strata, each counts with the weight of
 * Mantel and Haenszel, n * other_n / (n + other_n); one without customers in both
 * groups counts nothing.  The intervals are those of the score test (Miettinen and
 * Nurminen, 1985), of which p_value is that of no difference.  ratio is NaN where
 * neither group has a hit, infinite where only the others have none; everything is NaN
 * where no stratum counts.
 */
typedef struct rt_uplift
{
	double		difference;
	double		difference_lower;
	double		difference_upper;
	double		ratio;
	double		ratio_lower;
	double		ratio_upper;
	double		p_value;
} rt_uplift;

extern void rt_uplift_of(const rt_two_groups *strata, size_t count, double z, rt_uplift *uplift);

#endif							/* RT_PROPORTION_H */
