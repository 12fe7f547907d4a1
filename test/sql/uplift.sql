-- We tried an idea: did it work.
SET extra_float_digits = 0;
-- Newcombe (1998): 56 of 70 against 48 of 80 have limits 0.0528 and 0.3382 by Miettinen and
-- Nurminen
CREATE TEMP TABLE trial AS
SELECT i <= 70 AS treated, i <= 56 OR i BETWEEN 71 AND 118 AS retained,
       CASE WHEN i % 2 = 0 THEN 'even' END AS stratum
FROM generate_series(1, 150) i;
SELECT (retention_uplift(treated, retained)).* FROM trial \gx
SELECT (retention_uplift(treated, retained, stratum)).difference,
       (retention_uplift(treated, retained, stratum)).left_out,
       (retention_uplift(treated, retained, stratum, 0.5)).difference_lower
FROM trial;
SELECT retention_uplift(treated, retained, NULL::text) =
       retention_uplift(treated, retained) AS no_strata,
       retention_uplift(treated, retained, '') = retention_uplift(treated, retained) AS one_stratum
FROM trial;
-- Simpson's paradox: better in each stratum, worse in sum
CREATE TEMP TABLE kidney AS
SELECT treated, i <= hits AS retained, stratum
FROM (VALUES (true, 81, 87, 'small'), (false, 234, 270, 'small'), (true, 192, 263, 'large'),
             (false, 55, 80, 'large')) t(treated, hits, n, stratum),
     generate_series(1, n) i;
SELECT round((retention_uplift(treated, retained)).difference::numeric, 4) AS crude,
       round((retention_uplift(treated, retained, stratum)).difference::numeric, 4) AS within_strata
FROM kidney;
-- nobody stayed of the one, of the other, of both; nobody to compare with; NULLs
SELECT name, u.*
FROM (SELECT name, (retention_uplift(treated, retained)).*
      FROM (VALUES ('none treated stayed', true, false), ('none treated stayed', true, false),
                   ('none treated stayed', false, true), ('none treated stayed', false, false),
                   ('no other stayed', true, true), ('no other stayed', true, false),
                   ('no other stayed', false, false), ('nobody stayed', true, false),
                   ('nobody stayed', false, false), ('all treated', true, true),
                   ('all treated', NULL, true),
                   ('all treated', true, NULL)) v(name, treated, retained)
      GROUP BY name) u
ORDER BY name;
SELECT (retention_uplift(t, true, s)).left_out
FROM (VALUES (true, 'a'), (true, 'a'), (false, 'b'), (true, 'c'), (false, 'c')) v(t, s);
SELECT retention_uplift(treated, retained) IS NULL AS nobody FROM trial WHERE false;
-- the same in every order, in parts, and over a window
SELECT retention_uplift(treated, retained, i::text ORDER BY random()) =
       retention_uplift(treated, retained, i::text ORDER BY i DESC) AS any_order
FROM (SELECT *, row_number() OVER (ORDER BY treated, retained) % 13 AS i FROM trial) s;
SELECT retention_uplift_final(retention_uplift_combine(retention_uplift_add(
                                                           retention_uplift_add(NULL, true, true),
                                                           false, false),
                                                       retention_uplift_add(NULL, false, true))) =
       (SELECT retention_uplift(t, r)
        FROM (VALUES (false, true), (false, false), (true, true)) v(t, r)) AS combined;
SELECT (retention_uplift(treated, retained) OVER (ORDER BY treated, retained)).control
FROM trial LIMIT 1;
-- errors
SELECT retention_uplift(treated, retained, stratum, 0) FROM trial;
SELECT retention_uplift(treated, retained, stratum, NULL) FROM trial;
SELECT retention_uplift(treated, retained, stratum, CASE WHEN treated THEN 0.9 ELSE 0.8 END)
FROM trial;
SELECT retention_uplift_final('\x0102');
