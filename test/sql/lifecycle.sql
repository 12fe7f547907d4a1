-- Who came, stayed, fell silent, came back and was lost: by hand, as identities,
-- and against plain SQL.
SET extra_float_digits = 0;
CREATE TEMP TABLE shop (customer_id int, ordered_at date, amount numeric);
INSERT INTO shop VALUES
	(1, '2025-01-31', 50), (1, '2025-02-01', 20), (1, '2025-02-28', 5), (1, '2025-05-31', 10),
	(1, '2025-09-01', 3), (2, '2025-01-01', 30), (2, '2025-03-15', NULL), (2, '2025-03-20', -7),
	(3, '2025-02-14', 12), (4, '2025-06-05', 1), (5, '2025-02-02', -4);
CREATE TEMP TABLE customer AS
SELECT customer_id, purchase_history(ordered_at, amount) AS h FROM shop GROUP BY 1;
-- customer 1 is silent from February 28 to May 31: longer than three months, as long as 92 days,
-- of which the last one is that of their purchase
SELECT * FROM unnest((SELECT lifecycle(h, 'month', '2025-09-30', '3 months') FROM customer));
SELECT period, lost, recovered, customers
FROM unnest((SELECT lifecycle(h, 'month', '2025-09-30', '93 days') FROM customer))
WHERE lost + recovered > 0;
SELECT period, lost, recovered, customers
FROM unnest((SELECT lifecycle(h, 'month', '2025-09-30', '92 days') FROM customer))
WHERE lost + recovered > 0;
-- hours are rounded up to whole days
SELECT lifecycle(h, 'month', '2025-09-30', '91 days 1 hour') =
       lifecycle(h, 'month', '2025-09-30', '92 days') AS rounded_up
FROM customer;
SELECT lifecycle(h, 'month', '2024-12-31', '92 days') IS NULL AS before,
       lifecycle(NULL, 'month', '2025-12-31', '92 days') IS NULL AS no_histories
FROM customer;

-- random shops: identities in every period, for every unit and rule
SELECT setseed(0.42);
CREATE TEMP TABLE orders AS
SELECT (random() * 200)::int AS customer_id,
       date '2023-01-01' + (random() * random() * 1200)::int AS ordered_at,
       CASE WHEN random() < 0.1 THEN NULL ELSE round((random() * 40 - 2)::numeric, 2) END AS amount
FROM generate_series(1, 3000);
CREATE TEMP TABLE base AS
SELECT customer_id, purchase_history(ordered_at, amount) AS h FROM orders GROUP BY 1;
CREATE TEMP TABLE model AS
SELECT m::jsonb ->> 'model' AS kind, m::retention_model AS m
FROM (VALUES ('{"model": "mbg/nbd", "r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614, '
              '"time_unit_days": 7}'),
             ('{"model": "pareto/nbd", "r": 0.55, "alpha": 10.6, "s": 0.61, "beta": 11.7, '
              '"time_unit_days": 7}'),
             ('{"model": "interpurchase", "k": 1.5, "r": 3, "alpha": 150}')) m(m);
CREATE TEMP TABLE result AS
SELECT unit, after AS rule, c.*
FROM unnest('{week, month, quarter, year}'::text[]) unit,
     unnest('{30 days, 6 months, 2 years}'::interval[]) after,
     LATERAL (SELECT lifecycle(h, unit, '2026-04-30', after) AS l FROM base) s, unnest(l) c
UNION ALL SELECT unit, NULL, c.*
FROM unnest('{month}'::text[]) unit, model,
     LATERAL (SELECT lifecycle(h, unit, '2026-04-30', m,
                               CASE kind WHEN 'interpurchase' THEN 0.99 ELSE 0.5 END) AS l
              FROM base) s,
     unnest(l) c
WHERE kind = 'mbg/nbd';
SELECT count(*) AS periods,
       count(*) FILTER (WHERE active <> new + retained + resurrected) AS active_wrong,
       count(*) FILTER (WHERE active <> before + new + resurrected - dormant) AS flow_wrong,
       count(*) FILTER (WHERE retained + dormant <> before) AS kept_or_dormant_wrong,
       count(*) FILTER (WHERE customers <>
                              customers_before + new + recovered - lost) AS balance_wrong
FROM (SELECT *, coalesce(lag(active) OVER w, 0) AS before,
             coalesce(lag(customers) OVER w, 0) AS customers_before
      FROM result WINDOW w AS (PARTITION BY unit, rule ORDER BY period)) s;
-- the same from plain SQL
WITH bought AS (SELECT DISTINCT customer_id, date_trunc('month', ordered_at)::date AS month
                FROM orders WHERE (amount >= 0) IS NOT FALSE AND ordered_at <= '2026-04-30'),
     marked AS (SELECT *, lag(month) OVER w AS before, lead(month) OVER w AS next
                FROM bought WINDOW w AS (PARTITION BY customer_id ORDER BY month)),
     gaps AS (SELECT customer_id, ordered_at,
                     lead(ordered_at) OVER (PARTITION BY customer_id ORDER BY ordered_at) AS next
              FROM (SELECT DISTINCT customer_id, ordered_at
                    FROM orders WHERE (amount >= 0) IS NOT FALSE AND ordered_at <= '2026-04-30') d),
     lost AS (SELECT (ordered_at + interval '6 months')::date AS lost_on, next
              FROM gaps
              WHERE (ordered_at + interval '6 months')::date < coalesce(next, '2026-05-01')),
     months AS (SELECT m::date AS month
                FROM generate_series((SELECT min(date_trunc('month', ordered_at)) FROM orders),
                                     '2026-04-01', '1 month') m)
SELECT count(*) FILTER (WHERE (r.new, r.retained, r.resurrected, r.dormant, r.lost, r.recovered,
                               r.orders, r.spend) IS DISTINCT FROM
                              ((SELECT count(*)
                                FROM marked WHERE month = m.month AND before IS NULL),
                               (SELECT count(*)
                                FROM marked
                                WHERE month = m.month AND before = m.month - interval '1 month'),
                               (SELECT count(*)
                                FROM marked
                                WHERE month = m.month AND before < m.month - interval '1 month'),
                               (SELECT count(*)
                                FROM marked
                                WHERE month = m.month - interval '1 month'
                                  AND next IS DISTINCT FROM m.month),
                               (SELECT count(*)
                                FROM lost WHERE date_trunc('month', lost_on) = m.month),
                               (SELECT count(*)
                                FROM lost WHERE date_trunc('month', next) = m.month),
                               (SELECT count(*)
                                FROM orders
                                WHERE date_trunc('month', ordered_at) = m.month
                                  AND (amount >= 0) IS NOT FALSE),
                               (SELECT coalesce(sum(amount), 0)
                                FROM orders
                                WHERE date_trunc('month', ordered_at) = m.month))) AS different,
       count(*) AS months
FROM months m
     FULL JOIN (SELECT * FROM result WHERE unit = 'month' AND rule = '6 months') r
       ON r.period = m.month;
-- by a model: lost_on of what was known until the next purchase, for each of them
SELECT kind,
       (SELECT sum(lost) || '/' || sum(recovered) FROM unnest(l)) =
       (SELECT count(lost_on) || '/' || count(lost_on) FILTER (WHERE next IS NOT NULL)
        FROM (SELECT h, purchase_date AS at,
                     lead(purchase_date) OVER (PARTITION BY customer_id
                                               ORDER BY purchase_date) AS next
              FROM base, purchases(h) p WHERE p.orders > 0 AND purchase_date <= '2026-04-30') d,
             lost_on(h, coalesce(next - 1, '2026-04-30'), m, score)
        WHERE lost_on > at) AS as_lost_on
FROM model, LATERAL (SELECT CASE kind WHEN 'interpurchase' THEN 0.9 ELSE 0.5 END AS score) k,
     LATERAL (SELECT lifecycle(h, 'month', '2026-04-30', m, score) AS l FROM base) s;
-- who has been lost so far and has not come back is who is lost now
SELECT kind,
       (SELECT sum(lost) - sum(recovered)
        FROM unnest((SELECT lifecycle(h, 'day', '2026-04-30', m, 0.5) FROM base))) =
       (SELECT count(lost_on(h, '2026-04-30', m, 0.5)) FROM base) AS balance
FROM model WHERE kind <> 'interpurchase';
-- new customers and later days change nothing that was booked before
SELECT (SELECT array_agg(l ORDER BY period) FROM unnest(early) l) =
       (SELECT array_agg(l ORDER BY period)
        FROM unnest(late) l WHERE period < '2025-07-01') AS later_days
FROM (SELECT lifecycle(h, 'month', '2025-06-30', m, 0.5) AS early,
             lifecycle(h, 'month', '2026-04-30', m, 0.5) AS late
      FROM base, model WHERE kind = 'pareto/nbd') s;
SELECT count(*) FILTER (WHERE a.lost_on IS DISTINCT FROM b.lost_on) AS changed,
       count(a.lost_on) AS lost
FROM (SELECT customer_id, lost_on(h, '2026-04-30', m) FROM base, model WHERE kind = 'mbg/nbd') a
     JOIN (SELECT customer_id, lost_on(h, '2026-04-30', m)
           FROM (SELECT * FROM base UNION ALL SELECT customer_id + 1000, h FROM base) b, model
           WHERE kind = 'mbg/nbd') b
       USING (customer_id);
-- the same in every order, in parts, and over a window
SELECT lifecycle(h, 'month', '2026-04-30', '6 months' ORDER BY customer_id) =
       lifecycle(h, 'month', '2026-04-30', '6 months' ORDER BY customer_id DESC) AS any_order
FROM base;
SELECT lifecycle_final(lifecycle_combine(lifecycle_add(NULL, a.h, 'month', '2026-04-30', m, 0.5),
                                         lifecycle_add(lifecycle_add(
                                                           NULL, b.h, 'month', '2026-04-30', m,
                                                           0.5), NULL, 'month', '2026-04-30', m,
                                                       0.5))) =
       (SELECT lifecycle(h, 'month', '2026-04-30', m, 0.5)
        FROM base WHERE customer_id IN (1, 2)) AS combined
FROM base a, base b, model WHERE a.customer_id = 1 AND b.customer_id = 2 AND kind = 'mbg/nbd';
SELECT bool_and(c =
                (SELECT lifecycle(h, 'quarter', '2026-04-30', '6 months')
                 FROM base WHERE customer_id <= s.customer_id)) AS running
FROM (SELECT customer_id,
             lifecycle(h, 'quarter', '2026-04-30', '6 months') OVER (ORDER BY customer_id) AS c
      FROM base WHERE customer_id < 30) s;
-- money that was sent back is known although no order's is, as of total_spend
SELECT period, spend
FROM unnest((SELECT lifecycle(h, 'day', '2026-01-04', '30 days')
             FROM (SELECT purchase_history(d, a) AS h
                   FROM (VALUES (date '2026-01-03', -5::numeric),
                                ('2026-01-01', NULL)) v(d, a)) s));
-- beyond what a timestamp holds
SELECT lifecycle('{300000-01-31: 1, 300001-01-31: 2}', 'year', '300003-12-31', '13 months 1 day');
-- errors
SELECT lifecycle(h, 'hour', '2026-04-30', '6 months') FROM base;
SELECT lifecycle(h, 'month', '2026-04-30', '0 days') FROM base;
SELECT lifecycle(h, 'month', '2026-04-30', '-1 day') FROM base;
SELECT lifecycle(h, 'month', '2026-04-30', NULL::interval) FROM base;
SELECT lifecycle(h, 'month', '2026-04-30', m, 1) FROM base, model;
SELECT lifecycle(h, 'month', '2026-04-30', '{"model": "gamma-gamma", "p": 6, "q": 4, "gamma": 15}',
                 0.5)
FROM base;
SELECT lifecycle(h, 'month', '2026-04-30', m, 0.5) FROM base, model WHERE kind <> 'interpurchase';
SELECT lifecycle(h, 'month', '-infinity', '6 months') FROM base;
SELECT lifecycle('{5854897-01-01: 1}', 'day', '5874897-12-31', '3 months');
SELECT lifecycle_final('\x00');
SELECT lifecycle(h, 'month', '2026-04-30', '45') FROM base;
SELECT lifecycle(h, repeat('month', 1000000), '2026-04-30', '6 months') FROM base;
