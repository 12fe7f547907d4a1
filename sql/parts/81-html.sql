-- ---------------------------------------------------------------------------
-- HTML: texts, numbers, tables and the frames around them
-- ---------------------------------------------------------------------------
--
-- What comes from a table of somebody's passes through retention_html_text; all other texts
-- that these functions take are HTML already, unless their comments say otherwise.

CREATE FUNCTION retention_html_text(value text) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	-- signs that turn the direction of a line, or end it, have no place in a name
	SELECT replace(replace(replace(replace(replace(
		regexp_replace(value,
			'[\x01-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]', ' ', 'g'),
		'&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
	END;
COMMENT ON FUNCTION retention_html_text(text) IS
	'A text as HTML: what has a meaning there is written as its character reference.';

CREATE FUNCTION retention_html_number(value numeric, digits integer DEFAULT 0) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT CASE WHEN value IS NULL OR value = 'NaN' THEN '&#8211;'
				ELSE replace(
					to_char(round(value, digits), 'FM999,999,999,999,999,999,990' ||
						CASE WHEN digits > 0 THEN '.' || repeat('0', digits) ELSE '' END),
					'-', '&#8722;') END;
	END;
COMMENT ON FUNCTION retention_html_number(numeric, integer) IS
	'A number as it is read, with so many digits after the point; a dash for NULL.';

-- Small amounts with their cents, large ones without
CREATE FUNCTION retention_html_money(value numeric, currency text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_html_number(value,
				CASE WHEN abs(value) < 100.0 AND value <> 0.0 THEN 2 ELSE 0 END) ||
		   CASE WHEN value IS NULL OR currency = '' THEN ''
				ELSE coalesce('&#160;' || retention_html_text(currency), '') END;
	END;
COMMENT ON FUNCTION retention_html_money(numeric, text) IS
	'An amount as it is read, with its currency, a plain text, below 100 with cents; '
	'a dash for NULL.';

CREATE FUNCTION retention_html_percent(value double precision, digits integer DEFAULT 0)
	RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_html_number((100::double precision * value)::numeric, digits) ||
		   CASE WHEN value IS NULL THEN '' ELSE '&#160;%' END;
	END;
COMMENT ON FUNCTION retention_html_percent(double precision, integer) IS
	'A share as percent; a dash for NULL.';

CREATE FUNCTION retention_html_count(value bigint, noun text) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_html_number(value::numeric, 0) || ' ' || noun ||
		   CASE value WHEN 1::bigint THEN '' ELSE 's' END;
	END;
COMMENT ON FUNCTION retention_html_count(bigint, text) IS
	'A number of things, in the singular or the plural.';

-- The first column is the name of the row
CREATE FUNCTION retention_html_table(caption text, heads text[], body text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<div class="wide" tabindex="0" role="region" aria-label="' ||
		retention_html_text(caption) || '"><table><caption>' ||
		retention_html_text(caption) || '</caption><thead><tr>' ||
		(SELECT string_agg('<th scope="col">' || h || '</th>', '' ORDER BY n)
		 FROM pg_catalog.unnest(heads) WITH ORDINALITY AS u(h, n)) ||
		'</tr></thead><tbody>' || coalesce(body, '') || '</tbody></table></div>';
	END;
COMMENT ON FUNCTION retention_html_table(text, text[], text) IS
	'An HTML table of ready rows, with a plain text as its caption; it scrolls in itself where '
	'it is too wide.';

CREATE FUNCTION retention_html_row(head text, VARIADIC cells text[]) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<tr><th scope="row">' || coalesce(head, '&#8211;') || '</th>' ||
		(SELECT string_agg('<td>' || coalesce(c, '&#8211;') || '</td>', '' ORDER BY n)
		 FROM pg_catalog.unnest(cells) WITH ORDINALITY AS u(c, n)) || '</tr>';
	END;
COMMENT ON FUNCTION retention_html_row(text, text[]) IS
	'A row of an HTML table of ready cells; a dash for NULL.';

CREATE FUNCTION retention_html_section(class text, heading text, note text, body text)
	RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<section' || coalesce(' class="' || class || '"', '') ||
		'><h2>' || heading || '</h2><p class="note">' || note || '</p>' || body || '</section>';
	END;
COMMENT ON FUNCTION retention_html_section(text, text, text, text) IS
	'A section of a page: its class, or NULL for none, its heading, a note below that, and what '
	'is in it.';

CREATE FUNCTION retention_html_figures(tables text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<details><summary>The figures</summary>' || tables || '</details>';
	END;
COMMENT ON FUNCTION retention_html_figures(text) IS
	'The tables behind a picture, to be opened by who wants them.';

-- The colours are those of the page's css
CREATE FUNCTION retention_html_legend(colours text[], labels text[]) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<ul class="legend">' ||
		string_agg('<li><i style="background:var(--' || colour || ')"></i>' || label || '</li>',
			'' ORDER BY n) || '</ul>'
	FROM ROWS FROM (pg_catalog.unnest(colours), pg_catalog.unnest(labels))
		 WITH ORDINALITY AS u(colour, label, n);
	END;
COMMENT ON FUNCTION retention_html_legend(text[], text[]) IS
	'The legend of a picture: the names of its colours in the css of the page, and what each '
	'stands for.';

CREATE FUNCTION retention_html_answer(class text, question text, figure text, explanation text)
	RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<div' || coalesce(' class="' || class || '"', '') || '><h2>' || question ||
		'</h2><p class="figure">' || coalesce(figure, '&#8211;') || '</p><p>' || explanation ||
		E'</p></div>\n';
	END;
COMMENT ON FUNCTION retention_html_answer(text, text, text, text) IS
	'A question with its answer: a class, or NULL for none, the question, the figure that '
	'answers it, a dash for NULL, and what is to be said of it.';

CREATE FUNCTION retention_html_month(name text, now text, remark text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<div><dt>' || name || '</dt><dd>' || now ||
		coalesce('<small>' || remark || '</small>', '') || E'</dd></div>\n';
	END;
COMMENT ON FUNCTION retention_html_month(text, text, text) IS
	'A figure of the month: its name, its value, and a remark below it, none for NULL.';
