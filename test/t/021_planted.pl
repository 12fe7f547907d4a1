# Functions and operators that somebody has put where everybody may create, and that fit better than
# those that are meant: nothing of the extension finds them, neither when it is installed nor when a
# mart is made, refreshed, read and dropped by a superuser. (Whose own call, without types, may find
# them is another matter: the calls here have them.)
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# what stops this file is said in its output, not only in its log
$SIG{__DIE__} = sub { diag(@_) unless $^S };

my $node = PostgreSQL::Test::Cluster->new('planted');
$node->init;
$node->append_conf('postgresql.conf',
	"timezone = 'UTC'\nclient_min_messages = warning\nmax_locks_per_transaction = 1000");
$node->start;
# as in a database of a version before 15
$node->safe_psql('postgres', q{
	CREATE ROLE mallory LOGIN; CREATE DATABASE old;
	ALTER DATABASE old SET search_path = "$user", public});
$node->safe_psql('old', q{
	GRANT CREATE ON SCHEMA public TO PUBLIC;
	CREATE DOMAIN day AS date;
	CREATE TABLE orders AS
	SELECT g % 60 AS customer_id, (date '2025-01-01' + (g * 37) % 400)::day AS ordered_at,
	       (g % 50)::numeric AS amount, chr(65 + g % 3) AS product_range, chr(65 + g % 2) AS region,
	       g AS id
	FROM generate_series(1, 900) AS g;
	CREATE TABLE customers AS
	SELECT g AS customer_id, chr(65 + g % 2) AS region FROM generate_series(0, 59) AS g});

# All that is called anywhere in the scripts, built in or of the extension
my $script = slurp_file((glob("$ENV{RETENTION_ROOT}/sql/retention--*.sql"))[-1]);
my %called = map { lc($_) => 1 } $script =~ /\b([a-z_]\w*)\(/gi;
my $names = join(',', map { "'$_'" } sort keys %called);

# A better match differs in the type of an argument, takes fewer where there are defaults, or as
# many as are given where there is a variadic one.
my $plant = q{
CREATE FUNCTION pg_temp.plant(name text, types text, result text) RETURNS integer
	LANGUAGE plpgsql AS $plant$
BEGIN
	EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L',
		name, types, result,
		format('BEGIN RAISE EXCEPTION %L; END', 'planted ' || name || '(' || types || ')'));
	RETURN 1;
-- it is there already, or there is such a function of the extension or of PostgreSQL
EXCEPTION WHEN duplicate_function OR invalid_function_definition OR feature_not_supported
	OR undefined_object THEN
	RETURN 0;
END
$plant$;
CREATE TEMP TABLE type (name text);
INSERT INTO type
SELECT unnest('{text,integer,bigint,numeric,double precision,date,timestamp without time zone,'
              'timestamp with time zone,interval,boolean,jsonb,text[],integer[],'
              'date[],name,oid,regclass}'::text[]);
CREATE TEMP TABLE signature AS
SELECT DISTINCT proname AS name,
                ARRAY(SELECT t::regtype::text
                      FROM unnest(proargtypes::oid[]) WITH ORDINALITY u(t, n) ORDER BY n) AS types,
                pronargdefaults, provariadic,
                CASE WHEN (SELECT typtype FROM pg_type t WHERE t.oid = prorettype) = 'p' THEN 'text'
                     ELSE prorettype::regtype::text END AS result
FROM pg_proc
WHERE proname IN (@names@) AND pronamespace = '@schema@'::regnamespace
  AND pronargs BETWEEN 1 AND 16;
SELECT sum(pg_temp.plant(name, types, result))
FROM (SELECT name, array_to_string(types[:i - 1] || t || types[i + 1:], ', ') AS types, result
      FROM (SELECT s.name, s.types, s.result, type.name AS t, generate_subscripts(s.types, 1) AS i
            FROM signature s, type) p
      WHERE types[i] <> t
      UNION SELECT name, array_to_string(types[:array_length(types, 1) - less], ', '), result
      FROM signature, generate_series(1, pronargdefaults) AS less
      UNION SELECT name,
                   array_to_string(types[:array_length(types, 1) - 1]
                                   || array_fill('text'::text, ARRAY[given]), ', '),
                   result
      FROM signature, generate_series(1, 12) AS given WHERE provariadic <> 0) AS s
WHERE NOT EXISTS (SELECT
                  FROM signature o
                  WHERE o.name = s.name AND array_to_string(o.types, ', ') = s.types)};
my $as_mallory = 'SET SESSION AUTHORIZATION mallory; SET search_path = pg_catalog; ';
(my $sql = $plant) =~ s/\@names\@/$names/;
$sql =~ s/\@schema\@/pg_catalog/;
cmp_ok((split /\n/, $node->safe_psql('old', $as_mallory . $sql))[-1], '>', 1000,
	'functions are planted');
cmp_ok((split /\n/, $node->safe_psql('old', $as_mallory . q{
	CREATE FUNCTION pg_temp.plant(operator text, l text, r text, result text) RETURNS integer
		LANGUAGE plpgsql AS $plant$
	BEGIN
		EXECUTE format('CREATE FUNCTION public.%I(%s, %s) RETURNS %s LANGUAGE plpgsql AS %L',
			'planted_' || md5(operator), l, r, result,
			'BEGIN RAISE EXCEPTION ''planted operator''; END');
		EXECUTE format('CREATE OPERATOR public.%s (
			LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.%I)',
			operator, l, r, 'planted_' || md5(operator));
		RETURN 1;
	EXCEPTION WHEN duplicate_function OR invalid_function_definition OR feature_not_supported
		OR undefined_object THEN
		RETURN 0;
	END
	$plant$;
	CREATE TEMP TABLE type AS
	SELECT unnest('{text,integer,bigint,numeric,double precision,date,timestamp without time zone,'
	              'timestamp with time zone,interval,boolean,jsonb,text[],integer[],date[],name,'
	              'oid,regclass}'::text[]) AS name;
	SELECT sum(pg_temp.plant(operator, l.name, r.name,
	                         CASE WHEN operator IN ('+', '-', '*', '/', '^', '%') THEN l.name
	                              WHEN operator IN ('||', '->>') THEN 'text'
	                              WHEN operator = '->' THEN 'jsonb' ELSE 'boolean' END))
	FROM unnest('{+,-,*,/,^,%,||,->,->>,=,<>,<,>,<=,>=,~,~~}'::text[]) AS operator, type l, type r
	WHERE NOT EXISTS (SELECT
	                  FROM pg_operator
	                  WHERE oprname = operator AND oprleft = l.name::regtype
	                    AND oprright = r.name::regtype)}))[-1],
	'>', 1000, 'and operators');
# format and its like take anything
$node->safe_psql('old', $as_mallory . q{
	CREATE FUNCTION pg_temp.plant(name text, types text[]) RETURNS void LANGUAGE plpgsql AS $plant$
	BEGIN
		EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS text LANGUAGE plpgsql AS %L',
			name, array_to_string(types, ', '),
			format('BEGIN RAISE EXCEPTION %L; END', 'planted ' || name));
	EXCEPTION WHEN duplicate_function THEN NULL;
	END
	$plant$;
	WITH RECURSIVE given(types) AS (
		SELECT '{text}'::text[]
		UNION ALL SELECT types || t
		FROM given, unnest('{text,integer,numeric,double precision}'::text[]) AS t
		WHERE array_length(types, 1) < 5)
	SELECT pg_temp.plant(name, types)
	FROM given, unnest('{format,concat,jsonb_build_object,json_build_object}'::text[]) AS name
	WHERE array_length(types, 1) > 1;
	SELECT pg_temp.plant('format', array_fill('text'::text, ARRAY[n]))
	FROM generate_series(5, 25) AS n});

# those of the extension, too, as far as there are types for them yet
$node->safe_psql('postgres', 'CREATE EXTENSION retention');
my $own = $node->safe_psql('postgres', q{
	SELECT string_agg(format('(%L, %L::text[], %s, %s, %L)', proname,
	                         ARRAY(SELECT t::regtype::text
	                               FROM unnest(proargtypes::oid[]) WITH ORDINALITY u(t, n)
	                               ORDER BY n), pronargdefaults, provariadic, prorettype::regtype),
	                  ', ')
	FROM pg_proc WHERE probin LIKE '%retention%' OR proname LIKE 'retention_%'});
my $of_own = qq{
	SELECT * FROM (VALUES $own) AS v(name, types, pronargdefaults, provariadic, result)
	WHERE array_length(types, 1) > 0;};
($sql = $plant) =~ s/SELECT DISTINCT proname.*?;/$of_own/s;
cmp_ok((split /\n/, $node->safe_psql('old', $as_mallory . $sql))[-1], '>', 100,
	'and functions like those of the extension');

$node->safe_psql('old', 'CREATE EXTENSION retention');
is($node->safe_psql('old', q{
	SET search_path = pg_catalog;
	SELECT DISTINCT format('%s calls %s', d.objid::regprocedure,
	                       pg_describe_object(d.refclassid, d.refobjid, 0))
	FROM pg_depend d
	     JOIN pg_depend e ON e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e'
	     LEFT JOIN pg_proc p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
	     LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
	WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'n'
	  AND 'mallory'::regrole IN (p.proowner, o.oprowner)
	ORDER BY 1}), '', 'no function of the extension calls one of them');

# those of the extension that a refresh or a page calls
($sql = $plant) =~ s/\@names\@/$names/;
$sql =~ s/\@schema\@/public/;
$sql =~ s/AND pronargs/AND proowner <> 'mallory'::regrole AND pronargs/;
my $types = 'public.purchase_history,public.retention_model,public.retention_season';
$sql =~ s/date\[\],name,oid,regclass/date[],$types/;
cmp_ok((split /\n/, $node->safe_psql('old', $as_mallory . $sql))[-1], '>', 1000,
	'others are planted beside those of the extension');

for my $changes (qw(trigger high_water_mark rebuild))
{
	for my $customers ('NULL::regclass', "'customers'::regclass")
	{
		my ($out, $err) = ('', '');
		$node->psql('old', qq{
			SELECT public.create_retention_mart('orders'::regclass, text 'customer_id',
			                                    text 'ordered_at', text 'amount',
			                                    text 'product_range', '{region}'::text[], text 'm',
			                                    NULL::text, text '$changes', interval '3 years',
			                                    0.1::float8, 1::float8, $customers,
			                                    interval '30 days');
			INSERT INTO orders VALUES (1, '2026-02-05', 7, 'A', 'B', 1001);
			UPDATE orders SET amount = 8 WHERE id = 17; DELETE FROM orders WHERE id = 18;
			SELECT public.refresh_retention_mart(text 'm', NULL::date, false, false);
			INSERT INTO m.campaign
			SELECT 'letter', customer_id, date '2025-11-01', customer_id < 30
			FROM m.customer_history;
			SELECT public.refresh_retention_mart(text 'm', NULL::date, true, false);
			SELECT length(public.retention_review_html(text 'm', text 'A title', text '',
			                                           20)) > 10000;
			SELECT public.drop_retention_mart(text 'm')},
			stdout => \$out, stderr => \$err, on_error_stop => 1);
		is($err, '', "a mart of a superuser, $changes, $customers, finds none of them");
		like($out, qr/^t$/m, 'and has its page');
	}
}

$node->stop;
done_testing();
