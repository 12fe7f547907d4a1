-- Aggregates that count by key, in parts: parts that do not belong together, counts that cannot be.
SELECT (u).treated, (u).treated_retained, (u).control, (u).control_retained
FROM (SELECT retention_uplift_final(retention_uplift_combine(s, s)) AS u
	FROM (SELECT retention_uplift_add(retention_uplift_add(retention_uplift_add(NULL, true, true),
		true, false), false, true) AS s) one) two;
SELECT retention_uplift_combine(retention_uplift_add(NULL, true, true, 'a', 0.95),
	retention_uplift_add(NULL, true, true, 'a', 0.9));
SELECT cohort_retention_combine(cohort_retention_add(NULL, '{2026-01-01: 5}', 'month', '2026-06-30'),
	cohort_retention_add(NULL, '{2026-01-01: 5}', 'month', '2026-05-31'));
SELECT cohort_retention_combine(cohort_retention_add(NULL, '{2026-01-01: 5}', 'month', '2026-06-30'),
	cohort_retention_add(NULL, '{2026-01-01: 5}', 'year', '2026-06-30'));
SELECT lifecycle_combine(lifecycle_add(NULL, '{2026-01-01: 5}', 'month', '2026-06-30', '90 days'),
	lifecycle_add(NULL, '{2026-01-01: 5}', 'month', '2026-06-30', '91 days'));
