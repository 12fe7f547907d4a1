-- ---------------------------------------------------------------------------
-- who still buys, but has stopped buying one range
-- ---------------------------------------------------------------------------

CREATE TYPE dropped_range AS (
	last_purchase date,
	range_purchases integer,
	share double precision,
	purchases_since integer,
	silence_probability double precision
);

CREATE FUNCTION dropped_range(range_history purchase_history, history purchase_history,
		as_of date DEFAULT current_date)
	RETURNS dropped_range
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'dropped_range';

COMMENT ON TYPE dropped_range IS 'Has a customer stopped buying one range.';
COMMENT ON COLUMN dropped_range.last_purchase IS 'the day on which they bought the range last';
COMMENT ON COLUMN dropped_range.range_purchases IS 'the number of days on which they bought it';
COMMENT ON COLUMN dropped_range.share
	IS 'the share of those days in all their purchase days from the first to the last of them';
COMMENT ON COLUMN dropped_range.purchases_since
	IS 'purchase days since, all of them without the range';
COMMENT ON COLUMN dropped_range.silence_probability
	IS 'the probability of that many or more without it, if they still bought it as often as '
	'before';
COMMENT ON FUNCTION dropped_range(purchase_history, purchase_history, date)
	IS 'Has a customer stopped buying one range while they still buy? From the history of their '
	'purchases in the range and that of all their purchases, up to and including as_of (default: '
	'today). It counts their purchase days, not days: one who buys nothing at all is not silent '
	'about a range, and one who has become slower is not either. Of many customers and ranges in '
	'which nothing has changed a hundredth have a silence_probability below 0.01 (two hundredths '
	'where the range is bought on every tenth purchase day only, fewer where it is bought on '
	'most); look at customers who are not lost themselves: WHERE silence_probability < 0.005 AND '
	'lost_on(history, as_of, model) IS NULL. The share is uniform between 0 and 1 before anything '
	'is known of it, so that a range bought only once or twice hardly ever stands out. NULL if '
	'they had not bought the range by as_of. Errors: 22008 for an infinite as_of, 22023 for a '
	'purchase in the range that is none of all purchases. Source: the beta-geometric distribution; '
	'Bayes (1763).';
