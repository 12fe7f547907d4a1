-- What makes customers leave sooner; the numbers themselves are compared with R in test/core.
SET extra_float_digits = 0;
CREATE TEMP TABLE seen (duration int, churned boolean, plan text, age int);
INSERT INTO seen
SELECT 1 + (i * 7919 % 30), i % 4 > 0, (ARRAY['free', 'gold', 'black'])[1 + i % 3], 20 + i * 31 % 50
FROM generate_series(1, 200) i;
UPDATE seen SET duration = duration / 2 WHERE plan = 'free' AND churned AND duration > 6;
SELECT customers, churned, left_out, round(log_likelihood::numeric, 6) AS log_likelihood,
       round(null_log_likelihood::numeric, 6) AS null_log_likelihood,
       round(p_value::numeric, 6) AS p_value, converged
FROM (SELECT (fit_hazard(duration, churned, ARRAY[(plan = 'free')::int, age])).* FROM seen) f;
SELECT (ARRAY['free', 'age'])[covariate] AS covariate,
       round(coefficient::numeric, 6) AS coefficient, round(std_error::numeric, 6) AS std_error,
       round(hazard_ratio::numeric, 6) AS hazard_ratio, round(lower::numeric, 6) AS lower,
       round(upper::numeric, 6) AS upper, round(z::numeric, 6) AS z,
       round(p_value::numeric, 6) AS p_value
FROM (SELECT (fit_hazard(duration, churned, ARRAY[(plan = 'free')::int, age])).coefficients
      FROM seen) f,
     unnest(coefficients);
-- the limits and the test follow from coefficient and error
SELECT bool_and(abs(ln(hazard_ratio) - coefficient) < 1e-12
                AND abs(ln(upper) - coefficient - 1.959963984540054 * std_error) < 1e-12
                AND abs(ln(lower) - coefficient + 1.959963984540054 * std_error) < 1e-12
                AND abs(z - coefficient / std_error) < 1e-12) AS consistent
FROM (SELECT (fit_hazard(duration, churned, ARRAY[(plan = 'free')::int, age])).coefficients
      FROM seen) f,
     unnest(coefficients);
SELECT (fit_hazard(duration, churned, ARRAY[age], 'breslow')).log_likelihood <>
       (fit_hazard(duration, churned, ARRAY[age], 'efron')).log_likelihood AS ties_matter,
       (fit_hazard(duration, churned, ARRAY[age], 'efron')) =
       (fit_hazard(duration, churned, ARRAY[age])) AS efron_it_is
FROM seen;
-- without ties there is no difference
SELECT (fit_hazard(duration * 1000 + age, churned, ARRAY[age], 'breslow')).log_likelihood
       - (fit_hazard(duration * 1000 + age, churned, ARRAY[age])).log_likelihood AS none
FROM (SELECT DISTINCT ON (duration * 1000 + age) *
      FROM seen ORDER BY duration * 1000 + age, churned, plan) s;
-- what is the same for all, or follows from others, has no coefficient;
-- NULLs are left out and counted
SELECT left_out, customers, coefficients[2], coefficients[4]
FROM (SELECT (fit_hazard(duration, churned,
                         ARRAY[(plan = 'free')::int, 7, age, 2 * age - (plan = 'free')::int])).*
      FROM (SELECT * FROM seen
            UNION ALL SELECT 5, NULL, 'free', 5
            UNION ALL SELECT NULL, true, 'free', 5
            UNION ALL SELECT 5, true, 'free', NULL) s) f;
-- a likelihood that rises without end is said, not looped: nobody of plan black leaves
SELECT converged, (c).covariate, (c).coefficient, (c).std_error, (c).hazard_ratio, (c).p_value
FROM (SELECT (f).converged, unnest((f).coefficients) AS c
      FROM (SELECT fit_hazard(duration, churned AND plan <> 'black',
                              ARRAY[(plan = 'black')::int]) AS f
            FROM seen) s) t;
SELECT fit_hazard(duration, churned, ARRAY[duration]) IS NOT NULL AS exact
FROM seen WHERE duration < 10;
-- the same in every order, in parts, and over a window
SELECT fit_hazard(duration, churned, ARRAY[(plan = 'free')::int, age] ORDER BY random()) =
       fit_hazard(duration, churned, ARRAY[(plan = 'free')::int, age]
                  ORDER BY age DESC) AS any_order
FROM seen;
SELECT fit_hazard_final(fit_hazard_combine(fit_hazard_add(fit_hazard_add(NULL, 1, true, '{3}'), 4,
                                                          false, '{2}'),
                                           fit_hazard_add(fit_hazard_add(NULL, 3, true, '{1}'), 2,
                                                          true, '{5}'))) =
       (SELECT fit_hazard(d, c, x)
        FROM (VALUES (2, true, '{5}'::float8[]), (3, true, '{1}'), (1, true, '{3}'),
                     (4, false, '{2}')) v(d, c, x)) AS combined;
SELECT bool_and(f =
                (SELECT fit_hazard(duration, churned, ARRAY[age])
                 FROM seen WHERE (age, duration) <= (s.age, s.duration))) AS running
FROM (SELECT age, duration,
             fit_hazard(duration, churned, ARRAY[age]) OVER (ORDER BY age, duration) AS f
      FROM seen WHERE age < 30) s
WHERE age > 25;
-- errors
SELECT fit_hazard(duration, false, ARRAY[age]) FROM seen;
SELECT fit_hazard(duration, churned, ARRAY[age]) IS NULL AS nobody FROM seen WHERE false;
SELECT fit_hazard(duration, churned, NULL::float8[]) FROM seen;
SELECT fit_hazard(-duration, churned, ARRAY[age]) FROM seen;
SELECT fit_hazard(duration, churned, ARRAY[age, 'Infinity']::float8[]) FROM seen;
SELECT fit_hazard(duration, churned, '{}') FROM seen;
SELECT fit_hazard(duration, churned, '{{1,2},{3,4}}') FROM seen;
SELECT fit_hazard(duration, churned, CASE plan WHEN 'free' THEN ARRAY[1] ELSE ARRAY[1, 2] END)
FROM seen;
SELECT fit_hazard(duration, churned, array_fill(1.0, ARRAY[65])) FROM seen;
SELECT fit_hazard(duration, churned, ARRAY[age], 'exact') FROM seen;
SELECT fit_hazard(duration, churned, ARRAY[age], NULL) FROM seen;
SELECT fit_hazard_final('\x0102');
SELECT fit_hazard(5, true, '{1}', repeat('ties', 1000000));
