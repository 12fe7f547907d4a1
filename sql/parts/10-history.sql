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

COMMENT ON TYPE purchase_history
	IS 'All purchases of one customer: their purchase days in order, each with the number of '
	'orders and the money of that day. Made by the aggregate purchase_history(ordered_at, amount). '
	'Text form: {2026-01-03: 29.99, 2026-02-01: 45.00 in 2, 2026-02-11: ?}, where "in 2" is two '
	'orders, "?" an order of unknown amount and "in 0" a day of refunds alone; dates are ISO '
	'whatever DateStyle says. Money is exact to 1/10000 of the currency unit. Equal purchases are '
	'equal values, byte for byte.';
COMMENT ON FUNCTION purchase_history_in(cstring)
	IS 'Input of type purchase_history; malformed text is error 22P02 that says what is wrong and '
	'where.';
COMMENT ON FUNCTION purchase_history_out(purchase_history)
	IS 'Output of type purchase_history; input reads it back to the same value.';
COMMENT ON FUNCTION purchase_history_recv(internal)
	IS 'Binary input of type purchase_history, as strict as the text form; malformed bytes are '
	'error 22P03.';
COMMENT ON FUNCTION purchase_history_send(purchase_history)
	IS 'Binary output of type purchase_history.';

-- ---------------------------------------------------------------------------
-- operators
-- ---------------------------------------------------------------------------

CREATE FUNCTION purchase_history_eq(purchase_history, purchase_history) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_eq';

CREATE FUNCTION purchase_history_ne(purchase_history, purchase_history) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_ne';

CREATE FUNCTION purchase_history_lt(purchase_history, purchase_history) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_lt';

CREATE FUNCTION purchase_history_le(purchase_history, purchase_history) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_le';

CREATE FUNCTION purchase_history_gt(purchase_history, purchase_history) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_gt';

CREATE FUNCTION purchase_history_ge(purchase_history, purchase_history) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_ge';

CREATE FUNCTION purchase_history_cmp(purchase_history, purchase_history) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_cmp';

CREATE FUNCTION purchase_history_hash(purchase_history) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_hash';

CREATE FUNCTION purchase_history_hash_extended(purchase_history, bigint) RETURNS bigint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_hash_extended';

CREATE FUNCTION purchase_history_concat(purchase_history, purchase_history) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'purchase_history_concat';

CREATE FUNCTION purchase_history_subtract(purchase_history, purchase_history)
	RETURNS purchase_history
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

CREATE OPERATOR < (
	LEFTARG = purchase_history, RIGHTARG = purchase_history,
	FUNCTION = purchase_history_lt,
	COMMUTATOR = >, NEGATOR = >=,
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);

CREATE OPERATOR <= (
	LEFTARG = purchase_history, RIGHTARG = purchase_history,
	FUNCTION = purchase_history_le,
	COMMUTATOR = >=, NEGATOR = >,
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);

CREATE OPERATOR > (
	LEFTARG = purchase_history, RIGHTARG = purchase_history,
	FUNCTION = purchase_history_gt,
	COMMUTATOR = <, NEGATOR = <=,
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);

CREATE OPERATOR >= (
	LEFTARG = purchase_history, RIGHTARG = purchase_history,
	FUNCTION = purchase_history_ge,
	COMMUTATOR = <=, NEGATOR = <,
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR CLASS purchase_history_ops
	DEFAULT FOR TYPE purchase_history USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 purchase_history_cmp(purchase_history, purchase_history);

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

COMMENT ON FUNCTION purchase_history_eq(purchase_history, purchase_history)
	IS 'Implementation of the operator =.';
COMMENT ON FUNCTION purchase_history_ne(purchase_history, purchase_history)
	IS 'Implementation of the operator <>.';
COMMENT ON FUNCTION purchase_history_lt(purchase_history, purchase_history)
	IS 'Implementation of the operator <.';
COMMENT ON FUNCTION purchase_history_le(purchase_history, purchase_history)
	IS 'Implementation of the operator <=.';
COMMENT ON FUNCTION purchase_history_gt(purchase_history, purchase_history)
	IS 'Implementation of the operator >.';
COMMENT ON FUNCTION purchase_history_ge(purchase_history, purchase_history)
	IS 'Implementation of the operator >=.';
COMMENT ON FUNCTION purchase_history_cmp(purchase_history, purchase_history)
	IS 'Comparison for the order of purchase histories: below 0, 0 or above 0.';
COMMENT ON FUNCTION purchase_history_hash(purchase_history)
	IS 'Hash value, for hash joins, GROUP BY and DISTINCT.';
COMMENT ON FUNCTION purchase_history_hash_extended(purchase_history, bigint)
	IS '64-bit hash value with a seed, for hash partitioning.';
COMMENT ON FUNCTION purchase_history_concat(purchase_history, purchase_history)
	IS 'Implementation of the operator ||.';
COMMENT ON FUNCTION purchase_history_subtract(purchase_history, purchase_history)
	IS 'Implementation of the operator -.';
COMMENT ON OPERATOR = (purchase_history, purchase_history) IS 'Are these the same purchases?';
COMMENT ON OPERATOR <> (purchase_history, purchase_history) IS 'Are these different purchases?';
COMMENT ON OPERATOR < (purchase_history, purchase_history)
	IS 'Does this history come before that one in their order: day by day, the earlier date first, '
	'on the same date fewer orders, then fewer of unknown amount, then less money; a history that '
	'ends where another goes on comes before it. So ORDER BY sorts customers by their first day.';
COMMENT ON OPERATOR <= (purchase_history, purchase_history)
	IS 'Does this history come before that one in their order, or is it the same? See <.';
COMMENT ON OPERATOR > (purchase_history, purchase_history)
	IS 'Does this history come after that one in their order? See <.';
COMMENT ON OPERATOR >= (purchase_history, purchase_history)
	IS 'Does this history come after that one in their order, or is it the same? See <.';
COMMENT ON OPERATOR || (purchase_history, purchase_history)
	IS 'The purchases of both, exactly as if one aggregate had seen all rows. NULL stands for no '
	'purchases: h || NULL is h. A day that exceeds 2147483647 orders or the range of money is '
	'error 22003.';
COMMENT ON OPERATOR - (purchase_history, purchase_history)
	IS 'Takes purchases out again, the exact inverse of ||: (h || g) - g is h, and NULL when '
	'nothing is left. NULL stands for no purchases. Error 22023 that names the day when the '
	'purchases are not in the history.';
COMMENT ON OPERATOR CLASS purchase_history_ops USING btree
	IS 'Order of purchase histories, day by day, for ORDER BY, count(DISTINCT h) and unique '
	'indexes. An index takes histories of up to about 2700 bytes, some 600 purchases.';
COMMENT ON OPERATOR CLASS purchase_history_ops USING hash
	IS 'Equality of purchase histories, for hash joins, GROUP BY, DISTINCT and hash indexes.';

-- ---------------------------------------------------------------------------
-- the aggregate: support functions
-- ---------------------------------------------------------------------------

-- COST: a step takes about as long as count, min, max and sum(numeric) together.

CREATE FUNCTION purchase_history_add(purchase_history, date, numeric) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_date_numeric';
COMMENT ON FUNCTION purchase_history_add(purchase_history, date, numeric)
	IS 'Transition function of the aggregate purchase_history(date, numeric).';

CREATE FUNCTION purchase_history_remove(purchase_history, date, numeric) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_date_numeric';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, date, numeric)
	IS 'Inverse transition function of the aggregate purchase_history(date, numeric).';

CREATE FUNCTION purchase_history_add(purchase_history, date, double precision)
	RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_date_float8';
COMMENT ON FUNCTION purchase_history_add(purchase_history, date, double precision)
	IS 'Transition function of the aggregate purchase_history(date, double precision).';

CREATE FUNCTION purchase_history_remove(purchase_history, date, double precision)
	RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_date_float8';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, date, double precision)
	IS 'Inverse transition function of the aggregate purchase_history(date, double precision).';

CREATE FUNCTION purchase_history_add(purchase_history, date) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_date';
COMMENT ON FUNCTION purchase_history_add(purchase_history, date)
	IS 'Transition function of the aggregate purchase_history(date).';

CREATE FUNCTION purchase_history_remove(purchase_history, date) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_date';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, date)
	IS 'Inverse transition function of the aggregate purchase_history(date).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamp, numeric) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamp_numeric';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamp, numeric)
	IS 'Transition function of the aggregate purchase_history(timestamp, numeric).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamp, numeric)
	RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamp_numeric';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamp, numeric)
	IS 'Inverse transition function of the aggregate purchase_history(timestamp, numeric).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamp, double precision)
	RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamp_float8';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamp, double precision)
	IS 'Transition function of the aggregate purchase_history(timestamp, double precision).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamp, double precision)
	RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamp_float8';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamp, double precision)
	IS 'Inverse transition function of the aggregate purchase_history(timestamp, double '
	'precision).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamp) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamp';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamp)
	IS 'Transition function of the aggregate purchase_history(timestamp).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamp) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamp';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamp)
	IS 'Inverse transition function of the aggregate purchase_history(timestamp).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamptz, numeric)
	RETURNS purchase_history
	LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamptz_numeric';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamptz, numeric)
	IS 'Transition function of the aggregate purchase_history(timestamptz, numeric).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamptz, numeric)
	RETURNS purchase_history
	LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamptz_numeric';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamptz, numeric)
	IS 'Inverse transition function of the aggregate purchase_history(timestamptz, numeric).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamptz, double precision)
	RETURNS purchase_history
	LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamptz_float8';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamptz, double precision)
	IS 'Transition function of the aggregate purchase_history(timestamptz, double precision).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamptz, double precision)
	RETURNS purchase_history
	LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamptz_float8';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamptz, double precision)
	IS 'Inverse transition function of the aggregate purchase_history(timestamptz, double '
	'precision).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamptz) RETURNS purchase_history
	LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamptz';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamptz)
	IS 'Transition function of the aggregate purchase_history(timestamptz).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamptz) RETURNS purchase_history
	LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamptz';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamptz)
	IS 'Inverse transition function of the aggregate purchase_history(timestamptz).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamptz, numeric, text)
	RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamptz_numeric_zone';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamptz, numeric, text)
	IS 'Transition function of the aggregate purchase_history(timestamptz, numeric, text).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamptz, numeric, text)
	RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamptz_numeric_zone';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamptz, numeric, text)
	IS 'Inverse transition function of the aggregate purchase_history(timestamptz, numeric, text).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamptz, double precision, text)
	RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamptz_float8_zone';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamptz, double precision, text)
	IS 'Transition function of the aggregate purchase_history(timestamptz, double precision, '
	'text).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamptz, double precision, text)
	RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamptz_float8_zone';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamptz, double precision, text)
	IS 'Inverse transition function of the aggregate purchase_history(timestamptz, double '
	'precision, text).';

CREATE FUNCTION purchase_history_add(purchase_history, timestamptz, text) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_timestamptz_zone';
COMMENT ON FUNCTION purchase_history_add(purchase_history, timestamptz, text)
	IS 'Transition function of the aggregate purchase_history(timestamptz, text).';

CREATE FUNCTION purchase_history_remove(purchase_history, timestamptz, text)
	RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_timestamptz_zone';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, timestamptz, text)
	IS 'Inverse transition function of the aggregate purchase_history(timestamptz, text).';

CREATE FUNCTION purchase_history_add(purchase_history, purchase_history) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_add_history';
COMMENT ON FUNCTION purchase_history_add(purchase_history, purchase_history)
	IS 'Transition function of the aggregate purchase_history(purchase_history), and combine '
	'function of all.';

CREATE FUNCTION purchase_history_remove(purchase_history, purchase_history) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_remove_history';
COMMENT ON FUNCTION purchase_history_remove(purchase_history, purchase_history)
	IS 'Inverse transition function of the aggregate purchase_history(purchase_history).';

CREATE FUNCTION purchase_history_final(purchase_history) RETURNS purchase_history
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_final';
COMMENT ON FUNCTION purchase_history_final(purchase_history)
	IS 'Final function of the aggregates purchase_history(...).';

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
COMMENT ON AGGREGATE purchase_history(ordered_at date, amount numeric)
	IS 'All purchases of a group as one value, the history of a customer. Rows of one date are one '
	'purchase day. amount is money in currency units, kept exactly to 1/10000 (finer digits round '
	'half away from zero). A negative amount is a refund: it lowers the money of its day and is no '
	'purchase. A NULL amount is a purchase of unknown amount. A row without a date is skipped; no '
	'rows give NULL. Errors: 22008 for an infinite date; 22003 for NaN, infinity, or a day beyond '
	'2147483647 orders or the range of money. The result is the same for every order of the rows '
	'and every plan: partial states combine in parallel workers, and moving frames take rows out '
	'again exactly.';

CREATE AGGREGATE purchase_history(ordered_at date, amount double precision) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at date, amount double precision)
	IS 'As purchase_history(date, numeric); the exact value of the double is rounded to 1/10000 of '
	'the currency unit.';

CREATE AGGREGATE purchase_history(ordered_at date) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at date)
	IS 'As purchase_history(date, numeric); without amounts, so that every row is a purchase of '
	'unknown amount.';

CREATE AGGREGATE purchase_history(ordered_at timestamp, amount numeric) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamp, amount numeric)
	IS 'As purchase_history(date, numeric); the purchase day is the date of the timestamp.';

CREATE AGGREGATE purchase_history(ordered_at timestamp, amount double precision) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamp, amount double precision)
	IS 'As purchase_history(date, numeric); the exact value of the double is rounded to 1/10000 of '
	'the currency unit; the purchase day is the date of the timestamp.';

CREATE AGGREGATE purchase_history(ordered_at timestamp) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamp)
	IS 'As purchase_history(date, numeric); without amounts, so that every row is a purchase of '
	'unknown amount; the purchase day is the date of the timestamp.';

CREATE AGGREGATE purchase_history(ordered_at timestamptz, amount numeric) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamptz, amount numeric)
	IS 'As purchase_history(date, numeric); the purchase day is its date in the session''s '
	'TimeZone.';

CREATE AGGREGATE purchase_history(ordered_at timestamptz, amount double precision) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamptz, amount double precision)
	IS 'As purchase_history(date, numeric); the exact value of the double is rounded to 1/10000 of '
	'the currency unit; the purchase day is its date in the session''s TimeZone.';

CREATE AGGREGATE purchase_history(ordered_at timestamptz) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamptz)
	IS 'As purchase_history(date, numeric); without amounts, so that every row is a purchase of '
	'unknown amount; the purchase day is its date in the session''s TimeZone.';

CREATE AGGREGATE purchase_history(ordered_at timestamptz, amount numeric, time_zone text) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamptz, amount numeric, time_zone text)
	IS 'As purchase_history(date, numeric); the purchase day is its date in the time zone given, a '
	'name or an abbreviation as AT TIME ZONE takes it. A NULL zone is error 22004; 22023 for an '
	'unknown one, for a text that reads as a number (an amount must be a number: price::numeric), '
	'and for a date or timestamp, which has no zone.';

CREATE AGGREGATE purchase_history(ordered_at timestamptz, amount double precision, time_zone text) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamptz, amount double precision,
		time_zone text)
	IS 'As purchase_history(date, numeric); the exact value of the double is rounded to 1/10000 of '
	'the currency unit; the purchase day is its date in the time zone given, a name or an '
	'abbreviation as AT TIME ZONE takes it. A NULL zone is error 22004; 22023 for an unknown one, '
	'for a text that reads as a number (an amount must be a number: price::numeric), and for a '
	'date or timestamp, which has no zone.';

CREATE AGGREGATE purchase_history(ordered_at timestamptz, time_zone text) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(ordered_at timestamptz, time_zone text)
	IS 'As purchase_history(date, numeric); without amounts, so that every row is a purchase of '
	'unknown amount; the purchase day is its date in the time zone given, a name or an '
	'abbreviation as AT TIME ZONE takes it. A NULL zone is error 22004; 22023 for an unknown one, '
	'for a text that reads as a number (an amount must be a number: price::numeric), and for a '
	'date or timestamp, which has no zone.';

CREATE AGGREGATE purchase_history(history purchase_history) (
	SFUNC = purchase_history_add, STYPE = purchase_history, SSPACE = 160,
	FINALFUNC = purchase_history_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = purchase_history_add,
	MSFUNC = purchase_history_add, MINVFUNC = purchase_history_remove,
	MSTYPE = purchase_history, MSSPACE = 160,
	MFINALFUNC = purchase_history_final, MFINALFUNC_MODIFY = READ_ONLY,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE purchase_history(history purchase_history)
	IS 'Merges histories, as || does: of the ranges into the customer, of yesterday and today, of '
	'the shards. NULL is skipped; no rows: NULL. A day that exceeds 2147483647 orders or the range '
	'of money is error 22003.';

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

COMMENT ON FUNCTION purchase_history_to_jsonb(purchase_history)
	IS 'Implementation of the cast to jsonb.';
COMMENT ON FUNCTION purchase_history_from_jsonb(jsonb) IS 'Implementation of the cast from jsonb.';
COMMENT ON CAST (purchase_history AS jsonb)
	IS 'An array of days, [{"date": "2026-01-03", "orders": 1, "amount": 29.99}]. "amount" is null '
	'when it is not known; where only some orders of a day are of unknown amount, "unknown" says '
	'how many.';
COMMENT ON CAST (jsonb AS purchase_history)
	IS 'From an array of days as the cast to jsonb makes it, in any order; "orders" may be left '
	'out (1), equal dates are merged, amounts rounded to 1/10000. Error 22P02 that names the '
	'element and what is wrong with it.';

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

COMMENT ON FUNCTION purchases(purchase_history)
	IS 'One row for each day: its date, its number of orders, its money less refunds. A day of '
	'refunds alone has 0 orders; amount is NULL when it is not known.';
COMMENT ON FUNCTION first_purchase(purchase_history)
	IS 'Date of the first purchase. NULL if the history holds only refunds.';
COMMENT ON FUNCTION last_purchase(purchase_history)
	IS 'Date of the last purchase. NULL if the history holds only refunds.';
COMMENT ON FUNCTION order_count(purchase_history) IS 'Number of orders. Refunds are no orders.';
COMMENT ON FUNCTION purchase_days(purchase_history)
	IS 'Number of days with at least one order: what models of a customer base call transactions.';
COMMENT ON FUNCTION total_spend(purchase_history)
	IS 'All money spent, less refunds, in currency units. NULL if no amount is known.';
COMMENT ON FUNCTION average_order_value(purchase_history)
	IS 'Money spent, less refunds, for each order of known amount, in currency units. NULL if no '
	'amount is known.';
COMMENT ON FUNCTION purchase_intervals(purchase_history)
	IS 'Inter-purchase times: days from each purchase day to the next. Empty for a single purchase '
	'day, NULL if the history holds only refunds.';

-- ---------------------------------------------------------------------------
-- the past
-- ---------------------------------------------------------------------------

CREATE FUNCTION as_of(history purchase_history, as_of date DEFAULT current_date)
	RETURNS purchase_history
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 8
	AS 'MODULE_PATHNAME', 'purchase_history_as_of';

CREATE FUNCTION slice(history purchase_history, period daterange) RETURNS purchase_history
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 8
	AS 'MODULE_PATHNAME', 'purchase_history_slice';

CREATE FUNCTION slice(history purchase_history, first_day date, last_day date)
	RETURNS purchase_history
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE COST 10
	RETURN slice(history, daterange(first_day, last_day, '[]'));

COMMENT ON FUNCTION as_of(purchase_history, date)
	IS 'The history as it was known at the end of the day as_of (default: today); NULL if there '
	'was none yet. The way to an honest back-test: what a score would have been on that day.';
COMMENT ON FUNCTION slice(purchase_history, daterange)
	IS 'The purchases inside a range of dates; NULL if there are none. as_of(h, d) || slice(h, '
	'daterange(d + 1, NULL)) is h again.';
COMMENT ON FUNCTION slice(purchase_history, date, date)
	IS 'The purchases from first_day to last_day, both included; NULL if there are none. Error '
	'22000 for a first_day after last_day.';

-- ---------------------------------------------------------------------------
-- recency, frequency, monetary value
-- ---------------------------------------------------------------------------

CREATE TYPE rfm AS (
	frequency double precision,
	recency double precision,
	customer_age double precision,
	monetary_value double precision
);

CREATE FUNCTION frequency(history purchase_history, as_of date DEFAULT current_date)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_frequency';

CREATE FUNCTION recency(history purchase_history, as_of date DEFAULT current_date)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_recency';

CREATE FUNCTION customer_age(history purchase_history, as_of date DEFAULT current_date)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_customer_age';

CREATE FUNCTION monetary_value(history purchase_history, as_of date DEFAULT current_date)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_history_monetary_value';

CREATE FUNCTION rfm(history purchase_history, as_of date DEFAULT current_date) RETURNS rfm
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'purchase_history_rfm';

COMMENT ON TYPE rfm
	IS 'What models of a customer base ask of a customer: frequency x, recency t_x and age T in '
	'days, and mean spend, as defined in Fader, Hardie and Lee (2005), "RFM and CLV".';
COMMENT ON COLUMN rfm.frequency IS 'x: number of repeat purchase days, the first not counted';
COMMENT ON COLUMN rfm.recency
	IS 't_x: days from the first purchase day to the last (not the days since the last)';
COMMENT ON COLUMN rfm.customer_age IS 'T: days from the first purchase day to as_of';
COMMENT ON COLUMN rfm.monetary_value IS 'mean money of a repeat purchase day, in currency units';
COMMENT ON FUNCTION frequency(purchase_history, date)
	IS 'x: number of repeat purchase days up to as_of (default: today), the first not counted. '
	'NULL if nothing was bought by then. An infinite as_of is error 22008. Source: Fader, Hardie '
	'and Lee (2005), "RFM and CLV".';
COMMENT ON FUNCTION recency(purchase_history, date)
	IS 't_x: days from the first purchase day to the last one up to as_of (default: today), so 0 '
	'for a one-time buyer; not the days since the last purchase, which is customer_age minus '
	'recency. NULL if nothing was bought by then. An infinite as_of is error 22008. Source: Fader, '
	'Hardie and Lee (2005), "RFM and CLV".';
COMMENT ON FUNCTION customer_age(purchase_history, date)
	IS 'T: days from the first purchase day to as_of (default: today). NULL if nothing was bought '
	'by then. An infinite as_of is error 22008. Source: Fader, Hardie and Lee (2005), "RFM and '
	'CLV".';
COMMENT ON FUNCTION monetary_value(purchase_history, date)
	IS 'Mean money of a repeat purchase day up to as_of (default: today), in currency units: the '
	'first purchase day and days of refunds alone are not in it, nor are days of unknown amount. 0 '
	'when there was no repeat purchase, the convention of the models, so leave those customers out '
	'of an average with FILTER (WHERE frequency > 0). NULL if nothing was bought by then or no '
	'amount is known. An infinite as_of is error 22008. Source: Fader, Hardie and Lee (2005), "RFM '
	'and CLV".';
COMMENT ON FUNCTION rfm(purchase_history, date)
	IS 'frequency, recency, customer_age and monetary_value at once, in days and currency units. '
	'NULL if nothing was bought by as_of (default: today). Take the columns with (rfm(h)).* or, '
	'evaluated once a row, FROM customer, rfm(h). An infinite as_of is error 22008.';
