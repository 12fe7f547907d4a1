-- Properties of purchase_history on random orders, and the SQLSTATE of every error.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset pager off
BEGIN;
SELECT plan(60);
SET LOCAL timezone = 'UTC';
SELECT setseed(0.20260630) \g /dev/null

-- 300 customers: cents, fine amounts, unknown amounts, refunds, many orders a day, years apart
CREATE TEMP TABLE orders AS
SELECT row_number() OVER () AS id, c, d, amount, (random() * 5)::int AS part, random() AS shuffle
FROM (SELECT c,
             date '2020-01-01'
             + (random() * CASE c % 3 WHEN 0 THEN 30 WHEN 1 THEN 800 ELSE 9000 END)::int AS d,
             CASE WHEN c % 7 = 0 THEN NULL WHEN random() < 0.1 THEN NULL
                  WHEN random() < 0.1 THEN -round((random() * 50)::numeric, 2)
                  WHEN c % 5 = 0 THEN round((random() * 100)::numeric, 4)
                  ELSE round((random() * 300)::numeric, 2) END AS amount
      FROM generate_series(1, 300) c, generate_series(1, 40) n WHERE n <= c % 41) s;
CREATE TEMP TABLE whole AS SELECT c, purchase_history(d, amount) AS h FROM orders GROUP BY c;

-- against plain SQL
CREATE TEMP VIEW plain AS
SELECT c, d, (count(*) FILTER (WHERE amount IS NULL OR amount >= 0))::int AS orders,
       sum(amount) AS amount, count(*) FILTER (WHERE amount IS NULL) AS unknown
FROM orders GROUP BY c, d;
SELECT results_eq('SELECT c, purchase_date, orders, amount FROM whole, purchases(h) ORDER BY 1, 2',
                  'SELECT c, d, orders,
                          CASE WHEN unknown = orders AND coalesce(amount, 0) = 0 THEN NULL
                               ELSE coalesce(amount, 0) END
                   FROM plain WHERE orders > 0 OR amount <> 0 ORDER BY 1, 2',
                  'purchases() is what GROUP BY customer and day gives');
SELECT results_eq('SELECT c, order_count(h), purchase_days(h), first_purchase(h), last_purchase(h)
                   FROM whole ORDER BY 1',
                  'SELECT c, sum(orders)::bigint, count(*) FILTER (WHERE orders > 0)::int,
                          min(d) FILTER (WHERE orders > 0), max(d) FILTER (WHERE orders > 0)
                   FROM plain GROUP BY c ORDER BY 1',
                  'counts and dates are those of plain SQL');
SELECT results_eq('SELECT c, total_spend(h) FROM whole WHERE total_spend(h) <> 0 ORDER BY 1',
                  'SELECT c, sum(amount) FROM orders GROUP BY c HAVING sum(amount) <> 0 ORDER BY 1',
                  'total spend is that of plain SQL');
SELECT results_eq('SELECT c, average_order_value(h)
                   FROM whole WHERE average_order_value(h) <> 0 ORDER BY 1',
                  'SELECT c, sum(amount) / nullif(count(*) FILTER (WHERE amount >= 0), 0)
                   FROM orders
                   GROUP BY c
                   HAVING sum(amount) / nullif(count(*) FILTER (WHERE amount >= 0), 0) <> 0
                   ORDER BY 1',
                  'average order value is that of plain SQL');
SELECT results_eq('SELECT c, purchase_intervals(h)
                   FROM whole WHERE purchase_days(h) > 1 ORDER BY 1',
                  'SELECT c, array_agg(gap ORDER BY d)
                   FROM (SELECT c, d, d - lag(d) OVER (PARTITION BY c ORDER BY d) AS gap
                         FROM plain WHERE orders > 0) s
                   WHERE gap IS NOT NULL GROUP BY c ORDER BY 1',
                  'intervals are those of lag()');
SELECT is_empty($$
  WITH days AS (SELECT c, d, d = min(d) OVER (PARTITION BY c) AS first, orders, unknown,
                       coalesce(amount, 0) AS amount
                FROM plain WHERE orders > 0 AND d <= '2021-06-30'),
       expected AS (SELECT c, count(*) - 1.0 AS x, max(d) - min(d) AS t_x,
                           date '2021-06-30' - min(d) AS t,
                           CASE WHEN count(*) = 1 THEN 0
                                ELSE avg(amount) FILTER (WHERE NOT first
                                                           AND unknown < orders) END AS m
                    FROM days GROUP BY c)
  SELECT *
  FROM (SELECT c, (rfm(h, '2021-06-30')).* FROM whole) r FULL JOIN expected e USING (c)
  WHERE (frequency, recency, customer_age) IS DISTINCT FROM (x::float8, t_x::float8, t::float8)
     OR (abs(monetary_value - m) > 1e-9 OR (monetary_value IS NULL) <> (m IS NULL)) $$,
  'rfm() is that of plain SQL');

-- row order, splits, merges
SELECT is_empty($$
  SELECT c
  FROM whole
       JOIN (SELECT c, purchase_history(d, amount ORDER BY shuffle) AS shuffled,
                    purchase_history(d, amount ORDER BY d DESC, id) AS backwards
             FROM orders GROUP BY c) s
         USING (c)
  WHERE purchase_history_send(h) IS DISTINCT FROM purchase_history_send(shuffled)
     OR purchase_history_send(h) IS DISTINCT FROM purchase_history_send(backwards) $$,
  'every order of the rows gives the same bytes');
CREATE TEMP TABLE parts AS
SELECT c, part, purchase_history(d, amount) AS h FROM orders GROUP BY c, part;
SELECT is_empty($$
  SELECT c
  FROM whole
       JOIN (SELECT c, purchase_history(h ORDER BY part * 7 % 6) AS merged FROM parts GROUP BY c) s
         USING (c)
  WHERE purchase_history_send(h) IS DISTINCT FROM purchase_history_send(merged) $$,
  'every split into parts merges to the same bytes');
SELECT is_empty($$
  WITH RECURSIVE numbered AS (SELECT c, h,
                                     row_number() OVER (PARTITION BY c ORDER BY (part + c) % 6) AS n
                              FROM parts),
                 fold AS (SELECT c, n, h FROM numbered WHERE n = 1
                          UNION ALL SELECT c, numbered.n, fold.h || numbered.h
                          FROM fold JOIN numbered USING (c) WHERE numbered.n = fold.n + 1)
  SELECT c
  FROM (SELECT DISTINCT ON (c) c, h AS folded FROM fold ORDER BY c, n DESC) s JOIN whole USING (c)
  WHERE purchase_history_send(h) IS DISTINCT FROM purchase_history_send(folded) $$,
  'so does || one by one');
SELECT is_empty($$
  SELECT c
  FROM whole JOIN parts USING (c) WHERE (whole.h - parts.h) || parts.h IS DISTINCT FROM whole.h $$,
  '(h - g) || g = h');
SELECT is_empty($$
  SELECT a.c
  FROM whole a JOIN whole b ON b.c = a.c + 1 WHERE (a.h || b.h) - b.h IS DISTINCT FROM a.h $$,
  '(h || g) - g = h');
SELECT is_empty($$ SELECT c FROM whole WHERE h IS NOT NULL AND (h - h) IS NOT NULL $$,
  'h - h is nothing');
SELECT is_empty($$ SELECT c FROM whole WHERE h::text::purchase_history IS DISTINCT FROM h $$,
  'text round trip');
SELECT is_empty($$ SELECT c FROM whole WHERE h::jsonb::purchase_history IS DISTINCT FROM h $$,
  'jsonb round trip');
SELECT is_empty($$
  SELECT c
  FROM whole, generate_series(date '2019-12-31', '2022-04-01', '97 days') d
  WHERE as_of(h, d::date) || slice(h, daterange(d::date, NULL, '()')) IS DISTINCT FROM h $$,
  'as_of and the rest make the whole');
SELECT is_empty($$
  SELECT c, d
  FROM whole, generate_series(date '2019-12-31', '2022-04-01', '97 days') d
  WHERE rfm(as_of(h, d::date), d::date) IS DISTINCT FROM rfm(h, d::date) $$,
  'scores do not look beyond as_of');
SELECT is_empty($$
  SELECT c, d::date
  FROM whole
       LEFT JOIN (SELECT c, d, purchase_history(o.d2, amount) AS known
                  FROM generate_series(date '2019-12-31', '2022-04-01', '97 days') d,
                       (SELECT c, d AS d2, amount FROM orders) o
                  WHERE o.d2 <= d GROUP BY c, d) s
         USING (c)
  WHERE d IS NOT NULL AND as_of(h, d::date) IS DISTINCT FROM known $$,
  'as_of is the aggregate over the rows until then');
SELECT is_empty($$
  SELECT 1
  FROM whole a JOIN whole b ON a.h = b.h AND hashint8(a.c) IS NOT NULL
  WHERE purchase_history_hash(a.h) <> purchase_history_hash(b.h)
     OR purchase_history_hash_extended(a.h, 7) <> purchase_history_hash_extended(b.h, 7) $$,
  'equal histories have equal hashes');
SELECT is((SELECT purchase_history_hash(h) FROM whole WHERE c = 30),
          (SELECT (purchase_history_hash_extended(h, 0) & 4294967295)::bit(32)::int
           FROM whole WHERE c = 30),
          'the extended hash with seed 0 extends the plain one');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT h FROM whole) s),
          (SELECT count(*) FROM (SELECT DISTINCT h::text FROM whole) s),
          'DISTINCT by hash agrees with DISTINCT by text');

-- moving frames
SELECT is_empty($$
  SELECT id
  FROM (SELECT id, c, d,
               purchase_history(d, amount) OVER (PARTITION BY c
                                                 ORDER BY d
                                                 RANGE BETWEEN '90 days' PRECEDING
                                                               AND CURRENT ROW) AS moving
        FROM orders) m
  WHERE moving IS DISTINCT FROM
        (SELECT purchase_history(o.d, o.amount)
         FROM orders o WHERE o.c = m.c AND o.d BETWEEN m.d - 90 AND m.d) $$,
  'a moving frame of 90 days is the aggregate over those rows');
SELECT is_empty($$
  WITH n AS (SELECT *, row_number() OVER (PARTITION BY c ORDER BY shuffle) AS place FROM orders)
  SELECT id
  FROM (SELECT id, c, place,
               purchase_history(d, amount) OVER (PARTITION BY c
                                                 ORDER BY shuffle
                                                 ROWS BETWEEN 3 PRECEDING AND 2 FOLLOWING) AS moving
        FROM n) m
  WHERE moving IS DISTINCT FROM
        (SELECT purchase_history(o.d, o.amount)
         FROM n o WHERE o.c = m.c AND o.place BETWEEN m.place - 3 AND m.place + 2) $$,
  'also when rows are in no order of time');
SELECT is_empty($$
  SELECT id
  FROM (SELECT id, c, d,
               purchase_history(d, amount) FILTER (WHERE amount > 10)
                 OVER (PARTITION BY c
                       ORDER BY d DESC
                       RANGE BETWEEN CURRENT ROW
                                     AND '60 days' FOLLOWING EXCLUDE CURRENT ROW) AS moving
        FROM orders) m
  WHERE moving IS DISTINCT FROM
        (SELECT purchase_history(o.d, o.amount)
         FROM orders o
         WHERE o.c = m.c AND o.d BETWEEN m.d - 60 AND m.d AND o.id <> m.id AND o.amount > 10) $$,
  'also backwards, filtered, with EXCLUDE');
SELECT is_empty($$
  WITH n AS (SELECT c, part, h, row_number() OVER (PARTITION BY c ORDER BY part) AS place
             FROM parts)
  SELECT c
  FROM (SELECT c, place,
               purchase_history(h) OVER (PARTITION BY c
                                         ORDER BY place
                                         ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS moving
        FROM n) m
  WHERE moving IS DISTINCT FROM
        (SELECT purchase_history(o.h)
         FROM n o WHERE o.c = m.c AND o.place BETWEEN m.place - 2 AND m.place) $$,
  'also over histories');
SELECT is_empty($$
  SELECT id
  FROM (SELECT id, d,
               purchase_history(CASE WHEN part < 4 THEN d END, amount)
                 OVER (ORDER BY d, id ROWS 1 PRECEDING) AS moving,
               purchase_history(CASE WHEN part < 4 THEN d END, amount)
                 OVER (ORDER BY d, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS growing
        FROM orders) m
  WHERE growing IS NULL AND moving IS NOT NULL $$, 'frames of NULL dates are no error');

-- errors have the right code
SELECT throws_ok($$ SELECT '{2026-01-01}'::purchase_history $$, '22P02');
SELECT throws_ok($$ SELECT '{"date": 1}'::jsonb::purchase_history $$, '22P02');
SELECT throws_ok($$ SELECT purchase_history(date '2026-01-01', 'NaN'::numeric) $$, '22003');
SELECT throws_ok($$ SELECT purchase_history(date '2026-01-01', 'infinity'::numeric) $$, '22003');
SELECT throws_ok($$ SELECT purchase_history(date '2026-01-01', 1e15) $$, '22003');
SELECT throws_ok($$ SELECT purchase_history(date '2026-01-01', 'NaN'::float8) $$, '22003');
SELECT throws_ok($$ SELECT purchase_history(date '2026-01-01', 1e15::float8) $$, '22003');
SELECT throws_ok($$ SELECT purchase_history(date '2026-01-01', 9e14) FROM generate_series(1, 2) $$,
  '22003');
SELECT throws_ok($$ SELECT '{2026-01-01: 9e}'::purchase_history $$, '22P02');
SELECT throws_ok($$ SELECT purchase_history(date 'infinity') $$, '22008');
SELECT throws_ok($$ SELECT purchase_history(timestamp '-infinity') $$, '22008');
SELECT throws_ok($$ SELECT purchase_history(timestamptz 'infinity', 5.0) $$, '22008');
SELECT throws_ok($$ SELECT purchase_history(now(), 'Nowhere/City'::text) $$, '22023');
SELECT throws_ok($$ SELECT purchase_history(now(), NULL::text) $$, '22004');
SELECT throws_ok($$ SELECT rfm('{2026-01-01: 5}', 'infinity') $$, '22008');
SELECT throws_ok($$ SELECT '{2026-01-01: 5}'::purchase_history - '{2026-01-02: 5}' $$, '22023');
-- bytes that no function of the extension makes
CREATE CAST (bytea AS purchase_history) WITHOUT FUNCTION;
SELECT throws_ok($$ SELECT '\xff'::bytea::purchase_history::text $$, 'XX001');
SELECT throws_ok($$ SELECT first_purchase('\xff00'::bytea::purchase_history) $$, 'XX001');
DROP CAST (bytea AS purchase_history);
SELECT throws_ok($$
  SELECT '{2026-01-01: 5 in 2147483647}'::purchase_history || '{2026-01-01: 5}' $$, '22003');
SELECT throws_ok($$ SELECT purchase_history_add(NULL::purchase_history, date '2026-01-01') $$,
  '0A000');
SELECT throws_ok($$ SELECT purchase_history_remove(NULL::purchase_history, date '2026-01-01') $$,
  '0A000');
SELECT throws_ok($$ SELECT purchase_history(5) $$, '42883');

-- NULL everywhere
SELECT is(purchase_history(NULL::date, 5.0), NULL, 'a NULL date adds nothing');
SELECT is(purchase_history(NULL::timestamptz, NULL::numeric, 'UTC'), NULL,
          'NULL and NULL add nothing');
SELECT is(purchase_history(NULL::purchase_history), NULL, 'a NULL history adds nothing');
SELECT is(row(first_purchase(NULL), total_spend(NULL), as_of(NULL, NULL), slice(NULL, NULL),
              rfm(NULL, NULL), purchase_intervals(NULL))::text, '(,,,,,)',
          'accessors of NULL are NULL');
SELECT is((SELECT count(*) FROM purchases(NULL)), 0::bigint, 'NULL has no purchases');
SELECT is(frequency('{2026-01-01: 5}', NULL), NULL, 'a NULL as_of is NULL');

-- one state, many questions: the state is read, never changed
SELECT is((SELECT count(DISTINCT h::text)
           FROM (SELECT unnest(ARRAY[purchase_history(d, amount), purchase_history(d, amount),
                                     purchase_history(d, amount)]) AS h
                 FROM orders WHERE c = 40) s), 1::bigint, 'three aggregates over one state agree');
SELECT is_empty($$
  SELECT id
  FROM (SELECT id, c, d, purchase_history(d, amount) OVER w AS h1,
               rfm(purchase_history(d, amount) OVER w, '2030-01-01') AS r
        FROM orders WINDOW w AS (PARTITION BY c ORDER BY id)) m
  WHERE h1 IS DISTINCT FROM
        (SELECT purchase_history(o.d, o.amount) FROM orders o WHERE o.c = m.c AND o.id <= m.id) $$,
  'a running history goes on after each answer');

-- defaults and volatility that indexes and generated columns rely on
SELECT lives_ok($$
  CREATE TABLE generated (h purchase_history,
                          spend numeric GENERATED ALWAYS AS (total_spend(h)) STORED) $$,
  'accessors serve generated columns');
SELECT lives_ok($$ CREATE INDEX ON generated (last_purchase(h)) $$, 'and expression indexes');
SELECT lives_ok($$ CREATE INDEX ON generated USING hash (h) $$, 'histories can be indexed by hash');
SELECT lives_ok($$ CREATE TABLE parted (h purchase_history) PARTITION BY HASH (h) $$,
  'and partitioned by hash');

-- input errors that do not raise, where the server has them
SELECT CASE WHEN pg_version_num() < 160000 THEN skip('no soft errors before PostgreSQL 16', 1)
            ELSE results_eq($$
                   SELECT pg_input_is_valid('{2026-01-01', 'purchase_history'),
                          pg_input_is_valid('{2026-01-01: 5}', 'purchase_history') $$,
                   $$ VALUES (false, true) $$, 'pg_input_is_valid asks the type') END;

SELECT * FROM finish();
ROLLBACK;
