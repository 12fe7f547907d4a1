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

