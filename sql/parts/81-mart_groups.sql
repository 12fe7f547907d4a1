-- ---------------------------------------------------------------------------
-- the retention mart: customers together, by when they came and by what is known of them
-- ---------------------------------------------------------------------------

CREATE FUNCTION retention_mart_table_cohorts()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'cohorts', NULL, 'Customers by the month in which they came, month by month since.'),
	('column', 'cohort', 'date', 'first day of the month of their first purchase'),
	('column', 'period', 'integer', 'months since'),
	('column', 'eligible', 'bigint NOT NULL', 'customers of the cohort'),
	('column', 'active', 'bigint NOT NULL', 'how many of them bought in the month'),
	('column', 'rate', 'double precision NOT NULL', 'the share of them that did'),
	('column', 'active_on_or_after', 'bigint NOT NULL',
	 'how many of them bought in the month or later'),
	('column', 'rate_on_or_after', 'double precision NOT NULL', 'the share of them that did'),
	('column', 'orders', 'bigint NOT NULL', 'their orders in the month'),
	('column', 'spend', 'numeric', 'what they spent in it, refunds taken off'),
	('constraint', NULL, 'PRIMARY KEY (cohort, period)', NULL),
	('insert in parallel', NULL, $sql$
SELECT cohort, period, eligible, active, rate, active_on_or_after, rate_on_or_after, orders, spend
FROM unnest((SELECT {extension}.cohort_retention(history, text 'month', {as_of})
             FROM {mart}.customer_history))$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_retention_curve()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'retention_curve', NULL,
	 'All cohorts together: what share buys so many months after the first purchase.'),
	('column', 'period', 'integer PRIMARY KEY', 'months since the first purchase'),
	('column', 'cohorts', 'bigint NOT NULL', 'cohorts that have been seen so long'),
	('column', 'eligible', 'bigint NOT NULL', 'their customers'),
	('column', 'active', 'bigint NOT NULL', 'how many of them bought in the month'),
	('column', 'rate', 'double precision NOT NULL', 'the share of them that did'),
	('column', 'lower', 'double precision NOT NULL',
	 'lower limit of the rate, 95 percent confidence'),
	('column', 'upper', 'double precision NOT NULL', 'upper limit of the rate'),
	('column', 'rate_on_or_after', 'double precision NOT NULL',
	 'the share that bought in the month or later'),
	('insert in parallel', NULL, $sql$
SELECT period, cohorts, eligible, active, rate, lower, upper, rate_on_or_after
FROM unnest((SELECT {extension}.retention_curve(history, text 'month', {as_of})
             FROM {mart}.customer_history))$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_survival()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'survival', NULL,
	 'What share of the customers stays longer than so many days (Kaplan-Meier).'),
	('column', 'days', 'integer PRIMARY KEY', 'days since the first purchase'),
	('column', 'at_risk', 'bigint NOT NULL', 'customers seen so long who had not been lost'),
	('column', 'churned', 'bigint NOT NULL', 'how many of them were lost then'),
	('column', 'survival', 'double precision NOT NULL', 'the share that stays longer'),
	('column', 'lower', 'double precision',
	 'lower limit of the share, 95 percent confidence; NULL before anybody was lost'),
	('column', 'upper', 'double precision', 'upper limit of the share'),
	('insert', NULL, $sql$
SELECT duration, at_risk, churned, survival, lower, upper
FROM unnest((SELECT {extension}.survival_curve(
                        (coalesce(lost_on, {as_of}) - first_purchase)::double precision,
                        lost_on IS NOT NULL)
             FROM {mart}.customer_scorecard))$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_lifecycle()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'lifecycle', NULL,
	 'Who came, stayed, fell silent, came back and gave an alarm, month by month: customers = '
	 'those of the month before + new + recovered - lost. How many were lost is in '
	 'expected_lifecycle.'),
	('column', 'month', 'date PRIMARY KEY', 'first day of the month'),
	('column', 'new', 'bigint NOT NULL', 'customers who bought for the first time'),
	('column', 'retained', 'bigint NOT NULL', 'who bought, and in the month before, too'),
	('column', 'resurrected', 'bigint NOT NULL',
	 'who bought, and earlier, but not in the month before'),
	('column', 'active', 'bigint NOT NULL', 'all who bought'),
	('column', 'dormant', 'bigint NOT NULL',
	 'who bought in the month before, but not in this one'),
	('column', 'lost', 'bigint NOT NULL',
	 'alarms: who became more likely gone than not in the month. That is more than were lost: many '
	 'come back, see recovered'),
	('column', 'recovered', 'bigint NOT NULL', 'purchases of customers after such an alarm'),
	('column', 'customers', 'bigint NOT NULL',
	 'customers at the end of the month of whom there is no alarm'),
	('column', 'repeat_rate', 'double precision',
	 'the share of the active who had bought in an earlier month'),
	('column', 'retention_rate', 'double precision',
	 'the share of those active in the month before who were active again'),
	('column', 'churn_rate', 'double precision',
	 'alarms as a share of the customers at the beginning of the month'),
	('column', 'orders', 'bigint NOT NULL', 'orders in the month'),
	('column', 'spend', 'numeric', 'what was spent in it, refunds taken off'),
	('insert in parallel', NULL, $sql$
SELECT period AS month, new, retained, resurrected, active, dormant, lost, recovered, customers,
       repeat_rate, retention_rate, churn_rate, orders, spend
FROM unnest((SELECT {extension}.lifecycle(history, text 'month', {as_of}, {lost_rule})
             FROM {mart}.customer_history))$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_expected_lifecycle()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'expected_lifecycle', NULL,
	 'How many customers there were, came and were lost, month by month, as the models expect '
	 'it: customers = those of the month before + new - lost. Each month as known at its end.'),
	('column', 'month', 'date PRIMARY KEY', 'first day of the month'),
	('column', 'new', 'bigint NOT NULL', 'customers who bought for the first time'),
	('column', 'customers', 'double precision NOT NULL',
	 'customers at its end: the sum of the probabilities that they are still there'),
	('column', 'lost', 'double precision NOT NULL',
	 'customers who were lost in it, in balance with who came back'),
	('column', 'churn_rate', 'double precision',
	 'lost as a share of the customers at the beginning of the month'),
	('insert in parallel', NULL, $sql$
SELECT period AS month, new, customers, lost, churn_rate
FROM unnest((SELECT {extension}.expected_lifecycle(history, text 'month', {as_of}, {cycle_model},
                                                   {base_model})
             FROM {mart}.customer_history
             WHERE {cycle_model} IS NOT NULL))$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_churn_reasons()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'churn_reasons', NULL,
	 'What those lost within settings.reasons_within, at first twelve months, have in common, the '
	 'surest first: a p_value below 0.05 is hardly chance.'),
	('column', 'attribute', 'text NOT NULL', 'name of the attribute'),
	('column', 'value', 'text', 'its value; NULL when not known'),
	('column', 'customers', 'bigint NOT NULL', 'customers with it'),
	('column', 'churned', 'bigint NOT NULL', 'how many of them were lost'),
	('column', 'churn_rate', 'double precision NOT NULL', 'the share of them that was'),
	('column', 'lower', 'double precision NOT NULL',
	 'lower limit of the share, 95 percent confidence'),
	('column', 'upper', 'double precision NOT NULL', 'upper limit of the share'),
	('column', 'lift', 'double precision', 'the share as a multiple of that of all customers'),
	('column', 'p_value', 'double precision NOT NULL',
	 'the probability of so uneven a split by chance, corrected for the number of values'),
	('needs', 'attribute_columns', NULL, NULL),
	('insert', NULL, $sql$
SELECT attribute, value, customers, churned, churn_rate, lower, upper, lift, p_value
FROM unnest((SELECT {extension}.churn_drivers(lost_on IS NOT NULL, attributes)
             FROM {mart}.customer_scorecard
                  JOIN (SELECT customer_id, jsonb_object_agg(attribute, value) AS attributes
                        FROM {mart}.customer_attribute
                        GROUP BY 1) a USING (customer_id)
             WHERE lost_on IS NULL
                OR lost_on > {as_of} - {reasons_within}))$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_spend_trend()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'spend_trend', NULL,
	 'The average order value month by month, and whether that of the time settings.trend_within, '
	 'at first three months, differs from before.'),
	('column', 'month', 'date PRIMARY KEY', 'first day of the month'),
	('column', 'orders', 'bigint NOT NULL', 'orders in the month'),
	('column', 'average_order_value', 'numeric', 'what was spent in it for each of them'),
	('column', 'change', 'double precision',
	 'the time trend_within up to its end against all before: -0.1 is a tenth less'),
	('column', 'p_value', 'double precision', 'the probability of such a change by chance'),
	('insert in parallel', NULL, $sql$
SELECT l.month,
       l.orders,
       l.spend / nullif(l.orders, 0) AS average_order_value,
       (t).change,
       (t).p_value
FROM {mart}.lifecycle l
     JOIN (SELECT m::date AS month,
                  {extension}.overall_spend_trend(
                      history,
                      (m + interval '1 month' - interval '1 day')::date,
                      {trend_within}) AS t
           FROM {mart}.customer_history,
                -- months that are over
                generate_series(date_trunc('month', ({as_of} + 1)::timestamp)
                                    - {trend_months} * interval '1 month',
                                date_trunc('month', ({as_of} + 1)::timestamp) - interval '1 month',
                                interval '1 month') AS m
           GROUP BY m) s USING (month)$sql$, NULL);
	END;

COMMENT ON FUNCTION retention_mart_table_cohorts() IS 'The table cohorts of a retention mart: '
	'name, columns, comments and how it is written.';
COMMENT ON FUNCTION retention_mart_table_retention_curve() IS 'The table retention_curve of a '
	'retention mart: name, columns, comments and how it is written.';
COMMENT ON FUNCTION retention_mart_table_survival() IS 'The table survival of a retention mart: '
	'name, columns, comments and how it is written.';
COMMENT ON FUNCTION retention_mart_table_lifecycle() IS 'The table lifecycle of a retention mart: '
	'name, columns, comments and how it is written.';
COMMENT ON FUNCTION retention_mart_table_expected_lifecycle() IS 'The table expected_lifecycle of '
	'a retention mart: name, columns, comments and how it is written.';
COMMENT ON FUNCTION retention_mart_table_churn_reasons() IS 'The table churn_reasons of a '
	'retention mart: name, columns, comments and how it is written.';
COMMENT ON FUNCTION retention_mart_table_spend_trend() IS 'The table spend_trend of a retention '
	'mart: name, columns, comments and how it is written.';
