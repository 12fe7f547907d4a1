-- What the mart of each company says beside what is true
CREATE TABLE boards.said (
	company text, customer_id int,
	-- true; worth: money to expect within three years of who is a customer
	kind text, left_on date, next_on date, order_value float8, worth float8,
	standing boolean,				-- pays once a year or season, for three years, and still does
	-- the scorecard; the stage is by p_gone where the mart has it, else by silence
	first_purchase date, purchases int, stage text, expected_next date, contact_from date,
	contact_until date, lost_on date, expected_order_value float8, clv float8,
	value_at_risk float8,
	p_gone float8,					-- where the mart has it, else churn_score
	listed boolean,					-- on the contact list
	value_lost float8,				-- of lost_customers
	PRIMARY KEY (company, customer_id)
);
-- the last twelve months that are over
CREATE TABLE boards.month (
	company text, month date,
	truly_left bigint, after_one_order bigint,
	lost float8,				-- expected_lifecycle, where the mart has it, else monthly_review
	alarms bigint, recovered bigint,	-- monthly_review
	PRIMARY KEY (company, month)
);
CREATE TABLE boards.models (
	company text PRIMARY KEY, base text, converged boolean, k float8,
	spend text, p float8, q float8
);
-- whether all customers at once bought less or more than was to be expected, forecasts and losses,
-- of marts that were told of a shock and of those that were not
CREATE TABLE boards.period (
	company text, told boolean, seen_from date, seen_until date, expected float8, actual bigint,
	usual float8, unusual boolean,
	sign boolean,				-- there is one on the page
	PRIMARY KEY (company, told, seen_from)
);
CREATE TABLE boards.forecast (
	company text, told boolean, period int, seen_until date, expected float8, came bigint,
	PRIMARY KEY (company, told, period)
);
CREATE TABLE boards.lost (
	company text, told boolean, month date, lost bigint,
	PRIMARY KEY (company, told, month)
);
-- who leaves sooner
CREATE TABLE boards.reason (part text PRIMARY KEY, truth text, mart text);

-- a number for people
CREATE FUNCTION boards.number(float8, digits int DEFAULT 0) RETURNS text
	LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	RETURN coalesce(round($1::numeric, digits)::text, '-');
-- percent
CREATE FUNCTION boards.share(part bigint, whole bigint) RETURNS numeric
	LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	RETURN round(100.0 * part / nullif(whole, 0));
