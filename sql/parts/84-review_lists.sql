-- ---------------------------------------------------------------------------
-- the page of a retention mart: the sections with lists
-- ---------------------------------------------------------------------------

CREATE FUNCTION retention_review_contact_list() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH list AS (SELECT * FROM {mart}.contact_list ORDER BY rank LIMIT $3),
known AS (
	SELECT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts),
every AS (SELECT count(*) AS customers FROM {mart}.contact_list),
rows AS (
	SELECT string_agg({extension}.retention_html_row(
		{extension}.retention_html_text(customer_id::text), VARIADIC ARRAY[
			CASE WHEN amounts THEN {extension}.retention_html_money(value_to_save::numeric, $1)
				ELSE {extension}.retention_html_number(purchases_to_save::numeric, 1) END,
			reason, to_char(expected_next, 'FMDD Mon YYYY'),
			{extension}.retention_html_number(overdue_ratio::numeric, 1) || ' intervals',
			-- a mart that an older version has refreshed has no p_gone
			{extension}.retention_html_percent(
				coalesce((to_jsonb(list) ->> 'p_gone')::double precision, churn_score), 0)] ||
			CASE WHEN amounts THEN
				ARRAY[{extension}.retention_html_money(clv::numeric, $1)] END),
		'' ORDER BY rank) AS body
	FROM list, known)
SELECT {extension}.retention_html_section(text 'whole list', text 'Whom to reach this week',
	'Those with whom a contact saves most: what would be lost, times the probability that they '
		'are still there to be reached.' ||
		CASE WHEN customers > $3 THEN ' The first ' || $3 || ' of ' ||
			{extension}.retention_html_number(customers::numeric, 0) ||
			'; all of them are in the table <code>contact_list</code>.' ELSE '' END,
	CASE WHEN body IS NULL THEN '<p>Nobody is due, overdue or at risk this week.</p>' ELSE
		{extension}.retention_html_table(text 'Contact list',
			CASE WHEN amounts THEN ARRAY['Customer', 'Value to save', 'Why', 'Expected',
				'Late by', 'Gone already', 'Worth']
				ELSE ARRAY['Customer', 'Purchases to save', 'Why', 'Expected',
				'Late by', 'Gone already'] END,
			body) END)
FROM known, every, rows$sql$;
	END;
COMMENT ON FUNCTION retention_review_contact_list() IS
	'Whom to reach this week, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_model() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH used AS (
	SELECT kind, chosen_because FROM {mart}.model
	WHERE chosen AND {extension}.retention_mart_model_use(kind) = 'base_model'),
compared AS (
	SELECT c.* FROM {mart}.model_comparison c JOIN {mart}.settings USING (as_of)),
rows AS (
	SELECT string_agg({extension}.retention_html_row(
		{extension}.retention_html_text(kind::text) ||
			CASE WHEN chosen THEN ', used'
				WHEN NOT {extension}.retention_mart_fit_holds(converged, at_limit)
				THEN ', not converged'
				ELSE '' END, VARIADIC ARRAY[
			{extension}.retention_html_number(log_loss::numeric, 4),
			{extension}.retention_html_percent(roc_auc::double precision, 1),
			{extension}.retention_html_number(expected::numeric, 0),
			{extension}.retention_html_number(actual::numeric, 0)]),
		'' ORDER BY rank, converged IS NULL, aic, kind) AS body
	FROM compared)
SELECT {extension}.retention_html_section(NULL::text, text 'Which model tells best?',
	coalesce('Who is still a customer is told by the model <b>' ||
		{extension}.retention_html_text(kind::text) || '</b>. ' ||
		{extension}.retention_html_text(chosen_because::text),
		'No model could be fitted: their silence alone tells who is still a customer.'),
	CASE WHEN body IS NULL THEN '' ELSE
		{extension}.retention_html_table(text 'What each would have said, and what came',
			ARRAY['Model or rule', 'Log loss', 'Buyers ranked first', 'Purchases expected', 'Came'],
			body) ||
		'<p class="note">Log loss: how far off the probabilities of a purchase were; 0.693 is a '
		'coin, less is better. A rule only looks at the number it is called by.</p>' END)
FROM (SELECT) one LEFT JOIN used ON true, rows$sql$;
	END;
COMMENT ON FUNCTION retention_review_model() IS
	'Which model the mart uses, why, and how the others did, as a template: see '
	'retention_review_parts.';

CREATE FUNCTION retention_review_reasons() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH reasons AS (
	SELECT * FROM {mart}.churn_reasons WHERE p_value < 0.05 AND lift > 1
	ORDER BY p_value, attribute, value LIMIT 8),
rows AS (
	SELECT string_agg({extension}.retention_html_row(
		{extension}.retention_html_text(attribute || ' ' || coalesce(value, 'not known')),
		VARIADIC ARRAY[
			{extension}.retention_html_number(customers::numeric, 0),
			{extension}.retention_html_number(churned::numeric, 0),
			{extension}.retention_html_percent(churn_rate::double precision, 0),
			{extension}.retention_html_number(lift::numeric, 1)]),
		'' ORDER BY p_value, attribute, value) AS body
	FROM reasons)
-- the lists begin here and end with retention_review_lost_customers
SELECT '<div class="pictures">' || {extension}.retention_html_section(NULL::text,
	text 'Who leaves', text 'Lost in the last twelve months: more than chance would have it.',
	CASE WHEN body IS NULL THEN '<p>Nothing stands out' ||
		CASE WHEN attribute_columns = '{}' THEN
			': no attributes were named when the mart was made' ELSE '' END || '.</p>'
	ELSE {extension}.retention_html_table(text 'Attributes of those who left',
			ARRAY['Attribute', 'Customers', 'Lost', 'Share', 'As a multiple of all'], body) END)
FROM {mart}.settings, rows$sql$;
	END;
COMMENT ON FUNCTION retention_review_reasons() IS
	'Who leaves, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_dropped_ranges() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH ranges AS (
	SELECT product_range, count(*) AS customers, sum(spend_a_year) AS spend
	FROM {mart}.dropped_ranges GROUP BY product_range
	ORDER BY spend DESC NULLS LAST, customers DESC, product_range LIMIT 8),
known AS (
	SELECT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts),
rows AS (
	SELECT string_agg({extension}.retention_html_row(
		{extension}.retention_html_text(product_range::text), VARIADIC ARRAY[
			{extension}.retention_html_number(customers::numeric, 0)] ||
			CASE WHEN amounts THEN
				ARRAY[{extension}.retention_html_money(spend::numeric, $1)] END),
		'' ORDER BY spend DESC NULLS LAST, customers DESC, product_range) AS body
	FROM ranges, known)
SELECT {extension}.retention_html_section(NULL::text, text 'What they have stopped buying',
	text 'Customers who still come, but have given up a range.',
	CASE WHEN body IS NULL THEN '<p>Nothing stands out' ||
		CASE WHEN range_column IS NULL THEN
			': no range was named when the mart was made' ELSE '' END || '.</p>'
	ELSE {extension}.retention_html_table(text 'Ranges that were given up',
			CASE WHEN amounts THEN
				ARRAY['Range', 'Customers', 'Spent on it in their last year with it']
				ELSE ARRAY['Range', 'Customers'] END, body) END)
FROM {mart}.settings, known, rows$sql$;
	END;
COMMENT ON FUNCTION retention_review_dropped_ranges() IS
	'What customers have stopped buying, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_lost_customers() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH last AS (SELECT max(month) AS month FROM {mart}.monthly_review),
known AS (
	SELECT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts),
gone AS (
	SELECT l.*, row_number() OVER (ORDER BY value_lost DESC NULLS LAST, spend DESC NULLS LAST,
		purchases DESC, customer_id) AS place
	FROM {mart}.lost_customers l, last WHERE lost_on >= month ORDER BY place LIMIT 8),
rows AS (
	SELECT string_agg({extension}.retention_html_row(
		{extension}.retention_html_text(customer_id::text), VARIADIC ARRAY[
			last_purchase::text, {extension}.retention_html_number(purchases::numeric, 0)] ||
			CASE WHEN amounts THEN ARRAY[
				{extension}.retention_html_money(spend::numeric, $1),
				{extension}.retention_html_money(value_lost::numeric, $1)] END),
		'' ORDER BY place) AS body
	FROM gone, known)
SELECT {extension}.retention_html_section(NULL::text, text 'The dearest losses',
	'Lost since ' || coalesce(to_char(month, 'FMDD FMMonth YYYY'), 'the beginning') || '.',
	CASE WHEN body IS NULL THEN '<p>Nobody.</p>'
	ELSE {extension}.retention_html_table(text 'Customers lost',
			CASE WHEN amounts THEN
				ARRAY['Customer', 'Last purchase', 'Purchases', 'Spent', 'Value lost']
				ELSE ARRAY['Customer', 'Last purchase', 'Purchases'] END, body) END) || '</div>'
FROM last, known, rows$sql$;
	END;
COMMENT ON FUNCTION retention_review_lost_customers() IS
	'The customers whose loss cost most, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_campaigns() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH ideas AS (
	SELECT * FROM {mart}.campaign_results ORDER BY contacted_on DESC, campaign LIMIT 8),
rows AS (
	SELECT string_agg({extension}.retention_html_row(
		{extension}.retention_html_text(campaign::text), VARIADIC ARRAY[
			contacted_on::text,
			{extension}.retention_html_number(contacted::numeric, 0),
			{extension}.retention_html_percent(contacted_rate::double precision, 0),
			{extension}.retention_html_percent(control_rate::double precision, 0),
			{extension}.retention_html_number((100 * difference_lower)::numeric, 0) || ' to ' ||
				{extension}.retention_html_number((100 * difference_upper)::numeric, 0),
			{extension}.retention_html_number(brought_back::numeric, 0)]),
		'' ORDER BY contacted_on DESC, campaign) AS body
	FROM ideas)
SELECT {extension}.retention_html_section(text 'whole', text 'What we tried',
	text 'Against customers who, by chance, were not contacted.',
	CASE WHEN body IS NULL THEN '<p>Nothing yet, or nothing a day old.</p>'
	ELSE {extension}.retention_html_table(text 'Campaigns',
			ARRAY['Campaign', 'From', 'Contacted', 'Bought', 'Of the others', 'More of 100',
				'Came back'], body) END)
FROM rows$sql$;
	END;
COMMENT ON FUNCTION retention_review_campaigns() IS
	'What came of campaigns, as a template: see retention_review_parts.';
