/*
 * spend_trend.c
 *		Has the average order value changed.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/sort.h"
#include "core/special.h"
#include "core/spend_trend.h"
#include "core/poll.h"

/* The exact distribution of a rank sum is computed where it takes no more cells and steps */
#define CELLS_MAX 8192
#define STEPS_MAX 250000.0

static int
by_value(const void *a, const void *b, const void *unused)
{
	double		left = ((const rt_ranked *) a)->value;
	double		right = ((const rt_ranked *) b)->value;

	(void) unused;
	return (left > right) - (left < right);
}

/* Values of the same size from i on: where they end; twice their rank is i + end + 1 */
static size_t
ties_end(const rt_ranked *values, size_t count, size_t i)
{
	size_t		end = i + 1;

	for (; end < count && values[end].value == values[i].value; end++)
		rt_poll_each(end);
	return end;
}

/*
 * How often a set of this size, no more than half of them, has a rank sum that is at least
 * this far from the mean.  Twice the sum, so that ties leave whole numbers, and less its least
 * possible value: cells[j][s] are the sets of j of the ranks so far with s.
 */
static double
exact_p(const rt_ranked *values, size_t count, size_t size, double distance)
{
	double		cells[CELLS_MAX];
	int64_t		sums = 2 * (int64_t) (size * (count - size)) + 1;
	double		all = 0,
				far = 0;

	for (int64_t i = 0; i < (int64_t) (size + 1) * sums; i++)
		cells[i] = 0;
	cells[0] = 1;
	for (size_t start = 0, end; start < count; start = end)
	{
		end = ties_end(values, count, start);
		for (size_t i = start; i < end; i++)
		{
			for (int64_t j = (int64_t) (i < size ? i + 1 : size); j > 0; j--)
			{
				int64_t		step = (int64_t) (start + end + 1) - 2 * j;
				const double *from = cells + (j - 1) * sums;
				double	   *to = cells + j * sums;

				for (int64_t s = step > 0 ? step : 0; s < (step < 0 ? sums + step : sums); s++)
					to[s] += from[s - step];
			}
		}
	}
	for (int64_t s = 0; s < sums; s++)
	{
		all += cells[(int64_t) size * sums + s];
		if (fabs((double) s - (double) (sums / 2)) >= distance)
			far += cells[(int64_t) size * sums + s];
	}
	return far / all;
}

double
rt_rank_sum_p(rt_ranked *values, size_t count)
{
	double		recent = 0;
	double		sum = 0;		/* twice the ranks of the recent ones */
	double		squares = 0;	/* of twice the ranks, around their mean */
	double		smaller,
				larger,
				distance,
				deviation;

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		recent += values[i].recent;
	}
	if (recent == 0 || recent == (double) count)
		return NAN;
	rt_sort(values, count, sizeof(rt_ranked), by_value, NULL);
	for (size_t i = 0, end; i < count; i = end)
	{
		double		rank;

		end = ties_end(values, count, i);
		rank = (double) (i + end + 1);
		squares += (double) (end - i) * (rank - (double) count - 1) * (rank - (double) count - 1);
		for (size_t j = i; j < end; j++)
		{
			rt_poll_each(j);
			sum += values[j].recent ? rank : 0;
		}
	}
	smaller = fmin(recent, (double) count - recent);
	larger = (double) count - smaller;
	distance = fabs(sum - recent * ((double) count + 1));
	if ((smaller + 1) * (2 * smaller * larger + 1) <= CELLS_MAX &&
		(double) count * smaller * smaller * larger <= STEPS_MAX)
		return exact_p(values, count, (size_t) smaller, distance);

	/* without replacement, and half a rank for the steps of the sum */
	deviation = sqrt(smaller * larger / ((double) count * ((double) count - 1)) * squares);
	return deviation > 0 ? fmin(1, erfc(fmax(0, distance - 1) / deviation / sqrt(2))) : 1;
}

/* Least squares of the order value by time, from the sums over orders */
static double
slope_of(double orders, double time, double time_time, double money, double time_money)
{
	double		spread = time_time - time * time / orders;

	return orders > 0 && spread > 1e-9 * time_time ? (time_money - time * money / orders) / spread :
		NAN;
}

static double
money_of(int64_t money)
{
	return (double) money / RT_MONEY_PER_UNIT;
}

static void
spend_trend_add_spend(rt_spend *spend, const rt_day *day)
{
	rt_money_sum_add(&spend->money, day->money);
	spend->orders += day->orders - day->unknown;
}

void
rt_spend_trend_of(const rt_day *days, size_t count, int32_t behind, rt_ranked *room,
				  rt_spend_trend *trend)
{
	size_t		values = 0;
	double		orders = 0,
				time = 0,
				time_time = 0,
				money = 0,
				time_money = 0;

	*trend = (rt_spend_trend) {{{0, 0}, 0}, {{0, 0}, 0}, NAN, NAN};
	for (size_t i = 0; i < count; i++)
	{
		const rt_day *day = &days[i];
		double		known = day->orders - day->unknown;
		double		t = (double) day->date - behind;

		rt_poll_each(i);
		spend_trend_add_spend(day->date > behind ? &trend->recent : &trend->earlier, day);
		if (known == 0)
			continue;
		room[values++] = (rt_ranked) {money_of(day->money) / known, day->date > behind};
		orders += known;
		time += known * t;
		time_time += known * t * t;
		money += money_of(day->money);
		time_money += t * money_of(day->money);
	}
	trend->slope = slope_of(orders, time, time_time, money, time_money);
	trend->p_value = rt_rank_sum_p(room, values);
}

static bool
spend_valid(const rt_spend *spend)
{
	return rt_money_sum_valid(&spend->money) && spend->orders >= 0 &&
		spend->orders < INT64_C(1) << 62;
}

/* All but the products */
static bool
spend_trend_counts_valid(const rt_spend_total *total)
{
	return spend_valid(&total->recent) && spend_valid(&total->earlier) && total->customers >= 0 &&
		total->customers < INT64_C(1) << 62;
}

bool
rt_spend_total_valid(const rt_spend_total *total)
{
	if (!spend_trend_counts_valid(total))
		return false;
	for (int i = 0; i < RT_SPEND_PRODUCTS; i++)
		if (!rt_exact_sum_valid(&total->products[i]) ||
			isinf(rt_exact_sum_value(&total->products[i])))
			return false;
	return true;
}

bool
rt_spend_total_add(rt_spend_total *total, const rt_day *days, size_t count, int32_t behind,
				   int32_t end)
{
	rt_spend	recent = {{0, 0}, 0},
				earlier = {{0, 0}, 0};
	double		a,
				b,
				n,
				m;
	double		products[RT_SPEND_PRODUCTS] = {0};

	if (!spend_trend_counts_valid(total))
		return false;
	for (size_t i = 0; i < count; i++)
	{
		const rt_day *day = &days[i];
		double		known = day->orders - day->unknown;
		double		t = (double) end - day->date;

		rt_poll_each(i);
		spend_trend_add_spend(day->date > behind ? &recent : &earlier, day);
		rt_money_sum_add(day->date > behind ? &total->recent.money : &total->earlier.money,
						 day->money);
		if (known == 0)
			continue;
		products[RT_TIME] += known * t;
		products[RT_TIME_TIME] += known * t * t;
		products[RT_MONEY] += money_of(day->money);
		products[RT_TIME_MONEY] += t * money_of(day->money);
	}
	if (recent.orders + earlier.orders == 0)
		return true;
	total->customers++;
	total->recent.orders += recent.orders;
	total->earlier.orders += earlier.orders;
	a = rt_money_sum_double(&recent.money, 1);
	b = rt_money_sum_double(&earlier.money, 1);
	n = (double) recent.orders;
	m = (double) earlier.orders;
	products[RT_RECENT_MONEY_MONEY] = a * a;
	products[RT_RECENT_MONEY_ORDERS] = a * n;
	products[RT_RECENT_ORDERS_ORDERS] = n * n;
	products[RT_EARLIER_MONEY_MONEY] = b * b;
	products[RT_EARLIER_MONEY_ORDERS] = b * m;
	products[RT_EARLIER_ORDERS_ORDERS] = m * m;
	products[RT_BOTH_MONEY_MONEY] = a * b;
	products[RT_BOTH_MONEY_ORDERS] = a * m;
	products[RT_BOTH_ORDERS_MONEY] = n * b;
	products[RT_BOTH_ORDERS_ORDERS] = n * m;
	for (int i = 0; i < RT_SPEND_PRODUCTS; i++)
	{
		if (products[i] != 0)
			rt_exact_sum_add(&total->products[i], products[i]);
	}
	return true;
}

static void
combine_spend(rt_spend *spend, const rt_spend *other)
{
	spend->money.high += other->money.high;
	spend->money.low += other->money.low;
	spend->orders += other->orders;
}

void
rt_spend_total_combine(rt_spend_total *total, const rt_spend_total *other)
{
	combine_spend(&total->recent, &other->recent);
	combine_spend(&total->earlier, &other->earlier);
	total->customers += other->customers;
	for (int i = 0; i < RT_SPEND_PRODUCTS; i++)
		rt_exact_sum_combine(&total->products[i], &other->products[i]);
}

/* Two-sided, of Student's t */
static double
student_p(double t, double freedom)
{
	double		log_lower,
				log_upper;

	if (t == 0)
		return 1;
	if (isinf(t))
		return 0;
	rt_log_incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t), t * t / (freedom + t * t),
						   &log_lower, &log_upper);
	return exp(log_lower);
}

void
rt_spend_total_trend(const rt_spend_total *total, rt_spend_trend *trend)
{
	double		sum[RT_SPEND_PRODUCTS];
	double		n = (double) total->recent.orders;
	double		m = (double) total->earlier.orders;
	double		g = (double) total->customers;
	double		recent,
				earlier,
				variance;

	for (int i = 0; i < RT_SPEND_PRODUCTS; i++)
		sum[i] = rt_exact_sum_value(&total->products[i]);
	*trend = (rt_spend_trend) {total->recent, total->earlier, NAN, NAN};

	/* times run back from the end */
	trend->slope =
		-slope_of(n + m, sum[RT_TIME], sum[RT_TIME_TIME], sum[RT_MONEY], sum[RT_TIME_MONEY]);
	if (n == 0 || m == 0 || g < 2)
		return;
	recent = rt_money_sum_double(&total->recent.money, 1) / n;
	earlier = rt_money_sum_double(&total->earlier.money, 1) / m;

	/* the squares of (a - recent n) / N - (b - earlier m) / M, added up over customers */
	variance =
		(sum[RT_RECENT_MONEY_MONEY] - 2 * recent * sum[RT_RECENT_MONEY_ORDERS] +
		 recent * recent * sum[RT_RECENT_ORDERS_ORDERS]) /
		(n * n) +
		(sum[RT_EARLIER_MONEY_MONEY] - 2 * earlier * sum[RT_EARLIER_MONEY_ORDERS] +
		 earlier * earlier * sum[RT_EARLIER_ORDERS_ORDERS]) /
		(m * m) -
		2 *
		(sum[RT_BOTH_MONEY_MONEY] - earlier * sum[RT_BOTH_MONEY_ORDERS] -
		 recent * sum[RT_BOTH_ORDERS_MONEY] + recent * earlier * sum[RT_BOTH_ORDERS_ORDERS]) /
		(n * m);
	variance *= g / (g - 1);

	/* what is left of the rounding of orders that are all alike is no difference */
	if (fabs(recent - earlier) <= 1e-12 * fabs(earlier))
		trend->p_value = 1;
	else
		trend->p_value =
			student_p(variance > 0 ? (recent - earlier) / sqrt(variance) : INFINITY, g - 1);
}
