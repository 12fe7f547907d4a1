CREATE EXTENSION IF NOT EXISTS retention;
CREATE TABLE orders (customer_id int, ordered_at timestamptz, amount numeric);
INSERT INTO orders VALUES (1, '2026-01-03 10:00', 29.99), (1, '2026-02-01 09:30', 20.00),
  (1, '2026-02-01 18:00', 25.00), (1, '2026-03-02 12:00', 19.90), (2, '2026-01-15 14:00', 99.00);

CREATE MATERIALIZED VIEW customer AS            -- one value for each customer ...
  SELECT customer_id, purchase_history(ordered_at, amount) AS h FROM orders GROUP BY customer_id;

SELECT customer_id, h FROM customer ORDER BY 1; -- ... that can be read,
SELECT customer_id, (rfm(h, '2026-03-31')).* FROM customer ORDER BY 1;  -- asked,
SELECT customer_id, purchase_intervals(h), total_spend(h) FROM customer;
SELECT customer_id, as_of(h, '2026-01-31') FROM customer;               -- and set back in time.
CREATE TABLE customer_history (customer_id int PRIMARY KEY, h purchase_history);

INSERT INTO customer_history            -- every night, for the day that has passed
SELECT customer_id, purchase_history(ordered_at, amount) FROM orders
WHERE ordered_at >= '2026-03-02' AND ordered_at < '2026-03-03' GROUP BY customer_id
ON CONFLICT (customer_id) DO UPDATE SET h = customer_history.h || excluded.h;
SELECT customer_id, ordered_at,
       order_count(purchase_history(ordered_at, amount) OVER last_90_days) AS orders_in_90_days
FROM orders
WINDOW last_90_days AS (PARTITION BY customer_id ORDER BY ordered_at RANGE '90 days' PRECEDING);
-- score now: one row a customer, from stored histories
SELECT customer_id, overdue_ratio(h, '2026-03-31'), mean_interval(h, '2026-03-31') FROM customer;
-- replay the past: one row an order, from raw rows
SELECT customer_id, ordered_at, (running_cycle(ordered_at) OVER w).*
FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY ordered_at);
SELECT customer_id, frequency(h), recency(h), customer_age(h), monetary_value(h) FROM customer;
SELECT customer_id, expected_next, contact_from, contact_until, overdue_ratio, silence_probability, stage
FROM customer, purchase_cycle(h, '2026-03-31', '{"model": "interpurchase", "k": 2, "r": 3, "alpha": 60}');
SELECT customer_id, period, p_value, next_peak FROM customer, calendar_cycle(h, '2026-03-31') WHERE p_value < 0.01;
SELECT customer_id, p_alive(m, h, '2026-03-31'), churn_score(m, h, '2026-03-31'),
       expected_purchases(m, h, '2026-03-31', '1 year'), purchase_probability(m, h, '2026-03-31', '90 days')
FROM customer, (SELECT retention_model '{"model": "bg/nbd", "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, "time_unit_days": 7}') t(m);
SELECT parameter(fit_model('bg/nbd', h, '2026-06-30', 7), 'r') BETWEEN 0.2 AND 0.3 AS found
FROM (SELECT purchase_history(purchase_date) AS h
      FROM simulate_customers('{"model": "bg/nbd", "r": 0.25, "alpha": 4.4, "a": 0.8, "b": 2.4, "time_unit_days": 7}', 20000, '2025-06-01', '2025-09-30', '2026-06-30')
      GROUP BY customer_id) s;
SELECT t AS renewal, retention_rate(m, t), survival_probability(m, t)
FROM (SELECT retention_model '{"model": "sbg", "alpha": 0.668, "beta": 3.806}') s(m), generate_series(1, 8) t;
SELECT customer_id, average_order_value(h), round(expected_order_value(spend, h, '2026-03-31'), 2) AS next_order, historic_value(h, '2026-03-31'),
       round(clv(m, spend, h, '2026-03-31', '3 years', 0.1, margin => 0.3), 2) AS clv,
       round(value_at_risk(m, spend, h, '2026-03-31', '3 years', 0.1, margin => 0.3), 2) AS value_at_risk,
       clv_interval(m, spend, h, '2026-03-31', '3 years', 0.1, margin => 0.3, level => 0.8)
FROM customer, (SELECT retention_model '{"model": "gamma-gamma", "p": 6.25, "q": 3.74, "gamma": 15.44}',
                       retention_model '{"model": "mbg/nbd", "r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614, "time_unit_days": 7}') s(spend, m);
SELECT lifetime_value(1000, 240) AS twenty_years_at_1000_a_month, round(lifetime_value(1000, NULL, churn_rate => 0.02, discount_rate => 0.005), 2) AS while_2_percent_leave_each_month;
SELECT tenure, round(residual_lifetime_value(m, 100, tenure, 0.1), 2) AS residual_value   -- 288.22 before the first renewal
FROM (SELECT retention_model '{"model": "sbg", "alpha": 0.764, "beta": 1.296}') s(m), generate_series(0, 3) tenure;
SELECT * FROM unnest((SELECT cohort_retention(h, 'month', '2026-03-31') FROM customer));    -- by the month of the first purchase
SELECT period, eligible, rate, lower, upper FROM unnest((SELECT retention_curve(h, 'month', '2026-03-31') FROM customer));
SELECT * FROM unnest((SELECT lifecycle(h, 'month', '2026-03-31', '45 days') FROM customer));
CREATE TABLE fate AS
SELECT customer_id, (ARRAY['North', 'South', 'East'])[1 + customer_id % 3] AS region, customer_id % 2 = 0 AS treated,
       coalesce(lost_on, '2026-06-30') - first_purchase(h) AS duration, lost_on IS NOT NULL AS churned, purchase_days(slice(h, '[2026-04-01,2026-06-30]')) > 0 IS TRUE AS bought
FROM (SELECT customer_id, purchase_history(purchase_date) AS h
      FROM simulate_customers('{"model": "pareto/nbd", "r": 2, "alpha": 8, "s": 0.6, "beta": 20, "time_unit_days": 7}', 3000, '2025-01-01', '2025-12-31', '2026-06-30') GROUP BY 1) s,
     lost_on(h, '2026-06-30', '{"model": "pareto/nbd", "r": 2, "alpha": 8, "s": 0.6, "beta": 20, "time_unit_days": 7}');

SELECT value, customers, churn_rate, lift, p_value FROM unnest((SELECT churn_drivers(churned, region) FROM fate));
SELECT region, median_survival(c), survival_at(c, 180) FROM (SELECT region, survival_curve(duration, churned) AS c FROM fate GROUP BY 1) s;
SELECT (log_rank(duration, churned, region)).* FROM fate;
SELECT covariate, hazard_ratio, lower, upper, p_value
FROM (SELECT (fit_hazard(duration, churned, ARRAY[(region = 'North')::int, (region = 'South')::int])).coefficients FROM fate) f, unnest(coefficients);
SELECT difference, difference_lower, difference_upper, p_value FROM (SELECT (retention_uplift(treated, bought, region)).* FROM fate) u;
SELECT customer_id, window_funnel('45 days', ordered_at, amount < 50, amount < 22), window_funnel_times('45 days', ordered_at, amount < 50, amount < 22) FROM orders GROUP BY 1;
SELECT create_retention_mart('orders', 'customer_id', 'ordered_at', 'amount', zone => 'UTC');
SELECT month, customers, new, lost, recovered, orders, average_order_value FROM retention_mart.monthly_review ORDER BY month;
INSERT INTO orders VALUES (2, '2026-04-02 11:00', 49.00);
SELECT refresh_retention_mart();
INSERT INTO retention_mart.campaign (campaign, customer_id, contacted_on, contacted)
SELECT 'spring letter', customer_id, '2026-04-03', random() < 0.9 FROM retention_mart.contact_list;
SELECT customer_id, contact_from, contact_until, stage
FROM customer, purchase_cycle(h, '2026-03-31', '{"model": "interpurchase", "k": 2, "r": 3, "alpha": 60}')
WHERE stage >= 'due' ORDER BY stage, contact_from;
SELECT count(*) AS customers,
       round(100.0 * count(*) FILTER (WHERE purchase_days(h) > 1) / count(*), 1) AS percent_came_back
FROM customer;
SELECT frequency(h, '2026-02-28') AS repeats, count(*) AS customers,
       count(*) FILTER (WHERE purchase_days(slice(h, '[2026-03-01,)')) > 0) AS bought_since
FROM customer WHERE as_of(h, '2026-02-28') IS NOT NULL
GROUP BY 1 ORDER BY 1;
SELECT date_trunc('month', lost_on)::date AS month, count(*) AS lost, sum(total_spend(h)) AS spent_so_far
FROM customer, (SELECT retention_model '{"model": "mbg/nbd", "r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614, "time_unit_days": 7}') t(m),
     lost_on(h, '2026-12-31', m)
WHERE lost_on > '2025-12-31' GROUP BY 1 ORDER BY 1;
SELECT date_trunc('month', lost_on)::date AS month, count(*) AS lost, round(sum(clv(m, spend, h, last_purchase(h), '3 years', 0.1))) AS value_lost
FROM customer, (SELECT retention_model '{"model": "mbg/nbd", "r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614, "time_unit_days": 7}',
                       retention_model '{"model": "gamma-gamma", "p": 6.25, "q": 3.74, "gamma": 15.44}') t(m, spend),
     lost_on(h, '2026-12-31', m)
WHERE lost_on > '2025-12-31' GROUP BY 1 ORDER BY 1;
CREATE TABLE range_order (customer_id int, ordered_at date, product_range text);
INSERT INTO range_order SELECT 1, date '2026-01-01' + 7 * i, CASE WHEN i % 2 = 0 AND i < 12 THEN 'coffee' ELSE 'tea' END FROM generate_series(0, 24) i;

SELECT customer_id, product_range, d.*
FROM (SELECT customer_id, product_range, purchase_history(ordered_at) AS range_h FROM range_order GROUP BY 1, 2) r
     JOIN (SELECT customer_id, purchase_history(ordered_at) AS h FROM range_order GROUP BY 1) c USING (customer_id), dropped_range(range_h, h, '2026-06-30') d
WHERE silence_probability < 0.005;                                  -- 14 purchases without coffee
SELECT (overall_spend_trend(h, '2026-03-31', '3 months')).* FROM customer;
SELECT customer_id, recent_average, earlier_average, change, p_value
FROM customer, spend_trend(h, '2026-03-31', recent => '1 month') WHERE change < 0 ORDER BY p_value LIMIT 10;
SELECT frequency(h, '2026-02-28') AS repeats, count(*) AS customers,
       sum(expected_purchases(m, h, '2026-02-28', '31 days')) AS expected, sum(purchase_days(slice(h, '[2026-03-01,2026-03-31]'))) AS actual
FROM customer, (SELECT retention_model '{"model": "bg/nbd", "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, "time_unit_days": 7}') t(m)
WHERE as_of(h, '2026-02-28') IS NOT NULL GROUP BY 1 ORDER BY 1;
SELECT roc_auc(score, bought), brier_score(score, bought), calibration_table(score, bought, 2)
FROM (SELECT purchase_probability(m, h, '2026-02-28', '31 days') AS score, last_purchase(h) > '2026-02-28' AS bought
      FROM customer, (SELECT retention_model '{"model": "bg/nbd", "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, "time_unit_days": 7}') t(m)
      WHERE as_of(h, '2026-02-28') IS NOT NULL) s;
SELECT until, sum(frequency(h, until)) AS actual,
       sum(expected_purchases(m, (until - first_purchase(h))::float8 / time_unit_days(m))) FILTER (WHERE first_purchase(h) <= until) AS expected
FROM customer, generate_series(timestamp '2026-01-04', '2026-03-29', '1 week') w, date(w) AS until,
     (SELECT retention_model '{"model": "bg/nbd", "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, "time_unit_days": 7}') t(m)
GROUP BY until ORDER BY until;
