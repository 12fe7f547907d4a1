/*
 * special_test.c
 *		Special functions against golden values (test/data/special.csv).
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/special.h"

/* One tolerance for all: relative, absolute below 1 for what has a root there */
#define TOLERANCE 1e-10

static void
test_golden(void)
{
	FILE	   *file = fopen("test/data/special.csv", "r");
	char		line[500];
	int			rows = 0;
	double		worst = 0;
	char		worst_line[500] = "";

	CHECK(file != NULL);
	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL)
	{
		char		copy[500];
		char	   *field[6];
		char	   *p = copy;
		double		a,
					b,
					x,
					y,
					expected,
					found,
					other,
					error;

		strcpy(copy, line);
		for (int i = 0; i < 6; i++)
		{
			field[i] = p;
			p += strcspn(p, ",\n");
			if (*p)
				*p++ = '\0';
		}
		if (strcmp(field[0], "function") == 0)
			continue;
		a = strtod(field[1], NULL);
		b = strtod(field[2], NULL);
		x = strtod(field[3], NULL);
		y = strtod(field[4], NULL);
		expected = strtod(field[5], NULL);
		if (strcmp(field[0], "digamma") == 0)
			found = log(a) - rt_log_minus_digamma(a);
		else if (strcmp(field[0], "trigamma") == 0)
		{
			rt_log_minus_digamma_trigamma(a, &found);
			CHECK(fabs(rt_trigamma(a) / found - 1) < 1e-14);
		}
		else if (strcmp(field[0], "log_minus_digamma") == 0)
		{
			found = rt_log_minus_digamma_trigamma(a, &other);
			CHECK(rt_log_minus_digamma(a) == found);
		}
		else if (strcmp(field[0], "stirling_error") == 0)
			found = rt_stirling_error(a);
		else if (strcmp(field[0], "log_beta_lower") == 0)
			rt_log_incomplete_beta(a, b, x, y, &found, &other);
		else if (strcmp(field[0], "log_beta_upper") == 0)
			rt_log_incomplete_beta(a, b, x, y, &other, &found);
		else if (strcmp(field[0], "log_bessel_i0_scaled") == 0)
			found = rt_log_bessel_i0_scaled(a);
		else if (strcmp(field[0], "log_gamma_ratio") == 0)
			found = rt_log_gamma_ratio(a, b);
		else if (strcmp(field[0], "digamma_difference") == 0)
			found = rt_digamma_difference(a, b);
		else if (strcmp(field[0], "bessel_ratio") == 0)
			found = rt_bessel_ratio(a);
		else
		{
			/* an approximation: what counts is the error of the probability */
			CHECK(strcmp(field[0], "log_resultant_tail") == 0);
			CHECK(fabs(rt_log_resultant_tail(a, b) - expected) <= (a == 3 ? 0.09 : 0.05));
			rows++;
			continue;
		}

		/* of a logarithm the absolute error counts: it is the relative one of the tail */
		error = fabs(found - expected);
		if (strncmp(field[0], "log_be", 6) != 0 && strcmp(field[0], "log_gamma_ratio") != 0 &&
			strcmp(field[0], "digamma") != 0)
			error /= fmax(fabs(expected), 1e-300);
		else if (fabs(expected) > 1)
			error /= fabs(expected);
		if (!(error <= TOLERANCE))
			printf("# %.17g where %s", found, line);
		CHECK(error <= TOLERANCE);
		if (error > worst)
		{
			worst = error;
			strcpy(worst_line, line);
		}
		rows++;
	}
	fclose(file);
	printf("# %d golden values, worst error %.1e at %s", rows, worst, worst_line);
	CHECK(rows > 500);
}

static void
test_inverse(void)
{
	for (int i = 0; i < 20000; i++)
	{
		double		a = pow(10, (double) random_between(-2000, 6000) / 1000);
		double		b = pow(10, (double) random_between(-2000, 6000) / 1000);
		double		p = i % 3 == 0 ? pow(10, (double) random_between(-12000, -1) / 1000) :
			(double) random_between(1, 9999) / 10000;
		double		odds = rt_incomplete_beta_inverse_odds(a, b, p, 1 - p);
		double		lower,
					upper;

		CHECK(odds >= 0);

		/* from wherever it is looked for */
		if (odds > 1e-300 && odds < 1e300)
		{
			double		from = pow(10, (double) random_between(-5000, 5000) / 1000);
			double		again = rt_incomplete_beta_inverse_odds_by(a, b,
																   rt_log_beta_constant(a, b),
																   from, p, 1 - p);

			CHECK(fabs(again / odds - 1) < 1e-9);
		}

		/* beyond the range of double the odds are 0 or infinite, and nothing can be checked */
		if (odds < 1e-290 || odds > 1e290)
			continue;
		rt_log_incomplete_beta(a, b, odds / (1 + odds), 1 / (1 + odds), &lower, &upper);
		lower = exp(lower);
		upper = exp(upper);
		CHECK(fabs(p <= 0.5 ? lower - p : upper - (1 - p)) <= 1e-9 * (p <= 0.5 ? p : 1 - p));
	}
}

/* The tables of every textbook, and the tail at the quantile */
static void
test_normal(void)
{
	CHECK(rt_normal_quantile(0.5) == 0);
	CHECK(fabs(rt_normal_quantile(0.025) - 1.959963984540054) < 1e-14);
	CHECK(fabs(rt_normal_quantile(0.05) - 1.6448536269514722) < 1e-14);
	CHECK(fabs(rt_normal_quantile(0.005) - 2.5758293035489004) < 1e-14);
	for (double exponent = -300; exponent < -0.31; exponent += 0.37)
		CHECK(fabs(log(erfc(rt_normal_quantile(pow(10, exponent)) / sqrt(2)) / 2) / log(10) -
				   exponent) < 1e-12 * fabs(exponent) + 1e-14);
	CHECK(isnan(rt_normal_quantile(0)) && isnan(rt_normal_quantile(0.6)) &&
		  isnan(rt_normal_quantile(NAN)));
}

static void
test_outside(void)
{
	double		lower,
				upper;

	CHECK(isnan(rt_log_minus_digamma(0)) && isnan(rt_log_minus_digamma(-1)) &&
		  isnan(rt_log_minus_digamma(NAN)));
	CHECK(isnan(rt_log_minus_digamma_trigamma(0, &upper)) && isnan(upper));
	CHECK(isnan(rt_trigamma(0)) && isnan(rt_log_minus_digamma(-0.5)) &&
		  isnan(rt_stirling_error(0)));
	rt_log_incomplete_beta(1, 1, 0.5, 0.6, &lower, &upper);
	CHECK(isnan(lower) && isnan(upper));
	rt_log_incomplete_beta(-1, 1, 0.5, 0.5, &lower, &upper);
	CHECK(isnan(lower) && isnan(upper));
	rt_log_incomplete_beta(2, 3, 0, 1, &lower, &upper);
	CHECK(isinf(lower) && lower < 0 && upper == 0);
	rt_log_incomplete_beta(2, 3, 1, 0, &lower, &upper);
	CHECK(lower == 0 && isinf(upper) && upper < 0);
	CHECK(isnan(rt_incomplete_beta_inverse_odds(1, 1, 0, 1)) &&
		  isnan(rt_incomplete_beta_inverse_odds(1, 1, 1, 0)));
	CHECK(isnan(rt_incomplete_beta_inverse_odds(1, NAN, 0.5, 0.5)));
	CHECK(isnan(rt_log_bessel_i0_scaled(-1)) && isnan(rt_bessel_ratio(NAN)) &&
		  isnan(rt_log_resultant_tail(2, 1)));
	for (int n = 3; n < 200; n++)
	{
		double		before = 0;

		for (int i = 0; i < 1000; i++)
		{
			double		mean = i / 1000.0;
			double		tail = rt_log_resultant_tail(n, n * mean);

			CHECK(tail <= before && tail >= n * log1p(-mean * mean) - 1e-9);
			before = tail;
		}
	}
	CHECK(rt_log_resultant_tail(5, 0) == 0 && isinf(rt_log_resultant_tail(5, 5)));
}

/* Whose sums are no numbers; values by mpmath with 340 digits */
static void
test_overflow(void)
{
	static const double golden[][4] = {
		{0.75, DBL_MAX, 2147483647, 1480250063212.0348},
		{1e308, 1e308, 1e308, 5.2324814376454784e307},
		{1e308, 1e308, 20, 13.862943611198906}
	};

	for (int i = 0; i < 3; i++)
		CHECK(fabs(rt_log_rising_ratio(golden[i][0], golden[i][1], golden[i][2]) / golden[i][3] -
				   1) < 1e-14);
	CHECK(isinf(rt_log_rising_ratio(1, 1.7e308, 1.5e308)));
}

static const check_case special_cases[] = {
	{"special: golden values", test_golden},
	{"special: the inverse inverts", test_inverse},
	{"special: the normal quantile", test_normal},
	{"special: outside of the domain", test_outside},
	{"special: sums beyond all numbers", test_overflow},
	{NULL, NULL}
};

CHECK_CASES(special);
