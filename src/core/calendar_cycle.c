/*
 * calendar_cycle.c
 *		Rhythms of the calendar in purchase dates.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "core/calendar.h"
#include "core/calendar_cycle.h"
#include "core/calendar_position.h"
#include "core/special.h"
#include "core/poll.h"

#define TWO_PI 6.28318530717958647693

#define SIGNIFICANT (-4.60517018598809137)	/* ln 0.01 */
#define LOG_PERIODS 1.94591014905531331 /* ln RT_PERIODS */
#define LOG_2 0.69314718055994531

/* The tail of a resultant may be this much above its approximation: see rt_log_resultant_tail */
#define TAIL_ERROR 0.09

/*
 * Purchases the free period is looked for in, and how fine: steps of a phase over the whole span,
 * so that half a step from a true period the resultant is shorter by 1 - sinc(pi/16) = 0.6 %, which
 * the finer steps behind win back.  Choices, as are the purchases: of four, some period fits
 * always; behind more than 64 it may have moved.
 */
#define FREE_MIN 5
#define FREE_MAX 64
#define FREE_STEPS 8

/*
 * The unit vector of a phase from 0 to 1: half the work is here, and the library's sincos() is made
 * for any argument.  Taylor's series within an eighth of a turn of a quarter, with 1/n! as
 * coefficients: what is left out is below x^15/15! = 2e-14 at x = pi/4.
 */
static inline void
unit_vector(double phase, double *cosine, double *sine)
{
	int			quadrant = (int) (4 * phase + 0.5);
	double		x = TWO_PI * (phase - quadrant * 0.25);
	double		square = x * x;
	double		c = -1.0 / 87178291200.0;
	double		s = 1.0 / 6227020800.0;

	c = c * square + 1.0 / 479001600;
	c = c * square - 1.0 / 3628800;
	c = c * square + 1.0 / 40320;
	c = c * square - 1.0 / 720;
	c = c * square + 1.0 / 24;
	c = c * square - 1.0 / 2;
	c = c * square + 1;
	s = s * square - 1.0 / 39916800;
	s = s * square + 1.0 / 362880;
	s = s * square - 1.0 / 5040;
	s = s * square + 1.0 / 120;
	s = s * square - 1.0 / 6;
	s = (s * square + 1) * x;

	*cosine = (quadrant & 1) ? s : c;
	*sine = (quadrant & 1) ? c : s;
	if (((quadrant + 1) & 2) != 0)
		*cosine = -*cosine;
	if ((quadrant & 2) != 0)
		*sine = -*sine;
}

/* place and length of a period in the same unit */
static inline void
calendar_add_phase(rt_phase_sums *sums, double place, double length, double cosine, double sine)
{
	double		interval = (place - sums->last) / length;

	sums->cosines += cosine;
	sums->sines += sine;
	if (sums->seasons > 0 && interval < 0.5)
		return;
	if (sums->seasons > 0)
	{
		double		whole = floor(interval + 0.5);

		sums->periods += (int) whole;
		sums->steps += (interval - whole) * (interval - whole);
	}
	sums->seasons++;
	sums->last = place;
	sums->season_cosines += cosine;
	sums->season_sines += sine;
}

/*
 * ln of how much less probable than its phases alone a sequence is that has
 * exactly one purchase in each period.  Long sequences get along without: they
 * must show that they are locked to the calendar, not only regular.
 */
static double
log_attendance(int intervals)
{
	static const double each = -0.95477;	/* ln(2 / 3^(3/2)) */

	/* chosen: it fades behind five, and is nothing from 21 on (5 * 0.95477 / 0.3 = 15.9 later) */
	if (intervals <= 5)
		return intervals * each;
	return fmin(0, 5 * each + (intervals - 5) * 0.3);
}

/* A day is not a point: the phases of a period of that many days are known that well */
static inline double
grouping(double days)
{
	double		half = TWO_PI / 2 / days;

	return sin(half) / half;
}

/* False also when log_p can be seen to be above limit without looking closely */
static bool
calendar_judge(const rt_phase_sums *sums, int purchases, double days, double limit,
			   rt_calendar_cycle *cycle)
{
	double		n = sums->seasons;
	double		square = sums->season_cosines * sums->season_cosines +
		sums->season_sines * sums->season_sines;
	double		alike = square / (n * n);
	double		resultant;
	double		log_p = LOG_2 + TAIL_ERROR; /* with and without the attendance */

	if (sums->seasons < 3 || sums->periods < 2)
		return false;
	if (sums->seasons == purchases && sums->periods == sums->seasons - 1)
		log_p += log_attendance(sums->periods);

	/*
	 * the tail is never below (1 - (resultant/n)^2)^n, whose logarithm is never below this; of
	 * most customers that is enough
	 */
	if (alike < 1 && log_p - n * alike / (1 - alike) > limit)
		return false;
	resultant = sqrt(square) * grouping(days);
	if (log_p + n * log1p(-resultant * resultant / (n * n)) > limit)
		return false;
	log_p += rt_log_resultant_tail(n, resultant);
	cycle->log_p = fmin(0, log_p);
	cycle->seasons = sums->seasons;
	cycle->periods = sums->periods;
	return true;
}

static double
phase_of(double cosines, double sines)
{
	double		phase = atan2(sines, cosines) / TWO_PI;

	if (phase < 0)
		phase += 1;
	return phase < 1 ? phase : 0;
}

/* What is reported of a period, once it is the one */
static void
calendar_describe(const rt_phase_sums *sums, size_t purchases, rt_period period, double days,
				  rt_calendar_cycle *cycle)
{
	double		n = sums->seasons;
	double		length = sqrt(sums->season_cosines * sums->season_cosines +
							  sums->season_sines * sums->season_sines) /
		n;

	cycle->period = period;
	cycle->days = days;
	cycle->phase = phase_of(sums->cosines, sums->sines);
	cycle->season_phase = phase_of(sums->season_cosines, sums->season_sines);
	cycle->strength = fmin(1, sqrt(sums->cosines * sums->cosines + sums->sines * sums->sines) /
						   (double) purchases);
	/* rounding must make no logarithm 0 or above: 2e-7 periods, a day is wider in any of them */
	length = fmin(length, 1 - 1e-12);

	/* of a wrapped normal distribution, its mean not known, and the width of a day */
	cycle->deviation = sqrt(-2 * log(fmax(length, 1e-3)) * (n + 1) / (n - 1) / (TWO_PI * TWO_PI) +
							1 / (12 * days * days));
	cycle->step = sqrt(sums->steps / (n - 1));
	cycle->ordinal = cycle->weekday = cycle->month = 0;
}

typedef struct unit_turn
{
	double		cosine;
	double		sine;
} unit_turn;

static inline unit_turn
both_turns(unit_turn a, unit_turn b)
{
	return (unit_turn) {a.cosine * b.cosine - a.sine * b.sine,
						   a.sine * b.cosine + a.cosine * b.sine};
}

/*
 * A date in the sums of the periods of months from one to another.  Phases of months that count the
 * same: those of shorter periods are multiples of that of the year.
 */
static void
calendar_add_months(rt_phase_sums *sums, int32_t date, int shortest, int longest)
{
	calendar_day day = calendar_day_of(date);
	int			start = month_starts[day.leap][day.month - 1];
	int			end = month_starts[day.leap][day.month];
	double		in_month = (day.day_of_year - start + 0.5) / (end - start);
	double		place = (double) day.year * 12 + (day.month - 1) + in_month;
	unit_turn	turns[RT_FREE];

	unit_vector((day.month - 1 + in_month) / 12, &turns[RT_YEARLY].cosine, &turns[RT_YEARLY].sine);
	turns[RT_HALF_YEARLY] = both_turns(turns[RT_YEARLY], turns[RT_YEARLY]);
	turns[RT_QUARTERLY] = both_turns(turns[RT_HALF_YEARLY], turns[RT_HALF_YEARLY]);
	turns[RT_TWO_MONTHLY] = both_turns(turns[RT_QUARTERLY], turns[RT_HALF_YEARLY]);
	turns[RT_MONTHLY] = both_turns(turns[RT_TWO_MONTHLY], turns[RT_TWO_MONTHLY]);
	for (int p = shortest; p <= longest; p++)
		calendar_add_phase(&sums[p], place, period_months[p], turns[p].cosine, turns[p].sine);
}

void
rt_calendar_sums_begin(rt_calendar_sums *sums)
{
	memset(sums, 0, sizeof(*sums));
}

void
rt_calendar_sums_add(rt_calendar_sums *sums, int32_t date)
{
	calendar_add_months(sums->of_period, date, RT_MONTHLY, RT_YEARLY);
}

static void
calendar_add_week(rt_phase_sums *sums, int32_t date)
{
	calendar_day day = {.date = date};
	period_position place = position_of_day(RT_WEEKLY, 7, &day);
	unit_turn	turn;

	unit_vector(place.phase, &turn.cosine, &turn.sine);
	calendar_add_phase(sums, place.whole + place.phase, 1, turn.cosine, turn.sine);
}

/* The longest period of which dates show one and a half, or the one before the shortest */
static int
calendar_longest(const int32_t *dates, size_t count, rt_period shortest)
{
	double		span = (double) dates[count - 1] - (double) dates[0];
	int			longest = (int) shortest - 1;

	while (longest + 1 < RT_FREE && span >= 1.5 * period_days[longest + 1])
		longest++;
	return longest;
}

/* What the dates say of each period of the calendar from one to another */
static void
calendar_add_dates(const int32_t *dates, size_t count, int shortest, int longest,
				   rt_phase_sums *sums)
{
	memset(sums, 0, RT_FREE * sizeof(*sums));
	if (longest < shortest)
		return;
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i + 1);
		if (shortest == RT_WEEKLY)
			calendar_add_week(&sums[RT_WEEKLY], dates[i]);
		if (longest >= RT_MONTHLY)
			calendar_add_months(sums, dates[i], shortest > RT_MONTHLY ? shortest : RT_MONTHLY,
								longest);
	}
}

/*
 * The best one of the periods of the calendar from one to another, of which the dates say that,
 * log_p not yet corrected for their number, at most limit
 */
static bool
calendar_find_fixed(const rt_phase_sums *sums, int shortest, int longest, const int32_t *dates,
					size_t count, double limit, rt_calendar_cycle *cycle)
{
	bool		any = false;
	double		best = -INFINITY;

	for (int p = shortest; p <= longest; p++)
	{
		rt_calendar_cycle found;
		double		likelihood = -INFINITY;

		if (!calendar_judge(&sums[p], (int) count, period_days[p], limit, &found))
			continue;
		calendar_describe(&sums[p], count, (rt_period) p, period_days[p], &found);
		if (found.log_p < SIGNIFICANT - LOG_PERIODS)
		{
			rt_calendar_cycle_find_weekday(dates, count, &found);
			likelihood = rt_calendar_cycle_log_likelihood(&found, count);
		}
		else if (any && found.log_p >= cycle->log_p)
			continue;
		if (any && likelihood < best)
			continue;
		any = true;
		best = likelihood;
		*cycle = found;
	}
	return any;
}

/*
 * Too few to tell; a share of 0.5 is that of phases that come back, and 0.75 leaves room for
 * chance; and a day more or less is no drift
 */
static bool
calendar_comes_back(const rt_calendar_cycle *cycle)
{
	double		day = 1 / cycle->days;

	return cycle->seasons < 5 ||
		cycle->deviation * cycle->deviation * cycle->seasons / (cycle->seasons + 1) <=
		0.75 * cycle->step * cycle->step + day * day / 4;
}

/* The shortest period of months of which they can have come in half */
static rt_period
calendar_shortest(const int32_t *dates, size_t count)
{
	rt_period	shortest = RT_MONTHLY;

	while (shortest < RT_YEARLY && (double) dates[count - 1] - (double) dates[0] >
		   (2 * (double) (count - 1) + 1) * period_days[shortest])
		shortest++;
	return shortest;
}

static bool
calendar_find_theirs(const rt_phase_sums *sums, int shortest, int longest, const int32_t *dates,
					 size_t count, rt_calendar_cycle *cycle)
{
	if (!calendar_find_fixed(sums, shortest, longest, dates, count, SIGNIFICANT - LOG_PERIODS,
							 cycle) ||
		cycle->log_p >= SIGNIFICANT - LOG_PERIODS || 2 * (cycle->seasons - 1) < cycle->periods)
		return false;
	cycle->log_p += LOG_PERIODS;
	return calendar_comes_back(cycle);
}

bool
rt_calendar_cycle_theirs(const int32_t *dates, size_t count, rt_calendar_cycle *cycle)
{
	rt_phase_sums sums[RT_FREE];
	int			shortest,
				longest;

	if (count < 3)
		return false;
	shortest = calendar_shortest(dates, count);
	longest = calendar_longest(dates, count, shortest);
	if (longest < shortest)
		return false;
	calendar_add_dates(dates, count, shortest, longest, sums);
	return calendar_find_theirs(sums, shortest, longest, dates, count, cycle);
}

bool
rt_calendar_cycle_theirs_by(const rt_calendar_sums *sums, const int32_t *dates, size_t count,
							rt_calendar_cycle *cycle)
{
	int			shortest;

	if (count < 3)
		return false;
	shortest = calendar_shortest(dates, count);
	return calendar_find_theirs(sums->of_period, shortest,
								calendar_longest(dates, count, shortest), dates, count, cycle);
}

bool
rt_calendar_cycle_regular(const int32_t *dates, size_t count, rt_calendar_cycle *cycle)
{
	double		days = 0,
				place = 0;
	double		n = (double) count;
	double		steps = 0,
				residuals = 0;
	double		first;

	if (count < 6)
		return false;
	days = ((double) dates[count - 1] - (double) dates[0]) / (n - 1);

	/* least squares of dates on their number; twice, since those left out make the mean longer */
	for (int round = 0; round < 2; round++)
	{
		double		places = 0,
					squares = 0,
					times = 0,
					products = 0;

		place = steps = residuals = 0;
		for (size_t i = 1; i < count; i++)
		{
			double		time = (double) dates[i] - (double) dates[0];
			double		interval = (double) dates[i] - (double) dates[i - 1];
			double		whole = rint(interval / days);

			rt_poll_each(i);
			if (whole < 1)
				return false;
			place += whole;
			places += place;
			squares += place * place;
			times += time;
			products += place * time;
			steps += (interval - whole * days) * (interval - whole * days);
			residuals += time * time;
		}
		days = (products - places * times / n) / (squares - places * places / n);
		first = (times - days * places) / n;
		residuals -= times * times / n + days * (products - places * times / n);
	}
	residuals = fmax(residuals, 0) / (n - 2);
	if (!(days >= 2) || 25 * residuals > days * days || 2 * (n - 1) < place)
		return false;
	memset(cycle, 0, sizeof(*cycle));
	cycle->period = RT_FREE;
	first += (double) dates[0] + 0.5;

	/* half a week off after all that time, at most: it is a week */
	if (fabs(days - 7) * place < 3.5)
	{
		cycle->period = RT_WEEKLY;
		first += (days - 7) * rint(place / 2) - RT_FIRST_MONDAY;
		days = 7;
	}
	cycle->days = days;
	first /= days;
	cycle->phase = cycle->season_phase = first - floor(first);
	cycle->strength = NAN;
	cycle->seasons = (int) count;
	cycle->periods = (int) place;
	cycle->deviation = sqrt(residuals * (n + 1) / n + 1.0 / 12) / days;
	cycle->step = sqrt(steps / (n - 1)) / days;
	return calendar_comes_back(cycle);
}

/* What the dates say of one period, of so many days where it is free */
static void
phases_of_period(const int32_t *dates, size_t count, rt_period period, double days,
				 rt_phase_sums *sums)
{
	memset(sums, 0, sizeof(*sums));
	for (size_t i = 0; i < count; i++)
	{
		calendar_day day = {.date = dates[i]};
		period_position place;
		double		cosine,
					sine;

		rt_poll_each(i + 1);
		if (period != RT_FREE)
			day = calendar_day_of(dates[i]);
		place = position_of_day(period, days, &day);
		unit_vector(place.phase, &cosine, &sine);
		calendar_add_phase(sums, place.whole + place.phase, 1, cosine, sine);
	}
}

void
rt_calendar_cycle_season(const int32_t *dates, size_t count, rt_calendar_cycle *cycle)
{
	rt_phase_sums sums;

	phases_of_period(dates, count, RT_YEARLY, 0, &sums);
	cycle->log_p = 0;
	cycle->seasons = sums.seasons;
	cycle->periods = sums.periods;
	calendar_describe(&sums, count, RT_YEARLY, period_days[RT_YEARLY], cycle);
}

bool
rt_calendar_cycle_of_days(const int32_t *dates, size_t count, double days, rt_calendar_cycle *cycle)
{
	rt_phase_sums sums;

	if (count < 3 || !(days >= 2))
		return false;
	phases_of_period(dates, count, RT_FREE, days, &sums);
	if (!calendar_judge(&sums, (int) count, days, INFINITY, cycle))
		return false;
	calendar_describe(&sums, count, RT_FREE, days, cycle);
	return true;
}

/* Frequencies, in periods a day, that a free period is looked for among */
typedef struct frequency_range
{
	double		low;
	double		high;
	double		step;
} frequency_range;

/* The most significant frequency of a range, 0 when none is; at most FREE_MAX dates */
static double
free_frequency(const int32_t *dates, size_t count, const frequency_range *range)
{
	double		cosines[FREE_MAX],
				sines[FREE_MAX],
				step_cosines[FREE_MAX],
				step_sines[FREE_MAX];
	double		best_frequency = 0;
	double		best = INFINITY;	/* log_p */
	rt_calendar_cycle found;

	for (size_t i = 0; i < count; i++)
	{
		double		time = TWO_PI * ((double) dates[i] - (double) dates[0]);

		cosines[i] = cos(time * range->low);
		sines[i] = sin(time * range->low);
		step_cosines[i] = cos(time * range->step);
		step_sines[i] = sin(time * range->step);
	}
	for (double frequency = range->low; frequency <= range->high; frequency += range->step)
	{
		rt_phase_sums sums;

		memset(&sums, 0, sizeof(sums));
		for (size_t i = 0; i < count; i++)
		{
			double		cosine = cosines[i];
			double		sine = sines[i];

			calendar_add_phase(&sums, ((double) dates[i] - (double) dates[0]) * frequency, 1,
							   cosine, sine);
			cosines[i] = cosine * step_cosines[i] - sine * step_sines[i];
			sines[i] = cosine * step_sines[i] + sine * step_cosines[i];
		}
		if (calendar_judge(&sums, (int) count, 1 / frequency, best, &found) && found.log_p < best)
		{
			best = found.log_p;
			best_frequency = frequency;
		}
	}
	return best_frequency;
}

/*
 * Periods from half their mean interval to twice, from 3 days on.  Frequencies are
 * independent when a phase changes by a whole period over the span, which makes
 * 1.5 for each interval; the maximum between them, and that
 * the span itself is known, cost a factor of four (by simulation of random buyers).
 */
static bool
calendar_find_free(const int32_t *dates, size_t count, rt_calendar_cycle *cycle)
{
	frequency_range range;
	double		span,
				mean,
				best,
				low,
				high;
	rt_calendar_cycle found;

	if (count > FREE_MAX)
	{
		dates += count - FREE_MAX;
		count = FREE_MAX;
	}
	if (count < FREE_MIN)
		return false;
	span = (double) dates[count - 1] - (double) dates[0];
	mean = span / (double) (count - 1);
	range.low = 1 / (2 * mean);
	range.high = fmin(2 / mean, 1.0 / 3);
	range.step = 1 / (FREE_STEPS * span);
	best = free_frequency(dates, count, &range);
	if (best == 0)
		return false;

	/* finer, around it, of periods in thousandths of a day */
	low = fmax(range.low, best - range.step);
	high = fmin(range.high, best + range.step);
	cycle->log_p = 1;
	for (double frequency = low; frequency <= high; frequency += range.step / FREE_STEPS)
	{
		double		days = rint(1000 / frequency) / 1000;

		if (rt_calendar_cycle_of_days(dates, count, days, &found) && found.log_p < cycle->log_p)
			*cycle = found;
	}
	if (cycle->log_p > 0)
		return false;
	cycle->log_p = fmin(0, cycle->log_p + log(RT_PERIODS * 4 * 1.5 * (double) (count - 1)));
	return true;
}

bool
rt_calendar_cycle_find(const int32_t *dates, size_t count, rt_calendar_cycle *cycle)
{
	rt_phase_sums sums[RT_FREE];
	rt_calendar_cycle free_cycle;
	int			longest;
	bool		found;

	if (count < 3)
		return false;
	longest = calendar_longest(dates, count, RT_WEEKLY);
	calendar_add_dates(dates, count, RT_WEEKLY, longest, sums);
	found = calendar_find_fixed(sums, RT_WEEKLY, longest, dates, count, INFINITY, cycle);

	if (found)
		cycle->log_p = fmin(0, cycle->log_p + LOG_PERIODS);
	if (calendar_find_free(dates, count, &free_cycle) &&
		(!found || (free_cycle.log_p < cycle->log_p &&
					(free_cycle.log_p >= SIGNIFICANT || cycle->log_p >= SIGNIFICANT ||
					 count > FREE_MAX ||
					 rt_calendar_cycle_log_likelihood(&free_cycle, count) >
					 rt_calendar_cycle_log_likelihood(cycle, count)))))
	{
		*cycle = free_cycle;
		found = true;
	}
	return found;
}
