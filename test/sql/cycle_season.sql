-- cycles by a model with a season, whose months have no mean of 1 as they are written
SET client_min_messages = warning;
CREATE TEMP TABLE model AS
SELECT m AS without,
       with_season(m, '{"months": [0.3, 0.3, 1, 1, 1, 1, 1, 1, 1, 1, 1.2, 2.9]}') AS with,
       with_season(m, '{"months": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}') AS ones
FROM (SELECT '{"model":"interpurchase","k":3,"r":2,"alpha":70,"time_unit_days":1}'::retention_model
        AS m) s;
CREATE TEMP TABLE base AS
SELECT m AS without, with_season(m, season(model.with)) AS with,
       with_season(m, season(model.ones)) AS ones
FROM model, (SELECT '{"model":"mbg/nbd","r":0.8,"alpha":6,"a":0.5,"b":1.5,"time_unit_days":7}'
               ::retention_model AS m) s;
CREATE TEMP TABLE customer (name text, h purchase_history);
INSERT INTO customer
SELECT name, purchase_history(d::date)
FROM (VALUES ('shopper', '{2024-03-10,2024-04-12,2024-05-20,2024-06-14,2024-07-22,2024-08-15,
                           2024-09-24,2024-10-20,2024-11-26,2024-12-08,2024-12-19,
                           2025-01-02}'::text[]),
             ('once', '{2024-12-20}')) v(name, days), unnest(days) d GROUP BY name;
INSERT INTO customer
SELECT 'subscriber', purchase_history(date '2024-01-10' + 28 * n) FROM generate_series(0, 12) n;
INSERT INTO customer
SELECT 'December', purchase_history(make_date(2019 + n, 12, 3 + n % 4))
FROM generate_series(0, 5) n;
INSERT INTO customer
SELECT 'spring', purchase_history(make_date(2020 + y, 3, 1) + 8 * n)
FROM generate_series(0, 4) y, generate_series(0, 14) n;

-- who bought until early January is no alarm in February, and is expected when it sells again
SELECT name, round(silence_probability(h, d, without)::numeric, 4) AS silence_without,
       round(silence_probability(h, d, m.with)::numeric, 4) AS silence,
       cycle_stage(h, d, without) AS stage_without, cycle_stage(h, d, m.with) AS stage,
       expected_next_purchase(h, d, without) AS next_without,
       expected_next_purchase(h, d, m.with) AS next, contact_window(h, d, m.with) AS contact
FROM customer, model m, (VALUES (date '2025-02-28')) v(d)
WHERE name IN ('shopper', 'once') ORDER BY name;

-- the silence is that of operational days: 30 days from the solstice on are 35 others
SELECT round(operational_days(season(m.with), '2024-12-21', '2025-01-19')::numeric) AS about_days,
       round(silence_probability(h, '2025-01-19', m.with)::numeric, 2) AS silence,
       round(silence_probability(h, date '2024-12-20' + about, m.without)::numeric, 2) AS of_days
FROM customer, model m,
     LATERAL (SELECT operational_days(season(m.with), '2024-12-21', '2025-01-19')::int AS about) a
WHERE name = 'once';

-- the descriptive columns stay as they are, the others are those of the functions
SELECT (w).mean_interval = (o).mean_interval AND (w).median_interval = (o).median_interval AND
       (w).stddev_interval = (o).stddev_interval AND (w).trend = (o).trend AND
       (w).coefficient_of_variation = (o).coefficient_of_variation AND
       (w).elapsed_days = (o).elapsed_days AND (w).overdue_ratio = (o).overdue_ratio AS descriptive,
       (w).regularity = regularity(h, d, m.with) AND
       (w).silence_probability = silence_probability(h, d, m.with) AND
       (w).expected_next = expected_next_purchase(h, d, m.with) AND
       (w).stage = cycle_stage(h, d, m.with) AND
       daterange((w).contact_from, (w).contact_until, '[]') = contact_window(h, d, m.with) AS same,
       (w).silence_probability <> (o).silence_probability AS differs
FROM customer, model m, (VALUES (date '2025-02-28')) v(d),
     LATERAL (SELECT purchase_cycle(h, d, m.with) AS w, purchase_cycle(h, d, without) AS o) p
WHERE name = 'shopper';

-- who keeps to the calendar, or has months of their own, is as without
SELECT name, (w).calendar_period, w = o AS same
FROM customer, model m, (VALUES (date '2025-02-28')) v(d),
     LATERAL (SELECT purchase_cycle(h, d, m.with) AS w, purchase_cycle(h, d, without) AS o) p
WHERE name NOT IN ('shopper', 'once') ORDER BY name;

-- scores, the day they were lost, and both models together: each by its own season
SELECT round(churn_score(without, h, d)::numeric, 3) AS score_without,
       round(churn_score(m.with, h, d)::numeric, 3) AS score,
       lost_on(h, '2026-12-31', without, 0.99) AS lost_without,
       lost_on(h, '2026-12-31', m.with, 0.99) AS lost
FROM customer, model m, (VALUES (date '2025-02-28')) v(d) WHERE name = 'shopper';
SELECT name, round(p_gone(h, d, m.without, b.without)::numeric, 3) AS without,
       round(p_gone(h, d, m.with, b.without)::numeric, 3) AS of_cycle,
       round(p_gone(h, d, m.with, b.with)::numeric, 3) AS of_both,
       customer_stage(h, d, m.without, b.without) AS stage_without,
       customer_stage(h, d, m.with, b.with) AS stage,
       lost_on(h, '2026-12-31', m.without, b.without, 0.5) AS lost_without,
       lost_on(h, '2026-12-31', m.with, b.with, 0.5) AS lost
FROM customer, model m, base b, (VALUES (date '2025-02-28')) v(d)
WHERE name IN ('shopper', 'once') ORDER BY name;

-- p_gone rises and the silence falls from day to day
SELECT bool_and(gone >= before) AS rises, bool_and(silence <= silence_before) AS falls
FROM (SELECT p_gone(h, d, m.with, b.with) AS gone,
             lag(p_gone(h, d, m.with, b.with)) OVER w AS before,
             silence_probability(h, d, m.with) AS silence,
             lag(silence_probability(h, d, m.with)) OVER w AS silence_before
      FROM customer, model m, base b,
           LATERAL (SELECT last_purchase(h) + n AS d FROM generate_series(0, 800) n) s
      WINDOW w AS (PARTITION BY name ORDER BY d)) s;

-- expectations of lost customers go by the same
SELECT r.period,
       round(r.customers::numeric, 6) = round(c.customers::numeric, 6) AS same
FROM (SELECT (unnest(expected_lifecycle(h, 'quarter', '2025-06-30', m.with, b.with))).*
      FROM customer, model m, base b GROUP BY m.with, b.with) r,
     LATERAL (SELECT sum(1 - p_gone(h, (r.period + interval '3 months')::date - 1, m.with, b.with))
                AS customers
              FROM customer, model m, base b) c
WHERE r.period >= '2024-07-01' ORDER BY r.period;

-- the silences that purchases ended, of rows: by dates as the history until then has it, but for
-- the calendar
SELECT ordered_at, round(by_date::numeric, 5) AS score,
       (purchase_cycle(before, ordered_at, m.with)).calendar_period,
       abs(by_date - (1 - silence_probability(before, ordered_at, m.with))) < 1e-9 AS same,
       abs(by_date - by_timestamp) < 0.03 AS near, by_timestamp = by_timestamptz AS utc
FROM (SELECT ordered_at, as_of(h, ordered_at - 1) AS before,
             churn_score_before(ordered_at, m.with) OVER w AS by_date,
             churn_score_before(ordered_at + time '12:00', m.with) OVER w AS by_timestamp,
             churn_score_before((ordered_at + time '12:00') AT TIME ZONE 'UTC', m.with) OVER w
               AS by_timestamptz
      FROM customer, model m, LATERAL (SELECT p.purchase_date AS ordered_at FROM purchases(h) p) p
      WHERE name = 'shopper' WINDOW w AS (ORDER BY ordered_at)) s, model m
ORDER BY ordered_at;
SET TimeZone = 'Pacific/Auckland';
SELECT round(churn_score_before(t, m.with) OVER (ORDER BY t)::numeric, 6) AS auckland
FROM model m, (VALUES (timestamptz '2024-10-01 12:00Z'), ('2024-11-30 23:00Z'),
                      ('2024-12-01 01:00Z'), ('2025-01-20 01:00Z')) v(t);
SET TimeZone = 'America/New_York';
SELECT round(churn_score_before(t, m.with) OVER (ORDER BY t)::numeric, 6) AS new_york
FROM model m, (VALUES (timestamptz '2024-10-01 12:00Z'), ('2024-11-30 23:00Z'),
                      ('2024-12-01 01:00Z'), ('2025-01-20 01:00Z')) v(t);
RESET TimeZone;

-- twelve ones are no season
SELECT bool_and(purchase_cycle(h, d, m.ones) = purchase_cycle(h, d, m.without)) AS cycles,
       bool_and(p_gone(h, d, m.ones, b.ones) = p_gone(h, d, m.without, b.without)) AS gone,
       bool_and(lost_on(h, d, m.ones, b.ones, 0.5)
                IS NOT DISTINCT FROM lost_on(h, d, m.without, b.without, 0.5)) AS lost,
       bool_and(churn_score(m.ones, h, d) = churn_score(m.without, h, d)) AS score
FROM customer, model m, base b,
     LATERAL (SELECT last_purchase(h) + 13 * n AS d FROM generate_series(0, 40) n) s;

-- days and weeks agree; an event counts
SELECT abs(silence_probability(h, d, m.with) -
           silence_probability(h, d, with_season(
             '{"model":"interpurchase","k":3,"r":2,"alpha":10,"time_unit_days":7}',
             season(m.with)))) < 1e-9 AS weeks,
       round(silence_probability(h, d, with_season(m.without,
         '{"months": [0.3, 0.3, 1, 1, 1, 1, 1, 1, 1, 1, 1.2, 2.9],
           "events": [{"from": "2025-01-15", "until": "2025-04-30", "factor": 0.01}]}'))::numeric,
             4) AS closed
FROM customer, model m, (VALUES (date '2025-04-28')) v(d) WHERE name = 'shopper';

-- beyond the calendar there is no date, and no time is too long
SELECT expected_next_purchase(h, d, m.with) AS next, contact_window(h, d, m.with) AS contact,
       round(silence_probability(h, d, m.with)::numeric, 6) AS silence
FROM model m, (VALUES (purchase_history '{5874897-12-30: ?}', date '5874897-12-31'),
                      ('{5874897-12-01: ?}', '5874897-12-02')) v(h, d);
SELECT expected_next_purchase(h, '5874897-12-31', m.with) IS NULL AS none,
       silence_probability(h, '5874897-12-31', m.with) < 1e-9 AS silent,
       round(p_gone(h, '5874897-12-31', m.with, b.with)::numeric, 6) AS gone
FROM customer, model m, base b WHERE name = 'shopper';
