-- the calendar day of a timestamptz: in every zone the same day as PostgreSQL's own cast

-- all hours around all changes of the clock, in zones with odd rules, odd offsets, and none
CREATE TEMP TABLE zones (zone text);
INSERT INTO zones VALUES
	('UTC'), ('Europe/Berlin'), ('America/New_York'), ('America/St_Johns'), ('Asia/Kolkata'),
	('Asia/Kathmandu'), ('Africa/Casablanca'), ('Pacific/Apia'), ('Pacific/Kiritimati'),
	('Antarctica/Troll'), ('Australia/Lord_Howe'), ('America/Sao_Paulo'), ('Asia/Tehran'),
	('Africa/Monrovia'), ('Europe/Dublin');
CREATE TEMP TABLE times AS
SELECT timestamptz '1960-01-01 00:17:00+00' + make_interval(hours => h * 7) AS t
FROM generate_series(0, 100000) h
UNION ALL VALUES (timestamptz '1850-06-01 23:50:00+00'), ('1883-11-18 17:00:00+00'),
                 ('2011-12-30 09:59:59+00'), ('2011-12-30 10:00:00+00'), ('9999-12-31 23:59:59+00'),
                 ('0001-01-01 00:00:00+00 BC'), ('1970-01-01 00:00:00+00'),
                 ('1969-12-31 23:59:59.999999+00'), ('2000-01-01 00:00:00+00'),
                 ('1999-12-31 23:59:59.999999+00');

CREATE FUNCTION pg_temp.wrong_days(zone text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  wrong bigint;
BEGIN
  PERFORM set_config('timezone', zone, true);
  SELECT count(*) INTO wrong
  FROM (SELECT t, first_purchase(purchase_history(t)) AS session_day,
               first_purchase(purchase_history(t, zone)) AS zone_day
        FROM times GROUP BY t) s
  WHERE session_day IS DISTINCT FROM t::date
     OR zone_day IS DISTINCT FROM (t AT TIME ZONE zone)::date;
  RETURN wrong;
END
$$;
SELECT zone, pg_temp.wrong_days(zone) AS wrong FROM zones ORDER BY zone COLLATE "C";

-- abbreviations and offsets, as AT TIME ZONE takes them
SELECT z, bool_and(first_purchase(h) = (t AT TIME ZONE z)::date) AS same
FROM (SELECT z, t, purchase_history(t, z) AS h
      FROM (VALUES ('CET'), ('EST'), ('PST8PDT'), ('+03:30'), ('utc'), ('europe/berlin')) v(z),
           (VALUES (timestamptz '2026-03-29 22:30:00+00'), ('2026-07-01 23:30:00+00'),
                   ('2026-01-01 04:59:00+00')) w(t)
      GROUP BY z, t) s
GROUP BY z ORDER BY z COLLATE "C";

-- zones change from row to row
SELECT purchase_history(timestamptz '2026-01-01 02:00:00+00', z)
FROM (VALUES ('Europe/Berlin'), ('America/New_York'), ('Europe/Berlin'), ('UTC')) v(z);

-- what reads as a number is no zone, whatever AT TIME ZONE makes of it
CREATE FUNCTION pg_temp.day_in(zone text) RETURNS text LANGUAGE plpgsql AS
$$
BEGIN
  RETURN purchase_history(timestamptz '2026-01-31 23:00:00+00', zone)::text;
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN SQLERRM;
END
$$;
SELECT z, pg_temp.day_in(z)
FROM unnest(ARRAY['12', '5.99', '12,50', '-7', '+7', ' 5 ', '.5', '1e3', '$5', U&'\20AC5', '12 EUR',
                  'EUR 12.50', '+02']) z;
SELECT z, pg_temp.day_in(z)
FROM unnest(ARRAY['UTC', ' UTC ', 'America/New_York', 'EST5EDT', 'EST5EDT ', '+02:00', ' +02:00',
                  '-07:30', '<+03>-3', 'Etc/GMT-5', 'CET', 'Nowhere/City', 'x', '']) z;
SELECT length(pg_temp.day_in(repeat('9', 1000000))), pg_temp.day_in(repeat(U&'\00E9', 100) || '1');
SELECT customer, purchase_history(ordered_at::timestamptz, price)
FROM (VALUES ('a', '2026-01-31 20:00+00', '12'),
             ('b', '2026-01-31 22:30+00', '5')) v(customer, ordered_at, price)
GROUP BY 1;
SELECT purchase_history(date '2026-01-31', '12'::text);

-- clocks that were changed twice within some days
SELECT zone, count(*) AS hours,
	count(*) FILTER (WHERE first_purchase(h) <> (t AT TIME ZONE zone)::date) AS wrong
FROM (SELECT zone, t, purchase_history(t, zone) AS h
	FROM (VALUES ('America/Argentina/Tucuman', timestamptz '2004-05-15 00:30+00'),
			('Africa/Cairo', '2010-08-15 00:30+00')) v(zone, start),
		generate_series(start, start + interval '70 days', '1 hour') t GROUP BY 1, 2) s
GROUP BY 1 ORDER BY hours, zone COLLATE "C";
