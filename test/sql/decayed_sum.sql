-- Decayed sums: against the definition, in every order, over windows, and what is refused.
SET extra_float_digits = 0;
CREATE TEMP TABLE orders AS
SELECT i AS id, i % 20 AS customer_id, date '2026-01-01' + abs(hashint4(i)) % 400 AS on_day,
       (hashint4(i * 7) % 10000) / 100.0 AS amount
FROM generate_series(1, 600) i;
UPDATE orders SET on_day = NULL WHERE id % 41 = 0;
UPDATE orders SET amount = NULL WHERE id % 37 = 0;
SELECT bool_and(abs(ours - plain) < 1e-10) AS sum,
       bool_and(abs(count - plain_count) < 1e-10) AS count,
       bool_and(ours = at_time AND ours = zoned AND count = count_at_time
                AND count = count_zoned) AS types,
       count(*) AS groups
FROM (SELECT customer_id, decayed_sum(amount, on_day, '30 days') AS ours,
             decayed_count(on_day, '30 days') AS count,
             decayed_sum(amount, on_day::timestamp, '720 hours') AS at_time,
             decayed_count(on_day::timestamp, '30 days') AS count_at_time,
             decayed_sum(amount, on_day::timestamp AT TIME ZONE 'UTC', '30 days') AS zoned,
             decayed_count(on_day::timestamp AT TIME ZONE 'UTC', '30 days') AS count_zoned
      FROM orders GROUP BY 1) o
     JOIN (SELECT customer_id, sum(amount * power(0.5, (latest - on_day) / 30.0)) AS plain,
                  sum(power(0.5, (latest_count - on_day) / 30.0)) AS plain_count
           FROM (SELECT *,
                        max(on_day) FILTER (WHERE amount IS NOT NULL)
                          OVER (PARTITION BY customer_id) AS latest,
                        max(on_day) OVER (PARTITION BY customer_id) AS latest_count
                 FROM orders) s
           GROUP BY 1) p
       USING (customer_id);
-- one half-life halves
SELECT decayed_sum(v, d, '7 days')
FROM (VALUES (100.0, date '2026-01-01'), (10, '2026-01-08')) t(v, d);
SELECT decayed_count(d, '12 hours')
FROM (VALUES (timestamp '2026-01-01 00:00'), ('2026-01-01 12:00'), ('2026-01-02 00:00')) t(d);
-- the same in every order and in parts
SELECT decayed_sum(amount, on_day, '5 days' ORDER BY id) =
       decayed_sum(amount, on_day, '5 days' ORDER BY hashint4(id)) AS any_order,
       decayed_sum_final(decayed_sum_combine((SELECT decayed_sum_add(
                                                         decayed_sum_add(
                                                             NULL, 5, date '2020-01-01', '5 days'),
                                                         7, date '2026-01-01', '5 days')),
                                             decayed_sum_add(NULL, 2, date '2025-12-27',
                                                             '5 days'))) AS combined
FROM orders;
-- as it was at each row
SELECT on_day, amount,
       round((decayed_sum(amount, on_day, '30 days') OVER w)::numeric, 6) AS decayed_sum,
       round((decayed_count(on_day, '30 days') OVER w)::numeric, 6) AS decayed_count
FROM orders WHERE customer_id = 4 AND id < 200 WINDOW w AS (ORDER BY on_day) ORDER BY on_day;
SELECT bool_and(abs(ours - plain) < 1e-10 OR num_nulls(ours, plain) = 2) AS moving
FROM (SELECT id,
             decayed_sum(amount, on_day, '30 days')
               OVER (PARTITION BY customer_id ORDER BY on_day RANGE '60 days' PRECEDING) AS ours
      FROM orders) o
     JOIN (SELECT a.id, sum(b.amount * power(0.5, (b.latest - b.on_day) / 30.0)) AS plain
           FROM orders a
                LEFT JOIN LATERAL (SELECT *, max(on_day) OVER () AS latest
                                   FROM orders b
                                   WHERE b.customer_id = a.customer_id
                                     AND b.on_day BETWEEN a.on_day - 60 AND a.on_day
                                     AND b.amount IS NOT NULL) b
                  ON true
           WHERE a.on_day IS NOT NULL GROUP BY a.id) p
       USING (id);
SELECT decayed_sum(amount, NULL::date, '1 day') IS NULL AS no_time,
       decayed_sum(NULL, on_day, '1 day') IS NULL AS no_value
FROM orders;
SELECT decayed_count(on_day, '1 day') IS NULL AS nothing FROM orders WHERE false;
-- errors
SELECT decayed_sum(amount, on_day, '1 month') FROM orders;
SELECT decayed_sum(amount, on_day, '0') FROM orders;
SELECT decayed_count(on_day, '-1 day') FROM orders;
SELECT decayed_count(on_day, NULL) FROM orders;
SELECT decayed_sum(amount, on_day, id * interval '1 day') FROM orders;
SELECT decayed_sum('NaN', on_day, '1 day') FROM orders;
SELECT decayed_sum(1.7e308, on_day, '1000 years'::interval - '1000 years'::interval + '365000 days')
FROM orders;
SELECT decayed_sum(1, d, '1 day') FROM (VALUES (date 'infinity')) v(d);
SELECT decayed_sum(1, d, '1 day') FROM (VALUES (timestamptz '-infinity')) v(d);
SELECT decayed_sum_final('\x01');
SELECT decayed_sum(amount, on_day, '30') FROM orders;
SELECT decayed_count(on_day, '12 hours') FROM orders;
