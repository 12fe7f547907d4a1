-- retention: purchase cycles, churn and customer value inside PostgreSQL

-- complain if this script is sourced in psql rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION retention" to load this file. \quit

-- ---------------------------------------------------------------------------
-- purchase_history: the type
-- ---------------------------------------------------------------------------

CREATE TYPE purchase_history;

CREATE FUNCTION purchase_history_in(cstring) RETURNS purchase_history
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'purchase_history_in';

CREATE FUNCTION purchase_history_out(purchase_history) RETURNS cstring
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'purchase_history_out';

CREATE FUNCTION purchase_history_recv(internal) RETURNS purchase_history
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5
	AS 'MODULE_PATHNAME', 'purchase_history_recv';

CREATE FUNCTION purchase_history_send(purchase_history) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_send';

CREATE TYPE purchase_history (
	INPUT = purchase_history_in,
	OUTPUT = purchase_history_out,
	RECEIVE = purchase_history_recv,
	SEND = purchase_history_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);

COMMENT ON TYPE purchase_history IS
'All purchases of one customer: her purchase days in order, each with the number of orders and the money of that day. Made by the aggregate purchase_history(ordered_at, amount). Text form: {2026-01-03: 29.99, 2026-02-01: 45.00 in 2, 2026-02-11: ?}, where "in 2" is two orders, "?" an order of unknown amount and "in 0" a day of refunds alone; dates are ISO whatever DateStyle says. Money is exact to 1/10000 of the currency unit. Equal purchases are equal values, byte for byte.';
COMMENT ON FUNCTION purchase_history_in(cstring) IS 'Input of type purchase_history; malformed text is error 22P02 that says what is wrong and where.';
COMMENT ON FUNCTION purchase_history_out(purchase_history) IS 'Output of type purchase_history; input reads it back to the same value.';
COMMENT ON FUNCTION purchase_history_recv(internal) IS 'Binary input of type purchase_history, as strict as the text form; malformed bytes are error 22P03.';
COMMENT ON FUNCTION purchase_history_send(purchase_history) IS 'Binary output of type purchase_history.';

-- ---------------------------------------------------------------------------
-- operators
-- ---------------------------------------------------------------------------

CREATE FUNCTION purchase_history_eq(purchase_history, purchase_history) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_eq';

CREATE FUNCTION purchase_history_ne(purchase_history, purchase_history) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_ne';

CREATE FUNCTION purchase_history_hash(purchase_history) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_hash';

CREATE FUNCTION purchase_history_hash_extended(purchase_history, bigint) RETURNS bigint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_hash_extended';

CREATE FUNCTION purchase_history_concat(purchase_history, purchase_history) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'purchase_history_concat';

CREATE FUNCTION purchase_history_subtract(purchase_history, purchase_history) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'purchase_history_subtract';

CREATE OPERATOR = (
	LEFTARG = purchase_history, RIGHTARG = purchase_history,
	FUNCTION = purchase_history_eq,
	COMMUTATOR = =, NEGATOR = <>,
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES
);

CREATE OPERATOR <> (
	LEFTARG = purchase_history, RIGHTARG = purchase_history,
	FUNCTION = purchase_history_ne,
	COMMUTATOR = <>, NEGATOR = =,
	RESTRICT = neqsel, JOIN = neqjoinsel
);

CREATE OPERATOR CLASS purchase_history_ops
	DEFAULT FOR TYPE purchase_history USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 purchase_history_hash(purchase_history),
	FUNCTION 2 purchase_history_hash_extended(purchase_history, bigint);

CREATE OPERATOR || (
	LEFTARG = purchase_history, RIGHTARG = purchase_history,
	FUNCTION = purchase_history_concat,
	COMMUTATOR = ||
);

CREATE OPERATOR - (
	LEFTARG = purchase_history, RIGHTARG = purchase_history,
	FUNCTION = purchase_history_subtract
);

COMMENT ON FUNCTION purchase_history_eq(purchase_history, purchase_history) IS 'Implementation of the operator =.';
COMMENT ON FUNCTION purchase_history_ne(purchase_history, purchase_history) IS 'Implementation of the operator <>.';
COMMENT ON FUNCTION purchase_history_hash(purchase_history) IS 'Hash value, for hash joins, GROUP BY and DISTINCT.';
COMMENT ON FUNCTION purchase_history_hash_extended(purchase_history, bigint) IS '64-bit hash value with a seed, for hash partitioning.';
COMMENT ON FUNCTION purchase_history_concat(purchase_history, purchase_history) IS 'Implementation of the operator ||.';
COMMENT ON FUNCTION purchase_history_subtract(purchase_history, purchase_history) IS 'Implementation of the operator -.';
COMMENT ON OPERATOR = (purchase_history, purchase_history) IS 'Are these the same purchases?';
COMMENT ON OPERATOR <> (purchase_history, purchase_history) IS 'Are these different purchases?';
COMMENT ON OPERATOR || (purchase_history, purchase_history) IS 'The purchases of both, exactly as if one aggregate had seen all rows. NULL stands for no purchases: h || NULL is h. A day that exceeds 2147483647 orders or the range of money is error 22003.';
COMMENT ON OPERATOR - (purchase_history, purchase_history) IS 'Takes purchases out again, the exact inverse of ||: (h || g) - g is h, and NULL when nothing is left. NULL stands for no purchases. Error 22023 that names the day when the purchases are not in the history.';
COMMENT ON OPERATOR CLASS purchase_history_ops USING hash IS 'Equality of purchase histories, for hash joins, GROUP BY, DISTINCT and hash indexes.';

-- ---------------------------------------------------------------------------
-- the aggregate: support functions
-- ---------------------------------------------------------------------------

-- COST: a step takes about as long as count, min, max and sum(numeric) together.

CREATE FUNCTION purchase_history_add(purchase_history, date, numeric) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_date_numeric';
COMMENT ON FUNCTION purchase_history_add(purchase_history, date, numeric) IS 'Transition function of the aggregate purchase_history(date, numeric).';

CREATE FUNCTION purchase_history_remove(purchase_history, date, numeric) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_date_numeric';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, date, numeric) IS 'Inverse transition function of the aggregate purchase_history(date, numeric).';

CREATE FUNCTION purchase_history_add(purchase_history, date, double precision) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_date_float8';
COMMENT ON FUNCTION purchase_history_add(purchase_history, date, double precision) IS 'Transition function of the aggregate purchase_history(date, double precision).';

CREATE FUNCTION purchase_history_remove(purchase_history, date, double precision) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_date_float8';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, date, double precision) IS 'Inverse transition function of the aggregate purchase_history(date, double precision).';

CREATE FUNCTION purchase_history_add(purchase_history, date) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_date';
COMMENT ON FUNCTION purchase_history_add(purchase_history, date) IS 'Transition function of the aggregate purchase_history(date).';

CREATE FUNCTION purchase_history_remove(purchase_history, date) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_date';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, date) IS 'Inverse transition function of the aggregate purchase_history(date).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamp, numeric) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamp_numeric';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamp, numeric) IS 'Transition function of the aggregate purchase_history(timestamp, numeric).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamp, numeric) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamp_numeric';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamp, numeric) IS 'Inverse transition function of the aggregate purchase_history(timestamp, numeric).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamp, double precision) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamp_float8';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamp, double precision) IS 'Transition function of the aggregate purchase_history(timestamp, double precision).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamp, double precision) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamp_float8';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamp, double precision) IS 'Inverse transition function of the aggregate purchase_history(timestamp, double precision).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamp) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamp';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamp) IS 'Transition function of the aggregate purchase_history(timestamp).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamp) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamp';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamp) IS 'Inverse transition function of the aggregate purchase_history(timestamp).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamptz, numeric) RETURNS purchase_history
	LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamptz_numeric';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamptz, numeric) IS 'Transition function of the aggregate purchase_history(timestamptz, numeric).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamptz, numeric) RETURNS purchase_history
	LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamptz_numeric';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamptz, numeric) IS 'Inverse transition function of the aggregate purchase_history(timestamptz, numeric).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamptz, double precision) RETURNS purchase_history
	LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamptz_float8';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamptz, double precision) IS 'Transition function of the aggregate purchase_history(timestamptz, double precision).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamptz, double precision) RETURNS purchase_history
	LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamptz_float8';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamptz, double precision) IS 'Inverse transition function of the aggregate purchase_history(timestamptz, double precision).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamptz) RETURNS purchase_history
	LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamptz';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamptz) IS 'Transition function of the aggregate purchase_history(timestamptz).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamptz) RETURNS purchase_history
	LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamptz';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamptz) IS 'Inverse transition function of the aggregate purchase_history(timestamptz).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamptz, numeric, text) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamptz_numeric_zone';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamptz, numeric, text) IS 'Transition function of the aggregate purchase_history(timestamptz, numeric, text).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamptz, numeric, text) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamptz_numeric_zone';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamptz, numeric, text) IS 'Inverse transition function of the aggregate purchase_history(timestamptz, numeric, text).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamptz, double precision, text) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamptz_float8_zone';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamptz, double precision, text) IS 'Transition function of the aggregate purchase_history(timestamptz, double precision, text).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamptz, double precision, text) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamptz_float8_zone';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamptz, double precision, text) IS 'Inverse transition function of the aggregate purchase_history(timestamptz, double precision, text).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamptz, text) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamptz_zone';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamptz, text) IS 'Transition function of the aggregate purchase_history(timestamptz, text).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamptz, text) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamptz_zone';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamptz, text) IS 'Inverse transition function of the aggregate purchase_history(timestamptz, text).';

CREATE FUNCTION purchase_history_add(purchase_history, purchase_history) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_history';
COMMENT ON FUNCTION purchase_history_add(purchase_history, purchase_history) IS 'Transition function of the aggregate purchase_history(purchase_history), and combine function of all.';

CREATE FUNCTION purchase_history_remove(purchase_history, purchase_history) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_history';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, purchase_history) IS 'Inverse transition function of the aggregate purchase_history(purchase_history).';

CREATE FUNCTION purchase_history_final(purchase_history) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_final';
COMMENT ON FUNCTION purchase_history_final(purchase_history) IS 'Final function of the aggregates purchase_history(...).';

-- ---------------------------------------------------------------------------
-- the aggregate
-- ---------------------------------------------------------------------------

-- SSPACE is the measured size of a state of 20 purchases, block header included.

CREATE AGGREGATE purchase_history(ordered_at date, amount numeric) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at date, amount numeric) IS 'All purchases of a group as one value, the history of a customer. Rows of one date are one purchase day. amount is money in currency units, kept exactly to 1/10000 (finer digits round half away from zero). A negative amount is a refund: it lowers the money of its day and is no purchase. A NULL amount is a purchase of unknown amount. A row without a date is skipped; no rows give NULL. Errors: 22008 for an infinite date; 22003 for NaN, infinity, or a day beyond 2147483647 orders or the range of money. The result is the same for every order of the rows and every plan: partial states combine in parallel workers, and moving frames take rows out again exactly.';

CREATE AGGREGATE purchase_history(ordered_at date, amount double precision) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at date, amount double precision) IS 'As purchase_history(date, numeric); the exact value of the double is rounded to 1/10000 of the currency unit.';

CREATE AGGREGATE purchase_history(ordered_at date) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at date) IS 'As purchase_history(date, numeric); without amounts, so that every row is a purchase of unknown amount.';

CREATE AGGREGATE purchase_history(ordered_at timestamp, amount numeric) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamp, amount numeric) IS 'As purchase_history(date, numeric); the purchase day is the date of the timestamp.';

CREATE AGGREGATE purchase_history(ordered_at timestamp, amount double precision) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamp, amount double precision) IS 'As purchase_history(date, numeric); the exact value of the double is rounded to 1/10000 of the currency unit; the purchase day is the date of the timestamp.';

CREATE AGGREGATE purchase_history(ordered_at timestamp) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamp) IS 'As purchase_history(date, numeric); without amounts, so that every row is a purchase of unknown amount; the purchase day is the date of the timestamp.';

CREATE AGGREGATE purchase_history(ordered_at timestamptz, amount numeric) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamptz, amount numeric) IS 'As purchase_history(date, numeric); the purchase day is its date in the session''s TimeZone.';

CREATE AGGREGATE purchase_history(ordered_at timestamptz, amount double precision) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamptz, amount double precision) IS 'As purchase_history(date, numeric); the exact value of the double is rounded to 1/10000 of the currency unit; the purchase day is its date in the session''s TimeZone.';

CREATE AGGREGATE purchase_history(ordered_at timestamptz) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamptz) IS 'As purchase_history(date, numeric); without amounts, so that every row is a purchase of unknown amount; the purchase day is its date in the session''s TimeZone.';

CREATE AGGREGATE purchase_history(ordered_at timestamptz, amount numeric, time_zone text) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamptz, amount numeric, time_zone text) IS 'As purchase_history(date, numeric); the purchase day is its date in the time zone given, a name or an abbreviation as AT TIME ZONE takes it. A NULL zone is error 22004, an unknown one 22023.';

CREATE AGGREGATE purchase_history(ordered_at timestamptz, amount double precision, time_zone text) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamptz, amount double precision, time_zone text) IS 'As purchase_history(date, numeric); the exact value of the double is rounded to 1/10000 of the currency unit; the purchase day is its date in the time zone given, a name or an abbreviation as AT TIME ZONE takes it. A NULL zone is error 22004, an unknown one 22023.';

CREATE AGGREGATE purchase_history(ordered_at timestamptz, time_zone text) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamptz, time_zone text) IS 'As purchase_history(date, numeric); without amounts, so that every row is a purchase of unknown amount; the purchase day is its date in the time zone given, a name or an abbreviation as AT TIME ZONE takes it. A NULL zone is error 22004, an unknown one 22023.';

CREATE AGGREGATE purchase_history(history purchase_history) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(history purchase_history) IS 'Merges histories, as || does: of the ranges into the customer, of yesterday and today, of the shards. NULL is skipped; no rows: NULL. A day that exceeds 2147483647 orders or the range of money is error 22003.';

-- ---------------------------------------------------------------------------
-- casts
-- ---------------------------------------------------------------------------

CREATE FUNCTION purchase_history_to_jsonb(purchase_history) RETURNS jsonb
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'purchase_history_to_jsonb';

CREATE FUNCTION purchase_history_from_jsonb(jsonb) RETURNS purchase_history
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'purchase_history_from_jsonb';

CREATE CAST (purchase_history AS jsonb) WITH FUNCTION purchase_history_to_jsonb(purchase_history);
CREATE CAST (jsonb AS purchase_history) WITH FUNCTION purchase_history_from_jsonb(jsonb);

COMMENT ON FUNCTION purchase_history_to_jsonb(purchase_history) IS 'Implementation of the cast to jsonb.';
COMMENT ON FUNCTION purchase_history_from_jsonb(jsonb) IS 'Implementation of the cast from jsonb.';
COMMENT ON CAST (purchase_history AS jsonb) IS 'An array of days, [{"date": "2026-01-03", "orders": 1, "amount": 29.99}]. "amount" is null when it is not known; where only some orders of a day are of unknown amount, "unknown" says how many.';
COMMENT ON CAST (jsonb AS purchase_history) IS 'From an array of days as the cast to jsonb makes it, in any order; "orders" may be left out (1), equal dates are merged, amounts rounded to 1/10000. Error 22P02 that names the element and what is wrong with it.';

-- ---------------------------------------------------------------------------
-- looking inside
-- ---------------------------------------------------------------------------

CREATE FUNCTION purchases(history purchase_history)
	RETURNS TABLE (purchase_date date, orders integer, amount numeric)
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 20
	AS 'MODULE_PATHNAME', 'purchase_history_purchases';

CREATE FUNCTION first_purchase(history purchase_history) RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_first_purchase';

CREATE FUNCTION last_purchase(history purchase_history) RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_last_purchase';

CREATE FUNCTION order_count(history purchase_history) RETURNS bigint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_order_count';

CREATE FUNCTION purchase_days(history purchase_history) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_purchase_days';

CREATE FUNCTION total_spend(history purchase_history) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5
	AS 'MODULE_PATHNAME', 'purchase_history_total_spend';

CREATE FUNCTION average_order_value(history purchase_history) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'purchase_history_average_order_value';

CREATE FUNCTION purchase_intervals(history purchase_history) RETURNS integer[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'purchase_history_purchase_intervals';

COMMENT ON FUNCTION purchases(purchase_history) IS 'One row for each day: its date, its number of orders, its money less refunds. A day of refunds alone has 0 orders; amount is NULL when it is not known.';
COMMENT ON FUNCTION first_purchase(purchase_history) IS 'Date of the first purchase. NULL if the history holds only refunds.';
COMMENT ON FUNCTION last_purchase(purchase_history) IS 'Date of the last purchase. NULL if the history holds only refunds.';
COMMENT ON FUNCTION order_count(purchase_history) IS 'Number of orders. Refunds are no orders.';
COMMENT ON FUNCTION purchase_days(purchase_history) IS 'Number of days with at least one order: what models of a customer base call transactions.';
COMMENT ON FUNCTION total_spend(purchase_history) IS 'All money spent, less refunds, in currency units. NULL if no amount is known.';
COMMENT ON FUNCTION average_order_value(purchase_history) IS 'Money spent, less refunds, for each order of known amount, in currency units. NULL if no amount is known.';
COMMENT ON FUNCTION purchase_intervals(purchase_history) IS 'Inter-purchase times: days from each purchase day to the next. Empty for a single purchase day, NULL if the history holds only refunds.';

-- ---------------------------------------------------------------------------
-- the past
-- ---------------------------------------------------------------------------

CREATE FUNCTION as_of(history purchase_history, as_of date DEFAULT current_date) RETURNS purchase_history
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 8
	AS 'MODULE_PATHNAME', 'purchase_history_as_of';

CREATE FUNCTION slice(history purchase_history, period daterange) RETURNS purchase_history
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 8
	AS 'MODULE_PATHNAME', 'purchase_history_slice';

COMMENT ON FUNCTION as_of(purchase_history, date) IS 'The history as it was known at the end of the day as_of (default: today); NULL if there was none yet. The way to an honest back-test: what a score would have been on that day.';
COMMENT ON FUNCTION slice(purchase_history, daterange) IS 'The purchases inside a range of dates; NULL if there are none. as_of(h, d) || slice(h, daterange(d + 1, NULL)) is h again.';

-- ---------------------------------------------------------------------------
-- recency, frequency, monetary value
-- ---------------------------------------------------------------------------

CREATE TYPE rfm AS (
	frequency double precision,
	recency double precision,
	customer_age double precision,
	monetary_value double precision
);

CREATE FUNCTION frequency(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_frequency';

CREATE FUNCTION recency(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_recency';

CREATE FUNCTION customer_age(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_customer_age';

CREATE FUNCTION monetary_value(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_monetary_value';

CREATE FUNCTION rfm(history purchase_history, as_of date DEFAULT current_date) RETURNS rfm
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'purchase_history_rfm';

COMMENT ON TYPE rfm IS 'What models of a customer base ask of a customer: frequency x, recency t_x and age T in days, and mean spend, as defined in Fader, Hardie and Lee (2005), "RFM and CLV".';
COMMENT ON COLUMN rfm.frequency IS 'x: number of repeat purchase days, the first not counted';
COMMENT ON COLUMN rfm.recency IS 't_x: days from the first purchase day to the last (not the days since the last)';
COMMENT ON COLUMN rfm.customer_age IS 'T: days from the first purchase day to as_of';
COMMENT ON COLUMN rfm.monetary_value IS 'mean money of a repeat purchase day, in currency units';
COMMENT ON FUNCTION frequency(purchase_history, date) IS 'x: number of repeat purchase days up to as_of (default: today), the first not counted. NULL if nothing was bought by then. An infinite as_of is error 22008. Source: Fader, Hardie and Lee (2005), "RFM and CLV".';
COMMENT ON FUNCTION recency(purchase_history, date) IS 't_x: days from the first purchase day to the last one up to as_of (default: today), so 0 for a one-time buyer; not the days since the last purchase, which is customer_age minus recency. NULL if nothing was bought by then. An infinite as_of is error 22008. Source: Fader, Hardie and Lee (2005), "RFM and CLV".';
COMMENT ON FUNCTION customer_age(purchase_history, date) IS 'T: days from the first purchase day to as_of (default: today). NULL if nothing was bought by then. An infinite as_of is error 22008. Source: Fader, Hardie and Lee (2005), "RFM and CLV".';
COMMENT ON FUNCTION monetary_value(purchase_history, date) IS 'Mean money of a repeat purchase day up to as_of (default: today), in currency units: the first purchase day and days of refunds alone are not in it, nor are days of unknown amount. 0 when there was no repeat purchase, the convention of the models, so leave those customers out of an average with FILTER (WHERE frequency > 0). NULL if nothing was bought by then or no amount is known. An infinite as_of is error 22008. Source: Fader, Hardie and Lee (2005), "RFM and CLV".';
COMMENT ON FUNCTION rfm(purchase_history, date) IS 'frequency, recency, customer_age and monetary_value at once, in days and currency units. NULL if nothing was bought by as_of (default: today). Take the columns with (rfm(h)).* or, evaluated once a row, FROM customer, rfm(h). An infinite as_of is error 22008.';
-- ---------------------------------------------------------------------------
-- retention_model: fitted and typed-in models
-- ---------------------------------------------------------------------------

CREATE TYPE retention_model;

CREATE FUNCTION retention_model_in(cstring) RETURNS retention_model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'retention_model_in';

CREATE FUNCTION retention_model_out(retention_model) RETURNS cstring
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'retention_model_out';

CREATE FUNCTION retention_model_recv(internal) RETURNS retention_model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_model_recv';

CREATE FUNCTION retention_model_send(retention_model) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_model_send';

CREATE TYPE retention_model (
	INPUT = retention_model_in,
	OUTPUT = retention_model_out,
	RECEIVE = retention_model_recv,
	SEND = retention_model_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = plain
);

CREATE FUNCTION model_kind(model retention_model) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_kind';

CREATE FUNCTION parameter(model retention_model, name text) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_parameter';

CREATE FUNCTION parameters(model retention_model) RETURNS jsonb
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'retention_model_parameters';

CREATE FUNCTION time_unit_days(model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_time_unit';

CREATE FUNCTION log_likelihood(model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_log_likelihood';

CREATE FUNCTION aic(model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_aic';

CREATE FUNCTION bic(model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_bic';

CREATE FUNCTION observations(model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_observations';

CREATE FUNCTION converged(model retention_model) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_converged';

CREATE FUNCTION left_out(model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'retention_model_left_out';

CREATE FUNCTION frequency_correlation(model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'retention_model_frequency_correlation';

CREATE FUNCTION standard_error(model retention_model, name text) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_standard_error';

CREATE TYPE confidence_interval AS (
	lower double precision,
	upper double precision
);

CREATE FUNCTION confidence_interval(model retention_model, name text, level double precision DEFAULT 0.95) RETURNS confidence_interval
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'retention_model_confidence_interval';

CREATE FUNCTION with_recency_weight(model retention_model, weight double precision) RETURNS retention_model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_with_recency_weight';

COMMENT ON TYPE confidence_interval IS 'Two limits of an estimate.';
COMMENT ON COLUMN confidence_interval.lower IS 'the lower limit';
COMMENT ON COLUMN confidence_interval.upper IS 'the upper limit';
COMMENT ON FUNCTION confidence_interval(retention_model, text, double precision) IS 'Limits that hold a parameter with a probability of level (0.95), symmetric for its logarithm: the estimate times and divided by exp(z standard_error / estimate). NULL for a model that was typed in or did not converge, and for the whole number k. Error 22023 when there is no such parameter, or unless 0 < level < 1.';
COMMENT ON FUNCTION left_out(retention_model) IS 'How many repeat customers a gamma-gamma model was fitted without, because the mean value of their repeat orders is not known or not above 0. NULL for a model that is typed in, and for other kinds.';
COMMENT ON FUNCTION frequency_correlation(retention_model) IS 'The correlation (Pearson''s) of the number of repeat orders and their mean value across the customers that a gamma-gamma model was fitted to, which it takes to be 0: near 0 all is well; far above 0 the best customers are worth more than it says. NULL where either is the same for all, for a model that is typed in, and for other kinds. Source: Fader, Hardie, Lee (2005), "RFM and CLV".';
COMMENT ON FUNCTION with_recency_weight(retention_model, double precision) IS 'The same interpurchase model, for which each interval of a customer counts weight times as much as the next one, so that a rhythm that drifts is followed: above 0, at most 1 (all alike). 0.9 predicts a little better than 1 on every log of the back-test. Error 22023 for a model of another kind or a weight out of range.';
COMMENT ON TYPE retention_model IS 'A model of a customer base: its kind, its parameters, the time unit they are in, and if it was fitted how well. Made by the aggregate fit_model, or typed in as JSON: ''{"model": "interpurchase", "k": 2, "r": 1.5, "alpha": 30}''; "time_unit_days" (1) may be added, and for interpurchase "recency_weight" (1, see with_recency_weight) and "k_deviation" (0: one k for all) with "k_median" (k): k is lognormal across customers, with that median and that standard deviation of ln k, and the intervals of a customer tell her own. Text goes out and in again without loss.';
COMMENT ON FUNCTION retention_model_in(cstring) IS 'Input of type retention_model; what is no model is error 22P02 that says why.';
COMMENT ON FUNCTION retention_model_out(retention_model) IS 'Output of type retention_model.';
COMMENT ON FUNCTION retention_model_recv(internal) IS 'Binary input of type retention_model; malformed bytes are error 22P03 or 08P01.';
COMMENT ON FUNCTION retention_model_send(retention_model) IS 'Binary output of type retention_model.';
COMMENT ON FUNCTION model_kind(retention_model) IS 'The kind of model, such as interpurchase.';
COMMENT ON FUNCTION parameter(retention_model, text) IS 'A parameter by its name. Error 22023 when models of this kind have no such parameter.';
COMMENT ON FUNCTION parameters(retention_model) IS 'All parameters by name, as a JSON object.';
COMMENT ON FUNCTION time_unit_days(retention_model) IS 'The unit of time of the parameters, in days: 1 is days, 7 weeks.';
COMMENT ON FUNCTION log_likelihood(retention_model) IS 'The log-likelihood of the data at the fitted parameters. NULL for a model that was typed in.';
COMMENT ON FUNCTION aic(retention_model) IS 'Akaike''s information criterion, twice the number of parameters less twice the log-likelihood: of models for the same data the one with less predicts better. NULL for a model that was typed in. Source: Akaike (1974).';
COMMENT ON FUNCTION bic(retention_model) IS 'Schwarz''s Bayesian information criterion, as aic with a penalty of the logarithm of the number of observations for each parameter. NULL for a model that was typed in. Source: Schwarz (1978).';
COMMENT ON FUNCTION observations(retention_model) IS 'The number of customers that the likelihood is made of. NULL for a model that was typed in.';
COMMENT ON FUNCTION converged(retention_model) IS 'True when the fit ended at a maximum inside the parameter space; false when the likelihood rises toward a boundary. NULL for a model that was typed in.';
COMMENT ON FUNCTION standard_error(retention_model, text) IS 'Standard error of a parameter, from the curvature of the log-likelihood. NULL for a model that was typed in or did not converge. Error 22023 when there is no such parameter.';

-- ---------------------------------------------------------------------------
-- fitting
-- ---------------------------------------------------------------------------

CREATE FUNCTION fit_model_add(bytea, text, purchase_history, date) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'fit_model_add';

CREATE FUNCTION fit_model_add(bytea, text, purchase_history, date, double precision) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'fit_model_add';

CREATE FUNCTION fit_model_add(bytea, text, double precision, double precision, double precision) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_model_add_numbers';

CREATE FUNCTION fit_model_add(bytea, text, double precision, double precision, double precision, double precision) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_model_add_numbers';

CREATE FUNCTION fit_model_add(bytea, text, double precision, double precision, double precision, double precision, double precision) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_model_add_numbers';

CREATE FUNCTION fit_model_add(bytea, text, double precision, double precision) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_model_add_spend';

CREATE FUNCTION fit_model_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'fit_model_combine';

CREATE FUNCTION fit_model_final(bytea) RETURNS retention_model
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
	AS 'MODULE_PATHNAME', 'fit_model_final';

CREATE AGGREGATE fit_model(kind text, history purchase_history, as_of date) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_model(kind text, history purchase_history, as_of date, time_unit_days double precision) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_model(kind text, x double precision, mean_value double precision) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_model(kind text, x double precision, t_x double precision, T double precision) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_model(kind text, x double precision, t_x double precision, T double precision, weight double precision) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_model(kind text, x double precision, t_x double precision, T double precision, weight double precision, time_unit_days double precision) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

COMMENT ON FUNCTION fit_model_add(bytea, text, double precision, double precision) IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_add(bytea, text, purchase_history, date) IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_add(bytea, text, purchase_history, date, double precision) IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_add(bytea, text, double precision, double precision, double precision) IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_add(bytea, text, double precision, double precision, double precision, double precision) IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_add(bytea, text, double precision, double precision, double precision, double precision, double precision) IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_combine(bytea, bytea) IS 'Combine function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_final(bytea) IS 'Final function of the aggregate fit_model.';
COMMENT ON AGGREGATE fit_model(text, purchase_history, date) IS 'Fits a model to a customer base by maximum likelihood, from what was known at the end of the day as_of. Kinds: interpurchase (parameters k, r, alpha: inter-purchase times of a customer are gamma distributed with shape k and rate k lambda, lambda across customers with shape r and rate alpha; beside them, outside of the likelihood, k_median and k_deviation: the lognormal distribution of k across customers, by the restricted likelihood of each, where they differ and at least 30 have three purchases); bg/nbd and mbg/nbd (r, alpha, a, b: purchases at random with a rate lambda, gamma distributed with shape r and rate alpha; after each repeat purchase, with mbg/nbd also after the first, she leaves with a probability that is Beta(a, b)); bg/cnbd-k and mbg/cnbd-k (k, r, alpha, a, b: the same with Erlang(k) intervals, the best k from 1 to 100 is found; with a number in its place, as in bg/cnbd-2, k is that); pareto/nbd (r, alpha, s, beta: purchases as with bg/nbd, but she leaves at any time, with a rate that is gamma distributed with shape s and rate beta); ggompertz/nbd (r, alpha, b, s, beta: the same, but the rate to leave grows with the time as a customer, eta b exp(b t), eta gamma distributed with shape s and rate beta); bg/bb (alpha, beta, gamma, delta: she can buy once in each period of the time unit after the first purchase, takes the opportunity with a probability that is Beta(alpha, beta), and leaves before it with a probability that is Beta(gamma, delta); several purchases in a period count once, a period that is not over does not count); gamma-gamma (p, q, gamma: the values of a customer''s orders are gamma distributed with shape p and a rate nu of her own, which is gamma distributed with shape q and rate gamma; fitted to the mean value of the repeat orders, see left_out and frequency_correlation). NULL histories, and customers without a purchase by then, are left out. GROUP BY gives a model for each segment. The same result for every order of the rows and every plan. A WARNING, and converged false, when the likelihood rises toward a boundary. Sources: see p_alive. Errors: 22000 for too little data, 22023 for an unknown kind or for a kind, as_of or time unit that changes within a group, 22004 when one of them is NULL.';
COMMENT ON AGGREGATE fit_model(text, purchase_history, date, double precision) IS 'As fit_model(kind, history, as_of), with parameters in units of time_unit_days days instead of days.';

COMMENT ON AGGREGATE fit_model(text, double precision, double precision) IS 'Fits a model of kind gamma-gamma to customers given as x repeat orders and their mean value. Customers with x = 0 tell nothing and are passed over; those with an unknown mean or one not above 0 are left out and counted, see left_out. Rows with a NULL x are passed over. Errors: 22000 for too little data, 22023 for another kind, a negative x or a mean that is not finite, 22004 for a NULL kind.';
COMMENT ON AGGREGATE fit_model(text, double precision, double precision, double precision) IS 'Fits a model to customers given as x repeat purchases, the last of them t_x after the first purchase, seen until T after it, in days: bg/nbd, mbg/nbd, pareto/nbd or ggompertz/nbd; or, for bg/bb, as x purchases at T opportunities, the last at the t_x-th. The other kinds need histories. Rows with a NULL are left out. Otherwise as fit_model(kind, history, as_of). Error 22023 unless 0 <= t_x <= T and x >= 0 (t_x = 0 where x = 0).';
COMMENT ON AGGREGATE fit_model(text, double precision, double precision, double precision, double precision) IS 'The same with a weight for each row, such as the number of customers it stands for; not negative.';
COMMENT ON AGGREGATE fit_model(text, double precision, double precision, double precision, double precision, double precision) IS 'The same for times in units of time_unit_days days.';
-- ---------------------------------------------------------------------------
-- the purchase cycle, from a customer's own intervals
-- ---------------------------------------------------------------------------

CREATE FUNCTION mean_interval(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_cycle_mean_interval';

CREATE FUNCTION median_interval(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'purchase_cycle_median_interval';

CREATE FUNCTION stddev_interval(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'purchase_cycle_stddev_interval';

CREATE FUNCTION overdue_ratio(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_cycle_overdue_ratio';

CREATE FUNCTION regularity(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'purchase_cycle_regularity';

CREATE FUNCTION interval_trend(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'purchase_cycle_interval_trend';

COMMENT ON FUNCTION mean_interval(purchase_history, date) IS 'Mean inter-purchase time in days, of the purchases up to as_of (default: today). NULL with fewer than two purchase days. An infinite as_of is error 22008.';
COMMENT ON FUNCTION median_interval(purchase_history, date) IS 'Median inter-purchase time in days, of the purchases up to as_of (default: today). NULL with fewer than two purchase days. An infinite as_of is error 22008.';
COMMENT ON FUNCTION stddev_interval(purchase_history, date) IS 'Sample standard deviation of the inter-purchase times in days, of the purchases up to as_of (default: today). NULL with fewer than three purchase days. An infinite as_of is error 22008.';
COMMENT ON FUNCTION overdue_ratio(purchase_history, date) IS 'Days since the last purchase up to as_of (default: today), divided by the mean inter-purchase time: above 1 she is later than on average. NULL with fewer than two purchase days. An infinite as_of is error 22008.';
COMMENT ON FUNCTION regularity(purchase_history, date) IS 'Shape k of a gamma distribution of the inter-purchase times up to as_of (default: today), by maximum likelihood: 1 is Poisson-random, above 1 regular, below 1 clumpy. At most 10000, which is what equal intervals give. From few intervals it is far too high. NULL with fewer than three purchase days. An infinite as_of is error 22008. Source: Minka (2002), "Estimating a Gamma distribution".';
COMMENT ON FUNCTION interval_trend(purchase_history, date) IS 'Relative change of the inter-purchase time from one purchase to the next, up to as_of (default: today): 0.1 is ten percent longer each time, negative is shorter. Robust: the median of paired differences of logarithms. NULL with fewer than five purchase days. An infinite as_of is error 22008. Source: Theil (1950), "A rank-invariant method of linear and polynomial regression analysis", the incomplete method.';

-- ---------------------------------------------------------------------------
-- the purchase cycle, from a customer's intervals and those of the others
-- ---------------------------------------------------------------------------

CREATE FUNCTION silence_probability(history purchase_history, as_of date, model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'purchase_cycle_silence_probability';

CREATE FUNCTION expected_next_purchase(history purchase_history, as_of date, model retention_model) RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200
	AS 'MODULE_PATHNAME', 'purchase_cycle_expected_next_purchase';

CREATE FUNCTION contact_window(history purchase_history, as_of date, model retention_model,
		lower double precision DEFAULT 0.25, upper double precision DEFAULT 0.75) RETURNS daterange
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 400
	AS 'MODULE_PATHNAME', 'purchase_cycle_contact_window';

COMMENT ON FUNCTION silence_probability(purchase_history, date, retention_model) IS 'How probable a silence as long as that since the last purchase, or longer, is for a customer with her rhythm: 1 right after a purchase, near 0 when the silence is longer than the rhythm explains. The tail of the predictive distribution of an interpurchase model, 1 - I_z(k, r + k n) with z = k t / (k t + alpha + k S) for n intervals that add up to S and t days of silence. Who keeps to the calendar, every December, say, is measured by it, not by her intervals (see the column calendar_period of purchase_cycle). NULL if nothing was bought by as_of. An infinite as_of is error 22008, a model of another kind 22023.';
COMMENT ON FUNCTION expected_next_purchase(purchase_history, date, retention_model) IS 'The day by which she will have bought again with probability one half, given that she has not since her last purchase up to as_of, and that she is still a customer: the median of the predictive distribution, the day after as_of at the earliest. Who keeps to the calendar, every December, say, is measured by it, not by her intervals (see the column calendar_period of purchase_cycle). NULL if nothing was bought by as_of, or when the day is beyond the calendar. An infinite as_of is error 22008, a model of another kind 22023.';
COMMENT ON FUNCTION contact_window(purchase_history, date, retention_model, double precision, double precision) IS 'The days between which she is likely to buy next, given her silence up to as_of and that she is still a customer: from the day by which she will have bought with probability lower (0.25) to the day for upper (0.75). Who keeps to the calendar, every December, say, is measured by it, not by her intervals (see the column calendar_period of purchase_cycle). NULL if nothing was bought by as_of. Errors: 22023 for a model of another kind, or unless 0 < lower < upper < 1; 22008 for an infinite as_of.';

CREATE FUNCTION regularity(history purchase_history, as_of date, model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30
	AS 'MODULE_PATHNAME', 'purchase_cycle_regularity_shrunk';

COMMENT ON FUNCTION regularity(purchase_history, date, retention_model) IS 'Shape k of a gamma distribution of the inter-purchase times up to as_of, shrunk toward that of the model: 1 is Poisson-random, above 1 regular, below 1 clumpy; at most 10000. The maximum of the restricted likelihood, so that few intervals are not taken for regular, times the lognormal distribution of k across customers, with the median k_median and the standard deviation k_deviation in ln k; without these the model''s k and 1. NULL if nothing was bought by as_of. An infinite as_of is error 22008, a model of another kind than interpurchase 22023.';

CREATE TYPE cycle_stage AS ENUM ('new', 'active', 'due', 'overdue', 'at_risk', 'lapsed');

COMMENT ON TYPE cycle_stage IS 'Where a customer is in her purchase cycle, by how probable her silence is: active (0.75 and above), due (0.25), overdue (0.10), at_risk (0.01), lapsed (below); new is one who has bought once and is not overdue.';

CREATE FUNCTION cycle_stage(history purchase_history, as_of date, model retention_model,
		due double precision DEFAULT 0.75, overdue double precision DEFAULT 0.25,
		at_risk double precision DEFAULT 0.10, lapsed double precision DEFAULT 0.01) RETURNS cycle_stage
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 60
	RETURN (SELECT CASE
		WHEN silence < lapsed THEN 'lapsed'
		WHEN silence < at_risk THEN 'at_risk'
		WHEN silence < overdue THEN 'overdue'
		WHEN repeats = 0 THEN 'new'
		WHEN silence < due THEN 'due'
		WHEN silence >= due THEN 'active'
	END::cycle_stage
	FROM (SELECT silence_probability(history, as_of, model) AS silence, frequency(history, as_of) AS repeats OFFSET 0) s);

COMMENT ON FUNCTION cycle_stage(purchase_history, date, retention_model, double precision, double precision, double precision, double precision) IS 'Where a customer is in her purchase cycle at as_of: active, then due, overdue, at_risk and lapsed as her silence_probability falls below due (0.75), overdue (0.25), at_risk (0.10) and lapsed (0.01); new when she has bought once and is not overdue. Who keeps to the calendar, every December, say, is measured by it, not by her intervals (see the column calendar_period of purchase_cycle). NULL if nothing was bought by as_of. An infinite as_of is error 22008, a model of another kind 22023.';

CREATE TYPE purchase_cycle AS (
	intervals integer,
	mean_interval double precision,
	median_interval double precision,
	stddev_interval double precision,
	coefficient_of_variation double precision,
	regularity double precision,
	pattern text,
	trend double precision,
	expected_next date,
	contact_from date,
	contact_until date,
	elapsed_days integer,
	overdue_ratio double precision,
	silence_probability double precision,
	stage cycle_stage,
	calendar_period text
);

COMMENT ON TYPE purchase_cycle IS 'The purchase cycle of a customer in plain columns.';
COMMENT ON COLUMN purchase_cycle.intervals IS 'number of inter-purchase times known';
COMMENT ON COLUMN purchase_cycle.mean_interval IS 'their mean, in days';
COMMENT ON COLUMN purchase_cycle.median_interval IS 'their median, in days';
COMMENT ON COLUMN purchase_cycle.stddev_interval IS 'their sample standard deviation, in days; NULL with fewer than two';
COMMENT ON COLUMN purchase_cycle.coefficient_of_variation IS 'standard deviation over mean; NULL with fewer than two';
COMMENT ON COLUMN purchase_cycle.regularity IS 'shape of a gamma distribution of the intervals, shrunk toward that of the model, or toward 1 (random) without a model: 1 is random, above regular, below clumpy';
COMMENT ON COLUMN purchase_cycle.pattern IS 'clockwork (regularity from 25 on), regular (2), random (0.6) or clumpy (below)';
COMMENT ON COLUMN purchase_cycle.trend IS 'relative change of the interval from one purchase to the next; NULL with fewer than four';
COMMENT ON COLUMN purchase_cycle.expected_next IS 'the day by which she will have bought again with probability one half, if she is still a customer';
COMMENT ON COLUMN purchase_cycle.contact_from IS 'the day by which she will have bought with probability 0.25';
COMMENT ON COLUMN purchase_cycle.contact_until IS 'the day by which she will have bought with probability 0.75';
COMMENT ON COLUMN purchase_cycle.elapsed_days IS 'days since the last purchase';
COMMENT ON COLUMN purchase_cycle.overdue_ratio IS 'days since the last purchase over the mean interval';
COMMENT ON COLUMN purchase_cycle.silence_probability IS 'how probable a silence of that length is with her rhythm';
COMMENT ON COLUMN purchase_cycle.stage IS 'new, active, due, overdue, at_risk or lapsed, by the silence probability';
COMMENT ON COLUMN purchase_cycle.calendar_period IS 'monthly, quarterly, half-yearly or yearly when she keeps to such a period of the calendar, as calendar_cycle tells, without drifting, and came in at least two of three: expected_next, the contact window, silence_probability and stage are then those of the calendar; NULL otherwise';

CREATE FUNCTION purchase_cycle(history purchase_history, as_of date DEFAULT current_date) RETURNS purchase_cycle
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 900
	AS 'MODULE_PATHNAME', 'purchase_cycle';

CREATE FUNCTION purchase_cycle(history purchase_history, as_of date, model retention_model) RETURNS purchase_cycle
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 900
	AS 'MODULE_PATHNAME', 'purchase_cycle';

COMMENT ON FUNCTION purchase_cycle(purchase_history, date) IS 'The purchase cycle of a customer at as_of (default: today), from her own intervals alone: her regularity shrunk toward random (k = 1, as regularity(h, as_of, model) does toward a model), her mean interval as if it had been seen once more. What needs an interval is NULL for a customer who has bought once; with a model of the base there is an answer for her, too. Who keeps to the calendar, every December, say, is measured by it, not by her intervals (see the column calendar_period of purchase_cycle). NULL if nothing was bought by as_of. An infinite as_of is error 22008.';
COMMENT ON FUNCTION purchase_cycle(purchase_history, date, retention_model) IS 'The purchase cycle of a customer at as_of: statistics of her intervals, and what an interpurchase model of the base says of her next purchase. With a k_deviation in the model her dates follow her own regularity: the mixture over what it may be, and after a silence, which irregular customers are likelier to keep, one shape with the same variance of the logarithm of the interval. Take the columns FROM customer, purchase_cycle(h, as_of, model), which evaluates it once a row. Who keeps to the calendar, every December, say, is measured by it, not by her intervals (see the column calendar_period of purchase_cycle). NULL if nothing was bought by as_of. An infinite as_of is error 22008, a model of another kind 22023.';

-- ---------------------------------------------------------------------------
-- rhythms of the calendar
-- ---------------------------------------------------------------------------

CREATE TYPE calendar_cycle AS (
	period text,
	period_days double precision,
	phase double precision,
	strength double precision,
	p_value double precision,
	next_peak date
);

COMMENT ON TYPE calendar_cycle IS 'A rhythm of the calendar in the purchases of a customer.';
COMMENT ON COLUMN calendar_cycle.period IS 'weekly, monthly, quarterly, half-yearly, yearly, or free: a number of days that is none of these';
COMMENT ON COLUMN calendar_cycle.period_days IS 'mean length of the period, in days';
COMMENT ON COLUMN calendar_cycle.phase IS 'where in the period she buys: 0 is its start (Monday; the first day of the month, quarter, half-year or year; 2000-01-01 and each period from it), 0.5 its middle, always below 1';
COMMENT ON COLUMN calendar_cycle.strength IS 'mean resultant length of the phases of all purchase days: 1 when all are at the same point of the period, about 0 when they are all over it';
COMMENT ON COLUMN calendar_cycle.p_value IS 'probability that a random buyer, whatever her rate, looks as much like a rhythm, over all periods tested';
COMMENT ON COLUMN calendar_cycle.next_peak IS 'the first day behind as_of at that phase';

CREATE FUNCTION calendar_cycle(history purchase_history, as_of date DEFAULT current_date) RETURNS calendar_cycle
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2000
	AS 'MODULE_PATHNAME', 'calendar_cycle';

CREATE FUNCTION calendar_cycle(history purchase_history, as_of date, period_days double precision) RETURNS calendar_cycle
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'calendar_cycle_of_days';

COMMENT ON FUNCTION calendar_cycle(purchase_history, date) IS 'The rhythm of the calendar that the purchases up to as_of (default: today) show most clearly: weekly, monthly (by calendar months), quarterly, half-yearly, yearly, or a free period between half her mean interval and twice. It is one where p_value is below 0.01, say; above, it is what comes nearest to one. Rayleigh''s test on the phases of at most one purchase each half period, which makes it valid for random buyers of any rate; a short sequence with exactly one purchase in each period counts for more; corrected for the number of periods tested. The free period is looked for in her last 64 purchase days, from 5 on. NULL with fewer than three purchase days that far apart in any period. An infinite as_of is error 22008. Source: Mardia and Jupp (2000), "Directional Statistics", section 6.3.';
COMMENT ON FUNCTION calendar_cycle(purchase_history, date, double precision) IS 'Do the purchases up to as_of follow a period of so many days, of a mailing every 28 days, say? The same test for this period alone, so that p_value is not corrected for others; next_peak and phase as for a free period. NULL with fewer than three purchase days that lie half a period apart. Errors: 22023 unless period_days is from 2 to 100000; 22008 for an infinite as_of.';
-- ---------------------------------------------------------------------------
-- models of a customer base: who is still a customer, and what will she buy
-- ---------------------------------------------------------------------------

-- COST: about 160 to the microsecond, from stored histories, between the fastest model and the slowest, so that scoring a table gets parallel workers.

CREATE FUNCTION p_alive(model retention_model, history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 60
	AS 'MODULE_PATHNAME', 'customer_base_p_alive';

CREATE FUNCTION p_alive(model retention_model, history purchase_history, as_of date, after interval) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 60
	AS 'MODULE_PATHNAME', 'customer_base_p_alive_after';

CREATE FUNCTION p_alive(model retention_model, x double precision, t_x double precision, T double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'customer_base_p_alive_numbers';

CREATE FUNCTION p_alive(model retention_model, x double precision, t_x double precision, T double precision, after double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'customer_base_p_alive_after_numbers';

CREATE FUNCTION churn_score(model retention_model, history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 60
	AS 'MODULE_PATHNAME', 'customer_base_churn_score';

CREATE FUNCTION churn_score(model retention_model, x double precision, t_x double precision, T double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'customer_base_churn_score_numbers';

CREATE FUNCTION expected_purchases(model retention_model, history purchase_history, as_of date, horizon interval) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 120
	AS 'MODULE_PATHNAME', 'customer_base_expected_purchases';

CREATE FUNCTION expected_purchases(model retention_model, x double precision, t_x double precision, T double precision, horizon double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'customer_base_expected_purchases_numbers';

CREATE FUNCTION expected_purchases(model retention_model, horizon interval) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'customer_base_expected_purchases_new';

CREATE FUNCTION expected_purchases(model retention_model, horizon double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'customer_base_expected_purchases_new_number';

CREATE FUNCTION expected_remaining_lifetime(model retention_model, history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'customer_base_lifetime';

CREATE FUNCTION expected_remaining_lifetime(model retention_model, history purchase_history, as_of date, horizon interval) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'customer_base_lifetime';

CREATE FUNCTION expected_remaining_lifetime(model retention_model, x double precision, t_x double precision, T double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'customer_base_lifetime_numbers';

CREATE FUNCTION expected_remaining_lifetime(model retention_model, x double precision, t_x double precision, T double precision, horizon double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'customer_base_lifetime_numbers';

CREATE FUNCTION purchase_probability(model retention_model, history purchase_history, as_of date, horizon interval) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'customer_base_purchase_probability';

CREATE FUNCTION purchase_probability(model retention_model, x double precision, t_x double precision, T double precision, horizon double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'customer_base_purchase_probability_numbers';

CREATE FUNCTION purchase_pmf(model retention_model, n integer, horizon interval) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'customer_base_purchase_pmf';

CREATE FUNCTION purchase_pmf(model retention_model, n integer, horizon double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'customer_base_purchase_pmf_number';

CREATE FUNCTION log_likelihood(model retention_model, history purchase_history, as_of date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'customer_base_log_likelihood';

CREATE FUNCTION log_likelihood(model retention_model, x double precision, t_x double precision, T double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'customer_base_log_likelihood_numbers';

CREATE FUNCTION log_likelihood(model retention_model, x double precision, t_x double precision, T double precision, sum_log_intervals double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'customer_base_log_likelihood_numbers';

CREATE FUNCTION lost_on(history purchase_history, as_of date, model retention_model) RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 120
	AS 'MODULE_PATHNAME', 'customer_base_lost_on';

CREATE FUNCTION lost_on(history purchase_history, as_of date, model retention_model, score double precision) RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 120
	AS 'MODULE_PATHNAME', 'customer_base_lost_on';

COMMENT ON FUNCTION lost_on(purchase_history, date, retention_model) IS 'The first day behind her last purchase up to as_of, and not behind as_of, on which her churn_score reached 0.5: from then on she was more likely gone than not. By an interpurchase model 0.99: the silence had become as improbable as one in a hundred. NULL while it has not, and if nothing was bought by as_of. It depends on her purchases and the model only, not on other customers or on as_of once the day has come. Errors: 22008 for an infinite as_of.';
COMMENT ON FUNCTION lost_on(purchase_history, date, retention_model, double precision) IS 'As lost_on(history, as_of, model), with the churn_score that makes a customer lost. Errors: 22008 for an infinite as_of, 22023 unless 0 < score < 1.';
COMMENT ON FUNCTION p_alive(retention_model, purchase_history, date) IS 'The probability that she is still a customer at as_of (default: today), given her purchases up to then, by a model of kind bg/nbd, mbg/nbd, bg/cnbd-k, mbg/cnbd-k, pareto/nbd, ggompertz/nbd or bg/bb. By bg/bb at the last opportunity that is over at as_of. With bg/nbd and bg/cnbd-k it is 1 for who has bought once, since those leave after a repeat purchase only. NULL if nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of another kind. Source: Schmittlein, Morrison, Colombo (1987), "Counting your customers"; Fader, Hardie, Lee (2005), "Counting your customers the easy way"; Batislam, Denizel, Filiztekin (2007); Reutterer, Platzer, Schroeder (2020); Fader, Hardie, Shang (2010); Bemmaor, Glady (2012).';
COMMENT ON FUNCTION p_alive(retention_model, purchase_history, date, interval) IS 'The probability that she is still a customer a while after as_of, given what was known at as_of; a month is 365.25/12 days. NULL if nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of another kind or a negative interval.';
COMMENT ON FUNCTION p_alive(retention_model, double precision, double precision, double precision) IS 'The probability that a customer is still one who has made x repeat purchases, the last at t_x after the first purchase, and is seen until T after it. All times in the model''s unit. Error 22023 for a model of another kind, or unless 0 <= t_x <= T and x >= 0 (t_x = 0 where x = 0). Source: Schmittlein, Morrison, Colombo (1987), "Counting your customers"; Fader, Hardie, Lee (2005), "Counting your customers the easy way"; Batislam, Denizel, Filiztekin (2007); Reutterer, Platzer, Schroeder (2020).';
COMMENT ON FUNCTION p_alive(retention_model, double precision, double precision, double precision, double precision) IS 'The same a while after T, given what was known at T. All times in the model''s unit. Error 22023 for a model of another kind, or unless 0 <= t_x <= T and x >= 0 (t_x = 0 where x = 0), or for a negative time after.';
COMMENT ON FUNCTION churn_score(retention_model, purchase_history, date) IS 'How probable it is that she has gone: 1 - p_alive; by an interpurchase model 1 - silence_probability, how far her silence is out of her rhythm. From 0 to 1. NULL if nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of another kind.';
COMMENT ON FUNCTION churn_score(retention_model, double precision, double precision, double precision) IS 'How probable it is that she has gone: 1 - p_alive. All times in the model''s unit. Error 22023 for a model of another kind, or unless 0 <= t_x <= T and x >= 0 (t_x = 0 where x = 0).';
COMMENT ON FUNCTION expected_purchases(retention_model, purchase_history, date, interval) IS 'The number of purchases to expect from her within the horizon after as_of, given her purchases up to as_of; a month is 365.25/12 days. Exact also for regular intervals (k above 1), where the formula of Reutterer et al. is an approximation. NULL if nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of another kind or a negative horizon.';
COMMENT ON FUNCTION expected_purchases(retention_model, double precision, double precision, double precision, double precision) IS 'The number of purchases to expect within the horizon after T. All times in the model''s unit. Error 22023 for a model of another kind, or unless 0 <= t_x <= T and x >= 0 (t_x = 0 where x = 0), or for a negative horizon.';
COMMENT ON FUNCTION expected_purchases(retention_model, interval) IS 'The number of repeat purchases to expect from a new customer within the horizon after her first purchase; a month is 365.25/12 days. Error 22023 for a model of another kind or a negative horizon.';
COMMENT ON FUNCTION expected_purchases(retention_model, double precision) IS 'The number of repeat purchases to expect from a new customer within the horizon, in the model''s unit, after her first purchase. Error 22023 for a model of another kind or a negative horizon.';
COMMENT ON FUNCTION expected_remaining_lifetime(retention_model, purchase_history, date) IS 'How many days after as_of (default: today) she is still a customer, on average, counting 0 where she has gone already. Infinite where a model has no mean, which is common: pareto/nbd with s, bg/nbd and its relatives with a, bg/bb with gamma up to 1, since those who nearly never leave weigh too much; give a horizon then. By bg/bb the days of the opportunities to come that she is here for. NULL if nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of another kind.';
COMMENT ON FUNCTION expected_remaining_lifetime(retention_model, purchase_history, date, interval) IS 'How many days of the horizon after as_of she is still a customer, on average: p_alive, added up over the days; a month is 365.25/12 days. NULL if nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of another kind or a negative horizon.';
COMMENT ON FUNCTION expected_remaining_lifetime(retention_model, double precision, double precision, double precision) IS 'How long after T a customer is still one, on average, in the model''s unit; infinite where a model has no mean. Error 22023 for a model of another kind, or unless 0 <= t_x <= T and x >= 0 (t_x = 0 where x = 0).';
COMMENT ON FUNCTION expected_remaining_lifetime(retention_model, double precision, double precision, double precision, double precision) IS 'How much of the horizon after T a customer is still one, on average. All times in the model''s unit. Error 22023 for a model of another kind, a negative horizon, or unless 0 <= t_x <= T and x >= 0 (t_x = 0 where x = 0).';
COMMENT ON FUNCTION purchase_probability(retention_model, purchase_history, date, interval) IS 'The probability that she buys at least once within the horizon after as_of; a month is 365.25/12 days. NULL if nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of another kind or a negative horizon.';
COMMENT ON FUNCTION purchase_probability(retention_model, double precision, double precision, double precision, double precision) IS 'The probability of at least one purchase within the horizon after T. All times in the model''s unit. Error 22023 for a model of another kind, or unless 0 <= t_x <= T and x >= 0 (t_x = 0 where x = 0), or for a negative horizon.';
COMMENT ON FUNCTION purchase_pmf(retention_model, integer, interval) IS 'The probability of exactly n repeat purchases of a new customer within the horizon after her first purchase; a month is 365.25/12 days. Error 22023 for a model of another kind, a negative n or a negative horizon.';
COMMENT ON FUNCTION purchase_pmf(retention_model, integer, double precision) IS 'The probability of exactly n repeat purchases of a new customer within the horizon, in the model''s unit, after her first purchase. Error 22023 for a model of another kind, a negative n or a negative horizon.';
COMMENT ON FUNCTION log_likelihood(retention_model, purchase_history, date) IS 'The logarithm of the probability density of her purchases up to as_of, times counted in the model''s unit: whose are out of the ordinary, and, added up over customers that the model was not fitted to, how well it fits those. NULL if nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of another kind.';
COMMENT ON FUNCTION log_likelihood(retention_model, double precision, double precision, double precision) IS 'The logarithm of the probability density of such purchases. For k above 1 the sum of the logarithms of the intervals is needed, too. All times in the model''s unit. Error 22023 for a model of another kind, or unless 0 <= t_x <= T and x >= 0 (t_x = 0 where x = 0).';
COMMENT ON FUNCTION log_likelihood(retention_model, double precision, double precision, double precision, double precision) IS 'The logarithm of the probability density of purchases with intervals whose logarithms add up to sum_log_intervals. All times in the model''s unit. Error 22023 for a model of another kind, or unless 0 <= t_x <= T and x >= 0 (t_x = 0 where x = 0).';
-- ---------------------------------------------------------------------------
-- simulated customers
-- ---------------------------------------------------------------------------

CREATE FUNCTION simulate_customers(model retention_model, customers integer, first_from date, first_until date, until date, seed bigint DEFAULT 0)
	RETURNS TABLE (customer_id integer, purchase_date date)
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 100000
	AS 'MODULE_PATHNAME', 'simulate_customers';

COMMENT ON FUNCTION simulate_customers(retention_model, integer, date, date, date, bigint) IS 'The purchases of so many customers that live as a model of kind bg/nbd, mbg/nbd, bg/cnbd-k, mbg/cnbd-k, pareto/nbd, ggompertz/nbd or bg/bb says: to try a query, a dashboard or a fit on data whose truth is known. First purchases are spread evenly from first_from to first_until; purchases are known up to until, rounded to days, so that several may fall on one. A seed gives the same customers every time, and customer 7 is the same whether 10 or 1,000,000 are asked for. Errors: 22023 for a model of another kind, a negative number or dates in the wrong order; 22008 for an infinite date.';
-- ---------------------------------------------------------------------------
-- contracts and subscriptions: who renews
-- ---------------------------------------------------------------------------

CREATE FUNCTION fit_model_add(bytea, text, integer, boolean) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_model_add_contracts';

CREATE FUNCTION fit_model_add(bytea, text, integer, boolean, double precision) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_model_add_contracts';

CREATE FUNCTION fit_model_add(bytea, text, integer, boolean, double precision, double precision) RETURNS bytea
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

CREATE AGGREGATE fit_model(kind text, tenure integer, churned boolean, weight double precision, time_unit_days double precision) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

CREATE FUNCTION survival_probability(model retention_model, renewals integer) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'contract_survival';

CREATE FUNCTION retention_rate(model retention_model, renewal integer) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'contract_retention_rate';

CREATE FUNCTION expected_renewals(model retention_model, tenure integer, horizon integer) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'contract_expected_renewals';

CREATE FUNCTION discounted_expected_renewals(model retention_model, tenure integer, discount_rate double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'contract_discounted_renewals';

CREATE FUNCTION discounted_expected_renewals(model retention_model, tenure integer, discount_rate double precision, horizon integer) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'contract_discounted_renewals';

CREATE FUNCTION residual_lifetime_value(model retention_model, value_per_period numeric, tenure integer, discount_rate double precision,
		margin double precision DEFAULT 1) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'contract_residual_lifetime_value';

COMMENT ON FUNCTION fit_model_add(bytea, text, integer, boolean) IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_add(bytea, text, integer, boolean, double precision) IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_add(bytea, text, integer, boolean, double precision, double precision) IS 'Transition function of the aggregate fit_model.';
COMMENT ON AGGREGATE fit_model(text, integer, boolean) IS 'Fits a model of kind sbg (alpha, beta) or bdw (alpha, beta, c) to contracts by maximum likelihood: tenure is the number of renewals that have come up, churned whether she did not renew at the last of them. The share that leaves is Beta(alpha, beta) across customers; with bdw it rises (c above 1) or falls (below) with the number of renewals. Rows with a NULL are left out. A WARNING, and converged false, when the likelihood rises toward a boundary. Errors: 22000 for fewer than five renewals or five refusals, 22023 for another kind, a negative tenure, or churned with a tenure of 0. Sources: Fader, Hardie (2007), "How to project customer retention"; Fader, Hardie, Liu, Davin, Steenburgh (2018).';
COMMENT ON AGGREGATE fit_model(text, integer, boolean, double precision) IS 'The same with a weight for each row, such as the number of contracts it stands for; not negative.';
COMMENT ON AGGREGATE fit_model(text, integer, boolean, double precision, double precision) IS 'The same for periods of time_unit_days days, for the record.';
COMMENT ON FUNCTION survival_probability(retention_model, integer) IS 'The share of new contracts that last through so many renewals, by a model of kind sbg or bdw: B(alpha, beta + t^c) / B(alpha, beta). Error 22023 for a model of another kind or a negative number.';
COMMENT ON FUNCTION retention_rate(retention_model, integer) IS 'The share of those that are asked for this renewal, the first one is 1, that renew, by a model of kind sbg or bdw. It rises with the number of renewals, since who leaves easily has left. Error 22023 for a model of another kind or a renewal below 1.';
COMMENT ON FUNCTION expected_renewals(retention_model, integer, integer) IS 'How many of the next horizon renewals a customer with tenure renewals behind her is expected to make, by a model of kind sbg or bdw. Error 22023 for a model of another kind or a negative number.';
COMMENT ON FUNCTION discounted_expected_renewals(retention_model, integer, double precision) IS 'The renewals to expect, for ever, of a customer with tenure renewals behind her whose next one is due now, which counts in full, each later one 1 / (1 + discount_rate) of the one before; by a model of kind sbg or bdw. discount_rate is per period of the contract. The literature''s discounted expected residual lifetime. Error 22023 for a model of another kind, a negative tenure or a discount_rate that is not above 0. Source: Fader, Hardie (2010), "Customer-base valuation in a contractual setting".';
COMMENT ON FUNCTION discounted_expected_renewals(retention_model, integer, double precision, integer) IS 'The same for the next horizon renewals. Error 22023 for a model of another kind, a negative tenure, rate or horizon.';
COMMENT ON FUNCTION residual_lifetime_value(retention_model, numeric, integer, double precision, double precision) IS 'What the contract of a customer with tenure renewals behind her is still worth just before the next one, which is paid at once: value_per_period times margin (1) times discounted_expected_renewals. discount_rate is per period of the contract, 0.1 for 10 percent. Errors: 22023 for a model of another kind, a negative value, margin or tenure, or a discount_rate that is not above 0. Source: Fader, Hardie (2010), "Customer-base valuation in a contractual setting".';
-- ---------------------------------------------------------------------------
-- what customers are worth
-- ---------------------------------------------------------------------------

CREATE FUNCTION expected_order_value(spend retention_model, history purchase_history, as_of date DEFAULT current_date) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 60
	AS 'MODULE_PATHNAME', 'value_expected_order_value';

CREATE FUNCTION expected_order_value(spend retention_model, x double precision, mean_value double precision) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'value_expected_order_value_numbers';

CREATE FUNCTION log_likelihood(spend retention_model, x double precision, mean_value double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'value_log_likelihood';

CREATE FUNCTION historic_value(history purchase_history, as_of date DEFAULT current_date) RETURNS numeric
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	RETURN total_spend(as_of(history, as_of));

CREATE FUNCTION lifetime_value(spend_per_period numeric, periods integer DEFAULT NULL, churn_rate double precision DEFAULT 0,
		discount_rate double precision DEFAULT 0, margin double precision DEFAULT 1) RETURNS numeric
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'value_lifetime_value';

CREATE FUNCTION discounted_expected_purchases(model retention_model, history purchase_history, as_of date, discount_rate double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200
	AS 'MODULE_PATHNAME', 'value_discounted_purchases';

CREATE FUNCTION discounted_expected_purchases(model retention_model, history purchase_history, as_of date, discount_rate double precision, horizon interval) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'value_discounted_purchases';

CREATE FUNCTION discounted_expected_purchases(model retention_model, x double precision, t_x double precision, T double precision, discount_rate double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200
	AS 'MODULE_PATHNAME', 'value_discounted_purchases_numbers';

CREATE FUNCTION discounted_expected_purchases(model retention_model, x double precision, t_x double precision, T double precision, discount_rate double precision, horizon double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'value_discounted_purchases_numbers';

CREATE FUNCTION clv(model retention_model, spend retention_model, history purchase_history, as_of date, horizon interval, discount_rate double precision,
		margin double precision DEFAULT 1) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 400
	AS 'MODULE_PATHNAME', 'value_clv';

CREATE FUNCTION clv(model retention_model, spend retention_model, history purchase_history, as_of date, discount_rate double precision) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6000
	AS 'MODULE_PATHNAME', 'value_clv';

CREATE FUNCTION value_at_risk(model retention_model, spend retention_model, history purchase_history, as_of date, horizon interval, discount_rate double precision,
		margin double precision DEFAULT 1) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 400
	AS 'MODULE_PATHNAME', 'value_at_risk';

CREATE FUNCTION value_at_risk(model retention_model, spend retention_model, history purchase_history, as_of date, discount_rate double precision) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6000
	AS 'MODULE_PATHNAME', 'value_at_risk';

COMMENT ON FUNCTION discounted_expected_purchases(retention_model, purchase_history, date, double precision) IS 'The purchases to expect from her after as_of, for ever, one that lies u years ahead counting (1 + discount_rate)^-u: what the literature calls DERT. For the kinds bg/nbd and its relatives by quadrature to 1e-7, bg/bb by its sum, the others by quadrature to 1e-12. NULL if nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of another kind or a rate that is not above 0. Source: Fader, Hardie, Lee (2005), "RFM and CLV"; Fader, Hardie, Shang (2010).';
COMMENT ON FUNCTION discounted_expected_purchases(retention_model, purchase_history, date, double precision, interval) IS 'The purchases to expect from her within the horizon after as_of, one that lies u years ahead counting (1 + discount_rate)^-u; a month is 365.25/12 days. To the accuracy of the one without a horizon, but for the kinds with k to 1e-5. NULL if nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of another kind, a negative rate or horizon.';
COMMENT ON FUNCTION discounted_expected_purchases(retention_model, double precision, double precision, double precision, double precision) IS 'The purchases to expect after T, for ever, one that lies u years ahead counting (1 + discount_rate)^-u; times in the model''s unit, the rate per year. With x, t_x and T of 0 those of a new customer, her first one besides. Error 22023 for a model of another kind, a rate that is not above 0, or unless 0 <= t_x <= T and x >= 0 (t_x = 0 where x = 0).';
COMMENT ON FUNCTION discounted_expected_purchases(retention_model, double precision, double precision, double precision, double precision, double precision) IS 'The same within a horizon, in the model''s unit. Error 22023 for a model of another kind, a negative rate or horizon, or unless 0 <= t_x <= T and x >= 0 (t_x = 0 where x = 0).';
COMMENT ON FUNCTION clv(retention_model, retention_model, purchase_history, date, interval, double precision, double precision) IS 'Customer lifetime value within the horizon after as_of: margin (1) times expected_order_value times discounted_expected_purchases, in the money of the orders. discount_rate is per year, 0.1 for 10 percent; money u years ahead counts (1 + discount_rate)^-u; a month is 365.25/12 days. Never negative. NULL if nothing was bought by as_of, or where the spend model has no mean for her (p x + q up to 1). Errors: 22008 for an infinite as_of, 22023 for models of other kinds, a negative rate, margin or horizon. Source: Fader, Hardie, Lee (2005), "RFM and CLV".';
COMMENT ON FUNCTION clv(retention_model, retention_model, purchase_history, date, double precision) IS 'The residual customer lifetime value, for ever: as clv with a horizon and a margin of 1, without end. Error 22023 for a discount_rate that is not above 0, too.';
COMMENT ON FUNCTION value_at_risk(retention_model, retention_model, purchase_history, date, interval, double precision, double precision) IS 'What is lost with the probability that she is gone already: what clv would be if she certainly still were a customer, times the probability that she is not. clv and value_at_risk add up to the former. Arguments, units, NULL rule and errors as clv. Large for who bought often and much and has been silent for too long; near 0 for who bought lately, and for who has been silent for so long that even a customer would hardly come.';
COMMENT ON FUNCTION value_at_risk(retention_model, retention_model, purchase_history, date, double precision) IS 'The same for ever and with a margin of 1. Error 22023 for a discount_rate that is not above 0, too.';
COMMENT ON FUNCTION expected_order_value(retention_model, purchase_history, date) IS 'The value to expect of her next order day, in the money of the orders, by a model of kind gamma-gamma: between the mean of her repeat orders up to as_of (default: today), which few orders don''t tell well, and that of the base. Of who has bought once that of the base. Where she was given back more than she spent her mean counts as 0, so that it is never negative. NULL if nothing was bought by as_of, and where there is no mean (p x + q up to 1). Errors: 22008 for an infinite as_of, 22023 for a model of another kind. Source: Fader, Hardie (2013), "The Gamma-Gamma model of monetary value", equation 5.';
COMMENT ON FUNCTION expected_order_value(retention_model, double precision, double precision) IS 'The value to expect of the next order of a customer with x repeat orders of this mean value; for x = 0 that of the base. NULL where there is no mean (p x + q up to 1). Error 22023 for a model of another kind, a negative x or a mean that is not finite.';
COMMENT ON FUNCTION log_likelihood(retention_model, double precision, double precision) IS 'The logarithm of the probability density of the mean value of x orders, by a model of kind gamma-gamma: whose orders are out of the ordinary. NULL unless both are above 0. Error 22023 for a model of another kind, a negative x or a mean that is not finite. Source: Fader, Hardie (2013), "The Gamma-Gamma model of monetary value", equation 1a.';
COMMENT ON FUNCTION historic_value(purchase_history, date) IS 'What she has spent up to as_of (default: today), refunds taken off, in the money of the orders. NULL if nothing was bought by then or all amounts are unknown. Error 22008 for an infinite as_of.';
COMMENT ON FUNCTION lifetime_value(numeric, integer, double precision, double precision, double precision) IS 'What a customer is worth who spends as much in each period, the first one at once, for so many periods (default, and NULL: for ever), when a share churn_rate (0) of such customers leaves after each, money is worth discount_rate (0) less each period, and a share margin (1) of what is spent stays: spend_per_period times margin times the sum of ((1 - churn_rate) / (1 + discount_rate))^i for i from 0 to periods - 1. The back of an envelope, without a model: lifetime_value(1000, 240) is 240000. NULL if another argument is. Error 22023 for a negative argument, a churn rate above 1, or a sum without end.';
-- ---------------------------------------------------------------------------
-- how sure is a prediction
-- ---------------------------------------------------------------------------

CREATE TYPE value_interval AS (
	lower numeric,
	upper numeric
);

CREATE FUNCTION purchases_interval(model retention_model, history purchase_history, as_of date, horizon interval, level double precision DEFAULT 0.95) RETURNS confidence_interval
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000
	AS 'MODULE_PATHNAME', 'purchases_interval';

CREATE FUNCTION clv_interval(model retention_model, spend retention_model, history purchase_history, as_of date, horizon interval, discount_rate double precision,
		margin double precision DEFAULT 1, level double precision DEFAULT 0.95) RETURNS value_interval
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20000
	AS 'MODULE_PATHNAME', 'clv_interval';

COMMENT ON TYPE value_interval IS 'Two limits of an amount of money.';
COMMENT ON COLUMN value_interval.lower IS 'the lower limit, in the money of the orders';
COMMENT ON COLUMN value_interval.upper IS 'the upper limit, in the money of the orders';
COMMENT ON FUNCTION purchases_interval(retention_model, purchase_history, date, interval, double precision) IS 'Between these two numbers of purchases she will make within the horizon after as_of, with a probability of at least level (0.95); expected_purchases is their mean. From 2,000 drawn futures, each with parameters drawn from the covariance of the fit (as they are, where it is not known) and then her own chance: whether she is still a customer, how often she buys, when she leaves. The same customer has the same draws every time. Of one customer chance is nearly all: a sum over many is far surer than each. NULL if nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of another kind, a negative horizon, or unless 0 < level < 1.';
COMMENT ON FUNCTION clv_interval(retention_model, retention_model, purchase_history, date, interval, double precision, double precision, double precision) IS 'Between these two amounts lies what she will turn out to be worth within the horizon after as_of, with a probability of at least level (0.95); clv is its mean. Drawn as in purchases_interval, with the parameters of the spend model and the value of each order besides. Arguments, units and NULL rule as clv. Errors as clv, and 22023 unless 0 < level < 1.';
-- ---------------------------------------------------------------------------
-- has the average order value changed
-- ---------------------------------------------------------------------------

CREATE TYPE spend_trend AS (
	recent_orders bigint,
	recent_average numeric,
	earlier_orders bigint,
	earlier_average numeric,
	change double precision,
	slope numeric,
	p_value double precision
);

CREATE FUNCTION spend_trend(history purchase_history, as_of date DEFAULT current_date, recent interval DEFAULT '3 months') RETURNS spend_trend
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 250
	AS 'MODULE_PATHNAME', 'spend_trend';

CREATE FUNCTION overall_spend_trend_add(bytea, purchase_history, date, interval) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 90
	AS 'MODULE_PATHNAME', 'overall_spend_trend_add';

CREATE FUNCTION overall_spend_trend_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'overall_spend_trend_combine';

CREATE FUNCTION overall_spend_trend_final(bytea) RETURNS spend_trend
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'overall_spend_trend_final';

CREATE AGGREGATE overall_spend_trend(history purchase_history, as_of date, recent interval) (
	SFUNC = overall_spend_trend_add, STYPE = bytea, SSPACE = 8000,
	FINALFUNC = overall_spend_trend_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = overall_spend_trend_combine, PARALLEL = SAFE
);

COMMENT ON TYPE spend_trend IS 'How the average order value of late compares with before.';
COMMENT ON COLUMN spend_trend.recent_orders IS 'orders of known amount within recent';
COMMENT ON COLUMN spend_trend.recent_average IS 'what was spent within recent, refunds taken off, for each of them, in the money of the orders; NULL without one';
COMMENT ON COLUMN spend_trend.earlier_orders IS 'orders of known amount before';
COMMENT ON COLUMN spend_trend.earlier_average IS 'what was spent before, refunds taken off, for each of them; NULL without one';
COMMENT ON COLUMN spend_trend.change IS 'recent_average against earlier_average: -0.12 is 12 percent less; NULL unless both are known and the latter is above 0';
COMMENT ON COLUMN spend_trend.slope IS 'change of the order value in a year, in the money of the orders: least squares over all orders; NULL for orders of one day';
COMMENT ON COLUMN spend_trend.p_value IS 'the probability of a difference at least as large, up or down, if nothing had changed; NULL unless there are orders both within recent and before';
COMMENT ON FUNCTION spend_trend(purchase_history, date, interval) IS 'Has the average order value of a customer changed: within recent (3 months) up to and including as_of (default: today) against all before. It goes back by the calendar: with 3 months as of 2026-06-30 recent is after 2026-03-30. p_value is that of the Wilcoxon-Mann-Whitney test of the order values (the money of a day for each of its orders), which asks nothing of their distribution and is not misled by one large order: exact for few orders, else by the normal distribution. Fewer than 3 recent and 5 earlier orders rarely tell anything. Of many customers whose order values have not changed, 5 percent have a p_value below 0.05: look at the smallest ones, and at overall_spend_trend. NULL if nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a recent that is not above 0. Source: Mann, Whitney (1947).';
COMMENT ON FUNCTION overall_spend_trend_add(bytea, purchase_history, date, interval) IS 'Transition function of the aggregate overall_spend_trend.';
COMMENT ON FUNCTION overall_spend_trend_combine(bytea, bytea) IS 'Combine function of the aggregate overall_spend_trend.';
COMMENT ON FUNCTION overall_spend_trend_final(bytea) IS 'Final function of the aggregate overall_spend_trend.';
COMMENT ON AGGREGATE overall_spend_trend(purchase_history, date, interval) IS 'Has the average order value of all customers changed: all that was spent within recent up to and including as_of, for each order, against all before; as spend_trend of one. GROUP BY gives the trend of each segment. p_value is that of Student''s t test of the two ratios, for which customers are independent of each other, but the orders of one are not. A falling average may come from customers who spend less or from other customers: spend_trend of each one tells. The same result for every order of the rows and every plan. NULL histories are left out. NULL if there is no order of known amount by as_of. Errors: 22008 for an infinite as_of, 22004 for a NULL as_of or recent, 22023 for a recent that is not above 0 or arguments that change within a group. Source: Cochran (1977), "Sampling techniques", 6.4.';
-- ---------------------------------------------------------------------------
-- the purchase cycle as it was at each order: window functions on raw rows
-- ---------------------------------------------------------------------------

CREATE TYPE running_cycle_date AS (
	purchase_number bigint,
	days_since_previous double precision,
	lateness double precision,
	mean_interval double precision,
	regularity double precision,
	expected_next date
);

CREATE TYPE running_cycle_timestamp AS (
	purchase_number bigint,
	days_since_previous double precision,
	lateness double precision,
	mean_interval double precision,
	regularity double precision,
	expected_next timestamp
);

CREATE TYPE running_cycle_timestamptz AS (
	purchase_number bigint,
	days_since_previous double precision,
	lateness double precision,
	mean_interval double precision,
	regularity double precision,
	expected_next timestamptz
);

CREATE FUNCTION days_since_previous(ts date) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'running_days_since_previous';

CREATE FUNCTION days_since_previous(ts timestamp) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'running_days_since_previous';

CREATE FUNCTION days_since_previous(ts timestamptz) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'running_days_since_previous';

CREATE FUNCTION mean_interval(ts date) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'running_mean_interval';

CREATE FUNCTION mean_interval(ts timestamp) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'running_mean_interval';

CREATE FUNCTION mean_interval(ts timestamptz) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'running_mean_interval';

CREATE FUNCTION expected_next(ts date) RETURNS date
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'running_expected_next';

CREATE FUNCTION expected_next(ts timestamp) RETURNS timestamp
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'running_expected_next';

CREATE FUNCTION expected_next(ts timestamptz) RETURNS timestamptz
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'running_expected_next';

CREATE FUNCTION lateness(ts date) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'running_lateness';

CREATE FUNCTION lateness(ts timestamp) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'running_lateness';

CREATE FUNCTION lateness(ts timestamptz) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'running_lateness';

CREATE FUNCTION churn_score_before(ts date) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'running_churn_score_before';

CREATE FUNCTION churn_score_before(ts timestamp) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'running_churn_score_before';

CREATE FUNCTION churn_score_before(ts timestamptz) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'running_churn_score_before';

CREATE FUNCTION churn_score_before(ts date, model retention_model) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'running_churn_score_before_by_model';

CREATE FUNCTION churn_score_before(ts timestamp, model retention_model) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'running_churn_score_before_by_model';

CREATE FUNCTION churn_score_before(ts timestamptz, model retention_model) RETURNS double precision
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'running_churn_score_before_by_model';

CREATE FUNCTION running_cycle(ts date) RETURNS running_cycle_date
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'running_cycle';

CREATE FUNCTION running_cycle(ts timestamp) RETURNS running_cycle_timestamp
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'running_cycle';

CREATE FUNCTION running_cycle(ts timestamptz) RETURNS running_cycle_timestamptz
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'running_cycle';

COMMENT ON TYPE running_cycle_date IS 'How a customer looked at one of her purchases, by it and those before.';
COMMENT ON COLUMN running_cycle_date.purchase_number IS 'the number of purchases so far, 1 for the first; rows of the same time are one';
COMMENT ON COLUMN running_cycle_date.days_since_previous IS 'days since the purchase before; NULL for the first';
COMMENT ON COLUMN running_cycle_date.lateness IS 'that interval against the mean of the ones before it: above 1 she came later than on average; NULL for the first two';
COMMENT ON COLUMN running_cycle_date.mean_interval IS 'mean inter-purchase time so far, in days; NULL for the first';
COMMENT ON COLUMN running_cycle_date.regularity IS 'shape of a gamma distribution of the intervals so far, by maximum likelihood, as the function regularity; NULL for the first two';
COMMENT ON COLUMN running_cycle_date.expected_next IS 'this purchase and the mean interval so far; NULL for the first';
COMMENT ON TYPE running_cycle_timestamp IS 'How a customer looked at one of her purchases, by it and those before.';
COMMENT ON COLUMN running_cycle_timestamp.purchase_number IS 'the number of purchases so far, 1 for the first; rows of the same time are one';
COMMENT ON COLUMN running_cycle_timestamp.days_since_previous IS 'days since the purchase before; NULL for the first';
COMMENT ON COLUMN running_cycle_timestamp.lateness IS 'that interval against the mean of the ones before it: above 1 she came later than on average; NULL for the first two';
COMMENT ON COLUMN running_cycle_timestamp.mean_interval IS 'mean inter-purchase time so far, in days; NULL for the first';
COMMENT ON COLUMN running_cycle_timestamp.regularity IS 'shape of a gamma distribution of the intervals so far, by maximum likelihood, as the function regularity; NULL for the first two';
COMMENT ON COLUMN running_cycle_timestamp.expected_next IS 'this purchase and the mean interval so far; NULL for the first';
COMMENT ON TYPE running_cycle_timestamptz IS 'How a customer looked at one of her purchases, by it and those before.';
COMMENT ON COLUMN running_cycle_timestamptz.purchase_number IS 'the number of purchases so far, 1 for the first; rows of the same time are one';
COMMENT ON COLUMN running_cycle_timestamptz.days_since_previous IS 'days since the purchase before; NULL for the first';
COMMENT ON COLUMN running_cycle_timestamptz.lateness IS 'that interval against the mean of the ones before it: above 1 she came later than on average; NULL for the first two';
COMMENT ON COLUMN running_cycle_timestamptz.mean_interval IS 'mean inter-purchase time so far, in days; NULL for the first';
COMMENT ON COLUMN running_cycle_timestamptz.regularity IS 'shape of a gamma distribution of the intervals so far, by maximum likelihood, as the function regularity; NULL for the first two';
COMMENT ON COLUMN running_cycle_timestamptz.expected_next IS 'this purchase and the mean interval so far; NULL for the first';
COMMENT ON FUNCTION days_since_previous(date) IS 'Window function: days since the purchase before, with fractions for times of the day. NULL for the first. Of a customers rows in ascending order of time: OVER (PARTITION BY customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the same time are one purchase and get the same answer, rows without a time are passed over and get NULL. What is ahead does not matter, nor the frame. An infinite time is error 22008.';
COMMENT ON FUNCTION days_since_previous(timestamp) IS 'The same for timestamp, in which a day is 24 hours; see days_since_previous(date).';
COMMENT ON FUNCTION days_since_previous(timestamptz) IS 'The same for timestamptz, in which a day is 24 hours; see days_since_previous(date).';
COMMENT ON FUNCTION mean_interval(date) IS 'Window function: mean inter-purchase time in days, of the purchases so far. NULL for the first. Of a customers rows in ascending order of time: OVER (PARTITION BY customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the same time are one purchase and get the same answer, rows without a time are passed over and get NULL. What is ahead does not matter, nor the frame. An infinite time is error 22008.';
COMMENT ON FUNCTION mean_interval(timestamp) IS 'The same for timestamp, in which a day is 24 hours; see mean_interval(date).';
COMMENT ON FUNCTION mean_interval(timestamptz) IS 'The same for timestamptz, in which a day is 24 hours; see mean_interval(date).';
COMMENT ON FUNCTION expected_next(date) IS 'Window function: when the next purchase would be due by the mean interval so far. NULL for the first. Of a customers rows in ascending order of time: OVER (PARTITION BY customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the same time are one purchase and get the same answer, rows without a time are passed over and get NULL. What is ahead does not matter, nor the frame. An infinite time is error 22008.';
COMMENT ON FUNCTION expected_next(timestamp) IS 'The same for timestamp, in which a day is 24 hours; see expected_next(date).';
COMMENT ON FUNCTION expected_next(timestamptz) IS 'The same for timestamptz, in which a day is 24 hours; see expected_next(date).';
COMMENT ON FUNCTION lateness(date) IS 'Window function: the interval that this purchase ended, divided by the mean of those before: above 1 she came later than on average. NULL for the first two. Of a customers rows in ascending order of time: OVER (PARTITION BY customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the same time are one purchase and get the same answer, rows without a time are passed over and get NULL. What is ahead does not matter, nor the frame. An infinite time is error 22008.';
COMMENT ON FUNCTION lateness(timestamp) IS 'The same for timestamp, in which a day is 24 hours; see lateness(date).';
COMMENT ON FUNCTION lateness(timestamptz) IS 'The same for timestamptz, in which a day is 24 hours; see lateness(date).';
COMMENT ON FUNCTION churn_score_before(date) IS 'Window function: how alarming the silence was that this purchase ended, from 0 to 1: the probability that a customer who buys at random, with the mean interval that she had before, would have bought sooner, 1 - (1 + t / S)^-n for n intervals that add up to S and t days of silence. NULL for the first two. Source: the predictive distribution of exponential intervals without a prior. Of a customers rows in ascending order of time: OVER (PARTITION BY customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the same time are one purchase and get the same answer, rows without a time are passed over and get NULL. What is ahead does not matter, nor the frame. An infinite time is error 22008.';
COMMENT ON FUNCTION churn_score_before(timestamp) IS 'The same for timestamp, in which a day is 24 hours; see churn_score_before(date).';
COMMENT ON FUNCTION churn_score_before(timestamptz) IS 'The same for timestamptz, in which a day is 24 hours; see churn_score_before(date).';
COMMENT ON FUNCTION churn_score_before(date, retention_model) IS 'Window function: how alarming the silence was that this purchase ended, by a model: what churn_score would have said just before, from the purchases until then; but by an interpurchase model without the calendar. From 0 to 1. NULL for the first, and for a NULL model. Error 22023 for a model of kind bg/bb or one that does not know who is a customer. Of a customers rows in ascending order of time: OVER (PARTITION BY customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the same time are one purchase and get the same answer, rows without a time are passed over and get NULL. What is ahead does not matter, nor the frame. An infinite time is error 22008.';
COMMENT ON FUNCTION churn_score_before(timestamp, retention_model) IS 'The same for timestamp, in which a day is 24 hours; see churn_score_before(date, retention_model).';
COMMENT ON FUNCTION churn_score_before(timestamptz, retention_model) IS 'The same for timestamptz, in which a day is 24 hours; see churn_score_before(date, retention_model).';
COMMENT ON FUNCTION running_cycle(date) IS 'Window function: all of it at once, for each row how the customer looked then: a table of orders becomes one to learn and to back-test from. (running_cycle(ordered_at) OVER w).* gives the columns. Of a customers rows in ascending order of time: OVER (PARTITION BY customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the same time are one purchase and get the same answer, rows without a time are passed over and get NULL. What is ahead does not matter, nor the frame. An infinite time is error 22008.';
COMMENT ON FUNCTION running_cycle(timestamp) IS 'The same for timestamp, in which a day is 24 hours; see running_cycle(date).';
COMMENT ON FUNCTION running_cycle(timestamptz) IS 'The same for timestamptz, in which a day is 24 hours; see running_cycle(date).';
-- ---------------------------------------------------------------------------
-- spells and sessions: window functions on raw rows
-- ---------------------------------------------------------------------------

CREATE FUNCTION purchase_spell(ts date, max_gap interval) RETURNS bigint
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'purchase_spell';

CREATE FUNCTION purchase_spell(ts timestamp, max_gap interval) RETURNS bigint
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'purchase_spell';

CREATE FUNCTION purchase_spell(ts timestamptz, max_gap interval) RETURNS bigint
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'purchase_spell';

CREATE FUNCTION session_id(ts date, gap interval) RETURNS bigint
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'purchase_spell';

CREATE FUNCTION session_id(ts timestamp, gap interval) RETURNS bigint
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'purchase_spell';

CREATE FUNCTION session_id(ts timestamptz, gap interval) RETURNS bigint
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'purchase_spell';

CREATE FUNCTION is_reactivation(ts date, max_gap interval) RETURNS boolean
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'is_reactivation';

CREATE FUNCTION is_reactivation(ts timestamp, max_gap interval) RETURNS boolean
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'is_reactivation';

CREATE FUNCTION is_reactivation(ts timestamptz, max_gap interval) RETURNS boolean
	LANGUAGE C WINDOW IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'is_reactivation';

COMMENT ON FUNCTION purchase_spell(date, interval) IS 'Window function: the number of the spell of purchases that this one is in, from 1 on: a silence longer than max_gap opens the next one. Of rows in ascending order of time: OVER (PARTITION BY customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the same time get the same answer, rows without a time or interval are passed over and get NULL. A day is 24 hours, months are by the calendar. Errors: 22008 for an infinite time, 22023 for a negative or infinite interval.';
COMMENT ON FUNCTION purchase_spell(timestamp, interval) IS 'The same for timestamp; see purchase_spell(date, interval).';
COMMENT ON FUNCTION purchase_spell(timestamptz, interval) IS 'The same for timestamptz; see purchase_spell(date, interval).';
COMMENT ON FUNCTION session_id(date, interval) IS 'Window function: the number of the session of events that this one is in, from 1 on: a pause longer than gap opens the next one. purchase_spell by the name that it has for clicks and visits. Of rows in ascending order of time: OVER (PARTITION BY customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the same time get the same answer, rows without a time or interval are passed over and get NULL. A day is 24 hours, months are by the calendar. Errors: 22008 for an infinite time, 22023 for a negative or infinite interval.';
COMMENT ON FUNCTION session_id(timestamp, interval) IS 'The same for timestamp; see session_id(date, interval).';
COMMENT ON FUNCTION session_id(timestamptz, interval) IS 'The same for timestamptz; see session_id(date, interval).';
COMMENT ON FUNCTION is_reactivation(date, interval) IS 'Window function: whether this purchase ended a silence longer than max_gap. NULL for the first purchase. Of rows in ascending order of time: OVER (PARTITION BY customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the same time get the same answer, rows without a time or interval are passed over and get NULL. A day is 24 hours, months are by the calendar. Errors: 22008 for an infinite time, 22023 for a negative or infinite interval.';
COMMENT ON FUNCTION is_reactivation(timestamp, interval) IS 'The same for timestamp; see is_reactivation(date, interval).';
COMMENT ON FUNCTION is_reactivation(timestamptz, interval) IS 'The same for timestamptz; see is_reactivation(date, interval).';
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

COMMENT ON FUNCTION decayed_sum_add(bytea, double precision, date, interval) IS 'Transition function of the aggregate decayed_sum.';
COMMENT ON FUNCTION decayed_count_add(bytea, date, interval) IS 'Transition function of the aggregate decayed_count.';
COMMENT ON FUNCTION decayed_sum_add(bytea, double precision, timestamp, interval) IS 'Transition function of the aggregate decayed_sum.';
COMMENT ON FUNCTION decayed_count_add(bytea, timestamp, interval) IS 'Transition function of the aggregate decayed_count.';
COMMENT ON FUNCTION decayed_sum_add(bytea, double precision, timestamptz, interval) IS 'Transition function of the aggregate decayed_sum.';
COMMENT ON FUNCTION decayed_count_add(bytea, timestamptz, interval) IS 'Transition function of the aggregate decayed_count.';
COMMENT ON FUNCTION decayed_sum_combine(bytea, bytea) IS 'Combine function of the aggregates decayed_sum and decayed_count.';
COMMENT ON FUNCTION decayed_sum_final(bytea) IS 'Final function of the aggregates decayed_sum and decayed_count.';
COMMENT ON AGGREGATE decayed_sum(double precision, date, interval) IS 'A sum in which a value counts half as much for each half_life that it is older than the latest of the group: value times 2^-(age / half_life), in the unit of the values. To have it as of a later day multiply by 2^-(days since then / half-life in days). Rows without a time or value are left out; NULL if there are none. Works as a window function, too: OVER (PARTITION BY customer_id ORDER BY ordered_at) is the sum as it was at each row. The same result for every order of the rows and every plan. Errors: 22023 for a half_life that is not above 0, changes within a group, or has months, which are not always as long; 22004 when it is NULL; 22008 for an infinite time; 22003 for a value that is not finite, or a sum that does not fit.';
COMMENT ON AGGREGATE decayed_count(date, interval) IS 'How many rows there are, each counting half as much for each half_life that it is older than the latest of the group: decayed_sum of ones. Rows without a time are left out; NULL if there are none. Works as a window function, too: OVER (PARTITION BY customer_id ORDER BY ordered_at) is the sum as it was at each row. The same result for every order of the rows and every plan. Errors: 22023 for a half_life that is not above 0, changes within a group, or has months, which are not always as long; 22004 when it is NULL; 22008 for an infinite time.';
COMMENT ON AGGREGATE decayed_sum(double precision, timestamp, interval) IS 'The same for timestamp; a day is 24 hours. See decayed_sum(double precision, date, interval).';
COMMENT ON AGGREGATE decayed_count(timestamp, interval) IS 'The same for timestamp; a day is 24 hours. See decayed_count(date, interval).';
COMMENT ON AGGREGATE decayed_sum(double precision, timestamptz, interval) IS 'The same for timestamptz; a day is 24 hours. See decayed_sum(double precision, date, interval).';
COMMENT ON AGGREGATE decayed_count(timestamptz, interval) IS 'The same for timestamptz; a day is 24 hours. See decayed_count(date, interval).';
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

CREATE AGGREGATE cohort_retention(history purchase_history, period text, as_of date, periods integer) (
	SFUNC = cohort_retention_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = cohort_retention_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = cohort_retention_combine, PARALLEL = SAFE
);

CREATE AGGREGATE retention_curve(history purchase_history, period text, as_of date) (
	SFUNC = cohort_retention_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = retention_curve_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = cohort_retention_combine, PARALLEL = SAFE
);

CREATE AGGREGATE retention_curve(history purchase_history, period text, as_of date, periods integer) (
	SFUNC = cohort_retention_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = retention_curve_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = cohort_retention_combine, PARALLEL = SAFE
);

COMMENT ON TYPE cohort_period IS 'The customers of a cohort, so many periods after their first purchase. A row of cohort_retention.';
COMMENT ON COLUMN cohort_period.cohort IS 'first day of the period in which they bought for the first time';
COMMENT ON COLUMN cohort_period.period IS 'periods since then: 0 is that period itself';
COMMENT ON COLUMN cohort_period.eligible IS 'customers of the cohort, all of whom have been seen for the whole period';
COMMENT ON COLUMN cohort_period.active IS 'how many of them bought within the period';
COMMENT ON COLUMN cohort_period.rate IS 'the share of them that did: retention on the period';
COMMENT ON COLUMN cohort_period.active_on_or_after IS 'how many of them bought within the period or later, by as_of';
COMMENT ON COLUMN cohort_period.rate_on_or_after IS 'the share of them that did: unbounded retention. It goes down from period to period; of the latest periods it says little, because customers who will come back have had no time to';
COMMENT ON COLUMN cohort_period.orders IS 'their orders within the period';
COMMENT ON COLUMN cohort_period.spend IS 'what they spent within it, refunds taken off, in the money of the orders; NULL if no amount is known at all';
COMMENT ON TYPE retention_period IS 'Customers of all cohorts, so many periods after their first purchase. A row of retention_curve.';
COMMENT ON COLUMN retention_period.period IS 'periods since the one of their first purchase, which is 0';
COMMENT ON COLUMN retention_period.cohorts IS 'cohorts that have been seen for the whole period';
COMMENT ON COLUMN retention_period.eligible IS 'customers of those cohorts';
COMMENT ON COLUMN retention_period.active IS 'how many of them bought within the period';
COMMENT ON COLUMN retention_period.rate IS 'the share of them that did: the rates of the cohorts, each with the weight of its customers';
COMMENT ON COLUMN retention_period.lower IS 'lower limit of the rate with 95 percent confidence (Wilson)';
COMMENT ON COLUMN retention_period.upper IS 'upper limit of the rate';
COMMENT ON COLUMN retention_period.active_on_or_after IS 'how many of them bought within the period or later, by as_of';
COMMENT ON COLUMN retention_period.rate_on_or_after IS 'the share of them that did: unbounded retention';
COMMENT ON COLUMN retention_period.orders IS 'their orders within the period';
COMMENT ON COLUMN retention_period.spend IS 'what they spent within it, refunds taken off; NULL if no amount is known at all';
COMMENT ON FUNCTION cohort_retention_add(bytea, purchase_history, text, date) IS 'Transition function of the aggregates cohort_retention and retention_curve.';
COMMENT ON FUNCTION cohort_retention_add(bytea, purchase_history, text, date, integer) IS 'Transition function of the aggregates cohort_retention and retention_curve.';
COMMENT ON FUNCTION cohort_retention_combine(bytea, bytea) IS 'Combine function of the aggregates cohort_retention and retention_curve.';
COMMENT ON FUNCTION cohort_retention_final(bytea) IS 'Final function of the aggregate cohort_retention.';
COMMENT ON FUNCTION retention_curve_final(bytea) IS 'Final function of the aggregate retention_curve.';
COMMENT ON AGGREGATE cohort_retention(purchase_history, text, date) IS 'It is not how many come in, it is how many come back: customers by the period (''day'', ''week'' from Monday on, ''month'', ''quarter'' or ''year'', by the calendar) of their first purchase, and how many of them bought in each period since, in which nobody did included. Only periods that are over by as_of: with months as of June 30 June is the last one, as of June 29 it is May, and whoever came in June is not counted yet. So nobody is counted as not having come back who had no time to. Rows by cohort and period; unnest makes the array a table. A period without purchases but with refunds is not active. What was sent back in periods before the first purchase is left out. The same for every order of the rows and every plan. NULL histories are left out; NULL if no period with a customer is over. Errors: 22008 for an infinite as_of, 22004 for a NULL period or as_of, 22023 for another period or arguments that change within a group, 54000 for more rows than a result can have.';
COMMENT ON AGGREGATE cohort_retention(purchase_history, text, date, integer) IS 'As cohort_retention(history, period, as_of), with at most so many periods behind the first one of each cohort: 30 for the first thirty days of daily cohorts. Errors: 22023 for a negative number of periods, 22004 for NULL.';
COMMENT ON AGGREGATE retention_curve(purchase_history, text, date) IS 'What share of all customers buys in the first, second, third period after the one in which they came: all cohorts of cohort_retention added up, each period over those cohorts that have been seen for the whole of it. So every customer has the same weight, and a curve does not fall because young cohorts had no time to come back; when cohorts differ it may rise. unnest makes the array a table. NULL and errors: as cohort_retention.';
COMMENT ON AGGREGATE retention_curve(purchase_history, text, date, integer) IS 'As retention_curve(history, period, as_of), with at most so many periods behind the first one. Errors: as cohort_retention.';
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

CREATE FUNCTION lifecycle_add(bytea, purchase_history, text, date, retention_model, double precision) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 200
	AS 'MODULE_PATHNAME', 'lifecycle_add_model';

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

CREATE AGGREGATE lifecycle(history purchase_history, period text, as_of date, model retention_model, score double precision) (
	SFUNC = lifecycle_add, STYPE = bytea, SSPACE = 8000,
	FINALFUNC = lifecycle_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = lifecycle_combine, PARALLEL = SAFE
);

COMMENT ON TYPE lifecycle_period IS 'What happened to the customers in a period. A row of lifecycle. Always active = new + retained + resurrected; active = active of the period before - dormant + new + resurrected; and customers = customers of the period before + new + recovered - lost.';
COMMENT ON COLUMN lifecycle_period.period IS 'first day of the period';
COMMENT ON COLUMN lifecycle_period.new IS 'customers who bought for the first time';
COMMENT ON COLUMN lifecycle_period.retained IS 'customers who bought, and in the period before, too';
COMMENT ON COLUMN lifecycle_period.resurrected IS 'customers who bought, and earlier, but not in the period before';
COMMENT ON COLUMN lifecycle_period.active IS 'customers who bought: the sum of these three';
COMMENT ON COLUMN lifecycle_period.dormant IS 'customers who bought in the period before, but not in this one: counted once, in the first silent period';
COMMENT ON COLUMN lifecycle_period.lost IS 'customers whose silence became too long in this period; who comes back may be lost again';
COMMENT ON COLUMN lifecycle_period.recovered IS 'purchases of customers who had been lost until then';
COMMENT ON COLUMN lifecycle_period.customers IS 'customers at the end of the period: all who ever came, without those who are lost';
COMMENT ON COLUMN lifecycle_period.repeat_rate IS 'the share of the active customers who had bought in an earlier period; NULL if nobody was active';
COMMENT ON COLUMN lifecycle_period.retention_rate IS 'the share of those active in the period before who were active again; NULL if nobody was';
COMMENT ON COLUMN lifecycle_period.churn_rate IS 'lost as a share of the customers at the beginning of the period; NULL if there were none';
COMMENT ON COLUMN lifecycle_period.orders IS 'orders in the period';
COMMENT ON COLUMN lifecycle_period.spend IS 'what was spent in it, refunds taken off, in the money of the orders; NULL if no amount is known at all';
COMMENT ON FUNCTION lifecycle_add(bytea, purchase_history, text, date, interval) IS 'Transition function of the aggregate lifecycle.';
COMMENT ON FUNCTION lifecycle_add(bytea, purchase_history, text, date, retention_model, double precision) IS 'Transition function of the aggregate lifecycle.';
COMMENT ON FUNCTION lifecycle_combine(bytea, bytea) IS 'Combine function of the aggregate lifecycle.';
COMMENT ON FUNCTION lifecycle_final(bytea) IS 'Final function of the aggregate lifecycle.';
COMMENT ON AGGREGATE lifecycle(purchase_history, text, date, interval) IS 'How many came, stayed, fell silent, came back and were lost in each period (''day'', ''week'' from Monday on, ''month'', ''quarter'' or ''year'', by the calendar), the first one with a purchase or refund to the last one that is over by as_of. A customer is lost on the day on which she has bought nothing for lost_after (a month by the calendar), unless she buys on that day; if she buys later she is recovered. Each day of loss depends on her own purchases only. unnest makes the array of periods a table. The same for every order of the rows and every plan. NULL histories are left out; NULL if no period is over. Errors: 22008 for an infinite as_of, 22004 for a NULL argument, 22023 for another period, a lost_after that is not above 0, or arguments that change within a group.';
COMMENT ON AGGREGATE lifecycle(purchase_history, text, date, retention_model, double precision) IS 'As lifecycle(history, period, as_of, lost_after), but a customer is lost on the day on which her silence became too long for her own rhythm: after each of her purchases, on the day that lost_on(history, as_of, model, score) gives for what was known then. 0.5 suits a model of a customer base, 0.99 an interpurchase model. The days depend on her purchases and the model only, not on other customers. Errors: as there, and as lost_on.';
-- ---------------------------------------------------------------------------
-- how long customers stay, and whether groups differ
-- ---------------------------------------------------------------------------

CREATE TYPE survival_point AS (
	duration double precision,
	at_risk bigint,
	churned bigint,
	censored bigint,
	survival double precision,
	std_error double precision,
	lower double precision,
	upper double precision
);

CREATE TYPE log_rank AS (
	groups integer,
	chi_square double precision,
	degrees_of_freedom integer,
	p_value double precision
);

CREATE TYPE log_rank_group AS (
	group_name text,
	customers bigint,
	churned bigint,
	expected double precision,
	ratio double precision
);

CREATE FUNCTION survival_curve_add(bytea, double precision, boolean) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'survival_curve_add';

CREATE FUNCTION survival_curve_add(bytea, double precision, boolean, double precision) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'survival_curve_add';

CREATE FUNCTION survival_curve_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'survival_curve_combine';

CREATE FUNCTION survival_curve_final(bytea) RETURNS survival_point[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'survival_curve_final';

CREATE AGGREGATE survival_curve(duration double precision, churned boolean) (
	SFUNC = survival_curve_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = survival_curve_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = survival_curve_combine, PARALLEL = SAFE
);

CREATE AGGREGATE survival_curve(duration double precision, churned boolean, level double precision) (
	SFUNC = survival_curve_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = survival_curve_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = survival_curve_combine, PARALLEL = SAFE
);

CREATE FUNCTION survival_at(curve survival_point[], duration double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'survival_at';

CREATE FUNCTION median_survival(curve survival_point[]) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'median_survival';

CREATE FUNCTION restricted_mean_survival(curve survival_point[], horizon double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'restricted_mean_survival';

CREATE FUNCTION restricted_mean_std_error(curve survival_point[], horizon double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'restricted_mean_std_error';

CREATE FUNCTION log_rank_add(bytea, double precision, boolean, text) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add';

CREATE FUNCTION log_rank_add(bytea, double precision, boolean, boolean) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add_boolean';

CREATE FUNCTION log_rank_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'log_rank_combine';

CREATE FUNCTION log_rank_final(bytea) RETURNS log_rank
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'log_rank_final';

CREATE FUNCTION log_rank_groups_final(bytea) RETURNS log_rank_group[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'log_rank_groups_final';

CREATE AGGREGATE log_rank(duration double precision, churned boolean, group_name text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank(duration double precision, churned boolean, treated boolean) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank_groups(duration double precision, churned boolean, group_name text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_groups_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank_groups(duration double precision, churned boolean, treated boolean) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_groups_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

COMMENT ON TYPE survival_point IS 'What share of the customers stays longer than a duration: from this duration until the next one. A row of survival_curve.';
COMMENT ON COLUMN survival_point.duration IS 'the duration, in the unit of the argument';
COMMENT ON COLUMN survival_point.at_risk IS 'customers seen at least so long who had not left before';
COMMENT ON COLUMN survival_point.churned IS 'how many of them left then';
COMMENT ON COLUMN survival_point.censored IS 'how many had not left, but were seen no longer';
COMMENT ON COLUMN survival_point.survival IS 'the share that stays longer';
COMMENT ON COLUMN survival_point.std_error IS 'its standard error by Greenwood''s formula; NULL where nobody is left';
COMMENT ON COLUMN survival_point.lower IS 'lower limit of the share with the confidence asked for, symmetrical for ln(-ln(share)), so that it lies between 0 and 1; NULL where nobody has left yet, or nobody is left';
COMMENT ON COLUMN survival_point.upper IS 'upper limit of the share';
COMMENT ON TYPE log_rank IS 'Do groups of customers stay differently long: the log-rank test.';
COMMENT ON COLUMN log_rank.groups IS 'number of groups';
COMMENT ON COLUMN log_rank.chi_square IS 'the statistic of the test; NULL where there is nothing to compare';
COMMENT ON COLUMN log_rank.degrees_of_freedom IS 'groups that could have lost somebody, less one';
COMMENT ON COLUMN log_rank.p_value IS 'the probability of a difference at least as large if all groups left alike; NULL where there is nothing to compare';
COMMENT ON TYPE log_rank_group IS 'A group of customers: how many left, and how many would have if all groups left alike. A row of log_rank_groups.';
COMMENT ON COLUMN log_rank_group.group_name IS 'the group';
COMMENT ON COLUMN log_rank_group.customers IS 'customers in it';
COMMENT ON COLUMN log_rank_group.churned IS 'how many of them left';
COMMENT ON COLUMN log_rank_group.expected IS 'how many would have left by then if all groups left alike';
COMMENT ON COLUMN log_rank_group.ratio IS 'churned divided by expected: above 1, they leave sooner than the others; NULL where nobody could have left';
COMMENT ON FUNCTION survival_curve_add(bytea, double precision, boolean) IS 'Transition function of the aggregate survival_curve.';
COMMENT ON FUNCTION survival_curve_add(bytea, double precision, boolean, double precision) IS 'Transition function of the aggregate survival_curve.';
COMMENT ON FUNCTION survival_curve_combine(bytea, bytea) IS 'Combine function of the aggregate survival_curve.';
COMMENT ON FUNCTION survival_curve_final(bytea) IS 'Final function of the aggregate survival_curve.';
COMMENT ON AGGREGATE survival_curve(double precision, boolean) IS 'How long do customers stay, when some are still there? The Kaplan-Meier estimate from how long each was seen and whether she had left then (true) or not (false: she counts as long as she was seen). One row for each duration, ascending; unnest makes the array a table, survival_at, median_survival and restricted_mean_survival ask it. The limits have 95 percent confidence. The unit is that of the durations. For the histories of customers: duration is coalesce(lost_on, as_of) - first_purchase(h), churned is lost_on IS NOT NULL. The same for every order of the rows. Rows with a NULL are left out; NULL without a row. Errors: 22023 for a duration that is negative or not finite. Source: Kaplan, Meier (1958); Greenwood (1926); Kalbfleisch, Prentice (1980), section 1.3, for the limits.';
COMMENT ON AGGREGATE survival_curve(double precision, boolean, double precision) IS 'As survival_curve(duration, churned), with limits of a confidence level. Errors: 22023 for a level that is not between 0 and 1 or that changes within a group, 22004 for a NULL level.';
COMMENT ON FUNCTION survival_at(survival_point[], double precision) IS 'What share of the customers stays longer than duration, by a survival_curve. NULL behind the end of the curve, unless nobody was left there. Errors: 22023 for a duration that is negative or not finite, or an array that is no curve.';
COMMENT ON FUNCTION median_survival(survival_point[]) IS 'By which duration half of the customers have left, by a survival_curve; halfway between two durations where it is exactly half between them. NULL when more than half stay to the end of the curve. Errors: 22023 for an array that is no curve.';
COMMENT ON FUNCTION restricted_mean_survival(survival_point[], double precision) IS 'How much of the time until horizon customers stay on average, by a survival_curve: the area under it. The difference of two groups is what one stays longer within the horizon. NULL for a horizon behind the end of the curve, unless nobody was left there. Errors: 22023 for a horizon that is negative or not finite, or an array that is no curve. Source: Irwin (1949); Royston, Parmar (2013).';
COMMENT ON FUNCTION restricted_mean_std_error(survival_point[], double precision) IS 'The standard error of restricted_mean_survival, in the unit of the durations. NULL where that is. Errors: as there.';
COMMENT ON FUNCTION log_rank_add(bytea, double precision, boolean, text) IS 'Transition function of the aggregates log_rank and log_rank_groups.';
COMMENT ON FUNCTION log_rank_add(bytea, double precision, boolean, boolean) IS 'Transition function of the aggregates log_rank and log_rank_groups.';
COMMENT ON FUNCTION log_rank_combine(bytea, bytea) IS 'Combine function of the aggregates log_rank and log_rank_groups.';
COMMENT ON FUNCTION log_rank_final(bytea) IS 'Final function of the aggregate log_rank.';
COMMENT ON FUNCTION log_rank_groups_final(bytea) IS 'Final function of the aggregate log_rank_groups.';
COMMENT ON AGGREGATE log_rank(double precision, boolean, text) IS 'Do groups of customers stay differently long? The log-rank test, from how long each was seen, whether she had left then, and her group (a number as group::text). Turned round it tells whether a campaign brought customers back sooner: duration is the time until they came or until today, churned is whether they came. The same for every order of the rows. Rows with a NULL are left out; NULL without a row. Errors: 22023 for a duration that is negative or not finite, 54000 for more than 1,000 groups. Source: Mantel (1966); Peto, Peto (1972).';
COMMENT ON AGGREGATE log_rank(double precision, boolean, boolean) IS 'As log_rank(duration, churned, group_name), of two groups.';
COMMENT ON AGGREGATE log_rank_groups(double precision, boolean, text) IS 'The groups that log_rank compares: how many left, and how many would have if all left alike; in the order of their names'' bytes. unnest makes the array a table. Rows with a NULL are left out; NULL without a row. Errors: as log_rank.';
COMMENT ON AGGREGATE log_rank_groups(double precision, boolean, boolean) IS 'As log_rank_groups(duration, churned, group_name), of two groups.';
-- ---------------------------------------------------------------------------
-- what makes customers leave sooner
-- ---------------------------------------------------------------------------

CREATE TYPE hazard_coefficient AS (
	covariate integer,
	coefficient double precision,
	std_error double precision,
	hazard_ratio double precision,
	lower double precision,
	upper double precision,
	z double precision,
	p_value double precision
);

CREATE TYPE hazard_fit AS (
	customers bigint,
	churned bigint,
	left_out bigint,
	log_likelihood double precision,
	null_log_likelihood double precision,
	p_value double precision,
	converged boolean,
	coefficients hazard_coefficient[]
);

CREATE FUNCTION fit_hazard_add(bytea, double precision, boolean, double precision[]) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_hazard_add';

CREATE FUNCTION fit_hazard_add(bytea, double precision, boolean, double precision[], text) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_hazard_add';

CREATE FUNCTION fit_hazard_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'fit_hazard_combine';

CREATE FUNCTION fit_hazard_final(bytea) RETURNS hazard_fit
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000
	AS 'MODULE_PATHNAME', 'fit_hazard_final';

CREATE AGGREGATE fit_hazard(duration double precision, churned boolean, covariates double precision[]) (
	SFUNC = fit_hazard_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_hazard_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_hazard_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_hazard(duration double precision, churned boolean, covariates double precision[], ties text) (
	SFUNC = fit_hazard_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_hazard_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_hazard_combine, PARALLEL = SAFE
);

COMMENT ON TYPE hazard_coefficient IS 'What a covariate does to the risk of leaving, all others being equal.';
COMMENT ON COLUMN hazard_coefficient.covariate IS 'place of the covariate in the array, from 1 on';
COMMENT ON COLUMN hazard_coefficient.coefficient IS 'the logarithm of hazard_ratio; infinite where the covariate tells exactly who leaves sooner, NULL where it says nothing that those before it don''t';
COMMENT ON COLUMN hazard_coefficient.std_error IS 'standard error of the coefficient; NULL where that is infinite or NULL';
COMMENT ON COLUMN hazard_coefficient.hazard_ratio IS 'by how much the risk of leaving is multiplied when the covariate is greater by one: 1.3 is 30 percent more at any time';
COMMENT ON COLUMN hazard_coefficient.lower IS 'lower limit of hazard_ratio with 95 percent confidence';
COMMENT ON COLUMN hazard_coefficient.upper IS 'upper limit of hazard_ratio';
COMMENT ON COLUMN hazard_coefficient.z IS 'coefficient divided by its standard error';
COMMENT ON COLUMN hazard_coefficient.p_value IS 'the probability of a coefficient at least as large, up or down, if the covariate did nothing (Wald test)';
COMMENT ON TYPE hazard_fit IS 'A proportional hazards model: what makes customers leave sooner.';
COMMENT ON COLUMN hazard_fit.customers IS 'customers it was fitted to';
COMMENT ON COLUMN hazard_fit.churned IS 'how many of them left';
COMMENT ON COLUMN hazard_fit.left_out IS 'rows left out because the duration, churned or a covariate was NULL';
COMMENT ON COLUMN hazard_fit.log_likelihood IS 'logarithm of the partial likelihood';
COMMENT ON COLUMN hazard_fit.null_log_likelihood IS 'the same without any covariate';
COMMENT ON COLUMN hazard_fit.p_value IS 'the probability of so much larger a likelihood if no covariate did anything (likelihood ratio test); NULL when there is none to speak of';
COMMENT ON COLUMN hazard_fit.converged IS 'false when the likelihood rises without end: some coefficient is infinite';
COMMENT ON COLUMN hazard_fit.coefficients IS 'one row for each covariate, in their order; unnest makes it a table';
COMMENT ON FUNCTION fit_hazard_add(bytea, double precision, boolean, double precision[]) IS 'Transition function of the aggregate fit_hazard.';
COMMENT ON FUNCTION fit_hazard_add(bytea, double precision, boolean, double precision[], text) IS 'Transition function of the aggregate fit_hazard.';
COMMENT ON FUNCTION fit_hazard_combine(bytea, bytea) IS 'Combine function of the aggregate fit_hazard.';
COMMENT ON FUNCTION fit_hazard_final(bytea) IS 'Final function of the aggregate fit_hazard.';
COMMENT ON AGGREGATE fit_hazard(double precision, boolean, double precision[]) IS 'What makes customers leave sooner, all else being equal: Cox''s proportional hazards model of how long each was seen, whether she had left then, and up to 64 numbers that were known of her from the beginning, such as ARRAY[(region = ''North'')::int, age]. Ties by Efron''s approximation. A covariate that is the same for all, or follows from those before it, has a NULL coefficient; one that tells exactly who leaves sooner has an infinite one, with a WARNING. The same for every order of the rows. Rows with a NULL are left out and counted. NULL without a row. Errors: 22023 for a duration that is negative or not finite, or a covariate that is not finite, 22000 when nobody has left, 2202E for arrays of different lengths. Source: Cox (1972); Efron (1977).';
COMMENT ON AGGREGATE fit_hazard(double precision, boolean, double precision[], text) IS 'As fit_hazard(duration, churned, covariates), with ties by the approximation of ''efron'' or ''breslow''. Errors: 22023 for any other, or one that changes within a group, 22004 for NULL. Source: Breslow (1974).';
-- ---------------------------------------------------------------------------
-- what do the lost have in common
-- ---------------------------------------------------------------------------

CREATE TYPE churn_driver AS (
	attribute text,
	value text,
	customers bigint,
	churned bigint,
	churn_rate double precision,
	lower double precision,
	upper double precision,
	lift double precision,
	weight_of_evidence double precision,
	p_value double precision,
	information_value double precision
);

CREATE FUNCTION churn_drivers_add(bytea, boolean, text) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'churn_drivers_add';

CREATE FUNCTION churn_drivers_add(bytea, boolean, jsonb) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'churn_drivers_add_jsonb';

CREATE FUNCTION churn_drivers_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'churn_drivers_combine';

CREATE FUNCTION churn_drivers_final(bytea) RETURNS churn_driver[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000
	AS 'MODULE_PATHNAME', 'churn_drivers_final';

CREATE AGGREGATE churn_drivers(churned boolean, attribute text) (
	SFUNC = churn_drivers_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = churn_drivers_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = churn_drivers_combine, PARALLEL = SAFE
);

CREATE AGGREGATE churn_drivers(churned boolean, attributes jsonb) (
	SFUNC = churn_drivers_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = churn_drivers_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = churn_drivers_combine, PARALLEL = SAFE
);

COMMENT ON TYPE churn_driver IS 'The customers with one value of an attribute: do they leave more often than the others? A row of churn_drivers.';
COMMENT ON COLUMN churn_driver.attribute IS 'name of the attribute; NULL when churn_drivers was given one without a name';
COMMENT ON COLUMN churn_driver.value IS 'the value; NULL for customers of whom it is not known';
COMMENT ON COLUMN churn_driver.customers IS 'customers with it';
COMMENT ON COLUMN churn_driver.churned IS 'how many of them left';
COMMENT ON COLUMN churn_driver.churn_rate IS 'the share of them that left';
COMMENT ON COLUMN churn_driver.lower IS 'lower limit of churn_rate with 95 percent confidence (Wilson)';
COMMENT ON COLUMN churn_driver.upper IS 'upper limit of churn_rate';
COMMENT ON COLUMN churn_driver.lift IS 'churn_rate as a multiple of that of all customers; NULL if nobody left';
COMMENT ON COLUMN churn_driver.weight_of_evidence IS 'ln of the share of this value among those who left divided by its share among the others: above 0, they leave more often. A value that has none of either counts half a customer more on both sides. NULL if nobody left, or everybody';
COMMENT ON COLUMN churn_driver.p_value IS 'the probability of so uneven a split, if this value had nothing to do with leaving (Fisher''s exact test against all others), corrected for the number of rows by Holm''s method: where nothing has, at most one result in twenty has any value below 0.05';
COMMENT ON COLUMN churn_driver.information_value IS 'the information value of the whole attribute: the weights of evidence of its values, each times the difference of the two shares. Above 0.1 an attribute is commonly said to tell something; but it grows with the number of values even where they tell nothing: see p_value first. NULL if nobody left, or everybody';
COMMENT ON FUNCTION churn_drivers_add(bytea, boolean, text) IS 'Transition function of the aggregate churn_drivers.';
COMMENT ON FUNCTION churn_drivers_add(bytea, boolean, jsonb) IS 'Transition function of the aggregate churn_drivers.';
COMMENT ON FUNCTION churn_drivers_combine(bytea, bytea) IS 'Combine function of the aggregate churn_drivers.';
COMMENT ON FUNCTION churn_drivers_final(bytea) IS 'Final function of the aggregate churn_drivers.';
COMMENT ON AGGREGATE churn_drivers(boolean, text) IS 'What do the lost have in common? For each value of an attribute, NULL included, how many of the customers with it left and whether that is more or less than chance explains; the surest first. A number as ntile or width_bucket, as text. It tells what goes together, not what causes what; fit_hazard takes several attributes at once. unnest makes the array a table. The same for every order of the rows. Rows where churned is NULL are left out; NULL without a row. Source: Fisher (1922); Holm (1979); Good (1950), Siddiqi (2006) for the weight of evidence and the information value.';
COMMENT ON AGGREGATE churn_drivers(boolean, jsonb) IS 'As churn_drivers(churned, attribute), of several attributes at once: an object of plain values, such as jsonb_build_object(''region'', region, ''channel'', channel) or to_jsonb(customer). The p-values are corrected for the number of all values of all attributes. A customer without an attribute is left out of that one, one where it is null counts as not known. Rows with a NULL are left out; NULL without a row. Errors: 22023 for anything but an object of plain values.';
-- ---------------------------------------------------------------------------
-- we tried an idea: did it work
-- ---------------------------------------------------------------------------

CREATE TYPE retention_uplift AS (
	treated bigint,
	treated_retained bigint,
	treated_rate double precision,
	control bigint,
	control_retained bigint,
	control_rate double precision,
	difference double precision,
	difference_lower double precision,
	difference_upper double precision,
	ratio double precision,
	ratio_lower double precision,
	ratio_upper double precision,
	p_value double precision,
	left_out bigint
);

CREATE FUNCTION retention_uplift_add(bytea, boolean, boolean) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_uplift_add';

CREATE FUNCTION retention_uplift_add(bytea, boolean, boolean, text) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'retention_uplift_add';

CREATE FUNCTION retention_uplift_add(bytea, boolean, boolean, text, double precision) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'retention_uplift_add';

CREATE FUNCTION retention_uplift_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'retention_uplift_combine';

CREATE FUNCTION retention_uplift_final(bytea) RETURNS retention_uplift
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000
	AS 'MODULE_PATHNAME', 'retention_uplift_final';

CREATE AGGREGATE retention_uplift(treated boolean, retained boolean) (
	SFUNC = retention_uplift_add, STYPE = bytea, SSPACE = 600,
	FINALFUNC = retention_uplift_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = retention_uplift_combine, PARALLEL = SAFE
);

CREATE AGGREGATE retention_uplift(treated boolean, retained boolean, stratum text) (
	SFUNC = retention_uplift_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = retention_uplift_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = retention_uplift_combine, PARALLEL = SAFE
);

CREATE AGGREGATE retention_uplift(treated boolean, retained boolean, stratum text, level double precision) (
	SFUNC = retention_uplift_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = retention_uplift_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = retention_uplift_combine, PARALLEL = SAFE
);

COMMENT ON TYPE retention_uplift IS 'Customers who were treated against those who were not: how many stayed.';
COMMENT ON COLUMN retention_uplift.treated IS 'customers who were treated';
COMMENT ON COLUMN retention_uplift.treated_retained IS 'how many of them stayed';
COMMENT ON COLUMN retention_uplift.treated_rate IS 'the share of them that stayed; NULL if nobody was treated';
COMMENT ON COLUMN retention_uplift.control IS 'customers who were not treated';
COMMENT ON COLUMN retention_uplift.control_retained IS 'how many of them stayed';
COMMENT ON COLUMN retention_uplift.control_rate IS 'the share of them that stayed; NULL if all were treated';
COMMENT ON COLUMN retention_uplift.difference IS 'treated_rate less control_rate: 0.2 is 20 customers of 100 more; with strata the mean of their differences, each with the weight n m / (n + m) of its n treated and m other customers. NULL where there is nothing to compare';
COMMENT ON COLUMN retention_uplift.difference_lower IS 'lower limit of the difference';
COMMENT ON COLUMN retention_uplift.difference_upper IS 'upper limit of the difference';
COMMENT ON COLUMN retention_uplift.ratio IS 'treated_rate divided by control_rate; with strata that of Mantel and Haenszel. Infinite if none of the others stayed, NULL if nobody did';
COMMENT ON COLUMN retention_uplift.ratio_lower IS 'lower limit of the ratio; 0 where none of the treated stayed';
COMMENT ON COLUMN retention_uplift.ratio_upper IS 'upper limit of the ratio; infinite where none of the others stayed';
COMMENT ON COLUMN retention_uplift.p_value IS 'the probability of a difference at least as large, up or down, if the treatment did nothing: below 0.05 exactly where the limits with 95 percent confidence hold no 0';
COMMENT ON COLUMN retention_uplift.left_out IS 'customers of strata in which all or none were treated: they say nothing of the difference';
COMMENT ON FUNCTION retention_uplift_add(bytea, boolean, boolean) IS 'Transition function of the aggregate retention_uplift.';
COMMENT ON FUNCTION retention_uplift_add(bytea, boolean, boolean, text) IS 'Transition function of the aggregate retention_uplift.';
COMMENT ON FUNCTION retention_uplift_add(bytea, boolean, boolean, text, double precision) IS 'Transition function of the aggregate retention_uplift.';
COMMENT ON FUNCTION retention_uplift_combine(bytea, bytea) IS 'Combine function of the aggregate retention_uplift.';
COMMENT ON FUNCTION retention_uplift_final(bytea) IS 'Final function of the aggregate retention_uplift.';
COMMENT ON AGGREGATE retention_uplift(boolean, boolean) IS 'We tried an idea on some customers: did more of them stay, or come back, than of the others? The difference and the ratio of the two shares with limits of 95 percent confidence by the score test, which hold for groups of any size, unequal ones and ones in which nobody stayed. What it says is due to the treatment only if chance decided who was treated; log_rank of the time until they came says whether they came sooner. The same for every order of the rows. Rows with a NULL are left out; NULL without a row. Source: Miettinen, Nurminen (1985).';
COMMENT ON AGGREGATE retention_uplift(boolean, boolean, text) IS 'As retention_uplift(treated, retained), where the treated and the others are not alike: customers are compared within each stratum (a region, or a tenth of some score) only, and NULL is a stratum. A campaign that wrote to more of those who come back anyway does not look better for it. Source: Miettinen, Nurminen (1985), section 6; Mantel, Haenszel (1959).';
COMMENT ON AGGREGATE retention_uplift(boolean, boolean, text, double precision) IS 'As retention_uplift(treated, retained, stratum), with limits of a confidence level; a stratum of NULL::text is none. Errors: 22023 for a level that is not between 0 and 1 or that changes within a group, 22004 for a NULL level.';
-- ---------------------------------------------------------------------------
-- did a score tell who would, and who would not
-- ---------------------------------------------------------------------------

CREATE TYPE calibration_bin AS (
	bin integer,
	lowest_score double precision,
	highest_score double precision,
	customers bigint,
	expected_rate double precision,
	actual_rate double precision,
	lower double precision,
	upper double precision
);

CREATE TYPE lift_bin AS (
	bin integer,
	lowest_score double precision,
	highest_score double precision,
	customers bigint,
	outcomes bigint,
	rate double precision,
	lift double precision,
	cumulative_customers double precision,
	cumulative_outcomes double precision,
	cumulative_lift double precision
);

CREATE FUNCTION scored_outcomes_add(bytea, double precision, boolean) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'scored_outcomes_add';

CREATE FUNCTION scored_outcomes_add(bytea, double precision, boolean, integer) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'scored_outcomes_add';

CREATE FUNCTION calibration_table_add(bytea, double precision, boolean) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'calibration_table_add';

CREATE FUNCTION calibration_table_add(bytea, double precision, boolean, integer) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'calibration_table_add';

CREATE FUNCTION brier_score_add(bytea, double precision, boolean) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'brier_score_add';

CREATE FUNCTION scored_outcomes_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'scored_outcomes_combine';

CREATE FUNCTION brier_score_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'brier_score_combine';

CREATE FUNCTION roc_auc_final(bytea) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'roc_auc_final';

CREATE FUNCTION calibration_table_final(bytea) RETURNS calibration_bin[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'calibration_table_final';

CREATE FUNCTION lift_table_final(bytea) RETURNS lift_bin[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'lift_table_final';

CREATE FUNCTION brier_score_final(bytea) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'brier_score_final';

CREATE AGGREGATE roc_auc(score double precision, outcome boolean) (
	SFUNC = scored_outcomes_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = roc_auc_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = scored_outcomes_combine, PARALLEL = SAFE
);

CREATE AGGREGATE brier_score(score double precision, outcome boolean) (
	SFUNC = brier_score_add, STYPE = bytea, SSPACE = 600,
	FINALFUNC = brier_score_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = brier_score_combine, PARALLEL = SAFE
);

CREATE AGGREGATE calibration_table(score double precision, outcome boolean) (
	SFUNC = calibration_table_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = calibration_table_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = scored_outcomes_combine, PARALLEL = SAFE
);

CREATE AGGREGATE calibration_table(score double precision, outcome boolean, bins integer) (
	SFUNC = calibration_table_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = calibration_table_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = scored_outcomes_combine, PARALLEL = SAFE
);

CREATE AGGREGATE lift_table(score double precision, outcome boolean) (
	SFUNC = scored_outcomes_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = lift_table_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = scored_outcomes_combine, PARALLEL = SAFE
);

CREATE AGGREGATE lift_table(score double precision, outcome boolean, bins integer) (
	SFUNC = scored_outcomes_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = lift_table_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = scored_outcomes_combine, PARALLEL = SAFE
);

COMMENT ON TYPE calibration_bin IS 'Customers of neighbouring scores: what was expected of them, and what came. A row of calibration_table.';
COMMENT ON COLUMN calibration_bin.bin IS 'number of the bin, 1 for the lowest scores';
COMMENT ON COLUMN calibration_bin.lowest_score IS 'the lowest score in it';
COMMENT ON COLUMN calibration_bin.highest_score IS 'the highest score in it';
COMMENT ON COLUMN calibration_bin.customers IS 'how many have one of these scores';
COMMENT ON COLUMN calibration_bin.expected_rate IS 'the mean of their scores: what share was expected to have the outcome';
COMMENT ON COLUMN calibration_bin.actual_rate IS 'what share of them had it';
COMMENT ON COLUMN calibration_bin.lower IS 'lower limit of the actual rate with 95 percent confidence (Wilson): good scores have their expected rate between the limits in 19 of 20 bins';
COMMENT ON COLUMN calibration_bin.upper IS 'upper limit of the actual rate';
COMMENT ON TYPE lift_bin IS 'Customers of neighbouring scores, highest first: how many outcomes are found among them. A row of lift_table.';
COMMENT ON COLUMN lift_bin.bin IS 'number of the bin, 1 for the highest scores';
COMMENT ON COLUMN lift_bin.lowest_score IS 'the lowest score in it';
COMMENT ON COLUMN lift_bin.highest_score IS 'the highest score in it';
COMMENT ON COLUMN lift_bin.customers IS 'how many have one of these scores';
COMMENT ON COLUMN lift_bin.outcomes IS 'how many of them had the outcome';
COMMENT ON COLUMN lift_bin.rate IS 'the share of them that had it';
COMMENT ON COLUMN lift_bin.lift IS 'that share as a multiple of the share among all customers; NULL if nobody had the outcome';
COMMENT ON COLUMN lift_bin.cumulative_customers IS 'what share of all customers this bin and those before hold';
COMMENT ON COLUMN lift_bin.cumulative_outcomes IS 'what share of all outcomes they hold (the gain); NULL if there are none';
COMMENT ON COLUMN lift_bin.cumulative_lift IS 'the share with the outcome in this bin and those before, as a multiple of that among all; NULL if nobody had it';
COMMENT ON FUNCTION scored_outcomes_add(bytea, double precision, boolean) IS 'Transition function of the aggregates roc_auc and lift_table.';
COMMENT ON FUNCTION scored_outcomes_add(bytea, double precision, boolean, integer) IS 'Transition function of the aggregate lift_table.';
COMMENT ON FUNCTION calibration_table_add(bytea, double precision, boolean) IS 'Transition function of the aggregate calibration_table.';
COMMENT ON FUNCTION calibration_table_add(bytea, double precision, boolean, integer) IS 'Transition function of the aggregate calibration_table.';
COMMENT ON FUNCTION brier_score_add(bytea, double precision, boolean) IS 'Transition function of the aggregate brier_score.';
COMMENT ON FUNCTION scored_outcomes_combine(bytea, bytea) IS 'Combine function of the aggregates roc_auc, calibration_table and lift_table.';
COMMENT ON FUNCTION brier_score_combine(bytea, bytea) IS 'Combine function of the aggregate brier_score.';
COMMENT ON FUNCTION roc_auc_final(bytea) IS 'Final function of the aggregate roc_auc.';
COMMENT ON FUNCTION calibration_table_final(bytea) IS 'Final function of the aggregate calibration_table.';
COMMENT ON FUNCTION lift_table_final(bytea) IS 'Final function of the aggregate lift_table.';
COMMENT ON FUNCTION brier_score_final(bytea) IS 'Final function of the aggregate brier_score.';
COMMENT ON AGGREGATE roc_auc(double precision, boolean) IS 'How well a score tells who has the outcome: the probability that a customer with it has a higher score than one without, equal scores counting half (the area under the receiver operating characteristic). 0.5 is no better than chance, 1 is perfect, below 0.5 the score should be turned round. Only the order of the scores counts, so that any score will do, infinite ones too. Exact, and the same for every order of the rows. Rows with a NULL are left out; NULL unless there are customers of both kinds. Errors: 22023 for NaN. Source: Hanley, McNeil (1982); Mann, Whitney (1947).';
COMMENT ON AGGREGATE brier_score(double precision, boolean) IS 'How good the probabilities were: the mean squared difference between the score and what came (1 for the outcome, 0 without). 0 is perfect; a score that is the share of outcomes for everybody has share * (1 - share). The same to the last digit for every order of the rows. Rows with a NULL are left out; NULL without a row. Errors: 22023 for a score that is not between 0 and 1. Source: Brier (1950).';
COMMENT ON AGGREGATE calibration_table(double precision, boolean) IS 'As calibration_table(score, outcome, bins), of 10 bins.';
COMMENT ON AGGREGATE calibration_table(double precision, boolean, integer) IS 'Did as many have the outcome as their scores said? The customers in bins of equal numbers, lowest scores first; unnest makes the array a table. Equal scores share a bin, the one in which the middle one of them lies: the floor of bins * (customers with a lower score + (customers with this score - 1) / 2) / customers, plus 1; a bin that is left without customers is left out. Rows with a NULL are left out; NULL without a row. Errors: 22023 for a score that is not between 0 and 1, for bins not between 1 and 10000 or that change within a group, 22004 for NULL bins.';
COMMENT ON AGGREGATE lift_table(double precision, boolean) IS 'As lift_table(score, outcome, bins), of 10 bins.';
COMMENT ON AGGREGATE lift_table(double precision, boolean, integer) IS 'How many of all outcomes are found among the customers with the highest scores? The customers in bins of equal numbers, highest scores first; unnest makes the array a table. Equal scores share a bin, as in calibration_table. Only the order of the scores counts. Rows with a NULL are left out; NULL without a row. Errors: 22023 for NaN, for bins not between 1 and 10000 or that change within a group, 22004 for NULL bins.';
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

CREATE AGGREGATE window_funnel_times(within interval, ts timestamptz, VARIADIC conditions boolean[]) (
	SFUNC = window_funnel_add, STYPE = bytea, SSPACE = 150,
	FINALFUNC = window_funnel_timestamptzs_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = window_funnel_combine, PARALLEL = SAFE
);

COMMENT ON FUNCTION retention_add(bigint, boolean[]) IS 'Transition function of the aggregate retention.';
COMMENT ON FUNCTION retention_combine(bigint, bigint) IS 'Combine function of the aggregate retention.';
COMMENT ON FUNCTION retention_final(bigint) IS 'Final function of the aggregate retention.';
COMMENT ON AGGREGATE retention(VARIADIC boolean[]) IS 'Who met the first condition, and which others: retention(day = ''2026-01-01'', day = ''2026-01-02'', day = ''2026-01-08'') of each customer says whether she came on the first day, on that and the next, and on that and a week later. One element for each condition, up to 32: the first is whether some row met the first condition, each other one whether some row met the first and some row, not necessarily the same, met this one. In which order does not matter: see window_funnel. A NULL condition is not met. NULL without a row. Errors: 22023 for more conditions, or rows with different numbers of them.';
COMMENT ON FUNCTION window_funnel_add(bytea, interval, date, boolean[]) IS 'Transition function of the aggregates window_funnel and window_funnel_times.';
COMMENT ON FUNCTION window_funnel_add(bytea, interval, timestamp, boolean[]) IS 'Transition function of the aggregates window_funnel and window_funnel_times.';
COMMENT ON FUNCTION window_funnel_add(bytea, interval, timestamptz, boolean[]) IS 'Transition function of the aggregates window_funnel and window_funnel_times.';
COMMENT ON FUNCTION window_funnel_combine(bytea, bytea) IS 'Combine function of the aggregates window_funnel and window_funnel_times.';
COMMENT ON FUNCTION window_funnel_final(bytea) IS 'Final function of the aggregate window_funnel.';
COMMENT ON FUNCTION window_funnel_dates_final(bytea) IS 'Final function of the aggregate window_funnel_times.';
COMMENT ON FUNCTION window_funnel_timestamps_final(bytea) IS 'Final function of the aggregate window_funnel_times.';
COMMENT ON FUNCTION window_funnel_timestamptzs_final(bytea) IS 'Final function of the aggregate window_funnel_times.';
COMMENT ON AGGREGATE window_funnel(interval, date, VARIADIC boolean[]) IS 'As window_funnel(within, ts, conditions) of timestamps, for days.';
COMMENT ON AGGREGATE window_funnel_times(interval, date, VARIADIC boolean[]) IS 'As window_funnel_times(within, ts, conditions) of timestamps, for days.';
COMMENT ON AGGREGATE window_funnel(interval, timestamp, VARIADIC boolean[]) IS 'How far a customer went: the most steps, in their order, that some chain of her events has. window_funnel(''1 hour'', at, action = ''view'', action = ''basket'', action = ''order'') is 3 when an order followed a basket that followed a view, the order at most an hour after the view; 0 when there was no view. Each step is at the time of the one before or later, and none is more than within behind the first one; one event may be several steps. All chains are looked at, not only those that begin with the first event. Up to 32 conditions; a NULL one is not met, a row without a time is left out. The same for every order of the rows and every plan. 0 without a row. A day is 24 hours. Errors: 22023 for a window with months, which differ, or a negative one, for more conditions, or arguments that change within a group, 22008 for an infinite time, 22004 for a NULL window.';
COMMENT ON AGGREGATE window_funnel_times(interval, timestamp, VARIADIC boolean[]) IS 'When she took the steps of window_funnel: as many times as that is, an empty array when it is 0. Of several chains with so many steps the one that ends first, of those the one that begins last, and between the two each step as soon as it can be. Errors: as window_funnel.';
COMMENT ON AGGREGATE window_funnel(interval, timestamptz, VARIADIC boolean[]) IS 'As window_funnel(within, ts, conditions) of timestamps, for points in time.';
COMMENT ON AGGREGATE window_funnel_times(interval, timestamptz, VARIADIC boolean[]) IS 'As window_funnel_times(within, ts, conditions) of timestamps, for points in time.';
-- ---------------------------------------------------------------------------
-- who still buys, but has stopped buying one range
-- ---------------------------------------------------------------------------

CREATE TYPE dropped_range AS (
	last_purchase date,
	range_purchases integer,
	share double precision,
	purchases_since integer,
	silence_probability double precision
);

CREATE FUNCTION dropped_range(range_history purchase_history, history purchase_history, as_of date DEFAULT current_date) RETURNS dropped_range
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'dropped_range';

COMMENT ON TYPE dropped_range IS 'Has a customer stopped buying one range.';
COMMENT ON COLUMN dropped_range.last_purchase IS 'the day on which she bought the range last';
COMMENT ON COLUMN dropped_range.range_purchases IS 'the number of days on which she bought it';
COMMENT ON COLUMN dropped_range.share IS 'their share of her purchase days, from the first to the last of them';
COMMENT ON COLUMN dropped_range.purchases_since IS 'purchase days since, all of them without the range';
COMMENT ON COLUMN dropped_range.silence_probability IS 'the probability of that many or more without it, if she still bought it as often as before';
COMMENT ON FUNCTION dropped_range(purchase_history, purchase_history, date) IS 'Has a customer stopped buying one range while she still buys? From the history of her purchases in the range and that of all her purchases, up to and including as_of (default: today). It counts her purchase days, not days: one who buys nothing at all is not silent about a range, and one who has become slower is not either. Of many customers and ranges in which nothing has changed a hundredth have a silence_probability below 0.01 (two hundredths where the range is bought on every tenth purchase day only, fewer where it is bought on most); look at customers who are not lost themselves: WHERE silence_probability < 0.005 AND lost_on(history, as_of, model) IS NULL. The share is uniform between 0 and 1 before anything is known of it, so that a range bought only once or twice hardly ever stands out. NULL if she had not bought the range by as_of. Errors: 22008 for an infinite as_of, 22023 for a purchase in the range that is none of all purchases. Source: the beta-geometric distribution; Bayes (1763).';
-- ---------------------------------------------------------------------------
-- the retention mart: plain tables for dashboards, made and refreshed in one call
-- ---------------------------------------------------------------------------

-- What the mart consists of, as readable SQL.  settings is the row of the mart's table settings.
CREATE FUNCTION retention_mart_tables(settings jsonb) RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT t.step, t.name, format(t.template, quote_ident(settings ->> 'schema_name'), settings ->> 'customer_type')
	FROM (VALUES
		(10, 'customer_history', $sql$CREATE TABLE %1$s.customer_history (
	customer_id %2$s PRIMARY KEY,
	history purchase_history NOT NULL
)$sql$),
		(15, 'range_history', $sql$CREATE TABLE %1$s.range_history (
	customer_id %2$s,
	product_range text,
	history purchase_history NOT NULL,
	PRIMARY KEY (customer_id, product_range)
)$sql$),
		(20, 'customer_attribute', $sql$CREATE TABLE %1$s.customer_attribute (
	customer_id %2$s,
	attribute text,
	value text,
	PRIMARY KEY (customer_id, attribute)
)$sql$),
		(25, 'change', $sql$CREATE TABLE %1$s.change (
	customer_id %2$s,
	product_range text,
	added purchase_history,
	removed purchase_history,
	truncated boolean NOT NULL DEFAULT false
)$sql$),
		(27, 'campaign', $sql$CREATE TABLE %1$s.campaign (
	campaign text,
	customer_id %2$s,
	contacted_on date NOT NULL CHECK (isfinite(contacted_on)),
	contacted boolean NOT NULL DEFAULT true,
	PRIMARY KEY (campaign, customer_id)
)$sql$),
		(28, 'campaign_results', $sql$CREATE TABLE %1$s.campaign_results (
	campaign text PRIMARY KEY,
	contacted_on date NOT NULL,
	days integer NOT NULL,
	contacted bigint NOT NULL,
	contacted_rate double precision,
	contacted_spend numeric,
	control bigint NOT NULL,
	control_rate double precision,
	control_spend numeric,
	difference double precision,
	difference_lower double precision,
	difference_upper double precision,
	p_value double precision,
	brought_back double precision
)$sql$),
		(30, 'model', $sql$CREATE TABLE %1$s.model (
	fitted_on date,
	kind text,
	model retention_model NOT NULL,
	log_likelihood double precision,
	aic double precision,
	converged boolean NOT NULL,
	chosen boolean NOT NULL DEFAULT false,
	PRIMARY KEY (fitted_on, kind)
)$sql$),
		(31, 'model_fits', $sql$CREATE VIEW %1$s.model_fits AS
SELECT fitted_on, kind, parameters(model)::text AS parameters, log_likelihood, aic, converged, chosen FROM %1$s.model$sql$),
		(40, 'customer_scorecard', $sql$CREATE TABLE %1$s.customer_scorecard (
	customer_id %2$s PRIMARY KEY,
	first_purchase date NOT NULL,
	last_purchase date NOT NULL,
	purchases integer NOT NULL,
	orders bigint NOT NULL,
	spend numeric,
	average_order_value numeric,
	mean_interval double precision,
	pattern text,
	interval_trend double precision,
	elapsed_days integer NOT NULL,
	overdue_ratio double precision,
	silence_probability double precision,
	stage text,
	expected_next date,
	contact_from date,
	contact_until date,
	churn_score double precision,
	lost_on date,
	purchases_next_year double precision,
	expected_order_value numeric,
	clv numeric,
	value_at_risk numeric,
	spend_change double precision,
	spend_p_value double precision
)$sql$),
		(50, 'contact_list', $sql$CREATE TABLE %1$s.contact_list (
	rank integer NOT NULL,
	customer_id %2$s PRIMARY KEY,
	reason text NOT NULL,
	contact_from date,
	contact_until date,
	expected_next date,
	overdue_ratio double precision,
	churn_score double precision,
	clv numeric,
	value_at_risk numeric,
	value_to_save numeric,
	purchases_to_save double precision
)$sql$),
		(60, 'cohorts', $sql$CREATE TABLE %1$s.cohorts (
	cohort date,
	period integer,
	eligible bigint NOT NULL,
	active bigint NOT NULL,
	rate double precision NOT NULL,
	active_on_or_after bigint NOT NULL,
	rate_on_or_after double precision NOT NULL,
	orders bigint NOT NULL,
	spend numeric,
	PRIMARY KEY (cohort, period)
)$sql$),
		(61, 'retention_curve', $sql$CREATE TABLE %1$s.retention_curve (
	period integer PRIMARY KEY,
	cohorts bigint NOT NULL,
	eligible bigint NOT NULL,
	active bigint NOT NULL,
	rate double precision NOT NULL,
	lower double precision NOT NULL,
	upper double precision NOT NULL,
	rate_on_or_after double precision NOT NULL
)$sql$),
		(62, 'survival', $sql$CREATE TABLE %1$s.survival (
	days integer PRIMARY KEY,
	at_risk bigint NOT NULL,
	churned bigint NOT NULL,
	survival double precision NOT NULL,
	lower double precision,
	upper double precision
)$sql$),
		(70, 'lifecycle', $sql$CREATE TABLE %1$s.lifecycle (
	month date PRIMARY KEY,
	new bigint NOT NULL,
	retained bigint NOT NULL,
	resurrected bigint NOT NULL,
	active bigint NOT NULL,
	dormant bigint NOT NULL,
	lost bigint NOT NULL,
	recovered bigint NOT NULL,
	customers bigint NOT NULL,
	repeat_rate double precision,
	retention_rate double precision,
	churn_rate double precision,
	orders bigint NOT NULL,
	spend numeric
)$sql$),
		(80, 'lost_customers', $sql$CREATE TABLE %1$s.lost_customers (
	customer_id %2$s PRIMARY KEY,
	lost_on date NOT NULL,
	last_purchase date NOT NULL,
	purchases integer NOT NULL,
	spend numeric,
	value_lost numeric
)$sql$),
		(85, 'churn_reasons', $sql$CREATE TABLE %1$s.churn_reasons (
	attribute text NOT NULL,
	value text,
	customers bigint NOT NULL,
	churned bigint NOT NULL,
	churn_rate double precision NOT NULL,
	lower double precision NOT NULL,
	upper double precision NOT NULL,
	lift double precision,
	p_value double precision NOT NULL
)$sql$),
		(90, 'dropped_ranges', $sql$CREATE TABLE %1$s.dropped_ranges (
	customer_id %2$s,
	product_range text,
	last_purchase date NOT NULL,
	range_purchases integer NOT NULL,
	share double precision NOT NULL,
	purchases_since integer NOT NULL,
	silence_probability double precision NOT NULL,
	spend_a_year numeric,
	PRIMARY KEY (customer_id, product_range)
)$sql$),
		(95, 'spend_trend', $sql$CREATE TABLE %1$s.spend_trend (
	month date PRIMARY KEY,
	orders bigint NOT NULL,
	average_order_value numeric,
	change double precision,
	p_value double precision
)$sql$),
		(97, 'model_quality', $sql$CREATE TABLE %1$s.model_quality (
	bin integer PRIMARY KEY,
	seen_from date NOT NULL,
	seen_until date NOT NULL,
	customers bigint NOT NULL,
	expected_rate double precision NOT NULL,
	actual_rate double precision NOT NULL,
	lower double precision NOT NULL,
	upper double precision NOT NULL,
	roc_auc double precision,
	brier_score double precision
)$sql$),
		(98, 'purchase_forecast', $sql$CREATE TABLE %1$s.purchase_forecast (
	period integer PRIMARY KEY,
	seen_from date NOT NULL,
	seen_until date NOT NULL,
	customers bigint NOT NULL,
	expected double precision NOT NULL,
	actual bigint NOT NULL
)$sql$),
		(99, 'monthly_review', $sql$CREATE TABLE %1$s.monthly_review (
	month date PRIMARY KEY,
	customers bigint NOT NULL,
	new bigint NOT NULL,
	active bigint NOT NULL,
	lost bigint NOT NULL,
	recovered bigint NOT NULL,
	churn_rate double precision,
	main_reason text,
	main_reason_lift double precision,
	value_lost numeric,
	contacted bigint,
	brought_back double precision,
	orders bigint NOT NULL,
	spend numeric,
	average_order_value numeric
)$sql$)) AS t(step, name, template)
	ORDER BY t.step;
	END;

-- What each table and column of the mart means, for those who find it in a dashboard.
CREATE FUNCTION retention_mart_comments(settings jsonb) RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT row_number() OVER ()::integer, c.relation,
		CASE WHEN c.column_name IS NULL THEN format('COMMENT ON %s %s.%I IS %L', CASE c.relation WHEN 'model_fits' THEN 'VIEW' ELSE 'TABLE' END, quote_ident(settings ->> 'schema_name'), c.relation, c.comment)
			 ELSE format('COMMENT ON COLUMN %s.%I.%I IS %L', quote_ident(settings ->> 'schema_name'), c.relation, c.column_name, c.comment) END
	FROM (VALUES
		('settings', NULL, 'What the mart was made from, and when it was refreshed last. One row.'),
		('settings', 'schema_name', 'the schema of the mart'),
		('settings', 'source_table', 'the orders'),
		('settings', 'customer_column', 'column of the source: who ordered'),
		('settings', 'customer_type', 'type of customer_id in the mart: bigint for whole numbers, else text'),
		('settings', 'ordered_at_column', 'column of the source: when'),
		('settings', 'amount_column', 'column of the source: for how much; NULL: amounts are not known'),
		('settings', 'range_column', 'column of the source: which range; NULL: none'),
		('settings', 'attribute_columns', 'columns that may be reasons to leave'),
		('settings', 'customers_table', 'where the attribute columns are, one row a customer; NULL: in the orders'),
		('settings', 'zone', 'time zone in which a point in time has its day'),
		('settings', 'changes', 'how orders that change come into the mart: trigger, high_water_mark or rebuild'),
		('settings', 'overlap', 'with a high-water mark: how far before the latest order and the last refresh a refresh begins to read; else NULL'),
		('settings', 'horizon', 'how far ahead a customer is valued'),
		('settings', 'discount_rate', 'per year'),
		('settings', 'margin', 'share of the order value that is earned'),
		('settings', 'as_of', 'the day as of whose end everything is seen'),
		('settings', 'refreshed_at', 'when the last refresh began'),
		('settings', 'partitions', 'the source and its partitions when it was read in full'),
		('settings', 'one', 'there is one row only'),
		('customer_history', NULL, 'All purchases of each customer; see the type purchase_history.'),
		('customer_history', 'customer_id', 'the customer'),
		('customer_history', 'history', 'her purchases'),
		('range_history', NULL, 'All purchases of each customer in each range.'),
		('range_history', 'customer_id', 'the customer'),
		('range_history', 'product_range', 'the range'),
		('range_history', 'history', 'her purchases in it'),
		('customer_attribute', NULL, 'What is known of each customer besides: the values at her latest order, or in customers_table.'),
		('customer_attribute', 'customer_id', 'the customer'),
		('customer_attribute', 'attribute', 'name of the column'),
		('customer_attribute', 'value', 'its value; NULL when not known'),
		('change', NULL, 'Orders that were inserted, updated or deleted since the last refresh: what the triggers on the source wrote down.'),
		('change', 'customer_id', 'the customer'),
		('change', 'product_range', 'the range'),
		('change', 'added', 'purchases that came'),
		('change', 'removed', 'purchases that went'),
		('change', 'truncated', 'the source was emptied, or something could not be written down: the next refresh reads all orders. So does refresh_retention_mart(..., read_all => true)'),
		('campaign', NULL, 'For you to fill: who was contacted when, and who, drawn by chance, was not. A refresh only reads it.'),
		('campaign', 'campaign', 'what was tried'),
		('campaign', 'customer_id', 'the customer'),
		('campaign', 'contacted_on', 'the day; for who was not contacted the day on which she would have been'),
		('campaign', 'contacted', 'false for the control group: only against it can be seen what a campaign did'),
		('campaign_results', NULL, 'Did it work: how many of the contacted bought within 60 days, and of the control group.'),
		('campaign_results', 'campaign', 'what was tried'),
		('campaign_results', 'contacted_on', 'the first day of it'),
		('campaign_results', 'days', 'days after the contact in which purchases count: 60, or as many as have passed'),
		('campaign_results', 'contacted', 'customers who were contacted'),
		('campaign_results', 'contacted_rate', 'the share of them that bought in these days'),
		('campaign_results', 'contacted_spend', 'what they spent in them, for each of the contacted'),
		('campaign_results', 'control', 'customers of the control group'),
		('campaign_results', 'control_rate', 'the share of them that bought; NULL without a control group'),
		('campaign_results', 'control_spend', 'what they spent, for each of the group'),
		('campaign_results', 'difference', 'contacted_rate less control_rate'),
		('campaign_results', 'difference_lower', 'lower limit of the difference, 95 percent confidence'),
		('campaign_results', 'difference_upper', 'upper limit'),
		('campaign_results', 'p_value', 'the probability of such a difference by chance'),
		('campaign_results', 'brought_back', 'customers who bought because they were contacted: difference times contacted'),
		('model', NULL, 'Models fitted at each refresh: what customers are like. See the view model_fits for plain columns.'),
		('model', 'fitted_on', 'as of which day'),
		('model', 'kind', 'kind of model'),
		('model', 'model', 'the model itself'),
		('model', 'log_likelihood', 'logarithm of its likelihood'),
		('model', 'aic', 'Akaikes criterion: less is better, among models of who is still a customer'),
		('model', 'converged', 'false when the likelihood rises toward the boundary of the parameters'),
		('model', 'chosen', 'the mart uses it: it was fitted at the last refresh, and of models of who is still a customer it has the least aic'),
		('model_fits', NULL, 'The history of the fits in plain columns.'),
		('model_fits', 'fitted_on', 'as of which day'),
		('model_fits', 'kind', 'kind of model'),
		('model_fits', 'parameters', 'its parameters, as JSON'),
		('model_fits', 'log_likelihood', 'logarithm of its likelihood'),
		('model_fits', 'aic', 'Akaikes criterion: less is better'),
		('model_fits', 'converged', 'false when the likelihood rises toward the boundary of the parameters'),
		('model_fits', 'chosen', 'the mart uses it'),
		('customer_scorecard', NULL, 'One row a customer: her cycle, whether she is still one, what she is worth. As of settings.as_of.'),
		('customer_scorecard', 'customer_id', 'the customer'),
		('customer_scorecard', 'first_purchase', 'day of her first purchase'),
		('customer_scorecard', 'last_purchase', 'day of her latest purchase'),
		('customer_scorecard', 'purchases', 'days on which she bought'),
		('customer_scorecard', 'orders', 'her orders'),
		('customer_scorecard', 'spend', 'all she spent, refunds taken off, in the money of the orders; NULL if no amount is known'),
		('customer_scorecard', 'average_order_value', 'spend for each order of known amount'),
		('customer_scorecard', 'mean_interval', 'days between her purchases; NULL with one'),
		('customer_scorecard', 'pattern', 'clockwork, regular, random or clumpy; NULL with too few purchases'),
		('customer_scorecard', 'interval_trend', 'relative change of her intervals per purchase: 0.1 is each a tenth longer than the one before'),
		('customer_scorecard', 'elapsed_days', 'days since her latest purchase'),
		('customer_scorecard', 'overdue_ratio', 'elapsed days over her mean interval'),
		('customer_scorecard', 'silence_probability', 'how probable so long a silence is with her rhythm'),
		('customer_scorecard', 'stage', 'new, active, due, overdue, at_risk or lapsed, by that probability'),
		('customer_scorecard', 'expected_next', 'the day by which she will have bought again with probability one half, if she is still a customer'),
		('customer_scorecard', 'contact_from', 'from this day on she is likely to think of buying'),
		('customer_scorecard', 'contact_until', 'until this day'),
		('customer_scorecard', 'churn_score', 'the probability that she is no customer any more'),
		('customer_scorecard', 'lost_on', 'the day on which that reached one half; NULL while it has not'),
		('customer_scorecard', 'purchases_next_year', 'purchases to expect within a year'),
		('customer_scorecard', 'expected_order_value', 'what her next order will be worth on average'),
		('customer_scorecard', 'clv', 'customer lifetime value: margin to expect within the horizon, discounted'),
		('customer_scorecard', 'value_at_risk', 'what is lost with the probability that she is gone already'),
		('customer_scorecard', 'spend_change', 'average order value of the last three months against before: -0.1 is a tenth less'),
		('customer_scorecard', 'spend_p_value', 'the probability of such a change by chance'),
		('contact_list', NULL, 'Who to reach this week, why, and what for: those first with whom a contact saves most.'),
		('contact_list', 'rank', '1 for the largest value_to_save, or where amounts are not known purchases_to_save'),
		('contact_list', 'customer_id', 'the customer'),
		('contact_list', 'reason', 'due this week, overdue, or at risk of leaving'),
		('contact_list', 'contact_from', 'from this day on she is likely to think of buying'),
		('contact_list', 'contact_until', 'until this day'),
		('contact_list', 'expected_next', 'the day by which she will have bought again with probability one half'),
		('contact_list', 'overdue_ratio', 'days since her latest purchase over her mean interval'),
		('contact_list', 'churn_score', 'the probability that she is gone already'),
		('contact_list', 'clv', 'customer lifetime value'),
		('contact_list', 'value_at_risk', 'what is lost with the probability that she is gone'),
		('contact_list', 'value_to_save', 'value_at_risk times the probability that she is still there to be reached'),
		('contact_list', 'purchases_to_save', 'the same in purchases: those of a year, times the probability that she is gone, times that she is still there'),
		('cohorts', NULL, 'Customers by the month in which they came, month by month since.'),
		('cohorts', 'cohort', 'first day of the month of their first purchase'),
		('cohorts', 'period', 'months since'),
		('cohorts', 'eligible', 'customers of the cohort'),
		('cohorts', 'active', 'how many of them bought in the month'),
		('cohorts', 'rate', 'the share of them that did'),
		('cohorts', 'active_on_or_after', 'how many of them bought in the month or later'),
		('cohorts', 'rate_on_or_after', 'the share of them that did'),
		('cohorts', 'orders', 'their orders in the month'),
		('cohorts', 'spend', 'what they spent in it, refunds taken off'),
		('retention_curve', NULL, 'All cohorts together: what share buys so many months after the first purchase.'),
		('retention_curve', 'period', 'months since the first purchase'),
		('retention_curve', 'cohorts', 'cohorts that have been seen so long'),
		('retention_curve', 'eligible', 'their customers'),
		('retention_curve', 'active', 'how many of them bought in the month'),
		('retention_curve', 'rate', 'the share of them that did'),
		('retention_curve', 'lower', 'lower limit of the rate, 95 percent confidence'),
		('retention_curve', 'upper', 'upper limit of the rate'),
		('retention_curve', 'rate_on_or_after', 'the share that bought in the month or later'),
		('survival', NULL, 'What share of the customers stays longer than so many days (Kaplan-Meier).'),
		('survival', 'days', 'days since the first purchase'),
		('survival', 'at_risk', 'customers seen so long who had not been lost'),
		('survival', 'churned', 'how many of them were lost then'),
		('survival', 'survival', 'the share that stays longer'),
		('survival', 'lower', 'lower limit of the share, 95 percent confidence; NULL before anybody was lost'),
		('survival', 'upper', 'upper limit of the share'),
		('lifecycle', NULL, 'Who came, stayed, fell silent, came back and was lost, month by month: customers = those of the month before + new + recovered - lost.'),
		('lifecycle', 'month', 'first day of the month'),
		('lifecycle', 'new', 'customers who bought for the first time'),
		('lifecycle', 'retained', 'who bought, and in the month before, too'),
		('lifecycle', 'resurrected', 'who bought, and earlier, but not in the month before'),
		('lifecycle', 'active', 'all who bought'),
		('lifecycle', 'dormant', 'who bought in the month before, but not in this one'),
		('lifecycle', 'lost', 'who was lost in the month: her silence became too long for her rhythm'),
		('lifecycle', 'recovered', 'purchases of customers who had been lost'),
		('lifecycle', 'customers', 'customers at the end of the month'),
		('lifecycle', 'repeat_rate', 'the share of the active who had bought in an earlier month'),
		('lifecycle', 'retention_rate', 'the share of those active in the month before who were active again'),
		('lifecycle', 'churn_rate', 'lost as a share of the customers at the beginning of the month'),
		('lifecycle', 'orders', 'orders in the month'),
		('lifecycle', 'spend', 'what was spent in it, refunds taken off'),
		('lost_customers', NULL, 'Who is lost, since when, and what that costs.'),
		('lost_customers', 'customer_id', 'the customer'),
		('lost_customers', 'lost_on', 'the day from which on she was more likely gone than not'),
		('lost_customers', 'last_purchase', 'day of her latest purchase'),
		('lost_customers', 'purchases', 'days on which she bought'),
		('lost_customers', 'spend', 'all she spent'),
		('lost_customers', 'value_lost', 'what she was worth on the day she was last seen: margin to expect within the horizon, discounted'),
		('churn_reasons', NULL, 'What those lost in the last twelve months have in common, the surest first: a p_value below 0.05 is hardly chance.'),
		('churn_reasons', 'attribute', 'name of the attribute'),
		('churn_reasons', 'value', 'its value; NULL when not known'),
		('churn_reasons', 'customers', 'customers with it'),
		('churn_reasons', 'churned', 'how many of them were lost'),
		('churn_reasons', 'churn_rate', 'the share of them that was'),
		('churn_reasons', 'lower', 'lower limit of the share, 95 percent confidence'),
		('churn_reasons', 'upper', 'upper limit of the share'),
		('churn_reasons', 'lift', 'the share as a multiple of that of all customers'),
		('churn_reasons', 'p_value', 'the probability of so uneven a split by chance, corrected for the number of values'),
		('dropped_ranges', NULL, 'Who still buys, but has stopped buying one range.'),
		('dropped_ranges', 'customer_id', 'the customer'),
		('dropped_ranges', 'product_range', 'the range'),
		('dropped_ranges', 'last_purchase', 'the day on which she bought it last'),
		('dropped_ranges', 'range_purchases', 'days on which she bought it'),
		('dropped_ranges', 'share', 'their share of her purchase days until then'),
		('dropped_ranges', 'purchases_since', 'purchase days since, all without it'),
		('dropped_ranges', 'silence_probability', 'the probability of that by chance'),
		('dropped_ranges', 'spend_a_year', 'what she spent on it in the year up to the last time'),
		('spend_trend', NULL, 'The average order value month by month, and whether that of the last three months differs from before.'),
		('spend_trend', 'month', 'first day of the month'),
		('spend_trend', 'orders', 'orders in the month'),
		('spend_trend', 'average_order_value', 'what was spent in it for each of them'),
		('spend_trend', 'change', 'the three months up to its end against all before: -0.1 is a tenth less'),
		('spend_trend', 'p_value', 'the probability of such a change by chance'),
		('model_quality', NULL, 'What the model said half a year ago, and what came: customers in tenths of the probability of a purchase.'),
		('model_quality', 'bin', '1 for the lowest probabilities'),
		('model_quality', 'seen_from', 'first day on which purchases were looked for'),
		('model_quality', 'seen_until', 'last day'),
		('model_quality', 'customers', 'customers of these probabilities'),
		('model_quality', 'expected_rate', 'what share was expected to buy'),
		('model_quality', 'actual_rate', 'what share did'),
		('model_quality', 'lower', 'lower limit of that share, 95 percent confidence'),
		('model_quality', 'upper', 'upper limit'),
		('model_quality', 'roc_auc', 'of all bins: the probability that who bought had been given a higher probability than who did not'),
		('model_quality', 'brier_score', 'of all bins: mean squared error of the probabilities'),
		('purchase_forecast', NULL, 'Purchases that the model of half a year ago expected of the customers there were then, and those that came: six periods of 30 days.'),
		('purchase_forecast', 'period', '1 to 6'),
		('purchase_forecast', 'seen_from', 'first day of the period'),
		('purchase_forecast', 'seen_until', 'its last day'),
		('purchase_forecast', 'customers', 'customers at the beginning of the first period'),
		('purchase_forecast', 'expected', 'purchase days expected of them'),
		('purchase_forecast', 'actual', 'purchase days they had'),
		('monthly_review', NULL, 'The monthly meeting: how many did we lose, why, what did it cost, and did what we tried work.'),
		('monthly_review', 'month', 'first day of the month'),
		('monthly_review', 'customers', 'customers at its end'),
		('monthly_review', 'new', 'customers who came'),
		('monthly_review', 'active', 'customers who bought'),
		('monthly_review', 'lost', 'customers who were lost'),
		('monthly_review', 'recovered', 'customers who had been lost and came back'),
		('monthly_review', 'churn_rate', 'lost as a share of the customers at the beginning of the month'),
		('monthly_review', 'main_reason', 'what those lost in the month have in common most surely, of those who were customers in it; NULL: nothing that could not be chance. The last 13 months only'),
		('monthly_review', 'main_reason_lift', 'their churn rate as a multiple of that of all'),
		('monthly_review', 'value_lost', 'what those who were lost in the month and have not come back were worth'),
		('monthly_review', 'contacted', 'customers contacted by campaigns that began in the month; NULL: none'),
		('monthly_review', 'brought_back', 'customers who bought because of them, as far as the control groups tell'),
		('monthly_review', 'orders', 'orders in the month'),
		('monthly_review', 'spend', 'what was spent, refunds taken off'),
		('monthly_review', 'average_order_value', 'spend for each order')
		) AS c(relation, column_name, comment);
	END;

-- What a refresh does, step by step, in three phases: the orders are read, models fitted, and what follows from them written.
-- An optional step may fail for too little data: what it would have filled is left empty.
CREATE FUNCTION retention_mart_steps(settings jsonb) RETURNS TABLE (step integer, name text, optional boolean, statement text)
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT t.step, t.name, t.optional,
		format(CASE t.way
				WHEN 'as it is' THEN t.template
				WHEN 'insert' THEN 'DELETE FROM %1$s.' || t.name || E';\nINSERT INTO %1$s.' || t.name || E'\n' || t.template
				-- into a table of its own first: PostgreSQL has parallel workers for CREATE TABLE AS, not for INSERT
				ELSE 'CREATE UNLOGGED TABLE %1$s.next_' || t.name || E' AS\n' || t.template || E';\nDELETE FROM %1$s.' || t.name || E';\nINSERT INTO %1$s.' || t.name || ' SELECT * FROM %1$s.next_' || t.name || E';\nDROP TABLE %1$s.next_' || t.name
			   END, quote_ident(settings ->> 'schema_name'), settings ->> 'source_table',
			   quote_ident(settings ->> 'customer_column') || '::' || (settings ->> 'customer_type'),
			   quote_ident(settings ->> 'ordered_at_column'),
			   quote_ident(settings ->> 'ordered_at_column') ||
			   coalesce(', ' || quote_ident(settings ->> 'amount_column') || '::numeric', '') ||
			   coalesce(', ' || quote_literal(settings ->> 'zone'), ''),
			   quote_ident(settings ->> 'range_column') || '::text',
			   'date ' || quote_literal(settings ->> 'as_of'), quote_literal(settings ->> 'horizon'), settings ->> 'discount_rate', settings ->> 'margin',
			   (SELECT string_agg(format('(%L, %I::text)', a, a), ', ') FROM jsonb_array_elements_text(settings -> 'attribute_columns') AS a),
			   -- whole numbers are compared as they are, so that an index on them is of use
			   quote_ident(settings ->> 'customer_column') || CASE settings ->> 'customer_type' WHEN 'bigint' THEN '' ELSE '::text' END,
			   (SELECT string_agg(format('(%L, o.%I::text)', a, a), ', ') FROM jsonb_array_elements_text(settings -> 'attribute_columns') AS a),
			   settings ->> 'customers_table',
			   'date ' || quote_literal(settings ->> 'read_from'),
			   -- the beginning of that day where the orders are
			   'timestamp ' || quote_literal(settings ->> 'read_from') || coalesce(' AT TIME ZONE ' || quote_literal(settings ->> 'zone'), ''),
			   coalesce(', ' || quote_literal(settings ->> 'cycle_model') || '::retention_model', ''),
			   coalesce(quote_literal(settings ->> 'base_model'), 'NULL') || '::retention_model',
			   coalesce(quote_literal(settings ->> 'spend_model'), 'NULL') || '::retention_model',
			   quote_literal(settings ->> 'base_kind'))
	FROM (VALUES
		-- orders and what is known of changes are read in one statement, hence in one state of the database
		(10, 'read all orders', false, 'as it is', settings ->> 'phase' = 'read all', $sql$DELETE FROM %1$s.customer_history;
DELETE FROM %1$s.range_history;
DELETE FROM %1$s.customer_attribute;
WITH known AS (DELETE FROM %1$s.change)$sql$ || CASE WHEN settings ->> 'range_column' IS NULL THEN '' ELSE $sql$,
ranges AS (
	INSERT INTO %1$s.range_history
	SELECT customer_id, product_range, history
	FROM (SELECT %3$s AS customer_id, %6$s AS product_range, purchase_history(%5$s) AS history FROM %2$s GROUP BY 1, 2) o
	WHERE customer_id IS NOT NULL AND product_range IS NOT NULL AND history IS NOT NULL)$sql$ END || CASE WHEN settings -> 'attribute_columns' = '[]' OR settings ->> 'customers_table' IS NOT NULL THEN '' ELSE $sql$,
attributes AS (
	INSERT INTO %1$s.customer_attribute
	SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
	FROM (SELECT %3$s AS customer_id, %4$s AS ordered_at, attribute, value FROM %2$s, LATERAL (VALUES %11$s) a(attribute, value)) o
	WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL
	ORDER BY customer_id, attribute, ordered_at DESC, value)$sql$ END || $sql$
INSERT INTO %1$s.customer_history
SELECT customer_id, history
FROM (SELECT %3$s AS customer_id, purchase_history(%5$s) AS history FROM %2$s GROUP BY 1) o
WHERE customer_id IS NOT NULL AND history IS NOT NULL$sql$),
		(11, 'read changes', false, 'as it is', settings ->> 'phase' = 'read changes', $sql$WITH taken AS (DELETE FROM %1$s.change WHERE NOT EXISTS (SELECT FROM %1$s.change WHERE truncated) RETURNING *),
customer AS (
	SELECT customer_id, d.history - d.removed AS history, d.removed IS NULL AS only_added, d.history AS with_added
	FROM (SELECT t.customer_id, coalesce(c.history || t.added, c.history, t.added) AS history, t.removed
	      FROM (SELECT customer_id, purchase_history(added) AS added, purchase_history(removed) AS removed FROM taken GROUP BY 1) t
	           LEFT JOIN %1$s.customer_history c USING (customer_id)) d),
customers_gone AS (
	DELETE FROM %1$s.customer_history h USING customer c
	WHERE h.customer_id = c.customer_id AND NOT only_added AND c.history IS NULL)$sql$ || CASE WHEN settings ->> 'range_column' IS NULL THEN '' ELSE $sql$,
customer_range AS (
	SELECT customer_id, product_range, d.history - d.removed AS history, d.removed IS NULL AS only_added, d.history AS with_added
	FROM (SELECT t.customer_id, t.product_range, coalesce(c.history || t.added, c.history, t.added) AS history, t.removed
	      FROM (SELECT customer_id, product_range, purchase_history(added) AS added, purchase_history(removed) AS removed FROM taken WHERE product_range IS NOT NULL GROUP BY 1, 2) t
	           LEFT JOIN %1$s.range_history c USING (customer_id, product_range)) d),
ranges_gone AS (
	DELETE FROM %1$s.range_history h USING customer_range c
	WHERE h.customer_id = c.customer_id AND h.product_range = c.product_range AND NOT only_added AND c.history IS NULL),
ranges AS (
	INSERT INTO %1$s.range_history
	SELECT customer_id, product_range, CASE WHEN only_added THEN with_added ELSE history END FROM customer_range WHERE only_added OR history IS NOT NULL
	ON CONFLICT (customer_id, product_range) DO UPDATE SET history = excluded.history)$sql$ END || CASE WHEN settings -> 'attribute_columns' = '[]' OR settings ->> 'customers_table' IS NOT NULL THEN '' ELSE $sql$,
attributes AS (
	INSERT INTO %1$s.customer_attribute
	SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
	FROM (SELECT t.customer_id, o.%4$s AS ordered_at, a.attribute, a.value FROM (SELECT DISTINCT customer_id FROM taken) t JOIN %2$s o ON o.%12$s = t.customer_id, LATERAL (VALUES %13$s) a(attribute, value)) o
	WHERE ordered_at IS NOT NULL
	ORDER BY customer_id, attribute, ordered_at DESC, value
	ON CONFLICT (customer_id, attribute) DO UPDATE SET value = excluded.value)$sql$ END || $sql$
INSERT INTO %1$s.customer_history
SELECT customer_id, CASE WHEN only_added THEN with_added ELSE history END FROM customer WHERE only_added OR history IS NOT NULL
ON CONFLICT (customer_id) DO UPDATE SET history = excluded.history;
DELETE FROM %1$s.customer_attribute a WHERE NOT EXISTS (SELECT FROM %1$s.customer_history h WHERE h.customer_id = a.customer_id)$sql$),
		-- the histories up to the mark stay, what is behind it is read again
		(12, 'read recent orders', false, 'as it is', settings ->> 'phase' = 'read recent', $sql$WITH customer AS (
	SELECT customer_id, c.history AS known, coalesce(as_of(c.history, %15$s - 1) || r.history, as_of(c.history, %15$s - 1), r.history) AS history
	FROM (SELECT %3$s AS customer_id, purchase_history(%5$s) AS history FROM %2$s WHERE %4$s >= %16$s GROUP BY 1) r
	     FULL JOIN %1$s.customer_history c USING (customer_id)
	WHERE customer_id IS NOT NULL AND (r.history IS NOT NULL OR slice(c.history, daterange(%15$s, NULL)) IS NOT NULL)),
customers_gone AS (DELETE FROM %1$s.customer_history h USING customer c WHERE h.customer_id = c.customer_id AND c.history IS NULL)$sql$ ||
			CASE WHEN settings ->> 'range_column' IS NULL THEN '' ELSE $sql$,
customer_range AS (
	SELECT customer_id, product_range, c.history AS known, coalesce(as_of(c.history, %15$s - 1) || r.history, as_of(c.history, %15$s - 1), r.history) AS history
	FROM (SELECT %3$s AS customer_id, %6$s AS product_range, purchase_history(%5$s) AS history FROM %2$s WHERE %4$s >= %16$s GROUP BY 1, 2) r
	     FULL JOIN %1$s.range_history c USING (customer_id, product_range)
	WHERE customer_id IS NOT NULL AND product_range IS NOT NULL AND (r.history IS NOT NULL OR slice(c.history, daterange(%15$s, NULL)) IS NOT NULL)),
ranges_gone AS (
	DELETE FROM %1$s.range_history h USING customer_range c
	WHERE h.customer_id = c.customer_id AND h.product_range = c.product_range AND c.history IS NULL),
ranges AS (
	INSERT INTO %1$s.range_history
	SELECT customer_id, product_range, history FROM customer_range WHERE history IS DISTINCT FROM known AND history IS NOT NULL
	ON CONFLICT (customer_id, product_range) DO UPDATE SET history = excluded.history)$sql$ END ||
			CASE WHEN settings -> 'attribute_columns' = '[]' OR settings ->> 'customers_table' IS NOT NULL THEN '' ELSE $sql$,
attributes AS (
	INSERT INTO %1$s.customer_attribute
	SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
	FROM (SELECT c.customer_id, o.%4$s AS ordered_at, a.attribute, a.value FROM customer c JOIN %2$s o ON o.%12$s = c.customer_id, LATERAL (VALUES %13$s) a(attribute, value)) o
	WHERE ordered_at IS NOT NULL
	ORDER BY customer_id, attribute, ordered_at DESC, value
	ON CONFLICT (customer_id, attribute) DO UPDATE SET value = excluded.value)$sql$ END || $sql$
INSERT INTO %1$s.customer_history
SELECT customer_id, history FROM customer WHERE history IS DISTINCT FROM known AND history IS NOT NULL
ON CONFLICT (customer_id) DO UPDATE SET history = excluded.history;
DELETE FROM %1$s.customer_attribute a WHERE NOT EXISTS (SELECT FROM %1$s.customer_history h WHERE h.customer_id = a.customer_id)$sql$),
		(15, 'read customers', false, 'as it is', settings ->> 'phase' LIKE 'read %' AND settings -> 'attribute_columns' <> '[]' AND settings ->> 'customers_table' IS NOT NULL, $sql$DELETE FROM %1$s.customer_attribute;
INSERT INTO %1$s.customer_attribute
SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
FROM (SELECT %3$s AS customer_id, attribute, value FROM %14$s, LATERAL (VALUES %11$s) a(attribute, value)) o JOIN %1$s.customer_history USING (customer_id)
ORDER BY customer_id, attribute, value$sql$),
		(29, 'empty models', false, 'as it is', settings ->> 'phase' = 'fit', $sql$DELETE FROM %1$s.model WHERE fitted_on = %7$s$sql$),
		(30, 'model interpurchase', true, 'as it is', settings ->> 'phase' = 'fit', $sql$INSERT INTO %1$s.model
SELECT %7$s, 'interpurchase', m, log_likelihood(m), aic(m), converged(m) FROM (SELECT fit_model('interpurchase', history, %7$s) AS m FROM %1$s.customer_history) f WHERE m IS NOT NULL$sql$),
		(31, 'model mbg/nbd', true, 'as it is', settings ->> 'phase' = 'fit', $sql$INSERT INTO %1$s.model
SELECT %7$s, 'mbg/nbd', m, log_likelihood(m), aic(m), converged(m) FROM (SELECT fit_model('mbg/nbd', history, %7$s) AS m FROM %1$s.customer_history) f WHERE m IS NOT NULL$sql$),
		(32, 'model mbg/cnbd-k', true, 'as it is', settings ->> 'phase' = 'fit', $sql$INSERT INTO %1$s.model
SELECT %7$s, 'mbg/cnbd-k', m, log_likelihood(m), aic(m), converged(m) FROM (SELECT fit_model('mbg/cnbd-k', history, %7$s) AS m FROM %1$s.customer_history) f WHERE m IS NOT NULL$sql$),
		(33, 'model pareto/nbd', true, 'as it is', settings ->> 'phase' = 'fit', $sql$INSERT INTO %1$s.model
SELECT %7$s, 'pareto/nbd', m, log_likelihood(m), aic(m), converged(m) FROM (SELECT fit_model('pareto/nbd', history, %7$s) AS m FROM %1$s.customer_history) f WHERE m IS NOT NULL$sql$),
		(34, 'model gamma-gamma', true, 'as it is', settings ->> 'phase' = 'fit' AND settings ->> 'amount_column' IS NOT NULL, $sql$INSERT INTO %1$s.model
SELECT %7$s, 'gamma-gamma', m, log_likelihood(m), NULL, converged(m) FROM (SELECT fit_model('gamma-gamma', history, %7$s) AS m FROM %1$s.customer_history) f WHERE m IS NOT NULL$sql$),
		(39, 'choose models', false, 'as it is', settings ->> 'phase' = 'fit', $sql$UPDATE %1$s.model SET chosen = fitted_on = %7$s AND kind IN (
	SELECT DISTINCT ON (CASE WHEN kind IN ('interpurchase', 'gamma-gamma') THEN kind END) kind
	FROM %1$s.model WHERE fitted_on = %7$s ORDER BY CASE WHEN kind IN ('interpurchase', 'gamma-gamma') THEN kind END, aic, kind)$sql$),
		(40, 'customer_scorecard', false, 'parallel', settings ->> 'phase' = 'write', $sql$SELECT customer_id, first_purchase(h) AS first_purchase, last_purchase(h) AS last_purchase, purchase_days(h) AS purchases, order_count(h) AS orders, total_spend(h) AS spend, average_order_value(h) AS average_order_value,
       c.mean_interval, c.pattern, c.trend, c.elapsed_days, c.overdue_ratio, c.silence_probability, c.stage::text, c.expected_next, c.contact_from, c.contact_until,
       churn_score(%18$s, h, %7$s) AS churn_score, lost_on(h, %7$s, %18$s) AS lost_on, expected_purchases(%18$s, h, %7$s, '1 year') AS purchases_next_year,
       expected_order_value(%19$s, h, %7$s) AS expected_order_value, clv(%18$s, %19$s, h, %7$s, %8$s, %9$s, %10$s) AS clv, value_at_risk(%18$s, %19$s, h, %7$s, %8$s, %9$s, %10$s) AS value_at_risk,
       t.change, t.p_value
FROM %1$s.customer_history, as_of(history, %7$s) AS h, purchase_cycle(h, %7$s%17$s) AS c, spend_trend(h, %7$s) AS t
WHERE first_purchase(h) IS NOT NULL$sql$),
		-- purchases_next_year has the probability that she is still there in it
		(50, 'contact_list', false, 'insert', settings ->> 'phase' = 'write', $sql$SELECT row_number() OVER (ORDER BY value_to_save DESC NULLS LAST, purchases_to_save DESC NULLS LAST, customer_id) AS rank,
       customer_id, CASE stage WHEN 'due' THEN 'due this week' WHEN 'overdue' THEN 'overdue' ELSE 'at risk of leaving' END,
       contact_from, contact_until, expected_next, overdue_ratio, churn_score, clv, value_at_risk, value_to_save, purchases_to_save
FROM %1$s.customer_scorecard, LATERAL (SELECT value_at_risk * (1 - churn_score)::numeric AS value_to_save, purchases_next_year * churn_score AS purchases_to_save) l
WHERE lost_on IS NULL AND (stage IN ('overdue', 'at_risk') OR stage = 'due' AND contact_from <= %7$s + 7 AND contact_until >= %7$s)
ORDER BY rank$sql$),
		(60, 'cohorts', false, 'parallel', settings ->> 'phase' = 'write', $sql$SELECT * FROM unnest((SELECT cohort_retention(history, 'month', %7$s) FROM %1$s.customer_history))$sql$),
		(61, 'retention_curve', false, 'parallel', settings ->> 'phase' = 'write', $sql$SELECT period, cohorts, eligible, active, rate, lower, upper, rate_on_or_after FROM unnest((SELECT retention_curve(history, 'month', %7$s) FROM %1$s.customer_history))$sql$),
		(62, 'survival', false, 'insert', settings ->> 'phase' = 'write', $sql$SELECT duration, at_risk, churned, survival, lower, upper
FROM unnest((SELECT survival_curve(coalesce(lost_on, %7$s) - first_purchase, lost_on IS NOT NULL) FROM %1$s.customer_scorecard))$sql$),
		(70, 'lifecycle', false, 'parallel', settings ->> 'phase' = 'write', 'SELECT * FROM unnest((SELECT lifecycle(history, ''month'', %7$s, ' ||
			CASE WHEN settings ->> 'base_model' IS NULL THEN '''1 year''' ELSE '%18$s, 0.5' END || ') FROM %1$s.customer_history))'),
		(80, 'lost_customers', false, 'parallel', settings ->> 'phase' = 'write', $sql$SELECT customer_id, lost_on, last_purchase, purchases, s.spend, clv(%18$s, %19$s, history, last_purchase, %8$s, %9$s, %10$s) AS value_lost
FROM %1$s.customer_scorecard s JOIN %1$s.customer_history USING (customer_id)
WHERE lost_on IS NOT NULL$sql$),
		(85, 'churn_reasons', false, 'insert', settings ->> 'phase' = 'write' AND settings -> 'attribute_columns' <> '[]', $sql$SELECT attribute, value, customers, churned, churn_rate, lower, upper, lift, p_value
FROM unnest((SELECT churn_drivers(lost_on IS NOT NULL, attributes)
             FROM %1$s.customer_scorecard JOIN (SELECT customer_id, jsonb_object_agg(attribute, value) AS attributes FROM %1$s.customer_attribute GROUP BY 1) a USING (customer_id)
             WHERE lost_on IS NULL OR lost_on > %7$s - interval '1 year'))$sql$),
		(90, 'dropped_ranges', false, 'parallel', settings ->> 'phase' = 'write' AND settings ->> 'range_column' IS NOT NULL, $sql$SELECT customer_id, product_range, d.last_purchase, d.range_purchases, d.share, d.purchases_since, d.silence_probability,
       total_spend(slice(r.history, daterange(d.last_purchase - 364, d.last_purchase, '[]'))) AS spend_a_year
FROM %1$s.range_history r JOIN %1$s.customer_history c USING (customer_id) JOIN %1$s.customer_scorecard s USING (customer_id),
     dropped_range(r.history, c.history, %7$s) d
WHERE s.lost_on IS NULL AND d.silence_probability < 0.005$sql$),
		(95, 'spend_trend', false, 'parallel', settings ->> 'phase' = 'write', $sql$SELECT l.month, l.orders, l.spend / nullif(l.orders, 0) AS average_order_value, (t).change, (t).p_value
FROM %1$s.lifecycle l
     JOIN (SELECT m::date AS month, overall_spend_trend(history, (m + interval '1 month' - interval '1 day')::date, '3 months') AS t
           FROM %1$s.customer_history, generate_series(date_trunc('month', (%7$s + 1)::timestamp) - interval '13 months', date_trunc('month', (%7$s + 1)::timestamp) - interval '1 month', interval '1 month') AS m GROUP BY m) s USING (month)$sql$),
		(96, 'empty model_quality', false, 'as it is', settings ->> 'phase' = 'write', $sql$DELETE FROM %1$s.model_quality;
DELETE FROM %1$s.purchase_forecast$sql$),
		-- as it would have been fitted half a year ago
		(97, 'model_quality', true, 'as it is', settings ->> 'phase' = 'write' AND settings ->> 'base_kind' IS NOT NULL, $sql$CREATE UNLOGGED TABLE %1$s.next_model AS SELECT fit_model(%20$s, history, %7$s - 180) AS m FROM %1$s.customer_history;
CREATE UNLOGGED TABLE %1$s.next_known AS
SELECT purchase_probability(m, history, %7$s - 180, '180 days') AS score, last_purchase(as_of(history, %7$s)) > %7$s - 180 AS bought,
       $sql$ || (SELECT format('ARRAY[%s] AS expected,' || E'\n       ' || 'ARRAY[%s] AS actual', string_agg(format('expected_purchases(m, history, %%7$s - 180, ''%s days'')', 30 * p), ', ' ORDER BY p),
		                           string_agg(format('purchase_days(slice(history, daterange(%%7$s - %s, %%7$s - %s, ''[]'')))', 209 - 30 * p, 180 - 30 * p), ', ' ORDER BY p)) FROM generate_series(1, 6) AS p) || $sql$
FROM %1$s.customer_history, %1$s.next_model
WHERE m IS NOT NULL AND as_of(history, %7$s - 180) IS NOT NULL;
INSERT INTO %1$s.purchase_forecast
-- as numeric, the sum is the same in any order
SELECT p, %7$s - 209 + 30 * p, %7$s - 180 + 30 * p, count(*), sum((expected[p] - coalesce(expected[p - 1], 0))::numeric), coalesce(sum(actual[p]), 0)
FROM %1$s.next_known, generate_series(1, 6) AS p GROUP BY p;
INSERT INTO %1$s.model_quality
SELECT bin, %7$s - 179, %7$s, customers, expected_rate, actual_rate, lower, upper, area, brier
FROM unnest((SELECT calibration_table(score, bought) FROM %1$s.next_known)), (SELECT roc_auc(score, bought) AS area, brier_score(score, bought) AS brier FROM %1$s.next_known) q;
DROP TABLE %1$s.next_model, %1$s.next_known$sql$),
		-- every customer is given the same days, so that who was contacted early has no advantage
		(98, 'campaign_results', false, 'insert', settings ->> 'phase' = 'write', $sql$SELECT campaign, contacted_on, days, (u).treated, (u).treated_rate, contacted_spend, (u).control, (u).control_rate, control_spend,
       (u).difference, (u).difference_lower, (u).difference_upper, (u).p_value, (u).difference * (u).treated
FROM (SELECT campaign, min(contacted_on) AS contacted_on, min(days) AS days, retention_uplift(contacted, bought) AS u,
             avg(spend) FILTER (WHERE contacted) AS contacted_spend, avg(spend) FILTER (WHERE NOT contacted) AS control_spend
      FROM (SELECT campaign, contacted_on, contacted, days, coalesce(purchase_days(seen), 0) > 0 AS bought, CASE WHEN has_amounts THEN coalesce(total_spend(seen), 0) END AS spend
            FROM (SELECT c.*, least(60, %7$s - max(contacted_on) OVER (PARTITION BY campaign)) AS days FROM %1$s.campaign c) c
                 LEFT JOIN %1$s.customer_history USING (customer_id)
                 CROSS JOIN (SELECT amount_column IS NOT NULL AS has_amounts FROM %1$s.settings) m,
                 LATERAL (SELECT slice(history, daterange(contacted_on + 1, contacted_on + days, '[]')) AS seen OFFSET 0) l
            WHERE days > 0) b
      GROUP BY campaign) r$sql$),
		(99, 'monthly_review', false, 'insert', settings ->> 'phase' = 'write', $sql$SELECT month, customers, new, active, lost, recovered, churn_rate, main_reason, main_reason_lift, value_lost, contacted, brought_back, orders, spend, spend / nullif(orders, 0)
FROM %1$s.lifecycle
     LEFT JOIN (SELECT date_trunc('month', lost_on)::date AS month, sum(value_lost) AS value_lost FROM %1$s.lost_customers GROUP BY 1) l USING (month)
     LEFT JOIN (SELECT date_trunc('month', contacted_on)::date AS month, sum(contacted)::bigint AS contacted, sum(brought_back::numeric)::float8 AS brought_back FROM %1$s.campaign_results GROUP BY 1) c USING (month)
     LEFT JOIN ($sql$ || CASE WHEN settings -> 'attribute_columns' = '[]' THEN $sql$SELECT NULL::date AS month, NULL AS main_reason, NULL::float8 AS main_reason_lift$sql$ ELSE $sql$SELECT DISTINCT ON (month) month, d.attribute || ' ' || coalesce(d.value, 'not known') AS main_reason, d.lift AS main_reason_lift
	FROM (SELECT m.month, churn_drivers(lost_on IS NOT NULL AND lost_on < m.month + interval '1 month', attributes) AS drivers
	      FROM (SELECT month FROM %1$s.lifecycle ORDER BY month DESC LIMIT 13) m
	           JOIN (SELECT customer_id, first_purchase, lost_on, attributes FROM %1$s.customer_scorecard
	                 JOIN (SELECT customer_id, jsonb_object_agg(attribute, value) AS attributes FROM %1$s.customer_attribute GROUP BY 1) a USING (customer_id)
	                 WHERE lost_on IS NULL OR lost_on >= %7$s - interval '14 months') s ON s.first_purchase < m.month + interval '1 month' AND (s.lost_on IS NULL OR s.lost_on >= m.month)
	      GROUP BY m.month) r, unnest(drivers) d
	WHERE d.lift > 1 AND d.p_value < 0.01
	ORDER BY month, d.p_value, d.attribute, d.value$sql$ END || $sql$) w USING (month)$sql$)
		) AS t(step, name, optional, way, wanted, template)
	WHERE t.wanted
	ORDER BY t.step;
	END;

-- What the triggers on the orders write down: the purchases that came and went, by customer and range.
CREATE FUNCTION retention_mart_capture_statement(settings jsonb, operation text) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT format(CASE operation
			WHEN 'TRUNCATE' THEN $sql$INSERT INTO %1$s.change (truncated) VALUES (true)$sql$
			ELSE $sql$INSERT INTO %1$s.change (customer_id, product_range, added, removed)$sql$ ||
				CASE WHEN operation IN ('INSERT', 'UPDATE') THEN $sql$
SELECT %2$s, %5$s, purchase_history(%4$s), NULL FROM new_rows WHERE %2$s IS NOT NULL AND %3$s IS NOT NULL GROUP BY 1, 2$sql$ ELSE '' END ||
				CASE WHEN operation = 'UPDATE' THEN $sql$
UNION ALL$sql$ ELSE '' END ||
				CASE WHEN operation IN ('DELETE', 'UPDATE') THEN $sql$
SELECT %2$s, %5$s, NULL, purchase_history(%4$s) FROM old_rows WHERE %2$s IS NOT NULL AND %3$s IS NOT NULL GROUP BY 1, 2$sql$ ELSE '' END
			END,
		quote_ident(settings ->> 'schema_name'), quote_ident(settings ->> 'customer_column') || '::' || (settings ->> 'customer_type'),
		quote_ident(settings ->> 'ordered_at_column'),
		quote_ident(settings ->> 'ordered_at_column') ||
		coalesce(', ' || quote_ident(settings ->> 'amount_column') || '::numeric', '') ||
		coalesce(', ' || quote_literal(settings ->> 'zone'), ''),
		coalesce(quote_ident(settings ->> 'range_column') || '::text', 'NULL::text'));
	END;

CREATE FUNCTION retention_mart_capture() RETURNS trigger
	LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'retention_mart_capture';

-- The triggers on one table, or what drops them.
CREATE FUNCTION retention_mart_triggers(settings jsonb, relation text, extension_schema text, dropping boolean) RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT t.step, t.operation,
		CASE WHEN dropping THEN format('DROP TRIGGER IF EXISTS %I ON %s', t.trigger_name, relation)
			 ELSE format('CREATE TRIGGER %I AFTER %s ON %s%s FOR EACH STATEMENT EXECUTE FUNCTION %I.retention_mart_capture(%L)',
						 t.trigger_name, t.operation, relation, t.tables, extension_schema, settings ->> 'schema_name') END
	FROM (SELECT o.step, o.operation, o.tables, 'retention_mart_' || lower(o.operation) || '_' || substr(md5(settings ->> 'schema_name'), 1, 8) AS trigger_name
		  FROM (VALUES (1, 'INSERT', ' REFERENCING NEW TABLE AS new_rows'), (2, 'UPDATE', ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'),
					   (3, 'DELETE', ' REFERENCING OLD TABLE AS old_rows'), (4, 'TRUNCATE', '')) AS o(step, operation, tables)) AS t
	ORDER BY t.step;
	END;

CREATE FUNCTION create_retention_mart(source regclass, customer text, ordered_at text, amount text DEFAULT NULL, range text DEFAULT NULL,
		attributes text[] DEFAULT '{}', schema text DEFAULT 'retention_mart', zone text DEFAULT NULL, changes text DEFAULT 'trigger',
		horizon interval DEFAULT '3 years', discount_rate double precision DEFAULT 0.1, margin double precision DEFAULT 1,
		customers regclass DEFAULT NULL, overlap interval DEFAULT '30 days') RETURNS void
	LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 100000
	AS 'MODULE_PATHNAME', 'create_retention_mart';

CREATE FUNCTION refresh_retention_mart(schema text DEFAULT 'retention_mart', as_of date DEFAULT NULL, read_all boolean DEFAULT false, verbose boolean DEFAULT false) RETURNS date
	LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 100000
	AS 'MODULE_PATHNAME', 'refresh_retention_mart';

CREATE FUNCTION drop_retention_mart(schema text DEFAULT 'retention_mart') RETURNS void
	LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 100000
	AS 'MODULE_PATHNAME', 'drop_retention_mart';

COMMENT ON FUNCTION retention_mart_tables(jsonb) IS 'The tables of a retention mart, as SQL: what create_retention_mart runs. settings is the row of the mart''s table settings, as JSON.';
COMMENT ON FUNCTION retention_mart_comments(jsonb) IS 'The comments on the tables and columns of a retention mart, as SQL: what create_retention_mart runs.';
COMMENT ON FUNCTION retention_mart_steps(jsonb) IS 'The steps of a refresh of a retention mart, as SQL: what refresh_retention_mart runs, in one transaction. phase in settings says which: ''read all'', ''read changes'' or ''read recent'' orders, ''fit'' models or ''write'' what follows as of its as_of, with the models base_model (its kind: base_kind), cycle_model and spend_model in settings, too. An optional step may fail for too little data.';
COMMENT ON FUNCTION retention_mart_capture_statement(jsonb, text) IS 'What the triggers of a retention mart run after an INSERT, UPDATE, DELETE or TRUNCATE of orders.';
COMMENT ON FUNCTION retention_mart_triggers(jsonb, text, text, boolean) IS 'The triggers of a retention mart on a table of orders, as SQL, or what drops them.';
COMMENT ON FUNCTION retention_mart_capture() IS 'Trigger function of a retention mart: writes down which purchases came and went, with the rights of the mart''s owner, as foreign keys are checked with those of the table''s. Its argument is the schema of the mart. Whatever goes wrong is a WARNING, and the orders are stored all the same; the next refresh then reads all of them.';
COMMENT ON FUNCTION create_retention_mart(regclass, text, text, text, text, text[], text, text, text, interval, double precision, double precision, regclass, interval) IS 'Makes a schema of plain tables from a table of orders, for dashboards and the monthly meeting, and fills it: customer_scorecard, contact_list, cohorts, retention_curve, survival, lifecycle, lost_customers, churn_reasons, dropped_ranges, spend_trend, model_quality, purchase_forecast, campaign_results, monthly_review and model_fits, each column with a comment; beside them what they are made of: settings, customer_history, range_history, customer_attribute, campaign (which you may fill), change and model. customer, ordered_at, amount and range (of products) are names of columns of the source, attributes those that may be reasons to leave; they are in customers instead, if that is given, a table with one row a customer and the column customer. zone is the time zone of days (default: the session''s), for points in time only. changes: with ''trigger'' statement triggers on the source write down what changes, and a refresh reads only that: exact whatever changes; each order costs a little more, and the table must be the caller''s. With ''high_water_mark'' there are no triggers, and a refresh reads again the orders from overlap before the latest order, or before the last refresh if that was earlier: what comes, changes or goes in that time is taken in, older changes are not before a refresh with read_all; an index on ordered_at helps. With ''rebuild'' each refresh reads all orders. The last two are for views, too. Customers are valued within the horizon, discounted by discount_rate a year, with margin the share of the order value that is earned. All runs with the rights of the caller, who owns the mart; row-level security of the source applies. Errors: 42703 for a column that does not exist, 42804 for one of the wrong type, 42P06 for a schema that exists, 42501 for missing rights, 55000 for triggers where policies hide rows from the caller, 22023 and 22004 for other arguments, 02000 for a source without orders.';
COMMENT ON FUNCTION refresh_retention_mart(text, date, boolean, boolean) IS 'Brings a retention mart up to date as of the end of a day (default: that of the latest order), in one transaction: readers see the old state until it commits and are never blocked, an error leaves it, two refreshes wait for each other. Only its owner may, since it runs what the owner has set up. read_all reads all orders, whatever is known of changes: say, after changes while triggers were disabled, through logical replication, or older than the overlap of a high-water mark. verbose says after each step how long it took; which one it is at can be seen from other sessions as application_name in pg_stat_activity. Models that can''t be fitted for too little data are left out with a NOTICE. Returns as_of. Errors: 3F000 for a schema without a mart, 42501 for somebody else''s, 02000 for a source without orders.';
COMMENT ON FUNCTION drop_retention_mart(text) IS 'Drops a retention mart, with its triggers on the source. Whatever else is in its schema, or depends on it, is an error, and nothing is dropped. Errors: as refresh_retention_mart.';
-- ---------------------------------------------------------------------------
-- the monthly meeting on one page: a retention mart as HTML
-- ---------------------------------------------------------------------------

CREATE FUNCTION retention_html_text(value text) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	-- signs that turn the direction of a line, or end it, have no place in a name
	SELECT replace(replace(replace(replace(replace(regexp_replace(value, '[\x01-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]', ' ', 'g'), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
	END;

CREATE FUNCTION retention_html_number(value numeric, digits integer DEFAULT 0) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT CASE WHEN value IS NULL OR value = 'NaN' THEN '&#8211;'
				ELSE replace(to_char(round(value, digits), 'FM999,999,999,999,999,999,990' || CASE WHEN digits > 0 THEN '.' || repeat('0', digits) ELSE '' END), '-', '&#8722;') END;
	END;

-- Small amounts with their cents, large ones without
CREATE FUNCTION retention_html_money(value numeric, currency text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_html_number(value, CASE WHEN abs(value) < 100 AND value <> 0 THEN 2 ELSE 0 END) || CASE WHEN value IS NULL OR currency = '' THEN '' ELSE coalesce('&#160;' || retention_html_text(currency), '') END;
	END;

CREATE FUNCTION retention_html_percent(value double precision, digits integer DEFAULT 0) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_html_number((100 * value)::numeric, digits) || CASE WHEN value IS NULL THEN '' ELSE '&#160;%' END;
	END;

CREATE FUNCTION retention_html_count(value bigint, noun text) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_html_number(value) || ' ' || noun || CASE value WHEN 1 THEN '' ELSE 's' END;
	END;

-- A table with a caption: the heads of its columns, and its rows as ready cells.  The first column is the name of the row.
CREATE FUNCTION retention_html_table(caption text, heads text[], body text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<div class="wide" tabindex="0" role="region" aria-label="' || retention_html_text(caption) || '"><table><caption>' || retention_html_text(caption) || '</caption><thead><tr>' ||
		(SELECT string_agg('<th scope="col">' || h || '</th>', '' ORDER BY n) FROM unnest(heads) WITH ORDINALITY AS u(h, n)) || '</tr></thead><tbody>' || coalesce(body, '') || '</tbody></table></div>';
	END;

CREATE FUNCTION retention_html_row(head text, VARIADIC cells text[]) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<tr><th scope="row">' || coalesce(head, '&#8211;') || '</th>' || (SELECT string_agg('<td>' || coalesce(c, '&#8211;') || '</td>', '' ORDER BY n) FROM unnest(cells) WITH ORDINALITY AS u(c, n)) || '</tr>';
	END;

-- The distance of the lines of a grid that cut the given length into three to six parts, the last one begun: 1, 2 or 5 times a power of ten
CREATE FUNCTION retention_grid_step(length double precision) RETURNS double precision
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT CASE WHEN length > 0 THEN p * CASE WHEN length / p <= 1.2 THEN 0.2 WHEN length / p < 3 THEN 0.5 WHEN length / p <= 6 THEN 1 ELSE 2 END ELSE 1 END
	FROM (SELECT 10 ^ floor(log(greatest(length, 1e-300))) AS p) q;
	END;

-- The lines of a grid from low to high, with their values, in a picture of 480 units width whose plot lies between top and bottom
CREATE FUNCTION retention_svg_grid(low double precision, high double precision, step double precision, top integer, bottom integer, percent boolean) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT string_agg(format('<path class="grid%s" d="M52 %sH472"/><text class="tick" x="49" y="%s" text-anchor="end">%s</text>',
							 CASE i WHEN 0 THEN ' zero' ELSE '' END, y, y + 4,
							 CASE WHEN percent THEN retention_html_percent(i * step)
								  ELSE retention_html_number((i * step / unit)::numeric, CASE WHEN step < unit THEN 1 ELSE 0 END) || CASE i WHEN 0 THEN '' ELSE letter END END), '' ORDER BY i)
	FROM (SELECT unit, letter FROM (VALUES (1, ''), (1e3, ' k'), (1e6, ' M'), (1e9, ' G'), (1e12, ' T')) AS u(unit, letter)
		  WHERE unit = 1 OR greatest(high, -low) >= unit * CASE unit WHEN 1e3 THEN 100 ELSE 1 END ORDER BY unit DESC LIMIT 1) u,
		 (SELECT i, round((bottom - (i * step - low) / (high - low) * (bottom - top))::numeric, 1) AS y
		  FROM generate_series(round(low / step)::integer, round(high / step)::integer) AS i) g;
	END;

CREATE FUNCTION retention_svg(name text, title text, description text, height integer, content text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT format('<svg viewBox="0 0 480 %s" role="img" aria-labelledby="%s-title %s-description"><title id="%s-title">%s</title><desc id="%s-description">%s</desc>%s</svg>',
				  height, name, name, name, retention_html_text(title), name, retention_html_text(description), coalesce(content, ''));
	END;

-- The parts of the page, each a statement that gives HTML.  $1 is the currency, $2 the title, $3 how many rows a list has at most.
CREATE FUNCTION retention_review_parts(schema text) RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT t.step, t.name, replace(t.template, '{mart}', quote_ident(schema))
	FROM (VALUES
		(10, 'head', $sql$SELECT '<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src ''none''; style-src ''unsafe-inline''; img-src data:"/>
<meta name="color-scheme" content="light dark"/>
<link rel="icon" href="data:,"/>
<title>' || retention_html_text($2) || '</title>
<style>
:root { color-scheme: light dark; --page: #f4f6f9; --card: #fff; --text: #1c2430; --quiet: #556070; --line: #dce1e8; --strong: #8a94a3;
  --stay: #2b6cb0; --back: #7db3e6; --new: #12806f; --lost: #c2410c; --band: #2b6cb033;
  --h0: #eef4fb; --h1: #d3e4f6; --h2: #a9cbed; --h3: #76aee0; --h4: #2b6cb0; --h5: #1a4a80; --on-low: #1c2430; --on-high: #fff; --on-middle: #1c2430 }
@media (prefers-color-scheme: dark) { :root { --page: #0f1318; --card: #181d25; --text: #e6ebf2; --quiet: #a3afbf; --line: #2c3440; --strong: #6b7687;
  --stay: #5b9ae0; --back: #a9cdf5; --new: #45bfa8; --lost: #f08a4f; --band: #5b9ae04d;
  --h0: #1c2533; --h1: #1f3350; --h2: #264a78; --h3: #2f64a3; --h4: #7fb2ea; --h5: #b9d7f7; --on-low: #e6ebf2; --on-middle: #fff; --on-high: #10151c } }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; overflow-wrap: anywhere }
main, header, footer { max-width: 1120px; margin: 0 auto; padding: 0 20px }
header { padding-top: 32px }
h1 { font-size: 30px; line-height: 1.2; margin: 0 }
h2 { font-size: 19px; line-height: 1.3; margin: 0 0 4px }
header p, .note, footer { color: var(--quiet) }
header p { margin: 6px 0 20px }
.note { margin: 0 0 10px; font-size: 14.5px }
.pictures { columns: 2 420px; column-gap: 16px } .pictures > section { break-inside: avoid; margin-bottom: 16px }
.answers { display: grid; gap: 16px; margin-bottom: 16px }
@media (min-width: 900px) { .answers { grid-template-columns: repeat(6, 1fr) } .answers > div { grid-column: span 2 } .answers > div:nth-child(n + 4) { grid-column: span 3 } }
section, .answers > div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; min-width: 0 }
.answers h2 { font-size: 15px; font-weight: 600; color: var(--quiet) }
.answers .figure { font-size: 32px; line-height: 1.2; font-weight: 700; margin: 2px 0 4px; font-variant-numeric: tabular-nums }
.answers p { margin: 0; font-size: 15px }
.answers .lost .figure { color: var(--lost) }
.months { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 14px; margin: 0 }
.months dt { color: var(--quiet); font-size: 14px }
.months dd { margin: 0; font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums }
.months dd small { display: block; font-size: 13px; font-weight: 400; color: var(--quiet) }
.whole { margin: 16px 0 }
svg { display: block; width: 100%; height: auto; max-width: 640px; margin: 0 auto }
svg text { font: 11.5px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; fill: var(--text); font-variant-numeric: tabular-nums }
svg text.tick { fill: var(--quiet) }
.grid { stroke: var(--line); fill: none } .zero { stroke: var(--strong) }
.stay { fill: var(--stay) } .back { fill: var(--back) } .new { fill: var(--new) } .lost-bar { fill: var(--lost) }
.line { fill: none; stroke: var(--stay); stroke-width: 2.25; stroke-linejoin: round } .line-2 { fill: none; stroke: var(--lost); stroke-width: 2.25; stroke-dasharray: 6 4 }
.band { fill: var(--band) } .dot { fill: var(--lost) }
.h0 { fill: var(--h0) } .h1 { fill: var(--h1) } .h2 { fill: var(--h2) } .h3 { fill: var(--h3) } .h4 { fill: var(--h4) } .h5 { fill: var(--h5) }
svg text.on0, svg text.on1, svg text.on2 { fill: var(--on-low) } svg text.on3 { fill: var(--on-middle) } svg text.on4, svg text.on5 { fill: var(--on-high) }
.wide { overflow-x: auto; max-width: 100% }
table { border-collapse: collapse; width: 100%; font-size: 14.5px; font-variant-numeric: tabular-nums; overflow-wrap: normal }
caption { text-align: left; color: var(--quiet); font-size: 13.5px; padding: 4px 0 }
th, td { text-align: right; padding: 5px 8px; border-bottom: 1px solid var(--line); vertical-align: top }
th:first-child, .list td:nth-child(3), .list th:nth-child(3) { text-align: left }
td { white-space: nowrap }
thead th { color: var(--quiet); font-weight: 600; vertical-align: bottom }
tbody th { font-weight: 600; max-width: 22em; overflow-wrap: anywhere }
details { margin-top: 8px } summary { cursor: pointer; color: var(--quiet); font-size: 14px }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 6px 0 0; padding: 0; font-size: 14px; color: var(--quiet) }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 6px }
footer { font-size: 13.5px; padding-bottom: 32px }
@media (max-width: 560px) { main, header, footer { padding-left: 12px; padding-right: 12px } section, .answers > div { padding: 14px } h1 { font-size: 25px } svg text { font-size: 13px } svg.cells { min-width: 480px } svg.cells text { font-size: 11.5px } th, td { padding: 5px 5px } table { font-size: 13.5px } }
@media print { * { print-color-adjust: exact } @page { margin: 10mm } :root { --page: #fff } body { font-size: 11px; line-height: 1.35 } main, header, footer { max-width: none; padding: 0 } h1 { font-size: 22px } h2, .answers h2 { font-size: 13px } header p { margin: 2px 0 8px }
  section, .answers > div { break-inside: avoid; padding: 8px 10px; border-radius: 6px } .list { break-inside: auto } footer, .note, .legend, .answers p, caption { font-size: 10.5px; margin-bottom: 4px } .answers .figure { font-size: 19px }
  .answers { grid-template-columns: repeat(6, 1fr); gap: 8px; margin-bottom: 8px } .answers > div { grid-column: span 2 } .answers > div:nth-child(n + 4) { grid-column: span 3 } .months { grid-template-columns: repeat(5, 1fr); gap: 6px } .months dt, .months dd small { font-size: 10.5px } .months dd { font-size: 16px }
  .whole { margin: 8px 0 } .pictures { columns: 2; column-gap: 8px } .pictures > section { margin-bottom: 8px } .wide { overflow: visible } table { font-size: 10px } th, td { padding: 2px 4px } tr { break-inside: avoid } details { display: none } }
</style>
</head>
<body>
<header>
<h1>' || retention_html_text($2) || '</h1>
<p>' || retention_html_text(trim(BOTH '"' FROM source_table::text)) || ', as of the end of ' || to_char(as_of, 'FMDD FMMonth YYYY') || '. It is not how many come in, it is how many come back.</p>
</header>
<main>'
FROM {mart}.settings$sql$),
		(20, 'answers', $sql$WITH last AS (SELECT r.*, lag(customers) OVER w AS before, avg(lost) OVER (ORDER BY month ROWS BETWEEN 12 PRECEDING AND 1 PRECEDING) AS lost_a_month, avg(value_lost) OVER (ORDER BY month ROWS BETWEEN 12 PRECEDING AND 1 PRECEDING) AS cost_a_month
              FROM {mart}.monthly_review r WINDOW w AS (ORDER BY month) ORDER BY month DESC LIMIT 1),
reason AS (SELECT * FROM {mart}.churn_reasons WHERE lift > 1 AND p_value < 0.05 ORDER BY p_value, attribute, value LIMIT 1),
list AS (SELECT count(*) AS customers, sum(value_to_save) AS value FROM {mart}.contact_list),
idea AS (SELECT * FROM {mart}.campaign_results ORDER BY contacted_on DESC, campaign LIMIT 1)
SELECT '<div class="answers">
<div class="lost"><h2>How many did we lose?</h2><p class="figure">' || coalesce((SELECT retention_html_number(lost) FROM last), '&#8211;') || '</p><p>' ||
	coalesce((SELECT 'In ' || to_char(month, 'FMMonth YYYY') || coalesce(': ' || retention_html_percent(churn_rate, 1) || ' of the ' || retention_html_count(before, 'customer') || ' there were', '') ||
	                 coalesce('. In the year before: ' || retention_html_number(lost_a_month) || ' a month', '') || '.' FROM last), 'No month is over yet.') || '</p></div>
<div><h2>Why?</h2><p class="figure">' ||
	coalesce((SELECT retention_html_text(main_reason) FROM last), (SELECT retention_html_text(attribute || ' ' || coalesce(value, 'not known')) FROM reason), '&#8211;') || '</p><p>' ||
	CASE WHEN (SELECT attribute_columns FROM {mart}.settings) = '{}' THEN 'No attributes of customers were named: create the mart with <code>attributes</code> to see which of them leave.'
	     ELSE coalesce((SELECT 'Of these, ' || retention_html_number(main_reason_lift::numeric, 1) || ' times as many were lost in the month as of all customers.' FROM last WHERE main_reason IS NOT NULL),
	                   (SELECT 'Nothing stands out in this month. Over the last twelve, ' || retention_html_percent(churn_rate) || ' of these were lost, ' || retention_html_number(lift::numeric, 1) || ' times as many as of all customers.' FROM reason),
	                   'Nothing that the lost have in common could not be chance.') END || '</p></div>
<div class="lost"><h2>What did it cost?</h2><p class="figure">' || coalesce((SELECT retention_html_money(value_lost, $1) FROM last), '&#8211;') || '</p><p>' ||
	coalesce((SELECT CASE WHEN NOT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) THEN 'Amounts are not known: they would be the column <code>amount</code> of the mart.'
	                      WHEN value_lost IS NULL THEN 'Nobody was lost who has not come back.'
	                      ELSE 'What those who were lost in the month were worth: the margin to expect of them within ' || (SELECT horizon FROM {mart}.settings)::text || '.' ||
	                           coalesce(' In the year before: ' || retention_html_money(cost_a_month, $1) || ' a month.', '') END FROM last), '') || '</p></div>
<div><h2>What to do now?</h2><p class="figure">' || (SELECT CASE WHEN value IS NULL THEN retention_html_count(customers, 'customer') ELSE retention_html_money(value, $1) END FROM list) || '</p><p>' ||
	(SELECT CASE customers WHEN 0 THEN 'Nobody is due, overdue or at risk this week.' ELSE CASE WHEN value IS NULL THEN 'to call or write to: those' ELSE 'can still be saved: call or write to the ' || retention_html_count(customers, 'customer') END || ' of the contact list, the first of them first.' END FROM list) || '</p></div>
<div><h2>Did the last idea work?</h2><p class="figure">' ||
	coalesce((SELECT CASE WHEN difference IS NULL THEN '?' WHEN difference_lower > 0 THEN 'Yes: ' || retention_html_number(brought_back::numeric) || ' came back' WHEN difference_upper < 0 THEN 'No: it did harm' ELSE 'Not to be told yet' END FROM idea), '&#8211;') || '</p><p>' ||
	coalesce((SELECT '<b>' || retention_html_text(campaign) || '</b>: ' || CASE WHEN difference IS NULL THEN 'only customers who were contacted and others who were not tell. Leave out some, drawn by chance, and write them down, too.'
	                      ELSE 'of ' || retention_html_count(contacted, 'customer') || ' contacted ' || retention_html_percent(contacted_rate) || ' bought within ' || retention_html_count(days, 'day') || ', of ' || retention_html_number(control) || ' others ' || retention_html_percent(control_rate) ||
	                           ': ' || retention_html_number((100 * difference_lower)::numeric) || ' to ' || retention_html_number((100 * difference_upper)::numeric) || ' of 100 more.' END FROM idea),
	         'Write down whom you contact, and whom, by chance, you do not, in the table <code>campaign</code> of the mart: here is what came of it.') || '</p></div>
</div>'$sql$),
		(30, 'month', $sql$WITH months AS (SELECT *, row_number() OVER (ORDER BY month DESC) AS n FROM {mart}.monthly_review),
now AS (SELECT * FROM months WHERE n = 1), before AS (SELECT * FROM months WHERE n = 2), trend AS (SELECT * FROM {mart}.spend_trend ORDER BY month DESC LIMIT 1)
SELECT CASE WHEN now.month IS NULL THEN '' ELSE '<section class="whole" aria-label="The month in figures"><dl class="months">
<div><dt>Customers</dt><dd>' || retention_html_number(now.customers) || coalesce('<small>' || retention_html_number(before.customers) || ' a month before</small>', '') || '</dd></div>
<div><dt>New customers</dt><dd>' || retention_html_number(now.new) || coalesce('<small>' || retention_html_number(before.new) || ' a month before</small>', '') || '</dd></div>
<div><dt>Bought in ' || to_char(now.month, 'FMMonth') || '</dt><dd>' || retention_html_number(now.active) || coalesce('<small>' || retention_html_number(before.active) || ' a month before</small>', '') || '</dd></div>
<div><dt>' || CASE WHEN now.spend IS NULL THEN 'Orders' ELSE 'Spent' END || '</dt><dd>' || coalesce(CASE WHEN now.spend IS NOT NULL THEN retention_html_money(now.spend, $1) END, retention_html_number(now.orders)) ||
	coalesce('<small>' || coalesce(CASE WHEN before.spend IS NOT NULL THEN retention_html_money(before.spend, $1) END, retention_html_number(before.orders)) || ' a month before</small>', '') || '</dd></div>' ||
	CASE WHEN now.average_order_value IS NULL THEN '' ELSE '
<div><dt>Average order</dt><dd>' || retention_html_money(now.average_order_value, $1) || '<small>' ||
	CASE WHEN trend.p_value IS NULL THEN '' WHEN trend.p_value >= 0.05 THEN 'no clear trend' ELSE 'three months: ' || CASE WHEN trend.change > 0 THEN '+' ELSE '' END || retention_html_percent(trend.change) END || '</small></dd></div>' END || '
</dl></section>' END
FROM (SELECT) one LEFT JOIN now ON true LEFT JOIN before ON true LEFT JOIN trend ON true$sql$),
		(40, 'lifecycle', $sql$WITH months AS (SELECT *, row_number() OVER (ORDER BY month) - 1 AS n, count(*) OVER () AS months FROM (SELECT * FROM {mart}.lifecycle ORDER BY month DESC LIMIT 24) l),
scale AS (SELECT -step * ceil(lost / step) AS low, step * ceil(active / step) AS high, step
          FROM (SELECT max(lost)::float8 AS lost, greatest(max(active), 1)::float8 AS active, retention_grid_step(max(lost) + greatest(max(active), 1)) AS step FROM months) s),
bars AS (SELECT m.*, 52 + 420.0 * n / months AS x, greatest(420.0 / months - 3, 2) AS width, 200 / (high - low) AS unit, 12 + 200 * high / (high - low) AS zero FROM months m, scale)
SELECT '<div class="pictures"><section><h2>Who came, came back and was lost</h2><p class="note">Customers who bought in each month, and below the line those who were lost in it.</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM months) THEN '<p>No month is over yet.</p>' ELSE
	retention_svg('lifecycle', 'Customers month by month', (SELECT format('From %s to %s', to_char(min(month), 'FMMonth YYYY'), to_char(max(month), 'FMMonth YYYY')) FROM months), 240,
		(SELECT retention_svg_grid(low, high, step, 12, 212, false) FROM scale) ||
		(SELECT string_agg(format('<g><title>%s: %s stayed, %s came back, %s new, %s lost</title>', to_char(month, 'Mon YYYY'), retained, resurrected, new, lost) ||
		                   format('<rect class="stay" x="%s" y="%s" width="%s" height="%s"/>', round(x::numeric, 1), round((zero - unit * retained)::numeric, 1), round(width::numeric, 1), round((unit * retained)::numeric, 1)) ||
		                   format('<rect class="back" x="%s" y="%s" width="%s" height="%s"/>', round(x::numeric, 1), round((zero - unit * (retained + resurrected))::numeric, 1), round(width::numeric, 1), round((unit * resurrected)::numeric, 1)) ||
		                   format('<rect class="new" x="%s" y="%s" width="%s" height="%s"/>', round(x::numeric, 1), round((zero - unit * active)::numeric, 1), round(width::numeric, 1), round((unit * new)::numeric, 1)) ||
		                   format('<rect class="lost-bar" x="%s" y="%s" width="%s" height="%s"/></g>', round(x::numeric, 1), round(zero::numeric, 1), round(width::numeric, 1), round((unit * lost)::numeric, 1)) ||
		                   CASE WHEN (months - 1 - n) % greatest(ceil(months / 6.0)::int, 1) = 0 THEN format('<text class="tick" x="%s" y="230" text-anchor="middle">%s</text>', least(round((x + width / 2)::numeric, 1), 454), to_char(month, 'Mon YY')) ELSE '' END, '' ORDER BY month) FROM bars)) ||
	'<ul class="legend"><li><i style="background:var(--stay)"></i>bought in the month before, too</li><li><i style="background:var(--back)"></i>came back after a pause</li><li><i style="background:var(--new)"></i>new</li><li><i style="background:var(--lost)"></i>lost</li></ul><details><summary>The figures</summary>' ||
	retention_html_table('Customers month by month', '{Month,Bought in the month before,Came back,New,Lost,Recovered,Customers}',
		(SELECT string_agg(retention_html_row(to_char(month, 'Mon YYYY'), retention_html_number(retained), retention_html_number(resurrected), retention_html_number(new), retention_html_number(lost), retention_html_number(recovered), retention_html_number(customers)), '' ORDER BY month DESC) FROM months)) || '</details>' END || '</section>'$sql$),
		(45, 'cost', $sql$WITH months AS (SELECT *, row_number() OVER (ORDER BY month) - 1 AS n, count(*) OVER () AS months, coalesce(value_lost, 0)::float8 AS value FROM (SELECT * FROM {mart}.monthly_review ORDER BY month DESC LIMIT 13) l),
scale AS (SELECT step * ceil(value / step) AS high, step FROM (SELECT greatest(max(value), 1) AS value, retention_grid_step(greatest(max(value), 1)) AS step FROM months) s),
bars AS (SELECT m.*, 52 + 420.0 * n / months AS x, 420.0 / months - 4 AS width, 212 - 200 * value / high AS y FROM months m, scale)
SELECT CASE WHEN NOT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) THEN '' ELSE '<section><h2>What the lost were worth</h2><p class="note">Of those who have not come back: the margin that was to be expected of them on the day they were last seen.</p>' ||
	CASE WHEN (SELECT count(value_lost) FROM months) = 0 THEN '<p>Nobody has been lost who has not come back.</p>' ELSE
	retention_svg('cost', 'Value lost month by month', 'In the last thirteen months', 240,
		(SELECT retention_svg_grid(0, high, step, 12, 212, false) FROM scale) ||
		(SELECT string_agg(format('<rect class="lost-bar" x="%s" y="%s" width="%s" height="%s"><title>%s: %s</title></rect>', round(x::numeric, 1), round(y::numeric, 1), round(width::numeric, 1), round((212 - y)::numeric, 1), to_char(month, 'Mon YYYY'), retention_html_money(value_lost, $1)) ||
		                   CASE WHEN (months - 1 - n) % 3 = 0 THEN format('<text class="tick" x="%s" y="230" text-anchor="middle">%s</text>', least(round((x + width / 2)::numeric, 1), 454), to_char(month, 'Mon YY')) ELSE '' END, '' ORDER BY month) FROM bars)) ||
	'<details><summary>The figures</summary>' || retention_html_table('Value lost month by month', '{Month,Lost,Churn rate,Value lost,Main reason}',
		(SELECT string_agg(retention_html_row(to_char(month, 'Mon YYYY'), retention_html_number(lost), retention_html_percent(churn_rate, 1), retention_html_money(value_lost, $1), retention_html_text(main_reason)), '' ORDER BY month DESC) FROM months)) || '</details>' END || '</section>' END$sql$),
		(50, 'cohorts', $sql$WITH chosen AS (SELECT cohort, row_number() OVER (ORDER BY cohort) - 1 AS n FROM (SELECT DISTINCT cohort FROM {mart}.cohorts WHERE period >= 1 ORDER BY cohort DESC LIMIT 18) c),
cells AS (SELECT n, c.*, least(5, coalesce(floor(6 * rate / nullif(max(rate) OVER (), 0)), 0))::int AS shade FROM {mart}.cohorts c JOIN chosen USING (cohort) WHERE period BETWEEN 1 AND 12)
SELECT '<section><h2>How many come back</h2><p class="note">Of 100 customers who first bought in a month, how many bought again so many months later.</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM cells) THEN '<p>No customer has been seen for a whole month after the first yet.</p>' ELSE
	'<div class="wide" tabindex="0" role="region" aria-label="Cohorts">' || replace(retention_svg('cohorts', 'Cohorts: the share of customers who bought again', 'A row for each month in which customers came, a column for each month since', 26 + 20 * (SELECT count(*)::int FROM chosen),
		(SELECT string_agg(format('<text class="tick" x="%s" y="14" text-anchor="middle">%s</text>', 119 + 31.3 * (p - 1), p), '' ORDER BY p) FROM generate_series(1, (SELECT max(period) FROM cells)) p) ||
		(SELECT string_agg(format('<text x="2" y="%s">%s</text><text class="tick" x="97" y="%s" text-anchor="end">%s</text>', 35 + 20 * n, to_char(cohort, 'Mon YY'), 35 + 20 * n, retention_html_number((SELECT max(eligible) FROM cells WHERE cells.cohort = chosen.cohort))), '' ORDER BY n) FROM chosen) ||
		(SELECT string_agg(format('<g><title>%s, month %s: %s of %s</title><rect class="h%s" x="%s" y="%s" width="30.5" height="19" rx="2"/><text class="on%s" x="%s" y="%s" text-anchor="middle">%s</text></g>',
		                          to_char(cohort, 'Mon YYYY'), period, active, eligible, shade, 103.5 + 31.3 * (period - 1), 21 + 20 * n, shade, 119 + 31.3 * (period - 1), 35 + 20 * n, retention_html_number((100 * rate)::numeric)), '' ORDER BY n, period) FROM cells)),
		'<svg ', '<svg class="cells" ') || '</div>' ||
	'<details><summary>The figures</summary>' || retention_html_table('All cohorts together', '{Months later,Customers,Bought,Rate,At least,At most,Then or later}',
		(SELECT string_agg(retention_html_row(period::text, retention_html_number(eligible), retention_html_number(active), retention_html_percent(rate, 1), retention_html_percent(lower, 1), retention_html_percent(upper, 1), retention_html_percent(rate_on_or_after, 1)), '' ORDER BY period) FROM {mart}.retention_curve WHERE period <= 24)) ||
	retention_html_table('Percent of each cohort', ARRAY['Cohort', 'Customers'] || (SELECT array_agg(p::text ORDER BY p) FROM generate_series(1, (SELECT max(period) FROM cells)) p),
		(SELECT string_agg(retention_html_row(to_char(cohort, 'Mon YYYY'), VARIADIC ARRAY[retention_html_number(eligible)] || rates), '' ORDER BY cohort)
		 FROM (SELECT cohort, max(eligible) AS eligible, array_agg(retention_html_number((100 * rate)::numeric, 1) ORDER BY period) AS rates FROM cells GROUP BY cohort) r)) || '</details>' END || '</section>'$sql$),
		(60, 'survival', $sql$WITH curve AS (SELECT days, survival, coalesce(lower, survival) AS lower, coalesce(upper, survival) AS upper FROM {mart}.survival UNION SELECT 0, 1, 1, 1 WHERE EXISTS (SELECT FROM {mart}.survival)),
until AS (SELECT greatest(max(days), 1)::float8 AS days FROM curve),
-- at most one step for each unit of the picture
steps AS (SELECT DISTINCT ON (floor(420 * c.days / u.days)) c.*, round((52 + 420 * c.days / u.days)::numeric, 1) AS x FROM curve c, until u ORDER BY floor(420 * c.days / u.days), c.days DESC),
drawn AS (SELECT *, round((212 - 200 * survival)::numeric, 1) AS y, round((212 - 200 * lower)::numeric, 1) AS y_lower, round((212 - 200 * upper)::numeric, 1) AS y_upper, lead(x, 1, 472) OVER (ORDER BY days) AS x_next FROM steps),
quarters AS (SELECT q, (SELECT survival FROM curve WHERE days <= 91 * q ORDER BY days DESC LIMIT 1) AS survival FROM until, generate_series(0, least(8, floor(days / 91)::int)) q),
drops AS (SELECT q, lag(survival) OVER (ORDER BY q) - survival AS dropped, (lag(survival) OVER (ORDER BY q) - survival) / nullif(lag(survival) OVER (ORDER BY q), 0) AS share FROM quarters),
ticks AS (SELECT m AS months, 30.4375 * m AS days, round((52 + 420 * 30.4375 * m / u.days)::numeric, 1) AS x FROM until u, generate_series(0, floor(u.days / 30.4375)::int, CASE WHEN u.days > 2200 THEN 12 WHEN u.days > 1000 THEN 6 WHEN u.days > 300 THEN 3 ELSE 1 END) m)
SELECT '<section><h2>How long customers stay</h2><p class="note">' ||
	coalesce('Half of them stay longer than ' || retention_html_count((SELECT min(days) FROM curve WHERE survival <= 0.5), 'day') || '.', 'More than half of them are still here.') ||
	coalesce((SELECT ' The riskiest time is the ' || CASE q WHEN 1 THEN 'first' WHEN 2 THEN 'second' WHEN 3 THEN 'third' ELSE q || 'th' END || ' quarter of a year: ' || retention_html_number((100 * share)::numeric, 1) || ' of 100 who are still there are lost in it.' FROM drops WHERE share > 0 ORDER BY share DESC, q LIMIT 1), '') || '</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM curve) THEN '<p>Too little is known of who left.</p>' ELSE
	retention_svg('survival', 'The share of customers who stay longer', 'By months since the first purchase, with limits of 95 percent confidence', 240,
		retention_svg_grid(0, 1, 0.25, 12, 212, true) ||
		(SELECT format('<path class="band" d="M%sL%sZ"/><path class="line" d="M52 12%s"/>', string_agg(format('%s %s H%s', x, y_upper, x_next), 'L' ORDER BY days), string_agg(format('%s %s H%s', x_next, y_lower, x), 'L' ORDER BY days DESC), string_agg(format('L%s %sH%s', x, y, x_next), '' ORDER BY days)) FROM drawn) ||
		(SELECT string_agg(format('<text class="tick" x="%s" y="230" text-anchor="middle">%s</text>', least(x, 446), CASE WHEN months = (SELECT max(months) FROM ticks) THEN retention_html_count(months, 'month') ELSE months::text END), '' ORDER BY months) FROM ticks)) ||
	'<details><summary>The figures</summary>' || retention_html_table('The share of customers who stay longer', '{Months,Still there,At least,At most}',
		(SELECT string_agg(retention_html_row(months::text, retention_html_percent(survival, 1), retention_html_percent(lower, 1), retention_html_percent(upper, 1)), '' ORDER BY months) FROM ticks t, LATERAL (SELECT * FROM curve WHERE curve.days <= t.days ORDER BY curve.days DESC LIMIT 1) c)) || '</details>' END || '</section>'$sql$),
		(70, 'forecast', $sql$WITH periods AS (SELECT * FROM {mart}.purchase_forecast),
scale AS (SELECT step * ceil(value / step) AS high, step FROM (SELECT greatest(max(greatest(expected, actual)), 1) AS value, retention_grid_step(greatest(max(greatest(expected, actual)), 1)) AS step FROM periods) s),
drawn AS (SELECT p.*, 52 + 70 * (period - 1) + 12 AS x, round((212 - 200 * actual / high)::numeric, 1) AS y, round((212 - 200 * expected / high)::numeric, 1) AS y_expected FROM periods p, scale)
SELECT '<section><h2>Can the forecast be trusted?</h2><p class="note">' ||
	coalesce((SELECT 'Half a year ago ' || retention_html_number(sum(expected)::numeric) || ' purchases were expected of the ' || retention_html_count(max(customers), 'customer') || ' there were; ' || retention_html_number(sum(actual)) || ' came.' FROM periods HAVING count(*) > 0), '') || '</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM periods) THEN '<p>There is too little data of half a year ago to judge the model.</p>' ELSE
	retention_svg('forecast', 'Actual and expected purchases', 'In six periods of thirty days, as the model of half a year ago expected them', 240,
		(SELECT retention_svg_grid(0, high, step, 12, 212, false) FROM scale) ||
		(SELECT string_agg(format('<rect class="stay" x="%s" y="%s" width="46" height="%s"><title>%s to %s: %s came, %s were expected</title></rect><text class="tick" x="%s" y="230" text-anchor="middle">%s</text>', x, y, 212 - y, seen_from, seen_until, actual, round(expected::numeric), x + 23, to_char(seen_until, 'DD Mon')), '' ORDER BY period) FROM drawn) ||
		(SELECT format('<path class="line-2" d="M%s"/>', string_agg(format('%s %s', x + 23, y_expected), 'L' ORDER BY period)) || string_agg(format('<circle class="dot" cx="%s" cy="%s" r="4"/>', x + 23, y_expected), '' ORDER BY period) FROM drawn)) ||
	'<ul class="legend"><li><i style="background:var(--stay)"></i>purchases that came</li><li><i style="background:var(--lost)"></i>expected</li></ul><details><summary>The figures</summary>' ||
	retention_html_table('Actual and expected purchases', '{Until,Expected,Came}', (SELECT string_agg(retention_html_row(seen_until::text, retention_html_number(expected::numeric), retention_html_number(actual)), '' ORDER BY period) FROM periods)) ||
	retention_html_table('Customers by the probability of a purchase within that half year', '{Group,Customers,Expected,Bought,At least,At most}', (SELECT string_agg(retention_html_row(bin::text, retention_html_number(customers), retention_html_percent(expected_rate, 1), retention_html_percent(actual_rate, 1), retention_html_percent(lower, 1), retention_html_percent(upper, 1)), '' ORDER BY bin) FROM {mart}.model_quality)) || '</details>' END || '</section>'$sql$),
		(75, 'order_value', $sql$WITH months AS (SELECT *, row_number() OVER (ORDER BY month) - 1 AS n, count(*) OVER () AS months, average_order_value::float8 AS value FROM {mart}.spend_trend WHERE average_order_value > 0),
scale AS (SELECT step * ceil(value / step) AS high, step FROM (SELECT max(value) AS value, retention_grid_step(max(value)) AS step FROM months) s),
drawn AS (SELECT m.*, round((52 + 420.0 * (n + 0.5) / months)::numeric, 1) AS x, round((212 - 200 * value / high)::numeric, 1) AS y FROM months m, scale)
SELECT CASE WHEN NOT EXISTS (SELECT FROM months) THEN '' ELSE '<section><h2>What an order is worth</h2><p class="note">' ||
	coalesce((SELECT CASE WHEN p_value >= 0.05 THEN 'The last three months do not differ from before by more than chance.' ELSE 'The last three months are ' || retention_html_percent(abs(change)) || CASE WHEN change < 0 THEN ' below' ELSE ' above' END || ' what was before; that is hardly chance.' END
	          FROM months WHERE p_value IS NOT NULL AND n = months - 1), 'Too few orders to tell a trend.') || '</p>' ||
	retention_svg('order-value', 'Average order value month by month', 'In the last thirteen months', 240,
		(SELECT retention_svg_grid(0, high, step, 12, 212, false) FROM scale) ||
		(SELECT format('<path class="line" d="M%s"/>', string_agg(format('%s %s', x, y), 'L' ORDER BY month)) ||
		        string_agg(format('<circle class="stay" cx="%s" cy="%s" r="3.5"><title>%s: %s in %s orders</title></circle>', x, y, to_char(month, 'Mon YYYY'), retention_html_money(average_order_value, $1), orders) ||
		                   CASE WHEN (months - 1 - n) % 3 = 0 THEN format('<text class="tick" x="%s" y="230" text-anchor="middle">%s</text>', least(x, 454), to_char(month, 'Mon YY')) ELSE '' END, '' ORDER BY month) FROM drawn)) ||
	'<details><summary>The figures</summary>' || retention_html_table('Average order value month by month', '{Month,Orders,Average order,Three months against before,p-value}',
		(SELECT string_agg(retention_html_row(to_char(month, 'Mon YYYY'), retention_html_number(orders), retention_html_money(average_order_value, $1), retention_html_percent(change, 1), retention_html_number(p_value::numeric, 4)), '' ORDER BY month DESC) FROM months)) || '</details></section>' END || '</div>'$sql$),
		(80, 'contact_list', $sql$WITH list AS (SELECT * FROM {mart}.contact_list ORDER BY rank LIMIT $3), known AS (SELECT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts)
SELECT '<section class="whole list"><h2>Whom to reach this week</h2><p class="note">Those with whom a contact saves most: what would be lost, times the probability that they are still there to be reached.' ||
	(SELECT CASE WHEN count(*) > $3 THEN ' The first ' || $3 || ' of ' || retention_html_number(count(*)) || '; all of them are in the table <code>contact_list</code>.' ELSE '' END FROM {mart}.contact_list) || '</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM list) THEN '<p>Nobody is due, overdue or at risk this week.</p>' ELSE
	retention_html_table('Contact list', CASE WHEN amounts THEN '{Customer,Value to save,Why,Expected,Late by,Gone already,Worth}' ELSE '{Customer,Purchases to save,Why,Expected,Late by,Gone already}' END::text[],
		(SELECT string_agg(retention_html_row(retention_html_text(customer_id::text), VARIADIC ARRAY[CASE WHEN amounts THEN retention_html_money(value_to_save, $1) ELSE retention_html_number(purchases_to_save::numeric, 1) END, reason, to_char(expected_next, 'FMDD Mon YYYY'),
		                                      retention_html_number(overdue_ratio::numeric, 1) || ' intervals', retention_html_percent(churn_score)] || CASE WHEN amounts THEN ARRAY[retention_html_money(clv, $1)] END), '' ORDER BY rank) FROM list)) END || '</section>'
FROM known$sql$),
		(85, 'reasons', $sql$WITH reasons AS (SELECT * FROM {mart}.churn_reasons WHERE p_value < 0.05 AND lift > 1 ORDER BY p_value, attribute, value LIMIT 8)
SELECT '<div class="pictures"><section><h2>Who leaves</h2><p class="note">Lost in the last twelve months: more than chance would have it.</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM reasons) THEN '<p>Nothing stands out' || (SELECT CASE attribute_columns WHEN '{}' THEN ': no attributes were named when the mart was made' ELSE '' END FROM {mart}.settings) || '.</p>' ELSE
	retention_html_table('Attributes of those who left', '{Attribute,Customers,Lost,Share,As a multiple of all}',
		(SELECT string_agg(retention_html_row(retention_html_text(attribute || ' ' || coalesce(value, 'not known')), retention_html_number(customers), retention_html_number(churned), retention_html_percent(churn_rate), retention_html_number(lift::numeric, 1)), '' ORDER BY p_value, attribute, value) FROM reasons)) END || '</section>'$sql$),
		(86, 'dropped_ranges', $sql$WITH ranges AS (SELECT product_range, count(*) AS customers, sum(spend_a_year) AS spend FROM {mart}.dropped_ranges GROUP BY 1 ORDER BY sum(spend_a_year) DESC NULLS LAST, count(*) DESC, product_range LIMIT 8)
SELECT '<section><h2>What they have stopped buying</h2><p class="note">Customers who still come, but have given up a range.</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM ranges) THEN '<p>Nothing stands out' || (SELECT CASE WHEN range_column IS NULL THEN ': no range was named when the mart was made' ELSE '' END FROM {mart}.settings) || '.</p>' ELSE
	retention_html_table('Ranges that were given up', CASE WHEN amounts THEN '{Range,Customers,Spent on it in their last year with it}' ELSE '{Range,Customers}' END::text[],
		(SELECT string_agg(retention_html_row(retention_html_text(product_range), VARIADIC ARRAY[retention_html_number(customers)] || CASE WHEN amounts THEN ARRAY[retention_html_money(spend, $1)] END), '' ORDER BY spend DESC NULLS LAST, customers DESC, product_range) FROM ranges)) END || '</section>'
FROM (SELECT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts) known$sql$),
		(87, 'lost_customers', $sql$WITH month AS (SELECT max(month) AS month FROM {mart}.monthly_review), known AS (SELECT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts),
gone AS (SELECT l.*, row_number() OVER (ORDER BY value_lost DESC NULLS LAST, spend DESC NULLS LAST, purchases DESC, customer_id) AS place FROM {mart}.lost_customers l, month WHERE lost_on >= month ORDER BY place LIMIT 8)
SELECT '<section><h2>The dearest losses</h2><p class="note">Lost since ' || coalesce((SELECT to_char(month, 'FMDD FMMonth YYYY') FROM month), 'the beginning') || '.</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM gone) THEN '<p>Nobody.</p>' ELSE
	retention_html_table('Customers lost', CASE WHEN amounts THEN '{Customer,Last purchase,Purchases,Spent,Value lost}' ELSE '{Customer,Last purchase,Purchases}' END::text[],
		(SELECT string_agg(retention_html_row(retention_html_text(customer_id::text), VARIADIC ARRAY[last_purchase::text, retention_html_number(purchases)] || CASE WHEN amounts THEN ARRAY[retention_html_money(spend, $1), retention_html_money(value_lost, $1)] END), '' ORDER BY place) FROM gone)) END || '</section></div>'
FROM known$sql$),
		(88, 'campaigns', $sql$WITH ideas AS (SELECT * FROM {mart}.campaign_results ORDER BY contacted_on DESC, campaign LIMIT 8)
SELECT '<section class="whole"><h2>What we tried</h2><p class="note">Against customers who, by chance, were not contacted.</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM ideas) THEN '<p>Nothing yet, or nothing a day old.</p>' ELSE
	retention_html_table('Campaigns', '{Campaign,From,Contacted,Bought,Of the others,More of 100,Came back}',
		(SELECT string_agg(retention_html_row(retention_html_text(campaign), contacted_on::text, retention_html_number(contacted), retention_html_percent(contacted_rate), retention_html_percent(control_rate),
		                                      retention_html_number((100 * difference_lower)::numeric) || ' to ' || retention_html_number((100 * difference_upper)::numeric), retention_html_number(brought_back::numeric)), '' ORDER BY contacted_on DESC, campaign) FROM ideas)) END || '</section>'$sql$),
		(90, 'foot', $sql$SELECT '</main>
<footer><p>A customer is lost from the day on which she is more likely gone than not, by the rhythm of her purchases' ||
	coalesce((SELECT ' (model ' || string_agg(kind, ', ') || ')' FROM {mart}.model WHERE chosen AND kind NOT IN ('interpurchase', 'gamma-gamma')), '') ||
	'. Worth is the margin to expect within ' || horizon::text || ', discounted by ' || retention_html_percent(discount_rate, 1) || ' a year, at a margin of ' || retention_html_percent(margin) || ' of sales. Refreshed ' || to_char(refreshed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC.</p></footer>
</body>
</html>
'
FROM {mart}.settings$sql$)) AS t(step, name, template)
	ORDER BY t.step;
	END;

CREATE FUNCTION retention_review_html(schema text DEFAULT 'retention_mart', title text DEFAULT 'Retention review', currency text DEFAULT '', list_rows integer DEFAULT 20) RETURNS text
	LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL UNSAFE COST 100000
	AS 'MODULE_PATHNAME', 'retention_review_html';

COMMENT ON FUNCTION retention_html_text(text) IS 'A text as HTML: what has a meaning there is written as its character reference.';
COMMENT ON FUNCTION retention_html_number(numeric, integer) IS 'A number as it is read, with so many digits after the point; a dash for NULL.';
COMMENT ON FUNCTION retention_html_money(numeric, text) IS 'An amount as it is read, with its currency, below 100 with cents; a dash for NULL.';
COMMENT ON FUNCTION retention_html_percent(double precision, integer) IS 'A share as percent; a dash for NULL.';
COMMENT ON FUNCTION retention_html_count(bigint, text) IS 'A number of things, in the singular or the plural.';
COMMENT ON FUNCTION retention_html_table(text, text[], text) IS 'An HTML table of ready rows; it scrolls in itself where it is too wide.';
COMMENT ON FUNCTION retention_html_row(text, text[]) IS 'A row of an HTML table of ready cells; a dash for NULL.';
COMMENT ON FUNCTION retention_grid_step(double precision) IS 'The distance of grid lines for a picture of values that reach so far.';
COMMENT ON FUNCTION retention_svg_grid(double precision, double precision, double precision, integer, integer, boolean) IS 'The grid of a picture, as SVG.';
COMMENT ON FUNCTION retention_svg(text, text, text, integer, text) IS 'A picture as SVG, with its title and description for those who do not see it.';
COMMENT ON FUNCTION retention_review_parts(text) IS 'The parts of the page that retention_review_html makes of a retention mart, as SQL statements, each of which gives HTML; $1 is the currency, $2 the title, $3 how many rows a list has.';
COMMENT ON FUNCTION retention_review_html(text, text, text, integer) IS 'The monthly meeting on one page of HTML, from a retention mart: how many customers were lost, why, what it cost, what to do now and whether the last idea worked; the months, the cohorts, how long customers stay, what was expected and what came, whom to reach this week. The page is complete in itself, with pictures as SVG and a table behind each, without scripts; it fits a phone, a screen, light or dark, and paper. currency is written behind amounts; lists have list_rows rows at most. Reads the mart''s tables with the rights of the caller, all in one state. NULL arguments are errors. Errors: 3F000 for a schema without a mart, 42501 for missing rights, 22004 for NULL, 22023 for a negative number of rows.';
