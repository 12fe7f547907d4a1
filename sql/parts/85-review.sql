-- ---------------------------------------------------------------------------
-- the monthly meeting on one page: a retention mart as HTML
-- ---------------------------------------------------------------------------

-- What is filled in is not looked into again: a schema may be called "{mart}"
CREATE FUNCTION retention_review_parts(schema text)
	RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	WITH relation AS (
		SELECT c.relname::text AS name
		FROM pg_class AS c
			 JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE n.nspname::text = $1)
	SELECT p.step, p.name,
		retention_mart_fill(p.template, names || pg_catalog.jsonb_build_object(text 'unusual',
			CASE WHEN EXISTS (SELECT FROM relation AS r WHERE r.name = text 'unusual_periods')
					OR NOT EXISTS (SELECT FROM relation AS r WHERE r.name = text 'settings')
				 THEN retention_mart_fill(retention_review_unusual_said(), names)
				 ELSE 'NULL::text' END))
	FROM pg_catalog.jsonb_build_object(text 'extension', retention_schema(),
			text 'mart', quote_ident(schema)) AS names,
		(VALUES
		(10, text 'head', retention_review_head(), NULL),
		(20, 'answers', retention_review_answers(), NULL),
		(25, 'unusual', retention_review_unusual(), 'unusual_periods'),
		(30, 'month', retention_review_month(), NULL),
		(40, 'lifecycle', retention_review_lifecycle(), NULL),
		(45, 'cost', retention_review_cost(), NULL),
		(50, 'cohorts', retention_review_cohorts(), NULL),
		(60, 'survival', retention_review_survival(), NULL),
		(65, 'outlook', retention_review_outlook(), 'purchase_outlook'),
		(70, 'forecast', retention_review_forecast(), NULL),
		(71, 'season', retention_review_season(), 'season_fit'),
		(72, 'model', retention_review_model(), 'model_comparison'),
		(75, 'order_value', retention_review_order_value(), NULL),
		(80, 'contact_list', retention_review_contact_list(), NULL),
		(85, 'reasons', retention_review_reasons(), NULL),
		(86, 'dropped_ranges', retention_review_dropped_ranges(), NULL),
		(87, 'lost_customers', retention_review_lost_customers(), NULL),
		(88, 'campaigns', retention_review_campaigns(), NULL),
		(90, 'foot', retention_review_foot(), NULL)) AS p(step, name, template, needs)
	-- a mart that an older version has refreshed lacks some tables
	WHERE p.needs IS NULL
	   OR NOT EXISTS (SELECT FROM relation AS r WHERE r.name = text 'settings')
	   OR EXISTS (SELECT FROM relation AS r WHERE r.name = p.needs)
	ORDER BY p.step;
	END;
COMMENT ON FUNCTION retention_review_parts(text) IS
	'The parts of the page that retention_review_html makes of a retention mart, as SQL '
	'statements, each of which gives HTML; $1 is the currency, $2 the title, $3 how many rows a '
	'list has. Those that need a table that the mart lacks are left out. Each comes from the '
	'template that a function of its name, after retention_review_, gives.';

CREATE FUNCTION retention_review_html(schema text DEFAULT 'retention_mart',
	title text DEFAULT 'Retention review', currency text DEFAULT '', list_rows integer DEFAULT 20)
	RETURNS text
	LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL UNSAFE COST 100000
	AS 'MODULE_PATHNAME', 'retention_review_html';
COMMENT ON FUNCTION retention_review_html(text, text, text, integer) IS
	'The monthly meeting on one page of HTML, from a retention mart: how many customers were '
	'lost, why, what it cost, what to do now and whether the last idea worked; the months, the '
	'cohorts, how long customers stay, what was expected and what came, whom to reach this week. '
	'The page is complete in itself, with pictures as SVG and a table behind each, without '
	'scripts; it fits a phone, a screen, light or dark, and paper. currency is written behind '
	'amounts; lists have list_rows rows at most. Reads the mart''s tables with the rights of the '
	'caller, of a superuser with those of the mart''s owner, all in one state; only ordinary '
	'tables of that owner are read, and policies that would hide rows are an error. NULL '
	'arguments are errors. Errors: 3F000 for a schema without a mart, 42501 for missing rights, '
	'22004 for NULL, 22023 for a negative number of rows.';
