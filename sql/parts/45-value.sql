-- ---------------------------------------------------------------------------
-- what customers are worth
-- ---------------------------------------------------------------------------

CREATE FUNCTION expected_order_value(spend retention_model, history purchase_history, as_of date DEFAULT current_date) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'value_expected_order_value';

CREATE FUNCTION expected_order_value(spend retention_model, x double precision, mean_value double precision) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'value_expected_order_value_numbers';

CREATE FUNCTION log_likelihood(spend retention_model, x double precision, mean_value double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'value_log_likelihood';

CREATE FUNCTION historic_value(history purchase_history, as_of date DEFAULT current_date) RETURNS numeric
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	RETURN total_spend(as_of(history, as_of));

CREATE FUNCTION lifetime_value(spend_per_period numeric, periods integer DEFAULT NULL, churn_rate double precision DEFAULT 0,
		discount_rate double precision DEFAULT 0, margin double precision DEFAULT 1) RETURNS numeric
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'value_lifetime_value';

COMMENT ON FUNCTION expected_order_value(retention_model, purchase_history, date) IS 'The value to expect of her next order day, in the money of the orders, by a model of kind gamma-gamma: between the mean of her repeat orders up to as_of (default: today), which few orders don''t tell well, and that of the base. Of who has bought once that of the base. Where she was given back more than she spent her mean counts as 0, so that it is never negative. NULL if nothing was bought by as_of, and where there is no mean (p x + q up to 1). Errors: 22008 for an infinite as_of, 22023 for a model of another kind. Source: Fader, Hardie (2013), "The Gamma-Gamma model of monetary value", equation 5.';
COMMENT ON FUNCTION expected_order_value(retention_model, double precision, double precision) IS 'The value to expect of the next order of a customer with x repeat orders of this mean value; for x = 0 that of the base. NULL where there is no mean (p x + q up to 1). Error 22023 for a model of another kind, a negative x or a mean that is not finite.';
COMMENT ON FUNCTION log_likelihood(retention_model, double precision, double precision) IS 'The logarithm of the probability density of the mean value of x orders, by a model of kind gamma-gamma: whose orders are out of the ordinary. NULL unless both are above 0. Error 22023 for a model of another kind, a negative x or a mean that is not finite. Source: Fader, Hardie (2013), "The Gamma-Gamma model of monetary value", equation 1a.';
COMMENT ON FUNCTION historic_value(purchase_history, date) IS 'What she has spent up to as_of (default: today), refunds taken off, in the money of the orders. NULL if nothing was bought by then or all amounts are unknown. Error 22008 for an infinite as_of.';
COMMENT ON FUNCTION lifetime_value(numeric, integer, double precision, double precision, double precision) IS 'What a customer is worth who spends as much in each period, the first one at once, for so many periods (default, and NULL: for ever), when a share churn_rate (0) of such customers leaves after each, money is worth discount_rate (0) less each period, and a share margin (1) of what is spent stays: spend_per_period times margin times the sum of ((1 - churn_rate) / (1 + discount_rate))^i for i from 0 to periods - 1. The back of an envelope, without a model: lifetime_value(1000, 240) is 240000. NULL if another argument is. Error 22023 for a negative argument, a churn rate above 1, or a sum without end.';
