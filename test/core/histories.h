/*
 * histories.h
 *		Random orders, and a history the slow and obvious way to compare with.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef HISTORIES_H
#define HISTORIES_H

#include "core/history.h"

#define MAX_ROWS 600
#define MAX_BYTES (1 + MAX_ROWS * RT_RECORD_MAX)

typedef struct byte_string
{
	size_t		size;
	uint8_t		bytes[MAX_BYTES];
} byte_string;

/* What kind of customer random_rows makes */
typedef enum row_style
{
	CENTS,						/* one order a row, amounts in cents */
	UNPRICED,
	MIXED,						/* refunds, unknown amounts, many orders a day, fine amounts */
	EXTREME,					/* the ends of dates and amounts */
	ROW_STYLES
} row_style;

extern size_t random_rows(rt_day *rows, size_t most, row_style style);
extern void shuffle_rows(rt_day *rows, size_t count);

/*
 * Adds up rows date by date in the plainest way; false when some day does not
 * fit.  Days come out sorted.
 */
extern bool add_up(const rt_day *rows, size_t count, rt_day *days, size_t *day_count);

/* add_up and encode; false when that does not fit */
extern bool encode_rows(const rt_day *rows, size_t count, byte_string *out);

/* The library's way: normalize and encode */
extern bool normalize_rows(const rt_day *rows, size_t count, byte_string *out);
extern bool same_bytes(const byte_string *a, const byte_string *b);

#endif							/* HISTORIES_H */
