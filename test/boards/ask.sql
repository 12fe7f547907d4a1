-- Puts what the mart :mart of :company says beside what is true.
SELECT as_of, as_of - interval '3 years' AS three_years_ago, coalesce(standing, '') AS standing,
       (date_trunc('month', as_of + 1) - interval '12 months')::date AS first_month
FROM boards.company WHERE name = :'company' \gset
-- not to_regproc: of a name with several functions it says nothing
SELECT EXISTS (SELECT FROM pg_proc WHERE proname = 'customer_stage') AS has_stage,
       EXISTS (SELECT FROM pg_proc WHERE proname = 'expected_lifecycle') AS has_lifecycle,
       EXISTS (SELECT FROM model_kinds() WHERE kind = 'gamma-gamma-all') AS has_all_amounts \gset
-- the models that the mart uses
SELECT coalesce(max(model::text) FILTER (WHERE fitted_to = 'intervals'), '') AS cycle_model,
       coalesce(max(model::text) FILTER (WHERE fitted_to IN ('recency', 'opportunities')), '')
           AS base_model
FROM :"mart".model JOIN model_kinds() USING (kind) WHERE chosen \gset

INSERT INTO boards.models
SELECT :'company', max(kind) FILTER (WHERE fitted_to IN ('recency', 'opportunities')),
       bool_and(converged) FILTER (WHERE fitted_to IN ('recency', 'opportunities')),
       max(parameter(model, 'k')) FILTER (WHERE fitted_to = 'intervals'),
       max(parameter(model, 'p')) FILTER (WHERE kind LIKE 'gamma-gamma%'),
       max(parameter(model, 'q')) FILTER (WHERE kind LIKE 'gamma-gamma%')
FROM :"mart".model JOIN model_kinds() USING (kind) WHERE chosen;

INSERT INTO boards.said
SELECT :'company', t.customer_id, t.kind, t.left_on, t.next_on, t.order_value,
       -- at rates of ordering, leaving and discounting (10 percent a year) that stay as they are
       t.order_value * t.orders_a_year * (1 - exp(-3 * rate)) / rate,
       t.kind = :'standing' AND s.first_purchase <= :'three_years_ago'
           AND coalesce(t.left_on > :'as_of', true),
       s.first_purchase, s.stage, s.expected_next, s.contact_from, s.contact_until, s.lost_on,
       s.expected_order_value, s.clv, s.value_at_risk, l.customer_id IS NOT NULL, c.value_lost
FROM :"company".truth t
     JOIN :"mart".customer_scorecard s USING (customer_id)
     LEFT JOIN :"mart".contact_list l USING (customer_id)
     LEFT JOIN :"mart".lost_customers c USING (customer_id),
     LATERAL (SELECT leaves_a_year + ln(1.1) AS rate) r;

INSERT INTO boards.month
SELECT :'company', month, coalesce(truly_left, 0), coalesce(after_one_order, 0), m.lost,
       m.recovered, coalesce(still_lost, 0)
FROM :"mart".monthly_review m
     LEFT JOIN (SELECT date_trunc('month', left_on)::date AS month, count(*) AS truly_left,
                       count(*) FILTER (WHERE kind IN ('trial', 'one order')) AS after_one_order
                FROM :"company".truth GROUP BY 1) t USING (month)
     LEFT JOIN (SELECT date_trunc('month', lost_on)::date AS month, count(*) AS still_lost
                FROM :"mart".lost_customers GROUP BY 1) l USING (month)
WHERE month >= :'first_month' AND month + interval '1 month' <= date :'as_of' + 1;

\if :has_stage
UPDATE boards.said s
SET stage_both = customer_stage(history, :'as_of',
                                nullif(:'cycle_model', '')::retention_model,
                                nullif(:'base_model', '')::retention_model)::text
FROM :"mart".customer_history h
WHERE s.company = :'company' AND h.customer_id = s.customer_id;
\endif
\if :has_lifecycle
UPDATE boards.month m
SET expected_both = l.lost
FROM unnest((SELECT expected_lifecycle(history, 'month', :'as_of',
                                       nullif(:'cycle_model', '')::retention_model,
                                       nullif(:'base_model', '')::retention_model)
             FROM :"mart".customer_history)) l
WHERE m.company = :'company' AND l.period = m.month;
\endif
\if :has_all_amounts
WITH spend AS (SELECT fit_model('gamma-gamma-all', history, :'as_of') AS m
               FROM :"mart".customer_history)
UPDATE boards.said s
SET order_value_all = expected_order_value(m, history, :'as_of')
FROM :"mart".customer_history h, spend
WHERE s.company = :'company' AND h.customer_id = s.customer_id;
\endif
