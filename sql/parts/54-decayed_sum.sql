-- ---------------------------------------------------------------------------
-- sums in which older values count less
-- ---------------------------------------------------------------------------

CREATE FUNCTION decayed_sum_add(bytea, double precision, date, interval) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'decayed_sum_add_date';

CREATE FUNCTION decayed_count_add(bytea, date, interval) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'decayed_count_add_date';

CREATE FUNCTION decayed_sum_add(bytea, double precision, timestamp, interval) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'decayed_sum_add_timestamp';

CREATE FUNCTION decayed_count_add(bytea, timestamp, interval) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'decayed_count_add_timestamp';

CREATE FUNCTION decayed_sum_add(bytea, double precision, timestamptz, interval) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'decayed_sum_add_timestamp';

CREATE FUNCTION decayed_count_add(bytea, timestamptz, interval) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'decayed_count_add_timestamp';

CREATE FUNCTION decayed_sum_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'decayed_sum_combine';

CREATE FUNCTION decayed_sum_final(bytea) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'decayed_sum_final';

CREATE AGGREGATE decayed_sum(value double precision, ts date, half_life interval) (
	SFUNC = decayed_sum_add, STYPE = bytea, SSPACE = 600,
	FINALFUNC = decayed_sum_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = decayed_sum_combine, PARALLEL = SAFE
);

CREATE AGGREGATE decayed_count(ts date, half_life interval) (
	SFUNC = decayed_count_add, STYPE = bytea, SSPACE = 600,
	FINALFUNC = decayed_sum_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = decayed_sum_combine, PARALLEL = SAFE
);

CREATE AGGREGATE decayed_sum(value double precision, ts timestamp, half_life interval) (
	SFUNC = decayed_sum_add, STYPE = bytea, SSPACE = 600,
	FINALFUNC = decayed_sum_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = decayed_sum_combine, PARALLEL = SAFE
);

CREATE AGGREGATE decayed_count(ts timestamp, half_life interval) (
	SFUNC = decayed_count_add, STYPE = bytea, SSPACE = 600,
	FINALFUNC = decayed_sum_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = decayed_sum_combine, PARALLEL = SAFE
);

CREATE AGGREGATE decayed_sum(value double precision, ts timestamptz, half_life interval) (
	SFUNC = decayed_sum_add, STYPE = bytea, SSPACE = 600,
	FINALFUNC = decayed_sum_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = decayed_sum_combine, PARALLEL = SAFE
);

CREATE AGGREGATE decayed_count(ts timestamptz, half_life interval) (
	SFUNC = decayed_count_add, STYPE = bytea, SSPACE = 600,
	FINALFUNC = decayed_sum_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = decayed_sum_combine, PARALLEL = SAFE
);

COMMENT ON FUNCTION decayed_sum_add(bytea, double precision, date, interval)
	IS 'Transition function of the aggregate decayed_sum.';
COMMENT ON FUNCTION decayed_count_add(bytea, date, interval)
	IS 'Transition function of the aggregate decayed_count.';
COMMENT ON FUNCTION decayed_sum_add(bytea, double precision, timestamp, interval)
	IS 'Transition function of the aggregate decayed_sum.';
COMMENT ON FUNCTION decayed_count_add(bytea, timestamp, interval)
	IS 'Transition function of the aggregate decayed_count.';
COMMENT ON FUNCTION decayed_sum_add(bytea, double precision, timestamptz, interval)
	IS 'Transition function of the aggregate decayed_sum.';
COMMENT ON FUNCTION decayed_count_add(bytea, timestamptz, interval)
	IS 'Transition function of the aggregate decayed_count.';
COMMENT ON FUNCTION decayed_sum_combine(bytea, bytea)
	IS 'Combine function of the aggregates decayed_sum and decayed_count.';
COMMENT ON FUNCTION decayed_sum_final(bytea)
	IS 'Final function of the aggregates decayed_sum and decayed_count.';
COMMENT ON AGGREGATE decayed_sum(double precision, date, interval)
	IS 'A sum in which a value counts half as much for each half_life that it is older than the '
	'latest of the group: value times 2^-(age / half_life), in the unit of the values. To have it '
	'as of a later day multiply by 2^-(days since then / half-life in days). Rows without a time '
	'or value are left out; NULL if there are none. Works as a window function, too: OVER '
	'(PARTITION BY customer_id ORDER BY ordered_at) is the sum as it was at each row. The same '
	'result for every order of the rows and every plan. Errors: 22023 for a half_life that is '
	'below a day, changes within a group, or has months, which are not always as long; 22004 when '
	'it is NULL; 22008 for an infinite time; 22003 for a value that is not finite, or a sum that '
	'does not fit.';
COMMENT ON AGGREGATE decayed_count(date, interval)
	IS 'How many rows there are, each counting half as much for each half_life that it is older '
	'than the latest of the group: decayed_sum of ones. Rows without a time are left out; NULL if '
	'there are none. Works as a window function, too: OVER (PARTITION BY customer_id ORDER BY '
	'ordered_at) is the sum as it was at each row. The same result for every order of the rows and '
	'every plan. Errors: 22023 for a half_life that is below a day, changes within a group, or has '
	'months, which are not always as long; 22004 when it is NULL; 22008 for an infinite time.';
COMMENT ON AGGREGATE decayed_sum(double precision, timestamp, interval)
	IS 'The same for timestamp, where the half_life may be hours; a day is 24 hours. See '
	'decayed_sum(double precision, date, interval). A number without a unit is seconds: ''30'' is '
	'30 seconds, ''30 days'' is what it says.';
COMMENT ON AGGREGATE decayed_count(timestamp, interval)
	IS 'The same for timestamp, where the half_life may be hours; a day is 24 hours. See '
	'decayed_count(date, interval). A number without a unit is seconds: ''30'' is 30 seconds, ''30 '
	'days'' is what it says.';
COMMENT ON AGGREGATE decayed_sum(double precision, timestamptz, interval)
	IS 'The same for timestamptz, where the half_life may be hours; a day is 24 hours. See '
	'decayed_sum(double precision, date, interval). A number without a unit is seconds: ''30'' is '
	'30 seconds, ''30 days'' is what it says.';
COMMENT ON AGGREGATE decayed_count(timestamptz, interval)
	IS 'The same for timestamptz, where the half_life may be hours; a day is 24 hours. See '
	'decayed_count(date, interval). A number without a unit is seconds: ''30'' is 30 seconds, ''30 '
	'days'' is what it says.';
