/*
 * tally.h
 *		Counts by key: a hash table in one block of memory.
 *
 * A key is a string of bytes, and has counts_per_key numbers of 64 bits that begin at zero.
 * The block holds this head, the places of a hash table, and one entry a key behind
 * the other, in the order in which the keys came.  It holds no addresses, so that it can be
 * copied as bytes.  Nothing is ever taken out.
 *
 * Functions never touch memory beyond the block, whatever its bytes are, once rt_tally_valid
 * was true of its head.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_TALLY_H
#define RT_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct rt_tally
{
	uint32_t	counts_per_key;
	uint32_t	place_count;	/* a power of two */
	uint32_t	keys;
	uint32_t	used;			/* words of 8 bytes in entries */
	uint32_t	room;			/* words there are */
	uint32_t	unused;
} rt_tally;

/* An entry: its key and its counts */
typedef struct rt_tally_entry
{
	const void *key;
	size_t		key_size;
	int64_t    *counts;
} rt_tally_entry;

/* Bytes of a tally with so many places and words */
extern size_t rt_tally_size(uint32_t place_count, uint32_t room);

/* Of bytes aligned to 8, rt_tally_size of them, which may hold anything */
extern void rt_tally_init(rt_tally *tally, uint32_t counts_per_key, uint32_t place_count,
						  uint32_t room);

/* Is this head that of a tally of so many bytes? */
extern bool rt_tally_valid(const rt_tally *tally, size_t size, uint32_t counts_per_key);

/*
 * The counts of a key that is added if it is new; NULL when there is no room for it, or in a broken
 * table
 */
extern int64_t *rt_tally_counts(rt_tally *tally, const void *key, size_t key_size);

/*
 * What the places and words become when there is no room for one more key of this size; false:
 * there can't be more
 */
extern bool rt_tally_larger(const rt_tally *tally, size_t key_size, uint32_t *place_count,
							uint32_t *room);

/* Adds the counts of each key, for which there is room; false for a broken table */
extern bool rt_tally_add_all(rt_tally *tally, const rt_tally *other);

/*
 * The entry at *word, which begins at 0 and moves to the next one; false behind the last one, or at
 * one that is broken
 */
extern bool rt_tally_next(const rt_tally *tally, uint32_t *word, rt_tally_entry *entry);

#endif							/* RT_TALLY_H */
