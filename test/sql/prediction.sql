-- How sure is a prediction: limits around the mean, of chance and of parameters.
SET extra_float_digits = 0;
CREATE TEMP TABLE customer (name text, h purchase_history);
INSERT INTO customer VALUES
	('regular',
	 '{2026-04-05: 30, 2026-04-19: 10, 2026-05-03: 20, 2026-05-20: 30, 2026-06-02: 25, '
	 '2026-06-18: 40}'),
	('once', '{2026-01-05: 500}'), ('gone', '{2025-01-05: 10, 2025-01-12: 40, 2025-01-20: 60}'),
	('gave back', '{2026-01-05: 20, 2026-02-05: 10, 2026-02-10: -50}'),
	('later', '{2026-12-01: 10}');
CREATE TEMP TABLE base (kind text, m retention_model);
INSERT INTO base VALUES
	('bg/nbd',
	 '{"model": "bg/nbd", "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, '
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
CREATE TEMP TABLE spend AS
SELECT '{"model": "gamma-gamma", "p": 6.25, "q": 3.74, "gamma": 15.44}'::retention_model AS m;
-- whole numbers around the mean, wider for more certainty; money from nothing up
SELECT kind, name, n.lower <= expected AND expected <= n.upper AS around,
       n.lower = floor(n.lower) AND n.upper = floor(n.upper) AS whole,
       narrow.upper <= n.upper AND narrow.lower >= n.lower AS wider,
       v.lower >= 0 AND v.upper >= clv(base.m, spend.m, h, d, '1 year', 0.1) AS value,
       abs(quarter.upper * 4 - v.upper) < 1e-6 AS margin
FROM base, spend, customer, (VALUES (date '2026-06-30')) dates(d),
     LATERAL purchases_interval(base.m, h, d, '1 year') n,
     LATERAL purchases_interval(base.m, h, d, '1 year', 0.5) narrow,
     LATERAL expected_purchases(base.m, h, d, '1 year') expected,
     LATERAL clv_interval(base.m, spend.m, h, d, '1 year', 0.1) v,
     LATERAL clv_interval(base.m, spend.m, h, d, '1 year', 0.1, 0.25) quarter
WHERE name IN ('regular', 'once') ORDER BY kind, name;
-- of a new customer: the quantiles of the distribution, to what 2,000 draws tell
SELECT kind, abs(n.lower - below) <= 1 + below / 20 AS lower,
       abs(n.upper - above) <= 1 + above / 20 AS upper
FROM base, purchases_interval(m, '{2026-06-30: ?}', '2026-06-30', '2100 days', 0.8) n,
     LATERAL (SELECT min(n) FILTER (WHERE p >= 0.1) AS below,
                     min(n) FILTER (WHERE p >= 0.9) AS above
              FROM (SELECT n, sum(purchase_pmf(m, n, interval '2100 days')) OVER (ORDER BY n) AS p
                    FROM generate_series(0, 400) n) s) q
WHERE kind <> 'ggompertz/nbd' ORDER BY kind;
-- the same every time; nothing known, nothing said; who is gone brings nothing
SELECT bool_and(clv_interval(base.m, spend.m, h, '2026-06-30', '1 year', 0.1) =
                clv_interval(base.m, spend.m, h, '2026-06-30', '1 year', 0.1)) AS same
FROM base, spend, customer WHERE name <> 'later';
SELECT purchases_interval(base.m, h, '2026-06-30', '1 year') IS NULL AS purchases,
       clv_interval(base.m, spend.m, h, '2026-06-30', '1 year', 0.1) IS NULL AS clv
FROM base, spend, customer WHERE name = 'later' AND kind = 'bg/nbd';
SELECT purchases_interval(m, h, '2026-06-30', '1 year') AS gone,
       purchases_interval(m, h, '2026-06-30', '0 days') AS no_time
FROM base, customer WHERE name = 'gone' AND kind = 'pareto/nbd';
-- a model of few customers is less sure than one of many with the same parameters
WITH simulated AS (SELECT customer_id, purchase_history(purchase_date) AS h
                   FROM simulate_customers(
                            '{"model": "bg/nbd", "r": 1.5, "alpha": 20, "a": 0.8, "b": 4}', 100,
                            '2026-01-01', '2026-01-01', '2026-06-30', 5)
                   GROUP BY 1),
     fitted AS (SELECT fit_model('bg/nbd', h, '2026-06-30') AS m FROM simulated)
SELECT converged(m),
       ((purchases_interval(m, '{2026-06-30: ?}', '2026-06-30', '2 years')).upper
        - (purchases_interval(m, '{2026-06-30: ?}', '2026-06-30', '2 years')).lower) >
       1.05
       * ((purchases_interval(typed, '{2026-06-30: ?}', '2026-06-30', '2 years')).upper
          - (purchases_interval(typed, '{2026-06-30: ?}', '2026-06-30', '2 years')).lower) AS wider
FROM fitted,
     LATERAL (SELECT (parameters(m) || jsonb_build_object('model', model_kind(m)))
                     ::text::retention_model AS typed) t;
-- errors
SELECT purchases_interval(m, h, '2026-06-30', '1 year', 1) FROM base, customer LIMIT 1;
SELECT purchases_interval(m, h, '2026-06-30', '-1 year') FROM base, customer LIMIT 1;
SELECT purchases_interval(m, h, '2026-06-30', '1 year') FROM spend, customer LIMIT 1;
SELECT clv_interval(base.m, spend.m, h, '2026-06-30', '1 year', 0.1, 1, 0)
FROM base, spend, customer LIMIT 1;
SELECT clv_interval(base.m, spend.m, h, '2026-06-30', '1 year', -0.1)
FROM base, spend, customer LIMIT 1;
SELECT clv_interval(base.m, base.m, h, '2026-06-30', '1 year', 0.1) FROM base, customer LIMIT 1;
SELECT purchases_interval(base.m, h, '2026-06-30', '365') FROM base, customer LIMIT 1;
SELECT clv_interval(base.m, spend.m, h, '2026-06-30', '1 year', 10)
FROM base, spend, customer LIMIT 1;
SELECT clv_interval(base.m, spend.m, h, '2026-06-30', '1 year', 0.1, 30)
FROM base, spend, customer LIMIT 1;
SELECT clv_interval(base.m, spend.m, h, '2026-06-30', '365', 0.1)
FROM base, spend, customer LIMIT 1;
