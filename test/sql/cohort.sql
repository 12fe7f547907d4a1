-- How many come back: cohorts by the calendar, against counting in plain SQL.
SET extra_float_digits = 0;
CREATE TEMP TABLE shop (customer_id int, ordered_at date, amount numeric);
INSERT INTO shop VALUES
	(1, '2025-01-31', 50), (1, '2025-02-01', 20), (1, '2025-02-28', 5), (1, '2026-03-31', 10),
	(2, '2025-01-01', 30), (2, '2025-03-15', NULL), (2, '2025-03-20', -7), (2, '2025-04-02', -3),
	(3, '2025-02-14', 12), (3, '2026-04-01', 9), (4, '2026-03-05', 1), (5, '2026-04-09', 8),
	(6, '2025-02-02', -4), (6, '2025-03-02', -4), (6, '2025-03-09', 40);
CREATE TEMP TABLE customer AS
SELECT customer_id, purchase_history(ordered_at, amount) AS h FROM shop GROUP BY 1;
SELECT * FROM unnest((SELECT cohort_retention(h, 'quarter', '2026-03-31') FROM customer));
-- month 14 is 14, not 2
SELECT cohort, period, active, rate
FROM unnest((SELECT cohort_retention(h, 'month', '2026-03-31') FROM customer))
WHERE cohort = '2025-01-01' AND active > 0;
-- a period counts when it is over: March is not on March 30, and who came in it is not there yet
SELECT as_of, count(*), max(cohort) AS last_cohort, sum(active) AS active,
       sum(active_on_or_after) AS since
FROM (VALUES (date '2026-03-30'), ('2026-03-31'), ('2026-04-30')) a(as_of),
     LATERAL (SELECT cohort_retention(h, 'month', as_of) AS c FROM customer) s, unnest(c)
GROUP BY 1 ORDER BY 1;
SELECT * FROM unnest((SELECT retention_curve(h, 'year', '2026-12-31') FROM customer));
SELECT *
FROM unnest((SELECT cohort_retention(h, 'month', '2026-04-30', 2) FROM customer))
WHERE cohort < '2025-03-01';
SELECT period, eligible, active, active_on_or_after
FROM unnest((SELECT retention_curve(h, 'month', '2026-04-30', 2) FROM customer));
-- a week begins on Monday; without amounts there is no spend
SELECT cohort, period, orders, spend
FROM unnest((SELECT cohort_retention('{2026-01-04: ?, 2026-01-05: ?}'::purchase_history, 'week',
                                     '2026-01-31')))
WHERE orders > 0;
SELECT cohort_retention(h, 'month', '2024-12-31') IS NULL AS before,
       cohort_retention(NULL, 'month', '2026-12-31') IS NULL AS no_histories
FROM customer;
SELECT cohort_retention(h, 'month', '2026-12-31') IS NULL AS nobody FROM customer WHERE false;

-- random shops, every period: the triangle that count(DISTINCT) gives,
-- and the curve that adds it up
SELECT setseed(0.42);
CREATE TEMP TABLE orders AS
SELECT (random() * 300)::int AS customer_id,
       date '2023-01-01' + (random() * random() * 1200)::int AS ordered_at,
       CASE WHEN random() < 0.1 THEN NULL ELSE round((random() * 40 - 2)::numeric, 2) END AS amount
FROM generate_series(1, 4000);
CREATE TEMP TABLE base AS
SELECT customer_id, purchase_history(ordered_at, amount) AS h FROM orders GROUP BY 1;
CREATE FUNCTION pg_temp.triangle(unit text, as_of date, OUT cohort date, OUT period int,
	                             OUT eligible bigint, OUT active bigint, OUT rate float8,
	                             OUT active_on_or_after bigint, OUT rate_on_or_after float8,
	                             OUT orders bigint, OUT spend numeric)
	RETURNS SETOF record LANGUAGE sql AS $$
	WITH bought AS (SELECT * FROM orders WHERE ordered_at <= as_of AND (amount >= 0) IS NOT FALSE),
	     placed AS (SELECT customer_id, date_trunc(unit, min(ordered_at))::date AS cohort
	                FROM bought GROUP BY 1),
	     grid AS (SELECT p.cohort, g.n::int - 1 AS period, g.at::date AS at,
	                     lead(g.at) OVER (PARTITION BY p.cohort ORDER BY g.n) AS next
	              FROM (SELECT DISTINCT cohort FROM placed) p,
	                   generate_series(p.cohort, as_of + interval '2 years',
	                                   ('1 ' || replace(unit, 'quarter', 'month'))::interval
	                                   * CASE unit WHEN 'quarter' THEN 3
	                                          ELSE 1 END) WITH ORDINALITY g(at, n))
	SELECT grid.cohort, grid.period, count(DISTINCT c.customer_id),
	       count(DISTINCT b.customer_id) FILTER (WHERE b.ordered_at < grid.next),
	       count(DISTINCT b.customer_id) FILTER (WHERE b.ordered_at < grid.next)
	       / count(DISTINCT c.customer_id)::float8,
	       count(DISTINCT b.customer_id),
	       count(DISTINCT b.customer_id) / count(DISTINCT c.customer_id)::float8,
	       count(b.customer_id) FILTER (WHERE b.ordered_at < grid.next),
	       coalesce((SELECT sum(amount)
	                 FROM orders o JOIN placed USING (customer_id)
	                 WHERE placed.cohort = grid.cohort AND o.ordered_at >= grid.at
	                   AND o.ordered_at < grid.next AND o.ordered_at <= as_of), 0)
	FROM grid JOIN placed c ON c.cohort = grid.cohort
	     LEFT JOIN bought b ON b.customer_id = c.customer_id AND b.ordered_at >= grid.at
	WHERE grid.next <= as_of + 1 GROUP BY grid.cohort, grid.period, grid.at, grid.next $$;
SELECT unit, count((ours).cohort) AS cells,
       count(*) FILTER (WHERE ours IS DISTINCT FROM theirs) AS different
FROM (VALUES ('month', date '2026-04-30'), ('month', '2025-11-11'), ('quarter', '2026-04-30'),
             ('year', '2025-12-31'), ('week', '2023-09-03')) q(unit, as_of),
     LATERAL (SELECT cohort_retention(h, unit, as_of) AS c FROM base) s,
     LATERAL (SELECT ours, t AS theirs
              FROM unnest(c) ours
                   FULL JOIN (SELECT (cohort, period, eligible, active, rate, active_on_or_after,
                                      rate_on_or_after, orders, spend)::cohort_period AS t
                              FROM pg_temp.triangle(unit, as_of)) p
                     ON (t).cohort = ours.cohort AND (t).period = ours.period) x
GROUP BY unit, as_of ORDER BY unit, as_of;
SELECT count(*) AS days,
       sum(active) =
       (SELECT count(DISTINCT (customer_id, ordered_at))
        FROM orders o WHERE ordered_at <= '2026-04-30' AND (amount >= 0) IS NOT FALSE) AS every_day
FROM unnest((SELECT retention_curve(h, 'day', '2026-04-30') FROM base));
SELECT count(*) FILTER (WHERE c.eligible <> t.eligible OR c.active <> t.active
                           OR c.rate <> t.active / t.eligible::float8
                           OR c.active_on_or_after <> t.since OR c.orders <> t.orders
                           OR c.spend <> t.spend) AS different,
       count(*)
FROM unnest((SELECT retention_curve(h, 'month', '2026-04-30') FROM base)) c
     JOIN (SELECT period, sum(eligible) AS eligible, sum(active) AS active,
                  sum(active_on_or_after) AS since, sum(orders) AS orders, sum(spend) AS spend
           FROM unnest((SELECT cohort_retention(h, 'month', '2026-04-30') FROM base)) GROUP BY 1) t
       USING (period);
SELECT (SELECT array_agg(c) FROM unnest(full_one) c WHERE period <= 5) = short AS limited
FROM (SELECT cohort_retention(h, 'month', '2026-04-30') AS full_one,
             cohort_retention(h, 'month', '2026-04-30', 5) AS short
      FROM base) s;
-- the same in every order, in parts, and over a window
SELECT cohort_retention(h, 'month', '2026-04-30' ORDER BY customer_id) =
       cohort_retention(h, 'month', '2026-04-30' ORDER BY customer_id DESC) AS any_order
FROM base;
SELECT cohort_retention_final(cohort_retention_combine(cohort_retention_add(
                                                           NULL, a.h, 'MONTH', '2026-04-30'),
                                                       cohort_retention_add(
                                                           cohort_retention_add(
                                                               NULL, b.h, 'month', '2026-04-30'),
                                                           NULL, 'Month', '2026-04-30'))) =
       (SELECT cohort_retention(h, 'month', '2026-04-30')
        FROM base WHERE customer_id IN (1, 2)) AS combined
FROM base a, base b WHERE a.customer_id = 1 AND b.customer_id = 2;
SELECT cohort_retention_combine(NULL, NULL) IS NULL AS nothing;
SELECT bool_and(c =
                (SELECT cohort_retention(h, 'quarter', '2026-04-30')
                 FROM base WHERE customer_id <= s.customer_id)) AS running
FROM (SELECT customer_id,
             cohort_retention(h, 'quarter', '2026-04-30') OVER (ORDER BY customer_id) AS c
      FROM base WHERE customer_id < 30) s;
-- errors
SELECT period, spend
FROM unnest((SELECT cohort_retention(h, 'day', '2026-01-04')
             FROM (SELECT purchase_history(d, a) AS h
                   FROM (VALUES (date '2026-01-03', -5::numeric),
                                ('2026-01-01', NULL)) v(d, a)) s));
SELECT cohort_retention(h, 'fortnight', '2026-04-30') FROM base;
SELECT cohort_retention(h, NULL, '2026-04-30') FROM base;
SELECT cohort_retention(h, 'month', NULL) FROM base;
SELECT cohort_retention(h, 'month', 'infinity') FROM base;
SELECT cohort_retention(h, 'month', '2026-04-30', -1) FROM base;
SELECT cohort_retention(h, 'month', '2026-04-30', NULL) FROM base;
SELECT cohort_retention(h, 'month', date '2026-04-30' + customer_id) FROM base;
SELECT cohort_retention(h, 'day', '5000000-04-30') FROM base;
SELECT cohort_retention_final('\x00');
SELECT cohort_retention_final(decode(repeat('00', 200), 'hex'));
