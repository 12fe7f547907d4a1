-- ---------------------------------------------------------------------------
-- how sure is a prediction
-- ---------------------------------------------------------------------------

CREATE TYPE value_interval AS (
	lower numeric,
	upper numeric
);

CREATE FUNCTION purchases_interval(model retention_model, history purchase_history, as_of date,
		horizon interval, level double precision DEFAULT 0.95)
	RETURNS confidence_interval
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000
	AS 'MODULE_PATHNAME', 'purchases_interval';

CREATE FUNCTION clv_interval(model retention_model, spend retention_model, history purchase_history,
		as_of date, horizon interval, discount_rate double precision,
		margin double precision DEFAULT 1, level double precision DEFAULT 0.95)
	RETURNS value_interval
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20000
	AS 'MODULE_PATHNAME', 'clv_interval';

COMMENT ON TYPE value_interval IS 'Two limits of an amount of money.';
COMMENT ON COLUMN value_interval.lower IS 'the lower limit, in the money of the orders';
COMMENT ON COLUMN value_interval.upper IS 'the upper limit, in the money of the orders';
COMMENT ON FUNCTION purchases_interval(retention_model, purchase_history, date, interval,
		double precision)
	IS 'Between these two numbers of purchases a customer will make within the horizon after '
	'as_of, with a probability of at least level (0.95); expected_purchases is the mean. From '
	'2,000 drawn futures, each with parameters drawn from the covariance of the fit (of a model '
	'that was typed in they are as given) and then the customer''s own chance: whether they are '
	'still one, how often they buy, when they leave. The same customer has the same draws every '
	'time. Of one customer chance is nearly all: a sum over many is far surer than each. Days '
	'count by their factors where the model has a season. NULL if nothing was bought by as_of, '
	'and where nothing is known of how sure the fit is: it did not converge, or a parameter has '
	'a standard error of its logarithm above 10. Errors: 22008 for an infinite as_of, 22023 for '
	'a model of another kind, a negative horizon or one below a day, or unless 0 < level < 1.';
COMMENT ON FUNCTION clv_interval(retention_model, retention_model, purchase_history, date, interval,
		double precision, double precision, double precision)
	IS 'Between these two amounts lies what a customer will turn out to be worth within the '
	'horizon after as_of, with a probability of at least level (0.95); clv is its mean. Drawn as '
	'in purchases_interval, with the parameters of the spend model and the value of each order '
	'besides. With a season of the model purchases are drawn in operational time, and discounted '
	'in real time. Arguments and units as clv. NULL where clv is, and where purchases_interval '
	'is, by either of the models. Errors as clv, and 22023 unless 0 < level < 1.';
