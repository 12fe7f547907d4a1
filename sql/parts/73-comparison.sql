-- ---------------------------------------------------------------------------
-- which model to use, by what came true
-- ---------------------------------------------------------------------------

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
