-- ---------------------------------------------------------------------------
-- the retention mart: the season, events, and times in which all buy more or less at once
-- ---------------------------------------------------------------------------

CREATE FUNCTION retention_mart_table_season_fit()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'season_fit', NULL,
	 'In which months all customers buy more or less, and whether the models go by it. A row a '
	 'refresh; see the view season for the months.'),
	('column', 'fitted_on', 'date PRIMARY KEY', 'as of which day'),
	('column', 'season', '{extension}.retention_season',
	 'as fitted to all that was known, next to the events in the settings: see fit_season; NULL '
	 'for a log of less than a year'),
	('column', 'holdout_season', '{extension}.retention_season',
	 'as it would have been fitted settings.quality_days before; NULL where it was not needed, or '
	 'too little was known'),
	('column', 'years', 'double precision', 'years of the log that season was fitted to'),
	('column', 'p_value', 'double precision',
	 'how probable months that differ as much would be without a season; NULL for a log of less '
	 'than two years'),
	('column', 'log_loss', 'double precision',
	 'of the kind of model with preference 1 in model_comparison, with holdout_season, in the same '
	 'hold-out; NULL where it was not asked for'),
	('column', 'log_loss_without', 'double precision',
	 'its log_loss in model_comparison, with the events alone'),
	('column', 'chosen', 'boolean NOT NULL DEFAULT false',
	 'the models go by it: the log has settings.season_years, p_value is less than '
	 'settings.season_p_value, and log_loss, to six digits, than log_loss_without'),
	('column', 'chosen_because', 'text', 'why, or why not, in a sentence or two'),
	('column', 'used', '{extension}.retention_season',
	 'what the models of that day go by: season if it was chosen, else the events alone; NULL for '
	 'nothing of both'),
	('column', 'holdout_used', '{extension}.retention_season',
	 'the same of models that are held to what came');
	END;

CREATE FUNCTION retention_mart_table_season()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('view', 'season', $sql$
SELECT month, factor, standard_error, lower, upper, chosen, years, p_value
FROM {mart}.season_fit
     JOIN {mart}.settings ON as_of = fitted_on,
     {extension}.season_months(season, 0.95::double precision)$sql$,
	 'The twelve months as of the last refresh: how much more all customers buy in each. No rows '
	 'for a log of less than a year; see season_fit.'),
	('column', 'month', NULL, '1 for January'),
	('column', 'factor', NULL,
	 'what is bought on a day of the month, of a customer who is there, as a multiple of a mean '
	 'day of the year'),
	('column', 'standard_error', NULL,
	 'of factor: what chance and the variation between years leave open'),
	('column', 'lower', NULL, 'lower limit of factor, 95 percent confidence'),
	('column', 'upper', NULL, 'upper limit'),
	('column', 'chosen', NULL, 'the models go by it: see season_fit'),
	('column', 'years', NULL, 'years of the log it was fitted to'),
	('column', 'p_value', NULL,
	 'how probable months that differ as much would be without a season');
	END;

-- Is there a season to go by?  First what is typed in: a wrong event is an error, whatever else
-- there is.
CREATE FUNCTION retention_mart_season_steps()
	RETURNS TABLE (step integer, name text, optional boolean, template text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	(26, 'events', false, 'SELECT {events} AS events'),
	(31, 'empty season', false, $sql$DELETE FROM {mart}.season_fit WHERE fitted_on = {as_of};
INSERT INTO {mart}.season_fit (fitted_on) VALUES ({as_of})$sql$),
	(32, 'season', true, $sql$UPDATE {mart}.season_fit
SET season = s,
    years = {extension}.season_years(s),
    p_value = {extension}.season_p_value(s)
FROM (SELECT {extension}.fit_season(history, {as_of}{season_events}) AS s
      FROM {mart}.customer_history) f
WHERE fitted_on = {as_of}$sql$),
	-- as it was known then; of nobody it is NULL
	(33, 'season of the hold-out', true, $sql$UPDATE {mart}.season_fit
SET holdout_season = s
FROM (SELECT {extension}.fit_season(history, {as_of} - {quality_days}{season_events}) AS s
      FROM {mart}.customer_history
      WHERE EXISTS (SELECT
                    FROM {mart}.season_fit
                    WHERE fitted_on = {as_of}
                      AND years >= {season_years}
                      AND p_value < {season_p_value})) f
WHERE fitted_on = {as_of}$sql$),
	-- on the customers that the kinds were compared on
	(34, 'compare season', true, $sql$UPDATE {mart}.season_fit
SET log_loss_without = without,
    log_loss = r.log_loss
FROM (SELECT without,
             kind AS preferred,
             {extension}.compare_models(history, {as_of}, make_interval(days => days),
                                        ARRAY[kind], double precision '1',
                                        holdout_season) AS compared
      FROM {mart}.customer_history,
           (SELECT kind,
                   holdout_days AS days,
                   c.log_loss AS without,
                   f.holdout_season,
                   trunc(least({compared_customers} / all_customers::numeric, 1)
                         * 9223372036854775807)::bigint AS hash_until
            FROM {mart}.model_comparison c
                 JOIN {mart}.season_fit f ON fitted_on = as_of
            WHERE as_of = {as_of}
              AND preference = 1
              AND {extension}.retention_mart_takes_season(kind)
              AND f.holdout_season IS NOT NULL) c
      WHERE hashtextextended(customer_id::text, 0) & 9223372036854775807 <= hash_until
      GROUP BY without, kind) s,
     unnest(compared) r
WHERE fitted_on = {as_of}
  AND kind = preferred$sql$),
	(35, 'choose season', false, $sql$UPDATE {mart}.season_fit
SET chosen = coalesce(better, false),
    used = CASE WHEN better THEN season ELSE {events} END,
    holdout_used = CASE WHEN better THEN holdout_season ELSE {events} END,
    chosen_because =
        CASE
            WHEN years IS NULL THEN
                'A log of less than a year tells nothing of a season.'
            WHEN years < {season_years} THEN
                'The log has ' || to_char(years, 'FM990.0') || ' years: what belongs to a month, '
                || 'and what to that year, can be told from ' || {season_years}::numeric
                || ' years on.'
            WHEN {season_p_value} <= 0 THEN
                'None is wanted: settings.season_p_value is 0.'
            WHEN p_value < {season_p_value} IS NOT TRUE THEN
                'Months differ no more than chance and years make them'
                || coalesce(': p-value ' || to_char(p_value, 'FM0.0000'), '') || '.'
            WHEN better IS NULL THEN
                'Months differ, but it could not be seen whether that tells who will buy.'
            ELSE
                CASE WHEN better THEN 'It told better who'
                     ELSE 'Months differ, but it did not tell better who' END
                || ' of ' || to_char(customers, 'FM999,999,999,990')
                || ' customers would buy in the ' || days || ' days until '
                || to_char({as_of}, 'FMDD FMMonth YYYY') || ': log loss '
                || to_char(loss, 'FM9990.0000') || ' against '
                || to_char(loss_without, 'FM9990.0000') || ' without it.'
        END
        || CASE WHEN {events} IS NULL THEN ''
                ELSE ' The events in the settings count in any case.' END
FROM (SELECT round(f.log_loss::numeric, 6) AS loss,
             round(log_loss_without::numeric, 6) AS loss_without,
             round(f.log_loss::numeric, 6) < round(log_loss_without::numeric, 6) AS better,
             customers,
             holdout_days AS days
      FROM {mart}.season_fit f
           LEFT JOIN {mart}.model_comparison ON as_of = fitted_on AND preference = 1
      WHERE fitted_on = {as_of}) c
WHERE fitted_on = {as_of}$sql$);
	END;

-- What the model of today says of the 28 days, or more, of each period, by what was known at its
-- beginning.  A period is out of the ordinary where ratio differs from 1, and from what it was in
-- the six before, by more than three times what a month differs between years, 0.15 in its
-- logarithm (as fit_season has it where nothing is known of that), and by more than chance would
-- have it once in 1,000: 3.29 standard errors, of how customers differ from what was expected of
-- each.  10,000 of them tell that; sums are of numerics, the same in any order.
CREATE FUNCTION retention_mart_table_unusual_periods()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'unusual_periods', NULL,
	 'Was there a time in which all customers at once bought less, or more, than was to be '
	 'expected? A strike, a lockdown, a campaign: tell it in settings.events, and it does not '
	 'count as customers leaving. The last fifteen periods, a row each.'),
	('column', 'seen_from', 'date PRIMARY KEY', 'first day of the period'),
	('column', 'seen_until', 'date NOT NULL',
	 'its last day: settings.forecast_days later, but four weeks at least'),
	('column', 'customers', 'bigint NOT NULL',
	 'customers there were before, of a sample of about 10,000 where there are more'),
	('column', 'expected', 'double precision NOT NULL',
	 'purchase days that today''s model expects of them, by what was known then'),
	('column', 'actual', 'bigint NOT NULL', 'purchase days they had'),
	('column', 'ratio', 'double precision NOT NULL', 'actual by expected'),
	('column', 'usual', 'double precision',
	 'the median of ratio in the periods before, six at most; NULL where there are less than '
	 'three'),
	('column', 'unusual', 'boolean NOT NULL',
	 'all customers at once: ratio differs from 1, and from usual, by a factor of more than 1.57, '
	 'three times what a month differs between years, and by more than chance; false where usual '
	 'is NULL'),
	('needs', 'base_kind', NULL, NULL),
	('optional', NULL, NULL, NULL),
	('insert', NULL, $sql$
WITH period AS (
    SELECT p, days, {as_of} - days * p AS since
    FROM (SELECT greatest({forecast_days}, 28) AS days) d,
         generate_series(1, 15) AS p),
seen AS (
    SELECT p,
           since + 1 AS seen_from,
           since + days AS seen_until,
           count(*) AS customers,
           sum(expected)::double precision AS expected,
           sum(actual) AS actual,
           sum((actual - expected) ^ 2)::double precision AS variance
    FROM (SELECT p, since, days, expected::numeric AS expected,
                 coalesce({extension}.purchase_days({extension}.slice(
                     history, daterange(since + 1, since + days, '[]'))), 0) AS actual
          FROM (SELECT history
                FROM {mart}.customer_history,
                     (SELECT count(*) / 10000 + 1 AS parts FROM {mart}.customer_history) c
                WHERE hashtextextended(customer_id::text, 0) % parts = 0) h,
               period,
               LATERAL (SELECT {extension}.expected_purchases(
                                   {base_model}, history, since, days * interval '1 day')
                                   AS expected
                        OFFSET 0) e
          WHERE expected IS NOT NULL) s
    GROUP BY p, since, days
    HAVING sum(expected) > 0)
SELECT seen_from,
       seen_until,
       customers,
       expected,
       actual,
       actual / expected,
       usual,
       usual IS NOT NULL
       AND least(abs(change), abs(change - ln(usual))) > 3 * 0.15
       AND least(abs(actual - expected), abs(actual - usual * expected)) > 3.29 * sqrt(variance)
FROM seen s
     LEFT JOIN LATERAL (
         SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY actual / expected) AS usual
         FROM seen b
         WHERE b.p BETWEEN s.p + 1 AND s.p + 6
         HAVING count(*) >= 3) b ON usual > 0,
     -- none at all is far off, too
     LATERAL (SELECT ln(greatest(actual, 0.5) / expected) AS change) c$sql$, NULL);
	END;

COMMENT ON FUNCTION retention_mart_table_season_fit() IS 'The table season_fit of a retention '
	'mart: name, columns and comments.';
COMMENT ON FUNCTION retention_mart_table_season() IS 'The view season of a retention mart: name, '
	'query, columns and comments.';
COMMENT ON FUNCTION retention_mart_season_steps() IS 'The steps of a refresh of a retention mart '
	'that fit a season and see whether who will buy is told better with it, as templates.';
COMMENT ON FUNCTION retention_mart_table_unusual_periods() IS 'The table unusual_periods of a '
	'retention mart: name, columns, comments and how it is written.';
