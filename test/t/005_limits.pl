# A million orders of one customer, 100,000 customers with next to no memory,
# and a cancel in between.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('limits');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION retention');

# a million orders of one customer: in order, backwards, and shuffled over 30 and over 900,000 days
for my $days (30, 900000)
{
	my $summary = q{
		SELECT order_count(h), purchase_days(h), total_spend(h),
		       last_purchase(h) - first_purchase(h)};
	my $expected = $node->safe_psql('postgres', qq{
		SELECT count(*), count(DISTINCT g % $days), sum(g % 1000)::numeric(12,2),
		       max(g % $days) - min(g % $days)
		FROM generate_series(1, 1000000) g});
	my @orders = ('g', 'g DESC', 'hashint4(g)', "g % $days");
	my @prints;
	for my $order (@orders)
	{
		is($node->safe_psql('postgres', qq{
			$summary
			FROM (SELECT purchase_history(date '1900-01-01' + g % $days, (g % 1000)::numeric
			                              ORDER BY $order) AS h
			      FROM generate_series(1, 1000000) g) s}),
			$expected, "a million orders on $days days, ORDER BY $order");
		push @prints, $node->safe_psql('postgres', qq{
			SELECT md5(purchase_history_send(purchase_history(date '1900-01-01' + g % $days,
			                                                  (g % 1000)::numeric
			                                                  ORDER BY $order)))
			FROM generate_series(1, 1000000) g});
	}
	is(scalar(grep { $_ ne $prints[0] } @prints), 0, 'the same bytes each time');
}
is($node->safe_psql('postgres', q{
	SELECT h::text::purchase_history = h
	       AND h - slice(h, daterange('1950-01-01', NULL)) = as_of(h, '1949-12-31')
	FROM (SELECT purchase_history(date '1900-01-01' + g, 1.5) AS h
	      FROM generate_series(1, 300000) g) s}), 't', 'text and operators on 300,000 days');

# work_mem of 64 kB and 100,000 groups: the hash table spills
$node->safe_psql('postgres', q{
	CREATE TABLE orders AS
	SELECT (hashint4(g) & 2147483647) % 100000 AS customer_id,
	       date '2020-01-01' + g / 500 AS ordered_on, (g % 10000) / 100.0 AS amount
	FROM generate_series(1, 600000) g});
$node->safe_psql('postgres', 'VACUUM ANALYZE orders');
my $tight = qq{
	SET work_mem = '64kB'; SET max_parallel_workers_per_gather = 0; SET enable_sort = off;
	SET hash_mem_multiplier = 1;};
my $roomy = "SET work_mem = '1GB'; SET max_parallel_workers_per_gather = 0;";
my $query = q{
	SELECT customer_id, purchase_history(ordered_on, amount) AS h FROM orders GROUP BY customer_id};
my $print = qq{
	SELECT md5(string_agg(customer_id || encode(purchase_history_send(h), 'hex'), ','
	                      ORDER BY customer_id))
	FROM ($query) s};
like($node->safe_psql('postgres', "$tight EXPLAIN (ANALYZE, COSTS OFF) $query"),
	qr/HashAggregate.*Disk Usage/s, 'the hash table spills to disk');
is($node->safe_psql('postgres', "$tight $print"), $node->safe_psql('postgres', "$roomy $print"),
	'and gives the same histories');
is($node->safe_psql('postgres', "$roomy $print"),
	$node->safe_psql('postgres', "$roomy SET enable_hashagg = off; $print"),
	'as a sorted plan does');

# a cancel in mid-aggregate is answered at once, and the session goes on
my ($status, $stdout, $stderr) = $node->psql('postgres', q{
	SET statement_timeout = '300ms';
	SELECT purchase_history(date '2000-01-01' + (g % 5000000)::int, 1.0)
	FROM generate_series(1, 2000000000::bigint) g});
like($stderr, qr/canceling statement due to statement timeout/, 'a timeout ends the aggregate');
# undisturbed this one would take many minutes
my $start = time;
($status, $stdout, $stderr) = $node->psql('postgres', q{
	SET statement_timeout = '2s';
	SELECT count(h)
	FROM (SELECT purchase_history(d, a) OVER (ORDER BY d
	                                          ROWS BETWEEN 50000 PRECEDING AND CURRENT ROW) AS h
	      FROM (SELECT date '2000-01-01' + g AS d, 1.0 AS a
	            FROM generate_series(1, 1000000) g) r) s});
like($stderr, qr/canceling statement due to statement timeout/, 'a timeout ends a moving frame');
cmp_ok(time - $start, '<', 60, 'without delay');

$node->stop;
done_testing();
