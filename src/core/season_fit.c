/*
 * season_fit.c
 *		The season of a customer base, as its log tells it.
 *
 * The search (season_fit_search.c) begins where mbg/nbd without a season is most likely.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/season_fit.h"

#include <math.h>
#include <string.h>

#include "core/calendar.h"
#include "core/optimize.h"
#include "core/poll.h"
#include "core/season_fit_search.h"
#include "core/season_fit_shrink.h"
#include "core/season_fit_years.h"

/* As of any fit: see src/pg/fit.c */
#define REPEAT_CUSTOMERS_MIN 5
#define REPEAT_PURCHASES_MIN 10

/*
 * Rows the curvature is taken from: it is known to a percent of itself then, each step leaves a
 * hundredth of the way, and it costs a fraction of what steps cost among a million rows
 */
#define SAMPLE_ROWS 20000

/* Logarithms of factors: beyond it a month is known to have hardly anything, or all */
#define FACTOR_RANGE log(1e12)

/* ------------------------------------------------------------------ the rows */

const char *
rt_season_status_text(rt_season_status status)
{
	switch (status)
	{
		case RT_SEASON_ESTIMATED:
			return "a season was estimated";
		case RT_SEASON_SHORT:
			return "the log is shorter than a year";
		case RT_SEASON_LONG:
			return "the log is longer than 100 years";
		case RT_SEASON_FEW:
			return "too few customers bought again";
		case RT_SEASON_MALFORMED:
			return "purchases by month do not belong to the customers";
		case RT_SEASON_NO_MAXIMUM:
			break;
	}
	return "the likelihood of a season has no maximum that was found";
}

/* What all rows say together */
typedef struct season_fit_totals
{
	double		customers;
	double		repeat_customers;
	double		purchases;
	double		age;			/* of the oldest one */
	double		sizes;			/* customers and purchases: what samples go by */
} season_fit_totals;

/* False when these are not rows of days in order */
static bool
season_fit_total(const rt_season_data *data, season_fit_totals *totals)
{
	double		x = 0;

	memset(totals, 0, sizeof(*totals));
	for (size_t i = 0; i < data->row_count; i++)
	{
		const rt_fit_row *row = &data->rows[i];

		rt_poll_each(i);
		if (!rt_recency_row_valid(row) || !(row->weight > 0) || isinf(row->weight) ||
			row->customer.x < x || row->customer.t_x != floor(row->customer.t_x) ||
			row->customer.age != floor(row->customer.age))
			return false;
		x = row->customer.x;
		totals->customers += row->weight;
		totals->repeat_customers += x > 0 ? row->weight : 0;
		totals->purchases += row->weight * x;
		totals->age = fmax(totals->age, row->customer.age);
	}
	totals->sizes = totals->customers + totals->purchases;
	return totals->sizes < RT_WHOLE_MAX;
}

static rt_season_status
season_fit_check(const rt_season_data *data, season_fit_totals *totals)
{
	if (!season_fit_total(data, totals))
		return RT_SEASON_MALFORMED;
	if (totals->age < RT_SEASON_DAYS_MIN)
		return RT_SEASON_SHORT;
	if (totals->age > RT_SEASON_YEARS_MAX * 365.25)
		return RT_SEASON_LONG;
	if (data->as_of < RT_DATE_MIN + totals->age || data->as_of > RT_DATE_MAX)
		return RT_SEASON_MALFORMED;
	if (totals->repeat_customers < REPEAT_CUSTOMERS_MIN ||
		totals->purchases < REPEAT_PURCHASES_MIN)
		return RT_SEASON_FEW;
	return RT_SEASON_ESTIMATED;
}

/*
 * Rows that stand for all of them: at equal distances in the order of the rows, as large as the
 * customers and purchases of each, since it is purchases that tell a season
 */
static size_t
season_fit_sample(const rt_season_data *data, const season_fit_totals *totals, rt_fit_row *rows)
{
	double		seen = 0;
	double		next = 0.5;
	size_t		count = 0;

	for (size_t i = 0; i < data->row_count; i++)
	{
		const rt_fit_row *row = &data->rows[i];
		double		hits;

		rt_poll_each(i);
		seen += row->weight * (1 + row->customer.x);
		hits = floor(seen / totals->sizes * SAMPLE_ROWS - next) + 1;
		if (!(hits >= 1) || count >= SAMPLE_ROWS)
			continue;
		rows[count] = *row;
		rows[count++].weight = hits * totals->sizes / SAMPLE_ROWS / (1 + row->customer.x);
		next += hits;
	}
	return count;
}

/* ----------------------------------------------------------------- the memory */

/* Parts of the workspace, one after the other */
typedef struct season_fit_room
{
	char	   *next;
} season_fit_room;

static size_t
season_fit_rounded(size_t size)
{
	return (size + 15) / 16 * 16;
}

static void *
season_fit_take(season_fit_room *room, size_t size)
{
	void	   *result = room->next;

	room->next += season_fit_rounded(size);
	return result;
}

static size_t
season_fit_days_size(int days)
{
	return season_fit_rounded(((size_t) days + 1) * sizeof(double));
}

size_t
rt_season_workspace(const rt_season_data *data)
{
	season_fit_totals totals;
	int			days;

	if (season_fit_check(data, &totals) != RT_SEASON_ESTIMATED)
		return 0;
	days = (int) totals.age;
	return 4 * season_fit_days_size(days) + season_fit_rounded((size_t) days + 1) +
		season_fit_rounded(SAMPLE_ROWS * sizeof(rt_fit_row)) +
		rt_season_years_workspace(RT_SEASON_CELLS_MAX);
}

/* ------------------------------------------------------------------ the cells */

static int
season_fit_months(const rt_season_data *data, int days, int32_t *first)
{
	*first = rt_unit_number(RT_UNIT_MONTH, data->as_of - days + 1);
	return rt_unit_number(RT_UNIT_MONTH, data->as_of) - *first + 1;
}

/* Of a month, which is so many behind the first one */
static int
season_fit_cell(int32_t first, int months, int month)
{
	int			apart = months - RT_SEASON_MONTHS_APART;

	if (apart <= 12)
		return month;
	return month < apart ? ((first + month) % 12 + 12) % 12 : 12 + month - apart;
}

static void
season_fit_set_days(const rt_season_data *data, int days, uint8_t *cell_of_day,
					double *event_of_day)
{
	rt_season	events;
	int32_t		first;
	int			months = season_fit_months(data, days, &first);
	double		mean;

	rt_season_init(&events);
	if (event_of_day != NULL)
	{
		events.event_count = data->events->event_count;
		memcpy(events.events, data->events->events, sizeof(events.events));
		(void) rt_season_set(&events, &mean);
	}
	for (int day = 1; day <= days; day++)
	{
		int32_t		date = data->as_of - days + day;

		rt_poll_each((size_t) day);
		cell_of_day[day] = (uint8_t)
			season_fit_cell(first, months, rt_unit_number(RT_UNIT_MONTH, date) - first);
		if (event_of_day != NULL)
			event_of_day[day] = rt_season_factor(&events, date);
	}
}

/* Into cells; false when they are not what the rows say, or lie where nobody could buy */
static bool
season_fit_set_counts(const rt_season_data *data, int days, rt_season_search *s)
{
	int32_t		first;
	int			months = season_fit_months(data, days, &first);
	double		sum = 0;

	s->all.cells = season_fit_cell(first, months, months - 1) + 1;
	for (int month = 0; month < months; month++)
	{
		int			cell = season_fit_cell(first, months, month);
		int32_t		number = first + month;

		s->month_of_cell[cell] = (uint8_t) ((number % 12 + 12) % 12);
		s->years_of_cell[cell] = s->with_trend ? (month - (months - 1) / 2.0) / 12 : 0;
		if (month >= months - RT_SEASON_MONTHS_APART)
			s->quarter_of_cell[cell] = (uint8_t) ((month + (first % 3 + 3) % 3) / 3 % 256);
	}
	for (int month = 0; month < data->month_count; month++)
	{
		int64_t		number = (int64_t) data->first_month + month - first;

		rt_poll_each((size_t) month);
		for (int weekday = 0; weekday < 7; weekday++)
		{
			double		count = data->purchases[month * 7 + weekday];

			if (!(count >= 0) || (count > 0 && (number < 0 || number >= months)))
				return false;
			if (count == 0)
				continue;
			s->counts[season_fit_cell(first, months, (int) number) * 7 + weekday] += count;
			s->month_counts[((number + first) % 12 + 12) % 12] += count;
			s->weekday_counts[weekday] += count;
			s->purchase_years += count *
				s->years_of_cell[season_fit_cell(first, months, (int) number)];
			sum += count;
		}
	}
	return fabs(sum - s->purchases) <= 1e-9 * s->purchases;
}

/* Of the model, where it is most likely without a season; false where that is not known */
static bool
season_fit_start(const rt_season_data *data, rt_season_search *s)
{
	rt_customers customers = {.rows = data->rows, .row_count = data->row_count, .time_unit = 1};
	rt_customers_totals totals = rt_customers_total(&customers);
	double		middle = log(totals.time / totals.purchases);
	double		z[RT_SEASON_ALL] = {0};
	rt_fit		fit;

	/* as in bg_nbd.c, but for what events do to time */
	s->lower[0] = RT_SHAPE_LOWEST;
	s->upper[0] = RT_SHAPE_HIGHEST;
	s->lower[1] = middle - 2 * RT_LEVEL_RANGE;
	s->upper[1] = middle + 2 * RT_LEVEL_RANGE;
	s->lower[2] = RT_LEAVING_LOWEST;
	s->upper[2] = RT_SHAPE_HIGHEST;
	s->lower[3] = -RT_LEVEL_RANGE;
	s->upper[3] = RT_LEVEL_RANGE;
	for (int i = RT_SEASON_TREND; i < RT_SEASON_ALL; i++)
	{
		s->lower[i] = -FACTOR_RANGE;
		s->upper[i] = FACTOR_RANGE;
	}
	if (!s->with_trend)
		s->lower[RT_SEASON_TREND] = s->upper[RT_SEASON_TREND] = 0;
	rt_mbg_nbd_kind.fit(&rt_mbg_nbd_kind, 0, &customers, NULL, &fit);
	z[0] = log(fit.parameters[0]);
	z[1] = log(fit.parameters[1] / fit.parameters[0]);
	z[2] = log(fit.parameters[2]);
	z[3] = log(fit.parameters[3] / fit.parameters[2]);
	for (int i = 0; i < RT_SEASON_MODEL; i++)
		z[i] = fmin(fmax(z[i], s->lower[i]), s->upper[i]);
	return rt_season_climb(s, z, RT_SEASON_JANUARY);
}

/* The model with the months that were found, as it is fitted then: they come again, a trend ends */
static bool
season_fit_without_trend(rt_season_search *s)
{
	double		z[RT_SEASON_ALL];

	if (!s->with_trend)
		return true;
	memcpy(z, s->z, sizeof(z));
	z[RT_SEASON_TREND] = 0;
	return rt_season_climb(s, z, RT_SEASON_MODEL);
}

/* ------------------------------------------------------------------ the season */

static void
season_fit_set_search(const rt_season_data *data, const season_fit_totals *totals,
					  season_fit_room *room, rt_season_search *s)
{
	int			days = (int) totals->age;
	uint8_t    *cell_of_day = season_fit_take(room, (size_t) days + 1);
	double	   *event_of_day = season_fit_take(room, season_fit_days_size(days));

	if (data->events == NULL || data->events->event_count == 0)
		event_of_day = NULL;
	season_fit_set_days(data, days, cell_of_day, event_of_day);
	s->customers = totals->customers;
	s->purchases = totals->purchases;
	s->all.rows = data->rows;
	s->all.row_count = data->row_count;
	s->all.days = days;
	s->all.weekday = rt_weekday(data->as_of - days);
	s->all.cell_of_day = cell_of_day;
	s->all.event_of_day = event_of_day;
	s->all.time = season_fit_take(room, season_fit_days_size(days));
	s->all.growth = season_fit_take(room, season_fit_days_size(days));
	s->all.weight = season_fit_take(room, season_fit_days_size(days));
}

static void
season_fit_set_sample(const rt_season_data *data, const season_fit_totals *totals,
					  season_fit_room *room, rt_season_search *s)
{
	rt_fit_row *rows = season_fit_take(room, SAMPLE_ROWS * sizeof(rt_fit_row));

	s->sample = s->all;
	if (data->row_count <= SAMPLE_ROWS)
		return;
	s->sample.rows = rows;
	s->sample.row_count = season_fit_sample(data, totals, rows);
}

/* So that it may be one when all are brought to the mean 1 once more */
#define FACTOR_LEAST (1.1 * RT_SEASON_FACTOR_MIN)

/* Logarithms that were shrunk, as factors that a season may have */
static void
season_fit_set_factors(const double *logarithms, int count, double *factors)
{
	double		mean = rt_season_mean_log(logarithms, count);

	for (int i = 0; i < count; i++)
		factors[i] = fmin(fmax(exp(logarithms[i] - mean), FACTOR_LEAST), RT_SEASON_FACTOR_MAX);
}

/* A part of the covariance of coordinates */
static void
season_fit_part(const rt_season_search *s, const double *covariance, int from, int count,
				double factor, double *part)
{
	for (int i = 0; i < count; i++)
	{
		for (int j = 0; j < count; j++)
			part[i * count + j] = factor * covariance[(from + i) * s->count + from + j];
	}
}

static void
season_fit_months_of(const rt_season_search *s, const rt_season_years *years,
					 rt_season *season, rt_season_details *details)
{
	double		chance[12 * 12];
	double		other[12 * 12];
	double		covariance[12 * 12];
	double		posterior[12 * 12];
	double		shares[12];
	double		means[12];

	season_fit_part(s, years->covariance, RT_SEASON_JANUARY, 12, 1, chance);
	for (int i = 0; i < 12 * 12; i++)
	{
		other[i] = years->variation_of_t * years->by_years[i];
		covariance[i] = chance[i] + other[i];
	}
	memcpy(details->log_months, s->z + RT_SEASON_JANUARY, sizeof(details->log_months));
	rt_season_shares(details->log_months, 12, shares);
	rt_season_to_mean(shares, 12, covariance, details->covariance);
	details->spread =
		rt_season_shrink(12, details->log_months, chance, other, means, posterior);
	season_fit_set_factors(means, 12, season->months);
	rt_season_shares(means, 12, shares);
	rt_season_to_mean(shares, 12, posterior, covariance);
	for (int i = 0; i < 12; i++)
		season->errors[i] = season->months[i] * sqrt(fmax(covariance[i * 12 + i], 0));
}

static void
season_fit_weekdays_of(const rt_season_search *s, const rt_season_years *years, double dispersion,
					   rt_season *season, rt_season_details *details)
{
	static const double nothing[7 * 7];
	double		covariance[7 * 7];
	double		posterior[7 * 7];
	double		shares[7];
	double		means[7];

	season_fit_part(s, years->covariance, RT_SEASON_MONDAY, 7, fmax(1, dispersion), covariance);
	memcpy(details->log_weekdays, s->z + RT_SEASON_MONDAY, sizeof(details->log_weekdays));
	rt_season_shares(details->log_weekdays, 7, shares);
	rt_season_to_mean(shares, 7, covariance, details->weekday_covariance);
	(void) rt_season_shrink(7, details->log_weekdays, covariance, nothing, means, posterior);
	season->flags |= RT_SEASON_WEEKDAYS;
	season_fit_set_factors(means, 7, season->weekdays);
}

static void
season_fit_set(const rt_season_data *data, const season_fit_totals *totals,
			   const rt_season_search *s, double p_value, rt_season *season)
{
	season->flags |= RT_SEASON_FITTED | RT_SEASON_DATED;
	if (data->events != NULL)
	{
		season->event_count = data->events->event_count;
		memcpy(season->events, data->events->events,
			   (size_t) season->event_count * sizeof(season->events[0]));
	}
	season->years = totals->age / 365.25;
	season->log_likelihood = s->log_likelihood + data->events_log;
	season->customers = totals->customers;
	season->p_value = p_value;
	season->fitted_as_of = data->as_of;
}

/* The p-value of the season: what it gains, in what months of the calendar differ by anyway */
static double
season_fit_p(const rt_season_years *years, rt_season_details *details)
{
	double		gain = 2 * (details->log_season - details->log_flat) / 11;

	details->variation = years->variation;
	details->variation_seen = years->variation_seen;
	details->dispersion = years->dispersion;
	details->degrees = years->degrees;
	details->f = fmax(0, gain) / years->season_dispersion;
	return years->variation_seen ? rt_season_f_tail(details->f, 11, years->degrees) : NAN;
}

static rt_season_status
season_fit_estimate(const rt_season_data *data, const season_fit_totals *totals,
					void *workspace, rt_season *season, rt_season_details *details)
{
	season_fit_room room = {workspace};
	rt_season_search s;
	rt_season_years years;
	bool		two_years = totals->age >= RT_SEASON_TWO_YEARS;
	double		dispersion;
	double		p_value,
				mean;

	memset(&s, 0, sizeof(s));
	s.with_trend = two_years;
	season_fit_set_search(data, totals, &room, &s);
	if (!season_fit_set_counts(data, (int) totals->age, &s))
		return RT_SEASON_MALFORMED;
	season_fit_set_sample(data, totals, &room, &s);
	if (!season_fit_start(data, &s))
		return RT_SEASON_NO_MAXIMUM;
	details->log_flat = s.log_likelihood + data->events_log;
	if (!rt_season_climb_factors(&s, RT_SEASON_JANUARY, 12, s.month_counts))
		return RT_SEASON_NO_MAXIMUM;
	details->log_season = s.log_likelihood + data->events_log;
	rt_season_years_of(&s, two_years, room.next, &years);
	p_value = season_fit_p(&years, details);
	if (rt_season_weekdays_test(&s, &details->weekdays_p, &dispersion) &&
		details->weekdays_p < RT_SEASON_WEEKDAYS_P)
	{
		if (!rt_season_climb_factors(&s, RT_SEASON_MONDAY, 7, s.weekday_counts))
			return RT_SEASON_NO_MAXIMUM;
		rt_season_years_of(&s, two_years, room.next, &years);
		season_fit_weekdays_of(&s, &years, dispersion, season, details);
	}
	season_fit_months_of(&s, &years, season, details);
	details->trend = s.z[RT_SEASON_TREND];
	if (!season_fit_without_trend(&s))
		return RT_SEASON_NO_MAXIMUM;
	season_fit_set(data, totals, &s, p_value, season);
	details->evaluations = s.evaluations;
	details->parameters[0] = exp(s.z[0]);
	details->parameters[1] = exp(s.z[0] + s.z[1]);
	details->parameters[2] = exp(s.z[2]);
	details->parameters[3] = exp(s.z[2] + s.z[3]);
	return rt_season_set(season, &mean) == NULL ? RT_SEASON_ESTIMATED : RT_SEASON_NO_MAXIMUM;
}

rt_season_status
rt_season_estimate(const rt_season_data *data, void *workspace, rt_season *season,
				   rt_season_details *details)
{
	season_fit_totals totals;
	rt_season_details own;
	rt_season_status status = season_fit_check(data, &totals);

	if (details == NULL)
		details = &own;
	memset(details, 0, sizeof(*details));
	rt_season_init(season);
	if (status == RT_SEASON_ESTIMATED)
		status = season_fit_estimate(data, &totals, workspace, season, details);
	if (status != RT_SEASON_ESTIMATED)
		rt_season_init(season);
	return status;
}
