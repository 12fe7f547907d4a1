-- Which model to use, by what came true: all figures again in plain SQL, with one model at a time.
SET client_min_messages = error;		-- not every fit converges
CREATE TEMP TABLE customer AS
SELECT customer_id AS c, purchase_history(purchase_date) AS h
FROM simulate_customers('{"model": "pareto/nbd", "r": 0.9, "alpha": 30, "s": 0.7, "beta": 90}',
						3000, '2024-01-01', '2025-12-31', '2026-06-30', 4)
GROUP BY 1;
INSERT INTO customer VALUES (0, NULL), (-1, '{2026-07-01: ?}');
CREATE TEMP TABLE compared AS
SELECT r.*
FROM unnest((SELECT compare_models(h, '2026-03-31', '6 months') FROM customer)) r;
SELECT kind, converged, at_limit, customers, left_out, sampled, actual, rank FROM compared;

-- what each kind says of the 182 days behind 2025-09-30
CREATE TEMP TABLE said AS
SELECT kind, m, c, h, purchase_probability(m, h, '2025-09-30', '182 days') AS p,
	expected_purchases(m, h, '2025-09-30', '182 days') AS expected,
	coalesce(purchase_days(slice(h, '2025-10-01', '2026-03-31')), 0) AS actual
FROM (SELECT kind, fit_model(kind, h, '2025-09-30') AS m
	FROM customer, unnest('{bg/nbd, mbg/nbd, mbg/cnbd-k, pareto/nbd}'::text[]) kind
	GROUP BY kind) f, customer
WHERE as_of(h, '2025-09-30') IS NOT NULL;
SELECT kind, r.log_likelihood = log_likelihood(m) AND r.aic = aic(m)
		AND r.converged = converged(m) AS same_fit,
	r.customers = n AND r.actual = all_actual AS same_customers,
	abs(r.log_loss - loss) < 1e-12 AS log_loss, abs(r.brier_score - brier) < 1e-12 AS brier_score,
	r.roc_auc = auc AS roc_auc, abs(r.expected / all_expected - 1) < 1e-12 AS expected,
	abs(r.mean_absolute_error - error) < 1e-12 AS error
FROM compared r JOIN (
	SELECT kind, m, count(*) AS n, -avg(ln(CASE WHEN actual > 0 THEN p ELSE 1 - p END)) AS loss,
		brier_score(p, actual > 0) AS brier, roc_auc(p, actual > 0) AS auc,
		sum(expected) AS all_expected, sum(actual) AS all_actual,
		avg(abs(expected - actual)) AS error
	FROM said GROUP BY kind, m) s USING (kind)
ORDER BY kind;
SELECT count(*) = (SELECT min(left_out) FROM compared) AS left_out
FROM customer WHERE first_purchase(h) BETWEEN '2025-10-01' AND '2026-03-31';

-- the rules: by one number before the hold-out, with what it meant a period earlier
CREATE TEMP TABLE known AS
SELECT c, known, bought, count_then, days_then, bought_then,
	coalesce(purchase_days(slice(h, '2025-04-02', '2025-09-30')), 0) AS count,
	date '2025-09-30' - last_purchase(as_of(h, '2025-09-30')) AS days,
	actual
FROM (SELECT *, as_of(h, '2025-04-01') AS known, actual > 0 AS bought,
		coalesce(purchase_days(slice(h, '2024-10-02', '2025-04-01')), 0) AS count_then,
		date '2025-04-01' - last_purchase(as_of(h, '2025-04-01')) AS days_then,
		coalesce(purchase_days(slice(h, '2025-04-02', '2025-09-30')), 0) > 0 AS bought_then
	FROM said WHERE kind = 'bg/nbd') s;
CREATE FUNCTION pg_temp.p(intercept float8, slope float8, number float8) RETURNS float8
	LANGUAGE sql AS $$ SELECT 1 / (1 + exp(-intercept - slope * number)) $$;
-- Newton's method for both, in plain SQL, from a probability of one half on
CREATE FUNCTION pg_temp.learned(which text, OUT intercept float8, OUT slope float8)
	LANGUAGE plpgsql AS $$
DECLARE
	s record;
BEGIN
	intercept := 0;
	slope := 0;
	FOR i IN 1 .. 30 LOOP
		SELECT sum(y - p) AS g0, sum((y - p) * x) AS g1, sum(p * (1 - p)) AS h00,
			sum(p * (1 - p) * x) AS h01, sum(p * (1 - p) * x * x) AS h11
		INTO s
		FROM (SELECT bought_then::int AS y, pg_temp.p(intercept, slope, x) AS p, x
			FROM (SELECT *, CASE which WHEN 'last period' THEN count_then
					ELSE days_then END::float8 AS x
				FROM known WHERE known IS NOT NULL) k) q;
		intercept := intercept + (s.h11 * s.g0 - s.h01 * s.g1) / (s.h00 * s.h11 - s.h01 ^ 2);
		slope := slope + (s.h00 * s.g1 - s.h01 * s.g0) / (s.h00 * s.h11 - s.h01 ^ 2);
	END LOOP;
END $$;
SELECT kind, r.log_likelihood IS NULL AND r.aic IS NULL AND r.converged IS NULL AS no_model,
	abs(r.log_loss - loss) < 1e-11 AS log_loss, abs(r.brier_score - brier) < 1e-11 AS brier_score,
	r.roc_auc = auc AS roc_auc, r.expected IS NOT DISTINCT FROM said AS expected,
	abs(r.mean_absolute_error - error) < 1e-12 AS error
FROM compared r JOIN (
	SELECT kind, -avg(ln(CASE WHEN bought THEN p ELSE 1 - p END)) AS loss,
		brier_score(p, bought) AS brier, roc_auc(sign * number, bought) AS auc,
		CASE WHEN kind = 'last period' THEN sum(count) END AS said,
		CASE WHEN kind = 'last period' THEN avg(abs(count - actual)) END AS error
	FROM (SELECT kind, bought, count, actual, pg_temp.p(intercept, slope, number) AS p, number,
			CASE kind WHEN 'last period' THEN 1 ELSE -1 END AS sign
		FROM unnest('{last period, days since last purchase}'::text[]) kind,
			LATERAL pg_temp.learned(kind), known,
			LATERAL (SELECT CASE kind WHEN 'last period' THEN count ELSE days END::float8) n(number)
		) s
	GROUP BY kind) s USING (kind)
ORDER BY kind;
SELECT bool_and(rank = place) AS least_log_loss_first
FROM (SELECT rank, rank() OVER (ORDER BY log_loss) AS place FROM compared) r;

-- what came after as_of, and what nobody knew, changes nothing
CREATE FUNCTION pg_temp.same(a model_comparison[], b model_comparison[]) RETURNS boolean
	LANGUAGE sql AS $$ SELECT array_send(a) = array_send(b) $$;
SELECT pg_temp.same(compare_models(h, '2026-03-31', '6 months'),
		compare_models(as_of(h, '2026-03-31'), '2026-03-31', '6 months')) AS known_then,
	pg_temp.same(compare_models(h, '2026-03-31', '6 months'),
		compare_models(h, '2026-03-31', '182 days')) AS in_days,
	pg_temp.same(compare_models(h, '2026-03-31', '6 months'),
		compare_models(h, '2026-03-31', '6 months',
			'{bg/nbd, mbg/nbd, mbg/cnbd-k, pareto/nbd}')) AS usual_kinds,
	pg_temp.same(compare_models(h, '2026-03-31', '6 months', '{pareto/nbd}'),
		compare_models(h, '2026-03-31', '6 months', '{pareto/nbd}', 1)) AS usual_unit
FROM customer;

-- in weeks likelihoods are others, what is said is the same
SELECT kind, abs(d.log_loss - w.log_loss) < 1e-6 AS log_loss, w.log_likelihood = l AS of_weeks
FROM (SELECT compare_models(h, '2026-03-31', '6 months', '{pareto/nbd, mbg/cnbd-2}', 7) AS weeks,
		compare_models(h, '2026-03-31', '6 months', '{pareto/nbd, mbg/cnbd-2}') AS days
	FROM customer) c, unnest(weeks) w JOIN unnest(days) d USING (kind)
	JOIN (SELECT kind, log_likelihood(fit_model(kind, h, '2025-09-30', 7)) AS l
		FROM customer, unnest('{pareto/nbd, mbg/cnbd-2}'::text[]) kind GROUP BY kind) f
		USING (kind)
ORDER BY kind;

-- opportunities, which are counted from dates
SELECT r.kind, r.log_likelihood = log_likelihood(m) AS same_fit,
	abs(log_loss - loss) < 1e-12 AS loss, abs(r.expected / s.expected - 1) < 1e-12 AS expected
FROM (SELECT m, -avg(ln(CASE WHEN last_purchase(as_of(h, '2026-03-31')) > '2025-09-30' THEN p
			ELSE 1 - p END)) AS loss, sum(e) AS expected
	FROM (SELECT fit_model('bg/bb', h, '2025-09-30', 30) AS m FROM customer) f, customer,
		purchase_probability(m, h, '2025-09-30', '182 days') p,
		expected_purchases(m, h, '2025-09-30', '182 days') e
	WHERE p IS NOT NULL
	GROUP BY m) s,
	unnest((SELECT compare_models(h, '2026-03-31', '6 months', '{mbg/nbd, bg/bb}', 30)
		FROM customer)) r
WHERE kind = 'bg/bb';

-- a hold-out in which all or nobody bought; periods in which a rule learns nothing
CREATE FUNCTION pg_temp.told(what text, as_of date, holdout interval) RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	told text;
BEGIN
	EXECUTE format($q$
		SELECT string_agg(format('%%s: %%s of %%s, %%s, rank %%s', kind, actual, customers,
			CASE WHEN log_loss IS NULL AND brier_score IS NULL AND roc_auc IS NULL THEN 'no loss'
				WHEN log_loss IS NULL OR brier_score IS NULL OR roc_auc IS NULL THEN 'some'
				ELSE 'loss' END, rank), '; ')
		FROM unnest((SELECT compare_models(h, $1, $2, '{bg/nbd}') FROM %s)) $q$, what)
	INTO told USING as_of, holdout;
	RETURN told;
END $$;
-- all in January and until February, a third of them not in March
CREATE TEMP VIEW faithful AS
SELECT purchase_history(date '2026-01-01' + c % 5 + d) AS h
FROM generate_series(1, 40) c, generate_series(0, 150, 10) d
WHERE c % 3 > 0 OR d <= 50 OR d >= 90 GROUP BY c;
SELECT as_of, pg_temp.told('faithful', as_of, '30 days')
FROM unnest('{2026-02-28, 2026-03-31, 2026-04-30, 2026-06-30}'::date[]) as_of
UNION ALL
SELECT '2026-08-31', pg_temp.told('faithful', '2026-08-31', '60 days');
-- a number that is the same for all: the share of who bought is all that it tells
CREATE TEMP VIEW alike AS
SELECT purchase_history(d) AS h
FROM (SELECT c, date '2026-01-20' + n * 3 AS d
	FROM generate_series(1, 40) c, generate_series(0, 1) n
	UNION ALL
	SELECT c, date '2026-02-10' + c % 9 FROM generate_series(1, 40) c WHERE c % 4 > 0
	UNION ALL
	SELECT c, date '2026-03-10' FROM generate_series(1, 40) c WHERE c % 2 > 0) s
GROUP BY c;
SELECT kind, rank IS NOT NULL AS told, roc_auc = 0.5 AS as_by_chance,
	abs(log_loss + (ln(0.75) + ln(0.25)) / 2) < 1e-14 AS of_the_share
FROM unnest((SELECT compare_models(h, '2026-03-31', '31 days', '{bg/nbd}') FROM alike))
WHERE log_likelihood IS NULL ORDER BY kind;

-- nothing at all
SELECT compare_models(h, '2026-03-31', '6 months') FROM customer WHERE h IS NULL;
SELECT compare_models(h, '2026-03-31', '6 months') FROM customer WHERE false;

-- what is refused
CREATE FUNCTION pg_temp.refused(arguments text, source text DEFAULT 'customer') RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	EXECUTE format('SELECT compare_models(%s) FROM %s', arguments, source);
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', sqlstate, sqlerrm, nullif(hint, ''));
END $$;
SELECT arguments, pg_temp.refused(arguments)
FROM unnest(ARRAY[
	$$h, NULL, '6 months'$$,
	$$h, '2026-03-31', NULL$$,
	$$h, '2026-03-31', '6 months', NULL$$,
	$$h, '2026-03-31', '6 months', '{bg/nbd}', NULL$$,
	$$h, 'infinity', '6 months'$$,
	$$h, '2026-03-31', '0 days'$$,
	$$h, '2026-03-31', '-1 month'$$,
	$$h, '2026-03-31', '90'$$,
	$$h, '2026-03-31', '12 hours'$$,
	$$h, '2026-03-31', '1000000 years'$$,
	$$h, '2026-03-31', '10 years'$$,
	$$h, '2026-03-31', '6 months', '{}'$$,
	$$h, '2026-03-31', '6 months', '{bg/nbd, NULL}'$$,
	$$h, '2026-03-31', '6 months', '{bg/nbd, bgnbd}'$$,
	$$h, '2026-03-31', '6 months', '{bg/nbd, bg/nbd}'$$,
	$$h, '2026-03-31', '6 months', '{interpurchase}'$$,
	$$h, '2026-03-31', '6 months', '{gamma-gamma}'$$,
	$$h, '2026-03-31', '6 months', '{bg/nbd, sbg}'$$,
	$$h, '2026-03-31', '6 months', '{bg/bb}', 0.5$$,
	$$h, '2026-03-31', '6 months', '{bg/nbd}', 0$$,
	$$h, '2026-03-31', '6 months', (SELECT array_agg('mbg/cnbd-' || k)
		FROM generate_series(1, 17) k)$$,
	$$h, date '2026-03-31' + c % 2, '6 months'$$,
	$$h, '2026-03-31', make_interval(months => 6 + c % 2)$$,
	$$h, '2026-03-31', '6 months', CASE c % 2 WHEN 0 THEN '{bg/nbd}' ELSE '{mbg/nbd}' END::text[]$$,
	$$h, '2026-03-31', '6 months', '{bg/nbd}', 1 + c % 2$$,
	$$h, '2024-01-05', '2 days'$$,
	$$h, '2020-01-01', '2 days'$$]) arguments;
SELECT compare_models_add(NULL, h, '2026-03-31', '6 months') FROM customer LIMIT 1;

-- parts that are kept and put together; the order of the rows, and windows
CREATE AGGREGATE pg_temp.part(purchase_history, date, interval, text[], float8)
	(SFUNC = compare_models_add, STYPE = bytea);
CREATE AGGREGATE pg_temp.merge(bytea)
	(SFUNC = compare_models_combine, STYPE = bytea, FINALFUNC = compare_models_final);
CREATE AGGREGATE pg_temp.parts(bytea) (SFUNC = compare_models_combine, STYPE = bytea);
SELECT pg_temp.same(merged, whole) AS merged, pg_temp.same(of_one, whole) AS of_one,
	pg_temp.same(last, whole) AS in_order, state = part AS same_state
FROM (SELECT compare_models(h, '2026-03-31', '6 months', '{mbg/cnbd-k, bg/bb}', 30) AS whole,
		pg_temp.part(h, '2026-03-31', '6 months', '{mbg/cnbd-k, bg/bb}', 30) AS part
	FROM customer) w,
	(SELECT pg_temp.merge(s::text::bytea) AS merged, pg_temp.parts(s) AS state
	FROM (SELECT pg_temp.part(h, '2026-03-31', '6 months', '{mbg/cnbd-k, bg/bb}', 30) AS s
		FROM customer GROUP BY c % 7) p) m,
	(SELECT pg_temp.merge(s) AS of_one
	FROM (SELECT pg_temp.part(h, '2026-03-31', '6 months', '{mbg/cnbd-k, bg/bb}', 30) AS s
		FROM customer GROUP BY c) p) o,
	(SELECT DISTINCT compare_models(h, '2026-03-31', '6 months', '{mbg/cnbd-k, bg/bb}', 30)
		OVER (ORDER BY h DESC ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS last
	FROM customer) r;
CREATE FUNCTION pg_temp.merged(bytea, bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.merge(s) FROM unnest(ARRAY[$1, $2]) s;
	RETURN 'merged';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ': ' || sqlerrm;
END $$;
SELECT pg_temp.merged(part, pg_temp.part(h, '2026-03-30', '6 months', '{bg/nbd}', 1)) AS dates,
	pg_temp.merged(part, pg_temp.part(h, '2026-03-31', '5 months', '{bg/nbd}', 1)) AS holdouts,
	pg_temp.merged(part, pg_temp.part(h, '2026-03-31', '6 months', '{bg/nbd}', 7)) AS units,
	pg_temp.merged(part, pg_temp.part(h, '2026-03-31', '6 months', '{mbg/nbd}', 1)) AS kinds,
	pg_temp.merged(part, part) AS same
FROM customer, (SELECT pg_temp.part(h, '2026-03-31', '6 months', '{bg/nbd}', 1) AS part
	FROM customer) p
GROUP BY part \gx

-- A sample: who has bought more than once counts for two where level is 1.  The level of a state of
-- nobody is raised by hand, and a part of it makes the whole a sample.
SELECT s.customers = w.customers AS customers,
	s.sampled BETWEEN once + repeated * 0.45 AND once + repeated * 0.55 AS half,
	abs(s.log_loss - w.log_loss) < 0.02 AS log_loss,
	abs(s.log_likelihood / w.log_likelihood - 1) < 0.05 AS log_likelihood,
	abs(s.expected / w.expected - 1) < 0.1 AS expected, s.left_out = w.left_out AS left_out,
	pg_temp.same(sample, back) AS in_any_order
FROM (SELECT count(*) FILTER (WHERE frequency(h, '2025-09-30') = 0) AS once,
		count(*) FILTER (WHERE frequency(h, '2025-09-30') > 0) AS repeated,
		compare_models(h, '2026-03-31', '6 months', '{mbg/cnbd-k}', 7) AS whole,
		set_byte(pg_temp.part(h, '2026-03-31', '6 months', '{mbg/cnbd-k}', 7)
			FILTER (WHERE c < 0), 2, 1) AS raised
	FROM customer) c,
	LATERAL (SELECT pg_temp.merge(state ORDER BY n) AS sample,
		pg_temp.merge(state ORDER BY n DESC) AS back
	FROM (SELECT raised AS state, 2 AS n
		UNION ALL
		SELECT pg_temp.part(h, '2026-03-31', '6 months', '{mbg/cnbd-k}', 7), c % 3
		FROM customer GROUP BY c % 3) p) s0,
	unnest(whole) w, unnest(sample) s
WHERE s.kind = 'mbg/cnbd-k' AND w.kind = s.kind;

-- states that somebody has changed: the version, the level, an unused byte, days, customers, kinds,
-- rows that are missing and bytes behind them
CREATE FUNCTION pg_temp.final(state bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN array_length(compare_models_final(state), 1);
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END $$;
SELECT pg_temp.final(s) AS whole, pg_temp.final(set_byte(s, 0, 2)) AS version,
	pg_temp.final(set_byte(s, 2, 21)) AS level, pg_temp.final(set_byte(s, 2, 1)) AS of_no_level,
	pg_temp.final(set_byte(s, 3, 1)) AS unused,
	pg_temp.final(overlay(s PLACING '\x00000000' FROM 9)) AS no_day,
	pg_temp.final(overlay(s PLACING '\x01000000' FROM 9)) AS one_day,
	pg_temp.final(overlay(s PLACING '\x0000000000000000' FROM 13)) AS time_unit,
	pg_temp.final(set_byte(s, 20, get_byte(s, 20) - 1)) AS customers,
	pg_temp.final(set_byte(s, 20, get_byte(s, 20) + 1)) AS one_more,
	pg_temp.final(set_byte(s, 204, 1)) AS interpurchase,
	pg_temp.final(set_byte(s, 205, 2)) AS k_of_none,
	pg_temp.final(substr(s, 1, length(s) - 1)) AS shorter,
	pg_temp.final(s || '\x00') AS longer, pg_temp.final(substr(s, 1, 100)) AS half_a_head,
	pg_temp.final('') AS nothing
FROM (SELECT pg_temp.part(h, '2026-03-31', '6 months', '{bg/nbd}', 7) AS s FROM customer) p \gx

-- nobody leaves: said by each kind that says so alone, and no failure
SELECT kind, r.converged = converged(m) AND r.at_limit IS NOT DISTINCT FROM at_limit(m) AS same,
	r.at_limit
FROM (SELECT compare_models(h, '2026-03-31', '6 months') AS c
	FROM (SELECT purchase_history(purchase_date) AS h
		FROM simulate_customers('{"model": "mbg/nbd", "r": 2, "alpha": 60, "a": 1e-9, "b": 1}',
								500, '2024-01-01', '2025-06-30', '2026-06-30', 4)
		GROUP BY customer_id) s) c, unnest(c) r
	JOIN (SELECT kind, fit_model(kind, h, '2025-09-30') AS m
		FROM (SELECT purchase_history(purchase_date) AS h
			FROM simulate_customers('{"model": "mbg/nbd", "r": 2, "alpha": 60, "a": 1e-9, "b": 1}',
									500, '2024-01-01', '2025-06-30', '2026-06-30', 4)
			GROUP BY customer_id) s,
			unnest('{bg/nbd, mbg/nbd, mbg/cnbd-k, pareto/nbd}'::text[]) kind
		GROUP BY kind) f USING (kind)
ORDER BY kind;
