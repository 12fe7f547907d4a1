-- Who of the customers with an interval will not come back before the log ends, by what was known
-- at :as_of: how well is that told by silence, by a model of the base, and by both?  And what do
-- the log's models say of a subscriber, 25 intervals of 28 days, who has been silent for 58?
INSERT INTO leaving
WITH customer AS MATERIALIZED (SELECT purchase_history(ordered_at, amount) AS h
                               FROM orders GROUP BY customer_id),
     log AS (SELECT max(ordered_at)::date - date :'as_of' AS days FROM orders),
     known AS MATERIALIZED (SELECT as_of(h, :'as_of') AS past, last_purchase(h) <= :'as_of' AS gone
                            FROM customer WHERE first_purchase(h) <= :'as_of'),
     cycle AS MATERIALIZED (SELECT fit_model('interpurchase', past, :'as_of') AS c FROM known),
     base AS MATERIALIZED (SELECT kind, fit_model(kind, past, :'as_of', 7) AS m
                           FROM known,
                                unnest('{bg/nbd,mbg/nbd,mbg/cnbd-k,pareto/nbd}'::text[]) kind
                           GROUP BY kind),
     subscriber AS (SELECT purchase_history(date :'as_of' - 58 - 28 * i) AS s
                    FROM generate_series(0, 25) i)
SELECT :'name', :'as_of', kind, customers, share, silence, churn, p_gone, no_purchase,
       p_alive(m, s, :'as_of'), p_gone(s, :'as_of', c, m), customer_stage(s, :'as_of', c, m)
FROM (SELECT kind, count(*) AS customers, avg(gone::int) AS share,
             roc_auc(1 - silence_probability(past, :'as_of', c), gone) AS silence,
             roc_auc(churn_score(m, past, :'as_of'), gone) AS churn,
             roc_auc(p_gone(past, :'as_of', c, m), gone) AS p_gone,
             roc_auc(-purchase_probability(m, past, :'as_of', days * interval '1 day'), gone)
                 AS no_purchase
      FROM known, cycle, base, log
      WHERE frequency(past, :'as_of') > 0
      GROUP BY kind) a
     JOIN base USING (kind), cycle, subscriber;
