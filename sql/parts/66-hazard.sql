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

CREATE FUNCTION fit_hazard_add(bytea, double precision, boolean, double precision[], text)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_hazard_add';

CREATE FUNCTION fit_hazard_add(bytea, double precision, double precision, boolean,
		double precision[])
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_hazard_add_entry';

CREATE FUNCTION fit_hazard_add(bytea, double precision, double precision, boolean,
		double precision[], text)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_hazard_add_entry';

CREATE FUNCTION fit_hazard_add(bytea, double precision, boolean, double precision[], text, text)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_hazard_add_stratum';

CREATE FUNCTION fit_hazard_add(bytea, double precision, double precision, boolean,
		double precision[], text, text)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_hazard_add_entry_stratum';

CREATE FUNCTION fit_hazard_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'fit_hazard_combine';

CREATE FUNCTION fit_hazard_final(bytea) RETURNS hazard_fit
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000
	AS 'MODULE_PATHNAME', 'fit_hazard_final';

CREATE AGGREGATE fit_hazard(duration double precision, churned boolean,
		covariates double precision[]) (
	SFUNC = fit_hazard_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_hazard_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_hazard_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_hazard(duration double precision, churned boolean,
		covariates double precision[], ties text) (
	SFUNC = fit_hazard_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_hazard_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_hazard_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_hazard(entry double precision, duration double precision, churned boolean,
		covariates double precision[]) (
	SFUNC = fit_hazard_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_hazard_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_hazard_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_hazard(entry double precision, duration double precision, churned boolean,
		covariates double precision[], ties text) (
	SFUNC = fit_hazard_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_hazard_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_hazard_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_hazard(duration double precision, churned boolean,
		covariates double precision[], ties text, stratum text) (
	SFUNC = fit_hazard_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_hazard_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_hazard_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_hazard(entry double precision, duration double precision, churned boolean,
		covariates double precision[], ties text, stratum text) (
	SFUNC = fit_hazard_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_hazard_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_hazard_combine, PARALLEL = SAFE
);

COMMENT ON TYPE hazard_coefficient
	IS 'What a covariate does to the risk of leaving, all others being equal.';
COMMENT ON COLUMN hazard_coefficient.covariate IS 'place of the covariate in the array, from 1 on';
COMMENT ON COLUMN hazard_coefficient.coefficient
	IS 'the logarithm of hazard_ratio; infinite where the covariate tells exactly who leaves '
	'sooner, NULL where it says nothing that those before it don''t';
COMMENT ON COLUMN hazard_coefficient.std_error
	IS 'standard error of the coefficient; NULL where that is infinite or NULL';
COMMENT ON COLUMN hazard_coefficient.hazard_ratio
	IS 'by how much the risk of leaving is multiplied when the covariate is greater by one: 1.3 is '
	'30 percent more at any time; infinite where the coefficient is, or beyond double precision';
COMMENT ON COLUMN hazard_coefficient.lower
	IS 'lower limit of hazard_ratio with 95 percent confidence';
COMMENT ON COLUMN hazard_coefficient.upper
	IS 'upper limit of hazard_ratio; infinite where it is beyond double precision';
COMMENT ON COLUMN hazard_coefficient.z IS 'coefficient divided by its standard error';
COMMENT ON COLUMN hazard_coefficient.p_value
	IS 'the probability of a coefficient at least as large, up or down, if the covariate did '
	'nothing (Wald test)';
COMMENT ON TYPE hazard_fit IS 'A proportional hazards model: what makes customers leave sooner.';
COMMENT ON COLUMN hazard_fit.customers IS 'customers it was fitted to';
COMMENT ON COLUMN hazard_fit.churned IS 'how many of them left';
COMMENT ON COLUMN hazard_fit.left_out
	IS 'rows left out because the entry, the duration, churned, a covariate or the stratum was '
	'NULL';
COMMENT ON COLUMN hazard_fit.log_likelihood IS 'logarithm of the partial likelihood';
COMMENT ON COLUMN hazard_fit.null_log_likelihood IS 'the same without any covariate';
COMMENT ON COLUMN hazard_fit.p_value
	IS 'the probability of so much larger a likelihood if no covariate did anything (likelihood '
	'ratio test); NULL when there is none to speak of';
COMMENT ON COLUMN hazard_fit.converged
	IS 'false when the likelihood rises without end: some coefficient is infinite';
COMMENT ON COLUMN hazard_fit.coefficients
	IS 'one row for each covariate, in their order; unnest makes it a table';
COMMENT ON FUNCTION fit_hazard_add(bytea, double precision, boolean, double precision[])
	IS 'Transition function of the aggregate fit_hazard.';
COMMENT ON FUNCTION fit_hazard_add(bytea, double precision, boolean, double precision[], text)
	IS 'Transition function of the aggregate fit_hazard.';
COMMENT ON FUNCTION fit_hazard_add(bytea, double precision, double precision, boolean,
		double precision[])
	IS 'Transition function of the aggregate fit_hazard.';
COMMENT ON FUNCTION fit_hazard_add(bytea, double precision, double precision, boolean,
		double precision[], text)
	IS 'Transition function of the aggregate fit_hazard.';
COMMENT ON FUNCTION fit_hazard_add(bytea, double precision, boolean, double precision[], text, text)
	IS 'Transition function of the aggregate fit_hazard.';
COMMENT ON FUNCTION fit_hazard_add(bytea, double precision, double precision, boolean,
		double precision[], text, text)
	IS 'Transition function of the aggregate fit_hazard.';
COMMENT ON FUNCTION fit_hazard_combine(bytea, bytea)
	IS 'Combine function of the aggregate fit_hazard.';
COMMENT ON FUNCTION fit_hazard_final(bytea) IS 'Final function of the aggregate fit_hazard.';
COMMENT ON AGGREGATE fit_hazard(double precision, boolean, double precision[])
	IS 'What makes customers leave sooner, all else being equal: Cox''s proportional hazards model '
	'of how long each was seen, whether they had left then, and up to 64 numbers that were known '
	'of them from the beginning, such as ARRAY[(region = ''North'')::int, age]. Ties by Efron''s '
	'approximation. Durations that differ by rounding alone are one, the smallest of them: '
	'neighbours within 1.5e-8, absolute or of the mean of the distinct durations, as in R''s '
	'package survival. A covariate that is the same for all, or follows from those before it, has '
	'a NULL coefficient; one that tells exactly who leaves sooner has an infinite one, with a '
	'WARNING. The same for every order of the rows. Rows with a NULL are left out and counted. '
	'NULL without a row. Errors: 22023 for a duration that is negative or not finite, or a '
	'covariate that is not finite, 22000 when nobody has left, 2202E for arrays of different '
	'lengths. Source: Cox (1972); Efron (1977).';
COMMENT ON AGGREGATE fit_hazard(double precision, boolean, double precision[], text)
	IS 'As fit_hazard(duration, churned, covariates), with ties by the approximation of ''efron'' '
	'or ''breslow''. Errors: 22023 for any other, or one that changes within a group, 22004 for '
	'NULL. Source: Breslow (1974).';
COMMENT ON AGGREGATE fit_hazard(double precision, double precision, boolean, double precision[])
	IS 'As fit_hazard(duration, churned, covariates), of customers who came under '
	'observation later than they began: each is at risk behind entry and up to duration, '
	'both counted from the same beginning (left truncation). A customer whose covariates '
	'changed can be several rows, each with the time in which they held, churned in the last '
	'one at most. Errors: as there, and 22023 for an entry that is negative or not before '
	'the duration, but for rounding. Source: Andersen, Gill (1982); Klein, Moeschberger '
	'(2003), section 9.4.';
COMMENT ON AGGREGATE fit_hazard(double precision, double precision, boolean, double precision[],
		text)
	IS 'As fit_hazard(entry, duration, churned, covariates), with ties by the approximation '
	'of ''efron'' or ''breslow''. Errors: as there, and those of fit_hazard(duration, '
	'churned, covariates, ties).';
COMMENT ON AGGREGATE fit_hazard(double precision, boolean, double precision[], text, text)
	IS 'As fit_hazard(duration, churned, covariates, ties), where customers are compared '
	'with those of their stratum only: each stratum has a hazard of its own over time, and '
	'the coefficients are the same in all of them. A covariate that is the same for all of a '
	'stratum, in each of them, has a NULL coefficient. Rows with a NULL stratum are left out '
	'and counted. Errors: as there. Source: Kalbfleisch, Prentice (1980), section 4.4.';
COMMENT ON AGGREGATE fit_hazard(double precision, double precision, boolean, double precision[],
		text, text)
	IS 'As fit_hazard(duration, churned, covariates, ties, stratum), of customers who came '
	'under observation at entry. Errors: as there and as of fit_hazard(entry, duration, '
	'churned, covariates).';
