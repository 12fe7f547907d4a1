-- What the model expects of a purchase after as_of and not after end: that it falls into a window
-- of whole days. A day is from half a day before its number of days since the last purchase to half
-- a day after; the first one begins at as_of.
CREATE FUNCTION expected_share(past purchase_history, as_of date, m retention_model,
	                           contact daterange, log_end date)
	RETURNS float8 LANGUAGE sql AS $$
SELECT (silent[1] - silent[2]) / (silence_probability(past, as_of, m) - silent[3])
FROM (SELECT array_agg(CASE WHEN day <= as_of THEN silence_probability(past, as_of, m)
                            ELSE (silence_probability(past, day, m)
                                  + silence_probability(past, day + 1, m))
                                 / 2 END
                       ORDER BY i) AS silent
      FROM unnest(ARRAY[least(lower(contact) - 1, log_end),
                        least(coalesce(upper(contact) - 1, log_end), log_end),
                        log_end]) WITH ORDINALITY AS t (day, i)) s
WHERE silence_probability(past, as_of, m) > silent[3]
$$;

-- one row for each customer and date of prediction
CREATE TABLE prediction (
	name text, as_of date, intervals int,
	actual date,						-- the next purchase; NULL: none up to the end of the log
	model date, recent date,			-- recent: with_recency_weight(model, 0.9)
	own_mean date, own_median date, all_median date,
	window50 daterange, window80 daterange,
	-- what the model expects inside, of a purchase before the end of the log
	expected50 float8, expected80 float8,
	silence float8, recent_silence float8,	-- silence_probability
	overdue float8						-- days of silence over the own mean interval
);

-- how well is it told who will not come back before the log ends: areas under the ROC curve, a row
-- for each date and kind of base model
CREATE TABLE leaving (
	name text, as_of date, kind text,
	customers bigint,					-- with an interval
	share float8,						-- of them that did not come back
	silence float8, churn float8, p_gone float8, no_purchase float8,
	-- what is said of the subscriber: see gone.sql
	subscriber_alive float8, subscriber_gone float8, subscriber_stage cycle_stage
);

-- one row for each customer and date of valuation
CREATE TABLE valued (
	name text, as_of date, is_later boolean,	-- false: the hold-out that ends at as_of
	intervals int,
	spent numeric,						-- from then up to the end; 0 for less
	purchases float8,					-- expected up to then
	of_means numeric, of_days numeric,	-- an order is worth, by gamma-gamma and gamma-gamma-all
	own_mean numeric					-- what they have spent on a purchase day so far
);
-- what compare_models gives: of a hold-out that ends at as_of, and of the days behind it
CREATE TABLE comparison (name text, as_of date, days int, is_later boolean, r model_comparison);
-- log loss of the chosen kind above that of the best, where that is more than 2 %
CREATE TABLE worse_choice (
	name text, as_of date, is_later boolean, chosen text, best text, more float8, std_error float8
);
-- how many purchases of all customers, expected and come, a row for each date and kind of model
CREATE TABLE total (
	name text, as_of date, kind text,
	days int,							-- looked ahead
	customers bigint,
	expected float8,
	lower80 float8, upper80 float8, lower95 float8, upper95 float8,	-- NULL: none are known
	actual bigint						-- purchase days that came
);
-- the season as of a date, and what models with and without it said of the year behind it
CREATE TABLE season (
	name text, as_of date, years float8, p_value float8, factors float8[]
);
CREATE TABLE season_total (
	name text, as_of date, kind text, month int, until date, actual bigint, plain float8,
	seasonal float8
);
-- mean absolute errors of the purchases of a customer in 91 days
CREATE TABLE season_customer (
	name text, as_of date, kind text, plain float8, seasonal float8
);
-- of those who bought again: the mean absolute error of the date, and how many windows held it
CREATE TABLE season_cycle (
	name text, as_of date, with_season boolean, customers bigint, error float8, window50 float8,
	window80 float8
);
-- what covariates do in models, and what who buys within 90 days is told with them and without
CREATE TABLE covariate_effect (
	name text, as_of date, kind text, process text, covariate text, ratio float8, p_value float8
);
CREATE TABLE covariate_score (
	name text, as_of date, kind text, with_covariates boolean, customers bigint, log_loss float8,
	auc float8, brier float8, lift float8,
	of_came float8,						-- what was expected over what came
	distance float8						-- of both, over tenths of the scores
);
