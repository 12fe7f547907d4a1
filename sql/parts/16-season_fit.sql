-- ---------------------------------------------------------------------------
-- fit_season: the season that a log tells
-- ---------------------------------------------------------------------------

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
