-- ---------------------------------------------------------------------------
-- the purchase cycle, from a customer's own intervals
-- ---------------------------------------------------------------------------

CREATE FUNCTION mean_interval(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_cycle_mean_interval';

CREATE FUNCTION median_interval(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'purchase_cycle_median_interval';

CREATE FUNCTION stddev_interval(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'purchase_cycle_stddev_interval';

CREATE FUNCTION overdue_ratio(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_cycle_overdue_ratio';

CREATE FUNCTION regularity(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'purchase_cycle_regularity';

CREATE FUNCTION interval_trend(history purchase_history, as_of date DEFAULT current_date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'purchase_cycle_interval_trend';

COMMENT ON FUNCTION mean_interval(purchase_history, date) IS 'Mean inter-purchase time in days, of the purchases up to as_of (default: today). NULL with fewer than two purchase days. An infinite as_of is error 22008.';
COMMENT ON FUNCTION median_interval(purchase_history, date) IS 'Median inter-purchase time in days, of the purchases up to as_of (default: today). NULL with fewer than two purchase days. An infinite as_of is error 22008.';
COMMENT ON FUNCTION stddev_interval(purchase_history, date) IS 'Sample standard deviation of the inter-purchase times in days, of the purchases up to as_of (default: today). NULL with fewer than three purchase days. An infinite as_of is error 22008.';
COMMENT ON FUNCTION overdue_ratio(purchase_history, date) IS 'Days since the last purchase up to as_of (default: today), divided by the mean inter-purchase time: above 1 she is later than on average. NULL with fewer than two purchase days. An infinite as_of is error 22008.';
COMMENT ON FUNCTION regularity(purchase_history, date) IS 'Shape k of a gamma distribution of the inter-purchase times up to as_of (default: today), by maximum likelihood: 1 is Poisson-random, above 1 regular, below 1 clumpy. At most 10000, which is what equal intervals give. From few intervals it is far too high. NULL with fewer than three purchase days. An infinite as_of is error 22008. Source: Minka (2002), "Estimating a Gamma distribution".';
COMMENT ON FUNCTION interval_trend(purchase_history, date) IS 'Relative change of the inter-purchase time from one purchase to the next, up to as_of (default: today): 0.1 is ten percent longer each time, negative is shorter. Robust: the median of paired differences of logarithms. NULL with fewer than five purchase days. An infinite as_of is error 22008. Source: Theil (1950), "A rank-invariant method of linear and polynomial regression analysis", the incomplete method.';

-- ---------------------------------------------------------------------------
-- the purchase cycle, from a customer's intervals and those of the others
-- ---------------------------------------------------------------------------

CREATE FUNCTION silence_probability(history purchase_history, as_of date, model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'purchase_cycle_silence_probability';

CREATE FUNCTION expected_next_purchase(history purchase_history, as_of date, model retention_model) RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200
	AS 'MODULE_PATHNAME', 'purchase_cycle_expected_next_purchase';

CREATE FUNCTION contact_window(history purchase_history, as_of date, model retention_model,
		lower double precision DEFAULT 0.25, upper double precision DEFAULT 0.75) RETURNS daterange
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 400
	AS 'MODULE_PATHNAME', 'purchase_cycle_contact_window';

COMMENT ON FUNCTION silence_probability(purchase_history, date, retention_model) IS 'How probable a silence as long as that since the last purchase, or longer, is for a customer with her rhythm: 1 right after a purchase, near 0 when the silence is longer than the rhythm explains. The tail of the predictive distribution of an interpurchase model, 1 - I_z(k, r + k n) with z = k t / (k t + alpha + k S) for n intervals that add up to S and t days of silence. NULL if nothing was bought by as_of. An infinite as_of is error 22008, a model of another kind 22023.';
COMMENT ON FUNCTION expected_next_purchase(purchase_history, date, retention_model) IS 'The day by which she will have bought again with probability one half, given that she has not since her last purchase up to as_of, and that she is still a customer: the median of the predictive distribution, the day after as_of at the earliest. NULL if nothing was bought by as_of, or when the day is beyond the calendar. An infinite as_of is error 22008, a model of another kind 22023.';
COMMENT ON FUNCTION contact_window(purchase_history, date, retention_model, double precision, double precision) IS 'The days between which she is likely to buy next, given her silence up to as_of and that she is still a customer: from the day by which she will have bought with probability lower (0.25) to the day for upper (0.75). NULL if nothing was bought by as_of. Errors: 22023 for a model of another kind, or unless 0 < lower < upper < 1; 22008 for an infinite as_of.';

