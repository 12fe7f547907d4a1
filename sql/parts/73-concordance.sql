-- ---------------------------------------------------------------------------
-- did a score tell who leaves sooner, when some are still there
-- ---------------------------------------------------------------------------

CREATE FUNCTION concordance_index_add(bytea, double precision, double precision, boolean)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'concordance_index_add';

CREATE FUNCTION concordance_index_add(bytea, double precision, double precision,
		double precision, boolean)
	RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'concordance_index_add_entry';

CREATE FUNCTION concordance_index_combine(bytea, bytea) RETURNS bytea
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'concordance_index_combine';

CREATE FUNCTION concordance_index_final(bytea) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'concordance_index_final';

CREATE AGGREGATE concordance_index(score double precision, duration double precision,
		churned boolean) (
	SFUNC = concordance_index_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = concordance_index_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = concordance_index_combine, PARALLEL = SAFE
);

CREATE AGGREGATE concordance_index(score double precision, entry double precision,
		duration double precision, churned boolean) (
	SFUNC = concordance_index_add, STYPE = bytea, SSPACE = 4000,
	FINALFUNC = concordance_index_final, FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = concordance_index_combine, PARALLEL = SAFE
);

COMMENT ON FUNCTION concordance_index_add(bytea, double precision, double precision, boolean)
	IS 'Transition function of the aggregate concordance_index.';
COMMENT ON FUNCTION concordance_index_add(bytea, double precision, double precision,
		double precision, boolean)
	IS 'Transition function of the aggregate concordance_index.';
COMMENT ON FUNCTION concordance_index_combine(bytea, bytea)
	IS 'Combine function of the aggregate concordance_index.';
COMMENT ON FUNCTION concordance_index_final(bytea)
	IS 'Final function of the aggregate concordance_index.';
COMMENT ON AGGREGATE concordance_index(double precision, double precision, boolean)
	IS 'How well a score tells who leaves sooner, when some are still there: of all pairs of '
	'which is known who left sooner, the share in which they had the higher score, equal '
	'scores counting half (Harrell''s C). That is known of one who left and one who was seen '
	'longer, or as long without leaving; not of two who left at the same time. 0.5 is no '
	'better than chance, 1 is perfect, below 0.5 the score should be turned round, as must '
	'be one that says how long customers stay. Only the order of the scores counts, so that '
	'infinite ones will do, too. Durations that differ by rounding alone are one, as of '
	'survival_curve. It is what R''s concordance(Surv(duration, churned) ~ score, reverse = '
	'TRUE) has. Exact up to 4,294,967,295 customers, and the same for every order of the '
	'rows. Rows with a NULL are left out; NULL where no pair can be compared. Errors: 22023 '
	'for a score NaN, or a duration that is negative or not finite. Source: Harrell, Califf, '
	'Pryor, Lee, Rosati (1982); Harrell, Lee, Mark (1996).';
COMMENT ON AGGREGATE concordance_index(double precision, double precision, double precision,
		boolean)
	IS 'As concordance_index(score, duration, churned), of customers who came under '
	'observation at entry: who left is compared with those who were at risk then, having '
	'entered before. Errors: as there, and 22023 for an entry that is negative or not before '
	'the duration, but for rounding.';
