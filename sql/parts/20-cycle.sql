-- ---------------------------------------------------------------------------
-- the purchase cycle, from a customer's own intervals
-- ---------------------------------------------------------------------------

CREATE FUNCTION mean_interval(history purchase_history, as_of date DEFAULT current_date)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_cycle_mean_interval';

CREATE FUNCTION median_interval(history purchase_history, as_of date DEFAULT current_date)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'purchase_cycle_median_interval';

CREATE FUNCTION stddev_interval(history purchase_history, as_of date DEFAULT current_date)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'purchase_cycle_stddev_interval';

CREATE FUNCTION overdue_ratio(history purchase_history, as_of date DEFAULT current_date)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'purchase_cycle_overdue_ratio';

CREATE FUNCTION regularity(history purchase_history, as_of date DEFAULT current_date)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'purchase_cycle_regularity';

CREATE FUNCTION interval_trend(history purchase_history, as_of date DEFAULT current_date)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'purchase_cycle_interval_trend';

COMMENT ON FUNCTION mean_interval(purchase_history, date)
	IS 'Mean inter-purchase time in days, of the purchases up to as_of (default: today). NULL with '
	'fewer than two purchase days. An infinite as_of is error 22008.';
COMMENT ON FUNCTION median_interval(purchase_history, date)
	IS 'Median inter-purchase time in days, of the purchases up to as_of (default: today). NULL '
	'with fewer than two purchase days. An infinite as_of is error 22008.';
COMMENT ON FUNCTION stddev_interval(purchase_history, date)
	IS 'Sample standard deviation of the inter-purchase times in days, of the purchases up to '
	'as_of (default: today). NULL with fewer than three purchase days. An infinite as_of is error '
	'22008.';
COMMENT ON FUNCTION overdue_ratio(purchase_history, date)
	IS 'Days since the last purchase up to as_of (default: today), divided by the mean '
	'inter-purchase time: above 1 the customer is later than on average. NULL with fewer than two '
	'purchase days. An infinite as_of is error 22008.';
COMMENT ON FUNCTION regularity(purchase_history, date)
	IS 'Shape k of a gamma distribution of the inter-purchase times up to as_of (default: today), '
	'by maximum likelihood: 1 is Poisson-random, above 1 regular, below 1 clumpy. At most 10000, '
	'which is what equal intervals give. From few intervals it is far too high. NULL with fewer '
	'than three purchase days. An infinite as_of is error 22008. Source: Minka (2002), "Estimating '
	'a Gamma distribution".';
COMMENT ON FUNCTION interval_trend(purchase_history, date)
	IS 'Relative change of the inter-purchase time from one purchase to the next, up to as_of '
	'(default: today): 0.1 is ten percent longer each time, negative is shorter. Robust: the '
	'median of paired differences of logarithms. NULL with fewer than five purchase days. An '
	'infinite as_of is error 22008. Source: Theil (1950), "A rank-invariant method of linear and '
	'polynomial regression analysis", the incomplete method.';

-- ---------------------------------------------------------------------------
-- the purchase cycle, from a customer's intervals and those of the others
-- ---------------------------------------------------------------------------

CREATE FUNCTION silence_probability(history purchase_history, as_of date, model retention_model)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'purchase_cycle_silence_probability';

CREATE FUNCTION expected_next_purchase(history purchase_history, as_of date, model retention_model)
	RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200
	AS 'MODULE_PATHNAME', 'purchase_cycle_expected_next_purchase';

CREATE FUNCTION contact_window(history purchase_history, as_of date, model retention_model,
		lower double precision DEFAULT 0.25, upper double precision DEFAULT 0.75) RETURNS daterange
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 400
	AS 'MODULE_PATHNAME', 'purchase_cycle_contact_window';

COMMENT ON FUNCTION silence_probability(purchase_history, date, retention_model)
	IS 'How probable a silence as long as that since the last purchase, or longer, is for a '
	'customer with that rhythm: 1 right after a purchase, near 0 when the silence is longer than '
	'the rhythm explains; it never rises while nothing is bought. The tail of the predictive '
	'distribution of an interpurchase model, 1 - I_z(k, r + k n) with z = k t / (k t + alpha + k '
	'S) for n intervals that add up to S and t days of silence, over what their k may be (see '
	'regularity). From a k of 8 on, fully from 25 on, they may have left out a purchase and go '
	'on: with probability 0.5 / (5 + n) for n intervals without one, and 1.5 / (6 + n) for the '
	'next. Who keeps to the calendar, every December or every last Friday, say, or to a period of '
	'days, is measured by that, and who buys on some weekdays only or in a season by the days '
	'they buy on (see the column calendar_period of purchase_cycle). By a model with a season the '
	'silence and the intervals are operational days, behind one day up to and including the other '
	'(operational_days): a week in December is more than one in February. The season does not '
	'count for who keeps to the calendar or has months of their own, nor for who has a '
	'subscription, say: whose purchases are more regular in days, and a hundred times as likely '
	'by gamma distributed intervals in days as in operational ones (with the factors of their '
	'days). Weekdays of their own take the place of those of the season; its months and events '
	'stay. NULL if nothing was bought by as_of. An infinite as_of is error 22008, a model of '
	'another kind 22023.';
COMMENT ON FUNCTION expected_next_purchase(purchase_history, date, retention_model)
	IS 'The day by which a customer will have bought again with probability one half, given that '
	'they have not since their last purchase up to as_of, and that they are still a customer: the '
	'median of the predictive distribution, the day after as_of at the earliest. Of somebody '
	'regular who has missed a purchase it is mostly the time of the next one; whom to call now is '
	'told by contact_window. Who keeps to the calendar, every December or every last Friday, say, '
	'or to a period of days, is measured by that, and who buys on some weekdays only or in a '
	'season by the days they buy on (see the column calendar_period of purchase_cycle). A model '
	'with a season holds in operational days, as silence_probability has them. NULL if nothing '
	'was bought by as_of, or when the day is beyond the calendar. An infinite as_of is error '
	'22008, a model of another kind 22023.';
COMMENT ON FUNCTION contact_window(purchase_history, date, retention_model, double precision,
		double precision)
	IS 'The days between which a customer is likely to buy next, given their silence up to as_of '
	'and that they are still a customer: from the day by which they will have bought with '
	'probability lower (0.25) to the day for upper (0.75). Whose time has passed, by the '
	'calendar, by their season, or being regular (k from 16 on), is to be contacted now, not the '
	'next time they are expected: the window is then as long as it was, from the day after as_of '
	'on. Who keeps to the calendar, every December or every last Friday, say, or to a period of '
	'days, is measured by that, and who buys on some weekdays only or in a season by the days '
	'they buy on (see the column calendar_period of purchase_cycle). A model with a season holds '
	'in operational days, as silence_probability has them. NULL if nothing was bought by as_of. '
	'Errors: 22023 for a model of another kind, or unless 0 < lower < upper < 1; 22008 for an '
	'infinite as_of.';

CREATE FUNCTION regularity(history purchase_history, as_of date, model retention_model)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30
	AS 'MODULE_PATHNAME', 'purchase_cycle_regularity_shrunk';

COMMENT ON FUNCTION regularity(purchase_history, date, retention_model)
	IS 'Shape k of a gamma distribution of the inter-purchase times up to as_of, shrunk toward '
	'that of the model: 1 is Poisson-random, above 1 regular, below 1 clumpy; at most 10000. The '
	'most probable one by the restricted likelihood, so that few intervals are not taken for '
	'regular, of intervals that are known to a day, so that no equal ones are taken for exact, '
	'and by the distribution of k across customers: lognormal, with the median k_median and the '
	'standard deviation k_deviation in ln k, without these the model''s k for all; but one '
	'customer in a hundred has any k from 4 to 10000, so that subscribers are found in a shop '
	'where nearly all are irregular. In the days they buy on, of who buys on some weekdays only '
	'or in a season. By a model with a season of the intervals in operational days, where '
	'silence_probability has these. purchase_cycle, silence_probability and the dates go by the '
	'same. NULL if nothing was bought by as_of. An infinite as_of is error 22008, a model of '
	'another kind than interpurchase 22023. Source: Minka (2002), "Estimating a Gamma '
	'distribution", for the likelihood.';

CREATE TYPE cycle_stage AS ENUM ('new', 'active', 'due', 'overdue', 'at_risk', 'lapsed');

COMMENT ON TYPE cycle_stage
	IS 'Where a customer is in their purchase cycle, by how probable their silence is: active '
	'(0.75 and above), due (0.25), overdue (0.10), at_risk (0.01), lapsed (below); new is one who '
	'has bought once and is not overdue.';

CREATE FUNCTION cycle_stage(history purchase_history, as_of date, model retention_model,
		due double precision DEFAULT 0.75, overdue double precision DEFAULT 0.25,
		at_risk double precision DEFAULT 0.10, lapsed double precision DEFAULT 0.01)
	RETURNS cycle_stage
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 60
	AS 'MODULE_PATHNAME', 'purchase_cycle_stage';

COMMENT ON FUNCTION cycle_stage(purchase_history, date, retention_model, double precision,
		double precision, double precision, double precision)
	IS 'Where a customer is in their purchase cycle at as_of: active, then due, overdue, at_risk '
	'and lapsed as their silence_probability falls below due (0.75), overdue (0.25), at_risk '
	'(0.10) and lapsed (0.01); new when they have bought once and are not overdue. Who keeps to '
	'the calendar, every December or every last Friday, say, or to a period of days, is measured '
	'by that, and who buys on some weekdays only or in a season by the days they buy on (see the '
	'column calendar_period of purchase_cycle). A model with a season holds in operational days, '
	'as silence_probability has them. NULL if nothing was bought by as_of. An infinite as_of is '
	'error 22008, a model of another kind or a limit that is not between 0 and 1 22023.';

CREATE TYPE purchase_cycle AS (
	intervals integer,
	mean_interval double precision,
	median_interval double precision,
	stddev_interval double precision,
	coefficient_of_variation double precision,
	regularity double precision,
	pattern text,
	trend double precision,
	expected_next date,
	contact_from date,
	contact_until date,
	elapsed_days integer,
	overdue_ratio double precision,
	silence_probability double precision,
	stage cycle_stage,
	calendar_period text
);

COMMENT ON TYPE purchase_cycle IS 'The purchase cycle of a customer in plain columns.';
COMMENT ON COLUMN purchase_cycle.intervals IS 'number of inter-purchase times known';
COMMENT ON COLUMN purchase_cycle.mean_interval IS 'their mean, in days';
COMMENT ON COLUMN purchase_cycle.median_interval IS 'their median, in days';
COMMENT ON COLUMN purchase_cycle.stddev_interval
	IS 'their sample standard deviation, in days; NULL with fewer than two';
COMMENT ON COLUMN purchase_cycle.coefficient_of_variation
	IS 'standard deviation over mean; NULL with fewer than two';
COMMENT ON COLUMN purchase_cycle.regularity
	IS 'shape of a gamma distribution of the intervals, shrunk toward that of the model, or toward '
	'1 (random) without a model: 1 is random, above regular, below clumpy';
COMMENT ON COLUMN purchase_cycle.pattern
	IS 'clockwork (regularity from 25 on), regular (2), random (0.6) or clumpy (below)';
COMMENT ON COLUMN purchase_cycle.trend
	IS 'relative change of the interval from one purchase to the next; NULL with fewer than four';
COMMENT ON COLUMN purchase_cycle.expected_next
	IS 'the day by which they will have bought again with probability one half, if they are still '
	'a customer';
COMMENT ON COLUMN purchase_cycle.contact_from
	IS 'the day by which they will have bought with probability 0.25; the day after as_of where '
	'they are regular and their time has passed';
COMMENT ON COLUMN purchase_cycle.contact_until
	IS 'the day by which they will have bought with probability 0.75; where their time has passed, '
	'as many days after contact_from as they were then';
COMMENT ON COLUMN purchase_cycle.elapsed_days IS 'days since the last purchase';
COMMENT ON COLUMN purchase_cycle.overdue_ratio
	IS 'days since the last purchase over the mean interval';
COMMENT ON COLUMN purchase_cycle.silence_probability
	IS 'how probable a silence of that length is with their rhythm';
COMMENT ON COLUMN purchase_cycle.stage
	IS 'new, active, due, overdue, at_risk or lapsed, by the silence probability';
COMMENT ON COLUMN purchase_cycle.calendar_period
	IS 'monthly, two-monthly, quarterly, half-yearly or yearly when they keep to such a period of '
	'the calendar, as calendar_cycle tells, without drifting, and came in at least half of '
	'them; free when they keep to a period of days; weekly when they buy on some weekdays only, '
	'yearly when in a season: expected_next, the contact window, silence_probability and stage '
	'are then those of it; NULL otherwise';

CREATE FUNCTION purchase_cycle(history purchase_history, as_of date DEFAULT current_date)
	RETURNS purchase_cycle
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 900
	AS 'MODULE_PATHNAME', 'purchase_cycle';

CREATE FUNCTION purchase_cycle(history purchase_history, as_of date, model retention_model)
	RETURNS purchase_cycle
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 900
	AS 'MODULE_PATHNAME', 'purchase_cycle';

COMMENT ON FUNCTION purchase_cycle(purchase_history, date)
	IS 'The purchase cycle of a customer at as_of (default: today), from their own intervals '
	'alone: their regularity shrunk toward random (k = 1, as regularity(h, as_of, model) does '
	'toward a model), their mean interval as if it had been seen once more. There is no season: a '
	'day is a day. What needs an interval is NULL for a customer who has bought once; with a '
	'model of the base there is an answer for them, too. Who keeps to the calendar, every '
	'December or every last Friday, say, or to a period of days, is measured by that, and who '
	'buys on some weekdays only or in a season by the days they buy on (see the column '
	'calendar_period of purchase_cycle). NULL if nothing was bought by as_of. An infinite as_of '
	'is error 22008.';
COMMENT ON FUNCTION purchase_cycle(purchase_history, date, retention_model)
	IS 'The purchase cycle of a customer at as_of: statistics of their intervals, and what an '
	'interpurchase model of the base says of their next purchase. Their dates follow their own '
	'regularity: the mixture over what it may be, and after a silence of somebody irregular one '
	'shape with the same variance of the logarithm of the interval. Take the columns FROM '
	'customer, purchase_cycle(h, as_of, model), which evaluates it once a row. Who keeps to the '
	'calendar, every December or every last Friday, say, or to a period of days, is measured by '
	'that, and who buys on some weekdays only or in a season by the days they buy on (see the '
	'column calendar_period of purchase_cycle). A model with a season holds in operational days, '
	'as silence_probability has them; mean, median, standard deviation, trend, elapsed days and '
	'overdue ratio are of real days. NULL if nothing was bought by as_of. An infinite as_of is '
	'error 22008, a model of another kind 22023.';

