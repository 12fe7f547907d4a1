-- ---------------------------------------------------------------------------
-- the retention mart: what the model said, held to what came
-- ---------------------------------------------------------------------------

-- Both tables are written in one step: with the model as it would have been fitted quality_days ago
CREATE FUNCTION retention_mart_table_model_quality(settings jsonb)
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'model_quality', NULL,
	 'What the model said settings.quality_days ago, at first half a year, and what came: '
	 'customers in tenths of the probability of a purchase.'),
	('column', 'bin', 'integer PRIMARY KEY', '1 for the lowest probabilities'),
	('column', 'seen_from', 'date NOT NULL', 'first day on which purchases were looked for'),
	('column', 'seen_until', 'date NOT NULL', 'last day'),
	('column', 'customers', 'bigint NOT NULL', 'customers of these probabilities'),
	('column', 'expected_rate', 'double precision NOT NULL', 'what share was expected to buy'),
	('column', 'actual_rate', 'double precision NOT NULL', 'what share did'),
	('column', 'lower', 'double precision NOT NULL',
	 'lower limit of that share, 95 percent confidence'),
	('column', 'upper', 'double precision NOT NULL', 'upper limit'),
	('column', 'roc_auc', 'double precision',
	 'of all bins: the probability that who bought had been given a higher probability than who '
	 'did not'),
	('column', 'brier_score', 'double precision',
	 'of all bins: mean squared error of the probabilities'),
	('needs', 'base_kind', NULL, NULL),
	('optional', NULL, NULL, NULL),
	-- a list of expressions, as subqueries have no parallel workers before PostgreSQL 17
	('prepare', NULL, (SELECT $sql$CREATE UNLOGGED TABLE {mart}.next_model AS
SELECT {extension}.fit_model({base_kind}, history, {as_of} - {quality_days}) AS m
FROM {mart}.customer_history;
CREATE UNLOGGED TABLE {mart}.next_known AS
SELECT {extension}.purchase_probability(
           m, history, {as_of} - {quality_days}, {quality_days} * interval '1 day') AS score,
       {extension}.last_purchase({extension}.as_of(history, {as_of}))
           > {as_of} - {quality_days} AS bought,
       ARRAY[$sql$ || string_agg($sql$
           {extension}.expected_purchases(
               m, history, {as_of} - {quality_days}, interval '$sql$
		|| (forecast_days * p)::text || $sql$ days')$sql$, ',' ORDER BY p) || $sql$] AS expected,
       ARRAY[$sql$ || string_agg($sql$
           {extension}.purchase_days({extension}.slice(history, daterange(
               {as_of} - {quality_days} + $sql$ || (forecast_days * (p - 1) + 1)::text || $sql$,
               {as_of} - {quality_days} + $sql$ || (forecast_days * p)::text || $sql$, '[]')))$sql$,
		',' ORDER BY p) || $sql$] AS actual
FROM {mart}.customer_history, {mart}.next_model
WHERE m IS NOT NULL
  AND {extension}.as_of(history, {as_of} - {quality_days}) IS NOT NULL$sql$
		FROM (SELECT (settings ->> text 'forecast_days')::integer AS forecast_days,
					 (settings ->> text 'quality_days')::integer AS quality_days) AS s,
			 generate_series(1, quality_days / forecast_days) AS p), NULL),
	('insert', NULL, $sql$
SELECT bin,
       {as_of} - {quality_days} + 1,
       {as_of},
       customers,
       expected_rate,
       actual_rate,
       lower,
       upper,
       area,
       brier
FROM unnest((SELECT {extension}.calibration_table(score, bought) FROM {mart}.next_known)),
     (SELECT {extension}.roc_auc(score, bought) AS area,
             {extension}.brier_score(score, bought) AS brier
      FROM {mart}.next_known) q$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_purchase_forecast()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'purchase_forecast', NULL,
	 'Purchases that the model of settings.quality_days ago expected of the customers there were '
	 'then, and those that came: in periods of settings.forecast_days, at first six of 30 days.'),
	('column', 'period', 'integer PRIMARY KEY', '1 for the earliest'),
	('column', 'seen_from', 'date NOT NULL', 'first day of the period'),
	('column', 'seen_until', 'date NOT NULL', 'its last day'),
	('column', 'customers', 'bigint NOT NULL', 'customers at the beginning of the first period'),
	('column', 'expected', 'double precision NOT NULL', 'purchase days expected of them'),
	('column', 'actual', 'bigint NOT NULL', 'purchase days they had'),
	('needs', 'base_kind', NULL, NULL),
	('optional', NULL, NULL, NULL),
	-- as numeric, the sum is the same in any order
	('insert', NULL, $sql$
SELECT p,
       {as_of} - {quality_days} + {forecast_days} * (p - 1) + 1,
       {as_of} - {quality_days} + {forecast_days} * p,
       count(*),
       sum((expected[p] - coalesce(expected[p - 1], 0))::numeric),
       coalesce(sum(actual[p]), 0)
FROM {mart}.next_known,
     generate_series(1, {quality_days} / {forecast_days}) AS p
GROUP BY p$sql$, NULL),
	('finish', NULL, 'DROP TABLE {mart}.next_model, {mart}.next_known', NULL);
	END;

COMMENT ON FUNCTION retention_mart_table_model_quality(jsonb) IS 'The table model_quality of a '
	'retention mart: name, columns, comments and how it is written. settings is that of '
	'retention_mart_steps.';
COMMENT ON FUNCTION retention_mart_table_purchase_forecast() IS 'The table purchase_forecast of a '
	'retention mart: name, columns, comments and how it is written.';
