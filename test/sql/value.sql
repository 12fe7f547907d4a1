-- What customers are worth: what is expected, what is typed wrong.
SET extra_float_digits = 0;
SET datestyle = 'ISO';
CREATE TEMP TABLE customer (name text, h purchase_history);
INSERT INTO customer VALUES
	('regular', '{2026-01-05: 30, 2026-01-12: 10, 2026-01-19: 20, 2026-02-02: 30}'),
	('once', '{2026-01-05: 500}'), ('big', '{2026-01-05: 10, 2026-02-05: 400, 2026-03-05: 600}'),
	('gave back', '{2026-01-05: 20, 2026-02-05: 10, 2026-02-10: -50}'),
	('later', '{2026-12-01: 10}');
INSERT INTO customer
SELECT 'unknown', purchase_history(d)
FROM unnest('{2026-01-05, 2026-02-05}'::date[]) d;
CREATE TEMP TABLE spend AS
SELECT '{"model": "gamma-gamma", "p": 6.25, "q": 3.74, "gamma": 15.44}'::retention_model AS m;
-- p (gamma + x mean) / (p x + q - 1), and of who has bought once p gamma / (q - 1)
SELECT name, monetary_value(h, d), round(expected_order_value(m, h, d), 4) AS expected,
       historic_value(h, d),
       round(expected_order_value(m, h, d)
             - (6.25 * (15.44 + x * greatest(mean, 0)) / (6.25 * x + 2.74))::numeric,
             10) AS difference
FROM customer, spend, (VALUES (date '2026-06-30')) v(d),
     LATERAL (SELECT CASE WHEN monetary_value(h, d) IS NULL THEN 0 ELSE frequency(h, d) END AS x,
                     coalesce(monetary_value(h, d), 0) AS mean) s
ORDER BY name;
SELECT expected_order_value(m, 3, 20) > expected_order_value(m, 3, 19) AS rises,
       expected_order_value(m, 0, 20) = expected_order_value(m, 0, 0) AS base,
       expected_order_value(m, 3, -20) = expected_order_value(m, 3, 0) AS nothing
FROM spend;
-- no mean: q up to 1
SELECT expected_order_value(m, 0, 0) AS none, round(expected_order_value(m, 2, 30), 4) AS some
FROM (SELECT '{"model": "gamma-gamma", "p": 1, "q": 0.5, "gamma": 15}'::retention_model AS m) s;
SELECT round(exp(log_likelihood('{"model": "gamma-gamma", "p": 6, "q": 4, "gamma": 16}', 3,
                                35))::numeric, 9) AS density,
       log_likelihood(m, 0, 5) IS NULL AS none
FROM spend;
-- fits: from histories, from numbers, in any order; who is left out is counted
CREATE TEMP TABLE rfm AS
SELECT n, n % 6 AS x,
       CASE WHEN n % 17 = 0 THEN -5 WHEN n % 19 = 0 THEN NULL
            ELSE 10 + n * 7 % 23 + n % 6 END::float8 AS mean
FROM generate_series(1, 500) n;
SELECT observations(m), left_out(m), round(frequency_correlation(m)::numeric, 6) AS correlation,
       converged(m),
       (SELECT corr(x, mean) = frequency_correlation(m)
               OR abs(corr(x, mean) - frequency_correlation(m)) < 1e-12
        FROM rfm WHERE x > 0 AND mean > 0) AS as_corr,
       (SELECT count(*) FROM rfm WHERE x > 0 AND NOT coalesce(mean > 0, false)) AS to_leave_out
FROM (SELECT fit_model('gamma-gamma', x, mean) AS m FROM rfm) s;
SELECT fit_model('gamma-gamma', x, mean)::text =
       (SELECT fit_model('gamma-gamma', x, mean)::text
        FROM (SELECT * FROM rfm ORDER BY hashint4(n)) s) AS shuffled
FROM rfm;
SELECT m::text::retention_model = m AS equal, m::text::retention_model::text = m::text AS same,
       model_kind(m)
FROM (SELECT fit_model('gamma-gamma', x, mean) AS m FROM rfm) s;
SELECT left_out(m) IS NULL AND frequency_correlation(m) IS NULL AS typed_in FROM spend;
SELECT left_out('{"model": "bg/nbd", "r": 1, "alpha": 2, "a": 1, "b": 2}') IS NULL AS other_kind;
SELECT fit_model('gamma-gamma', x, mean) FROM rfm WHERE x < 2 AND n < 20;
SELECT fit_model('bg/nbd', x, mean) FROM rfm;
SELECT fit_model('gamma-gamma', x, mean, 5) FROM rfm;
SELECT fit_model('gamma-gamma', -1, 5.0::float8);
SELECT fit_model('gamma-gamma', 1, 'NaN'::float8);
SELECT expected_order_value('{"model": "bg/nbd", "r": 1, "alpha": 2, "a": 1, "b": 2}', 1, 2);
SELECT expected_order_value(m, -1, 2) FROM spend;
SELECT expected_order_value(m, h, 'infinity') FROM spend, customer LIMIT 1;
SELECT p_alive(m, 1, 2, 3) FROM spend;
SELECT '{"model": "gamma-gamma", "p": 6.25, "q": 3.74, "gamma": -1}'::retention_model;
SELECT '{"model": "bg/nbd", "r": 1, "alpha": 2, "a": 1, "b": 2, "left_out": 3}'::retention_model;
-- of no period nothing, who leaves at once too
SELECT lifetime_value(10, 0, 1, 0) AS none, lifetime_value(10, 0, 0.2, 0.1) AS none_yet,
       lifetime_value(10, 1, 1, 0) AS one;
-- the back of an envelope: twenty years at 1,000 a month
SELECT lifetime_value(1000, 240) AS exactly, lifetime_value(1000, 240, margin => 0.25) AS margin,
       lifetime_value(1000, 0) AS none, lifetime_value(1000, 1, 0.5, 0.5) AS first;
SELECT round(lifetime_value(1000, 240, 0.01, 0.004), 6) =
       round((SELECT sum(1000 * power(0.99 / 1.004, i)) FROM generate_series(0, 239) i)::numeric,
             6) AS closed_sum,
       round(lifetime_value(1000, NULL, 0.02), 6) AS for_ever,
       lifetime_value(1000, churn_rate => 1) AS leaves_at_once,
       lifetime_value(1000, NULL, NULL) IS NULL AS unknown;
SELECT lifetime_value(1000);
SELECT lifetime_value(-1, 12);
SELECT lifetime_value(1000, -1);
SELECT lifetime_value(1000, 12, 1.5);
SELECT lifetime_value(1000, 12, 0.1, -0.1);
SELECT lifetime_value('NaN', 12);
SELECT lifetime_value(1000, 12, 0, 'infinity');
-- purchases and money later are worth less
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
SELECT kind, name, round(clv(base.m, spend.m, h, d, '3 years', 0.1), 2) AS clv,
       round(clv(base.m, spend.m, h, d, 0.1), 2) AS for_ever,
       abs(clv(base.m, spend.m, h, d, '3 years', 0.1)
           - expected_order_value(spend.m, h, d)
             * discounted_expected_purchases(base.m, h, d, 0.1,
                                             '3 years')::numeric) < 1e-9 AS product,
       abs(clv(base.m, spend.m, h, d, '3 years', 0)
           - expected_order_value(spend.m, h, d)
             * expected_purchases(base.m, h, d, '3 years')::numeric) < 1e-6 AS without_discount,
       abs(clv(base.m, spend.m, h, d, '3 years', 0.1, 0.25) * 4
           / nullif(clv(base.m, spend.m, h, d, '3 years', 0.1), 0)
           - 1) < 1e-9 AS margin
FROM base, spend, customer, (VALUES (date '2026-06-30')) v(d)
WHERE name IN ('regular', 'once', 'gave back', 'later') ORDER BY kind, name;
SELECT kind,
       abs(discounted_expected_purchases(m, h, '2026-06-30', 0.1, '14 days')
           - discounted_expected_purchases(m, frequency(h, d), recency(h, d) / 7,
                                           customer_age(h, d) / 7, 0.1, 2)) < 1e-12 AS same
FROM base, customer, (VALUES (date '2026-06-30')) v(d)
WHERE name = 'regular' AND kind <> 'bg/bb' ORDER BY kind;
SELECT clv(base.m, spend.m, h, '2026-06-30', 0) FROM base, spend, customer LIMIT 1;
SELECT clv(base.m, spend.m, h, '2026-06-30', '1 year', -0.1) FROM base, spend, customer LIMIT 1;
SELECT clv(base.m, spend.m, h, '2026-06-30', '-1 year', 0.1) FROM base, spend, customer LIMIT 1;
SELECT clv(base.m, spend.m, h, '2026-06-30', '1 year', 0.1, -1) FROM base, spend, customer LIMIT 1;
SELECT clv(spend.m, base.m, h, '2026-06-30', '1 year', 0.1) FROM base, spend, customer LIMIT 1;
SELECT clv(base.m, base.m, h, '2026-06-30', '1 year', 0.1) FROM base, customer LIMIT 1;
SELECT discounted_expected_purchases(m, 3, 2, 1, 0.1) FROM base LIMIT 1;
SELECT discounted_expected_purchases(m, 1, 1, 2, 0) FROM base LIMIT 1;
-- what is at risk: with clv, what they would be worth if they certainly still were a customer
SELECT kind, name, round(value_at_risk(base.m, spend.m, h, d, '3 years', 0.1), 2) AS at_risk,
       abs(value_at_risk(base.m, spend.m, h, d, '3 years', 0.1) * p_alive(base.m, h, d)::numeric
           - clv(base.m, spend.m, h, d, '3 years', 0.1)
             * churn_score(base.m, h, d)::numeric) < 1e-9 AS within,
       abs(value_at_risk(base.m, spend.m, h, d, 0.1) * p_alive(base.m, h, d)::numeric
           - clv(base.m, spend.m, h, d, 0.1)
             * churn_score(base.m, h, d)::numeric) < 1e-9 AS for_ever,
       abs(value_at_risk(base.m, spend.m, h, d, '3 years', 0.1, 0.25) * 4
           - value_at_risk(base.m, spend.m, h, d, '3 years', 0.1)) < 1e-9 AS margin
FROM base, spend, customer, (VALUES (date '2026-06-30')) v(d)
WHERE name IN ('regular', 'once', 'gave back', 'later') ORDER BY kind, name;
-- gone as surely as can be: the chance to be a customer is 0 to all digits,
-- and nothing is divided by it
SELECT kind, p_alive(base.m, h, '2026-06-30') < 1e-30 AS gone,
       clv(base.m, spend.m, h, '2026-06-30', '1 year', 0.1) < 1e-20 AS nothing,
       value_at_risk(base.m, spend.m, h, '2026-06-30', '1 year', 0.1) > 100 AS at_risk
FROM base, spend,
     (SELECT purchase_history(d::date, 20) AS h
      FROM generate_series('2024-01-01', '2025-06-30', interval '1 day') d) s
WHERE kind <> 'bg/bb' ORDER BY 1;
SELECT value_at_risk(base.m, spend.m, h, '2026-06-30', 0) FROM base, spend, customer LIMIT 1;
SELECT value_at_risk(spend.m, spend.m, h, '2026-06-30', '1 year', 0.1) FROM spend, customer LIMIT 1;
-- whatever the parameters, the purchases and the refunds: an amount that is not negative,
-- or NULL where there is no mean
SELECT count(*) > 2000 AS many,
       bool_and(v >= 0 AND v < 'infinity' AND risk >= 0 AND risk < 'infinity') AS amounts,
       count(*) FILTER (WHERE v IS NULL) AS without,
       count(*) FILTER (WHERE mean_exists AND v IS NULL) AS missing
FROM (SELECT clv(m, s, h, '2026-06-30', '2 years', 0.1) AS v,
             value_at_risk(m, s, h, '2026-06-30', '2 years', 0.1) AS risk,
             p
             * CASE WHEN monetary_value(h, '2026-06-30') IS NULL THEN 0
                    ELSE frequency(h, '2026-06-30') END
             + q > 1 AS mean_exists
      FROM (SELECT i, power(10, (hashint4(i * 7 + 1) % 250) / 100.0) AS p,
                   power(10, (hashint4(i * 7 + 2) % 250) / 100.0) AS q,
                   power(10, (hashint4(i * 7 + 3) % 250) / 100.0) AS u,
                   power(10, (hashint4(i * 7 + 4) % 250) / 100.0) AS w,
                   (SELECT purchase_history(date '2026-01-01' + hashint4(i * 1000 + j) % 179,
                                            CASE abs(hashint4(i * 999 + j)) % 5 WHEN 0 THEN 0
                                                 WHEN 1 THEN -40
                                                 ELSE abs(hashint4(i * 998 + j)) % 100 END)
                    FROM generate_series(1, 1 + i % 9) j) AS h
            FROM generate_series(1, 600) i) r,
           LATERAL (SELECT format('{"model": "gamma-gamma", "p": %s, "q": %s, "gamma": %s}', p, q,
                                  u)::retention_model AS s) spends,
           LATERAL (VALUES (format('{"model": "bg/nbd", "r": %s, "alpha": %s, "a": %s, "b": %s}', p,
                                   u, q, w)::retention_model),
                           (format('{"model": "mbg/cnbd-k", "k": 3, "r": %s, "alpha": %s, "a": %s, '
                                   '"b": %s}', w, u, p, q)::retention_model),
                           (format('{"model": "pareto/nbd", "r": %s, "alpha": %s, "s": %s, '
                                   '"beta": %s}', p, u, q, w)::retention_model),
                           (format('{"model": "ggompertz/nbd", "r": %s, "alpha": %s, "b": 0.01, '
                                   '"s": %s, "beta": %s}', p, u, q, w)::retention_model)) models(m)
      WHERE purchase_days(h) > 0) s;
-- 10 percent is 0.1, 30 percent 0.3; at most 1
SELECT clv(base.m, spend.m, h, '2026-06-30', '3 years', 10) FROM base, spend, customer LIMIT 1;
SELECT clv(base.m, spend.m, h, '2026-06-30', 10) FROM base, spend, customer LIMIT 1;
SELECT clv(base.m, spend.m, h, '2026-06-30', '3 years', 0.1, margin => 30)
FROM base, spend, customer LIMIT 1;
SELECT value_at_risk(base.m, spend.m, h, '2026-06-30', '3 years', 0.1, 1.01)
FROM base, spend, customer LIMIT 1;
SELECT value_at_risk(base.m, spend.m, h, '2026-06-30', 'NaN') FROM base, spend, customer LIMIT 1;
SELECT discounted_expected_purchases(m, h, '2026-06-30', 10) FROM base, customer LIMIT 1;
SELECT discounted_expected_purchases(m, 1, 1, 2, 10, 5) FROM base LIMIT 1;
SELECT lifetime_value(1000, 12, margin => 30);
SELECT lifetime_value(1000, 12, discount_rate => 10);
SELECT clv(base.m, spend.m, h, '2026-06-30', '3 years', 1, 1) > 0 AS at_most_1
FROM base, spend, customer WHERE name = 'regular' AND kind = 'bg/nbd';
-- and a horizon has a unit
SELECT clv(base.m, spend.m, h, '2026-06-30', '3', 0.1) FROM base, spend, customer LIMIT 1;
SELECT value_at_risk(base.m, spend.m, h, '2026-06-30', '365', 0.1)
FROM base, spend, customer LIMIT 1;
SELECT discounted_expected_purchases(m, h, '2026-06-30', 0.1, '365') FROM base, customer LIMIT 1;
SELECT clv(base.m, spend.m, h, '2026-06-30', '0', 0.1) AS no_time
FROM base, spend, customer WHERE name = 'regular' AND kind = 'bg/nbd';
-- numbers without a type
SELECT discounted_expected_purchases(base.m, '1', '1', '2', '0.1') =
       discounted_expected_purchases(base.m, 1, 1, 2, 0.1) AS purchases,
       expected_order_value(spend.m, '3', '20') = expected_order_value(spend.m, 3, 20) AS value,
       log_likelihood(spend.m, '3', '20') = log_likelihood(spend.m, 3, 20) AS log_likelihood
FROM base, spend WHERE kind = 'bg/nbd';
