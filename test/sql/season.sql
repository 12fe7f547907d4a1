-- The season: the type; models that are fitted with one, held to the same models of other numbers;
-- the one that a log tells; comparisons with one.
SET client_min_messages = warning;		-- not every fit converges
CREATE FUNCTION pg_temp.error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	hint text;
BEGIN
	EXECUTE query INTO answer;
	RETURN 'no error: ' || coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN sqlstate || ': ' || sqlerrm || coalesce(' / ' || nullif(hint, ''), '');
END $$;

-- ------------------------------------------------------------------ the type
SELECT '{"months": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}'::retention_season AS flat;
SELECT '{}'::retention_season = '{"months": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}' AS flat;
SELECT '{"weekdays": [1, 1, 1, 1, 1, 1.5, 0.5], "months": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}'
	::retention_season AS weekdays;
SELECT '{"events": [{"from": "2026-05-01", "until": "2026-05-10", "factor": 3},
	{"until": "2026-04-10", "factor": 0.5, "from": "2026-03-16"}]}'::retention_season AS in_order;
SET client_min_messages = notice;
SELECT month, round(factor::numeric, 4) AS normalized, standard_error, lower, upper
FROM season_months('{"months": [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 4]}') WHERE month >= 11;
SET client_min_messages = warning;
SELECT pg_temp.error_of(format('SELECT %L::retention_season', t)) AS no_season
FROM unnest(ARRAY['', '5', '[]', '{"months": [1, 2]}', '{"month": 1}',
		'{"months": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, "x"]}',
		'{"months": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1]}',
		'{"months": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1e-9]}',
		'{"events": [{"from": "2026-03-16", "until": "2026-03-15", "factor": 1}]}',
		'{"events": [{"from": "2026-03-16", "until": "2026-03-17", "factor": 0}]}',
		'{"events": [{"from": "2026-03-16", "factor": 2}]}',
		'{"standard_errors": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}']) t;
CREATE TEMP TABLE season (name text, s retention_season);
INSERT INTO season VALUES
	('flat', '{}'),
	('months', '{"months": [0.8, 0.7, 0.9, 1, 1, 1, 0.9, 0.8, 1, 1.1, 1.2, 1.6]}'),
	('weekdays', '{"months": [0.8, 0.7, 0.9, 1, 1, 1, 0.9, 0.8, 1, 1.1, 1.2, 1.6],
		"weekdays": [0.9, 0.9, 0.9, 0.9, 1.2, 1.5, 0.7]}'),
	('events', '{"months": [0.8, 0.7, 0.9, 1, 1, 1, 0.9, 0.8, 1, 1.1, 1.2, 1.6],
		"events": [{"from": "2025-02-10", "until": "2025-04-03", "factor": 0.3}]}'),
	('twice', '{"events": [{"from": "2024-11-10", "until": "2025-02-20", "factor": 2}]}'),
	('fitted', '{"months": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], "standard_errors":
		[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], "years": 2.5,
		"log_likelihood": -1234.5, "customers": 77, "p_value": 0.01,
		"fitted_as_of": "2026-06-30"}');
-- as text, toasted, hashed
CREATE TEMP TABLE stored (name text, s retention_season);
ALTER TABLE stored ALTER s SET STORAGE external;
INSERT INTO stored SELECT * FROM season;
INSERT INTO stored
SELECT 'many events', jsonb_build_object('events', jsonb_agg(jsonb_build_object(
	'from', date '2020-01-01' + n, 'until', date '2020-01-09' + n, 'factor', 1 + n / 1000.0)))
	::text::retention_season
FROM generate_series(1, 100) n;
SELECT name, s = s::text::retention_season AS text, s <> '{}' AS not_flat,
	md5(retention_season_send(s)) = md5(retention_season_send(s::text::retention_season)) AS sent,
	pg_column_size(s) > 1700 AS large
FROM stored ORDER BY name;
SELECT count(DISTINCT hashed) = count(*) AS hashes, bool_and(hashed = again) AS of_the_same
FROM (SELECT retention_season_hash_extended(s, 5) AS hashed,
		retention_season_hash_extended(s::text::retention_season, 5) AS again FROM stored) h;
SELECT season_factor(s, '2025-02-14') AS factor, operational_days(s, '2025-02-01', '2025-02-28'),
	operational_days(s, '2025-03-01', '2025-02-28') AS none
FROM season WHERE name = 'twice';
SELECT pg_temp.error_of('SELECT season_factor(''{}'', ''infinity'')') AS infinite;
-- operational days are the sum of the factors of the days
SELECT name,
	max(abs(operational_days(s, '2024-12-25', '2024-12-24'::date + n) - sum)) < 1e-9 AS sums
FROM season, LATERAL (
	SELECT n, sum(season_factor(s, '2024-12-24'::date + n)) OVER (ORDER BY n) AS sum
	FROM generate_series(1, 500) n) d
GROUP BY name ORDER BY name;
SELECT season_log_likelihood(s), season_p_value(s), season_years(s) FROM season
WHERE name IN ('fitted', 'flat') ORDER BY name;

-- ------------------------------------------------------------------ fits
-- mbg/cnbd-2: regular, and who leaves
CREATE TEMP TABLE customer AS
SELECT customer_id AS c, purchase_history(purchase_date) AS h
FROM simulate_customers('{"model": "mbg/cnbd-k", "k": 2, "r": 1.2, "alpha": 20, "a": 0.6, "b": 4}',
						400, '2024-01-01', '2025-05-31', '2025-06-30', 5)
GROUP BY 1;
INSERT INTO customer VALUES (0, NULL), (-1, '{2025-07-01: ?}'), (-2, '{2025-06-30: ?}');
CREATE TEMP TABLE kind AS
SELECT unnest('{interpurchase, bg/nbd, mbg/nbd, bg/cnbd-k, mbg/cnbd-3, zibg/nbd, zibg/cnbd-2,
	pareto/nbd, ggompertz/nbd}'::text[]) AS kind;
CREATE TEMP TABLE some_kind AS
SELECT kind FROM kind WHERE kind !~ 'zibg|ggompertz|bg/cnbd-k';

-- without a season, and with one that is none
SELECT kind, none = plain AS none, flat::text::jsonb - 'season' = plain::text::jsonb AS flat,
	season(flat) = '{}' AS season, season(none) IS NULL AS no_season
FROM some_kind, LATERAL (
	SELECT fit_model(kind, h, '2025-06-30', 7) AS plain,
		fit_model(kind, h, '2025-06-30', 7, NULL) AS none,
		fit_model(kind, h, '2025-06-30', 7, '{}') AS flat
	FROM customer) f
ORDER BY kind;

-- where a day counts as two, as the same purchases on days that do: all that is in a model
CREATE TEMP TABLE stretched AS
SELECT c, h, (SELECT purchase_history(day) FROM (
		SELECT date '2024-01-01' + operational_days(s, '2024-01-02', purchase_date)::int AS day
		FROM purchases(h)) d) AS stretched
FROM customer, season WHERE name = 'twice';
CREATE TEMP TABLE both_ways AS
SELECT kind, s, fit_model(kind, h, '2025-06-30', 1, s) AS m,
	fit_model(kind, stretched,
		date '2024-01-01' + operational_days(s, '2024-01-02', '2025-06-30')::int) AS same
FROM stretched, kind, season WHERE name = 'twice' GROUP BY kind, s;
CREATE TEMP TABLE factors AS		-- of all repeat purchase days
SELECT name, s, count(*) AS purchases, sum(ln(season_factor(s, purchase_date))) AS log_factors
FROM customer, season, purchases(as_of(h, '2025-06-30'))
WHERE purchase_date > first_purchase(h) GROUP BY name, s;
SELECT kind, observations(m) = observations(same) AS observations,
	converged(m) = converged(same) AS converged,
	abs(log_likelihood(m) - log_likelihood(same) - log_factors) < 1e-4 AS log_likelihood,
	abs(aic(m) + 2 * log_likelihood(m) - aic(same) - 2 * log_likelihood(same)) < 1e-6 AS aic,
	(SELECT bool_and(abs(v::float8 / (parameters(same) ->> k)::float8 - 1) < 1e-6)
	 FROM jsonb_each_text(parameters(m)) e(k, v)) AS parameters,
	abs((m::text::jsonb ->> 'k_median')::float8 - (same::text::jsonb ->> 'k_median')::float8)
		< 1e-6 AS k_median,
	(SELECT bool_and(abs(a.v::float8 - b.v::float8) <= 1e-4 * abs(b.v::float8))
	 FROM jsonb_array_elements_text(m::text::jsonb -> 'covariance') WITH ORDINALITY a(v, i)
	 	JOIN jsonb_array_elements_text(same::text::jsonb -> 'covariance') WITH ORDINALITY b(v, i)
		USING (i)) AS covariance
FROM both_ways JOIN factors f USING (s) ORDER BY kind;

-- any season, by operational times as numbers
SELECT kind, name, abs(parameter(m, 'r') / parameter(numbers, 'r') - 1) < 1e-5 AS r,
	abs(parameter(m, 'alpha') / parameter(numbers, 'alpha') - 1) < 1e-5 AS alpha,
	abs(log_likelihood(m) - log_likelihood(numbers) - log_factors) < 1e-4 AS log_likelihood
FROM (
	SELECT kind, name, s, fit_model(kind, h, '2025-06-30', 1, s) AS m,
		fit_model(kind, frequency(h, '2025-06-30'),
			operational_days(s, first_purchase(h) + 1, last_purchase(h)),
			operational_days(s, first_purchase(h) + 1, '2025-06-30')) AS numbers
	FROM customer, season, unnest('{bg/nbd, mbg/nbd, pareto/nbd}'::text[]) kind
	WHERE first_purchase(h) <= '2025-06-30' AND name IN ('months', 'weekdays', 'events')
	GROUP BY kind, name, s) f JOIN factors USING (name, s)
ORDER BY kind, name;

-- one factor for all days is another unit of time
SELECT kind, abs(log_likelihood(whole) - log_likelihood(plain)) < 1e-4 AS log_likelihood
FROM some_kind, LATERAL (
	SELECT fit_model(kind, h, '2025-06-30', 1, '{"events":
			[{"from": "2020-01-01", "until": "2029-12-31", "factor": 0.25}]}') AS whole,
		fit_model(kind, h, '2025-06-30') AS plain
	FROM customer) f
ORDER BY kind;

-- in days and in weeks: the same model
SELECT kind, abs(log_likelihood(weeks) - log_likelihood(days) - n * ln(7)) < 1e-4 AS log_likelihood,
	abs(parameter(weeks, 'alpha') * 7 / parameter(days, 'alpha') - 1) < 1e-3 AS alpha
FROM some_kind, season, LATERAL (
	SELECT fit_model(kind, h, '2025-06-30', 7, s) AS weeks,
		fit_model(kind, h, '2025-06-30', 1, s) AS days,
		sum(frequency(h, '2025-06-30')) AS n
	FROM customer) f
WHERE name = 'weekdays' ORDER BY kind;

-- a season that was fitted counts among the parameters
SELECT aic(m) + 2 * log_likelihood(m) AS twice_parameters
FROM (SELECT fit_model('mbg/nbd', h, '2025-06-30', 1, s) AS m FROM customer, season
	WHERE name = 'fitted') f;

-- in parts, in any order of rows and of parts, and as text: the same state, and model
CREATE AGGREGATE pg_temp.part(text, purchase_history, date, float8, retention_season)
	(SFUNC = fit_model_add, STYPE = bytea);
CREATE AGGREGATE pg_temp.part(purchase_history, date, retention_season)
	(SFUNC = fit_season_add, STYPE = bytea);
CREATE AGGREGATE pg_temp.merge(bytea)
	(SFUNC = fit_model_combine, STYPE = bytea, FINALFUNC = fit_model_final);
CREATE AGGREGATE pg_temp.state(bytea) (SFUNC = fit_model_combine, STYPE = bytea);
CREATE AGGREGATE pg_temp.merge_seasons(bytea)
	(SFUNC = fit_season_combine, STYPE = bytea, FINALFUNC = fit_season_final);
CREATE AGGREGATE pg_temp.season_state(bytea) (SFUNC = fit_season_combine, STYPE = bytea);
SELECT kind, name, bool_and(whole = merged) AS same, count(DISTINCT md5(state)) AS states,
	bool_and(state = backward) AS any_order
FROM some_kind, season, unnest('{1, 3, 50}'::int[]) parts,
	LATERAL (SELECT fit_model(kind, h, '2025-06-30', 1, s) AS whole,
		pg_temp.part(kind, h, '2025-06-30', 1, s ORDER BY -c) AS backward FROM customer) w,
	LATERAL (SELECT pg_temp.merge(p::text::bytea ORDER BY -n) AS merged,
			pg_temp.state(p::text::bytea) AS state
		FROM (SELECT c % parts AS n, pg_temp.part(kind, h, '2025-06-30', 1, s) AS p
			FROM customer GROUP BY 1) p) m
WHERE name IN ('months', 'events') AND kind IN ('interpurchase', 'mbg/nbd', 'mbg/cnbd-3')
GROUP BY kind, name ORDER BY kind, name;

-- what does not belong together, and what has no season
CREATE FUNCTION pg_temp.merged(bytea, bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.merge(s) FROM unnest(ARRAY[$1, $2]) s;
	RETURN 'merged';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ': ' || sqlerrm;
END $$;
SELECT pg_temp.merged(pg_temp.part('bg/nbd', h, '2025-06-30', 1, '{}'),
		pg_temp.part('bg/nbd', h, '2025-06-30', 1, NULL)) AS none,
	pg_temp.merged(pg_temp.part('bg/nbd', h, '2025-06-30', 1, '{}'),
		pg_temp.part('bg/nbd', h, '2025-06-30', 1, '{"months":
			[1, 1, 1, 1, 1, 1, 1, 1.1, 0.9, 1, 1, 1]}')) AS other,
	pg_temp.merged(pg_temp.part('bg/nbd', h, '2025-06-30', 1, '{}'),
		pg_temp.part(h, '2025-06-30', '{}')) AS of_fit_season
FROM customer \gx
SELECT kind, pg_temp.error_of(format('SELECT fit_model(%L, h, ''2025-06-30'', 30, ''{}'')
	FROM customer', kind)) AS error
FROM unnest('{bg/bb, gamma-gamma, gamma-gamma-all, sbg}'::text[]) kind;
SELECT pg_temp.error_of('SELECT fit_model(''bg/nbd'', h, ''2025-06-30'', 1, s)
	FROM customer, season') AS several,
	pg_temp.error_of('SELECT fit_model(''bg/nbd'', h, ''2025-06-30'', NULL, s)
	FROM customer, season WHERE name = ''months''') AS no_unit,
	pg_temp.error_of('SELECT fit_model(''bg/nbd'', h, ''2024-01-01'', 1, s)
	FROM customer, season WHERE name = ''months''') AS too_little \gx
-- states that were touched
SELECT pg_temp.error_of(format('SELECT fit_model_final(%L)', damaged)) AS error
FROM (SELECT pg_temp.part('mbg/nbd', h, '2025-06-30', 1, s) AS state
	FROM customer, season WHERE name = 'months') p, LATERAL (VALUES
		(2, set_byte(state, 0, 4)),							-- of fit_season
		(3, substr(state, 1, length(state) - 1)),
		(4, set_byte(state, length(state) - 1, 0)),			-- a December of nearly nothing
		(5, state || '\x00')) d(n, damaged)
ORDER BY n;

-- ------------------------------------------------------------------ fit_season
-- of purchases at any time as many as the season has of that month: s is theirs then
CREATE TEMP TABLE shop AS
SELECT customer_id AS c, purchase_date AS d
FROM simulate_customers('{"model": "pareto/nbd", "r": 1.1, "alpha": 12, "s": 0.8, "beta": 300}',
						1500, '2022-01-01', '2025-03-31', '2025-06-30', 8)
WHERE (hashint8(customer_id * 100000 + (purchase_date - date '2000-01-01')) & 65535) / 65536.0 <
	(ARRAY[0.8, 0.7, 0.9, 1, 1, 1, 0.9, 0.8, 1, 1.1, 1.2, 1.6])[extract(month FROM purchase_date)]
	/ 1.6;
CREATE TEMP TABLE shopper AS SELECT c, purchase_history(d) AS h FROM shop GROUP BY c;
CREATE TEMP TABLE told AS
SELECT fit_season(h, '2025-06-30') AS s, count(*) AS customers FROM shopper;
SELECT count(*) FILTER (WHERE true_factor BETWEEN m.lower AND m.upper) >= 10 AS within_limits,
	max(abs(ln(m.factor / true_factor))) < 0.1 AS near, max(m.standard_error) < 0.1 AS errors
FROM told, season_months(s) m JOIN (
	SELECT (t).month, (t).factor AS true_factor
	FROM (SELECT season_months(s) AS t FROM season WHERE name = 'months') s) t USING (month);
SELECT season_p_value(s) < 0.001 AS p, season_years(s) BETWEEN 3.4 AND 3.6 AS years,
	s::text::jsonb ->> 'fitted_as_of' AS fitted_as_of,
	s::text::jsonb -> 'weekdays' AS weekdays,
	(s::text::jsonb ->> 'customers')::int = customers AS customers FROM told;
-- what it says of its likelihood is what a model with it has, but for what months are drawn to 1 by
SELECT season_log_likelihood(s) - log_likelihood(m) BETWEEN -1e-4 AND 2 AS nearly_as_likely,
	log_likelihood(m) - log_likelihood(plain) > 100 AS better
FROM (SELECT s, fit_model('mbg/nbd', h, '2025-06-30', 1, s) AS m,
		fit_model('mbg/nbd', h, '2025-06-30') AS plain FROM shopper, told GROUP BY s) f;
-- with an event that is taken as given: it is no season
CREATE TEMP TABLE closed AS
SELECT c, purchase_history(d) AS h FROM shop
WHERE d NOT BETWEEN '2024-03-10' AND '2024-05-20' OR c % 10 = 0 GROUP BY c;
SELECT given ->> 'events' AS events,
	abs(ln((given -> 'months' ->> 3)::float8 / (all_of ->> 3)::float8)) < 0.15 AS april,
	abs(ln((unknown -> 'months' ->> 3)::float8 / (all_of ->> 3)::float8)) > 0.15 AS april_unknown
FROM (SELECT fit_season(h, '2025-06-30', '{"events":
		[{"from": "2024-03-10", "until": "2024-05-20", "factor": 0.1}]}')::text::jsonb AS given,
		fit_season(h, '2025-06-30')::text::jsonb AS unknown FROM closed) c,
	(SELECT s::text::jsonb -> 'months' AS all_of FROM told) t;
SELECT fit_season(h, '2025-06-30', NULL) = (SELECT s FROM told) AS no_events FROM shopper;
-- in parts, any order, as text
SELECT bool_and(merged = whole) AS same, count(DISTINCT md5(state)) AS states,
	bool_and(backward = state) AS any_order
FROM unnest('{1, 3, 50}'::int[]) parts,
	LATERAL (SELECT fit_season(h, '2025-06-30', '{"events":
			[{"from": "2024-03-10", "until": "2024-05-20", "factor": 0.1}]}') AS whole,
		pg_temp.part(h, '2025-06-30', '{"events":
			[{"from": "2024-03-10", "until": "2024-05-20", "factor": 0.1}]}' ORDER BY -c)
		AS backward FROM shopper) w,
	LATERAL (SELECT pg_temp.merge_seasons(p::text::bytea ORDER BY -n) AS merged,
			pg_temp.season_state(p::text::bytea) AS state
		FROM (SELECT c % parts AS n, pg_temp.part(h, '2025-06-30', '{"events":
				[{"from": "2024-03-10", "until": "2024-05-20", "factor": 0.1}]}') AS p
			FROM shopper GROUP BY 1) p) m;
-- nothing, too little, too much, and what may not be
SET client_min_messages = notice;
SELECT fit_season(h, '2022-12-31') AS first_year FROM shopper;
SELECT fit_season(h, '2025-06-30') AS nobody FROM shopper WHERE false;
SELECT fit_season(NULL, '2025-06-30') AS no_history FROM shopper;
SET client_min_messages = warning;
SELECT pg_temp.error_of('SELECT fit_season(h, NULL) FROM shopper') AS no_date,
	pg_temp.error_of('SELECT fit_season(h, ''infinity'') FROM shopper') AS infinite,
	pg_temp.error_of('SELECT fit_season(h, date ''2025-06-30'' + (c % 2)::int) FROM shopper')
		AS dates,
	pg_temp.error_of('SELECT fit_season(h, ''2025-06-30'') FROM shopper WHERE purchase_days(h) = 1')
		AS too_few,
	pg_temp.error_of('SELECT fit_season(h || ''{1890-01-01: ?}'', ''2025-06-30'') FROM shopper')
		AS too_long,
	pg_temp.error_of('SELECT fit_season(h, ''2025-06-30'', s) FROM shopper, season
		WHERE name = ''months''') AS months,
	pg_temp.error_of('SELECT fit_season(h, ''2025-06-30'', s) FROM shopper, season
		WHERE name = ''weekdays''') AS weekdays,
	pg_temp.error_of('SELECT fit_season(h, ''2025-06-30'', CASE WHEN c % 2 = 0 THEN s END)
		FROM shopper, season WHERE name = ''twice''') AS events \gx

-- ------------------------------------------------------------------ compare_models
CREATE TEMP TABLE compared AS
SELECT name, r.*
FROM (SELECT name, compare_models(h, '2024-12-31', '1 month',
			'{bg/nbd, mbg/cnbd-2, pareto/nbd}', 7, s) AS rows
		FROM shopper, (SELECT 'season' AS name, fit_season(h, '2024-11-30') AS s FROM shopper
			UNION ALL SELECT 'flat', '{}' UNION ALL SELECT 'none', NULL) s
		GROUP BY name) c, unnest(rows) r;
SELECT array_agg(a ORDER BY kind) = array_agg(b ORDER BY kind) AS flat_is_none
FROM (SELECT kind, row(c.kind, log_likelihood, aic, log_loss, expected, mean_absolute_error, rank)
		::text AS a FROM compared c WHERE name = 'flat') f
	JOIN (SELECT kind, row(c.kind, log_likelihood, aic, log_loss, expected, mean_absolute_error,
		rank)::text AS b FROM compared c WHERE name = 'none') n USING (kind);
SELECT kind, abs(with_season.expected / actual - 1) < 0.1 AS near,
	none.expected / actual < 0.75 AS without_too_few,
	kind <> 'pareto/nbd' OR with_season.log_loss < none.log_loss AS better,
	with_season.actual = none.actual AND with_season.sampled = none.sampled AS same_customers
FROM compared with_season JOIN compared none USING (kind, actual)
WHERE with_season.name = 'season' AND none.name = 'none' AND with_season.expected IS NOT NULL
	AND kind <> 'last period'
ORDER BY kind;
-- as models that are fitted to what was known then, asked on operational numbers
SELECT kind, r.log_likelihood = log_likelihood(m) AS log_likelihood, r.aic = aic(m) AS aic,
	abs(r.expected / sum(expected_purchases(with_season(m, '{}'), x, t_x, age, horizon)) - 1) < 1e-9
		AS expected
FROM (SELECT fit_season(h, '2024-11-30') AS s FROM shopper) s,
	LATERAL (SELECT kind, fit_model(kind, h, '2024-11-30', 7, s) AS m
		FROM shopper, unnest('{bg/nbd, mbg/cnbd-2, pareto/nbd}'::text[]) kind GROUP BY kind) f
	JOIN compared r USING (kind),
	LATERAL (SELECT frequency(h, '2024-11-30') AS x,
			operational_days(s, first_purchase(k) + 1, last_purchase(k)) / 7 AS t_x,
			operational_days(s, first_purchase(k) + 1, '2024-11-30') / 7 AS age,
			operational_days(s, '2024-12-01', '2024-12-31') / 7 AS horizon
		FROM shopper, as_of(h, '2024-11-30') k WHERE k IS NOT NULL) c
WHERE r.name = 'season' GROUP BY kind, r.log_likelihood, r.aic, r.expected, m ORDER BY kind;
-- in parts
CREATE AGGREGATE pg_temp.compared(purchase_history, date, interval, text[], float8,
	retention_season)
	(SFUNC = compare_models_add, STYPE = bytea);
CREATE AGGREGATE pg_temp.merge_compared(bytea)
	(SFUNC = compare_models_combine, STYPE = bytea, FINALFUNC = compare_models_final);
CREATE AGGREGATE pg_temp.compared_state(bytea) (SFUNC = compare_models_combine, STYPE = bytea);
SELECT bool_and(merged = whole) AS same, count(DISTINCT md5(state)) AS states
FROM unnest('{1, 3, 50}'::int[]) parts, season,
	LATERAL (SELECT compare_models(h, '2025-06-30', '6 months', '{mbg/cnbd-2, bg/nbd}', 1, s)
		AS whole FROM shopper) w,
	LATERAL (SELECT pg_temp.merge_compared(p::text::bytea ORDER BY -n) AS merged,
			pg_temp.compared_state(p::text::bytea) AS state
		FROM (SELECT c % parts AS n, pg_temp.compared(h, '2025-06-30', '6 months',
				'{mbg/cnbd-2, bg/nbd}', 1, s) AS p
			FROM shopper GROUP BY 1) p) m
WHERE name = 'events';
SELECT pg_temp.error_of('SELECT compare_models(h, ''2025-06-30'', ''6 months'', ''{bg/bb}'', 30,
		''{}'') FROM shopper') AS no_season,
	pg_temp.error_of('SELECT compare_models(h, ''2025-06-30'', ''6 months'', ''{bg/nbd}'', 30, s)
		FROM shopper, season') AS several,
	pg_temp.error_of('SELECT compare_models(h, ''2025-06-30'', ''6 months'', ''{bg/nbd}'', NULL,
		''{}'') FROM shopper') AS no_unit \gx
