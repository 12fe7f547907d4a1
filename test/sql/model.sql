-- retention_model: text form, accessors, fitting, and what a fit answers
SELECT '{"model":"interpurchase","k":2,"r":1.5,"alpha":30}'::retention_model;
SELECT m, m::text::retention_model::text = m::text AS same
FROM (VALUES ('{"alpha": 1e-300, "r": 0.1, "k": 123456789.123456789, "model": "interpurchase", '
              '"time_unit_days": 7}'::retention_model),
             ('{"model":"interpurchase","k":2,"r":1.5,"alpha":30,"log_likelihood":-5.5,'
              '"observations":10,"converged":true,"covariance":[1,null,2,0.5,0.25,3]}')) v(m);

-- what is no model
SELECT ''::retention_model;
SELECT 'bg/nbd'::retention_model;
SELECT 'bg/cnbd-2'::retention_model;
SELECT p_alive('bg/nbd', '{2026-01-01: ?}', date '2026-06-30');
SELECT 'a model'::retention_model;
SELECT length(repeat('a model', 1000000)::retention_model::text);
SELECT ' {"model": "bg/nbd"'::retention_model;
SELECT '[]'::retention_model;
SELECT '{}'::retention_model;
SELECT '{"model": 5}'::retention_model;
SELECT '{"model": "bg"}'::retention_model;
SELECT '{"model":"interpurchase","k":2,"r":1.5}'::retention_model;
SELECT '{"model":"interpurchase","k":0,"r":1.5,"alpha":30}'::retention_model;
SELECT '{"model":"interpurchase","k":"2","r":1.5,"alpha":30}'::retention_model;
SELECT '{"model":"interpurchase","k":2,"r":1.5,"alpha":30,"beta":1}'::retention_model;
SELECT '{"model":"interpurchase","k":2,"r":1.5,"alpha":30,"time_unit_days":0}'::retention_model;
SELECT '{"model":"interpurchase","k":2,"r":1.5,"alpha":30,"converged":true}'::retention_model;
SELECT '{"model":"interpurchase","k":2,"r":1.5,"alpha":30,"log_likelihood":-1,"covariance":[1,'
       '2]}'::retention_model;
SELECT '{"model":"interpurchase","k":1e400,"r":1.5,"alpha":30}'::retention_model;

-- accessors
CREATE TEMP TABLE typed AS
SELECT '{"model":"interpurchase","k":2,"r":1.5,"alpha":30,'
       '"time_unit_days":7}'::retention_model AS m;
SELECT model_kind(m), parameter(m, 'alpha'), parameters(m), time_unit_days(m), log_likelihood(m),
       aic(m), bic(m), observations(m), converged(m), standard_error(m, 'k')
FROM typed;
SELECT parameter(m, 'beta') FROM typed;
SELECT standard_error(m, '') FROM typed;
SELECT log_likelihood(m), aic(m), round(bic(m)::numeric, 6) AS bic, observations(m), converged(m),
       standard_error(m, 'k') AS k, standard_error(m, 'r') AS r
FROM (VALUES ('{"model":"interpurchase","k":2,"r":1.5,"alpha":30,"log_likelihood":-5.5,'
              '"observations":10,"converged":true,"covariance":[4,null,null,null,null,'
              'null]}'::retention_model)) v(m);

-- limits: none inside the parameter space, and none of a fit that is sure of all parameters
SELECT at_limit('{"model":"bg/nbd","r":0.243,"alpha":4.414,"a":0.793,"b":2.426}') IS NULL AS inside,
       at_limit('{"model":"bg/nbd","r":0.243,"alpha":4.414,"a":1e-6,"b":1}') AS nobody_leaves,
       at_limit('{"model":"pareto/nbd","r":1e6,"alpha":1e7,"s":1e6,"beta":1e7}') AS all_alike,
       at_limit('{"model":"mbg/cnbd-k","k":100,"r":1,"alpha":5,"a":0.5,"b":2}') AS regular,
       at_limit(NULL) IS NULL AS nothing;
SELECT what, converged(m), at_limit(m), standard_error(m, 'a') AS error_of_a,
       confidence_interval(m, 'a') IS NULL AS no_interval, standard_error(m, 'b') AS error_of_b
FROM (VALUES ('sure', '"converged": true, "covariance": [1, 0, 1, 0, 0, 9e-11, 0, 0, 0, 1]'),
             ('not of a', '"converged": true, "covariance": [1, 0, 1, 0, 0, 2e-10, 0, 0, 0, 1]'),
             ('at all', '"converged": false, "covariance": [null, null, null, null, null, null, '
                        'null, null, null, null]')) v(what, fit),
     LATERAL (SELECT ('{"model": "bg/nbd", "r": 1, "alpha": 5, "a": 1e-6, "b": 1, '
                      '"log_likelihood": -9, "observations": 9, ' || fit
                      || '}')::retention_model) t(m);

-- fitting: in days and in weeks, in any order, from customers that do not count
SELECT setseed(0.25) \g /dev/null
CREATE TEMP TABLE customer AS
SELECT c, purchase_history(d) AS h
FROM (SELECT c,
             date '2024-01-01' + (c % 100)
             + (sum(5 + (c % 9) * 4 + (random() + random()) * 20)
                  OVER (PARTITION BY c ORDER BY n))::int AS d
      FROM generate_series(1, 500) c, generate_series(1, 8) n WHERE n <= c % 8 + 1) s
GROUP BY c;
CREATE TEMP TABLE fitted AS
SELECT fit_model('interpurchase', h, '2026-06-30') AS days,
       fit_model('interpurchase', h, '2026-06-30', 7) AS weeks,
       fit_model('interpurchase', h, '2026-06-30' ORDER BY c DESC) AS backwards, count(*) AS n
FROM customer;
SELECT round(parameter(days, 'k')::numeric, 3) AS k, round(parameter(days, 'r')::numeric, 3) AS r,
       round(parameter(days, 'alpha')::numeric, 2) AS alpha,
       observations(days), converged(days), time_unit_days(weeks),
       days::text = backwards::text AS same,
       abs(parameter(weeks, 'alpha') * 7 / parameter(days, 'alpha') - 1) < 1e-4 AS alpha_scales,
       abs(parameter(weeks, 'k') / parameter(days, 'k') - 1) < 1e-4 AS k_stays,
       -- each interval's density is 7 times as high
       abs(log_likelihood(weeks) - log_likelihood(days)
           - (SELECT sum(frequency(h, '2026-06-30'))
              FROM customer) * ln(7)) < 1e-6 AS likelihood_shifts
FROM fitted;
SELECT days::text =
       (SELECT fit_model('interpurchase', h, '2026-06-30')::text
        FROM (SELECT h FROM customer
              UNION ALL SELECT NULL
              UNION ALL SELECT '{2027-01-01: ?}'
              UNION ALL SELECT '{2020-01-01: -5 in 0}') s) AS same
FROM fitted;
SELECT fit_model('interpurchase', h, '2026-06-30') IS NULL AS nothing FROM customer WHERE false;

-- fits that cannot be
SELECT fit_model('bg', h, '2026-06-30') FROM customer;
SELECT fit_model('interpurchase', h, NULL) FROM customer;
SELECT fit_model(NULL, h, '2026-06-30') FROM customer;
SELECT fit_model('interpurchase', h, '2026-06-30', 0) FROM customer;
SELECT fit_model('interpurchase', h, '2026-06-30', 'NaN') FROM customer;
SELECT fit_model('interpurchase', h, 'infinity') FROM customer;
SELECT fit_model('interpurchase', h, date '2026-06-30' - (c % 2)) FROM customer;
SELECT fit_model('interpurchase', h, '2024-01-01') FROM customer;
SELECT fit_model('interpurchase', h, '2026-06-30') FROM customer WHERE c < 4;
SELECT round(parameter(fit_model('interpurchase', h, '2026-06-30'), 'k')::numeric, 3) AS k
FROM (SELECT purchase_history(date '2026-01-01' + n * 7) AS h
      FROM generate_series(1, 10) c, generate_series(0, 10) n GROUP BY c) s;

-- states that are none
CREATE AGGREGATE pg_temp.evil(text, purchase_history, date) (
	SFUNC = fit_model_add, STYPE = bytea, INITCOND = '\x00');
CREATE AGGREGATE pg_temp.evil2(bytea) (SFUNC = fit_model_combine, STYPE = bytea,
                                       FINALFUNC = fit_model_final);
SELECT pg_temp.evil('interpurchase', h, '2026-06-30') FROM customer;
SELECT pg_temp.evil2('\x0101000000000000ffffffff'::bytea);
SELECT pg_temp.evil2(('\x' || repeat('01', 600))::bytea);
SELECT fit_model_final('\x');
SELECT fit_model_add(NULL, 'interpurchase', NULL, date '2026-06-30');

-- answers from a typed-in model: k = 1 makes the predictive distribution a Pareto,
-- (1 + t / (alpha + S)) ^ -(r + n)
CREATE TEMP TABLE pareto AS
SELECT '{"model":"interpurchase","k":1,"r":2,"alpha":30}'::retention_model AS m,
       '{2026-01-01: ?, 2026-01-11: ?, 2026-01-31: ?}'::purchase_history AS h;
SELECT d, round(silence_probability(h, d, m)::numeric, 10) AS silence,
       round(power(1 + (d - '2026-01-31') / 60.0, -4), 10) AS expected
FROM pareto, (VALUES (date '2026-01-31'), ('2026-02-10'), ('2026-06-30')) v(d);
-- the median of the total silence t given u: 1 + t/60 = (1 + u/60) * 2 ^ (1/4)
SELECT d, expected_next_purchase(h, d, m),
       date '2026-01-31'
       + round(60 * ((1 + (d - '2026-01-31') / 60.0) * power(2.0, 0.25) - 1))::int AS expected,
       contact_window(h, d, m), contact_window(h, d, m, 0.1, 0.9)
FROM pareto, (VALUES (date '2026-01-31'), ('2026-02-10'), ('2026-06-30')) v(d);
-- in weeks it is the same
SELECT round(silence_probability(h, '2026-03-01',
                                 '{"model":"interpurchase","k":2.5,"r":2,"alpha":28}')::numeric,
             12) =
       round(silence_probability(
                 h, '2026-03-01',
                 '{"model":"interpurchase","k":2.5,"r":2,"alpha":4,"time_unit_days":7}')::numeric,
             12) AS same
FROM pareto;
-- recent intervals count more: of the intervals 10, 20 the first counts half, n = 1.5, S = 25
SELECT with_recency_weight(m, 0.5),
       round(silence_probability(h, '2026-02-10', with_recency_weight(m, 0.5))::numeric,
             10) AS silence,
       round(power(1 + 10 / 55.0, -3.5), 10) AS expected,
       with_recency_weight(m, 1)::text = m::text AS same,
       with_recency_weight(m, 0.5)::text =
       '{"model":"interpurchase","k":1,"r":2,"alpha":30,'
       '"recency_weight":0.5}'::retention_model::text AS typed
FROM pareto;
SELECT with_recency_weight(m, 0) FROM pareto;
SELECT with_recency_weight(m, 'NaN') FROM pareto;
SELECT '{"model":"interpurchase","k":1,"r":2,"alpha":30,"recency_weight":1.5}'::retention_model;
-- one purchase, none, extremes
SELECT round(silence_probability('{2026-01-01: ?}', '2026-01-16', m)::numeric, 10) AS once,
       expected_next_purchase('{2026-01-01: ?}', '2026-01-01', m),
       silence_probability('{2026-01-01: ?}', '2025-12-31', m) AS none,
       contact_window('{2026-01-01: -5 in 0}', '2026-01-01', m) AS refund
FROM pareto;
SELECT silence_probability(h, '5874897-12-31', m) < 1e-20 AS silent,
       expected_next_purchase(h, '5874897-12-31', m), contact_window(h, '5874897-12-31', m),
       contact_window(h, '5874890-12-31', m, 0.0000001, 0.9)
FROM pareto;
SELECT contact_window(h, '2026-01-31', m, 0.75, 0.25) FROM pareto;
SELECT contact_window(h, '2026-01-31', m, 0, 1) FROM pareto;
SELECT silence_probability(h, 'infinity', m) FROM pareto;
-- customers who differ in how regular they are: the intervals of each tell their own
CREATE TEMP TABLE own AS
SELECT '{"model":"interpurchase","k":1.5,"r":2,"alpha":60,"k_median":2,'
       '"k_deviation":1}'::retention_model AS m;
SELECT m, m::text::retention_model::text = m::text AS same FROM own;
SELECT '{"model":"interpurchase","k":1.5,"r":2,"alpha":60,"k_deviation":0.5}'::retention_model;
WITH customer (name, h) AS (
         SELECT 'even', purchase_history(date '2026-01-15' + 25 * i, 10)
         FROM generate_series(0, 6) i
         UNION ALL SELECT 'uneven', purchase_history(d, 10)
         FROM unnest('{2026-01-01,2026-01-03,2026-04-05,2026-04-06,2026-06-20,2026-06-25,'
                     '2026-06-30}'::date[]) d
         UNION ALL SELECT 'once', purchase_history(date '2026-06-30', 10))
SELECT name, round(regularity(h, '2026-07-20', m)::numeric, 3) AS regularity, contact_from,
       expected_next, contact_until, round(silence_probability::numeric, 6) AS silence, stage,
       contact_window(h, '2026-07-20', m) =
       daterange(contact_from, contact_until, '[]') AS same_window,
       expected_next_purchase(h, '2026-07-20', m) = expected_next AS same_day
FROM customer, own, purchase_cycle(h, '2026-07-20', m) ORDER BY name;
SELECT '{"model":"interpurchase","k":1,"r":2,"alpha":30,"k_deviation":-1}'::retention_model;
SELECT '{"model":"interpurchase","k":1,"r":2,"alpha":30,"k_deviation":11}'::retention_model;
SELECT '{"model":"interpurchase","k":1,"r":2,"alpha":30,"k_median":2}'::retention_model;
SELECT '{"model":"interpurchase","k":1,"r":2,"alpha":30,"k_median":-2,'
       '"k_deviation":1}'::retention_model;
SELECT '{"model":"bg/nbd","r":1,"alpha":2,"a":1,"b":2,"k_deviation":1}'::retention_model;

-- = and hash
CREATE TEMP TABLE models (n int, m retention_model);
INSERT INTO models VALUES
	(1, '{"model":"bg/nbd","r":1,"alpha":2,"a":1,"b":2}'),
	(2, ' {"b":2,"a":1.0,"alpha":2e0,"r":1,"time_unit_days":1,"model":"bg/nbd"}'),
	(3, '{"model":"mbg/nbd","r":1,"alpha":2,"a":1,"b":2}'),
	(4, '{"model":"bg/nbd","r":1,"alpha":2,"a":1,"b":2,"time_unit_days":7}'),
	(5,
	 '{"model":"gamma-gamma","p":6,"q":4,"gamma":15,"log_likelihood":-5,"observations":9,'
	 '"frequency_correlation":null}'),
	(6,
	 '{"model":"gamma-gamma","p":6,"q":4,"gamma":15,"log_likelihood":-5,"observations":9,'
	 '"frequency_correlation":null,"covariance":[null,null,null,null,null,null]}');
SELECT m, count(*), min(n) FROM models GROUP BY m ORDER BY min(n);
SELECT bool_and((a.m = b.m) = (a.m::text = b.m::text)
                AND (a.m <> b.m) = (a.m::text <> b.m::text)) AS as_text,
       bool_and(a.m <> b.m
                OR retention_model_hash(a.m) = retention_model_hash(b.m)
                   AND retention_model_hash_extended(a.m, 5) =
                       retention_model_hash_extended(b.m, 5)) AS hashes
FROM models a, models b;
SELECT count(*) AS distinct_ones FROM (SELECT DISTINCT m FROM models) s;
SET enable_mergejoin = off;
SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT a.n, b.n FROM models a JOIN models b USING (m);
SELECT a.n, b.n FROM models a JOIN models b USING (m) WHERE a.n < b.n ORDER BY 1;
RESET enable_mergejoin;
RESET enable_nestloop;
SELECT m FROM models ORDER BY m;
SET client_min_messages = error;
SELECT bool_and(m = m::text::retention_model) AS text_is_equal,
       bool_and(m = again) AS fits_are_equal
FROM (SELECT fit_model(kind, h, '2026-06-30') AS m,
             fit_model(kind, h, '2026-06-30' ORDER BY c DESC) AS again
      FROM customer, unnest('{interpurchase, bg/nbd, pareto/nbd}'::text[]) kind GROUP BY kind) f;
RESET client_min_messages;
-- no message has all of a long name
SELECT fit_model(repeat('x', 10000000), h, '2026-06-30') FROM customer;
SELECT parameter(m, repeat('x', 10000000)) FROM models;
SELECT format('{"model": "%s"}', repeat('x', 1000000))::retention_model;
SELECT format('{"model": "bg/nbd", "%s": 1}', repeat('x', 1000000))::retention_model;
SELECT format('{"model": "bg/nbd", "%s": "1"}', repeat('x', 1000000))::retention_model;
