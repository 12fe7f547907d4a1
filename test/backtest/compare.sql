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
-- Where the chosen kind has more than 2 % more log loss than the best one: by how much in the
-- hold-out and behind it, and how sure is that?  :unit is that of the models.
WITH kind AS (SELECT is_later, (r).kind, round((r).log_loss::numeric, 6) AS loss, (r).aic
              FROM comparison
              WHERE name = :'name' AND as_of = :'as_of' AND (r).aic IS NOT NULL),
     pair AS (SELECT (array_agg(kind ORDER BY loss, aic, kind) FILTER (WHERE NOT is_later))[1]
                         AS chosen,
                     (array_agg(kind ORDER BY loss, aic, kind) FILTER (WHERE is_later))[1] AS best
              FROM kind),
     worse AS (SELECT chosen, best
               FROM pair
                    JOIN kind c ON c.kind = chosen AND c.is_later
                    JOIN kind b ON b.kind = best AND b.is_later
               WHERE c.loss > 1.02 * b.loss),
     known AS (SELECT is_later, as_of(h, day) AS past, day,
                      purchase_days(slice(h, daterange(day, day + :days, '(]'))) > 0 AS bought
               FROM (SELECT purchase_history(ordered_at) AS h
                     FROM orders, worse GROUP BY customer_id) c,
                    (VALUES (false, date :'as_of' - :days), (true, date :'as_of'))
                        d(is_later, day)
               WHERE as_of(h, day) IS NOT NULL),
     model AS (SELECT is_later, fit_model(chosen, past, day, :unit) AS c,
                      fit_model(best, past, day, :unit) AS b
               FROM known, worse GROUP BY is_later, chosen, best),
     probability AS (SELECT is_later, coalesce(bought, false) AS bought,
                            purchase_probability(c, past, day, :days * interval '1 day') AS by_c,
                            purchase_probability(b, past, day, :days * interval '1 day') AS by_b
                     FROM known JOIN model USING (is_later))
INSERT INTO worse_choice
SELECT :'name', :'as_of', is_later, chosen, best, avg(more), stddev(more) / sqrt(count(*))
FROM (SELECT is_later, CASE WHEN bought THEN ln(by_b / by_c)
                            ELSE ln((1 - by_b) / (1 - by_c)) END AS more
      FROM probability) p, worse
GROUP BY is_later, chosen, best;
