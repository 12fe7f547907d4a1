-- The part of doc/backtest.md on the season
\echo
\echo '## The season'
\echo
\echo 'What customers who are known as of a date buy in each of the twelve months behind it, by'
\echo '`expected_purchases` of models fitted with `fit_season(h, as_of)` and without. The mean absolute'
\echo 'error of the monthly totals, in percent of what came; all of it too much or too little (bias);'
\echo 'and the mean absolute error a customer over the first 91 days. For pareto/nbd with a season'
\echo 'customers leave in operational time, too, hardly anybody in a month in which hardly anybody buys.'
\echo
\echo '| log | as of | years seen | p | model | error without | with | bias without | with | a customer without | with |'
\echo '|---|---|--:|--:|---|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || name, as_of, round(years::numeric, 1),
       coalesce(trim(to_char(p_value, '0.0EEEE')), '-'), kind,
       round(100 * (sum(abs(actual - t.plain)) / sum(actual))::numeric, 1),
       round(100 * (sum(abs(actual - t.seasonal)) / sum(actual))::numeric, 1),
       round(100 * (sum(t.plain) / sum(actual) - 1)::numeric, 1),
       round(100 * (sum(t.seasonal) / sum(actual) - 1)::numeric, 1),
       round(c.plain::numeric, 4), round(c.seasonal::numeric, 4) || ' |'
FROM season s
     JOIN season_total t USING (name, as_of)
     JOIN season_customer c USING (name, as_of, kind)
GROUP BY name, as_of, kind, years, p_value, c.plain, c.seasonal ORDER BY name, as_of, kind;
\echo
\echo 'A shop that grows looks as if its later months were its season, where less than two years tell'
\echo 'years from months (retailer, 2017-06-30), and what comes after is lower: a mart uses a season from'
\echo 'two years on. An error a customer falls with every forecast that is too low, since most buy'
\echo 'nothing in three months: look at the bias beside it.'
\echo
\echo 'The months'' factors, from January on:'
\echo
\echo '| log | as of | Jan | Feb | Mar | Apr | May | Jun | Jul | Aug | Sep | Oct | Nov | Dec |'
\echo '|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || name, as_of,
       (SELECT string_agg(to_char(f, 'FM0.00'), ' | ' ORDER BY month)
        FROM unnest(factors) WITH ORDINALITY u(f, month)) || ' |'
FROM season ORDER BY name, as_of;
\echo
\echo 'And when each customer buys next, by `interpurchase` with the season and without it: the mean'
\echo 'absolute error in days of those who bought again before the log ends, and how many purchases'
\echo 'fell into the windows.'
\echo
\echo '| log | as of | bought again | error without | with | in the 50 % window without | with | in the 80 % window without | with |'
\echo '|---|---|--:|--:|--:|--:|--:|--:|--:|'
SELECT '| ' || name, as_of, customers, round(p.error::numeric, 1), round(s.error::numeric, 1),
       round(100 * p.window50::numeric, 1), round(100 * s.window50::numeric, 1),
       round(100 * p.window80::numeric, 1), round(100 * s.window80::numeric, 1) || ' |'
FROM season_cycle p JOIN season_cycle s USING (name, as_of, customers)
WHERE NOT p.with_season AND s.with_season ORDER BY name, as_of;
