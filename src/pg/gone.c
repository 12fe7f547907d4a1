/*
 * gone.c
 *		Has a customer left?  By their own rhythm and by a model of the base together.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "core/gone.h"
#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/customer_base.h"
#include "pg/cycle.h"
#include "pg/gone.h"
#include "pg/history.h"
#include "pg/model.h"
#include "pg/value.h"

PG_FUNCTION_INFO_V1(gone_probability);
PG_FUNCTION_INFO_V1(gone_stage);
PG_FUNCTION_INFO_V1(gone_lost_on);
PG_FUNCTION_INFO_V1(gone_clv);
PG_FUNCTION_INFO_V1(gone_value_at_risk);

/* --------------------------------------------------------------- arguments */

static void
gone_check_cycle(const rt_model *cycle, const rt_model *base, const char *function)
{
	if (model_input(cycle) == RT_INPUT_INTERVALS)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s needs a cycle_model of kind \"interpurchase\", not \"%s\"", function,
					rt_kind_by_id(cycle->id)->name),
			 base != NULL && model_input(base) == RT_INPUT_INTERVALS ?
			 errhint("The cycle_model comes before the base_model.") :
			 errhint("Such as fit_model('interpurchase', ...).")));
}

void
gone_models(Datum cycle, NullableDatum base, const char *function, rt_gone_models *models)
{
	const rt_model *cycle_model = model_from_datum(cycle);
	const rt_model *base_model = base.isnull ? NULL : model_from_datum(base.value);

	gone_check_cycle(cycle_model, base_model, function);
	if (!rt_gone_models_set(models, cycle_model, base_model))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s needs a base_model of who is still a customer, not of kind \"%s\"",
						function, rt_kind_by_id(base_model->id)->name),
				 errhint("Such as fit_model('mbg/nbd', ...).")));
}

int64
gone_models_hash(const rt_gone_models *models)
{
	uint64		hash = model_hash(models->cycle, 0);

	return (int64) (models->base_model == NULL ? hash : model_hash(models->base_model, hash));
}

double
check_gone_probability(double probability, const char *name)
{
	if (!(probability > 0 && probability < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of %g is not between 0 and 1", name, probability),
				 probability > 1 ? errhint("Write 0.5 for 50 percent.") : 0));
	return probability;
}

/* A customer, and room for their dates */
typedef struct GoneCustomer
{
	rt_gone_models models;
	rt_gone		gone;
	int32		on_stack[DATES_ON_STACK];
} GoneCustomer;

/* False when nothing was bought by as_of */
static bool
gone_of_history(Datum history, DateADT as_of, GoneCustomer *customer)
{
	size_t		count;
	int32	   *dates =
		history_dates(history_bytes(history), as_of, customer->on_stack, DATES_ON_STACK, &count);

	if (count == 0)
		return false;
	rt_gone_from_dates(&customer->models, dates, count, as_of, NULL, &customer->gone);
	return true;
}

/* Of arguments history, as_of, cycle_model, and base_model, which may be NULL; false for NULL */
static bool
gone_get(FunctionCallInfo fcinfo, const char *function, GoneCustomer *customer)
{
	for (int i = 0; i < 3; i++)
		if (PG_ARGISNULL(i))
			return false;
	gone_models(PG_GETARG_DATUM(2), fcinfo->args[3], function, &customer->models);
	return gone_of_history(PG_GETARG_DATUM(0), as_of_date(PG_GETARG_DATEADT(1)), customer);
}

/* --------------------------------------------------------------- functions */

Datum
gone_probability(PG_FUNCTION_ARGS)
{
	GoneCustomer customer;

	if (!gone_get(fcinfo, "p_gone", &customer))
		PG_RETURN_NULL();
	return model_number(rt_gone_probability(&customer.gone));
}

/* With at_risk and lapsed */
Datum
gone_stage(PG_FUNCTION_ARGS)
{
	GoneCustomer customer;
	double		at_risk,
				lapsed;
	const char *stage;
	Oid			type;
	bool		known = gone_get(fcinfo, "customer_stage", &customer);

	if (PG_ARGISNULL(4) || PG_ARGISNULL(5))
		PG_RETURN_NULL();
	at_risk = check_gone_probability(PG_GETARG_FLOAT8(4), "an at_risk");
	lapsed = check_gone_probability(PG_GETARG_FLOAT8(5), "a lapsed");
	if (at_risk > lapsed)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an at_risk of %g lies above a lapsed of %g", at_risk, lapsed),
				 errhint("They are probabilities to have left: 0.25 and 0.5, say.")));
	if (!known)
		PG_RETURN_NULL();
	stage = rt_gone_stage(&customer.gone, at_risk, lapsed);
	type = get_func_rettype(fcinfo->flinfo->fn_oid);
	PG_RETURN_DATUM(DirectFunctionCall2(enum_in, CStringGetDatum(stage), ObjectIdGetDatum(type)));
}

/* With a probability */
Datum
gone_lost_on(PG_FUNCTION_ARGS)
{
	GoneCustomer customer;
	double		probability;
	DateADT		day;
	bool		known = gone_get(fcinfo, "lost_on", &customer);

	if (PG_ARGISNULL(4))
		PG_RETURN_NULL();
	probability = check_gone_probability(PG_GETARG_FLOAT8(4), "a probability");
	if (!known || !rt_gone_day(&customer.gone, probability, &day))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(day);
}

/*
 * Of arguments cycle_model, base_model, spend, history, as_of, horizon, discount_rate and margin:
 * what they are worth with a probability that they are there, or not
 */
static Datum
gone_value(FunctionCallInfo fcinfo, const char *function,
		   double (*probability) (const rt_gone *gone))
{
	GoneCustomer customer;
	ClvArguments a;
	double		share;
	double		purchases = 0;

	gone_models(PG_GETARG_DATUM(0), fcinfo->args[1], function, &customer.models);
	if (!get_clv_arguments(fcinfo, 1, function, &a) ||
		!gone_of_history(PG_GETARG_DATUM(3), as_of_date(PG_GETARG_DATEADT(4)), &customer))
		PG_RETURN_NULL();
	share = probability(&customer.gone);

	/* what nobody is there for may be beyond doubles */
	if (share > 0)
		purchases = clv_purchases_if_alive(&a);
	PG_RETURN_DATUM(money_datum(a.margin * a.value * share * purchases));
}

Datum
gone_clv(PG_FUNCTION_ARGS)
{
	return gone_value(fcinfo, "clv", rt_still_here_probability);
}

Datum
gone_value_at_risk(PG_FUNCTION_ARGS)
{
	return gone_value(fcinfo, "value_at_risk", rt_gone_probability);
}
