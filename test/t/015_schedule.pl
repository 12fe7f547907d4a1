# The mart on a schedule: pg_cron refreshes it, with the rights of the role that scheduled it.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('schedule');
$node->init;
chomp(my $library = `pg_config --pkglibdir`);
plan skip_all => 'no pg_cron here' unless -e "$library/pg_cron.so";
$node->append_conf('postgresql.conf', q{
timezone = 'UTC'
client_min_messages = error
shared_preload_libraries = 'pg_cron'
cron.use_background_workers = on
max_worker_processes = 20
cron.database_name = postgres});
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION retention;
	CREATE EXTENSION pg_cron;
	CREATE ROLE shopkeeper LOGIN;
	GRANT CREATE ON DATABASE postgres TO shopkeeper;
	GRANT USAGE ON SCHEMA cron TO shopkeeper;
	GRANT CREATE ON SCHEMA public TO shopkeeper;
	SET ROLE shopkeeper;
	CREATE TABLE orders AS
	SELECT (hashint4(g) & 255) AS customer_id,
		date '2025-01-01' + (hashint4(g + 1) & 255) AS ordered_at, 10.0 AS amount
	FROM generate_series(1, 2000) g;
	SELECT create_retention_mart('orders', 'customer_id', 'ordered_at', 'amount');
	-- every Monday at six: '0 6 * * 1'; here every minute
	SELECT cron.schedule('refresh the retention mart', '* * * * *',
		'SELECT refresh_retention_mart()');
	INSERT INTO orders VALUES (1000, '2025-10-01', 99)});
is($node->safe_psql('postgres',
	'SELECT count(*) FROM retention_mart.customer_scorecard WHERE customer_id = 1000'), 0,
	'an order comes in');
ok($node->poll_query_until('postgres',
	'SELECT count(*) = 1 FROM retention_mart.customer_scorecard WHERE customer_id = 1000'),
	'and the mart has it within a minute');
is($node->safe_psql('postgres', q{SELECT as_of FROM retention_mart.settings}), '2025-10-01',
	'as of its day');
is($node->safe_psql('postgres', q{
	SELECT string_agg(DISTINCT username || ' ' || status
		|| CASE WHEN status = 'failed' THEN ': ' || return_message ELSE '' END, ', ')
	FROM cron.job_run_details WHERE status IN ('succeeded', 'failed')}), 'shopkeeper succeeded',
	'as the role that scheduled it');

$node->stop;
done_testing();
