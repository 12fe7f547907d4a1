/*
 * survival.c
 *		The aggregate survival_curve, and questions to a curve.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
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
PG_FUNCTION_INFO_V1(survival_curve_add_entry);
PG_FUNCTION_INFO_V1(survival_curve_add_weight);
PG_FUNCTION_INFO_V1(survival_curve_add_entry_weight);
PG_FUNCTION_INFO_V1(survival_curve_combine);
PG_FUNCTION_INFO_V1(survival_curve_final);
PG_FUNCTION_INFO_V1(survival_at);
PG_FUNCTION_INFO_V1(median_survival);
PG_FUNCTION_INFO_V1(restricted_mean_survival);
PG_FUNCTION_INFO_V1(restricted_mean_std_error);

#define DEFAULT_LEVEL 0.95

/* What a curve may know besides: bits of the number of its kind of state */
#define CURVE_ENTRY 1
#define CURVE_WEIGHT 2
#define CURVE_KINDS 4

bool
key_duration_valid(const double *key)
{
	return tally_key_number(key, sizeof(double)) && key[0] >= 0 && !isinf(key[0]);
}

bool
key_entry_valid(const double *key)
{
	return key_duration_valid(&key[0]) && key_duration_valid(&key[1]) && key[1] < key[0];
}

static bool
survival_weight_valid(const double *key)
{
	return key[0] > 0 && isfinite(key[0]);
}

static bool
survival_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return key_size == sizeof(double) && key_duration_valid(key);
}

static bool
survival_entry_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return key_size == 2 * sizeof(double) && key_entry_valid(key);
}

static bool
survival_weight_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return key_size == 2 * sizeof(double) && key_duration_valid(key) &&
		survival_weight_valid((const double *) key + 1);
}

static bool
survival_entry_weight_key_valid(const TallyState *state, const void *key, Size key_size)
{
	return key_size == 3 * sizeof(double) && key_entry_valid(key) &&
		survival_weight_valid((const double *) key + 2);
}

/*
 * Of each duration, and of the entry and the weight behind it where there are such: who left, and
 * who was still there; the constant is the confidence level
 */
static const TallyKind survival_kinds[CURVE_KINDS] = {
	{"survival_curve", 0x20002, 2, false, "the confidence level", tally_level_valid,
	survival_key_valid},
	{"survival_curve", 0x20011, 2, false, "the confidence level", tally_level_valid,
	survival_entry_key_valid},
	{"survival_curve", 0x20012, 2, false, "the confidence level", tally_level_valid,
	survival_weight_key_valid},
	{"survival_curve", 0x20013, 2, false, "the confidence level", tally_level_valid,
	survival_entry_weight_key_valid}
};

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

double
get_entry(FunctionCallInfo fcinfo, int argument, double duration)
{
	double		entry = PG_GETARG_FLOAT8(argument) + 0; /* minus zero is zero */

	if (!(entry >= 0 && entry < duration))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("entry %g is negative or not before duration %g", entry, duration),
				 errhint("Both count from the same beginning: a customer is seen behind entry, and "
						 "up to duration.")));
	return entry;
}

void
report_no_time_between(double duration)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("entry and duration %g of a customer differ by rounding alone", duration),
			 errhint("Round entries and durations, or leave out who is seen for no time.")));
}

static double
survival_level(FunctionCallInfo fcinfo, int argument)
{
	double		level = DEFAULT_LEVEL;

	if (PG_NARGS() > argument)
	{
		if (PG_ARGISNULL(argument))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("the confidence level must not be null")));
		level = PG_GETARG_FLOAT8(argument);
	}
	check_confidence_level(level);
	return level;
}

static double
survival_weight(FunctionCallInfo fcinfo, int argument)
{
	double		weight = PG_GETARG_FLOAT8(argument);

	if (!(weight >= 0) || isinf(weight))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weight %g is negative or not finite", weight)));
	return weight;
}

/* Of entry if there is one, duration, churned, perhaps the level, and a weight if there is one */
static Datum
survival_add(FunctionCallInfo fcinfo, int has)
{
	const TallyKind *kind = &survival_kinds[has];
	int			duration = has & CURVE_ENTRY ? 2 : 1;
	int			churned = duration + 1;
	int			weight = duration + 3;
	double		level = survival_level(fcinfo, duration + 2);
	int64		constants[TALLY_CONSTANTS] = {0};
	double		key[3];
	int			used = 0;
	TallyState *state;

	memcpy(constants, &level, sizeof(level));
	state = tally_state_to_add_to(fcinfo, kind, constants);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(duration) || PG_ARGISNULL(churned) ||
		(has & CURVE_WEIGHT && PG_ARGISNULL(weight)))
		return state_result(fcinfo, state);
	key[used++] = get_duration(fcinfo, duration);
	if (has & CURVE_ENTRY)
		key[used++] = get_entry(fcinfo, 1, key[0]);
	if (has & CURVE_WEIGHT)
		key[used++] = survival_weight(fcinfo, weight);
	/* who weighs nothing does not count */
	if (!(has & CURVE_WEIGHT) || key[used - 1] > 0)
		tally_state_count(&state, kind, key, used * sizeof(double),
						  PG_GETARG_BOOL(churned) ? 0 : 1);
	return state_result(fcinfo, state);
}

Datum
survival_curve_add(PG_FUNCTION_ARGS)
{
	return survival_add(fcinfo, 0);
}

Datum
survival_curve_add_entry(PG_FUNCTION_ARGS)
{
	return survival_add(fcinfo, CURVE_ENTRY);
}

Datum
survival_curve_add_weight(PG_FUNCTION_ARGS)
{
	return survival_add(fcinfo, CURVE_WEIGHT);
}

Datum
survival_curve_add_entry_weight(PG_FUNCTION_ARGS)
{
	return survival_add(fcinfo, CURVE_ENTRY | CURVE_WEIGHT);
}

Datum
survival_curve_combine(PG_FUNCTION_ARGS)
{
	return tally_state_combine_kinds(fcinfo, survival_kinds, CURVE_KINDS);
}

static int
survival_by_time(const void *a, const void *b, const void *unused)
{
	double		left = ((const rt_duration *) a)->time;
	double		right = ((const rt_duration *) b)->time;

	return (left > right) - (left < right);
}

/* The curve of all who were there from the beginning, and weigh alike; how many points it has */
static size_t
survival_plain_curve(const rt_tally_entry *entries, size_t count, double z,
					 rt_survival_point *points)
{
	rt_duration *times = palloc_array(rt_duration, count);

	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		memcpy(&times[i].time, entries[i].key, sizeof(double));
		times[i].events = entries[i].counts[0];
		times[i].censored = entries[i].counts[1];
	}
	rt_sort(times, count, sizeof(rt_duration), survival_by_time, NULL);
	for (size_t i = 1; i < count; i++)
	{
		rt_poll_each(i);
		if (times[i].time == times[i - 1].time)
			tally_state_corrupt(&survival_kinds[0]);
	}
	count = rt_durations_tied(times, count);
	rt_survival_curve(times, count, z, points);
	return count;
}

/* The same with entries or weights */
static size_t
survival_curve_of_entries(const rt_tally_entry *entries, size_t count, int has, double z,
						  rt_survival_point *points)
{
	rt_survival_row *rows = palloc_extended(count * sizeof(rt_survival_row), MCXT_ALLOC_HUGE);
	rt_moment  *moments =
		palloc_extended(RT_SURVIVAL_MOMENTS(count) * sizeof(rt_moment), MCXT_ALLOC_HUGE);
	size_t	   *by_entry = palloc_extended(count * sizeof(size_t), MCXT_ALLOC_HUGE);
	size_t		broken;

	for (size_t i = 0; i < count; i++)
	{
		const double *key = entries[i].key;

		rt_poll_each(i);
		rows[i].time = key[0];
		rows[i].entry = has & CURVE_ENTRY ? key[1] : -INFINITY;
		rows[i].weight = has & CURVE_WEIGHT ? key[has & CURVE_ENTRY ? 2 : 1] : 1;
		rows[i].events = entries[i].counts[0];
		rows[i].censored = entries[i].counts[1];
	}
	count = rt_survival_curve_of_rows(rows, count, z, moments, by_entry, points, &broken);
	if (count == 0)
		report_no_time_between(rows[broken].time);
	return count;
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
	const TallyKind *kind = tally_state_kind(fcinfo, 0, survival_kinds, CURVE_KINDS);
	rt_tally_entry *entries;
	const TallyState *state = tally_state_final(fcinfo, kind, &entries);
	size_t		count = state->tally.keys;
	int			has = (int) (kind - survival_kinds);
	rt_survival_point *points;
	CompositeArray result;
	double		level;
	double		z;

	if (count == 0)
		PG_RETURN_NULL();
	memcpy(&level, state->constants, sizeof(level));
	z = rt_normal_quantile((1 - level) / 2);
	points = palloc_extended(count * sizeof(rt_survival_point), MCXT_ALLOC_HUGE);
	count = has == 0 ?
		survival_plain_curve(entries, count, z, points) :
		survival_curve_of_entries(entries, count, has, z, points);
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
			points[i].std_error =
				nulls[POINT_STD_ERROR] ? NAN : DatumGetFloat8(values[POINT_STD_ERROR]);
			valid = (i == 0 || points[i].time > points[i - 1].time) && points[i].time >= 0 &&
				points[i].survival >= 0 &&
				points[i].survival <= (i == 0 ? 1 : points[i - 1].survival) &&
				points[i].events >= 0 && points[i].events <= points[i].at_risk &&
				(nulls[POINT_STD_ERROR] ||
				 (points[i].std_error >= 0 && !isinf(points[i].std_error)));
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
