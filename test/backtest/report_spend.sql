-- What customers spend: the part of the report that is made from the table valued
SELECT count(*) > 0 AS has_spend FROM valued \gset
\if :has_spend
\echo
\echo '## Spend'
\echo
\echo 'What will each customer spend up to the end of the log? The purchases to expect of them,'
\echo '`expected_purchases` by `mbg/nbd`, times what an order of theirs is worth: by'
\echo '`fit_model(''gamma-gamma'', ...)`, which knows the mean of their repeat orders; by'
\echo '`fit_model(''gamma-gamma-all'', ...)`, which knows the amount of each of their days, that of'
\echo 'the first one included; and without a model, their own mean so far. All customers there were'
\echo 'then, and those of them who had bought once. How well the order of customers by what is'
\echo 'expected of them is that by what they spent: the normalized Gini coefficient, 1 for the same'
\echo 'order, 0 for chance. Then the mean absolute error in the money of the log, and what was'
\echo 'expected of all together in percent of what came. Who is given no value is expected to spend'
\echo 'nothing. Chosen is the model whose Gini coefficient of all customers was the higher one in a'
\echo 'hold-out before that date, of as many days as follow but at most half of those there were;'
\echo 'better is the one with the higher one afterwards. In the retailer''s log every sixth order is of'
\echo '0, goods that were sent back: some customers do that always, which their own mean knows and'
\echo 'neither model does.'
\echo
\echo '| log | as of | customers | bought | chosen | better | Gini means | Gini days | own mean | error means | error days | own mean | total means | total days | no value |'
\echo '|---|---|--:|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|'
CREATE TEMP VIEW spend_result AS
WITH expected AS (
         SELECT name, as_of, is_later, who, model, spent, expected_value IS NULL AS without,
                coalesce(purchases * expected_value::float8, 0) AS expected
         FROM valued,
              unnest(CASE WHEN intervals = 0 THEN '{all,once}' ELSE '{all}' END::text[]) AS who,
              LATERAL (VALUES ('means', of_means), ('days', of_days), ('own', own_mean))
                  v(model, expected_value)),
     -- twice the place in each order; of those that are alike their mean
     ranked AS (
         SELECT *,
                2 * rank() OVER (w ORDER BY spent) + count(*) OVER (w ORDER BY spent
                    RANGE BETWEEN CURRENT ROW AND CURRENT ROW) - 1 AS spent_place,
                2 * rank() OVER (w ORDER BY expected) + count(*) OVER (w ORDER BY expected
                    RANGE BETWEEN CURRENT ROW AND CURRENT ROW) - 1 AS expected_place
         FROM expected
         WINDOW w AS (PARTITION BY name, as_of, is_later, who, model)),
     result AS (
         SELECT name, as_of, is_later, who, model, count(*) AS customers,
                round((covar_pop(expected_place, spent::float8)
                       / covar_pop(spent_place, spent::float8))::numeric, 3) AS gini,
                round(avg(abs(expected - spent::float8))::numeric, 2) AS error,
                round((100 * sum(expected) / sum(spent::float8))::numeric, 1) AS total,
                count(*) FILTER (WHERE without) AS without
         FROM ranked GROUP BY name, as_of, is_later, who, model)
SELECT * FROM result;
CREATE TEMP VIEW spend_choice AS
SELECT name, as_of, who, is_later,
       (array_agg(model ORDER BY gini DESC, error, model))[1] AS model, max(gini) AS gini
FROM spend_result WHERE model <> 'own' GROUP BY name, as_of, who, is_later;
SELECT '| ' || name, as_of, m.customers, m.who, c.model, b.model, m.gini, d.gini, o.gini,
       m.error, d.error, o.error, m.total, d.total, m.without || ' |'
FROM spend_result m
     JOIN spend_result d USING (name, as_of, is_later, who)
     JOIN spend_result o USING (name, as_of, is_later, who)
     JOIN spend_choice b USING (name, as_of, is_later, who)
     JOIN spend_choice c USING (name, as_of)
WHERE m.is_later AND NOT c.is_later AND c.who = 'all'
  AND m.model = 'means' AND d.model = 'days' AND o.model = 'own'
ORDER BY name, as_of, m.who;
\echo
SELECT format('Of %s choices %s fell on the better model. The normalized Gini coefficient of the '
              'chosen one is %s in the mean, that of the better one %s, of `gamma-gamma` alone %s.',
              count(*), count(*) FILTER (WHERE c.model = b.model), round(avg(r.gini), 3),
              round(avg(b.gini), 3), round(avg(m.gini), 3))
FROM spend_choice c
     JOIN spend_choice b USING (name, as_of, who)
     JOIN spend_result r USING (name, as_of, who)
     JOIN spend_result m USING (name, as_of, who)
WHERE who = 'all' AND NOT c.is_later AND b.is_later AND r.is_later AND m.is_later
  AND r.model = c.model AND m.model = 'means';
\endif
