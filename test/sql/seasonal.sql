-- Customers by models with a season: operational time, and what is told in real time.
SET extra_float_digits = 1;
SET datestyle = 'ISO';
CREATE TEMP TABLE base AS
SELECT kind, m::retention_model AS m
FROM (VALUES
	('mbg', '{"model": "mbg/nbd", "r": 0.525, "alpha": 43.3, "a": 0.891, "b": 1.614}'),
	('bg', '{"model": "bg/nbd", "r": 0.243, "alpha": 30.9, "a": 0.793, "b": 2.426}'),
	('zibg', '{"model": "zibg/nbd", "r": 1.3, "alpha": 50, "a": 0.7, "b": 2.5, "odds": 0.6}'),
	('regular', '{"model": "mbg/cnbd-k", "k": 3, "r": 1.3, "alpha": 10, "a": 0.42, "b": 0.8}'),
	('pareto', '{"model": "pareto/nbd", "r": 0.553, "alpha": 74, "s": 1.606, "beta": 82}'),
	('gompertz',
	 '{"model": "ggompertz/nbd", "r": 0.9, "alpha": 50, "b": 0.008, "s": 0.7, "beta": 1.2}')
	) v(kind, m);
SELECT '{"months": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}'::retention_season AS ones,
       '{"months": [0.2, 0.3, 0.9, 1, 1, 1, 0.8, 0.5, 1, 1.2, 1.6, 2.5],
         "events": [{"from": "2026-03-16", "until": "2026-04-05", "factor": 0.1},
                    {"from": "2026-07-07", "until": "2026-07-07", "factor": 12}]}'
       ::retention_season AS s \gset of_
CREATE TEMP TABLE customer AS
SELECT c AS id, purchase_history(date '2024-03-01' + c * 11 % 400 + (i * (c % 7 + 5) * 9) % 600,
                                 10 + c % 13 + i) AS h
FROM generate_series(1, 60) c, generate_series(0, c % 6) i
GROUP BY c;
SELECT '{"model": "gamma-gamma-all", "p": 6.25, "q": 3.74, "gamma": 15.44}'::retention_model
       AS spend \gset
-- twelve ones are no season, to the last digit
CREATE FUNCTION pg_temp.all_of(m retention_model, h purchase_history, d date) RETURNS text
LANGUAGE sql AS $$
SELECT concat_ws(' ', p_alive(m, h, d), p_alive(m, h, d, '70 days'), churn_score(m, h, d),
	expected_purchases(m, h, d, '1 year'), purchase_probability(m, h, d, '40 days'),
	lost_on(h, d, m), lost_on(h, d, m, 0.2), log_likelihood(m, h, d),
	purchases_interval(m, h, d, '1 year'), expected_remaining_lifetime(m, h, d),
	expected_remaining_lifetime(m, h, d, '2 years'),
	discounted_expected_purchases(m, h, d, 0.1),
	discounted_expected_purchases(m, h, d, 0.1, '3 years'), clv(m, s, h, d, 0.1),
	clv(m, s, h, d, '3 years', 0.1, 0.3), value_at_risk(m, s, h, d, 0.1),
	value_at_risk(m, s, h, d, '3 years', 0.1, 0.3), clv_interval(m, s, h, d, '1 year', 0.1))
FROM (SELECT '{"model": "gamma-gamma-all", "p": 6.25, "q": 3.74, "gamma": 15.44}'::retention_model
	AS s) v
$$;
SELECT kind, count(*) AS customers,
       bool_and(pg_temp.all_of(m, h, '2026-02-15')
                = pg_temp.all_of(with_season(m, :'of_ones'), h, '2026-02-15')) AS same,
       bool_or(pg_temp.all_of(m, h, '2026-02-15')
               = pg_temp.all_of(with_season(m, :'of_s'), h, '2026-02-15')) AS season_unnoticed
FROM base, customer
WHERE id <= 20
GROUP BY kind ORDER BY kind;
SELECT kind, expected_purchases(m, '1 year') = expected_purchases(ones, '1 year') AS new,
       expected_purchases(m, '1 year') = expected_purchases(ones, '2026-02-15', '1 year') AS day,
       expected_purchases(m, 365) = expected_purchases(ones, 365) AS number,
       expected_remaining_lifetime(m, 3, 100, 200, 50)
       = expected_remaining_lifetime(ones, 3, 100, 200, 50) AS lifetime,
       discounted_expected_purchases(m, 3, 100, 200, 0.1)
       = discounted_expected_purchases(ones, 3, 100, 200, 0.1) AS discounted,
       purchase_pmf(m, 2, '1 year') = purchase_pmf(ones, 2, '2026-02-15', '1 year') AS pmf,
       (SELECT string_agg(s::text, ' ')
        FROM simulate_customers(m, 30, '2024-01-01', '2024-12-31', '2025-12-31', 7) s)
       = (SELECT string_agg(s::text, ' ')
          FROM simulate_customers(ones, 30, '2024-01-01', '2024-12-31', '2025-12-31', 7) s)
       AS simulated,
       (SELECT expected_total(m, h, '2026-02-15', '1 year') FROM customer)
       = (SELECT expected_total(ones, h, '2026-02-15', '1 year') FROM customer) AS total,
       (SELECT lifecycle(h, 'month', '2026-02-15', m, 0.5) FROM customer)
       = (SELECT lifecycle(h, 'month', '2026-02-15', ones, 0.5) FROM customer) AS lifecycle
FROM base, with_season(m, :'of_ones') ones
ORDER BY kind;
-- what histories and dates say is what numbers say, of operational days
CREATE TEMP VIEW seen AS
SELECT kind, id, h, d, m, with_season(m, :'of_s') AS s, frequency(h, d) AS x,
       operational_days(:'of_s', first + 1, last) AS t_x,
       operational_days(:'of_s', first + 1, d) AS age,
       operational_days(:'of_s', d + 1, d + 100) AS ahead
FROM base, customer, (VALUES (date '2025-09-30'), ('2026-02-15'), ('2026-03-20')) v(d),
     first_purchase(as_of(h, d)) first, last_purchase(as_of(h, d)) last
WHERE first IS NOT NULL;
CREATE FUNCTION pg_temp.near(a double precision, b double precision) RETURNS boolean
LANGUAGE sql AS $$ SELECT abs(a - b) <= 1e-9 * greatest(abs(a), abs(b)) OR a = b $$;
SELECT kind, count(*) AS rows,
       bool_and(pg_temp.near(p_alive(s, h, d), p_alive(m, x, t_x, age))) AS now,
       bool_and(pg_temp.near(p_alive(s, h, d, '100 days'), p_alive(m, x, t_x, age, ahead)))
       AS ahead,
       bool_and(pg_temp.near(churn_score(s, h, d), churn_score(s, x, t_x, age))) AS churn,
       bool_and(pg_temp.near(expected_purchases(s, h, d, '100 days'),
                             expected_purchases(m, x, t_x, age, ahead))) AS purchases,
       bool_and(pg_temp.near(purchase_probability(s, h, d, '100 days'),
                             purchase_probability(s, x, t_x, age, ahead))) AS probability
FROM seen GROUP BY kind ORDER BY kind;
-- the likelihood has a factor for each day of a repeat purchase, and operational intervals
SELECT kind, bool_and(abs(log_likelihood(s, h, d) - log_likelihood(m, x, t_x, age, sums.logs)
                          - sums.factors) < 1e-9) AS likelihood
FROM seen,
     LATERAL (SELECT coalesce(sum(ln(season_factor(:'of_s', p.purchase_date))), 0) AS factors,
                     coalesce(sum(ln(operational_days(:'of_s', p.before + 1, p.purchase_date))), 0)
                     AS logs
              FROM (SELECT purchase_date, lag(purchase_date) OVER (ORDER BY purchase_date) AS before
                    FROM purchases(as_of(h, d))) p
              WHERE before IS NOT NULL) sums
GROUP BY kind ORDER BY kind;
-- lost on the first day on which the score is reached
SELECT kind, count(lost) AS lost,
       bool_and(lost IS NOT DISTINCT FROM
                (SELECT min(day)::date FROM generate_series(last_purchase(as_of(h, d)) + 1, d,
                                                            interval '1 day') day
                 WHERE churn_score(s, h, day::date) >= 0.5)) AS as_day_by_day
FROM seen, lost_on(h, d, s) lost
WHERE id <= 12 AND d = '2026-03-20'
GROUP BY kind ORDER BY kind;
SELECT kind, sum(lost) - sum(recovered) =
       (SELECT count(lost_on(h, '2026-02-28', with_season(m, :'of_s'))) FROM customer) AS balance
FROM base, unnest((SELECT lifecycle(h, 'month', '2026-02-28', with_season(m, :'of_s'), 0.5)
                   FROM customer))
GROUP BY kind, m ORDER BY kind;
-- a lifetime is a sum over days of who is there, a value one of the purchases of each
WITH days AS MATERIALIZED (
	SELECT kind, id, n, p_alive(s, h, d, make_interval(days => n)) AS alive,
	       expected_purchases(s, h, d, make_interval(days => n)) AS by_then
	FROM seen, generate_series(0, 500) n
	WHERE d = '2026-02-15' AND id IN (3, 11, 22, 35)),
sums AS (
	SELECT kind, id, sum((alive + alive_before) / 2) AS lifetime,
	       sum((by_then - before) * 1.1 ^ (-(n - 0.5)::float8 / 365.25)) AS discounted
	FROM (SELECT *, lag(by_then) OVER (PARTITION BY kind, id ORDER BY n) AS before,
	             lag(alive) OVER (PARTITION BY kind, id ORDER BY n) AS alive_before
	      FROM days) v
	GROUP BY kind, id)
SELECT kind,
       max(abs(expected_remaining_lifetime(s, h, d, '500 days') / lifetime - 1)) < 1e-4 AS lifetime,
       max(abs(discounted_expected_purchases(s, h, d, 0.1, '500 days') / discounted - 1)) < 2e-5
       AS discounted
FROM sums JOIN seen USING (kind, id)
WHERE d = '2026-02-15'
GROUP BY kind ORDER BY kind;
SELECT kind, bool_and(abs(clv(s, :'spend', h, d, '3 years', 0.1, 0.3)::float8
                          - 0.3 * expected_order_value(:'spend', h, d)::float8
                          * discounted_expected_purchases(s, h, d, 0.1, '3 years')) < 1e-9) AS clv,
       bool_and(abs(clv(s, :'spend', h, d, '3 years', 0.1)::float8 * (1 - p_alive(s, h, d))
                    - value_at_risk(s, :'spend', h, d, '3 years', 0.1)::float8 * p_alive(s, h, d))
                < 1e-9) AS at_risk,
       bool_and(clv(s, :'spend', h, d, '3 years', 0.1) < clv(s, :'spend', h, d, 0.1)) AS for_ever,
       bool_and(pg_temp.near(discounted_expected_purchases(s, h, d, 0, '3 years'),
                             expected_purchases(s, h, d, '3 years'))) AS undiscounted,
       bool_and(expected_remaining_lifetime(s, h, d, '3 years')
                <= expected_remaining_lifetime(s, h, d)) AS lifetime
FROM seen
WHERE id % 5 = 0 GROUP BY kind ORDER BY kind;
-- in weeks what it is in days
SELECT bool_and(pg_temp.near(p_alive(days, h, d), p_alive(weeks, h, d))) AS p_alive,
       bool_and(pg_temp.near(expected_purchases(days, h, d, '1 year'),
                             expected_purchases(weeks, h, d, '1 year'))) AS purchases,
       bool_and(pg_temp.near(expected_remaining_lifetime(days, h, d, '5 years'),
                             expected_remaining_lifetime(weeks, h, d, '5 years'))) AS lifetime,
       bool_and(pg_temp.near(discounted_expected_purchases(days, h, d, 0.1),
                             discounted_expected_purchases(weeks, h, d, 0.1))) AS discounted,
       bool_and(lost_on(h, d, days) IS NOT DISTINCT FROM lost_on(h, d, weeks)) AS lost_on
FROM seen, with_season('{"model": "mbg/nbd", "r": 0.5, "alpha": 42, "a": 0.9, "b": 1.6}',
                       :'of_s') days,
     with_season('{"model": "mbg/nbd", "r": 0.5, "alpha": 6, "a": 0.9, "b": 1.6,
                   "time_unit_days": 7}', :'of_s') weeks
WHERE kind = 'mbg';
-- limits are around the mean, and the draws are discounted in real time
SELECT kind,
       count(*) FILTER (WHERE expected_purchases(s, h, d, '100 days')
                        BETWEEN (i).lower - 0.5 AND (i).upper + 0.5) = count(*) AS purchases,
       bool_and((v).upper BETWEEN (without).upper * 1.5 ^ -2 AND (without).upper) AS clv,
       bool_or((v).upper < (without).upper) AS rate
FROM (SELECT kind, s, h, d, purchases_interval(s, h, d, '100 days') AS i,
             clv_interval(s, :'spend', h, d, '2 years', 0.5) AS v,
             clv_interval(s, :'spend', h, d, '2 years', 0) AS without
      FROM seen WHERE d = '2026-02-15' AND id % 10 = 4) o
GROUP BY kind ORDER BY kind;
-- a total is the sum of all
SELECT kind, (t).customers = count(*) AS customers,
       abs((t).expected - sum(expected_purchases(s, h, d, '90 days'))) < 1e-9 AS expected,
       (t).lower <= (t).expected AND (t).upper >= (t).expected AS limits
FROM seen JOIN (SELECT kind, expected_total(s, h, d, '90 days') AS t
                FROM seen WHERE d = '2026-02-15' GROUP BY kind) totals USING (kind)
WHERE d = '2026-02-15'
GROUP BY kind, t ORDER BY kind;
SELECT expected_total(CASE id % 2 WHEN 0 THEN s ELSE with_season(m, :'of_ones') END, h, d,
                      '90 days')
FROM seen WHERE kind = 'mbg';
SELECT expected_total(CASE id % 2 WHEN 0 THEN m ELSE with_season(m, :'of_ones') END, h, d,
                      '90 days')
FROM seen WHERE kind = 'mbg' AND d = '2026-02-15';
-- a state holds no season: it would be a pointer from anywhere
CREATE AGGREGATE pg_temp.state_of(retention_model, purchase_history, date, interval) (
	sfunc = expected_total_add, stype = bytea);
SELECT pg_temp.state_of(s, h, d, '90 days') AS state
FROM seen WHERE kind = 'mbg' AND d = '2026-02-15' \gset
SELECT (expected_total_final(:'state')).customers, substr(:'state'::bytea, 293, 8) AS pointer;
SELECT expected_total_final(overlay(:'state'::bytea PLACING '\x1000000000000000' FROM 293));
SELECT expected_total_combine(:'state',
                              overlay(:'state'::bytea PLACING '\x0000000000000010' FROM 293));
SELECT expected_total_add(overlay(:'state'::bytea PLACING '\xf0' FROM 300), m, '{2026-01-01: 1}',
                          '2026-02-15', '90 days')
FROM base WHERE kind = 'mbg';
-- who is new on a day, and in an average year
SELECT kind, pg_temp.near(expected_purchases(s, '2026-10-31', '61 days'),
                          expected_purchases(m, operational_days(:'of_s', '2026-11-01',
                                                                 '2026-12-31'))) AS november,
       expected_purchases(s, '2026-10-31', '61 days')
       > expected_purchases(s, '2025-12-31', '61 days') AS more,
       expected_purchases(s, '61 days') = expected_purchases(m, '61 days') AS average,
       pg_temp.near(purchase_pmf(s, 1, '2026-10-31', '61 days'),
                    purchase_pmf(m, 1, operational_days(:'of_s', '2026-11-01', '2026-12-31')))
       AS pmf,
       purchase_pmf(s, 1, '61 days') = purchase_pmf(m, 1, '61 days') AS pmf_average
FROM base, with_season(m, :'of_s') s
ORDER BY kind;
-- simulated customers buy as often on each day as its factor says, those who do not leave
SELECT bool_and(abs(purchases - expected) < 4.5 * sqrt(expected)) AS months, count(*)
FROM (SELECT date_trunc('month', purchase_date) AS month, count(*) AS purchases
      FROM (SELECT purchase_date, row_number() OVER (PARTITION BY customer_id) AS n
            FROM simulate_customers(with_season('{"model": "bg/nbd", "r": 1e6, "alpha": 1e7,
                                                  "a": 1e-9, "b": 1}', :'of_s'),
                                    1000, '2025-12-31', '2025-12-31', '2026-12-31', 3)) s
      WHERE n > 1 GROUP BY 1) months
JOIN (SELECT date_trunc('month', day) AS month,
             sum(season_factor(:'of_s', day::date)) * 1000 / 10 AS expected
      FROM generate_series(date '2026-01-01', '2026-12-31', interval '1 day') day
      GROUP BY 1) factors USING (month);
-- numbers have no date, which real time needs
SELECT expected_remaining_lifetime(with_season(m, :'of_s'), 3, 100, 200) FROM base LIMIT 1;
SELECT expected_remaining_lifetime(with_season(m, :'of_s'), 3, 100, 200, 100) FROM base LIMIT 1;
SELECT discounted_expected_purchases(with_season(m, :'of_s'), 3, 100, 200, 0.1) FROM base LIMIT 1;
SELECT discounted_expected_purchases(with_season(m, :'of_s'), 3, 100, 200, 0.1, 100)
FROM base LIMIT 1;
SELECT expected_purchases(m, 'infinity', '1 year') FROM base LIMIT 1;
SELECT purchase_pmf(m, 1, '-infinity', '1 year') FROM base LIMIT 1;
-- at both ends of the calendar, and beyond it
SELECT kind, day, p_alive(s, h, day) BETWEEN 0 AND 1 AS p_alive,
       p_alive(s, h, day, horizon) BETWEEN 0 AND 1 AS p_alive_ahead,
       expected_purchases(s, h, day, horizon) >= 0 AS purchases,
       expected_remaining_lifetime(s, h, day, horizon) >= 0 AS lifetime,
       discounted_expected_purchases(s, h, day, 0.01) >= 0 AS discounted,
       discounted_expected_purchases(s, h, day, 0.01, horizon) >= 0 AS discounted_horizon,
       lost_on(h, day, s) > first_purchase(h) IS NOT FALSE AS lost_on
FROM base, with_season(m, :'of_s') s,
     (VALUES (date '4714-11-24 BC', '{4714-11-24 BC: 1}'::purchase_history),
             ('5874897-12-31', '{5874896-12-31: 1, 5874897-12-31: 3}'),
             ('5874897-12-31', '{4714-11-24 BC: 1, 2026-01-01: 3}')) v(day, h),
     (VALUES (interval '100 years')) w(horizon)
ORDER BY kind, day, h::text;
SELECT round(expected_purchases(s, '5874897-12-31', '10 days')::numeric, 9) AS average,
       simulated.purchase_date
FROM (SELECT with_season(m, :'of_s') AS s FROM base WHERE kind = 'pareto') b,
     simulate_customers(s, 3, '5874897-12-20', '5874897-12-31', '5874897-12-31') simulated;
