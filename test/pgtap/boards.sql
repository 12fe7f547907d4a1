-- The companies of test/boards, smaller: the same rows whatever the plan, and their truth is true.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset pager off
BEGIN;
SELECT plan(34);
SET LOCAL client_min_messages = warning;
SET LOCAL datestyle = 'ISO';
\ir ../boards/random.sql

SELECT results_eq($$
	SELECT count(DISTINCT u)::int, min(u) BETWEEN 0 AND 0.001, max(u) BETWEEN 0.999 AND 1,
	       abs(avg(u) - 0.5) < 0.01, abs(stddev(u) - sqrt(1.0 / 12)) < 0.01
	FROM generate_series(1, 10000) i, boards.uniform('test', i, 'draw') u $$,
	$$ VALUES (10000, true, true, true, true) $$, 'uniform numbers');
-- of 10,000: four standard errors of a mean and of a standard deviation
SELECT results_eq($$
	SELECT abs(avg(z)) < 0.04, abs(stddev(z) - 1) < 0.03,
	       abs(avg((abs(z) < 1.959964)::int) - 0.95) < 0.01
	FROM generate_series(1, 10000) i, boards.normal('test', i, 'draw') z $$,
	$$ VALUES (true, true, true) $$, 'normal numbers');
SELECT results_eq($$
	SELECT abs(avg(a) / 50 - 1) < 0.02, abs(stddev(a) / avg(a) / 0.4 - 1) < 0.06
	FROM generate_series(1, 10000) i, boards.amount('test', i, 0, 50, 0.4) a $$,
	$$ VALUES (true, true) $$, 'amounts have the mean and the variation they are given');

-- the rows of a company and their checksum
CREATE FUNCTION pg_temp.checksum(company text) RETURNS TABLE (orders bigint, sum text)
	LANGUAGE plpgsql AS
$$
BEGIN
	RETURN QUERY EXECUTE format(
		'SELECT count(*), md5(string_agg(row, E''\n'' ORDER BY row COLLATE "C"))
		 FROM (SELECT o::text AS row FROM %1$I.orders o
			   UNION ALL SELECT f::text FROM %1$I.future f
			   UNION ALL SELECT concat_ws('','', customer_id, kind, left_on, cause, next_on,
										  order_value::numeric(20, 4),
										  orders_a_year::numeric(20, 6)) FROM %1$I.truth) r',
		company);
END
$$;

\set customers 400
\ir ../boards/software.sql
\set customers 60
\ir ../boards/wholesaler.sql
\set customers 600
\ir ../boards/marketplace.sql
CREATE TEMP TABLE first_time AS
SELECT name, c.* FROM boards.company, pg_temp.checksum(name) c;

-- the checksums are how a change of the companies, or a machine where they differ, is noticed
SELECT results_eq('SELECT name, sum FROM first_time ORDER BY 1', $$
	VALUES ('marketplace', 'a71060f155c5f75e987567f560b7ba01'),
	       ('software', '7fb88dbb0062d77a5812cbe83cd63f71'),
	       ('wholesaler', '1fc80cd5aebf59668b4bead5358359c8') $$,
	'the same rows on every machine');

DROP SCHEMA software, wholesaler, marketplace CASCADE;
DELETE FROM boards.company;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_hashagg = off;
SET LOCAL enable_nestloop = off;
SET LOCAL work_mem = '64kB';
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
\set customers 400
\ir ../boards/software.sql
\set customers 60
\ir ../boards/wholesaler.sql
\set customers 600
\ir ../boards/marketplace.sql
SELECT results_eq('SELECT name, c.* FROM boards.company, pg_temp.checksum(name) c ORDER BY 1',
	'SELECT * FROM first_time ORDER BY 1', 'the same rows each time, whatever the plan');
RESET enable_hashjoin;
RESET enable_hashagg;
RESET enable_nestloop;
RESET work_mem;

-- what holds for all three, one row a customer
CREATE TEMP TABLE told AS
SELECT 'software' AS company, t.*, o.* FROM software.truth t
	LEFT JOIN LATERAL (SELECT count(*) AS orders, min(ordered_at) AS first, max(ordered_at) AS last,
	                          min(amount) AS least
	                   FROM software.orders o WHERE o.customer_id = t.customer_id) o ON true
UNION ALL
SELECT 'wholesaler', t.*, o.* FROM wholesaler.truth t
	LEFT JOIN LATERAL (SELECT count(*), min(ordered_at), max(ordered_at), min(amount)
	                   FROM wholesaler.orders o WHERE o.customer_id = t.customer_id) o ON true
UNION ALL
SELECT 'marketplace', t.*, o.* FROM marketplace.truth t
	LEFT JOIN LATERAL (SELECT count(*), min(ordered_at), max(ordered_at), min(amount)
	                   FROM marketplace.orders o WHERE o.customer_id = t.customer_id) o ON true;
CREATE TEMP TABLE coming AS
SELECT 'software' AS company, customer_id, ordered_at, amount FROM software.future
UNION ALL SELECT 'wholesaler', customer_id, ordered_at, amount FROM wholesaler.future
UNION ALL SELECT 'marketplace', customer_id, ordered_at, amount FROM marketplace.future;

SELECT results_eq('SELECT company, count(*)::int FROM told GROUP BY 1 ORDER BY 1',
	$$ VALUES ('marketplace', 600), ('software', 400), ('wholesaler', 60) $$,
	'as many customers as asked for');
SELECT is_empty('SELECT * FROM told WHERE orders = 0 OR least <= 0', 'all have ordered, for money');
SELECT is_empty('SELECT * FROM told JOIN boards.company ON name = company WHERE last > as_of',
	'nothing is known that came after as_of');
SELECT is_empty($$
	SELECT * FROM coming JOIN boards.company ON name = company
	WHERE ordered_at <= as_of OR ordered_at > known_until $$, 'the future is behind it');
SELECT is_empty('SELECT * FROM told WHERE last >= left_on', 'nobody has ordered after they left');
SELECT is_empty($$
	SELECT * FROM coming JOIN told USING (company, customer_id) WHERE ordered_at >= left_on $$,
	'nor will');
SELECT results_eq('SELECT company, customer_id, next_on FROM told ORDER BY 1, 2',
	$$ SELECT t.company, t.customer_id, min(ordered_at)
	   FROM told t LEFT JOIN coming c USING (company, customer_id) GROUP BY 1, 2 ORDER BY 1, 2 $$,
	'next_on is their next order');
SELECT is_empty($$
	SELECT * FROM told JOIN boards.company ON name = company
	WHERE left_on > known_until OR (left_on IS NULL) <> (cause IS NULL)
	   OR left_on <= as_of AND next_on IS NOT NULL
	   OR left_on IS NULL AND next_on IS NULL AND company <> 'marketplace' $$,
	'who has left has no next order, who will stay has one');
-- the slowest of the marketplace come each 140 days or so, and are seen half a year ahead
SELECT cmp_ok((SELECT count(*) FROM told WHERE left_on IS NULL AND next_on IS NULL), '<',
	20::bigint, 'but for a few whose next order is far away');
-- within half a year, of those for whom no time of the year counts
SELECT results_eq($$
	SELECT company,
	       abs(sum(came) / sum(orders_a_year * (1 - exp(-leaves_a_year / 2)) / leaves_a_year) - 1)
	       < 0.15
	FROM told t JOIN boards.company ON name = company,
	     LATERAL (SELECT count(*) AS came FROM coming c
	              WHERE c.company = t.company AND c.customer_id = t.customer_id
	                AND ordered_at <= as_of + 182) c
	WHERE coalesce(left_on > as_of, true)
	  AND kind IN ('monthly', 'irregular', 'weekday', 'daily', 'weekend')
	GROUP BY company ORDER BY company $$,
	$$ VALUES ('marketplace', true), ('software', true), ('wholesaler', true) $$,
	'as many orders come as the rates say');

-- software
SELECT is_empty($$
	SELECT * FROM software.truth JOIN software.orders USING (customer_id)
	WHERE amount <> order_value OR amount NOT IN (49, 99, 199, 490, 990, 1990) $$, 'a price list');
SELECT is_empty($$
	SELECT customer_id, number, late
	FROM (SELECT customer_id, kind,
	             row_number() OVER w AS number,
	             -- behind the day on which it is due, counted from the first payment
	             ordered_at - (first + (row_number() OVER w - 1)
	                           * CASE kind WHEN 'yearly' THEN interval '1 year'
	                                       ELSE interval '1 month' END)::date AS late
	      FROM software.truth
	           JOIN (SELECT *, min(ordered_at) OVER (PARTITION BY customer_id) AS first
	                 FROM software.orders) o USING (customer_id)
	      WINDOW w AS (PARTITION BY customer_id ORDER BY ordered_at)) p
	WHERE kind <> 'paused' AND late NOT BETWEEN 0 AND 9 OR kind = 'trial' AND number > 1 $$,
	'payments on their day or a few days late');
SELECT is((SELECT bool_and(left_on = (first + interval '1 month')::date) FROM told
	WHERE kind = 'trial'), true, 'a trial ends after a month');
SELECT results_eq($$
	SELECT DISTINCT pauses
	FROM (SELECT customer_id, count(*) FILTER (WHERE gap > 45) AS pauses,
	             bool_and(gap BETWEEN 19 AND 40 OR gap BETWEEN 81 AND 132) AS possible
	      FROM (SELECT customer_id,
	                   ordered_at - lag(ordered_at) OVER (PARTITION BY customer_id
	                                                      ORDER BY ordered_at) AS gap
	            FROM (SELECT * FROM software.orders UNION ALL SELECT * FROM software.future) o
	                 JOIN software.truth USING (customer_id)
	            WHERE kind = 'paused') g
	      GROUP BY 1 HAVING count(*) > 16 AND bool_and(gap IS NULL OR gap < 133)) p $$,
	$$ VALUES (1::bigint) $$, 'a pause of two or three months, once');

-- wholesaler
SELECT is_empty($$
	SELECT * FROM wholesaler.truth
	     JOIN (TABLE wholesaler.orders UNION ALL TABLE wholesaler.future) o USING (customer_id)
	WHERE kind = 'seasonal' AND extract(month FROM ordered_at) NOT BETWEEN 3 AND 6 $$,
	'seasonal firms order from March to June');
SELECT is_empty($$
	SELECT * FROM (SELECT customer_id, kind,
	                      ordered_at - lag(ordered_at) OVER (PARTITION BY customer_id
	                                                         ORDER BY ordered_at) AS gap
	               FROM wholesaler.truth JOIN wholesaler.orders USING (customer_id)) g
	WHERE gap < 1 OR kind = 'seasonal' AND gap NOT BETWEEN 5 AND 9 AND gap NOT BETWEEN 235 AND 265
	$$, 'each week of the season, and no two orders of a firm on one day');
SELECT is_empty($$
	SELECT customer_id FROM wholesaler.truth JOIN wholesaler.firms USING (customer_id)
	WHERE (leaves_a_year > 0.1) <> (sales_rep = 'Clark')
	   OR cause = 'sales rep' AND sales_rep <> 'Clark' $$, 'the firms of one sales rep leave');
SELECT cmp_ok((SELECT max(order_value) / min(order_value) FROM wholesaler.truth), '>',
	100::float8, 'large firms and small ones');
SELECT ok((SELECT avg(v) BETWEEN 0.4 AND 0.5
                  AND percentile_cont(0.9) WITHIN GROUP (ORDER BY v) < 0.7
           FROM (SELECT stddev(amount) / avg(amount) AS v FROM wholesaler.orders
                 GROUP BY customer_id HAVING count(*) > 20) s),
	'the orders of a firm vary by .36 to .53');

-- marketplace
SELECT is_empty($$
	SELECT * FROM marketplace.truth
	     JOIN (TABLE marketplace.orders UNION ALL TABLE marketplace.future) o USING (customer_id)
	WHERE kind IN ('weekday', 'daily') AND extract(isodow FROM ordered_at) > 5
	   OR kind = 'weekend' AND extract(isodow FROM ordered_at) < 6 $$,
	'weekday customers order on weekdays only, weekend customers on weekends');
SELECT is_empty($$
	SELECT * FROM told WHERE kind = 'one order' AND (orders > 1 OR left_on <> first + 1) $$,
	'one-time buyers order once');
SELECT cmp_ok(abs(sum(s.shock) / sum(s.around) / 0.475 - 1), '<', 0.15::numeric,
	'in the shock 70 percent drop three of four orders')
FROM (SELECT count(*) FILTER (WHERE ordered_at >= '2025-09-01' AND ordered_at <= '2025-11-30')
                 / 91.0 AS shock,
             count(*) FILTER (WHERE ordered_at < '2025-09-01' OR ordered_at > '2025-11-30')
                 / 182.0 AS around
      FROM marketplace.orders JOIN marketplace.truth USING (customer_id)
      WHERE kind <> 'one order' AND ordered_at BETWEEN '2025-06-02' AND '2026-03-01') s;

-- the report itself, on the small wholesaler
\ir ../boards/tables.sql
SELECT create_retention_mart('wholesaler.orders', 'customer_id', 'ordered_at', 'amount',
                             attributes => '{sales_rep, region}', customers => 'wholesaler.firms',
                             schema => 'wholesaler_mart') \g /dev/null
SELECT refresh_retention_mart('wholesaler_mart', as_of => as_of)
FROM boards.company WHERE name = 'wholesaler' \g /dev/null
\set company wholesaler
\set mart wholesaler_mart
\set told false
\o /dev/null
\ir ../boards/ask.sql
\ir ../boards/times.sql
\ir ../boards/reasons.sql
\ir ../boards/answers.sql
\ir ../boards/before.sql
\ir ../boards/report.sql
\o
SELECT results_eq(
	'SELECT company, customer_id, kind, left_on, first_purchase FROM boards.said ORDER BY 2',
	$$ SELECT company, customer_id, kind, left_on, first FROM told
	   WHERE company = 'wholesaler' ORDER BY 2 $$, 'everybody is asked about');
SELECT results_eq('SELECT count(*)::int, sum(truly_left)::int FROM boards.month',
	$$ SELECT 12, count(*)::int FROM wholesaler.truth
	   WHERE left_on > '2025-11-30' AND left_on <= '2026-11-30' $$,
	'twelve months, and who left in them');
SELECT is((SELECT count(*) FROM boards.reason WHERE mart IS NOT NULL), 7::bigint,
	'all tests for a reason have an answer');

-- the shock of the small marketplace: a mart that was told of it, and one that was not
SELECT create_retention_mart('marketplace.orders', 'customer_id', 'ordered_at', 'amount',
                             schema => mart)
FROM unnest('{marketplace_mart,marketplace_told}'::text[]) AS mart \g /dev/null
UPDATE marketplace_told.settings
SET events = '[{"from": "2025-09-01", "until": "2025-11-30", "factor": 0.475}]';
SELECT refresh_retention_mart(mart, as_of => as_of)
FROM boards.company, unnest('{marketplace_mart,marketplace_told}'::text[]) AS mart
WHERE name = 'marketplace' \g /dev/null
\set company marketplace
\set mart marketplace_mart
\ir ../boards/times.sql
\set mart marketplace_told
\set told true
\ir ../boards/times.sql
SELECT results_eq('SELECT company, told, sign FROM boards.answer_shock ORDER BY 1, 2',
	$$ VALUES ('marketplace', false, true), ('marketplace', true, false),
	          ('wholesaler', false, false) $$,
	'a sign on the page where a shock was not told, and nowhere else');
SELECT is_empty($$
	SELECT * FROM boards.period
	WHERE unusual AND (company <> 'marketplace' OR seen_until < '2025-09-01'
	                   OR seen_from > '2025-11-30') $$, 'of the time in which it was');
SELECT ok(abs(told.off) < 10 AND missed.off < -12, 'a forecast after it is right where it was told')
FROM boards.answer_shock told, boards.answer_shock missed
WHERE told.told AND missed.company = 'marketplace' AND NOT missed.told;
SELECT ok(told.lost_in_it <= 1.1 * told.lost_before
		AND missed.lost_in_it > 1.5 * missed.lost_before, 'and what did not come then is not lost')
FROM boards.answer_shock told, boards.answer_shock missed
WHERE told.told AND missed.company = 'marketplace' AND NOT missed.told;
SELECT * FROM finish();
ROLLBACK;
