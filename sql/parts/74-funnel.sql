-- ---------------------------------------------------------------------------
-- events: who met one condition, then another
-- ---------------------------------------------------------------------------

CREATE FUNCTION retention_add(bigint, boolean[]) RETURNS bigint
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_add';

CREATE FUNCTION retention_combine(bigint, bigint) RETURNS bigint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_combine';

CREATE FUNCTION retention_final(bigint) RETURNS boolean[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_final';

CREATE AGGREGATE retention(VARIADIC conditions boolean[]) (
	SFUNC = retention_add, STYPE = bigint, SSPACE = 8,
	FINALFUNC = retention_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = retention_combine, PARALLEL = SAFE
);

CREATE FUNCTION window_funnel_add(bytea, interval, date, boolean[]) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'window_funnel_add_date';

CREATE FUNCTION window_funnel_add(bytea, interval, timestamp, boolean[]) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'window_funnel_add_timestamp';

CREATE FUNCTION window_funnel_add(bytea, interval, timestamptz, boolean[]) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'window_funnel_add_timestamp';

CREATE FUNCTION window_funnel_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'window_funnel_combine';

CREATE FUNCTION window_funnel_final(bytea) RETURNS integer
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'window_funnel_final';

CREATE FUNCTION window_funnel_dates_final(bytea) RETURNS date[]
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'window_funnel_times_final';

CREATE FUNCTION window_funnel_timestamps_final(bytea) RETURNS timestamp[]
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'window_funnel_times_final';

CREATE FUNCTION window_funnel_timestamptzs_final(bytea) RETURNS timestamptz[]
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'window_funnel_times_final';

CREATE AGGREGATE window_funnel(within interval, ts date, VARIADIC conditions boolean[]) (
	SFUNC = window_funnel_add, STYPE = bytea, SSPACE = 150,
	FINALFUNC = window_funnel_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = window_funnel_combine, PARALLEL = SAFE
);

CREATE AGGREGATE window_funnel_times(within interval, ts date, VARIADIC conditions boolean[]) (
	SFUNC = window_funnel_add, STYPE = bytea, SSPACE = 150,
	FINALFUNC = window_funnel_dates_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = window_funnel_combine, PARALLEL = SAFE
);

CREATE AGGREGATE window_funnel(within interval, ts timestamp, VARIADIC conditions boolean[]) (
	SFUNC = window_funnel_add, STYPE = bytea, SSPACE = 150,
	FINALFUNC = window_funnel_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = window_funnel_combine, PARALLEL = SAFE
);

CREATE AGGREGATE window_funnel_times(within interval, ts timestamp, VARIADIC conditions boolean[]) (
	SFUNC = window_funnel_add, STYPE = bytea, SSPACE = 150,
	FINALFUNC = window_funnel_timestamps_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = window_funnel_combine, PARALLEL = SAFE
);

CREATE AGGREGATE window_funnel(within interval, ts timestamptz, VARIADIC conditions boolean[]) (
	SFUNC = window_funnel_add, STYPE = bytea, SSPACE = 150,
	FINALFUNC = window_funnel_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = window_funnel_combine, PARALLEL = SAFE
);

CREATE AGGREGATE window_funnel_times(within interval, ts timestamptz,
		VARIADIC conditions boolean[]) (
	SFUNC = window_funnel_add, STYPE = bytea, SSPACE = 150,
	FINALFUNC = window_funnel_timestamptzs_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = window_funnel_combine, PARALLEL = SAFE
);

COMMENT ON FUNCTION retention_add(bigint, boolean[])
	IS 'Transition function of the aggregate retention.';
COMMENT ON FUNCTION retention_combine(bigint, bigint)
	IS 'Combine function of the aggregate retention.';
COMMENT ON FUNCTION retention_final(bigint) IS 'Final function of the aggregate retention.';
COMMENT ON AGGREGATE retention(VARIADIC boolean[])
	IS 'Who met the first condition, and which others: retention(day = ''2026-01-01'', day = '
	''
	'''2026-01-02'', day = ''2026-01-08'') of each customer says whether they came on the '
	'first day, on that and the next, and on that and a week later. One element for each '
	'condition, up to 32: the first is whether some row met the first condition, each other one '
	'whether some row met the first and some row, not necessarily the same, met this one. In which '
	'order does not matter: see window_funnel. A NULL condition is not met. NULL without a row. '
	'Errors: 22023 for more conditions, or rows with different numbers of them.';
COMMENT ON FUNCTION window_funnel_add(bytea, interval, date, boolean[])
	IS 'Transition function of the aggregates window_funnel and window_funnel_times.';
COMMENT ON FUNCTION window_funnel_add(bytea, interval, timestamp, boolean[])
	IS 'Transition function of the aggregates window_funnel and window_funnel_times.';
COMMENT ON FUNCTION window_funnel_add(bytea, interval, timestamptz, boolean[])
	IS 'Transition function of the aggregates window_funnel and window_funnel_times.';
COMMENT ON FUNCTION window_funnel_combine(bytea, bytea)
	IS 'Combine function of the aggregates window_funnel and window_funnel_times.';
COMMENT ON FUNCTION window_funnel_final(bytea) IS 'Final function of the aggregate window_funnel.';
COMMENT ON FUNCTION window_funnel_dates_final(bytea)
	IS 'Final function of the aggregate window_funnel_times.';
COMMENT ON FUNCTION window_funnel_timestamps_final(bytea)
	IS 'Final function of the aggregate window_funnel_times.';
COMMENT ON FUNCTION window_funnel_timestamptzs_final(bytea)
	IS 'Final function of the aggregate window_funnel_times.';
COMMENT ON AGGREGATE window_funnel(interval, date, VARIADIC boolean[])
	IS 'As window_funnel(within, ts, conditions) of timestamps, for days. Error 22023 for a window '
	'above 0 and below a day, too.';
COMMENT ON AGGREGATE window_funnel_times(interval, date, VARIADIC boolean[])
	IS 'As window_funnel_times(within, ts, conditions) of timestamps, for days. Error 22023 for a '
	'window above 0 and below a day, too.';
COMMENT ON AGGREGATE window_funnel(interval, timestamp, VARIADIC boolean[])
	IS 'How far a customer went: the most steps, in their order, that some chain of their events '
	'has. window_funnel(''1 hour'', at, action = ''view'', action = ''basket'', action = '
	''
	'''order'') is 3 when an order followed a basket that followed a view, the order at '
	'most an hour after the view; 0 when there was no view. Each step is at the time of the one '
	'before or later, and none is more than within behind the first one; one event may be several '
	'steps. All chains are looked at, not only those that begin with the first event. Up to 32 '
	'conditions; a NULL one is not met, a row without a time is left out. The same for every order '
	'of the rows and every plan. 0 without a row. A day is 24 hours; a number without a unit is '
	'seconds: '
	'''30'' is 30 seconds, ''30 days'' is what it says. Errors: 22023 for a window '
	'with months, which differ, or a negative one, for more conditions, or arguments that change '
	'within a group, 22008 for an infinite time, 22004 for a NULL window.';
COMMENT ON AGGREGATE window_funnel_times(interval, timestamp, VARIADIC boolean[])
	IS 'When a customer took the steps of window_funnel: as many times as that is, an empty array '
	'when it is 0. Of several chains with so many steps the one that ends first, of those the one '
	'that begins last, and between the two each step as soon as it can be. Errors: as '
	'window_funnel.';
COMMENT ON AGGREGATE window_funnel(interval, timestamptz, VARIADIC boolean[])
	IS 'As window_funnel(within, ts, conditions) of timestamps, for points in time.';
COMMENT ON AGGREGATE window_funnel_times(interval, timestamptz, VARIADIC boolean[])
	IS 'As window_funnel_times(within, ts, conditions) of timestamps, for points in time.';
