-- States too large for a copy: whoever keeps one, hands it over or goes on with it,
-- the result is the same.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset pager off
BEGIN;
SELECT plan(60);

CREATE TABLE large (n int, part int) PARTITION BY LIST (part);
CREATE TABLE large_0 PARTITION OF large FOR VALUES IN (0);
CREATE TABLE large_1 PARTITION OF large FOR VALUES IN (1);
INSERT INTO large SELECT i * 7919 % 30011, i % 2 FROM generate_series(1, 30010) i;
ANALYZE large;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;

CREATE FUNCTION ways(call text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	plain text;
	found text;
	plan json;
	way record;
BEGIN
	EXECUTE format('SELECT (%s)::text FROM large', call) INTO plain;
	RETURN NEXT ok(length(plain) > 0, call);
	FOR way IN VALUES
		('in another order', 'SELECT (%s)::text FROM (SELECT * FROM large ORDER BY n) s'),
		('of a window', 'SELECT (%s OVER ())::text FROM large LIMIT 1'),
		('of a window that grows',
		 'SELECT result::text
		  FROM (SELECT n, %s OVER (ORDER BY n / 10000) AS result FROM large) s
		  WHERE n = 30010'),
		('again and again',
		 'SELECT DISTINCT (SELECT (%s)::text FROM large WHERE n + i > 0)
		  FROM generate_series(0, 2) i'),
		('of grouping sets',
		 'SELECT DISTINCT (%s)::text FROM large GROUP BY GROUPING SETS ((), ())')
	LOOP
		EXECUTE format(way.column2, call) INTO found;
		IF found IS DISTINCT FROM plain THEN
			RETURN NEXT fail(call || ' ' || way.column1);
		END IF;
	END LOOP;
	FOR way IN VALUES ('in partitions', 'on', '0'), ('in parallel', 'off', '2')
	LOOP
		PERFORM set_config('enable_partitionwise_aggregate', way.column2, true),
			set_config('max_parallel_workers_per_gather', way.column3, true);
		EXECUTE format('EXPLAIN (FORMAT json) SELECT (%s)::text FROM large', call) INTO plan;
		EXECUTE format('SELECT (%s)::text FROM large', call) INTO found;
		RETURN NEXT is(CASE WHEN plan::text LIKE '%Finalize%' THEN found ELSE 'all at once' END,
			plain, call || ' ' || way.column1);
	END LOOP;
	PERFORM set_config('enable_partitionwise_aggregate', 'off', true),
		set_config('max_parallel_workers_per_gather', '0', true);
END $$;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL client_min_messages = error;	-- not every fit converges

SELECT ways('roc_auc(n, n % 3 = 0)');
SELECT ways('calibration_table(n / 40000.0, n % 3 = 0)');
SELECT ways('survival_curve(n, n % 3 = 0)');
SELECT ways($$log_rank(n, n % 3 = 0, 'group ' || n % 40)$$);
SELECT ways('fit_hazard(n, n % 3 = 0, ARRAY[n % 7, n % 1000])');
SELECT ways('survival_curve(n / 3, n + 1, n % 3 = 0, 0.9, 1 + n % 77)');
SELECT ways($$log_rank(n / 3, n + 1, n % 3 = 0, 'group ' || n % 40, 'stratum ' || n % 100)$$);
SELECT ways($$fit_hazard(n / 3, n + 1, n % 3 = 0, ARRAY[n % 7], 'efron', 's' || n % 100)$$);
SELECT ways('concordance_index(n * 7 % 10007, n / 3, n + 1, n % 3 = 0)');
SELECT ways('fit_logistic(n % 3 = 0, ARRAY[n % 7, n % 1000, n / 7.0], ''{a,b,c}''::text[])');
SELECT ways($$churn_drivers(n % 3 = 0, 'value ' || n / 2)$$);
SELECT ways($$retention_uplift(n % 3 = 0, n % 5 = 0, 'stratum ' || n / 4)$$);
SELECT ways('fit_model(''mbg/nbd'', n % 50, '
            'CASE WHEN n % 50 = 0 THEN 0 ELSE 100 + n / 300.0 END, 300 + n / 250.0)');
SELECT ways('fit_model(''bg/nbd'', (''{'' || date ''2025-01-01'' + n % 200 || '': ?, '' '
            '|| date ''2025-01-02'' + n % 200 + n / 150 || '': ?, 2026-03-01: ?}'')'
            '::purchase_history, ''2026-04-30'', 7, '
            '''{"months": [0.8, 0.7, 0.9, 1, 1, 1, 0.9, 0.8, 1, 1.1, 1.2, 1.6]}'', '
            'ARRAY[n % 3, n % 50], ''{three,fifty}'')');
SELECT ways('compare_models((''{'' || date ''2025-01-01'' + n % 200 || '': ?, '' '
            '|| date ''2025-01-02'' + n % 200 + n / 150 || '': ?, 2026-03-01: ?}'')'
            '::purchase_history, ''2026-04-30'', ''3 months'', ''{bg/nbd}'')');
SELECT ways('window_funnel(''1 day'', timestamp ''2026-01-01'' + n * interval ''1 second'', '
            'n % 3 = 0, n % 5 = 0)');
SELECT ways($$purchase_history(date '2026-01-01' - n, n)$$);

-- sums by plain SQL
SELECT is(roc_auc(n, n % 3 = 0),
          ((SELECT sum(rank) FROM (SELECT n, rank() OVER (ORDER BY n) FROM large) r WHERE n % 3 = 0)
           - p * (p + 1) / 2)::float8
          / (p * (count(*) - p))::float8,
          'roc_auc is that of the ranks')
FROM large, (SELECT count(*) FROM large WHERE n % 3 = 0) s (p) GROUP BY p;
SELECT is(order_count(purchase_history(date '2026-01-01' - n)), count(*), 'all orders are there')
FROM large;
SELECT is_empty($$
	SELECT *
	FROM (SELECT n / 1000 AS thousand,
	             order_count(purchase_history(date '2026-01-01' - n) OVER w) AS orders,
	             count(*) OVER w AS rows,
	             first_purchase(purchase_history(date '2026-01-01' - n) OVER w) AS first,
	             date '2026-01-01' - max(n) OVER w AS day
	      FROM large WINDOW w AS (ORDER BY n / 1000 RANGE BETWEEN 20 PRECEDING AND CURRENT ROW)) s
	WHERE orders <> rows OR first <> day $$, 'frames that move leave nothing behind');

-- aggregates of users
CREATE AGGREGATE scores(float8, boolean) (SFUNC = scored_outcomes_add, STYPE = bytea);
CREATE AGGREGATE roc_auc_of_scores(bytea) (SFUNC = scored_outcomes_combine, STYPE = bytea,
                                           FINALFUNC = roc_auc_final);
CREATE AGGREGATE scores_of_scores(bytea) (SFUNC = scored_outcomes_combine, STYPE = bytea);
CREATE TABLE scores_kept AS SELECT part, scores(n, n % 3 = 0) AS state FROM large GROUP BY part;
SELECT ok(min(octet_length(state)) > 65536, 'a state can be kept') FROM scores_kept;
SELECT is(roc_auc_of_scores(state), (SELECT roc_auc(n, n % 3 = 0) FROM large), 'and added up')
FROM scores_kept;
SELECT is((SELECT roc_auc_of_scores(state)
           FROM (SELECT scores(n, n % 3 = 0) OVER () AS state FROM large LIMIT 1) s),
          (SELECT roc_auc(n, n % 3 = 0) FROM large), 'also from a window that goes on with it');
SELECT is((SELECT roc_auc_final(scores_of_scores(state)) FROM scores_kept),
          (SELECT roc_auc(n, n % 3 = 0) FROM large), 'and finished by hand');
SELECT is((SELECT roc_auc_final(scored_outcomes_combine(a.state, b.state))
           FROM scores_kept a, scores_kept b WHERE a.part = 0 AND b.part = 1),
          (SELECT roc_auc(n, n % 3 = 0) FROM large), 'and combined by hand');
SELECT is((SELECT state FROM scores_kept WHERE part = 0),
          (SELECT scores(n, n % 3 = 0) FROM large WHERE part = 0),
          'which leaves what was kept as it was');

SELECT * FROM finish();
ROLLBACK;
