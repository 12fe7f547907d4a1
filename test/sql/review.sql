-- The page of a retention mart: what it is made of, and what is refused; more of it in test/t.
SET client_min_messages = error;
SET TimeZone = 'UTC';
-- what has a meaning in HTML has none in a name
SELECT retention_html_text(E'<a href="x">O''Neill & co</a>\t\x01'),
	retention_html_text(NULL) IS NULL AS nothing;
-- numbers as they are read
SELECT retention_html_number(v) AS whole, retention_html_number(v, 2) AS with_digits
FROM (VALUES (0), (-0.4), (1234567.891), (-1234.5), (999999999999999), ('NaN'),
	(NULL::numeric)) t(v);
SELECT retention_html_money(v, 'EUR & more') AS money, retention_html_money(v, '') AS plain
FROM (VALUES (0), (9.5), (-99.99), (100.5), (12345.67), (NULL::numeric)) t(v);
SELECT retention_html_percent(v, 1) AS percent
FROM (VALUES (0::float8), (0.1234), (-0.05), (1), (NULL)) t(v);
SELECT retention_html_count(0, 'customer'), retention_html_count(1, 'customer'),
	retention_html_count(1500, 'customer');
SELECT retention_html_row('<i>ready</i>', 'a', NULL, 'b');
SELECT retention_html_table('<Caption>', '{One,Two}', retention_html_row('x', 'y'));
-- what is around them
SELECT retention_html_section(class, 'Heading', 'A note.', '<p>More</p>')
FROM unnest('{whole list, NULL}'::text[]) AS class;
SELECT retention_html_figures('<table/>');
SELECT retention_html_legend('{stay, new, lost}', '{stayed, new, lost}');
SELECT retention_html_answer('lost', 'How many?', '12', 'In May.') AS lost,
	retention_html_answer(NULL, 'Why?', NULL, '') AS nothing;
SELECT retention_html_month('Customers', '12', '11 before') AS two,
	retention_html_month('Customers', '12', NULL) AS one;
-- a grid has three to six parts, the last one begun, with steps of 1, 2 or 5
SELECT v, retention_grid_step(v) AS step, ceil(v / retention_grid_step(v) - 1e-9) AS parts
FROM unnest('{0.004, 0.7, 1, 1.9, 2, 3, 5.9, 6, 6.1, 9.99, 10, 4999, 5e15}'::float8[]) v;
SELECT bool_and(ceil(v / step - 1e-9) BETWEEN 3 AND 6) AS three_to_six,
	bool_and(round((step / 10 ^ floor(log(step) + 1e-9))::numeric, 9) IN (1, 2, 5)) AS round
FROM (
	SELECT v, retention_grid_step(v) AS step
	FROM (SELECT (1 + g / 7.0) * 10 ^ (g % 12 - 4) AS v FROM generate_series(0, 3000) g) s) s;
SELECT retention_grid_step(0), retention_grid_step(-1);
SELECT retention_svg_grid(0, 4, 2, 12, 212, false);
SELECT retention_svg('n', 'A <title>', 'What & why', 100, '<path d="M0 0"/>');
-- a chart is a picture of 240 units with a grid
SELECT retention_svg_chart('n', 'A <title>', 'What & why', -1, 2, 1, false, '<path d="M0 0"/>') =
	retention_svg('n', 'A <title>', 'What & why', 240,
		retention_svg_grid(-1, 2, 1, 12, 212, false) || '<path d="M0 0"/>') AS chart;
SELECT retention_svg_bar('stay', 52, 12.5, 30.0, 199.5, title),
	retention_svg_dot('dot', 52, 12.5, 3.5, title)
FROM unnest('{&#8211; of 12, NULL}'::text[]) AS title;
SELECT retention_svg_path('line', 'M0 0H10'), retention_svg_tick(62.5, 230, '7 months');
SELECT retention_svg_month(x, '2024-05-31') FROM unnest('{61.26, 460}'::numeric[]) AS x;
-- the css is that of its file, not the line that stands for it
SELECT retention_review_css() LIKE E'\n:root {%}\n' AS css,
	retention_review_css() LIKE '%{{%' AS line;
-- what is filled into a statement is not looked into again
SELECT retention_mart_fill(
	'{mart}.a JOIN {mart}.b ON {extension}.f(''{}'') = {extension}.g({mart',
	'{"extension": "\"{mart}\"", "mart": "\"{extension}\""}');
SELECT retention_mart_fill('{extension}', '{"extension": "e", "mart": "m"}') AS one,
	retention_mart_fill('', '{"extension": "e", "mart": "m"}') AS nothing;

CREATE TABLE review_orders AS
SELECT g % 40 AS customer_id, date '2024-01-01' + (g * 7919 % 500) AS ordered_at,
	10 + g % 17 AS amount
FROM generate_series(1, 800) g;
SELECT create_retention_mart('review_orders', 'customer_id', 'ordered_at', 'amount',
	schema => 'a mart');
SELECT step, name, length(statement) > 0 AS has_statement
FROM retention_review_parts('a mart');
SELECT statement FROM retention_review_parts('a "mart"') WHERE name = 'reasons';
SELECT regexp_matches(retention_review_html('a mart', 'A <b>title</b>', 'EUR'),
	'<h1>(.*?)</h1>') AS title;
SELECT count(*) AS sections
FROM regexp_matches(retention_review_html('a mart'), '<section', 'g');
-- a customer is they
SELECT retention_review_html('a mart') ~* '\m(she|her|hers|he|his|him)\M' AS she_or_he;
-- what is refused
SELECT retention_review_html();
SELECT retention_review_html('public');
SELECT retention_review_html(NULL);
SELECT retention_review_html('a mart', title => NULL);
SELECT retention_review_html('a mart', currency => NULL);
SELECT retention_review_html('a mart', list_rows => NULL);
SELECT retention_review_html('a mart', list_rows => -1);
-- without the rights to read what it is made of
CREATE ROLE review_reader;
SET ROLE review_reader;
SELECT retention_review_html('a mart');
RESET ROLE;
GRANT USAGE ON SCHEMA "a mart" TO review_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA "a mart" TO review_reader;
REVOKE SELECT ON "a mart".cohorts, "a mart".customer_history FROM review_reader;
SET ROLE review_reader;
SELECT retention_review_html('a mart');
RESET ROLE;
GRANT SELECT ON "a mart".cohorts TO review_reader;
SET ROLE review_reader;
SELECT length(retention_review_html('a mart')) > 10000 AS page;
RESET ROLE;
DROP OWNED BY review_reader;
DROP ROLE review_reader;
DELETE FROM "a mart".settings;
SELECT retention_review_html('a mart');
DROP SCHEMA "a mart" CASCADE;
SELECT retention_review_html('a mart');
DROP TABLE review_orders CASCADE;
