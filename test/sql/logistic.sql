-- What makes an outcome likely; the numbers themselves are compared with R and scikit-learn in
-- test/core.
SET extra_float_digits = 0;
CREATE TEMP TABLE seen AS
SELECT i AS id, (i * i * 7 + i * 13) % 100 < 25 + 30 * (i % 3 = 0)::int + 3 * (i * 37 % 101 / 10)
         AS bought,
       (ARRAY['South', 'East', 'North'])[1 + (i + 2) % 3] AS region, i * 37 % 101 / 10.0 AS spend,
       i * i % 17 - 8 AS noise
FROM generate_series(1, 200) i;
CREATE FUNCTION pg_temp.x(region text, spend numeric, noise int) RETURNS float8[]
	LANGUAGE sql IMMUTABLE AS $$ SELECT ARRAY[spend, (region = 'North')::int, noise] $$;
SELECT customers, true_outcomes, left_out, round(log_likelihood::numeric, 6) AS log_likelihood,
       round(null_log_likelihood::numeric, 6) AS null_log_likelihood,
       round(p_value::numeric, 9) AS p_value, converged, penalty
FROM (SELECT (fit_logistic(bought, pg_temp.x(region, spend, noise))).* FROM seen) f;
-- R: -0.610389 0.103699 1.251369 -0.010070, errors 0.316030 0.052131 0.339090 0.026521
SELECT covariate, name, round(coefficient::numeric, 6) AS coefficient,
       round(std_error::numeric, 6) AS std_error, round(odds_ratio::numeric, 6) AS odds_ratio,
       round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper,
       round(z::numeric, 6) AS z, round(p_value::numeric, 6) AS p_value
FROM (SELECT (fit_logistic(bought, pg_temp.x(region, spend, noise),
                           ARRAY['spend', 'north', 'noise'])).coefficients
      FROM seen) f,
     unnest(coefficients);
-- the limits and the test follow from coefficient and error
SELECT bool_and(abs(ln(odds_ratio) - coefficient) < 1e-12
                AND abs(ln(upper) - coefficient - 1.959963984540054 * std_error) < 1e-12
                AND abs(ln(lower) - coefficient + 1.959963984540054 * std_error) < 1e-12
                AND abs(z - coefficient / std_error) < 1e-12) AS consistent
FROM (SELECT (fit_logistic(bought, pg_temp.x(region, spend, noise))).coefficients FROM seen) f,
     unnest(coefficients);
-- scikit-learn, C = 1: -0.588760 0.101044 1.219475 -0.009757
SELECT (f).penalty, (f).p_value, (c).covariate, (c).name,
       round((c).coefficient::numeric, 6) AS coefficient, (c).std_error, (c).z, (c).lower
FROM (SELECT f, unnest((f).coefficients) AS c
      FROM (SELECT fit_logistic(bought, pg_temp.x(region, spend, noise), 1,
                                '{spend,north,noise}') AS f
            FROM seen) s) t;
SELECT fit_logistic(bought, pg_temp.x(region, spend, noise), 0) =
       fit_logistic(bought, pg_temp.x(region, spend, noise), '-0'::float8) AND
       fit_logistic(bought, pg_temp.x(region, spend, noise), 0) =
       fit_logistic(bought, pg_temp.x(region, spend, noise)) AS zero_is_none
FROM seen;
-- the probabilities of those who were fitted add up to the true outcomes
SELECT round(sum(logistic_probability(f, pg_temp.x(region, spend, noise)))::numeric, 9) AS bought,
       round(sum(spend * logistic_probability(f, pg_temp.x(region, spend, noise)))::numeric, 9)
       = (SELECT sum(spend) FROM seen WHERE bought) AS of_spend,
       round(sum(ln(CASE WHEN bought THEN p ELSE 1 - p END))::numeric, 9)
       = round((f).log_likelihood::numeric, 9) AS likely
FROM (SELECT fit_logistic(bought, pg_temp.x(region, spend, noise)) AS f FROM seen) s, seen,
     LATERAL (SELECT logistic_probability(f, pg_temp.x(region, spend, noise)) AS p) t
GROUP BY f;
-- of a table, and of many fits
CREATE TEMP TABLE fits AS
SELECT id % 2 AS half, fit_logistic(bought, ARRAY[spend], 1, ARRAY['spend']) AS f
FROM seen GROUP BY 1;
SELECT half, round(logistic_probability(f, ARRAY[5])::numeric, 6) AS p,
       round((1 / (1 + exp(-(f).coefficients[1].coefficient - 5 * (f).coefficients[2].coefficient
                          )))::numeric, 6) AS by_hand
FROM fits ORDER BY half;
SELECT count(DISTINCT logistic_probability(f, ARRAY[5])) FROM fits, generate_series(1, 3);
-- what is the same for all, or follows from others, has no coefficient; outcomes that are not known
-- are left out and counted, whatever their covariates are
SELECT left_out, customers, coefficients[3], coefficients[5], logistic_probability(f, '{1,7,2,3}')
       = logistic_probability(f, '{1,700,2,-3e300}') AS counts_as_0
FROM (SELECT (f).*, f
      FROM (SELECT fit_logistic(bought, ARRAY[spend, 7, noise, 2 * noise - spend],
                                ARRAY['spend', 'seven', 'noise', 'both']) AS f
            FROM (SELECT * FROM seen
                  UNION ALL SELECT 0, NULL, 'North', 5, 5
                  UNION ALL SELECT 0, NULL, NULL, NULL, NULL) s) t) u;
SELECT fit_logistic(CASE WHEN id <> 5 THEN bought END, CASE WHEN id <> 5 THEN ARRAY[spend] END)
       IS NOT NULL AS left_out
FROM seen;
-- a penalty divides among those that follow from others
SELECT round((f).coefficients[2].coefficient::numeric, 6)
       = round((f).coefficients[3].coefficient::numeric, 6) AS shared, (f).converged
FROM (SELECT fit_logistic(bought, ARRAY[spend, spend], 3) AS f FROM seen) s;
-- nobody of the East buys: they are told exactly, the others as if there were no East
SELECT converged, (c).covariate, (c).name, round((c).coefficient::numeric, 6) AS coefficient,
       round((c).std_error::numeric, 6) AS std_error, (c).odds_ratio > 0 AS odds,
       (c).p_value > 0 AS p
FROM (SELECT (f).converged, unnest((f).coefficients) AS c
      FROM (SELECT fit_logistic(bought AND region <> 'East',
                                ARRAY[spend, (region = 'East')::int], ARRAY['spend', 'east']) AS f
            FROM seen) s) t;
SELECT bool_and(abs(a.coefficient - b.coefficient) < 1e-8) AS the_others
FROM (SELECT (fit_logistic(bought AND region <> 'East', ARRAY[spend, (region = 'East')::int])
             ).coefficients AS a
      FROM seen) s,
     (SELECT (fit_logistic(bought, ARRAY[spend])).coefficients AS b
      FROM seen WHERE region <> 'East') t,
     LATERAL unnest(a) a JOIN LATERAL unnest(b) b USING (covariate);
SELECT logistic_probability(f, '{3,0}') BETWEEN 0.1 AND 0.9 AS some,
       logistic_probability(f, '{3,1}') AS none, logistic_probability(f, '{3,-1}') AS all
FROM (SELECT fit_logistic(bought AND region <> 'East', ARRAY[spend, (region = 'East')::int]) AS f
      FROM seen) s;
-- all are told exactly; which of two infinities is the greater is not known
SELECT (f).converged, (f).log_likelihood, (f).coefficients[1].coefficient AS intercept,
       (f).coefficients[2].coefficient, (f).coefficients[2].odds_ratio,
       logistic_probability(f, '{0}') AS at_0, logistic_probability(f, '{9}') IS NULL AS at_9
FROM (SELECT fit_logistic(spend > 5, ARRAY[spend]) AS f FROM seen) s;
SELECT (f).converged, (f).coefficients[2].coefficient BETWEEN 0 AND 100 AS finite,
       logistic_probability(f, '{9}') > 0.9 AS at_9
FROM (SELECT fit_logistic(spend > 5, ARRAY[spend], 1) AS f FROM seen) s;
-- few of the rarer outcome for each coefficient
SELECT (fit_logistic(id % 11 = 0, ARRAY[spend, noise])).customers AS told FROM seen;
SELECT (fit_logistic(id % 11 <> 0, ARRAY[spend, noise])).customers AS told FROM seen;
SELECT (fit_logistic(id % 11 = 0, ARRAY[spend, noise], 1)).customers AS not_told FROM seen;
SELECT (fit_logistic(id % 10 = 0, ARRAY[spend, noise])).customers AS enough FROM seen;
-- the same in every order, in parts, and over a window
SELECT fit_logistic(bought, pg_temp.x(region, spend, noise) ORDER BY random()) =
       fit_logistic(bought, pg_temp.x(region, spend, noise) ORDER BY spend DESC) AS any_order
FROM seen;
SELECT fit_logistic_final(fit_logistic_combine(
         fit_logistic_add(fit_logistic_add(NULL, true, '{3}', 2), false, '{2}', 2),
         fit_logistic_add(fit_logistic_add(NULL, true, '{1}', 2), NULL, '{5}', 2))) =
       (SELECT fit_logistic(y, x, 2)
        FROM (VALUES (true, '{1}'::float8[]), (NULL, '{7}'), (false, '{2}'), (true, '{3}')) v(y, x))
       AS combined;
SELECT fit_logistic_final(fit_logistic_combine(
         fit_logistic_add(fit_logistic_add(NULL, true, '{3,-0}', 2, '{a,b}'), false, '{2,1}', 2,
                          '{a,b}'),
         fit_logistic_combine(fit_logistic_add(NULL, NULL, '{1}', 2, '{a,b}'),
                              fit_logistic_add(NULL, true, '{1,0}', 2, '{a,b}')))) =
       (SELECT fit_logistic(y, x, 2, ARRAY['a', 'b'])
        FROM (VALUES (true, '{1,0}'::float8[]), (NULL, '{7}'), (false, '{2,1}'), (true, '{3,0}'))
             v(y, x))
       AS combined_with_names;
SELECT bool_and(f = (SELECT fit_logistic(bought, ARRAY[noise], 1) FROM seen WHERE id <= s.last))
       AS running
FROM (SELECT 20 * (id / 20) + 19 AS last,
             fit_logistic(bought, ARRAY[noise], 1) OVER (ORDER BY id / 20) AS f
      FROM seen WHERE id < 100) s;
-- levels
SELECT v, one_hot(v, ARRAY['North', 'South', 'West', 'Süd', '']) AS x
FROM unnest(ARRAY['North', 'South', 'West', 'Süd', '', 'south', 'elsewhere', NULL]) v;
SELECT one_hot('b', '{a,b}') || ARRAY[5] AS x, one_hot('b', '{a,b}') || 5::float8 AS y,
       one_hot('a', '{a,b}') || one_hot('q', '{p,q,r}') || ARRAY[0.5, 1] AS z;
SELECT l, one_hot('b', l)
FROM (VALUES ('{a,b}'::text[]), ('{b,a}'), ('[0:2]={a,c,b}'), ('{a,b}'),
             (ARRAY[repeat('a', 300), 'b'])) v(l) WHERE length(l[1]) IS DISTINCT FROM 300
UNION ALL
SELECT NULL, one_hot(repeat('b', 200), ARRAY[repeat('a', 300), repeat('b', 201), repeat('b', 200)]);
SELECT round((f).coefficients[3].coefficient::numeric, 6) AS north
FROM (SELECT fit_logistic(bought, ARRAY[spend] || one_hot(region, '{else,North}')
                          || ARRAY[noise]) AS f
      FROM seen) s;
-- errors
SELECT fit_logistic(false, ARRAY[spend]) FROM seen;
SELECT fit_logistic(id > 0, ARRAY[spend]) FROM seen;
SELECT fit_logistic(NULL, ARRAY[spend]) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend]) IS NULL AS nobody FROM seen WHERE false;
SELECT fit_logistic(bought, NULL::float8[]) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend, NULL]) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend, NULL], ARRAY['spend', 'age']) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend, 'Infinity']::float8[]) FROM seen;
SELECT fit_logistic(bought, ARRAY['NaN', spend]::float8[], 1, ARRAY['age', 'spend']) FROM seen;
SELECT fit_logistic(bought, '{}'::float8[]) FROM seen;
SELECT fit_logistic(bought, '{{1,2},{3,4}}'::float8[]) FROM seen;
SELECT fit_logistic(bought, array_fill(1.0, ARRAY[65])) FROM seen;
SELECT fit_logistic(bought, CASE region WHEN 'East' THEN ARRAY[1] ELSE ARRAY[1, 2] END) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend], -1) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend], 'NaN'::float8) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend], 'Infinity'::float8) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend], NULL::float8) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend], id) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend], NULL::text[]) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend], ARRAY['a', 'b']) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend, id], ARRAY['a', 'a']) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend, id], ARRAY['a', NULL]) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend, id], ARRAY['a', '']) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend, id], ARRAY['a', repeat('ä', 32)]) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend], ARRAY[repeat('ä', 31)]) IS NOT NULL AS fits FROM seen;
SELECT fit_logistic(bought, ARRAY[spend], '{}'::text[]) FROM seen;
SELECT fit_logistic(bought, ARRAY[spend], ARRAY[region]) FROM seen;
SELECT fit_logistic_combine(fit_logistic_add(NULL, true, '{1}', 0, '{a}'),
                            fit_logistic_add(NULL, true, '{1}', 0, '{b}'));
SELECT fit_logistic_combine(fit_logistic_add(NULL, true, '{1}', 0),
                            fit_logistic_add(NULL, true, '{1}', 1));
SELECT fit_logistic_combine(fit_logistic_add(NULL, true, '{1}', 0),
                            fit_logistic_add(NULL, true, '{1}', 0, '{a}'));
SELECT fit_logistic_combine(fit_logistic_add(NULL, true, '{1}'),
                            fit_logistic_add(NULL, true, '{1,2}'));
SELECT fit_logistic_final('\x0102');
SELECT logistic_probability(f, '{1,2}') FROM fits;
SELECT logistic_probability(f, '{NULL}') FROM fits;
SELECT logistic_probability(f, '{NaN}') FROM fits;
SELECT logistic_probability(f, '{}') FROM fits;
SELECT logistic_probability(f, NULL) IS NULL AND logistic_probability(NULL, '{1}') IS NULL AS nulls
FROM fits WHERE half = 0;
SELECT logistic_probability(ROW(1, 1, 1, 1, 1, 1, 1, true, 0, NULL)::logistic_fit, '{1}');
SELECT logistic_probability(ROW(1, 1, 1, 1, 1, 1, 1, true, 0, '{}')::logistic_fit, '{1}');
SELECT logistic_probability(ROW(1, 1, 1, 1, 1, 1, 1, true, 0,
                                (f).coefficients || NULL::logistic_coefficient
                               )::logistic_fit, '{1,2}')
FROM fits;
SELECT logistic_probability(ROW(1, 1, 1, 1, 1, 1, 1, true, 0,
                                (f).coefficients[2] || (f).coefficients
                               )::logistic_fit, '{1,2}')
FROM fits;
SELECT logistic_probability(ROW(1, 1, 1, 1, 1, 1, 1, true, 0,
                                ARRAY[ROW(0, NULL, 'NaN', 1, 1, 1, 1, 1, 1)::logistic_coefficient,
                                      ROW(1, NULL, 1, 1, 1, 1, 1, 1, 1)::logistic_coefficient]
                               )::logistic_fit, '{1}');
SELECT one_hot('a', '{a}');
SELECT one_hot('a', '{}');
SELECT one_hot('a', '{{a,b},{c,d}}');
SELECT one_hot('a', '{a,NULL}');
SELECT one_hot('a', '{a,b,c,b}');
SELECT one_hot(NULL, '{a}') IS NULL AND one_hot('a', NULL) IS NULL AS nulls;
