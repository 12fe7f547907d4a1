-- Who met one condition, then another: against all chains there are, by hand, and what is refused.
CREATE TEMP TABLE event (customer_id int, at timestamp, action text);
INSERT INTO event VALUES
	(1, '2026-01-01 10:00', 'view'), (1, '2026-01-01 10:30', 'basket'),
	(1, '2026-01-01 11:00', 'order'), (1, '2026-01-01 11:30', 'order'),
	(2, '2026-01-01 10:00', 'view'), (2, '2026-01-01 10:59', 'view'),
	(2, '2026-01-01 11:10', 'basket'), (2, '2026-01-01 11:59', 'order'),
	(3, '2026-01-01 10:00', 'basket'), (3, '2026-01-01 10:01', 'order'),
	(4, '2026-01-01 10:00', 'view'), (4, '2026-01-01 11:00:00.000001', 'basket'),
	(4, NULL, 'basket'), (5, '2026-01-01 10:00', 'basket'), (5, '2026-01-01 10:00', 'view'),
	(5, '2026-01-02 09:00', 'order'), (6, '2026-01-01', NULL);
-- a later view goes further (2), the end of the window counts (1), a microsecond more does not (4),
-- ties are taken in the order of the steps (5)
SELECT customer_id,
       window_funnel('1 hour', at, action = 'view', action = 'basket', action = 'order'),
       window_funnel_times('1 hour', at, action = 'view', action = 'basket', action = 'order')
FROM event GROUP BY 1 ORDER BY 1;
SELECT customer_id,
       window_funnel('1 day', at::date, action = 'view', action = 'basket',
                     action = 'order') AS days,
       window_funnel_times('36 hours', at::date, action = 'view', action = 'basket',
                           action = 'order') AS dates,
       window_funnel('0', at AT TIME ZONE 'UTC', action = 'view', action = 'basket') AS at_once,
       (window_funnel_times('23 hours', at AT TIME ZONE 'UTC', action = 'view', action = 'basket',
                            action = 'order'))[3] AT TIME ZONE 'UTC' AS third
FROM event GROUP BY 1 ORDER BY 1;
SELECT customer_id, retention(action = 'view', action = 'basket', action = 'order', NULL)
FROM event GROUP BY 1 ORDER BY 1;
SELECT retention(VARIADIC ARRAY[true, NULL]), retention(VARIADIC NULL::boolean[]),
       window_funnel('1 day', date '2026-01-01', VARIADIC ARRAY[true, NULL, true]),
       window_funnel('1 day', date '2026-01-01', VARIADIC NULL::boolean[]);
SELECT retention(action = 'view'), window_funnel('1 hour', at, action = 'view'),
       window_funnel_times('1 hour', at, action = 'view'),
       window_funnel_times('1 hour', at::date, action = 'view')
FROM event WHERE false;
SELECT window_funnel('200000000 days', at, action = 'view', action = 'order') AS longer_than_time,
       window_funnel('200000000 days -1 hour', at::date, action = 'view', action = 'order') AS too
FROM event WHERE customer_id = 1;

-- 10,000 random customers against every way to choose three of their events
SELECT setseed(0.42);
CREATE TEMP TABLE small AS
SELECT c, timestamp '2026-01-01' + (random() * 9)::int * interval '1 hour' AS at,
       random() < 0.4 AS a, CASE WHEN random() > 0.05 THEN random() < 0.4 END AS b,
       random() < 0.4 AS d, random() AS shuffled
FROM generate_series(1, 10000) c, generate_series(1, 1 + (c % 6)) e;
CREATE INDEX ON small (c);
WITH best AS (SELECT s.c,
                     greatest(bool_or(x.a)::int,
                              (SELECT 2
                               FROM small x, small y
                               WHERE x.c = s.c AND y.c = s.c AND x.a AND y.b
                                 AND y.at BETWEEN x.at AND x.at + interval '3 hours'
                               LIMIT 1),
                              (SELECT 3
                               FROM small x, small y, small z
                               WHERE x.c = s.c AND y.c = s.c AND z.c = s.c AND x.a AND y.b AND z.d
                                 AND y.at >= x.at AND z.at >= y.at
                                 AND z.at <= x.at + interval '3 hours'
                               LIMIT 1)) AS level
              FROM (SELECT DISTINCT c FROM small) s JOIN small x USING (c) GROUP BY s.c),
     ours AS (SELECT c, window_funnel('3 hours', at, a, b, d) AS level,
                     window_funnel_times('3 hours', at, a, b, d) AS times,
                     window_funnel('3 hours', at, a, b, d ORDER BY shuffled) AS shuffled,
                     retention(a, b, d) AS met, bool_or(a) AS a, bool_or(b) AS b, bool_or(d) AS d
              FROM small GROUP BY c)
SELECT count(*), count(*) FILTER (WHERE o.level <> best.level) AS different,
       count(*) FILTER (WHERE o.shuffled <> o.level) AS by_order,
       count(*) FILTER (WHERE cardinality(times) <> o.level OR times[3] < times[2]
                           OR times[o.level] - times[1] > interval '3 hours') AS times_wrong,
       count(*) FILTER (WHERE met <>
                              ARRAY[a, a AND coalesce(b, false), a AND d]) AS retention_wrong,
       array_agg(DISTINCT o.level) AS levels
FROM ours o JOIN best USING (c);
-- in parts, over a window, and with many events
SELECT window_funnel_final(window_funnel_combine(window_funnel_add(
                                                     NULL, '1 day', date '2026-01-02', '{f,t}'),
                                                 window_funnel_add(
                                                     NULL, '1 day', date '2026-01-01',
                                                     '{t,f}'))) AS combined,
       window_funnel_combine(NULL, NULL) IS NULL AS nothing,
       retention_final(retention_combine(retention_add(NULL, '{f,t}'),
                                         retention_add(NULL, '{t,NULL}'))) AS retention;
SELECT bool_and(f =
                (SELECT window_funnel('1 hour', at, action = 'view', action = 'basket',
                                      action = 'order')
                 FROM event WHERE customer_id = s.customer_id AND at <= s.at)) AS running
FROM (SELECT customer_id, at,
             window_funnel('1 hour', at, action = 'view', action = 'basket', action = 'order')
               OVER (PARTITION BY customer_id ORDER BY at) AS f
      FROM event) s
WHERE at IS NOT NULL;
SELECT window_funnel('1 minute', timestamp '2026-01-01' - i * interval '1 second', i % 1000 = 7,
                     i % 1000 = 6, i % 1000 = 5, i % 1000 = 950) AS backward,
       window_funnel('1 minute', timestamp '2026-01-01' + i % 100 * interval '1 second',
                     i % 1000 = 7, i % 1000 = 306) AS often
FROM generate_series(1, 100000) i;
-- errors
SELECT window_funnel('1 month', at, action = 'view') FROM event;
SELECT window_funnel('1 year', at, action = 'view') FROM event;
SELECT window_funnel('-1 second', at, action = 'view') FROM event;
SELECT window_funnel(NULL, at, action = 'view') FROM event;
SELECT window_funnel('1 day', timestamp 'infinity', true);
SELECT window_funnel('1 day', date '-infinity', true);
SELECT window_funnel('1 day', at, VARIADIC array_fill(true, ARRAY[33])) FROM event;
SELECT window_funnel('1 day', at, VARIADIC '{}'::boolean[]) FROM event;
SELECT window_funnel(customer_id * interval '1 day', at, true) FROM event;
SELECT window_funnel('1 day', at, VARIADIC array_fill(true, ARRAY[customer_id])) FROM event;
SELECT retention(VARIADIC array_fill(true, ARRAY[33]));
SELECT retention(VARIADIC array_fill(true, ARRAY[customer_id])) FROM event;
SELECT retention_final(77), retention_final(-1);
SELECT window_funnel_final('\x0102');
-- of days a window is a day or more, or none
SELECT window_funnel('3600', at::date, action = 'view') FROM event;
SELECT window_funnel_times('23 hours', at::date, action = 'view') FROM event;
SELECT window_funnel('0', at::date, action = 'view', action = 'basket') AS same_day,
       window_funnel('3600', at, action = 'view', action = 'basket') AS an_hour
FROM event WHERE customer_id = 1;
