/*
 * prediction.h
 *		How sure is a prediction: what one customer will do, drawn many times.
 *
 * A draw takes parameters of the model, and of the spend model, from the normal distribution
 * of their logarithms around the estimates with the covariance of the fit; whether they are
 * still a customer, how often they buy and when they leave from what these say of them, given what
 * they have done; and their purchases, and what each is worth, from that.  So it holds what is not
 * known of the parameters and what is their own chance.  Of a model that was typed in parameters
 * are taken as they are.  The same customer has the same draws.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_PREDICTION_H
#define RT_PREDICTION_H

#include <stdbool.h>

#include "core/customer_base.h"
#include "core/gamma_gamma.h"
#include "core/seasonal.h"

#define RT_PREDICTION_DRAWS 2000

/*
 * What the fit does not know: a triangular root of the covariance of the logarithms of the
 * parameters, all 0 where they are given
 */
typedef struct rt_spread
{
	int			count;			/* of parameters */
	double		root[RT_PARAMETERS_MAX][RT_PARAMETERS_MAX];
} rt_spread;

/* False for a fit that does not know how sure it is: see rt_predict */
extern bool rt_spread_of(const rt_model *model, rt_spread *spread);

/* What their purchases are worth: by a spend model, and the orders that are known */
typedef struct rt_worth
{
	const rt_model *spend;
	double		x;
	double		mean;
	double		rate;			/* what is spent at the time u from now counts exp(-rate u) */
	const rt_ahead *ahead;		/* by which purchases have real times; NULL: without a season */
} rt_worth;

/*
 * Of a customer in the model's unit within t from now, finite, into draws, in ascending order: the
 * number of purchases, or what they are worth, where that is not NULL.
 *
 * False where nothing can be said: of a fit that did not converge, or that knows a parameter to a
 * factor of exp(10) only, and of what is beyond doubles.
 */
extern bool rt_predict(const rt_model *model, const rt_customer *customer, double t,
					   const rt_worth *worth, double *draws);

/* The limits that leave out at most (1 - level) / 2 of the draws on each side */
extern void rt_prediction_limits(const double *draws, double level, double *lower, double *upper);

#endif							/* RT_PREDICTION_H */
