-- what has changed until version 0.2.0; written by "make delta"

-- complain if this script is sourced in psql rather than by ALTER EXTENSION
\echo Use "ALTER EXTENSION retention UPDATE" to load this file. \quit


COMMENT ON TYPE purchase_history
	IS 'All purchases of one customer: their purchase days in order, each with the number of '
	'orders and the money of that day. Made by the aggregate purchase_history(ordered_at, amount). '
	'Text form: {2026-01-03: 29.99, 2026-02-01: 45.00 in 2, 2026-02-11: ?}, where "in 2" is two '
	'orders, "?" an order of unknown amount and "in 0" a day of refunds alone; dates are ISO '
	'whatever DateStyle says. Money is exact to 1/10000 of the currency unit. Equal purchases are '
	'equal values, byte for byte.';

CREATE FUNCTION purchase_history_lt(purchase_history, purchase_history) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_lt';

CREATE FUNCTION purchase_history_le(purchase_history, purchase_history) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_le';

CREATE FUNCTION purchase_history_gt(purchase_history, purchase_history) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_gt';

CREATE FUNCTION purchase_history_ge(purchase_history, purchase_history) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_ge';

CREATE FUNCTION purchase_history_cmp(purchase_history, purchase_history) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'purchase_history_cmp';

CREATE OPERATOR < (
	LEFTARG = purchase_history, RIGHTARG = purchase_history,
	FUNCTION = purchase_history_lt,
	COMMUTATOR = >, NEGATOR = >=,
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);

CREATE OPERATOR <= (
	LEFTARG = purchase_history, RIGHTARG = purchase_history,
	FUNCTION = purchase_history_le,
	COMMUTATOR = >=, NEGATOR = >,
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);

CREATE OPERATOR > (
	LEFTARG = purchase_history, RIGHTARG = purchase_history,
	FUNCTION = purchase_history_gt,
	COMMUTATOR = <, NEGATOR = <=,
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);

CREATE OPERATOR >= (
	LEFTARG = purchase_history, RIGHTARG = purchase_history,
	FUNCTION = purchase_history_ge,
	COMMUTATOR = <=, NEGATOR = <,
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR CLASS purchase_history_ops
	DEFAULT FOR TYPE purchase_history USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 purchase_history_cmp(purchase_history, purchase_history);

COMMENT ON FUNCTION purchase_history_lt(purchase_history, purchase_history)
	IS 'Implementation of the operator <.';

COMMENT ON FUNCTION purchase_history_le(purchase_history, purchase_history)
	IS 'Implementation of the operator <=.';

COMMENT ON FUNCTION purchase_history_gt(purchase_history, purchase_history)
	IS 'Implementation of the operator >.';

COMMENT ON FUNCTION purchase_history_ge(purchase_history, purchase_history)
	IS 'Implementation of the operator >=.';

COMMENT ON FUNCTION purchase_history_cmp(purchase_history, purchase_history)
	IS 'Comparison for the order of purchase histories: below 0, 0 or above 0.';

COMMENT ON OPERATOR < (purchase_history, purchase_history)
	IS 'Does this history come before that one in their order: day by day, the earlier date first, '
	'on the same date fewer orders, then fewer of unknown amount, then less money; a history that '
	'ends where another goes on comes before it. So ORDER BY sorts customers by their first day.';

COMMENT ON OPERATOR <= (purchase_history, purchase_history)
	IS 'Does this history come before that one in their order, or is it the same? See <.';

COMMENT ON OPERATOR > (purchase_history, purchase_history)
	IS 'Does this history come after that one in their order? See <.';

COMMENT ON OPERATOR >= (purchase_history, purchase_history)
	IS 'Does this history come after that one in their order, or is it the same? See <.';

COMMENT ON OPERATOR CLASS purchase_history_ops USING btree
	IS 'Order of purchase histories, day by day, for ORDER BY, count(DISTINCT h) and unique '
	'indexes. An index takes histories of up to about 2700 bytes, some 600 purchases.';

COMMENT ON AGGREGATE purchase_history(ordered_at timestamptz, amount numeric, time_zone text)
	IS 'As purchase_history(date, numeric); the purchase day is its date in the time zone given, a '
	'name or an abbreviation as AT TIME ZONE takes it. A NULL zone is error 22004; 22023 for an '
	'unknown one, for a text that reads as a number (an amount must be a number: price::numeric), '
	'and for a date or timestamp, which has no zone.';

COMMENT ON AGGREGATE purchase_history(ordered_at timestamptz, amount double precision,
		time_zone text)
	IS 'As purchase_history(date, numeric); the exact value of the double is rounded to 1/10000 of '
	'the currency unit; the purchase day is its date in the time zone given, a name or an '
	'abbreviation as AT TIME ZONE takes it. A NULL zone is error 22004; 22023 for an unknown one, '
	'for a text that reads as a number (an amount must be a number: price::numeric), and for a '
	'date or timestamp, which has no zone.';

COMMENT ON AGGREGATE purchase_history(ordered_at timestamptz, time_zone text)
	IS 'As purchase_history(date, numeric); without amounts, so that every row is a purchase of '
	'unknown amount; the purchase day is its date in the time zone given, a name or an '
	'abbreviation as AT TIME ZONE takes it. A NULL zone is error 22004; 22023 for an unknown one, '
	'for a text that reads as a number (an amount must be a number: price::numeric), and for a '
	'date or timestamp, which has no zone.';

CREATE FUNCTION slice(history purchase_history, first_day date, last_day date)
	RETURNS purchase_history
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE COST 10
	RETURN slice(history, daterange(first_day, last_day, '[]'));

COMMENT ON FUNCTION slice(purchase_history, date, date)
	IS 'The purchases from first_day to last_day, both included; NULL if there are none. Error '
	'22000 for a first_day after last_day.';

CREATE TYPE retention_season;

CREATE FUNCTION retention_season_in(cstring) RETURNS retention_season
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'retention_season_in';

CREATE FUNCTION retention_season_out(retention_season) RETURNS cstring
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'retention_season_out';

CREATE FUNCTION retention_season_recv(internal) RETURNS retention_season
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_season_recv';

CREATE FUNCTION retention_season_send(retention_season) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_season_send';

CREATE TYPE retention_season (
	INPUT = retention_season_in,
	OUTPUT = retention_season_out,
	RECEIVE = retention_season_recv,
	SEND = retention_season_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);

CREATE FUNCTION retention_season_eq(retention_season, retention_season) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_season_eq';

CREATE FUNCTION retention_season_ne(retention_season, retention_season) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_season_ne';

CREATE FUNCTION retention_season_hash(retention_season) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_season_hash';

CREATE FUNCTION retention_season_hash_extended(retention_season, bigint) RETURNS bigint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_season_hash_extended';

CREATE OPERATOR = (
	LEFTARG = retention_season, RIGHTARG = retention_season,
	FUNCTION = retention_season_eq,
	COMMUTATOR = =, NEGATOR = <>,
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES
);

CREATE OPERATOR <> (
	LEFTARG = retention_season, RIGHTARG = retention_season,
	FUNCTION = retention_season_ne,
	COMMUTATOR = <>, NEGATOR = =,
	RESTRICT = neqsel, JOIN = neqjoinsel
);

CREATE OPERATOR CLASS retention_season_ops
	DEFAULT FOR TYPE retention_season USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 retention_season_hash(retention_season),
	FUNCTION 2 retention_season_hash_extended(retention_season, bigint);

CREATE FUNCTION season_factor(season retention_season, day date) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'season_factor';

CREATE FUNCTION operational_days(season retention_season, first_day date, last_day date)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'season_operational_days';

CREATE FUNCTION season_months(season retention_season, level double precision DEFAULT 0.95)
	RETURNS TABLE (month integer, factor double precision, standard_error double precision,
		lower double precision, upper double precision)
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 12
	AS 'MODULE_PATHNAME', 'season_months';

CREATE FUNCTION season_log_likelihood(season retention_season) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'season_log_likelihood';

CREATE FUNCTION season_p_value(season retention_season) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'season_p_value';

CREATE FUNCTION season_years(season retention_season) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'season_years';

COMMENT ON TYPE retention_season
	IS 'How much more all customers buy at one time than at another. Made by the aggregate '
	'fit_season, or typed in as JSON: ''{"months": [0.8, 0.8, 0.9, 1, 1, 1, 0.9, 0.8, 1, 1, 1.2, '
	'1.6]}'' are the factors of the twelve months from January on. They are divided by their '
	'mean, by the days of the months, so that a year is a year; NOTICE where that was off by more '
	'than 1 percent. "weekdays" may be added, seven from Monday on, divided by their mean, and '
	'"events": [{"from": "2026-03-16", "until": "2026-05-10", "factor": 0.3}], which multiply '
	'their days, both included, and each other, and do not come again in other years: a lockdown, '
	'a strike, a campaign, a moving feast, of the past or of the future. Without "months" these '
	'are 1. A factor lies between 0.001 and 1000, there are at most 100 events. Text goes out and '
	'in again without loss.';

COMMENT ON FUNCTION retention_season_in(cstring)
	IS 'Input of type retention_season; what is no season is error 22P02 that says why.';

COMMENT ON FUNCTION retention_season_out(retention_season) IS 'Output of type retention_season.';

COMMENT ON FUNCTION retention_season_recv(internal)
	IS 'Binary input of type retention_season; malformed bytes are error 22P03 or 08P01.';

COMMENT ON FUNCTION retention_season_send(retention_season)
	IS 'Binary output of type retention_season.';

COMMENT ON FUNCTION retention_season_eq(retention_season, retention_season)
	IS 'Implementation of the operator =.';

COMMENT ON FUNCTION retention_season_ne(retention_season, retention_season)
	IS 'Implementation of the operator <>.';

COMMENT ON FUNCTION retention_season_hash(retention_season)
	IS 'Hash value, for hash joins, GROUP BY and DISTINCT.';

COMMENT ON FUNCTION retention_season_hash_extended(retention_season, bigint)
	IS '64-bit hash value with a seed, for hash partitioning.';

COMMENT ON OPERATOR = (retention_season, retention_season)
	IS 'Are these the same season, in all that its text form says?';

COMMENT ON OPERATOR <> (retention_season, retention_season) IS 'Are these different seasons?';

COMMENT ON OPERATOR CLASS retention_season_ops USING hash
	IS 'Equality of seasons, for hash joins, GROUP BY, DISTINCT and hash indexes. Seasons have no '
	'order.';

COMMENT ON FUNCTION season_factor(retention_season, date)
	IS 'How much more is bought on that day than on a day of an average year: the factor of its '
	'month, times that of its weekday, times those of the events it lies in. Error 22008 for an '
	'infinite date.';

COMMENT ON FUNCTION operational_days(retention_season, date, date)
	IS 'The sum of the factors of the days from first_day to last_day, both included: the time in '
	'which models with this season hold, in days of an average year. 0 where last_day lies before '
	'first_day. Error 22008 for an infinite date.';

COMMENT ON FUNCTION season_months(retention_season, double precision)
	IS 'The twelve months: number, factor, its standard error, and limits that hold the factor '
	'with a probability of level (0.95), symmetric for its logarithm. The standard error holds '
	'what chance and the variation between years leave open, see fit_season; it and the limits '
	'are NULL of a season that was typed in. Error 22023 unless 0 < level < 1.';

COMMENT ON FUNCTION season_log_likelihood(retention_season)
	IS 'The log-likelihood of a model mbg/nbd with the season, as likely as can be, in days; it '
	'can be compared with log_likelihood of fit_model(''mbg/nbd'', history, as_of). NULL for a '
	'season that was typed in.';

COMMENT ON FUNCTION season_p_value(retention_season)
	IS 'How probable months that differ as much would be in a shop without a season, where months '
	'vary from year to year as they do here: an F test. NULL for a season that was typed in, and '
	'of a log of less than two years. Source: Wedderburn (1974), "Quasi-likelihood functions".';

COMMENT ON FUNCTION season_years(retention_season)
	IS 'The years that a fitted season was seen in: from the first purchase of all to as_of, of '
	'365.25 days. NULL for a season that was typed in.';

ALTER TYPE retention_model SET (STORAGE = extended);

CREATE FUNCTION retention_model_eq(retention_model, retention_model) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_model_eq';

CREATE FUNCTION retention_model_ne(retention_model, retention_model) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_model_ne';

CREATE FUNCTION retention_model_hash(retention_model) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_model_hash';

CREATE FUNCTION retention_model_hash_extended(retention_model, bigint) RETURNS bigint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_model_hash_extended';

CREATE OPERATOR = (
	LEFTARG = retention_model, RIGHTARG = retention_model,
	FUNCTION = retention_model_eq,
	COMMUTATOR = =, NEGATOR = <>,
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES
);

CREATE OPERATOR <> (
	LEFTARG = retention_model, RIGHTARG = retention_model,
	FUNCTION = retention_model_ne,
	COMMUTATOR = <>, NEGATOR = =,
	RESTRICT = neqsel, JOIN = neqjoinsel
);

CREATE OPERATOR CLASS retention_model_ops
	DEFAULT FOR TYPE retention_model USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 retention_model_hash(retention_model),
	FUNCTION 2 retention_model_hash_extended(retention_model, bigint);

COMMENT ON FUNCTION retention_model_eq(retention_model, retention_model)
	IS 'Implementation of the operator =.';

COMMENT ON FUNCTION retention_model_ne(retention_model, retention_model)
	IS 'Implementation of the operator <>.';

COMMENT ON FUNCTION retention_model_hash(retention_model)
	IS 'Hash value, for hash joins, GROUP BY and DISTINCT.';

COMMENT ON FUNCTION retention_model_hash_extended(retention_model, bigint)
	IS '64-bit hash value with a seed, for hash partitioning.';

COMMENT ON OPERATOR = (retention_model, retention_model)
	IS 'Are these the same model, in all that its text form says: kind, parameters, time unit, and '
	'how well it was fitted?';

COMMENT ON OPERATOR <> (retention_model, retention_model) IS 'Are these different models?';

COMMENT ON OPERATOR CLASS retention_model_ops USING hash
	IS 'Equality of models, for hash joins, GROUP BY, DISTINCT and hash indexes. Models have no '
	'order.';

CREATE FUNCTION model_kinds()
	RETURNS TABLE (kind text, fitted_to text, parameters text[], customers text, leaves text,
		meaning text)
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 12
	AS 'MODULE_PATHNAME', 'model_kinds';

COMMENT ON FUNCTION model_kinds()
	IS 'The kinds of models, a row each: what a model of it is fitted to (intervals: those '
	'between the purchases of each customer; recency: how often, how recently and since when; '
	'opportunities: the same, counted in opportunities to buy; spend: how often, and the mean '
	'value of orders; amounts: the amount of each purchase day; contracts: how often they were '
	'renewed, and whether they ended), the names of its parameters, what it takes customers to '
	'do, after what they may leave (NULL where it does not know who is still a customer), and '
	'what its parameters mean.';

CREATE FUNCTION at_limit(model retention_model) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'retention_model_limit';

CREATE FUNCTION fitted_as_of(model retention_model) RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_model_fitted_as_of';

COMMENT ON FUNCTION confidence_interval(retention_model, text, double precision)
	IS 'Limits that hold a parameter with a probability of level (0.95), symmetric for its '
	'logarithm: the estimate times and divided by exp(z standard_error / estimate); infinite '
	'where that is beyond double precision. NULL for a model that was typed in or did not '
	'converge, where the standard error of the logarithm is above 10, and for the whole number '
	'k. Error 22023 when there is no such parameter, or unless 0 < level < 1.';

COMMENT ON FUNCTION fitted_as_of(retention_model)
	IS 'The date up to which a fit saw the histories of customers. NULL for a model that was typed '
	'in or fitted to numbers, or before version 0.2.0.';

COMMENT ON FUNCTION left_out(retention_model)
	IS 'What a model of what orders are worth was fitted without. Of kind gamma-gamma: how many '
	'repeat customers, because the mean value of their repeat orders is not known or not above 0. '
	'Of kind gamma-gamma-all: how many days of those who had bought by then, because the amount '
	'of the day is not known or not above 0, or something was only sent back. At most 4294967295. '
	'NULL for a model that is typed in, and for other kinds.';

COMMENT ON FUNCTION frequency_correlation(retention_model)
	IS 'The correlation (Pearson''s) of the number of repeat orders and their mean value across '
	'the customers that a gamma-gamma model was fitted to, or of the number of days with an '
	'amount above 0 and their mean for gamma-gamma-all, which takes it to be 0, too: near 0 all '
	'is well; far above 0 the best customers are worth more than it says. NULL where either is '
	'the same for all, for a model that is typed in, and for other kinds. Source: Fader, Hardie, '
	'Lee (2005), "RFM and CLV".';

COMMENT ON TYPE retention_model
	IS 'A model of a customer base: its kind, its parameters, the time unit they are in, and if it '
	'was fitted how well. Made by the aggregate fit_model, or typed in as JSON: ''{"model": '
	'"interpurchase", "k": 2, "r": 1.5, "alpha": 30}''; "time_unit_days" (1) may be added, and for '
	'interpurchase "recency_weight" (1, see with_recency_weight) and "k_deviation" (0: one k for '
	'all) with "k_median" (k): k is lognormal across customers, with that median and that standard '
	'deviation of ln k, and the intervals of a customer tell their own. Text goes out and in again '
	'without loss.';

COMMENT ON FUNCTION aic(retention_model)
	IS 'Akaike''s information criterion, twice the number of parameters less twice the '
	'log-likelihood: of models of the same data the one with less predicts better. Only these '
	'can be compared: models of the same customers as of the same day; in the same time unit (a '
	'model in days and one in weeks differ by far more than by how well they fit); of one '
	'family, kinds that look at the same of customers: those that model_kinds() says are fitted '
	'to the same. NULL for a model that was typed in. Source: Akaike (1974).';

COMMENT ON FUNCTION bic(retention_model)
	IS 'Schwarz''s Bayesian information criterion, as aic with a penalty of the logarithm of the '
	'number of observations for each parameter. To be compared as aic is. NULL for a model that '
	'was typed in. Source: Schwarz (1978).';

COMMENT ON FUNCTION converged(retention_model)
	IS 'True when the fit ended at the highest maximum it found, searching from several starts, '
	'inside the parameter space, and the curvature there says how sure it is of all parameters: '
	'a standard error of a logarithm above 10 is none. False when the likelihood rises toward a '
	'limit, which at_limit names and which may be an answer (''no dropout''), or when the data '
	'do not tell the parameters, on a ridge. NULL for a model that was typed in.';

COMMENT ON FUNCTION at_limit(retention_model)
	IS 'The limit of the parameters at which a fit ended, where the model becomes a simpler one; '
	'NULL inside the parameter space. ''no dropout'': fewer than one in a hundred new customers '
	'leave within 100 purchases; silence says all there is to say of who has left. ''purchase '
	'rates alike'', ''dropout rates alike'', ''dropout probabilities alike'', ''purchase '
	'probabilities alike'', ''churn probabilities alike'', ''mean order values alike'', ''orders '
	'of a customer alike'', ''intervals of a customer alike'': but for one percent, a shape is '
	'above 10,000; or as different as can be: it is as low as a fit goes. ''no ageing'': '
	'ggompertz/nbd is pareto/nbd. ''k = 100'': buyers are more regular than any k. ''nobody '
	'leaves before an age'': and from it on at one rate. ''all leave at once'', ''some leave at '
	'once'', ''some leave at once and the others never'': at the first occasion. ''nobody comes '
	'once'': zibg/nbd is bg/nbd; ''all come once''. Several have a comma '
	'between them. Told by the parameters, so that it is known of models of earlier versions, '
	'too, and of those that were typed in.';

COMMENT ON FUNCTION standard_error(retention_model, text)
	IS 'Standard error of a parameter, from the curvature of the log-likelihood. NULL for a model '
	'that was typed in or did not converge, and above 10 times the parameter, where nothing is '
	'known of it. Error 22023 when there is no such parameter.';

CREATE FUNCTION fit_model_add(bytea, text, purchase_history, date, double precision,
		retention_season)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 8
	AS 'MODULE_PATHNAME', 'fit_model_add';

CREATE AGGREGATE fit_model(kind text, history purchase_history, as_of date,
		time_unit_days double precision, season retention_season) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 6000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

COMMENT ON FUNCTION fit_model_add(bytea, text, purchase_history, date, double precision,
		retention_season)
	IS 'Transition function of the aggregate fit_model.';

COMMENT ON AGGREGATE fit_model(text, purchase_history, date)
	IS 'Fits a model to a customer base by maximum likelihood, from what was known at the end of '
	'the day as_of. What the kinds assume of customers, and their parameters: see model_kinds(). '
	'NULL histories, and customers without a purchase by then, are left out. GROUP BY gives a '
	'model for each segment. The same result for every order of the rows and every plan. A '
	'WARNING, and converged false, when the likelihood rises toward a limit, see at_limit, or '
	'does not tell all parameters. A NOTICE where a model of what orders are worth has no mean '
	'(q up to 1): see expected_order_value. Sources: see p_alive. Errors: 22000 for too little '
	'data, 22023 for an unknown kind or for a kind, as_of or time unit that changes within a '
	'group, 22004 when one of them is NULL.';

COMMENT ON AGGREGATE fit_model(text, purchase_history, date, double precision, retention_season)
	IS 'As fit_model(kind, history, as_of, time_unit_days), of customers who buy more at one time '
	'of the year than at another: the model holds in operational time, of which a day has as much '
	'as its factor in the season says (see operational_days), and is kept with the season. Its '
	'log-likelihood has the logarithm of the factor of each repeat purchase day added, so that it '
	'can be compared with one that has no season, and aic and bic count what was fitted of the '
	'season. First purchases are given. A season by fit_season(history, as_of) is of the same '
	'customers; of a kind whose customers may leave at any time (pareto/nbd, ggompertz/nbd) '
	'leaving is then taken to run in operational time, too. A NULL season is none, and twelve '
	'months alike give the same parameters. Error 22023 for kinds that have no season: those of '
	'opportunities, spend and contracts; and for a season that changes within a group.';

COMMENT ON AGGREGATE fit_model(text, double precision, double precision, double precision)
	IS 'Fits a model to customers given as x repeat purchases, the last of them t_x after the '
	'first purchase, seen until T after it, in days; or, for kinds that are fitted to '
	'opportunities, as x purchases at T of them, the last at the t_x-th. Kinds whose likelihood '
	'depends on each interval (interpurchase, regular buyers) need histories. Rows with a NULL are '
	'left out. For the kind gamma-gamma-all the three numbers are those of the days with an amount '
	'above 0: how many, the sum of the amounts, and the sum of their ln; 0 days tell nothing and '
	'are passed over. Otherwise as fit_model(kind, history, as_of). Error 22023 unless 0 <= t_x <= '
	'T and x >= 0 (t_x = 0 where x = 0), or where there are no such amounts.';

COMMENT ON AGGREGATE fit_model(text, double precision, double precision, double precision,
		double precision)
	IS 'The same with a weight for each row, such as the number of customers it stands for; not '
	'negative. A NOTICE where all rows have the same weight and it is not 1: a time unit comes '
	'after the weight.';

CREATE FUNCTION season(model retention_model) RETURNS retention_season
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'season_of_model';

CREATE FUNCTION with_season(model retention_model, season retention_season) RETURNS retention_model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'model_with_season';

COMMENT ON FUNCTION season(retention_model)
	IS 'The season that a model was fitted or typed in with. NULL where it has none.';

COMMENT ON FUNCTION with_season(retention_model, retention_season)
	IS 'The same model with another season, as for a campaign that is planned: an event in the '
	'place of none. A model that was fitted without a season is better fitted again with it. '
	'Error 22023 for kinds that have no season: those of opportunities, spend and contracts.';

CREATE FUNCTION fit_season_add(bytea, purchase_history, date) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 8
	AS 'MODULE_PATHNAME', 'fit_season_add';

CREATE FUNCTION fit_season_add(bytea, purchase_history, date, retention_season) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 8
	AS 'MODULE_PATHNAME', 'fit_season_add';

CREATE FUNCTION fit_season_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'fit_season_combine';

CREATE FUNCTION fit_season_final(bytea) RETURNS retention_season
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000000
	AS 'MODULE_PATHNAME', 'fit_season_final';

CREATE AGGREGATE fit_season(history purchase_history, as_of date) (
	SFUNC = fit_season_add, STYPE = bytea, SSPACE = 8000,
	FINALFUNC = fit_season_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_season_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_season(history purchase_history, as_of date, events retention_season) (
	SFUNC = fit_season_add, STYPE = bytea, SSPACE = 10000,
	FINALFUNC = fit_season_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_season_combine, PARALLEL = SAFE
);

COMMENT ON FUNCTION fit_season_add(bytea, purchase_history, date)
	IS 'Transition function of the aggregate fit_season(history, as_of).';

COMMENT ON FUNCTION fit_season_add(bytea, purchase_history, date, retention_season)
	IS 'Transition function of the aggregate fit_season(history, as_of, events).';

COMMENT ON FUNCTION fit_season_combine(bytea, bytea)
	IS 'Combine function of the aggregates fit_season.';

COMMENT ON FUNCTION fit_season_final(bytea) IS 'Final function of the aggregates fit_season.';

COMMENT ON AGGREGATE fit_season(purchase_history, date)
	IS 'The season of a customer base: how much more its customers buy in each month of the year, '
	'and on each weekday where that matters beyond chance (p below 0.001), from what was known at '
	'the end of the day as_of. Factors have the mean 1 over the days of a year. A model mbg/nbd in '
	'operational time, and the factors with it, are as likely as can be: the sum over customers of '
	'ln L(x, operational t_x, operational T) plus that over repeat purchases of the ln of the '
	'factor of their day. First purchases, which the likelihood takes as given, tell nothing: when '
	'new customers come, a season of its own, does no harm. What no log of one year tells is how '
	'months vary from year to year: that variance is estimated where months are seen in two years, '
	'else taken as 0.15 squared of the logarithm; months are drawn toward 1 by as much as is not '
	'known of them, and standard errors hold it. Of two years or more the season has a p-value, '
	'see season_p_value. NULL, with a NOTICE, where it is less than 365 days from the first '
	'purchase of all to as_of: some months were not seen. NULL histories, and customers without a '
	'purchase by as_of, are left out; NULL without any. The same result for every order of the '
	'rows and every plan. Errors: 22000 for too little data (fewer than 5 customers who bought '
	'again, or 10 repeat purchases), more than 100 years, or no maximum; 22004 for a NULL as_of, '
	'22008 for an infinite one, 22023 for one that changes within a group. Sources: Batislam, '
	'Denizel, Filiztekin (2007) for mbg/nbd; Cox (1972), "The statistical analysis of dependencies '
	'in point processes", for operational time; Wedderburn (1974) for the p-value.';

COMMENT ON AGGREGATE fit_season(purchase_history, date, retention_season)
	IS 'As fit_season(history, as_of), with events that are known: a lockdown, a strike, a '
	'campaign. Their factors are taken as they are, so that what happened in them is not taken for '
	'a season, and the season has them. NULL events are none. Error 22023 where months or weekdays '
	'are given beside the events, which are what is fitted, or where events change within a group.';

CREATE FUNCTION fit_covariates_add(bytea, text, purchase_history, date, double precision,
		retention_season, double precision[])
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'fit_covariates_add';

CREATE FUNCTION fit_covariates_add(bytea, text, purchase_history, date, double precision,
		retention_season, double precision[], text[])
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 12
	AS 'MODULE_PATHNAME', 'fit_covariates_add';

CREATE FUNCTION fit_covariates_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'fit_covariates_combine';

CREATE FUNCTION fit_covariates_final(bytea) RETURNS retention_model
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
	AS 'MODULE_PATHNAME', 'fit_covariates_final';

CREATE AGGREGATE fit_model(kind text, history purchase_history, as_of date,
		time_unit_days double precision, season retention_season, covariates double precision[]) (
	SFUNC = fit_covariates_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_covariates_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_covariates_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_model(kind text, history purchase_history, as_of date,
		time_unit_days double precision, season retention_season, covariates double precision[],
		covariate_names text[]) (
	SFUNC = fit_covariates_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_covariates_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_covariates_combine, PARALLEL = SAFE
);

CREATE FUNCTION with_covariates(model retention_model, covariates double precision[])
	RETURNS retention_model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'with_covariates';

CREATE FUNCTION model_effects(model retention_model)
	RETURNS TABLE (process text, covariate text, coefficient double precision,
		std_error double precision, lower double precision, upper double precision,
		p_value double precision, ratio double precision)
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10
	AS 'MODULE_PATHNAME', 'model_effects';

COMMENT ON FUNCTION fit_covariates_add(bytea, text, purchase_history, date, double precision,
		retention_season, double precision[])
	IS 'Transition function of the aggregate fit_model with covariates.';

COMMENT ON FUNCTION fit_covariates_add(bytea, text, purchase_history, date, double precision,
		retention_season, double precision[], text[])
	IS 'Transition function of the aggregate fit_model with covariates.';

COMMENT ON FUNCTION fit_covariates_combine(bytea, bytea)
	IS 'Combine function of the aggregate fit_model with covariates.';

COMMENT ON FUNCTION fit_covariates_final(bytea)
	IS 'Final function of the aggregate fit_model with covariates.';

COMMENT ON AGGREGATE fit_model(text, purchase_history, date, double precision, retention_season,
		double precision[])
	IS 'A model with what is known of each customer: up to 32 numbers, the same for all, such as '
	'ARRAY[age, (channel = ''web'')::int] or one_hot(region, levels). Kinds: bg/nbd, mbg/nbd, '
	'pareto/nbd, gamma-gamma, gamma-gamma-all. model_effects says what they do; '
	'with_covariates(model, covariates) is the model of such a customer, which all functions '
	'take: p_alive(with_covariates(m, z), h, as_of). With coefficients c of a process and '
	'covariates z a customer buys exp(c1 z1 + c2 z2 + ...) times as often (purchase: alpha '
	'divided by it), leaves so much sooner (dropout: of bg/nbd and mbg/nbd the odds of leaving '
	'after a purchase times it, a alone; of pareto/nbd the rate, beta divided by it), spends so '
	'many times as much (spend: gamma times it). Parameters are those of a customer whose '
	'covariates are all 0. log_likelihood, aic and bic are of all customers, each coefficient a '
	'parameter more. The season may be NULL; an empty array is a model without covariates. A '
	'covariate that is the same for all, or a combination of those before it, has no coefficient '
	'(NOTICE); one of which all or none of some customers do what the process is has one without '
	'end (WARNING, which says where the search ended). The same for '
	'every order of the rows. Rows without a history are left out. Errors: 22004 for a NULL in '
	'covariates, which it names by its place, 22023 for one that is not finite, a kind without '
	'covariates, or arguments that change within a group, 2202E for arrays of different lengths or '
	'more than 32; others as fit_model(kind, history, as_of, time_unit_days). Source: Fader, '
	'Hardie (2007), "Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD '
	'models"; for the odds of leaving see the methods page.';

COMMENT ON AGGREGATE fit_model(text, purchase_history, date, double precision, retention_season,
		double precision[], text[])
	IS 'As fit_model(kind, history, as_of, time_unit_days, season, covariates), with the names of '
	'the covariates, which model_effects and messages then say. Errors: 2202E for fewer or more '
	'names than covariates, 22004 for a NULL among them, 22023 for an empty one, one of more than '
	'63 bytes, two that are the same, or names that change within a group.';

COMMENT ON FUNCTION with_covariates(retention_model, double precision[])
	IS 'The model of a customer with these covariates: a plain model, which every function takes. '
	'Its parameters are those of the model times what the covariates do, its covariance is by the '
	'delta rule; log_likelihood, aic and bic are NULL, as those of the fit are of all customers. '
	'NULL for a NULL argument. Errors: 2202E for another number of covariates than the model has, '
	'22004 for a NULL among them, 22023 for one that is not finite or a model without covariates, '
	'22003 for parameters beyond all bounds.';

COMMENT ON FUNCTION model_effects(retention_model)
	IS 'What the covariates of a model do: a row for each process (purchase, dropout or spend) and '
	'covariate (its name, or its number): the coefficient, its standard error, 95 percent limits, '
	'the p-value of no effect (Wald), and ratio, exp(coefficient): 1.3 is buying 1.3 times as '
	'often, leaving as much sooner (the odds of leaving after a purchase, or the rate), spending '
	'1.3 times as much, for each unit that the covariate is higher. coefficient is NULL of a '
	'covariate that says nothing of its own; errors, limits and p_value are NULL where they are '
	'not known, and of a model that was typed in. No row of a model without covariates.';

COMMENT ON FUNCTION overdue_ratio(purchase_history, date)
	IS 'Days since the last purchase up to as_of (default: today), divided by the mean '
	'inter-purchase time: above 1 the customer is later than on average. NULL with fewer than two '
	'purchase days. An infinite as_of is error 22008.';

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

COMMENT ON TYPE cycle_stage
	IS 'Where a customer is in their purchase cycle, by how probable their silence is: active '
	'(0.75 and above), due (0.25), overdue (0.10), at_risk (0.01), lapsed (below); new is one who '
	'has bought once and is not overdue.';

CREATE OR REPLACE FUNCTION cycle_stage(history purchase_history, as_of date, model retention_model,
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

COMMENT ON COLUMN purchase_cycle.expected_next
	IS 'the day by which they will have bought again with probability one half, if they are still '
	'a customer';

COMMENT ON COLUMN purchase_cycle.contact_from
	IS 'the day by which they will have bought with probability 0.25; the day after as_of where '
	'they are regular and their time has passed';

COMMENT ON COLUMN purchase_cycle.contact_until
	IS 'the day by which they will have bought with probability 0.75; where their time has passed, '
	'as many days after contact_from as they were then';

COMMENT ON COLUMN purchase_cycle.silence_probability
	IS 'how probable a silence of that length is with their rhythm';

COMMENT ON COLUMN purchase_cycle.calendar_period
	IS 'monthly, two-monthly, quarterly, half-yearly or yearly when they keep to such a period of '
	'the calendar, as calendar_cycle tells, without drifting, and came in at least half of '
	'them; free when they keep to a period of days; weekly when they buy on some weekdays only, '
	'yearly when in a season: expected_next, the contact window, silence_probability and stage '
	'are then those of it; NULL otherwise';

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

COMMENT ON COLUMN calendar_cycle.period
	IS 'weekly, monthly, two-monthly, quarterly, half-yearly, yearly, or free: a number of days '
	'that is none of these';

COMMENT ON COLUMN calendar_cycle.phase
	IS 'where in the period the customer buys: 0 is its start (Monday; the first day of the month, '
	'quarter, half-year or year; 2000-01-01 and each period from it), 0.5 its middle, always below '
	'1';

COMMENT ON COLUMN calendar_cycle.p_value
	IS 'probability that a random buyer, whatever their rate, looks as much like a rhythm, over '
	'all periods tested';

COMMENT ON COLUMN calendar_cycle.next_peak
	IS 'the first day behind as_of at that phase; on that weekday, where it is the second Tuesday '
	'or the last Friday of a month, say';

COMMENT ON FUNCTION calendar_cycle(purchase_history, date)
	IS 'The rhythm of the calendar that the purchases up to as_of (default: today) show most '
	'clearly: weekly, monthly (by calendar months), two-monthly, quarterly, half-yearly, '
	'yearly, or a free period between half the mean interval and twice. It is one where p_value '
	'is below 0.01, say; above, it is what comes nearest to one. Of several that are the one is '
	'taken by which the purchases are the likeliest, when they came and when they did not: who '
	'buys every last Friday is monthly, not weekly. Rayleigh''s test on the phases of at most '
	'one purchase each half period, which makes it valid for random buyers of any rate; a short '
	'sequence with exactly one purchase in each period counts for more; corrected for the '
	'number of periods tested. The free period is looked for in the last 64 purchase days, from '
	'5 on. NULL with fewer than three purchase days that far apart in any period. An infinite '
	'as_of is error 22008. Source: Mardia and Jupp (2000), "Directional Statistics", section '
	'6.3.';

CREATE FUNCTION expected_purchases(model retention_model, first_day date, horizon interval)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40
	AS 'MODULE_PATHNAME', 'customer_base_expected_purchases_on';

CREATE FUNCTION purchase_pmf(model retention_model, n integer, first_day date, horizon interval)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'customer_base_purchase_pmf_on';

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

COMMENT ON FUNCTION simulate_customers(retention_model, integer, date, date, date, bigint)
	IS 'The purchases of so many customers that live as a model says, of a kind that says when '
	'they leave (see model_kinds()): to try a query, a dashboard or a fit on data whose truth is '
	'known. First purchases are spread evenly from first_from to first_until; purchases are '
	'known up to until, rounded to days, so that several may fall on one. By a model with a '
	'season each day has as many repeat purchases as its factor says; first purchases have no '
	'season. A seed gives the same customers every time, and customer 7 is the same whether 10 '
	'or 1,000,000 are asked for. Errors: 22023 for a model of another kind, a negative number or '
	'dates in the wrong order; 22008 for an infinite date.';

COMMENT ON AGGREGATE fit_model(text, integer, boolean)
	IS 'Fits a model of kind sbg (alpha, beta) or bdw (alpha, beta, c) to contracts by maximum '
	'likelihood: tenure is the number of renewals that have come up, churned whether they did '
	'not renew at the last of them, a boolean. The share that leaves is Beta(alpha, beta) across '
	'customers; with bdw it rises (c above 1) or falls (below) with the number of renewals. Rows '
	'with a NULL are left out. A WARNING, and converged false, when the likelihood rises toward '
	'a limit, see at_limit, or does not tell all parameters. Errors: 22000 for fewer than five '
	'renewals or five refusals, 22023 for another kind, a negative tenure, or churned with a '
	'tenure of 0. Sources: Fader, Hardie (2007), "How to project customer retention"; Fader, '
	'Hardie, Liu, Davin, Steenburgh (2018).';

COMMENT ON AGGREGATE fit_model(text, integer, boolean, double precision)
	IS 'The same with a weight for each row, such as the number of contracts it stands for; not '
	'negative. A NOTICE where all rows have the same weight and it is not 1: a time unit comes '
	'after the weight.';

COMMENT ON FUNCTION expected_renewals(retention_model, integer, integer)
	IS 'How many of the next horizon renewals a customer with tenure renewals behind them is '
	'expected to make, by a model of kind sbg or bdw. Error 22023 for a model of another kind or a '
	'negative number.';

COMMENT ON FUNCTION discounted_expected_renewals(retention_model, integer, double precision)
	IS 'The renewals to expect, for ever, of a customer with tenure renewals behind them whose '
	'next one is due now, which counts in full, each later one 1 / (1 + discount_rate) of the one '
	'before; by a model of kind sbg or bdw. discount_rate is per period of the contract. The '
	'literature''s discounted expected residual lifetime. Error 22023 for a model of another kind, '
	'a negative tenure or a discount_rate that is not above 0 and at most 1. Source: Fader, Hardie '
	'(2010), "Customer-base valuation in a contractual setting".';

COMMENT ON FUNCTION discounted_expected_renewals(retention_model, integer, double precision,
		integer)
	IS 'The same for the next horizon renewals. Error 22023 for a model of another kind, a '
	'negative tenure or horizon, or a rate that is not between 0 and 1.';

COMMENT ON FUNCTION residual_lifetime_value(retention_model, numeric, integer, double precision,
		double precision)
	IS 'What the contract of a customer with tenure renewals behind them is still worth just '
	'before the next one, which is paid at once: value_per_period times margin (1) times '
	'discounted_expected_renewals. discount_rate is per period of the contract, 0.1 for 10 '
	'percent. Errors: 22023 for a model of another kind, a negative value or tenure, a margin that '
	'is not between 0 and 1, or a discount_rate that is not above 0 and at most 1. Source: Fader, '
	'Hardie (2010), "Customer-base valuation in a contractual setting".';

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

CREATE TYPE expected_total AS (
	customers bigint,
	expected double precision,
	lower double precision,
	upper double precision
);

CREATE FUNCTION expected_total_add(bytea, retention_model, purchase_history, date, interval)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 400
	AS 'MODULE_PATHNAME', 'expected_total_add';

CREATE FUNCTION expected_total_add(bytea, retention_model, purchase_history, date, interval,
		double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 400
	AS 'MODULE_PATHNAME', 'expected_total_add';

CREATE FUNCTION expected_total_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 50
	AS 'MODULE_PATHNAME', 'expected_total_combine';

CREATE FUNCTION expected_total_final(bytea) RETURNS expected_total
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000
	AS 'MODULE_PATHNAME', 'expected_total_final';

CREATE AGGREGATE expected_total(model retention_model, history purchase_history, as_of date,
		horizon interval) (
	SFUNC = expected_total_add, STYPE = bytea, SSPACE = 4900,
	FINALFUNC = expected_total_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = expected_total_combine, PARALLEL = SAFE
);

CREATE AGGREGATE expected_total(model retention_model, history purchase_history, as_of date,
		horizon interval, level double precision) (
	SFUNC = expected_total_add, STYPE = bytea, SSPACE = 4900,
	FINALFUNC = expected_total_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = expected_total_combine, PARALLEL = SAFE
);

COMMENT ON TYPE expected_total
	IS 'How many purchases to expect of all customers of a base, and how sure that is. The result '
	'of the aggregate of that name.';

COMMENT ON COLUMN expected_total.customers IS 'customers who had bought by as_of';

COMMENT ON COLUMN expected_total.expected
	IS 'purchases to expect of all of them: the sum of expected_purchases';

COMMENT ON COLUMN expected_total.lower
	IS 'lower limit of their number; NULL where it is not known how sure the fit is';

COMMENT ON COLUMN expected_total.upper IS 'upper limit, likewise';

COMMENT ON FUNCTION expected_total_add(bytea, retention_model, purchase_history, date, interval)
	IS 'Transition function of the aggregate expected_total.';

COMMENT ON FUNCTION expected_total_add(bytea, retention_model, purchase_history, date, interval,
		double precision)
	IS 'Transition function of the aggregate expected_total.';

COMMENT ON FUNCTION expected_total_combine(bytea, bytea)
	IS 'Combine function of the aggregate expected_total.';

COMMENT ON FUNCTION expected_total_final(bytea)
	IS 'Final function of the aggregate expected_total.';

COMMENT ON AGGREGATE expected_total(retention_model, purchase_history, date, interval)
	IS 'How many purchases to expect of all customers together within the horizon after as_of, '
	'given their purchases up to as_of, and limits that hold their number with a probability of '
	'0.95; a month is 365.25/12 days. Of customers who had bought by as_of: who is new after '
	'that comes on top. The limits are those of a negative binomial count (a binomial one where '
	'there is less spread) whose variance is that of chance, the sum of each customer''s, and of '
	'what the fit does not know: by the delta rule g'' C g, C the covariance of the logarithms '
	'of the parameters, g the derivatives of the total by these. Of a model that was typed in '
	'there is chance alone. They hold where the model does: campaigns and a trend of the whole '
	'base are not in it, nor is a season unless the model has one, by whose factors days count; '
	'how sure that is they do not tell. The same for every order of the rows and every plan. NULL '
	'histories are left out; NULL if nobody had bought by as_of. Limits are NULL where nothing '
	'is known of how sure the fit is: it did not converge, or a parameter has a standard error '
	'of its logarithm above 10. Errors: 22004 for a NULL model, as_of or horizon, 22008 for an '
	'infinite as_of, 22023 for a model of another kind, a negative horizon or one below a day, '
	'or one of these that changes within a group, 22003 for numbers beyond double precision. '
	'Source: the law of total variance; limits of more than 1,000,000 by Wilson, Hilferty (1931).';

COMMENT ON AGGREGATE expected_total(retention_model, purchase_history, date, interval,
		double precision)
	IS 'The same with limits that hold the number with a probability of level. Errors: as there, '
	'and 22023 unless 0 < level < 1, or where it changes within a group.';

CREATE FUNCTION p_gone(history purchase_history, as_of date, cycle_model retention_model,
		base_model retention_model)
	RETURNS double precision
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 400
	AS 'MODULE_PATHNAME', 'gone_probability';

CREATE FUNCTION customer_stage(history purchase_history, as_of date, cycle_model retention_model,
		base_model retention_model, at_risk double precision DEFAULT 0.25,
		lapsed double precision DEFAULT 0.5)
	RETURNS cycle_stage
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 400
	AS 'MODULE_PATHNAME', 'gone_stage';

CREATE FUNCTION lost_on(history purchase_history, as_of date, cycle_model retention_model,
		base_model retention_model, probability double precision)
	RETURNS date
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 800
	AS 'MODULE_PATHNAME', 'gone_lost_on';

CREATE FUNCTION clv(cycle_model retention_model, base_model retention_model, spend retention_model,
		history purchase_history, as_of date, horizon interval, discount_rate double precision,
		margin double precision)
	RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 800
	AS 'MODULE_PATHNAME', 'gone_clv';

CREATE FUNCTION value_at_risk(cycle_model retention_model, base_model retention_model,
		spend retention_model, history purchase_history, as_of date, horizon interval,
		discount_rate double precision, margin double precision)
	RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 800
	AS 'MODULE_PATHNAME', 'gone_value_at_risk';

COMMENT ON FUNCTION p_gone(purchase_history, date, retention_model, retention_model)
	IS 'The probability that a customer has left by as_of, from 0 to 1, by their own rhythm and '
	'by a model of the base together: odds(gone) = odds_base(gone) S_base / S_own. odds_base are '
	'the odds of churn_score(base_model, history, as_of), S the probability of no purchase since '
	'the last one of who has not left: by the base model, which takes purchases for random ones, '
	'and silence_probability(history, as_of, cycle_model), with the rates of buying (r, alpha) of '
	'the base, which knows them of all customers, a cycle model only of those who came back. '
	'Customers do not follow their rhythm always, for which the silence of the regular ones '
	'allows: of who is not regular (k up to 8 and no calendar cycle; in between in part) '
	'sqrt(S_own S_base) takes the place of an S_own below S_base. So that a subscriber who is a '
	'month late is alarming, and who buys every December is not in June. Where k is known to be '
	'1, and for who has bought once, it is churn_score(base_model, history, as_of). Without a '
	'base_model (NULL), or with one in which nobody leaves (fewer than one in 100 new customers '
	'within 100 purchases), by silence alone: odds(gone) = 0.01 / S_own, as if one in 100 left '
	'after each purchase, one half where lost_on(history, as_of, cycle_model) is. Each of the '
	'models goes by its own season, if it has one: a silence in the months in which hardly '
	'anybody buys is less of one. From one purchase to the next it never falls. It says who has '
	'left; who will buy by some day says purchase_probability. NULL if nothing was bought by '
	'as_of, or for a NULL argument but the last. Errors: 22008 for an infinite as_of, 22023 for '
	'models of other kinds, also in the wrong order. Source: Bayes'' rule, with the posterior of '
	'leaving of Fader, Hardie, Lee (2005) and Schmittlein, Morrison, Colombo (1987); the square '
	'root: Gruenwald, van Ommen (2017).';

COMMENT ON FUNCTION customer_stage(purchase_history, date, retention_model, retention_model,
		double precision, double precision)
	IS 'Where a customer is at as_of, by p_gone and by their cycle: lapsed where p_gone is lapsed '
	'(0.5) or more, as lost_on has it (never on the day of a purchase); at_risk from at_risk '
	'(0.25) on, if they are overdue; overdue and due where their silence_probability is below 0.25 '
	'and 0.75, as cycle_stage has it; else active. Who has bought once is new until they lapse. '
	'Without a base_model, or with one in which nobody leaves, at_risk is a silence_probability of '
	'up to 0.03, lapsed one of up to 0.01: see p_gone. NULL if nothing was bought by as_of, or for '
	'a NULL argument but the base_model. Errors: as p_gone, and 22023 unless 0 < at_risk <= lapsed '
	'< 1.';

COMMENT ON FUNCTION lost_on(purchase_history, date, retention_model, retention_model,
		double precision)
	IS 'The first day behind the last purchase up to as_of, and not behind as_of, on which p_gone '
	'of a customer was this probability or more: with 0.5, from then on they were more likely gone '
	'than not. NULL while it has not been, if nothing was bought by as_of, or for a NULL argument '
	'but the base_model. It depends on their purchases and the models only, not on other customers '
	'or on as_of once the day has come. Errors: as p_gone, and 22023 unless 0 < probability < 1.';

COMMENT ON FUNCTION clv(retention_model, retention_model, retention_model, purchase_history, date,
		interval, double precision, double precision)
	IS 'As clv(base_model, spend, history, as_of, horizon, discount_rate, margin), but for the '
	'probability that they are still a customer, which is 1 - p_gone(history, as_of, cycle_model, '
	'base_model): so that nobody is active and worth nothing. NULL for a NULL argument, too. '
	'Errors: as there, and as p_gone.';

COMMENT ON FUNCTION value_at_risk(retention_model, retention_model, retention_model,
		purchase_history, date, interval, double precision, double precision)
	IS 'As value_at_risk(base_model, spend, history, as_of, horizon, discount_rate, margin), but '
	'for the probability that they are gone, which is p_gone(history, as_of, cycle_model, '
	'base_model). Of who is not lost yet, times 1 - p_gone, it is what a contact can save. NULL '
	'for a NULL argument, too. Errors: as there, and as p_gone.';

COMMENT ON TYPE running_cycle_date
	IS 'How a customer looked at one of their purchases, by it and those before.';

COMMENT ON COLUMN running_cycle_date.lateness
	IS 'that interval against the mean of the ones before it: above 1 they came later than on '
	'average; NULL for the first two';

COMMENT ON TYPE running_cycle_timestamp
	IS 'How a customer looked at one of their purchases, by it and those before.';

COMMENT ON COLUMN running_cycle_timestamp.lateness
	IS 'that interval against the mean of the ones before it: above 1 they came later than on '
	'average; NULL for the first two';

COMMENT ON TYPE running_cycle_timestamptz
	IS 'How a customer looked at one of their purchases, by it and those before.';

COMMENT ON COLUMN running_cycle_timestamptz.lateness
	IS 'that interval against the mean of the ones before it: above 1 they came later than on '
	'average; NULL for the first two';

COMMENT ON FUNCTION lateness(date)
	IS 'Window function: the interval that this purchase ended, divided by the mean of those '
	'before: above 1 they came later than on average. NULL for the first two. Of a customers rows '
	'in ascending order of time: OVER (PARTITION BY customer_id ORDER BY ordered_at); another '
	'order is error 42P20. Rows of the same time are one purchase and get the same answer, rows '
	'without a time are passed over and get NULL. What is ahead does not matter, nor the frame. An '
	'infinite time is error 22008.';

COMMENT ON FUNCTION churn_score_before(date)
	IS 'Window function: how alarming the silence was that this purchase ended, from 0 to 1: the '
	'probability that a customer who buys at random, with the mean interval that they had before, '
	'would have bought sooner, 1 - (1 + t / S)^-n for n intervals that add up to S and t days of '
	'silence. NULL for the first two. Source: the predictive distribution of exponential intervals '
	'without a prior. Of a customers rows in ascending order of time: OVER (PARTITION BY '
	'customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the same time are one '
	'purchase and get the same answer, rows without a time are passed over and get NULL. What is '
	'ahead does not matter, nor the frame. An infinite time is error 22008.';

COMMENT ON FUNCTION churn_score_before(date, retention_model)
	IS 'Window function: how alarming the silence was that this purchase ended, by a model: what '
	'churn_score would have said just before, from the purchases until then; but by an '
	'interpurchase model without the calendar. From 0 to 1. A model with a season counts '
	'operational days, as there; of all rows of a customer it must be one and the same model. '
	'NULL for the first, and for a NULL model. Error 22023 for a model of kind bg/bb or one that '
	'does not know who is a customer. Of a customers rows in ascending order of time: OVER '
	'(PARTITION BY customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the '
	'same time are one purchase and get the same answer, rows without a time are passed over and '
	'get NULL. What is ahead does not matter, nor the frame. An infinite time is error 22008.';

COMMENT ON FUNCTION churn_score_before(timestamp, retention_model)
	IS 'The same for timestamp, in which a day is 24 hours; see churn_score_before(date, '
	'retention_model). In a day of a season time passes evenly.';

COMMENT ON FUNCTION churn_score_before(timestamptz, retention_model)
	IS 'The same for timestamptz, in which a day is 24 hours; see churn_score_before(date, '
	'retention_model). The days of a season are those of UTC, whatever TimeZone is, and time '
	'passes evenly in each.';

COMMENT ON FUNCTION purchase_spell(date, interval)
	IS 'Window function: the number of the spell of purchases that this one is in, from 1 on: a '
	'silence longer than max_gap opens the next one. Of rows in ascending order of time: OVER '
	'(PARTITION BY customer_id ORDER BY ordered_at); another order is error 42P20. Rows of the '
	'same time get the same answer, rows without a time or interval are passed over and get NULL. '
	'A day is 24 hours, months are by the calendar. Errors: 22008 for an infinite time, 22023 for '
	'a negative or infinite interval, or one above 0 and below a day.';

COMMENT ON FUNCTION purchase_spell(timestamp, interval)
	IS 'The same for timestamp, where the interval may be hours; see purchase_spell(date, '
	'interval). A number without a unit is seconds: ''30'' is 30 seconds, ''30 days'' is what it '
	'says.';

COMMENT ON FUNCTION purchase_spell(timestamptz, interval)
	IS 'The same for timestamptz, where the interval may be hours; see purchase_spell(date, '
	'interval). A number without a unit is seconds: ''30'' is 30 seconds, ''30 days'' is what it '
	'says.';

COMMENT ON FUNCTION session_id(date, interval)
	IS 'Window function: the number of the session of events that this one is in, from 1 on: a '
	'pause longer than gap opens the next one. purchase_spell by the name that it has for clicks '
	'and visits. Of rows in ascending order of time: OVER (PARTITION BY customer_id ORDER BY '
	'ordered_at); another order is error 42P20. Rows of the same time get the same answer, rows '
	'without a time or interval are passed over and get NULL. A day is 24 hours, months are by the '
	'calendar. Errors: 22008 for an infinite time, 22023 for a negative or infinite interval, or '
	'one above 0 and below a day.';

COMMENT ON FUNCTION session_id(timestamp, interval)
	IS 'The same for timestamp, where the interval may be hours; see session_id(date, interval). A '
	'number without a unit is seconds: ''30'' is 30 seconds, ''30 days'' is what it says.';

COMMENT ON FUNCTION session_id(timestamptz, interval)
	IS 'The same for timestamptz, where the interval may be hours; see session_id(date, interval). '
	'A number without a unit is seconds: ''30'' is 30 seconds, ''30 days'' is what it says.';

COMMENT ON FUNCTION is_reactivation(date, interval)
	IS 'Window function: whether this purchase ended a silence longer than max_gap. NULL for the '
	'first purchase. Of rows in ascending order of time: OVER (PARTITION BY customer_id ORDER BY '
	'ordered_at); another order is error 42P20. Rows of the same time get the same answer, rows '
	'without a time or interval are passed over and get NULL. A day is 24 hours, months are by the '
	'calendar. Errors: 22008 for an infinite time, 22023 for a negative or infinite interval, or '
	'one above 0 and below a day.';

COMMENT ON FUNCTION is_reactivation(timestamp, interval)
	IS 'The same for timestamp, where the interval may be hours; see is_reactivation(date, '
	'interval). A number without a unit is seconds: ''30'' is 30 seconds, ''30 days'' is what it '
	'says.';

COMMENT ON FUNCTION is_reactivation(timestamptz, interval)
	IS 'The same for timestamptz, where the interval may be hours; see is_reactivation(date, '
	'interval). A number without a unit is seconds: ''30'' is 30 seconds, ''30 days'' is what it '
	'says.';

COMMENT ON AGGREGATE decayed_sum(double precision, date, interval)
	IS 'A sum in which a value counts half as much for each half_life that it is older than the '
	'latest of the group: value times 2^-(age / half_life), in the unit of the values. To have it '
	'as of a later day multiply by 2^-(days since then / half-life in days). Rows without a time '
	'or value are left out; NULL if there are none. Works as a window function, too: OVER '
	'(PARTITION BY customer_id ORDER BY ordered_at) is the sum as it was at each row. The same '
	'result for every order of the rows and every plan. Errors: 22023 for a half_life that is '
	'below a day, changes within a group, or has months, which are not always as long; 22004 when '
	'it is NULL; 22008 for an infinite time; 22003 for a value that is not finite, or a sum that '
	'does not fit.';

COMMENT ON AGGREGATE decayed_count(date, interval)
	IS 'How many rows there are, each counting half as much for each half_life that it is older '
	'than the latest of the group: decayed_sum of ones. Rows without a time are left out; NULL if '
	'there are none. Works as a window function, too: OVER (PARTITION BY customer_id ORDER BY '
	'ordered_at) is the sum as it was at each row. The same result for every order of the rows and '
	'every plan. Errors: 22023 for a half_life that is below a day, changes within a group, or has '
	'months, which are not always as long; 22004 when it is NULL; 22008 for an infinite time.';

COMMENT ON AGGREGATE decayed_sum(double precision, timestamp, interval)
	IS 'The same for timestamp, where the half_life may be hours; a day is 24 hours. See '
	'decayed_sum(double precision, date, interval). A number without a unit is seconds: ''30'' is '
	'30 seconds, ''30 days'' is what it says.';

COMMENT ON AGGREGATE decayed_count(timestamp, interval)
	IS 'The same for timestamp, where the half_life may be hours; a day is 24 hours. See '
	'decayed_count(date, interval). A number without a unit is seconds: ''30'' is 30 seconds, ''30 '
	'days'' is what it says.';

COMMENT ON AGGREGATE decayed_sum(double precision, timestamptz, interval)
	IS 'The same for timestamptz, where the half_life may be hours; a day is 24 hours. See '
	'decayed_sum(double precision, date, interval). A number without a unit is seconds: ''30'' is '
	'30 seconds, ''30 days'' is what it says.';

COMMENT ON AGGREGATE decayed_count(timestamptz, interval)
	IS 'The same for timestamptz, where the half_life may be hours; a day is 24 hours. See '
	'decayed_count(date, interval). A number without a unit is seconds: ''30'' is 30 seconds, ''30 '
	'days'' is what it says.';

CREATE FUNCTION lifecycle_add(bytea, purchase_history, text, date, retention_model,
		retention_model, double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000
	AS 'MODULE_PATHNAME', 'lifecycle_add_models';

CREATE AGGREGATE lifecycle(history purchase_history, period text, as_of date,
		cycle_model retention_model, base_model retention_model, probability double precision) (
	SFUNC = lifecycle_add, STYPE = bytea, SSPACE = 8000,
	FINALFUNC = lifecycle_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = lifecycle_combine, PARALLEL = SAFE
);

COMMENT ON FUNCTION lifecycle_add(bytea, purchase_history, text, date, retention_model,
		retention_model, double precision)
	IS 'Transition function of the aggregate lifecycle.';

COMMENT ON AGGREGATE lifecycle(purchase_history, text, date, interval)
	IS 'How many came, stayed, fell silent, came back and were lost in each period (''day'', '
	''
	'''week'' from Monday on, ''month'', ''quarter'' or ''year'', by the calendar), the '
	'first one with a purchase or refund to the last one that is over by as_of. A customer is lost '
	'on the day on which they have bought nothing for lost_after (a month by the calendar), unless '
	'they buy on that day; if they buy later they are recovered. Each day of loss depends on their '
	'own purchases only. unnest makes the array of periods a table. The same for every order of '
	'the rows and every plan. NULL histories are left out; NULL if no period is over. Errors: '
	'22008 for an infinite as_of, 22004 for a NULL argument, 22023 for another period, a '
	'lost_after below a day, or arguments that change within a group.';

COMMENT ON AGGREGATE lifecycle(purchase_history, text, date, retention_model, double precision)
	IS 'As lifecycle(history, period, as_of, lost_after), but a customer is lost on the day on '
	'which their silence became too long for their own rhythm: after each of their purchases, on '
	'the day that lost_on(history, as_of, model, score) gives for what was known then. 0.5 suits '
	'a model of a customer base, 0.99 an interpurchase model. A season of the model counts as in '
	'lost_on. The days depend on their purchases and the model only, not on other customers. '
	'Errors: as there, and as lost_on.';

COMMENT ON AGGREGATE lifecycle(purchase_history, text, date, retention_model, retention_model,
		double precision)
	IS 'As lifecycle(history, period, as_of, lost_after), but a customer is lost on the day on '
	'which p_gone reached probability: after each of their purchases, on the day that '
	'lost_on(history, as_of, cycle_model, base_model, probability) gives for what was known then. '
	'0.5 is more likely gone than not; how many have left says expected_lifecycle. base_model may '
	'be NULL: see p_gone. Errors: as there, and as lost_on.';

CREATE TYPE expected_lifecycle_period AS (
	period date,
	new bigint,
	customers double precision,
	lost double precision,
	churn_rate double precision
);

CREATE FUNCTION expected_lifecycle_add(bytea, purchase_history, text, date, retention_model,
		retention_model)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4000
	AS 'MODULE_PATHNAME', 'expected_lifecycle_add';

CREATE FUNCTION expected_lifecycle_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'expected_lifecycle_combine';

CREATE FUNCTION expected_lifecycle_final(bytea) RETURNS expected_lifecycle_period[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'expected_lifecycle_final';

CREATE AGGREGATE expected_lifecycle(history purchase_history, period text, as_of date,
		cycle_model retention_model, base_model retention_model) (
	SFUNC = expected_lifecycle_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = expected_lifecycle_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = expected_lifecycle_combine, PARALLEL = SAFE
);

COMMENT ON TYPE expected_lifecycle_period
	IS 'How many customers there are at the end of a period, as an expectation. A row of '
	'expected_lifecycle. Always customers = customers of the period before + new - lost.';

COMMENT ON COLUMN expected_lifecycle_period.period IS 'first day of the period';

COMMENT ON COLUMN expected_lifecycle_period.new IS 'customers who bought for the first time';

COMMENT ON COLUMN expected_lifecycle_period.customers
	IS 'customers to expect at its end: of all who ever came the sum of 1 - p_gone, as known at '
	'that end';

COMMENT ON COLUMN expected_lifecycle_period.lost
	IS 'how many were lost in it, in balance with who was taken for lost and came back: below 0 '
	'where these are more';

COMMENT ON COLUMN expected_lifecycle_period.churn_rate
	IS 'lost as a share of the customers at the beginning of the period; NULL if there were none';

COMMENT ON FUNCTION expected_lifecycle_add(bytea, purchase_history, text, date, retention_model,
		retention_model)
	IS 'Transition function of the aggregate expected_lifecycle.';

COMMENT ON FUNCTION expected_lifecycle_combine(bytea, bytea)
	IS 'Combine function of the aggregate expected_lifecycle.';

COMMENT ON FUNCTION expected_lifecycle_final(bytea)
	IS 'Final function of the aggregate expected_lifecycle.';

COMMENT ON AGGREGATE expected_lifecycle(purchase_history, text, date, retention_model,
		retention_model)
	IS 'How many customers there were at the end of each period (''day'', ''week'' from Monday on, '
	''
	''
	'''month'', ''quarter'' or ''year'', by the calendar), came and were lost in it: not a count '
	'of who became more likely gone than not, which is too high by half and more even where the '
	'models are exactly true, since many of them come back, but the sum of the probabilities: of '
	'1 - p_gone(history, end, cycle_model, base_model), each period as known at its own end, from '
	'the first one with a customer to the last one that is over by as_of. lost = customers before '
	'+ new - customers after. Right as a sum where the models are; who they are says lost_on. '
	'Probabilities are added up in parts of 2^-30, so that the result is the same for every order '
	'of the rows and every plan. unnest makes the array of periods a table. base_model may be '
	'NULL: see p_gone. NULL histories are left out; NULL if no period is over. Errors: 22008 for '
	'an infinite as_of, 22004 for another NULL argument, 54000 for more than 1000000 periods, '
	'22023 for another period, for models of other kinds, or arguments that change within a '
	'group.';

CREATE FUNCTION survival_curve_add(bytea, double precision, double precision, boolean) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'survival_curve_add_entry';

CREATE FUNCTION survival_curve_add(bytea, double precision, double precision, boolean,
		double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'survival_curve_add_entry';

CREATE FUNCTION survival_curve_add(bytea, double precision, boolean, double precision,
		double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'survival_curve_add_weight';

CREATE FUNCTION survival_curve_add(bytea, double precision, double precision, boolean,
		double precision, double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'survival_curve_add_entry_weight';

CREATE AGGREGATE survival_curve(entry double precision, duration double precision,
		churned boolean) (
	SFUNC = survival_curve_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = survival_curve_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = survival_curve_combine, PARALLEL = SAFE
);

CREATE AGGREGATE survival_curve(entry double precision, duration double precision,
		churned boolean, level double precision) (
	SFUNC = survival_curve_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = survival_curve_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = survival_curve_combine, PARALLEL = SAFE
);

CREATE AGGREGATE survival_curve(duration double precision, churned boolean,
		level double precision, weight double precision) (
	SFUNC = survival_curve_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = survival_curve_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = survival_curve_combine, PARALLEL = SAFE
);

CREATE AGGREGATE survival_curve(entry double precision, duration double precision,
		churned boolean, level double precision, weight double precision) (
	SFUNC = survival_curve_add, STYPE = bytea, SSPACE = 2000,
	FINALFUNC = survival_curve_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = survival_curve_combine, PARALLEL = SAFE
);

CREATE FUNCTION log_rank_add(bytea, double precision, double precision, boolean, text) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add_entry';

CREATE FUNCTION log_rank_add(bytea, double precision, double precision, boolean, boolean)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add_entry_boolean';

CREATE FUNCTION log_rank_add(bytea, double precision, boolean, text, text) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add_stratum';

CREATE FUNCTION log_rank_add(bytea, double precision, boolean, boolean, text) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add_stratum_boolean';

CREATE FUNCTION log_rank_add(bytea, double precision, double precision, boolean, text, text)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add_entry_stratum';

CREATE FUNCTION log_rank_add(bytea, double precision, double precision, boolean, boolean, text)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 3
	AS 'MODULE_PATHNAME', 'log_rank_add_entry_stratum_boolean';

CREATE AGGREGATE log_rank(entry double precision, duration double precision, churned boolean,
		group_name text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank(entry double precision, duration double precision, churned boolean,
		treated boolean) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank(duration double precision, churned boolean, group_name text,
		stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank(duration double precision, churned boolean, treated boolean,
		stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank(entry double precision, duration double precision, churned boolean,
		group_name text, stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank(entry double precision, duration double precision, churned boolean,
		treated boolean, stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank_groups(entry double precision, duration double precision,
		churned boolean, group_name text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_groups_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank_groups(entry double precision, duration double precision,
		churned boolean, treated boolean) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_groups_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank_groups(duration double precision, churned boolean, group_name text,
		stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_groups_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank_groups(duration double precision, churned boolean, treated boolean,
		stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_groups_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank_groups(entry double precision, duration double precision,
		churned boolean, group_name text, stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_groups_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

CREATE AGGREGATE log_rank_groups(entry double precision, duration double precision,
		churned boolean, treated boolean, stratum text) (
	SFUNC = log_rank_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = log_rank_groups_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = log_rank_combine, PARALLEL = SAFE
);

COMMENT ON COLUMN survival_point.at_risk
	IS 'customers seen at least so long who had not left before, and who had entered';

COMMENT ON COLUMN survival_point.std_error
	IS 'its standard error by Greenwood''s formula, of weights where there are; NULL where nobody '
	'is left';

COMMENT ON COLUMN log_rank.degrees_of_freedom
	IS 'groups that could have lost somebody, less one; less another one for each further '
	'set of groups that are compared among themselves only, being in other strata or at risk '
	'at other times';

COMMENT ON FUNCTION survival_curve_add(bytea, double precision, double precision, boolean)
	IS 'Transition function of the aggregate survival_curve.';

COMMENT ON FUNCTION survival_curve_add(bytea, double precision, double precision, boolean,
		double precision)
	IS 'Transition function of the aggregate survival_curve.';

COMMENT ON FUNCTION survival_curve_add(bytea, double precision, boolean, double precision,
		double precision)
	IS 'Transition function of the aggregate survival_curve.';

COMMENT ON FUNCTION survival_curve_add(bytea, double precision, double precision, boolean,
		double precision, double precision)
	IS 'Transition function of the aggregate survival_curve.';

COMMENT ON AGGREGATE survival_curve(double precision, boolean)
	IS 'How long do customers stay, when some are still there? The Kaplan-Meier estimate from how '
	'long each was seen and whether they had left then (true) or not (false: they count as long as '
	'they were seen). One row for each duration, ascending; unnest makes the array a table, '
	'survival_at, median_survival and restricted_mean_survival ask it. Durations that differ by '
	'rounding alone are one, the smallest of them: neighbours within 1.5e-8, absolute or of the '
	'mean of the distinct durations, as in R''s package survival. The limits have 95 percent '
	'confidence. The unit is that of the durations. For the histories of customers: duration is '
	'coalesce(lost_on, as_of) - first_purchase(h), churned is lost_on IS NOT NULL. The same for '
	'every order of the rows. Rows with a NULL are left out; NULL without a row. Errors: 22023 for '
	'a duration that is negative or not finite. Source: Kaplan, Meier (1958); Greenwood (1926); '
	'Kalbfleisch, Prentice (1980), section 1.3, for the limits.';

COMMENT ON AGGREGATE survival_curve(double precision, double precision, boolean)
	IS 'As survival_curve(duration, churned), of customers who came under observation later '
	'than they began: each is at risk behind entry and up to duration, both counted from the '
	'same beginning (left truncation). Whoever had left before, the log never had: without '
	'entry the others would seem to stay longer than they do. Where all who are at risk '
	'leave while others have not entered yet, the share falls to 0 and stays there: ask from '
	'a later time on. Entries and durations that differ by rounding alone are one. Rows with '
	'a NULL are left out. Errors: as there, and 22023 for an entry that is negative or not '
	'before the duration, but for rounding. Source: Klein, Moeschberger (2003), section 4.6.';

COMMENT ON AGGREGATE survival_curve(double precision, double precision, boolean, double precision)
	IS 'As survival_curve(entry, duration, churned), with limits of a confidence level. '
	'Errors: as there, and those of survival_curve(duration, churned, level).';

COMMENT ON AGGREGATE survival_curve(double precision, boolean, double precision, double precision)
	IS 'As survival_curve(duration, churned, level), where a customer counts as much as '
	'weight says: as many customers of a sample stand for. at_risk, churned and censored '
	'count customers all the same; the share, its standard error and the limits go by '
	'weights, as in R''s survfit(..., weights, robust = FALSE). A weight of 0 leaves the row '
	'out, as a NULL does. For strata use GROUP BY: a curve for each. Errors: as there, and '
	'22023 for a weight that is negative or not finite.';

COMMENT ON AGGREGATE survival_curve(double precision, double precision, boolean,
		double precision, double precision)
	IS 'As survival_curve(duration, churned, level, weight), of customers who came under '
	'observation at entry. Errors: as there and as of survival_curve(entry, duration, '
	'churned).';

COMMENT ON FUNCTION log_rank_add(bytea, double precision, double precision, boolean, text)
	IS 'Transition function of the aggregates log_rank and log_rank_groups.';

COMMENT ON FUNCTION log_rank_add(bytea, double precision, double precision, boolean, boolean)
	IS 'Transition function of the aggregates log_rank and log_rank_groups.';

COMMENT ON FUNCTION log_rank_add(bytea, double precision, boolean, text, text)
	IS 'Transition function of the aggregates log_rank and log_rank_groups.';

COMMENT ON FUNCTION log_rank_add(bytea, double precision, boolean, boolean, text)
	IS 'Transition function of the aggregates log_rank and log_rank_groups.';

COMMENT ON FUNCTION log_rank_add(bytea, double precision, double precision, boolean, text, text)
	IS 'Transition function of the aggregates log_rank and log_rank_groups.';

COMMENT ON FUNCTION log_rank_add(bytea, double precision, double precision, boolean, boolean, text)
	IS 'Transition function of the aggregates log_rank and log_rank_groups.';

COMMENT ON AGGREGATE log_rank(double precision, boolean, text)
	IS 'Do groups of customers stay differently long? The log-rank test, from how long each was '
	'seen, whether they had left then, and their group (a number as group::text). Turned round it '
	'tells whether a campaign brought customers back sooner: duration is the time until they came '
	'or until today, churned is whether they came. Durations that differ by rounding alone are '
	'one, the smallest of them: neighbours within 1.5e-8, absolute or of the mean of the distinct '
	'durations, as in R''s package survival. The same for every order of the rows. Rows with a '
	'NULL are left out; NULL without a row. Errors: 22023 for a duration that is negative or not '
	'finite, 54000 for more than 1,000 groups. Source: Mantel (1966); Peto, Peto (1972).';

COMMENT ON AGGREGATE log_rank(double precision, double precision, boolean, text)
	IS 'As log_rank(duration, churned, group_name), of customers who came under observation '
	'at entry: each is at risk behind it and up to duration. Errors: as there, and 22023 for '
	'an entry that is negative or not before the duration, but for rounding. Source: Klein, '
	'Moeschberger (2003), section 7.3.';

COMMENT ON AGGREGATE log_rank(double precision, double precision, boolean, boolean)
	IS 'As log_rank(entry, duration, churned, group_name), of two groups.';

COMMENT ON AGGREGATE log_rank(double precision, boolean, text, text)
	IS 'As log_rank(duration, churned, group_name), where customers are compared with those '
	'of their stratum only: what came and what was to be expected is added up over the '
	'strata. So what differs between strata, such as region or plan, is not taken for an '
	'effect of the group. Source: Mantel (1966); Peto and others (1977).';

COMMENT ON AGGREGATE log_rank(double precision, boolean, boolean, text)
	IS 'As log_rank(duration, churned, group_name, stratum), of two groups.';

COMMENT ON AGGREGATE log_rank(double precision, double precision, boolean, text, text)
	IS 'As log_rank(duration, churned, group_name, stratum), of customers who came under '
	'observation at entry. Errors: as log_rank(entry, duration, churned, group_name).';

COMMENT ON AGGREGATE log_rank(double precision, double precision, boolean, boolean, text)
	IS 'As log_rank(entry, duration, churned, group_name, stratum), of two groups.';

COMMENT ON AGGREGATE log_rank_groups(double precision, double precision, boolean, text)
	IS 'The groups that log_rank(entry, duration, churned, group_name) compares. Errors: as '
	'there.';

COMMENT ON AGGREGATE log_rank_groups(double precision, double precision, boolean, boolean)
	IS 'As log_rank_groups(entry, duration, churned, group_name), of two groups.';

COMMENT ON AGGREGATE log_rank_groups(double precision, boolean, text, text)
	IS 'The groups that log_rank(duration, churned, group_name, stratum) compares; expected '
	'is that of all strata together. Errors: as there.';

COMMENT ON AGGREGATE log_rank_groups(double precision, boolean, boolean, text)
	IS 'As log_rank_groups(duration, churned, group_name, stratum), of two groups.';

COMMENT ON AGGREGATE log_rank_groups(double precision, double precision, boolean, text, text)
	IS 'The groups that log_rank(entry, duration, churned, group_name, stratum) compares. '
	'Errors: as there.';

COMMENT ON AGGREGATE log_rank_groups(double precision, double precision, boolean, boolean, text)
	IS 'As log_rank_groups(entry, duration, churned, group_name, stratum), of two groups.';

CREATE FUNCTION fit_hazard_add(bytea, double precision, double precision, boolean,
		double precision[])
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_hazard_add_entry';

CREATE FUNCTION fit_hazard_add(bytea, double precision, double precision, boolean,
		double precision[], text)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_hazard_add_entry';

CREATE FUNCTION fit_hazard_add(bytea, double precision, boolean, double precision[], text, text)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_hazard_add_stratum';

CREATE FUNCTION fit_hazard_add(bytea, double precision, double precision, boolean,
		double precision[], text, text)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_hazard_add_entry_stratum';

CREATE AGGREGATE fit_hazard(entry double precision, duration double precision, churned boolean,
		covariates double precision[]) (
	SFUNC = fit_hazard_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_hazard_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_hazard_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_hazard(entry double precision, duration double precision, churned boolean,
		covariates double precision[], ties text) (
	SFUNC = fit_hazard_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_hazard_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_hazard_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_hazard(duration double precision, churned boolean,
		covariates double precision[], ties text, stratum text) (
	SFUNC = fit_hazard_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_hazard_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_hazard_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_hazard(entry double precision, duration double precision, churned boolean,
		covariates double precision[], ties text, stratum text) (
	SFUNC = fit_hazard_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_hazard_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_hazard_combine, PARALLEL = SAFE
);

COMMENT ON COLUMN hazard_coefficient.hazard_ratio
	IS 'by how much the risk of leaving is multiplied when the covariate is greater by one: 1.3 is '
	'30 percent more at any time; infinite where the coefficient is, or beyond double precision';

COMMENT ON COLUMN hazard_coefficient.upper
	IS 'upper limit of hazard_ratio; infinite where it is beyond double precision';

COMMENT ON COLUMN hazard_fit.left_out
	IS 'rows left out because the entry, the duration, churned, a covariate or the stratum was '
	'NULL';

COMMENT ON FUNCTION fit_hazard_add(bytea, double precision, double precision, boolean,
		double precision[])
	IS 'Transition function of the aggregate fit_hazard.';

COMMENT ON FUNCTION fit_hazard_add(bytea, double precision, double precision, boolean,
		double precision[], text)
	IS 'Transition function of the aggregate fit_hazard.';

COMMENT ON FUNCTION fit_hazard_add(bytea, double precision, boolean, double precision[], text, text)
	IS 'Transition function of the aggregate fit_hazard.';

COMMENT ON FUNCTION fit_hazard_add(bytea, double precision, double precision, boolean,
		double precision[], text, text)
	IS 'Transition function of the aggregate fit_hazard.';

COMMENT ON AGGREGATE fit_hazard(double precision, boolean, double precision[])
	IS 'What makes customers leave sooner, all else being equal: Cox''s proportional hazards model '
	'of how long each was seen, whether they had left then, and up to 64 numbers that were known '
	'of them from the beginning, such as ARRAY[(region = ''North'')::int, age]. Ties by Efron''s '
	'approximation. Durations that differ by rounding alone are one, the smallest of them: '
	'neighbours within 1.5e-8, absolute or of the mean of the distinct durations, as in R''s '
	'package survival. A covariate that is the same for all, or follows from those before it, has '
	'a NULL coefficient; one that tells exactly who leaves sooner has an infinite one, with a '
	'WARNING. The same for every order of the rows. Rows with a NULL are left out and counted. '
	'NULL without a row. Errors: 22023 for a duration that is negative or not finite, or a '
	'covariate that is not finite, 22000 when nobody has left, 2202E for arrays of different '
	'lengths. Source: Cox (1972); Efron (1977).';

COMMENT ON AGGREGATE fit_hazard(double precision, double precision, boolean, double precision[])
	IS 'As fit_hazard(duration, churned, covariates), of customers who came under '
	'observation later than they began: each is at risk behind entry and up to duration, '
	'both counted from the same beginning (left truncation). A customer whose covariates '
	'changed can be several rows, each with the time in which they held, churned in the last '
	'one at most. Errors: as there, and 22023 for an entry that is negative or not before '
	'the duration, but for rounding. Source: Andersen, Gill (1982); Klein, Moeschberger '
	'(2003), section 9.4.';

COMMENT ON AGGREGATE fit_hazard(double precision, double precision, boolean, double precision[],
		text)
	IS 'As fit_hazard(entry, duration, churned, covariates), with ties by the approximation '
	'of ''efron'' or ''breslow''. Errors: as there, and those of fit_hazard(duration, '
	'churned, covariates, ties).';

COMMENT ON AGGREGATE fit_hazard(double precision, boolean, double precision[], text, text)
	IS 'As fit_hazard(duration, churned, covariates, ties), where customers are compared '
	'with those of their stratum only: each stratum has a hazard of its own over time, and '
	'the coefficients are the same in all of them. A covariate that is the same for all of a '
	'stratum, in each of them, has a NULL coefficient. Rows with a NULL stratum are left out '
	'and counted. Errors: as there. Source: Kalbfleisch, Prentice (1980), section 4.4.';

COMMENT ON AGGREGATE fit_hazard(double precision, double precision, boolean, double precision[],
		text, text)
	IS 'As fit_hazard(duration, churned, covariates, ties, stratum), of customers who came '
	'under observation at entry. Errors: as there and as of fit_hazard(entry, duration, '
	'churned, covariates).';

CREATE TYPE logistic_coefficient AS (
	covariate integer,
	name text,
	coefficient double precision,
	std_error double precision,
	odds_ratio double precision,
	lower double precision,
	upper double precision,
	z double precision,
	p_value double precision
);

CREATE TYPE logistic_fit AS (
	customers bigint,
	true_outcomes bigint,
	left_out bigint,
	log_likelihood double precision,
	null_log_likelihood double precision,
	p_value double precision,
	iterations integer,
	converged boolean,
	penalty double precision,
	coefficients logistic_coefficient[]
);

CREATE FUNCTION fit_logistic_add(bytea, boolean, double precision[]) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_logistic_add';

CREATE FUNCTION fit_logistic_add(bytea, boolean, double precision[], double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_logistic_add';

CREATE FUNCTION fit_logistic_add(bytea, boolean, double precision[], text[]) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_logistic_add_names';

CREATE FUNCTION fit_logistic_add(bytea, boolean, double precision[], double precision, text[])
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_logistic_add_penalty_names';

CREATE FUNCTION fit_logistic_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'fit_logistic_combine';

CREATE FUNCTION fit_logistic_final(bytea) RETURNS logistic_fit
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000
	AS 'MODULE_PATHNAME', 'fit_logistic_final';

CREATE AGGREGATE fit_logistic(outcome boolean, covariates double precision[]) (
	SFUNC = fit_logistic_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_logistic_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_logistic_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_logistic(outcome boolean, covariates double precision[],
		penalty double precision) (
	SFUNC = fit_logistic_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_logistic_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_logistic_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_logistic(outcome boolean, covariates double precision[], names text[]) (
	SFUNC = fit_logistic_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_logistic_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_logistic_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_logistic(outcome boolean, covariates double precision[],
		penalty double precision, names text[]) (
	SFUNC = fit_logistic_add, STYPE = bytea, SSPACE = 20000,
	FINALFUNC = fit_logistic_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_logistic_combine, PARALLEL = SAFE
);

CREATE FUNCTION logistic_probability(fit logistic_fit, covariates double precision[])
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'logistic_probability';

CREATE FUNCTION one_hot(value text, levels text[]) RETURNS double precision[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'one_hot';

COMMENT ON TYPE logistic_coefficient
	IS 'What a covariate does to the odds of an outcome, all others being equal.';

COMMENT ON COLUMN logistic_coefficient.covariate
	IS 'place of the covariate in the array, from 1 on; 0 is the intercept, the first row';

COMMENT ON COLUMN logistic_coefficient.name
	IS 'its name; NULL if no names were given; intercept for covariate 0';

COMMENT ON COLUMN logistic_coefficient.coefficient
	IS 'the logarithm of odds_ratio, per unit of the covariate; infinite where the covariate '
	'tells the outcome of some customers exactly, NULL where it says nothing that those before '
	'it don''t';

COMMENT ON COLUMN logistic_coefficient.std_error
	IS 'standard error of the coefficient; NULL where that is infinite or NULL, and with a '
	'penalty, which makes coefficients too small on purpose: an error without that bias would '
	'promise too much';

COMMENT ON COLUMN logistic_coefficient.odds_ratio
	IS 'by how much the odds of the outcome are multiplied when the covariate is greater by one; '
	'of covariate 0 the odds where all covariates are 0; infinite where the coefficient is, or '
	'beyond double precision';

COMMENT ON COLUMN logistic_coefficient.lower
	IS 'lower limit of odds_ratio with 95 percent confidence; NULL where std_error is';

COMMENT ON COLUMN logistic_coefficient.upper
	IS 'upper limit of odds_ratio; infinite where it is beyond double precision';

COMMENT ON COLUMN logistic_coefficient.z
	IS 'coefficient divided by its standard error; NULL where that is';

COMMENT ON COLUMN logistic_coefficient.p_value
	IS 'the probability of a coefficient at least as large, up or down, if the covariate did '
	'nothing (Wald test); NULL where the standard error is';

COMMENT ON TYPE logistic_fit IS 'A logistic regression: what makes an outcome likely.';

COMMENT ON COLUMN logistic_fit.customers IS 'customers it was fitted to';

COMMENT ON COLUMN logistic_fit.true_outcomes IS 'of how many of them the outcome was true';

COMMENT ON COLUMN logistic_fit.left_out IS 'rows left out because the outcome was NULL';

COMMENT ON COLUMN logistic_fit.log_likelihood
	IS 'logarithm of the likelihood, the penalty not being part of it';

COMMENT ON COLUMN logistic_fit.null_log_likelihood IS 'the same with the intercept alone';

COMMENT ON COLUMN logistic_fit.p_value
	IS 'the probability of so much larger a likelihood if no covariate did anything (likelihood '
	'ratio test); NULL with a penalty, and when there is no covariate to speak of';

COMMENT ON COLUMN logistic_fit.iterations IS 'steps of Newton''s method';

COMMENT ON COLUMN logistic_fit.converged
	IS 'false when the likelihood rises without end: some coefficient is infinite';

COMMENT ON COLUMN logistic_fit.penalty IS 'the penalty that was given; 0 is none';

COMMENT ON COLUMN logistic_fit.coefficients
	IS 'the intercept and one row for each covariate, in their order; unnest makes it a table';

COMMENT ON FUNCTION fit_logistic_add(bytea, boolean, double precision[])
	IS 'Transition function of the aggregate fit_logistic.';

COMMENT ON FUNCTION fit_logistic_add(bytea, boolean, double precision[], double precision)
	IS 'Transition function of the aggregate fit_logistic.';

COMMENT ON FUNCTION fit_logistic_add(bytea, boolean, double precision[], text[])
	IS 'Transition function of the aggregate fit_logistic.';

COMMENT ON FUNCTION fit_logistic_add(bytea, boolean, double precision[], double precision, text[])
	IS 'Transition function of the aggregate fit_logistic.';

COMMENT ON FUNCTION fit_logistic_combine(bytea, bytea)
	IS 'Combine function of the aggregate fit_logistic.';

COMMENT ON FUNCTION fit_logistic_final(bytea) IS 'Final function of the aggregate fit_logistic.';

COMMENT ON AGGREGATE fit_logistic(boolean, double precision[])
	IS 'What makes an outcome likely, all else being equal, such as churn, a second purchase, an '
	'answer: logistic regression on up to 64 numbers of each customer, such as one_hot(region, '
	'ARRAY[''North'', ''South'', ''West'']) || ARRAY[age]; the intercept comes by itself. The '
	'greatest likelihood by Newton''s method. A covariate that is the same for all, or follows '
	'from those before it, has a NULL coefficient, with a NOTICE. Where covariates tell the '
	'outcome of some customers exactly (separation), their coefficients are infinite, with a '
	'WARNING, and the others are those of all other customers; a penalty keeps all finite. Fewer '
	'than 10 of the rarer outcome for each coefficient are a NOTICE (Peduzzi and others 1996). '
	'The same for every order of the rows. Rows whose outcome is NULL are left out and counted; '
	'no covariate may be NULL. NULL without a row. Errors: 22004 for covariates that are NULL, '
	'22023 for one that is not finite, 22000 when all outcomes are alike, 2202E for arrays of '
	'different lengths. Source: McCullagh, Nelder (1989); Hosmer, Lemeshow (2000); Geyer (2009) '
	'for infinite coefficients.';

COMMENT ON AGGREGATE fit_logistic(boolean, double precision[], double precision)
	IS 'As fit_logistic(outcome, covariates), of the greatest log-likelihood less half the '
	'penalty times the sum of the squares of the coefficients that the covariates have when each '
	'is standardized (mean 0, standard deviation 1, dividing by the number of customers); the '
	'intercept is free (ridge regression). Coefficients are smaller than without, those of rows '
	'that tell little most of all, and predictions for others better; all are finite, and '
	'covariates that follow from others share. They are in the units of the covariates. 0 is no '
	'penalty; the best is the one that tells best of customers it was not fitted to: try 1, 10, '
	'100. scikit-learn''s LogisticRegression(C = 1/penalty) behind its StandardScaler is the '
	'same. Standard errors, limits and p-values are NULL with a penalty. Errors: 22023 for a '
	'penalty that is negative or not finite, or that changes within a group, 22004 for NULL. '
	'Source: le Cessie, van Houwelingen (1992).';

COMMENT ON AGGREGATE fit_logistic(boolean, double precision[], text[])
	IS 'As fit_logistic(outcome, covariates), with a name for each covariate, such as '
	'ARRAY[''age'', ''spend''] (a literal needs ::text[]), which its coefficient and messages '
	'have. Errors: 2202E when there '
	'are not as many names as covariates, 22004 for names that are NULL, 22023 for one that is '
	'empty, longer than 63 bytes or there twice, or names that change within a group.';

COMMENT ON AGGREGATE fit_logistic(boolean, double precision[], double precision, text[])
	IS 'As fit_logistic(outcome, covariates, penalty), with a name for each covariate, as '
	'fit_logistic(outcome, covariates, names) has it.';

COMMENT ON FUNCTION logistic_probability(logistic_fit, double precision[])
	IS 'The probability, 0 to 1, that the outcome of a customer with these covariates is true, '
	'by the result of fit_logistic. A NULL coefficient counts as 0. An infinite one makes it 0 '
	'or 1 unless the covariate is 0; NULL where some go up and others down, as which is the '
	'greater is not known. NULL if an argument is NULL. Errors: 2202E for another number of '
	'covariates, 22004 for one that is NULL, 22023 for one that is not finite, or for '
	'coefficients that fit_logistic did not make.';

COMMENT ON FUNCTION one_hot(text, text[])
	IS 'A value as numbers for a regression: one for each level but the first, 1 where the value '
	'is that level and 0 elsewhere. Coefficients then compare with the first level. A value that '
	'is none of the levels is all 0, as the first is. || puts numbers together: one_hot(region, '
	'ARRAY[''North'', ''South'']) || ARRAY[spend]. NULL if the value or the array is NULL (and '
	'NULL || array is the array alone: use coalesce(value, ''unknown'') and a level '
	'''unknown''). Bytes are compared, not as a collation does. Errors: 22004 for a level that '
	'is NULL, 22023 for fewer than 2 levels or one that is there twice.';

COMMENT ON COLUMN lift_bin.lowest_score IS 'the lowest score in it; infinite where that score is';

COMMENT ON COLUMN lift_bin.highest_score IS 'the highest score in it; infinite where that score is';

CREATE TYPE model_comparison AS (
	kind text,
	log_likelihood double precision,
	aic double precision,
	converged boolean,
	at_limit text,
	customers bigint,
	left_out bigint,
	sampled bigint,
	log_loss double precision,
	brier_score double precision,
	roc_auc double precision,
	expected double precision,
	actual bigint,
	mean_absolute_error double precision,
	rank integer
);

CREATE FUNCTION compare_models_add(bytea, purchase_history, date, interval) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'compare_models_add';

CREATE FUNCTION compare_models_add(bytea, purchase_history, date, interval, text[]) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'compare_models_add';

CREATE FUNCTION compare_models_add(bytea, purchase_history, date, interval, text[],
		double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'compare_models_add';

CREATE FUNCTION compare_models_add(bytea, purchase_history, date, interval, text[],
		double precision, retention_season)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 12
	AS 'MODULE_PATHNAME', 'compare_models_add';

CREATE FUNCTION compare_models_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'compare_models_combine';

CREATE FUNCTION compare_models_final(bytea) RETURNS model_comparison[]
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1000000
	AS 'MODULE_PATHNAME', 'compare_models_final';

CREATE AGGREGATE compare_models(history purchase_history, as_of date, holdout interval) (
	SFUNC = compare_models_add, STYPE = bytea, SSPACE = 8000,
	FINALFUNC = compare_models_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = compare_models_combine, PARALLEL = SAFE
);

CREATE AGGREGATE compare_models(history purchase_history, as_of date, holdout interval,
		kinds text[]) (
	SFUNC = compare_models_add, STYPE = bytea, SSPACE = 8000,
	FINALFUNC = compare_models_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = compare_models_combine, PARALLEL = SAFE
);

CREATE AGGREGATE compare_models(history purchase_history, as_of date, holdout interval,
		kinds text[], time_unit_days double precision) (
	SFUNC = compare_models_add, STYPE = bytea, SSPACE = 8000,
	FINALFUNC = compare_models_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = compare_models_combine, PARALLEL = SAFE
);

CREATE AGGREGATE compare_models(history purchase_history, as_of date, holdout interval,
		kinds text[], time_unit_days double precision, season retention_season) (
	SFUNC = compare_models_add, STYPE = bytea, SSPACE = 12000,
	FINALFUNC = compare_models_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = compare_models_combine, PARALLEL = SAFE
);

COMMENT ON TYPE model_comparison
	IS 'A kind of model, or a plain rule, held to what came in a hold-out.';

COMMENT ON COLUMN model_comparison.kind
	IS 'the kind of model; or a rule: last period, the purchases in a period as long as the '
	'hold-out just before it, or days since last purchase';

COMMENT ON COLUMN model_comparison.log_likelihood
	IS 'of the model, as fitted to what was known when the hold-out began; NULL of a rule';

COMMENT ON COLUMN model_comparison.aic
	IS 'its aic: what would be chosen by without a hold-out; NULL of a rule';

COMMENT ON COLUMN model_comparison.converged
	IS 'true when the fit ended at a maximum inside the parameter space and is to some extent '
	'sure of all parameters; false at a limit, see at_limit, or where the data do not tell them; '
	'NULL of a rule';

COMMENT ON COLUMN model_comparison.at_limit
	IS 'the limit at which the model ended, as at_limit(model) has it; ''no dropout'' is an '
	'answer, not a failure; NULL inside the parameter space, and of a rule';

COMMENT ON COLUMN model_comparison.customers
	IS 'customers who had bought when the hold-out began';

COMMENT ON COLUMN model_comparison.left_out
	IS 'customers who came within the hold-out, of whom nothing could be said before';

COMMENT ON COLUMN model_comparison.sampled
	IS 'how many of customers the figures are of: all of them, or, of very many, a sample';

COMMENT ON COLUMN model_comparison.log_loss
	IS 'mean of minus the logarithm of the probability that was given to what came, a purchase in '
	'the hold-out or none: less is better; 0.693 is that of a coin';

COMMENT ON COLUMN model_comparison.brier_score
	IS 'mean squared error of the probability of a purchase in the hold-out';

COMMENT ON COLUMN model_comparison.roc_auc
	IS 'the probability that who bought in the hold-out had been given a higher one than who did '
	'not';

COMMENT ON COLUMN model_comparison.expected
	IS 'purchases expected in the hold-out; of last period as many again; of days since last '
	'purchase NULL';

COMMENT ON COLUMN model_comparison.actual IS 'purchases in the hold-out, by the same customers';

COMMENT ON COLUMN model_comparison.mean_absolute_error
	IS 'mean absolute error of the purchases expected of a customer';

COMMENT ON COLUMN model_comparison.rank
	IS '1 for the least log_loss, rules included; who have the same share one';

COMMENT ON FUNCTION compare_models_add(bytea, purchase_history, date, interval)
	IS 'Transition function of the aggregate compare_models(history, as_of, holdout).';

COMMENT ON FUNCTION compare_models_add(bytea, purchase_history, date, interval, text[])
	IS 'Transition function of the aggregate compare_models(history, as_of, holdout, kinds).';

COMMENT ON FUNCTION compare_models_add(bytea, purchase_history, date, interval, text[],
		double precision)
	IS 'Transition function of the aggregate compare_models(history, as_of, holdout, kinds, '
	'time_unit_days).';

COMMENT ON FUNCTION compare_models_add(bytea, purchase_history, date, interval, text[],
		double precision, retention_season)
	IS 'Transition function of the aggregate compare_models(history, as_of, holdout, kinds, '
	'time_unit_days, season).';

COMMENT ON FUNCTION compare_models_combine(bytea, bytea)
	IS 'Combine function of the aggregates compare_models.';

COMMENT ON FUNCTION compare_models_final(bytea)
	IS 'Final function of the aggregates compare_models.';

COMMENT ON AGGREGATE compare_models(purchase_history, date, interval)
	IS 'As compare_models(history, as_of, holdout, kinds), of bg/nbd, mbg/nbd, mbg/cnbd-k and '
	'pareto/nbd.';

COMMENT ON AGGREGATE compare_models(purchase_history, date, interval, text[])
	IS 'Which model to use? What each kind would have said holdout before as_of, held to what '
	'came until as_of. Each kind is fitted, in days, to what was known at the end of the day '
	'as_of - holdout, and says of each customer how probable a purchase in the days until as_of '
	'is, and how many are expected. unnest makes the array a table, least log_loss first. Beside '
	'the kinds two plain rules: "last period", how many purchases came in as many days just '
	'before, and "days since last purchase"; what these mean for a purchase they learn by a '
	'logistic regression on that one number, from the customers there were another holdout '
	'earlier and what they did in the period in between, so that nothing of the hold-out is '
	'used. A model that is not better than these is of little use. Customers who came within the '
	'hold-out are left out, and counted. log_loss, brier_score, roc_auc and rank are NULL where '
	'all customers bought in the hold-out or none did, and of a rule where the period before '
	'tells it nothing: nobody, or everybody, bought in it, or the number parts those who did '
	'from the others. For log_loss probabilities lie between 1e-15 and 1 - 1e-15, as far as they '
	'are computed. Where more than 4,194,304 different customers bought more than once the '
	'figures are of a sample: half of these, a quarter, ..., by a hash of their data, each of '
	'whom stands for 2, 4, ... of them, and all who bought once. The result is the same for '
	'every order of the rows and every plan. A kind may have its k given, as in mbg/cnbd-2. '
	'Without a warning kinds may not have converged: see converged and at_limit. NULL histories '
	'are passed over; NULL without any other. Errors: 22023 for a kind that does not say who '
	'buys (interpurchase, and those of spend and contracts), is unknown or is named twice, for a '
	'holdout that is not positive, shorter than a day or longer than what is known, and for '
	'arguments that change within a group; 22004 for NULL as_of, holdout or kinds; 22008 for '
	'infinite dates; 22000 for too little data to fit a kind, see fit_model; 54000 for more than '
	'16 kinds. Sources: Good (1952), "Rational decisions"; Brier (1950); Wübben, Wangenheim '
	'(2008), for plain rules.';

COMMENT ON AGGREGATE compare_models(purchase_history, date, interval, text[], double precision)
	IS 'As compare_models(history, as_of, holdout, kinds), with models in a time unit of so many '
	'days, above 0: what bg/bb, which counts an opportunity in each of them, needs to be compared '
	'with the others. Error 22023 for a time unit below a day with bg/bb, 22004 for NULL.';

COMMENT ON AGGREGATE compare_models(purchase_history, date, interval, text[], double precision,
		retention_season)
	IS 'As compare_models(history, as_of, holdout, kinds, time_unit_days), with all kinds fitted '
	'with this season (see fit_model) and their purchases expected in it; rules stay as they are. '
	'Beside the same without a season it tells whether the season is worth its while. Honest is '
	'that of a season which was known then: typed in, or fit_season(history, as_of - holdout); one '
	'that was fitted to the hold-out has seen what it is to tell. Of a season as likely as can be '
	'aic counts 11 parameters more, with weekdays 17. A NULL season is none. Error 22023 for '
	'bg/bb, which has no season, and for a season that changes within a group.';

CREATE FUNCTION concordance_index_add(bytea, double precision, double precision, boolean)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'concordance_index_add';

CREATE FUNCTION concordance_index_add(bytea, double precision, double precision,
		double precision, boolean)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'concordance_index_add_entry';

CREATE FUNCTION concordance_index_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'concordance_index_combine';

CREATE FUNCTION concordance_index_final(bytea) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'concordance_index_final';

CREATE AGGREGATE concordance_index(score double precision, duration double precision,
		churned boolean) (
	SFUNC = concordance_index_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = concordance_index_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = concordance_index_combine, PARALLEL = SAFE
);

CREATE AGGREGATE concordance_index(score double precision, entry double precision,
		duration double precision, churned boolean) (
	SFUNC = concordance_index_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = concordance_index_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = concordance_index_combine, PARALLEL = SAFE
);

COMMENT ON FUNCTION concordance_index_add(bytea, double precision, double precision, boolean)
	IS 'Transition function of the aggregate concordance_index.';

COMMENT ON FUNCTION concordance_index_add(bytea, double precision, double precision,
		double precision, boolean)
	IS 'Transition function of the aggregate concordance_index.';

COMMENT ON FUNCTION concordance_index_combine(bytea, bytea)
	IS 'Combine function of the aggregate concordance_index.';

COMMENT ON FUNCTION concordance_index_final(bytea)
	IS 'Final function of the aggregate concordance_index.';

COMMENT ON AGGREGATE concordance_index(double precision, double precision, boolean)
	IS 'How well a score tells who leaves sooner, when some are still there: of all pairs of '
	'which is known who left sooner, the share in which they had the higher score, equal '
	'scores counting half (Harrell''s C). That is known of one who left and one who was seen '
	'longer, or as long without leaving; not of two who left at the same time. 0.5 is no '
	'better than chance, 1 is perfect, below 0.5 the score should be turned round, as must '
	'be one that says how long customers stay. Only the order of the scores counts, so that '
	'infinite ones will do, too. Durations that differ by rounding alone are one, as of '
	'survival_curve. It is what R''s concordance(Surv(duration, churned) ~ score, reverse = '
	'TRUE) has. Exact up to 4,294,967,295 customers, and the same for every order of the '
	'rows. Rows with a NULL are left out; NULL where no pair can be compared. Errors: 22023 '
	'for a score NaN, or a duration that is negative or not finite. Source: Harrell, Califf, '
	'Pryor, Lee, Rosati (1982); Harrell, Lee, Mark (1996).';

COMMENT ON AGGREGATE concordance_index(double precision, double precision, double precision,
		boolean)
	IS 'As concordance_index(score, duration, churned), of customers who came under '
	'observation at entry: who left is compared with those who were at risk then, having '
	'entered before. Errors: as there, and 22023 for an entry that is negative or not before '
	'the duration, but for rounding.';

COMMENT ON AGGREGATE retention(VARIADIC boolean[])
	IS 'Who met the first condition, and which others: retention(day = ''2026-01-01'', day = '
	''
	'''2026-01-02'', day = ''2026-01-08'') of each customer says whether they came on the '
	'first day, on that and the next, and on that and a week later. One element for each '
	'condition, up to 32: the first is whether some row met the first condition, each other one '
	'whether some row met the first and some row, not necessarily the same, met this one. In which '
	'order does not matter: see window_funnel. A NULL condition is not met. NULL without a row. '
	'Errors: 22023 for more conditions, or rows with different numbers of them.';

COMMENT ON AGGREGATE window_funnel(interval, date, VARIADIC boolean[])
	IS 'As window_funnel(within, ts, conditions) of timestamps, for days. Error 22023 for a window '
	'above 0 and below a day, too.';

COMMENT ON AGGREGATE window_funnel_times(interval, date, VARIADIC boolean[])
	IS 'As window_funnel_times(within, ts, conditions) of timestamps, for days. Error 22023 for a '
	'window above 0 and below a day, too.';

COMMENT ON AGGREGATE window_funnel(interval, timestamp, VARIADIC boolean[])
	IS 'How far a customer went: the most steps, in their order, that some chain of their events '
	'has. window_funnel(''1 hour'', at, action = ''view'', action = ''basket'', action = '
	''
	'''order'') is 3 when an order followed a basket that followed a view, the order at '
	'most an hour after the view; 0 when there was no view. Each step is at the time of the one '
	'before or later, and none is more than within behind the first one; one event may be several '
	'steps. All chains are looked at, not only those that begin with the first event. Up to 32 '
	'conditions; a NULL one is not met, a row without a time is left out. The same for every order '
	'of the rows and every plan. 0 without a row. A day is 24 hours; a number without a unit is '
	'seconds: '
	'''30'' is 30 seconds, ''30 days'' is what it says. Errors: 22023 for a window '
	'with months, which differ, or a negative one, for more conditions, or arguments that change '
	'within a group, 22008 for an infinite time, 22004 for a NULL window.';

COMMENT ON AGGREGATE window_funnel_times(interval, timestamp, VARIADIC boolean[])
	IS 'When a customer took the steps of window_funnel: as many times as that is, an empty array '
	'when it is 0. Of several chains with so many steps the one that ends first, of those the one '
	'that begins last, and between the two each step as soon as it can be. Errors: as '
	'window_funnel.';

COMMENT ON COLUMN dropped_range.last_purchase IS 'the day on which they bought the range last';

COMMENT ON COLUMN dropped_range.range_purchases IS 'the number of days on which they bought it';

COMMENT ON COLUMN dropped_range.share
	IS 'the share of those days in all their purchase days from the first to the last of them';

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

CREATE FUNCTION retention_schema() RETURNS text
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT typnamespace::regnamespace::text FROM pg_type WHERE oid = 'purchase_history'::regtype;
	END;

CREATE FUNCTION retention_mart_format_version() RETURNS integer
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT 5;
	END;

CREATE FUNCTION retention_mart_fill(template text, "values" jsonb) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'retention_mart_fill';

CREATE FUNCTION retention_mart_order_values(settings jsonb) RETURNS jsonb
	LANGUAGE SQL STABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT pg_catalog.jsonb_build_object(
		'mart', quote_ident(settings ->> text 'schema_name'),
		'extension', retention_schema(),
		'customer',
		'o.' || quote_ident(settings ->> text 'customer_column')
		|| '::' || (settings ->> text 'customer_type'),
		'ordered_at', 'o.' || quote_ident(settings ->> text 'ordered_at_column'),
		-- the arguments of purchase_history
		'purchase',
		'o.' || quote_ident(settings ->> text 'ordered_at_column')
		|| coalesce('::' || (settings ->> text 'ordered_at_type'), '')
		|| coalesce(', o.' || quote_ident(settings ->> text 'amount_column') || '::numeric', '')
		|| coalesce(', text ' || quote_literal(settings ->> text 'zone'), ''),
		'range', 'o.' || quote_ident(settings ->> text 'range_column') || '::text');
	END;

CREATE FUNCTION retention_mart_values(settings jsonb) RETURNS jsonb
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_mart_order_values(settings) || pg_catalog.jsonb_build_object(
		'customer_type', settings ->> text 'customer_type',

		-- what is read
		'orders', settings ->> text 'source_table',
		'customers', settings ->> text 'customers_table',
		-- whole numbers are compared as they are, so that an index on them is of use
		'customer_key',
		'o.' || quote_ident(settings ->> text 'customer_column')
		|| CASE settings ->> text 'customer_type' WHEN 'bigint' THEN '' ELSE '::text' END,
		'attributes',
		(SELECT string_agg('(' || quote_literal(name) || ', o.' || quote_ident(name) || '::text)',
						   ', ' ORDER BY place)
		 FROM jsonb_array_elements_text(settings -> text 'attribute_columns')
			WITH ORDINALITY AS a(name, place)),
		'read_from', 'date ' || quote_literal(settings ->> text 'read_from'),
		-- the beginning of that day where the orders are
		'read_from_time',
		'timestamp ' || quote_literal(settings ->> text 'read_from')
		|| coalesce(' AT TIME ZONE ' || quote_literal(settings ->> text 'zone'), ''),

		-- as of when, and with which models
		'as_of', as_of,
		'horizon', 'interval ' || quote_literal(settings ->> text 'horizon'),
		'discount_rate', (settings ->> text 'discount_rate') || '::double precision',
		'margin', (settings ->> text 'margin') || '::double precision',
		'base_kind', 'text ' || quote_literal(settings ->> text 'base_kind'),
		'base_model', coalesce(base_model, 'NULL::' || extension || '.retention_model'),
		'cycle_model', coalesce(cycle_model, 'NULL::' || extension || '.retention_model'),
		'spend_model',
		coalesce(quote_literal(settings ->> text 'spend_model'), 'NULL')
		|| '::' || extension || '.retention_model',
		-- the arguments of purchase_cycle behind the history
		'cycle_rule',
		as_of || coalesce(', ' || cycle_model, ''),
		-- and of lifecycle: by the models or, where there are none, by silence
		'lost_rule',
		coalesce(
			cycle_model || ', '
			|| coalesce(base_model, 'NULL::' || extension || '.retention_model') || ', '
			|| lost_probability,
			'interval ' || quote_literal(settings ->> text 'lost_silence')),
		-- what users tell of times; and the arguments behind as_of of fit_season, of fits that only
		-- know that, and of fits of models as of today and as of the hold-out
		'events', coalesce(events, 'NULL::' || extension || '.retention_season'),
		'season_events', coalesce(', ' || events, ''),
		'with_events', coalesce(', double precision ''1'', ' || events, ''),
		'with_season',
		coalesce(', double precision ''1'', ' || quote_literal(settings ->> text 'season')
				 || '::' || extension || '.retention_season', ''),
		'with_holdout_season',
		coalesce(', double precision ''1'', ' || quote_literal(settings ->> text 'holdout_season')
				 || '::' || extension || '.retention_season', '')
		) || pg_catalog.jsonb_build_object(

		-- policy
		'lost_probability', lost_probability,
		'contact_days', settings ->> text 'contact_days',
		'lead_days', settings ->> text 'lead_days',
		'capacity', coalesce(settings ->> text 'capacity', 'ALL'),
		'contact_stages',
		'ARRAY['
		|| (SELECT coalesce(string_agg(quote_literal(stage), ', ' ORDER BY place), '')
			FROM jsonb_array_elements_text(settings -> text 'contact_stages')
				WITH ORDINALITY AS s(stage, place))
		|| ']::text[]',
		'reasons_within', 'interval ' || quote_literal(settings ->> text 'reasons_within'),
		'review_months', settings ->> text 'review_months',
		'review_p_value', 'double precision ' || quote_literal(settings ->> text 'review_p_value'),
		'dropped_p_value',
		'double precision ' || quote_literal(settings ->> text 'dropped_p_value'),
		'trend_within', 'interval ' || quote_literal(settings ->> text 'trend_within'),
		'trend_months', settings ->> text 'trend_months',
		'campaign_days', settings ->> text 'campaign_days',
		'quality_days', settings ->> text 'quality_days',
		'compared_customers', settings ->> text 'compared_customers',
		'forecast_days', settings ->> text 'forecast_days',
		'season_years', 'double precision ' || quote_literal(settings ->> text 'season_years'),
		'season_p_value', 'double precision ' || quote_literal(settings ->> text 'season_p_value'),
		'forecast_level', 'double precision ' || quote_literal(settings ->> text 'forecast_level'))
	FROM (SELECT extension,
			'date ' || quote_literal(settings ->> text 'as_of') AS as_of,
			quote_literal(settings ->> text 'base_model') || '::' || extension
			|| '.retention_model' AS base_model,
			quote_literal(settings ->> text 'cycle_model') || '::' || extension
			|| '.retention_model' AS cycle_model,
			CASE WHEN settings -> text 'events' <> '[]' THEN
				quote_literal(jsonb_build_object('events', settings -> text 'events')::text)
				|| '::' || extension || '.retention_season' END AS events,
			'double precision ' || quote_literal(settings ->> text 'lost_probability')
			AS lost_probability
		  FROM retention_schema() AS extension) AS q;
	END;

COMMENT ON FUNCTION retention_schema() IS 'The schema of the extension, quoted where its name '
	'needs it.';

COMMENT ON FUNCTION retention_mart_format_version() IS 'The version of the tables of a retention '
	'mart, as in its setting format_version: the first refresh after an update of the extension '
	'brings an older mart up to date.';

COMMENT ON FUNCTION retention_mart_fill(text, jsonb) IS 'SQL of a retention mart with its '
	'placeholders filled: for {name} the text of that name in values, an object. In a single pass: '
	'what is filled in is not looked at again. Errors: 22023 for a name without a value.';

COMMENT ON FUNCTION retention_mart_order_values(jsonb) IS 'Of retention_mart_values what the '
	'triggers of a retention mart need.';

COMMENT ON FUNCTION retention_mart_values(jsonb) IS 'What the placeholders in the SQL of a '
	'retention mart stand for, as SQL. settings is that of retention_mart_steps.';

CREATE FUNCTION retention_mart_table_settings()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'settings', NULL,
	 'What the mart was made from, when it was refreshed last, and what you may decide. One row.'),
	('column', 'schema_name', 'text NOT NULL', 'the schema of the mart'),
	('column', 'source_table', 'regclass NOT NULL', 'the orders'),
	('column', 'customer_column', 'text NOT NULL', 'column of the source: who ordered'),
	('column', 'customer_type', 'text NOT NULL',
	 'type of customer_id in the mart: bigint for whole numbers, else text'),
	('column', 'ordered_at_column', 'text NOT NULL', 'column of the source: when'),
	('column', 'amount_column', 'text',
	 'column of the source: for how much; NULL: amounts are not known'),
	('column', 'range_column', 'text', 'column of the source: which range; NULL: none'),
	('column', 'attribute_columns', 'text[] NOT NULL', 'columns that may be reasons to leave'),
	('column', 'customers_table', 'regclass',
	 'where the attribute columns are, one row a customer; NULL: in the orders'),
	('column', 'zone', 'text', 'time zone in which a point in time has its day'),
	('column', 'changes', 'text NOT NULL',
	 'how orders that change come into the mart: trigger, high_water_mark or rebuild'),
	('column', 'overlap', 'interval',
	 'with a high-water mark: how far before the latest order and the last refresh a refresh '
	 'begins to read; else NULL'),
	('column', 'horizon', 'interval NOT NULL', 'how far ahead a customer is valued'),
	('column', 'discount_rate', 'double precision NOT NULL', 'per year'),
	('column', 'margin', 'double precision NOT NULL', 'share of the order value that is earned'),
	('column', 'as_of', 'date', 'the day as of whose end everything is seen'),
	('column', 'refreshed_at', 'timestamptz', 'when the last refresh began'),
	('column', 'partitions', 'oid[]', 'the source and its partitions when it was read in full'),
	('column', 'one', 'boolean PRIMARY KEY DEFAULT true CHECK (one)', 'there is one row only'),
	('column', 'format_version',
	 'integer NOT NULL DEFAULT ' || retention_mart_format_version()::text,
	 'version of the tables of the mart; a refresh brings an older one up to date'),
	('column', 'base_kinds',
	 $sql$text[] NOT NULL DEFAULT '{mbg/nbd,mbg/cnbd-k,zibg/nbd,zibg/cnbd-k,pareto/nbd}'$sql$,
	 'to decide: kinds of models of who is still a customer that are tried, 16 at most; the one '
	 'that tells best what came is chosen: see model_comparison'),
	('column', 'lost_probability',
	 'double precision NOT NULL DEFAULT 0.5 '
	 'CHECK (lost_probability > 0 AND lost_probability < 1)',
	 'to decide: the p_gone from which on a customer is lost'),
	('column', 'lost_silence', $sql$interval NOT NULL DEFAULT '1 year'$sql$,
	 'to decide: the silence after which a customer is lost in lifecycle, where no model could be '
	 'fitted'),
	('column', 'contact_stages',
	 $sql$text[] NOT NULL DEFAULT '{new,active,due,overdue,at_risk}'$sql$,
	 'to decide: stages of who may be on the contact list'),
	('column', 'contact_days', 'integer NOT NULL DEFAULT 7 CHECK (contact_days >= 0)',
	 'to decide: days ahead in which the contact window must have begun of who is on the contact '
	 'list and not overdue'),
	('column', 'reasons_within', $sql$interval NOT NULL DEFAULT '1 year'$sql$,
	 'to decide: how long ago at most those were lost whose reasons are in churn_reasons'),
	('column', 'review_months', 'integer NOT NULL DEFAULT 13 CHECK (review_months >= 0)',
	 'to decide: latest months of monthly_review that get a main reason'),
	('column', 'review_p_value', 'double precision NOT NULL DEFAULT 0.01',
	 'to decide: p-value below which a main reason of a month is none that could be chance'),
	('column', 'dropped_p_value', 'double precision NOT NULL DEFAULT 0.005',
	 'to decide: silence_probability below which a range was dropped'),
	('column', 'trend_within', $sql$interval NOT NULL DEFAULT '3 months'$sql$,
	 'to decide: time whose order values are held against all before'),
	('column', 'trend_months', 'integer NOT NULL DEFAULT 13 CHECK (trend_months >= 0)',
	 'to decide: latest months in spend_trend'),
	('column', 'campaign_days', 'integer NOT NULL DEFAULT 60 CHECK (campaign_days > 0)',
	 'to decide: days after a contact in which purchases count'),
	('column', 'quality_days', 'integer NOT NULL DEFAULT 180 CHECK (quality_days > 0)',
	 'to decide: how many days ago models were fitted that are held to what came; kinds are '
	 'compared by that, too'),
	('column', 'forecast_days', 'integer NOT NULL DEFAULT 30 '
	 'CHECK (forecast_days > 0 AND forecast_days <= quality_days)',
	 'to decide: length in days of the periods of purchase_forecast and purchase_outlook, as many '
	 'as quality_days has'),
	('column', 'lead_days', 'integer NOT NULL DEFAULT 0 CHECK (lead_days >= 0)',
	 'to decide: how many days before their window begins a customer is to be reached: 30, say, '
	 'where yearly contracts are renewed'),
	('column', 'capacity', 'integer CHECK (capacity >= 0)',
	 'to decide: how many customers the contact list has at most, those first with whom a contact '
	 'saves most; NULL: all'),
	('column', 'compared_customers',
	 'integer NOT NULL DEFAULT 200000 CHECK (compared_customers > 0)',
	 'to decide: kinds of models are compared on a sample of about so many customers, by a hash of '
	 'customer_id, where there are more: a comparison takes as long as fitting all kinds'),
	('column', 'forecast_level',
	 'double precision NOT NULL DEFAULT 0.8 CHECK (forecast_level > 0 AND forecast_level < 1)',
	 'to decide: the probability with which the limits of a forecast are to hold'),
	('column', 'events',
	 $sql$jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(events) = 'array')$sql$,
	 'to tell: times in which all customers bought, or will buy, more or less than the season '
	 'tells, both days included: [{"from": "2026-03-16", "until": "2026-05-10", "factor": 0.3}] '
	 'for a lockdown in which three of ten purchases were left, or a strike, a campaign, a moving '
	 'feast. What is missing then is not taken for customers leaving, and forecasts go by it. At '
	 'most 100 events, factors from 0.001, for days on which nobody could buy, to 1000; see '
	 'retention_season'),
	('column', 'season_p_value', 'double precision NOT NULL DEFAULT 0.001',
	 'to decide: p-value below which months that differ are taken for a season, if who will buy is '
	 'told better with it, see season_fit; 0: never'),
	('column', 'season_years', 'double precision NOT NULL DEFAULT 2',
	 'to decide: how many years the log must have for that');
	END;

COMMENT ON FUNCTION retention_mart_table_settings() IS 'The table settings of a retention mart: '
	'name, columns and comments.';

CREATE OR REPLACE FUNCTION retention_html_money(value numeric, currency text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_html_number(value,
				CASE WHEN abs(value) < 100.0 AND value <> 0.0 THEN 2 ELSE 0 END) ||
		   CASE WHEN value IS NULL OR currency = '' THEN ''
				ELSE coalesce('&#160;' || retention_html_text(currency), '') END;
	END;

COMMENT ON FUNCTION retention_html_money(numeric, text) IS
	'An amount as it is read, with its currency, a plain text, below 100 with cents; '
	'a dash for NULL.';

CREATE OR REPLACE FUNCTION retention_html_percent(value double precision, digits integer DEFAULT 0)
	RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_html_number((100::double precision * value)::numeric, digits) ||
		   CASE WHEN value IS NULL THEN '' ELSE '&#160;%' END;
	END;

CREATE OR REPLACE FUNCTION retention_html_count(value bigint, noun text) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_html_number(value::numeric, 0) || ' ' || noun ||
		   CASE value WHEN 1::bigint THEN '' ELSE 's' END;
	END;

CREATE OR REPLACE FUNCTION retention_html_table(caption text, heads text[], body text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<div class="wide" tabindex="0" role="region" aria-label="' ||
		retention_html_text(caption) || '"><table><caption>' ||
		retention_html_text(caption) || '</caption><thead><tr>' ||
		(SELECT string_agg('<th scope="col">' || h || '</th>', '' ORDER BY n)
		 FROM pg_catalog.unnest(heads) WITH ORDINALITY AS u(h, n)) ||
		'</tr></thead><tbody>' || coalesce(body, '') || '</tbody></table></div>';
	END;

COMMENT ON FUNCTION retention_html_table(text, text[], text) IS
	'An HTML table of ready rows, with a plain text as its caption; it scrolls in itself where '
	'it is too wide.';

CREATE OR REPLACE FUNCTION retention_html_row(head text, VARIADIC cells text[]) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<tr><th scope="row">' || coalesce(head, '&#8211;') || '</th>' ||
		(SELECT string_agg('<td>' || coalesce(c, '&#8211;') || '</td>', '' ORDER BY n)
		 FROM pg_catalog.unnest(cells) WITH ORDINALITY AS u(c, n)) || '</tr>';
	END;

CREATE FUNCTION retention_html_section(class text, heading text, note text, body text)
	RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<section' || coalesce(' class="' || class || '"', '') ||
		'><h2>' || heading || '</h2><p class="note">' || note || '</p>' || body || '</section>';
	END;

COMMENT ON FUNCTION retention_html_section(text, text, text, text) IS
	'A section of a page: its class, or NULL for none, its heading, a note below that, and what '
	'is in it.';

CREATE FUNCTION retention_html_figures(tables text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<details><summary>The figures</summary>' || tables || '</details>';
	END;

COMMENT ON FUNCTION retention_html_figures(text) IS
	'The tables behind a picture, to be opened by who wants them.';

CREATE FUNCTION retention_html_legend(colours text[], labels text[]) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<ul class="legend">' ||
		string_agg('<li><i style="background:var(--' || colour || ')"></i>' || label || '</li>',
			'' ORDER BY n) || '</ul>'
	FROM ROWS FROM (pg_catalog.unnest(colours), pg_catalog.unnest(labels))
		 WITH ORDINALITY AS u(colour, label, n);
	END;

COMMENT ON FUNCTION retention_html_legend(text[], text[]) IS
	'The legend of a picture: the names of its colours in the css of the page, and what each '
	'stands for.';

CREATE FUNCTION retention_html_answer(class text, question text, figure text, explanation text)
	RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<div' || coalesce(' class="' || class || '"', '') || '><h2>' || question ||
		'</h2><p class="figure">' || coalesce(figure, '&#8211;') || '</p><p>' || explanation ||
		E'</p></div>\n';
	END;

COMMENT ON FUNCTION retention_html_answer(text, text, text, text) IS
	'A question with its answer: a class, or NULL for none, the question, the figure that '
	'answers it, a dash for NULL, and what is to be said of it.';

CREATE FUNCTION retention_html_month(name text, now text, remark text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<div><dt>' || name || '</dt><dd>' || now ||
		coalesce('<small>' || remark || '</small>', '') || E'</dd></div>\n';
	END;

COMMENT ON FUNCTION retention_html_month(text, text, text) IS
	'A figure of the month: its name, its value, and a remark below it, none for NULL.';

CREATE FUNCTION retention_mart_table_customer_scorecard()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'customer_scorecard', NULL,
	 'One row a customer: their cycle, whether they are still one, what they are worth. As of '
	 'settings.as_of.'),
	('column', 'customer_id', '{customer_type} PRIMARY KEY', 'the customer'),
	('column', 'first_purchase', 'date NOT NULL', 'day of their first purchase'),
	('column', 'last_purchase', 'date NOT NULL', 'day of their latest purchase'),
	('column', 'purchases', 'integer NOT NULL', 'days on which they bought'),
	('column', 'orders', 'bigint NOT NULL', 'their orders'),
	('column', 'spend', 'numeric',
	 'all they spent, refunds taken off, in the money of the orders; NULL if no amount is known'),
	('column', 'average_order_value', 'numeric', 'spend for each order of known amount'),
	('column', 'mean_interval', 'double precision',
	 'days between their purchases; NULL with one'),
	('column', 'pattern', 'text',
	 'clockwork, regular, random or clumpy; NULL with too few purchases'),
	('column', 'interval_trend', 'double precision',
	 'relative change of their intervals per purchase: 0.1 is each a tenth longer than the one '
	 'before'),
	('column', 'elapsed_days', 'integer NOT NULL', 'days since their latest purchase'),
	('column', 'overdue_ratio', 'double precision', 'elapsed days over their mean interval'),
	('column', 'silence_probability', 'double precision',
	 'how probable so long a silence is with their rhythm'),
	('column', 'stage', 'text',
	 'new, active, due, overdue, at_risk or lapsed, by that probability alone; see customer_stage'),
	('column', 'expected_next', 'date',
	 'the day by which they will have bought again with probability one half, if they are still a '
	 'customer'),
	('column', 'contact_from', 'date', 'from this day on they are likely to think of buying'),
	('column', 'contact_until', 'date', 'until this day'),
	('column', 'churn_score', 'double precision',
	 'the probability that they are no customer any more by the model of the base alone, which '
	 'does not know their rhythm; see p_gone'),
	('column', 'lost_on', 'date',
	 'the day on which p_gone reached settings.lost_probability, at first one half; NULL while it '
	 'has not'),
	('column', 'purchases_next_year', 'double precision',
	 'purchases to expect within a year, with the probability that they are still there'),
	('column', 'expected_order_value', 'numeric', 'what their next order will be worth on average'),
	('column', 'clv', 'numeric',
	 'customer lifetime value: margin to expect within the horizon, discounted, with the '
	 'probability that they are still there'),
	('column', 'value_at_risk', 'numeric',
	 'what is lost with the probability that they are gone already; NULL of who is lost: that is '
	 'in lost_customers'),
	('column', 'spend_change', 'double precision',
	 'average order value of the time settings.trend_within, at first three months, against '
	 'before: -0.1 is a tenth less'),
	('column', 'spend_p_value', 'double precision', 'the probability of such a change by chance'),
	('column', 'p_gone', 'double precision',
	 'the probability that they are no customer any more, by their own rhythm and by the model of '
	 'the base together'),
	('column', 'customer_stage', 'text',
	 'new, active, due, overdue, at_risk or lapsed, by p_gone: lapsed is who is lost, at_risk who '
	 'is overdue with half of settings.lost_probability or more'),
	('column', 'value_to_save', 'numeric',
	 'what a contact can save: value_at_risk times the probability that they are still there to '
	 'be reached; NULL of who is lost'),
	('insert in parallel', NULL, $sql$
SELECT customer_id,
       {extension}.first_purchase(h) AS first_purchase,
       {extension}.last_purchase(h) AS last_purchase,
       {extension}.purchase_days(h) AS purchases,
       {extension}.order_count(h) AS orders,
       {extension}.total_spend(h) AS spend,
       {extension}.average_order_value(h) AS average_order_value,
       c.mean_interval,
       c.pattern,
       c.trend AS interval_trend,
       c.elapsed_days,
       c.overdue_ratio,
       c.silence_probability,
       c.stage::text AS stage,
       c.expected_next,
       c.contact_from,
       c.contact_until,
       {extension}.churn_score({base_model}, h, {as_of}) AS churn_score,
       lost_on,
       -- of who is there, times the probability that they are
       {extension}.expected_purchases({base_model}, h, {as_of}, interval '1 year')
           * ((1 - p_gone) / greatest({extension}.p_alive({base_model}, h, {as_of}), 1e-300))
           AS purchases_next_year,
       {extension}.expected_order_value({spend_model}, h, {as_of}) AS expected_order_value,
       {extension}.clv({cycle_model}, {base_model}, {spend_model}, h, {as_of},
                       {horizon}, {discount_rate}, {margin}) AS clv,
       v.value_at_risk,
       t.change AS spend_change,
       t.p_value AS spend_p_value,
       p_gone,
       {extension}.customer_stage(h, {as_of}, {cycle_model}, {base_model},
                                  {lost_probability} / 2, {lost_probability})::text
           AS customer_stage,
       v.value_at_risk * (1 - p_gone)::numeric AS value_to_save
FROM {mart}.customer_history,
     {extension}.as_of(history, {as_of}) AS h,
     {extension}.purchase_cycle(h, {cycle_rule}) AS c,
     {extension}.spend_trend(h, {as_of}, {trend_within}) AS t,
     {extension}.p_gone(h, {as_of}, {cycle_model}, {base_model}) AS p_gone,
     {extension}.lost_on(h, {as_of}, {cycle_model}, {base_model}, {lost_probability}) AS lost_on,
     LATERAL (SELECT CASE WHEN lost_on IS NULL THEN
                     {extension}.value_at_risk({cycle_model}, {base_model}, {spend_model}, h,
                                               {as_of}, {horizon}, {discount_rate}, {margin})
                     END AS value_at_risk
              OFFSET 0) AS v
WHERE {extension}.first_purchase(h) IS NOT NULL$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_contact_list()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'contact_list', NULL,
	 'Who to reach this week, why, and what for: those first with whom a contact saves most.'),
	('column', 'rank', 'integer NOT NULL',
	 '1 for the largest value_to_save, or where amounts are not known purchases_to_save'),
	('column', 'customer_id', '{customer_type} PRIMARY KEY', 'the customer'),
	('column', 'reason', 'text NOT NULL', 'due this week, overdue, or at risk of leaving'),
	('column', 'contact_from', 'date', 'from this day on they are likely to think of buying'),
	('column', 'contact_until', 'date', 'until this day'),
	('column', 'expected_next', 'date',
	 'the day by which they will have bought again with probability one half'),
	('column', 'overdue_ratio', 'double precision',
	 'days since their latest purchase over their mean interval'),
	('column', 'churn_score', 'double precision',
	 'the probability that they are gone already by the model of the base alone'),
	('column', 'clv', 'numeric', 'customer lifetime value'),
	('column', 'value_at_risk', 'numeric',
	 'what is lost with the probability that they are gone'),
	('column', 'value_to_save', 'numeric',
	 'value_at_risk times the probability that they are still there to be reached'),
	('column', 'purchases_to_save', 'double precision',
	 'the same in purchases: those of a year, times the probability that they are gone, times that '
	 'they are still there'),
	('column', 'p_gone', 'double precision',
	 'the probability that they are gone already, by their own rhythm and by the model of the '
	 'base together'),
	('insert', NULL, $sql$
SELECT row_number() OVER (
           ORDER BY value_to_save DESC NULLS LAST, purchases_to_save DESC NULLS LAST, customer_id
       ) AS rank,
       customer_id,
       CASE
           WHEN customer_stage = 'at_risk' THEN 'at risk of leaving'
           WHEN late THEN customer_stage
           WHEN {contact_days} + {lead_days} = 7 THEN 'due this week'
           ELSE 'due in ' || {contact_days} + {lead_days} || ' days'
       END,
       CASE WHEN late THEN least(contact_from, {as_of} + 1) ELSE contact_from END,
       contact_until,
       expected_next,
       overdue_ratio,
       churn_score,
       clv,
       value_at_risk,
       value_to_save,
       purchases_to_save,
       p_gone
FROM {mart}.customer_scorecard,
     -- of who is late the window is now
     LATERAL (SELECT purchases_next_year * p_gone AS purchases_to_save,
                     customer_stage NOT IN ('new', 'active', 'due') AS late) l
WHERE lost_on IS NULL
  AND customer_stage = ANY ({contact_stages})
  AND (late OR contact_from <= {as_of} + {contact_days} + {lead_days})
ORDER BY rank
LIMIT {capacity}$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_lost_customers()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'lost_customers', NULL,
	 'Who is lost, since when, and what that costs: each more likely gone than not. How many are '
	 'lost is in expected_lifecycle.'),
	('column', 'customer_id', '{customer_type} PRIMARY KEY', 'the customer'),
	('column', 'lost_on', 'date NOT NULL',
	 'the day from which on they were more likely gone than not; see settings.lost_probability'),
	('column', 'last_purchase', 'date NOT NULL', 'day of their latest purchase'),
	('column', 'purchases', 'integer NOT NULL', 'days on which they bought'),
	('column', 'spend', 'numeric', 'all they spent'),
	('column', 'value_lost', 'numeric',
	 'what they were worth on the day they were last seen: margin to expect within the horizon, '
	 'discounted'),
	('column', 'p_gone', 'double precision', 'the probability that they are gone'),
	('insert in parallel', NULL, $sql$
SELECT customer_id,
       lost_on,
       last_purchase,
       purchases,
       s.spend,
       {extension}.clv({base_model}, {spend_model}, history, last_purchase,
                       {horizon}, {discount_rate}, {margin}) AS value_lost,
       p_gone
FROM {mart}.customer_scorecard s
     JOIN {mart}.customer_history USING (customer_id)
WHERE lost_on IS NOT NULL$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_dropped_ranges()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'dropped_ranges', NULL, 'Who still buys, but has stopped buying one range.'),
	('column', 'customer_id', '{customer_type}', 'the customer'),
	('column', 'product_range', 'text', 'the range'),
	('column', 'last_purchase', 'date NOT NULL', 'the day on which they bought it last'),
	('column', 'range_purchases', 'integer NOT NULL', 'days on which they bought it'),
	('column', 'share', 'double precision NOT NULL',
	 'the share of these among their purchase days until then'),
	('column', 'purchases_since', 'integer NOT NULL', 'purchase days since, all without it'),
	('column', 'silence_probability', 'double precision NOT NULL',
	 'the probability of that by chance'),
	('column', 'spend_a_year', 'numeric',
	 'what they spent on it in the year up to the last time'),
	('constraint', NULL, 'PRIMARY KEY (customer_id, product_range)', NULL),
	('needs', 'range_column', NULL, NULL),
	('insert in parallel', NULL, $sql$
SELECT customer_id,
       product_range,
       d.last_purchase,
       d.range_purchases,
       d.share,
       d.purchases_since,
       d.silence_probability,
       {extension}.total_spend({extension}.slice(
           r.history, daterange(d.last_purchase - 364, d.last_purchase, '[]'))) AS spend_a_year
FROM {mart}.range_history r
     JOIN {mart}.customer_history c USING (customer_id)
     JOIN {mart}.customer_scorecard s USING (customer_id),
     {extension}.dropped_range(r.history, c.history, {as_of}) d
WHERE s.lost_on IS NULL
  AND d.silence_probability < {dropped_p_value}$sql$, NULL);
	END;

COMMENT ON FUNCTION retention_mart_table_customer_scorecard() IS 'The table customer_scorecard of '
	'a retention mart: name, columns, comments and how it is written.';

COMMENT ON FUNCTION retention_mart_table_contact_list() IS 'The table contact_list of a retention '
	'mart: name, columns, comments and how it is written.';

COMMENT ON FUNCTION retention_mart_table_lost_customers() IS 'The table lost_customers of a '
	'retention mart: name, columns, comments and how it is written.';

COMMENT ON FUNCTION retention_mart_table_dropped_ranges() IS 'The table dropped_ranges of a '
	'retention mart: name, columns, comments and how it is written.';

CREATE FUNCTION retention_mart_table_cohorts()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'cohorts', NULL, 'Customers by the month in which they came, month by month since.'),
	('column', 'cohort', 'date', 'first day of the month of their first purchase'),
	('column', 'period', 'integer', 'months since'),
	('column', 'eligible', 'bigint NOT NULL', 'customers of the cohort'),
	('column', 'active', 'bigint NOT NULL', 'how many of them bought in the month'),
	('column', 'rate', 'double precision NOT NULL', 'the share of them that did'),
	('column', 'active_on_or_after', 'bigint NOT NULL',
	 'how many of them bought in the month or later'),
	('column', 'rate_on_or_after', 'double precision NOT NULL', 'the share of them that did'),
	('column', 'orders', 'bigint NOT NULL', 'their orders in the month'),
	('column', 'spend', 'numeric', 'what they spent in it, refunds taken off'),
	('constraint', NULL, 'PRIMARY KEY (cohort, period)', NULL),
	('insert in parallel', NULL, $sql$
SELECT cohort, period, eligible, active, rate, active_on_or_after, rate_on_or_after, orders, spend
FROM unnest((SELECT {extension}.cohort_retention(history, text 'month', {as_of})
             FROM {mart}.customer_history))$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_retention_curve()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'retention_curve', NULL,
	 'All cohorts together: what share buys so many months after the first purchase.'),
	('column', 'period', 'integer PRIMARY KEY', 'months since the first purchase'),
	('column', 'cohorts', 'bigint NOT NULL', 'cohorts that have been seen so long'),
	('column', 'eligible', 'bigint NOT NULL', 'their customers'),
	('column', 'active', 'bigint NOT NULL', 'how many of them bought in the month'),
	('column', 'rate', 'double precision NOT NULL', 'the share of them that did'),
	('column', 'lower', 'double precision NOT NULL',
	 'lower limit of the rate, 95 percent confidence'),
	('column', 'upper', 'double precision NOT NULL', 'upper limit of the rate'),
	('column', 'rate_on_or_after', 'double precision NOT NULL',
	 'the share that bought in the month or later'),
	('insert in parallel', NULL, $sql$
SELECT period, cohorts, eligible, active, rate, lower, upper, rate_on_or_after
FROM unnest((SELECT {extension}.retention_curve(history, text 'month', {as_of})
             FROM {mart}.customer_history))$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_survival()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'survival', NULL,
	 'What share of the customers stays longer than so many days (Kaplan-Meier).'),
	('column', 'days', 'integer PRIMARY KEY', 'days since the first purchase'),
	('column', 'at_risk', 'bigint NOT NULL', 'customers seen so long who had not been lost'),
	('column', 'churned', 'bigint NOT NULL', 'how many of them were lost then'),
	('column', 'survival', 'double precision NOT NULL', 'the share that stays longer'),
	('column', 'lower', 'double precision',
	 'lower limit of the share, 95 percent confidence; NULL before anybody was lost'),
	('column', 'upper', 'double precision', 'upper limit of the share'),
	('insert', NULL, $sql$
SELECT duration, at_risk, churned, survival, lower, upper
FROM unnest((SELECT {extension}.survival_curve(
                        (coalesce(lost_on, {as_of}) - first_purchase)::double precision,
                        lost_on IS NOT NULL)
             FROM {mart}.customer_scorecard))$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_lifecycle()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'lifecycle', NULL,
	 'Who came, stayed, fell silent, came back and gave an alarm, month by month: customers = '
	 'those of the month before + new + recovered - lost. How many were lost is in '
	 'expected_lifecycle.'),
	('column', 'month', 'date PRIMARY KEY', 'first day of the month'),
	('column', 'new', 'bigint NOT NULL', 'customers who bought for the first time'),
	('column', 'retained', 'bigint NOT NULL', 'who bought, and in the month before, too'),
	('column', 'resurrected', 'bigint NOT NULL',
	 'who bought, and earlier, but not in the month before'),
	('column', 'active', 'bigint NOT NULL', 'all who bought'),
	('column', 'dormant', 'bigint NOT NULL',
	 'who bought in the month before, but not in this one'),
	('column', 'lost', 'bigint NOT NULL',
	 'alarms: who became more likely gone than not in the month. That is more than were lost: many '
	 'come back, see recovered'),
	('column', 'recovered', 'bigint NOT NULL', 'purchases of customers after such an alarm'),
	('column', 'customers', 'bigint NOT NULL',
	 'customers at the end of the month of whom there is no alarm'),
	('column', 'repeat_rate', 'double precision',
	 'the share of the active who had bought in an earlier month'),
	('column', 'retention_rate', 'double precision',
	 'the share of those active in the month before who were active again'),
	('column', 'churn_rate', 'double precision',
	 'alarms as a share of the customers at the beginning of the month'),
	('column', 'orders', 'bigint NOT NULL', 'orders in the month'),
	('column', 'spend', 'numeric', 'what was spent in it, refunds taken off'),
	('insert in parallel', NULL, $sql$
SELECT period AS month, new, retained, resurrected, active, dormant, lost, recovered, customers,
       repeat_rate, retention_rate, churn_rate, orders, spend
FROM unnest((SELECT {extension}.lifecycle(history, text 'month', {as_of}, {lost_rule})
             FROM {mart}.customer_history))$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_expected_lifecycle()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'expected_lifecycle', NULL,
	 'How many customers there were, came and were lost, month by month, as the models expect '
	 'it: customers = those of the month before + new - lost. Each month as known at its end.'),
	('column', 'month', 'date PRIMARY KEY', 'first day of the month'),
	('column', 'new', 'bigint NOT NULL', 'customers who bought for the first time'),
	('column', 'customers', 'double precision NOT NULL',
	 'customers at its end: the sum of the probabilities that they are still there'),
	('column', 'lost', 'double precision NOT NULL',
	 'customers who were lost in it, in balance with who came back'),
	('column', 'churn_rate', 'double precision',
	 'lost as a share of the customers at the beginning of the month'),
	('insert in parallel', NULL, $sql$
SELECT period AS month, new, customers, lost, churn_rate
FROM unnest((SELECT {extension}.expected_lifecycle(history, text 'month', {as_of}, {cycle_model},
                                                   {base_model})
             FROM {mart}.customer_history
             WHERE {cycle_model} IS NOT NULL))$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_churn_reasons()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'churn_reasons', NULL,
	 'What those lost within settings.reasons_within, at first twelve months, have in common, the '
	 'surest first: a p_value below 0.05 is hardly chance.'),
	('column', 'attribute', 'text NOT NULL', 'name of the attribute'),
	('column', 'value', 'text', 'its value; NULL when not known'),
	('column', 'customers', 'bigint NOT NULL', 'customers with it'),
	('column', 'churned', 'bigint NOT NULL', 'how many of them were lost'),
	('column', 'churn_rate', 'double precision NOT NULL', 'the share of them that was'),
	('column', 'lower', 'double precision NOT NULL',
	 'lower limit of the share, 95 percent confidence'),
	('column', 'upper', 'double precision NOT NULL', 'upper limit of the share'),
	('column', 'lift', 'double precision', 'the share as a multiple of that of all customers'),
	('column', 'p_value', 'double precision NOT NULL',
	 'the probability of so uneven a split by chance, corrected for the number of values'),
	('needs', 'attribute_columns', NULL, NULL),
	('insert', NULL, $sql$
SELECT attribute, value, customers, churned, churn_rate, lower, upper, lift, p_value
FROM unnest((SELECT {extension}.churn_drivers(lost_on IS NOT NULL, attributes)
             FROM {mart}.customer_scorecard
                  JOIN (SELECT customer_id, jsonb_object_agg(attribute, value) AS attributes
                        FROM {mart}.customer_attribute
                        GROUP BY 1) a USING (customer_id)
             WHERE lost_on IS NULL
                OR lost_on > {as_of} - {reasons_within}))$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_spend_trend()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'spend_trend', NULL,
	 'The average order value month by month, and whether that of the time settings.trend_within, '
	 'at first three months, differs from before.'),
	('column', 'month', 'date PRIMARY KEY', 'first day of the month'),
	('column', 'orders', 'bigint NOT NULL', 'orders in the month'),
	('column', 'average_order_value', 'numeric', 'what was spent in it for each of them'),
	('column', 'change', 'double precision',
	 'the time trend_within up to its end against all before: -0.1 is a tenth less'),
	('column', 'p_value', 'double precision', 'the probability of such a change by chance'),
	('insert in parallel', NULL, $sql$
SELECT l.month,
       l.orders,
       l.spend / nullif(l.orders, 0) AS average_order_value,
       (t).change,
       (t).p_value
FROM {mart}.lifecycle l
     JOIN (SELECT m::date AS month,
                  {extension}.overall_spend_trend(
                      history,
                      (m + interval '1 month' - interval '1 day')::date,
                      {trend_within}) AS t
           FROM {mart}.customer_history,
                -- months that are over
                generate_series(date_trunc('month', ({as_of} + 1)::timestamp)
                                    - {trend_months} * interval '1 month',
                                date_trunc('month', ({as_of} + 1)::timestamp) - interval '1 month',
                                interval '1 month') AS m
           GROUP BY m) s USING (month)$sql$, NULL);
	END;

COMMENT ON FUNCTION retention_mart_table_cohorts() IS 'The table cohorts of a retention mart: '
	'name, columns, comments and how it is written.';

COMMENT ON FUNCTION retention_mart_table_retention_curve() IS 'The table retention_curve of a '
	'retention mart: name, columns, comments and how it is written.';

COMMENT ON FUNCTION retention_mart_table_survival() IS 'The table survival of a retention mart: '
	'name, columns, comments and how it is written.';

COMMENT ON FUNCTION retention_mart_table_lifecycle() IS 'The table lifecycle of a retention mart: '
	'name, columns, comments and how it is written.';

COMMENT ON FUNCTION retention_mart_table_expected_lifecycle() IS 'The table expected_lifecycle of '
	'a retention mart: name, columns, comments and how it is written.';

COMMENT ON FUNCTION retention_mart_table_churn_reasons() IS 'The table churn_reasons of a '
	'retention mart: name, columns, comments and how it is written.';

COMMENT ON FUNCTION retention_mart_table_spend_trend() IS 'The table spend_trend of a retention '
	'mart: name, columns, comments and how it is written.';

CREATE FUNCTION retention_mart_table_model()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'model', NULL,
	 'Models fitted at each refresh: what customers are like. See the view model_fits for plain '
	 'columns.'),
	('column', 'fitted_on', 'date', 'as of which day'),
	('column', 'kind', 'text', 'kind of model'),
	('column', 'model', '{extension}.retention_model NOT NULL', 'the model itself'),
	('column', 'log_likelihood', 'double precision', 'logarithm of its likelihood'),
	('column', 'aic', 'double precision',
	 'Akaike''s criterion: less is better, among models of who is still a customer'),
	('column', 'converged', 'boolean NOT NULL',
	 'false when the likelihood rises toward a limit of the parameters, or does not tell them'),
	('column', 'chosen', 'boolean NOT NULL DEFAULT false',
	 'the mart uses it: it was fitted at the last refresh, and chosen by chosen_by'),
	('column', 'holdout_gini', 'double precision',
	 'of models of what orders are worth: fitted settings.quality_days ago, how well did their '
	 'values times the purchases to expect rank customers by what they spent since? The '
	 'normalized Gini coefficient: 1 like that itself, 0 like chance; the one with more is chosen'),
	('column', 'holdout_error', 'double precision',
	 'the mean absolute error of that, in the money of the orders: of equal ones the one with less '
	 'is chosen'),
	('column', 'not_valued', 'bigint',
	 'of models of what orders are worth: customers to whom it gives no value'),
	('column', 'chosen_by', 'text',
	 'by what it was chosen. Of models of who is still a customer: log_loss, what came in a '
	 'hold-out, see model_comparison; aic where that tells nothing. Of models of what orders are '
	 'worth: holdout_gini; not_valued where that tells nothing. NULL: not chosen, or there was no '
	 'other'),
	('column', 'chosen_because', 'text',
	 'of the model of who is still a customer that was chosen: why, in a sentence or two'),
	('constraint', NULL, 'PRIMARY KEY (fitted_on, kind)', NULL);
	END;

CREATE FUNCTION retention_mart_table_model_fits()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('view', 'model_fits', $sql$
SELECT fitted_on, kind, {extension}.parameters(model)::text AS parameters,
       log_likelihood, aic, converged, chosen, holdout_gini, holdout_error, not_valued,
       chosen_by, chosen_because, {extension}.season(model) IS NOT NULL AS with_season
FROM {mart}.model$sql$,
	 'The history of the fits in plain columns.'),
	('column', 'fitted_on', NULL, 'as of which day'),
	('column', 'kind', NULL, 'kind of model'),
	('column', 'parameters', NULL, 'its parameters, as JSON'),
	('column', 'log_likelihood', NULL, 'logarithm of its likelihood'),
	('column', 'aic', NULL, 'Akaike''s criterion: less is better'),
	('column', 'converged', NULL,
	 'false when the likelihood rises toward a limit of the parameters, or does not tell them'),
	('column', 'chosen', NULL, 'the mart uses it'),
	('column', 'holdout_gini', NULL,
	 'how well customers are ranked by what they spent after the hold-out began: more is better'),
	('column', 'holdout_error', NULL, 'the mean absolute error of that'),
	('column', 'not_valued', NULL, 'customers to whom it gives no value'),
	('column', 'chosen_by', NULL, 'by what it was chosen: log_loss, aic, holdout_gini, not_valued'),
	('column', 'chosen_because', NULL, 'why, in a sentence or two'),
	('column', 'with_season', NULL,
	 'it goes by a season, or by the events in the settings: see season_fit');
	END;

CREATE FUNCTION retention_mart_table_model_comparison()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'model_comparison', NULL,
	 'Which kind of model tells best who is still a customer: what each would have said before a '
	 'hold-out, and what came; beside them plain rules. A row a kind and refresh; see '
	 'compare_models.'),
	('column', 'as_of', 'date', 'last day of the hold-out'),
	('column', 'kind', 'text', 'kind of model, one of settings.base_kinds; or a plain rule'),
	('column', 'chosen', 'boolean NOT NULL DEFAULT false',
	 'the mart used it as of that day, fitted to all that was known then'),
	('column', 'preference', 'integer',
	 'the order in which kinds are tried on all that was known: those that converged, or in which '
	 'nobody leaves, come first, of these the one with the least log_loss to six digits, then aic. '
	 'NULL for rules, and where the hold-out tells nothing'),
	('column', 'holdout_days', 'integer NOT NULL',
	 'days of the hold-out: settings.quality_days, but at most a third of those since the first '
	 'purchase'),
	('column', 'all_customers', 'bigint NOT NULL',
	 'customers who had bought when the hold-out began'),
	('column', 'customers', 'bigint NOT NULL',
	 'how many of them were compared: all, or a sample of about settings.compared_customers'),
	('column', 'left_out', 'bigint NOT NULL',
	 'customers, of the sample, who came within the hold-out, of whom nothing could be said'),
	('column', 'sampled', 'bigint NOT NULL',
	 'how many of customers the figures are of: all, or, of several million, fewer'),
	('column', 'log_likelihood', 'double precision',
	 'of the model as fitted to what was known when the hold-out began; NULL of a rule'),
	('column', 'aic', 'double precision', 'its aic; NULL of a rule'),
	('column', 'converged', 'boolean',
	 'false when its likelihood rises toward a limit of the parameters, or does not tell them; '
	 'NULL of a rule'),
	('column', 'at_limit', 'text',
	 'the limit at which the model ended, in words: that nobody leaves or all are alike is an '
	 'answer, that all leave at once is none; NULL inside the '
	 'parameter space, and of a rule'),
	('column', 'log_loss', 'double precision',
	 'mean of minus the logarithm of the probability given to what came, a purchase in the '
	 'hold-out or none: less is better; NULL where all bought, or nobody did'),
	('column', 'brier_score', 'double precision',
	 'mean squared error of the probability of a purchase in the hold-out'),
	('column', 'roc_auc', 'double precision',
	 'the probability that who bought in the hold-out had been given a higher one than who did '
	 'not'),
	('column', 'expected', 'double precision', 'purchases expected in the hold-out'),
	('column', 'actual', 'bigint NOT NULL', 'purchases in it, by the same customers'),
	('column', 'mean_absolute_error', 'double precision',
	 'mean absolute error of the purchases expected of a customer'),
	('column', 'rank', 'integer', '1 for the least log_loss, rules included'),
	('constraint', NULL, 'PRIMARY KEY (as_of, kind)', NULL);
	END;

CREATE FUNCTION retention_mart_model_use(kind text) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT coalesce(
		(SELECT CASE k.fitted_to
					WHEN 'intervals' THEN 'cycle_model'
					WHEN 'spend' THEN 'spend_model'
					WHEN 'amounts' THEN 'spend_model'
				END
		 FROM model_kinds() AS k
		 WHERE k.kind = $1),
		'base_model');
	END;

CREATE FUNCTION retention_mart_values_compared()
	RETURNS TABLE (step integer, name text, optional boolean, template text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	(1, 'compare values', true, $sql$CREATE UNLOGGED TABLE {mart}.next_sample AS
SELECT {extension}.as_of(history, {as_of} - {quality_days}) AS past,
       greatest({extension}.total_spend({extension}.slice(
           history, daterange({as_of} - {quality_days} + 1, {as_of}, '[]'))), 0) AS spent
FROM {mart}.customer_history,
     (SELECT count(*) / 50000 + 1 AS parts FROM {mart}.customer_history) c
WHERE hashtextextended(customer_id::text, 0) % parts = 0
  AND {extension}.as_of(history, {as_of} - {quality_days}) IS NOT NULL;
CREATE UNLOGGED TABLE {mart}.next_model AS
SELECT kind, use, {extension}.fit_model(kind, past, {as_of} - {quality_days}) AS m
FROM {mart}.model,
     {extension}.retention_mart_model_use(kind) AS use,
     {mart}.next_sample
WHERE fitted_on = {as_of}
  AND (use = 'spend_model'
       OR use = 'base_model' AND chosen AND NOT {extension}.retention_mart_takes_season(kind))
GROUP BY kind, use
UNION ALL
SELECT kind, use, {extension}.fit_model(
           kind, past, {as_of} - {quality_days}{with_holdout_season})
FROM {mart}.model,
     {extension}.retention_mart_model_use(kind) AS use,
     {mart}.next_sample
WHERE fitted_on = {as_of}
  AND use = 'base_model' AND chosen AND {extension}.retention_mart_takes_season(kind)
GROUP BY kind, use;
CREATE UNLOGGED TABLE {mart}.next_value AS
SELECT s.kind, coalesce(spent, 0) AS spent,
       coalesce(purchases * {extension}.expected_order_value(
           s.m, past, {as_of} - {quality_days})::double precision, 0) AS expected
FROM (SELECT past, spent, {extension}.expected_purchases(
             m, past, {as_of} - {quality_days}, {quality_days} * interval '1 day') AS purchases
      FROM {mart}.next_sample, {mart}.next_model
      WHERE use = 'base_model'
      OFFSET 0) b,
     {mart}.next_model s
WHERE s.use = 'spend_model';
UPDATE {mart}.model
SET holdout_gini = gini,
    holdout_error = error
FROM (SELECT kind AS of_kind,
             sum(spent * (expected_place - customers - 1))
                 / nullif(sum(spent * (spent_place - customers - 1)), 0) AS gini,
             avg(abs(expected::numeric - spent)) AS error
      FROM (SELECT kind, spent, expected, count(*) OVER k AS customers,
                   rank() OVER by_spent + count(*) OVER by_spent AS spent_place,
                   rank() OVER by_expected + count(*) OVER by_expected AS expected_place
            FROM {mart}.next_value
            WINDOW k AS (PARTITION BY kind),
                   by_spent AS (PARTITION BY kind ORDER BY spent),
                   by_expected AS (PARTITION BY kind ORDER BY expected)) p
      GROUP BY kind) r
WHERE fitted_on = {as_of}
  AND kind = of_kind;
DROP TABLE {mart}.next_sample, {mart}.next_model, {mart}.next_value$sql$),
	-- by a model with a mean everybody has a value
	(2, 'choose values', false, $sql$UPDATE {mart}.model
SET not_valued = CASE
        WHEN {extension}.parameter(model, 'q') > 1 THEN 0
        ELSE (SELECT count(*)
              FROM {mart}.customer_history
              WHERE {extension}.as_of(history, {as_of}) IS NOT NULL
                AND {extension}.expected_order_value(model, history, {as_of}) IS NULL)
    END
WHERE fitted_on = {as_of}
  AND {extension}.retention_mart_model_use(kind) = 'spend_model';
UPDATE {mart}.model
SET chosen = kind = best,
    chosen_by = CASE WHEN kind = best AND kinds > 1 THEN
                    CASE WHEN holdout_gini IS NULL THEN 'not_valued' ELSE 'holdout_gini' END
                END
FROM (SELECT kind AS best, count(*) OVER () AS kinds
      FROM {mart}.model
      WHERE fitted_on = {as_of}
        AND {extension}.retention_mart_model_use(kind) = 'spend_model'
      ORDER BY holdout_gini DESC NULLS LAST, holdout_error, not_valued, kind DESC
      LIMIT 1) b
WHERE fitted_on = {as_of}
  AND {extension}.retention_mart_model_use(kind) = 'spend_model'$sql$);
	END;

CREATE FUNCTION retention_mart_compared_kinds(settings jsonb) RETURNS text[]
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	-- compare_models takes no more than 16
	SELECT (pg_catalog.array_agg(b.kind ORDER BY b.place))[1:16]
	FROM (SELECT t.kind, min(t.place) AS place
		  FROM jsonb_array_elements_text(settings -> text 'base_kinds')
				WITH ORDINALITY AS t(kind, place)
		  GROUP BY t.kind) AS b
		 JOIN model_kinds() AS k ON k.kind = regexp_replace(b.kind, text '-[0-9]+$', text '-k')
	WHERE k.fitted_to IN (text 'recency', text 'opportunities');
	END;

CREATE FUNCTION retention_mart_takes_season(kind text) RETURNS boolean
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT EXISTS (
		SELECT
		FROM model_kinds() AS k
		WHERE k.kind = regexp_replace($1, text '-[0-9]+$', text '-k')
		  AND k.fitted_to IN (text 'intervals', text 'recency'));
	END;

CREATE FUNCTION retention_mart_fit_holds(converged boolean, at_limit text) RETURNS boolean
	LANGUAGE SQL IMMUTABLE PARALLEL SAFE
	BEGIN ATOMIC
	SELECT CASE WHEN converged IS NOT NULL THEN converged
		OR at_limit IS NOT NULL
			AND NOT regexp_split_to_array(at_limit, text ', ')
				&& ARRAY['all leave at once', 'all come once', 'all buy always or never',
					'purchase rates as different as can be'] END;
	END;

CREATE FUNCTION retention_mart_comparing(settings jsonb)
	RETURNS TABLE (step integer, name text, optional boolean, template text, more jsonb)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT 27, 'empty comparison', false,
		   'DELETE FROM {mart}.model_comparison WHERE as_of = {as_of}', jsonb '{}'
	UNION ALL
	SELECT 28, 'compare models', true, $sql$INSERT INTO {mart}.model_comparison (
    as_of, kind, preference, holdout_days, all_customers, customers, left_out, sampled,
    log_likelihood, aic, converged, at_limit, log_loss, brier_score, roc_auc, expected, actual,
    mean_absolute_error, rank)
SELECT {as_of},
       kind,
       CASE WHEN converged IS NOT NULL AND log_loss IS NOT NULL THEN
           row_number() OVER (
               PARTITION BY converged IS NULL
               ORDER BY {extension}.retention_mart_fit_holds(converged, at_limit) IS NOT TRUE,
                        round(log_loss::numeric, 6), aic, kind)
       END,
       days, all_customers, customers, left_out, sampled,
       log_likelihood, aic, converged, at_limit, log_loss, brier_score, roc_auc, expected, actual,
       mean_absolute_error, rank
FROM (SELECT days, all_customers,
             {extension}.compare_models(history, {as_of}, make_interval(days => days),
                                        {kinds}{if_seasonal}) AS compared
      FROM {mart}.customer_history,
           (SELECT days, count(*) AS all_customers,
                   trunc(least({compared_customers} / count(*)::numeric, 1)
                         * 9223372036854775807)::bigint AS hash_until
            FROM {mart}.customer_history,
                 (SELECT least({quality_days},
                               ({as_of} - min({extension}.first_purchase(history))) / 3) AS days
                  FROM {mart}.customer_history) d
            WHERE days >= 7
              AND {extension}.first_purchase(history) <= {as_of} - days
            GROUP BY days) c
      WHERE hashtextextended(customer_id::text, 0) & 9223372036854775807 <= hash_until
      GROUP BY days, all_customers) s,
     unnest(compared) r$sql$,
		   pg_catalog.jsonb_build_object('kinds',
				'ARRAY['
				|| (SELECT string_agg(quote_literal(k), ', ') FROM pg_catalog.unnest(q.kinds) AS k)
				|| ']::text[]',
				'if_seasonal',
				CASE WHEN (SELECT bool_and(retention_mart_takes_season(k))
						   FROM pg_catalog.unnest(q.kinds) AS k)
					 THEN retention_mart_values(settings) ->> text 'with_events' ELSE '' END)
	FROM (SELECT retention_mart_compared_kinds(settings) AS kinds) AS q
	WHERE q.kinds IS NOT NULL;
	END;

CREATE FUNCTION retention_mart_choice() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$UPDATE {mart}.model
SET chosen = fitted_on = {as_of}
	AND kind IN (
		SELECT DISTINCT ON (use) m.kind
		FROM {mart}.model m
		     LEFT JOIN {mart}.model_comparison c ON c.as_of = m.fitted_on AND c.kind = m.kind,
		     {extension}.retention_mart_model_use(m.kind) AS use
		WHERE m.fitted_on = {as_of}
		ORDER BY use,
		         {extension}.retention_mart_fit_holds(m.converged, {extension}.at_limit(m.model))
		             IS NOT TRUE,
		         c.preference, m.aic, m.kind);
UPDATE {mart}.model_comparison
SET chosen = true
FROM {mart}.model m
WHERE as_of = {as_of}
  AND m.chosen
  AND m.kind = model_comparison.kind;
UPDATE {mart}.model
SET chosen_by = CASE WHEN own_loss IS NOT NULL AND compared > 1 THEN 'log_loss'
                     WHEN fitted > 1 THEN 'aic' END,
    chosen_because =
        CASE
            WHEN own_loss IS NOT NULL THEN
                CASE WHEN compared = 1 THEN 'No other kind was compared. Who'
                     WHEN own_loss = least_loss THEN 'It told best who'
                     ELSE 'Of those that converged it told best who' END
                || ' of ' || to_char(customers, 'FM999,999,999,990')
                || ' customers would buy in the ' || days || ' days until ' || day
                || ': log loss ' || to_char(own_loss, 'FM9990.0000')
                || coalesce('; ' || others, '') || '.'
                || CASE WHEN rule_loss < own_loss THEN ' A plain rule told better: '
                            || rule || ', ' || to_char(rule_loss, 'FM9990.0000') || '.'
                        WHEN rule_loss IS NOT NULL THEN ' The best plain rule, ' || rule || ', has '
                            || to_char(rule_loss, 'FM9990.0000') || '.'
                        ELSE '' END
            ELSE
                CASE WHEN fitted = 1 THEN 'No other kind could be fitted'
                     WHEN aic = least_aic THEN 'It fits the past best, by aic'
                     ELSE 'Of those that converged it fits the past best, by aic' END
                || CASE WHEN days IS NULL THEN ': too little is known to tell by what came since.'
                        ELSE ': in the ' || days || ' days until ' || day
                            || ' all customers bought, or none did.' END
        END
FROM to_char({as_of}, 'FMDD FMMonth YYYY') AS day,
     (SELECT count(*) AS fitted, min(aic) AS least_aic
      FROM {mart}.model
      WHERE fitted_on = {as_of}
        AND {extension}.retention_mart_model_use(kind) = 'base_model') f,
     (SELECT max(holdout_days) AS days, max(customers) AS customers, count(preference) AS compared,
             min(loss) FILTER (WHERE chosen) AS own_loss,
             min(loss) FILTER (WHERE converged IS NOT NULL) AS least_loss,
             string_agg(kind || ' ' || to_char(loss, 'FM9990.0000')
                        || CASE WHEN {extension}.retention_mart_fit_holds(converged, at_limit)
                                THEN '' ELSE ' (not converged)' END,
                        ', ' ORDER BY preference)
                 FILTER (WHERE preference IS NOT NULL AND NOT chosen) AS others,
             (array_agg(kind ORDER BY loss, kind) FILTER (WHERE converged IS NULL))[1] AS rule,
             min(loss) FILTER (WHERE converged IS NULL) AS rule_loss
      FROM (SELECT holdout_days, customers, preference, chosen, converged, at_limit, kind,
                   round(log_loss::numeric, 6) AS loss
            FROM {mart}.model_comparison
            WHERE as_of = {as_of}) r) c
WHERE fitted_on = {as_of}
  AND chosen
  AND {extension}.retention_mart_model_use(kind) = 'base_model'$sql$;
	END;

CREATE FUNCTION retention_mart_fits(settings jsonb)
	RETURNS TABLE (step integer, name text, optional boolean, template text, more jsonb)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	WITH preferred AS (
		SELECT kind, place
		FROM jsonb_array_elements_text(settings -> text 'preferred')
			WITH ORDINALITY AS p(kind, place)),
	tried AS (
		SELECT kind, min(place) AS place, bool_or(if_needed) AS if_needed
		FROM (SELECT kind,
					 CASE fitted_to WHEN 'intervals' THEN 0::bigint
								   ELSE 1000000::bigint END AS place,
					 false AS if_needed
			  FROM model_kinds()
			  WHERE fitted_to = text 'intervals'
				 OR fitted_to IN (text 'spend', text 'amounts')
					AND (settings ->> text 'amount_column') IS NOT NULL
			  UNION ALL
			  SELECT p.kind, p.place, true
			  FROM preferred AS p
			  UNION ALL
			  SELECT b.kind, 1000::bigint + b.place, false
			  FROM jsonb_array_elements_text(settings -> text 'base_kinds')
					WITH ORDINALITY AS b(kind, place)
			  WHERE b.kind IS NOT NULL
				AND NOT EXISTS (SELECT FROM preferred AS p WHERE p.kind = b.kind)) AS k
		GROUP BY kind)
	SELECT 29, 'empty models', false, 'DELETE FROM {mart}.model WHERE fitted_on = {as_of}',
		   jsonb '{}'
	UNION ALL
	SELECT 29 + row_number() OVER (ORDER BY place, kind)::integer, 'model ' || kind, true,
		   $sql$INSERT INTO {mart}.model (fitted_on, kind, model, log_likelihood, aic, converged)
SELECT {as_of}, {kind}, m, {extension}.log_likelihood(m), $sql$
		|| CASE retention_mart_model_use(kind)
			WHEN 'spend_model' THEN 'NULL'
			ELSE '{extension}.aic(m)'
		   END || $sql$, {extension}.converged(m)
FROM (SELECT {extension}.fit_model(text {kind}, history, {as_of}$sql$
		|| CASE WHEN retention_mart_takes_season(kind) THEN '{with_season}' ELSE '' END
		|| $sql$) AS m
      FROM {mart}.customer_history$sql$
		|| CASE WHEN if_needed THEN $sql$
      WHERE NOT EXISTS (
          SELECT
          FROM {mart}.model b
               JOIN {mart}.model_comparison c ON c.as_of = b.fitted_on AND c.kind = b.kind
          WHERE b.fitted_on = {as_of}
            AND {extension}.retention_mart_fit_holds(
                b.converged, {extension}.at_limit(b.model)))$sql$ ELSE '' END || $sql$) f
WHERE m IS NOT NULL$sql$,
		   pg_catalog.jsonb_build_object('kind', quote_literal(kind))
	FROM tried
	UNION ALL
	SELECT 39 + (SELECT greatest(count(*) - 9::bigint, 0::bigint) FROM tried)::integer + v.step,
		   v.name, v.optional, v.template, jsonb '{}'
	FROM retention_mart_values_compared() AS v
	WHERE (settings ->> text 'amount_column') IS NOT NULL
	UNION ALL
	SELECT 39 + (SELECT greatest(count(*) - 9::bigint, 0::bigint) FROM tried)::integer,
		   'choose models', false, retention_mart_choice(), jsonb '{}';
	END;

COMMENT ON FUNCTION retention_mart_table_model() IS 'The table model of a retention mart: name, '
	'columns and comments.';

COMMENT ON FUNCTION retention_mart_table_model_fits() IS 'The view model_fits of a retention mart: '
	'name, query, columns and comments.';

COMMENT ON FUNCTION retention_mart_table_model_comparison() IS 'The table model_comparison of a '
	'retention mart: name, columns and comments.';

COMMENT ON FUNCTION retention_mart_compared_kinds(jsonb) IS 'The kinds that a retention mart '
	'compares: those of its settings that tell who is still a customer, 16 at most; NULL for none.';

COMMENT ON FUNCTION retention_mart_comparing(jsonb) IS 'The steps of a refresh of a retention mart '
	'that compare kinds of models by what came, as templates, with values of their own.';

COMMENT ON FUNCTION retention_mart_fit_holds(boolean, text) IS 'May a retention mart go by a fit? '
	'One that converged, or whose limit is an answer, a simpler model: nobody leaves, all are '
	'alike. NULL where converged is.';

COMMENT ON FUNCTION retention_mart_takes_season(text) IS 'May models of the kind have a season? '
	'Those may that are fitted to days: to intervals, or to the days of purchases.';

COMMENT ON FUNCTION retention_mart_choice() IS 'What chooses the models of a retention mart and '
	'says why, as a template.';

COMMENT ON FUNCTION retention_mart_model_use(text) IS 'What a retention mart uses a kind of model '
	'for: cycle_model, spend_model or base_model, which tells who is still a customer.';

COMMENT ON FUNCTION retention_mart_values_compared() IS 'The steps of a refresh of a retention '
	'mart that hold models of what orders are worth to what came, and choose one, as templates; '
	'step counts from the choice of the other models.';

COMMENT ON FUNCTION retention_mart_fits(jsonb) IS 'The steps of a refresh of a retention mart that '
	'fit models, as templates, with values of their own.';

CREATE FUNCTION retention_mart_table_customer_history()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'customer_history', NULL,
	 'All purchases of each customer; see the type purchase_history.'),
	('column', 'customer_id', '{customer_type} PRIMARY KEY', 'the customer'),
	('column', 'history', '{extension}.purchase_history NOT NULL', 'their purchases');
	END;

CREATE FUNCTION retention_mart_table_range_history()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'range_history', NULL, 'All purchases of each customer in each range.'),
	('column', 'customer_id', '{customer_type}', 'the customer'),
	('column', 'product_range', 'text', 'the range'),
	('column', 'history', '{extension}.purchase_history NOT NULL', 'their purchases in it'),
	('constraint', NULL, 'PRIMARY KEY (customer_id, product_range)', NULL);
	END;

CREATE FUNCTION retention_mart_table_customer_attribute()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'customer_attribute', NULL,
	 'What is known of each customer besides: the values at their latest order, or in '
	 'customers_table.'),
	('column', 'customer_id', '{customer_type}', 'the customer'),
	('column', 'attribute', 'text', 'name of the column'),
	('column', 'value', 'text', 'its value; NULL when not known'),
	('constraint', NULL, 'PRIMARY KEY (customer_id, attribute)', NULL);
	END;

CREATE FUNCTION retention_mart_table_change()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'change', NULL,
	 'Orders that were inserted, updated or deleted since the last refresh: what the triggers on '
	 'the source wrote down.'),
	('column', 'customer_id', '{customer_type}', 'the customer'),
	('column', 'product_range', 'text', 'the range'),
	('column', 'added', '{extension}.purchase_history', 'purchases that came'),
	('column', 'removed', '{extension}.purchase_history', 'purchases that went'),
	('column', 'truncated', 'boolean NOT NULL DEFAULT false',
	 'the source was emptied, or something could not be written down: the next refresh reads all '
	 'orders. So does refresh_retention_mart(..., read_all => true)');
	END;

COMMENT ON FUNCTION retention_mart_table_customer_history() IS 'The table customer_history of a '
	'retention mart: name, columns and comments.';

COMMENT ON FUNCTION retention_mart_table_range_history() IS 'The table range_history of a '
	'retention mart: name, columns and comments.';

COMMENT ON FUNCTION retention_mart_table_customer_attribute() IS 'The table customer_attribute of '
	'a retention mart: name, columns and comments.';

COMMENT ON FUNCTION retention_mart_table_change() IS 'The table change of a retention mart: name, '
	'columns and comments.';

CREATE FUNCTION retention_mart_read_all(ranges boolean, attributes boolean) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT $sql$DELETE FROM {mart}.customer_history;
DELETE FROM {mart}.range_history;
DELETE FROM {mart}.customer_attribute;
WITH known AS (DELETE FROM {mart}.change)$sql$ || CASE WHEN ranges THEN $sql$,
ranges AS (
	INSERT INTO {mart}.range_history (customer_id, product_range, history)
	SELECT customer_id, product_range, history
	FROM (SELECT {customer} AS customer_id, {range} AS product_range,
	             {extension}.purchase_history({purchase}) AS history
	      FROM {orders} o
	      GROUP BY 1, 2) r
	WHERE customer_id IS NOT NULL
	  AND product_range IS NOT NULL
	  AND history IS NOT NULL)$sql$ ELSE '' END || CASE WHEN attributes THEN $sql$,
attributes AS (
	INSERT INTO {mart}.customer_attribute (customer_id, attribute, value)
	SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
	FROM (SELECT {customer} AS customer_id, {ordered_at} AS ordered_at, a.attribute, a.value
	      FROM {orders} o,
	           LATERAL (VALUES {attributes}) a(attribute, value)) r
	WHERE customer_id IS NOT NULL
	  AND ordered_at IS NOT NULL
	ORDER BY customer_id, attribute, ordered_at DESC, value)$sql$ ELSE '' END || $sql$
INSERT INTO {mart}.customer_history (customer_id, history)
SELECT customer_id, history
FROM (SELECT {customer} AS customer_id, {extension}.purchase_history({purchase}) AS history
      FROM {orders} o
      GROUP BY 1) r
WHERE customer_id IS NOT NULL
  AND history IS NOT NULL$sql$;
	END;

CREATE FUNCTION retention_mart_read_changes(ranges boolean, attributes boolean) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT $sql$WITH taken AS (
	DELETE FROM {mart}.change
	WHERE NOT EXISTS (SELECT FROM {mart}.change WHERE truncated)
	RETURNING customer_id, product_range, added, removed),
customer AS (
	SELECT customer_id,
	       d.history OPERATOR({extension}.-) d.removed AS history,
	       d.removed IS NULL AS only_added,
	       d.history AS with_added
	FROM (SELECT t.customer_id,
	             coalesce(c.history OPERATOR({extension}.||) t.added,
	                      c.history,
	                      t.added) AS history,
	             t.removed
	      FROM (SELECT customer_id,
	                   {extension}.purchase_history(added) AS added,
	                   {extension}.purchase_history(removed) AS removed
	            FROM taken
	            GROUP BY 1) t
	           LEFT JOIN {mart}.customer_history c USING (customer_id)) d),
customers_gone AS (
	DELETE FROM {mart}.customer_history h
	USING customer c
	WHERE h.customer_id = c.customer_id
	  AND NOT only_added
	  AND c.history IS NULL)$sql$ || CASE WHEN ranges THEN $sql$,
customer_range AS (
	SELECT customer_id,
	       product_range,
	       d.history OPERATOR({extension}.-) d.removed AS history,
	       d.removed IS NULL AS only_added,
	       d.history AS with_added
	FROM (SELECT t.customer_id,
	             t.product_range,
	             coalesce(c.history OPERATOR({extension}.||) t.added,
	                      c.history,
	                      t.added) AS history,
	             t.removed
	      FROM (SELECT customer_id,
	                   product_range,
	                   {extension}.purchase_history(added) AS added,
	                   {extension}.purchase_history(removed) AS removed
	            FROM taken
	            WHERE product_range IS NOT NULL
	            GROUP BY 1, 2) t
	           LEFT JOIN {mart}.range_history c USING (customer_id, product_range)) d),
ranges_gone AS (
	DELETE FROM {mart}.range_history h
	USING customer_range c
	WHERE h.customer_id = c.customer_id
	  AND h.product_range = c.product_range
	  AND NOT only_added
	  AND c.history IS NULL),
ranges AS (
	INSERT INTO {mart}.range_history (customer_id, product_range, history)
	SELECT customer_id, product_range, CASE WHEN only_added THEN with_added ELSE history END
	FROM customer_range
	WHERE only_added OR history IS NOT NULL
	ON CONFLICT (customer_id, product_range) DO UPDATE SET history = excluded.history)$sql$
	ELSE '' END || CASE WHEN attributes THEN $sql$,
attributes AS (
	INSERT INTO {mart}.customer_attribute (customer_id, attribute, value)
	SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
	FROM (SELECT t.customer_id, {ordered_at} AS ordered_at, a.attribute, a.value
	      FROM (SELECT DISTINCT customer_id FROM taken) t
	           JOIN {orders} o ON {customer_key} = t.customer_id,
	           LATERAL (VALUES {attributes}) a(attribute, value)) r
	WHERE ordered_at IS NOT NULL
	ORDER BY customer_id, attribute, ordered_at DESC, value
	ON CONFLICT (customer_id, attribute) DO UPDATE SET value = excluded.value)$sql$
	ELSE '' END || $sql$
INSERT INTO {mart}.customer_history (customer_id, history)
SELECT customer_id, CASE WHEN only_added THEN with_added ELSE history END
FROM customer
WHERE only_added OR history IS NOT NULL
ON CONFLICT (customer_id) DO UPDATE SET history = excluded.history;
DELETE FROM {mart}.customer_attribute a
WHERE NOT EXISTS (SELECT FROM {mart}.customer_history h WHERE h.customer_id = a.customer_id)$sql$;
	END;

CREATE FUNCTION retention_mart_read_recent(ranges boolean, attributes boolean) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT $sql$WITH customer AS (
	SELECT customer_id,
	       c.history AS known,
	       coalesce({extension}.as_of(c.history, {read_from} - 1)
	                    OPERATOR({extension}.||) r.history,
	                {extension}.as_of(c.history, {read_from} - 1),
	                r.history) AS history
	FROM (SELECT {customer} AS customer_id, {extension}.purchase_history({purchase}) AS history
	      FROM {orders} o
	      WHERE {ordered_at} >= {read_from_time}
	      GROUP BY 1) r
	     FULL JOIN {mart}.customer_history c USING (customer_id)
	WHERE customer_id IS NOT NULL
	  AND (r.history IS NOT NULL
	       OR {extension}.slice(c.history, daterange({read_from}, NULL)) IS NOT NULL)),
customers_gone AS (
	DELETE FROM {mart}.customer_history h
	USING customer c
	WHERE h.customer_id = c.customer_id
	  AND c.history IS NULL)$sql$ || CASE WHEN ranges THEN $sql$,
customer_range AS (
	SELECT customer_id,
	       product_range,
	       c.history AS known,
	       coalesce({extension}.as_of(c.history, {read_from} - 1)
	                    OPERATOR({extension}.||) r.history,
	                {extension}.as_of(c.history, {read_from} - 1),
	                r.history) AS history
	FROM (SELECT {customer} AS customer_id, {range} AS product_range,
	             {extension}.purchase_history({purchase}) AS history
	      FROM {orders} o
	      WHERE {ordered_at} >= {read_from_time}
	      GROUP BY 1, 2) r
	     FULL JOIN {mart}.range_history c USING (customer_id, product_range)
	WHERE customer_id IS NOT NULL
	  AND product_range IS NOT NULL
	  AND (r.history IS NOT NULL
	       OR {extension}.slice(c.history, daterange({read_from}, NULL)) IS NOT NULL)),
ranges_gone AS (
	DELETE FROM {mart}.range_history h
	USING customer_range c
	WHERE h.customer_id = c.customer_id
	  AND h.product_range = c.product_range
	  AND c.history IS NULL),
ranges AS (
	INSERT INTO {mart}.range_history (customer_id, product_range, history)
	SELECT customer_id, product_range, history
	FROM customer_range
	WHERE (history OPERATOR({extension}.=) known) IS NOT TRUE
	  AND history IS NOT NULL
	ON CONFLICT (customer_id, product_range) DO UPDATE SET history = excluded.history)$sql$
	ELSE '' END || CASE WHEN attributes THEN $sql$,
attributes AS (
	INSERT INTO {mart}.customer_attribute (customer_id, attribute, value)
	SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
	FROM (SELECT c.customer_id, {ordered_at} AS ordered_at, a.attribute, a.value
	      FROM customer c
	           JOIN {orders} o ON {customer_key} = c.customer_id,
	           LATERAL (VALUES {attributes}) a(attribute, value)) r
	WHERE ordered_at IS NOT NULL
	ORDER BY customer_id, attribute, ordered_at DESC, value
	ON CONFLICT (customer_id, attribute) DO UPDATE SET value = excluded.value)$sql$
	ELSE '' END || $sql$
INSERT INTO {mart}.customer_history (customer_id, history)
SELECT customer_id, history
FROM customer
WHERE (history OPERATOR({extension}.=) known) IS NOT TRUE
  AND history IS NOT NULL
ON CONFLICT (customer_id) DO UPDATE SET history = excluded.history;
DELETE FROM {mart}.customer_attribute a
WHERE NOT EXISTS (SELECT FROM {mart}.customer_history h WHERE h.customer_id = a.customer_id)$sql$;
	END;

CREATE FUNCTION retention_mart_read_customers() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT $sql$DELETE FROM {mart}.customer_attribute;
INSERT INTO {mart}.customer_attribute (customer_id, attribute, value)
SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
FROM (SELECT {customer} AS customer_id, a.attribute, a.value
      FROM {customers} o,
           LATERAL (VALUES {attributes}) a(attribute, value)) r
     JOIN {mart}.customer_history USING (customer_id)
ORDER BY customer_id, attribute, value$sql$;
	END;

CREATE FUNCTION retention_mart_reading(settings jsonb)
	RETURNS TABLE (step integer, name text, template text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT t.step, t.name, t.template
	FROM (SELECT (settings ->> text 'range_column') IS NOT NULL AS ranges,
				 settings -> text 'attribute_columns' <> jsonb '[]' AS attributes,
				 (settings ->> text 'customers_table') IS NOT NULL AS customers) AS has,
		 LATERAL (VALUES
			(10, 'read all orders', 'read all',
			 retention_mart_read_all(ranges, attributes AND NOT customers)),
			(11, 'read changes', 'read changes',
			 retention_mart_read_changes(ranges, attributes AND NOT customers)),
			(12, 'read recent orders', 'read recent',
			 retention_mart_read_recent(ranges, attributes AND NOT customers)),
			(15, 'read customers',
			 CASE WHEN attributes AND customers THEN settings ->> text 'phase' END,
			 retention_mart_read_customers())) AS t(step, name, phase, template)
	WHERE t.phase = settings ->> text 'phase'
	  AND settings ->> text 'phase' IN (text 'read all', text 'read changes', text 'read recent');
	END;

COMMENT ON FUNCTION retention_mart_read_all(boolean, boolean) IS 'How a retention mart reads all '
	'orders, as a template, with ranges or attributes of customers, or without.';

COMMENT ON FUNCTION retention_mart_read_changes(boolean, boolean) IS 'How a retention mart reads '
	'what the triggers have written down, as a template, with ranges or attributes of customers, '
	'or without.';

COMMENT ON FUNCTION retention_mart_read_recent(boolean, boolean) IS 'How a retention mart reads '
	'the orders behind its high-water mark, as a template, with ranges or attributes of customers, '
	'or without.';

COMMENT ON FUNCTION retention_mart_read_customers() IS 'How a retention mart reads the table of '
	'customers, as a template.';

COMMENT ON FUNCTION retention_mart_reading(jsonb) IS 'The steps of a refresh of a retention mart '
	'that read the orders, as templates.';

CREATE FUNCTION retention_mart_totals(forecast_days integer, quality_days integer, model text,
		since text) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT 'ARRAY['
		|| string_agg(E'\n           {extension}.expected_total(' || left(model, 63)
					  || ', history, ' || left(since, 200)
					  || ', interval ''' || (forecast_days * p)::text || ' days'', '
					  || '{forecast_level})', ',' ORDER BY p)
		|| ']'
	-- whoever calls it with whatever: more is no query that ends
	FROM generate_series(1, least(quality_days / forecast_days, 10000)) AS p;
	END;

CREATE FUNCTION retention_mart_table_model_quality(settings jsonb)
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'model_quality', NULL,
	 'What the model said settings.quality_days ago, at first half a year, and what came: '
	 'customers in tenths of the probability of a purchase.'),
	('column', 'bin', 'integer PRIMARY KEY', '1 for the lowest probabilities'),
	('column', 'seen_from', 'date NOT NULL', 'first day on which purchases were looked for'),
	('column', 'seen_until', 'date NOT NULL', 'last day'),
	('column', 'customers', 'bigint NOT NULL', 'customers of these probabilities'),
	('column', 'expected_rate', 'double precision NOT NULL', 'what share was expected to buy'),
	('column', 'actual_rate', 'double precision NOT NULL', 'what share did'),
	('column', 'lower', 'double precision NOT NULL',
	 'lower limit of that share, 95 percent confidence'),
	('column', 'upper', 'double precision NOT NULL', 'upper limit'),
	('column', 'roc_auc', 'double precision',
	 'of all bins: the probability that who bought had been given a higher probability than who '
	 'did not'),
	('column', 'brier_score', 'double precision',
	 'of all bins: mean squared error of the probabilities'),
	('needs', 'base_kind', NULL, NULL),
	('optional', NULL, NULL, NULL),
	-- a list of expressions, as subqueries have no parallel workers before PostgreSQL 17
	('prepare', NULL, (SELECT $sql$CREATE UNLOGGED TABLE {mart}.next_model AS
SELECT {extension}.fit_model({base_kind}, history, {as_of} - {quality_days}$sql$
		|| CASE WHEN retention_mart_takes_season(min(base_kind)) THEN '{with_holdout_season}'
				ELSE '' END || $sql$) AS m
FROM {mart}.customer_history;
CREATE UNLOGGED TABLE {mart}.next_known AS
SELECT {extension}.purchase_probability(
           m, history, {as_of} - {quality_days}, {quality_days} * interval '1 day') AS score,
       {extension}.last_purchase({extension}.as_of(history, {as_of}))
           > {as_of} - {quality_days} AS bought,
       ARRAY[$sql$ || string_agg($sql$
           {extension}.purchase_days({extension}.slice(history, daterange(
               {as_of} - {quality_days} + $sql$ || (forecast_days * (p - 1) + 1)::text || $sql$,
               {as_of} - {quality_days} + $sql$ || (forecast_days * p)::text || $sql$, '[]')))$sql$,
		',' ORDER BY p) || $sql$] AS actual
FROM {mart}.customer_history, {mart}.next_model
WHERE m IS NOT NULL
  AND {extension}.as_of(history, {as_of} - {quality_days}) IS NOT NULL;
CREATE UNLOGGED TABLE {mart}.next_total AS
SELECT $sql$ || retention_mart_totals(min(forecast_days), min(quality_days), text 'm',
									 text '{as_of} - {quality_days}') || $sql$ AS totals
FROM {mart}.customer_history, {mart}.next_model
WHERE m IS NOT NULL$sql$
		FROM (SELECT (settings ->> text 'forecast_days')::integer AS forecast_days,
					 (settings ->> text 'quality_days')::integer AS quality_days,
					 settings ->> text 'base_kind' AS base_kind) AS s,
			 generate_series(1, quality_days / forecast_days) AS p), NULL),
	('insert', NULL, $sql$
SELECT bin,
       {as_of} - {quality_days} + 1,
       {as_of},
       customers,
       expected_rate,
       actual_rate,
       lower,
       upper,
       area,
       brier
FROM unnest((SELECT {extension}.calibration_table(score, bought) FROM {mart}.next_known)),
     (SELECT {extension}.roc_auc(score, bought) AS area,
             {extension}.brier_score(score, bought) AS brier
      FROM {mart}.next_known) q$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_purchase_forecast()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'purchase_forecast', NULL,
	 'Purchases that the model of settings.quality_days ago expected of the customers there were '
	 'then, and those that came: in periods of settings.forecast_days, at first six of 30 days.'),
	('column', 'period', 'integer PRIMARY KEY', '1 for the earliest'),
	('column', 'seen_from', 'date NOT NULL', 'first day of the period'),
	('column', 'seen_until', 'date NOT NULL', 'its last day'),
	('column', 'customers', 'bigint NOT NULL', 'customers at the beginning of the first period'),
	('column', 'expected', 'double precision NOT NULL', 'purchase days expected of them'),
	('column', 'actual', 'bigint NOT NULL', 'purchase days they had'),
	('column', 'total_expected', 'double precision NOT NULL',
	 'purchase days expected from the first day of the first period to the last of this one'),
	('column', 'total_lower', 'double precision',
	 'lower limit of their number, with a probability of level: see expected_total; NULL where it '
	 'is not known how sure the fit was'),
	('column', 'total_upper', 'double precision', 'upper limit, likewise'),
	('column', 'total_actual', 'bigint NOT NULL', 'purchase days they had in that time'),
	('column', 'level', 'double precision NOT NULL',
	 'the probability with which the limits are to hold, settings.forecast_level'),
	('needs', 'base_kind', NULL, NULL),
	('optional', NULL, NULL, NULL),
	('insert', NULL, $sql$
SELECT p,
       {as_of} - {quality_days} + {forecast_days} * (p - 1) + 1,
       {as_of} - {quality_days} + {forecast_days} * p,
       (totals[p]).customers,
       (totals[p]).expected - coalesce((totals[p - 1]).expected, 0),
       came,
       (totals[p]).expected,
       (totals[p]).lower,
       (totals[p]).upper,
       sum(came) OVER (ORDER BY p),
       {forecast_level}
FROM (SELECT p, coalesce(sum(actual[p]), 0) AS came
      FROM {mart}.next_known,
           generate_series(1, {quality_days} / {forecast_days}) AS p
      GROUP BY p) a,
     {mart}.next_total$sql$, NULL),
	('finish', NULL, 'DROP TABLE {mart}.next_model, {mart}.next_known, {mart}.next_total', NULL);
	END;

CREATE FUNCTION retention_mart_table_purchase_outlook(settings jsonb)
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'purchase_outlook', NULL,
	 'How much will they buy: purchases to expect after settings.as_of of all customers there are, '
	 'with limits. How good such forecasts were is in purchase_forecast.'),
	('column', 'days', 'integer PRIMARY KEY',
	 'days ahead: multiples of settings.forecast_days, up to quality_days'),
	('column', 'until', 'date NOT NULL', 'the last of these days'),
	('column', 'customers', 'bigint NOT NULL',
	 'customers by now; who is new after that comes on top'),
	('column', 'expected', 'double precision NOT NULL',
	 'purchase days to expect of them in these days; see expected_total'),
	('column', 'lower', 'double precision',
	 'lower limit of their number, with a probability of level; NULL where it is not known how '
	 'sure the fit is. It holds as far as the model does: a season is in it where with_season '
	 'says so, a campaign where with_events does'),
	('column', 'upper', 'double precision', 'upper limit, likewise'),
	('column', 'level', 'double precision NOT NULL',
	 'the probability with which the limits are to hold, settings.forecast_level'),
	('column', 'with_season', 'boolean NOT NULL', 'the season is in it: see season_fit'),
	('column', 'with_events', 'boolean NOT NULL', 'events in the settings are in it'),
	('needs', 'base_kind', NULL, NULL),
	('optional', NULL, NULL, NULL),
	('insert in parallel', NULL, (SELECT $sql$
SELECT {forecast_days} * p AS days,
       {as_of} + {forecast_days} * p AS until,
       (totals[p]).customers,
       (totals[p]).expected,
       (totals[p]).lower,
       (totals[p]).upper,
       {forecast_level} AS level,
       takes_season AND chosen AS with_season,
       takes_season AND {events} IS NOT NULL AS with_events
FROM (SELECT $sql$ || retention_mart_totals(forecast_days, quality_days, text '{base_model}',
											text '{as_of}') || $sql$ AS totals
      FROM {mart}.customer_history) t,
     generate_series(1, {quality_days} / {forecast_days}) AS p,
     (SELECT chosen, {extension}.retention_mart_takes_season({base_kind}) AS takes_season
      FROM {mart}.season_fit
      WHERE fitted_on = {as_of}) s
WHERE (totals[p]).customers > 0$sql$
		FROM (SELECT (settings ->> text 'forecast_days')::integer AS forecast_days,
					 (settings ->> text 'quality_days')::integer AS quality_days) AS s), NULL);
	END;

COMMENT ON FUNCTION retention_mart_totals(integer, integer, text, text) IS 'What is expected of '
	'all customers from a day on, within one period, two, and so on, as SQL for an array: a '
	'template of a retention mart, from the days of a period and of all of them, a model, and that '
	'day.';

COMMENT ON FUNCTION retention_mart_table_purchase_outlook(jsonb) IS 'The table purchase_outlook of '
	'a retention mart: name, columns, comments and how it is written. settings is that of '
	'retention_mart_steps.';

COMMENT ON FUNCTION retention_mart_table_model_quality(jsonb) IS 'The table model_quality of a '
	'retention mart: name, columns, comments and how it is written. settings is that of '
	'retention_mart_steps.';

COMMENT ON FUNCTION retention_mart_table_purchase_forecast() IS 'The table purchase_forecast of a '
	'retention mart: name, columns, comments and how it is written.';

CREATE FUNCTION retention_mart_table_campaign()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'campaign', NULL,
	 'For you to fill: who was contacted when, and who, drawn by chance, was not. A refresh only '
	 'reads it.'),
	('column', 'campaign', 'text', 'what was tried'),
	('column', 'customer_id', '{customer_type}', 'the customer'),
	('column', 'contacted_on', 'date NOT NULL CHECK (isfinite(contacted_on))',
	 'the day; for who was not contacted the day on which they would have been'),
	('column', 'contacted', 'boolean NOT NULL DEFAULT true',
	 'false for the control group: only against it can be seen what a campaign did'),
	('constraint', NULL, 'PRIMARY KEY (campaign, customer_id)', NULL);
	END;

CREATE FUNCTION retention_mart_table_campaign_results()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'campaign_results', NULL,
	 'Did it work: how many of the contacted bought within settings.campaign_days, at first 60, '
	 'and of the control group.'),
	('column', 'campaign', 'text PRIMARY KEY', 'what was tried'),
	('column', 'contacted_on', 'date NOT NULL', 'the first day of it'),
	('column', 'days', 'integer NOT NULL',
	 'days after the contact in which purchases count: settings.campaign_days, or as many as have '
	 'passed'),
	('column', 'contacted', 'bigint NOT NULL', 'customers who were contacted'),
	('column', 'contacted_rate', 'double precision',
	 'the share of them that bought in these days'),
	('column', 'contacted_spend', 'numeric',
	 'what they spent in them, for each of the contacted'),
	('column', 'control', 'bigint NOT NULL', 'customers of the control group'),
	('column', 'control_rate', 'double precision',
	 'the share of them that bought; NULL without a control group'),
	('column', 'control_spend', 'numeric', 'what they spent, for each of the group'),
	('column', 'difference', 'double precision', 'contacted_rate less control_rate'),
	('column', 'difference_lower', 'double precision',
	 'lower limit of the difference, 95 percent confidence'),
	('column', 'difference_upper', 'double precision', 'upper limit'),
	('column', 'p_value', 'double precision', 'the probability of such a difference by chance'),
	('column', 'brought_back', 'double precision',
	 'customers who bought because they were contacted: difference times contacted'),
	('insert', NULL, $sql$
SELECT campaign,
       contacted_on,
       days,
       (u).treated,
       (u).treated_rate,
       contacted_spend,
       (u).control,
       (u).control_rate,
       control_spend,
       (u).difference,
       (u).difference_lower,
       (u).difference_upper,
       (u).p_value,
       (u).difference * (u).treated
FROM (SELECT campaign,
             min(contacted_on) AS contacted_on,
             min(days) AS days,
             {extension}.retention_uplift(contacted, bought) AS u,
             avg(spend) FILTER (WHERE contacted) AS contacted_spend,
             avg(spend) FILTER (WHERE NOT contacted) AS control_spend
      FROM (SELECT campaign,
                   contacted_on,
                   contacted,
                   days,
                   coalesce({extension}.purchase_days(seen), 0) > 0 AS bought,
                   CASE WHEN has_amounts THEN coalesce({extension}.total_spend(seen), 0) END
                       AS spend
            FROM (SELECT c.campaign,
                         c.customer_id,
                         c.contacted_on,
                         c.contacted,
                         least({campaign_days},
                               {as_of} - max(contacted_on) OVER (PARTITION BY campaign)) AS days
                  FROM {mart}.campaign c) c
                 LEFT JOIN {mart}.customer_history USING (customer_id)
                 CROSS JOIN (SELECT amount_column IS NOT NULL AS has_amounts
                             FROM {mart}.settings) m,
                 LATERAL (SELECT {extension}.slice(
                                     history,
                                     daterange(contacted_on + 1, contacted_on + days, '[]')) AS seen
                          OFFSET 0) l
            WHERE days > 0) b
      GROUP BY campaign) r$sql$, NULL);
	END;

CREATE FUNCTION retention_mart_table_monthly_review()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'monthly_review', NULL,
	 'The monthly meeting: how many did we lose, why, what did it cost, and did what we tried '
	 'work.'),
	('column', 'month', 'date PRIMARY KEY', 'first day of the month'),
	('column', 'customers', 'bigint NOT NULL',
	 'customers at its end, as expected_lifecycle has it, in whole ones'),
	('column', 'new', 'bigint NOT NULL', 'customers who came'),
	('column', 'active', 'bigint NOT NULL', 'customers who bought'),
	('column', 'lost', 'bigint NOT NULL',
	 'customers who were lost, as expected_lifecycle has it: those of the month before + new - '
	 'customers. Without models: alarms'),
	('column', 'recovered', 'bigint NOT NULL', 'purchases of customers after an alarm'),
	('column', 'churn_rate', 'double precision',
	 'lost as a share of the customers at the beginning of the month'),
	('column', 'main_reason', 'text',
	 'what those lost in the month have in common most surely, of those who were customers in it; '
	 'NULL: nothing that could not be chance. The last settings.review_months only, at first 13'),
	('column', 'main_reason_lift', 'double precision',
	 'their churn rate as a multiple of that of all'),
	('column', 'value_lost', 'numeric',
	 'what those who were lost in the month and have not come back were worth'),
	('column', 'contacted', 'bigint',
	 'customers contacted by campaigns that began in the month; NULL: none'),
	('column', 'brought_back', 'double precision',
	 'customers who bought because of them, as far as the control groups tell'),
	('column', 'orders', 'bigint NOT NULL', 'orders in the month'),
	('column', 'spend', 'numeric', 'what was spent, refunds taken off'),
	('column', 'average_order_value', 'numeric', 'spend for each order'),
	('column', 'alarms', 'bigint NOT NULL',
	 'customers who became more likely gone than not: more than were lost, since many come back'),
	('insert', NULL, $sql$
SELECT month,
       coalesce(e.whole, l.customers),
       l.new,
       active,
       coalesce(e.before + l.new - e.whole, l.lost),
       recovered,
       CASE WHEN e.whole IS NULL THEN l.churn_rate ELSE e.churn_rate END,
       main_reason,
       main_reason_lift,
       value_lost,
       contacted,
       brought_back,
       orders,
       spend,
       spend / nullif(orders, 0),
       l.lost
FROM {mart}.lifecycle l
     -- in whole customers, so that they add up
     LEFT JOIN (SELECT month,
                       round(customers)::bigint AS whole,
                       coalesce(round(lag(customers) OVER (ORDER BY month))::bigint, 0) AS before,
                       churn_rate
                FROM {mart}.expected_lifecycle) e USING (month)
     LEFT JOIN (SELECT date_trunc('month', lost_on)::date AS month, sum(value_lost) AS value_lost
                FROM {mart}.lost_customers
                GROUP BY 1) g USING (month)
     LEFT JOIN (SELECT date_trunc('month', contacted_on)::date AS month,
                       sum(contacted)::bigint AS contacted,
                       sum(brought_back::numeric)::float8 AS brought_back
                FROM {mart}.campaign_results
                GROUP BY 1) c USING (month)
     LEFT JOIN (SELECT DISTINCT ON (month)
                       month,
                       d.attribute || ' ' || coalesce(d.value, 'not known') AS main_reason,
                       d.lift AS main_reason_lift
                FROM (SELECT m.month,
                             {extension}.churn_drivers(
                                 lost_on IS NOT NULL AND lost_on < m.month + interval '1 month',
                                 attributes) AS drivers
                      FROM (SELECT month
                            FROM {mart}.lifecycle
                            ORDER BY month DESC
                            LIMIT {review_months}) m
                           JOIN (SELECT customer_id, first_purchase, lost_on, attributes
                                 FROM {mart}.customer_scorecard
                                      JOIN (SELECT customer_id,
                                                   jsonb_object_agg(attribute, value) AS attributes
                                            FROM {mart}.customer_attribute
                                            GROUP BY 1) a USING (customer_id)
                                 -- all that a month below can join
                                 WHERE lost_on IS NULL
                                    OR lost_on >= {as_of}
                                           - ({review_months} + 1) * interval '1 month'
                                ) s ON s.first_purchase < m.month + interval '1 month'
                                   AND (s.lost_on IS NULL OR s.lost_on >= m.month)
                      GROUP BY m.month) r,
                     unnest(drivers) d
                WHERE d.lift > 1
                  AND d.p_value < {review_p_value}
                ORDER BY month, d.p_value, d.attribute, d.value) w USING (month)$sql$, NULL);
	END;

COMMENT ON FUNCTION retention_mart_table_campaign() IS 'The table campaign of a retention mart: '
	'name, columns and comments.';

COMMENT ON FUNCTION retention_mart_table_campaign_results() IS 'The table campaign_results of a '
	'retention mart: name, columns, comments and how it is written.';

COMMENT ON FUNCTION retention_mart_table_monthly_review() IS 'The table monthly_review of a '
	'retention mart: name, columns, comments and how it is written.';

CREATE FUNCTION retention_mart_table_season_fit()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'season_fit', NULL,
	 'In which months all customers buy more or less, and whether the models go by it. A row a '
	 'refresh; see the view season for the months.'),
	('column', 'fitted_on', 'date PRIMARY KEY', 'as of which day'),
	('column', 'season', '{extension}.retention_season',
	 'as fitted to all that was known, next to the events in the settings: see fit_season; NULL '
	 'for a log of less than a year'),
	('column', 'holdout_season', '{extension}.retention_season',
	 'as it would have been fitted settings.quality_days before; NULL where it was not needed, or '
	 'too little was known'),
	('column', 'years', 'double precision', 'years of the log that season was fitted to'),
	('column', 'p_value', 'double precision',
	 'how probable months that differ as much would be without a season; NULL for a log of less '
	 'than two years'),
	('column', 'log_loss', 'double precision',
	 'of the kind of model with preference 1 in model_comparison, with holdout_season, in the same '
	 'hold-out; NULL where it was not asked for'),
	('column', 'log_loss_without', 'double precision',
	 'its log_loss in model_comparison, with the events alone'),
	('column', 'chosen', 'boolean NOT NULL DEFAULT false',
	 'the models go by it: the log has settings.season_years, p_value is less than '
	 'settings.season_p_value, and log_loss, to six digits, than log_loss_without'),
	('column', 'chosen_because', 'text', 'why, or why not, in a sentence or two'),
	('column', 'used', '{extension}.retention_season',
	 'what the models of that day go by: season if it was chosen, else the events alone; NULL for '
	 'nothing of both'),
	('column', 'holdout_used', '{extension}.retention_season',
	 'the same of models that are held to what came');
	END;

CREATE FUNCTION retention_mart_table_season()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('view', 'season', $sql$
SELECT month, factor, standard_error, lower, upper, chosen, years, p_value
FROM {mart}.season_fit
     JOIN {mart}.settings ON as_of = fitted_on,
     {extension}.season_months(season, 0.95::double precision)$sql$,
	 'The twelve months as of the last refresh: how much more all customers buy in each. No rows '
	 'for a log of less than a year; see season_fit.'),
	('column', 'month', NULL, '1 for January'),
	('column', 'factor', NULL,
	 'what is bought on a day of the month, of a customer who is there, as a multiple of a mean '
	 'day of the year'),
	('column', 'standard_error', NULL,
	 'of factor: what chance and the variation between years leave open'),
	('column', 'lower', NULL, 'lower limit of factor, 95 percent confidence'),
	('column', 'upper', NULL, 'upper limit'),
	('column', 'chosen', NULL, 'the models go by it: see season_fit'),
	('column', 'years', NULL, 'years of the log it was fitted to'),
	('column', 'p_value', NULL,
	 'how probable months that differ as much would be without a season');
	END;

CREATE FUNCTION retention_mart_season_steps()
	RETURNS TABLE (step integer, name text, optional boolean, template text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	(26, 'events', false, 'SELECT {events} AS events'),
	(31, 'empty season', false, $sql$DELETE FROM {mart}.season_fit WHERE fitted_on = {as_of};
INSERT INTO {mart}.season_fit (fitted_on) VALUES ({as_of})$sql$),
	(32, 'season', true, $sql$UPDATE {mart}.season_fit
SET season = s,
    years = {extension}.season_years(s),
    p_value = {extension}.season_p_value(s)
FROM (SELECT {extension}.fit_season(history, {as_of}{season_events}) AS s
      FROM {mart}.customer_history) f
WHERE fitted_on = {as_of}$sql$),
	-- as it was known then; of nobody it is NULL
	(33, 'season of the hold-out', true, $sql$UPDATE {mart}.season_fit
SET holdout_season = s
FROM (SELECT {extension}.fit_season(history, {as_of} - {quality_days}{season_events}) AS s
      FROM {mart}.customer_history
      WHERE EXISTS (SELECT
                    FROM {mart}.season_fit
                    WHERE fitted_on = {as_of}
                      AND years >= {season_years}
                      AND p_value < {season_p_value})) f
WHERE fitted_on = {as_of}$sql$),
	-- on the customers that the kinds were compared on
	(34, 'compare season', true, $sql$UPDATE {mart}.season_fit
SET log_loss_without = without,
    log_loss = r.log_loss
FROM (SELECT without,
             kind AS preferred,
             {extension}.compare_models(history, {as_of}, make_interval(days => days),
                                        ARRAY[kind], double precision '1',
                                        holdout_season) AS compared
      FROM {mart}.customer_history,
           (SELECT kind,
                   holdout_days AS days,
                   c.log_loss AS without,
                   f.holdout_season,
                   trunc(least({compared_customers} / all_customers::numeric, 1)
                         * 9223372036854775807)::bigint AS hash_until
            FROM {mart}.model_comparison c
                 JOIN {mart}.season_fit f ON fitted_on = as_of
            WHERE as_of = {as_of}
              AND preference = 1
              AND {extension}.retention_mart_takes_season(kind)
              AND f.holdout_season IS NOT NULL) c
      WHERE hashtextextended(customer_id::text, 0) & 9223372036854775807 <= hash_until
      GROUP BY without, kind) s,
     unnest(compared) r
WHERE fitted_on = {as_of}
  AND kind = preferred$sql$),
	(35, 'choose season', false, $sql$UPDATE {mart}.season_fit
SET chosen = coalesce(better, false),
    used = CASE WHEN better THEN season ELSE {events} END,
    holdout_used = CASE WHEN better THEN holdout_season ELSE {events} END,
    chosen_because =
        CASE
            WHEN years IS NULL THEN
                'A log of less than a year tells nothing of a season.'
            WHEN years < {season_years} THEN
                'The log has ' || to_char(years, 'FM990.0') || ' years: what belongs to a month, '
                || 'and what to that year, can be told from ' || {season_years}::numeric
                || ' years on.'
            WHEN {season_p_value} <= 0 THEN
                'None is wanted: settings.season_p_value is 0.'
            WHEN p_value < {season_p_value} IS NOT TRUE THEN
                'Months differ no more than chance and years make them'
                || coalesce(': p-value ' || to_char(p_value, 'FM0.0000'), '') || '.'
            WHEN better IS NULL THEN
                'Months differ, but it could not be seen whether that tells who will buy.'
            ELSE
                CASE WHEN better THEN 'It told better who'
                     ELSE 'Months differ, but it did not tell better who' END
                || ' of ' || to_char(customers, 'FM999,999,999,990')
                || ' customers would buy in the ' || days || ' days until '
                || to_char({as_of}, 'FMDD FMMonth YYYY') || ': log loss '
                || to_char(loss, 'FM9990.0000') || ' against '
                || to_char(loss_without, 'FM9990.0000') || ' without it.'
        END
        || CASE WHEN {events} IS NULL THEN ''
                ELSE ' The events in the settings count in any case.' END
FROM (SELECT round(f.log_loss::numeric, 6) AS loss,
             round(log_loss_without::numeric, 6) AS loss_without,
             round(f.log_loss::numeric, 6) < round(log_loss_without::numeric, 6) AS better,
             customers,
             holdout_days AS days
      FROM {mart}.season_fit f
           LEFT JOIN {mart}.model_comparison ON as_of = fitted_on AND preference = 1
      WHERE fitted_on = {as_of}) c
WHERE fitted_on = {as_of}$sql$);
	END;

CREATE FUNCTION retention_mart_table_unusual_periods()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'unusual_periods', NULL,
	 'Was there a time in which all customers at once bought less, or more, than was to be '
	 'expected? A strike, a lockdown, a campaign: tell it in settings.events, and it does not '
	 'count as customers leaving. The last fifteen periods, a row each.'),
	('column', 'seen_from', 'date PRIMARY KEY', 'first day of the period'),
	('column', 'seen_until', 'date NOT NULL',
	 'its last day: settings.forecast_days later, but four weeks at least'),
	('column', 'customers', 'bigint NOT NULL',
	 'customers there were before, of a sample of about 10,000 where there are more'),
	('column', 'expected', 'double precision NOT NULL',
	 'purchase days that today''s model expects of them, by what was known then'),
	('column', 'actual', 'bigint NOT NULL', 'purchase days they had'),
	('column', 'ratio', 'double precision NOT NULL', 'actual by expected'),
	('column', 'usual', 'double precision',
	 'the median of ratio in the periods before, six at most; NULL where there are less than '
	 'three'),
	('column', 'unusual', 'boolean NOT NULL',
	 'all customers at once: ratio differs from 1, and from usual, by a factor of more than 1.57, '
	 'three times what a month differs between years, and by more than chance; false where usual '
	 'is NULL'),
	('needs', 'base_kind', NULL, NULL),
	('optional', NULL, NULL, NULL),
	('insert', NULL, $sql$
WITH period AS (
    SELECT p, days, {as_of} - days * p AS since
    FROM (SELECT greatest({forecast_days}, 28) AS days) d,
         generate_series(1, 15) AS p),
seen AS (
    SELECT p,
           since + 1 AS seen_from,
           since + days AS seen_until,
           count(*) AS customers,
           sum(expected)::double precision AS expected,
           sum(actual) AS actual,
           sum((actual - expected) ^ 2)::double precision AS variance
    FROM (SELECT p, since, days, expected::numeric AS expected,
                 coalesce({extension}.purchase_days({extension}.slice(
                     history, daterange(since + 1, since + days, '[]'))), 0) AS actual
          FROM (SELECT history
                FROM {mart}.customer_history,
                     (SELECT count(*) / 10000 + 1 AS parts FROM {mart}.customer_history) c
                WHERE hashtextextended(customer_id::text, 0) % parts = 0) h,
               period,
               LATERAL (SELECT {extension}.expected_purchases(
                                   {base_model}, history, since, days * interval '1 day')
                                   AS expected
                        OFFSET 0) e
          WHERE expected IS NOT NULL) s
    GROUP BY p, since, days
    HAVING sum(expected) > 0)
SELECT seen_from,
       seen_until,
       customers,
       expected,
       actual,
       actual / expected,
       usual,
       usual IS NOT NULL
       AND least(abs(change), abs(change - ln(usual))) > 3 * 0.15
       AND least(abs(actual - expected), abs(actual - usual * expected)) > 3.29 * sqrt(variance)
FROM seen s
     LEFT JOIN LATERAL (
         SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY actual / expected) AS usual
         FROM seen b
         WHERE b.p BETWEEN s.p + 1 AND s.p + 6
         HAVING count(*) >= 3) b ON usual > 0,
     -- none at all is far off, too
     LATERAL (SELECT ln(greatest(actual, 0.5) / expected) AS change) c$sql$, NULL);
	END;

COMMENT ON FUNCTION retention_mart_table_season_fit() IS 'The table season_fit of a retention '
	'mart: name, columns and comments.';

COMMENT ON FUNCTION retention_mart_table_season() IS 'The view season of a retention mart: name, '
	'query, columns and comments.';

COMMENT ON FUNCTION retention_mart_season_steps() IS 'The steps of a refresh of a retention mart '
	'that fit a season and see whether who will buy is told better with it, as templates.';

COMMENT ON FUNCTION retention_mart_table_unusual_periods() IS 'The table unusual_periods of a '
	'retention mart: name, columns, comments and how it is written.';

CREATE FUNCTION retention_mart_parts(settings jsonb)
	RETURNS TABLE (step integer, relation text, part text, name text, definition text, comment text,
				   place bigint)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT 1, text 'settings', t.*
	FROM retention_mart_table_settings() WITH ORDINALITY AS t
	UNION ALL
	SELECT 10, text 'customer_history', t.*
	FROM retention_mart_table_customer_history() WITH ORDINALITY AS t
	UNION ALL
	SELECT 15, text 'range_history', t.*
	FROM retention_mart_table_range_history() WITH ORDINALITY AS t
	UNION ALL
	SELECT 20, text 'customer_attribute', t.*
	FROM retention_mart_table_customer_attribute() WITH ORDINALITY AS t
	UNION ALL
	SELECT 25, text 'change', t.*
	FROM retention_mart_table_change() WITH ORDINALITY AS t
	UNION ALL
	SELECT 27, text 'campaign', t.*
	FROM retention_mart_table_campaign() WITH ORDINALITY AS t
	UNION ALL
	SELECT 30, text 'model', t.*
	FROM retention_mart_table_model() WITH ORDINALITY AS t
	UNION ALL
	SELECT 31, text 'model_fits', t.*
	FROM retention_mart_table_model_fits() WITH ORDINALITY AS t
	UNION ALL
	SELECT 32, text 'model_comparison', t.*
	FROM retention_mart_table_model_comparison() WITH ORDINALITY AS t
	UNION ALL
	SELECT 33, text 'season_fit', t.*
	FROM retention_mart_table_season_fit() WITH ORDINALITY AS t
	UNION ALL
	SELECT 34, text 'season', t.*
	FROM retention_mart_table_season() WITH ORDINALITY AS t
	UNION ALL
	SELECT 40, text 'customer_scorecard', t.*
	FROM retention_mart_table_customer_scorecard() WITH ORDINALITY AS t
	UNION ALL
	SELECT 50, text 'contact_list', t.*
	FROM retention_mart_table_contact_list() WITH ORDINALITY AS t
	UNION ALL
	SELECT 60, text 'cohorts', t.*
	FROM retention_mart_table_cohorts() WITH ORDINALITY AS t
	UNION ALL
	SELECT 61, text 'retention_curve', t.*
	FROM retention_mart_table_retention_curve() WITH ORDINALITY AS t
	UNION ALL
	SELECT 62, text 'survival', t.*
	FROM retention_mart_table_survival() WITH ORDINALITY AS t
	UNION ALL
	SELECT 70, text 'lifecycle', t.*
	FROM retention_mart_table_lifecycle() WITH ORDINALITY AS t
	UNION ALL
	SELECT 71, text 'expected_lifecycle', t.*
	FROM retention_mart_table_expected_lifecycle() WITH ORDINALITY AS t
	UNION ALL
	SELECT 80, text 'lost_customers', t.*
	FROM retention_mart_table_lost_customers() WITH ORDINALITY AS t
	UNION ALL
	SELECT 85, text 'churn_reasons', t.*
	FROM retention_mart_table_churn_reasons() WITH ORDINALITY AS t
	UNION ALL
	SELECT 90, text 'dropped_ranges', t.*
	FROM retention_mart_table_dropped_ranges() WITH ORDINALITY AS t
	UNION ALL
	SELECT 94, text 'purchase_outlook', t.*
	FROM retention_mart_table_purchase_outlook(settings) WITH ORDINALITY AS t
	UNION ALL
	SELECT 92, text 'unusual_periods', t.*
	FROM retention_mart_table_unusual_periods() WITH ORDINALITY AS t
	UNION ALL
	SELECT 95, text 'spend_trend', t.*
	FROM retention_mart_table_spend_trend() WITH ORDINALITY AS t
	UNION ALL
	SELECT 97, text 'model_quality', t.*
	FROM retention_mart_table_model_quality(settings) WITH ORDINALITY AS t
	UNION ALL
	SELECT 97, text 'purchase_forecast', t.*
	FROM retention_mart_table_purchase_forecast() WITH ORDINALITY AS t
	UNION ALL
	SELECT 98, text 'campaign_results', t.*
	FROM retention_mart_table_campaign_results() WITH ORDINALITY AS t
	UNION ALL
	SELECT 99, text 'monthly_review', t.*
	FROM retention_mart_table_monthly_review() WITH ORDINALITY AS t;
	END;

CREATE OR REPLACE FUNCTION retention_mart_tables(settings jsonb)
	RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT t.step, t.relation, retention_mart_fill(t.template, retention_mart_values(settings))
	FROM (SELECT p.step, p.relation,
				 coalesce(
					'CREATE OR REPLACE VIEW {mart}.' || p.relation || ' AS'
					|| max(definition) FILTER (WHERE part = 'view'),
					'CREATE TABLE {mart}.' || p.relation || E' (\n\t'
					|| string_agg(coalesce(p.name || ' ', '') || definition, E',\n\t'
								  ORDER BY place)
						FILTER (WHERE part IN (text 'column', text 'constraint'))
					|| E'\n)') AS template
		  FROM retention_mart_parts(settings) AS p
		  GROUP BY p.step, p.relation) AS t
	ORDER BY t.step, t.relation;
	END;

CREATE OR REPLACE FUNCTION retention_mart_comments(settings jsonb)
	RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT row_number() OVER (ORDER BY p.step, p.relation, p.place)::integer,
		   p.relation,
		   'COMMENT ON ' || upper(p.part) || ' ' || quote_ident(settings ->> text 'schema_name')
		   || '.' || p.relation
		   || CASE p.part WHEN 'column' THEN '.' || p.name ELSE '' END
		   || ' IS ' || quote_literal(p.comment)
	FROM retention_mart_parts(settings) AS p
	WHERE p.comment IS NOT NULL
	ORDER BY 1;
	END;

CREATE FUNCTION retention_mart_writing(settings jsonb)
	RETURNS TABLE (step integer, name text, optional boolean, template text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	WITH part AS (
		SELECT p.step, p.relation, p.part, p.name, p.definition, p.place
		FROM retention_mart_parts(settings) AS p),
	relation AS (
		SELECT p.step, p.relation,
			   string_agg(p.name, ', ' ORDER BY p.place)
			   FILTER (WHERE p.part = 'column') AS columns,
			   bool_or(p.part = 'optional') AS optional,
			   bool_or(p.part IN (text 'insert', text 'insert in parallel')) AS written,
			   -- is what it needs there?
			   coalesce(bool_and(coalesce(settings ->> p.name, '[]') <> '[]')
						FILTER (WHERE p.part = 'needs'), true) AS wanted
		FROM part AS p
		GROUP BY p.step, p.relation),
	statement AS (
		SELECT r.step, r.relation, r.optional, p.place,
			   CASE p.part
				WHEN 'insert' THEN
					CASE WHEN r.optional THEN ''
						 ELSE 'DELETE FROM {mart}.' || r.relation || E';\n' END
					|| 'INSERT INTO {mart}.' || r.relation || ' (' || r.columns || ')'
					|| p.definition
				WHEN 'insert in parallel' THEN
					'CREATE UNLOGGED TABLE {mart}.next_' || r.relation || ' AS' || p.definition
					|| E';\nDELETE FROM {mart}.' || r.relation
					|| E';\nINSERT INTO {mart}.' || r.relation || ' (' || r.columns || E')\nSELECT '
					|| r.columns || E'\nFROM {mart}.next_' || r.relation
					|| E';\nDROP TABLE {mart}.next_' || r.relation
				ELSE p.definition
			   END AS template
		FROM relation AS r
			 JOIN part AS p ON p.step = r.step AND p.relation = r.relation
		WHERE r.wanted
		  AND p.part IN (text 'insert', text 'insert in parallel', text 'prepare', text 'finish'))
	-- what is left out for too little data is empty
	SELECT r.step - 1, 'empty ' || min(r.relation), false,
		   string_agg('DELETE FROM {mart}.' || r.relation, E';\n' ORDER BY r.relation)
	FROM relation AS r
	WHERE r.written AND r.optional
	GROUP BY r.step
	UNION ALL
	SELECT s.step, min(s.relation), bool_or(s.optional),
		   string_agg(s.template, E';\n' ORDER BY s.relation, s.place)
	FROM statement AS s
	GROUP BY s.step;
	END;

CREATE OR REPLACE FUNCTION retention_mart_steps(settings jsonb)
	RETURNS TABLE (step integer, name text, optional boolean, statement text)
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT s.step, s.name, s.optional,
		   retention_mart_fill(s.template, retention_mart_values(settings) || s.more)
	FROM (SELECT r.step, r.name, false AS optional, r.template, jsonb '{}' AS more
		  FROM retention_mart_reading(settings) AS r
		  UNION ALL
		  SELECT c.step, c.name, c.optional, c.template, c.more
		  FROM retention_mart_comparing(settings) AS c
		  WHERE settings ->> text 'phase' = 'compare'
		  UNION ALL
		  SELECT c.step, c.name, c.optional, c.template, jsonb '{}'
		  FROM retention_mart_season_steps() AS c
		  WHERE settings ->> text 'phase' = 'compare'
		  UNION ALL
		  SELECT f.step, f.name, f.optional, f.template, f.more
		  FROM retention_mart_fits(settings) AS f
		  WHERE settings ->> text 'phase' = 'fit'
		  UNION ALL
		  SELECT w.step, w.name, w.optional, w.template, jsonb '{}'
		  FROM retention_mart_writing(settings) AS w
		  WHERE settings ->> text 'phase' = 'write') AS s
	ORDER BY s.step;
	END;

CREATE FUNCTION retention_mart_update_steps(settings jsonb)
	RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	WITH known AS (
		SELECT c.oid, c.relname::text AS relation
		FROM pg_class AS c
			 JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE n.nspname::text = settings ->> text 'schema_name'),
	part AS (
		SELECT p.relation, p.part, p.name, p.definition, p.place
		FROM retention_mart_parts(settings) AS p)
	SELECT row_number() OVER (ORDER BY s.stage, s.step, s.relation, s.place)::integer, s.relation,
		   s.statement
	FROM (
		SELECT 1 AS stage, t.step, t.name AS relation, 0::bigint AS place, t.statement
		FROM retention_mart_tables(settings) AS t
		WHERE NOT EXISTS (SELECT FROM known AS k WHERE k.relation = t.name)
		   OR EXISTS (SELECT FROM part AS p WHERE p.relation = t.name AND p.part = 'view')
		UNION ALL
		SELECT 0, 0, p.relation, p.place,
			   retention_mart_fill(
				CASE WHEN EXISTS (SELECT FROM part AS w
								  WHERE w.relation = p.relation
									AND w.part IN (text 'insert', text 'insert in parallel'))
					THEN 'DELETE FROM {mart}.' || p.relation || E';\n' ELSE '' END
				|| 'ALTER TABLE {mart}.' || p.relation || ' ADD COLUMN ' || p.name || ' '
				|| p.definition,
				retention_mart_values(settings))
		FROM part AS p
			 JOIN known AS k ON k.relation = p.relation
		WHERE p.part = 'column'
		  AND p.definition IS NOT NULL
		  AND NOT EXISTS (SELECT FROM pg_attribute AS a
						  WHERE a.attrelid = k.oid
							AND a.attname::text = p.name
							AND NOT a.attisdropped)
		UNION ALL
		-- a type that had one length may have another storage by now
		SELECT 2, 0, p.relation, p.place,
			   'ALTER TABLE ' || quote_ident(settings ->> text 'schema_name') || '.' || p.relation
			   || ' ALTER COLUMN ' || p.name || ' SET STORAGE EXTENDED'
		FROM part AS p
			 JOIN known AS k ON k.relation = p.relation
			 JOIN pg_attribute AS a ON a.attrelid = k.oid AND a.attname::text = p.name
			 JOIN pg_type AS t ON t.oid = a.atttypid
		WHERE p.part = 'column'
		  AND p.definition IS NOT NULL
		  AND t.oid IN ('purchase_history'::regtype, 'retention_model'::regtype)
		  AND a.attstorage = "char" 'p'
		  AND t.typstorage = "char" 'x'
		UNION ALL
		SELECT 3, c.step, c.name, 0::bigint, c.statement
		FROM retention_mart_comments(settings) AS c
		UNION ALL
		SELECT 4, 0, 'settings', 0::bigint,
			   retention_mart_fill(
				'ALTER TABLE {mart}.settings ALTER COLUMN format_version SET DEFAULT '
				|| retention_mart_format_version()::text
				|| E';\nUPDATE {mart}.settings SET format_version = '
				|| retention_mart_format_version()::text,
				retention_mart_values(settings))) AS s
	ORDER BY 1;
	END;

CREATE OR REPLACE FUNCTION retention_mart_capture_statement(settings jsonb, operation text) RETURNS text
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_mart_fill(CASE operation
		WHEN 'TRUNCATE' THEN 'INSERT INTO {mart}.change (truncated) VALUES (true)'
		ELSE 'INSERT INTO {mart}.change (customer_id, product_range, added, removed)'
			|| CASE WHEN operation IN (text 'INSERT', text 'UPDATE') THEN $sql$
SELECT {customer}, $sql$ || range || $sql$, {extension}.purchase_history({purchase}), NULL
FROM new_rows o
WHERE {customer} IS NOT NULL
  AND {ordered_at} IS NOT NULL
GROUP BY 1, 2$sql$ ELSE '' END
			|| CASE WHEN operation = 'UPDATE' THEN E'\nUNION ALL' ELSE '' END
			|| CASE WHEN operation IN (text 'DELETE', text 'UPDATE') THEN $sql$
SELECT {customer}, $sql$ || range || $sql$, NULL, {extension}.purchase_history({purchase})
FROM old_rows o
WHERE {customer} IS NOT NULL
  AND {ordered_at} IS NOT NULL
GROUP BY 1, 2$sql$ ELSE '' END
		END, retention_mart_order_values(settings))
	FROM (SELECT CASE WHEN (settings ->> text 'range_column') IS NULL THEN 'NULL::text'
					  ELSE '{range}' END AS range) AS q;
	END;

CREATE OR REPLACE FUNCTION retention_mart_triggers(settings jsonb, relation text, extension_schema text,
										dropping boolean)
	RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT t.step, t.operation,
		   CASE WHEN dropping
				THEN pg_catalog.format('DROP TRIGGER IF EXISTS %I ON %s', t.trigger_name, relation)
				ELSE pg_catalog.format(
					'CREATE TRIGGER %I AFTER %s ON %s%s FOR EACH STATEMENT '
					'EXECUTE FUNCTION %I.retention_mart_capture(%L)',
					t.trigger_name, t.operation, relation, t.tables, extension_schema,
					settings ->> text 'schema_name')
		   END
	FROM (SELECT o.step, o.operation, o.tables,
				 'retention_mart_' || lower(o.operation) || '_'
				 || substr(md5(settings ->> text 'schema_name'), 1, 8) AS trigger_name
		  FROM (VALUES
				(1, 'INSERT', ' REFERENCING NEW TABLE AS new_rows'),
				(2, 'UPDATE', ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'),
				(3, 'DELETE', ' REFERENCING OLD TABLE AS old_rows'),
				(4, 'TRUNCATE', '')) AS o(step, operation, tables)) AS t
	ORDER BY t.step;
	END;

COMMENT ON FUNCTION retention_mart_parts(jsonb) IS 'All of a retention mart in one list, each '
	'table as its function retention_mart_table_... gives it: name, columns, comments and how it '
	'is written. CREATE, COMMENT, INSERT and DROP follow from it.';

COMMENT ON FUNCTION retention_mart_writing(jsonb) IS 'The steps of a refresh of a retention mart '
	'that write its tables, as templates.';

COMMENT ON FUNCTION retention_mart_update_steps(jsonb) IS 'What brings the tables of a retention '
	'mart that an older version has made up to date, as SQL: what the first refresh after an '
	'update of the extension runs.';

COMMENT ON FUNCTION retention_mart_steps(jsonb) IS 'The steps of a refresh of a retention mart, as '
	'SQL: what refresh_retention_mart runs, in one transaction. phase in settings says which: '
	'''read all'', ''read changes'' or ''read recent'' orders, ''compare'' kinds of models, '
	'''fit'' models, with the order of the kinds in the array preferred in settings, too, and '
	'the season they go by, as of today and as of the hold-out, in season and holdout_season, or '
	'''write'' what follows as of its as_of, with the models base_model (its kind: base_kind), '
	'cycle_model and spend_model in settings. An optional step may fail for too little data.';

COMMENT ON FUNCTION retention_mart_capture() IS 'Trigger function of a retention mart: writes down '
	'which purchases came and went, as the owner of the orders and the mart, whoever writes. Its '
	'argument is the schema of the mart. Whatever goes wrong is a WARNING, and the orders are '
	'stored all the same; the next refresh then reads all of them. Where table and mart no longer '
	'belong to one owner nothing of the orders is evaluated.';

COMMENT ON FUNCTION create_retention_mart(regclass, text, text, text, text, text[], text, text,
		text, interval, double precision, double precision, regclass, interval)
	IS ''
	'Makes a schema of plain tables from a table of orders, for dashboards and the monthly '
	'meeting, and fills it: customer_scorecard, contact_list, cohorts, retention_curve, survival, '
	'lifecycle, lost_customers, churn_reasons, dropped_ranges, spend_trend, model_quality, '
	'purchase_forecast, purchase_outlook, unusual_periods, campaign_results, monthly_review, '
	'model_fits, model_comparison, season_fit and season, each column with a comment; beside them '
	'what they are made of: settings, '
	'customer_history, range_history, customer_attribute, campaign (which you may fill), change '
	'and model. customer, ordered_at, '
	'amount and range (of products) are names of columns of the source, attributes those that may '
	'be reasons to leave; they are in customers instead, if that is given, a table with one row a '
	'customer and the column customer. zone is the time zone of days (default: the session''s), '
	'for points in time only. changes: with ''trigger'' statement triggers on the source write '
	'down what changes, and a refresh reads only that: exact whatever changes; each order costs a '
	'little more, and the caller must have the rights of the table''s owner. With '
	'''high_water_mark'' there are no triggers, and a refresh reads again the orders from overlap '
	'before the latest order, or before the last refresh if that was earlier: what comes, changes '
	'or goes in that time is taken in, older changes are not before a refresh with read_all; an '
	'index on ordered_at helps. With ''rebuild'' each refresh reads all orders. The last two are '
	'for views, too. Customers are valued within the horizon, discounted by discount_rate a year, '
	'with margin the share of the order value that is earned. The mart belongs to the owner of the '
	'source, of customers and of all partitions, who must be one role, and all work is done as '
	'that role, whoever calls: who has its rights, a superuser, say, makes the mart for it. Who '
	'may only read them has a mart of their own with ''high_water_mark'' or ''rebuild'', which '
	'reads with their rights; a superuser has none of that kind. Policies of the owner''s own '
	'apply, those of others that hide rows are an error. Errors: 42703 for a column that does not '
	'exist, 42804 for one of the wrong type, 42P06 for a schema that exists, 42501 for missing '
	'rights, for tables of several owners and for policies of others, 55000 for triggers where '
	'policies hide rows from the owner, 22023 and 22004 for other arguments, 02000 for a source '
	'without orders.';

COMMENT ON FUNCTION refresh_retention_mart(text, date, boolean, boolean) IS 'Brings a retention '
	'mart up to date as of the end of a day (default: that of the latest order), in one '
	'transaction: readers see the old state until it commits and are never blocked, an error '
	'leaves it, two refreshes wait for each other. Who has the rights of its owner may, and it '
	'runs as the owner; a mart of orders that are somebody else''s only its owner refreshes. '
	'read_all reads all orders, whatever is known of changes: say, after changes while triggers '
	'were disabled, through logical replication, or older than the overlap of a high-water mark. '
	'The first refresh after an update of the extension that changes the tables of a mart alters '
	'them, and waits for readers. verbose says after each step how long it took; which one it is '
	'at can be seen from other sessions as application_name in pg_stat_activity. Models that '
	'can''t be fitted for too little data are left out with a NOTICE. Returns as_of. Errors: 3F000 '
	'for a schema without a mart, 42501 for missing rights, and where mart and orders no longer '
	'belong to one owner, 55000 for a mart of a newer version, 42P01 for orders that are gone, '
	'02000 for a source without orders.';

COMMENT ON FUNCTION drop_retention_mart(text) IS 'Drops a retention mart, with its triggers on the '
	'source, as its owner; who has the owner''s rights may. Whatever else is in its schema, or '
	'depends on it, is an error, and nothing is dropped. Errors: as refresh_retention_mart.';

CREATE OR REPLACE FUNCTION retention_grid_step(length double precision) RETURNS double precision
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT CASE WHEN length > float8 '0' AND length < float8 'Infinity'
				THEN p * CASE WHEN length / p <= float8 '1.2' THEN float8 '0.2'
							  WHEN length / p < float8 '3' THEN float8 '0.5'
							  WHEN length / p <= float8 '6' THEN float8 '1'
							  ELSE float8 '2' END
				ELSE float8 '1' END
	FROM (SELECT float8 '10' ^ floor(log(greatest(length, float8 '1e-300'))) AS p) q;
	END;

CREATE OR REPLACE FUNCTION retention_svg_grid(low double precision, high double precision,
	step double precision, top integer, bottom integer, percent boolean) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT string_agg(pg_catalog.format(
		'<path class="grid%s" d="M52 %sH472"/>'
		'<text class="tick" x="49" y="%s" text-anchor="end">%s</text>',
		CASE i WHEN 0 THEN ' zero' ELSE '' END, y, y + 4::numeric,
		CASE WHEN percent THEN retention_html_percent(i::float8 * step, 0)
			 ELSE retention_html_number((i::float8 * step / unit)::numeric,
					CASE WHEN step < unit THEN 1 ELSE 0 END) ||
				  CASE i WHEN 0 THEN '' ELSE letter END END), '' ORDER BY i)
	FROM (SELECT unit, letter
		  FROM (VALUES (float8 '1', ''), (float8 '1e3', ' k'), (float8 '1e6', ' M'),
					   (float8 '1e9', ' G'), (float8 '1e12', ' T')) AS u(unit, letter)
		  WHERE unit = float8 '1' OR greatest(high, -low) >=
				unit * CASE unit WHEN float8 '1e3' THEN float8 '100' ELSE float8 '1' END
		  ORDER BY unit DESC LIMIT 1) u,
		 (SELECT i, round((bottom::float8 -
				(i::float8 * step - low) / (high - low) * (bottom - top)::float8)::numeric, 1) AS y
		  FROM generate_series(round(low / step)::integer, round(high / step)::integer) AS i) g;
	END;

CREATE OR REPLACE FUNCTION retention_svg(name text, title text, description text, height integer,
	content text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT pg_catalog.format(
		'<svg viewBox="0 0 480 %s" role="img" aria-labelledby="%s-title %s-description">'
		'<title id="%s-title">%s</title><desc id="%s-description">%s</desc>%s</svg>',
		height, name, name, name, retention_html_text(title), name,
		retention_html_text(description), coalesce(content, ''));
	END;

CREATE FUNCTION retention_svg_chart(name text, title text, description text,
	low double precision, high double precision, step double precision, percent boolean,
	content text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT retention_svg(name, title, description, 240,
		retention_svg_grid(low, high, step, 12, 212, percent) || content);
	END;

COMMENT ON FUNCTION retention_svg_chart(text, text, text, double precision, double precision,
	double precision, boolean, text) IS
	'A picture of 240 units height with a grid from low to high, its plot between 52 and 472, '
	'12 and 212 units.';

CREATE FUNCTION retention_svg_bar(class text, x numeric, y numeric, width numeric,
	height numeric, title text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<rect class="' || class || '" x="' || x::text || '" y="' || y::text ||
		'" width="' || width::text || '" height="' || height::text || '"' ||
		coalesce('><title>' || title || '</title></rect>', '/>');
	END;

COMMENT ON FUNCTION retention_svg_bar(text, numeric, numeric, numeric, numeric, text) IS
	'A bar of a picture, with what is shown to who points at it, or NULL.';

CREATE FUNCTION retention_svg_dot(class text, x numeric, y numeric, radius numeric, title text)
	RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<circle class="' || class || '" cx="' || x::text || '" cy="' || y::text ||
		'" r="' || radius::text || '"' ||
		coalesce('><title>' || title || '</title></circle>', '/>');
	END;

COMMENT ON FUNCTION retention_svg_dot(text, numeric, numeric, numeric, text) IS
	'A dot of a picture, with what is shown to who points at it, or NULL.';

CREATE FUNCTION retention_svg_path(class text, steps text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<path class="' || class || '" d="' || steps || '"/>';
	END;

COMMENT ON FUNCTION retention_svg_path(text, text) IS 'A path of a picture.';

CREATE FUNCTION retention_svg_tick(x numeric, y numeric, label text) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT '<text class="tick" x="' || x::text || '" y="' || y::text ||
		'" text-anchor="middle">' || label || '</text>';
	END;

COMMENT ON FUNCTION retention_svg_tick(numeric, numeric, text) IS
	'What is written at an axis of a picture, in the middle of a place.';

CREATE FUNCTION retention_svg_month(x numeric, month date) RETURNS text
	LANGUAGE SQL IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	BEGIN ATOMIC
	-- not so far to the right that the picture ends within the text
	SELECT retention_svg_tick(least(round(x, 1), 454::numeric), 230::numeric,
		to_char(month::timestamp without time zone, text 'Mon YY'));
	END;

COMMENT ON FUNCTION retention_svg_month(numeric, date) IS
	'A month below the plot of a picture of 240 units height.';

CREATE FUNCTION retention_review_css() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $css$
:root {
	color-scheme: light dark;
	--page: #f4f6f9; --card: #fff; --text: #1c2430; --quiet: #556070; --line: #dce1e8;
	--strong: #8a94a3;
	--stay: #2b6cb0; --back: #7db3e6; --new: #12806f; --lost: #c2410c; --band: #2b6cb033;
	--h0: #eef4fb; --h1: #d3e4f6; --h2: #a9cbed; --h3: #76aee0; --h4: #2b6cb0; --h5: #1a4a80;
	--on-low: #1c2430; --on-high: #fff; --on-middle: #1c2430
}
@media (prefers-color-scheme: dark) {
	:root {
		--page: #0f1318; --card: #181d25; --text: #e6ebf2; --quiet: #a3afbf; --line: #2c3440;
		--strong: #6b7687;
		--stay: #5b9ae0; --back: #a9cdf5; --new: #45bfa8; --lost: #f08a4f; --band: #5b9ae04d;
		--h0: #1c2533; --h1: #1f3350; --h2: #264a78; --h3: #2f64a3; --h4: #7fb2ea; --h5: #b9d7f7;
		--on-low: #e6ebf2; --on-middle: #fff; --on-high: #10151c
	}
}
* { box-sizing: border-box }
body {
	margin: 0; background: var(--page); color: var(--text);
	font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans",
		sans-serif;
	overflow-wrap: anywhere
}
main, header, footer { max-width: 1120px; margin: 0 auto; padding: 0 20px }
header { padding-top: 32px }
h1 { font-size: 30px; line-height: 1.2; margin: 0 }
h2 { font-size: 19px; line-height: 1.3; margin: 0 0 4px }
header p, .note, footer { color: var(--quiet) }
header p { margin: 6px 0 20px }
.note { margin: 0 0 10px; font-size: 14.5px }
.pictures { columns: 2 420px; column-gap: 16px }
.pictures > section { break-inside: avoid; margin-bottom: 16px }
.answers { display: grid; gap: 16px; margin-bottom: 16px }
@media (min-width: 900px) {
	.answers { grid-template-columns: repeat(6, 1fr) }
	.answers > div { grid-column: span 2 }
	.answers > div:nth-child(n + 4) { grid-column: span 3 }
}
section, .answers > div {
	background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px;
	min-width: 0
}
.answers h2 { font-size: 15px; font-weight: 600; color: var(--quiet) }
.answers .figure {
	font-size: 32px; line-height: 1.2; font-weight: 700; margin: 2px 0 4px;
	font-variant-numeric: tabular-nums
}
.answers p { margin: 0; font-size: 15px }
.answers .lost .figure { color: var(--lost) }
.months {
	display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 14px; margin: 0
}
.months dt { color: var(--quiet); font-size: 14px }
.months dd { margin: 0; font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums }
.months dd small { display: block; font-size: 13px; font-weight: 400; color: var(--quiet) }
.whole { margin: 16px 0 }
.sign { border-left: 6px solid var(--lost) }
.sign p { margin: 0 }
svg { display: block; width: 100%; height: auto; max-width: 640px; margin: 0 auto }
svg text {
	font: 11.5px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans",
		sans-serif;
	fill: var(--text); font-variant-numeric: tabular-nums
}
svg text.tick { fill: var(--quiet) }
.grid { stroke: var(--line); fill: none }
.zero { stroke: var(--strong) }
.stay { fill: var(--stay) }
.back { fill: var(--back) }
.new { fill: var(--new) }
.lost-bar { fill: var(--lost) }
.line { fill: none; stroke: var(--stay); stroke-width: 2.25; stroke-linejoin: round }
.line-2 { fill: none; stroke: var(--lost); stroke-width: 2.25; stroke-dasharray: 6 4 }
.band { fill: var(--band) }
.limits { fill: none; stroke: var(--text); stroke-width: 1.25 }
.dot { fill: var(--lost) }
.h0 { fill: var(--h0) }
.h1 { fill: var(--h1) }
.h2 { fill: var(--h2) }
.h3 { fill: var(--h3) }
.h4 { fill: var(--h4) }
.h5 { fill: var(--h5) }
svg text.on0, svg text.on1, svg text.on2 { fill: var(--on-low) }
svg text.on3 { fill: var(--on-middle) }
svg text.on4, svg text.on5 { fill: var(--on-high) }
.wide { overflow-x: auto; max-width: 100% }
table {
	border-collapse: collapse; width: 100%; font-size: 14.5px; font-variant-numeric: tabular-nums;
	overflow-wrap: normal
}
caption { text-align: left; color: var(--quiet); font-size: 13.5px; padding: 4px 0 }
th, td {
	text-align: right; padding: 5px 8px; border-bottom: 1px solid var(--line); vertical-align: top
}
th:first-child, .list td:nth-child(3), .list th:nth-child(3) { text-align: left }
td { white-space: nowrap }
thead th { color: var(--quiet); font-weight: 600; vertical-align: bottom }
tbody th { font-weight: 600; max-width: 22em; overflow-wrap: anywhere }
details { margin-top: 8px }
summary { cursor: pointer; color: var(--quiet); font-size: 14px }
.legend {
	list-style: none; display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 6px 0 0; padding: 0;
	font-size: 14px; color: var(--quiet)
}
.legend i {
	display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 6px
}
footer { font-size: 13.5px; padding-bottom: 32px }
@media (max-width: 560px) {
	main, header, footer { padding-left: 12px; padding-right: 12px }
	section, .answers > div { padding: 14px }
	h1 { font-size: 25px }
	svg text { font-size: 13px }
	svg.cells { min-width: 480px }
	svg.cells text { font-size: 11.5px }
	th, td { padding: 5px 3px }
	table { font-size: 13.5px }
	tbody th { min-width: 6.9em }
}
@media print {
	* { print-color-adjust: exact }
	@page { margin: 10mm }
	:root { --page: #fff }
	body { font-size: 11px; line-height: 1.35 }
	main, header, footer { max-width: none; padding: 0 }
	h1 { font-size: 22px }
	h2, .answers h2 { font-size: 13px }
	header p { margin: 2px 0 8px }
	section, .answers > div { break-inside: avoid; padding: 8px 10px; border-radius: 6px }
	.list { break-inside: auto }
	footer, .note, .legend, .answers p, caption { font-size: 10.5px; margin-bottom: 4px }
	.answers .figure { font-size: 19px }
	.answers { grid-template-columns: repeat(6, 1fr); gap: 8px; margin-bottom: 8px }
	.answers > div { grid-column: span 2 }
	.answers > div:nth-child(n + 4) { grid-column: span 3 }
	.months { grid-template-columns: repeat(5, 1fr); gap: 6px }
	.months dt, .months dd small { font-size: 10.5px }
	.months dd { font-size: 16px }
	.whole { margin: 8px 0 }
	.pictures { columns: 2; column-gap: 8px }
	.pictures > section { margin-bottom: 8px }
	.wide { overflow: visible }
	table { font-size: 10px }
	th, td { padding: 2px 4px }
	tr { break-inside: avoid }
	details { display: none }
}
$css$;
	END;

COMMENT ON FUNCTION retention_review_css() IS
	'The css of the page that retention_review_html makes.';

CREATE FUNCTION retention_review_head() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$SELECT '<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="'
	'default-src ''none''; style-src ''unsafe-inline''; img-src data:"/>
<meta name="color-scheme" content="light dark"/>
<link rel="icon" href="data:,"/>
<title>' || {extension}.retention_html_text($2) || '</title>
<style>' || {extension}.retention_review_css() || '</style>
</head>
<body>
<header>
<h1>' || {extension}.retention_html_text($2) || '</h1>
<p>' || {extension}.retention_html_text(trim(BOTH '"' FROM source_table::text)::text) ||
	', as of the end of ' || to_char(as_of, 'FMDD FMMonth YYYY') ||
	'. It is not how many come in, it is how many come back.</p>
</header>
<main>'
FROM {mart}.settings$sql$;
	END;

COMMENT ON FUNCTION retention_review_head() IS
	'The beginning of the review, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_foot() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH churn AS (
	SELECT string_agg(kind, ', ' ORDER BY kind) AS models FROM {mart}.model
	WHERE chosen AND {extension}.retention_mart_model_use(kind) = 'base_model'),
spend AS (
	SELECT count(*) AS not_valued FROM {mart}.customer_scorecard
	WHERE expected_order_value IS NULL AND EXISTS (
		SELECT FROM {mart}.model
		WHERE chosen AND {extension}.retention_mart_model_use(kind) = 'spend_model'))
SELECT '</main>
<footer><p>A customer is lost from the day on which they are more likely gone than not, '
	'by the rhythm of their purchases' ||
	coalesce(' and the model ' || models || ' of all', '') ||
	'. How many were lost is the sum of such probabilities, not the number of alarms: many come '
	'back after one. Worth is the margin to expect within ' || horizon::text ||
	', discounted by ' ||
	{extension}.retention_html_percent(discount_rate::double precision, 1) ||
	' a year, at a margin of ' ||
	{extension}.retention_html_percent(margin::double precision, 0) ||
	' of sales' || CASE WHEN not_valued > 0 THEN
		'; ' || {extension}.retention_html_number(not_valued::numeric, 0) ||
		' customers could not be valued' ELSE '' END ||
	'. Refreshed ' || to_char(refreshed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') ||
	' UTC.</p></footer>
</body>
</html>
'
FROM {mart}.settings, churn, spend$sql$;
	END;

COMMENT ON FUNCTION retention_review_foot() IS
	'The end of the review, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_answers() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH last AS (
	SELECT r.*, lag(customers) OVER (ORDER BY month) AS before,
		avg(lost) OVER year_before AS lost_a_month, avg(value_lost) OVER year_before AS cost_a_month
	FROM {mart}.monthly_review r
	WINDOW year_before AS (ORDER BY month ROWS BETWEEN 12 PRECEDING AND 1 PRECEDING)
	ORDER BY month DESC LIMIT 1),
reason AS (
	SELECT attribute || ' ' || coalesce(value, 'not known') AS name, churn_rate, lift
	FROM {mart}.churn_reasons WHERE lift > 1 AND p_value < 0.05
	ORDER BY p_value, attribute, value LIMIT 1),
list AS (SELECT count(*) AS customers, sum(value_to_save) AS value FROM {mart}.contact_list),
idea AS (SELECT * FROM {mart}.campaign_results ORDER BY contacted_on DESC, campaign LIMIT 1),
known AS (
	SELECT attribute_columns, horizon,
		EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts
	FROM {mart}.settings LIMIT 1),
lost AS (
	SELECT {extension}.retention_html_number(greatest(lost, 0)::numeric, 0) AS figure,
		coalesce('In ' || to_char(month, 'FMMonth YYYY') ||
			CASE WHEN lost < 0 THEN ': ' || {extension}.retention_html_number(-lost::numeric, 0) ||
				' more came back than were lost'
			ELSE coalesce(': ' ||
				{extension}.retention_html_percent(churn_rate::double precision, 1) ||
				' of the ' || {extension}.retention_html_count(before::bigint, text 'customer') ||
				' there were', '') END ||
			'. In the year before: ' ||
			{extension}.retention_html_number(lost_a_month::numeric, 0) || ' a month.',
			'No month is over yet.') AS said
	FROM (SELECT) one LEFT JOIN last ON true),
why AS (
	SELECT coalesce({extension}.retention_html_text(main_reason::text),
			{extension}.retention_html_text(name)) AS figure,
		CASE WHEN attribute_columns = '{}' THEN
			'No attributes of customers were named: create the mart with '
			'<code>attributes</code> to see which of them leave.'
		WHEN main_reason IS NOT NULL THEN
			'Of these, ' || {extension}.retention_html_number(main_reason_lift::numeric, 1) ||
			' times as many were lost in the month as of all customers.'
		WHEN name IS NOT NULL THEN
			'Nothing stands out in this month. Over the last twelve, ' ||
			{extension}.retention_html_percent(reason.churn_rate::double precision, 0) ||
			' of these were lost, ' || {extension}.retention_html_number(lift::numeric, 1) ||
			' times as many as of all customers.'
		ELSE 'Nothing that the lost have in common could not be chance.' END AS said
	FROM known LEFT JOIN last ON true LEFT JOIN reason ON true),
cost AS (
	SELECT {extension}.retention_html_money(value_lost::numeric, $1) AS figure,
		CASE WHEN month IS NULL THEN ''
		WHEN NOT amounts THEN
			'Amounts are not known: they would be the column <code>amount</code> of the mart.'
		WHEN value_lost IS NULL THEN 'Nobody was lost who has not come back.'
		ELSE 'What those who were lost in the month were worth: the margin to expect of them '
			'within ' || horizon::text || '. In the year before: ' ||
			{extension}.retention_html_money(cost_a_month::numeric, $1) || ' a month.' END AS said
	FROM known LEFT JOIN last ON true),
todo AS (
	SELECT CASE WHEN value IS NULL THEN
			{extension}.retention_html_count(customers::bigint, text 'customer')
		ELSE {extension}.retention_html_money(value::numeric, $1) END AS figure,
		CASE WHEN customers = 0 THEN 'Nobody is due, overdue or at risk this week.'
		ELSE CASE WHEN value IS NULL THEN 'to call or write to: those'
			ELSE 'can still be saved: call or write to the ' ||
				{extension}.retention_html_count(customers::bigint, text 'customer') END ||
			' of the contact list, the first of them first.' END AS said
	FROM list),
worked AS (
	SELECT CASE WHEN campaign IS NULL THEN NULL
		WHEN difference IS NULL THEN '?'
		WHEN difference_lower > 0 THEN
			'Yes: ' || {extension}.retention_html_number(brought_back::numeric, 0) || ' came back'
		WHEN difference_upper < 0 THEN 'No: it did harm'
		ELSE 'Not to be told yet' END AS figure,
		coalesce('<b>' || {extension}.retention_html_text(campaign::text) || '</b>: ' ||
		CASE WHEN difference IS NULL THEN
			'only customers who were contacted and others who were not tell. '
			'Leave out some, drawn by chance, and write them down, too.'
		ELSE 'of ' || {extension}.retention_html_count(contacted::bigint, text 'customer') ||
			' contacted ' ||
			{extension}.retention_html_percent(contacted_rate::double precision, 0) ||
			' bought within ' || {extension}.retention_html_count(days::bigint, text 'day') ||
			', of ' || {extension}.retention_html_number(control::numeric, 0) || ' others ' ||
			{extension}.retention_html_percent(control_rate::double precision, 0) || ': ' ||
			{extension}.retention_html_number((100 * difference_lower)::numeric, 0) || ' to ' ||
			{extension}.retention_html_number((100 * difference_upper)::numeric, 0) ||
			' of 100 more.' END,
		'Write down whom you contact, and whom, by chance, you do not, in the table '
		'<code>campaign</code> of the mart: here is what came of it.') AS said
	FROM (SELECT) one LEFT JOIN idea ON true)
SELECT E'<div class="answers">\n' ||
	{extension}.retention_html_answer(
		text 'lost', text 'How many did we lose?', lost.figure, lost.said) ||
	{extension}.retention_html_answer(
		NULL::text, text 'Why?', why.figure, why.said) ||
	{extension}.retention_html_answer(
		text 'lost', text 'What did it cost?', cost.figure, cost.said) ||
	{extension}.retention_html_answer(
		NULL::text, text 'What to do now?', todo.figure, todo.said) ||
	{extension}.retention_html_answer(
		NULL::text, text 'Did the last idea work?', worked.figure, worked.said) ||
	'</div>'
FROM lost, why, cost, todo, worked$sql$;
	END;

COMMENT ON FUNCTION retention_review_answers() IS
	'The five questions of the review with their answers, as a template: see '
	'retention_review_parts.';

CREATE FUNCTION retention_review_month() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH months AS (
	SELECT *, row_number() OVER (ORDER BY month DESC) AS n,
		CASE WHEN spend IS NULL THEN {extension}.retention_html_number(orders::numeric, 0)
			ELSE {extension}.retention_html_money(spend::numeric, $1) END AS sold
	FROM {mart}.monthly_review ORDER BY month DESC LIMIT 2),
now AS (SELECT * FROM months WHERE n = 1),
before AS (SELECT * FROM months WHERE n = 2),
trend AS (
	SELECT CASE WHEN p_value IS NULL THEN '' WHEN p_value >= 0.05 THEN 'no clear trend'
		ELSE 'three months: ' || CASE WHEN change > 0 THEN '+' ELSE '' END ||
			{extension}.retention_html_percent(change::double precision, 0) END AS said
	FROM {mart}.spend_trend ORDER BY month DESC LIMIT 1)
SELECT CASE WHEN now.month IS NULL THEN '' ELSE
	E'<section class="whole" aria-label="The month in figures"><dl class="months">\n' ||
	{extension}.retention_html_month(text 'Customers',
		{extension}.retention_html_number(now.customers::numeric, 0),
		{extension}.retention_html_number(before.customers::numeric, 0) || ' a month before') ||
	{extension}.retention_html_month(text 'New customers',
		{extension}.retention_html_number(now.new::numeric, 0),
		{extension}.retention_html_number(before.new::numeric, 0) || ' a month before') ||
	{extension}.retention_html_month('Bought in ' || to_char(now.month, 'FMMonth'),
		{extension}.retention_html_number(now.active::numeric, 0),
		{extension}.retention_html_number(before.active::numeric, 0) || ' a month before') ||
	{extension}.retention_html_month(
		CASE WHEN now.spend IS NULL THEN 'Orders' ELSE 'Spent' END, now.sold,
		coalesce(before.sold, '&#8211;') || ' a month before') ||
	CASE WHEN now.average_order_value IS NULL THEN '' ELSE
		{extension}.retention_html_month(text 'Average order',
			{extension}.retention_html_money(now.average_order_value::numeric, $1),
			coalesce(trend.said, '')) END ||
	'</dl></section>' END
FROM (SELECT) one LEFT JOIN now ON true LEFT JOIN before ON true LEFT JOIN trend ON true$sql$;
	END;

COMMENT ON FUNCTION retention_review_month() IS
	'The month in figures, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_lifecycle() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH months AS (
	SELECT month, retained, resurrected, l.new, l.active, r.lost, r.customers, l.lost AS alarms,
		l.recovered, row_number() OVER (ORDER BY month) - 1 AS n, count(*) OVER () AS months
	FROM (SELECT * FROM {mart}.lifecycle ORDER BY month DESC LIMIT 24) l
		JOIN {mart}.monthly_review r USING (month)),
extremes AS (
	SELECT greatest(max(lost), 0)::float8 AS lost, greatest(max(active), 1)::float8 AS active,
		min(month) AS first, max(month) AS last
	FROM months),
scale AS (
	SELECT -step * ceil(lost / step) AS low, step * ceil(active / step) AS high, step, first, last
	FROM (SELECT *, {extension}.retention_grid_step((lost + active)::double precision) AS step
		FROM extremes) s),
scaled AS (
	SELECT m.*, 52 + 420.0 * n / months AS x, greatest(420.0 / months - 3, 2) AS width,
		200 / (high - low) AS unit, 12 + 200 * high / (high - low) AS zero
	FROM months m, scale),
-- what each bar reaches up to, and how long it is
bars AS (
	SELECT month, string_agg({extension}.retention_svg_bar(class::text, round(x, 1)::numeric,
			round((zero - unit * top)::numeric, 1)::numeric, round(width, 1)::numeric,
			round((unit * height)::numeric, 1)::numeric, NULL::text), '' ORDER BY place) AS bars
	FROM scaled, LATERAL (VALUES
		(1, 'stay', retained, retained),
		(2, 'back', retained + resurrected, resurrected),
		(3, 'new', active, new),
		(4, 'lost-bar', 0, greatest(lost, 0))) AS bar(place, class, top, height)
	GROUP BY month),
drawn AS (
	SELECT string_agg(format('<g><title>%s: %s stayed, %s came back, %s new, %s lost</title>%s</g>',
			to_char(month, 'Mon YYYY'), retained, resurrected, new, lost, bars) ||
		CASE WHEN (months - 1 - n) % ceil(months / 6.0)::int = 0 THEN
			{extension}.retention_svg_month((x + width / 2)::numeric, month::date)
			ELSE '' END, '' ORDER BY month) AS picture
	FROM scaled JOIN bars USING (month)),
figures AS (
	SELECT string_agg({extension}.retention_html_row(to_char(month, 'Mon YYYY'), VARIADIC ARRAY[
		{extension}.retention_html_number(retained::numeric, 0),
		{extension}.retention_html_number(resurrected::numeric, 0),
		{extension}.retention_html_number(new::numeric, 0),
		{extension}.retention_html_number(lost::numeric, 0),
		{extension}.retention_html_number(customers::numeric, 0),
		{extension}.retention_html_number(alarms::numeric, 0),
		{extension}.retention_html_number(recovered::numeric, 0)]), '' ORDER BY month DESC) AS body
	FROM months)
-- the pictures begin here and end with retention_review_order_value
SELECT '<div class="pictures">' || {extension}.retention_html_section(NULL::text,
	text 'Who came, came back and was lost',
	text 'Customers who bought in each month, and below the line those who were lost in it.',
	CASE WHEN last IS NULL THEN '<p>No month is over yet.</p>' ELSE
		{extension}.retention_svg_chart(text 'lifecycle', text 'Customers month by month',
			format('From %s to %s', to_char(first, 'FMMonth YYYY'), to_char(last, 'FMMonth YYYY')),
			low::double precision, high::double precision, step::double precision, false,
			(SELECT picture FROM drawn)) ||
		{extension}.retention_html_legend(ARRAY['stay', 'back', 'new', 'lost'],
			ARRAY['bought in the month before, too', 'came back after a pause', 'new', 'lost']) ||
		{extension}.retention_html_figures({extension}.retention_html_table(
			text 'Customers month by month',
			ARRAY['Month', 'Bought in the month before', 'Came back', 'New', 'Lost', 'Customers',
				'Alarms', 'Bought after one'],
			(SELECT body FROM figures))) END)
FROM scale$sql$;
	END;

COMMENT ON FUNCTION retention_review_lifecycle() IS
	'Who came, came back and was lost, month by month, as a template: see '
	'retention_review_parts.';

CREATE FUNCTION retention_review_cost() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH known AS (
	SELECT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts),
months AS (
	SELECT *, row_number() OVER (ORDER BY month) - 1 AS n, count(*) OVER () AS months,
		coalesce(value_lost, 0)::float8 AS value
	FROM (SELECT * FROM {mart}.monthly_review ORDER BY month DESC LIMIT 13) l),
extremes AS (
	SELECT greatest(max(value), 1) AS value, count(value_lost) AS losses FROM months),
scale AS (
	SELECT step * ceil(value / step) AS high, step, losses
	FROM (SELECT *, {extension}.retention_grid_step(value::double precision) AS step
		FROM extremes) s),
scaled AS (
	SELECT m.*, 52 + 420.0 * n / months AS x, 420.0 / months - 4 AS width,
		212 - 200 * value / high AS y
	FROM months m, scale),
drawn AS (
	SELECT string_agg({extension}.retention_svg_bar(text 'lost-bar', round(x, 1)::numeric,
			round(y::numeric, 1)::numeric, round(width, 1)::numeric,
			round((212 - y)::numeric, 1)::numeric, to_char(month, 'Mon YYYY') || ': ' ||
				{extension}.retention_html_money(value_lost::numeric, $1)) ||
		CASE WHEN (months - 1 - n) % 3 = 0 THEN
			{extension}.retention_svg_month((x + width / 2)::numeric, month::date)
			ELSE '' END, '' ORDER BY month) AS picture
	FROM scaled),
figures AS (
	SELECT string_agg({extension}.retention_html_row(to_char(month, 'Mon YYYY'), VARIADIC ARRAY[
		{extension}.retention_html_number(lost::numeric, 0),
		{extension}.retention_html_percent(churn_rate::double precision, 1),
		{extension}.retention_html_money(value_lost::numeric, $1),
		{extension}.retention_html_text(main_reason::text)]), '' ORDER BY month DESC) AS body
	FROM months)
SELECT CASE WHEN NOT amounts THEN '' ELSE {extension}.retention_html_section(NULL::text,
	text 'What the lost were worth',
	text 'Of those who have not come back: the margin that was to be expected of them on the day '
		'they were last seen.',
	CASE WHEN losses = 0 THEN '<p>Nobody has been lost who has not come back.</p>' ELSE
		{extension}.retention_svg_chart(text 'cost', text 'Value lost month by month',
			text 'In the last thirteen months',
			0::double precision, high::double precision, step::double precision, false,
			(SELECT picture FROM drawn)) ||
		{extension}.retention_html_figures({extension}.retention_html_table(
			text 'Value lost month by month',
			ARRAY['Month', 'Lost', 'Churn rate', 'Value lost', 'Main reason'],
			(SELECT body FROM figures))) END) END
FROM known, scale$sql$;
	END;

COMMENT ON FUNCTION retention_review_cost() IS
	'What the lost were worth, month by month, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_cohorts() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH chosen AS (
	SELECT cohort, row_number() OVER (ORDER BY cohort) - 1 AS n
	FROM (SELECT DISTINCT cohort FROM {mart}.cohorts WHERE period >= 1
		ORDER BY cohort DESC LIMIT 18) c),
-- a row of cells for a cohort, a column for a month since
cells AS (
	SELECT c.*, 35 + 20 * n AS y, 119 + 31.3 * (period - 1) AS x,
		least(5, coalesce(floor(6 * rate / nullif(max(rate) OVER (), 0)), 0))::int AS shade
	FROM {mart}.cohorts c JOIN chosen USING (cohort) WHERE period BETWEEN 1 AND 12),
columns AS (
	SELECT period, 119 + 31.3 * (period - 1) AS x
	FROM generate_series(1, (SELECT max(period) FROM cells)) AS period),
rows AS (
	SELECT cohort, y, max(eligible) AS eligible, array_agg(
		{extension}.retention_html_number((100 * rate)::numeric, 1) ORDER BY period) AS rates
	FROM cells GROUP BY cohort, y),
drawn AS (
	SELECT (
		SELECT string_agg({extension}.retention_svg_tick(x::numeric, 14::numeric, period::text),
			'' ORDER BY period)
		FROM columns) || (
		SELECT string_agg(format(
			'<text x="2" y="%s">%s</text>'
			'<text class="tick" x="97" y="%s" text-anchor="end">%s</text>',
			y, to_char(cohort, 'Mon YY'), y,
			{extension}.retention_html_number(eligible::numeric, 0)), '' ORDER BY y)
		FROM rows) || (
		SELECT string_agg(format('<g><title>%s, month %s: %s of %s</title>'
			'<rect class="h%s" x="%s" y="%s" width="30.5" height="19" rx="2"/>'
			'<text class="on%s" x="%s" y="%s" text-anchor="middle">%s</text></g>',
			to_char(cohort, 'Mon YYYY'), period, active, eligible, shade, x - 15.5, y - 14, shade,
			x, y, {extension}.retention_html_number((100 * rate)::numeric, 0)),
			'' ORDER BY y, period)
		FROM cells) AS picture),
together AS (
	SELECT string_agg({extension}.retention_html_row(period::text, VARIADIC ARRAY[
		{extension}.retention_html_number(eligible::numeric, 0),
		{extension}.retention_html_number(active::numeric, 0),
		{extension}.retention_html_percent(rate::double precision, 1),
		{extension}.retention_html_percent(lower::double precision, 1),
		{extension}.retention_html_percent(upper::double precision, 1),
		{extension}.retention_html_percent(rate_on_or_after::double precision, 1)]),
		'' ORDER BY period) AS body
	FROM {mart}.retention_curve WHERE period <= 24),
each AS (
	SELECT string_agg({extension}.retention_html_row(to_char(cohort, 'Mon YYYY'), VARIADIC ARRAY[
		{extension}.retention_html_number(eligible::numeric, 0)] || rates),
		'' ORDER BY cohort) AS body
	FROM rows)
SELECT {extension}.retention_html_section(NULL::text, text 'How many come back',
	text 'Of 100 customers who first bought in a month, how many bought again so many months '
		'later.',
	CASE WHEN NOT EXISTS (SELECT FROM cells) THEN
		'<p>No customer has been seen for a whole month after the first yet.</p>' ELSE
		'<div class="wide" tabindex="0" role="region" aria-label="Cohorts">' ||
		replace({extension}.retention_svg(text 'cohorts',
			text 'Cohorts: the share of customers who bought again',
			text 'A row for each month in which customers came, a column for each month since',
			(SELECT 26 + 20 * count(*) FROM chosen)::integer, (SELECT picture FROM drawn)),
			'<svg ', '<svg class="cells" ') || '</div>' ||
		{extension}.retention_html_figures(
			{extension}.retention_html_table(text 'All cohorts together',
				ARRAY['Months later', 'Customers', 'Bought', 'Rate', 'At least', 'At most',
					'Then or later'],
				(SELECT body FROM together)) ||
			{extension}.retention_html_table(text 'Percent of each cohort',
				ARRAY['Cohort', 'Customers'] ||
					(SELECT array_agg(period::text ORDER BY period) FROM columns),
				(SELECT body FROM each))) END)$sql$;
	END;

COMMENT ON FUNCTION retention_review_cohorts() IS
	'How many of each cohort come back, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_survival() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH curve AS (
	SELECT days, survival, coalesce(lower, survival) AS lower, coalesce(upper, survival) AS upper
	FROM {mart}.survival
	UNION SELECT 0, 1, 1, 1 WHERE EXISTS (SELECT FROM {mart}.survival)),
until AS (SELECT greatest(max(days), 1)::float8 AS days FROM curve),
-- at most one step for each unit of the picture
steps AS (
	SELECT DISTINCT ON (floor(420 * c.days / u.days)) c.*,
		round((52 + 420 * c.days / u.days)::numeric, 1) AS x
	FROM curve c, until u ORDER BY floor(420 * c.days / u.days), c.days DESC),
scaled AS (
	SELECT days, x, lead(x, 1, 472) OVER (ORDER BY days) AS x_next,
		round((212 - 200 * survival)::numeric, 1) AS y,
		round((212 - 200 * lower)::numeric, 1) AS y_lower,
		round((212 - 200 * upper)::numeric, 1) AS y_upper
	FROM steps),
-- a day of each month, of the last of some, that is shown below the plot
ticks AS (
	SELECT months, 30.4375 * months AS days, max(months) OVER () AS last,
		round((52 + 420 * 30.4375 * months / u.days)::numeric, 1) AS x
	FROM until u, generate_series(0, floor(u.days / 30.4375)::int,
		CASE WHEN u.days > 2200 THEN 12 WHEN u.days > 1000 THEN 6
			WHEN u.days > 300 THEN 3 ELSE 1 END) AS months),
drawn AS (
	SELECT (
		SELECT {extension}.retention_svg_path(text 'band', format('M%sL%sZ',
				string_agg(format('%s %s H%s', x, y_upper, x_next), 'L' ORDER BY days),
				string_agg(format('%s %s H%s', x_next, y_lower, x), 'L' ORDER BY days DESC))) ||
			{extension}.retention_svg_path(text 'line', 'M52 12' ||
				string_agg(format('L%s %sH%s', x, y, x_next), '' ORDER BY days))
		FROM scaled) || (
		SELECT string_agg({extension}.retention_svg_tick(least(x, 446)::numeric, 230::numeric,
			CASE WHEN months = last THEN
				{extension}.retention_html_count(months::bigint, text 'month')
				ELSE months::text END), '' ORDER BY months)
		FROM ticks) AS picture),
quarters AS (
	SELECT q, (SELECT survival FROM curve WHERE days <= 91 * q
		ORDER BY days DESC LIMIT 1) AS survival
	FROM until, generate_series(0, least(8, floor(days / 91)::int)) q),
drops AS (
	SELECT q, (before - survival) / nullif(before, 0) AS share
	FROM (SELECT *, lag(survival) OVER (ORDER BY q) AS before FROM quarters) s),
half AS (
	SELECT coalesce('Half of them stay longer than ' ||
		{extension}.retention_html_count(min(days)::bigint, text 'day') || '.',
		'More than half of them are still here.') AS said
	FROM curve WHERE survival <= 0.5),
riskiest AS (
	SELECT ' The riskiest time is the ' ||
		CASE q WHEN 1 THEN 'first' WHEN 2 THEN 'second' WHEN 3 THEN 'third' ELSE q || 'th' END ||
		' quarter of a year: ' || {extension}.retention_html_number((100 * share)::numeric, 1) ||
		' of 100 who are still there are lost in it.' AS said
	FROM drops WHERE share > 0 ORDER BY share DESC, q LIMIT 1),
figures AS (
	SELECT string_agg({extension}.retention_html_row(months::text, VARIADIC ARRAY[
		{extension}.retention_html_percent(survival::double precision, 1),
		{extension}.retention_html_percent(lower::double precision, 1),
		{extension}.retention_html_percent(upper::double precision, 1)]),
		'' ORDER BY months) AS body
	FROM ticks t, LATERAL (
		SELECT * FROM curve WHERE curve.days <= t.days ORDER BY curve.days DESC LIMIT 1) c)
SELECT {extension}.retention_html_section(NULL::text, text 'How long customers stay',
	half.said || coalesce(riskiest.said, ''),
	CASE WHEN NOT EXISTS (SELECT FROM curve) THEN '<p>Too little is known of who left.</p>' ELSE
		{extension}.retention_svg_chart(text 'survival',
			text 'The share of customers who stay longer',
			text 'By months since the first purchase, with limits of 95 percent confidence',
			0::double precision, 1::double precision, 0.25::double precision, true,
			(SELECT picture FROM drawn)) ||
		{extension}.retention_html_figures({extension}.retention_html_table(
			text 'The share of customers who stay longer',
			ARRAY['Months', 'Still there', 'At least', 'At most'],
			(SELECT body FROM figures))) END)
FROM half LEFT JOIN riskiest ON true$sql$;
	END;

COMMENT ON FUNCTION retention_review_survival() IS
	'How long customers stay, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_forecast() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH periods AS (SELECT * FROM {mart}.purchase_forecast),
extremes AS (
	SELECT greatest(max(greatest(expected, actual)), 1) AS value, sum(expected) AS expected,
		sum(actual) AS actual, max(customers) AS customers
	FROM periods),
-- a mart that an older version has refreshed has no totals
totals AS (
	SELECT seen_until, to_jsonb(p) AS of, (to_jsonb(p) ->> 'total_lower')::float8 AS lower,
		(to_jsonb(p) ->> 'total_upper')::float8 AS upper
	FROM periods p),
limits AS (
	SELECT ' (' || {extension}.retention_html_percent(
			(of ->> 'level')::double precision, 0) || ' limits ' ||
		{extension}.retention_html_number(lower::numeric, 0) || ' to ' ||
		{extension}.retention_html_number(upper::numeric, 0) || ')' AS said, lower, upper
	FROM totals WHERE lower IS NOT NULL ORDER BY seen_until DESC LIMIT 1),
scale AS (
	SELECT step * ceil(value / step) AS high, step
	FROM (SELECT *, {extension}.retention_grid_step(value::double precision) AS step
		FROM extremes) s),
scaled AS (
	SELECT p.*, 64 + 70 * (period - 1) AS x, 87 + 70 * (period - 1) AS middle,
		round((212 - 200 * actual / high)::numeric, 1) AS y,
		round((212 - 200 * expected / high)::numeric, 1) AS y_expected
	FROM periods p, scale),
drawn AS (
	SELECT
		string_agg({extension}.retention_svg_bar(text 'stay', x::numeric, y::numeric, 46::numeric,
				(212 - y)::numeric, format('%s to %s: %s came, %s were expected',
					seen_from, seen_until, actual, round(expected::numeric))) ||
			{extension}.retention_svg_tick(middle::numeric, 230::numeric,
				to_char(seen_until, 'DD Mon')), '' ORDER BY period) ||
		{extension}.retention_svg_path(text 'line-2', 'M' ||
			string_agg(middle || ' ' || y_expected, 'L' ORDER BY period)) ||
		string_agg({extension}.retention_svg_dot(text 'dot', middle::numeric, y_expected::numeric,
			4::numeric, NULL::text), '' ORDER BY period) AS picture
	FROM scaled),
figures AS (
	SELECT string_agg({extension}.retention_html_row(seen_until::text, VARIADIC ARRAY[
		{extension}.retention_html_number(expected::numeric, 0),
		{extension}.retention_html_number(actual::numeric, 0),
		{extension}.retention_html_number((of ->> 'total_expected')::numeric, 0),
		{extension}.retention_html_number(lower::numeric, 0),
		{extension}.retention_html_number(upper::numeric, 0),
		{extension}.retention_html_number((of ->> 'total_actual')::numeric, 0)]),
		'' ORDER BY period) AS body
	FROM periods JOIN totals USING (seen_until)),
groups AS (
	SELECT string_agg({extension}.retention_html_row(bin::text, VARIADIC ARRAY[
		{extension}.retention_html_number(customers::numeric, 0),
		{extension}.retention_html_percent(expected_rate::double precision, 1),
		{extension}.retention_html_percent(actual_rate::double precision, 1),
		{extension}.retention_html_percent(lower::double precision, 1),
		{extension}.retention_html_percent(upper::double precision, 1)]),
		'' ORDER BY bin) AS body
	FROM {mart}.model_quality)
SELECT {extension}.retention_html_section(NULL::text, text 'Can the forecast be trusted?',
	coalesce('Half a year ago ' ||
		{extension}.retention_html_number(expected::numeric, 0) || ' purchases' ||
		coalesce(limits.said, '') || ' were expected of the ' ||
		{extension}.retention_html_count(customers::bigint, text 'customer') || ' there were; ' ||
		{extension}.retention_html_number(actual::numeric, 0) || ' came' ||
		CASE WHEN actual < lower OR actual > upper THEN
			', outside the limits, which hold only as far as the model does'
			ELSE '' END || '.' || coalesce(' ' || {unusual} || '.', ''), ''),
	CASE WHEN customers IS NULL THEN
		'<p>There is too little data of half a year ago to judge the model.</p>' ELSE
		{extension}.retention_svg_chart(text 'forecast', text 'Actual and expected purchases',
			text 'In six periods of thirty days, as the model of half a year ago expected them',
			0::double precision, high::double precision, step::double precision, false,
			(SELECT picture FROM drawn)) ||
		{extension}.retention_html_legend(ARRAY['stay', 'lost'],
			ARRAY['purchases that came', 'expected']) ||
		{extension}.retention_html_figures(
			{extension}.retention_html_table(text 'Actual and expected purchases',
				ARRAY['Until', 'Expected', 'Came', 'Expected until then', 'At least', 'At most',
					'Came until then'], (SELECT body FROM figures)) ||
			{extension}.retention_html_table(
				text 'Customers by the probability of a purchase within that half year',
				ARRAY['Group', 'Customers', 'Expected', 'Bought', 'At least', 'At most'],
				(SELECT body FROM groups))) END)
FROM scale, extremes LEFT JOIN limits ON true$sql$;
	END;

COMMENT ON FUNCTION retention_review_forecast() IS
	'What was expected half a year ago and what came, as a template: see '
	'retention_review_parts.';

CREATE FUNCTION retention_review_outlook() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH ahead AS (
	SELECT *, count(*) OVER () AS periods, row_number() OVER (ORDER BY days) AS n,
		max(days) OVER () AS last_day
	FROM {mart}.purchase_outlook),
scale AS (
	SELECT step * ceil(value / step) AS high, step
	FROM (SELECT value, {extension}.retention_grid_step(value::double precision) AS step
		FROM (SELECT greatest(max(coalesce(upper, expected)), 1) AS value FROM ahead) e) s),
scaled AS (
	SELECT a.*, round((52 + 420.0 * days / last_day)::numeric, 1) AS x,
		round((212 - 200 * expected / high)::numeric, 1) AS y,
		round((212 - 200 * lower / high)::numeric, 1) AS y_lower,
		round((212 - 200 * upper / high)::numeric, 1) AS y_upper
	FROM ahead a, scale),
drawn AS (
	-- NULL without limits
	SELECT coalesce({extension}.retention_svg_path(text 'band', 'M52 212L' ||
			string_agg(x || ' ' || y_upper, 'L' ORDER BY days) || 'L' ||
			string_agg(x || ' ' || y_lower, 'L' ORDER BY days DESC) || 'Z'), '') ||
		{extension}.retention_svg_path(text 'line', 'M52 212L' ||
			string_agg(x || ' ' || y, 'L' ORDER BY days)) ||
		string_agg({extension}.retention_svg_dot(text 'stay', x::numeric, y::numeric, 3.5::numeric,
				format('until %s: %s expected', until,
					{extension}.retention_html_number(expected::numeric, 0)) ||
				coalesce(', ' || {extension}.retention_html_number(lower::numeric, 0) || ' to ' ||
					{extension}.retention_html_number(upper::numeric, 0), '')) ||
			CASE WHEN (periods - n) % ceil(periods / 6.0)::int = 0 THEN
				{extension}.retention_svg_tick(least(x, 454)::numeric, 230::numeric,
					to_char(until, 'DD Mon')) ELSE '' END, '' ORDER BY days) AS picture
	FROM scaled),
figures AS (
	SELECT string_agg({extension}.retention_html_row(days::text, VARIADIC ARRAY[
		until::text,
		{extension}.retention_html_number(expected::numeric, 0),
		{extension}.retention_html_number(lower::numeric, 0),
		{extension}.retention_html_number(upper::numeric, 0)]), '' ORDER BY days) AS body
	FROM ahead),
-- the first period and all of them
said AS (
	SELECT string_agg(
			{extension}.retention_html_number(expected::numeric, 0) || ' purchases within ' ||
			{extension}.retention_html_count(days::bigint, text 'day') ||
			coalesce(' (' || CASE n WHEN 1 THEN
					{extension}.retention_html_percent(level::double precision, 0) || ' limits '
					ELSE '' END || {extension}.retention_html_number(lower::numeric, 0) || ' to ' ||
				{extension}.retention_html_number(upper::numeric, 0) || ')', ''), ', '
			ORDER BY days) ||
		' are to be expected of the ' ||
		{extension}.retention_html_count(max(customers)::bigint, text 'customer') ||
		' so far. Who is new comes on top' ||
		'; ' || max(times) || '.' ||
		CASE WHEN bool_or(lower IS NULL) THEN ' How sure that is, the fit does not tell.'
			ELSE '' END AS note
	FROM ahead,
		-- a mart that an older version has refreshed does not say
		LATERAL (SELECT CASE concat(to_jsonb(ahead) ->> 'with_season', ' ',
				to_jsonb(ahead) ->> 'with_events')
			WHEN 'true true' THEN 'the season and the events in the settings are in it'
			WHEN 'true false' THEN 'the season is in it, a campaign is not'
			WHEN 'false true' THEN 'the events in the settings are in it, a season is not'
			ELSE 'a season or a campaign is not in it' END AS times) k
	WHERE n = 1 OR n = periods)
SELECT {extension}.retention_html_section(NULL::text, text 'How much will they buy?',
	coalesce(note, ''),
	CASE WHEN note IS NULL THEN
		'<p>No model could be fitted that tells who is still a customer.</p>' ELSE
		{extension}.retention_svg_chart(text 'outlook', text 'Purchases to expect, added up',
			format('Up to so many days ahead, with limits: %s',
				(SELECT max(last_day) FROM ahead)),
			0::double precision, high::double precision, step::double precision, false,
			(SELECT picture FROM drawn)) ||
		{extension}.retention_html_figures({extension}.retention_html_table(
			text 'Purchases to expect, added up',
			ARRAY['Days', 'Until', 'Expected', 'At least', 'At most'],
			(SELECT body FROM figures))) END)
FROM said, scale$sql$;
	END;

COMMENT ON FUNCTION retention_review_outlook() IS
	'How much will be bought in the time that comes, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_order_value() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH months AS (
	SELECT *, row_number() OVER (ORDER BY month) - 1 AS n, count(*) OVER () AS months,
		average_order_value::float8 AS value
	FROM {mart}.spend_trend WHERE average_order_value > 0),
extremes AS (SELECT max(value) AS value FROM months),
scale AS (
	SELECT step * ceil(value / step) AS high, step
	FROM (SELECT *, {extension}.retention_grid_step(value::double precision) AS step
		FROM extremes) s),
scaled AS (
	SELECT m.*, round((52 + 420.0 * (n + 0.5) / months)::numeric, 1) AS x,
		round((212 - 200 * value / high)::numeric, 1) AS y
	FROM months m, scale),
drawn AS (
	SELECT {extension}.retention_svg_path(text 'line', 'M' ||
			string_agg(x || ' ' || y, 'L' ORDER BY month)) ||
		string_agg({extension}.retention_svg_dot(text 'stay', x::numeric, y::numeric, 3.5::numeric,
				format('%s: %s in %s orders', to_char(month, 'Mon YYYY'),
					{extension}.retention_html_money(average_order_value::numeric, $1), orders)) ||
			CASE WHEN (months - 1 - n) % 3 = 0 THEN
				{extension}.retention_svg_month(x::numeric, month::date)
				ELSE '' END, '' ORDER BY month) AS picture
	FROM scaled),
trend AS (
	SELECT CASE WHEN p_value >= 0.05 THEN
			'The last three months do not differ from before by more than chance.'
		ELSE 'The last three months are ' ||
			{extension}.retention_html_percent(abs(change)::double precision, 0) ||
			CASE WHEN change < 0 THEN ' below' ELSE ' above' END ||
			' what was before; that is hardly chance.' END AS said
	FROM months WHERE p_value IS NOT NULL AND n = months - 1),
figures AS (
	SELECT string_agg({extension}.retention_html_row(to_char(month, 'Mon YYYY'), VARIADIC ARRAY[
		{extension}.retention_html_number(orders::numeric, 0),
		{extension}.retention_html_money(average_order_value::numeric, $1),
		{extension}.retention_html_percent(change::double precision, 1),
		{extension}.retention_html_number(p_value::numeric, 4)]), '' ORDER BY month DESC) AS body
	FROM months)
-- and here the pictures end
SELECT CASE WHEN high IS NULL THEN '' ELSE {extension}.retention_html_section(NULL::text,
	text 'What an order is worth',
	coalesce((SELECT said FROM trend), 'Too few orders to tell a trend.'),
	{extension}.retention_svg_chart(text 'order-value',
		text 'Average order value month by month', text 'In the last thirteen months',
		0::double precision, high::double precision, step::double precision, false,
		(SELECT picture FROM drawn)) ||
	{extension}.retention_html_figures({extension}.retention_html_table(
		text 'Average order value month by month',
		ARRAY['Month', 'Orders', 'Average order', 'Three months against before', 'p-value'],
		(SELECT body FROM figures)))) END || '</div>'
FROM scale$sql$;
	END;

COMMENT ON FUNCTION retention_review_order_value() IS
	'What an order is worth, month by month, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_season() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH fit AS (
	SELECT f.* FROM {mart}.season_fit f JOIN {mart}.settings ON as_of = fitted_on),
months AS (
	SELECT m.*, to_char(make_date(2000, month, 1), 'Mon') AS name,
		to_char(make_date(2000, month, 1), 'FMMonth') AS full_name
	FROM fit, {extension}.season_months(used, 0.95::double precision) m WHERE chosen),
scale AS (
	SELECT step * ceil(value / step) AS high, step
	FROM (SELECT value, {extension}.retention_grid_step(value::double precision) AS step
		FROM (SELECT max(greatest(upper, factor)) AS value FROM months) e) s),
scaled AS (
	SELECT m.*, 55 + 35 * (month - 1) AS x, 69.5 + 35 * (month - 1) AS middle,
		round((212 - 200 * factor / high)::numeric, 1) AS y,
		round((212 - 200 * lower / high)::numeric, 1) AS y_lower,
		round((212 - 200 * upper / high)::numeric, 1) AS y_upper
	FROM months m, scale),
drawn AS (
	SELECT string_agg({extension}.retention_svg_bar(text 'stay', x::numeric, y::numeric,
				29::numeric, (212 - y)::numeric, full_name || ': ' ||
					{extension}.retention_html_number(factor::numeric, 2) ||
					coalesce(', limits ' ||
						{extension}.retention_html_number(lower::numeric, 2) || ' to ' ||
						{extension}.retention_html_number(upper::numeric, 2), '')) ||
			coalesce({extension}.retention_svg_path(text 'limits',
				format('M%s %sV%sM%s %sh8M%s %sh8', middle, y_lower, y_upper,
					middle - 4, y_lower, middle - 4, y_upper)), '') ||
			{extension}.retention_svg_tick(middle::numeric, 230::numeric, name),
			'' ORDER BY month) ||
		(SELECT {extension}.retention_svg_path(text 'line-2',
			'M52 ' || round((212 - 200 / high)::numeric, 1) || 'H472') FROM scale) AS picture
	FROM scaled),
figures AS (
	SELECT string_agg({extension}.retention_html_row(full_name, VARIADIC ARRAY[
		{extension}.retention_html_number(factor::numeric, 2),
		{extension}.retention_html_number(lower::numeric, 2),
		{extension}.retention_html_number(upper::numeric, 2),
		{extension}.retention_html_number(standard_error::numeric, 3)]),
		'' ORDER BY month) AS body
	FROM months),
events AS (
	SELECT string_agg({extension}.retention_html_row(e ->> 'from', VARIADIC ARRAY[
		e ->> 'until',
		{extension}.retention_html_number((e ->> 'factor')::numeric, 2)]),
		'' ORDER BY n) AS body
	FROM fit, jsonb_array_elements(used::text::jsonb -> 'events') WITH ORDINALITY AS t(e, n)),
periods AS (
	SELECT string_agg({extension}.retention_html_row(seen_until::text ||
			CASE WHEN unusual THEN ', unusual' ELSE '' END, VARIADIC ARRAY[
		{extension}.retention_html_number(expected::numeric, 0),
		{extension}.retention_html_number(actual::numeric, 0),
		{extension}.retention_html_percent(ratio, 0),
		{extension}.retention_html_percent(usual, 0)]), '' ORDER BY seen_from) AS body
	FROM {mart}.unusual_periods),
-- the highest and the lowest month
said AS (
	SELECT 'In ' || (array_agg(full_name ORDER BY factor DESC, month))[1] ||
		' customers buy ' || {extension}.retention_html_number(max(factor)::numeric, 2) ||
		' times as much as in a mean month, in ' ||
		(array_agg(full_name ORDER BY factor, month))[1] || ' ' ||
		{extension}.retention_html_number(min(factor)::numeric, 2) || ' times. ' AS months
	FROM months)
SELECT {extension}.retention_html_section(NULL::text, text 'The season',
	CASE WHEN chosen THEN said.months || 'The models know that. '
		ELSE 'The models know no season. ' END ||
	coalesce({extension}.retention_html_text(chosen_because::text), ''),
	CASE WHEN chosen THEN
		{extension}.retention_svg_chart(text 'season', text 'The season: how much is bought when',
			text 'A bar for each month, with limits of 95 percent confidence; 1 is a mean month',
			0::double precision, high::double precision, step::double precision, false,
			(SELECT picture FROM drawn)) ||
		{extension}.retention_html_legend(ARRAY['stay', 'lost'],
			ARRAY['what is bought on a day of the month, with limits of 95 percent confidence',
				'on a mean day of the year'])
		ELSE '' END ||
	CASE WHEN chosen OR events.body IS NOT NULL OR periods.body IS NOT NULL THEN
		{extension}.retention_html_figures(
			CASE WHEN chosen THEN
				{extension}.retention_html_table(text 'The season: how much is bought when',
					ARRAY['Month', 'Factor', 'At least', 'At most', 'Standard error'],
					figures.body) ELSE '' END ||
			CASE WHEN events.body IS NOT NULL THEN
				{extension}.retention_html_table(text 'Events that were told',
					ARRAY['From', 'Until', 'Factor'], events.body) ELSE '' END ||
			CASE WHEN periods.body IS NOT NULL THEN
				{extension}.retention_html_table(
					text 'What was to be expected at the beginning of each period, and what came',
					ARRAY['Until', 'Expected', 'Came', 'Share', 'In the periods before'],
					periods.body) ELSE '' END)
		ELSE '' END)
FROM (SELECT) one LEFT JOIN fit ON true, scale, said, figures, events, periods$sql$;
	END;

COMMENT ON FUNCTION retention_review_season() IS
	'The season, how it was chosen, and the events that were told, as a template: see '
	'retention_review_parts.';

CREATE FUNCTION retention_review_unusual_said() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$(SELECT 'In the ' || seen_until - seen_from + 1 || ' days until ' ||
		to_char(seen_until, 'FMDD FMMonth YYYY') || ' customers bought ' ||
		{extension}.retention_html_percent(abs(ratio - 1), 0) ||
		CASE WHEN ratio < 1 THEN ' less' ELSE ' more' END || ' than was to be expected'
	FROM {mart}.unusual_periods WHERE unusual
	ORDER BY abs(ln(greatest(actual, 0.5) / expected)) DESC, seen_from DESC LIMIT 1)$sql$;
	END;

COMMENT ON FUNCTION retention_review_unusual_said() IS
	'What befell all customers at once, as a template for an expression: see '
	'retention_review_parts.';

CREATE FUNCTION retention_review_unusual() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH found AS (
	SELECT seen_from, seen_until, ratio, ratio / usual AS factor,
		count(*) OVER () AS periods
	FROM {mart}.unusual_periods WHERE unusual
	ORDER BY abs(ln(greatest(actual, 0.5) / expected)) DESC, seen_from DESC LIMIT 1)
SELECT coalesce('<section class="whole sign" aria-label="All customers at once"><p><b>' ||
	{unusual} || '.</b> All at once' ||
	CASE WHEN ratio < 1 THEN ', which is not how customers leave' ELSE '' END ||
	'. If there is a reason, tell it, with its days and, as a factor, how much was bought of what '
	'is bought otherwise: <code>' || {extension}.retention_html_text(format(
		'UPDATE %I.settings SET events = events || %L', schema_name,
		jsonb_build_array(jsonb_build_object('from', seen_from, 'until', seen_until,
			'factor', greatest(round(factor::numeric, 2), 0.001))))) ||
	';</code> The next refresh then does not count it as ' ||
	CASE WHEN ratio < 1 THEN 'loss' ELSE 'a habit' END || '.' ||
	CASE WHEN periods > 1 THEN ' Other times like that are in the table '
		'<code>unusual_periods</code>.' ELSE '' END || '</p></section>', '')
FROM (SELECT) one LEFT JOIN found ON true, {mart}.settings$sql$;
	END;

COMMENT ON FUNCTION retention_review_unusual() IS
	'What befell all customers at once, and how to tell it, as a template: see '
	'retention_review_parts.';

CREATE FUNCTION retention_review_contact_list() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH list AS (SELECT * FROM {mart}.contact_list ORDER BY rank LIMIT $3),
known AS (
	SELECT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts),
every AS (SELECT count(*) AS customers FROM {mart}.contact_list),
rows AS (
	SELECT string_agg({extension}.retention_html_row(
		{extension}.retention_html_text(customer_id::text), VARIADIC ARRAY[
			CASE WHEN amounts THEN {extension}.retention_html_money(value_to_save::numeric, $1)
				ELSE {extension}.retention_html_number(purchases_to_save::numeric, 1) END,
			reason, to_char(expected_next, 'FMDD Mon YYYY'),
			{extension}.retention_html_number(overdue_ratio::numeric, 1) || ' intervals',
			-- a mart that an older version has refreshed has no p_gone
			{extension}.retention_html_percent(
				coalesce((to_jsonb(list) ->> 'p_gone')::double precision, churn_score), 0)] ||
			CASE WHEN amounts THEN
				ARRAY[{extension}.retention_html_money(clv::numeric, $1)] END),
		'' ORDER BY rank) AS body
	FROM list, known)
SELECT {extension}.retention_html_section(text 'whole list', text 'Whom to reach this week',
	'Those with whom a contact saves most: what would be lost, times the probability that they '
		'are still there to be reached.' ||
		CASE WHEN customers > $3 THEN ' The first ' || $3 || ' of ' ||
			{extension}.retention_html_number(customers::numeric, 0) ||
			'; all of them are in the table <code>contact_list</code>.' ELSE '' END,
	CASE WHEN body IS NULL THEN '<p>Nobody is due, overdue or at risk this week.</p>' ELSE
		{extension}.retention_html_table(text 'Contact list',
			CASE WHEN amounts THEN ARRAY['Customer', 'Value to save', 'Why', 'Expected',
				'Late by', 'Gone already', 'Worth']
				ELSE ARRAY['Customer', 'Purchases to save', 'Why', 'Expected',
				'Late by', 'Gone already'] END,
			body) END)
FROM known, every, rows$sql$;
	END;

COMMENT ON FUNCTION retention_review_contact_list() IS
	'Whom to reach this week, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_model() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH used AS (
	SELECT kind, chosen_because FROM {mart}.model
	WHERE chosen AND {extension}.retention_mart_model_use(kind) = 'base_model'),
compared AS (
	SELECT c.* FROM {mart}.model_comparison c JOIN {mart}.settings USING (as_of)),
rows AS (
	SELECT string_agg({extension}.retention_html_row(
		{extension}.retention_html_text(kind::text) ||
			CASE WHEN chosen THEN ', used'
				WHEN NOT {extension}.retention_mart_fit_holds(converged, at_limit)
				THEN ', not converged'
				ELSE '' END, VARIADIC ARRAY[
			{extension}.retention_html_number(log_loss::numeric, 4),
			{extension}.retention_html_percent(roc_auc::double precision, 1),
			{extension}.retention_html_number(expected::numeric, 0),
			{extension}.retention_html_number(actual::numeric, 0)]),
		'' ORDER BY rank, converged IS NULL, aic, kind) AS body
	FROM compared)
SELECT {extension}.retention_html_section(NULL::text, text 'Which model tells best?',
	coalesce('Who is still a customer is told by the model <b>' ||
		{extension}.retention_html_text(kind::text) || '</b>. ' ||
		{extension}.retention_html_text(chosen_because::text),
		'No model could be fitted: their silence alone tells who is still a customer.'),
	CASE WHEN body IS NULL THEN '' ELSE
		{extension}.retention_html_table(text 'What each would have said, and what came',
			ARRAY['Model or rule', 'Log loss', 'Buyers ranked first', 'Purchases expected', 'Came'],
			body) ||
		'<p class="note">Log loss: how far off the probabilities of a purchase were; 0.693 is a '
		'coin, less is better. A rule only looks at the number it is called by.</p>' END)
FROM (SELECT) one LEFT JOIN used ON true, rows$sql$;
	END;

COMMENT ON FUNCTION retention_review_model() IS
	'Which model the mart uses, why, and how the others did, as a template: see '
	'retention_review_parts.';

CREATE FUNCTION retention_review_reasons() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH reasons AS (
	SELECT * FROM {mart}.churn_reasons WHERE p_value < 0.05 AND lift > 1
	ORDER BY p_value, attribute, value LIMIT 8),
rows AS (
	SELECT string_agg({extension}.retention_html_row(
		{extension}.retention_html_text(attribute || ' ' || coalesce(value, 'not known')),
		VARIADIC ARRAY[
			{extension}.retention_html_number(customers::numeric, 0),
			{extension}.retention_html_number(churned::numeric, 0),
			{extension}.retention_html_percent(churn_rate::double precision, 0),
			{extension}.retention_html_number(lift::numeric, 1)]),
		'' ORDER BY p_value, attribute, value) AS body
	FROM reasons)
-- the lists begin here and end with retention_review_lost_customers
SELECT '<div class="pictures">' || {extension}.retention_html_section(NULL::text,
	text 'Who leaves', text 'Lost in the last twelve months: more than chance would have it.',
	CASE WHEN body IS NULL THEN '<p>Nothing stands out' ||
		CASE WHEN attribute_columns = '{}' THEN
			': no attributes were named when the mart was made' ELSE '' END || '.</p>'
	ELSE {extension}.retention_html_table(text 'Attributes of those who left',
			ARRAY['Attribute', 'Customers', 'Lost', 'Share', 'As a multiple of all'], body) END)
FROM {mart}.settings, rows$sql$;
	END;

COMMENT ON FUNCTION retention_review_reasons() IS
	'Who leaves, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_dropped_ranges() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH ranges AS (
	SELECT product_range, count(*) AS customers, sum(spend_a_year) AS spend
	FROM {mart}.dropped_ranges GROUP BY product_range
	ORDER BY spend DESC NULLS LAST, customers DESC, product_range LIMIT 8),
known AS (
	SELECT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts),
rows AS (
	SELECT string_agg({extension}.retention_html_row(
		{extension}.retention_html_text(product_range::text), VARIADIC ARRAY[
			{extension}.retention_html_number(customers::numeric, 0)] ||
			CASE WHEN amounts THEN
				ARRAY[{extension}.retention_html_money(spend::numeric, $1)] END),
		'' ORDER BY spend DESC NULLS LAST, customers DESC, product_range) AS body
	FROM ranges, known)
SELECT {extension}.retention_html_section(NULL::text, text 'What they have stopped buying',
	text 'Customers who still come, but have given up a range.',
	CASE WHEN body IS NULL THEN '<p>Nothing stands out' ||
		CASE WHEN range_column IS NULL THEN
			': no range was named when the mart was made' ELSE '' END || '.</p>'
	ELSE {extension}.retention_html_table(text 'Ranges that were given up',
			CASE WHEN amounts THEN
				ARRAY['Range', 'Customers', 'Spent on it in their last year with it']
				ELSE ARRAY['Range', 'Customers'] END, body) END)
FROM {mart}.settings, known, rows$sql$;
	END;

COMMENT ON FUNCTION retention_review_dropped_ranges() IS
	'What customers have stopped buying, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_lost_customers() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH last AS (SELECT max(month) AS month FROM {mart}.monthly_review),
known AS (
	SELECT EXISTS (SELECT FROM {mart}.customer_scorecard WHERE spend IS NOT NULL) AS amounts),
gone AS (
	SELECT l.*, row_number() OVER (ORDER BY value_lost DESC NULLS LAST, spend DESC NULLS LAST,
		purchases DESC, customer_id) AS place
	FROM {mart}.lost_customers l, last WHERE lost_on >= month ORDER BY place LIMIT 8),
rows AS (
	SELECT string_agg({extension}.retention_html_row(
		{extension}.retention_html_text(customer_id::text), VARIADIC ARRAY[
			last_purchase::text, {extension}.retention_html_number(purchases::numeric, 0)] ||
			CASE WHEN amounts THEN ARRAY[
				{extension}.retention_html_money(spend::numeric, $1),
				{extension}.retention_html_money(value_lost::numeric, $1)] END),
		'' ORDER BY place) AS body
	FROM gone, known)
SELECT {extension}.retention_html_section(NULL::text, text 'The dearest losses',
	'Lost since ' || coalesce(to_char(month, 'FMDD FMMonth YYYY'), 'the beginning') || '.',
	CASE WHEN body IS NULL THEN '<p>Nobody.</p>'
	ELSE {extension}.retention_html_table(text 'Customers lost',
			CASE WHEN amounts THEN
				ARRAY['Customer', 'Last purchase', 'Purchases', 'Spent', 'Value lost']
				ELSE ARRAY['Customer', 'Last purchase', 'Purchases'] END, body) END) || '</div>'
FROM last, known, rows$sql$;
	END;

COMMENT ON FUNCTION retention_review_lost_customers() IS
	'The customers whose loss cost most, as a template: see retention_review_parts.';

CREATE FUNCTION retention_review_campaigns() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT text $sql$WITH ideas AS (
	SELECT * FROM {mart}.campaign_results ORDER BY contacted_on DESC, campaign LIMIT 8),
rows AS (
	SELECT string_agg({extension}.retention_html_row(
		{extension}.retention_html_text(campaign::text), VARIADIC ARRAY[
			contacted_on::text,
			{extension}.retention_html_number(contacted::numeric, 0),
			{extension}.retention_html_percent(contacted_rate::double precision, 0),
			{extension}.retention_html_percent(control_rate::double precision, 0),
			{extension}.retention_html_number((100 * difference_lower)::numeric, 0) || ' to ' ||
				{extension}.retention_html_number((100 * difference_upper)::numeric, 0),
			{extension}.retention_html_number(brought_back::numeric, 0)]),
		'' ORDER BY contacted_on DESC, campaign) AS body
	FROM ideas)
SELECT {extension}.retention_html_section(text 'whole', text 'What we tried',
	text 'Against customers who, by chance, were not contacted.',
	CASE WHEN body IS NULL THEN '<p>Nothing yet, or nothing a day old.</p>'
	ELSE {extension}.retention_html_table(text 'Campaigns',
			ARRAY['Campaign', 'From', 'Contacted', 'Bought', 'Of the others', 'More of 100',
				'Came back'], body) END)
FROM rows$sql$;
	END;

COMMENT ON FUNCTION retention_review_campaigns() IS
	'What came of campaigns, as a template: see retention_review_parts.';

CREATE OR REPLACE FUNCTION retention_review_parts(schema text)
	RETURNS TABLE (step integer, name text, statement text)
	LANGUAGE SQL STABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	WITH relation AS (
		SELECT c.relname::text AS name
		FROM pg_class AS c
			 JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE n.nspname::text = $1)
	SELECT p.step, p.name,
		retention_mart_fill(p.template, names || pg_catalog.jsonb_build_object(text 'unusual',
			CASE WHEN EXISTS (SELECT FROM relation AS r WHERE r.name = text 'unusual_periods')
					OR NOT EXISTS (SELECT FROM relation AS r WHERE r.name = text 'settings')
				 THEN retention_mart_fill(retention_review_unusual_said(), names)
				 ELSE 'NULL::text' END))
	FROM pg_catalog.jsonb_build_object(text 'extension', retention_schema(),
			text 'mart', quote_ident(schema)) AS names,
		(VALUES
		(10, text 'head', retention_review_head(), NULL),
		(20, 'answers', retention_review_answers(), NULL),
		(25, 'unusual', retention_review_unusual(), 'unusual_periods'),
		(30, 'month', retention_review_month(), NULL),
		(40, 'lifecycle', retention_review_lifecycle(), NULL),
		(45, 'cost', retention_review_cost(), NULL),
		(50, 'cohorts', retention_review_cohorts(), NULL),
		(60, 'survival', retention_review_survival(), NULL),
		(65, 'outlook', retention_review_outlook(), 'purchase_outlook'),
		(70, 'forecast', retention_review_forecast(), NULL),
		(71, 'season', retention_review_season(), 'season_fit'),
		(72, 'model', retention_review_model(), 'model_comparison'),
		(75, 'order_value', retention_review_order_value(), NULL),
		(80, 'contact_list', retention_review_contact_list(), NULL),
		(85, 'reasons', retention_review_reasons(), NULL),
		(86, 'dropped_ranges', retention_review_dropped_ranges(), NULL),
		(87, 'lost_customers', retention_review_lost_customers(), NULL),
		(88, 'campaigns', retention_review_campaigns(), NULL),
		(90, 'foot', retention_review_foot(), NULL)) AS p(step, name, template, needs)
	-- a mart that an older version has refreshed lacks some tables
	WHERE p.needs IS NULL
	   OR NOT EXISTS (SELECT FROM relation AS r WHERE r.name = text 'settings')
	   OR EXISTS (SELECT FROM relation AS r WHERE r.name = p.needs)
	ORDER BY p.step;
	END;

COMMENT ON FUNCTION retention_review_parts(text) IS
	'The parts of the page that retention_review_html makes of a retention mart, as SQL '
	'statements, each of which gives HTML; $1 is the currency, $2 the title, $3 how many rows a '
	'list has. Those that need a table that the mart lacks are left out. Each comes from the '
	'template that a function of its name, after retention_review_, gives.';

COMMENT ON FUNCTION retention_review_html(text, text, text, integer) IS
	'The monthly meeting on one page of HTML, from a retention mart: how many customers were '
	'lost, why, what it cost, what to do now and whether the last idea worked; the months, the '
	'cohorts, how long customers stay, what was expected and what came, whom to reach this week. '
	'The page is complete in itself, with pictures as SVG and a table behind each, without '
	'scripts; it fits a phone, a screen, light or dark, and paper. currency is written behind '
	'amounts; lists have list_rows rows at most. Reads the mart''s tables with the rights of the '
	'caller, of a superuser with those of the mart''s owner, all in one state; only ordinary '
	'tables of that owner are read, and policies that would hide rows are an error. NULL '
	'arguments are errors. Errors: 3F000 for a schema without a mart, 42501 for missing rights, '
	'22004 for NULL, 22023 for a negative number of rows.';
