-- ---------------------------------------------------------------------------
-- the page of a retention mart: the five questions, and the month in figures
-- ---------------------------------------------------------------------------

CREATE FUNCTION retention_review_answers() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH last AS (
	SELECT r.*, lag(customers) OVER (ORDER BY month) AS before,
		avg(lost) OVER year_before AS lost_a_month, avg(value_lost) OVER year_before AS cost_a_month
	FROM {mart}.monthly_review r
	WINDOW year_before AS (ORDER BY month ROWS BETWEEN 12 PRECEDING AND 1 PRECEDING)
	ORDER BY month DESC LIMIT 1),
reason AS (
	SELECT attribute || ' ' || coalesce(value, 'not known') AS name, churn_rate, lift
	FROM {mart}.churn_reasons WHERE lift > 1 AND p_value < 0.05
	ORDER BY p_value, attribute, value LIMIT 1),
list AS (SELECT count(*) AS customers, sum(value_to_save) AS value FROM {mart}.contact_list),
idea AS (SELECT * FROM {mart}.campaign_results ORDER BY contacted_on DESC, campaign LIMIT 1),
known AS (
	SELECT attribute_columns, horizon,
		EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts
	FROM {mart}.settings LIMIT 1),
lost AS (
	SELECT {extension}.retention_html_number(greatest(lost, 0)::numeric, 0) AS figure,
		coalesce('In ' || to_char(month, 'FMMonth YYYY') ||
			CASE WHEN lost < 0 THEN ': ' || {extension}.retention_html_number(-lost::numeric, 0) ||
				' more came back than were lost'
			ELSE coalesce(': ' ||
				{extension}.retention_html_percent(churn_rate::double precision, 1) ||
				' of the ' || {extension}.retention_html_count(before::bigint, text 'customer') ||
				' there were', '') END ||
			'. In the year before: ' ||
			{extension}.retention_html_number(lost_a_month::numeric, 0) || ' a month.',
			'No month is over yet.') AS said
	FROM (SELECT) one LEFT JOIN last ON true),
why AS (
	SELECT coalesce({extension}.retention_html_text(main_reason::text),
			{extension}.retention_html_text(name)) AS figure,
		CASE WHEN attribute_columns = '{}' THEN
			'No attributes of customers were named: create the mart with '
			'<code>attributes</code> to see which of them leave.'
		WHEN main_reason IS NOT NULL THEN
			'Of these, ' || {extension}.retention_html_number(main_reason_lift::numeric, 1) ||
			' times as many were lost in the month as of all customers.'
		WHEN name IS NOT NULL THEN
			'Nothing stands out in this month. Over the last twelve, ' ||
			{extension}.retention_html_percent(reason.churn_rate::double precision, 0) ||
			' of these were lost, ' || {extension}.retention_html_number(lift::numeric, 1) ||
			' times as many as of all customers.'
		ELSE 'Nothing that the lost have in common could not be chance.' END AS said
	FROM known LEFT JOIN last ON true LEFT JOIN reason ON true),
cost AS (
	SELECT {extension}.retention_html_money(value_lost::numeric, $1) AS figure,
		CASE WHEN month IS NULL THEN ''
		WHEN NOT amounts THEN
			'Amounts are not known: they would be the column <code>amount</code> of the mart.'
		WHEN value_lost IS NULL THEN 'Nobody was lost who has not come back.'
		ELSE 'What those who were lost in the month were worth: the margin to expect of them '
			'within ' || horizon::text || '. In the year before: ' ||
			{extension}.retention_html_money(cost_a_month::numeric, $1) || ' a month.' END AS said
	FROM known LEFT JOIN last ON true),
todo AS (
	SELECT CASE WHEN value IS NULL THEN
			{extension}.retention_html_count(customers::bigint, text 'customer')
		ELSE {extension}.retention_html_money(value::numeric, $1) END AS figure,
		CASE WHEN customers = 0 THEN 'Nobody is due, overdue or at risk this week.'
		ELSE CASE WHEN value IS NULL THEN 'to call or write to: those'
			ELSE 'can still be saved: call or write to the ' ||
				{extension}.retention_html_count(customers::bigint, text 'customer') END ||
			' of the contact list, the first of them first.' END AS said
	FROM list),
worked AS (
	SELECT CASE WHEN campaign IS NULL THEN NULL
		WHEN difference IS NULL THEN '?'
		WHEN difference_lower > 0 THEN
			'Yes: ' || {extension}.retention_html_number(brought_back::numeric, 0) || ' came back'
		WHEN difference_upper < 0 THEN 'No: it did harm'
		ELSE 'Not to be told yet' END AS figure,
		coalesce('<b>' || {extension}.retention_html_text(campaign::text) || '</b>: ' ||
		CASE WHEN difference IS NULL THEN
			'only customers who were contacted and others who were not tell. '
			'Leave out some, drawn by chance, and write them down, too.'
		ELSE 'of ' || {extension}.retention_html_count(contacted::bigint, text 'customer') ||
			' contacted ' ||
			{extension}.retention_html_percent(contacted_rate::double precision, 0) ||
			' bought within ' || {extension}.retention_html_count(days::bigint, text 'day') ||
			', of ' || {extension}.retention_html_number(control::numeric, 0) || ' others ' ||
			{extension}.retention_html_percent(control_rate::double precision, 0) || ': ' ||
			{extension}.retention_html_number((100 * difference_lower)::numeric, 0) || ' to ' ||
			{extension}.retention_html_number((100 * difference_upper)::numeric, 0) ||
			' of 100 more.' END,
		'Write down whom you contact, and whom, by chance, you do not, in the table '
		'<code>campaign</code> of the mart: here is what came of it.') AS said
	FROM (SELECT) one LEFT JOIN idea ON true)
SELECT E'<div class="answers">\n' ||
	{extension}.retention_html_answer(
		text 'lost', text 'How many did we lose?', lost.figure, lost.said) ||
	{extension}.retention_html_answer(
		NULL::text, text 'Why?', why.figure, why.said) ||
	{extension}.retention_html_answer(
		text 'lost', text 'What did it cost?', cost.figure, cost.said) ||
	{extension}.retention_html_answer(
		NULL::text, text 'What to do now?', todo.figure, todo.said) ||
	{extension}.retention_html_answer(
		NULL::text, text 'Did the last idea work?', worked.figure, worked.said) ||
	'</div>'
FROM lost, why, cost, todo, worked$sql$;
	END;
COMMENT ON FUNCTION retention_review_answers() IS
	'The five questions of the review with their answers, as a template: see '
	'retention_review_parts.';

CREATE FUNCTION retention_review_month() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH months AS (
	SELECT *, row_number() OVER (ORDER BY month DESC) AS n,
		CASE WHEN spend IS NULL THEN {extension}.retention_html_number(orders::numeric, 0)
			ELSE {extension}.retention_html_money(spend::numeric, $1) END AS sold
	FROM {mart}.monthly_review ORDER BY month DESC LIMIT 2),
now AS (SELECT * FROM months WHERE n = 1),
before AS (SELECT * FROM months WHERE n = 2),
trend AS (
	SELECT CASE WHEN p_value IS NULL THEN '' WHEN p_value >= 0.05 THEN 'no clear trend'
		ELSE 'three months: ' || CASE WHEN change > 0 THEN '+' ELSE '' END ||
			{extension}.retention_html_percent(change::double precision, 0) END AS said
	FROM {mart}.spend_trend ORDER BY month DESC LIMIT 1)
SELECT CASE WHEN now.month IS NULL THEN '' ELSE
	E'<section class="whole" aria-label="The month in figures"><dl class="months">\n' ||
	{extension}.retention_html_month(text 'Customers',
		{extension}.retention_html_number(now.customers::numeric, 0),
		{extension}.retention_html_number(before.customers::numeric, 0) || ' a month before') ||
	{extension}.retention_html_month(text 'New customers',
		{extension}.retention_html_number(now.new::numeric, 0),
		{extension}.retention_html_number(before.new::numeric, 0) || ' a month before') ||
	{extension}.retention_html_month('Bought in ' || to_char(now.month, 'FMMonth'),
		{extension}.retention_html_number(now.active::numeric, 0),
		{extension}.retention_html_number(before.active::numeric, 0) || ' a month before') ||
	{extension}.retention_html_month(
		CASE WHEN now.spend IS NULL THEN 'Orders' ELSE 'Spent' END, now.sold,
		coalesce(before.sold, '&#8211;') || ' a month before') ||
	CASE WHEN now.average_order_value IS NULL THEN '' ELSE
		{extension}.retention_html_month(text 'Average order',
			{extension}.retention_html_money(now.average_order_value::numeric, $1),
			coalesce(trend.said, '')) END ||
	'</dl></section>' END
FROM (SELECT) one LEFT JOIN now ON true LEFT JOIN before ON true LEFT JOIN trend ON true$sql$;
	END;
COMMENT ON FUNCTION retention_review_month() IS
	'The month in figures, as a template: see retention_review_parts.';
