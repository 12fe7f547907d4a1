-- ---------------------------------------------------------------------------
-- retention_season: how much more is bought at one time of the year than at another
-- ---------------------------------------------------------------------------

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
