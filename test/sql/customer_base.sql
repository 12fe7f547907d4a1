-- Models of a customer base: what is typed in, what is asked, what is refused.
SET extra_float_digits = 0;
SET datestyle = 'ISO';
CREATE TEMP TABLE customer (name text, h purchase_history);
INSERT INTO customer VALUES
	('weekly', '{2026-01-05: 10, 2026-01-12: 10, 2026-01-19: 12, 2026-01-26: 9, 2026-02-02: 11}'),
	('one-time', '{2026-01-05: 10}'),
	('gone', '{2025-01-05: 10, 2025-01-12: 10, 2025-01-20: 12, 2025-01-26: 9}'),
	('late', '{2026-05-05: 10}');
CREATE TEMP TABLE model (kind text, m retention_model);
INSERT INTO model VALUES
	('bg/nbd',
	 '{"model": "bg/nbd", "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, '
	 '"time_unit_days": 7}'),
	('mbg/nbd',
	 '{"model": "mbg/nbd", "r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614, '
	 '"time_unit_days": 7}'),
	('bg/cnbd-k',
	 '{"model": "bg/cnbd-k", "k": 2, "r": 0.359, "alpha": 1.129, "a": 0.523, "b": 2.785, '
	 '"time_unit_days": 7}'),
	('mbg/cnbd-k',
	 '{"model": "mbg/cnbd-k", "k": 2, "r": 1.329, "alpha": 2.813, "a": 0.425, "b": 0.79, '
	 '"time_unit_days": 7}'),
	('pareto/nbd',
	 '{"model": "pareto/nbd", "r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669, '
	 '"time_unit_days": 7}'),
	('ggompertz/nbd',
	 '{"model": "ggompertz/nbd", "r": 0.553, "alpha": 10.578, "b": 0.05, "s": 0.606, "beta": 0.8, '
	 '"time_unit_days": 7}');
SELECT kind, m, parameter(m, 'r') AS r FROM model;
SELECT kind, name, round(p_alive(m, h, '2026-03-01')::numeric, 4) AS p_alive,
       round(churn_score(m, h, '2026-03-01')::numeric, 4) AS churn_score,
       round(p_alive(m, h, '2026-03-01', '6 months')::numeric, 4) AS in_half_a_year,
       round(expected_purchases(m, h, '2026-03-01', '1 year')::numeric, 3) AS expected,
       round(purchase_probability(m, h, '2026-03-01', '1 year')::numeric, 4) AS again,
       round(log_likelihood(m, h, '2026-03-01')::numeric, 3) AS log_likelihood
FROM model, customer ORDER BY kind, name;
-- a history is its x, t_x, T; a month is 365.25/12 days
SELECT bool_and(p_alive(m, h, d) = p_alive(m, x, t_x, T)
                AND p_alive(m, h, d, '1 mon') = p_alive(m, x, t_x, T, 365.25 / 12 / 7)
                AND churn_score(m, h, d) = churn_score(m, x, t_x, T)
                AND expected_purchases(m, h, d, '14 days') = expected_purchases(m, x, t_x, T, 2)
                AND purchase_probability(m, h, d, '36 hours') =
                    purchase_probability(m, x, t_x, T, 1.5 / 7)) AS same
FROM model, customer, (VALUES (date '2026-03-01')) v(d),
     LATERAL (SELECT frequency(h, d) AS x, recency(h, d) / 7 AS t_x, customer_age(h, d) / 7 AS T) n
WHERE name <> 'late';
-- new customers: numbers of purchases add up
SELECT kind, round(expected_purchases(m, interval '1 year')::numeric, 4) AS a_year,
       round(mean::numeric, 4) AS of_them, round(sum::numeric, 6) AS probabilities,
       expected_purchases(m, 365.25 / 7) = expected_purchases(m, interval '1 year') AS same
FROM model,
     LATERAL (SELECT sum(n * purchase_pmf(m, n, interval '1 year')) AS mean,
                     sum(purchase_pmf(m, n, interval '1 year')) AS sum
              FROM generate_series(0, 500) n) p
ORDER BY kind;
-- churn_score by the rhythm
SELECT name,
       round(churn_score('{"model": "interpurchase", "k": 2, "r": 3, "alpha": 60}', h,
                         '2026-03-01')::numeric, 4) AS churn_score
FROM customer ORDER BY name;
-- the day on which a customer was lost: the first one with that score, whatever as_of is later
SELECT kind, name, lost_on(h, '2026-12-31', m) AS lost,
       lost_on(h, '2026-12-31', m, 0.9) AS nearly_certain,
       lost_on(h, '2026-02-20', m) AS seen_before
FROM (SELECT * FROM model
      UNION ALL SELECT 'interpurchase',
                       '{"model": "interpurchase", "k": 2, "r": 3, "alpha": 60}') m,
     customer
ORDER BY kind, name;
SELECT count(*) AS lost,
       count(*) FILTER (WHERE churn_score(m, h, lost) >= score AND lost > last_purchase(h)
                          AND (lost - 1 = last_purchase(h) OR churn_score(m, h, lost - 1) < score)
                          AND lost_on(h, lost, m, score) = lost
                          AND lost_on(h, lost + 40, m, score) = lost
                          AND lost_on(h, lost - 1, m, score) IS NULL) AS right
FROM (SELECT *, lost_on(h, '2027-12-31', m, score) AS lost
      FROM customer,
           (SELECT m FROM model
            UNION ALL SELECT '{"model": "interpurchase", "k": 2, "r": 3, "alpha": 60}') m,
           unnest('{0.05, 0.3, 0.5, 0.9, 0.99}'::float8[]) score) s
WHERE lost IS NOT NULL;
SELECT lost_on(h, '2026-12-31', m, 1) FROM model, customer LIMIT 1;
SELECT lost_on(h, 'infinity', m) FROM model, customer LIMIT 1;
-- how long will they stay? in days; infinite where the mean is
SELECT kind, name,
       round(expected_remaining_lifetime(m, h, '2026-03-01', '1 year')::numeric, 2) AS of_a_year,
       round(expected_remaining_lifetime(m, h, '2026-03-01')::numeric, 1) AS for_good,
       round((365.25 * p_alive(m, h, '2026-03-01'))::numeric, 2) AS at_most
FROM model, customer WHERE name <> 'late' ORDER BY kind, name;
SELECT round(expected_remaining_lifetime(
                 '{"model": "pareto/nbd", "r": 1, "alpha": 10, "s": 3, "beta": 50, '
                 '"time_unit_days": 7}', h, '2026-02-02')::numeric, 4) AS days,
       round((7 * (50 + 4) / (3 - 1.0)), 4) AS by_hand
FROM customer WHERE name = 'weekly';
SELECT expected_remaining_lifetime(m, 3, 10, 12, 20) < 20 * p_alive(m, 3, 10, 12) AS below,
       expected_remaining_lifetime(m, 3, 10, 12) >
       expected_remaining_lifetime(m, 3, 10, 12, 20) AS above
FROM model;
SELECT expected_remaining_lifetime(m, h, '2026-03-01', '-1 day') FROM model, customer LIMIT 1;
-- opportunities: the yearly donation
CREATE TEMP TABLE donation (name text, h purchase_history);
INSERT INTO donation VALUES
	('each year',
	 '{2020-03-01: 50, 2021-03-01: 50, 2022-02-28: 50, 2023-02-27: 60, 2024-02-29: 60}'),
	('twice in one', '{2020-03-01: 50, 2020-09-01: 50, 2020-11-01: 20}'),
	('once', '{2020-03-01: 50}');
CREATE TEMP TABLE yearly AS
SELECT '{"model": "bg/bb", "alpha": 1.2035, "beta": 0.7497, "gamma": 0.6567, "delta": 2.7834, '
       '"time_unit_days": 365.25}'::retention_model AS m;
SELECT name, round(p_alive(m, h, d)::numeric, 4) AS p_alive,
       p_alive(m, h, d) = p_alive(m, x, t_x, 5) AS same,
       round(p_alive(m, h, d, '1 year')::numeric, 4) AS next_year,
       round(expected_purchases(m, h, d, '10 years')::numeric, 4) AS in_ten_years,
       expected_purchases(m, h, d, '10 years') =
       expected_purchases(m, h, d, '10 years 360 days') AS whole_years,
       round(purchase_probability(m, h, d, '2 years')::numeric, 4) AS again,
       lost_on(h, '2026-03-01', m) AS lost,
       round(expected_remaining_lifetime(m, h, d, '10 years')::numeric) AS days
FROM donation, yearly, (VALUES (date '2025-06-30')) v(d),
     LATERAL (SELECT CASE name WHEN 'each year' THEN 4 WHEN 'once' THEN 0 ELSE 1 END AS x,
                     CASE name WHEN 'each year' THEN 4 WHEN 'once' THEN 0 ELSE 1 END AS t_x) n;
SELECT round(probabilities::numeric, 10) AS probabilities,
       round(mean::numeric, 10) = round(expected_purchases(m, 6.0)::numeric, 10) AS same
FROM yearly,
     LATERAL (SELECT sum(purchase_pmf(m, n, interval '6 years')) AS probabilities,
                     sum(n * purchase_pmf(m, n, 6.0)) AS mean
              FROM generate_series(0, 6) n) p;
SELECT count(*) AS lost,
       count(*) FILTER (WHERE churn_score(m, h, lost) >= 0.5 AND churn_score(m, h, lost - 1) < 0.5
                          AND lost_on(h, lost + 200, m) = lost
                          AND lost_on(h, lost - 1, m) IS NULL) AS right
FROM (SELECT *, lost_on(h, '2029-03-01', m) AS lost FROM donation, yearly) s WHERE lost IS NOT NULL;
SELECT p_alive(m, 3, 2, 5) FROM yearly;
SELECT p_alive(m, 1.5, 2, 5) FROM yearly;
SELECT fit_model('bg/bb', x, x + 0.5, 6) FROM (VALUES (1), (2)) v(x);
SELECT count(*) AS purchases, count(DISTINCT purchase_date) AS days,
       bool_and(extract(doy FROM purchase_date) = 1) AS yearly
FROM yearly, simulate_customers(m, 100, '2020-01-01', '2020-01-01', '2025-12-31');
-- who comes on each anniversary has missed none, on whatever day it began
SELECT opportunities(h, d, 365.25), p_alive(m, h, d) = p_alive(m, 9, 9, 9) AS alive,
       expected_purchases(m, h, d, '3 years') = expected_purchases(m, 9, 9, 9, 3) AS three_years,
       expected_purchases(m, h, d, '365 days') = expected_purchases(m, 9, 9, 9, 1) AS one_year,
       expected_purchases(m, h, d, '11 months') AS none, lost_on(h, '2035-01-01', m) AS lost
FROM yearly, (VALUES (date '2024-12-31')) v(d),
     (SELECT purchase_history(make_date(y, 3, 1)) AS h FROM generate_series(2015, 2024) y) s;
SELECT every, count(*) AS days, bool_and(n = ROW(12, 12, 12)::opportunities) AS on_the_day,
       bool_and(before = ROW(11, 11, 11)::opportunities) AS the_day_before
FROM (SELECT every, opportunities(h, last, unit) AS n, opportunities(h, last - 1, unit) AS before
      FROM (SELECT every, unit, start, purchase_history((start + k * every)::date) AS h,
                   max((start + k * every)::date) AS last
            FROM (VALUES (interval '1 year', 365.25), ('1 year', 365), ('6 months', 182.625),
                         ('3 months', 91.3125), ('1 month', 30.4375), ('7 days', 7)) u(every, unit),
                 (SELECT date '2015-01-01' + i AS start FROM generate_series(0, 1460) i) s,
                 generate_series(0, 12) k
            GROUP BY every, unit, start) l) c
GROUP BY every ORDER BY every;
SELECT opportunities(h, '2024-12-31', 365.25), opportunities(h, '2024-12-31', 7),
       opportunities(h, '2014-12-31', 7) AS nothing_yet, opportunities(h, NULL, 7) AS unknown
FROM (SELECT '{2020-02-29: 50, 2021-02-28: ?, 2021-03-01: ?, '
             '2024-02-29: 1}'::purchase_history AS h) s;
SELECT opportunities('{2020-02-29: 50}', '2021-01-01', 0);
SELECT opportunities('{2020-02-29: 50}', 'infinity', 1);
-- beyond all numbers: an error, at once
SELECT '{"model":"bg/bb","alpha":1.7e308,"beta":1.7e308,"gamma":1,"delta":1}'::retention_model;
SELECT p_alive('{"model":"bg/bb","alpha":1e300,"beta":1e300,"gamma":1,"delta":1}', 1, 5,
               20) AS half_of_the_time;
SELECT p_alive('{"model":"bg/bb","alpha":1,"beta":1,"gamma":1,"delta":1}', 1, 5, 1e300);
SELECT fit_model('bg/bb', x, t_x, T, 1e305)
FROM (VALUES (1, 3, 9000), (2, 4, 9000), (3, 3, 9000)) v (x, t_x, T), generate_series(1, 9);
SELECT fit_model('gamma-gamma', x, mean)
FROM (VALUES (2, 1.5e308), (3, 1.7e308), (4, 1e307), (5, 1.1e308)) v (x, mean),
     generate_series(1, 9);
-- as many opportunities as no calendar holds: answered at once
SET statement_timeout = '2s';
SELECT p_alive(m, 1, 1, 1e15) AS alive, purchase_probability(m, 0, 0, 0, 1e15) AS again,
       purchase_pmf(m, 0, 1e15) AS never, log_likelihood(m, 1, 1, 1e15) AS log_likelihood,
       lost_on('{0001-01-01: 1}', '5874897-12-31',
               '{"model": "bg/bb", "alpha": 1, "beta": 1, "gamma": 1e-6, "delta": 1e6, '
               '"time_unit_days": 0.001}') AS lost
FROM (SELECT '{"model": "bg/bb", "alpha": 1, "beta": 1, "gamma": 1, '
             '"delta": 1}'::retention_model AS m) s;
RESET statement_timeout;
-- now and no time
SELECT kind, expected_purchases(m, 3, 10, 12, 0) AS none,
       purchase_probability(m, 3, 10, 12, 0) AS never, purchase_pmf(m, 0, 0.0) AS sure,
       p_alive(m, 3, 10, 12, 0) = p_alive(m, 3, 10, 12) AS same
FROM model;
-- NULL in, NULL out
SELECT p_alive(NULL, h, '2026-03-01') IS NULL AS a, p_alive(m, h, NULL::date) IS NULL AS b,
       expected_purchases(m, h, '2026-03-01', NULL) IS NULL AS c,
       p_alive(m, NULL, 1, 2) IS NULL AS d
FROM model, customer LIMIT 1;

-- errors name the value
SELECT p_alive(m, 3, 12, 10) FROM model LIMIT 1;
SELECT p_alive(m, -1, 0, 10) FROM model LIMIT 1;
SELECT p_alive(m, 0, 5, 10) FROM model LIMIT 1;
SELECT p_alive(m, 1, 'NaN', 10) FROM model LIMIT 1;
SELECT p_alive(m, 1, 2, 'infinity') FROM model LIMIT 1;
SELECT p_alive(m, h, 'infinity') FROM model, customer LIMIT 1;
SELECT p_alive('{"model": "interpurchase", "k": 2, "r": 3, "alpha": 60}', h, '2026-03-01')
FROM customer LIMIT 1;
SELECT expected_purchases(m, h, '2026-03-01', '-1 month') FROM model, customer LIMIT 1;
SELECT expected_purchases(m, 1, 2, 3, -1) FROM model LIMIT 1;
SELECT purchase_pmf(m, -1, 3.0) FROM model LIMIT 1;
SELECT log_likelihood(m, 1, 2, 3) FROM model WHERE kind = 'bg/cnbd-k';
SELECT log_likelihood(m, 1, 2, 3, ln(2)) IS NOT NULL AS given FROM model WHERE kind = 'bg/cnbd-k';
SELECT '{"model": "bg/cnbd-k", "k": 1.5, "r": 0.359, "alpha": 1.129, "a": 0.523, '
       '"b": 2.785}'::retention_model;
SELECT '{"model": "bg/cnbd-k", "k": 101, "r": 0.359, "alpha": 1.129, "a": 0.523, '
       '"b": 2.785}'::retention_model;
SELECT '{"model": "bg/nbd", "r": 0.359, "alpha": 1.129, "a": 0.523}'::retention_model;

-- fitting: from numbers, with weights, by segment; too little; wrong
CREATE TEMP TABLE rfm AS
SELECT n, x, CASE WHEN x = 0 THEN 0 ELSE 2.0 + n * 7 % 23 END AS t_x, 25.0 + n % 13 AS T
FROM generate_series(1, 400) n,
     LATERAL (SELECT (ARRAY[0, 0, 0, 0, 1, 1, 2, 3, 6, 11])[1 + n % 10] AS x) r;
\set VERBOSITY terse
SELECT kind, observations(m), converged(m), time_unit_days(m),
       round(log_likelihood(m)::numeric, 4) AS log_likelihood, round(aic(m)::numeric, 4) AS aic
FROM (SELECT kind, fit_model(kind, x, t_x, T) AS m
      FROM rfm, (VALUES ('bg/nbd'), ('mbg/nbd'), ('pareto/nbd'), ('ggompertz/nbd')) k(kind)
      GROUP BY kind) f
ORDER BY 1;
\set VERBOSITY default
SET client_min_messages = error;
SELECT fit_model('bg/nbd', x, t_x, T)::text =
       (SELECT fit_model('bg/nbd', x, t_x, T, count)::text
        FROM (SELECT x, t_x, T, count(*) FROM rfm GROUP BY 1, 2, 3) s) AS weighted,
       fit_model('bg/nbd', x, t_x, T)::text =
       (SELECT fit_model('bg/nbd', x, t_x, T)::text
        FROM (SELECT * FROM rfm ORDER BY hashint4(n)) s) AS shuffled,
       time_unit_days(fit_model('bg/nbd', x, t_x, T, 1, 7)) AS unit
FROM rfm;
SELECT round(log_likelihood(fit_model('bg/nbd', x, t_x, T, 0.5))::numeric, 3) AS half,
       round(log_likelihood(fit_model('bg/nbd', x, t_x, T))::numeric / 2, 3) AS of_it
FROM rfm;
RESET client_min_messages;
SELECT fit_model('bg/nbd', x, t_x, T) FROM rfm WHERE x = 0;
SELECT fit_model('bg/nbd', x, t_x, T) IS NULL AS nothing FROM rfm WHERE n < 0;
SELECT fit_model('bg/nbd', x, t_x + 100, T) FROM rfm;
SELECT fit_model('bg/nbd', x, t_x, T, -1) FROM rfm;
SELECT fit_model('bg/cnbd-k', x, t_x, T) FROM rfm;
SELECT fit_model(CASE WHEN n < 10 THEN 'bg/nbd' ELSE 'mbg/nbd' END, x, t_x, T) FROM rfm;
SELECT fit_model('bgnbd', x, t_x, T) FROM rfm;
SELECT fit_model('bg/nbd', x, t_x, T, 1, 0) FROM rfm;

-- customers that live as a model says: the same for the same seed, however many; what is wrong
SELECT count(DISTINCT customer_id) AS customers,
       min(purchase_date) >= '2026-01-01' AND max(purchase_date) <= '2026-06-30' AS dates
FROM model, simulate_customers(m, 50, '2026-01-01', '2026-01-31', '2026-06-30')
WHERE kind = 'bg/nbd';
SELECT kind,
       (SELECT array_agg(purchase_date ORDER BY purchase_date)
        FROM simulate_customers(m, 10, '2026-01-01', '2026-01-31', '2026-12-31')
        WHERE customer_id = 7) =
       (SELECT array_agg(purchase_date ORDER BY purchase_date)
        FROM simulate_customers(m, 100, '2026-01-01', '2026-01-31', '2026-12-31', 0)
        WHERE customer_id = 7) AS same,
       (SELECT array_agg(purchase_date)
        FROM simulate_customers(m, 10, '2026-01-01', '2026-01-31', '2026-12-31', 1)) <>
       (SELECT array_agg(purchase_date)
        FROM simulate_customers(m, 10, '2026-01-01', '2026-01-31', '2026-12-31', 2)) AS other_seed
FROM model;
SELECT kind, abs(seen / expected - 1) < 0.1 AS as_many_as_expected
FROM model,
     LATERAL (SELECT (count(*) - 3000) / 3000.0 AS seen
              FROM simulate_customers(m, 3000, '2026-01-01', '2026-01-01', '2026-05-01')) s,
     LATERAL (SELECT expected_purchases(m, interval '120.5 days') AS expected) e;
SELECT *
FROM simulate_customers('{"model": "interpurchase", "k": 2, "r": 3, "alpha": 60}', 10, '2026-01-01',
                        '2026-01-31', '2026-06-30');
SELECT *
FROM simulate_customers((SELECT m FROM model LIMIT 1), -1, '2026-01-01', '2026-01-31',
                        '2026-06-30');
SELECT *
FROM simulate_customers((SELECT m FROM model LIMIT 1), 10, '2026-01-01', '2026-01-31',
                        '2026-01-30');
SELECT *
FROM simulate_customers((SELECT m FROM model LIMIT 1), 10, '-infinity', '2026-01-31', '2026-01-30');
SELECT count(*)
FROM simulate_customers((SELECT m FROM model LIMIT 1), 0, '2026-01-01', '2026-01-31', '2026-06-30');
-- a given k in the place of the best one
SET client_min_messages = error;
CREATE TEMP TABLE regular AS
SELECT purchase_history(purchase_date) AS h
FROM simulate_customers('{"model": "mbg/cnbd-k", "k": 3, "r": 2, "alpha": 8, "a": 0.4, "b": 2}',
                        2000, '2025-01-01', '2025-02-28', '2025-12-31')
GROUP BY customer_id;
SELECT kind, parameter(m, 'k') AS k, model_kind(m),
       rank() OVER (ORDER BY round(log_likelihood(m)::numeric, 4) DESC) AS place,
       standard_error(m, 'k') IS NULL AS given
FROM (SELECT kind, fit_model(kind, h, '2025-12-31') AS m
      FROM regular,
           unnest('{mbg/cnbd-k, mbg/cnbd-1, mbg/cnbd-2, mbg/cnbd-3, mbg/cnbd-12}'::text[]) kind
      GROUP BY kind) f
ORDER BY place, kind;
SELECT log_likelihood(fit_model('mbg/cnbd-1', h, '2025-12-31')) =
       log_likelihood(fit_model('mbg/nbd', h, '2025-12-31')) AS same
FROM regular;
RESET client_min_messages;
SELECT fit_model('mbg/cnbd-101', h, '2025-12-31') FROM regular;
SELECT fit_model('mbg/cnbd-01', h, '2025-12-31') FROM regular;
SELECT fit_model('mbg/nbd-2', h, '2025-12-31') FROM regular;
SELECT fit_model(CASE WHEN frequency(h, '2025-12-31') > 0 THEN 'mbg/cnbd-2' ELSE 'mbg/cnbd-3' END,
                 h, '2025-12-31')
FROM regular;
-- a number without a unit is seconds: a time below a day is refused, none at all is not
SELECT p_alive(m, h, '2026-06-30', '30') FROM model, customer LIMIT 1;
SELECT expected_purchases(m, h, '2026-06-30', '365') FROM model, customer LIMIT 1;
SELECT expected_remaining_lifetime(m, h, '2026-06-30', '23:59:59') FROM model, customer LIMIT 1;
SELECT purchase_probability(m, h, '2026-06-30', '1 month -30 days') FROM model, customer LIMIT 1;
SELECT expected_purchases(m, interval '12') FROM model LIMIT 1;
SELECT purchase_pmf(m, 1, interval '12') FROM model LIMIT 1;
SELECT bool_and(p_alive(m, h, '2026-06-30', '0') = p_alive(m, h, '2026-06-30')) AS now,
       bool_and(expected_purchases(m, h, '2026-06-30', '0 days') = 0) AS none
FROM model, customer;
-- what could be either of two is one of them: a time without a type an interval, customers numbers
SELECT bool_and(expected_purchases(m, '1 year') = expected_purchases(m, interval '1 year')
                AND purchase_pmf(m, 1, '1 year') =
                    purchase_pmf(m, 1, interval '1 year')) AS intervals,
       bool_and(p_alive(m, '3', '12', '20') = p_alive(m, 3, 12, 20)
                AND expected_remaining_lifetime(m, '3', '12', '20') =
                    expected_remaining_lifetime(m, 3, 12, 20)) AS numbers
FROM model;
\set SHOW_CONTEXT never
SELECT expected_purchases(m, '12') FROM model LIMIT 1;
SELECT purchase_pmf(m, 1, 'a year') FROM model LIMIT 1;
SELECT p_alive(m, '{2026-01-05: 10}', '2026-06-30', '30 days') FROM model LIMIT 1;
\set SHOW_CONTEXT errors
-- two numbers are not three
SELECT fit_model('bg/nbd', x, t_x) FROM rfm;
SELECT fit_model('bg/cnbd-2', x, t_x) FROM rfm;
SELECT fit_model('bg/nbd', x::int, t_x > 0) FROM rfm;
-- a weight that all rows have may be meant for the time unit
SELECT observations(fit_model('mbg/nbd', x, t_x, T, 7)) AS weighted FROM rfm;
SELECT observations(fit_model('mbg/nbd', x, t_x, T, 30.4375)) AS weighted
FROM (SELECT DISTINCT x, t_x, T FROM rfm) s;
SELECT observations(fit_model('mbg/nbd', x, t_x, T, 1)) AS ones,
       observations(fit_model('mbg/nbd', x, t_x, T, 1, 7)) AS unit,
       observations(fit_model('mbg/nbd', x, t_x, T, 1 + n % 3)) AS weights,
       observations(fit_model('mbg/nbd', x, t_x, T, CASE WHEN n % 2 = 0 THEN 0 ELSE 1 END)) AS some
FROM rfm;
SELECT log_likelihood('{"model":"bg/nbd","r":0.243,"alpha":4.414,"a":0.793,"b":2.426}', 1, 10, 20,
                      'NaN');
SELECT log_likelihood('{"model":"bg/nbd","r":0.243,"alpha":4.414,"a":0.793,"b":2.426}', 1, 10, 20,
                      '-inf');
-- a third comes once: of who has come once that is likely, of the others it says nothing
WITH once AS (
	SELECT retention_model '{"model":"zibg/nbd","r":2,"alpha":5,"a":0.7,"b":2.5,"odds":0.5}' AS m,
	       retention_model '{"model":"bg/nbd","r":2,"alpha":5,"a":0.7,"b":2.5}' AS others)
SELECT x, t_x, t,
       p_alive(m, x, t_x, t) AS p_alive,
       -- by hand, (5 / (5 + t))^2 of who comes again has not yet
       CASE x WHEN 0 THEN power(5.0 / (5 + t), 2) / (0.5 + power(5.0 / (5 + t), 2))
              ELSE p_alive(others, x, t_x, t) END AS by_hand
FROM once, (VALUES (0, 0, 0), (0, 0, 5), (0, 0, 45), (1, 5, 20), (4, 10, 15)) c (x, t_x, t);
SELECT parameter(m, 'odds') BETWEEN 0.4 AND 0.6 AS found, converged(m),
       bic(m) < bic(others) AS better_than_others
FROM (SELECT fit_model('zibg/nbd', h, '2026-12-31', 7) AS m,
             fit_model('mbg/nbd', h, '2026-12-31', 7) AS others
      FROM (SELECT purchase_history(purchase_date) AS h
            FROM simulate_customers('{"model":"zibg/nbd","r":2,"alpha":5,"a":0.5,"b":10,
                                      "odds":0.5,"time_unit_days":7}',
                                    3000, '2024-01-01', '2025-12-31', '2026-12-31')
            GROUP BY customer_id) s) f;
