/*
 * proportion.c
 *		How sure a share is, and whether two shares differ.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/assert.h"
#include "core/proportion.h"
#include "core/poll.h"

#include <float.h>
#include <math.h>

#include "core/special.h"

void
rt_wilson_interval(int64_t hits, int64_t n, double z, double *lower, double *upper)
{
	double		count = (double) n;
	double		share = (double) hits / count;
	double		scale = 1 + z * z / count;
	double		middle = (share + z * z / (2 * count)) / scale;
	double		width = z / scale * sqrt(share * (1 - share) / count + z * z / (4 * count * count));

	*lower = hits == 0 ? 0 : fmax(middle - width, 0);
	*upper = hits == n ? 1 : fmin(middle + width, 1);
}

/* ------------------------------------------------------------ Fisher's exact test */

/* The first group's hits, when the margins are given, are hypergeometric */
typedef struct hypergeometric
{
	double		n;				/* of the first group */
	double		other_n;
	double		hits;			/* of both */
	double		low;			/* fewest and most hits of the first group */
	double		high;
} hypergeometric;

static double
fisher_log_choose(double n, double k)
{
	return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

/* Up to a constant */
static double
fisher_log_mass(const hypergeometric *h, double k)
{
	return fisher_log_choose(h->n, k) + fisher_log_choose(h->other_n, h->hits - k);
}

/* P(k + 1) / P(k) */
static double
fisher_ratio_up(const hypergeometric *h, double k)
{
	return (h->n - k) * (h->hits - k) / ((k + 1) * (h->other_n - h->hits + k + 1));
}

/* They fall at least as fast from there on: what is left of thousands of them is no digit */
#define MASS_NOTHING 1e-18

/* The sum of the probabilities from k on, away from the mode, as a multiple of that of k */
static double
fisher_tail_from(const hypergeometric *h, double k, int step)
{
	double		mass = 1;
	double		sum = 1;

	for (size_t i = 1; step > 0 ? k < h->high : k > h->low; i++)
	{
		rt_poll_each(i);
		mass *= step > 0 ? fisher_ratio_up(h, k) : 1 / fisher_ratio_up(h, k - 1);
		k += step;
		sum += mass;
		if (mass < sum * MASS_NOTHING)
			break;
	}
	return sum;
}

/* Tables as probable as this one up to rounding count, as R has it */
#define AS_PROBABLE 1e-7

double
rt_fisher_exact(int64_t hits, int64_t n, int64_t other_hits, int64_t other_n)
{
	hypergeometric h;
	double		observed = (double) hits;
	double		mode,
				inner,
				outer,
				limit,
				tails;
	int			side;

	h.n = (double) n;
	h.other_n = (double) other_n;
	h.hits = (double) hits + (double) other_hits;
	h.low = fmax(0, h.hits - h.other_n);
	h.high = fmin(h.n, h.hits);
	mode = floor((h.n + 1) * (h.hits + 1) / (h.n + h.other_n + 2));
	mode = fmin(fmax(mode, h.low), h.high);
	limit = fisher_log_mass(&h, observed);
	if (limit >= fisher_log_mass(&h, mode) - AS_PROBABLE)
		return 1;

	/* the tail in which it lies, and the other one from the first value that is as improbable */
	side = observed > mode ? 1 : -1;
	tails = fisher_tail_from(&h, observed, side);
	limit += log1p(AS_PROBABLE);
	outer = side > 0 ? h.low : h.high;
	if (fisher_log_mass(&h, outer) <= limit)
	{
		inner = mode;
		while (fabs(inner - outer) > 1)
		{
			double		middle = floor((inner + outer) / 2);

			if (fisher_log_mass(&h, middle) <= limit)
				outer = middle;
			else
				inner = middle;
		}
		tails += exp(fisher_log_mass(&h, outer) - fisher_log_mass(&h, observed)) *
			fisher_tail_from(&h, outer, -side);
	}
	return fmin(1, tails * exp(fisher_log_mass(&h, observed) - fisher_log_mass(&h, mode)) /
				(fisher_tail_from(&h, mode, 1) + fisher_tail_from(&h, mode, -1) - 1));
}

/* ------------------------------------------------------------ two groups, in strata */

/* What the score test holds against: a difference or a ratio of shares */
typedef enum hypothesis
{
	DIFFERENCE,
	RATIO
} hypothesis;

/* Of the other group's share, when it is p: the slope of the likelihood of a difference */
static double
uplift_slope(const rt_two_groups *g, double difference, double p)
{
	double		q = p + difference;
	double		slope = 0;

	if (g->hits > 0)
		slope += (double) g->hits / q;
	if (g->hits < g->n)
		slope -= (double) (g->n - g->hits) / (1 - q);
	if (g->other_hits > 0)
		slope += (double) g->other_hits / p;
	if (g->other_hits < g->other_n)
		slope -= (double) (g->other_n - g->other_hits) / (1 - p);
	return slope;
}

/*
 * The most likely share of the others for a given difference: the slope falls, so halving finds it
 */
static double
uplift_share_for_difference(const rt_two_groups *g, double difference)
{
	double		low = fmax(0, -difference);
	double		high = fmin(1, 1 - difference);

	for (int i = 0; i < 60 && high - low > DBL_EPSILON / 4; i++)
	{
		double		middle = (low + high) / 2;

		if (uplift_slope(g, difference, middle) > 0)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

/* The same for a given ratio: a root of a quadratic equation, without cancellation */
static double
uplift_share_for_ratio(const rt_two_groups *g, double ratio)
{
	double		a = (double) (g->n + g->other_n) * ratio;
	double		b = (double) (g->n + g->other_hits) * ratio + (double) (g->hits + g->other_n);
	double		c = (double) (g->hits + g->other_hits);

	return 2 * c / (b + sqrt(fmax(b * b - 4 * a * c, 0)));
}

/* How many standard errors the data lie above the hypothesis */
static double
uplift_score(const rt_two_groups *strata, size_t count, hypothesis what, double value)
{
	double		sum = 0;
	double		variance = 0;

	for (size_t i = 0; i < count; i++)
	{
		const rt_two_groups *g = &strata[i];
		double		n = (double) g->n;
		double		other_n = (double) g->other_n;
		double		weight,
					p,
					q,
					factor;

		rt_poll_each(i);
		if (g->n == 0 || g->other_n == 0)
			continue;
		weight = n * other_n / (n + other_n);
		if (what == DIFFERENCE)
		{
			p = uplift_share_for_difference(g, value);
			q = p + value;
			factor = 1;
			sum += weight * ((double) g->hits / n - (double) g->other_hits / other_n - value);
		}
		else
		{
			p = uplift_share_for_ratio(g, value);
			q = p * value;
			factor = value;
			sum += weight * ((double) g->hits / n - value * ((double) g->other_hits / other_n));
		}
		p = fmin(fmax(p, 0), 1);
		q = fmin(fmax(q, 0), 1);
		variance += weight * weight * (q * (1 - q) / n + factor * factor * p * (1 - p) / other_n) *
			(n + other_n) / (n + other_n - 1);
	}
	if (sum == 0)
		return 0;
	return variance > 0 ? sum / sqrt(variance) : sum > 0 ? INFINITY : -INFINITY;
}

/*
 * The value between inside, where |score| < z, and outside, at which it is z; halving in value or
 * in its logarithm
 */
static double
uplift_limit(const rt_two_groups *strata, size_t count, hypothesis what, double inside,
			 double outside,
			 double z)
{
	for (int i = 0; i < 200; i++)
	{
		double		middle =
			what == DIFFERENCE ? inside + (outside - inside) / 2 : sqrt(inside) * sqrt(outside);

		if (middle == inside || middle == outside)
			break;
		if (fabs(uplift_score(strata, count, what, middle)) < z)
			inside = middle;
		else
			outside = middle;
	}
	return inside;
}

/* Of shares: squares of both are doubles, with any count */
#define RATIO_MIN 1e-150
#define RATIO_MAX 1e150

void
rt_uplift_of(const rt_two_groups *strata, size_t count, double z, rt_uplift *uplift)
{
	double		weights = 0;
	double		share = 0;		/* weighted, not yet divided */
	double		other_share = 0;

	for (size_t i = 0; i < count; i++)
	{
		const rt_two_groups *g = &strata[i];
		double		weight;

		rt_poll_each(i);
		if (g->n == 0 || g->other_n == 0)
			continue;
		weight = (double) g->n * (double) g->other_n / ((double) g->n + (double) g->other_n);
		weights += weight;
		share += weight * ((double) g->hits / (double) g->n);
		other_share += weight * ((double) g->other_hits / (double) g->other_n);
	}
	uplift->difference = uplift->difference_lower = uplift->difference_upper = NAN;
	uplift->ratio = uplift->ratio_lower = uplift->ratio_upper = uplift->p_value = NAN;
	if (!(weights > 0))
		return;

	uplift->difference = (share - other_share) / weights;
	uplift->difference_lower = uplift_limit(strata, count, DIFFERENCE, uplift->difference, -1, z);
	uplift->difference_upper = uplift_limit(strata, count, DIFFERENCE, uplift->difference, 1, z);
	RT_ASSERT(uplift->difference_lower <= uplift->difference &&
			  uplift->difference <= uplift->difference_upper);
	uplift->p_value = rt_normal_two_sided(uplift_score(strata, count, DIFFERENCE, 0));
	uplift->ratio_lower = 0;
	uplift->ratio_upper = INFINITY;
	if (share == 0 && other_share == 0)
		return;
	uplift->ratio = other_share > 0 ? share / other_share : INFINITY;
	if (share > 0)
		uplift->ratio_lower =
			uplift_limit(strata, count, RATIO, other_share > 0 ? uplift->ratio : RATIO_MAX,
						 RATIO_MIN, z);
	if (other_share > 0)
		uplift->ratio_upper =
			uplift_limit(strata, count, RATIO, share > 0 ? uplift->ratio : RATIO_MIN, RATIO_MAX, z);
}
