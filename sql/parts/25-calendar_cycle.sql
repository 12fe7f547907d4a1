-- ---------------------------------------------------------------------------
-- rhythms of the calendar
-- ---------------------------------------------------------------------------

CREATE TYPE calendar_cycle AS (
	period text,
	period_days double precision,
	phase double precision,
	strength double precision,
	p_value double precision,
	next_peak date
);

COMMENT ON TYPE calendar_cycle IS 'A rhythm of the calendar in the purchases of a customer.';
COMMENT ON COLUMN calendar_cycle.period
	IS 'weekly, monthly, two-monthly, quarterly, half-yearly, yearly, or free: a number of days '
	'that is none of these';
COMMENT ON COLUMN calendar_cycle.period_days IS 'mean length of the period, in days';
COMMENT ON COLUMN calendar_cycle.phase
	IS 'where in the period the customer buys: 0 is its start (Monday; the first day of the month, '
	'quarter, half-year or year; 2000-01-01 and each period from it), 0.5 its middle, always below '
	'1';
COMMENT ON COLUMN calendar_cycle.strength
	IS 'mean resultant length of the phases of all purchase days: 1 when all are at the same point '
	'of the period, about 0 when they are all over it';
COMMENT ON COLUMN calendar_cycle.p_value
	IS 'probability that a random buyer, whatever their rate, looks as much like a rhythm, over '
	'all periods tested';
COMMENT ON COLUMN calendar_cycle.next_peak
	IS 'the first day behind as_of at that phase; on that weekday, where it is the second Tuesday '
	'or the last Friday of a month, say';

CREATE FUNCTION calendar_cycle(history purchase_history, as_of date DEFAULT current_date)
	RETURNS calendar_cycle
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2000
	AS 'MODULE_PATHNAME', 'calendar_cycle';

CREATE FUNCTION calendar_cycle(history purchase_history, as_of date, period_days double precision)
	RETURNS calendar_cycle
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'calendar_cycle_of_days';

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
COMMENT ON FUNCTION calendar_cycle(purchase_history, date, double precision)
	IS 'Do the purchases up to as_of follow a period of so many days, of a mailing every 28 days, '
	'say? The same test for this period alone, so that p_value is not corrected for others; '
	'next_peak and phase as for a free period. NULL with fewer than three purchase days that lie '
	'half a period apart. Errors: 22023 unless period_days is from 2 to 100000; 22008 for an '
	'infinite as_of.';
