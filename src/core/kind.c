/*
 * kind.c
 *		The table of all kinds of models.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <string.h>

#include "core/kind.h"

#define ROW(kind) &rt_##kind##_kind,

static const rt_kind *const rt_kinds[] = {RT_KINDS(ROW)};

#define KINDS ((int) (sizeof(rt_kinds) / sizeof(rt_kinds[0])))

const rt_kind *
rt_kind_at(int i)
{
	return i < KINDS ? rt_kinds[i] : NULL;
}

const rt_kind *
rt_kind_by_id(int id)
{
	for (int i = 0; i < KINDS; i++)
	{
		if (rt_kinds[i]->id == id)
			return rt_kinds[i];
	}
	return NULL;
}

static bool
same_name(const char *known, const char *name, size_t length)
{
	return strlen(known) == length && memcmp(known, name, length) == 0;
}

const rt_kind *
rt_kind_by_name(const char *name, size_t length)
{
	for (int i = 0; i < KINDS; i++)
	{
		if (same_name(rt_kinds[i]->name, name, length))
			return rt_kinds[i];
	}
	return NULL;
}

const rt_kind *
rt_kind_to_fit(const char *name, size_t length, int *k)
{
	size_t		stem = length;

	*k = 0;
	while (stem > 0 && name[stem - 1] >= '0' && name[stem - 1] <= '9')
		stem--;
	if (stem == length || length - stem > 3 || name[stem] == '0')
		return rt_kind_by_name(name, length);
	for (size_t i = stem; i < length; i++)
		*k = *k * 10 + (name[i] - '0');
	for (int i = 0; i < KINDS && *k <= RT_K_MAX; i++)
	{
		const rt_kind *kind = rt_kinds[i];

		if (kind->has_whole_k && strlen(kind->name) == stem + 1 &&
			memcmp(kind->name, name, stem) == 0)
			return kind;
	}
	return NULL;
}

const char *
rt_input_name(rt_input input)
{
	switch (input)
	{
		case RT_INPUT_INTERVALS:
			return "intervals";
		case RT_INPUT_RECENCY:
			return "recency";
		case RT_INPUT_OPPORTUNITIES:
			return "opportunities";
		case RT_INPUT_SPEND:
			return "spend";
		case RT_INPUT_AMOUNTS:
			return "amounts";
		case RT_INPUT_CONTRACTS:
			return "contracts";
	}
	return NULL;
}

int
rt_kind_parameter_index(const rt_kind *kind, const char *name, size_t length)
{
	for (int i = 0; i < kind->parameter_count; i++)
	{
		if (same_name(kind->parameters[i], name, length))
			return i;
	}
	return -1;
}

int
rt_kind_process_count(const rt_kind *kind)
{
	int			count = 0;

	while (count < RT_PROCESSES_MAX && kind->processes[count].name != NULL)
		count++;
	return count;
}
