-- How long customers stay, and whether groups differ;
-- the numbers themselves are compared with R in test/core.
SET extra_float_digits = 0;
CREATE TEMP TABLE seen (duration float8, churned boolean, plan text);
INSERT INTO seen VALUES
	(9, true, 'gold'), (13, true, 'gold'), (13, false, 'gold'), (18, true, 'gold'),
	(23, true, 'gold'), (28, false, 'gold'), (31, true, 'gold'), (34, true, 'gold'),
	(45, false, 'gold'), (48, true, 'gold'), (161, false, 'gold'), (5, true, 'free'),
	(5, true, 'free'), (8, true, 'free'), (8, true, 'free'), (12, true, 'free'),
	(16, false, 'free'), (23, true, 'free'), (27, true, 'free'), (30, true, 'free'),
	(33, true, 'free'), (43, true, 'free'), (45, true, 'free'), (NULL, true, 'gold'),
	(3, NULL, 'free');
-- Miller (1997), acute myelogenous leukemia: R has 0.1841, medians 31 and 23, chi-squared 3.396
SELECT * FROM unnest((SELECT survival_curve(duration, churned) FROM seen WHERE plan = 'gold'));
SELECT plan, median_survival(c), survival_at(c, 20) AS at_20, survival_at(c, 200) AS at_200,
       restricted_mean_survival(c, 45) AS mean_45, restricted_mean_std_error(c, 45),
       restricted_mean_survival(c, 1000) AS mean_1000
FROM (SELECT plan, survival_curve(duration, churned) AS c FROM seen GROUP BY plan) s ORDER BY plan;
SELECT (log_rank(duration, churned, plan)).* FROM seen;
SELECT * FROM unnest((SELECT log_rank_groups(duration, churned, plan) FROM seen));
SELECT (log_rank(duration, churned, plan = 'gold')).chi_square =
       (log_rank(duration, churned, plan)).chi_square AS two_groups
FROM seen;
SELECT group_name, ratio
FROM unnest((SELECT log_rank_groups(duration, churned, plan = 'gold') FROM seen));
SELECT lower, upper
FROM unnest((SELECT survival_curve(duration, churned, 0.8) FROM seen)) WHERE duration = 30;
-- integers and whatever else is a number will do; nobody left, nobody there, one who leaves at once
SELECT survival_curve(duration, churned) FROM (VALUES (3, false), (5, false)) c(duration, churned);
SELECT survival_curve(duration, churned) IS NULL AS nobody,
       log_rank(duration, churned, plan) IS NULL AS no_groups
FROM seen WHERE false;
SELECT survival_curve(NULL::float8, churned) IS NULL AS not_known FROM seen;
SELECT survival_curve(-0.0, true);
SELECT log_rank(1, true, 'one');
SELECT median_survival(NULL), survival_at(survival_curve(1, true), NULL),
       survival_at(survival_curve(1, true), 0.5);
-- the same in every order, in parts, and over a window
SELECT survival_curve(duration, churned ORDER BY random()) =
       survival_curve(duration, churned ORDER BY plan, duration DESC) AS any_order,
       log_rank(duration, churned, plan ORDER BY random()) =
       log_rank(duration, churned, plan ORDER BY duration) AS any_order_too
FROM seen;
SELECT survival_curve_final(survival_curve_combine(survival_curve_add(NULL, 3, true),
                                                   survival_curve_add(
                                                       survival_curve_add(NULL, 3, false), 4,
                                                       true))) =
       (SELECT survival_curve(d, c)
        FROM (VALUES (4, true), (3, false), (3, true)) v(d, c)) AS combined;
SELECT survival_curve_combine(NULL, NULL) IS NULL AS nothing,
       log_rank_combine(NULL, log_rank_add(NULL, 1, true, 'a')) =
       log_rank_add(NULL, 1, true, 'a') AS one;
SELECT bool_and(c =
                (SELECT survival_curve(duration, churned)
                 FROM seen WHERE duration <= s.duration)) AS running
FROM (SELECT duration, survival_curve(duration, churned) OVER (ORDER BY duration) AS c FROM seen) s
WHERE duration IS NOT NULL;
-- many different durations and groups make the state grow
SELECT count(*), sum(at_risk * churned)
FROM unnest((SELECT survival_curve(sqrt(i), i % 3 = 0) FROM generate_series(1, 20000) i));
SELECT (log_rank(i, i % 3 > 0, 'group ' || i % 100)).degrees_of_freedom
FROM generate_series(1, 20000) i;
-- errors
SELECT survival_curve(-1, true);
SELECT survival_curve('NaN', true);
SELECT log_rank('Infinity', true, 'a');
SELECT survival_curve(1, true, 1);
SELECT survival_curve(1, true, NULL);
SELECT survival_curve(i, true, i / 10.0) FROM generate_series(1, 3) i;
SELECT (log_rank(1, true, i::text)).chi_square FROM generate_series(1, 1001) i;
-- what differs by rounding alone is one time, in whatever order and state it comes
SELECT duration, at_risk, churned, round(survival::numeric, 3) AS survival
FROM unnest((SELECT survival_curve(d, true)
             FROM (VALUES (0.1::float8 + 0.2::float8), (0.3), (0.7)) v(d)));
SELECT round((log_rank(d, true, g)).chi_square::numeric, 6) =
       round((log_rank(round(d::numeric, 3)::float8, true, g)).chi_square::numeric, 6) AS log_rank,
       fit_hazard(d, true, ARRAY[x]) =
       fit_hazard(round(d::numeric, 3)::float8, true, ARRAY[x]) AS hazard,
       median_survival(survival_curve(d, true)) AS median
FROM (SELECT i * 0.1::float8
             + CASE i % 3 WHEN 0 THEN 0.7::float8 - 0.7::float8 WHEN 1 THEN 1e-16
                    ELSE 1e-15 END AS d,
             i % 2 = 0 AS g, (i % 7)::float8 AS x
      FROM generate_series(1, 20) i
      UNION ALL SELECT i / 10.0::float8, i % 3 = 0, i % 5 FROM generate_series(1, 20) i) s;
SELECT survival_at(c, 0.3) AS at, survival_at(c, 0.29) AS before,
       restricted_mean_survival(c, 0.3) AS mean, survival_at(d, 0.1::float8 + 0.2::float8) AS last,
       survival_at(d, 0.31) IS NULL AS behind
FROM (SELECT survival_curve(t, true) AS c FROM (VALUES (0.1::float8 + 0.2::float8), (0.7)) v(t)) s,
     (SELECT survival_curve(t, t < 0.3) AS d FROM (VALUES (0.1::float8), (0.3)) v(t)) r;
SELECT survival_at(survival_curve(1, true), -1);
SELECT restricted_mean_survival(survival_curve(1, true), 'infinity');
SELECT median_survival('{"(1,2,1,0,,0,0,0)"}');
SELECT median_survival('{"(1,2,1,0,0.5,0,0,0)","(1,1,1,0,0,0,0,0)"}');
SELECT median_survival('{"(1,2,1,0,1.5,0,0,0)"}');
SELECT survival_curve_final(log_rank_add(NULL, 1, true, 'a'));
SELECT log_rank_final('\x0102');
-- customers who came under observation later: at risk behind their entry
CREATE TEMP TABLE late (entry float8, duration float8, churned boolean, plan text, region text,
                        weight float8);
INSERT INTO late VALUES
	(0, 2, true, 'gold', 'N', 1), (1, 3, true, 'free', 'N', 0.5), (2, 6, false, 'gold', 'S', 2),
	(3, 6, true, 'gold', 'N', 1), (0, 7, true, 'free', 'S', 0), (4, 9, false, 'free', 'N', 1.5),
	(5, 9, true, 'gold', 'S', 1), (6, 12, true, 'free', 'S', 3), (NULL, 5, true, 'gold', 'N', 1),
	(1, NULL, true, 'gold', 'N', 1), (1, 2, NULL, 'gold', 'N', 1), (7, 8, true, NULL, 'N', 1),
	(7, 8, true, 'free', NULL, 1), (7, 8, true, 'free', 'S', NULL);
SELECT duration, at_risk, churned, censored, round(survival::numeric, 6) AS survival,
       round(std_error::numeric, 6) AS std_error, round(lower::numeric, 6) AS lower,
       round(upper::numeric, 6) AS upper
FROM unnest((SELECT survival_curve(entry, duration, churned) FROM late WHERE duration <> 8));
-- the same by counting who is at risk
SELECT bool_and(at_risk =
                (SELECT count(*) FROM late l WHERE entry < c.duration AND l.duration >= c.duration
                                                   AND l.churned IS NOT NULL)) AS counted
FROM unnest((SELECT survival_curve(entry, duration, churned) FROM late)) c;
SELECT duration, at_risk, churned, censored, round(survival::numeric, 6) AS survival,
       round(std_error::numeric, 6) AS std_error
FROM unnest((SELECT survival_curve(duration, churned, 0.95, weight) FROM late));
SELECT duration, at_risk, churned, censored, round(survival::numeric, 6) AS survival,
       round(std_error::numeric, 6) AS std_error
FROM unnest((SELECT survival_curve(entry, duration, churned, 0.95, weight) FROM late));
-- weights alike change nothing but the errors: twice as many customers have them smaller
SELECT bool_and(abs(a.survival - b.survival) < 1e-15
                AND abs(a.std_error - b.std_error * sqrt(2)) < 1e-15) AS weights_alike,
       abs(restricted_mean_std_error((SELECT survival_curve(duration, churned) FROM seen), 45)
           - sqrt(2) * restricted_mean_std_error((SELECT survival_curve(duration, churned, 0.95, 2)
                                                  FROM seen), 45)) < 1e-12 AS means
FROM unnest((SELECT survival_curve(duration, churned) FROM seen),
            (SELECT survival_curve(duration, churned, 0.95, 2) FROM seen))
     u(d1, r1, e1, c1, survival, std_error, l1, u1, d2, r2, e2, c2, s2, e3, l2, u2),
     LATERAL (SELECT u.survival, u.std_error) a, LATERAL (SELECT s2, e3) b(survival, std_error);
-- weights that are counts are as many rows
SELECT a.duration = b.duration AND abs(a.survival - b.survival) < 1e-15
       AND abs(a.std_error - b.std_error) < 1e-15 AS as_many_rows, a.at_risk, b.at_risk
FROM unnest((SELECT survival_curve(d, c, 0.95, n) FROM (VALUES (1, true, 2), (2, false, 3),
                                                               (3, true, 1), (4, false, 2))
                                                       v(d, c, n))) WITH ORDINALITY a
     JOIN unnest((SELECT survival_curve(d, c)
                  FROM (VALUES (1, true, 2), (2, false, 3), (3, true, 1), (4, false, 2)) v(d, c, n),
                       generate_series(1, n))) WITH ORDINALITY b USING (ordinality);
SELECT survival_curve(duration, churned, 0.95, 0) IS NULL AS nobody_weighs FROM seen;
-- an entry before everything is none; one behind all others is seen alone
SELECT bool_and(abs(a.survival - b.survival) < 1e-15 AND a.at_risk = b.at_risk) AS from_zero
FROM unnest((SELECT survival_curve(0, duration, churned) FROM seen)) a
     JOIN unnest((SELECT survival_curve(duration, churned) FROM seen)) b USING (duration);
-- log-rank tests with entries and strata; what is the same for two groups by name and by yes or no
SELECT (t).groups, (t).degrees_of_freedom, round((t).chi_square::numeric, 6) AS chi_square,
       round((t).p_value::numeric, 6) AS p_value
FROM (SELECT unnest(ARRAY[log_rank(entry, duration, churned, plan),
                          log_rank(entry, duration, churned, plan = 'gold'),
                          log_rank(duration, churned, plan, region),
                          log_rank(duration, churned, plan = 'gold', region),
                          log_rank(entry, duration, churned, plan, region),
                          log_rank(entry, duration, churned, plan = 'gold', region)]) AS t
      FROM late) s;
SELECT group_name, customers, churned, round(expected::numeric, 6) AS expected
FROM unnest((SELECT log_rank_groups(entry, duration, churned, plan) FROM late)
            || (SELECT log_rank_groups(entry, duration, churned, plan = 'gold') FROM late)
            || (SELECT log_rank_groups(duration, churned, plan, region) FROM late)
            || (SELECT log_rank_groups(duration, churned, plan = 'gold', region) FROM late)
            || (SELECT log_rank_groups(entry, duration, churned, plan, region) FROM late)
            || (SELECT log_rank_groups(entry, duration, churned, plan = 'gold', region) FROM late));
-- what is expected in strata is the sum of what is expected in each
SELECT bool_and(abs(expected
                    - (SELECT sum(g.expected)
                       FROM (SELECT log_rank_groups(entry, duration, churned, plan) AS g
                             FROM late GROUP BY region HAVING region IS NOT NULL) s, unnest(g) g
                       WHERE g.group_name = u.group_name)) < 1e-12) AS sums
FROM unnest((SELECT log_rank_groups(entry, duration, churned, plan, region) FROM late)) u;
-- names in which group and stratum could be confused
SELECT g.group_name, g.customers
FROM unnest((SELECT log_rank_groups(d, true, g, s)
             FROM (VALUES (1, 'a', 'bc'), (2, 'ab', 'c'), (3, '', 'abc'), (4, 'abc', ''))
                  v(d, g, s))) g;
-- the same in every order, in parts, and over a window
SELECT survival_curve(entry, duration, churned, 0.9, weight ORDER BY random()) =
       survival_curve(entry, duration, churned, 0.9, weight ORDER BY duration DESC) AS curve,
       log_rank(entry, duration, churned, plan, region ORDER BY random()) =
       log_rank(entry, duration, churned, plan, region ORDER BY region) AS log_rank
FROM late;
SELECT survival_curve_final(survival_curve_combine(survival_curve_add(NULL, 1, 3, true),
                                                   survival_curve_add(NULL, 0, 2, false))) =
       (SELECT survival_curve(e, d, c) FROM (VALUES (0, 2, false), (1, 3, true)) v(e, d, c))
       AS combined,
       log_rank_final(log_rank_combine(log_rank_add(NULL, 1, 3, true, 'a', 's'),
                                       log_rank_add(NULL, 0, 2, true, 'b', 's'))) =
       (SELECT log_rank(e, d, true, g, 's') FROM (VALUES (0, 2, 'b'), (1, 3, 'a')) v(e, d, g))
       AS log_rank_combined;
-- of 0.1 + 0.2 and 0.3 neither is before the other
SELECT duration, at_risk
FROM unnest((SELECT survival_curve(e, d, true)
             FROM (VALUES (0, 0.3), (0.1::float8 + 0.2::float8, 1), (0.3, 1)) v(e, d)));
SELECT survival_curve(e, d, true)
FROM (VALUES (0, 0.5), (0.3, 0.1::float8 + 0.2::float8)) v(e, d);
SELECT log_rank(e, d, true, 'a')
FROM (VALUES (0, 0.5), (0.3, 0.1::float8 + 0.2::float8)) v(e, d);
-- calls are told apart by the boolean; literals without a type will do where they leave no doubt
SELECT survival_curve(1, true, 0.5) = survival_curve('1', true, '0.5') AS level,
       survival_curve(1, 2, true) = survival_curve('1', '2', true) AS entry,
       survival_curve(2, 'true', 0.5) = survival_curve(2, true, 0.5) AS not_entry,
       survival_curve(1, 2, true, '0.5', '3') = survival_curve(1::float8, 2::float8, true, 0.5, 3)
       AS weight;
SELECT log_rank(duration, churned, 'all') = log_rank(duration, churned, 'all'::text) AS group_name,
       log_rank(entry, duration, churned, 'all') = log_rank(entry, duration, churned, 'all'::text)
       AS entry,
       log_rank(duration, churned, plan, 'all') = log_rank(duration, churned, plan) AS one_stratum,
       (log_rank(1, true, '1')).groups AS integers
FROM late WHERE plan IS NOT NULL AND entry IS NOT NULL;
SELECT (log_rank('1', 'true', 'a')).groups AS no_types;
-- which of two was meant nobody can know
SELECT survival_curve(1, 'true', '0.5');
SELECT survival_curve(1, '2', 'true');
SELECT log_rank('1', '2', true, 'a');
-- errors
SELECT survival_curve(5, 5, true);
SELECT survival_curve(-1, 5, true);
SELECT survival_curve('NaN', 5, true);
SELECT survival_curve('-Infinity', 5, true, 0.9);
SELECT survival_curve(1, 'Infinity', true);
SELECT survival_curve(6, 5, true, 0.9, 1);
SELECT log_rank(5, 4, true, 'a');
SELECT log_rank_groups(5, 4, true, true, 'a');
SELECT survival_curve(1, true, 0.9, -1);
SELECT survival_curve(1, true, 0.9, 'NaN');
SELECT survival_curve(1, 2, true, 0.9, 'Infinity');
SELECT survival_curve(1, true, NULL, 1);
SELECT survival_curve(1, 2, true, 1, 1);
SELECT survival_curve_combine(survival_curve_add(NULL, 1, true),
                              survival_curve_add(NULL, 1, 2, true));
SELECT survival_curve_combine(survival_curve_add(NULL, 1, true, 0.95, 1),
                              survival_curve_add(NULL, 1, 2, true));
SELECT log_rank_combine(log_rank_add(NULL, 1, true, 'a'), log_rank_add(NULL, 1, true, 'a', 's'));
SELECT log_rank_final(survival_curve_add(NULL, 1, 2, true));
SELECT median_survival('{"(1,2,1,0,0.5,-1,0,0)"}');
