-- Does a score tell who leaves sooner; the numbers are compared with R in test/core.
SET extra_float_digits = 0;
CREATE TEMP TABLE seen AS
SELECT (i * 31 % 17)::float8 AS score, i * 7 % 5 AS entry, 5 + i * 13 % 11 AS duration,
       i % 3 > 0 AS churned
FROM generate_series(1, 80) i;
-- pair by pair
SELECT concordance_index(score, duration, churned) =
       (SELECT sum(CASE WHEN a.score > b.score THEN 1 WHEN a.score = b.score THEN 0.5 ELSE 0 END)
               / count(*)
        FROM seen a, seen b
        WHERE a.churned
              AND (b.duration > a.duration OR b.duration = a.duration AND NOT b.churned))::float8
       AS pairs,
       abs(concordance_index(score, entry, duration, churned)
           - (SELECT sum(CASE WHEN a.score > b.score THEN 1 WHEN a.score = b.score THEN 0.5
                              ELSE 0 END)
                     / count(*)
              FROM seen a, seen b
              WHERE a.churned AND b.entry < a.duration
                    AND (b.duration > a.duration
                         OR b.duration = a.duration AND NOT b.churned))::float8) < 1e-15 AS entries
FROM seen;
-- without censoring, and all who stay at one later time: the area under the curve
SELECT concordance_index(score, CASE WHEN churned THEN 1 ELSE 2 END, churned) =
       roc_auc(score, churned) AS auc
FROM seen;
SELECT concordance_index(-duration, duration, churned) AS but_for_ties,
       concordance_index(duration, duration, churned) AS turned_round,
       concordance_index(7, duration, churned) AS no_idea
FROM seen;
-- NULLs are left out; nothing to compare; infinite scores
SELECT concordance_index(score, duration, churned) AS one_pair
FROM (VALUES (2::float8, 1, true), (1, 2, false), (NULL, 3, true), (9, NULL, true), (9, 3, NULL))
     v(score, duration, churned);
SELECT concordance_index(score, entry, duration, churned) IS NULL AS never_together
FROM (VALUES (2, 0, 1, true), (1, 1, 2, true), (1, NULL, 2, true))
     v(score, entry, duration, churned);
SELECT concordance_index(1, 2, false) IS NULL AS nobody_left,
       concordance_index(score, 2, true) IS NULL AS at_once
FROM (VALUES (1), (2)) v(score);
SELECT concordance_index(score, duration, true)
FROM (VALUES ('Infinity'::float8, 1), ('-Infinity', 2), (0, 3)) v(score, duration);
SELECT concordance_index(0, -0.0, true), concordance_index(1, 2, true) FROM seen WHERE false;
-- in every order, in parts, over a window; what differs by rounding alone
SELECT concordance_index(score, duration, churned ORDER BY random()) =
       concordance_index(score, duration, churned ORDER BY score) AS any_order
FROM seen;
SELECT concordance_index_final(concordance_index_combine(concordance_index_add(NULL, 1, 2, true),
                                                         concordance_index_add(NULL, 0, 3, true)))
       AS combined,
       concordance_index_combine(NULL, NULL) IS NULL AS nothing;
SELECT array_agg(round(c::numeric, 3))
FROM (SELECT concordance_index(score, duration, churned) OVER (ORDER BY duration) AS c
      FROM seen LIMIT 12) s;
SELECT concordance_index(score, duration, true)
FROM (VALUES (1, 0.3::float8), (2, 0.1::float8 + 0.2::float8), (0, 1)) v(score, duration);
-- errors
SELECT concordance_index('NaN', 1, true);
SELECT concordance_index(1, -1, true);
SELECT concordance_index(1, 'Infinity', true);
SELECT concordance_index(1, 2, 2, true);
SELECT concordance_index(1, -1, 2, true);
SELECT concordance_index(1, e, d, true)
FROM (VALUES (0, 0.5), (0.3, 0.1::float8 + 0.2::float8)) v(e, d);
SELECT concordance_index_final('\x0102');
SELECT concordance_index_combine(concordance_index_add(NULL, 1, 2, true),
                                 concordance_index_add(NULL, 1, 1, 2, true));
