-- What the mart of each company says beside what is true.  In columns that end in "both" is what
-- the functions say that hold the cycle and the model of the base together; NULL where the
-- extension has no such functions.
CREATE TABLE boards.said (
	company text, customer_id int,
	-- true; worth: money to expect within three years of who is a customer
	kind text, left_on date, next_on date, order_value float8, worth float8,
	standing boolean,				-- pays once a year or season, for three years, and still does
	-- the scorecard
	first_purchase date, stage text, expected_next date, contact_from date, contact_until date,
	lost_on date, expected_order_value numeric, clv numeric, value_at_risk numeric,
	listed boolean,					-- on the contact list
	value_lost numeric,
	-- later
	stage_both text, order_value_all numeric,
	PRIMARY KEY (company, customer_id)
);
-- the last twelve months that are over
CREATE TABLE boards.month (
	company text, month date,
	truly_left bigint, after_one_order bigint,
	alarms bigint, recovered bigint,	-- as the monthly review has them
	still_lost bigint,					-- lost_on in the month, and not come back
	expected_both float8,
	PRIMARY KEY (company, month)
);
CREATE TABLE boards.models (
	company text PRIMARY KEY, base text, converged boolean, k float8, p float8, q float8
);
-- who leaves sooner
CREATE TABLE boards.reason (
	place int PRIMARY KEY, question text, truth text, mart text, both_models text
);

-- a number for people: money in thousands, shares in percent
CREATE FUNCTION boards.number(float8, digits int DEFAULT 0) RETURNS text
	LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	RETURN coalesce(round($1::numeric, digits)::text, '-');
CREATE FUNCTION boards.share(part bigint, whole bigint) RETURNS text
	LANGUAGE sql IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	RETURN coalesce(round(100.0 * part / nullif(whole, 0))::text, '-');
