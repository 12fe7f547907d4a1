-- ---------------------------------------------------------------------------
-- models of a customer base: who is still a customer, and what will they buy
-- ---------------------------------------------------------------------------

-- COST: about 160 to the microsecond, from stored histories, between the fastest model and the
-- slowest, so that scoring a table gets parallel workers.

CREATE FUNCTION p_alive(model retention_model, history purchase_history,
		as_of date DEFAULT current_date)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 60
	AS 'MODULE_PATHNAME', 'customer_base_p_alive';

CREATE FUNCTION p_alive(model retention_model, history purchase_history, as_of date, after interval)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 60
	AS 'MODULE_PATHNAME', 'customer_base_p_alive_after';

CREATE FUNCTION p_alive(model retention_model, x double precision, t_x double precision,
		T double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'customer_base_p_alive_numbers';

CREATE FUNCTION p_alive(model retention_model, x double precision, t_x double precision,
		T double precision, after double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'customer_base_p_alive_after_numbers';

CREATE FUNCTION churn_score(model retention_model, history purchase_history,
		as_of date DEFAULT current_date)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 60
	AS 'MODULE_PATHNAME', 'customer_base_churn_score';

CREATE FUNCTION churn_score(model retention_model, x double precision, t_x double precision,
		T double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'customer_base_churn_score_numbers';

CREATE FUNCTION expected_purchases(model retention_model, history purchase_history, as_of date,
		horizon interval)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 120
	AS 'MODULE_PATHNAME', 'customer_base_expected_purchases';

CREATE FUNCTION expected_purchases(model retention_model, x double precision, t_x double precision,
		T double precision, horizon double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'customer_base_expected_purchases_numbers';

CREATE FUNCTION expected_purchases(model retention_model, first_day date, horizon interval)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'customer_base_expected_purchases_on';

CREATE FUNCTION expected_purchases(model retention_model, horizon interval) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'customer_base_expected_purchases_new';

CREATE FUNCTION expected_purchases(model retention_model, horizon double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'customer_base_expected_purchases_new_number';

CREATE FUNCTION expected_remaining_lifetime(model retention_model, history purchase_history,
		as_of date DEFAULT current_date)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'customer_base_lifetime';

CREATE FUNCTION expected_remaining_lifetime(model retention_model, history purchase_history,
		as_of date, horizon interval)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'customer_base_lifetime';

CREATE FUNCTION expected_remaining_lifetime(model retention_model, x double precision,
		t_x double precision, T double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'customer_base_lifetime_numbers';

CREATE FUNCTION expected_remaining_lifetime(model retention_model, x double precision,
		t_x double precision, T double precision, horizon double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'customer_base_lifetime_numbers';

CREATE FUNCTION purchase_probability(model retention_model, history purchase_history, as_of date,
		horizon interval)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'customer_base_purchase_probability';

CREATE FUNCTION purchase_probability(model retention_model, x double precision,
		t_x double precision, T double precision, horizon double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'customer_base_purchase_probability_numbers';

CREATE FUNCTION purchase_pmf(model retention_model, n integer, horizon interval)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'customer_base_purchase_pmf';

CREATE FUNCTION purchase_pmf(model retention_model, n integer, first_day date, horizon interval)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'customer_base_purchase_pmf_on';

CREATE FUNCTION purchase_pmf(model retention_model, n integer, horizon double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'customer_base_purchase_pmf_number';

CREATE FUNCTION log_likelihood(model retention_model, history purchase_history, as_of date)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'customer_base_log_likelihood';

CREATE FUNCTION log_likelihood(model retention_model, x double precision, t_x double precision,
		T double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'customer_base_log_likelihood_numbers';

CREATE FUNCTION log_likelihood(model retention_model, x double precision, t_x double precision,
		T double precision, sum_log_intervals double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'customer_base_log_likelihood_numbers';

CREATE FUNCTION lost_on(history purchase_history, as_of date, model retention_model) RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 120
	AS 'MODULE_PATHNAME', 'customer_base_lost_on';

CREATE FUNCTION lost_on(history purchase_history, as_of date, model retention_model,
		score double precision)
	RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 120
	AS 'MODULE_PATHNAME', 'customer_base_lost_on';

CREATE TYPE opportunities AS (
	x double precision,
	t_x double precision,
	n double precision
);

CREATE FUNCTION opportunities(history purchase_history, as_of date, time_unit_days double precision)
	RETURNS opportunities
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'customer_base_opportunities';

COMMENT ON TYPE opportunities
	IS 'What a model of kind bg/bb asks of a customer, in opportunities to buy: x, t_x and n, as '
	'defined in Fader, Hardie, Shang (2010), "Customer-base analysis in a discrete-time '
	'noncontractual setting".';
COMMENT ON COLUMN opportunities.x
	IS 'number of opportunities at which the customer bought, the first purchase not counted';
COMMENT ON COLUMN opportunities.t_x IS 'number of the last of them, 0 where there is none';
COMMENT ON COLUMN opportunities.n
	IS 'number of opportunities after the first purchase that are over at as_of';
COMMENT ON FUNCTION opportunities(purchase_history, date, double precision)
	IS 'The x, t_x and n that a model of kind bg/bb of this time unit counts for a customer at '
	'as_of. Opportunities follow one another from the first purchase on, each as long as the time '
	'unit, in days. A unit of 365 to 366 days is a year of the calendar, a whole number of such '
	'years is as many, and a half, a quarter or a twelfth of one (182.625, 91.3125, 30.4375) is a '
	'half-year, a quarter or a month: the i-th opportunity is over with the day so many months '
	'after the first purchase, the last day of a month that has no such day, as date + interval '
	'has it. Any other unit (7 is a week) is counted in days: the i-th opportunity is over with '
	'the day that is i units after the first purchase, to the nearest day. A purchase on that last '
	'day belongs to it, several within one opportunity count once, and one that is not over at '
	'as_of does not count, nor do purchases in it. NULL if nothing was bought by as_of. Errors: '
	'22008 for an infinite as_of, 22023 unless the time unit is above 0 and finite. Source: Fader, '
	'Hardie, Shang (2010), "Customer-base analysis in a discrete-time noncontractual setting".';
COMMENT ON FUNCTION lost_on(purchase_history, date, retention_model)
	IS 'The first day behind the last purchase up to as_of, and not behind as_of, on which the '
	'churn_score of a customer reached 0.5: from then on they were more likely gone than not. By '
	'an interpurchase model 0.99: the silence had become as improbable as one in a hundred. Days '
	'count by their factors where the model has a season: hardly anybody is lost in a month in '
	'which hardly anybody buys. NULL while it has not, and if nothing was bought by as_of. It '
	'depends on their purchases and the model only, not on other customers or on as_of once the '
	'day has come. Errors: 22008 for an infinite as_of.';
COMMENT ON FUNCTION lost_on(purchase_history, date, retention_model, double precision)
	IS 'As lost_on(history, as_of, model), with the churn_score that makes a customer lost. '
	'Errors: 22008 for an infinite as_of, 22023 unless 0 < score < 1.';

-- For literals and parameters without a type, which could be either of two overloads: a text is
-- what it is for this function, and the calls that were understood before still are, as they were.

CREATE FUNCTION p_alive(model retention_model, x text, t_x text, T text) RETURNS double precision
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE COST 40
	RETURN p_alive(model, x::double precision, t_x::double precision, T::double precision);

CREATE FUNCTION expected_remaining_lifetime(model retention_model, x text, t_x text, T text)
	RETURNS double precision
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE COST 40
	RETURN expected_remaining_lifetime(model, x::double precision, t_x::double precision,
		T::double precision);

CREATE FUNCTION expected_purchases(model retention_model, horizon text) RETURNS double precision
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE COST 40
	RETURN expected_purchases(model, horizon::interval);

CREATE FUNCTION purchase_pmf(model retention_model, n integer, horizon text)
	RETURNS double precision
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE COST 40
	RETURN purchase_pmf(model, n, horizon::interval);

COMMENT ON FUNCTION p_alive(retention_model, purchase_history, date)
	IS 'The probability that a customer still is one at as_of (default: today), given their '
	'purchases up to then, by a model of a kind that says when they leave: see model_kinds(). By '
	'bg/bb at the last opportunity that is over at as_of; opportunities(history, as_of, '
	'time_unit_days) shows what it counts. With bg/nbd and bg/cnbd-k it is 1 for who has bought '
	'once, since those leave after a repeat purchase only. The season of the model, where it has '
	'one, counts days by their factors: an interval covers the days behind one purchase, up to '
	'and including the next. NULL if nothing was bought by as_of. Errors: 22008 for an infinite '
	'as_of, 22023 for a model of another kind. Source: Schmittlein, Morrison, Colombo (1987), '
	'"Counting your customers"; Fader, Hardie, Lee (2005), "Counting your customers the easy '
	'way"; Batislam, Denizel, Filiztekin (2007); Reutterer, Platzer, Schroeder (2020); Fader, '
	'Hardie, Shang (2010); Bemmaor, Glady (2012).';
COMMENT ON FUNCTION p_alive(retention_model, purchase_history, date, interval)
	IS 'The probability that a customer still is one a while after as_of, given what was known '
	'at as_of; a month is 365.25/12 days. Days count by their factors where the model has a '
	'season. NULL if nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for '
	'a model of another kind, a negative interval or one below a day.';
COMMENT ON FUNCTION p_alive(retention_model, double precision, double precision, double precision)
	IS 'The probability that a customer is still one who has made x repeat purchases, the last '
	'at t_x after the first purchase, and is seen until T after it. All times in the model''s '
	'unit. By a model with a season they are operational: operational_days says how many there '
	'are between two dates. Error 22023 for a model of another kind, or unless 0 <= t_x <= T and '
	'x >= 0 (t_x = 0 where x = 0). Source: Schmittlein, Morrison, Colombo (1987), "Counting your '
	'customers"; Fader, Hardie, Lee (2005), "Counting your customers the easy way"; Batislam, '
	'Denizel, Filiztekin (2007); Reutterer, Platzer, Schroeder (2020).';
COMMENT ON FUNCTION p_alive(retention_model, text, text, text)
	IS 'p_alive(model, x, t_x, T) for numbers without a type, as drivers send them. Error 22P02 '
	'for a text that is no number.';
COMMENT ON FUNCTION p_alive(retention_model, double precision, double precision, double precision,
		double precision)
	IS 'The same a while after T, given what was known at T. All times in the model''s unit. By '
	'a model with a season they are operational: operational_days says how many there are '
	'between two dates. Error 22023 for a model of another kind, or unless 0 <= t_x <= T and x '
	'>= 0 (t_x = 0 where x = 0), or for a negative time after.';
COMMENT ON FUNCTION churn_score(retention_model, purchase_history, date)
	IS 'How probable it is that a customer has gone: 1 - p_alive; by an interpurchase model 1 - '
	'silence_probability, how far their silence is out of their rhythm. From 0 to 1. Days count '
	'by their factors where the model has a season. NULL if nothing was bought by as_of. Errors: '
	'22008 for an infinite as_of, 22023 for a model of another kind.';
COMMENT ON FUNCTION churn_score(retention_model, double precision, double precision,
		double precision)
	IS 'How probable it is that a customer has gone: 1 - p_alive. All times in the model''s '
	'unit. By a model with a season they are operational: operational_days says how many there '
	'are between two dates. Error 22023 for a model of another kind, or unless 0 <= t_x <= T and '
	'x >= 0 (t_x = 0 where x = 0).';
COMMENT ON FUNCTION expected_purchases(retention_model, purchase_history, date, interval)
	IS 'The number of purchases to expect from a customer within the horizon after as_of, given '
	'their purchases up to as_of; a month is 365.25/12 days. By bg/bb within the whole '
	'opportunities of the horizon, to the nearest day: 3 of ''3 years'' where the time unit is a '
	'year. Exact also for regular intervals (k above 1), where the formula of Reutterer et al. '
	'is an approximation. Days count by their factors where the model has a season. NULL if '
	'nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of '
	'another kind, a negative horizon or one below a day.';
COMMENT ON FUNCTION expected_purchases(retention_model, double precision, double precision,
		double precision, double precision)
	IS 'The number of purchases to expect within the horizon after T. All times in the model''s '
	'unit. By a model with a season they are operational: operational_days says how many there '
	'are between two dates. Error 22023 for a model of another kind, or unless 0 <= t_x <= T and '
	'x >= 0 (t_x = 0 where x = 0), or for a negative horizon.';
COMMENT ON FUNCTION expected_purchases(retention_model, interval)
	IS 'The number of repeat purchases to expect from a new customer within the horizon after '
	'their first purchase; a month is 365.25/12 days. Of an average year, whatever the season of '
	'the model: with one the first day counts, expected_purchases(model, first_day, horizon). '
	'Error 22023 for a model of another kind, a negative horizon or one below a day.';
COMMENT ON FUNCTION expected_purchases(retention_model, date, interval)
	IS 'The number of repeat purchases to expect from a new customer, who buys for the first time '
	'on first_day, within the horizon after it; a month is 365.25/12 days. The season of the model '
	'counts the days of the horizon by their factors. Errors: 22008 for an infinite first_day, '
	'22023 for a model of another kind, a negative horizon or one below a day.';
COMMENT ON FUNCTION expected_purchases(retention_model, text)
	IS 'expected_purchases(model, horizon) for an interval without a type: expected_purchases(m, '
	''
	''
	'''1 year''). Error 22007 for a text that is no interval.';
COMMENT ON FUNCTION expected_purchases(retention_model, double precision)
	IS 'The number of repeat purchases to expect from a new customer within the horizon, in the '
	'model''s unit, after their first purchase. By a model with a season that is operational '
	'time. Error 22023 for a model of another kind or a negative horizon.';
COMMENT ON FUNCTION expected_remaining_lifetime(retention_model, purchase_history, date)
	IS 'How many days after as_of (default: today) a customer is still one, on average, '
	'counting 0 where they have gone already. Infinite where a model has no mean, which is '
	'common: pareto/nbd with s, bg/nbd and its relatives with a, bg/bb with gamma up to 1, since '
	'those who nearly never leave weigh too much; give a horizon then. By bg/bb the days of the '
	'opportunities to come that they are here for. By a model with a season these are real days, '
	'too, added up month by month and from the fourth year on by average years. NULL if nothing '
	'was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of another kind.';
COMMENT ON FUNCTION expected_remaining_lifetime(retention_model, purchase_history, date, interval)
	IS 'How many days of the horizon after as_of a customer is still one, on average: p_alive, '
	'added up over the days; a month is 365.25/12 days. By a model with a season these are real '
	'days, too. NULL if nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 '
	'for a model of another kind, a negative horizon or one below a day.';
COMMENT ON FUNCTION expected_remaining_lifetime(retention_model, double precision, double precision,
		double precision)
	IS 'How long after T a customer is still one, on average, in the model''s unit; infinite '
	'where a model has no mean. Error 22023 for a model of another kind, or unless 0 <= t_x <= T '
	'and x >= 0 (t_x = 0 where x = 0). Error 22023 for a model with a season, too, which needs '
	'the dates.';
COMMENT ON FUNCTION expected_remaining_lifetime(retention_model, text, text, text)
	IS 'expected_remaining_lifetime(model, x, t_x, T) for numbers without a type, as drivers send '
	'them; infinite where that is. Error 22P02 for a text that is no number.';
COMMENT ON FUNCTION expected_remaining_lifetime(retention_model, double precision, double precision,
		double precision, double precision)
	IS 'How much of the horizon after T a customer is still one, on average. All times in the '
	'model''s unit. Error 22023 for a model of another kind, a negative horizon, or unless 0 <= '
	't_x <= T and x >= 0 (t_x = 0 where x = 0). Error 22023 for a model with a season, too, '
	'which needs the dates.';
COMMENT ON FUNCTION purchase_probability(retention_model, purchase_history, date, interval)
	IS 'The probability that a customer buys at least once within the horizon after as_of; a '
	'month is 365.25/12 days. Days count by their factors where the model has a season. NULL if '
	'nothing was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of '
	'another kind, a negative horizon or one below a day.';
COMMENT ON FUNCTION purchase_probability(retention_model, double precision, double precision,
		double precision, double precision)
	IS 'The probability of at least one purchase within the horizon after T. All times in the '
	'model''s unit. By a model with a season they are operational: operational_days says how '
	'many there are between two dates. Error 22023 for a model of another kind, or unless 0 <= '
	't_x <= T and x >= 0 (t_x = 0 where x = 0), or for a negative horizon.';
COMMENT ON FUNCTION purchase_pmf(retention_model, integer, interval)
	IS 'The probability of exactly n repeat purchases of a new customer within the horizon '
	'after their first purchase; a month is 365.25/12 days. Of an average year, whatever the '
	'season of the model: with one the first day counts, purchase_pmf(model, n, first_day, '
	'horizon). Error 22023 for a model of another kind, a negative n, a negative horizon or one '
	'below a day.';
COMMENT ON FUNCTION purchase_pmf(retention_model, integer, date, interval)
	IS 'The probability of exactly n repeat purchases of a new customer, who buys for the first '
	'time on first_day, within the horizon after it; a month is 365.25/12 days. The season of the '
	'model counts the days of the horizon by their factors. Errors: 22008 for an infinite '
	'first_day, 22023 for a model of another kind, a negative n, a negative horizon or one below a '
	'day.';
COMMENT ON FUNCTION purchase_pmf(retention_model, integer, text)
	IS 'purchase_pmf(model, n, horizon) for an interval without a type: purchase_pmf(m, 1, ''1 '
	'year''). Error 22007 for a text that is no interval.';
COMMENT ON FUNCTION purchase_pmf(retention_model, integer, double precision)
	IS 'The probability of exactly n repeat purchases of a new customer within the horizon, in '
	'the model''s unit, after their first purchase. By a model with a season that is operational '
	'time. Error 22023 for a model of another kind, a negative n or a negative horizon.';
COMMENT ON FUNCTION log_likelihood(retention_model, purchase_history, date)
	IS 'The logarithm of the probability density of a customer''s purchases up to as_of, times '
	'counted in the model''s unit: whose are out of the ordinary, and, added up over customers '
	'that the model was not fitted to, how well it fits those. By a model of kind '
	'gamma-gamma-all that of the amounts of their days; NULL if none of these is above 0. Of a '
	'model with a season the times are operational, and the logarithms of the factors of all '
	'days of repeat purchases are added, so that it is a density of real time. NULL if nothing '
	'was bought by as_of. Errors: 22008 for an infinite as_of, 22023 for a model of another kind.';
COMMENT ON FUNCTION log_likelihood(retention_model, double precision, double precision,
		double precision)
	IS 'The logarithm of the probability density of such purchases. For k above 1 the sum of '
	'the logarithms of the intervals is needed, too. All times in the model''s unit. By a model '
	'with a season they are operational: operational_days says how many there are between two '
	'dates. By a model of kind gamma-gamma-all that of the amounts of days: of their number, '
	'their sum, and the sum of their ln in the place of x, t_x and T; NULL for 0 days. Error '
	'22023 for a model of another kind, unless 0 <= t_x <= T and x >= 0 (t_x = 0 where x = 0), '
	'or where there are no such amounts.';
COMMENT ON FUNCTION log_likelihood(retention_model, double precision, double precision,
		double precision, double precision)
	IS 'The logarithm of the probability density of purchases with intervals whose logarithms '
	'add up to sum_log_intervals. All times in the model''s unit. By a model with a season they '
	'are operational: operational_days says how many there are between two dates. Error 22023 '
	'for a model of another kind, a sum that is not finite, or unless 0 <= t_x <= T and x >= 0 '
	'(t_x = 0 where x = 0).';
