-- ---------------------------------------------------------------------------
-- contracts and subscriptions: who renews
-- ---------------------------------------------------------------------------

CREATE FUNCTION fit_model_add(bytea, text, integer, boolean) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_model_add_contracts';

CREATE FUNCTION fit_model_add(bytea, text, integer, boolean, double precision) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_model_add_contracts';

CREATE FUNCTION fit_model_add(bytea, text, integer, boolean, double precision, double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_model_add_contracts';

CREATE AGGREGATE fit_model(kind text, tenure integer, churned boolean) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_model(kind text, tenure integer, churned boolean, weight double precision) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_model(kind text, tenure integer, churned boolean, weight double precision,
		time_unit_days double precision) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

CREATE FUNCTION survival_probability(model retention_model, renewals integer)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'contract_survival';

CREATE FUNCTION retention_rate(model retention_model, renewal integer) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'contract_retention_rate';

CREATE FUNCTION expected_renewals(model retention_model, tenure integer, horizon integer)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'contract_expected_renewals';

CREATE FUNCTION discounted_expected_renewals(model retention_model, tenure integer,
		discount_rate double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'contract_discounted_renewals';

CREATE FUNCTION discounted_expected_renewals(model retention_model, tenure integer,
		discount_rate double precision, horizon integer)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'contract_discounted_renewals';

CREATE FUNCTION residual_lifetime_value(model retention_model, value_per_period numeric,
		tenure integer, discount_rate double precision, margin double precision DEFAULT 1)
	RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'contract_residual_lifetime_value';

COMMENT ON FUNCTION fit_model_add(bytea, text, integer, boolean)
	IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_add(bytea, text, integer, boolean, double precision)
	IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_add(bytea, text, integer, boolean, double precision, double precision)
	IS 'Transition function of the aggregate fit_model.';
COMMENT ON AGGREGATE fit_model(text, integer, boolean)
	IS 'Fits a model of kind sbg (alpha, beta) or bdw (alpha, beta, c) to contracts by maximum '
	'likelihood: tenure is the number of renewals that have come up, churned whether they did '
	'not renew at the last of them, a boolean. The share that leaves is Beta(alpha, beta) across '
	'customers; with bdw it rises (c above 1) or falls (below) with the number of renewals. Rows '
	'with a NULL are left out. A WARNING, and converged false, when the likelihood rises toward '
	'a limit, see at_limit, or does not tell all parameters. Errors: 22000 for fewer than five '
	'renewals or five refusals, 22023 for another kind, a negative tenure, or churned with a '
	'tenure of 0. Sources: Fader, Hardie (2007), "How to project customer retention"; Fader, '
	'Hardie, Liu, Davin, Steenburgh (2018).';
COMMENT ON AGGREGATE fit_model(text, integer, boolean, double precision)
	IS 'The same with a weight for each row, such as the number of contracts it stands for; not '
	'negative. A NOTICE where all rows have the same weight and it is not 1: a time unit comes '
	'after the weight.';
COMMENT ON AGGREGATE fit_model(text, integer, boolean, double precision, double precision)
	IS 'The same for periods of time_unit_days days, for the record.';
COMMENT ON FUNCTION survival_probability(retention_model, integer)
	IS 'The share of new contracts that last through so many renewals, by a model of kind sbg or '
	'bdw: B(alpha, beta + t^c) / B(alpha, beta). Error 22023 for a model of another kind or a '
	'negative number.';
COMMENT ON FUNCTION retention_rate(retention_model, integer)
	IS 'The share of those that are asked for this renewal, the first one is 1, that renew, by a '
	'model of kind sbg or bdw. It rises with the number of renewals, since who leaves easily has '
	'left. Error 22023 for a model of another kind or a renewal below 1.';
COMMENT ON FUNCTION expected_renewals(retention_model, integer, integer)
	IS 'How many of the next horizon renewals a customer with tenure renewals behind them is '
	'expected to make, by a model of kind sbg or bdw. Error 22023 for a model of another kind or a '
	'negative number.';
COMMENT ON FUNCTION discounted_expected_renewals(retention_model, integer, double precision)
	IS 'The renewals to expect, for ever, of a customer with tenure renewals behind them whose '
	'next one is due now, which counts in full, each later one 1 / (1 + discount_rate) of the one '
	'before; by a model of kind sbg or bdw. discount_rate is per period of the contract. The '
	'literature''s discounted expected residual lifetime. Error 22023 for a model of another kind, '
	'a negative tenure or a discount_rate that is not above 0 and at most 1. Source: Fader, Hardie '
	'(2010), "Customer-base valuation in a contractual setting".';
COMMENT ON FUNCTION discounted_expected_renewals(retention_model, integer, double precision,
		integer)
	IS 'The same for the next horizon renewals. Error 22023 for a model of another kind, a '
	'negative tenure or horizon, or a rate that is not between 0 and 1.';
COMMENT ON FUNCTION residual_lifetime_value(retention_model, numeric, integer, double precision,
		double precision)
	IS 'What the contract of a customer with tenure renewals behind them is still worth just '
	'before the next one, which is paid at once: value_per_period times margin (1) times '
	'discounted_expected_renewals. discount_rate is per period of the contract, 0.1 for 10 '
	'percent. Errors: 22023 for a model of another kind, a negative value or tenure, a margin that '
	'is not between 0 and 1, or a discount_rate that is not above 0 and at most 1. Source: Fader, '
	'Hardie (2010), "Customer-base valuation in a contractual setting".';
