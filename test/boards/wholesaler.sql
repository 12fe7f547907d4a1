-- A wholesaler of 180 firms, five years up to 2026-11-30.
--
--	kind		share	what they do
--	seasonal	1/6		order each week from March to June, on a day of their own, give or take one
--	irregular	5/6		at random, every 7 to 60 days in the mean
--
-- What firms order differs by two orders of magnitude, the orders of one firm vary by .36 to .53.
-- Firms leave at a rate of 6 percent a year, those of one of four sales reps, Clark, three times as
-- often.  A region, which means nothing, is known, too.
--
--	-v customers=180		how many
\if :{?customers}
\else
\set customers 180
\endif
CREATE SCHEMA wholesaler;
INSERT INTO boards.company VALUES ('wholesaler', '2026-11-30', '2027-12-31', 'seasonal');

CREATE TABLE wholesaler.firms AS
SELECT customer_id,
       (ARRAY['Adams', 'Baker', 'Clark', 'Davis'])
           [1 + floor(4 * boards.uniform('wholesaler', customer_id, 'sales rep'))] AS sales_rep,
       (ARRAY['North', 'South', 'West'])
           [1 + floor(3 * boards.uniform('wholesaler', customer_id, 'region'))] AS region
FROM generate_series(1, :customers) AS customer_id;

-- Half of the firms were there from the beginning.  day: days after 1 March of a season's first
-- order; other, rep: years until they leave for one cause or the other
CREATE TEMP TABLE firm AS
SELECT customer_id, kind, day, mean_interval, order_value, variation, rep < other AS by_rep,
       leaves_a_year, started_on, started_on + floor(365.25 * least(other, rep))::int AS gone_on
FROM (SELECT *,
             CASE kind WHEN 'seasonal' THEN make_date(2022 + days / 365, 3, 1) + day
                       ELSE date '2022-01-01' + days + 8 * day END AS started_on
      FROM (SELECT customer_id,
                   CASE customer_id % 6 WHEN 0 THEN 'seasonal' ELSE 'irregular' END AS kind,
                   floor(1400 * greatest(0, 2 * boards.uniform('wholesaler', customer_id, 'start')
                                            - 1))::int AS days,
                   floor(7 * boards.uniform('wholesaler', customer_id, 'day'))::int AS day,
                   7 * power(60.0::float8 / 7,
                             boards.uniform('wholesaler', customer_id, 'interval'))
                       AS mean_interval,
                   400 * exp(1.2 * boards.normal('wholesaler', customer_id, 'size')) AS order_value,
                   0.36 + 0.17 * boards.uniform('wholesaler', customer_id, 'variation')
                       AS variation,
                   -ln(boards.uniform('wholesaler', customer_id, 'other')) / 0.06 AS other,
                   CASE sales_rep WHEN 'Clark'
                       THEN -ln(boards.uniform('wholesaler', customer_id, 'rep')) / 0.12
                       ELSE 'infinity' END AS rep,
                   CASE sales_rep WHEN 'Clark' THEN 0.18 ELSE 0.06 END::float8 AS leaves_a_year
            FROM wholesaler.firms) d) s;

-- every order that would come if nobody left; the first one, number 0, always comes
CREATE TEMP TABLE visit AS
SELECT customer_id, number,
       started_on + floor(sum(gap) OVER (PARTITION BY customer_id ORDER BY number))::int AS day
FROM firm,
     generate_series(0, (2200 / mean_interval + 6 * sqrt(2200 / mean_interval))::int) AS number,
     -- a day at least, so that no two are on one
     LATERAL (SELECT CASE number WHEN 0 THEN 0 ELSE 1 - (mean_interval - 1)
                  * ln(boards.uniform('wholesaler', customer_id, 'gap', number)) END AS gap) g
WHERE kind = 'irregular'
UNION ALL
-- 18 weeks a season
SELECT customer_id, number, v.day
FROM firm,
     generate_series(0, 107) AS number,
     LATERAL (SELECT (started_on + number / 18 * interval '1 year')::date + 7 * (number % 18)
                     + CASE number % 18 WHEN 0 THEN 0 ELSE
                           floor(3 * boards.uniform('wholesaler', customer_id, 'jitter', number))
                           - 1 END::int AS day) v
WHERE kind = 'seasonal' AND extract(month FROM v.day) < 7;

CREATE TEMP TABLE ordered AS
SELECT customer_id, v.day AS ordered_at,
       boards.amount('wholesaler', customer_id, number, order_value, variation) AS amount
FROM visit v JOIN firm USING (customer_id)
WHERE v.day < gone_on OR number = 0;

CREATE TABLE wholesaler.orders AS
SELECT o.* FROM ordered o, boards.company WHERE name = 'wholesaler' AND ordered_at <= as_of;

CREATE TABLE wholesaler.future AS
SELECT o.* FROM ordered o, boards.company
WHERE name = 'wholesaler' AND ordered_at > as_of AND ordered_at <= known_until;

CREATE TABLE wholesaler.truth (LIKE boards.truth INCLUDING ALL);
INSERT INTO wholesaler.truth
SELECT customer_id, kind, left_on,
       CASE WHEN left_on IS NOT NULL THEN CASE WHEN by_rep THEN 'sales rep' ELSE 'other' END END,
       next_on, order_value,
       CASE kind WHEN 'seasonal' THEN (121 - day) / 7 + 1 ELSE 365.25 / mean_interval END,
       leaves_a_year
FROM firm
     LEFT JOIN (SELECT customer_id, min(v.day) AS left_on
                FROM visit v
                     JOIN firm USING (customer_id)
                     JOIN boards.company ON name = 'wholesaler' AND v.day <= known_until
                WHERE v.day >= gone_on AND number > 0
                GROUP BY 1) l USING (customer_id)
     LEFT JOIN (SELECT customer_id, min(ordered_at) AS next_on
                FROM wholesaler.future GROUP BY 1) n USING (customer_id);
DROP TABLE firm, visit, ordered;
