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
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'retention');
SELECT line FROM (
	SELECT format('member %s: %s', pg_describe_object(classid, objid, 0),
		obj_description(objid, classid::regclass::name)) AS line FROM member
	UNION ALL
	SELECT format('routine %s returns %s: %s', p.oid::regprocedure, pg_get_function_result(p.oid),
		(to_jsonb(p) - '{oid,prosqlbody,proargtypes,proallargtypes,prorettype,proargdefaults,
			pronamespace,prolang}'::text[])::text
		|| coalesce(pg_get_expr(proargdefaults, 0), '')
		|| coalesce(pg_get_function_sqlbody(p.oid), '') || pg_get_function_arguments(p.oid))
	FROM pg_proc p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid
	UNION ALL
	SELECT format('aggregate %s: %s', aggfnoid::oid::regprocedure,
		ROW(aggkind, aggnumdirectargs, aggtransfn::regproc, aggfinalfn::regproc,
			aggcombinefn::regproc, aggserialfn::regproc, aggdeserialfn::regproc,
			aggmtransfn::regproc, aggminvtransfn::regproc, aggmfinalfn::regproc, aggfinalextra,
			aggmfinalextra, aggfinalmodify, aggmfinalmodify, aggsortop, aggtranstype::regtype,
			aggtransspace, aggmtranstype::regtype, aggmtransspace, agginitval, aggminitval))
	FROM pg_aggregate a JOIN member ON classid = 'pg_proc'::regclass AND objid = aggfnoid::oid
	UNION ALL
	SELECT format('type %s: %s', t.oid::regtype,
		ROW(typlen, typbyval, typtype, typcategory, typispreferred, typinput, typoutput,
			typreceive, typsend, typmodin, typmodout, typanalyze, typalign, typstorage,
			typnotnull, typdefault, obj_description(t.oid, 'pg_type'),
			(SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum
				WHERE enumtypid = t.oid)))
	FROM pg_type t
		JOIN member ON classid = 'pg_type'::regclass AND objid = t.oid
			OR classid = 'pg_class'::regclass AND objid = t.typrelid
	UNION ALL
	SELECT format('column %s.%s: %s', attrelid::regclass, attname,
		ROW(attnum, atttypid::regtype, attstorage, col_description(attrelid, attnum)))
	FROM pg_attribute JOIN member ON classid = 'pg_class'::regclass AND objid = attrelid
	WHERE attnum > 0
	UNION ALL
	SELECT format('operator %s: %s', o.oid::regoperator,
		ROW(oprkind, oprcanmerge, oprcanhash, oprresult::regtype, oprcom::regoperator,
			oprnegate::regoperator, oprcode, oprrest, oprjoin))
	FROM pg_operator o JOIN member ON classid = 'pg_operator'::regclass AND objid = o.oid
	UNION ALL
	SELECT format('operator class %s: %s', opcname,
		ROW(amname, opcintype::regtype, opcdefault, opckeytype::regtype,
			(SELECT string_agg(format('%s %s', amopopr::regoperator, amopstrategy), ','
					ORDER BY amopstrategy)
				FROM pg_amop WHERE amopfamily = opcfamily),
			(SELECT string_agg(format('%s %s', amproc, amprocnum), ',' ORDER BY amprocnum)
				FROM pg_amproc WHERE amprocfamily = opcfamily)))
	FROM pg_opclass JOIN pg_am ON pg_am.oid = opcmethod
		JOIN member ON classid = 'pg_opclass'::regclass AND objid = pg_opclass.oid
	UNION ALL
	SELECT format('cast %s to %s: %s', castsource::regtype, casttarget::regtype,
		ROW(castfunc::regprocedure, castcontext, castmethod))
	FROM pg_cast JOIN member ON classid = 'pg_cast'::regclass AND objid = pg_cast.oid) s
ORDER BY line COLLATE "C"};

$node->safe_psql('postgres', 'CREATE DATABASE installed');
$node->safe_psql('installed', 'CREATE EXTENSION retention');
my $installed = $node->safe_psql('installed', $snapshot);
my @lines = split /\n/, $installed;
cmp_ok(scalar(@lines), '>', 1000, 'a snapshot of the catalog');

my @versions = map { /--([\d.]+)\.sql$/ ? $1 : () }
	grep { !/--.*--/ } glob("$ENV{RETENTION_ROOT}/sql/retention--*.sql");
my $current = $node->safe_psql('installed',
	"SELECT extversion FROM pg_extension WHERE extname = 'retention'");
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
		SELECT p.oid, proname, prokind, pronargs,
			ARRAY(SELECT t::regtype::text
				FROM unnest(proargtypes) WITH ORDINALITY u(t, n) ORDER BY n) AS types
		FROM pg_proc p
			JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
				AND d.deptype = 'e'
			JOIN pg_extension e ON d.refobjid = e.oid AND extname = 'retention'
		WHERE pronargs <= 6 AND prokind <> 'p'
			AND prorettype NOT IN ('trigger'::regtype, 'cstring'::regtype)
			AND NOT EXISTS (
				SELECT FROM unnest(proargtypes) t
				WHERE t IN ('internal'::regtype, 'cstring'::regtype))
	LOOP
		FOR untyped IN 0 .. (1 << function.pronargs) - 1 LOOP
			SELECT format('%I(%s)%s', function.proname,
				string_agg(CASE WHEN untyped & (1 << (i - 1)) > 0 THEN 'NULL'
					ELSE 'NULL::' || function.types[i] END, ', ' ORDER BY i),
				CASE function.prokind WHEN 'w' THEN ' OVER ()' ELSE '' END)
			INTO call_expression FROM generate_series(1, function.pronargs) AS i;
			CONTINUE WHEN call_expression IS NULL;
			BEGIN
				EXECUTE 'CREATE TEMP VIEW meaning AS SELECT ' || call_expression || ' AS result';
				INSERT INTO call
				SELECT call_expression, string_agg(DISTINCT refobjid::regprocedure::text, ', ')
				FROM pg_rewrite
					JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass
						AND d.objid = pg_rewrite.oid
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
	my @changed = grep {
		my ($call, $means) = split / means /, $_, 2;
		($after{$call} // 'nothing') ne $means
			# where not even churned has a type it may be an entry, too, and numbers a history:
			# CHANGELOG.md
			&& !(!$after{$call}
				&& $call =~ /^(survival_curve|log_rank|log_rank_groups|fit_hazard)
					(_add\([^,]+,\s|\()[^,]+,\sNULL,
					|^fit_model\(NULL(::text)?(,\sNULL){2},\sNULL(::double\sprecision)?
						(,\sNULL){2}\)$/x)
	} split /\n/, $before;
	is(join("\n", @changed), '', "each means the same in $current");

	# The shop and the mart of the older README are made with the older version
	my $readme = "$ENV{RETENTION_ROOT}/test/data/readme-$version.sql";
	$node->safe_psql($database, q{
		CREATE TABLE kept AS
		SELECT '{2026-01-03: 5, 2026-02-03: 6}'::purchase_history AS h,
			'{"model":"bg/nbd","r":0.243,"alpha":4.414,"a":0.793,"b":2.426,'
				'"time_unit_days":7}'::retention_model AS m});
	my $kept = $node->safe_psql($database,
		q{SELECT h, m, p_alive(m, h, date '2026-06-30') FROM kept});

	my ($status, $stdout, $stderr) = $node->psql($database, q{
		CREATE TABLE o AS SELECT 1 AS c, date '2026-01-01' AS d;
		SELECT create_retention_mart('o', 'c', 'd')});
	like($stderr, qr/HINT:  ALTER EXTENSION retention UPDATE/, 'marts say what is to be done first')
		if $version eq '0.1.0';
	$node->safe_psql($database, 'ALTER EXTENSION retention UPDATE; DROP TABLE o');
	my $updated = $node->safe_psql($database, $snapshot);
	if (!is($updated, $installed, "updated from $version equals installed"))
	{
		my %has = map { $_ => 1 } split /\n/, $updated;
		my %wanted = map { $_ => 1 } @lines;
		diag("only when installed: $_") for grep { !$has{$_} } sort keys %wanted;
		diag("only when updated: $_") for grep { !$wanted{$_} } sort keys %has;
	}
	is($node->safe_psql($database, q{SELECT h, m, p_alive(m, h, date '2026-06-30') FROM kept}),
		$kept, 'values are what they were');

	# What the README of that version shows still runs
	for my $examples ($database, 'installed')
	{
		($stdout, $stderr) = ('', '');
		IPC::Run::run([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d',
			$node->connstr($examples), '-f', $readme ], '>', \$stdout, '2>', \$stderr);
		unlike($stderr, qr/ERROR/, "the SQL of the README of $version runs, $examples")
			or diag($stderr);
	}

	mart_of_older_version($version) if $version eq '0.1.0';
}

# What create_retention_mart of 0.1.0 ran.  Its library is gone, its SQL is not.
sub mart_sql
{
	my ($schema, $arguments) = @_;
	return qq{
		CREATE SCHEMA $schema;
		CREATE TABLE $schema.settings (
			schema_name text NOT NULL, source_table regclass NOT NULL,
			customer_column text NOT NULL, customer_type text NOT NULL,
			ordered_at_column text NOT NULL, amount_column text, range_column text,
			attribute_columns text[] NOT NULL, customers_table regclass, zone text,
			changes text NOT NULL, overlap interval, horizon interval NOT NULL,
			discount_rate double precision NOT NULL, margin double precision NOT NULL, as_of date,
			refreshed_at timestamptz, partitions oid[],
			one boolean PRIMARY KEY DEFAULT true CHECK (one));
		INSERT INTO $schema.settings SELECT '$schema', $arguments;
		DO \$\$
		DECLARE
			settings jsonb := (SELECT to_jsonb(s) FROM $schema.settings s);
			statement text;
		BEGIN
			FOR statement IN
				SELECT t.statement FROM retention_mart_tables(settings) t
				UNION ALL SELECT t.statement FROM retention_mart_comments(settings) t
				UNION ALL
				SELECT t.statement
				FROM retention_mart_triggers(settings, 'orders', 'public', false) t
				WHERE settings ->> 'changes' = 'trigger'
			LOOP
				EXECUTE statement;
			END LOOP;
			-- its first refresh
			FOR statement IN
				SELECT t.statement FROM retention_mart_steps(settings || '{"phase": "read all"}') t
			LOOP
				EXECUTE statement;
			END LOOP;
			UPDATE $schema.settings SET as_of = '2025-06-30',
				refreshed_at = now() - interval '40 days',
				partitions = ARRAY['orders'::regclass::oid];
			settings := (SELECT to_jsonb(s) FROM $schema.settings s);
			FOR statement IN
				SELECT t.statement FROM retention_mart_steps(settings || '{"phase": "fit"}') t
			LOOP
				EXECUTE statement;
			END LOOP;
			FOR statement IN
				SELECT t.statement
				FROM retention_mart_steps(settings || '{"phase": "write", "base_kind": "mbg/nbd"}'
					|| (SELECT jsonb_object_agg(CASE kind WHEN 'interpurchase' THEN 'cycle_model'
								WHEN 'gamma-gamma' THEN 'spend_model' ELSE 'base_model' END,
							model::text)
						FROM $schema.model
						WHERE kind IN ('interpurchase', 'gamma-gamma', 'mbg/nbd'))) t
			LOOP
				EXECUTE statement;
			END LOOP;
		END
		\$\$;
	};
}

# A mart that the older version made is brought up to date by its next refresh
sub mart_of_older_version
{
	my ($version) = @_;
	my $database = 'mart';

	$node->safe_psql('postgres', "CREATE DATABASE $database; CREATE ROLE reader");
	$node->safe_psql($database, qq{
		SET client_min_messages = error;
		CREATE EXTENSION retention VERSION '$version';
		CREATE TABLE orders AS
		SELECT g % 150 AS customer_id,
			timestamptz '2024-01-01' + (hashint4(g) & 65535) % 720 * interval '1 day' AS ordered_at,
			(hashint4(g + 7) & 4095) / 100.0 AS amount, 'r' || g % 3 AS product_range,
			'n' || g % 4 AS region
		FROM generate_series(1, 3000) g;
	} . mart_sql('old', q{
		'orders', 'customer_id', 'bigint', 'ordered_at', 'amount', 'product_range', '{region}',
		NULL, 'UTC', 'trigger', NULL, '2 years', 0.05, 0.4}));
	$node->safe_psql($database, q{
		INSERT INTO old.campaign
		SELECT 'letter', customer_id, date '2025-09-01', customer_id % 3 > 0
		FROM old.customer_history;
		GRANT USAGE ON SCHEMA old TO reader;
		GRANT SELECT ON old.contact_list, old.settings TO reader;
		ALTER TABLE old.customer_history ALTER history SET STORAGE PLAIN;
		ALTER EXTENSION retention UPDATE});
	# not refreshed yet: its triggers write down what changes
	my ($status, $stdout, $stderr) = $node->psql($database, q{
		INSERT INTO orders VALUES (3, '2025-12-24', 11, 'r1', 'n1'),
			(1000, '2025-12-23', 12, 'r2', NULL);
		DELETE FROM orders WHERE customer_id = 5;
		UPDATE orders SET amount = 7 WHERE customer_id = 6});
	is($stderr, '', 'orders of a mart of 0.1.0 are written');
	is($node->safe_psql($database, 'SELECT count(*) > 3 FROM old.change WHERE NOT truncated'), 't',
		'and written down');
	my $later = qr/How much will they buy.*Which model tells best/s;
	like($node->safe_psql($database, q{SELECT retention_review_html('old')}),
		qr/\A(?!.*$later).*<\/html>/s, 'its page can be read, without what came later');
	$node->safe_psql($database, q{
		SET client_min_messages = error;
		SELECT create_retention_mart('orders', 'customer_id', 'ordered_at', 'amount',
			'product_range', '{region}', 'fresh', 'UTC',
			horizon => '2 years', discount_rate => 0.05, margin => 0.4);
		INSERT INTO fresh.campaign SELECT * FROM old.campaign;
		SELECT refresh_retention_mart('fresh');
		-- something that a version to come adds to an older mart, as this one did to 0.1.0
		ALTER TABLE old.contact_list DROP COLUMN reason;
		DROP TABLE old.purchase_forecast;
		SELECT refresh_retention_mart('old')});
	for my $table (split /\n/,
		$node->safe_psql($database, q{
			SELECT relname FROM pg_class
			WHERE relnamespace = 'fresh'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1}))
	{
		my $columns = $node->safe_psql($database, qq{
			SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
			WHERE attrelid = 'fresh.$table'::regclass AND attnum > 0 AND NOT attisdropped
				AND attname NOT IN ('schema_name', 'refreshed_at')});
		my $where = $table =~ /^model(_fits)?$/ ? 'WHERE fitted_on > date \'2025-06-30\'' : '';
		is($node->safe_psql($database, qq{SELECT count(*) FROM (
				(SELECT ROW($columns)::text FROM old.$table $where
					EXCEPT ALL SELECT ROW($columns)::text FROM fresh.$table)
				UNION ALL
				(SELECT ROW($columns)::text FROM fresh.$table
					EXCEPT ALL SELECT ROW($columns)::text FROM old.$table)) d}), 0,
			"brought up to date, $table is as in a new mart");
	}
	like($node->safe_psql($database, q{SELECT retention_review_html('old')}), $later,
		'and its page has what came later');
	my $layout = q{
		SELECT relname, relkind, attname, format_type(atttypid, atttypmod), attnotnull, attstorage,
			pg_get_expr(adbin, adrelid), col_description(c.oid, attnum),
			obj_description(c.oid, 'pg_class')
		FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid
			LEFT JOIN pg_attrdef ON adrelid = c.oid AND adnum = attnum
		WHERE relnamespace = '%s'::regnamespace AND attnum > 0 AND NOT attisdropped
			AND relkind IN ('r', 'v')
		ORDER BY relname, attname};
	is($node->safe_psql($database, sprintf($layout, 'old')),
		$node->safe_psql($database, sprintf($layout, 'fresh')),
		'all tables, columns, types, defaults and comments, too');
	is($node->safe_psql($database, q{SELECT count(*) FROM old.campaign}), 150,
		'what was written into campaign is there');
	is($node->safe_psql($database, q{
		SELECT has_table_privilege('reader', 'old.contact_list', 'SELECT')
			AND has_table_privilege('reader', 'old.settings', 'SELECT')
			AND NOT has_table_privilege('reader', 'old.model', 'SELECT')}), 't',
		'and what was granted');
	is($node->safe_psql($database, q{SELECT count(DISTINCT fitted_on) FROM old.model}), 2,
		'and the models of before');
	# from then on as any other
	$node->safe_psql($database, q{
		SET client_min_messages = error;
		INSERT INTO orders VALUES (3, '2025-12-28', 11, 'r1', 'n1');
		DELETE FROM orders WHERE customer_id = 8;
		SELECT refresh_retention_mart('old'), refresh_retention_mart('fresh')});
	is($node->safe_psql($database, q{
		SELECT count(*)
		FROM old.customer_history FULL JOIN fresh.customer_history f USING (customer_id)
		WHERE customer_history.history IS DISTINCT FROM f.history}), 0, 'its triggers still work');
	# one that is to come
	$node->safe_psql($database, q{UPDATE old.settings SET format_version = 1000});
	($status, $stdout, $stderr) = $node->psql($database, q{SELECT refresh_retention_mart('old')});
	my $newer = 'retention mart "old" was made by a newer version of the extension';
	like($stderr, qr/$newer.*known are those up to \d+.*HINT:  Install that version/s,
		'a mart of a newer version is refused');
	$node->safe_psql($database, q{SELECT drop_retention_mart('old'), drop_retention_mart('fresh')});
	is($node->safe_psql($database,
		q{SELECT count(*) FROM pg_trigger WHERE tgrelid = 'orders'::regclass}), 0,
		'both are dropped');
	return;
}

$node->stop;
done_testing();
