# What customers are worth: every matching row of the reference values, and fits on real logs.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use POSIX qw(lgamma);
use Test::More;

my $data = "$ENV{RETENTION_SHARED}/data";
plan skip_all => 'no shared data here' unless -r "$data/reference_values.csv";

my $node = PostgreSQL::Test::Cluster->new('value');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION retention');

sub query
{
	return $node->safe_psql('postgres', "SET extra_float_digits = 1; $_[0]");
}

foreach my $name ('cdnow_sample', 'retailer_transaction_log')
{
	query(qq{CREATE TABLE ${name}_orders (customer_id text, ordered_at timestamp, amount numeric);
		COPY ${name}_orders FROM '$data/${name}_orders.csv' (FORMAT csv, HEADER);
		CREATE TABLE $name AS
		SELECT purchase_history(ordered_at, amount) AS h FROM ${name}_orders GROUP BY customer_id});
}
my $fitted = query("SELECT fit_model('gamma-gamma', h, '1997-09-30') FROM cdnow_sample");

my $looked_at = 0;
open(my $in, '<', "$data/reference_values.csv") or die $!;
while (my $line = <$in>)
{
	my ($model, $name, $quantity, $inputs, $value, $tolerance) = split /,/, $line;
	# who leaves with the same chance each time needs no fit
	next if $quantity eq 'param_theta';
	next unless $model =~ /^(Gamma-Gamma|geometric)$/;
	my %input = map { split /=/, $_, 2 } grep { /=/ } split /;/, $inputs;
	my $typed = exists $input{p}
		? "'{\"model\": \"gamma-gamma\", \"p\": $input{p}, \"q\": $input{q}, "
		. "\"gamma\": $input{gamma}}'::retention_model"
		: "'$fitted'::retention_model";
	my ($parameter) = $quantity =~ /^param_(\w+)/;
	no warnings 'uninitialized';
	my %sql = (
		loglik => "log_likelihood($typed)",
		cond_expected_mean_value => "expected_order_value($typed, $input{x}, $input{m_x})",
		density_mean_value => "exp(log_likelihood($typed, $input{x}, $input{m_x}))",
		# the first payment is due with the next renewal
		residual_lifetime_value => "$input{retention}
			* lifetime_value($input{margin}, NULL, 1 - $input{retention}, $input{d})",
		residual_lifetime_value_survived => "$input{retention}
			* lifetime_value($input{margin}, NULL, 1 - $input{retention}, $input{d})");
	if ($quantity eq 'std_error')
	{
		my ($values) = $line =~ /,p;q;gamma,([\d.;]+),/;
		$values = $value if !defined $values;
		my @parameter = qw(p q gamma);
		foreach my $expected (split /;/, $values)
		{
			my $name = shift @parameter;
			my $error = query("SELECT standard_error($typed, '$name')");
			cmp_ok(abs($error / $expected - 1), '<=', 0.02,
				"$model standard error of $name: $error");
		}
		$looked_at++;
		next;
	}
	next unless defined $parameter || exists $sql{$quantity};
	my $found = query('SELECT '
		. (defined $parameter ? "parameter($typed, '$parameter')" : $sql{$quantity}));
	$tolerance = $1 * ($2 ? 0.01 : 1) * $value if $tolerance =~ /^rel ([\d.e-]+)(%?)/;
	cmp_ok(abs($found - $value), '<=', $tolerance, "$model $name $quantity $inputs: $found");
	$looked_at++;
}
close $in;
cmp_ok($looked_at, '==', 18, 'all rows of spending and of the formula without a model');

# contracts at the end of a period, before they are renewed; and a factor of payments at the end of
# each period
$looked_at = 0;
open($in, '<', "$data/reference_values.csv") or die $!;
while (my $line = <$in>)
{
	my ($model, $name, $quantity, $inputs, $value, $tolerance) = split /,/, $line;
	if ($model eq 'sBG' && $quantity eq 'residual_lifetime_value')
	{
		my %input = map { split /=/, $_, 2 } grep { /=/ } split /;/, $inputs;
		my ($period) = $inputs =~ /end of contract period (\d+)/;
		my $found = query(qq{
			SELECT residual_lifetime_value(
			           '{"model": "sbg", "alpha": $input{alpha}, "beta": $input{beta}}',
			           $input{margin}, $period - 1, $input{d})});
		cmp_ok(abs($found - $value), '<=', $tolerance, "$model $quantity $inputs: $found");
		$looked_at++;
	}
	elsif ($quantity eq 'clv_ratio')
	{
		my @expected = $line =~ /,([\d.]+);([\d.]+),0,/;
		is(query("SELECT lifetime_value(1, $_, discount_rate => 1) / 2 = $expected[$_ - 1]"), 't',
			"factor of $_ periods")
			for 1, 2;
		$looked_at++;
	}
}
close $in;
cmp_ok($looked_at, '==', 3, 'the rows of contracts and of factors');

# discounted purchases: rates a week or a period, as a rate a year
$looked_at = 0;
open($in, '<', "$data/reference_values.csv") or die $!;
while (my $line = <$in>)
{
	my ($model, $name, $quantity, $inputs, $value, $tolerance) = split /,/, $line;
	next unless $quantity =~ /^de(rt|t_new_customer)$/;
	my %input = map { split /=/, $_, 2 } split /;/, $inputs;
	my $weekly = $model eq 'Pareto/NBD';
	my @parameters = $weekly ? qw(r alpha s beta) : qw(alpha beta gamma delta);
	my $m = "'{\"model\": \"" . lc($model) . '", '
		. join(', ', map { "\"$_\": $input{$_}" } @parameters) . ', "time_unit_days": '
		. ($weekly ? 7 : 365.25) . "}'::retention_model";
	my $rate = $weekly ? 'exp(' . ($input{delta} =~ s/52/52.0/r) . '::float8 * 365.25 / 7) - 1'
		: $input{d};
	my $found = query("SELECT discounted_expected_purchases($m, "
		. join(', ', map { $_ // 0 } @input{'x', 't_x'}, $input{T} // $input{n}) . ", $rate)");
	$tolerance = $1 * $value if $tolerance =~ /^rel ([\d.e-]+)/;
	cmp_ok(abs($found - $value), '<=', $tolerance, "$model $quantity $inputs: $found");
	$looked_at++;
}
close $in;
cmp_ok($looked_at, '==', 16, 'all rows of discounted purchases');

# a log with returns: who has no mean value above 0 is counted, not dropped in silence, and scored
is(query(q{
	SELECT left_out(m) =
	       (SELECT count(*)
	        FROM retailer_transaction_log
	        WHERE frequency(h, '2019-03-31') > 0
	          AND NOT coalesce(monetary_value(h, '2019-03-31') > 0, false)),
	       left_out(m) > 2700,
	       observations(m) + left_out(m) =
	       (SELECT count(*) FROM retailer_transaction_log WHERE frequency(h, '2019-03-31') > 0),
	       converged(m),
	       (SELECT count(*) = count(value) AND min(value) > 0 AND max(value) < 'infinity'
	        FROM retailer_transaction_log, expected_order_value(m, h, '2019-03-31') value)
	FROM (SELECT fit_model('gamma-gamma', h, '2019-03-31') AS m FROM retailer_transaction_log) s}),
	't|t|t|t|t', 'the retailer log, whole');

# and what each of them is worth: never negative, nobody without a value
is(query(q{
	SELECT count(*) = count(clv) AND count(*) = count(risk) AND count(*) > 36000,
	       min(clv) >= 0 AND max(clv) < 'infinity', min(risk) >= 0 AND max(risk) < 'infinity',
	       sum(clv) > 0
	FROM (SELECT clv(m, spend, h, '2019-03-31', '1 year', 0.1, 0.4),
	             value_at_risk(m, spend, h, '2019-03-31', '1 year', 0.1, 0.4) AS risk
	      FROM retailer_transaction_log,
	           (SELECT fit_model('bg/nbd', h, '2019-03-31') AS m,
	                   fit_model('gamma-gamma', h, '2019-03-31') AS spend
	            FROM retailer_transaction_log) f
	      WHERE purchase_days(h) > 0) s}), 't|t|t|t', 'the retailer log, valued whole');

# in other money: p and q stay, gamma is in that money
is(query(q{
	SELECT abs(parameter(a, 'p') / parameter(b, 'p') - 1) < 1e-5,
	       abs(parameter(a, 'gamma') * 100 / parameter(b, 'gamma') - 1) < 1e-5
	FROM (SELECT fit_model('gamma-gamma', frequency(h, d), monetary_value(h, d)) AS a,
	             fit_model('gamma-gamma', frequency(h, d), 100 * monetary_value(h, d)) AS b
	      FROM cdnow_sample, (VALUES (date '1997-09-30')) v(d)) s}),
	't|t', 'in cents as in dollars');

# all amounts: the likelihood as the model writes it, added up here, is highest at the fit
foreach my $log ([ 'cdnow_sample', '1997-09-30' ], [ 'retailer_transaction_log', '2019-03-31' ])
{
	my ($name, $date) = @$log;
	my ($p, $q, $gamma, $best, $converged) = split /\|/, query(qq{
		SELECT parameter(m, 'p'), parameter(m, 'q'), parameter(m, 'gamma'), log_likelihood(m),
		       converged(m)
		FROM (SELECT fit_model('gamma-gamma-all', h, '$date') AS m FROM $name) s});
	my @customers = map { [ split /\|/ ] } split /\n/, query(qq{
		SELECT n, sum, logs, count(*)
		FROM (SELECT count(*) AS n, sum(amount), sum(ln(amount::float8))::numeric(20, 9) AS logs
		      FROM (SELECT customer_id, sum(amount) AS amount, count(*)
		            FROM ${name}_orders WHERE ordered_at < date '$date' + 1
		            GROUP BY customer_id, ordered_at::date) d
		      WHERE amount > 0 GROUP BY customer_id) c
		GROUP BY 1, 2, 3});
	my $likelihood = sub {
		my ($p, $q, $gamma) = @_;
		my $sum = 0;
		foreach my $customer (@customers)
		{
			my ($n, $spent, $logs, $count) = @$customer;
			$sum += $count * (lgamma($p * $n + $q) - $n * lgamma($p) - lgamma($q) + $q * log($gamma)
					+ ($p - 1) * $logs - ($p * $n + $q) * log($gamma + $spent));
		}
		return $sum;
	};
	is($converged, 't', "$name: converged");
	cmp_ok(abs($likelihood->($p, $q, $gamma) / $best - 1), '<', 1e-9, "$name: the likelihood");
	foreach my $move ([ 1, 0, 0 ], [ 0, 1, 0 ], [ 0, 0, 1 ], [ 0, 1, 1 ], [ -1, 0, 1 ],
		[ -1, 1, 1 ])
	{
		cmp_ok($likelihood->($p * 1.01 ** ($_ * $move->[0]), $q * 1.01 ** ($_ * $move->[1]),
				$gamma * 1.01 ** ($_ * $move->[2])), '<', $best, "$name: the highest, @$move")
			for -1, 1;
	}
}

# with returns: days without an amount above 0 are counted, and all customers have a value
is(query(q{
	SELECT left_out(m) =
	       (SELECT count(*)
	        FROM retailer_transaction_log, purchases(h)
	        WHERE purchase_days(h) > 0 AND NOT coalesce(orders > 0 AND amount > 0, false)),
	       left_out(m) > 11000,
	       observations(m) =
	       (SELECT count(*)
	        FROM retailer_transaction_log
	        WHERE EXISTS (SELECT FROM purchases(h) WHERE orders > 0 AND amount > 0)),
	       (SELECT count(*) = count(value) AND min(value) > 0 AND max(value) < 'infinity'
	               AND bool_and(scale(value) <= 16)
	        FROM retailer_transaction_log, expected_order_value(m, h, '2019-03-31') value
	        WHERE purchase_days(h) > 0)
	FROM (SELECT fit_model('gamma-gamma-all', h, '2019-03-31') AS m
	      FROM retailer_transaction_log) s}),
	't|t|t|t', 'the retailer log, all amounts');

$node->stop;
done_testing();
