/*
 * log_rank.c
 *		The aggregates log_rank and log_rank_groups.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "utils/builtins.h"

#include "core/poll.h"
#include "core/sort.h"
#include "core/survival.h"
#include "pg/composite.h"
#include "pg/survival.h"
#include "pg/tally_state.h"
#include "pg/text_number.h"

PG_FUNCTION_INFO_V1(log_rank_add);
PG_FUNCTION_INFO_V1(log_rank_add_boolean);
PG_FUNCTION_INFO_V1(log_rank_add_entry);
PG_FUNCTION_INFO_V1(log_rank_add_entry_boolean);
PG_FUNCTION_INFO_V1(log_rank_add_stratum);
PG_FUNCTION_INFO_V1(log_rank_add_stratum_boolean);
PG_FUNCTION_INFO_V1(log_rank_add_entry_stratum);
PG_FUNCTION_INFO_V1(log_rank_add_entry_stratum_boolean);
PG_FUNCTION_INFO_V1(log_rank_combine);
PG_FUNCTION_INFO_V1(log_rank_final);
PG_FUNCTION_INFO_V1(log_rank_groups_final);

#define GROUPS_MAX 1000

/* What may be known besides: bits of the number of a kind of state */
#define RANK_ENTRY 1
#define RANK_STRATUM 2
#define RANK_KINDS 4

/*
 * A key: the duration, the entry if there is one, the size of the group's name if a stratum comes
 * behind it, that name, and the stratum
 */
typedef struct LogRankKey
{
	double		duration;
	double		entry;
	const char *group;
	Size		group_size;
	const char *stratum;
	Size		stratum_size;
} LogRankKey;

/* What lies before the name */
static Size
log_rank_head(int has)
{
	return sizeof(double) * (has & RANK_ENTRY ? 2 : 1) + (has & RANK_STRATUM ? sizeof(uint32) : 0);
}

/* False where the key has not the size for it */
static bool
log_rank_read_key(const void *key, Size key_size, int has, LogRankKey *result)
{
	Size		head = log_rank_head(has);
	uint32		group_size;

	if (key_size < head)
		return false;
	memcpy(&result->duration, key, sizeof(double));
	result->entry = -INFINITY;
	if (has & RANK_ENTRY)
		memcpy(&result->entry, (const char *) key + sizeof(double), sizeof(double));
	result->group = (const char *) key + head;
	result->group_size = key_size - head;
	result->stratum = NULL;
	result->stratum_size = 0;
	if (has & RANK_STRATUM)
	{
		memcpy(&group_size, (const char *) key + head - sizeof(uint32), sizeof(uint32));
		if (group_size > result->group_size)
			return false;
		result->stratum = result->group + group_size;
		result->stratum_size = result->group_size - group_size;
		result->group_size = group_size;
	}
	return true;
}

static bool
log_rank_check_key(const void *key, Size key_size, int has)
{
	LogRankKey	read;

	return log_rank_read_key(key, key_size, has, &read) &&
		(has & RANK_ENTRY ? key_entry_valid(key) : key_duration_valid(key)) &&
		tally_text_valid(read.group, read.group_size) &&
		tally_text_valid(read.stratum, read.stratum_size);
}

static bool
log_rank_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return log_rank_check_key(key, key_size, 0);
}

static bool
log_rank_entry_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return log_rank_check_key(key, key_size, RANK_ENTRY);
}

static bool
log_rank_stratum_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return log_rank_check_key(key, key_size, RANK_STRATUM);
}

static bool
log_rank_entry_stratum_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return log_rank_check_key(key, key_size, RANK_ENTRY | RANK_STRATUM);
}

/* Of each key: who left, and who was still there */
static const TallyKind log_rank_kinds[RANK_KINDS] = {
	{"log_rank", 0x20003, 2, false, "nothing", NULL, log_rank_key_valid},
	{"log_rank", 0x20014, 2, false, "nothing", NULL, log_rank_entry_key_valid},
	{"log_rank", 0x20015, 2, false, "nothing", NULL, log_rank_stratum_key_valid},
	{"log_rank", 0x20016, 2, false, "nothing", NULL, log_rank_entry_stratum_key_valid}
};

/* Where the group's name comes from */
typedef enum LogRankGroup
{
	GROUP_TEXT,
	GROUP_BOOLEAN
} LogRankGroup;

static const char *
log_rank_group(FunctionCallInfo fcinfo, int argument, LogRankGroup kind, Size *size)
{
	const char *name;
	text	   *group;

	if (kind == GROUP_TEXT)
	{
		group = PG_GETARG_TEXT_PP(argument);
		*size = VARSIZE_ANY_EXHDR(group);
		return VARDATA_ANY(group);
	}
	name = PG_GETARG_BOOL(argument) ? "true" : "false";
	*size = strlen(name);
	return name;
}

/* Of entry if there is one, duration, churned, group, and stratum if there is one */
static Datum
log_rank_add_row(FunctionCallInfo fcinfo, int has, LogRankGroup group_kind)
{
	const TallyKind *kind = &log_rank_kinds[has];
	TallyState *state = tally_state_to_add_to(fcinfo, kind, NULL);
	int			first = has & RANK_ENTRY ? 2 : 1;
	Size		head = log_rank_head(has);
	Size		group_size;
	Size		stratum_size = 0;
	const char *group;
	const char *stratum = NULL;
	char	   *key;
	double		numbers[2];

	for (int i = 1; i < PG_NARGS(); i++)
		if (PG_ARGISNULL(i))
			return state_result(fcinfo, state);
	numbers[0] = get_duration(fcinfo, first);
	if (has & RANK_ENTRY)
		numbers[1] = get_entry(fcinfo, 1, numbers[0]);
	group = log_rank_group(fcinfo, first + 2, group_kind, &group_size);
	if (has & RANK_STRATUM)
		stratum = log_rank_group(fcinfo, first + 3, GROUP_TEXT, &stratum_size);
	key = palloc(head + group_size + stratum_size);
	memcpy(key, numbers, sizeof(double) * (has & RANK_ENTRY ? 2 : 1));
	if (has & RANK_STRATUM)
	{
		uint32		size = (uint32) group_size;

		memcpy(key + head - sizeof(uint32), &size, sizeof(uint32));
		memcpy(key + head + group_size, stratum, stratum_size);
	}
	memcpy(key + head, group, group_size);
	tally_state_count(&state, kind, key, head + group_size + stratum_size,
					  PG_GETARG_BOOL(first + 1) ? 0 : 1);
	pfree(key);
	return state_result(fcinfo, state);
}

Datum
log_rank_add(PG_FUNCTION_ARGS)
{
	return log_rank_add_row(fcinfo, 0, GROUP_TEXT);
}

Datum
log_rank_add_boolean(PG_FUNCTION_ARGS)
{
	return log_rank_add_row(fcinfo, 0, GROUP_BOOLEAN);
}

Datum
log_rank_add_entry(PG_FUNCTION_ARGS)
{
	return log_rank_add_row(fcinfo, RANK_ENTRY, GROUP_TEXT);
}

Datum
log_rank_add_entry_boolean(PG_FUNCTION_ARGS)
{
	return log_rank_add_row(fcinfo, RANK_ENTRY, GROUP_BOOLEAN);
}

Datum
log_rank_add_stratum(PG_FUNCTION_ARGS)
{
	return log_rank_add_row(fcinfo, RANK_STRATUM, GROUP_TEXT);
}

Datum
log_rank_add_stratum_boolean(PG_FUNCTION_ARGS)
{
	return log_rank_add_row(fcinfo, RANK_STRATUM, GROUP_BOOLEAN);
}

Datum
log_rank_add_entry_stratum(PG_FUNCTION_ARGS)
{
	return log_rank_add_row(fcinfo, RANK_ENTRY | RANK_STRATUM, GROUP_TEXT);
}

Datum
log_rank_add_entry_stratum_boolean(PG_FUNCTION_ARGS)
{
	return log_rank_add_row(fcinfo, RANK_ENTRY | RANK_STRATUM, GROUP_BOOLEAN);
}

Datum
log_rank_combine(PG_FUNCTION_ARGS)
{
	return tally_state_combine_kinds(fcinfo, log_rank_kinds, RANK_KINDS);
}

static int
log_rank_row_compare(const void *a, const void *b, const void *unused)
{
	const rt_group_duration *left = (const rt_group_duration *) a;
	const rt_group_duration *right = (const rt_group_duration *) b;

	if (left->stratum != right->stratum)
		return left->stratum < right->stratum ? -1 : 1;
	if (left->time != right->time)
		return left->time < right->time ? -1 : 1;
	return (left->group > right->group) - (left->group < right->group);
}

static int
log_rank_entry_compare(const void *a, const void *b, const void *unused)
{
	const rt_group_entry *left = (const rt_group_entry *) a;
	const rt_group_entry *right = (const rt_group_entry *) b;

	if (left->stratum != right->stratum)
		return left->stratum < right->stratum ? -1 : 1;
	return (left->time > right->time) - (left->time < right->time);
}

typedef struct LogRankResult
{
	int			group_count;
	NumberedText *names;		/* of each group */
	rt_log_rank_group *groups;
	rt_log_rank test;
} LogRankResult;

/* The entries of a state as the core wants them */
typedef struct LogRankRows
{
	size_t		count;
	int			has;
	const rt_tally_entry *from;
	rt_group_duration *rows;
	rt_group_entry *entries;	/* NULL: all were there from the beginning */
} LogRankRows;

static void
log_rank_number_groups(const LogRankRows *all, LogRankResult *result)
{
	NumberedText *texts = palloc_extended(Max(all->count, 1) * sizeof(NumberedText),
										  MCXT_ALLOC_HUGE);
	uint32		groups;

	for (size_t i = 0; i < all->count; i++)
	{
		LogRankKey	key;

		rt_poll_each(i);
		log_rank_read_key(all->from[i].key, all->from[i].key_size, all->has, &key);
		texts[i] = (NumberedText) {key.group, (uint32) key.group_size, 0, i};
	}
	groups = number_texts(texts, all->count);
	if (groups > GROUPS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d groups for one call of log_rank", GROUPS_MAX),
				 errhint("Put small groups together.")));
	result->group_count = (int) groups;
	result->names = palloc_array(NumberedText, Max(groups, 1));
	for (size_t i = 0; i < all->count; i++)
	{
		rt_poll_each(i);
		all->rows[texts[i].place].group = (int) texts[i].number;
		result->names[texts[i].number] = texts[i];
	}
	pfree(texts);
}

static void
log_rank_number_strata(const LogRankRows *all)
{
	NumberedText *texts = palloc_extended(Max(all->count, 1) * sizeof(NumberedText),
										  MCXT_ALLOC_HUGE);

	for (size_t i = 0; i < all->count; i++)
	{
		LogRankKey	key;

		rt_poll_each(i);
		log_rank_read_key(all->from[i].key, all->from[i].key_size, all->has, &key);
		texts[i] = (NumberedText) {key.stratum, (uint32) key.stratum_size, 0, i};
	}
	number_texts(texts, all->count);
	for (size_t i = 0; i < all->count; i++)
	{
		rt_poll_each(i);
		all->rows[texts[i].place].stratum = texts[i].number;
	}
	pfree(texts);
}

/* Entries beside the rows, and what differs by rounding alone made equal, in all strata */
static void
log_rank_add_entries(LogRankRows *all)
{
	size_t		count = all->count;
	rt_moment  *moments = palloc_extended(Max(count, 1) * 2 * sizeof(rt_moment), MCXT_ALLOC_HUGE);
	size_t		used = 0;

	if (all->has & RANK_ENTRY)
		all->entries = palloc_extended(Max(count, 1) * sizeof(rt_group_entry), MCXT_ALLOC_HUGE);
	for (size_t i = 0; i < count; i++)
	{
		rt_group_duration *row = &all->rows[i];

		rt_poll_each(i);
		moments[used++] = (rt_moment) {row->time, &row->time};
		if (all->has & RANK_ENTRY)
		{
			LogRankKey	key;

			log_rank_read_key(all->from[i].key, all->from[i].key_size, all->has, &key);
			all->entries[i] = (rt_group_entry) {key.entry, row->group, row->stratum,
				row->events + row->censored};
			moments[used++] = (rt_moment) {key.entry, &all->entries[i].time};
		}
	}
	rt_tie_moments(moments, used);
	pfree(moments);
	for (size_t i = 0; i < count && all->has & RANK_ENTRY; i++)
	{
		rt_poll_each(i);
		if (!(all->entries[i].time < all->rows[i].time))
			report_no_time_between(all->rows[i].time);
	}
	if (all->has & RANK_ENTRY)
		rt_sort(all->entries, count, sizeof(rt_group_entry), log_rank_entry_compare, NULL);
}

static void
log_rank_compute(FunctionCallInfo fcinfo, LogRankResult *result)
{
	const TallyKind *kind = tally_state_kind(fcinfo, 0, log_rank_kinds, RANK_KINDS);
	rt_tally_entry *entries;
	const TallyState *state = tally_state_final(fcinfo, kind, &entries);
	size_t		count = state->tally.keys;
	LogRankRows all = {.count = count, .has = (int) (kind - log_rank_kinds), .from = entries};
	double	   *room;

	all.rows = palloc_extended(Max(count, 1) * sizeof(rt_group_duration), MCXT_ALLOC_HUGE);
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		memcpy(&all.rows[i].time, entries[i].key, sizeof(double));
		all.rows[i].events = entries[i].counts[0];
		all.rows[i].censored = entries[i].counts[1];
		all.rows[i].stratum = 0;
	}
	log_rank_number_groups(&all, result);
	if (all.has & RANK_STRATUM)
		log_rank_number_strata(&all);
	if (all.has != 0)
		log_rank_add_entries(&all);
	rt_sort(all.rows, count, sizeof(rt_group_duration), log_rank_row_compare, NULL);
	if (all.has == 0 && count > 0)
		rt_tie_durations(&all.rows[0].time, count, sizeof(all.rows[0]));
	result->groups = palloc_array(rt_log_rank_group, Max(result->group_count, 1));
	room = palloc(RT_LOG_RANK_ROOM(Max(result->group_count, 1)) * sizeof(double));
	rt_log_rank_test(all.rows, count, all.entries, result->group_count, room, result->groups,
					 &result->test);
}

/* In the order of the type log_rank */
enum
{
	LOG_RANK_GROUPS, LOG_RANK_CHI_SQUARE, LOG_RANK_DEGREES, LOG_RANK_P_VALUE, LOG_RANK_COLUMNS
};

Datum
log_rank_final(PG_FUNCTION_ARGS)
{
	LogRankResult result;
	Datum		values[LOG_RANK_COLUMNS];
	bool		nulls[LOG_RANK_COLUMNS] = {false};

	log_rank_compute(fcinfo, &result);
	if (result.group_count == 0)
		PG_RETURN_NULL();
	values[LOG_RANK_GROUPS] = Int32GetDatum(result.group_count);
	values[LOG_RANK_CHI_SQUARE] = Float8GetDatum(result.test.chi_square);
	values[LOG_RANK_DEGREES] = Int32GetDatum(result.test.degrees);
	values[LOG_RANK_P_VALUE] = Float8GetDatum(result.test.p_value);
	nulls[LOG_RANK_CHI_SQUARE] = nulls[LOG_RANK_P_VALUE] = isnan(result.test.p_value);
	return composite_row(fcinfo, LOG_RANK_COLUMNS, values, nulls);
}

/* In the order of the type log_rank_group */
enum
{
	GROUP_NAME, GROUP_CUSTOMERS, GROUP_CHURNED, GROUP_EXPECTED, GROUP_RATIO, GROUP_COLUMNS
};

Datum
log_rank_groups_final(PG_FUNCTION_ARGS)
{
	LogRankResult result;
	CompositeArray rows;

	log_rank_compute(fcinfo, &result);
	if (result.group_count == 0)
		PG_RETURN_NULL();
	composite_array_begin(fcinfo, &rows, GROUP_COLUMNS);
	for (int i = 0; i < result.group_count; i++)
	{
		const rt_log_rank_group *group = &result.groups[i];
		const NumberedText *name = &result.names[i];
		Datum		values[GROUP_COLUMNS];
		bool		nulls[GROUP_COLUMNS] = {false};

		values[GROUP_NAME] =
			PointerGetDatum(cstring_to_text_with_len(name->bytes, (int) name->size));
		values[GROUP_CUSTOMERS] = Int64GetDatum(group->customers);
		values[GROUP_CHURNED] = Int64GetDatum(group->events);
		values[GROUP_EXPECTED] = Float8GetDatum(group->expected);
		values[GROUP_RATIO] = Float8GetDatum((double) group->events / group->expected);
		nulls[GROUP_RATIO] = !(group->expected > 0);
		composite_array_add(&rows, values, nulls);
	}
	return composite_array_finish(&rows);
}
