-- States of aggregates that somebody else has written.
\set VERBOSITY sqlstate
SET client_min_messages = warning;
CREATE FUNCTION pg_temp.le8(v bytea) RETURNS bytea LANGUAGE sql AS
	$$ SELECT string_agg(substr(v, 9 - i, 1), ''::bytea ORDER BY i) FROM generate_series(1, 8) i $$;
-- numbers in the place of the words of a state, from the n-th on behind its version
CREATE FUNCTION pg_temp.with_words(s bytea, n int, VARIADIC words bytea[]) RETURNS bytea
	LANGUAGE sql AS $$ SELECT overlay(s PLACING string_agg(w, ''::bytea ORDER BY i) FROM 5
                + 8 * (n - 1) FOR 8 * array_length(words, 1)::int)
 FROM unnest(words) WITH ORDINALITY u(w, i) $$;
CREATE FUNCTION pg_temp.n(bigint) RETURNS bytea
	LANGUAGE sql AS $$ SELECT pg_temp.le8(int8send($1)) $$;
CREATE FUNCTION pg_temp.x(float8) RETURNS bytea
	LANGUAGE sql AS $$ SELECT pg_temp.le8(float8send($1)) $$;

-- a base of a decayed sum from which no distance can be told
CREATE TEMP TABLE decayed AS
SELECT decayed_sum_add(NULL::bytea, 1.0, date '2025-01-01', '30 days') AS s;
SELECT decayed_sum_combine(pg_temp.with_words(s, 4,
                                              pg_temp.n(-9223372036854775808 + 1099511627775)),
                           pg_temp.with_words(s, 4, pg_temp.n(9223372036854775807)))
FROM decayed;
SELECT decayed_sum_combine(s, pg_temp.with_words(s, 1, pg_temp.n(0))) FROM decayed;
SELECT decayed_sum_final(pg_temp.with_words(s, 6, pg_temp.n(9223372036854775807))) FROM decayed;
SELECT decayed_sum_final(s) FROM decayed;

-- of tallies: words 1 to 4 are the constants, 5 to 8 sums, 9 to 11 the head, 12 to 19 the places;
-- then come the entries
CREATE TEMP TABLE scored AS
SELECT scored_outcomes_add(scored_outcomes_add(NULL::bytea, 0.25, true), 0.75, false) AS s;
SELECT roc_auc_final(s), roc_auc_final(scored_outcomes_combine(s, s)) FROM scored;
SELECT calibration_table_final(pg_temp.with_words(s, 22, pg_temp.n(-5))) FROM scored;
SELECT lift_table_final(pg_temp.with_words(s, 22, pg_temp.n(9223372036854775807))) FROM scored;
SELECT lift_table_final(pg_temp.with_words(s, 1, pg_temp.n(0))) FROM scored;
SELECT roc_auc_final(pg_temp.with_words(s, 21, pg_temp.x('NaN'))) FROM scored;
SELECT scored_outcomes_combine(s, pg_temp.with_words(s, 22, pg_temp.n(9223372036854775807)))
FROM scored;
SELECT scored_outcomes_combine(pg_temp.with_words(s, 22, pg_temp.n(9223372036854775807)), s)
FROM scored;

CREATE TEMP TABLE hazard AS
SELECT fit_hazard_add(fit_hazard_add(NULL::bytea, 5, true, ARRAY[1.0]), 7, false, ARRAY[2.0]) AS s;
SELECT (fit_hazard_final(s)).churned FROM hazard;
SELECT fit_hazard_final(pg_temp.with_words(s, 23, pg_temp.n(4611686018427387904))) FROM hazard;
SELECT fit_hazard_final(pg_temp.with_words(s, 21, pg_temp.x('NaN'))) FROM hazard;
-- words 21 and 22 are the first number and how many true outcomes it has
CREATE TEMP TABLE logistic AS
SELECT fit_logistic_add(fit_logistic_add(NULL::bytea, true, '{1}', 3), false, '{2}', 3) AS s;
SELECT (fit_logistic_final(s)).customers FROM logistic;
SELECT fit_logistic_final(pg_temp.with_words(s, 22, pg_temp.n(4611686018427387904))) FROM logistic;
SELECT fit_logistic_final(pg_temp.with_words(s, 22, pg_temp.n(-1))) FROM logistic;
SELECT fit_logistic_final(pg_temp.with_words(s, 21, pg_temp.x('NaN'))) FROM logistic;
SELECT fit_logistic_final(pg_temp.with_words(s, 21, pg_temp.x('-Infinity'))) FROM logistic;
SELECT fit_logistic_final(pg_temp.with_words(s, 21, pg_temp.x('-0'))) FROM logistic;
-- the penalty, the mark of names, rows left out, the number of covariates
SELECT fit_logistic_final(pg_temp.with_words(s, 1, pg_temp.x(p)))
FROM logistic, unnest('{-1}'::float8[]) p;
SELECT fit_logistic_final(pg_temp.with_words(s, 1, pg_temp.x('NaN'))) FROM logistic;
SELECT fit_logistic_final(pg_temp.with_words(s, 2, pg_temp.n(1))) FROM logistic;
SELECT fit_logistic_final(pg_temp.with_words(s, 2, pg_temp.n(2))) FROM logistic;
SELECT fit_logistic_final(pg_temp.with_words(s, 5, pg_temp.n(-1))) FROM logistic;
SELECT fit_logistic_final(pg_temp.with_words(s, 6, pg_temp.n(2))) FROM logistic;
SELECT fit_logistic_combine(pg_temp.with_words(s, 6, pg_temp.n(9223372036854775807)),
                            pg_temp.with_words(s, 6, pg_temp.n(9223372036854775807)))
FROM logistic;
SELECT fit_logistic_add(pg_temp.with_words(s, 6, pg_temp.n(9223372036854775807)), true, '{1}', 3)
FROM logistic;
-- names, in bytes from 165 on: not text, not ended, none, two alike, two sets of them
CREATE TEMP TABLE named AS
SELECT fit_logistic_add(fit_logistic_add(NULL::bytea, true, '{1,3}', 0, '{one,two}'), false,
                        '{2,3}', 0, '{one,two}') AS s;
SELECT (fit_logistic_final(s)).customers, substr(s, 165, 8) AS names FROM named;
SELECT fit_logistic_final(overlay(s PLACING '\xff' FROM 165 FOR 1)) FROM named;
SELECT fit_logistic_final(overlay(s PLACING '\x01' FROM 168 FOR 1)) FROM named;
SELECT fit_logistic_final(overlay(s PLACING '\x00' FROM 165 FOR 1)) FROM named;
SELECT fit_logistic_final(overlay(s PLACING 'two'::bytea FROM 165 FOR 3)) FROM named;
SELECT fit_logistic_final(pg_temp.with_words(s, 2, pg_temp.n(0))) FROM named;
SELECT fit_logistic_add(overlay(s PLACING 'x'::bytea FROM 165 FOR 1), true, '{1,2}', 0, '{one,two}')
FROM named;
SELECT fit_logistic_combine(s, overlay(s PLACING 'x'::bytea FROM 165 FOR 1)) FROM named;
CREATE TEMP TABLE ranked AS
SELECT log_rank_add(log_rank_add(NULL::bytea, 5, true, 'a'), 7, true, 'b') AS s;
SELECT (log_rank_final(s)).groups FROM ranked;
SELECT log_rank_final(pg_temp.with_words(s, 21, pg_temp.x('NaN'))) FROM ranked;
SELECT log_rank_groups_final(overlay(s PLACING '\xff' FROM 173 FOR 1)) FROM ranked;
-- keys with entries, weights and strata: what is behind the duration is no such thing
CREATE TEMP TABLE late AS
SELECT survival_curve_add(NULL::bytea, 2, 5, true) AS curve,
       survival_curve_add(NULL::bytea, 2, 5, true, 0.95, 3) AS weighed,
       log_rank_add(NULL::bytea, 5, true, 'group', 'stratum') AS rank,
       log_rank_add(NULL::bytea, 2, 5, true, 'group', 'stratum') AS late_rank,
       fit_hazard_add(NULL::bytea, 2, 5, true, '{1}', 'efron', 'stratum') AS hazard,
       concordance_index_add(NULL::bytea, 1, 2, 5, true) AS concordance;
SELECT (survival_curve_final(curve))[1].at_risk, (survival_curve_final(weighed))[1].at_risk,
       (log_rank_final(rank)).groups, (log_rank_final(late_rank)).groups,
       (fit_hazard_final(hazard)).churned, concordance_index_final(concordance) IS NULL
FROM late;
SELECT survival_curve_final(pg_temp.with_words(curve, 22, pg_temp.x(5))) FROM late;
SELECT survival_curve_final(pg_temp.with_words(curve, 22, pg_temp.x(-1))) FROM late;
SELECT survival_curve_final(pg_temp.with_words(weighed, 23, pg_temp.x(0))) FROM late;
SELECT survival_curve_final(pg_temp.with_words(weighed, 23, pg_temp.x('Infinity'))) FROM late;
SELECT survival_curve_combine(weighed, pg_temp.with_words(weighed, 22, pg_temp.x('NaN'))) FROM late;
SELECT survival_curve_combine(curve, weighed) FROM late;
SELECT log_rank_final(overlay(rank PLACING '\x0d000000' FROM 173 FOR 4)) FROM late;
SELECT log_rank_final(overlay(rank PLACING '\xffffffff' FROM 173 FOR 4)) FROM late;
SELECT (log_rank_groups_final(overlay(rank PLACING '\x0c000000' FROM 173 FOR 4)))[1].group_name
FROM late;
SELECT log_rank_final(overlay(rank PLACING '\xff' FROM 185 FOR 1)) FROM late;
SELECT log_rank_final(pg_temp.with_words(late_rank, 22, pg_temp.x(7))) FROM late;
SELECT fit_hazard_final(pg_temp.with_words(hazard, 6, pg_temp.n(4))) FROM late;
SELECT fit_hazard_final(pg_temp.with_words(hazard, 6, pg_temp.n(64))) FROM late;
SELECT fit_hazard_final(pg_temp.with_words(hazard, 22, pg_temp.x(5))) FROM late;
SELECT fit_hazard_final(pg_temp.with_words(hazard, 24, pg_temp.n(-1))) FROM late;
SELECT fit_hazard_combine(late.hazard, s) FROM late, hazard;
SELECT concordance_index_final(pg_temp.with_words(concordance, 21, pg_temp.x('NaN'))) FROM late;
SELECT concordance_index_final(pg_temp.with_words(concordance, 23, pg_temp.x(5))) FROM late;
SELECT roc_auc_final(concordance) FROM late;
CREATE TEMP TABLE driven AS
SELECT churn_drivers_add(churn_drivers_add(NULL::bytea, true, 'north'), false, 'south') AS s;
SELECT length(churn_drivers_final(s)::text) > 0 FROM driven;
SELECT churn_drivers_final(pg_temp.with_words(s, 23, pg_temp.n(30000000000000000),
                                              pg_temp.n(30000000000000000)))
FROM driven;
SELECT churn_drivers_final(overlay(s PLACING '\xff' FROM 170 FOR 1)) FROM driven;

-- conditions that there are not
SELECT retention_final(8589934595), retention_combine(8589934593, 8589934594);
SELECT retention_final(8589934592 + 4);
SELECT retention_combine(8589934593, 8589934596);
SELECT window_funnel_final(overlay(s PLACING '\x00000000' FROM 29 FOR 4))
FROM (SELECT window_funnel_add(NULL::bytea, '1 day', date '2026-01-01', ARRAY[true]) AS s) f;

-- an aggregate of somebody's own that starts from such a state
DO $$ BEGIN
	EXECUTE format('CREATE AGGREGATE pg_temp.from_there(float8, date, interval) (
		SFUNC = decayed_sum_add, STYPE = bytea, INITCOND = %L, FINALFUNC = decayed_sum_final)',
		(SELECT pg_temp.with_words(s, 4, pg_temp.n(-9223372036854775808)) FROM decayed));
	EXECUTE format('CREATE AGGREGATE pg_temp.merge_there(bytea) (
		SFUNC = scored_outcomes_combine, STYPE = bytea, INITCOND = %L, FINALFUNC = roc_auc_final)',
		(SELECT pg_temp.with_words(s, 22, pg_temp.n(-9223372036854775808)) FROM scored));
END $$;
-- harmless; a build with assertions looks at it and refuses it
DO $$ BEGIN
	IF pg_temp.from_there(5, '2026-01-01', '30 days') IS DISTINCT FROM 5 THEN
		RAISE 'that is no sum of 5';
	END IF;
EXCEPTION WHEN data_corrupted THEN NULL;
END $$;
SELECT pg_temp.merge_there(s) FROM scored;

-- a model in binary says no more than one in text
CREATE TEMP TABLE model AS
SELECT '{"model":"gamma-gamma","p":1,"q":2,"gamma":3,"left_out":5}'::retention_model AS m
UNION ALL SELECT '{"model":"bg/nbd","r":0.25,"alpha":4,"a":0.75,"b":2.5,"log_likelihood":-0.0,'
                 '"observations":3,"covariance":[1,null,-0.0,1e-300,2,3,4,5,6,7]}';
SELECT retention_model_send(m) = retention_model_send(m::text::retention_model), m FROM model;
SELECT '{"model":"bg/nbd","r":0.25,"alpha":4,"a":0.75,"b":2.5,"log_likelihood":-1,'
       '"observations":1e400}'::retention_model;

-- a log that took rows away, copied: the amounts that needed finer units are gone
CREATE AGGREGATE pg_temp.moving(date, numeric) (SFUNC = purchase_history_add,
                                                STYPE = purchase_history,
                                                MSFUNC = purchase_history_add,
                                                MINVFUNC = purchase_history_remove,
                                                MSTYPE = purchase_history);
CREATE TEMP TABLE moved AS
SELECT d, pg_temp.moving(d, a) OVER (ORDER BY d ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS h
FROM (VALUES (date '2026-01-01', 1.2345), ('2026-01-02', 5), ('2026-01-03', 6)) v(d, a);
SELECT purchase_history(h), purchase_history(h) = purchase_history(h)::text::purchase_history
FROM moved WHERE d = '2026-01-03';
SELECT purchase_history(h), purchase_history(h) = purchase_history(h)::text::purchase_history
FROM (SELECT '{2025-12-31: 7}'::purchase_history AS h
      UNION ALL SELECT h FROM moved WHERE d = '2026-01-03') s;

-- the last day there is lies in one period with those before
SELECT unit,
       array_length(cohort_retention('{5874897-12-29: 1, 5874897-12-30: 2, 5874897-12-31: 3}', unit,
                                     '5874897-12-31'), 1),
       (lifecycle('{5874897-12-29: 1, 5874897-12-30: 2, 5874897-12-31: 3}', unit, '5874897-12-31',
                  '1 day'))[1].orders
FROM unnest(ARRAY['week', 'month', 'quarter', 'year']) unit GROUP BY unit ORDER BY unit;
-- millions of days are no result
SELECT lifecycle('{5840000-01-01: 1}', 'day', '5874897-12-31', '90 days');
