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

COMMENT ON FUNCTION purchase_spell(date, interval)
	IS 'Window function: the number of the spell of purchases that this one is in, from 1 on: a '
	'silence longer than max_gap opens the next one. Of rows in ascending order of time: OVER '
	'(PARTITION BY customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the '
	'same time get the same answer, rows without a time or interval are passed over and get NULL. '
	'A day is 24 hours, months are by the calendar. Errors: 22008 for an infinite time, 22023 for '
	'a negative or infinite interval, or one above 0 and below a day.';
COMMENT ON FUNCTION purchase_spell(timestamp, interval)
	IS 'The same for timestamp, where the interval may be hours; see purchase_spell(date, '
	'interval). A number without a unit is seconds: ''30'' is 30 seconds, ''30 days'' is what it '
	'says.';
COMMENT ON FUNCTION purchase_spell(timestamptz, interval)
	IS 'The same for timestamptz, where the interval may be hours; see purchase_spell(date, '
	'interval). A number without a unit is seconds: ''30'' is 30 seconds, ''30 days'' is what it '
	'says.';
COMMENT ON FUNCTION session_id(date, interval)
	IS 'Window function: the number of the session of events that this one is in, from 1 on: a '
	'pause longer than gap opens the next one. purchase_spell by the name that it has for clicks '
	'and visits. Of rows in ascending order of time: OVER (PARTITION BY customer_id ORDER BY '
	'ordered_at); another order is error 42P20. Rows of the same time get the same answer, rows '
	'without a time or interval are passed over and get NULL. A day is 24 hours, months are by the '
	'calendar. Errors: 22008 for an infinite time, 22023 for a negative or infinite interval, or '
	'one above 0 and below a day.';
COMMENT ON FUNCTION session_id(timestamp, interval)
	IS 'The same for timestamp, where the interval may be hours; see session_id(date, interval). A '
	'number without a unit is seconds: ''30'' is 30 seconds, ''30 days'' is what it says.';
COMMENT ON FUNCTION session_id(timestamptz, interval)
	IS 'The same for timestamptz, where the interval may be hours; see session_id(date, interval). '
	'A number without a unit is seconds: ''30'' is 30 seconds, ''30 days'' is what it says.';
COMMENT ON FUNCTION is_reactivation(date, interval)
	IS 'Window function: whether this purchase ended a silence longer than max_gap. NULL for the '
	'first purchase. Of rows in ascending order of time: OVER (PARTITION BY customer_id ORDER BY '
	'ordered_at); another order is error 42P20. Rows of the same time get the same answer, rows '
	'without a time or interval are passed over and get NULL. A day is 24 hours, months are by the '
	'calendar. Errors: 22008 for an infinite time, 22023 for a negative or infinite interval, or '
	'one above 0 and below a day.';
COMMENT ON FUNCTION is_reactivation(timestamp, interval)
	IS 'The same for timestamp, where the interval may be hours; see is_reactivation(date, '
	'interval). A number without a unit is seconds: ''30'' is 30 seconds, ''30 days'' is what it '
	'says.';
COMMENT ON FUNCTION is_reactivation(timestamptz, interval)
	IS 'The same for timestamptz, where the interval may be hours; see is_reactivation(date, '
	'interval). A number without a unit is seconds: ''30'' is 30 seconds, ''30 days'' is what it '
	'says.';
