-- ---------------------------------------------------------------------------
-- the page of a retention mart: the season, and what befell all customers at once
-- ---------------------------------------------------------------------------

CREATE FUNCTION retention_review_season() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH fit AS (
	SELECT f.* FROM {mart}.season_fit f JOIN {mart}.settings ON as_of = fitted_on),
months AS (
	SELECT m.*, to_char(make_date(2000, month, 1), 'Mon') AS name,
		to_char(make_date(2000, month, 1), 'FMMonth') AS full_name
	FROM fit, {extension}.season_months(used, 0.95::double precision) m WHERE chosen),
scale AS (
	SELECT step * ceil(value / step) AS high, step
	FROM (SELECT value, {extension}.retention_grid_step(value::double precision) AS step
		FROM (SELECT max(greatest(upper, factor)) AS value FROM months) e) s),
scaled AS (
	SELECT m.*, 55 + 35 * (month - 1) AS x, 69.5 + 35 * (month - 1) AS middle,
		round((212 - 200 * factor / high)::numeric, 1) AS y,
		round((212 - 200 * lower / high)::numeric, 1) AS y_lower,
		round((212 - 200 * upper / high)::numeric, 1) AS y_upper
	FROM months m, scale),
drawn AS (
	SELECT string_agg({extension}.retention_svg_bar(text 'stay', x::numeric, y::numeric,
				29::numeric, (212 - y)::numeric, full_name || ': ' ||
					{extension}.retention_html_number(factor::numeric, 2) ||
					coalesce(', limits ' ||
						{extension}.retention_html_number(lower::numeric, 2) || ' to ' ||
						{extension}.retention_html_number(upper::numeric, 2), '')) ||
			coalesce({extension}.retention_svg_path(text 'limits',
				format('M%s %sV%sM%s %sh8M%s %sh8', middle, y_lower, y_upper,
					middle - 4, y_lower, middle - 4, y_upper)), '') ||
			{extension}.retention_svg_tick(middle::numeric, 230::numeric, name),
			'' ORDER BY month) ||
		(SELECT {extension}.retention_svg_path(text 'line-2',
			'M52 ' || round((212 - 200 / high)::numeric, 1) || 'H472') FROM scale) AS picture
	FROM scaled),
figures AS (
	SELECT string_agg({extension}.retention_html_row(full_name, VARIADIC ARRAY[
		{extension}.retention_html_number(factor::numeric, 2),
		{extension}.retention_html_number(lower::numeric, 2),
		{extension}.retention_html_number(upper::numeric, 2),
		{extension}.retention_html_number(standard_error::numeric, 3)]),
		'' ORDER BY month) AS body
	FROM months),
events AS (
	SELECT string_agg({extension}.retention_html_row(e ->> 'from', VARIADIC ARRAY[
		e ->> 'until',
		{extension}.retention_html_number((e ->> 'factor')::numeric, 2)]),
		'' ORDER BY n) AS body
	FROM fit, jsonb_array_elements(used::text::jsonb -> 'events') WITH ORDINALITY AS t(e, n)),
periods AS (
	SELECT string_agg({extension}.retention_html_row(seen_until::text ||
			CASE WHEN unusual THEN ', unusual' ELSE '' END, VARIADIC ARRAY[
		{extension}.retention_html_number(expected::numeric, 0),
		{extension}.retention_html_number(actual::numeric, 0),
		{extension}.retention_html_percent(ratio, 0),
		{extension}.retention_html_percent(usual, 0)]), '' ORDER BY seen_from) AS body
	FROM {mart}.unusual_periods),
-- the highest and the lowest month
said AS (
	SELECT 'In ' || (array_agg(full_name ORDER BY factor DESC, month))[1] ||
		' customers buy ' || {extension}.retention_html_number(max(factor)::numeric, 2) ||
		' times as much as in a mean month, in ' ||
		(array_agg(full_name ORDER BY factor, month))[1] || ' ' ||
		{extension}.retention_html_number(min(factor)::numeric, 2) || ' times. ' AS months
	FROM months)
SELECT {extension}.retention_html_section(NULL::text, text 'The season',
	CASE WHEN chosen THEN said.months || 'The models know that. '
		ELSE 'The models know no season. ' END ||
	coalesce({extension}.retention_html_text(chosen_because::text), ''),
	CASE WHEN chosen THEN
		{extension}.retention_svg_chart(text 'season', text 'The season: how much is bought when',
			text 'A bar for each month, with limits of 95 percent confidence; 1 is a mean month',
			0::double precision, high::double precision, step::double precision, false,
			(SELECT picture FROM drawn)) ||
		{extension}.retention_html_legend(ARRAY['stay', 'lost'],
			ARRAY['what is bought on a day of the month, with limits of 95 percent confidence',
				'on a mean day of the year'])
		ELSE '' END ||
	CASE WHEN chosen OR events.body IS NOT NULL OR periods.body IS NOT NULL THEN
		{extension}.retention_html_figures(
			CASE WHEN chosen THEN
				{extension}.retention_html_table(text 'The season: how much is bought when',
					ARRAY['Month', 'Factor', 'At least', 'At most', 'Standard error'],
					figures.body) ELSE '' END ||
			CASE WHEN events.body IS NOT NULL THEN
				{extension}.retention_html_table(text 'Events that were told',
					ARRAY['From', 'Until', 'Factor'], events.body) ELSE '' END ||
			CASE WHEN periods.body IS NOT NULL THEN
				{extension}.retention_html_table(
					text 'What was to be expected at the beginning of each period, and what came',
					ARRAY['Until', 'Expected', 'Came', 'Share', 'In the periods before'],
					periods.body) ELSE '' END)
		ELSE '' END)
FROM (SELECT) one LEFT JOIN fit ON true, scale, said, figures, events, periods$sql$;
	END;
COMMENT ON FUNCTION retention_review_season() IS
	'The season, how it was chosen, and the events that were told, as a template: see '
	'retention_review_parts.';

-- Of several the one that differs most, in words; NULL for none
CREATE FUNCTION retention_review_unusual_said() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$(SELECT 'In the ' || seen_until - seen_from + 1 || ' days until ' ||
		to_char(seen_until, 'FMDD FMMonth YYYY') || ' customers bought ' ||
		{extension}.retention_html_percent(abs(ratio - 1), 0) ||
		CASE WHEN ratio < 1 THEN ' less' ELSE ' more' END || ' than was to be expected'
	FROM {mart}.unusual_periods WHERE unusual
	ORDER BY abs(ln(greatest(actual, 0.5) / expected)) DESC, seen_from DESC LIMIT 1)$sql$;
	END;
COMMENT ON FUNCTION retention_review_unusual_said() IS
	'What befell all customers at once, as a template for an expression: see '
	'retention_review_parts.';

-- The event is one that is to be mended by who knows what it was; those already told stay
CREATE FUNCTION retention_review_unusual() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH found AS (
	SELECT seen_from, seen_until, ratio, ratio / usual AS factor,
		count(*) OVER () AS periods
	FROM {mart}.unusual_periods WHERE unusual
	ORDER BY abs(ln(greatest(actual, 0.5) / expected)) DESC, seen_from DESC LIMIT 1)
SELECT coalesce('<section class="whole sign" aria-label="All customers at once"><p><b>' ||
	{unusual} || '.</b> All at once' ||
	CASE WHEN ratio < 1 THEN ', which is not how customers leave' ELSE '' END ||
	'. If there is a reason, tell it, with its days and, as a factor, how much was bought of what '
	'is bought otherwise: <code>' || {extension}.retention_html_text(format(
		'UPDATE %I.settings SET events = events || %L', schema_name,
		jsonb_build_array(jsonb_build_object('from', seen_from, 'until', seen_until,
			'factor', greatest(round(factor::numeric, 2), 0.001))))) ||
	';</code> The next refresh then does not count it as ' ||
	CASE WHEN ratio < 1 THEN 'loss' ELSE 'a habit' END || '.' ||
	CASE WHEN periods > 1 THEN ' Other times like that are in the table '
		'<code>unusual_periods</code>.' ELSE '' END || '</p></section>', '')
FROM (SELECT) one LEFT JOIN found ON true, {mart}.settings$sql$;
	END;
COMMENT ON FUNCTION retention_review_unusual() IS
	'What befell all customers at once, and how to tell it, as a template: see '
	'retention_review_parts.';
