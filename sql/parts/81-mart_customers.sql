-- ---------------------------------------------------------------------------
-- the retention mart: customers, one by one
-- ---------------------------------------------------------------------------

CREATE FUNCTION retention_mart_table_customer_scorecard()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'customer_scorecard', NULL,
	 'One row a customer: their cycle, whether they are still one, what they are worth. As of '
	 'settings.as_of.'),
	('column', 'customer_id', '{customer_type} PRIMARY KEY', 'the customer'),
	('column', 'first_purchase', 'date NOT NULL', 'day of their first purchase'),
	('column', 'last_purchase', 'date NOT NULL', 'day of their latest purchase'),
	('column', 'purchases', 'integer NOT NULL', 'days on which they bought'),
	('column', 'orders', 'bigint NOT NULL', 'their orders'),
	('column', 'spend', 'numeric',
	 'all they spent, refunds taken off, in the money of the orders; NULL if no amount is known'),
	('column', 'average_order_value', 'numeric', 'spend for each order of known amount'),
	('column', 'mean_interval', 'double precision',
	 'days between their purchases; NULL with one'),
	('column', 'pattern', 'text',
	 'clockwork, regular, random or clumpy; NULL with too few purchases'),
	('column', 'interval_trend', 'double precision',
	 'relative change of their intervals per purchase: 0.1 is each a tenth longer than the one '
	 'before'),
	('column', 'elapsed_days', 'integer NOT NULL', 'days since their latest purchase'),
	('column', 'overdue_ratio', 'double precision', 'elapsed days over their mean interval'),
	('column', 'silence_probability', 'double precision',
	 'how probable so long a silence is with their rhythm'),
	('column', 'stage', 'text',
	 'new, active, due, overdue, at_risk or lapsed, by that probability'),
	('column', 'expected_next', 'date',
	 'the day by which they will have bought again with probability one half, if they are still a '
	 'customer'),
	('column', 'contact_from', 'date', 'from this day on they are likely to think of buying'),
	('column', 'contact_until', 'date', 'until this day'),
	('column', 'churn_score', 'double precision',
	 'the probability that they are no customer any more'),
	('column', 'lost_on', 'date',
	 'the day on which that reached settings.lost_probability, at first one half; NULL while it '
	 'has not'),
	('column', 'purchases_next_year', 'double precision', 'purchases to expect within a year'),
	('column', 'expected_order_value', 'numeric', 'what their next order will be worth on average'),
	('column', 'clv', 'numeric',
	 'customer lifetime value: margin to expect within the horizon, discounted'),
	('column', 'value_at_risk', 'numeric',
	 'what is lost with the probability that they are gone already'),
	('column', 'spend_change', 'double precision',
	 'average order value of the time settings.trend_within, at first three months, against '
	 'before: -0.1 is a tenth less'),
	('column', 'spend_p_value', 'double precision', 'the probability of such a change by chance'),
	('insert in parallel', NULL, $sql$
SELECT customer_id,
       {extension}.first_purchase(h) AS first_purchase,
       {extension}.last_purchase(h) AS last_purchase,
       {extension}.purchase_days(h) AS purchases,
       {extension}.order_count(h) AS orders,
       {extension}.total_spend(h) AS spend,
       {extension}.average_order_value(h) AS average_order_value,
       c.mean_interval,
       c.pattern,
       c.trend AS interval_trend,
       c.elapsed_days,
       c.overdue_ratio,
       c.silence_probability,
       c.stage::text AS stage,
       c.expected_next,
       c.contact_from,
       c.contact_until,
       {extension}.churn_score({base_model}, h, {as_of}) AS churn_score,
       {extension}.lost_on(h, {as_of}, {base_model}, {lost_probability}) AS lost_on,
       {extension}.expected_purchases({base_model}, h, {as_of}, interval '1 year')
           AS purchases_next_year,
       {extension}.expected_order_value({spend_model}, h, {as_of}) AS expected_order_value,
       {extension}.clv({base_model}, {spend_model}, h, {as_of},
                       {horizon}, {discount_rate}, {margin}) AS clv,
       {extension}.value_at_risk({base_model}, {spend_model}, h, {as_of},
                                 {horizon}, {discount_rate}, {margin}) AS value_at_risk,
       t.change AS spend_change,
       t.p_value AS spend_p_value
FROM {mart}.customer_history,
     {extension}.as_of(history, {as_of}) AS h,
     {extension}.purchase_cycle(h, {cycle_rule}) AS c,
     {extension}.spend_trend(h, {as_of}, {trend_within}) AS t
WHERE {extension}.first_purchase(h) IS NOT NULL$sql$, NULL);
	END;

-- purchases_next_year has the probability that they are still there in it
CREATE FUNCTION retention_mart_table_contact_list()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'contact_list', NULL,
	 'Who to reach this week, why, and what for: those first with whom a contact saves most.'),
	('column', 'rank', 'integer NOT NULL',
	 '1 for the largest value_to_save, or where amounts are not known purchases_to_save'),
	('column', 'customer_id', '{customer_type} PRIMARY KEY', 'the customer'),
	('column', 'reason', 'text NOT NULL', 'due this week, overdue, or at risk of leaving'),
	('column', 'contact_from', 'date', 'from this day on they are likely to think of buying'),
	('column', 'contact_until', 'date', 'until this day'),
	('column', 'expected_next', 'date',
	 'the day by which they will have bought again with probability one half'),
	('column', 'overdue_ratio', 'double precision',
	 'days since their latest purchase over their mean interval'),
	('column', 'churn_score', 'double precision', 'the probability that they are gone already'),
	('column', 'clv', 'numeric', 'customer lifetime value'),
	('column', 'value_at_risk', 'numeric',
	 'what is lost with the probability that they are gone'),
	('column', 'value_to_save', 'numeric',
	 'value_at_risk times the probability that they are still there to be reached'),
	('column', 'purchases_to_save', 'double precision',
	 'the same in purchases: those of a year, times the probability that they are gone, times that '
	 'they are still there'),
	('insert', NULL, $sql$
SELECT row_number() OVER (
           ORDER BY value_to_save DESC NULLS LAST, purchases_to_save DESC NULLS LAST, customer_id
       ) AS rank,
       customer_id,
       CASE stage
           WHEN 'due' THEN
               CASE {contact_days} WHEN 7 THEN 'due this week' ELSE 'due in {contact_days} days' END
           WHEN 'at_risk' THEN 'at risk of leaving'
           ELSE stage
       END,
       contact_from,
       contact_until,
       expected_next,
       overdue_ratio,
       churn_score,
       clv,
       value_at_risk,
       value_to_save,
       purchases_to_save
FROM {mart}.customer_scorecard,
     LATERAL (SELECT value_at_risk * (1 - churn_score)::numeric AS value_to_save,
                     purchases_next_year * churn_score AS purchases_to_save) l
WHERE lost_on IS NULL
  AND stage = ANY ({contact_stages})
  AND (stage <> 'due' OR contact_from <= {as_of} + {contact_days} AND contact_until >= {as_of})
ORDER BY rank$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_lost_customers()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'lost_customers', NULL, 'Who is lost, since when, and what that costs.'),
	('column', 'customer_id', '{customer_type} PRIMARY KEY', 'the customer'),
	('column', 'lost_on', 'date NOT NULL',
	 'the day from which on they were more likely gone than not; see settings.lost_probability'),
	('column', 'last_purchase', 'date NOT NULL', 'day of their latest purchase'),
	('column', 'purchases', 'integer NOT NULL', 'days on which they bought'),
	('column', 'spend', 'numeric', 'all they spent'),
	('column', 'value_lost', 'numeric',
	 'what they were worth on the day they were last seen: margin to expect within the horizon, '
	 'discounted'),
	('insert in parallel', NULL, $sql$
SELECT customer_id,
       lost_on,
       last_purchase,
       purchases,
       s.spend,
       {extension}.clv({base_model}, {spend_model}, history, last_purchase,
                       {horizon}, {discount_rate}, {margin}) AS value_lost
FROM {mart}.customer_scorecard s
     JOIN {mart}.customer_history USING (customer_id)
WHERE lost_on IS NOT NULL$sql$, NULL);
	END;

-- spend_a_year is of the 365 days that end with the last purchase
CREATE FUNCTION retention_mart_table_dropped_ranges()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'dropped_ranges', NULL, 'Who still buys, but has stopped buying one range.'),
	('column', 'customer_id', '{customer_type}', 'the customer'),
	('column', 'product_range', 'text', 'the range'),
	('column', 'last_purchase', 'date NOT NULL', 'the day on which they bought it last'),
	('column', 'range_purchases', 'integer NOT NULL', 'days on which they bought it'),
	('column', 'share', 'double precision NOT NULL',
	 'the share of these among their purchase days until then'),
	('column', 'purchases_since', 'integer NOT NULL', 'purchase days since, all without it'),
	('column', 'silence_probability', 'double precision NOT NULL',
	 'the probability of that by chance'),
	('column', 'spend_a_year', 'numeric',
	 'what they spent on it in the year up to the last time'),
	('constraint', NULL, 'PRIMARY KEY (customer_id, product_range)', NULL),
	('needs', 'range_column', NULL, NULL),
	('insert in parallel', NULL, $sql$
SELECT customer_id,
       product_range,
       d.last_purchase,
       d.range_purchases,
       d.share,
       d.purchases_since,
       d.silence_probability,
       {extension}.total_spend({extension}.slice(
           r.history, daterange(d.last_purchase - 364, d.last_purchase, '[]'))) AS spend_a_year
FROM {mart}.range_history r
     JOIN {mart}.customer_history c USING (customer_id)
     JOIN {mart}.customer_scorecard s USING (customer_id),
     {extension}.dropped_range(r.history, c.history, {as_of}) d
WHERE s.lost_on IS NULL
  AND d.silence_probability < {dropped_p_value}$sql$, NULL);
	END;

COMMENT ON FUNCTION retention_mart_table_customer_scorecard() IS 'The table customer_scorecard of '
	'a retention mart: name, columns, comments and how it is written.';
COMMENT ON FUNCTION retention_mart_table_contact_list() IS 'The table contact_list of a retention '
	'mart: name, columns, comments and how it is written.';
COMMENT ON FUNCTION retention_mart_table_lost_customers() IS 'The table lost_customers of a '
	'retention mart: name, columns, comments and how it is written.';
COMMENT ON FUNCTION retention_mart_table_dropped_ranges() IS 'The table dropped_ranges of a '
	'retention mart: name, columns, comments and how it is written.';
