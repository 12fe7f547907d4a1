-- Contracts: the two segments of Fader and Hardie (2007), what is asked, what is refused.
SET extra_float_digits = 0;
-- asked for seven renewals; the customers left of 1,000 after each
CREATE TEMP TABLE left_over AS SELECT segment, t - 1 AS t, n FROM (VALUES ('regular', '{1000, 631, 468, 382, 326, 289, 262, 241}'::int[]), ('high end', '{1000, 869, 743, 653, 593, 551, 517, 491}')) v(segment, survivors), unnest(survivors) WITH ORDINALITY u(n, t);
CREATE TEMP TABLE contracts AS
SELECT segment, t::int AS tenure, true AS churned, (lag(n) OVER (PARTITION BY segment ORDER BY t) - n)::float8 AS customers FROM left_over
UNION ALL SELECT segment, 7, false, n FROM left_over WHERE t = 7;
DELETE FROM contracts WHERE customers IS NULL;
CREATE TEMP TABLE model AS SELECT kind, segment, fit_model(kind, tenure, churned, customers) AS m FROM contracts, unnest('{sbg, bdw}'::text[]) kind GROUP BY kind, segment;
SELECT kind, segment, round(parameter(m, 'alpha')::numeric, 3) AS alpha, round(parameter(m, 'beta')::numeric, 3) AS beta, round(log_likelihood(m)::numeric, 2) AS log_likelihood, converged(m), observations(m) FROM model ORDER BY 1, 2;
-- the projection of the paper, and what came: years 8 to 12
SELECT t AS year, round(100 * survival_probability(m, t)::numeric, 1) AS expected, actual FROM model, unnest('{46.8, 44.5, 42.7, 40.9, 39.4}'::numeric[]) WITH ORDINALITY a(actual, n), LATERAL (SELECT n::int + 7 AS t) t WHERE kind = 'sbg' AND segment = 'high end' ORDER BY 1;
SELECT segment, survival_probability(m, 0) AS all, round(retention_rate(m, 1)::numeric, 4) AS first, round(retention_rate(m, 10)::numeric, 4) AS tenth,
       abs(retention_rate(m, 3) - survival_probability(m, 3) / survival_probability(m, 2)) < 1e-12 AS ratio,
       abs(expected_renewals(m, 2, 3) - (survival_probability(m, 3) + survival_probability(m, 4) + survival_probability(m, 5)) / survival_probability(m, 2)) < 1e-12 AS renewals, expected_renewals(m, 2, 0) AS none
FROM model WHERE kind = 'bdw' ORDER BY 1;
-- how sure are the parameters
SELECT segment, round(standard_error(m, 'alpha')::numeric, 4) AS error, round(lower::numeric, 3) AS lower, round(upper::numeric, 3) AS upper,
       abs(ln(upper / parameter(m, 'alpha')) / ln(parameter(m, 'alpha') / lower) - 1) < 1e-9 AS symmetric,
       abs(ln(upper / parameter(m, 'alpha')) * parameter(m, 'alpha') / standard_error(m, 'alpha') - 1.959963984540054) < 1e-9 AS z
FROM model, confidence_interval(m, 'alpha') WHERE kind = 'sbg' ORDER BY 1;
SELECT confidence_interval('{"model": "sbg", "alpha": 0.668, "beta": 3.806}', 'alpha') IS NULL AS typed_in, (confidence_interval(m, 'beta', 0.5)).lower > (confidence_interval(m, 'beta', 0.9)).lower AS narrower FROM model LIMIT 1;
SELECT confidence_interval(m, 'gamma') FROM model WHERE kind = 'sbg' LIMIT 1;
SELECT confidence_interval(m, 'alpha', 1) FROM model LIMIT 1;
-- row by row, in any order, as with weights
SELECT fit_model('sbg', tenure, churned ORDER BY hashint4(n))::text = (SELECT m::text FROM model WHERE kind = 'sbg' AND segment = 'regular') AS same
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
