/*
 * cohort.c
 *		The aggregates cohort_retention and retention_curve.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/builtins.h"

#include "core/cohort.h"
#include "core/proportion.h"
#include "core/sort.h"
#include "core/special.h"
#include "core/poll.h"
#include "pg/clock.h"
#include "pg/composite.h"
#include "pg/history.h"
#include "pg/money.h"
#include "pg/tally_state.h"

PG_FUNCTION_INFO_V1(cohort_retention_add);
PG_FUNCTION_INFO_V1(cohort_retention_combine);
PG_FUNCTION_INFO_V1(cohort_retention_final);
PG_FUNCTION_INFO_V1(retention_curve_final);

enum
{
	UNIT_CONSTANT, AS_OF_CONSTANT, LIMIT_CONSTANT
};

typedef struct CellKey
{
	int32		cohort;
	int32		period;
} CellKey;

/* In the order of the counts */
enum
{
	CELL_ACTIVE,
	CELL_LAST,
	CELL_ORDERS,
	CELL_KNOWN,
	CELL_SPEND_HIGH,
	CELL_SPEND_LOW,
	CELL_COUNTS
};

#define NO_LIMIT (PG_INT32_MAX - 1)

static bool
cohort_constants_valid(const TallyState *state)
{
	return state->constants[UNIT_CONSTANT] >= 0 &&
		state->constants[UNIT_CONSTANT] < RT_CALENDAR_UNITS &&
		state->constants[AS_OF_CONSTANT] >= RT_DATE_MIN &&
		state->constants[AS_OF_CONSTANT] <= RT_DATE_MAX &&
		state->constants[LIMIT_CONSTANT] >= 0 && state->constants[LIMIT_CONSTANT] <= NO_LIMIT;
}

static bool
cohort_key_valid(const TallyState *state, const void *bytes, Size size)
{
	const CellKey *key = bytes;

	return size == sizeof(CellKey) &&
		rt_unit_has((rt_calendar_unit) state->constants[UNIT_CONSTANT], key->cohort) &&
		key->period >= 0 && key->period <= state->constants[LIMIT_CONSTANT] + 1;
}

/* Of each cohort and period: the counts of a cell */
static const TallyKind cohort_kind = {"cohort_retention",
	0x20005,
	CELL_COUNTS,
	true,
	"period, as_of and the number of periods",
	cohort_constants_valid,
cohort_key_valid};

static int32
get_limit(FunctionCallInfo fcinfo)
{
	int32		limit;

	if (PG_NARGS() < 5)
		return NO_LIMIT;
	if (PG_ARGISNULL(4))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the number of periods must not be null")));
	limit = PG_GETARG_INT32(4);
	if (limit < 0 || limit > NO_LIMIT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d is no number of periods", limit)));
	return limit;
}

/* Of history, period, as_of and perhaps the number of periods */
Datum
cohort_retention_add(PG_FUNCTION_ARGS)
{
	int64		constants[TALLY_CONSTANTS] = {0};
	TallyState *state;
	rt_period_purchases room[PERIODS_ON_STACK];
	const rt_period_purchases *periods;
	size_t		count;
	size_t		last;
	int64	   *before = NULL;
	CellKey		key;

	if (PG_ARGISNULL(2) || PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("period and as_of of a cohort must not be null")));
	constants[UNIT_CONSTANT] = calendar_unit_from_text(PG_GETARG_TEXT_PP(2));
	constants[AS_OF_CONSTANT] = as_of_date(PG_GETARG_DATEADT(3));
	constants[LIMIT_CONSTANT] = get_limit(fcinfo);
	state = tally_state_to_add_to(fcinfo, &cohort_kind, constants);
	if (PG_ARGISNULL(1))
		return state_result(fcinfo, state);
	periods = history_periods(history_bytes(PG_GETARG_DATUM(1)), (int32) constants[AS_OF_CONSTANT],
							  (rt_calendar_unit) constants[UNIT_CONSTANT], room, PERIODS_ON_STACK,
							  &count);

	if (!rt_cohort_periods(&periods, &count, &last))
		return state_result(fcinfo, state);
	key.cohort = periods[0].period;
	for (size_t i = 0; i < count; i++)
	{
		bool		active = periods[i].orders > 0;
		int64	   *counts;

		rt_poll_each(i + 1);
		key.period =
			rt_cohort_cell_period(key.cohort, periods[i].period, (int32) constants[LIMIT_CONSTANT]);
		counts = tally_state_counts(&state, &cohort_kind, &key, sizeof(key));

		/* behind the limit several periods share a cell, and they count once */
		if (active && counts != before)
			tally_state_add(&cohort_kind, &counts[CELL_ACTIVE], 1);
		if (i == last)
			tally_state_add(&cohort_kind, &counts[CELL_LAST], 1);
		tally_state_add_period(&cohort_kind, &counts[CELL_ORDERS], &periods[i]);
		before = active ? counts : before;
	}
	return state_result(fcinfo, state);
}

Datum
cohort_retention_combine(PG_FUNCTION_ARGS)
{
	return tally_state_combine(fcinfo, &cohort_kind);
}

/* In the order of the type cohort_period */
enum
{
	COHORT_COHORT,
	COHORT_PERIOD,
	COHORT_ELIGIBLE,
	COHORT_ACTIVE,
	COHORT_RATE,
	COHORT_ACTIVE_SINCE,
	COHORT_RATE_SINCE,
	COHORT_ORDERS,
	COHORT_SPEND,
	COHORT_COLUMNS
};

/*
 * What holds of the cells of real customers: those of a cohort are all there at its beginning, and
 * each has one last period
 */
static void
check_cells(const rt_cohort_cell *cells, size_t count)
{
	for (size_t begin = 0, end; begin < count; begin = end)
	{
		int64		customers = 0;
		bool		valid = cells[begin].period == 0 && cells[begin].active > 0;

		for (end = begin; end < count && cells[end].cohort == cells[begin].cohort; end++)
		{
			valid = valid && cells[end].active <= cells[begin].active &&
				(end == begin || cells[end].period > cells[end - 1].period);
			customers += cells[end].last;
		}
		if (!valid || customers != cells[begin].active)
			tally_state_corrupt(&cohort_kind);
	}
}

/* All rows of the triangle; *priced: some amount is known */
static rt_cohort_row *
cohort_rows(FunctionCallInfo fcinfo, rt_calendar_unit *unit, bool *priced, size_t *row_count)
{
	rt_tally_entry *entries;
	const TallyState *state = tally_state_final(fcinfo, &cohort_kind, &entries);
	size_t		count = state->tally.keys;
	rt_cohort_cell *cells =
		palloc_extended(Max(count, 1) * sizeof(rt_cohort_cell), MCXT_ALLOC_HUGE);
	int32		as_of = (int32) state->constants[AS_OF_CONSTANT];
	int32		limit = (int32) state->constants[LIMIT_CONSTANT];
	int32		last_period;
	rt_cohort_row *rows;

	*unit = (rt_calendar_unit) state->constants[UNIT_CONSTANT];
	*priced = false;
	for (size_t i = 0; i < count; i++)
	{
		const CellKey *key = entries[i].key;
		const int64 *counts = entries[i].counts;

		CHECK_FOR_INTERRUPTS();
		cells[i].cohort = key->cohort;
		cells[i].period = key->period;
		cells[i].active = counts[CELL_ACTIVE];
		cells[i].last = counts[CELL_LAST];
		cells[i].orders = counts[CELL_ORDERS];
		cells[i].known = counts[CELL_KNOWN];
		cells[i].spend.high = counts[CELL_SPEND_HIGH];
		cells[i].spend.low = counts[CELL_SPEND_LOW];

		/* money without an order of known amount was sent back */
		*priced = *priced || counts[CELL_KNOWN] > 0 || counts[CELL_SPEND_HIGH] != 0 ||
			counts[CELL_SPEND_LOW] != 0;
	}
	rt_sort(cells, count, sizeof(rt_cohort_cell), rt_cohort_cell_compare, NULL);
	check_cells(cells, count);

	last_period = calendar_unit_over(*unit, as_of);
	*row_count = rt_cohort_rows(cells, count, last_period, limit, NULL);
	if (*row_count > COMPOSITE_ROWS_MAX(COHORT_COLUMNS))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%zu cohorts and periods are too many for one result", *row_count),
				 errhint("Take longer periods, or give the number of periods as the last "
						 "argument.")));
	rows = palloc(Max(*row_count, 1) * sizeof(rt_cohort_row));
	rt_cohort_rows(cells, count, last_period, limit, rows);
	pfree(cells);
	return rows;
}

/* NULL where no amount at all is known */
static void
spend_value(const rt_cohort_row *row, bool priced, Datum *value, bool *null)
{
	*null = !priced;
	if (priced)
		*value = NumericGetDatum(money_sum_to_numeric(&row->spend));
}

static Datum
cohort_share(int64 part, int64 whole)
{
	return Float8GetDatum((double) part / (double) whole);
}

Datum
cohort_retention_final(PG_FUNCTION_ARGS)
{
	rt_calendar_unit unit;
	bool		priced;
	size_t		count;
	rt_cohort_row *rows = cohort_rows(fcinfo, &unit, &priced, &count);
	CompositeArray result;

	if (count == 0)
		PG_RETURN_NULL();
	composite_array_begin(fcinfo, &result, COHORT_COLUMNS);
	for (size_t i = 0; i < count; i++)
	{
		Datum		values[COHORT_COLUMNS];
		bool		nulls[COHORT_COLUMNS] = {false};

		values[COHORT_COHORT] = DateADTGetDatum(rt_unit_start(unit, rows[i].cohort));
		values[COHORT_PERIOD] = Int32GetDatum(rows[i].period);
		values[COHORT_ELIGIBLE] = Int64GetDatum(rows[i].eligible);
		values[COHORT_ACTIVE] = Int64GetDatum(rows[i].active);
		values[COHORT_RATE] = cohort_share(rows[i].active, rows[i].eligible);
		values[COHORT_ACTIVE_SINCE] = Int64GetDatum(rows[i].active_since);
		values[COHORT_RATE_SINCE] = cohort_share(rows[i].active_since, rows[i].eligible);
		values[COHORT_ORDERS] = Int64GetDatum(rows[i].orders);
		spend_value(&rows[i], priced, &values[COHORT_SPEND], &nulls[COHORT_SPEND]);
		composite_array_add(&result, values, nulls);
	}
	return composite_array_finish(&result);
}

/* In the order of the type retention_period */
enum
{
	CURVE_PERIOD, CURVE_COHORTS, CURVE_ELIGIBLE, CURVE_ACTIVE, CURVE_RATE, CURVE_LOWER, CURVE_UPPER,
	CURVE_ACTIVE_SINCE, CURVE_RATE_SINCE, CURVE_ORDERS, CURVE_SPEND, CURVE_COLUMNS
};

Datum
retention_curve_final(PG_FUNCTION_ARGS)
{
	rt_calendar_unit unit;
	bool		priced;
	size_t		count;
	rt_cohort_row *rows = cohort_rows(fcinfo, &unit, &priced, &count);
	rt_cohort_row *curve;
	double		z = rt_normal_quantile(0.025);
	int32		longest = 0;
	CompositeArray result;

	if (count == 0)
		PG_RETURN_NULL();
	for (size_t i = 0; i < count; i++)
	{
		rt_poll_each(i);
		longest = Max(longest, rows[i].period);
	}
	curve = palloc(((size_t) longest + 1) * sizeof(rt_cohort_row));
	count = rt_cohort_curve(rows, count, curve);
	composite_array_begin(fcinfo, &result, CURVE_COLUMNS);
	for (size_t i = 0; i < count; i++)
	{
		Datum		values[CURVE_COLUMNS];
		bool		nulls[CURVE_COLUMNS] = {false};
		double		lower;
		double		upper;

		rt_wilson_interval(curve[i].active, curve[i].eligible, z, &lower, &upper);
		values[CURVE_PERIOD] = Int32GetDatum(curve[i].period);
		values[CURVE_COHORTS] = Int64GetDatum(curve[i].cohorts);
		values[CURVE_ELIGIBLE] = Int64GetDatum(curve[i].eligible);
		values[CURVE_ACTIVE] = Int64GetDatum(curve[i].active);
		values[CURVE_RATE] = cohort_share(curve[i].active, curve[i].eligible);
		values[CURVE_LOWER] = Float8GetDatum(lower);
		values[CURVE_UPPER] = Float8GetDatum(upper);
		values[CURVE_ACTIVE_SINCE] = Int64GetDatum(curve[i].active_since);
		values[CURVE_RATE_SINCE] = cohort_share(curve[i].active_since, curve[i].eligible);
		values[CURVE_ORDERS] = Int64GetDatum(curve[i].orders);
		spend_value(&curve[i], priced, &values[CURVE_SPEND], &nulls[CURVE_SPEND]);
		composite_array_add(&result, values, nulls);
	}
	return composite_array_finish(&result);
}
