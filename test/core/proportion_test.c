/*
 * proportion_test.c
 *		Intervals and tests of shares against published values, R, and all tables there are.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "core/proportion.h"
#include "core/special.h"

#define Z95 1.959963984540054

static bool
near(double found, double expected, double tolerance)
{
	if (fabs(found - expected) <= tolerance)
		return true;
	printf("# expected %.17g, found %.17g\n", expected, found);
	return false;
}

/* Newcombe (1998), Statistics in Medicine 17: 857-872, Table I, method 3 */
static void
test_wilson(void)
{
	static const struct
	{
		int			hits;
		int			n;
		double		lower;
		double		upper;
	}			published[] = {{81, 263, 0.2553, 0.3662},
	{15, 148, 0.0624, 0.1605},
	{0, 20, 0, 0.1611},
	{1, 29, 0.0061, 0.1718}};

	for (int i = 0; i < 4; i++)
	{
		double		lower,
					upper;

		rt_wilson_interval(published[i].hits, published[i].n, Z95, &lower, &upper);
		CHECK(near(lower, published[i].lower, 5e-5) && near(upper, published[i].upper, 5e-5));
		rt_wilson_interval(published[i].n - published[i].hits, published[i].n, Z95, &lower, &upper);
		CHECK(near(1 - upper, published[i].lower, 5e-5) &&
			  near(1 - lower, published[i].upper, 5e-5));
	}
}

static double
choose(int n, int k)
{
	double		result = 1;

	for (int i = 0; i < k; i++)
		result = result * (n - i) / (i + 1);
	return k < 0 || k > n ? 0 : result;
}

/* All pairs of up to 13 customers each: the definition, term by term */
static void
test_fisher_all(void)
{
	for (int n = 0; n <= 13; n++)
		for (int m = 0; m <= 13; m++)
			for (int a = 0; a <= n; a++)
				for (int b = 0; b <= m; b++)
				{
					double		observed = choose(n, a) * choose(m, b);
					double		tails = 0;
					double		total = 0;

					for (int k = 0; k <= n; k++)
					{
						double		mass = choose(n, k) * choose(m, a + b - k);

						total += mass;
						if (mass <= observed * (1 + 1e-7))
							tails += mass;
					}
					CHECK(near(rt_fisher_exact(a, n, b, m), tails / total, 1e-11));
				}
}

/* R 4.2.2, fisher.test */
static void
test_fisher_large(void)
{
	static const struct
	{
		int64_t		a,
					n,
					b,
					m;
		double		p;
	}			r[] = {
		{30, 1000, 60, 1100, 0.00671539840971605},
		{5000, 100000, 5600, 110000, 0.343142210875717},
		{0, 50, 9, 70, 0.0100530326728689},
		{12, 5000, 3, 100, 0.002804387280931},
		{250, 500, 250, 500, 1},
		{70000, 400000, 20000, 100000, 3.95875575273488e-74},
	};

	for (int i = 0; i < 6; i++)
	{
		CHECK(near(rt_fisher_exact(r[i].a, r[i].n, r[i].b, r[i].m) / r[i].p, 1, 1e-8));
		CHECK(near(rt_fisher_exact(r[i].b, r[i].m, r[i].a, r[i].n) / r[i].p, 1, 1e-8));
		CHECK(near(rt_fisher_exact(r[i].n - r[i].a, r[i].n, r[i].m - r[i].b, r[i].m) / r[i].p, 1,
				   1e-8));
	}
	CHECK(rt_fisher_exact(1000000, 1000000, 0, 1000000) >= 0);
	CHECK(rt_fisher_exact(0, 1000000, 0, 1000000) == 1);
}

/* R 4.2.2, pchisq(x, degrees, lower.tail = FALSE) */
static void
test_chi_square(void)
{
	static const struct
	{
		int			degrees;
		double		x;
		double		p;
	}			r[] = {
		{1, 0.001, 0.97477287936996}, {1, 3, 0.0832645166635506}, {1, 200, 2.08848758376254e-45},
		{2, 0.5, 0.778800783071405}, {2, 200, 3.72007597602084e-44}, {3, 0.001, 0.999991592080942},
		{3, 20, 0.000169742435552826}, {7, 3, 0.885002231643151}, {7, 200, 1.14778122401426e-39},
		{10, 20, 0.0292526880769611}, {51, 20, 0.99997105697667}, {51, 200, 1.58964235988424e-19},
	};

	for (int i = 0; i < 12; i++)
		CHECK(near(rt_chi_square_tail(r[i].degrees, r[i].x) / r[i].p, 1, 1e-12));
	CHECK(rt_chi_square_tail(3, 0) == 1 && rt_chi_square_tail(3, INFINITY) == 0);
	CHECK(isnan(rt_chi_square_tail(0, 1)) && isnan(rt_chi_square_tail(1, NAN)));
	CHECK(near(rt_normal_two_sided(Z95), 0.05, 1e-15) &&
		  rt_normal_two_sided(-Z95) == rt_normal_two_sided(Z95));
}

/*
 * Newcombe (1998), Statistics in Medicine 17: 873-890, Table II, method 6: Miettinen and Nurminen
 */
static void
test_difference_published(void)
{
	static const struct
	{
		rt_two_groups g;
		double		lower,
					upper;
	}			published[] = {
		{{56, 70, 48, 80}, 0.0528, 0.3382},
		{{9, 10, 3, 10}, 0.1700, 0.8406},
		{{5, 56, 0, 29}, -0.0326, 0.1933},
	};
	rt_uplift	u;

	for (int i = 0; i < 3; i++)
	{
		rt_uplift_of(&published[i].g, 1, Z95, &u);
		CHECK(near(u.difference_lower, published[i].lower, 6e-5) &&
			  near(u.difference_upper, published[i].upper, 6e-5));
	}
}

/*
 * With one stratum: the test is Pearson's with (n - 1)/n, limits hold 0 and 1 as it says, groups
 * and outcomes may be swapped
 */
static void
test_uplift_properties(void)
{
	for (int run = 0; run < 2000; run++)
	{
		rt_two_groups g;
		rt_two_groups swapped;
		rt_two_groups others;
		rt_uplift	u,
					s,
					o;
		double		n,
					pooled,
					z;

		g.n = random_between(1, random_between(0, 1) ? 12 : 3000);
		g.other_n = random_between(1, random_between(0, 1) ? 12 : 3000);
		g.hits = random_between(0, 3) == 0 ? 0 : random_between(0, g.n);
		g.other_hits = random_between(0, 3) == 0 ? 0 : random_between(0, g.other_n);
		swapped = (rt_two_groups) {g.other_hits, g.other_n, g.hits, g.n};
		others = (rt_two_groups) {g.n - g.hits, g.n, g.other_n - g.other_hits, g.other_n};
		rt_uplift_of(&g, 1, Z95, &u);
		rt_uplift_of(&swapped, 1, Z95, &s);
		rt_uplift_of(&others, 1, Z95, &o);

		n = (double) (g.n + g.other_n);
		pooled = (double) (g.hits + g.other_hits) / n;
		z = u.difference /
			sqrt(pooled * (1 - pooled) * (1 / (double) g.n + 1 / (double) g.other_n) * n / (n - 1));
		CHECK(near(u.p_value, u.difference == 0 ? 1 : rt_normal_two_sided(z), 1e-9));
		CHECK(u.difference_lower <= u.difference && u.difference <= u.difference_upper);
		CHECK(u.difference_lower >= -1 && u.difference_upper <= 1);
		CHECK(near(s.difference_lower, -u.difference_upper, 1e-9) &&
			  near(o.difference_lower, -u.difference_upper, 1e-9));
		if (fabs(u.p_value - 0.05) > 1e-6)
		{
			CHECK((u.p_value < 0.05) == (u.difference_lower > 0 || u.difference_upper < 0));
			if (g.hits + g.other_hits > 0)
				CHECK((u.p_value < 0.05) == (u.ratio_lower > 1 || u.ratio_upper < 1));
		}
		if (g.hits + g.other_hits == 0)
			CHECK(isnan(u.ratio) && u.ratio_lower == 0 && isinf(u.ratio_upper));
		else
		{
			CHECK(u.ratio_lower <= u.ratio && u.ratio <= u.ratio_upper);
			CHECK((g.hits == 0) == (u.ratio == 0) && (g.hits > 0 || u.ratio_lower == 0));
			CHECK((g.other_hits == 0) == (isinf(u.ratio) != 0) &&
				  (g.other_hits > 0 || isinf(u.ratio_upper)));
			if (g.hits > 0 && g.other_hits > 0)
				CHECK(near(s.ratio_lower * u.ratio_upper, 1, 1e-9));
			else if (g.hits == 0 && g.other_hits > 0)
				CHECK(near(s.ratio_lower * u.ratio_upper, 1, 1e-9));
		}
	}
}

static double
binomial_mass(int n, int k, double p)
{
	return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) +
			   (n - k) * log1p(-p));
}

/*
 * How often do the limits hold the truth?  Every outcome with its probability, groups of different
 * sizes and rare successes included.
 */
static void
test_coverage(void)
{
	static const int sizes[][2] = {{20, 40}, {60, 15}, {100, 100}, {10, 200}};
	static const double shares[][2] = {
	{0.02, 0.02}, {0.1, 0.05}, {0.3, 0.1}, {0.5, 0.5}, {0.95, 0.8}};
	double		sum_difference = 0;
	double		sum_ratio = 0;
	int			cases = 0;

	for (int i = 0; i < 4; i++)
	{
		int			n = sizes[i][0];
		int			m = sizes[i][1];

		static double held[5][2];

		for (int j = 0; j < 5; j++)
			held[j][0] = held[j][1] = 0;
		for (int a = 0; a <= n; a++)
			for (int b = 0; b <= m; b++)
			{
				rt_two_groups g = {a, n, b, m};
				rt_uplift	u;
				double		mass[5];
				double		largest = 0;

				for (int j = 0; j < 5; j++)
				{
					mass[j] = binomial_mass(n, a, shares[j][0]) * binomial_mass(m, b, shares[j][1]);
					largest = fmax(largest, mass[j]);
				}
				if (largest < 1e-7)
					continue;
				rt_uplift_of(&g, 1, Z95, &u);
				for (int j = 0; j < 5; j++)
				{
					double		difference = shares[j][0] - shares[j][1];
					double		ratio = shares[j][0] / shares[j][1];

					if (u.difference_lower <= difference && difference <= u.difference_upper)
						held[j][0] += mass[j];
					if (u.ratio_lower <= ratio && ratio <= u.ratio_upper)
						held[j][1] += mass[j];
				}
			}
		for (int j = 0; j < 5; j++)
		{
			CHECK(held[j][0] > 0.9 && held[j][1] > 0.9);
			sum_difference += held[j][0];
			sum_ratio += held[j][1];
			cases++;
		}
	}
	CHECK(sum_difference / cases > 0.945 && sum_difference / cases < 0.975);
	CHECK(sum_ratio / cases > 0.945 && sum_ratio / cases < 0.975);
}

/* Hits among n, each with probability p */
static int64_t
drawn(int64_t n, double p)
{
	int64_t		hits = 0;

	for (int64_t i = 0; i < n; i++)
		hits += (double) (random_bits() >> 11) / 9007199254740992.0 < p;
	return hits;
}

/*
 * Those who come back anyway were treated more often: strata see through it, the plain comparison
 * does not
 */
static void
test_strata(void)
{
	int			held = 0;
	int			held_ratio = 0;
	int			misled = 0;
	int			runs = 2000;

	for (int run = 0; run < runs; run++)
	{
		rt_two_groups strata[4];
		rt_two_groups all = {0, 0, 0, 0};
		rt_uplift	u,
					plain;

		for (int i = 0; i < 3; i++)
		{
			double		share = 0.1 + 0.2 * i;

			strata[i].n = 15 + 30 * i;
			strata[i].other_n = 90 - 30 * i;
			strata[i].hits = drawn(strata[i].n, share + 0.1);
			strata[i].other_hits = drawn(strata[i].other_n, share);
			all.n += strata[i].n;
			all.other_n += strata[i].other_n;
			all.hits += strata[i].hits;
			all.other_hits += strata[i].other_hits;
		}
		strata[3] = (rt_two_groups) {50, 50, 0, 0};	/* nobody to compare with */
		rt_uplift_of(strata, 4, Z95, &u);
		rt_uplift_of(&all, 1, Z95, &plain);
		held += u.difference_lower <= 0.1 && 0.1 <= u.difference_upper;
		misled += plain.difference_lower <= 0.1 && 0.1 <= plain.difference_upper;
		for (int i = 0; i < 3; i++)
		{
			double		share = 0.1 + 0.15 * i;

			strata[i].hits = drawn(strata[i].n, share * 1.5);
			strata[i].other_hits = drawn(strata[i].other_n, share);
		}
		rt_uplift_of(strata, 3, Z95, &u);
		held_ratio += u.ratio_lower <= 1.5 && 1.5 <= u.ratio_upper;
	}
	CHECK(held > 0.935 * runs && held < 0.97 * runs);
	CHECK(held_ratio > 0.935 * runs && held_ratio < 0.97 * runs);
	CHECK(misled < 0.75 * runs);
}

static void
test_nothing_to_compare(void)
{
	rt_two_groups g = {5, 10, 0, 0};
	rt_uplift	u;

	rt_uplift_of(&g, 1, Z95, &u);
	CHECK(isnan(u.difference) && isnan(u.ratio) && isnan(u.ratio_upper) && isnan(u.p_value));
	g = (rt_two_groups) {1, 1, 0, 1};
	rt_uplift_of(&g, 1, Z95, &u);
	CHECK(u.difference == 1 && u.difference_upper == 1 && u.difference_lower < 0);
}

/* Of nobody the lower limit is 0 and not about 0, of all the upper one is 1 */
static void
test_wilson_ends(void)
{
	for (int64_t n = 1; n < 100000; n += 1 + n / 7)
		for (int i = 1; i < 40; i++)
		{
			double		lower,
						upper;

			rt_wilson_interval(0, n, 0.1 * i, &lower, &upper);
			CHECK(lower == 0 && upper > 0 && upper < 1);
			rt_wilson_interval(n, n, 0.1 * i, &lower, &upper);
			CHECK(upper == 1 && lower < 1 && lower > 0);
		}
}

static const check_case proportion_cases[] = {
	{"proportion: Wilson's interval is the published one", test_wilson},
	{"proportion: Fisher's test is its definition for all small tables", test_fisher_all},
	{"proportion: Fisher's test agrees with R for large ones", test_fisher_large},
	{"proportion: tails of chi-squared and normal variables agree with R", test_chi_square},
	{"proportion: limits of differences are the published ones", test_difference_published},
	{"proportion: limits and p-value agree, groups and outcomes may be swapped",
	test_uplift_properties},
	{"proportion: limits hold the truth as often as they say", test_coverage},
	{"proportion: strata see through treatment of those who come back anyway", test_strata},
	{"proportion: nothing to compare", test_nothing_to_compare},
	{"proportion: limits of nobody and of all", test_wilson_ends},
	{NULL, NULL}
};

CHECK_CASES(proportion);
