/*
 * contract.c
 *		What a model of contracts says: who is left, who renews.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "miscadmin.h"

#include "core/contract.h"
#include "pg/model.h"

PG_FUNCTION_INFO_V1(contract_survival);
PG_FUNCTION_INFO_V1(contract_retention_rate);
PG_FUNCTION_INFO_V1(contract_expected_renewals);

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
						rt_model_kind_by_id(model->id)->name),
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

	PG_RETURN_FLOAT8(exp(rt_contract_log_survival(&contract, get_renewals(fcinfo, 1, 0))));
}

Datum
contract_retention_rate(PG_FUNCTION_ARGS)
{
	rt_contract contract = get_contract(fcinfo, "retention_rate");

	PG_RETURN_FLOAT8(exp(rt_contract_log_retention(&contract, get_renewals(fcinfo, 1, 1))));
}

Datum
contract_expected_renewals(PG_FUNCTION_ARGS)
{
	rt_contract contract = get_contract(fcinfo, "expected_renewals");
	int32		tenure = get_renewals(fcinfo, 1, 0);
	int32		horizon = get_renewals(fcinfo, 2, 0);
	double		log_left = 0;
	double		sum = 0;

	/* what is left of her falls from renewal to renewal */
	for (int32 i = 1; i <= horizon; i++)
	{
		CHECK_FOR_INTERRUPTS();
		log_left += rt_contract_log_retention(&contract, (double) tenure + i);
		if (log_left < -700)
			break;
		sum += exp(log_left);
	}
	PG_RETURN_FLOAT8(sum);
}
