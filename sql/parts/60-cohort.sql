-- ---------------------------------------------------------------------------
-- how many come back
-- ---------------------------------------------------------------------------

CREATE TYPE cohort_period AS (
	cohort date,
	period integer,
	eligible bigint,
	active bigint,
	rate double precision,
	active_on_or_after bigint,
	rate_on_or_after double precision,
	orders bigint,
	spend numeric
);

CREATE TYPE retention_period AS (
	period integer,
	cohorts bigint,
	eligible bigint,
	active bigint,
	rate double precision,
	lower double precision,
	upper double precision,
	active_on_or_after bigint,
	rate_on_or_after double precision,
	orders bigint,
	spend numeric
);

CREATE FUNCTION cohort_retention_add(bytea, purchase_history, text, date) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'cohort_retention_add';

CREATE FUNCTION cohort_retention_add(bytea, purchase_history, text, date, integer) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'cohort_retention_add';

CREATE FUNCTION cohort_retention_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'cohort_retention_combine';

CREATE FUNCTION cohort_retention_final(bytea) RETURNS cohort_period[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'cohort_retention_final';

CREATE FUNCTION retention_curve_final(bytea) RETURNS retention_period[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'retention_curve_final';

CREATE AGGREGATE cohort_retention(history purchase_history, period text, as_of date) (
	SFUNC = cohort_retention_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = cohort_retention_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = cohort_retention_combine, PARALLEL = SAFE
);

CREATE AGGREGATE cohort_retention(history purchase_history, period text, as_of date,
		periods integer) (
	SFUNC = cohort_retention_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = cohort_retention_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = cohort_retention_combine, PARALLEL = SAFE
);

CREATE AGGREGATE retention_curve(history purchase_history, period text, as_of date) (
	SFUNC = cohort_retention_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = retention_curve_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = cohort_retention_combine, PARALLEL = SAFE
);

CREATE AGGREGATE retention_curve(history purchase_history, period text, as_of date,
		periods integer) (
	SFUNC = cohort_retention_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = retention_curve_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = cohort_retention_combine, PARALLEL = SAFE
);

COMMENT ON TYPE cohort_period
	IS 'The customers of a cohort, so many periods after their first purchase. A row of '
	'cohort_retention.';
COMMENT ON COLUMN cohort_period.cohort
	IS 'first day of the period in which they bought for the first time';
COMMENT ON COLUMN cohort_period.period IS 'periods since then: 0 is that period itself';
COMMENT ON COLUMN cohort_period.eligible
	IS 'customers of the cohort, all of whom have been seen for the whole period';
COMMENT ON COLUMN cohort_period.active IS 'how many of them bought within the period';
COMMENT ON COLUMN cohort_period.rate IS 'the share of them that did: retention on the period';
COMMENT ON COLUMN cohort_period.active_on_or_after
	IS 'how many of them bought within the period or later, by as_of';
COMMENT ON COLUMN cohort_period.rate_on_or_after
	IS 'the share of them that did: unbounded retention. It goes down from period to period; of '
	'the latest periods it says little, because customers who will come back have had no time to';
COMMENT ON COLUMN cohort_period.orders IS 'their orders within the period';
COMMENT ON COLUMN cohort_period.spend
	IS 'what they spent within it, refunds taken off, in the money of the orders; NULL if no '
	'amount is known at all';
COMMENT ON TYPE retention_period
	IS 'Customers of all cohorts, so many periods after their first purchase. A row of '
	'retention_curve.';
COMMENT ON COLUMN retention_period.period
	IS 'periods since the one of their first purchase, which is 0';
COMMENT ON COLUMN retention_period.cohorts IS 'cohorts that have been seen for the whole period';
COMMENT ON COLUMN retention_period.eligible IS 'customers of those cohorts';
COMMENT ON COLUMN retention_period.active IS 'how many of them bought within the period';
COMMENT ON COLUMN retention_period.rate
	IS 'the share of them that did: the rates of the cohorts, each with the weight of its '
	'customers';
COMMENT ON COLUMN retention_period.lower
	IS 'lower limit of the rate with 95 percent confidence (Wilson)';
COMMENT ON COLUMN retention_period.upper IS 'upper limit of the rate';
COMMENT ON COLUMN retention_period.active_on_or_after
	IS 'how many of them bought within the period or later, by as_of';
COMMENT ON COLUMN retention_period.rate_on_or_after
	IS 'the share of them that did: unbounded retention';
COMMENT ON COLUMN retention_period.orders IS 'their orders within the period';
COMMENT ON COLUMN retention_period.spend
	IS 'what they spent within it, refunds taken off; NULL if no amount is known at all';
COMMENT ON FUNCTION cohort_retention_add(bytea, purchase_history, text, date)
	IS 'Transition function of the aggregates cohort_retention and retention_curve.';
COMMENT ON FUNCTION cohort_retention_add(bytea, purchase_history, text, date, integer)
	IS 'Transition function of the aggregates cohort_retention and retention_curve.';
COMMENT ON FUNCTION cohort_retention_combine(bytea, bytea)
	IS 'Combine function of the aggregates cohort_retention and retention_curve.';
COMMENT ON FUNCTION cohort_retention_final(bytea)
	IS 'Final function of the aggregate cohort_retention.';
COMMENT ON FUNCTION retention_curve_final(bytea)
	IS 'Final function of the aggregate retention_curve.';
COMMENT ON AGGREGATE cohort_retention(purchase_history, text, date)
	IS 'It is not how many come in, it is how many come back: customers by the period (''day'', '
	''
	'''week'' from Monday on, ''month'', ''quarter'' or ''year'', by the calendar) of their '
	'first purchase, and how many of them bought in each period since, in which nobody did '
	'included. Only periods that are over by as_of: with months as of June 30 June is the last '
	'one, as of June 29 it is May, and whoever came in June is not counted yet. So nobody is '
	'counted as not having come back who had no time to. Rows by cohort and period; unnest makes '
	'the array a table. A period without purchases but with refunds is not active. What was sent '
	'back in periods before the first purchase is left out. The same for every order of the rows '
	'and every plan. NULL histories are left out; NULL if no period with a customer is over. '
	'Errors: 22008 for an infinite as_of, 22004 for a NULL period or as_of, 22023 for another '
	'period or arguments that change within a group, 54000 for more rows than a result can have.';
COMMENT ON AGGREGATE cohort_retention(purchase_history, text, date, integer)
	IS 'As cohort_retention(history, period, as_of), with at most so many periods behind the first '
	'one of each cohort: 30 for the first thirty days of daily cohorts. Errors: 22023 for a '
	'negative number of periods, 22004 for NULL.';
COMMENT ON AGGREGATE retention_curve(purchase_history, text, date)
	IS 'What share of all customers buys in the first, second, third period after the one in which '
	'they came: all cohorts of cohort_retention added up, each period over those cohorts that have '
	'been seen for the whole of it. So every customer has the same weight, and a curve does not '
	'fall because young cohorts had no time to come back; when cohorts differ it may rise. unnest '
	'makes the array a table. NULL and errors: as cohort_retention.';
COMMENT ON AGGREGATE retention_curve(purchase_history, text, date, integer)
	IS 'As retention_curve(history, period, as_of), with at most so many periods behind the first '
	'one. Errors: as cohort_retention.';
