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

CREATE AGGREGATE retention_uplift(treated boolean, retained boolean, stratum text,
		level double precision) (
	SFUNC = retention_uplift_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = retention_uplift_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = retention_uplift_combine, PARALLEL = SAFE
);

COMMENT ON TYPE retention_uplift
	IS 'Customers who were treated against those who were not: how many stayed.';
COMMENT ON COLUMN retention_uplift.treated IS 'customers who were treated';
COMMENT ON COLUMN retention_uplift.treated_retained IS 'how many of them stayed';
COMMENT ON COLUMN retention_uplift.treated_rate
	IS 'the share of them that stayed; NULL if nobody was treated';
COMMENT ON COLUMN retention_uplift.control IS 'customers who were not treated';
COMMENT ON COLUMN retention_uplift.control_retained IS 'how many of them stayed';
COMMENT ON COLUMN retention_uplift.control_rate
	IS 'the share of them that stayed; NULL if all were treated';
COMMENT ON COLUMN retention_uplift.difference
	IS 'treated_rate less control_rate: 0.2 is 20 customers of 100 more; with strata the mean of '
	'their differences, each with the weight n m / (n + m) of its n treated and m other customers. '
	'NULL where there is nothing to compare';
COMMENT ON COLUMN retention_uplift.difference_lower IS 'lower limit of the difference';
COMMENT ON COLUMN retention_uplift.difference_upper IS 'upper limit of the difference';
COMMENT ON COLUMN retention_uplift.ratio
	IS 'treated_rate divided by control_rate; with strata that of Mantel and Haenszel. Infinite if '
	'none of the others stayed, NULL if nobody did';
COMMENT ON COLUMN retention_uplift.ratio_lower
	IS 'lower limit of the ratio; 0 where none of the treated stayed';
COMMENT ON COLUMN retention_uplift.ratio_upper
	IS 'upper limit of the ratio; infinite where none of the others stayed';
COMMENT ON COLUMN retention_uplift.p_value
	IS 'the probability of a difference at least as large, up or down, if the treatment did '
	'nothing: below 0.05 exactly where the limits with 95 percent confidence hold no 0';
COMMENT ON COLUMN retention_uplift.left_out
	IS 'customers of strata in which all or none were treated: they say nothing of the difference';
COMMENT ON FUNCTION retention_uplift_add(bytea, boolean, boolean)
	IS 'Transition function of the aggregate retention_uplift.';
COMMENT ON FUNCTION retention_uplift_add(bytea, boolean, boolean, text)
	IS 'Transition function of the aggregate retention_uplift.';
COMMENT ON FUNCTION retention_uplift_add(bytea, boolean, boolean, text, double precision)
	IS 'Transition function of the aggregate retention_uplift.';
COMMENT ON FUNCTION retention_uplift_combine(bytea, bytea)
	IS 'Combine function of the aggregate retention_uplift.';
COMMENT ON FUNCTION retention_uplift_final(bytea)
	IS 'Final function of the aggregate retention_uplift.';
COMMENT ON AGGREGATE retention_uplift(boolean, boolean)
	IS 'We tried an idea on some customers: did more of them stay, or come back, than of the '
	'others? The difference and the ratio of the two shares with limits of 95 percent confidence '
	'by the score test, which hold for groups of any size, unequal ones and ones in which nobody '
	'stayed. What it says is due to the treatment only if chance decided who was treated; log_rank '
	'of the time until they came says whether they came sooner. The same for every order of the '
	'rows. Rows with a NULL are left out; NULL without a row. Source: Miettinen, Nurminen (1985).';
COMMENT ON AGGREGATE retention_uplift(boolean, boolean, text)
	IS 'As retention_uplift(treated, retained), where the treated and the others are not alike: '
	'customers are compared within each stratum (a region, or a tenth of some score) only, and '
	'NULL is a stratum. A campaign that wrote to more of those who come back anyway does not look '
	'better for it. Source: Miettinen, Nurminen (1985), section 6; Mantel, Haenszel (1959).';
COMMENT ON AGGREGATE retention_uplift(boolean, boolean, text, double precision)
	IS 'As retention_uplift(treated, retained, stratum), with limits of a confidence level; a '
	'stratum of NULL::text is none. Errors: 22023 for a level that is not between 0 and 1 or that '
	'changes within a group, 22004 for a NULL level.';
