-- What the companies are drawn from.  A number depends on its name alone: not on the order of rows,
-- on a plan, on a session.  The hashes are those by which partitions are chosen, so that they stay;
-- what is made of them by ln, exp and cos is rounded to days and cents.
CREATE SCHEMA boards;

-- between 0 and 1, both excluded: 52 bits of the hash and a half, which a float8 holds exactly
CREATE FUNCTION boards.uniform(company text, customer bigint, purpose text, number bigint DEFAULT 0)
	RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN ((hashint8extended(number, hashint8extended(customer,
				hashtextextended(company || ' ' || purpose COLLATE "C", 0)))
			 & 4503599627370495)::float8 + 0.5::float8) / 4503599627370496::float8;

-- Box and Muller (1958)
CREATE FUNCTION boards.normal(company text, customer bigint, purpose text, number bigint DEFAULT 0)
	RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN sqrt(-2 * ln(boards.uniform(company, customer, purpose || ' radius', number)))
		   * cos(2 * pi() * boards.uniform(company, customer, purpose || ' angle', number));

-- an order value: lognormal, of this mean and coefficient of variation
CREATE FUNCTION boards.amount(company text, customer bigint, number bigint,
	                          mean float8, variation float8) RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN round(100 * mean * exp(sqrt(ln(1 + variation * variation))
								  * boards.normal(company, customer, 'amount', number)
								  - ln(1 + variation * variation) / 2))::bigint * 0.01;

-- Each company is a schema of this name:
--	orders		customer_id, ordered_at, amount: what is known at the end of as_of
--	future		the orders after it, up to known_until
--	truth		one row a customer, in the columns below
CREATE TABLE boards.company (
	name text PRIMARY KEY,
	as_of date NOT NULL,
	known_until date NOT NULL,
	standing text					-- kind whose customers pay once a year or season
);
CREATE TABLE boards.truth (
	customer_id int PRIMARY KEY,
	kind text NOT NULL,
	left_on date,					-- the day of the first order that did not come, or will not;
									-- NULL: not up to known_until
	cause text,						-- why; NULL with left_on
	next_on date,					-- their next order after as_of; NULL: none up to known_until
	order_value float8 NOT NULL,	-- the mean of what they are drawn from
	orders_a_year float8 NOT NULL,	-- while they are a customer
	leaves_a_year float8 NOT NULL	-- their rate of leaving; infinite where they come once
);
