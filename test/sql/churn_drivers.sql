-- What do the lost have in common.
SET extra_float_digits = 0;
CREATE TEMP TABLE customer AS
SELECT i AS customer_id,
       i % 10 < CASE WHEN region = 'North' THEN 4 WHEN region IS NULL THEN 1 ELSE 2 END AS churned,
       region, channel, (hashint4(i) & 2147483647) % 500 AS agent
FROM generate_series(1, 4000) i,
     LATERAL (SELECT (ARRAY['North', 'South', 'East', NULL])[1 + i / 10 % 4] AS region,
                     CASE WHEN i % 7 < 3 THEN 'web' ELSE 'shop' END AS channel) a;
SELECT value, customers, churned, round(churn_rate::numeric, 4) AS churn_rate,
       round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper,
       round(lift::numeric, 4) AS lift, round(weight_of_evidence::numeric, 4) AS weight_of_evidence,
       round(p_value::numeric, 10) AS p_value,
       round(information_value::numeric, 4) AS information_value, attribute
FROM unnest((SELECT churn_drivers(churned, region) FROM customer));
-- several attributes at once: one with 500 values and no effect is no reason
SELECT attribute, value, churned, p_value < 0.05 AS reason,
       round(information_value::numeric, 3) AS information_value
FROM unnest((SELECT churn_drivers(churned,
                                  jsonb_build_object('region', region, 'channel', channel, 'agent',
                                                     agent, 'new', agent < 250))
             FROM customer))
LIMIT 7;
-- the weights of evidence and the information value, written out
SELECT max(abs(weight_of_evidence
               - ln((churned / all_churned)
                    / ((customers - churned) / all_kept)))) < 1e-12 AS weights,
       max(abs(information_value - total)) < 1e-12 AS information,
       max(abs(lift - churn_rate * 4000 / all_churned)) < 1e-12 AS lifts,
       sum(customers) AS customers
FROM (SELECT *,
             sum((churned / all_churned - (customers - churned) / all_kept) * weight_of_evidence)
               OVER () AS total
      FROM unnest((SELECT churn_drivers(churned, region) FROM customer)),
           (SELECT count(*) FILTER (WHERE churned)::float8 AS all_churned,
                   count(*) FILTER (WHERE NOT churned)::float8 AS all_kept
            FROM customer) a) s;
-- one attribute or an object of one: the same but for the name;
-- a customer without it is left out of it
SELECT (SELECT array_agg((value, customers, churned, p_value)) FROM unnest(a)) =
       (SELECT array_agg((value, customers, churned, p_value)) FROM unnest(b)) AS same
FROM (SELECT churn_drivers(churned, region) AS a,
             churn_drivers(churned, jsonb_build_object('region', region)) AS b
      FROM customer) s;
SELECT attribute, value, customers, churned
FROM unnest((SELECT churn_drivers(c, j)
             FROM (VALUES (true, '{"a": 1, "b": null}'::jsonb), (false, '{"a": 1.0}'), (true, '{}'),
                          (NULL, '{"a": 2}'), (true, NULL), (false, '{"b": false}')) v(c, j)))
ORDER BY 1, 2;
SELECT churn_drivers(churned, region) IS NULL AS nobody FROM customer WHERE false;
SELECT value, churned, lift, weight_of_evidence, p_value, information_value
FROM unnest((SELECT churn_drivers(false, region) FROM customer));
-- the same in every order, in parts, and over a window
SELECT churn_drivers(churned, agent::text ORDER BY random()) =
       churn_drivers(churned, agent::text ORDER BY customer_id) AS any_order
FROM customer;
SELECT churn_drivers_final(churn_drivers_combine(churn_drivers_add(NULL, true, 'a'::text),
                                                 churn_drivers_add(
                                                     churn_drivers_add(NULL, false, NULL::text),
                                                     true, 'b'::text))) =
       (SELECT churn_drivers(c, v)
        FROM (VALUES (true, 'b'), (true, 'a'), (false, NULL)) v(c, v)) AS combined;
SELECT bool_and(d =
                (SELECT churn_drivers(churned, region)
                 FROM customer WHERE customer_id <= s.customer_id)) AS running
FROM (SELECT customer_id, churn_drivers(churned, region) OVER (ORDER BY customer_id) AS d
      FROM customer WHERE customer_id < 40) s;
-- errors
SELECT churn_drivers(true, '[1]'::jsonb);
SELECT churn_drivers(true, '7'::jsonb);
SELECT churn_drivers(true, '{"a": [1]}'::jsonb);
SELECT churn_drivers(true, '{"a": {"b": 1}}'::jsonb);
SELECT churn_drivers_final('\x0102');
