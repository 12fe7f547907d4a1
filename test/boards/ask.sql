-- Puts what the mart :mart of :company says beside what is true.  What a mart of 0.1.0 does not
-- have is read by way of JSON, so that the same questions can be put to one: see before.sql.
SELECT as_of, as_of - interval '3 years' AS three_years_ago, coalesce(standing, '') AS standing,
       (date_trunc('month', as_of + 1) - interval '12 months')::date AS first_month,
       to_regclass(:'mart' || '.expected_lifecycle') IS NOT NULL AS has_lifecycle
FROM boards.company WHERE name = :'company' \gset

INSERT INTO boards.models
SELECT :'company', max(kind) FILTER (WHERE use = 'base'),
       bool_and(converged) FILTER (WHERE use = 'base'),
       max(parameter(model, 'k')) FILTER (WHERE use = 'cycle'),
       max(kind) FILTER (WHERE use = 'spend'),
       max(parameter(model, 'p')) FILTER (WHERE use = 'spend'),
       max(parameter(model, 'q')) FILTER (WHERE use = 'spend')
FROM :"mart".model,
     LATERAL (SELECT CASE WHEN kind = 'interpurchase' THEN 'cycle'
                          WHEN kind LIKE 'gamma-gamma%' THEN 'spend' ELSE 'base' END AS use) u
WHERE chosen;

INSERT INTO boards.said
SELECT :'company', t.customer_id, t.kind, t.left_on, t.next_on, t.order_value,
       -- at rates of ordering, leaving and discounting (10 percent a year) that stay as they are
       t.order_value * t.orders_a_year * (1 - exp(-3 * rate)) / rate,
       t.kind = :'standing' AND s.first_purchase <= :'three_years_ago'
           AND coalesce(t.left_on > :'as_of', true),
       s.first_purchase, s.purchases, coalesce(to_jsonb(s) ->> 'customer_stage', s.stage),
       s.expected_next, s.contact_from, s.contact_until, s.lost_on, s.expected_order_value, s.clv,
       s.value_at_risk, coalesce((to_jsonb(s) ->> 'p_gone')::float8, s.churn_score),
       l.customer_id IS NOT NULL, c.value_lost
FROM :"company".truth t
     JOIN :"mart".customer_scorecard s USING (customer_id)
     LEFT JOIN :"mart".contact_list l USING (customer_id)
     LEFT JOIN :"mart".lost_customers c USING (customer_id),
     LATERAL (SELECT leaves_a_year + ln(1.1) AS rate) r;

INSERT INTO boards.month
SELECT :'company', month, coalesce(truly_left, 0), coalesce(after_one_order, 0), lost,
       coalesce((to_jsonb(m) ->> 'alarms')::bigint, lost), recovered
FROM :"mart".monthly_review m
     LEFT JOIN (SELECT date_trunc('month', left_on)::date AS month, count(*) AS truly_left,
                       count(*) FILTER (WHERE kind IN ('trial', 'one order')) AS after_one_order
                FROM :"company".truth GROUP BY 1) t USING (month)
WHERE month >= :'first_month' AND month + interval '1 month' <= date :'as_of' + 1;
\if :has_lifecycle
-- monthly_review has it in whole customers
UPDATE boards.month m
SET lost = l.lost
FROM :"mart".expected_lifecycle l
WHERE m.company = :'company' AND l.month = m.month;
\endif
