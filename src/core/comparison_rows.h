/*
 * comparison_rows.h
 *		What a comparison of models knows of customers, while it comes together.
 *
 * Three periods of as many days end with the day as_of:
 *
 *		first purchase	...	| last but two | the period before | hold-out |
 *											^ a rule learns		^ known		^ as_of
 *
 * Models are fitted to what was known when the hold-out began, rules to what was known a period
 * earlier and came in the one between.  Customers that are the same are counted; a row is whole
 * numbers and how many customers it stands for.  As a key in a tally it is its numbers as varints;
 * as bytes what differs from the row before, as zigzag varints, and the customers.
 *
 * A row has a level, by a hash of its numbers: one of two rows has level 1 or more, one of four 2
 * or more.  A sample is the rows of some level or more, and all of customers who have bought once,
 * of whom there are few different ones, and very many alike.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RT_COMPARISON_ROWS_H
#define RT_COMPARISON_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/customers.h"

/* Customers that are the same, in days as of when the hold-out began */
typedef struct rt_compared
{
	int32_t		x;
	int32_t		t_x;
	int32_t		age;
	int32_t		before;			/* purchases in the period before the hold-out */
	int32_t		after;			/* and in it */
	rt_customer opportunities;	/* the same customers in these, where a kind asks for them; by
								 * season, while they are judged, in operational days */
	int64_t		customers;
} rt_compared;

/* Customers that are the same to a rule that learns, a period earlier */
typedef struct rt_past
{
	int32_t		count;			/* purchases in the period that ended then */
	int32_t		silence;		/* days since the last purchase */
	int32_t		bought;			/* in the period behind it: 0 or 1 */
	int64_t		customers;
} rt_past;

/* What the purchases of one customer say */
typedef struct rt_seen
{
	size_t		known;			/* purchases until the hold-out began; 0: they came later */
	rt_compared row;			/* of one customer; without opportunities */
	bool		has_past;
	rt_past		past;
} rt_seen;

/* Of at least one date in ascending order, none behind as_of */
extern void rt_compared_see(const int32_t *dates, size_t count, int32_t as_of, int32_t days,
							rt_seen *seen);

/* May these come from dates, with a hold-out of so many days? */
extern bool rt_compared_valid(const rt_compared *row, int32_t days);
extern bool rt_past_valid(const rt_past *past, int32_t days);

/* In ascending order of their numbers; rt_compared also by opportunities first */
extern int	rt_compared_order(const void *a, const void *b, const void *argument);
extern int	rt_compared_order_opportunities(const void *a, const void *b, const void *argument);
extern int	rt_past_order(const void *a, const void *b, const void *argument);

/* Of a row of x > 0, whatever its opportunities and customers are */
#define RT_LEVEL_MAX 20
#define RT_LEVELS (RT_LEVEL_MAX + 1)
extern int	rt_compared_level(const rt_compared *row);

/* ------------------------------------------------------------------ numbers */

/* The forms of a row by how many numbers it has */
#define RT_PAST_NUMBERS 3
#define RT_COMPARED_NUMBERS 5
#define RT_COMPARED_ALL_NUMBERS 8	/* with opportunities */

typedef struct rt_counted
{
	int			columns;
	uint64_t	numbers[RT_COMPARED_ALL_NUMBERS];
	int64_t		customers;
} rt_counted;

extern void rt_compared_to_numbers(const rt_compared *row, bool opportunities,
								   rt_counted *counted);
extern void rt_past_to_numbers(const rt_past *past, rt_counted *counted);

/* False where the numbers are none of such a row; what they say may still not be valid */
extern bool rt_compared_from_numbers(const rt_counted *counted, rt_compared *row);
extern bool rt_past_from_numbers(const rt_counted *counted, rt_past *past);

/* The key of numbers in a tally; returns its bytes */
typedef struct rt_counted_key
{
	uint64_t	words[10];		/* eight varints of at most ten bytes */
} rt_counted_key;

extern size_t rt_counted_key_of(const rt_counted *counted, rt_counted_key *key);

/* The numbers of a key, without customers; false when it is none */
extern bool rt_counted_from_key(const void *key, size_t size, rt_counted *counted);

/* The most bytes a row takes: nine varints */
#define RT_COUNTED_MAX 90

/* Writes it behind a row, or rows of another form; before is that one, or all zero */
extern size_t rt_counted_put(const rt_counted *before, const rt_counted *counted, uint8_t *bytes);

/* Reads one of so many columns; NULL where it does not end by end.  Numbers may be any ones. */
extern const uint8_t *rt_counted_get(const rt_counted *before, int columns, const uint8_t *bytes,
									 const uint8_t *end, rt_counted *counted);

#endif							/* RT_COMPARISON_ROWS_H */
