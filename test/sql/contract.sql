-- Contracts: the two segments of Fader and Hardie (2007), what is asked, what is refused.
SET extra_float_digits = 0;
-- asked for seven renewals; the customers left of 1,000 after each
CREATE TEMP TABLE left_over AS
SELECT segment, t - 1 AS t, n
FROM (VALUES ('regular', '{1000, 631, 468, 382, 326, 289, 262, 241}'::int[]),
             ('high end', '{1000, 869, 743, 653, 593, 551, 517, 491}')) v(segment, survivors),
     unnest(survivors) WITH ORDINALITY u(n, t);
CREATE TEMP TABLE contracts AS
SELECT segment, t::int AS tenure, true AS churned,
       (lag(n) OVER (PARTITION BY segment ORDER BY t) - n)::float8 AS customers
FROM left_over
UNION ALL SELECT segment, 7, false, n FROM left_over WHERE t = 7;
DELETE FROM contracts WHERE customers IS NULL;
CREATE TEMP TABLE model AS
SELECT kind, segment, fit_model(kind, tenure, churned, customers) AS m
FROM contracts, unnest('{sbg, bdw}'::text[]) kind GROUP BY kind, segment;
SELECT kind, segment, round(parameter(m, 'alpha')::numeric, 3) AS alpha,
       round(parameter(m, 'beta')::numeric, 3) AS beta,
       round(log_likelihood(m)::numeric, 2) AS log_likelihood, converged(m), observations(m)
FROM model ORDER BY 1, 2;
-- the projection of the paper, and what came: years 8 to 12
SELECT t AS year, round(100 * survival_probability(m, t)::numeric, 1) AS expected, actual
FROM model, unnest('{46.8, 44.5, 42.7, 40.9, 39.4}'::numeric[]) WITH ORDINALITY a(actual, n),
     LATERAL (SELECT n::int + 7 AS t) t
WHERE kind = 'sbg' AND segment = 'high end' ORDER BY 1;
SELECT segment, survival_probability(m, 0) AS all, round(retention_rate(m, 1)::numeric, 4) AS first,
       round(retention_rate(m, 10)::numeric, 4) AS tenth,
       abs(retention_rate(m, 3)
           - survival_probability(m, 3) / survival_probability(m, 2)) < 1e-12 AS ratio,
       abs(expected_renewals(m, 2, 3)
           - (survival_probability(m, 3) + survival_probability(m, 4) + survival_probability(m, 5))
             / survival_probability(m, 2)) < 1e-12 AS renewals,
       expected_renewals(m, 2, 0) AS none
FROM model WHERE kind = 'bdw' ORDER BY 1;
-- how sure are the parameters
SELECT segment, round(standard_error(m, 'alpha')::numeric, 4) AS error,
       round(lower::numeric, 3) AS lower, round(upper::numeric, 3) AS upper,
       abs(ln(upper / parameter(m, 'alpha')) / ln(parameter(m, 'alpha') / lower)
           - 1) < 1e-9 AS symmetric,
       abs(ln(upper / parameter(m, 'alpha')) * parameter(m, 'alpha') / standard_error(m, 'alpha')
           - 1.959963984540054) < 1e-9 AS z
FROM model, confidence_interval(m, 'alpha') WHERE kind = 'sbg' ORDER BY 1;
SELECT confidence_interval('{"model": "sbg", "alpha": 0.668, "beta": 3.806}',
                           'alpha') IS NULL AS typed_in,
       (confidence_interval(m, 'beta', 0.5)).lower >
       (confidence_interval(m, 'beta', 0.9)).lower AS narrower
FROM model LIMIT 1;
SELECT confidence_interval(m, 'gamma') FROM model WHERE kind = 'sbg' LIMIT 1;
SELECT confidence_interval(m, 'alpha', 1) FROM model LIMIT 1;
-- row by row, in any order, as with weights
SELECT fit_model('sbg', tenure, churned ORDER BY hashint4(n))::text =
       (SELECT m::text FROM model WHERE kind = 'sbg' AND segment = 'regular') AS same
FROM contracts, generate_series(1, customers::int) n WHERE segment = 'regular';
SELECT time_unit_days(fit_model('sbg', tenure, churned, customers, 365.25)) AS unit FROM contracts;
SELECT fit_model('sbg', NULL, churned, customers) IS NULL AS nothing FROM contracts;
-- errors
SELECT fit_model('sbg', 0, true) FROM contracts;
SELECT fit_model('sbg', -1, false) FROM contracts;
SELECT fit_model('bg/nbd', tenure, churned) FROM contracts;
SELECT fit_model('sbg', 1, 2, 3) FROM contracts;
SELECT fit_model('sbg', '{2026-01-01: 5}'::purchase_history, '2026-02-01') FROM contracts;
SELECT fit_model('sbg', tenure, churned) FROM contracts WHERE NOT churned;
SELECT survival_probability(m, -1) FROM model;
SELECT retention_rate(m, 0) FROM model;
SELECT retention_rate('{"model": "bg/nbd", "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}', 1);
SELECT p_alive(m, 1, 2, 3) FROM model ORDER BY kind, segment;
-- what contracts are worth: sums written out, with and without an end
SELECT kind, segment, n,
       abs(discounted_expected_renewals(m, n, 0.1, 30)
           - (SELECT sum(survival_probability(m, n + i) / survival_probability(m, n)
                         / power(1.1, i - 1))
              FROM generate_series(1, 30) i)) < 1e-12 AS thirty,
       abs(discounted_expected_renewals(m, n, 0.1)
           - (SELECT sum(survival_probability(m, n + i) / survival_probability(m, n)
                         / power(1.1, i - 1))
              FROM generate_series(1, 500) i)) < 1e-12 AS for_ever,
       discounted_expected_renewals(m, n, 0, 5) = expected_renewals(m, n, 5) AS undiscounted,
       abs(residual_lifetime_value(m, 250, n, 0.1, 0.4)
           - (100 * discounted_expected_renewals(m, n, 0.1))::numeric) < 1e-9 AS value
FROM model, unnest('{0, 3}'::int[]) n ORDER BY 1, 2, 3;
-- far more terms than are added up one by one: mpmath's hypergeometric function and sum
SELECT abs(discounted_expected_renewals('{"model": "sbg", "alpha": 0.5, "beta": 1.296}', 0, 0.00001)
           / 578.0425683452897062776
           - 1) < 1e-11 AS sbg,
       abs(discounted_expected_renewals(
               '{"model": "bdw", "alpha": 0.764, "beta": 1.296, "c": 1.5}', 0, 0.0001)
           / 5.48641442652914342424
           - 1) < 1e-11 AS bdw,
       abs(discounted_expected_renewals('{"model": "sbg", "alpha": 0.5, "beta": 1.296}', 0, 0.0001,
                                        100000)
           / (SELECT sum(exp(s) / power(1.0001::float8, i - 1))
              FROM (SELECT i,
                           sum(ln((0.296::float8 + i) / (0.796::float8 + i))) OVER (ORDER BY i) AS s
                    FROM generate_series(1, 100000) i) l)
           - 1) < 1e-11 AS horizon;
SELECT expected_renewals('{"model": "sbg", "alpha": 0.5, "beta": 1.296}', 0,
                         2147483647) > 50000 AS very_long,
       discounted_expected_renewals('{"model": "sbg", "alpha": 1e6, "beta": 1e-3}', 0,
                                    0.1) < 1e-8 AS all_leave;
-- powers of a time that overflow
SELECT abs(retention_rate(m, 120) / power(119.0 / 120, 0.7 * 149)::float8 - 1) < 1e-12 AS rate,
       survival_probability(m, 120) < 1e-200 AS survival,
       abs(expected_renewals(m, 120, 2) / (retention_rate(m, 121) * (1 + retention_rate(m, 122)))
           - 1) < 1e-12 AS renewals,
       discounted_expected_renewals(m, 120, 0.1) < expected_renewals(m, 120, 1000) AS discounted
FROM (SELECT '{"model": "bdw", "alpha": 0.7, "beta": 1.3, "c": 149}'::retention_model AS m) s;
SELECT discounted_expected_renewals(m, 0, 0) FROM model LIMIT 1;
SELECT discounted_expected_renewals(m, 0, -0.1, 5) FROM model LIMIT 1;
SELECT discounted_expected_renewals(m, -1, 0.1) FROM model LIMIT 1;
SELECT discounted_expected_renewals(
           '{"model": "bg/nbd", "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}', 1, 0.1);
SELECT residual_lifetime_value(m, -5, 0, 0.1) FROM model LIMIT 1;
SELECT residual_lifetime_value(m, 5, 0, 0.1, -1) FROM model LIMIT 1;
-- churned is a boolean, and the number behind it is a weight
SELECT fit_model('sbg', tenure, churned::int) FROM contracts;
SELECT fit_model('bdw', tenure, churned::int, 12) FROM contracts;
SELECT observations(fit_model('sbg', tenure, churned, 12)) FROM contracts;
-- 10 percent is 0.1
SELECT discounted_expected_renewals(m, 0, 10) FROM model LIMIT 1;
SELECT residual_lifetime_value(m, 5, 0, 10) FROM model LIMIT 1;
SELECT residual_lifetime_value(m, 5, 0, 0.1, 30) FROM model LIMIT 1;
