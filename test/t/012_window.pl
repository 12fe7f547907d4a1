# Window functions on one partition of 5,000,000 rows: memory stays flat, rows are not kept;
# IGNORE NULLS, which PostgreSQL knows from 19 on, is refused.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'memory is read from /proc' unless -r "/proc/$$/status";

my $node = PostgreSQL::Test::Cluster->new('window');
$node->init;
$node->append_conf('postgresql.conf',
	"jit = off\nmax_parallel_workers_per_gather = 0\nwork_mem = '4MB'\nshared_buffers = '64MB'\n");
$node->start;
$node->safe_psql('postgres', q{CREATE EXTENSION retention;
	CREATE UNLOGGED TABLE event AS
	SELECT timestamp '2000-01-01' + g * interval '97 seconds' AS ts
	FROM generate_series(1, 5000000) g;
	CREATE INDEX ON event (ts)});
$node->safe_psql('postgres', 'VACUUM ANALYZE event');

# the most memory of its own that a session took, in kB, and the blocks it wrote to temporary files
sub cost_of
{
	my ($expression) = @_;
	my $out = $node->safe_psql('postgres', qq{SET enable_seqscan = off; SET enable_bitmapscan = off;
		CREATE FUNCTION pg_temp.memory() RETURNS int
			LANGUAGE sql VOLATILE AS \$\$
			SELECT substring(pg_read_file('/proc/' || pg_backend_pid() || '/status')
			                 FROM 'RssAnon:\\s*(\\d+)')::int \$\$;
		SELECT pg_temp.memory();
		EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF, SUMMARY OFF, BUFFERS, FORMAT JSON)
		SELECT $expression OVER (ORDER BY ts) FROM event;
		-- at the last row, while all is there that will be
		SELECT pg_temp.memory()
		FROM (SELECT $expression OVER (ORDER BY ts) AS x, row_number() OVER (ORDER BY ts) AS n
		      FROM event OFFSET 0) s
		WHERE n = 5000000});
	my ($before, $after) = $out =~ /\A(\d+)\n.*\n(\d+)\z/s or die $out;
	my ($written) = $out =~ /"Temp Written Blocks": (\d+)/;
	return ($after - $before, $written);
}

my ($plain_memory) = cost_of('row_number()');
foreach my $expression ('days_since_previous(ts)', 'running_cycle(ts)',
	"session_id(ts, '1 minute')", "decayed_sum(1, ts, '1 day')")
{
	my ($memory, $written) = cost_of($expression);
	cmp_ok($memory - $plain_memory, '<', 64 * 1024,
		"$expression takes " . ($memory - $plain_memory) . ' kB more than row_number()');
	is($written, 0, "$expression keeps no rows");
}

if ($node->safe_psql('postgres', 'SHOW server_version_num') >= 190000)
{
	my @functions = split /\n/, $node->safe_psql('postgres', q{
		SELECT format('%s(%s)', p.proname,
		              (SELECT string_agg(format('NULL::%s', t::regtype), ', ')
		               FROM unnest(p.proargtypes) t))
		FROM pg_proc p
		     JOIN pg_depend d
		       ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
		     JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
		WHERE e.extname = 'retention' AND p.prokind = 'w' ORDER BY 1});
	cmp_ok(scalar @functions, '>=', 30, 'there are window functions');
	my @accepted = grep {
		my ($status, $stdout, $stderr) = $node->psql('postgres', "SELECT $_ IGNORE NULLS OVER ()");
		$status == 0 || $stderr !~ /does not allow RESPECT\/IGNORE NULLS/
	} 'row_number()', @functions;
	is("@accepted", '', 'IGNORE NULLS is refused by each, as by row_number()');
}
$node->stop;
done_testing();
