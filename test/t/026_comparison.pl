# Comparisons of models: the same bytes for every order of the rows, every plan and every split into
# parts; few bytes; real order logs.
#
#	RETENTION_LARGE=1 bash test/run tap comparison	with more customers than are kept, which takes
#													some minutes
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = "$ENV{RETENTION_SHARED}/data";
my $node = PostgreSQL::Test::Cluster->new('comparison');
$node->init;
$node->append_conf('postgresql.conf',
	"max_worker_processes = 12\nmax_parallel_workers = 8\nclient_min_messages = error");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION retention;
	CREATE TABLE customer (c int, h purchase_history) PARTITION BY LIST ((c % 2));
	CREATE TABLE customer_0 PARTITION OF customer FOR VALUES IN (0);
	CREATE TABLE customer_1 PARTITION OF customer FOR VALUES IN (1);
	INSERT INTO customer
	SELECT customer_id, purchase_history(purchase_date)
	FROM simulate_customers('{"model": "pareto/nbd", "r": 0.8, "alpha": 40, "s": 0.6, "beta": 90}',
	                        40000, '2023-01-01', '2026-05-31', '2026-06-30', 1)
	GROUP BY 1;
	CREATE AGGREGATE part(purchase_history, date, interval) (
		SFUNC = compare_models_add, STYPE = bytea);
	CREATE AGGREGATE of_parts(bytea) (
		SFUNC = compare_models_combine, STYPE = bytea, FINALFUNC = compare_models_final)});
$node->safe_psql('postgres', 'VACUUM ANALYZE customer');

my $compare = q{compare_models(h, '2026-06-30', '6 months')};
my $free = q{
	SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	SET max_parallel_workers_per_gather = 4;};

sub fingerprint
{
	my ($from, $settings) = @_;
	return $node->safe_psql('postgres', "$settings SELECT md5(array_send($compare)) FROM $from");
}

my $serial = fingerprint('customer', 'SET max_parallel_workers_per_gather = 0;');
like($node->safe_psql('postgres', "$free EXPLAIN SELECT $compare FROM customer"),
	qr/Finalize.*Gather.*Partial/s, 'comparisons run in parallel');
is(fingerprint('customer', $free), $serial, 'with the same result, to the last bit');
is(fingerprint('customer', "$free SET parallel_leader_participation = off;"), $serial,
	'without the leader, too');
is(fingerprint('customer', 'SET enable_partitionwise_aggregate = on;'), $serial, 'partitionwise');
is(fingerprint("(SELECT h FROM customer ORDER BY $_ OFFSET 0) s",
		'SET max_parallel_workers_per_gather = 0;'),
	$serial, "in order of $_")
	for 'h', 'hashint4(c)', '-c';

# parts that were kept, and where they are text, as a cluster sends them
$node->safe_psql('postgres', q{
	CREATE TABLE kept AS
	SELECT c % 5 AS n, part(h, '2026-06-30', '6 months') AS state FROM customer GROUP BY 1});
is($node->safe_psql('postgres', "SELECT md5(array_send(of_parts($_))) FROM kept"), $serial,
	"of parts: $_")
	for 'state', 'state ORDER BY n DESC', 'state::text::bytea';
is($node->safe_psql('postgres', q{
		SELECT count(*) FROM (
			SELECT md5(array_send(of_parts(state))) FROM (
				SELECT part(h, '2026-06-30', '6 months') AS state FROM customer
				GROUP BY c % 1000 ORDER BY c % 1000) s) r
		WHERE md5 = '} . $serial . q{'}),
	'1', 'of a thousand parts');
my $bytes = $node->safe_psql('postgres', q{
	SELECT octet_length(part(h, '2026-06-30', '6 months')) / count(DISTINCT (
		frequency(h, '2025-12-31'), recency(h, '2025-12-31'), customer_age(h, '2025-12-31'),
		purchase_days(slice(h, '2025-07-05', '2025-12-31')),
		purchase_days(slice(h, '2026-01-01', '2026-06-30'))))::float8
	FROM customer WHERE first_purchase(h) <= '2025-12-31'});
cmp_ok($bytes, '<', 9, "a state takes $bytes bytes for each different customer");

is($node->safe_psql('postgres', qq{$free
		SELECT count(*) FROM (
			SELECT c % 3, $compare AS r FROM customer GROUP BY 1) s, unnest(r)}),
	'18', 'one for each group');

# --- real order logs: the rules are no better than all kinds, and what is said holds ---
SKIP:
{
	skip 'no shared data here', 1 unless -r "$data/grocery_orders.csv";
	my @logs = (
		[ 'grocery', '2007-06-30', '91 days', 'mbg/nbd' ],
		[ 'cdnow_sample', '1998-03-31', '91 days', 'pareto/nbd' ],
		[ 'retailer_transaction_log', '2018-09-30', '182 days', 'pareto/nbd' ]);
	for my $log (@logs)
	{
		my ($name, $as_of, $holdout, $best) = @$log;
		$node->safe_psql('postgres', qq{
			CREATE TABLE orders_$name (customer_id text, ordered_at timestamp, amount numeric);
			COPY orders_$name FROM '$data/${name}_orders.csv' (FORMAT csv, HEADER);
			CREATE TABLE customer_$name AS
			SELECT purchase_history(ordered_at, amount) AS h
			FROM orders_$name GROUP BY customer_id});
		is($node->safe_psql('postgres', qq{
				SELECT kind FROM unnest((
					SELECT compare_models(h, '$as_of', '$holdout') FROM customer_$name))
				WHERE aic IS NOT NULL ORDER BY rank LIMIT 1}),
			$best, "$name $as_of: the best kind");
	}

	# a regular kind whose likelihood is far better, and whose forecast is worse
	is($node->safe_psql('postgres', q{
			SELECT a.aic + 1000 < b.aic AND a.log_loss > b.log_loss + 0.03
			FROM (SELECT compare_models(h, '2007-06-30', '91 days') AS r FROM customer_grocery) s,
				unnest(r) a, unnest(r) b
			WHERE a.kind = 'mbg/cnbd-k' AND b.kind = 'mbg/nbd'}),
		't', 'grocery: the likelier model is the worse one');
}

# --- so many that they become a sample ---
if ($ENV{RETENTION_LARGE})
{
	$node->safe_psql('postgres', q{
		CREATE UNLOGGED TABLE large AS
		SELECT i, ('{' || day || ': ?, ' || day + 1 + i % 2200 || ': ?'
		           || CASE WHEN hashint4(i) % 3 = 0 THEN ', 2022-11-01: ?' ELSE '' END
		           || '}')::purchase_history AS h
		FROM generate_series(1, 4400000) i, LATERAL (
			SELECT date '2022-10-02' - 2200 - i / 2200 AS day) d
		UNION ALL
		SELECT -i, ('{' || date '2022-10-02' - i % 2000 || ': ?}')::purchase_history
		FROM generate_series(1, 1000000) i});
	$compare = q{compare_models(h, '2022-12-31', '90 days', '{bg/nbd}')};
	my $found = fingerprint('large', 'SET max_parallel_workers_per_gather = 0;');
	is(fingerprint('large', $free), $found, 'a sample in parallel');
	is(fingerprint('(SELECT h FROM large ORDER BY i DESC OFFSET 0) s', "SET work_mem = '2GB';"),
		$found, 'and in another order');
	is($node->safe_psql('postgres', qq{
			SELECT DISTINCT customers, abs(sampled - 3200000) < 10000
			FROM unnest((SELECT $compare FROM large))}),
		'5400000|t', 'half of who bought twice, and all who bought once');
}

$node->stop;
done_testing();
