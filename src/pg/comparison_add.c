/*
 * comparison_add.c
 *		The transition functions of the aggregate compare_models: customers as rows.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "core/cycle.h"
#include "core/opportunity.h"
#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/comparison_state.h"
#include "pg/errors.h"
#include "pg/history.h"
#include "pg/model.h"

PG_FUNCTION_INFO_V1(compare_models_add);

/* --------------------------------------------------------------- arguments */

/* Those that are fitted where none are named */
static const char *const comparison_default_kinds[] = {
	"bg/nbd", "mbg/nbd", "mbg/cnbd-k", "pareto/nbd"
};

static void
comparison_add_kind(ComparisonHead *constants, const text *name)
{
	int			k;
	const rt_kind *kind = model_kind_to_fit(name, &k);
	ComparedKind compared = {(uint8) kind->id, (uint8) k};

	if (!comparison_kind_known(kind, k, constants->time_unit))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("models of kind \"%s\" cannot be compared by who buys", clip_text(name)),
				 kind->input == RT_INPUT_OPPORTUNITIES ?
				 errhint("A time unit of a day or more is needed, as purchases are days.") :
				 errhint("Name kinds that know who is still a customer, such as \"bg/nbd\".")));
	for (int i = 0; i < constants->kind_count; i++)
	{
		if (memcmp(&constants->kinds[i], &compared, sizeof(compared)) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the kind of model \"%s\" is named twice", clip_text(name))));
	}
	if (constants->kind_count == COMPARISON_KINDS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d kinds of models to compare", COMPARISON_KINDS_MAX)));
	constants->kinds[constants->kind_count++] = compared;
}

static void
comparison_read_kinds(ComparisonHead *constants, const ArrayType *names)
{
	Datum	   *values;
	bool	   *nulls;
	int			count;

	deconstruct_array(unconstify(ArrayType *, names), TEXTOID, -1, false, TYPALIGN_INT,
					  &values, &nulls, &count);
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no kinds of models to compare"),
				 errhint("Name some, or none at all for the usual ones.")));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a kind of model to compare must not be null")));
		comparison_add_kind(constants, DatumGetTextPP(values[i]));
	}
}

/* The day before the hold-out begins */
static DateADT
comparison_begin(DateADT as_of, Interval *holdout)
{
	Datum		time;
	DateADT		begin;

	if (INTERVAL_NOT_FINITE(holdout))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a hold-out of \"%s\" is not finite", interval_text(holdout))));
	time = DirectFunctionCall2(date_mi_interval, DateADTGetDatum(as_of),
							   IntervalPGetDatum(holdout));
	begin = date_from_timestamp(DatumGetTimestamp(time));
	check_not_below_day(holdout, "a hold-out");
	if (begin >= as_of)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a hold-out of \"%s\" holds no day", interval_text(holdout)),
				 errhint("Give an interval of a day or more, such as '6 months'.")));
	return begin;
}

/* Into the constants, of a list of names or of NULL */
static void
comparison_kinds(ComparisonHead *constants, const struct varlena *kinds)
{
	if (kinds != NULL)
		comparison_read_kinds(constants, (const ArrayType *) kinds);
	else
		for (int i = 0; i < lengthof(comparison_default_kinds); i++)
			comparison_add_kind(constants, cstring_to_text(comparison_default_kinds[i]));
}

/* So that they are not read again with each row */
static void
comparison_remember_kinds(ComparisonState *state, const struct varlena *kinds)
{
	if (state->kinds != NULL)
		pfree(state->kinds);
	state->kinds = NULL;
	state->kinds_read = true;
	if (kinds == NULL)
		return;
	state->kinds = MemoryContextAlloc(state->object.eoh_context, VARSIZE(kinds));
	memcpy(state->kinds, kinds, VARSIZE(kinds));
}

static bool
comparison_kinds_read(const ComparisonState *state, const struct varlena *kinds)
{
	if (!state->kinds_read || (state->kinds == NULL) != (kinds == NULL))
		return false;
	return kinds == NULL || (VARSIZE(kinds) == VARSIZE(state->kinds) &&
							 memcmp(kinds, state->kinds, VARSIZE(kinds)) == 0);
}

/* The state that rows with these constants, kinds apart, are added to */
static ComparisonState *
comparison_state_to_add_to(FunctionCallInfo fcinfo, ComparisonHead *constants)
{
	SeasonBytes season = season_argument(fcinfo, 6);
	struct varlena *kinds = PG_NARGS() > 4 ? PG_DETOAST_DATUM(PG_GETARG_DATUM(4)) : NULL;
	ComparisonState *state = PG_ARGISNULL(0) ? NULL : comparison_state_argument(fcinfo, 0);

	if (state != NULL && comparison_kinds_read(state, kinds))
	{
		constants->kind_count = state->head.kind_count;
		memcpy(constants->kinds, state->head.kinds, sizeof(constants->kinds));
	}
	else
	{
		comparison_kinds(constants, kinds);
		for (int i = 0; season.size > 0 && i < constants->kind_count; i++)
			check_takes_season(rt_kind_by_id(constants->kinds[i].id));
		if (state == NULL)
			state = comparison_state_new(constants, season);
		comparison_remember_kinds(state, kinds);
	}
	comparison_state_check_constants(state, constants, season);
	return state;
}

/* -------------------------------------------------------------- transition */

static void
comparison_check_arguments(FunctionCallInfo fcinfo)
{
	for (int i = 2; i < Min(PG_NARGS(), 6); i++)
	{
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("as_of, the hold-out, the kinds of models and the time unit of a "
							"comparison must not be null")));
	}
}

static void
comparison_add_dates(ComparisonState *state, const int32 *dates, size_t count)
{
	rt_seen		seen;
	rt_intervals intervals = {0};
	const rt_season *season = state->season == NULL ? NULL :
		season_from_bytes(state->season->bytes);
	double		log_factors = 0;

	if (count == 0)
		return;
	rt_compared_see(dates, count, state->head.as_of, state->head.days, &seen);
	if (seen.known > 0 && state->opportunities)
		rt_opportunities(dates, seen.known, state->head.as_of - state->head.days,
						 state->head.time_unit, &seen.row.opportunities);
	if (seen.known > 1 && state->intervals && season == NULL)
		rt_intervals_from_dates(dates, seen.known, &intervals);
	if (seen.known > 1 && state->intervals && season != NULL)
		rt_seasonal_intervals(season, dates, seen.known, &intervals);
	if (seen.known > 1 && season != NULL)
		log_factors = rt_seasonal_sum_log(season, &state->season->logs, dates + 1, seen.known - 1);
	comparison_state_add(state, &seen, intervals.sum_log, log_factors);
}

/* history, as_of, hold-out, kinds, time unit, season */
Datum
compare_models_add(PG_FUNCTION_ARGS)
{
	ComparisonHead constants = {0};
	ComparisonState *state;
	int32		on_stack[128];
	size_t		count;
	int32	   *dates;

	check_aggregate_call(fcinfo, "compare_models_add", "the aggregate compare_models(...)");
	comparison_check_arguments(fcinfo);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	constants.as_of = as_of_date(PG_GETARG_DATEADT(2));
	constants.days = (int32) ((int64) constants.as_of -
							  comparison_begin(constants.as_of, PG_GETARG_INTERVAL_P(3)));
	constants.time_unit = PG_NARGS() > 5 ? check_time_unit(PG_GETARG_FLOAT8(5)) : 1;
	state = comparison_state_to_add_to(fcinfo, &constants);
	dates = history_dates(history_bytes(PG_GETARG_DATUM(1)), constants.as_of, on_stack,
						  lengthof(on_stack), &count);
	comparison_add_dates(state, dates, count);
	return comparison_state_result(fcinfo, state);
}
