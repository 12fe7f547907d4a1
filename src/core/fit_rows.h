/*
 * fit_rows.h
 *		Rows of a fit while they come together: added up in a tally, and as few bytes.
 *
 * Weights that are whole numbers add up exactly, so that their order can't matter.  Others are
 * counted, each weight for itself.
 *
 * As bytes a row is what differs from the row before:
 *
 *		tag		the form of its weight in two bits; the first number in the six others, or all of
 *				them set and the number behind
 *		numbers	varints: zigzag of each number's code less that of the row before
 *		weight	as the form says
 *
 * The code of a number is a whole number, by the unit of its column; codes of larger numbers are
 * larger, so that rows in order take the fewest bytes.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_FIT_ROWS_H
#define RT_FIT_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/customers.h"
#include "core/tally.h"

/*
 * So many customers of the weight of the row; where that is 0, customers of whole weights that add
 * up to count
 */
typedef struct rt_fit_entry
{
	rt_fit_row	row;
	int64_t		count;
} rt_fit_entry;

/* Of a weight above 0 */
extern rt_fit_entry rt_fit_entry_of(const rt_fit_row *row);

/* Of rows, or of entries: in ascending order of numbers, then of weights */
extern int	rt_fit_compare_rows(const void *a, const void *b, const void *argument);

/* Puts rows in that order, and those of the same numbers together: how many are left */
extern size_t rt_fit_merge_rows(rt_fit_row *rows, size_t count);

/* The key of an entry in a tally with one count a key: its bytes */
typedef struct rt_fit_key
{
	uint64_t	words[4];
} rt_fit_key;

extern size_t rt_fit_key_of(const rt_fit_entry *entry, rt_fit_key *key);

/* False when it is no such key */
extern bool rt_fit_from_key(const rt_tally_entry *counted, rt_fit_entry *entry);

/* What the bytes of the next row depend on; zero before the first one */
#define RT_FIT_NUMBERS 3

typedef struct rt_fit_coder
{
	uint8_t		units[RT_FIT_NUMBERS];	/* of the columns */
	uint8_t		unused;
	uint32_t	used;			/* bytes of all rows, for the caller */
	uint64_t	codes[RT_FIT_NUMBERS];	/* of the row before */
	double		weight;			/* of the last row that had one */
} rt_fit_coder;

/* The units that hold all these numbers in the fewest bytes */
extern void rt_fit_units(const rt_fit_entry *entries, size_t count,
						 uint8_t units[RT_FIT_NUMBERS]);

/* The most bytes a row takes: a tag, four varints, a weight */
#define RT_FIT_ENTRY_MAX 49

/* Writes a row; returns its bytes, 0 where the units do not hold it */
extern size_t rt_fit_put(rt_fit_coder *coder, const rt_fit_entry *entry, uint8_t *bytes);

/*
 * Reads one; NULL where it does not end by end, or is no row.  Its numbers may be any ones, NaN
 * too.
 */
extern const uint8_t *rt_fit_get(rt_fit_coder *coder, const uint8_t *bytes, const uint8_t *end,
								 rt_fit_entry *entry);

#endif							/* RT_FIT_ROWS_H */
