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

COMMENT ON TYPE calibration_bin
	IS 'Customers of neighbouring scores: what was expected of them, and what came. A row of '
	'calibration_table.';
COMMENT ON COLUMN calibration_bin.bin IS 'number of the bin, 1 for the lowest scores';
COMMENT ON COLUMN calibration_bin.lowest_score IS 'the lowest score in it';
COMMENT ON COLUMN calibration_bin.highest_score IS 'the highest score in it';
COMMENT ON COLUMN calibration_bin.customers IS 'how many have one of these scores';
COMMENT ON COLUMN calibration_bin.expected_rate
	IS 'the mean of their scores: what share was expected to have the outcome';
COMMENT ON COLUMN calibration_bin.actual_rate IS 'what share of them had it';
COMMENT ON COLUMN calibration_bin.lower
	IS 'lower limit of the actual rate with 95 percent confidence (Wilson): good scores have their '
	'expected rate between the limits in 19 of 20 bins';
COMMENT ON COLUMN calibration_bin.upper IS 'upper limit of the actual rate';
COMMENT ON TYPE lift_bin
	IS 'Customers of neighbouring scores, highest first: how many outcomes are found among them. A '
	'row of lift_table.';
COMMENT ON COLUMN lift_bin.bin IS 'number of the bin, 1 for the highest scores';
COMMENT ON COLUMN lift_bin.lowest_score IS 'the lowest score in it; infinite where that score is';
COMMENT ON COLUMN lift_bin.highest_score IS 'the highest score in it; infinite where that score is';
COMMENT ON COLUMN lift_bin.customers IS 'how many have one of these scores';
COMMENT ON COLUMN lift_bin.outcomes IS 'how many of them had the outcome';
COMMENT ON COLUMN lift_bin.rate IS 'the share of them that had it';
COMMENT ON COLUMN lift_bin.lift
	IS 'that share as a multiple of the share among all customers; NULL if nobody had the outcome';
COMMENT ON COLUMN lift_bin.cumulative_customers
	IS 'what share of all customers this bin and those before hold';
COMMENT ON COLUMN lift_bin.cumulative_outcomes
	IS 'what share of all outcomes they hold (the gain); NULL if there are none';
COMMENT ON COLUMN lift_bin.cumulative_lift
	IS 'the share with the outcome in this bin and those before, as a multiple of that among all; '
	'NULL if nobody had it';
COMMENT ON FUNCTION scored_outcomes_add(bytea, double precision, boolean)
	IS 'Transition function of the aggregates roc_auc and lift_table.';
COMMENT ON FUNCTION scored_outcomes_add(bytea, double precision, boolean, integer)
	IS 'Transition function of the aggregate lift_table.';
COMMENT ON FUNCTION calibration_table_add(bytea, double precision, boolean)
	IS 'Transition function of the aggregate calibration_table.';
COMMENT ON FUNCTION calibration_table_add(bytea, double precision, boolean, integer)
	IS 'Transition function of the aggregate calibration_table.';
COMMENT ON FUNCTION brier_score_add(bytea, double precision, boolean)
	IS 'Transition function of the aggregate brier_score.';
COMMENT ON FUNCTION scored_outcomes_combine(bytea, bytea)
	IS 'Combine function of the aggregates roc_auc, calibration_table and lift_table.';
COMMENT ON FUNCTION brier_score_combine(bytea, bytea)
	IS 'Combine function of the aggregate brier_score.';
COMMENT ON FUNCTION roc_auc_final(bytea) IS 'Final function of the aggregate roc_auc.';
COMMENT ON FUNCTION calibration_table_final(bytea)
	IS 'Final function of the aggregate calibration_table.';
COMMENT ON FUNCTION lift_table_final(bytea) IS 'Final function of the aggregate lift_table.';
COMMENT ON FUNCTION brier_score_final(bytea) IS 'Final function of the aggregate brier_score.';
COMMENT ON AGGREGATE roc_auc(double precision, boolean)
	IS 'How well a score tells who has the outcome: the probability that a customer with it has a '
	'higher score than one without, equal scores counting half (the area under the receiver '
	'operating characteristic). 0.5 is no better than chance, 1 is perfect, below 0.5 the score '
	'should be turned round. Only the order of the scores counts, so that any score will do, '
	'infinite ones too. Exact, and the same for every order of the rows. Rows with a NULL are left '
	'out; NULL unless there are customers of both kinds. Errors: 22023 for NaN. Source: Hanley, '
	'McNeil (1982); Mann, Whitney (1947).';
COMMENT ON AGGREGATE brier_score(double precision, boolean)
	IS 'How good the probabilities were: the mean squared difference between the score and what '
	'came (1 for the outcome, 0 without). 0 is perfect; a score that is the share of outcomes for '
	'everybody has share * (1 - share). The same to the last digit for every order of the rows. '
	'Rows with a NULL are left out; NULL without a row. Errors: 22023 for a score that is not '
	'between 0 and 1. Source: Brier (1950).';
COMMENT ON AGGREGATE calibration_table(double precision, boolean)
	IS 'As calibration_table(score, outcome, bins), of 10 bins.';
COMMENT ON AGGREGATE calibration_table(double precision, boolean, integer)
	IS 'Did as many have the outcome as their scores said? The customers in bins of equal numbers, '
	'lowest scores first; unnest makes the array a table. Equal scores share a bin, the one in '
	'which the middle one of them lies: the floor of bins * (customers with a lower score + '
	'(customers with this score - 1) / 2) / customers, plus 1; a bin that is left without '
	'customers is left out. Rows with a NULL are left out; NULL without a row. Errors: 22023 for a '
	'score that is not between 0 and 1, for bins not between 1 and 10000 or that change within a '
	'group, 22004 for NULL bins.';
COMMENT ON AGGREGATE lift_table(double precision, boolean)
	IS 'As lift_table(score, outcome, bins), of 10 bins.';
COMMENT ON AGGREGATE lift_table(double precision, boolean, integer)
	IS 'How many of all outcomes are found among the customers with the highest scores? The '
	'customers in bins of equal numbers, highest scores first; unnest makes the array a table. '
	'Equal scores share a bin, as in calibration_table. Only the order of the scores counts. Rows '
	'with a NULL are left out; NULL without a row. Errors: 22023 for NaN, for bins not between 1 '
	'and 10000 or that change within a group, 22004 for NULL bins.';
