-- ---------------------------------------------------------------------------
-- what makes an outcome likely
-- ---------------------------------------------------------------------------

CREATE TYPE logistic_coefficient AS (
	covariate integer,
	name text,
	coefficient double precision,
	std_error double precision,
	odds_ratio double precision,
	lower double precision,
	upper double precision,
	z double precision,
	p_value double precision
);

CREATE TYPE logistic_fit AS (
	customers bigint,
	true_outcomes bigint,
	left_out bigint,
	log_likelihood double precision,
	null_log_likelihood double precision,
	p_value double precision,
	iterations integer,
	converged boolean,
	penalty double precision,
	coefficients logistic_coefficient[]
);

CREATE FUNCTION fit_logistic_add(bytea, boolean, double precision[]) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_logistic_add';

CREATE FUNCTION fit_logistic_add(bytea, boolean, double precision[], double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_logistic_add';

CREATE FUNCTION fit_logistic_add(bytea, boolean, double precision[], text[]) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_logistic_add_names';

CREATE FUNCTION fit_logistic_add(bytea, boolean, double precision[], double precision, text[])
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_logistic_add_penalty_names';

CREATE FUNCTION fit_logistic_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'fit_logistic_combine';

CREATE FUNCTION fit_logistic_final(bytea) RETURNS logistic_fit
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000
	AS 'MODULE_PATHNAME', 'fit_logistic_final';

CREATE AGGREGATE fit_logistic(outcome boolean, covariates double precision[]) (
	SFUNC = fit_logistic_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_logistic_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_logistic_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_logistic(outcome boolean, covariates double precision[],
		penalty double precision) (
	SFUNC = fit_logistic_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_logistic_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_logistic_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_logistic(outcome boolean, covariates double precision[], names text[]) (
	SFUNC = fit_logistic_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_logistic_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_logistic_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_logistic(outcome boolean, covariates double precision[],
		penalty double precision, names text[]) (
	SFUNC = fit_logistic_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_logistic_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_logistic_combine, PARALLEL = SAFE
);

CREATE FUNCTION logistic_probability(fit logistic_fit, covariates double precision[])
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'logistic_probability';

CREATE FUNCTION one_hot(value text, levels text[]) RETURNS double precision[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'one_hot';

COMMENT ON TYPE logistic_coefficient
	IS 'What a covariate does to the odds of an outcome, all others being equal.';
COMMENT ON COLUMN logistic_coefficient.covariate
	IS 'place of the covariate in the array, from 1 on; 0 is the intercept, the first row';
COMMENT ON COLUMN logistic_coefficient.name
	IS 'its name; NULL if no names were given; intercept for covariate 0';
COMMENT ON COLUMN logistic_coefficient.coefficient
	IS 'the logarithm of odds_ratio, per unit of the covariate; infinite where the covariate '
	'tells the outcome of some customers exactly, NULL where it says nothing that those before '
	'it don''t';
COMMENT ON COLUMN logistic_coefficient.std_error
	IS 'standard error of the coefficient; NULL where that is infinite or NULL, and with a '
	'penalty, which makes coefficients too small on purpose: an error without that bias would '
	'promise too much';
COMMENT ON COLUMN logistic_coefficient.odds_ratio
	IS 'by how much the odds of the outcome are multiplied when the covariate is greater by one; '
	'of covariate 0 the odds where all covariates are 0; infinite where the coefficient is, or '
	'beyond double precision';
COMMENT ON COLUMN logistic_coefficient.lower
	IS 'lower limit of odds_ratio with 95 percent confidence; NULL where std_error is';
COMMENT ON COLUMN logistic_coefficient.upper
	IS 'upper limit of odds_ratio; infinite where it is beyond double precision';
COMMENT ON COLUMN logistic_coefficient.z
	IS 'coefficient divided by its standard error; NULL where that is';
COMMENT ON COLUMN logistic_coefficient.p_value
	IS 'the probability of a coefficient at least as large, up or down, if the covariate did '
	'nothing (Wald test); NULL where the standard error is';
COMMENT ON TYPE logistic_fit IS 'A logistic regression: what makes an outcome likely.';
COMMENT ON COLUMN logistic_fit.customers IS 'customers it was fitted to';
COMMENT ON COLUMN logistic_fit.true_outcomes IS 'of how many of them the outcome was true';
COMMENT ON COLUMN logistic_fit.left_out IS 'rows left out because the outcome was NULL';
COMMENT ON COLUMN logistic_fit.log_likelihood
	IS 'logarithm of the likelihood, the penalty not being part of it';
COMMENT ON COLUMN logistic_fit.null_log_likelihood IS 'the same with the intercept alone';
COMMENT ON COLUMN logistic_fit.p_value
	IS 'the probability of so much larger a likelihood if no covariate did anything (likelihood '
	'ratio test); NULL with a penalty, and when there is no covariate to speak of';
COMMENT ON COLUMN logistic_fit.iterations IS 'steps of Newton''s method';
COMMENT ON COLUMN logistic_fit.converged
	IS 'false when the likelihood rises without end: some coefficient is infinite';
COMMENT ON COLUMN logistic_fit.penalty IS 'the penalty that was given; 0 is none';
COMMENT ON COLUMN logistic_fit.coefficients
	IS 'the intercept and one row for each covariate, in their order; unnest makes it a table';
COMMENT ON FUNCTION fit_logistic_add(bytea, boolean, double precision[])
	IS 'Transition function of the aggregate fit_logistic.';
COMMENT ON FUNCTION fit_logistic_add(bytea, boolean, double precision[], double precision)
	IS 'Transition function of the aggregate fit_logistic.';
COMMENT ON FUNCTION fit_logistic_add(bytea, boolean, double precision[], text[])
	IS 'Transition function of the aggregate fit_logistic.';
COMMENT ON FUNCTION fit_logistic_add(bytea, boolean, double precision[], double precision, text[])
	IS 'Transition function of the aggregate fit_logistic.';
COMMENT ON FUNCTION fit_logistic_combine(bytea, bytea)
	IS 'Combine function of the aggregate fit_logistic.';
COMMENT ON FUNCTION fit_logistic_final(bytea) IS 'Final function of the aggregate fit_logistic.';
COMMENT ON AGGREGATE fit_logistic(boolean, double precision[])
	IS 'What makes an outcome likely, all else being equal, such as churn, a second purchase, an '
	'answer: logistic regression on up to 64 numbers of each customer, such as one_hot(region, '
	'ARRAY[''North'', ''South'', ''West'']) || ARRAY[age]; the intercept comes by itself. The '
	'greatest likelihood by Newton''s method. A covariate that is the same for all, or follows '
	'from those before it, has a NULL coefficient, with a NOTICE. Where covariates tell the '
	'outcome of some customers exactly (separation), their coefficients are infinite, with a '
	'WARNING, and the others are those of all other customers; a penalty keeps all finite. Fewer '
	'than 10 of the rarer outcome for each coefficient are a NOTICE (Peduzzi and others 1996). '
	'The same for every order of the rows. Rows whose outcome is NULL are left out and counted; '
	'no covariate may be NULL. NULL without a row. Errors: 22004 for covariates that are NULL, '
	'22023 for one that is not finite, 22000 when all outcomes are alike, 2202E for arrays of '
	'different lengths. Source: McCullagh, Nelder (1989); Hosmer, Lemeshow (2000); Geyer (2009) '
	'for infinite coefficients.';
COMMENT ON AGGREGATE fit_logistic(boolean, double precision[], double precision)
	IS 'As fit_logistic(outcome, covariates), of the greatest log-likelihood less half the '
	'penalty times the sum of the squares of the coefficients that the covariates have when each '
	'is standardized (mean 0, standard deviation 1, dividing by the number of customers); the '
	'intercept is free (ridge regression). Coefficients are smaller than without, those of rows '
	'that tell little most of all, and predictions for others better; all are finite, and '
	'covariates that follow from others share. They are in the units of the covariates. 0 is no '
	'penalty; the best is the one that tells best of customers it was not fitted to: try 1, 10, '
	'100. scikit-learn''s LogisticRegression(C = 1/penalty) behind its StandardScaler is the '
	'same. Standard errors, limits and p-values are NULL with a penalty. Errors: 22023 for a '
	'penalty that is negative or not finite, or that changes within a group, 22004 for NULL. '
	'Source: le Cessie, van Houwelingen (1992).';
COMMENT ON AGGREGATE fit_logistic(boolean, double precision[], text[])
	IS 'As fit_logistic(outcome, covariates), with a name for each covariate, such as '
	'ARRAY[''age'', ''spend''] (a literal needs ::text[]), which its coefficient and messages '
	'have. Errors: 2202E when there '
	'are not as many names as covariates, 22004 for names that are NULL, 22023 for one that is '
	'empty, longer than 63 bytes or there twice, or names that change within a group.';
COMMENT ON AGGREGATE fit_logistic(boolean, double precision[], double precision, text[])
	IS 'As fit_logistic(outcome, covariates, penalty), with a name for each covariate, as '
	'fit_logistic(outcome, covariates, names) has it.';
COMMENT ON FUNCTION logistic_probability(logistic_fit, double precision[])
	IS 'The probability, 0 to 1, that the outcome of a customer with these covariates is true, '
	'by the result of fit_logistic. A NULL coefficient counts as 0. An infinite one makes it 0 '
	'or 1 unless the covariate is 0; NULL where some go up and others down, as which is the '
	'greater is not known. NULL if an argument is NULL. Errors: 2202E for another number of '
	'covariates, 22004 for one that is NULL, 22023 for one that is not finite, or for '
	'coefficients that fit_logistic did not make.';
COMMENT ON FUNCTION one_hot(text, text[])
	IS 'A value as numbers for a regression: one for each level but the first, 1 where the value '
	'is that level and 0 elsewhere. Coefficients then compare with the first level. A value that '
	'is none of the levels is all 0, as the first is. || puts numbers together: one_hot(region, '
	'ARRAY[''North'', ''South'']) || ARRAY[spend]. NULL if the value or the array is NULL (and '
	'NULL || array is the array alone: use coalesce(value, ''unknown'') and a level '
	'''unknown''). Bytes are compared, not as a collation does. Errors: 22004 for a level that '
	'is NULL, 22023 for fewer than 2 levels or one that is there twice.';
