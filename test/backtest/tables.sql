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

-- what compare_models gives: of a hold-out that ends at as_of, and of the days behind it
CREATE TABLE comparison (name text, as_of date, days int, is_later boolean, r model_comparison);
