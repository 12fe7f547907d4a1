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
