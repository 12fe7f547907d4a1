/*
 * money.c
 *		Amounts of money as PostgreSQL's numeric and float8.
 *
 * A numeric is stored as digits to the base 10,000, so that an amount of
 * 1/10,000 units is read off its digits without any arithmetic on numerics,
 * which would cost more than all the rest of an aggregate's step.  The stored
 * form is part of the on-disk format: the same since 9.1, and pg_upgrade
 * relies on it.  Its structs are private to numeric.c, hence the macros here.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/money.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#define NUMERIC_SIGN_MASK		0xC000
#define NUMERIC_NEGATIVE		0x4000
#define NUMERIC_SHORT			0x8000
#define NUMERIC_SPECIAL			0xC000
#define NUMERIC_SHORT_NEGATIVE	0x2000
#define NUMERIC_SHORT_WEIGHT_NEGATIVE 0x0040
#define NUMERIC_SHORT_WEIGHT_MASK 0x003F

/* digits of 10,000 above this weight exceed an int64 of 1/10,000 */
#define MAX_WEIGHT 3

static inline uint16
read_uint16(const char *p)
{
	uint16		value;

	memcpy(&value, p, sizeof(value));
	return value;
}

pg_noreturn static void
amount_error(Datum value)
{
	char	   *shown = DatumGetCString(DirectFunctionCall1(numeric_out, value));

	if (strlen(shown) > 60)
		strcpy(shown + 57, "...");
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("amount %s is out of range", shown),
			 errdetail("Amounts are kept to 1/10000 and lie between -922337203685477.5808 and "
					   "922337203685477.5807.")));
}

int
money_from_numeric(Datum value, int64 *amount)
{
	struct varlena *number = PG_DETOAST_DATUM_PACKED(value);
	const char *p = VARDATA_ANY(number);
	const char *end = p + VARSIZE_ANY_EXHDR(number);
	uint16		header = read_uint16(p);
	bool		negative;
	int			weight;
	uint64		limit;
	uint64		result = 0;

	p += sizeof(uint16);
	switch (header & NUMERIC_SIGN_MASK)
	{
		case NUMERIC_SPECIAL:
			amount_error(value);
			break;
		case NUMERIC_SHORT:
			negative = (header & NUMERIC_SHORT_NEGATIVE) != 0;
			weight = header & NUMERIC_SHORT_WEIGHT_MASK;
			if (header & NUMERIC_SHORT_WEIGHT_NEGATIVE)
				weight |= ~NUMERIC_SHORT_WEIGHT_MASK;
			break;
		default:
			negative = (header & NUMERIC_SIGN_MASK) == NUMERIC_NEGATIVE;
			weight = (int16) read_uint16(p);
			p += sizeof(uint16);
	}
	*amount = 0;
	if (p >= end)
		return 0;
	if (weight > MAX_WEIGHT)
		amount_error(value);

	/* the digit of weight 0 counts 10,000, that of weight -1 counts 1 */
	limit = negative ? (uint64) PG_INT64_MAX + 1 : (uint64) PG_INT64_MAX;
	for (; weight >= -1; weight--)
	{
		uint64		digit = 0;

		if (p < end)
		{
			digit = read_uint16(p);
			p += sizeof(uint16);
		}
		if (unlikely(result > (limit - digit) / 10000))
			amount_error(value);
		result = result * 10000 + digit;
	}
	if (weight == -2 && p < end && read_uint16(p) >= 5000)
	{
		if (result == limit)
			amount_error(value);
		result++;
	}
	*amount = negative ? (int64) (0 - result) : (int64) result;
	return negative ? -1 : 1;
}

int
money_from_float8(float8 value, int64 *amount)
{
	if (unlikely(rt_money_from_double(value, amount) != RT_OK))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("amount %s is out of range",
						DatumGetCString(DirectFunctionCall1(float8out, Float8GetDatum(value)))),
				 errdetail("Amounts are kept to 1/10000 and lie between -922337203685477.5808 and "
						   "922337203685477.5807.")));
	return value < 0 ? -1 : value > 0;
}

Numeric
money_to_numeric(int64 amount)
{
	if (amount % 100 == 0)
		return int64_div_fast_to_numeric(amount / 100, 2);
	return int64_div_fast_to_numeric(amount, 4);
}

Numeric
money_sum_to_numeric(const rt_money_sum *sum)
{
	int64		amount;
	Datum		high,
				low;

	if (rt_money_sum_fits(sum, &amount))
		return money_to_numeric(amount);

	high =
		DirectFunctionCall2(numeric_mul, NumericGetDatum(int64_to_numeric(sum->high)),
							NumericGetDatum(int64_div_fast_to_numeric(INT64CONST(0x100000000), 4)));
	low = NumericGetDatum(int64_div_fast_to_numeric(sum->low, 4));
	return DatumGetNumeric(DirectFunctionCall2(numeric_add, high, low));
}
