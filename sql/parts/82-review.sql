-- ---------------------------------------------------------------------------
-- the monthly meeting on one page: a retention mart as HTML
-- ---------------------------------------------------------------------------

CREATE FUNCTION retention_html_text(value text) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	-- signs that turn the direction of a line, or end it, have no place in a name
	SELECT replace(replace(replace(replace(replace(regexp_replace(value, '[\x01-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]', ' ', 'g'), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
	END;

CREATE FUNCTION retention_html_number(value numeric, digits integer DEFAULT 0) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT CASE WHEN value IS NULL OR value = 'NaN' THEN '&#8211;'
				ELSE replace(to_char(round(value, digits), 'FM999,999,999,999,999,999,990' || CASE WHEN digits > 0 THEN '.' || repeat('0', digits) ELSE '' END), '-', '&#8722;') END;
	END;

-- Small amounts with their cents, large ones without
CREATE FUNCTION retention_html_money(value numeric, currency text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_html_number(value, CASE WHEN abs(value) < 100.0 AND value <> 0.0 THEN 2 ELSE 0 END) || CASE WHEN value IS NULL OR currency = '' THEN '' ELSE coalesce('&#160;' || retention_html_text(currency), '') END;
	END;

CREATE FUNCTION retention_html_percent(value double precision, digits integer DEFAULT 0) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_html_number((100::double precision * value)::numeric, digits) || CASE WHEN value IS NULL THEN '' ELSE '&#160;%' END;
	END;

CREATE FUNCTION retention_html_count(value bigint, noun text) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_html_number(value::numeric, 0) || ' ' || noun || CASE value WHEN 1::bigint THEN '' ELSE 's' END;
	END;

-- A table with a caption: the heads of its columns, and its rows as ready cells.  The first column is the name of the row.
CREATE FUNCTION retention_html_table(caption text, heads text[], body text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<div class="wide" tabindex="0" role="region" aria-label="' || retention_html_text(caption) || '"><table><caption>' || retention_html_text(caption) || '</caption><thead><tr>' ||
		(SELECT string_agg('<th scope="col">' || h || '</th>', '' ORDER BY n) FROM pg_catalog.unnest(heads) WITH ORDINALITY AS u(h, n)) || '</tr></thead><tbody>' || coalesce(body, '') || '</tbody></table></div>';
	END;

CREATE FUNCTION retention_html_row(head text, VARIADIC cells text[]) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<tr><th scope="row">' || coalesce(head, '&#8211;') || '</th>' || (SELECT string_agg('<td>' || coalesce(c, '&#8211;') || '</td>', '' ORDER BY n) FROM pg_catalog.unnest(cells) WITH ORDINALITY AS u(c, n)) || '</tr>';
	END;

-- The distance of the lines of a grid that cut the given length into three to six parts, the last one begun: 1, 2 or 5 times a power of ten
CREATE FUNCTION retention_grid_step(length double precision) RETURNS double precision
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT CASE WHEN length > float8 '0' AND length < float8 'Infinity' THEN p * CASE WHEN length / p <= float8 '1.2' THEN float8 '0.2' WHEN length / p < float8 '3' THEN float8 '0.5' WHEN length / p <= float8 '6' THEN float8 '1' ELSE float8 '2' END
				ELSE float8 '1' END
	FROM (SELECT float8 '10' ^ floor(log(greatest(length, float8 '1e-300'))) AS p) q;
	END;

-- The lines of a grid from low to high, with their values, in a picture of 480 units width whose plot lies between top and bottom
CREATE FUNCTION retention_svg_grid(low double precision, high double precision, step double precision, top integer, bottom integer, percent boolean) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT string_agg(pg_catalog.format('<path class="grid%s" d="M52 %sH472"/><text class="tick" x="49" y="%s" text-anchor="end">%s</text>',
							 CASE i WHEN 0 THEN ' zero' ELSE '' END, y, y + 4::numeric,
							 CASE WHEN percent THEN retention_html_percent(i::float8 * step, 0)
								  ELSE retention_html_number((i::float8 * step / unit)::numeric, CASE WHEN step < unit THEN 1 ELSE 0 END) || CASE i WHEN 0 THEN '' ELSE letter END END), '' ORDER BY i)
	FROM (SELECT unit, letter FROM (VALUES (float8 '1', ''), (float8 '1e3', ' k'), (float8 '1e6', ' M'), (float8 '1e9', ' G'), (float8 '1e12', ' T')) AS u(unit, letter)
		  WHERE unit = float8 '1' OR greatest(high, -low) >= unit * CASE unit WHEN float8 '1e3' THEN float8 '100' ELSE float8 '1' END ORDER BY unit DESC LIMIT 1) u,
		 (SELECT i, round((bottom::float8 - (i::float8 * step - low) / (high - low) * (bottom - top)::float8)::numeric, 1) AS y
		  FROM generate_series(round(low / step)::integer, round(high / step)::integer) AS i) g;
	END;

CREATE FUNCTION retention_svg(name text, title text, description text, height integer, content text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT pg_catalog.format('<svg viewBox="0 0 480 %s" role="img" aria-labelledby="%s-title %s-description"><title id="%s-title">%s</title><desc id="%s-description">%s</desc>%s</svg>',
				  height, name, name, name, retention_html_text(title), name, retention_html_text(description), coalesce(content, ''));
	END;

-- The parts of the page, each a statement that gives HTML.  $1 is the currency, $2 the title, $3 how many rows a list has at most.
CREATE FUNCTION retention_review_parts(schema text) RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT t.step, t.name, replace(replace(t.template, '{extension}', retention_schema()), '{mart}', quote_ident(schema))
	FROM (VALUES
		(10, 'head', $sql$SELECT '<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src ''none''; style-src ''unsafe-inline''; img-src data:"/>
<meta name="color-scheme" content="light dark"/>
<link rel="icon" href="data:,"/>
<title>' || {extension}.retention_html_text($2) || '</title>
<style>
:root { color-scheme: light dark; --page: #f4f6f9; --card: #fff; --text: #1c2430; --quiet: #556070; --line: #dce1e8; --strong: #8a94a3;
  --stay: #2b6cb0; --back: #7db3e6; --new: #12806f; --lost: #c2410c; --band: #2b6cb033;
  --h0: #eef4fb; --h1: #d3e4f6; --h2: #a9cbed; --h3: #76aee0; --h4: #2b6cb0; --h5: #1a4a80; --on-low: #1c2430; --on-high: #fff; --on-middle: #1c2430 }
@media (prefers-color-scheme: dark) { :root { --page: #0f1318; --card: #181d25; --text: #e6ebf2; --quiet: #a3afbf; --line: #2c3440; --strong: #6b7687;
  --stay: #5b9ae0; --back: #a9cdf5; --new: #45bfa8; --lost: #f08a4f; --band: #5b9ae04d;
  --h0: #1c2533; --h1: #1f3350; --h2: #264a78; --h3: #2f64a3; --h4: #7fb2ea; --h5: #b9d7f7; --on-low: #e6ebf2; --on-middle: #fff; --on-high: #10151c } }
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; overflow-wrap: anywhere }
main, header, footer { max-width: 1120px; margin: 0 auto; padding: 0 20px }
header { padding-top: 32px }
h1 { font-size: 30px; line-height: 1.2; margin: 0 }
h2 { font-size: 19px; line-height: 1.3; margin: 0 0 4px }
header p, .note, footer { color: var(--quiet) }
header p { margin: 6px 0 20px }
.note { margin: 0 0 10px; font-size: 14.5px }
.pictures { columns: 2 420px; column-gap: 16px } .pictures > section { break-inside: avoid; margin-bottom: 16px }
.answers { display: grid; gap: 16px; margin-bottom: 16px }
@media (min-width: 900px) { .answers { grid-template-columns: repeat(6, 1fr) } .answers > div { grid-column: span 2 } .answers > div:nth-child(n + 4) { grid-column: span 3 } }
section, .answers > div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; min-width: 0 }
.answers h2 { font-size: 15px; font-weight: 600; color: var(--quiet) }
.answers .figure { font-size: 32px; line-height: 1.2; font-weight: 700; margin: 2px 0 4px; font-variant-numeric: tabular-nums }
.answers p { margin: 0; font-size: 15px }
.answers .lost .figure { color: var(--lost) }
.months { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 14px; margin: 0 }
.months dt { color: var(--quiet); font-size: 14px }
.months dd { margin: 0; font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums }
.months dd small { display: block; font-size: 13px; font-weight: 400; color: var(--quiet) }
.whole { margin: 16px 0 }
svg { display: block; width: 100%; height: auto; max-width: 640px; margin: 0 auto }
svg text { font: 11.5px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; fill: var(--text); font-variant-numeric: tabular-nums }
svg text.tick { fill: var(--quiet) }
.grid { stroke: var(--line); fill: none } .zero { stroke: var(--strong) }
.stay { fill: var(--stay) } .back { fill: var(--back) } .new { fill: var(--new) } .lost-bar { fill: var(--lost) }
.line { fill: none; stroke: var(--stay); stroke-width: 2.25; stroke-linejoin: round } .line-2 { fill: none; stroke: var(--lost); stroke-width: 2.25; stroke-dasharray: 6 4 }
.band { fill: var(--band) } .dot { fill: var(--lost) }
.h0 { fill: var(--h0) } .h1 { fill: var(--h1) } .h2 { fill: var(--h2) } .h3 { fill: var(--h3) } .h4 { fill: var(--h4) } .h5 { fill: var(--h5) }
svg text.on0, svg text.on1, svg text.on2 { fill: var(--on-low) } svg text.on3 { fill: var(--on-middle) } svg text.on4, svg text.on5 { fill: var(--on-high) }
.wide { overflow-x: auto; max-width: 100% }
table { border-collapse: collapse; width: 100%; font-size: 14.5px; font-variant-numeric: tabular-nums; overflow-wrap: normal }
caption { text-align: left; color: var(--quiet); font-size: 13.5px; padding: 4px 0 }
th, td { text-align: right; padding: 5px 8px; border-bottom: 1px solid var(--line); vertical-align: top }
th:first-child, .list td:nth-child(3), .list th:nth-child(3) { text-align: left }
td { white-space: nowrap }
thead th { color: var(--quiet); font-weight: 600; vertical-align: bottom }
tbody th { font-weight: 600; max-width: 22em; overflow-wrap: anywhere }
details { margin-top: 8px } summary { cursor: pointer; color: var(--quiet); font-size: 14px }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 6px 0 0; padding: 0; font-size: 14px; color: var(--quiet) }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 6px }
footer { font-size: 13.5px; padding-bottom: 32px }
@media (max-width: 560px) { main, header, footer { padding-left: 12px; padding-right: 12px } section, .answers > div { padding: 14px } h1 { font-size: 25px } svg text { font-size: 13px } svg.cells { min-width: 480px } svg.cells text { font-size: 11.5px } th, td { padding: 5px 5px } table { font-size: 13.5px } }
@media print { * { print-color-adjust: exact } @page { margin: 10mm } :root { --page: #fff } body { font-size: 11px; line-height: 1.35 } main, header, footer { max-width: none; padding: 0 } h1 { font-size: 22px } h2, .answers h2 { font-size: 13px } header p { margin: 2px 0 8px }
  section, .answers > div { break-inside: avoid; padding: 8px 10px; border-radius: 6px } .list { break-inside: auto } footer, .note, .legend, .answers p, caption { font-size: 10.5px; margin-bottom: 4px } .answers .figure { font-size: 19px }
  .answers { grid-template-columns: repeat(6, 1fr); gap: 8px; margin-bottom: 8px } .answers > div { grid-column: span 2 } .answers > div:nth-child(n + 4) { grid-column: span 3 } .months { grid-template-columns: repeat(5, 1fr); gap: 6px } .months dt, .months dd small { font-size: 10.5px } .months dd { font-size: 16px }
  .whole { margin: 8px 0 } .pictures { columns: 2; column-gap: 8px } .pictures > section { margin-bottom: 8px } .wide { overflow: visible } table { font-size: 10px } th, td { padding: 2px 4px } tr { break-inside: avoid } details { display: none } }
</style>
</head>
<body>
<header>
<h1>' || {extension}.retention_html_text($2) || '</h1>
<p>' || {extension}.retention_html_text(trim(BOTH '"' FROM source_table::text)::text) || ', as of the end of ' || to_char(as_of, 'FMDD FMMonth YYYY') || '. It is not how many come in, it is how many come back.</p>
</header>
<main>'
FROM {mart}.settings$sql$),
		(20, 'answers', $sql$WITH last AS (SELECT r.*, lag(customers) OVER w AS before, avg(lost) OVER (ORDER BY month ROWS BETWEEN 12 PRECEDING AND 1 PRECEDING) AS lost_a_month, avg(value_lost) OVER (ORDER BY month ROWS BETWEEN 12 PRECEDING AND 1 PRECEDING) AS cost_a_month
              FROM {mart}.monthly_review r WINDOW w AS (ORDER BY month) ORDER BY month DESC LIMIT 1),
reason AS (SELECT * FROM {mart}.churn_reasons WHERE lift > 1 AND p_value < 0.05 ORDER BY p_value, attribute, value LIMIT 1),
list AS (SELECT count(*) AS customers, sum(value_to_save) AS value FROM {mart}.contact_list),
idea AS (SELECT * FROM {mart}.campaign_results ORDER BY contacted_on DESC, campaign LIMIT 1)
SELECT '<div class="answers">
<div class="lost"><h2>How many did we lose?</h2><p class="figure">' || coalesce((SELECT {extension}.retention_html_number(lost::numeric, 0) FROM last), '&#8211;') || '</p><p>' ||
	coalesce((SELECT 'In ' || to_char(month, 'FMMonth YYYY') || coalesce(': ' || {extension}.retention_html_percent(churn_rate::double precision, 1) || ' of the ' || {extension}.retention_html_count(before::bigint, text 'customer') || ' there were', '') ||
	                 coalesce('. In the year before: ' || {extension}.retention_html_number(lost_a_month::numeric, 0) || ' a month', '') || '.' FROM last), 'No month is over yet.') || '</p></div>
<div><h2>Why?</h2><p class="figure">' ||
	coalesce((SELECT {extension}.retention_html_text(main_reason::text) FROM last), (SELECT {extension}.retention_html_text(attribute || ' ' || coalesce(value, 'not known')) FROM reason), '&#8211;') || '</p><p>' ||
	CASE WHEN (SELECT attribute_columns FROM {mart}.settings) = '{}' THEN 'No attributes of customers were named: create the mart with <code>attributes</code> to see which of them leave.'
	     ELSE coalesce((SELECT 'Of these, ' || {extension}.retention_html_number(main_reason_lift::numeric, 1) || ' times as many were lost in the month as of all customers.' FROM last WHERE main_reason IS NOT NULL),
	                   (SELECT 'Nothing stands out in this month. Over the last twelve, ' || {extension}.retention_html_percent(churn_rate::double precision, 0) || ' of these were lost, ' || {extension}.retention_html_number(lift::numeric, 1) || ' times as many as of all customers.' FROM reason),
	                   'Nothing that the lost have in common could not be chance.') END || '</p></div>
<div class="lost"><h2>What did it cost?</h2><p class="figure">' || coalesce((SELECT {extension}.retention_html_money(value_lost::numeric, $1) FROM last), '&#8211;') || '</p><p>' ||
	coalesce((SELECT CASE WHEN NOT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) THEN 'Amounts are not known: they would be the column <code>amount</code> of the mart.'
	                      WHEN value_lost IS NULL THEN 'Nobody was lost who has not come back.'
	                      ELSE 'What those who were lost in the month were worth: the margin to expect of them within ' || (SELECT horizon FROM {mart}.settings)::text || '.' ||
	                           coalesce(' In the year before: ' || {extension}.retention_html_money(cost_a_month::numeric, $1) || ' a month.', '') END FROM last), '') || '</p></div>
<div><h2>What to do now?</h2><p class="figure">' || (SELECT CASE WHEN value IS NULL THEN {extension}.retention_html_count(customers::bigint, text 'customer') ELSE {extension}.retention_html_money(value::numeric, $1) END FROM list) || '</p><p>' ||
	(SELECT CASE customers WHEN 0 THEN 'Nobody is due, overdue or at risk this week.' ELSE CASE WHEN value IS NULL THEN 'to call or write to: those' ELSE 'can still be saved: call or write to the ' || {extension}.retention_html_count(customers::bigint, text 'customer') END || ' of the contact list, the first of them first.' END FROM list) || '</p></div>
<div><h2>Did the last idea work?</h2><p class="figure">' ||
	coalesce((SELECT CASE WHEN difference IS NULL THEN '?' WHEN difference_lower > 0 THEN 'Yes: ' || {extension}.retention_html_number(brought_back::numeric, 0) || ' came back' WHEN difference_upper < 0 THEN 'No: it did harm' ELSE 'Not to be told yet' END FROM idea), '&#8211;') || '</p><p>' ||
	coalesce((SELECT '<b>' || {extension}.retention_html_text(campaign::text) || '</b>: ' || CASE WHEN difference IS NULL THEN 'only customers who were contacted and others who were not tell. Leave out some, drawn by chance, and write them down, too.'
	                      ELSE 'of ' || {extension}.retention_html_count(contacted::bigint, text 'customer') || ' contacted ' || {extension}.retention_html_percent(contacted_rate::double precision, 0) || ' bought within ' || {extension}.retention_html_count(days::bigint, text 'day') || ', of ' || {extension}.retention_html_number(control::numeric, 0) || ' others ' || {extension}.retention_html_percent(control_rate::double precision, 0) ||
	                           ': ' || {extension}.retention_html_number((100 * difference_lower)::numeric, 0) || ' to ' || {extension}.retention_html_number((100 * difference_upper)::numeric, 0) || ' of 100 more.' END FROM idea),
	         'Write down whom you contact, and whom, by chance, you do not, in the table <code>campaign</code> of the mart: here is what came of it.') || '</p></div>
</div>'$sql$),
		(30, 'month', $sql$WITH months AS (SELECT *, row_number() OVER (ORDER BY month DESC) AS n FROM {mart}.monthly_review),
now AS (SELECT * FROM months WHERE n = 1), before AS (SELECT * FROM months WHERE n = 2), trend AS (SELECT * FROM {mart}.spend_trend ORDER BY month DESC LIMIT 1)
SELECT CASE WHEN now.month IS NULL THEN '' ELSE '<section class="whole" aria-label="The month in figures"><dl class="months">
<div><dt>Customers</dt><dd>' || {extension}.retention_html_number(now.customers::numeric, 0) || coalesce('<small>' || {extension}.retention_html_number(before.customers::numeric, 0) || ' a month before</small>', '') || '</dd></div>
<div><dt>New customers</dt><dd>' || {extension}.retention_html_number(now.new::numeric, 0) || coalesce('<small>' || {extension}.retention_html_number(before.new::numeric, 0) || ' a month before</small>', '') || '</dd></div>
<div><dt>Bought in ' || to_char(now.month, 'FMMonth') || '</dt><dd>' || {extension}.retention_html_number(now.active::numeric, 0) || coalesce('<small>' || {extension}.retention_html_number(before.active::numeric, 0) || ' a month before</small>', '') || '</dd></div>
<div><dt>' || CASE WHEN now.spend IS NULL THEN 'Orders' ELSE 'Spent' END || '</dt><dd>' || coalesce(CASE WHEN now.spend IS NOT NULL THEN {extension}.retention_html_money(now.spend::numeric, $1) END, {extension}.retention_html_number(now.orders::numeric, 0)) ||
	coalesce('<small>' || coalesce(CASE WHEN before.spend IS NOT NULL THEN {extension}.retention_html_money(before.spend::numeric, $1) END, {extension}.retention_html_number(before.orders::numeric, 0)) || ' a month before</small>', '') || '</dd></div>' ||
	CASE WHEN now.average_order_value IS NULL THEN '' ELSE '
<div><dt>Average order</dt><dd>' || {extension}.retention_html_money(now.average_order_value::numeric, $1) || '<small>' ||
	CASE WHEN trend.p_value IS NULL THEN '' WHEN trend.p_value >= 0.05 THEN 'no clear trend' ELSE 'three months: ' || CASE WHEN trend.change > 0 THEN '+' ELSE '' END || {extension}.retention_html_percent(trend.change::double precision, 0) END || '</small></dd></div>' END || '
</dl></section>' END
FROM (SELECT) one LEFT JOIN now ON true LEFT JOIN before ON true LEFT JOIN trend ON true$sql$),
		(40, 'lifecycle', $sql$WITH months AS (SELECT *, row_number() OVER (ORDER BY month) - 1 AS n, count(*) OVER () AS months FROM (SELECT * FROM {mart}.lifecycle ORDER BY month DESC LIMIT 24) l),
scale AS (SELECT -step * ceil(lost / step) AS low, step * ceil(active / step) AS high, step
          FROM (SELECT max(lost)::float8 AS lost, greatest(max(active), 1)::float8 AS active, {extension}.retention_grid_step((max(lost) + greatest(max(active), 1))::double precision) AS step FROM months) s),
bars AS (SELECT m.*, 52 + 420.0 * n / months AS x, greatest(420.0 / months - 3, 2) AS width, 200 / (high - low) AS unit, 12 + 200 * high / (high - low) AS zero FROM months m, scale)
SELECT '<div class="pictures"><section><h2>Who came, came back and was lost</h2><p class="note">Customers who bought in each month, and below the line those who were lost in it.</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM months) THEN '<p>No month is over yet.</p>' ELSE
	{extension}.retention_svg(text 'lifecycle', text 'Customers month by month', ((SELECT format('From %s to %s', to_char(min(month), 'FMMonth YYYY'), to_char(max(month), 'FMMonth YYYY')) FROM months))::text, 240,
		(SELECT {extension}.retention_svg_grid(low::double precision, high::double precision, step::double precision, 12, 212, false) FROM scale) ||
		(SELECT string_agg(format('<g><title>%s: %s stayed, %s came back, %s new, %s lost</title>', to_char(month, 'Mon YYYY'), retained, resurrected, new, lost) ||
		                   format('<rect class="stay" x="%s" y="%s" width="%s" height="%s"/>', round(x::numeric, 1), round((zero - unit * retained)::numeric, 1), round(width::numeric, 1), round((unit * retained)::numeric, 1)) ||
		                   format('<rect class="back" x="%s" y="%s" width="%s" height="%s"/>', round(x::numeric, 1), round((zero - unit * (retained + resurrected))::numeric, 1), round(width::numeric, 1), round((unit * resurrected)::numeric, 1)) ||
		                   format('<rect class="new" x="%s" y="%s" width="%s" height="%s"/>', round(x::numeric, 1), round((zero - unit * active)::numeric, 1), round(width::numeric, 1), round((unit * new)::numeric, 1)) ||
		                   format('<rect class="lost-bar" x="%s" y="%s" width="%s" height="%s"/></g>', round(x::numeric, 1), round(zero::numeric, 1), round(width::numeric, 1), round((unit * lost)::numeric, 1)) ||
		                   CASE WHEN (months - 1 - n) % greatest(ceil(months / 6.0)::int, 1) = 0 THEN format('<text class="tick" x="%s" y="230" text-anchor="middle">%s</text>', least(round((x + width / 2)::numeric, 1), 454), to_char(month, 'Mon YY')) ELSE '' END, '' ORDER BY month) FROM bars)) ||
	'<ul class="legend"><li><i style="background:var(--stay)"></i>bought in the month before, too</li><li><i style="background:var(--back)"></i>came back after a pause</li><li><i style="background:var(--new)"></i>new</li><li><i style="background:var(--lost)"></i>lost</li></ul><details><summary>The figures</summary>' ||
	{extension}.retention_html_table(text 'Customers month by month', '{Month,Bought in the month before,Came back,New,Lost,Recovered,Customers}'::text[],
		((SELECT string_agg({extension}.retention_html_row(to_char(month, 'Mon YYYY')::text, VARIADIC ARRAY[{extension}.retention_html_number(retained::numeric, 0), {extension}.retention_html_number(resurrected::numeric, 0), {extension}.retention_html_number(new::numeric, 0), {extension}.retention_html_number(lost::numeric, 0), {extension}.retention_html_number(recovered::numeric, 0), {extension}.retention_html_number(customers::numeric, 0)]::text[]), '' ORDER BY month DESC) FROM months))::text) || '</details>' END || '</section>'$sql$),
		(45, 'cost', $sql$WITH months AS (SELECT *, row_number() OVER (ORDER BY month) - 1 AS n, count(*) OVER () AS months, coalesce(value_lost, 0)::float8 AS value FROM (SELECT * FROM {mart}.monthly_review ORDER BY month DESC LIMIT 13) l),
scale AS (SELECT step * ceil(value / step) AS high, step FROM (SELECT greatest(max(value), 1) AS value, {extension}.retention_grid_step((greatest(max(value), 1))::double precision) AS step FROM months) s),
bars AS (SELECT m.*, 52 + 420.0 * n / months AS x, 420.0 / months - 4 AS width, 212 - 200 * value / high AS y FROM months m, scale)
SELECT CASE WHEN NOT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) THEN '' ELSE '<section><h2>What the lost were worth</h2><p class="note">Of those who have not come back: the margin that was to be expected of them on the day they were last seen.</p>' ||
	CASE WHEN (SELECT count(value_lost) FROM months) = 0 THEN '<p>Nobody has been lost who has not come back.</p>' ELSE
	{extension}.retention_svg(text 'cost', text 'Value lost month by month', text 'In the last thirteen months', 240,
		(SELECT {extension}.retention_svg_grid(0::double precision, high::double precision, step::double precision, 12, 212, false) FROM scale) ||
		(SELECT string_agg(format('<rect class="lost-bar" x="%s" y="%s" width="%s" height="%s"><title>%s: %s</title></rect>', round(x::numeric, 1), round(y::numeric, 1), round(width::numeric, 1), round((212 - y)::numeric, 1), to_char(month, 'Mon YYYY'), {extension}.retention_html_money(value_lost::numeric, $1)) ||
		                   CASE WHEN (months - 1 - n) % 3 = 0 THEN format('<text class="tick" x="%s" y="230" text-anchor="middle">%s</text>', least(round((x + width / 2)::numeric, 1), 454), to_char(month, 'Mon YY')) ELSE '' END, '' ORDER BY month) FROM bars)) ||
	'<details><summary>The figures</summary>' || {extension}.retention_html_table(text 'Value lost month by month', '{Month,Lost,Churn rate,Value lost,Main reason}'::text[],
		((SELECT string_agg({extension}.retention_html_row(to_char(month, 'Mon YYYY')::text, VARIADIC ARRAY[{extension}.retention_html_number(lost::numeric, 0), {extension}.retention_html_percent(churn_rate::double precision, 1), {extension}.retention_html_money(value_lost::numeric, $1), {extension}.retention_html_text(main_reason::text)]::text[]), '' ORDER BY month DESC) FROM months))::text) || '</details>' END || '</section>' END$sql$),
		(50, 'cohorts', $sql$WITH chosen AS (SELECT cohort, row_number() OVER (ORDER BY cohort) - 1 AS n FROM (SELECT DISTINCT cohort FROM {mart}.cohorts WHERE period >= 1 ORDER BY cohort DESC LIMIT 18) c),
cells AS (SELECT n, c.*, least(5, coalesce(floor(6 * rate / nullif(max(rate) OVER (), 0)), 0))::int AS shade FROM {mart}.cohorts c JOIN chosen USING (cohort) WHERE period BETWEEN 1 AND 12)
SELECT '<section><h2>How many come back</h2><p class="note">Of 100 customers who first bought in a month, how many bought again so many months later.</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM cells) THEN '<p>No customer has been seen for a whole month after the first yet.</p>' ELSE
	'<div class="wide" tabindex="0" role="region" aria-label="Cohorts">' || replace({extension}.retention_svg(text 'cohorts', text 'Cohorts: the share of customers who bought again', text 'A row for each month in which customers came, a column for each month since', (26 + 20 * (SELECT count(*)::int FROM chosen))::integer,
		(SELECT string_agg(format('<text class="tick" x="%s" y="14" text-anchor="middle">%s</text>', 119 + 31.3 * (p - 1), p), '' ORDER BY p) FROM generate_series(1, (SELECT max(period) FROM cells)) p) ||
		(SELECT string_agg(format('<text x="2" y="%s">%s</text><text class="tick" x="97" y="%s" text-anchor="end">%s</text>', 35 + 20 * n, to_char(cohort, 'Mon YY'), 35 + 20 * n, {extension}.retention_html_number(((SELECT max(eligible) FROM cells WHERE cells.cohort = chosen.cohort))::numeric, 0)), '' ORDER BY n) FROM chosen) ||
		(SELECT string_agg(format('<g><title>%s, month %s: %s of %s</title><rect class="h%s" x="%s" y="%s" width="30.5" height="19" rx="2"/><text class="on%s" x="%s" y="%s" text-anchor="middle">%s</text></g>',
		                          to_char(cohort, 'Mon YYYY'), period, active, eligible, shade, 103.5 + 31.3 * (period - 1), 21 + 20 * n, shade, 119 + 31.3 * (period - 1), 35 + 20 * n, {extension}.retention_html_number((100 * rate)::numeric, 0)), '' ORDER BY n, period) FROM cells)),
		'<svg ', '<svg class="cells" ') || '</div>' ||
	'<details><summary>The figures</summary>' || {extension}.retention_html_table(text 'All cohorts together', '{Months later,Customers,Bought,Rate,At least,At most,Then or later}'::text[],
		((SELECT string_agg({extension}.retention_html_row(period::text, VARIADIC ARRAY[{extension}.retention_html_number(eligible::numeric, 0), {extension}.retention_html_number(active::numeric, 0), {extension}.retention_html_percent(rate::double precision, 1), {extension}.retention_html_percent(lower::double precision, 1), {extension}.retention_html_percent(upper::double precision, 1), {extension}.retention_html_percent(rate_on_or_after::double precision, 1)]::text[]), '' ORDER BY period) FROM {mart}.retention_curve WHERE period <= 24))::text) ||
	{extension}.retention_html_table(text 'Percent of each cohort', (ARRAY['Cohort', 'Customers'] || (SELECT array_agg(p::text ORDER BY p) FROM generate_series(1, (SELECT max(period) FROM cells)) p))::text[],
		((SELECT string_agg({extension}.retention_html_row(to_char(cohort, 'Mon YYYY')::text, VARIADIC ARRAY[{extension}.retention_html_number(eligible::numeric, 0)] || rates), '' ORDER BY cohort)
		 FROM (SELECT cohort, max(eligible) AS eligible, array_agg({extension}.retention_html_number((100 * rate)::numeric, 1) ORDER BY period) AS rates FROM cells GROUP BY cohort) r))::text) || '</details>' END || '</section>'$sql$),
		(60, 'survival', $sql$WITH curve AS (SELECT days, survival, coalesce(lower, survival) AS lower, coalesce(upper, survival) AS upper FROM {mart}.survival UNION SELECT 0, 1, 1, 1 WHERE EXISTS (SELECT FROM {mart}.survival)),
until AS (SELECT greatest(max(days), 1)::float8 AS days FROM curve),
-- at most one step for each unit of the picture
steps AS (SELECT DISTINCT ON (floor(420 * c.days / u.days)) c.*, round((52 + 420 * c.days / u.days)::numeric, 1) AS x FROM curve c, until u ORDER BY floor(420 * c.days / u.days), c.days DESC),
drawn AS (SELECT *, round((212 - 200 * survival)::numeric, 1) AS y, round((212 - 200 * lower)::numeric, 1) AS y_lower, round((212 - 200 * upper)::numeric, 1) AS y_upper, lead(x, 1, 472) OVER (ORDER BY days) AS x_next FROM steps),
quarters AS (SELECT q, (SELECT survival FROM curve WHERE days <= 91 * q ORDER BY days DESC LIMIT 1) AS survival FROM until, generate_series(0, least(8, floor(days / 91)::int)) q),
drops AS (SELECT q, lag(survival) OVER (ORDER BY q) - survival AS dropped, (lag(survival) OVER (ORDER BY q) - survival) / nullif(lag(survival) OVER (ORDER BY q), 0) AS share FROM quarters),
ticks AS (SELECT m AS months, 30.4375 * m AS days, round((52 + 420 * 30.4375 * m / u.days)::numeric, 1) AS x FROM until u, generate_series(0, floor(u.days / 30.4375)::int, CASE WHEN u.days > 2200 THEN 12 WHEN u.days > 1000 THEN 6 WHEN u.days > 300 THEN 3 ELSE 1 END) m)
SELECT '<section><h2>How long customers stay</h2><p class="note">' ||
	coalesce('Half of them stay longer than ' || {extension}.retention_html_count(((SELECT min(days) FROM curve WHERE survival <= 0.5))::bigint, text 'day') || '.', 'More than half of them are still here.') ||
	coalesce((SELECT ' The riskiest time is the ' || CASE q WHEN 1 THEN 'first' WHEN 2 THEN 'second' WHEN 3 THEN 'third' ELSE q || 'th' END || ' quarter of a year: ' || {extension}.retention_html_number((100 * share)::numeric, 1) || ' of 100 who are still there are lost in it.' FROM drops WHERE share > 0 ORDER BY share DESC, q LIMIT 1), '') || '</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM curve) THEN '<p>Too little is known of who left.</p>' ELSE
	{extension}.retention_svg(text 'survival', text 'The share of customers who stay longer', text 'By months since the first purchase, with limits of 95 percent confidence', 240,
		{extension}.retention_svg_grid(0::double precision, 1::double precision, 0.25::double precision, 12, 212, true) ||
		(SELECT format('<path class="band" d="M%sL%sZ"/><path class="line" d="M52 12%s"/>', string_agg(format('%s %s H%s', x, y_upper, x_next), 'L' ORDER BY days), string_agg(format('%s %s H%s', x_next, y_lower, x), 'L' ORDER BY days DESC), string_agg(format('L%s %sH%s', x, y, x_next), '' ORDER BY days)) FROM drawn) ||
		(SELECT string_agg(format('<text class="tick" x="%s" y="230" text-anchor="middle">%s</text>', least(x, 446), CASE WHEN months = (SELECT max(months) FROM ticks) THEN {extension}.retention_html_count(months::bigint, text 'month') ELSE months::text END), '' ORDER BY months) FROM ticks)) ||
	'<details><summary>The figures</summary>' || {extension}.retention_html_table(text 'The share of customers who stay longer', '{Months,Still there,At least,At most}'::text[],
		((SELECT string_agg({extension}.retention_html_row(months::text, VARIADIC ARRAY[{extension}.retention_html_percent(survival::double precision, 1), {extension}.retention_html_percent(lower::double precision, 1), {extension}.retention_html_percent(upper::double precision, 1)]::text[]), '' ORDER BY months) FROM ticks t, LATERAL (SELECT * FROM curve WHERE curve.days <= t.days ORDER BY curve.days DESC LIMIT 1) c))::text) || '</details>' END || '</section>'$sql$),
		(70, 'forecast', $sql$WITH periods AS (SELECT * FROM {mart}.purchase_forecast),
scale AS (SELECT step * ceil(value / step) AS high, step FROM (SELECT greatest(max(greatest(expected, actual)), 1) AS value, {extension}.retention_grid_step((greatest(max(greatest(expected, actual)), 1))::double precision) AS step FROM periods) s),
drawn AS (SELECT p.*, 52 + 70 * (period - 1) + 12 AS x, round((212 - 200 * actual / high)::numeric, 1) AS y, round((212 - 200 * expected / high)::numeric, 1) AS y_expected FROM periods p, scale)
SELECT '<section><h2>Can the forecast be trusted?</h2><p class="note">' ||
	coalesce((SELECT 'Half a year ago ' || {extension}.retention_html_number(sum(expected)::numeric, 0) || ' purchases were expected of the ' || {extension}.retention_html_count(max(customers)::bigint, text 'customer') || ' there were; ' || {extension}.retention_html_number(sum(actual)::numeric, 0) || ' came.' FROM periods HAVING count(*) > 0), '') || '</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM periods) THEN '<p>There is too little data of half a year ago to judge the model.</p>' ELSE
	{extension}.retention_svg(text 'forecast', text 'Actual and expected purchases', text 'In six periods of thirty days, as the model of half a year ago expected them', 240,
		(SELECT {extension}.retention_svg_grid(0::double precision, high::double precision, step::double precision, 12, 212, false) FROM scale) ||
		(SELECT string_agg(format('<rect class="stay" x="%s" y="%s" width="46" height="%s"><title>%s to %s: %s came, %s were expected</title></rect><text class="tick" x="%s" y="230" text-anchor="middle">%s</text>', x, y, 212 - y, seen_from, seen_until, actual, round(expected::numeric), x + 23, to_char(seen_until, 'DD Mon')), '' ORDER BY period) FROM drawn) ||
		(SELECT format('<path class="line-2" d="M%s"/>', string_agg(format('%s %s', x + 23, y_expected), 'L' ORDER BY period)) || string_agg(format('<circle class="dot" cx="%s" cy="%s" r="4"/>', x + 23, y_expected), '' ORDER BY period) FROM drawn)) ||
	'<ul class="legend"><li><i style="background:var(--stay)"></i>purchases that came</li><li><i style="background:var(--lost)"></i>expected</li></ul><details><summary>The figures</summary>' ||
	{extension}.retention_html_table(text 'Actual and expected purchases', '{Until,Expected,Came}'::text[], ((SELECT string_agg({extension}.retention_html_row(seen_until::text, VARIADIC ARRAY[{extension}.retention_html_number(expected::numeric, 0), {extension}.retention_html_number(actual::numeric, 0)]::text[]), '' ORDER BY period) FROM periods))::text) ||
	{extension}.retention_html_table(text 'Customers by the probability of a purchase within that half year', '{Group,Customers,Expected,Bought,At least,At most}'::text[], ((SELECT string_agg({extension}.retention_html_row(bin::text, VARIADIC ARRAY[{extension}.retention_html_number(customers::numeric, 0), {extension}.retention_html_percent(expected_rate::double precision, 1), {extension}.retention_html_percent(actual_rate::double precision, 1), {extension}.retention_html_percent(lower::double precision, 1), {extension}.retention_html_percent(upper::double precision, 1)]::text[]), '' ORDER BY bin) FROM {mart}.model_quality))::text) || '</details>' END || '</section>'$sql$),
		(75, 'order_value', $sql$WITH months AS (SELECT *, row_number() OVER (ORDER BY month) - 1 AS n, count(*) OVER () AS months, average_order_value::float8 AS value FROM {mart}.spend_trend WHERE average_order_value > 0),
scale AS (SELECT step * ceil(value / step) AS high, step FROM (SELECT max(value) AS value, {extension}.retention_grid_step(max(value)::double precision) AS step FROM months) s),
drawn AS (SELECT m.*, round((52 + 420.0 * (n + 0.5) / months)::numeric, 1) AS x, round((212 - 200 * value / high)::numeric, 1) AS y FROM months m, scale)
SELECT CASE WHEN NOT EXISTS (SELECT FROM months) THEN '' ELSE '<section><h2>What an order is worth</h2><p class="note">' ||
	coalesce((SELECT CASE WHEN p_value >= 0.05 THEN 'The last three months do not differ from before by more than chance.' ELSE 'The last three months are ' || {extension}.retention_html_percent(abs(change)::double precision, 0) || CASE WHEN change < 0 THEN ' below' ELSE ' above' END || ' what was before; that is hardly chance.' END
	          FROM months WHERE p_value IS NOT NULL AND n = months - 1), 'Too few orders to tell a trend.') || '</p>' ||
	{extension}.retention_svg(text 'order-value', text 'Average order value month by month', text 'In the last thirteen months', 240,
		(SELECT {extension}.retention_svg_grid(0::double precision, high::double precision, step::double precision, 12, 212, false) FROM scale) ||
		(SELECT format('<path class="line" d="M%s"/>', string_agg(format('%s %s', x, y), 'L' ORDER BY month)) ||
		        string_agg(format('<circle class="stay" cx="%s" cy="%s" r="3.5"><title>%s: %s in %s orders</title></circle>', x, y, to_char(month, 'Mon YYYY'), {extension}.retention_html_money(average_order_value::numeric, $1), orders) ||
		                   CASE WHEN (months - 1 - n) % 3 = 0 THEN format('<text class="tick" x="%s" y="230" text-anchor="middle">%s</text>', least(x, 454), to_char(month, 'Mon YY')) ELSE '' END, '' ORDER BY month) FROM drawn)) ||
	'<details><summary>The figures</summary>' || {extension}.retention_html_table(text 'Average order value month by month', '{Month,Orders,Average order,Three months against before,p-value}'::text[],
		((SELECT string_agg({extension}.retention_html_row(to_char(month, 'Mon YYYY')::text, VARIADIC ARRAY[{extension}.retention_html_number(orders::numeric, 0), {extension}.retention_html_money(average_order_value::numeric, $1), {extension}.retention_html_percent(change::double precision, 1), {extension}.retention_html_number(p_value::numeric, 4)]::text[]), '' ORDER BY month DESC) FROM months))::text) || '</details></section>' END || '</div>'$sql$),
		(80, 'contact_list', $sql$WITH list AS (SELECT * FROM {mart}.contact_list ORDER BY rank LIMIT $3), known AS (SELECT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts)
SELECT '<section class="whole list"><h2>Whom to reach this week</h2><p class="note">Those with whom a contact saves most: what would be lost, times the probability that they are still there to be reached.' ||
	(SELECT CASE WHEN count(*) > $3 THEN ' The first ' || $3 || ' of ' || {extension}.retention_html_number(count(*)::numeric, 0) || '; all of them are in the table <code>contact_list</code>.' ELSE '' END FROM {mart}.contact_list) || '</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM list) THEN '<p>Nobody is due, overdue or at risk this week.</p>' ELSE
	{extension}.retention_html_table(text 'Contact list', (CASE WHEN amounts THEN '{Customer,Value to save,Why,Expected,Late by,Gone already,Worth}' ELSE '{Customer,Purchases to save,Why,Expected,Late by,Gone already}' END::text[])::text[],
		((SELECT string_agg({extension}.retention_html_row({extension}.retention_html_text(customer_id::text), VARIADIC ARRAY[CASE WHEN amounts THEN {extension}.retention_html_money(value_to_save::numeric, $1) ELSE {extension}.retention_html_number(purchases_to_save::numeric, 1) END, reason, to_char(expected_next, 'FMDD Mon YYYY'),
		                                      {extension}.retention_html_number(overdue_ratio::numeric, 1) || ' intervals', {extension}.retention_html_percent(churn_score::double precision, 0)] || CASE WHEN amounts THEN ARRAY[{extension}.retention_html_money(clv::numeric, $1)] END), '' ORDER BY rank) FROM list))::text) END || '</section>'
FROM known$sql$),
		(85, 'reasons', $sql$WITH reasons AS (SELECT * FROM {mart}.churn_reasons WHERE p_value < 0.05 AND lift > 1 ORDER BY p_value, attribute, value LIMIT 8)
SELECT '<div class="pictures"><section><h2>Who leaves</h2><p class="note">Lost in the last twelve months: more than chance would have it.</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM reasons) THEN '<p>Nothing stands out' || (SELECT CASE attribute_columns WHEN '{}' THEN ': no attributes were named when the mart was made' ELSE '' END FROM {mart}.settings) || '.</p>' ELSE
	{extension}.retention_html_table(text 'Attributes of those who left', '{Attribute,Customers,Lost,Share,As a multiple of all}'::text[],
		((SELECT string_agg({extension}.retention_html_row({extension}.retention_html_text(attribute || ' ' || coalesce(value, 'not known')), VARIADIC ARRAY[{extension}.retention_html_number(customers::numeric, 0), {extension}.retention_html_number(churned::numeric, 0), {extension}.retention_html_percent(churn_rate::double precision, 0), {extension}.retention_html_number(lift::numeric, 1)]::text[]), '' ORDER BY p_value, attribute, value) FROM reasons))::text) END || '</section>'$sql$),
		(86, 'dropped_ranges', $sql$WITH ranges AS (SELECT product_range, count(*) AS customers, sum(spend_a_year) AS spend FROM {mart}.dropped_ranges GROUP BY 1 ORDER BY sum(spend_a_year) DESC NULLS LAST, count(*) DESC, product_range LIMIT 8)
SELECT '<section><h2>What they have stopped buying</h2><p class="note">Customers who still come, but have given up a range.</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM ranges) THEN '<p>Nothing stands out' || (SELECT CASE WHEN range_column IS NULL THEN ': no range was named when the mart was made' ELSE '' END FROM {mart}.settings) || '.</p>' ELSE
	{extension}.retention_html_table(text 'Ranges that were given up', (CASE WHEN amounts THEN '{Range,Customers,Spent on it in their last year with it}' ELSE '{Range,Customers}' END::text[])::text[],
		((SELECT string_agg({extension}.retention_html_row({extension}.retention_html_text(product_range::text), VARIADIC ARRAY[{extension}.retention_html_number(customers::numeric, 0)] || CASE WHEN amounts THEN ARRAY[{extension}.retention_html_money(spend::numeric, $1)] END), '' ORDER BY spend DESC NULLS LAST, customers DESC, product_range) FROM ranges))::text) END || '</section>'
FROM (SELECT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts) known$sql$),
		(87, 'lost_customers', $sql$WITH month AS (SELECT max(month) AS month FROM {mart}.monthly_review), known AS (SELECT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts),
gone AS (SELECT l.*, row_number() OVER (ORDER BY value_lost DESC NULLS LAST, spend DESC NULLS LAST, purchases DESC, customer_id) AS place FROM {mart}.lost_customers l, month WHERE lost_on >= month ORDER BY place LIMIT 8)
SELECT '<section><h2>The dearest losses</h2><p class="note">Lost since ' || coalesce((SELECT to_char(month, 'FMDD FMMonth YYYY') FROM month), 'the beginning') || '.</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM gone) THEN '<p>Nobody.</p>' ELSE
	{extension}.retention_html_table(text 'Customers lost', (CASE WHEN amounts THEN '{Customer,Last purchase,Purchases,Spent,Value lost}' ELSE '{Customer,Last purchase,Purchases}' END::text[])::text[],
		((SELECT string_agg({extension}.retention_html_row({extension}.retention_html_text(customer_id::text), VARIADIC ARRAY[last_purchase::text, {extension}.retention_html_number(purchases::numeric, 0)] || CASE WHEN amounts THEN ARRAY[{extension}.retention_html_money(spend::numeric, $1), {extension}.retention_html_money(value_lost::numeric, $1)] END), '' ORDER BY place) FROM gone))::text) END || '</section></div>'
FROM known$sql$),
		(88, 'campaigns', $sql$WITH ideas AS (SELECT * FROM {mart}.campaign_results ORDER BY contacted_on DESC, campaign LIMIT 8)
SELECT '<section class="whole"><h2>What we tried</h2><p class="note">Against customers who, by chance, were not contacted.</p>' ||
	CASE WHEN NOT EXISTS (SELECT FROM ideas) THEN '<p>Nothing yet, or nothing a day old.</p>' ELSE
	{extension}.retention_html_table(text 'Campaigns', '{Campaign,From,Contacted,Bought,Of the others,More of 100,Came back}'::text[],
		((SELECT string_agg({extension}.retention_html_row({extension}.retention_html_text(campaign::text), VARIADIC ARRAY[contacted_on::text, {extension}.retention_html_number(contacted::numeric, 0), {extension}.retention_html_percent(contacted_rate::double precision, 0), {extension}.retention_html_percent(control_rate::double precision, 0), {extension}.retention_html_number((100 * difference_lower)::numeric, 0) || ' to ' || {extension}.retention_html_number((100 * difference_upper)::numeric, 0), {extension}.retention_html_number(brought_back::numeric, 0)]::text[]), '' ORDER BY contacted_on DESC, campaign) FROM ideas))::text) END || '</section>'$sql$),
		(90, 'foot', $sql$SELECT '</main>
<footer><p>A customer is lost from the day on which she is more likely gone than not, by the rhythm of her purchases' ||
	coalesce((SELECT ' (model ' || string_agg(kind, ', ') || ')' FROM {mart}.model WHERE chosen AND kind NOT IN ('interpurchase', 'gamma-gamma')), '') ||
	'. Worth is the margin to expect within ' || horizon::text || ', discounted by ' || {extension}.retention_html_percent(discount_rate::double precision, 1) || ' a year, at a margin of ' || {extension}.retention_html_percent(margin::double precision, 0) || ' of sales. Refreshed ' || to_char(refreshed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC.</p></footer>
</body>
</html>
'
FROM {mart}.settings$sql$)) AS t(step, name, template)
	ORDER BY t.step;
	END;

CREATE FUNCTION retention_review_html(schema text DEFAULT 'retention_mart', title text DEFAULT 'Retention review', currency text DEFAULT '', list_rows integer DEFAULT 20) RETURNS text
	LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL UNSAFE COST 100000
	AS 'MODULE_PATHNAME', 'retention_review_html';

COMMENT ON FUNCTION retention_html_text(text) IS 'A text as HTML: what has a meaning there is written as its character reference.';
COMMENT ON FUNCTION retention_html_number(numeric, integer) IS 'A number as it is read, with so many digits after the point; a dash for NULL.';
COMMENT ON FUNCTION retention_html_money(numeric, text) IS 'An amount as it is read, with its currency, below 100 with cents; a dash for NULL.';
COMMENT ON FUNCTION retention_html_percent(double precision, integer) IS 'A share as percent; a dash for NULL.';
COMMENT ON FUNCTION retention_html_count(bigint, text) IS 'A number of things, in the singular or the plural.';
COMMENT ON FUNCTION retention_html_table(text, text[], text) IS 'An HTML table of ready rows; it scrolls in itself where it is too wide.';
COMMENT ON FUNCTION retention_html_row(text, text[]) IS 'A row of an HTML table of ready cells; a dash for NULL.';
COMMENT ON FUNCTION retention_grid_step(double precision) IS 'The distance of grid lines for a picture of values that reach so far.';
COMMENT ON FUNCTION retention_svg_grid(double precision, double precision, double precision, integer, integer, boolean) IS 'The grid of a picture, as SVG.';
COMMENT ON FUNCTION retention_svg(text, text, text, integer, text) IS 'A picture as SVG, with its title and description for those who do not see it.';
COMMENT ON FUNCTION retention_review_parts(text) IS 'The parts of the page that retention_review_html makes of a retention mart, as SQL statements, each of which gives HTML; $1 is the currency, $2 the title, $3 how many rows a list has.';
COMMENT ON FUNCTION retention_review_html(text, text, text, integer) IS 'The monthly meeting on one page of HTML, from a retention mart: how many customers were lost, why, what it cost, what to do now and whether the last idea worked; the months, the cohorts, how long customers stay, what was expected and what came, whom to reach this week. The page is complete in itself, with pictures as SVG and a table behind each, without scripts; it fits a phone, a screen, light or dark, and paper. currency is written behind amounts; lists have list_rows rows at most. Reads the mart''s tables with the rights of the caller, of a superuser with those of the mart''s owner, all in one state; only ordinary tables of that owner are read, and policies that would hide rows are an error. NULL arguments are errors. Errors: 3F000 for a schema without a mart, 42501 for missing rights, 22004 for NULL, 22023 for a negative number of rows.';
