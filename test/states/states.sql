-- A state of every aggregate of the extension, before its final function: example has each with
-- arguments for it, raw_state makes the state.
-- For psql, in a database of its own with the extension.
SET client_min_messages = warning;

CREATE TABLE customer AS
SELECT g,
       purchase_history(d,
                        CASE WHEN g % 7 = i THEN NULL WHEN g % 11 = i THEN -1.5
                             ELSE 10 + g % 5 + i END) AS h,
       min(d) AS first_day, (g * g % 11)::float8 AS x,
       CASE WHEN g % 11 > 0 THEN 9.5 - g % 7 ELSE 0 END::float8 AS t_x, 10.0::float8 + g % 3 AS age,
       1 + g * g % 5 AS tenure, g * 7 % 10 < 4 AS churned, g % 2 = 0 AS treated,
       (g % 20) / 20.0::float8 AS score,
       CASE WHEN g % 6 > 0 THEN (ARRAY['north', 'süd', ''])[1 + g % 3] END AS place
FROM generate_series(1, 40) g, generate_series(0, 4) i,
     LATERAL (SELECT date '2025-01-01' + g * 3 + i * (20 + g % 13) + i * i AS d) s
WHERE i <= g % 6 GROUP BY g;

CREATE TABLE example (number serial PRIMARY KEY, aggregate regprocedure NOT NULL,
                      arguments text NOT NULL);
INSERT INTO example (aggregate, arguments) VALUES
	('purchase_history(date, numeric)', 'first_day, x::numeric'),
	('purchase_history(date, float8)', 'first_day, x'),
	('purchase_history(date)', 'first_day'),
	('purchase_history(timestamp, numeric)', 'first_day::timestamp, x::numeric'),
	('purchase_history(timestamp, float8)', 'first_day::timestamp, x'),
	('purchase_history(timestamp)', 'first_day::timestamp'),
	('purchase_history(timestamptz, numeric)', 'first_day::timestamptz, x::numeric'),
	('purchase_history(timestamptz, float8)', 'first_day::timestamptz, x'),
	('purchase_history(timestamptz)', 'first_day::timestamptz'),
	('purchase_history(timestamptz, numeric, text)',
	 'first_day::timestamptz, x::numeric, ''Asia/Tokyo'''),
	('purchase_history(timestamptz, float8, text)', 'first_day::timestamptz, x, ''Asia/Tokyo'''),
	('purchase_history(timestamptz, text)', 'first_day::timestamptz, ''Asia/Tokyo'''),
	('purchase_history(purchase_history)', 'h'),
	('fit_model(text, purchase_history, date)', '''interpurchase'', h, ''2025-12-31'''),
	('fit_model(text, purchase_history, date)', '''mbg/cnbd-2'', h, ''2025-12-31'''),
	('fit_model(text, purchase_history, date)', '''gamma-gamma'', h, ''2025-12-31'''),
	('fit_model(text, purchase_history, date)', '''gamma-gamma-all'', h, ''2025-12-31'''),
	('fit_model(text, purchase_history, date, float8)', '''bg/nbd'', h, ''2025-12-31'', 7'),
	('fit_model(text, purchase_history, date, float8)', '''bg/bb'', h, ''2025-12-31'', 30'),
	('fit_model(text, purchase_history, date, float8, retention_season)',
	 '''mbg/nbd'', h, ''2025-12-31'', 1, '
	 '''{"months":[0.8,0.8,0.9,1,1,1,0.9,0.8,1,1,1.2,1.6],'
	 '"events":[{"from":"2025-03-01","until":"2025-03-20","factor":0.4}]}'''),
	('fit_model(text, purchase_history, date, float8, retention_season)',
	 '''interpurchase'', h, ''2025-12-31'', 7, '
	 '''{"months":[0.8,0.8,0.9,1,1,1,0.9,0.8,1,1,1.2,1.6],'
	 '"events":[{"from":"2025-03-01","until":"2025-03-20","factor":0.4}]}'''),
	('fit_model(text, purchase_history, date, float8, retention_season)',
	 '''bg/cnbd-2'', h, ''2025-12-31'', 1, '
	 '''{"months":[0.8,0.8,0.9,1,1,1,0.9,0.8,1,1,1.2,1.6],'
	 '"events":[{"from":"2025-03-01","until":"2025-03-20","factor":0.4}]}'''),
	('fit_model(text, purchase_history, date, float8, retention_season, float8[])',
	 '''pareto/nbd'', h, ''2025-12-31'', 7, NULL, ARRAY[treated::int, tenure]'),
	('fit_model(text, purchase_history, date, float8, retention_season, float8[])',
	 '''gamma-gamma-all'', h, ''2025-12-31'', 1, NULL, ARRAY[tenure]'),
	('fit_model(text, purchase_history, date, float8, retention_season, float8[], text[])',
	 '''mbg/nbd'', h, ''2025-12-31'', 1, '
	 '''{"months":[0.8,0.8,0.9,1,1,1,0.9,0.8,1,1,1.2,1.6],'
	 '"events":[{"from":"2025-03-01","until":"2025-03-20","factor":0.4}]}'', '
	 'ARRAY[treated::int, score], ''{treated,Größe}'''),
	('fit_season(purchase_history, date)', 'h, ''2026-06-30'''),
	('fit_season(purchase_history, date, retention_season)', 'h, ''2026-06-30'', '
	 '''{"events":[{"from":"2025-03-01","until":"2025-03-20","factor":0.4}]}'''),
	('fit_model(text, float8, float8)', '''gamma-gamma'', x, age'),
	('fit_model(text, float8, float8, float8)', '''pareto/nbd'', x, t_x, age'),
	('fit_model(text, float8, float8, float8)',
	 '''gamma-gamma-all'', tenure, age, tenure * ln(age / tenure) - (tenure - 1) / age'),
	('fit_model(text, float8, float8, float8)',
	 '''bg/bb'', floor(x / 2), CASE WHEN x > 1 THEN floor(x / 2) + 2 ELSE 0 END, 12'),
	('fit_model(text, float8, float8, float8, float8)', '''bg/nbd'', x, t_x, age, 0.5 + g'),
	('fit_model(text, float8, float8, float8, float8, float8)',
	 '''mbg/nbd'', x, t_x, age, 1 + g, 7'),
	('fit_model(text, integer, boolean)', '''sbg'', tenure, churned'),
	('fit_model(text, integer, boolean, float8)', '''bdw'', tenure, churned, 2'),
	('fit_model(text, integer, boolean, float8, float8)', '''sbg'', tenure, churned, 2, 30'),
	('expected_total(retention_model, purchase_history, date, interval)',
	 '''{"model":"mbg/nbd","r":1,"alpha":30,"a":0.5,"b":3}'', h, ''2025-12-31'', ''90 days'''),
	('expected_total(retention_model, purchase_history, date, interval)',
	 '''{"model":"mbg/nbd","r":1,"alpha":30,"a":0.5,"b":3,'
	 '"season":{"months":[1,1,1,1,1,1,1,1,1,1,1,2]}}'', h, ''2025-12-31'', ''90 days'''),
	('expected_total(retention_model, purchase_history, date, interval, float8)',
	 '''{"model":"pareto/nbd","r":1,"alpha":9,"s":0.6,"beta":12,"time_unit_days":7,'
	 '"log_likelihood":-99,"observations":40,"converged":true,'
	 '"covariance":[0.05,0.2,9,0.01,0.1,0.1,0.3,2,3,60]}'', h, ''2025-08-01'', ''1 year'', 0.8'),
	('compare_models(purchase_history, date, interval)', 'h, ''2025-07-31'', ''2 months'''),
	('compare_models(purchase_history, date, interval, text[])',
	 'h, ''2025-07-31'', ''2 months'', ''{mbg/cnbd-2, pareto/nbd}'''),
	('compare_models(purchase_history, date, interval, text[], float8)',
	 'h, ''2025-07-31'', ''2 months'', ''{bg/bb, bg/nbd}'', 7'),
	('compare_models(purchase_history, date, interval, text[], float8, retention_season)',
	 'h, ''2025-07-31'', ''2 months'', ''{bg/cnbd-2, bg/nbd}'', 7, '
	 '''{"months":[0.8,0.8,0.9,1,1,1,0.9,0.8,1,1,1.2,1.6],'
	 '"events":[{"from":"2025-03-01","until":"2025-03-20","factor":0.4}]}'''),
	('overall_spend_trend(purchase_history, date, interval)', 'h, ''2025-08-01'', ''3 months'''),
	('decayed_sum(float8, date, interval)', 'x, first_day, ''30 days'''),
	('decayed_count(date, interval)', 'first_day, ''30 days'''),
	('decayed_sum(float8, timestamp, interval)', 'x, first_day::timestamp, ''30 days'''),
	('decayed_count(timestamp, interval)', 'first_day::timestamp, ''30 days'''),
	('decayed_sum(float8, timestamptz, interval)', 'x, first_day::timestamptz, ''30 days'''),
	('decayed_count(timestamptz, interval)', 'first_day::timestamptz, ''30 days'''),
	('cohort_retention(purchase_history, text, date)', 'h, ''month'', ''2025-12-31'''),
	('cohort_retention(purchase_history, text, date, integer)', 'h, ''week'', ''2025-12-31'', 4'),
	('retention_curve(purchase_history, text, date)', 'h, ''month'', ''2025-12-31'''),
	('retention_curve(purchase_history, text, date, integer)', 'h, ''week'', ''2025-12-31'', 4'),
	('lifecycle(purchase_history, text, date, interval)',
	 'h, ''month'', ''2025-12-31'', ''30 days'''),
	('lifecycle(purchase_history, text, date, retention_model, float8)',
	 'h, ''week'', ''2025-12-31'', ''{"model":"mbg/nbd","r":1,"alpha":30,"a":0.5,"b":3}'', 0.5'),
	('lifecycle(purchase_history, text, date, retention_model, retention_model, float8)',
	 'h, ''week'', ''2025-12-31'', ''{"model":"interpurchase","k":2,"r":2,"alpha":60}'', '
	 '''{"model":"mbg/nbd","r":1,"alpha":30,"a":0.5,"b":3}'', 0.5'),
	('expected_lifecycle(purchase_history, text, date, retention_model, retention_model)',
	 'h, ''month'', ''2025-12-31'', ''{"model":"interpurchase","k":2,"r":2,"alpha":60}'', '
	 '''{"model":"mbg/nbd","r":1,"alpha":30,"a":0.5,"b":3}'''),
	('expected_lifecycle(purchase_history, text, date, retention_model, retention_model)',
	 'h, ''week'', ''2025-12-31'', ''{"model":"interpurchase","k":2,"r":2,"alpha":60}'', NULL'),
	('survival_curve(float8, boolean)', 'x, churned'),
	('survival_curve(float8, boolean, float8)', 'x, churned, 0.9'),
	('survival_curve(float8, float8, boolean)', 'x / 2, x + 1, churned'),
	('survival_curve(float8, float8, boolean, float8)', 'x / 2, x + 1, churned, 0.9'),
	('survival_curve(float8, boolean, float8, float8)', 'x, churned, 0.9, age'),
	('survival_curve(float8, float8, boolean, float8, float8)', 'x / 2, x + 1, churned, 0.9, age'),
	('log_rank(float8, boolean, text)', 'x, churned, place'),
	('log_rank(float8, boolean, boolean)', 'x, churned, treated'),
	('log_rank_groups(float8, boolean, text)', 'x, churned, place'),
	('log_rank_groups(float8, boolean, boolean)', 'x, churned, treated'),
	('log_rank(float8, float8, boolean, text)', 'x / 2, x + 1, churned, place'),
	('log_rank(float8, float8, boolean, boolean)', 'x / 2, x + 1, churned, treated'),
	('log_rank(float8, boolean, text, text)', 'x, churned, place, tenure::text'),
	('log_rank(float8, boolean, boolean, text)', 'x, churned, treated, place'),
	('log_rank(float8, float8, boolean, text, text)', 'x / 2, x + 1, churned, place, tenure::text'),
	('log_rank(float8, float8, boolean, boolean, text)', 'x / 2, x + 1, churned, treated, place'),
	('log_rank_groups(float8, float8, boolean, text)', 'x / 2, x + 1, churned, place'),
	('log_rank_groups(float8, float8, boolean, boolean)', 'x / 2, x + 1, churned, treated'),
	('log_rank_groups(float8, boolean, text, text)', 'x, churned, place, tenure::text'),
	('log_rank_groups(float8, boolean, boolean, text)', 'x, churned, treated, place'),
	('log_rank_groups(float8, float8, boolean, text, text)',
	 'x / 2, x + 1, churned, place, tenure::text'),
	('log_rank_groups(float8, float8, boolean, boolean, text)',
	 'x / 2, x + 1, churned, treated, place'),
	('fit_hazard(float8, boolean, float8[])', 'x, churned, ARRAY[tenure, age]'),
	('fit_hazard(float8, boolean, float8[], text)', 'x, churned, ARRAY[age], ''breslow'''),
	('fit_hazard(float8, float8, boolean, float8[])',
	 'x / 2, x + 1, churned, ARRAY[tenure, age]'),
	('fit_hazard(float8, float8, boolean, float8[], text)',
	 'x / 2, x + 1, churned, ARRAY[age], ''breslow'''),
	('fit_hazard(float8, boolean, float8[], text, text)',
	 'x, churned, ARRAY[age], ''efron'', place'),
	('fit_hazard(float8, float8, boolean, float8[], text, text)',
	 'x / 2, x + 1, churned, ARRAY[tenure, age], ''efron'', place'),
	('fit_logistic(boolean, float8[])', 'churned, ARRAY[x, age]'),
	('fit_logistic(boolean, float8[], float8)', 'churned, ARRAY[tenure, age], 2'),
	('fit_logistic(boolean, float8[], text[])',
	 'churned, ARRAY[tenure, x], ''{tenure,süd}''::text[]'),
	('fit_logistic(boolean, float8[], float8, text[])', 'churned, ARRAY[age], 3, ''{age}'''),
	('churn_drivers(boolean, text)', 'churned, place'),
	('churn_drivers(boolean, jsonb)',
	 'churned, jsonb_build_object(''place'', place, ''tenure'', tenure)'),
	('retention_uplift(boolean, boolean)', 'treated, churned'),
	('retention_uplift(boolean, boolean, text)', 'treated, churned, place'),
	('retention_uplift(boolean, boolean, text, float8)', 'treated, churned, place, 0.9'),
	('roc_auc(float8, boolean)', 'score, churned'),
	('concordance_index(float8, float8, boolean)', 'score, x, churned'),
	('concordance_index(float8, float8, float8, boolean)', 'score, x / 2, x + 1, churned'),
	('brier_score(float8, boolean)', 'score, churned'),
	('calibration_table(float8, boolean)', 'score, churned'),
	('calibration_table(float8, boolean, integer)', 'score, churned, 4'),
	('lift_table(float8, boolean)', 'score, churned'),
	('lift_table(float8, boolean, integer)', 'score, churned, 4'),
	('retention(boolean[])', 'VARIADIC ARRAY[churned, treated, true]'),
	('window_funnel(interval, date, boolean[])',
	 '''45 days'', first_day, VARIADIC ARRAY[churned, treated, true]'),
	('window_funnel_times(interval, date, boolean[])',
	 '''45 days'', first_day, VARIADIC ARRAY[churned, treated, true]'),
	('window_funnel(interval, timestamp, boolean[])',
	 '''45 days'', first_day::timestamp, VARIADIC ARRAY[churned, treated, true]'),
	('window_funnel_times(interval, timestamp, boolean[])',
	 '''45 days'', first_day::timestamp, VARIADIC ARRAY[churned, treated, true]'),
	('window_funnel(interval, timestamptz, boolean[])',
	 '''45 days'', first_day::timestamptz, VARIADIC ARRAY[churned, treated, true]'),
	('window_funnel_times(interval, timestamptz, boolean[])',
	 '''45 days'', first_day::timestamptz, VARIADIC ARRAY[churned, treated, true]');

-- aggregates that have none
CREATE VIEW without_example AS
SELECT aggfnoid::oid::regprocedure AS aggregate
FROM pg_aggregate
     JOIN pg_depend ON classid = 'pg_proc'::regclass AND objid = aggfnoid::oid AND deptype = 'e'
     JOIN pg_extension e
       ON refclassid = 'pg_extension'::regclass AND refobjid = e.oid AND extname = 'retention'
WHERE aggfnoid::oid NOT IN (SELECT aggregate::oid FROM example);

-- the same aggregates without their final functions
DO $$
DECLARE
	a record;
BEGIN
	FOR a IN
		SELECT DISTINCT aggregate, aggtransfn, aggtranstype::regtype AS type,
			pg_get_function_identity_arguments(aggregate) AS arguments
		FROM example JOIN pg_aggregate ON aggfnoid::oid = aggregate::oid
	LOOP
		EXECUTE format('CREATE AGGREGATE raw_%s(%s) (SFUNC = %s, STYPE = %s)',
			a.aggregate::oid, a.arguments, a.aggtransfn, a.type);
	END LOOP;
END
$$;

-- a query for some column of the customers
CREATE FUNCTION query_of(example, result text) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT %s FROM customer',
		replace(result, 'aggregate', format('%s(%s)', $1.aggregate::oid::regproc, $1.arguments)))
$$;
CREATE FUNCTION raw_query_of(example, result text) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT %s FROM customer',
		replace(result, 'aggregate', format('raw_%s(%s)', $1.aggregate::oid, $1.arguments)))
$$;
