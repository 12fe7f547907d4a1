/*
 * silence_test.c
 *		Rhythms whose truth is known: when they are expected, and when it is time to call.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/calendar.h"
#include "core/silence.h"

static double
uniform(void)
{
	return (double) (random_bits() >> 11) / 9007199254740992.0;
}

static double
normal(void)
{
	return sqrt(-2 * log(1 - uniform())) * cos(2 * M_PI * uniform());
}

static int32_t
day(int year, int month, int of_month)
{
	int32_t		date;

	CHECK(rt_date_from_ymd(year + (month - 1) / 12, (month - 1) % 12 + 1, of_month, &date));
	return date;
}

/* A base as that of a shop: irregular customers, 40 days apart */
static rt_model
model_of(double k, double median, double deviation)
{
	rt_model	model;

	rt_model_init(&model, &rt_interpurchase_kind);
	model.parameters[0] = k;
	model.parameters[1] = 1.2;
	model.parameters[2] = 1.2 * 40;
	model.k_median = median;
	model.k_deviation = deviation;
	model.time_unit = 1;
	model.recency_weight = 1;
	return model;
}

typedef struct silence_seen
{
	rt_silence	silence;
	int32_t		next,
				from,
				until;
} silence_seen;

static silence_seen
look(const int32_t *dates, int count, int32_t as_of, const rt_model *model)
{
	silence_seen result;

	rt_silence_from_dates(dates, (size_t) count, as_of, NULL, NULL, model, &result.silence);
	CHECK(rt_silence_end(&result.silence, 0.5, &result.next) && result.next > as_of);
	CHECK(rt_silence_contact_from(&result.silence, 0.25, &result.from) && result.from > as_of);
	CHECK(rt_silence_contact_until(&result.silence, 0.25, 0.75, &result.until));
	CHECK(result.until >= result.from);
	return result;
}

/* 25 intervals of 28 or 30 days in a shop where nearly all are irregular, or all alike */
static void
test_subscriber(void)
{
	const rt_model models[] = {model_of(1.6, 1.5, 0.3), model_of(1, 1, 0.05), model_of(2, 0, 0),
	model_of(0.7, 0.8, 1.2)};
	int32_t		dates[26];

	for (int interval = 28; interval <= 31; interval++)
		for (int i = 0; i < 4; i++)
		{
			silence_seen s;

			for (int j = 0; j < 26; j++)
				dates[j] = 9000 + interval * j;
			s = look(dates, 26, dates[25] + 10, &models[i]);
			CHECK(s.until - s.from <= 3 && s.from <= dates[25] + interval &&
				  s.until >= dates[25] + interval);
			CHECK(s.silence.probability > 0.99);
			s = look(dates, 26, dates[25] + 2 * interval + 2, &models[i]);
			CHECK(s.silence.probability < 0.01);
			s = look(dates, 26, dates[25] + interval + 2, &models[i]);
			CHECK(s.silence.probability < 0.1);

			/* the next is a month on, the call is now */
			CHECK(abs(s.next - dates[25] - 2 * interval) <= 1);
			CHECK(s.from == dates[25] + interval + 3 && s.until <= s.from + 3);
		}
}

/* The most regular have dates, however long they are silent */
static void
test_long_silent(void)
{
	for (int n = 2; n < 60; n++)
	{
		int32_t		dates[60];
		rt_intervals intervals;
		rt_model	own;

		for (int i = 0; i <= n; i++)
			dates[i] = 1000 + 28 * i + (n % 3 == 0 ? i % 2 : 0);
		rt_intervals_from_dates(dates, (size_t) n + 1, &intervals);
		rt_silence_own_model(&intervals, &own);
		for (int silent = 0; silent < 200000; silent = 2 * silent + 1)
		{
			silence_seen s = look(dates, n + 1, dates[n] + silent, &own);

			CHECK(s.silence.probability >= 0 && s.silence.probability <= 1);
			if (silent > 100000 && n >= 5)
				CHECK(s.from == dates[n] + silent + 1);
		}
	}
}

/* Two weeks after a yearly payment that did not come, and half a year */
static void
test_missed_year(void)
{
	const rt_model model = model_of(2, 0, 0);
	int32_t		dates[5];
	silence_seen s;

	for (int i = 0; i < 5; i++)
		dates[i] = day(2021 + i, 3, 1);
	s = look(dates, 5, day(2026, 1, 15), &model);
	CHECK(s.silence.probability == 1 && abs(s.next - day(2026, 3, 1)) <= 1 &&
		  s.from >= day(2026, 2, 27) && s.until <= day(2026, 3, 3));
	for (int month = 3; month <= 14; month++)
	{
		s = look(dates, 5, day(2026, month, 15), &model);
		CHECK(s.silence.probability < 0.1 && s.silence.probability > 0.01);
		CHECK(s.from == day(2026, month, 16) && s.until <= s.from + 3);
		CHECK(abs(s.next - day(2027, 3, 1)) <= 1);
		CHECK(strcmp(rt_silence_period(&s.silence), "yearly") == 0);
	}
}

/* More payments are more alarm, in a base of subscribers */
static void
test_evidence(void)
{
	rt_model	model = model_of(200, 150, 0.6);
	double		before = 1;

	model.parameters[2] = 1.2 * 365;
	for (int count = 2; count <= 12; count++)
	{
		int32_t		dates[12];
		silence_seen s;

		for (int i = 0; i < count; i++)
			dates[i] = day(2010 + i, 3, 1);
		s = look(dates, count, dates[count - 1] + 600, &model);
		CHECK(s.silence.probability < before && s.silence.probability > 1e-3);
		before = s.silence.probability;
	}
}

/* Monday to Friday, and Fridays */
static void
test_weekdays(void)
{
	const rt_model model = model_of(1.6, 1.5, 0.5);
	int			late = 0,
				runs = 200;

	for (int run = 0; run < runs; run++)
	{
		int32_t		dates[30];
		int32_t		date = 9000 + run;
		int			count = 0;
		silence_seen friday,
					sunday;

		while (count < 29)
		{
			date += (int32_t) random_between(1, 5);
			if ((date - 2) % 7 < 5)
				dates[count++] = date;
		}
		while ((date - 2) % 7 != 4)
			date++;
		if (dates[28] != date)
			dates[count++] = date;
		friday = look(dates, count, date, &model);
		sunday = look(dates, count, date + 2, &model);
		CHECK(sunday.silence.by_own_time && sunday.silence.probability > 0.9);
		CHECK(strcmp(rt_silence_period(&sunday.silence), "weekly") == 0);
		late += (sunday.next - 2) % 7 >= 5 || (friday.from - 2) % 7 >= 5;
	}
	CHECK(late == 0);

	/* who comes on weekends is expected on one, and so begins and ends their window */
	for (int run = 0; run < runs; run++)
	{
		int32_t		dates[60];
		int32_t		date = 9000 + run;
		int			count = 0,
					most = (int) random_between(20, 60);
		silence_seen seen;

		while (count < most)
		{
			date += (int32_t) random_between(1, 20);
			if ((date - 2) % 7 >= 5)
				dates[count++] = date;
		}
		seen = look(dates, count, date + (int32_t) random_between(0, 20), &model);
		if (!seen.silence.by_own_time)
			continue;
		CHECK((seen.next - 2) % 7 >= 5 && (seen.until - 2) % 7 >= 5);
		CHECK((seen.from - 2) % 7 >= 5 || seen.from == seen.silence.as_of + 1);
	}

	{
		int32_t		dates[12];
		silence_seen s;

		for (int i = 0; i < 12; i++)
			dates[i] = 9001 + 7 * i;
		for (int i = 0; i < 7; i++)
		{
			s = look(dates, 12, dates[11] + i, &model);
			CHECK(s.next == dates[11] + 7 && s.from == s.next && s.until == s.next);
			CHECK(s.silence.probability > 0.8);
		}
		s = look(dates, 12, dates[11] + 8, &model);
		CHECK(s.silence.probability < 0.1 && s.from == dates[11] + 9 && s.next == dates[11] + 14);
	}

	/* twelve Fridays: one counts 85/13 days, another day 1/13; noon to the end, less half a day */
	{
		static const int weeks[12] = {0, 1, 4, 5, 11, 12, 14, 21, 22, 26, 27, 29};
		int32_t		dates[12];
		silence_seen s;

		for (int i = 0; i < 12; i++)
			dates[i] = 9001 + 7 * weeks[i];
		for (int i = 0; i < 7; i++)
		{
			s = look(dates, 12, dates[11] + i, &model);
			CHECK(s.silence.by_own_time);
			CHECK(fabs(s.silence.elapsed - (85.0 / 26 + i / 13.0 - 0.5)) < 1e-9);
		}
	}
}

/* Weekly orders from March to June of five years, which begin a little earlier or later */
static void
test_season(void)
{
	const rt_model model = model_of(1.6, 1.5, 0.5);
	int			found = 0,
				runs = 100;

	for (int run = 0; run < runs; run++)
	{
		int32_t		dates[200];
		int			count = 0;
		double		before = 1;
		silence_seen s;

		for (int year = 2022; year < 2027; year++)
			for (int32_t date = day(year, 3, 1) + (int32_t) random_between(0, 14);
				 date < day(year, 7, 1); date += (int32_t) random_between(4, 10))
				dates[count++] = date;
		s = look(dates, count, day(2026, 11, 30), &model);
		if (!s.silence.by_own_time || !s.silence.time.by_month)
			continue;
		found++;
		CHECK(s.silence.probability > 0.25);
		CHECK(s.next >= day(2027, 2, 20) && s.next <= day(2027, 3, 25));
		CHECK(s.from >= day(2027, 2, 15) && s.until <= day(2027, 4, 5));
		CHECK(strcmp(rt_silence_period(&s.silence), "yearly") == 0);

		/* within the season two weeks are an alarm, as is a season that does not begin */
		s = look(dates, count, day(2027, 5, 1), &model);
		CHECK(s.silence.probability < 0.1 && s.from == day(2027, 5, 2));
		count -= 8;
		s = look(dates, count, dates[count - 1] + 30, &model);
		CHECK(s.silence.probability < 0.1);
		for (int32_t date = dates[count - 1]; date < dates[count - 1] + 900; date++)
		{
			rt_silence_until(&s.silence, date);
			CHECK(s.silence.probability <= before);
			before = s.silence.probability;
		}
	}
	CHECK(found >= runs * 95 / 100);
}

/*
 * Regular customers who leave out one purchase in twenty: is what is called improbable as rare as
 * it says?  The probability of the silence that a purchase ends is even from 0 to 1.
 */
static void
test_calibration(void)
{
	const rt_model model = model_of(3, 3, 1);

	for (int k = 1; k <= 400; k = k * 3 + 1)
	{
		double		below[3] = {0, 0, 0};
		double		limits[3] = {0.01, 0.1, 0.5};
		int			runs = 4000;

		for (int run = 0; run < runs; run++)
		{
			int32_t		dates[20];
			double		time = 9000 + 30 * uniform();
			double		mean = 20 + 40 * uniform();
			rt_silence	s;

			for (int i = 0; i < 20; i++)
			{
				double		sum = 0;

				dates[i] = (int32_t) floor(time);
				do
				{
					double		interval = -1;

					/* k above 4 as a normal distribution, below as a sum of exponential ones */
					if (k > 4)
						while (!(interval > 0))
							interval = 1 + normal() / sqrt(k);
					else
					{
						interval = 0;
						for (int j = 0; j < k; j++)
							interval -= log(1 - uniform()) / k;
					}
					sum += fmax(interval * mean, 1);
				} while (k > 4 && uniform() < 0.05);
				time += sum;
			}
			rt_silence_from_dates(dates, 19, dates[19], NULL, NULL, &model, &s);
			for (int j = 0; j < 3; j++)
				below[j] += (double) (s.probability < limits[j]) / runs;
		}
		printf("# k = %d, one in 20 left out from 4 on: silences below 0.01 %.3f, 0.1 %.3f, 0.5 "
			   "%.3f\n", k, below[0], below[1], below[2]);
		CHECK(below[0] < 0.03 && below[1] > 0.05 && below[1] < 0.15 && below[2] > 0.3 &&
			  below[2] < 0.65);
	}
}

static const check_case silence_cases[] = {
	{"silence: subscribers in any shop", test_subscriber},
	{"silence: dates after a long one", test_long_silent},
	{"silence: a yearly payment that did not come", test_missed_year},
	{"silence: more evidence, more alarm", test_evidence},
	{"silence: weekdays", test_weekdays},
	{"silence: a season of their own", test_season},
	{"silence: as rare as it says", test_calibration},
	{NULL, NULL}
};

CHECK_CASES(silence);
