-- ---------------------------------------------------------------------------
-- retention_model: fitted and typed-in models
-- ---------------------------------------------------------------------------

CREATE TYPE retention_model;

CREATE FUNCTION retention_model_in(cstring) RETURNS retention_model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'retention_model_in';

CREATE FUNCTION retention_model_out(retention_model) RETURNS cstring
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'retention_model_out';

CREATE FUNCTION retention_model_recv(internal) RETURNS retention_model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_model_recv';

CREATE FUNCTION retention_model_send(retention_model) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_model_send';

CREATE TYPE retention_model (
	INPUT = retention_model_in,
	OUTPUT = retention_model_out,
	RECEIVE = retention_model_recv,
	SEND = retention_model_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);

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

CREATE FUNCTION model_kind(model retention_model) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_kind';

CREATE FUNCTION parameter(model retention_model, name text) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_parameter';

CREATE FUNCTION parameters(model retention_model) RETURNS jsonb
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'retention_model_parameters';

CREATE FUNCTION time_unit_days(model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_time_unit';

CREATE FUNCTION log_likelihood(model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_log_likelihood';

CREATE FUNCTION aic(model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_aic';

CREATE FUNCTION bic(model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_bic';

CREATE FUNCTION observations(model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_observations';

CREATE FUNCTION converged(model retention_model) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_converged';

CREATE FUNCTION at_limit(model retention_model) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'retention_model_limit';

CREATE FUNCTION fitted_as_of(model retention_model) RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'retention_model_fitted_as_of';

CREATE FUNCTION left_out(model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'retention_model_left_out';

CREATE FUNCTION frequency_correlation(model retention_model) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'retention_model_frequency_correlation';

CREATE FUNCTION standard_error(model retention_model, name text) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_standard_error';

CREATE TYPE confidence_interval AS (
	lower double precision,
	upper double precision
);

CREATE FUNCTION confidence_interval(model retention_model, name text,
		level double precision DEFAULT 0.95)
	RETURNS confidence_interval
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'retention_model_confidence_interval';

CREATE FUNCTION with_recency_weight(model retention_model, weight double precision)
	RETURNS retention_model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'retention_model_with_recency_weight';

COMMENT ON TYPE confidence_interval IS 'Two limits of an estimate.';
COMMENT ON COLUMN confidence_interval.lower IS 'the lower limit';
COMMENT ON COLUMN confidence_interval.upper IS 'the upper limit';
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
COMMENT ON FUNCTION with_recency_weight(retention_model, double precision)
	IS 'The same interpurchase model, for which each interval of a customer counts weight times as '
	'much as the next one, so that a rhythm that drifts is followed: above 0, at most 1 (all '
	'alike). 0.9 predicts a little better than 1 on every log of the back-test. Error 22023 for a '
	'model of another kind or a weight out of range.';
COMMENT ON TYPE retention_model
	IS 'A model of a customer base: its kind, its parameters, the time unit they are in, and if it '
	'was fitted how well. Made by the aggregate fit_model, or typed in as JSON: ''{"model": '
	'"interpurchase", "k": 2, "r": 1.5, "alpha": 30}''; "time_unit_days" (1) may be added, and for '
	'interpurchase "recency_weight" (1, see with_recency_weight) and "k_deviation" (0: one k for '
	'all) with "k_median" (k): k is lognormal across customers, with that median and that standard '
	'deviation of ln k, and the intervals of a customer tell their own. Text goes out and in again '
	'without loss.';
COMMENT ON FUNCTION retention_model_in(cstring)
	IS 'Input of type retention_model; what is no model is error 22P02 that says why.';
COMMENT ON FUNCTION retention_model_out(retention_model) IS 'Output of type retention_model.';
COMMENT ON FUNCTION retention_model_recv(internal)
	IS 'Binary input of type retention_model; malformed bytes are error 22P03 or 08P01.';
COMMENT ON FUNCTION retention_model_send(retention_model)
	IS 'Binary output of type retention_model.';
COMMENT ON FUNCTION model_kind(retention_model) IS 'The kind of model, such as interpurchase.';
COMMENT ON FUNCTION parameter(retention_model, text)
	IS 'A parameter by its name. Error 22023 when models of this kind have no such parameter.';
COMMENT ON FUNCTION parameters(retention_model) IS 'All parameters by name, as a JSON object.';
COMMENT ON FUNCTION time_unit_days(retention_model)
	IS 'The unit of time of the parameters, in days: 1 is days, 7 weeks.';
COMMENT ON FUNCTION log_likelihood(retention_model)
	IS 'The log-likelihood of the data at the fitted parameters. NULL for a model that was typed '
	'in.';
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
COMMENT ON FUNCTION observations(retention_model)
	IS 'The number of customers that the likelihood is made of. NULL for a model that was typed '
	'in.';
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

-- ---------------------------------------------------------------------------
-- fitting
-- ---------------------------------------------------------------------------

CREATE FUNCTION fit_model_add(bytea, text, purchase_history, date) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'fit_model_add';

CREATE FUNCTION fit_model_add(bytea, text, purchase_history, date, double precision) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 6
	AS 'MODULE_PATHNAME', 'fit_model_add';

CREATE FUNCTION fit_model_add(bytea, text, purchase_history, date, double precision,
		retention_season)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 8
	AS 'MODULE_PATHNAME', 'fit_model_add';

CREATE FUNCTION fit_model_add(bytea, text, double precision, double precision, double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_model_add_numbers';

CREATE FUNCTION fit_model_add(bytea, text, double precision, double precision, double precision,
		double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_model_add_numbers';

CREATE FUNCTION fit_model_add(bytea, text, double precision, double precision, double precision,
		double precision, double precision)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_model_add_numbers';

CREATE FUNCTION fit_model_add(bytea, text, double precision, double precision) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 4
	AS 'MODULE_PATHNAME', 'fit_model_add_spend';

CREATE FUNCTION fit_model_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'fit_model_combine';

CREATE FUNCTION fit_model_final(bytea) RETURNS retention_model
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
	AS 'MODULE_PATHNAME', 'fit_model_final';

CREATE AGGREGATE fit_model(kind text, history purchase_history, as_of date) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_model(kind text, history purchase_history, as_of date,
		time_unit_days double precision) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_model(kind text, history purchase_history, as_of date,
		time_unit_days double precision, season retention_season) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 6000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_model(kind text, x double precision, mean_value double precision) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_model(kind text, x double precision, t_x double precision,
		T double precision) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_model(kind text, x double precision, t_x double precision, T double precision,
		weight double precision) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

CREATE AGGREGATE fit_model(kind text, x double precision, t_x double precision, T double precision,
		weight double precision, time_unit_days double precision) (
	SFUNC = fit_model_add, STYPE = bytea, SSPACE = 1000,
	FINALFUNC = fit_model_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = fit_model_combine, PARALLEL = SAFE
);

COMMENT ON FUNCTION fit_model_add(bytea, text, double precision, double precision)
	IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_add(bytea, text, purchase_history, date)
	IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_add(bytea, text, purchase_history, date, double precision)
	IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_add(bytea, text, purchase_history, date, double precision,
		retention_season)
	IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_add(bytea, text, double precision, double precision, double precision)
	IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_add(bytea, text, double precision, double precision, double precision,
		double precision)
	IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_add(bytea, text, double precision, double precision, double precision,
		double precision, double precision)
	IS 'Transition function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_combine(bytea, bytea)
	IS 'Combine function of the aggregate fit_model.';
COMMENT ON FUNCTION fit_model_final(bytea) IS 'Final function of the aggregate fit_model.';
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
COMMENT ON AGGREGATE fit_model(text, purchase_history, date, double precision)
	IS 'As fit_model(kind, history, as_of), with parameters in units of time_unit_days days '
	'instead of days.';
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

COMMENT ON AGGREGATE fit_model(text, double precision, double precision)
	IS 'Fits a model of kind gamma-gamma to customers given as x repeat orders and their mean '
	'value. Customers with x = 0 tell nothing and are passed over; those with an unknown mean or '
	'one not above 0 are left out and counted, see left_out. Rows with a NULL x are passed over. '
	'Errors: 22000 for too little data, 22023 for another kind, a negative x or a mean that is not '
	'finite, 22004 for a NULL kind.';
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
COMMENT ON AGGREGATE fit_model(text, double precision, double precision, double precision,
		double precision, double precision)
	IS 'The same for times in units of time_unit_days days.';

-- ---------------------------------------------------------------------------
-- the season of a model
-- ---------------------------------------------------------------------------

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
