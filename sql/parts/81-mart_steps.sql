-- ---------------------------------------------------------------------------
-- the retention mart as a whole: its tables, the steps of a refresh, its triggers
-- ---------------------------------------------------------------------------

-- All tables in the order in which they are made and written; those with one number are written
-- in one step.
CREATE FUNCTION retention_mart_parts(settings jsonb)
	RETURNS TABLE (step integer, relation text, part text, name text, definition text, comment text,
				   place bigint)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT 1, text 'settings', t.*
	FROM retention_mart_table_settings() WITH ORDINALITY AS t
	UNION ALL
	SELECT 10, text 'customer_history', t.*
	FROM retention_mart_table_customer_history() WITH ORDINALITY AS t
	UNION ALL
	SELECT 15, text 'range_history', t.*
	FROM retention_mart_table_range_history() WITH ORDINALITY AS t
	UNION ALL
	SELECT 20, text 'customer_attribute', t.*
	FROM retention_mart_table_customer_attribute() WITH ORDINALITY AS t
	UNION ALL
	SELECT 25, text 'change', t.*
	FROM retention_mart_table_change() WITH ORDINALITY AS t
	UNION ALL
	SELECT 27, text 'campaign', t.*
	FROM retention_mart_table_campaign() WITH ORDINALITY AS t
	UNION ALL
	SELECT 30, text 'model', t.*
	FROM retention_mart_table_model() WITH ORDINALITY AS t
	UNION ALL
	SELECT 31, text 'model_fits', t.*
	FROM retention_mart_table_model_fits() WITH ORDINALITY AS t
	UNION ALL
	SELECT 32, text 'model_comparison', t.*
	FROM retention_mart_table_model_comparison() WITH ORDINALITY AS t
	UNION ALL
	SELECT 33, text 'season_fit', t.*
	FROM retention_mart_table_season_fit() WITH ORDINALITY AS t
	UNION ALL
	SELECT 34, text 'season', t.*
	FROM retention_mart_table_season() WITH ORDINALITY AS t
	UNION ALL
	SELECT 40, text 'customer_scorecard', t.*
	FROM retention_mart_table_customer_scorecard() WITH ORDINALITY AS t
	UNION ALL
	SELECT 50, text 'contact_list', t.*
	FROM retention_mart_table_contact_list() WITH ORDINALITY AS t
	UNION ALL
	SELECT 60, text 'cohorts', t.*
	FROM retention_mart_table_cohorts() WITH ORDINALITY AS t
	UNION ALL
	SELECT 61, text 'retention_curve', t.*
	FROM retention_mart_table_retention_curve() WITH ORDINALITY AS t
	UNION ALL
	SELECT 62, text 'survival', t.*
	FROM retention_mart_table_survival() WITH ORDINALITY AS t
	UNION ALL
	SELECT 70, text 'lifecycle', t.*
	FROM retention_mart_table_lifecycle() WITH ORDINALITY AS t
	UNION ALL
	SELECT 71, text 'expected_lifecycle', t.*
	FROM retention_mart_table_expected_lifecycle() WITH ORDINALITY AS t
	UNION ALL
	SELECT 80, text 'lost_customers', t.*
	FROM retention_mart_table_lost_customers() WITH ORDINALITY AS t
	UNION ALL
	SELECT 85, text 'churn_reasons', t.*
	FROM retention_mart_table_churn_reasons() WITH ORDINALITY AS t
	UNION ALL
	SELECT 90, text 'dropped_ranges', t.*
	FROM retention_mart_table_dropped_ranges() WITH ORDINALITY AS t
	UNION ALL
	SELECT 94, text 'purchase_outlook', t.*
	FROM retention_mart_table_purchase_outlook(settings) WITH ORDINALITY AS t
	UNION ALL
	SELECT 92, text 'unusual_periods', t.*
	FROM retention_mart_table_unusual_periods() WITH ORDINALITY AS t
	UNION ALL
	SELECT 95, text 'spend_trend', t.*
	FROM retention_mart_table_spend_trend() WITH ORDINALITY AS t
	UNION ALL
	SELECT 97, text 'model_quality', t.*
	FROM retention_mart_table_model_quality(settings) WITH ORDINALITY AS t
	UNION ALL
	SELECT 97, text 'purchase_forecast', t.*
	FROM retention_mart_table_purchase_forecast() WITH ORDINALITY AS t
	UNION ALL
	SELECT 98, text 'campaign_results', t.*
	FROM retention_mart_table_campaign_results() WITH ORDINALITY AS t
	UNION ALL
	SELECT 99, text 'monthly_review', t.*
	FROM retention_mart_table_monthly_review() WITH ORDINALITY AS t;
	END;

-- What the mart consists of, as readable SQL.  settings is the row of the mart's table settings.
CREATE FUNCTION retention_mart_tables(settings jsonb)
	RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT t.step, t.relation, retention_mart_fill(t.template, retention_mart_values(settings))
	FROM (SELECT p.step, p.relation,
				 coalesce(
					'CREATE OR REPLACE VIEW {mart}.' || p.relation || ' AS'
					|| max(definition) FILTER (WHERE part = 'view'),
					'CREATE TABLE {mart}.' || p.relation || E' (\n\t'
					|| string_agg(coalesce(p.name || ' ', '') || definition, E',\n\t'
								  ORDER BY place)
						FILTER (WHERE part IN (text 'column', text 'constraint'))
					|| E'\n)') AS template
		  FROM retention_mart_parts(settings) AS p
		  GROUP BY p.step, p.relation) AS t
	ORDER BY t.step, t.relation;
	END;

-- What each table and column of the mart means, for those who find it in a dashboard.
CREATE FUNCTION retention_mart_comments(settings jsonb)
	RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT row_number() OVER (ORDER BY p.step, p.relation, p.place)::integer,
		   p.relation,
		   'COMMENT ON ' || upper(p.part) || ' ' || quote_ident(settings ->> text 'schema_name')
		   || '.' || p.relation
		   || CASE p.part WHEN 'column' THEN '.' || p.name ELSE '' END
		   || ' IS ' || quote_literal(p.comment)
	FROM retention_mart_parts(settings) AS p
	WHERE p.comment IS NOT NULL
	ORDER BY 1;
	END;

-- The tables that a refresh writes, as templates
CREATE FUNCTION retention_mart_writing(settings jsonb)
	RETURNS TABLE (step integer, name text, optional boolean, template text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	WITH part AS (
		SELECT p.step, p.relation, p.part, p.name, p.definition, p.place
		FROM retention_mart_parts(settings) AS p),
	relation AS (
		SELECT p.step, p.relation,
			   string_agg(p.name, ', ' ORDER BY p.place)
			   FILTER (WHERE p.part = 'column') AS columns,
			   bool_or(p.part = 'optional') AS optional,
			   bool_or(p.part IN (text 'insert', text 'insert in parallel')) AS written,
			   -- is what it needs there?
			   coalesce(bool_and(coalesce(settings ->> p.name, '[]') <> '[]')
						FILTER (WHERE p.part = 'needs'), true) AS wanted
		FROM part AS p
		GROUP BY p.step, p.relation),
	statement AS (
		SELECT r.step, r.relation, r.optional, p.place,
			   CASE p.part
				WHEN 'insert' THEN
					CASE WHEN r.optional THEN ''
						 ELSE 'DELETE FROM {mart}.' || r.relation || E';\n' END
					|| 'INSERT INTO {mart}.' || r.relation || ' (' || r.columns || ')'
					|| p.definition
				WHEN 'insert in parallel' THEN
					'CREATE UNLOGGED TABLE {mart}.next_' || r.relation || ' AS' || p.definition
					|| E';\nDELETE FROM {mart}.' || r.relation
					|| E';\nINSERT INTO {mart}.' || r.relation || ' (' || r.columns || E')\nSELECT '
					|| r.columns || E'\nFROM {mart}.next_' || r.relation
					|| E';\nDROP TABLE {mart}.next_' || r.relation
				ELSE p.definition
			   END AS template
		FROM relation AS r
			 JOIN part AS p ON p.step = r.step AND p.relation = r.relation
		WHERE r.wanted
		  AND p.part IN (text 'insert', text 'insert in parallel', text 'prepare', text 'finish'))
	-- what is left out for too little data is empty
	SELECT r.step - 1, 'empty ' || min(r.relation), false,
		   string_agg('DELETE FROM {mart}.' || r.relation, E';\n' ORDER BY r.relation)
	FROM relation AS r
	WHERE r.written AND r.optional
	GROUP BY r.step
	UNION ALL
	SELECT s.step, min(s.relation), bool_or(s.optional),
		   string_agg(s.template, E';\n' ORDER BY s.relation, s.place)
	FROM statement AS s
	GROUP BY s.step;
	END;

-- What a refresh does, step by step, in four phases: the orders are read, kinds of models compared,
-- models fitted, and what follows from them written.  An optional step may fail for too little
-- data: what it would have filled is left empty.
CREATE FUNCTION retention_mart_steps(settings jsonb)
	RETURNS TABLE (step integer, name text, optional boolean, statement text)
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT s.step, s.name, s.optional,
		   retention_mart_fill(s.template, retention_mart_values(settings) || s.more)
	FROM (SELECT r.step, r.name, false AS optional, r.template, jsonb '{}' AS more
		  FROM retention_mart_reading(settings) AS r
		  UNION ALL
		  SELECT c.step, c.name, c.optional, c.template, c.more
		  FROM retention_mart_comparing(settings) AS c
		  WHERE settings ->> text 'phase' = 'compare'
		  UNION ALL
		  SELECT c.step, c.name, c.optional, c.template, jsonb '{}'
		  FROM retention_mart_season_steps() AS c
		  WHERE settings ->> text 'phase' = 'compare'
		  UNION ALL
		  SELECT f.step, f.name, f.optional, f.template, f.more
		  FROM retention_mart_fits(settings) AS f
		  WHERE settings ->> text 'phase' = 'fit'
		  UNION ALL
		  SELECT w.step, w.name, w.optional, w.template, jsonb '{}'
		  FROM retention_mart_writing(settings) AS w
		  WHERE settings ->> text 'phase' = 'write') AS s
	ORDER BY s.step;
	END;

-- What brings the tables of a mart of an older version up to date: nothing of it is dropped.  A
-- table that a refresh writes anyway is emptied, so that a column may be NOT NULL.
CREATE FUNCTION retention_mart_update_steps(settings jsonb)
	RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	WITH known AS (
		SELECT c.oid, c.relname::text AS relation
		FROM pg_class AS c
			 JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE n.nspname::text = settings ->> text 'schema_name'),
	part AS (
		SELECT p.relation, p.part, p.name, p.definition, p.place
		FROM retention_mart_parts(settings) AS p)
	SELECT row_number() OVER (ORDER BY s.stage, s.step, s.relation, s.place)::integer, s.relation,
		   s.statement
	FROM (
		SELECT 1 AS stage, t.step, t.name AS relation, 0::bigint AS place, t.statement
		FROM retention_mart_tables(settings) AS t
		WHERE NOT EXISTS (SELECT FROM known AS k WHERE k.relation = t.name)
		   OR EXISTS (SELECT FROM part AS p WHERE p.relation = t.name AND p.part = 'view')
		UNION ALL
		SELECT 0, 0, p.relation, p.place,
			   retention_mart_fill(
				CASE WHEN EXISTS (SELECT FROM part AS w
								  WHERE w.relation = p.relation
									AND w.part IN (text 'insert', text 'insert in parallel'))
					THEN 'DELETE FROM {mart}.' || p.relation || E';\n' ELSE '' END
				|| 'ALTER TABLE {mart}.' || p.relation || ' ADD COLUMN ' || p.name || ' '
				|| p.definition,
				retention_mart_values(settings))
		FROM part AS p
			 JOIN known AS k ON k.relation = p.relation
		WHERE p.part = 'column'
		  AND p.definition IS NOT NULL
		  AND NOT EXISTS (SELECT FROM pg_attribute AS a
						  WHERE a.attrelid = k.oid
							AND a.attname::text = p.name
							AND NOT a.attisdropped)
		UNION ALL
		-- a type that had one length may have another storage by now
		SELECT 2, 0, p.relation, p.place,
			   'ALTER TABLE ' || quote_ident(settings ->> text 'schema_name') || '.' || p.relation
			   || ' ALTER COLUMN ' || p.name || ' SET STORAGE EXTENDED'
		FROM part AS p
			 JOIN known AS k ON k.relation = p.relation
			 JOIN pg_attribute AS a ON a.attrelid = k.oid AND a.attname::text = p.name
			 JOIN pg_type AS t ON t.oid = a.atttypid
		WHERE p.part = 'column'
		  AND p.definition IS NOT NULL
		  AND t.oid IN ('purchase_history'::regtype, 'retention_model'::regtype)
		  AND a.attstorage = "char" 'p'
		  AND t.typstorage = "char" 'x'
		UNION ALL
		SELECT 3, c.step, c.name, 0::bigint, c.statement
		FROM retention_mart_comments(settings) AS c
		UNION ALL
		SELECT 4, 0, 'settings', 0::bigint,
			   retention_mart_fill(
				'ALTER TABLE {mart}.settings ALTER COLUMN format_version SET DEFAULT '
				|| retention_mart_format_version()::text
				|| E';\nUPDATE {mart}.settings SET format_version = '
				|| retention_mart_format_version()::text,
				retention_mart_values(settings))) AS s
	ORDER BY 1;
	END;

-- What the triggers on the orders write down: the purchases that came and went, by customer and
-- range.
CREATE FUNCTION retention_mart_capture_statement(settings jsonb, operation text) RETURNS text
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_mart_fill(CASE operation
		WHEN 'TRUNCATE' THEN 'INSERT INTO {mart}.change (truncated) VALUES (true)'
		ELSE 'INSERT INTO {mart}.change (customer_id, product_range, added, removed)'
			|| CASE WHEN operation IN (text 'INSERT', text 'UPDATE') THEN $sql$
SELECT {customer}, $sql$ || range || $sql$, {extension}.purchase_history({purchase}), NULL
FROM new_rows o
WHERE {customer} IS NOT NULL
  AND {ordered_at} IS NOT NULL
GROUP BY 1, 2$sql$ ELSE '' END
			|| CASE WHEN operation = 'UPDATE' THEN E'\nUNION ALL' ELSE '' END
			|| CASE WHEN operation IN (text 'DELETE', text 'UPDATE') THEN $sql$
SELECT {customer}, $sql$ || range || $sql$, NULL, {extension}.purchase_history({purchase})
FROM old_rows o
WHERE {customer} IS NOT NULL
  AND {ordered_at} IS NOT NULL
GROUP BY 1, 2$sql$ ELSE '' END
		END, retention_mart_order_values(settings))
	FROM (SELECT CASE WHEN (settings ->> text 'range_column') IS NULL THEN 'NULL::text'
					  ELSE '{range}' END AS range) AS q;
	END;

CREATE FUNCTION retention_mart_capture() RETURNS trigger
	LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'retention_mart_capture';

-- The triggers on one table, or what drops them.
CREATE FUNCTION retention_mart_triggers(settings jsonb, relation text, extension_schema text,
										dropping boolean)
	RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT t.step, t.operation,
		   CASE WHEN dropping
				THEN pg_catalog.format('DROP TRIGGER IF EXISTS %I ON %s', t.trigger_name, relation)
				ELSE pg_catalog.format(
					'CREATE TRIGGER %I AFTER %s ON %s%s FOR EACH STATEMENT '
					'EXECUTE FUNCTION %I.retention_mart_capture(%L)',
					t.trigger_name, t.operation, relation, t.tables, extension_schema,
					settings ->> text 'schema_name')
		   END
	FROM (SELECT o.step, o.operation, o.tables,
				 'retention_mart_' || lower(o.operation) || '_'
				 || substr(md5(settings ->> text 'schema_name'), 1, 8) AS trigger_name
		  FROM (VALUES
				(1, 'INSERT', ' REFERENCING NEW TABLE AS new_rows'),
				(2, 'UPDATE', ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'),
				(3, 'DELETE', ' REFERENCING OLD TABLE AS old_rows'),
				(4, 'TRUNCATE', '')) AS o(step, operation, tables)) AS t
	ORDER BY t.step;
	END;

CREATE FUNCTION create_retention_mart(source regclass, customer text, ordered_at text,
		amount text DEFAULT NULL, range text DEFAULT NULL, attributes text[] DEFAULT '{}',
		schema text DEFAULT 'retention_mart', zone text DEFAULT NULL,
		changes text DEFAULT 'trigger', horizon interval DEFAULT '3 years',
		discount_rate double precision DEFAULT 0.1, margin double precision DEFAULT 1,
		customers regclass DEFAULT NULL, overlap interval DEFAULT '30 days') RETURNS void
	LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 100000
	AS 'MODULE_PATHNAME', 'create_retention_mart';

CREATE FUNCTION refresh_retention_mart(schema text DEFAULT 'retention_mart',
		as_of date DEFAULT NULL, read_all boolean DEFAULT false, verbose boolean DEFAULT false)
	RETURNS date
	LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 100000
	AS 'MODULE_PATHNAME', 'refresh_retention_mart';

CREATE FUNCTION drop_retention_mart(schema text DEFAULT 'retention_mart') RETURNS void
	LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 100000
	AS 'MODULE_PATHNAME', 'drop_retention_mart';

COMMENT ON FUNCTION retention_mart_parts(jsonb) IS 'All of a retention mart in one list, each '
	'table as its function retention_mart_table_... gives it: name, columns, comments and how it '
	'is written. CREATE, COMMENT, INSERT and DROP follow from it.';
COMMENT ON FUNCTION retention_mart_writing(jsonb) IS 'The steps of a refresh of a retention mart '
	'that write its tables, as templates.';
COMMENT ON FUNCTION retention_mart_update_steps(jsonb) IS 'What brings the tables of a retention '
	'mart that an older version has made up to date, as SQL: what the first refresh after an '
	'update of the extension runs.';
COMMENT ON FUNCTION retention_mart_tables(jsonb) IS 'The tables of a retention mart, as SQL: what '
	'create_retention_mart runs. settings is the row of the mart''s table settings, as JSON.';
COMMENT ON FUNCTION retention_mart_comments(jsonb) IS 'The comments on the tables and columns of a '
	'retention mart, as SQL: what create_retention_mart runs.';
COMMENT ON FUNCTION retention_mart_steps(jsonb) IS 'The steps of a refresh of a retention mart, as '
	'SQL: what refresh_retention_mart runs, in one transaction. phase in settings says which: '
	'''read all'', ''read changes'' or ''read recent'' orders, ''compare'' kinds of models, '
	'''fit'' models, with the order of the kinds in the array preferred in settings, too, and '
	'the season they go by, as of today and as of the hold-out, in season and holdout_season, or '
	'''write'' what follows as of its as_of, with the models base_model (its kind: base_kind), '
	'cycle_model and spend_model in settings. An optional step may fail for too little data.';
COMMENT ON FUNCTION retention_mart_capture_statement(jsonb, text) IS 'What the triggers of a '
	'retention mart run after an INSERT, UPDATE, DELETE or TRUNCATE of orders.';
COMMENT ON FUNCTION retention_mart_triggers(jsonb, text, text, boolean) IS 'The triggers of a '
	'retention mart on a table of orders, as SQL, or what drops them.';
COMMENT ON FUNCTION retention_mart_capture() IS 'Trigger function of a retention mart: writes down '
	'which purchases came and went, as the owner of the orders and the mart, whoever writes. Its '
	'argument is the schema of the mart. Whatever goes wrong is a WARNING, and the orders are '
	'stored all the same; the next refresh then reads all of them. Where table and mart no longer '
	'belong to one owner nothing of the orders is evaluated.';
COMMENT ON FUNCTION create_retention_mart(regclass, text, text, text, text, text[], text, text,
		text, interval, double precision, double precision, regclass, interval)
	IS ''
	'Makes a schema of plain tables from a table of orders, for dashboards and the monthly '
	'meeting, and fills it: customer_scorecard, contact_list, cohorts, retention_curve, survival, '
	'lifecycle, lost_customers, churn_reasons, dropped_ranges, spend_trend, model_quality, '
	'purchase_forecast, purchase_outlook, unusual_periods, campaign_results, monthly_review, '
	'model_fits, model_comparison, season_fit and season, each column with a comment; beside them '
	'what they are made of: settings, '
	'customer_history, range_history, customer_attribute, campaign (which you may fill), change '
	'and model. customer, ordered_at, '
	'amount and range (of products) are names of columns of the source, attributes those that may '
	'be reasons to leave; they are in customers instead, if that is given, a table with one row a '
	'customer and the column customer. zone is the time zone of days (default: the session''s), '
	'for points in time only. changes: with ''trigger'' statement triggers on the source write '
	'down what changes, and a refresh reads only that: exact whatever changes; each order costs a '
	'little more, and the caller must have the rights of the table''s owner. With '
	'''high_water_mark'' there are no triggers, and a refresh reads again the orders from overlap '
	'before the latest order, or before the last refresh if that was earlier: what comes, changes '
	'or goes in that time is taken in, older changes are not before a refresh with read_all; an '
	'index on ordered_at helps. With ''rebuild'' each refresh reads all orders. The last two are '
	'for views, too. Customers are valued within the horizon, discounted by discount_rate a year, '
	'with margin the share of the order value that is earned. The mart belongs to the owner of the '
	'source, of customers and of all partitions, who must be one role, and all work is done as '
	'that role, whoever calls: who has its rights, a superuser, say, makes the mart for it. Who '
	'may only read them has a mart of their own with ''high_water_mark'' or ''rebuild'', which '
	'reads with their rights; a superuser has none of that kind. Policies of the owner''s own '
	'apply, those of others that hide rows are an error. Errors: 42703 for a column that does not '
	'exist, 42804 for one of the wrong type, 42P06 for a schema that exists, 42501 for missing '
	'rights, for tables of several owners and for policies of others, 55000 for triggers where '
	'policies hide rows from the owner, 22023 and 22004 for other arguments, 02000 for a source '
	'without orders.';
COMMENT ON FUNCTION refresh_retention_mart(text, date, boolean, boolean) IS 'Brings a retention '
	'mart up to date as of the end of a day (default: that of the latest order), in one '
	'transaction: readers see the old state until it commits and are never blocked, an error '
	'leaves it, two refreshes wait for each other. Who has the rights of its owner may, and it '
	'runs as the owner; a mart of orders that are somebody else''s only its owner refreshes. '
	'read_all reads all orders, whatever is known of changes: say, after changes while triggers '
	'were disabled, through logical replication, or older than the overlap of a high-water mark. '
	'The first refresh after an update of the extension that changes the tables of a mart alters '
	'them, and waits for readers. verbose says after each step how long it took; which one it is '
	'at can be seen from other sessions as application_name in pg_stat_activity. Models that '
	'can''t be fitted for too little data are left out with a NOTICE. Returns as_of. Errors: 3F000 '
	'for a schema without a mart, 42501 for missing rights, and where mart and orders no longer '
	'belong to one owner, 55000 for a mart of a newer version, 42P01 for orders that are gone, '
	'02000 for a source without orders.';
COMMENT ON FUNCTION drop_retention_mart(text) IS 'Drops a retention mart, with its triggers on the '
	'source, as its owner; who has the owner''s rights may. Whatever else is in its schema, or '
	'depends on it, is an error, and nothing is dropped. Errors: as refresh_retention_mart.';
