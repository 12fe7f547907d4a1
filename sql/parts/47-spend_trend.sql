-- ---------------------------------------------------------------------------
-- has the average order value changed
-- ---------------------------------------------------------------------------

CREATE TYPE spend_trend AS (
	recent_orders bigint,
	recent_average numeric,
	earlier_orders bigint,
	earlier_average numeric,
	change double precision,
	slope numeric,
	p_value double precision
);

CREATE FUNCTION spend_trend(history purchase_history, as_of date DEFAULT current_date,
		recent interval DEFAULT '3 months')
	RETURNS spend_trend
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 250
	AS 'MODULE_PATHNAME', 'spend_trend';

CREATE FUNCTION overall_spend_trend_add(bytea, purchase_history, date, interval) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 90
	AS 'MODULE_PATHNAME', 'overall_spend_trend_add';

CREATE FUNCTION overall_spend_trend_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'overall_spend_trend_combine';

CREATE FUNCTION overall_spend_trend_final(bytea) RETURNS spend_trend
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'overall_spend_trend_final';

CREATE AGGREGATE overall_spend_trend(history purchase_history, as_of date, recent interval) (
	SFUNC = overall_spend_trend_add, STYPE = bytea, SSPACE = 8000,
	FINALFUNC = overall_spend_trend_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = overall_spend_trend_combine, PARALLEL = SAFE
);

COMMENT ON TYPE spend_trend IS 'How the average order value of late compares with before.';
COMMENT ON COLUMN spend_trend.recent_orders IS 'orders of known amount within recent';
COMMENT ON COLUMN spend_trend.recent_average
	IS 'what was spent within recent, refunds taken off, for each of them, in the money of the '
	'orders; NULL without one';
COMMENT ON COLUMN spend_trend.earlier_orders IS 'orders of known amount before';
COMMENT ON COLUMN spend_trend.earlier_average
	IS 'what was spent before, refunds taken off, for each of them; NULL without one';
COMMENT ON COLUMN spend_trend.change
	IS 'recent_average against earlier_average: -0.12 is 12 percent less; NULL unless both are '
	'known and the latter is above 0';
COMMENT ON COLUMN spend_trend.slope
	IS 'change of the order value in a year, in the money of the orders: least squares over all '
	'orders; NULL for orders of one day';
COMMENT ON COLUMN spend_trend.p_value
	IS 'the probability of a difference at least as large, up or down, if nothing had changed; '
	'NULL unless there are orders both within recent and before';
COMMENT ON FUNCTION spend_trend(purchase_history, date, interval)
	IS 'Has the average order value of a customer changed: within recent (3 months) up to and '
	'including as_of (default: today) against all before. It goes back by the calendar: with 3 '
	'months as of 2026-06-30 recent is after 2026-03-30. p_value is that of the '
	'Wilcoxon-Mann-Whitney test of the order values (the money of a day for each of its orders), '
	'which asks nothing of their distribution and is not misled by one large order: exact for few '
	'orders, else by the normal distribution. Fewer than 3 recent and 5 earlier orders rarely tell '
	'anything. Of many customers whose order values have not changed, 5 percent have a p_value '
	'below 0.05: look at the smallest ones, and at overall_spend_trend. NULL if nothing was bought '
	'by as_of. Errors: 22008 for an infinite as_of, 22023 for a recent below a day. With recent '
	'alone: spend_trend(h, recent => ''6 months''). Source: Mann, Whitney (1947).';
COMMENT ON FUNCTION overall_spend_trend_add(bytea, purchase_history, date, interval)
	IS 'Transition function of the aggregate overall_spend_trend.';
COMMENT ON FUNCTION overall_spend_trend_combine(bytea, bytea)
	IS 'Combine function of the aggregate overall_spend_trend.';
COMMENT ON FUNCTION overall_spend_trend_final(bytea)
	IS 'Final function of the aggregate overall_spend_trend.';
COMMENT ON AGGREGATE overall_spend_trend(purchase_history, date, interval)
	IS 'Has the average order value of all customers changed: all that was spent within recent up '
	'to and including as_of, for each order, against all before; as spend_trend of one. GROUP BY '
	'gives the trend of each segment. p_value is that of Student''s t test of the two ratios, for '
	'which customers are independent of each other, but the orders of one are not. A falling '
	'average may come from customers who spend less or from other customers: spend_trend of each '
	'one tells. The same result for every order of the rows and every plan. NULL histories are '
	'left out. NULL if there is no order of known amount by as_of. Errors: 22008 for an infinite '
	'as_of, 22004 for a NULL as_of or recent, 22023 for a recent below a day or arguments that '
	'change within a group. Source: Cochran (1977), "Sampling techniques", 6.4.';
