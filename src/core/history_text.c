/*
 * history_text.c
 *		The text form of a purchase history.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <string.h>

#include "core/history_text.h"
#include "core/money.h"
#include "core/poll.h"

static char *
put_string(char *p, const char *string)
{
	size_t		length = strlen(string);

	memcpy(p, string, length);
	return p + length;
}

static char *
put_count(char *p, int32_t count)
{
	char		digits[10];
	int			n = 0;

	do
	{
		digits[n++] = (char) ('0' + count % 10);
		count /= 10;
	} while (count > 0);
	while (n > 0)
		*p++ = digits[--n];
	return p;
}

size_t
rt_day_print(const rt_day *day, char *text)
{
	char	   *p = text + rt_date_print(day->date, text);

	p = put_string(p, ": ");
	if (day->orders > 0 && day->unknown == day->orders && day->money == 0)
	{
		*p++ = '?';
		if (day->orders != 1)
			p = put_count(put_string(p, " in "), day->orders);
		return (size_t) (p - text);
	}
	p += rt_money_print(day->money, p);
	if (day->orders != 1 || day->unknown != 0)
		p = put_count(put_string(p, " in "), day->orders);
	if (day->unknown != 0)
		p = put_string(put_count(put_string(p, " ("), day->unknown), " unknown)");
	return (size_t) (p - text);
}

static const char *
skip_spaces(const char *p, const char *end)
{
	for (size_t i = 1; p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'); i++, p++)
		rt_poll_each(i);
	return p;
}

/* Moves *text behind the word, with spaces before it, when it comes next */
static bool
accept(const char **text, const char *end, const char *word)
{
	const char *p = skip_spaces(*text, end);
	size_t		length = strlen(word);

	if ((size_t) (end - p) < length || memcmp(p, word, length) != 0)
		return false;
	*text = p + length;
	return true;
}

static bool
parse_count(const char **text, const char *end, int32_t *count)
{
	const char *p = skip_spaces(*text, end);
	int64_t		value = 0;
	int			digits = 0;

	for (; p < end && *p >= '0' && *p <= '9'; p++, digits++)
	{
		rt_poll_each((size_t) digits + 1);
		value = value * 10 + (*p - '0');
		if (value > INT32_MAX)
			return false;
	}
	if (digits == 0)
		return false;
	*count = (int32_t) value;
	*text = p;
	return true;
}

static const char *
parse_day(const char **text, const char *end, rt_day *day)
{
	const char *error;
	bool		all_unknown = false;
	const char *start;

	*text = skip_spaces(*text, end);
	start = *text;
	error = rt_date_parse(text, end, &day->date);
	if (error != NULL)
		return error;
	if (!accept(text, end, ":"))
		return "expected \":\" after the date";
	*text = skip_spaces(*text, end);
	day->money = 0;
	day->orders = 1;
	day->unknown = 0;
	if (accept(text, end, "?"))
		all_unknown = true;
	else
	{
		error = rt_money_parse(text, end, &day->money);
		if (error != NULL)
			return error;
	}
	if (accept(text, end, "in"))
	{
		if (!parse_count(text, end, &day->orders))
			return "expected a number of orders after \"in\"";
		if (!all_unknown && accept(text, end, "("))
		{
			if (!parse_count(text, end, &day->unknown) ||
				!accept(text, end, "unknown") || !accept(text, end, ")"))
				return "expected a number of orders, then \"unknown)\", after \"(\"";
		}
	}
	if (all_unknown)
		day->unknown = day->orders;
	if (!rt_day_valid(day))
	{
		*text = start;
		if (day->unknown > day->orders)
			return "more orders of unknown amount than orders";
		if (day->orders == 0 && day->money >= 0)
			return "a day without orders must have refunds, an amount below zero";
		if (day->orders == 1 && day->unknown == 0)
			return "impossible day";
		return "an amount above zero needs an order of known amount";
	}
	return NULL;
}

const char *
rt_history_parse(const char *text, size_t length,
				 rt_day *days, size_t capacity, size_t *count, size_t *where)
{
	const char *p = text;
	const char *end = text + length;
	const char *error = NULL;

	*count = 0;
	if (!accept(&p, end, "{"))
		error = "expected \"{\"";
	while (error == NULL)
	{
		const char *start = skip_spaces(p, end);

		rt_poll_each(*count);
		if (*count == capacity)
			error = "too many days";
		else
			error = parse_day(&p, end, &days[*count]);
		if (error != NULL)
			break;
		if (*count > 0 && days[*count].date <= days[*count - 1].date)
		{
			p = start;
			error = "days are not in ascending order";
			break;
		}
		(*count)++;
		if (accept(&p, end, "}"))
		{
			p = skip_spaces(p, end);
			if (p != end)
				error = "expected nothing after \"}\"";
			break;
		}
		if (!accept(&p, end, ","))
			error = "expected \",\" or \"}\"";
	}
	*where = (size_t) (skip_spaces(p, end) - text);
	return error;
}
