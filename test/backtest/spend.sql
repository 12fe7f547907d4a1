-- Values all customers known at :as_of from what was known then, by both models of what orders are
-- worth, and looks up what they spent afterwards. Orders of unknown amount tell nothing of that.
-- The same for days that end at :as_of, as many as follow but at most half of those there were:
-- there one of them is chosen.
SET client_min_messages = error;
SELECT count(amount) > 0 AS has_amounts FROM orders \gset
\if :has_amounts
INSERT INTO valued
WITH customer AS (SELECT purchase_history(ordered_at, amount) AS h
                  FROM orders GROUP BY customer_id),
     period AS (SELECT is_later, date :'as_of' - CASE WHEN is_later THEN 0 ELSE days END AS day,
                       days
                FROM (SELECT min(ordered_at)::date AS log_begin,
                             max(ordered_at)::date - date :'as_of' AS after
                      FROM orders) o,
                     LATERAL (VALUES (true, after),
                                     (false, least(after, (date :'as_of' - log_begin) / 2)))
                         p(is_later, days)),
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
