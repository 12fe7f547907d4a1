-- How many purchases did all customers of :as_of make in the 91 days after it, or until the log
-- ends if that is sooner, and what did the models of then say of it?
INSERT INTO total
WITH customer AS MATERIALIZED (SELECT purchase_history(ordered_at, amount) AS h
                               FROM orders GROUP BY customer_id),
     log AS (SELECT least(91, max(ordered_at)::date - date :'as_of') AS days FROM orders),
     known AS MATERIALIZED (SELECT as_of(h, :'as_of') AS past,
                                   coalesce(purchase_days(slice(h, daterange(
                                       :'as_of', date :'as_of' + days, '(]'))), 0) AS came
                            FROM customer, log WHERE first_purchase(h) <= :'as_of'),
     base AS MATERIALIZED (SELECT kind, fit_model(kind, past, :'as_of', 7) AS m
                           FROM known,
                                unnest('{bg/nbd,mbg/nbd,mbg/cnbd-k,pareto/nbd}'::text[]) kind
                           GROUP BY kind)
SELECT :'name', :'as_of', kind, days, (t80).customers, (t80).expected, (t80).lower, (t80).upper,
       (t95).lower, (t95).upper, actual
FROM (SELECT kind, days, sum(came) AS actual,
             expected_total(m, past, :'as_of', days * interval '1 day', 0.8) AS t80,
             expected_total(m, past, :'as_of', days * interval '1 day') AS t95
      FROM known, base, log GROUP BY kind, days) s;
