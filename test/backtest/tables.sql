-- one row for each customer and date of prediction
CREATE TABLE prediction (
	name text, as_of date, intervals int,
	actual date,							-- the next purchase; NULL: none up to the end of the log
	model date, recent date,				-- recent: with_recency_weight(model, 0.9)
	own_mean date, own_median date, all_median date,
	window50 daterange, window80 daterange,
	silence float8, recent_silence float8,	-- silence_probability
	overdue float8							-- days of silence over the own mean interval
);
