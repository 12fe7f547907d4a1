-- ---------------------------------------------------------------------------
-- the page of a retention mart: what is around its sections
-- ---------------------------------------------------------------------------

-- sql/page/review.css
CREATE FUNCTION retention_review_css() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $css$
{{review.css}}
$css$;
	END;
COMMENT ON FUNCTION retention_review_css() IS
	'The css of the page that retention_review_html makes.';

CREATE FUNCTION retention_review_head() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$SELECT '<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="'
	'default-src ''none''; style-src ''unsafe-inline''; img-src data:"/>
<meta name="color-scheme" content="light dark"/>
<link rel="icon" href="data:,"/>
<title>' || {extension}.retention_html_text($2) || '</title>
<style>' || {extension}.retention_review_css() || '</style>
</head>
<body>
<header>
<h1>' || {extension}.retention_html_text($2) || '</h1>
<p>' || {extension}.retention_html_text(trim(BOTH '"' FROM source_table::text)::text) ||
	', as of the end of ' || to_char(as_of, 'FMDD FMMonth YYYY') ||
	'. It is not how many come in, it is how many come back.</p>
</header>
<main>'
FROM {mart}.settings$sql$;
	END;
COMMENT ON FUNCTION retention_review_head() IS
	'The beginning of the review, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_foot() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH churn AS (
	SELECT string_agg(kind, ', ' ORDER BY kind) AS models FROM {mart}.model
	WHERE chosen AND {extension}.retention_mart_model_use(kind) = 'base_model'),
spend AS (
	SELECT count(*) AS not_valued FROM {mart}.customer_scorecard
	WHERE expected_order_value IS NULL AND EXISTS (
		SELECT FROM {mart}.model
		WHERE chosen AND {extension}.retention_mart_model_use(kind) = 'spend_model'))
SELECT '</main>
<footer><p>A customer is lost from the day on which they are more likely gone than not, '
	'by the rhythm of their purchases' ||
	coalesce(' and the model ' || models || ' of all', '') ||
	'. How many were lost is the sum of such probabilities, not the number of alarms: many come '
	'back after one. Worth is the margin to expect within ' || horizon::text ||
	', discounted by ' ||
	{extension}.retention_html_percent(discount_rate::double precision, 1) ||
	' a year, at a margin of ' ||
	{extension}.retention_html_percent(margin::double precision, 0) ||
	' of sales' || CASE WHEN not_valued > 0 THEN
		'; ' || {extension}.retention_html_number(not_valued::numeric, 0) ||
		' customers could not be valued' ELSE '' END ||
	'. Refreshed ' || to_char(refreshed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') ||
	' UTC.</p></footer>
</body>
</html>
'
FROM {mart}.settings, churn, spend$sql$;
	END;
COMMENT ON FUNCTION retention_review_foot() IS
	'The end of the review, as a template: see retention_review_parts.';
