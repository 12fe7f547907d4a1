-- ---------------------------------------------------------------------------
-- how many customers there are, came and were lost, as expectations
-- ---------------------------------------------------------------------------

CREATE TYPE expected_lifecycle_period AS (
	period date,
	new bigint,
	customers double precision,
	lost double precision,
	churn_rate double precision
);

CREATE FUNCTION expected_lifecycle_add(bytea, purchase_history, text, date, retention_model,
		retention_model)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4000
	AS 'MODULE_PATHNAME', 'expected_lifecycle_add';

CREATE FUNCTION expected_lifecycle_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'expected_lifecycle_combine';

CREATE FUNCTION expected_lifecycle_final(bytea) RETURNS expected_lifecycle_period[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'expected_lifecycle_final';

CREATE AGGREGATE expected_lifecycle(history purchase_history, period text, as_of date,
		cycle_model retention_model, base_model retention_model) (
	SFUNC = expected_lifecycle_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = expected_lifecycle_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = expected_lifecycle_combine, PARALLEL = SAFE
);

COMMENT ON TYPE expected_lifecycle_period
	IS 'How many customers there are at the end of a period, as an expectation. A row of '
	'expected_lifecycle. Always customers = customers of the period before + new - lost.';
COMMENT ON COLUMN expected_lifecycle_period.period IS 'first day of the period';
COMMENT ON COLUMN expected_lifecycle_period.new IS 'customers who bought for the first time';
COMMENT ON COLUMN expected_lifecycle_period.customers
	IS 'customers to expect at its end: of all who ever came the sum of 1 - p_gone, as known at '
	'that end';
COMMENT ON COLUMN expected_lifecycle_period.lost
	IS 'how many were lost in it, in balance with who was taken for lost and came back: below 0 '
	'where these are more';
COMMENT ON COLUMN expected_lifecycle_period.churn_rate
	IS 'lost as a share of the customers at the beginning of the period; NULL if there were none';
COMMENT ON FUNCTION expected_lifecycle_add(bytea, purchase_history, text, date, retention_model,
		retention_model)
	IS 'Transition function of the aggregate expected_lifecycle.';
COMMENT ON FUNCTION expected_lifecycle_combine(bytea, bytea)
	IS 'Combine function of the aggregate expected_lifecycle.';
COMMENT ON FUNCTION expected_lifecycle_final(bytea)
	IS 'Final function of the aggregate expected_lifecycle.';
COMMENT ON AGGREGATE expected_lifecycle(purchase_history, text, date, retention_model,
		retention_model)
	IS 'How many customers there were at the end of each period (''day'', ''week'' from Monday on, '
	''
	''
	'''month'', ''quarter'' or ''year'', by the calendar), came and were lost in it: not a count '
	'of who became more likely gone than not, which is too high by half and more even where the '
	'models are exactly true, since many of them come back, but the sum of the probabilities: of '
	'1 - p_gone(history, end, cycle_model, base_model), each period as known at its own end, from '
	'the first one with a customer to the last one that is over by as_of. lost = customers before '
	'+ new - customers after. Right as a sum where the models are; who they are says lost_on. '
	'Probabilities are added up in parts of 2^-30, so that the result is the same for every order '
	'of the rows and every plan. unnest makes the array of periods a table. base_model may be '
	'NULL: see p_gone. NULL histories are left out; NULL if no period is over. Errors: 22008 for '
	'an infinite as_of, 22004 for another NULL argument, 54000 for more than 1000000 periods, '
	'22023 for another period, for models of other kinds, or arguments that change within a '
	'group.';
