-- ---------------------------------------------------------------------------
-- how much will all of them buy, and how sure is that
-- ---------------------------------------------------------------------------

CREATE TYPE expected_total AS (
	customers bigint,
	expected double precision,
	lower double precision,
	upper double precision
);

CREATE FUNCTION expected_total_add(bytea, retention_model, purchase_history, date, interval)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 400
	AS 'MODULE_PATHNAME', 'expected_total_add';

CREATE FUNCTION expected_total_add(bytea, retention_model, purchase_history, date, interval,
		double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 400
	AS 'MODULE_PATHNAME', 'expected_total_add';

CREATE FUNCTION expected_total_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 50
	AS 'MODULE_PATHNAME', 'expected_total_combine';

CREATE FUNCTION expected_total_final(bytea) RETURNS expected_total
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000
	AS 'MODULE_PATHNAME', 'expected_total_final';

CREATE AGGREGATE expected_total(model retention_model, history purchase_history, as_of date,
		horizon interval) (
	SFUNC = expected_total_add, STYPE = bytea, SSPACE = 4900,
	FINALFUNC = expected_total_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = expected_total_combine, PARALLEL = SAFE
);

CREATE AGGREGATE expected_total(model retention_model, history purchase_history, as_of date,
		horizon interval, level double precision) (
	SFUNC = expected_total_add, STYPE = bytea, SSPACE = 4900,
	FINALFUNC = expected_total_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = expected_total_combine, PARALLEL = SAFE
);

COMMENT ON TYPE expected_total
	IS 'How many purchases to expect of all customers of a base, and how sure that is. The result '
	'of the aggregate of that name.';
COMMENT ON COLUMN expected_total.customers IS 'customers who had bought by as_of';
COMMENT ON COLUMN expected_total.expected
	IS 'purchases to expect of all of them: the sum of expected_purchases';
COMMENT ON COLUMN expected_total.lower
	IS 'lower limit of their number; NULL where it is not known how sure the fit is';
COMMENT ON COLUMN expected_total.upper IS 'upper limit, likewise';
COMMENT ON FUNCTION expected_total_add(bytea, retention_model, purchase_history, date, interval)
	IS 'Transition function of the aggregate expected_total.';
COMMENT ON FUNCTION expected_total_add(bytea, retention_model, purchase_history, date, interval,
		double precision)
	IS 'Transition function of the aggregate expected_total.';
COMMENT ON FUNCTION expected_total_combine(bytea, bytea)
	IS 'Combine function of the aggregate expected_total.';
COMMENT ON FUNCTION expected_total_final(bytea)
	IS 'Final function of the aggregate expected_total.';
COMMENT ON AGGREGATE expected_total(retention_model, purchase_history, date, interval)
	IS 'How many purchases to expect of all customers together within the horizon after as_of, '
	'given their purchases up to as_of, and limits that hold their number with a probability of '
	'0.95; a month is 365.25/12 days. Of customers who had bought by as_of: who is new after '
	'that comes on top. The limits are those of a negative binomial count (a binomial one where '
	'there is less spread) whose variance is that of chance, the sum of each customer''s, and of '
	'what the fit does not know: by the delta rule g'' C g, C the covariance of the logarithms '
	'of the parameters, g the derivatives of the total by these. Of a model that was typed in '
	'there is chance alone. They hold where the model does: campaigns and a trend of the whole '
	'base are not in it, nor is a season unless the model has one, by whose factors days count; '
	'how sure that is they do not tell. The same for every order of the rows and every plan. NULL '
	'histories are left out; NULL if nobody had bought by as_of. Limits are NULL where nothing '
	'is known of how sure the fit is: it did not converge, or a parameter has a standard error '
	'of its logarithm above 10. Errors: 22004 for a NULL model, as_of or horizon, 22008 for an '
	'infinite as_of, 22023 for a model of another kind, a negative horizon or one below a day, '
	'or one of these that changes within a group, 22003 for numbers beyond double precision. '
	'Source: the law of total variance; limits of more than 1,000,000 by Wilson, Hilferty (1931).';
COMMENT ON AGGREGATE expected_total(retention_model, purchase_history, date, interval,
		double precision)
	IS 'The same with limits that hold the number with a probability of level. Errors: as there, '
	'and 22023 unless 0 < level < 1, or where it changes within a group.';
