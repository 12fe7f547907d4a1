/*
 * churn_drivers.h
 *		What do the lost have in common: each value of an attribute against the others.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_CHURN_DRIVERS_H
#define RT_CHURN_DRIVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct rt_driver
{
	int			attribute;		/* values of one attribute have one number */
	int			value;			/* the caller's */
	int64_t		churned;
	int64_t		kept;

	/* what follows from these */
	double		churn_rate;
	double		lift;			/* NaN where nobody has left */
	double		lower;			/* of the churn rate */
	double		upper;
	double		weight_of_evidence; /* NaN where nobody has left, or everybody */
	double		information_value;	/* of the attribute; NaN likewise */
	double		p_value;		/* corrected for the number of drivers */
} rt_driver;

/*
 * Fills in what follows and sorts by p_value, then by the weight of evidence, whatever its sign,
 * then by attribute and value.  Drivers of one attribute are neighbours and each has customers;
 * z is the normal quantile of the confidence level.
 */
extern void rt_churn_drivers(rt_driver *drivers, size_t count, double z);

#endif							/* RT_CHURN_DRIVERS_H */
