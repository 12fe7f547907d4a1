-- ---------------------------------------------------------------------------
-- who came, stayed, fell silent, came back and was lost
-- ---------------------------------------------------------------------------

CREATE TYPE lifecycle_period AS (
	period date,
	new bigint,
	retained bigint,
	resurrected bigint,
	active bigint,
	dormant bigint,
	lost bigint,
	recovered bigint,
	customers bigint,
	repeat_rate double precision,
	retention_rate double precision,
	churn_rate double precision,
	orders bigint,
	spend numeric
);

CREATE FUNCTION lifecycle_add(bytea, purchase_history, text, date, interval) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'lifecycle_add_silence';

CREATE FUNCTION lifecycle_add(bytea, purchase_history, text, date, retention_model,
		double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 200
	AS 'MODULE_PATHNAME', 'lifecycle_add_model';

CREATE FUNCTION lifecycle_add(bytea, purchase_history, text, date, retention_model,
		retention_model, double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000
	AS 'MODULE_PATHNAME', 'lifecycle_add_models';

CREATE FUNCTION lifecycle_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'lifecycle_combine';

CREATE FUNCTION lifecycle_final(bytea) RETURNS lifecycle_period[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'lifecycle_final';

CREATE AGGREGATE lifecycle(history purchase_history, period text, as_of date, lost_after interval) (
	SFUNC = lifecycle_add, STYPE = bytea, SSPACE = 8000,
	FINALFUNC = lifecycle_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = lifecycle_combine, PARALLEL = SAFE
);

CREATE AGGREGATE lifecycle(history purchase_history, period text, as_of date, model retention_model,
		score double precision) (
	SFUNC = lifecycle_add, STYPE = bytea, SSPACE = 8000,
	FINALFUNC = lifecycle_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = lifecycle_combine, PARALLEL = SAFE
);

CREATE AGGREGATE lifecycle(history purchase_history, period text, as_of date,
		cycle_model retention_model, base_model retention_model, probability double precision) (
	SFUNC = lifecycle_add, STYPE = bytea, SSPACE = 8000,
	FINALFUNC = lifecycle_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = lifecycle_combine, PARALLEL = SAFE
);

COMMENT ON TYPE lifecycle_period
	IS 'What happened to the customers in a period. A row of lifecycle. Always active = new + '
	'retained + resurrected; active = active of the period before - dormant + new + resurrected; '
	'and customers = customers of the period before + new + recovered - lost.';
COMMENT ON COLUMN lifecycle_period.period IS 'first day of the period';
COMMENT ON COLUMN lifecycle_period.new IS 'customers who bought for the first time';
COMMENT ON COLUMN lifecycle_period.retained
	IS 'customers who bought, and in the period before, too';
COMMENT ON COLUMN lifecycle_period.resurrected
	IS 'customers who bought, and earlier, but not in the period before';
COMMENT ON COLUMN lifecycle_period.active IS 'customers who bought: the sum of these three';
COMMENT ON COLUMN lifecycle_period.dormant
	IS 'customers who bought in the period before, but not in this one: counted once, in the first '
	'silent period';
COMMENT ON COLUMN lifecycle_period.lost
	IS 'customers whose silence became too long in this period; who comes back may be lost again';
COMMENT ON COLUMN lifecycle_period.recovered
	IS 'purchases of customers who had been lost until then';
COMMENT ON COLUMN lifecycle_period.customers
	IS 'customers at the end of the period: all who ever came, without those who are lost';
COMMENT ON COLUMN lifecycle_period.repeat_rate
	IS 'the share of the active customers who had bought in an earlier period; NULL if nobody was '
	'active';
COMMENT ON COLUMN lifecycle_period.retention_rate
	IS 'the share of those active in the period before who were active again; NULL if nobody was';
COMMENT ON COLUMN lifecycle_period.churn_rate
	IS 'lost as a share of the customers at the beginning of the period; NULL if there were none';
COMMENT ON COLUMN lifecycle_period.orders IS 'orders in the period';
COMMENT ON COLUMN lifecycle_period.spend
	IS 'what was spent in it, refunds taken off, in the money of the orders; NULL if no amount is '
	'known at all';
COMMENT ON FUNCTION lifecycle_add(bytea, purchase_history, text, date, interval)
	IS 'Transition function of the aggregate lifecycle.';
COMMENT ON FUNCTION lifecycle_add(bytea, purchase_history, text, date, retention_model,
		double precision)
	IS 'Transition function of the aggregate lifecycle.';
COMMENT ON FUNCTION lifecycle_add(bytea, purchase_history, text, date, retention_model,
		retention_model, double precision)
	IS 'Transition function of the aggregate lifecycle.';
COMMENT ON FUNCTION lifecycle_combine(bytea, bytea)
	IS 'Combine function of the aggregate lifecycle.';
COMMENT ON FUNCTION lifecycle_final(bytea) IS 'Final function of the aggregate lifecycle.';
COMMENT ON AGGREGATE lifecycle(purchase_history, text, date, interval)
	IS 'How many came, stayed, fell silent, came back and were lost in each period (''day'', '
	''
	'''week'' from Monday on, ''month'', ''quarter'' or ''year'', by the calendar), the '
	'first one with a purchase or refund to the last one that is over by as_of. A customer is lost '
	'on the day on which they have bought nothing for lost_after (a month by the calendar), unless '
	'they buy on that day; if they buy later they are recovered. Each day of loss depends on their '
	'own purchases only. unnest makes the array of periods a table. The same for every order of '
	'the rows and every plan. NULL histories are left out; NULL if no period is over. Errors: '
	'22008 for an infinite as_of, 22004 for a NULL argument, 22023 for another period, a '
	'lost_after below a day, or arguments that change within a group.';
COMMENT ON AGGREGATE lifecycle(purchase_history, text, date, retention_model, double precision)
	IS 'As lifecycle(history, period, as_of, lost_after), but a customer is lost on the day on '
	'which their silence became too long for their own rhythm: after each of their purchases, on '
	'the day that lost_on(history, as_of, model, score) gives for what was known then. 0.5 suits '
	'a model of a customer base, 0.99 an interpurchase model. A season of the model counts as in '
	'lost_on. The days depend on their purchases and the model only, not on other customers. '
	'Errors: as there, and as lost_on.';
COMMENT ON AGGREGATE lifecycle(purchase_history, text, date, retention_model, retention_model,
		double precision)
	IS 'As lifecycle(history, period, as_of, lost_after), but a customer is lost on the day on '
	'which p_gone reached probability: after each of their purchases, on the day that '
	'lost_on(history, as_of, cycle_model, base_model, probability) gives for what was known then. '
	'0.5 is more likely gone than not; how many have left says expected_lifecycle. base_model may '
	'be NULL: see p_gone. Errors: as there, and as lost_on.';
