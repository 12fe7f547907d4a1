/*
 * contract.c
 *		What a model of contracts says: who is left, who renews.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "core/contract.h"
#include "pg/arguments.h"
#include "pg/model.h"
#include "pg/value.h"

PG_FUNCTION_INFO_V1(contract_survival);
PG_FUNCTION_INFO_V1(contract_retention_rate);
PG_FUNCTION_INFO_V1(contract_expected_renewals);
PG_FUNCTION_INFO_V1(contract_discounted_renewals);
PG_FUNCTION_INFO_V1(contract_residual_lifetime_value);

/* The model of argument 0 */
static rt_contract
get_contract(FunctionCallInfo fcinfo, const char *function)
{
	const rt_model *model = model_from_datum(PG_GETARG_DATUM(0));
	rt_contract contract;

	if (!rt_contract_from_model(model, &contract))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s needs a model of contracts, not of kind \"%s\"", function,
						rt_kind_by_id(model->id)->name),
				 errhint("Such as fit_model('sbg', tenure, churned).")));
	return contract;
}

/* The number of renewals of an argument */
static int32
get_renewals(FunctionCallInfo fcinfo, int argument, int32 least)
{
	int32		renewals = PG_GETARG_INT32(argument);

	if (renewals < least)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d renewals are fewer than %d", renewals, least)));
	return renewals;
}

Datum
contract_survival(PG_FUNCTION_ARGS)
{
	rt_contract contract = get_contract(fcinfo, "survival_probability");

	return model_number(exp(rt_contract_log_survival(&contract, get_renewals(fcinfo, 1, 0))));
}

Datum
contract_retention_rate(PG_FUNCTION_ARGS)
{
	rt_contract contract = get_contract(fcinfo, "retention_rate");

	return model_number(exp(rt_contract_log_retention(&contract, get_renewals(fcinfo, 1, 1))));
}

Datum
contract_expected_renewals(PG_FUNCTION_ARGS)
{
	rt_contract contract = get_contract(fcinfo, "expected_renewals");
	int32		tenure = get_renewals(fcinfo, 1, 0);
	int32		horizon = get_renewals(fcinfo, 2, 0);

	return model_number(rt_contract_expected_renewals(&contract, tenure, horizon, 0));
}

/* Per period */
static double
get_discount(FunctionCallInfo fcinfo, int argument, bool for_ever)
{
	double		discount = check_discount_rate(PG_GETARG_FLOAT8(argument));

	if (for_ever && discount == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("without a discount rate renewals for ever may be worth any amount"),
				 errhint("Give a discount rate above 0 (0.1 is 10 percent a period), or a "
						 "horizon.")));
	return discount;
}

/* model, tenure, discount_rate and perhaps a horizon */
Datum
contract_discounted_renewals(PG_FUNCTION_ARGS)
{
	rt_contract contract = get_contract(fcinfo, "discounted_expected_renewals");
	bool		for_ever = PG_NARGS() == 3;
	int32		tenure = get_renewals(fcinfo, 1, 0);
	double		discount = get_discount(fcinfo, 2, for_ever);
	double		horizon = for_ever ? INFINITY : get_renewals(fcinfo, 3, 0);

	return model_number(rt_contract_expected_renewals(&contract, tenure, horizon, discount));
}

/* model, value_per_period, tenure, discount_rate, margin */
Datum
contract_residual_lifetime_value(PG_FUNCTION_ARGS)
{
	rt_contract contract = get_contract(fcinfo, "residual_lifetime_value");
	double		value = DatumGetFloat8(DirectFunctionCall1(numeric_float8, PG_GETARG_DATUM(1)));
	int32		tenure = get_renewals(fcinfo, 2, 0);
	double		discount = get_discount(fcinfo, 3, true);
	double		margin = PG_GETARG_FLOAT8(4);

	if (!(value >= 0) || isinf(value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a value of %g in each period is negative or not finite", value)));
	value *= check_margin(margin);
	value *= rt_contract_expected_renewals(&contract, tenure, INFINITY, discount);
	PG_RETURN_DATUM(money_datum(value));
}
