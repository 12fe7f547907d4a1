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
