-- ---------------------------------------------------------------------------
-- the retention mart: models
-- ---------------------------------------------------------------------------

CREATE FUNCTION retention_mart_table_model()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'model', NULL,
	 'Models fitted at each refresh: what customers are like. See the view model_fits for plain '
	 'columns.'),
	('column', 'fitted_on', 'date', 'as of which day'),
	('column', 'kind', 'text', 'kind of model'),
	('column', 'model', '{extension}.retention_model NOT NULL', 'the model itself'),
	('column', 'log_likelihood', 'double precision', 'logarithm of its likelihood'),
	('column', 'aic', 'double precision',
	 'Akaike''s criterion: less is better, among models of who is still a customer'),
	('column', 'converged', 'boolean NOT NULL',
	 'false when the likelihood rises toward the boundary of the parameters'),
	('column', 'chosen', 'boolean NOT NULL DEFAULT false',
	 'the mart uses it: it was fitted at the last refresh, and of models of who is still a '
	 'customer it has the least aic; of models of what orders are worth see holdout_gini'),
	('column', 'holdout_gini', 'double precision',
	 'of models of what orders are worth: fitted settings.quality_days ago, how well did their '
	 'values times the purchases to expect rank customers by what they spent since? The '
	 'normalized Gini coefficient: 1 like that itself, 0 like chance; the one with more is chosen'),
	('column', 'holdout_error', 'double precision',
	 'the mean absolute error of that, in the money of the orders: of equal ones the one with less '
	 'is chosen'),
	('column', 'not_valued', 'bigint',
	 'of models of what orders are worth: customers to whom it gives no value'),
	('constraint', NULL, 'PRIMARY KEY (fitted_on, kind)', NULL);
	END;

CREATE FUNCTION retention_mart_table_model_fits()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('view', 'model_fits', $sql$
SELECT fitted_on, kind, {extension}.parameters(model)::text AS parameters,
       log_likelihood, aic, converged, chosen, holdout_gini, holdout_error, not_valued
FROM {mart}.model$sql$,
	 'The history of the fits in plain columns.'),
	('column', 'fitted_on', NULL, 'as of which day'),
	('column', 'kind', NULL, 'kind of model'),
	('column', 'parameters', NULL, 'its parameters, as JSON'),
	('column', 'log_likelihood', NULL, 'logarithm of its likelihood'),
	('column', 'aic', NULL, 'Akaike''s criterion: less is better'),
	('column', 'converged', NULL,
	 'false when the likelihood rises toward the boundary of the parameters'),
	('column', 'chosen', NULL, 'the mart uses it'),
	('column', 'holdout_gini', NULL,
	 'how well customers are ranked by what they spent after the hold-out began: more is better'),
	('column', 'holdout_error', NULL, 'the mean absolute error of that'),
	('column', 'not_valued', NULL, 'customers to whom it gives no value');
	END;

-- What the mart uses a kind for is what it is fitted to
CREATE FUNCTION retention_mart_model_use(kind text) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT coalesce(
		(SELECT CASE k.fitted_to
					WHEN 'intervals' THEN 'cycle_model'
					WHEN 'spend' THEN 'spend_model'
					WHEN 'amounts' THEN 'spend_model'
				END
		 FROM model_kinds() AS k
		 WHERE k.kind = $1),
		'base_model');
	END;

-- What models of what orders are worth would have said, and what came: of a sample by hash where
-- there are more than 50,000 customers, as many as tell a Gini coefficient to half a percent or so
-- (its error falls with the root of their number).  Who was given no value is expected to spend
-- nothing.  Sums are of numerics, the same in any order; places are twice the rank: that of the
-- first of equal ones and that of the last.  Where nothing can be compared gamma-gamma-all is
-- chosen, which values everybody.
CREATE FUNCTION retention_mart_values_compared()
	RETURNS TABLE (step integer, name text, optional boolean, template text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	(1, 'compare values', true, $sql$CREATE UNLOGGED TABLE {mart}.next_sample AS
SELECT {extension}.as_of(history, {as_of} - {quality_days}) AS past,
       greatest({extension}.total_spend({extension}.slice(
           history, daterange({as_of} - {quality_days} + 1, {as_of}, '[]'))), 0) AS spent
FROM {mart}.customer_history,
     (SELECT count(*) / 50000 + 1 AS parts FROM {mart}.customer_history) c
WHERE hashtextextended(customer_id::text, 0) % parts = 0
  AND {extension}.as_of(history, {as_of} - {quality_days}) IS NOT NULL;
CREATE UNLOGGED TABLE {mart}.next_model AS
SELECT kind, use, {extension}.fit_model(kind, past, {as_of} - {quality_days}) AS m
FROM {mart}.model,
     {extension}.retention_mart_model_use(kind) AS use,
     {mart}.next_sample
WHERE fitted_on = {as_of}
  AND (use = 'spend_model' OR use = 'base_model' AND chosen)
GROUP BY kind, use;
CREATE UNLOGGED TABLE {mart}.next_value AS
SELECT s.kind, coalesce(spent, 0) AS spent,
       coalesce(purchases * {extension}.expected_order_value(
           s.m, past, {as_of} - {quality_days})::double precision, 0) AS expected
FROM (SELECT past, spent, {extension}.expected_purchases(
             m, past, {as_of} - {quality_days}, {quality_days} * interval '1 day') AS purchases
      FROM {mart}.next_sample, {mart}.next_model
      WHERE use = 'base_model'
      OFFSET 0) b,
     {mart}.next_model s
WHERE s.use = 'spend_model';
UPDATE {mart}.model
SET holdout_gini = gini,
    holdout_error = error
FROM (SELECT kind AS of_kind,
             sum(spent * (expected_place - customers - 1))
                 / nullif(sum(spent * (spent_place - customers - 1)), 0) AS gini,
             avg(abs(expected::numeric - spent)) AS error
      FROM (SELECT kind, spent, expected, count(*) OVER k AS customers,
                   rank() OVER by_spent + count(*) OVER by_spent AS spent_place,
                   rank() OVER by_expected + count(*) OVER by_expected AS expected_place
            FROM {mart}.next_value
            WINDOW k AS (PARTITION BY kind),
                   by_spent AS (PARTITION BY kind ORDER BY spent),
                   by_expected AS (PARTITION BY kind ORDER BY expected)) p
      GROUP BY kind) r
WHERE fitted_on = {as_of}
  AND kind = of_kind;
DROP TABLE {mart}.next_sample, {mart}.next_model, {mart}.next_value$sql$),
	-- by a model with a mean everybody has a value
	(2, 'choose values', false, $sql$UPDATE {mart}.model
SET not_valued = CASE
        WHEN {extension}.parameter(model, 'q') > 1 THEN 0
        ELSE (SELECT count(*)
              FROM {mart}.customer_history
              WHERE {extension}.as_of(history, {as_of}) IS NOT NULL
                AND {extension}.expected_order_value(model, history, {as_of}) IS NULL)
    END
WHERE fitted_on = {as_of}
  AND {extension}.retention_mart_model_use(kind) = 'spend_model';
UPDATE {mart}.model
SET chosen = kind = (
        SELECT kind
        FROM {mart}.model
        WHERE fitted_on = {as_of}
          AND {extension}.retention_mart_model_use(kind) = 'spend_model'
        ORDER BY holdout_gini DESC NULLS LAST, holdout_error, not_valued, kind DESC
        LIMIT 1)
WHERE fitted_on = {as_of}
  AND {extension}.retention_mart_model_use(kind) = 'spend_model'$sql$);
	END;

-- The cycle of a customer, then who is still one, by the kinds in settings, then what they spend.
-- "more" are the values of one step.
CREATE FUNCTION retention_mart_fits(settings jsonb)
	RETURNS TABLE (step integer, name text, optional boolean, template text, more jsonb)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	WITH tried AS (
		SELECT kind, min(place) AS place
		FROM (SELECT kind,
					 CASE fitted_to WHEN 'intervals' THEN 0::bigint
								   ELSE 1000000::bigint END AS place
			  FROM model_kinds()
			  WHERE fitted_to = text 'intervals'
				 OR fitted_to IN (text 'spend', text 'amounts')
					AND (settings ->> text 'amount_column') IS NOT NULL
			  UNION ALL
			  SELECT b.kind, b.place
			  FROM jsonb_array_elements_text(settings -> text 'base_kinds')
					WITH ORDINALITY AS b(kind, place)
			  WHERE b.kind IS NOT NULL) AS k
		GROUP BY kind)
	SELECT 29, 'empty models', false, 'DELETE FROM {mart}.model WHERE fitted_on = {as_of}',
		   jsonb '{}'
	UNION ALL
	SELECT 29 + row_number() OVER (ORDER BY place, kind)::integer, 'model ' || kind, true,
		   $sql$INSERT INTO {mart}.model (fitted_on, kind, model, log_likelihood, aic, converged)
SELECT {as_of}, {kind}, m, {extension}.log_likelihood(m), $sql$
		|| CASE retention_mart_model_use(kind)
			WHEN 'spend_model' THEN 'NULL'
			ELSE '{extension}.aic(m)'
		   END || $sql$, {extension}.converged(m)
FROM (SELECT {extension}.fit_model(text {kind}, history, {as_of}) AS m
      FROM {mart}.customer_history) f
WHERE m IS NOT NULL$sql$,
		   pg_catalog.jsonb_build_object('kind', quote_literal(kind))
	FROM tried
	UNION ALL
	SELECT 39 + (SELECT greatest(count(*) - 9::bigint, 0::bigint) FROM tried)::integer + v.step,
		   v.name, v.optional, v.template, jsonb '{}'
	FROM retention_mart_values_compared() AS v
	WHERE (settings ->> text 'amount_column') IS NOT NULL
	UNION ALL
	SELECT 39 + (SELECT greatest(count(*) - 9::bigint, 0::bigint) FROM tried)::integer,
		   'choose models', false, $sql$UPDATE {mart}.model
SET chosen = fitted_on = {as_of}
	AND kind IN (
		SELECT DISTINCT ON (use) kind
		FROM {mart}.model,
		     {extension}.retention_mart_model_use(kind) AS use
		WHERE fitted_on = {as_of}
		ORDER BY use, aic, kind)$sql$, jsonb '{}';
	END;

COMMENT ON FUNCTION retention_mart_table_model() IS 'The table model of a retention mart: name, '
	'columns and comments.';
COMMENT ON FUNCTION retention_mart_table_model_fits() IS 'The view model_fits of a retention mart: '
	'name, query, columns and comments.';
COMMENT ON FUNCTION retention_mart_model_use(text) IS 'What a retention mart uses a kind of model '
	'for: cycle_model, spend_model or base_model, which tells who is still a customer.';
COMMENT ON FUNCTION retention_mart_values_compared() IS 'The steps of a refresh of a retention '
	'mart that hold models of what orders are worth to what came, and choose one, as templates; '
	'step counts from the choice of the other models.';
COMMENT ON FUNCTION retention_mart_fits(jsonb) IS 'The steps of a refresh of a retention mart that '
	'fit models, as templates, with values of their own.';
