-- ---------------------------------------------------------------------------
-- the retention mart: what the model said, held to what came
-- ---------------------------------------------------------------------------

-- What is expected of all customers from a day on, within one period, two, ..., as an array
CREATE FUNCTION retention_mart_totals(forecast_days integer, quality_days integer, model text,
		since text) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT 'ARRAY['
		|| string_agg(E'\n           {extension}.expected_total(' || left(model, 63)
					  || ', history, ' || left(since, 200)
					  || ', interval ''' || (forecast_days * p)::text || ' days'', '
					  || '{forecast_level})', ',' ORDER BY p)
		|| ']'
	-- whoever calls it with whatever: more is no query that ends
	FROM generate_series(1, least(quality_days / forecast_days, 10000)) AS p;
	END;

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
SELECT {extension}.fit_model({base_kind}, history, {as_of} - {quality_days}$sql$
		|| CASE WHEN retention_mart_takes_season(min(base_kind)) THEN '{with_holdout_season}'
				ELSE '' END || $sql$) AS m
FROM {mart}.customer_history;
CREATE UNLOGGED TABLE {mart}.next_known AS
SELECT {extension}.purchase_probability(
           m, history, {as_of} - {quality_days}, {quality_days} * interval '1 day') AS score,
       {extension}.last_purchase({extension}.as_of(history, {as_of}))
           > {as_of} - {quality_days} AS bought,
       ARRAY[$sql$ || string_agg($sql$
           {extension}.purchase_days({extension}.slice(history, daterange(
               {as_of} - {quality_days} + $sql$ || (forecast_days * (p - 1) + 1)::text || $sql$,
               {as_of} - {quality_days} + $sql$ || (forecast_days * p)::text || $sql$, '[]')))$sql$,
		',' ORDER BY p) || $sql$] AS actual
FROM {mart}.customer_history, {mart}.next_model
WHERE m IS NOT NULL
  AND {extension}.as_of(history, {as_of} - {quality_days}) IS NOT NULL;
CREATE UNLOGGED TABLE {mart}.next_total AS
SELECT $sql$ || retention_mart_totals(min(forecast_days), min(quality_days), text 'm',
									 text '{as_of} - {quality_days}') || $sql$ AS totals
FROM {mart}.customer_history, {mart}.next_model
WHERE m IS NOT NULL$sql$
		FROM (SELECT (settings ->> text 'forecast_days')::integer AS forecast_days,
					 (settings ->> text 'quality_days')::integer AS quality_days,
					 settings ->> text 'base_kind' AS base_kind) AS s,
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
	('column', 'total_expected', 'double precision NOT NULL',
	 'purchase days expected from the first day of the first period to the last of this one'),
	('column', 'total_lower', 'double precision',
	 'lower limit of their number, with a probability of level: see expected_total; NULL where it '
	 'is not known how sure the fit was'),
	('column', 'total_upper', 'double precision', 'upper limit, likewise'),
	('column', 'total_actual', 'bigint NOT NULL', 'purchase days they had in that time'),
	('column', 'level', 'double precision NOT NULL',
	 'the probability with which the limits are to hold, settings.forecast_level'),
	('needs', 'base_kind', NULL, NULL),
	('optional', NULL, NULL, NULL),
	('insert', NULL, $sql$
SELECT p,
       {as_of} - {quality_days} + {forecast_days} * (p - 1) + 1,
       {as_of} - {quality_days} + {forecast_days} * p,
       (totals[p]).customers,
       (totals[p]).expected - coalesce((totals[p - 1]).expected, 0),
       came,
       (totals[p]).expected,
       (totals[p]).lower,
       (totals[p]).upper,
       sum(came) OVER (ORDER BY p),
       {forecast_level}
FROM (SELECT p, coalesce(sum(actual[p]), 0) AS came
      FROM {mart}.next_known,
           generate_series(1, {quality_days} / {forecast_days}) AS p
      GROUP BY p) a,
     {mart}.next_total$sql$, NULL),
	('finish', NULL, 'DROP TABLE {mart}.next_model, {mart}.next_known, {mart}.next_total', NULL);
	END;

CREATE FUNCTION retention_mart_table_purchase_outlook(settings jsonb)
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'purchase_outlook', NULL,
	 'How much will they buy: purchases to expect after settings.as_of of all customers there are, '
	 'with limits. How good such forecasts were is in purchase_forecast.'),
	('column', 'days', 'integer PRIMARY KEY',
	 'days ahead: multiples of settings.forecast_days, up to quality_days'),
	('column', 'until', 'date NOT NULL', 'the last of these days'),
	('column', 'customers', 'bigint NOT NULL',
	 'customers by now; who is new after that comes on top'),
	('column', 'expected', 'double precision NOT NULL',
	 'purchase days to expect of them in these days; see expected_total'),
	('column', 'lower', 'double precision',
	 'lower limit of their number, with a probability of level; NULL where it is not known how '
	 'sure the fit is. It holds as far as the model does: a season is in it where with_season '
	 'says so, a campaign where with_events does'),
	('column', 'upper', 'double precision', 'upper limit, likewise'),
	('column', 'level', 'double precision NOT NULL',
	 'the probability with which the limits are to hold, settings.forecast_level'),
	('column', 'with_season', 'boolean NOT NULL', 'the season is in it: see season_fit'),
	('column', 'with_events', 'boolean NOT NULL', 'events in the settings are in it'),
	('needs', 'base_kind', NULL, NULL),
	('optional', NULL, NULL, NULL),
	('insert in parallel', NULL, (SELECT $sql$
SELECT {forecast_days} * p AS days,
       {as_of} + {forecast_days} * p AS until,
       (totals[p]).customers,
       (totals[p]).expected,
       (totals[p]).lower,
       (totals[p]).upper,
       {forecast_level} AS level,
       takes_season AND chosen AS with_season,
       takes_season AND {events} IS NOT NULL AS with_events
FROM (SELECT $sql$ || retention_mart_totals(forecast_days, quality_days, text '{base_model}',
											text '{as_of}') || $sql$ AS totals
      FROM {mart}.customer_history) t,
     generate_series(1, {quality_days} / {forecast_days}) AS p,
     (SELECT chosen, {extension}.retention_mart_takes_season({base_kind}) AS takes_season
      FROM {mart}.season_fit
      WHERE fitted_on = {as_of}) s
WHERE (totals[p]).customers > 0$sql$
		FROM (SELECT (settings ->> text 'forecast_days')::integer AS forecast_days,
					 (settings ->> text 'quality_days')::integer AS quality_days) AS s), NULL);
	END;

COMMENT ON FUNCTION retention_mart_totals(integer, integer, text, text) IS 'What is expected of '
	'all customers from a day on, within one period, two, and so on, as SQL for an array: a '
	'template of a retention mart, from the days of a period and of all of them, a model, and that '
	'day.';
COMMENT ON FUNCTION retention_mart_table_purchase_outlook(jsonb) IS 'The table purchase_outlook of '
	'a retention mart: name, columns, comments and how it is written. settings is that of '
	'retention_mart_steps.';
COMMENT ON FUNCTION retention_mart_table_model_quality(jsonb) IS 'The table model_quality of a '
	'retention mart: name, columns, comments and how it is written. settings is that of '
	'retention_mart_steps.';
COMMENT ON FUNCTION retention_mart_table_purchase_forecast() IS 'The table purchase_forecast of a '
	'retention mart: name, columns, comments and how it is written.';
