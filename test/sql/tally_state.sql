-- Aggregates that count by key, in parts: parts that do not belong together, counts that cannot be.
SELECT (u).treated, (u).treated_retained, (u).control, (u).control_retained
FROM (SELECT retention_uplift_final(retention_uplift_combine(s, s)) AS u
	FROM (SELECT retention_uplift_add(retention_uplift_add(retention_uplift_add(NULL, true, true),
		true, false), false, true) AS s) one) two;
SELECT retention_uplift_combine(retention_uplift_add(NULL, true, true, 'a', 0.95),
	retention_uplift_add(NULL, true, true, 'a', 0.9));
SELECT cohort_retention_combine(
	cohort_retention_add(NULL, '{2026-01-01: 5}', 'month', '2026-06-30'),
	cohort_retention_add(NULL, '{2026-01-01: 5}', 'month', '2026-05-31'));
SELECT cohort_retention_combine(
	cohort_retention_add(NULL, '{2026-01-01: 5}', 'month', '2026-06-30'),
	cohort_retention_add(NULL, '{2026-01-01: 5}', 'year', '2026-06-30'));
SELECT lifecycle_combine(lifecycle_add(NULL, '{2026-01-01: 5}', 'month', '2026-06-30', '90 days'),
	lifecycle_add(NULL, '{2026-01-01: 5}', 'month', '2026-06-30', '91 days'));

-- more orders of known amount than orders, and counts below 0: words 22 to 27 of this state are
-- customers, those who did not come again, orders, those of known amount, and money in two words
CREATE FUNCTION pg_temp.with_word(s bytea, n int, value bigint) RETURNS bytea LANGUAGE sql AS
	$$ SELECT overlay(s PLACING (SELECT string_agg(substr(int8send(value), 9 - i, 1), '' ORDER BY i)
		FROM generate_series(1, 8) i) FROM 5 + 8 * (n - 1)) $$;
CREATE TEMP TABLE cohort AS
SELECT cohort_retention_add(NULL, '{2026-01-01: 5 in 2}', 'year', '2026-12-31') AS s;
SELECT cohort_retention_final(s), cohort_retention_final(pg_temp.with_word(s, 25, 1)) FROM cohort;
SELECT cohort_retention_final(pg_temp.with_word(s, 25, 3)) FROM cohort;
SELECT cohort_retention_final(pg_temp.with_word(s, 25, -1)) FROM cohort;
SELECT cohort_retention_final(pg_temp.with_word(s, 24, -1)) FROM cohort;
SELECT cohort_retention_final(pg_temp.with_word(s, 22, -1)) FROM cohort;
