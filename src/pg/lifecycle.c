/*
 * lifecycle.c
 *		The aggregate lifecycle(history, period, as_of, ...).
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "core/calendar.h"
#include "core/lifecycle.h"
#include "core/lost.h"
#include "core/sort.h"
#include "core/poll.h"
#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/composite.h"
#include "pg/customer_base.h"
#include "pg/gone.h"
#include "pg/history.h"
#include "pg/model.h"
#include "pg/money.h"
#include "pg/tally_state.h"

PG_FUNCTION_INFO_V1(lifecycle_add_silence);
PG_FUNCTION_INFO_V1(lifecycle_add_model);
PG_FUNCTION_INFO_V1(lifecycle_add_models);
PG_FUNCTION_INFO_V1(lifecycle_combine);
PG_FUNCTION_INFO_V1(lifecycle_final);

/* Of each period, in the order of rt_lifecycle_events; the first three are what rt_arrival says */
enum
{
	EVENT_NEW,
	EVENT_RETAINED,
	EVENT_RESURRECTED,
	EVENT_DORMANT,
	EVENT_LOST,
	EVENT_RECOVERED,
	EVENT_ORDERS,
	EVENT_KNOWN,
	EVENT_SPEND_HIGH,
	EVENT_SPEND_LOW,
	EVENT_COUNTS
};

/* The last two say what counts as lost: the interval, or the hash of models and the score */
enum
{
	UNIT_CONSTANT, AS_OF_CONSTANT, LOST_CONSTANT
};

#define BY_MODEL 0x100			/* with the unit */
#define BY_MODELS 0x200

#define UNIT_OF(state) \
	((rt_calendar_unit) ((state)->constants[UNIT_CONSTANT] & ~(BY_MODEL | BY_MODELS)))

static bool
lifecycle_constants_valid(const TallyState *state)
{
	return state->constants[UNIT_CONSTANT] >= 0 &&
		(state->constants[UNIT_CONSTANT] & ~(BY_MODEL | BY_MODELS)) < RT_CALENDAR_UNITS &&
		state->constants[AS_OF_CONSTANT] >= RT_DATE_MIN &&
		state->constants[AS_OF_CONSTANT] <= RT_DATE_MAX;
}

/* Who buys in the last period that there is is dormant in the one behind it */
static bool
lifecycle_key_valid(const TallyState *state, const void *key, Size key_size)
{
	int32		period;

	if (key_size != sizeof(period))
		return false;
	memcpy(&period, key, sizeof(period));
	return rt_unit_has(UNIT_OF(state), period) || rt_unit_has(UNIT_OF(state), (int64) period - 1);
}

static const TallyKind lifecycle_kind = {"lifecycle",
	0x20006,
	EVENT_COUNTS,
	true,
	"period, as_of and what counts as lost",
	lifecycle_constants_valid,
lifecycle_key_valid};

/* Customers with up to this many purchase days need no memory of the server's */
#define DATES_ROOM 128

/* More than 2,700 years of days */
#define PERIODS_MAX 1000000

/*
 * After how long a silence a customer is lost: a fixed one, or one that a model finds too long, or
 * two of them together
 */
typedef struct LostRule
{
	const Interval *silence;
	const rt_model *model;
	const rt_gone_models *models;
	double		score;
	bool		by_recency;		/* of the model's customers x, t_x and T are all there is: base is
								 * the model */
	rt_base		base;
} LostRule;

/*
 * The day on which they are lost, when they do not buy from their purchase number i (from 0 on)
 * until the day before next; false when that is sooner.  Sums are those of the dates up to it.
 */
static bool
lifecycle_lost_between(Datum history, const int32 *dates, size_t i, int64 next,
					   const rt_calendar_sums *sums, const LostRule *rule, int64 *day)
{
	DateADT		lost;

	if (rule->models != NULL)
	{
		rt_gone		gone;

		rt_gone_from_dates(rule->models, dates, i + 1, (int32) (next - 1), sums, &gone);
		if (!rt_gone_day(&gone, rule->score, &lost))
			return false;
		*day = lost;
		return true;
	}
	if (rule->model == NULL)
	{
		*day = rt_silence_over(dates[i], rule->silence->month, rule->silence->day,
							   rule->silence->time);
		return *day < next;
	}
	if (next - 1 <= dates[i])
		return false;
	if (rule->by_recency)
	{
		double		recency = (double) dates[i] - dates[0];
		double		age = (double) (next - 1) - dates[0];
		rt_customer customer = rt_model_customer(rule->model, (double) i, dates[0], dates[i],
												 (int32) (next - 1));

		age = rt_lost_age(rule->model, &rule->base, &customer, dates[0], recency, age,
						  rule->score);
		*day = dates[0] + (int64) age;
		return age >= 0;
	}
	if (!lost_day(history, (DateADT) (next - 1), rule->model, rule->score, &lost))
		return false;
	*day = lost;
	return true;
}

static void
lifecycle_count(TallyState **state, int32 period, int event)
{
	tally_state_count(state, &lifecycle_kind, &period, sizeof(period), event);
}

static TallyState *
lifecycle_add_history(TallyState *state, Datum history, DateADT as_of, rt_calendar_unit unit,
					  const LostRule *rule)
{
	HistoryBytes bytes = history_bytes(history);
	rt_period_purchases periods_room[PERIODS_ON_STACK];
	rt_period_purchases *periods;
	int32		dates_room[DATES_ROOM];
	int32	   *dates;
	size_t		period_count;
	size_t		date_count;
	rt_lifecycle_walk walk = {false};
	rt_calendar_sums sums;

	periods = history_periods(bytes, as_of, unit, periods_room, PERIODS_ON_STACK, &period_count);
	for (size_t i = 0; i < period_count; i++)
	{
		int64	   *counts =
			tally_state_counts(&state, &lifecycle_kind, &periods[i].period, sizeof(int32));
		int32		last = walk.last;
		bool		fell_silent;

		rt_poll_each(i + 1);
		tally_state_add_period(&lifecycle_kind, &counts[EVENT_ORDERS], &periods[i]);
		if (periods[i].orders == 0)
			continue;
		tally_state_add(&lifecycle_kind,
						&counts[EVENT_NEW +
								rt_lifecycle_step(&walk, periods[i].period, &fell_silent)],
						1);
		if (fell_silent)
			lifecycle_count(&state, last + 1, EVENT_DORMANT);
	}
	if (!walk.seen)
		return state;
	if (walk.last < PG_INT32_MAX)
		lifecycle_count(&state, walk.last + 1, EVENT_DORMANT);

	dates = history_dates(bytes, as_of, dates_room, DATES_ROOM, &date_count);
	rt_calendar_sums_begin(&sums);
	for (size_t i = 0; i < date_count; i++)
	{
		int64		next = i + 1 < date_count ? dates[i + 1] : (int64) as_of + 1;
		int64		day;

		CHECK_FOR_INTERRUPTS();
		if (rule->models != NULL)
			rt_calendar_sums_add(&sums, dates[i]);
		if (!lifecycle_lost_between(history, dates, i, next, &sums, rule, &day))
			continue;
		lifecycle_count(&state, rt_unit_number(unit, (int32) day), EVENT_LOST);
		if (i + 1 < date_count)
			lifecycle_count(&state, rt_unit_number(unit, dates[i + 1]), EVENT_RECOVERED);
	}
	return state;
}

/* But for one of them, or -1 */
static void
lifecycle_check_not_null(FunctionCallInfo fcinfo, int may_be_null)
{
	for (int i = 2; i < PG_NARGS(); i++)
		if (i != may_be_null && PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("arguments of lifecycle other than the history must not be null")));
}

/* Of history, period, as_of and an interval */
Datum
lifecycle_add_silence(PG_FUNCTION_ARGS)
{
	int64		constants[TALLY_CONSTANTS];
	LostRule	rule = {NULL};
	TallyState *state;

	lifecycle_check_not_null(fcinfo, -1);
	rule.silence = PG_GETARG_INTERVAL_P(4);
	constants[UNIT_CONSTANT] = calendar_unit_from_text(PG_GETARG_TEXT_PP(2));
	constants[AS_OF_CONSTANT] = as_of_date(PG_GETARG_DATEADT(3));
	constants[LOST_CONSTANT] = rule.silence->time;
	constants[LOST_CONSTANT + 1] = ((int64) rule.silence->month << 32) ^ (uint32) rule.silence->day;
	if (rule.silence->month < 0 || rule.silence->day < 0 || rule.silence->time < 0 ||
		INTERVAL_NOT_FINITE(rule.silence) ||
		(rule.silence->month == 0 && rule.silence->day == 0 && rule.silence->time == 0))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a silence of \"%s\" makes nobody a lost customer",
							   interval_text(rule.silence)),
						errhint("Give an interval above 0, such as '6 months'.")));
	check_not_below_day(rule.silence, "a silence");
	state = tally_state_to_add_to(fcinfo, &lifecycle_kind, constants);
	if (!PG_ARGISNULL(1))
		state = lifecycle_add_history(state, PG_GETARG_DATUM(1),
									  (DateADT) constants[AS_OF_CONSTANT],
									  (rt_calendar_unit) constants[UNIT_CONSTANT], &rule);
	return state_result(fcinfo, state);
}

/* Of history, period, as_of, a model and a churn score */
Datum
lifecycle_add_model(PG_FUNCTION_ARGS)
{
	int64		constants[TALLY_CONSTANTS];
	LostRule	rule = {NULL};
	rt_calendar_unit unit;
	TallyState *state;

	lifecycle_check_not_null(fcinfo, -1);
	rule.model = model_from_datum(PG_GETARG_DATUM(4));
	rule.score = PG_GETARG_FLOAT8(5);
	check_lost_score(rule.score);
	if (model_input(rule.model) != RT_INPUT_INTERVALS)
	{
		check_customer_base(rule.model, "lifecycle", &rule.base);
		rule.by_recency = rule.base.kind->input != RT_INPUT_OPPORTUNITIES;
	}
	unit = calendar_unit_from_text(PG_GETARG_TEXT_PP(2));
	constants[UNIT_CONSTANT] = unit | BY_MODEL;
	constants[AS_OF_CONSTANT] = as_of_date(PG_GETARG_DATEADT(3));
	constants[LOST_CONSTANT] = (int64) model_hash(rule.model, 0);
	memcpy(&constants[LOST_CONSTANT + 1], &rule.score, sizeof(rule.score));
	state = tally_state_to_add_to(fcinfo, &lifecycle_kind, constants);
	if (!PG_ARGISNULL(1))
		state = lifecycle_add_history(state, PG_GETARG_DATUM(1),
									  (DateADT) constants[AS_OF_CONSTANT],
									  unit,
									  &rule);
	return state_result(fcinfo, state);
}

/* Of history, period, as_of, a cycle model, a base model, which may be NULL, and a probability */
Datum
lifecycle_add_models(PG_FUNCTION_ARGS)
{
	int64		constants[TALLY_CONSTANTS];
	LostRule	rule = {NULL};
	rt_gone_models models;
	rt_calendar_unit unit;
	TallyState *state;

	lifecycle_check_not_null(fcinfo, 5);
	gone_models(PG_GETARG_DATUM(4), fcinfo->args[5], "lifecycle", &models);
	rule.models = &models;
	rule.score = check_gone_probability(PG_GETARG_FLOAT8(6), "a probability");
	unit = calendar_unit_from_text(PG_GETARG_TEXT_PP(2));
	constants[UNIT_CONSTANT] = unit | BY_MODELS;
	constants[AS_OF_CONSTANT] = as_of_date(PG_GETARG_DATEADT(3));
	constants[LOST_CONSTANT] = gone_models_hash(&models);
	memcpy(&constants[LOST_CONSTANT + 1], &rule.score, sizeof(rule.score));
	state = tally_state_to_add_to(fcinfo, &lifecycle_kind, constants);
	if (!PG_ARGISNULL(1))
		state = lifecycle_add_history(state, PG_GETARG_DATUM(1),
									  (DateADT) constants[AS_OF_CONSTANT], unit, &rule);
	return state_result(fcinfo, state);
}

Datum
lifecycle_combine(PG_FUNCTION_ARGS)
{
	return tally_state_combine(fcinfo, &lifecycle_kind);
}

/* In the order of the type lifecycle_period */
enum
{
	ROW_PERIOD,
	ROW_NEW,
	ROW_RETAINED,
	ROW_RESURRECTED,
	ROW_ACTIVE,
	ROW_DORMANT,
	ROW_LOST,
	ROW_RECOVERED,
	ROW_CUSTOMERS,
	ROW_REPEAT_RATE,
	ROW_RETENTION_RATE,
	ROW_CHURN_RATE,
	ROW_ORDERS,
	ROW_SPEND,
	ROW_COLUMNS
};

/* What happened in each period, in order; *priced: some amount is known */
static rt_lifecycle_events *
lifecycle_events(const TallyState *state, const rt_tally_entry *entries, bool *priced)
{
	size_t		count = state->tally.keys;
	rt_lifecycle_events *events = palloc0_array(rt_lifecycle_events, Max(count, 1));

	*priced = false;
	for (size_t i = 0; i < count; i++)
	{
		const int64 *counts = entries[i].counts;

		CHECK_FOR_INTERRUPTS();
		memcpy(&events[i].period, entries[i].key, sizeof(int32));
		events[i].new_customers = counts[EVENT_NEW];
		events[i].retained = counts[EVENT_RETAINED];
		events[i].resurrected = counts[EVENT_RESURRECTED];
		events[i].dormant = counts[EVENT_DORMANT];
		events[i].lost = counts[EVENT_LOST];
		events[i].recovered = counts[EVENT_RECOVERED];
		events[i].orders = counts[EVENT_ORDERS];
		events[i].known = counts[EVENT_KNOWN];
		events[i].spend.high = counts[EVENT_SPEND_HIGH];
		events[i].spend.low = counts[EVENT_SPEND_LOW];

		/* money without an order of known amount was sent back */
		*priced = *priced || counts[EVENT_KNOWN] > 0 || counts[EVENT_SPEND_HIGH] != 0 ||
			counts[EVENT_SPEND_LOW] != 0;
	}
	rt_sort(events, count, sizeof(rt_lifecycle_events), rt_lifecycle_compare, NULL);
	for (size_t i = 1; i < count; i++)
		if (events[i].period == events[i - 1].period)
			tally_state_corrupt(&lifecycle_kind);
	return events;
}

static void
lifecycle_share(Datum *values, bool *nulls, int column, int64 part, int64 whole)
{
	values[column] = Float8GetDatum((double) part / (double) whole);
	nulls[column] = whole == 0;
}

static void
lifecycle_add_row(CompositeArray *result, rt_calendar_unit unit, const rt_lifecycle_row *row,
				  bool priced)
{
	const rt_lifecycle_events *events = &row->events;
	Datum		values[ROW_COLUMNS];
	bool		nulls[ROW_COLUMNS] = {false};

	/* nobody is lost who has not come, or stays who was not there */
	if (row->customers < 0 || events->retained > row->active_before)
		tally_state_corrupt(&lifecycle_kind);
	values[ROW_PERIOD] = DateADTGetDatum(rt_unit_start(unit, events->period));
	values[ROW_NEW] = Int64GetDatum(events->new_customers);
	values[ROW_RETAINED] = Int64GetDatum(events->retained);
	values[ROW_RESURRECTED] = Int64GetDatum(events->resurrected);
	values[ROW_ACTIVE] = Int64GetDatum(row->active);
	values[ROW_DORMANT] = Int64GetDatum(events->dormant);
	values[ROW_LOST] = Int64GetDatum(events->lost);
	values[ROW_RECOVERED] = Int64GetDatum(events->recovered);
	values[ROW_CUSTOMERS] = Int64GetDatum(row->customers);
	lifecycle_share(values, nulls, ROW_REPEAT_RATE, row->active - events->new_customers,
					row->active);
	lifecycle_share(values, nulls, ROW_RETENTION_RATE, events->retained, row->active_before);
	lifecycle_share(values, nulls, ROW_CHURN_RATE, events->lost, row->customers_before);
	values[ROW_ORDERS] = Int64GetDatum(events->orders);
	nulls[ROW_SPEND] = !priced;
	if (priced)
		values[ROW_SPEND] = NumericGetDatum(money_sum_to_numeric(&events->spend));
	composite_array_add(result, values, nulls);
}

Datum
lifecycle_final(PG_FUNCTION_ARGS)
{
	rt_tally_entry *entries;
	const TallyState *state = tally_state_final(fcinfo, &lifecycle_kind, &entries);
	size_t		count = state->tally.keys;
	rt_calendar_unit unit = UNIT_OF(state);
	int32		last_period =
		calendar_unit_over(unit, (int32) state->constants[AS_OF_CONSTANT]);
	bool		priced;
	rt_lifecycle_events *events = lifecycle_events(state, entries, &priced);
	rt_lifecycle_row *rows;
	size_t		row_count;
	CompositeArray result;

	row_count = rt_lifecycle_rows(events, count, last_period, NULL);
	if (row_count == 0)
		PG_RETURN_NULL();
	if (row_count > PERIODS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%zu periods are too many for one result", row_count),
				 errhint("Take longer periods.")));
	rows = palloc(row_count * sizeof(rt_lifecycle_row));
	rt_lifecycle_rows(events, count, last_period, rows);

	composite_array_begin(fcinfo, &result, ROW_COLUMNS);
	for (size_t i = 0; i < row_count; i++)
		lifecycle_add_row(&result, unit, &rows[i], priced);
	return composite_array_finish(&result);
}
