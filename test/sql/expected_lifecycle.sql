-- How many customers there are, came and were lost, as expectations: against plain SQL, as
-- identities, in every order and in parts.
SET extra_float_digits = 0;
SET datestyle = 'ISO';
SELECT setseed(0.42);
CREATE TEMP TABLE orders AS
SELECT (random() * 200)::int AS customer_id,
       date '2023-01-01' + (random() * random() * 1200)::int AS ordered_at
FROM generate_series(1, 3000);
CREATE TEMP TABLE base AS
SELECT customer_id, purchase_history(ordered_at) AS h FROM orders GROUP BY customer_id;
CREATE TEMP TABLE model AS
SELECT m::jsonb ->> 'model' AS kind, m::retention_model AS m
FROM (VALUES ('{"model": "mbg/nbd", "r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614, '
              '"time_unit_days": 7}'),
             ('{"model": "pareto/nbd", "r": 0.55, "alpha": 10.6, "s": 0.61, "beta": 11.7, '
              '"time_unit_days": 7}'),
             ('{"model": "bg/bb", "alpha": 1.2, "beta": 0.75, "gamma": 0.66, "delta": 2.8, '
              '"time_unit_days": 30.4375}')) v(m);
INSERT INTO model VALUES (NULL, NULL);
CREATE TEMP TABLE rhythm AS
SELECT '{"model": "interpurchase", "k": 1.2, "r": 0.6, "alpha": 40, "k_median": 1.3, '
       '"k_deviation": 1}'::retention_model AS c;
SELECT period, new, round(customers::numeric, 3) AS customers, round(lost::numeric, 3) AS lost,
       round(churn_rate::numeric, 4) AS churn_rate
FROM model, rhythm,
     LATERAL (SELECT expected_lifecycle(h, 'quarter', '2026-04-30', c, m) AS l FROM base) s,
     unnest(l)
WHERE kind = 'mbg/nbd';
-- each period from the histories as they were at its end
CREATE TEMP TABLE result AS
SELECT kind, unit, e.*
FROM model, rhythm, unnest('{week, month, quarter, year}'::text[]) unit,
     LATERAL (SELECT expected_lifecycle(h, unit, '2026-04-30', c, m) AS l FROM base) s, unnest(l) e;
SELECT coalesce(kind, 'silence alone') AS kind, unit, count(*) AS periods,
       count(*) FILTER (WHERE abs(r.customers - s.customers) > 1e-6) AS customers_wrong,
       count(*) FILTER (WHERE r.new <> s.new) AS new_wrong,
       count(*) FILTER (WHERE abs(coalesce(before, 0) + r.new - lost - r.customers) > 1e-6)
           AS balance_wrong,
       count(*) FILTER (WHERE churn_rate IS DISTINCT FROM lost / nullif(before, 0)
                          AND NOT abs(churn_rate - lost / before) < 1e-12) AS rate_wrong
FROM (SELECT *, lag(customers) OVER (PARTITION BY kind, unit ORDER BY period) AS before
      FROM result) r
     JOIN model USING (kind), rhythm,
     LATERAL (SELECT (period + ('1 ' || unit)::interval
                      * CASE unit WHEN 'quarter' THEN 3 ELSE 1 END)::date - 1 AS last) e,
     LATERAL (SELECT sum(1 - p_gone(as_of(h, last), last, c, m)) AS customers,
                     count(*) FILTER (WHERE first_purchase(h) BETWEEN period AND last) AS new
              FROM base) s
WHERE unit <> 'quarter' AND (unit <> 'week' OR kind = 'mbg/nbd')
GROUP BY kind, unit ORDER BY 1, unit;
SELECT count(*) AS periods, count(*) FILTER (WHERE abs(r.customers - s.customers) > 1e-6) AS wrong
FROM result r, rhythm,
     LATERAL (SELECT sum(1 - p_gone(as_of(h, last), last, c, NULL)) AS customers
              FROM base, date((period + interval '1 month')::date - 1) last) s
WHERE kind IS NULL AND unit = 'month';
-- later days and purchases change nothing that was said before
SELECT (SELECT array_agg(e ORDER BY period) FROM unnest(early) e) =
       (SELECT array_agg(e ORDER BY period)
        FROM unnest(late) e WHERE period < '2025-07-01') AS later_days
FROM (SELECT expected_lifecycle(as_of(h, '2025-06-30'), 'month', '2025-06-30', c, m) AS early,
             expected_lifecycle(h, 'month', '2026-04-30', c, m) AS late
      FROM base, model, rhythm WHERE kind = 'pareto/nbd') s;
-- the same in every order, in parts, through text, over a window
SELECT expected_lifecycle(h, 'month', '2026-04-30', c, m ORDER BY customer_id) =
       expected_lifecycle(h, 'month', '2026-04-30', c, m ORDER BY customer_id DESC) AS any_order,
       expected_lifecycle(h, 'month', '2026-04-30', c, m ORDER BY customer_id) =
       expected_lifecycle(h, 'month', '2026-04-30', c, m ORDER BY md5(customer_id::text)) AS other
FROM base, model, rhythm WHERE kind = 'mbg/nbd';
CREATE AGGREGATE raw_lifecycle(purchase_history, text, date, retention_model, retention_model)
	(SFUNC = expected_lifecycle_add, STYPE = bytea);
SELECT count(DISTINCT parts) AS results
FROM (SELECT expected_lifecycle_final(expected_lifecycle_combine(
                 expected_lifecycle_combine(states[1], states[2]), states[3]))::text AS parts
      FROM (SELECT n, array_agg(s::text::bytea ORDER BY part) AS states
            FROM (SELECT n, customer_id % n % 3 AS part,
                         raw_lifecycle(h, 'month', '2026-04-30', c, m) AS s
                  FROM base, model, rhythm, unnest('{1, 2, 3, 7, 19}'::int[]) n
                  WHERE kind = 'mbg/nbd' GROUP BY 1, 2) r
            GROUP BY n) p
      UNION ALL
      SELECT expected_lifecycle(h, 'month', '2026-04-30', c, m)::text
      FROM base, model, rhythm WHERE kind = 'mbg/nbd') t;
SELECT bool_and(e = (SELECT expected_lifecycle(h, 'quarter', '2026-04-30', c, NULL)
                     FROM base, rhythm WHERE customer_id <= s.customer_id)) AS running
FROM (SELECT customer_id,
             expected_lifecycle(h, 'quarter', '2026-04-30', c, NULL) OVER (ORDER BY customer_id)
                 AS e
      FROM base, rhythm WHERE customer_id < 30) s;
-- nothing to say, and nothing of them left
SELECT expected_lifecycle(h, 'month', '2022-12-31', c, m) IS NULL AS before,
       expected_lifecycle(NULL, 'month', '2026-04-30', c, m) IS NULL AS no_histories,
       expected_lifecycle(h, 'month', '2023-01-15', c, m) IS NULL AS not_over
FROM base, model, rhythm WHERE kind = 'mbg/nbd';
SELECT period, new, round(customers::numeric, 6) AS customers, round(lost::numeric, 6) AS lost,
       churn_rate IS NULL AS no_rate
FROM unnest((SELECT expected_lifecycle(
                '{1990-01-01: 1, 1990-01-08: 1, 1990-01-15: 1, 2025-02-03: 1}', 'year',
                '2025-12-31', '{"model": "interpurchase", "k": 900, "r": 900, "alpha": 6300}',
                NULL))) e
WHERE period < '1992-01-01' OR period > '2023-12-31';
-- errors
SELECT expected_lifecycle(h, 'hour', '2026-04-30', c, m) FROM base, model, rhythm;
SELECT expected_lifecycle(h, 'month', 'infinity', c, m) FROM base, model, rhythm;
SELECT expected_lifecycle(h, 'month', NULL, c, m) FROM base, model, rhythm;
SELECT expected_lifecycle(h, 'month', '2026-04-30', NULL, m) FROM base, model;
SELECT expected_lifecycle(h, 'month', '2026-04-30', m, c) FROM base, model, rhythm
WHERE kind = 'mbg/nbd';
SELECT expected_lifecycle(h, 'month', '2026-04-30', c, c) FROM base, rhythm;
SELECT expected_lifecycle(h, 'month', '2026-04-30', c, m) FROM base, model, rhythm
WHERE kind IN ('mbg/nbd', 'pareto/nbd');
SELECT expected_lifecycle('{0001-01-01: 1}', 'day', '5874897-12-31', c, NULL) FROM rhythm;
-- states that nobody made
SELECT expected_lifecycle_final('\x00');
SELECT expected_lifecycle_final(lifecycle_add(NULL, h, 'month', '2026-04-30', '30 days'))
FROM base LIMIT 1;
