-- The Markdown of doc/boards.md
\pset format unaligned
\pset tuples_only on
\pset fieldsep ' | '
CREATE TEMP VIEW said AS
SELECT s.*, as_of, coalesce(left_on <= as_of, false) AS gone, lost_on IS NOT NULL AS lost,
       stage_both = 'lapsed' AS lapsed_both,
       coalesce(next_on <= as_of + 7, false) AS due,
       array_position('{software,wholesaler,marketplace}', company) AS place
FROM boards.said s JOIN boards.company ON name = company;

\qecho '# Boards: what three companies are told, and what is true'
\qecho
\qecho 'Three companies are made up, and everything is known of their customers: when they left, when they will order next and'
\qecho 'for how much. Each has a retention mart with the settings it begins with,'
\qecho '`create_retention_mart(''orders'', ''customer_id'', ''ordered_at'', ''amount'')`, refreshed as of one day; that of the'
\qecho 'wholesaler knows the sales rep and the region of each firm. The tables hold what it says against what is true.'
\qecho 'Written by `bash test/boards/run`, which makes the same companies each time.'
\qecho
\qecho '| company | as of | customers | orders | who they are |'
\qecho '|---|---|--:|--:|---|'
SELECT '| software', as_of, (SELECT count(*) FROM software.truth),
       (SELECT count(*) FROM software.orders),
       'pay by the month or the year, 12 of 100 for one month only; some pause for two or three '
       'months |'
FROM boards.company WHERE name = 'software';
SELECT '| wholesaler', as_of, (SELECT count(*) FROM wholesaler.truth),
       (SELECT count(*) FROM wholesaler.orders),
       'order at random, but one in six each week from March to June; those of one sales rep '
       'leave three times as often |'
FROM boards.company WHERE name = 'wholesaler';
SELECT '| marketplace', as_of, (SELECT count(*) FROM marketplace.truth),
       (SELECT count(*) FROM marketplace.orders),
       'order on weekdays only, on weekends only or once; in September to November 70 of 100 '
       'drop three of four orders |'
FROM boards.company WHERE name = 'marketplace';
\qecho
\qecho 'A customer has *left* on the day of the first order that did not come: before it nobody can know. The columns *both models*'
\qecho 'are for functions that hold the cycle of a customer and the model of the base together, `customer_stage` and'
\qecho '`expected_lifecycle`, the columns *all amounts* for the kind `gamma-gamma-all`; a `-` there says that the extension has none.'
\qecho
\qecho 'The models of each mart: of who is still a customer the one it has chosen, whether its fit converged, the regularity k of the'
\qecho 'intervals (1 is random), and p and q of what customers spend.'
\qecho
\qecho '| company | chosen | converged | k | p | q |'
\qecho '|---|---|---|--:|--:|--:|'
SELECT '| ' || company, base, converged, boards.number(k, 1), boards.number(p, 2),
       boards.number(q, 2) || ' |'
FROM boards.models ORDER BY array_position('{software,wholesaler,marketplace}', company);
\qecho
\qecho '## How many did we lose?'
\qecho
\qecho 'Who truly left in each month, and who of them after one order (trials, one-time buyers). Against it what'
\qecho '`monthly_review` says: *alarms* are its `lost`, *came back* its `recovered`. *Still lost* are those whose `lost_on` is in'
\qecho 'the month and who have not come back.'
\qecho
\qecho '| company | month | truly left | after one order | alarms | came back | still lost | both models |'
\qecho '|---|---|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || company, coalesce(to_char(month, 'YYYY-MM'), '**twelve months**'), sum(truly_left),
       sum(after_one_order), sum(alarms), sum(recovered), sum(still_lost),
       boards.number(sum(expected_both)) || ' |'
FROM boards.month
GROUP BY GROUPING SETS ((company, month), (company))
ORDER BY array_position('{software,wholesaler,marketplace}', company), boards.month.month;
\qecho
\qecho '## Who is lost?'
\qecho
\qecho 'Who has left by the day of the mart, and whom it calls lost (`lost_on`). *Precision* is the share of those called lost who have'
\qecho 'left, *recall* the share of those who have left that is called lost, in percent. *Both models*: the stage `lapsed` of'
\qecho '`customer_stage`.'
\qecho
\qecho '| company | customers | number | truly left | called lost | precision | recall | both models | precision | recall |'
\qecho '|---|---|--:|--:|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || company, coalesce(kind, '**all**'), count(*), count(*) FILTER (WHERE gone),
       count(*) FILTER (WHERE lost),
       boards.share(count(*) FILTER (WHERE lost AND gone), count(*) FILTER (WHERE lost)),
       boards.share(count(*) FILTER (WHERE lost AND gone), count(*) FILTER (WHERE gone)),
       CASE WHEN count(stage_both) > 0 THEN (count(*) FILTER (WHERE lapsed_both))::text
            ELSE '-' END,
       boards.share(count(*) FILTER (WHERE lapsed_both AND gone),
                    count(*) FILTER (WHERE lapsed_both)),
       boards.share(count(*) FILTER (WHERE lapsed_both AND gone),
                    count(stage_both) FILTER (WHERE gone)) || ' |'
FROM said
GROUP BY GROUPING SETS ((place, company, kind), (place, company))
ORDER BY place, said.kind;
\qecho
\qecho 'Who pays once a year, or orders in one season of it, has done so for three years and still does: nobody of them should be'
\qecho 'called lost.'
\qecho
\qecho '| company | customers | number | called lost | both models |'
\qecho '|---|---|--:|--:|--:|'
SELECT '| ' || company, kind, count(*), count(*) FILTER (WHERE lost),
       CASE WHEN count(stage_both) > 0 THEN (count(*) FILTER (WHERE lapsed_both))::text ELSE '-' END
       || ' |'
FROM said WHERE standing GROUP BY place, company, kind ORDER BY place;
\qecho
\qecho '## What does it cost?'
\qecho
\qecho 'In thousands, within three years, discounted by a tenth a year. True is what somebody brings in the mean who orders, spends'
\qecho 'and leaves at the rates of this customer. *Loyal* are those of the table above.'
\qecho
\qecho '| company | | true | the mart says |'
\qecho '|---|---|--:|--:|'
SELECT '| ' || company, what, boards.number(truth / 1000), boards.number(mart / 1000) || ' |'
FROM (SELECT place, company,
             sum(worth) FILTER (WHERE gone AND left_on > as_of - interval '1 year') AS lost_truth,
             sum(value_lost) FILTER (WHERE lost_on > as_of - interval '1 year') AS lost_mart,
             sum(value_lost) FILTER (WHERE NOT gone) AS lost_there,
             sum(worth) FILTER (WHERE NOT gone) AS base_truth, sum(clv) AS base_mart,
             sum(worth) FILTER (WHERE standing) AS loyal_truth,
             sum(clv) FILTER (WHERE standing) AS loyal_mart,
             sum(value_at_risk) AS risk, sum(value_at_risk) FILTER (WHERE lost) AS risk_lost,
             sum(value_at_risk) FILTER (WHERE gone) AS risk_gone
      FROM said GROUP BY place, company) s,
     LATERAL (VALUES
        (1, 'lost in the last year (`value_lost`)', lost_truth, lost_mart),
        (2, '`value_lost` of who is still there', 0, coalesce(lost_there, 0)),
        (3, 'worth of who is still there, `clv` of all', base_truth, base_mart),
        (4, 'worth of the loyal, their `clv`', loyal_truth, loyal_mart),
        (5, '`value_at_risk`', NULL, risk),
        (6, '`value_at_risk` of who is called lost already', 0, coalesce(risk_lost, 0)),
        (7, '`value_at_risk` of who has truly left', 0, coalesce(risk_gone, 0))
     ) v (n, what, truth, mart)
WHERE n <> 4 OR loyal_truth IS NOT NULL
ORDER BY place, n;
\qecho
\qecho '## Whom to contact this week?'
\qecho
\qecho 'Customers whose next order truly comes within seven days: how many of them are on the contact list, how many have a contact'
\qecho 'window (`contact_from` to `contact_until`) with the day of that order in it, and how many are called lost. Beside it the whole'
\qecho 'list, and how many of it have left.'
\qecho
\qecho '| company | customers | due | on the list | day in the window | either | called lost | whole list | of it left |'
\qecho '|---|---|--:|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || company, coalesce(kind, '**all**'), count(*) FILTER (WHERE due),
       count(*) FILTER (WHERE due AND listed), count(*) FILTER (WHERE due AND inside),
       count(*) FILTER (WHERE due AND (listed OR inside)), count(*) FILTER (WHERE due AND lost),
       count(*) FILTER (WHERE listed), count(*) FILTER (WHERE listed AND gone) || ' |'
FROM said,
     LATERAL (SELECT coalesce(next_on BETWEEN contact_from AND contact_until, false) AS inside) w
GROUP BY GROUPING SETS ((place, company, kind), (place, company))
HAVING count(*) FILTER (WHERE due OR listed) > 0
ORDER BY place, said.kind;
\qecho
\qecho '## What is an order worth?'
\qecho
\qecho 'Customers who are still there in tenths of their true mean order value, and the mean of `expected_order_value` in each tenth'
\qecho 'of those who have one. *Off* is by how much it misses in the mean, up or down, in percent of the truth.'
\qecho
\qecho '| company | tenth | customers | true | the mart says | off | without a value | all amounts | off |'
\qecho '|---|--:|--:|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || company, coalesce(tenth::text, '**all**'), count(*), boards.number(avg(order_value)),
       boards.number(avg(expected_order_value)),
       boards.number(100 * avg(abs(expected_order_value / order_value - 1))),
       count(*) FILTER (WHERE expected_order_value IS NULL), boards.number(avg(order_value_all)),
       boards.number(100 * avg(abs(order_value_all / order_value - 1))) || ' |'
FROM (SELECT place, company, order_value, expected_order_value::float8, order_value_all::float8,
             ntile(10) OVER (PARTITION BY company ORDER BY order_value, customer_id) AS tenth
      FROM said WHERE NOT gone) t
GROUP BY GROUPING SETS ((place, company, tenth), (place, company))
ORDER BY place, t.tenth;
\qecho
\qecho '## Why do they leave?'
\qecho
\qecho 'The firms of one of the wholesaler''s four sales reps, Clark, leave three times as often as others. What the tests find by who has'
\qecho 'truly left, and by who is lost for the mart. (The stage `lapsed` of `customer_stage` has no day, hence no time until it.)'
\qecho
\qecho '| | by the truth | by the mart | both models |'
\qecho '|---|--:|--:|--:|'
SELECT '| ' || question, coalesce(truth, '-'), coalesce(mart, '-'),
       coalesce(both_models, '-') || ' |'
FROM boards.reason ORDER BY place;
\qecho
\qecho '## A Sunday'
\qecho
\qecho 'The marketplace is seen on a Sunday. Who orders from Monday to Friday only, and is still there, is not late for having been silent'
\qecho 'since Friday, and is not expected on a Saturday; who orders on weekends is not expected in the week.'
\qecho
\qecho '| customers | still there | overdue or at risk | both models | lapsed | both models | expected on a day on which they never order |'
\qecho '|---|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || kind, count(*), count(*) FILTER (WHERE stage IN ('overdue', 'at_risk')),
       CASE WHEN count(stage_both) > 0
            THEN (count(*) FILTER (WHERE stage_both IN ('overdue', 'at_risk')))::text
            ELSE '-' END,
       count(*) FILTER (WHERE stage = 'lapsed'),
       CASE WHEN count(stage_both) > 0 THEN (count(*) FILTER (WHERE lapsed_both))::text
            ELSE '-' END,
       count(*) FILTER (WHERE (extract(isodow FROM expected_next) > 5) <> (kind = 'weekend'))
           || ' |'
FROM said WHERE company = 'marketplace' AND NOT gone AND kind <> 'one order'
GROUP BY kind ORDER BY kind;
