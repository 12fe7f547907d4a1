-- ---------------------------------------------------------------------------
-- what is known of a customer, inside the models
-- ---------------------------------------------------------------------------

CREATE FUNCTION fit_covariates_add(bytea, text, purchase_history, date, double precision,
		retention_season, double precision[])
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'fit_covariates_add';

CREATE FUNCTION fit_covariates_add(bytea, text, purchase_history, date, double precision,
		retention_season, double precision[], text[])
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 12
	AS 'MODULE_PATHNAME', 'fit_covariates_add';

CREATE FUNCTION fit_covariates_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'fit_covariates_combine';

CREATE FUNCTION fit_covariates_final(bytea) RETURNS retention_model
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
	AS 'MODULE_PATHNAME', 'fit_covariates_final';

CREATE AGGREGATE fit_model(kind text, history purchase_history, as_of date,
		time_unit_days double precision, season retention_season, covariates double precision[]) (
	SFUNC = fit_covariates_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_covariates_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_covariates_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_model(kind text, history purchase_history, as_of date,
		time_unit_days double precision, season retention_season, covariates double precision[],
		covariate_names text[]) (
	SFUNC = fit_covariates_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_covariates_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_covariates_combine, PARALLEL = SAFE
);

CREATE FUNCTION with_covariates(model retention_model, covariates double precision[])
	RETURNS retention_model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'with_covariates';

CREATE FUNCTION model_effects(model retention_model)
	RETURNS TABLE (process text, covariate text, coefficient double precision,
		std_error double precision, lower double precision, upper double precision,
		p_value double precision, ratio double precision)
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10
	AS 'MODULE_PATHNAME', 'model_effects';

COMMENT ON FUNCTION fit_covariates_add(bytea, text, purchase_history, date, double precision,
		retention_season, double precision[])
	IS 'Transition function of the aggregate fit_model with covariates.';
COMMENT ON FUNCTION fit_covariates_add(bytea, text, purchase_history, date, double precision,
		retention_season, double precision[], text[])
	IS 'Transition function of the aggregate fit_model with covariates.';
COMMENT ON FUNCTION fit_covariates_combine(bytea, bytea)
	IS 'Combine function of the aggregate fit_model with covariates.';
COMMENT ON FUNCTION fit_covariates_final(bytea)
	IS 'Final function of the aggregate fit_model with covariates.';
COMMENT ON AGGREGATE fit_model(text, purchase_history, date, double precision, retention_season,
		double precision[])
	IS 'A model with what is known of each customer: up to 32 numbers, the same for all, such as '
	'ARRAY[age, (channel = ''web'')::int] or one_hot(region, levels). Kinds: bg/nbd, mbg/nbd, '
	'pareto/nbd, gamma-gamma, gamma-gamma-all. model_effects says what they do; '
	'with_covariates(model, covariates) is the model of such a customer, which all functions '
	'take: p_alive(with_covariates(m, z), h, as_of). With coefficients c of a process and '
	'covariates z a customer buys exp(c1 z1 + c2 z2 + ...) times as often (purchase: alpha '
	'divided by it), leaves so much sooner (dropout: of bg/nbd and mbg/nbd the odds of leaving '
	'after a purchase times it, a alone; of pareto/nbd the rate, beta divided by it), spends so '
	'many times as much (spend: gamma times it). Parameters are those of a customer whose '
	'covariates are all 0. log_likelihood, aic and bic are of all customers, each coefficient a '
	'parameter more. The season may be NULL; an empty array is a model without covariates. A '
	'covariate that is the same for all, or a combination of those before it, has no coefficient '
	'(NOTICE); one of which all or none of some customers do what the process is has one without '
	'end (WARNING, which says where the search ended). The same for '
	'every order of the rows. Rows without a history are left out. Errors: 22004 for a NULL in '
	'covariates, which it names by its place, 22023 for one that is not finite, a kind without '
	'covariates, or arguments that change within a group, 2202E for arrays of different lengths or '
	'more than 32; others as fit_model(kind, history, as_of, time_unit_days). Source: Fader, '
	'Hardie (2007), "Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD '
	'models"; for the odds of leaving see the methods page.';
COMMENT ON AGGREGATE fit_model(text, purchase_history, date, double precision, retention_season,
		double precision[], text[])
	IS 'As fit_model(kind, history, as_of, time_unit_days, season, covariates), with the names of '
	'the covariates, which model_effects and messages then say. Errors: 2202E for fewer or more '
	'names than covariates, 22004 for a NULL among them, 22023 for an empty one, one of more than '
	'63 bytes, two that are the same, or names that change within a group.';
COMMENT ON FUNCTION with_covariates(retention_model, double precision[])
	IS 'The model of a customer with these covariates: a plain model, which every function takes. '
	'Its parameters are those of the model times what the covariates do, its covariance is by the '
	'delta rule; log_likelihood, aic and bic are NULL, as those of the fit are of all customers. '
	'NULL for a NULL argument. Errors: 2202E for another number of covariates than the model has, '
	'22004 for a NULL among them, 22023 for one that is not finite or a model without covariates, '
	'22003 for parameters beyond all bounds.';
COMMENT ON FUNCTION model_effects(retention_model)
	IS 'What the covariates of a model do: a row for each process (purchase, dropout or spend) and '
	'covariate (its name, or its number): the coefficient, its standard error, 95 percent limits, '
	'the p-value of no effect (Wald), and ratio, exp(coefficient): 1.3 is buying 1.3 times as '
	'often, leaving as much sooner (the odds of leaving after a purchase, or the rate), spending '
	'1.3 times as much, for each unit that the covariate is higher. coefficient is NULL of a '
	'covariate that says nothing of its own; errors, limits and p_value are NULL where they are '
	'not known, and of a model that was typed in. No row of a model without covariates.';
