-- ---------------------------------------------------------------------------
-- has a customer left? by their own rhythm and by a model of the base together
-- ---------------------------------------------------------------------------

-- Not STRICT where the base_model may be NULL.  COST as in 30-customer_base.sql.

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

-- With all arguments: a call with fewer, some of them without a type, would be one of a function
-- with one model, too.

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
