-- Damaged states of every aggregate, through its final, combine and transition functions: none may
-- crash the server, end in an internal error, take longer than a second (with sanitizers ten, as
-- fits of compare_models do) or give back text that is none.
--
-- For psql, after states.sql and as superuser.  Variables: states, how many; seed, from -1 to 1;
-- seconds, so many at most.
-- Prints what came of them, and last "N failures", which are in the table failure.
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
SET statement_timeout = '5min';

-- histories have no text or binary form of a state that could be damaged
CREATE CAST (bytea AS purchase_history) WITHOUT FUNCTION;
CREATE CAST (purchase_history AS bytea) WITHOUT FUNCTION;
CREATE FUNCTION as_bytes(bigint) RETURNS bytea LANGUAGE sql AS 'SELECT int8send($1)';
CREATE FUNCTION as_bytes(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION as_bytes(purchase_history) RETURNS bytea LANGUAGE sql AS 'SELECT $1::bytea';

-- of each example a state of all customers and one of few;
-- live are those of its words that are not zero
CREATE TABLE sample (number serial PRIMARY KEY, example int, state bytea, live int[]);
CREATE TABLE outcome (example int, call text, result text, count bigint);
CREATE TABLE most AS SELECT interval '1 second' * :seconds AS seconds;
CREATE TABLE failure (example int, call text, problem text, state bytea, other bytea);

SELECT format('INSERT INTO sample (example, state)
               SELECT %s, as_bytes(state)
               FROM (%s%s) s (state) WHERE state IS NOT NULL',
       number, raw_query_of(example, 'aggregate'), condition)
FROM example, unnest(ARRAY['', ' WHERE g < 8']) condition ORDER BY number \gexec
-- what lies behind the length of a bytea is aligned as if that were there
UPDATE sample
SET live =
    ARRAY(SELECT i
          FROM generate_series(4, length(state) - 8, 8) i
          WHERE substr(state, i + 1, 8) <> '\x0000000000000000');

-- numbers that mean something to some state, as this machine writes them
CREATE FUNCTION reversed(bytea) RETURNS bytea
	LANGUAGE sql AS $$
	SELECT string_agg(substr($1, i, 1), '' ORDER BY i DESC) FROM generate_series(1, length($1)) i
$$;
CREATE TABLE telling AS
SELECT array_agg(reversed(int8send(n)) || '') AS words
FROM unnest(ARRAY[0, 1, 2, -1, -2, 7, 100, 10001, 2147483647, -2147483648, 4294967296, -4294967297,
                  281474976710656, 2199023255552, 2199023255553, 9007199254740993,
                  30000000000000000, 4611686018427387904, -4611686018427387904, 9223372036854775807,
                  -9223372036854775808, -9223372036854775807, -2451545, -2451546, 2145031948,
                  2145031949]::bigint[]) n;
UPDATE telling
SET words =
    words
    || (SELECT array_agg(reversed(float8send(x)))
        FROM unnest(ARRAY['NaN', 'Infinity', '-Infinity', -0.0, 0.5, 1, 2, 3, -1, 1e-300, 5e-324,
                          1e6, 3e16, 4e294, 1.7976931348623157e308, 1e15, 0.1]::float8[]) x);

CREATE FUNCTION below(n int) RETURNS int LANGUAGE sql AS 'SELECT floor(random() * n)::int';

CREATE FUNCTION damaged(state bytea, live int[], other bytea) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
	size int;
	at int;
	from_at int;
	length_of int;
	words bytea[] := (SELECT telling.words FROM telling);
BEGIN
	FOR turn IN 1 .. 1 + below(3) LOOP
		size := length(state);
		CONTINUE WHEN size < 2;
		-- a word, most often one that holds something
		at := CASE WHEN size > 12 AND random() < 0.8 AND array_length(live, 1) > 0
				THEN least(live[1 + below(array_length(live, 1))], size - 8)
			WHEN size > 12 THEN 4 + 8 * below((size - 4) / 8) ELSE 0 END;
		CASE below(10)
			WHEN 0, 1, 2 THEN
				state := overlay(state PLACING words[1 + below(array_length(words, 1))]
					FROM at + 1 FOR least(8, size - at));
			WHEN 3, 4 THEN
				state := overlay(state
					PLACING substr(words[1 + below(array_length(words, 1))], 1, 4)
					FROM at + 4 * below(2) + 1 FOR least(4, size - at));
			WHEN 5 THEN
				state := set_byte(state, least(at + below(8), size - 1), below(256));
			WHEN 6 THEN
				at := least(at + below(8), size - 1);
				state := set_byte(state, at, (get_byte(state, at) + 255 + 2 * below(2)) % 256);
			WHEN 7 THEN
				-- a piece of this or of another state
				from_at := below(size);
				length_of := 1 + below(64);
				state := overlay(state
					PLACING substr(CASE WHEN random() < 0.7 THEN state ELSE other END,
						from_at + 1, length_of)
					FROM at + 1 FOR length_of);
			WHEN 8 THEN
				at := below(size);
				state := set_byte(state, at, below(256));
			ELSE
				IF random() < 0.3 THEN
					state := CASE WHEN random() < 0.5 THEN substr(state, 1, below(size))
						ELSE state || substr(other, 1, 1 + below(200)) END;
				ELSE
					state := set_bit(state, below(8 * size), below(2));
				END IF;
		END CASE;
	END LOOP;
	RETURN state;
END
$$;

-- attempt_N(damaged, valid) makes each call with a damaged state of example N
-- and says what came of it
CREATE FUNCTION make_attempt(number int) RETURNS void LANGUAGE plpgsql AS $make$
DECLARE
	a record;
	calls text[];
	names text[];
	body text := '';
BEGIN
	SELECT e.*, f.aggtransfn, f.aggcombinefn, f.aggfinalfn, f.aggtranstype::regtype::text AS type,
		pg_get_function_identity_arguments(e.aggregate) AS parameters,
		f.aggtransfn::oid::regprocedure::text
			~ '^(purchase_history|fit_model|fit_season)' AS within_only
	INTO a
	FROM example e JOIN pg_aggregate f ON aggfnoid::oid = e.aggregate::oid
	WHERE e.number = make_attempt.number;
	EXECUTE format('CREATE AGGREGATE merge_%s(%s) (SFUNC = %s, STYPE = %2$s, FINALFUNC = %4$s)',
		number, a.type, a.aggcombinefn, a.aggfinalfn);
	names := ARRAY['final', 'combine', 'combine'];
	calls := ARRAY[format('%s(damaged)', a.aggfinalfn),
		format('(SELECT merge_%s(s) FROM unnest(ARRAY[damaged, valid]) s)', number),
		format('(SELECT merge_%s(s) FROM unnest(ARRAY[valid, damaged]) s)', number)];
	IF NOT a.within_only THEN
		names := names || ARRAY['combine by hand', 'combine by hand', 'transition by hand'];
		calls := calls || ARRAY[format('%s(%s(damaged, valid))', a.aggfinalfn, a.aggcombinefn),
			format('%s(%s(valid, damaged))', a.aggfinalfn, a.aggcombinefn),
			format('(SELECT %s(%s(damaged, %s)) FROM customer WHERE g = 5)',
				a.aggfinalfn, a.aggtransfn, replace(a.arguments, 'VARIADIC ', ''))];
	END IF;
	FOR i IN 1 .. array_length(calls, 1) LOOP
		body := body || format($body$
	IF random() < %4$s THEN
	began := clock_timestamp();
	BEGIN
		answer := %1$s::text;
		state := '00000';
		PERFORM convert_from(convert_to(answer, 'UTF8'), 'UTF8');
	EXCEPTION WHEN OTHERS THEN
		state := SQLSTATE;
		answer := SQLERRM;
	END;
	PERFORM check_outcome(%2$s, %3$L, state, answer, began, damaged, valid);
	call := %3$L;
	result := state;
	RETURN NEXT;
	END IF;$body$, calls[i], number, names[i], CASE i WHEN 1 THEN 1 ELSE 0.4 END);
	END LOOP;
	-- an aggregate that starts from it
	IF a.type IN ('bytea', 'bigint') THEN
		FOR i IN 1 .. 2 LOOP
			body := body || format($body$
	IF random() < 0.02 THEN
		began := clock_timestamp();
		BEGIN
			EXECUTE format('CREATE AGGREGATE starting(%s) (
				SFUNC = %s, STYPE = %s, INITCOND = %%L, FINALFUNC = %s)', damaged);
			EXECUTE %L INTO answer USING valid;
			state := '00000';
			RAISE EXCEPTION 'undo' USING ERRCODE = 'UNDO0';
		EXCEPTION WHEN SQLSTATE 'UNDO0' THEN NULL;
		WHEN OTHERS THEN
			state := SQLSTATE;
			answer := SQLERRM;
		END;
		PERFORM check_outcome(%s, %L, state, answer, began, damaged, valid);
		call := %7$L;
		result := state;
		RETURN NEXT;
	END IF;$body$,
				CASE i WHEN 1 THEN a.parameters ELSE a.type END,
				CASE i WHEN 1 THEN a.aggtransfn ELSE a.aggcombinefn END, a.type, a.aggfinalfn,
				CASE i WHEN 1 THEN format('SELECT starting(%s)::text FROM customer', a.arguments)
					ELSE 'SELECT starting(s)::text FROM unnest(ARRAY[$1, $1]) s' END,
				number, CASE i WHEN 1 THEN 'transition' ELSE 'combine from the start' END);
		END LOOP;
	END IF;
	EXECUTE format($body$
CREATE FUNCTION attempt_%s(damaged %s, valid %2$s) RETURNS TABLE (call text, result text)
LANGUAGE plpgsql AS $f$
DECLARE
	began timestamptz;
	state text;
	answer text;
BEGIN
%s
END
$f$
$body$, number, a.type, body);
END
$make$;

CREATE FUNCTION check_outcome(example int, call text, state text, answer text, began timestamptz,
	                          damaged anyelement, valid anyelement)
	RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF state = 'XX000' OR state LIKE '22021'
		OR clock_timestamp() > began + (SELECT seconds FROM most) * (1 + length(answer) / 1e6)
		OR (state = '00000' AND answer LIKE '%NaN%') THEN
		INSERT INTO failure VALUES (example, call,
			format('%s after %s: %s', state, clock_timestamp() - began, answer),
			as_bytes(damaged), as_bytes(valid));
	END IF;
END
$$;
CREATE FUNCTION from_bytes(bytea, bigint) RETURNS bigint LANGUAGE sql AS
	$$ SELECT ('x' || encode(substr($1 || '\x0000000000000000', 1, 8), 'hex'))::bit(64)::bigint $$;
CREATE FUNCTION from_bytes(bytea, bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION from_bytes(bytea, purchase_history) RETURNS purchase_history
	LANGUAGE sql AS 'SELECT $1::purchase_history';

SELECT make_attempt(number) FROM example \g /dev/null

SELECT setseed(:seed) \g /dev/null
SELECT format(
	'INSERT INTO outcome
	SELECT %s, call, result, count(*)
	FROM (SELECT damaged(a.state, a.live, b.state) AS bytes, a.state
	      FROM sample a, sample b, generate_series(1, %s)
	      WHERE a.number = %s AND b.number = %s OFFSET 0) s,
	     attempt_%1$s(from_bytes(s.bytes, NULL::%5$s), from_bytes(s.state, NULL::%5$s))
	GROUP BY call, result',
	s.example, ceil(:states * weight / sum(weight) OVER ()), s.number,
	1 + (s.number * 7) % (SELECT count(*) FROM sample), aggtranstype::regtype)
FROM sample s JOIN example e ON s.example = e.number
	JOIN pg_aggregate ON aggfnoid::oid = e.aggregate::oid,
	-- a fit takes a thousand times as long as the others
	LATERAL (SELECT CASE WHEN e.aggregate::text ~ '^fit_(model|season)' THEN 0.1 ELSE 1
		END AS weight) w
ORDER BY s.number \gexec

SELECT format('%s of %s: %s', result, call, sum(count))
FROM outcome GROUP BY call, result ORDER BY 1;
SELECT format('%s %s: %s: %s', e.aggregate, count(*), f.call, left(min(f.problem), 200))
FROM failure f JOIN example e ON e.number = f.example
GROUP BY e.aggregate, f.call, left(f.problem, 6) ORDER BY 1;
SELECT count(*) || ' failures' FROM failure;
