-- Values all customers known at :as_of from what was known then, by both models of what orders are
-- worth, and looks up what they spent afterwards. Orders of unknown amount tell nothing of that.
-- The same for the days that end at :as_of, as many as follow: there one of them is chosen.
SET client_min_messages = error;
SELECT count(amount) > 0 AS has_amounts FROM orders \gset
\if :has_amounts
INSERT INTO valued
WITH customer AS (SELECT purchase_history(ordered_at, amount) AS h
                  FROM orders GROUP BY customer_id),
     period AS (SELECT is_later, day, log_end - date :'as_of' AS days
                FROM (SELECT max(ordered_at)::date AS log_end FROM orders) o,
                     LATERAL (VALUES (true, date :'as_of'),
                                     (false, date :'as_of' - (log_end - date :'as_of')))
                         p(is_later, day)),
     known AS (SELECT is_later, day, as_of(h, day) AS past,
                      total_spend(slice(h, daterange(day, day + days, '(]'))) AS spent
               FROM customer, period WHERE frequency(h, day) IS NOT NULL),
     model AS (SELECT is_later, fit_model('mbg/nbd', past, day) AS m,
                      fit_model('gamma-gamma', past, day) AS of_means,
                      fit_model('gamma-gamma-all', past, day) AS of_days
               FROM known GROUP BY is_later)
SELECT :'name', :'as_of', is_later, frequency(past, day)::int, greatest(coalesce(spent, 0), 0),
       expected_purchases(m, past, day, days * interval '1 day'),
       expected_order_value(of_means, past, day),
       expected_order_value(of_days, past, day),
       total_spend(past) / nullif(purchase_days(past), 0)
FROM known JOIN model USING (is_later) JOIN period USING (is_later, day);
\endif
