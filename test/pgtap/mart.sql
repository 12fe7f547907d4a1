-- What a retention mart says, held to plain SQL on the orders: with the settings it begins with,
-- and with others.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset pager off
BEGIN;
SELECT plan(121);
SET LOCAL client_min_messages = error;
SET LOCAL datestyle = 'ISO';
\ir ../../sql/demo/sample_shop.sql

SELECT create_retention_mart('shop.orders', 'customer_id', 'ordered_at', 'amount', 'product_range',
                             '{region,channel}', 'm', customers => 'shop.customers') AS made \gset
INSERT INTO m.campaign SELECT 'come back', customer_id, sent_on, treated FROM shop.campaign;
INSERT INTO m.campaign SELECT 'last week', customer_id, '2026-06-20', customer_id % 2 = 0
FROM shop.customers WHERE customer_id % 7 = 0;
SELECT refresh_retention_mart('m') AS as_of \gset

SELECT is(s.*, ROW('m', 'shop.orders'::regclass, 'customer_id', 'bigint', 'ordered_at', 'amount',
	'product_range', '{region,channel}'::text[], 'shop.customers'::regclass, NULL::text, 'trigger',
	NULL::interval, '3 years'::interval, 0.1::float8, 1::float8, '2026-06-30'::date, s.refreshed_at,
	s.partitions, true, 5,
	'{mbg/nbd,mbg/cnbd-k,zibg/nbd,zibg/cnbd-k,pareto/nbd}'::text[], 0.5::float8,
	'1 year'::interval, '{new,active,due,overdue,at_risk}'::text[], 7, '1 year'::interval, 13,
	0.01::float8, 0.005::float8, '3 months'::interval, 13, 60, 180, 30, 0, NULL::int,
	200000, 0.8::float8, '[]'::jsonb, 0.001::float8, 2::float8)::m.settings,
	'the settings a mart begins with') FROM m.settings s;

-- --- what follows is no SQL of the mart's: the orders, and functions of one customer -------------

CREATE TEMP TABLE history AS
SELECT customer_id::bigint, purchase_history(ordered_at, amount) AS h FROM shop.orders GROUP BY 1;
CREATE TEMP TABLE range_history AS
SELECT customer_id::bigint, product_range, purchase_history(ordered_at, amount) AS h
FROM shop.orders GROUP BY 1, 2;
-- what was bought, refunds aside, a row a day
CREATE TEMP TABLE bought AS
SELECT DISTINCT customer_id::bigint, ordered_at::date AS day FROM shop.orders WHERE amount >= 0;
CREATE INDEX ON bought (customer_id, day);

-- Of the kinds that converged or became a simpler one, or of all where none did, the one that told
-- best what came
CREATE FUNCTION pg_temp.answers(at_limit text) RETURNS boolean LANGUAGE sql AS $$
SELECT coalesce(at_limit IN ('no dropout', 'dropout rates alike'), false) $$;
CREATE FUNCTION pg_temp.base(kinds text[], as_of date, days int) RETURNS retention_model
LANGUAGE plpgsql AS $$
DECLARE
	best record;
	m retention_model;
BEGIN
	DROP TABLE IF EXISTS compared, chosen_season;
	CREATE TEMP TABLE compared AS
	SELECT c.*
	FROM unnest((SELECT compare_models(h, as_of, make_interval(days => days), kinds) FROM history))
		c;
	SELECT kind, log_loss INTO best FROM compared
	WHERE converged OR pg_temp.answers(at_limit)
		OR converged IS NOT NULL AND NOT EXISTS (
			SELECT FROM compared WHERE converged OR pg_temp.answers(at_limit))
	ORDER BY log_loss LIMIT 1;
	-- and the season with which it would have told better
	CREATE TEMP TABLE chosen_season AS
	SELECT s AS fitted, season_years(s) AS years, season_p_value(s) AS p_value,
		past_s AS fitted_past, told.log_loss, best.log_loss AS log_loss_without, chosen,
		CASE WHEN chosen THEN s END AS season, CASE WHEN chosen THEN past_s END AS past
	FROM (SELECT fit_season(h, as_of) AS s, fit_season(h, as_of - days) AS past_s FROM history) f,
		LATERAL (SELECT r.log_loss FROM unnest((SELECT compare_models(h, as_of,
			make_interval(days => days), ARRAY[best.kind], 1, past_s) FROM history)) r
			WHERE kind = best.kind) told,
		LATERAL (SELECT season_years(s) >= 2 AND season_p_value(s) < 0.001
			AND told.log_loss < best.log_loss) c(chosen);
	EXECUTE format('SELECT fit_model(%L, h, %L::date, 1, season) FROM history, chosen_season',
		best.kind, as_of) INTO m;
	RETURN m;
END $$;

-- The model of what orders are worth that would have ranked customers better some days ago: between
-- the diagonal and its Lorenz curve is more
CREATE FUNCTION pg_temp.money(base retention_model, today date, days int) RETURNS retention_model
LANGUAGE plpgsql AS $$
DECLARE
	past CONSTANT date := today - days;
	base_past retention_model;
	m retention_model;
	best retention_model;
	best_gain numeric;
	gain numeric;
BEGIN
	EXECUTE format('SELECT fit_model(%L, h, %L::date, 1, s.past) FROM history, chosen_season s',
		model_kind(base), past) INTO base_past;
	FOR m IN
		SELECT fit_model(kind, h, past)
		FROM history, unnest('{gamma-gamma,gamma-gamma-all}'::text[]) kind GROUP BY kind
	LOOP
		WITH c AS (
			SELECT coalesce(expected_purchases(base_past, h, past, days * interval '1 day')
					* expected_order_value(m, h, past)::float8, 0) AS expected,
				greatest((SELECT coalesce(sum(amount), 0) FROM shop.orders o
					WHERE o.customer_id = history.customer_id AND ordered_at::date > past
						AND ordered_at::date <= today), 0) AS spent
			FROM history WHERE first_purchase(h) <= past)
		SELECT avg(area) FILTER (WHERE by_expected) / avg(area) FILTER (WHERE NOT by_expected)
		INTO gain
		FROM (SELECT by_expected, 1 - sum(n * (upto + upto - spent)) / sum(n) / sum(spent) AS area
			FROM (SELECT by_expected, n, spent,
					sum(spent) OVER (PARTITION BY by_expected ORDER BY place) AS upto
				FROM (SELECT by_expected, place, count(*) AS n, sum(spent) AS spent
					FROM c, LATERAL (VALUES (true, expected), (false, spent)) v(by_expected, place)
					GROUP BY 1, 2) g) l
			GROUP BY 1) a;
		IF best IS NULL OR gain > best_gain THEN
			best := m;
			best_gain := gain;
		END IF;
	END LOOP;
	EXECUTE format('SELECT fit_model(%L, h, %L::date) FROM history', model_kind(best), today)
	INTO m;
	RETURN m;
END $$;

-- All of it with these decisions
CREATE PROCEDURE pg_temp.expect(kinds text[], lost_probability float8, contact_days int,
	stages text[], reasons_within interval, review_months int, review_p float8, dropped_p float8,
	recent interval, trend_months int, campaign_days int, quality_days int, period_days int,
	lead_days int, capacity int, level float8)
LANGUAGE plpgsql AS $$
DECLARE
	today CONSTANT date := '2026-06-30';
	base retention_model := pg_temp.base(kinds, today, quality_days);
	past retention_model;
	cycle retention_model := fit_model('interpurchase', h, today, 1, season)
		FROM history, chosen_season;
	money retention_model := pg_temp.money(base, today, quality_days);
BEGIN
	DROP TABLE IF EXISTS chosen_money, customer, contacts, gone, reasons, dropped, trend, months,
		campaigns, quality, forecast, outlook, expected_month;
	CREATE TEMP TABLE chosen_money AS SELECT model_kind(money) AS kind;
	CREATE TEMP TABLE customer AS
	SELECT customer_id, h, c.contact_from, c.contact_until, c.expected_next, c.overdue_ratio,
		customer_stage(h, today, cycle, base, lost_probability / 2, lost_probability)::text
			AS stage,
		churn_score(base, h, today) AS churn, gone,
		lost_on(h, today, cycle, base, lost_probability) AS lost_on,
		clv(cycle, base, money, h, today, '3 years'::interval, 0.1, 1::float8) AS clv,
		value_at_risk(cycle, base, money, h, today, '3 years'::interval, 0.1, 1::float8)
			AS at_risk,
		expected_purchases(base, h, today, '1 year'::interval)
			* ((1 - gone) / p_alive(base, h, today)) AS a_year
	FROM history, purchase_cycle(h, today, cycle) c, p_gone(h, today, cycle, base) gone;

	CREATE TEMP TABLE contacts AS
	SELECT rank() OVER (ORDER BY at_risk * (1 - gone)::numeric DESC NULLS LAST,
			a_year * gone DESC NULLS LAST, customer_id)::int AS rank,
		customer_id,
		CASE WHEN stage = 'at_risk' THEN 'at risk of leaving' WHEN stage = 'overdue' THEN 'overdue'
			WHEN contact_days + lead_days = 7 THEN 'due this week'
			ELSE format('due in %s days', contact_days + lead_days) END AS reason,
		CASE WHEN stage IN ('overdue', 'at_risk') THEN today + 1 ELSE contact_from END
			AS contact_from,
		contact_until, expected_next, overdue_ratio, churn AS churn_score, clv,
		at_risk AS value_at_risk, at_risk * (1 - gone)::numeric AS value_to_save,
		a_year * gone AS purchases_to_save, gone AS p_gone
	FROM customer
	WHERE stage <> 'lapsed' AND stage = ANY (stages)
		AND (stage = 'overdue' OR stage = 'at_risk'
			OR daterange(contact_from, contact_until, '[]')
				&& daterange(today, today + contact_days + lead_days, '[]'))
	ORDER BY rank LIMIT capacity;

	CREATE TEMP TABLE gone AS
	SELECT customer_id, lost_on, b.last_purchase, b.purchases, o.spend,
		clv(base, money, h, b.last_purchase, '3 years'::interval, 0.1, 1::float8) AS value_lost,
		gone AS p_gone
	FROM customer
		JOIN (
			SELECT customer_id, max(day) AS last_purchase, count(*)::int AS purchases
			FROM bought GROUP BY 1) b USING (customer_id)
		JOIN (
			SELECT customer_id, sum(amount) AS spend
			FROM shop.orders GROUP BY 1) o USING (customer_id)
	WHERE lost_on IS NOT NULL;

	CREATE TEMP TABLE reasons AS
	SELECT attribute, value, customers, churned, churned::float8 / customers AS churn_rate,
		churned::float8 / customers / (sum(churned) OVER (PARTITION BY attribute)
			/ sum(customers) OVER (PARTITION BY attribute))::float8 AS share
	FROM (
		SELECT attribute, value, count(*) AS customers, count(lost_on) AS churned
		FROM customer JOIN shop.customers c USING (customer_id),
			LATERAL (VALUES ('region', region), ('channel', channel)) a(attribute, value)
		WHERE lost_on IS NULL OR lost_on > today - reasons_within
		GROUP BY 1, 2) r;

	CREATE TEMP TABLE dropped AS
	SELECT r.customer_id, r.product_range, d.last_purchase, d.range_purchases, d.share,
		d.purchases_since, d.silence_probability,
		(SELECT sum(amount) FROM shop.orders o
			WHERE o.customer_id = r.customer_id AND o.product_range = r.product_range
				AND o.ordered_at::date BETWEEN d.last_purchase - 364 AND d.last_purchase
		) AS spend_a_year
	FROM range_history r JOIN customer c USING (customer_id), dropped_range(r.h, c.h, today) d
	WHERE lost_on IS NULL AND d.silence_probability < dropped_p;

	CREATE TEMP TABLE expected_month AS
	SELECT month::date, count(*) FILTER (WHERE first_purchase(h) >= month) AS new,
		sum(1 - p_gone(as_of(h, last), last, cycle, base)) AS customers,
		(SELECT count(*) FROM gone g WHERE g.lost_on BETWEEN month AND last) AS still_lost
	FROM generate_series((SELECT date_trunc('month', min(day)) FROM bought), '2026-06-01',
			'1 month') month,
		date((month + interval '1 month')::date - 1) last, history
	WHERE first_purchase(h) <= last GROUP BY month, last;

	CREATE TEMP TABLE trend AS
	SELECT month, o.orders, o.spend / nullif(o.orders, 0) AS average_order_value, t.change,
		t.p_value
	FROM (
			SELECT (date '2026-07-01' - n * interval '1 month')::date AS month
			FROM generate_series(1, trend_months) n) m,
		LATERAL (
			SELECT count(*) FILTER (WHERE amount >= 0) AS orders, sum(amount) AS spend
			FROM shop.orders
			WHERE ordered_at >= month AND ordered_at < month + interval '1 month') o,
		LATERAL (
			SELECT (overall_spend_trend(h, (month + interval '1 month')::date - 1, recent)).*
			FROM history) t;

	CREATE TEMP TABLE months AS
	SELECT DISTINCT ON (month) month, d.attribute || ' ' || d.value AS main_reason,
		d.lift AS main_reason_lift
	FROM (
			SELECT (date '2026-07-01' - n * interval '1 month')::date AS month
			FROM generate_series(1, review_months) n) m,
		LATERAL (
			SELECT churn_drivers(lost_on IS NOT NULL AND lost_on < month + interval '1 month',
				jsonb_build_object('region', region, 'channel', channel)) AS d
			FROM customer JOIN shop.customers c USING (customer_id)
			WHERE first_purchase(h) < month + interval '1 month'
				AND (lost_on IS NULL OR lost_on >= month)) r,
		unnest(r.d) d
	WHERE d.lift > 1 AND d.p_value < review_p
	ORDER BY month, d.p_value, d.attribute, d.value;

	CREATE TEMP TABLE campaigns AS
	SELECT campaign, min(contacted_on) AS contacted_on, min(days) AS days,
		count(*) FILTER (WHERE contacted) AS contacted,
		avg(came::int) FILTER (WHERE contacted)::float8 AS contacted_rate,
		avg(spent) FILTER (WHERE contacted) AS contacted_spend,
		count(*) FILTER (WHERE NOT contacted) AS control,
		avg(came::int) FILTER (WHERE NOT contacted)::float8 AS control_rate,
		avg(spent) FILTER (WHERE NOT contacted) AS control_spend
	FROM (
		SELECT c.*,
			EXISTS (SELECT FROM bought b
				WHERE b.customer_id = c.customer_id
					AND day BETWEEN contacted_on + 1 AND contacted_on + days) AS came,
			coalesce((SELECT sum(amount) FROM shop.orders o
				WHERE o.customer_id = c.customer_id
					AND ordered_at::date BETWEEN contacted_on + 1 AND contacted_on + days), 0)
				AS spent
		FROM (
			SELECT *,
				least(campaign_days, today - max(contacted_on) OVER (PARTITION BY campaign)) AS days
			FROM m.campaign) c) b
	GROUP BY 1;

	-- the kind that was chosen, as it would have been fitted then
	past := NULL;
	EXECUTE format('SELECT fit_model(%L, h, %L::date, 1, s.past) FROM history, chosen_season s',
		model_kind(base), today - quality_days) INTO past;
	CREATE TEMP TABLE quality AS
	SELECT avg(score) AS score, avg(came::int)::float8 AS rate, count(*) AS customers,
		avg((score - came::int) ^ 2) AS brier, today - quality_days + 1 AS seen_from,
		today AS seen_until
	FROM (
		SELECT purchase_probability(past, h, today - quality_days,
				quality_days * interval '1 day') AS score,
			EXISTS (SELECT FROM bought b
				WHERE b.customer_id = history.customer_id
					AND day > today - quality_days AND day <= today) AS came
		FROM history WHERE first_purchase(h) <= today - quality_days) q;
	CREATE TEMP TABLE forecast AS
	SELECT p AS period, today - quality_days + (p - 1) * period_days + 1 AS seen_from,
		today - quality_days + p * period_days AS seen_until,
		(SELECT count(*) FROM history WHERE first_purchase(h) <= today - quality_days) AS customers,
		(SELECT sum(expected_purchases(past, h, today - quality_days,
					p * period_days * interval '1 day')
				- coalesce(expected_purchases(past, h, today - quality_days,
					nullif(p - 1, 0) * period_days * interval '1 day'), 0))
			FROM history) AS expected,
		(SELECT count(*) FROM bought JOIN history USING (customer_id)
			WHERE first_purchase(h) <= today - quality_days
				AND day > today - quality_days + (p - 1) * period_days
				AND day <= today - quality_days + p * period_days) AS actual
	FROM generate_series(1, quality_days / period_days) p;
	ALTER TABLE forecast ADD total expected_total;
	UPDATE forecast SET total = (SELECT expected_total(past, h, today - quality_days,
		period * period_days * interval '1 day', level) FROM history);
	CREATE TEMP TABLE outlook AS
	SELECT days, today + days AS until, (t).*, level, chosen AS with_season,
		false AS with_events
	FROM (
		SELECT days, expected_total(base, h, today, make_interval(days => days), level) AS t
		FROM history, generate_series(period_days, quality_days, period_days) days GROUP BY days) o,
		chosen_season;

	-- what was to be expected of each period at its beginning, and what came
	DROP TABLE IF EXISTS unusual;
	CREATE TEMP TABLE unusual AS
	SELECT seen_from, seen_from + days - 1 AS seen_until, count(expected) AS customers,
		sum(expected) AS expected, sum(actual) FILTER (WHERE expected IS NOT NULL) AS actual,
		sum((actual - expected) ^ 2) AS variance
	FROM (
		SELECT days, since + 1 AS seen_from,
			expected_purchases(base, h, since, days * interval '1 day') AS expected,
			(SELECT count(*) FROM bought b WHERE b.customer_id = history.customer_id
				AND day BETWEEN since + 1 AND since + days) AS actual
		FROM greatest(period_days, 28) days, generate_series(1, 15) p,
			LATERAL (SELECT today - days * p) s(since), history) e
	GROUP BY seen_from, days;
	ALTER TABLE unusual ADD usual float8;
	UPDATE unusual u SET usual = (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ratio)
		FROM (SELECT b.actual / b.expected AS ratio FROM unusual b
			WHERE b.seen_from < u.seen_from ORDER BY seen_from DESC LIMIT 6) b
		HAVING count(*) > 2);
END $$;

CREATE FUNCTION pg_temp.agrees(name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT cmp_ok((SELECT count(*) FROM contacts), '>', 20::bigint,
		name || ': there are contacts');
	RETURN NEXT set_eq('SELECT c::text FROM m.contact_list c', 'SELECT c::text FROM contacts c',
		name || ': contact_list');
	RETURN NEXT set_eq('SELECT c::text FROM m.lost_customers c', 'SELECT c::text FROM gone c',
		name || ': lost_customers');
	RETURN NEXT set_eq('SELECT attribute, value, customers, churned FROM m.churn_reasons',
		'SELECT attribute, value, customers, churned FROM reasons', name || ': churn_reasons');
	RETURN NEXT is_empty('
		SELECT * FROM m.churn_reasons m JOIN reasons r USING (attribute, value)
		WHERE abs(m.churn_rate - r.churn_rate) > 1e-12 OR abs(m.lift - r.share) > 1e-12
			OR m.churn_rate NOT BETWEEN m.lower AND m.upper', name || ': and their rates');
	RETURN NEXT cmp_ok((SELECT count(*) FROM dropped), '>', 20::bigint,
		name || ': there are dropped ranges');
	RETURN NEXT set_eq('SELECT d::text FROM m.dropped_ranges d', 'SELECT d::text FROM dropped d',
		name || ': dropped_ranges');
	RETURN NEXT set_eq('
		SELECT ROW(month, orders, round(average_order_value, 9), change, p_value)::text AS line
		FROM m.spend_trend', '
		SELECT ROW(month, orders, round(average_order_value, 9), change, p_value)::text AS line
		FROM trend', name || ': spend_trend');
	RETURN NEXT is_empty('
		SELECT * FROM m.expected_lifecycle m FULL JOIN expected_month e USING (month)
		WHERE (abs(m.customers - e.customers) < 1e-5) IS NOT TRUE OR m.new <> e.new',
		name || ': expected_lifecycle');
	RETURN NEXT is_empty('
		SELECT * FROM (
			SELECT m.*, lag(m.customers, 1, 0) OVER (ORDER BY month) AS before, still_lost,
				e.customers AS expected, lag(e.customers, 1, 0) OVER (ORDER BY month) AS earlier
			FROM m.monthly_review m FULL JOIN expected_month e USING (month)) r
		WHERE (abs(customers - expected) < 0.501 AND customers = before + new - lost
			AND abs(lost - (earlier + new - expected)) < 1.001 AND alarms >= still_lost
			AND (earlier = 0 OR abs(churn_rate - (earlier + new - expected) / earlier) < 1e-6))
			IS NOT TRUE', name || ': how many were lost');
	RETURN NEXT set_eq('
		SELECT month, main_reason, main_reason_lift FROM m.monthly_review
		WHERE main_reason IS NOT NULL', 'SELECT * FROM months', name || ': main reasons of months');
	RETURN NEXT is_empty('
		SELECT * FROM m.monthly_review m
			FULL JOIN (
				SELECT date_trunc(''month'', lost_on)::date AS month, sum(value_lost) AS value
				FROM gone GROUP BY 1) g USING (month)
		WHERE m.value_lost IS DISTINCT FROM g.value', name || ': what months lost');
	RETURN NEXT set_eq('
		SELECT ROW(campaign, contacted_on, days, contacted, round(contacted_rate::numeric, 9),
			round(contacted_spend, 9), control, round(control_rate::numeric, 9),
			round(control_spend, 9))::text AS line
		FROM m.campaign_results', '
		SELECT ROW(campaign, contacted_on, days, contacted, round(contacted_rate::numeric, 9),
			round(contacted_spend, 9), control, round(control_rate::numeric, 9),
			round(control_spend, 9))::text AS line
		FROM campaigns', name || ': campaign_results');
	RETURN NEXT set_eq('
		SELECT ROW(seen_from, seen_until, sum(customers)::bigint,
			round((sum(customers * expected_rate) / sum(customers))::numeric, 9),
			round((sum(customers * actual_rate) / sum(customers))::numeric, 9),
			round(avg(brier_score)::numeric, 9))::text AS line
		FROM m.model_quality GROUP BY seen_from, seen_until', '
		SELECT ROW(seen_from, seen_until, customers, round(score::numeric, 9),
			round(rate::numeric, 9), round(brier::numeric, 9))::text AS line
		FROM quality', name || ': model_quality');
	RETURN NEXT set_eq('
		SELECT ROW(period, seen_from, seen_until, customers, round(expected::numeric, 6),
			actual, total_expected, total_lower, total_upper, total_actual)::text AS line
		FROM m.purchase_forecast', '
		SELECT ROW(period, seen_from, seen_until, customers, round(expected::numeric, 6),
			actual, (total).expected, (total).lower, (total).upper,
			sum(actual) OVER (ORDER BY period))::text AS line
		FROM forecast', name || ': purchase_forecast');
	RETURN NEXT set_eq('SELECT o::text FROM m.purchase_outlook o', 'SELECT o::text FROM outlook o',
		name || ': purchase_outlook');
	RETURN NEXT set_eq('
		SELECT ROW(seen_from, seen_until, customers, round(expected::numeric, 6), actual,
			round(usual::numeric, 9), unusual)::text AS line FROM m.unusual_periods', '
		SELECT ROW(seen_from, seen_until, customers, round(expected::numeric, 6), actual,
			round(usual::numeric, 9), coalesce(
				abs(ln(actual / expected)) > 0.45 AND abs(ln(actual / expected / usual)) > 0.45
				AND (actual - expected) ^ 2 > 3.29 ^ 2 * variance
				AND (actual - usual * expected) ^ 2 > 3.29 ^ 2 * variance, false))::text AS line
		FROM unusual', name || ': unusual_periods');
	RETURN NEXT set_eq('
		SELECT ROW(season, CASE WHEN chosen THEN holdout_season END, years, p_value,
			CASE WHEN chosen THEN log_loss END, CASE WHEN chosen THEN log_loss_without END, chosen,
			used, holdout_used)::text AS line
		FROM m.season_fit WHERE fitted_on = date ''2026-06-30''', '
		SELECT ROW(fitted, past, years, p_value, CASE WHEN chosen THEN log_loss END,
			CASE WHEN chosen THEN log_loss_without END, chosen, season, past)::text AS line
		FROM chosen_season', name || ': season_fit');
	RETURN NEXT ok((SELECT count(*) > 2 AND bool_and(lower < expected AND expected < upper)
		FROM m.purchase_outlook), name || ': with limits');
	RETURN NEXT is(
		(SELECT string_agg(kind, ', ' ORDER BY kind COLLATE "C") FROM m.model
			WHERE chosen AND fitted_on = '2026-06-30'),
		(SELECT string_agg(kind, ', ' ORDER BY kind COLLATE "C")
			FROM (VALUES ('interpurchase'), ((SELECT kind FROM chosen_money)),
				(CASE name WHEN 'as it begins' THEN 'zibg/nbd' ELSE 'bg/nbd' END)) k(kind)),
		name || ': the kinds');
	RETURN NEXT set_eq('
		SELECT ROW(kind, log_likelihood, aic, converged, at_limit, customers, left_out, sampled,
			log_loss, brier_score, roc_auc, expected, actual, mean_absolute_error, rank)::text
		FROM m.model_comparison WHERE as_of = date ''2026-06-30''',
		'SELECT c::text FROM compared c', name || ': model_comparison');
	RETURN NEXT is((SELECT array_agg(rank ORDER BY rank) FROM m.contact_list),
		(SELECT array_agg(n::int) FROM generate_series(1, (SELECT count(*) FROM contacts)) n),
		name || ': ranks');
END $$;

CALL pg_temp.expect('{mbg/nbd,mbg/cnbd-k,zibg/nbd,zibg/cnbd-k,pareto/nbd}', 0.5, 7,
	'{new,active,due,overdue,at_risk}', '1 year',
	13, 0.01, 0.005, '3 months', 13, 60, 180, 30, 0, NULL, 0.8);
SELECT pg_temp.agrees('as it begins');
-- what came tells another kind than the fit to the past does, and why is said
SELECT is((
	SELECT kind FROM (
		SELECT kind, aic(fit_model(kind, h, '2026-06-30')) AS aic
		FROM history, unnest('{mbg/nbd,mbg/cnbd-k,zibg/nbd,zibg/cnbd-k,pareto/nbd}'::text[]) kind
		GROUP BY kind) f
	ORDER BY aic LIMIT 1), 'zibg/cnbd-k', 'the least aic is that of another kind');
SELECT ok(brier_score(by_mart, gone) < brier_score(by_aic, gone),
	'who has left is told better by the one that was chosen')
FROM (
	SELECT left_on IS NOT NULL AS gone, s.p_gone AS by_mart,
		p_gone(h, '2026-06-30', cycle, by_aic) AS by_aic
	FROM history JOIN shop.truth USING (customer_id)
			JOIN m.customer_scorecard s USING (customer_id),
		(SELECT fit_model('interpurchase', h, '2026-06-30') AS cycle,
			fit_model('zibg/cnbd-k', h, '2026-06-30') AS by_aic FROM history) m) q;
SELECT set_eq('SELECT kind, chosen_by FROM m.model WHERE chosen_by IS NOT NULL', $$
	VALUES ('zibg/nbd', 'log_loss'), ((SELECT kind FROM chosen_money), 'holdout_gini') $$,
	'it is said by what models were chosen');
SELECT is(chosen_because, format('It told best who of 4,884 customers would buy in the 180'
		' days until 30 June 2026: log loss %s; pareto/nbd %s, mbg/nbd %s, zibg/cnbd-k %s,'
		' mbg/cnbd-k %s. The best plain rule, days since last purchase, has %s.', a, b, c, d, e, f),
	'and why')
FROM m.model, (
	SELECT max(l) FILTER (WHERE kind = 'zibg/nbd') AS a,
		max(l) FILTER (WHERE kind = 'pareto/nbd') AS b,
		max(l) FILTER (WHERE kind = 'mbg/nbd') AS c,
		max(l) FILTER (WHERE kind = 'zibg/cnbd-k') AS d,
		max(l) FILTER (WHERE kind = 'mbg/cnbd-k') AS e,
		max(l) FILTER (WHERE kind LIKE 'days%') AS f
	FROM compared, to_char(log_loss, 'FM0.0000') l) l
WHERE chosen AND kind = 'zibg/nbd';
SELECT set_eq('SELECT kind, preference FROM m.model_comparison WHERE chosen OR preference > 1',
	$$ VALUES ('zibg/nbd', 1), ('pareto/nbd', 2), ('mbg/nbd', 3), ('zibg/cnbd-k', 4),
		('mbg/cnbd-k', 5) $$,
	'in which order they are tried');
SELECT is_empty('SELECT FROM m.model WHERE kind IN (''mbg/nbd'', ''mbg/cnbd-k'', ''pareto/nbd'')',
	'who is not preferred is not fitted again');
-- the same choice where the fit of pareto/nbd ends elsewhere
CREATE FUNCTION pg_temp.choice(preferred text, ends retention_model) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	statement text;
BEGIN
	FOR statement IN
		SELECT s.statement
		FROM retention_mart_steps((SELECT to_jsonb(s) || jsonb_build_object('phase', 'fit',
			'amount_column', NULL, 'preferred', to_jsonb(preferred::text[])) FROM m.settings s)) s
	LOOP
		EXECUTE statement;
		UPDATE m.model SET model = ends, converged = false
		WHERE kind = 'pareto/nbd' AND ends IS NOT NULL;
	END LOOP;
	RETURN (SELECT string_agg(kind || CASE WHEN chosen THEN '!' ELSE '' END, ' ' ORDER BY kind)
		FROM m.model WHERE retention_mart_model_use(kind) = 'base_model');
END $$;
SAVEPOINT choice;
UPDATE m.model_comparison SET chosen = false, preference = CASE kind WHEN 'pareto/nbd' THEN 1
	WHEN 'mbg/cnbd-k' THEN 2 ELSE 3 END WHERE converged IS NOT NULL;
SELECT is(pg_temp.choice('{pareto/nbd,mbg/cnbd-k,mbg/nbd,zibg/nbd,zibg/cnbd-k}',
	'{"model": "pareto/nbd", "r": 1e-4, "alpha": 1e-3, "s": 0.5, "beta": 9}'),
	'mbg/cnbd-k! pareto/nbd',
	'who does not converge on all that is known gives way to the next one');
SELECT is(pg_temp.choice('{pareto/nbd,mbg/cnbd-k,mbg/nbd,zibg/nbd,zibg/cnbd-k}',
	'{"model": "pareto/nbd", "r": 1, "alpha": 10, "s": 1e-6, "beta": 9}'), 'pareto/nbd!',
	'but not where nobody leaves');
SELECT is(pg_temp.choice('{pareto/nbd,mbg/cnbd-k,mbg/nbd,zibg/nbd,zibg/cnbd-k}', NULL),
	'pareto/nbd!', 'nor where all leave alike');
SELECT is(pg_temp.choice('{pareto/nbd}',
	'{"model": "pareto/nbd", "r": 1e-4, "alpha": 1e-3, "s": 0.5, "beta": 9}'),
	'mbg/cnbd-k! mbg/nbd pareto/nbd zibg/cnbd-k zibg/nbd',
	'of kinds without a preference one that converged');
SELECT is(array_agg(retention_mart_fit_holds(c, l) ORDER BY n), '{t,t,t,t,f,f,f,NULL}',
	'which fits a mart goes by')
FROM (VALUES (1, true, NULL), (2, true, 'all leave at once'), (3, false, 'no dropout'),
		(4, false, 'k = 100, purchase rates alike'), (5, false, NULL),
		(6, false, 'all leave at once'), (7, false, 'purchase rates alike, all leave at once'),
		(8, NULL, NULL)) v(n, c, l);
ROLLBACK TO choice;
-- a ridge: the kind that tells best knows nothing of its parameters
CREATE SCHEMA ridge;
CREATE TABLE ridge.orders AS
SELECT customer_id, purchase_date AS ordered_at
FROM simulate_customers('{"model": "ggompertz/nbd", "r": 0.9, "alpha": 5, "b": 0.08, "s": 0.7,
	"beta": 1.2, "time_unit_days": 7}', 600, '2025-01-01', '2025-06-30', '2025-12-31', 5);
SELECT create_retention_mart('ridge.orders', 'customer_id', 'ordered_at', schema => 'ridged')
	\g /dev/null
UPDATE ridged.settings SET base_kinds = '{ggompertz/nbd,pareto/nbd}', quality_days = 90,
	forecast_days = 30;
SELECT refresh_retention_mart('ridged', as_of => '2025-12-31') \g /dev/null
SELECT results_eq($$ SELECT kind, converged, at_limit, preference, chosen
	FROM ridged.model_comparison WHERE converged IS NOT NULL ORDER BY log_loss $$,
	$$ VALUES ('ggompertz/nbd', false, NULL, 2, false),
		('pareto/nbd', true, NULL, 1, true) $$, 'who is not sure of anything is not chosen');
-- what a mutation of a constant changes, is there at all
SELECT ok(EXISTS (
	SELECT FROM m.contact_list
	WHERE reason = 'due this week' AND contact_from = date '2026-06-30' + 7),
	'some contacts are due on the last day');
SELECT ok(EXISTS (
	SELECT FROM customer
	WHERE stage = 'due' AND contact_from = date '2026-06-30' + 8 AND lost_on IS NULL),
	'and others a day later');
SELECT ok(EXISTS (
	SELECT FROM m.contact_list JOIN m.customer_scorecard c USING (customer_id)
	WHERE customer_stage = s AND reason = 'due this week' AND c.contact_from <= '2026-07-07'),
	'who is ' || s || ' is a contact when their window begins')
FROM unnest('{active,due}'::text[]) s;
SELECT is((SELECT count(*) FROM m.customer_scorecard
	WHERE (lost_on IS NULL) <> (customer_stage <> 'lapsed')
		OR (lost_on IS NULL) <> (value_at_risk IS NOT NULL)
		OR value_to_save IS DISTINCT FROM value_at_risk * (1 - p_gone)::numeric
		OR last_purchase < '2026-06-30' AND (lost_on IS NULL) <> (p_gone < 0.5)), 0::bigint,
	'nobody is lost and active, or at risk, too');
SELECT ok((SELECT count(*) FILTER (WHERE lost_on BETWEEN '2025-06-28' AND '2025-06-30') > 0
		AND count(*) FILTER (WHERE lost_on BETWEEN '2025-07-01' AND '2025-07-05') > 0
	FROM m.lost_customers), 'customers were lost on both sides of the year');
SELECT is((SELECT count(*) FROM m.monthly_review WHERE main_reason IS NOT NULL), 3::bigint,
	'three months have a main reason');

-- --- other decisions hold from the next refresh on -----------------------------------------------

UPDATE m.settings SET base_kinds = '{bg/nbd}', lost_probability = 0.7, contact_days = 3,
	contact_stages = '{due,at_risk,lapsed}', reasons_within = '5 months', review_months = 9,
	review_p_value = 0.9, dropped_p_value = 0.02, trend_within = '2 months', trend_months = 7,
	campaign_days = 25, quality_days = 120, forecast_days = 40, lead_days = 10, capacity = 60,
	forecast_level = 0.95;
SELECT refresh_retention_mart('m') AS as_of \gset
CALL pg_temp.expect('{bg/nbd}', 0.7, 3, '{due,at_risk,lapsed}', '5 months', 9, 0.9, 0.02,
	'2 months', 7, 25, 120, 40, 10, 60, 0.95);
SELECT pg_temp.agrees('decided otherwise');
-- who is lost on the last day that does not count, does not: choose other months where nobody is
SELECT ok(EXISTS (
	SELECT FROM m.lost_customers WHERE lost_on = date '2026-06-30' - interval '5 months'),
	'somebody was lost on the day before those whose reasons count');
SELECT set_eq('SELECT DISTINCT reason FROM m.contact_list',
	ARRAY['due in 13 days', 'at risk of leaving'], 'the reasons of contacts say it');
SELECT is((SELECT count(*) FROM m.contact_list), 60::bigint, 'as many contacts as can be reached');

-- of more customers than that a sample is compared, who are in it whatever the order; a k may be
-- given, and what is no kind is left out
UPDATE m.settings SET base_kinds = '{nonsense,mbg/nbd,mbg/nbd,bg/cnbd-2}',
	compared_customers = 1000, capacity = NULL;
SELECT refresh_retention_mart('m') AS as_of \gset
SELECT set_eq($$
	SELECT kind, all_customers, customers, left_out, log_loss, actual, preference
	FROM m.model_comparison WHERE as_of = '2026-06-30' $$, $$
	SELECT kind, known, customers, left_out, log_loss, actual,
		CASE WHEN converged THEN rank() OVER (PARTITION BY converged ORDER BY log_loss)::int END
	FROM (
		SELECT known, unnest(compare_models(h, '2026-06-30', '120 days',
			'{bg/cnbd-2,mbg/nbd}')) AS c
		FROM (
			SELECT *, count(*) FILTER (WHERE first_purchase(h) <= date '2026-06-30' - 120) OVER ()
				AS known
			FROM history ORDER BY customer_id DESC) s
		WHERE hashtextextended(customer_id::text, 0) & 9223372036854775807
			<= trunc(1000.0 / known * 9223372036854775807)
		GROUP BY known) s, LATERAL (SELECT (c).*) r $$, 'a sample is compared');
SELECT ok(max(customers) BETWEEN 900 AND 1100 AND count(*) FILTER (WHERE chosen) = 1
		AND bool_and(all_customers > 4000 AND holdout_days = 120), 'of as many as were asked for')
FROM m.model_comparison WHERE as_of = '2026-06-30';
SELECT throws_ok($$ UPDATE m.settings SET compared_customers = 0 $$, '23514', NULL,
	'no sample of none');

-- --- the season, and what is told of times --------------------------------------------------

SELECT set_eq('SELECT * FROM m.season', 'SELECT m.*, chosen, years, p_value
	FROM m.season_fit, season_months(season) m', 'the months of the season');
SELECT is(chosen_because, format('It told better who of %s customers would buy in the 120 days '
		'until 30 June 2026: log loss %s against %s without it.', to_char(customers, 'FM9,999'),
		to_char(f.log_loss, 'FM0.0000'), to_char(log_loss_without, 'FM0.0000')), 'and why')
FROM m.season_fit f JOIN m.model_comparison c ON as_of = fitted_on AND preference = 1;

-- what the mart goes by, in a line: of months and events, of models, of the outlook
CREATE FUNCTION pg_temp.goes_by() RETURNS text LANGUAGE sql AS $$
SELECT format('%s %s, models%s, outlook %s %s',
	CASE WHEN s.chosen THEN 'months' ELSE 'no months' END,
	CASE WHEN s.used::text LIKE '%"events"%' THEN 'events' ELSE 'no events' END,
	(SELECT string_agg(' ' || retention_mart_model_use(kind), '' ORDER BY kind) FROM m.model
		WHERE fitted_on = s.fitted_on AND chosen AND season(model) = s.used),
	(SELECT string_agg(DISTINCT with_season::text, '') FROM m.purchase_outlook),
	(SELECT string_agg(DISTINCT with_events::text, '') FROM m.purchase_outlook))
FROM m.season_fit s $$;
SELECT is(pg_temp.goes_by(), 'months no events, models cycle_model base_model, outlook true false',
	'what is told by days goes by it');
SELECT is(f.log_loss, (SELECT r.log_loss FROM (
		SELECT compare_models(history, '2026-06-30', '120 days', ARRAY[kind], 1, holdout_season)
			AS compared
		FROM m.customer_history WHERE hashtextextended(customer_id::text, 0) & 9223372036854775807
			<= trunc(1000.0 / all_customers * 9223372036854775807)) s, unnest(compared) r
		WHERE r.kind = c.kind), 'which was held to the customers that kinds were compared on')
FROM m.season_fit f JOIN m.model_comparison c ON as_of = fitted_on AND preference = 1;
UPDATE m.settings SET season_years = 5;
SELECT refresh_retention_mart('m') AS as_of \gset
SELECT is(chosen_because, 'The log has 3.0 years: what belongs to a month, and what to that year, '
	'can be told from 5 years on.', 'a log may be too short') FROM m.season_fit;
SELECT is(pg_temp.goes_by(), 'no months no events, models, outlook false false',
	'then nothing goes by a season');
SELECT is((SELECT model FROM m.model WHERE chosen AND kind = 'interpurchase'),
	(SELECT fit_model('interpurchase', h, '2026-06-30') FROM history), 'as ever');
UPDATE m.settings SET season_p_value = 1e-30, season_years = 1,
	events = '[{"from": "2025-04-01", "until": "2025-04-30", "factor": 1.1},
		{"from": "2026-12-24", "until": "2026-12-26", "factor": 0.001}]';
SELECT refresh_retention_mart('m') AS as_of \gset
SELECT matches(chosen_because, '^Months differ no more than chance and years make them: p-value '
	'0\.0000\. The events in the settings count in any case\.$', 'or differ too little')
FROM m.season_fit;
SELECT is(used::text::jsonb,
	jsonb_build_object('months', array_fill(1, ARRAY[12]), 'events', events),
	'what was told counts all the same') FROM m.season_fit, m.settings;
SELECT is(pg_temp.goes_by(), 'no months events, models cycle_model base_model, outlook false true',
	'in the models');
SELECT is((SELECT model FROM m.model WHERE chosen AND kind = 'interpurchase'),
	(SELECT fit_model('interpurchase', h, '2026-06-30', 1, used) FROM history, m.season_fit
		GROUP BY used), 'which are fitted with it');
SELECT is(log_loss, (SELECT r.log_loss FROM (
		SELECT compare_models(history, '2026-06-30', '120 days', ARRAY[kind], 1,
			'{"events": [{"from": "2025-04-01", "until": "2025-04-30", "factor": 1.1}]}') compared
		FROM m.customer_history WHERE hashtextextended(customer_id::text, 0) & 9223372036854775807
			<= trunc(1000.0 / all_customers * 9223372036854775807)) s, unnest(compared) r
		WHERE r.kind = c.kind), 'and compared with it')
FROM m.model_comparison c WHERE preference = 1;
UPDATE m.settings SET season_p_value = 0.001;
SELECT refresh_retention_mart('m') AS as_of \gset
SELECT is(pg_temp.goes_by(), 'months events, models cycle_model base_model, outlook true true',
	'months and events');
SELECT is(f.season, (SELECT fit_season(h, '2026-06-30', events) FROM history), 'fitted together')
FROM m.season_fit f, (SELECT jsonb_build_object('events', events)::text::retention_season AS events
	FROM m.settings) e;
-- what is wrong with an event is said, and nothing changes
UPDATE m.settings SET events = '[{"from": "2026-04-01", "until": "2026-03-01", "factor": 2}]';
SELECT throws_ok($$ SELECT refresh_retention_mart('m') $$, '22P02',
	'invalid input for type retention_season: an event ends before it begins',
	'a wrong event is an error');
UPDATE m.settings SET events = $$ [7, "'; DROP TABLE m.model; SELECT '"] $$;
SELECT throws_like($$ SELECT refresh_retention_mart('m') $$,
	'invalid input for type retention_season: an event must be an object%', 'whatever it is');
SELECT throws_ok($$ UPDATE m.settings SET events = '{}' $$, '23514', NULL, 'a list of them');
UPDATE m.settings SET events = DEFAULT, season_years = DEFAULT, season_p_value = 0;
SELECT refresh_retention_mart('m') AS as_of \gset
SELECT is(chosen_because || ' ' || pg_temp.goes_by(),
	'None is wanted: settings.season_p_value is 0. no months no events, models, outlook false '
	'false',
	'no season may be wanted')
FROM m.season_fit;
UPDATE m.settings SET season_p_value = DEFAULT;

-- which season is gone by: as long a log, as small a p-value, as much less a loss
CREATE FUNCTION pg_temp.run_step(mart text, phase text, step_name text, more jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	decided jsonb;
	statement text;
BEGIN
	EXECUTE format('SELECT to_jsonb(s) FROM %I.settings s', mart) INTO decided;
	SELECT s.statement INTO STRICT statement
	FROM retention_mart_steps(decided || jsonb_build_object('phase', phase) || more) s
	WHERE s.name = step_name;
	EXECUTE statement;
END $$;
CREATE FUNCTION pg_temp.goes_by_season(log_years float8, p float8, loss float8, loss_without float8)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	UPDATE m.season_fit SET years = log_years, p_value = p, log_loss = loss,
		log_loss_without = loss_without,
		season = '{"months": [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.1]}',
		holdout_season = '{"months": [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.1]}';
	PERFORM pg_temp.run_step('m', 'compare', 'season of the hold-out', '{}');
	-- fitted to what was known, where the log and the p-value ask for it
	UPDATE m.season_fit SET holdout_season = '{"months": [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.1]}'
	WHERE holdout_season IS NOT NULL;
	UPDATE m.season_fit SET log_loss = NULL WHERE holdout_season IS NULL;
	PERFORM pg_temp.run_step('m', 'compare', 'choose season', '{}');
	RETURN (SELECT CASE WHEN chosen THEN 'season' ELSE 'none' END
			|| CASE WHEN used = season THEN '' WHEN used IS NULL THEN ' not used' END
			|| CASE WHEN holdout_used = holdout_season THEN ', as it was then'
				WHEN holdout_season IS NULL THEN ', no hold-out' ELSE '' END
			|| ': ' || (regexp_match(chosen_because, '^\S+(?: \S+){4}'))[1]
		FROM m.season_fit);
END $$;
SAVEPOINT season;
DELETE FROM m.season_fit WHERE fitted_on <> '2026-06-30';
UPDATE m.settings SET season_years = 2, season_p_value = 0.001;
SELECT is(pg_temp.goes_by_season(y, p, loss, without), says,
	format('%s years, p %s: %s', y, p, says))
FROM (VALUES
	(2.0, 0.0009, 0.4, 0.5, 'season, as it was then: It told better who of'),
	(1.9999, 0.0009, 0.4, 0.5, 'none not used, no hold-out: The log has 2.0 years:'),
	(2.0, 0.001, 0.4, 0.5, 'none not used, no hold-out: Months differ no more than'),
	(2.0, NULL, 0.4, 0.5, 'none not used, no hold-out: Months differ no more than'),
	(2.0, 0.0009, 0.5, 0.5, 'none not used: Months differ, but it did'),
	(2.0, 0.0009, 0.5, 0.4, 'none not used: Months differ, but it did'),
	(2.0, 0.0009, 0.4999999, 0.5, 'none not used: Months differ, but it did'),
	(2.0, 0.0009, NULL, 0.5, 'none not used: Months differ, but it could')
	) v(y, p, loss, without, says);
ROLLBACK TO season;

-- without a model of who is still a customer silence tells, by their rhythm
UPDATE m.settings SET base_kinds = '{}', lost_silence = '100 days', lost_probability = 0.5,
	capacity = NULL;
SELECT refresh_retention_mart('m') AS as_of \gset
SELECT set_eq('SELECT customer_id, lost_on FROM m.lost_customers',
	'SELECT customer_id, lost_on FROM history, (
		SELECT fit_model(''interpurchase'', h, ''2026-06-30'') AS c FROM history) f,
		lost_on(h, ''2026-06-30'', c) WHERE lost_on IS NOT NULL',
	'whose silence is as improbable as one in a hundred is lost');
SELECT is((SELECT sum(lost - recovered) FROM m.lifecycle),
	(SELECT count(*)::numeric FROM m.lost_customers), 'so that the lifecycle is right');
SELECT is((SELECT count(churn_score) FROM m.customer_scorecard)
	+ (SELECT count(clv) FROM m.customer_scorecard)
	+ (SELECT count(*) FROM m.model_comparison WHERE as_of = '2026-06-30')
	+ (SELECT count(*) FROM m.purchase_outlook)
	+ (SELECT count(*) FROM m.model_quality), 0::bigint, 'and what needs a model is empty');
-- and without any, a fixed silence
SELECT is(retention_mart_values(to_jsonb(s) || jsonb '{"base_model": null, "cycle_model": null}')
	->> 'lost_rule', 'interval ''100 days''', 'who has been silent for 100 days is lost')
FROM m.settings s;
SELECT throws_ok($$ UPDATE m.settings SET contact_days = -1 $$, '23514', NULL,
	'no days before today');
SELECT throws_ok($$ UPDATE m.settings SET forecast_days = 200 $$, '23514', NULL,
	'no period longer than what is looked at');
SELECT throws_ok($$ UPDATE m.settings SET lead_days = -1 $$, '23514', NULL,
	'nobody is reached behind their window');
SELECT throws_ok($$ UPDATE m.settings SET capacity = -1 $$, '23514', NULL,
	'no fewer than none');
SELECT throws_ok($$ UPDATE m.settings SET forecast_level = 1 $$, '23514', NULL,
	'no limits that hold for sure');
SELECT throws_ok($$ UPDATE m.settings SET lost_probability = 1 $$, '23514', NULL,
	'nobody is gone for sure');

-- --- a time in which all customers at once bought less, or more ----------------------------------

-- 600 customers who buy on one day of twenty, but in the periods of 30 days numbered back from
-- today: seven tenths of that, six tenths, 1.45 and 1.75 times as much
CREATE SCHEMA shock;
CREATE TABLE shock.orders AS
SELECT c AS customer_id, day::date AS ordered_at
FROM generate_series(1, 600) c,
	generate_series(timestamp '2025-01-01', '2026-06-30', '1 day') day,
	LATERAL (SELECT CASE (date '2026-06-30' - day::date) / 30 WHEN 0 THEN 0.7 WHEN 3 THEN 0.6
		WHEN 6 THEN 1.45 WHEN 9 THEN 1.75 ELSE 1 END) f(factor)
WHERE day = timestamp '2025-01-01' + c % 20 * interval '1 day'
	OR hashtextextended(c || ' ' || day::date, 0) & 65535 < factor * 65536 / 20;
SELECT create_retention_mart('shock.orders', 'customer_id', 'ordered_at', schema => 'shocked')
	\g /dev/null
UPDATE shocked.settings SET base_kinds = '{mbg/nbd}', forecast_days = 30;
SELECT refresh_retention_mart('shocked') \g /dev/null
SELECT set_eq('SELECT seen_until, ratio > 1 FROM shocked.unusual_periods WHERE unusual',
	$$ VALUES (date '2026-06-30' - 90, false), (date '2026-06-30' - 270, true) $$,
	'what is out of the ordinary is more than a factor of 1.57');
SELECT set_eq('SELECT seen_from FROM shocked.unusual_periods WHERE usual IS NULL',
	'SELECT date ''2026-06-30'' - 30 * p + 1 FROM generate_series(13, 15) p',
	'before the first three there is nothing usual');
-- the page says the one that is farthest off, and what to tell
CREATE FUNCTION pg_temp.page_says(until date, than text, as_what text) RETURNS boolean
LANGUAGE sql AS $$
SELECT retention_review_html('shocked') ~ format('<b>In the 30 days until %s customers bought '
	'%s&#160;%% %s than was to be expected\.</b>.*factor&quot;: %s\}.*does not count it as %s',
	to_char(until, 'FMDD FMMonth YYYY'), round(100 * abs(ratio - 1)::numeric), than,
	round((ratio / usual)::numeric, 2), as_what)
FROM shocked.unusual_periods WHERE seen_until = until $$;
SELECT ok(pg_temp.page_says('2026-04-01', 'less', 'loss\. Other times like that'),
	'which the page says');
DELETE FROM shocked.unusual_periods WHERE seen_until = '2026-04-01';
SELECT ok(pg_temp.page_says('2025-10-03', 'more', 'a habit\.</p>'), 'or what was more');
-- What is always twice what the model has it is nothing out of the ordinary, nor what is nearer to
-- the model.  Few customers are one by chance.
CREATE FUNCTION pg_temp.unusual(model text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM shocked.unusual_periods;
	PERFORM pg_temp.run_step('shocked', 'write', 'unusual_periods',
		jsonb_build_object('base_model', model, 'base_kind', 'mbg/nbd'));
	RETURN (SELECT coalesce(string_agg(((date '2026-06-30' - seen_until) / 30)::text, ' '
			ORDER BY seen_until), 'none') FROM shocked.unusual_periods WHERE unusual);
END $$;
SELECT is(pg_temp.unusual('{"model": "mbg/nbd", "r": 10000, "alpha": 400000, "a": 1e-6, "b": 1}'),
	'9', 'out of the ordinary and of the model');
SAVEPOINT few;
DELETE FROM shocked.customer_history WHERE customer_id > 4;
SELECT is(pg_temp.unusual('{"model": "mbg/nbd", "r": 10000, "alpha": 200000, "a": 1e-6, "b": 1}'),
	'none', 'not of four customers');
SELECT ok(count(*) > 0, 'among whom chance is as far off') FROM shocked.unusual_periods
WHERE abs(ln(ratio)) > 0.45 AND abs(ln(ratio / usual)) > 0.45;
ROLLBACK TO few;

-- --- placeholders --------------------------------------------------------------------------------

SELECT is(retention_mart_fill('{a} {b} {due,late} {} { a} {A} {a}', '{"a": "{b} %s", "b": "{a}"}'),
	'{b} %s {a} {due,late} {} { a} {A} {b} %s', 'what is filled in is not filled again');
SELECT throws_ok($$ SELECT retention_mart_fill('x {c} y', '{"a": "b"}') $$, '22023',
	'there is no value for {c} in the SQL of a retention mart', 'a placeholder without a value');
SELECT throws_ok($$ SELECT retention_mart_fill('{a}', '{"a": null}') $$, '22023',
	'there is no value for {a} in the SQL of a retention mart', 'or with a NULL');
SELECT throws_ok($$ SELECT retention_mart_fill('{a}', '["a"]') $$, '22023',
	'the values for the SQL of a retention mart must be an object', 'values are an object');
SELECT is(retention_mart_fill('ä{', '{}'), 'ä{', 'a brace at the end');

-- --- the kinds -----------------------------------------------------------------------------------

SELECT set_eq('SELECT kind, fitted_to FROM model_kinds()', $$
	VALUES ('interpurchase', 'intervals'), ('bg/nbd', 'recency'), ('mbg/nbd', 'recency'),
		('bg/cnbd-k', 'recency'), ('mbg/cnbd-k', 'recency'), ('zibg/nbd', 'recency'),
		('zibg/cnbd-k', 'recency'), ('pareto/nbd', 'recency'),
		('ggompertz/nbd', 'recency'), ('bg/bb', 'opportunities'), ('gamma-gamma', 'spend'),
		('gamma-gamma-all', 'amounts'), ('sbg', 'contracts'), ('bdw', 'contracts') $$,
	'the kinds and what they are fitted to');
SELECT is((SELECT parameters FROM model_kinds() WHERE kind = 'pareto/nbd'), '{r,alpha,s,beta}',
	'and their parameters');
SELECT is((SELECT array_agg(retention_mart_model_use(k))
	FROM unnest('{interpurchase,gamma-gamma,gamma-gamma-all,mbg/nbd,bg/cnbd-3}'::text[]) k),
	'{cycle_model,spend_model,spend_model,base_model,base_model}', 'what a mart uses them for');

SELECT * FROM finish();
ROLLBACK;
