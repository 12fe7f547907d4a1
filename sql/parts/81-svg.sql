-- ---------------------------------------------------------------------------
-- SVG: pictures of 480 units width
-- ---------------------------------------------------------------------------

-- A grid of three to six parts, the last one begun
CREATE FUNCTION retention_grid_step(length double precision) RETURNS double precision
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT CASE WHEN length > float8 '0' AND length < float8 'Infinity'
				THEN p * CASE WHEN length / p <= float8 '1.2' THEN float8 '0.2'
							  WHEN length / p < float8 '3' THEN float8 '0.5'
							  WHEN length / p <= float8 '6' THEN float8 '1'
							  ELSE float8 '2' END
				ELSE float8 '1' END
	FROM (SELECT float8 '10' ^ floor(log(greatest(length, float8 '1e-300'))) AS p) q;
	END;
COMMENT ON FUNCTION retention_grid_step(double precision) IS
	'The distance of grid lines for a picture of values that reach so far.';

-- The plot lies between top and bottom, 52 and 472
CREATE FUNCTION retention_svg_grid(low double precision, high double precision,
	step double precision, top integer, bottom integer, percent boolean) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT string_agg(pg_catalog.format(
		'<path class="grid%s" d="M52 %sH472"/>'
		'<text class="tick" x="49" y="%s" text-anchor="end">%s</text>',
		CASE i WHEN 0 THEN ' zero' ELSE '' END, y, y + 4::numeric,
		CASE WHEN percent THEN retention_html_percent(i::float8 * step, 0)
			 ELSE retention_html_number((i::float8 * step / unit)::numeric,
					CASE WHEN step < unit THEN 1 ELSE 0 END) ||
				  CASE i WHEN 0 THEN '' ELSE letter END END), '' ORDER BY i)
	FROM (SELECT unit, letter
		  FROM (VALUES (float8 '1', ''), (float8 '1e3', ' k'), (float8 '1e6', ' M'),
					   (float8 '1e9', ' G'), (float8 '1e12', ' T')) AS u(unit, letter)
		  WHERE unit = float8 '1' OR greatest(high, -low) >=
				unit * CASE unit WHEN float8 '1e3' THEN float8 '100' ELSE float8 '1' END
		  ORDER BY unit DESC LIMIT 1) u,
		 (SELECT i, round((bottom::float8 -
				(i::float8 * step - low) / (high - low) * (bottom - top)::float8)::numeric, 1) AS y
		  FROM generate_series(round(low / step)::integer, round(high / step)::integer) AS i) g;
	END;
COMMENT ON FUNCTION retention_svg_grid(double precision, double precision, double precision,
	integer, integer, boolean) IS 'The grid of a picture, as SVG.';

CREATE FUNCTION retention_svg(name text, title text, description text, height integer,
	content text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT pg_catalog.format(
		'<svg viewBox="0 0 480 %s" role="img" aria-labelledby="%s-title %s-description">'
		'<title id="%s-title">%s</title><desc id="%s-description">%s</desc>%s</svg>',
		height, name, name, name, retention_html_text(title), name,
		retention_html_text(description), coalesce(content, ''));
	END;
COMMENT ON FUNCTION retention_svg(text, text, text, integer, text) IS
	'A picture as SVG, with its title and description for those who do not see it.';

-- The plot's corners are what the sections scale to: 52 and 472, 12 and 212
CREATE FUNCTION retention_svg_chart(name text, title text, description text,
	low double precision, high double precision, step double precision, percent boolean,
	content text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_svg(name, title, description, 240,
		retention_svg_grid(low, high, step, 12, 212, percent) || content);
	END;
COMMENT ON FUNCTION retention_svg_chart(text, text, text, double precision, double precision,
	double precision, boolean, text) IS
	'A picture of 240 units height with a grid from low to high, its plot between 52 and 472, '
	'12 and 212 units.';

CREATE FUNCTION retention_svg_bar(class text, x numeric, y numeric, width numeric,
	height numeric, title text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<rect class="' || class || '" x="' || x::text || '" y="' || y::text ||
		'" width="' || width::text || '" height="' || height::text || '"' ||
		coalesce('><title>' || title || '</title></rect>', '/>');
	END;
COMMENT ON FUNCTION retention_svg_bar(text, numeric, numeric, numeric, numeric, text) IS
	'A bar of a picture, with what is shown to who points at it, or NULL.';

CREATE FUNCTION retention_svg_dot(class text, x numeric, y numeric, radius numeric, title text)
	RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<circle class="' || class || '" cx="' || x::text || '" cy="' || y::text ||
		'" r="' || radius::text || '"' ||
		coalesce('><title>' || title || '</title></circle>', '/>');
	END;
COMMENT ON FUNCTION retention_svg_dot(text, numeric, numeric, numeric, text) IS
	'A dot of a picture, with what is shown to who points at it, or NULL.';

CREATE FUNCTION retention_svg_path(class text, steps text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<path class="' || class || '" d="' || steps || '"/>';
	END;
COMMENT ON FUNCTION retention_svg_path(text, text) IS 'A path of a picture.';

CREATE FUNCTION retention_svg_tick(x numeric, y numeric, label text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<text class="tick" x="' || x::text || '" y="' || y::text ||
		'" text-anchor="middle">' || label || '</text>';
	END;
COMMENT ON FUNCTION retention_svg_tick(numeric, numeric, text) IS
	'What is written at an axis of a picture, in the middle of a place.';

CREATE FUNCTION retention_svg_month(x numeric, month date) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	-- not so far to the right that the picture ends within the text
	SELECT retention_svg_tick(least(round(x, 1), 454::numeric), 230::numeric,
		to_char(month::timestamp without time zone, text 'Mon YY'));
	END;
COMMENT ON FUNCTION retention_svg_month(numeric, date) IS
	'A month below the plot of a picture of 240 units height.';
