/*
 * tally_test.c
 *		Counts by key against a plain list, growing as a caller would; and bytes that are no tally.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/tally.h"

#define COUNTS 2

static rt_tally *
larger(const rt_tally *tally, size_t key_size)
{
	uint32_t	places,
				room;
	rt_tally   *result;

	CHECK(rt_tally_larger(tally, key_size, &places, &room));
	CHECK(places > tally->place_count || room > tally->room);
	result = malloc(rt_tally_size(places, room));
	rt_tally_init(result, tally->counts_per_key, places, room);
	CHECK(rt_tally_add_all(result, tally));
	return result;
}

static int64_t *
counts_of(rt_tally **tally, const void *key, size_t key_size)
{
	int64_t    *counts;

	while ((counts = rt_tally_counts(*tally, key, key_size)) == NULL)
	{
		rt_tally   *next = larger(*tally, key_size);

		free(*tally);
		*tally = next;
	}
	CHECK((*tally)->keys <= (*tally)->place_count / 2);
	return counts;
}

static rt_tally *
new_tally(void)
{
	rt_tally   *tally = malloc(rt_tally_size(2, 4));

	rt_tally_init(tally, COUNTS, 2, 4);
	return tally;
}

/* Keys of all lengths, many of which begin alike */
static size_t
random_key(char *key)
{
	size_t		size = (size_t) random_between(0, 40);

	memset(key, 'a', size);
	for (int i = 0; i < 2 && size > 0; i++)
		key[random_between(0, (int64_t) size - 1)] = (char) random_between(0, 3);
	return size;
}

#define KEYS 3000

static void
test_against_list(void)
{
	static char keys[KEYS][41];
	static size_t sizes[KEYS];
	static int64_t expected[KEYS][COUNTS];
	int			known = 0;
	rt_tally   *tally = new_tally();
	rt_tally   *halves[2] = {new_tally(), new_tally()};
	rt_tally_entry entry;
	uint32_t	word = 0;
	int			found = 0;

	for (int i = 0; i < KEYS; i++)
	{
		char		key[41];
		size_t		size = random_key(key);
		int			place;
		int			which = (int) random_between(0, COUNTS - 1);
		int64_t		amount = random_between(-5, 5);

		for (place = 0; place < known; place++)
			if (sizes[place] == size && memcmp(keys[place], key, size) == 0)
				break;
		if (place == known)
		{
			memcpy(keys[known], key, size);
			sizes[known++] = size;
		}
		expected[place][which] += amount;
		counts_of(&tally, key, size)[which] += amount;
		counts_of(&halves[random_between(0, 1)], key, size)[which] += amount;
	}
	CHECK((int) tally->keys == known && known > KEYS / 3);
	while (rt_tally_next(tally, &word, &entry))
	{
		int			place;

		for (place = 0; place < known; place++)
			if (sizes[place] == entry.key_size &&
				memcmp(keys[place], entry.key, entry.key_size) == 0)
				break;
		CHECK(place < known);
		if (place < known)
			CHECK(memcmp(expected[place], entry.counts, sizeof(expected[place])) == 0);
		found++;
	}
	CHECK(found == known);

	/* two parts add up */
	word = 0;
	while (rt_tally_next(halves[1], &word, &entry))
	{
		int64_t    *counts = counts_of(&halves[0], entry.key, entry.key_size);

		for (int i = 0; i < COUNTS; i++)
			counts[i] += entry.counts[i];
	}
	CHECK((int) halves[0]->keys == known);
	for (int i = 0; i < known; i++)
		CHECK(memcmp(counts_of(&halves[0], keys[i], sizes[i]), expected[i], sizeof(expected[i])) ==
			  0);
	CHECK((int) halves[0]->keys == known);
	CHECK(rt_tally_valid(tally, rt_tally_size(tally->place_count, tally->room), COUNTS));
	CHECK(rt_tally_valid(halves[0], rt_tally_size(halves[0]->place_count, halves[0]->room),
						 COUNTS));

	/* and so does all of one that another one has, too */
	CHECK(rt_tally_add_all(halves[0], tally));
	for (int i = 0; i < known; i++)
		for (int j = 0; j < COUNTS; j++)
			CHECK(counts_of(&halves[0], keys[i], sizes[i])[j] == 2 * expected[i][j]);
	free(tally);
	free(halves[0]);
	free(halves[1]);
}

/*
 * Random bytes behind a valid head: nothing is read or written beyond the block, and every call
 * ends
 */
static void
test_hostile(void)
{
	for (int run = 0; run < 20000; run++)
	{
		uint32_t	places = UINT32_C(1) << random_between(1, 5);
		uint32_t	room = (uint32_t) random_between(0, 60);
		size_t		size = rt_tally_size(places, room);
		rt_tally   *tally = malloc(size);
		rt_tally_entry entry;
		uint32_t	word = 0;
		int			seen = 0;

		for (size_t i = 0; i < size / 4; i++)
			((uint32_t *) tally)[i] =
				(uint32_t) random_between(0, random_between(0, 3) == 0 ? UINT32_MAX : 70);
		tally->counts_per_key = COUNTS;
		tally->place_count = places;
		tally->room = room;
		/* full, the next word is no longer the block's */
		if (run % 2 == 0)
		{
			tally->used = room;
			tally->keys = (uint32_t) random_between(0, places / 2);
		}
		if (rt_tally_valid(tally, size, COUNTS))
		{
			char		key[41];
			rt_tally   *copy = malloc(rt_tally_size(64, 200));

			rt_tally_init(copy, COUNTS, 64, 200);
			rt_tally_add_all(copy, tally);
			rt_tally_counts(tally, key, random_key(key));
			while (rt_tally_next(tally, &word, &entry) && seen++ < 100)
				CHECK((const char *) (entry.counts + COUNTS) <= (const char *) tally + size);
			CHECK(seen <= 60);
			free(copy);
		}
		free(tally);
	}
}

static void
test_head(void)
{
	rt_tally   *tally = new_tally();
	size_t		size = rt_tally_size(2, 4);

	CHECK(rt_tally_valid(tally, size, COUNTS));
	CHECK(!rt_tally_valid(tally, size + 8, COUNTS));
	CHECK(!rt_tally_valid(tally, size, COUNTS + 1));
	CHECK(!rt_tally_valid(tally, sizeof(rt_tally) - 1, COUNTS));
	tally->used = 5;
	CHECK(!rt_tally_valid(tally, size, COUNTS));
	tally->used = 0;
	tally->keys = 2;
	CHECK(!rt_tally_valid(tally, size, COUNTS));
	tally->keys = 0;
	tally->place_count = 3;
	CHECK(!rt_tally_valid(tally, rt_tally_size(3, 4), COUNTS));
	free(tally);
}

static const check_case tally_cases[] = {
	{"tally: the counts of a plain list, in one part and in two", test_against_list},
	{"tally: no bytes make it read or write beyond its end", test_hostile},
	{"tally: a head that does not fit its size is found out", test_head},
	{NULL, NULL}
};

CHECK_CASES(tally);
