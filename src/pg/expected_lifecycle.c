/*
 * expected_lifecycle.c
 *		The aggregate expected_lifecycle(history, period, as_of, cycle_model, base_model).
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "core/expected_lifecycle.h"
#include "core/sort.h"
#include "pg/clock.h"
#include "pg/composite.h"
#include "pg/gone.h"
#include "pg/history.h"
#include "pg/tally_state.h"

PG_FUNCTION_INFO_V1(expected_lifecycle_add);
PG_FUNCTION_INFO_V1(expected_lifecycle_combine);
PG_FUNCTION_INFO_V1(expected_lifecycle_final);

/* Of each period */
enum
{
	COUNT_NEW, COUNT_PARTS, COUNTS
};

enum
{
	UNIT_CONSTANT, AS_OF_CONSTANT, MODELS_CONSTANT
};

#define UNIT_OF(state) ((rt_calendar_unit) (state)->constants[UNIT_CONSTANT])

/* Customers with up to this many purchase days need no memory of the server's */
#define DATES_ROOM 128

/* More than 2,700 years of days */
#define ROWS_MAX 1000000

static bool
expected_lifecycle_constants_valid(const TallyState *state)
{
	return state->constants[UNIT_CONSTANT] >= 0 &&
		state->constants[UNIT_CONSTANT] < RT_CALENDAR_UNITS &&
		state->constants[AS_OF_CONSTANT] >= RT_DATE_MIN &&
		state->constants[AS_OF_CONSTANT] <= RT_DATE_MAX;
}

/* Only periods that are over have anything */
static bool
expected_lifecycle_key_valid(const TallyState *state, const void *key, Size key_size)
{
	int32		period;

	if (key_size != sizeof(period))
		return false;
	memcpy(&period, key, sizeof(period));
	return rt_unit_has(UNIT_OF(state), period) &&
		period <= calendar_unit_over(UNIT_OF(state), (DateADT) state->constants[AS_OF_CONSTANT]);
}

static const TallyKind expected_lifecycle_kind = {"expected_lifecycle",
	0x20011,
	COUNTS,
	false,
	"period, as_of and models",
	expected_lifecycle_constants_valid,
	expected_lifecycle_key_valid,
1};

static void
expected_lifecycle_check_periods(int64 count)
{
	if (count > ROWS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg(INT64_FORMAT " periods are too many for one result", count),
				 errhint("Take longer periods.")));
}

static TallyState *
expected_lifecycle_add_history(TallyState *state, Datum history, DateADT as_of,
							   rt_calendar_unit unit, const rt_gone_models *models)
{
	int32		dates_room[DATES_ROOM];
	size_t		count;
	int32	   *dates =
		history_dates(history_bytes(history), as_of, dates_room, DATES_ROOM, &count);
	int32		last_period = calendar_unit_over(unit, as_of);
	rt_expected_walk walk;
	rt_expected_period period;

	if (count == 0)
		return state;
	expected_lifecycle_check_periods((int64) last_period - rt_unit_number(unit, dates[0]) + 1);
	rt_expected_begin(&walk, models, dates, count, unit, last_period);
	while (rt_expected_next(&walk, &period))
	{
		int64	   *counts = tally_state_counts(&state, &expected_lifecycle_kind, &period.period,
												sizeof(period.period));

		tally_state_add(&expected_lifecycle_kind, &counts[COUNT_NEW], period.new_customers);
		tally_state_add(&expected_lifecycle_kind, &counts[COUNT_PARTS], period.parts);
	}
	return state;
}

/* Of history, period, as_of, a cycle model and a base model, which may be NULL */
Datum
expected_lifecycle_add(PG_FUNCTION_ARGS)
{
	int64		constants[TALLY_CONSTANTS] = {0};
	rt_gone_models models;
	TallyState *state;

	for (int i = 2; i < 5; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("period, as_of and cycle_model of expected_lifecycle must not be "
							"null")));
	gone_models(PG_GETARG_DATUM(4), fcinfo->args[5], "expected_lifecycle", &models);
	constants[UNIT_CONSTANT] = calendar_unit_from_text(PG_GETARG_TEXT_PP(2));
	constants[AS_OF_CONSTANT] = as_of_date(PG_GETARG_DATEADT(3));
	constants[MODELS_CONSTANT] = gone_models_hash(&models);
	state = tally_state_to_add_to(fcinfo, &expected_lifecycle_kind, constants);
	if (!PG_ARGISNULL(1))
		state = expected_lifecycle_add_history(state, PG_GETARG_DATUM(1),
											   (DateADT) constants[AS_OF_CONSTANT],
											   (rt_calendar_unit) constants[UNIT_CONSTANT],
											   &models);
	return state_result(fcinfo, state);
}

Datum
expected_lifecycle_combine(PG_FUNCTION_ARGS)
{
	return tally_state_combine(fcinfo, &expected_lifecycle_kind);
}

/* In the order of the type expected_lifecycle_period */
enum
{
	ROW_PERIOD,
	ROW_NEW,
	ROW_CUSTOMERS,
	ROW_LOST,
	ROW_CHURN_RATE,
	ROW_COLUMNS
};

static rt_expected_period *
expected_lifecycle_periods(const TallyState *state, const rt_tally_entry *entries)
{
	size_t		count = state->tally.keys;
	rt_expected_period *periods = palloc_array(rt_expected_period, Max(count, 1));

	for (size_t i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		memcpy(&periods[i].period, entries[i].key, sizeof(int32));
		periods[i].new_customers = entries[i].counts[COUNT_NEW];
		periods[i].parts = entries[i].counts[COUNT_PARTS];
	}
	rt_sort(periods, count, sizeof(rt_expected_period), rt_expected_compare, NULL);
	for (size_t i = 1; i < count; i++)
		if (periods[i].period == periods[i - 1].period)
			tally_state_corrupt(&expected_lifecycle_kind);
	return periods;
}

static void
expected_lifecycle_add_row(CompositeArray *result, rt_calendar_unit unit,
						   const rt_expected_row *row)
{
	Datum		values[ROW_COLUMNS];
	bool		nulls[ROW_COLUMNS] = {false};

	/* nobody is there who has not come */
	if (row->customers > (double) row->came)
		tally_state_corrupt(&expected_lifecycle_kind);
	values[ROW_PERIOD] = DateADTGetDatum(rt_unit_start(unit, row->period));
	values[ROW_NEW] = Int64GetDatum(row->new_customers);
	values[ROW_CUSTOMERS] = Float8GetDatum(row->customers);
	values[ROW_LOST] = Float8GetDatum(row->lost);
	values[ROW_CHURN_RATE] = Float8GetDatum(row->lost / row->customers_before);
	nulls[ROW_CHURN_RATE] = !(row->customers_before > 0);
	composite_array_add(result, values, nulls);
}

Datum
expected_lifecycle_final(PG_FUNCTION_ARGS)
{
	rt_tally_entry *entries;
	const TallyState *state = tally_state_final(fcinfo, &expected_lifecycle_kind, &entries);
	size_t		count = state->tally.keys;
	rt_calendar_unit unit = UNIT_OF(state);
	int32		last_period = calendar_unit_over(unit, (DateADT) state->constants[AS_OF_CONSTANT]);
	rt_expected_period *periods = expected_lifecycle_periods(state, entries);
	size_t		row_count = rt_expected_rows(periods, count, last_period, NULL);
	rt_expected_row *rows;
	CompositeArray result;

	if (row_count == 0)
		PG_RETURN_NULL();
	expected_lifecycle_check_periods((int64) row_count);
	rows = palloc(row_count * sizeof(rt_expected_row));
	rt_expected_rows(periods, count, last_period, rows);

	composite_array_begin(fcinfo, &result, ROW_COLUMNS);
	for (size_t i = 0; i < row_count; i++)
		expected_lifecycle_add_row(&result, unit, &rows[i]);
	return composite_array_finish(&result);
}
