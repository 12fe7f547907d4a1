-- Predicts at :as_of from what was known then. All predictions are the day after
-- :as_of at the earliest, since no purchase can come before: the rules of thumb
-- would look worse without.
INSERT INTO prediction
WITH customer AS (SELECT purchase_history(ordered_at, amount) AS h
                  FROM orders GROUP BY customer_id),
     known AS (SELECT as_of(h, :'as_of') AS past, h
               FROM customer WHERE frequency(h, :'as_of') IS NOT NULL),
     base AS (SELECT fit_model('interpurchase', past, :'as_of') AS m FROM known),
     pooled AS (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS median
                FROM known, unnest(purchase_intervals(past)) gap)
SELECT :'name', :'as_of', frequency(past, :'as_of')::int,
       first_purchase(slice(h, daterange(:'as_of', NULL, '()'))),
       expected_next_purchase(past, :'as_of', m),
       expected_next_purchase(past, :'as_of', with_recency_weight(m, 0.9)),
       greatest(last_purchase(past) + round(mean_interval(past, :'as_of'))::int, date :'as_of' + 1),
       greatest(last_purchase(past) + round(median_interval(past, :'as_of'))::int,
                date :'as_of' + 1),
       greatest(last_purchase(past) + round(median)::int, date :'as_of' + 1),
       contact_window(past, :'as_of', m), contact_window(past, :'as_of', m, 0.1, 0.9),
       expected_share(past, :'as_of', m, contact_window(past, :'as_of', m), log_end),
       expected_share(past, :'as_of', m, contact_window(past, :'as_of', m, 0.1, 0.9), log_end),
       silence_probability(past, :'as_of', m),
       silence_probability(past, :'as_of', with_recency_weight(m, 0.9)),
       overdue_ratio(past, :'as_of')
FROM known, base, pooled, (SELECT max(ordered_at)::date AS log_end FROM orders) o;
