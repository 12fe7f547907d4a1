/*
 * lifetime.h
 *		Integrals over the time for which somebody stays a customer.
 *
 * Who is a customer at some age is still one u later with the probability exp(-s left(u)), where
 *
 *		left(u) = ln(1 + u/scale)					of Pareto/NBD,
 *		left(u) = ln(1 + (exp(b u) - 1)/(b scale))	of GG/NBD, which is the former for b to 0,
 *
 * and meanwhile buys nothing with the probability (1 + u/a)^-m.
 *
 * Everything here takes a bounded number of steps, some hundred where arguments are ordinary,
 * some thousand at the ends of double precision, and is a logarithm where it may leave that.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_LIFETIME_H
#define RT_LIFETIME_H

#include <stdbool.h>

#include "core/customers.h"
#include "core/places.h"

typedef struct rt_lifetime
{
	bool		ages;			/* GG/NBD */
	double		b;				/* 0 where it does not age */
	double		s;
	double		c;				/* scale, times b where it ages */
	double		log_b;
	double		log_s;
	double		log_c;
	double		log_scale;
} rt_lifetime;

/* Of Pareto/NBD, of beta + age; of GG/NBD, of beta at the age 0 */
extern rt_lifetime rt_lifetime_pareto(double s, double scale);
extern rt_lifetime rt_lifetime_gompertz(double b, double s, double beta, double age);

extern double rt_lifetime_left(const rt_lifetime *life, double u);

/* ln(1 + u/a), also where u/a is no double */
extern double rt_log_growth(double u, double a);

typedef enum rt_lifetime_event
{
	RT_LIFETIME_LEAVES,			/* leaves by t, and buys nothing before */
	RT_LIFETIME_BUYS,			/* buys by t, before they leave */
	RT_LIFETIME_STAYS,			/* the time as a customer until t; a and m count for nothing */
	RT_LIFETIME_STAYS_SQUARED	/* its square, never discounted; the same */
} rt_lifetime_event;

/* The means of a place */
enum
{
	RT_LIFETIME_LOG_ALPHA,		/* of ln(1 + u/a) */
	RT_LIFETIME_INVERSE_ALPHA,	/* of 1/(a + u) */
	RT_LIFETIME_LEFT,			/* of left(u) */
	RT_LIFETIME_INVERSE_BETA,	/* of 1/(scale + u); where it ages of 1/(beta - 1 + exp(b (age +
								 * u))) */
	RT_LIFETIME_BY_B			/* of the derivative of ln(left'(u) exp(-s left(u))) by b, from
								 * birth on, but for 1/b */
};

/*
 * The logarithm of the probability, or of the time or its square, of what, each u counting
 * exp(-discount u) of the time.  t may be infinite where the integral is not.  With means those
 * under the integrand of LEAVES, age being that from which u counts.
 */
extern double rt_lifetime_integral(const rt_lifetime *life, double a, double m,
								   rt_lifetime_event what, double discount, double t, double age,
								   double *means);

/*
 * That of LEAVES with means, where t may be so short that a few points tell it to the last digits:
 * of steps between operational times, of which a fit has as many as customers
 */
extern double rt_lifetime_integral_of_step(const rt_lifetime *life, double a, double m, double t,
										   double age, double *means);

/* The same before anything is made of who buys nothing for t: see rt_base_log_odds_left */
extern double rt_lifetime_log_odds_left(const rt_lifetime *life, double a, double m, double t);

/* ln of the odds that who has bought nothing for t has left */
extern double rt_lifetime_log_odds_gone(const rt_lifetime *life, double a, double m, double t);

/*
 * The probability to be here times that to have left, by which the former changes with ln of the
 * odds; where it is above 0 with the means of the integral
 */
extern double rt_lifetime_here_and_gone(const rt_lifetime *life, double a, double m, double t,
										double age, double *means);

/* Of a customer with the lifetime start at first and life since t_x */
extern double rt_lifetime_log_likelihood(const rt_lifetime *start, const rt_lifetime *life,
										 double alpha, double r, const rt_customer *customer);

/*
 * The mean of n (n - 1), n the purchases by t or until they leave before that: Poisson with
 * lambda and a time given, so that it is the mean of lambda^2 times that of the time squared
 */
extern double rt_lifetime_pairs(const rt_lifetime *life, double a, double m, double t);

/* m/a in each unit of the time, also where that is no double */
extern double rt_lifetime_purchases(double m, double a, double time);

#endif							/* RT_LIFETIME_H */
