/*
 * survival.c
 *		The aggregates survival_curve and log_rank, and questions to a curve.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/typcache.h"

#include "core/sort.h"
#include "core/special.h"
#include "core/survival.h"
#include "core/poll.h"
#include "pg/composite.h"
#include "pg/errors.h"
#include "pg/survival.h"
#include "pg/model.h"
#include "pg/tally_state.h"

PG_FUNCTION_INFO_V1(survival_curve_add);
PG_FUNCTION_INFO_V1(survival_curve_combine);
PG_FUNCTION_INFO_V1(survival_curve_final);
PG_FUNCTION_INFO_V1(survival_at);
PG_FUNCTION_INFO_V1(median_survival);
PG_FUNCTION_INFO_V1(restricted_mean_survival);
PG_FUNCTION_INFO_V1(restricted_mean_std_error);
PG_FUNCTION_INFO_V1(log_rank_add);
PG_FUNCTION_INFO_V1(log_rank_add_boolean);
PG_FUNCTION_INFO_V1(log_rank_combine);
PG_FUNCTION_INFO_V1(log_rank_final);
PG_FUNCTION_INFO_V1(log_rank_groups_final);

#define DEFAULT_LEVEL 0.95
#define GROUPS_MAX 1000

static bool
duration_valid(const void *key, Size key_size)
{
	double		duration;

	if (!tally_key_number(key, key_size))
		return false;
	memcpy(&duration, key, sizeof(duration));
	return duration >= 0 && !isinf(duration);
}

static bool
survival_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return duration_valid(key, key_size);
}

/* Of each duration: who left, and who was still there; the constant is the confidence level */
static const TallyKind survival_kind = {"survival_curve", 0x20002, 2, false, "the confidence level",
tally_level_valid, survival_key_valid};

static bool
log_rank_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return key_size >= sizeof(double) && duration_valid(key, sizeof(double)) &&
		tally_text_valid((const char *) key + sizeof(double), key_size - sizeof(double));
}

/* Of each duration and the group behind it: the same */
static const TallyKind log_rank_kind = {"log_rank", 0x20003, 2, false, "nothing",
NULL, log_rank_key_valid};

double
get_duration(FunctionCallInfo fcinfo, int argument)
{
	double		duration = PG_GETARG_FLOAT8(argument) + 0;	/* minus zero is zero */

	if (!(duration >= 0) || isinf(duration))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("duration %g is negative or not finite", duration),
				 errhint("A customer who has not left has the time until now as duration, and "
						 "churned is false.")));
	return duration;
}

/* Of duration, churned and perhaps the confidence level */
Datum
survival_curve_add(PG_FUNCTION_ARGS)
{
	int64		constants[TALLY_CONSTANTS] = {0};
	double		level = DEFAULT_LEVEL;
	double		duration;
	TallyState *state;

	if (PG_NARGS() > 3)
	{
		if (PG_ARGISNULL(3))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("the confidence level must not be null")));
		level = PG_GETARG_FLOAT8(3);
	}
	check_confidence_level(level);
	memcpy(constants, &level, sizeof(level));
	state = tally_state_to_add_to(fcinfo, &survival_kind, constants);
	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		duration = get_duration(fcinfo, 1);
		tally_state_count(&state, &survival_kind, &duration, sizeof(duration),
						  PG_GETARG_BOOL(2) ? 0 : 1);
	}
	return state_result(fcinfo, state);
}

Datum
survival_curve_combine(PG_FUNCTION_ARGS)
{
	return tally_state_combine(fcinfo, &survival_kind);
}

static int
survival_by_time(const void *a, const void *b, const void *unused)
{
	double		left = ((const rt_duration *) a)->time;
	double		right = ((const rt_duration *) b)->time;

	return (left > right) - (left < right);
}

/* In the order of the type survival_point */
enum
{
	POINT_DURATION,
	POINT_AT_RISK,
	POINT_CHURNED,
	POINT_CENSORED,
	POINT_SURVIVAL,
	POINT_STD_ERROR,
	POINT_LOWER,
	POINT_UPPER,
	POINT_COLUMNS
};

Datum
survival_curve_final(PG_FUNCTION_ARGS)
{
	rt_tally_entry *entries;
	const TallyState *state = tally_state_final(fcinfo, &survival_kind, &entries);
	size_t		count = state->tally.keys;
	rt_duration *times;
	rt_survival_point *points;
	CompositeArray result;
	double		level;

	if (count == 0)
		PG_RETURN_NULL();
	memcpy(&level, state->constants, sizeof(level));
	times = palloc_array(rt_duration, count);
	points = palloc_array(rt_survival_point, count);
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		memcpy(&times[i].time, entries[i].key, sizeof(double));
		times[i].events = entries[i].counts[0];
		times[i].censored = entries[i].counts[1];
	}
	rt_sort(times, count, sizeof(rt_duration), survival_by_time, NULL);
	for (size_t i = 1; i < count; i++)
		if (times[i].time == times[i - 1].time)
			tally_state_corrupt(&survival_kind);
	count = rt_durations_tied(times, count);
	rt_survival_curve(times, count, rt_normal_quantile((1 - level) / 2), points);

	composite_array_begin(fcinfo, &result, POINT_COLUMNS);
	for (size_t i = 0; i < count; i++)
	{
		Datum		values[POINT_COLUMNS];
		bool		nulls[POINT_COLUMNS] = {false};

		values[POINT_DURATION] = Float8GetDatum(points[i].time);
		values[POINT_AT_RISK] = Int64GetDatum(points[i].at_risk);
		values[POINT_CHURNED] = Int64GetDatum(points[i].events);
		values[POINT_CENSORED] = Int64GetDatum(points[i].censored);
		values[POINT_SURVIVAL] = Float8GetDatum(points[i].survival);
		values[POINT_STD_ERROR] = Float8GetDatum(points[i].std_error);
		values[POINT_LOWER] = Float8GetDatum(points[i].lower);
		values[POINT_UPPER] = Float8GetDatum(points[i].upper);
		nulls[POINT_STD_ERROR] = isnan(points[i].std_error);
		nulls[POINT_LOWER] = nulls[POINT_UPPER] = isnan(points[i].lower);
		composite_array_add(&result, values, nulls);
	}
	return composite_array_finish(&result);
}

/* ------------------------------------------------------------ questions to a curve */

/* Argument 0, the result of survival_curve */
static rt_survival_point *
get_curve(FunctionCallInfo fcinfo, size_t *count)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	Datum	   *elements;
	bool	   *element_nulls;
	int			n;
	rt_survival_point *points;
	TupleDesc	tupdesc = lookup_rowtype_tupdesc(ARR_ELEMTYPE(array), -1);

	/* the type may have got another attribute */
	int			columns = Max(tupdesc->natts, POINT_COLUMNS);
	Datum	   *values = palloc_array(Datum, columns);
	bool	   *nulls = palloc_array(bool, columns);

	memset(nulls, true, columns * sizeof(bool));
	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &elements,
					  &element_nulls, &n);
	points = palloc0_array(rt_survival_point, Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		HeapTupleHeader header = element_nulls[i] ? NULL : DatumGetHeapTupleHeader(elements[i]);
		HeapTupleData tuple;
		bool		valid = header != NULL;

		rt_poll_each(i);
		if (valid)
		{
			tuple.t_len = HeapTupleHeaderGetDatumLength(header);
			ItemPointerSetInvalid(&tuple.t_self);
			tuple.t_tableOid = InvalidOid;
			tuple.t_data = header;
			heap_deform_tuple(&tuple, tupdesc, values, nulls);
			for (int column = POINT_DURATION; column <= POINT_SURVIVAL; column++)
				valid = valid && !nulls[column];
		}
		if (valid)
		{
			points[i].time = DatumGetFloat8(values[POINT_DURATION]);
			points[i].at_risk = DatumGetInt64(values[POINT_AT_RISK]);
			points[i].events = DatumGetInt64(values[POINT_CHURNED]);
			points[i].survival = DatumGetFloat8(values[POINT_SURVIVAL]);
			valid = (i == 0 || points[i].time > points[i - 1].time) && points[i].time >= 0 &&
				points[i].survival >= 0 &&
				points[i].survival <= (i == 0 ? 1 : points[i - 1].survival) &&
				points[i].events >= 0 && points[i].events <= points[i].at_risk;
		}
		if (!valid)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("row %d of the array is no point of a survival curve", i + 1),
					 errhint("Give the result of survival_curve as it is.")));
	}
	ReleaseTupleDesc(tupdesc);
	*count = (size_t) n;
	return points;
}

Datum
survival_at(PG_FUNCTION_ARGS)
{
	size_t		count;
	rt_survival_point *points = get_curve(fcinfo, &count);

	PG_RETURN_FLOAT8_OR_NULL(rt_survival_at(points, count, get_duration(fcinfo, 1)));
}

Datum
median_survival(PG_FUNCTION_ARGS)
{
	size_t		count;
	rt_survival_point *points = get_curve(fcinfo, &count);

	PG_RETURN_FLOAT8_OR_NULL(rt_survival_median(points, count));
}

Datum
restricted_mean_survival(PG_FUNCTION_ARGS)
{
	size_t		count;
	rt_survival_point *points = get_curve(fcinfo, &count);
	double		horizon = get_duration(fcinfo, 1);
	double		std_error;

	PG_RETURN_FLOAT8_OR_NULL(rt_survival_restricted_mean(points, count, horizon, &std_error));
}

Datum
restricted_mean_std_error(PG_FUNCTION_ARGS)
{
	size_t		count;
	rt_survival_point *points = get_curve(fcinfo, &count);
	double		std_error;

	rt_survival_restricted_mean(points, count, get_duration(fcinfo, 1), &std_error);
	PG_RETURN_FLOAT8_OR_NULL(std_error);
}

/* ------------------------------------------------------------ do groups differ */

static Datum
add_to_log_rank(FunctionCallInfo fcinfo, const char *group, size_t size)
{
	TallyState *state = tally_state_to_add_to(fcinfo, &log_rank_kind, NULL);

	if (group != NULL)
	{
		double		duration = get_duration(fcinfo, 1);
		char	   *key = palloc(sizeof(double) + size);

		memcpy(key, &duration, sizeof(double));
		memcpy(key + sizeof(double), group, size);
		tally_state_count(&state, &log_rank_kind, key, sizeof(double) + size,
						  PG_GETARG_BOOL(2) ? 0 : 1);
		pfree(key);
	}
	return state_result(fcinfo, state);
}

/* Of duration, churned and group */
Datum
log_rank_add(PG_FUNCTION_ARGS)
{
	text	   *group;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return add_to_log_rank(fcinfo, NULL, 0);
	group = PG_GETARG_TEXT_PP(3);
	return add_to_log_rank(fcinfo, VARDATA_ANY(group), VARSIZE_ANY_EXHDR(group));
}

Datum
log_rank_add_boolean(PG_FUNCTION_ARGS)
{
	const char *group;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return add_to_log_rank(fcinfo, NULL, 0);
	group = PG_GETARG_BOOL(3) ? "true" : "false";
	return add_to_log_rank(fcinfo, group, strlen(group));
}

Datum
log_rank_combine(PG_FUNCTION_ARGS)
{
	return tally_state_combine(fcinfo, &log_rank_kind);
}

static size_t
group_size(const rt_tally_entry *entry)
{
	return entry->key_size - sizeof(double);
}

static int
by_group(const void *a, const void *b, const void *unused)
{
	const rt_tally_entry *left = *(const rt_tally_entry *const *) a;
	const rt_tally_entry *right = *(const rt_tally_entry *const *) b;
	size_t		shared = Min(group_size(left), group_size(right));
	int			order;

	rt_poll_bytes(shared);
	order = memcmp((const char *) left->key + sizeof(double),
				   (const char *) right->key + sizeof(double), shared);

	return order != 0 ?
		order :
		(group_size(left) > group_size(right)) - (group_size(left) < group_size(right));
}

static int
by_time_and_group(const void *a, const void *b, const void *unused)
{
	const rt_group_duration *left = (const rt_group_duration *) a;
	const rt_group_duration *right = (const rt_group_duration *) b;

	if (left->time != right->time)
		return left->time < right->time ? -1 : 1;
	return (left->group > right->group) - (left->group < right->group);
}

typedef struct LogRankResult
{
	int			group_count;
	const rt_tally_entry **names;	/* some entry of each group */
	rt_log_rank_group *groups;
	rt_log_rank test;
} LogRankResult;

static void
compute_log_rank(FunctionCallInfo fcinfo, LogRankResult *result)
{
	rt_tally_entry *entries;
	const TallyState *state = tally_state_final(fcinfo, &log_rank_kind, &entries);
	size_t		count = state->tally.keys;
	const rt_tally_entry **sorted = palloc_array(const rt_tally_entry *, Max(count, 1));
	rt_group_duration *rows = palloc_array(rt_group_duration, Max(count, 1));
	int			group_count = 0;
	double	   *room;

	result->names = palloc_array(const rt_tally_entry *, GROUPS_MAX);
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		sorted[i] = &entries[i];
	}
	rt_sort(sorted, count, sizeof(*sorted), by_group, NULL);
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		if (i == 0 || by_group(&sorted[i - 1], &sorted[i], NULL) != 0)
		{
			if (group_count == GROUPS_MAX)
				ereport(ERROR,
						(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						 errmsg("more than %d groups for one call of log_rank", GROUPS_MAX),
						 errhint("Put small groups together.")));
			result->names[group_count++] = sorted[i];
		}
		memcpy(&rows[i].time, sorted[i]->key, sizeof(double));
		rows[i].group = group_count - 1;
		rows[i].events = sorted[i]->counts[0];
		rows[i].censored = sorted[i]->counts[1];
	}
	rt_sort(rows, count, sizeof(rt_group_duration), by_time_and_group, NULL);
	if (count > 0)
		rt_tie_durations(&rows[0].time, count, sizeof(rows[0]));
	result->group_count = group_count;
	result->groups = palloc_array(rt_log_rank_group, Max(group_count, 1));
	room = palloc(RT_LOG_RANK_ROOM(Max(group_count, 1)) * sizeof(double));
	rt_log_rank_test(rows, count, group_count, room, result->groups, &result->test);
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

	compute_log_rank(fcinfo, &result);
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

	compute_log_rank(fcinfo, &result);
	if (result.group_count == 0)
		PG_RETURN_NULL();
	composite_array_begin(fcinfo, &rows, GROUP_COLUMNS);
	for (int i = 0; i < result.group_count; i++)
	{
		const rt_log_rank_group *group = &result.groups[i];
		const char *name = (const char *) result.names[i]->key + sizeof(double);
		Datum		values[GROUP_COLUMNS];
		bool		nulls[GROUP_COLUMNS] = {false};

		values[GROUP_NAME] =
			PointerGetDatum(cstring_to_text_with_len(name, (int) group_size(result.names[i])));
		values[GROUP_CUSTOMERS] = Int64GetDatum(group->customers);
		values[GROUP_CHURNED] = Int64GetDatum(group->events);
		values[GROUP_EXPECTED] = Float8GetDatum(group->expected);
		values[GROUP_RATIO] = Float8GetDatum((double) group->events / group->expected);
		nulls[GROUP_RATIO] = !(group->expected > 0);
		composite_array_add(&rows, values, nulls);
	}
	return composite_array_finish(&rows);
}
