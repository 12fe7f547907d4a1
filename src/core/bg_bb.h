/*
 * bg_bb.h
 *		Between the parts of bg_bb.c: the model, and the sums that all is made of.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_BG_BB_H
#define RT_BG_BB_H

#include <math.h>

#include "core/customer_base.h"

/* The parameters, and what becomes of them as a customer is observed */
typedef struct rt_bg_bb
{
	double		alpha;
	double		beta;
	double		gamma;
	double		delta;
} rt_bg_bb;

/* The model of those who are still here */
extern rt_bg_bb rt_bg_bb_of_alive(const rt_base *base, const rt_customer *customer);

/*
 * All that is asked for are sums over opportunities of products of rising factorials.  Terms that
 * change fast are added up one by one, which is soon over: either they vanish, or they come to
 * change slowly.  From there on a sum is the integral between the middles, with what Gauss and
 * Encke correct it by at both ends, and the integral goes in panels that grow with the distance
 * from the first term: as many as the logarithm of the number of terms.
 *
 * A function of the number of the term adds itself, so many times, to a sum.
 */
typedef void (*rt_bg_bb_terms) (const void *what, double k, double weight, double *sum);

/*
 * Of slow terms each is at least so much of its neighbour, and so many of the first are none of
 * them.  With more of both, 0.97 and 256, and panels of a third of the fall below none of 8,000
 * random functions of models changes by more than 1e-12 in proportion.
 */
#define RT_BG_BB_SLOW 0.9
#define RT_BG_BB_FIRST_TERMS 64

/* Of the logarithm of a term, within a panel */
#define RT_BG_BB_PANEL_FALL 6.0

/* What is less than this of a sum leaves it as it is */
#define RT_BG_BB_NOTHING (DBL_EPSILON / 8)

/* The correction of a sum at its first term, with the sign 1, or behind its last one, with -1 */
extern void rt_bg_bb_correct_end(rt_bg_bb_terms function, const void *what, double first,
								 double sign, double *sum);

/* The integral of the terms */
extern void rt_bg_bb_add_panel(rt_bg_bb_terms function, const void *what, double from, double to,
							   double *sum);

/*
 * Terms that fall from 1 on: (a)_k / (a + c)_k for two pairs, times exp(-rate k); (.)_k is the
 * rising factorial
 */
typedef struct rt_bg_bb_series
{
	double		a[2];
	double		c[2];
	double		rate;
	bool		derivatives;
} rt_bg_bb_series;

/* Derivatives by a[0], c[0], a[1], c[1] are in sum[1] to sum[4], where asked for */
#define RT_BG_BB_SUMS 5

/* The first count terms, which may be infinite with a rate above 0 */
extern void rt_bg_bb_add_series(const rt_bg_bb_series *series, double count, double *sum);

/* As in customer_base.h */
extern double rt_bg_bb_p_alive(const rt_base *base, const rt_customer *customer);
extern double rt_bg_bb_p_gone(const rt_base *base, const rt_customer *customer);
extern double rt_bg_bb_p_alive_after(const rt_base *base, const rt_customer *customer, double t);
extern double rt_bg_bb_expected_lifetime(const rt_base *base, const rt_customer *customer,
										 double t);
extern double rt_bg_bb_expected_purchases(const rt_base *base, const rt_customer *customer,
										  double t);
extern double rt_bg_bb_discounted_if_alive(const rt_base *base, const rt_customer *customer,
										   double t, double rate);
extern double rt_bg_bb_pairs_if_alive(const rt_base *base, const rt_customer *customer, double t);
extern double rt_bg_bb_purchase_probability(const rt_base *base, const rt_customer *customer,
											double t);
extern double rt_bg_bb_purchase_pmf(const rt_base *base, const rt_customer *customer, int n,
									double t);

#endif							/* RT_BG_BB_H */
