# Cycle statistics: every matching row of the reference values, read from the file.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = "$ENV{RETENTION_SHARED}/data";
plan skip_all => 'no shared data here' unless -r "$data/reference_values.csv";

my $node = PostgreSQL::Test::Cluster->new('cycle');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION retention');

my %sql = (
	gap_mean => 'mean_interval(h, d)',
	gap_median => 'median_interval(h, d)',
	gap_sd_sample => 'stddev_interval(h, d)',
	gap_cv_sample => 'stddev_interval(h, d) / mean_interval(h, d)',
	k_cv => 'power(mean_interval(h, d) / stddev_interval(h, d), 2)',
	k_gamma_mle => 'regularity(h, d)',
	sum_log_gap => '(SELECT sum(ln(gap::float8)) FROM unnest(purchase_intervals(h)) gap)',
	overdue_ratio => 'overdue_ratio(h, d)',
	overdue_z => '(overdue_ratio(h, d) - 1) * mean_interval(h, d) / stddev_interval(h, d)');

my $looked_at = 0;
open(my $in, '<', "$data/reference_values.csv") or die $!;
while (my $line = <$in>)
{
	my ($model, undef, $quantity, $inputs, $value, $tolerance) = split /,/, $line;
	next unless $model eq 'cycle' && $sql{$quantity};
	my ($times) = $inputs =~ /times=([\d ]+)/;
	my ($as_of) = $inputs =~ /as_of=(\d+)/;
	$as_of = 1000 unless defined $as_of;
	$times =~ s/ /,/g;
	my $found = $node->safe_psql('postgres', "SET extra_float_digits = 1; SELECT $sql{$quantity}
		FROM (SELECT purchase_history(date '2026-01-01' + t) AS h, date '2026-01-01' + $as_of AS d FROM unnest('{$times}'::int[]) t) s");
	$tolerance = $1 * abs($value) if $tolerance =~ /^rel ([\d.e-]+)/;
	cmp_ok(abs($found - $value), '<=', $tolerance, "$quantity of $times: $found");
	$looked_at++;
}
close $in;
cmp_ok($looked_at, '==', 27, 'all rows of these quantities');

# the published median of k over the customers of the grocery log with more than ten days
my $tmp = PostgreSQL::Test::Utils::tempdir();
$node->safe_psql('postgres', qq{
	CREATE TABLE orders (customer_id text, ordered_on date, amount numeric);
	COPY orders FROM '$data/grocery_orders.csv' (FORMAT csv, HEADER)});
my $median = $node->safe_psql('postgres', q{
	SELECT count(*), abs(percentile_cont(0.5) WITHIN GROUP (ORDER BY k) - 3.2629118) < 0.001
	FROM (SELECT regularity(purchase_history(ordered_on), '2008-01-01') AS k FROM orders GROUP BY customer_id HAVING count(DISTINCT ordered_on) > 10) s});
is($median, '302|t', 'grocery: median k of 302 customers as published');

$node->stop;
done_testing();
