/*
 * season_bytes.h
 *		A season as it is stored: alone, and within a model.
 *
 * Words of 8 bytes: the flags in the lowest byte, the number of events in the next two; the months;
 * the weekdays, where they are set; of each event a word of two dates, the first one in the lower
 * half, and its factor; of a fitted one the standard errors, years, log-likelihood, customers,
 * p-value and, where it has one, the date.  Equal seasons are equal words.
 *
 * Alone it is four bytes, the version and three zeros, and these words.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_SEASON_BYTES_H
#define RT_SEASON_BYTES_H

#include "core/season.h"
#include "core/words.h"

#define RT_SEASON_WORDS_MAX (1 + 12 + 7 + 2 * RT_SEASON_EVENTS_MAX + 12 + 4 + 1)

#define RT_SEASON_BYTES_VERSION	1
#define RT_SEASON_BYTES_HEAD	4
#define RT_SEASON_BYTES_MAX		(RT_SEASON_BYTES_HEAD + 8 * RT_SEASON_WORDS_MAX)

/* The words of a valid season; returns where they end */
extern uint8_t *rt_season_put(const rt_season *season, uint8_t *bytes);

/* How many words that takes */
extern size_t rt_season_words(const rt_season *season);

/* Takes all words; NULL and a valid season, or what is wrong with them */
extern const char *rt_season_take(rt_words *words, rt_season *season);

/* The same with the head; a later version is rt_season_is_later */
extern size_t rt_season_encode(const rt_season *season, uint8_t *bytes);
extern const char *rt_season_decode(const uint8_t *bytes, size_t size, rt_season *season);
extern const char rt_season_is_later[];

#endif							/* RT_SEASON_BYTES_H */
