-- What customers spend, from the amounts of all their days: fits, values, what is typed wrong.
SET extra_float_digits = 0;
SET datestyle = 'ISO';
CREATE TEMP TABLE customer (name text, h purchase_history);
INSERT INTO customer VALUES
	('regular', '{2026-01-05: 30, 2026-01-12: 10, 2026-01-19: 20, 2026-02-02: 30}'),
	('once', '{2026-01-05: 5}'), ('once, much', '{2026-01-05: 5000}'),
	('for nothing', '{2026-01-05: 20, 2026-02-05: 0, 2026-02-10: 10}'),
	('gave back', '{2026-01-05: 20, 2026-02-05: 10, 2026-02-10: -50, 2026-02-11: -5 in 0}'),
	('gave it back', '{2026-01-05: -20, 2026-02-10: -50}'),
	('only gave back', '{2026-02-10: -50 in 0}'), ('later', '{2026-12-01: 10}'),
	('unknown', '{2026-01-05: ?, 2026-02-05: ?}'),
	('partly known', '{2026-01-05: ?, 2026-02-05: 40}');
CREATE TEMP TABLE spend (name text, m retention_model);
INSERT INTO spend VALUES
	('mean', '{"model": "gamma-gamma-all", "p": 6.25, "q": 3.74, "gamma": 15.44}'),
	('none', '{"model": "gamma-gamma-all", "p": 1, "q": 0.5, "gamma": 20}');
-- p (gamma + sum) / (p n + q - 1) of the days of known amount; up to q = 1 without a mean, with the
-- median, which for p = 1 is gamma (2^(1 / q) - 1), in its place
SELECT s.name, c.name, n, sum, round(expected_order_value(m, h, '2026-06-30'), 6) AS expected,
	round(expected_order_value(m, h, '2026-06-30') - (CASE s.name
		WHEN 'mean' THEN 6.25 * (15.44 + greatest(sum, 0)) / (6.25 * n + 2.74)
		ELSE (1 * greatest(sum, 0) + 0.5 * 20 * (2 ^ (1 / 0.5) - 1)) / (1 * n + 0.5)
		END)::numeric, 9) AS difference
FROM spend s, customer c,
	LATERAL (SELECT count(*) AS n, coalesce(sum(amount), 0)::float8 AS sum
		FROM purchases(h)
		WHERE purchase_date <= '2026-06-30' AND orders > 0 AND amount IS NOT NULL) d
WHERE c.name <> 'later' OR s.name = 'mean'
ORDER BY s.name, c.name;
SELECT name, round(expected_order_value(m, 0, 0), 6) AS new,
	expected_order_value(m, 3, 20) > expected_order_value(m, 3, 19) AS rises,
	expected_order_value(m, 3, -20) = expected_order_value(m, 3, 0) AS nothing,
	expected_order_value(m, '3', '20') = expected_order_value(m, 3, 20) AS as_text
FROM spend ORDER BY name;
-- the mean of gamma-gamma's orders, and the amounts themselves: those of one day are the same
SELECT log_likelihood(m, 1, 20) = log_likelihood(m, 1, 20, ln(20::float8)) AS one,
	round(log_likelihood(m, 3, 60, ln(10::float8) + ln(20::float8) + ln(30::float8))::numeric, 9)
		AS three,
	log_likelihood(m, h, '2026-06-30') - log_likelihood(m, 4, 90,
		ln(30::float8) + ln(10::float8) + ln(20::float8) + ln(30::float8)) AS history,
	log_likelihood(m, 0, 0, 0) AS none
FROM spend s, customer c WHERE s.name = 'mean' AND c.name = 'regular';
SELECT name, log_likelihood(m, h, '2026-06-30') IS NULL AS tells_nothing
FROM customer c, (SELECT m FROM spend LIMIT 1) s ORDER BY name;

-- fits: from histories, from three numbers, in any order; what is left out is counted
CREATE TEMP TABLE base AS
SELECT c, purchase_history(date '2026-01-01' + n * 7 + c % 5, amount) AS h
FROM generate_series(1, 300) c, generate_series(0, 7) n,
	LATERAL (SELECT CASE WHEN (c + n) % 29 = 0 THEN 0 WHEN (c * n) % 31 = 30 THEN -5
			WHEN (c + n) % 37 = 0 THEN NULL
			ELSE round((5 + 100.0 / (1 + c * 17 % 23)) * (1 + (c * 7 + n * 11) % 13), 2)
		END AS amount) a
WHERE n <= c % 8 GROUP BY c;
CREATE TEMP TABLE days AS
SELECT c, count(*) FILTER (WHERE amount > 0) AS n, sum(amount) FILTER (WHERE amount > 0) AS sum,
	sum(ln(amount::float8)) FILTER (WHERE amount > 0) AS logs,
	count(*) FILTER (WHERE NOT coalesce(amount > 0, false)) AS others
FROM base, purchases(h) GROUP BY c;
SELECT round(parameter(m, 'p')::numeric, 4) AS p, round(parameter(m, 'q')::numeric, 4) AS q,
	round(parameter(m, 'gamma')::numeric, 3) AS gamma, converged(m), observations(m), left_out(m),
	(SELECT sum(others) FROM days) AS to_leave_out,
	abs(frequency_correlation(m)
		- (SELECT corr(n, sum / n) FROM days WHERE n > 0)) < 1e-12 AS as_corr,
	abs(log_likelihood(m) - (SELECT sum(log_likelihood(m, h, '2026-12-31')) FROM base))
		< 1e-6 AS adds_up
FROM (SELECT fit_model('gamma-gamma-all', h, '2026-12-31') AS m FROM base) f;
SELECT fit_model('gamma-gamma-all', h, '2026-12-31')
	= (SELECT fit_model('gamma-gamma-all', h, '2026-12-31')
		FROM (SELECT h FROM base ORDER BY hashint4(c)) s) AS shuffled
FROM base;
-- the same amounts on other days
SELECT fit_model('gamma-gamma-all', h, '2026-12-31')
	= (SELECT fit_model('gamma-gamma-all', h, '2026-12-31')
		FROM (SELECT purchase_history(
				date '2026-12-31' - (purchase_date - date '2026-01-01'), amount) AS h
			FROM base, purchases(h) GROUP BY c) s) AS other_days
FROM base;
SELECT bool_and(abs(parameter(a, name) / parameter(b, name) - 1) < 1e-6) AS same_parameters,
	max(abs(log_likelihood(a) - log_likelihood(b))) < 1e-6 AS same_likelihood,
	max(left_out(b)) AS left_out, max(observations(a) - observations(b)) AS observations
FROM (SELECT fit_model('gamma-gamma-all', h, '2026-12-31') FROM base) h(a),
	(SELECT fit_model('gamma-gamma-all', n, sum, logs) FROM days) n(b),
	unnest('{p, q, gamma}'::text[]) name;
SELECT fit_model('gamma-gamma-all', n, sum, logs, 2)
	= (SELECT fit_model('gamma-gamma-all', n, sum, logs)
		FROM days, generate_series(1, 2)) AS weight_two
FROM days;
SELECT m::text::retention_model = m AS equal, m::text::retention_model::text = m::text AS same,
	model_kind(m), fitted_as_of(m)
FROM (SELECT fit_model('gamma-gamma-all', h, '2026-12-31') AS m FROM base) s;
CREATE AGGREGATE pg_temp.part(text, purchase_history, date) (SFUNC = fit_model_add, STYPE = bytea);
CREATE AGGREGATE pg_temp.merge(bytea)
	(SFUNC = fit_model_combine, STYPE = bytea, FINALFUNC = fit_model_final);
SELECT (SELECT fit_model('gamma-gamma-all', h, '2026-12-31') FROM base)
		= pg_temp.merge(s) AS merged,
	(SELECT fit_model('gamma-gamma-all', h, '2026-12-31') FROM base)
		= pg_temp.merge(s::text::bytea) AS as_text,
	max(length(s)) AS bytes
FROM (SELECT pg_temp.part('gamma-gamma-all', h, '2026-12-31') AS s FROM base GROUP BY c % 3) p;

-- whoever differs by more than a mean can tell: it is said, and everybody has a value
CREATE TEMP TABLE skewed AS
SELECT c, purchase_history(date '2026-01-01' + n,
	round((1 + 20 * ((1 - (c - 0.5) / 400) ^ (-1 / 0.7) - 1))
		* (ARRAY[0.5, 0.7, 0.9, 1, 1.2, 1.6])[1 + (c * 5 + n * 7) % 6], 2)) AS h
FROM generate_series(1, 400) c, generate_series(0, 3) n WHERE n <= c % 4 GROUP BY c;
CREATE TEMP TABLE fits AS
SELECT fit_model('gamma-gamma', h, '2026-12-31') AS means,
	fit_model('gamma-gamma-all', h, '2026-12-31') AS days FROM skewed;
SELECT round(parameter(means, 'p')::numeric, 2) AS p_of_means,
	round(parameter(days, 'p')::numeric, 2) AS p_of_days,
	parameter(means, 'q') <= 1 AND parameter(days, 'q') <= 1 AS no_mean,
	round(expected_order_value(means, 2, 100)) AS by_means,
	round(expected_order_value(days, 3, 100)) AS by_days,
	(SELECT count(*) FROM skewed WHERE expected_order_value(means, h, '2026-12-31') IS NULL)
		AS none_by_means,
	(SELECT count(*) FROM skewed WHERE expected_order_value(days, h, '2026-12-31') IS NULL)
		AS none_by_days
FROM fits;
-- about half of what is spent each time is below the median
SELECT abs(avg((amount < expected_order_value(days, 0, 0))::int) - 0.5) < 0.1 AS below
FROM fits, skewed, purchases(h);

-- with a model of who is still a customer
CREATE TEMP TABLE bg AS
SELECT '{"model": "bg/nbd", "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, '
	'"time_unit_days": 7}'::retention_model AS m;
SELECT s.name, c.name, round(clv(bg.m, s.m, h, '2026-06-30', '3 years', 0.1), 2) AS clv,
	abs(clv(bg.m, s.m, h, '2026-06-30', '3 years', 0.1)
		- expected_order_value(s.m, h, '2026-06-30')
			* discounted_expected_purchases(bg.m, h, '2026-06-30', 0.1, '3 years')::numeric)
		< 1e-9 AS product,
	round(value_at_risk(bg.m, s.m, h, '2026-06-30', '3 years', 0.1), 2) AS at_risk,
	clv(bg.m, s.m, h, '2026-06-30', '3 years', 0.1)
		BETWEEN (i).lower AND (i).upper AS within
FROM bg, spend s, customer c, clv_interval(bg.m, s.m, h, '2026-06-30', '3 years', 0.1) i
WHERE c.name IN ('regular', 'once', 'once, much', 'unknown') ORDER BY s.name, c.name;
SELECT clv(bg.m, s.m, h, '2026-06-30', 0.1) > clv(bg.m, s.m, h, '2026-06-30', '1 year', 0.1)
	AS for_ever
FROM bg, spend s, customer c WHERE s.name = 'mean' AND c.name = 'regular';

-- too little data, and what is typed wrong
SELECT fit_model('gamma-gamma-all', h, '2026-12-31') FROM base WHERE c % 8 = 0;
SELECT fit_model('gamma-gamma-all', h, '2026-12-31') FROM base WHERE c < 5;
SELECT fit_model('gamma-gamma-all', 2, 5.0::float8);
SELECT fit_model('gamma-gamma-all', -1, 5, 1);
SELECT fit_model('gamma-gamma-all', 2.5, 5, 1);
SELECT fit_model('gamma-gamma-all', 2, 0, 1);
SELECT fit_model('gamma-gamma-all', 2, 'infinity'::float8, 1);
SELECT fit_model('gamma-gamma-all', 2, 20, 4.7);
SELECT fit_model('gamma-gamma-all', 2, 20, 'NaN');
SELECT fit_model('gamma-gamma-all', 2, 20, '-infinity');
SELECT fit_model('gamma-gamma-all', 1, 20, 2.9);
SELECT log_likelihood(m, 2, 20, 4.7) FROM spend LIMIT 1;
SELECT log_likelihood(m, 2, 20, 4.6, 5) FROM spend LIMIT 1;
SELECT expected_order_value(m, h, 'infinity') FROM spend, customer LIMIT 1;
SELECT p_alive(m, 1, 2, 3) FROM spend LIMIT 1;
SELECT clv(m, m, h, '2026-12-31', '1 year', 0.1) FROM spend, customer LIMIT 1;
SELECT expected_order_value(m, 1, 2) FROM bg;
SELECT '{"model": "gamma-gamma-all", "p": 6.25, "q": 0, "gamma": 1}'::retention_model;
-- far out: no value where there is none
SELECT p, q, expected_order_value(
	format('{"model": "gamma-gamma-all", "p": %s, "q": %s, "gamma": 1}', p, q)::retention_model,
	n, 10) IS NULL AS none
FROM (VALUES ('1', '1e-5', 0), ('1e-5', '1', 0), ('1e300', '1', 0), ('1e300', '1e300', 2),
	('1e-4', '1e-4', 2), ('1e-300', '1e-300', 2)) v(p, q, n);

-- money has 16 decimals at most: who is surely gone is worth nothing, not 300 zeros
SELECT scale(clv(bg.m, s.m, h, d, '1 year', 0.1)) <= 16 AS short,
	clv(bg.m, s.m, h, d, '1 year', 0.1) = 0 AS nothing,
	value_at_risk(bg.m, s.m, h, d, '1 year', 0.1) > 0 AS at_risk
FROM bg, spend s,
	(SELECT purchase_history(d::date, 20) AS h
	 FROM generate_series('2024-01-01', '2025-06-30', interval '1 day') d) c,
	unnest('{2026-06-30, 2040-01-01}'::date[]) d
WHERE name = 'mean' ORDER BY d;
SELECT lifetime_value(0.05, 1) AS five_cents, lifetime_value(1e-17, 1) AS nothing,
	lifetime_value(1234.5678901234567, 1) AS as_before,
	lifetime_value(0.000123456789012345, 1) AS rounded;
