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
	 'customer it has the least aic'),
	('constraint', NULL, 'PRIMARY KEY (fitted_on, kind)', NULL);
	END;

CREATE FUNCTION retention_mart_table_model_fits()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('view', 'model_fits', $sql$
SELECT fitted_on, kind, {extension}.parameters(model)::text AS parameters,
       log_likelihood, aic, converged, chosen
FROM {mart}.model$sql$,
	 'The history of the fits in plain columns.'),
	('column', 'fitted_on', NULL, 'as of which day'),
	('column', 'kind', NULL, 'kind of model'),
	('column', 'parameters', NULL, 'its parameters, as JSON'),
	('column', 'log_likelihood', NULL, 'logarithm of its likelihood'),
	('column', 'aic', NULL, 'Akaike''s criterion: less is better'),
	('column', 'converged', NULL,
	 'false when the likelihood rises toward the boundary of the parameters'),
	('column', 'chosen', NULL, 'the mart uses it');
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
				 OR fitted_to = text 'spend' AND (settings ->> text 'amount_column') IS NOT NULL
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
COMMENT ON FUNCTION retention_mart_fits(jsonb) IS 'The steps of a refresh of a retention mart that '
	'fit models, as templates, with values of their own.';
