/*
 * shops.h
 *		Simulated logs of shops that have a season, for tests of its estimation.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef TEST_SHOPS_H
#define TEST_SHOPS_H

#include "core/customer_base.h"
#include "core/season_fit.h"

typedef struct shop
{
	const rt_base *truth;		/* in operational days */
	const rt_season *season;
	const rt_season *arrivals;	/* of first purchases; NULL: the same every day */
	int			customers;
	int32_t		first_day;		/* of first purchases */
	int32_t		last_day;
	int32_t		as_of;
	double		between_years;	/* deviation of ln of the factor of each month of the calendar */
	int64_t		seed;
} shop;

/* The log as of its day, for rt_season_estimate; what it points to is freed by shop_free */
extern rt_season_data shop_open(const shop *s);
extern void shop_close(rt_season_data *data);

extern rt_season_status shop_estimate(const rt_season_data *data, rt_season *season,
									  rt_season_details *details);

/* A season with these months, and weekdays where they are not NULL */
extern void season_from(rt_season *season, const double *months, const double *weekdays);

#endif							/* TEST_SHOPS_H */
