-- Fits in parts: the same as in one, whatever is in which part; parts that do not belong together.
-- few customers, made up: a likelihood may have no maximum
SET client_min_messages = error;
CREATE AGGREGATE pg_temp.part(text, purchase_history, date) (SFUNC = fit_model_add, STYPE = bytea);
CREATE AGGREGATE pg_temp.part(text, purchase_history, date, float8)
	(SFUNC = fit_model_add, STYPE = bytea);
CREATE AGGREGATE pg_temp.part(text, float8, float8) (SFUNC = fit_model_add, STYPE = bytea);
CREATE AGGREGATE pg_temp.part(text, float8, float8, float8)
	(SFUNC = fit_model_add, STYPE = bytea);
CREATE AGGREGATE pg_temp.merge(bytea)
	(SFUNC = fit_model_combine, STYPE = bytea, FINALFUNC = fit_model_final);
CREATE TEMP TABLE customer AS
SELECT c, purchase_history(date '2026-01-01' + (c + n * (7 + c % 11) + n * n * (c % 3))::int,
		CASE WHEN c % 7 > 0 THEN 10 + (c * n) % 13 ELSE 0 END) AS h
FROM generate_series(1, 60) c, generate_series(1, 6) n WHERE n <= 1 + c % 6 GROUP BY c;

-- of each kind: all at once, and in three parts; who is left out of a model of spending adds up
SELECT kind, whole = merged AS same, whole::text = merged::text AS same_text,
	whole::text::jsonb -> 'left_out' AS left_out, observations(whole)
FROM unnest('{interpurchase, bg/nbd, mbg/cnbd-2, bg/bb, gamma-gamma,
		gamma-gamma-all}'::text[]) kind,
	LATERAL (SELECT fit_model(kind, h, '2026-06-30') AS whole FROM customer) w,
	LATERAL (SELECT pg_temp.merge(s) AS merged
		FROM (SELECT pg_temp.part(kind, h, '2026-06-30') AS s FROM customer GROUP BY c % 3) p) m
ORDER BY kind;

-- parts of different fits
CREATE FUNCTION pg_temp.merged(bytea, bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.merge(s) FROM unnest(ARRAY[$1, $2]) s;
	RETURN 'merged';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ': ' || sqlerrm;
END $$;
SELECT pg_temp.merged(pg_temp.part('bg/nbd', h, '2026-06-30', 1),
		pg_temp.part('bg/nbd', h, '2026-06-30', 7)) AS time_units,
	pg_temp.merged(pg_temp.part('bg/nbd', h, '2026-06-30'),
		pg_temp.part('bg/nbd', h, '2026-06-29')) AS dates,
	pg_temp.merged(pg_temp.part('bg/nbd', h, '2026-06-30'),
		pg_temp.part('mbg/nbd', h, '2026-06-30')) AS kinds,
	pg_temp.merged(pg_temp.part('bg/cnbd-2', h, '2026-06-30'),
		pg_temp.part('bg/cnbd-3', h, '2026-06-30')) AS ks,
	pg_temp.merged(pg_temp.part('gamma-gamma', h, '2000-01-01'),
		pg_temp.part('gamma-gamma', 2, 5.0::float8)) AS forms
FROM customer \gx

-- how little is too little: five customers who bought again, with ten intervals among them
CREATE FUNCTION pg_temp.enough(repeats float8[], parts int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	PERFORM pg_temp.merge(s) FROM (
		SELECT pg_temp.part('bg/nbd', x, CASE WHEN x > 0 THEN n ELSE 0 END, 50) AS s
		FROM unnest(repeats) WITH ORDINALITY r(x, n) GROUP BY n % parts) p;
	RETURN 'enough';
EXCEPTION WHEN data_exception THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ': ' || detail;
END $$;
SELECT repeats, parts, pg_temp.enough(repeats, parts)
FROM (VALUES ('{2, 2, 2, 2, 2, 0}'::float8[]), ('{2, 2, 2, 2, 1, 0}'),
		('{3, 3, 2, 2, 0, 0}')) r(repeats),
	(VALUES (1), (3)) p(parts);
-- who weighs nothing is not there, a mean value of 0 is left out
SELECT fit_model('bg/nbd', x, t_x, 50, w)
	= fit_model('bg/nbd', x, t_x, 50, 1) FILTER (WHERE w = 1) AS weightless
FROM (SELECT n % 5 AS x, CASE WHEN n % 5 > 0 THEN n ELSE 0 END AS t_x, (n <= 40)::int AS w
	FROM generate_series(1, 45) n) s;
SELECT fit_model('gamma-gamma', n % 5, CASE WHEN n % 4 > 0 THEN 5 + n % 7 ELSE 0 END::float8)
	::text::jsonb -> 'left_out' AS left_out
FROM generate_series(1, 40) n;
-- the largest k there is, and one more
SELECT '{"model":"bg/cnbd-k","k":100,"r":1,"alpha":2,"a":1,"b":2}'::retention_model;
SELECT '{"model":"bg/cnbd-k","k":101,"r":1,"alpha":2,"a":1,"b":2}'::retention_model;
SELECT '{"model":"bg/nbd","r":1e-300,"alpha":2,"a":1,"b":2}'::retention_model;
SELECT '{"model":"bg/nbd","r":1e-301,"alpha":2,"a":1,"b":2}'::retention_model;
SELECT '{"model":"gamma-gamma","p":6,"q":4,"gamma":15,"log_likelihood":-5,"observations":9,
	"frequency_correlation":1}'::retention_model;
SELECT '{"model":"gamma-gamma","p":6,"q":4,"gamma":15,"log_likelihood":-5,"observations":9,
	"frequency_correlation":1.5}'::retention_model;
