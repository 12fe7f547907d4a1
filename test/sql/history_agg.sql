-- the aggregate purchase_history: rows in, one value out, and everything that can go wrong
SET timezone = 'UTC';
CREATE TEMP TABLE rows (c int, d date, amount numeric);
INSERT INTO rows VALUES
	(1, '2026-02-01', 20), (1, '2026-01-03', 29.99), (1, '2026-02-01', 25), (1, '2026-02-11', NULL),
	(1, '2026-03-01', -12.5), (2, NULL, 5), (3, '2026-01-05', 0), (3, NULL, NULL),
	(4, '2026-01-06', -1);

SELECT c, purchase_history(d, amount), purchase_history(d) FROM rows GROUP BY c ORDER BY c;
SELECT purchase_history(d, amount) IS NULL AS nothing FROM rows WHERE false;
SELECT purchase_history(d, amount) IS NULL AS nothing FROM rows WHERE c = 2;

-- every way to give the day and the amount
SELECT purchase_history(d::timestamp + '23:59:59.999999', amount) =
       purchase_history(d, amount) AS ts,
       purchase_history(d::timestamp + '23:59:59.999999', amount::float8) =
       purchase_history(d, amount) AS ts_float,
       purchase_history(d::timestamptz, amount) = purchase_history(d, amount) AS tstz,
       purchase_history(d::timestamptz, amount::float8) = purchase_history(d, amount) AS tstz_float,
       purchase_history(d::timestamptz, amount, 'UTC') = purchase_history(d, amount) AS zone,
       purchase_history(d::timestamptz, amount::float8, 'UTC') =
       purchase_history(d, amount) AS zone_float,
       purchase_history(d, amount::float8) = purchase_history(d, amount) AS float,
       purchase_history(d::timestamp) = purchase_history(d) AS ts_only,
       purchase_history(d::timestamptz) = purchase_history(d) AS tstz_only,
       purchase_history(d::timestamptz, 'UTC'::text) = purchase_history(d) AS zone_only
FROM rows;
SELECT purchase_history(d, amount::int) FROM rows WHERE c = 3;
SELECT purchase_history(d, 5) FROM rows WHERE c = 3;

-- histories of histories
SELECT purchase_history(h) = (SELECT purchase_history(d, amount) FROM rows) AS same,
       purchase_history(h ORDER BY c DESC) = purchase_history(h) AS any_order
FROM (SELECT c, purchase_history(d, amount) AS h FROM rows GROUP BY c) s;

-- amounts: rounding half away from zero, the edges, and beyond
SELECT purchase_history(date '2026-01-01', a)
FROM (VALUES (0.00005), (0.00004999), (-0.00005), (-0.00004999), (1.23455), (-1.23455),
             (1e-300)) v(a)
GROUP BY a ORDER BY a;
SELECT purchase_history(date '2026-01-01', a) FROM
  (VALUES (922337203685477.58074999), (-922337203685477.5808)) v(a) GROUP BY a ORDER BY a;
SELECT purchase_history(date '2026-01-01', 922337203685477.58075);
SELECT purchase_history(date '2026-01-01', -922337203685477.58085);
SELECT purchase_history(date '2026-01-01', 1e16);
SELECT purchase_history(date '2026-01-01', 1e131071);
SELECT purchase_history(date '2026-01-01', 'NaN'::numeric);
SELECT purchase_history(date '2026-01-01', 'infinity'::numeric);
SELECT purchase_history(date '2026-01-01', '-infinity'::numeric);
SELECT purchase_history(date '2026-01-01', 'NaN'::float8);
SELECT purchase_history(date '2026-01-01', 'infinity'::float8);
SELECT purchase_history(date '2026-01-01', '-infinity'::float8);
SELECT purchase_history(date '2026-01-01', 1e300::float8);
SELECT purchase_history(date '2026-01-01', 922337203685477.0) FROM generate_series(1, 2);
-- too much on the way to a sum that fits is no error, in whatever order
SELECT purchase_history(date '2026-01-01', a)
FROM unnest(ARRAY[922337203685477.0, 922337203685477.0, -922337203685477.0]) a;
SELECT purchase_history(date '2026-01-01',
                        CASE WHEN n <= 2000 THEN 900000000000000.0 ELSE -900000000000000.0 END)
FROM generate_series(1, 4000) n;

-- dates: both ends, and beyond
SELECT purchase_history(d) FROM (VALUES (date '4714-11-24 BC'), ('5874897-12-31')) v(d);
SELECT purchase_history(t)
FROM (VALUES (timestamp '4714-11-24 00:00:00 BC'), ('294276-12-31 23:59:59.999999')) v(t);
SELECT purchase_history(t)
FROM (VALUES (timestamptz '4714-11-24 00:00:00+00 BC'), ('294276-12-31 23:59:59.999999+00')) v(t);
SELECT purchase_history(date 'infinity');
SELECT purchase_history(date '-infinity', 5);
SELECT purchase_history(timestamp 'infinity');
SELECT purchase_history(timestamptz '-infinity', 5);
SELECT purchase_history(timestamptz 'infinity', 5, 'Europe/Berlin');
SELECT purchase_history(timestamptz '2026-01-01', 5, 'Europe/Nowhere');
SELECT purchase_history(timestamptz '2026-01-01', 5, NULL);

-- windows: whole partition, running, moving, moving backwards, shrinking to nothing
SELECT c, d, amount,
       purchase_history(d, amount) OVER () =
       (SELECT purchase_history(d, amount) FROM rows) AS whole,
       purchase_history(d, amount) OVER (ORDER BY c, d, amount) AS running
FROM rows WHERE c <> 1 ORDER BY c, d, amount;
SELECT d, amount,
       purchase_history(d, amount) OVER (ORDER BY d RANGE '20 days' PRECEDING) AS last_20_days,
       purchase_history(d, amount) OVER (ORDER BY d
                                         ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING) AS next_two
FROM rows WHERE c = 1 ORDER BY d, amount;

-- one state, several answers; FILTER, DISTINCT, ORDER BY; grouping sets
SELECT purchase_days(purchase_history(d, amount)), total_spend(purchase_history(d, amount)),
       purchase_history(d, amount) FILTER (WHERE amount > 20) AS filtered,
       purchase_history(DISTINCT d) AS days,
       purchase_history(d, amount ORDER BY amount) = purchase_history(d, amount) AS ordered
FROM rows WHERE c = 1;
SELECT c, purchase_history(d, amount)
FROM rows WHERE c <> 1 GROUP BY GROUPING SETS ((c), ()) ORDER BY c;

-- support functions are no functions for people
SELECT purchase_history_add(NULL::purchase_history, date '2026-01-01');
SELECT purchase_history_add('{2026-01-01: 5}'::purchase_history, date '2026-01-01', 5::numeric);
SELECT purchase_history_add(NULL::purchase_history, '{2026-01-01: 5}'::purchase_history);
SELECT purchase_history_remove('{2026-01-01: 5}'::purchase_history, date '2026-01-01', 5::numeric);
SELECT purchase_history_remove('{2026-01-01: 5}'::purchase_history,
                               '{2026-01-01: 5}'::purchase_history);
SELECT purchase_history_final('{2026-01-01: 5}'),
       purchase_history_final(NULL) IS NULL AS null_stays;

-- an aggregate of a user's own on our support functions, from a value and without a final function
CREATE AGGREGATE pg_temp.from_value(date, numeric) (SFUNC = purchase_history_add,
                                                    STYPE = purchase_history,
                                                    INITCOND = '{2020-01-01: 1.00}',
                                                    FINALFUNC = purchase_history_final);
CREATE AGGREGATE pg_temp.unfinished(date, numeric) (SFUNC = purchase_history_add,
                                                    STYPE = purchase_history);
SELECT pg_temp.from_value(d, amount) FROM rows WHERE c = 1;
CREATE TEMP TABLE kept AS SELECT c, pg_temp.unfinished(d, amount) AS h FROM rows GROUP BY c;
SELECT c, h, h = purchase_history(h) AS same, order_count(h), total_spend(h), h::jsonb AS j,
       frequency(h, '2026-06-30') AS x
FROM kept WHERE c <> 1 GROUP BY c, h ORDER BY c;
SELECT k.h = r.h AS same, as_of(k.h, '2026-02-01'), purchase_intervals(k.h)
FROM kept k, (SELECT purchase_history(d, amount) AS h FROM rows WHERE c = 1) r WHERE k.c = 1;

-- a date or timestamp has no zone: it would silently be a point in time of the session's
SELECT purchase_history(date '2026-02-01', 10.0, 'America/New_York');
SELECT purchase_history(timestamp '2026-02-01 12:00', 10.0::float8, 'America/New_York');
SELECT purchase_history(d, 'America/New_York'::text) FROM rows;
SELECT purchase_history(d, amount, 'America/New_York') OVER (ORDER BY d ROWS 2 PRECEDING) FROM rows;
SELECT c, purchase_history(d, amount, 'America/New_York') FROM rows GROUP BY c;
SELECT purchase_history(DISTINCT d, 'America/New_York'::text) FROM rows;
-- made one in so many words it is one; and a literal without a type is
SET timezone = 'UTC';
SELECT purchase_history(timestamp '2026-02-01 01:00' AT TIME ZONE 'UTC', 10.0, 'America/New_York'),
       purchase_history((date '2026-02-01')::timestamptz, 10.0, 'America/New_York'),
       purchase_history('2026-02-01', 10.0, 'America/New_York'),
       purchase_history('2026-02-01', '10', 'America/New_York'),
       purchase_history('2026-02-01', 'America/New_York');
SELECT purchase_history(d::timestamptz, amount, 'UTC') = purchase_history(d, amount) AS same
FROM rows;
SELECT bool_and(h = plain) AS same
FROM (SELECT purchase_history(d::timestamptz, amount, 'UTC') OVER w AS h,
             purchase_history(d, amount) OVER w AS plain
      FROM rows WINDOW w AS (ORDER BY d ROWS 2 PRECEDING)) s;
RESET timezone;
