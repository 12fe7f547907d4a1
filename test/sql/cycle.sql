-- the purchase cycle from a customer's own intervals
CREATE TEMP TABLE customer (name text, h purchase_history);
INSERT INTO customer
SELECT name, purchase_history(date '2026-01-01' + t)
FROM (VALUES ('weekly', '{0,7,14,22,28,35,43,49,56,64,70}'::int[]), ('clumpy', '{0,3,4,20,21,22,60,61,95,96,130}'),
             ('equal', '{0,7,14,21,28}'), ('drifting', '{0,10,21,33,46,61,78,96,116,138}'),
             ('two days', '{0,1}'), ('three', '{0,10,30}'), ('once', '{0}')) v(name, times), unnest(times) t
GROUP BY name;
SELECT name, mean_interval(h, d) AS mean, median_interval(h, d) AS median, round(stddev_interval(h, d)::numeric, 4) AS stddev,
       round(regularity(h, d)::numeric, 4) AS k, round(interval_trend(h, d)::numeric, 4) AS trend, round(overdue_ratio(h, d)::numeric, 4) AS overdue
FROM customer, (VALUES (date '2026-06-30')) v(d) ORDER BY name;

-- seen from an earlier day, from before the first purchase, and from nowhere
SELECT mean_interval(h, '2026-01-20') AS mean, median_interval(h, '2026-01-20') AS median, overdue_ratio(h, '2026-01-20') AS overdue,
       mean_interval(h, '2026-01-07') AS too_few, mean_interval(h, '2025-12-31') AS before
FROM customer WHERE name = 'weekly';
SELECT mean_interval(NULL, '2026-01-20'), median_interval(h, NULL), regularity(NULL), interval_trend(NULL), stddev_interval(NULL), overdue_ratio(NULL)
FROM customer WHERE name = 'weekly';
SELECT mean_interval(h, 'infinity') FROM customer;
SELECT regularity(h, '-infinity') FROM customer;

-- refunds are no purchases, several orders a day are one
SELECT mean_interval('{2026-01-01: 5, 2026-01-05: -5 in 0, 2026-01-11: 10 in 2, 2026-01-31: ?}', '2026-02-10') AS mean;

-- extremes: 5,000 purchases, forty years, both ends of the calendar
SELECT mean_interval(h, '2100-01-01'), median_interval(h, '2100-01-01'), stddev_interval(h, '2100-01-01'), regularity(h, '2100-01-01'),
       interval_trend(h, '2100-01-01'), overdue_ratio(h, date '2000-01-01' + 4999)
FROM (SELECT purchase_history(date '2000-01-01' + n) AS h FROM generate_series(0, 4999) n) s;
SELECT mean_interval(h, '2100-01-01'), median_interval(h, '2100-01-01'), round(stddev_interval(h, '2100-01-01')::numeric, 6) AS stddev,
       round(regularity(h, '2100-01-01')::numeric, 6) AS k
FROM (SELECT purchase_history(date '1980-01-01' + n * 365 + n % 3) AS h FROM generate_series(0, 40) n) s;
SELECT mean_interval(h, '5874897-12-31'), overdue_ratio(h, '5874897-12-31'), round(regularity(h, '5874897-12-31')::numeric, 6) AS k
FROM (VALUES ('{4714-11-24 BC: ?, 4714-11-25 BC: ?, 5874897-12-31: ?}'::purchase_history)) v(h);

-- against plain SQL on random customers
SELECT setseed(0.5) \g /dev/null
CREATE TEMP TABLE orders AS SELECT c, date '2020-01-01' + (random() * 900)::int AS d FROM generate_series(1, 400) c, generate_series(1, 60) n WHERE n <= c % 61;
SELECT count(*) AS customers, count(*) FILTER (WHERE (mean_interval(h, '2023-01-01'), median_interval(h, '2023-01-01')) IS DISTINCT FROM (mean::float8, median)
    OR abs(stddev_interval(h, '2023-01-01') - stddev) > 1e-9 OR (stddev_interval(h, '2023-01-01') IS NULL) <> (stddev IS NULL)) AS wrong
FROM (SELECT c, purchase_history(d) AS h FROM orders GROUP BY c) a
LEFT JOIN (SELECT c, avg(gap::float8) AS mean, percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS median, stddev(gap::float8) AS stddev
           FROM (SELECT c, d - lag(d) OVER (PARTITION BY c ORDER BY d) AS gap FROM (SELECT DISTINCT c, d FROM orders) o) g
           WHERE gap IS NOT NULL GROUP BY c) b USING (c);
