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
	 'false when the likelihood rises toward a limit of the parameters, or does not tell them'),
	('column', 'chosen', 'boolean NOT NULL DEFAULT false',
	 'the mart uses it: it was fitted at the last refresh, and chosen by chosen_by'),
	('column', 'holdout_gini', 'double precision',
	 'of models of what orders are worth: fitted settings.quality_days ago, how well did their '
	 'values times the purchases to expect rank customers by what they spent since? The '
	 'normalized Gini coefficient: 1 like that itself, 0 like chance; the one with more is chosen'),
	('column', 'holdout_error', 'double precision',
	 'the mean absolute error of that, in the money of the orders: of equal ones the one with less '
	 'is chosen'),
	('column', 'not_valued', 'bigint',
	 'of models of what orders are worth: customers to whom it gives no value'),
	('column', 'chosen_by', 'text',
	 'by what it was chosen. Of models of who is still a customer: log_loss, what came in a '
	 'hold-out, see model_comparison; aic where that tells nothing. Of models of what orders are '
	 'worth: holdout_gini; not_valued where that tells nothing. NULL: not chosen, or there was no '
	 'other'),
	('column', 'chosen_because', 'text',
	 'of the model of who is still a customer that was chosen: why, in a sentence or two'),
	('constraint', NULL, 'PRIMARY KEY (fitted_on, kind)', NULL);
	END;

CREATE FUNCTION retention_mart_table_model_fits()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('view', 'model_fits', $sql$
SELECT fitted_on, kind, {extension}.parameters(model)::text AS parameters,
       log_likelihood, aic, converged, chosen, holdout_gini, holdout_error, not_valued,
       chosen_by, chosen_because, {extension}.season(model) IS NOT NULL AS with_season
FROM {mart}.model$sql$,
	 'The history of the fits in plain columns.'),
	('column', 'fitted_on', NULL, 'as of which day'),
	('column', 'kind', NULL, 'kind of model'),
	('column', 'parameters', NULL, 'its parameters, as JSON'),
	('column', 'log_likelihood', NULL, 'logarithm of its likelihood'),
	('column', 'aic', NULL, 'Akaike''s criterion: less is better'),
	('column', 'converged', NULL,
	 'false when the likelihood rises toward a limit of the parameters, or does not tell them'),
	('column', 'chosen', NULL, 'the mart uses it'),
	('column', 'holdout_gini', NULL,
	 'how well customers are ranked by what they spent after the hold-out began: more is better'),
	('column', 'holdout_error', NULL, 'the mean absolute error of that'),
	('column', 'not_valued', NULL, 'customers to whom it gives no value'),
	('column', 'chosen_by', NULL, 'by what it was chosen: log_loss, aic, holdout_gini, not_valued'),
	('column', 'chosen_because', NULL, 'why, in a sentence or two'),
	('column', 'with_season', NULL,
	 'it goes by a season, or by the events in the settings: see season_fit');
	END;

CREATE FUNCTION retention_mart_table_model_comparison()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'model_comparison', NULL,
	 'Which kind of model tells best who is still a customer: what each would have said before a '
	 'hold-out, and what came; beside them plain rules. A row a kind and refresh; see '
	 'compare_models.'),
	('column', 'as_of', 'date', 'last day of the hold-out'),
	('column', 'kind', 'text', 'kind of model, one of settings.base_kinds; or a plain rule'),
	('column', 'chosen', 'boolean NOT NULL DEFAULT false',
	 'the mart used it as of that day, fitted to all that was known then'),
	('column', 'preference', 'integer',
	 'the order in which kinds are tried on all that was known: those that converged, or in which '
	 'nobody leaves, come first, of these the one with the least log_loss to six digits, then aic. '
	 'NULL for rules, and where the hold-out tells nothing'),
	('column', 'holdout_days', 'integer NOT NULL',
	 'days of the hold-out: settings.quality_days, but at most a third of those since the first '
	 'purchase'),
	('column', 'all_customers', 'bigint NOT NULL',
	 'customers who had bought when the hold-out began'),
	('column', 'customers', 'bigint NOT NULL',
	 'how many of them were compared: all, or a sample of about settings.compared_customers'),
	('column', 'left_out', 'bigint NOT NULL',
	 'customers, of the sample, who came within the hold-out, of whom nothing could be said'),
	('column', 'sampled', 'bigint NOT NULL',
	 'how many of customers the figures are of: all, or, of several million, fewer'),
	('column', 'log_likelihood', 'double precision',
	 'of the model as fitted to what was known when the hold-out began; NULL of a rule'),
	('column', 'aic', 'double precision', 'its aic; NULL of a rule'),
	('column', 'converged', 'boolean',
	 'false when its likelihood rises toward a limit of the parameters, or does not tell them; '
	 'NULL of a rule'),
	('column', 'at_limit', 'text',
	 'the limit at which the model ended, in words: that nobody leaves or all are alike is an '
	 'answer, that all leave at once is none; NULL inside the '
	 'parameter space, and of a rule'),
	('column', 'log_loss', 'double precision',
	 'mean of minus the logarithm of the probability given to what came, a purchase in the '
	 'hold-out or none: less is better; NULL where all bought, or nobody did'),
	('column', 'brier_score', 'double precision',
	 'mean squared error of the probability of a purchase in the hold-out'),
	('column', 'roc_auc', 'double precision',
	 'the probability that who bought in the hold-out had been given a higher one than who did '
	 'not'),
	('column', 'expected', 'double precision', 'purchases expected in the hold-out'),
	('column', 'actual', 'bigint NOT NULL', 'purchases in it, by the same customers'),
	('column', 'mean_absolute_error', 'double precision',
	 'mean absolute error of the purchases expected of a customer'),
	('column', 'rank', 'integer', '1 for the least log_loss, rules included'),
	('constraint', NULL, 'PRIMARY KEY (as_of, kind)', NULL);
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
  AND (use = 'spend_model'
       OR use = 'base_model' AND chosen AND NOT {extension}.retention_mart_takes_season(kind))
GROUP BY kind, use
UNION ALL
SELECT kind, use, {extension}.fit_model(
           kind, past, {as_of} - {quality_days}{with_holdout_season})
FROM {mart}.model,
     {extension}.retention_mart_model_use(kind) AS use,
     {mart}.next_sample
WHERE fitted_on = {as_of}
  AND use = 'base_model' AND chosen AND {extension}.retention_mart_takes_season(kind)
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
SET chosen = kind = best,
    chosen_by = CASE WHEN kind = best AND kinds > 1 THEN
                    CASE WHEN holdout_gini IS NULL THEN 'not_valued' ELSE 'holdout_gini' END
                END
FROM (SELECT kind AS best, count(*) OVER () AS kinds
      FROM {mart}.model
      WHERE fitted_on = {as_of}
        AND {extension}.retention_mart_model_use(kind) = 'spend_model'
      ORDER BY holdout_gini DESC NULLS LAST, holdout_error, not_valued, kind DESC
      LIMIT 1) b
WHERE fitted_on = {as_of}
  AND {extension}.retention_mart_model_use(kind) = 'spend_model'$sql$);
	END;

-- The kinds in settings that tell who is still a customer, as far as the extension knows them: a
-- kind may have its k given
CREATE FUNCTION retention_mart_compared_kinds(settings jsonb) RETURNS text[]
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	-- compare_models takes no more than 16
	SELECT (pg_catalog.array_agg(b.kind ORDER BY b.place))[1:16]
	FROM (SELECT t.kind, min(t.place) AS place
		  FROM jsonb_array_elements_text(settings -> text 'base_kinds')
				WITH ORDINALITY AS t(kind, place)
		  GROUP BY t.kind) AS b
		 JOIN model_kinds() AS k ON k.kind = regexp_replace(b.kind, text '-[0-9]+$', text '-k')
	WHERE k.fitted_to IN (text 'recency', text 'opportunities');
	END;

-- May models of the kind have a season?
CREATE FUNCTION retention_mart_takes_season(kind text) RETURNS boolean
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT EXISTS (
		SELECT
		FROM model_kinds() AS k
		WHERE k.kind = regexp_replace($1, text '-[0-9]+$', text '-k')
		  AND k.fitted_to IN (text 'intervals', text 'recency'));
	END;

-- A fit to go by: one that converged, or that ended at a limit which is an answer, a simpler model,
-- as where nobody leaves or all buy like clockwork; at others nothing is left of what it is to tell
CREATE FUNCTION retention_mart_fit_holds(converged boolean, at_limit text) RETURNS boolean
	LANGUAGE SQL IMMUTABLE PARALLEL SAFE
	BEGIN ATOMIC
	SELECT CASE WHEN converged IS NOT NULL THEN converged
		OR at_limit IS NOT NULL
			AND NOT regexp_split_to_array(at_limit, text ', ')
				&& ARRAY['all leave at once', 'all come once', 'all buy always or never',
					'purchase rates as different as can be'] END;
	END;

-- Which kind tells best who is still a customer, by what came in a hold-out: no longer than a third
-- of what is known, so that twice as much is there to learn from, and a week at least, since not
-- all weekdays are alike.  A key's hash says whether they are in the sample, so that it is the same
-- for every order of the rows, and a smaller one is part of a larger one.  To six digits, as k = 1
-- says what is said without k, with a parameter more.
CREATE FUNCTION retention_mart_comparing(settings jsonb)
	RETURNS TABLE (step integer, name text, optional boolean, template text, more jsonb)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT 27, 'empty comparison', false,
		   'DELETE FROM {mart}.model_comparison WHERE as_of = {as_of}', jsonb '{}'
	UNION ALL
	SELECT 28, 'compare models', true, $sql$INSERT INTO {mart}.model_comparison (
    as_of, kind, preference, holdout_days, all_customers, customers, left_out, sampled,
    log_likelihood, aic, converged, at_limit, log_loss, brier_score, roc_auc, expected, actual,
    mean_absolute_error, rank)
SELECT {as_of},
       kind,
       CASE WHEN converged IS NOT NULL AND log_loss IS NOT NULL THEN
           row_number() OVER (
               PARTITION BY converged IS NULL
               ORDER BY {extension}.retention_mart_fit_holds(converged, at_limit) IS NOT TRUE,
                        round(log_loss::numeric, 6), aic, kind)
       END,
       days, all_customers, customers, left_out, sampled,
       log_likelihood, aic, converged, at_limit, log_loss, brier_score, roc_auc, expected, actual,
       mean_absolute_error, rank
FROM (SELECT days, all_customers,
             {extension}.compare_models(history, {as_of}, make_interval(days => days),
                                        {kinds}{if_seasonal}) AS compared
      FROM {mart}.customer_history,
           (SELECT days, count(*) AS all_customers,
                   trunc(least({compared_customers} / count(*)::numeric, 1)
                         * 9223372036854775807)::bigint AS hash_until
            FROM {mart}.customer_history,
                 (SELECT least({quality_days},
                               ({as_of} - min({extension}.first_purchase(history))) / 3) AS days
                  FROM {mart}.customer_history) d
            WHERE days >= 7
              AND {extension}.first_purchase(history) <= {as_of} - days
            GROUP BY days) c
      WHERE hashtextextended(customer_id::text, 0) & 9223372036854775807 <= hash_until
      GROUP BY days, all_customers) s,
     unnest(compared) r$sql$,
		   pg_catalog.jsonb_build_object('kinds',
				'ARRAY['
				|| (SELECT string_agg(quote_literal(k), ', ') FROM pg_catalog.unnest(q.kinds) AS k)
				|| ']::text[]',
				'if_seasonal',
				CASE WHEN (SELECT bool_and(retention_mart_takes_season(k))
						   FROM pg_catalog.unnest(q.kinds) AS k)
					 THEN retention_mart_values(settings) ->> text 'with_events' ELSE '' END)
	FROM (SELECT retention_mart_compared_kinds(settings) AS kinds) AS q
	WHERE q.kinds IS NOT NULL;
	END;

-- Who is still a customer by which model, and why that one
CREATE FUNCTION retention_mart_choice() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$UPDATE {mart}.model
SET chosen = fitted_on = {as_of}
	AND kind IN (
		SELECT DISTINCT ON (use) m.kind
		FROM {mart}.model m
		     LEFT JOIN {mart}.model_comparison c ON c.as_of = m.fitted_on AND c.kind = m.kind,
		     {extension}.retention_mart_model_use(m.kind) AS use
		WHERE m.fitted_on = {as_of}
		ORDER BY use,
		         {extension}.retention_mart_fit_holds(m.converged, {extension}.at_limit(m.model))
		             IS NOT TRUE,
		         c.preference, m.aic, m.kind);
UPDATE {mart}.model_comparison
SET chosen = true
FROM {mart}.model m
WHERE as_of = {as_of}
  AND m.chosen
  AND m.kind = model_comparison.kind;
UPDATE {mart}.model
SET chosen_by = CASE WHEN own_loss IS NOT NULL AND compared > 1 THEN 'log_loss'
                     WHEN fitted > 1 THEN 'aic' END,
    chosen_because =
        CASE
            WHEN own_loss IS NOT NULL THEN
                CASE WHEN compared = 1 THEN 'No other kind was compared. Who'
                     WHEN own_loss = least_loss THEN 'It told best who'
                     ELSE 'Of those that converged it told best who' END
                || ' of ' || to_char(customers, 'FM999,999,999,990')
                || ' customers would buy in the ' || days || ' days until ' || day
                || ': log loss ' || to_char(own_loss, 'FM9990.0000')
                || coalesce('; ' || others, '') || '.'
                || CASE WHEN rule_loss < own_loss THEN ' A plain rule told better: '
                            || rule || ', ' || to_char(rule_loss, 'FM9990.0000') || '.'
                        WHEN rule_loss IS NOT NULL THEN ' The best plain rule, ' || rule || ', has '
                            || to_char(rule_loss, 'FM9990.0000') || '.'
                        ELSE '' END
            ELSE
                CASE WHEN fitted = 1 THEN 'No other kind could be fitted'
                     WHEN aic = least_aic THEN 'It fits the past best, by aic'
                     ELSE 'Of those that converged it fits the past best, by aic' END
                || CASE WHEN days IS NULL THEN ': too little is known to tell by what came since.'
                        ELSE ': in the ' || days || ' days until ' || day
                            || ' all customers bought, or none did.' END
        END
FROM to_char({as_of}, 'FMDD FMMonth YYYY') AS day,
     (SELECT count(*) AS fitted, min(aic) AS least_aic
      FROM {mart}.model
      WHERE fitted_on = {as_of}
        AND {extension}.retention_mart_model_use(kind) = 'base_model') f,
     (SELECT max(holdout_days) AS days, max(customers) AS customers, count(preference) AS compared,
             min(loss) FILTER (WHERE chosen) AS own_loss,
             min(loss) FILTER (WHERE converged IS NOT NULL) AS least_loss,
             string_agg(kind || ' ' || to_char(loss, 'FM9990.0000')
                        || CASE WHEN {extension}.retention_mart_fit_holds(converged, at_limit)
                                THEN '' ELSE ' (not converged)' END,
                        ', ' ORDER BY preference)
                 FILTER (WHERE preference IS NOT NULL AND NOT chosen) AS others,
             (array_agg(kind ORDER BY loss, kind) FILTER (WHERE converged IS NULL))[1] AS rule,
             min(loss) FILTER (WHERE converged IS NULL) AS rule_loss
      FROM (SELECT holdout_days, customers, preference, chosen, converged, at_limit, kind,
                   round(log_loss::numeric, 6) AS loss
            FROM {mart}.model_comparison
            WHERE as_of = {as_of}) r) c
WHERE fitted_on = {as_of}
  AND chosen
  AND {extension}.retention_mart_model_use(kind) = 'base_model'$sql$;
	END;

-- The cycle of a customer, then who is still one, then what they spend.  What came has told in
-- which order the kinds are preferred: those behind one that converged are not fitted to all that
-- is known.  Where it has told nothing, all kinds in settings are, for their aic to tell; what
-- could not be compared is tried in any case, so that it is said why it is left out.  "more" are
-- the values of one step.
CREATE FUNCTION retention_mart_fits(settings jsonb)
	RETURNS TABLE (step integer, name text, optional boolean, template text, more jsonb)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	WITH preferred AS (
		SELECT kind, place
		FROM jsonb_array_elements_text(settings -> text 'preferred')
			WITH ORDINALITY AS p(kind, place)),
	tried AS (
		SELECT kind, min(place) AS place, bool_or(if_needed) AS if_needed
		FROM (SELECT kind,
					 CASE fitted_to WHEN 'intervals' THEN 0::bigint
								   ELSE 1000000::bigint END AS place,
					 false AS if_needed
			  FROM model_kinds()
			  WHERE fitted_to = text 'intervals'
				 OR fitted_to IN (text 'spend', text 'amounts')
					AND (settings ->> text 'amount_column') IS NOT NULL
			  UNION ALL
			  SELECT p.kind, p.place, true
			  FROM preferred AS p
			  UNION ALL
			  SELECT b.kind, 1000::bigint + b.place, false
			  FROM jsonb_array_elements_text(settings -> text 'base_kinds')
					WITH ORDINALITY AS b(kind, place)
			  WHERE b.kind IS NOT NULL
				AND NOT EXISTS (SELECT FROM preferred AS p WHERE p.kind = b.kind)) AS k
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
FROM (SELECT {extension}.fit_model(text {kind}, history, {as_of}$sql$
		|| CASE WHEN retention_mart_takes_season(kind) THEN '{with_season}' ELSE '' END
		|| $sql$) AS m
      FROM {mart}.customer_history$sql$
		|| CASE WHEN if_needed THEN $sql$
      WHERE NOT EXISTS (
          SELECT
          FROM {mart}.model b
               JOIN {mart}.model_comparison c ON c.as_of = b.fitted_on AND c.kind = b.kind
          WHERE b.fitted_on = {as_of}
            AND {extension}.retention_mart_fit_holds(
                b.converged, {extension}.at_limit(b.model)))$sql$ ELSE '' END || $sql$) f
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
		   'choose models', false, retention_mart_choice(), jsonb '{}';
	END;

COMMENT ON FUNCTION retention_mart_table_model() IS 'The table model of a retention mart: name, '
	'columns and comments.';
COMMENT ON FUNCTION retention_mart_table_model_fits() IS 'The view model_fits of a retention mart: '
	'name, query, columns and comments.';
COMMENT ON FUNCTION retention_mart_table_model_comparison() IS 'The table model_comparison of a '
	'retention mart: name, columns and comments.';
COMMENT ON FUNCTION retention_mart_compared_kinds(jsonb) IS 'The kinds that a retention mart '
	'compares: those of its settings that tell who is still a customer, 16 at most; NULL for none.';
COMMENT ON FUNCTION retention_mart_comparing(jsonb) IS 'The steps of a refresh of a retention mart '
	'that compare kinds of models by what came, as templates, with values of their own.';
COMMENT ON FUNCTION retention_mart_fit_holds(boolean, text) IS 'May a retention mart go by a fit? '
	'One that converged, or whose limit is an answer, a simpler model: nobody leaves, all are '
	'alike. NULL where converged is.';
COMMENT ON FUNCTION retention_mart_takes_season(text) IS 'May models of the kind have a season? '
	'Those may that are fitted to days: to intervals, or to the days of purchases.';
COMMENT ON FUNCTION retention_mart_choice() IS 'What chooses the models of a retention mart and '
	'says why, as a template.';
COMMENT ON FUNCTION retention_mart_model_use(text) IS 'What a retention mart uses a kind of model '
	'for: cycle_model, spend_model or base_model, which tells who is still a customer.';
COMMENT ON FUNCTION retention_mart_values_compared() IS 'The steps of a refresh of a retention '
	'mart that hold models of what orders are worth to what came, and choose one, as templates; '
	'step counts from the choice of the other models.';
COMMENT ON FUNCTION retention_mart_fits(jsonb) IS 'The steps of a refresh of a retention mart that '
	'fit models, as templates, with values of their own.';
