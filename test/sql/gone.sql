-- Who has left, by their own rhythm and by a model of the base: what is said, what it agrees with,
-- what is refused.
SET extra_float_digits = 0;
SET datestyle = 'ISO';
CREATE TEMP TABLE customer (name text, h purchase_history);
INSERT INTO customer
SELECT 'subscriber', purchase_history(date '2024-01-01' + 28 * i) FROM generate_series(0, 25) i
UNION ALL SELECT 'yearly', purchase_history(make_date(y, 12, 5)) FROM generate_series(2018, 2025) y
UNION ALL SELECT 'irregular', '{2025-01-05: 10, 2025-02-12: 10, 2025-02-20: 12, 2025-07-26: 9}'
UNION ALL SELECT 'one-time', '{2025-11-05: 10}'
UNION ALL SELECT 'late', '{2026-05-05: 10}';
CREATE TEMP TABLE model AS
SELECT m::jsonb ->> 'model' AS kind, m::retention_model AS m
FROM (VALUES ('{"model": "bg/nbd", "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, '
              '"time_unit_days": 7}'),
             ('{"model": "mbg/nbd", "r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614, '
              '"time_unit_days": 7}'),
             ('{"model": "mbg/cnbd-k", "k": 2, "r": 1.329, "alpha": 2.813, "a": 0.425, "b": 0.79, '
              '"time_unit_days": 7}'),
             ('{"model": "pareto/nbd", "r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669, '
              '"time_unit_days": 7}'),
             ('{"model": "ggompertz/nbd", "r": 0.553, "alpha": 10.578, "b": 0.05, "s": 0.606, '
              '"beta": 0.8, "time_unit_days": 7}'),
             ('{"model": "bg/bb", "alpha": 1.2, "beta": 0.75, "gamma": 0.66, "delta": 2.8, '
              '"time_unit_days": 30.4375}')) v(m);
CREATE TEMP TABLE rhythm AS
SELECT '{"model": "interpurchase", "k": 1.2, "r": 0.6, "alpha": 40, "k_median": 1.3, '
       '"k_deviation": 1}'::retention_model AS c;
-- a subscriber who is a month late, and one who buys every December and is seen in August
SELECT kind, name, round(churn_score(m, h, d)::numeric, 3) AS by_base,
       round(silence_probability(h, d, c)::numeric, 3) AS silence,
       round(p_gone(h, d, c, m)::numeric, 3) AS p_gone,
       customer_stage(h, d, c, m) AS stage, lost_on(h, d, c, m, 0.5) AS lost,
       lost_on(h, d, c, m, 0.9) AS nearly_certain
FROM model, rhythm, customer,
     LATERAL (SELECT CASE name WHEN 'yearly' THEN date '2026-08-15' ELSE '2026-01-29' END AS d) s
WHERE kind IN ('mbg/nbd', 'pareto/nbd', 'bg/bb') ORDER BY kind, name;
-- Bayes' rule, of the kinds whose silence is that of the negative binomial distribution; their own
-- is that with the rates of the base, and of evidence that it alone sees the root counts, but of
-- who is regular
SELECT kind,
       count(*) AS customers,
       count(*) FILTER (WHERE own < of_base) AS less_likely,
       count(*) FILTER (WHERE abs((1 - p) * gone / (1 - gone) * of_base
                                  - p * CASE WHEN name IN ('subscriber', 'yearly') THEN own
                                             ELSE greatest(own, sqrt(own * of_base)) END)
                              < 1e-12) AS right
FROM (SELECT kind, name, p_gone(h, d, c, m) AS p, churn_score(m, h, d) AS gone,
             silence_probability(h, d, format('{"model": "interpurchase", "k": 1.2, "r": %s, '
                                              '"alpha": %s, "k_median": 1.3, "k_deviation": 1, '
                                              '"time_unit_days": 7}', r, alpha)::retention_model)
                 AS own,
             power((alpha + recency(h, d) / 7) / (alpha + customer_age(h, d) / 7),
                   r + frequency(h, d)) AS of_base
      FROM (SELECT *, parameter(m, 'r') AS r, parameter(m, 'alpha') AS alpha FROM model) m,
           rhythm, customer, unnest('{2026-01-05, 2026-02-01}'::date[]) d
      WHERE kind IN ('bg/nbd', 'mbg/nbd', 'pareto/nbd', 'ggompertz/nbd')
        AND frequency(h, d) > 0) s
GROUP BY kind ORDER BY kind;
-- of who buys at random, whatever the rates of the cycle, and of who has bought once, it is the
-- base's word
SELECT kind, bool_and(abs(p_gone(h, d, own, m) - churn_score(m, h, d)) < 1e-9) AS as_base
FROM (SELECT kind, m, '{"model": "interpurchase", "k": 1, "r": 3, "alpha": 60}'::retention_model
                          AS own
      FROM model
      WHERE kind IN ('bg/nbd', 'mbg/nbd', 'pareto/nbd', 'ggompertz/nbd')) m,
     customer, unnest('{2026-01-05, 2026-02-01, 2026-12-31}'::date[]) d
WHERE name IN ('irregular', 'one-time') GROUP BY kind ORDER BY kind;
SELECT bool_and(p_gone(h, d, c, m) = churn_score(m, h, d)
                AND lost_on(h, d, c, m, 0.5) IS NOT DISTINCT FROM lost_on(h, d, m)
                AND customer_stage(h, d, c, m) =
                    CASE WHEN lost_on(h, d, m) IS NULL THEN 'new'
                         ELSE 'lapsed' END::cycle_stage) AS once
FROM model, rhythm, customer,
     generate_series(date '2025-11-05', '2029-12-31', '1 week') w, date(w) d
WHERE name = 'one-time';
-- stage, day and probability name the same customers, whatever the models
SELECT count(*) AS days,
       count(*) FILTER (WHERE (stage = 'lapsed') <> (lost IS NOT NULL)) AS stage_differs,
       count(*) FILTER (WHERE d > last AND (p >= 0.5) <> (lost IS NOT NULL))
           AS probability_differs,
       count(*) FILTER (WHERE lost IS NOT NULL
                        AND NOT (p_gone(h, lost, c, m) >= 0.5 AND lost_on(h, lost, c, m, 0.5) = lost
                                 AND lost_on(h, lost - 1, c, m, 0.5) IS NULL)) AS day_wrong,
       count(*) FILTER (WHERE p < before) AS falls
FROM (SELECT *, CASE WHEN lag(last) OVER w = last THEN lag(p) OVER w END AS before
      FROM (SELECT name, h, d, c, last_purchase(as_of(h, d)) AS last,
                   coalesce(m.kind, '') AS kind, m, p_gone(h, d, c, m) AS p,
                   lost_on(h, d, c, m, 0.5) AS lost, customer_stage(h, d, c, m) AS stage
            FROM (SELECT kind, m FROM model UNION ALL SELECT NULL, NULL) m, rhythm, customer,
                 generate_series(date '2025-10-01', '2027-10-01', '3 days') t, date(t) d
            WHERE name <> 'late') s
      WINDOW w AS (PARTITION BY name, kind ORDER BY d)) s;
-- by silence alone: without a model of the base, and with one in which nobody leaves
SELECT name, round(s::numeric, 4) AS silence, round(p::numeric, 4) AS p_gone,
       abs(p - 0.01 / (0.01 + s)) < 1e-12 AS by_silence,
       p = p_gone(h, d, c, '{"model": "mbg/nbd", "r": 0.5, "alpha": 6, "a": 1e-6, "b": 1}')
           AS nobody,
       lost_on(h, d, c, NULL, 0.5) IS NOT DISTINCT FROM lost_on(h, d, c) AS day,
       customer_stage(h, d, c, NULL) AS stage
FROM rhythm, customer, (VALUES (date '2026-01-25'), ('2026-02-10')) v(d),
     silence_probability(h, d, c) s, p_gone(h, d, c, NULL) p
ORDER BY name, d;
-- limits of the stage
SELECT d, round(silence_probability(h, d, c)::numeric, 3) AS silence,
       round(p_gone(h, d, c, m)::numeric, 3) AS p_gone, at_risk, lapsed,
       customer_stage(h, d, c, m, at_risk, lapsed) AS stage
FROM model, rhythm, customer, (VALUES (date '2025-11-01'), ('2025-12-01'), ('2026-02-01')) w(d),
     (VALUES (0.25, 0.5), (0.1, 0.9), (0.7, 0.99), (0.01, 0.02)) v(at_risk, lapsed)
WHERE kind = 'mbg/nbd' AND name = 'irregular' ORDER BY d, at_risk;
-- worth: what there is, by the chance that they are there, or not
CREATE TEMP TABLE spend AS
SELECT '{"model": "gamma-gamma", "p": 6.25, "q": 3.74, "gamma": 15.44}'::retention_model AS g;
SELECT kind, name, round(clv(c, m, g, h, d, '1 year', 0.1, 0.3), 4) AS clv,
       round(value_at_risk(c, m, g, h, d, '1 year', 0.1, 0.3), 4) AS at_risk,
       abs(clv(c, m, g, h, d, '1 year', 0.1, 0.3)
           - (clv(m, g, h, d, '1 year', 0.1, 0.3) + value_at_risk(m, g, h, d, '1 year', 0.1, 0.3))
             * (1 - p_gone(h, d, c, m))::numeric) < 0.000001 AS clv_right,
       abs(value_at_risk(c, m, g, h, d, '1 year', 0.1, 0.3)
           - (clv(m, g, h, d, '1 year', 0.1, 0.3) + value_at_risk(m, g, h, d, '1 year', 0.1, 0.3))
             * p_gone(h, d, c, m)::numeric) < 0.000001 AS at_risk_right
FROM model, rhythm, spend, customer, (VALUES (date '2026-01-29')) v(d)
WHERE kind IN ('mbg/nbd', 'pareto/nbd', 'bg/bb') AND name <> 'late' ORDER BY kind, name;
-- NULL: nothing bought yet, and every argument but the base model
SELECT p_gone(h, '2026-01-29', c, m) IS NULL AND customer_stage(h, '2026-01-29', c, m) IS NULL
       AND lost_on(h, '2026-01-29', c, m, 0.5) IS NULL
       AND clv(c, m, g, h, '2026-01-29', '1 year', 0.1, 1) IS NULL AS nothing_yet
FROM model, rhythm, spend, customer WHERE name = 'late' AND kind = 'mbg/nbd';
SELECT p_gone(NULL, '2026-01-29', c, m) IS NULL AND p_gone(h, NULL, c, m) IS NULL
       AND p_gone(h, '2026-01-29', NULL, m) IS NULL AS p_gone,
       customer_stage(h, '2026-01-29', c, m, NULL) IS NULL
       AND customer_stage(h, '2026-01-29', c, m, 0.2, NULL) IS NULL AS stage,
       lost_on(h, '2026-12-29', c, m, NULL) IS NULL AS lost_on,
       clv(c, NULL, g, h, '2026-01-29', '1 year', 0.1, 1) IS NULL AS clv
FROM model, rhythm, spend, customer WHERE name = 'irregular' AND kind = 'mbg/nbd';
-- lifecycle by both: lost_on of what was known until the next purchase, for each of them
SELECT kind,
       (SELECT sum(lost) || '/' || sum(recovered) FROM unnest(l)) =
       (SELECT count(lost_on) || '/' || count(lost_on) FILTER (WHERE next IS NOT NULL)
        FROM (SELECT h, purchase_date AS at,
                     lead(purchase_date) OVER (PARTITION BY name ORDER BY purchase_date) AS next
              FROM customer, purchases(h)) d,
             lost_on(h, coalesce(next - 1, '2027-04-30'), c, m, 0.3)
        WHERE lost_on > at) AS as_lost_on
FROM model, rhythm,
     LATERAL (SELECT lifecycle(h, 'month', '2027-04-30', c, m, 0.3) AS l FROM customer) s
ORDER BY kind;
SELECT kind, (SELECT sum(lost) - sum(recovered) FROM unnest(l)) = lost AS balance
FROM model, rhythm,
     LATERAL (SELECT lifecycle(h, 'day', '2027-04-30', c, m, 0.5) AS l,
                     count(lost_on(h, '2027-04-30', c, m, 0.5)) AS lost
              FROM customer) s
ORDER BY kind;
SELECT lifecycle(h, 'month', '2027-04-30', c, NULL, 0.5) =
       lifecycle(h, 'month', '2027-04-30', c, 0.99) AS silence_alone
FROM customer, rhythm;
-- errors
SELECT p_gone(h, '2026-01-29', m, c) FROM model, rhythm, customer WHERE kind = 'mbg/nbd' LIMIT 1;
SELECT p_gone(h, '2026-01-29', m, m) FROM model, customer WHERE kind = 'mbg/nbd' LIMIT 1;
SELECT p_gone(h, '2026-01-29', c, c) FROM rhythm, customer LIMIT 1;
SELECT p_gone(h, '2026-01-29', c, g) FROM rhythm, spend, customer LIMIT 1;
SELECT p_gone(h, '2026-01-29', g, NULL) FROM spend, customer LIMIT 1;
SELECT p_gone(h, 'infinity', c, m) FROM model, rhythm, customer LIMIT 1;
SELECT customer_stage(h, '2026-01-29', c, m, 25, 50) FROM model, rhythm, customer LIMIT 1;
SELECT customer_stage(h, '2026-01-29', c, m, 0.6) FROM model, rhythm, customer LIMIT 1;
SELECT customer_stage(h, '2026-01-29', c, m, 0.25, 1) FROM model, rhythm, customer LIMIT 1;
SELECT customer_stage(h, '2026-01-29', c, m, 0) FROM model, rhythm, customer LIMIT 1;
SELECT customer_stage(h, '2026-01-29', m, c) FROM model, rhythm, customer LIMIT 1;
SELECT lost_on(h, '2026-01-29', c, m, 50) FROM model, rhythm, customer LIMIT 1;
SELECT lost_on(h, '2026-01-29', m, c, 0.5) FROM model, rhythm, customer LIMIT 1;
SELECT clv(m, c, g, h, '2026-01-29', '1 year', 0.1, 1) FROM model, rhythm, spend, customer LIMIT 1;
SELECT clv(c, m, m, h, '2026-01-29', '1 year', 0.1, 1) FROM model, rhythm, customer LIMIT 1;
SELECT value_at_risk(c, m, g, h, '2026-01-29', '1 year', 0.1, 30)
FROM model, rhythm, spend, customer LIMIT 1;
SELECT lifecycle(h, 'month', '2026-04-30', m, c, 0.5) FROM model, rhythm, customer LIMIT 1;
SELECT lifecycle(h, 'month', '2026-04-30', c, m, 50) FROM model, rhythm, customer LIMIT 1;
SELECT lifecycle(h, 'month', '2026-04-30', NULL, m, 0.5) FROM model, customer LIMIT 1;
