/*
 * history_questions.c
 *		What a finished history says of its customer.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "core/history_questions.h"
#include "core/history_reader.h"

rt_status
rt_history_summary(const uint8_t *bytes, size_t size, rt_summary *summary, bool *found)
{
	rt_reader	reader;
	rt_day		day;

	memset(summary, 0, sizeof(*summary));
	if (rt_reader_init(&reader, bytes, size) != RT_OK)
		return RT_MALFORMED;
	while (rt_reader_next(&reader, &day))
	{
		rt_money_sum_add(&summary->spend, day.money);
		if (day.orders == 0)
			continue;
		if (summary->days == 0)
			summary->first = day.date;
		summary->last = day.date;
		summary->days++;
		summary->orders += day.orders;
		summary->known += day.orders - day.unknown;
	}
	*found = summary->days > 0;
	return reader.malformed ? RT_MALFORMED : RT_OK;
}

/* With with_money a constant, so that without it nothing of it is left */
static RT_ALWAYS_INLINE rt_status
history_rfm(const uint8_t *bytes, size_t size, int32_t as_of, bool with_money, rt_rfm *rfm,
			bool *found)
{
	rt_reader	reader;
	rt_record	record;
	rt_money_sum money = {0, 0};
	rt_money_sum first_money = {0, 0};
	int64_t		days = 0;
	int64_t		known_days = 0;
	int64_t		known_first = 0;
	int64_t		first = 0;
	int64_t		last = 0;

	if (rt_reader_init_finished(&reader, bytes, size) != RT_OK)
		return RT_MALFORMED;
	while (rt_reader_next_record(&reader, with_money, &record) && reader.date <= as_of)
	{
		if (record.orders == 0)
			continue;
		last = reader.date;
		if (days++ == 0)
		{
			first = reader.date;
			if (with_money && record.unknown < record.orders)
			{
				known_first = 1;
				rt_money_sum_add(&first_money, record.amount);
			}
		}
		else if (with_money && record.unknown < record.orders)
		{
			known_days++;
			rt_money_sum_add(&money, record.amount);
		}
	}
	if (reader.malformed != NULL)
		return RT_MALFORMED;
	*found = days > 0;
	rfm->frequency = (double) (days - 1);
	rfm->recency = (double) (last - first);
	rfm->customer_age = (double) (as_of - first);
	rfm->has_value = known_days > 0 || days == 1;
	rfm->monetary_value = 0;
	if (known_days > 0)
		rfm->monetary_value =
			rt_money_sum_double(&money, rt_format_unit(reader.format)) / (double) known_days;
	rfm->valued_days = (double) (known_days + known_first);
	rfm->mean_amount = 0;
	if (known_days + known_first > 0)
	{
		money.high += first_money.high;
		money.low += first_money.low;
		rfm->mean_amount =
			rt_money_sum_double(&money, rt_format_unit(reader.format)) / rfm->valued_days;
	}
	return RT_OK;
}

rt_status
rt_history_rfm(const uint8_t *bytes, size_t size, int32_t as_of, rt_rfm *rfm, bool *found)
{
	return history_rfm(bytes, size, as_of, true, rfm, found);
}

/*
 * Logarithms of amounts, of 35 at most, are added up in units of 2^-52: a sum of integers, which no
 * order of the days changes
 */
#define LOG_UNIT 4503599627370496.0

rt_status
rt_history_amounts(const uint8_t *bytes, size_t size, int32_t as_of, rt_day_amounts *amounts,
				   bool *found)
{
	rt_reader	reader;
	rt_record	record;
	rt_money_sum money = {0, 0};
	rt_money_sum logs = {0, 0};
	int64_t		least = INT64_MAX;
	int64_t		most = 0;

	memset(amounts, 0, sizeof(*amounts));
	*found = false;
	if (rt_reader_init_finished(&reader, bytes, size) != RT_OK)
		return RT_MALFORMED;
	while (rt_reader_next_record(&reader, true, &record) && reader.date <= as_of)
	{
		*found |= record.orders > 0;
		if (record.orders == 0 || record.unknown == record.orders || record.amount <= 0)
		{
			amounts->left_out++;
			continue;
		}
		amounts->days++;
		least = record.amount < least ? record.amount : least;
		most = record.amount > most ? record.amount : most;
		rt_money_sum_add(&money, record.amount);
		rt_money_sum_add(&logs,
						 llround(log((double) record.amount * rt_format_unit(reader.format) /
									 RT_MONEY_PER_UNIT) * LOG_UNIT));
	}
	if (reader.malformed != NULL)
		return RT_MALFORMED;
	if (amounts->days == 0)
		return RT_OK;
	amounts->sum = rt_money_sum_double(&money, rt_format_unit(reader.format));
	amounts->sum_log = ((double) logs.high * 4294967296.0 + (double) logs.low) / LOG_UNIT;
	if (least < most)
		amounts->unevenness =
			fmax(0, (double) amounts->days * log(amounts->sum / (double) amounts->days) -
				 amounts->sum_log);
	return RT_OK;
}

rt_status
rt_history_recency(const uint8_t *bytes, size_t size, int32_t as_of, rt_rfm *rfm, bool *found)
{
	return history_rfm(bytes, size, as_of, false, rfm, found);
}

rt_status
rt_history_dates(const uint8_t *bytes, size_t size, int32_t as_of, int32_t *dates, size_t *count)
{
	rt_reader	reader;
	rt_record	record;
	size_t		room = *count;

	*count = 0;
	if (rt_reader_init_finished(&reader, bytes, size) != RT_OK)
		return RT_MALFORMED;
	while (rt_reader_next_record(&reader, false, &record) && reader.date <= as_of)
	{
		if (record.orders == 0)
			continue;
		if (*count == room)
			return RT_NO_SPACE;
		dates[(*count)++] = (int32_t) reader.date;
	}
	return reader.malformed != NULL ? RT_MALFORMED : RT_OK;
}

rt_status
rt_history_periods(const uint8_t *bytes, size_t size, int32_t as_of, rt_calendar_unit unit,
				   rt_period_purchases *periods, size_t *count)
{
	rt_reader	reader;
	rt_record	record;
	size_t		room = *count;
	int64_t		behind = INT64_MIN; /* the first day that is not in the last period */
	rt_period_purchases *last = NULL;

	*count = 0;
	if (rt_reader_init_finished(&reader, bytes, size) != RT_OK)
		return RT_MALFORMED;
	while (rt_reader_next_record(&reader, true, &record) && reader.date <= as_of)
	{
		if (reader.date >= behind)
		{
			if (*count == room)
				return RT_NO_SPACE;
			last = &periods[(*count)++];
			last->period = rt_unit_number(unit, (int32_t) reader.date);
			last->orders = last->known = 0;
			last->spend.high = last->spend.low = 0;
			behind = rt_unit_start(unit, (int64_t) last->period + 1);
			/* the last period there is never ends */
			if (!rt_unit_has(unit, (int64_t) last->period + 1))
				behind = INT64_MAX;
		}
		last->orders += record.orders;
		last->known += record.orders - record.unknown;
		rt_money_sum_add(&last->spend, record.amount * rt_format_unit(reader.format));
	}
	return reader.malformed != NULL ? RT_MALFORMED : RT_OK;
}
