/*
 * money.c
 *		Exact amounts of money.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>

#include "core/money.h"
#include "core/poll.h"

/* Splits the sum into high * 2^32 + low with low in 0 .. 2^32 - 1 */
static void
normalize(const rt_money_sum *sum, int64_t *high, int64_t *low)
{
	*low = (int64_t) ((uint64_t) sum->low & UINT64_C(0xffffffff));
	*high = sum->high + sum->low / INT64_C(0x100000000);
}

bool
rt_money_sum_fits(const rt_money_sum *sum, int64_t *amount)
{
	int64_t		high,
				low;

	normalize(sum, &high, &low);
	if (high < INT32_MIN || high > INT32_MAX)
		return false;
	*amount = high * INT64_C(0x100000000) + low;
	return true;
}

/* One rounding where the sum fits, a few where it does not */
double
rt_money_sum_double(const rt_money_sum *sum, int64_t unit)
{
	int64_t		high,
				low;

	normalize(sum, &high, &low);
	if (high >= INT32_MIN && high <= INT32_MAX)
		return (double) (high * INT64_C(0x100000000) + low) / (double) (RT_MONEY_PER_UNIT / unit);
	return ((double) high * 4294967296.0 + (double) low) / (double) (RT_MONEY_PER_UNIT / unit);
}

/*
 * The whole part times 10,000 is exact in integers.  The fraction times 10,000
 * is rounded once by the multiplication; fma gives the part cut off, which
 * decides when the product looks like an exact half.
 */
rt_status
rt_money_from_double(double value, int64_t *amount)
{
	double		whole,
				scaled,
				cut,
				rounded;
	int64_t		units;

	if (!(fabs(value) < 1e15))
		return RT_OUT_OF_RANGE;
	whole = trunc(value);
	scaled = (value - whole) * RT_MONEY_PER_UNIT;
	cut = fma(value - whole, RT_MONEY_PER_UNIT, -scaled);
	rounded = round(scaled);
	if (fabs(scaled - trunc(scaled)) == 0.5 && cut != 0 && (cut > 0) != (scaled > 0))
		rounded = trunc(scaled);
	units = (int64_t) whole;
	if (units > INT64_MAX / RT_MONEY_PER_UNIT || units < -(INT64_MAX / RT_MONEY_PER_UNIT))
		return RT_OUT_OF_RANGE;
	units *= RT_MONEY_PER_UNIT;
	if (rounded > 0 ? units > INT64_MAX - (int64_t) rounded :
		units < INT64_MIN - (int64_t) rounded)
		return RT_OUT_OF_RANGE;
	*amount = units + (int64_t) rounded;
	return RT_OK;
}

size_t
rt_money_print(int64_t amount, char *text)
{
	char		digits[24];
	int			n = 0;
	int			decimals = amount % 100 == 0 ? 2 : 4;
	char	   *p = text;
	uint64_t	rest = amount < 0 ? UINT64_C(0) - (uint64_t) amount : (uint64_t) amount;

	if (decimals == 2)
		rest /= 100;
	while (rest > 0 || n <= decimals)
	{
		digits[n++] = (char) ('0' + rest % 10);
		rest /= 10;
	}
	if (amount < 0)
		*p++ = '-';
	while (n > 0)
	{
		if (n == decimals)
			*p++ = '.';
		*p++ = digits[--n];
	}
	return (size_t) (p - text);
}

const char *
rt_money_parse(const char **text, const char *end, int64_t *amount)
{
	const char *p = *text;
	bool		negative = false;
	uint64_t	value = 0;
	uint64_t	limit;
	int			digits = 0;
	int			decimals = -1;

	if (p < end && *p == '-')
	{
		negative = true;
		p++;
	}
	limit = negative ? (uint64_t) INT64_MAX + 1 : (uint64_t) INT64_MAX;
	for (; p < end; p++)
	{
		if (*p >= '0' && *p <= '9')
		{
			uint64_t	digit = (uint64_t) (*p - '0');

			rt_poll_each((size_t) digits + 1);
			if (decimals == 4)
				return "an amount has at most four decimals";
			if (value > (limit - digit) / 10)
				return "the amount is too large";
			value = value * 10 + digit;
			digits++;
			if (decimals >= 0)
				decimals++;
		}
		else if (*p == '.' && decimals < 0 && digits > 0)
			decimals = 0;
		else
			break;
	}
	if (digits == 0 || decimals == 0)
		return "expected an amount such as 29.99";
	for (int i = decimals < 0 ? 0 : decimals; i < 4; i++)
	{
		if (value > limit / 10)
			return "the amount is too large";
		value *= 10;
	}
	*amount = negative ? (int64_t) (UINT64_C(0) - value) : (int64_t) value;
	*text = p;
	return NULL;
}
