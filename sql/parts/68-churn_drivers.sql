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

COMMENT ON TYPE churn_driver
	IS 'The customers with one value of an attribute: do they leave more often than the others? A '
	'row of churn_drivers.';
COMMENT ON COLUMN churn_driver.attribute
	IS 'name of the attribute; NULL when churn_drivers was given one without a name';
COMMENT ON COLUMN churn_driver.value IS 'the value; NULL for customers of whom it is not known';
COMMENT ON COLUMN churn_driver.customers IS 'customers with it';
COMMENT ON COLUMN churn_driver.churned IS 'how many of them left';
COMMENT ON COLUMN churn_driver.churn_rate IS 'the share of them that left';
COMMENT ON COLUMN churn_driver.lower
	IS 'lower limit of churn_rate with 95 percent confidence (Wilson)';
COMMENT ON COLUMN churn_driver.upper IS 'upper limit of churn_rate';
COMMENT ON COLUMN churn_driver.lift
	IS 'churn_rate as a multiple of that of all customers; NULL if nobody left';
COMMENT ON COLUMN churn_driver.weight_of_evidence
	IS 'ln of the share of this value among those who left divided by its share among the others: '
	'above 0, they leave more often. A value that has none of either counts half a customer more '
	'on both sides. NULL if nobody left, or everybody';
COMMENT ON COLUMN churn_driver.p_value
	IS 'the probability of so uneven a split, if this value had nothing to do with leaving '
	'(Fisher''s exact test against all others), corrected for the number of rows by Holm''s '
	'method: where nothing has, at most one result in twenty has any value below 0.05';
COMMENT ON COLUMN churn_driver.information_value
	IS 'the information value of the whole attribute: the weights of evidence of its values, each '
	'times the difference of the two shares. Above 0.1 an attribute is commonly said to tell '
	'something; but it grows with the number of values even where they tell nothing: see p_value '
	'first. NULL if nobody left, or everybody';
COMMENT ON FUNCTION churn_drivers_add(bytea, boolean, text)
	IS 'Transition function of the aggregate churn_drivers.';
COMMENT ON FUNCTION churn_drivers_add(bytea, boolean, jsonb)
	IS 'Transition function of the aggregate churn_drivers.';
COMMENT ON FUNCTION churn_drivers_combine(bytea, bytea)
	IS 'Combine function of the aggregate churn_drivers.';
COMMENT ON FUNCTION churn_drivers_final(bytea) IS 'Final function of the aggregate churn_drivers.';
COMMENT ON AGGREGATE churn_drivers(boolean, text)
	IS 'What do the lost have in common? For each value of an attribute, NULL included, how many '
	'of the customers with it left and whether that is more or less than chance explains; the '
	'surest first. A number as ntile or width_bucket, as text. It tells what goes together, not '
	'what causes what; fit_hazard takes several attributes at once. unnest makes the array a '
	'table. The same for every order of the rows. Rows where churned is NULL are left out; NULL '
	'without a row. Source: Fisher (1922); Holm (1979); Good (1950), Siddiqi (2006) for the weight '
	'of evidence and the information value.';
COMMENT ON AGGREGATE churn_drivers(boolean, jsonb)
	IS 'As churn_drivers(churned, attribute), of several attributes at once: an object of plain '
	'values, such as jsonb_build_object(''region'', region, ''channel'', channel) or '
	'to_jsonb(customer). The p-values are corrected for the number of all values of all '
	'attributes. A customer without an attribute is left out of that one, one where it is null '
	'counts as not known. Rows with a NULL are left out; NULL without a row. Errors: 22023 for '
	'anything but an object of plain values.';
