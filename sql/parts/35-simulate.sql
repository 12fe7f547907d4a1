-- ---------------------------------------------------------------------------
-- simulated customers
-- ---------------------------------------------------------------------------

CREATE FUNCTION simulate_customers(model retention_model, customers integer, first_from date,
		first_until date, until date, seed bigint DEFAULT 0)
	RETURNS TABLE (customer_id integer, purchase_date date)
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 100000
	AS 'MODULE_PATHNAME', 'simulate_customers';

COMMENT ON FUNCTION simulate_customers(retention_model, integer, date, date, date, bigint)
	IS 'The purchases of so many customers that live as a model says, of a kind that says when '
	'they leave (see model_kinds()): to try a query, a dashboard or a fit on data whose truth is '
	'known. First purchases are spread evenly from first_from to first_until; purchases are '
	'known up to until, rounded to days, so that several may fall on one. By a model with a '
	'season each day has as many repeat purchases as its factor says; first purchases have no '
	'season. A seed gives the same customers every time, and customer 7 is the same whether 10 '
	'or 1,000,000 are asked for. Errors: 22023 for a model of another kind, a negative number or '
	'dates in the wrong order; 22008 for an infinite date.';
