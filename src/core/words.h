/*
 * words.h
 *		Words of 8 bytes, at any address: what stored forms are made of.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_WORDS_H
#define RT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What has not been read yet */
typedef struct rt_words
{
	const uint8_t *bytes;
	size_t		count;
} rt_words;

/* A number or a double; false where there is none left */
static inline bool
rt_take_word(rt_words *words, void *word)
{
	if (words->count == 0)
		return false;
	memcpy(word, words->bytes, 8);
	words->bytes += 8;
	words->count--;
	return true;
}

static inline bool
rt_take_doubles(rt_words *words, double *values, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (!rt_take_word(words, &values[i]))
			return false;
	}
	return true;
}

/* So many that there are */
static inline void
rt_skip_words(rt_words *words, size_t count)
{
	words->bytes += 8 * count;
	words->count -= count;
}

/* These return where the next one goes */
static inline uint8_t *
rt_put_word(uint8_t *bytes, const void *word)
{
	memcpy(bytes, word, 8);
	return bytes + 8;
}

static inline uint8_t *
rt_put_doubles(uint8_t *bytes, const double *values, int count)
{
	for (int i = 0; i < count; i++)
		bytes = rt_put_word(bytes, &values[i]);
	return bytes;
}

#endif							/* RT_WORDS_H */
