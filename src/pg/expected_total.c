/*
 * expected_total.c
 *		The aggregate expected_total(model, history, as_of, horizon).
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "utils/date.h"
#include "utils/memutils.h"

#include "core/calendar.h"
#include "core/expected_total.h"
#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/composite.h"
#include "pg/customer_base.h"
#include "pg/fixed_state.h"
#include "pg/model.h"
#include "pg/tally_state.h"

PG_FUNCTION_INFO_V1(expected_total_add);
PG_FUNCTION_INFO_V1(expected_total_combine);
PG_FUNCTION_INFO_V1(expected_total_final);

#define DEFAULT_LEVEL 0.95

/*
 * What must be the same for all rows; of equal ones all bytes are equal.  The model is here without
 * its season, a pointer that a state from anybody would lead anywhere: of one that has one there
 * is its hash.
 */
typedef struct TotalConstants
{
	rt_model	model;
	uint64		hash;			/* of the model with its season; 0 without one */
	double		horizon;		/* in the model's unit, by its season */
	double		level;
	int32		as_of;
	int32		unused;
} TotalConstants;

typedef struct TotalState
{
	FixedState	head;
	TotalConstants constants;
	rt_total	total;
} TotalState;

static bool
expected_total_valid(const void *bytes)
{
	const TotalState *state = bytes;
	const TotalConstants *constants = &state->constants;
	rt_base		base;

	return constants->model.season == NULL && constants->model.covariates == NULL &&
		rt_model_check(&constants->model) == NULL &&
		rt_base_from_model(&constants->model, &base) && constants->horizon >= 0 &&
		isfinite(constants->horizon) && constants->level > 0 && constants->level < 1 &&
		constants->as_of >= RT_DATE_MIN && constants->as_of <= RT_DATE_MAX &&
		constants->unused == 0 &&
		state->total.customers <= TALLY_ROWS_MAX && rt_total_valid(&state->total);
}

static const FixedKind expected_total_kind = {"expected_total", 0x20007, sizeof(TotalState),
expected_total_valid};

/* ------------------------------------------------------- what is remembered */

/* With GROUP BY rows of several models may take turns */
#define QUESTIONS 16

/* From one row to the next: what was asked lately, and what was said of customers */
typedef struct TotalMemory
{
	uint64		asked;			/* questions so far */
	int			last;
	TotalConstants constants[QUESTIONS];	/* all zero: none */
	rt_total_question questions[QUESTIONS];
	rt_total_memory said;
} TotalMemory;

static TotalMemory *
expected_total_memory(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(TotalMemory));
	return fcinfo->flinfo->fn_extra;
}

/* In place of the one that was asked first */
static void
expected_total_learn(TotalMemory *memory, const TotalConstants *constants, const rt_base *base)
{
	rt_total_question *question;
	rt_spread	spread;

	memory->last = (int) (memory->asked % QUESTIONS);
	memory->constants[memory->last] = *constants;
	question = &memory->questions[memory->last];
	question->number = ++memory->asked;
	question->base = *base;
	question->t = constants->horizon;
	question->with_spread =
		constants->model.flags & RT_MODEL_FITTED && rt_spread_of(&constants->model, &spread);
}

/* The constants of a row, and the question that they are, which are at memory->last then */
static void
expected_total_ask(FunctionCallInfo fcinfo, const rt_model *model, TotalMemory *memory)
{
	TotalConstants constants = {.model = *model};
	rt_base		base;

	check_customer_base(model, "expected_total", &base);
	constants.model.season = NULL;
	constants.hash = model->season != NULL ? model_hash(model, 0) : 0;
	constants.as_of = as_of_date(PG_GETARG_DATEADT(3));
	constants.horizon = get_horizon(fcinfo, 4, model, &base, constants.as_of);
	constants.level = PG_NARGS() > 5 ? PG_GETARG_FLOAT8(5) : DEFAULT_LEVEL;
	check_confidence_level(constants.level);
	for (int i = 0; i < QUESTIONS; i++)
	{
		int			place = (memory->last + i) % QUESTIONS;

		if (memcmp(&constants, &memory->constants[place], sizeof(constants)) == 0)
		{
			memory->last = place;
			return;
		}
	}
	expected_total_learn(memory, &constants, &base);
}

/* -------------------------------------------------------------- the support */

/* model, history, as_of, horizon and perhaps the level */
static void
expected_total_check_nulls(FunctionCallInfo fcinfo)
{
	for (int i = 1; i < PG_NARGS(); i++)
	{
		if (i != 2 && PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("the model, as_of, horizon and level of expected_total must not be "
							"null")));
	}
}

static void
expected_total_check_constants(const TotalState *state, const TotalConstants *constants)
{
	if (memcmp(&state->constants, constants, sizeof(*constants)) != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the model, as_of, horizon and level must be the same for all rows "
							   "of expected_total"),
						errhint("Use GROUP BY for several totals.")));
}

Datum
expected_total_add(PG_FUNCTION_ARGS)
{
	TotalMemory *memory = expected_total_memory(fcinfo);
	const TotalConstants *constants;
	const rt_total_question *question;
	const rt_model *model;
	TotalState *state;
	rt_customer customer;

	expected_total_check_nulls(fcinfo);
	model = model_from_datum(PG_GETARG_DATUM(1));
	expected_total_ask(fcinfo, model, memory);
	constants = &memory->constants[memory->last];
	question = &memory->questions[memory->last];
	state = fixed_state_to_add_to(fcinfo, &expected_total_kind);
	if (PG_ARGISNULL(0))
		state->constants = *constants;
	else
		expected_total_check_constants(state, constants);
	if (PG_ARGISNULL(2) ||
		!customer_of_history(PG_GETARG_DATUM(2), constants->as_of, model, &question->base,
							 &customer))
		PG_RETURN_POINTER(state);
	if (state->total.customers < 0 || state->total.customers >= TALLY_ROWS_MAX)
		fixed_state_corrupt(&expected_total_kind);
	if (!rt_total_add(&state->total, question, &memory->said, &customer))
		model_number(INFINITY);
	PG_RETURN_POINTER(state);
}

Datum
expected_total_combine(PG_FUNCTION_ARGS)
{
	void	   *state;
	void	   *other;

	if (fixed_states(fcinfo, &expected_total_kind, &state, &other))
	{
		expected_total_check_constants(state, &((TotalState *) other)->constants);
		rt_total_combine(&((TotalState *) state)->total, &((TotalState *) other)->total);
	}
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

/* In the order of the type expected_total */
enum
{
	TOTAL_CUSTOMERS, TOTAL_EXPECTED, TOTAL_LOWER, TOTAL_UPPER, TOTAL_COLUMNS
};

Datum
expected_total_final(PG_FUNCTION_ARGS)
{
	const TotalState *state = fixed_state_final(fcinfo, &expected_total_kind);
	Datum		values[TOTAL_COLUMNS];
	bool		nulls[TOTAL_COLUMNS] = {false};
	double		expected = rt_exact_sum_value(&state->total.expected);
	double		lower = 0,
				upper = 0;
	rt_spread	spread;

	if (state->total.customers == 0)
		PG_RETURN_NULL();
	if (rt_spread_of(&state->constants.model, &spread))
		rt_total_limits(expected,
						DatumGetFloat8(model_number(rt_total_variance(&state->total, &spread))),
						state->constants.level, &lower, &upper);
	else
		nulls[TOTAL_LOWER] = nulls[TOTAL_UPPER] = true;
	values[TOTAL_CUSTOMERS] = Int64GetDatum(state->total.customers);
	values[TOTAL_EXPECTED] = model_number(expected);
	values[TOTAL_LOWER] = model_number(lower);
	values[TOTAL_UPPER] = model_number(upper);
	return composite_row(fcinfo, TOTAL_COLUMNS, values, nulls);
}
