/*
 * season_fit_shrink.h
 *		Factors drawn toward 1 by as much as is not known of them.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SEASON_FIT_SHRINK_H
#define RT_SEASON_FIT_SHRINK_H


/*
 * What to think of count logarithms, which are off by chance and by other things but for a common
 * factor, and are Normal(0, w^2) among each other: see season_fit_shrink.c.  Gives w.
 */
extern double rt_season_shrink(int count, const double *logarithms, const double *chance,
							   const double *other, double *means, double *posterior);

/* The covariance of logarithms brought to the mean 1, from that of others */
extern void rt_season_to_mean(const double *shares, int count, const double *covariance,
							  double *result);

#endif							/* RT_SEASON_FIT_SHRINK_H */
