/*
 * opportunity.c
 *		Time counted in opportunities to buy.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/calendar.h"
#include "core/opportunity.h"
#include "core/poll.h"

/* Years of 365 to 366 days, and the parts of one that are months of the calendar, too */
int
rt_opportunity_months(double time_unit)
{
	double		years = rint(time_unit / 365.25);
	static const int parts[] = {12, 4, 2};

	if (years >= 1 && years <= 100 && time_unit >= 365 * years && time_unit <= 366 * years)
		return (int) (12 * years);
	for (int i = 0; i < 3; i++)
		if (time_unit * parts[i] >= 365 && time_unit * parts[i] <= 366)
			return 12 / parts[i];
	return 0;
}

double
rt_opportunities_over(int32_t first, int32_t date, double time_unit)
{
	int			months = rt_opportunity_months(time_unit);
	int32_t		number;
	int32_t		end;

	if (months == 0)
		return fmin(ceil(((double) date - (double) first + 0.5) / time_unit) - 1, DBL_MAX / 4);
	number = (rt_unit_number(RT_UNIT_MONTH, date) - rt_unit_number(RT_UNIT_MONTH, first)) / months;
	if (number > 0 &&
		!(rt_date_months_later(first, (int64_t) number * months, &end) && end <= date))
		number--;
	return number;
}

/* The last day of an opportunity; one behind all dates is the last date */
int32_t
rt_opportunity_end(int32_t first, double number, double time_unit)
{
	int			months = rt_opportunity_months(time_unit);
	double		end;
	int32_t		date;

	if (months > 0)
		return number < RT_DATE_MAX &&
			rt_date_months_later(first, (int64_t) number * months, &date) ?
			date :
			RT_DATE_MAX;
	end = (double) first + floor(number * time_unit + 0.5);
	return end < RT_DATE_MAX ? (int32_t) end : RT_DATE_MAX;
}

void
rt_opportunities(const int32_t *dates, size_t count, int32_t as_of, double time_unit,
				 rt_customer *customer)
{
	customer->x = customer->t_x = 0;
	customer->age = rt_opportunities_over(dates[0], as_of, time_unit);

	for (size_t i = 1; i < count; i++)
	{
		/* the first that is not over on the day before */
		double		opportunity = rt_opportunities_over(dates[0], dates[i] - 1, time_unit) + 1;

		rt_poll_each(i);
		if (opportunity > customer->age)
			break;
		if (opportunity > customer->t_x)
			customer->x++;
		customer->t_x = opportunity;
	}
}

double
rt_opportunities_within(double days, double time_unit)
{
	int			months = rt_opportunity_months(time_unit);

	return months == 0 ? days / time_unit : floor((days + 0.5) / (months * RT_DAYS_PER_MONTH));
}

bool
rt_opportunities_valid(const rt_customer *customer)
{
	return customer->x == floor(customer->x) && customer->t_x == floor(customer->t_x) &&
		customer->age == floor(customer->age) && customer->x <= customer->t_x &&
		customer->age <= RT_WHOLE_MAX;
}

bool
rt_opportunities_row_valid(const rt_fit_row *row)
{
	return rt_opportunities_valid(&row->customer);
}
