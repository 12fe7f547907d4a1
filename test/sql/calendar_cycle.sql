-- Rhythms of the calendar: what is found, when it comes next, and how the
-- purchase cycle follows it.
SET extra_float_digits = 0;
SET datestyle = 'ISO';
CREATE TEMP TABLE buyer (name text, h purchase_history);
INSERT INTO buyer
SELECT 'Tuesdays', purchase_history(date '2024-01-02' + 7 * i)
FROM generate_series(0, 5) i;
INSERT INTO buyer
SELECT 'every fourth Tuesday', purchase_history(date '2024-01-02' + 28 * i)
FROM generate_series(0, 7) i;
INSERT INTO buyer
SELECT 'the last of the month',
       purchase_history((date '2024-02-01' + interval '1 month' * i)::date - 1)
FROM generate_series(0, 7) i;
INSERT INTO buyer
SELECT 'around the 15th',
       purchase_history((date '2024-01-15' + interval '1 month' * i)::date + (i * 7) % 5 - 2)
FROM generate_series(0, 7) i;
INSERT INTO buyer
SELECT 'quarterly',
       purchase_history((date '2022-02-10' + interval '3 months' * i)::date + (i * 5) % 7 - 3)
FROM generate_series(0, 6) i;
INSERT INTO buyer
SELECT 'half-yearly',
       purchase_history((date '2020-04-10' + interval '6 months' * i)::date + (i * 5) % 7 - 3)
FROM generate_series(0, 6) i;
INSERT INTO buyer
SELECT 'December', purchase_history(d)
FROM unnest('{2022-12-18, 2023-12-21, 2024-12-19}'::date[]) d;
INSERT INTO buyer
SELECT 'December, twice', purchase_history(d)
FROM unnest('{2021-12-04, 2021-12-20, 2022-12-08, 2022-12-19, 2023-12-02, 2023-12-20, '
            '2024-12-05}'::date[]) d;
INSERT INTO buyer
SELECT 'every 45 days', purchase_history(date '2024-01-02' + 45 * i + i % 2)
FROM generate_series(0, 7) i;
INSERT INTO buyer
SELECT 'every day', purchase_history(date '2024-01-02' + i)
FROM generate_series(0, 4999) i;
INSERT INTO buyer
SELECT 'random', purchase_history(d)
FROM unnest('{2024-01-02, 2024-01-19, 2024-03-30, 2024-04-02, 2024-06-11, 2024-06-30, '
            '2024-09-03}'::date[]) d;
INSERT INTO buyer
SELECT 'twice', purchase_history(d)
FROM unnest('{2024-01-02, 2024-02-02}'::date[]) d;
INSERT INTO buyer
SELECT 'close together', purchase_history(d)
FROM unnest('{2024-01-02, 2024-01-03, 2024-01-04}'::date[]) d;
SELECT name, period, round(period_days::numeric, 2) AS days, round(phase::numeric, 3) AS phase,
       round(strength::numeric, 3) AS strength,
       CASE WHEN p_value < 0.01 THEN to_char(p_value, '9.9EEEE')
            ELSE round(p_value::numeric, 2)::text END AS p_value,
       next_peak
FROM buyer, calendar_cycle(h, '2025-06-15');
SELECT name FROM buyer WHERE calendar_cycle(h, '2025-06-15') IS NULL ORDER BY 1;
-- as_of: what is known then, and the peak behind it
SELECT d::date AS as_of, period, p_value < 0.01 AS rhythm, next_peak
FROM buyer, unnest('{2023-12-31, 2024-12-18, 2024-12-19, 2025-12-18, 2025-12-19}'::date[]) d,
     calendar_cycle(h, d)
WHERE name = 'December';
-- a period of one's own
SELECT name, round(phase::numeric, 3) AS phase, round(strength::numeric, 3) AS strength,
       to_char(p_value, '9.9EEEE') AS p_value, next_peak
FROM buyer, calendar_cycle(h, '2024-08-20', 28)
WHERE name IN ('Tuesdays', 'every fourth Tuesday', 'random');
-- who buys every December is not lapsed in June, and is reminded before December
SELECT name, as_of::date, elapsed_days, round(silence_probability::numeric, 3) AS silence, stage,
       expected_next, contact_from, contact_until, calendar_period
FROM buyer,
     unnest('{2025-01-10, 2025-06-15, 2025-11-28, 2026-01-10, 2027-01-10, 2028-01-10, '
            '2032-01-10}'::date[]) as_of,
     purchase_cycle(h, as_of)
WHERE name LIKE 'December%' ORDER BY name, as_of;
-- with a model the same, and each function for itself
CREATE TEMP TABLE model AS
SELECT retention_model '{"model": "interpurchase", "k": 1.5, "r": 2, "alpha": 60}' AS m;
SELECT name, c.stage,
       c.stage = cycle_stage(h, '2025-06-15', m)
       AND c.silence_probability = silence_probability(h, '2025-06-15', m)
       AND c.expected_next = expected_next_purchase(h, '2025-06-15', m)
       AND daterange(c.contact_from, c.contact_until, '[]') =
           contact_window(h, '2025-06-15', m) AS agree,
       calendar_period
FROM buyer, model, purchase_cycle(h, '2025-06-15', m) c ORDER BY name;
-- errors, NULL, the ends of the calendar
SELECT calendar_cycle(h, '2025-06-15', 1.9) FROM buyer WHERE name = 'December';
SELECT calendar_cycle(h, '2025-06-15', 'NaN') FROM buyer WHERE name = 'December';
SELECT calendar_cycle(h, 'infinity') FROM buyer WHERE name = 'December';
SELECT calendar_cycle(h, '2000-01-01') IS NULL AS nothing_yet,
       calendar_cycle(NULL, '2000-01-01') IS NULL AS no_history
FROM buyer WHERE name = 'December';
SELECT next_peak, p_value < 0.01 AS rhythm, (purchase_cycle(h, '5874897-12-31')).expected_next
FROM (SELECT purchase_history(date '5874897-12-31' - 7 * i) AS h FROM generate_series(0, 7) i) s,
     calendar_cycle(h, '5874897-12-31');
SELECT next_peak, p_value < 0.01 AS rhythm
FROM (SELECT purchase_history(date '4714-11-24 BC' + 7 * i) AS h FROM generate_series(0, 7) i) s,
     calendar_cycle(h, '4714-11-24 BC'::date + 100);
