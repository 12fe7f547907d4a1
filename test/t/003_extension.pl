# CREATE, ALTER and DROP EXTENSION: who may, where to, and what depends on it.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('extension');
$node->init;
$node->start;

sub error
{
	my ($database, $sql) = @_;
	my ($status, $stdout, $stderr) = $node->psql($database, $sql);
	return $status == 0 ? 'no error' : $stderr;
}

# trusted: the owner of a database installs it without being superuser
$node->safe_psql('postgres',
	'CREATE ROLE shopkeeper LOGIN; CREATE DATABASE shop OWNER shopkeeper; CREATE ROLE guest LOGIN');
my $as_owner = 'SET SESSION AUTHORIZATION shopkeeper;';
like(error('shop', 'SET SESSION AUTHORIZATION guest; CREATE EXTENSION retention'),
	qr/permission denied/, 'a guest may not install it');
$node->safe_psql('shop', "$as_owner CREATE EXTENSION retention");
is($node->safe_psql('shop', "$as_owner SELECT purchase_history(date '2026-01-03', 5)"),
	'{2026-01-03: 5.00}', 'the owner of the database may');
is($node->safe_psql('shop',
		"SET SESSION AUTHORIZATION guest; SELECT order_count('{2026-01-03: 5}')"),
	'1', 'and everyone may use it');

# relocatable: everything goes along, and goes on working
$node->safe_psql('postgres', q{
	CREATE EXTENSION retention;
	CREATE TABLE customer (id int, h purchase_history);
	INSERT INTO customer VALUES (1, '{2026-01-03: 5, 2026-02-03: 6}');
	CREATE VIEW scores AS SELECT id, (rfm(h, '2026-06-30')).*, p.* FROM customer, purchases(h) p;
	CREATE SCHEMA analytics;
	ALTER EXTENSION retention SET SCHEMA analytics});
is($node->safe_psql('postgres', 'SELECT * FROM scores'),
	"1|1|31|178|6|2026-01-03|1|5.00\n1|1|31|178|6|2026-02-03|1|6.00",
	'a view works after the move');
is($node->safe_psql('postgres', "SELECT analytics.purchase_history(h) FROM customer"),
	'{2026-01-03: 5.00, 2026-02-03: 6.00}', 'so does the aggregate');
is($node->safe_psql('postgres', "SELECT h OPERATOR(analytics.||) h FROM customer"),
	'{2026-01-03: 10.00 in 2, 2026-02-03: 12.00 in 2}', 'and the operators');
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace}),
	'0', 'nothing stays behind');
is($node->safe_psql('postgres',
		'SET search_path = pg_catalog; SELECT * FROM public.scores LIMIT 0; SELECT 1'),
	'1', 'no search_path is needed');

# updates
like($node->psql('postgres', 'ALTER EXTENSION retention UPDATE', on_error_die => 1), qr/^0?$/,
	'UPDATE to the version that is there');
like(error('postgres', "ALTER EXTENSION retention UPDATE TO '99.0'"), qr/no update path/,
	'no update to a version that is not there');

# dropping
like(error('postgres', 'DROP EXTENSION retention'),
	qr/cannot drop extension retention because other objects depend on it/,
	'not dropped while it is used');
$node->safe_psql('postgres', 'DROP EXTENSION retention CASCADE');
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM pg_proc WHERE probin LIKE '%retention%'}), '0', 'CASCADE leaves nothing');
is($node->safe_psql('postgres', q{
	SELECT count(*)
	FROM pg_attribute
	WHERE attrelid = 'customer'::regclass AND attname = 'h' AND NOT attisdropped}),
	'0',
	'the column goes with the type');
$node->safe_psql('postgres', 'CREATE EXTENSION retention SCHEMA analytics');
is($node->safe_psql('postgres', "SELECT analytics.purchase_history(date '2026-01-03')"),
	'{2026-01-03: ?}', 'installed again, into a schema');

# the scripts refuse psql
my $sql = "$ENV{RETENTION_ROOT}/sql";
for my $script (glob("$sql/retention--*.sql $sql/updates/*.sql"))
{
	my $use = $script =~ /--.*--/ ? 'ALTER EXTENSION retention UPDATE'
		: 'CREATE EXTENSION retention';
	my ($stdout, $stderr);
	IPC::Run::run([ 'psql', '-X', '-d', $node->connstr('shop'), '-f', $script ], '>', \$stdout,
		'2>', \$stderr);
	is($stdout, "Use \"$use\" to load this file.\n", "the script says how it is to be used: $use");
}

$node->stop;
done_testing();
