/*
 * bg_nbd_fit.c
 *		Models of customers who may leave after any purchase, fitted: the likelihood of bg_nbd.c
 *		and its derivatives over all customers.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "core/bg_nbd.h"
#include "core/optimize.h"
#include "core/poll.h"
#include "core/sample.h"
#include "core/special.h"

/*
 * Ages whose logarithms are remembered while a likelihood is added up: of days, nearly three years
 * of them without a clash
 */
#define AGES 1024

typedef struct bg_nbd_fit_data
{
	const rt_customers *customers;
	const rt_customers *sample; /* NULL where they are few */
	double		total;			/* customers */
	int			k;
	bool		first_may_be_last;
	bool		inflated;
} bg_nbd_fit_data;

/* Coordinates: two pairs, and ln of the odds to come once */
static int
bg_nbd_coordinates(const bg_nbd_fit_data *data)
{
	return data->inflated ? 5 : 4;
}

typedef struct bg_nbd_age
{
	double		age;
	double		log_growth;		/* ln(1 + age / alpha) */
} bg_nbd_age;

/* Parameters, and the likelihood and its derivatives by them as it is added up over customers */
typedef struct bg_nbd_sums
{
	int			k;
	double		r;
	double		alpha;
	double		log_alpha;
	double		a;
	double		log_a;
	double		b;
	double		odds;
	double		log_odds;
	double		value;
	double		by_r;
	double		by_alpha;
	double		by_a;
	double		by_b;
	double		once;			/* who has left after the first purchase, of odds */
	double		customers;
	double		purchases;
	bg_nbd_age	last_t_x;
	bg_nbd_age *ages;			/* AGES of them; NULL where so few rows are that it does not pay */
} bg_nbd_sums;

/* What depends on x alone */
typedef struct bg_nbd_run
{
	double		n;
	double		m;				/* r + k x */
	double		stays;			/* x + d */
	double		gamma_term;
	double		digamma_term;
	double		beta_term;
	double		both;			/* psi(a + b + x + d) - psi(a + b) */
	double		beta_b;
	bool		may_leave;
	double		log_leave;
	double		by_leave_a;		/* times a */
	double		by_leave;		/* by b */
	double		by_leave_odds;	/* times the odds */
} bg_nbd_run;

static bg_nbd_run
bg_nbd_run_of(const bg_nbd_sums *s, bool first_may_be_last, double n)
{
	bg_nbd_run	run = {.n = n, .m = s->r + s->k * n, .stays = n + (first_may_be_last ? 1 : 0)};
	double		b = s->b;
	double		stays = run.stays;

	run.gamma_term = rt_log_gamma_ratio(s->r, s->k * n);
	run.digamma_term = rt_digamma_difference(s->r, s->k * n);
	run.beta_term = rt_log_gamma_ratio(b, stays) - rt_log_gamma_ratio(s->a + b, stays);
	run.both = rt_digamma_difference(s->a + b, stays);
	run.beta_b = rt_digamma_difference(b, stays) - run.both;
	run.may_leave = stays > 0 || s->odds > 0;
	if (stays > 0)
	{
		run.log_leave = s->log_a - log(b + stays - 1);
		run.by_leave_a = 1;
		run.by_leave = -1 / (b + stays - 1);
	}
	else if (s->odds > 0)
	{
		run.log_leave = s->log_odds;
		run.by_leave_odds = 1;
	}
	return run;
}

/* Who is still here, for k above 1: the logarithm of the sum over j, and its derivatives */
typedef struct bg_nbd_here
{
	double		log;
	double		by_r;
	double		by_alpha;
} bg_nbd_here;

static inline bg_nbd_here
bg_nbd_here_of(const bg_nbd_sums *s, double m, double t_x, double age)
{
	double		y = (age - t_x) / (s->alpha + age);
	double		term = 1;
	double		steps = 0;
	double		sum = 1;
	bg_nbd_here here = {0, 0, 0};

	for (int j = 1; j < s->k; j++)
	{
		term *= (m + j - 1) * y / j;
		steps += 1 / (m + j - 1);
		sum += term;
		here.by_r += term * steps;
		here.by_alpha += term * j;
	}
	here.by_r /= sum;
	here.by_alpha /= -sum * (s->alpha + age);
	here.log = log(sum);
	return here;
}

/* Logarithms are most of the work, and there are few ages */
static inline double
bg_nbd_log_growth(bg_nbd_sums *s, double age_in_rows, double age)
{
	bg_nbd_age *remembered;

	if (s->ages == NULL)
		return log1p(age / s->alpha);
	remembered = &s->ages[(size_t) fabs(age_in_rows) % AGES];
	if (remembered->age != age)
		*remembered = (bg_nbd_age) {age, log1p(age / s->alpha)};
	return remembered->log_growth;
}

static inline void
bg_nbd_add_row(double time_unit, const rt_fit_row *row, const bg_nbd_run *run, bg_nbd_sums *s)
{
	double		weight = row->weight;
	double		t_x = row->customer.t_x / time_unit;
	double		age = row->customer.age / time_unit;
	double		alpha = s->alpha;
	double		m = run->m;
	double		log_growth = bg_nbd_log_growth(s, row->customer.age, age);
	double		log_ratio;
	bg_nbd_here here = {0, 0, 0};
	double		gone = 0;		/* the share of gone in gone + here */
	double		both_states;

	if (s->last_t_x.age != t_x)
		s->last_t_x = (bg_nbd_age) {t_x, log1p(t_x / alpha)};
	log_ratio = log_growth - s->last_t_x.log_growth;
	if (s->k > 1)
		here = bg_nbd_here_of(s, m, t_x, age);
	both_states = here.log;
	if (run->may_leave)
	{
		gone = 1 / (1 + exp(here.log - run->log_leave - m * log_ratio));
		both_states = gone > 0.5 ? run->log_leave + m * log_ratio - log(gone) :
			here.log - log(1 - gone);
	}
	s->value += weight *
		(run->gamma_term - s->k * run->n * (log_growth + s->log_alpha) - s->r * log_growth +
		 run->beta_term + both_states);
	s->by_r += weight *
		(run->digamma_term - log_growth + gone * log_ratio + (1 - gone) * here.by_r);
	s->by_alpha += weight *
		(s->r / alpha - m / (alpha + age) +
		 gone * m * (t_x - age) / ((alpha + age) * (alpha + t_x)) + (1 - gone) * here.by_alpha);
	s->by_a += weight * (gone * run->by_leave_a / s->a - run->both);
	s->by_b += weight * (run->beta_b + gone * run->by_leave);
	s->once += weight * gone * run->by_leave_odds;
	s->customers += weight;
	s->purchases += weight * run->n;
}

/*
 * All rows, by the parameters in s.  What depends on x alone is computed once for a run of rows,
 * and logarithms of ages are remembered where there are more of them than of places.
 */
static void
bg_nbd_add_rows(const rt_customers *customers, bool first_may_be_last, bg_nbd_sums *s)
{
	bg_nbd_age	ages[AGES];
	size_t		i = 0;

	s->last_t_x.age = NAN;
	s->ages = customers->row_count < AGES ? NULL : ages;
	for (int place = 0; s->ages != NULL && place < AGES; place++)
		ages[place].age = NAN;
	while (i < customers->row_count)
	{
		double		n = customers->rows[i].customer.x;
		const bg_nbd_run run = bg_nbd_run_of(s, first_may_be_last, n);

		for (; i < customers->row_count && customers->rows[i].customer.x == n; i++)
		{
			rt_poll_each(i);
			bg_nbd_add_row(customers->time_unit, &customers->rows[i], &run, s);
		}
	}
}

/* The likelihood and its gradient by the pairs r and alpha, a and b */
static double
bg_nbd_objective(const double *x, double *gradient, void *argument)
{
	const bg_nbd_fit_data *data = argument;
	const rt_customers *customers = data->customers;
	bg_nbd_sums s = {
		.k = data->k, .r = exp(x[0]), .alpha = exp(x[0] + x[1]), .log_alpha = x[0] + x[1],
		.a = exp(x[2]), .log_a = x[2], .b = exp(x[2] + x[3])
	};

	if (data->inflated)
	{
		s.odds = exp(x[4]);
		s.log_odds = x[4];
	}
	bg_nbd_add_rows(customers, data->first_may_be_last, &s);
	if (s.k > 1)
		s.value += (s.k - 1) *
			(customers->sum_log - s.purchases * log(customers->time_unit)) -
			s.purchases * lgamma(s.k);
	rt_pair_gradient(s.by_r, s.r, s.by_alpha, s.alpha, gradient);
	rt_pair_gradient(s.by_a, s.a, s.by_b, s.b, gradient + 2);
	if (data->inflated)
	{
		s.value -= s.customers * log1p(s.odds);
		gradient[4] = s.once - s.customers * (s.odds / (1 + s.odds));
	}
	return s.value;
}

double
rt_bg_nbd_slopes(const rt_kind *kind, const rt_customers *customers, const double *parameters,
				 double *slopes)
{
	bg_nbd_sums s = {
		.k = 1, .r = parameters[0], .alpha = parameters[1], .log_alpha = log(parameters[1]),
		.a = parameters[2], .log_a = log(parameters[2]), .b = parameters[3]
	};

	bg_nbd_add_rows(customers, rt_bg_nbd_first_may_be_last(kind), &s);
	slopes[0] += s.by_r * s.r;
	slopes[1] += s.by_alpha * s.alpha;
	slopes[2] += s.by_a * s.a;
	slopes[3] += s.by_b * s.b;
	return s.value;
}

/*
 * One repeat purchase in the time they were seen buying; one in five leaves each time, and comes
 * once
 */
static void
bg_nbd_common_start(double log_interval, double *start)
{
	start[0] = 0;
	start[1] = log_interval;
	start[2] = 0;
	start[3] = log(4);
	start[4] = -log(4);
}

/*
 * Where they may leave after the first purchase there may be a mode of buyers who are rather alike
 * and leave at once or hardly ever, b far below 1, where the others explain those who bought once
 * by how seldom they buy.  Of a few dozen customers one may be at any limit: nobody leaves, all
 * leave alike, some at once and the others never.  These starts were found by searches from a grid
 * of 36 of them over 1,000 simulated bases of 20 to 100 customers.
 */
#define BG_NBD_MOVES 4
static const double bg_nbd_moves[BG_NBD_MOVES * 4] = {
	1, 0, -1, -2,
	2, 0, 0, -2,
	-1.5, 0, -4, 2.5,
	-1.5, 0, 3, -2
};

/*
 * Where some come once: more or fewer of them, the others explained by how seldom they buy, and of
 * the starts above those with a limit of their own
 */
#define ZIBG_NBD_MOVES 5
static const double zibg_nbd_moves[ZIBG_NBD_MOVES * 5] = {
	-1.5, 0, 0, 0, -4,
	-1, 0, -1.5, 0, -2,
	1, 0, -3, 1, 1,
	2, 0, 0, -2, 0,
	-1.5, 0, 3, -2, 0
};

static void
bg_nbd_fit_with_k(const bg_nbd_fit_data *data, double rate, const double *start, rt_optimum *best)
{
	double		middle = -log(rate * data->k);
	double		lower[5] = {RT_SHAPE_LOWEST, middle - RT_LEVEL_RANGE, RT_LEAVING_LOWEST,
	-RT_LEVEL_RANGE, RT_LEAVING_LOWEST};
	double		upper[5] = {RT_SHAPE_HIGHEST, middle + RT_LEVEL_RANGE, RT_SHAPE_HIGHEST,
	RT_LEVEL_RANGE, RT_LEVEL_RANGE};
	double		common[5];
	bg_nbd_fit_data few = *data;
	rt_problem	problem = {
		.objective = bg_nbd_objective, .data = (void *) data,
		.count = bg_nbd_coordinates(data), .lower = lower,
		.upper = upper, .nearly = rt_pairs_alike, .scale = data->total
	};
	rt_problem	sample = problem;


	few.customers = data->sample;
	sample.data = &few;
	sample.scale = RT_SAMPLE;
	bg_nbd_common_start(middle, common);
	rt_maximize_from(&problem, data->sample == NULL ? NULL : &sample, start, common,
					 data->inflated ? zibg_nbd_moves : bg_nbd_moves,
					 data->inflated ? ZIBG_NBD_MOVES : BG_NBD_MOVES, best);
}

/* k comes first, and is a whole number */
static void
bg_nbd_fit_of_k(int k, const rt_fit *others, int count, rt_fit *fit)
{
	*fit = *others;
	fit->parameters[0] = k;
	for (int i = 0; i < RT_PARAMETERS_MAX; i++)
		fit->covariance[i] = fit->covariance[i * RT_PARAMETERS_MAX] = NAN;
	for (int i = 0; i < count; i++)
	{
		fit->parameters[i + 1] = others->parameters[i];
		for (int j = 0; j < count; j++)
			fit->covariance[(i + 1) * RT_PARAMETERS_MAX + j + 1] =
				others->covariance[i * RT_PARAMETERS_MAX + j];
	}
}

/* Of each parameter by the coordinates */
static const double bg_nbd_logarithms_inflated[5 * 5] = {
	1, 0, 0, 0, 0,
	1, 1, 0, 0, 0,
	0, 0, 1, 0, 0,
	0, 0, 1, 1, 0,
	0, 0, 0, 0, 1
};

void
rt_bg_nbd_fit(const rt_kind *kind, int k, const rt_customers *customers, void *workspace,
			  rt_fit *fit)
{
	bool		has_k = kind->has_whole_k;
	rt_customers_totals all = rt_customers_total(customers);
	rt_fit_row	rows[RT_SAMPLE];
	rt_customers sample = rt_sample_of(customers, rows);
	bg_nbd_fit_data data = {
		.customers = customers, .sample = rt_sample_pays(customers) ? &sample : NULL,
		.total = all.customers, .k = k > 0 ? k : 1,
		.first_may_be_last = rt_bg_nbd_first_may_be_last(kind), .inflated = rt_bg_nbd_inflated(kind)
	};
	double		rate = all.purchases / all.time;
	double		start[5];
	rt_optimum	best,
				next;
	rt_fit		found;

	bg_nbd_common_start(-log(rate * data.k), start);
	bg_nbd_fit_with_k(&data, rate, start, &best);

	/*
	 * More regular, from where the last one ended but for a bound, which lets no search back,
	 * until two in a row are worse
	 */
	for (int next_k = 2, worse = 0; has_k && k == 0 && next_k <= RT_K_MAX && worse < 2; next_k++)
	{
		bg_nbd_fit_data trial = data;

		trial.k = next_k;
		bg_nbd_common_start(-log(rate * next_k), start);
		for (int i = 0; i < bg_nbd_coordinates(&data) && !best.at_bound; i++)
			start[i] = best.x[i] + (i == 1 ? log((double) data.k / next_k) : 0);
		bg_nbd_fit_with_k(&trial, rate, start, &next);
		if (next.value > best.value)
		{
			best = next;
			data.k = next_k;
			worse = 0;
		}
		else
			worse++;
	}

	/* more regular than any k would still be likelier */
	best.at_bound |= k == 0 && data.k == RT_K_MAX;
	rt_fit_from_optimum(bg_nbd_objective, &data, bg_nbd_coordinates(&data),
						data.inflated ? bg_nbd_logarithms_inflated : rt_pairs_logarithms, &best,
						&found);
	if (has_k)
		bg_nbd_fit_of_k(data.k, &found, bg_nbd_coordinates(&data), fit);
	else
		*fit = found;
}
