-- Models with covariates: what is typed and what comes back; the numbers themselves are compared
-- with known effects of simulated bases in test/core.
SET extra_float_digits = 0;
CREATE TEMP TABLE shop AS
SELECT web, visits, web * 100000 + visits * 10000 + customer_id AS id,
       purchase_history(purchase_date, ((20 + 10 * web) * exp(0.3 * sin(customer_id)
           + 0.4 * sin(purchase_date - '2020-01-01'::date)))::numeric) AS h
FROM generate_series(0, 1) web, generate_series(0, 2) visits,
     simulate_customers(format('{"model": "mbg/nbd", "r": 0.8, "alpha": %s, "a": %s, "b": 2.5,
                                "time_unit_days": 7}', 12 * exp(-0.4 * web + 0.3 * visits),
                               0.6 * exp(0.5 * web))::retention_model,
                        300, '2023-01-01', '2023-12-31', '2025-06-30', 3 * web + visits)
GROUP BY web, visits, customer_id;
CREATE TEMP TABLE fits AS
SELECT kind, (SELECT fit_model(kind, h, '2025-06-30', 7, NULL, ARRAY[web, visits],
                               ARRAY['web', 'visits a year']) FROM shop) AS m
FROM unnest(ARRAY['bg/nbd', 'mbg/nbd', 'pareto/nbd', 'gamma-gamma', 'gamma-gamma-all']) kind;

-- what covariates do
SELECT kind, process, covariate, round(coefficient::numeric, 2) AS coefficient,
       round(std_error::numeric, 3) AS std_error, round(lower::numeric, 2) AS lower,
       round(upper::numeric, 2) AS upper, p_value < 0.001 AS matters,
       round(ratio::numeric, 2) AS ratio
FROM fits, model_effects(m);
SELECT kind, converged(m), observations(m),
       round((aic(m) + 2 * log_likelihood(m))::numeric, 6) AS twice_the_parameters
FROM fits;
SELECT bool_and(abs(lower - coefficient + 1.959963984540054 * std_error) < 1e-12
                AND abs(upper - coefficient - 1.959963984540054 * std_error) < 1e-12
                AND abs(ln(ratio) - coefficient) < 1e-12) AS consistent
FROM fits, model_effects(m);
SELECT * FROM model_effects('{"model": "bg/nbd", "r": 1, "alpha": 7, "a": 1, "b": 2}');

-- the model of a customer is a plain one, with the parameters that the effects say
WITH e AS (
	SELECT m, web, visits, with_covariates(m, ARRAY[web, visits]) AS c,
	       (SELECT sum(coefficient * (ARRAY[web, visits])[1 + (covariate <> 'web')::int])
	        FROM model_effects(m) WHERE process = 'purchase') AS purchase,
	       (SELECT sum(coefficient * (ARRAY[web, visits])[1 + (covariate <> 'web')::int])
	        FROM model_effects(m) WHERE process = 'dropout') AS dropout
	FROM fits, generate_series(0, 1) web, generate_series(0, 2) visits
	WHERE kind IN ('mbg/nbd', 'pareto/nbd'))
SELECT model_kind(m),
       bool_and(abs(parameter(c, 'alpha') / parameter(m, 'alpha') / exp(-purchase) - 1) < 1e-12)
           AS alpha,
       bool_and(abs(CASE model_kind(m) WHEN 'mbg/nbd'
                    THEN parameter(c, 'a') / parameter(m, 'a')
                    ELSE parameter(m, 'beta') / parameter(c, 'beta') END / exp(dropout) - 1)
                < 1e-12)
           AS dropout,
       bool_and(parameter(c, 'r') = parameter(m, 'r')) AS r,
       bool_and(log_likelihood(c) IS NULL AND aic(c) IS NULL AND bic(c) IS NULL) AS no_likelihood,
       bool_and(converged(c) AND observations(c) = observations(m)) AS fitted
FROM e GROUP BY 1 ORDER BY 1;
-- all functions take it; p_alive is that of the same model typed in
SELECT bool_and(p_alive(c, h, '2025-06-30') = p_alive(typed, h, '2025-06-30')
                AND expected_purchases(c, h, '2025-06-30', '1 year') =
                    expected_purchases(typed, h, '2025-06-30', '1 year')
                AND lost_on(h, '2025-06-30', c)
                    IS NOT DISTINCT FROM lost_on(h, '2025-06-30', typed))
       AS same
FROM (SELECT h, with_covariates(m, ARRAY[web, visits]) AS c,
             (jsonb_build_object('model', model_kind(m), 'time_unit_days', time_unit_days(m))
              || parameters(with_covariates(m, ARRAY[web, visits])))::text::retention_model
                 AS typed
      FROM shop, fits WHERE kind = 'mbg/nbd') t;
-- its errors are smaller where the effects are known better than the rest, and never NULL here
SELECT round(standard_error(with_covariates(m, ARRAY[0, 0]), 'alpha')::numeric, 2) AS none,
       standard_error(with_covariates(m, ARRAY[0, 0]), 'alpha') = standard_error(m, 'alpha')
           AS base,
       round(standard_error(with_covariates(m, ARRAY[1, 2]), 'alpha')::numeric, 2) AS both
FROM fits WHERE kind = 'mbg/nbd';
-- the likelihood of the fit is that of its customers, each by their own model
SELECT abs(log_likelihood(m) -
           (SELECT sum(log_likelihood(with_covariates(m, ARRAY[web, visits]), h, '2025-06-30'))
            FROM shop)) < 1e-6 AS of_all
FROM fits WHERE kind IN ('bg/nbd', 'mbg/nbd', 'pareto/nbd');

-- in text, in a table, hashed
SELECT bool_and(m::text::retention_model = m AND m::text::retention_model::text = m::text) AS same
FROM fits;
SELECT count(*) FROM (SELECT m FROM fits GROUP BY m) f;
-- the order does not matter
SELECT count(*) FROM (SELECT m FROM (
	SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web, visits] ORDER BY id) AS m
	FROM shop
	UNION ALL
	SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web, visits] ORDER BY id DESC)
	FROM shop
	UNION ALL
	SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web, visits] ORDER BY md5(id::text))
	FROM shop) o GROUP BY m) f;
-- no covariates are no covariates
SELECT kind, (SELECT fit_model(kind, h, '2025-06-30', 7, NULL, '{}'::float8[]) =
                     fit_model(kind, h, '2025-06-30', 7) FROM shop) AS same
FROM fits;
-- a flat season is none, but for what the model says of itself
SELECT abs(log_likelihood(fit_model('mbg/nbd', h, '2025-06-30', 7,
                                    '{"months": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}',
                                    ARRAY[web, visits])) -
           log_likelihood(fit_model('mbg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web, visits])))
       < 1e-6 AS same
FROM shop;
-- a season and covariates
WITH s AS (SELECT retention_season
                  '{"months": [0.5, 0.6, 0.8, 1, 1, 1, 0.7, 0.6, 1, 1.2, 1.6, 2]}' AS s),
     f AS (SELECT fit_model('mbg/nbd', h, '2025-06-30', 7, s, ARRAY[web, visits]) AS m
           FROM shop, s)
SELECT season(m) = s AS with_it,
       abs(log_likelihood(m) -
           (SELECT sum(log_likelihood(with_covariates(m, ARRAY[web, visits]), h, '2025-06-30'))
            FROM shop)) < 1e-6 AS of_all
FROM f, s;
SELECT fit_model('mbg/nbd', h, '2025-06-30', 7,
                 format('{"months": [%s, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}',
                        1 + web * 0.01)::retention_season, ARRAY[web, visits])
FROM shop;

-- what says nothing has no coefficient
SELECT process, covariate, coefficient IS NULL AS none, p_value IS NULL AS no_p
FROM model_effects((SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL,
                                     ARRAY[1, web, 1 - web, visits],
                                     '{one,web,not web,visits}') FROM shop));
-- what separates; where the search ends in the plain is not the same on every machine
\set VERBOSITY terse
WITH s AS (SELECT web, visits, CASE WHEN visits = 2 THEN
                  purchase_history(first_purchase(h)) ELSE h END AS h
           FROM shop GROUP BY web, visits, h, id)
SELECT process, covariate, abs(coefficient) > 5 AS large, p_value IS NULL AS no_p
FROM model_effects((SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL,
                                     ARRAY[web, (visits = 2)::int], '{web,never again}') FROM s));
\set VERBOSITY default
-- few customers
SELECT converged(fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web, visits, id % 2, id % 3,
                                                                     id % 5, id % 7])) IS NOT NULL
FROM (SELECT * FROM shop ORDER BY md5(id::text) LIMIT 60) few;
SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web])
FROM (SELECT * FROM shop ORDER BY id LIMIT 3) three;

-- nobody, and who has not bought yet
SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web]) IS NULL AS nobody
FROM shop WHERE false;
SELECT fit_model('bg/nbd', NULL::purchase_history, '2025-06-30', 7, NULL, ARRAY[web])
       IS NULL AS nobody
FROM shop;

-- what can't be
SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web, NULL], '{web,visits}') FROM shop;
SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, NULL::float8[]) FROM shop;
SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web, 'Infinity']::float8[]) FROM shop;
SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[[web], [visits]]) FROM shop;
SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, array_fill(1.0, ARRAY[33])) FROM shop;
SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL,
                 CASE web WHEN 0 THEN ARRAY[1.0] ELSE ARRAY[1.0, 2] END) FROM shop;
SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web], '{a,b}') FROM shop;
SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web, visits], '{a,a}') FROM shop;
SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web, visits], '{a,""}') FROM shop;
SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web, visits], '{a,NULL}') FROM shop;
SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web, visits], NULL) FROM shop;
SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web],
                 ARRAY[repeat('x', 64)]) FROM shop;
SELECT fit_model('bg/nbd', h, '2025-06-30', 7, NULL, ARRAY[web],
                 ARRAY['x' || visits]) FROM shop;
SELECT fit_model('bg/nbd', h, '2025-06-30', NULL, NULL, ARRAY[web]) FROM shop;
SELECT fit_model('bg/nbd', h, '2025-06-30', 0, NULL, ARRAY[web]) FROM shop;
SELECT fit_model(CASE web WHEN 0 THEN 'bg/nbd' ELSE 'mbg/nbd' END, h, '2025-06-30', 7, NULL,
                 ARRAY[visits]) FROM shop;
SELECT fit_model('interpurchase', h, '2025-06-30', 1, NULL, ARRAY[web]) FROM shop;
SELECT fit_model('gamma-gamma', h, '2025-06-30', 1,
                 '{"months": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}', ARRAY[web]) FROM shop;
SELECT p_alive(m, h, '2025-06-30') FROM shop, fits WHERE kind = 'mbg/nbd';
SELECT expected_order_value(m, h, '2025-06-30') FROM shop, fits WHERE kind = 'gamma-gamma';
SELECT with_covariates(m, ARRAY[1]) FROM fits WHERE kind = 'mbg/nbd';
SELECT with_covariates(m, ARRAY[1, NULL]) FROM fits WHERE kind = 'mbg/nbd';
SELECT with_covariates(m, ARRAY[1, 1e308]) FROM fits WHERE kind = 'mbg/nbd';
SELECT with_covariates(with_covariates(m, ARRAY[1, 2]), ARRAY[1, 2])
FROM fits WHERE kind = 'mbg/nbd';
SELECT with_covariates(m, NULL) IS NULL FROM fits WHERE kind = 'mbg/nbd';

-- typed in
SELECT parameters(with_covariates(m, ARRAY[2])), m
FROM (SELECT '{"model": "bg/nbd", "r": 0.8, "alpha": 3, "a": 1, "b": 2.5,
              "covariates": {"purchase": [0.5], "names": ["of age"]}}'::retention_model AS m) t;
SELECT * FROM model_effects('{"model": "pareto/nbd", "r": 0.8, "alpha": 3, "s": 1, "beta": 2.5,
              "covariates": {"purchase": [0.5, null], "dropout": [1, 0]}}');
SELECT retention_model '{"model": "bg/nbd", "r": 0.8, "alpha": 3, "a": 1, "b": 2.5,
                        "covariates": [1]}';
SELECT retention_model '{"model": "bg/nbd", "r": 0.8, "alpha": 3, "a": 1, "b": 2.5,
                        "covariates": {}}';
SELECT retention_model '{"model": "bg/nbd", "r": 0.8, "alpha": 3, "a": 1, "b": 2.5,
                        "covariates": {"purchase": [1], "dropout": [1, 2]}}';
SELECT retention_model '{"model": "bg/nbd", "r": 0.8, "alpha": 3, "a": 1, "b": 2.5,
                        "covariates": {"purchase": [1], "spend": [1]}}';
SELECT retention_model '{"model": "bg/nbd", "r": 0.8, "alpha": 3, "a": 1, "b": 2.5,
                        "covariates": {"purchase": ["x"]}}';
SELECT retention_model '{"model": "bg/nbd", "r": 0.8, "alpha": 3, "a": 1, "b": 2.5,
                        "covariates": {"purchase": [1], "names": ["a", "b"]}}';
SELECT retention_model '{"model": "bg/nbd", "r": 0.8, "alpha": 3, "a": 1, "b": 2.5,
                        "covariates": {"purchase": [1e999]}}';
SELECT retention_model '{"model": "bg/nbd", "r": 0.8, "alpha": 3, "a": 1, "b": 2.5,
                        "covariates": {"purchase": [1], "covariance": [1]}}';
SELECT '{"model": "sbg", "alpha": 3, "beta": 1, "covariates": {"purchase": [1]}}'::retention_model;

-- the support functions, called by anybody with anything
SELECT fit_covariates_final(NULL) IS NULL;
SELECT fit_covariates_final('\x00');
SELECT fit_covariates_combine('\x00', '\x00');
SELECT fit_covariates_add(NULL, 'bg/nbd', NULL, '2025-06-30', 7, NULL, ARRAY[1.0]) IS NULL;
