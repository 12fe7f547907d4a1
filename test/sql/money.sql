-- amounts from numeric: the digits read off its stored form give what arithmetic gives
SET extra_float_digits = 1;

-- every number of digits before and after the point, both signs, with gaps of zeros
CREATE TEMP TABLE amounts AS
SELECT DISTINCT sign * (base * power(10::numeric, shift)) AS a
FROM (VALUES (1::numeric), (9), (5), (12345), (99999), (10001), (1234567890123456789), (5000),
             (4999), (50005), (100000000.00005)) b(base),
     generate_series(-30, 15) shift, (VALUES (1), (-1)) s(sign)
WHERE abs(base * power(10::numeric, shift)) < 922337203685477.5
UNION SELECT 0
UNION SELECT 0.0000
UNION SELECT -0.00;
SELECT count(*) > 500 AS enough,
       count(*) FILTER (WHERE CASE WHEN a < 0 AND round(a, 4) = 0 THEN h IS NOT NULL
                                   ELSE total_spend(h) IS DISTINCT FROM round(a, 4) END) AS wrong
FROM (SELECT a, purchase_history(date '2026-01-01', a) AS h FROM amounts GROUP BY a) s;

-- as stored in a table (packed) and as computed (not packed), with a scale of many zeros
CREATE TEMP TABLE stored (a numeric(30, 10));
INSERT INTO stored SELECT DISTINCT a::numeric(30, 10) FROM amounts WHERE abs(a) >= 0.0001;
SELECT count(*) FILTER (WHERE total_spend(h) IS DISTINCT FROM round(a, 4)) AS wrong
FROM (SELECT a, purchase_history(date '2026-01-01', a) AS h FROM stored GROUP BY a) s;

-- float8 means the double itself, not the digits it is shown with
SELECT a, total_spend(purchase_history(date '2026-01-01', a)) AS kept
FROM (VALUES (29.99::float8), (0.1), (1.00005), (1.00015), (123456789.12345),
             (900000000000000.0)) v(a)
GROUP BY a ORDER BY a;

-- refunds too small to see are no purchases
SELECT purchase_history(date '2026-01-01', -0.00001) IS NULL AS none,
       purchase_history(date '2026-01-01', -1e-9::float8) IS NULL AS none;
-- nothing paid is an order, not a refund
SELECT purchase_history(date '2026-01-01', 0::float8),
       purchase_history(date '2026-01-01', 0::numeric);
-- rounded up to the largest amount, and beyond
SELECT purchase_history(date '2026-01-01', 922337203685477.58065);
SELECT purchase_history(date '2026-01-01', 922337203685477.58075);
