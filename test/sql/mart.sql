-- The retention mart: made, brought up to date, dropped; more of it in test/t.
SET client_min_messages = error;
SET TimeZone = 'UTC';
CREATE TABLE mart_orders AS
	SELECT g % 40 AS customer_id,
		timestamptz '2025-01-01' + (g * 7919 % 400) * interval '1 day' AS ordered_at,
		CASE WHEN g % 23 = 0 THEN -3 ELSE 10 + g % 17 END AS amount,
		(ARRAY['tea', 'coffee'])[1 + g % 2] AS product_range, 'r' || g % 3 AS region
	FROM generate_series(1, 800) g;
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at', 'amount', 'product_range',
	'{region}', 'a mart');
SELECT schema_name, source_table, customer_column, customer_type, ordered_at_column, amount_column,
	range_column, attribute_columns, zone, changes, horizon, discount_rate, margin, as_of
FROM "a mart".settings;
SELECT (SELECT count(*) FROM "a mart".customer_scorecard) AS customers,
	(SELECT count(*) FROM "a mart".cohorts) AS cells,
	(SELECT count(*) FROM "a mart".lifecycle) AS months,
	(SELECT count(*) FROM "a mart".range_history) AS ranges,
	(SELECT sum(orders) FROM "a mart".monthly_review) AS orders,
	(SELECT sum(customers) FROM "a mart".churn_reasons) AS with_a_region,
	(SELECT count(*) FROM "a mart".model_fits WHERE chosen) AS models;
-- nothing is written into a table without naming its columns
SELECT name
FROM unnest('{read all,read changes,read recent,compare,fit,write}'::text[]) phase,
	retention_mart_steps((
		SELECT to_jsonb(s) || jsonb_build_object('phase', phase, 'base_kind', 'bg/nbd',
			'read_from', '2026-01-01')
		FROM "a mart".settings s))
WHERE statement ~ 'INSERT INTO "a mart"\.\w+\y(?! \()' OR statement ~ 'SELECT \*';
SELECT name, relkind
FROM retention_mart_tables('{"schema_name": "a mart", "customer_type": "bigint"}')
	LEFT JOIN pg_class ON relname = name AND relnamespace = '"a mart"'::regnamespace
WHERE relkind IS NULL;
-- what is run can be read
SELECT step, name, optional
FROM unnest('{compare,fit,write}'::text[]) phase,
	retention_mart_steps((
		SELECT to_jsonb(s) || jsonb_build_object('phase', phase, 'base_kind', 'bg/nbd')
		FROM "a mart".settings s))
ORDER BY step;
SELECT statement
FROM retention_mart_steps((
	SELECT to_jsonb(s) || '{"phase": "compare"}' FROM "a mart".settings s));
-- behind a kind that what came has preferred others are fitted only where it did not converge
SELECT step, name, statement ~ 'NOT EXISTS' AS if_needed
FROM retention_mart_steps((
	SELECT to_jsonb(s) || '{"phase": "fit", "preferred": ["pareto/nbd", "mbg/nbd"]}'
	FROM "a mart".settings s))
WHERE name LIKE '%/%' ORDER BY step;
SELECT statement
FROM retention_mart_steps((
	SELECT to_jsonb(s) || '{"phase": "read changes"}' FROM "a mart".settings s));
SELECT statement
FROM retention_mart_steps((
	SELECT to_jsonb(s)
		|| '{"phase": "read recent", "read_from": "2026-01-01", "attribute_columns": []}'
	FROM "a mart".settings s));
SELECT retention_mart_capture_statement(to_jsonb(s), 'UPDATE') FROM "a mart".settings s;
-- changes
INSERT INTO mart_orders VALUES (100, '2026-03-01', 5, 'tea', 'r0'),
	(1, '2026-03-02', 5, NULL, NULL), (NULL, '2026-03-02', 5, NULL, NULL);
UPDATE mart_orders SET customer_id = 101, amount = amount + 1 WHERE customer_id = 2;
DELETE FROM mart_orders WHERE customer_id = 3;
SELECT count(*) AS changes, count(added) AS added, count(removed) AS removed,
	count(DISTINCT customer_id) AS customers
FROM "a mart".change;
SELECT refresh_retention_mart('a mart');
SELECT count(*) FILTER (WHERE m.history IS DISTINCT FROM o.h) AS different, count(*) AS customers,
	count(*) FILTER (WHERE customer_id IN (2, 3)) AS gone,
	(SELECT count(*) FROM "a mart".change) AS changes,
	(SELECT count(*) FROM "a mart".customer_attribute WHERE value IS NULL) AS not_known
FROM "a mart".customer_history m
	FULL JOIN (
		SELECT customer_id, purchase_history(ordered_at, amount::numeric, 'UTC') AS h
		FROM mart_orders WHERE customer_id IS NOT NULL GROUP BY 1) o USING (customer_id);
TRUNCATE mart_orders;
SELECT refresh_retention_mart('a mart');
SELECT count(*) AS customers_as_before FROM "a mart".customer_scorecard;
INSERT INTO mart_orders VALUES (1, '2026-01-01', 7, 'tea', 'r1');
SELECT refresh_retention_mart('a mart', '2026-02-28');
SELECT customer_id, orders, spend, elapsed_days, stage, churn_score
FROM "a mart".customer_scorecard;
SELECT refresh_retention_mart('a mart', '2025-02-28');
SELECT count(*) AS nobody_yet FROM "a mart".customer_scorecard;
-- names that look like placeholders
CREATE TABLE "{as_of}" AS
SELECT g % 20 AS "{mart}", date '2025-01-01' + g * 7919 % 400 AS "{range}", g % 9 AS "value",
	'r' || g % 2 AS "{customer}", 'a' || g % 3 AS attribute
FROM generate_series(1, 300) g;
SELECT create_retention_mart('"{as_of}"', '{mart}', '{range}', 'value', '{customer}',
	'{attribute,"{customer}",value}', '{orders}');
INSERT INTO "{as_of}" VALUES (21, '2026-03-01', 5, '{extension}', '{as_of}'),
	(1, '2026-03-02', 6, NULL, NULL);
UPDATE "{orders}".settings SET base_kinds = '{"{as_of}",mbg/nbd}';
SELECT refresh_retention_mart('{orders}');
SELECT count(*) FILTER (WHERE m.history IS DISTINCT FROM o.h) AS different, count(*) AS customers
FROM "{orders}".customer_history m
	FULL JOIN (
		SELECT "{mart}"::bigint AS customer_id, purchase_history("{range}", "value"::numeric) AS h
		FROM "{as_of}" GROUP BY 1) o USING (customer_id);
SELECT attribute, value FROM "{orders}".customer_attribute WHERE customer_id = 21 ORDER BY 1;
SELECT kind, chosen FROM "{orders}".model WHERE fitted_on = '2026-03-02' ORDER BY 1;
SELECT drop_retention_mart('{orders}');
DROP TABLE "{as_of}";
-- customers who differ so much that there is no mean: who is not valued is counted, and the model
-- that would have ranked them better is chosen
CREATE TABLE skewed AS
SELECT c AS customer_id, date '2025-01-01' + n * 70 + c % 60 AS ordered_at,
	round((1 + 20 * ((1 - (c * 97 % 400 + 0.5) / 400) ^ (-1 / 0.7) - 1))
		* (ARRAY[0.5, 0.7, 0.9, 1, 1.2, 1.6])[1 + (c * 5 + n * 7) % 6], 2) AS amount
FROM generate_series(1, 400) c, generate_series(0, 4) n WHERE n <= c % 5;
SELECT create_retention_mart('skewed', 'customer_id', 'ordered_at', 'amount', schema => 'skewed');
SELECT kind, chosen, not_valued,
	not_valued = (SELECT count(*) FROM skewed.customer_history
		WHERE expected_order_value(model, history, '2025-12-06') IS NULL) AS counted,
	holdout_gini = max(holdout_gini) OVER () AS best
FROM skewed.model WHERE holdout_gini IS NOT NULL ORDER BY kind;
SELECT count(*) FROM skewed.customer_scorecard WHERE expected_order_value IS NULL OR clv IS NULL;
SELECT substring(retention_review_html('skewed') FROM 'of sales. Refreshed') AS foot;
UPDATE skewed.customer_scorecard SET expected_order_value = NULL WHERE purchases = 1;
SELECT substring(retention_review_html('skewed') FROM 'of sales; .*? valued') AS foot;
-- too little was known then to compare: the one that values everybody
UPDATE skewed.settings SET quality_days = 330;
SELECT refresh_retention_mart('skewed');
SELECT kind, chosen, not_valued, holdout_gini
FROM skewed.model WHERE kind LIKE 'gamma%' ORDER BY kind;
SELECT drop_retention_mart('skewed');
DROP TABLE skewed;
-- which kind of model: by what came, and where that tells nothing by aic
CREATE FUNCTION pg_temp.chosen(query text) RETURNS TABLE (kind text, chosen_by text,
	chosen_because text, compared bigint, kinds text)
	LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'CREATE TABLE few AS ' || query;
	PERFORM create_retention_mart('few', 'c', 'd', schema => 'few');
	-- of a day before the first order, and back again
	PERFORM refresh_retention_mart('few', '2024-12-31');
	PERFORM refresh_retention_mart('few');
	IF NOT retention_review_html('few') ~ '</html>' THEN
		RAISE 'no page';
	END IF;
	RETURN QUERY SELECT m.kind, m.chosen_by, m.chosen_because,
		(SELECT count(*) FROM few.model_comparison),
		(SELECT string_agg(f.kind, ', ' ORDER BY f.kind) FROM few.model f
			WHERE retention_mart_model_use(f.kind) = 'base_model')
	FROM (SELECT) one
		LEFT JOIN few.model m ON m.chosen AND retention_mart_model_use(m.kind) = 'base_model';
	PERFORM drop_retention_mart('few');
	DROP TABLE few;
END $$;
SELECT * FROM pg_temp.chosen('SELECT 1 AS c, date ''2025-01-01'' AS d');
SELECT * FROM pg_temp.chosen('SELECT 1 AS c, date ''2025-01-01'' + 30 * i AS d
	FROM generate_series(0, 10) i');
SELECT * FROM pg_temp.chosen('SELECT c, date ''2025-01-01'' + c AS d
	FROM generate_series(0, 300) c');
SELECT * FROM pg_temp.chosen('SELECT c, date ''2025-01-01'' + 30 * i AS d
	FROM generate_series(1, 200) c, generate_series(0, 12) i');
SELECT * FROM pg_temp.chosen('SELECT i % 20 AS c, date ''2025-01-01'' + i % 13 AS d
	FROM generate_series(0, 100) i');
SELECT * FROM pg_temp.chosen('SELECT customer_id AS c, purchase_date AS d
	FROM simulate_customers(''{"model": "mbg/nbd", "r": 1, "alpha": 30, "a": 1, "b": 4}'', 500,
		''2025-01-01'', ''2025-03-31'', ''2025-12-31'', 1)');
-- errors
CREATE INDEX mart_customers_index ON mart_orders (customer_id);
SELECT create_retention_mart('mart_orders', 'customer', 'ordered_at');
SELECT create_retention_mart('mart_orders', 'customer_id', 'product_range');
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at', 'region');
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at', schema => 'a mart');
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at', schema => repeat('x', 64));
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at', changes => 'never');
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at', zone => 'Mars');
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at',
	changes => 'high_water_mark', overlap => '-1 day');
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at', overlap => NULL);
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at', attributes => '{colour}',
	customers => 'mart_orders');
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at',
	attributes => '{customer_id}', customers => 'pg_class');
SELECT create_retention_mart('mart_orders', 'product_range', 'ordered_at', attributes => '{region}',
	customers => 'mart_customers_index');
SELECT create_retention_mart('mart_orders', NULL, 'ordered_at');
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at', margin => -1);
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at', horizon => NULL);
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at', margin => 30);
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at', discount_rate => 10);
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at', horizon => '3');
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at', zone => '12');
SELECT create_retention_mart('mart_orders', repeat('x', 1000000), 'ordered_at');
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at',
	schema => repeat('x', 1000000));
SELECT create_retention_mart('mart_orders', 'customer_id', 'ordered_at',
	changes => repeat('x', 1000000));
SELECT refresh_retention_mart(repeat('x', 1000000));
SELECT refresh_retention_mart('nobody''s');
SELECT drop_retention_mart('nobody''s');
SELECT refresh_retention_mart(NULL);
SELECT retention_mart_capture();
SELECT drop_retention_mart('a mart');
SELECT count(*) AS triggers FROM pg_trigger WHERE tgrelid = 'mart_orders'::regclass;
DROP TABLE mart_orders;
