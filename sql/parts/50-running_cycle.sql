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

COMMENT ON TYPE running_cycle_date
	IS 'How a customer looked at one of their purchases, by it and those before.';
COMMENT ON COLUMN running_cycle_date.purchase_number
	IS 'the number of purchases so far, 1 for the first; rows of the same time are one';
COMMENT ON COLUMN running_cycle_date.days_since_previous
	IS 'days since the purchase before; NULL for the first';
COMMENT ON COLUMN running_cycle_date.lateness
	IS 'that interval against the mean of the ones before it: above 1 they came later than on '
	'average; NULL for the first two';
COMMENT ON COLUMN running_cycle_date.mean_interval
	IS 'mean inter-purchase time so far, in days; NULL for the first';
COMMENT ON COLUMN running_cycle_date.regularity
	IS 'shape of a gamma distribution of the intervals so far, by maximum likelihood, as the '
	'function regularity; NULL for the first two';
COMMENT ON COLUMN running_cycle_date.expected_next
	IS 'this purchase and the mean interval so far; NULL for the first';
COMMENT ON TYPE running_cycle_timestamp
	IS 'How a customer looked at one of their purchases, by it and those before.';
COMMENT ON COLUMN running_cycle_timestamp.purchase_number
	IS 'the number of purchases so far, 1 for the first; rows of the same time are one';
COMMENT ON COLUMN running_cycle_timestamp.days_since_previous
	IS 'days since the purchase before; NULL for the first';
COMMENT ON COLUMN running_cycle_timestamp.lateness
	IS 'that interval against the mean of the ones before it: above 1 they came later than on '
	'average; NULL for the first two';
COMMENT ON COLUMN running_cycle_timestamp.mean_interval
	IS 'mean inter-purchase time so far, in days; NULL for the first';
COMMENT ON COLUMN running_cycle_timestamp.regularity
	IS 'shape of a gamma distribution of the intervals so far, by maximum likelihood, as the '
	'function regularity; NULL for the first two';
COMMENT ON COLUMN running_cycle_timestamp.expected_next
	IS 'this purchase and the mean interval so far; NULL for the first';
COMMENT ON TYPE running_cycle_timestamptz
	IS 'How a customer looked at one of their purchases, by it and those before.';
COMMENT ON COLUMN running_cycle_timestamptz.purchase_number
	IS 'the number of purchases so far, 1 for the first; rows of the same time are one';
COMMENT ON COLUMN running_cycle_timestamptz.days_since_previous
	IS 'days since the purchase before; NULL for the first';
COMMENT ON COLUMN running_cycle_timestamptz.lateness
	IS 'that interval against the mean of the ones before it: above 1 they came later than on '
	'average; NULL for the first two';
COMMENT ON COLUMN running_cycle_timestamptz.mean_interval
	IS 'mean inter-purchase time so far, in days; NULL for the first';
COMMENT ON COLUMN running_cycle_timestamptz.regularity
	IS 'shape of a gamma distribution of the intervals so far, by maximum likelihood, as the '
	'function regularity; NULL for the first two';
COMMENT ON COLUMN running_cycle_timestamptz.expected_next
	IS 'this purchase and the mean interval so far; NULL for the first';
COMMENT ON FUNCTION days_since_previous(date)
	IS 'Window function: days since the purchase before, with fractions for times of the day. NULL '
	'for the first. Of a customers rows in ascending order of time: OVER (PARTITION BY customer_id '
	'ORDER BY ordered_at); another order is error 42P20. Rows of the same time are one purchase '
	'and get the same answer, rows without a time are passed over and get NULL. What is ahead does '
	'not matter, nor the frame. An infinite time is error 22008.';
COMMENT ON FUNCTION days_since_previous(timestamp)
	IS 'The same for timestamp, in which a day is 24 hours; see days_since_previous(date).';
COMMENT ON FUNCTION days_since_previous(timestamptz)
	IS 'The same for timestamptz, in which a day is 24 hours; see days_since_previous(date).';
COMMENT ON FUNCTION mean_interval(date)
	IS 'Window function: mean inter-purchase time in days, of the purchases so far. NULL for the '
	'first. Of a customers rows in ascending order of time: OVER (PARTITION BY customer_id ORDER '
	'BY ordered_at); another order is error 42P20. Rows of the same time are one purchase and get '
	'the same answer, rows without a time are passed over and get NULL. What is ahead does not '
	'matter, nor the frame. An infinite time is error 22008.';
COMMENT ON FUNCTION mean_interval(timestamp)
	IS 'The same for timestamp, in which a day is 24 hours; see mean_interval(date).';
COMMENT ON FUNCTION mean_interval(timestamptz)
	IS 'The same for timestamptz, in which a day is 24 hours; see mean_interval(date).';
COMMENT ON FUNCTION expected_next(date)
	IS 'Window function: when the next purchase would be due by the mean interval so far. NULL for '
	'the first. Of a customers rows in ascending order of time: OVER (PARTITION BY customer_id '
	'ORDER BY ordered_at); another order is error 42P20. Rows of the same time are one purchase '
	'and get the same answer, rows without a time are passed over and get NULL. What is ahead does '
	'not matter, nor the frame. An infinite time is error 22008.';
COMMENT ON FUNCTION expected_next(timestamp)
	IS 'The same for timestamp, in which a day is 24 hours; see expected_next(date).';
COMMENT ON FUNCTION expected_next(timestamptz)
	IS 'The same for timestamptz, in which a day is 24 hours; see expected_next(date).';
COMMENT ON FUNCTION lateness(date)
	IS 'Window function: the interval that this purchase ended, divided by the mean of those '
	'before: above 1 they came later than on average. NULL for the first two. Of a customers rows '
	'in ascending order of time: OVER (PARTITION BY customer_id ORDER BY ordered_at); another '
	'order is error 42P20. Rows of the same time are one purchase and get the same answer, rows '
	'without a time are passed over and get NULL. What is ahead does not matter, nor the frame. An '
	'infinite time is error 22008.';
COMMENT ON FUNCTION lateness(timestamp)
	IS 'The same for timestamp, in which a day is 24 hours; see lateness(date).';
COMMENT ON FUNCTION lateness(timestamptz)
	IS 'The same for timestamptz, in which a day is 24 hours; see lateness(date).';
COMMENT ON FUNCTION churn_score_before(date)
	IS 'Window function: how alarming the silence was that this purchase ended, from 0 to 1: the '
	'probability that a customer who buys at random, with the mean interval that they had before, '
	'would have bought sooner, 1 - (1 + t / S)^-n for n intervals that add up to S and t days of '
	'silence. NULL for the first two. Source: the predictive distribution of exponential intervals '
	'without a prior. Of a customers rows in ascending order of time: OVER (PARTITION BY '
	'customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the same time are one '
	'purchase and get the same answer, rows without a time are passed over and get NULL. What is '
	'ahead does not matter, nor the frame. An infinite time is error 22008.';
COMMENT ON FUNCTION churn_score_before(timestamp)
	IS 'The same for timestamp, in which a day is 24 hours; see churn_score_before(date).';
COMMENT ON FUNCTION churn_score_before(timestamptz)
	IS 'The same for timestamptz, in which a day is 24 hours; see churn_score_before(date).';
COMMENT ON FUNCTION churn_score_before(date, retention_model)
	IS 'Window function: how alarming the silence was that this purchase ended, by a model: what '
	'churn_score would have said just before, from the purchases until then; but by an '
	'interpurchase model without the calendar. From 0 to 1. A model with a season counts '
	'operational days, as there; of all rows of a customer it must be one and the same model. '
	'NULL for the first, and for a NULL model. Error 22023 for a model of kind bg/bb or one that '
	'does not know who is a customer. Of a customers rows in ascending order of time: OVER '
	'(PARTITION BY customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the '
	'same time are one purchase and get the same answer, rows without a time are passed over and '
	'get NULL. What is ahead does not matter, nor the frame. An infinite time is error 22008.';
COMMENT ON FUNCTION churn_score_before(timestamp, retention_model)
	IS 'The same for timestamp, in which a day is 24 hours; see churn_score_before(date, '
	'retention_model). In a day of a season time passes evenly.';
COMMENT ON FUNCTION churn_score_before(timestamptz, retention_model)
	IS 'The same for timestamptz, in which a day is 24 hours; see churn_score_before(date, '
	'retention_model). The days of a season are those of UTC, whatever TimeZone is, and time '
	'passes evenly in each.';
COMMENT ON FUNCTION running_cycle(date)
	IS 'Window function: all of it at once, for each row how the customer looked then: a table of '
	'orders becomes one to learn and to back-test from. (running_cycle(ordered_at) OVER w).* gives '
	'the columns. Of a customers rows in ascending order of time: OVER (PARTITION BY customer_id '
	'ORDER BY ordered_at); another order is error 42P20. Rows of the same time are one purchase '
	'and get the same answer, rows without a time are passed over and get NULL. What is ahead does '
	'not matter, nor the frame. An infinite time is error 22008.';
COMMENT ON FUNCTION running_cycle(timestamp)
	IS 'The same for timestamp, in which a day is 24 hours; see running_cycle(date).';
COMMENT ON FUNCTION running_cycle(timestamptz)
	IS 'The same for timestamptz, in which a day is 24 hours; see running_cycle(date).';
