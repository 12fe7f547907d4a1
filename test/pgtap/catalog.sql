-- The rules for every SQL object, checked in the catalog: none can be forgotten.
\set ECHO none
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset pager off
BEGIN;
SELECT plan(17);

CREATE TEMP VIEW member AS
SELECT d.classid, d.objid, pg_describe_object(d.classid, d.objid, 0) AS object
FROM pg_depend d
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'retention');
CREATE TEMP VIEW routine AS
SELECT p.*, p.oid::regprocedure::text AS signature
FROM pg_proc p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid;
CREATE TEMP VIEW aggregate AS
SELECT a.*, signature, proparallel, proargtypes
FROM pg_aggregate a JOIN routine r ON a.aggfnoid = r.oid;

SELECT cmp_ok((SELECT count(*) FROM member), '>=', 60::bigint, 'the extension has its members');

SELECT is_empty($$
  SELECT object FROM member
  WHERE obj_description(objid, classid::regclass::name) IS NULL
    -- array types and the operator family that comes with a class have no comment of their own
    AND NOT (classid = 'pg_type'::regclass
             AND EXISTS (SELECT FROM pg_type t
                         WHERE t.oid = objid AND t.typelem <> 0 AND t.typlen = -1
                           AND t.typname LIKE '\_%'))
    AND classid <> 'pg_opfamily'::regclass
  ORDER BY 1 $$, 'every object has a COMMENT');
SELECT is_empty($$
  SELECT object
  FROM member
  WHERE classid = 'pg_type'::regclass
    AND EXISTS (SELECT
                FROM pg_type t JOIN pg_attribute a ON a.attrelid = t.typrelid
                WHERE t.oid = objid AND t.typtype = 'c' AND a.attnum > 0
                  AND col_description(a.attrelid, a.attnum) IS NULL) $$,
  'every column of a composite type has a COMMENT');
SELECT is_empty($$
  SELECT signature
  FROM routine
  WHERE proparallel <> 's'
    AND signature !~ ('^(create|refresh|drop)_retention_mart\('
                      '|^retention_mart_capture\(|^retention_review_html\(') $$,
  'every function is parallel safe, but those that write a mart, or its page');
SELECT is_empty($$ SELECT signature FROM routine WHERE prosecdef $$,
  'no function is SECURITY DEFINER');
SELECT is_empty($$
  SELECT signature
  FROM routine r JOIN pg_language l ON l.oid = prolang
  WHERE lanname NOT IN ('c', 'internal') AND prosqlbody IS NULL $$,
  'no function has a string for a body');
SELECT is_empty($$ SELECT signature FROM routine WHERE proconfig IS NOT NULL $$,
  'no function sets a parameter');
SELECT is_empty($$
  SELECT signature
  FROM routine
  WHERE (provolatile = 'v'
         AND signature !~ '^(create|refresh|drop)_retention_mart\(|^retention_mart_capture\(')
     OR (provolatile = 's'
         AND signature !~ ('timestamp with time zone|^retention_schema\('
                           '|^retention_mart_(order_values|values|tables|steps|update_steps'
                           '|capture_statement)\('
                           '|^retention_review_(parts|html)\(')) $$,
  'all is immutable but what reads the session''s time zone, and what reads or writes a mart, or '
  'names the extension''s schema');
SELECT is_empty($$
  SELECT signature
  FROM aggregate
  WHERE aggtranstype = 'internal'::regtype OR aggcombinefn = 0 OR proparallel <> 's' $$,
  'aggregates have a real state type and a combine function');
SELECT is_empty($$
  SELECT signature
  FROM aggregate WHERE aggtransspace = 0 OR (aggmtransfn <> 0 AND aggmtransspace = 0) $$,
  'aggregates state the size of their state');
SELECT is_empty($$
  SELECT signature FROM aggregate WHERE aggfinalmodify <> 'r' OR aggmfinalmodify <> 'r' $$,
  'final functions leave the state alone');
SELECT is_empty($$
  SELECT signature
  FROM aggregate, unnest(proargtypes) t JOIN pg_type ON pg_type.oid = t WHERE typtype = 'p' $$,
  'aggregates have no polymorphic arguments');
SELECT is_empty($$
  SELECT object FROM member WHERE classid = 'pg_proc'::regclass
    AND obj_description(objid, 'pg_proc') ~ '^\s|[^.?]$' $$, 'COMMENTs are whole sentences');

-- what is said of each object, and of each column of a composite type
CREATE TEMP VIEW said AS
SELECT object, obj_description(objid, classid::regclass::name) AS description FROM member
UNION ALL
SELECT object || ' column ' || attname, col_description(attrelid, attnum)
FROM member JOIN pg_type t ON classid = 'pg_type'::regclass AND t.oid = objid
  JOIN pg_attribute ON attrelid = typrelid AND attnum > 0;
SELECT cmp_ok((SELECT count(description) FROM said), '>', 450::bigint, 'COMMENTs to be read');
SELECT is_empty($$
  SELECT object FROM said
  WHERE description ~* '\m(she|her|hers|herself|he|him|his|himself)\M' $$,
  'a customer is they in every COMMENT');

-- of a call whose models and histories have their type, numbers, times and intervals need none
CREATE FUNCTION pg_temp.ambiguous_calls() RETURNS SETOF text LANGUAGE plpgsql AS $function$
DECLARE
	call text;
BEGIN
	FOR call IN
		SELECT format('%I(%s)%s', proname,
			string_agg(CASE WHEN t IN ('retention_model'::regtype, 'purchase_history'::regtype)
				THEN 'NULL::' || t::regtype ELSE 'NULL' END, ', ' ORDER BY n),
			CASE prokind WHEN 'w' THEN ' OVER ()' ELSE '' END)
		FROM routine, unnest(proargtypes) WITH ORDINALITY AS argument(t, n)
		WHERE prokind <> 'p'
			AND NOT proargtypes::oid[] && ARRAY['internal', 'cstring']::regtype[]::oid[]
			-- these need a type, and the window function as much as the one of a history; of
			-- fit_logistic a penalty is a number, and names are ARRAY[...]; with an entry in front
			-- it is the type of churned that tells, which no constant is
			AND signature !~ '^(fit_model|mean_interval|fit_logistic)\('
			AND signature !~ '^(survival_curve|log_rank|log_rank_groups|fit_hazard)\('
			-- support functions of aggregates
			AND oid NOT IN (
				SELECT unnest(ARRAY[aggtransfn, aggcombinefn, aggminvtransfn, aggfinalfn])
				FROM pg_aggregate)
		GROUP BY oid, proname, prokind
	LOOP
		BEGIN
			EXECUTE 'EXPLAIN SELECT ' || call;
		EXCEPTION
			WHEN ambiguous_function THEN
				RETURN NEXT call;
			WHEN OTHERS THEN
				NULL;
		END;
	END LOOP;
END
$function$;
SELECT is_empty($$
  SELECT amopopr::regoperator, amname
  FROM pg_amop o
  JOIN pg_am a ON a.oid = amopmethod
  JOIN pg_operator ON pg_operator.oid = amopopr
  JOIN member ON classid = 'pg_operator'::regclass AND objid = amopopr
  WHERE oprname = '=' AND amname = 'hash' AND NOT oprcanhash $$,
  'what can be hashed can be joined by it');
SELECT is_empty('SELECT pg_temp.ambiguous_calls()', 'no call is ambiguous for want of types');

SELECT * FROM finish();
ROLLBACK;
