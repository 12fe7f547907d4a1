/*
 * fit_rows.c
 *		Rows of a fit while they come together: added up in a tally, and as few bytes.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "core/fit_rows.h"

#include <math.h>
#include <string.h>

#include "core/history_record.h"
#include "core/poll.h"
#include "core/sort.h"

rt_fit_entry
rt_fit_entry_of(const rt_fit_row *row)
{
	rt_fit_entry entry = {*row, 1};

	/* minus zero is zero */
	for (int i = 0; i < RT_FIT_NUMBERS; i++)
		entry.row.numbers[i] += 0;
	if (row->weight < RT_WHOLE_MAX && row->weight == (double) (int64_t) row->weight)
	{
		entry.row.weight = 0;
		entry.count = (int64_t) row->weight;
	}
	return entry;
}

int
rt_fit_compare_rows(const void *a, const void *b, const void *argument)
{
	const rt_fit_row *left = a;
	const rt_fit_row *right = b;

	for (int i = 0; i < RT_FIT_NUMBERS; i++)
	{
		if (left->numbers[i] != right->numbers[i])
			return left->numbers[i] < right->numbers[i] ? -1 : 1;
	}
	return (left->weight > right->weight) - (left->weight < right->weight);
}

size_t
rt_fit_merge_rows(rt_fit_row *rows, size_t count)
{
	size_t		merged = 0;

	rt_sort(rows, count, sizeof(rt_fit_row), rt_fit_compare_rows, NULL);
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		if (merged > 0 && memcmp(rows[merged - 1].numbers, rows[i].numbers,
								 sizeof(rows[i].numbers)) == 0)
			rows[merged - 1].weight += rows[i].weight;
		else
			rows[merged++] = rows[i];
	}
	return merged;
}

/* ------------------------------------------------------------------ keys */

/* Numbers of days and purchases are whole and below 2^21 most often: three of them are a word */
#define PACKED_BITS 21
#define PACKED_END ((double) (1 << PACKED_BITS))

static bool
fit_pack(const double *numbers, uint64_t *word)
{
	*word = 0;
	for (int i = 0; i < RT_FIT_NUMBERS; i++)
	{
		uint32_t	whole;

		if (!(numbers[i] < PACKED_END))
			return false;
		whole = (uint32_t) numbers[i];
		if ((double) whole != numbers[i])
			return false;
		*word = (*word << PACKED_BITS) | whole;
	}
	return true;
}

size_t
rt_fit_key_of(const rt_fit_entry *entry, rt_fit_key *key)
{
	size_t		words = 1;

	if (!fit_pack(entry->row.numbers, &key->words[0]))
	{
		memcpy(key->words, entry->row.numbers, sizeof(entry->row.numbers));
		words = RT_FIT_NUMBERS;
	}
	if (entry->row.weight != 0)
		memcpy(&key->words[words++], &entry->row.weight, sizeof(double));
	return words * sizeof(uint64_t);
}

bool
rt_fit_from_key(const rt_tally_entry *counted, rt_fit_entry *entry)
{
	const uint64_t *words = counted->key;
	size_t		count = counted->key_size / sizeof(uint64_t);

	if (counted->key_size % sizeof(uint64_t) != 0 || count < 1 || count > RT_FIT_NUMBERS + 1)
		return false;
	entry->count = counted->counts[0];
	entry->row.weight = 0;
	if (count % 2 == 0)
		memcpy(&entry->row.weight, &words[count - 1], sizeof(double));
	if (count >= RT_FIT_NUMBERS)
		memcpy(entry->row.numbers, words, sizeof(entry->row.numbers));
	else
	{
		for (int i = 0; i < RT_FIT_NUMBERS; i++)
			entry->row.numbers[i] = (double) ((words[0] >> (PACKED_BITS * (2 - i))) &
											  ((UINT64_C(1) << PACKED_BITS) - 1));
	}
	return true;
}

/* ----------------------------------------------------------------- codes */

/*
 * The unit of a column: of the first, whole numbers, the code is the number.  The next ones are
 * for what is made of whole numbers: weeks, months and years of days, years of months, weeks of
 * hours, days and weeks of seconds, and decimals.  A number is then n / divisor, or one of its two
 * neighbours among the doubles, as the 17 digits of a numeric division give them at times; the
 * code is 4 n + 1, and one less or more for a neighbour.  The last unit, that of any number, has
 * as its code the bits of the double.
 */
static const double divisors[] = {
	1, 7, 100, 12, 30, 365, 365.25, 365.25 / 12, 24, 168, 86400, 604800, 10000
};

#define RAW_UNIT (sizeof(divisors) / sizeof(divisors[0]))

/* 4 n + 2 is a whole number that a double holds, too */
#define WHOLE_UNITS_MAX (RT_WHOLE_MAX / 8)

static uint64_t
bits_of(double number)
{
	uint64_t	bits;

	memcpy(&bits, &number, sizeof(bits));
	return bits;
}

static double
double_of(uint64_t bits)
{
	double		number;

	memcpy(&number, &bits, sizeof(number));
	return number;
}

/* Of a number not below 0, and not infinite; false where the unit does not hold it */
static inline bool
fit_code_of(double number, uint8_t unit, uint64_t *code)
{
	double		whole;
	int64_t		step;

	if (unit == 0)
	{
		if (!(number < RT_WHOLE_MAX))
			return false;
		*code = (uint64_t) number;
		return (double) *code == number;
	}
	if (unit >= RAW_UNIT)
	{
		*code = bits_of(number);
		return true;
	}
	whole = rint(number * divisors[unit]);
	if (!(whole < WHOLE_UNITS_MAX))
		return false;
	step = (int64_t) (bits_of(number) - bits_of(whole / divisors[unit]));
	*code = (uint64_t) ((int64_t) whole * 4 + 1 + step);
	return step >= -1 && step <= 1;
}

/* NaN where no number has this code */
static inline double
fit_number_of(uint64_t code, uint8_t unit)
{
	if (unit == 0)
		return code < (uint64_t) RT_WHOLE_MAX ? (double) code : NAN;
	if (unit >= RAW_UNIT)
		return double_of(code) + 0;
	if (code >= 4 * (uint64_t) WHOLE_UNITS_MAX || code % 4 == 3)
		return NAN;
	return double_of(bits_of((double) (code / 4) / divisors[unit]) + code % 4 - 1) + 0;
}

static uint8_t
fit_unit_of(const rt_fit_entry *entries, size_t count, int column)
{
	for (uint8_t unit = 0; unit < RAW_UNIT; unit++)
	{
		uint64_t	code;
		size_t		held = 0;

		while (held < count && fit_code_of(entries[held].row.numbers[column], unit, &code))
			rt_poll_each(++held);
		if (held == count)
			return unit;
	}
	return RAW_UNIT;
}

void
rt_fit_units(const rt_fit_entry *entries, size_t count, uint8_t units[RT_FIT_NUMBERS])
{
	for (int i = 0; i < RT_FIT_NUMBERS; i++)
		units[i] = fit_unit_of(entries, count, i);
}

/* ----------------------------------------------------------------- bytes */

/* Forms of a weight */
enum
{
	WEIGHT_ONE,					/* whole weights that add up to 1 */
	WEIGHTS_ADDED,				/* to a varint */
	WEIGHT_COUNTED,				/* a double, and how many as a varint */
	WEIGHT_AS_BEFORE			/* the last double, and how many */
};

#define FORM_BITS	2
#define FORM_MASK	((1 << FORM_BITS) - 1)
#define TAG_MAX		(0xff >> FORM_BITS)

size_t
rt_fit_put(rt_fit_coder *coder, const rt_fit_entry *entry, uint8_t *bytes)
{
	double		weight = entry->row.weight;
	uint64_t	steps[RT_FIT_NUMBERS];
	uint8_t    *p = bytes;
	int			form = weight != 0 ?
		(weight == coder->weight ? WEIGHT_AS_BEFORE : WEIGHT_COUNTED) :
		(entry->count == 1 ? WEIGHT_ONE : WEIGHTS_ADDED);

	for (int i = 0; i < RT_FIT_NUMBERS; i++)
	{
		uint64_t	code;

		if (!fit_code_of(entry->row.numbers[i], coder->units[i], &code))
			return 0;
		steps[i] = rt_zigzag((int64_t) (code - coder->codes[i]));
	}
	if (steps[0] < TAG_MAX)
		*p++ = (uint8_t) (steps[0] << FORM_BITS | form);
	else
	{
		*p++ = (uint8_t) (TAG_MAX << FORM_BITS | form);
		p = rt_put_varint(p, steps[0]);
	}
	for (int i = 0; i < RT_FIT_NUMBERS; i++)
	{
		if (i > 0)
			p = rt_put_varint(p, steps[i]);
		coder->codes[i] += (uint64_t) rt_unzigzag(steps[i]);
	}
	if (form == WEIGHT_COUNTED)
	{
		memcpy(p, &weight, sizeof(weight));
		p += sizeof(weight);
		coder->weight = weight;
	}
	if (form != WEIGHT_ONE)
		p = rt_put_varint(p, (uint64_t) entry->count);
	return (size_t) (p - bytes);
}

const uint8_t *
rt_fit_get(rt_fit_coder *coder, const uint8_t *bytes, const uint8_t *end, rt_fit_entry *entry)
{
	const uint8_t *p = bytes;
	uint64_t	step;
	uint64_t	count = 1;
	int			form;

	if (p >= end)
		return NULL;
	form = *p & FORM_MASK;
	step = *p++ >> FORM_BITS;
	for (int i = 0; i < RT_FIT_NUMBERS; i++)
	{
		if ((i > 0 || step == TAG_MAX) && (p = rt_get_varint(p, end, &step)) == NULL)
			return NULL;
		coder->codes[i] += (uint64_t) rt_unzigzag(step);
		entry->row.numbers[i] = fit_number_of(coder->codes[i], coder->units[i]);
	}
	if (form == WEIGHT_COUNTED)
	{
		if ((size_t) (end - p) < sizeof(coder->weight))
			return NULL;
		memcpy(&coder->weight, p, sizeof(coder->weight));
		p += sizeof(coder->weight);
	}
	if (form != WEIGHT_ONE && (p = rt_get_varint(p, end, &count)) == NULL)
		return NULL;
	if (count == 0 || count > INT64_MAX)
		return NULL;
	entry->row.weight = form == WEIGHT_COUNTED || form == WEIGHT_AS_BEFORE ? coder->weight : 0;
	entry->count = (int64_t) count;
	/* a counted weight is above 0, and one that would have been added up is not counted */
	if (form == WEIGHT_COUNTED || form == WEIGHT_AS_BEFORE)
	{
		if (!(coder->weight > 0) || isinf(coder->weight) ||
			rt_fit_entry_of(&entry->row).row.weight == 0)
			return NULL;
	}
	return p;
}
