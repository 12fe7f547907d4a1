-- ---------------------------------------------------------------------------
-- the retention mart: campaigns, and the monthly meeting
-- ---------------------------------------------------------------------------

CREATE FUNCTION retention_mart_table_campaign()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'campaign', NULL,
	 'For you to fill: who was contacted when, and who, drawn by chance, was not. A refresh only '
	 'reads it.'),
	('column', 'campaign', 'text', 'what was tried'),
	('column', 'customer_id', '{customer_type}', 'the customer'),
	('column', 'contacted_on', 'date NOT NULL CHECK (isfinite(contacted_on))',
	 'the day; for who was not contacted the day on which they would have been'),
	('column', 'contacted', 'boolean NOT NULL DEFAULT true',
	 'false for the control group: only against it can be seen what a campaign did'),
	('constraint', NULL, 'PRIMARY KEY (campaign, customer_id)', NULL);
	END;

-- Every customer is given the same days, so that who was contacted early has no advantage
CREATE FUNCTION retention_mart_table_campaign_results()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'campaign_results', NULL,
	 'Did it work: how many of the contacted bought within settings.campaign_days, at first 60, '
	 'and of the control group.'),
	('column', 'campaign', 'text PRIMARY KEY', 'what was tried'),
	('column', 'contacted_on', 'date NOT NULL', 'the first day of it'),
	('column', 'days', 'integer NOT NULL',
	 'days after the contact in which purchases count: settings.campaign_days, or as many as have '
	 'passed'),
	('column', 'contacted', 'bigint NOT NULL', 'customers who were contacted'),
	('column', 'contacted_rate', 'double precision',
	 'the share of them that bought in these days'),
	('column', 'contacted_spend', 'numeric',
	 'what they spent in them, for each of the contacted'),
	('column', 'control', 'bigint NOT NULL', 'customers of the control group'),
	('column', 'control_rate', 'double precision',
	 'the share of them that bought; NULL without a control group'),
	('column', 'control_spend', 'numeric', 'what they spent, for each of the group'),
	('column', 'difference', 'double precision', 'contacted_rate less control_rate'),
	('column', 'difference_lower', 'double precision',
	 'lower limit of the difference, 95 percent confidence'),
	('column', 'difference_upper', 'double precision', 'upper limit'),
	('column', 'p_value', 'double precision', 'the probability of such a difference by chance'),
	('column', 'brought_back', 'double precision',
	 'customers who bought because they were contacted: difference times contacted'),
	('insert', NULL, $sql$
SELECT campaign,
       contacted_on,
       days,
       (u).treated,
       (u).treated_rate,
       contacted_spend,
       (u).control,
       (u).control_rate,
       control_spend,
       (u).difference,
       (u).difference_lower,
       (u).difference_upper,
       (u).p_value,
       (u).difference * (u).treated
FROM (SELECT campaign,
             min(contacted_on) AS contacted_on,
             min(days) AS days,
             {extension}.retention_uplift(contacted, bought) AS u,
             avg(spend) FILTER (WHERE contacted) AS contacted_spend,
             avg(spend) FILTER (WHERE NOT contacted) AS control_spend
      FROM (SELECT campaign,
                   contacted_on,
                   contacted,
                   days,
                   coalesce({extension}.purchase_days(seen), 0) > 0 AS bought,
                   CASE WHEN has_amounts THEN coalesce({extension}.total_spend(seen), 0) END
                       AS spend
            FROM (SELECT c.campaign,
                         c.customer_id,
                         c.contacted_on,
                         c.contacted,
                         least({campaign_days},
                               {as_of} - max(contacted_on) OVER (PARTITION BY campaign)) AS days
                  FROM {mart}.campaign c) c
                 LEFT JOIN {mart}.customer_history USING (customer_id)
                 CROSS JOIN (SELECT amount_column IS NOT NULL AS has_amounts
                             FROM {mart}.settings) m,
                 LATERAL (SELECT {extension}.slice(
                                     history,
                                     daterange(contacted_on + 1, contacted_on + days, '[]')) AS seen
                          OFFSET 0) l
            WHERE days > 0) b
      GROUP BY campaign) r$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_monthly_review()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'monthly_review', NULL,
	 'The monthly meeting: how many did we lose, why, what did it cost, and did what we tried '
	 'work.'),
	('column', 'month', 'date PRIMARY KEY', 'first day of the month'),
	('column', 'customers', 'bigint NOT NULL',
	 'customers at its end, as expected_lifecycle has it, in whole ones'),
	('column', 'new', 'bigint NOT NULL', 'customers who came'),
	('column', 'active', 'bigint NOT NULL', 'customers who bought'),
	('column', 'lost', 'bigint NOT NULL',
	 'customers who were lost, as expected_lifecycle has it: those of the month before + new - '
	 'customers. Without models: alarms'),
	('column', 'recovered', 'bigint NOT NULL', 'purchases of customers after an alarm'),
	('column', 'churn_rate', 'double precision',
	 'lost as a share of the customers at the beginning of the month'),
	('column', 'main_reason', 'text',
	 'what those lost in the month have in common most surely, of those who were customers in it; '
	 'NULL: nothing that could not be chance. The last settings.review_months only, at first 13'),
	('column', 'main_reason_lift', 'double precision',
	 'their churn rate as a multiple of that of all'),
	('column', 'value_lost', 'numeric',
	 'what those who were lost in the month and have not come back were worth'),
	('column', 'contacted', 'bigint',
	 'customers contacted by campaigns that began in the month; NULL: none'),
	('column', 'brought_back', 'double precision',
	 'customers who bought because of them, as far as the control groups tell'),
	('column', 'orders', 'bigint NOT NULL', 'orders in the month'),
	('column', 'spend', 'numeric', 'what was spent, refunds taken off'),
	('column', 'average_order_value', 'numeric', 'spend for each order'),
	('column', 'alarms', 'bigint NOT NULL',
	 'customers who became more likely gone than not: more than were lost, since many come back'),
	('insert', NULL, $sql$
SELECT month,
       coalesce(e.whole, l.customers),
       l.new,
       active,
       coalesce(e.before + l.new - e.whole, l.lost),
       recovered,
       CASE WHEN e.whole IS NULL THEN l.churn_rate ELSE e.churn_rate END,
       main_reason,
       main_reason_lift,
       value_lost,
       contacted,
       brought_back,
       orders,
       spend,
       spend / nullif(orders, 0),
       l.lost
FROM {mart}.lifecycle l
     -- in whole customers, so that they add up
     LEFT JOIN (SELECT month,
                       round(customers)::bigint AS whole,
                       coalesce(round(lag(customers) OVER (ORDER BY month))::bigint, 0) AS before,
                       churn_rate
                FROM {mart}.expected_lifecycle) e USING (month)
     LEFT JOIN (SELECT date_trunc('month', lost_on)::date AS month, sum(value_lost) AS value_lost
                FROM {mart}.lost_customers
                GROUP BY 1) g USING (month)
     LEFT JOIN (SELECT date_trunc('month', contacted_on)::date AS month,
                       sum(contacted)::bigint AS contacted,
                       sum(brought_back::numeric)::float8 AS brought_back
                FROM {mart}.campaign_results
                GROUP BY 1) c USING (month)
     LEFT JOIN (SELECT DISTINCT ON (month)
                       month,
                       d.attribute || ' ' || coalesce(d.value, 'not known') AS main_reason,
                       d.lift AS main_reason_lift
                FROM (SELECT m.month,
                             {extension}.churn_drivers(
                                 lost_on IS NOT NULL AND lost_on < m.month + interval '1 month',
                                 attributes) AS drivers
                      FROM (SELECT month
                            FROM {mart}.lifecycle
                            ORDER BY month DESC
                            LIMIT {review_months}) m
                           JOIN (SELECT customer_id, first_purchase, lost_on, attributes
                                 FROM {mart}.customer_scorecard
                                      JOIN (SELECT customer_id,
                                                   jsonb_object_agg(attribute, value) AS attributes
                                            FROM {mart}.customer_attribute
                                            GROUP BY 1) a USING (customer_id)
                                 -- all that a month below can join
                                 WHERE lost_on IS NULL
                                    OR lost_on >= {as_of}
                                           - ({review_months} + 1) * interval '1 month'
                                ) s ON s.first_purchase < m.month + interval '1 month'
                                   AND (s.lost_on IS NULL OR s.lost_on >= m.month)
                      GROUP BY m.month) r,
                     unnest(drivers) d
                WHERE d.lift > 1
                  AND d.p_value < {review_p_value}
                ORDER BY month, d.p_value, d.attribute, d.value) w USING (month)$sql$, NULL);
	END;

COMMENT ON FUNCTION retention_mart_table_campaign() IS 'The table campaign of a retention mart: '
	'name, columns and comments.';
COMMENT ON FUNCTION retention_mart_table_campaign_results() IS 'The table campaign_results of a '
	'retention mart: name, columns, comments and how it is written.';
COMMENT ON FUNCTION retention_mart_table_monthly_review() IS 'The table monthly_review of a '
	'retention mart: name, columns, comments and how it is written.';
