-- What customers of :as_of, who are known then, buy in each of the twelve months behind it, and
-- what models mbg/nbd and pareto/nbd of then say of it, with a season and without; of each customer
-- in the first 91 days; and when each buys next by a model of the cycle with and without it.
CREATE TEMP TABLE known AS
SELECT as_of(h, :'as_of') AS past, h
FROM (SELECT purchase_history(ordered_at, amount) AS h FROM orders GROUP BY customer_id) c
WHERE first_purchase(h) <= :'as_of';
CREATE TEMP TABLE seen AS SELECT fit_season(past, :'as_of') AS s FROM known;
CREATE TEMP TABLE fitted AS
SELECT kind, fit_model(kind, past, :'as_of', 7) AS plain,
       fit_model(kind, past, :'as_of', 7, s) AS seasonal
FROM known, seen, unnest('{mbg/nbd,pareto/nbd}'::text[]) kind
GROUP BY kind;
CREATE TEMP TABLE cycle AS
SELECT true AS with_season, fit_model('interpurchase', past, :'as_of', 1, s) AS m FROM known, seen
UNION ALL
SELECT false, fit_model('interpurchase', past, :'as_of') FROM known;
INSERT INTO season
SELECT :'name', :'as_of', season_years(s), season_p_value(s),
       (SELECT array_agg(factor ORDER BY month) FROM season_months(s))
FROM seen;
INSERT INTO season_total
SELECT :'name', :'as_of', kind, month, until, sum(actual), sum(plain), sum(seasonal)
FROM (SELECT kind, month, until,
             coalesce(purchase_days(slice(h, daterange(since, until, '(]'))), 0) AS actual,
             expected_purchases(f.plain, past, :'as_of', (until - date :'as_of') * interval '1 day')
             - expected_purchases(f.plain, past, :'as_of',
                                  (since - date :'as_of') * interval '1 day') AS plain,
             expected_purchases(f.seasonal, past, :'as_of',
                                (until - date :'as_of') * interval '1 day')
             - expected_purchases(f.seasonal, past, :'as_of',
                                  (since - date :'as_of') * interval '1 day') AS seasonal
      FROM known, fitted f,
           (SELECT month, (date :'as_of' + (month - 1) * interval '1 month')::date AS since,
                   least((date :'as_of' + month * interval '1 month')::date, log_end) AS until
            FROM generate_series(1, 12) month,
                 (SELECT max(ordered_at)::date AS log_end FROM orders) o) m
      WHERE since < until) e
GROUP BY kind, month, until;
INSERT INTO season_customer
SELECT :'name', :'as_of', kind, avg(abs(actual - plain)), avg(abs(actual - seasonal))
FROM (SELECT kind,
             coalesce(purchase_days(slice(h, daterange(:'as_of', date :'as_of' + 91, '(]'))), 0)
                 AS actual,
             expected_purchases(f.plain, past, :'as_of', '91 days') AS plain,
             expected_purchases(f.seasonal, past, :'as_of', '91 days') AS seasonal
      FROM known, fitted f) e
GROUP BY kind;
INSERT INTO season_cycle
SELECT :'name', :'as_of', with_season, count(*), avg(abs(actual - expected)),
       avg((actual <@ window50)::int), avg((actual <@ window80)::int)
FROM (SELECT with_season,
             first_purchase(slice(h, daterange(:'as_of', NULL, '()'))) AS actual,
             expected_next_purchase(past, :'as_of', m) AS expected,
             contact_window(past, :'as_of', m) AS window50,
             contact_window(past, :'as_of', m, 0.1, 0.9) AS window80
      FROM known, cycle) p
WHERE actual IS NOT NULL
GROUP BY with_season;
DROP TABLE known, seen, fitted, cycle;
