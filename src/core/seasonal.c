/*
 * seasonal.c
 *		What a model with a season says of real time: how long somebody stays, what is discounted.
 *
 * With N(t) the purchases expected by the operational time t, S(t) the chance to stay until then,
 * and u(t) its real time, discounted purchases are int exp(-rate u) dN, by parts
 * exp(-rate u) N at the end + rate int exp(-rate u) N du, and the time that they stay int S du.
 * N and S are smooth, u is a line from one month to the next.  So N or S is taken at a few times,
 * and in between for a polynomial of ln(1 + t / (alpha + age)), by which the models bend evenly, in
 * as many pieces as that takes; and the integral over each line is one of that polynomial.
 *
 * Behind the lines the model's own integrals go on, by a mean year: from int exp(-rate' t) dN of
 * the whole horizon that of the polynomial is taken off.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <float.h>
#include <math.h>

#include "core/calendar.h"
#include "core/gauss_legendre.h"
#include "core/poll.h"
#include "core/seasonal.h"

#define DAYS_PER_YEAR 365.25

/* --------------------------------------------------------------- the lines */

/* How many days the lines lead over: to a horizon less than a year behind, or whole years of it */
static double
ahead_reach(const rt_season *season, int32_t as_of, double days)
{
	const rt_season_clock *clock = &season->clock;
	double		years = RT_AHEAD_YEARS;
	double		reach;

	if (clock->span_count > 0)
	{
		double		event = (double) clock->spans[clock->span_count - 1].from - 1 - as_of;

		years = fmin(fmax(years, ceil(event / DAYS_PER_YEAR) + 1), RT_AHEAD_YEARS_MAX);
	}
	reach = years * DAYS_PER_YEAR;
	if (isinf(days))
		return reach;
	return days < reach + DAYS_PER_YEAR ? days : reach + fmod(days - reach, DAYS_PER_YEAR);
}

/* A month, as the lines go through them */
typedef struct ahead_month
{
	int32_t		year;
	int			number;			/* from 0 on */
	int64_t		end;			/* its last day */
} ahead_month;

static ahead_month
ahead_month_of(int32_t day)
{
	ahead_month month;
	int			day_of_month;

	rt_date_to_ymd(day, &month.year, &month.number, &day_of_month);
	month.number--;
	month.end = (int64_t) day - day_of_month + rt_month_days(month.year, month.number + 1);
	return month;
}

static void
ahead_month_next(ahead_month *month)
{
	month->number = (month->number + 1) % 12;
	if (month->number == 0)
		month->year++;
	month->end += rt_month_days(month->year, month->number + 1);
}

/* A line to here; longer than the one before where that is the same one */
static void
ahead_add(rt_ahead *ahead, double end, double factor)
{
	int			i = ahead->count;
	double		width = end - ahead->ends[i];

	if (i > 0 && factor == ahead->slope)
		ahead->count--;
	ahead->times[++ahead->count] = ahead->times[i] + factor * width;
	ahead->ends[ahead->count] = end;
	ahead->slope = factor;
}

/* Through the months and events up to the end of a day */
static void
ahead_add_days(rt_ahead *ahead, const rt_season *season, int32_t as_of, int32_t last, double unit)
{
	const rt_season_clock *clock = &season->clock;
	const rt_season_span *spans = clock->spans;
	bool		by_weekday = (season->flags & RT_SEASON_WEEKDAYS) != 0;
	ahead_month month;
	int			span = 0;		/* the next one */

	if (as_of < last)
		month = ahead_month_of(as_of + 1);
	for (int32_t day = as_of, end; day < last; day = end)
	{
		if (month.end == day)
			ahead_month_next(&month);
		end = month.end < last ? (int32_t) month.end : last;
		while (span < clock->span_count && spans[span].from <= day + 1)
			span++;
		if (span < clock->span_count && spans[span].from <= end)
			end = spans[span].from - 1;
		ahead_add(ahead, ((double) end - as_of) / unit,
				  by_weekday ? rt_season_days(season, day, end) / ((double) end - day) :
				  season->months[month.number] * (span > 0 ? spans[span - 1].factor : 1));
	}
}

/* Longer than this years are taken for mean ones, or for those of an event that lasts on */
#define YEARS_KNOWN 100

/* Behind the lines, which end with some day */
static void
ahead_set_slope(rt_ahead *ahead, const rt_model *model, int32_t as_of, double days, double last)
{
	const rt_season_clock *clock = &model->season->clock;
	double		rest = ahead->real - ahead->ends[ahead->count];
	int			span = clock->span_count - 1;

	if (rest <= YEARS_KNOWN * ahead->year)
	{
		ahead->time = rt_model_time(model, as_of, days);
		ahead->slope = (ahead->time - ahead->times[ahead->count]) / rest;
		return;
	}
	while (span >= 0 && clock->spans[span].from > last)
		span--;
	if (span >= 0 && last < RT_DATE_MAX)
		ahead->slope = clock->spans[span].factor;
	ahead->time = ahead->times[ahead->count] + ahead->slope * rest;
}

void
rt_ahead_of(const rt_model *model, int32_t as_of, double days, rt_ahead *ahead)
{
	double		unit = model->time_unit;
	double		reach = ahead_reach(model->season, as_of, days);
	double		last = (double) as_of + floor(reach);
	int32_t		last_day = (int32_t) fmin(last, RT_DATE_MAX);

	ahead->count = 0;
	ahead->year = DAYS_PER_YEAR / unit;
	ahead->ends[0] = ahead->times[0] = 0;
	ahead->slope = 1;
	ahead_add_days(ahead, model->season, as_of, last_day, unit);

	/* a part of a day; behind the last date all days are alike */
	if (reach / unit > ahead->ends[ahead->count])
		ahead_add(ahead, reach / unit,
				  last < RT_DATE_MAX ? rt_season_factor(model->season, last_day + 1) : 1);
	ahead->slope = 1;
	ahead->real = fmin(days / unit, isinf(days) ? days : DBL_MAX / 4);
	ahead->time = ahead->times[ahead->count];
	if (reach < days)
		ahead_set_slope(ahead, model, as_of, days, last);
}

/* The last of the values, in ascending order, that is not above this; not the last of all */
static int
ahead_line(const double *values, int count, double value)
{
	int			low = 0;
	int			high = count;

	while (high - low > 1)
	{
		int			middle = (low + high) / 2;

		if (values[middle] <= value)
			low = middle;
		else
			high = middle;
	}
	return low;
}

double
rt_ahead_real(const rt_ahead *ahead, double time)
{
	int			i = ahead_line(ahead->times, ahead->count, time);
	double		last = ahead->times[ahead->count];

	if (time > last || ahead->count == 0)
		return ahead->ends[ahead->count] + (time - last) / ahead->slope;
	return ahead->ends[i] + (time - ahead->times[i]) * (ahead->ends[i + 1] - ahead->ends[i]) /
		(ahead->times[i + 1] - ahead->times[i]);
}

double
rt_ahead_mean_discount(const rt_ahead *ahead, double rate, double time)
{
	double		sum = 0;
	double		from = 0;

	for (int i = 0; i <= ahead->count && from < time; i++)
	{
		double		to = i < ahead->count ? fmin(time, ahead->times[i + 1]) : time;
		double		fall = rate * (rt_ahead_real(ahead, to) - ahead->ends[i]);

		sum += (to - from) * exp(-rate * ahead->ends[i]) * (fall > 0 ? -expm1(-fall) / fall : 1);
		from = to;
	}
	return sum / time;
}

/* ----------------------------------------------------------- the integrals */

/* The degree of the polynomials: what they bend by is then 1e-6 of them over years */
#define DEGREE RT_BASE_TIMES_MAX

/* How often a piece is halved, and how often that is done; of a rhythm, which costs more */
#define DEPTH_MAX 24
#define PIECES_MAX 40
#define PIECES_MAX_RHYTHM 10

/* The error of a polynomial, as a share of the result */
#define SHARE 1e-6

/* Below this share of the time nothing bends that counts */
#define SCALE_MIN 1e-12

/* exp of minus this is nothing */
#define NOTHING 40.0

/* Up to this exponent what is taken off a whole leaves most of its digits */
#define REFERENCE_MAX 3.0

typedef struct seasonal_sum
{
	const rt_ahead *ahead;
	const rt_base *base;
	const rt_customer *customer;
	bool		of_purchases;	/* of N; else of S */
	bool		by_time;		/* of S: over operational time, else over real time */
	double		rate;
	double		reference_rate; /* of operational time */
	double		scale;			/* alpha + age */
	double		end;			/* where it ends, in operational time */
	double		least;			/* the result is not below it */

	/* the piece: between these, y = ln(1 + t / scale), with the coefficients of the polynomial */
	double		from;
	double		to;
	double		y_from;
	double		y_to;
	double		coefficients[DEGREE + 1];
	int			line;			/* at from */

	double		value;			/* N or S at from, and in the end at the end of all */
	double		next;			/* at to */
	double		sum;
	double		reference;		/* int exp(-reference_rate t) N or S dt, times the rate of N */
} seasonal_sum;

/* cos(pi i / DEGREE) */
static const double cosines[2 * DEGREE] = {
	1, 0.95105651629515357212, 0.80901699437494742410, 0.58778525229247312917,
	0.30901699437494742410, 0, -0.30901699437494742410, -0.58778525229247312917,
	-0.80901699437494742410, -0.95105651629515357212, -1, -0.95105651629515357212,
	-0.80901699437494742410, -0.58778525229247312917, -0.30901699437494742410, 0,
	0.30901699437494742410, 0.58778525229247312917, 0.80901699437494742410,
0.95105651629515357212};

/* What is left of 1 for a value at some time, as the error of the piece sees it */
static double
seasonal_weight(const seasonal_sum *s, double from, double to)
{
	double		real_from = rt_ahead_real(s->ahead, from);
	double		real_to = rt_ahead_real(s->ahead, to);

	if (s->of_purchases)
		return exp(-s->rate * real_from) * -expm1(-s->rate * (real_to - real_from));
	return s->by_time ? exp(-s->rate * real_from) * (to - from) : real_to - real_from;
}

/* A bound of the result from below: N rises, S falls */
static double
seasonal_least(const seasonal_sum *s, const double *times, const double *values)
{
	double		sum = 0;
	double		before = 0;

	for (int i = 0; i < DEGREE; i++)
	{
		double		real = rt_ahead_real(s->ahead, times[i]);

		if (s->of_purchases)
			sum += (values[i] - (i > 0 ? values[i - 1] : 0)) * exp(-s->rate * real);
		else if (s->by_time)
			sum += values[i] * (times[i] - before) * exp(-s->rate * real);
		else
			sum += values[i] * (real - before);
		before = s->by_time ? times[i] : real;
	}
	return sum;
}

/* The polynomial of the piece; false where it is not what it should be */
static bool
seasonal_look(seasonal_sum *s)
{
	const rt_base_functions *functions = s->base->kind->base;
	double		middle = (s->y_from + s->y_to) / 2;
	double		half = (s->y_to - s->y_from) / 2;
	double		times[DEGREE];
	double		values[DEGREE + 1];

	for (int i = 0; i < DEGREE; i++)
		times[i] = s->scale * expm1(middle - half * cosines[i + 1]);
	times[DEGREE - 1] = s->to;
	values[0] = s->value;
	(s->of_purchases ? functions->purchases : functions->staying) (s->base, s->customer, times,
																   DEGREE, values + 1);
	s->next = values[DEGREE];
	if (s->least < 0)
		s->least = seasonal_least(s, times, values + 1);
	for (int k = 0; k <= DEGREE; k++)
	{
		double		sum = (values[DEGREE] + (k % 2 == 0 ? values[0] : -values[0])) / 2;

		for (int i = 1; i < DEGREE; i++)
			sum += values[DEGREE - i] * cosines[i * k % (2 * DEGREE)];
		s->coefficients[k] = sum * (k == 0 || k == DEGREE ? 1.0 : 2.0) / DEGREE;
	}
	return (fabs(s->coefficients[DEGREE]) + fabs(s->coefficients[DEGREE - 1])) *
		seasonal_weight(s, s->from, s->to) <= SHARE * s->least;
}

/* The place of a time on the piece, from -1 to 1 */
static inline double
seasonal_place(const seasonal_sum *s, double y)
{
	return (2 * y - (s->y_from + s->y_to)) / (s->y_to - s->y_from);
}

/* Clenshaw's recurrence */
static inline double
seasonal_at(const seasonal_sum *s, double x)
{
	double		b = s->coefficients[DEGREE];
	double		before = 0;

	for (int k = DEGREE - 1; k > 0; k--)
	{
		double		next = s->coefficients[k] + 2 * x * b - before;

		before = b;
		b = next;
	}
	return s->coefficients[0] + x * b - before;
}

/*
 * How much of a polynomial, of the bend of its argument, and of a fall by the rates two, three and
 * five points take: each is then right to 1e-6 of what it adds
 */
#define TWO_MAX 0.15
#define THREE_MAX 0.5
#define FIVE_MAX 1.2

/*
 * Two points, most lines: with one logarithm and exponential function of each, since series of
 * what the points are away from the middle end early
 */
static void
seasonal_add_two(seasonal_sum *s, double from, double to, double real, double slope)
{
	double		half = (to - from) / 2;
	double		middle = from + half;
	double		away = RT_TWO_NODE * half;
	double		q = away / (s->scale + middle);
	double		fall = s->rate * away / slope;
	double		even = q * q * (0.5 + q * q / 4);	/* ln(1 + q) is odd less even */
	double		odd = q + q * q * q / 3;
	double		y = log1p(middle / s->scale) - even;
	double		before = seasonal_at(s, seasonal_place(s, y - odd));
	double		after = seasonal_at(s, seasonal_place(s, y + odd));
	double		counts = s->rate > 0 ? exp(-s->rate * (real + half / slope)) : 1;

	s->sum += half * (s->by_time ? 1 : 1 / slope) * counts *
		((before + after) * (1 + fall * fall / 2) +
		 (before - after) * fall * (1 + fall * fall / 6));
	if (s->reference_rate >= 0)
	{
		fall = s->reference_rate * away;
		s->reference += half * exp(-s->reference_rate * middle) *
			((before + after) * (1 + fall * fall / 2) +
			 (before - after) * fall * (1 + fall * fall / 6));
	}
}

/* As many points as the effort asks for */
static void
seasonal_add_points(seasonal_sum *s, double from, double to, double real, double slope,
					double effort)
{
	double		pieces = ceil(effort / FIVE_MAX);
	int			points = effort > THREE_MAX ? RT_FEW_POINTS : 3;
	const double *nodes = points == 3 ? rt_three_nodes : rt_few_nodes;
	const double *weights = points == 3 ? rt_three_weights : rt_few_weights;
	double		half = (to - from) / pieces / 2;

	for (double piece = 0; piece < pieces; piece++)
	{
		for (int i = 0; i < points; i++)
		{
			double		time = from + half * (2 * piece + 1 + nodes[i]);
			double		value = half * weights[i] *
				seasonal_at(s, seasonal_place(s, log1p(time / s->scale)));
			double		counts = s->rate > 0 ?
				exp(-s->rate * (real + (time - from) / slope)) : 1;

			s->sum += value * counts * (s->by_time ? 1 : 1 / slope);
			if (s->reference_rate >= 0)
				s->reference += value * exp(-s->reference_rate * time);
		}
	}
}

/*
 * From one operational time to another on one line, which is this real time at the first of them,
 * in parts that bend evenly
 */
static void
seasonal_add_line(seasonal_sum *s, double from, double to, double real, double slope)
{
	double		widest = fmin(1, 0.4 * (s->y_to - s->y_from));
	double		rate = fmax(s->rate / slope, s->reference_rate);

	while (from < to)
	{
		double		end = fmin(to, from + widest * (s->scale + from));
		double		bend = (end - from) / (s->scale + from);
		double		effort = fmax(fmax(bend, 2.5 * bend / (s->y_to - s->y_from)),
								  rate * (end - from));

		if (effort <= TWO_MAX)
			seasonal_add_two(s, from, end, real, slope);
		else
			seasonal_add_points(s, from, end, real, slope, effort);
		real += (end - from) / slope;
		if (!(end > from))
			break;
		from = end;
	}
}

static void
seasonal_add_piece(seasonal_sum *s)
{
	const rt_ahead *a = s->ahead;

	rt_poll();
	for (;; s->line++)
	{
		int			i = s->line;
		bool		beyond = i >= a->count;
		double		to = beyond ? s->to : fmin(s->to, a->times[i + 1]);
		double		from = fmax(s->from, a->times[i]);
		double		slope = beyond ? a->slope :
			(a->times[i + 1] - a->times[i]) / (a->ends[i + 1] - a->ends[i]);

		if (to > from)
			seasonal_add_line(s, from, to, a->ends[i] + (from - a->times[i]) / slope, slope);
		if (beyond || a->times[i + 1] >= s->to)
			break;
	}
}

/* Up to s->end */
static void
seasonal_integrate(seasonal_sum *s)
{
	double		ends[DEPTH_MAX + 1];
	int			depth = 0;
	int			pieces_left = rt_base_needs_intervals(s->base) ? PIECES_MAX_RHYTHM : PIECES_MAX;
	double		shape,
				rate;

	s->scale = fmax((rt_base_rates(s->base, &shape, &rate) ? rate : 0) + s->customer->age,
					SCALE_MIN * s->end);
	s->from = s->y_from = 0;
	s->value = s->of_purchases ? 0 : 1;
	s->least = -1;
	ends[0] = log1p(s->end / s->scale);
	while (depth >= 0)
	{
		bool		fine;

		s->y_to = ends[depth];
		s->to = depth == 0 ? s->end : s->scale * expm1(s->y_to);
		fine = seasonal_look(s);
		if (!fine && depth < DEPTH_MAX && pieces_left > 0)
		{
			ends[++depth] = (s->y_from + s->y_to) / 2;
			pieces_left--;
			continue;
		}
		seasonal_add_piece(s);
		s->value = s->next;
		s->from = s->to;
		s->y_from = s->y_to;
		depth--;
	}
}

/* ---------------------------------------------------- what is made of them */

/* The operational time of a real one on the lines */
static double
ahead_time(const rt_ahead *ahead, double real)
{
	int			i = ahead_line(ahead->ends, ahead->count, real);

	return ahead->times[i] + (real - ahead->ends[i]) * (ahead->times[i + 1] - ahead->times[i]) /
		(ahead->ends[i + 1] - ahead->ends[i]);
}

/*
 * How much later than in a mean year purchases of the last year of lines come, on average over its
 * operational time; or what is left of 1 at a rate above 0 by being so late
 */
static double
ahead_lateness(const rt_ahead *ahead, double rate)
{
	double		first = ahead->ends[ahead->count] - ahead->year;
	double		begin = ahead_time(ahead, first);
	double		end = ahead->times[ahead->count];
	double		pace = ahead->year / (end - begin);
	double		before = 0;
	double		sum = 0;

	for (int i = ahead_line(ahead->ends, ahead->count, first); i < ahead->count; i++)
	{
		double		from = fmax(ahead->times[i], begin);
		double		late = ahead->ends[i + 1] - first - (ahead->times[i + 1] - begin) * pace;
		double		middle = (before + late) / 2;

		sum += (ahead->times[i + 1] - from) * (rate > 0 ? exp(-rate * middle) : middle);
		before = late;
	}
	return sum / (end - begin);
}

/* Of all that a horizon has, the years behind the lines are left to the model's own integrals */
static bool
seasonal_set_end(seasonal_sum *s)
{
	const rt_ahead *a = s->ahead;
	double		last = a->times[a->count];

	s->reference_rate = -1;
	s->end = a->time;
	if (!(a->real > a->ends[a->count]))
		return false;
	s->reference_rate = s->rate / a->slope;
	s->end = last;
	if (s->reference_rate * last <= REFERENCE_MAX)
		return true;

	/* what comes before would swamp what comes behind, of which little counts */
	s->reference_rate = -1;
	s->end = last + a->slope * fmin(a->real - a->ends[a->count], NOTHING / s->rate);
	return false;
}

double
rt_seasonal_discounted_if_alive(const rt_model *model, const rt_base *base,
								const rt_customer *customer, int32_t as_of, double days,
								double rate)
{
	rt_ahead	ahead;
	seasonal_sum s = {
		.ahead = &ahead, .base = base, .customer = customer, .rate = rate
	};
	bool		has_years;
	double		last,
				unit = 1,
				years = 0;

	if (!(days >= 0 && rate >= 0) || (isinf(days) && rate == 0))
		return NAN;
	if (days == 0 || rate == 0)
		return rt_base_discounted_if_alive(base, customer,
										   fmin(rt_model_time(model, as_of, days), DBL_MAX / 4),
										   0);
	rt_ahead_of(model, as_of, days, &ahead);
	s.of_purchases = base->kind->base->buying == NULL;
	s.by_time = !s.of_purchases;
	has_years = seasonal_set_end(&s);
	seasonal_integrate(&s);
	last = ahead.ends[ahead.count];
	if (!s.of_purchases)
		unit = base->kind->base->buying(base, customer);
	if (has_years)
	{
		double		before = s.of_purchases ?
			s.reference_rate * s.reference + exp(-s.reference_rate * s.end) * s.value :
			unit * s.reference;

		years = rt_base_discounted_if_alive(base, customer, ahead.time, s.reference_rate) - before;
		years = fmax(0, years) * exp(s.reference_rate * s.end - rate * last) *
			ahead_lateness(&ahead, rate);
	}
	if (s.of_purchases)
		return rate * s.sum + exp(-rate * rt_ahead_real(&ahead, s.end)) * s.value + years;
	return unit * s.sum + years;
}

double
rt_seasonal_discounted(const rt_model *model, const rt_base *base, const rt_customer *customer,
					   int32_t as_of, double days, double rate)
{
	double		alive = rt_base_p_alive(base, customer);

	/* what nobody is there for may be beyond doubles */
	return alive == 0 ? 0 :
		alive * rt_seasonal_discounted_if_alive(model, base, customer, as_of, days, rate);
}

double
rt_seasonal_lifetime(const rt_model *model, const rt_base *base, const rt_customer *customer,
					 int32_t as_of, double days)
{
	rt_ahead	ahead;
	seasonal_sum s = {.ahead = &ahead, .base = base, .customer = customer};
	double		alive = rt_base_p_alive(base, customer);
	double		all,
				before,
				later;

	if (!(days >= 0))
		return NAN;
	if (alive == 0 || days == 0)
		return 0;
	rt_ahead_of(model, as_of, days, &ahead);
	if (!seasonal_set_end(&s))
	{
		seasonal_integrate(&s);
		return alive * s.sum;
	}
	all = rt_base_expected_lifetime(base, customer, ahead.time);
	if (isinf(all))
		return all;
	seasonal_integrate(&s);
	before = alive * s.reference;

	/* the digits of a long time would not leave those of a short one */
	if (s.end > 3 * ahead.ends[ahead.count])
		before = rt_base_expected_lifetime(base, customer, s.end);
	later = isinf(ahead.time) ? 0 : rt_base_p_alive_after(base, customer, ahead.time);
	return alive * s.sum + fmax(0, all - before) / ahead.slope +
		ahead_lateness(&ahead, 0) * (alive * s.value - later);
}

double
rt_model_sum_log(const rt_model *model, const int32_t *dates, size_t count)
{
	double		sum = 0;

	for (size_t i = 1; i < count; i++)
	{
		rt_poll_each(i);
		sum += log(rt_season_days(model->season, dates[i - 1], dates[i]) / model->time_unit);
	}
	return sum;
}

int32_t
rt_seasonal_date(const rt_model *model, int32_t first, double time, int32_t until)
{
	double		days = time * model->time_unit;
	int32_t		date;

	if (!rt_model_is_seasonal(model))
		return (int32_t) fmin(first + rint(days), (double) until);
	if (days <= 0.5)
		return first;
	return rt_season_day(model->season, first, days - 0.5, &date) && date < until ? date : until;
}
