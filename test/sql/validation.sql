-- Did a score tell who would, and who would not: against the definitions in plain SQL.
SET extra_float_digits = 0;
SELECT setseed(0.42);
CREATE TEMP TABLE scored AS
SELECT i, round(random()::numeric, 2)::float8 AS score, random() < 0.3 AS outcome
FROM generate_series(1, 700) i;
UPDATE scored SET outcome = true WHERE random() < score - 0.4;
SELECT abs(roc_auc(score, outcome)
           - (SELECT avg((a.score > b.score)::int + (a.score = b.score)::int / 2.0)
              FROM scored a, scored b WHERE a.outcome AND NOT b.outcome)) < 1e-15 AS area,
       abs(brier_score(score, outcome) - avg((score - outcome::int) ^ 2)) < 1e-15 AS brier
FROM scored;
SELECT roc_auc(1 - score, outcome) + roc_auc(score, outcome) AS turned_round,
       roc_auc(score, outcome) = roc_auc(exp(9 * score), outcome) AS only_order
FROM scored;
WITH ranked AS (SELECT *, (SELECT count(*) FROM scored b WHERE b.score < a.score) AS below,
                       (SELECT count(*) FROM scored b WHERE b.score > a.score) AS above,
                       (SELECT count(*) FROM scored b WHERE b.score = a.score) AS same,
                       (SELECT count(*) FROM scored) AS n
                FROM scored a),
     binned AS (SELECT *, 1 + (2 * below + same - 1) * 8 / (2 * n) AS bin,
                       1 + (2 * above + same - 1) * 8 / (2 * n) AS top
                FROM ranked)
SELECT (SELECT count(*) FILTER (WHERE (c.lowest_score, c.highest_score,
                                       c.customers) IS DISTINCT FROM
                                      (b.lowest, b.highest, b.n)
                                   OR abs(c.expected_rate - b.expected) > 1e-12
                                   OR c.actual_rate <> b.actual)
        FROM unnest((SELECT calibration_table(score, outcome, 8) FROM scored)) c
             FULL JOIN (SELECT bin, min(score) AS lowest, max(score) AS highest, count(*) AS n,
                               avg(score) AS expected, avg(outcome::int)::float8 AS actual
                        FROM binned GROUP BY bin) b
               USING (bin)) AS calibration_different,
       (SELECT count(*) FILTER (WHERE (l.lowest_score, l.highest_score, l.customers,
                                       l.outcomes) IS DISTINCT FROM
                                      (b.lowest, b.highest, b.n, b.outcomes)
                                   OR abs(l.lift - b.lift) > 1e-12
                                   OR abs(l.cumulative_outcomes - b.gain) > 1e-12)
        FROM unnest((SELECT lift_table(score, outcome, 8) FROM scored)) l
             FULL JOIN (SELECT top AS bin, min(score) AS lowest, max(score) AS highest,
                               count(*) AS n, count(*) FILTER (WHERE outcome) AS outcomes,
                               avg(outcome::int) / (SELECT avg(outcome::int) FROM scored) AS lift,
                               sum(count(*) FILTER (WHERE outcome)) OVER (ORDER BY top)
                               / (SELECT count(*) FROM scored WHERE outcome) AS gain
                        FROM binned GROUP BY top) b
               USING (bin)) AS lift_different;
CREATE TEMP TABLE few (score float8, outcome boolean);
INSERT INTO few VALUES
	(0.1, false), (0.4, false), (0.35, true), (0.8, true), (NULL, true), (0.5, NULL);
-- the example of scikit-learn's roc_auc_score
SELECT roc_auc(score, outcome), brier_score(score, outcome) FROM few;
SELECT * FROM unnest((SELECT calibration_table(score, outcome, 2) FROM few));
SELECT * FROM unnest((SELECT lift_table(score, outcome, 2) FROM few));
SELECT bin, customers FROM unnest((SELECT lift_table(score, outcome) FROM few));
-- nobody, one kind only, one score only
SELECT roc_auc(score, outcome) IS NULL AS a, brier_score(score, outcome) IS NULL AS b,
       calibration_table(score, outcome) IS NULL AS c, lift_table(score, outcome) IS NULL AS l
FROM few WHERE false;
SELECT roc_auc(score, true) IS NULL AS one_kind, roc_auc(0.5, outcome) AS one_score FROM few;
SELECT * FROM unnest((SELECT lift_table(score, false, 1) FROM few));
SELECT roc_auc(s, o)
FROM (VALUES ('infinity'::float8, true), ('-infinity', false), (0, true), (-0.0, false)) v(s, o);
-- the same to the last digit in every order, in parts, and over a window
SELECT brier_score(score / 3, outcome ORDER BY random()) =
       brier_score(score / 3, outcome ORDER BY i) AS brier,
       calibration_table(score / 3, outcome ORDER BY random()) =
       calibration_table(score / 3, outcome ORDER BY i) AS calibration
FROM scored;
SELECT roc_auc_final(scored_outcomes_combine(scored_outcomes_add(
                                                 scored_outcomes_add(NULL, 0.4, true), 0.5, false),
                                             scored_outcomes_add(NULL, 0.3, false))) AS combined;
SELECT brier_score_final(brier_score_combine(brier_score_add(NULL, 0.4, true),
                                             brier_score_add(NULL, 0.3, false))) AS combined,
       brier_score_combine(NULL, NULL) IS NULL AS nothing;
SELECT bool_and(a IS NOT DISTINCT FROM
                (SELECT roc_auc(score, outcome) FROM scored WHERE i <= s.i)) AS running
FROM (SELECT i, roc_auc(score, outcome) OVER (ORDER BY i) AS a FROM scored WHERE i < 100) s;
-- errors
SELECT roc_auc('NaN', true);
SELECT brier_score(1.1, true);
SELECT calibration_table(-0.1, true);
SELECT calibration_table(0.1, true, 0);
SELECT lift_table(0.1, true, 10001);
SELECT lift_table(0.1, true, NULL);
SELECT lift_table(score, outcome, 1 + outcome::int) FROM few;
SELECT roc_auc_final('\x0102');
SELECT brier_score_final('\x0102');
