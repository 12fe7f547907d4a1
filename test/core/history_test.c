/*
 * history_test.c
 *		Properties of finished histories, on random orders.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "check.h"
#include "histories.h"
#include "core/history_questions.h"
#include "core/history_record.h"
#include "core/history_text.h"

/* Whatever order the rows come in, the bytes are those of adding up by hand */
static void
test_row_order(void)
{
	static byte_string expected,
				found;
	rt_day		rows[MAX_ROWS];

	for (int i = 0; i < 3000; i++)
	{
		size_t		most = i % 20 == 0 ? MAX_ROWS : 40;
		size_t		count = random_rows(rows, most, (row_style) (i % ROW_STYLES));
		bool		fits = encode_rows(rows, count, &expected);

		for (int j = 0; j < 3; j++)
		{
			CHECK(normalize_rows(rows, count, &found) == fits);
			if (fits)
				CHECK(same_bytes(&expected, &found));
			shuffle_rows(rows, count);
		}
	}
}

/* Bytes are accepted as they are, decode to the days they came from, and their text too */
static void
test_round_trips(void)
{
	static byte_string bytes,
				again;
	rt_day		rows[MAX_ROWS],
				days[MAX_ROWS],
				back[MAX_ROWS];

	for (int i = 0; i < 4000; i++)
	{
		size_t		count = random_rows(rows, 60, (row_style) (i % ROW_STYLES));
		size_t		day_count,
					back_count = MAX_ROWS,
					where;
		char		text[MAX_ROWS * RT_DAY_TEXT_MAX];
		size_t		length = 0;
		rt_reader	reader;
		rt_day		day;

		if (!add_up(rows, count, days, &day_count) || day_count == 0)
			continue;
		bytes.size = rt_days_encode(days, day_count, bytes.bytes);
		CHECK(rt_history_check(bytes.bytes, bytes.size, &where) == NULL);
		CHECK(rt_history_count(bytes.bytes, bytes.size) == day_count);
		CHECK(rt_history_days(bytes.bytes, bytes.size, back, &back_count) == RT_OK);
		CHECK(back_count == day_count);
		again.size = rt_days_encode(back, back_count, again.bytes);
		CHECK(same_bytes(&bytes, &again));
		back_count = day_count - 1;
		CHECK(rt_history_days(bytes.bytes, bytes.size, back, &back_count) == RT_NO_SPACE);

		text[length++] = '{';
		rt_reader_init(&reader, bytes.bytes, bytes.size);
		while (rt_reader_next(&reader, &day))
		{
			size_t		printed;

			if (length > 1)
			{
				text[length++] = ',';
				text[length++] = ' ';
			}
			printed = rt_day_print(&day, text + length);
			CHECK(printed <= RT_DAY_TEXT_MAX - 2);
			length += printed;
		}
		text[length++] = '}';
		CHECK(rt_history_parse(text, length, back, MAX_ROWS, &back_count, &where) == NULL);
		again.size = rt_days_encode(back, back_count, again.bytes);
		CHECK(same_bytes(&bytes, &again));
	}
}

/* (h || g) - g = h, and what is not in h cannot be taken out */
static void
test_subtract(void)
{
	static byte_string first,
				left;
	rt_day		rows[MAX_ROWS],
				h[MAX_ROWS],
				g[MAX_ROWS],
				all[MAX_ROWS];

	for (int i = 0; i < 4000; i++)
	{
		size_t		count = random_rows(rows, 60, (row_style) (i % ROW_STYLES));
		size_t		split = (size_t) random_between(0, (int64_t) count);
		size_t		h_count,
					g_count,
					all_count;
		int32_t		bad_date;
		rt_status	status;

		if (!add_up(rows, count, all, &all_count) ||
			!add_up(rows, split, h, &h_count) ||
			!add_up(rows + split, count - split, g, &g_count))
			continue;
		status = rt_days_subtract(all, &all_count, g, g_count, &bad_date);
		CHECK(status == RT_OK);
		if (status == RT_OK)
		{
			first.size = h_count ? rt_days_encode(h, h_count, first.bytes) : 0;
			left.size = all_count ? rt_days_encode(all, all_count, left.bytes) : 0;
			CHECK(same_bytes(&first, &left));
		}

		/* one order more than there is */
		if (h_count > 0)
		{
			rt_day		more = h[random_between(0, (int64_t) h_count - 1)];

			if (more.orders < INT32_MAX)
			{
				more.orders++;
				more.money = 0;
				CHECK(rt_days_subtract(h, &h_count, &more, 1, &bad_date) == RT_NOT_CONTAINED);
				CHECK(bad_date == more.date);
			}
		}
	}
}

static bool
is_mean(double value, int64_t money, int64_t days)
{
	return days == 0 ? value == 0 :
		fabs(value - (double) money / 10000 / (double) days) <= 1e-12 * fabs(value);
}

/* x, t_x, T and the mean against a loop over the rows themselves */
static void
test_rfm(void)
{
	static byte_string bytes;
	rt_day		rows[MAX_ROWS],
				days[MAX_ROWS];

	for (int i = 0; i < 6000; i++)
	{
		size_t		count = random_rows(rows, 40, (row_style) (i % EXTREME));
		size_t		day_count;
		int32_t		as_of = 8000 + (int32_t) random_between(-10, 3200);
		int64_t		x = -1,
					first = 0,
					last = 0,
					known = 0,
					money = 0,
					all_known = 0,
					all_money = 0;
		rt_rfm		rfm,
					recency;
		bool		found,
					recency_found;

		if (!add_up(rows, count, days, &day_count) || day_count == 0)
			continue;
		bytes.size = rt_days_encode(days, day_count, bytes.bytes);
		for (size_t j = 0; j < day_count && days[j].date <= as_of; j++)
		{
			if (days[j].orders == 0)
				continue;
			if (days[j].unknown < days[j].orders)
			{
				known += x >= 0;
				money += x >= 0 ? days[j].money : 0;
				all_known++;
				all_money += days[j].money;
			}
			if (++x == 0)
				first = days[j].date;
			last = days[j].date;
		}
		CHECK(rt_history_rfm(bytes.bytes, bytes.size, as_of, &rfm, &found) == RT_OK);
		CHECK(rt_history_recency(bytes.bytes, bytes.size, as_of, &recency, &recency_found) ==
			  RT_OK);
		CHECK(found == (x >= 0) && recency_found == found);
		if (!found)
			continue;
		CHECK(rfm.frequency == (double) x && recency.frequency == (double) x);
		CHECK(rfm.recency == (double) (last - first) && recency.recency == rfm.recency);
		CHECK(rfm.customer_age == (double) (as_of - first) &&
			  recency.customer_age == rfm.customer_age);
		CHECK(rfm.has_value == (x == 0 || known > 0));
		CHECK(is_mean(rfm.monetary_value, money, known));
		CHECK(rfm.valued_days == (double) all_known);
		CHECK(is_mean(rfm.mean_amount, all_money, all_known));
	}
}

/* As a loop over the days has it */
static void
check_amounts(const rt_day *days, size_t count, int32_t as_of, const rt_day_amounts *amounts,
			  bool found)
{
	int64_t		left_out = 0,
				n = 0,
				money = 0;
	double		logs = 0;
	bool		bought = false;

	for (size_t i = 0; i < count && days[i].date <= as_of; i++)
	{
		bought |= days[i].orders > 0;
		if (days[i].orders > days[i].unknown && days[i].money > 0)
		{
			n++;
			money += days[i].money;
			logs += log((double) days[i].money / 10000);
		}
		else
			left_out++;
	}
	CHECK(found == bought && amounts->days == n && amounts->left_out == left_out);
	CHECK(fabs(amounts->sum - (double) money / 10000) <= 1e-12 * amounts->sum);
	CHECK(fabs(amounts->sum_log - logs) <= 1e-12 * (1 + fabs(logs)));
	CHECK(amounts->unevenness >= 0 && (n > 1 || amounts->unevenness == 0));
	if (n > 0)
		CHECK(fabs(amounts->unevenness - ((double) n * log(amounts->sum / (double) n) - logs)) <=
			  1e-12 * (1 + fabs(logs)));
}

/* The same amounts on other days, in the order that there is or backward */
static void
amounts_moved(const rt_day *days, size_t count, bool backward, rt_day_amounts *amounts)
{
	static byte_string bytes;
	rt_day		moved[MAX_ROWS];
	bool		found;

	for (size_t i = 0; i < count; i++)
	{
		moved[i] = days[backward ? count - 1 - i : i];
		moved[i].date = 8000 + (int32_t) i;
	}
	bytes.size = rt_days_encode(moved, count, bytes.bytes);
	CHECK(rt_history_amounts(bytes.bytes, bytes.size, INT32_MAX, amounts, &found) == RT_OK);
}

static void
test_amounts(void)
{
	static byte_string bytes;
	rt_day		rows[MAX_ROWS],
				days[MAX_ROWS];

	for (int i = 0; i < 6000; i++)
	{
		size_t		count = random_rows(rows, 40, (row_style) (i % EXTREME));
		size_t		day_count;
		int32_t		as_of = 8000 + (int32_t) random_between(-10, 3200);
		rt_day_amounts amounts,
					forward,
					backward;
		bool		found;

		if (!add_up(rows, count, days, &day_count) || day_count == 0)
			continue;
		if (days[i % day_count].unknown < days[i % day_count].orders)
			days[i % day_count].money = 0;
		bytes.size = rt_days_encode(days, day_count, bytes.bytes);
		CHECK(rt_history_amounts(bytes.bytes, bytes.size, as_of, &amounts, &found) == RT_OK);
		check_amounts(days, day_count, as_of, &amounts, found);
		amounts_moved(days, day_count, false, &forward);
		amounts_moved(days, day_count, true, &backward);
		CHECK(memcmp(&forward, &backward, sizeof(forward)) == 0);
	}
}

/* The same amount each time is even to the last digit */
static void
test_even_amounts(void)
{
	static byte_string bytes;
	rt_day		days[MAX_ROWS];

	for (int i = 0; i < 2000; i++)
	{
		int64_t		money = random_between(1, INT64_MAX / 100000000);
		size_t		count = (size_t) random_between(2, 40);
		rt_day_amounts amounts;
		bool		found;

		for (size_t j = 0; j < count; j++)
			days[j] = (rt_day) {.date = 8000 + (int32_t) j, .orders = 1, .money = money};
		bytes.size = rt_days_encode(days, count, bytes.bytes);
		CHECK(rt_history_amounts(bytes.bytes, bytes.size, 9000, &amounts, &found) == RT_OK);
		CHECK(amounts.days == (int64_t) count && amounts.unevenness == 0);
	}
}

static void
test_summary(void)
{
	static byte_string bytes;
	rt_day		rows[MAX_ROWS],
				days[MAX_ROWS];

	for (int i = 0; i < 3000; i++)
	{
		size_t		count = random_rows(rows, 40, (row_style) (i % EXTREME));
		size_t		day_count;
		int64_t		orders = 0,
					known = 0,
					money = 0,
					total;
		rt_summary	summary;
		bool		found;

		if (!add_up(rows, count, days, &day_count) || day_count == 0)
			continue;
		bytes.size = rt_days_encode(days, day_count, bytes.bytes);
		for (size_t j = 0; j < count; j++)
		{
			orders += rows[j].orders;
			known += rows[j].orders - rows[j].unknown;
			money += rows[j].money;
		}
		CHECK(rt_history_summary(bytes.bytes, bytes.size, &summary, &found) == RT_OK);
		CHECK(found == (orders > 0));
		CHECK(summary.orders == orders && summary.known == known);
		CHECK(rt_money_sum_fits(&summary.spend, &total) && total == money);
	}
}

static void
test_rejected_text(void)
{
	static const struct
	{
		const char *text;
		size_t		where;
	}			bad[] = {
		{"", 0},
		{"{", 1},
		{"{}", 1},
		{"2026-01-01: 5", 0},
		{"{2026-01-01}", 11},
		{"{2026-01-01: }", 13},
		{"{2026-01-01: 5", 14},
		{"{2026-01-01: 5,}", 15},
		{"{2026-01-01: 5} x", 16},
		{"{2026-02-30: 5}", 1},
		{"{2026-01-01: 5, 2026-01-01: 5}", 16},
		{"{2026-01-02: 5, 2026-01-01: 5}", 16},
		{"{2026-01-01: 5 in}", 17},
		{"{2026-01-01: 5 in 0}", 1},
		{"{2026-01-01: ? in 0}", 1},
		{"{2026-01-01: 5 in 2147483648}", 18},
		{"{2026-01-01: 5 in -1}", 18},
		{"{2026-01-01: 5 in 2 (3 unknown)}", 1},
		{"{2026-01-01: 5 in 2 (2 unknown)}", 1},
		{"{2026-01-01: 5 in 2 (1 known)}", 23},
		{"{2026-01-01: 5.00001}", 13},
		{"{2026-01-01: 922337203685477.5808}", 13},
		{"{2026-01-01: NaN}", 13},
	};
	rt_day		days[8];
	size_t		count,
				where;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		const char *error =
			rt_history_parse(bad[i].text, strlen(bad[i].text), days, 8, &count, &where);

		CHECK(error != NULL);
		if (error != NULL && where != bad[i].where)
		{
			printf("# \"%s\": %s at %zu, expected at %zu\n", bad[i].text, error, where,
				   bad[i].where);
			CHECK(where == bad[i].where);
		}
	}
}

/* The sizes that the design promises */
static void
test_sizes(void)
{
	rt_day		days[100];
	uint8_t		bytes[MAX_BYTES];

	/* 100 purchases a month or so apart, of up to 163.83 */
	for (int i = 0; i < 100; i++)
	{
		days[i].date = 9000 + i * 31;
		days[i].orders = 1;
		days[i].unknown = 0;
		days[i].money = 1638300 - i * 100;
	}
	CHECK(rt_days_encode(days, 100, bytes) <= 100 * 3 + 4);

	/* the same without amounts: a byte each */
	for (int i = 0; i < 100; i++)
	{
		days[i].unknown = 1;
		days[i].money = 0;
	}
	CHECK(rt_days_encode(days, 100, bytes) <= 100 + 4);
}

/* Each differs from the next in one field, the first one that decides */
static void
test_day_order(void)
{
	static const rt_day days[] = {
		{-5, -100, 0, 0}, {-4, -100, 0, 0}, {-9, -100, 1, 0}, {0, -100, 1, 0},
		{0, -100, 1, 1}, {7, -100, 2, 1}, {INT64_MIN, 5, 0, 0}, {INT64_MAX, 5, INT32_MAX, 0},
	{-1, INT32_MAX, 0, 0}};
	int			count = (int) (sizeof(days) / sizeof(days[0]));

	for (int i = 0; i < count; i++)
		for (int j = 0; j < count; j++)
		{
			int			order = rt_day_compare(&days[i], &days[j]);

			CHECK((order > 0) - (order < 0) == (i > j) - (i < j));
		}
}

/* The last day and the days before it are of one period, which never ends */
static void
test_last_period(void)
{
	rt_day		days[3];
	uint8_t		bytes[MAX_BYTES];
	size_t		size;

	for (int i = 0; i < 3; i++)
		days[i] = (rt_day) {.date = RT_DATE_MAX - 2 + i, .orders = 1, .money = 100 * (i + 1)};
	size = rt_days_encode(days, 3, bytes);
	for (int unit = RT_UNIT_MONTH; unit < RT_CALENDAR_UNITS; unit++)
	{
		rt_period_purchases periods[3];
		size_t		count = 3;
		int64_t		spend;

		CHECK(rt_history_periods(bytes, size, RT_DATE_MAX, (rt_calendar_unit) unit, periods,
								 &count) == RT_OK);
		CHECK(count == 1 && periods[0].orders == 3);
		CHECK(periods[0].period == rt_unit_number((rt_calendar_unit) unit, RT_DATE_MAX));
		CHECK(rt_money_sum_fits(&periods[0].spend, &spend) && spend == 600);
	}
}

/* Takes an order of this much out of two of that much */
static rt_status
take_out(int64_t money, int64_t part, int64_t *rest)
{
	rt_day		left = {.date = 1, .orders = 2, .money = money};
	rt_day		right = {.date = 1, .orders = 1, .money = part};
	size_t		count = 1;
	int32_t		bad_date;
	rt_status	status = rt_days_subtract(&left, &count, &right, 1, &bad_date);

	*rest = left.money;
	return status;
}

static void
test_subtract_at_the_ends(void)
{
	int64_t		rest;

	CHECK(take_out(INT64_MIN + 5, 5, &rest) == RT_OK && rest == INT64_MIN);
	CHECK(take_out(INT64_MIN + 5, 6, &rest) == RT_OUT_OF_RANGE);
	CHECK(take_out(INT64_MAX - 5, -5, &rest) == RT_OK && rest == INT64_MAX);
	CHECK(take_out(INT64_MAX - 5, -6, &rest) == RT_OUT_OF_RANGE);
	CHECK(take_out(INT64_MAX, INT64_MAX, &rest) == RT_OK && rest == 0);
	CHECK(take_out(-1, INT64_MIN, &rest) == RT_OK && rest == INT64_MAX);
	CHECK(take_out(0, INT64_MIN, &rest) == RT_OUT_OF_RANGE);
}

/* Bytes of a history of one special record; what is wrong with them, or NULL */
static const char *
check_record(uint8_t format, int64_t date, uint64_t orders, uint64_t unknown, uint64_t amount)
{
	uint8_t		bytes[64];
	uint8_t    *p = bytes;
	size_t		where;

	*p++ = RT_FORMAT_VERSION | format;
	p = rt_put_varint(p, rt_zigzag(date) << 1 | 1);
	p = rt_put_varint(p, orders << RT_KIND_ORDERS_SHIFT | (unknown > 0 ? RT_KIND_UNKNOWN : 0));
	if (unknown > 0)
		p = rt_put_varint(p, unknown);
	p = rt_put_varint(p, amount);
	return rt_history_check(bytes, (size_t) (p - bytes), &where);
}

static void
test_records_at_the_ends(void)
{
	static const uint8_t largest[] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 1};
	uint8_t		bytes[11];
	uint64_t	value;
	uint64_t	most = rt_zigzag(INT64_MAX / 100);

	/* a number of 64 bits, and not one more */
	memcpy(bytes, largest, 10);
	CHECK(rt_get_varint(bytes, bytes + 10, &value) == bytes + 10 && value == UINT64_MAX);
	CHECK(rt_get_varint(bytes, bytes + 9, &value) == NULL);
	for (int last = 2; last < 256; last++)
	{
		bytes[9] = (uint8_t) last;
		bytes[10] = 0;
		CHECK(rt_get_varint(bytes, bytes + 11, &value) == NULL);
	}

	CHECK(check_record(0, RT_DATE_MAX, 2, 0, 2) == NULL);
	CHECK(check_record(0, RT_DATE_MAX + INT64_C(1), 2, 0, 2) != NULL);
	CHECK(check_record(0, RT_DATE_MIN, 2, 0, 2) == NULL);
	CHECK(check_record(0, RT_DATE_MIN - INT64_C(1), 2, 0, 2) != NULL);

	/* orders, and how many of them are of unknown amount */
	CHECK(check_record(0, 0, INT32_MAX, 0, 2) == NULL);
	CHECK(check_record(0, 0, INT32_MAX + UINT64_C(1), 0, 2) != NULL);
	CHECK(check_record(0, 0, 2, 2, 1) == NULL);
	CHECK(check_record(0, 0, 2, 3, 1) != NULL);
	CHECK(check_record(0, 0, 2, 1, 2) == NULL);
	CHECK(check_record(0, 0, 2, 2, 2) != NULL);

	/* money, in hundredths of a unit or in the smallest part of one */
	CHECK(check_record(0, 0, 2, 0, most) == NULL);
	CHECK(check_record(0, 0, 2, 0, most + 2) != NULL);
	CHECK(check_record(0, 0, 2, 0, most - 1) == NULL);
	CHECK(check_record(0, 0, 2, 0, most + 1) != NULL);
	CHECK(check_record(RT_FORMAT_FINE, 0, 2, 0, UINT64_MAX - 1) == NULL);
}

/* Each day comes once */
static void
test_days_apart(void)
{
	const rt_day day = {.date = 5, .orders = 1, .money = 500};

	for (int step = 0; step < 3; step++)
	{
		uint8_t		bytes[64];
		uint8_t    *p = bytes;
		size_t		where;

		*p++ = RT_FORMAT_VERSION;
		p = rt_put_record(p, &day, day.date, true, RT_FORMAT_VERSION);
		p = rt_put_record(p, &day, step, false, RT_FORMAT_VERSION);
		CHECK((rt_history_check(bytes, (size_t) (p - bytes), &where) == NULL) == (step > 0));
	}
}

static void
test_most_orders(void)
{
	for (int32_t more = 0; more < 2; more++)
	{
		rt_day		rows[2] = {{.date = 1, .orders = INT32_MAX - 5}, {.date = 1, .orders = 5}};
		rt_day		workspace[2];
		size_t		count = 2;
		int32_t		bad_date;

		rows[1].orders += more;
		CHECK(rt_days_normalize(rows, &count, workspace, &bad_date) ==
			  (more == 0 ? RT_OK : RT_OUT_OF_RANGE));
		CHECK(more == 0 ? count == 1 && rows[0].orders == INT32_MAX : bad_date == 1);
	}
}

static const check_case history_cases[] = {
	{"history: row order does not matter", test_row_order},
	{"history: bytes and text round trip", test_round_trips},
	{"history: subtraction is the inverse of merging", test_subtract},
	{"history: recency, frequency, age, monetary value", test_rfm},
	{"history: amounts of days", test_amounts},
	{"history: the same amount each day", test_even_amounts},
	{"history: summary", test_summary},
	{"history: rejected text says where", test_rejected_text},
	{"history: sizes", test_sizes},
	{"history: days in order", test_day_order},
	{"history: the last period there is", test_last_period},
	{"history: subtraction at the ends of amounts", test_subtract_at_the_ends},
	{"history: records at the ends of what they hold", test_records_at_the_ends},
	{"history: each day comes once", test_days_apart},
	{"history: as many orders as a day holds", test_most_orders},
	{NULL, NULL}
};

CHECK_CASES(history);
