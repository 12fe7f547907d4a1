-- The sample shop: the same rows everywhere, and the stories are in them.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset pager off
BEGIN;
SELECT plan(49);
SET LOCAL client_min_messages = warning;
SET LOCAL datestyle = 'ISO';
\ir ../../sql/demo/sample_shop.sql

SELECT is((SELECT count(*) FROM shop.customers), 5000::bigint, '5,000 customers');
SELECT is((SELECT count(DISTINCT customer_id) FROM shop.orders), 5000::bigint, 'all have bought');
-- the checksum is how a change of the shop, or a machine where it differs, is noticed
SELECT is((SELECT md5(string_agg(customer_id || ' ' || ordered_at || ' ' || product_range || ' '
                                 || amount,
                                 E'\n'
                                 ORDER BY customer_id, ordered_at, product_range COLLATE "C",
                                          amount))
           FROM shop.orders),
          'd3e7c263af940e94312c8b9f00b3a556', 'the same orders on every machine');
SELECT cmp_ok((SELECT max(ordered_at)::date FROM shop.orders), '=', '2026-06-30'::date,
              'up to the last day');
SELECT results_eq('SELECT story, count(*)::int FROM shop.truth GROUP BY 1 ORDER BY 1',
	$$
	VALUES ('clockwork', 500), ('drifting', 450), ('left', 500), ('one_time', 900),
	       ('price_rise', 300), ('random', 1350), ('range_stopped', 250), ('win_back', 550),
	       ('yearly', 200) $$, 'the stories');
SELECT is_empty($$
	SELECT customer_id
	FROM shop.truth JOIN shop.orders USING (customer_id)
	WHERE amount > 0 AND ordered_at >= left_on
	  AND (returned_on IS NULL OR ordered_at < returned_on) $$, 'who has left does not buy');
SELECT is_empty($$
	SELECT truth.customer_id
	FROM shop.truth
	     LEFT JOIN shop.orders o
	       ON o.customer_id = truth.customer_id AND o.ordered_at::date = returned_on
	WHERE returned_on IS NOT NULL AND o.customer_id IS NULL $$, 'who came back buys');
SELECT is_empty($$
	SELECT customer_id
	FROM shop.truth JOIN shop.orders USING (customer_id)
	WHERE amount > 0 AND product_range = dropped_range AND ordered_at >= dropped_on $$,
	'a dropped range is not bought again');
SELECT is_empty($$
	SELECT customer_id
	FROM shop.truth JOIN shop.orders USING (customer_id)
	WHERE story = 'range_stopped'
	GROUP BY 1, dropped_on, dropped_range
	HAVING max(ordered_at) < '2026-05-15'
	   OR count(*) FILTER (WHERE product_range = dropped_range) < 3 $$,
	'but they were used to it, and still buy');
SELECT is_empty($$
	SELECT customer_id
	FROM shop.truth
	     JOIN (SELECT customer_id, purchase_history(ordered_at, amount) AS h
	           FROM shop.orders GROUP BY 1) s
	       USING (customer_id),
	     unnest(purchase_intervals(h)) gap
	WHERE story = 'clockwork' AND abs(gap - period_days) > 2 $$,
	'clockwork buyers keep their period');
SELECT is_empty($$
	SELECT customer_id
	FROM shop.truth
	     JOIN (SELECT customer_id, purchase_history(ordered_at, amount) AS h
	           FROM shop.orders GROUP BY 1) s
	       USING (customer_id)
	WHERE story = 'yearly' AND purchase_days(h) < 2
	   OR story = 'one_time' AND purchase_days(h) <> 1 $$,
	'yearly buyers come again, one-time buyers do not');
SELECT is_empty($$
	SELECT customer_id
	FROM shop.truth JOIN shop.customers USING (customer_id)
	WHERE story = 'price_rise' AND region <> 'North' $$, 'the price rise was in the North');
SELECT results_eq($$
	SELECT treated, count(*)::int, count(returned_on)::int
	FROM shop.campaign JOIN shop.truth USING (customer_id) GROUP BY 1 ORDER BY 1 $$,
	$$ VALUES (false, 298, 28), (true, 252, 89) $$, 'the campaign and its control group');
SELECT cmp_ok((SELECT count(*) FROM shop.orders WHERE amount < 0), '>', 2000::bigint, 'refunds');

-- the purchase cycle finds the stories that it is meant to find
CREATE TEMP TABLE cycle AS
WITH customer AS (SELECT customer_id, purchase_history(ordered_at, amount) AS h
                  FROM shop.orders GROUP BY customer_id),
     base AS (SELECT fit_model('interpurchase', h, '2026-06-30') AS m FROM customer)
SELECT truth.*, c.*
FROM customer JOIN shop.truth USING (customer_id), base, purchase_cycle(h, '2026-06-30', m) c;
SELECT is((SELECT count(*) FROM cycle WHERE story = 'clockwork' AND pattern = 'clockwork'),
          500::bigint, 'all clockwork buyers are seen to be clockwork');
-- who buys on the same days each year is clockwork, too
SELECT cmp_ok((SELECT count(*)
               FROM cycle WHERE story NOT IN ('clockwork', 'yearly') AND pattern = 'clockwork'),
              '<=', 15::bigint, 'and hardly anybody else');
SELECT is_empty($$
	SELECT customer_id
	FROM cycle WHERE pattern = 'clockwork' AND coefficient_of_variation >= 0.2 $$,
	'whose intervals are not as even');
SELECT cmp_ok((SELECT avg((pattern = 'random')::int) FROM cycle WHERE story = 'random'), '>=', 0.85,
              'random buyers are called random');
SELECT cmp_ok((SELECT count(*) FROM cycle WHERE story = 'clockwork' AND stage = 'overdue'), '<=',
              2::bigint,
              'no clockwork buyer is called late, but for one in whose longest interval the day '
              'falls');
SELECT is((SELECT count(*) FROM cycle WHERE story = 'clockwork' AND stage IN ('at_risk', 'lapsed')),
          0::bigint, 'and none at risk');
SELECT is((SELECT count(*) FROM cycle WHERE story = 'yearly' AND stage IN ('at_risk', 'lapsed')),
          0::bigint, 'no yearly buyer is called lapsed');
SELECT cmp_ok((SELECT avg((stage = 'lapsed')::int)
               FROM cycle WHERE story IN ('left', 'price_rise')), '>=', 0.98,
              'who has left is called lapsed');
SELECT cmp_ok((SELECT avg((trend > 0.05)::int)
               FROM cycle WHERE story = 'drifting' AND intervals >= 6), '>=', 0.90,
              'who drifts away has lengthening intervals');
SELECT cmp_ok((SELECT avg((trend > 0.05)::int)
               FROM cycle
               WHERE story IN ('left', 'price_rise', 'clockwork', 'range_stopped')
                 AND intervals >= 6), '<=', 0.07,
              'who does not, has not, but for a few: a trend does not know the season');

-- and so do the rhythms of the calendar
CREATE TEMP TABLE rhythm AS
SELECT truth.customer_id, truth.story, truth.period_days AS true_days, c.*
FROM (SELECT customer_id, purchase_history(ordered_at, amount) AS h
      FROM shop.orders GROUP BY customer_id) s
     JOIN shop.truth USING (customer_id),
     calendar_cycle(h, '2026-06-30') c;
SELECT is((SELECT count(*)
           FROM rhythm WHERE story = 'yearly' AND period = 'yearly' AND p_value < 0.01),
          200::bigint, 'all yearly buyers are found, from three purchases');
SELECT cmp_ok((SELECT count(*)
               FROM rhythm
               WHERE story = 'clockwork' AND true_days > 7 AND p_value < 0.01
                 AND abs(period_days / true_days - 1) < 0.05), '>=', 380::bigint,
              'and 380 of the 387 who keep 14, 28 or 30 days, with that period');
SELECT cmp_ok((SELECT avg((p_value < 0.01)::int) FROM rhythm WHERE story IN ('random', 'drifting')),
              '<=', 0.01, 'a random or drifting buyer has no rhythm');
SELECT is((SELECT count(*)
           FROM cycle WHERE story = 'yearly' AND stage = 'active' AND calendar_period = 'yearly'),
          200::bigint, 'who buys once a year is not late in between');
SELECT is_empty($$
	SELECT customer_id
	FROM cycle JOIN rhythm USING (customer_id)
	WHERE cycle.story = 'yearly'
	  AND (abs(expected_next - next_peak) > 3 OR contact_from > expected_next) $$,
	'and is expected when their time of the year comes');

-- order values: 12 percent down since April, and 10 percent up in the North before
CREATE TEMP TABLE valued AS
SELECT customer_id, region, purchase_history(ordered_at, amount) AS h
FROM shop.orders JOIN shop.customers USING (customer_id) GROUP BY 1, 2;
SELECT ok((SELECT change BETWEEN -0.14 AND -0.10 AND p_value < 1e-20
           FROM (SELECT (overall_spend_trend(h, '2026-06-30', '3 months')).* FROM valued) t),
          'the fall of the average order value is found');
SELECT ok((SELECT abs(change) < 0.03 AND p_value > 0.01
           FROM (SELECT (overall_spend_trend(h, '2026-03-31', '3 months')).*
                 FROM valued WHERE region <> 'North') t),
          'and none before it began');
SELECT cmp_ok((SELECT avg((p_value < 0.05)::int)
               FROM valued, spend_trend(h, '2026-03-31')
               WHERE region <> 'North' AND p_value IS NOT NULL), '<=', 0.05,
              'alarms about single customers before are as many as promised');
SELECT ok((SELECT count(*) FILTER (WHERE change < 0) > 200
                  AND count(*) FILTER (WHERE change > 0) < 5
           FROM valued, spend_trend(h, '2026-06-30') WHERE p_value < 0.05),
          'and after it nearly all are of a fall');

-- what was lost: by month, and by who is gone
CREATE TEMP TABLE worth AS
SELECT fit_model('mbg/nbd', h, '2026-06-30', 1, s) AS m,
       fit_model('gamma-gamma', h, '2026-06-30') AS spend
FROM valued, (SELECT fit_season(h, '2026-06-30') AS s FROM valued) f;
SELECT ok((SELECT frequency_correlation(spend) BETWEEN -0.05 AND 0.05 AND left_out(spend) < 5
           FROM worth),
          'spending does not depend on frequency, and hardly anybody is left out');
CREATE TEMP TABLE scored AS
SELECT valued.*, story, left_on, clv(m, spend, h, '2026-06-30', '3 years', 0.1),
       value_at_risk(m, spend, h, '2026-06-30', '3 years', 0.1)
FROM valued JOIN shop.truth USING (customer_id), worth;
SELECT ok((SELECT sum(value_at_risk) FILTER (WHERE story = 'price_rise') >
                  20 * sum(clv) FILTER (WHERE story = 'price_rise')
                  AND sum(value_at_risk) FILTER (WHERE story = 'left') >
                      5 * sum(clv) FILTER (WHERE story = 'left')
                  AND sum(value_at_risk) FILTER (WHERE story = 'clockwork') <
                      0.05 * sum(clv) FILTER (WHERE story = 'clockwork')
           FROM scored),
          'who left is at risk or gone, who keeps coming is worth something');
SELECT ok((SELECT month BETWEEN '2025-10-01' AND '2025-12-01'
           FROM (SELECT date_trunc('month', lost_on)::date AS month,
                        sum(clv(m, spend, h, last_purchase(h), '3 years', 0.1)) AS value
                 FROM valued, worth, lost_on(h, '2026-06-30', m)
                 WHERE lost_on IS NOT NULL GROUP BY 1 ORDER BY value DESC LIMIT 1) t),
          'the most was lost in the months after the price rise');

-- why they left: those lost in the last year, by what was known of them
CREATE TEMP TABLE gone AS SELECT customer_id, h, lost_on(h, '2026-06-30', m) FROM valued, worth;
CREATE TEMP TABLE reasons AS
SELECT d.*
FROM (SELECT churn_drivers(lost_on IS NOT NULL,
                           jsonb_build_object('region', c.region, 'channel', c.channel, 'agent',
                                              c.customer_id * 7919 % 500)) AS d
      FROM gone JOIN shop.customers c USING (customer_id)
      WHERE lost_on IS NULL OR lost_on > '2025-06-30') s,
     unnest(d) WITH ORDINALITY d;
SELECT results_eq('SELECT attribute, value, weight_of_evidence > 0
	               FROM reasons WHERE ordinality = 1', $$ VALUES ('region', 'North', true) $$,
	'the region with the price rise comes first');
SELECT is_empty($$
	SELECT *
	FROM reasons
	WHERE p_value < 0.05
	  AND (attribute <> 'region' OR weight_of_evidence > 0 AND value <> 'North') $$,
	'neither channel nor any of 500 agents is a reason');
SELECT ok((SELECT (c).hazard_ratio > 1.3 AND (c).p_value < 1e-6
           FROM (SELECT ((fit_hazard(coalesce(lost_on, '2026-06-30') - first_purchase(h),
                                     lost_on IS NOT NULL,
                                     ARRAY[(c.region = 'North')::int,
                                           (c.channel = 'friend')::int])).coefficients)[1] AS c
                 FROM gone JOIN shop.customers c USING (customer_id)) f),
          'in the North the risk of leaving is higher, all else being equal');
SELECT ok((SELECT (log_rank(coalesce(lost_on, '2026-06-30') - first_purchase(h),
                            lost_on IS NOT NULL, c.region)).p_value < 1e-6
           FROM gone JOIN shop.customers c USING (customer_id)),
          'and customers stay less long there');
CREATE TEMP TABLE effects AS
SELECT e.*
FROM (SELECT fit_model('mbg/nbd', g.h, '2026-06-30', 7, NULL,
                       ARRAY[(c.region = 'North')::int, (c.channel = 'friend')::int],
                       '{North, friend}') AS m
      FROM gone g JOIN shop.customers c USING (customer_id)) f,
     model_effects(m) e;
SELECT ok((SELECT ratio > 1.5 AND p_value < 1e-6 FROM effects
           WHERE process = 'dropout' AND covariate = 'North'),
          'inside the model, too: in the North they leave sooner');
SELECT ok((SELECT bool_and(p_value > 0.01) FROM effects WHERE covariate = 'friend'),
          'and who came through a friend neither leaves nor buys otherwise');

-- did the campaign work: 30 percent came back of those written to, 10 of the others
CREATE TEMP TABLE trial AS
SELECT treated, region,
       (SELECT min(ordered_at)::date
        FROM shop.orders o
        WHERE o.customer_id = c.customer_id AND ordered_at > sent_on AND amount > 0)
       - sent_on AS came_after
FROM shop.campaign c JOIN shop.customers USING (customer_id);
SELECT ok((SELECT difference_lower < 0.2 AND 0.2 < difference_upper AND difference_lower > 0.1
                  AND ratio_lower < 3 AND 3 < ratio_upper AND p_value < 1e-6
           FROM (SELECT (retention_uplift(treated, came_after IS NOT NULL)).* FROM trial) u),
          'the campaign brought customers back, as many as planted');
SELECT ok((SELECT difference_lower < 0.2 AND 0.2 < difference_upper
           FROM (SELECT (retention_uplift(treated, came_after IS NOT NULL, region)).*
                 FROM trial) u), 'also region by region');
SELECT ok((SELECT (log_rank(coalesce(came_after, 149), came_after IS NOT NULL,
                            treated)).p_value < 1e-6
           FROM trial), 'and sooner');

-- who still buys, but nothing of one range any more
CREATE TEMP TABLE found AS
SELECT r.customer_id, product_range, d.silence_probability
FROM (SELECT customer_id, product_range, purchase_history(ordered_at, amount) AS range_h
      FROM shop.orders GROUP BY 1, 2) r
     JOIN gone USING (customer_id),
     dropped_range(range_h, h, '2026-06-30') d
WHERE silence_probability < 0.005 AND lost_on IS NULL;
SELECT ok((SELECT count(*) FILTER (WHERE product_range = dropped_range) >= 0.9 * count(*)
           FROM found JOIN shop.truth USING (customer_id)),
          'of the dropped ranges found 90 percent were planted (precision)');
-- half a year of the weaker months, with fewer purchases that could tell
SELECT ok((SELECT count(*) FILTER (WHERE product_range = dropped_range) >= 0.88 * 250
           FROM found JOIN shop.truth USING (customer_id)),
          'and 88 percent of those planted are found (recall)');

-- is a model any good: who buys in the half year to come, by what was known before
CREATE TEMP TABLE judged AS
SELECT purchase_probability(m, h, '2025-12-31', '181 days') AS score,
       purchase_days(slice(h, '[2026-01-01,2026-06-30]')) > 0 IS TRUE AS bought
FROM valued, (SELECT fit_model('mbg/nbd', h, '2025-12-31') AS m FROM valued) f
WHERE as_of(h, '2025-12-31') IS NOT NULL;
SELECT ok((SELECT roc_auc(score, bought) > 0.9 AND brier_score(score, bought) < 0.13 FROM judged),
          'who will buy in the next half year is told well');
SELECT ok((SELECT bool_and(lift < before)
           FROM (SELECT lift, lag(lift) OVER (ORDER BY bin) AS before
                 FROM unnest((SELECT lift_table(score, bought, 5) FROM judged))) l)
          AND (SELECT corr(expected_rate, actual_rate) > 0.95
               FROM unnest((SELECT calibration_table(score, bought) FROM judged))),
          'the higher the score, the more buy');

SELECT * FROM finish();
ROLLBACK;
