-- The cycle at each order: every answer against plain SQL, on random rows with ties and NULLs.
SET extra_float_digits = 0;
SET datestyle = 'ISO';
SET timezone = 'UTC';
CREATE TEMP TABLE orders AS
SELECT i AS id, abs(hashint4(i)) % 40 AS customer_id,
       date '2026-01-01' + abs(hashint4(i * 3 + 1)) % 120 AS on_day
FROM generate_series(1, 500) i;
UPDATE orders SET on_day = NULL WHERE id % 29 = 0;
INSERT INTO orders VALUES
	(1001, 100, '2026-05-01'), (1002, 101, NULL), (1003, NULL, '2026-05-01'),
	(1004, NULL, '2026-05-09');
ALTER TABLE orders ADD at_time timestamp;
UPDATE orders
SET at_time = on_day + abs(hashint4(id * 3 + 2)) % 3 * interval '7 hours 13.5 seconds';
-- a customer, as one sees it
SELECT on_day, (running_cycle(on_day) OVER w).*,
       round((churn_score_before(on_day) OVER w)::numeric, 4) AS churn_score_before
FROM orders
WHERE customer_id = 7 WINDOW w AS (PARTITION BY customer_id ORDER BY on_day) ORDER BY on_day;
-- in plain SQL: one row a purchase, what is known of it from those up to it
CREATE TEMP TABLE plain AS
WITH gaps AS (SELECT *, on_day - lag(on_day) OVER w AS gap, row_number() OVER w AS n
              FROM (SELECT DISTINCT customer_id, on_day FROM orders WHERE on_day IS NOT NULL) d
              WINDOW w AS (PARTITION BY customer_id ORDER BY on_day))
SELECT *, avg(gap) OVER w AS mean, avg(gap) OVER before AS mean_before,
       sum(gap) OVER before AS sum_before
FROM gaps
WINDOW w AS (PARTITION BY customer_id ORDER BY on_day),
       before AS (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);
CREATE TEMP TABLE ours AS
SELECT id, customer_id, on_day, running_cycle(on_day) OVER w AS r,
       days_since_previous(on_day) OVER w AS days, mean_interval(on_day) OVER w AS mean,
       lateness(on_day) OVER w AS late, expected_next(on_day) OVER w AS next,
       churn_score_before(on_day) OVER w AS score,
       regularity(purchase_history(on_day) OVER w, on_day) AS regularity
FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY on_day);
SELECT count(*) AS rows, count(late) AS with_lateness,
       bool_and((r).purchase_number = n) AS purchase_number,
       bool_and(days IS NOT DISTINCT FROM gap::float8
                AND (r).days_since_previous IS NOT DISTINCT FROM days) AS days_since_previous,
       bool_and(abs(ours.mean - plain.mean) < 1e-12 OR num_nulls(ours.mean, plain.mean) = 2)
       AND bool_and((r).mean_interval IS NOT DISTINCT FROM ours.mean) AS mean_interval,
       bool_and(abs(late - gap / mean_before) < 1e-12 OR num_nulls(late, gap / mean_before) = 2)
       AND bool_and((r).lateness IS NOT DISTINCT FROM late) AS lateness,
       bool_and(abs((r).regularity / regularity - 1) < 1e-9
                OR num_nulls((r).regularity, regularity) = 2) AS regularity,
       bool_and(abs(next - plain.on_day - plain.mean) <= 0.5 OR num_nulls(next, plain.mean) = 2)
       AND bool_and((r).expected_next IS NOT DISTINCT FROM next) AS expected_next,
       bool_and(abs(score - (1 - power(1 + gap / sum_before::float8, 2 - n))) < 1e-12
                OR num_nulls(score, sum_before) = 2) AS churn_score_before
FROM ours
     JOIN plain
       ON plain.customer_id IS NOT DISTINCT FROM ours.customer_id AND plain.on_day = ours.on_day;
SELECT bool_and(num_nulls(r, days, mean, late, next, score) = 6) AS no_time_no_answer, count(*)
FROM ours WHERE on_day IS NULL;
-- by a model: what churn_score would have said of the purchases until then
SELECT kind, count(ours),
       bool_and(abs(ours - plain) < 1e-9) FILTER (WHERE ours IS NOT NULL) AS same,
       bool_and((ours IS NULL) = (plain IS NULL)) AS same_nulls
FROM (SELECT kind, churn_score_before(on_day, m) OVER w AS ours,
             CASE WHEN on_day IS NOT NULL
                  THEN churn_score(m,
                                   purchase_history(on_day) OVER (
                                       w
                                       RANGE BETWEEN UNBOUNDED PRECEDING
                                                     AND interval '1 day' PRECEDING),
                                   on_day) END AS plain
      FROM orders,
           (VALUES ('interpurchase',
                    '{"model": "interpurchase", "k": 1.4, "r": 2, "alpha": 30}'::retention_model),
                   ('weighted',
                    '{"model": "interpurchase", "k": 1.4, "r": 2, "alpha": 30, '
                    '"recency_weight": 0.9}'),
                   ('differing k',
                    '{"model": "interpurchase", "k": 1.4, "r": 2, "alpha": 30, "k_median": 1.2, '
                    '"k_deviation": 0.5}'),
                   ('bg/nbd',
                    '{"model": "bg/nbd", "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, '
                    '"time_unit_days": 7}'),
                   ('mbg/cnbd-k',
                    '{"model": "mbg/cnbd-k", "k": 2, "r": 1.329, "alpha": 2.813, "a": 0.425, '
                    '"b": 0.79, "time_unit_days": 7}'),
                   ('pareto/nbd',
                    '{"model": "pareto/nbd", "r": 0.553, "alpha": 10.578, "s": 0.606, '
                    '"beta": 11.669, "time_unit_days": 7}')) v(kind, m)
      WINDOW w AS (PARTITION BY kind, customer_id ORDER BY on_day)) s
GROUP BY kind ORDER BY kind;
-- times of the day, with and without a zone, are the same but for the unit
SELECT bool_and(abs((a).days_since_previous * 86400 - gap) < 1e-6
                OR num_nulls((a).days_since_previous, gap) = 2) AS days,
       bool_and((a).expected_next IS NOT DISTINCT FROM
                (b).expected_next AT TIME ZONE 'UTC') AS zone,
       bool_and((a).regularity IS NOT DISTINCT FROM (b).regularity
                AND (a).purchase_number IS NOT DISTINCT FROM (b).purchase_number) AS same,
       count((a).lateness)
FROM (SELECT running_cycle(at_time) OVER w AS a, running_cycle(at_time::timestamptz) OVER w AS b,
             extract(epoch FROM at_time
                                - max(at_time) OVER (
                                      w RANGE BETWEEN UNBOUNDED PRECEDING
                                                  AND interval '1 microsecond' PRECEDING)) AS gap
      FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY at_time)) s;
SELECT bool_and(a IS NOT DISTINCT FROM b AND c IS NOT DISTINCT FROM d AND e IS NOT DISTINCT FROM f
                AND g IS NOT DISTINCT FROM h
                AND i IS NOT DISTINCT FROM j AT TIME ZONE 'UTC') AS zone
FROM (SELECT days_since_previous(at_time) OVER w AS a,
             days_since_previous(at_time::timestamptz) OVER w AS b,
             mean_interval(at_time) OVER w AS c, mean_interval(at_time::timestamptz) OVER w AS d,
             lateness(at_time) OVER w AS e, lateness(at_time::timestamptz) OVER w AS f,
             churn_score_before(at_time) OVER w AS g,
             churn_score_before(at_time::timestamptz) OVER w AS h,
             expected_next(at_time) OVER w AS i, expected_next(at_time::timestamptz) OVER w AS j
      FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY at_time)) s;
-- no look ahead: later rows do not change what was said
SELECT bool_and(o.r IS NOT DISTINCT FROM s.r) AS same, count(*)
FROM ours o
     JOIN (SELECT id, running_cycle(on_day) OVER (PARTITION BY customer_id ORDER BY on_day) AS r
           FROM orders WHERE on_day < '2026-03-01') s
       USING (id);
-- through a subquery, with NULLs first, over nobody, in one partition
SELECT count(*) AS late
FROM (SELECT lateness(on_day) OVER (PARTITION BY customer_id ORDER BY on_day) AS late FROM orders) s
WHERE late > 2 AND late < 100;
SELECT count(*) = (SELECT count(*) FROM ours WHERE late > 2 AND late < 100) AS same
FROM (SELECT lateness(on_day) OVER (PARTITION BY customer_id ORDER BY on_day NULLS FIRST) AS late
      FROM orders) s
WHERE late > 2 AND late < 100;
SELECT days_since_previous(on_day) OVER (ORDER BY on_day) FROM orders WHERE false;
SELECT count(days) AS all_but_the_first, sum(days) AS days
FROM (SELECT DISTINCT on_day, days_since_previous(on_day) OVER (ORDER BY on_day) AS days
      FROM orders) s;
-- the order of rows of the same time does not matter
SELECT bool_and(a IS NOT DISTINCT FROM b) AS same
FROM (SELECT running_cycle(on_day) OVER (PARTITION BY customer_id ORDER BY on_day, id) AS a,
             running_cycle(on_day) OVER (PARTITION BY customer_id ORDER BY on_day, id DESC) AS b
      FROM orders) s;
-- nor does the frame, and what is left out of it
SELECT bool_and(a IS NOT DISTINCT FROM r AND b IS NOT DISTINCT FROM r
                AND c IS NOT DISTINCT FROM late) AS same
FROM (SELECT id, running_cycle(on_day) OVER (w ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS a,
             running_cycle(on_day) OVER (w
                                         GROUPS BETWEEN CURRENT ROW
                                                        AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS b,
             lateness(on_day) OVER (w RANGE '3 days' PRECEDING EXCLUDE CURRENT ROW) AS c
      FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY on_day)) s
     JOIN ours USING (id);
-- errors
SELECT days_since_previous(on_day) OVER (PARTITION BY customer_id ORDER BY on_day DESC) FROM orders;
SELECT running_cycle(at_time) OVER (ORDER BY at_time DESC NULLS LAST)
FROM (VALUES (timestamp '2026-01-01 10:00'), ('2026-01-02 09:30')) v(at_time);
SELECT mean_interval(at_time::timestamptz) OVER (ROWS UNBOUNDED PRECEDING)
FROM (VALUES (timestamp '2026-01-02 10:00'), ('2026-01-01 09:30')) v(at_time);
SELECT days_since_previous(d) OVER (ORDER BY d) FROM (VALUES (date 'infinity')) v(d);
SELECT days_since_previous(d) OVER (ORDER BY d) FROM (VALUES (timestamp '-infinity')) v(d);
SELECT expected_next(d) OVER (ORDER BY d) FROM (VALUES (date '0001-01-01'), ('5874897-12-31')) v(d);
SELECT churn_score_before(on_day,
                          '{"model": "bg/bb", "alpha": 1, "beta": 1, "gamma": 1, "delta": 1}')
         OVER (PARTITION BY customer_id ORDER BY on_day)
FROM orders;
SELECT churn_score_before(on_day, '{"model": "sbg", "alpha": 1, "beta": 1}')
         OVER (PARTITION BY customer_id ORDER BY on_day)
FROM orders;
SELECT days_since_previous(on_day) FROM orders;
