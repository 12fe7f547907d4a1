-- Who buys within 90 days of :as_of, by models that know what the first order was like, and by the
-- same models without: its amount, whether it was in November or December, on a weekend, and how
-- many others came in that week.
SET client_min_messages = error;
CREATE TEMP TABLE known AS
SELECT as_of(h, :'as_of') AS past,
       coalesce(purchase_days(slice(h, daterange(:'as_of', date :'as_of' + 90, '(]'))), 0) > 0
           AS bought,
       ARRAY[ln(greatest(coalesce(total_spend(as_of(h, first_purchase(h))), 0), 1)),
             (extract(month FROM first_purchase(h)) >= 11)::int,
             (extract(isodow FROM first_purchase(h)) >= 6)::int,
             ln(count(*) OVER (PARTITION BY date_trunc('week', first_purchase(h))))]::float8[] AS z
FROM (SELECT purchase_history(ordered_at, amount) AS h FROM orders GROUP BY customer_id) c
WHERE first_purchase(h) <= :'as_of';
CREATE TEMP TABLE fitted AS
SELECT kind, fit_model(kind, past, :'as_of', 7) AS plain,
       fit_model(kind, past, :'as_of', 7, NULL, z,
                 '{amount, before Christmas, weekend, crowd}') AS by_covariates
FROM known, unnest('{bg/nbd,mbg/nbd,pareto/nbd}'::text[]) kind
GROUP BY kind;
INSERT INTO covariate_effect
SELECT :'name', :'as_of', kind, process, covariate, ratio, p_value
FROM fitted, model_effects(by_covariates);
CREATE TEMP TABLE score AS
SELECT kind, bought, with_covariates,
       purchase_probability(CASE WHEN with_covariates THEN with_covariates(by_covariates, z)
                            ELSE plain END, past, :'as_of', '90 days') AS p
FROM known, fitted, unnest('{false,true}'::boolean[]) with_covariates;
INSERT INTO covariate_score
SELECT :'name', :'as_of', kind, with_covariates, count(*),
       avg(-ln(greatest(CASE WHEN bought THEN p ELSE 1 - p END, 1e-12))), roc_auc(p, bought),
       brier_score(p, bought), (lift_table(p, bought, 10))[1].lift,
       sum(p) / sum(bought::int),
       (SELECT sum(b.customers * abs(b.expected_rate - b.actual_rate)) / sum(b.customers)
        FROM unnest(calibration_table(p, bought, 10)) b)
FROM score GROUP BY kind, with_covariates;
DROP TABLE known, fitted, score;
RESET client_min_messages;
