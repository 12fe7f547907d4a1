# Symbols: the module shows only what SQL calls, and what other modules show does not reach into it.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = $ENV{RETENTION_ROOT};
my $dir = PostgreSQL::Test::Utils::tempdir;

plan skip_all => 'not for this system' if $^O ne 'linux';

sub symbols_of
{
	return map { /^[0-9a-f]* *[A-Z] (\w+)$/ ? $1 : () } split /\n/, qx{nm --defined-only @_};
}

# what SQL calls, in this version and in those that may still be installed
my %called;
for my $script (glob("$root/sql/retention--*.sql"), glob("$root/sql/updates/*.sql"))
{
	$called{$_} = 1 for slurp_file($script) =~ /'MODULE_PATHNAME',\s*'(\w+)'/g;
}
cmp_ok(scalar(keys %called), '>', 150, 'functions that SQL calls');
my %expected = map { $_ => 1 } ('Pg_magic_func', '_PG_init',
	map { ($_, "pg_finfo_$_") } keys %called);
my %shown = map { $_ => 1 } symbols_of('-D', "$root/retention.so");
is(join(' ', grep { !$expected{$_} } sort keys %shown), '', 'nothing else is shown');
is(join(' ', grep { !$shown{$_} } sort keys %expected), '', 'all of them are');

# A library that was there before and has a function for each name of ours that is not only within a
# file
my %ours = map { $_ => 1 } symbols_of('-g', glob("$root/src/*/*.o"));
delete @ours{'Pg_magic_func', '_PG_init', grep { /^pg_finfo_/ } keys %ours};
cmp_ok(scalar(keys %ours), '>', 300, 'names that files share');
open(my $source, '>', "$dir/other.c") or die $!;
print $source "#include <stdlib.h>\n",
	map { "void $_(void);\nvoid $_(void) { abort(); }\n" } sort keys %ours;
close $source;
my $compiler = qx{pg_config --cc};
chomp $compiler;
SKIP:
{
	skip 'no compiler', 2 if system("$compiler -shared -fPIC -o $dir/other.so $dir/other.c") != 0;
	my $node = PostgreSQL::Test::Cluster->new('symbols');
	$node->init;
	$node->append_conf('postgresql.conf', "timezone = 'UTC'");
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION retention');
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d',
			$node->connstr('postgres'), '-f', "$root/test/states/states.sql" ],
		'states of aggregates');
	my @queries = map { "SET client_min_messages = error; $_" }
		split /\n/, $node->safe_psql('postgres', q{
		SELECT query_of(example, 'aggregate') FROM example ORDER BY number});
	push @queries, q{
		SELECT p_alive('{"model":"pareto/nbd","r":0.55,"alpha":10.6,"s":0.6,"beta":11.7}', 2, 30,
		               39),
		       to_jsonb('{2026-01-03: 5}'::purchase_history)};
	my @alone = map { $node->safe_psql('postgres', $_) } @queries;
	$node->stop;
	{
		local $ENV{LD_PRELOAD} = "$dir/other.so";
		$node->start;
	}
	is(join("\n", map { $node->safe_psql('postgres', $_) } @queries), join("\n", @alone),
		'other functions of the same names change nothing');
	$node->stop;
}
done_testing();
