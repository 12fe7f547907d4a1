# Cycle statistics: every matching row of the reference values, read from the file.
use strict;
use warnings;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = "$ENV{RETENTION_SHARED}/data";
plan skip_all => 'no shared data here' unless -r "$data/reference_values.csv";

my $node = PostgreSQL::Test::Cluster->new('cycle');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION retention');

my $s = q{(SELECT ln(avg(gap)::float8) - avg(ln(gap::float8)) AS s
	FROM unnest(purchase_intervals(h)) gap) s};
my %sql = (
	gap_mean => 'mean_interval(h, d)',
	gap_median => 'median_interval(h, d)',
	gap_sd_sample => 'stddev_interval(h, d)',
	gap_cv_sample => 'stddev_interval(h, d) / mean_interval(h, d)',
	k_cv => 'power(mean_interval(h, d) / stddev_interval(h, d), 2)',
	k_gamma_mle => 'regularity(h, d)',
	sum_log_gap => '(SELECT sum(ln(gap::float8)) FROM unnest(purchase_intervals(h)) gap)',
	overdue_ratio => 'overdue_ratio(h, d)',
	overdue_z => '(overdue_ratio(h, d) - 1) * mean_interval(h, d) / stddev_interval(h, d)',
	rayleigh_Rbar => '(calendar_cycle(h, d, $period)).strength',
	rayleigh_z => q{(SELECT n * strength ^ 2
		FROM calendar_cycle(h, d, $period), purchase_days(h) n)},
	rayleigh_p_first_order => q{(SELECT exp(-n * strength ^ 2)
		FROM calendar_cycle(h, d, $period), purchase_days(h) n)},
	rayleigh_p_zar => q{
		(SELECT exp(sqrt(1 + 4 * n + 4 * (n ^ 2 - (n * strength) ^ 2)) - (1 + 2 * n))
		FROM calendar_cycle(h, d, $period), purchase_days(h) n)},

	# what others estimate, from our intervals
	k_minka => "(SELECT (3 - s + sqrt((s - 3) ^ 2 + 24 * s)) / (12 * nullif(s, 0)) FROM $s)",
	k_thom => "(SELECT (1 + sqrt(1 + 4 * s / 3)) / (4 * nullif(s, 0)) FROM $s)",
	wheat_morrison_M_last_two => q{(SELECT gaps[n - 1]::float8 / (gaps[n - 1] + gaps[n])
		FROM purchase_intervals(h) gaps, array_length(gaps, 1) n)},
	lomb_scargle_power_standard => \&lomb_scargle_power,
	lomb_scargle_fap_baluev => \&lomb_scargle_false_alarm);

# least squares with a mean, on daily counts: DETERMINANTs of the normal equations
sub lomb_scargle_power
{
	my ($history, $inputs) = @_;
	my ($period) = $inputs =~ /period=([\d.]+)/;
	return "(WITH daily AS (SELECT x::float8, cos(a) AS c, sin(a) AS s
			FROM (SELECT (count(p.purchase_date))::float8 AS x,
			             2 * pi() * (day::date - date '2026-01-01') / $period AS a
			      FROM generate_series(first_purchase(h), last_purchase(h), interval '1 day') day
			           LEFT JOIN purchases(h) p ON p.purchase_date = day::date
			      GROUP BY day) g),
		sums AS (SELECT var_pop(x) AS xx, covar_pop(x, c) AS xc, covar_pop(x, s) AS xs,
			var_pop(c) AS cc, var_pop(s) AS ss, covar_pop(c, s) AS cs FROM daily)
		SELECT (xc ^ 2 * ss - 2 * xc * xs * cs + xs ^ 2 * cc) / (cc * ss - cs ^ 2) / xx FROM sums)";
}

# Baluev's bound (2008). astropy's highest frequency is the last of its grid, five to the inverse of
# the series' length and the first at half a step, not the maximum asked for.
sub lomb_scargle_false_alarm
{
	my ($history, $inputs) = @_;
	my ($power) = $inputs =~ /power=([\d.]+)/;
	my ($maximum) = $inputs =~ /maximum_frequency=([\d.]+)/;
	my ($n) = $inputs =~ /;n=(\d+)/;
	my $step = 1 / (5 * ($n - 1));
	my $highest = (POSIX::lrint($maximum / $step - 0.5) + 0.5) * $step;
	my $gamma = sqrt(2 / ($n - 1)) * exp(POSIX::lgamma(($n - 1) / 2) - POSIX::lgamma(($n - 2) / 2));
	return "(SELECT 1 - (1 - power(1 - $power, (n - 3) / 2))
			* exp(-$gamma * $highest * sqrt(4 * pi() * (n ^ 2 - 1) / 12)
			* power(1 - $power, (n - 4) / 2) * sqrt((n - 1) * $power / 2))
		FROM (SELECT (last_purchase(h) - first_purchase(h) + 1)::float8 AS n) s)";
}

my $looked_at = 0;
my %published;
open(my $in, '<', "$data/reference_values.csv") or die $!;
while (my $line = <$in>)
{
	my ($model, undef, $quantity, $inputs, $value, $tolerance) = split /,/, $line;
	# the published draw of a randomised estimator has a tolerance of its own
	$published{'wheat-morrison'} = [ $value, $tolerance ]
		if $model eq 'Wheat-Morrison' && $tolerance < 1e-3;
	$published{ $1 // 'mle' } = [ $value, $tolerance ]
		if $model eq 'regularity' && $quantity =~ /^median_k_mle(?:-(\w+))?$/;
	next unless $model eq 'cycle' && $sql{$quantity};
	my ($times) = $inputs =~ /times=([\d ]+)/;
	my ($as_of) = $inputs =~ /as_of=(\d+)/;
	$as_of = 1000 unless defined $as_of;
	my ($period) = $inputs =~ /period=([\d.]+)/;
	my $expression = ref $sql{$quantity} ? $sql{$quantity}->('h', $inputs) : $sql{$quantity};
	$expression =~ s/\$period/$period/ if defined $period;
	$times =~ s/ /,/g;
	my $found = $node->safe_psql('postgres', "SET extra_float_digits = 1; SELECT $expression
		FROM (SELECT purchase_history(date '2026-01-01' + t) AS h, date '2026-01-01' + $as_of AS d
		      FROM unnest('{$times}'::int[]) t) s");
	$tolerance = $1 * abs($value) if $tolerance =~ /^rel ([\d.e-]+)/;
	cmp_ok(abs($found - $value), '<=', $tolerance, "$quantity of $times: $found");
	$looked_at++;
}
close $in;
cmp_ok($looked_at, '==', 66, 'all rows of the model cycle');

# the published median of k over the customers of the grocery log with more than ten days
my $tmp = PostgreSQL::Test::Utils::tempdir();
$node->safe_psql('postgres', qq{
	CREATE TABLE orders (customer_id text, ordered_on date, amount numeric);
	COPY orders FROM '$data/grocery_orders.csv' (FORMAT csv, HEADER)});
my %median = (mle => 'regularity(h, d)', minka => $sql{k_minka}, thom => $sql{k_thom});
foreach my $estimate (sort keys %median)
{
	is($node->safe_psql('postgres', qq{
		SELECT count(*),
		       abs(percentile_cont(0.5) WITHIN GROUP (ORDER BY coalesce(k, 'infinity'))
		           - $published{$estimate}[0]) <=
		       $published{$estimate}[1]
		FROM (SELECT $median{$estimate} AS k
		      FROM (SELECT purchase_history(ordered_on) AS h, date '2008-01-01' AS d
		            FROM orders GROUP BY customer_id HAVING count(DISTINCT ordered_on) > 10) s) k}),
		'302|t', "grocery: median k of 302 customers, $estimate");
}
# Wheat and Morrison (1990): the last two intervals, the variance of the first one's share taken
# around 1/2
my ($k, $tolerance) = @{ $published{'wheat-morrison'} };
is($node->safe_psql('postgres', qq{
	SELECT customers, abs((1 - 4 * v) / (8 * v) - $k) <= $tolerance
	FROM (SELECT count(*) AS customers, avg((m - 0.5) ^ 2) AS v
	      FROM (SELECT $sql{wheat_morrison_M_last_two} AS m
	            FROM (SELECT purchase_history(ordered_on) AS h FROM orders GROUP BY customer_id) s
	            WHERE purchase_days(h) >= 3) m) v}),
	'779|t', 'grocery: k of Wheat and Morrison');

$node->stop;
done_testing();
