-- How many purchases of all together, and how sure that is.
SET extra_float_digits = 0;
CREATE TEMP TABLE customer AS
SELECT g,
       purchase_history(date '2025-01-01' + g % 90 + i * (15 + g % 23) + i * i,
                        10 + i) AS h
FROM generate_series(1, 300) g, generate_series(0, 9) i
WHERE i <= g % 11 GROUP BY g;
INSERT INTO customer VALUES (301, NULL), (302, '{2026-12-01: 10}');
CREATE TEMP TABLE base (kind text, m retention_model);
INSERT INTO base VALUES
	('bg/nbd',
	 '{"model": "bg/nbd", "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, '
	 '"time_unit_days": 7}'),
	('mbg/nbd',
	 '{"model": "mbg/nbd", "r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614, '
	 '"time_unit_days": 7}'),
	('bg/cnbd-k',
	 '{"model": "bg/cnbd-k", "k": 3, "r": 1.329, "alpha": 2.813, "a": 0.425, "b": 0.79, '
	 '"time_unit_days": 7}'),
	('mbg/cnbd-k',
	 '{"model": "mbg/cnbd-k", "k": 2, "r": 1.329, "alpha": 2.813, "a": 0.425, "b": 0.79, '
	 '"time_unit_days": 7}'),
	('pareto/nbd',
	 '{"model": "pareto/nbd", "r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669, '
	 '"time_unit_days": 7}'),
	('ggompertz/nbd',
	 '{"model": "ggompertz/nbd", "r": 0.553, "alpha": 10.578, "b": 0.05, "s": 0.606, "beta": 0.8, '
	 '"time_unit_days": 7}'),
	('bg/bb',
	 '{"model": "bg/bb", "alpha": 1.2, "beta": 0.75, "gamma": 0.66, "delta": 2.78, '
	 '"time_unit_days": 30}');
-- the sum of what is expected of each, with whole limits around it, wider for more certainty
SELECT kind, t.customers, abs(t.expected / each.sum - 1) < 1e-9 AS sum,
       t.lower < t.expected AND t.expected < t.upper AS around,
       t.lower = floor(t.lower) AND t.upper = floor(t.upper) AS whole,
       narrow.lower > t.lower AND narrow.upper < t.upper
       AND narrow.expected = t.expected AS wider
FROM base,
     LATERAL (SELECT (expected_total(m, h, '2025-12-31', '1 year')).* FROM customer) t,
     LATERAL (SELECT (expected_total(m, h, '2025-12-31', '1 year', 0.5)).* FROM customer) narrow,
     LATERAL (SELECT sum(expected_purchases(m, h, '2025-12-31', '1 year')) FROM customer) each
ORDER BY kind;
-- of one customer: the quantiles of what is left of chance, where the whole distribution is known
SELECT kind, (t).customers, (t).lower, abs((t).upper - above) <= 1 + above / 10 AS upper
FROM (SELECT kind, m, expected_total(m, '{2025-12-31: 10}', '2025-12-31', '600 days', 0.8) AS t
      FROM base WHERE kind <> 'ggompertz/nbd' GROUP BY kind, m) s,
     LATERAL (SELECT min(n) FILTER (WHERE p >= 0.9) AS above
              FROM (SELECT n, sum(purchase_pmf(m, n, interval '600 days')) OVER (ORDER BY n) AS p
                    FROM generate_series(0, 400) n) q) q
ORDER BY kind;
-- what the fit does not know makes them wider, and all rows fitted are part of it
CREATE TEMP TABLE fitted AS
SELECT kind, fit_model(kind, h, '2025-12-31', 7) AS m
FROM (SELECT kind, purchase_history(purchase_date) AS h
      FROM base, simulate_customers(m, 1000, '2025-01-01', '2025-06-30', '2025-12-31', 7)
      WHERE kind IN ('mbg/nbd', 'pareto/nbd') GROUP BY kind, customer_id) s
GROUP BY kind;
SELECT kind, converged(m) AS converged, (t).customers,
       (t).lower < (typed).lower AND (t).upper > (typed).upper AS wider,
       (t).expected = (typed).expected AS same
FROM (SELECT kind, m, expected_total(m, h, '2025-12-31', '1 year') AS t,
             expected_total((parameters(m) || jsonb_build_object('model', kind)
                             || '{"time_unit_days": 7}')::text::retention_model,
                            h, '2025-12-31', '1 year') AS typed
      FROM fitted, customer GROUP BY kind, m) s
ORDER BY kind;
-- a covariance by hand: all of a rate that is known to a tenth
SELECT round((t).expected) AS expected, (t).lower, (t).upper
FROM (SELECT expected_total(m, '{2025-12-31: 1}', '2025-12-31', '500 days', 0.9) AS t
      FROM (SELECT retention_model '{"model": "bg/nbd", "r": 1000, "alpha": 1000, "a": 0.0001, '
                   '"b": 10000, "log_likelihood": -1, "observations": 1, "converged": true, '
                   '"covariance": [10000, 0, 0, 0, 0, 0, 0, 0, 0, 0]}') s(m),
           generate_series(1, 20)) s;
-- where nothing is known of the fit there are no limits
SELECT kind, t.* FROM (VALUES
	('did not converge', '"converged": false, "covariance": [1, 0, 1, 0, 0, 1, 0, 0, 0, 1]'),
	('no covariance', '"converged": true, "covariance": [null, 0, 1, 0, 0, 1, 0, 0, 0, 1]'),
	('an error of 11', '"converged": true, "covariance": [121, 0, 1, 0, 0, 1, 0, 0, 0, 1]'))
	v(kind, fit),
     LATERAL (SELECT ('{"model": "bg/nbd", "r": 1, "alpha": 10, "a": 1, "b": 5, '
                      '"log_likelihood": -1, "observations": 1, ' || fit || '}')
                     ::retention_model AS m) m,
     LATERAL (SELECT (expected_total(m, h, '2025-12-31', '90 days')).* FROM customer) t;
-- nobody, nothing, no time
SELECT expected_total(m, h, '2024-12-31', '1 year') IS NULL AS nobody,
       expected_total(m, h, '2025-12-31', '1 year') FILTER (WHERE false) IS NULL AS nothing,
       expected_total(m, h, '2025-12-31', '0 days') AS no_time
FROM base, customer WHERE kind = 'bg/nbd';
-- in any order, in parts, in groups that take turns, and beside each other
CREATE TEMP TABLE several AS
SELECT kind, g, m, h FROM base, customer
UNION ALL
SELECT kind || ' fitted', g, m, h FROM fitted, customer;
SELECT count(DISTINCT t::text) AS results
FROM (SELECT expected_total(m, h, '2025-12-31', '1 year' ORDER BY g) AS t
      FROM several WHERE kind LIKE 'mbg/nbd fitted'
      UNION ALL
      SELECT expected_total(m, h, '2025-12-31', '1 year' ORDER BY g DESC)
      FROM several WHERE kind LIKE 'mbg/nbd fitted'
      UNION ALL
      SELECT expected_total(m, h, '2025-12-31', '1 year' ORDER BY md5(g::text))
      FROM several WHERE kind LIKE 'mbg/nbd fitted'
      UNION ALL
      SELECT t FROM (SELECT kind, expected_total(m, h, '2025-12-31', '1 year' ORDER BY g, kind) AS t
                     FROM several GROUP BY kind) s WHERE kind = 'mbg/nbd fitted'
      UNION ALL
      SELECT last_value(expected_total(m, h, '2025-12-31', '1 year')) OVER () FROM several
      WHERE kind LIKE 'mbg/nbd fitted') s;
CREATE AGGREGATE pg_temp.total_state(retention_model, purchase_history, date, interval) (
	SFUNC = expected_total_add, STYPE = bytea);
CREATE TEMP TABLE part AS
SELECT kind, g % 3 AS part, pg_temp.total_state(m, h, '2025-12-31', '1 year') AS state
FROM several GROUP BY kind, g % 3;
SELECT a.kind,
       expected_total_final(expected_total_combine(expected_total_combine(a.state, b.state),
                                                   c.state))::text
       = whole.t::text AS same,
       expected_total_combine(expected_total_combine(a.state, b.state), c.state)
       = expected_total_combine(c.state, expected_total_combine(b.state, a.state)) AS bytes
FROM part a JOIN part b USING (kind) JOIN part c USING (kind)
     JOIN (SELECT kind, expected_total(m, h, '2025-12-31', '1 year') AS t
           FROM several GROUP BY kind) whole USING (kind)
WHERE a.part = 0 AND b.part = 1 AND c.part = 2 ORDER BY a.kind;
SELECT expected_total_combine(NULL, state) = state AS other,
       expected_total_combine(state, NULL) = state AS this
FROM part WHERE kind = 'bg/nbd' AND part = 0;
-- states of other questions, and none
SELECT expected_total_combine(a.state, b.state) FROM part a, part b
WHERE a.kind = 'bg/nbd' AND b.kind = 'mbg/nbd' AND a.part = 0 AND b.part = 0;
SELECT expected_total_final('\x00');
SELECT expected_total_final(set_byte(state, 8, 200)) FROM part WHERE kind = 'bg/nbd' AND part = 0;
-- what must be the same for all
SELECT expected_total(m, h, '2025-12-31', '1 year') FROM several;
SELECT expected_total(m, h, date '2025-12-31' + g, '1 year') FROM several WHERE kind = 'bg/nbd';
SELECT expected_total(m, h, '2025-12-31', g * interval '1 day') FROM several WHERE kind = 'bg/nbd';
SELECT expected_total(m, h, '2025-12-31', '1 year', g / 1000.0) FROM several WHERE kind = 'bg/nbd';
-- what can't be asked
SELECT expected_total(NULL, h, '2025-12-31', '1 year') FROM customer;
SELECT expected_total(m, h, NULL, '1 year') FROM several WHERE kind = 'bg/nbd';
SELECT expected_total(m, h, '2025-12-31', NULL) FROM several WHERE kind = 'bg/nbd';
SELECT expected_total(m, h, '2025-12-31', '1 year', NULL) FROM several WHERE kind = 'bg/nbd';
SELECT expected_total(m, h, 'infinity', '1 year') FROM several WHERE kind = 'bg/nbd';
SELECT expected_total(m, h, '2025-12-31', '-1 year') FROM several WHERE kind = 'bg/nbd';
SELECT expected_total(m, h, '2025-12-31', '90') FROM several WHERE kind = 'bg/nbd';
SELECT expected_total(m, h, '2025-12-31', '1 year', 95) FROM several WHERE kind = 'bg/nbd';
SELECT expected_total(m, h, '2025-12-31', '1 year')
FROM customer, (SELECT retention_model '{"model": "sbg", "alpha": 1, "beta": 3}') s(m);
SELECT expected_total(m, h, '2025-12-31', '1 year')
FROM customer,
     (SELECT retention_model '{"model": "gamma-gamma", "p": 6, "q": 4, "gamma": 15}') s(m);
SELECT expected_total(m, h, '2025-12-31', '1 year')
FROM customer,
     (SELECT retention_model '{"model": "interpurchase", "k": 2, "r": 1.5, "alpha": 30}') s(m);
SELECT expected_total(m, h, '2025-12-31', '1000000 years')
FROM customer, (SELECT retention_model '{"model": "pareto/nbd", "r": 1e300, "alpha": 1e-300, '
                       '"s": 1e-300, "beta": 1e300}') s(m);
