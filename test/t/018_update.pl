# What brings an older version up to date: the same objects as a new installation has, and
# nothing that was there means something else afterwards.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('update');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'");
# a view of each call, all in one transaction
$node->append_conf('postgresql.conf', 'max_locks_per_transaction = 1000');
$node->start;

# Everything that the catalog knows of the extension's objects, a line each
my $snapshot = q{
SET search_path = public, pg_catalog;
CREATE TEMP VIEW member AS
SELECT classid, objid FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'retention');
SELECT line FROM (
	SELECT format('member %s: %s', pg_describe_object(classid, objid, 0), obj_description(objid, classid::regclass::name)) AS line FROM member
	UNION ALL
	SELECT format('routine %s returns %s: %s', p.oid::regprocedure, pg_get_function_result(p.oid),
		(to_jsonb(p) - '{oid,prosqlbody,proargtypes,proallargtypes,prorettype,proargdefaults,pronamespace,prolang}'::text[])::text ||
		coalesce(pg_get_expr(proargdefaults, 0), '') || coalesce(pg_get_function_sqlbody(p.oid), '') || pg_get_function_arguments(p.oid))
	FROM pg_proc p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid
	UNION ALL
	SELECT format('aggregate %s: %s', aggfnoid::oid::regprocedure,
		ROW(aggkind, aggnumdirectargs, aggtransfn::regproc, aggfinalfn::regproc, aggcombinefn::regproc, aggserialfn::regproc, aggdeserialfn::regproc,
			aggmtransfn::regproc, aggminvtransfn::regproc, aggmfinalfn::regproc, aggfinalextra, aggmfinalextra, aggfinalmodify, aggmfinalmodify,
			aggsortop, aggtranstype::regtype, aggtransspace, aggmtranstype::regtype, aggmtransspace, agginitval, aggminitval))
	FROM pg_aggregate a JOIN member ON classid = 'pg_proc'::regclass AND objid = aggfnoid::oid
	UNION ALL
	SELECT format('type %s: %s', t.oid::regtype, ROW(typlen, typbyval, typtype, typcategory, typispreferred, typinput, typoutput, typreceive, typsend,
			typmodin, typmodout, typanalyze, typalign, typstorage, typnotnull, typdefault,
			obj_description(t.oid, 'pg_type'),
			(SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)))
	FROM pg_type t JOIN member ON classid = 'pg_type'::regclass AND objid = t.oid OR classid = 'pg_class'::regclass AND objid = t.typrelid
	UNION ALL
	SELECT format('column %s.%s: %s', attrelid::regclass, attname, ROW(attnum, atttypid::regtype, attstorage, col_description(attrelid, attnum)))
	FROM pg_attribute JOIN member ON classid = 'pg_class'::regclass AND objid = attrelid WHERE attnum > 0
	UNION ALL
	SELECT format('operator %s: %s', o.oid::regoperator, ROW(oprkind, oprcanmerge, oprcanhash, oprresult::regtype, oprcom::regoperator, oprnegate::regoperator, oprcode, oprrest, oprjoin))
	FROM pg_operator o JOIN member ON classid = 'pg_operator'::regclass AND objid = o.oid
	UNION ALL
	SELECT format('operator class %s: %s', opcname, ROW(amname, opcintype::regtype, opcdefault, opckeytype::regtype,
			(SELECT string_agg(format('%s %s', amopopr::regoperator, amopstrategy), ',' ORDER BY amopstrategy) FROM pg_amop WHERE amopfamily = opcfamily),
			(SELECT string_agg(format('%s %s', amproc, amprocnum), ',' ORDER BY amprocnum) FROM pg_amproc WHERE amprocfamily = opcfamily)))
	FROM pg_opclass JOIN pg_am ON pg_am.oid = opcmethod JOIN member ON classid = 'pg_opclass'::regclass AND objid = pg_opclass.oid
	UNION ALL
	SELECT format('cast %s to %s: %s', castsource::regtype, casttarget::regtype, ROW(castfunc::regprocedure, castcontext, castmethod))
	FROM pg_cast JOIN member ON classid = 'pg_cast'::regclass AND objid = pg_cast.oid) s
ORDER BY line COLLATE "C"};

$node->safe_psql('postgres', 'CREATE DATABASE installed');
$node->safe_psql('installed', 'CREATE EXTENSION retention');
my $installed = $node->safe_psql('installed', $snapshot);
my @lines = split /\n/, $installed;
cmp_ok(scalar(@lines), '>', 1000, 'a snapshot of the catalog');

my @versions = map { /--([\d.]+)\.sql$/ ? $1 : () } grep { !/--.*--/ } glob("$ENV{RETENTION_ROOT}/sql/retention--*.sql");
my $current = $node->safe_psql('installed', "SELECT extversion FROM pg_extension WHERE extname = 'retention'");
for my $version (grep { $_ ne $current } @versions)
{
	(my $database = "from_$version") =~ tr/./_/;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, "CREATE EXTENSION retention VERSION '$version'");

	# What each call means, with any of its arguments as a literal without a type: the routine that
	# a view of it depends on.  NULL is such a literal.
	my $calls = q{
SET search_path = public, pg_catalog;
CREATE TEMP TABLE call (expression text PRIMARY KEY, means text);
DO $$
DECLARE
	call_expression text;
	function record;
BEGIN
	FOR function IN
		SELECT p.oid, proname, prokind, pronargs, ARRAY(SELECT t::regtype::text FROM unnest(proargtypes) WITH ORDINALITY u(t, n) ORDER BY n) AS types
		FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
			JOIN pg_extension e ON d.refobjid = e.oid AND extname = 'retention'
		WHERE pronargs <= 6 AND prokind <> 'p' AND prorettype NOT IN ('trigger'::regtype, 'cstring'::regtype)
			AND NOT EXISTS (SELECT FROM unnest(proargtypes) t WHERE t IN ('internal'::regtype, 'cstring'::regtype))
	LOOP
		FOR untyped IN 0 .. (1 << function.pronargs) - 1 LOOP
			SELECT format('%I(%s)%s', function.proname,
				string_agg(CASE WHEN untyped & (1 << (i - 1)) > 0 THEN 'NULL' ELSE 'NULL::' || function.types[i] END, ', ' ORDER BY i),
				CASE function.prokind WHEN 'w' THEN ' OVER ()' ELSE '' END)
			INTO call_expression FROM generate_series(1, function.pronargs) AS i;
			CONTINUE WHEN call_expression IS NULL;
			BEGIN
				EXECUTE 'CREATE TEMP VIEW meaning AS SELECT ' || call_expression || ' AS result';
				INSERT INTO call SELECT call_expression, string_agg(DISTINCT refobjid::regprocedure::text, ', ')
				FROM pg_rewrite JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = pg_rewrite.oid
				WHERE ev_class = 'meaning'::regclass AND refclassid = 'pg_proc'::regclass
				ON CONFLICT DO NOTHING;
				DROP VIEW meaning;
			EXCEPTION WHEN ambiguous_function OR undefined_function OR invalid_table_definition THEN
				NULL;
			END;
		END LOOP;
	END LOOP;
END
$$;
SELECT expression || ' means ' || coalesce(means, 'nothing') FROM call ORDER BY 1};
	my $before = $node->safe_psql($database, $calls);
	cmp_ok(scalar(split /\n/, $before), '>', 500, "calls that $version understands");
	my %after = map { split / means /, $_, 2 } split /\n/, $node->safe_psql('installed', $calls);
	my @changed = grep { my ($call, $means) = split / means /, $_, 2; ($after{$call} // 'nothing') ne $means } split /\n/, $before;
	is(join("\n", @changed), '', "each means the same in $current");

	# The shop and the mart of the older README are made with the older version
	my $readme = "$ENV{RETENTION_ROOT}/test/data/readme-$version.sql";
	$node->safe_psql($database, "CREATE TABLE kept AS SELECT '{2026-01-03: 5, 2026-02-03: 6}'::purchase_history AS h, '{\"model\":\"bg/nbd\",\"r\":0.243,\"alpha\":4.414,\"a\":0.793,\"b\":2.426,\"time_unit_days\":7}'::retention_model AS m");
	my $kept = $node->safe_psql($database, 'SELECT h, m, p_alive(m, h, date \'2026-06-30\') FROM kept');

	my ($status, $stdout, $stderr) = $node->psql($database, "CREATE TABLE o AS SELECT 1 AS c, date '2026-01-01' AS d; SELECT create_retention_mart('o', 'c', 'd')");
	like($stderr, qr/HINT:  ALTER EXTENSION retention UPDATE/, 'marts say what is to be done first') if $version eq '0.1.0';
	$node->safe_psql($database, 'ALTER EXTENSION retention UPDATE; DROP TABLE o');
	my $updated = $node->safe_psql($database, $snapshot);
	if (!is($updated, $installed, "updated from $version equals installed"))
	{
		my %has = map { $_ => 1 } split /\n/, $updated;
		my %wanted = map { $_ => 1 } @lines;
		diag("only when installed: $_") for grep { !$has{$_} } sort keys %wanted;
		diag("only when updated: $_") for grep { !$wanted{$_} } sort keys %has;
	}
	is($node->safe_psql($database, 'SELECT h, m, p_alive(m, h, date \'2026-06-30\') FROM kept'), $kept, 'values are what they were');

	# What the README of that version shows still runs
	for my $examples ($database, 'installed')
	{
		($stdout, $stderr) = ('', '');
		IPC::Run::run([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($examples), '-f', $readme ], '>', \$stdout, '2>', \$stderr);
		unlike($stderr, qr/ERROR/, "the SQL of the README of $version runs, $examples") or diag($stderr);
	}
}

$node->stop;
done_testing();
