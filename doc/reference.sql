-- doc/reference.md out of the catalog: run by doc/generate and, to compare, by test/run.
\set QUIET on
\pset format unaligned
\pset tuples_only on
\pset pager off
SET search_path = public;

\echo '# Reference'
\echo
\echo 'Generated from the COMMENT ON of each object by `make doc`; change it there. In psql, `\\dx+ retention` lists the objects and `\\df+`, `\\dT+`, `\\do+` show these texts.'
\echo
\echo 'Units are days and currency units. NULL in, NULL out, unless a text says otherwise. Codes such as 22003 are SQLSTATEs.'

CREATE TEMP VIEW member AS
SELECT d.classid, d.objid, obj_description(d.objid, d.classid::regclass::name) AS comment
FROM pg_depend d JOIN pg_extension e ON d.refobjid = e.oid
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'retention';

-- functions that serve a type, an operator, an aggregate or a cast
CREATE TEMP VIEW support AS
SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend])::oid AS oid
FROM pg_type JOIN member ON classid = 'pg_type'::regclass AND objid = pg_type.oid
UNION SELECT oprcode
FROM pg_operator JOIN member ON classid = 'pg_operator'::regclass AND objid = pg_operator.oid
UNION SELECT castfunc
FROM pg_cast JOIN member ON classid = 'pg_cast'::regclass AND objid = pg_cast.oid
UNION SELECT amproc
FROM pg_amproc JOIN member ON classid = 'pg_opfamily'::regclass AND objid = amprocfamily
UNION SELECT unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggmtransfn, aggminvtransfn])::oid
FROM pg_aggregate JOIN member ON classid = 'pg_proc'::regclass AND objid = aggfnoid;

\echo
\echo '## Types'
SELECT format(E'\n### `%s`\n\n%s', t.oid::regtype, comment)
       || coalesce(E'\n\n| column | type | meaning |\n|---|---|---|\n'
                   || (SELECT string_agg(format('| `%s` | `%s` | %s |', attname, atttypid::regtype,
                                                col_description(attrelid, attnum)),
                                         E'\n'
                                         ORDER BY attnum)
                       FROM pg_attribute
                       WHERE attrelid = t.typrelid AND attnum > 0 AND t.typtype = 'c'), '')
FROM pg_type t JOIN member ON classid = 'pg_type'::regclass AND objid = t.oid
WHERE comment IS NOT NULL ORDER BY t.oid;
-- a composite type is the row type of a relation, and that is the member
SELECT format(E'\n### `%s`\n\n%s', t.oid::regtype, obj_description(t.oid, 'pg_type'))
       || E'\n\n| column | type | meaning |\n|---|---|---|\n'
       || (SELECT string_agg(format('| `%s` | `%s` | %s |', attname, atttypid::regtype,
                                    col_description(attrelid, attnum)),
                             E'\n'
                             ORDER BY attnum)
           FROM pg_attribute WHERE attrelid = t.typrelid AND attnum > 0)
FROM pg_type t JOIN member ON classid = 'pg_class'::regclass AND objid = t.typrelid ORDER BY t.oid;

\echo
\echo '## Kinds of models'
\echo
\echo '| kind | fitted to | parameters | customers | may leave | what the parameters mean |'
\echo '|---|---|---|---|---|---|'
SELECT format('| `%s` | %s | %s | %s | %s | %s |', kind, fitted_to,
              array_to_string(parameters, ', '), customers, leaves, meaning)
FROM model_kinds();

\echo
\echo '## Aggregates'
\echo
\echo 'All are parallel safe, run on partial states, and may be used as window functions over any frame.'
SELECT format(E'\n### `%s(%s)` → `%s`\n\n%s', proname, pg_get_function_arguments(p.oid),
              pg_get_function_result(p.oid), comment)
FROM pg_proc p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid
WHERE prokind = 'a' ORDER BY p.oid;

\echo
\echo '## Functions'
SELECT format(E'\n### `%s(%s)` → `%s`\n\n%s', proname, pg_get_function_arguments(p.oid),
              pg_get_function_result(p.oid), comment)
FROM pg_proc p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid
WHERE prokind IN ('f', 'w') AND p.oid NOT IN (SELECT oid FROM support) ORDER BY p.oid;

\echo
\echo '## Operators'
SELECT format(E'\n### `%s %s %s` → `%s`\n\n%s', oprleft::regtype, oprname, oprright::regtype,
              oprresult::regtype, comment)
FROM pg_operator o JOIN member ON classid = 'pg_operator'::regclass AND objid = o.oid
ORDER BY o.oid;

\echo
\echo '## Casts'
SELECT format(E'\n### `%s` to `%s`\n\n%s', castsource::regtype, casttarget::regtype, comment)
FROM pg_cast c JOIN member ON classid = 'pg_cast'::regclass AND objid = c.oid ORDER BY c.oid;
