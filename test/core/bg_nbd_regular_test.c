/*
 * bg_nbd_regular_test.c
 *		Sums over the purchases of regular customers, against the integrals over lambda and p.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "check.h"
#include "core/bg_nbd.h"

static double
uniform(void)
{
	return (double) (random_bits() >> 11) / 9007199254740992.0;
}

static void
test_integrals(void)
{
	double		sum = 0,
				worst = 0;
	int			compared = 0;

	for (int i = 0; i < 400; i++)
	{
		const char *name = i % 2 == 0 ? "mbg/cnbd-k" : "bg/cnbd-k";
		int			k = (int) random_between(RT_BG_NBD_REGULAR + 1, 100);
		double		mean = 7 * exp(4 * uniform());
		double		variation = 0.05 + 0.3 * uniform();
		double		r = 1 / (variation * variation);
		rt_base		base = {.kind = rt_kind_by_name(name, strlen(name)),
		.parameters = {k, r, r * mean / k, exp(3 * uniform() - 2), exp(3 * uniform())}};
		rt_customer customer = {.x = (double) random_between(0, 40)};
		double		t = i % 3 == 0 ? INFINITY : mean * exp(6 * uniform());
		double		rate = log1p(0.03 + 0.3 * uniform()) / 365;
		rt_bg_nbd_future f;
		double		error;

		customer.t_x = customer.x * mean * (0.7 + 0.6 * uniform());
		customer.age = customer.t_x + mean * uniform() * 1.3;
		f = rt_bg_nbd_future_of(&base, &customer);
		if (!rt_bg_nbd_is_regular(&f))
			continue;
		error = fabs(rt_bg_nbd_discounted_regular(&f, t, rate) /
					 rt_bg_nbd_over_lambda(&f, RT_BG_NBD_PURCHASES, t, rate) - 1);
		compared++;
		sum += error;
		worst = fmax(worst, error);
	}
	printf("# %d regular customers: error of a sum over purchases %.1e in the mean, %.1e at most\n",
		   compared, sum / compared, worst);
	CHECK(compared > 300 && sum / compared < 3e-4 && worst < 6e-3);
}

/* The later, the more, and the less the higher the rate; nothing before the next is due */
static void
test_order(void)
{
	rt_base		base = {.kind = rt_kind_by_name("mbg/cnbd-k", 10),
	.parameters = {54, 60, 60.0 * 30 / 54, 0.5, 9}};
	rt_customer customer = {.x = 12, .t_x = 360, .age = 365};
	rt_bg_nbd_future f = rt_bg_nbd_future_of(&base, &customer);
	double		before = 0;

	CHECK(rt_bg_nbd_is_regular(&f));
	CHECK(rt_bg_nbd_discounted_regular(&f, 5, 1e-4) < 0.01);
	for (double t = 1; t < 1e6; t *= 1.3)
	{
		double		value = rt_bg_nbd_discounted_regular(&f, t, 3e-4);

		CHECK(value >= before * (1 - 1e-6) && isfinite(value));
		CHECK(rt_bg_nbd_discounted_regular(&f, t, 6e-4) <= value);
		before = value;
	}
	CHECK(rt_bg_nbd_discounted_regular(&f, INFINITY, 3e-4) >= before * (1 - 1e-4));

	/* rates at both ends end, too */
	CHECK(isfinite(rt_bg_nbd_discounted_regular(&f, INFINITY, 1e-12)));
	CHECK(rt_bg_nbd_discounted_regular(&f, INFINITY, 1e6) < 1e-6);
}

static const check_case bg_nbd_regular_cases[] = {
	{"bg/cnbd-k of the regular: integrals", test_integrals},
	{"bg/cnbd-k of the regular: order", test_order},
	{NULL, NULL}
};

CHECK_CASES(bg_nbd_regular);
