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
	 'new, active, due, overdue, at_risk or lapsed, by that probability alone; see customer_stage'),
	('column', 'expected_next', 'date',
	 'the day by which they will have bought again with probability one half, if they are still a '
	 'customer'),
	('column', 'contact_from', 'date', 'from this day on they are likely to think of buying'),
	('column', 'contact_until', 'date', 'until this day'),
	('column', 'churn_score', 'double precision',
	 'the probability that they are no customer any more by the model of the base alone, which '
	 'does not know their rhythm; see p_gone'),
	('column', 'lost_on', 'date',
	 'the day on which p_gone reached settings.lost_probability, at first one half; NULL while it '
	 'has not'),
	('column', 'purchases_next_year', 'double precision',
	 'purchases to expect within a year, with the probability that they are still there'),
	('column', 'expected_order_value', 'numeric', 'what their next order will be worth on average'),
	('column', 'clv', 'numeric',
	 'customer lifetime value: margin to expect within the horizon, discounted, with the '
	 'probability that they are still there'),
	('column', 'value_at_risk', 'numeric',
	 'what is lost with the probability that they are gone already; NULL of who is lost: that is '
	 'in lost_customers'),
	('column', 'spend_change', 'double precision',
	 'average order value of the time settings.trend_within, at first three months, against '
	 'before: -0.1 is a tenth less'),
	('column', 'spend_p_value', 'double precision', 'the probability of such a change by chance'),
	('column', 'p_gone', 'double precision',
	 'the probability that they are no customer any more, by their own rhythm and by the model of '
	 'the base together'),
	('column', 'customer_stage', 'text',
	 'new, active, due, overdue, at_risk or lapsed, by p_gone: lapsed is who is lost, at_risk who '
	 'is overdue with half of settings.lost_probability or more'),
	('column', 'value_to_save', 'numeric',
	 'what a contact can save: value_at_risk times the probability that they are still there to '
	 'be reached; NULL of who is lost'),
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
       lost_on,
       -- of who is there, times the probability that they are
       {extension}.expected_purchases({base_model}, h, {as_of}, interval '1 year')
           * ((1 - p_gone) / greatest({extension}.p_alive({base_model}, h, {as_of}), 1e-300))
           AS purchases_next_year,
       {extension}.expected_order_value({spend_model}, h, {as_of}) AS expected_order_value,
       {extension}.clv({cycle_model}, {base_model}, {spend_model}, h, {as_of},
                       {horizon}, {discount_rate}, {margin}) AS clv,
       v.value_at_risk,
       t.change AS spend_change,
       t.p_value AS spend_p_value,
       p_gone,
       {extension}.customer_stage(h, {as_of}, {cycle_model}, {base_model},
                                  {lost_probability} / 2, {lost_probability})::text
           AS customer_stage,
       v.value_at_risk * (1 - p_gone)::numeric AS value_to_save
FROM {mart}.customer_history,
     {extension}.as_of(history, {as_of}) AS h,
     {extension}.purchase_cycle(h, {cycle_rule}) AS c,
     {extension}.spend_trend(h, {as_of}, {trend_within}) AS t,
     {extension}.p_gone(h, {as_of}, {cycle_model}, {base_model}) AS p_gone,
     {extension}.lost_on(h, {as_of}, {cycle_model}, {base_model}, {lost_probability}) AS lost_on,
     LATERAL (SELECT CASE WHEN lost_on IS NULL THEN
                     {extension}.value_at_risk({cycle_model}, {base_model}, {spend_model}, h,
                                               {as_of}, {horizon}, {discount_rate}, {margin})
                     END AS value_at_risk
              OFFSET 0) AS v
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
	('column', 'churn_score', 'double precision',
	 'the probability that they are gone already by the model of the base alone'),
	('column', 'clv', 'numeric', 'customer lifetime value'),
	('column', 'value_at_risk', 'numeric',
	 'what is lost with the probability that they are gone'),
	('column', 'value_to_save', 'numeric',
	 'value_at_risk times the probability that they are still there to be reached'),
	('column', 'purchases_to_save', 'double precision',
	 'the same in purchases: those of a year, times the probability that they are gone, times that '
	 'they are still there'),
	('column', 'p_gone', 'double precision',
	 'the probability that they are gone already, by their own rhythm and by the model of the '
	 'base together'),
	('insert', NULL, $sql$
SELECT row_number() OVER (
           ORDER BY value_to_save DESC NULLS LAST, purchases_to_save DESC NULLS LAST, customer_id
       ) AS rank,
       customer_id,
       CASE
           WHEN customer_stage = 'at_risk' THEN 'at risk of leaving'
           WHEN late THEN customer_stage
           WHEN {contact_days} + {lead_days} = 7 THEN 'due this week'
           ELSE 'due in ' || {contact_days} + {lead_days} || ' days'
       END,
       CASE WHEN late THEN least(contact_from, {as_of} + 1) ELSE contact_from END,
       contact_until,
       expected_next,
       overdue_ratio,
       churn_score,
       clv,
       value_at_risk,
       value_to_save,
       purchases_to_save,
       p_gone
FROM {mart}.customer_scorecard,
     -- of who is late the window is now
     LATERAL (SELECT purchases_next_year * p_gone AS purchases_to_save,
                     customer_stage NOT IN ('new', 'active', 'due') AS late) l
WHERE lost_on IS NULL
  AND customer_stage = ANY ({contact_stages})
  AND (late OR contact_from <= {as_of} + {contact_days} + {lead_days})
ORDER BY rank
LIMIT {capacity}$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_lost_customers()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'lost_customers', NULL,
	 'Who is lost, since when, and what that costs: each more likely gone than not. How many are '
	 'lost is in expected_lifecycle.'),
	('column', 'customer_id', '{customer_type} PRIMARY KEY', 'the customer'),
	('column', 'lost_on', 'date NOT NULL',
	 'the day from which on they were more likely gone than not; see settings.lost_probability'),
	('column', 'last_purchase', 'date NOT NULL', 'day of their latest purchase'),
	('column', 'purchases', 'integer NOT NULL', 'days on which they bought'),
	('column', 'spend', 'numeric', 'all they spent'),
	('column', 'value_lost', 'numeric',
	 'what they were worth on the day they were last seen: margin to expect within the horizon, '
	 'discounted'),
	('column', 'p_gone', 'double precision', 'the probability that they are gone'),
	('insert in parallel', NULL, $sql$
SELECT customer_id,
       lost_on,
       last_purchase,
       purchases,
       s.spend,
       {extension}.clv({base_model}, {spend_model}, history, last_purchase,
                       {horizon}, {discount_rate}, {margin}) AS value_lost,
       p_gone
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
