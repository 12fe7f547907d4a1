/*
 * tally.c
 *		Counts by key: a hash table in one block of memory.
 *
 * An entry is a word that holds the size of its key and half of its hash, the key
 * filled up with zeros to whole words, and the counts.  A place holds the number of the
 * entry's first word plus one.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/tally.h"
#include "core/poll.h"

#include <string.h>

#include "core/poll.h"

#define WORD sizeof(uint64_t)

static uint32_t *
places_of(const rt_tally *tally)
{
	return (uint32_t *) (tally + 1);
}

static uint64_t *
words_of(const rt_tally *tally)
{
	return (uint64_t *) (places_of(tally) + tally->place_count);
}

static uint32_t
key_words(size_t key_size)
{
	return (uint32_t) ((key_size + WORD - 1) / WORD);
}

size_t
rt_tally_size(uint32_t place_count, uint32_t room)
{
	return sizeof(rt_tally) + (size_t) place_count * sizeof(uint32_t) + (size_t) room * WORD;
}

void
rt_tally_init(rt_tally *tally, uint32_t counts_per_key, uint32_t place_count, uint32_t room)
{
	rt_clear(tally, sizeof(rt_tally) + (size_t) place_count * sizeof(uint32_t));
	tally->counts_per_key = counts_per_key;
	tally->place_count = place_count;
	tally->room = room;
}

bool
rt_tally_valid(const rt_tally *tally, size_t size, uint32_t counts_per_key)
{
	return size >= sizeof(rt_tally) && tally->counts_per_key == counts_per_key &&
		tally->place_count >= 2 && (tally->place_count & (tally->place_count - 1)) == 0 &&
		tally->used <= tally->room && tally->keys <= tally->place_count / 2 &&
		rt_tally_size(tally->place_count, tally->room) == size;
}

static inline uint64_t
mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ (hash >> 32);
}

static uint64_t
hash_of(const void *key, size_t key_size)
{
	const char *bytes = key;
	uint64_t	hash = mix(UINT64_C(0x94d049bb133111eb), key_size);
	uint64_t	word;

	for (; key_size >= WORD; key_size -= WORD, bytes += WORD)
	{
		memcpy(&word, bytes, WORD);
		hash = mix(hash, word);
	}
	if (key_size > 0)
	{
		word = 0;
		memcpy(&word, bytes, key_size);
		hash = mix(hash, word);
	}
	return mix(hash, hash >> 29);
}

/* Does an entry of this key size end within the words? */
static bool
entry_fits(const rt_tally *tally, uint32_t word, size_t key_size)
{
	return word < tally->used &&
		1 + (uint64_t) key_words(key_size) + tally->counts_per_key <= tally->used - word;
}

int64_t *
rt_tally_counts(rt_tally *tally, const void *key, size_t key_size)
{
	uint32_t   *places = places_of(tally);
	uint64_t   *words = words_of(tally);
	uint64_t	hash = hash_of(key, key_size);
	uint64_t	head = (hash & UINT64_C(0xffffffff00000000)) | (uint32_t) key_size;
	uint32_t	mask = tally->place_count - 1;
	uint32_t	place = (uint32_t) hash & mask;
	uint64_t   *entry;
	uint64_t	size;

	for (uint32_t tried = 0; places[place] != 0; place = (place + 1) & mask)
	{
		uint32_t	word = places[place] - 1;

		rt_poll_each(tried + 1);
		if (++tried > mask || !entry_fits(tally, word, key_size))
		{
			/* the last entry may be shorter than this key: then it is another one */
			if (tried > mask || word >= tally->used)
				return NULL;
			continue;
		}
		if (words[word] == head && memcmp(words + word + 1, key, key_size) == 0)
			return (int64_t *) (words + word + 1 + key_words(key_size));
	}
	size = 1 + (uint64_t) key_words(key_size) + tally->counts_per_key;
	if (size > tally->room - tally->used || tally->keys >= tally->place_count / 2)
		return NULL;
	entry = words + tally->used;
	memset(entry, 0, size * WORD);
	entry[0] = head;
	memcpy(entry + 1, key, key_size);
	places[place] = tally->used + 1;
	tally->used += (uint32_t) size;
	tally->keys++;
	return (int64_t *) (entry + 1 + key_words(key_size));
}

bool
rt_tally_larger(const rt_tally *tally, size_t key_size, uint32_t *place_count, uint32_t *room)
{
	uint64_t	places = tally->place_count;
	uint64_t	words = tally->room;
	uint64_t	needed = tally->used + 1 + (uint64_t) key_words(key_size) + tally->counts_per_key;

	if (tally->keys >= places / 2)
		places *= 2;
	if (needed > words)
		words = words * 2 > needed ? words * 2 : needed;
	*place_count = (uint32_t) places;
	*room = (uint32_t) words;
	return key_size < UINT32_C(0x7fffffff) && places <= UINT32_C(0x80000000) &&
		words < UINT32_C(0xffffffff);
}

bool
rt_tally_add_all(rt_tally *tally, const rt_tally *other)
{
	rt_tally_entry entry;
	uint32_t	word = 0;

	while (rt_tally_next(other, &word, &entry))
	{
		int64_t    *counts = rt_tally_counts(tally, entry.key, entry.key_size);

		rt_poll_each(tally->keys);
		if (counts == NULL)
			return false;
		for (uint32_t i = 0; i < tally->counts_per_key; i++)
			counts[i] = (int64_t) ((uint64_t) counts[i] + (uint64_t) entry.counts[i]);
	}
	return word == other->used;
}

bool
rt_tally_next(const rt_tally *tally, uint32_t *word, rt_tally_entry *entry)
{
	uint64_t   *words = words_of(tally);
	size_t		key_size;
	uint32_t	next;

	if (*word >= tally->used)
		return false;
	key_size = (uint32_t) words[*word];
	if (!entry_fits(tally, *word, key_size))
		return false;
	entry->key = words + *word + 1;
	entry->key_size = key_size;
	entry->counts = (int64_t *) (words + *word + 1 + key_words(key_size));
	next = *word + 1 + key_words(key_size) + tally->counts_per_key;
	/* each 64 kB */
	if ((next ^ *word) >> 13 != 0)
		rt_poll();
	*word = next;
	return true;
}
