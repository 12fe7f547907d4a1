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

CREATE FUNCTION survival_curve_add(bytea, double precision, double precision, boolean) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'survival_curve_add_entry';

CREATE FUNCTION survival_curve_add(bytea, double precision, double precision, boolean,
		double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'survival_curve_add_entry';

CREATE FUNCTION survival_curve_add(bytea, double precision, boolean, double precision,
		double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'survival_curve_add_weight';

CREATE FUNCTION survival_curve_add(bytea, double precision, double precision, boolean,
		double precision, double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'survival_curve_add_entry_weight';

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

CREATE AGGREGATE survival_curve(duration double precision, churned boolean,
		level double precision) (
	SFUNC = survival_curve_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = survival_curve_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = survival_curve_combine, PARALLEL = SAFE
);

CREATE AGGREGATE survival_curve(entry double precision, duration double precision,
		churned boolean) (
	SFUNC = survival_curve_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = survival_curve_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = survival_curve_combine, PARALLEL = SAFE
);

CREATE AGGREGATE survival_curve(entry double precision, duration double precision,
		churned boolean, level double precision) (
	SFUNC = survival_curve_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = survival_curve_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = survival_curve_combine, PARALLEL = SAFE
);

CREATE AGGREGATE survival_curve(duration double precision, churned boolean,
		level double precision, weight double precision) (
	SFUNC = survival_curve_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = survival_curve_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = survival_curve_combine, PARALLEL = SAFE
);

CREATE AGGREGATE survival_curve(entry double precision, duration double precision,
		churned boolean, level double precision, weight double precision) (
	SFUNC = survival_curve_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = survival_curve_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = survival_curve_combine, PARALLEL = SAFE
);

CREATE FUNCTION survival_at(curve survival_point[], duration double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'survival_at';

CREATE FUNCTION median_survival(curve survival_point[]) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'median_survival';

CREATE FUNCTION restricted_mean_survival(curve survival_point[], horizon double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'restricted_mean_survival';

CREATE FUNCTION restricted_mean_std_error(curve survival_point[], horizon double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'restricted_mean_std_error';

CREATE FUNCTION log_rank_add(bytea, double precision, boolean, text) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add';

CREATE FUNCTION log_rank_add(bytea, double precision, boolean, boolean) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add_boolean';

CREATE FUNCTION log_rank_add(bytea, double precision, double precision, boolean, text) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add_entry';

CREATE FUNCTION log_rank_add(bytea, double precision, double precision, boolean, boolean)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add_entry_boolean';

CREATE FUNCTION log_rank_add(bytea, double precision, boolean, text, text) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add_stratum';

CREATE FUNCTION log_rank_add(bytea, double precision, boolean, boolean, text) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add_stratum_boolean';

CREATE FUNCTION log_rank_add(bytea, double precision, double precision, boolean, text, text)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add_entry_stratum';

CREATE FUNCTION log_rank_add(bytea, double precision, double precision, boolean, boolean, text)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add_entry_stratum_boolean';

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

CREATE AGGREGATE log_rank(entry double precision, duration double precision, churned boolean,
		group_name text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank(entry double precision, duration double precision, churned boolean,
		treated boolean) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank(duration double precision, churned boolean, group_name text,
		stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank(duration double precision, churned boolean, treated boolean,
		stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank(entry double precision, duration double precision, churned boolean,
		group_name text, stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank(entry double precision, duration double precision, churned boolean,
		treated boolean, stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank_groups(entry double precision, duration double precision,
		churned boolean, group_name text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_groups_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank_groups(entry double precision, duration double precision,
		churned boolean, treated boolean) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_groups_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank_groups(duration double precision, churned boolean, group_name text,
		stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_groups_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank_groups(duration double precision, churned boolean, treated boolean,
		stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_groups_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank_groups(entry double precision, duration double precision,
		churned boolean, group_name text, stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_groups_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank_groups(entry double precision, duration double precision,
		churned boolean, treated boolean, stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_groups_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

COMMENT ON TYPE survival_point
	IS 'What share of the customers stays longer than a duration: from this duration until the '
	'next one. A row of survival_curve.';
COMMENT ON COLUMN survival_point.duration IS 'the duration, in the unit of the argument';
COMMENT ON COLUMN survival_point.at_risk
	IS 'customers seen at least so long who had not left before, and who had entered';
COMMENT ON COLUMN survival_point.churned IS 'how many of them left then';
COMMENT ON COLUMN survival_point.censored IS 'how many had not left, but were seen no longer';
COMMENT ON COLUMN survival_point.survival IS 'the share that stays longer';
COMMENT ON COLUMN survival_point.std_error
	IS 'its standard error by Greenwood''s formula, of weights where there are; NULL where nobody '
	'is left';
COMMENT ON COLUMN survival_point.lower
	IS 'lower limit of the share with the confidence asked for, symmetrical for ln(-ln(share)), so '
	'that it lies between 0 and 1; NULL where nobody has left yet, or nobody is left';
COMMENT ON COLUMN survival_point.upper IS 'upper limit of the share';
COMMENT ON TYPE log_rank IS 'Do groups of customers stay differently long: the log-rank test.';
COMMENT ON COLUMN log_rank.groups IS 'number of groups';
COMMENT ON COLUMN log_rank.chi_square
	IS 'the statistic of the test; NULL where there is nothing to compare';
COMMENT ON COLUMN log_rank.degrees_of_freedom
	IS 'groups that could have lost somebody, less one; less another one for each further '
	'set of groups that are compared among themselves only, being in other strata or at risk '
	'at other times';
COMMENT ON COLUMN log_rank.p_value
	IS 'the probability of a difference at least as large if all groups left alike; NULL where '
	'there is nothing to compare';
COMMENT ON TYPE log_rank_group
	IS 'A group of customers: how many left, and how many would have if all groups left alike. A '
	'row of log_rank_groups.';
COMMENT ON COLUMN log_rank_group.group_name IS 'the group';
COMMENT ON COLUMN log_rank_group.customers IS 'customers in it';
COMMENT ON COLUMN log_rank_group.churned IS 'how many of them left';
COMMENT ON COLUMN log_rank_group.expected
	IS 'how many would have left by then if all groups left alike';
COMMENT ON COLUMN log_rank_group.ratio
	IS 'churned divided by expected: above 1, they leave sooner than the others; NULL where nobody '
	'could have left';
COMMENT ON FUNCTION survival_curve_add(bytea, double precision, boolean)
	IS 'Transition function of the aggregate survival_curve.';
COMMENT ON FUNCTION survival_curve_add(bytea, double precision, boolean, double precision)
	IS 'Transition function of the aggregate survival_curve.';
COMMENT ON FUNCTION survival_curve_add(bytea, double precision, double precision, boolean)
	IS 'Transition function of the aggregate survival_curve.';
COMMENT ON FUNCTION survival_curve_add(bytea, double precision, double precision, boolean,
		double precision)
	IS 'Transition function of the aggregate survival_curve.';
COMMENT ON FUNCTION survival_curve_add(bytea, double precision, boolean, double precision,
		double precision)
	IS 'Transition function of the aggregate survival_curve.';
COMMENT ON FUNCTION survival_curve_add(bytea, double precision, double precision, boolean,
		double precision, double precision)
	IS 'Transition function of the aggregate survival_curve.';
COMMENT ON FUNCTION survival_curve_combine(bytea, bytea)
	IS 'Combine function of the aggregate survival_curve.';
COMMENT ON FUNCTION survival_curve_final(bytea)
	IS 'Final function of the aggregate survival_curve.';
COMMENT ON AGGREGATE survival_curve(double precision, boolean)
	IS 'How long do customers stay, when some are still there? The Kaplan-Meier estimate from how '
	'long each was seen and whether they had left then (true) or not (false: they count as long as '
	'they were seen). One row for each duration, ascending; unnest makes the array a table, '
	'survival_at, median_survival and restricted_mean_survival ask it. Durations that differ by '
	'rounding alone are one, the smallest of them: neighbours within 1.5e-8, absolute or of the '
	'mean of the distinct durations, as in R''s package survival. The limits have 95 percent '
	'confidence. The unit is that of the durations. For the histories of customers: duration is '
	'coalesce(lost_on, as_of) - first_purchase(h), churned is lost_on IS NOT NULL. The same for '
	'every order of the rows. Rows with a NULL are left out; NULL without a row. Errors: 22023 for '
	'a duration that is negative or not finite. Source: Kaplan, Meier (1958); Greenwood (1926); '
	'Kalbfleisch, Prentice (1980), section 1.3, for the limits.';
COMMENT ON AGGREGATE survival_curve(double precision, boolean, double precision)
	IS 'As survival_curve(duration, churned), with limits of a confidence level. Errors: 22023 for '
	'a level that is not between 0 and 1 or that changes within a group, 22004 for a NULL level.';
COMMENT ON AGGREGATE survival_curve(double precision, double precision, boolean)
	IS 'As survival_curve(duration, churned), of customers who came under observation later '
	'than they began: each is at risk behind entry and up to duration, both counted from the '
	'same beginning (left truncation). Whoever had left before, the log never had: without '
	'entry the others would seem to stay longer than they do. Where all who are at risk '
	'leave while others have not entered yet, the share falls to 0 and stays there: ask from '
	'a later time on. Entries and durations that differ by rounding alone are one. Rows with '
	'a NULL are left out. Errors: as there, and 22023 for an entry that is negative or not '
	'before the duration, but for rounding. Source: Klein, Moeschberger (2003), section 4.6.';
COMMENT ON AGGREGATE survival_curve(double precision, double precision, boolean, double precision)
	IS 'As survival_curve(entry, duration, churned), with limits of a confidence level. '
	'Errors: as there, and those of survival_curve(duration, churned, level).';
COMMENT ON AGGREGATE survival_curve(double precision, boolean, double precision, double precision)
	IS 'As survival_curve(duration, churned, level), where a customer counts as much as '
	'weight says: as many customers of a sample stand for. at_risk, churned and censored '
	'count customers all the same; the share, its standard error and the limits go by '
	'weights, as in R''s survfit(..., weights, robust = FALSE). A weight of 0 leaves the row '
	'out, as a NULL does. For strata use GROUP BY: a curve for each. Errors: as there, and '
	'22023 for a weight that is negative or not finite.';
COMMENT ON AGGREGATE survival_curve(double precision, double precision, boolean,
		double precision, double precision)
	IS 'As survival_curve(duration, churned, level, weight), of customers who came under '
	'observation at entry. Errors: as there and as of survival_curve(entry, duration, '
	'churned).';
COMMENT ON FUNCTION survival_at(survival_point[], double precision)
	IS 'What share of the customers stays longer than duration, by a survival_curve. NULL behind '
	'the end of the curve, unless nobody was left there. Errors: 22023 for a duration that is '
	'negative or not finite, or an array that is no curve.';
COMMENT ON FUNCTION median_survival(survival_point[])
	IS 'By which duration half of the customers have left, by a survival_curve; halfway between '
	'two durations where it is exactly half between them. NULL when more than half stay to the end '
	'of the curve. Errors: 22023 for an array that is no curve.';
COMMENT ON FUNCTION restricted_mean_survival(survival_point[], double precision)
	IS 'How much of the time until horizon customers stay on average, by a survival_curve: the '
	'area under it. The difference of two groups is what one stays longer within the horizon. NULL '
	'for a horizon behind the end of the curve, unless nobody was left there. Errors: 22023 for a '
	'horizon that is negative or not finite, or an array that is no curve. Source: Irwin (1949); '
	'Royston, Parmar (2013).';
COMMENT ON FUNCTION restricted_mean_std_error(survival_point[], double precision)
	IS 'The standard error of restricted_mean_survival, in the unit of the durations. NULL where '
	'that is. Errors: as there.';
COMMENT ON FUNCTION log_rank_add(bytea, double precision, boolean, text)
	IS 'Transition function of the aggregates log_rank and log_rank_groups.';
COMMENT ON FUNCTION log_rank_add(bytea, double precision, boolean, boolean)
	IS 'Transition function of the aggregates log_rank and log_rank_groups.';
COMMENT ON FUNCTION log_rank_add(bytea, double precision, double precision, boolean, text)
	IS 'Transition function of the aggregates log_rank and log_rank_groups.';
COMMENT ON FUNCTION log_rank_add(bytea, double precision, double precision, boolean, boolean)
	IS 'Transition function of the aggregates log_rank and log_rank_groups.';
COMMENT ON FUNCTION log_rank_add(bytea, double precision, boolean, text, text)
	IS 'Transition function of the aggregates log_rank and log_rank_groups.';
COMMENT ON FUNCTION log_rank_add(bytea, double precision, boolean, boolean, text)
	IS 'Transition function of the aggregates log_rank and log_rank_groups.';
COMMENT ON FUNCTION log_rank_add(bytea, double precision, double precision, boolean, text, text)
	IS 'Transition function of the aggregates log_rank and log_rank_groups.';
COMMENT ON FUNCTION log_rank_add(bytea, double precision, double precision, boolean, boolean, text)
	IS 'Transition function of the aggregates log_rank and log_rank_groups.';
COMMENT ON FUNCTION log_rank_combine(bytea, bytea)
	IS 'Combine function of the aggregates log_rank and log_rank_groups.';
COMMENT ON FUNCTION log_rank_final(bytea) IS 'Final function of the aggregate log_rank.';
COMMENT ON FUNCTION log_rank_groups_final(bytea)
	IS 'Final function of the aggregate log_rank_groups.';
COMMENT ON AGGREGATE log_rank(double precision, boolean, text)
	IS 'Do groups of customers stay differently long? The log-rank test, from how long each was '
	'seen, whether they had left then, and their group (a number as group::text). Turned round it '
	'tells whether a campaign brought customers back sooner: duration is the time until they came '
	'or until today, churned is whether they came. Durations that differ by rounding alone are '
	'one, the smallest of them: neighbours within 1.5e-8, absolute or of the mean of the distinct '
	'durations, as in R''s package survival. The same for every order of the rows. Rows with a '
	'NULL are left out; NULL without a row. Errors: 22023 for a duration that is negative or not '
	'finite, 54000 for more than 1,000 groups. Source: Mantel (1966); Peto, Peto (1972).';
COMMENT ON AGGREGATE log_rank(double precision, boolean, boolean)
	IS 'As log_rank(duration, churned, group_name), of two groups.';
COMMENT ON AGGREGATE log_rank(double precision, double precision, boolean, text)
	IS 'As log_rank(duration, churned, group_name), of customers who came under observation '
	'at entry: each is at risk behind it and up to duration. Errors: as there, and 22023 for '
	'an entry that is negative or not before the duration, but for rounding. Source: Klein, '
	'Moeschberger (2003), section 7.3.';
COMMENT ON AGGREGATE log_rank(double precision, double precision, boolean, boolean)
	IS 'As log_rank(entry, duration, churned, group_name), of two groups.';
COMMENT ON AGGREGATE log_rank(double precision, boolean, text, text)
	IS 'As log_rank(duration, churned, group_name), where customers are compared with those '
	'of their stratum only: what came and what was to be expected is added up over the '
	'strata. So what differs between strata, such as region or plan, is not taken for an '
	'effect of the group. Source: Mantel (1966); Peto and others (1977).';
COMMENT ON AGGREGATE log_rank(double precision, boolean, boolean, text)
	IS 'As log_rank(duration, churned, group_name, stratum), of two groups.';
COMMENT ON AGGREGATE log_rank(double precision, double precision, boolean, text, text)
	IS 'As log_rank(duration, churned, group_name, stratum), of customers who came under '
	'observation at entry. Errors: as log_rank(entry, duration, churned, group_name).';
COMMENT ON AGGREGATE log_rank(double precision, double precision, boolean, boolean, text)
	IS 'As log_rank(entry, duration, churned, group_name, stratum), of two groups.';
COMMENT ON AGGREGATE log_rank_groups(double precision, boolean, text)
	IS 'The groups that log_rank compares: how many left, and how many would have if all left '
	'alike; in the order of their names'' bytes. unnest makes the array a table. Rows with a NULL '
	'are left out; NULL without a row. Errors: as log_rank.';
COMMENT ON AGGREGATE log_rank_groups(double precision, boolean, boolean)
	IS 'As log_rank_groups(duration, churned, group_name), of two groups.';
COMMENT ON AGGREGATE log_rank_groups(double precision, double precision, boolean, text)
	IS 'The groups that log_rank(entry, duration, churned, group_name) compares. Errors: as '
	'there.';
COMMENT ON AGGREGATE log_rank_groups(double precision, double precision, boolean, boolean)
	IS 'As log_rank_groups(entry, duration, churned, group_name), of two groups.';
COMMENT ON AGGREGATE log_rank_groups(double precision, boolean, text, text)
	IS 'The groups that log_rank(duration, churned, group_name, stratum) compares; expected '
	'is that of all strata together. Errors: as there.';
COMMENT ON AGGREGATE log_rank_groups(double precision, boolean, boolean, text)
	IS 'As log_rank_groups(duration, churned, group_name, stratum), of two groups.';
COMMENT ON AGGREGATE log_rank_groups(double precision, double precision, boolean, text, text)
	IS 'The groups that log_rank(entry, duration, churned, group_name, stratum) compares. '
	'Errors: as there.';
COMMENT ON AGGREGATE log_rank_groups(double precision, double precision, boolean, boolean, text)
	IS 'As log_rank_groups(entry, duration, churned, group_name, stratum), of two groups.';
