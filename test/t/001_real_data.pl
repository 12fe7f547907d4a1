# Real order logs through the reader of the demo: x, t_x, T and mean spend as published.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = "$ENV{RETENTION_SHARED}/data";
plan skip_all => 'no shared data here' unless -r "$data/cdnow_sample_orders.csv";

my $node = PostgreSQL::Test::Cluster->new('real_data');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION retention');

my $tmp = PostgreSQL::Test::Utils::tempdir();

# The demo's own way: read_orders, then load_orders.sql, into a schema of its own
sub load
{
	my ($name) = @_;
	my ($out, $err);
	IPC::Run::run([ 'perl', "$ENV{RETENTION_ROOT}/sql/demo/read_orders",
			"$data/${name}_orders.csv" ],
		'>', "$tmp/$name.orders", '2>', \$err)
		or die "read_orders $name: $err";
	like($err, qr/ 0 left out$/m, "$name: every row is read");
	IPC::Run::run([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'),
			'-f', "$ENV{RETENTION_ROOT}/sql/demo/load_orders.sql" ],
		'<', "$tmp/$name.orders", '>', \$out, '2>', \$err)
		or die "load_orders $name: $err";
	$node->safe_psql('postgres', qq{
		ALTER SCHEMA shop RENAME TO $name;
		CREATE TABLE $name.customer AS
		SELECT customer_id, purchase_history(ordered_at, amount) AS h
		FROM $name.orders GROUP BY 1});
}

sub csv_rows
{
	my ($file) = @_;
	open(my $in, '<', $file) or die "$file: $!";
	my @rows;
	while (my $line = <$in>)
	{
		chomp $line;
		my @fields;
		while ($line =~ /\G(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/g)
		{
			push @fields, defined $1 ? $1 =~ s/""/"/gr : $2;
			last if $3 eq '';
		}
		push @rows, \@fields;
	}
	shift @rows;
	return @rows;
}

load('cdnow_sample');
load('grocery');

# every customer of the summary: x exactly, weeks and dollars to the two decimals it has
my $summary = join ',',
	map { "($_->[0], $_->[1], $_->[2], $_->[3], $_->[4])" }
	csv_rows("$data/cdnow_sample_summary_wk39.csv");
is( $node->safe_psql('postgres', qq{
	WITH summary (customer_id, x, t_x, t, zbar) AS (VALUES $summary)
	SELECT count(*),
	       count(*) FILTER (WHERE frequency = x AND abs(recency / 7 - t_x) <= 0.005000001
	                          AND abs(customer_age / 7 - t) <= 0.005000001
	                          AND abs(monetary_value - zbar) <= 0.005000001)
	FROM cdnow_sample.customer c JOIN summary s ON s.customer_id = c.customer_id::int,
	     rfm(h, '1997-09-30')}),
	'2357|2357', 'CDNOW: x, t_x, T and mean repeat value of all 2,357 customers');

my %sql = (
	customers => 'count(*)',
	repeat_transactions => 'sum(x)',
	calibration_repeats => 'sum(x)',
	zero_repeat_customers => 'count(*) FILTER (WHERE x = 0)',
	holdout_transactions => 'sum(holdout)',
	holdout_transactions_of_zero_class => 'sum(holdout) FILTER (WHERE x = 0)',
	mean_holdout_zero_class => 'avg(holdout) FILTER (WHERE x = 0)',
	mean_holdout_transactions_by_x => 'avg(holdout) FILTER (WHERE x = %s)',
	customers_by_x => 'count(*) FILTER (WHERE x = %s)',
	mean_repeat_value_n => 'count(m) FILTER (WHERE x > 0)',
	mean_repeat_value_min => 'min(m) FILTER (WHERE x > 0)',
	mean_repeat_value_max => 'max(m) FILTER (WHERE x > 0)',
	mean_repeat_value_mean => 'avg(m) FILTER (WHERE x > 0)',
	mean_repeat_value_sd => 'stddev(m) FILTER (WHERE x > 0)',
	mean_repeat_value_p25 => 'percentile_cont(0.25) WITHIN GROUP (ORDER BY m) FILTER (WHERE x > 0)',
	mean_repeat_value_median =>
		'percentile_cont(0.5) WITHIN GROUP (ORDER BY m) FILTER (WHERE x > 0)',
	mean_repeat_value_p75 =>
		'percentile_cont(0.75) WITHIN GROUP (ORDER BY m) FILTER (WHERE x > 0)');
my %ends = (cdnow_sample => [ '1997-09-30', '1998-06-30' ],
	grocery => [ '2006-12-31', '2007-12-30' ]);

my $known = 0;
my @rfm_rows = grep { $_->[0] eq 'RFM' } csv_rows("$data/reference_values.csv");
for my $row (@rfm_rows)
{
	my ($model, $dataset, $quantity, $inputs, $value, $tolerance) = @$row;
	if ($dataset eq 'toy14')
	{
		# inputs: customer:date=amount|... ; unit ; end; customer=n
		our $toy;
		my ($customer) = $inputs =~ /customer=(\d+)/;
		$toy = [ $inputs =~ /(\d+):(\d{4}-\d\d-\d\d)=(\d+)/g ] if $inputs =~ /\|/;
		my @rows;
		for (my $i = 0; $i < @$toy; $i += 3)
		{
			push @rows, "($toy->[$i], date '$toy->[$i+1]', $toy->[$i+2])";
		}
		my $week = $inputs =~ /week unit/;
		my ($day, $unit) = $week ? ("date_trunc('week', %s)::date", 7) : ('%s', 1);
		my $value_too = $week ? '' : ', monetary_value';
		is( $node->safe_psql('postgres', sprintf(
			"SELECT concat_ws(';', frequency, recency / $unit, customer_age / $unit$value_too)
			 FROM (SELECT purchase_history($day, a::numeric) AS h
			       FROM (VALUES %s) v(c, d, a) WHERE c = %s) s, rfm(h, $day)",
			'd', join(',', @rows), $customer, "date '2015-02-07'")),
			$value, "toy log" . ($week ? ' in weeks' : '') . ", customer $customer");
		$known++;
		next;
	}
	next unless $ends{$dataset} && $sql{$quantity};
	my ($end, $holdout_end) = @{ $ends{$dataset} };
	my ($x) = $inputs =~ /x=(\d+)/;
	my $found = $node->safe_psql('postgres', sprintf(
		"SELECT $sql{$quantity} FROM (SELECT frequency(h, '%s') AS x, monetary_value(h, '%s') AS m,
			coalesce(purchase_days(slice(h, daterange('%s', '%s', '(]'))), 0) AS holdout
		 FROM %s.customer WHERE frequency(h, '%s') IS NOT NULL) s",
		(defined $x ? $x : ()), $end, $end, $end, $holdout_end, $dataset, $end));
	cmp_ok(abs($found - $value), '<=', $tolerance + 1e-12,
		"$dataset $quantity" . (defined $x ? " x=$x" : '') . ": $found");
	$known++;
}
cmp_ok($known, '==', scalar @rfm_rows, 'every RFM row of the reference values was looked at');

# the two logs with refunds lose nothing
for my $name ('uci_online_retail', 'retailer_transaction_log')
{
	load($name);
	is( $node->safe_psql('postgres', qq{
		SELECT (SELECT sum(total_spend(h)) FROM $name.customer) =
		       (SELECT sum(round(amount, 4)) FROM $name.orders),
		       (SELECT sum(order_count(h)) FROM $name.customer) =
		       (SELECT count(*) FROM $name.orders WHERE amount >= 0),
		       (SELECT sum(purchase_days(h)) FROM $name.customer) =
		       (SELECT count(DISTINCT (customer_id, ordered_at::date))
		        FROM $name.orders WHERE amount >= 0)}),
		't|t|t', "$name: money, orders and days add up");
}

$node->stop;
done_testing();
