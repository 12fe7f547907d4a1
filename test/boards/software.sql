-- A software company whose customers pay by the month or by the year, four years up to 2026-06-30.
--
--	kind		share	what they do
--	monthly		.50		pay on the same day of each month
--	yearly		.25		pay on the same day of each year
--	trial		.12		pay for one month and leave
--	paused		.13		as monthly, but for two or three months in which they do not pay
--
-- 85 of 100 payments come on the day, 12 one to three days late, 3 four to nine.  Of monthly
-- payments one in 50 is the first that does not come, of yearly ones one in 8.  What they pay is on
-- the price list: 49, 99 or 199 a month, ten times that a year.
--
--	-v customers=3000		how many
\if :{?customers}
\else
\set customers 3000
\endif
CREATE SCHEMA software;
INSERT INTO boards.company VALUES ('software', '2026-06-30', '2027-07-31', 'yearly');

-- payments: how many they make; pause_after, pause_months: where the pause is
CREATE TEMP TABLE subscriber AS
SELECT customer_id, kind, started_on, months, price, stops, pause_after, pause_months,
       -- the rest of the payments is geometric
       CASE kind WHEN 'trial' THEN 1 ELSE coalesce(pause_after, 0) + 1
           + floor(ln(boards.uniform('software', customer_id, 'payments')) / ln(1 - stops)) END::int
           AS payments
FROM (SELECT customer_id, kind,
             date '2022-07-01' + floor(1461 * boards.uniform('software', customer_id, 'start'))::int
                 AS started_on,
             CASE kind WHEN 'yearly' THEN 12 ELSE 1 END AS months,
             (ARRAY[49, 99, 199])[1 + floor(3 * boards.uniform('software', customer_id, 'price'))]
                 * CASE kind WHEN 'yearly' THEN 10 ELSE 1 END AS price,
             CASE kind WHEN 'yearly' THEN 0.125 ELSE 0.02 END::float8 AS stops,
             CASE kind WHEN 'paused'
                 THEN 3 + floor(12 * boards.uniform('software', customer_id, 'pause')) END::int
                 AS pause_after,
             2 + floor(2 * boards.uniform('software', customer_id, 'pause months'))::int
                 AS pause_months
      FROM generate_series(1, :customers) AS customer_id,
           LATERAL (SELECT CASE WHEN u < 0.50 THEN 'monthly' WHEN u < 0.75 THEN 'yearly'
                                WHEN u < 0.87 THEN 'trial' ELSE 'paused' END AS kind
                    FROM boards.uniform('software', customer_id, 'kind') AS u) k) d;

-- each payment that is due, and the first that does not come: number = payments
CREATE TEMP TABLE payment AS
SELECT customer_id, price, number, payments, due_on,
       due_on + CASE WHEN number = 0 OR late < 0.85 THEN 0
                     WHEN late < 0.97 THEN 1 + floor((late - 0.85) / 0.04)
                     ELSE 4 + floor((late - 0.97) / 0.005) END::int AS paid_on
FROM subscriber,
     generate_series(0, least(payments, 62 / months)) AS number,
     LATERAL (SELECT (started_on
                      + (number * months
                         + CASE WHEN number >= pause_after THEN pause_months ELSE 0 END)
                        * interval '1 month')::date AS due_on,
                     boards.uniform('software', customer_id, 'late', number) AS late) d;

CREATE TABLE software.orders AS
SELECT customer_id, paid_on AS ordered_at, price::numeric AS amount
FROM payment, boards.company
WHERE name = 'software' AND number < payments AND paid_on <= as_of;

CREATE TABLE software.future AS
SELECT customer_id, paid_on AS ordered_at, price::numeric AS amount
FROM payment, boards.company
WHERE name = 'software' AND number < payments AND paid_on > as_of AND paid_on <= known_until;

CREATE TABLE software.truth (LIKE boards.truth INCLUDING ALL);
INSERT INTO software.truth
SELECT s.customer_id, kind, left_on,
       CASE WHEN left_on IS NULL THEN NULL WHEN kind = 'trial' THEN 'trial' ELSE 'cancelled' END,
       next_on, price,
       CASE kind WHEN 'trial' THEN 0 ELSE 12 / months END,
       CASE kind WHEN 'trial' THEN 'infinity' ELSE -ln(1 - stops) * 12 / months END
FROM subscriber s
     CROSS JOIN boards.company
     LEFT JOIN (SELECT customer_id, due_on AS left_on FROM payment WHERE number = payments) p
       ON p.customer_id = s.customer_id AND left_on <= known_until
     LEFT JOIN (SELECT customer_id, min(ordered_at) AS next_on FROM software.future GROUP BY 1) f
       ON f.customer_id = s.customer_id
WHERE name = 'software';
DROP TABLE subscriber, payment;
