# Parallel plans: chosen by the planner without being forced, and the same result whatever the plan.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('parallel');
$node->init;
$node->append_conf('postgresql.conf',
	"max_worker_processes = 12\nmax_parallel_workers = 8\ntimezone = 'UTC'");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION retention;
	CREATE TABLE orders AS
	SELECT (hashint4(g) & 2147483647) % 10000 AS customer_id,
	       timestamptz '2022-01-01' + g * interval '97 seconds' AS ordered_at,
	       CASE WHEN g % 29 = 0 THEN NULL WHEN g % 31 = 0 THEN -5.5
	            ELSE ((hashint4(g + 7) & 2147483647) % 30000) / 100.0 END AS amount,
	       g % 4 AS part
	FROM generate_series(1, 1000000) g;
	CREATE TABLE parts (LIKE orders) PARTITION BY LIST (part);
	CREATE TABLE part0 PARTITION OF parts FOR VALUES IN (0, 1);
	CREATE TABLE part1 PARTITION OF parts FOR VALUES IN (2, 3);
	INSERT INTO parts SELECT * FROM orders;
});
# VACUUM can't run in a transaction block with others
$node->safe_psql('postgres', 'VACUUM ANALYZE orders');
$node->safe_psql('postgres', 'VACUUM ANALYZE parts');

my $query = q{
	SELECT customer_id, purchase_history(ordered_at, amount) AS h FROM orders GROUP BY customer_id};
like($node->safe_psql('postgres', "EXPLAIN $query"), qr/Finalize.*Gather.*Partial/s,
	'the planner chooses a parallel plan by itself');
like($node->safe_psql('postgres',
		'EXPLAIN SELECT purchase_history(ordered_at, amount) FROM orders'),
	qr/Finalize.*Gather.*Partial/s, 'also without GROUP BY');

sub fingerprint
{
	my ($settings, $table, $shape) = @_;
	$table ||= 'orders';
	my $inner = qq{
		SELECT customer_id, purchase_history(ordered_at, amount) AS h
		FROM $table GROUP BY customer_id};
	my $plan = $node->safe_psql('postgres', "$settings EXPLAIN $inner");
	like($plan, $shape, "plan for $table under: $settings") if $shape;
	return $node->safe_psql('postgres', qq{$settings
		SELECT md5(string_agg(customer_id || encode(purchase_history_send(h), 'hex'), ','
		                      ORDER BY customer_id))
		FROM ($inner) s});
}

my $free = 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0.001; '
	. 'SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 4;';
my $serial = fingerprint('SET max_parallel_workers_per_gather = 0;', 'orders', qr/^HashAggregate/);
is(fingerprint("SET work_mem = '1GB';"), $serial, 'as the planner likes it');
is(fingerprint('SET max_parallel_workers_per_gather = 0; SET enable_hashagg = off;', 'orders',
		qr/^GroupAggregate/),
	$serial, 'sorted');
is(fingerprint("$free SET work_mem = '1GB';", 'orders', qr/Partial HashAggregate/), $serial,
	'four workers, hashed');
is(fingerprint("$free SET enable_hashagg = off;", 'orders', qr/Partial GroupAggregate/), $serial,
	'four workers, sorted');
is(fingerprint("$free SET work_mem = '64kB';", 'orders', qr/Partial/), $serial,
	'four workers with next to no memory');
is(fingerprint("$free SET parallel_leader_participation = off;"), $serial, 'without the leader');
is(fingerprint("$free SET enable_partitionwise_aggregate = on;", 'parts', qr/Append/), $serial,
	'partitionwise');
is(fingerprint('SET jit = on; SET jit_above_cost = 0;'), $serial, 'compiled, where the server can');

# the whole table in one history, and histories of histories
my $one = 'SELECT md5(purchase_history_send(purchase_history(ordered_at, amount))) FROM orders';
my $one_serial = $node->safe_psql('postgres', "SET max_parallel_workers_per_gather = 0; $one");
is($node->safe_psql('postgres', "$free $one"), $one_serial, 'one history from four workers');
$node->safe_psql('postgres', "CREATE TABLE customer AS $query; ANALYZE customer");
like($node->safe_psql('postgres', "$free EXPLAIN SELECT purchase_history(h) FROM customer"),
	qr/Partial/, 'histories merge in parallel');
is($node->safe_psql('postgres',
		"$free SELECT md5(purchase_history_send(purchase_history(h))) FROM customer"),
	$one_serial, 'to the same history');

# the session's zone reaches the workers
my $zone = "SET timezone = 'Pacific/Kiritimati';";
is($node->safe_psql('postgres', "$zone $free $one"),
	$node->safe_psql('postgres', "$zone SET max_parallel_workers_per_gather = 0; $one"),
	'workers use the time zone of the session');
isnt($node->safe_psql('postgres', "$zone $free $one"), $one_serial, 'which makes a difference');

# fits with a season, and a season
my $events = q{"events": [{"from": "2023-02-10", "until": "2023-04-03", "factor": 0.5}]};
my $season = qq{'{"months": [0.8, 0.7, 0.9, 1, 1, 1, 0.9, 0.8, 1, 1.1, 1.2, 1.6], $events}'};

# sums of doubles are exact: the same to the last digit with any number of workers
$node->safe_psql('postgres', q{
	CREATE TABLE model AS
	SELECT '{"model":"pareto/nbd","r":1,"alpha":9,"s":0.6,"beta":12,"time_unit_days":7,
		"log_likelihood":-99,"observations":40,"converged":true,
		"covariance":[0.05,0.2,9,0.01,0.1,0.1,0.3,2,3,60]}'::retention_model AS m});
foreach my $sum ("decayed_sum(amount, ordered_at, '30 days') FROM orders",
	"decayed_count(ordered_at, '90 minutes') FROM orders",
	"overall_spend_trend(h, '2024-10-01', '3 months') FROM customer",
	"expected_total((SELECT m FROM model), h, '2024-10-01', '90 days') FROM customer",
	"fit_model('mbg/cnbd-2', h, '2024-10-01', 7, $season) FROM customer",
	"fit_model('interpurchase', h, '2024-10-01', 1, $season) FROM customer",
	"fit_model('bg/nbd', h, '2024-10-01', 7, $season, "
		. "ARRAY[order_count(h) % 2, extract(day FROM first_purchase(h))::int % 3]) FROM customer",
	"fit_season(h, '2024-10-01', '{$events}') FROM customer",
	"compare_models(h, '2024-12-31', '1 month', '{mbg/cnbd-2, bg/nbd}', 1, $season) FROM customer")
{
	like($node->safe_psql('postgres', "$free EXPLAIN SELECT $sum"), qr/Partial/, "parallel: $sum");
	my $alone = $node->safe_psql('postgres',
		"SET max_parallel_workers_per_gather = 0; SELECT $sum");
	is($node->safe_psql('postgres', "$free SELECT $sum"), $alone,
		"the same with four workers: $alone");
	is($node->safe_psql('postgres',
			"$free SET parallel_leader_participation = off;
			SET max_parallel_workers_per_gather = 2; SELECT $sum"),
		$alone, 'and with two');
}

$node->stop;
done_testing();
