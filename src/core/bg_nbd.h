/*
 * bg_nbd.h
 *		Between the parts of bg_nbd.c: the model, and what somebody who is a customer will do.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_BG_NBD_H
#define RT_BG_NBD_H

#include <math.h>

#include "core/customer_base.h"

typedef struct rt_bg_nbd
{
	int			k;
	bool		first_may_be_last;
	double		r;
	double		alpha;
	double		a;
	double		b;
	double		odds;			/* to come once, whatever lambda and p; 0: nobody does */
} rt_bg_nbd;

/*
 * Parameters below are taken as this, parameters and counts above as that, and odds: no quotient or
 * product leaves the range of double
 */
#define RT_BG_NBD_SMALLEST 1e-100
#define RT_BG_NBD_LARGEST 1e100
#define RT_BG_NBD_LARGEST_TIME 1e307
#define RT_BG_NBD_LARGEST_ODDS 1e303

#define TWO_PI 6.28318530717958647693

static inline double
rt_within(double value, double low, double high)
{
	return fmin(fmax(value, low), high);
}

/* They may leave after the first purchase, too; a share of them comes once */
extern bool rt_bg_nbd_first_may_be_last(const rt_kind *kind);
extern bool rt_bg_nbd_inflated(const rt_kind *kind);

/* As a kind's fit */
extern void rt_bg_nbd_fit(const rt_kind *kind, int k, const rt_customers *customers,
						  void *workspace, rt_fit *fit);

/* As a kind's slopes, of one with four parameters */
extern double rt_bg_nbd_slopes(const rt_kind *kind, const rt_customers *customers,
							   const double *parameters, double *slopes);

/* What is computed with: all within the range above */
extern rt_bg_nbd rt_bg_nbd_within(const rt_base *base);
extern rt_customer rt_bg_nbd_customer_within(const rt_customer *customer);

/*
 * How many of the k events of the interval that runs have happened, given that they are a customer:
 * room for k. The logarithm of the sum of (m)_j / j! ratio^j, to which these are proportional
 */
extern double rt_bg_nbd_phases_of(const rt_bg_nbd *model, const rt_customer *customer,
								  double *phases);

/* What a sum over the future of who is a customer is made of */
typedef struct rt_bg_nbd_future
{
	int			k;
	int			passed;			/* events so far for certain: where phases are told apart */
	double		p_alive;
	double		shape;			/* m, of j = 0, or of those that have passed */
	double		alpha;			/* alpha + age */
	double		silence;		/* age - t_x */
	double		log_peak;		/* of the density of ln lambda, for j = 0 at its mode */
	double		a;
	double		b;				/* b' */
	double		phases[RT_K_MAX];	/* probability of j events of the interval so far */
} rt_bg_nbd_future;

extern rt_bg_nbd_future rt_bg_nbd_future_of(const rt_base *base, const rt_customer *customer);

typedef enum rt_bg_nbd_what
{
	RT_BG_NBD_PURCHASES,		/* discounted, at a rate above 0 */
	RT_BG_NBD_PAIRS,			/* n (n - 1) of n purchases, never discounted */
	RT_BG_NBD_STILL_ALIVE,		/* the chance that they stay through all */
	RT_BG_NBD_TIME_ALIVE
} rt_bg_nbd_what;

/* t over alpha; 0 where that is no time at all, for which not even quotients are doubles */
static inline double
rt_bg_nbd_odds_of(const rt_bg_nbd_future *f, double t)
{
	double		odds = fmin(t / f->alpha, RT_BG_NBD_LARGEST_ODDS / (f->shape + f->k));

	return odds < 1e-290 ? 0 : odds;
}

/* Are events so few that they are counted one by one? */
extern bool rt_bg_nbd_few(const rt_bg_nbd_future *f, double odds);

/* Of a customer who is one, t up to RT_BG_NBD_LARGEST_TIME; of pairs where events are not few */
extern double rt_bg_nbd_if_alive(const rt_bg_nbd_future *f, rt_bg_nbd_what what, double t);

/* For k = 1; until odds times alpha */
extern double rt_bg_nbd_over_p(const rt_bg_nbd_future *f, double odds, rt_bg_nbd_what what);

/* The same by so many times, in ascending order: of purchases, or of who is still there */
extern void rt_bg_nbd_over_p_by_times(const rt_bg_nbd_future *f, const double *odds, int count,
									  rt_bg_nbd_what what, double *sums);

/* Until t, which may be infinite at a rate above 0 */
extern double rt_bg_nbd_over_lambda(const rt_bg_nbd_future *f, rt_bg_nbd_what what, double t,
									double rate);

/*
 * Is it as good as a sum over purchases whose times hardly vary?  A k above RT_BG_NBD_REGULAR, and
 * a rate that is known to a third.
 */
#define RT_BG_NBD_REGULAR 20

extern bool rt_bg_nbd_is_regular(const rt_bg_nbd_future *f);

/* What they buy until t, discounted, to a thousandth, of somebody of whom that is so */
extern double rt_bg_nbd_discounted_regular(const rt_bg_nbd_future *f, double t, double rate);

/* As in customer_base.h */
extern double rt_bg_nbd_p_alive(const rt_base *base, const rt_customer *customer);
extern double rt_bg_nbd_p_gone(const rt_base *base, const rt_customer *customer);
extern double rt_bg_nbd_p_alive_after(const rt_base *base, const rt_customer *customer, double t);
extern void rt_bg_nbd_staying(const rt_base *base, const rt_customer *customer,
							  const double *times, int count, double *chances);
extern void rt_bg_nbd_purchases(const rt_base *base, const rt_customer *customer,
								const double *times, int count, double *expected);
extern double rt_bg_nbd_expected_lifetime(const rt_base *base, const rt_customer *customer,
										  double t);
extern double rt_bg_nbd_expected_purchases(const rt_base *base, const rt_customer *customer,
										   double t);
extern double rt_bg_nbd_discounted_if_alive(const rt_base *base, const rt_customer *customer,
											double t, double rate);
extern void rt_bg_nbd_p_alive_slopes(const rt_base *base, const rt_customer *customer,
									 double *slopes);
extern void rt_bg_nbd_phases(const rt_base *base, const rt_customer *customer, double *phases,
							 double (*slopes)[RT_K_MAX]);
extern void rt_bg_nbd_outlook(const rt_base *base, const rt_customer *customer, int phase, double t,
							  bool with_slopes, rt_outlook *outlook);
extern double rt_bg_nbd_purchase_probability(const rt_base *base, const rt_customer *customer,
											 double t);
extern double rt_bg_nbd_purchase_pmf(const rt_base *base, const rt_customer *customer, int n,
									 double t);

#endif							/* RT_BG_NBD_H */
