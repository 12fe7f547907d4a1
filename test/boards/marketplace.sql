-- A marketplace of 20,000 customers, three years up to Sunday, 2026-05-31.
--
--	kind		share	what they do
--	weekday		.38		order from Monday to Friday, on each such day with a chance of .01 to .3
--	daily		.02		the same with a chance of .9
--	weekend		.20		order on Saturdays and Sundays only, with a chance of .02 to .4
--	one order	.40		order once
--
-- Each has a mean order value of their own, lognormal with .7, and orders that vary by .4; they
-- leave at a rate between .15 and .6 a year.  In September to November 2025, the shock, 70 percent
-- of all customers drop three of four orders; before and after nothing is different.
--
--	-v customers=20000		how many
\if :{?customers}
\else
\set customers 20000
\endif
CREATE SCHEMA marketplace;
INSERT INTO boards.company VALUES ('marketplace', '2026-05-31', '2026-11-29', NULL);

-- Days are counted in days on which a customer orders at all: the i-th of them, of own_days a week
-- from the day first_own on, is on_day(i, ...).  2023-05-29 is a Monday.
CREATE FUNCTION pg_temp.on_day(i bigint, own_days int, first_own int) RETURNS date
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN date '2023-05-29' + first_own + 7 * (i / own_days)::int + (i % own_days)::int;

-- 157 weeks up to as_of, 183 up to known_until
CREATE TEMP TABLE customer AS
SELECT *,
       pg_temp.on_day(start, own_days, first_own) + floor(365.25 * years)::int AS gone_on,
       -- of own days until then or the end, and a little more: the first order behind them counts
       chance * own_days * least(183 - start::float8 / own_days, 1 + years * 365.25 / 7) AS expected
FROM (SELECT customer_id, kind, own_days, first_own, leaves_a_year, shocked, order_value,
             CASE kind
                 WHEN 'daily' THEN 0.9
                 WHEN 'weekday' THEN 0.01 * power(30.0::float8, u)
                 WHEN 'weekend' THEN 0.02 * power(20.0::float8, u)
             END::float8 AS chance,
             floor(157 * own_days * boards.uniform('marketplace', customer_id, 'start'))::int
                 AS start,
             -ln(boards.uniform('marketplace', customer_id, 'leave')) / leaves_a_year AS years
      FROM (SELECT customer_id, kind,
                   CASE kind WHEN 'one order' THEN 7 WHEN 'weekend' THEN 2 ELSE 5 END AS own_days,
                   CASE kind WHEN 'weekend' THEN 5 ELSE 0 END AS first_own,
                   boards.uniform('marketplace', customer_id, 'chance') AS u,
                   0.15 * power(4.0::float8, boards.uniform('marketplace', customer_id, 'rate'))
                       AS leaves_a_year,
                   boards.uniform('marketplace', customer_id, 'shocked') < 0.7 AS shocked,
                   40 * exp(0.7 * boards.normal('marketplace', customer_id, 'size'))
                       AS order_value
            FROM generate_series(1, :customers) AS customer_id,
                 LATERAL (SELECT CASE WHEN k < 0.38 THEN 'weekday' WHEN k < 0.40 THEN 'daily'
                                      WHEN k < 0.60 THEN 'weekend' ELSE 'one order' END AS kind
                          FROM boards.uniform('marketplace', customer_id, 'kind') AS k) k) d) s;

-- the chance is the same on each own day, so the days to the next one are geometric
CREATE TEMP TABLE visit AS
SELECT customer_id, number,
       pg_temp.on_day(start + sum(gap) OVER (PARTITION BY customer_id ORDER BY number)::bigint,
                      own_days, first_own) AS day
FROM customer,
     generate_series(0, CASE kind WHEN 'one order' THEN 0
                                  ELSE 10 + expected + 6 * sqrt(expected) END::int) AS number,
     LATERAL (SELECT CASE number WHEN 0 THEN 0
                  ELSE ceil(ln(boards.uniform('marketplace', customer_id, 'gap', number))
                            / ln(1 - chance)) END::int AS gap) g;

CREATE TEMP TABLE ordered AS
SELECT customer_id, v.day AS ordered_at,
       boards.amount('marketplace', customer_id, number, order_value, 0.4) AS amount
FROM visit v JOIN customer USING (customer_id)
WHERE number = 0
   OR v.day < gone_on
      AND NOT (shocked AND v.day BETWEEN '2025-09-01' AND '2025-11-30'
               AND boards.uniform('marketplace', customer_id, 'shock', number) < 0.75);

CREATE TABLE marketplace.orders AS
SELECT o.* FROM ordered o, boards.company WHERE name = 'marketplace' AND ordered_at <= as_of;

CREATE TABLE marketplace.future AS
SELECT o.* FROM ordered o, boards.company
WHERE name = 'marketplace' AND ordered_at > as_of AND ordered_at <= known_until;

CREATE TABLE marketplace.truth (LIKE boards.truth INCLUDING ALL);
INSERT INTO marketplace.truth
SELECT customer_id, kind, left_on,
       CASE WHEN left_on IS NULL THEN NULL WHEN kind = 'one order' THEN kind ELSE 'left' END,
       next_on, order_value,
       CASE kind WHEN 'one order' THEN 0 ELSE chance * own_days * 365.25 / 7 END,
       CASE kind WHEN 'one order' THEN 'infinity' ELSE leaves_a_year END
FROM customer
     -- who orders once has left on the day after
     LEFT JOIN (SELECT customer_id,
                       CASE kind WHEN 'one order' THEN min(v.day) + 1
                                 ELSE min(v.day) FILTER (WHERE v.day >= gone_on AND number > 0)
                       END AS left_on
                FROM visit v
                     JOIN customer USING (customer_id)
                     JOIN boards.company ON name = 'marketplace' AND v.day <= known_until
                GROUP BY customer_id, kind) l USING (customer_id)
     LEFT JOIN (SELECT customer_id, min(ordered_at) AS next_on
                FROM marketplace.future GROUP BY 1) n USING (customer_id);
DROP TABLE customer, visit, ordered;
DROP FUNCTION pg_temp.on_day;
