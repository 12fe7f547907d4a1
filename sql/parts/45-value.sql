-- ---------------------------------------------------------------------------
-- what customers are worth
-- ---------------------------------------------------------------------------

CREATE FUNCTION expected_order_value(spend retention_model, history purchase_history,
		as_of date DEFAULT current_date)
	RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 60
	AS 'MODULE_PATHNAME', 'value_expected_order_value';

CREATE FUNCTION expected_order_value(spend retention_model, x double precision,
		mean_value double precision)
	RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'value_expected_order_value_numbers';

CREATE FUNCTION log_likelihood(spend retention_model, x double precision,
		mean_value double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'value_log_likelihood';

CREATE FUNCTION historic_value(history purchase_history, as_of date DEFAULT current_date)
	RETURNS numeric
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	RETURN total_spend(as_of(history, as_of));

CREATE FUNCTION lifetime_value(spend_per_period numeric, periods integer DEFAULT NULL,
		churn_rate double precision DEFAULT 0, discount_rate double precision DEFAULT 0,
		margin double precision DEFAULT 1)
	RETURNS numeric
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'value_lifetime_value';

CREATE FUNCTION discounted_expected_purchases(model retention_model, history purchase_history,
		as_of date, discount_rate double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200
	AS 'MODULE_PATHNAME', 'value_discounted_purchases';

CREATE FUNCTION discounted_expected_purchases(model retention_model, history purchase_history,
		as_of date, discount_rate double precision, horizon interval)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'value_discounted_purchases';

CREATE FUNCTION discounted_expected_purchases(model retention_model, x double precision,
		t_x double precision, T double precision, discount_rate double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200
	AS 'MODULE_PATHNAME', 'value_discounted_purchases_numbers';

CREATE FUNCTION discounted_expected_purchases(model retention_model, x double precision,
		t_x double precision, T double precision, discount_rate double precision,
		horizon double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'value_discounted_purchases_numbers';

CREATE FUNCTION clv(model retention_model, spend retention_model, history purchase_history,
		as_of date, horizon interval, discount_rate double precision,
		margin double precision DEFAULT 1)
	RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 400
	AS 'MODULE_PATHNAME', 'value_clv';

CREATE FUNCTION clv(model retention_model, spend retention_model, history purchase_history,
		as_of date, discount_rate double precision)
	RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6000
	AS 'MODULE_PATHNAME', 'value_clv';

CREATE FUNCTION value_at_risk(model retention_model, spend retention_model,
		history purchase_history, as_of date, horizon interval, discount_rate double precision,
		margin double precision DEFAULT 1)
	RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 400
	AS 'MODULE_PATHNAME', 'value_at_risk';

CREATE FUNCTION value_at_risk(model retention_model, spend retention_model,
		history purchase_history, as_of date, discount_rate double precision)
	RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6000
	AS 'MODULE_PATHNAME', 'value_at_risk';

-- for literals and parameters without a type, as p_alive(model, x text, t_x text, T text)

CREATE FUNCTION discounted_expected_purchases(model retention_model, x text, t_x text, T text,
		discount_rate text)
	RETURNS double precision
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE COST 40
	RETURN discounted_expected_purchases(model, x::double precision, t_x::double precision,
		T::double precision, discount_rate::double precision);

CREATE FUNCTION expected_order_value(spend retention_model, x text, mean_value text) RETURNS numeric
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE COST 40
	RETURN expected_order_value(spend, x::double precision, mean_value::double precision);

CREATE FUNCTION log_likelihood(spend retention_model, x text, mean_value text)
	RETURNS double precision
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE COST 40
	RETURN log_likelihood(spend, x::double precision, mean_value::double precision);

COMMENT ON FUNCTION discounted_expected_purchases(retention_model, purchase_history, date,
		double precision)
	IS 'The purchases to expect from a customer after as_of, for ever, one that lies u years '
	'ahead counting (1 + discount_rate)^-u: what the literature calls DERT. By a model with a '
	'season purchases come in operational time and are discounted in real time: month by month, '
	'from the fourth year on by average years. For the kinds bg/nbd and its relatives by '
	'quadrature to 1e-7, bg/bb by its sum, the others by quadrature to 1e-12. NULL if nothing '
	'was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of another kind '
	'or a rate that is not above 0 and at most 1. Source: Fader, Hardie, Lee (2005), "RFM and '
	'CLV"; Fader, Hardie, Shang (2010).';
COMMENT ON FUNCTION discounted_expected_purchases(retention_model, purchase_history, date,
		double precision, interval)
	IS 'The purchases to expect from a customer within the horizon after as_of, one that lies u '
	'years ahead counting (1 + discount_rate)^-u; a month is 365.25/12 days. To the accuracy of '
	'the one without a horizon, but for the kinds with k to 1e-5. The season of the model counts '
	'as there. NULL if nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 '
	'for a model of another kind, a rate that is not between 0 and 1, a negative horizon or one '
	'below a day.';
COMMENT ON FUNCTION discounted_expected_purchases(retention_model, double precision,
		double precision, double precision, double precision)
	IS 'The purchases to expect after T, for ever, one that lies u years ahead counting (1 + '
	'discount_rate)^-u; times in the model''s unit, the rate per year. With x, t_x and T of 0 '
	'those of a new customer, the first one besides. Error 22023 for a model of another kind, a '
	'rate that is not above 0 and at most 1, or unless 0 <= t_x <= T and x >= 0 (t_x = 0 where x '
	'= 0). Error 22023 for a model with a season, too, which needs the dates.';
COMMENT ON FUNCTION discounted_expected_purchases(retention_model, text, text, text, text)
	IS 'discounted_expected_purchases(model, x, t_x, T, discount_rate) for numbers without a type, '
	'as drivers send them. Error 22P02 for a text that is no number.';
COMMENT ON FUNCTION discounted_expected_purchases(retention_model, double precision,
		double precision, double precision, double precision, double precision)
	IS 'The same within a horizon, in the model''s unit. Error 22023 for a model of another '
	'kind, a negative horizon, a rate that is not between 0 and 1, or unless 0 <= t_x <= T and x '
	'>= 0 (t_x = 0 where x = 0). Error 22023 for a model with a season, too, which needs the '
	'dates.';
COMMENT ON FUNCTION clv(retention_model, retention_model, purchase_history, date, interval,
		double precision, double precision)
	IS 'Customer lifetime value within the horizon after as_of: margin (1) times '
	'expected_order_value times discounted_expected_purchases, in the money of the orders. '
	'discount_rate is per year, 0.1 for 10 percent; money u years ahead counts (1 + '
	'discount_rate)^-u; a month is 365.25/12 days. The season of the model counts as in '
	'discounted_expected_purchases. Never negative, and rounded to 16 decimals. NULL if nothing '
	'was bought by as_of, or where a spend model of kind gamma-gamma has no mean for them (p x + '
	'q up to 1). Errors: 22008 for an infinite as_of, 22023 for models of other kinds, a rate or '
	'margin that is not between 0 and 1, a negative horizon or one below a day. Source: Fader, '
	'Hardie, Lee (2005), "RFM and CLV".';
COMMENT ON FUNCTION clv(retention_model, retention_model, purchase_history, date, double precision)
	IS 'The residual customer lifetime value, for ever: as clv with a horizon and a margin of 1, '
	'without end; with another margin, margin * clv(...). Error 22023 for a discount_rate that is '
	'not above 0, too. A horizon has a discount_rate behind it: clv(model, spend, history, as_of, '
	''
	'''3 years'', 0.1).';
COMMENT ON FUNCTION value_at_risk(retention_model, retention_model, purchase_history, date,
		interval, double precision, double precision)
	IS 'What is lost with the probability that a customer is gone already: what clv would be if '
	'they certainly still were a customer, times the probability that they are not. clv and '
	'value_at_risk add up to the former. Arguments, units, NULL rule and errors as clv. The '
	'season of the model counts as in clv. Large for who bought often and much and has been '
	'silent for too long; near 0 for who bought lately, and for who has been silent for so long '
	'that even a customer would hardly come.';
COMMENT ON FUNCTION value_at_risk(retention_model, retention_model, purchase_history, date,
		double precision)
	IS 'The same for ever and with a margin of 1; with another margin, margin * '
	'value_at_risk(...). Error 22023 for a discount_rate that is not above 0, too.';
COMMENT ON FUNCTION expected_order_value(retention_model, purchase_history, date)
	IS 'The value to expect of a customer''s next order day, in the money of the orders, rounded '
	'to 16 decimals: between the mean of their orders up to as_of (default: today), which few '
	'orders don''t tell well, and that of the base. Where they were given back more than they '
	'spent their mean counts as 0, so that it is never negative. By a model of kind gamma-gamma '
	'of their repeat orders, so that who has bought once is worth the mean of the base; NULL '
	'where there is no mean (p x + q up to 1). By one of kind gamma-gamma-all of all their '
	'purchase days of known amount, the first one included: p (gamma + sum) / (p n + q - 1) for n '
	'days. Where it has no mean (q up to 1) it is (p sum + q median) / (p n + q), the median '
	'being that of all amounts by the model, gamma times the median odds of Beta(p, q), by root '
	'finding to 1e-9; so everybody has a value. NULL if nothing was bought by as_of, or without a '
	'mean for p or q below 1e-4. Errors: 22008 for an infinite as_of, 22023 for a model of '
	'another kind. Source: Fader, Hardie (2013), "The Gamma-Gamma model of monetary value", '
	'equation 5.';
COMMENT ON FUNCTION expected_order_value(retention_model, double precision, double precision)
	IS 'The value to expect of the next order of a customer with x repeat orders of this mean '
	'value, or for a model of kind gamma-gamma-all x purchase days, the first one included; for x '
	'= 0 that of the base. NULL where there is no mean, as expected_order_value(spend, history, '
	'as_of) has it. Error 22023 for a model of another kind, a negative x or a mean that is not '
	'finite.';
COMMENT ON FUNCTION expected_order_value(retention_model, text, text)
	IS 'expected_order_value(spend, x, mean_value) for numbers without a type, as drivers send '
	'them. Error 22P02 for a text that is no number.';
COMMENT ON FUNCTION log_likelihood(retention_model, double precision, double precision)
	IS 'The logarithm of the probability density of the mean value of x orders, by a model of '
	'kind gamma-gamma or gamma-gamma-all: whose orders are out of the ordinary. That of single '
	'amounts, to which the latter is fitted, is log_likelihood(spend, history, as_of). NULL '
	'unless both are above 0. Error 22023 for a model of another kind, a negative x or a mean '
	'that is not finite. Source: Fader, Hardie (2013), "The Gamma-Gamma model of monetary value", '
	'equation 1a.';
COMMENT ON FUNCTION log_likelihood(retention_model, text, text)
	IS 'log_likelihood(spend, x, mean_value) for numbers without a type, as drivers send them. '
	'Error 22P02 for a text that is no number.';
COMMENT ON FUNCTION historic_value(purchase_history, date)
	IS 'What a customer has spent up to as_of (default: today), refunds taken off, in the money of '
	'the orders. NULL if nothing was bought by then or all amounts are unknown. Error 22008 for an '
	'infinite as_of.';
COMMENT ON FUNCTION lifetime_value(numeric, integer, double precision, double precision,
		double precision)
	IS 'What a customer is worth who spends as much in each period, the first one at once, for so '
	'many periods (default, and NULL: for ever), when a share churn_rate (0) of such customers '
	'leaves after each, money is worth discount_rate (0) less each period, and a share margin (1) '
	'of what is spent stays: spend_per_period times margin times the sum of ((1 - churn_rate) / (1 '
	'+ discount_rate))^i for i from 0 to periods - 1. The back of an envelope, without a model: '
	'lifetime_value(1000, 240) is 240000. NULL if another argument is. Error 22023 for a negative '
	'argument, a churn rate, discount rate or margin above 1, or a sum without end.';
