-- Spells and sessions: against plain SQL, on random rows with ties and NULLs.
SET datestyle = 'ISO';
SET timezone = 'UTC';
CREATE TEMP TABLE events AS
SELECT i AS id, abs(hashint4(i)) % 20 AS customer_id,
       timestamp '2026-01-01' + abs(hashint4(i * 3 + 1)) % 200000 * interval '1 minute' AS ts
FROM generate_series(1, 400) i;
INSERT INTO events SELECT id + 1000, customer_id, ts FROM events WHERE id % 7 = 0;
UPDATE events SET ts = NULL WHERE id % 31 = 0;
CREATE TEMP TABLE plain AS
SELECT *, sum(opens::int) OVER (PARTITION BY gap, customer_id ORDER BY ts) + 1 AS number
FROM (SELECT *, coalesce(ts > previous + gap, false) AS opens, previous IS NULL AS first
      FROM (SELECT DISTINCT ON (gap, customer_id, ts) *,
             max(ts) OVER (PARTITION BY gap, customer_id ORDER BY ts
                           RANGE BETWEEN UNBOUNDED PRECEDING
                                     AND interval '1 microsecond' PRECEDING) AS previous
            FROM events, unnest('{3 days, 36 hours, 7 days 2 hours, 1 month, 0}'::interval[]) gap
            WHERE ts IS NOT NULL ORDER BY gap, customer_id, ts) d) g;
SELECT gap, count(*) AS rows, max(s.number) AS spells,
       bool_and(s.number = p.number) AS purchase_spell,
       bool_and(s.session = p.number) AS session_id, bool_and(s.zoned = p.number) AS with_zone,
       bool_and(s.back IS NOT DISTINCT FROM
                CASE WHEN NOT p.first THEN p.opens END) AS is_reactivation
FROM (SELECT id, customer_id, gap, ts, purchase_spell(ts, gap) OVER w AS number,
             session_id(ts, gap) OVER w AS session,
             session_id(ts::timestamptz, gap) OVER w AS zoned,
             is_reactivation(ts, gap) OVER w AS back
      FROM events, unnest('{3 days, 36 hours, 7 days 2 hours, 1 month, 0}'::interval[]) gap
      WINDOW w AS (PARTITION BY gap, customer_id ORDER BY ts)) s
     JOIN plain p USING (gap, customer_id, ts)
GROUP BY gap ORDER BY gap;
SELECT count(*) AS without_time, count(n) AS numbered
FROM (SELECT ts, purchase_spell(ts, '1 day') OVER (PARTITION BY customer_id ORDER BY ts) AS n
      FROM events) s
WHERE ts IS NULL;
-- days: the end of the gap is within it; months by the calendar
SELECT d, purchase_spell(d, '31 days') OVER w AS days,
       purchase_spell(d, '1 month') OVER w AS months, is_reactivation(d, '1 month') OVER w AS back
FROM unnest('{2026-01-31, 2026-02-28, 2026-03-28, 2026-04-28, 2026-05-30, 2026-05-30, '
            '2026-06-30}'::date[]) d
WINDOW w AS (ORDER BY d);
SELECT d, session_id(d, '30 minutes') OVER (ORDER BY d)
FROM unnest('{2026-03-29 00:50, 2026-03-29 01:20, 2026-03-29 01:50:00.000001}'::timestamp[]) d;
-- a day is 24 hours in every zone
SET timezone = 'Europe/Berlin';
SELECT d, purchase_spell(d, '1 day') OVER (ORDER BY d)
FROM unnest('{2026-03-28 12:00, 2026-03-29 13:00, 2026-03-30 13:00:01}'::timestamptz[]) d;
-- no look ahead, whatever the frame; no gap no answer
SET timezone = 'UTC';
SELECT bool_and(a.n = b.n AND a.back IS NOT DISTINCT FROM b.back) AS same, count(*)
FROM (SELECT id, purchase_spell(ts, '2 days') OVER w AS n,
             is_reactivation(ts, '2 days') OVER w AS back
      FROM events WINDOW w AS (PARTITION BY customer_id ORDER BY ts)) a
     JOIN (SELECT id,
                  purchase_spell(ts, '2 days') OVER (w
                                                     ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING) AS n,
                  is_reactivation(ts, '2 days') OVER w AS back
           FROM events WHERE ts < '2026-03-01' WINDOW w AS (PARTITION BY customer_id ORDER BY ts)) b
       USING (id);
SELECT count(*) AS first_spells
FROM (SELECT session_id(ts, '2 days') OVER (PARTITION BY customer_id ORDER BY ts) AS n
      FROM events) s
WHERE n <= 1;
SELECT purchase_spell(d, NULL) OVER (ORDER BY d) IS NULL AS nothing
FROM (VALUES (date '2026-01-01')) v(d);
SELECT d,
       purchase_spell(d, CASE WHEN d <> '2026-01-05' THEN interval '3 days' END) OVER (ORDER BY d)
FROM unnest('{2026-01-01, 2026-01-05, 2026-01-06}'::date[]) d;
-- errors
SELECT purchase_spell(d, '-1 day') OVER (ORDER BY d) FROM (VALUES (date '2026-01-01')) v(d);
SELECT session_id(ts, '1 day') OVER (ORDER BY ts DESC NULLS LAST) FROM events;
SELECT is_reactivation(d, '1 day') OVER (ORDER BY d) FROM (VALUES (date '-infinity')) v(d);
SELECT purchase_spell(d, '1 day') FROM (VALUES (date '2026-01-01')) v(d);
-- of days a gap is a day or more, or none; of times it may be anything
SELECT purchase_spell(d, '90') OVER (ORDER BY d) FROM (VALUES (date '2026-01-01')) v(d);
SELECT session_id(d, '23 hours') OVER (ORDER BY d) FROM (VALUES (date '2026-01-01')) v(d);
SELECT is_reactivation(d, '00:01:30') OVER (ORDER BY d) FROM (VALUES (date '2026-01-01')) v(d);
SELECT d, purchase_spell(d, '0') OVER w AS days, purchase_spell(d, '1 day') OVER w AS pairs,
       purchase_spell(d::timestamp, '90') OVER w AS times
FROM unnest('{2026-01-01, 2026-01-02, 2026-01-04}'::date[]) d WINDOW w AS (ORDER BY d);
-- a month later is not longer than a month, a microsecond more is
SELECT ts, purchase_spell(ts, '1 month') OVER (ORDER BY ts),
	is_reactivation(ts, '1 month') OVER (ORDER BY ts)
FROM unnest('{2026-01-31 10:00, 2026-02-28 10:00, 2026-03-28 10:00:00.000001}'::timestamp[]) ts;
