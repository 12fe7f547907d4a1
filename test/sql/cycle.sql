-- the purchase cycle from a customer's own intervals
CREATE TEMP TABLE customer (name text, h purchase_history);
INSERT INTO customer
SELECT name, purchase_history(date '2026-01-01' + t)
FROM (VALUES ('weekly', '{0,7,14,22,28,35,43,49,56,64,70}'::int[]),
             ('clumpy', '{0,3,4,20,21,22,60,61,95,96,130}'), ('equal', '{0,7,14,21,28}'),
             ('drifting', '{0,10,21,33,46,61,78,96,116,138}'), ('two days', '{0,1}'),
             ('three', '{0,10,30}'), ('once', '{0}')) v(name, times),
     unnest(times) t
GROUP BY name;
SELECT name, mean_interval(h, d) AS mean, median_interval(h, d) AS median,
       round(stddev_interval(h, d)::numeric, 4) AS stddev, round(regularity(h, d)::numeric, 4) AS k,
       round(interval_trend(h, d)::numeric, 4) AS trend,
       round(overdue_ratio(h, d)::numeric, 4) AS overdue
FROM customer, (VALUES (date '2026-06-30')) v(d) ORDER BY name;

-- seen from an earlier day, from before the first purchase, and from nowhere
SELECT mean_interval(h, '2026-01-20') AS mean, median_interval(h, '2026-01-20') AS median,
       overdue_ratio(h, '2026-01-20') AS overdue, mean_interval(h, '2026-01-07') AS too_few,
       mean_interval(h, '2025-12-31') AS before
FROM customer WHERE name = 'weekly';
SELECT mean_interval(NULL, '2026-01-20'), median_interval(h, NULL), regularity(NULL),
       interval_trend(NULL), stddev_interval(NULL), overdue_ratio(NULL)
FROM customer WHERE name = 'weekly';
SELECT mean_interval(h, 'infinity') FROM customer;
SELECT regularity(h, '-infinity') FROM customer;

-- refunds are no purchases, several orders a day are one
SELECT mean_interval('{2026-01-01: 5, 2026-01-05: -5 in 0, 2026-01-11: 10 in 2, 2026-01-31: ?}',
                     '2026-02-10') AS mean;

-- extremes: 5,000 purchases, forty years, both ends of the calendar
SELECT mean_interval(h, '2100-01-01'), median_interval(h, '2100-01-01'),
       stddev_interval(h, '2100-01-01'), regularity(h, '2100-01-01'),
       interval_trend(h, '2100-01-01'), overdue_ratio(h, date '2000-01-01' + 4999)
FROM (SELECT purchase_history(date '2000-01-01' + n) AS h FROM generate_series(0, 4999) n) s;
SELECT mean_interval(h, '2100-01-01'), median_interval(h, '2100-01-01'),
       round(stddev_interval(h, '2100-01-01')::numeric, 6) AS stddev,
       round(regularity(h, '2100-01-01')::numeric, 6) AS k
FROM (SELECT purchase_history(date '1980-01-01' + n * 365 + n % 3) AS h
      FROM generate_series(0, 40) n) s;
SELECT mean_interval(h, '5874897-12-31'), overdue_ratio(h, '5874897-12-31'),
       round(regularity(h, '5874897-12-31')::numeric, 6) AS k
FROM (VALUES ('{4714-11-24 BC: ?, 4714-11-25 BC: ?, 5874897-12-31: ?}'::purchase_history)) v(h);

-- against plain SQL on random customers
SELECT setseed(0.5) \g /dev/null
CREATE TEMP TABLE orders AS
SELECT c, date '2020-01-01' + (random() * 900)::int AS d
FROM generate_series(1, 400) c, generate_series(1, 60) n WHERE n <= c % 61;
SELECT count(*) AS customers,
       count(*) FILTER (WHERE (mean_interval(h, '2023-01-01'), median_interval(h, '2023-01-01'))
                              IS DISTINCT FROM (mean::float8, median)
                           OR abs(stddev_interval(h, '2023-01-01') - stddev) > 1e-9
                           OR (stddev_interval(h, '2023-01-01') IS NULL)
                              <> (stddev IS NULL)) AS wrong
FROM (SELECT c, purchase_history(d) AS h FROM orders GROUP BY c) a
     LEFT JOIN (SELECT c, avg(gap::float8) AS mean,
                       percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS median,
                       stddev(gap::float8) AS stddev
                FROM (SELECT c, d - lag(d) OVER (PARTITION BY c ORDER BY d) AS gap
                      FROM (SELECT DISTINCT c, d FROM orders) o) g
                WHERE gap IS NOT NULL GROUP BY c) b
       USING (c);

-- the whole cycle: with a model of the base, and from their own intervals alone
CREATE TEMP TABLE base AS
SELECT '{"model":"interpurchase","k":2,"r":3,"alpha":60}'::retention_model AS m;
\x on
SELECT name, c.intervals, c.mean_interval, c.median_interval,
       round(c.stddev_interval::numeric, 4) AS stddev,
       round(c.coefficient_of_variation::numeric, 4) AS variation,
       round(c.regularity::numeric, 4) AS regularity, c.pattern,
       round(c.trend::numeric, 4) AS trend, c.expected_next, c.contact_from, c.contact_until,
       c.elapsed_days, round(c.overdue_ratio::numeric, 4) AS overdue,
       round(c.silence_probability::numeric, 6) AS silence, c.stage
FROM customer, base, purchase_cycle(h, '2026-03-20', m) c
WHERE name IN ('weekly', 'clumpy', 'once') ORDER BY name;
\x off
-- the composite is its parts
SELECT count(*) FILTER (WHERE (c.mean_interval, c.median_interval, c.stddev_interval, c.trend,
                               c.overdue_ratio) IS NOT DISTINCT FROM
                              (mean_interval(h, d), median_interval(h, d), stddev_interval(h, d),
                               interval_trend(h, d), overdue_ratio(h, d))
                          AND (c.expected_next, c.contact_from, c.contact_until,
                               c.silence_probability, c.stage) IS NOT DISTINCT FROM
                              (expected_next_purchase(h, d, m), lower(contact_window(h, d, m)),
                               upper(contact_window(h, d, m)) - 1, silence_probability(h, d, m),
                               cycle_stage(h, d, m))
                          AND c.regularity IS NOT DISTINCT FROM regularity(h, d, m)) AS same,
       count(*) AS all
FROM customer, base, generate_series(timestamp '2026-01-01', '2026-12-31', '13 days') t,
     LATERAL (SELECT t::date AS d) x, purchase_cycle(h, d, m) c
WHERE c IS DISTINCT FROM NULL;
SELECT name, c.intervals, round(c.regularity::numeric, 3) AS regularity, c.pattern, c.expected_next,
       c.contact_from, c.contact_until, c.elapsed_days, c.stage
FROM customer, purchase_cycle(h, '2026-03-20') c ORDER BY name;
-- stages come in order as silence grows, and where they are cut
SELECT d::date AS day, cycle_stage(h, d::date, m) AS stage,
       cycle_stage(h, d::date, m, 0.9, 0.5, 0.3, 0.2) AS strict,
       round(silence_probability(h, d::date, m)::numeric, 3) AS silence
FROM customer, base, generate_series(timestamp '2026-03-12', '2026-04-21', '5 days') d
WHERE name = 'weekly';
SELECT enum_range(NULL::cycle_stage), 'due'::cycle_stage < 'lapsed'::cycle_stage AS ordered;
SELECT cycle_stage(h, '2026-01-05', m) AS new, cycle_stage(h, '2025-12-31', m) AS none,
       purchase_cycle(h, '2025-12-31', m) IS NULL AS nothing
FROM customer, base WHERE name = 'once';
SELECT cycle_stage(h, '2026-01-05', m, 75, 25, 10, 1) FROM customer, base LIMIT 1;
SELECT cycle_stage(h, '2026-01-05', m, lapsed => 'NaN') FROM customer, base LIMIT 1;
-- extremes: 5,000 days in a row, both ends of the calendar
SELECT c.intervals, round(c.regularity::numeric, 9) AS regularity, c.pattern, c.expected_next,
       c.stage
FROM (SELECT purchase_history(date '2000-01-01' + n) AS h FROM generate_series(0, 4999) n) s, base,
     purchase_cycle(h, date '2000-01-01' + 5001, m) c;
SELECT c.intervals, c.pattern, c.expected_next, c.contact_until, c.stage
FROM (VALUES ('{4714-11-24 BC: ?, 4714-11-25 BC: ?, 5874897-12-31: ?}'::purchase_history)) v(h),
     base, purchase_cycle(h, '5874897-12-31', m) c;
