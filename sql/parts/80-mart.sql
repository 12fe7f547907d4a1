-- ---------------------------------------------------------------------------
-- the retention mart: plain tables for dashboards, made and refreshed in one call
-- ---------------------------------------------------------------------------

-- Each table of the mart is one function, retention_mart_table_..., in 81-mart_*.sql: rows of
-- part, name, definition and comment.
--
--	table, view			its name and comment; a view with its query
--	column				with type and constraints; of a view without
--	constraint			of several columns
--	insert				the query whose rows are all rows of the table after a refresh
--	insert in parallel	the same by way of a table of its own: PostgreSQL has parallel workers for
--						CREATE TABLE AS, not for INSERT
--	prepare, finish		what is run before and after
--	needs				written only with this setting
--	optional			may fail for too little data, which leaves it empty
--
-- All SQL is a template: {name} is filled by retention_mart_fill from retention_mart_values.

-- For statements that are run later: only pg_catalog is searched for what has no schema, so that
-- nothing anybody has put elsewhere is found.
CREATE FUNCTION retention_schema() RETURNS text
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT typnamespace::regnamespace::text FROM pg_type WHERE oid = 'purchase_history'::regtype;
	END;

-- To be raised when a table or column is added; a mart of version 0.1.0 has no such setting
CREATE FUNCTION retention_mart_format_version() RETURNS integer
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT 5;
	END;

CREATE FUNCTION retention_mart_fill(template text, "values" jsonb) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'retention_mart_fill';

-- What the statements of the triggers need, which run with each change of the orders.  The orders,
-- or what else has such rows, are called o wherever they are read.  Not STRICT, so that it is
-- inlined.
CREATE FUNCTION retention_mart_order_values(settings jsonb) RETURNS jsonb
	LANGUAGE SQL STABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT pg_catalog.jsonb_build_object(
		'mart', quote_ident(settings ->> text 'schema_name'),
		'extension', retention_schema(),
		'customer',
		'o.' || quote_ident(settings ->> text 'customer_column')
		|| '::' || (settings ->> text 'customer_type'),
		'ordered_at', 'o.' || quote_ident(settings ->> text 'ordered_at_column'),
		-- the arguments of purchase_history
		'purchase',
		'o.' || quote_ident(settings ->> text 'ordered_at_column')
		|| coalesce('::' || (settings ->> text 'ordered_at_type'), '')
		|| coalesce(', o.' || quote_ident(settings ->> text 'amount_column') || '::numeric', '')
		|| coalesce(', text ' || quote_literal(settings ->> text 'zone'), ''),
		'range', 'o.' || quote_ident(settings ->> text 'range_column') || '::text');
	END;

CREATE FUNCTION retention_mart_values(settings jsonb) RETURNS jsonb
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_mart_order_values(settings) || pg_catalog.jsonb_build_object(
		'customer_type', settings ->> text 'customer_type',

		-- what is read
		'orders', settings ->> text 'source_table',
		'customers', settings ->> text 'customers_table',
		-- whole numbers are compared as they are, so that an index on them is of use
		'customer_key',
		'o.' || quote_ident(settings ->> text 'customer_column')
		|| CASE settings ->> text 'customer_type' WHEN 'bigint' THEN '' ELSE '::text' END,
		'attributes',
		(SELECT string_agg('(' || quote_literal(name) || ', o.' || quote_ident(name) || '::text)',
						   ', ' ORDER BY place)
		 FROM jsonb_array_elements_text(settings -> text 'attribute_columns')
			WITH ORDINALITY AS a(name, place)),
		'read_from', 'date ' || quote_literal(settings ->> text 'read_from'),
		-- the beginning of that day where the orders are
		'read_from_time',
		'timestamp ' || quote_literal(settings ->> text 'read_from')
		|| coalesce(' AT TIME ZONE ' || quote_literal(settings ->> text 'zone'), ''),

		-- as of when, and with which models
		'as_of', as_of,
		'horizon', 'interval ' || quote_literal(settings ->> text 'horizon'),
		'discount_rate', (settings ->> text 'discount_rate') || '::double precision',
		'margin', (settings ->> text 'margin') || '::double precision',
		'base_kind', 'text ' || quote_literal(settings ->> text 'base_kind'),
		'base_model', coalesce(base_model, 'NULL::' || extension || '.retention_model'),
		'cycle_model', coalesce(cycle_model, 'NULL::' || extension || '.retention_model'),
		'spend_model',
		coalesce(quote_literal(settings ->> text 'spend_model'), 'NULL')
		|| '::' || extension || '.retention_model',
		-- the arguments of purchase_cycle behind the history
		'cycle_rule',
		as_of || coalesce(', ' || cycle_model, ''),
		-- and of lifecycle: by the models or, where there are none, by silence
		'lost_rule',
		coalesce(
			cycle_model || ', '
			|| coalesce(base_model, 'NULL::' || extension || '.retention_model') || ', '
			|| lost_probability,
			'interval ' || quote_literal(settings ->> text 'lost_silence')),
		-- what users tell of times; and the arguments behind as_of of fit_season, of fits that only
		-- know that, and of fits of models as of today and as of the hold-out
		'events', coalesce(events, 'NULL::' || extension || '.retention_season'),
		'season_events', coalesce(', ' || events, ''),
		'with_events', coalesce(', double precision ''1'', ' || events, ''),
		'with_season',
		coalesce(', double precision ''1'', ' || quote_literal(settings ->> text 'season')
				 || '::' || extension || '.retention_season', ''),
		'with_holdout_season',
		coalesce(', double precision ''1'', ' || quote_literal(settings ->> text 'holdout_season')
				 || '::' || extension || '.retention_season', '')
		) || pg_catalog.jsonb_build_object(

		-- policy
		'lost_probability', lost_probability,
		'contact_days', settings ->> text 'contact_days',
		'lead_days', settings ->> text 'lead_days',
		'capacity', coalesce(settings ->> text 'capacity', 'ALL'),
		'contact_stages',
		'ARRAY['
		|| (SELECT coalesce(string_agg(quote_literal(stage), ', ' ORDER BY place), '')
			FROM jsonb_array_elements_text(settings -> text 'contact_stages')
				WITH ORDINALITY AS s(stage, place))
		|| ']::text[]',
		'reasons_within', 'interval ' || quote_literal(settings ->> text 'reasons_within'),
		'review_months', settings ->> text 'review_months',
		'review_p_value', 'double precision ' || quote_literal(settings ->> text 'review_p_value'),
		'dropped_p_value',
		'double precision ' || quote_literal(settings ->> text 'dropped_p_value'),
		'trend_within', 'interval ' || quote_literal(settings ->> text 'trend_within'),
		'trend_months', settings ->> text 'trend_months',
		'campaign_days', settings ->> text 'campaign_days',
		'quality_days', settings ->> text 'quality_days',
		'compared_customers', settings ->> text 'compared_customers',
		'forecast_days', settings ->> text 'forecast_days',
		'season_years', 'double precision ' || quote_literal(settings ->> text 'season_years'),
		'season_p_value', 'double precision ' || quote_literal(settings ->> text 'season_p_value'),
		'forecast_level', 'double precision ' || quote_literal(settings ->> text 'forecast_level'))
	FROM (SELECT extension,
			'date ' || quote_literal(settings ->> text 'as_of') AS as_of,
			quote_literal(settings ->> text 'base_model') || '::' || extension
			|| '.retention_model' AS base_model,
			quote_literal(settings ->> text 'cycle_model') || '::' || extension
			|| '.retention_model' AS cycle_model,
			CASE WHEN settings -> text 'events' <> '[]' THEN
				quote_literal(jsonb_build_object('events', settings -> text 'events')::text)
				|| '::' || extension || '.retention_season' END AS events,
			'double precision ' || quote_literal(settings ->> text 'lost_probability')
			AS lost_probability
		  FROM retention_schema() AS extension) AS q;
	END;

COMMENT ON FUNCTION retention_schema() IS 'The schema of the extension, quoted where its name '
	'needs it.';
COMMENT ON FUNCTION retention_mart_format_version() IS 'The version of the tables of a retention '
	'mart, as in its setting format_version: the first refresh after an update of the extension '
	'brings an older mart up to date.';
COMMENT ON FUNCTION retention_mart_fill(text, jsonb) IS 'SQL of a retention mart with its '
	'placeholders filled: for {name} the text of that name in values, an object. In a single pass: '
	'what is filled in is not looked at again. Errors: 22023 for a name without a value.';
COMMENT ON FUNCTION retention_mart_order_values(jsonb) IS 'Of retention_mart_values what the '
	'triggers of a retention mart need.';
COMMENT ON FUNCTION retention_mart_values(jsonb) IS 'What the placeholders in the SQL of a '
	'retention mart stand for, as SQL. settings is that of retention_mart_steps.';

-- Columns behind "one" came with version 2, lead_days and capacity with version 3,
-- compared_customers and forecast_level with version 4, those behind them with version 5
CREATE FUNCTION retention_mart_table_settings()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'settings', NULL,
	 'What the mart was made from, when it was refreshed last, and what you may decide. One row.'),
	('column', 'schema_name', 'text NOT NULL', 'the schema of the mart'),
	('column', 'source_table', 'regclass NOT NULL', 'the orders'),
	('column', 'customer_column', 'text NOT NULL', 'column of the source: who ordered'),
	('column', 'customer_type', 'text NOT NULL',
	 'type of customer_id in the mart: bigint for whole numbers, else text'),
	('column', 'ordered_at_column', 'text NOT NULL', 'column of the source: when'),
	('column', 'amount_column', 'text',
	 'column of the source: for how much; NULL: amounts are not known'),
	('column', 'range_column', 'text', 'column of the source: which range; NULL: none'),
	('column', 'attribute_columns', 'text[] NOT NULL', 'columns that may be reasons to leave'),
	('column', 'customers_table', 'regclass',
	 'where the attribute columns are, one row a customer; NULL: in the orders'),
	('column', 'zone', 'text', 'time zone in which a point in time has its day'),
	('column', 'changes', 'text NOT NULL',
	 'how orders that change come into the mart: trigger, high_water_mark or rebuild'),
	('column', 'overlap', 'interval',
	 'with a high-water mark: how far before the latest order and the last refresh a refresh '
	 'begins to read; else NULL'),
	('column', 'horizon', 'interval NOT NULL', 'how far ahead a customer is valued'),
	('column', 'discount_rate', 'double precision NOT NULL', 'per year'),
	('column', 'margin', 'double precision NOT NULL', 'share of the order value that is earned'),
	('column', 'as_of', 'date', 'the day as of whose end everything is seen'),
	('column', 'refreshed_at', 'timestamptz', 'when the last refresh began'),
	('column', 'partitions', 'oid[]', 'the source and its partitions when it was read in full'),
	('column', 'one', 'boolean PRIMARY KEY DEFAULT true CHECK (one)', 'there is one row only'),
	('column', 'format_version',
	 'integer NOT NULL DEFAULT ' || retention_mart_format_version()::text,
	 'version of the tables of the mart; a refresh brings an older one up to date'),
	('column', 'base_kinds',
	 $sql$text[] NOT NULL DEFAULT '{mbg/nbd,mbg/cnbd-k,zibg/nbd,zibg/cnbd-k,pareto/nbd}'$sql$,
	 'to decide: kinds of models of who is still a customer that are tried, 16 at most; the one '
	 'that tells best what came is chosen: see model_comparison'),
	('column', 'lost_probability',
	 'double precision NOT NULL DEFAULT 0.5 '
	 'CHECK (lost_probability > 0 AND lost_probability < 1)',
	 'to decide: the p_gone from which on a customer is lost'),
	('column', 'lost_silence', $sql$interval NOT NULL DEFAULT '1 year'$sql$,
	 'to decide: the silence after which a customer is lost in lifecycle, where no model could be '
	 'fitted'),
	('column', 'contact_stages',
	 $sql$text[] NOT NULL DEFAULT '{new,active,due,overdue,at_risk}'$sql$,
	 'to decide: stages of who may be on the contact list'),
	('column', 'contact_days', 'integer NOT NULL DEFAULT 7 CHECK (contact_days >= 0)',
	 'to decide: days ahead in which the contact window must have begun of who is on the contact '
	 'list and not overdue'),
	('column', 'reasons_within', $sql$interval NOT NULL DEFAULT '1 year'$sql$,
	 'to decide: how long ago at most those were lost whose reasons are in churn_reasons'),
	('column', 'review_months', 'integer NOT NULL DEFAULT 13 CHECK (review_months >= 0)',
	 'to decide: latest months of monthly_review that get a main reason'),
	('column', 'review_p_value', 'double precision NOT NULL DEFAULT 0.01',
	 'to decide: p-value below which a main reason of a month is none that could be chance'),
	('column', 'dropped_p_value', 'double precision NOT NULL DEFAULT 0.005',
	 'to decide: silence_probability below which a range was dropped'),
	('column', 'trend_within', $sql$interval NOT NULL DEFAULT '3 months'$sql$,
	 'to decide: time whose order values are held against all before'),
	('column', 'trend_months', 'integer NOT NULL DEFAULT 13 CHECK (trend_months >= 0)',
	 'to decide: latest months in spend_trend'),
	('column', 'campaign_days', 'integer NOT NULL DEFAULT 60 CHECK (campaign_days > 0)',
	 'to decide: days after a contact in which purchases count'),
	('column', 'quality_days', 'integer NOT NULL DEFAULT 180 CHECK (quality_days > 0)',
	 'to decide: how many days ago models were fitted that are held to what came; kinds are '
	 'compared by that, too'),
	('column', 'forecast_days', 'integer NOT NULL DEFAULT 30 '
	 'CHECK (forecast_days > 0 AND forecast_days <= quality_days)',
	 'to decide: length in days of the periods of purchase_forecast and purchase_outlook, as many '
	 'as quality_days has'),
	('column', 'lead_days', 'integer NOT NULL DEFAULT 0 CHECK (lead_days >= 0)',
	 'to decide: how many days before their window begins a customer is to be reached: 30, say, '
	 'where yearly contracts are renewed'),
	('column', 'capacity', 'integer CHECK (capacity >= 0)',
	 'to decide: how many customers the contact list has at most, those first with whom a contact '
	 'saves most; NULL: all'),
	('column', 'compared_customers',
	 'integer NOT NULL DEFAULT 200000 CHECK (compared_customers > 0)',
	 'to decide: kinds of models are compared on a sample of about so many customers, by a hash of '
	 'customer_id, where there are more: a comparison takes as long as fitting all kinds'),
	('column', 'forecast_level',
	 'double precision NOT NULL DEFAULT 0.8 CHECK (forecast_level > 0 AND forecast_level < 1)',
	 'to decide: the probability with which the limits of a forecast are to hold'),
	('column', 'events',
	 $sql$jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(events) = 'array')$sql$,
	 'to tell: times in which all customers bought, or will buy, more or less than the season '
	 'tells, both days included: [{"from": "2026-03-16", "until": "2026-05-10", "factor": 0.3}] '
	 'for a lockdown in which three of ten purchases were left, or a strike, a campaign, a moving '
	 'feast. What is missing then is not taken for customers leaving, and forecasts go by it. At '
	 'most 100 events, factors from 0.001, for days on which nobody could buy, to 1000; see '
	 'retention_season'),
	('column', 'season_p_value', 'double precision NOT NULL DEFAULT 0.001',
	 'to decide: p-value below which months that differ are taken for a season, if who will buy is '
	 'told better with it, see season_fit; 0: never'),
	('column', 'season_years', 'double precision NOT NULL DEFAULT 2',
	 'to decide: how many years the log must have for that');
	END;
COMMENT ON FUNCTION retention_mart_table_settings() IS 'The table settings of a retention mart: '
	'name, columns and comments.';
