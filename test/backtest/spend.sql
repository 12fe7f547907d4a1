-- Values all customers known at :as_of from what was known then, by both models of what orders are
-- worth, and looks up what they spent afterwards. Orders of unknown amount tell nothing of that.
SET client_min_messages = error;
SELECT count(amount) > 0 AS has_amounts FROM orders \gset
\if :has_amounts
INSERT INTO valued
WITH customer AS (SELECT purchase_history(ordered_at, amount) AS h
                  FROM orders GROUP BY customer_id),
     known AS (SELECT as_of(h, :'as_of') AS past,
                      total_spend(slice(h, daterange(:'as_of', NULL, '()'))) AS spent
               FROM customer WHERE frequency(h, :'as_of') IS NOT NULL),
     model AS (SELECT fit_model('mbg/nbd', past, :'as_of') AS m,
                      fit_model('gamma-gamma', past, :'as_of') AS of_means,
                      fit_model('gamma-gamma-all', past, :'as_of') AS of_days
               FROM known)
SELECT :'name', :'as_of', frequency(past, :'as_of')::int, greatest(coalesce(spent, 0), 0),
       expected_purchases(m, past, :'as_of', (log_end - :'as_of') * interval '1 day'),
       expected_order_value(of_means, past, :'as_of'),
       expected_order_value(of_days, past, :'as_of'),
       total_spend(past) / nullif(purchase_days(past), 0)
FROM known, model, (SELECT max(ordered_at)::date AS log_end FROM orders) o;
\endif
