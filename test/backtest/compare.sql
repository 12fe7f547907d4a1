-- What compare_models says at :as_of, of a hold-out of :days; and what came: the same :days later,
-- when the kinds are fitted as of :as_of.  :kinds are in units of :unit days.
WITH customer AS (SELECT purchase_history(ordered_at) AS h FROM orders GROUP BY customer_id)
INSERT INTO comparison
SELECT :'name', :'as_of', :days, is_later,
       unnest((SELECT compare_models(h, date :'as_of' + CASE WHEN is_later THEN :days ELSE 0 END,
                                     :days * interval '1 day', :'kinds', :unit)
               FROM customer))
FROM unnest('{false, true}'::boolean[]) AS is_later
WHERE date :'as_of' + :days <= (SELECT max(ordered_at)::date FROM orders);
