/*
 * expected_total.c
 *		How many purchases to expect of a whole base, and how sure that is.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "core/expected_total.h"
#include "core/poll.h"
#include "core/special.h"

/* ------------------------------------------------------------ one customer */

static size_t
total_place(const rt_total_question *q, double x, double second, double age, size_t places)
{
	double		facts[] = {x, second, age};
	uint64_t	hash = q->number;

	for (int i = 0; i < (int) (sizeof(facts) / sizeof(facts[0])); i++)
	{
		uint64_t	bits;

		/* splitmix64, as in simulate.c: of small numbers only few high bits differ */
		memcpy(&bits, &facts[i], sizeof(bits));
		hash = (hash ^ bits) + UINT64_C(0x9e3779b97f4a7c15);
		hash = (hash ^ (hash >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		hash = (hash ^ (hash >> 27)) * UINT64_C(0x94d049bb133111eb);
		hash ^= hash >> 31;
	}
	return (size_t) (hash % places);
}

/* The parameters by which there are derivatives: those that are no whole numbers, or none */
static int
total_first(const rt_total_question *q)
{
	return q->base.kind->has_whole_k ? 1 : 0;
}

static int
total_end(const rt_total_question *q)
{
	return q->with_spread ? q->base.kind->parameter_count : 0;
}

static const rt_outlook *
total_outlook(const rt_total_question *q, rt_total_memory *memory, const rt_customer *customer,
			  int phase)
{
	rt_total_future *f =
		&memory->futures[total_place(q, customer->x, phase, customer->age, RT_TOTAL_FUTURES)];

	if (f->question == q->number && f->x == customer->x && f->age == customer->age &&
		f->phase == phase)
		return &f->outlook;
	f->question = q->number;
	f->x = customer->x;
	f->age = customer->age;
	f->phase = phase;
	rt_base_outlook(&q->base, customer, phase, q->t, q->with_spread, &f->outlook);
	return &f->outlook;
}

/* Of who is still a customer, in whatever phase */
static void
total_if_alive(const rt_total_question *q, rt_total_memory *memory, const rt_customer *customer,
			   rt_outlook *sum)
{
	double		phases[RT_K_MAX];
	double		slopes[RT_PARAMETERS_MAX][RT_K_MAX];
	int			count =
		rt_base_phases(&q->base, customer, phases, q->with_spread ? slopes : NULL);

	*sum = (rt_outlook) {0};
	for (int j = 0; j < count; j++)
	{
		const rt_outlook *one;

		if (phases[j] == 0)
			continue;
		one = total_outlook(q, memory, customer, j);
		sum->expected += phases[j] * one->expected;
		sum->pairs += phases[j] * one->pairs;
		for (int i = total_first(q); i < total_end(q); i++)
			sum->slopes[i] += slopes[i][j] * one->expected + phases[j] * one->slopes[i];
	}
}

static const rt_total_terms *
total_terms_of(const rt_total_question *q, rt_total_memory *memory, const rt_customer *customer)
{
	rt_total_terms *terms = &memory->customers[total_place(q, customer->x, customer->t_x,
														   customer->age, RT_TOTAL_CUSTOMERS)];
	double		alive,
				variance;
	double		slopes[RT_PARAMETERS_MAX];
	rt_outlook	sum;

	if (terms->question == q->number && terms->customer.x == customer->x &&
		terms->customer.t_x == customer->t_x && terms->customer.age == customer->age)
		return terms;
	memset(terms, 0, sizeof(*terms));
	terms->question = q->number;
	terms->customer = *customer;
	alive = rt_base_p_alive(&q->base, customer);

	/* what nobody is there for may be beyond doubles */
	if (alive == 0)
		return terms;
	total_if_alive(q, memory, customer, &sum);

	/* of a huge number of purchases hardly any variance is left of two squares */
	variance = sum.pairs + (sum.expected - sum.expected * sum.expected);
	if (variance < 0)
		variance = 0;
	terms->expected = alive * sum.expected;
	terms->variance =
		alive * (variance + rt_base_p_gone(&q->base, customer) * sum.expected * sum.expected);
	if (q->with_spread)
		rt_base_p_alive_slopes(&q->base, customer, slopes);
	for (int i = total_first(q); i < total_end(q); i++)
		terms->by[i] = slopes[i] * sum.expected + alive * sum.slopes[i];
	return terms;
}

/* ------------------------------------------------------------------ the sum */

bool
rt_total_add(rt_total *total, const rt_total_question *question, rt_total_memory *memory,
			 const rt_customer *customer)
{
	const rt_total_terms *terms = total_terms_of(question, memory, customer);

	int			end = total_end(question);

	if (!isfinite(terms->expected) || !isfinite(terms->variance))
		return false;
	for (int i = total_first(question); i < end; i++)
		if (!isfinite(terms->by[i]))
			return false;
	total->customers++;
	rt_exact_sum_add(&total->expected, terms->expected);
	rt_exact_sum_add(&total->variance, terms->variance);
	for (int i = total_first(question); i < end; i++)
		rt_exact_sum_add(&total->by[i], terms->by[i]);
	return true;
}

void
rt_total_combine(rt_total *total, const rt_total *other)
{
	total->customers += other->customers;
	rt_exact_sum_combine(&total->expected, &other->expected);
	rt_exact_sum_combine(&total->variance, &other->variance);
	for (int i = 0; i < RT_PARAMETERS_MAX; i++)
		rt_exact_sum_combine(&total->by[i], &other->by[i]);
}

bool
rt_total_valid(const rt_total *total)
{
	if (!rt_exact_sum_valid(&total->expected) || !rt_exact_sum_valid(&total->variance))
		return false;
	for (int i = 0; i < RT_PARAMETERS_MAX; i++)
		if (!rt_exact_sum_valid(&total->by[i]))
			return false;
	return total->customers >= 0 && rt_exact_sum_value(&total->expected) >= 0 &&
		rt_exact_sum_value(&total->variance) >= 0;
}

double
rt_total_variance(const rt_total *total, const rt_spread *spread)
{
	double		variance = rt_exact_sum_value(&total->variance);

	for (int j = 0; j < spread->count; j++)
	{
		double		along = 0;

		for (int i = j; i < spread->count; i++)
			along += spread->root[i][j] * rt_exact_sum_value(&total->by[i]);
		variance += along * along;
	}
	return variance;
}

/* --------------------------------------------------------------- the limits */

/*
 * Above so many, whole numbers do not matter: the rate alone is as good, and its quantiles are
 * those of Wilson and Hilferty (1931), "The distribution of chi-square"
 */
#define COUNT_MAX 1e6

/*
 * What the incomplete beta function takes; a shape, or a number of trials, as large makes a
 * variance that is off by 1e-8 of the square of the mean
 */
#define BETA_MIN 1e-4
#define BETA_MAX 1e8

/* A count: negative binomial of this shape, or binomial of so many trials */
typedef struct total_count
{
	bool		trials;
	double		size;
	double		x;				/* of the incomplete beta function, and 1 - x */
	double		y;
} total_count;

static total_count
total_count_of(double mean, double variance)
{
	double		excess = variance - mean;
	total_count c = {.trials = excess < 0};

	c.size = fmin(fmax(mean * mean / fabs(excess), BETA_MIN), BETA_MAX);
	c.x = c.trials ? fmin(1, mean / c.size) : mean / (c.size + mean);
	c.y = c.trials ? 1 - c.x : c.size / (c.size + mean);
	return c;
}

/* ln of the probabilities of n or more, and of less */
static void
total_count_tails(const total_count *c, double n, double *log_at_least, double *log_less)
{
	double		other = c->trials ? c->size - n + 1 : c->size;

	if (n > 0 && other >= BETA_MIN)
		rt_log_incomplete_beta(n, other, c->x, c->y, log_at_least, log_less);
	else
	{
		/* any number is 0 or more, and none is more than there are trials */
		*log_at_least = n > 0 ? -INFINITY : 0;
		*log_less = n > 0 ? 0 : -INFINITY;
	}
}

/* Is less than n too probable to be left out below?  Is n or more improbable enough above? */
static bool
total_count_beyond(const total_count *c, double n, double log_tail, bool above)
{
	double		log_at_least,
				log_less;

	total_count_tails(c, n, &log_at_least, &log_less);
	return above ? !(log_at_least > log_tail) : !(log_less <= log_tail);
}

/* The least number that is beyond, from 1 on */
static double
total_count_first_beyond(const total_count *c, double mean, double log_tail, bool above)
{
	double		low = 0,
				high = ceil(mean) + 1;

	while (!total_count_beyond(c, high, log_tail, above))
	{
		low = high;
		high *= 2;
	}
	while (high - low > 1)
	{
		double		middle = floor((low + high) / 2);

		*(total_count_beyond(c, middle, log_tail, above) ? &high : &low) = middle;
	}
	return high;
}

void
rt_total_limits(double expected, double variance, double level, double *lower, double *upper)
{
	double		tail = (1 - level) / 2;

	*lower = *upper = expected;
	if (expected == 0)
		return;
	if (expected <= COUNT_MAX)
	{
		total_count c = total_count_of(expected, variance);

		*lower = total_count_first_beyond(&c, expected, log(tail), false) - 1;
		*upper = total_count_first_beyond(&c, expected, log(tail), true) - 1;
	}
	else
	{
		double		z = rt_normal_quantile(tail);
		double		share = sqrt(variance) / expected;
		double		middle = 1 - share * share / 9;

		*lower = floor(expected * pow(fmax(0, middle - z * share / 3), 3));
		*upper = ceil(expected * pow(middle + z * share / 3, 3));
	}
}
