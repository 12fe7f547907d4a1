/*
 * season_bytes.c
 *		A season as it is stored: alone, and within a model.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/season_bytes.h"

#define FLAGS (RT_SEASON_WEEKDAYS | RT_SEASON_FITTED | RT_SEASON_DATED)
#define EVENTS_SHIFT 8

const char	rt_season_is_later[] = "it was made by a later version of the extension";

uint8_t *
rt_season_put(const rt_season *season, uint8_t *bytes)
{
	uint64_t	head = (uint64_t) season->event_count << EVENTS_SHIFT | season->flags;
	uint8_t    *end = rt_put_doubles(rt_put_word(bytes, &head), season->months, 12);

	if (season->flags & RT_SEASON_WEEKDAYS)
		end = rt_put_doubles(end, season->weekdays, 7);
	for (int i = 0; i < season->event_count; i++)
	{
		const rt_season_event *event = &season->events[i];
		uint64_t	days = (uint64_t) (uint32_t) event->until << 32 | (uint32_t) event->from;

		end = rt_put_doubles(rt_put_word(end, &days), &event->factor, 1);
	}
	if (!(season->flags & RT_SEASON_FITTED))
		return end;
	end = rt_put_doubles(end, season->errors, 12);
	end = rt_put_doubles(end, &season->years, 1);
	end = rt_put_doubles(end, &season->log_likelihood, 1);
	end = rt_put_doubles(end, &season->customers, 1);
	end = rt_put_doubles(end, &season->p_value, 1);
	if (season->flags & RT_SEASON_DATED)
	{
		int64_t		date = season->fitted_as_of;

		end = rt_put_word(end, &date);
	}
	return end;
}

size_t
rt_season_words(const rt_season *season)
{
	return (size_t) (1 + 12 + (season->flags & RT_SEASON_WEEKDAYS ? 7 : 0) +
					 2 * season->event_count + (season->flags & RT_SEASON_FITTED ? 16 : 0) +
					 (season->flags & RT_SEASON_DATED ? 1 : 0));
}

/* One zero, one NaN */
static bool
take_numbers(rt_words *words, double *values, int count)
{
	if (!rt_take_doubles(words, values, count))
		return false;
	for (int i = 0; i < count; i++)
		values[i] = isnan(values[i]) ? NAN : values[i] + 0;
	return true;
}

static bool
take_events(rt_words *words, rt_season *season)
{
	for (int i = 0; i < season->event_count; i++)
	{
		uint64_t	days;

		if (!rt_take_word(words, &days) || !take_numbers(words, &season->events[i].factor, 1))
			return false;
		season->events[i].from = (int32_t) (uint32_t) days;
		season->events[i].until = (int32_t) (uint32_t) (days >> 32);
	}
	return true;
}

static bool
take_fit(rt_words *words, rt_season *season, int64_t *date)
{
	return take_numbers(words, season->errors, 12) && take_numbers(words, &season->years, 1) &&
		take_numbers(words, &season->log_likelihood, 1) &&
		take_numbers(words, &season->customers, 1) && take_numbers(words, &season->p_value, 1) &&
		(!(season->flags & RT_SEASON_DATED) || rt_take_word(words, date));
}

const char *
rt_season_take(rt_words *words, rt_season *season)
{
	uint64_t	head;
	int64_t		date = 0;
	double		mean;

	memset(season, 0, sizeof(*season));
	if (!rt_take_word(words, &head))
		return "a season of it is too short";
	if (head & (FLAGS ^ 0xff) ||
		(head & (RT_SEASON_FITTED | RT_SEASON_DATED)) == RT_SEASON_DATED)
		return "a season of it has an unknown flag";
	if (head >> EVENTS_SHIFT > RT_SEASON_EVENTS_MAX)
		return "a season has at most 100 events";
	season->flags = (uint8_t) head;
	season->event_count = (int) (head >> EVENTS_SHIFT);
	if (!take_numbers(words, season->months, 12) ||
		(season->flags & RT_SEASON_WEEKDAYS && !take_numbers(words, season->weekdays, 7)) ||
		!take_events(words, season) ||
		(season->flags & RT_SEASON_FITTED && !take_fit(words, season, &date)) || words->count > 0)
		return "a season of it is too short or too long";
	if (date < INT32_MIN || date > INT32_MAX)
		return "the date of the fit of a season is out of range";
	season->fitted_as_of = (int32_t) date;
	return rt_season_set(season, &mean);
}

size_t
rt_season_encode(const rt_season *season, uint8_t *bytes)
{
	memset(bytes, 0, RT_SEASON_BYTES_HEAD);
	bytes[0] = RT_SEASON_BYTES_VERSION;
	return (size_t) (rt_season_put(season, bytes + RT_SEASON_BYTES_HEAD) - bytes);
}

const char *
rt_season_decode(const uint8_t *bytes, size_t size, rt_season *season)
{
	rt_words	words;

	if (size < RT_SEASON_BYTES_HEAD || (size - RT_SEASON_BYTES_HEAD) % 8 != 0)
		return "it is too short or too long";
	if (bytes[0] > RT_SEASON_BYTES_VERSION)
		return rt_season_is_later;
	if (bytes[0] != RT_SEASON_BYTES_VERSION || bytes[1] != 0 || bytes[2] != 0 || bytes[3] != 0)
		return "unknown version";
	words = (rt_words) {bytes + RT_SEASON_BYTES_HEAD, (size - RT_SEASON_BYTES_HEAD) / 8};
	return rt_season_take(&words, season);
}
