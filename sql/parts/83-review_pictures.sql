-- ---------------------------------------------------------------------------
-- the page of a retention mart: the sections with pictures
-- ---------------------------------------------------------------------------
--
-- Plots lie between 52 and 472, 12 and 212 units: that is what 420 and 200 are.  Values that
-- are shown are scaled to the grid, whose last line is the first at or above the greatest.

CREATE FUNCTION retention_review_lifecycle() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH months AS (
	SELECT month, retained, resurrected, l.new, l.active, r.lost, r.customers, l.lost AS alarms,
		l.recovered, row_number() OVER (ORDER BY month) - 1 AS n, count(*) OVER () AS months
	FROM (SELECT * FROM {mart}.lifecycle ORDER BY month DESC LIMIT 24) l
		JOIN {mart}.monthly_review r USING (month)),
extremes AS (
	SELECT greatest(max(lost), 0)::float8 AS lost, greatest(max(active), 1)::float8 AS active,
		min(month) AS first, max(month) AS last
	FROM months),
scale AS (
	SELECT -step * ceil(lost / step) AS low, step * ceil(active / step) AS high, step, first, last
	FROM (SELECT *, {extension}.retention_grid_step((lost + active)::double precision) AS step
		FROM extremes) s),
scaled AS (
	SELECT m.*, 52 + 420.0 * n / months AS x, greatest(420.0 / months - 3, 2) AS width,
		200 / (high - low) AS unit, 12 + 200 * high / (high - low) AS zero
	FROM months m, scale),
-- what each bar reaches up to, and how long it is
bars AS (
	SELECT month, string_agg({extension}.retention_svg_bar(class::text, round(x, 1)::numeric,
			round((zero - unit * top)::numeric, 1)::numeric, round(width, 1)::numeric,
			round((unit * height)::numeric, 1)::numeric, NULL::text), '' ORDER BY place) AS bars
	FROM scaled, LATERAL (VALUES
		(1, 'stay', retained, retained),
		(2, 'back', retained + resurrected, resurrected),
		(3, 'new', active, new),
		(4, 'lost-bar', 0, greatest(lost, 0))) AS bar(place, class, top, height)
	GROUP BY month),
drawn AS (
	SELECT string_agg(format('<g><title>%s: %s stayed, %s came back, %s new, %s lost</title>%s</g>',
			to_char(month, 'Mon YYYY'), retained, resurrected, new, lost, bars) ||
		CASE WHEN (months - 1 - n) % ceil(months / 6.0)::int = 0 THEN
			{extension}.retention_svg_month((x + width / 2)::numeric, month::date)
			ELSE '' END, '' ORDER BY month) AS picture
	FROM scaled JOIN bars USING (month)),
figures AS (
	SELECT string_agg({extension}.retention_html_row(to_char(month, 'Mon YYYY'), VARIADIC ARRAY[
		{extension}.retention_html_number(retained::numeric, 0),
		{extension}.retention_html_number(resurrected::numeric, 0),
		{extension}.retention_html_number(new::numeric, 0),
		{extension}.retention_html_number(lost::numeric, 0),
		{extension}.retention_html_number(customers::numeric, 0),
		{extension}.retention_html_number(alarms::numeric, 0),
		{extension}.retention_html_number(recovered::numeric, 0)]), '' ORDER BY month DESC) AS body
	FROM months)
-- the pictures begin here and end with retention_review_order_value
SELECT '<div class="pictures">' || {extension}.retention_html_section(NULL::text,
	text 'Who came, came back and was lost',
	text 'Customers who bought in each month, and below the line those who were lost in it.',
	CASE WHEN last IS NULL THEN '<p>No month is over yet.</p>' ELSE
		{extension}.retention_svg_chart(text 'lifecycle', text 'Customers month by month',
			format('From %s to %s', to_char(first, 'FMMonth YYYY'), to_char(last, 'FMMonth YYYY')),
			low::double precision, high::double precision, step::double precision, false,
			(SELECT picture FROM drawn)) ||
		{extension}.retention_html_legend(ARRAY['stay', 'back', 'new', 'lost'],
			ARRAY['bought in the month before, too', 'came back after a pause', 'new', 'lost']) ||
		{extension}.retention_html_figures({extension}.retention_html_table(
			text 'Customers month by month',
			ARRAY['Month', 'Bought in the month before', 'Came back', 'New', 'Lost', 'Customers',
				'Alarms', 'Bought after one'],
			(SELECT body FROM figures))) END)
FROM scale$sql$;
	END;
COMMENT ON FUNCTION retention_review_lifecycle() IS
	'Who came, came back and was lost, month by month, as a template: see '
	'retention_review_parts.';

CREATE FUNCTION retention_review_cost() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH known AS (
	SELECT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts),
months AS (
	SELECT *, row_number() OVER (ORDER BY month) - 1 AS n, count(*) OVER () AS months,
		coalesce(value_lost, 0)::float8 AS value
	FROM (SELECT * FROM {mart}.monthly_review ORDER BY month DESC LIMIT 13) l),
extremes AS (
	SELECT greatest(max(value), 1) AS value, count(value_lost) AS losses FROM months),
scale AS (
	SELECT step * ceil(value / step) AS high, step, losses
	FROM (SELECT *, {extension}.retention_grid_step(value::double precision) AS step
		FROM extremes) s),
scaled AS (
	SELECT m.*, 52 + 420.0 * n / months AS x, 420.0 / months - 4 AS width,
		212 - 200 * value / high AS y
	FROM months m, scale),
drawn AS (
	SELECT string_agg({extension}.retention_svg_bar(text 'lost-bar', round(x, 1)::numeric,
			round(y::numeric, 1)::numeric, round(width, 1)::numeric,
			round((212 - y)::numeric, 1)::numeric, to_char(month, 'Mon YYYY') || ': ' ||
				{extension}.retention_html_money(value_lost::numeric, $1)) ||
		CASE WHEN (months - 1 - n) % 3 = 0 THEN
			{extension}.retention_svg_month((x + width / 2)::numeric, month::date)
			ELSE '' END, '' ORDER BY month) AS picture
	FROM scaled),
figures AS (
	SELECT string_agg({extension}.retention_html_row(to_char(month, 'Mon YYYY'), VARIADIC ARRAY[
		{extension}.retention_html_number(lost::numeric, 0),
		{extension}.retention_html_percent(churn_rate::double precision, 1),
		{extension}.retention_html_money(value_lost::numeric, $1),
		{extension}.retention_html_text(main_reason::text)]), '' ORDER BY month DESC) AS body
	FROM months)
SELECT CASE WHEN NOT amounts THEN '' ELSE {extension}.retention_html_section(NULL::text,
	text 'What the lost were worth',
	text 'Of those who have not come back: the margin that was to be expected of them on the day '
		'they were last seen.',
	CASE WHEN losses = 0 THEN '<p>Nobody has been lost who has not come back.</p>' ELSE
		{extension}.retention_svg_chart(text 'cost', text 'Value lost month by month',
			text 'In the last thirteen months',
			0::double precision, high::double precision, step::double precision, false,
			(SELECT picture FROM drawn)) ||
		{extension}.retention_html_figures({extension}.retention_html_table(
			text 'Value lost month by month',
			ARRAY['Month', 'Lost', 'Churn rate', 'Value lost', 'Main reason'],
			(SELECT body FROM figures))) END) END
FROM known, scale$sql$;
	END;
COMMENT ON FUNCTION retention_review_cost() IS
	'What the lost were worth, month by month, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_cohorts() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH chosen AS (
	SELECT cohort, row_number() OVER (ORDER BY cohort) - 1 AS n
	FROM (SELECT DISTINCT cohort FROM {mart}.cohorts WHERE period >= 1
		ORDER BY cohort DESC LIMIT 18) c),
-- a row of cells for a cohort, a column for a month since
cells AS (
	SELECT c.*, 35 + 20 * n AS y, 119 + 31.3 * (period - 1) AS x,
		least(5, coalesce(floor(6 * rate / nullif(max(rate) OVER (), 0)), 0))::int AS shade
	FROM {mart}.cohorts c JOIN chosen USING (cohort) WHERE period BETWEEN 1 AND 12),
columns AS (
	SELECT period, 119 + 31.3 * (period - 1) AS x
	FROM generate_series(1, (SELECT max(period) FROM cells)) AS period),
rows AS (
	SELECT cohort, y, max(eligible) AS eligible, array_agg(
		{extension}.retention_html_number((100 * rate)::numeric, 1) ORDER BY period) AS rates
	FROM cells GROUP BY cohort, y),
drawn AS (
	SELECT (
		SELECT string_agg({extension}.retention_svg_tick(x::numeric, 14::numeric, period::text),
			'' ORDER BY period)
		FROM columns) || (
		SELECT string_agg(format(
			'<text x="2" y="%s">%s</text>'
			'<text class="tick" x="97" y="%s" text-anchor="end">%s</text>',
			y, to_char(cohort, 'Mon YY'), y,
			{extension}.retention_html_number(eligible::numeric, 0)), '' ORDER BY y)
		FROM rows) || (
		SELECT string_agg(format('<g><title>%s, month %s: %s of %s</title>'
			'<rect class="h%s" x="%s" y="%s" width="30.5" height="19" rx="2"/>'
			'<text class="on%s" x="%s" y="%s" text-anchor="middle">%s</text></g>',
			to_char(cohort, 'Mon YYYY'), period, active, eligible, shade, x - 15.5, y - 14, shade,
			x, y, {extension}.retention_html_number((100 * rate)::numeric, 0)),
			'' ORDER BY y, period)
		FROM cells) AS picture),
together AS (
	SELECT string_agg({extension}.retention_html_row(period::text, VARIADIC ARRAY[
		{extension}.retention_html_number(eligible::numeric, 0),
		{extension}.retention_html_number(active::numeric, 0),
		{extension}.retention_html_percent(rate::double precision, 1),
		{extension}.retention_html_percent(lower::double precision, 1),
		{extension}.retention_html_percent(upper::double precision, 1),
		{extension}.retention_html_percent(rate_on_or_after::double precision, 1)]),
		'' ORDER BY period) AS body
	FROM {mart}.retention_curve WHERE period <= 24),
each AS (
	SELECT string_agg({extension}.retention_html_row(to_char(cohort, 'Mon YYYY'), VARIADIC ARRAY[
		{extension}.retention_html_number(eligible::numeric, 0)] || rates),
		'' ORDER BY cohort) AS body
	FROM rows)
SELECT {extension}.retention_html_section(NULL::text, text 'How many come back',
	text 'Of 100 customers who first bought in a month, how many bought again so many months '
		'later.',
	CASE WHEN NOT EXISTS (SELECT FROM cells) THEN
		'<p>No customer has been seen for a whole month after the first yet.</p>' ELSE
		'<div class="wide" tabindex="0" role="region" aria-label="Cohorts">' ||
		replace({extension}.retention_svg(text 'cohorts',
			text 'Cohorts: the share of customers who bought again',
			text 'A row for each month in which customers came, a column for each month since',
			(SELECT 26 + 20 * count(*) FROM chosen)::integer, (SELECT picture FROM drawn)),
			'<svg ', '<svg class="cells" ') || '</div>' ||
		{extension}.retention_html_figures(
			{extension}.retention_html_table(text 'All cohorts together',
				ARRAY['Months later', 'Customers', 'Bought', 'Rate', 'At least', 'At most',
					'Then or later'],
				(SELECT body FROM together)) ||
			{extension}.retention_html_table(text 'Percent of each cohort',
				ARRAY['Cohort', 'Customers'] ||
					(SELECT array_agg(period::text ORDER BY period) FROM columns),
				(SELECT body FROM each))) END)$sql$;
	END;
COMMENT ON FUNCTION retention_review_cohorts() IS
	'How many of each cohort come back, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_survival() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH curve AS (
	SELECT days, survival, coalesce(lower, survival) AS lower, coalesce(upper, survival) AS upper
	FROM {mart}.survival
	UNION SELECT 0, 1, 1, 1 WHERE EXISTS (SELECT FROM {mart}.survival)),
until AS (SELECT greatest(max(days), 1)::float8 AS days FROM curve),
-- at most one step for each unit of the picture
steps AS (
	SELECT DISTINCT ON (floor(420 * c.days / u.days)) c.*,
		round((52 + 420 * c.days / u.days)::numeric, 1) AS x
	FROM curve c, until u ORDER BY floor(420 * c.days / u.days), c.days DESC),
scaled AS (
	SELECT days, x, lead(x, 1, 472) OVER (ORDER BY days) AS x_next,
		round((212 - 200 * survival)::numeric, 1) AS y,
		round((212 - 200 * lower)::numeric, 1) AS y_lower,
		round((212 - 200 * upper)::numeric, 1) AS y_upper
	FROM steps),
-- a day of each month, of the last of some, that is shown below the plot
ticks AS (
	SELECT months, 30.4375 * months AS days, max(months) OVER () AS last,
		round((52 + 420 * 30.4375 * months / u.days)::numeric, 1) AS x
	FROM until u, generate_series(0, floor(u.days / 30.4375)::int,
		CASE WHEN u.days > 2200 THEN 12 WHEN u.days > 1000 THEN 6
			WHEN u.days > 300 THEN 3 ELSE 1 END) AS months),
drawn AS (
	SELECT (
		SELECT {extension}.retention_svg_path(text 'band', format('M%sL%sZ',
				string_agg(format('%s %s H%s', x, y_upper, x_next), 'L' ORDER BY days),
				string_agg(format('%s %s H%s', x_next, y_lower, x), 'L' ORDER BY days DESC))) ||
			{extension}.retention_svg_path(text 'line', 'M52 12' ||
				string_agg(format('L%s %sH%s', x, y, x_next), '' ORDER BY days))
		FROM scaled) || (
		SELECT string_agg({extension}.retention_svg_tick(least(x, 446)::numeric, 230::numeric,
			CASE WHEN months = last THEN
				{extension}.retention_html_count(months::bigint, text 'month')
				ELSE months::text END), '' ORDER BY months)
		FROM ticks) AS picture),
quarters AS (
	SELECT q, (SELECT survival FROM curve WHERE days <= 91 * q
		ORDER BY days DESC LIMIT 1) AS survival
	FROM until, generate_series(0, least(8, floor(days / 91)::int)) q),
drops AS (
	SELECT q, (before - survival) / nullif(before, 0) AS share
	FROM (SELECT *, lag(survival) OVER (ORDER BY q) AS before FROM quarters) s),
half AS (
	SELECT coalesce('Half of them stay longer than ' ||
		{extension}.retention_html_count(min(days)::bigint, text 'day') || '.',
		'More than half of them are still here.') AS said
	FROM curve WHERE survival <= 0.5),
riskiest AS (
	SELECT ' The riskiest time is the ' ||
		CASE q WHEN 1 THEN 'first' WHEN 2 THEN 'second' WHEN 3 THEN 'third' ELSE q || 'th' END ||
		' quarter of a year: ' || {extension}.retention_html_number((100 * share)::numeric, 1) ||
		' of 100 who are still there are lost in it.' AS said
	FROM drops WHERE share > 0 ORDER BY share DESC, q LIMIT 1),
figures AS (
	SELECT string_agg({extension}.retention_html_row(months::text, VARIADIC ARRAY[
		{extension}.retention_html_percent(survival::double precision, 1),
		{extension}.retention_html_percent(lower::double precision, 1),
		{extension}.retention_html_percent(upper::double precision, 1)]),
		'' ORDER BY months) AS body
	FROM ticks t, LATERAL (
		SELECT * FROM curve WHERE curve.days <= t.days ORDER BY curve.days DESC LIMIT 1) c)
SELECT {extension}.retention_html_section(NULL::text, text 'How long customers stay',
	half.said || coalesce(riskiest.said, ''),
	CASE WHEN NOT EXISTS (SELECT FROM curve) THEN '<p>Too little is known of who left.</p>' ELSE
		{extension}.retention_svg_chart(text 'survival',
			text 'The share of customers who stay longer',
			text 'By months since the first purchase, with limits of 95 percent confidence',
			0::double precision, 1::double precision, 0.25::double precision, true,
			(SELECT picture FROM drawn)) ||
		{extension}.retention_html_figures({extension}.retention_html_table(
			text 'The share of customers who stay longer',
			ARRAY['Months', 'Still there', 'At least', 'At most'],
			(SELECT body FROM figures))) END)
FROM half LEFT JOIN riskiest ON true$sql$;
	END;
COMMENT ON FUNCTION retention_review_survival() IS
	'How long customers stay, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_forecast() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH periods AS (SELECT * FROM {mart}.purchase_forecast),
extremes AS (
	SELECT greatest(max(greatest(expected, actual)), 1) AS value, sum(expected) AS expected,
		sum(actual) AS actual, max(customers) AS customers
	FROM periods),
-- a mart that an older version has refreshed has no totals
totals AS (
	SELECT seen_until, to_jsonb(p) AS of, (to_jsonb(p) ->> 'total_lower')::float8 AS lower,
		(to_jsonb(p) ->> 'total_upper')::float8 AS upper
	FROM periods p),
limits AS (
	SELECT ' (' || {extension}.retention_html_percent(
			(of ->> 'level')::double precision, 0) || ' limits ' ||
		{extension}.retention_html_number(lower::numeric, 0) || ' to ' ||
		{extension}.retention_html_number(upper::numeric, 0) || ')' AS said, lower, upper
	FROM totals WHERE lower IS NOT NULL ORDER BY seen_until DESC LIMIT 1),
scale AS (
	SELECT step * ceil(value / step) AS high, step
	FROM (SELECT *, {extension}.retention_grid_step(value::double precision) AS step
		FROM extremes) s),
scaled AS (
	SELECT p.*, 64 + 70 * (period - 1) AS x, 87 + 70 * (period - 1) AS middle,
		round((212 - 200 * actual / high)::numeric, 1) AS y,
		round((212 - 200 * expected / high)::numeric, 1) AS y_expected
	FROM periods p, scale),
drawn AS (
	SELECT
		string_agg({extension}.retention_svg_bar(text 'stay', x::numeric, y::numeric, 46::numeric,
				(212 - y)::numeric, format('%s to %s: %s came, %s were expected',
					seen_from, seen_until, actual, round(expected::numeric))) ||
			{extension}.retention_svg_tick(middle::numeric, 230::numeric,
				to_char(seen_until, 'DD Mon')), '' ORDER BY period) ||
		{extension}.retention_svg_path(text 'line-2', 'M' ||
			string_agg(middle || ' ' || y_expected, 'L' ORDER BY period)) ||
		string_agg({extension}.retention_svg_dot(text 'dot', middle::numeric, y_expected::numeric,
			4::numeric, NULL::text), '' ORDER BY period) AS picture
	FROM scaled),
figures AS (
	SELECT string_agg({extension}.retention_html_row(seen_until::text, VARIADIC ARRAY[
		{extension}.retention_html_number(expected::numeric, 0),
		{extension}.retention_html_number(actual::numeric, 0),
		{extension}.retention_html_number((of ->> 'total_expected')::numeric, 0),
		{extension}.retention_html_number(lower::numeric, 0),
		{extension}.retention_html_number(upper::numeric, 0),
		{extension}.retention_html_number((of ->> 'total_actual')::numeric, 0)]),
		'' ORDER BY period) AS body
	FROM periods JOIN totals USING (seen_until)),
groups AS (
	SELECT string_agg({extension}.retention_html_row(bin::text, VARIADIC ARRAY[
		{extension}.retention_html_number(customers::numeric, 0),
		{extension}.retention_html_percent(expected_rate::double precision, 1),
		{extension}.retention_html_percent(actual_rate::double precision, 1),
		{extension}.retention_html_percent(lower::double precision, 1),
		{extension}.retention_html_percent(upper::double precision, 1)]),
		'' ORDER BY bin) AS body
	FROM {mart}.model_quality)
SELECT {extension}.retention_html_section(NULL::text, text 'Can the forecast be trusted?',
	coalesce('Half a year ago ' ||
		{extension}.retention_html_number(expected::numeric, 0) || ' purchases' ||
		coalesce(limits.said, '') || ' were expected of the ' ||
		{extension}.retention_html_count(customers::bigint, text 'customer') || ' there were; ' ||
		{extension}.retention_html_number(actual::numeric, 0) || ' came' ||
		CASE WHEN actual < lower OR actual > upper THEN
			', outside the limits, which hold only as far as the model does'
			ELSE '' END || '.' || coalesce(' ' || {unusual} || '.', ''), ''),
	CASE WHEN customers IS NULL THEN
		'<p>There is too little data of half a year ago to judge the model.</p>' ELSE
		{extension}.retention_svg_chart(text 'forecast', text 'Actual and expected purchases',
			text 'In six periods of thirty days, as the model of half a year ago expected them',
			0::double precision, high::double precision, step::double precision, false,
			(SELECT picture FROM drawn)) ||
		{extension}.retention_html_legend(ARRAY['stay', 'lost'],
			ARRAY['purchases that came', 'expected']) ||
		{extension}.retention_html_figures(
			{extension}.retention_html_table(text 'Actual and expected purchases',
				ARRAY['Until', 'Expected', 'Came', 'Expected until then', 'At least', 'At most',
					'Came until then'], (SELECT body FROM figures)) ||
			{extension}.retention_html_table(
				text 'Customers by the probability of a purchase within that half year',
				ARRAY['Group', 'Customers', 'Expected', 'Bought', 'At least', 'At most'],
				(SELECT body FROM groups))) END)
FROM scale, extremes LEFT JOIN limits ON true$sql$;
	END;
COMMENT ON FUNCTION retention_review_forecast() IS
	'What was expected half a year ago and what came, as a template: see '
	'retention_review_parts.';

CREATE FUNCTION retention_review_outlook() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH ahead AS (
	SELECT *, count(*) OVER () AS periods, row_number() OVER (ORDER BY days) AS n,
		max(days) OVER () AS last_day
	FROM {mart}.purchase_outlook),
scale AS (
	SELECT step * ceil(value / step) AS high, step
	FROM (SELECT value, {extension}.retention_grid_step(value::double precision) AS step
		FROM (SELECT greatest(max(coalesce(upper, expected)), 1) AS value FROM ahead) e) s),
scaled AS (
	SELECT a.*, round((52 + 420.0 * days / last_day)::numeric, 1) AS x,
		round((212 - 200 * expected / high)::numeric, 1) AS y,
		round((212 - 200 * lower / high)::numeric, 1) AS y_lower,
		round((212 - 200 * upper / high)::numeric, 1) AS y_upper
	FROM ahead a, scale),
drawn AS (
	-- NULL without limits
	SELECT coalesce({extension}.retention_svg_path(text 'band', 'M52 212L' ||
			string_agg(x || ' ' || y_upper, 'L' ORDER BY days) || 'L' ||
			string_agg(x || ' ' || y_lower, 'L' ORDER BY days DESC) || 'Z'), '') ||
		{extension}.retention_svg_path(text 'line', 'M52 212L' ||
			string_agg(x || ' ' || y, 'L' ORDER BY days)) ||
		string_agg({extension}.retention_svg_dot(text 'stay', x::numeric, y::numeric, 3.5::numeric,
				format('until %s: %s expected', until,
					{extension}.retention_html_number(expected::numeric, 0)) ||
				coalesce(', ' || {extension}.retention_html_number(lower::numeric, 0) || ' to ' ||
					{extension}.retention_html_number(upper::numeric, 0), '')) ||
			CASE WHEN (periods - n) % ceil(periods / 6.0)::int = 0 THEN
				{extension}.retention_svg_tick(least(x, 454)::numeric, 230::numeric,
					to_char(until, 'DD Mon')) ELSE '' END, '' ORDER BY days) AS picture
	FROM scaled),
figures AS (
	SELECT string_agg({extension}.retention_html_row(days::text, VARIADIC ARRAY[
		until::text,
		{extension}.retention_html_number(expected::numeric, 0),
		{extension}.retention_html_number(lower::numeric, 0),
		{extension}.retention_html_number(upper::numeric, 0)]), '' ORDER BY days) AS body
	FROM ahead),
-- the first period and all of them
said AS (
	SELECT string_agg(
			{extension}.retention_html_number(expected::numeric, 0) || ' purchases within ' ||
			{extension}.retention_html_count(days::bigint, text 'day') ||
			coalesce(' (' || CASE n WHEN 1 THEN
					{extension}.retention_html_percent(level::double precision, 0) || ' limits '
					ELSE '' END || {extension}.retention_html_number(lower::numeric, 0) || ' to ' ||
				{extension}.retention_html_number(upper::numeric, 0) || ')', ''), ', '
			ORDER BY days) ||
		' are to be expected of the ' ||
		{extension}.retention_html_count(max(customers)::bigint, text 'customer') ||
		' so far. Who is new comes on top' ||
		'; ' || max(times) || '.' ||
		CASE WHEN bool_or(lower IS NULL) THEN ' How sure that is, the fit does not tell.'
			ELSE '' END AS note
	FROM ahead,
		-- a mart that an older version has refreshed does not say
		LATERAL (SELECT CASE concat(to_jsonb(ahead) ->> 'with_season', ' ',
				to_jsonb(ahead) ->> 'with_events')
			WHEN 'true true' THEN 'the season and the events in the settings are in it'
			WHEN 'true false' THEN 'the season is in it, a campaign is not'
			WHEN 'false true' THEN 'the events in the settings are in it, a season is not'
			ELSE 'a season or a campaign is not in it' END AS times) k
	WHERE n = 1 OR n = periods)
SELECT {extension}.retention_html_section(NULL::text, text 'How much will they buy?',
	coalesce(note, ''),
	CASE WHEN note IS NULL THEN
		'<p>No model could be fitted that tells who is still a customer.</p>' ELSE
		{extension}.retention_svg_chart(text 'outlook', text 'Purchases to expect, added up',
			format('Up to so many days ahead, with limits: %s',
				(SELECT max(last_day) FROM ahead)),
			0::double precision, high::double precision, step::double precision, false,
			(SELECT picture FROM drawn)) ||
		{extension}.retention_html_figures({extension}.retention_html_table(
			text 'Purchases to expect, added up',
			ARRAY['Days', 'Until', 'Expected', 'At least', 'At most'],
			(SELECT body FROM figures))) END)
FROM said, scale$sql$;
	END;
COMMENT ON FUNCTION retention_review_outlook() IS
	'How much will be bought in the time that comes, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_order_value() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH months AS (
	SELECT *, row_number() OVER (ORDER BY month) - 1 AS n, count(*) OVER () AS months,
		average_order_value::float8 AS value
	FROM {mart}.spend_trend WHERE average_order_value > 0),
extremes AS (SELECT max(value) AS value FROM months),
scale AS (
	SELECT step * ceil(value / step) AS high, step
	FROM (SELECT *, {extension}.retention_grid_step(value::double precision) AS step
		FROM extremes) s),
scaled AS (
	SELECT m.*, round((52 + 420.0 * (n + 0.5) / months)::numeric, 1) AS x,
		round((212 - 200 * value / high)::numeric, 1) AS y
	FROM months m, scale),
drawn AS (
	SELECT {extension}.retention_svg_path(text 'line', 'M' ||
			string_agg(x || ' ' || y, 'L' ORDER BY month)) ||
		string_agg({extension}.retention_svg_dot(text 'stay', x::numeric, y::numeric, 3.5::numeric,
				format('%s: %s in %s orders', to_char(month, 'Mon YYYY'),
					{extension}.retention_html_money(average_order_value::numeric, $1), orders)) ||
			CASE WHEN (months - 1 - n) % 3 = 0 THEN
				{extension}.retention_svg_month(x::numeric, month::date)
				ELSE '' END, '' ORDER BY month) AS picture
	FROM scaled),
trend AS (
	SELECT CASE WHEN p_value >= 0.05 THEN
			'The last three months do not differ from before by more than chance.'
		ELSE 'The last three months are ' ||
			{extension}.retention_html_percent(abs(change)::double precision, 0) ||
			CASE WHEN change < 0 THEN ' below' ELSE ' above' END ||
			' what was before; that is hardly chance.' END AS said
	FROM months WHERE p_value IS NOT NULL AND n = months - 1),
figures AS (
	SELECT string_agg({extension}.retention_html_row(to_char(month, 'Mon YYYY'), VARIADIC ARRAY[
		{extension}.retention_html_number(orders::numeric, 0),
		{extension}.retention_html_money(average_order_value::numeric, $1),
		{extension}.retention_html_percent(change::double precision, 1),
		{extension}.retention_html_number(p_value::numeric, 4)]), '' ORDER BY month DESC) AS body
	FROM months)
-- and here the pictures end
SELECT CASE WHEN high IS NULL THEN '' ELSE {extension}.retention_html_section(NULL::text,
	text 'What an order is worth',
	coalesce((SELECT said FROM trend), 'Too few orders to tell a trend.'),
	{extension}.retention_svg_chart(text 'order-value',
		text 'Average order value month by month', text 'In the last thirteen months',
		0::double precision, high::double precision, step::double precision, false,
		(SELECT picture FROM drawn)) ||
	{extension}.retention_html_figures({extension}.retention_html_table(
		text 'Average order value month by month',
		ARRAY['Month', 'Orders', 'Average order', 'Three months against before', 'p-value'],
		(SELECT body FROM figures)))) END || '</div>'
FROM scale$sql$;
	END;
COMMENT ON FUNCTION retention_review_order_value() IS
	'What an order is worth, month by month, as a template: see retention_review_parts.';
