-- The average order value of late against before: of a customer, of all, and what is refused.
SET extra_float_digits = 0;
CREATE TEMP TABLE shop (customer_id int, ordered_at date, amount numeric);
INSERT INTO shop VALUES
	(1, '2025-10-05', 50), (1, '2025-11-05', 52), (1, '2025-12-05', 48), (1, '2026-01-05', 51),
	(1, '2026-02-05', 49), (1, '2026-03-05', 53), (1, '2026-04-05', 40), (1, '2026-05-05', 41),
	(1, '2026-06-05', 39), (2, '2026-01-10', 20), (2, '2026-01-10', 30), (2, '2026-02-10', NULL),
	(2, '2026-03-10', 26), (2, '2026-03-20', -6), (2, '2026-06-10', 25), (3, '2026-06-01', 99.99),
	(4, '2025-01-01', 10), (5, '2026-05-01', NULL), (6, '2025-07-01', 0), (6, '2026-06-01', 10);
CREATE TEMP TABLE customer AS
SELECT customer_id, purchase_history(ordered_at, amount) AS h FROM shop GROUP BY 1;
SELECT customer_id, t.* FROM customer, spend_trend(h, '2026-06-30') t ORDER BY 1;
-- later purchases do not count, and the window is what it says
SELECT t.* FROM customer, spend_trend(h, '2026-04-30', '1 month') t WHERE customer_id = 1;
SELECT (spend_trend(h, '2026-06-30', '3 months')).recent_orders AS calendar,
       (spend_trend('{2026-03-30: 1, 2026-03-31: 1}', '2026-06-30',
                    '3 months')).recent_orders AS behind_the_day
FROM customer WHERE customer_id = 1;
-- by hand: the averages, and the slope by the built-in regression
SELECT recent_average =
       (SELECT avg(amount) FROM shop WHERE customer_id = 1 AND ordered_at > '2026-03-30') AS recent,
       earlier_average =
       (SELECT avg(amount)
        FROM shop WHERE customer_id = 1 AND ordered_at <= '2026-03-30') AS earlier,
       abs(slope::float8
           - 365.25
             * (SELECT regr_slope(amount::float8, ordered_at - date '2026-01-01')
                FROM shop WHERE customer_id = 1)) < 1e-9 AS slope,
       abs(change - (40 / 50.5 - 1)) < 1e-15 AS change, abs(p_value - 2.0 / 84) < 1e-15 AS p_value
FROM customer, spend_trend(h, '2026-06-30') WHERE customer_id = 1;
SELECT spend_trend(h, '2024-12-31') IS NULL AS before FROM customer WHERE customer_id = 4;
SELECT spend_trend(NULL, '2024-12-31') IS NULL AS nobody;
-- all of them
SELECT t.*
FROM (SELECT overall_spend_trend(h, '2026-06-30', '3 months') AS trend FROM customer) s,
     LATERAL (SELECT (trend).*) t;
SELECT recent_average =
       (SELECT sum(amount) / count(amount) FILTER (WHERE amount >= 0)
        FROM shop WHERE ordered_at > '2026-03-30') AS recent,
       earlier_average =
       (SELECT sum(amount) / count(amount) FILTER (WHERE amount >= 0)
        FROM shop WHERE ordered_at <= '2026-03-30') AS earlier
FROM (SELECT (overall_spend_trend(h, '2026-06-30', '3 months')).* FROM customer) s;
SELECT customer_id % 2 AS segment, (overall_spend_trend(h, '2026-06-30', '3 months')).change
FROM customer GROUP BY 1 ORDER BY 1;
-- the t test of the two ratios, written out
WITH sums AS (
	SELECT coalesce(sum(amount) FILTER (WHERE ordered_at > '2026-03-30'), 0)::float8 AS a,
	       count(amount) FILTER (WHERE ordered_at > '2026-03-30' AND amount >= 0)::float8 AS n,
	       coalesce(sum(amount) FILTER (WHERE ordered_at <= '2026-03-30'), 0)::float8 AS b,
	       count(amount) FILTER (WHERE ordered_at <= '2026-03-30' AND amount >= 0)::float8 AS m
	FROM shop GROUP BY customer_id HAVING count(amount) > 0),
total AS (SELECT sum(a) / sum(n) AS recent, sum(b) / sum(m) AS earlier,
                 sum(n) AS n, sum(m) AS m, count(*)::float8 AS g
          FROM sums),
t AS (SELECT (min(recent) - min(earlier))
             / sqrt(sum(power((a - recent * sums.n) / total.n
                              - (b - earlier * sums.m) / total.m, 2))
                    * min(g) / (min(g) - 1)) AS t,
             min(g) - 1 AS freedom
      FROM sums, total)
-- Student's t with four degrees of freedom, in closed form
SELECT freedom,
       abs(p_value - (1 - abs(t) / sqrt(4 + t * t) * (1 + 2 / (4 + t * t)))) < 1e-12 AS p_value
FROM t, (SELECT (overall_spend_trend(h, '2026-06-30', '3 months')).p_value FROM customer) s;
SELECT overall_spend_trend(h, '2026-06-30', '3 months') IS NULL AS nobody FROM customer WHERE false;
SELECT overall_spend_trend(h, '2024-12-31', '3 months') IS NULL AS nothing_yet FROM customer;
SELECT overall_spend_trend(NULL, '2026-06-30', '3 months') IS NULL AS no_histories FROM customer;
-- the same in every order and in parts
SELECT overall_spend_trend(h, '2026-06-30', '3 months' ORDER BY customer_id)::text =
       overall_spend_trend(h, '2026-06-30', '3 months' ORDER BY customer_id DESC)::text AS any_order
FROM customer;
SELECT overall_spend_trend_final(overall_spend_trend_combine(overall_spend_trend_add(
                                                                 NULL, a.h, '2026-06-30',
                                                                 '3 months'),
                                                             overall_spend_trend_add(
                                                                 overall_spend_trend_add(
                                                                     NULL, b.h, '2026-06-30',
                                                                     '3 months'), NULL,
                                                                 '2026-06-30', '3 months'))) =
       (SELECT overall_spend_trend(h, '2026-06-30', '3 months')
        FROM customer WHERE customer_id IN (1, 2)) AS combined
FROM customer a, customer b WHERE a.customer_id = 1 AND b.customer_id = 2;
SELECT overall_spend_trend_combine(NULL, NULL) IS NULL AS nothing;
-- errors
SELECT spend_trend(h, 'infinity') FROM customer;
SELECT spend_trend(h, '2026-06-30', '0 days') FROM customer;
SELECT spend_trend(h, '2026-06-30', '-1 month') FROM customer;
SELECT spend_trend(h, '2026-06-30', '2 hours') FROM customer WHERE customer_id = 1;
SELECT overall_spend_trend(h, '2026-06-30', NULL) FROM customer;
SELECT overall_spend_trend(h, date '2026-06-30' + customer_id, '3 months') FROM customer;
SELECT overall_spend_trend(h, '2026-06-30', '0 months') FROM customer;
SELECT overall_spend_trend_final('\x00');
SELECT spend_trend(h, '2026-06-30', '90') FROM customer WHERE customer_id = 1;
SELECT overall_spend_trend(h, '2026-06-30', '90') FROM customer;
SELECT spend_trend(h, recent => '6 months') IS NOT DISTINCT FROM
       spend_trend(h, current_date, '6 months') AS today
FROM customer WHERE customer_id = 1;
