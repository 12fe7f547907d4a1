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
-- customers who came under observation later, and strata
CREATE TEMP TABLE late AS
SELECT duration * 2 AS duration, (age * 7 + length(plan)) % (duration * 2) AS entry, churned, plan,
       age, (ARRAY['north', 'south', 'east'])[1 + age % 3] AS region
FROM seen;
SELECT name, (f).customers, (f).churned, (f).left_out,
       round((f).log_likelihood::numeric, 6) AS log_likelihood, (c).covariate,
       round((c).coefficient::numeric, 6) AS coefficient,
       round((c).std_error::numeric, 6) AS std_error
FROM (SELECT name, f, unnest((f).coefficients) AS c
      FROM (SELECT unnest(ARRAY['entry', 'breslow', 'stratum', 'both']) AS name,
                   unnest(ARRAY[fit_hazard(entry, duration, churned, x),
                                fit_hazard(entry, duration, churned, x, 'breslow'),
                                fit_hazard(duration, churned, x, 'efron', region),
                                fit_hazard(entry, duration, churned, x, 'efron', region)]) AS f
            FROM late, LATERAL (SELECT ARRAY[(plan = 'free')::int, age]::float8[] AS x) s) t) u;
-- an entry before everything, and one stratum, change nothing; nor does one more of one customer
SELECT abs((fit_hazard(0, duration, churned, x)).coefficients[1].coefficient
           - (fit_hazard(duration, churned, x)).coefficients[1].coefficient) < 1e-12 AS from_zero,
       fit_hazard(duration, churned, x, 'efron', 'all') = fit_hazard(duration, churned, x)
       AS one_stratum,
       abs((fit_hazard(duration, churned, x)).log_likelihood - alone) < 1e-9 AS one_alone
FROM (SELECT duration, churned, ARRAY[age]::float8[] AS x FROM late) t,
     (SELECT (fit_hazard(duration, churned, x, 'efron', s)).log_likelihood AS alone
      FROM (SELECT duration, churned, ARRAY[age]::float8[] AS x, 'all' AS s FROM late
            UNION ALL SELECT 1000, true, '{77}', 'alone') u) a
GROUP BY alone;
-- what is the same in each stratum says nothing within it
SELECT coefficients[1].coefficient IS NULL AS of_the_stratum,
       coefficients[2].coefficient IS NULL AS of_customers
FROM (SELECT (fit_hazard(duration, churned, ARRAY[1e9 + length(region) / 7.0, age], 'efron',
                         region)).*
      FROM late) f;
-- a customer may be two rows, each with a part of their time
SELECT abs(f.coefficients[1].coefficient - g.coefficients[1].coefficient) < 1e-9 AS the_same,
       abs(f.log_likelihood - g.log_likelihood) < 1e-9 AS likelihood,
       f.customers - g.customers AS more
FROM (SELECT (fit_hazard(e, d, c, x)).*
      FROM (SELECT entry AS e, least(duration, 15) AS d, churned AND duration <= 15 AS c,
                   ARRAY[age]::float8[] AS x
            FROM late WHERE entry < 15
            UNION ALL SELECT greatest(entry, 15), duration, churned, ARRAY[age]
            FROM late WHERE duration > 15) p) f,
     (SELECT (fit_hazard(entry, duration, churned, ARRAY[age])).* FROM late) g;
SELECT left_out
FROM (SELECT (fit_hazard(e, d, c, x, 'efron', s)).*
      FROM (VALUES (0, 1, true, '{1}'::float8[], 'a'), (NULL, 1, true, '{1}', 'a'),
                   (0, NULL, true, '{1}', 'a'), (0, 1, NULL, '{1}', 'a'), (0, 1, true, NULL, 'a'),
                   (0, 1, true, '{NULL}', 'a'), (0, 1, true, '{1}', NULL), (0, 2, true, '{2}', 'a'))
           v(e, d, c, x, s)) f;
-- the same in every order, in parts; literals
SELECT fit_hazard(entry, duration, churned, ARRAY[age], 'efron', region ORDER BY random()) =
       fit_hazard(entry, duration, churned, ARRAY[age], 'efron', region ORDER BY age) AS any_order
FROM late;
SELECT fit_hazard_final(fit_hazard_combine(fit_hazard_add(NULL, 1, 3, true, '{3}'),
                                           fit_hazard_add(NULL, 0, 4, true, '{2}'))) =
       (SELECT fit_hazard(e, d, true, x)
        FROM (VALUES (0, 4, '{2}'::float8[]), (1, 3, '{3}')) v(e, d, x)) AS combined,
       (fit_hazard(5, true, '{1}', 'efron')).customers AS ties,
       (fit_hazard(1, 5, true, '{1}')).customers AS entry,
       (fit_hazard('1', '5', true, '{1}', 'efron')).customers AS no_types,
       (fit_hazard(5, true, '{1}', 'efron', 'a')).customers AS stratum;
-- errors
SELECT fit_hazard(5, 5, true, '{1}');
SELECT fit_hazard(-1, 5, true, '{1}');
SELECT fit_hazard('NaN', 5, true, '{1}', 'efron', 'a');
SELECT fit_hazard(1, 5, true, '{1}', 'exact');
SELECT fit_hazard(1, 5, true, '{1}', NULL, 'a');
SELECT fit_hazard(e, d, true, '{1}')
FROM (VALUES (0, 0.5), (0.3, 0.1::float8 + 0.2::float8)) v(e, d);
SELECT fit_hazard(1, 5, false, '{1}');
SELECT fit_hazard_combine(fit_hazard_add(NULL, 1, true, '{1}'),
                          fit_hazard_add(NULL, 1, 2, true, '{1}'));
SELECT fit_hazard('5', 'true', '{1}', 'efron');
