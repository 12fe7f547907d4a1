/*
 * churn_drivers.c
 *		What do the lost have in common.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/assert.h"
#include "core/churn_drivers.h"
#include "core/poll.h"

#include <math.h>

#include "core/proportion.h"
#include "core/sort.h"

static int
churn_drivers_by_order(const rt_driver *a, const rt_driver *b)
{
	if (a->attribute != b->attribute)
		return a->attribute < b->attribute ? -1 : 1;
	return (a->value > b->value) - (a->value < b->value);
}

static int
churn_drivers_by_p_value(const void *a, const void *b, const void *unused)
{
	const rt_driver *left = a;
	const rt_driver *right = b;
	double		left_weight = fabs(left->weight_of_evidence);
	double		right_weight = fabs(right->weight_of_evidence);

	(void) unused;
	if (left->p_value != right->p_value)
		return left->p_value < right->p_value ? -1 : 1;
	if (left_weight != right_weight && !isnan(left_weight) && !isnan(right_weight))
		return left_weight > right_weight ? -1 : 1;
	return churn_drivers_by_order(left, right);
}

/*
 * A value that nobody who left has, or everybody has left, counts half a customer more on both
 * sides
 */
static double
churn_drivers_weight(const rt_driver *driver, int64_t churned, int64_t kept)
{
	double		half = driver->churned == 0 || driver->kept == 0 ? 0.5 : 0;

	return log(((double) driver->churned + half) / (double) churned /
			   (((double) driver->kept + half) / (double) kept));
}

static void
churn_drivers_describe(rt_driver *drivers, size_t count, double z)
{
	int64_t		churned = 0;
	int64_t		kept = 0;
	double		information = 0;

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		churned += drivers[i].churned;
		kept += drivers[i].kept;
	}
	for (size_t i = 0; i < count; i++)
	{
		rt_driver  *driver = &drivers[i];
		int64_t		customers = driver->churned + driver->kept;

		rt_poll();
		driver->churn_rate = (double) driver->churned / (double) customers;
		driver->lift = churned == 0 ?
			NAN :
			driver->churn_rate * ((double) (churned + kept) / (double) churned);
		rt_wilson_interval(driver->churned, customers, z, &driver->lower, &driver->upper);
		driver->p_value = rt_fisher_exact(driver->churned, customers, churned - driver->churned,
										  churned + kept - customers);
		driver->weight_of_evidence =
			churned == 0 || kept == 0 ? NAN : churn_drivers_weight(driver, churned, kept);
		information +=
			((double) driver->churned / (double) churned - (double) driver->kept / (double) kept) *
			driver->weight_of_evidence;
	}
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		drivers[i].information_value = information;
	}
}

void
rt_churn_drivers(rt_driver *drivers, size_t count, double z)
{
	double		largest = 0;

	for (size_t begin = 0, end; begin < count; begin = end)
	{
		for (end = begin; end < count && drivers[end].attribute == drivers[begin].attribute; end++)
			rt_poll_each(end);
		churn_drivers_describe(drivers + begin, end - begin, z);
	}
	rt_sort(drivers, count, sizeof(rt_driver), churn_drivers_by_p_value, NULL);

	/*
	 * Holm (1979): the smallest one as often as there are drivers, the next one once less, and
	 * none below the one before
	 */
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		largest = fmax(largest, fmin(1, drivers[i].p_value * (double) (count - i)));
		drivers[i].p_value = largest;
		RT_ASSERT(largest >= 0 && largest <= 1);
	}
	rt_sort(drivers, count, sizeof(rt_driver), churn_drivers_by_p_value, NULL);
}
