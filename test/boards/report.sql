-- The Markdown of doc/boards.md
\pset format unaligned
\pset tuples_only on
\pset fieldsep ' | '
-- what 0.1.0 said, NULL where it did not
CREATE FUNCTION pg_temp.before(section text, company text, part text, name text) RETURNS float8
	LANGUAGE sql STABLE STRICT
	RETURN (SELECT (figures ->> name)::float8 FROM boards.before b
	        WHERE b.section = $1 AND b.company = $2 AND b.part = $3);

\qecho '# Boards: what three companies are told, and what is true'
\qecho
\qecho 'Three companies are made up, and everything is known of their customers: when they left, when they will order next and'
\qecho 'for how much. Each has a retention mart with the settings it begins with,'
\qecho '`create_retention_mart(''orders'', ''customer_id'', ''ordered_at'', ''amount'')`, refreshed as of one day; that of the'
\qecho 'wholesaler knows the sales rep and the region of each firm. The tables hold what it says against what is true, and against'
\qecho 'what the mart of 0.1.0 said of the same orders. Written by `bash test/boards/run`, which makes the same companies each time.'
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
\qecho 'A customer has *left* on the day of the first order that did not come: before it nobody can know.'
\qecho
\qecho '## What must be, and is it?'
\qecho
SELECT 'Met: ' || count(*) FILTER (WHERE met) || ' of ' || count(*) || '; by 0.1.0: '
       || (SELECT count(*) FROM boards.before
           WHERE section = 'claim' AND figures ->> 'met' = 'true')
       || '.'
FROM boards.claim;
\qecho
\qecho '| what must be | company | of | needed | got | met | 0.1.0 got |'
\qecho '|---|---|--:|--:|--:|---|--:|'
SELECT '| ' || claim, c.company || CASE c.part WHEN 'told' THEN ', told' ELSE '' END,
       coalesce(c.of::text, ''), needed, got,
       CASE WHEN met THEN 'yes' ELSE '**no**' END,
       coalesce(b.figures ->> 'got', '-') || ' |'
FROM boards.claim c
     LEFT JOIN boards.before b
       ON b.section = 'claim' AND b.company = c.company AND b.part = c.n || ' ' || c.part
ORDER BY n, array_position('{software,wholesaler,marketplace}', c.company), c.part;
\qecho
\qecho '## Which models?'
\qecho
\qecho 'Of who is still a customer the one that the mart has chosen, whether its fit converged, the regularity k of the intervals (1 is'
\qecho 'random), and the model of what orders are worth with its p and q.'
\qecho
\qecho '| company | chosen | converged | k | orders | p | q |'
\qecho '|---|---|---|--:|---|--:|--:|'
SELECT '| ' || company, base, CASE WHEN converged THEN 'yes' ELSE 'no' END, boards.number(k, 1),
       spend, boards.number(p, 2), boards.number(q, 2) || ' |'
FROM boards.models ORDER BY array_position('{software,wholesaler,marketplace}', company);
\qecho
\qecho '## How many did we lose?'
\qecho
\qecho 'Who truly left in each month, and who of them after one order (trials, one-time buyers). Against it what the mart says:'
\qecho '*lost* is the expectation of `expected_lifecycle`, *alarms* are the customers who became more likely gone than not,'
\qecho '*came back* those of them who ordered again (`monthly_review`).'
\qecho
\qecho '| company | month | truly left | after one order | lost | alarms | came back | 0.1.0: lost | came back |'
\qecho '|---|---|--:|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || company, CASE WHEN part LIKE 't%' THEN '**' || part || '**' ELSE part END,
       truly_left, after_one_order, boards.number(lost), alarms, recovered,
       boards.number(pg_temp.before('lost', company, part, 'lost')),
       boards.number(pg_temp.before('lost', company, part, 'recovered')) || ' |'
FROM boards.answer_lost
ORDER BY array_position('{software,wholesaler,marketplace}', company), part LIKE 't%', part;
\qecho
\qecho '## Who is lost?'
\qecho
\qecho 'Who has left by the day of the mart, and whom it calls lost (`lost_on`). *Precision* is the share of those called lost who have'
\qecho 'left, *recall* the share of those who have left that is called lost, in percent. *Expected* is how many have left by the sum of'
\qecho '`p_gone`: who is likely gone and who may be, each as much as they are.'
\qecho
\qecho '| company | customers | number | truly left | expected | called lost | precision | recall | 0.1.0: expected | called lost | precision | recall |'
\qecho '|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || company, CASE WHEN of_all THEN '**all**' ELSE part END, customers, gone,
       boards.number(expected), lost,
       boards.number(precision::float8), boards.number(recall::float8),
       boards.number(pg_temp.before('who', company, part, 'expected')),
       boards.number(pg_temp.before('who', company, part, 'lost')),
       boards.number(pg_temp.before('who', company, part, 'precision')),
       boards.number(pg_temp.before('who', company, part, 'recall')) || ' |'
FROM boards.answer_who
ORDER BY place, of_all, part;
\qecho
\qecho '## What does it cost?'
\qecho
\qecho 'In thousands, within three years, discounted by a tenth a year. True is what somebody brings in the mean who orders, spends'
\qecho 'and leaves at the rates of this customer. *Loyal* is who has paid by the year, or ordered in one season of it, for three years,'
\qecho 'and still does.'
\qecho
\qecho '| company | | true | the mart says | 0.1.0 said |'
\qecho '|---|---|--:|--:|--:|'
SELECT '| ' || company, part, boards.number(truth), boards.number(said),
       boards.number(pg_temp.before('cost', company, part, 'said')) || ' |'
FROM boards.answer_cost
ORDER BY place, n;
\qecho
\qecho '## Whom to contact this week?'
\qecho
\qecho 'Customers whose next order truly comes within seven days: how many of them are on the contact list, how many have a contact'
\qecho 'window (`contact_from` to `contact_until`) with the day of that order in it, and how many are called lost. Beside it the whole'
\qecho 'list, and how many of it have left.'
\qecho
\qecho '| company | customers | due | on the list | day in the window | called lost | whole list | of it left | 0.1.0: on the list | whole list |'
\qecho '|---|---|--:|--:|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || company, CASE WHEN of_all THEN '**all**' ELSE part END, due, due_listed, due_inside,
       due_lost, listed, listed_gone,
       boards.number(pg_temp.before('contact', company, part, 'due_listed')),
       boards.number(pg_temp.before('contact', company, part, 'listed')) || ' |'
FROM boards.answer_contact
WHERE due > 0 OR listed > 0
ORDER BY place, of_all, part;
\qecho
\qecho '## What is an order worth?'
\qecho
\qecho 'Customers in tenths of their `expected_order_value`: its mean in each tenth, and the mean of what is true. *Off* is by how much'
\qecho 'it misses, in percent of the truth.'
\qecho
\qecho '| company | tenth | customers | true | the mart says | off | 0.1.0: off |'
\qecho '|---|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || company, CASE WHEN tenth IS NULL THEN '**all**' ELSE part END, customers,
       boards.number(truth), boards.number(said), boards.number(off),
       boards.number(pg_temp.before('value', company, part, 'off')) || ' |'
FROM boards.answer_value
ORDER BY place, tenth;
\qecho
\qecho '## Why do they leave?'
\qecho
\qecho 'The firms of one of the wholesaler''s four sales reps, Clark, leave three times as often as others. What the tests find by who has'
\qecho 'truly left, and by who is lost for the mart.'
\qecho
\qecho '| | by the truth | by the mart | 0.1.0: by the mart |'
\qecho '|---|--:|--:|--:|'
SELECT '| ' || substr(r.part, 3), coalesce(truth, '-'), coalesce(mart, '-'),
       coalesce(b.figures ->> 'mart', '-') || ' |'
FROM boards.reason r
     LEFT JOIN boards.before b
       ON b.section = 'why' AND b.company = 'wholesaler' AND b.part = r.part
ORDER BY r.part;
\qecho
\qecho '## A Sunday'
\qecho
\qecho 'The marketplace is seen on a Sunday. Who orders from Monday to Friday only, and is still there, is not late for having been silent'
\qecho 'since Friday, and is not expected on a Saturday; who orders on weekends is not expected in the week.'
\qecho
\qecho '| customers | still there | overdue or at risk | lapsed | expected on a day on which they never order | 0.1.0: overdue or at risk | lapsed | on such a day |'
\qecho '|---|--:|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || part, there, late, lapsed, never,
       boards.number(pg_temp.before('sunday', company, part, 'late')),
       boards.number(pg_temp.before('sunday', company, part, 'lapsed')),
       boards.number(pg_temp.before('sunday', company, part, 'never')) || ' |'
FROM boards.answer_sunday
ORDER BY part;
\qecho
\qecho '## A shock'
\qecho
\qecho 'In September to November 2025 the marketplace''s customers order 47.5 percent of what they order otherwise: 70 of 100 drop three'
\qecho 'of four orders. A second mart of the same orders was told, in its settings:'
\qecho '`events = ''[{"from": "2025-09-01", "until": "2025-11-30", "factor": 0.475}]''`. Forecasts are those of the model as it'
\qecho 'would have been fitted half a year before the day of the mart, for the customers of then; lost is the mean of a month. *Signs* are'
\qecho 'the periods in which all customers at once bought more or less than was to be expected (`unusual_periods`), of which the page says'
\qecho 'one.'
\qecho
\qecho '| company | told of a shock | purchases expected | came | off, percent | in the worst of six periods | lost, March to August 2025 | in it | December to February | signs |'
\qecho '|---|---|--:|--:|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || company, CASE WHEN told THEN 'yes' ELSE 'no' END, boards.number(expected), came,
       boards.number(off, 1), boards.number(worst, 1), boards.number(lost_before::float8),
       boards.number(lost_in_it::float8), boards.number(lost_after::float8),
       coalesce(signs::text, '-') || ' |'
FROM boards.answer_shock
ORDER BY array_position('{software,wholesaler,marketplace}', company), told;
