/*
 * cycle_season_test.c
 *		Cycles in operational time: what a season changes, and what it must not.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/calendar.h"
#include "core/gone.h"
#include "core/running_cycle.h"
#include "core/silence.h"
#include "core/simulate.h"

static const double shop[12] = {.3, .3, 1, 1, 1, 1, 1, 1, 1, 1, 1.2, 2.9};
static const double december[12] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3};
static const double ones[12] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static const double open_days[7] = {1, 1, 1, 1.2, 1.3, 1.4, .1};

static double
uniform(void)
{
	return ((double) (random_bits() >> 11) + 0.5) / 9007199254740992.0;
}

static double
normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

static int32_t
day(int year, int month, int of_month)
{
	int32_t		date;

	CHECK(rt_date_from_ymd(year, month, of_month, &date));
	return date;
}

static void
season_of(rt_season *season, const double *months, const double *weekdays)
{
	double		mean;

	memset(season, 0, sizeof(*season));
	memcpy(season->months, months, sizeof(season->months));
	if (weekdays != NULL)
	{
		season->flags = RT_SEASON_WEEKDAYS;
		memcpy(season->weekdays, weekdays, sizeof(season->weekdays));
	}
	CHECK(rt_season_set(season, &mean) == NULL);
}

static void
add_event(rt_season *season, int32_t from, int32_t until, double factor)
{
	double		mean;

	season->events[season->event_count++] = (rt_season_event) {from, until, factor};
	CHECK(rt_season_set(season, &mean) == NULL);
}

static rt_model
cycle_of(double k, double r, double mean, const rt_season *season)
{
	rt_model	model;

	rt_model_init(&model, &rt_interpurchase_kind);
	model.parameters[0] = k;
	model.parameters[1] = r;
	model.parameters[2] = r * mean;
	model.time_unit = 1;
	model.recency_weight = 1;
	model.season = season;
	return model;
}

static rt_model
base_of(const rt_season *season)
{
	static const double parameters[] = {0.8, 6, 0.5, 1.5};
	rt_model	model;

	rt_model_init(&model, &rt_mbg_nbd_kind);
	memcpy(model.parameters, parameters, sizeof(parameters));
	model.time_unit = 7;
	model.season = season;
	return model;
}

/* Of every shape that a cycle knows */
#define SHAPES 10

static int
customers_dates(int shape, double mean, int most, int32_t *dates)
{
	double		time = 6000 + 3000 * uniform();
	int			count = 0;

	for (int i = 0; i < 40 * most && count < most; i++)
	{
		double		interval = shape == 1 ? fmax(0.05, 1 + 0.1 * normal()) :
			shape == 2 ? 1 :
			shape == 3 ? exp(normal()) :
			shape == 4 ? 365.25 / mean * (1 + 0.02 * normal()) :
			shape == 5 ? 30.4369 / mean :
			-log(uniform());
		int32_t		date,
					year;
		int			month,
					of_month;

		time += fmax(interval * mean, 1);
		date = (int32_t) time;
		rt_date_to_ymd(date, &year, &month, &of_month);

		/* working days, Fridays, and a season of their own */
		if ((shape == 6 && rt_weekday(date) >= 5) ||
			(shape == 7 && rt_weekday(date) != 4) ||
			(shape == 8 && (month < 3 || month > 6)) ||
			(count > 0 && date <= dates[count - 1]))
			continue;
		dates[count++] = date;
	}
	return count;
}

/* All that is said of a customer */
typedef struct said
{
	double		silence;
	double		regularity;
	double		gone;
	double		here;
	const char *stage;
	const char *period;
	int			known[6];
	int32_t		days[6];
} said;

static said
say(const int32_t *dates, int count, int32_t as_of, const rt_model *cycle, const rt_model *base)
{
	said		all;
	rt_silence	silence;
	rt_gone_models models;
	rt_gone		gone;

	memset(&all, 0, sizeof(all));
	rt_silence_from_dates(dates, (size_t) count, as_of, NULL, NULL, cycle, &silence);
	all.silence = silence.probability;
	all.regularity = silence.regularity;
	all.period = rt_silence_period(&silence);
	all.known[0] = rt_silence_end(&silence, 0.5, &all.days[0]);
	all.known[1] = rt_silence_contact_from(&silence, 0.25, &all.days[1]);
	all.known[2] = rt_silence_contact_until(&silence, 0.25, 0.75, &all.days[2]);
	all.known[3] = rt_silence_day(&silence, 0.05, &all.days[3]);
	CHECK(rt_gone_models_set(&models, cycle, base));
	rt_gone_from_dates(&models, dates, (size_t) count, as_of, NULL, &gone);
	all.gone = rt_gone_probability(&gone);
	all.here = rt_still_here_probability(&gone);
	all.stage = rt_gone_stage(&gone, 0.25, 0.5);
	all.known[4] = rt_gone_day(&gone, 0.5, &all.days[4]);
	return all;
}

static void
random_models(double mean, const rt_season *season, rt_model *cycle, rt_model *base)
{
	*cycle = cycle_of(exp(3 * uniform() - 0.5), 1 + uniform(), mean, season);
	cycle->recency_weight = random_between(0, 2) == 0 ? 0.9 : 1;
	cycle->time_unit = random_between(0, 1) == 0 ? 7 : 1;
	if (random_between(0, 3) > 0)
	{
		cycle->k_median = 1 + uniform();
		cycle->k_deviation = 0.3 + uniform();
	}
	*base = base_of(season);
}

/* Twelve ones are no season, byte for byte, with weekdays and an event of ones, too */
static void
test_ones(void)
{
	static int32_t dates[200];
	static const double weekdays[7] = {1, 1, 1, 1, 1, 1, 1};
	rt_season	season;

	season_of(&season, ones, weekdays);
	add_event(&season, 7000, 7500, 1);
	for (int run = 0; run < 4000; run++)
	{
		double		mean = exp(1 + 4 * uniform());
		int			most = (int) random_between(1, run % 20 == 0 ? 200 : 25);
		int			count = customers_dates(run % SHAPES, mean, most, dates);
		int32_t		as_of = dates[count > 0 ? count - 1 : 0] +
			(int32_t) (5 * mean * uniform() * uniform());
		rt_model	with,
					without,
					base_with,
					base_without;
		rt_running_cycle cycles[2];
		said		a,
					b;

		if (count == 0)
			continue;
		random_models(mean, &season, &with, &base_with);
		without = with;
		base_without = base_with;
		without.season = base_without.season = NULL;
		a = say(dates, count, as_of, &with, run % 5 > 0 ? &base_with : NULL);
		b = say(dates, count, as_of, &without, run % 5 > 0 ? &base_without : NULL);
		CHECK(memcmp(&a, &b, sizeof(said)) == 0);

		memset(cycles, 0, sizeof(cycles));
		for (int i = 0; i < count; i++)
		{
			double		ticks = run % 2 == 0 ? 1 : 86400e6;
			int64_t		time = dates[i] * (int64_t) ticks + (run % 2) * i * INT64_C(123456789);

			CHECK(rt_running_cycle_add(&cycles[0], time, ticks, true, with.recency_weight,
									   &season));
			CHECK(rt_running_cycle_add(&cycles[1], time, ticks, true, with.recency_weight, NULL));
			if (i > 0)
			{
				CHECK(rt_running_churn_score_by(&cycles[0], &with, ticks) ==
					  rt_running_churn_score_by(&cycles[1], &without, ticks));
				CHECK(rt_running_churn_score_by(&cycles[0], &base_with, ticks) ==
					  rt_running_churn_score_by(&cycles[1], &base_without, ticks));
			}
		}
		CHECK(memcmp(&cycles[0], &cycles[1], sizeof(cycles[0])) == 0);
	}
}

/*
 * Who keeps to the calendar or has months of their own is as without a season; of the others the
 * silence is that of the formula, in sums of factors day by day
 */
static void
test_silence(void)
{
	static int32_t dates[200];
	rt_season	season;
	int			of_calendar = 0,
				of_months = 0,
				in_days = 0,
				by_weekday = 0,
				in_season = 0;

	season_of(&season, shop, open_days);
	add_event(&season, 8000, 8060, 0.1);
	for (int run = 0; run < 4000; run++)
	{
		double		mean = exp(1 + 4 * uniform());
		int			count = customers_dates(run % SHAPES, mean, (int) random_between(1, 60), dates);
		int32_t		as_of = dates[count > 0 ? count - 1 : 0] + (int32_t) (3 * mean * uniform());
		rt_model	with,
					without,
					base;
		rt_silence	a,
					b;
		double		elapsed = 0,
					sum = 0,
					intervals = 0;

		if (count == 0)
			continue;
		random_models(mean, &season, &with, &base);
		without = with;
		without.season = NULL;
		rt_silence_from_dates(dates, (size_t) count, as_of, NULL, NULL, &with, &a);
		rt_silence_from_dates(dates, (size_t) count, as_of, NULL, NULL, &without, &b);
		CHECK(a.by_calendar == b.by_calendar && a.by_season == b.by_season);
		if (b.by_calendar || (b.by_own_time && b.time.by_month))
		{
			said		x = say(dates, count, as_of, &with, NULL);
			said		y = say(dates, count, as_of, &without, NULL);

			CHECK(memcmp(&x, &y, sizeof(said)) == 0 && a.season == NULL);
			of_calendar += b.by_calendar;
			of_months += b.by_own_time;
			continue;
		}
		if (a.by_own_time)
		{
			CHECK(!a.time.by_month && a.season == NULL);
			by_weekday += a.time.season == &season;
			continue;
		}
		if (a.season == NULL)
		{
			CHECK(b.by_own_time || a.probability == b.probability);
			in_days++;
			continue;
		}
		in_season++;
		CHECK(a.season == &season);
		for (int i = 1; i < count; i++)
		{
			double		interval = 0;

			for (int32_t d = dates[i - 1] + 1; d <= dates[i]; d++)
				interval += rt_season_factor(&season, d);
			sum = with.recency_weight * sum + interval;
			intervals = with.recency_weight * intervals + 1;
		}
		for (int32_t d = dates[count - 1] + 1; d <= as_of; d++)
			elapsed += rt_season_factor(&season, d);
		CHECK(fabs(a.sum * with.time_unit - sum) < 1e-7 && fabs(a.intervals - intervals) < 1e-9);
		CHECK(fabs(a.elapsed * with.time_unit - elapsed) < 1e-7);
	}
	printf("# with a season: %d by the calendar, %d by months of their own, %d by weekdays in it, "
		   "%d in days, %d in it\n", of_calendar, of_months, by_weekday, in_days, in_season);
	CHECK(of_calendar > 300 && of_months > 50 && in_days > 20 && by_weekday > 100 &&
		  in_season > 500);
}

/* What is asked for first: no alarm in February, and the next purchase where it sells */
static void
test_after_christmas(void)
{
	rt_season	season;
	rt_model	with,
				without;
	int32_t		dates[] = {
		day(2024, 3, 10), day(2024, 4, 12), day(2024, 5, 20), day(2024, 6, 14), day(2024, 7, 22),
		day(2024, 8, 15), day(2024, 9, 24), day(2024, 10, 20), day(2024, 11, 26), day(2024, 12, 8),
		day(2024, 12, 19), day(2025, 1, 2)
	};
	said		a,
				b;

	season_of(&season, shop, NULL);
	with = cycle_of(3, 2, 35, &season);
	without = with;
	without.season = NULL;
	a = say(dates, 12, day(2025, 2, 28), &with, NULL);
	b = say(dates, 12, day(2025, 2, 28), &without, NULL);
	CHECK(b.silence < 0.1 && a.silence > 0.7);
	CHECK(a.gone < 0.02 && b.gone > 0.1);

	/* of the day of the last purchase: in spring, not in February */
	a = say(dates, 12, day(2025, 1, 2), &with, NULL);
	b = say(dates, 12, day(2025, 1, 2), &without, NULL);
	CHECK(b.days[0] < day(2025, 2, 10) && a.days[0] > day(2025, 3, 1));
	CHECK(a.days[1] <= a.days[0] && a.days[0] <= a.days[2]);

	/* and a silence in December is more than one at any other time */
	a = say(dates, 9, day(2024, 12, 25), &with, NULL);
	b = say(dates, 9, day(2024, 12, 25), &without, NULL);
	CHECK(a.silence < b.silence / 2);
}

/* It falls, and who is gone rises, from day to day; a model of the base by a season of its own */
static void
test_monotone(void)
{
	static int32_t dates[60];
	rt_season	seasons[2];

	season_of(&seasons[0], shop, open_days);
	season_of(&seasons[1], december, NULL);
	for (int i = 0; i < 20; i++)
		add_event(&seasons[i % 2], 7000 + 200 * i, 7000 + 210 * i + 50, i % 3 == 0 ? 0.001 : 5);
	for (int run = 0; run < 300; run++)
	{
		double		mean = exp(1 + 3 * uniform());
		int			count = customers_dates(run % SHAPES, mean, (int) random_between(1, 40), dates);
		double		silence_before = 1,
					gone_before = 0;
		rt_model	cycle,
					base;
		rt_silence	silence;
		rt_gone_models models;
		rt_gone		gone;

		if (count == 0)
			continue;
		random_models(mean, &seasons[run % 2], &cycle, &base);
		base.season = run % 3 == 0 ? NULL : &seasons[run / 2 % 2];
		CHECK(rt_gone_models_set(&models, &cycle, run % 7 == 0 ? NULL : &base));
		CHECK(models.rhythm.season == cycle.season);
		rt_silence_from_dates(dates, (size_t) count, dates[count - 1], NULL, NULL, &cycle,
							  &silence);
		rt_gone_from_dates(&models, dates, (size_t) count, dates[count - 1], NULL, &gone);
		for (int32_t d = dates[count - 1]; d < dates[count - 1] + 4500; d += d % 100 < 40 ? 1 : 5)
		{
			double		now;

			rt_silence_until(&silence, d);
			CHECK(silence.probability <= silence_before * (1 + 1e-10));
			silence_before = silence.probability;
			rt_gone_until(&gone, d);
			now = rt_gone_probability(&gone);
			CHECK(now >= gone_before - 1e-12 && now <= 1);
			gone_before = now;
		}
	}
}

/* Days and weeks say the same, and dates follow the quantiles of the silence */
static void
test_units_and_days(void)
{
	static int32_t dates[60];
	rt_season	season;
	int			compared = 0;

	season_of(&season, shop, open_days);
	for (int run = 0; run < 1500; run++)
	{
		double		mean = exp(2 + 3 * uniform());
		int			count = customers_dates(run % SHAPES, mean, (int) random_between(1, 30), dates);
		int32_t		as_of = dates[count > 0 ? count - 1 : 0] + (int32_t) (2 * mean * uniform());
		rt_model	in_days = cycle_of(0.6 + 3 * uniform(), 2, mean, &season);
		rt_model	in_weeks = in_days;
		said		a,
					b;
		rt_silence	silence;
		double		at;

		if (count == 0)
			continue;
		in_weeks.time_unit = 7;
		in_weeks.parameters[2] /= 7;
		a = say(dates, count, as_of, &in_days, NULL);
		b = say(dates, count, as_of, &in_weeks, NULL);
		CHECK(fabs(a.silence - b.silence) < 1e-9 && fabs(a.gone - b.gone) < 1e-9);
		for (int i = 0; i < 3; i++)
			CHECK(a.known[i] && b.known[i] && abs(a.days[i] - b.days[i]) <= 1 && a.days[i] > as_of);

		/* at noon of the day before half of it is left, at the end of the day less */
		rt_silence_from_dates(dates, (size_t) count, as_of, NULL, NULL, &in_days, &silence);
		if (silence.season == NULL || silence.regular)
			continue;
		CHECK(a.days[1] <= a.days[0] && a.days[0] <= a.days[2]);
		if (a.days[0] == as_of + 1)
			continue;
		compared++;
		at = silence.probability;
		rt_silence_until(&silence, a.days[0]);
		CHECK(silence.probability < at * 0.6 + 0.03);
		rt_silence_until(&silence, a.days[0] - 2);
		CHECK(silence.probability > at * 0.4 - 0.03);
	}
	CHECK(compared > 300);
}

/*
 * Customers who buy by operational time, of each regularity: half of them come within the window,
 * and who is regular comes sooner before Christmas, and later behind it, than days say
 */
static void
test_windows(void)
{
	static const double ks[] = {1, 2, 8};
	rt_season	season;

	season_of(&season, december, NULL);
	for (int i = 0; i < 3; i++)
	{
		double		within[2] = {0, 0},
					winter[2] = {0, 0},
					errors[2] = {0, 0};
		int			customers = 0,
					in_winter = 0,
					nearer = 0,
					farther = 0;

		for (int run = 0; run < 12000; run++)
		{
			int32_t		dates[400];
			int32_t		start = 7000 + (int32_t) random_between(0, 1460);
			int32_t		as_of = start + (int32_t) random_between(300, 1400);
			int32_t		next = start;
			int			count = 0,
						month,
						of_month;
			int32_t		year;
			rt_random	random;
			double		rate,
						time,
						error[2];

			rt_random_start(&random, (int64_t) (random_bits() >> 1), 0);
			rate = rt_random_gamma(&random, 4) / (4 * 60);
			time = rt_random_uniform(&random);
			while (next <= as_of && count < 400)
			{
				if (count == 0 || next > dates[count - 1])
					dates[count++] = next;
				time += rt_random_gamma(&random, ks[i]) / (ks[i] * rate);
				CHECK(rt_season_day(&season, start - 1, time, &next));
			}
			rt_date_to_ymd(as_of, &year, &month, &of_month);
			customers++;
			in_winter += month >= 11 || month == 1;
			for (int with = 0; with < 2; with++)
			{
				rt_model	model = cycle_of(ks[i], 4, 60, with ? &season : NULL);
				said		s = say(dates, count, as_of, &model, NULL);
				bool		hit = s.days[1] <= next && next <= s.days[2];

				within[with] += hit;
				if (month >= 11 || month == 1)
					winter[with] += hit;
				error[with] = fabs((double) next - s.days[0]);
				errors[with] += error[with];
			}
			nearer += error[1] < error[0];
			farther += error[1] > error[0];
		}
		printf("# k = %g: windows hold %.3f with the season, %.3f without; from November to "
			   "January %.3f, %.3f; mean error of days %.1f, %.1f; nearer %d, farther %d\n", ks[i],
			   within[1] / customers, within[0] / customers, winter[1] / in_winter,
			   winter[0] / in_winter, errors[1] / customers, errors[0] / customers, nearer,
			   farther);
		CHECK(within[1] / customers > 0.47 && within[1] / customers < 0.53);
		CHECK(winter[1] / in_winter > 0.47 && winter[1] / in_winter < 0.545);
		CHECK(winter[0] / in_winter < 0.48);
		CHECK(errors[1] < errors[0]);
	}
}

/* Who has a subscription does not mind the season, who minds it is hardly ever taken for one */
static void
test_who_minds(void)
{
	rt_season	season;
	int			of_four = 0,
				clockwork = 0,
				random_left = 0,
				runs = 2000;

	season_of(&season, shop, NULL);
	for (int run = 0; run < runs; run++)
	{
		int32_t		dates[30];
		int32_t		start = 7000 + (int32_t) random_between(0, 1460);
		rt_model	model = cycle_of(1.5, 2, 35, &season);
		rt_silence	silence;
		double		time = uniform();
		int			count = 0;

		model.k_median = 1.5;
		model.k_deviation = 0.8;
		for (int i = 0; i < 14; i++)
			dates[i] = start + 28 * i + (int32_t) random_between(-2, 2);
		rt_silence_from_dates(dates, 14, dates[13] + 5, NULL, NULL, &model, &silence);
		clockwork += silence.season == NULL && (silence.by_calendar || !silence.by_own_time);
		rt_silence_from_dates(dates, 4, dates[3] + 5, NULL, NULL, &model, &silence);
		of_four += silence.season == NULL;

		for (int32_t next = start; count < 20;)
		{
			if (count == 0 || next > dates[count - 1])
				dates[count++] = next;
			time -= 30 * log(uniform());
			CHECK(rt_season_day(&season, start - 1, time, &next));
		}
		rt_silence_from_dates(dates, 20, dates[19] + 5, NULL, NULL, &model, &silence);
		random_left += silence.season == NULL && !silence.by_own_time && !silence.by_calendar;
	}
	printf("# left the season: of subscribers %.3f, after four purchases %.3f; of random buyers in "
		   "it %.4f\n", (double) clockwork / runs, (double) of_four / runs,
		   (double) random_left / runs);
	CHECK(clockwork > 0.97 * runs && random_left < 0.01 * runs);
}

/* At each purchase as the history until then has it; by times that is by parts of days */
static void
test_running(void)
{
	rt_season	season;

	season_of(&season, shop, open_days);
	add_event(&season, 7700, 7720, 0.05);
	for (int run = 0; run < 600; run++)
	{
		static int32_t dates[60];
		double		mean = exp(1 + 4 * uniform());
		int			count = customers_dates(run % SHAPES, mean, 40, dates);
		rt_running_cycle by_date,
					by_time;
		rt_model	cycle,
					base;

		random_models(mean, &season, &cycle, &base);
		memset(&by_date, 0, sizeof(by_date));
		memset(&by_time, 0, sizeof(by_time));
		for (int i = 0; i < count; i++)
		{
			rt_silence	silence;
			rt_customer customer;
			rt_base		of_base;

			CHECK(rt_running_cycle_add(&by_date, dates[i], 1, true, cycle.recency_weight,
									   &season));
			CHECK(rt_running_cycle_add(&by_time, dates[i] * INT64_C(86400000000) + 43200000000,
									   86400e6, true, cycle.recency_weight, &season));
			if (i == 0)
				continue;
			rt_silence_from_dates(dates, (size_t) i, dates[i], NULL, NULL, &cycle, &silence);
			if (!silence.by_calendar && !silence.by_own_time)
			{
				CHECK(fabs(rt_running_churn_score_by(&by_date, &cycle, 1) -
						   (1 - silence.probability)) < 1e-7);
			}
			CHECK(rt_base_from_model(&base, &of_base));
			customer = rt_model_customer(&base, i - 1, dates[0], dates[i - 1], dates[i]);
			CHECK(fabs(rt_running_churn_score_by(&by_date, &base, 1) -
					   rt_base_p_gone(&of_base, &customer)) < 1e-9);

			/* noons lie half a day of each factor before the ends of days */
			CHECK(fabs(rt_running_season_days(&season, by_time.previous, by_time.last, 86400e6) -
					   (rt_season_days(&season, dates[i - 1], dates[i]) +
						(rt_season_factor(&season, dates[i - 1]) -
						 rt_season_factor(&season, dates[i])) / 2)) < 1e-6);
			CHECK(rt_running_churn_score_by(&by_time, &cycle, 86400e6) >= 0 &&
				  rt_running_churn_score_by(&by_time, &base, 86400e6) >= 0);
		}
	}

	/* a microsecond is one, at midnight and within a day; so is all there is of time */
	CHECK(rt_running_season_days(&season, -1, 0, 86400e6) > 0);
	CHECK(rt_running_season_days(&season, 5, 6, 86400e6) > 0);
	CHECK(rt_running_season_days(&season, 5, 5, 86400e6) == 0);
	CHECK(rt_running_season_days(&season, 7, 7, 1) == 0);
	CHECK(fabs(rt_running_season_days(&season, INT64_C(-211813488000000000),
									  INT64_C(9223371331199999999), 86400e6) / 109203528.0 - 1) <
		  1e-3);
}

/* At the ends of the calendar, of factors and of silences there are numbers, or no date */
static void
test_extremes(void)
{
	static int32_t dates[3000];
	rt_season	seasons[3];
	int32_t		found;

	season_of(&seasons[0], (double[12]) {1, 1, 1, 1, 1, 1, .001, 1, 1, 1, 1, 1},
			  (double[7]) {1, 1, 1, 1, 1, 1, .001});
	add_event(&seasons[0], 0, 30000, 0.001);
	season_of(&seasons[1], shop, NULL);
	add_event(&seasons[1], RT_DATE_MAX - 1000, RT_DATE_MAX, 0.001);
	season_of(&seasons[2], ones, NULL);
	add_event(&seasons[2], RT_DATE_MIN, RT_DATE_MAX, 1000);
	for (int run = 0; run < 3000; run++)
	{
		int			count = (int) random_between(1, run % 100 == 0 ? 3000 : 20);
		rt_model	cycle = cycle_of(pow(10, 6 * uniform() - 3), pow(10, 4 * uniform() - 2),
									 pow(10, 6 * uniform() - 2), &seasons[run % 3]);
		rt_model	base = base_of(&seasons[run / 3 % 3]);
		int32_t		as_of;
		said		s;

		cycle.time_unit = pow(10, 4 * uniform() - 2);
		dates[0] = run % 2 == 0 ? (int32_t) random_between(-2000000, 10000) :
			RT_DATE_MAX - 160000 + (int32_t) random_between(0, 9000);
		for (int j = 1; j < count; j++)
			dates[j] = dates[j - 1] + (int32_t) random_between(1, 50);
		as_of = run % 5 == 0 ? RT_DATE_MAX :
			dates[count - 1] + (int32_t) random_between(0, 1000);
		s = say(dates, count, as_of, &cycle, &base);
		CHECK(s.silence >= 0 && s.silence <= 1 && s.gone >= 0 && s.gone <= 1);
		CHECK(fabs(s.gone + s.here - 1) < 1e-9);
		for (int i = 0; i < 3; i++)
			CHECK(!s.known[i] || (s.days[i] > as_of && s.days[i] <= RT_DATE_MAX));
		CHECK(as_of < RT_DATE_MAX || (!s.known[0] && !s.known[1] && !s.known[2]));
	}

	/* of a day on which next to nothing counts there is an interval still */
	{
		rt_model	cycle = cycle_of(2, 2, 1, &seasons[0]);
		rt_silence	silence;

		dates[0] = day(2024, 7, 13);
		dates[1] = day(2024, 7, 14);
		rt_silence_from_dates(dates, 2, dates[1], NULL, NULL, &cycle, &silence);
		CHECK(silence.season != NULL && silence.sum > 0 && silence.sum < 2e-9);
		CHECK(silence.probability == 1 && rt_silence_end(&silence, 0.5, &found));
	}
}

static const check_case cycle_season_cases[] = {
	{"cycle with a season: ones are none", test_ones},
	{"cycle with a season: whose silence is in it", test_silence},
	{"cycle with a season: after Christmas", test_after_christmas},
	{"cycle with a season: from day to day", test_monotone},
	{"cycle with a season: days and weeks", test_units_and_days},
	{"cycle with a season: windows hold half", test_windows},
	{"cycle with a season: who minds it", test_who_minds},
	{"cycle with a season: at each purchase", test_running},
	{"cycle with a season: extremes", test_extremes},
	{NULL, NULL}
};

CHECK_CASES(cycle_season);
