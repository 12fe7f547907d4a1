-- purchase_history: text form, operators, casts, accessors
SET datestyle = 'German';				-- must not matter

-- text in and out
SELECT '{2026-01-03: 29.99, 2026-02-01: 45.00 in 2, 2026-02-11: ?, '
       '2026-03-01: -12.50 in 0}'::purchase_history;
SELECT '  { 2026-01-03 :29.99,2026-02-01: 45in 2 ( 1 unknown ) } '::purchase_history;
SELECT '{2026-01-03: 5.1234, 2026-01-04: 0, 2026-01-05: ? in 3}'::purchase_history;
SELECT '{2026-01-03: -5 in 1 (1 unknown), 2026-01-04: -5}'::purchase_history;
SELECT '{4714-11-24 BC: 922337203685477.5807, 5874897-12-31: -922337203685477.5808 in '
       '2147483647}'::purchase_history;

-- malformed text says what is wrong, and where
SELECT ''::purchase_history;
SELECT '{}'::purchase_history;
SELECT 'hello'::purchase_history;
SELECT '{2026-01-03: 29.99'::purchase_history;
SELECT '{2026-02-30: 29.99}'::purchase_history;
SELECT '{03.01.2026: 29.99}'::purchase_history;
SELECT '{2026-01-03: 29,99}'::purchase_history;
SELECT '{2026-01-03: 29.99999}'::purchase_history;
SELECT '{2026-01-03: 29.99, 2026-01-03: 5}'::purchase_history;
SELECT '{2026-01-04: 29.99, 2026-01-03: 5}'::purchase_history;
SELECT '{2026-01-03: 5 in 0}'::purchase_history;
SELECT '{2026-01-03: 5 in 2 (2 unknown)}'::purchase_history;
SELECT '{2026-01-03: 5 in 2 (3 unknown)}'::purchase_history;
SELECT '{2026-01-03: NaN}'::purchase_history;
SELECT '{2026-01-03: 1e500}'::purchase_history;
SELECT '{2026-01-03: 922337203685477.5808}'::purchase_history;
SELECT '{2026-01-03: 5 in 99999999999}'::purchase_history;
SELECT '{infinity: 5}'::purchase_history;

-- the binary form
SELECT purchase_history_send('{2026-01-03: 29.99, 2026-02-01: 45.00 in 2}');

-- equality and hashing
SELECT h = g AS same, h <> g AS different, h || g = g || h AS commutes
FROM (VALUES ('{2026-01-03: 29.99}'::purchase_history, '{2026-01-03: 29.9900}'::purchase_history),
             ('{2026-01-03: 29.99}', '{2026-01-03: 29.99 in 2}'),
             ('{2026-01-03: ?}', '{2026-01-03: 0}')) v(h, g);
SELECT count(*)
FROM (SELECT DISTINCT h
      FROM (VALUES ('{2026-01-03: 1}'::purchase_history), ('{2026-01-03: 1.0}'),
                   ('{2026-01-04: 1}')) v(h)) s;
SELECT h, count(*) FROM
  (VALUES ('{2026-01-03: 1}'::purchase_history), ('{2026-01-03: 1.0}')) v(h) GROUP BY h;

-- merging and taking out again
SELECT '{2026-01-03: 1, 2026-01-05: 2}'::purchase_history || '{2026-01-04: ?, 2026-01-05: 3}';
SELECT '{2026-01-03: 1, 2026-01-05: 5 in 2}'::purchase_history - '{2026-01-05: 3}';
SELECT '{2026-01-05: 10}'::purchase_history - '{2026-01-05: -5 in 0}' AS refund_undone;
SELECT ('{2026-01-03: 1}'::purchase_history - '{2026-01-03: 1}') IS NULL AS nothing_left;
SELECT NULL || '{2026-01-03: 1}'::purchase_history AS a,
       '{2026-01-03: 1}'::purchase_history || NULL AS b,
       '{2026-01-03: 1}'::purchase_history - NULL AS c, NULL::purchase_history - NULL AS d;
SELECT '{2026-01-03: 1}'::purchase_history - '{2026-01-04: 1}';
SELECT '{2026-01-03: 1}'::purchase_history - '{2026-01-03: 1 in 2}';
SELECT '{2026-01-03: 1}'::purchase_history - '{2026-01-03: ?}';
SELECT '{2026-01-03: 5}'::purchase_history - '{2026-01-03: 3}';
SELECT NULL - '{2026-01-03: 3}'::purchase_history;
SELECT '{2026-01-03: 922337203685477}'::purchase_history || '{2026-01-03: 922337203685477}';
SELECT '{2026-01-03: 1 in 2147483647}'::purchase_history || '{2026-01-03: 1}';

-- jsonb
SELECT '{2026-01-03: 29.99, 2026-02-01: 45.00 in 2 (1 unknown), 2026-02-11: ? in 2, '
       '2026-03-01: -12.50 in 0}'::purchase_history::jsonb;
SELECT h::jsonb::purchase_history = h AS same
FROM (VALUES ('{2026-01-03: 29.99, 2026-02-01: 45.00 in 2 (1 unknown), 2026-02-11: ? in 2, '
              '2026-03-01: -12.50 in 0}'::purchase_history),
             ('{2026-01-03: -5 in 1 (1 unknown)}'),
             ('{4714-11-24 BC: 1.2345, 5874897-12-31: ?}')) v(h);
SELECT '[{"date": "2026-02-01", "amount": 5}, {"date": "2026-01-03"}, {"date": "2026-02-01", '
       '"amount": 6.00005}]'::jsonb::purchase_history;
SELECT '{"date": "2026-02-01"}'::jsonb::purchase_history;
SELECT '[]'::jsonb::purchase_history;
SELECT '[1]'::jsonb::purchase_history;
SELECT '[{"date": "2026-02-01"}, {"amount": 5}]'::jsonb::purchase_history;
SELECT '[{"date": 5}]'::jsonb::purchase_history;
SELECT '[{"date": "2026-02-31"}]'::jsonb::purchase_history;
SELECT '[{"date": "2026-02-01 x"}]'::jsonb::purchase_history;
SELECT '[{"date": "2026-02-01", "orders": 1.5}]'::jsonb::purchase_history;
SELECT '[{"date": "2026-02-01", "orders": -1}]'::jsonb::purchase_history;
SELECT '[{"date": "2026-02-01", "orders": 0, "amount": 5}]'::jsonb::purchase_history;
SELECT '[{"date": "2026-02-01", "amount": "5"}]'::jsonb::purchase_history;
SELECT '[{"date": "2026-02-01", "amount": 1e20}]'::jsonb::purchase_history;
SELECT '[{"date": "2026-02-01", "price": 5}]'::jsonb::purchase_history;
SELECT format('[{"date": "2026-02-01", "%s": 5}]',
              repeat('price', 100000))::jsonb::purchase_history;

-- looking inside
SET datestyle = 'ISO';
CREATE TEMP VIEW one AS
SELECT '{2026-01-03: 29.99, 2026-01-10: -4.99 in 0, 2026-02-01: 45.00 in 2, 2026-02-11: ?, '
       '2026-03-01: 12.50}'::purchase_history AS h;
SELECT p.* FROM one, purchases(h) p;
SELECT first_purchase(h), last_purchase(h), order_count(h), purchase_days(h), total_spend(h),
       average_order_value(h), purchase_intervals(h) FROM one;
SELECT first_purchase(h), last_purchase(h), order_count(h), purchase_days(h), total_spend(h),
       average_order_value(h), purchase_intervals(h)
FROM (VALUES ('{2026-01-03: -5 in 0}'::purchase_history), ('{2026-01-03: ?}'), ('{2026-01-03: 0}'),
             (NULL)) v(h);
SELECT total_spend('{2026-01-03: 922337203685477.5807, 2026-01-04: 922337203685477.5807, '
                   '2026-01-05: 0.0001}');

-- the past
SELECT d, as_of(h, d)
FROM one,
     (VALUES (date '2026-01-02'), ('2026-01-03'), ('2026-02-11'), ('infinity'), ('-infinity')) v(d);
SELECT r, slice(h, r)
FROM one,
     (VALUES (daterange('2026-01-04', '2026-02-11')), ('[2026-01-04,2026-02-11]'),
             ('(,2026-01-04)'), ('[2026-02-02,)'), ('(,)'), ('empty'), ('[2027-01-01,)')) v(r);
SELECT d, e, slice(h, d, e),
       slice(h, d, e) IS NOT DISTINCT FROM slice(h, daterange(d, e, '[]')) AS same
FROM one,
     (VALUES (date '2026-01-03', date '2026-02-01'), ('2026-01-04', '2026-01-31'),
             ('-infinity', 'infinity'), ('2026-02-12', '2026-02-12')) v(d, e);
SELECT slice(h, '2026-01-01', '2026-01-31') FROM one;
\set SHOW_CONTEXT never
SELECT slice(h, '2026-02-01', '2026-01-31') FROM one;
\set SHOW_CONTEXT errors
SELECT as_of(h) = h AS today FROM one;

-- in order: as arrays of (date, orders, unknown, money) are
CREATE TEMP TABLE several (id int, h purchase_history);
INSERT INTO several
SELECT g,
       purchase_history(date '2026-01-01' + abs(hashint4(g * 31 + j)) % 4,
                        CASE WHEN j % 4 > 0 THEN abs(hashint4(g * 7 + j)) % 4 - 1 END)
FROM generate_series(1, 1000) g, generate_series(1, 4) j
WHERE abs(hashint4(g * 5 + j)) % 3 > 0 GROUP BY g;
CREATE TYPE pg_temp.day AS (date date, orders int, unknown int, money numeric);
CREATE TEMP VIEW days AS
SELECT id, h,
       (SELECT array_agg(((e ->> 'date')::date, (e ->> 'orders')::int,
                          coalesce((e ->> 'unknown')::int,
                                   CASE WHEN e ->> 'amount' IS NULL THEN (e ->> 'orders')::int
                                        ELSE 0 END),
                          coalesce((e ->> 'amount')::numeric, 0))::pg_temp.day)
        FROM jsonb_array_elements(h::jsonb) e) AS d
FROM several;
SELECT count(*) AS pairs,
       count(*) FILTER (WHERE (a.h < b.h) <> (a.d < b.d) OR (a.h <= b.h) <> (a.d <= b.d)
                           OR (a.h = b.h) <> (a.d = b.d) OR (a.h >= b.h) <> (a.d >= b.d)
                           OR (a.h > b.h) <> (a.d > b.d)
                           OR purchase_history_cmp(a.h, b.h) <>
                              (a.d > b.d)::int - (a.d < b.d)::int) AS different
FROM (SELECT h, d FROM days WHERE id < 80) a, (SELECT h, d FROM days WHERE id < 80) b;
SELECT count(DISTINCT h) =
       (SELECT count(*) FROM (SELECT h FROM several GROUP BY h) s) AS distinct_ones,
       count(DISTINCT h) < count(*) AS fewer
FROM several;
SELECT bool_and(h >= before) AS ascending, count(*)
FROM (SELECT h, lag(h) OVER (ORDER BY h) AS before FROM several) s;
SELECT h FROM several ORDER BY h LIMIT 3;
SELECT h FROM several ORDER BY h DESC, id LIMIT 3;
CREATE UNIQUE INDEX several_index ON several (h, id);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT id FROM several WHERE h < '{2026-01-02: 1}' ORDER BY h;
SELECT count(*) =
       (SELECT count(*) FROM days WHERE d < ARRAY[('2026-01-02', 1, 0, 1)::pg_temp.day]) AS by_index
FROM several WHERE h < '{2026-01-02: 1}';
RESET enable_seqscan;
RESET enable_bitmapscan;
RESET enable_sort;
INSERT INTO several SELECT id, h FROM several ORDER BY h LIMIT 1;

-- recency, frequency, monetary value
SELECT d, (rfm(h, d)).*
FROM one,
     (VALUES (date '2026-01-02'), ('2026-01-03'), ('2026-02-01'), ('2026-02-11'),
             ('2026-06-30')) v(d);
SELECT frequency(h, '2026-06-30'), recency(h, '2026-06-30'), customer_age(h, '2026-06-30'),
       monetary_value(h, '2026-06-30')
FROM one;
SELECT rfm(h, '2026-06-30')
FROM (VALUES ('{2026-01-03: -5 in 0}'::purchase_history), ('{2026-01-03: ?}'),
             ('{2026-01-03: ?, 2026-01-04: ?}'), (NULL)) v(h);
SELECT rfm('{2026-01-03: 5}', 'infinity');
SELECT frequency('{2026-01-03: 5}', '-infinity');
SELECT customer_age('{4714-11-24 BC: 1}', '5874897-12-31');
SELECT frequency(h) = frequency(h, current_date) AS today FROM one;
