-- The guided tour: each question, the SQL that answers it, and the answer.
-- Runs on the table shop.orders, the sample shop's or your own.
\set QUIET on
SET client_min_messages = warning;
SET search_path = shop, public;
\pset null '-'
\pset footer off
SELECT max(ordered_at)::date AS today FROM orders \gset
SELECT (date :'today' - 180) AS half_a_year_ago \gset

\echo
\echo 'All dates are seen from the day of the last order, ':today'.'
\echo
\echo '--- What do we have? One value for each customer, made once, asked many times.'
\echo
\set ECHO queries
CREATE MATERIALIZED VIEW customer AS
  SELECT customer_id, purchase_history(ordered_at, amount) AS h
  FROM orders GROUP BY customer_id;

SELECT (SELECT count(*) FROM orders) AS order_rows,
       count(*) AS customers,
       sum(order_count(h)) AS orders,
       sum(total_spend(h)) AS spend,
       round(sum(pg_column_size(h)) / sum(order_count(h)), 1) AS bytes_per_order
FROM customer;
\set ECHO none

\echo
\echo '--- What does such a value look like? Dates and money; "in 2" is two orders, "in 0" a refund.'
\echo
\set ECHO queries
SELECT customer_id, h FROM customer
WHERE purchase_days(h) BETWEEN 3 AND 6
ORDER BY order_count(h) = purchase_days(h), customer_id LIMIT 3;
\set ECHO none

\echo
\echo '--- It is not how many come in, it is how many come back.'
\echo
\set ECHO queries
SELECT count(*) AS customers,
       count(*) FILTER (WHERE purchase_days(h) > 1) AS came_back,
       round(100.0 * count(*) FILTER (WHERE purchase_days(h) > 1) / count(*), 1) AS percent
FROM customer;
\set ECHO none

\echo
\echo '--- Q9. And when? Customers by the quarter in which they came, and the percent of them that bought so many quarters later.'
\echo
\set ECHO queries
SELECT cohort, eligible AS customers, period, round(100 * rate) AS percent
FROM unnest((SELECT cohort_retention(h, 'quarter', :'today') FROM customer))
WHERE cohort > date :'today' - interval '3 years' AND period <= 9 ORDER BY cohort, period
\crosstabview cohort period percent

SELECT period AS months_later, cohorts, eligible AS customers,
       round(100 * rate::numeric, 1) AS percent_bought, round(100 * lower::numeric, 1) AS at_least,
       round(100 * upper::numeric, 1) AS at_most,
       round(100 * rate_on_or_after::numeric, 1) AS percent_then_or_later
FROM unnest((SELECT retention_curve(h, 'month', :'today', 12) FROM customer)) WHERE period % 3 = 0;
\set ECHO none

\echo
\echo '--- How many days lie between the purchases of our most frequent customers?'
\echo
\set ECHO queries
SELECT customer_id, purchase_days(h) AS days, (purchase_intervals(h))[1:12] AS first_intervals
FROM customer ORDER BY purchase_days(h) DESC, customer_id LIMIT 3;
\set ECHO none

\echo
\echo '--- Recency, frequency, age and spend, as models of a customer base take them (days).'
\echo
\set ECHO queries
SELECT customer_id, frequency, recency, customer_age,
       customer_age - recency AS days_silent, round(monetary_value::numeric, 2) AS monetary_value
FROM customer, rfm(h, :'today')
WHERE frequency > 0 ORDER BY monetary_value DESC NULLS LAST, customer_id LIMIT 3;
\set ECHO none

SELECT count(*) FILTER (WHERE frequency(h, :'today') > 0) >= 5
       AND sum(frequency(h, :'today')) >= 10 AS enough
FROM customer \gset
\if :enough
\echo
\echo '--- How often do customers buy, and how regular are they? First the rhythm of the whole base.'
\echo
\set ECHO queries
CREATE TABLE model AS SELECT fit_model('interpurchase', h, :'today') AS m FROM customer;

SELECT parameter(m, 'k') AS k, parameter(m, 'r') AS r, parameter(m, 'alpha') AS alpha,
       observations(m) AS customers, converged(m) FROM model;

SELECT pattern, count(*) AS customers,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY median_interval) AS typical_interval
FROM customer, model, purchase_cycle(h, :'today', m)
WHERE intervals >= 3 GROUP BY pattern ORDER BY customers DESC;
\set ECHO none

\echo
\echo '--- Q1. When is the next purchase of a customer due? Our most frequent ones:'
\echo
\set ECHO queries
SELECT customer_id, intervals, round(mean_interval::numeric, 1) AS mean_interval, pattern,
       elapsed_days, expected_next, stage
FROM customer, model, purchase_cycle(h, :'today', m)
ORDER BY intervals DESC, customer_id LIMIT 4;
\set ECHO none

\echo
\echo '--- Q2. Whom do we reach out to this week, before they shop around? The window opens now.'
\echo
\set ECHO queries
SELECT customer_id, contact_from, contact_until, expected_next,
       round(mean_interval::numeric, 1) AS mean_interval
FROM customer, model, purchase_cycle(h, :'today', m)
WHERE stage = 'due' AND pattern IN ('clockwork', 'regular') AND contact_from <= date :'today' + 7
ORDER BY contact_from, intervals DESC, customer_id LIMIT 5;
\set ECHO none

\echo
\echo '--- Q3. Who is silent longer than their own rhythm explains? Whose order dried up altogether?'
\echo
\set ECHO queries
SELECT stage, count(*) AS customers, round(avg(elapsed_days)) AS days_silent,
       round(avg(overdue_ratio)::numeric, 1) AS overdue_ratio,
       round(sum(total_spend(h))) AS spent_so_far
FROM customer, model, purchase_cycle(h, :'today', m) GROUP BY stage ORDER BY stage;

SELECT customer_id, intervals, round(mean_interval::numeric, 1) AS mean_interval, elapsed_days,
       round(overdue_ratio::numeric, 1) AS overdue_ratio,
       round(silence_probability::numeric, 4) AS silence_probability, total_spend(h) AS spent_so_far
FROM customer, model, purchase_cycle(h, :'today', m)
WHERE stage = 'at_risk'
ORDER BY total_spend(h) DESC NULLS LAST, intervals DESC, customer_id LIMIT 4;
\set ECHO none

\echo
\echo '--- Who keeps to the calendar? Who buys every December is not lapsed in June, but due in December.'
\echo
\set ECHO queries
SELECT period, count(*) AS customers, round(avg(period_days)) AS days,
       round(avg(strength)::numeric, 2) AS strength
FROM customer, calendar_cycle(h, :'today')
WHERE p_value < 0.01 GROUP BY period ORDER BY customers DESC;

SELECT customer_id, intervals, elapsed_days, stage, calendar_period, contact_from, contact_until
FROM customer, model, purchase_cycle(h, :'today', m)
WHERE calendar_period IS NOT NULL AND stage < 'lapsed' ORDER BY contact_from, customer_id LIMIT 4;
\set ECHO none

\echo
\echo '--- Q3. Who is gone? Models weigh a silence against the chance that they left. Which one fits best?'
\echo
\set ECHO queries
CREATE TABLE base AS
SELECT kind, fit_model(kind, h, :'today') AS m
FROM customer, unnest('{bg/nbd, mbg/nbd, bg/cnbd-k, mbg/cnbd-k, pareto/nbd}'::text[]) kind
GROUP BY kind;

\echo '-- less aic is better; one that has not converged, as a WARNING says, is none to go by'
SELECT kind, round(log_likelihood(m)::numeric, 1) AS log_likelihood,
       round(aic(m)::numeric, 1) AS aic, converged(m), parameters(m)
FROM base ORDER BY aic(m);

SELECT width_bucket(churn_score(m, h, :'today'), 0, 1.000001, 5) * 20 - 20 AS churn_score_from,
       count(*) AS customers,
       round(sum(expected_purchases(m, h, :'today', '1 year'))::numeric) AS purchases_next_year,
       round(sum(total_spend(h))) AS spent_so_far
FROM customer, (SELECT m FROM base ORDER BY aic(m) LIMIT 1) best GROUP BY 1 ORDER BY 1;
\set ECHO none

\echo
\echo '--- Q6. How many customers did we lose, month by month?'
\echo
\set ECHO queries
SELECT date_trunc('month', lost_on)::date AS month, count(*) AS lost,
       round(sum(total_spend(h))) AS spent_so_far
FROM customer, (SELECT m FROM base ORDER BY aic(m) LIMIT 1) best, lost_on(h, :'today', m)
WHERE lost_on > date :'today' - interval '12 months' GROUP BY 1 ORDER BY 1;

\echo '-- and who came, stayed, fell silent and came back:'
\echo '-- customers = those before + new + recovered - lost'
SELECT period AS month, new, retained, resurrected, active, dormant, lost, recovered, customers,
       round(100 * churn_rate::numeric, 1) AS churn_percent
FROM unnest((SELECT lifecycle(h, 'month', :'today', m, 0.5)
             FROM customer, (SELECT m FROM base ORDER BY aic(m) LIMIT 1) best))
WHERE period > date :'today' - interval '12 months';
\set ECHO none

SELECT to_regclass('shop.truth') IS NOT NULL AS sample \gset
\if :sample
\echo
\echo '--- Q7. Why did they turn their back? What those lost in the last twelve months have in common: region, channel, or who served them?'
\echo
\set ECHO queries
CREATE TABLE fate AS
SELECT customer_id, h, region, channel, customer_id % 40 AS agent, lost_on
FROM customer JOIN customers USING (customer_id), (SELECT m FROM base ORDER BY aic(m) LIMIT 1) best,
     lost_on(h, :'today', m);

SELECT attribute, value, customers, churned, round(100 * churn_rate::numeric, 1) AS churn_percent,
       round(lift::numeric, 2) AS lift, p_value
FROM unnest((SELECT churn_drivers(lost_on IS NOT NULL,
                                  jsonb_build_object('region', region, 'channel', channel, 'agent',
                                                     agent))
             FROM fate WHERE lost_on IS NULL OR lost_on > date :'today' - interval '12 months'))
WHERE p_value < 0.05;

SELECT (ARRAY['region is North', 'came through a friend',
              'first order larger by 10'])[covariate] AS covariate,
       round(hazard_ratio::numeric, 2) AS hazard_ratio, round(lower::numeric, 2) AS lower,
       round(upper::numeric, 2) AS upper, p_value
FROM (SELECT (fit_hazard(coalesce(lost_on, :'today') - first_purchase(h), lost_on IS NOT NULL,
                         ARRAY[(region = 'North')::int, (channel = 'friend')::int,
                               total_spend(as_of(h, first_purchase(h))) / 10])).coefficients
      FROM fate) f,
     unnest(coefficients);

SELECT region, median_survival(c) AS half_have_left_after_days,
       round(survival_at(c, 365)::numeric, 3) AS stay_a_year,
       round(restricted_mean_survival(c, 730)) AS of_730_days
FROM (SELECT region,
             survival_curve(coalesce(lost_on, :'today') - first_purchase(h),
                            lost_on IS NOT NULL) AS c
      FROM fate GROUP BY 1) s
ORDER BY region;
\set ECHO none

\echo
\echo '--- Inside the model of who is still a customer: in the North, do they buy less often, or leave sooner? And who came through a friend?'
\echo
\set ECHO queries
CREATE TABLE effects AS
SELECT fit_model('mbg/nbd', h, :'today', 7, NULL,
                 ARRAY[(region = 'North')::int, (channel = 'friend')::int], '{North, friend}') AS m
FROM fate;

-- ratio: how many times as often they buy, and as likely they are to leave after a purchase
SELECT process, covariate, round(ratio::numeric, 2) AS ratio,
       round(exp(lower)::numeric, 2) AS at_least, round(exp(upper)::numeric, 2) AS at_most,
       round(p_value::numeric, 4) AS p_value
FROM effects, model_effects(m);

-- the same history, once in the North and once elsewhere
SELECT customer_id, frequency(h, :'today') AS frequency, recency(h, :'today') AS recency,
       customer_age(h, :'today') AS customer_age,
       round(p_alive(with_covariates(m, '{1, 0}'), h, :'today')::numeric, 2) AS alive_in_the_north,
       round(p_alive(with_covariates(m, '{0, 0}'), h, :'today')::numeric, 2) AS alive_elsewhere
FROM fate, effects
WHERE customer_age(h, :'today') - recency(h, :'today') BETWEEN 90 AND 200
ORDER BY frequency(h, :'today') DESC, customer_id LIMIT 4;
\set ECHO none

\echo
\echo '--- Q10. We wrote to half of those who had gone. Did it work? More of them came, and sooner.'
\echo
\set ECHO queries
CREATE TABLE trial AS
SELECT treated,
       (SELECT min(ordered_at)::date
        FROM orders o WHERE o.customer_id = c.customer_id AND ordered_at > sent_on AND amount >= 0)
       - sent_on AS came_after
FROM campaign c;

SELECT treated, treated_retained AS came, control, control_retained AS came_unasked,
       round(100 * difference::numeric, 1) AS percent_more,
       round(100 * difference_lower::numeric, 1) AS at_least,
       round(100 * difference_upper::numeric, 1) AS at_most, round(ratio::numeric, 2) AS ratio,
       p_value
FROM (SELECT (retention_uplift(treated, came_after IS NOT NULL)).* FROM trial) t;

SELECT (log_rank(coalesce(came_after, date :'today' - '2026-02-01'), came_after IS NOT NULL,
                 treated)).*
FROM trial;
\set ECHO none

\echo
\echo '--- Q4. Who still buys, but has stopped buying one range? The probability of so many purchases without it, if nothing had changed.'
\echo
\set ECHO queries
CREATE TABLE dropped AS
SELECT customer_id, product_range, d.*, h
FROM (SELECT customer_id, product_range, purchase_history(ordered_at, amount) AS range_h
      FROM orders GROUP BY 1, 2) r
     JOIN fate USING (customer_id),
     dropped_range(range_h, h, :'today') d
WHERE silence_probability < 0.005 AND lost_on IS NULL;

SELECT customer_id, product_range, last_purchase, range_purchases,
       round(100 * share::numeric) AS percent_of_purchases, purchases_since,
       round(silence_probability::numeric, 6) AS probability
FROM dropped ORDER BY silence_probability, customer_id LIMIT 4;

\echo '-- the shop is made up, so that we know: how many found are true, and how many of the true are found'
SELECT count(*) AS found, count(*) FILTER (WHERE t.dropped_range = d.product_range) AS "true",
       (SELECT count(*) FROM truth WHERE story = 'range_stopped') AS planted
FROM dropped d JOIN truth t USING (customer_id);
\set ECHO none
\endif

SELECT count(*) FILTER (WHERE monetary_value(h, :'today') > 0) >= 10 AS priced FROM customer \gset
\if :priced
\echo
\echo '--- Q5. Has the average order value been falling over the last three months? Overall, and of whom most surely?'
\echo
\set ECHO queries
SELECT recent_orders, round(recent_average, 2) AS recent_average, earlier_orders,
       round(earlier_average, 2) AS earlier_average, round(100 * change::numeric, 1) AS percent,
       p_value
FROM (SELECT (overall_spend_trend(h, :'today', '3 months')).* FROM customer) t;

SELECT customer_id, recent_orders, round(recent_average, 2) AS recent_average, earlier_orders,
       round(earlier_average, 2) AS earlier_average, round(100 * change::numeric, 1) AS percent,
       round(p_value::numeric, 6) AS p_value
FROM customer, spend_trend(h, :'today')
WHERE change < 0 ORDER BY spend_trend.p_value, customer_id LIMIT 4;
\set ECHO none

\echo
\echo '--- Q8. What is each customer worth, and what is at risk? First what they spend each time.'
\echo
\set ECHO queries
CREATE TABLE worth AS
SELECT (SELECT m FROM base ORDER BY aic(m) LIMIT 1) AS m,
       fit_model('gamma-gamma', h, :'today') AS spend
FROM customer;

SELECT parameters(spend), observations(spend), left_out(spend),
       round(frequency_correlation(spend)::numeric, 3) AS frequency_correlation
FROM worth;

CREATE TABLE scored AS
SELECT customer_id, h, churn_score(m, h, :'today'), expected_order_value(spend, h, :'today'),
       clv(m, spend, h, :'today', '3 years', 0.1),
       value_at_risk(m, spend, h, :'today', '3 years', 0.1)
FROM customer, worth;

SELECT CASE WHEN churn_score < 0.2 THEN 'here' WHEN churn_score < 0.8 THEN 'drifting'
            ELSE 'gone' END AS segment,
       count(*) AS customers, round(sum(total_spend(h))) AS spent_so_far,
       round(sum(clv)) AS worth_three_years, round(sum(value_at_risk)) AS at_risk
FROM scored GROUP BY 1 ORDER BY min(churn_score);

SELECT customer_id, round(churn_score::numeric, 2) AS churn_score, round(clv) AS clv,
       round(lower) AS lower, round(upper) AS upper, round(value_at_risk) AS at_risk
FROM scored, worth, clv_interval(m, spend, h, :'today', '3 years', 0.1, level => 0.8)
WHERE customer_id IN (SELECT customer_id
                      FROM scored
                      WHERE churn_score < 0.8 ORDER BY value_at_risk DESC, customer_id LIMIT 4)
ORDER BY value_at_risk DESC, customer_id;
\set ECHO none

\echo
\echo '--- Q8. What has losing them cost, month by month? What each was worth on the day they were last seen.'
\echo
\set ECHO queries
SELECT date_trunc('month', lost_on)::date AS month, count(*) AS lost,
       round(sum(clv(m, spend, h, last_purchase(h), '3 years', 0.1))) AS value_lost
FROM customer, worth, lost_on(h, :'today', m)
WHERE lost_on > date :'today' - interval '12 months' GROUP BY 1 ORDER BY 1;

SELECT lifetime_value(1000, 240) AS twenty_years_at_1000_a_month,
       round(lifetime_value(1000, NULL, churn_rate => 0.02), 2) AS while_2_percent_leave_each_month;
\set ECHO none
\endif

\echo
\echo '--- Q11. Is the model any good? Fitted to what was known half a year ago: what it expected, and what came.'
\echo
\set ECHO queries
\echo '-- which kind would have told best who buys in the 180 days until now? Less log_loss is better'
SELECT kind, round(log_loss::numeric, 4) AS log_loss, round(roc_auc::numeric, 4) AS roc_auc,
       round(expected) AS expected, actual, converged
FROM unnest((SELECT compare_models(h, :'today', '180 days') FROM customer));

\echo '-- and the one that fits best what was, which need not tell best what comes: a mart goes by log_loss'
CREATE TABLE base_then AS
SELECT fit_model((SELECT kind FROM base ORDER BY aic(m) LIMIT 1), h, :'half_a_year_ago') AS m
FROM customer;

SELECT least(frequency(h, :'half_a_year_ago'), 4) AS repeats_then, count(*) AS customers,
       round(sum(expected_purchases(m, h, :'half_a_year_ago', '180 days'))::numeric) AS expected,
       sum(coalesce(purchase_days(slice(h, daterange(:'half_a_year_ago', NULL, '()'))),
                    0)) AS actual
FROM customer, base_then WHERE as_of(h, :'half_a_year_ago') IS NOT NULL GROUP BY 1 ORDER BY 1;

\echo '-- who would buy: did those with the higher probability? 0.5 is chance, 1 is perfect;'
\echo '-- then by fifths of the customers'
CREATE TABLE judged AS
SELECT purchase_probability(m, h, :'half_a_year_ago', '180 days') AS probability,
       last_purchase(h) > :'half_a_year_ago' AS bought
FROM customer, base_then WHERE as_of(h, :'half_a_year_ago') IS NOT NULL;

SELECT round(roc_auc(probability, bought)::numeric, 4) AS roc_auc,
       round(brier_score(probability, bought)::numeric, 4) AS brier_score,
       round((avg(bought::int) * (1 - avg(bought::int)))::numeric, 4) AS brier_score_without_a_model
FROM judged;

SELECT c.bin, c.customers, round(100 * c.expected_rate::numeric, 1) AS expected_percent,
       round(100 * c.actual_rate::numeric, 1) AS actual_percent,
       round(100 * c.lower::numeric, 1) AS at_least, round(100 * c.upper::numeric, 1) AS at_most
FROM unnest((SELECT calibration_table(probability, bought, 5) FROM judged)) c;

SELECT bin, customers, outcomes AS bought, round(lift::numeric, 2) AS lift,
       round(100 * cumulative_outcomes::numeric, 1) AS percent_of_buyers_so_far
FROM unnest((SELECT lift_table(probability, bought, 5) FROM judged));
\set ECHO none

\echo
\echo '--- A forecast that knows Christmas. When is more bought than in a mean month, which is 1?'
\echo
\set ECHO queries
CREATE TABLE of_year AS
SELECT fit_season(h, :'today') AS s, fit_season(h, :'half_a_year_ago') AS s_then FROM customer;

\echo '-- where the p-value is not below 0.001, or none is known, a mart goes by no season'
SELECT round(season_years(s)::numeric, 1) AS years, season_p_value(s) AS p_value FROM of_year;
\set ECHO none
\if :sample
\set ECHO queries
\echo '-- the shop is made up, so that we know: truth is how those buy who go by the season; who buys like'
\echo '-- clockwork or once a year does not, so that all together buy more evenly than that'
SELECT m.month, round(factor::numeric, 2) AS factor, round(lower::numeric, 2) AS at_least,
       round(upper::numeric, 2) AS at_most, round(percent / 100.0, 2) AS truth
FROM of_year, season_months(s) m JOIN season USING (month) ORDER BY month;
\set ECHO none
\else
\set ECHO queries
SELECT month, round(factor::numeric, 2) AS factor, round(lower::numeric, 2) AS at_least,
       round(upper::numeric, 2) AS at_most
FROM of_year, season_months(s) ORDER BY month;
\set ECHO none
\endif
\set ECHO queries
\echo '-- what was to be expected half a year ago of the days that followed, without and with the season, if one was known'
SELECT days,
       round((expected_total(seasonal, h, :'half_a_year_ago',
                             days * interval '1 day')).expected) AS with_season,
       round((expected_total(m, h, :'half_a_year_ago', days * interval '1 day')).expected)
           AS without,
       sum(coalesce(purchase_days(slice(as_of(h, :'half_a_year_ago'::date + days),
                                        daterange(:'half_a_year_ago', NULL, '()'))), 0))
           FILTER (WHERE as_of(h, :'half_a_year_ago') IS NOT NULL) AS came
FROM customer, base_then, generate_series(30, 180, 30) AS days,
     (SELECT fit_model((SELECT model_kind(m) FROM base_then), h, :'half_a_year_ago', 1, s_then)
                 AS seasonal
      FROM customer, of_year) f
GROUP BY days ORDER BY days;
\set ECHO none
\else
\echo
\echo '--- When is the next purchase due? Too few customers have bought again to learn their rhythm.'
\endif

\echo
\echo '--- What did we know half a year ago, and who of those has bought since? No look ahead.'
\echo
\set ECHO queries
SELECT least(frequency(h, :'half_a_year_ago'), 4) AS repeats_then, count(*) AS customers,
       count(*) FILTER (WHERE purchase_days(slice(h,
                                                  daterange(:'half_a_year_ago', NULL,
                                                            '()'))) > 0) AS bought_since
FROM customer WHERE as_of(h, :'half_a_year_ago') IS NOT NULL GROUP BY 1 ORDER BY 1;
\set ECHO none

\echo
\echo '--- On which day would we have called? Three customers who left, replayed order by order: when half an interval too late.'
\echo
\set ECHO queries
WITH gone AS (SELECT customer_id
              FROM customer
              WHERE purchase_days(h) >= 8 AND overdue_ratio(h, :'today') BETWEEN 4 AND 20
              ORDER BY total_spend(h) DESC NULLS LAST, customer_id LIMIT 3),
     replay AS (SELECT customer_id, ordered_at::date AS ordered_on,
                       (running_cycle(ordered_at::date) OVER w).*,
                       lead(ordered_at::date) OVER w AS next_order
                FROM orders
                WHERE customer_id IN (SELECT customer_id FROM gone) AND (amount >= 0) IS NOT FALSE
                WINDOW w AS (PARTITION BY customer_id ORDER BY ordered_at::date))
SELECT customer_id, purchase_number, ordered_on AS last_order,
       round(mean_interval::numeric, 1) AS mean_interval, expected_next,
       ordered_on + ceil(1.5 * mean_interval)::int AS call_on, next_order AS came_back_on
FROM replay
WHERE purchase_number > 3
  AND ordered_on + ceil(1.5 * mean_interval)::int < coalesce(next_order, :'today')
ORDER BY customer_id, ordered_on;
\set ECHO none

\echo
\echo '--- Tonight, must we read ten years again? No: yesterday\'s histories || today\'s orders.'
\echo
\set ECHO queries
WITH old AS (SELECT customer_id, purchase_history(ordered_at, amount) AS h FROM orders
             WHERE ordered_at < :'half_a_year_ago' GROUP BY customer_id),
     new AS (SELECT customer_id, purchase_history(ordered_at, amount) AS h FROM orders
             WHERE ordered_at >= :'half_a_year_ago' GROUP BY customer_id)
SELECT count(*) AS customers,
       count(*) FILTER (WHERE old.h || new.h = customer.h) AS same_as_one_pass,
       count(*) FILTER (WHERE customer.h - new.h IS NOT DISTINCT FROM old.h) AS undone_again
FROM customer LEFT JOIN old USING (customer_id) LEFT JOIN new USING (customer_id);
\set ECHO none

\echo
\echo '--- How many purchase days in the 90 days up to each order? A moving history.'
\echo
\set ECHO queries
SELECT ordered_at::date AS day, amount,
       purchase_days(purchase_history(ordered_at, amount) OVER last_90_days) AS purchase_days
FROM orders
WHERE customer_id =
      (SELECT customer_id FROM customer ORDER BY abs(purchase_days(h) - 8), customer_id LIMIT 1)
WINDOW last_90_days AS (ORDER BY ordered_at RANGE '90 days' PRECEDING) ORDER BY ordered_at;
\set ECHO none
\echo
\echo '--- Q12. The monthly meeting: all of it as plain tables for a dashboard, made in one call, brought up to date by another.'
\echo
SET client_min_messages = error;
SELECT to_regclass('customers') IS NOT NULL AS with_customers \gset
\if :with_customers
\set ECHO queries
SELECT create_retention_mart('orders', 'customer_id', 'ordered_at', 'amount',
                             range => 'product_range', attributes => '{region,channel}',
                             customers => 'customers');

\echo '-- whom the shop wrote to in February, and whom, by chance, it did not'
INSERT INTO retention_mart.campaign
SELECT 'February letter', customer_id, sent_on, treated
FROM campaign;
\set ECHO none
\else
\set ECHO queries
SELECT create_retention_mart('orders', 'customer_id', 'ordered_at', 'amount',
                             range => 'product_range');
\set ECHO none
\endif
\set ECHO queries

\echo '-- lost is an expectation: below 0 where more of those thought lost have shown up than others were lost'
SELECT month, customers, new, lost, recovered, round(100 * churn_rate::numeric, 1) AS churn_percent,
       main_reason, round(value_lost) AS value_lost, orders,
       round(average_order_value, 2) AS average_order_value
FROM retention_mart.monthly_review ORDER BY month DESC LIMIT 9;

SELECT customer_id, reason, contact_from, contact_until,
       round(overdue_ratio::numeric, 1) AS overdue_ratio,
       round(churn_score::numeric, 2) AS churn_score, round(clv) AS clv,
       round(value_to_save) AS value_to_save
FROM retention_mart.contact_list ORDER BY rank LIMIT 5;

\echo '-- tomorrow: the triggers have written down what came and went, and a refresh reads only that'
DELETE FROM orders
WHERE customer_id IN (SELECT customer_id FROM orders ORDER BY ordered_at DESC, customer_id LIMIT 1);
SELECT count(*) AS written_down FROM retention_mart.change;
SELECT refresh_retention_mart();

\echo '-- and all of it as one page'
SELECT length(retention_review_html()) AS characters;
\set ECHO none
\echo
