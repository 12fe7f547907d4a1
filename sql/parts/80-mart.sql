-- ---------------------------------------------------------------------------
-- the retention mart: plain tables for dashboards, made and refreshed in one call
-- ---------------------------------------------------------------------------

-- For statements that are run later: only pg_catalog is searched for what has no schema, so that nothing
-- anybody has put elsewhere is found.
CREATE FUNCTION retention_schema() RETURNS text
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT typnamespace::regnamespace::text FROM pg_type WHERE oid = 'purchase_history'::regtype;
	END;
COMMENT ON FUNCTION retention_schema() IS 'The schema of the extension, quoted where its name needs it.';

-- What the mart consists of, as readable SQL.  settings is the row of the mart's table settings.
CREATE FUNCTION retention_mart_tables(settings jsonb) RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT t.step, t.name, pg_catalog.format(replace(t.template, '{extension}', replace(retention_schema(), '%', '%%')), quote_ident(settings ->> text 'schema_name'), settings ->> text 'customer_type')
	FROM (VALUES
		(10, 'customer_history', $sql$CREATE TABLE %1$s.customer_history (
	customer_id %2$s PRIMARY KEY,
	history {extension}.purchase_history NOT NULL
)$sql$),
		(15, 'range_history', $sql$CREATE TABLE %1$s.range_history (
	customer_id %2$s,
	product_range text,
	history {extension}.purchase_history NOT NULL,
	PRIMARY KEY (customer_id, product_range)
)$sql$),
		(20, 'customer_attribute', $sql$CREATE TABLE %1$s.customer_attribute (
	customer_id %2$s,
	attribute text,
	value text,
	PRIMARY KEY (customer_id, attribute)
)$sql$),
		(25, 'change', $sql$CREATE TABLE %1$s.change (
	customer_id %2$s,
	product_range text,
	added {extension}.purchase_history,
	removed {extension}.purchase_history,
	truncated boolean NOT NULL DEFAULT false
)$sql$),
		(27, 'campaign', $sql$CREATE TABLE %1$s.campaign (
	campaign text,
	customer_id %2$s,
	contacted_on date NOT NULL CHECK (isfinite(contacted_on)),
	contacted boolean NOT NULL DEFAULT true,
	PRIMARY KEY (campaign, customer_id)
)$sql$),
		(28, 'campaign_results', $sql$CREATE TABLE %1$s.campaign_results (
	campaign text PRIMARY KEY,
	contacted_on date NOT NULL,
	days integer NOT NULL,
	contacted bigint NOT NULL,
	contacted_rate double precision,
	contacted_spend numeric,
	control bigint NOT NULL,
	control_rate double precision,
	control_spend numeric,
	difference double precision,
	difference_lower double precision,
	difference_upper double precision,
	p_value double precision,
	brought_back double precision
)$sql$),
		(30, 'model', $sql$CREATE TABLE %1$s.model (
	fitted_on date,
	kind text,
	model {extension}.retention_model NOT NULL,
	log_likelihood double precision,
	aic double precision,
	converged boolean NOT NULL,
	chosen boolean NOT NULL DEFAULT false,
	PRIMARY KEY (fitted_on, kind)
)$sql$),
		(31, 'model_fits', $sql$CREATE VIEW %1$s.model_fits AS
SELECT fitted_on, kind, {extension}.parameters(model)::text AS parameters, log_likelihood, aic, converged, chosen FROM %1$s.model$sql$),
		(40, 'customer_scorecard', $sql$CREATE TABLE %1$s.customer_scorecard (
	customer_id %2$s PRIMARY KEY,
	first_purchase date NOT NULL,
	last_purchase date NOT NULL,
	purchases integer NOT NULL,
	orders bigint NOT NULL,
	spend numeric,
	average_order_value numeric,
	mean_interval double precision,
	pattern text,
	interval_trend double precision,
	elapsed_days integer NOT NULL,
	overdue_ratio double precision,
	silence_probability double precision,
	stage text,
	expected_next date,
	contact_from date,
	contact_until date,
	churn_score double precision,
	lost_on date,
	purchases_next_year double precision,
	expected_order_value numeric,
	clv numeric,
	value_at_risk numeric,
	spend_change double precision,
	spend_p_value double precision
)$sql$),
		(50, 'contact_list', $sql$CREATE TABLE %1$s.contact_list (
	rank integer NOT NULL,
	customer_id %2$s PRIMARY KEY,
	reason text NOT NULL,
	contact_from date,
	contact_until date,
	expected_next date,
	overdue_ratio double precision,
	churn_score double precision,
	clv numeric,
	value_at_risk numeric,
	value_to_save numeric,
	purchases_to_save double precision
)$sql$),
		(60, 'cohorts', $sql$CREATE TABLE %1$s.cohorts (
	cohort date,
	period integer,
	eligible bigint NOT NULL,
	active bigint NOT NULL,
	rate double precision NOT NULL,
	active_on_or_after bigint NOT NULL,
	rate_on_or_after double precision NOT NULL,
	orders bigint NOT NULL,
	spend numeric,
	PRIMARY KEY (cohort, period)
)$sql$),
		(61, 'retention_curve', $sql$CREATE TABLE %1$s.retention_curve (
	period integer PRIMARY KEY,
	cohorts bigint NOT NULL,
	eligible bigint NOT NULL,
	active bigint NOT NULL,
	rate double precision NOT NULL,
	lower double precision NOT NULL,
	upper double precision NOT NULL,
	rate_on_or_after double precision NOT NULL
)$sql$),
		(62, 'survival', $sql$CREATE TABLE %1$s.survival (
	days integer PRIMARY KEY,
	at_risk bigint NOT NULL,
	churned bigint NOT NULL,
	survival double precision NOT NULL,
	lower double precision,
	upper double precision
)$sql$),
		(70, 'lifecycle', $sql$CREATE TABLE %1$s.lifecycle (
	month date PRIMARY KEY,
	new bigint NOT NULL,
	retained bigint NOT NULL,
	resurrected bigint NOT NULL,
	active bigint NOT NULL,
	dormant bigint NOT NULL,
	lost bigint NOT NULL,
	recovered bigint NOT NULL,
	customers bigint NOT NULL,
	repeat_rate double precision,
	retention_rate double precision,
	churn_rate double precision,
	orders bigint NOT NULL,
	spend numeric
)$sql$),
		(80, 'lost_customers', $sql$CREATE TABLE %1$s.lost_customers (
	customer_id %2$s PRIMARY KEY,
	lost_on date NOT NULL,
	last_purchase date NOT NULL,
	purchases integer NOT NULL,
	spend numeric,
	value_lost numeric
)$sql$),
		(85, 'churn_reasons', $sql$CREATE TABLE %1$s.churn_reasons (
	attribute text NOT NULL,
	value text,
	customers bigint NOT NULL,
	churned bigint NOT NULL,
	churn_rate double precision NOT NULL,
	lower double precision NOT NULL,
	upper double precision NOT NULL,
	lift double precision,
	p_value double precision NOT NULL
)$sql$),
		(90, 'dropped_ranges', $sql$CREATE TABLE %1$s.dropped_ranges (
	customer_id %2$s,
	product_range text,
	last_purchase date NOT NULL,
	range_purchases integer NOT NULL,
	share double precision NOT NULL,
	purchases_since integer NOT NULL,
	silence_probability double precision NOT NULL,
	spend_a_year numeric,
	PRIMARY KEY (customer_id, product_range)
)$sql$),
		(95, 'spend_trend', $sql$CREATE TABLE %1$s.spend_trend (
	month date PRIMARY KEY,
	orders bigint NOT NULL,
	average_order_value numeric,
	change double precision,
	p_value double precision
)$sql$),
		(97, 'model_quality', $sql$CREATE TABLE %1$s.model_quality (
	bin integer PRIMARY KEY,
	seen_from date NOT NULL,
	seen_until date NOT NULL,
	customers bigint NOT NULL,
	expected_rate double precision NOT NULL,
	actual_rate double precision NOT NULL,
	lower double precision NOT NULL,
	upper double precision NOT NULL,
	roc_auc double precision,
	brier_score double precision
)$sql$),
		(98, 'purchase_forecast', $sql$CREATE TABLE %1$s.purchase_forecast (
	period integer PRIMARY KEY,
	seen_from date NOT NULL,
	seen_until date NOT NULL,
	customers bigint NOT NULL,
	expected double precision NOT NULL,
	actual bigint NOT NULL
)$sql$),
		(99, 'monthly_review', $sql$CREATE TABLE %1$s.monthly_review (
	month date PRIMARY KEY,
	customers bigint NOT NULL,
	new bigint NOT NULL,
	active bigint NOT NULL,
	lost bigint NOT NULL,
	recovered bigint NOT NULL,
	churn_rate double precision,
	main_reason text,
	main_reason_lift double precision,
	value_lost numeric,
	contacted bigint,
	brought_back double precision,
	orders bigint NOT NULL,
	spend numeric,
	average_order_value numeric
)$sql$)) AS t(step, name, template)
	ORDER BY t.step;
	END;

-- What each table and column of the mart means, for those who find it in a dashboard.
CREATE FUNCTION retention_mart_comments(settings jsonb) RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT row_number() OVER ()::integer, c.relation,
		CASE WHEN c.column_name IS NULL THEN pg_catalog.format('COMMENT ON %s %s.%I IS %L', CASE c.relation WHEN 'model_fits' THEN 'VIEW' ELSE 'TABLE' END, quote_ident(settings ->> text 'schema_name'), c.relation, c.comment)
			 ELSE pg_catalog.format('COMMENT ON COLUMN %s.%I.%I IS %L', quote_ident(settings ->> text 'schema_name'), c.relation, c.column_name, c.comment) END
	FROM (VALUES
		('settings', NULL, 'What the mart was made from, and when it was refreshed last. One row.'),
		('settings', 'schema_name', 'the schema of the mart'),
		('settings', 'source_table', 'the orders'),
		('settings', 'customer_column', 'column of the source: who ordered'),
		('settings', 'customer_type', 'type of customer_id in the mart: bigint for whole numbers, else text'),
		('settings', 'ordered_at_column', 'column of the source: when'),
		('settings', 'amount_column', 'column of the source: for how much; NULL: amounts are not known'),
		('settings', 'range_column', 'column of the source: which range; NULL: none'),
		('settings', 'attribute_columns', 'columns that may be reasons to leave'),
		('settings', 'customers_table', 'where the attribute columns are, one row a customer; NULL: in the orders'),
		('settings', 'zone', 'time zone in which a point in time has its day'),
		('settings', 'changes', 'how orders that change come into the mart: trigger, high_water_mark or rebuild'),
		('settings', 'overlap', 'with a high-water mark: how far before the latest order and the last refresh a refresh begins to read; else NULL'),
		('settings', 'horizon', 'how far ahead a customer is valued'),
		('settings', 'discount_rate', 'per year'),
		('settings', 'margin', 'share of the order value that is earned'),
		('settings', 'as_of', 'the day as of whose end everything is seen'),
		('settings', 'refreshed_at', 'when the last refresh began'),
		('settings', 'partitions', 'the source and its partitions when it was read in full'),
		('settings', 'one', 'there is one row only'),
		('customer_history', NULL, 'All purchases of each customer; see the type purchase_history.'),
		('customer_history', 'customer_id', 'the customer'),
		('customer_history', 'history', 'her purchases'),
		('range_history', NULL, 'All purchases of each customer in each range.'),
		('range_history', 'customer_id', 'the customer'),
		('range_history', 'product_range', 'the range'),
		('range_history', 'history', 'her purchases in it'),
		('customer_attribute', NULL, 'What is known of each customer besides: the values at her latest order, or in customers_table.'),
		('customer_attribute', 'customer_id', 'the customer'),
		('customer_attribute', 'attribute', 'name of the column'),
		('customer_attribute', 'value', 'its value; NULL when not known'),
		('change', NULL, 'Orders that were inserted, updated or deleted since the last refresh: what the triggers on the source wrote down.'),
		('change', 'customer_id', 'the customer'),
		('change', 'product_range', 'the range'),
		('change', 'added', 'purchases that came'),
		('change', 'removed', 'purchases that went'),
		('change', 'truncated', 'the source was emptied, or something could not be written down: the next refresh reads all orders. So does refresh_retention_mart(..., read_all => true)'),
		('campaign', NULL, 'For you to fill: who was contacted when, and who, drawn by chance, was not. A refresh only reads it.'),
		('campaign', 'campaign', 'what was tried'),
		('campaign', 'customer_id', 'the customer'),
		('campaign', 'contacted_on', 'the day; for who was not contacted the day on which she would have been'),
		('campaign', 'contacted', 'false for the control group: only against it can be seen what a campaign did'),
		('campaign_results', NULL, 'Did it work: how many of the contacted bought within 60 days, and of the control group.'),
		('campaign_results', 'campaign', 'what was tried'),
		('campaign_results', 'contacted_on', 'the first day of it'),
		('campaign_results', 'days', 'days after the contact in which purchases count: 60, or as many as have passed'),
		('campaign_results', 'contacted', 'customers who were contacted'),
		('campaign_results', 'contacted_rate', 'the share of them that bought in these days'),
		('campaign_results', 'contacted_spend', 'what they spent in them, for each of the contacted'),
		('campaign_results', 'control', 'customers of the control group'),
		('campaign_results', 'control_rate', 'the share of them that bought; NULL without a control group'),
		('campaign_results', 'control_spend', 'what they spent, for each of the group'),
		('campaign_results', 'difference', 'contacted_rate less control_rate'),
		('campaign_results', 'difference_lower', 'lower limit of the difference, 95 percent confidence'),
		('campaign_results', 'difference_upper', 'upper limit'),
		('campaign_results', 'p_value', 'the probability of such a difference by chance'),
		('campaign_results', 'brought_back', 'customers who bought because they were contacted: difference times contacted'),
		('model', NULL, 'Models fitted at each refresh: what customers are like. See the view model_fits for plain columns.'),
		('model', 'fitted_on', 'as of which day'),
		('model', 'kind', 'kind of model'),
		('model', 'model', 'the model itself'),
		('model', 'log_likelihood', 'logarithm of its likelihood'),
		('model', 'aic', 'Akaikes criterion: less is better, among models of who is still a customer'),
		('model', 'converged', 'false when the likelihood rises toward the boundary of the parameters'),
		('model', 'chosen', 'the mart uses it: it was fitted at the last refresh, and of models of who is still a customer it has the least aic'),
		('model_fits', NULL, 'The history of the fits in plain columns.'),
		('model_fits', 'fitted_on', 'as of which day'),
		('model_fits', 'kind', 'kind of model'),
		('model_fits', 'parameters', 'its parameters, as JSON'),
		('model_fits', 'log_likelihood', 'logarithm of its likelihood'),
		('model_fits', 'aic', 'Akaikes criterion: less is better'),
		('model_fits', 'converged', 'false when the likelihood rises toward the boundary of the parameters'),
		('model_fits', 'chosen', 'the mart uses it'),
		('customer_scorecard', NULL, 'One row a customer: her cycle, whether she is still one, what she is worth. As of settings.as_of.'),
		('customer_scorecard', 'customer_id', 'the customer'),
		('customer_scorecard', 'first_purchase', 'day of her first purchase'),
		('customer_scorecard', 'last_purchase', 'day of her latest purchase'),
		('customer_scorecard', 'purchases', 'days on which she bought'),
		('customer_scorecard', 'orders', 'her orders'),
		('customer_scorecard', 'spend', 'all she spent, refunds taken off, in the money of the orders; NULL if no amount is known'),
		('customer_scorecard', 'average_order_value', 'spend for each order of known amount'),
		('customer_scorecard', 'mean_interval', 'days between her purchases; NULL with one'),
		('customer_scorecard', 'pattern', 'clockwork, regular, random or clumpy; NULL with too few purchases'),
		('customer_scorecard', 'interval_trend', 'relative change of her intervals per purchase: 0.1 is each a tenth longer than the one before'),
		('customer_scorecard', 'elapsed_days', 'days since her latest purchase'),
		('customer_scorecard', 'overdue_ratio', 'elapsed days over her mean interval'),
		('customer_scorecard', 'silence_probability', 'how probable so long a silence is with her rhythm'),
		('customer_scorecard', 'stage', 'new, active, due, overdue, at_risk or lapsed, by that probability'),
		('customer_scorecard', 'expected_next', 'the day by which she will have bought again with probability one half, if she is still a customer'),
		('customer_scorecard', 'contact_from', 'from this day on she is likely to think of buying'),
		('customer_scorecard', 'contact_until', 'until this day'),
		('customer_scorecard', 'churn_score', 'the probability that she is no customer any more'),
		('customer_scorecard', 'lost_on', 'the day on which that reached one half; NULL while it has not'),
		('customer_scorecard', 'purchases_next_year', 'purchases to expect within a year'),
		('customer_scorecard', 'expected_order_value', 'what her next order will be worth on average'),
		('customer_scorecard', 'clv', 'customer lifetime value: margin to expect within the horizon, discounted'),
		('customer_scorecard', 'value_at_risk', 'what is lost with the probability that she is gone already'),
		('customer_scorecard', 'spend_change', 'average order value of the last three months against before: -0.1 is a tenth less'),
		('customer_scorecard', 'spend_p_value', 'the probability of such a change by chance'),
		('contact_list', NULL, 'Who to reach this week, why, and what for: those first with whom a contact saves most.'),
		('contact_list', 'rank', '1 for the largest value_to_save, or where amounts are not known purchases_to_save'),
		('contact_list', 'customer_id', 'the customer'),
		('contact_list', 'reason', 'due this week, overdue, or at risk of leaving'),
		('contact_list', 'contact_from', 'from this day on she is likely to think of buying'),
		('contact_list', 'contact_until', 'until this day'),
		('contact_list', 'expected_next', 'the day by which she will have bought again with probability one half'),
		('contact_list', 'overdue_ratio', 'days since her latest purchase over her mean interval'),
		('contact_list', 'churn_score', 'the probability that she is gone already'),
		('contact_list', 'clv', 'customer lifetime value'),
		('contact_list', 'value_at_risk', 'what is lost with the probability that she is gone'),
		('contact_list', 'value_to_save', 'value_at_risk times the probability that she is still there to be reached'),
		('contact_list', 'purchases_to_save', 'the same in purchases: those of a year, times the probability that she is gone, times that she is still there'),
		('cohorts', NULL, 'Customers by the month in which they came, month by month since.'),
		('cohorts', 'cohort', 'first day of the month of their first purchase'),
		('cohorts', 'period', 'months since'),
		('cohorts', 'eligible', 'customers of the cohort'),
		('cohorts', 'active', 'how many of them bought in the month'),
		('cohorts', 'rate', 'the share of them that did'),
		('cohorts', 'active_on_or_after', 'how many of them bought in the month or later'),
		('cohorts', 'rate_on_or_after', 'the share of them that did'),
		('cohorts', 'orders', 'their orders in the month'),
		('cohorts', 'spend', 'what they spent in it, refunds taken off'),
		('retention_curve', NULL, 'All cohorts together: what share buys so many months after the first purchase.'),
		('retention_curve', 'period', 'months since the first purchase'),
		('retention_curve', 'cohorts', 'cohorts that have been seen so long'),
		('retention_curve', 'eligible', 'their customers'),
		('retention_curve', 'active', 'how many of them bought in the month'),
		('retention_curve', 'rate', 'the share of them that did'),
		('retention_curve', 'lower', 'lower limit of the rate, 95 percent confidence'),
		('retention_curve', 'upper', 'upper limit of the rate'),
		('retention_curve', 'rate_on_or_after', 'the share that bought in the month or later'),
		('survival', NULL, 'What share of the customers stays longer than so many days (Kaplan-Meier).'),
		('survival', 'days', 'days since the first purchase'),
		('survival', 'at_risk', 'customers seen so long who had not been lost'),
		('survival', 'churned', 'how many of them were lost then'),
		('survival', 'survival', 'the share that stays longer'),
		('survival', 'lower', 'lower limit of the share, 95 percent confidence; NULL before anybody was lost'),
		('survival', 'upper', 'upper limit of the share'),
		('lifecycle', NULL, 'Who came, stayed, fell silent, came back and was lost, month by month: customers = those of the month before + new + recovered - lost.'),
		('lifecycle', 'month', 'first day of the month'),
		('lifecycle', 'new', 'customers who bought for the first time'),
		('lifecycle', 'retained', 'who bought, and in the month before, too'),
		('lifecycle', 'resurrected', 'who bought, and earlier, but not in the month before'),
		('lifecycle', 'active', 'all who bought'),
		('lifecycle', 'dormant', 'who bought in the month before, but not in this one'),
		('lifecycle', 'lost', 'who was lost in the month: her silence became too long for her rhythm'),
		('lifecycle', 'recovered', 'purchases of customers who had been lost'),
		('lifecycle', 'customers', 'customers at the end of the month'),
		('lifecycle', 'repeat_rate', 'the share of the active who had bought in an earlier month'),
		('lifecycle', 'retention_rate', 'the share of those active in the month before who were active again'),
		('lifecycle', 'churn_rate', 'lost as a share of the customers at the beginning of the month'),
		('lifecycle', 'orders', 'orders in the month'),
		('lifecycle', 'spend', 'what was spent in it, refunds taken off'),
		('lost_customers', NULL, 'Who is lost, since when, and what that costs.'),
		('lost_customers', 'customer_id', 'the customer'),
		('lost_customers', 'lost_on', 'the day from which on she was more likely gone than not'),
		('lost_customers', 'last_purchase', 'day of her latest purchase'),
		('lost_customers', 'purchases', 'days on which she bought'),
		('lost_customers', 'spend', 'all she spent'),
		('lost_customers', 'value_lost', 'what she was worth on the day she was last seen: margin to expect within the horizon, discounted'),
		('churn_reasons', NULL, 'What those lost in the last twelve months have in common, the surest first: a p_value below 0.05 is hardly chance.'),
		('churn_reasons', 'attribute', 'name of the attribute'),
		('churn_reasons', 'value', 'its value; NULL when not known'),
		('churn_reasons', 'customers', 'customers with it'),
		('churn_reasons', 'churned', 'how many of them were lost'),
		('churn_reasons', 'churn_rate', 'the share of them that was'),
		('churn_reasons', 'lower', 'lower limit of the share, 95 percent confidence'),
		('churn_reasons', 'upper', 'upper limit of the share'),
		('churn_reasons', 'lift', 'the share as a multiple of that of all customers'),
		('churn_reasons', 'p_value', 'the probability of so uneven a split by chance, corrected for the number of values'),
		('dropped_ranges', NULL, 'Who still buys, but has stopped buying one range.'),
		('dropped_ranges', 'customer_id', 'the customer'),
		('dropped_ranges', 'product_range', 'the range'),
		('dropped_ranges', 'last_purchase', 'the day on which she bought it last'),
		('dropped_ranges', 'range_purchases', 'days on which she bought it'),
		('dropped_ranges', 'share', 'their share of her purchase days until then'),
		('dropped_ranges', 'purchases_since', 'purchase days since, all without it'),
		('dropped_ranges', 'silence_probability', 'the probability of that by chance'),
		('dropped_ranges', 'spend_a_year', 'what she spent on it in the year up to the last time'),
		('spend_trend', NULL, 'The average order value month by month, and whether that of the last three months differs from before.'),
		('spend_trend', 'month', 'first day of the month'),
		('spend_trend', 'orders', 'orders in the month'),
		('spend_trend', 'average_order_value', 'what was spent in it for each of them'),
		('spend_trend', 'change', 'the three months up to its end against all before: -0.1 is a tenth less'),
		('spend_trend', 'p_value', 'the probability of such a change by chance'),
		('model_quality', NULL, 'What the model said half a year ago, and what came: customers in tenths of the probability of a purchase.'),
		('model_quality', 'bin', '1 for the lowest probabilities'),
		('model_quality', 'seen_from', 'first day on which purchases were looked for'),
		('model_quality', 'seen_until', 'last day'),
		('model_quality', 'customers', 'customers of these probabilities'),
		('model_quality', 'expected_rate', 'what share was expected to buy'),
		('model_quality', 'actual_rate', 'what share did'),
		('model_quality', 'lower', 'lower limit of that share, 95 percent confidence'),
		('model_quality', 'upper', 'upper limit'),
		('model_quality', 'roc_auc', 'of all bins: the probability that who bought had been given a higher probability than who did not'),
		('model_quality', 'brier_score', 'of all bins: mean squared error of the probabilities'),
		('purchase_forecast', NULL, 'Purchases that the model of half a year ago expected of the customers there were then, and those that came: six periods of 30 days.'),
		('purchase_forecast', 'period', '1 to 6'),
		('purchase_forecast', 'seen_from', 'first day of the period'),
		('purchase_forecast', 'seen_until', 'its last day'),
		('purchase_forecast', 'customers', 'customers at the beginning of the first period'),
		('purchase_forecast', 'expected', 'purchase days expected of them'),
		('purchase_forecast', 'actual', 'purchase days they had'),
		('monthly_review', NULL, 'The monthly meeting: how many did we lose, why, what did it cost, and did what we tried work.'),
		('monthly_review', 'month', 'first day of the month'),
		('monthly_review', 'customers', 'customers at its end'),
		('monthly_review', 'new', 'customers who came'),
		('monthly_review', 'active', 'customers who bought'),
		('monthly_review', 'lost', 'customers who were lost'),
		('monthly_review', 'recovered', 'customers who had been lost and came back'),
		('monthly_review', 'churn_rate', 'lost as a share of the customers at the beginning of the month'),
		('monthly_review', 'main_reason', 'what those lost in the month have in common most surely, of those who were customers in it; NULL: nothing that could not be chance. The last 13 months only'),
		('monthly_review', 'main_reason_lift', 'their churn rate as a multiple of that of all'),
		('monthly_review', 'value_lost', 'what those who were lost in the month and have not come back were worth'),
		('monthly_review', 'contacted', 'customers contacted by campaigns that began in the month; NULL: none'),
		('monthly_review', 'brought_back', 'customers who bought because of them, as far as the control groups tell'),
		('monthly_review', 'orders', 'orders in the month'),
		('monthly_review', 'spend', 'what was spent, refunds taken off'),
		('monthly_review', 'average_order_value', 'spend for each order')
		) AS c(relation, column_name, comment);
	END;

-- What a refresh does, step by step, in three phases: the orders are read, models fitted, and what follows from them written.
-- An optional step may fail for too little data: what it would have filled is left empty.
CREATE FUNCTION retention_mart_steps(settings jsonb) RETURNS TABLE (step integer, name text, optional boolean, statement text)
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT t.step, t.name, t.optional,
		pg_catalog.format(replace(CASE t.way
				WHEN 'as it is' THEN t.template
				WHEN 'insert' THEN 'DELETE FROM %1$s.' || t.name || E';\nINSERT INTO %1$s.' || t.name || E'\n' || t.template
				-- into a table of its own first: PostgreSQL has parallel workers for CREATE TABLE AS, not for INSERT
				ELSE 'CREATE UNLOGGED TABLE %1$s.next_' || t.name || E' AS\n' || t.template || E';\nDELETE FROM %1$s.' || t.name || E';\nINSERT INTO %1$s.' || t.name || ' SELECT * FROM %1$s.next_' || t.name || E';\nDROP TABLE %1$s.next_' || t.name
			   END, '{extension}', replace(extension, '%', '%%')), quote_ident(settings ->> text 'schema_name'), settings ->> text 'source_table',
			   quote_ident(settings ->> text 'customer_column') || '::' || (settings ->> text 'customer_type'),
			   quote_ident(settings ->> text 'ordered_at_column'),
			   quote_ident(settings ->> text 'ordered_at_column') || coalesce('::' || (settings ->> text 'ordered_at_type'), '') ||
			   coalesce(', ' || quote_ident(settings ->> text 'amount_column') || '::numeric', '') ||
			   coalesce(', text ' || quote_literal(settings ->> text 'zone'), ''),
			   quote_ident(settings ->> text 'range_column') || '::text',
			   'date ' || quote_literal(settings ->> text 'as_of'), 'interval ' || quote_literal(settings ->> text 'horizon'), (settings ->> text 'discount_rate') || '::double precision', (settings ->> text 'margin') || '::double precision',
			   (SELECT string_agg(pg_catalog.format('(%L, %I::text)', a, a), ', ') FROM jsonb_array_elements_text(settings -> text 'attribute_columns') AS a),
			   -- whole numbers are compared as they are, so that an index on them is of use
			   quote_ident(settings ->> text 'customer_column') || CASE settings ->> text 'customer_type' WHEN 'bigint' THEN '' ELSE '::text' END,
			   (SELECT string_agg(pg_catalog.format('(%L, o.%I::text)', a, a), ', ') FROM jsonb_array_elements_text(settings -> text 'attribute_columns') AS a),
			   settings ->> text 'customers_table',
			   'date ' || quote_literal(settings ->> text 'read_from'),
			   -- the beginning of that day where the orders are
			   'timestamp ' || quote_literal(settings ->> text 'read_from') || coalesce(' AT TIME ZONE ' || quote_literal(settings ->> text 'zone'), ''),
			   coalesce(', ' || quote_literal(settings ->> text 'cycle_model') || '::' || extension || '.retention_model', ''),
			   coalesce(quote_literal(settings ->> text 'base_model'), 'NULL') || '::' || extension || '.retention_model',
			   coalesce(quote_literal(settings ->> text 'spend_model'), 'NULL') || '::' || extension || '.retention_model',
			   'text ' || quote_literal(settings ->> text 'base_kind'))
	FROM (VALUES
		-- orders and what is known of changes are read in one statement, hence in one state of the database
		(10, 'read all orders', false, 'as it is', settings ->> text 'phase' = 'read all', $sql$DELETE FROM %1$s.customer_history;
DELETE FROM %1$s.range_history;
DELETE FROM %1$s.customer_attribute;
WITH known AS (DELETE FROM %1$s.change)$sql$ || CASE WHEN settings ->> text 'range_column' IS NULL THEN '' ELSE $sql$,
ranges AS (
	INSERT INTO %1$s.range_history
	SELECT customer_id, product_range, history
	FROM (SELECT %3$s AS customer_id, %6$s AS product_range, {extension}.purchase_history(%5$s) AS history FROM %2$s GROUP BY 1, 2) o
	WHERE customer_id IS NOT NULL AND product_range IS NOT NULL AND history IS NOT NULL)$sql$ END || CASE WHEN settings -> text 'attribute_columns' = '[]' OR settings ->> text 'customers_table' IS NOT NULL THEN '' ELSE $sql$,
attributes AS (
	INSERT INTO %1$s.customer_attribute
	SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
	FROM (SELECT %3$s AS customer_id, %4$s AS ordered_at, attribute, value FROM %2$s, LATERAL (VALUES %11$s) a(attribute, value)) o
	WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL
	ORDER BY customer_id, attribute, ordered_at DESC, value)$sql$ END || $sql$
INSERT INTO %1$s.customer_history
SELECT customer_id, history
FROM (SELECT %3$s AS customer_id, {extension}.purchase_history(%5$s) AS history FROM %2$s GROUP BY 1) o
WHERE customer_id IS NOT NULL AND history IS NOT NULL$sql$),
		(11, 'read changes', false, 'as it is', settings ->> text 'phase' = 'read changes', $sql$WITH taken AS (DELETE FROM %1$s.change WHERE NOT EXISTS (SELECT FROM %1$s.change WHERE truncated) RETURNING *),
customer AS (
	SELECT customer_id, d.history OPERATOR({extension}.-) d.removed AS history, d.removed IS NULL AS only_added, d.history AS with_added
	FROM (SELECT t.customer_id, coalesce(c.history OPERATOR({extension}.||) t.added, c.history, t.added) AS history, t.removed
	      FROM (SELECT customer_id, {extension}.purchase_history(added) AS added, {extension}.purchase_history(removed) AS removed FROM taken GROUP BY 1) t
	           LEFT JOIN %1$s.customer_history c USING (customer_id)) d),
customers_gone AS (
	DELETE FROM %1$s.customer_history h USING customer c
	WHERE h.customer_id = c.customer_id AND NOT only_added AND c.history IS NULL)$sql$ || CASE WHEN settings ->> text 'range_column' IS NULL THEN '' ELSE $sql$,
customer_range AS (
	SELECT customer_id, product_range, d.history OPERATOR({extension}.-) d.removed AS history, d.removed IS NULL AS only_added, d.history AS with_added
	FROM (SELECT t.customer_id, t.product_range, coalesce(c.history OPERATOR({extension}.||) t.added, c.history, t.added) AS history, t.removed
	      FROM (SELECT customer_id, product_range, {extension}.purchase_history(added) AS added, {extension}.purchase_history(removed) AS removed FROM taken WHERE product_range IS NOT NULL GROUP BY 1, 2) t
	           LEFT JOIN %1$s.range_history c USING (customer_id, product_range)) d),
ranges_gone AS (
	DELETE FROM %1$s.range_history h USING customer_range c
	WHERE h.customer_id = c.customer_id AND h.product_range = c.product_range AND NOT only_added AND c.history IS NULL),
ranges AS (
	INSERT INTO %1$s.range_history
	SELECT customer_id, product_range, CASE WHEN only_added THEN with_added ELSE history END FROM customer_range WHERE only_added OR history IS NOT NULL
	ON CONFLICT (customer_id, product_range) DO UPDATE SET history = excluded.history)$sql$ END || CASE WHEN settings -> text 'attribute_columns' = '[]' OR settings ->> text 'customers_table' IS NOT NULL THEN '' ELSE $sql$,
attributes AS (
	INSERT INTO %1$s.customer_attribute
	SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
	FROM (SELECT t.customer_id, o.%4$s AS ordered_at, a.attribute, a.value FROM (SELECT DISTINCT customer_id FROM taken) t JOIN %2$s o ON o.%12$s = t.customer_id, LATERAL (VALUES %13$s) a(attribute, value)) o
	WHERE ordered_at IS NOT NULL
	ORDER BY customer_id, attribute, ordered_at DESC, value
	ON CONFLICT (customer_id, attribute) DO UPDATE SET value = excluded.value)$sql$ END || $sql$
INSERT INTO %1$s.customer_history
SELECT customer_id, CASE WHEN only_added THEN with_added ELSE history END FROM customer WHERE only_added OR history IS NOT NULL
ON CONFLICT (customer_id) DO UPDATE SET history = excluded.history;
DELETE FROM %1$s.customer_attribute a WHERE NOT EXISTS (SELECT FROM %1$s.customer_history h WHERE h.customer_id = a.customer_id)$sql$),
		-- the histories up to the mark stay, what is behind it is read again
		(12, 'read recent orders', false, 'as it is', settings ->> text 'phase' = 'read recent', $sql$WITH customer AS (
	SELECT customer_id, c.history AS known, coalesce({extension}.as_of(c.history, %15$s - 1) OPERATOR({extension}.||) r.history, {extension}.as_of(c.history, %15$s - 1), r.history) AS history
	FROM (SELECT %3$s AS customer_id, {extension}.purchase_history(%5$s) AS history FROM %2$s WHERE %4$s >= %16$s GROUP BY 1) r
	     FULL JOIN %1$s.customer_history c USING (customer_id)
	WHERE customer_id IS NOT NULL AND (r.history IS NOT NULL OR {extension}.slice(c.history, daterange(%15$s, NULL)) IS NOT NULL)),
customers_gone AS (DELETE FROM %1$s.customer_history h USING customer c WHERE h.customer_id = c.customer_id AND c.history IS NULL)$sql$ ||
			CASE WHEN settings ->> text 'range_column' IS NULL THEN '' ELSE $sql$,
customer_range AS (
	SELECT customer_id, product_range, c.history AS known, coalesce({extension}.as_of(c.history, %15$s - 1) OPERATOR({extension}.||) r.history, {extension}.as_of(c.history, %15$s - 1), r.history) AS history
	FROM (SELECT %3$s AS customer_id, %6$s AS product_range, {extension}.purchase_history(%5$s) AS history FROM %2$s WHERE %4$s >= %16$s GROUP BY 1, 2) r
	     FULL JOIN %1$s.range_history c USING (customer_id, product_range)
	WHERE customer_id IS NOT NULL AND product_range IS NOT NULL AND (r.history IS NOT NULL OR {extension}.slice(c.history, daterange(%15$s, NULL)) IS NOT NULL)),
ranges_gone AS (
	DELETE FROM %1$s.range_history h USING customer_range c
	WHERE h.customer_id = c.customer_id AND h.product_range = c.product_range AND c.history IS NULL),
ranges AS (
	INSERT INTO %1$s.range_history
	SELECT customer_id, product_range, history FROM customer_range WHERE (history OPERATOR({extension}.=) known) IS NOT TRUE AND history IS NOT NULL
	ON CONFLICT (customer_id, product_range) DO UPDATE SET history = excluded.history)$sql$ END ||
			CASE WHEN settings -> text 'attribute_columns' = '[]' OR settings ->> text 'customers_table' IS NOT NULL THEN '' ELSE $sql$,
attributes AS (
	INSERT INTO %1$s.customer_attribute
	SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
	FROM (SELECT c.customer_id, o.%4$s AS ordered_at, a.attribute, a.value FROM customer c JOIN %2$s o ON o.%12$s = c.customer_id, LATERAL (VALUES %13$s) a(attribute, value)) o
	WHERE ordered_at IS NOT NULL
	ORDER BY customer_id, attribute, ordered_at DESC, value
	ON CONFLICT (customer_id, attribute) DO UPDATE SET value = excluded.value)$sql$ END || $sql$
INSERT INTO %1$s.customer_history
SELECT customer_id, history FROM customer WHERE (history OPERATOR({extension}.=) known) IS NOT TRUE AND history IS NOT NULL
ON CONFLICT (customer_id) DO UPDATE SET history = excluded.history;
DELETE FROM %1$s.customer_attribute a WHERE NOT EXISTS (SELECT FROM %1$s.customer_history h WHERE h.customer_id = a.customer_id)$sql$),
		(15, 'read customers', false, 'as it is', settings ->> text 'phase' LIKE 'read %' AND settings -> text 'attribute_columns' <> '[]' AND settings ->> text 'customers_table' IS NOT NULL, $sql$DELETE FROM %1$s.customer_attribute;
INSERT INTO %1$s.customer_attribute
SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
FROM (SELECT %3$s AS customer_id, attribute, value FROM %14$s, LATERAL (VALUES %11$s) a(attribute, value)) o JOIN %1$s.customer_history USING (customer_id)
ORDER BY customer_id, attribute, value$sql$),
		(29, 'empty models', false, 'as it is', settings ->> text 'phase' = 'fit', $sql$DELETE FROM %1$s.model WHERE fitted_on = %7$s$sql$),
		(30, 'model interpurchase', true, 'as it is', settings ->> text 'phase' = 'fit', $sql$INSERT INTO %1$s.model
SELECT %7$s, 'interpurchase', m, {extension}.log_likelihood(m), {extension}.aic(m), {extension}.converged(m) FROM (SELECT {extension}.fit_model(text 'interpurchase', history, %7$s) AS m FROM %1$s.customer_history) f WHERE m IS NOT NULL$sql$),
		(31, 'model mbg/nbd', true, 'as it is', settings ->> text 'phase' = 'fit', $sql$INSERT INTO %1$s.model
SELECT %7$s, 'mbg/nbd', m, {extension}.log_likelihood(m), {extension}.aic(m), {extension}.converged(m) FROM (SELECT {extension}.fit_model(text 'mbg/nbd', history, %7$s) AS m FROM %1$s.customer_history) f WHERE m IS NOT NULL$sql$),
		(32, 'model mbg/cnbd-k', true, 'as it is', settings ->> text 'phase' = 'fit', $sql$INSERT INTO %1$s.model
SELECT %7$s, 'mbg/cnbd-k', m, {extension}.log_likelihood(m), {extension}.aic(m), {extension}.converged(m) FROM (SELECT {extension}.fit_model(text 'mbg/cnbd-k', history, %7$s) AS m FROM %1$s.customer_history) f WHERE m IS NOT NULL$sql$),
		(33, 'model pareto/nbd', true, 'as it is', settings ->> text 'phase' = 'fit', $sql$INSERT INTO %1$s.model
SELECT %7$s, 'pareto/nbd', m, {extension}.log_likelihood(m), {extension}.aic(m), {extension}.converged(m) FROM (SELECT {extension}.fit_model(text 'pareto/nbd', history, %7$s) AS m FROM %1$s.customer_history) f WHERE m IS NOT NULL$sql$),
		(34, 'model gamma-gamma', true, 'as it is', settings ->> text 'phase' = 'fit' AND settings ->> text 'amount_column' IS NOT NULL, $sql$INSERT INTO %1$s.model
SELECT %7$s, 'gamma-gamma', m, {extension}.log_likelihood(m), NULL, {extension}.converged(m) FROM (SELECT {extension}.fit_model(text 'gamma-gamma', history, %7$s) AS m FROM %1$s.customer_history) f WHERE m IS NOT NULL$sql$),
		(39, 'choose models', false, 'as it is', settings ->> text 'phase' = 'fit', $sql$UPDATE %1$s.model SET chosen = fitted_on = %7$s AND kind IN (
	SELECT DISTINCT ON (CASE WHEN kind IN ('interpurchase', 'gamma-gamma') THEN kind END) kind
	FROM %1$s.model WHERE fitted_on = %7$s ORDER BY CASE WHEN kind IN ('interpurchase', 'gamma-gamma') THEN kind END, aic, kind)$sql$),
		(40, 'customer_scorecard', false, 'parallel', settings ->> text 'phase' = 'write', $sql$SELECT customer_id, {extension}.first_purchase(h) AS first_purchase, {extension}.last_purchase(h) AS last_purchase, {extension}.purchase_days(h) AS purchases, {extension}.order_count(h) AS orders, {extension}.total_spend(h) AS spend, {extension}.average_order_value(h) AS average_order_value,
       c.mean_interval, c.pattern, c.trend, c.elapsed_days, c.overdue_ratio, c.silence_probability, c.stage::text, c.expected_next, c.contact_from, c.contact_until,
       {extension}.churn_score(%18$s, h, %7$s) AS churn_score, {extension}.lost_on(h, %7$s, %18$s) AS lost_on, {extension}.expected_purchases(%18$s, h, %7$s, interval '1 year') AS purchases_next_year,
       {extension}.expected_order_value(%19$s, h, %7$s) AS expected_order_value, {extension}.clv(%18$s, %19$s, h, %7$s, %8$s, %9$s, %10$s) AS clv, {extension}.value_at_risk(%18$s, %19$s, h, %7$s, %8$s, %9$s, %10$s) AS value_at_risk,
       t.change, t.p_value
FROM %1$s.customer_history, {extension}.as_of(history, %7$s) AS h, {extension}.purchase_cycle(h, %7$s%17$s) AS c, {extension}.spend_trend(h, %7$s, interval '3 months') AS t
WHERE {extension}.first_purchase(h) IS NOT NULL$sql$),
		-- purchases_next_year has the probability that she is still there in it
		(50, 'contact_list', false, 'insert', settings ->> text 'phase' = 'write', $sql$SELECT row_number() OVER (ORDER BY value_to_save DESC NULLS LAST, purchases_to_save DESC NULLS LAST, customer_id) AS rank,
       customer_id, CASE stage WHEN 'due' THEN 'due this week' WHEN 'overdue' THEN 'overdue' ELSE 'at risk of leaving' END,
       contact_from, contact_until, expected_next, overdue_ratio, churn_score, clv, value_at_risk, value_to_save, purchases_to_save
FROM %1$s.customer_scorecard, LATERAL (SELECT value_at_risk * (1 - churn_score)::numeric AS value_to_save, purchases_next_year * churn_score AS purchases_to_save) l
WHERE lost_on IS NULL AND (stage IN ('overdue', 'at_risk') OR stage = 'due' AND contact_from <= %7$s + 7 AND contact_until >= %7$s)
ORDER BY rank$sql$),
		(60, 'cohorts', false, 'parallel', settings ->> text 'phase' = 'write', $sql$SELECT * FROM unnest((SELECT {extension}.cohort_retention(history, text 'month', %7$s) FROM %1$s.customer_history))$sql$),
		(61, 'retention_curve', false, 'parallel', settings ->> text 'phase' = 'write', $sql$SELECT period, cohorts, eligible, active, rate, lower, upper, rate_on_or_after FROM unnest((SELECT {extension}.retention_curve(history, text 'month', %7$s) FROM %1$s.customer_history))$sql$),
		(62, 'survival', false, 'insert', settings ->> text 'phase' = 'write', $sql$SELECT duration, at_risk, churned, survival, lower, upper
FROM unnest((SELECT {extension}.survival_curve((coalesce(lost_on, %7$s) - first_purchase)::double precision, lost_on IS NOT NULL) FROM %1$s.customer_scorecard))$sql$),
		(70, 'lifecycle', false, 'parallel', settings ->> text 'phase' = 'write', 'SELECT * FROM unnest((SELECT {extension}.lifecycle(history, text ''month'', %7$s, ' ||
			CASE WHEN settings ->> text 'base_model' IS NULL THEN 'interval ''1 year''' ELSE '%18$s, 0.5::double precision' END || ') FROM %1$s.customer_history))'),
		(80, 'lost_customers', false, 'parallel', settings ->> text 'phase' = 'write', $sql$SELECT customer_id, lost_on, last_purchase, purchases, s.spend, {extension}.clv(%18$s, %19$s, history, last_purchase, %8$s, %9$s, %10$s) AS value_lost
FROM %1$s.customer_scorecard s JOIN %1$s.customer_history USING (customer_id)
WHERE lost_on IS NOT NULL$sql$),
		(85, 'churn_reasons', false, 'insert', settings ->> text 'phase' = 'write' AND settings -> text 'attribute_columns' <> '[]', $sql$SELECT attribute, value, customers, churned, churn_rate, lower, upper, lift, p_value
FROM unnest((SELECT {extension}.churn_drivers(lost_on IS NOT NULL, attributes)
             FROM %1$s.customer_scorecard JOIN (SELECT customer_id, jsonb_object_agg(attribute, value) AS attributes FROM %1$s.customer_attribute GROUP BY 1) a USING (customer_id)
             WHERE lost_on IS NULL OR lost_on > %7$s - interval '1 year'))$sql$),
		(90, 'dropped_ranges', false, 'parallel', settings ->> text 'phase' = 'write' AND settings ->> text 'range_column' IS NOT NULL, $sql$SELECT customer_id, product_range, d.last_purchase, d.range_purchases, d.share, d.purchases_since, d.silence_probability,
       {extension}.total_spend({extension}.slice(r.history, daterange(d.last_purchase - 364, d.last_purchase, '[]'))) AS spend_a_year
FROM %1$s.range_history r JOIN %1$s.customer_history c USING (customer_id) JOIN %1$s.customer_scorecard s USING (customer_id),
     {extension}.dropped_range(r.history, c.history, %7$s) d
WHERE s.lost_on IS NULL AND d.silence_probability < 0.005$sql$),
		(95, 'spend_trend', false, 'parallel', settings ->> text 'phase' = 'write', $sql$SELECT l.month, l.orders, l.spend / nullif(l.orders, 0) AS average_order_value, (t).change, (t).p_value
FROM %1$s.lifecycle l
     JOIN (SELECT m::date AS month, {extension}.overall_spend_trend(history, (m + interval '1 month' - interval '1 day')::date, interval '3 months') AS t
           FROM %1$s.customer_history, generate_series(date_trunc('month', (%7$s + 1)::timestamp) - interval '13 months', date_trunc('month', (%7$s + 1)::timestamp) - interval '1 month', interval '1 month') AS m GROUP BY m) s USING (month)$sql$),
		(96, 'empty model_quality', false, 'as it is', settings ->> text 'phase' = 'write', $sql$DELETE FROM %1$s.model_quality;
DELETE FROM %1$s.purchase_forecast$sql$),
		-- as it would have been fitted half a year ago
		(97, 'model_quality', true, 'as it is', settings ->> text 'phase' = 'write' AND settings ->> text 'base_kind' IS NOT NULL, $sql$CREATE UNLOGGED TABLE %1$s.next_model AS SELECT {extension}.fit_model(%20$s, history, %7$s - 180) AS m FROM %1$s.customer_history;
CREATE UNLOGGED TABLE %1$s.next_known AS
SELECT {extension}.purchase_probability(m, history, %7$s - 180, interval '180 days') AS score, {extension}.last_purchase({extension}.as_of(history, %7$s)) > %7$s - 180 AS bought,
       $sql$ || (SELECT pg_catalog.format('ARRAY[%s] AS expected,' || E'\n       ' || 'ARRAY[%s] AS actual', string_agg(pg_catalog.format('{extension}.expected_purchases(m, history, %%7$s - 180, interval ''%s days'')', 30 * p), ', ' ORDER BY p),
		                           string_agg(pg_catalog.format('{extension}.purchase_days({extension}.slice(history, daterange(%%7$s - %s, %%7$s - %s, ''[]'')))', 209 - 30 * p, 180 - 30 * p), ', ' ORDER BY p)) FROM generate_series(1, 6) AS p) || $sql$
FROM %1$s.customer_history, %1$s.next_model
WHERE m IS NOT NULL AND {extension}.as_of(history, %7$s - 180) IS NOT NULL;
INSERT INTO %1$s.purchase_forecast
-- as numeric, the sum is the same in any order
SELECT p, %7$s - 209 + 30 * p, %7$s - 180 + 30 * p, count(*), sum((expected[p] - coalesce(expected[p - 1], 0))::numeric), coalesce(sum(actual[p]), 0)
FROM %1$s.next_known, generate_series(1, 6) AS p GROUP BY p;
INSERT INTO %1$s.model_quality
SELECT bin, %7$s - 179, %7$s, customers, expected_rate, actual_rate, lower, upper, area, brier
FROM unnest((SELECT {extension}.calibration_table(score, bought) FROM %1$s.next_known)), (SELECT {extension}.roc_auc(score, bought) AS area, {extension}.brier_score(score, bought) AS brier FROM %1$s.next_known) q;
DROP TABLE %1$s.next_model, %1$s.next_known$sql$),
		-- every customer is given the same days, so that who was contacted early has no advantage
		(98, 'campaign_results', false, 'insert', settings ->> text 'phase' = 'write', $sql$SELECT campaign, contacted_on, days, (u).treated, (u).treated_rate, contacted_spend, (u).control, (u).control_rate, control_spend,
       (u).difference, (u).difference_lower, (u).difference_upper, (u).p_value, (u).difference * (u).treated
FROM (SELECT campaign, min(contacted_on) AS contacted_on, min(days) AS days, {extension}.retention_uplift(contacted, bought) AS u,
             avg(spend) FILTER (WHERE contacted) AS contacted_spend, avg(spend) FILTER (WHERE NOT contacted) AS control_spend
      FROM (SELECT campaign, contacted_on, contacted, days, coalesce({extension}.purchase_days(seen), 0) > 0 AS bought, CASE WHEN has_amounts THEN coalesce({extension}.total_spend(seen), 0) END AS spend
            FROM (SELECT c.*, least(60, %7$s - max(contacted_on) OVER (PARTITION BY campaign)) AS days FROM %1$s.campaign c) c
                 LEFT JOIN %1$s.customer_history USING (customer_id)
                 CROSS JOIN (SELECT amount_column IS NOT NULL AS has_amounts FROM %1$s.settings) m,
                 LATERAL (SELECT {extension}.slice(history, daterange(contacted_on + 1, contacted_on + days, '[]')) AS seen OFFSET 0) l
            WHERE days > 0) b
      GROUP BY campaign) r$sql$),
		(99, 'monthly_review', false, 'insert', settings ->> text 'phase' = 'write', $sql$SELECT month, customers, new, active, lost, recovered, churn_rate, main_reason, main_reason_lift, value_lost, contacted, brought_back, orders, spend, spend / nullif(orders, 0)
FROM %1$s.lifecycle
     LEFT JOIN (SELECT date_trunc('month', lost_on)::date AS month, sum(value_lost) AS value_lost FROM %1$s.lost_customers GROUP BY 1) l USING (month)
     LEFT JOIN (SELECT date_trunc('month', contacted_on)::date AS month, sum(contacted)::bigint AS contacted, sum(brought_back::numeric)::float8 AS brought_back FROM %1$s.campaign_results GROUP BY 1) c USING (month)
     LEFT JOIN ($sql$ || CASE WHEN settings -> text 'attribute_columns' = '[]' THEN $sql$SELECT NULL::date AS month, NULL AS main_reason, NULL::float8 AS main_reason_lift$sql$ ELSE $sql$SELECT DISTINCT ON (month) month, d.attribute || ' ' || coalesce(d.value, 'not known') AS main_reason, d.lift AS main_reason_lift
	FROM (SELECT m.month, {extension}.churn_drivers(lost_on IS NOT NULL AND lost_on < m.month + interval '1 month', attributes) AS drivers
	      FROM (SELECT month FROM %1$s.lifecycle ORDER BY month DESC LIMIT 13) m
	           JOIN (SELECT customer_id, first_purchase, lost_on, attributes FROM %1$s.customer_scorecard
	                 JOIN (SELECT customer_id, jsonb_object_agg(attribute, value) AS attributes FROM %1$s.customer_attribute GROUP BY 1) a USING (customer_id)
	                 WHERE lost_on IS NULL OR lost_on >= %7$s - interval '14 months') s ON s.first_purchase < m.month + interval '1 month' AND (s.lost_on IS NULL OR s.lost_on >= m.month)
	      GROUP BY m.month) r, unnest(drivers) d
	WHERE d.lift > 1 AND d.p_value < 0.01
	ORDER BY month, d.p_value, d.attribute, d.value$sql$ END || $sql$) w USING (month)$sql$)
		) AS t(step, name, optional, way, wanted, template), retention_schema() AS extension
	WHERE t.wanted
	ORDER BY t.step;
	END;

-- What the triggers on the orders write down: the purchases that came and went, by customer and range.
CREATE FUNCTION retention_mart_capture_statement(settings jsonb, operation text) RETURNS text
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT pg_catalog.format(replace(CASE operation
			WHEN 'TRUNCATE' THEN $sql$INSERT INTO %1$s.change (truncated) VALUES (true)$sql$
			ELSE $sql$INSERT INTO %1$s.change (customer_id, product_range, added, removed)$sql$ ||
				CASE WHEN operation IN ('INSERT', 'UPDATE') THEN $sql$
SELECT %2$s, %5$s, {extension}.purchase_history(%4$s), NULL FROM new_rows WHERE %2$s IS NOT NULL AND %3$s IS NOT NULL GROUP BY 1, 2$sql$ ELSE '' END ||
				CASE WHEN operation = 'UPDATE' THEN $sql$
UNION ALL$sql$ ELSE '' END ||
				CASE WHEN operation IN ('DELETE', 'UPDATE') THEN $sql$
SELECT %2$s, %5$s, NULL, {extension}.purchase_history(%4$s) FROM old_rows WHERE %2$s IS NOT NULL AND %3$s IS NOT NULL GROUP BY 1, 2$sql$ ELSE '' END
			END, '{extension}', replace(retention_schema(), '%', '%%')),
		quote_ident(settings ->> text 'schema_name'), quote_ident(settings ->> text 'customer_column') || '::' || (settings ->> text 'customer_type'),
		quote_ident(settings ->> text 'ordered_at_column'),
		quote_ident(settings ->> text 'ordered_at_column') || coalesce('::' || (settings ->> text 'ordered_at_type'), '') ||
		coalesce(', ' || quote_ident(settings ->> text 'amount_column') || '::numeric', '') ||
		coalesce(', text ' || quote_literal(settings ->> text 'zone'), ''),
		coalesce(quote_ident(settings ->> text 'range_column') || '::text', 'NULL::text'));
	END;

CREATE FUNCTION retention_mart_capture() RETURNS trigger
	LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'retention_mart_capture';

-- The triggers on one table, or what drops them.
CREATE FUNCTION retention_mart_triggers(settings jsonb, relation text, extension_schema text, dropping boolean) RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT t.step, t.operation,
		CASE WHEN dropping THEN pg_catalog.format('DROP TRIGGER IF EXISTS %I ON %s', t.trigger_name, relation)
			 ELSE pg_catalog.format('CREATE TRIGGER %I AFTER %s ON %s%s FOR EACH STATEMENT EXECUTE FUNCTION %I.retention_mart_capture(%L)',
						 t.trigger_name, t.operation, relation, t.tables, extension_schema, settings ->> text 'schema_name') END
	FROM (SELECT o.step, o.operation, o.tables, 'retention_mart_' || lower(o.operation) || '_' || substr(md5(settings ->> text 'schema_name'), 1, 8) AS trigger_name
		  FROM (VALUES (1, 'INSERT', ' REFERENCING NEW TABLE AS new_rows'), (2, 'UPDATE', ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'),
					   (3, 'DELETE', ' REFERENCING OLD TABLE AS old_rows'), (4, 'TRUNCATE', '')) AS o(step, operation, tables)) AS t
	ORDER BY t.step;
	END;

CREATE FUNCTION create_retention_mart(source regclass, customer text, ordered_at text, amount text DEFAULT NULL, range text DEFAULT NULL,
		attributes text[] DEFAULT '{}', schema text DEFAULT 'retention_mart', zone text DEFAULT NULL, changes text DEFAULT 'trigger',
		horizon interval DEFAULT '3 years', discount_rate double precision DEFAULT 0.1, margin double precision DEFAULT 1,
		customers regclass DEFAULT NULL, overlap interval DEFAULT '30 days') RETURNS void
	LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 100000
	AS 'MODULE_PATHNAME', 'create_retention_mart';

CREATE FUNCTION refresh_retention_mart(schema text DEFAULT 'retention_mart', as_of date DEFAULT NULL, read_all boolean DEFAULT false, verbose boolean DEFAULT false) RETURNS date
	LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 100000
	AS 'MODULE_PATHNAME', 'refresh_retention_mart';

CREATE FUNCTION drop_retention_mart(schema text DEFAULT 'retention_mart') RETURNS void
	LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 100000
	AS 'MODULE_PATHNAME', 'drop_retention_mart';

COMMENT ON FUNCTION retention_mart_tables(jsonb) IS 'The tables of a retention mart, as SQL: what create_retention_mart runs. settings is the row of the mart''s table settings, as JSON.';
COMMENT ON FUNCTION retention_mart_comments(jsonb) IS 'The comments on the tables and columns of a retention mart, as SQL: what create_retention_mart runs.';
COMMENT ON FUNCTION retention_mart_steps(jsonb) IS 'The steps of a refresh of a retention mart, as SQL: what refresh_retention_mart runs, in one transaction. phase in settings says which: ''read all'', ''read changes'' or ''read recent'' orders, ''fit'' models or ''write'' what follows as of its as_of, with the models base_model (its kind: base_kind), cycle_model and spend_model in settings, too. An optional step may fail for too little data.';
COMMENT ON FUNCTION retention_mart_capture_statement(jsonb, text) IS 'What the triggers of a retention mart run after an INSERT, UPDATE, DELETE or TRUNCATE of orders.';
COMMENT ON FUNCTION retention_mart_triggers(jsonb, text, text, boolean) IS 'The triggers of a retention mart on a table of orders, as SQL, or what drops them.';
COMMENT ON FUNCTION retention_mart_capture() IS 'Trigger function of a retention mart: writes down which purchases came and went, as the owner of the orders and the mart, whoever writes. Its argument is the schema of the mart. Whatever goes wrong is a WARNING, and the orders are stored all the same; the next refresh then reads all of them. Where table and mart no longer belong to one owner nothing of the orders is evaluated.';
COMMENT ON FUNCTION create_retention_mart(regclass, text, text, text, text, text[], text, text, text, interval, double precision, double precision, regclass, interval) IS 'Makes a schema of plain tables from a table of orders, for dashboards and the monthly meeting, and fills it: customer_scorecard, contact_list, cohorts, retention_curve, survival, lifecycle, lost_customers, churn_reasons, dropped_ranges, spend_trend, model_quality, purchase_forecast, campaign_results, monthly_review and model_fits, each column with a comment; beside them what they are made of: settings, customer_history, range_history, customer_attribute, campaign (which you may fill), change and model. customer, ordered_at, amount and range (of products) are names of columns of the source, attributes those that may be reasons to leave; they are in customers instead, if that is given, a table with one row a customer and the column customer. zone is the time zone of days (default: the session''s), for points in time only. changes: with ''trigger'' statement triggers on the source write down what changes, and a refresh reads only that: exact whatever changes; each order costs a little more, and the caller must have the rights of the table''s owner. With ''high_water_mark'' there are no triggers, and a refresh reads again the orders from overlap before the latest order, or before the last refresh if that was earlier: what comes, changes or goes in that time is taken in, older changes are not before a refresh with read_all; an index on ordered_at helps. With ''rebuild'' each refresh reads all orders. The last two are for views, too. Customers are valued within the horizon, discounted by discount_rate a year, with margin the share of the order value that is earned. The mart belongs to the owner of the source, of customers and of all partitions, who must be one role, and all work is done as that role, whoever calls: who has its rights, a superuser, say, makes the mart for it. Who may only read them has a mart of their own with ''high_water_mark'' or ''rebuild'', which reads with their rights; a superuser has none of that kind. Policies of the owner''s own apply, those of others that hide rows are an error. Errors: 42703 for a column that does not exist, 42804 for one of the wrong type, 42P06 for a schema that exists, 42501 for missing rights, for tables of several owners and for policies of others, 55000 for triggers where policies hide rows from the owner, 22023 and 22004 for other arguments, 02000 for a source without orders.';
COMMENT ON FUNCTION refresh_retention_mart(text, date, boolean, boolean) IS 'Brings a retention mart up to date as of the end of a day (default: that of the latest order), in one transaction: readers see the old state until it commits and are never blocked, an error leaves it, two refreshes wait for each other. Who has the rights of its owner may, and it runs as the owner; a mart of orders that are somebody else''s only its owner refreshes. read_all reads all orders, whatever is known of changes: say, after changes while triggers were disabled, through logical replication, or older than the overlap of a high-water mark. verbose says after each step how long it took; which one it is at can be seen from other sessions as application_name in pg_stat_activity. Models that can''t be fitted for too little data are left out with a NOTICE. Returns as_of. Errors: 3F000 for a schema without a mart, 42501 for missing rights, and where mart and orders no longer belong to one owner, 42P01 for orders that are gone, 02000 for a source without orders.';
COMMENT ON FUNCTION drop_retention_mart(text) IS 'Drops a retention mart, with its triggers on the source, as its owner; who has the owner''s rights may. Whatever else is in its schema, or depends on it, is an error, and nothing is dropped. Errors: as refresh_retention_mart.';
